//! Paragraphs that changed their places: which paragraphs of two texts are the same, which of them
//! stay, and what differs then. A text in which none moved is not its business.
//!
//! Two that are the same are paired by their whole text where it stands once, then by their
//! neighbours, then by likeness. Of the pairs the weightiest row in order stays; one that was
//! changed weighs more, since what moves is best moved word for word.

use super::diff::Cut;
use crate::assist::alike;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Fewer words than this come twice by chance.
pub(super) const FEWEST_WORDS: usize = 4;
/// How much of 100 two paragraphs must have in common to be one that was changed.
const LIKE: u8 = 60;
/// The same of one that moved as well.
pub(super) const LIKE_MOVED: u8 = 75;
/// More paragraphs than this without their like are not compared with each other.
pub(super) const MOST_COMPARED: usize = 20_000;

/// Where the paragraphs of a text stand: lines without a blank one between them, the last line's
/// end left out.
pub(super) fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let (mut at, mut open) = (0, false);
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let blank = body.trim().is_empty();
        match out.last_mut() {
            Some(last) if open && !blank => last.end = at + body.len(),
            _ if !blank => out.push(at..at + body.len()),
            _ => {}
        }
        open = !blank;
        at += line.len();
    }
    out
}

/// A paragraph of the old text and the one of the new text that it is.
#[derive(Clone, Copy)]
struct Pair {
    old: usize,
    new: usize,
    /// How much of 100 is the same.
    like: u8,
}

/// What differs between two texts of which paragraphs moved: what went away and came elsewhere is
/// cut by itself, and `within` cuts what changed without moving. `None` where none moved.
pub(super) fn cuts(
    old: &str,
    new: &str,
    within: &dyn Fn(&str, &str) -> Vec<Cut>,
) -> Option<Vec<Cut>> {
    let (olds, news) = (paragraphs(old), paragraphs(new));
    let bodies = |text: &'_ str, all: &[Range<usize>]| -> Vec<String> {
        all.iter().map(|range| text[range.clone()].to_owned()).collect()
    };
    let (a, b) = (bodies(old, &olds), bodies(new, &news));
    let pairs = pairs(&a, &b);
    let stays = heaviest(&pairs, &a);
    let moves = |(pair, stays): (&Pair, &bool)| {
        let told = pair.like >= LIKE_MOVED;
        !stays && told && a[pair.old].split_whitespace().count() >= FEWEST_WORDS
    };
    let moved: Vec<Pair> =
        pairs.iter().zip(&stays).filter(|one| moves(*one)).map(|(pair, _)| *pair).collect();
    if moved.is_empty() {
        return None;
    }
    let place = |offset: (usize, usize), cut: Cut| Cut {
        old: cut.old.start + offset.0..cut.old.end + offset.0,
        new: cut.new.start + offset.1..cut.new.end + offset.1,
    };
    let mut gaps = Gaps {
        old,
        new,
        olds: &olds,
        news: &news,
        gone: moved.iter().map(|pair| pair.old).collect(),
        came: moved.iter().map(|pair| pair.new).collect(),
        within,
        out: Vec::new(),
    };
    // Where the last paragraph that stays ends, in both texts, and whether it changed up to there.
    let (mut end, mut touched) = ((0, 0), false);
    let (mut next_old, mut next_new) = (0, 0);
    for pair in pairs.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(pair, _)| *pair) {
        let (at, to) = (olds[pair.old].clone(), news[pair.new].clone());
        let inner: Vec<Cut> = if pair.like == 100 {
            Vec::new()
        } else {
            let cuts = within(&a[pair.old], &b[pair.new]).into_iter();
            cuts.map(|cut| place((at.start, to.start), cut)).collect()
        };
        let near = |from: usize, until: usize| old[from..until].chars().nth(1).is_none();
        let gap = Gap {
            old: end.0..at.start,
            new: end.1..to.start,
            olds: next_old..pair.old,
            news: next_new..pair.new,
            before: touched,
            after: inner.first().is_some_and(|cut| near(at.start, cut.old.start)),
        };
        gaps.add(&gap);
        touched = inner.last().is_some_and(|cut| near(cut.old.end, at.end));
        gaps.out.extend(inner);
        end = (at.end, to.end);
        (next_old, next_new) = (pair.old + 1, pair.new + 1);
    }
    let last = Gap {
        old: end.0..old.len(),
        new: end.1..new.len(),
        olds: next_old..olds.len(),
        news: next_new..news.len(),
        before: touched,
        after: false,
    };
    gaps.add(&last);
    Some(gaps.out)
}

/// Pairs the paragraphs of two texts, in the order of the old one.
fn pairs(old: &[String], new: &[String]) -> Vec<Pair> {
    let mut places: BTreeMap<&str, [Vec<usize>; 2]> = BTreeMap::new();
    for (side, all) in [old, new].into_iter().enumerate() {
        for (index, body) in all.iter().enumerate() {
            places.entry(body).or_default()[side].push(index);
        }
    }
    let mut to: Vec<Option<(usize, u8)>> = vec![None; old.len()];
    let mut taken = vec![false; new.len()];
    for [olds, news] in places.values() {
        if let ([at], [other]) = (olds.as_slice(), news.as_slice()) {
            (to[*at], taken[*other]) = (Some((*other, 100)), true);
        }
    }
    // What stands several times is the one beside what is known.
    for forward in [true, false] {
        let order: Vec<usize> =
            if forward { (0..old.len()).collect() } else { (0..old.len()).rev().collect() };
        for at in order {
            let Some((other, _)) = to[at] else { continue };
            let beside = |at: usize| if forward { Some(at + 1) } else { at.checked_sub(1) };
            let (Some(at), Some(other)) = (beside(at), beside(other)) else { continue };
            if at < old.len()
                && other < new.len()
                && to[at].is_none()
                && !taken[other]
                && old[at] == new[other]
            {
                (to[at], taken[other]) = (Some((other, 100)), true);
            }
        }
    }
    let left: Vec<usize> = (0..old.len()).filter(|at| to[*at].is_none()).collect();
    let free: Vec<usize> = (0..new.len()).filter(|at| !taken[*at]).collect();
    if left.len().saturating_mul(free.len()) <= MOST_COMPARED {
        let mut likes: Vec<(u8, usize, usize, usize)> = Vec::new();
        for (a, at) in left.iter().enumerate() {
            for (b, other) in free.iter().enumerate() {
                let (one, two) = (&old[*at], &new[*other]);
                // As long as this they can't have so much in common.
                let (short, long) = (one.len().min(two.len()), one.len().max(two.len()));
                if short * 3 < long {
                    continue;
                }
                let like = alike(one, two);
                if like >= LIKE {
                    likes.push((like, a.abs_diff(b), *at, *other));
                }
            }
        }
        likes.sort_by_key(|(like, apart, at, other)| (100 - like, *apart, *at, *other));
        for (like, _, at, other) in likes {
            if to[at].is_none() && !taken[other] {
                // Two that differ are not the same, however many pairs of letters they share.
                (to[at], taken[other]) = (Some((other, like.min(99))), true);
            }
        }
    }
    let known = to.iter().enumerate();
    known.filter_map(|(old, to)| to.map(|(new, like)| Pair { old, new, like })).collect()
}

/// Which of the pairs, which come in the order of the old text, stay where they are: the weightiest
/// choice whose order is the same in the new text.
fn heaviest(pairs: &[Pair], old: &[String]) -> Vec<bool> {
    let most = pairs.iter().map(|pair| pair.new + 1).max().unwrap_or(0);
    // For each prefix of the new text the weightiest row that ends in it, as a tree of maxima.
    let mut tree: Vec<(usize, Option<usize>)> = vec![(0, None); most + 1];
    let mut before: Vec<Option<usize>> = vec![None; pairs.len()];
    let mut best = (0, None);
    for (index, pair) in pairs.iter().enumerate() {
        let (mut weight, mut last) = (0, None);
        let mut at = pair.new;
        while at > 0 {
            if tree[at].0 > weight {
                (weight, last) = tree[at];
            }
            at &= at - 1;
        }
        before[index] = last;
        let own = old[pair.old].len().max(1);
        weight += if pair.like == 100 { own } else { 2 * own };
        let mut at = pair.new + 1;
        while at <= most {
            if weight > tree[at].0 {
                tree[at] = (weight, Some(index));
            }
            at += at & at.wrapping_neg();
        }
        if weight > best.0 {
            best = (weight, Some(index));
        }
    }
    let mut stays = vec![false; pairs.len()];
    let mut at = best.1;
    while let Some(index) = at {
        stays[index] = true;
        at = before[index];
    }
    stays
}

/// What stands between two paragraphs that stay, in both texts.
struct Gap {
    old: Range<usize>,
    new: Range<usize>,
    /// The paragraphs in it.
    olds: Range<usize>,
    news: Range<usize>,
    /// The paragraph before it changed up to its end, the one behind it from its start on.
    before: bool,
    after: bool,
}

struct Gaps<'a> {
    old: &'a str,
    new: &'a str,
    olds: &'a [Range<usize>],
    news: &'a [Range<usize>],
    /// The paragraphs that moved, in both texts.
    gone: BTreeSet<usize>,
    came: BTreeSet<usize>,
    within: &'a dyn Fn(&str, &str) -> Vec<Cut>,
    out: Vec<Cut>,
}

impl Gaps<'_> {
    /// The cuts of one gap. What goes takes the blank lines before it or behind it along, so that
    /// what changed beside it, and what comes in its place, stay changes of their own.
    fn add(&mut self, gap: &Gap) {
        let (was, is) = (&self.old[gap.old.clone()], &self.new[gap.new.clone()]);
        if was == is {
            return;
        }
        let moved = gap.olds.clone().any(|at| self.gone.contains(&at))
            || gap.news.clone().any(|at| self.came.contains(&at));
        if !moved {
            let cuts = (self.within)(was, is).into_iter();
            self.out.extend(cuts.map(|cut| Cut {
                old: cut.old.start + gap.old.start..cut.old.end + gap.old.start,
                new: cut.new.start + gap.new.start..cut.new.end + gap.new.start,
            }));
            return;
        }
        let cuts = match (gap.olds.is_empty(), gap.news.is_empty()) {
            (false, true) => {
                let all = &self.olds[gap.olds.clone()];
                let own = |index: usize| self.gone.contains(&(gap.olds.start + index));
                let at = |part: Range<usize>, end: bool| Cut {
                    old: part,
                    new: if end { gap.new.end..gap.new.end } else { gap.new.start..gap.new.start },
                };
                alone(self.old, &gap.old, all, is, (gap.before, gap.after), &own, &at)
            }
            (true, false) => {
                let all = &self.news[gap.news.clone()];
                let own = |index: usize| self.came.contains(&(gap.news.start + index));
                let at = |part: Range<usize>, end: bool| Cut {
                    old: if end { gap.old.end..gap.old.end } else { gap.old.start..gap.old.start },
                    new: part,
                };
                alone(self.new, &gap.new, all, was, (gap.before, gap.after), &own, &at)
            }
            (false, false) => self.both(gap),
            (true, true) => None,
        };
        match cuts {
            Some(cuts) => self.out.extend(cuts),
            None => self.out.push(trimmed(self.old, self.new, gap)),
        }
    }

    /// Paragraphs go and others come: the blank lines between keep the two apart.
    fn both(&self, gap: &Gap) -> Option<Vec<Cut>> {
        let (olds, news) = (&self.olds[gap.olds.clone()], &self.news[gap.news.clone()]);
        let (gone, came) =
            (olds.first()?.start..olds.last()?.end, news.first()?.start..news.last()?.end);
        let (head, tail) = (&self.old[gap.old.start..gone.start], &self.old[gone.end..gap.old.end]);
        let (new_head, new_tail) =
            (&self.new[gap.new.start..came.start], &self.new[came.end..gap.new.end]);
        let keeps = |one: &str, other: &str| one == other && one.len() > 1;
        if keeps(tail, new_head) {
            return Some(vec![
                Cut { old: gap.old.start..gone.end, new: gap.new.start..gap.new.start },
                Cut { old: gap.old.end..gap.old.end, new: came.start..gap.new.end },
            ]);
        }
        keeps(head, new_tail).then(|| {
            vec![
                Cut { old: gap.old.start..gap.old.start, new: gap.new.start..came.end },
                Cut { old: gone.start..gap.old.end, new: gap.new.end..gap.new.end },
            ]
        })
    }
}

/// Paragraphs that only go, or only come, in a gap of which `rest` stays: with the blank lines
/// before them or those behind them, whichever leaves them apart from what changed beside them.
fn alone(
    text: &str,
    gap: &Range<usize>,
    all: &[Range<usize>],
    rest: &str,
    (before, after): (bool, bool),
    moved: &dyn Fn(usize) -> bool,
    cut: &dyn Fn(Range<usize>, bool) -> Cut,
) -> Option<Vec<Cut>> {
    let (first, last) = (all.first()?, all.last()?);
    // What moved and what did not are two changes, where blank lines between them can stay.
    let border = (1..all.len()).find(|index| moved(*index) != moved(index - 1));
    if let Some(border) = border
        && text[all[border - 1].end..all[border].start] == *rest
        && rest.len() > 1
    {
        return Some(vec![
            cut(gap.start..all[border - 1].end, false),
            cut(all[border].start..gap.end, true),
        ]);
    }
    let with_behind =
        (text[gap.start..first.start] == *rest).then(|| cut(first.start..gap.end, true));
    let with_before = (text[last.end..gap.end] == *rest).then(|| cut(gap.start..last.end, false));
    let chosen =
        if after && !before { with_before.or(with_behind) } else { with_behind.or(with_before) };
    chosen.map(|cut| vec![cut])
}

/// A gap as one cut, without the blanks that both texts begin and end with.
fn trimmed(old: &str, new: &str, gap: &Gap) -> Cut {
    let mut cut = Cut { old: gap.old.clone(), new: gap.new.clone() };
    let blanks = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
        a.zip(b).take_while(|(a, b)| a == b && a.is_whitespace()).map(|(a, _)| a.len_utf8()).sum()
    };
    let start: usize = blanks(&mut old[cut.old.clone()].chars(), &mut new[cut.new.clone()].chars());
    cut.old.start += start;
    cut.new.start += start;
    let end: usize =
        blanks(&mut old[cut.old.clone()].chars().rev(), &mut new[cut.new.clone()].chars().rev());
    cut.old.end -= end;
    cut.new.end -= end;
    cut
}
