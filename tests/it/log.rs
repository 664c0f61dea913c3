//! The projections follow from the set of events alone: not from the order in which they arrive,
//! nor from how often, nor from what is between them that nobody knows.

use crate::harness::{Harness, cases, digest, said, similar_asserts};
use cowrite::app::Input;
use cowrite::base::{EventId, Millis, Rand};
use cowrite::event::{Author, AuthorKind, DecisionField, DecisionStatus, Envelope, Event};
use cowrite::session::{Folded, Session};
use cowrite::state::Cx;
use serde_json::json;

/// Two people who write, ask, decide and review, now and then hearing of each other.
pub fn two_people(seed: u64) -> (Harness, Harness) {
    let mut rand = Rand::from_number(seed);
    let mut ada = Harness::file("plan.md", "One line.\nTwo lines.\nThree lines.\n");
    ada.keys("'Start. '");
    ada.pass(3000);
    let mut eve = ada.copy_for("p_01JEVE", "Eve", 1000 + seed);
    for step in 0..24 {
        let made = if rand.below(2) == 0 { &mut ada } else { &mut eve };
        let len = made.text().chars().count();
        match rand.below(11) {
            0..=2 => {
                made.place(rand.below(len + 1), None);
                made.input(Input::Paste(format!("w{step} ")));
            }
            3 => {
                let at = rand.below(len + 1);
                made.place(at, Some((at + 4).min(len)));
                made.keys("delete");
            }
            4 => made.keys("ctrl-z"),
            5 => {
                let at = rand.below(len.saturating_sub(8).max(1));
                made.propose(&[(at, (at + 3).min(len), "new")]);
            }
            6 if !made.hunks().is_empty() => made.about_hunk(0, "hunk.accept"),
            7 if !made.hunks().is_empty() => made.about_hunk(0, "hunk.reject no"),
            8 => made.run(&format!("session.rename title {step}")),
            9 => {
                made.keys("ctrl-n");
                made.type_text(&format!("decision {step}"));
                made.keys("tab tab tab 'because' ctrl-s");
                made.app.model.ui.focus = cowrite::state::Focus::Editor;
            }
            _ => {
                if !made.model().session.decisions.is_empty() {
                    made.app.model.ui.decisions.chosen = 0;
                    made.keys("alt-4 e");
                    made.type_text("more ");
                    made.keys("ctrl-s alt-1");
                }
            }
        }
        made.pass(3000);
        if rand.below(5) == 0 {
            ada.take_from(&eve);
            eve.take_from(&ada);
        }
    }
    ada.take_from(&eve);
    eve.take_from(&ada);
    (ada, eve)
}

pub fn shuffled(events: &[Envelope], rand: &mut Rand) -> Vec<Envelope> {
    let mut all = events.to_vec();
    for at in (1..all.len()).rev() {
        all.swap(at, rand.below(at + 1));
    }
    all
}

fn fold(id: EventId, events: &[Envelope]) -> String {
    let mut session = Session::fold(id, events);
    session.track_hunks();
    digest(&session, true)
}

#[test]
fn copies_meet() {
    for seed in cases(8) {
        let (ada, eve) = two_people(seed);
        let seeded = |digest: &str| format!("seed {seed}\n{digest}");
        let bound = " at Some(\"/home/ada/plan.md\")";
        similar_asserts(
            &seeded(&digest(&ada.model().session, true).replace(bound, " at None")),
            &seeded(&digest(&eve.model().session, true)),
        );
        ada.same_after(&format!("seed {seed}"));
        eve.same_after(&format!("seed {seed}"));
    }
}

#[test]
fn any_order_of_arrival_gives_the_same() {
    for seed in cases(8) {
        let (ada, _) = two_people(seed);
        let mut rand = Rand::from_number(seed);
        let mut events = ada.kept.events.clone();
        let id = events[0].session_id();
        // What nobody knows is kept between the others.
        let odd = Envelope::new(
            "weather.observed",
            Some(id),
            rand.writer(),
            0,
            9,
            vec![events[0].id],
            Millis(5),
            json!({"rain": true}),
            &mut rand,
        );
        events.push(odd);
        let want = fold(id, &events);
        assert!(want.contains("unknown: 1"), "{want}");
        for _ in 0..4 {
            let mut arrived = shuffled(&events, &mut rand);
            // Some come twice.
            for _ in 0..arrived.len() / 4 {
                let again = arrived[rand.below(arrived.len())].clone();
                arrived.insert(rand.below(arrived.len() + 1), again);
            }
            similar_asserts(&want, &fold(id, &arrived));
            let mut one_by_one = Session::new(id);
            for event in &arrived {
                one_by_one.apply(event);
                if rand.below(3) == 0 {
                    one_by_one.track_hunks();
                }
            }
            one_by_one.track_hunks();
            similar_asserts(&want, &digest(&one_by_one, true));
            let mut in_lots = Session::new(id);
            let mut rest = &arrived[..];
            while !rest.is_empty() {
                let (lot, after) = rest.split_at((1 + rand.below(20)).min(rest.len()));
                in_lots.apply_all(lot);
                in_lots.track_hunks();
                rest = after;
            }
            similar_asserts(&want, &digest(&in_lots, true));
        }
    }
}

/// A second event with the number of one that is there.
fn fork(of: &Envelope, text: &str, rand: &mut Rand) -> Envelope {
    said(text).seal(of.session, of.writer, of.n, of.lamport, of.parents.clone(), of.at, rand)
}

#[test]
fn of_a_fork_the_lower_id_folds() {
    let mut made = Harness::with("|one");
    made.propose(&[]);
    let mut rand = Rand::from_number(4);
    let message = made.kept.events.iter().find(|event| event.kind == "message.posted");
    let message = message.expect("a message").clone();
    let mut forks = vec![message.clone()];
    forks.extend((0..6).map(|index| fork(&message, &format!("fork {index}"), &mut rand)));
    let id = message.session_id();
    let lowest = forks.iter().map(|event| event.id).min().expect("one");
    let mut events = made.kept.events.clone();
    events.extend(forks[1..].iter().cloned());
    let want = fold(id, &events);
    for _ in 0..8 {
        let arrived = shuffled(&events, &mut rand);
        similar_asserts(&want, &fold(id, &arrived));
        let mut live = Session::new(id);
        let rebuild = arrived.iter().any(|event| live.apply(event) == Folded::Rebuild);
        assert_eq!(rebuild, live.outdated, "who has to fold anew is told");
        if !rebuild {
            similar_asserts(&want, &digest(&live, true));
        }
    }
    let folded = Session::fold(id, &events);
    assert!(folded.transcript.get(&lowest).is_some());
    assert_eq!((folded.transcript.len(), folded.oddities.forks), (1, 6));
}

#[test]
fn a_bogus_clock_moves_nothing() {
    let made = {
        let mut made = Harness::with("|one");
        made.propose(&[]);
        made
    };
    let mut rand = Rand::from_number(5);
    let id = made.kept.events[0].session_id();
    let far = |lamport: u64, rand: &mut Rand| {
        Envelope::new(
            "odd.one",
            Some(id),
            rand.writer(),
            0,
            lamport,
            vec![],
            Millis(1),
            json!({}),
            rand,
        )
    };
    let mut events = made.kept.events.clone();
    for lamport in [1 << 52, 1 << 39, (1 << 40) + 7, 1 << 45] {
        events.push(far(lamport, &mut rand));
    }
    let next = Session::fold(id, &events).next_lamport();
    assert_eq!(next, (1 << 40) + 8);
    for _ in 0..8 {
        let arrived = shuffled(&events, &mut rand);
        assert_eq!(Session::fold(id, &arrived).next_lamport(), next);
    }
}

#[test]
fn strangers_introduce_nobody_else() {
    let made = {
        let mut made = Harness::with("|one");
        made.propose(&[]);
        made
    };
    let mut rand = Rand::from_number(6);
    let id = made.kept.events[0].session_id();
    let ada = crate::harness::me().author;
    let writer = made.kept.events[0].writer;
    let again = Event::WriterStarted { author: "p_01JEVE".parse().expect("an author"), doc: None };
    let liar = Event::AuthorIntroduced(Author {
        author: ada.clone(),
        kind: AuthorKind::Model,
        name: "Eve".into(),
    });
    let mut events = made.kept.events.clone();
    let n = events.iter().filter(|event| event.writer == writer).count() as u64;
    events.push(again.seal(Some(id), writer, n, 90, vec![], Millis(1), &mut rand));
    events.push(liar.seal(Some(id), writer, n + 1, 91, vec![], Millis(1), &mut rand));
    let folded = Session::fold(id, &events);
    assert_eq!(folded.writers[&writer].author, ada);
    assert_eq!(folded.author_name(&ada), "Ada");
    assert_eq!(folded.oddities.refused, 2);
}

#[test]
fn two_titles_are_a_conflict_until_one_is_chosen() {
    let mut ada = Harness::with("|one");
    ada.keys("'x'");
    ada.pass(3000);
    let mut eve = ada.copy_for("p_01JEVE", "Eve", 9);
    let title = |made: &mut Harness, title: &str| {
        let mut cx = Cx::new(&mut made.app.model);
        let replaces = cx.model.session.title.heads();
        cx.append(&Event::SessionTitled { title: title.into(), replaces });
        for effect in cx.finish() {
            if let cowrite::state::Effect::Store { writes, .. } = effect {
                writes.iter().for_each(|write| made.kept.write(write));
            }
        }
    };
    title(&mut ada, "Ada's");
    title(&mut eve, "Eve's");
    ada.take_from(&eve);
    eve.take_from(&ada);
    assert!(ada.model().session.title.is_conflict());
    assert_eq!(ada.model().session.title(), eve.model().session.title());
    title(&mut ada, "Ours");
    eve.take_from(&ada);
    assert!(!eve.model().session.title.is_conflict());
    assert_eq!(eve.model().session.title(), "Ours");
}

#[test]
fn what_two_people_did_to_one_hunk_stands_in_both_copies() {
    let mut ada = Harness::with("|We meet on Monday.");
    ada.propose(&[(11, 17, "Tuesday")]);
    let mut eve = ada.copy_for("p_01JEVE", "Eve", 9);
    ada.about_hunk(0, "hunk.reject no");
    eve.about_hunk(0, "hunk.accept");
    ada.take_from(&eve);
    eve.take_from(&ada);
    assert_eq!(ada.text(), "We meet on Tuesday.");
    assert_eq!(eve.text(), ada.text());
    let verdict = |made: &Harness| {
        let hunks = made.model().session.proposals.hunks();
        let verdict = &hunks[0].verdict;
        (verdict.is_conflict(), verdict.value().map(|said| said.verdict))
    };
    assert_eq!(verdict(&ada), verdict(&eve));
    assert!(verdict(&ada).0, "the text follows edits only; two verdicts are a conflict");
}

#[test]
fn a_decision_that_changed_is_not_what_was_accepted() {
    let mut ada = Harness::with("|one");
    ada.keys("ctrl-n 'Go' ctrl-s alt-1");
    let mut eve = ada.copy_for("p_01JEVE", "Eve", 9);
    // Ada accepts while Eve writes something else.
    ada.keys("alt-4 a alt-1");
    eve.keys("alt-4 e tab tab tab 'for another reason' ctrl-s alt-1");
    ada.take_from(&eve);
    let status = |made: &Harness| {
        let decisions = &made.model().session.decisions;
        let newest = decisions.newest();
        (decisions.status(newest[0]), newest[0].is_unseen(), decisions.accepted().len())
    };
    assert_eq!(status(&ada), (DecisionStatus::Proposed, true, 0));
    ada.keys("alt-4 a");
    assert_eq!(status(&ada), (DecisionStatus::Accepted, false, 1));
    // A field's own setting says nothing about the status.
    let id = ada.model().session.decisions.newest()[0].id;
    let mut cx = Cx::new(&mut ada.app.model);
    let field = DecisionField::Context("new".into());
    cx.append(&Event::DecisionChanged {
        decision: id,
        field,
        replaces: vec![],
        accepts: vec![],
        reason: None,
    });
    drop(cx);
    assert_eq!(status(&ada).0, DecisionStatus::Proposed);
}
