//! A text made comparable once: runs of blanks count as one, and every place of a needle is found
//! without reading the whole text again.
//!
//! Each run of blanks is a space, or a line end where it holds an empty line. Of a long text every
//! so many bytes a piece is kept by its hash; a needle is looked up by its rarest pieces, one for
//! each way in which it can lie between those. Knows no rules about what may be tolerated.

use super::fold::{fold_word, is_combining};
use super::unit;
use crate::assist::flow::{self, Style};
use memchr::memmem::Finder;
use std::ops::Range;
use std::sync::OnceLock;

/// Most places of one piece that are tried before the text is searched from start to end instead.
const COMMON: usize = 16_384;

#[derive(Debug)]
pub(super) struct Index {
    pub text: String,
    /// It has no other letters than those of ASCII.
    pub ascii: bool,
    /// The text with its blanks and the forms of its marks made alike, without blanks at its ends.
    norm: String,
    /// Where a run of blanks was not one byte long: the place behind it in `norm` and in `text`.
    shifts: Vec<(usize, usize)>,
    /// The piece at every so many bytes is kept.
    stride: usize,
    /// So many bytes are a piece.
    size: usize,
    bits: u32,
    starts: Vec<u32>,
    places: Vec<u32>,
    style: OnceLock<Style>,
    fences: OnceLock<Vec<usize>>,
}

impl Index {
    pub fn new(text: String) -> Self {
        let mut shifts = Vec::new();
        let norm = alike(&text, true, &mut shifts);
        // Of a long text fewer pieces are kept, and shorter ones: a needle of their size and stride
        // together, a few words, is found by them.
        let (stride, size, bits) = match norm.len() {
            0..=0x2_0000 => (1, 8, 12),
            0x2_0001..=0x20_0000 => (8, 7, 16),
            _ => (8, 7, 19),
        };
        let (starts, places) = (Vec::new(), Vec::new());
        let (style, fences) = (OnceLock::new(), OnceLock::new());
        let ascii = text.is_ascii();
        let mut index =
            Self { text, ascii, norm, shifts, stride, size, bits, starts, places, style, fences };
        index.sample();
        index
    }

    /// How the text breaks its lines.
    pub fn style(&self) -> Style {
        *self.style.get_or_init(|| flow::style(&self.text))
    }

    /// Whether a place is within a block of code, seen from the lines before it.
    pub fn is_fenced(&self, at: usize) -> bool {
        let all = self.fences.get_or_init(|| unit::fences(&self.text));
        all.partition_point(|line| *line < at) % 2 == 1
    }

    /// Sorts the sampled pieces into buckets by counting.
    fn sample(&mut self) {
        let buckets = 1usize << self.bits;
        let mut starts = vec![0u32; buckets + 1];
        // Beyond what fits the numbers every search reads the text; no document is that long.
        let kept = match u32::try_from(self.norm.len()) {
            Ok(_) => self.norm.as_bytes(),
            Err(_) => &[],
        };
        let hashes: Vec<u32> = self.pieces(kept, self.stride).map(|(_, bucket)| bucket).collect();
        for bucket in &hashes {
            starts[*bucket as usize + 1] += 1;
        }
        for bucket in 0..buckets {
            starts[bucket + 1] += starts[bucket];
        }
        let mut next = starts.clone();
        let mut places = vec![0u32; hashes.len()];
        for (number, bucket) in hashes.into_iter().enumerate() {
            let slot = &mut next[bucket as usize];
            places[*slot as usize] = (number * self.stride) as u32;
            *slot += 1;
        }
        self.starts = starts;
        self.places = places;
    }

    /// The piece at every so many bytes of a text: where it starts, and its bucket.
    fn pieces(&self, text: &[u8], stride: usize) -> impl Iterator<Item = (usize, u32)> {
        const WORD: usize = size_of::<u64>();
        let (size, bits) = (self.size, self.bits);
        let last = (text.len() + 1).saturating_sub(size);
        (0..last).step_by(stride).map(move |at| {
            let piece = match text[at..].first_chunk::<WORD>() {
                Some(piece) => u64::from_le_bytes(*piece) << (8 * (WORD - size)),
                // At the end of the text it is put together.
                None => {
                    let bytes = text[at..at + size].iter().rev();
                    bytes.fold(0, |piece, byte| piece << 8 | u64::from(*byte))
                        << (8 * (WORD - size))
                }
            };
            (at, (piece.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - bits)) as u32)
        })
    }

    fn bucket(&self, bucket: u32) -> &[u32] {
        let bucket = bucket as usize;
        &self.places[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }

    /// Tells each place in the text whose form is `needle` (a `form_of` a text), in order, until
    /// `visit` says false. Byte ranges of `text`. What has no form is nowhere.
    pub fn each(&self, needle: &str, mut visit: impl FnMut(Range<usize>) -> bool) {
        if needle.is_empty() {
            return;
        }
        let norm = self.norm.as_bytes();
        let Some(starts) = self.candidates(needle) else {
            let finder = Finder::new(needle);
            let mut from = 0;
            while let Some(at) = finder.find(&norm[from..]) {
                let start = from + at;
                if !visit(self.raw(start..start + needle.len())) {
                    return;
                }
                from = start + 1;
            }
            return;
        };
        for start in starts {
            let same = norm[start..].starts_with(needle.as_bytes());
            if same && !visit(self.raw(start..start + needle.len())) {
                return;
            }
        }
    }

    /// Where a needle may start in `norm`, in order; `None` where it is so short or common that the
    /// text is better read from start to end.
    fn candidates(&self, needle: &str) -> Option<Vec<usize>> {
        // The rarest piece for each way to lie between the pieces that are kept.
        let mut rarest: Vec<Option<(usize, &[u32])>> = vec![None; self.stride];
        for (at, bucket) in self.pieces(needle.as_bytes(), 1) {
            let places = self.bucket(bucket);
            let best = &mut rarest[at % self.stride];
            if best.is_none_or(|(_, best)| places.len() < best.len()) {
                *best = Some((at, places));
            }
        }
        let rarest: Vec<(usize, &[u32])> = rarest.into_iter().collect::<Option<_>>()?;
        let count: usize = rarest.iter().map(|(_, places)| places.len()).sum();
        if count > COMMON || self.places.is_empty() {
            return None;
        }
        let mut out = Vec::with_capacity(count);
        for (offset, places) in rarest {
            out.extend(places.iter().filter_map(|place| (*place as usize).checked_sub(offset)));
        }
        out.sort_unstable();
        Some(out)
    }

    /// Ranges of the text that share pieces with `needle`, the most shared first; byte ranges that
    /// may cut words.
    pub fn near(&self, needle: &str, most: usize) -> Vec<Range<usize>> {
        const RARE: usize = 64;
        // Where the needle would start by each place of each piece, and how telling that is.
        let mut starts: Vec<(usize, usize)> = Vec::new();
        for (at, bucket) in self.pieces(needle.as_bytes(), 1) {
            let places = self.bucket(bucket);
            if places.len() <= RARE {
                let weight = RARE / places.len().max(1);
                let start = |place: &u32| ((*place as usize).saturating_sub(at), weight);
                starts.extend(places.iter().map(start));
            }
        }
        starts.sort_unstable();
        let floor = |at: usize| self.norm.floor_char_boundary(at.min(self.norm.len()));
        densest(&starts, 24 + needle.len() / 8, most)
            .into_iter()
            .map(|start| floor(start)..floor(start + needle.len()))
            .filter(|range| !range.is_empty())
            .map(|range| self.raw(range))
            .collect()
    }

    /// A range of `norm`, not empty, as a range of `text`.
    fn raw(&self, range: Range<usize>) -> Range<usize> {
        let at = |norm: usize| {
            let behind = self.shifts.partition_point(|(from, _)| *from <= norm);
            let (from, raw) = behind.checked_sub(1).map_or((0, 0), |index| self.shifts[index]);
            raw + (norm - from)
        };
        // The last character may be longer in the text, or be made of several.
        let end = self.text.ceil_char_boundary(at(range.end - 1) + 1);
        let marks = self.text[end..].chars().take_while(|c| is_combining(*c));
        let start = self.text.floor_char_boundary(at(range.start));
        start..end + marks.map(char::len_utf8).sum::<usize>()
    }
}

/// Where most weight of ascending places lies within `reach`, and where of what is farther away
/// from these, and so on.
fn densest(places: &[(usize, usize)], reach: usize, most: usize) -> Vec<usize> {
    // The weight from each place on, as far as it reaches.
    let mut groups: Vec<(usize, Range<usize>)> = Vec::with_capacity(places.len());
    let (mut end, mut weight) = (0, 0);
    for (from, (start, own)) in places.iter().enumerate() {
        while let Some((place, more)) = places.get(end).filter(|(at, _)| at - start <= reach) {
            debug_assert!(place >= start, "ascending");
            weight += more;
            end += 1;
        }
        groups.push((weight, from..end));
        weight -= own;
    }
    let mut out: Vec<usize> = Vec::new();
    for _ in 0..most {
        let apart = |group: &&(usize, Range<usize>)| {
            let at = middle(places, &group.1);
            out.iter().all(|known| known.abs_diff(at) > reach)
        };
        let best = groups
            .iter()
            .filter(apart)
            .max_by_key(|(weight, run)| (*weight, std::cmp::Reverse(run.start)));
        let Some((_, run)) = best else { break };
        out.push(middle(places, run));
    }
    out
}

fn middle(places: &[(usize, usize)], run: &Range<usize>) -> usize {
    places[(run.start + run.end) / 2].0
}

/// How many bytes the blank at `at` has; 0 where none is. The characters of `char::is_whitespace`.
fn blank(bytes: &[u8], at: usize) -> usize {
    let byte = |ahead: usize| bytes.get(at + ahead).copied().unwrap_or(0);
    match (byte(0), byte(1), byte(2)) {
        (0x09..=0x0d | 0x20, ..) => 1,
        (0xc2, 0x85 | 0xa0, _) => 2,
        (0xe1, 0x9a, 0x80) | (0xe3, 0x80, 0x80) | (0xe2, 0x81, 0x9f) => 3,
        (0xe2, 0x80, 0x80..=0x8a | 0xa8 | 0xa9 | 0xaf) => 3,
        _ => 0,
    }
}

/// So many bytes are looked at in one go.
const BLOCK: usize = 16;

/// Whether all bytes but the last are letters and marks of ASCII with single spaces between: these
/// stay as they are, in every form.
fn is_plain(block: &[u8]) -> bool {
    let dirty = |pair: (&u8, &u8)| {
        let (byte, next) = pair;
        let other = byte.wrapping_sub(b' ') >= 0x60;
        other | ((*byte == b' ') & (next.wrapping_sub(0x21) >= 0x5f))
    };
    !block.iter().zip(&block[1..]).fold(false, |any, pair| any | dirty(pair))
}

/// Makes blanks alike and leaves out those at the ends.
pub(super) fn normalise(text: &str) -> String {
    alike(text, false, &mut Vec::new())
}

/// The form in which an `Index` compares a text: blanks made alike, and the forms of marks.
pub(super) fn form_of(text: &str) -> String {
    alike(text, true, &mut Vec::new())
}

/// Makes blanks alike and leaves out those at the ends; with `forms` the forms of marks too.
/// `shifts` gets where places move.
fn alike(text: &str, forms: bool, shifts: &mut Vec<(usize, usize)>) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let skip = |at: &mut usize| {
        let mut lines = 0;
        loop {
            let width = blank(bytes, *at);
            if width == 0 {
                return lines;
            }
            lines += usize::from(bytes[*at] == b'\n');
            *at += width;
        }
    };
    skip(&mut at);
    shifts.push((0, at));
    while at < bytes.len() {
        let word = at;
        let mut tried = at;
        while at < bytes.len() {
            if at >= tried {
                while bytes.get(at..=at + BLOCK).is_some_and(is_plain) {
                    at += BLOCK;
                }
                tried = at + BLOCK;
            }
            let byte = bytes[at];
            // A single space stays as it is; so most of a paragraph is copied at once.
            let single = byte == b' ' && matches!(bytes.get(at + 1), Some(0x21..=0x7f));
            if !single && (byte <= 0x20 || byte >= 0xc2) && blank(bytes, at) > 0 {
                break;
            }
            at += 1;
        }
        match forms {
            true => fold_word(&text[word..at], word, &mut out, shifts),
            false => out.push_str(&text[word..at]),
        }
        let end = at;
        let lines = skip(&mut at);
        if at == bytes.len() {
            break;
        }
        out.push(if lines > 1 { '\n' } else { ' ' });
        if at - end != 1 {
            shifts.push((out.len(), at));
        }
    }
    out
}
