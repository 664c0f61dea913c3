//! `cowrite [FILE]`: the workspace.

use super::args::Edit;
use super::headless::{is_stdin, read_stdin, signals};
use super::place::{Place, rand};
use super::{Failure, Out};
use crate::app::{App, Input};
use crate::runtime::queue::{Receiver, Sender, channel};
use crate::runtime::{
    Library, Runtime, Screen, Setup, glance, load_syntaxes, now, open_fresh, open_in, open_path,
    open_session, open_text, open_tour, recover,
};
use crate::state::{Me, Model, Opened, Overlay, Tone, Ui};
use crate::store::{Hit, SqliteStore, StoreError};
use crate::text::encode;
use crate::tui::theme::Theme;
use crate::tui::{TerminalScreen, asks_to_stop, drop_keys, listen, restore};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Opens the workspace at something that was found.
pub fn open_at(hit: Hit, out: &mut Out) -> Result<ExitCode, Failure> {
    let session = Some(hit.session.to_string());
    start(Edit { session, ..Edit::default() }, Some(hit), out)
}

pub fn run(args: Edit, out: &mut Out) -> Result<ExitCode, Failure> {
    start(args, None, out)
}

fn start(args: Edit, hit: Option<Hit>, out: &mut Out) -> Result<ExitCode, Failure> {
    let piped = args.file.as_deref().is_some_and(is_stdin);
    let input = if piped { Some(read_stdin()?) } else { None };
    if !io::stdout().is_terminal() && !piped {
        return Err(Failure::usage(
            "The workspace needs a terminal. `cowrite --help` lists what works without one.",
        ));
    }
    let mut place = Place::find(args.model.clone(), args.keymap.clone())?;
    let mut desk = Desk::new(&place)?;
    if let (None, None, Some(path)) = (&input, &args.session, &args.file)
        && place.config.name.is_some()
        && !path.to_string_lossy().ends_with(".cowrite.jsonl")
    {
        desk.show(&mut place, !args.no_session, path)?;
    }
    let mut store = if args.no_session { None } else { Some(place.library()?) };
    let me = place.me(store.as_mut(), out, args.yes)?;
    let mut notes = match store.as_mut() {
        Some(store) => recover(store, &me).map_err(Failure::store)?,
        None => Vec::new(),
    };
    let mut first = First::Document;
    let mut opened = match (&input, &args.session, &args.file) {
        (Some((text, bom)), _, _) => open_text(text.clone(), *bom),
        (None, Some(id), file) => {
            let store = store
                .as_mut()
                .ok_or_else(|| Failure::usage("--session and --no-session exclude each other."))?;
            match file {
                // Of several that a merge put into one file this one.
                Some(path) if super::place::is_session_file(path) => {
                    super::place::import(store, path, Some(id), &mut notes, &mut |_| true)?
                }
                Some(path) => {
                    let id = super::place::session_id(store, id)?;
                    open_in(store, id, path).map_err(Failure::new)?
                }
                None => {
                    let id = super::place::session_id(store, id)?;
                    open_session(store, id).map_err(Failure::new)?
                }
            }
        }
        (None, None, Some(path)) if path.to_string_lossy().ends_with(".cowrite.jsonl") => {
            let store = store.as_mut().ok_or_else(|| {
                Failure::usage("A session file needs the library: leave --no-session away.")
            })?;
            // What takes longer shows how far it is.
            let mut told = None;
            let opened = super::place::import(store, path, None, &mut notes, &mut |taking| {
                let words = super::place::taken_words(taking);
                if taking.of > WITHOUT_A_WORD && told.as_ref() != Some(&words) {
                    // The workspace tells what is wrong with the terminal.
                    let _ = desk.tell(&mut place, path, &words, &taking.heard.lines());
                    told = Some(words);
                }
                told.is_none() || !asks_to_stop()
            })?;
            // There was nothing that they could have meant.
            if told.is_some() {
                drop_keys();
            }
            opened
        }
        (None, None, Some(path)) => open_path(store.as_mut(), path).map_err(Failure::new)?,
        (None, None, None) => {
            if store.is_some() {
                first = First::Sessions;
            }
            open_fresh()
        }
    };
    opened.ephemeral |= args.no_session;
    notes.append(&mut opened.notes);
    opened.notes = notes;
    if let Some(hit) = hit {
        first = First::Hit(hit);
    }
    workspace(desk, &mut place, store, opened, me, first, out)
}

/// Open the tour: a document to try everything on, step by step.
#[derive(clap::Args, Debug)]
pub struct TourArgs {
    /// The model that answers, as its provider calls it.
    #[arg(long, short)]
    model: Option<String>,
    /// A keymap: a name in `keymaps/` or a file.
    #[arg(long)]
    keymap: Option<PathBuf>,
    /// Answer yes to what would be asked.
    #[arg(long, short)]
    yes: bool,
}

impl TourArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        tour(self, out)
    }
}

fn tour(args: TourArgs, out: &mut Out) -> Result<ExitCode, Failure> {
    if !io::stdout().is_terminal() {
        return Err(Failure::usage("The tour needs a terminal."));
    }
    let mut place = Place::find(args.model, args.keymap)?;
    let desk = Desk::new(&place)?;
    let mut store = place.library()?;
    let me = place.me(Some(&mut store), out, args.yes)?;
    let mut notes = recover(&mut store, &me).map_err(Failure::store)?;
    let mut opened = open_tour(&mut store).map_err(Failure::new)?;
    notes.append(&mut opened.notes);
    opened.notes = notes;
    workspace(desk, &mut place, Some(store), opened, me, First::Document, out)
}

/// What is shown first.
enum First {
    Document,
    Sessions,
    Hit(Hit),
}

/// Session files up to this size are taken in before anything is shown, in bytes.
const WITHOUT_A_WORD: u64 = 2_000_000;

/// The terminal and where inputs go, made before what is edited is read: the first screen is shown
/// while the rest is on its way.
struct Desk {
    screen: Option<TerminalScreen>,
    theme: Theme,
    size: (u16, u16),
    inputs: (Sender<Input>, Receiver<Input>),
}

impl Desk {
    fn new(place: &Place) -> Result<Self, Failure> {
        let environment = |name: &str| std::env::var(name).ok();
        let depth = supports_color::on(supports_color::Stream::Stdout)
            .or_else(|| supports_color::on(supports_color::Stream::Stderr));
        let theme = Theme::new(place.config.theme.background, depth, &environment);
        let size = TerminalScreen::size().unwrap_or((80, 24));
        Ok(Self { screen: None, theme, size, inputs: channel() })
    }

    /// Takes the terminal, once.
    fn screen(&mut self, place: &Place) -> Result<&mut TerminalScreen, Failure> {
        let screen = match self.screen.take() {
            Some(screen) => screen,
            None => {
                install_panic_hook();
                signals(self.inputs.0.clone())?;
                load_syntaxes(self.inputs.0.clone());
                TerminalScreen::enter(self.theme, place.config.editor.mouse)
                    .map_err(|why| Failure::new(format!("The terminal can't be used: {why}.")))?
            }
        };
        Ok(self.screen.insert(screen))
    }

    /// Shows how far the reading of a session file is, before there is anything of it to show.
    fn tell(
        &mut self,
        place: &mut Place,
        path: &Path,
        words: &str,
        heard: &[String],
    ) -> Result<(), Failure> {
        let me = place.nobody()?;
        let (keymap, _) = place.keymap(None)?;
        let ui = Ui::new(self.size.0, self.size.1);
        let first = Opened { preview: true, ..Opened::default() };
        let (model, _) = Model::open(first, me, place.config.clone(), ui, now(), rand()?);
        let mut app = App::new(model, keymap);
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
        let mut lines = vec![
            words.to_owned(),
            String::new(),
            "All of it goes into your library, once; the session opens then. What is typed".into(),
            "until then is not taken. Esc cancels: nothing of it stays then.".into(),
            String::new(),
        ];
        lines.extend_from_slice(heard);
        app.model.ui.overlays.push(Overlay::Page {
            title: format!("Reading {name}"),
            lines,
            top: 0,
            links: None,
        });
        app.model.prepare();
        Ok(self.screen(place)?.draw(&app)?)
    }

    /// Shows the first screen of a file, where it is known at once. The library is only looked
    /// into: opening it to write waits for the disk.
    fn show(&mut self, place: &mut Place, kept: bool, path: &Path) -> Result<(), Failure> {
        let store = match kept.then(|| place.glance()) {
            None | Some(Err(StoreError::Missing(_))) => None,
            Some(Ok(store)) => Some(store),
            // What is wrong with it is told when it is opened.
            Some(Err(_)) => return Ok(()),
        };
        let Some(first) = glance(store.as_ref(), path) else { return Ok(()) };
        drop(store);
        let me = place.nobody()?;
        let (keymap, _) = place.keymap(None)?;
        let offers = place.offers();
        let ui = Ui::new(self.size.0, self.size.1);
        let (model, _) = Model::open(first, me, place.config.clone(), ui, now(), rand()?);
        let mut app = App::new(model, keymap);
        app.model.use_offers(offers);
        app.model.prepare();
        Ok(self.screen(place)?.draw(&app)?)
    }
}

/// Runs the workspace on what was opened.
fn workspace(
    mut desk: Desk,
    place: &mut Place,
    store: Option<SqliteStore>,
    mut opened: Opened,
    me: Me,
    shown: First,
    out: &mut Out,
) -> Result<ExitCode, Failure> {
    let (keymap, errors) = place.keymap(None)?;
    let mut ui = Ui::new(desk.size.0, desk.size.1);
    ui.mouse = place.config.editor.mouse;
    let last_rid = opened.last_rid;
    let beside = opened.beside.take();
    let (mut model, first) = Model::open(opened, me, place.config.clone(), ui, now(), rand()?);
    if let Some(beside) = beside {
        model.ask_beside(beside);
    }
    let mut app = App::new(model, keymap);
    if let Some(error) = errors.first() {
        let more = if errors.len() > 1 {
            format!(" ({} more: cowrite keys)", errors.len() - 1)
        } else {
            String::new()
        };
        app.model.notify(Tone::Warning, format!("{error}{more}"));
    }
    let setup = Setup {
        shelf: Some(place.shelf()),
        library: Library { store, last_rid },
        config_path: Some(place.config_path.clone()),
        offers: place.offers(),
        keys: place.keys(),
    };
    desk.screen(place)?;
    let Desk { screen, inputs, size: drawn_for, .. } = desk;
    let Some(mut screen) = screen else { return Err(Failure::new("The terminal is gone.")) };
    let mut runtime = Runtime::start_with(app, setup, first, inputs).map_err(Failure::new)?;
    runtime.look_around();
    match shown {
        First::Document => {}
        First::Sessions => runtime.inject(Input::Run("app.sessions".into())),
        First::Hit(hit) => runtime.go_to(&hit),
    }
    listen(runtime.sender()).map_err(Failure::new)?;
    // It may have changed while nobody listened.
    let size = TerminalScreen::size().unwrap_or(drawn_for);
    if size != drawn_for {
        runtime.inject(Input::Resize(size.0, size.1));
    }
    let ended = runtime.run(&mut screen, &mut |_| false);
    drop(screen);
    let text =
        runtime.app.model.to_stdout.then(|| (runtime.app.model.text(), runtime.app.model.bom));
    let trouble = runtime.app.model.store_trouble.clone();
    let farewell = runtime.app.model.farewell.take();
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
    if let Some(words) = farewell {
        out.say(&words);
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
