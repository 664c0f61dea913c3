//! Reports: exports and previews over projections. Pure; knows no storage and no screen.

mod check;
mod diff;
mod json;
pub mod madr;
mod markdown;
mod page;
mod record;
mod tree;

pub use check::{Bounds, Finding, Kind as FindingKind, changed, check, check_one, findings_json};
pub use diff::unified;
pub use json::{decisions as decisions_json, json};
pub use markdown::{markdown, state_word};
pub use page::{MARK as PAGE_MARK, csv, index, page};
pub use record::{Options, Record, clean, records};
pub use tree::tree;

use crate::session::Session;

/// The first lines of what a session holds, for the list of sessions.
pub fn preview(session: &Session) -> Vec<String> {
    let mut lines = vec![session.title().to_owned()];
    let names: Vec<&str> = session
        .authors
        .values()
        .map(|author| author.name.as_str())
        .filter(|name| !name.is_empty())
        .collect();
    lines.push(format!("with {}", names.join(", ")));
    lines.push(String::new());
    for decision in session.decisions.newest().into_iter().take(3) {
        lines.push(format!("§ {}", decision.title()));
    }
    let messages: Vec<_> = session.transcript.iter().rev().take(4).collect();
    for message in messages.into_iter().rev() {
        let first = message.text().lines().next().unwrap_or_default();
        lines.push(format!("{}: {first}", session.author_name(&message.author)));
    }
    for entry in session.documents.values() {
        lines.push(String::new());
        lines.push(format!("── {}", entry.name));
        lines.extend(
            entry
                .document
                .rope()
                .lines()
                .take(40)
                .map(|line| line.to_string().trim_end().to_owned()),
        );
    }
    lines
}
