//! `cowrite [FILE]`: the workspace.

use super::args::Edit;
use super::headless::{is_stdin, read_stdin, signals};
use super::place::{Place, rand};
use super::{Failure, Out};
use crate::app::{App, Input};
use crate::runtime::{
    Library, Runtime, Setup, now, open_fresh, open_path, open_session, open_text, recover,
};
use crate::state::{Model, Opened, Tone, Ui};
use crate::store::SqliteStore;
use crate::text::encode;
use crate::tui::theme::Theme;
use crate::tui::{TerminalScreen, listen, restore};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

pub fn run(args: Edit, out: &mut Out) -> Result<ExitCode, Failure> {
    let piped = args.file.as_deref().is_some_and(is_stdin);
    let input = if piped { Some(read_stdin()?) } else { None };
    if !io::stdout().is_terminal() && !piped {
        return Err(Failure::usage(
            "The workspace needs a terminal. `cowrite --help` lists what works without one.",
        ));
    }
    let mut place = Place::find(args.model.clone(), args.keymap.clone())?;
    let mut store = if args.no_session { None } else { Some(place.library()?) };
    let me = place.me(store.as_mut(), out, args.yes)?;
    let mut notes = match store.as_mut() {
        Some(store) => recover(store, &me).map_err(Failure::store)?,
        None => Vec::new(),
    };
    let mut list = false;
    let mut opened = match (&input, &args.session, &args.file) {
        (Some((text, bom)), _, _) => open_text(text.clone(), *bom),
        (None, Some(id), _) => {
            let store = store
                .as_mut()
                .ok_or_else(|| Failure::usage("--session and --no-session exclude each other."))?;
            let id = super::place::session_id(store, id)?;
            open_session(store, id).map_err(Failure::new)?
        }
        (None, None, Some(path)) if path.to_string_lossy().ends_with(".cowrite.jsonl") => {
            let store = store.as_mut().ok_or_else(|| {
                Failure::usage("A session file needs the library: leave --no-session away.")
            })?;
            super::place::import(store, path, &mut notes)?
        }
        (None, None, Some(path)) => open_path(store.as_mut(), path).map_err(Failure::new)?,
        (None, None, None) => {
            list = store.is_some();
            open_fresh()
        }
    };
    opened.ephemeral |= args.no_session;
    notes.append(&mut opened.notes);
    opened.notes = notes;
    workspace(&mut place, store, opened, me, list, out)
}

/// Runs the workspace on what was opened.
fn workspace(
    place: &mut Place,
    store: Option<SqliteStore>,
    opened: Opened,
    me: crate::state::Me,
    list: bool,
    out: &mut Out,
) -> Result<ExitCode, Failure> {
    let (keymap, errors) = place.keymap(None)?;
    let (width, height) = TerminalScreen::size().unwrap_or((80, 24));
    let mut ui = Ui::new(width, height);
    ui.mouse = place.config.editor.mouse;
    let mouse = ui.mouse;
    let last_rid = opened.last_rid;
    let (model, first) = Model::open(opened, me, place.config.clone(), ui, now(), rand()?);
    let mut app = App::new(model, keymap);
    if let Some(error) = errors.first() {
        let more = if errors.len() > 1 {
            format!(" ({} more: cowrite keys)", errors.len() - 1)
        } else {
            String::new()
        };
        app.model.notify(Tone::Warning, format!("{error}{more}"));
    }
    let provider = place.provider();
    let setup = Setup {
        library: Library { store, last_rid },
        config_path: Some(place.config_path.clone()),
        provider,
    };
    let mut runtime = Runtime::start(app, setup, first).map_err(Failure::new)?;
    if list {
        runtime.inject(Input::Run("app.sessions".into()));
    }
    let environment = |name: &str| std::env::var(name).ok();
    let depth = supports_color::on(supports_color::Stream::Stdout)
        .or_else(|| supports_color::on(supports_color::Stream::Stderr));
    let theme = Theme::new(place.config.theme.background, depth, &environment);
    install_panic_hook();
    signals(runtime.sender())?;
    let mut screen = TerminalScreen::enter(theme, mouse)
        .map_err(|why| Failure::new(format!("The terminal can't be used: {why}.")))?;
    listen(runtime.sender()).map_err(Failure::new)?;
    runtime.load_syntaxes();
    let ended = runtime.run(&mut screen, &mut |_| false);
    drop(screen);
    let text =
        runtime.app.model.to_stdout.then(|| (runtime.app.model.rope(), runtime.app.model.bom));
    let trouble = runtime.app.model.store_trouble.clone();
    let closed = runtime.close();
    if let Some((rope, bom)) = text {
        let mut stdout = io::stdout().lock();
        stdout.write_all(&encode(&rope, bom))?;
        stdout.flush()?;
    }
    // A terminal that went away is no failure: everything is on the disk.
    if let Err(why) = closed {
        return Err(Failure::new(format!("{why} {}", trouble.unwrap_or_default())));
    }
    if let Err(why) = ended
        && !matches!(why.kind(), io::ErrorKind::BrokenPipe)
    {
        out.say(&format!("The terminal went away: {why}. Everything is kept."));
    }
    Ok(ExitCode::SUCCESS)
}

/// A panic gives the terminal back before it says anything.
fn install_panic_hook() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        restore();
        before(info);
    }));
}
