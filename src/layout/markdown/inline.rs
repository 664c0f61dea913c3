//! Runs of styled text into lines of a width.

use super::{Join, Line, Segment, Style};
use crate::layout::cells::{Kind, cells};
use crate::layout::wrap::{Rule, Start, rows};
use std::ops::Range;

/// Columns between tab stops in prose and code.
const TAB: usize = 4;

/// A piece of text of one style and where it stands in the source.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub text: String,
    pub style: Style,
    pub source: Range<usize>,
}

impl Run {
    /// The source of a part of its text: exact where the text is the source's own.
    fn source_of(&self, part: Range<usize>) -> Range<usize> {
        if self.text.len() == self.source.len() {
            self.source.start + part.start..self.source.start + part.end
        } else {
            self.source.clone()
        }
    }
}

/// How a paragraph is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    Words,
    /// Anywhere: code, whose spaces count.
    Cells,
}

/// The columns the runs take on one line.
pub(super) fn runs_width(runs: &[Run]) -> usize {
    let text: String = runs.iter().map(|run| run.text.as_str()).collect();
    crate::layout::cells::width(&text, TAB)
}

/// Breaks runs into lines of at most `width` columns; at least one line.
pub(super) fn wrap_runs(runs: &[Run], width: usize, at: Break) -> Vec<Line> {
    let width = width.max(1);
    let text: String = runs.iter().map(|run| run.text.as_str()).collect();
    let starts = match at {
        Break::Words => rows(&text, Rule { width, tab: TAB, first: 0, indent: 0 }),
        Break::Cells => cell_rows(&text, width),
    };
    // Where each run starts in the text.
    let mut run_starts = Vec::with_capacity(runs.len());
    let mut sum = 0;
    for run in runs {
        run_starts.push(sum);
        sum += run.text.len();
    }
    let mut lines = Vec::with_capacity(starts.len());
    let mut join = Join::Line;
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).map_or(text.len(), |next| next.bytes);
        let row = &text[start.bytes..end];
        let kept = if at == Break::Words && end < text.len() {
            row.trim_end_matches([' ', '\t'])
        } else {
            row
        };
        let mut line = Line { segments: Vec::new(), source: 0..0, join };
        join = if kept.len() < row.len() { Join::Space } else { Join::Tight };
        let mut byte = start.bytes;
        let mut col = 0;
        for cell in cells(kept) {
            let run = run_starts.partition_point(|start| *start <= byte).saturating_sub(1);
            if let Some(run) = runs.get(run) {
                let full = cell.width_at(col, TAB);
                let fits = full.min(width.saturating_sub(col));
                match cell.kind {
                    Kind::LineEnd => {}
                    Kind::Tab => line.push(&" ".repeat(fits), run.style),
                    _ if fits == full => line.push(&cell.text, run.style),
                    Kind::Control if cell.text.is_ascii() => {
                        line.push(cell.text.get(..fits).unwrap_or(""), run.style);
                    }
                    _ => line.push(&" ".repeat(fits), run.style),
                }
                col += fits;
            }
            byte += cell.bytes;
        }
        for (run, run_start) in runs.iter().zip(&run_starts) {
            let part = start.bytes.max(*run_start)..end.min(run_start + run.text.len());
            if part.start < part.end {
                let part = run.source_of(part.start - run_start..part.end - run_start);
                line.cover(part);
            }
        }
        lines.push(line);
    }
    lines
}

fn cell_rows(text: &str, width: usize) -> Vec<Start> {
    let mut out = vec![Start::default()];
    let mut at = Start::default();
    let mut col = 0;
    for cell in cells(text) {
        let cell_width = cell.width_at(col, TAB);
        if col > 0 && col + cell_width > width {
            out.push(at);
            col = 0;
        }
        col += cell.width_at(col, TAB);
        at = Start { chars: at.chars + cell.chars, bytes: at.bytes + cell.bytes };
    }
    out
}

impl Line {
    pub(super) fn push(&mut self, text: &str, style: Style) {
        self.add(text, style, false);
    }

    pub(super) fn push_frame(&mut self, text: &str, style: Style) {
        self.add(text, style, true);
    }

    fn add(&mut self, text: &str, style: Style, frame: bool) {
        match self.segments.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.style == style && last.frame == frame => last.text.push_str(text),
            _ => self.segments.push(Segment { text: text.into(), style, frame }),
        }
    }

    /// Widens the source it shows.
    pub(super) fn cover(&mut self, part: Range<usize>) {
        self.source = if self.source.is_empty() {
            part
        } else {
            self.source.start.min(part.start)..self.source.end.max(part.end)
        };
    }
}
