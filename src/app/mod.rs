//! The machine: a model, a keymap, and one function from an input to the effects it asks for.
//!
//! Does no input or output and can't fail; whatever takes time comes back as an input.

mod input;
mod mouse;

pub use input::{Input, Mouse, MouseKind};

use crate::base::Millis;
use crate::command;
use crate::keymap::{Key, Keymap, Step, print_keys};
use crate::session::HunkState;
use crate::state::{Cx, Effect, Focus, Model, Open, Overlay, Tab, Timer, Tone};
use crate::store::Hit;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Milliseconds without typing after which a burst is sealed; with a second program at work.
const PAUSE_MS: u64 = 1_500;
const PAUSE_SHARED_MS: u64 = 400;
/// Milliseconds after which view state is stored.
const VIEW_MS: u64 = 300;
/// Lines that are highlighted at one go beside the visible ones.
const HIGHLIGHT_LINES: usize = 16;
/// Milliseconds that a notice stays at least.
const NOTICE_MS: u64 = 6_000;

/// The keys of commands as printed; none for those without.
type Printed = BTreeMap<String, Option<String>>;

/// The model and what turns keys into commands.
pub struct App {
    pub model: Model,
    keymap: Keymap,
    pending: Vec<Key>,
    held: Vec<Input>,
    view_timer: bool,
    /// Keys as printed, by contexts and command: looking one up goes through the whole keymap, and
    /// every frame shows some.
    printed: RefCell<BTreeMap<Vec<&'static str>, Printed>>,
}

impl App {
    pub fn new(mut model: Model, keymap: Keymap) -> Self {
        model.ui.key_lines = key_lines(&keymap);
        let printed = RefCell::default();
        Self { model, keymap, pending: Vec::new(), held: Vec::new(), view_timer: false, printed }
    }

    pub fn keymap(&self) -> &Keymap {
        &self.keymap
    }

    /// The contexts that have a say about the next key, innermost first.
    pub fn contexts(&self) -> Vec<&'static str> {
        let ui = &self.model.ui;
        match ui.overlays.last() {
            Some(Overlay::Page { links: Some(links), .. }) => match links.decision {
                Some(_) => vec!["decision", "global"],
                None => vec!["card", "global"],
            },
            Some(Overlay::Palette(_) | Overlay::Models(_) | Overlay::Page { .. }) => {
                vec!["list", "global"]
            }
            Some(Overlay::Sessions { searching: true, .. }) => vec!["list", "global"],
            Some(Overlay::Sessions { .. }) => vec!["sessions", "global"],
            Some(Overlay::Prompt { .. }) => vec!["prompt", "global"],
            Some(Overlay::Form(form)) if form.is_on_links() => vec!["links", "global"],
            Some(Overlay::Form(_)) => vec!["form", "global"],
            Some(Overlay::Dialog(_)) => vec!["dialog"],
            None => match (ui.focus, ui.tab) {
                (Focus::Editor, _) if ui.floating.is_some() => {
                    vec!["placing", "editor", "global"]
                }
                (Focus::Editor, _) => match self.model.hunk_here() {
                    Some(hunk) if hunk.state == HunkState::Stale => {
                        vec!["stale", "hunk", "editor", "global"]
                    }
                    Some(_) => vec!["hunk", "editor", "global"],
                    None => vec!["editor", "global"],
                },
                (Focus::Chat, _) => vec!["chat", "global"],
                (Focus::Panel, Tab::Conversation) => vec!["conversation", "global"],
                (Focus::Panel, Tab::Decisions) => vec!["decisions", "global"],
                (Focus::Panel, Tab::Review) => vec!["review", "global"],
                (Focus::Panel, Tab::History) => vec!["history", "global"],
            },
        }
    }

    /// Takes one input.
    pub fn update(&mut self, input: Input, now: Millis) -> Vec<Effect> {
        self.model.now = now;
        // What is typed while one session is left for another belongs to the other.
        let typed = matches!(input, Input::Key(_) | Input::Paste(_) | Input::Mouse(_));
        if typed && self.model.quitting.is_some() && self.model.store_trouble.is_none() {
            self.held.push(input);
            return Vec::new();
        }
        let mut effects = Vec::new();
        if self.model.quitting.is_none() {
            for held in std::mem::take(&mut self.held) {
                effects.extend(self.update(held, now));
            }
        }
        let before = self.model.caret();
        let stood = typed.then(|| self.model.stood());
        effects.extend(self.take(input));
        if let Some(stood) = stood {
            effects.extend(stood.acted(&mut self.model));
        }
        if self.model.caret() != before {
            self.model.ui.reveal = true;
        }
        let dirty = !self.view_timer && self.model.preamble.is_empty();
        if dirty && self.model.view_is_dirty() {
            self.view_timer = true;
            effects.push(Effect::Schedule { after_ms: VIEW_MS, timer: Timer::View });
        }
        effects
    }

    fn take(&mut self, input: Input) -> Vec<Effect> {
        match input {
            Input::Key(key) => return self.key(key),
            Input::Mouse(mouse) => return mouse::mouse(&mut self.model, mouse),
            Input::Timer(timer) => return self.timer(timer),
            Input::Syntaxes(syntaxes) => {
                self.model.use_syntaxes(&syntaxes);
                return Vec::new();
            }
            Input::Resize(width, height) => {
                let ui = &mut self.model.ui;
                ui.reveal |= (ui.width, ui.height) != (width, height);
                (ui.width, ui.height) = (width, height);
                return Vec::new();
            }
            Input::Run(line) => return self.run(&[line]),
            _ => {}
        }
        let mut cx = Cx::new(&mut self.model);
        match input {
            Input::Paste(text) => cx.paste(&text, true),
            Input::Durable(ticket) => cx.durable(ticket),
            Input::Stored(outcome) => match outcome {
                Ok(()) => {
                    if cx.model.store_trouble.take().is_some() {
                        cx.info("The library can be written again; nothing was lost.");
                    }
                }
                Err(why) => {
                    cx.error(why.clone());
                    cx.model.store_trouble = Some(why);
                }
            },
            Input::Answer(turn, piece) => cx.answer(&turn, piece),
            Input::FoundFile(turn, name, there) => {
                cx.found_file(&turn, &name, there.map(|there| *there));
            }
            Input::Idle => cx.store_rest(),
            Input::Listed(provider, listing) => {
                let chosen = command::chosen_model_row(cx.model);
                cx.listed(&provider, listing);
                if let Some(chosen) = chosen {
                    command::stay_at(cx.model, &chosen);
                }
            }
            Input::Saved(ticket, outcome) => {
                if outcome.is_ok() {
                    cx.model.ui.save_as = None;
                }
                cx.saved(ticket, outcome);
            }
            Input::File(doc, file) => match file {
                Ok(file) if doc == cx.model.doc => cx.file_changed(&file),
                Ok(_) => {}
                Err(why) => cx.error(why),
            },
            Input::Moved(doc, path) if doc == cx.model.doc => cx.file_moved(path),
            Input::Moved(..) => {}
            Input::Clipboard(text) => match text {
                Some(text) => cx.paste(&text, false),
                None => cx.paste_inner(),
            },
            Input::Sessions(list) => {
                command::session_listed(&mut cx, list);
            }
            Input::Preview(session, lines) => command::session_previewed(&mut cx, session, lines),
            Input::Hits(ticket, found) => {
                if let Some(Overlay::Sessions { hits, asked, .. }) = cx.model.ui.overlays.last_mut()
                    && *asked == Some(ticket)
                {
                    *hits = found;
                    let any = !hits.is_empty();
                    if let Some(tour) = cx.model.ui.tour.as_mut() {
                        tour.searched |= any;
                    }
                }
                command::session_preview(&mut cx);
            }
            Input::Branched(done) => match done {
                Ok(session) => cx.leave_for(Open::Branched(session)),
                Err(why) => cx.error(why),
            },
            Input::Foreign(events) => cx.foreign(&events),
            Input::Sharing(sharing) => cx.sharing(*sharing),
            Input::Shared(session, done) => cx.shared(session, done),
            Input::Signed(session, done) => command::signed(&mut cx, session, done),
            Input::Checked(session, done) => command::checked(&mut cx, session, done),
            Input::Redacting(found) => cx.redacting(found),
            Input::Redactions(pending) => cx.redactions(pending),
            Input::Fetching(name, words) => cx.fetch_goes_on(name, words),
            Input::Fetched(name, done) => cx.fetched(name, done),
            Input::Begun(path) => cx.join_begun(path),
            Input::Fared(attempts) => cx.model.fared = attempts,
            Input::Others(others) => {
                cx.model.others = others;
                if others {
                    cx.seal_bursts();
                }
            }
            Input::Note(tone, text) => cx.model.notify(tone, text),
            Input::Terminate => cx.leave(),
            Input::Key(_)
            | Input::Mouse(_)
            | Input::Timer(_)
            | Input::Syntaxes(_)
            | Input::Resize(..)
            | Input::Run(_) => {}
        }
        cx.finish()
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        // A question names the keys of its answers.
        if let Some(Overlay::Dialog(dialog)) = self.model.ui.overlays.last()
            && let Some((_, _, line)) =
                dialog.choices.iter().find(|(letter, ..)| key.text() == Some(*letter))
        {
            let line = line.clone();
            return self.run(&[line]);
        }
        let contexts = self.contexts();
        let step = self.keymap.step(&contexts, &self.pending, key);
        let pending = std::mem::take(&mut self.pending);
        let was_pending = !pending.is_empty();
        self.model.ui.pending.clear();
        self.model.ui.hints.clear();
        // What was only to be known is read by who presses the next key.
        self.model.drop_info();
        let said = self.model.ui.notice.as_ref().map_or(Millis(0), |notice| notice.at);
        if self.model.now.since(said) > 1_500 {
            self.model.ui.notice = None;
        }
        match step {
            Step::Run(_) if self.is_held_back(&contexts, &pending, key) => Vec::new(),
            Step::Run(lines) => self.run(&lines),
            Step::Pending(hints) => {
                self.pending = pending;
                self.pending.push(key);
                self.model.ui.pending = vec![print_keys(&self.pending)];
                self.model.ui.hints = hints
                    .into_iter()
                    .map(|hint| {
                        let label = command::find(&hint.label)
                            .map_or(hint.label.clone(), |command| command.doc.into());
                        (hint.key.to_string(), label)
                    })
                    .collect();
                Vec::new()
            }
            // The menu was left.
            Step::NotFound if was_pending && key.to_string() == "esc" => Vec::new(),
            Step::NotFound if self.says_elsewhere(&pending, key) => Vec::new(),
            Step::NotFound if was_pending => {
                self.model.notify(Tone::Info, "No such sequence of keys.");
                Vec::new()
            }
            Step::NotFound => match key.text().filter(|_| self.keymap.takes_text(&contexts)) {
                Some(character) => {
                    let mut cx = Cx::new(&mut self.model);
                    let mut buffer = [0; 4];
                    cx.type_text(character.encode_utf8(&mut buffer));
                    command::typed(&mut cx);
                    cx.finish()
                }
                None => Vec::new(),
            },
        }
    }

    /// Whether a key means something else on a hunk whose text changed, and there is one elsewhere in
    /// the text: who presses it beside the hunk must not get another model for it. Says so.
    fn is_held_back(&mut self, contexts: &[&str], pending: &[Key], key: Key) -> bool {
        if contexts.first() != Some(&"editor") && contexts.first() != Some(&"hunk") {
            return false;
        }
        if !matches!(self.keymap.step(&["stale"], pending, key), Step::Run(_)) {
            return false;
        }
        let open = self.model.session.open_in(&self.model.doc);
        let stale = self.model.past.is_none()
            && open.iter().any(|one| one.state == HunkState::Stale && one.span.is_some());
        if stale {
            let words = "The hunk whose text changed is not at the caret: F8 goes to the next.";
            self.model.notify(Tone::Info, words);
        }
        stale
    }

    /// Says what a key is for that does nothing here but something near by. Whether it is one.
    fn says_elsewhere(&mut self, pending: &[Key], key: Key) -> bool {
        let ui = &self.model.ui;
        let (contexts, wanted): (&[&str], &[&str]) = match ui.focus {
            _ if !ui.overlays.is_empty() => return false,
            Focus::Editor if self.model.hunk_here().is_some() => (&["stale"], &["hunk."]),
            Focus::Editor => (&["hunk", "stale"], &["hunk."]),
            Focus::Panel => (&["editor"], &["edit.undo", "edit.redo"]),
            Focus::Chat => return false,
        };
        let Step::Run(lines) = self.keymap.step(contexts, pending, key) else { return false };
        let line = lines.first().map_or("", String::as_str);
        if !wanted.iter().any(|wanted| line.starts_with(wanted)) {
            return false;
        }
        let open = self.model.session.open_in(&self.model.doc).len();
        let words = match (contexts, open) {
            (["stale"], _) => {
                "The text of this hunk is what it was proposed for: accept or reject it.".to_owned()
            }
            (["hunk", _], 0) => match self.keymap.step(&["chat"], pending, key) {
                // What is for hunks here asks there.
                Step::Run(lines) if lines.first().is_some_and(|line| line == "chat.retry") => {
                    "No hunk is open. In the message box this key asks again.".to_owned()
                }
                _ => "No hunk is open.".to_owned(),
            },
            (["hunk", _], _) => "No hunk at the caret: F8 goes to the next.".to_owned(),
            _ => "Undo and redo are for the text: Alt-1 goes there.".to_owned(),
        };
        self.model.notify(Tone::Info, words);
        true
    }

    /// Runs command lines until one fails; says why it did.
    pub fn run(&mut self, lines: &[String]) -> Vec<Effect> {
        let mut cx = Cx::new(&mut self.model);
        for line in lines {
            if let Err(why) = command::run(&mut cx, line) {
                cx.warn(why);
                break;
            }
            command::typed(&mut cx);
        }
        cx.finish()
    }

    /// Looks for servers on this machine that nobody set up.
    pub fn look_near(&mut self, now: Millis) -> Vec<Effect> {
        self.model.now = now;
        let mut cx = Cx::new(&mut self.model);
        cx.look(true);
        cx.finish()
    }

    /// Asks a provider for its models.
    pub fn look_at(&mut self, name: &str, now: Millis) -> Vec<Effect> {
        self.model.now = now;
        let mut cx = Cx::new(&mut self.model);
        cx.look_at(vec![name.to_owned()]);
        cx.finish()
    }

    /// Runs one command line and says why it refused, if it did.
    pub fn command(&mut self, line: &str, now: Millis) -> (Result<(), String>, Vec<Effect>) {
        self.model.now = now;
        let mut cx = Cx::new(&mut self.model);
        let done = command::run(&mut cx, line);
        command::typed(&mut cx);
        (done, cx.finish())
    }

    /// Lets something that no command line can say be done as commands are; gives what it gives.
    pub fn with<R>(&mut self, now: Millis, run: impl FnOnce(&mut Cx) -> R) -> (R, Vec<Effect>) {
        self.model.now = now;
        let mut cx = Cx::new(&mut self.model);
        let done = run(&mut cx);
        (done, cx.finish())
    }

    fn timer(&mut self, timer: Timer) -> Vec<Effect> {
        let mut cx = Cx::new(&mut self.model);
        match timer {
            Timer::Seal => {
                let idle = cx.model.now.since(cx.model.last_edit);
                let pause = if cx.model.others { PAUSE_SHARED_MS } else { PAUSE_MS };
                if idle >= pause || cx.model.others {
                    cx.seal_bursts();
                } else if !cx.model.bursts.is_empty() {
                    cx.effect(Effect::Schedule { after_ms: pause - idle, timer: Timer::Seal });
                }
            }
            Timer::View => {
                self.view_timer = false;
                cx.store_view();
            }
            Timer::Notice => {
                let old = cx
                    .model
                    .ui
                    .notice
                    .as_ref()
                    .is_some_and(|notice| cx.model.now.since(notice.at) >= NOTICE_MS);
                if old {
                    cx.model.ui.notice = None;
                }
            }
            Timer::Highlight => {
                let rope = cx.model.rope();
                if let Some(highlighter) = cx.model.ui.highlighter.as_mut() {
                    // So few that a key never waits for it.
                    cx.model.ui.highlight_more = !highlighter.advance(&rope, HIGHLIGHT_LINES);
                }
            }
            Timer::File => {
                if let (Some(_), Some(path)) = (&cx.model.puzzle, cx.model.path.clone()) {
                    let doc = cx.model.doc.clone();
                    cx.effect(Effect::ReadFile { doc, path });
                }
            }
            Timer::Reason => command::reason_given(&mut cx),
            Timer::Frame => {}
        }
        cx.finish()
    }

    /// Shows what was found in the open session.
    pub fn go_to(&mut self, hit: &Hit) -> Vec<Effect> {
        let mut cx = Cx::new(&mut self.model);
        command::go_to(&mut cx, hit);
        cx.finish()
    }

    /// The keys for a command in the workspace, whatever lies above it.
    pub fn workspace_key(&self, command: &str) -> Option<String> {
        self.printed_key(&["editor", "global"], command)
    }

    /// The keys for a command here, as printed; for hints on the screen.
    pub fn key_for(&self, command: &str) -> Option<String> {
        self.printed_key(&self.contexts(), command)
    }

    /// The keys for a command anywhere, as printed; empty for none.
    pub fn any_key(&self, command: &str) -> String {
        self.printed_key(&[], command).unwrap_or_default()
    }

    fn printed_key(&self, contexts: &[&'static str], command: &str) -> Option<String> {
        let mut printed = self.printed.borrow_mut();
        if !printed.contains_key(contexts) {
            printed.insert(contexts.to_vec(), BTreeMap::new());
        }
        let here = printed.get_mut(contexts)?;
        if let Some(known) = here.get(command) {
            return known.clone();
        }
        let keys = match contexts {
            [] => self.keymap.keys_for(command).into_iter().next().map(|(_, keys)| keys),
            _ => self.keymap.key_here(contexts, command),
        };
        let keys = keys.map(|keys| print_keys(&keys));
        here.insert(command.to_owned(), keys.clone());
        keys
    }
}

/// Every binding in lines for reading.
pub fn key_lines(keymap: &Keymap) -> Vec<String> {
    let mut lines = Vec::new();
    let mut context = String::new();
    for row in keymap.describe() {
        if row.context != context {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.push(format!("[{}]", row.context));
            context = row.context.clone();
        }
        let name = row.lines.join("; ");
        let doc = command::parse(row.lines.first().map_or("", String::as_str))
            .map_or("", |(command, _)| command.doc);
        lines.push(format!("  {:<22} {:<24} {doc}", print_keys(&row.keys), name));
    }
    lines
}
