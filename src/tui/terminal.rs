//! The terminal as a screen: set up, drawn in one write a frame, restored on every way out.

use super::theme::Theme;
use super::{clipboard, view};
use crate::app::App;
use crate::runtime::Screen;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
    KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Frames of more bytes than this are sent as one synchronized update; a key's few bytes arrive
/// together anyway.
const SYNCHRONIZED: usize = 600;

/// The terminal, also when standard output is a pipe that gets the text at the end.
fn out() -> Box<dyn Write> {
    if !io::stdout().is_terminal()
        && let Ok(terminal) = File::options().write(true).open("/dev/tty")
    {
        return Box::new(terminal);
    }
    Box::new(io::stdout())
}

static ACTIVE: AtomicBool = AtomicBool::new(false);
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Collects a frame, so that it leaves in one write. The drawing library keeps the other handle.
#[derive(Clone, Default)]
struct Collected(Rc<RefCell<Vec<u8>>>);

impl Collected {
    fn send(&self) -> io::Result<()> {
        let bytes = std::mem::take(&mut *self.0.borrow_mut());
        if bytes.is_empty() {
            return Ok(());
        }
        let mut out = out();
        if bytes.len() <= SYNCHRONIZED {
            out.write_all(&bytes)?;
            return out.flush();
        }
        let mut whole = Vec::with_capacity(bytes.len() + 16);
        whole.extend_from_slice(b"\x1b[?2026h");
        whole.extend_from_slice(&bytes);
        whole.extend_from_slice(b"\x1b[?2026l");
        out.write_all(&whole)?;
        out.flush()
    }
}

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// The frame is sent when it is whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal in its workspace state. Dropping it restores the terminal.
pub struct TerminalScreen {
    terminal: Terminal<CrosstermBackend<Collected>>,
    out: Collected,
    theme: Theme,
    tmux: bool,
}

impl TerminalScreen {
    /// Takes the terminal over.
    pub fn enter(theme: Theme, mouse: bool) -> io::Result<Self> {
        set_up(mouse)?;
        let out = Collected::default();
        let (width, height) = Self::size().unwrap_or((80, 24));
        // A fixed viewport: the machine is told of every new size, so that no frame has to ask.
        let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
        let backend = CrosstermBackend::new(out.clone());
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport })?;
        Ok(Self { terminal, out, theme, tmux: std::env::var_os("TMUX").is_some() })
    }

    /// Its size in cells.
    pub fn size() -> io::Result<(u16, u16)> {
        crossterm::terminal::size()
    }

    fn write_now(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.send()
    }
}

impl Drop for TerminalScreen {
    fn drop(&mut self) {
        restore();
    }
}

fn set_up(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    ACTIVE.store(true, Ordering::SeqCst);
    MOUSE.store(mouse, Ordering::SeqCst);
    let mut out = out();
    execute!(out, EnterAlternateScreen, EnableBracketedPaste)?;
    // Terminals that do not know the protocol ignore this; asking would cost a round trip.
    execute!(
        out,
        PushKeyboardEnhancementFlags(
            KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES
                | KeyboardEnhancementFlags::REPORT_ALTERNATE_KEYS
        )
    )?;
    if mouse {
        execute!(out, EnableMouseCapture)?;
    }
    Ok(())
}

/// Gives the terminal back as it was. Safe to call at any time, also from a panic.
pub fn restore() {
    if !ACTIVE.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = out();
    if MOUSE.load(Ordering::SeqCst) {
        let _ = queue!(out, DisableMouseCapture);
    }
    let _ = queue!(
        out,
        PopKeyboardEnhancementFlags,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = out.flush();
    let _ = disable_raw_mode();
}

impl Screen for TerminalScreen {
    fn draw(&mut self, app: &App) -> io::Result<()> {
        let theme = self.theme;
        let area = Rect::new(0, 0, app.model.ui.width, app.model.ui.height);
        if self.terminal.get_frame().area() != area {
            self.terminal.resize(area)?;
        }
        self.terminal.draw(|frame| {
            let cursor = view(app, theme, frame.buffer_mut());
            if let Some(position) = cursor {
                frame.set_cursor_position(position);
            }
        })?;
        self.out.send()
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        clipboard::copy_local(text);
        match clipboard::osc52(text, self.tmux) {
            Some(sequence) => self.write_now(sequence.as_bytes()),
            None => Err(io::Error::other("the text is too long for the terminal's clipboard")),
        }
    }

    fn clipboard(&mut self) -> Option<String> {
        clipboard::paste_local()
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        MOUSE.store(on, Ordering::SeqCst);
        let mut out = out();
        if on { execute!(out, EnableMouseCapture) } else { execute!(out, DisableMouseCapture) }
    }

    fn suspend(&mut self) -> io::Result<()> {
        let mouse = MOUSE.load(Ordering::SeqCst);
        restore();
        stop()?;
        set_up(mouse)?;
        self.redraw()
    }

    fn redraw(&mut self) -> io::Result<()> {
        // Clears and forgets what was drawn. `clear` would ask the terminal where its cursor is.
        let area = self.terminal.get_frame().area();
        self.terminal.resize(area)
    }
}

/// Stops the process until the shell lets it go on.
#[cfg(unix)]
fn stop() -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)
}

#[cfg(not(unix))]
fn stop() -> io::Result<()> {
    Err(io::Error::other("this system can't suspend programs"))
}
