//! Reports: exports and previews over projections. Pure; knows no storage and no screen.

mod attest;
mod blame;
pub mod bring;
mod check;
mod diff;
mod edits;
mod handoff;
pub mod history;
pub mod html;
mod json;
pub mod madr;
mod markdown;
mod page;
mod record;
mod redaction;
pub mod scan;
mod sharing;
mod stats;
mod trace;
mod tree;

pub use attest::{Commit, CommittedFile, agent_trace, git_ai_note};
pub use blame::{
    BlameLine, Part, author_of, blame_json, blame_lines, hand_sign, hand_word, how_word,
};
pub use check::{
    Bounds, Finding as Doubt, Kind as FindingKind, changed, check, check_one, findings_json,
};
pub use diff::unified;
pub use edits::{EditKey, EditRow, EditStats};
pub use handoff::{handoff, unknown_to};
pub use json::{decisions as decisions_json, decisions_of as decisions_of_json, json};
pub use markdown::{markdown, state_word};
pub use page::{MARK as PAGE_MARK, csv, index, page};
pub use record::{MORE, Options, Record, clean, one_line, records};
pub use redaction::{Redacting, Target, came_back, redaction, stands_whole};
pub use sharing::{Finding, Plan, Planning, plan};
pub use stats::{AuthorStats, ModelStats, Stats};
pub use trace::{Base, Traced, trace, trace_now};
pub use tree::tree;

use crate::session::{Session, opening};

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
        let told = session.told(&message.id, message.text());
        let first = opening(&told).lines().next().unwrap_or_default();
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
