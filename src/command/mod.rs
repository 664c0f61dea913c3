//! THE table: one row for each thing a user can do. Palette, help, hints, slash commands,
//! `cowrite do`, completions and the reference are read from it; bodies stand in a file per area.

mod accept;
mod app;
mod area;
mod chat;
mod comment;
mod cursor;
mod decision;
mod edit;
mod file;
mod find;
mod history;
mod hunk;
mod links;
mod list;
mod models;
mod placing;
mod proof;
mod redact;
mod review;
mod session;
mod sides;
mod splitting;
mod taken;
mod verdict;
mod written;

pub use area::{AREAS, Area};
pub use chat::slash_rows;
pub use decision::{listed as decisions_listed, options_text, status_word, status_words};
pub use history::{
    choose as history_choose, index_at as history_at, listed as history_listed,
    listed_from as history_from,
};
pub use list::{palette_rows, reason_given};
pub use models::{ModelRow, chosen_model_row, model_rows, stay_at};
pub use placing::float_click;
pub use proof::{checked, signed};
pub use review::{click as review_click, scroll as review_scroll};
pub use session::{
    Row, go_to, listed as session_listed, names as session_names, preview as session_preview,
    previewed as session_previewed, rows as session_rows,
};
pub use taken::{TakenIn, known_in, take_in};

use crate::state::{Cx, Model, Overlay};

/// One thing a user can do.
pub struct Command {
    /// `area.verb`.
    pub name: &'static str,
    /// One sentence: palette, help and reference show it.
    pub doc: &'static str,
    /// The arguments as shown in usage; empty for none.
    pub args: &'static str,
    /// Whether blanks at the ends of the argument are part of it.
    pub verbatim: bool,
    /// The name behind `/` in the message box, for those that make sense there.
    pub slash: &'static str,
    /// Whether it makes sense now; otherwise the palette greys it out.
    pub when: fn(&Model) -> bool,
    /// Why it does not, and what to do; said when it is asked for all the same.
    pub unless: &'static str,
    pub run: fn(&mut Cx, &str) -> Result<(), String>,
}

/// For commands that always make sense.
pub(crate) fn always(_: &Model) -> bool {
    true
}

/// A row of the table.
pub(crate) const fn row(
    name: &'static str,
    doc: &'static str,
    run: fn(&mut Cx, &str) -> Result<(), String>,
) -> Command {
    Command { name, doc, args: "", verbatim: false, slash: "", when: always, unless: "", run }
}

impl Command {
    pub(crate) const fn args(mut self, args: &'static str) -> Self {
        self.args = args;
        self
    }

    /// The argument is a text: blanks at its ends are part of it.
    pub(crate) const fn verbatim(mut self) -> Self {
        self.verbatim = true;
        self
    }

    pub(crate) const fn slash(mut self, slash: &'static str) -> Self {
        self.slash = slash;
        self
    }

    /// Where it makes sense, and what is said where it does not.
    pub(crate) const fn when(mut self, when: fn(&Model) -> bool, unless: &'static str) -> Self {
        self.when = when;
        self.unless = unless;
        self
    }

    /// Runs it, or says why it makes no sense now.
    pub fn run(&self, cx: &mut Cx, rest: &str) -> Result<(), String> {
        if history::is_of_now(cx.model, self.name) {
            return Err(crate::state::NOT_NOW.into());
        }
        if !(self.when)(cx.model) {
            return Err(self.unless.into());
        }
        if BEGINS.contains(&self.name)
            && matches!(cx.model.ui.overlays.last(), Some(Overlay::Form(_)))
        {
            return Err(FORM_OPEN.into());
        }
        (self.run)(cx, rest)
    }
}

/// What begins something of its own on top of the screen: not over a form that is being filled in.
const BEGINS: [&str; 9] = [
    "decision.new",
    "decision.edit",
    "decision.supersede",
    "file.open",
    "file.save-as",
    "hunk.edit",
    "session.redactions",
    "session.settle",
    "session.share",
];
const FORM_OPEN: &str = "A form is open: Ctrl-S takes it, Esc leaves it and keeps what is in it.";

/// All commands, in the order of the palette.
pub fn commands() -> impl Iterator<Item = &'static Command> {
    AREAS.iter().flat_map(|area| area.commands)
}

/// The command of a name.
pub fn find(name: &str) -> Option<&'static Command> {
    commands().find(|command| command.name == name)
}

/// The command behind a slash word.
pub fn find_slash(word: &str) -> Option<&'static Command> {
    commands().find(|command| !command.slash.is_empty() && command.slash == word)
}

/// Splits a command line into its command and the rest. The error says what is wrong and what was
/// perhaps meant.
pub fn parse(line: &str) -> Result<(&'static Command, &str), String> {
    let line = line.trim_start();
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match find(name) {
        Some(command) if command.args.is_empty() && !rest.trim().is_empty() => {
            Err(format!("{name} takes no arguments"))
        }
        Some(command) if command.verbatim => Ok((command, rest)),
        Some(command) => Ok((command, rest.trim())),
        None => {
            let names = commands().map(|command| command.name);
            let nearest = names.min_by_key(|known| distance(name, known));
            let nearest = nearest.filter(|known| distance(name, known) <= 4);
            Err(match nearest {
                Some(nearest) => format!("no command {name:?}; perhaps {nearest}?"),
                None => format!("no command {name:?}"),
            })
        }
    }
}

/// Runs a command line.
pub fn run(cx: &mut Cx, line: &str) -> Result<(), String> {
    let (command, rest) = parse(line)?;
    command.run(cx, rest)
}

/// The filter of a list may have changed.
pub fn typed(cx: &mut Cx) {
    session::typed(cx);
    list::typed_reason(cx);
    find::count(cx);
}

/// Levenshtein distance; names are short.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The beginning of a text, in one line and in quotation marks.
fn quote(text: &str) -> String {
    const MOST: usize = 30;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let more = if line.chars().count() > MOST { "…" } else { "" };
    let short: String = line.chars().take(MOST).collect();
    if short.is_empty() { "blanks".to_owned() } else { format!("“{short}{more}”") }
}
