//! The end of a turn: the answer goes into the log with what became of its edits, and the person is
//! told.

use super::{Cx, Effect, Model, Task, Turn, plural};
use crate::assist::{Dialect, Form};
use crate::event::{EditCount, Event, MessageRole, MessageStatus, Tally, Text};
use crate::session::HunkState;

/// What to do about hunks without a place, in the workspace.
pub const PLACE_BY_HAND: &str = "Alt-N shows where, Alt-P places at the selection";
/// What is said where a change was wanted and none came.
const NO_EDIT: &str =
    "No edit was found in the answer, which was to have blocks: read it in the conversation.";
/// Where hunks of other documents are, in the workspace.
pub const LISTED: &str = "Alt-5 lists them, Enter goes there";
/// What shows what was folded away, in the workspace.
pub const SHOW_AGAIN: &str = "Alt-Shift-G shows";

/// Where the hunks of an answer are that are not for its own document.
fn abroad(model: &Model, turn: &Turn) -> String {
    let name = |doc| model.session.documents.get(doc).map(|entry| entry.name.as_str());
    let names: Vec<&str> = turn.grounds.keys().filter_map(name).collect();
    let (count, is) = (plural(turn.abroad, "hunk"), if turn.abroad == 1 { "is" } else { "are" });
    format!("{count} {is} for {}: {LISTED}.", names.join(", "))
}

/// What is said of open hunks that later ones took the place of.
fn in_place_of(count: usize) -> Option<String> {
    Some(match count {
        0 => return None,
        1 => "1 hunk that was open for the same text is superseded; undo brings it back.".into(),
        _ => format!(
            "{count} hunks that were open for the same text are superseded; undo brings them back."
        ),
    })
}

fn unread(why: &str) -> String {
    format!("An edit in the answer could not be read: {why}")
}

impl Cx<'_> {
    /// Stops the running answer at once; what came is kept.
    pub fn cancel_turn(&mut self) -> bool {
        let Some(turn) = self.model.turn.take() else { return false };
        self.effect(Effect::Cancel(turn.id.clone()));
        let another = !self.model.queue.is_empty();
        self.end_turn(turn, MessageStatus::Cancelled, None, false);
        // What was queued is asked now: that is what there is to see.
        if !another {
            self.info("Stopped. What had come is kept.");
        }
        true
    }

    /// The answer was cut short. Its whole blocks are hunks; a rewrite that is not whole is none,
    /// or it would delete what was not written any more.
    pub(super) fn end_cut(&mut self, turn: Turn, why: &str) {
        let advice = if turn.dialect == Dialect::Blocks {
            "/continue goes on, /retry asks again."
        } else {
            "A rewrite in part is not taken: select less, or /retry."
        };
        let another = !self.model.queue.is_empty();
        self.end_turn(turn, MessageStatus::Incomplete, Some(why.into()), false);
        if !another {
            self.warn(format!("Cut short: {why} {advice}"));
        }
    }

    /// Tells the log of the edits that no hunk tells of.
    fn close(&mut self, turn: &Turn) {
        if turn.tally.is_empty() {
            return;
        }
        let count = |(&(form, outcome), &count): (&(Option<Form>, &str), &u64)| EditCount {
            form: form.map(|form| form.name().into()),
            outcome: outcome.into(),
            count,
        };
        let tally = Tally {
            question: turn.question,
            doc: turn.doc.clone(),
            dialect: turn.asked_for().into(),
            edits: turn.tally.iter().map(count).collect(),
        };
        self.append_as_model(&turn.author, &Event::ProposalClosed(tally));
    }

    /// The new text of the first hunk of an answer that repeats what was turned down, in short.
    fn folded_first(&self, turn: &Turn) -> Option<String> {
        let folded = self.model.session.folded_in(&turn.doc);
        let first = folded.into_iter().find(|hunk| Some(hunk.proposal) == turn.proposal)?;
        let text = if first.new.trim().is_empty() { &first.old } else { &first.new };
        let words: Vec<&str> = text.split_whitespace().collect();
        let words = words.join(" ");
        let short: String = words.chars().take(40).collect();
        Some(if short.len() < words.len() { format!("{short}…") } else { short })
    }

    /// How many edits of an answer have no place, of how many; `None` if all have one. What a second
    /// answer brings counts with the first.
    fn unplaced_of(&self, turn: &Turn) -> Option<(usize, usize)> {
        let session = &self.model.session;
        let asked = |question| session.transcript.asked_by_person(question);
        let own = asked(turn.question);
        let states = session.proposals.hunks().into_iter().filter_map(|hunk| {
            let proposal = session.proposals.proposal(&hunk.proposal)?;
            let counts = asked(proposal.question) == own
                && hunk.file.is_none()
                && !session.proposals.is_folded(hunk);
            let entry = session.documents.get(&proposal.doc).filter(|_| counts)?;
            Some(hunk.state(&entry.document))
        });
        let states: Vec<_> = states.filter(|state| *state != HunkState::Superseded).collect();
        let unplaced = states.iter().filter(|state| **state == HunkState::Unplaced).count();
        (unplaced > 0).then_some((unplaced, states.len()))
    }

    pub(super) fn end_turn(
        &mut self,
        mut turn: Turn,
        status: MessageStatus,
        error: Option<String>,
        whole: bool,
    ) {
        if turn.ending.is_none() {
            let pieces = if whole { turn.parser.finish() } else { turn.parser.cut_off() };
            let tally = turn.tally.clone();
            self.pieces(&mut turn, pieces);
            if !whole {
                // That the last edit is torn is not the model's doing.
                turn.tally = tally;
            }
            if whole && !turn.aside.is_empty() {
                turn.ending = Some(status);
                self.model.turn = Some(turn);
                return;
            }
        }
        self.close_turn(turn, status, error, whole);
    }

    /// All of the answer is read: it goes into the log.
    pub(super) fn close_turn(
        &mut self,
        mut turn: Turn,
        status: MessageStatus,
        error: Option<String>,
        whole: bool,
    ) {
        self.take_up_rest(&mut turn);
        if whole {
            self.finish_edits(&mut turn);
            let tried = turn.hunks > 0 || !turn.tally.is_empty();
            if turn.task == Task::Change && turn.dialect == Dialect::Blocks && !tried {
                turn.warnings.push(NO_EDIT.into());
            }
        }
        turn.elsewhere.dedup();
        turn.warnings.append(&mut turn.elsewhere);
        if turn.abroad > 0 {
            turn.warnings.push(abroad(self.model, &turn));
        }
        self.close(&turn);
        let text = std::mem::take(&mut turn.text);
        let event = Event::MessagePosted {
            role: MessageRole::Model,
            after: Some(turn.question),
            text: Text::new(text),
            status,
            model: Some(Text::new(turn.model.clone())),
            usage: turn.usage.map(|usage| self.model.priced(&turn.provider, &turn.model, usage)),
            error: error.map(Text::new),
            links: Vec::new(),
            asked: None,
            reasoning: (!turn.reasoning.is_empty()).then(|| Text::new(turn.reasoning.text())),
            brought: None,
        };
        let author = turn.author.clone();
        let id = self.append_answer(&author, &event, turn.id.clone());
        self.model.ui.thoughts.posted(id);
        self.barrier();
        self.model.ui.live = None;
        self.model.session.track_hunks();
        self.model.refresh();
        let asked = if whole && status == MessageStatus::Complete {
            self.ask_for_repair(&turn, id)
        } else {
            Ok(false)
        };
        if asked == Ok(true) {
            // What is to be said of this answer is said at the end of the second.
            turn.warnings.extend(turn.malformed.first().map(|why| unread(why)));
            if let Some(next) = self.model.turn.as_mut() {
                next.warnings.splice(0..0, turn.warnings);
                next.overtaken += turn.overtaken;
            }
            return;
        }
        let mut words = Vec::new();
        let failed = matches!(status, MessageStatus::Failed | MessageStatus::Cancelled);
        if failed {
            // Why it ended is said already.
        } else if let Some(first) = turn.malformed.first() {
            words.push(unread(first));
        } else if let Some((unplaced, all)) = self.unplaced_of(&turn) {
            words.push(format!(
                "{unplaced} of {} {} no unique place: {PLACE_BY_HAND}.",
                plural(all, "edit"),
                if unplaced == 1 { "has" } else { "have" },
            ));
        }
        words.extend(asked.err().map(|why| format!("The model was not asked again. {why}")));
        if let Some(first) = self.folded_first(&turn) {
            words.push(format!(
                "{} again what you turned down, as “{first}”, and folded away: {SHOW_AGAIN} {}.",
                if turn.again == 1 {
                    "1 edit is".into()
                } else {
                    format!("{} edits are", turn.again)
                },
                if turn.again == 1 { "it" } else { "them" },
            ));
        }
        turn.warnings.dedup();
        words.append(&mut turn.warnings);
        let instead = in_place_of(turn.overtaken);
        if words.is_empty() && turn.hunks > turn.again {
            let hunks = plural(turn.hunks, "hunk");
            self.info(match &instead {
                Some(instead) => format!("{hunks} to review. {instead} F8 goes to the next."),
                None => format!("{hunks} to review. F8 goes to the next."),
            });
            return self.ask_queued();
        }
        words.extend(instead);
        if !words.is_empty() {
            self.warn(words.join(" "));
        }
        self.ask_queued();
    }

    /// The next question, if one waits.
    fn ask_queued(&mut self) {
        if let Some(next) = self.model.queue.pop_front() {
            self.store_queue();
            self.ask(next);
        }
    }
}
