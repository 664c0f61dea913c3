//! The figures of the corpus as Markdown tables.

use super::baselines;
use super::case::Case;
use super::draft::Want;
use super::judge::{Judged, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What became of some cases.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// With one true place.
    pub place: usize,
    /// Of these, placed rightly, by step.
    pub right: BTreeMap<&'static str, usize>,
    pub refused: usize,
    pub blanks: usize,
    pub wrong: usize,
    /// That must be refused.
    pub refuse: usize,
    pub refuse_wrong: usize,
    /// Where a refusal is as good.
    pub either: usize,
    pub either_right: usize,
    pub either_wrong: usize,
}

impl Row {
    pub fn count(&mut self, want: Want, verdict: Verdict, step: &'static str) {
        let wrong = usize::from(verdict == Verdict::Wrong);
        match want {
            Want::Place => {
                self.place += 1;
                match verdict {
                    Verdict::Right => *self.right.entry(step).or_default() += 1,
                    Verdict::Refused => self.refused += 1,
                    Verdict::Blanks => self.blanks += 1,
                    Verdict::Wrong => self.wrong += 1,
                }
            }
            Want::Refuse => {
                self.refuse += 1;
                self.refuse_wrong += wrong;
            }
            Want::Either => {
                self.either += 1;
                self.either_right += usize::from(verdict == Verdict::Right);
                self.either_wrong += wrong;
            }
        }
    }

    pub fn rights(&self) -> usize {
        self.right.values().sum()
    }

    pub fn wrongs(&self) -> usize {
        self.wrong + self.refuse_wrong + self.either_wrong
    }

    pub fn right_percent(&self) -> f64 {
        100.0 * self.rights() as f64 / self.place.max(1) as f64
    }
}

/// Rows in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Table(Vec<(String, Row)>);

impl Table {
    fn row(&mut self, name: &str) -> &mut Row {
        let at = self.0.iter().position(|(one, _)| one == name).unwrap_or_else(|| {
            self.0.push((name.to_owned(), Row::default()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    fn sorted(mut self) -> Self {
        self.0.sort_by(|a, b| a.0.cmp(&b.0));
        self
    }
}

#[derive(Clone, Debug, Default)]
pub struct Report {
    pub all: Row,
    slops: Table,
    forms: Table,
    kinds: Table,
    /// On the cases that quote: ours first.
    pub strategies: Table,
}

pub const OURS: &str = "cowrite";

impl Report {
    pub fn count(&mut self, case: &Case, judged: &Judged) {
        let (verdict, step) = (judged.verdict, judged.done.step);
        let rows = [
            &mut self.all,
            self.slops.row(case.slop),
            self.forms.row(case.form),
            self.kinds.row(case.kind.name()),
        ];
        for row in rows {
            row.count(case.want, verdict, step);
        }
        if case.pairs.is_empty() {
            return;
        }
        self.strategies.row(OURS).count(case.want, verdict, "");
        for ((name, _), verdict) in baselines::ALL.iter().zip(&judged.others) {
            self.strategies.row(name).count(case.want, *verdict, "");
        }
    }

    /// Every strategy with its figures, ours first.
    pub fn strategies(&self) -> &[(String, Row)] {
        &self.strategies.0
    }

    /// Cases of a kind of sloppiness.
    pub fn slops(&self) -> &[(String, Row)] {
        &self.slops.0
    }

    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{} answers: {} with one true place ({:.1} % placed rightly), {} that must be refused, {} where a refusal is as good. Placed wrongly: {}.\n",
            self.all.place + self.all.refuse + self.all.either,
            self.all.place,
            self.all.right_percent(),
            self.all.refuse,
            self.all.either,
            self.all.wrongs(),
        );
        out.push_str("## By sloppiness\n\n");
        self.table("Sloppiness", &self.slops.clone().sorted(), &mut out);
        out.push_str("\n## By the form of the answer\n\n");
        self.table("Form", &self.forms.clone().sorted(), &mut out);
        out.push_str("\n## By the kind of text\n\n");
        self.table("Text", &self.kinds.clone().sorted(), &mut out);
        out.push_str("\n## Beside the matchers of other programs\n\n");
        out.push_str("On the answers that quote what they replace, with a perfect reader of the answer before the others.\n\n");
        out.push_str("| Matcher | one true place | rightly | refused | blanks off | wrongly | must be refused | wrongly | either | rightly | wrongly |\n");
        out.push_str("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for (name, row) in &self.strategies.0 {
            let _ = writeln!(
                out,
                "| {name} | {} | {} ({:.1} %) | {} | {} | {} | {} | {} | {} | {} | {} |",
                row.place,
                row.rights(),
                row.right_percent(),
                row.refused,
                row.blanks,
                row.wrong,
                row.refuse,
                row.refuse_wrong,
                row.either,
                row.either_right,
                row.either_wrong,
            );
        }
        out
    }

    fn table(&self, title: &str, table: &Table, out: &mut String) {
        const KNOWN: &[&str] = &["exact", "space"];
        let mut steps: Vec<&str> = KNOWN.to_vec();
        let used: BTreeSet<&str> =
            table.0.iter().flat_map(|(_, row)| row.right.keys().copied()).collect();
        steps.extend(used.into_iter().filter(|step| !KNOWN.contains(step)));
        let _ = write!(out, "| {title} | one true place |");
        for step in &steps {
            let _ = write!(out, " {step} |");
        }
        out.push_str(
            " refused | blanks off | wrongly | must be refused | wrongly | either | rightly | wrongly |\n|---|",
        );
        out.push_str(&"--:|".repeat(steps.len() + 9));
        out.push('\n');
        let dash = |count: usize| if count == 0 { "·".to_owned() } else { count.to_string() };
        for (name, row) in &table.0 {
            let _ = write!(out, "| {name} | {} |", dash(row.place));
            for step in &steps {
                let _ = write!(out, " {} |", dash(row.right.get(step).copied().unwrap_or(0)));
            }
            for count in [
                row.refused,
                row.blanks,
                row.wrong,
                row.refuse,
                row.refuse_wrong,
                row.either,
                row.either_right,
                row.either_wrong,
            ] {
                let _ = write!(out, " {} |", dash(count));
            }
            out.push('\n');
        }
    }
}
