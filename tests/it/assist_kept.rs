//! What goes in as certain is what was meant: the document's own forms in a text written anew, what
//! a whole text may only lack, versions that correct each other, and what goes with a deletion.

use cowrite::assist::{Answer, Fit};
use ropey::Rope;

const PROSE: &str = "# Swifts\n\nThe swift \u{2014} a bird \u{2014} hardly ever lands. It\u{2019}s \u{201c}at home\u{201d} in the air\u{2026}\n\nRoses are red,  \nviolets are blue.\n\n* eaves\n* towers\n\nA box costs 40\u{2013}50 euros. It hangs under the eaves. Rain does no harm.\n";

const CODE: &str = "use std::fmt;\nuse std::io;\n\n/// One.\nfn one() -> Vec<u8> {\n    go(&first);\n    Vec::new()\n}\n\nfn two() {\n    if ready {\n        go(&second);\n    }\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn it_goes() {\n        assert!(one().is_empty());\n    }\n}\n";

/// What goes into the text, without and with what is loose, and what becomes of each edit.
fn read(text: &str, answer: &str) -> (String, String, Vec<Fit>) {
    let read = Answer::read(&Rope::from_str(text), answer, &|_| false);
    let fits = read.fits(false);
    let certain = read.applied(text, &fits);
    (certain, read.applied(text, &read.fits(true)), fits)
}

fn fence(text: &str) -> String {
    format!("Here it is:\n\n```\n{}\n```\n", text.trim_end())
}

fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

/// By line, with the number of each.
fn lined(text: &str, change: impl Fn(usize, &str) -> String) -> String {
    text.lines().enumerate().map(|(at, line)| change(at + 1, line) + "\n").collect()
}

fn plain(text: &str) -> String {
    let text = text.replace(['\u{201c}', '\u{201d}'], "\"").replace('\u{2019}', "'");
    text.replace(['\u{2014}', '\u{2013}'], "-").replace('\u{2026}', "...")
}

#[test]
fn a_whole_text_keeps_the_documents_forms() {
    type Slop = fn(&str) -> String;
    let prose: &[(&str, Slop)] = &[
        ("marks", plain),
        ("breaks", |text| text.replace("  \n", "\n")),
        ("bullets", |text| text.replace("* ", "- ")),
        ("numbers, bar", |text| lined(text, |at, line| format!("{at:3} | {line}"))),
        ("numbers, colon", |text| lined(text, |at, line| format!("{at}: {line}"))),
        ("numbers, tab", |text| lined(text, |at, line| format!("{at:6}\t{line}"))),
        ("in a list", |text| lined(text, |_, line| format!("   {line}"))),
        ("empty lines", |text| text.replace("\n\n", "\n")),
        ("all", |text| plain(text).replace("  \n", "\n").replace("* ", "- ")),
    ];
    let changes: &[(&str, &str)] = &[
        ("hardly", "never"),
        ("at home", "up"),
        ("40\u{2013}50", "40\u{2013}60"),
        ("violets are", "violets look"),
        ("eaves\n* towers", "eaves\n* gables\n* towers"),
        ("Rain does no harm.", "Rain doesn\u{2019}t hurt."),
    ];
    for (name, slop) in prose {
        for (old, new) in changes {
            let meant = PROSE.replace(old, new);
            let (got, ..) = read(PROSE, &fence(&slop(&meant)));
            assert_eq!(got, meant, "{name}: {old}");
        }
    }
    let code: &[(&str, Slop)] = &[
        ("half as deep", |text| text.replace("    ", "  ")),
        ("tabs", |text| text.replace("    ", "\t")),
        ("entities", |text| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")),
        ("numbers", |text| lined(text, |at, line| format!("{at:4}|{line}"))),
        ("empty lines", |text| text.replace("\n\n", "\n")),
    ];
    for (name, slop) in code {
        for doc in [CODE.to_owned(), CODE.replace("    ", "\t")] {
            let meant = doc.replace("go(", "run(");
            let (got, ..) = read(&doc, &fence(&slop(&meant)));
            assert_eq!(got, meant, "{name}");
        }
    }
    // Below headings only.
    let plan = "# Plan\n\nWe meet.\n\n## Place\n\nThe hall.\n\nThe yard.\n\n## Time\n\nAt noon.\n";
    let meant = plan.replace("noon", "two");
    for heads in [&["Plan\n", "Place\n", "Time\n"][..], &["Plan\n"]] {
        let tight =
            heads.iter().fold(meant.clone(), |text, head| text.replace(&format!("{head}\n"), head));
        // That one of them is lost is what the answer wants.
        let expected = if heads.len() > 1 { &meant } else { &tight };
        assert_eq!(&read(plan, &fence(&tight)).0, expected);
    }
    // Numbers are taken off once.
    let list = "1: one\n2: two\nthree\nfour\nfive\n";
    let meant = list.replace("five", "six");
    assert_eq!(read(list, &fence(&lined(&meant, |at, line| format!("{at} | {line}")))).0, meant);
    // Where only forms change these are what is meant.
    let (got, ..) = read(PROSE, &fence(&plain(PROSE)));
    assert_eq!(got, plain(PROSE));
    let bullets = PROSE.replace("* ", "- ");
    assert_eq!(read(PROSE, &fence(&bullets)).0, bullets);
    let deeper = CODE.replace("    go(&first);", "    if x {\n        go(&first);\n    }");
    assert_eq!(read(CODE, &fence(&deeper)).0, deeper);
}

#[test]
fn marks_beside_a_changed_word_stay() {
    let text = "他说：“我们明天去。”然后离开了，没说话（很短）。\n\nIt\u{2019}s \u{201c}done\u{201d}\u{2026} at 4\u{2013}5.\n";
    let check = |old: &str, new: &str, from: &str, to: &str| {
        assert_eq!(read(text, &block(old, new)).0, text.replace(from, to), "{new}");
    };
    check("他说:\"我们明天去。\"然后", "他说:\"我们后天去。\"然后", "明天", "后天");
    check("离开了,没说话(很短)。", "离开了,没说话(很长)。", "很短", "很长");
    check("离开了,没说话", "离开了,没哭", "没说话", "没哭");
    check("It's \"done\"... at", "It's \"finished\"... at", "done", "finished");
    check("\"done\"... at 4-5.", "\"done\"... at 4-6.", "4\u{2013}5", "4\u{2013}6");
    // The edit says which mark it wants.
    check("at 4\u{2013}5.", "at 4-6.", "4\u{2013}5", "4-6");
    check("at 4\u{2013}5.", "at 4-5.", "4\u{2013}5", "4-5");
}

#[test]
fn what_a_whole_text_lacks_at_its_ends_is_not_taken_away() {
    let check = |doc: &str, answer: &str, meant: &str, all: &str| {
        let (certain, loose, fits) = read(doc, &fence(answer));
        assert_eq!(certain, meant, "certain: {answer}");
        assert_eq!(loose, all, "{answer}");
        assert!(fits.contains(&Fit::Doubted), "{answer}: {fits:?}");
    };
    let new = CODE.replace("go(&first)", "go(&third)");
    let from = |text: &str, start: &str| text[text.find(start).unwrap()..].to_owned();
    let to = |text: &str, end: &str| text[..text.find(end).unwrap()].to_owned();
    // A part of the text by its names says nothing of what stands before it.
    let (certain, loose, fits) = read(CODE, &fence(&from(&new, "/// One")));
    assert_eq!((certain, loose), (new.clone(), new.clone()), "{fits:?}");
    let (certain, loose, fits) = read(CODE, &fence(&to(&new, "\n#[cfg")));
    assert_eq!((certain, loose), (new.clone(), new.clone()), "{fits:?}");
    let new = PROSE.replace("hardly", "never");
    check(PROSE, &from(&new, "The swift"), &new, &from(&new, "The swift"));
    check(PROSE, &to(&new, "A box"), &new, &to(&new, "\nA box"));
    // What goes from its midst goes.
    let less = new.replace("* eaves\n* towers\n\n", "");
    let (certain, _, fits) = read(PROSE, &fence(&less));
    assert_eq!(certain, less);
    assert!(!fits.contains(&Fit::Doubted));
}

#[test]
fn of_several_versions_the_one_that_corrects_the_others_counts() {
    let (wrong, right) = (CODE.replace("ready", "redy"), CODE.replace("ready", "steady"));
    let several = |between: &str| {
        let answer = format!("{}\n{between}\n\n{}", fence(&wrong), fence(&right));
        read(CODE, &answer).0
    };
    assert_eq!(several("Oops, that is wrong. Corrected version:"), right);
    assert_eq!(several("Or, with another name:"), CODE);
    // The document itself, and what becomes of it.
    let shown = format!("The file now:\n\n{}\nThe new one:\n\n{}", fence(CODE), fence(&right));
    assert_eq!(read(CODE, &shown).0, right);

    let edit = |new: &str| block("    if ready {", &format!("    if {new} {{"));
    let answer = |said: &str| format!("{}\n{said}\n\n{}", edit("redy"), edit("steady"));
    let (got, _, fits) = read(CODE, &answer("Wait, I made a typo there. Corrected:"));
    assert_eq!((got, fits), (right.clone(), vec![Fit::Corrected(1), Fit::Applied]));
    let (got, _, fits) = read(CODE, &answer("And here:"));
    assert_eq!((got, fits), (wrong, vec![Fit::Applied, Fit::Waits(0)]));
}

#[test]
fn lines_that_are_added_at_one_place_both_stand() {
    let add = |line: &str| block("* eaves", &format!("* eaves\n{line}"));
    let check = |first: &str, said: &str, second: &str, expected: &str| {
        let (got, ..) = read(PROSE, &format!("{}\n{said}\n{}", add(first), add(second)));
        assert_eq!(got, PROSE.replace("* eaves\n", expected), "{second}");
    };
    check("* gables", "", "* chimneys", "* eaves\n* gables\n* chimneys\n");
    check("* gables", "One more:\n", "* chimneys", "* eaves\n* gables\n* chimneys\n");
    check("* gables", "Sorry, corrected:\n", "* gable ends", "* eaves\n* gable ends\n");
}

#[test]
fn a_deletion_takes_its_blank_or_its_line_along() {
    let json =
        |old: &str, new: &str| serde_json::json!({ "old_text": old, "new_text": new }).to_string();
    let tags = |old: &str, new: &str| {
        format!("<old_text>\n{old}\n</old_text>\n<new_text>\n{new}\n</new_text>\n")
    };
    let empty = |old: &str| format!("<<<<<<< SEARCH\n{old}\n=======\n>>>>>>> REPLACE\n");
    let check = |old: &str, gone: &str| {
        let meant = PROSE.replacen(gone, "", 1);
        for answer in [empty(old), block(old, ""), json(old, ""), tags(old, ""), tags(old, "\n")] {
            assert_eq!(read(PROSE, &answer).0, meant, "{answer}");
        }
    };
    check("It hangs under the eaves.", " It hangs under the eaves.");
    check("A box costs 40\u{2013}50 euros.", "A box costs 40\u{2013}50 euros. ");
    check("Rain does no harm.", " Rain does no harm.");
    check("* towers", "* towers\n");
    check("* eaves", "* eaves\n");
    let rain = "\nA box costs 40\u{2013}50 euros. It hangs under the eaves. Rain does no harm.\n";
    check(rain.trim(), rain);
    // Blank lines that were quoted say what stays.
    let (got, ..) = read(PROSE, &json("* towers\n\nA box", "* towers\nA box"));
    assert_eq!(got, PROSE.replace("towers\n\n", "towers\n"));
}
