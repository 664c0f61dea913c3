//! What sharing a session would add to its file: how much, by whom, and what in it should perhaps
//! not leave this machine. Pure; knows no file.

use super::scan::{Allowed, Hit, scan};
use crate::base::{AuthorId, DocId, EventId, Pos, Span, WriterId};
use crate::event::{AuthorKind, Edit, Envelope, Event, Op};
use crate::session::Session;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How much of a text before a deletion is looked at as it stood, in characters.
const BEFORE: usize = 512;

/// What kinds of events are called, one and several.
const KINDS: &[(&str, &str, &str)] = &[
    ("document.edited", "edit", "edits"),
    ("document.saved", "save", "saves"),
    ("message.posted", "message", "messages"),
    ("proposal.opened", "proposal", "proposals"),
    ("hunk.made", "hunk", "hunks"),
    ("hunk.resolved", "verdict", "verdicts"),
    ("decision.recorded", "decision", "decisions"),
    ("decision.changed", "change of a decision", "changes of decisions"),
    ("checkpoint.made", "checkpoint", "checkpoints"),
    ("comment.posted", "comment", "comments"),
    ("session.titled", "title", "titles"),
    ("document.added", "document", "documents"),
];

/// Something that should perhaps not leave this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub hit: Hit,
    /// Where it stands, in words; of several places the first.
    pub place: String,
    /// In how many places it stands.
    pub places: usize,
}

impl Finding {
    /// One line for a person. What was found is masked.
    pub fn words(&self) -> String {
        let more = match self.places {
            1 => String::new(),
            count => format!(", and {} more", plural(count - 1, "place", "places")),
        };
        let Hit { id, name, mask, kind, .. } = &self.hit;
        format!("#{id}  {name} [{kind}]: {mask}, in {}{more}", self.place)
    }
}

/// What would be added to a session file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The events, in the order of the log.
    pub added: Vec<EventId>,
    /// How many of each kind.
    pub kinds: BTreeMap<String, u64>,
    /// What they take in the file, in bytes.
    pub bytes: u64,
    /// The file has these already.
    pub known: u64,
    /// These stay on this machine.
    pub local: u64,
    /// Who is named in what is added, with what they are.
    pub names: Vec<String>,
    /// What stops it, each once.
    pub findings: Vec<Finding>,
    /// What was found and let pass.
    pub let_pass: usize,
}

impl Plan {
    /// What is new, by kind, in words; the most first.
    pub fn kinds_words(&self) -> String {
        let mut all: Vec<(u64, String)> = Vec::new();
        let mut other = 0;
        for (kind, count) in &self.kinds {
            match KINDS.iter().find(|(known, ..)| known == kind) {
                Some((_, one, many)) => all.push((*count, plural(*count as usize, one, many))),
                None => other += *count,
            }
        }
        all.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let mut words: Vec<String> = all.into_iter().map(|(_, words)| words).collect();
        if other > 0 {
            words.push(plural(other as usize, "other event", "other events"));
        }
        words.join(", ")
    }

    /// The size in words.
    pub fn size_words(&self) -> String {
        match self.bytes {
            bytes if bytes < 1_000 => format!("{bytes} bytes"),
            bytes if bytes < 1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
            bytes => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        }
    }
}

fn plural(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// What sharing `events` of the session adds to a file that has the `known` ones.
pub fn plan(
    session: &Session,
    events: &[Envelope],
    known: &BTreeSet<EventId>,
    allowed: &Allowed,
) -> Plan {
    let mut planning = Planning::new(session, known);
    events.iter().for_each(|event| planning.add(event));
    planning.plan(allowed)
}

/// The edits of one document that are added, by writer, with their numbers.
type Edits = BTreeMap<WriterId, Vec<(u64, Edit)>>;

/// A plan that is made event by event; of the events it keeps what was written into texts.
pub struct Planning<'a> {
    session: &'a Session,
    known: &'a BTreeSet<EventId>,
    plan: Plan,
    authors: BTreeSet<AuthorId>,
    edits: BTreeMap<DocId, Edits>,
    /// What was found elsewhere than in texts, with its place.
    said: Vec<(Hit, String)>,
}

impl<'a> Planning<'a> {
    /// For a file that has the `known` events. The session is folded from all that are added here.
    pub fn new(session: &'a Session, known: &'a BTreeSet<EventId>) -> Self {
        let (plan, authors) = (Plan::default(), BTreeSet::new());
        Self { session, known, plan, authors, edits: BTreeMap::new(), said: Vec::new() }
    }

    /// Looks at an event, in the order of the log.
    pub fn add(&mut self, event: &Envelope) {
        let plan = &mut self.plan;
        if event.is_local() {
            plan.local += 1;
            return;
        }
        if self.known.contains(&event.id) {
            plan.known += 1;
            return;
        }
        plan.added.push(event.id);
        *plan.kinds.entry(event.kind.clone()).or_default() += 1;
        plan.bytes += event.to_line().len() as u64 + 1;
        let writer = self.session.writers.get(&event.writer);
        if let Some(author) = writer.map(|writer| &writer.author)
            && !self.authors.contains(author)
        {
            self.authors.insert(author.clone());
        }
        match Event::decode(event) {
            Ok(Event::DocumentEdited(edit)) => {
                let writers = self.edits.entry(edit.doc.clone()).or_default();
                return writers.entry(event.writer).or_default().push((event.n, edit));
            }
            // Hashes are no secrets.
            Ok(Event::DocumentSaved { .. }) => return,
            Ok(Event::AuthorIntroduced(author)) => _ = self.authors.insert(author.author),
            _ => {}
        }
        self.look_into(event);
    }

    /// Looks for secrets in what an event says.
    fn look_into(&mut self, event: &Envelope) {
        let Ok(mut data) = event.data_with_texts() else { return };
        // A public key, a signature and the name that they are checked by are made to be shown.
        if let Some(fields) = data.as_object_mut().filter(|_| event.kind == "log.attested") {
            fields.retain(|name, _| name != "key" && name != "sig" && name != "who");
        }
        let mut texts = Vec::new();
        collect(&data, &mut texts);
        for text in texts {
            for hit in scan(&text) {
                let line =
                    text.get(..hit.at.start).map_or(0, |before| before.matches('\n').count());
                let place = place(self.session, event, line + 1);
                self.said.push((hit, place));
            }
        }
    }

    /// What was looked at, as a plan.
    pub fn plan(self, allowed: &Allowed) -> Plan {
        let Self { session, mut plan, authors, edits, said, .. } = self;
        plan.names = names(session, &authors);
        let mut places: Vec<Finding> = Vec::new();
        let mut index: BTreeMap<(String, &'static str), usize> = BTreeMap::new();
        let mut passed = BTreeSet::new();
        for (hit, place) in written(session, edits).into_iter().chain(said) {
            if allowed.lets(&hit) {
                passed.insert(hit.id);
                continue;
            }
            match index.get(&(hit.id.clone(), hit.kind)) {
                Some(at) => places[*at].places += 1,
                None => {
                    index.insert((hit.id.clone(), hit.kind), places.len());
                    places.push(Finding { hit, place, places: 1 });
                }
            }
        }
        places.sort_by_key(|finding| finding.hit.class);
        plan.findings = places;
        plan.let_pass = passed.len();
        plan
    }
}

/// Authors by name, with what they are.
fn names(session: &Session, authors: &BTreeSet<AuthorId>) -> Vec<String> {
    let mut named: Vec<String> = authors
        .iter()
        .filter_map(|author| session.authors.get(author))
        .map(|info| match info.kind {
            AuthorKind::Person => info.name.clone(),
            AuthorKind::Model => format!("{} (model)", info.name),
            AuthorKind::Agent => format!("{} (agent)", info.name),
        })
        .collect();
    named.sort();
    named.dedup();
    named
}

/// Everything that is found in what was written into texts, with its place. What stands in a text
/// now comes first, as there it can be seen.
fn written(session: &Session, mut edits: BTreeMap<DocId, Edits>) -> Vec<(Hit, String)> {
    let mut found = Vec::new();
    for (doc, writers) in &mut edits {
        let name = session.documents.get(doc).map_or("a document", |entry| entry.name.as_str());
        in_text(session, doc, name, writers, &mut found);
        for (writer, edits) in writers {
            edits.sort_by_key(|(n, _)| *n);
            let author = session.writers.get(writer).map(|writer| &writer.author);
            let author = author.map_or("unknown", |author| session.author_name(author));
            for text in typed(edits.iter().map(|(_, edit)| edit)) {
                for hit in scan(&text) {
                    // What stands there now was found there.
                    if !found.iter().any(|(one, _): &(Hit, _)| one.id == hit.id) {
                        found.push((hit, format!("what {author} wrote in {name} and is gone")));
                    }
                }
            }
        }
    }
    found
}

/// The texts of an event, whole.
fn collect(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let (1, Some(Value::String(text))) = (map.len(), map.get("$")) {
                out.push(text.clone());
                return;
            }
            map.values().for_each(|value| collect(value, out));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, out)),
        _ => {}
    }
}

fn place(session: &Session, event: &Envelope, line: usize) -> String {
    let author = session.writers.get(&event.writer).map(|writer| &writer.author);
    let author = author.map_or("unknown", |author| session.author_name(author));
    let what = match event.kind.as_str() {
        "message.posted" => "a message",
        "comment.posted" => "a comment",
        "decision.recorded" | "decision.changed" => "a decision",
        "hunk.made" | "hunk.split" | "hunk.placed" => "a hunk",
        "hunk.resolved" => "a verdict's reason",
        "session.created" | "session.titled" => "the title",
        "document.added" => "a document's name",
        "checkpoint.made" => "a checkpoint's name",
        "author.introduced" => "a name",
        kind => kind,
    };
    format!("{what} of {author} ({}), line {line}", event.id.short())
}

/// What is found in a document as it stands, where something of it is added.
fn in_text(
    session: &Session,
    doc: &DocId,
    name: &str,
    writers: &Edits,
    found: &mut Vec<(Hit, String)>,
) {
    let Some(entry) = session.documents.get(doc) else { return };
    let text = entry.document.rope().to_string();
    let hits = scan(&text);
    if hits.is_empty() {
        return;
    }
    let runs = entry.document.runs(Span::new(Pos(0), Pos(entry.document.len())));
    let is_added = |writer: WriterId, from: u32, to: u32| {
        writers.get(&writer).is_some_and(|edits| {
            edits.iter().any(|(_, edit)| edit.start < to && from < edit.start + edit.width())
        })
    };
    let (mut chars, mut bytes, mut line) = (0, 0, 1);
    for hit in hits {
        let before = text.get(bytes..hit.at.start).unwrap_or_default();
        chars += before.chars().count();
        line += before.matches('\n').count();
        bytes = hit.at.start;
        let len = text.get(hit.at.clone()).map_or(0, |text| text.chars().count());
        let span = Span::new(Pos(chars), Pos(chars + len));
        let new = runs.iter().any(|run| {
            let (start, end) = (run.span.start.max(span.start), run.span.end.min(span.end));
            let at = |pos: Pos| run.id.counter + (pos.0.saturating_sub(run.span.start.0)) as u32;
            start < end && is_added(run.id.writer, at(start), at(end))
        });
        if new {
            found.push((hit, format!("{name}, line {line}")));
        }
    }
}

/// What was written in one go, piece by piece: typing is many operations. What was deleted on the
/// way is in the log as well, so it is a piece as it stood before.
fn typed<'a>(edits: impl Iterator<Item = &'a Edit>) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut run: Vec<char> = Vec::new();
    // Where the run begins in the text, and whether something was written since it was kept.
    let (mut start, mut fresh) = (0_usize, false);
    for op in edits.flat_map(|edit| &edit.ops) {
        match op {
            Op::Insert { pos, text, .. } => {
                let pos = *pos as usize;
                if run.is_empty() || pos < start || pos > start + run.len() {
                    if fresh {
                        pieces.push(run.iter().collect());
                    }
                    run.clear();
                    start = pos;
                }
                let at = pos - start;
                run.splice(at..at, text.as_str().chars());
                fresh = true;
            }
            Op::Delete { pos, del, .. } => {
                let len = del.unsigned_abs() as usize;
                let pos = *pos as usize;
                let from = if *del < 0 { (pos + 1).saturating_sub(len) } else { pos };
                let (first, last) = (from.max(start), (from + len).min(start + run.len()));
                if first < last {
                    if fresh {
                        let kept = (last - start).saturating_sub(BEFORE);
                        let end = (last - start + BEFORE).min(run.len());
                        pieces.push(run[kept..end].iter().collect());
                        fresh = false;
                    }
                    run.drain(first - start..last - start);
                }
                if from < start {
                    start -= len.min(start - from);
                }
            }
        }
    }
    if !run.is_empty() {
        pieces.push(run.iter().collect());
    }
    pieces
}
