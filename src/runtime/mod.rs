//! The loop: waits for an input, lets the machine take it, carries out what it asks for, draws.
//! The only place that starts threads and tasks.
//!
//! Where inputs come from and where frames go are parameters, so that the workspace, the headless
//! commands and the tests share one loop. Knows no terminal and no command line.

mod around;
pub mod attest;
mod beside;
mod branch;
mod bringing;
mod committed;
mod disk;
mod drafts;
pub mod fared;
mod fetching;
pub mod files;
mod glance;
mod inbox;
mod library;
mod named;
mod net;
mod open;
mod opening;
pub mod queue;
pub mod redact;
mod renamed;
mod save;
mod screen;
pub mod shared;
pub mod taking_in;
pub mod told;
pub mod verify;
mod watch;
pub mod whose;

pub use branch::{BranchedOff, branch};
pub use bringing::{Bringing, Came};
pub use committed::as_on_disk;
pub use disk::{Disk, DiskJob};
pub use files::{HISTORY_BYTES, absolute, configure, configured, read_file, write_config};
pub use glance::glance;
pub use library::Library;
pub use named::named_file;
pub use open::{
    OpenError, append_to, fold, index, index_all, open_fresh, open_in, open_path, open_session,
    open_text, open_tour, recover,
};
pub use renamed::likeness;
pub use screen::{NoScreen, Screen};
pub use taking_in::{TakeError, TakenIn, Taking, take_file};

use crate::app::{App, Input};
use crate::base::Millis;
use crate::models::Shelf;
use crate::provider::Offer;
use crate::runtime::queue::{Receiver, Sender, channel};
use crate::sign::Keys;
use crate::state::{Effect, Focus, Model, Open, Timer, Tone, Ui};
use inbox::{Inbox, Next};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds after a frame until what is not highlighted yet goes on, a little at a time.
const HIGHLIGHT_MS: u64 = 4;
/// Bytes of a coming answer that one frame lays out; the next frame goes on.
const LIVE_BYTES: usize = 4096;
/// The most inputs that are taken before a frame.
const BATCH: usize = 512;
/// How long pieces of an answer are taken before keys are looked for again.
const ANSWER_TURN: Duration = Duration::from_millis(1);

/// What the loop needs beside the machine.
pub struct Setup {
    pub library: Library,
    pub config_path: Option<PathBuf>,
    /// Everything that could answer.
    pub offers: Vec<Offer>,
    /// Where model files lie and new ones are brought to; `None` where none is fetched.
    pub shelf: Option<Shelf>,
    /// Where keys to sign with are looked for.
    pub keys: Keys,
}

/// What of an input shows on the screen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shows {
    Nothing,
    /// With the next frame that is due.
    Later,
    Now,
}

/// How the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The person left.
    Left,
    /// The condition that a headless command waited for holds.
    Reached,
}

/// The machine with its threads.
pub struct Runtime {
    pub app: App,
    sender: Sender<Input>,
    inbox: Inbox,
    disk: Disk,
    saver: save::Saver,
    net: Option<net::Net>,
    /// The provider that was told to get ready.
    prepared: Option<String>,
    watch: watch::Watch,
    timers: BTreeMap<Timer, Instant>,
    config_path: Option<PathBuf>,
    shelf: Option<Shelf>,
    keys: Keys,
    fetching: fetching::Fetching,
    /// Where the library is.
    dir: Option<PathBuf>,
    syntaxes: Option<Arc<crate::syntax::Syntaxes>>,
    quit: bool,
}

/// Milliseconds since the epoch, now.
pub fn now() -> Millis {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(since.as_millis() as u64)
}

/// Loads the syntaxes beside everything else: the first frame does not wait for them.
pub fn load_syntaxes(sender: Sender<Input>) {
    // Without a thread the text stays plain, which is no loss.
    let _ = std::thread::Builder::new().name("syntaxes".into()).spawn(move || {
        let _ = sender.send(Input::Syntaxes(crate::syntax::Syntaxes::load()));
    });
}

impl Runtime {
    /// Starts the threads that every use needs.
    pub fn start(app: App, setup: Setup, first: Vec<Effect>) -> std::io::Result<Self> {
        Self::start_with(app, setup, first, channel())
    }

    /// The same with a channel into which inputs may go already.
    pub fn start_with(
        app: App,
        setup: Setup,
        first: Vec<Effect>,
        (sender, receiver): (Sender<Input>, Receiver<Input>),
    ) -> std::io::Result<Self> {
        let (dir, last_rid) = (setup.library.dir(), setup.library.last_rid);
        let disk = Disk::start(setup.library, app.model.session.id, sender.clone())?;
        let watch = watch::Watch::new(dir.clone(), sender.clone(), disk.jobs());
        let saver = save::Saver::new(sender.clone(), disk.jobs(), watch.wrote());
        let mut runtime = Self {
            app,
            sender,
            inbox: Inbox::new(receiver),
            disk,
            saver,
            dir,
            net: None,
            prepared: None,
            watch,
            timers: BTreeMap::new(),
            config_path: setup.config_path,
            shelf: setup.shelf,
            keys: setup.keys,
            fetching: fetching::Fetching::default(),
            syntaxes: None,
            quit: false,
        };
        runtime.app.model.use_offers(setup.offers);
        runtime.arrange(last_rid);
        runtime.carry_out(first, &mut NoScreen);
        Ok(runtime)
    }

    /// Looks for servers on this machine, where nobody said who answers.
    pub fn look_around(&mut self) {
        if self.app.model.provider.is_none() {
            let effects = self.app.look_near(now());
            self.carry_out(effects, &mut NoScreen);
        }
    }

    /// Asks a provider for its models.
    pub fn look_at(&mut self, name: &str) {
        let effects = self.app.look_at(name, now());
        self.carry_out(effects, &mut NoScreen);
    }

    /// Where inputs from outside go: keys, signals.
    pub fn sender(&self) -> Sender<Input> {
        self.sender.clone()
    }

    /// Puts an input before everything that comes from outside.
    pub fn inject(&mut self, input: Input) {
        let _ = self.sender.send(input);
    }

    /// Runs one command line at once, for headless use. What it asked for is under way then.
    ///
    /// # Errors
    /// Why the command refused, in words.
    pub fn command(&mut self, line: &str) -> Result<(), String> {
        let (done, effects) = self.app.command(line, now());
        self.carry_out(effects, &mut NoScreen);
        done
    }

    /// The same for what no command line can say.
    pub fn with<R>(&mut self, run: impl FnOnce(&mut crate::state::Cx) -> R) -> R {
        let (done, effects) = self.app.with(now(), run);
        self.carry_out(effects, &mut NoScreen);
        done
    }

    /// Runs until the person leaves, or until `reached` holds.
    pub fn run(
        &mut self,
        screen: &mut dyn Screen,
        reached: &mut dyn FnMut(&App) -> bool,
    ) -> std::io::Result<Outcome> {
        // When a frame last showed more of an answer, where it showed all that had come.
        let mut streamed: Option<Instant> = None;
        self.app.model.prepare();
        screen.draw(&self.app)?;
        loop {
            if reached(&self.app) {
                return Ok(Outcome::Reached);
            }
            if self.quit {
                return Ok(Outcome::Left);
            }
            let Some(first) = self.wait() else { return Ok(Outcome::Left) };
            let mut shows = self.take(first, screen);
            let began = Instant::now();
            for _ in 0..BATCH {
                let answers = shows < Shows::Now && began.elapsed() < ANSWER_TURN;
                let Some(next) = self.inbox.ready(answers) else { break };
                shows = shows.max(self.take(next, screen));
            }
            if self.app.model.ui.highlight_more {
                // Nothing else waits, or it would have been taken.
                self.schedule(0, Timer::Highlight);
            }
            // Keys are shown at once, and so is an answer's beginning; more of it when a frame is due.
            let passed = streamed.map_or(u64::MAX, |at| at.elapsed().as_millis() as u64);
            let due = screen.pace().saturating_sub(passed);
            match shows {
                Shows::Nothing => continue,
                Shows::Later if due > 0 && self.app.model.turn.is_some() => {
                    self.schedule(due, Timer::Frame);
                    continue;
                }
                Shows::Later | Shows::Now => {}
            }
            if self.app.model.turn.is_some() {
                self.take(Input::Idle, screen);
            }
            self.timers.remove(&Timer::Frame);
            // A key waits for nothing of an answer, and for little of it when it comes fast.
            let later = shows == Shows::Later;
            self.app.model.ui.live_bytes = if later { LIVE_BYTES } else { 0 };
            self.app.model.prepare();
            screen.draw(&self.app)?;
            let more = self.app.model.ui.live_behind;
            if later {
                streamed = (!more).then(Instant::now);
            }
            if more {
                self.schedule(if later { 0 } else { due }, Timer::Frame);
            }
            if self.app.model.ui.highlight_more {
                self.schedule(HIGHLIGHT_MS, Timer::Highlight);
            }
            if self.app.model.ui.notice.is_some() && !self.timers.contains_key(&Timer::Notice) {
                self.schedule(7_000, Timer::Notice);
            }
        }
    }

    /// The next input, or a timer's. `None` when nothing can come any more.
    fn wait(&mut self) -> Option<Input> {
        let next = self.timers.iter().min_by_key(|(_, at)| **at).map(|(timer, at)| (*timer, *at));
        match self.inbox.wait(next.map(|(_, at)| at)) {
            Next::Input(input) => Some(input),
            Next::Late => {
                let (timer, _) = next?;
                self.timers.remove(&timer);
                Some(Input::Timer(timer))
            }
            Next::Over => None,
        }
    }

    /// Takes one input. Returns what of it shows.
    fn take(&mut self, input: Input, screen: &mut dyn Screen) -> Shows {
        let shows = match &input {
            Input::Answer(..)
            | Input::Idle
            | Input::Stored(Ok(()))
            | Input::Timer(Timer::Frame) => Shows::Later,
            Input::Timer(Timer::Highlight) => Shows::Nothing,
            _ => Shows::Now,
        };
        let highlighting = shows == Shows::Nothing;
        if let Input::Syntaxes(syntaxes) = &input {
            self.syntaxes = Some(Arc::clone(syntaxes));
        }
        if let Input::Saved(ticket, Ok((path, _))) = &input
            && self.app.model.saving.as_ref().is_some_and(|saving| saving.ticket == *ticket)
        {
            let bound = Some((self.app.model.doc.clone(), path.clone()));
            self.watch.files(bound, self.app.model.session_file.clone());
        }
        if matches!(&input, Input::Shared(_, Ok(_))) {
            self.watch_files();
        }
        if let Input::Others(others) = &input {
            self.watch.library(*others);
            if *others {
                // What was written before the watch stood.
                self.disk.send(DiskJob::Poll);
            }
        }
        let effects = self.app.update(input, now());
        self.carry_out(effects, screen);
        self.prepare_net();
        // Lines far above were looked through; what is on the screen changes at the end.
        if highlighting && !self.app.model.ui.highlight_more { Shows::Now } else { shows }
    }

    fn schedule(&mut self, after_ms: u64, timer: Timer) {
        let at = Instant::now() + Duration::from_millis(after_ms);
        let known = self.timers.entry(timer).or_insert(at);
        *known = (*known).min(at);
    }

    fn note(&self, tone: Tone, text: String) {
        let _ = self.sender.send(Input::Note(tone, text));
    }

    fn carry_out(&mut self, effects: Vec<Effect>, screen: &mut dyn Screen) {
        for effect in effects {
            if let Err(why) = self.one(effect, screen) {
                self.note(Tone::Error, why);
            }
        }
    }

    fn one(&mut self, effect: Effect, screen: &mut dyn Screen) -> Result<(), String> {
        let io = |result: std::io::Result<()>| {
            result.map_err(|why| format!("The terminal refused: {why}"))
        };
        match effect {
            Effect::Store { writes, ticket } => self.disk.write(writes, ticket),
            Effect::Ask { turn, provider, body } => {
                let offer = self.app.model.offer(&provider);
                let provider = offer.map(|offer| Arc::clone(&offer.provider));
                self.net()?.ask(provider.ok_or("No provider.")?, turn, body);
            }
            Effect::Cancel(turn) => {
                if let Some(net) = &self.net {
                    net.cancel(turn);
                }
            }
            Effect::Look(names) => {
                for name in names {
                    let Some(offer) = self.app.model.offer(&name).cloned() else { continue };
                    self.net()?.look(offer.provider, offer.set_up);
                }
            }
            Effect::SaveFile { doc, path, rope, bom, expect, mark, ticket } => {
                let job = save::SaveJob { doc, path, rope, bom, expect, mark, ticket };
                self.saver.save(job)?;
            }
            Effect::KeepCopy { draft, rope, bom } => {
                if let Some(dir) = self.dir.clone() {
                    self.saver.copy(dir, draft, rope, bom)?;
                }
            }
            Effect::ReadFile { doc, path } => self.read_again(doc, &path),
            Effect::FindMoved { doc, path, len, hash } => self.find_moved(doc, path, len, hash),
            Effect::FindFile { turn, document, name } => self.find_file(turn, &document, name),
            Effect::Copy(text) => io(screen.copy(&text))?,
            Effect::ReadClipboard => {
                let _ = self.sender.send(Input::Clipboard(screen.clipboard()));
            }
            Effect::ListSessions => self.disk.send(DiskJob::Sessions),
            Effect::Preview(session) => self.disk.send(DiskJob::Preview(session)),
            Effect::Search { text, ticket } => self.disk.send(DiskJob::Search { text, ticket }),
            Effect::RenameSession { session, title } => {
                let me = self.app.model.me.clone();
                self.disk.send(DiskJob::Rename { session, title, me });
            }
            Effect::Share { session, to, confirmed } => self.share(session, to, confirmed),
            Effect::Branch { session, moment, title } => self.branch(session, moment, title),
            Effect::Sign { session, decision } => self.sign(session, decision),
            Effect::Redact { session, targets, confirmed } => {
                self.redact(session, targets, confirmed, screen)?;
            }
            Effect::Check { session, log } => self.check(session, log),
            Effect::Redactions(session) => self.redactions(session)?,
            Effect::Redaction { session, id, accept } => {
                self.redaction(session, id, accept, screen)?;
            }
            Effect::RedactAgain(session) => self.redact_again(session, screen)?,
            Effect::DeleteSession(session) => self.disk.send(DiskJob::Delete(session)),
            Effect::Open(what) => self.open(what)?,
            Effect::Reload(session) => {
                let read = self.disk.with_store(move |store| fold(store, session));
                let Some(session) = read.transpose().map_err(|why| why.to_string())? else {
                    return Ok(());
                };
                let effects = self.app.model.reloaded(session);
                self.carry_out(effects, screen);
            }
            Effect::Consent { provider } => {
                self.configure(&["provider", &provider, "consented"], true.into())?;
            }
            Effect::Fetch(name) => {
                let shelf = self.shelf.clone().ok_or("Models are fetched in the workspace.")?;
                self.fetching.start(name, shelf, self.sender.clone())?;
            }
            Effect::StopFetch => self.fetching.stop(),
            Effect::ChooseModel { key, model } => self.configure(key, model.into())?,
            Effect::SetBudget(budget) => {
                let value = budget.map(|budget| budget.dollars().into());
                self.change(&["budget"], value)?;
            }
            Effect::Mouse(on) => io(screen.mouse(on))?,
            Effect::Suspend => io(screen.suspend())?,
            Effect::Redraw => io(screen.redraw())?,
            Effect::Schedule { after_ms, timer } => self.schedule(after_ms, timer),
            Effect::Quit => self.quit = true,
        }
        Ok(())
    }

    /// Somebody is about to ask: the client is made while the question is typed.
    fn prepare_net(&mut self) {
        if self.app.model.ui.focus != Focus::Chat {
            return;
        }
        let Some(provider) = self.app.model.provider.clone() else { return };
        if self.prepared.as_deref() == Some(provider.name()) {
            return;
        }
        self.prepared = Some(provider.name().to_owned());
        if let Ok(net) = self.net() {
            net.prepare(provider);
        }
    }

    fn net(&mut self) -> Result<&net::Net, String> {
        if self.net.is_none() {
            let net = net::Net::start(self.sender.clone())
                .map_err(|why| format!("No thread for the network: {why}"))?;
            self.net = Some(net);
        }
        self.net.as_ref().ok_or_else(|| "No thread for the network.".into())
    }

    /// Changes one value of the configuration file, comments kept.
    fn configure(&self, path: &[&str], value: toml_edit::Value) -> Result<(), String> {
        self.change(path, Some(value))
    }

    /// Changes one value of the configuration file, or takes it out.
    fn change(&self, path: &[&str], value: Option<toml_edit::Value>) -> Result<(), String> {
        let Some(file) = &self.config_path else { return Ok(()) };
        write_config(file, &configured(file, path, value)?)
    }

    /// Shows what was found in the open session.
    pub fn go_to(&mut self, hit: &crate::store::Hit) {
        let effects = self.app.go_to(hit);
        self.carry_out(effects, &mut NoScreen);
    }

    /// Waits until everything that was asked for is on the disk. For the end of a run.
    pub fn close(mut self) -> Result<(), String> {
        self.fetching.close();
        self.saver.close();
        self.disk.close()
    }
}
