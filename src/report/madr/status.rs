//! The status of a decision in a file: a word, what it supersedes and is superseded by, and whatever
//! else teams write there.

use super::items::files;
use crate::event::DecisionStatus;

/// What was read so far.
#[derive(Default)]
pub struct Status {
    word: Option<DecisionStatus>,
    /// References to files, or `#` and a number.
    pub supersedes: Vec<String>,
    pub superseded_by: Vec<String>,
    pub refers: Vec<String>,
    /// Lines that say more than the fields hold.
    pub notes: Vec<String>,
}

/// Words for a status, and whether the word says more than the status.
const WORDS: &[(&str, DecisionStatus, bool)] = &[
    ("accepted", DecisionStatus::Accepted, false),
    ("approved", DecisionStatus::Accepted, true),
    ("decided", DecisionStatus::Accepted, true),
    ("proposed", DecisionStatus::Proposed, false),
    ("draft", DecisionStatus::Proposed, true),
    ("pending", DecisionStatus::Proposed, true),
    ("rejected", DecisionStatus::Rejected, false),
    ("declined", DecisionStatus::Rejected, true),
    ("superseded", DecisionStatus::Superseded, false),
    ("superceded", DecisionStatus::Superseded, false),
    ("deprecated", DecisionStatus::Superseded, true),
    ("replaced", DecisionStatus::Superseded, true),
];

impl Status {
    /// What was said, if anything was that is known.
    pub fn value(&self) -> Option<DecisionStatus> {
        let superseded = !self.superseded_by.is_empty();
        if superseded { Some(DecisionStatus::Superseded) } else { self.word }
    }

    /// Takes lines in.
    pub fn read<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        for line in lines {
            let line = line.trim().trim_start_matches(['*', '-', '+']).trim();
            if !line.is_empty() {
                self.line(line);
            }
        }
    }

    fn line(&mut self, line: &str) {
        let lower = line.to_lowercase();
        let by = ["superseded by", "superceded by", "replaced by"];
        if let Some(at) = by.iter().find_map(|words| lower.find(words)) {
            let found = references(&lower, line, at);
            // A link is kept as that; what is in words or has words before it is kept in words too.
            if at > 0 || files(line).is_empty() {
                self.notes.push(line.to_owned());
            }
            self.superseded_by.extend(found);
            self.word = Some(DecisionStatus::Superseded);
            return;
        }
        if ["supersedes", "supercedes", "replaces"].iter().any(|words| lower.starts_with(words)) {
            if files(line).is_empty() {
                self.notes.push(line.to_owned());
            }
            self.supersedes.extend(references(&lower, line, 0));
            return;
        }
        let word = WORDS.iter().find(|(word, ..)| {
            lower.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        });
        let Some((word, status, more)) = word else {
            self.refers.extend(files(line));
            self.notes.push(line.to_owned());
            return;
        };
        // The first word holds; a later one is kept as it stands.
        let first = self.word.is_none();
        self.word.get_or_insert(*status);
        if *more || !first || lower.trim_end_matches('.') != *word {
            self.notes.push(line.to_owned());
        }
    }
}

/// The decisions that a line names: by links, or by the first number behind `at`.
fn references(lower: &str, line: &str, at: usize) -> Vec<String> {
    let linked = files(line);
    if !linked.is_empty() {
        return linked;
    }
    let rest = lower.get(at..).unwrap_or_default();
    let Some(start) = rest.find(|character: char| character.is_ascii_digit()) else {
        return Vec::new();
    };
    let digits = rest.get(start..).unwrap_or_default();
    let digits: String = digits.chars().take_while(char::is_ascii_digit).take(9).collect();
    digits.parse::<u32>().map(|number| vec![format!("#{number}")]).unwrap_or_default()
}
