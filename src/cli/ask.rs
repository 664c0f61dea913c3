//! `cowrite ask`: a question and its answer, without a screen.

use super::headless::{Headless, Talk, Target, is_stdin, read_stdin};
use super::out::plain;
use super::{Failure, Out, one_line};
use crate::event::MessageStatus;
use crate::state::{Task, Tone, plural};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

/// Ask the model; the answer is printed as it comes.
///
/// With a file, its document and session are the context and keep the turn; what the model
/// suggests to change waits there for review. Without one, text that is piped in is the context,
/// and the turn gets a session of its own. Ctrl-C stops the answer; what came is kept.
#[derive(clap::Args, Debug)]
pub struct AskArgs {
    /// The question; `-` reads it from standard input.
    question: String,
    /// The document that it is about.
    file: Option<PathBuf>,
    #[command(flatten)]
    talk: Talk,
}

impl AskArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let from_stdin = self.question == "-";
        let question = if from_stdin { read_stdin()?.0 } else { self.question };
        let question = question.trim();
        if question.is_empty() {
            return Err(Failure::usage("There is no question: cowrite ask \"…\"."));
        }
        let target = match self.file.clone() {
            Some(path) if is_stdin(&path) => {
                let (text, bom) = read_stdin()?;
                Target::Text { text, bom, back: false }
            }
            Some(path) if !path.exists() => {
                return Err(Failure::usage(format!("There is no file {}.", path.display())));
            }
            Some(path) => Target::File(path),
            None if from_stdin || self.talk.session.is_some() || io::stdin().is_terminal() => {
                Target::Fresh
            }
            None => match read_stdin()? {
                (text, _) if text.trim().is_empty() => Target::Fresh,
                (text, bom) => Target::Text { text, bom, back: false },
            },
        };
        let unnamed = self.talk.session.is_none() && !matches!(target, Target::File(_));
        let mut headless = Headless::open(target, &self.talk, out)?;
        headless.ready(&Task::Chat)?;
        // The machine says on standard error what it waits for while the answer is printed.
        let (mut answered, mut trouble, mut ended) = (Out::new(), None, true);
        let answer = headless.ask(&format!("chat.ask {question}"), out, &mut |part| {
            let part = plain(part);
            ended = if part.is_empty() { ended } else { part.ends_with('\n') };
            if let Err(why) = answered.bytes(part.as_bytes()) {
                trouble = Some(why);
            }
            trouble.is_none() && !answered.is_gone()
        })?;
        let gone = answered.is_gone();
        if !ended && !gone && trouble.is_none() {
            out.line("")?;
        }
        let notice = headless.notice();
        say_warning(notice, answer.status, out);
        if unnamed && !self.talk.no_session {
            let title: String = one_line(question).chars().take(60).collect();
            headless.command(&format!("session.rename {title}"))?;
        }
        if gone {
            headless.finish()?;
            return Ok(ExitCode::SUCCESS);
        }
        let open = headless.hunks_of(&answer).len();
        if open > 0 && !self.talk.no_session {
            let what = match &self.file {
                Some(file) if !is_stdin(file) => format!("cowrite {}", file.display()),
                _ => format!("cowrite --session {}", headless.model().session.id.short()),
            };
            out.say(&format!("{} to review: {what}", plural(open, "suggested change")));
        }
        headless.finish()?;
        if let Some(why) = trouble {
            return Err(why);
        }
        match answer.status {
            MessageStatus::Complete => Ok(ExitCode::SUCCESS),
            MessageStatus::Failed => {
                Err(Failure::new(answer.error.unwrap_or_else(|| "The answer broke off.".into())))
            }
            MessageStatus::Cancelled | MessageStatus::Incomplete => {
                let kept = if self.talk.no_session { "" } else { " What had come is kept." };
                let why = answer.error.as_deref().unwrap_or("Stopped.");
                Err(Failure::new(format!("{why}{kept}")))
            }
        }
    }
}

/// What was off with an answer that came whole.
fn say_warning(notice: Option<(Tone, String)>, status: MessageStatus, out: &mut Out) {
    if let Some((Tone::Warning | Tone::Error, text)) = notice
        && status == MessageStatus::Complete
    {
        out.say(&text);
    }
}
