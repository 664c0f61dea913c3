//! The Review tab as a list, hunks without a place, and proposals on top of one another.

use crate::harness::Harness;
use cowrite::app::{Input, Mouse, MouseKind};
use cowrite::event::{Event, HunkVerdict};
use cowrite::session::HunkState;
use cowrite::state::{ReviewFilter, ReviewPart};

const TEXT: &str = "We meet on Monday.\nBring the plan.\n\nThere is cake.\nThere is tea.\n";

fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

fn proposed() -> Harness {
    let mut made = Harness::with(TEXT);
    made.propose(&[(11, 17, "Tuesday"), (19, 34, "Bring a pen.")]);
    made.propose(&[(45, 49, "soup"), (60, 63, "milk")]);
    made
}

fn titles(made: &Harness) -> Vec<String> {
    let rows = made.model().review_rows(60, 40).into_iter();
    let titles = rows.filter(|row| matches!(row.part, ReviewPart::Title | ReviewPart::Settled));
    titles.map(|row| row.pieces.iter().map(|(_, text)| text.as_str()).collect()).collect()
}

#[track_caller]
fn click(made: &mut Harness, words: &str, column: Option<u16>, kind: MouseKind) {
    let area = made.model().ui.areas().panel;
    let rows = made.model().review_rows(usize::from(area.width), usize::from(area.height));
    let text = |row: &cowrite::state::ReviewRow| -> String {
        row.pieces.iter().map(|(_, text)| text.as_str()).collect()
    };
    let y = rows.iter().position(|row| text(row).contains(words)).expect("a row") as u16;
    let x = area.x + column.map_or(3, |column| area.width - column);
    made.input(Input::Mouse(Mouse { kind, x, y: area.y + y }));
    made.input(Input::Mouse(Mouse { kind: MouseKind::Up, x, y: area.y + y }));
}

#[test]
fn the_list_tells_how_far_the_review_is() {
    let mut made = proposed();
    made.keys("alt-5");
    let screen = made.screen(110, 30);
    for words in [
        "0 of 4",
        "scripted/large: Better?",
        "line 1",
        "- We meet on Monday.",
        "+ We meet on Tuesday.",
        "✓ ✗",
    ] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    // The keys of the text do the same here.
    made.keys("alt-a down x");
    let screen = made.screen(110, 30);
    assert!(screen.contains("2 of 4"), "{screen}");
    made.screen(80, 24);
    made.screen(60, 20);
    made.screen(20, 5);
}

#[test]
fn filters_list_other_hunks() {
    let mut made = proposed();
    made.keys("alt-5 a x");
    let count = |made: &mut Harness, filter: &str| {
        made.run(&format!("hunk.filter {filter}"));
        made.model().review().len()
    };
    for (filter, expected) in
        [("open", 2), ("decided", 2), ("all", 4), ("stale", 0), ("unplaced", 0), ("loose", 0)]
    {
        assert_eq!(count(&mut made, filter), expected, "{filter}");
    }
    let titles = {
        made.run("hunk.filter decided");
        titles(&made)
    };
    assert!(titles[0].contains("accepted") && titles[1].contains("rejected"), "{titles:?}");
    made.run("hunk.accept");
    assert!(made.notice().contains("settled already"), "{}", made.notice());
    made.run("hunk.filter some");
    assert!(made.notice().contains("is none of open"), "{}", made.notice());
    assert_eq!(made.model().ui.review_filter, ReviewFilter::Decided);
    made.keys("f f");
    assert_eq!(made.model().ui.review_filter, ReviewFilter::Open);
}

#[test]
fn by_paragraph_and_by_proposal() {
    let mut made = proposed();
    made.place(2, None);
    made.keys("alt-shift-p");
    assert_eq!(made.text(), "We meet on Tuesday.\nBring a pen.\n\nThere is cake.\nThere is tea.\n");
    assert_eq!(made.hunks().len(), 2);
    made.keys("ctrl-z");
    assert_eq!((made.text().as_str(), made.hunks().len()), (TEXT, 4));
    made.place(36, None);
    made.run("hunk.accept-paragraph");
    assert!(
        made.notice().contains("No open hunk stands in this paragraph") || made.hunks().len() == 2
    );
    let mut made = proposed();
    made.keys("alt-5 end X");
    assert_eq!(made.hunks().len(), 2, "{}", made.notice());
    made.keys("home A");
    assert_eq!(made.text(), "We meet on Tuesday.\nBring a pen.\n\nThere is cake.\nThere is tea.\n");
    assert!(made.hunks().is_empty());
    made.keys("ctrl-z");
    assert_eq!(made.hunks().len(), 2, "those of one moment are taken back together");
    made.same_after_reopening();
}

#[test]
fn the_mouse_chooses_jumps_and_decides() {
    let mut made = proposed();
    made.keys("alt-5");
    made.screen(110, 30);
    click(&mut made, "line 4", None, MouseKind::Down);
    assert_eq!((made.model().ui.review.chosen, made.model().caret().pos.0), (2, 45));
    click(&mut made, "line 4", Some(3), MouseKind::Down);
    assert!(made.text().contains("There is soup."), "{} {}", made.text(), made.notice());
    click(&mut made, "line 1", Some(1), MouseKind::Down);
    assert_eq!(made.hunks().len(), 2, "{}", made.notice());
    assert!(made.text().contains("Monday"));
    click(&mut made, "line 5", None, MouseKind::Down);
    click(&mut made, "line 5", None, MouseKind::Double);
    assert!(made.text().contains("There is milk."), "{}", made.notice());
    made.same_after_reopening();
}

#[test]
fn accepting_all_tells_what_it_leaves_out() {
    let mut made = Harness::with("same\nother line\nsame\nmore\n");
    made.say("Check it.");
    made.reply(&format!("{}{}", block("same", "changed"), block("more", "less")));
    made.loosely(11, 15, "row", "other  rows");
    made.run("hunk.accept-all");
    assert!(
        made.notice().contains("Accepted 1; left out: 1 found by likeness, 1 without a place"),
        "{}",
        made.notice()
    );
    assert_eq!(made.text(), "same\nother line\nsame\nless\n");
    // What the model quoted, word by word beside what stands there.
    made.place(12, None);
    let screen = made.screen(110, 24);
    assert!(screen.contains("what the model quoted"), "{screen}");
    assert!(screen.contains("[-other  rows-]") || screen.contains("[-other"), "{screen}");
    made.same_after_reopening();
}

#[test]
fn a_hunk_without_a_place_floats_until_somebody_places_it() {
    let mut made = Harness::with("|same\nother\nsame\nlast\n");
    made.say("Check it.");
    made.reply(&block("same", "changed"));
    assert_eq!(made.hunks()[0].1, HunkState::Unplaced);
    let unplaced = made.hunks();
    let screen = made.screen(110, 24);
    assert!(screen.contains("1 hunk has no place: Alt-N"), "{screen}");
    made.keys("alt-n");
    let screen = made.screen(110, 24);
    for words in [
        "no place: candidate 1 of 2, line 1",
        "line 3, below “other”, the same words: same",
        "- same",
        "+ changed",
        "▸ same",
    ] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    made.keys("right");
    assert_eq!(made.model().caret().pos.0, 11);
    made.keys("right left");
    assert_eq!(made.model().ui.floating.as_ref().expect("it floats").span.start.0, 11);
    // By lines: one line is claimed, also where it is none of the places; and typing goes on.
    made.keys("down");
    assert_eq!(made.model().caret().pos.0, 16);
    let screen = made.screen(110, 24);
    for words in
        ["no place: moved to line 4", "▸ line 4, moved here: last", "? line 3, below “other”"]
    {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    assert_eq!(screen.matches("▸ line").count(), 1, "{screen}");
    made.keys("esc");
    assert!(made.model().ui.floating.is_none());
    assert_eq!(made.model().caret().pos.0, 0, "where it was before");
    assert_eq!(made.hunks(), unplaced, "left as it was");
    made.keys("alt-n right 'x'");
    assert!(made.text().contains("xsame") && made.model().ui.floating.is_some());
    made.keys("ctrl-z");
    made.pass(3000);
    made.keys("enter");
    assert_eq!(made.hunks()[0].1, HunkState::Pending, "{}", made.notice());
    assert!(made.asked.len() == 1, "the model is not asked again");
    made.same_after_reopening();
    made.keys("ctrl-z");
    assert_eq!(made.hunks(), unplaced);
    made.keys("ctrl-y alt-a");
    assert_eq!(made.text(), "same\nother\nchanged\nlast\n");
    made.same_after_reopening();
}

#[test]
fn what_replaces_words_is_not_moved_to_a_line_without_any() {
    let mut made = Harness::with("|same\n\n\nother\n\nsame\n\n");
    made.say("Check it.");
    made.reply(&block("same", "changed"));
    made.keys("alt-n");
    let mut lines = Vec::new();
    for (key, more) in [("down down", true), ("down", false), ("up", true), ("up up", true)] {
        made.keys(key);
        assert_eq!(made.notice().contains("no words farther on"), !more, "{}", made.notice());
        let span = made.model().ui.floating.as_ref().expect("it floats").span;
        lines.push(made.model().rope().slice(span.range()).to_string());
    }
    assert_eq!(lines, ["same", "same", "other", "same"]);
    made.keys("down enter alt-a");
    assert_eq!(made.text(), "same\n\n\nchanged\n\nsame\n\n");
    made.same_after_reopening();
}

/// A blank line where the caret was has no words that could be replaced: up and down lead away from it and
/// back.
#[test]
fn a_place_that_was_moved_away_from_is_reached_again() {
    for (key, back) in [("up", "down"), ("down", "up")] {
        let (first, last) = ("|\n\n# Bread\n\nFlour is dear.\n", "# Bread\n\nFlour is dear.\n\n|");
        let mut made = Harness::with(if key == "up" { last } else { first });
        made.say("Check it.");
        made.reply(&block("Wholly other: zebras graze.", "Wholly other: zebras sleep."));
        made.keys("alt-n");
        let at =
            |made: &Harness| made.model().ui.floating.as_ref().expect("it floats").span.start.0;
        let home = at(&made);
        assert_eq!(home, if key == "up" { made.text().len() } else { 0 }, "{key}");
        made.keys(key);
        assert_ne!(at(&made), home, "{key}");
        made.keys(back);
        assert_eq!(at(&made), home, "{key} {}", made.notice());
        made.keys(back);
        assert!(made.notice().contains("no words farther on"), "{key} {}", made.notice());
    }
}

#[test]
fn a_click_chooses_a_place() {
    let mut made = Harness::with("|same\nother\nsame\nlast\n");
    made.say("Check it.");
    made.reply(&block("same", "changed"));
    made.screen(110, 24);
    made.keys("alt-5 enter");
    assert!(made.model().ui.floating.is_some(), "from the list as well: {}", made.notice());
    made.screen(110, 24);
    let area = made.model().ui.areas().float;
    let row = made.model().ui.float.iter().position(|row| row.candidate == Some(1)).expect("a row");
    let at = |kind| Input::Mouse(Mouse { kind, x: area.x + 4, y: area.y + row as u16 });
    made.input(at(MouseKind::Down));
    assert_eq!(made.model().caret().pos.0, 11);
    // In the text, too.
    let editor = made.model().ui.areas().editor;
    let x = made.model().ui.text_area(5, true).x;
    made.input(Input::Mouse(Mouse { kind: MouseKind::Down, x: x + 1, y: editor.y }));
    assert_eq!(made.model().caret().pos.0, 0);
    made.input(at(MouseKind::Double));
    made.run("hunk.accept-all");
    assert_eq!(made.text(), "same\nother\nchanged\nlast\n", "{}", made.notice());
}

#[test]
fn nothing_like_it_is_placed_where_the_caret_is() {
    let mut made = Harness::with("one\ntw|o\nthree\n");
    made.say("Check it.");
    made.reply(&block("Something else entirely stood here, says the model.", "new"));
    made.keys("alt-n");
    let screen = made.screen(110, 24);
    assert!(screen.contains("where the caret was"), "{screen}");
    made.keys("enter alt-a");
    assert!(made.text().contains("new") && !made.text().contains("two"), "{}", made.text());
}

#[test]
fn a_proposal_on_top_of_a_proposal_takes_its_place() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    made.reply(&format!(
        "{}{}",
        block("We meet on Monday.", "We meet on Tuesday."),
        block("Bring the plan.", "Bring a pen.")
    ));
    let older = made.refs()[0];
    made.say("Another day.");
    made.reply(&block("We meet on Monday.", "We meet on Friday."));
    let news: Vec<String> = made.hunks().into_iter().map(|hunk| hunk.3).collect();
    assert_eq!(news.len(), 2, "{news:?}");
    assert!(
        news.iter().any(|new| new.contains("Friday")) && news.iter().any(|new| new.contains("pen"))
    );
    let state = |made: &Harness| {
        let hunk = made.model().session.proposals.hunk(&older).expect("a hunk");
        hunk.verdict.value().map(|said| said.verdict)
    };
    assert_eq!(state(&made), Some(HunkVerdict::Superseded));
    made.same_after_reopening();
    // Undo brings it back; redo steps back again; also after a kill.
    made.pass(3000);
    let mut made = made.killed(4);
    made.keys("ctrl-z");
    assert_eq!(made.hunks().len(), 3, "{}", made.notice());
    assert!(made.notice().contains("newer proposal took"), "{}", made.notice());
    made.keys("ctrl-y");
    assert_eq!((made.hunks().len(), state(&made)), (2, Some(HunkVerdict::Superseded)));
    made.same_after_reopening();
    made.run("hunk.accept-all");
    assert!(made.text().starts_with("We meet on Friday.\nBring a pen."), "{}", made.text());
    // Of words elsewhere both stand.
    let mut made = Harness::with(TEXT);
    made.propose(&[(0, 18, "We meet on Tuesday.")]);
    made.say("Check it.");
    made.reply(&block("We meet", "We gather"));
    assert_eq!(made.hunks().len(), 2);
}

#[test]
fn what_was_taken_back_can_be_brought_back_though_an_answer_came() {
    let mut made = Harness::with(TEXT);
    made.propose(&[(11, 17, "Tuesday")]);
    made.place(0, None);
    made.say("Another day.");
    made.keys("'Well: '");
    made.pass(3000);
    made.keys("ctrl-z");
    made.reply(&block("We meet on Monday.", "We meet on Friday."));
    made.keys("ctrl-y");
    assert!(made.text().starts_with("Well: We meet"), "{} {}", made.text(), made.notice());
}

#[test]
fn typing_inside_what_is_being_rewritten_loses_nothing() {
    let mut made = Harness::with("[We meet on Monday in the hall.|\nMore.\n");
    made.keys("ctrl-k 'shorter' enter");
    made.chunk("We meet on ");
    // Into the very text that is being rewritten, in the midst of the answer.
    made.place(3, None);
    made.keys("'all '");
    made.chunk("Tuesday in");
    made.keys("'really '");
    made.place(made.text().chars().count(), None);
    made.keys("'End.'");
    made.chunk(" the hall.");
    made.stop();
    let typed = "We all really meet on Monday in the hall.\nMore.\nEnd.";
    assert_eq!(made.text(), typed);
    let states: Vec<_> =
        made.hunks().iter().map(|hunk| (hunk.1, hunk.2.clone(), hunk.3.clone())).collect();
    assert_eq!(states, [(HunkState::Pending, "Monday".into(), "Tuesday".into())]);
    made.run("hunk.accept-all");
    assert_eq!(made.text(), "We all really meet on Tuesday in the hall.\nMore.\nEnd.");
    made.same_after_reopening();
    // Into a word that the answer changes: three sides.
    let mut made = Harness::with("[We meet on Monday in the hall.|\nMore.\n");
    made.keys("ctrl-k 'shorter' enter");
    made.chunk("We meet on Tuesday");
    made.place(13, None);
    made.keys("'xx'");
    made.chunk(" in the hall.");
    made.stop();
    assert_eq!(made.hunks()[0].1, HunkState::Stale);
    assert!(made.text().contains("Moxxnday"));
    made.about_hunk(0, "hunk.theirs");
    assert!(made.text().starts_with("We meet on Tuesday in the hall."), "{}", made.text());
    made.keys("ctrl-z");
    assert!(made.text().contains("Moxxnday"));
    made.same_after_reopening();
    // A block that is being written, and typing in its old text.
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    let answer = block("Bring the plan.", "Bring a pen.");
    made.chunk(&answer[..40]);
    made.place(34, None);
    made.keys("' Now!'");
    made.chunk(&answer[40..]);
    made.stop();
    made.run("hunk.accept-all");
    assert!(made.text().contains("Bring a pen. Now!"), "{}", made.text());
    let events = made
        .kept
        .events
        .iter()
        .filter(|event| matches!(Event::decode(event), Ok(Event::HunkMade { .. })));
    assert_eq!(events.count(), 1);
}

#[test]
fn side_by_side_where_the_list_is_wide() {
    let mut made = proposed();
    made.run("hunk.layout side");
    made.keys("alt-5 alt-m");
    let screen = made.screen(110, 30);
    let row = screen.lines().find(|line| line.contains("- We meet on Monday.")).expect("a row");
    assert!(row.contains("│ + We meet on Tuesday."), "{screen}");
}

#[test]
fn hunks_of_other_documents_are_listed_after_those_of_this_one() {
    let mut made = proposed();
    made.with_cx(|cx| {
        let doc: cowrite::base::DocId = "d_01JNOTES".parse().expect("a document");
        cx.append(&Event::DocumentAdded { doc: doc.clone(), name: "notes.md".into(), hint: None });
        let author = cx.model_author("scripted/large");
        let question = cx.model.session.transcript.iter().next().expect("a question").id;
        let version = cowrite::event::Version::default();
        let dialect = "blocks".into();
        let opened = Event::ProposalOpened { doc, question, version, span: None, dialect };
        let proposal = cx.append_as_model(&author, &opened);
        let hunk = cowrite::event::HunkBody {
            file: None,
            place: None,
            old: "there".into(),
            new: "elsewhere".into(),
            why: None,
            step: "missing".into(),
            loose: false,
            quoted: None,
            form: None,
            again: None,
            beside: None,
        };
        cx.append_as_model(&author, &Event::HunkMade { proposal, hunk });
    });
    made.keys("alt-5");
    let screen = made.screen(110, 30);
    for words in ["plan.md", "notes.md", "0 of 5", "+ elsewhere"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    assert_eq!(made.model().review().last().map(|one| one.hunk.new.as_str()), Some("elsewhere"));
    made.keys("end a");
    assert!(made.notice().contains("It is in notes.md"), "{}", made.notice());
    made.keys("enter");
    assert!(made.notice().contains("another document of this session"), "{}", made.notice());
    made.same_after_reopening();
}

#[test]
fn the_list_of_the_past_is_to_be_looked_at() {
    let mut made = Harness::with(TEXT);
    for _ in 0..2 {
        made.say("Check it.");
        made.reply(&block("There is cake.", "There is soup."));
        if made.hunks().len() == 1 {
            made.about_hunk(0, "hunk.reject too salty");
        }
    }
    made.say("Check it.");
    made.reply(&block("There is tea.", "There is milk."));
    made.pass(60_000);
    made.run("checkpoint.make one");
    made.say("Check it.");
    made.reply(&block("There is tea.", "There is juice."));
    made.pass(60_000);
    made.run("checkpoint.make two");
    let now = made.hunks();

    // What was folded away then is not listed, nor what came later.
    made.run("history.go one");
    made.keys("alt-5");
    made.screen(110, 30);
    assert_eq!(titles(&made), ["› line 5", "  rejected by Ada: too salty"]);
    // Nothing is decided by the mouse or by keys.
    click(&mut made, "line 5", Some(1), MouseKind::Down);
    click(&mut made, "rejected", None, MouseKind::Double);
    assert!(made.notice().contains("Where it stood is not known"), "{}", made.notice());
    click(&mut made, "line 5", None, MouseKind::Double);
    assert!(made.marked().contains("|tea"), "{}", made.marked());
    made.run("hunk.accept");
    assert!(made.notice().contains("Esc comes back to now"), "{}", made.notice());
    made.run("history.go two");
    assert_eq!(titles(&made), ["› line 5", "  superseded", "  rejected by Ada: too salty"]);
    made.run("history.now");
    assert_eq!(made.hunks(), now);
    assert!(titles(&made)[0].starts_with("› line 5"), "{:?}", titles(&made));
    made.same_after_reopening();
}

#[test]
fn a_text_that_moves_names_its_other_half() {
    const MOVED: &str = "# Plan\n\n## Costs\n\nRent is high.\n\n## Team\n\nOne baker.\n";
    let mut made = Harness::with(MOVED);
    made.propose(&[(8, 18, ""), (53, 53, "\n## Costs\n")]);
    made.keys("alt-5");
    let titles = titles(&made);
    assert!(titles[0].contains("line 3") && titles[0].contains("moves to line 10"), "{titles:?}");
    assert!(titles[1].contains("line 10") && titles[1].contains("comes from line 3"), "{titles:?}");
    // Not where only one of them is open.
    made.run("hunk.edit");
    made.keys("ctrl-s");
    assert_eq!(made.hunks().len(), 1, "{}", made.notice());
    assert!(self::titles(&made).iter().all(|title| !title.contains("comes from")));
}

#[test]
fn after_the_last_place_of_a_hunk_the_next_one_without_a_place_is_shown() {
    let mut made = Harness::with("|same\nother\nsame\nlast\nother\n");
    made.say("Check it.");
    made.reply(&format!("{}{}", block("same", "changed"), block("other", "another")));
    assert_eq!(made.hunks().len(), 2);
    let floats = |made: &Harness| made.model().ui.floating.as_ref().expect("it floats").of;
    made.keys("alt-n");
    let first = floats(&made);
    made.keys("alt-n");
    assert_eq!(floats(&made), first, "its other place");
    made.keys("alt-n");
    let second = floats(&made);
    assert_ne!(second, first);
    made.keys("alt-n alt-n");
    assert_eq!(floats(&made), first, "round again");
}

#[test]
fn one_end_of_a_move_is_not_taken_without_the_other() {
    const MOVED: &str =
        "# Plan\n\n## Costs\n\nThe rent is high this year.\n\n## Team\n\nOne baker.\n";
    let all = "## Costs\n\nThe rent is high this year.\n\n";
    let end = MOVED.chars().count();
    let stays = |what: &str, change: &dyn Fn(&mut Harness)| {
        let mut made = Harness::with(MOVED);
        made.propose(&[
            (8, 8 + all.len(), ""),
            (end, end, "\n## Costs\n\nThe rent is high this year.\n"),
        ]);
        assert_eq!(made.hunks().len(), 2, "{what}");
        change(&mut made);
        let before = made.text();
        made.run("hunk.accept-all");
        assert!(made.notice().contains("other end is not taken"), "{what}: {}", made.notice());
        assert_eq!(made.text().matches("## Costs").count(), 1, "{what}: {}", made.text());
        assert_eq!(made.text(), before, "{what}");
        made.same_after_reopening();
    };
    // A word is typed in the text that is to go; the place where it is to come is taken.
    stays("typed", &|made| made.keys("alt-1 ctrl-home down down down down 'x'"));
    // Something else comes for the text that is to go, and is turned down.
    stays("superseded", &|made| {
        made.say("Now the rent.");
        made.reply(&block("The rent is high this year.", "The rent is low."));
        assert_eq!(made.hunks().len(), 2, "{:?}", made.hunks());
        made.about_hunk(0, "hunk.reject");
    });
    // With both ends open it is one decision.
    let mut made = Harness::with(MOVED);
    made.propose(&[
        (8, 8 + all.len(), ""),
        (end, end, "\n## Costs\n\nThe rent is high this year.\n"),
    ]);
    made.run("hunk.accept-all");
    assert_eq!(made.text().matches("## Costs").count(), 1, "{}", made.text());
    assert!(made.text().ends_with("The rent is high this year.\n"), "{}", made.text());
}
