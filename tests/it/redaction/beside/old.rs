//! Redactions as earlier versions made them: every body that held a word went whole, and what else
//! stood in it was written anew by an edit. Logs of that form are read for ever.

use super::super::{SECRET, assert_gone, careless, redacted};
use super::{BASE, Copy, copies, insert, replace, settle};
use crate::harness::{cases, digest, me};
use cowrite::base::{Millis, OpId, Pos, Rand, Span};
use cowrite::event::{Envelope, Event, FILLER, Op};
use cowrite::report::{Redacting, Target, redaction};
use cowrite::runtime::redact;
use cowrite::session::Session;
use cowrite::state::{Me, RedactionMade, Saying, redaction_events};
use cowrite::store::RedactJob;
use cowrite::text::{Change, Replace};
use std::collections::{BTreeMap, BTreeSet};

/// What an earlier version planned: the rest of each body is written anew where it stands.
fn plan(session: &Session, events: &[Envelope], words: &str) -> Redacting {
    let mut plan = redaction(session, events, &Target::Words(words.into())).expect("is found");
    let goes = plan.left.clone();
    plan.left.clear();
    plan.changes.clear();
    for (doc, entry) in &session.documents {
        // Where each character of the bodies that go stands, and whether it was named.
        let mut stand: BTreeMap<Pos, bool> = BTreeMap::new();
        for edit in entry.edits() {
            let Some(bodies) = plan.bodies.get(&edit.id) else { continue };
            let event = events.iter().find(|event| event.id == edit.id).expect("is there");
            let mut next = OpId { writer: edit.writer, counter: edit.edit.start };
            for (index, op) in edit.edit.ops.iter().enumerate() {
                let first = next;
                next.counter += op.width();
                let Op::Insert { .. } = op else { continue };
                let path = format!("ops.{index}.text");
                let slot = event.slots().into_iter().find(|slot| slot.path == path);
                let mut at = first;
                for body in slot.expect("a text").bodies {
                    let len = event.words(body..body + 1).chars().count();
                    for place in 0..len {
                        let id = OpId { writer: at.writer, counter: at.counter + place as u32 };
                        let left = goes[&edit.id].get(&(body as u32));
                        let named = left.is_some_and(|left| left.chars[place].is_none());
                        if bodies.contains(&(body as u32)) && entry.document.gap(id).is_none() {
                            stand.insert(entry.document.stood(id).expect("is known"), named);
                        }
                    }
                    at.counter += len as u32;
                }
            }
        }
        let mut change = Change::default();
        for (pos, named) in stand {
            let span = Span { start: pos, end: Pos(pos.0 + 1) };
            if named {
                change.0.extend(Change::delete(span).0);
                continue;
            }
            let run = entry.document.runs(span).remove(0);
            let src = entry.document.sources(span);
            let text = entry.document.rope().slice(span.range()).to_string();
            change.0.push(Replace { span, text, origin: run.origin, src });
        }
        if !change.0.is_empty() {
            plan.changes.insert(doc.clone(), change);
        }
    }
    plan
}

fn made(events: &[Envelope], me: &Me, words: &str, seed: u64) -> RedactionMade {
    let mut session = Session::fold(events[0].session_id(), events);
    let plan = plan(&session, events, words);
    let mut rand = Rand::from_number(seed);
    let saying = Saying { me, reason: "a slip", at: Millis(9_000_000), shared: None };
    let made = redaction_events(&mut session, events, &plan, saying, &mut rand);
    let made = made.expect("is made");
    for event in made.events.iter().filter(|event| event.kind == "event.redacted") {
        let line = event.to_line();
        assert!(!line.contains("kept") && !line.contains("more"), "the old form: {line}");
    }
    made
}

fn after(events: &[Envelope], made: &RedactionMade) -> Vec<Envelope> {
    let lines: BTreeMap<_, _> = made.lines.iter().map(|event| (event.id, event)).collect();
    let log = events.iter().map(|event| lines.get(&event.id).copied().unwrap_or(event));
    log.chain(&made.events).cloned().collect()
}

impl Copy {
    /// Redacts as an earlier version did, in the library, too.
    fn redact_as_before(&mut self, words: &str) {
        self.seed += 1;
        let log = super::events(&self.store, self.id);
        let made = made(&log, &self.me, words, self.seed * 31);
        let id = made.id.expect("is shared");
        let rest =
            format!("{{\"session\":\"{}\",\"id\":\"{id}\",\"from\":{}}}", self.id, log.len() + 1);
        let RedactionMade { writers, events, lines, .. } = made;
        let job = RedactJob { writers, events, lines, rest, ..RedactJob::default() };
        self.store.redact(self.id, &job).expect("redacts");
        redact::finish(&mut self.store).expect("is completed");
    }
}

#[test]
fn a_log_of_the_old_form_replays_and_verifies_in_any_order() {
    for seed in cases(12) {
        let ada = careless(seed);
        let events = ada.kept.sealed();
        let before = Session::fold(events[0].session_id(), &events);
        if redaction(&before, &events, &Target::Words(SECRET.into())).is_err() {
            continue;
        }
        let made = made(&events, &me(), SECRET, seed);
        let log = after(&events, &made);
        let session = Session::fold(log[0].session_id(), &log);
        assert_eq!(session.oddities.refused, 0, "seed {seed}: {:?}", session.oddities);
        assert_eq!(session.redactions.unexplained().count(), 0, "seed {seed}");
        assert!(session.documents.values().all(|entry| entry.document.is_consistent()));
        let text = super::text_of(&session);
        // The same text as today's form leaves.
        let (new, ..) = redacted(&events, &Target::Words(SECRET.into()));
        assert_eq!(text, super::text_of(&Session::fold(log[0].session_id(), &new)), "seed {seed}");
        assert!(!text.contains(FILLER), "seed {seed}: {text}");
        for event in &log {
            assert!(!event.to_line().contains(SECRET), "seed {seed}");
            assert_eq!(event.compute_id(), event.id, "seed {seed}");
            assert_eq!(Envelope::parse(&event.to_line()).expect("parses"), *event);
        }
        let mut rand = Rand::from_number(seed);
        let want = digest(&session, true);
        for _ in 0..3 {
            let arrived = super::shuffled(&log, &mut rand);
            let again = Session::fold(log[0].session_id(), &arrived);
            crate::harness::similar_asserts(&want, &digest(&again, true));
        }
        // And be redacted again, of what was written anew.
        let word = text.split_whitespace().find(|word| word.len() > 4).expect("a word").to_owned();
        let (log, ..) = redacted(&log, &Target::Words(word.clone()));
        let session = Session::fold(log[0].session_id(), &log);
        assert_eq!(session.oddities.refused, 0, "seed {seed}");
        assert!(!super::text_of(&session).contains(&word), "seed {seed}");
        for event in log.iter().filter(|event| !event.is_local()) {
            assert!(!event.to_line().contains(&word), "seed {seed}: {word}: {}", event.to_line());
            assert_gone(&event.to_line().replace(FILLER, ""), "the log");
        }
    }
}

#[test]
fn the_old_form_beside_other_work() {
    type Work = fn(&mut Copy);
    let rest = "# T\n\nalpha  line\n\nbeta  line\n\ngamma line\n";
    let one = "# T\n\nalpha  line\n\nbeta secret2 line\n\ngamma line\n";
    let cases: [(&str, Work, &str, &[&str]); 6] = [
        ("nothing", |_| {}, one, &["secret1"]),
        (
            "another word of the piece",
            |ben| _ = ben.redact("secret2").expect("redacts"),
            rest,
            &["secret1", "secret2"],
        ),
        ("the same word", |ben| _ = ben.redact("secret1").expect("redacts"), one, &["secret1"]),
        (
            "more than the word",
            |ben| _ = ben.redact("alpha secret1").expect("redacts"),
            "# T\n\n line\n\nbeta secret2 line\n\ngamma line\n",
            &["secret1", "alpha"],
        ),
        (
            "deleted and brought back",
            |ben| {
                ben.work(|desk| replace(desk, "gamma line", ""));
                ben.work(|desk| desk.keys("ctrl-z"));
            },
            one,
            &["secret1"],
        ),
        // The piece in which it was typed was written anew: it stands once, beside that.
        (
            "typed beside",
            |ben| ben.work(|desk| insert(desk, "# T", "XBENX")),
            "# T\n\nalpha  line\n\nbeta secret2 line\n\ngamma line\nXBENX",
            &["secret1"],
        ),
    ];
    for (seed, (what, second, want, gone)) in cases.into_iter().enumerate() {
        let mut all = copies(&["Ada", "Ben", "Cy"], 100 + seed as u64);
        assert_eq!(all[0].text(), BASE);
        all[0].redact_as_before("secret1");
        assert_eq!(all[0].text(), one, "{what}");
        all[0].check(&["secret1"], what);
        second(&mut all[1]);
        settle(&mut all);
        // Who opens it settles what stands twice.
        all[0].work(|_| {});
        settle(&mut all);
        for copy in &all {
            assert_eq!(copy.text(), want, "{what}, {}", copy.me.name);
            copy.check(gone, &format!("{what}, {}", copy.me.name));
        }
        // Again, by whom it was before and by somebody else, in today's form.
        all[0].redact("gamma").expect("redacts");
        settle(&mut all);
        all[2].redact("beta").expect("redacts");
        settle(&mut all);
        let gone: Vec<&str> = gone.iter().copied().chain(["gamma", "beta"]).collect();
        for copy in &all {
            let want = want.replace("gamma", "").replace("beta", "");
            assert_eq!(copy.text(), want, "{what}, {}", copy.me.name);
            copy.check(&gone, &format!("{what}, {}", copy.me.name));
            let whole = super::events(&copy.store, copy.id).into_iter().filter_map(|event| {
                match Event::decode(&event) {
                    Ok(Event::EventRedacted(what)) => Some(what),
                    _ => None,
                }
            });
            let forms: BTreeSet<bool> = whole
                .flat_map(|what| what.what)
                .flat_map(|one| one.bodies)
                .map(|gone| gone.kept.is_some())
                .collect();
            assert_eq!(forms, BTreeSet::from([false, true]), "both forms are in the log");
        }
    }
}
