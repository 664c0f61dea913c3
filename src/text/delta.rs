//! Many small changes made into one [`Delta`].

use super::change::Delta;
use crate::base::{Pos, Span};

/// More places than this become one.
const MOST: usize = 1024;

#[derive(Clone, Copy, Debug)]
struct Segment {
    old: usize,
    old_len: usize,
    new_len: usize,
}

/// Collects changes, each in positions after the one before it.
#[derive(Debug, Default)]
pub(super) struct DeltaBuilder {
    segments: Vec<Segment>,
}

impl DeltaBuilder {
    /// `del` characters at `pos` were replaced by `ins` others.
    pub fn apply(&mut self, pos: usize, del: usize, ins: usize) {
        let mut first = 0;
        let mut shift = 0isize;
        while let Some(segment) = self.segments.get(first) {
            let end = segment.old.saturating_add_signed(shift) + segment.new_len;
            if end >= pos {
                break;
            }
            shift += segment.new_len as isize - segment.old_len as isize;
            first += 1;
        }
        let (mut last, mut inner) = (first, shift);
        let mut reach = pos + del;
        let mut touched: Option<(usize, usize)> = None;
        while let Some(segment) = self.segments.get(last) {
            let start = segment.old.saturating_add_signed(inner);
            if start > pos + del {
                break;
            }
            inner += segment.new_len as isize - segment.old_len as isize;
            reach = reach.max(start + segment.new_len);
            let old_end = segment.old + segment.old_len;
            let tail = (pos + del).saturating_sub(start + segment.new_len);
            touched = Some((touched.map_or(start, |(start, _)| start), old_end + tail));
            last += 1;
        }
        let made = match touched {
            None => Segment { old: pos.saturating_add_signed(-shift), old_len: del, new_len: ins },
            Some((start, old_end)) => {
                let from = start.min(pos);
                let old = from.saturating_add_signed(-shift);
                Segment { old, old_len: old_end - old, new_len: reach - from - del + ins }
            }
        };
        self.segments.splice(first..last, [made]);
        if self.segments.len() > MOST {
            self.collapse();
        }
    }

    fn collapse(&mut self) {
        let (Some(first), Some(last)) = (self.segments.first(), self.segments.last()) else {
            return;
        };
        let old_len = last.old + last.old_len - first.old;
        let changed: isize =
            self.segments.iter().map(|one| one.new_len as isize - one.old_len as isize).sum();
        let new_len = old_len.saturating_add_signed(changed);
        self.segments = vec![Segment { old: first.old, old_len, new_len }];
    }

    pub fn finish(self) -> Delta {
        let spans = self.segments.into_iter().filter(|one| one.old_len + one.new_len > 0);
        Delta(
            spans
                .map(|one| {
                    let span = Span { start: Pos(one.old), end: Pos(one.old + one.old_len) };
                    (span, one.new_len)
                })
                .collect(),
        )
    }
}
