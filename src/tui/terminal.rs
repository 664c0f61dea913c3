//! The terminal as a screen: set up, drawn in one write a frame, restored on every way out.

use super::theme::Theme;
use super::{Sheet, clipboard};
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
use std::fs::File;
use std::io::{self, IsTerminal, Write};
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

/// The terminal in its workspace state. Dropping it restores the terminal.
pub struct TerminalScreen {
    terminal: Box<dyn Write>,
    sheet: Sheet,
    /// A frame on its way.
    frame: String,
    theme: Theme,
    tmux: bool,
}

impl TerminalScreen {
    /// Takes the terminal over.
    pub fn enter(theme: Theme, mouse: bool) -> io::Result<Self> {
        set_up(mouse)?;
        let tmux = std::env::var_os("TMUX").is_some();
        Ok(Self { terminal: out(), sheet: Sheet::default(), frame: String::new(), theme, tmux })
    }

    /// Its size in cells.
    pub fn size() -> io::Result<(u16, u16)> {
        crossterm::terminal::size()
    }

    /// Sends bytes in one write.
    fn send(&mut self, bytes: &str) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.terminal.write_all(bytes.as_bytes())?;
        self.terminal.flush()
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
    // In one write: each costs the program a way into the kernel before its first frame.
    let mut bytes = Vec::new();
    queue!(bytes, EnterAlternateScreen, EnableBracketedPaste)?;
    // Terminals that do not know the protocol ignore this; asking would cost a round trip.
    queue!(
        bytes,
        PushKeyboardEnhancementFlags(
            KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES
                | KeyboardEnhancementFlags::REPORT_ALTERNATE_KEYS
        )
    )?;
    if mouse {
        queue!(bytes, EnableMouseCapture)?;
    }
    let mut out = out();
    out.write_all(&bytes)?;
    out.flush()
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
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        self.sheet.draw(app, self.theme, &mut frame);
        if frame.len() > SYNCHRONIZED {
            frame = format!("\x1b[?2026h{frame}\x1b[?2026l");
        }
        let sent = self.send(&frame);
        self.frame = frame;
        sent
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        clipboard::copy_local(text);
        match clipboard::osc52(text, self.tmux) {
            Some(sequence) => self.send(&sequence),
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
        self.sheet.forget();
        Ok(())
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
