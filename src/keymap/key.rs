//! A key as it is pressed, in one form however a terminal reports it, and what terminals can send.
//!
//! Knows no terminal library: whoever reads keys builds them with [`Key::new`].

/// Which key, without the modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    /// 1 to 24.
    F(u8),
}

/// The modifiers held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mods {
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
    pub super_key: bool,
}

impl Mods {
    pub const NONE: Self = Self { ctrl: false, alt: false, shift: false, super_key: false };
    pub const CTRL: Self = Self { ctrl: true, ..Self::NONE };
    pub const ALT: Self = Self { alt: true, ..Self::NONE };
    pub const SHIFT: Self = Self { shift: true, ..Self::NONE };

    /// Whether a key pressed with them is a chord rather than text: any but shift.
    fn chord(self) -> bool {
        self.ctrl || self.alt || self.super_key
    }
}

/// Where a chord works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// A byte or a sequence every terminal sends. (Alt is the escape byte before the key; some
    /// terminals must be told to send it: "use Option as Meta key" on macOS.)
    Everywhere,
    /// In the encodings of xterm, which nearly all follow: named keys with modifiers.
    Most,
    /// Only where the terminal speaks the kitty keyboard protocol.
    Kitty,
}

/// One press of a key. Always in normal form, so that equal presses are equal values:
///
/// - A capital or shifted symbol without other modifiers is the character itself, without shift.
/// - A letter with ctrl, alt or super is the small letter, with shift if it was a capital.
/// - A symbol that needs shift (`?`) has none.
/// - Chords that are one byte on every terminal are one key: ctrl-@ and ctrl-2 are ctrl-space,
///   ctrl-_ and ctrl-7 are ctrl-/, ctrl-4, ctrl-5 and ctrl-6 are ctrl-\, ctrl-] and ctrl-^.
/// - A control character is the key that sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    code: Code,
    mods: Mods,
}

impl Key {
    /// A key in normal form. What some libraries call "back tab" is `Tab` with shift.
    pub fn new(code: Code, mods: Mods) -> Self {
        match code {
            Code::Char(c) => Self::of_char(c, mods),
            _ => Self { code, mods },
        }
    }

    /// The key that types this character.
    pub fn char(c: char) -> Self {
        Self::new(Code::Char(c), Mods::NONE)
    }

    pub fn code(self) -> Code {
        self.code
    }

    pub fn mods(self) -> Mods {
        self.mods
    }

    /// The character it types where text is taken; `None` for a chord or a named key.
    pub fn text(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.mods.chord() => Some(c),
            _ => None,
        }
    }

    fn of_char(c: char, mods: Mods) -> Self {
        let named = |code| Self { code, mods };
        match c {
            '\t' => return named(Code::Tab),
            '\r' => return named(Code::Enter),
            '\u{1b}' => return named(Code::Esc),
            '\u{7f}' => return named(Code::Backspace),
            // What ctrl makes of the columns of the ASCII table that begin with @.
            '\0'..='\u{1f}' => {
                let base = char::from(c as u8 + 0x40);
                return Self::of_char(base.to_ascii_lowercase(), Mods { ctrl: true, ..mods });
            }
            _ => {}
        }
        let mut key = Self { code: Code::Char(c), mods };
        if let Some(small) = one(c.to_lowercase()).filter(|small| *small != c) {
            if mods.chord() {
                key.code = Code::Char(small);
                key.mods.shift = true;
            } else {
                key.mods.shift = false;
            }
        } else if mods.shift && !mods.chord() {
            key.code = Code::Char(one(c.to_uppercase()).unwrap_or(c));
            key.mods.shift = false;
        } else if "~!@#$%^&*()_+{}|:\"<>?".contains(c) {
            // It took shift to press it; whether that is reported differs between terminals.
            key.mods.shift = false;
        }
        if key.mods.ctrl && !key.mods.shift {
            key.code = match key.code {
                Code::Char('@' | '2') => Code::Char(' '),
                Code::Char('4') => Code::Char('\\'),
                Code::Char('5') => Code::Char(']'),
                Code::Char('6') => Code::Char('^'),
                Code::Char('7' | '_') => Code::Char('/'),
                code => code,
            };
        }
        key
    }

    /// What arrives when it is pressed in a terminal without the kitty keyboard protocol: itself,
    /// another key (ctrl-i is the tab key, ctrl-shift-z is ctrl-z), or nothing that can be told.
    pub fn in_legacy(self) -> Option<Self> {
        let Mods { ctrl, alt, shift, super_key } = self.mods;
        if super_key {
            return None;
        }
        let alt_only = Mods { alt, ..Mods::NONE };
        match self.code {
            Code::Char(c) if ctrl => Some(match c {
                'i' => Self::new(Code::Tab, alt_only),
                'm' => Self::new(Code::Enter, alt_only),
                '[' | '3' => Self::new(Code::Esc, Mods::NONE),
                '?' | '8' => Self::new(Code::Backspace, alt_only),
                'a'..='z' | ' ' | '\\' | ']' | '^' | '/' => {
                    Self::new(self.code, Mods { ctrl, ..alt_only })
                }
                _ => Self::new(self.code, alt_only),
            }),
            // They begin the sequences of named keys.
            Code::Char('[') if alt => None,
            Code::Char('o') if alt && shift => None,
            // A symbol of a layout that is not known here.
            Code::Char(c) if alt && shift && !c.is_alphabetic() => None,
            Code::Char(_) => Some(self),
            Code::Esc => Some(Self::new(Code::Esc, Mods::NONE)),
            Code::Tab if shift && (alt || ctrl) => None,
            Code::Tab if shift => Some(self),
            Code::Backspace if ctrl => Some(Self::new(Code::Char('h'), Mods { ctrl, ..alt_only })),
            Code::Enter | Code::Tab | Code::Backspace => Some(Self::new(self.code, alt_only)),
            // F3 with a modifier is spelled like the answer to "where is the cursor", and is taken
            // for one.
            Code::F(3) if self.mods != Mods::NONE => None,
            Code::F(13..) => None,
            _ => Some(self),
        }
    }

    /// Whether a terminal without the kitty keyboard protocol can send it as itself.
    pub fn legacy_ok(self) -> bool {
        self.in_legacy() == Some(self)
    }

    /// Where it works.
    pub fn reach(self) -> Reach {
        if !self.legacy_ok() {
            return Reach::Kitty;
        }
        match self.code {
            // The byte of ctrl-h is what the backspace key sends in some terminals.
            Code::Char('h') if self.mods.ctrl => Reach::Most,
            Code::Char(_) | Code::Enter | Code::Tab | Code::Backspace => Reach::Everywhere,
            _ if self.mods == Mods::NONE => Reach::Everywhere,
            _ => Reach::Most,
        }
    }
}

/// The character, if there is only one.
fn one(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}
