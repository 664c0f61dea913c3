//! The keymap in use: what the next key does, what could follow, which keys run a command.

use super::context::{CONTEXTS, Typing};
use super::key::Key;
use super::load::{self, KeymapError};
use super::trie::{Found, Menu, Node};

/// What a key does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Run these command lines, in order.
    Run(Vec<String>),
    /// Keep the keys and wait: these can follow.
    Pending(Vec<Hint>),
    /// The keys lead nowhere: forget those pending. A lone key that types is text if
    /// [`Keymap::takes_text`].
    NotFound,
}

/// A key that can follow, for the hint box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub key: Key,
    /// The label of the menu it opens, or the command lines it runs.
    pub label: String,
    /// More keys follow it.
    pub menu: bool,
}

/// One binding, to be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub context: String,
    pub keys: Vec<Key>,
    pub lines: Vec<String>,
    /// The keymap file that says so, and where, from 1.
    pub file: String,
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Context {
    pub name: String,
    pub typing: Typing,
    pub modal: bool,
    pub fallthrough: Option<String>,
    pub root: Menu,
}

impl Context {
    pub fn declared(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            typing: Typing::Text,
            modal: false,
            fallthrough: None,
            root: Menu::default(),
        }
    }
}

/// Contexts with their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    /// Those of the program, then those that files declare.
    pub(super) contexts: Vec<Context>,
    /// The names of the layers.
    pub(super) files: Vec<String>,
}

impl Default for Keymap {
    /// The program's contexts without any key.
    fn default() -> Self {
        let of = |info: &super::ContextInfo| Context {
            typing: info.typing,
            ..Context::declared(info.name)
        };
        Self { contexts: CONTEXTS.iter().map(of).collect(), files: Vec::new() }
    }
}

impl Keymap {
    /// Reads layers of TOML, each a name for messages and the text; a later one wins. `is_command`
    /// says of a command line why it is none. What is wrong is reported and left out; the rest
    /// holds.
    pub fn load(
        layers: &[(&str, &str)],
        is_command: &dyn Fn(&str) -> Result<(), String>,
    ) -> (Self, Vec<KeymapError>) {
        load::load(layers, is_command)
    }

    /// What `key` does after the keys `pending`, in the contexts that are active, innermost first.
    /// An inner context hides what an outer one does with the same keys; menus of both are one.
    pub fn step(&self, contexts: &[&str], pending: &[Key], key: Key) -> Step {
        let keys: Vec<Key> = pending.iter().copied().chain([key]).collect();
        for context in self.chain(contexts) {
            match context.root.find(&keys) {
                Found::Run(binding) => return Step::Run(binding.lines.clone()),
                Found::Menu(_) => return Step::Pending(self.hints(contexts, &keys)),
                Found::Beyond => return Step::NotFound,
                Found::Nothing => {}
            }
        }
        Step::NotFound
    }

    /// What can follow `pending`, in the order of keys; with none pending, every first key.
    pub fn hints(&self, contexts: &[&str], pending: &[Key]) -> Vec<Hint> {
        let mut hints: Vec<(Hint, bool)> = Vec::new();
        for context in self.chain(contexts) {
            let menu = match context.root.find(pending) {
                Found::Menu(menu) => menu,
                Found::Nothing => continue,
                Found::Run(_) | Found::Beyond => break,
            };
            for (key, node) in &menu.keys {
                let (label, menu) = match node {
                    Node::Run(binding) => (Some(binding.lines.join("; ")), false),
                    Node::Menu(menu) => (menu.label.clone(), true),
                };
                match hints.iter_mut().find(|(hint, _)| hint.key == *key) {
                    None => {
                        let known = label.is_some();
                        let label = label.unwrap_or_else(|| "more keys".to_owned());
                        hints.push((Hint { key: *key, label, menu }, known));
                    }
                    // A menu that has its name from an outer context.
                    Some((hint, known @ false)) if menu => {
                        if let Some(label) = label {
                            hint.label = label;
                            *known = true;
                        }
                    }
                    Some(_) => {}
                }
            }
        }
        let mut hints: Vec<Hint> = hints.into_iter().map(|(hint, _)| hint).collect();
        hints.sort_by_key(|hint| hint.key);
        hints
    }

    /// Whether a plain letter that no key row takes is text: the innermost context that has a say
    /// decides, and a modal one says no.
    pub fn takes_text(&self, contexts: &[&str]) -> bool {
        for context in self.chain(contexts) {
            match context.typing {
                _ if context.modal => return false,
                Typing::Text => return true,
                Typing::Keys => return false,
                Typing::Around => {}
            }
        }
        false
    }

    /// The keys that run a command: `file.save` with any arguments, or `hunk.` for a whole area.
    /// The best to show comes first: of the command alone, as given, from the latest layer, in a
    /// form every terminal sends, as its file puts first.
    pub fn keys_for(&self, command: &str) -> Vec<(String, Vec<Key>)> {
        let mut found = Vec::new();
        for (at, context) in self.contexts.iter().enumerate() {
            for (keys, binding) in context.root.rows() {
                if !binding.lines.iter().any(|line| names(line, command)) {
                    continue;
                }
                let rank = (
                    binding.lines.len() > 1,
                    binding.lines.iter().all(|line| line != command),
                    std::cmp::Reverse(binding.layer),
                    keys.iter().any(|key| !key.legacy_ok()),
                    keys.len(),
                    at,
                    binding.line,
                );
                found.push((rank, context.name.clone(), keys));
            }
        }
        found.sort();
        found.into_iter().map(|(_, context, keys)| (context, keys)).collect()
    }

    /// The best keys to show for a command where these contexts are active: they reach it, no inner
    /// context hides them, and those of an inner context come before those of an outer one.
    pub fn key_here(&self, contexts: &[&str], command: &str) -> Option<Vec<Key>> {
        let chain = self.chain(contexts);
        let at = |keys: &[Key]| {
            let (at, binding) = chain.iter().enumerate().find_map(|(at, context)| match context
                .root
                .find(keys)
            {
                Found::Run(binding) => Some((at, Some(binding))),
                Found::Menu(_) | Found::Beyond => Some((at, None)),
                Found::Nothing => None,
            })?;
            binding?.lines.iter().any(|line| names(line, command)).then_some(at)
        };
        self.keys_for(command)
            .into_iter()
            .filter_map(|(context, keys)| {
                let at = at(&keys)?;
                // The order is that of the context, not of another one with the same keys.
                let other = chain.get(at).is_none_or(|there| there.name != context);
                Some(((at, other), keys))
            })
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, keys)| keys)
    }

    /// Every binding: by context, then as the files have them.
    pub fn describe(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for context in &self.contexts {
            let mut bound = context.root.rows();
            bound.sort_by_key(|(_, binding)| (binding.layer, binding.line));
            rows.extend(bound.into_iter().map(|(keys, binding)| Row {
                context: context.name.clone(),
                keys,
                lines: binding.lines.clone(),
                file: self.files.get(binding.layer).cloned().unwrap_or_default(),
                line: binding.line,
            }));
        }
        rows
    }

    /// The contexts that files declare, beside those of the program.
    pub fn declared(&self) -> Vec<&str> {
        self.contexts.iter().skip(CONTEXTS.len()).map(|one| one.name.as_str()).collect()
    }

    pub(super) fn context(&self, name: &str) -> Option<&Context> {
        self.contexts.iter().find(|one| one.name == name)
    }

    pub(super) fn context_mut(&mut self, name: &str) -> Option<&mut Context> {
        self.contexts.iter_mut().find(|one| one.name == name)
    }

    /// The contexts that are asked, innermost first: each with those it falls through to, none
    /// twice. An unknown name has no keys.
    fn chain(&self, contexts: &[&str]) -> Vec<&Context> {
        let mut chain: Vec<&Context> = Vec::new();
        for name in contexts {
            let mut next = self.context(name);
            while let Some(context) = next {
                if chain.iter().any(|one| one.name == context.name) {
                    break;
                }
                chain.push(context);
                next = context.fallthrough.as_deref().and_then(|name| self.context(name));
            }
        }
        chain
    }
}

/// Whether a command line is one of `command`: with any arguments, or of the area `hunk.`.
fn names(line: &str, command: &str) -> bool {
    line.strip_prefix(command)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' ') || command.ends_with('.'))
}
