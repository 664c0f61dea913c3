//! The program without a terminal, threads or time: keys go in, what a person would see and what
//! the log holds come out. The clock moves only when it is told to, and everything that the runtime
//! would do happens at once.

use cowrite::app::{App, Input};
use cowrite::base::config::Config;
use cowrite::base::{DocId, EventId, Millis, Pos, Rand, Span, TurnId, WriterId, sha256_hex};
use cowrite::event::{
    BurstHead, Envelope, Event, HunkBody, MessageRole, MessageStatus, WipOp, seal,
};
use cowrite::keymap::{Key, Keymap, parse_keys};
use cowrite::prompt::{Chunk, Fault, FaultKind, ModelInfo, Stop};
use cowrite::provider::{Listing, Offer, Scripted};
use cowrite::session::{HunkRef, HunkState, Session};
use cowrite::state::{
    Cx, Effect, FileStamp, Me, Model, Opened, OpenedFile, Overlay, Phase, There, Timer, Ui, anchors,
};
use cowrite::store::{SqliteStore, Write};
use cowrite::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

/// What a library would hold.
#[derive(Clone, Default)]
pub struct Kept {
    pub events: Vec<Envelope>,
    pub bursts: BTreeMap<WriterId, (BurstHead, Vec<WipOp>)>,
    pub streams: BTreeMap<TurnId, String>,
    pub thoughts: BTreeMap<TurnId, String>,
    pub view: BTreeMap<String, String>,
}

impl Kept {
    pub fn write(&mut self, write: &Write) {
        match write {
            Write::Wip { head, writer, op, .. } => {
                if let Some(head) = head {
                    self.bursts.insert(*writer, ((**head).clone(), Vec::new()));
                }
                self.bursts
                    .get_mut(writer)
                    .expect("a burst begins with its head")
                    .1
                    .push(op.clone());
            }
            Write::Events { events, clears, ends } => {
                self.events.extend(events.iter().cloned());
                for writer in clears {
                    self.bursts.remove(writer);
                }
                for turn in ends {
                    self.streams.remove(turn);
                    self.thoughts.remove(turn);
                }
            }
            Write::Stream { turn, text, .. } => {
                self.streams.entry(turn.clone()).or_default().push_str(text);
            }
            Write::Thought { turn, text, .. } => {
                self.thoughts.entry(turn.clone()).or_default().push_str(text);
            }
            Write::View { key, value, .. } => {
                self.view.insert(key.clone(), value.clone());
            }
            _ => {}
        }
    }

    /// The events with every burst sealed, as after a crash.
    pub fn sealed(&self) -> Vec<Envelope> {
        let bursts = self.bursts.values().map(|(head, rows)| seal(head, rows));
        self.events.iter().cloned().chain(bursts).collect()
    }

    pub fn session(&self) -> Session {
        let id = self.events.first().expect("a session").session_id();
        let mut session = Session::fold(id, &self.sealed());
        session.track_hunks();
        session
    }
}

pub struct Harness {
    pub app: App,
    pub kept: Kept,
    /// A real library that everything is written to as well.
    pub library: Option<SqliteStore>,
    /// Milliseconds that every input takes.
    pub step: u64,
    now: u64,
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    /// Files that another session has.
    pub taken: Vec<PathBuf>,
    /// Nobody says whether a file is there.
    pub slow_files: bool,
    pub clipboard: Option<String>,
    pub asked: VecDeque<(TurnId, String)>,
    pub cancelled: Vec<TurnId>,
    /// What providers list; who has no row says nothing.
    pub lists: BTreeMap<String, Listing>,
    pub timers: Vec<(u64, Timer)>,
    /// The effects that nothing here carries out.
    pub effects: Vec<Effect>,
    pub ended: bool,
}

pub const ME: &str = "p_01JADA";

/// A person's message that follows none.
pub fn said(text: &str) -> Event {
    Event::MessagePosted {
        role: MessageRole::Person,
        after: None,
        text: text.into(),
        status: MessageStatus::Complete,
        model: None,
        usage: None,
        error: None,
        links: Vec::new(),
        asked: None,
        reasoning: None,
        brought: None,
    }
}

pub fn me() -> Me {
    Me { author: ME.parse().expect("an author"), name: "Ada".into() }
}

fn keymap() -> Keymap {
    let known = |line: &str| cowrite::command::parse(line).map(|_| ());
    let (keymap, errors) = Keymap::load(&[("default", cowrite::keymap::DEFAULT)], &known);
    assert!(errors.is_empty(), "{errors:?}");
    keymap
}

pub fn app(opened: Opened, me: Me, now: u64, seed: u64) -> (App, Vec<Effect>) {
    let ui = Ui::new(100, 30);
    let rand = Rand::from_number(seed);
    // Tests about it turn it on: the others answer once.
    let mut config = Config::default();
    config.assist.repair = false;
    let (mut model, effects) = Model::open(opened, me, config, ui, Millis(now), rand);
    let provider = Arc::new(Scripted::new(vec![]));
    model.offers = vec![Offer::new(provider.clone())];
    model.provider = Some(provider);
    model.model_name = Some("large".into());
    (App::new(model, keymap()), effects)
}

impl Harness {
    pub fn empty() -> Self {
        Self::open(Opened::default(), 1)
    }

    /// On a file that holds `text`.
    pub fn file(name: &str, text: &str) -> Self {
        let path = PathBuf::from("/home/ada").join(name);
        let stamp = FileStamp { hash: sha256_hex(text.as_bytes()) };
        let file = OpenedFile {
            path: path.clone(),
            text: text.into(),
            exists: true,
            stamp,
            ..OpenedFile::default()
        };
        let mut made = Self::open(Opened { file: Some(file), ..Opened::default() }, 1);
        made.files.insert(path, text.into());
        made
    }

    /// On a document that holds `text`; `|` is the caret and `[` the other end of a selection.
    pub fn with(marked: &str) -> Self {
        let (text, caret, anchor) = unmark(marked);
        let mut made = Self::file("plan.md", &text);
        made.place(caret, anchor);
        made
    }

    pub fn open(opened: Opened, seed: u64) -> Self {
        Self::open_as(opened, me(), seed)
    }

    pub fn open_as(opened: Opened, me: Me, seed: u64) -> Self {
        Self::open_at(opened, me, seed, 1_700_000_000_000, BTreeMap::new())
    }

    /// At a time, with files.
    pub fn open_at(
        opened: Opened,
        me: Me,
        seed: u64,
        now: u64,
        files: BTreeMap<PathBuf, Vec<u8>>,
    ) -> Self {
        let (events, view) = (opened.events.clone(), opened.view.clone());
        let (app, effects) = app(opened, me, now, seed);
        let mut made = Self {
            app,
            kept: Kept { events, view, ..Kept::default() },
            library: None,
            step: 10,
            now,
            files,
            taken: Vec::new(),
            slow_files: false,
            clipboard: None,
            asked: VecDeque::new(),
            cancelled: Vec::new(),
            lists: BTreeMap::from([(
                "scripted".to_owned(),
                Listing::Models(vec![
                    ModelInfo {
                        name: "large".into(),
                        window: Some(128_000),
                        ..ModelInfo::default()
                    },
                    ModelInfo { name: "tiny-1b".into(), ..ModelInfo::default() },
                ]),
            )]),
            timers: Vec::new(),
            effects: Vec::new(),
            ended: false,
        };
        made.carry_out(effects);
        made.app.model.prepare();
        made
    }

    /// Opens what was kept as a new process would, after a crash at this point.
    pub fn killed(&self, seed: u64) -> Self {
        let session = self.app.model.session.id;
        let opened = Opened {
            session: Some(session),
            events: self.kept.sealed(),
            doc: Some(self.app.model.doc.clone()),
            view: self.kept.view.clone(),
            ..Opened::default()
        };
        let mut made = Self::open(opened, seed);
        made.now = self.now + 1000;
        made
    }

    pub fn now(&self) -> u64 {
        self.now
    }

    pub fn model(&self) -> &Model {
        &self.app.model
    }

    pub fn doc(&self) -> DocId {
        self.app.model.doc.clone()
    }

    pub fn text(&self) -> String {
        self.app.model.rope().to_string()
    }

    pub fn place(&mut self, caret: usize, anchor: Option<usize>) {
        let caret =
            cowrite::state::Caret { pos: Pos(caret), anchor: anchor.map(Pos), sticky: None };
        self.app.model.set_caret(caret);
        self.app.model.ui.reveal = true;
        self.app.model.prepare();
    }

    /// The text with its caret and selection: of whatever has the keys.
    pub fn marked(&mut self) -> String {
        let mut cx = cowrite::state::Cx::new(&mut self.app.model);
        let (rope, caret) = (cx.rope_here(), cx.caret_here());
        let mut text: Vec<char> = rope.chars().collect();
        let mut marks = vec![(caret.pos.0, '|')];
        if let Some(anchor) = caret.anchor.filter(|anchor| *anchor != caret.pos) {
            marks.push((anchor.0, '['));
        }
        marks.sort_unstable();
        for (at, mark) in marks.into_iter().rev() {
            text.insert(at, mark);
        }
        text.into_iter().collect()
    }

    pub fn input(&mut self, input: Input) {
        self.now += self.step;
        let effects = self.app.update(input, Millis(self.now));
        self.carry_out(effects);
        self.app.model.prepare();
    }

    /// Keys as in a keymap; what stands between `'` is typed.
    pub fn keys(&mut self, keys: &str) {
        let mut rest = keys.trim_start();
        while !rest.is_empty() {
            let end = if let Some(typed) = rest.strip_prefix('\'') {
                let end = typed.find('\'').expect("a closing '");
                self.type_text(&typed[..end]);
                end + 2
            } else {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                for key in parse_keys(&rest[..end]).expect("keys") {
                    self.input(Input::Key(key));
                }
                end
            };
            rest = rest[end..].trim_start();
        }
    }

    pub fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            self.input(Input::Key(Key::char(character)));
        }
    }

    pub fn run(&mut self, line: &str) {
        self.input(Input::Run(line.into()));
    }

    /// Goes back to what was saved, as leaving without saving does.
    #[allow(
        clippy::redundant_closure_for_method_calls,
        reason = "the method itself is not general enough"
    )]
    pub fn discard(&mut self) -> Result<bool, String> {
        self.with_cx(|cx| cx.discard())
    }

    /// What no command line can say.
    pub fn with_cx<R>(&mut self, run: impl FnOnce(&mut Cx) -> R) -> R {
        self.now += self.step;
        let (done, effects) = self.app.with(Millis(self.now), run);
        self.carry_out(effects);
        self.app.model.prepare();
        done
    }

    /// Lets time pass; timers fire.
    pub fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            self.timers.sort_by_key(|(at, _)| *at);
            if self.timers.first().is_none_or(|(at, _)| *at > end) {
                break;
            }
            let (at, timer) = self.timers.remove(0);
            self.now = self.now.max(at);
            self.input(Input::Timer(timer));
        }
        self.now = self.now.max(end);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut queue: VecDeque<Effect> = effects.into();
        while let Some(effect) = queue.pop_front() {
            let answer = match effect {
                Effect::Store { writes, ticket } => {
                    for write in &writes {
                        self.kept.write(write);
                    }
                    if let Some(library) = &mut self.library {
                        library.write(&writes).expect("writes");
                    }
                    ticket.map(Input::Durable)
                }
                Effect::Ask { turn, body, .. } => {
                    self.asked.push_back((turn, body));
                    None
                }
                Effect::FindFile { turn, document, name } => {
                    let beside = document.with_file_name(&name);
                    let there = self.files.contains_key(&beside) && beside != document;
                    let taken = self.taken.contains(&beside);
                    let there =
                        there.then(|| Box::new(There { file: Ok(self.read(&beside)), taken }));
                    (!self.slow_files).then_some(Input::FoundFile(turn, name, there))
                }
                Effect::Cancel(turn) => {
                    self.cancelled.push(turn);
                    None
                }
                Effect::SaveFile { path, rope, bom, expect, mark, ticket, .. } => {
                    let bytes = cowrite::text::encode(&rope, bom);
                    if let Some(mark) = mark {
                        let write = mark.write(&sha256_hex(&bytes));
                        self.kept.write(&write);
                        if let Some(library) = &mut self.library {
                            library.write(&[write]).expect("writes");
                        }
                    }
                    Some(Input::Saved(ticket, self.save(path, bytes, &expect)))
                }
                Effect::ReadFile { doc, path } => {
                    let file = self.read(&path);
                    Some(Input::File(doc, Ok(file)))
                }
                Effect::FindMoved { doc, path, len, hash } => {
                    let is = |bytes: &[u8]| bytes.len() as u64 == len && sha256_hex(bytes) == hash;
                    let all = self.files.iter();
                    let found = all.filter(|(other, file)| **other != path && is(&file[..]));
                    found.map(|(other, _)| Input::Moved(doc.clone(), other.clone())).next()
                }
                Effect::Copy(text) => {
                    self.clipboard = Some(text);
                    None
                }
                Effect::ReadClipboard => Some(Input::Clipboard(self.clipboard.clone())),
                Effect::Look(names) => {
                    for name in names {
                        if let Some(listing) = self.lists.get(&name).cloned() {
                            let listed = Input::Listed(name, listing);
                            queue.extend(self.app.update(listed, Millis(self.now)));
                        }
                    }
                    None
                }
                Effect::Schedule { after_ms, timer } => {
                    self.timers.push((self.now + after_ms, timer));
                    None
                }
                Effect::Quit => {
                    self.ended = true;
                    None
                }
                other => {
                    self.effects.push(other);
                    None
                }
            };
            if let Some(input) = answer {
                queue.extend(self.app.update(input, Millis(self.now)));
            }
        }
    }

    fn save(
        &mut self,
        path: PathBuf,
        bytes: Vec<u8>,
        expect: &[FileStamp],
    ) -> Result<(PathBuf, FileStamp), String> {
        let here = self.files.get(&path).map(|bytes| sha256_hex(bytes)).unwrap_or_default();
        let known = if expect.is_empty() {
            here.is_empty()
        } else {
            expect.iter().any(|stamp| stamp.hash == here)
        };
        if !known {
            return Err("The file changed since it was read.".into());
        }
        let stamp = FileStamp { hash: sha256_hex(&bytes) };
        self.files.insert(path.clone(), bytes);
        Ok((path, stamp))
    }

    fn read(&self, path: &PathBuf) -> OpenedFile {
        let bytes = self.files.get(path);
        let stamp = bytes.map(|bytes| FileStamp { hash: sha256_hex(bytes) });
        OpenedFile {
            path: path.clone(),
            text: String::from_utf8(bytes.cloned().unwrap_or_default()).expect("UTF-8"),
            exists: bytes.is_some(),
            stamp: stamp.unwrap_or_default(),
            ..OpenedFile::default()
        }
    }

    /// Another program writes the file.
    pub fn write_outside(&mut self, text: &str) {
        let path = self.model().path.clone().expect("a file");
        self.files.insert(path.clone(), text.into());
        let file = self.read(&path);
        let doc = self.doc();
        self.input(Input::File(doc, Ok(file)));
    }

    /// Another program takes the file away, and puts it elsewhere or nowhere.
    pub fn moves_outside(&mut self, to: Option<&str>) {
        let path = self.model().path.clone().expect("a file");
        let bytes = self.files.remove(&path).expect("is there");
        if let Some(to) = to {
            self.files.insert(path.with_file_name(to), bytes);
        }
        let file = self.read(&path);
        let doc = self.doc();
        self.input(Input::File(doc, Ok(file)));
    }

    /// The running turn.
    pub fn turn(&self) -> TurnId {
        self.model().turn.as_ref().expect("a turn").id.clone()
    }

    pub fn chunk(&mut self, text: &str) {
        self.piece(Ok(Chunk::Text(text.into())));
    }

    pub fn piece(&mut self, piece: Result<Chunk, Fault>) {
        let turn = self.turn();
        assert!(
            !matches!(self.model().turn.as_ref().expect("a turn").phase, Phase::Recording(_)),
            "nothing comes before the question was sent"
        );
        self.input(Input::Answer(turn, piece));
        self.input(Input::Idle);
    }

    pub fn stop(&mut self) {
        self.piece(Ok(Chunk::Stop(Stop::End)));
    }

    pub fn fail(&mut self) {
        self.piece(Err(Fault {
            kind: FaultKind::Broken,
            what: "The connection broke.".into(),
            advice: "Ask again.".into(),
            status: None,
        }));
    }

    /// The whole answer at once.
    pub fn reply(&mut self, text: &str) {
        self.chunk(text);
        self.stop();
    }

    /// Says something in the message box.
    pub fn say(&mut self, text: &str) {
        self.keys("alt-2");
        self.input(Input::Paste(text.into()));
        self.keys("enter");
        self.keys("alt-1");
    }

    pub fn notice(&self) -> String {
        self.model().ui.notice.as_ref().map_or_else(String::new, |notice| notice.text.clone())
    }

    /// Open hunks: span, state, old and new text.
    pub fn hunks(&self) -> Vec<(Option<(usize, usize)>, HunkState, String, String)> {
        let open = self.model().session.open_in(&self.model().doc);
        open.into_iter()
            .map(|one| {
                let span = one.span.map(|span| (span.start.0, span.end.0));
                (span, one.state, one.old, one.new)
            })
            .collect()
    }

    pub fn refs(&self) -> Vec<HunkRef> {
        self.model().session.open_in(&self.model().doc).into_iter().map(|one| one.of).collect()
    }

    /// The copy of another person with another library: everything that was kept.
    pub fn copy_for(&self, author: &str, name: &str, seed: u64) -> Self {
        let opened = Opened {
            session: Some(self.model().session.id),
            events: self.kept.sealed().into_iter().filter(|event| !event.is_local()).collect(),
            doc: Some(self.doc()),
            ..Opened::default()
        };
        let me = Me { author: author.parse().expect("an author"), name: name.into() };
        let mut made = Self::open_as(opened, me, seed);
        made.now = self.now;
        made
    }

    /// Takes in what another copy has.
    pub fn take_from(&mut self, other: &Self) {
        self.take(&other.kept.events);
    }

    /// Takes events of another copy in.
    pub fn take(&mut self, events: &[Envelope]) {
        let known: std::collections::BTreeSet<EventId> =
            self.kept.events.iter().map(|event| event.id).collect();
        let is_fresh = |event: &&Envelope| !event.is_local() && !known.contains(&event.id);
        let fresh: Vec<Envelope> = events.iter().filter(is_fresh).cloned().collect();
        self.kept.events.extend(fresh.iter().cloned());
        self.input(Input::Foreign(fresh));
    }

    /// Hunks as a model makes them: spans of today's text in `char`s and what is to stand there.
    pub fn propose(&mut self, hunks: &[(usize, usize, &str)]) {
        let hunks: Vec<_> =
            hunks.iter().map(|(start, end, new)| (*start, *end, *new, None)).collect();
        self.propose_all(&hunks);
    }

    /// One that was found by likeness only, with what the model quoted.
    pub fn loosely(&mut self, start: usize, end: usize, new: &str, quoted: &str) {
        self.propose_all(&[(start, end, new, Some(quoted))]);
    }

    fn propose_all(&mut self, hunks: &[(usize, usize, &str, Option<&str>)]) {
        let doc = self.doc();
        let mut cx = Cx::new(&mut self.app.model);
        let question = cx.append(&said("Better?"));
        let author = cx.model_author("scripted/large");
        let entry = cx.model.entry().expect("a document");
        let version = entry.document.version();
        let made: Vec<HunkBody> = hunks
            .iter()
            .map(|(start, end, new, quoted)| {
                let span = Span::new(Pos(*start), Pos(*end));
                HunkBody {
                    file: None,
                    place: Some(anchors(&entry.document, span)),
                    old: entry.document.rope().slice(span.range()).to_string().into(),
                    new: (*new).into(),
                    why: None,
                    step: "exact".into(),
                    loose: quoted.is_some(),
                    quoted: quoted.map(Into::into),
                    form: Some("blocks".into()),
                    again: None,
                    // As in logs of before: the place alone counts.
                    beside: None,
                }
            })
            .collect();
        let opened =
            Event::ProposalOpened { doc, question, version, span: None, dialect: "blocks".into() };
        let proposal = cx.append_as_model(&author, &opened);
        for hunk in made {
            cx.append_as_model(&author, &Event::HunkMade { proposal, hunk });
        }
        cx.model.session.track_hunks();
        cx.model.refresh();
        let effects = cx.finish();
        self.carry_out(effects);
        self.app.model.prepare();
    }

    /// Runs a command about the `index`th open hunk.
    pub fn about_hunk(&mut self, index: usize, line: &str) {
        self.keys("alt-5");
        self.app.model.ui.focus = cowrite::state::Focus::Panel;
        // The list is by proposal, and these are by place.
        let of = self.refs().get(index).copied();
        let listed = self.model().review();
        let at = listed.iter().position(|one| Some(one.hunk.of) == of);
        self.app.model.ui.review.chosen = at.unwrap_or(0);
        self.run(line);
        self.app.model.ui.focus = cowrite::state::Focus::Editor;
    }

    /// The kinds of the events that were kept, with how often each comes in a row.
    pub fn log(&self) -> Vec<String> {
        let mut lines: Vec<(String, usize)> = Vec::new();
        for event in &self.kept.events {
            match lines.last_mut() {
                Some((kind, count)) if *kind == event.kind => *count += 1,
                _ => lines.push((event.kind.clone(), 1)),
            }
        }
        let line = |(kind, count)| if count == 1 { kind } else { format!("{kind} ×{count}") };
        lines.into_iter().map(line).collect()
    }

    /// What is kept folds to what is shown.
    #[track_caller]
    pub fn same_after_reopening(&self) {
        self.same_after("");
    }

    #[track_caller]
    pub fn same_after(&self, what: &str) {
        if !self.model().preamble.is_empty() {
            return;
        }
        let again = self.kept.session();
        let sealed = self.kept.bursts.is_empty();
        let (again, live) = (digest(&again, sealed), digest(&self.model().session, sealed));
        similar_asserts(&format!("{what}\n{again}"), &format!("{what}\n{live}"));
    }

    pub fn screen(&mut self, width: u16, height: u16) -> String {
        self.input(Input::Resize(width, height));
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let cursor = cowrite::tui::view(&self.app, Theme::plain(), &mut buffer);
        let mut out = String::new();
        for y in 0..height {
            let mut line = String::new();
            let mut x = 0;
            while x < width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += (cowrite::layout::cells::width(symbol, 4) as u16).max(1);
            }
            let _ = writeln!(out, "{}", line.trim_end());
        }
        match cursor {
            Some(cursor) => write!(out, "cursor at {},{}", cursor.x, cursor.y),
            None => write!(out, "no cursor"),
        }
        .expect("writes");
        out
    }

    pub fn overlay(&self) -> Option<&Overlay> {
        self.model().ui.overlays.last()
    }
}

/// What was done so far, told when a test fails.
pub struct Trace(pub String);

impl Drop for Trace {
    #[allow(clippy::print_stderr, reason = "a failing test tells how it got there")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}

/// Fails with the lines that differ.
#[track_caller]
pub fn similar_asserts(want: &str, got: &str) {
    if want != got {
        let diff = similar::TextDiff::from_lines(want, got);
        panic!("{}", diff.unified_diff().context_radius(30).header("again", "live"));
    }
}

/// Takes `|` and `[` out of a text: caret and the other end of the selection.
pub fn unmark(marked: &str) -> (String, usize, Option<usize>) {
    let (mut text, mut caret, mut anchor) = (String::new(), None, None);
    for character in marked.chars() {
        match character {
            '|' => caret = Some(text.chars().count()),
            '[' => anchor = Some(text.chars().count()),
            _ => text.push(character),
        }
    }
    (text, caret.unwrap_or(0), anchor)
}

/// Everything that is projected, in lines. `heads` are left out while a burst is open: it is not
/// an event yet.
pub fn digest(session: &Session, heads: bool) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "title {:?} conflict {}", session.title(), session.title.is_conflict());
    for (author, info) in &session.authors {
        let _ = writeln!(out, "author {author} {:?} {}", info.kind, info.name);
    }
    for (doc, entry) in &session.documents {
        let document = &entry.document;
        let _ = writeln!(out, "document {doc} {:?} at {:?}", entry.name, entry.path);
        let all = cowrite::base::Span::new(Pos(0), Pos(document.len()));
        for run in document.runs(all) {
            let text = document.rope().slice(run.span.range()).to_string();
            let _ = writeln!(out, "  {text:?} {} {:?}", run.writer, run.origin);
        }
        for saved in &entry.saved {
            let _ = writeln!(out, "  saved {:?} {}", saved.version, saved.hash);
        }
        if heads {
            for edit in entry.edits() {
                let _ = writeln!(out, "  edit {:?} by {}", edit.id, edit.author);
            }
        }
        for one in session.open_in(doc) {
            let _ = writeln!(
                out,
                "  open {:?} {:?} {:?} {:?} to {:?}",
                one.members, one.span, one.state, one.old, one.new
            );
        }
    }
    for message in session.transcript.iter() {
        let pinned = session.transcript.is_pinned(&message.id);
        let _ = writeln!(
            out,
            "message {:?} {} {:?} {:?} pinned {pinned} {:?}",
            message.id, message.author, message.role, message.status, message.text
        );
    }
    for hunk in session.proposals.hunks() {
        let verdict = hunk.verdict.value().map(|said| (said.verdict, said.reason.clone()));
        let _ = writeln!(out, "hunk {:?} {:?} to {:?}: {verdict:?}", hunk.of, hunk.old, hunk.new);
    }
    for closed in session.proposals.closed() {
        let _ = writeln!(out, "closed {} {:?}", closed.author, closed.tally);
    }
    for decision in session.decisions.newest() {
        let _ = writeln!(
            out,
            "decision {:?} {:?} {:?} conflict {} unseen {} {:?}",
            decision.id,
            decision.title(),
            session.decisions.status(decision),
            decision.is_conflict(),
            decision.is_unseen(),
            decision.outcome(),
        );
    }
    for thread in session.comments.threads() {
        let said: Vec<&str> = thread.comments().map(cowrite::session::Comment::text).collect();
        let _ = writeln!(out, "comment {:?} done {} {said:?}", thread.id(), thread.resolved);
    }
    let _ = writeln!(out, "oddities {:?}", session.oddities);
    if heads {
        let _ = writeln!(out, "heads {:?} next {}", session.heads(), session.next_lamport());
    }
    out
}

/// Cases for a property, many more with `COWRITE_TEST_FULL`, one of them with `COWRITE_TEST_SEED`.
pub fn cases(few: u64) -> std::ops::Range<u64> {
    if let Some(seed) = std::env::var("COWRITE_TEST_SEED").ok().and_then(|seed| seed.parse().ok()) {
        return seed..seed + 1;
    }
    let full = std::env::var_os("COWRITE_TEST_FULL").is_some_and(|value| !value.is_empty());
    0..if full { few * 25 } else { few }
}

/// With `COWRITE_TEST_FUZZ=600` a property goes on with new seeds for ten minutes; with
/// `COWRITE_TEST_SEED` it holds for that one.
#[allow(clippy::print_stdout, reason = "says how many seeds it were")]
pub fn fuzz(property: impl Fn(u64)) {
    const FIRST: u64 = 1_000_000;
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    if let Some(seed) = number("COWRITE_TEST_SEED") {
        let tell = TellSeed(seed);
        property(seed);
        return drop(tell);
    }
    let Some(seconds) = number("COWRITE_TEST_FUZZ") else { return };
    let until = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
    let mut seed = FIRST;
    while std::time::Instant::now() < until {
        let tell = TellSeed(seed);
        property(seed);
        drop(tell);
        seed += 1;
    }
    println!("{} seeds in {seconds} s", seed - FIRST);
}

/// Says which seed a test failed with, for `COWRITE_TEST_SEED`.
struct TellSeed(u64);

impl Drop for TellSeed {
    #[allow(clippy::print_stderr, reason = "says what to run again")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("COWRITE_TEST_SEED={}", self.0);
        }
    }
}
