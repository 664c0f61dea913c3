//! Tables: aligned columns that shrink, and a list of fields where columns would be too narrow.

use super::inline::{Break, Run, runs_width, wrap_runs};
use super::{Line, Style};
use crate::base::Class;
use crate::layout::cells::width;
use pulldown_cmark::Alignment;
use std::ops::Range;

/// Between two columns.
const BETWEEN: &str = " │ ";
const BETWEEN_WIDTH: usize = 3;
/// The fewest columns of the screen for a column of a table.
const NARROWEST: usize = 6;

pub(super) struct Table {
    alignments: Vec<Alignment>,
    /// The first is the head.
    rows: Vec<Row>,
}

struct Row {
    source: Range<usize>,
    cells: Vec<Vec<Run>>,
}

impl Table {
    pub fn new(alignments: Vec<Alignment>) -> Self {
        Self { alignments, rows: Vec::new() }
    }

    pub fn row(&mut self, source: Range<usize>) {
        self.rows.push(Row { source, cells: Vec::new() });
    }

    pub fn cell(&mut self, runs: Vec<Run>) {
        if let Some(row) = self.rows.last_mut() {
            row.cells.push(runs);
        }
    }

    pub fn lines(self, columns: usize) -> Vec<Line> {
        let count = self.alignments.len().max(1);
        let natural: Vec<usize> = (0..count)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.cells.get(column));
                cells.map(|cell| runs_width(cell)).max().unwrap_or(0).max(1)
            })
            .collect();
        let between = BETWEEN_WIDTH * (count - 1);
        match columns.checked_sub(between) {
            Some(space) if natural.iter().sum::<usize>() <= space => self.aligned(&natural),
            Some(space) if space >= count * NARROWEST => self.aligned(&shrunk(&natural, space)),
            _ => self.fields(columns),
        }
    }

    fn aligned(&self, widths: &[usize]) -> Vec<Line> {
        let frame = Style { class: Class::Frame, ..Style::default() };
        let mut out = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            let cells: Vec<Vec<Line>> = widths
                .iter()
                .enumerate()
                .map(|(column, width)| {
                    let runs = row.cells.get(column).map_or(&[][..], Vec::as_slice);
                    wrap_runs(runs, *width, Break::Words)
                })
                .collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(1);
            for part in 0..height {
                let mut line = super::code::empty_line(row.source.start);
                for (column, (cell, space)) in cells.iter().zip(widths).enumerate() {
                    if column > 0 {
                        line.push(BETWEEN, frame);
                    }
                    let segments = cell.get(part).map_or(&[][..], |line| line.segments.as_slice());
                    let used: usize = segments.iter().map(|one| width(&one.text, 1)).sum();
                    let free = space.saturating_sub(used);
                    let left = match self.alignments.get(column) {
                        Some(Alignment::Right) => free,
                        Some(Alignment::Center) => free / 2,
                        _ => 0,
                    };
                    line.push(&" ".repeat(left), Style::default());
                    for one in segments {
                        line.push(&one.text, one.style);
                    }
                    if column + 1 < widths.len() {
                        line.push(&" ".repeat(free - left), Style::default());
                    }
                }
                line.cover(row.source.clone());
                out.push(line);
            }
            if index == 0 {
                let mut line = super::code::empty_line(row.source.end);
                let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
                line.push_frame(&rules.join("─┼─"), frame);
                out.push(line);
            }
        }
        out
    }

    /// One line for each field: `head: cell`.
    fn fields(&self, columns: usize) -> Vec<Line> {
        let Some((head, rows)) = self.rows.split_first() else { return Vec::new() };
        let mut out = Vec::new();
        let field = |name: &[Run], cell: &[Run], out: &mut Vec<Line>| {
            let mut runs = name.to_vec();
            if !name.is_empty() && !cell.is_empty() {
                let at = name.last().map_or(0, |run| run.source.end);
                runs.push(Run { text: ": ".into(), style: Style::default(), source: at..at });
            }
            // Only the cell's own place counts.
            for run in &mut runs {
                run.source = cell
                    .first()
                    .map_or(run.source.clone(), |first| first.source.start..first.source.start);
            }
            runs.extend(cell.iter().cloned());
            out.extend(wrap_runs(&runs, columns, Break::Words));
        };
        if rows.is_empty() {
            head.cells.iter().for_each(|cell| field(&[], cell, &mut out));
        }
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                out.push(super::code::empty_line(row.source.start));
            }
            for (column, cell) in row.cells.iter().enumerate() {
                let name = head.cells.get(column).map_or(&[][..], Vec::as_slice);
                field(name, cell, &mut out);
            }
        }
        out
    }
}

/// Widths that fit into `space`: small columns keep theirs, large ones share the rest.
fn shrunk(natural: &[usize], space: usize) -> Vec<usize> {
    let mut widths = vec![0; natural.len()];
    let mut open: Vec<usize> = (0..natural.len()).collect();
    let mut left = space;
    loop {
        let share = left / open.len().max(1);
        let Some(at) = open.iter().position(|column| natural[*column] <= share) else { break };
        let column = open.remove(at);
        widths[column] = natural[column];
        left -= natural[column];
    }
    let count = open.len();
    for (index, column) in open.into_iter().enumerate() {
        // The first ones get what does not divide.
        widths[column] = left / count + usize::from(index < left % count);
    }
    widths
}
