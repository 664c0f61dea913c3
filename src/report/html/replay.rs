//! The session step by step: what came in which order, and how the texts changed with it. Bounded:
//! a long session has many edits in a step.

use super::authors::Authors;
use super::escape::clean;
use super::text::kind_words;
use crate::base::when::minute;
use crate::base::{DocId, EventId, Pos, Span};
use crate::report::blame::author_of;
use crate::session::{EditEntry, Hand, Session};
use crate::text::Document;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The most steps; and how many where those hold too much.
const STEPS: [usize; 3] = [300, 60, 12];
/// The most bytes of text that all steps write together.
const BYTES: usize = 4 << 20;

/// What happened, in a word for one and for several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Edit,
    Message,
    Proposed,
    Verdict,
    Decision,
    Comment,
}

impl What {
    fn words(self, count: usize) -> String {
        let (one, many) = match self {
            Self::Edit => ("edit", "edits"),
            Self::Message => ("message", "messages"),
            Self::Proposed => ("proposed change", "proposed changes"),
            Self::Verdict => ("verdict", "verdicts"),
            Self::Decision => ("decision", "decisions"),
            Self::Comment => ("comment", "comments"),
        };
        if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
    }
}

/// Something that happened.
struct Moment<'a> {
    id: EventId,
    what: What,
    edit: Option<(&'a DocId, &'a EditEntry)>,
}

/// An author as the texts tell one.
type Who = (Hand, String);

/// The session in steps.
pub struct Replay {
    /// In which step something came, from 1.
    of: BTreeMap<EventId, usize>,
    /// What the page's script needs; nothing where there is nothing to replay.
    pub data: Option<Value>,
    pub count: usize,
    /// How many edits the longest step holds.
    pub most_edits: usize,
    /// There is too much of it for a page.
    pub too_much: bool,
}

impl Replay {
    pub fn of(session: &Session, docs: &[&DocId], authors: &Authors) -> Self {
        let moments = moments(session);
        let mut made = None;
        for most in STEPS {
            let steps: Vec<&[Moment<'_>]> = steps(&moments, most);
            made = texts(session, &steps, docs).map(|texts| (steps, texts));
            if made.is_some() {
                break;
            }
        }
        let Some((steps, (texts, who))) = made else {
            let (of, data) = (BTreeMap::new(), None);
            return Self { of, data, count: 0, most_edits: 0, too_much: true };
        };
        let mut of = BTreeMap::new();
        for (index, step) in steps.iter().enumerate() {
            of.extend(step.iter().map(|moment| (moment.id, index + 1)));
        }
        let edits =
            |step: &&[Moment<'_>]| step.iter().filter(|moment| moment.what == What::Edit).count();
        let most_edits = steps.iter().map(edits).max().unwrap_or(0);
        let list: Vec<Value> = steps
            .iter()
            .zip(texts)
            .map(|(step, texts)| {
                let at = step.iter().filter_map(|moment| session.made_at(&moment.id)).max();
                let at = at.map(minute).unwrap_or_default();
                json!({"at": at, "what": clean(&words(session, step)), "texts": texts})
            })
            .collect();
        let count = list.len();
        // One step is no replay.
        let looks: Vec<Value> = who
            .iter()
            .map(|(hand, name)| {
                let look = authors.look(*hand, name);
                json!([look.class, look.sign, clean(name), kind_words(*hand)])
            })
            .collect();
        let data = (count > 1).then(|| json!({"steps": list, "looks": looks}));
        Self { of, data, count, most_edits, too_much: false }
    }

    /// In which step something came: 0 for what was there before, or is not known.
    pub fn step(&self, id: &EventId) -> usize {
        self.of.get(id).copied().unwrap_or(0)
    }
}

/// Everything that a replay shows, in order.
fn moments(session: &Session) -> Vec<Moment<'_>> {
    let mut all: Vec<Moment<'_>> = Vec::new();
    for (doc, entry) in &session.documents {
        let edits = entry.edits().map(|edit| (What::Edit, edit.id, Some((doc, edit))));
        all.extend(edits.map(|(what, id, edit)| Moment { id, what, edit }));
    }
    let mut add = |what, id| all.push(Moment { id, what, edit: None });
    for message in session.transcript.iter() {
        add(What::Message, message.id);
    }
    for hunk in session.proposals.hunks() {
        if hunk.of.part.is_none_or(|part| part == 0) {
            add(What::Proposed, hunk.of.id);
        }
        if let Some(id) = hunk.verdict.setter() {
            add(What::Verdict, id);
        }
    }
    for decision in session.decisions.newest() {
        add(What::Decision, decision.id);
        if let Some(id) = decision.status.setter().filter(|id| *id != decision.id) {
            add(What::Decision, id);
        }
    }
    for comment in session.comments.iter() {
        add(What::Comment, comment.id);
    }
    all.sort_by_key(|moment| (session.lamport_of(&moment.id), moment.id));
    all.dedup_by_key(|moment| moment.id);
    all
}

/// The moments cut into at most so many steps, each as long as the others.
fn steps<'a, 'b>(moments: &'b [Moment<'a>], most: usize) -> Vec<&'b [Moment<'a>]> {
    moments.chunks(moments.len().div_ceil(most).max(1)).collect()
}

/// What happened in a step: `Ada: 3 edits; scripted/large: 1 message`.
fn words(session: &Session, step: &[Moment<'_>]) -> String {
    let mut all: Vec<(&str, What, usize)> = Vec::new();
    for moment in step {
        let name = session.author_of(&moment.id).map_or("unknown", |one| session.author_name(one));
        match all.iter_mut().find(|(who, what, _)| (*who, *what) == (name, moment.what)) {
            Some((_, _, count)) => *count += 1,
            None => all.push((name, moment.what, 1)),
        }
    }
    let mut out = String::new();
    for (index, (name, what, count)) in all.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| all.get(before));
        if before.is_some_and(|(who, ..)| who == name) {
            out.push_str(", ");
        } else {
            out.push_str(if index == 0 { "" } else { "; " });
            out.push_str(&format!("{name}: "));
        }
        out.push_str(&what.words(*count));
    }
    out
}

/// Of each step what it does to the texts: for each document the spans that are replaced, counted
/// in UTF-16 as scripts count, with the words that stand there then and by whom, as a place in the
/// list of all. Nothing where that is too much.
fn texts(
    session: &Session,
    steps: &[&[Moment<'_>]],
    docs: &[&DocId],
) -> Option<(Vec<Value>, Vec<Who>)> {
    let mut now: Vec<Document> = docs.iter().map(|doc| Document::new((*doc).clone())).collect();
    let (mut bytes, mut all) = (0, Vec::with_capacity(steps.len()));
    let mut who: Vec<Who> = Vec::new();
    for step in steps {
        let mut changed = Vec::new();
        for (index, (doc, document)) in docs.iter().zip(&mut now).enumerate() {
            let edits = step.iter().filter_map(|moment| moment.edit);
            let edits: Vec<_> = edits
                .filter(|(of, _)| of == doc)
                .map(|(_, entry)| (entry.writer, &entry.edit))
                .collect();
            if edits.is_empty() {
                continue;
            }
            let before = document.rope().clone();
            let Ok(imported) = document.apply_edits(&edits) else { continue };
            let entry = session.documents.get(*doc)?;
            let (mut splices, mut shift) = (Vec::new(), 0_isize);
            for (span, len) in imported.delta.0 {
                let start = before.char_to_utf16_cu(span.start.0);
                let gone = before.char_to_utf16_cu(span.end.0) - start;
                let from = span.start.0.saturating_add_signed(shift);
                shift += len as isize - span.len() as isize;
                let span = Span { start: Pos(from), end: Pos(from + len) };
                let mut runs: Vec<(usize, String)> = Vec::new();
                for run in session.written_in(entry, document, span) {
                    let text = clean(&document.rope().slice(run.span.range()).to_string());
                    bytes += text.len() + 16;
                    let name = author_of(session, &run);
                    let known = who.iter().position(|one| one.0 == run.hand && one.1 == name);
                    let look = known.unwrap_or_else(|| {
                        who.push((run.hand, name.to_owned()));
                        who.len() - 1
                    });
                    match runs.last_mut() {
                        Some((last, words)) if *last == look => words.push_str(&text),
                        _ => runs.push((look, text)),
                    }
                }
                splices.push(json!([start, gone, runs]));
            }
            if bytes > BYTES {
                return None;
            }
            if !splices.is_empty() {
                changed.push(json!([index, splices]));
            }
        }
        all.push(Value::Array(changed));
    }
    Some((all, who))
}
