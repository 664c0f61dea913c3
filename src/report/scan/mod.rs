//! Looking for secrets and personal data in plain text: what is shared can't be taken back.
//!
//! A finding never holds what was found, only a mask and a fingerprint of it. Pure; knows no event.

mod check;
mod rules;

pub use rules::{Class, RULES, Rule};

use crate::base::sha256_hex;
use regex::{Regex, RegexSet};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

/// The most bytes of a text that are looked through at once; the next piece overlaps it.
const PIECE: usize = 1 << 20;
/// How much two pieces have in common, in bytes: more than the longest thing that is looked for.
const OVERLAP: usize = 1024;

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The rule's name.
    pub kind: &'static str,
    /// What it is, in words.
    pub name: &'static str,
    pub class: Class,
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    /// The same wherever the same stands: eight hexadecimal digits.
    pub id: String,
    /// Enough of it to know it again, never enough to use it.
    pub mask: String,
}

struct Compiled {
    set: RegexSet,
    each: Vec<Regex>,
}

/// `None` only when a pattern of the table is wrong, which a test says.
static COMPILED: LazyLock<Option<Compiled>> = LazyLock::new(|| {
    let patterns = RULES.iter().map(|rule| rule.pattern);
    let each = patterns.clone().map(Regex::new).collect::<Result<Vec<_>, _>>().ok()?;
    Some(Compiled { set: RegexSet::new(patterns).ok()?, each })
});

/// Whether the rules can be used; a program that scans nothing must say so.
pub fn is_ready() -> bool {
    COMPILED.is_some()
}

/// Everything that the rules find, in order, each place once.
pub fn scan(text: &str) -> Vec<Hit> {
    let mut found: Vec<Hit> = Vec::new();
    let mut start = 0;
    loop {
        let end = text.floor_char_boundary((start + PIECE).min(text.len()));
        for mut hit in scan_piece(&text[start..end]) {
            hit.at = hit.at.start + start..hit.at.end + start;
            if found
                .iter()
                .rev()
                .take_while(|one| one.at.end + OVERLAP > hit.at.start)
                .all(|one| one.at.end <= hit.at.start || hit.at.end <= one.at.start)
            {
                found.push(hit);
            }
        }
        if end == text.len() {
            found.sort_by_key(|hit| hit.at.start);
            return found;
        }
        start = text.floor_char_boundary(end - OVERLAP);
    }
}

fn scan_piece(text: &str) -> Vec<Hit> {
    let Some(compiled) = COMPILED.as_ref() else { return Vec::new() };
    let mut found: Vec<Hit> = Vec::new();
    for index in compiled.set.matches(text) {
        let (Some(rule), Some(pattern)) = (RULES.get(index), compiled.each.get(index)) else {
            continue;
        };
        for captures in pattern.captures_iter(text) {
            let Some(hit) = captures.name("v").or_else(|| captures.get(0)) else { continue };
            let taken = |one: &Hit| one.at.start < hit.end() && hit.start() < one.at.end;
            if !(rule.check)(hit.as_str()) || found.iter().any(taken) {
                continue;
            }
            found.push(Hit {
                kind: rule.kind,
                name: rule.name,
                class: rule.class,
                at: hit.range(),
                id: fingerprint(rule.kind, hit.as_str()),
                mask: mask(hit.as_str()),
            });
        }
    }
    found.sort_by_key(|hit| hit.at.start);
    found
}

fn fingerprint(kind: &str, text: &str) -> String {
    sha256_hex(format!("cowrite-finding\n{kind}\n{text}").as_bytes()).chars().take(8).collect()
}

/// The beginning, and the end where there is enough between: at most a third of it.
fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let head = (chars.len() / 4).clamp(1, 4);
    let tail = if chars.len() >= 18 { 2 } else { 0 };
    let first: String = chars.iter().take(head).collect();
    let last: String = chars.iter().skip(chars.len() - tail).collect();
    format!("{first}…{last} ({} characters)", chars.len())
}

/// What a person let pass, in a session, on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    pub kinds: BTreeSet<String>,
    pub ids: BTreeSet<String>,
}

impl Allowed {
    /// Reads what [`Allowed::line`] writes.
    pub fn parse(line: &str) -> Self {
        let mut allowed = Self::default();
        for word in line.split_whitespace() {
            match word.strip_prefix('#') {
                Some(id) => allowed.ids.insert(id.to_owned()),
                None => allowed.kinds.insert(word.to_owned()),
            };
        }
        allowed
    }

    /// Kinds as they are, single findings with `#` before them.
    pub fn line(&self) -> String {
        let ids = self.ids.iter().map(|id| format!("#{id}"));
        self.kinds.iter().cloned().chain(ids).collect::<Vec<_>>().join(" ")
    }

    pub fn lets(&self, hit: &Hit) -> bool {
        self.kinds.contains(hit.kind) || self.ids.contains(&hit.id)
    }
}
