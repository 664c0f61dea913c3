//! `cowrite do`: command lines of the table, without a screen.

use super::headless::{Headless, Talk, Target, is_stdin, read_stdin};
use super::{Failure, Out};
use crate::command;
use crate::state::{Ask, Overlay, PromptKind, Tone};
use crate::text::encode;
use std::path::PathBuf;
use std::process::ExitCode;

/// Run commands of the workspace on a file, one after the other.
///
/// They are those of the palette and of keymaps: Ctrl-P in the workspace lists them. The first that
/// refuses ends the run. Text that is not saved at the end is kept as a draft in the session; with
/// `-` as the file, text comes from standard input, goes to standard output and is not kept.
#[derive(clap::Args, Debug)]
pub struct DoArgs {
    /// Commands, separated by `;` (write `\;` for one that is text):
    /// "cursor.bottom; edit.insert The end.\n; file.save".
    commands: String,
    /// The file; `-` for standard input.
    file: Option<PathBuf>,
    #[command(flatten)]
    talk: Talk,
}

/// Splits at `;`, but not at `\;`.
fn split(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(character) = chars.next() {
        match (character, chars.peek(), lines.last_mut()) {
            ('\\', Some(';'), Some(line)) => {
                line.push(';');
                chars.next();
            }
            (';', _, _) => lines.push(String::new()),
            (_, _, Some(line)) => line.push(character),
            (_, _, None) => {}
        }
    }
    // Blanks at the end may be text.
    let lines = lines.into_iter().map(|line| line.trim_start().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

impl DoArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let lines = split(&self.commands);
        if lines.is_empty() {
            return Err(Failure::usage("There is no command: cowrite do \"file.save\" FILE."));
        }
        for line in &lines {
            command::parse(line).map_err(|why| {
                let end = if why.ends_with(['.', '?']) { "" } else { "." };
                Failure::usage(format!("{why}{end} Ctrl-P in the workspace lists the commands."))
            })?;
        }
        let mut talk = self.talk;
        let target = match self.file {
            Some(path) if is_stdin(&path) => {
                talk.no_session = true;
                let (text, bom) = read_stdin()?;
                Target::Text { text, bom, back: true }
            }
            Some(path) => Target::File(path),
            None => Target::Fresh,
        };
        let mut headless = Headless::open(target, &talk, out)?;
        let mut failed = None;
        for line in &lines {
            if headless.has_left() {
                break;
            }
            if let Err(why) = one(&mut headless, line, out) {
                failed = Some(Failure::new(format!("{}: {}", line.trim_end(), why.what)));
                break;
            }
        }
        if failed.is_none() {
            failed = asked(&headless).map(Failure::new);
        }
        let model = headless.model();
        let text = model.to_stdout.then(|| encode(&model.text(), model.bom));
        let lost = model.is_modified() && !model.to_stdout && !headless.has_left();
        let kept = !talk.no_session && (model.has_history() || model.unsaved.is_some());
        headless.finish()?;
        if let Some(text) = text {
            out.bytes(&text)?;
        }
        if let Some(failure) = failed {
            return Err(failure);
        }
        if lost && kept {
            out.say("Text that is not saved is kept as a draft.");
        } else if lost {
            return Err(Failure::new("The text was changed and not saved: end with file.save."));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn one(headless: &mut Headless, line: &str, out: &mut Out) -> Result<(), Failure> {
    // Nobody looks at a screen here.
    headless.runtime.app.model.ui.seen.clear();
    headless.command(line)?;
    if let Some((tone, text)) = headless.notice() {
        if tone == Tone::Error {
            return Err(Failure::new(text));
        }
        out.say(&text);
    }
    // What the workspace would show to read.
    if let Some(Overlay::Page { .. }) = headless.model().ui.overlays.last()
        && let Some(Overlay::Page { lines, .. }) = headless.runtime.app.model.ui.overlays.pop()
    {
        for line in lines {
            out.line(&line)?;
        }
    }
    Ok(())
}

/// What is still asked when all commands are done.
fn asked(headless: &Headless) -> Option<String> {
    match headless.model().ui.overlays.last()? {
        Overlay::Dialog(dialog) => {
            if matches!(dialog.ask, Ask::TakeBack { .. }) {
                let told =
                    dialog.choices.iter().map(|(_, label, line)| format!("\n  {line}: {label}"));
                return Some(format!(
                    "{} Go on with one of:{}",
                    dialog.title,
                    told.collect::<String>()
                ));
            }
            let answers: Vec<&str> =
                dialog.choices.iter().map(|(_, _, line)| line.as_str()).collect();
            Some(format!("{} Answer with one of: {}.", dialog.title, answers.join(", ")))
        }
        Overlay::Prompt { kind: PromptKind::SaveAs { .. }, .. } => Some(
            "The document has no file on this machine: `file.save-as NAME` gives it one.".into(),
        ),
        Overlay::Prompt { .. } => {
            Some("The last command asks for something: give it as its argument.".into())
        }
        Overlay::Form(form) => {
            Some(format!("A form is open ({}): it needs the workspace.", form.title))
        }
        _ => None,
    }
}

#[test]
fn command_lines_are_split() {
    let check = |text: &str, wanted: &[&str]| assert_eq!(split(text), wanted, "{text}");
    check("a.b; c.d x ;", &["a.b", "c.d x "]);
    check(r"edit.insert a\; b; file.save", &["edit.insert a; b", "file.save"]);
    check(r"edit.insert a\n;e", &[r"edit.insert a\n", "e"]);
}
