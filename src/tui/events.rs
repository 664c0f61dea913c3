//! The terminal's events as inputs, read by a thread of their own.

use crate::app::{Input, Mouse, MouseKind};
use crate::keymap::{Code, Key, Mods};
use crate::runtime::queue::Sender;
use crossterm::event::{
    self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use std::time::{Duration, Instant};

/// Two presses within this are a double press.
const DOUBLE: Duration = Duration::from_millis(400);

/// Takes what was typed and not read yet, and does nothing with it.
pub fn drop_keys() {
    // What goes wrong with the terminal is told by whoever reads it next.
    while event::poll(Duration::ZERO).unwrap_or(false) && event::read().is_ok() {}
}

/// Whether Esc, Ctrl-C or Ctrl-Q was pressed; other keys are dropped. For what takes time before
/// anything reads keys.
pub fn asks_to_stop() -> bool {
    while event::poll(Duration::ZERO).unwrap_or(false) {
        let Ok(read) = event::read() else { return false };
        let Event::Key(key) = read else { continue };
        let ctrl = key.modifiers == KeyModifiers::CONTROL;
        let stops = match key.code {
            KeyCode::Esc => true,
            KeyCode::Char('c' | 'q') => ctrl,
            _ => false,
        };
        if stops && key.kind != KeyEventKind::Release {
            return true;
        }
    }
    false
}

/// Reads the terminal until it goes away, in a thread.
pub fn listen(inputs: Sender<Input>) -> std::io::Result<()> {
    std::thread::Builder::new().name("keys".into()).spawn(move || {
        let mut last: Option<(Instant, u16, u16)> = None;
        loop {
            let input = match event::read() {
                Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => {
                    key_of(&key).map(Input::Key)
                }
                Ok(Event::Key(_)) => None,
                Ok(Event::Paste(text)) => Some(Input::Paste(text)),
                Ok(Event::Resize(width, height)) => Some(Input::Resize(width, height)),
                Ok(Event::Mouse(mouse)) => mouse_of(&mouse, &mut last).map(Input::Mouse),
                Ok(Event::FocusGained | Event::FocusLost) => None,
                // The terminal went away: everything is written and the program ends.
                Err(_) => {
                    let _ = inputs.send(Input::Terminate);
                    return;
                }
            };
            if let Some(input) = input
                && inputs.send(input).is_err()
            {
                return;
            }
        }
    })?;
    Ok(())
}

fn key_of(key: &KeyEvent) -> Option<Key> {
    let code = match key.code {
        KeyCode::Char(character) => Code::Char(character),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab | KeyCode::BackTab => Code::Tab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    let has = |modifier| key.modifiers.contains(modifier);
    let mods = Mods {
        ctrl: has(KeyModifiers::CONTROL),
        alt: has(KeyModifiers::ALT),
        shift: has(KeyModifiers::SHIFT) || key.code == KeyCode::BackTab,
        super_key: has(KeyModifiers::SUPER),
    };
    Some(Key::new(code, mods))
}

fn mouse_of(mouse: &MouseEvent, last: &mut Option<(Instant, u16, u16)>) -> Option<Mouse> {
    let (x, y) = (mouse.column, mouse.row);
    let kind = match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            let now = Instant::now();
            let double = last.take().is_some_and(|(at, was_x, was_y)| {
                now.duration_since(at) < DOUBLE && (was_x, was_y) == (x, y)
            });
            if !double {
                *last = Some((now, x, y));
            }
            if double { MouseKind::Double } else { MouseKind::Down }
        }
        MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
        MouseEventKind::Up(MouseButton::Left) => MouseKind::Up,
        MouseEventKind::ScrollUp => MouseKind::ScrollUp,
        MouseEventKind::ScrollDown => MouseKind::ScrollDown,
        _ => return None,
    };
    Some(Mouse { kind, x, y })
}
