//! The keys of one context: sequences of chords that lead to command lines.

use super::key::Key;
use std::collections::BTreeMap;

/// What a sequence of keys runs, and where that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding {
    pub lines: Vec<String>,
    /// Which layer, from 0.
    pub layer: usize,
    /// The line of its file, from 1.
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Run(Binding),
    Menu(Menu),
}

/// The keys that can follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Menu {
    pub label: Option<String>,
    pub keys: BTreeMap<Key, Node>,
}

/// Where a sequence leads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'a> {
    /// Its last key runs something.
    Run(&'a Binding),
    /// More keys follow.
    Menu(&'a Menu),
    /// A shorter sequence already runs something.
    Beyond,
    Nothing,
}

impl Menu {
    pub fn find(&self, keys: &[Key]) -> Found<'_> {
        let mut menu = self;
        for (at, key) in keys.iter().enumerate() {
            match menu.keys.get(key) {
                Some(Node::Menu(next)) => menu = next,
                Some(Node::Run(binding)) if at + 1 == keys.len() => return Found::Run(binding),
                Some(Node::Run(_)) => return Found::Beyond,
                None => return Found::Nothing,
            }
        }
        Found::Menu(menu)
    }

    pub fn find_menu_mut(&mut self, keys: &[Key]) -> Option<&mut Self> {
        let mut menu = self;
        for key in keys {
            match menu.keys.get_mut(key) {
                Some(Node::Menu(next)) => menu = next,
                _ => return None,
            }
        }
        Some(menu)
    }

    /// A binding that cannot stand beside one for `keys`: of the same keys, of their beginning, or
    /// of keys that begin with them (the one of the highest layer).
    pub fn conflict(&self, keys: &[Key]) -> Option<(Vec<Key>, &Binding)> {
        let mut menu = self;
        for (at, key) in keys.iter().enumerate() {
            match menu.keys.get(key)? {
                Node::Menu(next) => menu = next,
                Node::Run(binding) => return Some((keys[..=at].to_vec(), binding)),
            }
        }
        let (rest, binding) = menu.rows().into_iter().max_by_key(|(_, binding)| binding.layer)?;
        Some(([keys, &rest].concat(), binding))
    }

    /// Binds, in place of whatever stood in the way.
    pub fn insert(&mut self, keys: &[Key], binding: Binding) {
        let Some((last, path)) = keys.split_last() else { return };
        let mut menu = self;
        for key in path {
            let node = menu.keys.entry(*key).or_insert_with(|| Node::Menu(Self::default()));
            if let Node::Run(_) = node {
                *node = Node::Menu(Self::default());
            }
            let Node::Menu(next) = node else { return };
            menu = next;
        }
        menu.keys.insert(*last, Node::Run(binding));
    }

    /// Takes away what `keys` run, or all that begins with them. False if there was nothing.
    pub fn remove(&mut self, keys: &[Key]) -> bool {
        let Some((first, rest)) = keys.split_first() else { return false };
        if rest.is_empty() {
            return self.keys.remove(first).is_some();
        }
        let Some(Node::Menu(next)) = self.keys.get_mut(first) else { return false };
        let removed = next.remove(rest);
        if next.keys.is_empty() {
            self.keys.remove(first);
        }
        removed
    }

    /// Every binding with its keys, in the order of keys.
    pub fn rows(&self) -> Vec<(Vec<Key>, &Binding)> {
        let mut rows = Vec::new();
        self.collect(&mut Vec::new(), &mut rows);
        rows
    }

    fn collect<'a>(&'a self, path: &mut Vec<Key>, rows: &mut Vec<(Vec<Key>, &'a Binding)>) {
        for (key, node) in &self.keys {
            path.push(*key);
            match node {
                Node::Run(binding) => rows.push((path.clone(), binding)),
                Node::Menu(menu) => menu.collect(path, rows),
            }
            path.pop();
        }
    }
}
