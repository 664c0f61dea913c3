//! `cowrite apply`: the edits of an answer that came from wherever, put into a file. No model, no
//! session, no library.

use super::headless::{is_stdin, read_stdin};
use super::propose::print_diff;
use super::{Failure, Out, one_line};
use crate::assist::{
    Answer, ELSEWHERE, Edit, Fit, Form, Hint, Landed, OFFERED, Outcome, REPEATS, SHORT, STANDS_IN,
    files_named, is_near, others, writes_anew,
};
use crate::base::Span;
use crate::report::unified;
use crate::runtime::files::{SaveError, save, stamp_text};
use crate::runtime::{named_file, read_file};
use crate::state::{OpenedFile, plural};
use crate::text::encode;
use ropey::Rope;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Put the edits of a model's answer into a file: cowrite apply FILE < answer.txt.
///
/// The answer comes on standard input, in any form that cowrite reads. No model is asked, and
/// nothing is kept but the file. Each edit goes where its old text stands, and nowhere if that is
/// not certain; what goes in goes in together, whole or not at all. Edits that contradict an earlier
/// one of the answer, and edits for other files that are there or would be new, are left out; one
/// that quotes what an earlier one wrote goes onto it. Exit code 0: all that the answer
/// wants stands in the text now; 1: some of it does not, or the file could not be written; 2: the
/// answer or the file can't be used, and nothing was done.
#[derive(clap::Args, Debug)]
pub struct ApplyArgs {
    /// The file to change.
    file: PathBuf,
    /// Change nothing; print the difference.
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Print what became of each edit as JSON.
    #[arg(long)]
    json: bool,
    /// Put in edits whose place was found by likeness only, too.
    #[arg(long)]
    loose: bool,
    /// Write the changed text there and leave FILE alone; `-` for standard output.
    #[arg(long, short, value_name = "OUT")]
    output: Option<PathBuf>,
}

/// Characters of a quoted text in words for a person.
const QUOTED: usize = 60;

impl ApplyArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let name = self.file.display().to_string();
        if is_stdin(&self.file) {
            return Err(Failure::usage(
                "Standard input holds the answer: name the file that it changes.",
            ));
        }
        let to_stdout = self.output.as_deref().is_some_and(is_stdin);
        if to_stdout && (self.json || self.dry_run) {
            return Err(Failure::usage(
                "Standard output can't take both: leave --output - away, or --json and --dry-run.",
            ));
        }
        let file = read_file(&self.file).map_err(Failure::usage)?;
        if !file.exists {
            return Err(Failure::usage(format!("There is no file {name}.")));
        }
        let (reply, _) = read_stdin().map_err(|why| Failure { code: 2, ..why })?;
        if reply.trim().is_empty() {
            return Err(Failure::usage(
                "Nothing came on standard input: cowrite apply FILE < answer.txt.",
            ));
        }
        let base = Rope::from_str(&file.text);
        let path = std::path::absolute(&self.file).unwrap_or_else(|_| self.file.clone());
        let others = others(&files_named(&base, &reply), &path.to_string_lossy());
        let answer = Answer::read(&base, &reply, &|edit| {
            edit.hint.file.as_ref().is_some_and(|file| others.contains(file))
                || is_elsewhere(&self.file, edit)
        });
        if answer.is_empty() && answer.several {
            return Err(Failure::usage(
                "What came on standard input holds several versions of one text: leave one of them.",
            ));
        }
        if answer.is_empty() {
            return Err(Failure::usage(
                "There is no edit in what came on standard input, or none that is certain to be one. Edits \
                 are blocks, patches, differences, or the new text in a fence: `cowrite apply --help`.",
            ));
        }
        let fits = answer.fits(self.loose);
        let after = answer.applied(&file.text, &fits);
        let diff = unified(&name, &file.text, &after);
        let written = if self.dry_run { Ok(None) } else { self.write(&file, &after, out) };
        if self.json {
            let report = self.report(&base, &answer, &fits, &diff, written.as_ref());
            out.json(&report)?;
        } else if self.dry_run {
            print_diff(&diff, out)?;
        }
        self.tell(&base, &answer, &fits, out);
        // How many went in is said of what is there now.
        written?;
        self.count(&answer, &fits, out);
        Ok(if is_all(&answer, &fits) { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    /// Writes the text where it is wanted; gives the file, if one was written.
    fn write(
        &self,
        file: &OpenedFile,
        after: &str,
        out: &mut Out,
    ) -> Result<Option<PathBuf>, Failure> {
        let rope = Rope::from_str(after);
        let stamp = stamp_text(&rope, file.bom);
        let (path, expect) = match self.output.as_deref() {
            Some(path) if is_stdin(path) => {
                out.bytes(&encode(&rope, file.bom))?;
                return Ok(None);
            }
            // What stands there is replaced, as it is asked for.
            Some(path) => (path, stamp_there(path)?),
            None if after == file.text => return Ok(None),
            None => (self.file.as_path(), vec![file.stamp.clone()]),
        };
        match save(path, (&rope, file.bom), &stamp, &expect) {
            Ok(_) => Ok(Some(path.to_path_buf())),
            Err(SaveError::Failed(why)) => Err(Failure::new(why)),
            Err(SaveError::Changed(_)) => Err(Failure::new(format!(
                "{} changed meanwhile and was left as it is: apply the answer again.",
                path.display()
            ))),
        }
    }

    /// One line for each edit that does not go in.
    fn tell(&self, base: &Rope, answer: &Answer, fits: &[Fit], out: &mut Out) {
        for (number, landed, fit) in numbered(answer, fits) {
            if let Some(why) = reason(base, landed, fit) {
                let (old, new) = texts(landed);
                let quoted = short(if old.trim().is_empty() { new } else { old });
                out.say(&format!("edit {} ({quoted}): {why}", number + 1));
            } else if let Some(file) = answer.file_of(number).filter(|file| self.is_made_up(file)) {
                let (number, file) = (number + 1, one_line(file));
                out.say(&format!(
                    "edit {number} is for {file}, which is no file: its text is here"
                ));
            }
        }
        for edit in &answer.elsewhere {
            let file = one_line(&edit.file);
            out.say(&format!("an edit is for {file}, and is left out: cowrite apply {file}"));
        }
        for part in &answer.unreadable {
            out.say(&format!("not read ({}): {}", short(&part.text), part.why));
        }
    }

    /// Whether a name is neither the file's nor as good as that.
    fn is_made_up(&self, named: &str) -> bool {
        let name = self.file.to_string_lossy();
        let hint = Hint { file: Some(named.to_owned()), ..Hint::default() };
        hint.is_elsewhere(&name) && !is_near(named, &name)
    }

    fn count(&self, answer: &Answer, fits: &[Fit], out: &mut Out) {
        let all = answer.count();
        // One that says the same as another is done when that is.
        let is_done = |fit: &&Fit| match fit {
            Fit::Twice(first) => fits.get(*first).is_some_and(|first| first.is_done()),
            fit => fit.is_done(),
        };
        let done = fits.iter().filter(is_done).count() + answer.unchanged;
        let place = match (&self.output, self.dry_run) {
            (_, true) => format!("would go into {}", self.file.display()),
            (Some(path), _) if is_stdin(path) => "went in".into(),
            (Some(path), _) => format!("went into {}", path.display()),
            (None, _) => format!("went into {}", self.file.display()),
        };
        let already = fits
            .iter()
            .filter(is_done)
            .filter(|fit| matches!(fit, Fit::Already | Fit::Twice(_) | Fit::Corrected(_)))
            .count()
            + answer.unchanged;
        let already = match already {
            0 => String::new(),
            1 => ", one of which changes nothing".into(),
            more => format!(", {more} of which change nothing"),
        };
        out.say(&format!("{done} of {} {place}{already}.", plural(all, "edit")));
    }

    fn report(
        &self,
        base: &Rope,
        answer: &Answer,
        fits: &[Fit],
        diff: &str,
        written: Result<&Option<PathBuf>, &Failure>,
    ) -> Value {
        let edits = numbered(answer, fits);
        let described = |(number, landed, fit): (usize, &Landed, Fit)| {
            let mut one = described(base, number, landed, fit);
            one["file"] = answer.file_of(number).into();
            if let Some(earlier) = answer.onto_of(number) {
                one["onto"] = earlier.into();
            }
            one
        };
        let edits: Vec<Value> = edits.map(described).collect();
        let unreadable = answer.unreadable.iter();
        let unreadable: Vec<Value> = unreadable
            .map(|part| json!({"index": part.number, "text": part.text, "why": part.why}))
            .collect();
        let elsewhere = answer.elsewhere.iter().map(|edit| {
            json!({"index": edit.number, "file": edit.file, "old": edit.old, "new": edit.new})
        });
        let elsewhere: Vec<Value> = elsewhere.collect();
        json!({
            "file": self.file.to_string_lossy(),
            "edits": edits,
            "unreadable": unreadable,
            "count": answer.count(),
            "unchanged": answer.unchanged,
            "elsewhere": elsewhere,
            "all": is_all(answer, fits),
            "written": written.ok().and_then(Option::as_ref).map(|path| path.to_string_lossy()),
            "error": written.err().map(|why| why.what.as_str()),
            "diff": diff,
        })
    }
}

/// Each edit with its number in the answer, from 0, and what is done about it; where that is about
/// another edit, it is told by its number as well.
fn numbered<'a>(
    answer: &'a Answer,
    fits: &'a [Fit],
) -> impl Iterator<Item = (usize, &'a Landed, Fit)> {
    let number = |index: usize| answer.numbers.get(index).copied().unwrap_or(index);
    answer.edits.iter().zip(fits).enumerate().map(move |(index, (landed, fit))| {
        let fit = match *fit {
            Fit::Waits(other) => Fit::Waits(number(other)),
            Fit::Twice(other) => Fit::Twice(number(other)),
            Fit::Corrected(other) => Fit::Corrected(number(other)),
            fit => fit,
        };
        (number(index), landed, fit)
    })
}

/// Whether nothing of an answer is left to be done.
fn is_all(answer: &Answer, fits: &[Fit]) -> bool {
    let nothing_else = answer.unreadable.is_empty() && answer.elsewhere.is_empty();
    nothing_else && fits.iter().all(|fit| fit.is_done())
}

/// Whether an edit is for another file: it names one that is there, or would make a new one. A name
/// that is no file's is the model's own: then its text decides, if that is more than a few words.
fn is_elsewhere(file: &Path, edit: &Edit) -> bool {
    const TELLING: usize = 24;
    let name = file.to_string_lossy();
    let Some(named) = edit.hint.file.as_deref() else { return false };
    let scant = edit.old.chars().filter(|sign| sign.is_alphanumeric()).count() < TELLING;
    let other = edit.hint.is_elsewhere(&name) && !is_near(named, &name);
    named_file(file, named).is_some() || other && (scant || writes_anew(edit))
}

/// What a file holds that is to be replaced.
fn stamp_there(path: &Path) -> Result<Vec<crate::state::FileStamp>, Failure> {
    let there = read_file(path).map_err(Failure::new)?;
    Ok(if there.exists { vec![there.stamp] } else { Vec::new() })
}

/// The old and the new text of an edit, as far as it is known.
fn texts(landed: &Landed) -> (&str, &str) {
    match &landed.outcome {
        Outcome::Placed { hunk, .. } => (&hunk.old, &hunk.new),
        Outcome::Already { .. } => ("", ""),
        Outcome::Ambiguous { old, new, .. } | Outcome::Missing { old, new, .. } => (old, new),
    }
}

/// Why an edit did not go in; `None` when nothing of it is left to be done.
fn reason(base: &Rope, landed: &Landed, fit: Fit) -> Option<String> {
    let lines = |spans: &[Span]| {
        let all: Vec<String> =
            spans.iter().map(|span| lines_of(base, *span).0.to_string()).collect();
        all.join(", ")
    };
    match (fit, &landed.outcome) {
        (Fit::Doubted, Outcome::Placed { hunk, .. })
            if landed.form == Form::Whole && hunk.new.is_empty() =>
        {
            let (first, last) = lines_of(base, hunk.span);
            let all = if first == last { first.to_string() } else { format!("{first} to {last}") };
            Some(format!(
                "the answer does not have lines {all}, and may only not have repeated them; \
                 --loose takes them out"
            ))
        }
        (Fit::Doubted, Outcome::Placed { hunk, .. })
            if let Some(doubt) = doubt(landed.why.as_deref()) =>
        {
            let line = lines_of(base, hunk.span).0;
            Some(format!("at line {line}: {doubt}; --loose puts it in all the same"))
        }
        (Fit::Doubted, Outcome::Placed { hunk, .. }) if is_bare(landed.form) => Some(format!(
            "at line {}: it may be said about the text and be no part of it; --loose puts it in",
            lines_of(base, hunk.span).0
        )),
        (Fit::Doubted, Outcome::Placed { hunk, .. }) => Some(format!(
            "line {} only resembles it; --loose puts it in",
            lines_of(base, hunk.span).0
        )),
        (Fit::Torn, _) => Some(
            "its text goes at one place and comes at another, and one of both has no certain place"
                .into(),
        ),
        (Fit::Waits(first), _) => Some(format!("it contradicts edit {}", first + 1)),
        (Fit::Ambiguous, Outcome::Ambiguous { old, candidates, .. }) if old.trim().is_empty() => {
            let lines = lines(candidates);
            Some(format!("it quotes nothing, and what it is called stands in lines {lines}"))
        }
        (Fit::Missing, Outcome::Missing { old, similar, .. }) if old.trim().is_empty() => {
            const UNCLEAR: &str =
                "it quotes nothing, and what of the text it stands for is not clear";
            Some(match similar.first() {
                Some((span, _)) => {
                    format!("{UNCLEAR}; most like it is line {}", lines_of(base, *span).0)
                }
                None => UNCLEAR.into(),
            })
        }
        (Fit::Ambiguous, Outcome::Ambiguous { candidates, .. }) => {
            Some(format!("its text stands several times, in lines {}", lines(candidates)))
        }
        (Fit::Missing, Outcome::Missing { similar, .. }) => Some(match similar.first() {
            Some((span, 100)) => format!(
                "it is about line {}, but what it leaves out of its new text, or where its lines \
                 begin and end, is not certain",
                lines_of(base, *span).0
            ),
            Some((span, percent)) => format!(
                "its text is not there; most like it is line {} ({percent} %)",
                lines_of(base, *span).0
            ),
            None => "its text is not there".into(),
        }),
        _ => None,
    }
}

/// One edit for other programs. The form is stable: fields are only added. Lines count from 1 and
/// both are included, characters from 0 without the last; all are of the file before.
fn described(base: &Rope, index: usize, landed: &Landed, fit: Fit) -> Value {
    let (old, new) = texts(landed);
    let place = |span: Span| {
        let (first, last) = lines_of(base, span);
        json!({
            "lines": [first, last],
            "chars": [span.start.0, span.end.0],
            "text": base.slice(span.range()).to_string(),
        })
    };
    let mut all = json!({
        "index": index,
        "form": landed.form.name(),
        "outcome": fit.name(),
        "done": fit.is_done(),
        "why": landed.why,
        "reason": reason(base, landed, fit),
        "old": old,
        "new": new,
    });
    match &landed.outcome {
        Outcome::Placed { hunk, step } => {
            all["step"] = step.name().into();
            all["loose"] = step.is_loose().into();
            // What the answer took for the old text, where that is not what stands there.
            let said = landed.said.as_ref().filter(|_| step.is_loose());
            all["quoted"] = said.map(|(old, _)| old.as_str()).into();
            all["span"] = place(hunk.span);
        }
        Outcome::Already { span } => {
            all["span"] = place(*span);
            all["new"] = base.slice(span.range()).to_string().into();
        }
        Outcome::Ambiguous { candidates, .. } => {
            all["candidates"] = candidates.iter().map(|span| place(*span)).collect();
        }
        Outcome::Missing { similar, .. } => {
            let described = similar.iter().map(|(span, percent)| {
                let mut one = place(*span);
                one["percent"] = (*percent).into();
                one
            });
            all["similar"] = described.collect();
        }
    }
    if let Fit::Waits(first) | Fit::Twice(first) | Fit::Corrected(first) = fit {
        all["other"] = first.into();
    }
    all
}

/// The first and the last line of a span, from 1. One that ends with a line end ends in its line.
fn lines_of(base: &Rope, span: Span) -> (usize, usize) {
    let line = |at: usize| base.char_to_line(at.min(base.len_chars())) + 1;
    let last = if span.is_empty() { span.start.0 } else { span.end.0 - 1 };
    (line(span.start.0), line(last))
}

/// What makes an edit doubtful whose text stands there.
fn doubt(why: Option<&str>) -> Option<&'static str> {
    match why? {
        REPEATS => Some("it repeats what stands beside it"),
        ELSEWHERE => Some("that is elsewhere than the answer says"),
        OFFERED => {
            Some("the answer offers it as one of several, or says that it is not to be made")
        }
        STANDS_IN => Some("it puts a short note for a longer text"),
        SHORT => Some("the answer ended before it had as many lines as it announces"),
        _ => None,
    }
}

/// Whether an edit is bare text, whose place is known.
fn is_bare(form: Form) -> bool {
    matches!(form, Form::Whole | Form::Selection)
}

fn short(text: &str) -> String {
    let text = one_line(text);
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
