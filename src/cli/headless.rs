//! The machine without a screen: what `ask`, `propose` and `do` share. The same loop, commands and
//! log as the workspace has.

use super::place::{Place, import, is_session_file, rand, session_id};
use super::{Failure, Out, one_line};
use crate::app::{App, Input};
use crate::keymap::Keymap;
use crate::prompt::ended;
use crate::provider::{Listing, Offer};
use crate::runtime::queue::Sender;
use crate::runtime::shared::take_and_open;
use crate::runtime::{
    Library, NoScreen, Outcome, Runtime, Setup, fared::fared, now, open_fresh, open_in, open_path,
    open_session, open_text, recover,
};
use crate::session::{HunkRef, Message};
use crate::state::{
    Ask, Dialog, LISTED, Model, Opened, Overlay, PLACE_BY_HAND, Phase, SHOW_AGAIN, Task, Tone, Ui,
};
use crate::text::decode;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

/// What the headless commands that work in a session have in common.
#[derive(clap::Args, Debug, Default)]
pub struct Talk {
    /// The model that answers: `provider/model`, or as the only provider calls it.
    #[arg(long, short)]
    pub model: Option<String>,
    /// Work in this session: its id or the beginning of it. With a file: that is its file from now
    /// on, when its own is gone.
    #[arg(long, conflicts_with = "no_session")]
    pub session: Option<String>,
    /// Keep nothing in the library.
    #[arg(long)]
    pub no_session: bool,
    /// Answer yes to what would be asked: the name to write under, sending to another machine,
    /// taking an older version of the file in.
    #[arg(long, short)]
    pub yes: bool,
}

/// What is worked on.
pub enum Target {
    File(PathBuf),
    /// A text that came through a pipe.
    Text {
        text: String,
        bom: bool,
        /// Whether it goes to standard output at the end.
        back: bool,
    },
    Fresh,
}

/// The machine with what was opened.
pub struct Headless {
    pub runtime: Runtime,
    left: bool,
}

impl Headless {
    /// Opens what is worked on; says what happened to it meanwhile.
    pub fn open(target: Target, talk: &Talk, out: &mut Out) -> Result<Self, Failure> {
        let mut place = Place::find(talk.model.clone(), None)?;
        let mut store = if talk.no_session { None } else { Some(place.library()?) };
        let me = match store.as_mut() {
            Some(store) => place.me(Some(store), out, talk.yes)?,
            // Nothing is kept: nobody needs a name.
            None => place.nobody()?,
        };
        if let Some(store) = store.as_mut() {
            for note in recover(store, &me).map_err(Failure::store)? {
                out.say(&note);
            }
        }
        let mut opened = match (&talk.session, store.as_mut(), target) {
            (Some(id), Some(store), Target::Fresh) => {
                let id = session_id(store, id)?;
                open_session(store, id).map_err(Failure::new)?
            }
            (Some(id), Some(store), Target::File(path)) if is_session_file(&path) => {
                let mut notes = Vec::new();
                let mut opened = import(store, &path, Some(id), &mut notes, &mut |_| true)?;
                opened.notes.splice(0..0, notes);
                opened
            }
            (Some(id), Some(store), Target::File(path)) => {
                let id = session_id(store, id)?;
                open_in(store, id, &path).map_err(Failure::new)?
            }
            (Some(_), _, _) => {
                return Err(Failure::usage(
                    "Standard input belongs to no session: leave --session away.",
                ));
            }
            // Its events are no text to write in.
            (None, Some(store), Target::File(path)) if is_session_file(&path) => {
                take_and_open(store, &path, None).map_err(Failure::new)?
            }
            (_, _, Target::File(path)) if is_session_file(&path) => {
                return Err(Failure::usage(
                    "A session file needs the library: leave --no-session away.",
                ));
            }
            (None, store, Target::File(path)) => open_path(store, &path).map_err(Failure::new)?,
            (None, _, Target::Text { text, bom, back }) => {
                Opened { to_stdout: back, ..open_text(text, bom) }
            }
            (None, _, Target::Fresh) => open_fresh(),
        };
        opened.ephemeral |= talk.no_session;
        for like in std::mem::take(&mut opened.like) {
            out.say(&format!(
                "This may be {} of the session “{}”, renamed and changed ({} % the same). \
                 A new session is begun; --session {} goes on with that one.",
                like.path.display(),
                one_line(&like.title),
                like.percent,
                like.session.short()
            ));
        }
        if let Some(beside) = opened.beside.take() {
            out.say(&format!("{}: `{}` goes over to it.", beside.words(), beside.way()));
        }
        for note in std::mem::take(&mut opened.notes) {
            out.say(&note);
        }
        // Nobody waits for the first screen: the question may come before the thread has answered.
        if let Some(store) = &store {
            opened.fared = fared(store, opened.session).map_err(Failure::store)?;
        }
        let last_rid = opened.last_rid;
        let ui = Ui::new(80, 24);
        let (model, first) = Model::open(opened, me, place.config.clone(), ui, now(), rand()?);
        let setup = Setup {
            shelf: None,
            library: Library { store, last_rid },
            config_path: Some(place.config_path.clone()),
            offers: place.offers(),
            keys: place.keys(),
        };
        let app = App::new(model, Keymap::default());
        let mut runtime = Runtime::start(app, setup, first).map_err(Failure::new)?;
        signals(runtime.sender())?;
        if talk.yes {
            runtime.app.model.agreed = true;
        }
        let mut headless = Self { runtime, left: false };
        headless.tell(out);
        if let Some(Overlay::Dialog(Dialog { ask: Ask::FileReverted { .. }, title, .. })) =
            headless.model().ui.overlays.last()
        {
            if !talk.yes {
                return Err(Failure::new(format!(
                    "{title}. --yes takes it in; the workspace lets you choose."
                )));
            }
            headless.command("dialog.yes")?;
            headless.tell(out);
        }
        Ok(headless)
    }

    pub fn model(&self) -> &Model {
        &self.runtime.app.model
    }

    /// Runs a command line and waits until what it asked for is done.
    pub fn command(&mut self, line: &str) -> Result<(), Failure> {
        self.runtime.command(line).map_err(Failure::new)?;
        self.settle()
    }

    /// Waits until no answer, no save, nothing shared and no check is on its way.
    pub fn settle(&mut self) -> Result<(), Failure> {
        self.wait(&mut |app| {
            let model = &app.model;
            let done = model.turn.is_none() && model.saving.is_none() && !model.sharing;
            done && !model.checking && model.quitting.is_none()
        })
    }

    /// Waits until something holds, or the program is told to end.
    pub fn wait(&mut self, until: &mut dyn FnMut(&App) -> bool) -> Result<(), Failure> {
        if self.left {
            return Ok(());
        }
        // What can't be stored is tried again in the workspace; here it is said at once.
        let mut trouble = None;
        let ended = self.runtime.run(&mut NoScreen, &mut |app| {
            trouble = app.model.store_trouble.clone();
            trouble.is_some() || until(app)
        });
        if let Some(trouble) = trouble {
            return Err(Failure::new(trouble));
        }
        self.left = ended.map_err(Failure::new)? == Outcome::Left;
        Ok(())
    }

    /// Whether the program was told to end.
    pub fn has_left(&self) -> bool {
        self.left
    }

    /// Takes the notice, if there is one.
    pub fn notice(&mut self) -> Option<(Tone, String)> {
        let model = &mut self.runtime.app.model;
        let held = model.held_notice.take().map(|(_, notice)| notice);
        // What is said here waits for the end, which waits for the disk.
        let notice = model.ui.notice.take().or(held)?;
        // There are no tabs and keys here.
        let text =
            notice.text.replace(PLACE_BY_HAND, "the workspace places by hand (Alt-5, Alt-P)");
        let text = text.replace(LISTED, "the workspace lists them (Alt-5)");
        let text = text.replace(SHOW_AGAIN, "the workspace (Alt-Shift-G) shows");
        Some((notice.tone, text))
    }

    /// Says the notice, if there is one.
    pub fn tell(&mut self, out: &mut Out) {
        if let Some((_, text)) = self.notice() {
            out.say(&text);
        }
    }

    /// Makes sure that a question can be asked: a provider, consent, a model.
    pub fn ready(&mut self, task: &Task) -> Result<(), Failure> {
        if self.model().provider.is_none() {
            self.runtime.look_around();
            self.listed()?;
        }
        let provider = match self.model().route(task) {
            Some(who) => Some(who.provider),
            None => self.model().provider.clone(),
        };
        let Some(provider) = provider else { return Err(self.several()) };
        if let Some(trouble) =
            self.model().offer(provider.name()).and_then(|offer| offer.trouble.clone())
        {
            return Err(Failure::usage(trouble));
        }
        if provider.leaves_machine() && !self.model().may_send_to(provider.name()) {
            return Err(Failure::usage(format!(
                "The question and the document would go to {} at {}. --yes agrees this once; `cowrite config set provider.{}.consented true` for good.",
                provider.name(),
                provider.address(),
                provider.name()
            )));
        }
        if self.model().route(task).is_none() {
            self.choose_model(provider.name())?;
        }
        Ok(())
    }

    /// Waits for every list of models that was asked for.
    fn listed(&mut self) -> Result<(), Failure> {
        self.wait(&mut |app| app.model.offers.iter().all(|offer| !offer.asking))
    }

    /// Nobody was named and not exactly one could answer: says who could.
    fn several(&self) -> Failure {
        let there: Vec<&str> = self
            .model()
            .offers
            .iter()
            .filter(|offer| offer.is_there() && (!offer.is_near() || !offer.models().is_empty()))
            .map(Offer::name)
            .collect();
        if there.is_empty() || self.model().config.model.is_some() {
            // There are no keys here.
            let words = self.model().nobody_answers();
            let fetched = "is fetched with `cowrite models fetch`.";
            return Failure::usage(
                words.replace("is fetched with two keys: app.model, Enter.", fetched),
            );
        }
        Failure::usage(format!(
            "Who answers? There are {}: name one with --model PROVIDER/MODEL, or keep one with `cowrite config set model PROVIDER/MODEL`.",
            there.join(", ")
        ))
    }

    /// Asks the provider for its models: the only one is taken.
    fn choose_model(&mut self, name: &str) -> Result<(), Failure> {
        self.runtime.look_at(name);
        self.listed()?;
        let listing = self.model().offer(name).map(|offer| offer.listing.clone());
        match listing {
            Some(Listing::Trouble(why)) => Err(Failure::new(why)),
            Some(Listing::Models(models)) => match models.as_slice() {
                [one] => {
                    let next = self.model().resolve(&format!("{name}/{}", one.name));
                    if let Some(next) = next {
                        self.runtime.app.model.switch_to(next);
                    }
                    Ok(())
                }
                several => {
                    let mut names: Vec<&str> =
                        several.iter().take(8).map(|one| one.name.as_str()).collect();
                    if several.len() > names.len() {
                        names.push("…");
                    }
                    Err(Failure::usage(format!(
                        "Which model? Name one with --model, or keep one with `cowrite config set model NAME`. The provider has: {}",
                        names.join(", ")
                    )))
                }
            },
            _ => Err(Failure::new("The provider did not list its models.")),
        }
    }

    /// Runs a command that asks the model, and hands what comes of the answer to `part` until it is
    /// whole or `part` says that nobody listens. Gives the answer as the log has it.
    pub fn ask(
        &mut self,
        line: &str,
        out: &mut Out,
        part: &mut dyn FnMut(&str) -> bool,
    ) -> Result<Message, Failure> {
        self.runtime.app.model.ui.notice = None;
        self.runtime.command(line).map_err(Failure::new)?;
        let Some(question) = self.model().turn.as_ref().map(|turn| turn.question) else {
            let why = self.notice().map(|(_, text)| text);
            return Err(Failure::new(why.unwrap_or_else(|| "Nothing was asked.".into())));
        };
        let (mut done, mut tried) = (0, 0);
        self.wait(&mut |app| {
            let Some(turn) = &app.model.turn else { return true };
            // What repairs the answer is no part of it.
            if turn.question != question {
                return false;
            }
            if let Phase::Retrying { attempt, wait_ms, why } = &turn.phase
                && *attempt > tried
            {
                tried = *attempt;
                out.say(&format!("{} Trying again in {} s.", ended(why), wait_ms.div_ceil(1000)));
            }
            let rest = turn.text.get(done..).unwrap_or_default();
            done += rest.len();
            !rest.is_empty() && !part(rest)
        })?;
        if self.model().turn.is_some() {
            // Nobody listens: what came is kept.
            self.runtime.command("chat.cancel").map_err(Failure::new)?;
        }
        let transcript = &self.model().session.transcript;
        let answer = transcript
            .iter()
            .rev()
            .find(|message| message.after == Some(question) && message.author.is_model());
        let answer = answer.cloned().ok_or_else(|| Failure::new("No answer came."))?;
        part(answer.text().get(done..).unwrap_or_default());
        Ok(answer)
    }

    /// The hunks that came with an answer, in the order in which they were made.
    pub fn hunks_of(&self, answer: &Message) -> Vec<HunkRef> {
        let proposals = &self.model().session.proposals;
        let of_answer = |hunk: &&crate::session::Hunk| {
            let proposal = proposals.proposal(&hunk.proposal);
            let asked = |question| self.model().session.transcript.asked_by_person(question);
            proposal.is_some_and(|proposal| Some(asked(proposal.question)) == answer.after)
        };
        proposals.hunks().into_iter().filter(of_answer).map(|hunk| hunk.of).collect()
    }

    /// Ends: everything is on the disk then.
    pub fn finish(mut self) -> Result<(), Failure> {
        if !self.left {
            self.runtime.inject(Input::Terminate);
            self.wait(&mut |_| false)?;
        }
        self.runtime.close().map_err(Failure::new)
    }
}

/// The system's requests to end become inputs, so that everything is stored first. A second one
/// ends the program at once.
pub fn signals(inputs: Sender<Input>) -> Result<(), Failure> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals =
        signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGINT]).map_err(Failure::new)?;
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            let mut first = true;
            for signal in signals.forever() {
                if !std::mem::take(&mut first) || inputs.send(Input::Terminate).is_err() {
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            }
        })
        .map_err(Failure::new)?;
    Ok(())
}

/// Standard input as text, with whether it had a byte order mark; empty at a terminal.
pub fn read_stdin() -> Result<(String, bool), Failure> {
    if io::stdin().is_terminal() {
        return Ok((String::new(), false));
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    let decoded = decode(&bytes).map_err(|why| Failure::new(format!("Standard input: {why}")))?;
    Ok((decoded.text, decoded.bom))
}

/// Whether a path stands for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}
