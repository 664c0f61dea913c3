//! From the pieces of an answer to proposals: each edit becomes a hunk as soon as it is complete,
//! so that it can be accepted while the rest streams. Knows nothing of providers.

use super::{Cx, LiveEdit, Task, Turn};
use crate::assist::{Dialect, Landed, Outcome, Piece, Placement, whole_to_hunks};
use crate::base::{EventId, Pos, Span};
use crate::event::{Anchor, Event, HunkBody, HunkVerdict, Side, Text};

impl Cx<'_> {
    pub(super) fn pieces(&mut self, turn: &mut Turn, pieces: Vec<Piece>) {
        if pieces.iter().any(|piece| !matches!(piece, Piece::Prose(_))) {
            self.model.refresh();
        }
        for piece in pieces {
            match piece {
                Piece::Prose(_) | Piece::Fenced { .. } => {
                    for landed in turn.landing.take(&piece) {
                        self.landed(turn, landed, "");
                    }
                }
                Piece::EditStarted { .. } => {
                    if turn.dialect == Dialect::Blocks {
                        turn.live = Some(LiveEdit::default());
                    }
                }
                Piece::EditOld { text, .. } => {
                    if let Some(live) = turn.live.as_mut() {
                        live.old = text;
                    }
                }
                Piece::EditNew { delta, .. } => self.live_text(turn, &delta),
                Piece::EditDone { edit, .. } if turn.dialect == Dialect::Blocks => {
                    turn.live = None;
                    let quoted = edit.old.clone();
                    for landed in turn.landing.take(&Piece::EditDone { index: 0, edit }) {
                        self.landed(turn, landed, &quoted);
                    }
                }
                Piece::EditDone { edit, .. } => match turn.live.as_mut() {
                    Some(live) => live.new = edit.new,
                    None => {
                        turn.live = Some(LiveEdit { span: None, old: edit.old, new: edit.new });
                    }
                },
                Piece::EditDropped { .. } => turn.live = None,
                Piece::Malformed { why, .. } => {
                    turn.malformed.push(why);
                    turn.live = None;
                }
            }
        }
    }

    fn live_text(&mut self, turn: &mut Turn, delta: &str) {
        let live = turn.live.get_or_insert_default();
        // The place shows as soon as the old text is whole.
        if live.new.is_empty()
            && live.span.is_none()
            && !live.old.is_empty()
            && let Placement::Placed { hunk, .. } = turn.landing.placer().place(&live.old, "", None)
        {
            live.span = Some(hunk.span);
        }
        live.new.push_str(delta);
    }

    /// An edit is complete: it becomes a hunk at once, so that it can be accepted while the rest
    /// streams.
    fn landed(&mut self, turn: &mut Turn, landed: Landed, quoted: &str) {
        let why = landed.why;
        match landed.outcome {
            Outcome::Placed { hunk, step } => self.make_hunk(
                turn,
                Some(hunk.span),
                &hunk.old,
                &hunk.new,
                why,
                step.name(),
                step.is_loose().then_some(quoted),
            ),
            Outcome::Already { .. } => {
                turn.warnings.push("An edit is in the text already.".into());
            }
            Outcome::Ambiguous { old, new, .. } => {
                self.make_hunk(turn, None, &old, &new, why, "ambiguous", None);
            }
            Outcome::Missing { old, new, .. } => {
                self.make_hunk(turn, None, &old, &new, why, "missing", None);
            }
        }
    }

    /// The whole replacement is there: the smallest set of hunks against what was sent.
    pub(super) fn finish_replacement(&mut self, turn: &mut Turn) {
        let Some(live) = turn.live.take() else { return };
        let (offset, old) = match (turn.dialect, live.span) {
            (Dialect::Selection, Some(span)) => (span.start.0, live.old),
            (Dialect::Whole, _) => (0, turn.base.to_string()),
            _ => return,
        };
        for hunk in whole_to_hunks(&old, &turn.reading.read(&live.new)) {
            let span =
                Span { start: Pos(hunk.span.start.0 + offset), end: Pos(hunk.span.end.0 + offset) };
            self.make_hunk(turn, Some(span), &hunk.old, &hunk.new, None, "exact", None);
        }
        if turn.hunks == 0 {
            self.info(match turn.task {
                Task::Continue { .. } => "The model adds nothing here.",
                _ => "The model suggests no change.",
            });
        }
    }

    /// `loosely`: what the model quoted, where the place was found by likeness only.
    #[allow(clippy::too_many_arguments, reason = "a hunk's fields, once")]
    fn make_hunk(
        &mut self,
        turn: &mut Turn,
        span: Option<Span>,
        old: &str,
        new: &str,
        why: Option<String>,
        step: &str,
        loosely: Option<&str>,
    ) {
        if old == new && span.is_some() {
            return;
        }
        if let Some(span) = span.map(|span| turn.carry(span))
            && self.is_proposed(turn, span, new)
        {
            turn.warnings.push("An edit came twice in the answer; it is shown once.".into());
            return;
        }
        let proposal = self.proposal(turn);
        let place = span.and_then(|span| {
            let today = turn.carry(span);
            let entry = self.model.session.documents.get(&turn.doc)?;
            Some(anchors(&entry.document, today))
        });
        let hunk = HunkBody {
            place,
            old: old.into(),
            new: new.into(),
            why: why.map(Text::new),
            step: step.into(),
            loose: loosely.is_some(),
            quoted: loosely.filter(|quoted| *quoted != old).map(Text::new),
        };
        if let Some(span) = span {
            self.overtake(turn, proposal, turn.carry(span), old, new);
        }
        let author = turn.author.clone();
        self.append_as_model(&author, &Event::HunkMade { proposal, hunk });
        turn.hunks += 1;
        turn.unplaced += usize::from(span.is_none());
        self.model.drop_info();
        self.model.session.track_hunks();
        self.model.refresh();
    }

    /// Of two proposals that change the same words the later stands; undo brings the other back.
    fn overtake(&mut self, turn: &Turn, proposal: EventId, span: Span, old: &str, new: &str) {
        let session = &self.model.session;
        let Some(entry) = session.documents.get(&turn.doc) else { return };
        // One whose text was changed meanwhile takes nobody's place.
        if entry.document.rope().get_slice(span.range()).is_none_or(|there| there != old) {
            return;
        }
        for (of, replaces) in session.overtaken(&turn.doc, proposal, span, old, new) {
            self.step_back(of, replaces);
        }
    }

    fn step_back(&mut self, of: crate::session::HunkRef, replaces: Vec<EventId>) {
        self.append(&Event::HunkResolved {
            hunk: of.id,
            part: of.part,
            verdict: HunkVerdict::Superseded,
            reason: None,
            edit: None,
            replaces,
        });
    }

    /// Whether the same edit of the same text came before in the answer and is open.
    fn is_proposed(&self, turn: &Turn, span: Span, new: &str) -> bool {
        let Some(entry) = self.model.session.documents.get(&turn.doc) else { return false };
        let proposals = &self.model.session.proposals;
        turn.proposal.is_some()
            && proposals.hunks().into_iter().any(|hunk| {
                Some(hunk.proposal) == turn.proposal
                    && hunk.is_open()
                    && hunk.new == new
                    && hunk.span(&entry.document) == Some(span)
            })
    }

    fn proposal(&mut self, turn: &mut Turn) -> EventId {
        if let Some(proposal) = turn.proposal {
            return proposal;
        }
        let author = turn.author.clone();
        let dialect = match turn.dialect {
            Dialect::Selection => "selection",
            Dialect::Whole => "whole",
            Dialect::Blocks => "blocks",
        };
        let asked = match turn.task {
            Task::Rewrite { selection } => Some(selection),
            Task::Continue { at } => Some(Span::at(at)),
            Task::Chat | Task::Change | Task::Summary => None,
        };
        let span = asked.and_then(|span| {
            let entry = self.model.session.documents.get(&turn.doc)?;
            Some(anchors(&entry.document, turn.carry(span)))
        });
        let event = Event::ProposalOpened {
            doc: turn.doc.clone(),
            question: turn.question,
            version: turn.base_version.clone(),
            span,
            dialect: dialect.into(),
        };
        let again = turn.instead_of;
        // Of two rewrites of one passage the later stands.
        let passage = match turn.task {
            Task::Rewrite { selection } => Some(turn.carry(selection)),
            _ => None,
        };
        let doc = turn.doc.clone();
        self.supersede(|hunk, proposal, document| {
            let within = |passage: Span| {
                let span = document.filter(|_| proposal.doc == doc).and_then(|it| hunk.span(it));
                proposal.dialect == "selection"
                    && span
                        .is_some_and(|span| passage.start <= span.start && span.end <= passage.end)
            };
            again == Some(proposal.question) || passage.is_some_and(within)
        });
        let proposal = self.append_as_model(&author, &event);
        turn.proposal = Some(proposal);
        proposal
    }

    /// What is open and `meant` steps back for what comes now.
    fn supersede(
        &mut self,
        meant: impl Fn(
            &crate::session::Hunk,
            &crate::session::Proposal,
            Option<&crate::text::Document>,
        ) -> bool,
    ) {
        let session = &self.model.session;
        let proposals = &session.proposals;
        let old = |hunk: &&crate::session::Hunk| {
            let Some(proposal) = proposals.proposal(&hunk.proposal) else { return false };
            let document = session.documents.get(&proposal.doc).map(|entry| &entry.document);
            hunk.is_open() && meant(hunk, proposal, document)
        };
        let old: Vec<_> = proposals
            .hunks()
            .into_iter()
            .filter(old)
            .map(|hunk| (hunk.of, hunk.verdict.heads()))
            .collect();
        for (of, replaces) in old {
            self.step_back(of, replaces);
        }
    }
}

/// The anchors of a span: what is inserted at its borders stays outside. An empty span sticks to
/// what stands before it.
pub fn anchors(document: &crate::text::Document, span: Span) -> (Anchor, Anchor) {
    if span.is_empty() {
        let anchor = document.anchor(span.start, Side::Right);
        return (anchor, anchor);
    }
    (document.anchor(span.start, Side::Left), document.anchor(span.end, Side::Right))
}
