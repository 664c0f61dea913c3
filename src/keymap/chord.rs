//! Chords as text: `ctrl-shift-left`, `alt-enter`, `f1`, `ctrl-e a`.

use super::key::{Code, Key, Mods};
use super::nearest::nearest;
use std::fmt;
use std::str::FromStr;

/// The longest sequence of chords.
const LONGEST: usize = 8;

/// Names of keys. The first name of a key is the one that is printed.
const NAMES: &[(&str, Code)] = &[
    ("enter", Code::Enter),
    ("return", Code::Enter),
    ("esc", Code::Esc),
    ("escape", Code::Esc),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("del", Code::Delete),
    ("insert", Code::Insert),
    ("ins", Code::Insert),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pageup", Code::PageUp),
    ("pgup", Code::PageUp),
    ("pagedown", Code::PageDown),
    ("pgdn", Code::PageDown),
    ("pgdown", Code::PageDown),
    // Characters that are awkward in a chord or in TOML.
    ("space", Code::Char(' ')),
    ("minus", Code::Char('-')),
    ("plus", Code::Char('+')),
    ("quote", Code::Char('"')),
    ("backslash", Code::Char('\\')),
];

const MODIFIERS: &[&str] =
    &["ctrl", "alt", "shift", "super", "control", "option", "meta", "cmd", "win"];

/// Why a text is no chord.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct KeyError {
    pub what: String,
    /// The chord that was perhaps meant.
    pub nearest: Option<String>,
}

impl KeyError {
    fn new(what: impl Into<String>, nearest: Option<String>) -> Self {
        Self { what: what.into(), nearest }
    }
}

/// Reads a sequence of chords separated by spaces.
pub fn parse_keys(text: &str) -> Result<Vec<Key>, KeyError> {
    let keys = text.split_whitespace().map(str::parse).collect::<Result<Vec<Key>, _>>()?;
    match keys.len() {
        0 => Err(KeyError::new("there is no key", None)),
        1..=LONGEST => Ok(keys),
        more => Err(KeyError::new(format!("{more} keys in a row; {LONGEST} are the most"), None)),
    }
}

/// Prints a sequence, so that it reads back as itself.
pub fn print_keys(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut mods = Mods::NONE;
        let mut rest = text;
        let mut before = String::new();
        while let Some((head, tail)) = rest.split_once('-') {
            if head.is_empty() || tail.is_empty() {
                break;
            }
            let name = match head.to_ascii_lowercase().as_str() {
                "ctrl" | "control" => {
                    mods.ctrl = true;
                    "ctrl"
                }
                "alt" | "option" | "meta" => {
                    mods.alt = true;
                    "alt"
                }
                "shift" => {
                    mods.shift = true;
                    "shift"
                }
                "super" | "cmd" | "win" => {
                    mods.super_key = true;
                    "super"
                }
                other => {
                    let near = nearest(other, MODIFIERS.iter().copied());
                    let near = near.map(|near| format!("{before}{near}-{tail}"));
                    let near = near.filter(|near| near.parse::<Self>().is_ok());
                    let what = format!("\"{head}\" is no modifier (ctrl, alt, shift, super)");
                    return Err(KeyError::new(what, near));
                }
            };
            before.push_str(name);
            before.push('-');
            rest = tail;
        }
        let code = parse_code(rest, &before)?;
        if let Code::Char(c) = code
            && mods.ctrl
            && !mods.shift
            && c.is_uppercase()
        {
            let small = c.to_lowercase();
            let what = format!("say shift or write the small letter: ctrl-{small}");
            return Err(KeyError::new(what, Some(format!("{before}{small}"))));
        }
        Ok(Self::new(code, mods))
    }
}

fn parse_code(name: &str, before: &str) -> Result<Code, KeyError> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next())
        && !c.is_control()
    {
        return Ok(Code::Char(c));
    }
    let small = name.to_ascii_lowercase();
    if let Some((_, code)) = NAMES.iter().find(|(known, _)| *known == small) {
        return Ok(*code);
    }
    if let Some(number) = small.strip_prefix('f').and_then(|rest| rest.parse::<u8>().ok())
        && (1..=24).contains(&number)
    {
        return Ok(Code::F(number));
    }
    let near = nearest(&small, NAMES.iter().map(|(known, _)| *known));
    let near = near.map(|near| format!("{before}{near}"));
    Err(KeyError::new(format!("there is no key \"{name}\""), near))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mods { ctrl, alt, shift, super_key } = self.mods();
        let held = [(super_key, "super"), (ctrl, "ctrl"), (alt, "alt"), (shift, "shift")];
        for (_, name) in held.iter().filter(|(held, _)| *held) {
            write!(f, "{name}-")?;
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code()) {
            return f.write_str(name);
        }
        match self.code() {
            Code::Char(c) => write!(f, "{c}"),
            Code::F(number) => write!(f, "f{number}"),
            // Every other code has a name in the table.
            other => write!(f, "{other:?}"),
        }
    }
}
