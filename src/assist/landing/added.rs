//! What a whole new text brings that may be none of it, at whatever place: text that stands there already,
//! marks of a change, words about a change. And what it lacks at its start, of which nobody said that it goes.

use super::doubt::is_bracketed;
use super::talk;
use super::units::balance;
use super::whole::alike;
use crate::assist::hunks::Hunk;
use std::collections::{BTreeMap, BTreeSet};

/// What is unsure of the hunks that make a new text of an old one.
pub(super) fn doubts(old: &str, new: &str, hunks: &mut [(Hunk, bool)]) {
    let (there, then) = (Lines::of(old), Lines::of(new));
    let known = talk::Known::of(old);
    let comes: Vec<bool> = hunks
        .iter()
        .map(|(hunk, _)| {
            stands_twice(hunk, &there, &then)
                || brings_signs(old, hunk)
                || is_told(old, hunk, &known)
                || is_left_out(hunk)
        })
        .collect();
    // Where changes are shown by marks all of it is so.
    let marked = is_marked(old, new) || is_bold(old, new);
    for ((_, unsure), odd) in hunks.iter_mut().zip(comes) {
        *unsure |= odd || marked;
    }
    // A bracket too many, or too few, comes from where the text was lost or came twice.
    let torn = balance(old) == 0 && balance(new) != 0;
    for (hunk, unsure) in hunks.iter_mut().filter(|_| torn) {
        *unsure |= balance(&hunk.old) != balance(&hunk.new);
    }
    repeated(hunks);
    labels(old, hunks);
    interlinear(&there, hunks);
}

/// How often each line that says something stands in a text.
struct Lines<'a>(BTreeMap<&'a str, usize>);

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let mut all = BTreeMap::new();
        for line in filled(text) {
            *all.entry(line).or_default() += 1;
        }
        Self(all)
    }

    fn count(&self, line: &str) -> usize {
        self.0.get(line).copied().unwrap_or(0)
    }
}

fn filled(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| line.contains(char::is_alphanumeric))
}

fn said(line: &str) -> usize {
    let wide = |sign: char| if ('\u{2e80}'..'\u{e000}').contains(&sign) { 3 } else { 1 };
    line.chars().filter(|sign| sign.is_alphanumeric()).map(wide).sum()
}

/// Whether most of what a hunk brings are lines that the text has already and keeps: a model that
/// repeats itself. The last one may be cut.
fn stands_twice(hunk: &Hunk, there: &Lines<'_>, then: &Lines<'_>) -> bool {
    /// Less is written twice on purpose, in characters that say something.
    const LEAST: usize = 40;
    let goes: BTreeSet<&str> = filled(&hunk.old).collect();
    let comes: Vec<&str> = filled(&hunk.new).filter(|line| !goes.contains(line)).collect();
    let all: usize = comes.iter().map(|line| said(line)).sum();
    let again = |(at, line): (usize, &&str)| {
        // The first and the last are perhaps parts of lines.
        let part = at == 0 || at + 1 == comes.len();
        let same = then.count(line) > there.count(line).max(1) || part && then.has_part_twice(line);
        let cut = || at + 1 == comes.len() && said(line) > 8 && there.is_start(line);
        if same || cut() { said(line) } else { 0 }
    };
    let twice: usize = comes.iter().enumerate().map(again).sum();
    twice >= LEAST && 10 * twice >= 6 * all
}

impl Lines<'_> {
    fn has_part_twice(&self, part: &str) -> bool {
        let with = self.0.iter().filter(|(line, _)| line.contains(part));
        with.map(|(_, count)| count).sum::<usize>() > 1
    }

    /// Whether a line begins so and goes on.
    fn is_start(&self, line: &str) -> bool {
        const ENDS: [char; 7] = ['.', '!', '?', '…', '。', '！', '？'];
        self.count(line) == 0
            && !line.ends_with(ENDS)
            && self.0.range(line..).next().is_some_and(|(one, _)| one.starts_with(line))
    }
}

/// Whether a new text has marks by which changes are shown, and the old one has none such.
pub(super) fn is_marked(old: &str, new: &str) -> bool {
    const PAIRS: [(&str, &str); 8] = [
        ("~~", "~~"),
        ("[-", "-]"),
        ("{+", "+}"),
        ("{--", "--}"),
        ("{~~", "~~}"),
        ("<del>", "</del>"),
        ("<ins>", "</ins>"),
        ("<s>", "</s>"),
    ];
    let has = |text: &str, (open, close): (&str, &str)| {
        text.find(open).is_some_and(|at| text[at + open.len()..].contains(close))
    };
    PAIRS.iter().any(|pair| has(new, *pair) && !has(old, *pair))
}

/// Whether it brings a sign that points at a change, and the text has none such.
pub(super) fn brings_signs(text: &str, hunk: &Hunk) -> bool {
    const SIGNS: [&str; 6] = ["→", "⇒", "<--", "←", " => ", "<!--"];
    let new = hunk.new.as_str();
    let is_new = |sign: &&str| new.contains(*sign) && !text.contains(sign.trim());
    SIGNS.iter().any(is_new) || is_choice(new) && !text.contains('[')
}

/// Whether two texts are given to choose from: `[one / other]`.
pub(super) fn is_choice(text: &str) -> bool {
    text.find('[')
        .is_some_and(|at| text[at..].split(']').next().is_some_and(|inner| inner.contains(" / ")))
}

/// Whether just what changes is set in bold, in a text that has nothing bold.
fn is_bold(old: &str, new: &str) -> bool {
    // Around all of it they are none of the text.
    let around = new.trim().starts_with("**") && new.matches("**").count() == 2;
    if old.contains("**") || !new.contains("**") || around && new.trim().ends_with("**") {
        return false;
    }
    let lines: Vec<&str> = filled(old).collect();
    new.lines().map(str::trim).filter(|line| line.contains("**")).any(|line| {
        let bare = line.replace("**", "");
        !lines.contains(&bare.trim()) && lines.iter().any(|one| alike(one, &bare))
    })
}

/// Whether dots come for words.
fn is_left_out(hunk: &Hunk) -> bool {
    const FEWEST: usize = 3;
    let new = hunk.new.trim().trim_matches(['[', ']', '(', ')']);
    let dots = !new.is_empty() && new.chars().all(|sign| matches!(sign, '.' | '…'));
    dots && hunk.old.split_whitespace().count() >= FEWEST
}

/// The same few words in brackets that are put in on many lines say something of these.
fn repeated(hunks: &mut [(Hunk, bool)]) {
    const MANY: usize = 3;
    let aside = |hunk: &Hunk| {
        let new = hunk.new.trim();
        let told = new.contains(char::is_alphanumeric) && is_bracketed(new);
        (hunk.old.trim().is_empty() && told).then(|| new.to_owned())
    };
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for one in hunks.iter().filter_map(|(hunk, _)| aside(hunk)) {
        *count.entry(one).or_default() += 1;
    }
    for (hunk, unsure) in hunks {
        *unsure |= aside(hunk).and_then(|one| count.get(&one)).is_some_and(|all| *all >= MANY);
    }
}

/// Whether all that it brings are words about a change, as a paragraph or within a line.
fn is_told(text: &str, hunk: &Hunk, known: &talk::Known) -> bool {
    let new = hunk.new.trim();
    if !hunk.old.trim().is_empty() || new.is_empty() {
        return false;
    }
    let lines = hunk.new.contains('\n');
    let told = |one: &str| {
        talk::is_talk(one, known) || talk::may_be_talk(one) || talk::is_note(one) || is_remark(one)
    };
    let aside = |open: char| new.starts_with(open) && !text.contains(open) && is_bracketed(new);
    let said = || is_bracketed(new) && (talk::tells_of_change(new) || is_own(new));
    match lines {
        true => new.split("\n\n").any(told),
        false => aside('[') || aside('<') || is_remark(new) || said(),
    }
}

/// Whether somebody says something of himself, or of the place.
pub(super) fn is_own(text: &str) -> bool {
    const OWN: [&str; 9] = ["i", "i've", "i'm", "ich", "je", "j'ai", "here", "hier", "ici"];
    let bare = |word: &str| word.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
    text.split_whitespace().any(|one| OWN.contains(&bare(one).as_str()))
}

/// `Comment: …`, `→ Consider …`, `**Paragraph 2 (revised)**`.
fn is_remark(one: &str) -> bool {
    const HEADS: [&str; 13] = [
        "comment",
        "changed",
        "feedback",
        "suggestion",
        "kommentar",
        "geändert",
        "commentaire",
        "modifié",
        "critique",
        "paragraphe modifié",
        "translation",
        "revised",
        "reviewer",
    ];
    const PARTS: [&str; 6] = ["paragraph", "section", "sentence", "line", "absatz", "paragraphe"];
    let one = one.trim();
    let bare = one.trim_matches(['*', '_', '(', ')', '[', ']', ' ', '#', '>']).to_lowercase();
    let head = bare.split([':', '：']).next().unwrap_or_default().trim();
    let mut words = head.split_whitespace();
    let first = words.next().unwrap_or_default();
    let counted = PARTS.contains(&first)
        && words.next().is_some_and(|word| word.starts_with(|sign: char| sign.is_ascii_digit()));
    let noted = ["note", "hinweis", "remarque", "nb"].contains(&head) && is_own(&bare);
    let headed = bare.len() > head.len() && HEADS.contains(&head) || noted;
    one.starts_with(['→', '←', '⇒']) || headed || counted && head.split_whitespace().count() < 5
}

/// Lines that begin alike with a number each, put in at several places: `Paragraph 1:`.
fn labels(text: &str, hunks: &mut [(Hunk, bool)]) {
    let label = |hunk: &Hunk| {
        let new = hunk.new.trim();
        let (head, _) = new.split_once([':', '：'])?;
        let short = head.split_whitespace().count() < 4 && head.len() < 40;
        let bare: String = head
            .chars()
            .filter(|sign| !sign.is_ascii_digit())
            .collect::<String>()
            .trim()
            .to_owned();
        (short && hunk.old.trim().is_empty() && !bare.is_empty() && !text.contains(&bare))
            .then_some(bare)
    };
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for (hunk, _) in hunks.iter() {
        if let Some(label) = label(hunk) {
            *count.entry(label).or_default() += 1;
        }
    }
    for (hunk, unsure) in hunks {
        *unsure |= label(hunk).is_some_and(|label| count.get(&label).is_some_and(|all| *all > 1));
    }
}

/// A line put in behind most lines: a translation, or what is said of each of them.
fn interlinear(there: &Lines<'_>, hunks: &mut [(Hunk, bool)]) {
    const FEWEST: usize = 3;
    let lines: usize = there.0.values().sum();
    let comes = |hunk: &Hunk| {
        hunk.old.trim().is_empty() && hunk.new.contains('\n') && filled(&hunk.new).count() == 1
    };
    let count = hunks.iter().filter(|(hunk, _)| comes(hunk)).count();
    if count >= FEWEST && 2 * count >= lines {
        hunks.iter_mut().for_each(|(hunk, unsure)| *unsure |= comes(hunk));
    }
}

/// The first lines of an old text that a bare one lacks are loose: that they go was not said.
pub(super) fn start(old: &str, from: usize, hunks: &mut [(Hunk, bool)]) {
    let Some((hunk, unsure)) = hunks.first_mut() else { return };
    let at = hunk.span.start.0.saturating_sub(from);
    let first = old.chars().take(at).all(char::is_whitespace);
    let goes = hunk.new.trim().is_empty() && hunk.old.contains('\n');
    *unsure |= first && goes && hunk.old.contains(char::is_alphanumeric);
}
