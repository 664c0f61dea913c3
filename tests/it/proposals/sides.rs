//! A hunk whose text changed since it was proposed: three texts, and one key that settles it.

use crate::harness::Harness;
use cowrite::base::{AuthorId, Pos, Span};
use cowrite::event::HunkVerdict;
use cowrite::session::HunkState;

const TEXT: &str = "We meet on Monday in the hall.\nBring the plan.\n";
const NEW: &str = "We meet on Tuesday in the hall.";

/// The model proposed another day; the person wrote "all" into the same sentence.
fn stale() -> Harness {
    let mut made = Harness::with(TEXT);
    made.propose(&[(0, 30, NEW)]);
    made.place(3, None);
    made.keys("'all '");
    made.pass(3000);
    assert_eq!(made.hunks()[0].1, HunkState::Stale);
    made
}

/// The words of the text by whom they are.
fn of_models(made: &Harness) -> String {
    let document = &made.model().entry().expect("a document").document;
    let all = Span::new(Pos(0), Pos(document.len()));
    let theirs = document.runs(all).into_iter();
    theirs
        .filter(|run| run.origin.author.as_ref().is_some_and(AuthorId::is_model))
        .map(|run| document.rope().slice(run.span.range()).to_string())
        .collect()
}

fn first_line(made: &Harness) -> String {
    made.text().lines().next().unwrap_or_default().to_owned()
}

#[test]
fn three_sides_are_shown_and_what_both_together_would_be() {
    let mut made = stale();
    for (width, height) in [(110, 24), (80, 24)] {
        let screen = made.screen(width, height);
        for words in [
            "We all meet on Monday in the hall.",
            "it was:",
            "- We meet on Monday in the hall.",
            "+ We meet on Tuesday in the hall.",
            "& We all meet on Tuesday in the hall.",
        ] {
            assert!(screen.contains(words), "{words}\n{screen}");
        }
    }
    // Both changed one word: nothing is made up.
    made.place(15, Some(21));
    made.keys("'Friday'");
    let screen = made.screen(110, 24);
    assert!(screen.contains("both changed the same words"), "{screen}");
    made.keys("alt-v");
    assert!(made.notice().contains("Both changed the same words"), "{}", made.notice());
    assert_eq!(made.hunks().len(), 1);
}

#[test]
fn one_key_settles_it_and_undo_takes_that_back() {
    const MINE: &str = "We all meet on Monday in the hall.";
    for (key, review, line, verdict, models) in [
        ("alt-m", "m", MINE, HunkVerdict::Rejected, ""),
        ("alt-t", "t", NEW, HunkVerdict::Accepted, "Tuesday"),
        ("alt-v", "v", "We all meet on Tuesday in the hall.", HunkVerdict::Accepted, "Tuesday"),
        ("alt-o", "o", "We meet on Monday in the hall.", HunkVerdict::Rejected, ""),
    ] {
        for in_review in [false, true] {
            let mut made = stale();
            let before = made.hunks();
            let of = made.refs()[0];
            if in_review {
                made.keys("alt-5");
                made.keys(review);
            } else {
                made.place(10, None);
                made.keys(key);
            }
            let what = format!("{key} {in_review} {}", made.notice());
            assert_eq!((first_line(&made).as_str(), made.hunks().len()), (line, 0), "{what}");
            let said = made.model().session.proposals.hunk(&of).expect("a hunk");
            assert_eq!(said.verdict.value().map(|said| said.verdict), Some(verdict), "{what}");
            assert_eq!(of_models(&made), models, "only the words of the model are its: {what}");
            made.same_after_reopening();
            made.keys("alt-1");
            for _ in 0..2 {
                made.pass(3000);
                made.keys("ctrl-z");
                assert_eq!(
                    (first_line(&made).as_str(), made.hunks()),
                    (MINE, before.clone()),
                    "undo {what}"
                );
                made.same_after(&what);
                made.pass(3000);
                made.keys("ctrl-y");
                assert_eq!(
                    (first_line(&made).as_str(), made.hunks().len()),
                    (line, 0),
                    "redo {what} {}",
                    made.notice()
                );
                made.same_after(&what);
            }
            // Also by who opens it again; and what was typed before is taken back after it.
            let mut made = made.killed(3);
            made.keys("ctrl-z ctrl-z");
            assert_eq!(
                (made.text().as_str(), made.hunks()[0].1),
                (TEXT, HunkState::Pending),
                "{what}"
            );
            made.same_after(&what);
        }
    }
}

#[test]
fn keys_for_three_sides_are_only_there_where_there_are_three() {
    let mut made = Harness::with(TEXT);
    made.propose(&[(0, 30, NEW)]);
    made.place(10, None);
    for line in ["hunk.mine", "hunk.theirs", "hunk.both", "hunk.base"] {
        made.run(line);
        assert!(made.notice().contains("is what it was proposed for"), "{}", made.notice());
    }
    assert_eq!((made.text().as_str(), made.hunks().len()), (TEXT, 1));
    // Of two that contradict each other the later waits; there is nothing to merge.
    made.propose(&[(3, 17, "gather on Tuesday"), (11, 18, "Friday, at ten.")]);
    let behind = made.hunks().iter().position(|hunk| hunk.1 == HunkState::Stale).expect("one");
    made.about_hunk(behind, "hunk.theirs");
    assert!(made.notice().contains("contradicts another"), "{}", made.notice());
}

#[test]
fn a_file_that_changed_outside_is_no_accident() {
    for (outside, key, line) in [
        (
            "We all meet on Monday in the hall.\nBring the plan.\n",
            "alt-v",
            "We all meet on Tuesday in the hall.",
        ),
        ("We meet on Friday in the hall.\nBring the plan.\n", "alt-t", NEW),
        (
            "We meet on Friday in the hall.\nBring the plan.\n",
            "alt-m",
            "We meet on Friday in the hall.",
        ),
        (
            "We meet on Friday in the hall.\nBring the plan.\n",
            "alt-o",
            "We meet on Monday in the hall.",
        ),
    ] {
        let mut made = Harness::with(TEXT);
        made.propose(&[(0, 30, NEW)]);
        made.pass(3000);
        made.write_outside(outside);
        assert_eq!(made.text(), outside);
        assert_eq!(made.hunks()[0].1, HunkState::Stale);
        made.place(5, None);
        made.keys(key);
        assert_eq!(first_line(&made), line, "{key} {}", made.notice());
        assert!(made.hunks().is_empty());
        made.same_after_reopening();
        made.pass(3000);
        made.keys("ctrl-z");
        assert_eq!((made.text().as_str(), made.hunks().len()), (outside, 1), "{key}");
        made.same_after_reopening();
    }
    // A change elsewhere leaves it fresh.
    let mut made = Harness::with(TEXT);
    made.propose(&[(0, 30, NEW)]);
    made.pass(3000);
    made.write_outside("# Plan\n\nWe meet on Monday in the hall.\nBring the plan.\nAnd cake.\n");
    assert_eq!(made.hunks()[0].1, HunkState::Pending);
    made.run("hunk.accept-all");
    assert!(
        made.text().starts_with("# Plan\n\nWe meet on Tuesday in the hall.\n"),
        "{}",
        made.text()
    );
}

#[test]
fn words_in_a_paragraph_read_as_words() {
    let long =
        "The quick brown fox jumps over the lazy dog while everybody else is asleep in the sun.";
    let new = long.replace("brown", "red").replace("lazy", "sleepy").replace("sun", "shade");
    let mut made = Harness::with(&format!("{long}\n"));
    made.propose(&[(0, long.chars().count(), &new)]);
    made.place(0, None);
    let hunk = &made.model().ui.frame.hunks[0];
    let rope = made.model().rope();
    let struck: Vec<String> =
        hunk.struck.iter().map(|span| rope.slice(span.range()).to_string()).collect();
    assert_eq!(struck, ["brown", "lazy", "sun"]);
    let row = made.model().ui.frame.virtual_rows[&0].clone();
    let new: Vec<&str> = row
        .iter()
        .flat_map(|row| row.marks.iter().map(|(range, _)| &row.text[range.clone()]))
        .collect();
    assert_eq!(new, ["red", "sleepy", "shade"]);
    made.run("hunk.layout inline");
    let screen = made.screen(120, 12);
    assert!(screen.contains("The quick [-brown-]{+red+} fox"), "{screen}");
    made.run("hunk.layout");
    made.run("hunk.layout diagonal");
    assert!(made.notice().contains("none of lines"), "{}", made.notice());
}

/// A workspace with an open hunk that a model wrote: `old` is to become `new`.
fn waiting(text: &str, old: &str, new: &str) -> Harness {
    let mut made = Harness::file("plan.md", text);
    made.say("Better?");
    made.reply(&format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"));
    made
}

/// Characters of the text become others: typed, or written by another program.
fn replace(made: &mut Harness, span: std::ops::Range<usize>, with: &str, outside: bool) {
    let text: Vec<char> = made.text().chars().collect();
    if outside {
        let head: String = text[..span.start].iter().collect();
        let tail: String = text[span.end..].iter().collect();
        return made.write_outside(&format!("{head}{with}{tail}"));
    }
    made.run("app.focus-editor");
    made.place(span.start, (!span.is_empty()).then_some(span.end));
    if !span.is_empty() {
        made.keys("backspace");
    }
    made.type_text(with);
}

#[test]
fn a_side_is_a_whole_passage() {
    const PLAN: &str = "# Plan\n\nThe fee follows the index of consumer prices. The year will be \
                        hard. We reckon with two years, and the rent follows the index.\n\nNext.\n";
    let check = |(old, new): (&str, &str), (from, to): (&str, &str)| {
        for outside in [false, true] {
            for (line, after) in [
                ("hunk.base", PLAN.to_owned()),
                ("hunk.theirs", PLAN.replacen(old, new, 1)),
                ("hunk.mine", PLAN.replacen(from, to, 1)),
            ] {
                let mut made = waiting(PLAN, old, new);
                let at = PLAN[..PLAN.find(from).expect("stands there")].chars().count();
                replace(&mut made, at..at + from.chars().count(), to, outside);
                let what = format!("{old:?} to {new:?}, {from:?} to {to:?}, {line}, {outside}");
                assert_eq!(made.hunks()[0].1, HunkState::Stale, "{what}");
                let changed = made.text();
                made.about_hunk(0, line);
                assert_eq!(made.text(), after, "{what}: {}", made.notice());
                made.same_after_reopening();
                made.keys("ctrl-z");
                assert_eq!(made.text(), changed, "{what}, undone: {}", made.notice());
                let put_back = made.notice() == "Took back putting back what stood before.";
                assert_eq!(put_back, line == "hunk.base", "{}", made.notice());
            }
        }
    };
    // What was typed over the end of it with its full stop.
    let rent = ("the rent follows the index.", "the rent follows the index, at most three.");
    check(rent, (" index.\n", " the rate.\n"));
    check(("follows the index.\n\nNext.", "is three.\n\nNext."), (" index.\n", " the rate.\n"));
    // The word beside it is another: one, several, a part of one.
    let hard = ("will be hard.", "will be hard and long.");
    check(hard, ("hard", "easy"));
    check(hard, ("hard", "much too easy"));
    check(hard, ("hard", "harder"));
    check(("The year will", "The long year will"), ("The year", "A year"));
    check(("two years", "three years"), ("two", "twenty-two"));
}

#[test]
fn what_is_typed_at_the_edge_of_a_hunk_stays() {
    const PLAN: &str = "We meet on Monday in the hall. Bring the plan.\n";
    let check = |(old, new): (&str, &str), (from, to): (&str, &str), theirs: &str, base: &str| {
        for outside in [false, true] {
            for (line, after) in [("hunk.theirs", theirs), ("hunk.base", base)] {
                let mut made = waiting(PLAN, old, new);
                let at = PLAN.find(from).expect("stands there");
                let head = from.chars().zip(to.chars()).take_while(|(a, b)| a == b).count();
                let tail = from.chars().count() - head;
                let typed: String = to.chars().skip(head).take(to.len() - from.len()).collect();
                assert_eq!(to, format!("{}{typed}{}", &from[..head], &from[from.len() - tail..]));
                replace(&mut made, at + head..at + head, &typed, outside);
                let what = format!("{new:?}, {to:?}, {line}, {outside}");
                assert_eq!(made.hunks()[0].1, HunkState::Stale, "{what}");
                if line == "hunk.theirs" {
                    let screen = made.screen(110, 24);
                    assert!(screen.contains(theirs.trim_end()), "{what}\n{screen}");
                }
                let before = (made.text(), made.hunks());
                made.about_hunk(0, line);
                assert_eq!(made.text(), after, "{what}: {}", made.notice());
                if line == "hunk.theirs" {
                    assert!(!of_models(&made).contains(typed.trim()), "{what}: whose it is");
                }
                made.same_after(&what);
                made.pass(3000);
                made.run("app.focus-editor");
                made.keys("ctrl-z");
                assert_eq!((made.text(), made.hunks()), before, "undo {what}");
            }
        }
    };
    let day = ("on Monday in", "on Friday in");
    let plan = |from: &str, to: &str| PLAN.replacen(from, to, 1);
    check(day, ("Monday in", "Monday or so in"), &plan("Monday", "Friday or so"), PLAN);
    check(day, ("on Monday", "on about Monday"), &plan("Monday", "about Friday"), PLAN);
    check(day, ("Monday", "Monday, yes"), &plan("Monday", "Friday, yes"), PLAN);
    // A part of a word of it is none of that.
    check(day, ("Monday", "Mondays"), &plan("Monday", "Friday"), PLAN);
    // In its midst.
    let more = ("on Monday in the hall", "on Friday in a hall");
    check(more, ("in the", "in all the"), &plan("Monday in the", "Friday in a"), PLAN);
}

#[test]
fn whatever_is_written_there_each_side_is_what_it_says() {
    use crate::harness::cases;
    use cowrite::base::Rand;
    const WORDS: &[&str] =
        &["we", "bake", "bread", "at", "night", "and", "sell", "it", "from", "seven", "Rye", "é"];
    const ENDS: &[&str] = &[" ", " ", " ", " ", ", ", ". ", ".\n", ".\n\n", "\n- "];
    let mut stale = 0;
    for seed in cases(150) {
        let mut rand = Rand::from_number(seed);
        let mut number = |below: usize| rand.below(below);
        let (mut text, mut starts) = (String::new(), Vec::new());
        for index in 0..8 + number(12) {
            starts.push(text.chars().count());
            // Each word is there once, so that its place is certain.
            text += &format!("{}{index}{}", WORDS[number(WORDS.len())], ENDS[number(ENDS.len())]);
        }
        text += "end.\n";
        let chars: Vec<char> = text.chars().collect();
        let slice = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
        // Some words are to be others, or more.
        let first = number(starts.len() - 1);
        let last = (first + 1 + number(3)).min(starts.len() - 1);
        let old = slice(starts[first], starts[last]);
        let old = old.trim_end_matches([' ', '\n', '-', ',', '.']);
        let new = match number(3) {
            0 => format!("{old} and more"),
            1 => "wholly other".to_owned(),
            _ => format!("so {old}"),
        };
        let proposed = text.replacen(old, &new, 1);
        // Somebody writes something there or nearby.
        let near = (starts[first] + number(old.chars().count() + 12)).saturating_sub(6);
        let from = near.min(chars.len() - 1);
        let to = (from + number(8)).min(chars.len() - 1);
        let with = ["", "X", "other words", "Y ", " Z", ". And"][number(6)];
        let what = format!("seed {seed}: {text:?}, {old:?} to {new:?}, {from}..{to} {with:?}");
        for line in ["hunk.base", "hunk.theirs"] {
            let mut made = waiting(&text, old, &new);
            let states: Vec<HunkState> = made.hunks().iter().map(|hunk| hunk.1).collect();
            if states != [HunkState::Pending] {
                continue;
            }
            let (place, _, _, put) = made.hunks().remove(0);
            let (start, end) = place.expect("a place");
            // What is only put in beside what changes, and is no part of a word there, stays.
            let is_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
            let (first, last) = (with.chars().next(), with.chars().next_back());
            let glued = is_word(first.as_ref()) && from > 0 && is_word(chars.get(from - 1))
                || is_word(last.as_ref()) && is_word(chars.get(from));
            let beside =
                from < start || from > end || start < end && (from == start || from == end);
            let after = match (line, from == to && beside && !glued) {
                ("hunk.base", _) => text.clone(),
                (_, false) => proposed.clone(),
                (_, true) if from <= start => {
                    [&slice(0, from), with, &slice(from, start), &put, &slice(end, chars.len())]
                        .concat()
                }
                (_, true) => [
                    &slice(0, start),
                    put.as_str(),
                    &slice(end, from),
                    with,
                    &slice(from, chars.len()),
                ]
                .concat(),
            };
            replace(&mut made, from..to, with, false);
            let open = made.model().session.open_in(&made.doc());
            if open.first().is_none_or(|one| one.state != HunkState::Stale || one.there) {
                continue;
            }
            stale += 1;
            made.about_hunk(0, line);
            assert_eq!(made.text(), after, "{what}, {line}: {}", made.notice());
            made.same_after_reopening();
        }
    }
    assert!(stale > 20, "{stale}");
}

/// Another program writes while an answer streams that quotes what stood there.
#[test]
fn what_changed_outside_while_an_answer_came_is_the_base() {
    let text = "# Plan\n\n3. Paint.\n4. Open in May.\n\nThe end.\n";
    for outside in [true, false] {
        let mut made = Harness::file("plan.md", text);
        made.say("Better?");
        made.chunk("So:\n<<<<<<< SEARCH\n4. Open");
        if outside {
            made.write_outside(&text.replace("May", "June"));
        } else {
            let at = text.find("May").expect("stands there");
            replace(&mut made, at..at + 3, "June", false);
        }
        made.chunk(" in May.\n=======\n4. Open in May, with a party.\n>>>>>>> REPLACE\n");
        made.stop();
        let open = made.model().session.open_in(&made.doc());
        assert_eq!(open[0].state, HunkState::Stale, "{outside}");
        made.about_hunk(0, "hunk.base");
        assert_eq!(made.text(), text, "{outside}: {}", made.notice());
    }
}

#[test]
fn what_was_typed_beside_a_hunk_comes_once_with_both_changes() {
    const OVEN: &str = "We open in May. The oven costs 4,000 euros, the rent is 900 a month.\n";
    let mut made = Harness::with(OVEN);
    made.say("Check.");
    made.chunk(&format!("<<<<<<< SEARCH\n{OVEN}=======\nWe open in "));
    made.place(OVEN.len() - 1, None);
    made.keys("' First mine.'");
    made.chunk(
        "June. The oven costs 5,000 euros, and the rent is 950 and more.\n>>>>>>> REPLACE\n",
    );
    made.stop();
    made.place(31, None);
    made.keys("'big '");
    made.pass(3000);
    assert_eq!(made.hunks()[0].1, HunkState::Stale);
    made.keys("alt-v");
    let both = "We open in June. The oven costs big 5,000 euros, and the rent is 950 and more. First mine.";
    assert_eq!(first_line(&made), both, "{}", made.notice());
    made.same_after_reopening();
}
