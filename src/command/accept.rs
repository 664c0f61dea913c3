//! How a hunk's text gets into the document: as it was proposed, as a person changed it, or together
//! with what was written there meanwhile.

use super::hunk::{self, left, left_in};
use super::list;
use super::sides::proposed;
use super::verdict::resolve;
use crate::base::{DocId, Pos, Span};
use crate::event::{Cause, CauseKind, How, HunkVerdict, Origin};
use crate::session::{HunkRef, HunkState, OpenHunk};
use crate::state::{Caret, Cx, Form, FormKind, Model, TORN};
use crate::text::{Change, diff};
use ropey::Rope;

/// What a person made of a hunk's new text in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edited {
    /// The lines as they stood when the form was opened.
    pub was: String,
    pub text: String,
}

/// What is put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// The hunk as it is.
    Proposed,
    /// This change of what stands there now: made of the proposed text, and of what was written
    /// meanwhile or stood there before; with where it leaves the caret. What it brings back names
    /// its sources.
    Put(Change, Pos),
    Edited(Edited),
}

impl Take {
    fn is_edited(&self) -> bool {
        matches!(self, Self::Edited(_))
    }
}

/// The document that a hunk is for.
pub(super) fn doc_of(model: &Model, of: HunkRef) -> Option<DocId> {
    let hunk = model.session.proposals.hunk(&of)?;
    Some(model.session.proposals.proposal(&hunk.proposal)?.doc.clone())
}

/// The name of a document that is not the shown one.
pub(super) fn name_of_other<'a>(model: &'a Model, doc: &DocId) -> Option<&'a str> {
    let entry = model.session.documents.get(doc).filter(|_| *doc != model.doc)?;
    Some(entry.name.as_str())
}

/// The hunk that a command is about, if it is still open.
pub(super) fn still_open(cx: &Cx, of: HunkRef) -> Result<OpenHunk, String> {
    let model = &*cx.model;
    let name = doc_of(model, of).and_then(|doc| Some(name_of_other(model, &doc)?.to_owned()));
    if let Some(name) = name {
        return Err(format!("It is in {name}: Enter goes there."));
    }
    let folded = |hunk| model.session.proposals.is_folded(hunk);
    if model.session.proposals.hunk(&of).is_some_and(folded) {
        return Err(
            "It repeats what you turned down and is folded away: Alt-Shift-G unfolds it.".into()
        );
    }
    let found = model.session.open_with(of, &model.doc);
    found.ok_or_else(|| "The hunk is settled already.".into())
}

/// The same of a hunk of any document, with its document: to be decided as it is, its text need not be
/// shown. One whose text changed is looked at there.
pub(super) fn open_anywhere(
    cx: &Cx,
    of: HunkRef,
    decided: impl Fn(&OpenHunk) -> bool,
) -> Result<(OpenHunk, DocId), String> {
    let model = &*cx.model;
    let other = doc_of(model, of).filter(|doc| name_of_other(model, doc).is_some());
    let found = other.and_then(|doc| Some((model.session.open_with(of, &doc)?, doc)));
    match found.filter(|(one, _)| decided(one)) {
        Some(found) => Ok(found),
        None => Ok((still_open(cx, of)?, model.doc.clone())),
    }
}

/// Puts a hunk's text in, as an edit by the person for each of those that became one; only what
/// differs from the old text is new, so that words which stay keep their authors.
pub(super) fn accept(cx: &mut Cx, of: HunkRef, take: Take) -> Result<(), String> {
    let as_it_is = |one: &OpenHunk| take == Take::Proposed && one.state == HunkState::Pending;
    let (hunk, doc) = open_anywhere(cx, of, as_it_is)?;
    let take = match (take, hunk.span) {
        // Put in once more it would stand there twice.
        (Take::Proposed, Some(span)) if hunk.there => Take::Put(Change::default(), span.end),
        (take, _) => take,
    };
    match hunk.state {
        HunkState::Unplaced if hunk.file.is_some() => {
            let file = hunk.file.unwrap_or_default();
            return Err(format!(
                "It is for {file}, which has a session of its own: in the list (Alt-5) Enter opens that and proposes it there."
            ));
        }
        HunkState::Unplaced => {
            return Err("The hunk has no place: select its place in the text, then Alt-P.".into());
        }
        HunkState::Stale if hunk.behind && !take.is_edited() => {
            return Err("This contradicts another change of the same answer: accept or reject that one first, or accept this with hunk.edit.".into());
        }
        HunkState::Stale if take == Take::Proposed => {
            return Err("The text here changed since. Alt-M keeps it, Alt-T takes the proposed text, Alt-V both, Alt-O puts back what stood before; Alt-E changes and accepts.".into());
        }
        HunkState::Pending | HunkState::Stale | HunkState::Collided => {}
        _ => return Err("The hunk is settled already.".into()),
    }
    let span = hunk.span.ok_or("The hunk has no place.")?;
    let (changes, end) = match &take {
        Take::Proposed => {
            (member_changes(cx, &doc, &hunk)?, span.start.0 + hunk.new.chars().count())
        }
        Take::Put(change, end) => (vec![change.clone()], end.0),
        Take::Edited(edited) => {
            let rope = cx.model.rope();
            let lines = whole_lines(&rope, span);
            if rope.slice(lines.range()) != edited.was.as_str() {
                return Err("The text here changed while you wrote: copy what you wrote, leave with Esc and look again.".into());
            }
            let mut change = diff(&edited.was, &edited.text);
            shift(&mut change, lines.start);
            let mut changes = vec![change];
            changes.resize(hunk.members.len(), Change::default());
            (changes, lines.start.0 + edited.text.chars().count())
        }
    };
    if hunk.state == HunkState::Collided {
        let change = changes.into_iter().next().filter(|_| take.is_edited());
        return keep(cx, &hunk, change);
    }
    let message = cx.model.session.proposals.proposal(&hunk.proposal);
    let message = message.ok_or("The proposal is gone.")?;
    let (author, question) = (message.author.clone(), message.question);
    for (of, mut change) in hunk.members.iter().zip(changes) {
        let origin = Origin {
            how: How::Proposed,
            author: Some(author.clone()),
            proposal: Some(hunk.proposal),
            message: Some(question),
            seen: Some(cx.model.ui.seen.contains(of)),
            edited: take.is_edited(),
        };
        for one in change.0.iter_mut().filter(|one| one.src.is_empty()) {
            one.origin = origin.clone();
        }
        let cause = Cause {
            kind: CauseKind::Accept,
            proposal: Some(hunk.proposal),
            hunk: Some(of.id),
            part: of.part,
            of: Vec::new(),
        };
        // Also when the text says it already: undo takes back what was accepted.
        let edit = cx.edit_in(&doc, &change, cause);
        let edit = edit.ok_or("The text could not be changed.")?;
        resolve(cx, *of, HunkVerdict::Accepted, None, Some(edit));
    }
    if doc == cx.model.doc {
        cx.model.set_caret(Caret::at(Pos(end)));
    }
    left_in(cx, "Accepted", &doc);
    Ok(())
}

/// Accepts a hunk as it is, and of a move the other end with it: undo takes both back.
pub(super) fn accept_with_its_end(cx: &mut Cx, of: HunkRef) -> Result<(), String> {
    let doc = doc_of(cx.model, of);
    let torn = doc.as_ref().is_some_and(|doc| {
        let open = cx.model.session.open_in(doc);
        cx.model.torn_ends(doc, &open).contains(&of)
    });
    let other = doc.and_then(|doc| Some((cx.model.other_end(&doc, of)?, doc)));
    if let Some((other, doc)) = &other
        && other.state == HunkState::Stale
        && !other.there
        && cx.model.session.open_with(of, doc).is_some_and(|one| one.state == HunkState::Pending)
    {
        return Err(changed_there(cx, other, doc));
    }
    accept(cx, of, Take::Proposed)?;
    match other {
        Some((other, doc)) => accept_other_end(cx, &other, &doc),
        None if torn => cx.warn(format!("Accepted, but {TORN}. Undo takes it back.")),
        None => {}
    }
    Ok(())
}

/// Why one end of a move can't be accepted while the text at the other is another.
fn changed_there(cx: &Cx, other: &OpenHunk, doc: &DocId) -> String {
    let rope = cx.model.session.documents.get(doc).map(|entry| entry.document.rope());
    let line = rope.zip(other.span).and_then(|(rope, span)| {
        rope.try_char_to_line(span.start.0).ok().map(|line| format!(", in line {}", line + 1))
    });
    let line = line.unwrap_or_default();
    format!(
        "The text at the other end of this move{line}, changed since. There Alt-T moves it as it was proposed, Alt-M keeps it; Alt-X here turns both ends down."
    )
}

/// Accepts the other end of a move of which one was accepted; where its text changed since, the proposed
/// one is taken.
pub(super) fn accept_other_end(cx: &mut Cx, other: &OpenHunk, doc: &DocId) {
    let len = |cx: &Cx| {
        let entry = cx.model.session.documents.get(doc);
        entry.map_or(0, |entry| entry.document.len())
    };
    let (caret, before) = (cx.model.caret(), len(cx));
    let other = cx.model.session.open_with(other.of, doc).unwrap_or_else(|| other.clone());
    let stale = other.state == HunkState::Stale && !other.there;
    let sides = cx.model.sides(doc, &other).filter(|_| stale && *doc == cx.model.doc);
    let take = sides.map_or(Take::Proposed, |sides| proposed(cx, &other, &sides));
    match accept(cx, other.of, take) {
        Ok(()) => {
            // It stays at the end that was looked at, as far as what came before it leaves it.
            let moved =
                other.span.filter(|span| *span < Span::at(caret.pos) && *doc == cx.model.doc);
            let by = len(cx) as isize - before as isize;
            let pos = Pos(caret.pos.0.saturating_add_signed(moved.map_or(0, |_| by)));
            if *doc == cx.model.doc {
                cx.model.set_caret(Caret::at(pos));
            }
            left_in(cx, "Accepted the move, both ends", doc);
        }
        Err(why) => cx.warn(format!("The other end of the move is open still. {why}")),
    }
}

/// The change that each member makes, after those before it.
fn member_changes(cx: &Cx, doc: &DocId, hunk: &OpenHunk) -> Result<Vec<Change>, String> {
    let entry = cx.model.session.documents.get(doc).ok_or("No document.")?;
    let pieces = hunk.pieces(&cx.model.session.proposals, &entry.document);
    let mut out = Vec::new();
    let mut done = vec![false; pieces.len()];
    for of in &hunk.members {
        let mut shift = 0isize;
        let mut change = Vec::new();
        for (piece, done) in pieces.iter().zip(&done) {
            if piece.of == *of {
                let moved = |pos: Pos| Pos(pos.0.saturating_add_signed(shift));
                let span = Span { start: moved(piece.span.start), end: moved(piece.span.end) };
                change.extend(Change::replace(span, piece.text.clone()).0);
            } else if *done {
                shift += piece.text.chars().count() as isize - piece.span.len() as isize;
            }
        }
        for (piece, done) in pieces.iter().zip(&mut done) {
            *done |= piece.of == *of;
        }
        out.push(Change(change));
    }
    Ok(out)
}

/// Says that a hunk holds as a merge left it, or as the person made it.
fn keep(cx: &mut Cx, hunk: &OpenHunk, change: Option<Change>) -> Result<(), String> {
    if let Some(change) = change {
        cx.change_alone(&change, None);
    }
    for of in &hunk.members {
        let edit = cx.model.session.proposals.hunk(of).and_then(|hunk| hunk.verdict.value());
        let edit = edit.and_then(|verdict| verdict.edit);
        resolve(cx, *of, HunkVerdict::Accepted, None, edit);
    }
    left(cx, "Kept as it is now");
    Ok(())
}

/// Moves a change of a piece to where the piece stands.
pub(super) fn shift(change: &mut Change, by: Pos) {
    for one in &mut change.0 {
        one.span.start.0 += by.0;
        one.span.end.0 += by.0;
    }
}

/// The whole lines that a span lies in, without the last line's end unless the span has it.
fn whole_lines(rope: &Rope, span: Span) -> Span {
    let start = Pos(rope.line_to_char(rope.char_to_line(span.start.0)));
    let ended = !span.is_empty() && rope.get_char(span.end.0 - 1) == Some('\n');
    let end = if ended { span.end } else { crate::text::motion::line_end(rope, span.end) };
    Span { start, end }
}

pub(super) fn edit(cx: &mut Cx, _: &str) -> Result<(), String> {
    hunk::with_hunk(cx, |cx, of| {
        let hunk = still_open(cx, of)?;
        let Some(span) = hunk.span else {
            return Err("The hunk has no place: select its place in the text, then Alt-P.".into());
        };
        // Whole lines, as they are shown: a fragment is hard to judge.
        let rope = cx.model.rope();
        let lines = whole_lines(&rope, span);
        let was = rope.slice(lines.range()).to_string();
        let text = if hunk.state == HunkState::Collided || hunk.there {
            was.clone()
        } else {
            let before = rope.slice(lines.start.0..span.start.0);
            let behind = rope.slice(span.end.0..lines.end.0);
            format!("{before}{}{behind}", hunk.new)
        };
        let kind = FormKind::EditHunk { hunk: of, was };
        let form = Form::new(kind, "Change, then accept".into(), vec!["New text"], vec![text]);
        list::open_form(cx, form);
        Ok(())
    })
}
