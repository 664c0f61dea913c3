//! Edits of one answer for one place: what goes together stands in the answer's order whatever is accepted
//! first, and of an edit with its correction the later counts. `cowrite apply` says the same.

use crate::harness::Harness;
use cowrite::assist::Answer;
use cowrite::event::HunkVerdict;
use cowrite::session::HunkState;
use ropey::Rope;

const STAFF: &str = "# Staff\n\n- One baker, full time\n- One cleaner\n";

fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

fn waiting(text: &str, answer: &str) -> Harness {
    let mut made = Harness::file("plan.md", text);
    made.app.model.config.assist.repair = false;
    made.say("Better?");
    made.reply(answer);
    made
}

/// What `cowrite apply` makes of it.
fn applied(text: &str, answer: &str) -> String {
    let answer = Answer::read(&Rope::from_str(text), answer, &|_| false);
    answer.applied(text, &answer.fits(true))
}

fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let all = orders(count - 1).into_iter();
    all.flat_map(|order| {
        (0..count).map(move |at| [&order[..at], &[count - 1], &order[at..]].concat())
    })
    .collect()
}

#[test]
fn lines_at_one_place_are_hunks_of_their_own_in_the_order_of_the_answer() {
    const BAKER: &str = "- One baker, full time";
    const LINES: [&str; 3] = ["- One driver", "- One seller", "- One baker, at night"];
    let behind = |line: &str, eol: &str| block(BAKER, &format!("{BAKER}{eol}{line}"));
    let before = |line: &str, eol: &str| block(BAKER, &format!("{line}{eol}{BAKER}"));
    let texts = [
        STAFF.to_owned(),
        STAFF.replace('\n', "\r\n"),
        format!("# Staff\n\n{BAKER}\n"),
        format!("# Staff\n\n{BAKER}"),
        format!("{BAKER}\n\nText.\n"),
    ];
    for text in &texts {
        let eol = if text.contains('\r') { "\r\n" } else { "\n" };
        for is_behind in [true, false] {
            let answer: String = LINES
                .iter()
                .map(|line| if is_behind { behind(line, "\n") } else { before(line, "\n") })
                .collect();
            let all = LINES.join(eol);
            let whole = match is_behind {
                true => text.replace(BAKER, &format!("{BAKER}{eol}{all}")),
                false => text.replace(BAKER, &format!("{all}{eol}{BAKER}")),
            };
            assert_eq!(applied(text, &answer), whole, "{text:?} {is_behind}");
            for order in orders(LINES.len()) {
                let what = format!("{text:?}, behind: {is_behind}, {order:?}");
                let mut made = waiting(text, &answer);
                assert_eq!(made.hunks().len(), LINES.len(), "{what}: {:?}", made.hunks());
                for (done, one) in order.iter().enumerate() {
                    let named = |hunk: &(_, _, _, String)| hunk.3.trim() == LINES[*one];
                    let at = made.hunks().iter().position(named).expect("it is open");
                    assert_eq!(made.hunks()[at].1, HunkState::Pending, "{what}");
                    made.about_hunk(at, "hunk.accept");
                    made.same_after(&what);
                    // What was rejected and what is open is not there; the rest is in order.
                    let there: Vec<usize> =
                        (0..3).filter(|one| order[..=done].contains(one)).collect();
                    let lines: Vec<&str> = there.iter().map(|one| LINES[*one]).collect();
                    let got = made.text();
                    let got: Vec<&str> = got.lines().filter(|line| LINES.contains(line)).collect();
                    assert_eq!(got, lines, "{what}");
                }
                assert_eq!(made.text(), whole, "{what}");
                for _ in 0..3 {
                    made.pass(3000);
                    made.run("app.focus-editor");
                    made.keys("ctrl-z");
                }
                assert_eq!((made.text(), made.hunks().len()), (text.clone(), 3), "undo {what}");
                made.run("hunk.accept-all");
                assert_eq!(made.text(), whole, "all {what}");
            }
        }
    }
}

#[test]
fn a_line_that_was_accepted_and_written_on_keeps_its_place() {
    let answer = block("- One cleaner", "- One cleaner\n- One driver")
        + &block("- One cleaner", "- One cleaner\n- One seller");
    let mut made = waiting(STAFF, &answer);
    made.about_hunk(0, "hunk.accept");
    made.place(made.text().trim_end().chars().count(), None);
    made.type_text(", from May");
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text(), format!("{STAFF}- One driver, from May\n- One seller\n"));
    made.same_after_reopening();
}

#[test]
fn words_of_a_line_stay_in_it_and_lines_go_around_it() {
    const BAKER: &str = "- One baker, full time";
    let line = |old: &str, new: &str| block(old, &format!("{old}\n{new}"));
    for (answer, after) in [
        // First the line behind, then the words at the end of its line.
        (
            line(BAKER, "- One driver") + &block(BAKER, &format!("{BAKER}, at night")),
            format!("{BAKER}, at night\n- One driver"),
        ),
        (
            block(BAKER, &format!("{BAKER}, at night")) + &line(BAKER, "- One driver"),
            format!("{BAKER}, at night\n- One driver"),
        ),
        // Words and a line, and another line.
        (
            block(BAKER, &format!("{BAKER}, at night\n- One driver"))
                + &line(BAKER, "- One seller"),
            format!("{BAKER}, at night\n- One driver\n- One seller"),
        ),
        // A quotation of more, and found by likeness.
        (
            line("# Staff\n\n- One baker, full time", "- One driver")
                + &line(BAKER, "- One seller"),
            format!("{BAKER}\n- One driver\n- One seller"),
        ),
    ] {
        let whole = STAFF.replace(BAKER, &after);
        assert_eq!(applied(STAFF, &answer), whole, "{answer}");
        let mut made = waiting(STAFF, &answer);
        made.run("hunk.accept-all");
        assert_eq!(made.text(), whole, "{answer}");
        made.same_after_reopening();
    }
    // The same line twice is one; words for the same words contradict each other.
    let twice = line(BAKER, "- One driver") + &line(BAKER, "- One driver");
    let mut made = waiting(STAFF, &twice);
    made.run("hunk.accept-all");
    assert_eq!(made.text(), STAFF.replace(BAKER, &format!("{BAKER}\n- One driver")));
    let words = block(BAKER, "- One baker, half time") + &block(BAKER, "- One baker, part time");
    let made = waiting(STAFF, &words);
    let states: Vec<HunkState> = made.hunks().iter().map(|hunk| hunk.1).collect();
    assert_eq!(states, [HunkState::Pending, HunkState::Stale]);
    assert_eq!(applied(STAFF, &words), STAFF.replace("full", "half"));
}

#[test]
fn lines_found_by_likeness_go_together_as_well() {
    let text =
        STAFF.replace("full time", "full time who bakes at night and does the accounts as well");
    let quoted = "- One baker, full time who bakes at night and does the account as well";
    let line = |new: &str| block(quoted, &format!("{quoted}\n{new}"));
    let answer = line("- One driver") + &line("- One seller");
    let mut made = waiting(&text, &answer);
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text(), text.replace("as well", "as well\n- One driver\n- One seller"));
    assert_eq!(applied(&text, &answer), made.text());
}

#[test]
fn of_an_edit_and_its_correction_the_later_counts() {
    const BAKER: &str = "- One baker, full time";
    for (said, later) in [
        ("Wait, that should be three quarters:", true),
        ("Oops, that was wrong. Corrected:", true),
        ("Hm, wait.", true),
        ("Sorry, I meant:", true),
        ("On second thought:", true),
        ("And the next one:", false),
        ("", false),
    ] {
        for (one, other) in [
            ("- One baker, half time", "- One baker, three quarters"),
            (
                "- One baker, full time\n- One driver, half time",
                "- One baker, full time\n- One driver, full time",
            ),
        ] {
            let answer = format!("{}\n{said}\n\n{}", block(BAKER, one), block(BAKER, other));
            let lines = one.contains('\n');
            let expected = match (later, lines) {
                (true, _) => STAFF.replace(BAKER, other),
                (false, false) => STAFF.replace(BAKER, one),
                (false, true) => STAFF.replace(BAKER, &format!("{one}\n- One driver, full time")),
            };
            assert_eq!(applied(STAFF, &answer), expected, "{answer}");
            let mut made = waiting(STAFF, &answer);
            let what = format!("{answer}: {}", made.notice());
            assert_eq!(made.hunks().len(), if later { 1 } else { 2 }, "{what}");
            assert_eq!(made.notice().contains("superseded"), later, "{what}");
            made.run("hunk.filter decided");
            let decided = made.model().review();
            assert_eq!(decided.len(), usize::from(later), "{what}");
            assert!(decided.iter().all(|one| one.hunk.state == HunkState::Superseded), "{what}");
            made.run("hunk.filter open");
            made.same_after(&what);
            let before = made.text();
            made.run("hunk.accept-all");
            assert_eq!(made.text(), expected, "{what}");
            made.same_after(&what);
            if later {
                // Undo takes back the acceptance, then that the first stepped back.
                for open in [1, 2] {
                    made.pass(3000);
                    made.run("app.focus-editor");
                    made.keys("ctrl-z");
                    assert_eq!((made.text(), made.hunks().len()), (before.clone(), open), "{what}");
                }
            }
        }
    }
}

#[test]
fn what_was_accepted_before_its_correction_came_stays() {
    let mut made = Harness::file("plan.md", STAFF);
    made.say("Better?");
    made.chunk(&block("- One cleaner", "- One janitor"));
    made.about_hunk(0, "hunk.accept");
    made.chunk("\nWait, that should be two.\n\n");
    made.chunk(&block("- One cleaner", "- Two cleaners"));
    made.stop();
    assert_eq!(made.hunks()[0].1, HunkState::Stale, "{:?}", made.hunks());
    let all = made.model().session.proposals.hunks();
    let said = all[0].verdict.value().map(|said| said.verdict);
    assert_eq!(said, Some(HunkVerdict::Accepted));
}
