//! How hunks read in the text and in the list: among whole words, and with how they were found.

use crate::harness::Harness;

const SWIFTS: &str = "# Swifts\n\nThe swift is a bird that hardly ever lands. It eats, drinks and \
                      sleeps in the air, and a young swift that leaves its nest in July may not touch \
                      the ground again for two or three years. In the towns of Europe it nests under \
                      roofs, in holes of old walls.\n\nBuilders do not like holes.\n";

fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

fn answered(text: &str, edits: &[(&str, &str)]) -> Harness {
    let mut made = Harness::with(text);
    made.say("Check it.");
    made.reply(&edits.iter().map(|(old, new)| block(old, new)).collect::<String>());
    made.place(0, None);
    made
}

#[test]
fn several_hunks_of_a_paragraph_are_read_as_sentences() {
    let edits = [
        ("hardly ever lands", "almost never lands"),
        ("for two or three years", "for up to three years"),
        ("of old walls", "of new walls"),
    ];
    for layout in ["lines", "inline", "side"] {
        let mut made = answered(SWIFTS, &edits);
        made.run(&format!("hunk.layout {layout}"));
        let rows = made.screen(160, 40).replace('\n', " ");
        let begins = match layout {
            "inline" => "± The swift is a bird that [-hardly ever-]{+almost never+} lands. …",
            _ => "+ The swift is a bird that almost never lands. …",
        };
        assert!(rows.contains(begins), "{layout}: {rows}");
        let text = SWIFTS.replace('\n', " ") + &edits.map(|(_, new)| new).join(" ");
        let words: Vec<&str> = text.split_whitespace().collect();
        // Every word of every row that is drawn of a hunk is a word of one of the texts.
        for all in made.model().ui.frame.virtual_rows.values() {
            for word in all.iter().flat_map(|row| row.text.split_whitespace()) {
                let bare = word.trim_matches(['[', ']', '{', '}', '+', '-', '…']);
                let known = words.iter().any(|one| *one == bare || one.trim_matches('.') == bare);
                assert!(known || bare.is_empty() || word.contains("-]"), "{layout}: {word}");
            }
        }
    }
}

#[test]
fn one_change_of_a_long_paragraph_is_read_as_its_sentence() {
    let sentences: Vec<String> = (0..12)
        .map(|number| {
            format!("In year {} the oven of the old bakery was built by a mason.", 1900 + number)
        })
        .collect();
    let text = format!("# Oven\n\n{}\n\nThe end.\n", sentences.join(" "));
    let mut made = answered(&text, &[("In year 1906", "About 1906")]);
    made.screen(60, 40);
    let rows: Vec<_> = made.model().ui.frame.virtual_rows.values().flatten().collect();
    let shown: String = rows.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(shown, "… About 1906 the oven of the old bakery was built by a mason. …");
    // A row without a new word is as plain as the one that has it.
    assert!(rows.len() > 1 && rows.iter().all(|row| row.partly), "{rows:?}");
    assert_eq!(rows.iter().map(|row| row.marks.len()).sum::<usize>(), 1, "{rows:?}");
}

#[test]
fn lines_that_are_put_in_stand_between_the_others() {
    for (text, old, new, expected) in [
        // Before a paragraph that the model quoted, wholly or in part.
        (SWIFTS, "Builders do", "New lines.\n\nBuilders do", "│+ New lines.│5  Builders do not"),
        (
            SWIFTS,
            "# Swifts",
            "# Swifts\n\nNew lines.",
            "│1  # Swifts│+│+ New lines.│2│3  The swift",
        ),
        ("a\nb\n", "a\nb", "a\nnew\nb", "│1  a│+ new│2  b│"),
        (
            "a\r\nb\r\n",
            "a\nb",
            "a\nnew\nb",
            "│1  a│+ new│~ the model quoted this with other blanks or",
        ),
        // At the end, and at the beginning, where nothing stands before it.
        ("a\nb", "b", "b\nnew", "│2  b│+ new│"),
        ("a\nb\n", "a", "new\na", "│1  a│· above this line:│+ new│2  b│"),
    ] {
        let mut made = answered(text, &[(old, new)]);
        let screen = made.screen(80, 60);
        let rows: Vec<&str> =
            screen.lines().map(|row| row.split('│').next().unwrap_or_default().trim()).collect();
        let rows = format!("│{}│", rows.join("│"));
        assert!(rows.contains(expected), "{new:?}: {expected}\n{rows}");
        // Nothing is struck for it, and nothing that stays is repeated.
        let pieces = &made.model().ui.frame.hunks;
        assert!(pieces.iter().all(|piece| piece.struck.is_empty()), "{pieces:?}");
        assert!(!rows.contains("+ Builders") && !rows.contains("+ a│"), "{rows}");
        made.run("hunk.accept-all");
        made.same_after_reopening();
    }
}

#[test]
fn how_a_place_was_found_is_told_unless_it_was_quoted_exactly() {
    let text = "He said: “We will come” – and he came.\n\nThe rent is 900 euros.\n\nLast one.\n";
    for (old, new, words, short) in [
        ("Last one.", "Last two.", None, None),
        (
            "He said: \"We will come\" - and he came.",
            "He said: \"We will go\" - and he came.",
            Some("wrote its quotes, dashes, list marks or letters"),
            Some("~ other marks"),
        ),
        (
            "The  rent is 900  euros.",
            "The  rent is 800  euros.",
            Some("quoted this with other blanks or line ends"),
            Some("~ other blanks"),
        ),
    ] {
        let mut made = answered(text, &[(old, new)]);
        assert_eq!(made.hunks().len(), 1, "{old}");
        let screen = made.screen(120, 40);
        match words {
            Some(words) => {
                assert!(screen.contains(&format!("~ the model {words}")), "{screen}");
            }
            None => assert!(!screen.contains("~ "), "{screen}"),
        }
        made.keys("alt-5");
        let screen = made.screen(120, 40);
        match short {
            Some(short) => assert!(screen.contains(short), "{screen}"),
            None => assert!(!screen.contains("~ "), "{screen}"),
        }
        // It is taken with the others all the same.
        made.run("hunk.accept-all");
        assert!(made.hunks().is_empty(), "{}", made.notice());
    }
}

#[test]
fn what_was_accepted_without_being_seen_is_told() {
    let mut made = Harness::with(&format!("One.\n{}Two.\nThree.\n", "line\n".repeat(100)));
    made.screen(80, 20);
    made.propose(&[(0, 3, "Eins"), (505, 508, "Zwei"), (510, 515, "Drei")]);
    made.run("hunk.accept-all");
    assert!(made.notice().contains("Accepted 3, 2 of them unseen."), "{}", made.notice());
    made.keys("alt-5");
    made.run("hunk.filter decided");
    let listed: Vec<String> = made
        .model()
        .review_rows(60, 40)
        .into_iter()
        .map(|row| row.pieces.into_iter().map(|(_, text)| text).collect())
        .collect();
    let count = |words: &str| listed.iter().filter(|row: &&String| row.ends_with(words)).count();
    assert_eq!((count("· accepted"), count("· accepted unseen")), (1, 2), "{listed:?}");
}

/// A hunk that is taller than the screen was seen when all of it was.
#[test]
fn a_hunk_is_seen_when_all_of_it_was_on_the_screen() {
    let text: String = (0..30).map(|at| format!("Line {at}.\n\n")).collect();
    let new: String = (0..40).map(|at| format!("\nTask {at}.")).collect();
    let mut made = Harness::file("plan.md", &text);
    made.say("Better?");
    made.reply(&format!("<<<<<<< SEARCH\nLine 9.\n=======\nLine 9.\n{new}\n>>>>>>> REPLACE\n"));
    made.run("app.focus-editor");
    made.place(0, None);
    made.screen(80, 24);
    made.keys("f8");
    let screen = made.screen(80, 24);
    assert!(screen.contains("Line 9.") && screen.contains("Task 10."), "{screen}");
    assert!(made.model().ui.seen.is_empty(), "{screen}");
    // One goes on to what stands behind it.
    for _ in 0..3 {
        made.keys("pagedown");
        made.screen(80, 24);
    }
    let screen = made.screen(80, 24);
    assert_eq!(made.model().ui.seen.len(), 1, "{screen}");
}

#[test]
fn what_was_seen_stays_so_after_a_restart() {
    let mut made = Harness::with(&format!("One.\n{}Two.\n", "line\n".repeat(100)));
    made.screen(80, 20);
    made.propose(&[(0, 3, "Eins"), (505, 508, "Zwei")]);
    made.screen(80, 20);
    made.pass(3000);
    let mut made = made.killed(8);
    made.run("hunk.accept-all");
    assert!(made.notice().contains("Accepted 2, 1 of them unseen."), "{}", made.notice());
}

#[test]
fn how_far_a_review_is_never_goes_back() {
    let mut made = Harness::with("|one\ntwo\nthree\n");
    let far = |made: &Harness| {
        let progress = made.model().review_progress();
        (progress.decided, progress.all)
    };
    made.say("First?");
    made.reply(&[block("one", "eins"), block("two", "zwei")].concat());
    made.say("And now?");
    made.reply(&block("three", "drei"));
    assert_eq!(far(&made), (0, 3));
    for (decided, all) in [(1, 3), (2, 3), (0, 0)] {
        made.about_hunk(0, "hunk.accept");
        assert_eq!(far(&made), (decided, all), "{}", made.notice());
    }
    // What comes when nothing is open is another review.
    made.say("More?");
    made.reply(&block("eins", "one"));
    assert_eq!(far(&made), (0, 1));
}

/// What is drawn in the text besides it, row by row.
fn drawn(made: &mut Harness) -> Vec<String> {
    made.screen(100, 40);
    let rows = made.model().ui.frame.virtual_rows.values().flatten();
    rows.map(|row| row.text.clone()).collect()
}

#[test]
fn a_whole_text_shows_what_it_changes_while_it_comes() {
    const TEXT: &str = "# Plan\n\nWe sell bread.\n\nA loaf costs 4 euros.\n\nWe open at 8.\n";
    let new = TEXT.replace("bread", "bread and cake").replace("4 euros", "5 euros");
    for (model, lead, end) in [
        ("tiny-1b", "", ""),
        ("model", "Here it is:\n\n```markdown\n", "```\n\nI changed two words.\n"),
    ] {
        let mut made = Harness::with(TEXT);
        made.app.model.model_name = Some(model.into());
        made.run("chat.change two changes");
        let at = new.find("\n\nA loaf").unwrap() + 8;
        made.chunk(lead);
        made.chunk(&new[..8]);
        // Its place shows as soon as a line that stays follows it; until then it stands at the end.
        made.chunk(&new[8..at]);
        assert_eq!(
            drawn(&mut made),
            ["We sell bread and cake.", "", "A loaf", "writing…"],
            "{model}"
        );
        // Typing before it moves it along.
        made.place(0, None);
        made.keys("'Our '");
        made.chunk(&new[at..at + 20]);
        assert_eq!(drawn(&mut made).last().map(String::as_str), Some("writing…"), "{model}");
        made.chunk(&new[at + 20..]);
        assert!(drawn(&mut made).contains(&"A loaf costs 5 euros.".to_owned()), "{model}");
        assert!(made.hunks().is_empty(), "nothing is certain before all came");
        made.chunk(end);
        made.stop();
        assert_eq!(made.hunks().len(), 2, "{model}: {}", made.notice());
        assert!(!drawn(&mut made).contains(&"writing…".to_owned()), "{model}");
        made.run("hunk.accept-all");
        assert_eq!(made.text(), format!("Our {new}"), "{model}");
        made.same_after_reopening();
    }
}

#[test]
fn paragraphs_with_words_around_them_are_hunks() {
    let answer = "Sure, here is a rewrite:\n\nThe swift is a bird that almost never lands. It eats, drinks and sleeps in the air, and a young swift that leaves its nest in July may not touch the ground again for up to three years. In the towns of Europe it nests under roofs, in holes of old walls.\n\nBuilders still do not like holes.\n\nLet me know if you want more.\n";
    let mut made = Harness::with(SWIFTS);
    made.say("Make it better.");
    made.reply(answer);
    let new: Vec<String> = made.hunks().into_iter().map(|(.., new)| new).collect();
    assert_eq!(new.len(), 3, "{new:?}: {}", made.notice());
    // With an explanation they may be quoted: it is said how to have them.
    let mut made = Harness::with(SWIFTS);
    made.say("What do you think of it?");
    made.reply(&answer.replace(
        "Let me know if you want more.",
        "Swifts sleep on the wing, which nobody believed for long.",
    ));
    assert!(made.hunks().is_empty());
    assert!(made.notice().contains("/change"), "{}", made.notice());
}

/// A paragraph that is written anew beside an edit is in no hunk, and that is said.
#[test]
fn a_paragraph_beside_an_edit_is_not_passed_over_in_silence() {
    let edit = "<<<<<<< SEARCH\nBuilders do not like holes.\n=======\nBuilders hate holes.\n>>>>>>> REPLACE\n";
    let first =
        SWIFTS.lines().find(|line| line.split_whitespace().count() > 12).expect("a paragraph");
    let anew = first.replacen("hardly ever", "never", 1).replacen("The swift", "This swift", 1);
    for (beside, told) in [
        (format!("> {anew}"), true),
        (anew.clone(), true),
        // As it is, it is quoted; and words about the edit are none.
        (format!("> {first}"), false),
        ("> Builders hate holes.".to_owned(), false),
        ("I made what you say of builders shorter, and left the rest as it is.".to_owned(), false),
    ] {
        for answer in [format!("{beside}\n\n{edit}"), format!("{edit}\n{beside}\n")] {
            let mut made = Harness::with(SWIFTS);
            made.say("Make it better.");
            made.reply(&answer);
            assert_eq!(made.hunks().len(), 1, "{answer}");
            assert_eq!(
                made.notice().contains("is in no hunk"),
                told,
                "{answer}: {}",
                made.notice()
            );
        }
    }
}
