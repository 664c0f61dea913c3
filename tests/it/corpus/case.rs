//! The cases: which texts, changes, forms and kinds of sloppiness meet, from a seed.
//!
//! A case is data: a document, an answer, and what may become of it. Knows no engine.

use super::answer::{self, FORMS, QUOTING};
use super::bare;
use super::change::{change, pick};
use super::draft::{Draft, Grain, Level, Want, alike, count, in_words, line_start, line_stop};
use super::maps::MAPS;
use super::near;
use super::news::NEWS;
use super::part;
use super::rewritten;
use super::slop::{PARTS, Slop};
use super::texts::{Kind, Text};
use super::uneven::{self, SIDES};
use cowrite::assist::Dialect;
use cowrite::base::Rand;
use std::ops::Range;

/// What is quoted and what is to stand there, as a perfect reader would take it from the answer.
#[derive(Clone, Debug)]
pub struct Pair {
    pub old: String,
    pub new: String,
    pub line: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Case {
    /// `text/change/form/sloppiness#seed.number`.
    pub name: String,
    pub kind: Kind,
    pub form: &'static str,
    pub slop: &'static str,
    pub doc: String,
    pub answer: String,
    pub asked: Dialect,
    /// What was selected, in bytes of `doc`: bare text is for this.
    pub selected: Option<Range<usize>>,
    /// Only what needs no look is taken: hunks that are marked as loose stay out.
    pub certain: bool,
    /// The answer broke off, and this is known.
    pub cut: bool,
    /// Empty where nothing is quoted.
    pub pairs: Vec<Pair>,
    /// The true edits, in bytes of `doc`, in order.
    pub parts: Vec<(Range<usize>, String)>,
    /// The lines that are quoted, where there is one edit.
    pub lines: Option<Range<usize>>,
    pub level: Level,
    pub want: Want,
}

/// The rows of the table; a row with a larger number has so many times the cases.
const OTHERS: &[(&str, usize)] =
    &[("none", 6), ("two", 2), ("several", 2), ("truncated", 2), ("examples", 1)];

fn rows() -> Vec<&'static str> {
    let others = OTHERS.iter().flat_map(|(name, times)| std::iter::repeat_n(*name, *times));
    let slops = PARTS.iter().chain(MAPS).chain(SIDES).chain(NEWS).map(|(name, _)| *name);
    others.chain(slops).chain((0..near::KINDS).map(near::name_of)).collect()
}

/// So many cases of one seed, and as many of each row again for answers that quote nothing.
pub fn cases(texts: &[Text], seed: u64, most: usize) -> Vec<Case> {
    let rows = rows();
    let unquoted: Vec<&str> = [bare::ROWS, rewritten::ROWS, part::ROWS, uneven::ROWS].concat();
    let more = most.div_ceil(rows.len()) * unquoted.len();
    let row = |number: usize| match number.checked_sub(most) {
        None => rows[number % rows.len()],
        Some(number) => unquoted[number % unquoted.len()],
    };
    (0..most + more).filter_map(|number| case(texts, row(number), seed, number)).collect()
}

fn case(texts: &[Text], row: &'static str, seed: u64, number: usize) -> Option<Case> {
    const TRIES: u64 = 600;
    (0..TRIES).find_map(|attempt| {
        let number64 = number as u64;
        let mut rand = Rand::from_number((seed * 100_000 + number64) * TRIES + attempt);
        let mut case = attempt_case(texts, row, &mut rand)?;
        case.name = format!("{}#{seed}.{number}", case.name);
        Some(case)
    })
}

fn attempt_case(texts: &[Text], row: &'static str, rand: &mut Rand) -> Option<Case> {
    let text = &texts[rand.below(texts.len())];
    if row == "several" {
        return several(text, rand);
    }
    if row == "examples" {
        return example(text, rand);
    }
    if bare::ROWS.contains(&row) {
        return bare::case(text, row, rand);
    }
    if rewritten::ROWS.contains(&row) {
        return rewritten::case(text, row, rand);
    }
    if part::ROWS.contains(&row) {
        return part::case(text, row, rand);
    }
    if uneven::ROWS.contains(&row) {
        return uneven::case(text, row, rand);
    }
    let mut draft = draft(text, row, rand)?;
    match row {
        "none" | "truncated" => {}
        "two" => two(&mut draft, rand)?,
        _ => match PARTS.iter().chain(MAPS).chain(SIDES).chain(NEWS).find(|(name, _)| *name == row)
        {
            Some((_, spoil)) => spoil(&mut draft, rand)?,
            None => {
                let index = (0..near::KINDS).find(|index| near::name_of(*index) == row)?;
                near::miss(&mut draft, index, rand)?;
            }
        },
    }
    let plain = matches!(row, "none" | "truncated");
    let forms = if plain { FORMS } else { QUOTING };
    let form = *pick(rand, &forms.iter().collect::<Vec<_>>());
    if !draft.only.is_empty() && !draft.only.contains(&form) {
        return None;
    }
    let quotes = QUOTING.contains(&form);
    if quotes && draft.want == Want::Place {
        let sought = in_words(draft.quoted());
        if count(&in_words(&draft.doc), &sought) != 1 && row != "thrice, hint" {
            return None;
        }
    }
    if form == "passage" {
        let kept = in_words(&draft.old_text());
        let kept = kept.split(' ').filter(|word| draft.new.split(' ').all(|new| new != *word));
        let like = 1.0 - draft.old.len() as f64 / draft.quoted().len().max(1) as f64;
        let sure = kept.count() > 10 && like > 0.6 && alike(&draft.doc, &draft.at) < 0.5;
        draft.want = if sure { Want::Place } else { Want::Either };
    }
    let mut case = finish(&[draft], form, row, rand)?;
    // Of a right quotation all is shown, with what nobody wants in it: it must not be taken unseen.
    case.certain |= NEWS.iter().any(|(name, _)| *name == row);
    // A paragraph without a frame may be talk.
    if form == "passage" && !case.answer.contains("```") {
        case.want = Want::Either;
    }
    Some(case)
}

/// A quotation as models cut it, for this row of the table.
pub fn draft(text: &Text, row: &str, rand: &mut Rand) -> Option<Draft> {
    let change = change(text, rand)?;
    let grain = match (row, rand.below(6)) {
        ("partial", _) => Grain::Tight,
        ("elided lines", _) => Grain::Lines(1 + rand.below(6), 1 + rand.below(6)),
        ("elided words" | "wrapped" | "word" | "typo" | "word dropped", 0..=3) => {
            Grain::Lines(0, 0)
        }
        ("stale", _) => Grain::Lines(1 + rand.below(3), 1 + rand.below(3)),
        (_, 0) => Grain::Tight,
        (_, 1) => Grain::Sentence,
        (_, 2) => Grain::Lines(0, 0),
        _ => Grain::Lines(rand.below(4), rand.below(4)),
    };
    let draft = Draft::new(text, change, grain, rand)?;
    // What is to come stands there already, or hardly anything is quoted.
    let new = draft.change.new.trim();
    let fresh = new.chars().count() < 12 || !draft.doc.contains(new);
    let telling =
        draft.quoted().split_whitespace().count() > 1 || draft.quoted().trim().chars().count() > 6;
    (fresh && telling && draft.quoted().len() < 6000).then_some(draft)
}

fn two(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    const FIRST: &[&str] = &["word", "typo", "stale", "partial", "elided lines"];
    const NOT: &[&str] = &["line numbers", "fences", "escaped", "line off", "blank line"];
    let maps: Vec<&Slop> = MAPS.iter().filter(|(name, _)| !NOT.contains(name)).collect();
    let mut first: Vec<&Slop> = PARTS.iter().filter(|(name, _)| FIRST.contains(name)).collect();
    first.extend(maps.iter().copied());
    let (a, b) = (pick(rand, &first), pick(rand, &maps));
    (a.0 != b.0).then_some(())?;
    (a.1)(draft, rand)?;
    (b.1)(draft, rand)
}

/// Several edits of one document in one answer.
fn several(text: &Text, rand: &mut Rand) -> Option<Case> {
    const SLIGHT: &[&str] =
        &["trailing blanks", "quotes", "tabs", "accents", "blanks", "indent lost"];
    let slight: Vec<&Slop> = MAPS.iter().filter(|(name, _)| SLIGHT.contains(name)).collect();
    let mut drafts: Vec<Draft> = Vec::new();
    let wanted = 2 + rand.below(3);
    let words = in_words(&text.body);
    for _ in 0..40 {
        if drafts.len() == wanted {
            break;
        }
        let Some(mut one) = draft(text, "several", rand) else { continue };
        let apart = |other: &Draft| {
            let (a, b) = (quoted_lines(&one), quoted_lines(other));
            a.end < b.start || b.end < a.start
        };
        let fresh = drafts.iter().all(|other| other.change.new != one.change.new);
        if !drafts.iter().all(apart) || !fresh || count(&words, &in_words(one.quoted())) != 1 {
            continue;
        }
        if rand.below(3) == 0 {
            let _ = (pick(rand, &slight).1)(&mut one, rand);
        }
        drafts.push(one);
    }
    (drafts.len() > 1).then_some(())?;
    drafts.sort_by_key(|draft| draft.at.start);
    let form = *pick(
        rand,
        &["blocks", "patch", "diff", "tags", "tool", "whole"].iter().collect::<Vec<_>>(),
    );
    finish(&drafts, form, "several", rand)
}

/// An answer that shows something and wants nothing changed.
fn example(text: &Text, rand: &mut Rand) -> Option<Case> {
    let change = change(text, rand)?;
    let draft = Draft::new(text, change, Grain::Lines(rand.below(2), rand.below(2)), rand)?;
    let quoted = draft.quoted().trim_end();
    (quoted.len() > 30 && !quoted.contains("```")).then_some(())?;
    let shown = match rand.below(5) {
        0 => format!("This is what it says:\n\n```\n{quoted}\n```\n\nI would leave it as it is.\n"),
        1 => format!("> {}\n\nThat is clear enough.\n", quoted.replace('\n', "\n> ")),
        2 => "Run it like this:\n\n```sh\nmake check\nmake install\n```\n\nThat is all.\n".into(),
        3 => "A block looks like this:\n\n````\n<<<<<<< SEARCH\nthe old line\n=======\nthe new line\n>>>>>>> REPLACE\n````\n".into(),
        _ => format!("You asked about “{quoted}”. It means what it says.\n"),
    };
    Some(Case {
        name: format!("{}/shown/none/examples", text.name),
        kind: text.kind,
        form: "talk",
        slop: "examples",
        doc: draft.doc.clone(),
        answer: shown,
        asked: Dialect::Blocks,
        selected: None,
        certain: false,
        cut: false,
        pairs: Vec::new(),
        parts: Vec::new(),
        lines: None,
        level: Level::Exact,
        want: Want::Refuse,
    })
}

pub fn quoted_lines(draft: &Draft) -> Range<usize> {
    let end = draft.at.end;
    let lined = end > draft.at.start && draft.doc[..end].ends_with('\n');
    let end = if lined { end } else { line_stop(&draft.doc, end) };
    line_start(&draft.doc, draft.at.start.min(draft.doc.len()))..end
}

pub fn finish(
    drafts: &[Draft],
    form: &'static str,
    row: &'static str,
    rand: &mut Rand,
) -> Option<Case> {
    let all: Vec<&Draft> = drafts.iter().collect();
    let first = all[0];
    if all.len() > 1 && matches!(form, "gaps" | "passage") {
        return None;
    }
    let written = answer::write(form, &all, rand)?;
    let (mut answer, mut cut, mut want) = (written.text, false, first.want);
    if row == "truncated" {
        let at = answer.floor_char_boundary(rand.below(written.complete.max(1)));
        answer.truncate(at);
        cut = !written.closed || rand.below(2) == 0;
        want = Want::Either;
    }
    // What stands elsewhere as it is quoted has another place.
    let elsewhere = |draft: &&Draft| {
        let old = draft.old_text();
        let mut there = draft.doc.match_indices(old.trim());
        there.any(|(at, _)| !draft.at.contains(&at))
    };
    let hinted = row == "thrice, hint";
    if QUOTING.contains(&form) && want != Want::Refuse && !hinted && all.iter().any(elsewhere) {
        return None;
    }
    // Rewrites have their own line ends and blanks at the end.
    let level = all.iter().map(|draft| draft.level).max().unwrap_or(Level::Exact);
    let level = if QUOTING.contains(&form) { level } else { level.max(Level::Trail) };
    let quoted = QUOTING.contains(&form) && row != "truncated";
    let pair =
        |draft: &&Draft| Pair { old: draft.old_text(), new: draft.new_text(), line: draft.line };
    let near = row.starts_with("near");
    Some(Case {
        name: format!("{}/{}/{form}/{row}", first.text, first.change.kind),
        kind: first.kind,
        form,
        slop: row,
        doc: first.doc.clone(),
        answer,
        asked: written.asked,
        selected: None,
        certain: false,
        cut,
        pairs: if quoted { all.iter().map(pair).collect() } else { Vec::new() },
        parts: match want {
            Want::Refuse => Vec::new(),
            _ => all.iter().map(|d| (d.change.at.clone(), d.change.new.clone())).collect(),
        },
        lines: (all.len() == 1 && !near).then(|| quoted_lines(first)),
        level,
        want,
    })
}

impl Case {
    /// The document with those of the true edits that `taken` says.
    pub fn with(&self, taken: impl Fn(usize) -> bool) -> String {
        let mut out = self.doc.clone();
        for (index, (at, new)) in self.parts.iter().enumerate().rev() {
            if taken(index) {
                out.replace_range(at.clone(), new);
            }
        }
        out
    }
}
