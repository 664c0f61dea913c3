//! What came from others and was not seen yet: marked until a person has been there. Of this
//! machine alone, no event.

use super::{Cx, Focus, FoundMessage, Model, Tab, plural};
use crate::base::{AuthorId, EventId};
use crate::event::{Envelope, Op};
use crate::report::{handoff, unknown_to};
use crate::store::Write;
use std::collections::BTreeSet;

/// View state: the events that came from others and were not seen yet.
pub const NEW: &str = "new";
/// View state: when the session came here whole, in milliseconds since 1970, where nobody has
/// looked at its handoff page.
pub const FIRST: &str = "first";
/// The most that are remembered: who was away that long reads the handoff page.
const MOST: usize = 4_000;

/// Whether an event says something to a person, by its kind.
pub fn is_news(event: &Envelope) -> bool {
    matches!(
        event.kind.as_str(),
        "message.posted"
            | "decision.recorded"
            | "decision.changed"
            | "document.edited"
            | "hunk.resolved"
            | "proposal.opened"
            | "session.titled"
            | "comment.posted"
            | "event.redacted"
    )
}

impl Model {
    /// What was new when the session was left, and what came since.
    pub(super) fn restore_news(&mut self, value: &str) {
        let ids = value.split_whitespace().filter_map(|id| id.parse().ok());
        let ids: Vec<EventId> = ids.take(MOST).collect();
        self.ui.news = ids.into_iter().filter(|id| self.is_others(id)).collect();
    }

    /// What others did in a session that came here whole, where this person had done nothing in it
    /// before and has not looked at its handoff page.
    pub fn unknown(&self) -> Option<BTreeSet<EventId>> {
        unknown_to(&self.session, self.ui.first?, |author| self.is_me(author))
    }

    /// Whether something that is shown is somebody else's.
    pub(super) fn is_others(&self, id: &EventId) -> bool {
        self.session.author_of(id).is_some_and(|author| !self.is_me(author))
    }

    /// Whose edits, messages and decisions are new: the names, in order.
    pub fn news_by(&self) -> Vec<String> {
        let authors: BTreeSet<&AuthorId> =
            self.ui.news.iter().filter_map(|id| self.session.author_of(id)).collect();
        let mut names: Vec<String> =
            authors.into_iter().map(|author| self.session.author_name(author).to_owned()).collect();
        names.sort();
        names.dedup();
        names
    }
}

impl Cx<'_> {
    /// Events came: what others wrote is new.
    pub(super) fn note_news(&mut self, events: &[&Envelope]) {
        self.tell_redactions(events);
        let news: Vec<EventId> =
            events.iter().filter(|event| is_news(event)).map(|event| event.id).collect();
        let before = self.model.ui.news.len();
        for id in &news {
            if self.model.is_others(id) && self.model.ui.news.len() < MOST {
                self.model.ui.news.insert(*id);
            }
        }
        if self.model.ui.news.len() > before {
            self.model.ui.fresh.came(&news);
            self.model.ui.panel.made_for = None;
            self.store_news();
        }
    }

    fn store_news(&mut self) {
        let ids: Vec<String> = self.model.ui.news.iter().map(ToString::to_string).collect();
        let session = self.model.session.id;
        self.write(Write::View { session, key: NEW.into(), value: ids.join(" ") });
    }

    /// The handoff page. What is in a session that was not known is known from then on.
    pub fn handoff(&mut self) -> (String, Vec<String>) {
        let model = &*self.model;
        let Some(all) = model.unknown() else {
            let title = "What changed since you looked last".into();
            return (title, handoff(&model.session, &model.ui.news, false, model.now));
        };
        let lines = handoff(&model.session, &all, true, model.now);
        self.model.ui.first = None;
        let session = self.model.session.id;
        self.write(Write::View { session, key: FIRST.into(), value: String::new() });
        ("What is in this session".into(), lines)
    }

    /// Something was looked at.
    pub fn saw(&mut self, ids: &[EventId]) {
        let before = self.model.ui.news.len();
        self.model.ui.news.retain(|id| !ids.contains(id));
        if self.model.ui.news.len() < before {
            self.model.ui.panel.made_for = None;
            self.forget_places();
            self.store_news();
        }
    }

    /// Everything was looked at.
    pub fn saw_all(&mut self) {
        let all: Vec<EventId> = self.model.ui.news.iter().copied().collect();
        self.led_to(&[]);
        self.saw(&all);
    }

    /// Goes to the next thing that is new, in the order in which it was made, and takes the mark
    /// off. Edits of one person in a row are one thing.
    ///
    /// # Errors
    /// When nothing is.
    pub fn next_new(&mut self) -> Result<(), String> {
        self.led_to(&[]);
        let session = &self.model.session;
        let order = |id: &EventId| (session.lamport_of(id), *id);
        let mut all: Vec<EventId> = self.model.ui.news.iter().copied().collect();
        all.sort_by_key(order);
        let first = *all.first().ok_or("Nothing is new.")?;
        let who = session.author_of(&first).map(|author| session.author_name(author));
        let who = who.unwrap_or("unknown").to_owned();
        let decision = session.decisions.of_setting(&first).map(|decision| decision.id);
        if self.model.session.transcript.get(&first).is_some() {
            self.show_message(FoundMessage { id: first, words: Vec::new(), scroll: true });
            self.saw(&[first]);
        } else if let Some(id) = decision {
            self.show_decision(id);
            let session = &self.model.session;
            let same = |one: &EventId| session.decisions.of_setting(one).map(|one| one.id);
            let seen: Vec<EventId> =
                all.iter().copied().filter(|one| same(one) == Some(id)).collect();
            self.saw(&seen);
            let title = self.model.session.decisions.get(&id).map_or("", |one| one.title());
            let words = format!("{who} decided or changed “{title}”");
            self.info(self.left(&words));
            return Ok(());
        } else if self.model.session.comments.get(&first).is_some() {
            let there = self.go_to_comment(first);
            self.saw(&[first]);
            let text = self.model.session.comments.get(&first).map_or("", |one| one.text());
            let gone = if there { "" } else { " (its text is gone, or in another document)" };
            let words = format!("{who} commented: “{}”{gone}", short(text));
            self.info(self.left(&words));
            return Ok(());
        } else if self.go_to_edits(&all, &who) {
            return Ok(());
        } else {
            // A verdict or a title: said, and seen by that.
            self.saw(&[first]);
            let title = self.model.session.title().to_owned();
            let hunks = self.model.session.proposals.hunks();
            let verdict = hunks.iter().any(|hunk| hunk.verdict.heads().contains(&first));
            let words = match verdict {
                true => format!("{who} said something to a hunk"),
                false if self.model.session.title.heads().contains(&first) => {
                    format!("{who} called the session “{title}”")
                }
                false if self.model.session.redactions.get(&first).is_some() => {
                    format!("{who} redacted something: session.handoff tells what")
                }
                false => {
                    format!("{who} proposed or changed something that shows in the Review tab")
                }
            };
            self.info(self.left(&words));
            return Ok(());
        }
        let words = format!("New, of {who}");
        self.info(self.left(&words));
        Ok(())
    }

    fn left(&self, words: &str) -> String {
        match self.model.ui.news.len() {
            0 => format!("{words}. Nothing else is new."),
            count => format!("{words}. {} more.", plural(count, "new thing")),
        }
    }

    /// Goes to where the first of the edits stands; those of its author in this document are seen.
    fn go_to_edits(&mut self, all: &[EventId], who: &str) -> bool {
        let Some(first) = all.first() else { return false };
        let found = self.model.session.documents.iter().find_map(|(doc, entry)| {
            entry.edit(first).map(|edit| (doc.clone(), edit.author.clone()))
        });
        let Some((doc, author)) = found else { return false };
        let Some(entry) = self.model.session.documents.get(&doc) else { return false };
        let run: Vec<EventId> = all
            .iter()
            .copied()
            .take_while(|id| entry.edit(id).is_some_and(|edit| edit.author == author))
            .collect();
        let (mut spans, mut wrote, mut took) = (Vec::new(), 0, 0);
        for edit in run.iter().filter_map(|id| entry.edit(id)) {
            spans.extend(entry.document.reach(edit.writer, &edit.edit).span());
            for op in &edit.edit.ops {
                match op {
                    Op::Insert { ins, .. } => wrote += *ins as usize,
                    Op::Delete { del, .. } => took += del.unsigned_abs() as usize,
                }
            }
        }
        let name = entry.name.clone();
        let start = spans.iter().map(|span| span.start).min();
        self.led_to(&run);
        self.saw(&run);
        let words =
            format!("{who} wrote {} and deleted {took} in {name}", plural(wrote, "character"),);
        if let Some(start) = start.filter(|_| doc == self.model.doc) {
            self.model.ui.focus = Focus::Editor;
            self.go(start);
            self.model.ui.reveal = true;
        }
        self.info(self.left(&words));
        true
    }

    /// Shows the list of decisions with one chosen.
    pub fn show_decision(&mut self, id: EventId) {
        let all = self.model.session.decisions.newest();
        let Some(index) = all.iter().position(|decision| decision.id == id) else { return };
        self.model.ui.tab = Tab::Decisions;
        self.model.ui.focus = Focus::Panel;
        let list = &mut self.model.ui.decisions;
        list.filter.set_text("");
        list.chosen = index;
    }
}

/// The beginning of a text in one line.
fn short(text: &str) -> String {
    const MOST: usize = 120;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
