//! `cowrite propose`: a change that a model suggests, as a difference; accepted on request.

use super::headless::{Headless, Talk, Target, is_stdin};
use super::{Failure, Out, one_line};
use crate::assist::{Hunk as Replacement, apply};
use crate::base::{Pos, Span};
use crate::event::MessageStatus;
use crate::report::{state_word, unified};
use crate::runtime::read_file;
use crate::session::{Hunk, HunkRef, HunkState, Message, OpenHunk};
use crate::state::{Caret, Task, Tone, plural};
use ropey::Rope;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// Ask the model for a change of a file; prints it as a unified diff.
///
/// The hunks wait in the file's session for review in the workspace. With --accept those with a
/// certain place are accepted and the file is saved. Exit code 0: every edit of the answer has a
/// certain place, and with --accept is in the file, but for those that were turned down before; 1: some
/// have not, or there is none; 2: the file can't be used, and nothing was asked.
#[derive(clap::Args, Debug)]
pub struct ProposeArgs {
    /// The file to change.
    file: PathBuf,
    /// What to change.
    instruction: String,
    /// Accept the hunks that have a certain place, and save the file.
    #[arg(long)]
    accept: bool,
    /// Rewrite only these lines, from 1, both included.
    #[arg(long, value_name = "A:B", value_parser = lines)]
    select: Option<(usize, usize)>,
    /// Print the hunks as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    talk: Talk,
}

/// Characters of an answer without a change that are printed.
const SAID: usize = 2_000;

/// `A:B` or `A`, from 1.
pub fn lines(text: &str) -> Result<(usize, usize), String> {
    let wrong = || format!("{text:?} is no range of lines: write 3:7, or 3 for one line");
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    let number = |part: &str| part.trim().parse::<usize>().map_err(|_| wrong());
    let (from, to) = (number(from)?, number(to)?);
    if from == 0 || to < from { Err(wrong()) } else { Ok((from, to)) }
}

fn ends_whole(rope: &Rope) -> bool {
    rope.get_char(rope.len_chars().saturating_sub(1)) == Some('\n')
}

/// The text of lines, the last line's end left out.
fn span_of(rope: &Rope, (from, to): (usize, usize)) -> Result<Span, Failure> {
    // What stands behind the last line's end is no line.
    let all = rope.len_lines() - usize::from(rope.len_lines() > 1 && ends_whole(rope));
    if to > all {
        return Err(Failure::usage(format!("There is no line {to}: the file has {all}.")));
    }
    let start = rope.line_to_char(from - 1);
    let end = crate::text::motion::line_end(rope, Pos(rope.line_to_char(to - 1)));
    if end.0 == start {
        return Err(Failure::usage("These lines are empty: there is nothing to rewrite."));
    }
    Ok(Span { start: Pos(start), end })
}

impl ProposeArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let instruction = self.instruction.trim();
        if instruction.is_empty() {
            return Err(Failure::usage("Say what to change: cowrite propose FILE \"…\"."));
        }
        if is_stdin(&self.file) {
            return Err(Failure::usage("propose needs a file: its session keeps the hunks."));
        }
        if !self.file.exists() {
            return Err(Failure::usage(format!("There is no file {}.", self.file.display())));
        }
        self.usable()?;
        let mut headless = Headless::open(Target::File(self.file.clone()), &self.talk, out)?;
        if !headless.model().has_history() {
            return Err(Failure::usage("The file is too large for proposals."));
        }
        let before = headless.model().rope();
        let unsaved = headless.model().is_modified();
        if let Some(range) = self.select {
            let span = span_of(&before, range)?;
            let caret = Caret { pos: span.end, anchor: Some(span.start), sticky: None };
            headless.runtime.app.model.set_caret(caret);
        }
        headless.ready(&Task::Change)?;
        let area = if self.select.is_some() { "chat.rewrite" } else { "chat.change" };
        let answer = headless.ask(&format!("{area} {instruction}"), out, &mut |_| true)?;
        let notice = headless.notice();
        let hunks = headless.hunks_of(&answer);
        let placed = self.placed(&headless, &hunks);
        let accepted = match self.accept && !placed.is_empty() {
            true => self.accept(&mut headless, &hunks, unsaved, out)?,
            false => None,
        };
        let after = match (&accepted, self.accept) {
            (Some(after), _) => after.clone(),
            (None, true) => before.to_string(),
            (None, false) => apply(&before.to_string(), &placed),
        };
        let diff = unified(&self.file.to_string_lossy(), &before.to_string(), &after);
        let described = self.describe(&headless, &hunks, &diff, answer.text());
        let broken = match answer.status {
            MessageStatus::Complete => None,
            MessageStatus::Failed => answer.error.clone(),
            MessageStatus::Cancelled | MessageStatus::Incomplete => {
                answer.error.clone().or_else(|| Some("Stopped.".into()))
            }
        };
        let open = headless.hunks_of(&answer).iter().filter(|of| is_open(&headless, of)).count();
        let whole = self.is_whole(&headless, &hunks, &answer);
        let waiting = self.waiting(&headless, &hunks);
        let kept = self.accept && unsaved && accepted.is_none();
        let doubtful = doubtful(&headless, &hunks);
        headless.finish()?;
        if self.json {
            out.json(&described)?;
        } else {
            print_diff(&diff, out)?;
        }
        for one in &waiting {
            out.say(&format!(
                "A change contradicts another one and waits for it: {}.",
                one_line(one)
            ));
        }
        if !doubtful.is_empty() {
            let lines: Vec<String> = doubtful.iter().map(|line| format!("line {line}")).collect();
            out.say(&format!(
                "Found by likeness only, and left out of --accept: {}. Compare before you accept.",
                lines.join(", ")
            ));
        }
        if open > 0 && !self.talk.no_session {
            out.say(&format!(
                "{} to review: cowrite {}",
                plural(open, "hunk"),
                self.file.display()
            ));
        }
        match (broken, notice) {
            (Some(why), _) => return Err(Failure::new(why)),
            (None, Some((Tone::Warning | Tone::Error, text))) => out.say(&text),
            (None, _) => {}
        }
        if kept {
            out.say(&format!(
                "The session has text that is not in the file: cowrite do file.save {} writes it.",
                self.file.display()
            ));
        }
        // Why it changes nothing is what it says.
        if hunks.is_empty() && !self.json {
            let said = answer.text().trim();
            if !before.to_string().contains(said) {
                out.say(&said.chars().take(SAID).collect::<String>());
            }
        }
        match whole {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err("") => Ok(ExitCode::FAILURE),
            Err(why) => Err(Failure::new(why)),
        }
    }

    /// Whether every edit of the answer has a certain place, and is accepted where that is wanted.
    ///
    /// # Errors
    /// Says why not, where nothing else does.
    fn is_whole(
        &self,
        headless: &Headless,
        hunks: &[HunkRef],
        answer: &Message,
    ) -> Result<(), &'static str> {
        let session = &headless.model().session;
        let count = |outcomes: &[&str]| {
            answer.after.map_or(0, |question| session.became_none(question, outcomes))
        };
        if hunks.is_empty() {
            // Why an edit became none is said by the notice.
            return match (count(&["unreadable", "elsewhere"]), count(&["already"])) {
                (0, 0) => Err("The model suggests no change."),
                (0, _) => Ok(()),
                _ => Err(""),
            };
        }
        let is_done = |of: &HunkRef| {
            let Some(hunk) = session.proposals.hunk(of) else { return true };
            let doc = session.proposals.proposal(&hunk.proposal).map(|proposal| &proposal.doc);
            // What was turned down once is folded away: nobody waits for it.
            let Some(doc) = doc.filter(|_| !session.proposals.is_folded(hunk)) else { return true };
            match session.open_with(*of, doc) {
                Some(one) => one.is_certain() && !self.accept,
                None => true,
            }
        };
        let left = hunks.iter().filter(|of| !is_done(of)).count();
        match left {
            0 if count(&["unreadable", "elsewhere"]) == 0 => Ok(()),
            _ if left == hunks.len() && !self.accept => {
                Err("None of the suggested changes has a certain place in the text.")
            }
            _ => Err(""),
        }
    }

    /// Before anything is asked: whether the file can be read as text, and written where that is
    /// wanted.
    fn usable(&self) -> Result<(), Failure> {
        let file = read_file(&self.file).map_err(Failure::usage)?;
        if self.accept && file.read_only {
            return Err(Failure::usage(format!(
                "{} is read-only: make it writable, or leave --accept away.",
                self.file.display()
            )));
        }
        Ok(())
    }

    /// The hunks whose text stands where they were made for, in order; those that touch as one, and
    /// without those that contradict an earlier one, as in the workspace.
    fn placed(&self, headless: &Headless, hunks: &[HunkRef]) -> Vec<Replacement> {
        let model = headless.model();
        let own = |one: &OpenHunk| {
            one.state == HunkState::Pending && one.members.iter().any(|of| hunks.contains(of))
        };
        let open = model.session.open_in(&model.doc).into_iter().filter(own);
        open.filter_map(|one| Some(Replacement { span: one.span?, old: one.old, new: one.new }))
            .collect()
    }

    /// What those want that contradict an earlier one.
    fn waiting(&self, headless: &Headless, hunks: &[HunkRef]) -> Vec<String> {
        let model = headless.model();
        let open = model.session.open_in(&model.doc).into_iter();
        open.filter(|one| one.behind && hunks.contains(&one.of))
            .map(|one| format!("{:?} to {:?}", one.old.trim(), one.new.trim()))
            .collect()
    }

    /// Accepts what is certain and saves; gives the text that is there then. `None` where nothing is
    /// certain: why is said.
    fn accept(
        &self,
        headless: &mut Headless,
        hunks: &[HunkRef],
        unsaved: bool,
        out: &mut Out,
    ) -> Result<Option<String>, Failure> {
        // Nobody looked at them: their origin says so.
        headless.runtime.app.model.ui.seen.clear();
        let proposals = &headless.model().session.proposals;
        let mut made: Vec<String> = hunks
            .iter()
            .filter_map(|of| proposals.hunk(of))
            .map(|hunk| hunk.proposal.to_string())
            .collect();
        made.dedup();
        let mut any = false;
        for proposal in made {
            match headless.runtime.command(&format!("hunk.accept-all {proposal}")) {
                Ok(()) => any = true,
                Err(why) => out.say(&why),
            }
            headless.settle()?;
        }
        headless.notice();
        if !any {
            return Ok(None);
        }
        headless.command("file.save")?;
        match headless.notice() {
            Some((Tone::Info, text)) => out.say(&text),
            Some((_, text)) => return Err(Failure::new(text)),
            None => {}
        }
        if unsaved {
            out.say("Text that was not saved before went to the file too.");
        }
        Ok(Some(headless.model().rope().to_string()))
    }

    fn describe(&self, headless: &Headless, hunks: &[HunkRef], diff: &str, answer: &str) -> Value {
        let model = headless.model();
        let described: Vec<Value> = hunks
            .iter()
            .filter_map(|of| model.session.proposals.hunk(of))
            .map(|hunk| {
                let proposal = model.session.proposals.proposal(&hunk.proposal);
                let entry =
                    proposal.and_then(|proposal| model.session.documents.get(&proposal.doc));
                let span = entry.and_then(|entry| hunk.standing(&entry.document).1);
                let line = span.zip(entry).map(|(span, entry)| {
                    let rope = entry.document.rope();
                    rope.char_to_line(span.start.0.min(rope.len_chars())) + 1
                });
                json!({
                    "id": hunk.of.id.to_string(),
                    "document": entry.map(|entry| entry.name.as_str()),
                    "state": entry.map(|entry| state_word(hunk.state(&entry.document))),
                    "line": line,
                    "old": hunk.old,
                    "new": hunk.new,
                    "why": hunk.why,
                    "step": hunk.step,
                    "loose": hunk.loose,
                    "form": hunk.form,
                    "file": hunk.file,
                    "folded": model.session.proposals.is_folded(hunk),
                })
            })
            .collect();
        json!({
            "file": self.file.to_string_lossy(),
            "session": (!self.talk.no_session).then(|| model.session.id.to_string()),
            "answer": answer,
            "accepted": self.accept,
            "hunks": described,
            "diff": diff,
        })
    }
}

/// The lines, from 1, of open hunks that were found by likeness only: the difference does not tell.
fn doubtful(headless: &Headless, hunks: &[HunkRef]) -> Vec<usize> {
    let model = headless.model();
    let Some(entry) = model.entry() else { return Vec::new() };
    let rope = entry.document.rope();
    let open = hunks.iter().filter_map(|of| model.session.proposals.hunk(of));
    let loose = open.filter(|hunk| {
        hunk.loose
            && hunk.state(&entry.document) == HunkState::Pending
            && !model.session.proposals.is_folded(hunk)
    });
    let mut lines: Vec<usize> = loose
        .filter_map(|hunk| hunk.span(&entry.document))
        .map(|span| rope.char_to_line(span.start.0.min(rope.len_chars())) + 1)
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

fn is_open(headless: &Headless, of: &HunkRef) -> bool {
    headless.model().session.proposals.hunk(of).is_some_and(Hunk::is_open)
}

pub fn print_diff(diff: &str, out: &mut Out) -> Result<(), Failure> {
    if !out.color() {
        return out.print(diff);
    }
    let mut styled = String::new();
    for line in super::out::plain(diff).lines() {
        let color = match line.as_bytes().first() {
            Some(b'+') => "\x1b[32m",
            Some(b'-') => "\x1b[31m",
            Some(b'@') => "\x1b[36m",
            _ => "",
        };
        let end = if color.is_empty() { "" } else { "\x1b[0m" };
        styled.push_str(&format!("{color}{line}{end}\n"));
    }
    out.styled(&styled)
}
