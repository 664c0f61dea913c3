//! Answers in bare text, for a document or a selection, with what models say and put around it; and
//! edits in another form where bare text was asked for.

use super::answer::QUOTING;
use super::case::{Case, draft, finish, quoted_lines};
use super::change::{Class, lines, pick, sentences};
use super::draft::{Draft, Level, Want, count, in_words};
use super::texts::{Kind, Text, wrapped};
use cowrite::assist::Dialect;
use cowrite::base::Rand;

pub const TALK: &str = "talk around all of it";
pub const SELECTED: &str = "talk around a part";
pub const OTHER: &str = "other form than asked";
pub const WRAPPED: &str = "all of it, wrapped";
pub const ORDER: &str = "sentences elsewhere";
pub const ROWS: &[&str] = &[TALK, SELECTED, OTHER, WRAPPED, ORDER];

/// What stands before the text and behind it.
const AROUND: &[(&str, &str)] = &[
    ("Sure, here is the text:\n\n", ""),
    ("", "\n\nI hope this helps!"),
    ("Here is the rewritten text:\n\n", "\n\nLet me know if you'd like any changes."),
    ("**Rewritten:**\n\n", ""),
    ("", "\n\n---\n\n**Changes made:**\n- Replaced some words"),
    ("", "\n\n(I replaced one word.)"),
    ("Of course. I corrected the wording.\n\n", ""),
    ("<new_text>\n", "\n</new_text>"),
    ("Of course! I have corrected the spelling and kept everything else.\n\n", ""),
    ("Here's the revised version:\n", "\n"),
    ("Certainly!\n\n---\n\n", "\n\n---\n\nFeel free to ask for further adjustments."),
    ("Hier ist die überarbeitete Fassung:\n\n", "\n\nIch habe nur die Rechtschreibung korrigiert."),
    ("Voici le texte corrigé :\n\n", "\n\nN'hésitez pas à demander d'autres modifications."),
    ("```markdown\n", "\n```\n\nI changed only what you asked for."),
];

pub fn case(text: &Text, row: &'static str, rand: &mut Rand) -> Option<Case> {
    if row == ORDER {
        return reordered(text, rand);
    }
    let one = draft(text, "none", rand)?;
    let mut case = match row {
        OTHER => other(one, rand)?,
        WRAPPED => rewrapped(&one, rand)?,
        _ => talk(&one, row, rand)?,
    };
    case.slop = row;
    case.certain = true;
    case.pairs.clear();
    Some(case)
}

/// A paragraph that was selected, with its sentences in another order, each by itself or as a list.
fn reordered(text: &Text, rand: &mut Rand) -> Option<Case> {
    let body = text.body.as_str();
    let wordy = [Kind::Prose, Kind::German, Kind::French, Kind::Arabic, Kind::Markdown];
    let prose = lines(body, text.kind).into_iter().filter(|line| line.class == Class::Prose);
    let all: Vec<_> = prose
        .map(|line| line.at.start..line.at.start + body[line.at].trim_end().len())
        .filter(|at| sentences(body, at).len() > 1 && !body[at.clone()].contains('"'))
        .collect();
    (wordy.contains(&text.kind) && !all.is_empty()).then_some(())?;
    let at = all[rand.below(all.len())].clone();
    let mut parts: Vec<&str> =
        sentences(body, &at).into_iter().map(|one| body[one].trim()).collect();
    (parts.iter().all(|one| one.split_whitespace().count() > 2)).then_some(())?;
    // A paragraph alone: others beside it would be wrapped lines of it.
    let apart = |text: Option<&str>| text.is_none_or(|line| line.trim().is_empty());
    let (above, below) = (&body[..at.start], &body[at.end..]);
    (apart(above.lines().next_back()) && apart(below.lines().nth(1))).then_some(())?;
    let new = match rand.below(4) {
        0 => parts.iter().map(|one| format!("- {one}\n")).collect::<String>(),
        1 => parts.join("\n\n"),
        2 => {
            parts.rotate_left(1);
            parts.join(" ")
        }
        _ => {
            let first = parts.len() / 2;
            format!("{}\n\n{}", parts[..first].join(" "), parts[first..].join(" "))
        }
    };
    let new = new.trim_end().to_owned();
    Some(Case {
        name: format!("{}/sentences/bare/{ORDER}", text.name),
        kind: text.kind,
        form: "bare",
        slop: ORDER,
        doc: text.body.clone(),
        answer: new.clone(),
        asked: Dialect::Selection,
        selected: Some(at.clone()),
        certain: true,
        cut: false,
        pairs: Vec::new(),
        parts: vec![(at.clone(), new)],
        lines: Some(at),
        level: Level::Trail,
        want: Want::Place,
    })
}

/// Edits where a text was asked for.
fn other(one: Draft, rand: &mut Rand) -> Option<Case> {
    let sought = in_words(one.quoted());
    (count(&in_words(&one.doc), &sought) == 1).then_some(())?;
    let lines = quoted_lines(&one);
    let form = *pick(rand, &QUOTING.iter().collect::<Vec<_>>());
    let mut case = finish(&[one], form, OTHER, rand)?;
    case.asked = Dialect::Whole;
    if rand.below(2) == 0 {
        case.asked = Dialect::Selection;
        case.selected = Some(lines);
    }
    Some(case)
}

/// The whole text with its paragraphs filled at another column, or each on one line.
fn rewrapped(one: &Draft, rand: &mut Rand) -> Option<Case> {
    let prose = [Kind::Prose, Kind::German, Kind::French, Kind::Arabic, Kind::Markdown];
    let plain = |text: &str| !text.contains(['`', '|', '>']) && !text.contains("\n  ");
    (prose.contains(&one.kind) && plain(&one.doc) && plain(&one.change.new)).then_some(())?;
    let change = &one.change;
    // Line ends that come or go with the change are not told from those that only wrap it.
    let within = |text: &str| text.contains(['\n', '\r']);
    let old = &one.doc[change.at.clone()];
    (!within(old) && !within(&change.new) && old.len() < 200).then_some(())?;
    let new = format!("{}{}{}", &one.doc[..change.at.start], change.new, &one.doc[change.at.end..]);
    let new = new.replace("\r\n", "\n");
    let long = new.lines().any(|line| line.chars().count() > 130);
    let text = match long {
        true => wrapped(&new, 60 + rand.below(30)),
        false => joined(&new)?,
    };
    (text != new).then_some(())?;
    let asked = [Dialect::Whole, Dialect::Blocks][rand.below(2)];
    let answer = match asked {
        Dialect::Whole if rand.below(2) == 0 => text,
        _ => format!("```markdown\n{}\n```\n", text.trim_end()),
    };
    Some(Case {
        name: format!("{}/{}/whole/{WRAPPED}", one.text, change.kind),
        kind: one.kind,
        form: "whole",
        slop: WRAPPED,
        doc: one.doc.clone(),
        answer,
        asked,
        selected: None,
        certain: true,
        cut: false,
        pairs: Vec::new(),
        parts: vec![(change.at.clone(), change.new.clone())],
        lines: None,
        level: Level::Trail,
        want: Want::Place,
    })
}

/// A text whose paragraphs are wrapped, with each on one line.
fn joined(text: &str) -> Option<String> {
    let marks = |line: &str| {
        let first = line.trim_start().chars().next();
        first.is_none_or(|first| "#-*+•".contains(first) || first.is_ascii_digit())
    };
    // Lists would be taken for paragraphs.
    let all: Vec<&str> = text.split("\n\n").collect();
    all.iter().all(|one| one.lines().count() == 1 || !one.lines().any(marks)).then_some(())?;
    Some(all.iter().map(|one| one.trim_end().replace('\n', " ")).collect::<Vec<_>>().join("\n\n"))
}

fn talk(one: &Draft, row: &'static str, rand: &mut Rand) -> Option<Case> {
    (!one.kind.is_code() && !one.doc.contains("```")).then_some(())?;
    let mut lines = if row == SELECTED { quoted_lines(one) } else { 0..one.doc.len() };
    while one.doc[lines.clone()].ends_with(['\n', '\r']) && lines.end > one.change.at.end {
        lines.end -= 1;
    }
    let (old, change) = (&one.doc[lines.clone()], &one.change);
    (lines.start <= change.at.start && change.at.end <= lines.end).then_some(())?;
    let new = format!(
        "{}{}{}",
        &one.doc[lines.start..change.at.start],
        change.new,
        &one.doc[change.at.end..lines.end]
    );
    let new = new.replace("\r\n", "\n");
    (!old.trim().is_empty() && !new.trim().is_empty()).then_some(())?;
    let (before, behind) = AROUND[rand.below(AROUND.len())];
    let body = match rand.below(8) {
        0 if row == SELECTED && !old.contains('>') => {
            new.trim_end().lines().map(|line| format!("> {line}\n")).collect()
        }
        1 if row == SELECTED && !old.contains('"') && !new.contains('"') => {
            format!("\"{}\"", new.trim())
        }
        _ => new.trim_end().to_owned(),
    };
    // A text that is hardly alike, and one whose first or last paragraph is new, may be talk.
    let border = |part: &str| !part.contains("\n\n") && !part.contains("\r\n\r\n");
    let (above, below) =
        (&one.doc[lines.start..change.at.start], &one.doc[change.at.end..lines.end]);
    let kept = old.len() > 4 * change.at.len() && old.len() > 2 * change.new.len();
    let sure = kept && old.split_whitespace().count() > 8
        || row == TALK && !border(above) && !border(below);
    let asked = match row {
        SELECTED => Dialect::Selection,
        _ if rand.below(2) == 0 => Dialect::Whole,
        _ => Dialect::Blocks,
    };
    // An answer to a question for blocks may be anything.
    let sure = sure && asked != Dialect::Blocks && !one.kind.is_spaceless();
    Some(Case {
        name: format!("{}/{}/bare/{row}", one.text, change.kind),
        kind: one.kind,
        form: "bare",
        slop: row,
        doc: one.doc.clone(),
        answer: format!("{before}{body}{behind}"),
        asked,
        selected: (row == SELECTED).then_some(lines.clone()),
        certain: true,
        cut: false,
        pairs: Vec::new(),
        parts: vec![(change.at.clone(), change.new.clone())],
        lines: (row == SELECTED).then_some(lines),
        // A text is written in the document's forms of letters.
        level: Level::Forms,
        want: if sure { Want::Place } else { Want::Either },
    })
}
