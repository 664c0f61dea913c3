//! Every point of random histories, and going back to one.

use super::{cases, folded, settle, step, stories, text_at};
use crate::harness::{Harness, Trace};
use cowrite::base::{DocId, Rand};
use cowrite::event::CauseKind;
use cowrite::session::{Film, Moment, Session};
use cowrite::text::Document;
use std::fmt::Write as _;

/// What was said and decided by then, in lines.
fn said(session: &Session, end: Option<Moment>) -> String {
    let mut out = String::new();
    let tip = match end {
        Some(end) => session.transcript.tip_at(end),
        None => session.transcript.tip(),
    };
    for message in tip.map(|tip| session.transcript.branch(tip)).unwrap_or_default() {
        let pinned = match end {
            Some(end) => session.transcript.was_pinned(&message.id, end),
            None => session.transcript.is_pinned(&message.id),
        };
        let _ = writeln!(out, "{:?} {:?} {pinned}", message.id, message.text);
    }
    let decisions = end.map(|end| session.decisions.at(end));
    let decisions = decisions.as_ref().unwrap_or(&session.decisions);
    for decision in decisions.newest() {
        let status = decisions.status(decision);
        let (conflict, unseen) = (decision.is_conflict(), decision.is_unseen());
        let _ = writeln!(out, "{} {status:?} {conflict} {unseen}", decision.title());
    }
    out
}

/// What had been proposed, with what was said about it; and what was commented.
fn hung(session: &Session, end: Option<Moment>, doc: &DocId, document: &Document) -> String {
    let mut out = String::new();
    let proposals = end.map(|end| session.proposals_at(end));
    let proposals = proposals.as_ref().unwrap_or(&session.proposals);
    let (reviewed, open) = session.reviewed(proposals, doc, document);
    for (index, hunk) in reviewed.iter().enumerate() {
        let verdict = proposals.hunk(&hunk.of).and_then(|hunk| hunk.verdict.value());
        let _ = writeln!(
            out,
            "{} {:?} {:?} {:?} {:?} {verdict:?}",
            index < open,
            hunk.members,
            hunk.state,
            hunk.old,
            hunk.new
        );
    }
    let comments = end.map(|end| session.comments.at(end));
    let comments = comments.as_ref().unwrap_or(&session.comments);
    for thread in comments.threads() {
        let words: Vec<&str> = thread.comments().map(cowrite::session::Comment::text).collect();
        let _ = writeln!(out, "{words:?} {}", thread.resolved);
    }
    out
}

/// Each point says what the log folded up to it says.
fn check(made: &Harness, trace: &str) {
    let session = made.kept.session();
    let points = session.timeline();
    let (mut film, mut back) = (Film::default(), Film::default());
    let mut pieces: Vec<_> = points.iter().map(|point| point.moment).collect();
    for moment in pieces.clone() {
        let then = folded(&made.kept.sealed(), &session, moment);
        let wanted = match session.said_version(&made.doc(), &moment) {
            // What a merge put before it was not there for who made it.
            Some(version) => {
                let document = &session.documents[&made.doc()].document;
                document.text_at(version).expect("a version")
            }
            None => then
                .documents
                .get(&made.doc())
                .map_or_else(String::new, |entry| entry.document.rope().to_string()),
        };
        assert_eq!(text_at(&mut film, &session, made, moment), wanted, "{moment:?}\n{trace}");
        assert_eq!(said(&session, Some(moment)), said(&then, None), "{moment:?}\n{trace}");
        if let Some(entry) = then.documents.get(&made.doc()) {
            let (doc, document) = (made.doc(), &entry.document);
            let told = hung(&session, Some(moment), &doc, document);
            assert_eq!(told, hung(&then, None, &doc, document), "{moment:?}\n{trace}");
        }
    }
    // In any order.
    pieces.reverse();
    for moment in pieces {
        let (one, other) = (
            text_at(&mut film, &session, made, moment),
            text_at(&mut back, &session, made, moment),
        );
        assert_eq!(one, other, "{trace}");
    }
}

#[test]
fn every_point_of_one_persons_history_is_as_it_was() {
    for seed in cases(6) {
        let mut rand = Rand::from_number(seed);
        let mut made = Harness::file("a.md", "one two three\nfour five six\nseven\n");
        let mut trace = Trace(format!("seed {seed}\n"));
        // What was on the screen at the time.
        let mut seen: Vec<(Moment, String)> = Vec::new();
        for _ in 0..50 {
            let did = step(&mut made, &mut rand);
            let _ = writeln!(trace.0, "{did}");
            if rand.below(3) == 0 {
                settle(&mut made);
                let last = made.model().session.timeline().last().map(|point| point.moment);
                seen.extend(last.map(|moment| (moment, made.text())));
            }
        }
        settle(&mut made);
        check(&made, &trace.0);
        let session = made.kept.session();
        for (moment, text) in seen {
            let told = text_at(&mut Film::default(), &session, &made, moment);
            assert_eq!(told, text, "{moment:?}\n{}", trace.0);
        }
    }
}

/// Two people who meet from time to time.
fn two(seed: u64, rounds: usize, trace: &mut Trace) -> [Harness; 2] {
    let mut rand = Rand::from_number(seed);
    let mut ada = Harness::file("a.md", "one two three\nfour five six\n");
    ada.keys("'x'");
    settle(&mut ada);
    let ben = ada.copy_for("p_01JBEN", "Ben", seed + 1000);
    let mut all = [ada, ben];
    for _ in 0..rounds {
        for _ in 0..8 {
            let who = rand.below(2);
            let did = step(&mut all[who], &mut rand);
            let _ = writeln!(trace.0, "{who}: {did}");
        }
        all.iter_mut().for_each(settle);
        for _ in 0..2 {
            let [ada, ben] = &mut all;
            ada.take_from(ben);
            ben.take_from(ada);
        }
        let _ = writeln!(trace.0, "they meet");
    }
    all.iter_mut().for_each(settle);
    all
}

#[test]
fn every_point_of_a_merged_history_is_as_it_was() {
    for seed in cases(4) {
        let mut trace = Trace(format!("seed {seed}\n"));
        let [ada, ben] = two(seed, 3, &mut trace);
        check(&ada, &trace.0);
        check(&ben, &trace.0);
    }
}

#[test]
fn going_back_gives_that_text_with_its_origins_and_undo_takes_it_back() {
    for seed in cases(6) {
        let mut rand = Rand::from_number(seed + 77);
        let mut trace = Trace(format!("seed {seed}\n"));
        let [mut made, _] = two(seed, 2, &mut trace);
        for _ in 0..6 {
            let points = made.model().session.timeline();
            let moment = points[rand.below(points.len())].moment;
            let doc = made.doc();
            let version = Film::default().version(&made.model().session, &doc, moment);
            let entry = &made.model().session.documents[&doc];
            let then = entry.at(&version.expect("a version")).expect("the text of then");
            let before = stories(&entry.document);
            let _ = writeln!(trace.0, "back to {moment:?}");
            let done = made.with_cx(|cx| cx.restore(moment));
            let text: String = before.iter().map(|(letter, ..)| *letter).collect();
            assert!(done.is_ok() || *then.rope() == text.as_str(), "{done:?}\n{}", trace.0);
            let now = &made.model().session.documents[&doc].document;
            assert_eq!(stories(now), stories(&then), "{}", trace.0);
            if done.is_ok() {
                let last = made.model().session.documents[&doc].edits().next_back();
                let cause = last.and_then(|edit| edit.edit.cause.clone()).expect("a cause");
                assert_eq!((cause.kind, cause.of), (CauseKind::Restore, vec![moment.1]));
                made.keys("ctrl-z");
                assert!(made.notice().contains("going back to the text of"), "{}", made.notice());
                let now = &made.model().session.documents[&doc].document;
                assert_eq!(stories(now), before, "undone\n{}", trace.0);
                made.keys("ctrl-y");
                let now = &made.model().session.documents[&doc].document;
                assert_eq!(stories(now), stories(&then), "redone\n{}", trace.0);
            }
            for _ in 0..4 {
                let did = step(&mut made, &mut rand);
                let _ = writeln!(trace.0, "{did}");
            }
            settle(&mut made);
        }
        assert!(made.model().session.documents[&made.doc()].document.is_consistent());
        made.same_after(&trace.0);
    }
}

#[test]
fn the_timeline_grows_at_its_end_and_is_made_anew_for_what_came_late() {
    for seed in cases(4) {
        let mut trace = Trace(format!("seed {seed}\n"));
        let mut rand = Rand::from_number(seed);
        let [mut ada, ben] = two(seed, 1, &mut trace);
        let mut points = ada.model().session.timeline();
        for _ in 0..20 {
            step(&mut ada, &mut rand);
            settle(&mut ada);
            ada.model().session.update_timeline(&mut points);
            assert_eq!(points, ada.model().session.timeline(), "{}", trace.0);
        }
        let mut ben = ben;
        for _ in 0..5 {
            step(&mut ben, &mut rand);
        }
        settle(&mut ben);
        ada.take_from(&ben);
        ada.model().session.update_timeline(&mut points);
        assert_eq!(points, ada.model().session.timeline(), "{}", trace.0);
        assert_eq!(points, ada.kept.session().timeline(), "as folded anew\n{}", trace.0);
    }
}
