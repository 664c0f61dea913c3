//! Key names to the bytes that a terminal sends for them.
//!
//! Knows the plain (xterm) encoding and the part of the kitty keyboard protocol that tells keys
//! apart; knows no program.

/// One key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    Char(char),
    Enter,
    Tab,
    Esc,
    Backspace,
    /// A key sent as `CSI 1 ; modifiers letter`: arrows, Home, End, F1 to F4.
    Letter(char),
    /// A key sent as `CSI number ; modifiers ~`.
    Number(u8),
}

/// How the terminal encodes keys at the moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Encoding {
    /// DECCKM: unmodified cursor keys are `SS3 letter`.
    pub application_cursor: bool,
    /// The kitty flags in force; 0 is the plain encoding.
    pub kitty: u16,
}

/// Splits `hello<enter><ctrl-s>` into keys. `<lt>` is a literal `<`; a newline is Enter and a tab
/// is Tab.
///
/// # Panics
/// On a name that is not known, so that a typing mistake in a test is not typed into the program.
#[track_caller]
pub fn parse(text: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '<' {
            let Some(end) = rest.find('>') else { panic!("no '>' after '<' in keys {text:?}") };
            keys.push(named(&rest[1..end]));
            rest = &rest[end + 1..];
        } else {
            keys.push(plain(first));
            rest = &rest[first.len_utf8()..];
        }
    }
    keys
}

fn plain(c: char) -> Key {
    let code = match c {
        '\n' | '\r' => Code::Enter,
        '\t' => Code::Tab,
        c => Code::Char(c),
    };
    Key { code, ctrl: false, alt: false, shift: false }
}

#[track_caller]
fn named(name: &str) -> Key {
    let mut key = plain(' ');
    let mut rest = name;
    loop {
        if let Some(after) = rest.strip_prefix("ctrl-") {
            (key.ctrl, rest) = (true, after);
        } else if let Some(after) = rest.strip_prefix("alt-") {
            (key.alt, rest) = (true, after);
        } else if let Some(after) = rest.strip_prefix("shift-") {
            (key.shift, rest) = (true, after);
        } else {
            break;
        }
    }
    key.code = code(rest).unwrap_or_else(|| panic!("no key is named <{name}>"));
    key
}

fn code(name: &str) -> Option<Code> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(Code::Char(c));
    }
    Some(match name {
        "enter" => Code::Enter,
        "tab" => Code::Tab,
        "esc" => Code::Esc,
        "backspace" => Code::Backspace,
        "space" => Code::Char(' '),
        "lt" => Code::Char('<'),
        "gt" => Code::Char('>'),
        "up" => Code::Letter('A'),
        "down" => Code::Letter('B'),
        "right" => Code::Letter('C'),
        "left" => Code::Letter('D'),
        "end" => Code::Letter('F'),
        "home" => Code::Letter('H'),
        "f1" => Code::Letter('P'),
        "f2" => Code::Letter('Q'),
        "f3" => Code::Letter('R'),
        "f4" => Code::Letter('S'),
        "insert" => Code::Number(2),
        "delete" => Code::Number(3),
        "pageup" => Code::Number(5),
        "pagedown" => Code::Number(6),
        "f5" => Code::Number(15),
        "f6" => Code::Number(17),
        "f7" => Code::Number(18),
        "f8" => Code::Number(19),
        "f9" => Code::Number(20),
        "f10" => Code::Number(21),
        "f11" => Code::Number(23),
        "f12" => Code::Number(24),
        _ => return None,
    })
}

impl Key {
    /// xterm's modifier parameter: 1 is none.
    fn modifiers(self) -> u8 {
        1 + u8::from(self.shift) + 2 * u8::from(self.alt) + 4 * u8::from(self.ctrl)
    }

    /// The bytes that a terminal in `encoding` sends.
    ///
    /// # Panics
    /// On a key that the plain encoding cannot tell from another, such as Ctrl with a letter that
    /// is shifted.
    #[track_caller]
    pub fn bytes(self, encoding: Encoding) -> Vec<u8> {
        let modifiers = self.modifiers();
        match self.code {
            Code::Letter(letter) => {
                let function = ('P'..='S').contains(&letter);
                if modifiers > 1 {
                    format!("\x1b[1;{modifiers}{letter}").into_bytes()
                } else if function || encoding.application_cursor {
                    format!("\x1bO{letter}").into_bytes()
                } else {
                    format!("\x1b[{letter}").into_bytes()
                }
            }
            Code::Number(number) if modifiers > 1 => {
                format!("\x1b[{number};{modifiers}~").into_bytes()
            }
            Code::Number(number) => format!("\x1b[{number}~").into_bytes(),
            _ if encoding.kitty & 1 != 0 => self.kitty(),
            _ => self.legacy(),
        }
    }

    /// "Disambiguate escape codes": text stays text, and so do plain Enter, Tab and Backspace.
    fn kitty(self) -> Vec<u8> {
        let modifiers = self.modifiers();
        let point = match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => return c.to_string().into_bytes(),
            Code::Char(c) => c as u32,
            Code::Esc => 27,
            Code::Enter | Code::Tab | Code::Backspace if modifiers == 1 => return self.legacy(),
            Code::Enter => 13,
            Code::Tab => 9,
            Code::Backspace => 127,
            Code::Letter(_) | Code::Number(_) => return Vec::new(),
        };
        if modifiers == 1 {
            format!("\x1b[{point}u").into_bytes()
        } else {
            format!("\x1b[{point};{modifiers}u").into_bytes()
        }
    }

    #[track_caller]
    fn legacy(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.alt {
            bytes.push(0x1b);
        }
        match self.code {
            Code::Esc => bytes.push(0x1b),
            Code::Enter => bytes.push(b'\r'),
            Code::Tab if self.shift => bytes.extend(b"\x1b[Z"),
            Code::Tab => bytes.push(b'\t'),
            Code::Backspace if self.ctrl => bytes.push(0x08),
            Code::Backspace => bytes.push(0x7f),
            Code::Char(c) if self.ctrl => bytes.push(control(c)),
            Code::Char(c) => bytes.extend(c.to_string().bytes()),
            Code::Letter(_) | Code::Number(_) => {}
        }
        bytes
    }
}

#[track_caller]
fn control(c: char) -> u8 {
    match c {
        'a'..='z' => c as u8 & 0x1f,
        ' ' | '@' => 0,
        '[' => 0x1b,
        '\\' => 0x1c,
        ']' => 0x1d,
        '^' | '6' => 0x1e,
        '_' | '/' => 0x1f,
        _ => panic!("a plain terminal has no byte for Ctrl with {c:?}"),
    }
}
