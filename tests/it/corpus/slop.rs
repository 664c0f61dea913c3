//! How models misquote, part by part: each row spoils a draft as models do, the old text and the
//! new alike, or changes the document under it. Knows no forms of answers.

use super::change::{lines, pick, sentence, words};
use super::draft::{Draft, Grain, Want, count, in_words, line_start, line_stop};
use super::texts::Kind;
use cowrite::base::Rand;
use std::ops::Range;

pub type Slop = (&'static str, fn(&mut Draft, &mut Rand) -> Option<()>);

/// On parts.
pub const PARTS: &[Slop] = &[
    ("word", word),
    ("typo", typo),
    ("word dropped", dropped),
    ("elided lines", elided_lines),
    ("elided words", elided_words),
    ("stale", stale),
    ("thrice", thrice),
    ("thrice, hint", thrice_hinted),
    ("partial", partial),
    ("case", case),
    ("already", already),
];

pub fn require(holds: bool) -> Option<()> {
    holds.then_some(())
}

/// Words that stand for each other without harm.
const ALIKE: &[(&str, &str)] = &[
    ("small", "little"),
    ("begin", "start"),
    ("begins", "starts"),
    ("which", "that"),
    ("large", "big"),
    ("usually", "mostly"),
    ("because", "since"),
    ("quickly", "fast"),
    ("put", "place"),
    ("told", "said"),
    ("shown", "displayed"),
    ("whole", "entire"),
    ("mend", "repair"),
    ("decided", "agreed"),
    ("thinks", "believes"),
    ("shed", "hut"),
    ("needs", "requires"),
    ("keeps", "holds"),
    ("called", "named"),
    ("good", "fine"),
    ("people", "persons"),
    ("write", "note"),
    ("wants", "wishes"),
    ("made", "created"),
    ("other", "further"),
    ("place", "spot"),
    ("answer", "reply"),
    ("text", "passage"),
    ("found", "discovered"),
    ("while", "as"),
    ("also", "too"),
    ("gründlich", "sorgfältig"),
    ("empfohlen", "angeraten"),
    ("weil", "da"),
    ("également", "aussi"),
    ("visiteurs", "personnes"),
    ("puis", "ensuite"),
];

/// The words of the quotation that stay, as (in the part behind the change, range in the part).
fn stay(draft: &Draft) -> Vec<(bool, Range<usize>)> {
    let of = |behind: bool, part: &str| {
        words(part, &(0..part.len())).into_iter().map(|at| (behind, at)).collect::<Vec<_>>()
    };
    let mut all = of(false, &draft.pre);
    // A word that the change cuts does not stay.
    let cut = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if cut(draft.pre.chars().next_back()) {
        all.pop();
    }
    let mut behind = of(true, &draft.post);
    if cut(draft.post.chars().next()) && !behind.is_empty() {
        behind.remove(0);
    }
    all.extend(behind);
    all
}

fn part(draft: &mut Draft, behind: bool) -> &mut String {
    if behind { &mut draft.post } else { &mut draft.pre }
}

fn change_word(
    draft: &mut Draft,
    rand: &mut Rand,
    least: usize,
    change: impl Fn(&str) -> Option<String>,
) -> Option<()> {
    let all = stay(draft);
    require(all.len() >= least)?;
    let mut fit = Vec::new();
    for (behind, at) in all {
        if let Some(new) = change(&part(draft, behind)[at.clone()]) {
            fit.push((behind, at, new));
        }
    }
    require(!fit.is_empty())?;
    let (behind, at, new) = fit.swap_remove(rand.below(fit.len()));
    let there = part(draft, behind);
    let range = if new.is_empty() { at.start..(at.end + 1).min(there.len()) } else { at };
    there.is_char_boundary(range.end).then_some(())?;
    there.replace_range(range, &new);
    draft.unsure_if_alike(0.6);
    Some(())
}

pub fn prosaic(draft: &Draft) -> Option<()> {
    require(!draft.kind.is_code())
}

fn word(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    prosaic(draft)?;
    change_word(draft, rand, 9, |word| {
        ALIKE.iter().find_map(|(a, b)| match word {
            _ if word == *a => Some((*b).to_owned()),
            _ if word == *b => Some((*a).to_owned()),
            _ => None,
        })
    })
}

fn typo(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    prosaic(draft)?;
    let at = 1 + rand.below(3);
    change_word(draft, rand, 8, |word| {
        let mut letters: Vec<char> = word.chars().collect();
        let plain = letters.len() > 6 && letters.iter().all(|c| c.is_lowercase());
        (plain && letters[at] != letters[at + 1]).then(|| {
            letters.swap(at, at + 1);
            letters.into_iter().collect()
        })
    })
}

fn dropped(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    prosaic(draft)?;
    // Of a text that says "the the" one may be left out on purpose.
    let new = draft.new_text();
    let words: Vec<&str> = new.split_whitespace().collect();
    require(!words.windows(2).any(|pair| pair[0] == pair[1]))?;
    const SLIGHT: &[&str] =
        &["the", "a", "also", "just", "very", "then", "quite", "die", "der", "le", "la"];
    change_word(draft, rand, 10, |word| SLIGHT.contains(&word).then(String::new))
}

/// Leaves out lines in the middle of the part before or behind the change.
fn elided_lines(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    require(matches!(draft.grain, Grain::Lines(..)))?;
    let behind = rand.below(2) == 0;
    let mark = match draft.kind {
        Kind::Rust => pick(rand, &["...", "// ...", "    // ... existing code ..."]),
        Kind::Python | Kind::Toml => pick(rand, &["...", "# ...", "# ... existing code ..."]),
        Kind::Json => "...",
        _ => pick(rand, &["...", "…", "[...]"]),
    };
    let there = part(draft, behind);
    let all: Vec<&str> = there.split_inclusive('\n').collect();
    // The line of the change itself stays.
    let last = all.len().checked_sub(1)?;
    let (from, to) = if behind { (1, last) } else { (1, last.min(all.len().saturating_sub(2))) };
    require(to >= from + 2 && all.iter().all(|line| line.ends_with('\n')))?;
    let told: Vec<&str> = all[..from].iter().chain(&all[to..]).copied().collect();
    require(told.iter().filter(|line| line.trim().len() > 8).count() == told.len())?;
    *there = format!("{}{mark}\n{}", all[..from].concat(), all[to..].concat());
    sure_of_pieces(draft, mark);
    Some(())
}

/// Leaves out words in the middle of a paragraph.
fn elided_words(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    prosaic(draft)?;
    let behind = draft.post.len() > draft.pre.len();
    let mark = pick(rand, &[" ... ", " … ", " [...] "]);
    let there = part(draft, behind);
    let all = words(there, &(0..there.len()));
    require(all.len() >= 14 && !there.trim_end().contains('\n'))?;
    let (from, to) = (all[5].end, all[all.len() - 5].start);
    there.replace_range(from..to, mark);
    sure_of_pieces(draft, mark);
    Some(())
}

/// The pieces around what is left out must each stand once.
fn sure_of_pieces(draft: &mut Draft, mark: &str) {
    let old = draft.old_text();
    let doc = in_words(&draft.doc);
    let once = old.split(mark).all(|piece| {
        let piece = in_words(piece);
        piece.split(' ').count() >= 2 && count(&doc, &piece) == 1
    });
    if !once {
        draft.want = Want::Either;
    }
}

/// Somebody changed a line near by after the model had read it.
fn stale(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    require(matches!(draft.grain, Grain::Lines(..)) && draft.change.at.len() < 4000)?;
    // What stood twice when it was quoted was no place then: that is `thrice`.
    require(count(&in_words(&draft.doc), &in_words(draft.quoted())) == 1)?;
    let target = line_start(&draft.doc, draft.change.at.start)..{
        let end = draft.change.at.end;
        let lined = end > draft.change.at.start && draft.doc[..end].ends_with('\n');
        if lined { end } else { line_stop(&draft.doc, end) }
    };
    let target = match draft.change.at.is_empty() && draft.change.at.start == target.start {
        // Something is put between two lines: both are its place.
        true => line_start(&draft.doc, target.start.saturating_sub(1))..target.end,
        false => target,
    };
    let around: Vec<Range<usize>> = lines(&draft.doc, draft.kind)
        .into_iter()
        .map(|line| line.at)
        .filter(|at| at.start >= draft.at.start && at.end <= draft.at.end)
        .filter(|at| at.end <= target.start || at.start >= target.end)
        .filter(|at| draft.doc[at.clone()].trim().len() > 3)
        .collect();
    require(!around.is_empty())?;
    let line = around[rand.below(around.len())].clone();
    let body = draft.doc[line.clone()].to_owned();
    let end = body.trim_end().len();
    match rand.below(6) {
        0..=2 => {
            let all = words(&draft.doc, &line);
            let fit: Vec<_> = all
                .iter()
                .filter(|at| {
                    let word = &draft.doc[(*at).clone()];
                    word.len() > 3 && word.chars().all(char::is_lowercase)
                })
                .collect();
            require(!fit.is_empty() && all.len() > 3)?;
            let at = fit[rand.below(fit.len())].clone();
            let new = if draft.kind.is_code() { "altered" } else { "wonderful" };
            draft.alter(at, new);
            draft.unsure_if_alike(0.5);
            // In code every word is a name, and another name is another thing.
            if draft.kind.is_code() {
                draft.want = Want::Either;
            }
            return Some(());
        }
        3 => {
            let at = body.find(|c: char| c.is_ascii_digit())?;
            draft.alter(line.start + at..line.start + at + 1, "9");
            require(draft.doc[line.clone()] != body)?;
        }
        4 => draft.alter(line.start..line.start + end, sentence(rand, draft.kind)),
        _ => {
            // At the end of the change it would be a part of it.
            require(line.start != draft.change.at.end)?;
            let new = format!("{}\n", sentence(rand, draft.kind));
            require(!draft.change.new.contains(new.trim()))?;
            draft.alter(line.start..line.start, &new);
        }
    }
    draft.want = Want::Either;
    Some(())
}

/// Puts the quoted lines at two more places, far apart.
fn copies(draft: &mut Draft, rand: &mut Rand, far: usize) -> Option<()> {
    let whole = line_start(&draft.doc, draft.at.start)..{
        let end = draft.at.end;
        if draft.doc[..end].ends_with('\n') { end } else { line_stop(&draft.doc, end) }
    };
    let copy = draft.doc[whole.clone()].to_owned();
    require(copy.ends_with('\n') && copy.len() < 2000)?;
    let number = |at: usize| draft.doc[..at].matches('\n').count();
    let here = number(whole.start);
    let mut gaps: Vec<usize> = draft
        .doc
        .match_indices("\n\n")
        .map(|(at, _)| at + 2)
        .filter(|at| number(*at).abs_diff(here) > far + copy.matches('\n').count())
        .collect();
    if !draft.doc.contains("\n\n") {
        gaps = draft.doc.match_indices('\n').map(|(at, _)| at + 1).collect();
        gaps.retain(|at| number(*at).abs_diff(here) > far);
    }
    require(gaps.len() >= 2)?;
    let first = rand.below(gaps.len() - 1);
    let second = first + 1 + rand.below(gaps.len() - first - 1);
    let (first, second) = (gaps[first], gaps[second]);
    require(first >= whole.end || second <= whole.start || first < whole.start)?;
    let blank = if draft.doc.contains("\n\n") { "\n" } else { "" };
    for at in [second, first] {
        draft.alter(at..at, &format!("{copy}{blank}"));
    }
    let found = count(&draft.doc, draft.quoted().trim());
    require(found == 3)
}

fn thrice(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    copies(draft, rand, 1)?;
    draft.want = Want::Refuse;
    Some(())
}

fn thrice_hinted(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    copies(draft, rand, 20)?;
    let heading = draft.doc[..draft.at.start].rfind("\n#").map(|at| at + 1);
    match rand.below(2) {
        0 => {
            let line = draft.true_line();
            draft.line = Some((line + rand.below(7)).saturating_sub(3).max(1));
            draft.only = &["diff", "tags"];
        }
        _ => {
            // Its own heading, which stands over no other copy.
            let at = heading?;
            let line = draft.doc[at..line_stop(&draft.doc, at)].trim().to_owned();
            let next =
                draft.doc[draft.at.end..].find("\n#").map_or(draft.doc.len(), |n| draft.at.end + n);
            let once = count(&draft.doc[at..next], draft.quoted().trim()) == 1;
            let own = count(&draft.doc, &line) == 1;
            require(once && own && draft.at.start > at + line.len())?;
            draft.under = Some(line);
            draft.only = &["patch"];
        }
    }
    Some(())
}

fn partial(draft: &mut Draft, _: &mut Rand) -> Option<()> {
    require(draft.grain == Grain::Tight)
}

/// The first letter of the quotation in the other case.
fn case(draft: &mut Draft, _: &mut Rand) -> Option<()> {
    prosaic(draft)?;
    let first = draft.pre.chars().next()?;
    let other: String = match first.is_uppercase() {
        true => first.to_lowercase().collect(),
        false => first.to_uppercase().collect(),
    };
    require(first.is_alphabetic() && other != first.to_string())?;
    draft.pre.replace_range(..first.len_utf8(), &other);
    draft.want = Want::Either;
    Some(())
}

/// The document has it already.
fn already(draft: &mut Draft, _: &mut Rand) -> Option<()> {
    let (at, new) = (draft.change.at.clone(), draft.change.new.clone());
    require(!new.trim().is_empty() && !draft.doc.contains(new.trim()))?;
    let words = in_words(draft.quoted());
    require(count(&in_words(&draft.doc), &words) == 1)?;
    draft.doc.replace_range(at.clone(), &new);
    draft.change.at = at.start..at.start + new.len();
    draft.at.end = draft.at.end + new.len() - at.len();
    draft.want = Want::Refuse;
    Some(())
}
