//! From the pieces of an answer to proposals: each edit becomes a hunk as soon as it is complete,
//! so that it can be accepted while the rest streams. Knows nothing of providers.

use super::named::Named;
use super::{Cx, LiveEdit, Task, Turn};
use crate::assist::{
    Dialect, Failed, Form, Hunk, Landed, Outcome, Piece, Placement, Reading, Remark, Step, Why,
    whole_to_hunks,
};
use crate::base::{EventId, Pos, Span};
use crate::event::{Anchor, Event, HunkBody, Side, Text};
use crate::session::{Beside, Claim, HunkRef};

/// What is said of an edit that came before in the same answer.
const TWICE: &str = "An edit came twice in the answer; it is shown once.";

/// What is said where a text was wanted and words to the person came.
const ONLY_TALK: &str =
    "The model answers in words and changes nothing: read it in the conversation.";
/// What is said where nothing of an answer is taken as the text that was asked for.
const NOTHING: &str =
    "Nothing in the answer is certain to be new text: read it in the conversation.";
/// What is said of an answer to a question that writes some of the text anew.
const QUOTED: &str =
    "Some of the answer is like the text: it may be quoted. /change asks for hunks.";
/// The same where the answer has edits as well.
const BESIDE: &str =
    "A paragraph of the answer is like the text and is in no hunk: read it in the conversation.";
/// How the place was found of an edit that names a file which is not there: a step of the log.
const NAMED: &str = "named";

/// An edit that becomes a hunk.
pub(super) struct Made {
    /// Its place in today's text.
    pub span: Option<Span>,
    /// The same in the version that was sent, where it is about that.
    pub known: Option<Span>,
    pub old: String,
    pub new: String,
    pub why: Option<String>,
    pub form: Form,
    pub step: &'static str,
    pub loose: bool,
    /// The file that it is for, which has a session of its own.
    pub file: Option<String>,
    /// The old and new text as the model wrote them, of an edit that has them.
    pub said: Option<(String, String)>,
    /// The open hunks that it has in it.
    pub over: Vec<HunkRef>,
    /// What it speaks about beside that, in today's text.
    pub claim: Claim,
}

/// What an edit with a place speaks about, seen from how it was written and found.
fn claim_of(form: Form, step: Step, quoted: Option<Span>) -> Claim {
    match (quoted, form) {
        _ if step.is_loose() => Claim::Words,
        // Words that a quotation leaves out it says nothing about.
        (Some(_), _) if step == Step::Gap => Claim::Words,
        (Some(span), _) => Claim::Quoted(span),
        (None, Form::Whole | Form::Selection) => Claim::Sentences,
        (None, _) => Claim::Words,
    }
}

impl Cx<'_> {
    pub(super) fn pieces(&mut self, turn: &mut Turn, pieces: Vec<Piece>) {
        if pieces.iter().any(|piece| !matches!(piece, Piece::Prose(_))) {
            self.model.refresh();
        }
        for piece in pieces {
            turn.version = turn.between.take(&piece);
            if let Piece::EditDone { edit, .. } = &piece
                && turn.dialect != Dialect::Selection
                && self.set_aside(turn, edit)
            {
                continue;
            }
            // Where there were edits, the words around them are none.
            if matches!(
                piece,
                Piece::Prose(_) | Piece::EditDropped { .. } | Piece::Malformed { .. }
            ) {
                turn.landing.take(&piece);
            }
            match piece {
                Piece::Prose(_) => {}
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
                piece @ (Piece::EditDone { .. } | Piece::Fenced { .. })
                    if turn.dialect == Dialect::Blocks =>
                {
                    if matches!(piece, Piece::EditDone { .. }) {
                        turn.live = None;
                    }
                    let landed = turn.landing.take(&piece);
                    self.land(turn, landed);
                }
                // Only a part of the answer is the new text.
                Piece::EditDone { edit, .. }
                    if turn.reading != Reading::AsItIs && edit.form == Form::Selection =>
                {
                    if let Some(live) = turn.live.as_mut() {
                        live.new = edit.new;
                    }
                }
                // Bare text as it was asked for, or edits in whatever form after all.
                piece @ Piece::EditDone { .. } => {
                    turn.live = None;
                    let landed = turn.landing.take(&piece);
                    self.land(turn, landed);
                }
                Piece::Fenced { .. } => {}
                Piece::EditDropped { again, .. } => {
                    turn.live = None;
                    if again {
                        turn.count(None, "twice");
                        turn.warnings.push(TWICE.into());
                    } else {
                        turn.count(None, "unchanged");
                    }
                }
                Piece::Malformed { why, .. } => {
                    turn.count(None, "unreadable");
                    turn.malformed.push(why);
                    turn.live = None;
                }
            }
        }
    }

    fn live_text(&mut self, turn: &mut Turn, delta: &str) {
        let live = turn.live.get_or_insert_default();
        // The place shows as soon as the old text is whole. Something comes for it: the empty lines
        // around a text that only goes are not struck.
        if live.new.is_empty() && live.span.is_none() && !live.old.is_empty() {
            let comes = format!("-{}", &live.old[live.old.trim_end().len()..]);
            let place = turn.landing.placer().place(&live.old, &comes, None);
            if let Placement::Placed { hunk, .. } = place {
                live.span = Some(hunk.span);
            }
        }
        live.new.push_str(delta);
    }

    /// An edit is complete: it becomes a hunk at once, so that it can be accepted while the rest
    /// streams.
    pub(super) fn landed(&mut self, turn: &mut Turn, landed: Landed, named: Option<Named>) {
        let noted = |why| match &named {
            Some(named) => named.words(why),
            None => why,
        };
        if let Some(mut made) = self.onto_open(turn, &landed) {
            made.why = noted(made.why);
            self.placed(turn, made);
            return;
        }
        let Landed { form, why, said, quoted, outcome } = landed;
        let why = noted(why);
        let made = |known: Option<Span>, old, new, step, loose| Made {
            span: known.map(|span| turn.carry(span)),
            known,
            old,
            new,
            why,
            form,
            step,
            loose,
            file: None,
            said: said.clone(),
            over: Vec::new(),
            claim: Claim::Words,
        };
        match outcome {
            Outcome::Placed { hunk, step } => {
                let claim = claim_of(form, step, quoted.map(|span| turn.carry(span)));
                let loose = step.is_loose();
                // That the file is not there makes the place a tolerant one.
                let made_up = named.is_some_and(|named| !named.near) && step == Step::Exact;
                let step = if made_up { NAMED } else { step.name() };
                let made = made(Some(hunk.span), hunk.old, hunk.new, step, loose);
                self.placed(turn, Made { claim, ..made });
            }
            Outcome::Already { span } => {
                turn.warnings.push("An edit is in the text already.".into());
                turn.count(Some(form), "already");
                let there = turn.base.slice(span.range()).to_string();
                if let Some(id) = self.meant_by(turn, &there, &there) {
                    turn.repaired.push(id);
                    if self.still_unplaced(id) {
                        self.replace_unplaced(id);
                    }
                }
            }
            Outcome::Ambiguous { old, new, candidates, .. } => {
                let why = Why::Ambiguous(candidates);
                let failed = Failed { old: old.clone(), new: new.clone(), why };
                self.unplaced(turn, made(None, old, new, "ambiguous", false), failed);
            }
            Outcome::Missing { old, new, similar, .. } => {
                let why = Why::Missing(similar);
                let failed = Failed { old: old.clone(), new: new.clone(), why };
                self.unplaced(turn, made(None, old, new, "missing", false), failed);
            }
        }
    }

    /// An edit has its place: in a second answer it stands for the one that had none.
    fn placed(&mut self, turn: &mut Turn, made: Made) {
        if turn.repair.is_some() && self.repeats(turn, &made) {
            turn.count(Some(made.form), "twice");
            return;
        }
        // It may be told by what it changes, or by all that the model wrote of it.
        let by_said = || {
            let (old, new) = made.said.as_ref()?;
            self.meant_by(turn, old, new)
        };
        let meant = self.meant_by(turn, &made.old, &made.new).or_else(by_said);
        if let Some(id) = meant {
            turn.repaired.push(id);
            if !self.still_unplaced(id) {
                turn.count(Some(made.form), "settled");
                return;
            }
        }
        if self.make_hunk(turn, made).is_some()
            && let Some(id) = meant
        {
            self.replace_unplaced(id);
        }
    }

    /// An edit has no place. One that was asked for twice stays as it is.
    fn unplaced(&mut self, turn: &mut Turn, made: Made, failed: Failed) {
        if let Some(id) = self.meant_by(turn, &made.old, &made.new) {
            turn.repaired.push(id);
            turn.count(Some(made.form), made.step);
            return;
        }
        let again = turn.again;
        // What a person turned down is not asked for once more.
        if let Some(id) = self.make_hunk(turn, made).filter(|_| turn.again == again) {
            turn.failed.push((id, failed));
        }
    }

    /// Whether a second answer writes an edit of the first again that had its place.
    fn repeats(&self, turn: &Turn, made: &Made) -> bool {
        let session = &self.model.session;
        let asked = session.transcript.asked_by_person(turn.question);
        session.proposals.hunks().into_iter().any(|hunk| {
            let proposal = session.proposals.proposal(&hunk.proposal);
            hunk.place.is_some()
                && (&hunk.old, &hunk.new) == (&made.old, &made.new)
                && proposal.is_some_and(|proposal| {
                    Some(proposal.id) != turn.proposal
                        && session.transcript.asked_by_person(proposal.question) == asked
                })
        })
    }

    /// The answer is complete: what it wants as a whole.
    pub(super) fn finish_edits(&mut self, turn: &mut Turn) {
        turn.version = None;
        if turn.dialect == Dialect::Blocks {
            let landed = turn.landing.finish();
            self.land(turn, landed);
            self.tell_quoted(turn);
            return self.tell_several(turn);
        }
        self.finish_replacement(turn);
        if turn.landing.outside() > 0 {
            turn.warnings.push("An edit is of what was not selected, and is left out.".into());
            turn.count(None, "elsewhere");
        }
        self.tell_several(turn);
        let dropped = turn.tally.keys().any(|(_, outcome)| *outcome == "unchanged");
        if turn.hunks == 0 && turn.malformed.is_empty() && turn.warnings.is_empty() {
            if !dropped {
                turn.count(None, "unchanged");
            }
            self.info(match turn.task {
                Task::Continue { .. } => "The model adds nothing here.",
                _ if turn.landing.remark() == Some(Remark::Talk) => ONLY_TALK,
                _ if dropped => "The model suggests no change: it gives the text back as it is.",
                _ => NOTHING,
            });
        }
    }

    fn tell_quoted(&mut self, turn: &mut Turn) {
        match turn.landing.remark() {
            Some(Remark::Quoted) if turn.hunks == 0 => self.info(QUOTED),
            Some(Remark::Quoted) => turn.warnings.push(BESIDE.into()),
            _ => {}
        }
    }

    fn tell_several(&mut self, turn: &mut Turn) {
        if turn.landing.remark() == Some(Remark::Several) {
            turn.count(None, "unreadable");
            turn.malformed.push("it holds several versions of the text. Ask for one.".into());
        }
    }

    /// What is to be read out of an answer for a selection is there.
    fn finish_replacement(&mut self, turn: &mut Turn) {
        let live = turn.live.take().filter(|_| turn.reading != Reading::AsItIs);
        let Some(LiveEdit { span: Some(at), old, new }) = live else { return };
        let moved = |pos: Pos| Pos(pos.0 + at.start.0);
        let mut hunks = whole_to_hunks(&old, &turn.reading.read(&new));
        for hunk in &mut hunks {
            hunk.span = Span { start: moved(hunk.span.start), end: moved(hunk.span.end) };
        }
        turn.whole = self.not_folded_of(turn, hunks.iter().collect());
        for Hunk { span: known, old, new } in hunks {
            let (form, step, why) = (Form::Selection, "exact", None);
            let (span, known) = (Some(turn.carry(known)), Some(known));
            let (loose, said, over, claim) = (false, None, Vec::new(), Claim::Sentences);
            let file = None;
            let made =
                Made { span, known, old, new, why, form, step, loose, file, said, over, claim };
            self.make_hunk(turn, made);
        }
    }

    /// Tells the log of a hunk; `None` where the edit is none.
    pub(super) fn make_hunk(&mut self, turn: &mut Turn, made: Made) -> Option<EventId> {
        let Made { span, known, old, new, why, form, step, loose, file, said, over, claim } = made;
        if old == new && span.is_some() {
            turn.count(Some(form), "unchanged");
            return None;
        }
        if let Some(span) = span
            && self.is_proposed(turn, span, &new)
        {
            turn.warnings.push(TWICE.into());
            turn.count(Some(form), "twice");
            return None;
        }
        let again = match known.is_some_and(|known| turn.whole.contains(&known)) {
            true => None,
            false => self.turned_down(&turn.doc, span, &old, &new),
        };
        let proposal = self.proposal(turn);
        let place = span.and_then(|span| {
            let entry = self.model.session.documents.get(&turn.doc)?;
            Some(anchors(&entry.document, span))
        });
        // What is folded away takes nobody's place.
        if let Some(span) = span.filter(|_| again.is_none()) {
            self.overtake(turn, proposal, span, (&old, &new), claim);
            self.step_back_for(turn, over);
            self.correct(turn, span, (&old, &new));
        }
        let quoted = said
            .filter(|_| loose)
            .map(|(quoted, _)| match old.ends_with('\n') {
                true => quoted,
                // The line end that a block has by its form is none of the quotation.
                false => quoted.trim_end_matches('\n').to_owned(),
            })
            .filter(|quoted| *quoted != old);
        // As the model knew it: what was typed beside it since makes it stale from the start.
        let beside = match (known, span) {
            (Some(known), _) => Some(Beside::of(&turn.base, known).texts()),
            (None, Some(span)) => {
                let entry = self.model.session.documents.get(&turn.doc);
                entry.map(|entry| Beside::of(entry.document.rope(), span).texts())
            }
            (None, None) => None,
        };
        let hunk = HunkBody {
            place,
            beside,
            old: old.into(),
            new: new.into(),
            why: why.map(Text::new),
            step: step.into(),
            loose,
            quoted: quoted.map(Text::new),
            form: Some(form.name().into()),
            file: file.map(Text::new),
            again,
        };
        let author = turn.author.clone();
        let id = self.append_as_model(&author, &Event::HunkMade { proposal, hunk });
        turn.hunks += 1;
        turn.again += usize::from(again.is_some());
        self.model.drop_info();
        self.model.session.track_hunks();
        self.model.refresh();
        Some(id)
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
            dialect: turn.asked_for().into(),
        };
        let again = turn.instead_of;
        // Of two rewrites of one passage the later stands.
        let passage = match turn.task {
            Task::Rewrite { selection } => Some(turn.carry(selection)),
            _ => None,
        };
        let doc = turn.doc.clone();
        let transcript = &self.model.session.transcript;
        let own: Vec<EventId> = self
            .model
            .session
            .proposals
            .proposals()
            .filter(|one| Some(transcript.asked_by_person(one.question)) == again)
            .map(|one| one.id)
            .collect();
        self.supersede(|hunk, proposal, document| {
            let within = |passage: Span| {
                let span = document.filter(|_| proposal.doc == doc).and_then(|it| hunk.span(it));
                proposal.dialect == "selection"
                    && span
                        .is_some_and(|span| passage.start <= span.start && span.end <= passage.end)
            };
            own.contains(&proposal.id) || passage.is_some_and(within)
        });
        let proposal = self.append_as_model(&author, &event);
        turn.proposal = Some(proposal);
        proposal
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
