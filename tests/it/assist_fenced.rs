//! Answers that hold a part of the document written anew, in a fence and without a mark of an edit:
//! where each part goes, what is certain of it, what is only an example.

use crate::harness::{cases, fuzz};
use cowrite::assist::{Answer, Dialect, Landed, Landing, Outcome, ReplyParser, Wanted, apply};
use cowrite::base::Rand;
use ropey::Rope;

const PLAN: &str = "# Bakery plan\n\n## Summary\n\nWe open a small bakery at the corner of Mill Street in May 2026. The shop sells bread from seven in the morning and closes at two.\n\n## Costs\n\n| Item | Monthly | Once |\n|------|--------:|-----:|\n| Rent | 900 | 0 |\n| Oven | 0 | 4,000 |\n| Staff | 2,400 | 0 |\n\nThe rent is fixed for three years. After that it follows the index.\n\n## Staff\n\n- One baker, full time\n- One apprentice, from September\n\n## Next steps\n\nSign the lease by the end of January. Order the oven in February.\n";

const CODE: &str = "use std::collections::HashMap;\n\n/// Limits how often each caller may come.\npub struct Limiter {\n    window: Duration,\n    seen: HashMap<String, Vec<Instant>>,\n}\n\nimpl Limiter {\n    pub fn new(window: Duration) -> Self {\n        Self { window, seen: HashMap::new() }\n    }\n\n    /// Whether the caller may come now.\n    pub fn allow(&mut self, caller: &str, now: Instant) -> bool {\n        let calls = self.seen.entry(caller.to_string()).or_default();\n        calls.retain(|at| now.duration_since(*at) < self.window);\n        if calls.len() >= 5 {\n            return false;\n        }\n        calls.push(now);\n        true\n    }\n\n    pub fn forget(&mut self, caller: &str) {\n        self.seen.remove(caller);\n    }\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn starts() {\n        Limiter::new(SECOND);\n    }\n}\n";

const PY: &str = "import csv\nimport sys\n\n\ndef read(path):\n    with open(path) as f:\n        return list(csv.reader(f))\n\n\ndef mean(values):\n    total = 0\n    for v in values:\n        total += v\n    return total / len(values)\n\n\nif __name__ == \"__main__\":\n    print(mean(read(sys.argv[1])))\n";

/// The text with what is certain and with all of it, and how many edits have no place.
pub fn read(text: &str, answer: &str, wanted: Wanted) -> (String, String, usize) {
    let mut parser = ReplyParser::new(Dialect::Blocks);
    let mut landing = Landing::new(&Rope::from_str(text)).wanting(wanted);
    let mut pieces = parser.push(answer);
    pieces.extend(parser.finish());
    let mut landed: Vec<Landed> = pieces.iter().flat_map(|piece| landing.take(piece)).collect();
    landed.extend(landing.finish());
    let (mut certain, mut all, mut none) = (Vec::new(), Vec::new(), 0);
    for one in landed {
        match one.outcome {
            Outcome::Placed { hunk, step } => {
                if !step.is_loose() {
                    certain.push(hunk.clone());
                }
                all.push(hunk);
            }
            Outcome::Missing { .. } | Outcome::Ambiguous { .. } => none += 1,
            Outcome::Already { .. } => {}
        }
    }
    certain.sort_by_key(|hunk| hunk.span);
    all.sort_by_key(|hunk| hunk.span);
    (apply(text, &certain), apply(text, &all), none)
}

fn fenced(text: &str) -> String {
    format!(
        "Here is the new version:\n\n```\n{}\n```\n\nI kept the rest.\n",
        text.trim_end_matches('\n')
    )
}

fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (old, new)| {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        text.replace(old, new)
    })
}

/// What is certain of a fenced text when a change is wanted: all, or nothing.
#[track_caller]
fn check(text: &str, part: &str, expected: &str, certain: bool) {
    let (sure, all, none) = read(text, &fenced(part), Wanted::Change);
    assert_eq!((all.as_str(), none), (expected, 0), "{part}");
    assert_eq!(sure, if certain { expected } else { text }, "{part}");
    // Nobody who asks a question gets a change that is certain.
    let (sure, all, none) = read(text, &fenced(part), Wanted::Answer);
    assert_eq!((sure.as_str(), all.as_str(), none), (text, expected, 0), "{part}");
}

#[test]
fn a_function_goes_where_its_name_stands() {
    let guard = "def mean(values):\n    if not values:\n        return 0.0\n    total = 0\n    for v in values:\n        total += v\n    return total / len(values)\n";
    let guarded = edited(
        PY,
        &[("    total = 0\n", "    if not values:\n        return 0.0\n    total = 0\n")],
    );
    check(PY, guard, &guarded, true);
    // Lines of it go: that needs a look.
    let body =
        "    total = 0\n    for v in values:\n        total += v\n    return total / len(values)\n";
    let short = "    return sum(values) / len(values)\n";
    check(PY, &format!("def mean(values):\n{short}"), &edited(PY, &[(body, short)]), false);
    // With what it needs.
    let used = edited(
        PY,
        &[
            (body, "    return fmean(values)\n"),
            ("import sys\n", "import sys\nfrom statistics import fmean\n"),
        ],
    );
    check(
        PY,
        "from statistics import fmean\n\n\ndef mean(values):\n    return fmean(values)\n",
        &used,
        false,
    );
    // Another name of an argument.
    let named = edited(
        PY,
        &[("mean(values):", "mean(numbers):"), (body, "    return sum(numbers) / len(numbers)\n")],
    );
    check(PY, "def mean(numbers):\n    return sum(numbers) / len(numbers)\n", &named, false);
    // A method without its indent, whose comment is left out.
    let more = edited(
        CODE,
        &[(
            "        calls.push(now);\n",
            "        calls.push(now);\n        calls.shrink_to_fit();\n",
        )],
    );
    let method = "pub fn allow(&mut self, caller: &str, now: Instant) -> bool {\n    let calls = self.seen.entry(caller.to_string()).or_default();\n    calls.retain(|at| now.duration_since(*at) < self.window);\n    if calls.len() >= 5 {\n        return false;\n    }\n    calls.push(now);\n    calls.shrink_to_fit();\n    true\n}\n";
    check(CODE, method, &more, true);
    // A class of which only one method is told.
    let clear = edited(CODE, &[("self.seen.remove(caller);", "self.seen.remove_entry(caller);")]);
    let class = "impl Limiter {\n    pub fn forget(&mut self, caller: &str) {\n        self.seen.remove_entry(caller);\n    }\n}\n";
    check(CODE, class, &clear, true);
    // A new one behind one that stays.
    let len = "\n    pub fn len(&self) -> usize {\n        self.seen.len()\n    }\n";
    let forget =
        "    pub fn forget(&mut self, caller: &str) {\n        self.seen.remove(caller);\n    }\n";
    let grown = edited(CODE, &[(forget, &format!("{forget}{len}"))]);
    check(CODE, &format!("{forget}{len}"), &grown, true);
    // It is called so twice.
    let twice = format!("{PY}\n\ndef mean(values):\n    return 0\n");
    let (_, all, none) =
        read(&twice, &fenced(&format!("def mean(values):\n{short}")), Wanted::Change);
    assert_eq!((all.as_str(), none), (twice.as_str(), 1));
    // One that lost a closing line: which, its words don't tell.
    let kind = "fn kind(byte: u8) -> usize {\n    match byte {\n        0x09..=0x0d => 1,\n        0xc2 => 2,\n        0xe1 => 3,\n        _ => 0,\n    }\n}\n\nfn other() {\n    go();\n}\n";
    let lost = kind[..kind.find("\n\nfn other").unwrap()].replace("\n    }\n", "\n");
    let long = format!("{CODE}\n{kind}");
    let (_, all, none) = read(&long, &fenced(&lost), Wanted::Change);
    assert_eq!((all.as_str(), none), (long.as_str(), 1));
    // What breaks off is none.
    let (_, all, none) = read(CODE, &fenced(&method[..method.len() - 12]), Wanted::Change);
    assert_eq!((all.as_str(), none), (CODE, 1));
}

#[test]
fn a_section_goes_where_its_heading_stands() {
    let steps = edited(PLAN, &[("in February", "in March")]);
    check(PLAN, &steps[steps.find("## Next").unwrap()..], &steps, true);
    let summary = edited(
        PLAN,
        &[(
            "We open a small bakery at the corner of Mill Street in May 2026. The shop sells bread from seven in the morning and closes at two.",
            "A small bakery in Mill Street, from May 2026, open from seven to two.",
        )],
    );
    check(
        PLAN,
        "## Summary\n\nA small bakery in Mill Street, from May 2026, open from seven to two.\n",
        &summary,
        false,
    );
    // The whole text, much shorter, with all of its headings.
    let short = "# Bakery plan\n\n## Summary\n\nA small bakery in Mill Street opens in May 2026.\n\n## Costs\n\n| Item | Monthly | Once |\n|------|--------:|-----:|\n| Rent | 900 | 0 |\n| Oven | 0 | 4,000 |\n\nThe rent is fixed for three years.\n\n## Staff\n\nOne baker and an apprentice.\n\n## Next steps\n\nLease in January, oven in February.\n";
    check(PLAN, short, short, false);
    // A heading at the end says where the text goes on.
    let text = format!(
        "{}## Risks\n",
        &summary[summary.find("## Summary").unwrap()..summary.find("## Costs").unwrap()]
    );
    let long = format!("{PLAN}\n## Risks\n\nThe oven arrives late.\n");
    let (_, all, _) = read(&long, &fenced(&text), Wanted::Change);
    assert_eq!(all, long.replace(PLAN, &summary));
}

#[test]
fn rows_and_paragraphs_go_to_their_own() {
    check(PLAN, "| Staff | 2,600 | 0 |", &edited(PLAN, &[("2,400", "2,600")]), false);
    let more = edited(
        PLAN,
        &[("| Staff | 2,400 | 0 |\n", "| Staff | 2,400 | 0 |\n| Power | 180 | 0 |\n")],
    );
    check(PLAN, "|Staff|2,400|0|\n|Power|180|0|", &more, false);
    let text = edited(
        PLAN,
        &[(
            "for three years. After that it follows the index",
            "for five years, and follows the index after that",
        )],
    );
    let line = text.lines().find(|line| line.starts_with("The rent")).unwrap();
    let (_, all, none) = read(PLAN, &fenced(line), Wanted::Change);
    assert_eq!((all.as_str(), none), (text.as_str(), 0));
}

#[test]
fn what_stands_there_already_is_not_new() {
    let risks = "## Risks\n\nThe oven may arrive late, and then the opening has to wait for it.\n";
    let long = format!("{PLAN}\n{risks}");
    let steps = &PLAN[PLAN.find("## Next").unwrap()..];
    // A section that is called otherwise now, of one line, and with a word of it changed.
    for (old, new) in [("Risks", "Dangers"), ("Risks\n\nThe oven", "Dangers\n\nThe furnace")] {
        let text = format!("{steps}\n{}", risks.replace(old, new));
        check(&long, &text, &long.replace(old, new), false);
    }
    let tools = "## Tools\n\nA van, two bicycles and a barrow.\n\n";
    let costs = &PLAN[PLAN.find("## Costs").unwrap()..PLAN.find("## Staff").unwrap()];
    let staff = &PLAN[PLAN.find("## Staff").unwrap()..PLAN.find("## Next").unwrap()];
    let with = PLAN.replace("## Staff", &format!("{tools}## Staff"));
    check(PLAN, &format!("{costs}{tools}{staff}"), &with, true);
    check(PLAN, &format!("{costs}{tools}...\n\n{steps}"), &with, true);
    // Whether the section behind it stays was not said, or is hardly said.
    check(PLAN, &format!("{costs}{tools}"), &with, false);
    for text in [format!("{costs}{tools}{steps}"), format!("{costs}...\n\n{tools}")] {
        let (_, all, none) = read(PLAN, &fenced(&text), Wanted::Change);
        assert_eq!((all.as_str(), none), (PLAN, 1), "{text}");
    }
    for rows in [
        "| Item | Monthly | Once |\n|---|---|---|\n| Power | 180 | 9 |",
        "| Item | Monthly | Once |\n|---|---|---|\n| Rent | 900 | 0 |\n| Power | 180 | 9 |",
    ] {
        let (_, all, _) = read(PLAN, &fenced(rows), Wanted::Change);
        assert_eq!(all, PLAN, "{rows}");
    }
}

#[test]
fn each_part_of_a_known_name_has_its_own_places() {
    let twice = |name: &str| format!("def {name}(values):\n    return 0\n\n\n");
    let text = format!("{}{}{}{}", twice("one"), twice("two"), twice("one"), twice("two"));
    let answer = fenced("def one(values):\n    return 1\n\n\ndef two(values):\n    return 2\n");
    let mut landing = Landing::new(&Rope::from_str(&text)).wanting(Wanted::Change);
    let mut parser = ReplyParser::new(Dialect::Blocks);
    let mut pieces = parser.push(&answer);
    pieces.extend(parser.finish());
    pieces.iter().for_each(|piece| assert!(landing.take(piece).is_empty()));
    let places = |landed: Landed| match landed.outcome {
        Outcome::Ambiguous { candidates, .. } => candidates
            .iter()
            .map(|at| text.chars().skip(at.start.0).take(7).collect::<String>())
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let found: Vec<Vec<String>> = landing.finish().into_iter().map(places).collect();
    assert_eq!(found, [["def one", "def one"], ["def two", "def two"]]);
}

#[test]
fn gaps_of_a_part_keep_what_they_stand_for() {
    let steps = edited(PLAN, &[("in February", "in March")]);
    let section = &steps[steps.find("## Next").unwrap()..];
    for gap in [
        "...",
        "…",
        "[...]",
        "<!-- ... existing content ... -->",
        "*(rest of the document unchanged)*",
        "[Previous sections unchanged]",
        "// ...",
    ] {
        check(PLAN, &format!("{gap}\n\n{section}\n{gap}\n"), &steps, true);
        check(PLAN, &format!("{gap}\n\n{section}"), &steps, true);
    }
    let guarded = edited(
        CODE,
        &[(
            "-> bool {\n",
            "-> bool {\n        if caller.is_empty() {\n            return false;\n        }\n",
        )],
    );
    let head = "    pub fn allow(&mut self, caller: &str, now: Instant) -> bool {\n        if caller.is_empty() {\n            return false;\n        }\n        let calls = self.seen.entry(caller.to_string()).or_default();\n";
    for text in [
        format!("// ... existing code ...\n{head}\n// ... existing code ...\n"),
        format!(
            "// ... existing code ...\n{head}        // ... existing code ...\n    }}\n// ... existing code ...\n"
        ),
        format!(
            "impl Limiter {{\n    // ... existing code ...\n\n{head}        // ...\n    }}\n\n    // ... existing code ...\n}}\n"
        ),
        format!(
            "use std::collections::HashMap;\n\n// ... existing code ...\n\n{head}        // ...\n    }}\n\n// ... existing code ...\n"
        ),
    ] {
        check(CODE, &text, &guarded, true);
    }
    // Lines between those that stand there once.
    let between = edited(
        CODE,
        &[(
            "        calls.push(now);\n",
            "        calls.push(now);\n        calls.shrink_to_fit();\n",
        )],
    );
    let text = "// ...\n        calls.push(now);\n        calls.shrink_to_fit();\n        true\n    }\n// ...\n";
    let (sure, ..) = read(CODE, &fenced(text), Wanted::Change);
    assert_eq!(sure, between);
    // Python has nothing that closes: the gap goes on with what begins before it.
    let doc = edited(PY, &[("def read(path):\n", "def read(path):\n    check(path)\n")]);
    check(
        PY,
        "def read(path):\n    check(path)\n    with open(path) as f:\n\n# ... existing code ...\n",
        &doc,
        true,
    );
}

#[test]
fn what_has_no_place_is_told_when_a_change_is_wanted() {
    for (text, part) in [
        (PY, "def median(values):\n    return sorted(values)[len(values) // 2]\n"),
        (PLAN, "## Risks\n\nThe oven arrives late, or the permit does.\n"),
    ] {
        let (_, all, none) = read(text, &fenced(part), Wanted::Change);
        assert_eq!((all.as_str(), none), (text, 1), "{part}");
        let (_, all, none) = read(text, &fenced(part), Wanted::Answer);
        assert_eq!((all.as_str(), none), (text, 0), "{part}");
    }
}

#[test]
fn an_answer_that_explains_changes_nothing() {
    let body = "def mean(values):\n    total = 0\n    for v in values:\n        total += v\n    return total / len(values)\n";
    for answer in [
        format!("This is what it does:\n\n```python\n{body}```\n\nIt loops over all values.\n"),
        "It works like this:\n\n```python\ndef mean(values):\n    return sum(values) / len(values)\n```\n".to_owned(),
        "Run it so:\n\n```sh\npython mean.py values.csv\n```\n\nYou can change the path.\n".to_owned(),
        "A list would be clearer. For example:\n\n```markdown\n- one\n- two\n```\n".to_owned(),
        format!("I would leave it as it is, there is nothing to improve:\n\n```python\n{}```\n", body.replace("total", "sum")),
    ] {
        let (_, all, none) = read(PY, &answer, Wanted::Answer);
        assert_eq!((all.as_str(), none), (PY, 0), "{answer}");
    }
}

#[test]
fn the_name_of_the_file_is_none_of_the_text() {
    let whole = edited(CODE, &[("calls.len() >= 5", "calls.len() > 5")]);
    for name in [
        "// limiter.rs",
        "// src/limiter.rs\n",
        "src/limiter.rs",
        "/* limiter.rs */",
        "// File: limiter.rs",
    ] {
        let (sure, _, none) = read(CODE, &fenced(&format!("{name}\n{whole}")), Wanted::Change);
        assert_eq!((sure.as_str(), none), (whole.as_str(), 0), "{name}");
    }
    let whole = edited(PLAN, &[("in February", "in March")]);
    for name in ["<!-- plan.md -->\n", "# plan.md"] {
        let (sure, _, none) = read(PLAN, &fenced(&format!("{name}\n{whole}")), Wanted::Change);
        assert_eq!((sure.as_str(), none), (whole.as_str(), 0), "{name}");
    }
    // Its own first line, and another comment.
    let own = format!("// limiter.rs\n{CODE}");
    let (sure, ..) = read(&own, &fenced(&own.replace(">= 5", "> 5")), Wanted::Change);
    assert_eq!(sure, own.replace(">= 5", "> 5"));
    let (sure, ..) = read(CODE, &fenced(&format!("// Counts calls.\n{CODE}")), Wanted::Change);
    assert_eq!(sure, format!("// Counts calls.\n{CODE}"));
}

#[test]
fn parts_in_several_fences_are_each_read() {
    let two = edited(
        PY,
        &[
            ("list(csv.reader(f))", "[row for row in csv.reader(f) if row]"),
            ("    total = 0\n", "    total = 0.0\n"),
        ],
    );
    let of = |name: &str, end: &str| {
        let from = two.find(name).unwrap();
        &two[from..from + two[from..].find(end).unwrap()]
    };
    let answer = format!(
        "First, `mean`:\n\n```python\n{}```\n\nThen I changed `read`:\n\n```python\n{}```\n",
        of("def mean", "\n\nif"),
        of("def read", "\n\ndef mean"),
    );
    for wanted in [Wanted::Change, Wanted::Answer] {
        assert_eq!(read(PY, &answer, wanted).1, two);
    }
    // Two versions of one: neither.
    let versions = ["0.0", "1.0"].map(|new| PY.replace("total = 0", &format!("total = {new}")));
    let versions = versions
        .map(|text| fenced(&text[text.find("def mean").unwrap()..text.find("\n\nif").unwrap()]));
    let (_, all, none) = read(PY, &versions.concat(), Wanted::Change);
    assert_eq!((all.as_str(), none), (PY, 0));
}

/// Lines of the texts, cut, mixed and with gaps between: what is placed is there, and no two of
/// them meet.
#[test]
fn whatever_stands_in_a_fence_what_is_placed_is_there() {
    let property = |seed: u64| {
        let mut rand = Rand::from_number(seed);
        let texts = [PLAN, CODE, PY];
        let text = texts[rand.below(3)];
        let mut lines: Vec<String> = Vec::new();
        for _ in 0..1 + rand.below(3) {
            let from = if rand.below(4) == 0 { texts[rand.below(3)] } else { text };
            let all: Vec<&str> = from.lines().collect();
            let start = rand.below(all.len());
            let end = (start + 1 + rand.below(14)).min(all.len());
            lines.extend(all[start..end].iter().map(|line| (*line).to_owned()));
            if rand.below(2) == 0 {
                lines.push(
                    ["...", "// ... existing code ...", "", "    # ..."][rand.below(4)].into(),
                );
            }
        }
        for _ in 0..rand.below(4) {
            let at = rand.below(lines.len());
            match rand.below(4) {
                0 => drop(lines.remove(at)),
                1 => lines[at] = lines[at].trim_start().to_owned(),
                2 => lines[at].push_str(" more"),
                _ => lines.insert(at, "quite another line {".into()),
            }
            if lines.is_empty() {
                return;
            }
        }
        let mut answer = fenced(&lines.join("\n"));
        if rand.below(4) == 0 {
            answer.push_str(&fenced(&lines[lines.len() / 2..].join("\n")));
        }
        let base = if rand.below(4) == 0 { text.replace('\n', "\r\n") } else { text.to_owned() };
        for wanted in [Wanted::Change, Wanted::Answer] {
            let mut parser = ReplyParser::new(Dialect::Blocks);
            let mut landing = Landing::new(&Rope::from_str(&base)).wanting(wanted);
            let mut pieces = parser.push(&answer);
            pieces.extend(parser.finish());
            let mut landed: Vec<Landed> =
                pieces.iter().flat_map(|piece| landing.take(piece)).collect();
            landed.extend(landing.finish());
            let mut end = 0;
            for one in landed {
                let Outcome::Placed { hunk, .. } = one.outcome else { continue };
                let there: String =
                    base.chars().skip(hunk.span.start.0).take(hunk.span.len()).collect();
                assert_eq!(there, hunk.old, "{answer}");
                assert!(hunk.old != hunk.new, "{answer}");
                assert!(hunk.span.start.0 >= end, "two hunks meet: {answer}");
                end = hunk.span.end.0;
            }
        }
    };
    cases(400).for_each(property);
    fuzz(property);
}

#[test]
fn an_example_of_an_edit_that_the_document_shows_is_none() {
    let text = "# How to\n\nWrite:\n\n```\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n```\n\nThen save.\n";
    let new = text.replace("Then save", "Then save it");
    for fence in ["```", "````"] {
        let answer = Answer::read(
            &Rope::from_str(text),
            &format!("{fence}markdown\n{new}{fence}\n"),
            &|_| false,
        );
        assert_eq!(answer.applied(text, &answer.fits(false)), new, "{fence}");
    }
    // An edit beside it is one.
    let answer = "<<<<<<< SEARCH\nThen save.\n=======\nThen save it.\n>>>>>>> REPLACE\n";
    let answer = Answer::read(&Rope::from_str(text), answer, &|_| false);
    assert_eq!(answer.applied(text, &answer.fits(false)), new);
}

/// What an answer lost of a part is not made up for by its words.
#[test]
fn what_runs_on_or_lost_a_bracket_has_no_place() {
    let allow = "    pub fn allow(&mut self, caller: &str, now: Instant) -> bool {\n        let calls = self.seen.entry(caller.to_string()).or_default();\n        calls.retain(|at| now.duration_since(*at) < self.window);\n        if calls.len() >= 5 {\n            return false;\n";
    let lost = format!("{allow}        calls.push(now);\n        true\n    }}\n");
    let twice = format!("{CODE}\nimpl Other {{\n{allow}        }}\n        true\n    }}\n}}\n");
    let methods = "class Screen:\n    def __init__(self, columns, rows):\n        self.columns = columns\n        self.rows = rows\n\n    def clear(self):\n        self.rest = None\n";
    let classes = format!("{PY}\n\n{methods}");
    let runs_on = "def read(path):\n    # Told once only.\n\n\n    def __init__(self, columns, rows):\n        self.columns = columns\n        self.rows = rows\n";
    for (text, part) in [(CODE, lost.as_str()), (&twice, &lost), (&classes, runs_on)] {
        let (_, all, none) = read(text, &fenced(part), Wanted::Change);
        assert_eq!((all.as_str(), none), (text, 1), "{part}");
    }
}

/// Whoever leaves lines out meant something else to change than the marks of a list.
#[test]
fn other_marks_in_a_part_with_gaps_are_no_change() {
    let list = "# Plan\n\n## Who\n\n- Anna brings the bread\n- Bob brings the tea\n\n## When\n\n- on Monday at noon\n- on Friday at two\n\n## Where\n\nIn the hall.\n";
    let stars = list.replace("- ", "* ");
    let gaps = "# Plan\n\n(...)\n\n## When\n\n* on Monday at noon\n* on Friday at two\n\n(...)\n";
    let (_, all, _) = read(list, &fenced(gaps), Wanted::Change);
    assert_eq!(all, list);
    let (_, all, none) = read(list, &fenced(&gaps.replace("noon", "one")), Wanted::Change);
    assert_eq!((all, none), (list.replace("noon", "one"), 0));
    let (sure, _, _) = read(list, &fenced(&stars), Wanted::Change);
    assert_eq!(sure, stars);
}

#[test]
fn a_text_that_begins_within_a_comment_keeps_all_of_it() {
    let text = "use std::ops::Range;\n\n/// A position in a document, in characters from its start. The unit of the\n/// rope and of the log.\n#[derive(Clone, Copy)]\npub struct Pos {\n    pub at: usize,\n}\n";
    let part =
        "/// rope and of the log.\n#[derive(Clone, Copy)]\npub struct Pos {\n    pub at: u64,\n}\n";
    let (_, all, none) = read(text, &fenced(part), Wanted::Change);
    assert_eq!((all, none), (text.replace("usize", "u64"), 0));
}

/// A part that stands in a fence beside edits is not lost; one that shows what they make is none.
#[test]
fn a_part_beside_edits_is_told() {
    let edit = "<<<<<<< SEARCH\n    total = 0\n=======\n    total = 0.0\n>>>>>>> REPLACE\n";
    let part = "\nAnd the reader:\n\n```python\ndef read(path):\n    with open(path, newline=\"\") as f:\n        return list(csv.reader(f))\n```\n";
    let (sure, all, none) = read(PY, &format!("{edit}{part}"), Wanted::Change);
    assert_eq!((sure, none), (PY.replace("total = 0", "total = 0.0"), 1));
    assert_eq!(all, PY.replace("total = 0", "total = 0.0"));
    let shown = "\nIt then is:\n\n```python\ndef mean(values):\n    total = 0.0\n    for v in values:\n```\n";
    let (_, all, none) = read(PY, &format!("{edit}{shown}"), Wanted::Change);
    assert_eq!((all, none), (PY.replace("total = 0", "total = 0.0"), 0));
}
