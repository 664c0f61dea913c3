//! Who wrote which line: of a traced text, for reading and for other programs. Pure.

use super::trace::{Base, Traced};
use crate::base::{AuthorId, EventId, Pos, Span};
use crate::event::How;
use crate::session::{Again, Hand, Session, Written};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A part of a run that stands on one line.
pub struct Part<'a> {
    pub run: &'a Written,
    pub decisions: BTreeSet<EventId>,
    pub span: Span,
    /// How many of its characters are no blanks.
    pub inked: usize,
}

/// One line with who wrote it.
pub struct BlameLine<'a> {
    /// From 1.
    pub number: usize,
    /// Without its line end.
    pub text: String,
    /// In order; a line that holds nothing has the run of its line end. Empty only for the line
    /// behind the last line end.
    pub parts: Vec<Part<'a>>,
}

impl<'a> BlameLine<'a> {
    /// Who wrote most of it.
    pub fn main(&self) -> Option<&Part<'a>> {
        let size = |part: &Part| {
            let same = self.parts.iter().filter(|other| is_same_author(other.run, part.run));
            let (inked, len) =
                same.fold((0, 0), |(inked, len), one| (inked + one.inked, len + one.span.len()));
            // Of one author's parts the longest tells how.
            (inked, len, part.inked, part.span.len())
        };
        // The first of equals.
        self.parts.iter().rev().max_by_key(|part| size(part))
    }

    /// How many authors wrote it.
    pub fn authors(&self) -> usize {
        let who = |part: &Part| (part.run.hand, part.run.author.clone());
        self.parts.iter().filter(|part| part.inked > 0).map(who).collect::<BTreeSet<_>>().len()
    }

    /// The decisions that something of it hangs on.
    pub fn decisions(&self) -> BTreeSet<EventId> {
        self.parts.iter().flat_map(|part| &part.decisions).copied().collect()
    }
}

fn is_same_author(a: &Written, b: &Written) -> bool {
    (a.hand, &a.author) == (b.hand, &b.author)
}

/// The lines `from..=to` of a text, counted from 1.
pub fn blame_lines(traced: &Traced, from: usize, to: usize) -> Vec<BlameLine<'_>> {
    let rope = &traced.text;
    let mut next = 0;
    let mut out = Vec::new();
    // The empty line behind the last line end is none.
    let ended = rope.len_chars() > 0 && rope.char(rope.len_chars() - 1) == '\n';
    let lines = rope.len_lines() - usize::from(ended || rope.len_chars() == 0);
    for number in from..=to.min(lines) {
        let start = rope.line_to_char(number - 1);
        let line = rope.line(number - 1);
        let end = start + line.len_chars();
        let text: String = line.chars().filter(|one| !matches!(one, '\n' | '\r')).collect();
        while traced.runs.get(next).is_some_and(|run| run.span.end.0 <= start) {
            next += 1;
        }
        let here = traced.runs[next..].iter().zip(&traced.decisions[next..]);
        let here = here.take_while(|(run, _)| run.span.start.0 < end);
        let parts = here.map(|(run, decisions)| {
            let (first, last) = (run.span.start.0.max(start), run.span.end.0.min(end));
            let inked = rope.slice(first..last).chars().filter(|one| !one.is_whitespace()).count();
            let span = Span { start: Pos(first), end: Pos(last) };
            let shares = |place: &Span| place.start < span.end && span.start < place.end;
            let places = traced.places.iter().filter(|(place, _)| shares(place));
            let decisions = decisions.iter().copied().chain(places.map(|(_, id)| *id)).collect();
            Part { run, decisions, span, inked }
        });
        out.push(BlameLine { number, text, parts: parts.collect() });
    }
    out
}

/// Whose words a run is, as a name.
pub fn author_of<'a>(session: &'a Session, run: &Written) -> &'a str {
    match (&run.author, run.hand) {
        (_, Hand::Outside) => "outside",
        (Some(author), _) => session.author_name(author),
        (None, _) => "unknown",
    }
}

/// The sign of a kind of author, as in the conversation.
pub fn hand_sign(hand: Hand) -> char {
    match hand {
        Hand::Person => '●',
        Hand::Model => '◆',
        Hand::Agent => '▲',
        Hand::Outside => '○',
        Hand::Unknown => '?',
    }
}

/// A kind of author in a word.
pub fn hand_word(hand: Hand) -> &'static str {
    match hand {
        Hand::Person => "person",
        Hand::Model => "model",
        Hand::Agent => "agent",
        Hand::Outside => "outside",
        Hand::Unknown => "unknown",
    }
}

/// How a run came in, in a word.
pub fn how_word(run: &Written) -> &'static str {
    if run.redacted.is_some() {
        return "redacted";
    }
    match (run.how, run.seen) {
        (How::Typed, _) => "typed",
        (How::Pasted, _) => "pasted",
        (How::Outside, _) => "outside",
        (How::Proposed, Some(true)) => "seen",
        (How::Proposed, Some(false)) => "unseen",
        (How::Proposed, None) => "accepted",
    }
}

fn author_json(session: &Session, author: &AuthorId) -> Value {
    json!({"id": author.as_str(), "name": session.author_name(author)})
}

/// The lines with their runs. The form is stable: fields are only added. Columns count characters
/// from 1, the end included; times are milliseconds since 1970.
pub fn blame_json(session: &Session, name: &str, traced: &Traced, lines: &[BlameLine]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|line| {
            let start = traced.text.line_to_char(line.number - 1);
            let main = line.main().map(|part| part.run);
            json!({
                "line": line.number,
                "text": line.text,
                "author": main.map(|run| author_of(session, run)),
                "kind": main.map(|run| hand_word(run.hand)),
                "authors": line.authors(),
                "runs": line.parts.iter().map(|part| part_json(session, part, start)).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "session": session.id.to_string(),
        "name": name,
        "version": match traced.base {
            Base::Now => "now",
            Base::Saved => "saved",
            Base::Nearest { .. } => "nearest",
        },
        "elsewhere": match traced.base {
            Base::Nearest { elsewhere } => elsewhere,
            Base::Now | Base::Saved => 0,
        },
        "lines": lines,
    })
}

fn part_json(session: &Session, part: &Part, start: usize) -> Value {
    let run = part.run;
    let text = |id: &Option<EventId>| id.map(|id| id.to_string());
    let answer = run.proposal.and_then(|id| session.answer_of(&id)).map(|message| message.id);
    let decisions: Vec<String> = part.decisions.iter().map(ToString::to_string).collect();
    json!({
        "from": part.span.start.0 - start + 1,
        "to": part.span.end.0 - start,
        "author": author_of(session, run),
        "author_id": run.author.as_ref().map(AuthorId::as_str),
        "kind": hand_word(run.hand),
        "how": match run.how {
            How::Typed => "typed",
            How::Pasted => "pasted",
            How::Outside => "outside",
            How::Proposed => "proposed",
        },
        "by": run.by.as_ref().map(|author| author_json(session, author)),
        "edit": text(&run.edit),
        "at": run.at.map(|at| at.0),
        "message": text(&run.message),
        "answer": text(&answer),
        "proposal": text(&run.proposal),
        "hunk": run.hunk.map(|hunk| hunk.id.to_string()),
        "part": run.hunk.and_then(|hunk| hunk.part),
        "decisions": decisions,
        "seen": run.seen,
        "edited_before": run.edited_before,
        "edited_since": run.edited_since,
        "redacted": run.redacted.and_then(|id| session.redactions.get(&id)).map(|taken| json!({
            "by": author_json(session, &taken.author),
            "at": taken.at.0,
        })),
        "again": run.again.map(|(edit, again)| json!({
            "edit": edit.to_string(),
            "how": match again { Again::Copied => "copied", Again::BroughtBack => "brought back" },
        })),
    })
}
