//! Near misses: the true passage is gone, and what stands there differs in a number, a name, a
//! negation, a date, a unit, a sign, or one word of opposite sense.

use super::change::{pick, words};
use super::draft::{Draft, Want, count, in_words, line_start, line_stop};
use super::texts::Kind;
use cowrite::base::Rand;
use std::ops::Range;

type Miss = fn(&str, Kind, &mut Rand) -> Option<String>;

pub const MISSES: &[(&str, Miss)] = &[
    ("near: number", number),
    ("near: name", name),
    ("near: negation", negation),
    ("near: date", date),
    ("near: unit", unit),
    ("near: sign", sign),
    ("near: opposite", opposite),
];

/// The pairs of a table are swapped both ways.
type Pairs = &'static [(&'static str, &'static str)];

const OPPOSITES: Pairs = &[
    ("more", "less"),
    ("before", "after"),
    ("above", "below"),
    ("first", "last"),
    ("open", "closed"),
    ("always", "never"),
    ("all", "none"),
    ("with", "without"),
    ("may", "must"),
    ("north", "south"),
    ("large", "small"),
    ("begins", "ends"),
    ("begin", "end"),
    ("winter", "summer"),
    ("inside", "outside"),
    ("true", "false"),
    ("old", "new"),
    ("left", "right"),
    ("late", "early"),
    ("higher", "lower"),
    ("start", "end"),
    ("landlord", "tenant"),
    ("yes", "no"),
    ("cold", "hot"),
    ("same", "different"),
    ("everybody", "nobody"),
    ("local", "remote"),
    ("public", "private"),
    ("min", "max"),
    ("add", "remove"),
    ("accepted", "rejected"),
    ("oben", "unten"),
    ("Südseite", "Nordseite"),
    ("teurer", "billiger"),
    ("plus", "moins"),
    ("avant", "après"),
];
const UNITS: Pairs = &[
    ("g", "kg"),
    ("euros", "dollars"),
    ("litres", "gallons"),
    ("hours", "minutes"),
    ("hour", "day"),
    ("days", "weeks"),
    ("months", "years"),
    ("month", "year"),
    ("ms", "s"),
    ("MB", "GB"),
    ("kB", "MB"),
    ("m²", "ha"),
    ("metres", "feet"),
    ("°C", "°F"),
    ("per cent", "per mille"),
    ("Euro", "Dollar"),
    ("Tonnen", "Kilogramm"),
    ("€", "$"),
    ("元", "美元"),
    ("円", "ドル"),
    ("平方米", "公顷"),
    ("دينار", "درهم"),
    ("مترا", "قدما"),
];
const SIGNS: Pairs = &[
    (" -", " +"),
    ("<= ", ">= "),
    ("== ", "!= "),
    ("+= ", "-= "),
    ("&&", "||"),
    (" < ", " > "),
    ("-> ", "<- "),
];
const DATES: Pairs = &[
    ("January", "July"),
    ("February", "August"),
    ("March", "May"),
    ("April", "June"),
    ("September", "October"),
    ("November", "December"),
    ("Monday", "Tuesday"),
    ("Wednesdays", "Thursdays"),
    ("Saturdays", "Fridays"),
    ("Sundays", "Mondays"),
    ("autumn", "spring"),
    ("février", "octobre"),
    ("Mai", "Juni"),
    ("Frühjahr", "Herbst"),
    ("三月", "四月"),
    ("月曜日", "火曜日"),
    ("土曜日", "日曜日"),
    ("八月", "九月"),
    ("مارس", "مايو"),
];
const NUMERALS: Pairs = &[
    ("two", "three"),
    ("four", "five"),
    ("six", "seven"),
    ("ten", "eleven"),
    ("second", "third"),
    ("twelve", "fifteen"),
    ("zwei", "drei"),
    ("deux", "trois"),
    ("二", "六"),
    ("三", "五"),
    ("ثلاث", "أربع"),
];
const NEGATIONS: &[(&str, &str)] = &[
    (" is ", " is not "),
    (" are ", " are not "),
    (" was ", " was not "),
    (" can ", " cannot "),
    (" will ", " will not "),
    (" shall ", " shall not "),
    (" may ", " may not "),
    (" must ", " must not "),
    (" has ", " has not "),
    (" had ", " hadn’t "),
    (" have ", " have never "),
    (" do ", " don't "),
    (" and ", " and not "),
    (" no ", " a "),
    (" wird ", " wird nicht "),
    (" ist ", " ist nicht "),
    (" est ", " n’est pas "),
    (" if ", " if not "),
    ("可以", "不可以"),
    ("没有", "有"),
    ("ません", "ます"),
    ("さないで", "して"),
    ("不", ""),
    ("لم ", ""),
    ("لا ", ""),
];
const NAMES: &[&str] = &["Anna", "Bashir", "Clara", "Daniel", "Edith", "Miriam", "Otto", "Falk"];

/// Swaps one of the pairs where it stands as a word (or in a script without blanks).
fn swap(text: &str, pairs: Pairs, rand: &mut Rand) -> Option<String> {
    let mut fit = Vec::new();
    for (a, b) in pairs {
        for (from, to) in [(a, b), (b, a)] {
            for (at, _) in text.match_indices(from) {
                // Ideographs stand by themselves.
                let wordy = |c: Option<char>| {
                    c.is_some_and(|c| c.is_alphanumeric() && c < '\u{2e80}' || "'’_".contains(c))
                };
                let (before, behind) = (&text[..at], &text[at + from.len()..]);
                // A letter or two are a unit behind a number only.
                let short =
                    from.len() < 3 && from.is_ascii() && from.starts_with(char::is_alphabetic);
                let cut = wordy(before.chars().next_back()) && wordy(from.chars().next())
                    || wordy(behind.chars().next()) && wordy(from.chars().next_back())
                    || short && !before.trim_end().ends_with(|c: char| c.is_ascii_digit());
                if !cut {
                    fit.push((at..at + from.len(), *to));
                }
            }
        }
    }
    let (at, to) = fit.get(rand.below(fit.len().max(1)))?;
    let mut out = text.to_owned();
    out.replace_range(at.clone(), to);
    Some(out)
}

fn number(text: &str, _: Kind, rand: &mut Rand) -> Option<String> {
    if rand.below(4) == 0 {
        return swap(text, NUMERALS, rand);
    }
    let digits: Vec<usize> =
        text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
    let at = *digits.get(rand.below(digits.len().max(1)))?;
    let mut out = text.to_owned();
    let digit = text.as_bytes()[at] - b'0';
    match rand.below(3) {
        0 => out.insert(at, char::from(b'1' + rand.below(9) as u8)),
        _ => {
            let other = (digit + 1 + rand.below(8) as u8) % 10;
            out.replace_range(at..=at, &other.to_string());
        }
    }
    Some(out)
}

fn name(text: &str, kind: Kind, rand: &mut Rand) -> Option<String> {
    if kind.is_code() {
        // Another name of a thing.
        let all = words(text, &(0..text.len()));
        let fit: Vec<_> = all.iter().filter(|at| text[(*at).clone()].contains('_')).collect();
        let at = (*fit.get(rand.below(fit.len().max(1)))?).clone();
        let mut out = text.to_owned();
        out.insert_str(at.end, "_old");
        return Some(out);
    }
    let all = words(text, &(0..text.len()));
    let mut fit = Vec::new();
    for at in &all[1.min(all.len())..] {
        let word = &text[at.clone()];
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        let inside = text[..at.start].ends_with([' ', ',']);
        let sentence = text[..at.start].trim_end().ends_with(['.', '!', '?', ':', '|', '-', '#']);
        if capital && inside && !sentence && word.len() > 2 && kind != Kind::German {
            fit.push(at.clone());
        }
    }
    let at = fit.get(rand.below(fit.len().max(1)))?.clone();
    let old = &text[at.clone()];
    let new = match rand.below(2) {
        0 => pick(rand, NAMES).to_owned(),
        _ => {
            let stem: String = old.chars().take(old.chars().count() - 1).collect();
            stem + if old.ends_with('a') { "e" } else { "a" }
        }
    };
    let mut out = text.to_owned();
    out.replace_range(at, &new);
    Some(out)
}

fn negation(text: &str, kind: Kind, rand: &mut Rand) -> Option<String> {
    let mut pairs = Vec::new();
    for (plain, negated) in NEGATIONS {
        for (from, to) in [(negated, plain), (plain, negated)] {
            if !from.is_empty() && text.contains(from) && (!kind.is_code() || from.starts_with(' '))
            {
                pairs.push((*from, *to));
                break;
            }
        }
    }
    let (from, to) = *pairs.get(rand.below(pairs.len().max(1)))?;
    Some(text.replacen(from, to, 1))
}

fn date(text: &str, kind: Kind, rand: &mut Rand) -> Option<String> {
    if kind == Kind::Csv {
        let at = text.find("20")?;
        let mut out = text.to_owned();
        let last = at + 9;
        let digit = text.as_bytes().get(last)?.checked_sub(b'0')?;
        out.replace_range(last..=last, &((digit + 3) % 10).to_string());
        return Some(out);
    }
    swap(text, DATES, rand)
}

fn unit(text: &str, kind: Kind, rand: &mut Rand) -> Option<String> {
    (!kind.is_code()).then_some(())?;
    swap(text, UNITS, rand)
}

fn sign(text: &str, _: Kind, rand: &mut Rand) -> Option<String> {
    let at = text.find(|c: char| c.is_ascii_digit()).filter(|_| rand.below(2) == 0);
    if let Some(at) = at {
        let before = text[..at].chars().next_back();
        let mut out = text.to_owned();
        match before {
            Some('-' | '+') if text[..at - 1].ends_with([' ', '(', '|']) => out.remove(at - 1),
            Some(' ')
                if text[..at]
                    .trim_end()
                    .ends_with(|c: char| c.is_alphabetic() || "=,:".contains(c)) =>
            {
                out.insert(at, '-');
                '-'
            }
            _ => return None,
        };
        return Some(out);
    }
    swap(text, SIGNS, rand)
}

fn opposite(text: &str, _: Kind, rand: &mut Rand) -> Option<String> {
    swap(text, OPPOSITES, rand)
}

/// The quoted part of the lines that the change is on: what must be told apart.
fn target(draft: &Draft) -> Range<usize> {
    let at = &draft.change.at;
    let from = line_start(&draft.doc, at.start);
    let mut to = at.end;
    if !draft.doc[..to].ends_with('\n') {
        to = line_stop(&draft.doc, to);
    }
    from.max(draft.at.start)..to.min(draft.at.end)
}

/// Spoils the document under the quotation, so that the quoted text stands nowhere.
pub fn miss(draft: &mut Draft, index: usize, rand: &mut Rand) -> Option<()> {
    let old_words = in_words(draft.quoted());
    if index == MISSES.len() {
        // Gone, with others like it still there.
        let twin = super::draft::alike(&draft.doc, &draft.at) > 0.5;
        (twin && draft.quoted().len() > 30).then_some(())?;
        let from = line_start(&draft.doc, draft.at.start);
        let lined = draft.doc[..draft.at.end].ends_with('\n');
        let to = if lined { draft.at.end } else { line_stop(&draft.doc, draft.at.end) };
        draft.doc.replace_range(from..to, "");
        draft.at = from..from;
    } else {
        // Between two lines there is a place as long as one of them is there.
        let at = &draft.change.at;
        let between = at.is_empty() && line_start(&draft.doc, at.start) == at.start;
        (!between).then_some(())?;
        let range = target(draft);
        (!range.is_empty()).then_some(())?;
        let text = draft.doc[range.clone()].to_owned();
        let new = (MISSES[index].1)(&text, draft.kind, rand)?;
        (new != text).then_some(())?;
        draft.at.end = draft.at.end + new.len() - range.len();
        draft.doc.replace_range(range, &new);
    }
    draft.want = Want::Refuse;
    draft.change.at = 0..0;
    draft.change.new.clear();
    let doc = in_words(&draft.doc);
    (count(&doc, &old_words) == 0 && !old_words.is_empty()).then_some(())
}

/// How many kinds of near misses there are.
pub const KINDS: usize = MISSES.len() + 1;

pub fn name_of(index: usize) -> &'static str {
    MISSES.get(index).map_or("near: gone", |(name, _)| name)
}
