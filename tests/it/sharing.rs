//! Copies of a session beside copies of its file: what git puts together in the one and what comes
//! as events of the other is one and the same, whichever comes first. What is new is marked until
//! it is seen; what two people set apart is asked about.

use crate::harness::{Harness, cases};
use cowrite::app::Input;
use cowrite::base::Rand;
use cowrite::event::{CauseKind, DecisionField, DecisionStatus, Event};
use cowrite::report::scan::Allowed;
use cowrite::report::{handoff, plan};
use cowrite::state::{Overlay, Sharing};
use std::collections::BTreeSet;

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";

/// Ada with a file that is saved, and Eve with copies of both.
fn two() -> (Harness, Harness) {
    let mut ada = Harness::file("plan.md", TEXT);
    ada.keys("'.' ctrl-s");
    let eve = copy(&ada, "p_01JEVE", "Eve", 9);
    (ada, eve)
}

fn copy(ada: &Harness, author: &str, name: &str, seed: u64) -> Harness {
    let mut made = ada.copy_for(author, name, seed);
    made.app.model.path = ada.model().path.clone();
    made.write_outside(&ada.text());
    assert!(!made.model().is_modified());
    made
}

/// Appends to a line, from 0, and saves.
fn writes(made: &mut Harness, line: usize, word: &str) {
    let end: usize = made.text().lines().take(line + 1).map(|line| line.chars().count() + 1).sum();
    made.place(end - 1, None);
    made.keys(&format!("'{word}'"));
    made.pass(3000);
    made.keys("ctrl-s");
    made.pass(3000);
}

/// What git makes of two texts in which no line was changed on both sides.
fn merged(base: &str, one: &str, other: &str) -> String {
    let lines = base.lines().zip(one.lines().zip(other.lines()));
    let chosen = lines.map(|(base, (one, other))| if one == base { other } else { one });
    chosen.map(|line| format!("{line}\n")).collect()
}

/// Whose words stand in the text, by the writers of its runs.
fn authors(made: &Harness) -> BTreeSet<String> {
    let session = &made.model().session;
    let entry = &session.documents[&made.doc()];
    let all =
        cowrite::base::Span::new(cowrite::base::Pos(0), cowrite::base::Pos(entry.document.len()));
    let runs = entry.document.runs(all).into_iter();
    runs.map(|run| session.author_name(&session.writers[&run.writer].author).to_owned()).collect()
}

#[test]
fn the_file_first_and_its_events_late() {
    for own_too in [false, true] {
        for typed_meanwhile in [false, true] {
            let (mut ada, mut eve) = two();
            let base = ada.text();
            writes(&mut eve, 3, "EVE");
            if own_too {
                writes(&mut ada, 1, "ADA");
            }
            let both = merged(&base, &ada.text(), &eve.text());
            ada.write_outside(&both);
            assert_eq!(ada.text(), both);
            if typed_meanwhile {
                ada.place(0, None);
                ada.keys("'typed '");
                ada.pass(3000);
            }
            let wanted = if typed_meanwhile { format!("typed {both}") } else { both.clone() };
            ada.take_from(&eve);
            assert_eq!(ada.text(), wanted, "own {own_too}, typed {typed_meanwhile}");
            assert_eq!(ada.model().is_modified(), typed_meanwhile);
            // The words are Eve's, and nobody's from outside.
            assert!(authors(&ada).contains("Eve"), "{:?}", authors(&ada));
            ada.same_after_reopening();
            eve.take_from(&ada);
            assert_eq!(eve.text(), wanted);
            ada.take_from(&eve);
            assert_eq!((ada.text(), eve.text()), (wanted.clone(), wanted));
            // It is known which version that file held: what is in it is no news.
            ada.write_outside(&both);
            assert!(ada.overlay().is_none(), "{}", ada.notice());
        }
    }
}

#[test]
fn the_events_first_and_the_file_late() {
    let (mut ada, mut eve) = two();
    let base = ada.text();
    writes(&mut eve, 3, "EVE");
    writes(&mut ada, 1, "ADA");
    let before = ada.text();
    ada.take_from(&eve);
    let both = merged(&base, &before, &eve.text());
    assert_eq!(ada.text(), both);
    assert!(ada.model().is_modified(), "the file does not have it yet");
    // Read again as it was: no question, no change.
    ada.write_outside(&before);
    assert_eq!((ada.text(), ada.overlay().is_none()), (both.clone(), true), "{}", ada.notice());
    let edits = |made: &Harness| made.kept.events.len();
    ada.write_outside(&both);
    assert!(!ada.model().is_modified());
    let count = edits(&ada);
    ada.write_outside(&both);
    assert_eq!(edits(&ada), count);
    let outside = |made: &Harness| {
        let entry = &made.model().session.documents[&made.doc()];
        let causes = entry.edits().filter_map(|edit| edit.edit.cause.as_ref());
        causes.filter(|cause| cause.kind == CauseKind::Outside).count()
    };
    assert_eq!(outside(&ada), outside(&eve), "nothing came from outside but what was there");
}

#[test]
fn a_merge_with_a_word_by_hand_keeps_that_word_only() {
    let (mut ada, mut eve) = two();
    let base = ada.text();
    writes(&mut eve, 3, "EVEWROTEMUCHHERE");
    writes(&mut ada, 1, "ADA");
    let by_hand = merged(&base, &ada.text(), &eve.text()).replace("six", "six!");
    for events_first in [true, false] {
        let mut ada = copy_of(&ada, events_first);
        if events_first {
            ada.take_from(&eve);
        }
        ada.write_outside(&by_hand);
        ada.take_from(&eve);
        assert_eq!(ada.text(), by_hand, "events first: {events_first}");
        assert!(authors(&ada).contains("Eve"));
        ada.same_after_reopening();
    }
}

/// The same person in a copy of the library.
fn copy_of(ada: &Harness, which: bool) -> Harness {
    copy(ada, crate::harness::ME, "Ada", 50 + u64::from(which))
}

#[test]
fn an_older_version_asks_and_a_newer_one_of_somebody_else_does_not() {
    let (mut ada, mut eve) = two();
    let base = ada.text();
    ada.pass(3000);
    writes(&mut eve, 3, "EVE");
    ada.take_from(&eve);
    ada.write_outside(&eve.text());
    assert!(ada.overlay().is_none() && !ada.model().is_modified());
    ada.write_outside(&base);
    assert!(matches!(ada.overlay(), Some(Overlay::Dialog(_))));
    // Put back before anybody answered, as after git stash pop: nothing is left to be asked.
    ada.write_outside(&eve.text());
    assert!(ada.overlay().is_none() && !ada.model().is_modified());
    ada.write_outside(&base);
    assert!(matches!(ada.overlay(), Some(Overlay::Dialog(_))));
    ada.keys("n");
    assert!(ada.text().contains("EVE"));
    ada.write_outside(&base.replace("two", "<<<<<<< ours\ntwo\n=======\n2\n>>>>>>> theirs"));
    assert!(!ada.text().contains("<<<<"));
    assert!(ada.notice().contains("conflict markers"), "{}", ada.notice());
}

/// A question that comes up while somebody types would take the next key for its answer.
#[test]
fn no_question_comes_up_between_two_keys() {
    let (mut ada, _) = two();
    let base = ada.text();
    ada.keys("ctrl-end 'new' ctrl-s");
    ada.pass(3000);
    ada.keys("' and'");
    ada.write_outside(&base);
    assert!(ada.overlay().is_none());
    assert!(ada.notice().contains("when you pause"), "{}", ada.notice());
    ada.keys("' newer'");
    assert!(ada.text().ends_with("new and newer"), "{}", ada.text());
    ada.pass(3000);
    assert!(matches!(ada.overlay(), Some(Overlay::Dialog(_))), "{}", ada.notice());
    // A blank is no answer either.
    ada.keys("' '");
    assert!(matches!(ada.overlay(), Some(Overlay::Dialog(_))));
    ada.keys("n");
    assert!(ada.text().ends_with("new and newer"), "{}", ada.text());
}

#[test]
fn whatever_comes_first_nothing_is_doubled_or_lost() {
    for seed in cases(40) {
        let mut rand = Rand::from_number(seed);
        let (ada, eve) = two();
        let bob = copy(&ada, "p_01JBOB", "Bob", 77);
        let mut all = [ada, eve, bob];
        let mut words: Vec<(String, usize)> = Vec::new();
        let mut trace = format!("seed {seed}");
        for step in 0..10 {
            let (who, other) = (rand.below(3), rand.below(3));
            if rand.below(2) == 0 {
                // Each has lines of their own, so that git always can.
                let line = who * 2 + rand.below(2);
                let word = format!("w{step}{who}");
                trace.push_str(&format!("\n{who} writes {word} in line {line}"));
                writes(&mut all[who], line, &word);
                words.push((word, who));
            } else if who != other {
                let path = all[who].model().path.clone().unwrap();
                let file = |made: &Harness| String::from_utf8(made.files[&path].clone()).unwrap();
                let both = union(&file(&all[who]), &file(&all[other]));
                let first = rand.below(3);
                trace.push_str(&format!("\n{who} gets of {other}, {first}: {both:?}"));
                let [mine, theirs] = all.get_disjoint_mut([who, other]).unwrap();
                if first == 0 {
                    mine.take_from(theirs);
                }
                mine.write_outside(&both);
                if first == 1 {
                    mine.take_from(theirs);
                }
            }
            for made in &all {
                let text = made.text();
                // Before the events of who wrote it are there, two may have taken a word in from
                // their files.
                let knows = |other: &Harness| {
                    let shared = other.kept.events.iter().filter(|event| !event.is_local());
                    shared.into_iter().all(|event| made.model().session.contains(&event.id))
                };
                for (word, who) in &words {
                    let once = text.matches(word.as_str()).count() <= 1;
                    assert!(once || !knows(&all[*who]), "{trace}\n{word}: {text}");
                }
                made.same_after(&trace);
            }
        }
        for _ in 0..4 {
            for to in 0..3 {
                for from in (0..3).filter(|from| *from != to) {
                    let [mine, theirs] = all.get_disjoint_mut([to, from]).unwrap();
                    mine.take_from(theirs);
                }
            }
        }
        let text = all[0].text();
        for made in &all {
            assert_eq!(made.text(), text, "{trace}");
            made.same_after_reopening();
        }
        for (word, _) in &words {
            assert_eq!(text.matches(word.as_str()).count(), 1, "{trace}\n{word}: {text}");
        }
        assert_eq!(text.lines().count(), 6, "{trace}\n{text}");
    }
}

/// Appends a line at the top or the end, and saves.
fn adds(made: &mut Harness, top: bool, line: &str) {
    let at = if top { 0 } else { made.text().chars().count() };
    made.place(at, None);
    made.keys(&format!("'{line}' enter"));
    made.pass(3000);
    made.keys("ctrl-s");
    made.pass(3000);
}

#[test]
fn a_file_with_some_of_what_came_doubles_nothing() {
    // As after a cherry-pick: the file has what Eve added last, and not what she added before that;
    // and it may have a word of another program beside it.
    for (order, by_hand) in (0..4).flat_map(|order| [0, 1, 2].map(|by_hand| (order, by_hand))) {
        let (mut ada, mut eve) = two();
        let had = eve.kept.events.len();
        adds(&mut eve, false, "EVE-END");
        let first: Vec<_> = eve.kept.events[had..].to_vec();
        adds(&mut eve, true, "EVE-TOP");
        let second: Vec<_> = eve.kept.events[had + first.len()..].to_vec();
        adds(&mut ada, false, "ADA-END");
        writes(&mut ada, 2, "-ADA");
        let mut picked = format!("EVE-TOP\n{}", ada.text());
        let (six, instead) = [("six", "six"), ("six", "six!"), ("six\n", "")][by_hand];
        picked = picked.replace(six, instead);
        match order {
            0 => {
                ada.take_from(&eve);
                ada.write_outside(&picked);
            }
            1 => {
                ada.write_outside(&picked);
                ada.take_from(&eve);
            }
            // What the last events are made on comes later than they.
            2 => {
                ada.take(&second);
                ada.write_outside(&picked);
                ada.take(&first);
            }
            _ => {
                ada.write_outside(&picked);
                ada.take(&second);
                ada.take(&first);
            }
        }
        let what = format!("order {order}, by hand {by_hand}");
        let once = |made: &Harness| {
            for word in ["EVE-TOP", "EVE-END", "ADA-END", "-ADA"] {
                assert_eq!(made.text().matches(word).count(), 1, "{what}: {}", made.text());
            }
            let six = made.text().matches("six").count();
            assert_eq!(six, usize::from(by_hand < 2), "{what}: {}", made.text());
            assert_eq!(made.text().contains("six!"), by_hand == 1, "{what}: {}", made.text());
        };
        once(&ada);
        // The words are hers who wrote them, also of those in the file.
        assert_eq!(words_of(&ada, "Eve"), "EVE-TOP\nEVE-END\n", "{what}");
        assert!(ada.model().is_modified(), "the file does not have all of it");
        ada.same_after_reopening();
        // Read again it is no news, and git's whole merge brings what was missing.
        let text = ada.text();
        ada.write_outside(&picked);
        assert_eq!((ada.text(), ada.overlay().is_none()), (text.clone(), true), "{what}");
        ada.write_outside(&text);
        assert_eq!((ada.text(), ada.model().is_modified()), (text.clone(), false), "{what}");
        eve.take_from(&ada);
        once(&eve);
        ada.take_from(&eve);
        assert_eq!(ada.text(), eve.text(), "{what}");
        eve.write_outside(&text);
        assert_eq!(eve.text(), text, "{what}");
    }
}

/// What of the text somebody wrote.
fn words_of(made: &Harness, name: &str) -> String {
    let session = &made.model().session;
    let entry = &session.documents[&made.doc()];
    let all =
        cowrite::base::Span::new(cowrite::base::Pos(0), cowrite::base::Pos(entry.document.len()));
    let runs = entry.document.runs(all).into_iter();
    let own = runs.filter(|run| session.author_name(&session.writers[&run.writer].author) == name);
    own.map(|run| entry.document.rope().slice(run.span.range()).to_string()).collect()
}

#[test]
fn a_file_that_comes_late_takes_nothing_out() {
    // As in a synced folder: Eve's events come, both together are saved, then comes Eve's file.
    let (mut ada, mut eve) = two();
    let base = ada.text();
    writes(&mut ada, 1, "ADA");
    writes(&mut eve, 3, "EVE1");
    let early = eve.text();
    writes(&mut eve, 4, "EVE2");
    ada.take_from(&eve);
    let both = ada.text();
    ada.keys("ctrl-s");
    for (late, told) in [(&early, "a version that Eve saved"), (&eve.text(), "goes beyond it")] {
        ada.write_outside(late);
        assert!(ada.overlay().is_none(), "{}", ada.notice());
        assert_eq!((ada.text(), ada.model().is_modified()), (both.clone(), true));
        assert!(ada.notice().contains(told), "{}", ada.notice());
        ada.same_after_reopening();
        // Once more the same is no news; another program's change of it is one.
        ada.write_outside(late);
        assert_eq!((ada.text(), ada.overlay().is_none()), (both.clone(), true));
    }
    ada.write_outside(&eve.text().replace("six", "six!"));
    assert_eq!(ada.text(), both.replace("six", "six!"));
    ada.keys("ctrl-s");
    // What the file did hold here is put back by somebody: that is asked.
    for older in [&base, &both] {
        ada.write_outside(older);
        assert!(matches!(ada.overlay(), Some(Overlay::Dialog(_))), "{}", ada.notice());
        ada.keys("n");
        ada.keys("ctrl-s");
        assert_eq!(ada.text(), both.replace("six", "six!"));
    }
}

#[test]
fn picked_and_late_files_double_and_lose_nothing() {
    for seed in cases(30) {
        let mut rand = Rand::from_number(seed);
        let (ada, eve) = two();
        let mut all = [ada, eve];
        let mut words: Vec<String> = Vec::new();
        // What each has saved, the oldest first.
        let mut saved: [Vec<String>; 2] = [vec![all[0].text()], vec![all[1].text()]];
        let mut trace = format!("seed {seed}");
        for step in 0..12 {
            let who = rand.below(2);
            let path = all[who].model().path.clone().unwrap();
            match rand.below(4) {
                0 | 1 => {
                    let line = who * 3 + rand.below(3);
                    let word = format!("w{step}x{who}");
                    trace.push_str(&format!("\n{who} writes {word} in line {line}"));
                    writes(&mut all[who], line, &word);
                    words.push(word);
                }
                2 => {
                    // Lines of the other's as they are now or were once: picked into the own file.
                    let mine = String::from_utf8(all[who].files[&path].clone()).unwrap();
                    let theirs = &saved[1 - who][rand.below(saved[1 - who].len())];
                    let lines = mine.lines().zip(theirs.lines());
                    let lines = lines.map(|(mine, theirs)| {
                        let picks = rand.below(2) == 0 && theirs.starts_with(mine);
                        format!("{}\n", if picks { theirs } else { mine })
                    });
                    let picked: String = lines.collect();
                    let first = rand.below(2) == 0;
                    trace.push_str(&format!("\n{who} picks, events first {first}: {picked:?}"));
                    let [one, other] = &mut all;
                    let (mine, theirs) = if who == 0 { (one, other) } else { (other, one) };
                    if first {
                        mine.take_from(theirs);
                    }
                    mine.write_outside(&picked);
                    if mine.overlay().is_some() {
                        mine.keys("n");
                    }
                    mine.take_from(theirs);
                }
                _ => {
                    // The other's file comes late.
                    let [one, other] = &mut all;
                    let (mine, theirs) = if who == 0 { (one, other) } else { (other, one) };
                    mine.take_from(theirs);
                    mine.keys("ctrl-s");
                    let late = &saved[1 - who][rand.below(saved[1 - who].len())];
                    trace.push_str(&format!("\n{who} gets late {late:?}"));
                    mine.write_outside(late);
                    if mine.overlay().is_some() {
                        mine.keys("n");
                    }
                    mine.keys("ctrl-s");
                }
            }
            let file = String::from_utf8(all[who].files[&path].clone()).unwrap();
            if file == all[who].text() {
                saved[who].push(file);
            }
            all[who].same_after(&trace);
            let [one, other] = &mut all;
            if rand.below(3) == 0 {
                one.take_from(other);
            }
            let text = all[who].text();
            for word in &words {
                assert!(text.matches(word.as_str()).count() <= 1, "{trace}\n{word}: {text}");
            }
        }
        for _ in 0..3 {
            let [one, other] = &mut all;
            one.take_from(other);
            other.take_from(one);
        }
        let text = all[0].text();
        assert_eq!(all[1].text(), text, "{trace}");
        for word in &words {
            assert_eq!(text.matches(word.as_str()).count(), 1, "{trace}\n{word}: {text}");
        }
        assert_eq!(text.lines().count(), 6, "{trace}\n{text}");
        all.iter().for_each(Harness::same_after_reopening);
    }
}

/// Lines that only grow: of each the longer form.
fn union(one: &str, other: &str) -> String {
    let lines = one.lines().zip(other.lines());
    lines
        .map(|(a, b)| if a.len() > b.len() { a } else { b })
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn what_others_wrote_is_new_until_it_is_seen() {
    let (mut ada, mut eve) = two();
    eve.run("decision.new Ship in May");
    eve.keys("tab tab tab 'the fair' ctrl-s");
    eve.pass(3000);
    writes(&mut eve, 3, "EVE");
    ada.take_from(&eve);
    let screen = ada.screen(110, 24);
    assert!(screen.contains(" new"), "{screen}");
    let page =
        handoff(&ada.model().session, &ada.model().ui.news, false, ada.model().now).join("\n");
    for words in [
        "Eve",
        "wrote 3 and deleted 0 characters in plan.md",
        "“EVE”",
        "“Ship in May”, Eve (new): the fair",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    // Nothing of it is new to Eve.
    assert!(eve.model().ui.news.is_empty());
    let before = ada.model().ui.news.len();
    ada.run("session.next-new");
    assert!(ada.model().ui.news.len() < before, "{}", ada.notice());
    for _ in 0..before {
        ada.run("session.next-new");
    }
    assert_eq!(ada.notice(), "Nothing is new.");
    assert!(!ada.screen(110, 24).contains(" new "));
}

#[test]
fn the_handoff_page_says_whose_the_text_is_and_who_accepted_it() {
    let (mut ada, mut eve) = two();
    ada.propose(&[(5, 8, "second")]);
    ada.about_hunk(0, "hunk.accept");
    ada.place(0, None);
    ada.keys("'Ada '");
    ada.pass(3000);
    eve.take_from(&ada);
    let page = |made: &Harness| {
        let model = made.model();
        handoff(&model.session, &model.ui.news, false, model.now).join("\n")
    };
    let told = page(&eve);
    for words in [
        "plan.md, line 1, Ada: “Ada”",
        "plan.md, line 2, scripted/large, accepted by Ada: “second”",
        "wrote 4 and deleted 3 characters in plan.md; accepted 6 characters of scripted/large in plan.md",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    // What was away for a moment is nobody's new text.
    let mut cy = copy(&eve, "p_01JCY", "Cy", 11);
    cy.keys("ctrl-s");
    cy.pass(3000);
    let known = cy.model().ui.news.len();
    assert_eq!(known, 0, "{:?}", cy.model().ui.news);
    let mut ben = copy(&cy, "p_01JBEN", "Ben", 12);
    ben.keys("ctrl-a backspace ctrl-q d");
    cy.take_from(&ben);
    let told = page(&cy);
    assert!(told.contains("brought back"), "{told}");
    assert!(!told.contains("Text that is new"), "{told}");
}

#[test]
fn what_two_set_apart_is_asked_about() {
    let (mut ada, _) = two();
    ada.run("decision.new Ship in May");
    ada.keys("tab tab tab 'the fair is in June' ctrl-s");
    let mut eve = copy(&ada, "p_01JEVE", "Eve", 10);
    ada.run("session.rename Plan of Ada");
    eve.run("session.rename Plan of Eve");
    ada.run("decision.accept");
    eve.run("decision.reject");
    ada.take_from(&eve);
    assert!(ada.screen(110, 24).contains("! 2 conflicts"));
    ada.run("session.settle");
    insta::assert_snapshot!("settle_title", ada.screen(80, 24));
    ada.keys("2");
    insta::assert_snapshot!("settle_status", ada.screen(80, 24));
    ada.keys("1");
    assert_eq!(ada.notice(), "Settled.");
    assert_eq!(ada.model().conflicts(), []);
    eve.take_from(&ada);
    assert_eq!(eve.model().conflicts(), []);
    assert_eq!(eve.model().session.title(), ada.model().session.title());
    ada.run("session.settle");
    assert_eq!(ada.notice(), "Nothing stands in two forms.");
}

/// Sets fields of the only decision, each knowing what this one has.
fn sets(made: &mut Harness, fields: Vec<DecisionField>) {
    made.with_cx(|cx| {
        for field in fields {
            let decision = cx.model.session.decisions.newest()[0].clone();
            let accepts = match field {
                DecisionField::Status(DecisionStatus::Accepted) => decision.standing(),
                _ => Vec::new(),
            };
            let replaces = decision.heads(&field);
            cx.append(&Event::DecisionChanged {
                decision: decision.id,
                field,
                replaces,
                accepts,
                reason: None,
            });
        }
        cx.barrier();
        cx.model.refresh();
    });
}

#[test]
fn the_status_that_was_chosen_stays_whatever_else_is_settled() {
    use DecisionStatus::{Accepted, Proposed, Rejected};
    for (mine, theirs) in [(Accepted, Rejected), (Rejected, Accepted), (Accepted, Proposed)] {
        for (wanted, other) in [(mine, "1"), (mine, "2"), (theirs, "1"), (theirs, "2")] {
            let (mut ada, _) = two();
            ada.run("decision.new Ship in May");
            ada.keys("tab tab tab 'the fair is in June' ctrl-s");
            let mut eve = copy(&ada, "p_01JEVE", "Eve", 10);
            for (made, name, status) in [(&mut ada, "Ada", mine), (&mut eve, "Eve", theirs)] {
                sets(
                    made,
                    vec![
                        DecisionField::Title(format!("{name}: ship").as_str().into()),
                        DecisionField::Outcome(format!("so says {name}").as_str().into()),
                        DecisionField::Status(status),
                    ],
                );
            }
            ada.take_from(&eve);
            assert_eq!(ada.model().conflicts().len(), 3);
            ada.run("session.settle");
            let word = format!("{wanted:?}").to_lowercase();
            while let Some(Overlay::Dialog(dialog)) = ada.overlay() {
                let row = dialog.lines.iter().find(|line| line.contains(&format!(". {word}  ")));
                let key = row.filter(|_| dialog.title.contains("the status"));
                let key = key.map_or(other.to_owned(), |row| row.chars().take(1).collect());
                ada.keys(&key);
            }
            let what = format!("{mine:?} and {theirs:?}, {wanted:?} was chosen, and {other}");
            assert_eq!(ada.notice(), "Settled.", "{what}");
            assert_eq!(ada.model().conflicts(), [], "{what}");
            eve.take_from(&ada);
            for made in [&ada, &eve] {
                let decisions = &made.model().session.decisions;
                assert_eq!(decisions.status(decisions.newest()[0]), wanted, "{what}");
            }
        }
    }
    // Where nobody was asked about the status, what was accepted is not what is there now.
    let (mut ada, _) = two();
    ada.run("decision.new Ship in May");
    ada.keys("tab tab tab 'the fair is in June' ctrl-s");
    let mut eve = copy(&ada, "p_01JEVE", "Eve", 10);
    for (made, name) in [(&mut ada, "Ada"), (&mut eve, "Eve")] {
        sets(made, vec![DecisionField::Outcome(format!("so says {name}").as_str().into())]);
    }
    ada.take_from(&eve);
    ada.run("session.settle");
    ada.keys("1");
    assert!(ada.notice().contains("proposed again"), "{}", ada.notice());
}

fn strings(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn a_status_is_shown_with_the_words_of_who_set_it() {
    use DecisionStatus::{Accepted, Rejected};
    enum Step {
        Does(&'static str),
        Says(&'static str),
        Sets(DecisionStatus),
    }
    use Step::{Does, Says, Sets};
    const FAIR: &str = "because the fair is in June";
    // Ada recorded it, and the fair is her reason.
    let cases: [(&[Step], &[Step], &[&str], &[&str]); 7] = [
        (&[Does("accept")], &[Does("reject")], &[FAIR], &["no reason given"]),
        (&[Does("accept")], &[Does("reject too loud")], &[FAIR], &["because too loud"]),
        (
            &[Does("accept"), Says("Ada's other reason"), Sets(Accepted)],
            &[Does("reject")],
            &["because Ada's other reason"],
            &["no reason given"],
        ),
        (
            &[Says("Ada says so"), Sets(Accepted)],
            &[Does("reject"), Says("Eve says no")],
            &["because Ada says so"],
            &["because Eve says no"],
        ),
        (
            &[Says("Ada says so"), Sets(Rejected)],
            &[Says("Eve says so"), Sets(Accepted)],
            &["because Ada says so"],
            &["because Eve says so"],
        ),
        (
            &[Does("reject it rains")],
            &[Does("accept")],
            &["because it rains"],
            &["no reason given", "about the outcome “the fair is in June”"],
        ),
        (
            &[Does("reject it rains")],
            &[Does("accept it will not")],
            &["because it rains"],
            &["because it will not", "about the outcome “the fair is in June”"],
        ),
    ];
    for (number, (mine, theirs, says_ada, says_eve)) in cases.into_iter().enumerate() {
        let (mut ada, _) = two();
        ada.run("decision.new Ship in May");
        ada.keys("tab tab tab 'the fair is in June' ctrl-s");
        let mut eve = copy(&ada, "p_01JEVE", "Eve", 10);
        for (made, steps) in [(&mut ada, mine), (&mut eve, theirs)] {
            for step in steps {
                match step {
                    Does(what) => made.run(&format!("decision.{what}")),
                    Says(text) => sets(made, vec![DecisionField::Outcome((*text).into())]),
                    Sets(status) => sets(made, vec![DecisionField::Status(*status)]),
                }
            }
        }
        ada.take_from(&eve);
        let about = "“Ship in May”: the status";
        // Whatever else is settled first, and by whom: nobody's words become another's.
        for settle in [None, Some("1"), Some("2")] {
            let mut here = copy(&ada, "p_01JEVE", "Eve", 20 + number as u64);
            if let Some(key) = settle {
                here.run("session.settle");
                while matches!(here.overlay(), Some(Overlay::Dialog(it)) if it.title != about) {
                    here.keys(key);
                }
                here.keys("n");
            }
            let conflicts = here.model().conflicts();
            let status = conflicts.iter().find(|one| one.about == about);
            let mut sides: Vec<_> = status.map(|one| one.sides.clone()).unwrap_or_default();
            sides.sort_by(|a, b| a.who.cmp(&b.who));
            let told: Vec<(&str, &[String])> =
                sides.iter().map(|side| (side.who.as_str(), side.why.as_slice())).collect();
            assert_eq!(told.len(), 2, "case {number}, {settle:?}");
            assert_eq!(told[0], ("Ada", strings(says_ada).as_slice()), "case {number}, {settle:?}");
            assert_eq!(told[1], ("Eve", strings(says_eve).as_slice()), "case {number}, {settle:?}");
        }
        // Whose side is taken gave the reason, whoever takes it.
        ada.run("session.settle");
        while matches!(ada.overlay(), Some(Overlay::Dialog(it)) if it.title != about) {
            ada.keys("1");
        }
        ada.keys("2");
        let session = &ada.model().session;
        let decision = session.decisions.newest()[0];
        let set = decision.status.setter().expect("a status");
        let why = session.why(decision, &set);
        let why = why.map(|why| (session.author_name(why.by).to_owned(), why.words.into_owned()));
        // Or Ada, who settles it, accepts what she wrote herself.
        let sides = [("Ada", says_ada), ("Eve", says_eve), ("Ada", &[FAIR])];
        let known = sides.iter().any(|(who, lines)| {
            let words = lines[0].strip_prefix("because ");
            why == words.map(|words| ((*who).to_owned(), words.to_owned()))
        });
        assert!(known, "case {number}: {why:?}");
    }
}

/// What sharing Ada's session with nobody's file would be.
fn sharing(ada: &Harness) -> Sharing {
    let model = ada.model();
    let (known, allowed) = (BTreeSet::new(), Allowed::default());
    Sharing {
        path: "sessions/plan.cowrite.jsonl".into(),
        exists: false,
        plan: plan(&model.session, &ada.kept.events, &known, &allowed),
        allowed,
        came: 0,
        back: false,
        bad_lines: 0,
        conflict_markers: 0,
        attributes: Some(".gitattributes".into()),
    }
}

#[test]
fn sharing_is_asked_about_and_findings_stop_it() {
    let (mut ada, _) = two();
    ada.input(Input::Sharing(Box::new(Ok(sharing(&ada)))));
    insta::assert_snapshot!("share", ada.screen(100, 24));
    ada.keys("y");
    assert_eq!(ada.effects.len(), 1);
    ada.effects.clear();
    writes(&mut ada, 0, &format!(" AKIA{} ada@firm.de", "ABCDEFGHIJ234567"));
    ada.input(Input::Sharing(Box::new(Ok(sharing(&ada)))));
    insta::assert_snapshot!("share_stopped", ada.screen(100, 24));
    ada.keys("n");
    assert_eq!((ada.notice().as_str(), ada.effects.len()), ("Nothing was shared.", 0));
    ada.input(Input::Sharing(Box::new(Ok(sharing(&ada)))));
    ada.keys("2");
    assert_eq!(ada.effects.len(), 1, "looked at again");
}

#[test]
fn what_was_typed_and_deleted_is_found_too() {
    let (mut ada, _) = two();
    let found = |ada: &Harness| {
        let plan = sharing(ada).plan;
        plan.findings.iter().map(cowrite::report::Finding::words).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(found(&ada), "");
    let key = format!("AKIA{}", "ABCDEFGHIJ234567");
    ada.place(0, None);
    for one in key.chars() {
        ada.keys(&format!("'{one}'"));
    }
    ada.keys("enter");
    ada.pass(9000);
    assert!(found(&ada).contains("in plan.md, line 1"), "{}", found(&ada));
    assert!(!found(&ada).contains(&key));
    ada.place(key.len(), None);
    for _ in 0..key.len() {
        ada.keys("backspace");
    }
    ada.pass(9000);
    assert!(found(&ada).contains("wrote in plan.md and is gone"), "{}", found(&ada));
    // What the file has already is nobody's question.
    let known: BTreeSet<_> = ada.kept.events.iter().map(|event| event.id).collect();
    let model = ada.model();
    let again = plan(&model.session, &ada.kept.events, &known, &Allowed::default());
    assert!(again.findings.is_empty() && again.added.is_empty());
}
