//! What the readers of an answer tell, and what they have to remember for it: how edits are
//! numbered, the last prose for their reasons, which of them came already.

use super::markers::{fence, is_talk};
use super::numbers::without_numbers;
use super::{Edit, Piece};
use std::collections::BTreeSet;
use unicode_segmentation::UnicodeSegmentation;

#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    out: Vec<Piece>,
    /// The last prose, for the reason of an edit.
    recent: String,
    next: usize,
    done: BTreeSet<Key>,
}

/// What makes two edits of one answer the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    old: String,
    new: String,
    line: Option<usize>,
    under: Vec<String>,
    file: Option<String>,
}

impl Said {
    /// What was told since it was asked last.
    pub fn take(&mut self) -> Vec<Piece> {
        std::mem::take(&mut self.out)
    }

    pub fn prose(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.recent.push_str(text);
        // More than is kept, so that not every word moves it.
        if self.recent.len() > 2 * KEPT {
            self.recent = last(&self.recent).to_owned();
        }
        match self.out.last_mut() {
            Some(Piece::Prose(last)) => last.push_str(text),
            _ => self.out.push(Piece::Prose(text.to_owned())),
        }
    }

    pub fn fenced(&mut self, text: String, open: bool, file: Option<String>) {
        if !text.trim().is_empty() {
            self.out.push(Piece::Fenced { text, open, file });
        }
    }

    /// The reason that the last prose gives. It is given once.
    pub fn why(&mut self) -> Option<String> {
        why(last(&std::mem::take(&mut self.recent)))
    }

    /// The same, where it is not sure yet that an edit comes.
    pub fn peek_why(&self) -> Option<String> {
        why(last(&self.recent))
    }

    /// An edit starts; its number.
    pub fn start(&mut self) -> usize {
        let index = self.next;
        self.next += 1;
        self.recent.clear();
        self.out.push(Piece::EditStarted { index });
        index
    }

    pub fn old(&mut self, index: usize, text: &str) {
        self.out.push(Piece::EditOld { index, text: text.to_owned() });
    }

    pub fn more(&mut self, index: usize, delta: &str) {
        match self.out.last_mut() {
            Some(Piece::EditNew { index: last, delta: told }) if *last == index => {
                told.push_str(delta);
            }
            _ if delta.is_empty() => {}
            _ => self.out.push(Piece::EditNew { index, delta: delta.to_owned() }),
        }
    }

    /// How much was told and not taken.
    pub fn told(&self) -> usize {
        self.out.len()
    }

    /// The edits that were told since then may be examples.
    pub fn shown_since(&mut self, told: usize) {
        for piece in self.out.iter_mut().skip(told) {
            if let Piece::EditDone { edit, .. } = piece {
                edit.hint.shown = true;
            }
        }
    }

    /// The edit is complete. One that changes nothing, or came before, is dropped.
    pub fn done(&mut self, index: usize, mut edit: Edit) {
        without_numbers(&mut edit);
        let key = Key {
            old: edit.old.clone(),
            new: edit.new.clone(),
            line: edit.hint.line,
            under: edit.hint.under.clone(),
            file: edit.hint.file.clone(),
        };
        let same = edit.old.trim_end() == edit.new.trim_end();
        let again = !same && !self.done.insert(key);
        if same || again {
            self.out.push(Piece::EditDropped { index, again });
        } else {
            self.out.push(Piece::EditDone { index, edit });
        }
    }

    pub fn malformed(&mut self, index: Option<usize>, text: String, why: &str) {
        self.recent.clear();
        self.out.push(Piece::Malformed { index, text, why: why.into() });
    }
}

/// How much of the prose is kept for the reason of an edit, in bytes.
const KEPT: usize = 4096;

fn last(prose: &str) -> &str {
    &prose[prose.ceil_char_boundary(prose.len().saturating_sub(KEPT))..]
}

/// The reason for an edit: a line `Why: …` of the paragraph before it, or its last sentence.
fn why(prose: &str) -> Option<String> {
    const LONGEST: usize = 400;
    let marks = ['*', '_', '#', '>', '-', ' '];
    let prose = prose.trim_end();
    let lines: Vec<&str> = prose.lines().rev().take_while(|line| !line.trim().is_empty()).collect();
    let said = lines.iter().find_map(|line| {
        let (label, rest) = line.trim_start_matches(marks).split_once(':')?;
        let label = label.trim_end_matches(marks);
        label.eq_ignore_ascii_case("why").then(|| rest.trim_matches(marks))
    });
    let last = lines.first().and_then(|_| {
        let paragraph: Vec<&str> = lines.iter().rev().map(|line| line.trim()).collect();
        let paragraph = paragraph.join(" ");
        let sentences: Vec<&str> = paragraph.unicode_sentences().map(str::trim).collect();
        let telling = sentences.into_iter().rev().find(|sentence| !only_leads(sentence));
        telling.map(|text| text.trim_start_matches(marks).to_owned())
    });
    let text = said.map(str::to_owned).or(last)?;
    let text: String = text.trim().chars().take(LONGEST).collect();
    let data = text.starts_with(['{', '[', '<']) || text.contains("\":");
    let said = text.chars().any(char::is_alphanumeric) && fence(&text).is_none() && !data;
    said.then_some(text)
}

/// Whether a sentence only leads to what follows and gives no reason: `Here's the change:`.
fn only_leads(sentence: &str) -> bool {
    /// Fewer words before a colon give none.
    const FEW: usize = 4;
    const NEXT: &[&str] =
        &["and", "lastly", "finally", "first", "second", "third", "next", "then", "also", "now"];
    let sentence = sentence.trim_matches(|c: char| c.is_whitespace() || "*_#>`".contains(c));
    let words = sentence.unicode_words().count();
    let first = sentence.unicode_words().next().unwrap_or_default().to_lowercase();
    // `1.` is the number of what follows.
    let bare = !sentence.chars().any(char::is_alphabetic);
    bare || sentence.ends_with(':')
        && (words <= FEW || is_talk(sentence) || NEXT.contains(&first.as_str()))
}
