//! Which key does what: chords, contexts, keymap files.
//!
//! A keymap is data. Sections of its TOML files are contexts, chords are keys, command lines are
//! values; nothing here knows what a command does, how a key reaches the program, or what is on the
//! screen. Whoever holds the keymap passes the contexts that are active, innermost first, and the
//! keys pressed so far.

mod chord;
mod context;
mod key;
mod load;
mod map;
mod nearest;
mod trie;

pub use chord::{KeyError, parse_keys, print_keys};
pub use context::{CONTEXTS, ContextInfo, Typing};
pub use key::{Code, Key, Mods, Reach};
pub use load::KeymapError;
pub use map::{Hint, Keymap, Row, Step};
pub use nearest::nearest;

/// The keymap every other one stands on: `keymaps/default.toml`.
pub const DEFAULT: &str = include_str!("../../keymaps/default.toml");
