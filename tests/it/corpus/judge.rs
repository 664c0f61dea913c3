//! Runs the engine on a case and says what became of it.

use super::baselines::{self, Strategy};
use super::case::Case;
use super::draft::{Level, Want, fold, line_start, line_stop};
use cowrite::assist::{Dialect, Hunk, Landed, Landing, Outcome, Piece, ReplyParser, Wanted, apply};
use cowrite::base::{Pos, Span};
use ropey::Rope;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Right,
    /// Nothing was placed, or not all; what was placed is right.
    Refused,
    /// At the right place with the right words, but blanks are off.
    Blanks,
    Wrong,
}

/// What the engine did.
#[derive(Debug)]
pub struct Done {
    pub result: String,
    /// The loosest step that was taken.
    pub step: &'static str,
    /// For a person.
    pub told: Vec<String>,
}

fn run(case: &Case) -> Done {
    let about = case.selected.clone().map_or(case.doc.as_str(), |at| &case.doc[at]);
    let mut parser = ReplyParser::new(case.asked).about(about);
    let wanted = if case.slop == "examples" { Wanted::Answer } else { Wanted::Change };
    let mut landing = Landing::new(&Rope::from_str(&case.doc)).wanting(wanted);
    if let Some(at) = &case.selected {
        let pos = |at: usize| Pos(case.doc[..at].chars().count());
        landing = landing.within(Span { start: pos(at.start), end: pos(at.end) });
    }
    let mut landed: Vec<Landed> = Vec::new();
    let mut told = Vec::new();
    let mut take = |pieces: Vec<Piece>, landed: &mut Vec<Landed>| {
        for piece in pieces {
            match &piece {
                Piece::Malformed { why, text, .. } => {
                    told.push(format!("malformed: {why} {text:?}"));
                }
                Piece::EditDropped { .. } => told.push("dropped".into()),
                _ => {}
            }
            landed.extend(landing.take(&piece));
        }
    };
    // It comes in pieces.
    let mut rest = case.answer.as_str();
    while !rest.is_empty() {
        let (chunk, behind) = rest.split_at(rest.ceil_char_boundary(rest.len().min(997)));
        take(parser.push(chunk), &mut landed);
        rest = behind;
    }
    let rest = if case.cut { parser.cut_off() } else { parser.finish() };
    take(rest, &mut landed);
    // What an answer is as a whole is only looked at when all of it came.
    if !case.cut && case.selected.is_none() && case.asked == Dialect::Blocks {
        landed.extend(landing.finish());
    }
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut steps = Vec::new();
    for one in landed {
        told.push(shown(&one));
        if let Outcome::Placed { hunk, step, .. } = one.outcome
            && !(case.certain && step.is_loose())
        {
            hunks.push(hunk);
            steps.push((step, step.name()));
        }
    }
    hunks.sort_by_key(|hunk| hunk.span);
    let step = match case.form {
        "whole" | "gaps" | "passage" if !steps.is_empty() => case.form,
        _ => steps.iter().max().map_or("", |(_, name)| name),
    };
    Done { result: apply(&case.doc, &hunks), step, told }
}

fn shown(landed: &Landed) -> String {
    let short = |text: &str| -> String {
        let text: String = text.chars().take(700).collect();
        format!("{text:?}")
    };
    match &landed.outcome {
        Outcome::Placed { hunk, step, .. } => {
            format!("placed ({}): {} -> {}", step.name(), short(&hunk.old), short(&hunk.new))
        }
        Outcome::Already { span, .. } => format!("already there at {span:?}"),
        Outcome::Ambiguous { old, candidates, .. } => {
            format!("ambiguous: {} places for {}", candidates.len(), short(old))
        }
        Outcome::Missing { old, similar, .. } => {
            format!("missing: {}, similar {similar:?}", short(old))
        }
        #[allow(unreachable_patterns, reason = "outcomes may come to be more")]
        other => format!("{other:?}"),
    }
}

/// Compared texts: blank lines in a row count as one, and those at the end not at all.
fn canonical(text: &str, level: Level) -> String {
    let text = match level {
        Level::Exact => text.to_owned(),
        Level::Trail => text.replace("\r\n", "\n"),
        Level::Forms | Level::Words => fold(&text.replace("\r\n", "\n")),
    };
    if level == Level::Words {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for line in text.split('\n') {
        let line = if level == Level::Exact { line } else { line.trim_end() };
        let empty = line.trim().is_empty();
        if !(empty && blank) {
            out.push_str(line);
            out.push('\n');
        }
        blank = empty;
    }
    out.trim_end().to_owned()
}

/// The lines that are not empty.
fn filled(text: &str, level: Level) -> Vec<String> {
    let text = canonical(text, level);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| line.trim_end_matches('\r').to_owned()).collect()
}

fn judge(case: &Case, result: &str) -> Verdict {
    let same = |text: &str, level| canonical(text, level) == canonical(result, level);
    if same(&case.doc, Level::Exact) {
        return Verdict::Refused;
    }
    if case.want == Want::Refuse {
        return if same(&case.doc, Level::Words) { Verdict::Blanks } else { Verdict::Wrong };
    }
    let all = (1usize << case.parts.len()) - 1;
    let truth = case.with(|_| true);
    if same(&truth, case.level) {
        return if kept_around(case, result) { Verdict::Right } else { Verdict::Wrong };
    }
    let some = (1..all).any(|mask| same(&case.with(|index| mask >> index & 1 == 1), case.level));
    if some {
        return Verdict::Refused;
    }
    // Where indents say something nothing but empty lines may be off: some forms of answers lose
    // those at the ends of what they carry.
    let blanks_only = match case.kind.is_indented() {
        true => filled(&truth, case.level) == filled(result, case.level),
        false => same(&truth, Level::Words),
    };
    match blanks_only && kept_around(case, result) {
        true => Verdict::Blanks,
        false => Verdict::Wrong,
    }
}

/// Whether all but the quoted lines is as it was.
fn kept_around(case: &Case, result: &str) -> bool {
    let Some(lines) = &case.lines else { return true };
    let before = case.doc[..lines.start].trim_end();
    let behind = case.doc[lines.end..].trim_start();
    result.starts_with(before) && result.trim_end().ends_with(behind.trim_end())
}

/// What became of a case here, and with the strategies of other programs where it quotes.
#[derive(Debug)]
pub struct Judged {
    pub done: Done,
    pub verdict: Verdict,
    pub others: Vec<Verdict>,
}

pub fn judged(case: &Case) -> Judged {
    let done = run(case);
    let verdict = judge(case, &done.result);
    let others = if case.pairs.is_empty() { &[][..] } else { baselines::ALL };
    let other = |(_, strategy): &(&str, Strategy)| judge(case, &with_strategy(case, *strategy));
    Judged { verdict, others: others.iter().map(other).collect(), done }
}

/// What a strategy makes of the pairs of a case, one after the other; a failed one is left out.
fn with_strategy(case: &Case, strategy: Strategy) -> String {
    let mut text = case.doc.clone();
    for pair in &case.pairs {
        if let Some(next) = strategy(&text, pair) {
            text = next;
        }
    }
    text
}

/// What a person needs to see why a case failed.
pub fn report(case: &Case, done: &Done, verdict: Verdict) -> String {
    use std::fmt::Write as _;
    let mut out =
        format!("== {} wants {:?} ({:?}), {verdict:?}\n", case.name, case.want, case.level);
    let lines = case.lines.clone().unwrap_or(0..0);
    let at = |at: usize| at.min(case.doc.len());
    let mut from = lines.start;
    let mut to = at(lines.end);
    for _ in 0..2 {
        from = line_start(&case.doc, from.saturating_sub(1));
        to = line_stop(&case.doc, to);
    }
    if lines.end > 0 {
        let _ = writeln!(out, "-- document\n{}", &case.doc[from..to]);
    }
    let cut = if case.cut { " (cut off)" } else { "" };
    let _ = writeln!(out, "-- answer{cut}\n{}", without_document(case));
    let _ = writeln!(out, "-- engine\n{}", done.told.join("\n"));
    let truth = case.with(|_| true);
    if verdict != Verdict::Refused {
        let _ = writeln!(out, "-- truth against result");
        let diff = similar::TextDiff::from_lines(truth.as_str(), done.result.as_str());
        for change in
            diff.iter_all_changes().filter(|c| c.tag() != similar::ChangeTag::Equal).take(30)
        {
            let _ = writeln!(out, "{}{:?}", change.tag(), change.value());
        }
    }
    out
}

/// The answer, with long runs of lines that the document has left out.
fn without_document(case: &Case) -> String {
    let lines: Vec<&str> = case.answer.lines().collect();
    let known = |line: &str| line.len() > 3 && case.doc.contains(line) || line.is_empty();
    let mut out = String::new();
    let mut index = 0;
    while index < lines.len() {
        let run = lines[index..].iter().take_while(|line| known(line)).count();
        if run > 9 && super::env("COWRITE_TEST_CASES").is_none() {
            out.push_str(&format!(
                "{}\n{}\n(so {} lines more)\n{}\n",
                lines[index],
                lines[index + 1],
                run - 4,
                lines[index + run - 2..index + run].join("\n")
            ));
            index += run;
        } else {
            out.push_str(lines[index]);
            out.push('\n');
            index += 1;
        }
    }
    out
}
