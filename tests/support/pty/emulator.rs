//! The terminal's side: what it remembers beside its cells, and what it answers when asked.
//!
//! Knows the emulator library; knows no process and no test.

use std::collections::BTreeMap;

use base64::Engine as _;
use vt100::Screen;

/// What the terminal can do. The default answers like a plain xterm.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Answers queries at all; a dumb one that stays silent when not.
    pub answers: bool,
    /// Speaks the kitty keyboard protocol.
    pub kitty: bool,
    /// Knows synchronised output (mode 2026). Frames are kept whole either way.
    pub synchronized: bool,
    /// The colours it tells, as XParseColor text.
    pub foreground: &'static str,
    pub background: &'static str,
    /// Its name and version for XTVERSION.
    pub name: &'static str,
}

impl Default for Terminal {
    fn default() -> Self {
        Self {
            answers: true,
            kitty: false,
            synchronized: false,
            foreground: "rgb:d0d0/d0d0/d0d0",
            background: "rgb:1010/1010/1010",
            name: "XTerm(390)",
        }
    }
}

/// Everything the program told the terminal that is not a cell.
#[derive(Debug, Default)]
pub struct Host {
    pub terminal: Terminal,
    /// Bytes that the terminal owes the program.
    pub replies: Vec<u8>,
    /// Private modes by number, as last set or reset.
    pub modes: BTreeMap<u16, bool>,
    /// The stack of kitty keyboard flags; the last is in force.
    pub kitty: Vec<u16>,
    /// xterm's modifyOtherKeys.
    pub other_keys: u16,
    /// What OSC 52 copied, oldest first.
    pub copies: Vec<String>,
    /// Programs asked for the clipboard this often (never answered, like most terminals).
    pub clipboard_reads: usize,
    pub title: String,
    pub bells: usize,
    /// The screen as the last finished frame left it.
    pub frame: Option<Screen>,
    /// The pixel-free size, for window reports: rows, columns.
    pub size: (u16, u16),
}

impl Host {
    pub fn mode(&self, number: u16) -> bool {
        self.modes.get(&number).copied().unwrap_or(false)
    }

    fn reply(&mut self, text: &str) {
        if self.terminal.answers {
            self.replies.extend(text.bytes());
        }
    }

    /// DECRQM's answer: 1 set, 2 reset, 0 never heard of it.
    fn mode_state(&self, screen: &Screen, number: u16) -> u8 {
        let on = match number {
            1 => screen.application_cursor(),
            7 => true,
            25 => !screen.hide_cursor(),
            47 | 1049 => screen.alternate_screen(),
            2004 => screen.bracketed_paste(),
            1000 | 1002 | 1003 | 1004 | 1006 => self.mode(number),
            2026 if self.terminal.synchronized => self.mode(2026),
            _ => return 0,
        };
        if on { 1 } else { 2 }
    }

    fn set_modes(&mut self, screen: &Screen, params: &[&[u16]], on: bool) {
        for number in params.iter().filter_map(|param| param.first().copied()) {
            self.modes.insert(number, on);
            if number == 2026 {
                // What stands when an update begins is whole, as it is when one ends.
                self.frame = Some(screen.clone());
            }
        }
    }

    fn push_kitty(&mut self, flags: u16) {
        if self.terminal.kitty {
            self.kitty.push(flags);
        }
    }
}

fn first(params: &[&[u16]]) -> u16 {
    params.first().and_then(|param| param.first()).copied().unwrap_or(0)
}

impl vt100::Callbacks for Host {
    fn audible_bell(&mut self, _: &mut Screen) {
        self.bells += 1;
    }

    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn copy_to_clipboard(&mut self, _: &mut Screen, _target: &[u8], data: &[u8]) {
        let bytes = base64::engine::general_purpose::STANDARD.decode(data).unwrap_or_default();
        self.copies.push(String::from_utf8_lossy(&bytes).into_owned());
    }

    fn paste_from_clipboard(&mut self, _: &mut Screen, _target: &[u8]) {
        self.clipboard_reads += 1;
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut Screen,
        mark: Option<u8>,
        second: Option<u8>,
        params: &[&[u16]],
        last: char,
    ) {
        let (rows, columns) = self.size;
        match (mark, second, last) {
            (None, _, 'c') => self.reply("\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"),
            (Some(b'>'), _, 'c') => self.reply("\x1b[>41;390;0c"),
            (None, _, 'n') if first(params) == 5 => self.reply("\x1b[0n"),
            (None | Some(b'?'), _, 'n') if first(params) == 6 => {
                let (row, column) = screen.cursor_position();
                let mark = if mark.is_some() { "?" } else { "" };
                self.reply(&format!("\x1b[{mark}{};{}R", row + 1, column + 1));
            }
            (None, _, 't') if first(params) == 14 => {
                self.reply(&format!("\x1b[4;{};{}t", rows * 20, columns * 10));
            }
            (None, _, 't') if first(params) == 16 => self.reply("\x1b[6;20;10t"),
            (None, _, 't') if first(params) == 18 => {
                self.reply(&format!("\x1b[8;{rows};{columns}t"));
            }
            (Some(b'?'), Some(b'$'), 'p') => {
                let number = first(params);
                let state = self.mode_state(screen, number);
                self.reply(&format!("\x1b[?{number};{state}$y"));
            }
            (Some(b'>'), _, 'q') => {
                let name = self.terminal.name;
                self.reply(&format!("\x1bP>|{name}\x1b\\"));
            }
            (Some(b'?'), _, 'u') if self.terminal.kitty => {
                let flags = self.kitty.last().copied().unwrap_or(0);
                self.reply(&format!("\x1b[?{flags}u"));
            }
            (Some(b'>'), _, 'u') => self.push_kitty(first(params)),
            (Some(b'<'), _, 'u') => {
                for _ in 0..first(params).max(1) {
                    self.kitty.pop();
                }
            }
            (Some(b'='), _, 'u') if self.terminal.kitty => {
                self.kitty.pop();
                self.kitty.push(first(params));
            }
            (Some(b'>'), _, 'm') if first(params) == 4 => {
                self.other_keys =
                    params.get(1).and_then(|param| param.first()).copied().unwrap_or(0);
            }
            (Some(b'?'), None, 'h') => self.set_modes(screen, params, true),
            (Some(b'?'), None, 'l') => self.set_modes(screen, params, false),
            _ => {}
        }
    }

    fn unhandled_osc(&mut self, _: &mut Screen, params: &[&[u8]]) {
        let (foreground, background) = (self.terminal.foreground, self.terminal.background);
        match params {
            [b"10", b"?"] => self.reply(&format!("\x1b]10;{foreground}\x1b\\")),
            [b"11", b"?"] => self.reply(&format!("\x1b]11;{background}\x1b\\")),
            [b"12", b"?"] => self.reply(&format!("\x1b]12;{foreground}\x1b\\")),
            [b"4", index, b"?"] => {
                let index = String::from_utf8_lossy(index).into_owned();
                self.reply(&format!("\x1b]4;{index};rgb:8080/8080/8080\x1b\\"));
            }
            _ => {}
        }
    }
}
