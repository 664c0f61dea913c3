//! What a model proposes and what a person makes of it.
//!
//! The words of the property below. A hunk covers the characters between its ends. What is typed at
//! an end stays outside; what is typed between the ends belongs to it. A hunk without characters
//! stands right behind the character before it, so that what is typed there goes behind it.
//! **Stale**: the characters between the ends are not its old text (any more); it becomes fresh
//! when they are again. A hunk that stands in deleted text stands where that was. (Hunks know the
//! words beside them as well, which `standing` is about; the ones here are like those of old logs.)
//!
//! **Touching**: two fresh hunks of one proposal that share an end or a character are one, whose
//! parts are taken in the order of the text, and of their making where they stand at one place;
//! they are two again when something is typed between them. Two that share characters fit when what
//! they change (the difference of old and new) shares none and puts no words in at one place (lines go
//! before and behind the words of theirs); of two that don't, the one made later is stale until the other
//! is settled. Lines that several put in at one place are of their own. Parts of a split hunk, and
//! hunks of several proposals, are never one: accepting one leaves the other as it was.

mod at_caret;
mod competing;
mod complaints;
mod dialects;
mod ends;
mod listing;
mod merging;
pub mod model;
mod naming;
mod one_place;
mod shown;
mod sides;
mod splits;
mod standing;

use crate::harness::{Harness, cases};
use cowrite::event::{Event, HunkVerdict};
use cowrite::session::HunkState;

const TEXT: &str = "We meet on Monday.\nBring the plan.\nThere is cake.\n";

fn proposed() -> Harness {
    let mut made = Harness::with(TEXT);
    made.propose(&[(11, 17, "Tuesday"), (19, 34, "Bring the plan and a pen."), (35, 50, "")]);
    made
}

#[test]
fn accepting_is_one_edit_by_the_person() {
    let mut made = proposed();
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text(), "We meet on Tuesday.\nBring the plan.\nThere is cake.\n");
    let edit = made.kept.events.iter().rev().find_map(|event| match Event::decode(event) {
        Ok(Event::DocumentEdited(edit)) => Some((event.writer, edit)),
        _ => None,
    });
    let (writer, edit) = edit.expect("an edit");
    assert_eq!(made.model().session.writers[&writer].author.as_str(), crate::harness::ME);
    let cause = edit.cause.expect("a cause");
    assert!(cause.hunk.is_some() && cause.proposal.is_some());
    // Only what differs is the model's.
    let document = &made.model().entry().expect("a document").document;
    let all = cowrite::base::Span::new(cowrite::base::Pos(0), cowrite::base::Pos(19));
    let theirs: String = document
        .runs(all)
        .into_iter()
        .filter(|run| run.origin.author.as_ref().is_some_and(cowrite::base::AuthorId::is_model))
        .map(|run| document.rope().slice(run.span.range()).to_string())
        .collect();
    assert_eq!(theirs, "Tuesday");
    made.same_after_reopening();
}

#[test]
fn every_verdict_can_be_taken_back() {
    let mut made = proposed();
    let before = made.hunks();
    for (line, left, text) in [
        ("hunk.accept", 2, "We meet on Tuesday.\nBring the plan.\nThere is cake.\n"),
        ("hunk.reject", 2, TEXT),
        ("hunk.reject too early", 2, TEXT),
        ("hunk.reject-all", 0, TEXT),
        ("hunk.accept-all", 0, "We meet on Tuesday.\nBring the plan and a pen.\n"),
    ] {
        made.about_hunk(0, line);
        assert_eq!((made.hunks().len(), made.text().as_str()), (left, text), "{line}");
        made.same_after_reopening();
        made.keys("ctrl-z");
        assert_eq!((made.hunks(), made.text().as_str()), (before.clone(), TEXT), "undo {line}");
        made.same_after_reopening();
    }
    made.about_hunk(0, "hunk.accept");
    made.keys("ctrl-z ctrl-y");
    assert_eq!(made.hunks().len(), 2, "{}", made.notice());
    made.keys("ctrl-z");
    assert_eq!(made.hunks(), before, "undoing a redo opens the hunk again");
    made.keys("ctrl-y");
    assert_eq!(made.hunks().len(), 2);
    made.same_after_reopening();
}

#[test]
fn a_stale_hunk_shows_three_texts_and_undo_makes_it_fresh() {
    let mut made = proposed();
    made.place(13, None);
    made.keys("'x'");
    assert_eq!(made.hunks()[0].1, HunkState::Stale);
    let screen = made.screen(100, 20);
    for words in ["Moxnday", "the text above changed; it was:", "We meet on Tuesday."] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.hunks().len(), 3, "a stale hunk is not accepted as it is");
    assert!(made.notice().contains("changed since"), "{}", made.notice());
    made.same_after_reopening();
    made.keys("ctrl-z");
    assert_eq!(made.hunks()[0].1, HunkState::Pending);
    // Accepting after a look: the text of the form stands there.
    made.place(13, None);
    made.keys("'x'");
    made.about_hunk(0, "hunk.edit");
    made.keys("ctrl-a 'We meet on Wednesday,' enter 'early.' ctrl-s");
    assert!(made.text().starts_with("We meet on Wednesday,\nearly.\n"), "{}", made.text());
    made.same_after_reopening();
}

#[test]
fn edits_elsewhere_do_not_disturb() {
    let mut made = proposed();
    made.place(0, None);
    made.keys("'Hello. ' enter");
    made.place(made.text().chars().count(), None);
    made.keys("'Bye.'");
    assert!(made.hunks().iter().all(|(_, state, ..)| *state == HunkState::Pending));
    made.about_hunk(0, "hunk.accept-all");
    assert_eq!(made.text(), "Hello. \nWe meet on Tuesday.\nBring the plan and a pen.\nBye.");
    made.same_after_reopening();
}

#[test]
fn a_hunk_is_split_and_made_whole_again() {
    let mut made = Harness::with("one\ntwo\nthree\n");
    made.propose(&[(0, 14, "ONE\nTWO\nthree!\n")]);
    made.about_hunk(0, "hunk.split");
    assert_eq!(made.hunks().len(), 3, "{:?}", made.hunks());
    made.keys("ctrl-z");
    assert_eq!(made.hunks().len(), 1);
    made.about_hunk(0, "hunk.split");
    made.about_hunk(1, "hunk.accept");
    assert_eq!(made.text(), "one\nTWO\nthree\n");
    made.about_hunk(0, "hunk.reject");
    made.about_hunk(0, "hunk.accept");
    assert_eq!((made.text().as_str(), made.hunks().len()), ("one\nTWO\nthree!\n", 0));
    made.same_after_reopening();
    made.keys("ctrl-z ctrl-z ctrl-z");
    assert_eq!((made.text().as_str(), made.hunks().len()), ("one\ntwo\nthree\n", 3));
    made.same_after_reopening();
}

#[test]
fn accepted_text_says_whether_it_was_seen() {
    let seen = |made: &Harness| {
        let document = &made.model().entry().expect("a document").document;
        let all =
            cowrite::base::Span::new(cowrite::base::Pos(0), cowrite::base::Pos(document.len()));
        document.runs(all).into_iter().filter_map(|run| run.origin.seen).collect::<Vec<_>>()
    };
    let far = "x\n".repeat(200);
    let mut made = Harness::with(&format!("|old\n{far}old\n"));
    let end = 4 + far.chars().count();
    made.propose(&[(0, 3, "new"), (end, end + 3, "new")]);
    made.run("hunk.accept-all");
    assert_eq!(seen(&made), [true, false]);
}

#[test]
fn a_model_neither_edits_nor_decides() {
    let mut made = proposed();
    let hunk = made.refs()[0];
    let before = made.text();
    let count = |made: &Harness| made.model().session.oddities.refused;
    let none = count(&made);
    let mut cx = cowrite::state::Cx::new(&mut made.app.model);
    let author = cx.model_author("scripted/large");
    cx.append_as_model(
        &author,
        &Event::HunkResolved {
            hunk: hunk.id,
            part: None,
            verdict: HunkVerdict::Accepted,
            reason: None,
            edit: None,
            replaces: vec![],
        },
    );
    let doc = cx.model.doc.clone();
    cx.append_as_model(&author, &Event::DocumentBound { doc: doc.clone(), path: "/x".into() });
    cx.append_as_model(
        &author,
        &Event::DocumentEdited(cowrite::event::Edit {
            doc,
            start: 0,
            lamport: 0,
            deps: vec![],
            ops: vec![cowrite::event::Op::Insert {
                pos: 0,
                ins: 1,
                text: "x".into(),
                origin: None,
                src: vec![],
            }],
            cause: None,
            filled: false,
        }),
    );
    cx.append_as_model(&author, &Event::SessionTitled { title: "mine".into(), replaces: vec![] });
    drop(cx);
    assert_eq!(count(&made) - none, 4);
    assert_eq!((made.text(), made.hunks().len()), (before, 3));
}

#[test]
fn hunks_lead_from_one_to_the_next() {
    let mut made = proposed();
    made.place(0, None);
    let mut at = Vec::new();
    for _ in 0..4 {
        made.keys("f8");
        at.push(made.model().caret().pos.0);
    }
    assert_eq!(at, [11, 19, 35, 11]);
    made.keys("f7");
    assert_eq!(made.model().caret().pos.0, 35);
    made.keys("alt-a");
    assert_eq!(made.hunks().len(), 2, "the key accepts what the caret is on");
    made.keys("f8 alt-c 'because of cake' enter");
    assert_eq!(made.hunks().len(), 1);
    made.same_after_reopening();
}

#[test]
fn any_order_of_verdicts_and_typing_equals_edits_by_hand() {
    for seed in cases(40) {
        model::run(seed);
    }
}
