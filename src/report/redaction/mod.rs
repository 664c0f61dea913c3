//! What a redaction would take out of the log: which bodies of which events hold the words, and what
//! of a text's bodies stays. Pure; knows no library and no file.

mod again;
mod search;
mod words;

use crate::base::{AuthorId, DocId, EventId, OpId};
use crate::event::{Envelope, Left};
use crate::session::Session;
use crate::text::Change;
pub use again::{came_back, stands_whole};
use search::Search;
use std::collections::{BTreeMap, BTreeSet};
use words::{ever, lines_of, pieces, words_of, written_by};

/// The shortest words that are looked for everywhere, in characters.
const SHORTEST: usize = 3;
/// The shortest line of a message that is looked for elsewhere.
const LINE: usize = 12;
/// The kinds whose words are their author's.
const OWN_KINDS: [&str; 10] = [
    "message.posted",
    "session.titled",
    "hunk.made",
    "hunk.split",
    "hunk.placed",
    "hunk.resolved",
    "decision.recorded",
    "decision.changed",
    "event.redacted",
    "comment.posted",
];

/// What events are called, one and several.
const NAMED: [(&str, &str, &str); 8] = [
    ("document.edited", "edit", "edits"),
    ("message.posted", "message", "messages"),
    ("hunk.made", "hunk", "hunks"),
    ("decision.recorded", "decision", "decisions"),
    ("decision.changed", "change of a decision", "changes of decisions"),
    ("comment.posted", "comment", "comments"),
    ("egress.recorded", "record of what was sent", "records of what was sent"),
    ("event.redacted", "redaction that kept them", "redactions that kept them"),
];

/// What is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Characters of a document. `everywhere`: the same words elsewhere in the session as well.
    Text { doc: DocId, ids: Vec<(OpId, u32)>, everywhere: bool },
    /// One message, or one decision with its changes. `everywhere`: its lines elsewhere as well.
    Event { event: EventId, everywhere: bool },
    /// All that an author wrote; with `name`, what they were called, too.
    Author { author: AuthorId, name: bool },
    /// These words, wherever they stand or ever stood in the session.
    Words(String),
    /// What these redactions took out of texts and came back since: in a copy that somebody made
    /// beside them, or in what another redaction kept.
    Again(Vec<EventId>),
}

/// What a redaction would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redacting {
    /// The bodies that go, by event.
    pub bodies: BTreeMap<EventId, BTreeSet<u32>>,
    /// What stays of bodies of texts, those that went before among them.
    pub left: BTreeMap<EventId, BTreeMap<u32, Left>>,
    /// What becomes of the texts.
    pub changes: BTreeMap<DocId, Change>,
    /// What must be found nowhere afterwards.
    pub words: Vec<String>,
    /// Characters that leave the texts, as they stand.
    pub leave: usize,
    /// How many events of each kind lose words.
    pub kinds: BTreeMap<String, usize>,
}

impl Redacting {
    pub fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }

    /// What would happen, in lines for a person.
    pub fn lines(&self) -> Vec<String> {
        let characters = |count: usize| plural(count, "character", "characters");
        let mut lines = Vec::new();
        if self.leave > 0 {
            lines.push(format!("Out of the text: {}.", characters(self.leave)));
        }
        if self.leave == 0 && !self.left.is_empty() {
            lines.push("In the text it does not stand any more: it was deleted before.".into());
        }
        let mut named = Vec::new();
        let mut told = 0;
        for (kind, one, many) in NAMED {
            if let Some(count) = self.kinds.get(kind) {
                named.push(plural(*count, one, many));
                told += count;
            }
        }
        let all: usize = self.kinds.values().sum();
        if all > told {
            named.push(plural(all - told, "other event", "other events"));
        }
        lines.push(format!("Words go from {}.", named.join(", ")));
        if self.kinds.keys().any(|kind| kind != "document.edited") {
            // Its hash is of all of it.
            lines.push(
                "Of a text only these go; what else is named goes whole, each with all its words."
                    .into(),
            );
        }
        lines
    }
}

fn plural(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// Plans a redaction over all events of a session, local ones included.
///
/// # Errors
/// Why there is nothing to take out, in words.
pub fn redaction(
    session: &Session,
    events: &[Envelope],
    target: &Target,
) -> Result<Redacting, String> {
    let mut search = Search::new(session, events);
    let mut ids: BTreeMap<DocId, Vec<(OpId, u32)>> = BTreeMap::new();
    let mut phrases: Vec<String> = Vec::new();
    let mut in_texts = false;
    let mut all_requests = false;
    match target {
        Target::Words(words) => {
            let words = words.trim();
            if words.chars().count() < SHORTEST {
                return Err(format!("That is too short: give at least {SHORTEST} characters."));
            }
            phrases.push(words.to_owned());
            in_texts = true;
        }
        Target::Text { doc, ids: chosen, everywhere } => {
            let entry = session.documents.get(doc).ok_or("There is no such document.")?;
            search.made.words = lines_of(&words_of(&entry.document, chosen), 1);
            if *everywhere {
                phrases = lines_of(&words_of(&entry.document, chosen), SHORTEST);
                in_texts = true;
            }
            ids.insert(doc.clone(), chosen.clone());
        }
        Target::Event { event, everywhere } => {
            let envelope = search.events.get(event).copied();
            let envelope = envelope.ok_or("There is no such message or decision.")?;
            if !OWN_KINDS.contains(&envelope.kind.as_str()) {
                return Err(format!("{} is neither a message nor a decision.", event.short()));
            }
            let said = search.said(envelope);
            search.made.words = lines_of(&said, 1);
            search.whole(envelope);
            for other in search.belonging(event) {
                search.whole(other);
            }
            if *everywhere {
                phrases = lines_of(&said, LINE);
            }
        }
        Target::Author { author, name } => {
            all_requests = true;
            for event in events {
                let by = session.author_of(&event.id).is_some_and(|by| by == author);
                if by && OWN_KINDS.contains(&event.kind.as_str()) {
                    search.whole(event);
                }
                if *name {
                    search.name(event, author, by);
                }
            }
            for (doc, entry) in &session.documents {
                ids.insert(doc.clone(), written_by(session, entry, author));
            }
        }
        Target::Again(redactions) => {
            let named = again::named(session, |taken| redactions.contains(&taken.id));
            let named: Vec<(OpId, u32)> = named.into_iter().map(|id| (id, 1)).collect();
            for (doc, entry) in &session.documents {
                let own = named.iter().filter(|(id, _)| entry.edit_of(*id).is_some());
                ids.insert(doc.clone(), own.copied().collect());
            }
        }
    }
    if in_texts {
        for (doc, entry) in &session.documents {
            let found = phrases.iter().flat_map(|phrase| {
                ever(entry, phrase).into_iter().chain(search.in_kept(entry, phrase))
            });
            ids.entry(doc.clone()).or_default().extend(found);
        }
    }
    for (doc, chosen) in ids {
        if let Some(entry) = session.documents.get(&doc) {
            search.text(&doc, entry, &entry.document.same_words(&chosen));
        }
    }
    if search.made.words.is_empty() {
        search.made.words.clone_from(&phrases);
    }
    let pieces: Vec<String> =
        search.made.words.iter().chain(&phrases).flat_map(|words| pieces(words)).collect();
    for event in events {
        match event.kind.as_str() {
            "document.edited" => {}
            "egress.recorded" => search.request(event, &pieces, all_requests),
            _ => search.phrases(event, &phrases),
        }
    }
    let made = search.finish();
    if made.is_empty() {
        return Err("There is nothing to redact: the words stand nowhere in this session.".into());
    }
    Ok(made)
}
