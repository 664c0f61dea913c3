//! How the smallest models are asked: models of a few hundred million parameters follow no system
//! text, take a label such as "The piece:" for text, and go on best with what was begun for them.
//!
//! The words were chosen by trying them on a model of 135 million parameters; each says less than
//! what larger models get, and nothing of the conversation.

use super::reading::LIST;
use crate::prompt::{Role, Turn};

/// Words of an instruction that ask for a list.
pub const MAKE_A_LIST: &str = "Make it a list.";
/// How much of the text before the caret is continued, in characters.
const BEFORE: usize = 1_500;

/// Whether a name such as `smollm2-135m` or `qwen2.5:0.5b` tells of at most 600 million parameters.
pub fn is_basic(model: &str) -> bool {
    let name = model.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').any(|part| {
        let Some(last) = part.len().checked_sub(1) else { return false };
        let Some((number, unit)) = part.split_at_checked(last) else { return false };
        match (number.parse::<f64>(), unit) {
            (Ok(millions), "m") => millions <= 600.0,
            (Ok(thousand_millions), "b") => thousand_millions <= 0.6,
            _ => false,
        }
    })
}

fn turn(role: Role, text: impl Into<String>) -> Turn {
    Turn { role, text: text.into() }
}

/// A rewrite of a piece; a list is begun for the model.
pub fn rewrite(piece: &str, instruction: &str) -> Vec<Turn> {
    if instruction == MAKE_A_LIST {
        let ask = format!("Make a list of the facts in this text.\n\n{piece}");
        return vec![turn(Role::User, ask), turn(Role::Assistant, format!("Facts:\n{LIST}"))];
    }
    vec![turn(Role::User, format!("{instruction}\n\n{piece}"))]
}

/// A summary of a text.
pub fn summary(text: &str) -> Vec<Turn> {
    vec![turn(Role::User, format!("Summarize this text in one sentence.\n\n{text}"))]
}

/// The text before the caret as the answer that the model began itself.
pub fn continuation(before: &str) -> Vec<Turn> {
    let skipped = before.chars().count().saturating_sub(BEFORE);
    let begun: String = before.chars().skip(skipped).collect();
    let mut turns = vec![turn(Role::User, "Write a text.")];
    if !begun.trim().is_empty() {
        turns.push(turn(Role::Assistant, begun.trim_end()));
    }
    turns
}

/// A question about a text.
pub fn question(text: &str, question: &str) -> Vec<Turn> {
    let ask = match text.trim() {
        "" => question.to_owned(),
        text => format!("{text}\n\n{question}"),
    };
    vec![turn(Role::User, ask)]
}
