//! Edits that are not for the text as it stands: they name another file, or quote what is only
//! proposed.

use crate::harness::Harness;
use cowrite::event::HunkVerdict;
use cowrite::session::HunkState;
use cowrite::state::{Effect, Open};
use std::path::PathBuf;

const TEXT: &str = "We meet on Monday.\nBring the plan.\nThere is cake.\n";

fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

fn patch(file: &str, old: &str, new: &str) -> String {
    format!("*** Begin Patch\n*** Update File: {file}\n@@\n-{old}\n+{new}\n*** End Patch\n")
}

#[test]
fn an_edit_whose_file_is_not_there_is_for_this_text() {
    // The file that is named, and whether that is as good as the name.
    for (file, near) in [
        ("plan", true),
        ("PLAN.txt", true),
        ("the document", true),
        ("document.md", true),
        ("path/to/file.md", true),
        ("meeting.md", false),
    ] {
        let mut made = Harness::with(TEXT);
        made.say("Check it.");
        made.reply(&patch(file, "We meet on Monday.", "We meet on Tuesday."));
        assert!(made.model().turn.is_none(), "{file}");
        let hunk = made.model().session.proposals.hunk(&made.refs()[0]).expect("a hunk").clone();
        assert_eq!(made.hunks()[0].1, HunkState::Pending, "{file}");
        assert_eq!(hunk.step, if near { "exact" } else { "named" }, "{file}");
        assert_eq!(hunk.why.is_none(), near, "{file}: {:?}", hunk.why);
        made.run("hunk.accept-all");
        assert!(made.text().starts_with("We meet on Tuesday.\n"), "{file}: {}", made.notice());
        made.same_after_reopening();
    }
}

#[test]
fn an_edit_for_another_file_is_never_this_texts() {
    let mut made = Harness::with(TEXT);
    made.app.model.config.assist.repair = true;
    let other = PathBuf::from("/home/ada/other.md");
    made.files.insert(other.clone(), TEXT.into());
    // It has a session of its own.
    made.taken.push(other);
    made.say("Check it.");
    // One for a file that is there, one that has its place, one that needs another question.
    made.reply(&format!(
        "{}{}{}",
        patch("other.md", "We meet on Monday.", "We meet on Tuesday."),
        block("Bring the plan.", "Bring a pen."),
        block("No such line at all.", "A line.")
    ));
    assert_eq!(made.asked.len(), 2, "the one without a place is asked for again");
    assert!(!made.asked[1].1.contains("Edit 2:"), "{}", made.asked[1].1);
    made.reply("I can't.");
    // It is said at the end of both answers.
    assert!(
        made.notice().contains("for other.md, which has a session of its own"),
        "{}",
        made.notice()
    );
    assert!(made.notice().contains("1 of 2 edits has no unique place"), "{}", made.notice());
    assert_eq!(made.hunks().len(), 3);
    made.same_after_reopening();
}

/// Also where the model was asked for the whole text.
#[test]
fn an_edit_for_another_file_in_place_of_a_whole_text_is_not_this_texts() {
    let mut made = Harness::with(TEXT);
    made.app.model.model_name = Some("smollm2-135m".into());
    let other = PathBuf::from("/home/ada/other.md");
    made.files.insert(other.clone(), TEXT.into());
    made.taken.push(other);
    made.say("/change Tuesday");
    made.reply(&patch("other.md", "We meet on Monday.", "We meet on Tuesday."));
    made.run("hunk.accept-all");
    assert_eq!((made.text().as_str(), made.hunks().len()), (TEXT, 1), "{}", made.notice());
    made.same_after_reopening();
}

/// The hunk on its way to the session of its file.
fn carried(made: &mut Harness) -> cowrite::state::Carried {
    let open = made.effects.drain(..).find_map(|effect| match effect {
        Effect::Open(Open::Proposed(carried)) => Some(*carried),
        _ => None,
    });
    open.unwrap_or_else(|| panic!("nothing goes over: {}", made.notice()))
}

#[test]
fn an_edit_for_a_file_with_a_session_of_its_own_waits_here_and_goes_over() {
    let asked = || {
        let mut made = Harness::with(TEXT);
        made.app.model.config.assist.repair = true;
        let other = PathBuf::from("/home/ada/other.md");
        made.files.insert(other.clone(), "One note.\n".into());
        made.taken.push(other);
        made.say("Check both.");
        made.reply(&patch("other.md", "One note.", "A note."));
        assert_eq!((made.asked.len(), made.hunks().len()), (1, 1), "nothing is asked again");
        assert!(
            made.notice()
                .contains("for other.md, which has a session of its own: Alt-5 lists them"),
            "{}",
            made.notice()
        );
        made
    };
    let mut made = asked();
    made.same_after_reopening();
    // It is no hunk of this text: no place is sought here, and nothing of it goes in here.
    made.keys("alt-n");
    assert!(made.model().ui.floating.is_none(), "{}", made.notice());
    made.run("hunk.accept-all");
    assert_eq!((made.text().as_str(), made.hunks().len()), (TEXT, 1));
    made.keys("alt-5");
    for (width, height) in [(110, 30), (80, 24)] {
        let screen = made.screen(width, height);
        for words in ["for other.md", "its own session", "- One note.", "+ A note."] {
            assert!(screen.contains(words), "{words}\n{screen}");
        }
    }
    made.keys("a");
    assert!(made.notice().contains("Enter opens that"), "{}", made.notice());
    made.keys("enter");
    let mut gone = carried(&mut made);
    assert!(made.hunks().is_empty());
    made.same_after_reopening();
    // It can't be opened: it is open as before.
    made.with_cx(|cx| cx.not_carried(&gone));
    assert_eq!(made.hunks().len(), 1);
    made.same_after_reopening();
    made.keys("x");
    assert_eq!(made.hunks().len(), 0, "{}", made.notice());
    made.same_after_reopening();

    // There: with its place, without one, and where the text says it already.
    for (text, hunks, says) in [
        ("One note.\nTwo notes.\n", 1, "1 hunk to review, asked for in plan.md"),
        ("Two notes.\n", 1, "has no unique place here"),
        ("A note.\nTwo notes.\n", 0, "The text says this already"),
    ] {
        gone.old = "One note.\n".into();
        gone.new = "A note.\n".into();
        if hunks == 0 {
            gone.new = "A note.\nTwo notes.\n".into();
        }
        let mut other = Harness::file("other.md", text);
        other.with_cx(|cx| cx.propose_carried(&gone));
        assert_eq!(other.hunks().len(), hunks, "{text}: {}", other.notice());
        assert!(other.notice().contains(says), "{says}: {}", other.notice());
        other.same_after_reopening();
        let screen = other.screen(110, 30);
        assert!(
            screen.contains("Check both.") && screen.contains("(Asked in plan.md.)"),
            "{screen}"
        );
        if hunks == 1 && text.starts_with("One") {
            other.keys("alt-1 alt-a");
            assert_eq!(other.text(), "A note.\nTwo notes.\n", "{}", other.notice());
            // By whom it is.
            other.same_after_reopening();
            other.keys("ctrl-z");
            assert_eq!((other.text().as_str(), other.hunks().len()), (text, 1));
        }
    }
}

#[test]
fn a_file_that_is_there_becomes_a_document_of_the_session() {
    let mut made = Harness::with(TEXT);
    made.files.insert(PathBuf::from("/home/ada/notes.md"), "One note.\nTwo notes.\n".into());
    made.say("Check both.");
    made.reply(&format!(
        "{}{}{}{}",
        block("Bring the plan.", "Bring a pen."),
        patch("notes.md", "One note.", "A note."),
        patch("notes.md", "Two notes.", "Some notes."),
        // What is not in it is not put into it.
        patch("notes.md", "Three notes.", "No notes.")
    ));
    let notice = made.notice();
    for words in ["2 hunks are for notes.md: Alt-5 lists them", "where it has no certain place"] {
        assert!(notice.contains(words), "{words}: {notice}");
    }
    assert_eq!((made.hunks().len(), made.text().as_str()), (1, TEXT));
    made.keys("alt-5");
    let screen = made.screen(110, 30);
    for words in ["plan.md", "notes.md", "- One", "+ A", "0 of 3"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    let listed = made.model().review();
    assert_eq!(listed.len(), 3);
    assert!(listed.iter().all(|one| one.hunk.state == HunkState::Pending), "{listed:?}");
    let entry = &made.model().session.documents[&listed[1].doc];
    assert_eq!(entry.document.rope().to_string(), "One note.\nTwo notes.\n");
    assert_eq!(entry.path.as_deref(), Some("/home/ada/notes.md"));
    made.same_after_reopening();
    // It is turned down from the list.
    made.keys("down x");
    assert_eq!(made.model().review().len(), 2, "{}", made.notice());
    made.keys("ctrl-z");
    assert_eq!(made.model().review().len(), 3, "{}", made.notice());
    // What needs a look at the text is not done from here.
    made.keys("e");
    assert!(made.notice().contains("It is in notes.md"), "{}", made.notice());
    // Another answer finds the document, and what is proposed there.
    made.say("Once more.");
    made.reply(&patch("notes.md", "A note.", "The note."));
    assert_eq!(made.model().session.documents.len(), 2);
    let news: Vec<String> = made.model().review().into_iter().map(|one| one.hunk.new).collect();
    assert_eq!(news.len(), 3, "{news:?}");
    assert!(news.contains(&"The".to_owned()), "{news:?}");
    made.same_after_reopening();
    made.keys("alt-5 end enter");
    let file = PathBuf::from("/home/ada/notes.md");
    let opens = |one: &Effect| matches!(one, Effect::Open(Open::File(path)) if *path == file);
    assert!(made.effects.iter().any(opens), "{:?}", made.effects);
}

#[test]
fn a_hunk_of_another_document_is_accepted_from_the_list() {
    const NOTES: &str = "One note.\n\nTwo notes.\n\nThree notes.\n";
    let asked = |text: &str| {
        let mut made = Harness::with(text);
        made.files.insert(PathBuf::from("/home/ada/notes.md"), NOTES.into());
        made.say("Check both.");
        made.reply(&format!(
            "{}{}{}",
            patch("notes.md", "One note.", "A note."),
            patch("notes.md", "Two notes.", "Some notes."),
            patch("notes.md", "Three notes.", "Many notes."),
        ));
        made.keys("alt-5 home");
        made
    };
    let notes = |made: &Harness| {
        let mut all = made.model().session.documents.values();
        let entry = all.find(|entry| entry.name == "notes.md").expect("it is a document");
        entry.document.rope().to_string()
    };
    let states = |made: &Harness| -> Vec<HunkState> {
        let all = made.model().session.proposals.hunks();
        let entry = made.model().session.documents.values().find(|one| one.name == "notes.md");
        let entry = entry.expect("it is a document");
        all.iter().map(|hunk| hunk.state(&entry.document)).collect()
    };
    use HunkState::{Accepted, Pending, Rejected};
    // The same keys as for the shown text, whose caret and words stay.
    for (keys, text, hunks, says) in [
        (
            "a",
            "A note.\n\nTwo notes.\n\nThree notes.\n",
            [Accepted, Pending, Pending],
            "2 hunks left there",
        ),
        (
            "down a",
            "One note.\n\nSome notes.\n\nThree notes.\n",
            [Pending, Accepted, Pending],
            "in notes.md",
        ),
        (
            "down p",
            "One note.\n\nSome notes.\n\nThree notes.\n",
            [Pending, Accepted, Pending],
            "Accepted 1",
        ),
        ("A", "A note.\n\nSome notes.\n\nMany notes.\n", [Accepted; 3], "No hunk is open there"),
        ("X", NOTES, [Rejected; 3], "Rejected 3 in notes.md"),
        (
            "x a",
            "One note.\n\nSome notes.\n\nThree notes.\n",
            [Rejected, Accepted, Pending],
            "1 hunk left there",
        ),
    ] {
        let mut made = asked("We meet |on Monday.\n");
        let caret = made.model().caret();
        made.keys(keys);
        assert_eq!(notes(&made), text, "{keys}: {}", made.notice());
        assert_eq!(states(&made), hunks, "{keys}");
        assert!(made.notice().contains(says), "{keys}: {}", made.notice());
        assert_eq!((made.text().as_str(), made.model().caret()), ("We meet on Monday.\n", caret));
        assert_eq!(made.model().ui.focus, cowrite::state::Focus::Panel);
        made.same_after_reopening();
    }
    // A click on the sign, too.
    let mut made = asked("We meet |on Monday.\n");
    made.screen(110, 30);
    made.keys("a");
    // In that document undo takes it back, and nothing else does.
    made.keys("alt-1");
    made.run("edit.undo");
    assert_eq!(notes(&made), "A note.\n\nTwo notes.\n\nThree notes.\n", "{}", made.notice());
    let (doc, _) = made
        .model()
        .session
        .documents
        .iter()
        .find(|(_, one)| one.name == "notes.md")
        .expect("there");
    let doc = doc.clone();
    made.app.model.doc = doc;
    made.run("edit.undo");
    assert_eq!((notes(&made).as_str(), states(&made)[0]), (NOTES, Pending), "{}", made.notice());
    made.run("edit.redo");
    assert_eq!(states(&made)[0], Accepted, "{}", made.notice());
    made.same_after_reopening();
}

#[test]
fn an_edit_for_nowhere_is_placed_by_hand() {
    for (file, old, near) in [
        ("meeting.md", "We meet on Sunday, all of us.", false),
        ("the document", "We meet on Sunday, all of us.", true),
    ] {
        let mut made = Harness::with(TEXT);
        made.app.model.config.assist.repair = true;
        made.say("Check it.");
        made.reply(&patch(file, old, "Nobody meets."));
        assert_eq!(made.hunks().len(), 1, "{file}");
        assert_eq!(made.hunks()[0].1, HunkState::Unplaced, "{file}");
        // Perhaps the model means it as it says.
        assert_eq!(made.asked.len(), if near { 2 } else { 1 }, "{file}");
        made.same_after_reopening();
    }
    // A new file is no end of this text.
    let mut made = Harness::with(TEXT);
    made.say("Write notes.");
    made.reply("*** Begin Patch\n*** Add File: notes.md\n+Some notes.\n*** End Patch\n");
    let all = made.hunks();
    assert!(all.iter().all(|hunk| hunk.1 == HunkState::Unplaced), "{all:?} {}", made.notice());
    made.run("hunk.accept-all");
    assert_eq!(made.text(), TEXT);
    // The list says which file it is for, whichever is chosen.
    let mut made = Harness::with(TEXT);
    made.say("Write notes.");
    made.reply("*** Begin Patch\n*** Add File: notes.md\n+Some notes.\n*** Add File: more.md\n+More.\n*** End Patch\n");
    made.keys("alt-5");
    let screen = made.screen(120, 30);
    for file in ["notes.md", "more.md"] {
        let words = format!("for {file}, which is no file here");
        assert!(screen.contains(&words), "{words}: {screen}");
    }
}

#[test]
fn an_answer_that_ends_before_a_file_was_looked_for_waits_for_it() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    let turn = made.model().turn.as_ref().expect("a turn").id.clone();
    made.slow_files = true;
    // No line end: the edit is complete only with the answer.
    made.reply(patch("meeting.md", "We meet on Monday.", "We meet on Tuesday.").trim_end());
    assert!(made.model().turn.is_some() && made.hunks().is_empty());
    made.input(cowrite::app::Input::FoundFile(turn, "meeting.md".into(), None));
    assert!(made.model().turn.is_none());
    assert_eq!(made.hunks().len(), 1);
    made.same_after_reopening();
    // Stopped meanwhile, it is told.
    let mut made = Harness::with(TEXT);
    made.slow_files = true;
    made.say("Check it.");
    made.reply(&patch("meeting.md", "We meet on Monday.", "We meet on Tuesday."));
    made.run("chat.cancel");
    assert!(made.model().turn.is_none() && made.hunks().is_empty());
}

#[test]
fn what_quotes_an_open_hunk_takes_its_place() {
    let state = |made: &Harness, of| {
        let hunk = made.model().session.proposals.hunk(&of).expect("a hunk");
        hunk.verdict.value().map(|said| said.verdict)
    };
    let mut made = Harness::with(TEXT);
    made.app.model.config.assist.repair = true;
    made.say("Check it.");
    made.reply(&format!(
        "{}{}",
        block("We meet on Monday.", "We meet on Tuesday."),
        block("Bring the plan.", "Bring a pen.")
    ));
    let older = made.refs()[0];
    made.say("Another day.");
    // The model takes its edit for made.
    made.reply(&block("We meet on Tuesday.", "We meet on Friday."));
    assert_eq!(made.asked.len(), 2, "nothing is to be asked again");
    let open = made.hunks();
    assert_eq!(open.len(), 2, "{open:?}");
    assert_eq!((open[0].2.as_str(), open[0].3.as_str()), ("Monday", "Friday"));
    assert_eq!(state(&made, older), Some(HunkVerdict::Superseded));
    made.same_after_reopening();
    made.keys("ctrl-z");
    assert_eq!(state(&made, older), Some(HunkVerdict::Pending), "{}", made.notice());
    made.keys("ctrl-y");
    made.run("hunk.accept-all");
    assert!(made.text().starts_with("We meet on Friday.\nBring a pen."), "{}", made.text());
    made.same_after_reopening();
}

#[test]
fn edits_of_one_answer_go_onto_each_other() {
    for accepted in [false, true] {
        let mut made = Harness::with(TEXT);
        made.say("Check it.");
        made.chunk(&block("We meet on Monday.", "We meet on Tuesday at noon."));
        // Accepted while the rest comes, the next is about the text.
        if accepted {
            made.about_hunk(0, "hunk.accept");
        }
        made.chunk(&block("We meet on Tuesday at noon.", "We meet on Friday at noon."));
        made.reply(&block("We meet on Friday at noon.", "We all meet on Friday at noon."));
        let new = "We all meet on Friday at noon.\nBring the plan.\nThere is cake.\n";
        let open = made.hunks();
        assert!(open.iter().all(|hunk| hunk.1 == HunkState::Pending), "{open:?}");
        made.run("hunk.accept-all");
        assert_eq!(made.text(), new, "{open:?}");
        made.same_after_reopening();
    }
}
