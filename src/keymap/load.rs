//! Keymap files: TOML into key tries, and what is wrong with them.
//!
//! Reads text that was given; opening files is the command line's work.

use super::chord::{parse_keys, print_keys};
use super::context::Typing;
use super::key::Key;
use super::map::{Context, Keymap};
use super::nearest::nearest;
use super::trie::Binding;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The value that takes a key away.
const UNBOUND: &str = "unbound";
/// The rows of a section that are no chords.
const MENU: &str = "menu";
const MODAL: &str = "modal";
const FALLTHROUGH: &str = "fallthrough";

/// Something wrong in a keymap file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct KeymapError {
    /// The name of the layer.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub col: usize,
    pub what: String,
    /// What was perhaps meant; for a command, `what` says it.
    pub nearest: Option<String>,
}

impl fmt::Display for KeymapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.col, self.what)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean \"{nearest}\"?"),
            None => Ok(()),
        }
    }
}

pub(super) fn load(
    layers: &[(&str, &str)],
    is_command: &dyn Fn(&str) -> Result<(), String>,
) -> (Keymap, Vec<KeymapError>) {
    let mut map = Keymap::default();
    let mut errors = Vec::new();
    for (number, (file, text)) in layers.iter().enumerate() {
        map.files.push((*file).to_owned());
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        let starts = starts.collect();
        let mut layer =
            Layer { map: &mut map, is_command, number, file, text, starts, errors: Vec::new() };
        layer.read();
        errors.append(&mut layer.errors);
    }
    (map, errors)
}

/// A layer being read.
struct Layer<'a> {
    map: &'a mut Keymap,
    is_command: &'a dyn Fn(&str) -> Result<(), String>,
    number: usize,
    file: &'a str,
    text: &'a str,
    /// The bytes at which lines begin.
    starts: Vec<usize>,
    errors: Vec<KeymapError>,
}

/// A section, whose rows stand in the order of the file.
struct Section<'a> {
    name: &'a str,
    at: Range<usize>,
    rows: Vec<(&'a str, Range<usize>, &'a Spanned<DeValue<'a>>)>,
}

impl Layer<'_> {
    fn read(&mut self) {
        let (table, syntax) = DeTable::parse_recoverable(self.text);
        for error in syntax {
            let what = error.message().lines().next().unwrap_or("not TOML").to_owned();
            self.error(&error.span().unwrap_or(0..0), what, None);
        }
        // What the reader made of a broken line is a guess that deserves no error of its own.
        let broken: BTreeSet<usize> = self.errors.iter().map(|error| error.line).collect();

        let sections = self.sections(table.get_ref());
        let sections: Vec<Section<'_>> =
            sections.into_iter().filter(|section| self.open(section)).collect();
        for section in &sections {
            self.fall_through(section);
        }
        // Keys are taken away first, so that the order of rows never matters.
        for taking in [true, false] {
            for section in &sections {
                for (chord, at, value) in &section.rows {
                    let is_unbound = value.get_ref().as_str() == Some(UNBOUND);
                    if !is_reserved(chord) && is_unbound == taking {
                        self.row(section.name, chord, at, value);
                    }
                }
            }
        }
        for section in &sections {
            for (_, _, value) in section.rows.iter().filter(|(name, ..)| *name == MENU) {
                self.menu(section.name, value);
            }
        }

        let mut seen = BTreeSet::new();
        self.errors.retain(|error| seen.insert(error.line) || !broken.contains(&error.line));
        self.errors.sort_by_key(|error| (error.line, error.col));
    }

    fn sections<'t>(&mut self, table: &'t DeTable<'_>) -> Vec<Section<'t>> {
        let mut sections = Vec::new();
        for (name, value) in table {
            let at = name.span();
            let name = name.get_ref().as_ref();
            if let DeValue::Table(rows) = value.get_ref() {
                let mut rows: Vec<_> = rows
                    .iter()
                    .map(|(key, value)| (key.get_ref().as_ref(), key.span(), value))
                    .collect();
                rows.sort_by_key(|(_, at, _)| at.start);
                sections.push(Section { name, at, rows });
            } else {
                let what = format!("\"{name}\" stands in no section; write it below [global]");
                self.error(&at, what, None);
            }
        }
        sections.sort_by_key(|section| section.at.start);
        sections
    }

    /// Knows or declares the context of a section; false if there is no such context.
    fn open(&mut self, section: &Section<'_>) -> bool {
        let declares = section.rows.iter().any(|(name, ..)| matches!(*name, MODAL | FALLTHROUGH));
        if self.map.context(section.name).is_none() {
            if !declares {
                let names = self.map.contexts.iter().map(|one| one.name.as_str());
                let near = nearest(section.name, names).map(str::to_owned);
                let what = format!(
                    "there is no context \"{}\" (a new one says modal or fallthrough)",
                    section.name
                );
                self.error(&section.at, what, near);
                return false;
            }
            self.map.contexts.push(Context::declared(section.name));
        }
        for (_, _, value) in section.rows.iter().filter(|(name, ..)| *name == MODAL) {
            match value.get_ref().as_bool() {
                Some(modal) => {
                    if let Some(context) = self.map.context_mut(section.name) {
                        context.modal = modal;
                    }
                }
                None => self.error(&value.span(), "modal is true or false".into(), None),
            }
        }
        true
    }

    fn fall_through(&mut self, section: &Section<'_>) {
        for (_, _, value) in section.rows.iter().filter(|(name, ..)| *name == FALLTHROUGH) {
            let Some(to) = value.get_ref().as_str() else {
                self.error(&value.span(), "fallthrough is the name of a context".into(), None);
                continue;
            };
            if self.map.context(to).is_none() {
                let names = self.map.contexts.iter().map(|one| one.name.as_str());
                let near = nearest(to, names).map(str::to_owned);
                self.error(&value.span(), format!("there is no context \"{to}\""), near);
                continue;
            }
            let mut next = Some(to);
            while let Some(name) = next {
                if name == section.name {
                    break;
                }
                next = self.map.context(name).and_then(|one| one.fallthrough.as_deref());
            }
            if next.is_some() {
                let what = format!("\"{to}\" falls through to \"{}\" already", section.name);
                self.error(&value.span(), what, None);
            } else if let Some(context) = self.map.context_mut(section.name) {
                context.fallthrough = Some(to.to_owned());
            }
        }
    }

    fn row(&mut self, context: &str, chord: &str, at: &Range<usize>, value: &Spanned<DeValue<'_>>) {
        let keys = match parse_keys(chord) {
            Ok(keys) => keys,
            Err(error) => {
                self.error(at, error.what, error.nearest);
                return;
            }
        };
        if value.get_ref().as_str() == Some(UNBOUND) {
            self.unbind(context, &keys, at);
            return;
        }
        let Some(lines) = self.lines(value) else { return };
        let Some(here) = self.map.context(context) else { return };
        if let Some(letter) = keys.first().filter(|key| key.text().is_some())
            && here.typing != Typing::Keys
            && !here.modal
        {
            let what = format!(
                "\"{letter}\" is text in [{context}]; begin with ctrl, alt or a named key, \
                 or make the context modal"
            );
            let near = format!("alt-{}", print_keys(&keys));
            self.error(at, what, Some(near));
            return;
        }
        if let Some((other, binding)) = here.root.conflict(&keys)
            && binding.layer == self.number
        {
            let what = if other == keys {
                format!("\"{}\" is bound on line {} too", print_keys(&keys), binding.line)
            } else {
                format!(
                    "\"{}\" and \"{}\" (line {}) begin alike: the longer could never be pressed",
                    print_keys(&keys),
                    print_keys(&other),
                    binding.line
                )
            };
            self.error(at, what, None);
            return;
        }
        let (line, _) = self.place(at.start);
        let layer = self.number;
        if let Some(context) = self.map.context_mut(context) {
            context.root.insert(&keys, Binding { lines, layer, line });
        }
    }

    fn unbind(&mut self, name: &str, keys: &[Key], at: &Range<usize>) {
        let Some(context) = self.map.context_mut(name) else { return };
        if context.root.remove(keys) {
            return;
        }
        let bound = |one: &&Context| one.root.conflict(keys).is_some_and(|(at, _)| at == keys);
        let elsewhere = self.map.contexts.iter().find(bound);
        let keys = print_keys(keys);
        let what = match elsewhere {
            Some(other) => format!("\"{keys}\" is bound in [{}], not in [{name}]", other.name),
            None => format!("\"{keys}\" is not bound, so there is nothing to take away"),
        };
        self.error(at, what, None);
    }

    /// The command lines of a row; `None` if it has an error.
    fn lines(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Vec<String>> {
        let whole = [value];
        let values: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            _ => whole.to_vec(),
        };
        if values.is_empty() {
            self.error(&value.span(), "the list of command lines is empty".into(), None);
            return None;
        }
        let mut lines = Vec::new();
        for value in &values {
            let why = match value.get_ref().as_str() {
                None => Err("a command line in quotes, or a list of them, belongs here".to_owned()),
                Some(UNBOUND) => Err(format!("\"{UNBOUND}\" stands alone, not in a list")),
                Some(line) => (self.is_command)(line).map(|()| lines.push(line.to_owned())),
            };
            if let Err(why) = why {
                self.error(&value.span(), why, None);
            }
        }
        (lines.len() == values.len()).then_some(lines)
    }

    fn menu(&mut self, name: &str, value: &Spanned<DeValue<'_>>) {
        let DeValue::Table(rows) = value.get_ref() else {
            let what = format!("labels stand in a section of their own: [{name}.{MENU}]");
            self.error(&value.span(), what, None);
            return;
        };
        for (chord, label) in rows {
            let keys = match parse_keys(chord.get_ref()) {
                Ok(keys) => keys,
                Err(error) => {
                    self.error(&chord.span(), error.what, error.nearest);
                    continue;
                }
            };
            let Some(text) = label.get_ref().as_str() else {
                self.error(&label.span(), "a label is a text in quotes".into(), None);
                continue;
            };
            let context = self.map.context_mut(name);
            match context.and_then(|context| context.root.find_menu_mut(&keys)) {
                Some(menu) => menu.label = Some(text.to_owned()),
                None => {
                    let keys = print_keys(&keys);
                    let what = format!("no keys in [{name}] begin with \"{keys}\"");
                    self.error(&chord.span(), what, None);
                }
            }
        }
    }

    fn error(&mut self, at: &Range<usize>, what: String, nearest: Option<String>) {
        let (line, col) = self.place(at.start);
        self.errors.push(KeymapError { file: self.file.to_owned(), line, col, what, nearest });
    }

    /// Line and column of a byte, from 1; the column in characters.
    fn place(&self, byte: usize) -> (usize, usize) {
        // The number of lines that begin at or before it.
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let col = self.text.get(start..byte).map_or(0, |before| before.chars().count()) + 1;
        (line, col)
    }
}

fn is_reserved(name: &str) -> bool {
    matches!(name, MENU | MODAL | FALLTHROUGH)
}
