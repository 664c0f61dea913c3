//! `cowrite doctor`: what was found on this machine, what works, what is wrong and what to do.

use super::place::{Place, variable};
use super::{Failure, Out, one_line};
use crate::store::Options;
use crate::store::SqliteStore;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

/// Megabytes below which a disk counts as nearly full: what a checkpoint and a backup need.
const LITTLE_ROOM: u64 = 200;

/// Say what was found, what works, what is wrong and what to do.
///
/// Looks at the terminal, the clipboard, the configuration, the keymap, the library, the disk and
/// whatever could answer. Exit code 1: something is wrong, and it says what to do.
#[derive(clap::Args, Debug)]
pub struct DoctorArgs {
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Good,
    /// It works; somebody may want to know.
    Note,
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Finding {
    pub area: &'static str,
    pub state: State,
    pub what: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// What was found, in order.
#[derive(Default)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    fn add(&mut self, area: &'static str, state: State, what: String, advice: Option<String>) {
        self.0.push(Finding { area, state, what, advice });
    }

    pub fn good(&mut self, area: &'static str, what: impl Into<String>) {
        self.add(area, State::Good, what.into(), None);
    }

    pub fn note(&mut self, area: &'static str, what: impl Into<String>, advice: impl Into<String>) {
        self.add(area, State::Note, what.into(), Some(advice.into()));
    }

    pub fn wrong(
        &mut self,
        area: &'static str,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.add(area, State::Wrong, what.into(), Some(advice.into()));
    }
}

impl DoctorArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut found = Findings::default();
        terminal(&mut found);
        clipboard(&mut found);
        match Place::find(None, None) {
            Ok(place) => {
                configuration(&place, &mut found);
                keymap(&place, &mut found);
                library(&place, &mut found);
                disk(&place.dir, &mut found);
                super::doctor_models::look(&place, &mut found);
            }
            Err(why) => found.wrong(
                "configuration",
                why.what.clone(),
                "Mend that line; everything else was left unlooked at.",
            ),
        }
        let wrong = found.0.iter().any(|one| one.state == State::Wrong);
        if self.json {
            out.json(&serde_json::to_value(&found.0).map_err(Failure::new)?)?;
        } else {
            print(&found, out)?;
        }
        Ok(ExitCode::from(u8::from(wrong)))
    }
}

fn print(found: &Findings, out: &mut Out) -> Result<(), Failure> {
    let mut area = "";
    for one in &found.0 {
        let sign = match one.state {
            State::Good => "  ok ",
            State::Note => "   · ",
            State::Wrong => "  !! ",
        };
        if one.area != area {
            out.line(one.area)?;
            area = one.area;
        }
        out.line(&format!("{sign}{}", one_line(&one.what)))?;
        if let Some(advice) = &one.advice {
            out.line(&format!("     {}", one_line(advice)))?;
        }
    }
    let wrong = found.0.iter().filter(|one| one.state == State::Wrong).count();
    out.line("")?;
    out.line(&match wrong {
        0 => "Nothing is wrong.".to_owned(),
        1 => "One thing is wrong; it says what to do.".to_owned(),
        several => format!("{several} things are wrong; each says what to do."),
    })
}

fn terminal(found: &mut Findings) {
    const AREA: &str = "terminal";
    if !std::io::stdout().is_terminal() {
        found.note(
            AREA,
            "The output is no terminal here.",
            "Run `cowrite doctor` in the terminal that you write in to have it looked at.",
        );
        return;
    }
    let name = variable("TERM").unwrap_or_else(|| "unknown".into());
    match crate::tui::TerminalScreen::size() {
        Ok((columns, rows)) if columns >= 40 && rows >= 10 => {
            found.good(AREA, format!("{name}, {columns} columns and {rows} rows."));
        }
        Ok((columns, rows)) => found.note(
            AREA,
            format!("{name}, {columns} columns and {rows} rows: little room."),
            "From 80 columns on text and conversation stand side by side.",
        ),
        Err(why) => found.wrong(
            AREA,
            format!("{name} does not tell its size: {why}."),
            "Use another terminal, or set its size with `stty rows 40 columns 120`.",
        ),
    }
    if name == "dumb" {
        found.wrong(AREA, "TERM is `dumb`.", "Set TERM to what it is: often xterm-256color.");
    }
    let no_color = variable("NO_COLOR").is_some();
    match supports_color::on(supports_color::Stream::Stdout) {
        _ if no_color => found.note(AREA, "No colours: NO_COLOR is set.", "Signs stand for them."),
        Some(level) if level.has_16m => found.good(AREA, "True colour."),
        Some(level) if level.has_256 => found.good(AREA, "256 colours."),
        Some(_) => found.note(AREA, "16 colours.", "TERM=xterm-256color gives more, if it can."),
        None => found.note(AREA, "No colours.", "Signs stand for them."),
    }
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name));
    match utf8 {
        Some(locale) if locale.to_lowercase().replace('-', "").contains("utf8") => {
            found.good(AREA, format!("The locale is {locale}."));
        }
        other => found.note(
            AREA,
            format!("The locale is {}, not one of UTF-8.", other.unwrap_or_else(|| "C".into())),
            "If letters look wrong: export LANG=C.UTF-8",
        ),
    }
}

fn clipboard(found: &mut Findings) {
    const AREA: &str = "clipboard";
    found.good(AREA, "Copying goes to the terminal by OSC 52, which works over SSH.");
    match crate::tui::clipboard_program() {
        Some(program) => found.good(AREA, format!("And to the system's by {program}.")),
        None => found.note(
            AREA,
            "No program for the system's clipboard is here.",
            "Paste with the terminal's own key (often Ctrl-Shift-V). On a desktop install \
             wl-clipboard or xclip.",
        ),
    }
    if variable("TMUX").is_some() {
        found.note(
            AREA,
            "This is tmux, which may keep what is copied to itself.",
            "In tmux.conf: set -g set-clipboard on, and set -g allow-passthrough on",
        );
    }
}

fn configuration(place: &Place, found: &mut Findings) {
    const AREA: &str = "configuration";
    let path = place.config_path.display();
    if place.config_path.exists() {
        found.good(AREA, format!("{path} is in order."));
    } else {
        found.note(AREA, format!("{path} is not there yet."), "The first start makes it.");
    }
    match &place.config.name {
        Some(name) => found.good(AREA, format!("You write as {name}.")),
        None => found.note(
            AREA,
            "The name to write under is not known yet.",
            "The first start asks for it once.",
        ),
    }
}

fn keymap(place: &Place, found: &mut Findings) {
    const AREA: &str = "keymap";
    match place.keymap(None) {
        Ok((_, errors)) if errors.is_empty() => found.good(AREA, "Every key is understood."),
        Ok((_, errors)) => {
            for error in errors {
                found.wrong(AREA, error.to_string(), "Mend the line, or take it out.");
            }
        }
        Err(why) => found.wrong(AREA, why.what, "Give a keymap that is there."),
    }
}

fn library(place: &Place, found: &mut Findings) {
    const AREA: &str = "library";
    let file = place.dir.join("library.db");
    if !file.exists() {
        found.note(
            AREA,
            format!("{} is not there yet.", file.display()),
            "The first document that you open makes it.",
        );
        return;
    }
    // Looked into only: a library that is open elsewhere, or damaged, is left as it is.
    let options = Options { read_only: true, ..Options::default() };
    let looked = SqliteStore::open(&place.dir, options).and_then(|store| {
        let sessions = store.sessions()?.len();
        let report = store.verify(None)?;
        Ok((sessions, report.found))
    });
    match looked {
        Ok((sessions, 0)) => {
            let size = std::fs::metadata(&file).map_or(0, |data| data.len()) / 1_000_000;
            let many = crate::state::plural(sessions, "session");
            found.good(AREA, format!("{}: {many}, {size} MB, in order.", file.display()));
        }
        Ok((_, off)) => found.wrong(
            AREA,
            format!("{}: {off} findings in the log.", file.display()),
            "`cowrite verify` names them. `cowrite sessions backup FILE` keeps a copy first.",
        ),
        Err(why) => found.wrong(AREA, why.to_string(), why.advice()),
    }
}

fn disk(dir: &Path, found: &mut Findings) {
    const AREA: &str = "disk";
    let there = dir.ancestors().find(|dir| dir.exists()).unwrap_or(Path::new("/"));
    match rustix::fs::statvfs(there) {
        Ok(stat) => {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize) / 1_000_000;
            let what = format!("{free} MB are free at {}.", there.display());
            if free < LITTLE_ROOM {
                found.wrong(AREA, what, "Make room: what can't be stored waits in memory only.");
            } else {
                found.good(AREA, what);
            }
        }
        Err(why) => found.note(
            AREA,
            format!("What is free at {} can't be told: {why}.", there.display()),
            "Look with `df`.",
        ),
    }
    if let Err(why) = tempfile::tempfile_in(there) {
        found.wrong(
            AREA,
            format!("Nothing can be written at {}: {why}.", there.display()),
            "Give yourself the right to write there, or set COWRITE_HOME to another folder.",
        );
    }
}
