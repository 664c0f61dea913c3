//! What is shown where words are gone: by whom and when, wherever they stood; and sessions that go on
//! with such gaps in them.

use super::{assert_gone, events, holding, redacted, temp, text_of};
use crate::harness::{Harness, me, said};
use cowrite::base::{EventId, Pos, Span};
use cowrite::event::{Envelope, Event, FILLER, is_like};
use cowrite::report::html::html;
use cowrite::report::{Record, Target, json, markdown, records};
use cowrite::runtime::{branch, fold, redact};
use cowrite::session::{Film, Session};
use cowrite::state::Opened;

const TOLD: &str = "redacted by Ada on 1970-01-01";

/// Ada's plan with a decision about a line of it, a comment, and a message.
fn made() -> Harness {
    let mut ada = Harness::file("plan.md", "First.\nWe pay Mallory Smith ten.\nLast.\n");
    ada.keys("ctrl-s");
    ada.pass(3000);
    // The line that the decision quotes.
    ada.place(7, Some(32));
    ada.run("decision.new Ten for Mallory");
    ada.keys("tab 'Mallory asked' tab 'eleven' tab 'Mallory is worth it' ctrl-s");
    ada.app.model.ui.focus = cowrite::state::Focus::Editor;
    ada.place(7, Some(32));
    ada.run("comment.new Does Mallory know?");
    ada.with_cx(|cx| cx.append(&said("Mallory again")));
    ada.keys("ctrl-s");
    ada.pass(3000);
    ada
}

/// What stands for the name.
fn gap() -> String {
    FILLER.to_string().repeat(7)
}

fn opened(log: &[Envelope], ada: &Harness) -> Harness {
    let opened = Opened {
        session: Some(log[0].session_id()),
        events: log.to_vec(),
        doc: Some(ada.doc()),
        ..Opened::default()
    };
    Harness::open(opened, 99)
}

fn folded(log: &[Envelope]) -> Session {
    Session::fold(log[0].session_id(), log)
}

#[test]
fn a_gap_says_by_whom_and_when_wherever_it_is_shown() {
    let ada = made();
    let all = ada.kept.sealed();
    let (log, ..) = redacted(&all, &Target::Words("Mallory".into()));
    let session = folded(&log);
    assert_eq!(session.oddities.refused, 0);
    let comment = session.comments.iter().next().expect("a comment");
    let decision = session.decisions.newest()[0];
    let message = session.transcript.iter().next().expect("a message");
    assert!(comment.text.is_none() && message.text.is_none());
    for text in [
        session.told(&comment.id, comment.text()),
        session.told(&message.id, message.text()),
        session.told_value(&decision.title),
        session.told_value(&decision.context),
        session.told_value(&decision.outcome),
    ] {
        assert_eq!(text, format!("({TOLD})"));
    }
    assert_eq!(session.gaps_of(decision).len(), 1);
    assert_eq!(decision.options()[0].name.as_str(), "eleven", "what did not hold the words stays");
    let about = comment.about.as_ref().expect("a place");
    assert_eq!(session.link_words_of(&comment.id, about), format!("the text ({TOLD})"));
    assert_eq!(
        session.decision_link_words(decision, &decision.links()[0]),
        format!("the text ({TOLD})")
    );

    // The exports.
    let page = markdown(&session);
    assert_eq!(page.matches(TOLD).count(), 7, "{page}");
    let page = html(&session);
    assert!(page.matches(TOLD).count() >= 7, "{page}");
    let told = serde_json::json!([{"by": "Ada", "at": 9_000_000}]);
    let out = json(&session);
    for at in ["/messages/0/redacted", "/decisions/0/redacted", "/comments/0/comments/0/redacted"] {
        assert_eq!(out.pointer(at), Some(&told), "{at}");
    }
    let Record { title, context, outcome, links, .. } = records(&session).remove(0);
    for text in [title, context, outcome, links[0].clone()] {
        assert!(text.contains(TOLD), "{text}");
    }

    // The screen: the list of decisions, the page of one, the comments, now and then.
    let mut again = opened(&log, &ada);
    again.place(8, None);
    let before_redaction = session.timeline().iter().rev().find_map(|point| {
        let kind = &point.what;
        matches!(kind, cowrite::session::What::Message(_)).then_some(point.moment)
    });
    for moment in [None, before_redaction] {
        if let Some(moment) = moment {
            again.app.model.show_moment(moment).expect("is shown");
            again.place(8, None);
        }
        again.keys("alt-4");
        let list = again.screen(120, 40);
        assert!(list.matches("(redacted by Ada on").count() >= 2, "{list}");
        again.run("decision.open");
        let page = again.screen(120, 40);
        assert!(page.matches(TOLD).count() >= 4, "{page}");
        again.keys("esc");
        again.run("comment.list");
        let page = again.screen(120, 40);
        assert!(page.contains(&format!("    ({TOLD})")), "{page}");
        again.keys("esc");
    }
    let then = again.text();
    assert!(
        then.contains(&gap()) && !then.contains("Mallory"),
        "the text then has the gap: {then}"
    );
    again.same_after_reopening();
}

#[test]
fn nothing_of_what_goes_is_left_in_a_quote() {
    let ada = made();
    let all = ada.kept.sealed();
    let session = folded(&all);
    let text = ada.text();
    let entry = session.documents.values().next().expect("a document");
    let ids = |words: &str| {
        let at = text.find(words).expect("stands there");
        entry.document.ids(Span::new(Pos(at), Pos(at + words.len())))
    };
    // A part of the quote; more than the quote.
    for words in ["Mallory Smith", "We pay Mallory Smith ten.\nLast."] {
        let target = Target::Text { doc: ada.doc(), ids: ids(words), everywhere: true };
        let (log, _, plan) = redacted(&all, &target);
        let after = folded(&log);
        for event in &log {
            assert!(!event.to_line().contains("Mallory Smith"), "{words}: {}", event.to_line());
        }
        assert_eq!(text_of(&after), text.replace(words, ""), "{words}");
        let decision = after.decisions.newest()[0];
        assert!(
            after.decision_link_words(decision, &decision.links()[0]).contains(TOLD),
            "{words}: {plan:?}"
        );
        // The reason of the decision names only Mallory.
        assert_eq!(decision.outcome(), "Mallory is worth it", "{words}");
        assert!(after.comments.iter().all(|one| one.text.is_some()), "{words}");
    }
}

#[test]
fn a_branch_and_a_way_back_keep_the_gap() {
    let ada = made();
    let old: Vec<Envelope> =
        ada.kept.sealed().into_iter().filter(|event| !event.is_local()).collect();
    let id = old[0].session_id();
    let dir = temp();
    let mut store = holding(dir.path(), &old);
    let target = Target::Words("Mallory".into());
    redact::carry_out(&mut store, id, &me(), &target, "asked to").expect("redacts");
    let session = fold(&store, id).expect("reads");
    let points = session.timeline();
    for point in &points[3..] {
        let done = branch(&mut store, id, point.moment, "Another", &me()).expect("branches");
        assert_eq!(done.left, 0);
        let new = fold(&store, done.session).expect("reads");
        let odd = &new.oddities;
        assert_eq!((odd.unknown, odd.refused, odd.forks), (0, 0, 0), "{point:?}");
        assert_eq!(new.redactions.unexplained().count(), 0, "{point:?}");
        let wanted = Film::default().text(&session, &ada.doc(), point.moment).expect("a text");
        assert_eq!(text_of(&new), wanted.to_string(), "{point:?}");
        for (then, now) in
            session.decisions.at(point.moment).newest().iter().zip(new.decisions.newest())
        {
            assert_eq!(session.told_value(&then.outcome), new.told_value(&now.outcome));
        }
        for comment in new.comments.iter() {
            assert!(new.told(&comment.id, comment.text()).contains("redacted by Ada"));
        }
    }
    assert_eq!(store.verify(None).expect("checks").findings, []);
    for row in store.sessions().expect("reads") {
        let lines: String = events(&store, row.id).iter().map(Envelope::to_line).collect();
        assert!(!lines.contains("Mallory"));
    }

    // Going back to a point before it brings the gap, and nothing more.
    let log = events(&store, id);
    let mut again = opened(&log, &ada);
    let before = points.iter().find(|point| {
        let then = Film::default().text(&session, &ada.doc(), point.moment);
        then.is_ok_and(|then| then.to_string().contains(FILLER))
    });
    let before = before.expect("a point with the gap").moment;
    let then = Film::default().text(&session, &ada.doc(), before).expect("a text").to_string();
    again.with_cx(|cx| cx.restore(before)).expect("goes back");
    assert!(is_like(&again.text(), &then), "{}", again.text());
    // What stood in one piece with the words stands there still.
    assert_eq!(again.text(), ada.text().replace("Mallory", &gap()));
    again.pass(3000);
    again.same_after_reopening();
    assert_gone(&again.text(), "the text");
    let made: Vec<EventId> = again.kept.sealed().iter().map(|event| event.id).collect();
    let lines = again.kept.sealed();
    assert!(lines.iter().all(|event| event.compute_id() == event.id), "{made:?}");
    assert!(lines.iter().all(|event| Event::decode(event).is_ok()));
}
