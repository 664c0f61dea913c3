//! How the smallest models are asked: models of a few hundred million parameters follow no system
//! text, take a label such as "The piece:" for text, and go on best with what was begun for them.
//!
//! The words were chosen by trying them on a model of 135 million parameters; each says less than
//! what larger models get, and nothing of the conversation.

use super::reading::LIST;
use crate::prompt::{Role, Turn};

/// Words of an instruction that ask for a list.
pub const MAKE_A_LIST: &str = "Make it a list.";
/// Words of an instruction that ask for a text without mistakes.
pub const CORRECT_IT: &str = "Correct spelling and grammar.";
/// What a request may begin with; without a verb it is talked about instead of done.
const VERBS: &[&str] = &[
    "add",
    "change",
    "convert",
    "correct",
    "cut",
    "describe",
    "do",
    "expand",
    "explain",
    "fix",
    "give",
    "improve",
    "list",
    "make",
    "put",
    "remove",
    "replace",
    "rephrase",
    "reword",
    "rewrite",
    "say",
    "shorten",
    "simplify",
    "split",
    "sum",
    "summarise",
    "summarize",
    "tell",
    "translate",
    "turn",
    "use",
    "write",
];
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
    vec![turn(Role::User, format!("{}\n\n{piece}", request(instruction)))]
}

/// A request as a sentence that says what to do: of `shorter`, `Make it shorter.`
fn request(instruction: &str) -> String {
    let instruction = instruction.trim();
    let first = instruction.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let word = first.to_lowercase();
    let about_mistakes = ["grammar", "spelling", "mistakes", "errors", "typos"];
    let mends =
        ["correct", "fix"].contains(&word.as_str()) || about_mistakes.contains(&word.as_str());
    if instruction == CORRECT_IT
        || mends && about_mistakes.iter().any(|what| instruction.to_lowercase().contains(what))
    {
        return "Rewrite this text without mistakes.".into();
    }
    // A request of more words, or in another language, says itself what it is.
    let short = instruction.split_whitespace().count() <= 3;
    if short && first.is_ascii() && !first.is_empty() && !VERBS.contains(&word.as_str()) {
        return format!("Make it {}.", instruction.trim_end_matches(['.', '!']));
    }
    instruction.to_owned()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_what_to_do() {
        let mend = "Rewrite this text without mistakes.";
        for (given, asked) in [
            ("shorter", "Make it shorter."),
            ("more formal!", "Make it more formal."),
            ("in English", "Make it in English."),
            ("Make it shorter.", "Make it shorter."),
            ("translate to French", "translate to French"),
            ("Correct spelling and grammar.", mend),
            ("fix the spelling", mend),
            ("grammar", mend),
            ("fix the date", "fix the date"),
            ("kürzer", "kürzer"),
            ("the tone of a letter to a friend", "the tone of a letter to a friend"),
        ] {
            assert_eq!(request(given), asked, "{given}");
        }
    }

    #[test]
    fn names_tell_of_the_size() {
        for (name, basic) in [
            ("smollm2-135m", true),
            ("qwen2.5:0.5b", true),
            ("gemma-3-270m-it", true),
            ("qwen3-0.6b", true),
            ("llama3.2:1b", false),
            ("gpt-5", false),
            ("claude-sonnet-5", false),
            ("mistral-7b", false),
            ("", false),
            ("m", false),
        ] {
            assert_eq!(is_basic(name), basic, "{name}");
        }
    }
}
