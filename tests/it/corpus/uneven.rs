//! Quotations of which only one side is spoilt, signs and quotes that do not belong where they stand,
//! changes of one sentence, and answers that end early without anybody saying so.

use super::case::{Case, draft, finish};
use super::change::{change, pick};
use super::draft::{Apart, Draft, Grain, Level, Want, count, in_words};
use super::maps::{NUMBERS, by_line, common, with_number};
use super::slop::{Slop, require};
use super::texts::{Kind, Text};
use cowrite::assist::Dialect;
use cowrite::base::Rand;

/// On one side of the quotation, or on its signs.
pub const SIDES: &[Slop] = &[
    ("indent of the old lost", flat),
    ("indent of the old shifted", deep),
    ("line numbers on one side", numbered),
    ("quotes in code", quotes),
    ("signs apart", apart),
];

pub const SENTENCE: &str = "one sentence twice";
pub const SHORT: &str = "cut, not told";

/// Cases that are made another way.
pub const ROWS: &[&str] = &[SENTENCE, SHORT];

/// The old lines lost what all of them start with; the new ones stand as they are to.
fn flat(draft: &mut Draft, _: &mut Rand) -> Option<()> {
    require(matches!(draft.grain, Grain::Lines(..)))?;
    let common = common(draft);
    require(!common.is_empty() && !draft.new_text().trim().is_empty())?;
    draft.old_maps.push(Box::new(move |text| {
        by_line(text, |_, line| line.strip_prefix(common.as_str()).unwrap_or(line).to_owned())
    }));
    draft.only = &["blocks", "tool", "tags"];
    Some(())
}

/// The old lines stand deeper than in the document.
fn deep(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    let lined = matches!(draft.grain, Grain::Lines(..));
    require(lined && draft.kind.is_code() && draft.old_text().lines().any(|l| l.starts_with(' ')))?;
    let more = *pick(rand, &[&"  ", &"    "]);
    draft.old_maps.push(Box::new(move |text| {
        by_line(text, |_, line| match line.trim().is_empty() {
            true => line.to_owned(),
            false => format!("{more}{line}"),
        })
    }));
    draft.only = &["blocks", "tool", "tags"];
    Some(())
}

/// Only what was copied has the numbers of its lines, or only what is new.
fn numbered(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    require(matches!(draft.grain, Grain::Lines(..)) && draft.old_text().lines().count() > 1)?;
    require(draft.new_text().lines().filter(|line| !line.trim().is_empty()).count() > 1)?;
    let (first, form) = (draft.true_line(), rand.below(NUMBERS));
    let map =
        Box::new(move |text: &str| by_line(text, |at, line| with_number(form, first + at, line)));
    match rand.below(3) {
        0 => {
            draft.new_maps.push(map);
            draft.want = Want::Either;
        }
        _ => draft.old_maps.push(map),
    }
    draft.only = &["blocks", "tool", "tags"];
    draft.loosen(Level::Trail);
    Some(())
}

/// Curly quotes where they break the code.
fn quotes(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    let kind = draft.kind;
    require(kind.is_code() && !matches!(kind, Kind::Csv | Kind::Html))?;
    let old = draft.old_text();
    require(old.contains('"') && !draft.doc.contains(['“', '”', '‘', '’']))?;
    let even = |text: &str| text.lines().all(|line| line.matches('"').count().is_multiple_of(2));
    require(even(&old) && even(&draft.new_text()) && !draft.new_text().contains('\''))?;
    let curly = |text: &str| {
        let mut open = false;
        let map = |c: char| match c {
            '"' => {
                open = !open;
                if open { '“' } else { '”' }
            }
            c => c,
        };
        text.chars().map(map).collect::<String>()
    };
    match rand.below(3) {
        0 => draft.new_maps.push(Box::new(curly)),
        _ => draft.maps.push(Box::new(curly)),
    }
    // The quotation is exact, and who wants such quotes says so.
    if draft.maps.is_empty() {
        draft.want = Want::Either;
    }
    Some(())
}

fn apart(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    require(matches!(draft.grain, Grain::Lines(..)))?;
    draft.apart = Some(*pick(rand, &[&Apart::Signed, &Apart::Wide, &Apart::Bare]));
    draft.only = &["diff"];
    // Where every line may be indented, how many blanks are signs is anyone's guess.
    let indented = |text: &str| text.lines().any(|line| line.starts_with([' ', '\t', '-', '+']));
    if indented(&draft.old_text()) || indented(&draft.new_text()) {
        draft.want = Want::Either;
    }
    Some(())
}

pub fn case(text: &Text, row: &'static str, rand: &mut Rand) -> Option<Case> {
    let mut case = match row {
        SENTENCE => sentence(text, rand)?,
        _ => short(text, rand)?,
    };
    case.slop = row;
    Some(case)
}

/// Two changes in one paragraph; both quote all of it, as it is.
fn sentence(text: &Text, rand: &mut Rand) -> Option<Case> {
    require(!text.kind.is_code())?;
    let one = change(text, rand)?;
    let grain = *pick(rand, &[&Grain::Sentence, &Grain::Lines(0, 0)]);
    let a = Draft::new(text, one, grain, rand)?;
    require(!a.quoted().trim_end().contains('\n') && a.quoted().split_whitespace().count() > 5)?;
    require(count(&in_words(&a.doc), &in_words(a.quoted())) == 1)?;
    let b = (0..60).find_map(|_| {
        let two = change(text, rand)?;
        let b = Draft::new(text, two, a.grain, rand)?;
        let apart = b.change.at.end < a.change.at.start || a.change.at.end < b.change.at.start;
        (b.at == a.at && apart).then_some(b)
    })?;
    let mut both = [a, b];
    both.sort_by_key(|draft| draft.change.at.start);
    let form = *pick(rand, &[&"blocks", &"tags", &"tool"]);
    let mut case = finish(&both, form, SENTENCE, rand)?;
    case.want = Want::Either;
    Some(case)
}

/// An answer that ends at any byte, and nobody knows that it was cut.
fn short(text: &Text, rand: &mut Rand) -> Option<Case> {
    let one = draft(text, "none", rand)?;
    let form = *pick(rand, &[&"diff", &"diff", &"patch", &"blocks", &"tags", &"tool", &"whole"]);
    let mut case = finish(&[one], form, SHORT, rand)?;
    let whole = case.answer.trim_end().len();
    let head = case.answer.find("@@ -").map_or(0, |at| at + 4);
    require(form != "diff" || !case.answer.contains("```") && head > 0)?;
    let at = case.answer.floor_char_boundary(head + rand.below(whole - head));
    case.answer.truncate(at);
    // Nobody can tell that a line is no whole one that differs from the one that goes, and is like it.
    let signed = |sign: char| case.answer.lines().rfind(move |line| line.starts_with(sign));
    if let (true, Some(new), Some(old)) = (form == "diff", signed('+'), signed('-')) {
        let marked = !old.ends_with(char::is_alphanumeric) && new.ends_with(char::is_alphanumeric);
        let told = old[1..].starts_with(&new[1..]) || marked;
        require(told || !case.answer.ends_with(new))?;
    }
    // Who asks for all of it is told whether that came.
    case.asked = Dialect::Blocks;
    case.want = Want::Either;
    case.certain = true;
    case.pairs.clear();
    Some(case)
}
