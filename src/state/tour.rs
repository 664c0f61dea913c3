//! The tour: a session that ships with cowrite, and what to do next in it.
//!
//! A step is done when the session says so, whatever way led there; a step that can't be done
//! here, for want of a model, can be passed over.

use super::{Cx, Model};
use crate::event::{HunkVerdict, MessageRole};
use crate::session::Session;

/// The session file.
pub const TOUR: &str = include_str!("../../sessions/tour.cowrite.jsonl");
/// The session in it.
pub const TOUR_SESSION: &str = "a279554d9ece9abacaf8b4f587a4efdd8a251860048ac6127c818bc12ac3cf61";

/// How far somebody came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tour {
    /// The step to do next, an index of [`STEPS`]; their number at the end.
    pub step: usize,
    /// Something was found in a search.
    pub searched: bool,
}

/// One thing to do.
pub struct Step {
    /// What to do; each `{area.verb}` stands for the command's key.
    pub words: &'static str,
    done: fn(&Model) -> bool,
}

const fn step(words: &'static str, done: fn(&Model) -> bool) -> Step {
    Step { words, done }
}

/// In order.
pub const STEPS: &[Step] = &[
    step("{cursor.bottom} goes to the end: write a line there", wrote),
    step("{hunk.next} goes to a change; {hunk.accept} accepts it", |model| {
        said(model, HunkVerdict::Accepted)
    }),
    step("{hunk.next} to the other; {hunk.reject-because} rejects and says why", |model| {
        said(model, HunkVerdict::Rejected)
    }),
    step("{app.focus-chat}, then ask something; Enter sends", asked),
    step("{app.focus-editor}, go to a paragraph, {chat.rewrite}, “shorter”", proposed),
    step("{decision.new} records a decision; Ctrl-S keeps it", |model| {
        model.session.decisions.newest().iter().any(|made| model.is_me(&made.author))
    }),
    step("{app.sessions}, / and a word search all you wrote; Esc", |model| {
        model.ui.tour.is_some_and(|tour| tour.searched) && model.ui.overlays.is_empty()
    }),
];

/// What is said at the end.
pub const END: &str = "That is all. {file.open} opens a file, {app.help} helps";

fn wrote(model: &Model) -> bool {
    let mut edits = model.session.documents.values().flat_map(|entry| entry.edits().rev());
    edits.any(|edit| edit.edit.cause.is_none() && model.is_me(&edit.author))
}

fn said(model: &Model, verdict: HunkVerdict) -> bool {
    let hunks = model.session.proposals.hunks().into_iter();
    let mut verdicts = hunks.filter_map(|hunk| hunk.verdict.value());
    verdicts.any(|said| said.verdict == verdict && model.is_me(&said.author))
}

fn asked(model: &Model) -> bool {
    let messages = model.session.transcript.iter();
    let mine = messages.filter(|one| one.role == MessageRole::Person && model.is_me(&one.author));
    model.turn.is_none() && mine.count() > 0
}

/// A proposal came besides the one that ships.
fn proposed(model: &Model) -> bool {
    model.turn.is_none() && model.session.proposals.proposals().count() > 1
}

/// Whether a session is the tour.
pub fn is_tour(session: &Session) -> bool {
    TOUR_SESSION.parse() == Ok(session.id)
}

impl Model {
    /// Goes on to the first step that is not done.
    pub(super) fn advance_tour(&mut self) {
        let Some(mut tour) = self.ui.tour else { return };
        while STEPS.get(tour.step).is_some_and(|step| (step.done)(self)) {
            tour.step += 1;
        }
        self.ui.tour = Some(tour);
    }
}

impl Cx<'_> {
    /// Passes over a step of the tour.
    pub fn skip_step(&mut self) -> Result<(), String> {
        let Some(tour) = &mut self.model.ui.tour else {
            return Err("This is not the tour: app.tour opens it.".into());
        };
        tour.step = (tour.step + 1).min(STEPS.len());
        Ok(())
    }
}
