//! Line ends that only wrap a paragraph: they are the document's, whatever the model does.

use cowrite::assist::Answer;
use cowrite::base::Rand;
use ropey::Rope;

const BOX: &str = "A box costs forty euros. It is hung under the eaves, four metres above the ground or higher, with free air before it, and it may take three years until a pair moves in. Recordings of the calls, played in May and June, make that faster.";
const BUILD: &str = "Builders do not like holes. When a house is insulated, the gaps under the eaves are closed, often in the very weeks in which the birds are brooding, and nobody has meant any harm.";
const VERSE: &str =
    "The swift flies over the town  \nand never comes down to it  \nbut once in the year.";
const ITEMS: &str = "- forty boxes\n- two ladders\n- nails";

fn wrap(text: &str, width: usize) -> String {
    let paragraph = |text: &str| {
        let (mut out, mut column) = (String::new(), 0);
        for word in text.split(' ') {
            let wide = word.chars().count();
            match column {
                0 => {}
                _ if column + 1 + wide > width => {
                    out.push('\n');
                    column = 0;
                }
                _ => {
                    out.push(' ');
                    column += 1;
                }
            }
            out.push_str(word);
            column += wide;
        }
        out
    };
    let all = text
        .split("\n\n")
        .map(|one| if one.contains('\n') { one.to_owned() } else { paragraph(one) });
    all.collect::<Vec<_>>().join("\n\n")
}

fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

fn fenced(text: &str) -> String {
    format!("```markdown\n{}\n```\n", text.trim_end())
}

/// What becomes of a text, hunks found by likeness as well.
fn made_of(text: &str, answer: &str) -> String {
    let read = Answer::read(&Rope::from_str(text), answer, &|_| false);
    let fits = read.fits(true);
    read.applied(text, &fits)
}

#[track_caller]
fn check(text: &str, answer: &str, expected: &str) {
    for end in ["\n", "\r\n"] {
        let of = |text: &str| text.replace('\n', end);
        assert_eq!(made_of(&of(text), answer), of(expected), "{answer}");
    }
}

fn plan() -> String {
    format!("# Swifts\n\n{BUILD}\n\n{BOX}\n\n{ITEMS}\n\n{VERSE}\n")
}

#[test]
fn a_paragraph_on_one_line_stays_on_one() {
    let doc = plan();
    let (first, last) = (("forty euros", "about forty-five euros"), ("Recordings", "Records"));
    for (from, to) in [first, last] {
        let (new, whole) = (BOX.replace(from, to), doc.replace(from, to));
        for width in [50, 60, 70, 76, 80, 100] {
            check(&doc, &block(&wrap(BOX, width), &wrap(&new, width)), &whole);
            check(&doc, &block(BOX, &wrap(&new, width)), &whole);
            check(&doc, &block(&wrap(BOX, width), &new), &whole);
            check(&doc, &fenced(&wrap(&whole, width)), &whole);
            // One or more paragraphs of it.
            check(&doc, &wrap(&new, width), &whole);
            check(&doc, &format!("{}\n\n{}\n", wrap(BUILD, width), wrap(&new, width)), &whole);
        }
    }
    // Two paragraphs, and a sentence of one.
    let old = format!("{BUILD}\n\n{BOX}");
    let new = old.replace("gaps", "holes");
    check(&doc, &block(&wrap(&old, 70), &wrap(&new, 70)), &doc.replace("gaps", "holes"));
    let (old, new) = (
        "A box costs forty euros. It is hung under the eaves",
        "A box of the kind that we tried costs forty euros, with all that belongs to it. It is hung under the eaves",
    );
    check(&doc, &block(old, &wrap(new, 60)), &doc.replace(old, new));
}

#[test]
fn a_wrapped_paragraph_keeps_its_lines() {
    let doc = wrap(&plan(), 70);
    let was = wrap(BOX, 70);
    for (from, to) in [("Recordings", "Records"), ("forty euros", "ten euros")] {
        let (new, whole) = (BOX.replace(from, to), doc.replacen(from, to, 1));
        check(&doc, &block(BOX, &new), &whole);
        check(&doc, &block(&wrap(BOX, 50), &wrap(&new, 50)), &whole);
        check(&doc, &fenced(&plan().replacen(from, to, 1)), &whole);
        check(&doc, &new, &whole);
    }
    // A wrap that goes with words that change stands between the new ones.
    let (a, b) = was.split_once('\n').expect("two lines");
    let (left, right) =
        (a.rsplit(' ').next().expect("a word"), b.split(' ').next().expect("a word"));
    let new = BOX.replace(&format!("{left} {right}"), "on or over");
    let lines = |text: &str| text.lines().map(|line| line.chars().count()).max();
    let got = made_of(&doc, &block(BOX, &new));
    assert!(lines(&got) <= lines(&doc).map(|most| most + 8), "{got}");
    // Filled anew at the document's column, as it was quoted: that is how it would have it.
    let new = wrap(&BOX.replace("forty", "about forty-five"), 70);
    check(&doc, &block(&was, &new), &doc.replace(&was, &new));
}

#[test]
fn who_asks_for_other_lines_gets_them() {
    let doc = plan();
    let whole = doc.replace(BOX, &wrap(BOX, 72));
    check(&doc, &block(BOX, &wrap(BOX, 72)), &whole);
    // Whatever the quotation does.
    check(&doc, &block(&wrap(BOX, 60), &wrap(BOX, 72)), &whole);
    check(&doc, &fenced(&wrap(&doc, 72)), &wrap(&doc, 72));
    let narrow = wrap(&doc, 72);
    check(&narrow, &block(&wrap(BOX, 72), BOX), &narrow.replace(&wrap(BOX, 72), BOX));
    check(&narrow, &fenced(&doc), &doc);
}

#[test]
fn what_is_no_prose_keeps_its_lines() {
    let doc = plan();
    let put = |new: &str| check(&doc, &block(BOX, new), &doc.replace(BOX, new));
    put(VERSE);
    put(
        "The box costs forty euros:\n\n- it is hung under the eaves, four metres above the ground\n- with free air before it",
    );
    put("| what | costs |\n|---|---|\n| a box of the usual kind | forty euros |");
    put("```\nmake all of the boxes now\nmake install of all of them\n```");
    put("A box costs forty euros\\\nand is hung under the eaves\\\nfour metres above the ground.");
    // Sentences on lines of their own, where hardly a word stays.
    put(
        "We tried it with seven people and all of them found the way.\nWhoever disagrees should say so.",
    );
    // A line beside another.
    let line = "- nails";
    check(
        &doc,
        &block(line, "- nails\n- a drill and a bit"),
        &doc.replace(line, "- nails\n- a drill and a bit"),
    );
    let code = "fn main() {\n    call(first, second, third, fourth, fifth, sixth, seventh, eighth, ninth);\n}\n";
    let new = "    call(\n        first, second, third, fourth,\n        fifth, sixth, seventh, eighth, tenth,\n    );";
    let old = code.lines().nth(1).expect("a line");
    check(code, &block(old, new), &code.replace(old, new));
}

#[test]
fn any_wrapping_of_any_change_is_that_change() {
    const WORDS: &[&str] = &[
        "the", "birds", "of", "a", "town", "nest", "under", "roofs,", "and", "come", "back",
        "every", "spring.", "Nobody", "knows",
    ];
    for seed in crate::harness::cases(300) {
        let mut rand = Rand::from_number(seed);
        let mut number = 0;
        let mut sentence = |rand: &mut Rand| {
            let mut words: Vec<String> = (0..20 + rand.below(40))
                .map(|_| {
                    number += 1;
                    match rand.below(3) {
                        0 => format!("word{number}"),
                        _ => WORDS[rand.below(WORDS.len())].to_owned(),
                    }
                })
                .collect();
            words.insert(0, format!("Start{number}"));
            words.join(" ") + "."
        };
        let all: Vec<String> = (0..2 + rand.below(3)).map(|_| sentence(&mut rand)).collect();
        let long = rand.below(2) == 0;
        let (width, other) = (60 + rand.below(20), 50 + rand.below(50));
        let which = rand.below(all.len());
        let mut words: Vec<&str> = all[which].split(' ').collect();
        // Not at an end of the paragraph.
        let at = 1 + rand.below(words.len() - 2);
        words[at] = "replaced";
        let mut new = all.clone();
        new[which] = words.join(" ");
        let (doc, whole) = (all.join("\n\n") + "\n", new.join("\n\n") + "\n");
        let (doc, expected) = match long {
            true => (doc, whole.clone()),
            false => {
                let doc = wrap(&doc, width);
                // The word that stands there, in its line.
                let mut count = 0;
                let index: usize = all[..which].iter().map(|one| one.split(' ').count()).sum();
                let parts: Vec<String> = doc
                    .split_inclusive([' ', '\n'])
                    .map(|part| {
                        let word = part.trim_end();
                        count += usize::from(!word.is_empty());
                        let here = !word.is_empty() && count == index + at + 1;
                        if here { part.replace(word, "replaced") } else { part.to_owned() }
                    })
                    .collect();
                (doc, parts.concat())
            }
        };
        let as_written = |text: &str| if long { wrap(text, other) } else { text.to_owned() };
        let answer = match rand.below(2) {
            0 => block(&as_written(&all[which]), &as_written(&new[which])),
            _ => fenced(&as_written(&whole)),
        };
        assert_eq!(made_of(&doc, &answer), expected, "seed {seed}\n{doc}\n{answer}");
    }
}

/// A line end that the document has behind the same line is none that the model put there, however
/// long other lines are.
#[test]
fn lines_behind_a_line_that_stays_are_lines() {
    let long = "very ".repeat(40);
    let text = format!(
        "\"\"\"What it does is {long}long.\"\"\"\n\nimport sys\nfrom dataclasses import dataclass, field\nfrom pathlib import Path\n"
    );
    let old = "import sys\nfrom dataclasses import dataclass, field";
    let new = format!("{old}\nwidth = base + 85\n# This is told once only.");
    check(&text, &block(old, &new), &text.replace(old, &new));
}
