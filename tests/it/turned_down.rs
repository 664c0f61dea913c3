//! Rejections are data: the reason by one key, what comes again is folded away, and a decision's
//! draft lists what was turned down.

use crate::harness::Harness;
use cowrite::session::HunkState;
use cowrite::state::Overlay;

const TEXT: &str = "We meet on Monday.\nBring the plan.\nThere is cake.\n";

fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

/// A proposal that was turned down.
fn rejected(old: &str, new: &str) -> Harness {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    made.reply(&block(old, new));
    made.about_hunk(0, "hunk.reject wrong fact");
    made
}

#[test]
fn a_digit_says_why() {
    for (keys, reason) in [
        ("'1'", "wrong fact"),
        ("'2'", "style"),
        ("'3'", "too long"),
        ("'4'", "not asked for"),
        ("'5'", "keep mine"),
        ("'3' enter", "too long"),
        ("'6' enter", "6"),
        ("'3 bakers, not two' enter", "3 bakers, not two"),
        ("'no, 2 of them' enter", "no, 2 of them"),
    ] {
        let mut made = Harness::with(TEXT);
        made.say("Check it.");
        made.reply(&block("There is cake.", "There is soup."));
        made.about_hunk(0, "hunk.reject-because");
        let screen = made.screen(100, 30);
        assert!(screen.contains("1 wrong fact · 2 style · 3 too long"), "{screen}");
        made.keys(keys);
        made.pass(600);
        assert!(made.overlay().is_none(), "{keys}");
        let (_, verdict) = made.model().session.proposals.rejected().next().expect("rejected");
        assert_eq!(verdict.reason.as_deref(), Some(reason), "{keys}");
        made.say("Again.");
        let body = &made.asked.back().expect("a question").1;
        assert!(body.contains(&format!("because: {reason}")), "{body}");
    }
    // A digit that is pasted is text.
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    made.reply(&block("There is cake.", "There is soup."));
    made.about_hunk(0, "hunk.reject-because");
    made.input(cowrite::app::Input::Paste("1".into()));
    assert!(made.overlay().is_some());
}

#[test]
fn what_comes_again_is_folded_away_until_it_is_asked_for() {
    // What was turned down, what comes then, and whether that is the same.
    for (old, new, then_old, then_new, same) in [
        ("There is cake.", "There is soup.", "There is cake.", "There is soup.", true),
        // Quoted with more around it, and with another blank.
        (
            "There is cake.",
            "There is soup.",
            "Bring the plan.\nThere is cake.",
            "Bring the plan.\nThere is  soup.",
            true,
        ),
        // A comma or an exclamation mark more.
        ("There is cake.", "There is soup.", "There is cake.", "There is soup!", true),
        ("Bring the plan.", "Bring it, and a pen.", "Bring the plan.", "Bring it and a pen.", true),
        ("There is cake.", "There is soup.", "There is cake.", "Is there soup?", false),
        // What is put in, with another mark behind or before it.
        (
            "There is cake.",
            "There is cake and tea.",
            "There is cake.",
            "There is cake and tea!",
            true,
        ),
        (
            "There is cake.",
            "There is cake, and tea.",
            "There is cake.",
            "There is cake and tea.",
            true,
        ),
        (
            "Bring the plan.",
            "Please bring the plan.",
            "Bring the plan.",
            "Please, bring the plan.",
            true,
        ),
        (
            "There is cake.",
            "There is cake and tea.",
            "There is cake.",
            "There is cake and ham.",
            false,
        ),
        ("There is cake.", "There is fresh cake.", "There is cake.", "There is cake today.", false),
        // A joining word less or more, and what is another thing.
        (
            "We meet on Monday.",
            "We meet from Friday on.",
            "We meet on Monday.",
            "We meet from Friday.",
            true,
        ),
        ("Monday", "the Friday", "We meet on Monday.", "We meet on Friday.", true),
        ("on Monday", "on Friday", "Monday", "the Friday", true),
        ("Monday", "Friday", "Monday", "Tuesday", false),
        ("Bring the plan.", "Bring 200 g.", "Bring the plan.", "Bring 223 g.", false),
        ("There is cake.", "There is the soup.", "There is cake.", "There is no soup.", false),
        ("Bring the plan.", "Bring the plan!", "Bring the plan.", "Bring the plan;", false),
        ("There is cake.", "There is soup.", "There is cake.", "There is tea.", false),
        ("There is cake.", "There is soup.", "Bring the plan.", "There is soup.", false),
        ("Bring the plan.\n", "", "Bring the plan.\n", "", true),
        ("There is cake.", "There isn't cake.", "There is cake.", "There is cake!", false),
        ("No such line here.", "Some words.", "No such line here.", "Some words.", true),
    ] {
        let mut made = rejected(old, new);
        made.say("Again.");
        made.reply(&block(then_old, then_new));
        let what = format!("{then_new:?} after {new:?}: {}", made.notice());
        assert_eq!(made.hunks().is_empty(), same, "{what}");
        assert_eq!(made.notice().contains("again what you turned down"), same, "{what}");
        made.same_after_reopening();
        if !same {
            continue;
        }
        // Nothing of it is accepted unasked, and nothing is asked again for it.
        made.run("hunk.accept-all");
        assert_eq!((made.text().as_str(), made.asked.len()), (TEXT, 2), "{what}");
        made.run("hunk.show-again");
        assert_eq!(made.hunks().len(), 1, "{what}");
        made.same_after_reopening();
    }
}

#[test]
fn half_of_an_edit_is_not_folded_away() {
    const CODE: &str = "def go():\n    pass\n\n\ndef make(kind, *args):\n    if kind == \"bucket\":\n        \
                        return Bucket(*args)\n    if kind == \"window\":\n        return Window(*args)\n    \
                        raise ValueError(kind)\n";
    let whole = |body: &str| {
        let head = CODE.split("    if kind").next().unwrap();
        format!("Here it is.\n\n```python\n{head}{body}```\n")
    };
    let first = "    kinds = {\"bucket\": Bucket, \"window\": Window}\n    try:\n        return \
                 kinds[kind](*args)\n    except KeyError:\n        raise ValueError(kind)\n";
    let second = "    known = {\"bucket\": Bucket, \"window\": Window}\n    if kind in known:\n        return \
                  known[kind](*args)\n    raise ValueError(kind)\n";
    let mut made = Harness::with(CODE);
    made.say("Better?");
    made.reply(&whole(first));
    assert!(made.hunks().len() > 1, "{:?}", made.hunks());
    made.run("hunk.reject-all");
    made.say("Another way?");
    made.reply(&whole(second));
    made.run("hunk.accept-all");
    let now = made.text();
    assert!(now.ends_with(second), "{now}");
    // All of an edit that comes again is folded away.
    let mut made = Harness::with(CODE);
    made.say("Better?");
    made.reply(&whole(first));
    made.run("hunk.reject-all");
    made.say("Better?");
    made.reply(&whole(first));
    assert!(made.hunks().is_empty(), "{:?}", made.hunks());
}

#[test]
fn what_was_folded_away_can_be_read_later() {
    let mut made = rejected("There is cake.", "There is soup.");
    made.say("Again.");
    made.reply(&block("There is cake.", "There is soup."));
    made.keys("alt-5");
    for (filter, listed) in [("open", 0), ("decided", 1), ("again", 1), ("all", 2)] {
        made.run(&format!("hunk.filter {filter}"));
        assert_eq!(made.model().review().len(), listed, "{filter}");
    }
    made.run("hunk.filter again");
    let screen = made.screen(120, 30);
    for words in ["again, folded away", "You turned the same down: wrong fact.", "There is soup."] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    made.keys("a");
    assert_eq!((made.text().as_str(), made.hunks().len()), (TEXT, 0));
    made.keys("g");
    assert_eq!(made.hunks().len(), 1, "{}", made.notice());
}

#[test]
fn taking_the_rejection_back_unfolds() {
    let mut made = rejected("There is cake.", "There is soup.");
    made.pass(3000);
    made.say("Again.");
    made.reply(&block("There is cake.", "There is soup."));
    assert_eq!(made.hunks().len(), 0);
    let screen = made.screen(110, 30);
    assert!(screen.contains("folded away"), "{screen}");
    made.keys("ctrl-z");
    assert!(made.notice().contains("Took back"), "{}", made.notice());
    let open = made.hunks();
    assert_eq!(open.len(), 2, "{open:?}");
    assert!(open.iter().all(|(_, state, ..)| *state == HunkState::Pending));
    made.same_after_reopening();
    made.keys("ctrl-y");
    assert_eq!(made.hunks().len(), 0, "{}", made.notice());
    made.same_after_reopening();
    made.keys("alt-shift-g");
    assert_eq!(made.hunks().len(), 1, "{}", made.notice());
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text(), TEXT.replace("cake", "soup"));
    made.same_after_reopening();
}

#[test]
fn a_decision_lists_what_was_turned_down() {
    let mut made = rejected("There is cake.", "There is soup.");
    made.run("decision.new Food");
    let Some(Overlay::Form(form)) = made.overlay() else { panic!("a form") };
    let options = form.values()[2].clone();
    assert_eq!(options, "“soup” instead of “cake”\n  - wrong fact\n");
    // What it begins with is seen, also where there is but a row for it.
    for (width, height) in [(110, 30), (80, 18)] {
        let screen = made.screen(width, height);
        assert!(screen.contains("“soup” instead of “cake”"), "{screen}");
    }
    made.keys("ctrl-s");
    made.run("decision.new Other");
    made.same_after_reopening();
    // Not what has nothing to do with it.
    let mut made = rejected("There is cake.", "There is soup.");
    made.say("What of the plan?");
    made.reply("It is fine.");
    made.place(10, Some(0));
    made.run("decision.new Day");
    let Some(Overlay::Form(form)) = made.overlay() else { panic!("a form") };
    assert_eq!(form.values()[2], "");
    made.keys("esc");
    made.place(TEXT.len() - 1, Some(TEXT.len() - 4));
    made.run("decision.new Food");
    let Some(Overlay::Form(form)) = made.overlay() else { panic!("a form") };
    assert!(form.values()[2].contains("“soup”"));
}
