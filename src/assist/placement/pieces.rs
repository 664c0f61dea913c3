//! A text as its words and marks, in the form in which they are compared, and which of them stand in
//! prose.

use super::agree::Piece;
use super::fold::folded;
use super::space;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// The words and marks of a text.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut line = 0;
    for whole in text.split_inclusive('\n') {
        let prose = is_prose(whole);
        // Blanks first: some that do not break hold words together for the word rules.
        let mut spaced = true;
        let mut at = 0;
        for token in space::tokens(whole) {
            let start = line + at;
            at += token.len();
            if token.trim().is_empty() {
                spaced = true;
                continue;
            }
            let mut push = |key: String, range: Range<usize>| {
                if !key.is_empty() {
                    let (start, end) = (start + range.start, start + range.end);
                    out.push(Piece { key, start, end, prose, spaced });
                    spaced = false;
                }
            };
            if let Some(word) = plain_word(token) {
                for at in 0..word.start {
                    push(token[at..=at].to_owned(), at..at + 1);
                }
                push(token[word.clone()].to_owned(), word.clone());
                for at in word.end..token.len() {
                    push(token[at..=at].to_owned(), at..at + 1);
                }
                continue;
            }
            for (start, word) in token.split_word_bound_indices() {
                push(folded(word), start..start + word.len());
            }
        }
        line += whole.len();
    }
    // What hangs on a name or a number by a hyphen is a part of it: `OpenAI-compatible`.
    for at in 2..out.len() {
        let [before, hyphen, word] = &out[at - 2..=at] else { continue };
        let name = before.key.chars().any(|c| c.is_uppercase() || c.is_numeric());
        if hyphen.key == "-" && !hyphen.spaced && !word.spaced && name {
            out[at].prose = false;
        }
    }
    out
}

/// The same of a part of a text; where they stand is counted from the start of all of it.
pub(super) fn pieces_in(text: &str, part: &Range<usize>) -> Vec<Piece> {
    let mut out = pieces(&text[part.clone()]);
    for piece in &mut out {
        piece.start += part.start;
        piece.end += part.start;
    }
    out
}

/// Where the one word is in a token that has nothing else but marks around it, all of ASCII: there
/// the rules for words tell nothing else, and take several times as long.
fn plain_word(token: &str) -> Option<Range<usize>> {
    let bytes = token.as_bytes();
    let is_mark = |byte: &u8| byte.is_ascii_punctuation() && *byte != b'_';
    let start = bytes.iter().position(|byte| !is_mark(byte))?;
    let inner = bytes[start..].iter().position(|byte| !byte.is_ascii_alphanumeric());
    let end = inner.map_or(bytes.len(), |len| start + len);
    (start < end && bytes[end..].iter().all(is_mark)).then_some(start..end)
}

/// Whether a line is a sentence or a part of one: not code, no row of a table, no data.
pub(super) fn is_prose(line: &str) -> bool {
    let line = line.trim();
    let body = ["///", "//!", "//", "#", "--", "/*", "*", ";;", ">"]
        .iter()
        .find_map(|mark| line.strip_prefix(mark));
    let comment = body.is_some();
    let body = body.unwrap_or(line);
    let words = body.split_whitespace().filter(|word| {
        let core = word.trim_matches(|c: char| !c.is_alphanumeric());
        !core.is_empty() && core.chars().all(|c| c.is_alphabetic() || "'\u{2019}-".contains(c))
    });
    let signs = body.chars().filter(|c| "{}[]<>=|\\;_$&^~@".contains(*c)).count();
    let count = words.count();
    let joined = body.contains("::") || body.contains("->") || body.contains("();");
    let data = !comment && (body.starts_with(['"', '{', '[', '|']) || body.ends_with(['{', ';']));
    // A row of values has commas without blanks.
    let mut around = body.chars().zip(body.chars().skip(1)).zip(body.chars().skip(2));
    let row = around.any(|((before, mark), behind)| {
        let digits = before.is_ascii_digit() && behind.is_ascii_digit();
        mark == ',' && behind.is_alphanumeric() && !digits
    });
    count >= 3 && !joined && !data && !row && signs * 6 <= count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_word_is_told_as_the_rules_tell_it() {
        let signs = ["a", "B", "7", ".", ",", "'", "\"", "-", ":", "(", "_", "/", "é", "$"];
        let mut plain = 0;
        for number in 0..signs.len().pow(4) {
            let digits = (0..4).map(|place| number / signs.len().pow(place) % signs.len());
            let token: String = digits.map(|digit| signs[digit]).collect();
            let Some(word) = plain_word(&token) else { continue };
            let told: Vec<&str> = token.split_word_bounds().collect();
            let mut own: Vec<&str> = (0..word.start).map(|at| &token[at..=at]).collect();
            own.push(&token[word.clone()]);
            own.extend((word.end..token.len()).map(|at| &token[at..=at]));
            assert_eq!(own, told, "{token}");
            plain += 1;
        }
        assert!(plain > 1000, "{plain}");
    }
}
