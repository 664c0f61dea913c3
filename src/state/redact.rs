//! Taking words out for good: what is asked before, the events that say it, and what is shown then.
//! What others took out is asked about before it goes here, too. The library and the files are the
//! runtime's.

use super::{Ask, Cx, Dialog, Effect, Me, Model, Overlay, plural};
use crate::base::{AuthorId, DocId, EventId, Millis, Rand, WriterId};
use crate::event::{
    Author, AuthorKind, Cause, CauseKind, Edit, Envelope, Event, Gone, Redaction, Text,
};
use crate::report::{Redacting, Target, came_back, stands_whole};
use crate::session::{RedactionInfo, Session};
use std::collections::{BTreeMap, BTreeSet};

/// View state: redactions of others that were agreed to. What comes back of them goes again.
pub const AGREED: &str = "redactions-agreed";
/// What can't be reached, whoever asks.
pub const OUT_OF_REACH: &str = "Not reached: copies of the session file that others have, what git \
                                keeps of older versions, backups, and what went to a model.";

/// What a redaction would do, for a person to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub target: Target,
    pub lines: Vec<String>,
}

/// A redaction of somebody else's whose words are still here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    pub id: EventId,
    /// By whom and when.
    pub words: String,
    pub reason: String,
    /// How many events of each kind it names here.
    pub kinds: BTreeMap<String, usize>,
    /// The first words of some of what would go.
    pub samples: Vec<String>,
}

impl Pending {
    pub fn lines(&self) -> Vec<String> {
        let named = Redacting { kinds: self.kinds.clone(), ..Redacting::default() };
        let mut lines = named.lines();
        if !self.reason.is_empty() {
            lines.push(format!("Why: {}", self.reason));
        }
        lines.extend(self.samples.iter().map(|sample| format!("  {sample}")));
        lines
    }
}

/// The events of a redaction, and the lines that lose words.
#[derive(Clone, Debug, Default)]
pub struct RedactionMade {
    /// Each writer with its author and document.
    pub writers: Vec<(WriterId, AuthorId, Option<DocId>)>,
    pub events: Vec<Envelope>,
    pub lines: Vec<Envelope>,
    /// The event that says it; nothing where only local events lost words.
    pub id: Option<EventId>,
}

/// Who redacts, when and why.
#[derive(Clone, Copy, Debug)]
pub struct Saying<'a> {
    pub me: &'a Me,
    pub reason: &'a str,
    pub at: Millis,
    /// The events that the session file has, where there is one. It hears of the redaction at once,
    /// whatever else was not shared yet: so that leads back to nothing else.
    pub shared: Option<&'a BTreeSet<EventId>>,
}

/// Makes the events of a redaction by a person: what is shared about it and what stays local, then
/// the edits of the texts. The session has them then, but still the words, too.
///
/// # Errors
/// Why a text can't be changed, in words.
pub fn redaction_events(
    session: &mut Session,
    events: &[Envelope],
    plan: &Redacting,
    saying: Saying<'_>,
    rand: &mut Rand,
) -> Result<RedactionMade, String> {
    let Saying { me, reason, at, shared: known } = saying;
    let parents = match known {
        Some(known) => heads_of(events, known),
        None => session.heads(),
    };
    let introduced = is_introduced(session, events, &me.author, known);
    let mut making = Making { session, made: RedactionMade::default(), me, at, rand };
    let (person, mut last) = making.start(None, parents);
    if !introduced {
        let name = Text::new(me.name.clone());
        let author = me.author.clone();
        let event = Event::AuthorIntroduced(Author { author, kind: AuthorKind::Person, name });
        last = making.push(&event, person, vec![last]);
    }
    let (mut shared, mut local) = (Vec::new(), Vec::new());
    let none = BTreeSet::new();
    for event in events {
        let (bodies, left) = (plan.bodies.get(&event.id), plan.left.get(&event.id));
        if bodies.is_none() && left.is_none() {
            continue;
        }
        let mut event = event.clone();
        let mut redacted = event.redact(bodies.unwrap_or(&none));
        for (body, left) in left.into_iter().flatten() {
            let gone = left.gone(*body);
            match redacted.bodies.iter_mut().find(|known| known.body == *body) {
                Some(known) => *known = gone,
                // It went before; what stays of it is said anew.
                None => redacted.bodies.push(Gone { more: true, ..gone }),
            }
        }
        if event.is_local() {
            local.push(redacted);
        } else {
            shared.push(redacted);
        }
        if bodies.is_some() {
            making.made.lines.push(event);
        }
    }
    let reason = (!reason.is_empty()).then(|| Text::new(reason));
    if !shared.is_empty() {
        let event = Event::EventRedacted(Redaction { what: shared, reason });
        making.made.id = Some(making.push(&event, person, vec![last]));
    }
    if !local.is_empty() {
        let writer = making.writer(None);
        let event = Event::RecordRedacted(Redaction { what: local, reason: None });
        let heads = making.session.heads();
        making.push(&event, writer, heads);
    }
    for (doc, change) in &plan.changes {
        let heads = making.session.heads();
        let (writer, _) = making.start(Some(doc), heads);
        let Making { session, made, rand, .. } = &mut making;
        let entry = session.documents.get_mut(doc).ok_or("There is no such document.")?;
        let applied = entry
            .document
            .start_writer(writer)
            .and_then(|()| entry.document.change_as(change, Some(CauseKind::Redact)))
            .map_err(|why| format!("The text can't be changed: {why}."))?;
        let kind = CauseKind::Redact;
        let cause = Cause { kind, proposal: None, hunk: None, part: None, of: Vec::new() };
        let edit = Edit {
            doc: doc.clone(),
            start: applied.start,
            lamport: applied.lamport,
            deps: applied.deps,
            ops: applied.ops,
            cause: Some(cause),
            filled: false,
        };
        let sealed = session.seal(&Event::DocumentEdited(edit), writer, at, rand);
        session.record_own(&sealed);
        made.events.push(sealed);
    }
    Ok(making.made)
}

/// The events of a redaction as they are made.
struct Making<'a> {
    session: &'a mut Session,
    made: RedactionMade,
    me: &'a Me,
    at: Millis,
    rand: &'a mut Rand,
}

impl Making<'_> {
    fn writer(&mut self, doc: Option<&DocId>) -> WriterId {
        let writer = self.rand.writer();
        self.made.writers.push((writer, self.me.author.clone(), doc.cloned()));
        writer
    }

    /// Starts a writer whose first event leads back to `parents`.
    fn start(&mut self, doc: Option<&DocId>, parents: Vec<EventId>) -> (WriterId, EventId) {
        let writer = self.writer(doc);
        let started = Event::WriterStarted { author: self.me.author.clone(), doc: doc.cloned() };
        (writer, self.push(&started, writer, parents))
    }

    fn push(&mut self, event: &Event, writer: WriterId, parents: Vec<EventId>) -> EventId {
        let sealed = self.session.seal_after(event, writer, self.at, self.rand, parents);
        self.session.apply(&sealed);
        let id = sealed.id;
        self.made.events.push(sealed);
        id
    }
}

/// Of those of the events that are known elsewhere the last: those that none of them leads back to.
fn heads_of(events: &[Envelope], known: &BTreeSet<EventId>) -> Vec<EventId> {
    let there = events.iter().filter(|event| !event.is_local() && known.contains(&event.id));
    let mut heads: BTreeSet<EventId> = there.clone().map(|event| event.id).collect();
    there.flat_map(|event| &event.parents).for_each(|parent| _ = heads.remove(parent));
    heads.into_iter().collect()
}

/// Whether an author is introduced, where only some events are known among those.
fn is_introduced(
    session: &Session,
    events: &[Envelope],
    author: &AuthorId,
    known: Option<&BTreeSet<EventId>>,
) -> bool {
    let Some(known) = known else { return session.authors.contains_key(author) };
    events.iter().any(|event| {
        matches!(event.kind.as_str(), "session.created" | "author.introduced")
            && event.data.get("author").and_then(|of| of.as_str()) == Some(author.as_str())
            && known.contains(&event.id)
    })
}

/// What somebody else redacted and is still here: the events without those words. A body that is not
/// what was said of it, or of what stays of it, stays.
pub fn accepted(redaction: &Redaction, events: &BTreeMap<EventId, &Envelope>) -> Vec<Envelope> {
    let named: BTreeMap<EventId, &crate::event::Redacted> =
        redaction.what.iter().map(|one| (one.event, one)).collect();
    let mut lines = Vec::new();
    for (id, named) in named {
        let Some(event) = events.get(&id).filter(|event| !event.is_local()) else { continue };
        let fits = |gone: &&crate::event::Gone| {
            let at = gone.body as usize;
            at < event.body.len() && gone.fits(&event.words(at..at + 1))
        };
        let bodies: BTreeSet<u32> =
            named.bodies.iter().filter(fits).map(|gone| gone.body).collect();
        let mut event = Envelope::clone(event);
        if !event.redact(&bodies).bodies.is_empty() {
            lines.push(event);
        }
    }
    lines
}

impl Cx<'_> {
    /// Looks at what redacting would take out; the answer comes as an input.
    ///
    /// # Errors
    /// Where that can't be now.
    pub fn redact(&mut self, target: Target) -> Result<(), String> {
        if self.model.ephemeral || !self.model.has_history() {
            return Err("Nothing of this is kept, so there is nothing to redact.".into());
        }
        if self.model.turn.is_some() {
            return Err("An answer is coming: wait for it, or stop it with Esc.".into());
        }
        self.seal_bursts();
        if !self.model.preamble.is_empty() {
            return Err("Nothing is in the log yet.".into());
        }
        self.store_view();
        let session = self.model.session.id;
        self.effect(Effect::Redact { session, targets: both(target), confirmed: false });
        self.info("Looking at what would be redacted…");
        Ok(())
    }

    /// What redacting would do is known: it is asked about.
    pub fn redacting(&mut self, found: Result<Vec<Preview>, String>) {
        let previews = match found {
            Ok(previews) => previews,
            Err(why) => return self.error(why),
        };
        self.model.drop_info();
        let mut lines = Vec::new();
        let mut choices = Vec::new();
        let several = previews.len() > 1;
        for (index, preview) in previews.iter().enumerate() {
            let everywhere = is_everywhere(&preview.target);
            if several {
                let place = if everywhere { "Everywhere in this session:" } else { "Only here:" };
                lines.push(place.to_owned());
            }
            // What is the same in both is said once: the keys must be on every screen.
            let told = |line: &&String| !lines.contains(line);
            let fresh: Vec<String> = preview.lines.iter().filter(told).cloned().collect();
            lines.extend(fresh);
            let (key, label) = match (several, everywhere) {
                (false, _) => ('y', "Redact it"),
                (true, true) => ('e', "Redact it everywhere in this session"),
                (true, false) => ('h', "Redact it here only"),
            };
            choices.push((key, label.to_owned(), format!("dialog.choose {index}")));
        }
        lines.push(OUT_OF_REACH.into());
        lines.push(
            "This can't be undone. Save the file then: until that it holds the words.".into(),
        );
        choices.push(('n', "No".to_owned(), "dialog.no".to_owned()));
        let chosen = choices.len() - 1;
        let title = "Take this out of the log for good?".to_owned();
        let ask = Ask::Redact { targets: previews.into_iter().map(|one| one.target).collect() };
        self.model.ui.overlays.push(Overlay::Dialog(Dialog { ask, title, lines, choices, chosen }));
    }

    /// A person said whether.
    pub fn redact_answered(&mut self, targets: Vec<Target>, answer: &str) {
        let index = answer.parse::<usize>().ok();
        match index.and_then(|index| targets.into_iter().nth(index)) {
            Some(target) => {
                self.seal_bursts();
                let session = self.model.session.id;
                self.effect(Effect::Redact { session, targets: vec![target], confirmed: true });
            }
            None => self.info("Nothing was redacted."),
        }
    }

    /// What others redacted and is still here is known: the first is asked about.
    pub fn redactions(&mut self, pending: Result<Vec<Pending>, String>) {
        let pending = match pending {
            Ok(pending) => pending,
            Err(why) => return self.error(why),
        };
        let Some(first) = pending.first() else {
            return self.info("Nobody's redaction waits for you.");
        };
        let mut lines = first.lines();
        if pending.len() > 1 {
            lines.push(format!("{} more wait.", pending.len() - 1));
        }
        let title = format!("Words were {}: here, too?", first.words);
        let choices = vec![
            ('y', "Yes, take them out of my copy for good".to_owned(), "dialog.yes".to_owned()),
            ('k', "Keep them in my copy".to_owned(), "dialog.choose keep".to_owned()),
            ('n', "Not now".to_owned(), "dialog.no".to_owned()),
        ];
        let ask = Ask::Redaction { id: first.id };
        self.model.ui.overlays.push(Overlay::Dialog(Dialog {
            ask,
            title,
            lines,
            choices,
            chosen: 2,
        }));
    }

    /// A person said what becomes of somebody else's redaction.
    pub fn redaction_answered(&mut self, id: EventId, answer: &str) {
        let session = self.model.session.id;
        match answer {
            "yes" | "keep" => {
                self.seal_bursts();
                if answer == "yes" {
                    self.model.redactions_agreed.insert(id);
                }
                self.effect(Effect::Redaction { session, id, accept: answer == "yes" });
            }
            _ => {}
        }
    }

    /// Takes out again what came back of words that this person redacted, or agreed to: others did
    /// something beside it. The log has everything before.
    pub(super) fn redact_again(&mut self) {
        let model = &*self.model;
        let agreed = |taken: &RedactionInfo| model.redactions_agreed.contains(&taken.id);
        let holds = |taken: &RedactionInfo| model.is_me(&taken.author) || agreed(taken);
        let session = &model.session;
        if model.ephemeral || !came_back(session, holds) && !stands_whole(session, agreed) {
            return;
        }
        self.seal_bursts();
        let session = self.model.session.id;
        self.effect(Effect::RedactAgain(session));
    }

    /// Says that somebody redacted words, when that came in.
    pub(super) fn tell_redactions(&mut self, fresh: &[&Envelope]) {
        let others =
            |event: &&&Envelope| event.kind == "event.redacted" && self.model.is_others(&event.id);
        let count = fresh.iter().filter(others).count();
        if count > 0 {
            self.warn(format!(
                "{} by others came in: session.redactions shows what goes, and asks.",
                plural(count, "redaction")
            ));
        }
    }
}

impl Model {
    /// It is done: what is shown is the log without the words, and nothing in memory keeps them.
    pub fn redacted(&mut self, session: Session, words: String) -> Vec<Effect> {
        // What was cut or copied, and what was kept of a request, may hold them.
        self.ui.clip = None;
        self.last_sent = None;
        self.reload_words = Some(words);
        self.reloaded(session)
    }
}

fn is_everywhere(target: &Target) -> bool {
    match target {
        Target::Text { everywhere, .. } | Target::Event { everywhere, .. } => *everywhere,
        Target::Author { .. } | Target::Words(_) | Target::Again(_) => true,
    }
}

/// Both ways in which a target can be meant.
fn both(target: Target) -> Vec<Target> {
    match target {
        Target::Text { doc, ids, .. } => [true, false]
            .map(|everywhere| Target::Text { doc: doc.clone(), ids: ids.clone(), everywhere })
            .into(),
        Target::Event { event, .. } => {
            [true, false].map(|everywhere| Target::Event { event, everywhere }).into()
        }
        other => vec![other],
    }
}
