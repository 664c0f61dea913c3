//! A hunk is about the words it stands in: what is written at its edges, or in place of them, while
//! it waits, is no part of it and never glued to it.

use crate::harness::{Harness, cases};
use cowrite::base::Rand;
use cowrite::session::HunkState::{self, Pending, Stale, Unplaced};

const LIST: &str = "# Cake\n\n- flour: 200\n- salt: 5\n- wood: 80\n\n## Plan\n";
const PROSE: &str = "# Plan\n\nWe bake and sell from seven. The year will be hard.\n\nNext.\n";

/// A workspace with an open hunk: `old`, quoted by a model in its lines, is to become `new`.
fn waiting(text: &str, old: &str, new: &str) -> Harness {
    let mut made = Harness::file("plan.md", text);
    made.say("Better?");
    made.reply(&format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"));
    assert_eq!(made.hunks().len(), 1);
    assert_eq!(made.hunks()[0].1, Pending);
    made
}

/// Somebody writes `to` in place of `from`, once, in the workspace or outside.
fn write(made: &mut Harness, from: &str, to: &str, outside: bool) {
    let text = made.text();
    let at = text.find(from).expect("it stands there");
    if outside {
        made.write_outside(&text.replacen(from, to, 1));
        return;
    }
    // Only what differs is typed.
    let (old, new): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old[head..].iter().rev().zip(new[head..].iter().rev());
    let tail = rest.take_while(|(a, b)| a == b).count();
    let start = text[..at].chars().count() + head;
    let end = start + old.len() - head - tail;
    made.run("app.focus-editor");
    made.place(start, (end > start).then_some(end));
    if end > start {
        made.keys("backspace");
    }
    let text = new[head..new.len() - tail].iter().collect::<String>();
    match text.contains('\n') {
        // A list would go on by itself.
        true => made.input(cowrite::app::Input::Paste(text)),
        false => made.type_text(&text),
    }
}

#[test]
fn what_is_written_beside_a_hunk_is_seen() {
    let check = |(text, old, new): (&str, &str, &str), (from, to), state, after: &str| {
        for outside in [false, true] {
            let mut made = waiting(text, old, new);
            write(&mut made, from, to, outside);
            let told = format!("{old:?} to {new:?}, {from:?} to {to:?}, outside: {outside}");
            let states: Vec<HunkState> = made.hunks().iter().map(|hunk| hunk.1).collect();
            assert_eq!(states, [state], "{told}");
            made.run("hunk.accept-all");
            let whole = text.replacen(from, if after.is_empty() { to } else { after }, 1);
            let whole = if state == Pending { whole.replacen(old, new, 1) } else { whole };
            assert_eq!(made.text(), whole, "{told}");
        }
    };
    let flour = (LIST, "- flour: 200", "- flour: 223");
    let seven = (PROSE, "sell from seven.", "sell from six.");
    let very = (PROSE, "The year will be hard.", "The year will be very hard.");
    // What grows on to it, and what its neighbour becomes.
    check(flour, ("200\n", "2000\n"), Stale, "");
    check(flour, ("flour: 200", "flour: 1200"), Stale, "");
    check(seven, ("seven", "seventeen"), Stale, "");
    check(very, ("hard", "easy"), Stale, "");
    check(very, ("hard", "harder"), Stale, "");
    // Other words stand in the place of its own.
    check(flour, ("200", "317"), Stale, "");
    check(seven, ("seven", "eight"), Stale, "");
    // It is gone: nothing beside it is taken for it.
    check(flour, ("flour: 200", "rye: 77"), Unplaced, "");
    check(flour, ("- flour: 200\n", ""), Unplaced, "");
    check(seven, ("We bake and sell from seven. The year will be hard.", ""), Unplaced, "");
    check(very, ("We bake and sell from seven. The year will be hard.\n\n", ""), Unplaced, "");
    // What has nothing to do with it leaves it as it is.
    check(flour, ("salt: 5", "salt: 6"), Pending, "salt: 6");
    check(seven, ("hard", "easy"), Pending, "easy");
}

#[test]
fn a_line_that_is_put_in_stays_one_whatever_is_written_at_the_end_of_the_line_before() {
    for outside in [false, true] {
        let mut made = waiting(LIST, "- wood: 80", "- wood: 80\n- sugar: 12");
        write(&mut made, "wood: 80", "wood: 80 kg", outside);
        assert_eq!(made.hunks()[0].1, Pending);
        made.run("hunk.accept-all");
        assert_eq!(made.text(), LIST.replace("wood: 80", "wood: 80 kg\n- sugar: 12"));
        made.same_after_reopening();
    }
}

#[test]
fn a_line_that_is_put_in_stays_behind_what_its_neighbour_becomes() {
    let check = |line: &str, (from, to): (&str, &str)| {
        for outside in [false, true] {
            let mut made = waiting(LIST, line, &format!("{line}\n- sugar: 12"));
            write(&mut made, from, to, outside);
            let told = format!("{line:?}, {from:?} to {to:?}, outside: {outside}");
            assert_eq!(made.hunks()[0].1, Pending, "{told}");
            made.run("hunk.accept-all");
            let whole = LIST.replacen(line, &format!("{line}\n- sugar: 12"), 1);
            assert_eq!(made.text(), whole.replacen(from, to, 1), "{told}");
            made.same_after_reopening();
        }
    };
    check("- salt: 5", ("- salt: 5", "- oil: 70"));
    check("- salt: 5", ("- salt: 5", "oil"));
    check("- salt: 5", ("- salt: 5\n", ""));
    check("- salt: 5", ("- flour: 200\n- salt: 5", "- flour: 1\n- oil: 70"));
    check("- salt: 5", ("- wood: 80", "- coal"));
    check("- wood: 80", ("- wood: 80", "- oil: 70"));
    check("- wood: 80", ("- wood: 80\n", ""));
    check("- flour: 200", ("# Cake\n\n- flour: 200", "Cake\n\nflour"));
}

#[test]
fn lines_that_go_are_stale_when_they_grew() {
    let check = |(old, new): (&str, &str), to: &str| {
        for outside in [false, true] {
            let mut made = Harness::file("plan.md", LIST);
            made.say("Better?");
            made.reply(&format!("<<<<<<< SEARCH\n{old}\n=======\n{new}>>>>>>> REPLACE\n"));
            assert_eq!(made.hunks()[0].1, Pending, "{old:?} to {new:?}");
            write(&mut made, "- salt: 5", to, outside);
            let told = format!("{old:?} to {new:?}, {to:?}, outside: {outside}");
            assert_eq!(made.hunks()[0].1, Stale, "{told}");
            made.run("hunk.accept-all");
            assert_eq!(made.text(), LIST.replacen("- salt: 5", to, 1), "{told}");
        }
    };
    for to in ["- salt: 5 g", "- salt: 50", "- sea salt: 5"] {
        check(("- salt: 5", ""), to);
        check(("- salt: 5", "\n"), to);
        check(("- flour: 200\n- salt: 5", "- flour: 200\n"), to);
    }
}

#[test]
fn what_stands_there_instead_is_what_it_is_set_against() {
    let check = |(old, new), (from, to), line: &str, after: &str| {
        let mut made = waiting(LIST, old, new);
        write(&mut made, from, to, false);
        assert_eq!(made.hunks()[0].1, Stale);
        made.about_hunk(0, line);
        assert_eq!(made.text(), LIST.replacen(from, after, 1), "{line}");
        made.same_after_reopening();
    };
    let flour = ("- flour: 200", "- flour: 223");
    for (to, kept) in [("flour: 201\n", "flour: 201\n"), ("flour: 2000\n", "flour: 2000\n")] {
        check(flour, ("flour: 200\n", to), "hunk.theirs", "flour: 223\n");
        check(flour, ("flour: 200\n", to), "hunk.base", "flour: 200\n");
        check(flour, ("flour: 200\n", to), "hunk.mine", kept);
    }
}

#[test]
fn two_hunks_of_an_answer_do_not_make_each_other_stale() {
    let mut made = Harness::file("plan.md", PROSE);
    made.say("Better?");
    let block =
        |old: &str, new: &str| format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n");
    let answer = block("We bake and", "You bake and") + &block("and sell from", "and give from");
    made.reply(&(answer + &block("The year will", "The long year will")));
    let count = made.hunks().len();
    for _ in 0..count {
        let states: Vec<HunkState> = made.hunks().iter().map(|hunk| hunk.1).collect();
        assert!(states.iter().all(|state| *state == Pending), "{states:?}");
        made.about_hunk(0, "hunk.accept");
    }
    assert!(made.text().contains("You bake and give from seven. The long year will be hard."));
}

#[test]
fn what_was_typed_while_the_answer_came_counts_as_well() {
    let mut made = Harness::file("plan.md", LIST);
    made.say("Better?");
    made.chunk("<<<<<<< SEARCH\n- salt: 5\n===");
    write(&mut made, "salt: 5\n", "salt: 55\n", false);
    made.chunk("====\n- salt: 7\n>>>>>>> REPLACE\n");
    made.stop();
    assert_eq!(made.hunks()[0].1, Stale);
    made.run("hunk.accept-all");
    assert_eq!(made.text(), LIST.replace("salt: 5\n", "salt: 55\n"));
}

#[test]
fn words_of_a_line_that_are_placed_by_hand_bring_no_line_end() {
    const TWICE: &str = "We will bake, and We will sell.\n\nWe must\n";
    let shown = |made: &mut Harness, line: &str| {
        made.run(line);
        made.run("hunk.accept-all");
        made.same_after_reopening();
        made.text()
    };
    let mut made = Harness::file("plan.md", TWICE);
    made.say("Better?");
    made.reply("<<<<<<< SEARCH\nWe will\n=======\nWe shall\n>>>>>>> REPLACE\n");
    assert_eq!(made.hunks()[0].1, Unplaced);
    // The words in the line.
    made.place(0, Some(7));
    let text = shown(&mut made, "hunk.place");
    assert_eq!(text, TWICE.replacen("We will bake", "We shall bake", 1));
    // Undone, and put on the whole line, with its end or without.
    for (start, end) in [(33, 40), (33, 41)] {
        made.run("edit.undo");
        made.run("edit.undo");
        assert_eq!(made.hunks()[0].1, Unplaced);
        made.place(start, Some(end));
        let text = shown(&mut made, "hunk.place");
        assert_eq!(text, "We will bake, and We will sell.\n\nWe shall\n", "{start} to {end}");
    }
}

#[test]
fn a_wrapped_quotation_that_is_placed_by_hand_wraps_no_line() {
    const LINE: &str = "It rained. A box costs forty euros and is hung under the eaves, where it may take \
                        three years until a pair moves in. We left.\n";
    const NEW: &str =
        "A box costs fifty euros and is hung under the roof,\nwhere a pair moves in at once.";
    let mut made = Harness::file("plan.md", LINE);
    made.say("Better?");
    made.reply(&format!(
        "<<<<<<< SEARCH\nA box costs thirty euros and is hung under the eaves,\nwhere it may take four years until \
         a pair moves in.\n=======\n{NEW}\n>>>>>>> REPLACE\n"
    ));
    assert_eq!(made.hunks()[0].1, Unplaced);
    made.keys("alt-n enter alt-a");
    let wanted = format!("It rained. {} We left.\n", NEW.replace('\n', " "));
    assert_eq!(made.text(), wanted, "{}", made.notice());
    made.same_after_reopening();
}

/// The words of a text, and single marks of scripts without blanks.
fn words_of(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Edits as a model writes them: a text, what is quoted of it and what is to stand there.
const EDITS: &[(&str, &str, &str)] = &[
    (LIST, "- flour: 200", "- flour: 223"),
    (LIST, "- wood: 80", "- wood: 80\n- sugar: 12"),
    (LIST, "- salt: 5\n- wood: 80", "- salt: 5\n- sugar: 12\n- wood: 80"),
    (LIST, "- salt: 5\n", ""),
    (LIST, "# Cake", "# Bread"),
    (PROSE, "sell from seven.", "sell from six."),
    (PROSE, "The year will be hard.", "The year will be very hard."),
    (PROSE, "The year will be hard.", "The year will be hard, I fear."),
    (PROSE, "bake and sell from", "bake from"),
    (PROSE, "The year will be hard.", "The year will be hard. We know it."),
    (PROSE, "The year", "This one year"),
    (PROSE, "Next.\n", "Next.\n\nThen more of it.\n"),
];

#[test]
fn typing_at_the_edges_of_a_hunk_is_glued_to_nothing() {
    const TYPED: &[&str] = &["0", "er", "x", " kg", "so ", "-", "!", "\n", " "];
    for seed in cases(400) {
        let mut rand = Rand::from_number(seed);
        let (text, old, new) = EDITS[rand.below(EDITS.len())];
        let mut made = Harness::file("plan.md", text);
        made.say("Better?");
        made.reply(&format!(
            "<<<<<<< SEARCH\n{}\n=======\n{}\n>>>>>>> REPLACE\n",
            old.trim_end_matches('\n'),
            new.trim_end_matches('\n')
        ));
        let wanted = made.hunks();
        let (Some((mut start, mut end)), HunkState::Pending) = (wanted[0].0, wanted[0].1) else {
            panic!("{wanted:?}");
        };
        let mut trace = format!("seed {seed}: {old:?} to {new:?}");
        made.run("app.focus-editor");
        for _ in 0..1 + rand.below(3) {
            let len = made.text().chars().count();
            let edges =
                [start, start + 1, end, end + 1, start.saturating_sub(1), end.saturating_sub(1)];
            let at = edges[rand.below(edges.len())].min(len);
            let gone = if rand.below(4) == 0 { (1 + rand.below(4)).min(len - at) } else { 0 };
            let typed =
                if gone > 0 && rand.below(2) == 0 { "" } else { TYPED[rand.below(TYPED.len())] };
            trace.push_str(&format!("\n at {at}: {gone} go, {typed:?} comes"));
            made.place(at + gone, (gone > 0).then_some(at));
            if gone > 0 {
                made.keys("delete");
            }
            if !typed.is_empty() {
                made.input(cowrite::app::Input::Paste(typed.into()));
            }
            if let Some(span) = made.hunks().first().and_then(|hunk| hunk.0) {
                (start, end) = span;
            }
        }
        made.pass(3000);
        let (before, hunks) = (made.text(), made.hunks());
        trace.push_str(&format!("\n{before:?}\n{hunks:?}"));
        let state = hunks[0].1;
        let whole = text.replacen(old, new, 1);
        let check = |made: &mut Harness, what: &str| {
            let after = made.text();
            let known = [words_of(&before), words_of(&whole), words_of(text)].concat();
            for word in words_of(&after) {
                assert!(known.contains(&word), "{trace}\n{what}: {word:?} in {after:?}");
            }
            // A line that is put in, or goes, leaves the others as they were written.
            if what == "accept-all"
                && (new.len() > old.len()
                    && new.starts_with(old)
                    && new[old.len()..].starts_with('\n'))
            {
                let line = |line: &&str| !line.trim().is_empty();
                let known: Vec<&str> = before.lines().chain(new.lines()).filter(line).collect();
                for line in after.lines().filter(line) {
                    assert!(known.contains(&line), "{trace}\n{what}: {line:?} in {after:?}");
                }
            }
        };
        made.run("hunk.accept-all");
        match state {
            Pending => {
                // Nothing that was typed is lost.
                let kept = before.chars().filter(|c| "0x!".contains(*c)).count();
                let there = made.text().chars().filter(|c| "0x!".contains(*c)).count();
                let gone = hunks[0].2.chars().filter(|c| "0x!".contains(*c)).count();
                assert!(there + gone >= kept, "{trace}\n{:?}", made.text());
                check(&mut made, "accept-all");
            }
            Stale => {
                assert_eq!(made.text(), before, "{trace}");
                for line in ["hunk.theirs", "hunk.base", "hunk.mine"] {
                    made.about_hunk(0, line);
                    if made.hunks().is_empty() {
                        made.keys("ctrl-z");
                    }
                    assert_eq!(made.hunks().len(), 1, "{trace}\n{line}");
                }
            }
            _ => assert_eq!(made.text(), before, "{trace}"),
        }
        made.same_after(&trace);
    }
}
