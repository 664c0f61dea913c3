//! Reading a line from the terminal that is not shown.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use std::io;

/// The most characters that are taken.
const MOST: usize = 8192;

/// Gives the terminal back whatever happens.
struct Raw;

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = disable_raw_mode();
    }
}

/// Reads until Enter; nothing of it is shown. `None` when the person left with Esc or Ctrl-C.
///
/// # Errors
/// When the terminal can't be used.
pub fn read_secret() -> io::Result<Option<String>> {
    enable_raw_mode()?;
    let _raw = Raw;
    let mut line = String::new();
    loop {
        let key = match read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => key,
            Event::Paste(text) => {
                line.push_str(&text);
                continue;
            }
            _ => continue,
        };
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Ok(Some(line)),
            KeyCode::Esc => return Ok(None),
            KeyCode::Char('c' | 'd') if ctrl => return Ok(None),
            KeyCode::Char('u') if ctrl => line.clear(),
            KeyCode::Backspace => _ = line.pop(),
            KeyCode::Char(character) if !ctrl && line.len() < MOST => line.push(character),
            _ => {}
        }
    }
}
