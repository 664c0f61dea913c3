//! `cowrite search`: everything said, decided and written.

use super::place::{Place, session_id};
use super::{Failure, Out, one_line, when};
use crate::runtime::index_all;
use crate::store::{Hit, Query};
use serde_json::json;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Search everything said, decided and written.
///
/// The newest comes first. All words must occur; what stands in quotation marks must occur in that order; the last word may
/// be the beginning of one. Hits are numbered: `--open 2` opens the workspace at the second, on the
/// message, the decision or the words. Exit code 1: nothing was found.
#[derive(clap::Args, Debug)]
pub struct SearchArgs {
    /// What to look for.
    #[arg(required = true)]
    words: Vec<String>,
    /// Only in this session: its id or the beginning of it.
    #[arg(long)]
    session: Option<String>,
    /// Only this kind; may be given again.
    #[arg(long, value_parser = ["message", "decision", "text"])]
    kind: Vec<String>,
    /// The best first instead of the newest.
    #[arg(long)]
    best: bool,
    /// The most hits.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Open the workspace at this hit: 1 is the first of the list.
    #[arg(long, value_name = "N", conflicts_with = "json")]
    open: Option<usize>,
    /// Print them as JSON.
    #[arg(long)]
    json: bool,
}

impl SearchArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let place = Place::find(None, None)?;
        let mut store = place.reading(out)?;
        let session = self.session.as_deref().map(|id| session_id(&store, id)).transpose()?;
        index_all(&mut store).map_err(Failure::store)?;
        let text = self.words.join(" ");
        let query = Query { text, session, kinds: self.kind, limit: self.limit, best: self.best };
        let hits = store.search(&query).map_err(Failure::store)?;
        if let Some(number) = self.open.filter(|_| !hits.is_empty()) {
            let count = hits.len();
            let hit = hits.into_iter().nth(number.wrapping_sub(1)).ok_or_else(|| {
                Failure::usage(format!("There are {count} hits: --open takes 1 to {count}."))
            })?;
            drop(store);
            return super::edit::open_at(hit, out);
        }
        let titles: BTreeMap<_, _> = store
            .sessions()
            .map_err(Failure::store)?
            .into_iter()
            .map(|row| (row.id, row.title))
            .collect();
        let title = |hit: &Hit| titles.get(&hit.session).map_or("", String::as_str);
        if self.json {
            let all: Vec<_> = hits
                .iter()
                .map(|hit| {
                    json!({
                        "session": hit.session.to_string(),
                        "session_title": title(hit),
                        "kind": hit.kind,
                        "id": hit.key,
                        "title": hit.title,
                        "at": hit.at.0,
                        "snippet": hit.snippet.text,
                        "matches": hit.snippet.matches.iter()
                            .map(|range| [range.start, range.end]).collect::<Vec<_>>(),
                    })
                })
                .collect();
            out.json(&all.into())?;
        } else {
            for (index, hit) in hits.iter().enumerate() {
                let head = format!(
                    "{:>2}  {}  {}  {:<8}  {}",
                    index + 1,
                    hit.session.short(),
                    when::day(hit.at),
                    hit.kind,
                    one_line(title(hit))
                );
                out.line(&head)?;
                let who = one_line(&hit.title);
                let snippet = marked(hit, out.color());
                // A decision can be all title.
                let gap = if who.is_empty() || snippet.is_empty() { "" } else { ": " };
                if out.color() {
                    out.styled(&format!("    {who}{gap}{snippet}\n"))?;
                } else {
                    out.line(&format!("    {who}{gap}{snippet}"))?;
                }
            }
        }
        if hits.is_empty() {
            out.say("Nothing was found.");
            return Ok(ExitCode::from(1));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The snippet, with what was found in bold where colours are wanted. It has no control characters.
fn marked(hit: &Hit, color: bool) -> String {
    if !color {
        return hit.snippet.text.clone();
    }
    let mut text = String::new();
    for (at, character) in hit.snippet.text.chars().enumerate() {
        if hit.snippet.matches.iter().any(|range| range.start == at) {
            text.push_str("\x1b[1m");
        }
        text.push(character);
        if hit.snippet.matches.iter().any(|range| range.end == at + 1) {
            text.push_str("\x1b[0m");
        }
    }
    text
}
