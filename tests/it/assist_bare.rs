//! Bare answers, for a document or for what was selected: what of them is the text, what is said
//! about it, and what needs a look.

use cowrite::assist::{
    Answer, Dialect, Landing, Outcome, Remark, ReplyParser, Wanted, apply, whole_to_hunks,
};
use cowrite::base::{Pos, Rand, Span};
use ropey::Rope;

const TEXT: &str = "# Swifts\n\nThe swift is a bird that hardly ever lands. It eats, drinks and sleeps in the air.\n\nBuilders do not like holes. When a house is insulated, the gaps under the eaves are closed.\n\nA box costs forty euros. It is hung under the eaves, four metres above the ground. Recordings of the calls make that faster.\n\nWe propose that the council buys two hundred boxes.\n";
const PART: &str = "A box costs forty euros. It is hung under the eaves, four metres above the ground. Recordings of the calls make that faster.";

/// The text with what is certain, the text with all of it, and why nothing is.
fn read(text: &str, selected: Option<&str>, answer: &str) -> (String, String, Option<Remark>) {
    let at = selected.map(|part| text.find(part).unwrap());
    let pos = |at: usize| Pos(text[..at].chars().count());
    let dialect = if at.is_some() { Dialect::Selection } else { Dialect::Whole };
    let mut parser = ReplyParser::new(dialect).about(selected.unwrap_or(text));
    let mut landing = Landing::new(&Rope::from_str(text)).wanting(Wanted::Change);
    if let (Some(at), Some(part)) = (at, selected) {
        landing = landing.within(Span { start: pos(at), end: pos(at + part.len()) });
    }
    let mut pieces = parser.push(answer);
    pieces.extend(parser.finish());
    let (mut certain, mut all) = (Vec::new(), Vec::new());
    for landed in pieces.iter().flat_map(|piece| landing.take(piece)).collect::<Vec<_>>() {
        if let Outcome::Placed { hunk, step } = landed.outcome {
            if !step.is_loose() {
                certain.push(hunk.clone());
            }
            all.push(hunk);
        }
    }
    (apply(text, &certain), apply(text, &all), landing.remark())
}

#[test]
fn what_is_said_around_a_selection_is_none_of_it() {
    let new = PART.replace("Recordings", "Records");
    let whole = TEXT.replace("Recordings", "Records");
    for answer in [
        new.clone(),
        format!("Sure, here is a rewrite:\n\n{new}"),
        format!("{new}\n\nI hope this helps!"),
        format!(
            "Here is the rewritten paragraph:\n\n{new}\n\nLet me know if you'd like any changes."
        ),
        format!("Here's a more concise version:\n\n\"{new}\"\n\nI changed Recordings to Records."),
        format!("**Rewritten:**\n\n{new}"),
        format!("{new}\n\n---\n\n**Changes made:**\n- Replaced one word"),
        format!("{new}\n\n(I replaced one word.)"),
        format!("Of course. I replaced a word.\n\n{new}"),
        format!("> {new}"),
        format!("Sure!\n> {new}\nI replaced a word."),
        format!("<new_text>\n{new}\n</new_text>"),
        format!("<piece>{new}</piece>"),
        format!("The piece:\n\n{new}"),
        format!("Rewritten: {new}"),
        format!("**{new}**"),
        format!("Before:\n\n{PART}\n\nAfter:\n\n{new}"),
        format!("Here is the text:\n{new}\nI changed one word."),
        whole.clone(),
        format!("Here is the document:\n\n{whole}"),
        format!("```markdown\n{whole}```"),
        format!("<<<<<<< SEARCH\n{PART}\n=======\n{new}\n>>>>>>> REPLACE"),
        "```json\n{\"old_string\": \"Recordings of\", \"new_string\": \"Records of\"}\n```"
            .to_owned(),
        format!("*** Begin Patch\n*** Update File: x.md\n@@\n \n-{PART}\n+{new}\n \n*** End Patch"),
    ] {
        let (certain, all, _) = read(TEXT, Some(PART), &answer);
        assert_eq!((certain.as_str(), all.as_str()), (whole.as_str(), whole.as_str()), "{answer}");
    }
}

#[test]
fn the_rest_of_a_split_item_is_not_taken_for_another_one() {
    let part = "- Keep one log of every message, edit and proposal in a file\n  that can be searched \
                from the shell, restored from a copy and read\n  by two programs at once.";
    // A long list beside it has all of these words, and those that come.
    let rest = "- A file that can be restored is searched by two programs.\n- The details stand below, from \
                the first on.\n- The shell, a copy, and once more: read it from the start, at leisure.\n";
    let text = format!("# Notes\n\n{part}\n\n## Before\n\n{rest}");
    let new = part.replace("file\n", "file\n\n  The details stand below.\n");
    let (certain, all, _) = read(&text, Some(part), &format!("Of course.\n\n{new}\n"));
    let whole = text.replace(part, &new);
    assert_eq!((certain.as_str(), all.as_str()), (whole.as_str(), whole.as_str()));
}

#[test]
fn a_row_that_ends_at_a_cell_may_be_cut() {
    let text = "name,town,joined,fee,note\nAda,Linden,2021,48,\nIvo,Oberau,2022,90,\n";
    let answer = text.replace("48", "50").replace("2022,90,\n", "2022,");
    let (certain, _, _) = read(text, None, &answer);
    assert_eq!(certain, text.replace("48", "50"));
    // A full stop may be the point of a number.
    let text = "# Cold\n\nIt was -11.5 °C in May.\n\n## June\n\nThe lake had -7.0 °C in June.\n\nAll was ice.\n";
    let answer = text.replace("May", "April").replace("7.0 °C in June.\n\nAll was ice.\n", "7.");
    let (certain, _, _) = read(text, None, &answer);
    assert_eq!(certain, text.replace("May", "April"));
    let text = text.replace("\n\nAll was ice.", "");
    let answer = text.replace("May", "April").replace("7.0 °C in June.\n", "7.");
    let (certain, _, _) = read(&text, None, &answer);
    assert_eq!(certain, text.replace("May", "April"));
    // So may an item that has no full stop.
    let text = "# Bring\n\n- tea for all of us\n- bread and butter for six\n";
    let answer = text.replace("tea", "coffee").replace("butter for six\n", "butter");
    let (certain, _, _) = read(text, None, &answer);
    assert_eq!(certain, text.replace("tea", "coffee"));
}

#[test]
fn what_is_said_around_a_document_is_none_of_it() {
    let new = TEXT.replace("Recordings", "Records");
    for answer in [
        new.clone(),
        format!("Of course! I have corrected the spelling and kept everything else.\n\n{new}"),
        format!("Sure, here is the text:\n\n{new}\n\nLet me know if you want further changes!"),
        format!("Sure, here is the text:\n\n\"{}\"\n\nDo you want more changes?", new.trim_end()),
        format!("{new}\n\n---\n**Changes:** I replaced one word."),
        format!("{new}\n\nI changed one word."),
        format!("<document>\n{new}\n</document>"),
        "{\"name\":\"str_replace\",\"arguments\":{\"old_str\":\"Recordings\",\"new_str\":\"Records\"}}"
            .to_owned(),
        format!("*** Begin Patch\n*** Update File: x.md\n@@\n-{PART}\n+{}\n*** End Patch", PART.replace("Recordings", "Records")),
    ] {
        let (certain, all, _) = read(TEXT, None, &answer);
        assert_eq!((certain.as_str(), all.as_str()), (new.as_str(), new.as_str()), "{answer}");
    }
}

/// The text has the words itself with which somebody speaks of a text.
#[test]
fn what_may_be_said_about_a_text_is_loose() {
    let text = format!("{TEXT}\nWe replaced the box, and one word on it.\n");
    let less = TEXT.replace("Recordings", "Records");
    for said in ["(I replaced one word.)", "I replaced one word."] {
        let (certain, ..) = read(&text, None, &format!("{less}\n{said}\n"));
        assert!(!certain.contains("I replaced one word"), "{certain}");
    }
}

#[test]
fn short_talk_behind_a_quoted_text_is_talk() {
    // With words of the old text, and with none.
    for new in ["Recordings of the dusk chorus, short.", "One dawn is enough."] {
        for (before, behind) in [
            ("Sure! Here is a shorter version:\n\n", "\n\nLet me know!"),
            ("Sure! Here is a shorter version:\n\n", "\n\nHow does that sound?\n"),
            ("Sure:\n\n", "\n\nLess is more.\n\nEnjoy!"),
            ("", "\n\nLet me know!"),
            ("Voici le texte corrigé :\n\n", "\n\nDites-moi !"),
        ] {
            for (open, close) in [("\"", "\""), ("“", "”"), ("«", "»")] {
                let answer = format!("{before}{open}{new}{close}{behind}");
                let (certain, all, _) = read(TEXT, Some(PART), &answer);
                let whole = TEXT.replace(PART, new);
                assert!(certain == whole || certain == TEXT, "{answer}: {certain}");
                assert_eq!(all, whole, "{answer}");
            }
        }
    }
    // Nobody says that it is talk, and what is quoted in the text stays a part of it.
    let (_, all, _) = read(TEXT, Some(PART), "\"One dawn is enough.\"\n\nThe council meets again.");
    assert!(all.contains("The council meets again."), "{all}");
    let text = "“We stay,” she said.\n\nThen they left.\n";
    let new = "Sure:\n\n“We stay.”\n\nThen all left.\n";
    let (_, all, _) = read(text, None, new);
    assert!(all.contains("Then all left."), "{all}");
}

#[test]
fn marks_around_an_answer_are_none_of_it() {
    let rules = "1. The core returns effects.\n2. Names are those of the list: session, author,\n   decision, origin, anchor.\n3. Every file opens so.\n";
    let line = "   decision, origin, anchor.\n";
    for selected in [line, line.trim(), line.trim_end()] {
        for new in
            ["Nobody objected when this was read aloud.", "decision, origin, anchor, egress."]
        {
            let answer = format!("Of course. I corrected the wording.\n\n\"{new}\"\n");
            let wanted = rules.replace("decision, origin, anchor.", new);
            let (_, all, _) = read(rules, Some(selected), &answer);
            assert_eq!(
                all.replace("\n   ", "\n"),
                wanted.replace("\n   ", "\n"),
                "{selected:?} {new}"
            );
        }
    }
    let table = "## Reading\n\n| File | Size | Old |\n|---|---|---|\n| small.log | 10 kB | 2.1 ms |\n| large.log | 2 MB | 190 ms |\n";
    let rows = "| new 88 | new 88 | new 88 |\n| new 79 | new 79 | new 79 |";
    let answer = format!(
        "Voici le texte corrigé :\n\n\"## Reading\n\n{rows}\"\n\nN'hésitez pas à demander d'autres modifications.\n"
    );
    let selected = "## Reading\n\n| File | Size | Old |";
    let (_, all, _) = read(table, Some(selected), &answer);
    assert_eq!(all, table.replace("| File | Size | Old |", rows));
}

#[test]
fn words_to_the_person_change_nothing() {
    for answer in [
        "I think the text is fine. Nothing to change.",
        "I'm sorry, but I can't help with that.",
        "No changes needed.",
        "Could you tell me which paragraph you mean?",
        "Sure!",
    ] {
        for selected in [None, Some(PART)] {
            let (certain, all, remark) = read(TEXT, selected, answer);
            assert_eq!((certain.as_str(), all.as_str()), (TEXT, TEXT), "{answer}");
            assert_eq!(remark, Some(Remark::Talk), "{answer}");
        }
    }
    let (one, other) = (PART.replace("forty", "50"), PART.replace("forty", "60"));
    let (_, all, remark) =
        read(TEXT, Some(PART), &format!("**Option 1:**\n\n{one}\n\n**Option 2:**\n\n{other}"));
    assert_eq!((all.as_str(), remark), (TEXT, Some(Remark::Several)));
}

/// What comes new at an end may be talk: a person looks at it.
#[test]
fn what_may_be_talk_is_loose() {
    let new = TEXT.replace("Recordings", "Records");
    let more = "The council decides in September.";
    for (answer, wanted) in [
        (format!("{new}\n{more}\n"), format!("{new}\n{more}\n")),
        (format!("{more}\n\n{new}"), format!("{more}\n\n{new}")),
    ] {
        let (certain, all, _) = read(TEXT, None, &answer);
        assert_eq!((certain, all), (new.clone(), wanted), "{answer}");
    }
    // Nothing that anybody says about a text: a section, an item, a function.
    for (text, more) in [
        ("## One\n\nThis is the first of the sections.\n", "\n## Two\n\nHere are the others.\n"),
        ("# List\n\n- flour and water\n\n- salt and yeast\n", "\n- an oven\n"),
        ("fn one() {\n    go(1);\n}\n", "\nfn two() {\n    go(2);\n}\n"),
    ] {
        let answer = format!("{text}{more}");
        assert_eq!(read(text, None, &answer).0, answer);
    }
    // Only one paragraph of a document that was asked for whole deletes none of the others.
    let (certain, all, _) = read(TEXT, None, &PART.replace("Recordings", "Records"));
    assert_eq!((certain.as_str(), all), (TEXT, new));
    // A translation has no word of it.
    let german = "Ein Kasten kostet vierzig Euro. Er wird unter der Traufe aufgehängt, vier Meter über dem Boden. Aufnahmen der Rufe machen das schneller.";
    let answer = format!("Here is the translation:\n\n{german}");
    assert_eq!(read(TEXT, Some(PART), &answer).0, TEXT.replace(PART, german));
    assert_eq!(read("On Monday.\n", Some("Monday"), "Tuesday").0, "On Tuesday.\n");
}

/// Whatever stands around the paragraphs, no word of it comes in as certain where they are known.
#[test]
fn nothing_of_the_talk_is_ever_certain() {
    const SAID: &[&str] = &[
        "Sure!",
        "Here is the new text:",
        "---",
        "I hope this helps!",
        "**Changes made:**",
        "- Shortened a sentence",
        "The council was asked twice.",
        "Let me know if it fits.",
        "Note: nothing else was touched.",
        "> quoted",
        "Done, as you wished.",
        "Zonk zonk zonk.",
    ];
    let paragraphs: Vec<&str> = TEXT.trim_end().split("\n\n").collect();
    for seed in 0..400 {
        let mut rand = Rand::from_number(seed);
        let mut said = |count: usize| -> Vec<&str> {
            (0..rand.below(count)).map(|_| SAID[rand.below(SAID.len())]).collect()
        };
        let (before, behind) = (said(3), said(4));
        let answer = [before, paragraphs.clone(), behind].concat().join("\n\n");
        let answer = answer.replace("Recordings", "Records");
        let (certain, _, _) = read(TEXT, None, &answer);
        assert_eq!(certain, TEXT.replace("Recordings", "Records"), "seed {seed}: {answer}");
    }
}

#[test]
fn a_passage_in_other_looks_is_found() {
    let new = PART.replace("forty euros", "fifty euros");
    let longer = format!("{} It pays for itself in a year, and it is paid on the first.", PART);
    let shorter =
        "A box costs forty euros. It is hung under the eaves, four metres above the ground.";
    for (answer, wanted) in [
        (format!("> {new}"), Some(new.as_str())),
        (format!("\"{new}\""), Some(&new)),
        (format!("- {new}"), Some(&new)),
        (longer.clone(), Some(&longer)),
        (shorter.to_owned(), Some(shorter)),
        (format!("Option A:\n\n{new}\n\nOption B:\n\n{longer}"), None),
    ] {
        let read = Answer::read(&Rope::from_str(TEXT), &answer, &|_| false);
        let fits = read.fits(true);
        let wanted = wanted.map_or(TEXT.to_owned(), |wanted| TEXT.replace(PART, wanted));
        assert_eq!(read.applied(TEXT, &fits), wanted, "{answer}");
        assert_eq!(read.several, wanted == TEXT, "{answer}");
        assert_eq!(read.applied(TEXT, &read.fits(false)), TEXT, "only a guess: {answer}");
    }
}

#[test]
fn an_answer_of_edits_in_all_its_frames() {
    let text = "- salt: 5\n- wood: 80\n";
    let block = "<<<<<<< SEARCH\n- salt: 5\n=======\n- salt: 7\n>>>>>>> REPLACE\n";
    let thought = block.replace('7', "99");
    for answer in [
        format!("````\n{block}````\n"),
        format!("`````markdown\n{block}`````\n"),
        format!("~~~~~~\n{block}~~~~~~\n"),
        format!("<think>\nmaybe\n{thought}</think>\n{block}"),
        format!("{thought}</think>\n{block}"),
        "[TOOL_CALLS][{\"name\":\"edit\",\"arguments\":{\"old_string\":\"salt: 5\",\"new_string\":\"salt: 7\"}}]".into(),
        "[TOOL_CALLS]edit[ARGS]{\"old_string\":\"salt: 5\",\"new_string\":\"salt: 7\"}".into(),
        "[{\"search\":\"salt: 5\",\"replace\":\"salt: 7\"}]".into(),
        "{\"file\":\"doc.md\",\"search\":\"salt: 5\",\"replace\":\"salt: 7\"}".into(),
    ] {
        let read = Answer::read(&Rope::from_str(text), &answer, &|_| false);
        assert_eq!(read.applied(text, &read.fits(false)), text.replace('5', "7"), "{answer}");
        assert_eq!(read.all, 1, "{answer}");
    }
    let read = |answer: &str| Answer::read(&Rope::from_str(""), answer, &|_| false);
    let first = read("```\nHello\n```\n");
    assert_eq!(first.applied("", &first.fits(false)).trim_end(), "Hello");
    let bare = read("Hello there, everybody.\n");
    assert_eq!(bare.applied("", &bare.fits(false)), "");
    assert!(!bare.is_empty());
    assert_eq!(whole_to_hunks("", "").len(), 0);
}

/// Edits are counted as they stand in the answer, whatever becomes of each.
#[test]
fn edits_have_their_number_in_the_answer() {
    let block =
        |old: &str, new: &str| format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n");
    let all = [block("a one", "a two"), block("b", "b"), block("no such line", "x")].concat();
    let read = Answer::read(&Rope::from_str("a one\nb\nc\n"), &all, &|_| false);
    assert_eq!((read.numbers, read.all, read.unchanged), (vec![0, 2], 3, 1));
    // What says the same word by word is no edit of its own.
    let thrice = block("- a", "- x").repeat(3);
    let read = Answer::read(&Rope::from_str("- a\n- b\n- a\n"), &thrice, &|_| false);
    assert_eq!((read.count(), read.unchanged, read.edits.len()), (1, 0, 1));
}

#[test]
fn the_same_text_several_times_is_one() {
    let text = "we sells bread and cakes in the old town.\n\nEnd.\n";
    let new = "We sell bread and cakes in the old town.";
    let answer = format!(
        "{new}\n\nThis is the correct answer. The grammar was fixed, but the punctuation was adjusted. \
         The original sentence should have:\n\n{new}\n\n{new}\n\nThe comma before \"old town\" was removed \
         to make it a single sentence. The punctuation was adjusted to:\n\n{new}\n\nThe mistake was fixing the verb agreement."
    );
    let (_, all, remark) = read(text, Some("we sells bread and cakes in the old town."), &answer);
    assert_eq!((all.as_str(), remark), (format!("{new}\n\nEnd.\n").as_str(), None));
}

/// Paragraphs that say much the same are told apart by their short words and numbers, and where a new
/// last one is in doubt the old one stays with it.
#[test]
fn no_paragraph_goes_without_what_comes_for_it() {
    let boat = |name: &str, owner: &str, berth: u32, fee: u32| {
        format!(
            "The {name} belongs to {owner} and is built of oak. She lies at berth {berth}. The yearly \
             fee is {fee} euros, which is due on 15 September. The owner may not sleep on board in \
             winter and has signed the rules.\n\n"
        )
    };
    let (first, last) = (boat("Avocet", "Max Reuter", 18, 470), boat("Gannet", "Olga", 19, 450));
    // Another with fewer words stands behind the selection.
    let text =
        format!("{first}{last}{}", boat("Tern", "Ed", 20, 99).replace("and is built of oak", ""));
    let selected = format!("{first}{last}").trim_end().to_owned();
    let changed = last
        .replace("The Gannet belongs to Olga and is built of oak.", "Whoever disagrees says so.");
    let answer = format!("Of course! I kept the rest.\n\n{first}{changed}");
    let (certain, ..) = read(&text, Some(&selected), &answer);
    assert_eq!(certain, text.replace(last.trim_end(), changed.trim_end()));

    let answer = TEXT.replace(
        "We propose that the council buys two hundred boxes.",
        "Nobody objected when this was read aloud.",
    );
    let (certain, all, _) =
        read(TEXT, None, &format!("Here it is:\n\n{answer}\nI hope this helps!"));
    assert!(certain == TEXT || certain == answer, "{certain}");
    assert_eq!(all, answer);
}

#[test]
fn of_several_versions_of_a_paragraph_none_is_taken() {
    let one = PART.replace("Recordings", "Records");
    let two = PART.replace("forty euros", "40 euros");
    for answer in [
        format!("Here are two options:\n\n1. {one}\n2. {two}\n"),
        format!("Here are two options:\n\n1. {one}\n\n2. {two}\n"),
        format!("Option A:\n{one}\n\nOption B:\n{two}\n"),
        format!("- **Formal:** {one}\n- **Short:** {two}\n"),
    ] {
        let (certain, all, remark) = read(TEXT, Some(PART), &answer);
        assert_eq!((certain.as_str(), all.as_str()), (TEXT, TEXT), "{answer}");
        assert_eq!(remark, Some(Remark::Several), "{answer}");
    }
}

#[test]
fn hunks_of_a_passage_hold_alone() {
    let text = "Before it.\n\nOne is here. Two is there. Three is nowhere.\n\nBehind it.\n";
    let part = "One is here. Two is there. Three is nowhere.";
    for new in [
        "- One is here.\n- Two is there.\n- Three is nowhere.",
        "One is here.\n\nTwo is there.\n\nThree is nowhere.",
        "Three is nowhere. One is here. Two is there.",
        "One is here.",
        "One is here. Two is there. Three is nowhere. Four came later.",
    ] {
        let whole = text.replace(part, new);
        let (certain, all, remark) = read(text, Some(part), new);
        assert_eq!((certain.as_str(), all.as_str(), remark), (&*whole, &*whole, None), "{new}");
    }
    // Each of several breaks is one by itself, and no line between two others.
    for hunk in whole_to_hunks(part, "One is here.\n\nTwo is there.\n\nThree is nowhere.") {
        assert_eq!((hunk.old.as_str(), hunk.new.as_str()), (" ", "\n\n"));
    }
    // A word that is put in is nothing but that.
    let word = whole_to_hunks(part, "One is here. Two is not there. Three is nowhere.");
    assert_eq!((word[0].old.as_str(), word[0].new.trim()), ("", "not"));
    let list = whole_to_hunks(part, "- One is here.\n- Two is there.\n- Three is nowhere.");
    assert_eq!(list.len(), 1, "{list:?}");
}

#[test]
fn dashes_within_lines_are_no_marks_of_items() {
    let text = "- Oven: 4 euros\n- Rent: 9 euros\n";
    let new = "* 4 euros — Oven\n* 9 euros — Rent\n";
    assert_eq!(read(text, None, new).1, "- 4 euros — Oven\n- 9 euros — Rent\n");
}

/// Some models answer for a selection with a difference, or with a value that has a name.
#[test]
fn a_selection_may_be_answered_with_a_difference() {
    let new = PART.replace("Recordings", "Records");
    let whole = TEXT.replace("Recordings", "Records");
    for answer in [
        format!("-{PART}\n+{new}"),
        format!("- {PART}\n+ {new}\n"),
        format!("{{\"replacement\": \"{new}\"}}"),
    ] {
        let (certain, all, _) = read(TEXT, Some(PART), &answer);
        assert_eq!((certain.as_str(), all.as_str()), (whole.as_str(), whole.as_str()), "{answer}");
    }
    // Items are no signs.
    let items = "- bread\n- cake";
    let text = format!("# Buy\n\n{items}\n");
    let (certain, ..) = read(&text, Some(items), "- bread\n- tea");
    assert_eq!(certain, text.replace("cake", "tea"));
}
