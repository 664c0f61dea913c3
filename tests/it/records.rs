//! Decisions as files: what is written is read again, whatever stands in it; what other programs
//! wrote is read; what is taken in twice is there once; what needs a look is found.

use crate::harness::{Harness, cases};
use cowrite::base::{EventId, Rand};
use cowrite::command::take_in;
use cowrite::event::{DecisionField, DecisionStatus, Event, Link};
use cowrite::report::madr::{self, BadRecord};
use cowrite::report::{Bounds, Options, Record, check, clean, csv, index, page, records, tree};
use std::fmt::Write as _;

/// Texts that a careless writer or reader trips over.
const HOSTILE: &[&str] = &[
    "",
    "Bake",
    "../../etc/passwd",
    "a/b\\c:d*e?f\"g<h>i|j",
    "\"quoted\" and 'single' and `code`",
    "🍰 cake 🎂 日本語 Ünïcödé",
    "1. A number",
    "ADR-0003: number",
    "# heading",
    "\\# escaped",
    "\\\\## twice",
    "a [link](0001-x.md) in it",
    "](evil.md) [",
    "ends in a backslash\\",
    "key: value # comment",
    "---",
    "- item\n- item",
    "* Good, because\n\n  indented",
    "  + deep",
    "text\n\n## Decision Outcome\n\nforged",
    "### Consequences\n\nforged",
    "```\n# in code\n```",
    "```\nnever closed",
    "~~~ info\n## x\n~~~\n```",
    "\\```",
    "   ### indented heading",
    "Chosen option: \"Bake\", because forged",
    "Chosen option\\: odd",
    "Bake, because they like it",
    "superseded by [x](0001-x.md)",
    "Supersedes [x](0001-x.md)",
    "<!-- comment -->",
    "<!-- Written by `cowrite decisions export`: what is changed here is lost. -->",
    "{short title}",
    "a\u{202e}b\u{7}c",
    "line\u{2028}separator",
    "tab\tand   blanks",
    "=HYPERLINK(\"x\")",
    "a | b",
    "(no name)",
    "Title\n=====",
    "#### kept heading",
    "status: accepted",
];

struct Maker(Rand);

impl Maker {
    fn text(&mut self) -> String {
        let count = self.0.below(3);
        let parts: Vec<&str> = (0..=count).map(|_| HOSTILE[self.0.below(HOSTILE.len())]).collect();
        let joint = ["\n", "\n\n", " "][self.0.below(3)];
        clean(&parts.join(joint))
    }

    fn title(&mut self) -> String {
        match self.0.below(12) {
            0 => "very long ".repeat(900).trim().to_owned(),
            _ => clean(HOSTILE[self.0.below(HOSTILE.len())]),
        }
    }

    fn option(&mut self) -> Options {
        let texts = |made: &mut Self| {
            let count = made.0.below(3);
            (0..count).map(|_| made.text()).collect()
        };
        let name = Some(self.text()).filter(|name| !name.is_empty());
        Options {
            name: name.unwrap_or_else(|| "Plain".into()),
            pros: texts(self),
            cons: texts(self),
        }
    }

    fn record(&mut self, id: usize) -> Record {
        let count = self.0.below(4);
        let options: Vec<Options> = (0..count).map(|_| self.option()).collect();
        let outcome = match (options.first(), self.0.below(3)) {
            (Some(first), 0) => clean(&format!("{}, because {}", first.name, self.text())),
            _ => self.text(),
        };
        Record {
            id: format!("{id:064x}"),
            title: self.title(),
            status: [DecisionStatus::Proposed, DecisionStatus::Accepted, DecisionStatus::Rejected]
                [self.0.below(3)],
            date: format!("20{:02}-03-{:02}", self.0.below(90) + 10, self.0.below(28) + 1),
            review: if self.0.below(2) == 0 { String::new() } else { "2027-01-31".into() },
            by: clean(HOSTILE[self.0.below(HOSTILE.len())]),
            context: self.text(),
            options,
            outcome,
            consequences: self.text(),
            because: if self.0.below(2) == 0 { String::new() } else { self.text() },
            ..Record::default()
        }
    }
}

/// Records of a batch, with links among them, newer ones to older ones only.
fn batch(seed: u64) -> Vec<Record> {
    let mut made = Maker(Rand::from_number(seed));
    let mut all: Vec<Record> = (0..8).map(|id| made.record(id)).collect();
    for at in 1..all.len() {
        let other = made.0.below(at);
        let id = all[other].id.clone();
        match made.0.below(3) {
            0 if all[other].superseded_by.is_empty() => {
                all[at].supersedes = vec![id];
                if all[at].status == DecisionStatus::Accepted {
                    let newer = all[at].id.clone();
                    all[other].superseded_by = vec![newer];
                    all[other].status = DecisionStatus::Superseded;
                    // It was accepted, or nothing would follow from it.
                }
            }
            1 => all[at].refers = vec![id],
            _ => {}
        }
    }
    all
}

/// The files of records, by name.
fn files(all: &[Record]) -> Vec<(String, String)> {
    let names: Vec<String> =
        all.iter().enumerate().map(|(at, one)| madr::name(at + 1, &one.title)).collect();
    let place = |id: &str| {
        let at = all.iter().position(|one| one.id == id)?;
        Some((names[at].clone(), all[at].heading()))
    };
    let text = |(one, name): (&Record, &String)| (name.clone(), madr::file(one, &place));
    all.iter().zip(&names).map(text).collect()
}

fn read_all(files: &[(String, String)]) -> Vec<(String, Record)> {
    let read = |(name, text): &(String, String)| match madr::read(name, text) {
        Ok(record) => (name.clone(), record),
        Err(why) => panic!("{why}\n{text}"),
    };
    files.iter().map(read).collect()
}

#[test]
fn what_is_written_is_read_again() {
    for seed in cases(60) {
        let all = batch(seed);
        let files = files(&all);
        let name = |id: &String| {
            let at = all.iter().position(|one| one.id == *id).expect("a record");
            files[at].0.clone()
        };
        for ((file, text), record) in files.iter().zip(&all) {
            let mut wanted = record.clone();
            for ids in [&mut wanted.supersedes, &mut wanted.superseded_by, &mut wanted.refers] {
                *ids = ids.iter().map(name).collect();
            }
            let crlf = text.replace('\n', "\r\n");
            for text in [text, &crlf] {
                let read = madr::read(file, text);
                assert_eq!(read.as_ref(), Ok(&wanted), "seed {seed}\n{text}");
                assert!(madr::is_ours(text) && madr::is_unchanged(text), "seed {seed}\n{text}");
            }
            let spoilt = text.replace("date: 20", "date: 19");
            assert!(madr::is_ours(&spoilt) && !madr::is_unchanged(&spoilt));
            assert!(file.len() < 250 && !file.contains(['/', '\\', '\0']), "{file}");
        }
    }
}

/// The fields of a session's decisions that files hold, with titles for ids.
fn told(made: &Harness) -> String {
    let all = records(&made.model().session);
    let title = |id: &String| all.iter().find(|one| one.id == *id).map(|one| one.title.clone());
    let mut lines: Vec<String> = Vec::new();
    for one in &all {
        let refs = |ids: &[String]| {
            let mut all: Vec<String> = ids.iter().filter_map(title).collect();
            all.sort();
            all
        };
        lines.push(format!(
            "{:?} {:?} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            one.title,
            one.status,
            one.date,
            one.review,
            one.by,
            one.context,
            one.options,
            one.outcome,
            one.consequences,
            refs(&one.supersedes),
            refs(&one.superseded_by),
            refs(&one.refers)
        ));
    }
    lines.sort();
    lines.join("\n")
}

fn take(made: &mut Harness, files: &[(String, Record)], update: bool) -> cowrite::command::TakenIn {
    made.with_cx(|cx| take_in(cx, files, update))
}

#[test]
fn decisions_go_out_and_come_in_equal_and_once() {
    for seed in cases(12) {
        let mut ada = Harness::with("|x");
        let came = read_all(&files(&batch(seed)));
        assert_eq!(take(&mut ada, &came, false).new, came.len(), "seed {seed}");
        ada.same_after_reopening();
        let out = files(&records(&ada.model().session));
        let back = read_all(&out);
        // Where they are, they are known, also from other places of theirs.
        for again in [&back, &came] {
            let done = take(&mut ada, again, false);
            assert_eq!((done.new, done.known), (0, came.len()), "seed {seed}: {done:?}");
        }
        let mut eve = Harness::with("|y");
        assert_eq!(take(&mut eve, &back, false).new, came.len());
        for (told, wanted) in told(&eve).lines().zip(told(&ada).lines()) {
            assert!(told == wanted, "seed {seed}\n{told:.2000}\n{wanted:.2000}");
        }
        assert_eq!(take(&mut eve, &back, true).known, came.len());
        assert_eq!(eve.model().session.decisions.len(), came.len());
        eve.same_after_reopening();
    }
}

#[test]
fn a_changed_file_is_named_and_holds_when_that_is_said() {
    let mut made = Harness::with("|x");
    made.keys("ctrl-n 'Bake' tab 'Guests come.' tab tab 'Cake, because.' ctrl-s alt-1");
    let mut files = read_all(&files(&records(&made.model().session)));
    files[0].1.title = "Bake more".into();
    files[0].1.review = "2027-05-01".into();
    let done = take(&mut made, &files, false);
    assert_eq!(done.other, [(0, vec!["title", "review date"])]);
    assert_eq!(records(&made.model().session)[0].title, "Bake");
    let done = take(&mut made, &files, true);
    assert_eq!((done.changed, done.new), (1, 0));
    let now = records(&made.model().session).remove(0);
    assert_eq!((now.title.as_str(), now.review.as_str()), ("Bake more", "2027-05-01"));
    assert_eq!(now.status, DecisionStatus::Accepted, "who takes it in sees what it says");
    assert_eq!(take(&mut made, &files, false).known, 1);
    made.same_after_reopening();
}

const NYGARD: &[(&str, &str)] = &[
    (
        "0001-record-architecture-decisions.md",
        "# 1. Record architecture decisions\n\nDate: 2016-02-12\n\n## Status\n\nAccepted\n\n\
         ## Context\n\nWe need to record decisions.\n\n## Decision\n\nWe will use ADRs.\n\n\
         ## Consequences\n\nSee the article.\n",
    ),
    (
        "0002-use-json.md",
        "# 2. Use JSON\n\nDate: 2016-03-01\n\n## Status\n\nAccepted\n\n\
         Superceded by [3. Use SQLite](0003-use-sqlite.md)\n\n## Context\n\nFiles.\n\n\
         ## Decision\n\nJSON.\n\n## Consequences\n\nSlow.\n",
    ),
    (
        "0003-use-sqlite.md",
        "# 3. Use SQLite\n\nDate: 2017-03-01\n\n## Status\n\nAccepted\n\n\
         Supercedes [2. Use JSON](0002-use-json.md)\n\n\
         Amends [1. Record architecture decisions](0001-record-architecture-decisions.md)\n\n\
         ## Context\n\nMany rows.\n\n```\n## no heading\n```\n\n### More\n\nText.\n\n\
         ## Decision\n\nSQLite.\n\n## Consequences\n\nFast.\n\n## Notes\n\nKept.\n",
    ),
];

const MADR: &[(&str, &str)] = &[
    (
        "0004-old-form.md",
        "# Use Markdown\n\n* Status: accepted\n* Deciders: Ada, Eve\n* Date: 2019-01-02\n\n\
         Technical Story: 17\n\n## Context and Problem Statement\n\nHow to write?\n\n\
         ## Decision Drivers\n\n* time\n\n## Considered Options\n\n* Markdown\n* [AsciiDoc](x)\n\n\
         ## Decision Outcome\n\nChosen option: \"Markdown\", because it is known.\n\n\
         ### Positive Consequences\n\n* easy\n\n### Negative Consequences\n\n* dull\n\n\
         ## Pros and Cons of the Options\n\n### Markdown\n\nA form.\n\n* Good, because known\n\
         * Bad, because plain\n* Neutral, because so\n",
    ),
    (
        "0005-new-form.md",
        "---\nstatus: \"superseded by ADR-0004\"\ndate: 2024-05-06\n\
         decision-makers: [Ada, Eve]\nconsulted: Bob\ntags:\n  - one\n---\n\n# Write by hand\n\n\
         ## Context and Problem Statement\n\nPaper.\n\n## Decision Outcome\n\nPaper it is.\n\n\
         ### Confirmation\n\nA look.\n\n## More Information\n\nSee [four](./0004-old-form.md).\n",
    ),
    (
        "0006-deprecated.md",
        "# ADR-0006: Print it\n\n## Status\n\nDeprecated since 2020\n\n## Context\n\nx\n",
    ),
];

#[test]
fn what_other_programs_wrote_is_read() {
    let mut made = Harness::with("|x");
    let mut came = Vec::new();
    let mut shown = String::new();
    for (name, text) in NYGARD.iter().chain(MADR) {
        let record = madr::read(name, text).unwrap_or_else(|why| panic!("{name}: {why}"));
        let _ = writeln!(shown, "{name}: {record:#?}");
        came.push(((*name).to_owned(), record));
    }
    insta::assert_snapshot!("read_from_others", shown);
    let done = take(&mut made, &came, false);
    assert_eq!((done.new, done.known), (6, 0));
    assert_eq!(take(&mut made, &came, false).known, 6);
    assert_eq!(made.model().session.decisions.len(), 6);
    made.same_after_reopening();
    let page = page(&records(&made.model().session));
    let ids: Vec<EventId> =
        made.model().session.decisions.newest().iter().map(|one| one.id).collect();
    let plain = |text: String| {
        ids.iter()
            .enumerate()
            .fold(text, |text, (at, id)| text.replace(&id.short(), &format!("id{at}")))
    };
    insta::assert_snapshot!("page_of_others", page);
    insta::assert_snapshot!("tree_of_others", plain(tree(&made.model().session).join("\n")));
}

#[test]
fn without_a_status_the_outcome_decides() {
    for (text, wanted) in [
        ("## Decision Outcome\n\nYes.\n", DecisionStatus::Accepted),
        ("## Context\n\nWhy?\n", DecisionStatus::Proposed),
        ("## Status\n\nIn the air\n\n## Decision\n\nYes.\n", DecisionStatus::Proposed),
        ("## Status\n\nRejected\n\n## Decision\n\nYes.\n", DecisionStatus::Rejected),
        ("* Status: deprecated\n\n## Decision\n\nYes.\n", DecisionStatus::Superseded),
    ] {
        let read = madr::read("1.md", &format!("# Title\n\n{text}"));
        assert_eq!(read.map(|record| record.status), Ok(wanted), "{text}");
    }
}

#[test]
fn an_old_file_need_not_know_what_takes_its_place() {
    let old = "# 1. Old\n\n## Status\n\nAccepted\n\n## Context\n\nx\n";
    let new = "# 2. New\n\n## Status\n\nAccepted\n\nSupersedes [1. Old](0001-old.md)\n\n## Context\n\ny\n";
    let files = read_all(&[("0001-old.md".into(), old.into()), ("0002-new.md".into(), new.into())]);
    let mut made = Harness::with("|x");
    take(&mut made, &files, false);
    let all = records(&made.model().session);
    assert_eq!(all[0].status, DecisionStatus::Superseded);
    assert_eq!(take(&mut made, &files, false).known, 2);
    assert_eq!(take(&mut made, &files, true).known, 2);
}

#[test]
fn what_is_no_decision_is_named() {
    for (name, text, why) in [
        ("a.md", "", BadRecord::NoTitle),
        ("a.md", "text\n\n## Context\n\nx\n", BadRecord::NoTitle),
        ("a.md", "# A page\n\n## History\n\nx\n", BadRecord::NoSections),
        ("adr-template.md", "# Title\n\n## Context\n", BadRecord::Template),
        ("a.md", "# {short title}\n\n## Context and Problem Statement\n", BadRecord::Template),
        ("a.md", "# [short title of it]\n\n## Context\n", BadRecord::Template),
        ("README.md", &index(&[], &[]), BadRecord::Page),
        ("all.md", &page(&[Record::default()]), BadRecord::Page),
    ] {
        assert_eq!(madr::read(name, text), Err(why), "{text}");
    }
    // Nothing that stands in a file takes long or ends the program.
    for seed in cases(40) {
        let mut rand = Rand::from_number(seed);
        let count = rand.below(60);
        let text: Vec<&str> = (0..count)
            .map(|_| {
                let all =
                    [HOSTILE, &["## Status", "## Pros and Cons of the Options", "### x", "# t"]];
                let some = all[rand.below(2)];
                some[rand.below(some.len())]
            })
            .collect();
        let _ = madr::read("0001-x.md", &text.join("\n"));
    }
    let _ = madr::read("x.md", &format!("# t\n{}", "```\n## Context\n".repeat(20_000)));
    let _ = madr::read("x.md", &format!("# t\n## Status\n{}", "](".repeat(200_000)));
}

#[test]
fn a_table_runs_no_formulas() {
    let mut record =
        Record { title: "=1+1".into(), context: "a,\"b\"\nc".into(), ..Record::default() };
    record.options.push(Options { name: "One".into(), pros: vec!["p".into()], cons: vec![] });
    let table = csv(&[record]);
    let row = table.split_once("\r\n").expect("two rows").1;
    assert_eq!(row, ",\"'=1+1\",proposed,,,,\"a,\"\"b\"\"\nc\",\"One\n  + p\",,,,,,,\r\n");
}

/// What is found on a day, as `title: kind`.
fn found(made: &Harness, percent: u8, day: &str) -> Vec<String> {
    let session = &made.model().session;
    let found = check(session, &Bounds { percent, day: day.into() });
    let line = |one: &cowrite::report::Doubt| {
        let title = session.decisions.get(&one.decision).map_or("", |one| one.title());
        format!("{title}: {}", one.kind.name())
    };
    found.iter().map(line).collect()
}

const FORM: &str = "ctrl-n 'Bake' tab tab tab 'Cake, because they like it.' tab tab \
                    '2027-01-31' ctrl-s alt-1";

#[test]
fn a_text_that_changed_past_the_threshold_is_found() {
    for (edit, percent, wanted) in [
        ("", 0, ""),
        // Half of the words of the linked text are others.
        ("apple", 0, "Bake: text-changed"),
        ("apple", 20, "Bake: text-changed"),
        ("apple", 60, ""),
        ("apple", 100, ""),
    ] {
        let mut made = Harness::with("We [bake a plain cake today|.\n");
        made.keys(FORM);
        made.place(10, Some(15));
        if !edit.is_empty() {
            made.type_text(edit);
        }
        let wanted: Vec<&str> = Some(wanted).filter(|one| !one.is_empty()).into_iter().collect();
        assert_eq!(found(&made, percent, "2026-01-01"), wanted, "{edit} {percent}");
    }
    let mut made = Harness::with("We [bake a plain cake today|.\n");
    made.keys(FORM);
    made.place(0, Some(30));
    made.keys("delete");
    assert_eq!(found(&made, 100, "2026-01-01"), ["Bake: text-gone"]);
    // Undone, all is well.
    made.keys("ctrl-z");
    assert_eq!(found(&made, 0, "2026-01-01"), [] as [&str; 0]);
}

#[test]
fn how_much_of_a_text_changed() {
    for (old, new, percent) in [
        ("", "", 0),
        ("same", "same", 0),
        ("one two three four", "one two three five", 23),
        ("abcd", "wxyz", 100),
        ("abcd", "", 100),
        ("one", "one one", 40),
    ] {
        assert_eq!(cowrite::report::changed(old, new), percent, "{old} {new}");
    }
    let long = "word ".repeat(100_000);
    assert_eq!(cowrite::report::changed(&long, &format!("{long}more")), 1);
}

#[test]
fn a_review_is_due_on_its_day() {
    let mut made = Harness::with("|x");
    made.keys(FORM);
    for (day, wanted) in
        [("2027-01-30", 0), ("2027-01-31", 1), ("2027-02-01", 1), ("2126-01-01", 1)]
    {
        assert_eq!(found(&made, 20, day).len(), wanted, "{day}");
    }
    made.keys("alt-4 x enter");
    assert_eq!(found(&made, 20, "2028-01-01"), [] as [&str; 0], "rejected ones rest");
}

const DAY: &str = "2026-01-01";

#[test]
fn what_contradicts_itself_is_found() {
    let mut ada = Harness::with("|x");
    ada.keys("ctrl-n 'Bake' ctrl-s alt-4 a");
    assert_eq!(found(&ada, 20, DAY), ["Bake: no-outcome"]);
    ada.keys("e tab tab tab 'Cake.' ctrl-s");
    assert_eq!(found(&ada, 20, DAY), [] as [&str; 0]);
    let mut eve = ada.copy_for("p_01JEVE", "Eve", 9);
    ada.keys("x enter");
    eve.keys("alt-4 a");
    ada.take_from(&eve);
    assert_eq!(found(&ada, 20, DAY), ["Bake: status-conflict"]);
    ada.keys("a");
    assert_eq!(found(&ada, 20, DAY), [] as [&str; 0]);
    // One accepts what the other changes.
    ada.keys("x enter");
    eve.take_from(&ada);
    ada.keys("a");
    eve.keys("alt-4 e end 's' ctrl-s");
    ada.take_from(&eve);
    assert_eq!(found(&ada, 20, DAY), ["Bakes: changed-since"]);
}

#[test]
fn what_took_its_place_was_rejected() {
    let mut made = Harness::with("|x");
    made.keys(
        "ctrl-n 'Old' tab tab tab 'One.' ctrl-s alt-4 s ctrl-a 'New' tab tab tab 'Two.' ctrl-s",
    );
    assert_eq!(found(&made, 20, DAY), [] as [&str; 0]);
    made.keys("alt-4 x enter");
    assert_eq!(found(&made, 20, DAY), ["Old: replacement-rejected"]);
    // Who accepts it again knows of it.
    made.keys("down a");
    assert_eq!(found(&made, 20, DAY), [] as [&str; 0]);
}

#[test]
fn circles_are_found_drawn_and_written() {
    let mut made = Harness::with("|x");
    let ids: Vec<EventId> = ["One", "Two", "Three"]
        .iter()
        .map(|title| {
            made.keys("ctrl-n");
            made.type_text(title);
            made.keys("tab tab tab 'Yes.' ctrl-s alt-1");
            made.model().session.decisions.newest()[0].id
        })
        .collect();
    // Each refers to the next.
    made.with_cx(|cx| {
        for (at, id) in ids.iter().enumerate() {
            let links = vec![Link::Decision(ids[(at + 1) % 3])];
            let replaces = vec![*id];
            let field = DecisionField::Links(links);
            cx.append(&Event::DecisionChanged {
                decision: *id,
                field,
                replaces,
                accepts: vec![],
                reason: None,
            });
        }
    });
    let plain = |text: String| {
        ids.iter()
            .enumerate()
            .fold(text, |text, (at, id)| text.replace(&id.short(), &format!("id{at}")))
    };
    let drawn = plain(tree(&made.model().session).join("\n"));
    assert_eq!(
        drawn,
        "Three (proposed, id2)\n`-- refers to One (proposed, id0)\n    \
         `-- refers to Two (proposed, id1)\n        \
         `-- refers to Three (proposed, id2) (see above)"
    );
    let out = files(&records(&made.model().session));
    let mut eve = Harness::with("|y");
    assert_eq!(take(&mut eve, &read_all(&out), false).new, 3);
    assert_eq!(told(&eve), told(&made));
    // Files that supersede each other in a circle lose nothing either.
    let mut odd: Vec<(String, Record)> = read_all(&out);
    for at in 0..3 {
        odd[at].1.id = String::new();
        odd[at].1.supersedes = vec![odd[(at + 1) % 3].0.clone()];
        odd[at].1.refers.clear();
    }
    let mut bob = Harness::with("|z");
    assert_eq!(take(&mut bob, &odd, false).new, 3);
    let contexts: Vec<String> =
        records(&bob.model().session).into_iter().map(|one| one.context).collect();
    assert_eq!(contexts.iter().filter(|one| one.contains("* Supersedes 000")).count(), 1);
    bob.same_after_reopening();
}

#[test]
fn a_file_looks_so() {
    let mut made = Harness::with("We [bake| a cake.\n");
    made.keys(
        "ctrl-n 'Bake' tab 'Guests come.' tab 'A cake' alt-enter '  + sweet' alt-enter 'Soup' \
         alt-enter '  - salty' tab 'A cake, because they like it.' tab 'We bake.' tab '2027-01-31' \
         ctrl-s alt-4 s ctrl-a 'Buy' tab tab tab 'Time is short.' ctrl-s",
    );
    let all = records(&made.model().session);
    let mut text = String::new();
    for (name, file) in files(&all) {
        let _ = write!(text, "=== {name}\n{file}");
    }
    let names: Vec<String> = files(&all).into_iter().map(|(name, _)| name).collect();
    let _ = write!(text, "=== README.md\n{}", index(&all, &names));
    insta::assert_snapshot!("files", text);
}
