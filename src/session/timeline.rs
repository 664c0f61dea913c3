//! What happened in a session, in order of display: the points one can go back to. Derived when it
//! is asked for, and only what is new since the last time.

use super::steps::{Said, Step, StepKind};
use super::{HunkRef, Session};
use crate::base::{AuthorId, DocId, EventId, Millis};
use crate::event::{CauseKind, DecisionStatus, HunkVerdict, MessageRole, Op, Version};
use std::ops::Bound;

/// A place in the order of display: Lamport number and event. Everything up to it had happened.
pub type Moment = (u64, EventId);

/// A named version of everything in the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub id: EventId,
    pub at: Millis,
    pub author: AuthorId,
    pub name: String,
    /// What each document said to who made it.
    pub versions: Vec<(DocId, Version)>,
}

/// What happened at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The session, or a document's first name.
    Begun,
    Titled,
    /// Characters that came and went.
    Edit {
        doc: DocId,
        plus: usize,
        minus: usize,
        cause: Option<CauseKind>,
    },
    Message(MessageRole),
    /// Something was said about a hunk; without a verdict it was split or placed.
    Hunk {
        of: HunkRef,
        verdict: Option<HunkVerdict>,
        kind: StepKind,
    },
    Recorded(EventId),
    /// A decision was changed; with its status where that was set.
    Changed {
        decision: EventId,
        status: Option<DecisionStatus>,
    },
    /// Of a comment, or whether a thread is done.
    Comment {
        of: EventId,
        done: Option<bool>,
    },
    Saved(DocId),
    Checkpoint,
}

/// One point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub moment: Moment,
    pub at: Millis,
    /// Nobody where the writer was not introduced yet.
    pub author: Option<AuthorId>,
    pub what: What,
}

impl Session {
    /// Every point, oldest first.
    pub fn timeline(&self) -> Vec<Point> {
        self.points_after(None)
    }

    /// Brings a timeline of this session up to date. What is new at its end is added; events that
    /// came from elsewhere may belong before that, and then all of it is made anew.
    pub fn update_timeline(&self, points: &mut Vec<Point>) {
        let fresh = self.points_after(points.last().map(|point| point.moment));
        if points.len() + fresh.len() == self.point_count() {
            points.extend(fresh);
        } else {
            *points = self.timeline();
        }
    }

    fn point_count(&self) -> usize {
        let edits: usize =
            self.documents.values().map(|entry| entry.edits.len() + entry.saved.len()).sum();
        edits
            + self.title.settings().count()
            + self.transcript.len()
            + self.proposals.steps.len()
            + self.decisions.len()
            + self.decisions.changes().count()
            + self.comments.iter().count()
            + self.comments.settings().count()
            + self.checkpoints.len()
    }

    fn points_after(&self, start: Option<Moment>) -> Vec<Point> {
        let mut points = Vec::new();
        let is_after = |moment: Moment| start.is_none_or(|start| moment > start);
        let range = (start.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        // A setting, which does not say who made it.
        let made = |moment: Moment, what: What| Point {
            moment,
            at: self.made_at(&moment.1).unwrap_or(Millis(0)),
            author: self.author_of(&moment.1).cloned(),
            what,
        };
        for (index, (moment, _)) in self.title.settings().enumerate() {
            if is_after(*moment) {
                let what = if index == 0 { What::Begun } else { What::Titled };
                points.push(made(*moment, what));
            }
        }
        for (doc, entry) in &self.documents {
            for (moment, edit) in entry.edits.range(range) {
                let (plus, minus) = counted(&edit.edit.ops);
                let cause = edit.edit.cause.as_ref().map(|cause| match cause.takes_back() {
                    true => CauseKind::Undo,
                    false => cause.kind,
                });
                let what = What::Edit { doc: doc.clone(), plus, minus, cause };
                let author = Some(edit.author.clone());
                points.push(Point { moment: *moment, at: edit.at, author, what });
            }
            let saved = entry.saved.iter().map(|saved| (saved.lamport, saved.event));
            let saved = saved.filter(|moment| is_after(*moment));
            points.extend(saved.map(|moment| made(moment, What::Saved(doc.clone()))));
        }
        points.extend(self.transcript.said_after(start).map(|message| Point {
            moment: (message.lamport, message.id),
            at: message.at,
            author: Some(message.author.clone()),
            what: What::Message(message.role),
        }));
        points.extend(self.proposals.steps.after(start).map(|(moment, step)| Point {
            moment: *moment,
            at: step.at,
            author: Some(step.author.clone()),
            what: What::Hunk { of: step.of, verdict: verdict(step), kind: step.said.kind() },
        }));
        for decision in self.decisions.newest() {
            let moment = (decision.lamport, decision.id);
            if is_after(moment) {
                points.push(made(moment, What::Recorded(decision.id)));
            }
        }
        for (id, decision) in self.decisions.changes() {
            let moment = (self.lamport_of(&id), id);
            if is_after(moment) {
                let status = decision.status.of(&id).copied();
                points.push(made(moment, What::Changed { decision: decision.id, status }));
            }
        }
        for comment in self.comments.iter() {
            let moment = (comment.lamport, comment.id);
            if is_after(moment) {
                points.push(made(moment, What::Comment { of: comment.id, done: None }));
            }
        }
        for (moment, of, done) in self.comments.settings() {
            if is_after(moment) {
                points.push(made(moment, What::Comment { of, done: Some(done) }));
            }
        }
        points.extend(self.checkpoints.range(range).map(|(moment, one)| Point {
            moment: *moment,
            at: one.at,
            author: Some(one.author.clone()),
            what: What::Checkpoint,
        }));
        points.sort_unstable_by_key(|point| point.moment);
        points
    }

    /// The checkpoints, oldest first, each with its moment.
    pub fn checkpoints(&self) -> impl DoubleEndedIterator<Item = (&Moment, &Checkpoint)> {
        self.checkpoints.iter()
    }

    pub fn checkpoint(&self, moment: &Moment) -> Option<&Checkpoint> {
        self.checkpoints.get(moment)
    }

    /// What the event itself says a document was, whatever a merge put before it: of a checkpoint
    /// or a save.
    pub fn said_version(&self, doc: &DocId, moment: &Moment) -> Option<&Version> {
        let checkpoint = self.checkpoints.get(moment).and_then(|checkpoint| {
            checkpoint.versions.iter().find(|(of, _)| of == doc).map(|(_, version)| version)
        });
        checkpoint.or_else(|| {
            let saved = &self.documents.get(doc)?.saved;
            saved.iter().find(|saved| saved.event == moment.1).map(|saved| &saved.version)
        })
    }
}

fn counted(ops: &[Op]) -> (usize, usize) {
    ops.iter().fold((0, 0), |(plus, minus), op| match op {
        Op::Insert { ins, .. } => (plus + *ins as usize, minus),
        Op::Delete { del, .. } => (plus, minus + del.unsigned_abs() as usize),
    })
}

fn verdict(step: &Step) -> Option<HunkVerdict> {
    match &step.said {
        Said::Verdict { verdict, .. } => Some(*verdict),
        Said::Split(_) | Said::Placed { .. } => None,
    }
}
