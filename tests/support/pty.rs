//! A program in a terminal: starts it in a pseudo-terminal with a home of its own, types, and
//! waits for what the screen shows.
//!
//! ```ignore
//! let term = Term::start(&["notes.md"], Size::new(24, 80));
//! term.wait_for("notes.md");
//! term.keys("hello<enter><ctrl-s>");
//! term.wait_for("saved");
//! term.keys("<ctrl-q>");
//! assert!(term.wait_exit().success());
//! term.assert_restored();
//! ```
//!
//! Nothing sleeps: a wait ends with the output that fulfils it, or fails at the deadline and shows
//! the screen. Predicates see whole frames only: what is drawn inside a synchronised update appears
//! when the update ends. Knows nothing of the program but its name.

use std::fmt::Write as _;
use std::fs::File;
use std::num::NonZeroU16;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::Sender;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{MasterPty, PtySize};
use vt100::{CursorStyle, MouseProtocolEncoding, MouseProtocolMode, Screen};

#[path = "pty/emulator.rs"]
mod emulator;
#[path = "pty/home.rs"]
mod home;
#[path = "pty/keys.rs"]
mod keys;
#[path = "pty/start.rs"]
mod start;
#[path = "pty/state.rs"]
mod state;

pub use emulator::{Host, Terminal};
pub use home::{Home, Ran, run};
pub use keys::{Encoding, parse as parse_keys};
pub use start::Start;
use state::{Shared, State};

/// Linux's flag for opening a terminal without making it one's own.
const O_NOCTTY: i32 = 0o400;

/// How long a key is on its way at most to a program of which is not known when it reads keys.
const READS: Duration = Duration::from_millis(50);

/// The longest that anything is waited for; only a failing test takes so long.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The size of a terminal in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub rows: u16,
    pub columns: u16,
}

impl Size {
    pub const fn new(rows: u16, columns: u16) -> Self {
        Self { rows, columns }
    }

    fn pty(self) -> PtySize {
        PtySize {
            rows: self.rows,
            cols: self.columns,
            pixel_width: self.columns * 10,
            pixel_height: self.rows * 20,
        }
    }
}

impl Default for Size {
    fn default() -> Self {
        Self::new(24, 80)
    }
}

/// A program in a terminal. Ends it when dropped.
pub struct Term {
    what: String,
    home: Arc<Home>,
    master: Box<dyn MasterPty + Send>,
    tty: PathBuf,
    to_write: Sender<Vec<u8>>,
    shared: Arc<Shared>,
    pid: u32,
    cooked: [u64; 4],
}

impl Term {
    /// Starts cowrite in a home of its own; [`Start`] has the other ways.
    #[track_caller]
    pub fn start(args: &[&str], size: Size) -> Self {
        Start::cowrite(args).size(size.rows, size.columns).start()
    }

    pub fn home(&self) -> &Arc<Home> {
        &self.home
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    // Typing.

    /// Types keys, `hello<enter><ctrl-s>`, as the terminal encodes them at the moment. Each key is
    /// sent when the one before was read, so that Escape and a letter are not taken for Alt.
    #[track_caller]
    pub fn keys(&self, keys: &str) {
        for key in parse_keys(keys) {
            let encoding = self.shared.lock().encoding();
            let count = self.read_count();
            self.write(key.bytes(encoding));
            self.wait_read(count);
        }
    }

    /// Pastes: bracketed when the program asked for that, else as if typed.
    pub fn paste(&self, text: &str) {
        let text = text.replace('\n', "\r");
        let bracketed = self.shared.lock().parser.screen().bracketed_paste();
        self.write(if bracketed { format!("\x1b[200~{text}\x1b[201~") } else { text });
    }

    /// Sends bytes as they are, in one piece.
    pub fn write(&self, bytes: impl Into<Vec<u8>>) {
        self.shared.with(|state| state.unwritten += 1);
        // Fails when the writing thread has ended, as the program has then.
        if self.to_write.send(bytes.into()).is_err() {
            self.shared.with(|state| state.unwritten -= 1);
        }
    }

    /// Sends a mouse event at a cell counted from 0.
    ///
    /// # Panics
    /// When the program did not ask for the mouse in its modern encoding: a terminal would send
    /// nothing, and the test would wait for nothing.
    #[track_caller]
    pub fn mouse(&self, event: Mouse, row: u16, column: u16) {
        let (code, last) = event.code();
        let state = self.shared.lock();
        if !mouse_on(state.parser.screen()) {
            self.fail(state, "the program did not ask for the mouse (1000 or more, and 1006)");
        }
        drop(state);
        self.write(format!("\x1b[<{code};{};{}{last}", column + 1, row + 1));
    }

    #[track_caller]
    pub fn click(&self, row: u16, column: u16) {
        self.mouse(Mouse::Press(Button::Left), row, column);
        self.mouse(Mouse::Release(Button::Left), row, column);
    }

    /// Tells the program that the terminal gained or lost the focus.
    pub fn focus(&self, gained: bool) {
        self.write(if gained { "\x1b[I" } else { "\x1b[O" });
    }

    /// Changes the size, as dragging the window's corner does.
    pub fn resize(&self, size: Size) {
        let (rows, columns) = cells(size);
        self.shared.with(|state| {
            state.parser.set_size(rows, columns);
            state.parser.callbacks_mut().size = (size.rows, size.columns);
            state.frame = state.parser.screen().clone();
        });
        // The signal is read by the thread that reads keys: what it reads next is a key again.
        let count = self.read_count();
        self.master.resize(size.pty()).expect("the terminal's size changes");
        self.wait_read(count);
    }

    /// Characters read so far by the program's thread that reads keys, and nothing else but the
    /// signal of a new size; `None` of a program without such a thread.
    fn read_count(&self) -> Option<u64> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid)).ok()?;
        let reader = tasks.flatten().map(|task| task.path()).find(|task| {
            std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim_end() == "keys")
        })?;
        let io = std::fs::read_to_string(reader.join("io")).ok()?;
        io.lines().find_map(|line| line.strip_prefix("rchar: "))?.parse().ok()
    }

    /// Waits until what was typed is read. The kernel has no event for that, so this looks again in
    /// short steps; it gives up quietly, as a program may be busy or dead.
    fn wait_read(&self, before: Option<u64>) {
        let start = Instant::now();
        let mut state = self.shared.lock();
        while state.status.is_none() && start.elapsed() < Duration::from_secs(2) {
            if state.unwritten == 0 {
                // Input passes through a queue of the kernel's on its way, during which it is
                // counted nowhere. A thread that reads nothing else has read it when its count
                // moved, however long that takes; with other programs time has to do.
                let arrived = match (before, self.read_count()) {
                    (Some(before), Some(now)) => now > before,
                    _ => start.elapsed() >= READS,
                };
                let empty = File::options()
                    .read(true)
                    .custom_flags(O_NOCTTY)
                    .open(&self.tty)
                    .and_then(|tty| Ok(rustix::io::ioctl_fionread(tty)?))
                    .is_ok_and(|waiting| waiting == 0);
                if empty && arrived {
                    return;
                }
            }
            let step = Duration::from_micros(200);
            state = self
                .shared
                .changed
                .wait_timeout(state, step)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    // Looking.

    /// The rows of the last whole frame, without trailing blanks.
    pub fn screen(&self) -> String {
        rows(&self.shared.lock().frame)
    }

    /// One row of it, counted from 0.
    pub fn row(&self, row: usize) -> String {
        self.screen().lines().nth(row).unwrap_or_default().to_owned()
    }

    /// The row that holds `text`, counted from 0.
    pub fn find(&self, text: &str) -> Option<usize> {
        self.screen().lines().position(|row| row.contains(text))
    }

    /// Row and column of the cursor, counted from 0; `None` while it is hidden.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        let state = self.shared.lock();
        (!state.frame.hide_cursor()).then(|| state.frame.cursor_position())
    }

    /// Everything the emulator knows of the last whole frame: colours, attributes, modes.
    pub fn frame(&self) -> Screen {
        self.shared.lock().frame.clone()
    }

    /// What the program put on the clipboard by OSC 52, oldest first.
    pub fn copies(&self) -> Vec<String> {
        self.shared.lock().host().copies.clone()
    }

    pub fn title(&self) -> String {
        self.shared.lock().host().title.clone()
    }

    pub fn bells(&self) -> usize {
        self.shared.lock().host().bells
    }

    /// Every byte that the program wrote.
    pub fn raw(&self) -> Vec<u8> {
        self.shared.lock().raw.clone()
    }

    /// The control sequences of `hostile` that the program passed on, escaped; none is right. Each
    /// control character counts together with what follows it, so that the program's own use of
    /// the same character is not blamed.
    pub fn raw_contains_control_from(&self, hostile: &str) -> Vec<String> {
        let raw = self.raw();
        controls(hostile)
            .into_iter()
            .filter(|needle| raw.windows(needle.len()).any(|part| part == needle.as_bytes()))
            .map(|needle| needle.escape_debug().to_string())
            .collect()
    }

    // Waiting.

    /// Waits for words, also where they go on in the next row.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait(&format!("{text:?} on the screen"), |state| {
            let rows = rows(&state.frame);
            let words = || rows.split_whitespace().collect::<Vec<_>>().join(" ");
            (rows.contains(text) || words().contains(text)).then_some(())
        });
    }

    #[track_caller]
    pub fn wait_gone(&self, text: &str) {
        self.wait(&format!("{text:?} to leave the screen"), |state| {
            (!rows(&state.frame).contains(text)).then_some(())
        });
    }

    /// Waits until a whole frame is as wanted.
    #[track_caller]
    pub fn wait_until(&self, mut wanted: impl FnMut(&Screen) -> bool) {
        self.wait("the wanted screen", |state| wanted(&state.frame).then_some(()));
    }

    /// Whether the screen becomes as wanted before the deadline; for what may take longer.
    pub fn seen_within_deadline(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.wait_at_most(DEADLINE, |state| wanted(&rows(&state.frame)).then_some(())).is_some()
    }

    /// Whether something beside the screen becomes true before the deadline: it is looked at
    /// again and again, as nothing tells of it.
    pub fn holds_within_deadline(&self, mut wanted: impl FnMut() -> bool) -> bool {
        let start = Instant::now();
        while start.elapsed() < DEADLINE {
            if wanted() {
                return true;
            }
            self.wait_at_most(Duration::from_millis(20), |_| None::<()>);
        }
        false
    }

    #[track_caller]
    pub fn wait_cursor(&self, row: u16, column: u16) {
        self.wait(&format!("the cursor at row {row}, column {column}"), |state| {
            let frame = &state.frame;
            (!frame.hide_cursor() && frame.cursor_position() == (row, column)).then_some(())
        });
    }

    /// Waits for the next copy after the first `known`, and gives it.
    #[track_caller]
    pub fn wait_copy(&self, known: usize) -> String {
        self.wait("a copy to the clipboard", |state| state.host().copies.get(known).cloned())
    }

    /// Waits until the program has ended and all it wrote is read.
    #[track_caller]
    pub fn wait_exit(&self) -> portable_pty::ExitStatus {
        let status = self.wait("the program's end", |state| state.status.clone());
        // A grandchild may hold the terminal open for good: the end of output is waited for, but
        // not insisted on.
        self.wait_at_most(Duration::from_secs(2), |state| state.eof.then_some(()));
        status
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, ready: impl FnMut(&State) -> Option<T>) -> T {
        match self.wait_at_most(DEADLINE, ready) {
            Some(value) => value,
            None => self.fail(self.shared.lock(), &format!("waited for {what}")),
        }
    }

    /// `None` at the deadline, or at once when the program has ended and written its last.
    fn wait_at_most<T>(
        &self,
        most: Duration,
        mut ready: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        let start = Instant::now();
        let mut state = self.shared.lock();
        loop {
            if let Some(value) = ready(&state) {
                return Some(value);
            }
            let left = most.checked_sub(start.elapsed())?;
            if state.eof && state.status.is_some() {
                return None;
            }
            state = self
                .shared
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    #[track_caller]
    fn fail(&self, state: MutexGuard<'_, State>, what: &str) -> ! {
        let text = self.picture(&state, what);
        drop(state);
        panic!("{text}");
    }

    fn picture(&self, state: &State, what: &str) -> String {
        let frame = &state.frame;
        let (_, columns) = frame.size();
        let edge = "-".repeat(usize::from(columns.get()));
        let mut text = format!("{what}: {}\n   +{edge}+\n", self.what);
        for (number, row) in frame.rows(0, columns.get()).enumerate() {
            let _ = writeln!(text, "{number:>2} |{row}");
        }
        let _ = writeln!(text, "   +{edge}+");
        let (row, column) = frame.cursor_position();
        let hidden = if frame.hide_cursor() { ", hidden" } else { "" };
        let _ = writeln!(text, "cursor: row {row}, column {column}{hidden}");
        match &state.status {
            Some(status) => _ = writeln!(text, "the program ended: {status}"),
            None => _ = writeln!(text, "the program runs"),
        }
        let last = &state.raw[state.raw.len().saturating_sub(400)..];
        let _ = write!(text, "last bytes: {}", last.escape_ascii());
        text
    }

    // Ending.

    /// Sends a signal by its name: "TERM", "HUP", "TSTP".
    #[track_caller]
    pub fn signal(&self, name: &str) {
        // The number may belong to another process when this one was waited for.
        if self.shared.lock().status.is_none() {
            send_signal(self.pid, name);
        }
    }

    /// Ends the program as a power cut would, and waits for its end.
    #[track_caller]
    pub fn kill9(&self) {
        self.signal("KILL");
        self.wait_exit();
    }

    /// What the program left changed on the terminal; nothing is right.
    pub fn not_restored(&self) -> Vec<String> {
        let state = self.shared.lock();
        let (screen, host) = (state.parser.screen(), state.host());
        let mut wrong: Vec<String> = [
            (screen.alternate_screen(), "the alternate screen is on"),
            (screen.hide_cursor(), "the cursor is hidden"),
            (screen.cursor_style() != CursorStyle::Default, "the cursor has another shape"),
            (screen.application_cursor(), "the cursor keys are in application mode"),
            (screen.application_keypad(), "the keypad is in application mode"),
            (screen.bracketed_paste(), "bracketed paste is on"),
            (screen.mouse_protocol_mode() != MouseProtocolMode::None, "the mouse is on"),
            (host.mode(1004), "focus events are on"),
            (host.mode(2026), "a synchronised update was not ended"),
            (host.mode(2031), "colour scheme reports are on"),
            (!host.kitty.is_empty(), "the kitty keyboard flags are still pushed"),
            (host.other_keys != 0, "modifyOtherKeys is on"),
            (screen.bold() || screen.inverse() || screen.underline(), "text attributes are on"),
            (screen.fgcolor() != vt100::Color::Default, "a text colour is on"),
            (screen.bgcolor() != vt100::Color::Default, "a background colour is on"),
        ]
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, what)| what.to_owned())
        .collect();
        let now = line_discipline(&*self.master);
        if now != self.cooked {
            wrong.push(format!("the line settings are {now:x?}, not {:x?}", self.cooked));
        }
        wrong
    }

    #[track_caller]
    pub fn assert_restored(&self) {
        let wrong = self.not_restored();
        if !wrong.is_empty() {
            let what = format!("the terminal is not restored: {}", wrong.join(", "));
            self.fail(self.shared.lock(), &what);
        }
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        self.signal("KILL");
        self.wait_at_most(Duration::from_secs(5), |state| state.status.clone());
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    Left,
    Middle,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    Press(Button),
    Release(Button),
    Drag(Button),
    Move,
    WheelUp,
    WheelDown,
}

impl Mouse {
    fn code(self) -> (u8, char) {
        match self {
            Self::Press(button) => (button as u8, 'M'),
            Self::Release(button) => (button as u8, 'm'),
            Self::Drag(button) => (32 + button as u8, 'M'),
            Self::Move => (35, 'M'),
            Self::WheelUp => (64, 'M'),
            Self::WheelDown => (65, 'M'),
        }
    }
}

fn mouse_on(screen: &Screen) -> bool {
    screen.mouse_protocol_mode() != MouseProtocolMode::None
        && screen.mouse_protocol_encoding() == MouseProtocolEncoding::Sgr
}

fn cells(size: Size) -> (NonZeroU16, NonZeroU16) {
    let at_least_one = |count| NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN);
    (at_least_one(size.rows), at_least_one(size.columns))
}

fn rows(screen: &Screen) -> String {
    let (_, columns) = screen.size();
    let rows: Vec<String> =
        screen.rows(0, columns.get()).map(|row| row.trim_end().to_owned()).collect();
    rows.join("\n")
}

/// The terminal's input, output, control and local flags: what `stty` shows.
fn line_discipline(master: &dyn MasterPty) -> [u64; 4] {
    let Some(settings) = master.get_termios() else { return [0; 4] };
    [
        settings.input_flags.bits().into(),
        settings.output_flags.bits().into(),
        settings.control_flags.bits().into(),
        settings.local_flags.bits().into(),
    ]
}

/// By the shell, as the standard library knows one signal only.
fn send_signal(pid: u32, name: &str) {
    let command = format!("kill -{name} {pid}");
    let _ =
        Command::new("/bin/sh").args(["-c", &command]).stderr(std::process::Stdio::null()).status();
}

/// Every control character of a text with up to a dozen characters after it. Those that text may
/// hold (newline, tab, carriage return) do not count, nor what would be too short to tell apart.
fn controls(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, c) in text.char_indices() {
        if c.is_control() && !matches!(c, '\n' | '\t' | '\r') {
            let tail = text[at..].chars().take(12).take_while(|&c| c != '\n');
            let needle: String = tail.collect();
            if needle.len() >= 3 {
                found.push(needle);
            }
        }
    }
    found
}
