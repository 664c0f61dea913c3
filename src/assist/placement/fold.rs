//! Forms of one mark made alike: curly and straight quotes, dashes, dots, wide and composed
//! letters, marks that nobody sees. On top of blanks made alike, which stay `index`'s matter.

use icu_normalizer::properties::{CanonicalComposition, CanonicalDecomposition, Decomposed};

/// What a character is compared as.
enum As {
    Itself,
    Nothing,
    Char(char),
    Text(&'static str),
}

fn form(c: char) -> As {
    match c {
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{02bc}' | '\u{2039}' | '\u{203a}' => {
            As::Char('\'')
        }
        '\u{201c}'..='\u{201f}' | '\u{2033}' | '«' | '»' => As::Char('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => As::Char('-'),
        '…' => As::Text("..."),
        // Joiners, directions, a soft hyphen, the stretching of Arabic letters.
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}'
        | '\u{ad}'
        | '\u{640}' => As::Nothing,
        '\u{fb01}' => As::Text("fi"),
        '\u{fb02}' => As::Text("fl"),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).map_or(As::Itself, As::Char),
        _ => As::Itself,
    }
}

/// Adds a word without blanks in its compared form to `out`. `at` is where the word starts in its
/// text; `shifts` gets the pairs of places (in `out`, in the text) from which on both go in step.
pub(super) fn fold_word(word: &str, at: usize, out: &mut String, shifts: &mut Vec<(usize, usize)>) {
    let compose = CanonicalComposition::new();
    let start = out.len();
    let mut index = 0;
    while let Some(next) = other_letter(&word.as_bytes()[index..]) {
        out.push_str(&word[index..index + next]);
        index += next;
        let Some(c) = word[index..].chars().next() else { break };
        index += c.len_utf8();
        let before = out.len();
        let last = out[start..].chars().next_back();
        let composed = last.and_then(|last| Some((last, compose.compose(last, c)?)));
        if let Some((last, both)) = composed {
            out.truncate(before - last.len_utf8());
            let from = out.len();
            out.push(both);
            while shifts.last().is_some_and(|(known, _)| *known > from) {
                shifts.pop();
            }
        } else {
            match form(c) {
                As::Itself => out.push(c),
                As::Nothing => {}
                As::Char(other) => out.push(other),
                As::Text(text) => out.push_str(text),
            }
        }
        if composed.is_some() || out.len() - before != c.len_utf8() {
            shifts.push((out.len(), at + index));
        }
    }
    out.push_str(&word[index..]);
}

/// The first byte that is none of ASCII. Most blocks have none.
fn other_letter(bytes: &[u8]) -> Option<usize> {
    const BLOCK: usize = 32;
    let block = bytes.chunks(BLOCK).position(|block| !block.is_ascii())? * BLOCK;
    bytes[block..].iter().position(|byte| !byte.is_ascii()).map(|at| block + at)
}

/// A word or mark in its compared form.
pub(super) fn folded(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    fold_word(word, 0, &mut out, &mut Vec::new());
    out
}

/// How a document writes what a model wrote in another form; for the new words of an edit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    curly: bool,
    /// Double ones, as they open and close; nothing where it has none but `“` and `”`.
    pair: Option<(char, char)>,
    /// Of double and of single quotes.
    straight: (bool, bool),
    apart: bool,
}

impl Style {
    /// Told from the same words in the model's form and in the document's.
    pub fn of(sought: &str, found: &str) -> Self {
        let curly = |text: &str| {
            text.contains(['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{201e}', '«', '»'])
        };
        let straight = |text: &str| text.contains(['\'', '"']);
        let marks = |text: &str| text.chars().any(is_combining);
        let own = |mark: char, curly: [char; 2]| {
            let is = |text: &str| (text.contains(mark), text.contains(curly));
            (is(sought), is(found)) == ((false, true), (true, false))
        };
        let double = own('"', ['\u{201c}', '\u{201d}']);
        let single = own('\'', ['\u{2018}', '\u{2019}']);
        let pair = match found.find(['\u{201e}', '«', '»', '\u{201c}']) {
            Some(at) if found[at..].starts_with('\u{201e}') => match found.contains('\u{201c}') {
                true => Some(('\u{201e}', '\u{201c}')),
                false => Some(('\u{201e}', '\u{201d}')),
            },
            Some(at) if found[at..].starts_with('«') => Some(('«', '»')),
            Some(at) if found[at..].starts_with('»') => Some(('»', '«')),
            _ => None,
        };
        Self {
            pair,
            curly: straight(sought) && !curly(sought) && curly(found) && !straight(found),
            straight: (double, single),
            apart: !marks(sought) && marks(found) && !sought.is_ascii(),
        }
    }

    /// `text`, which follows `before`, as the document would write it.
    pub fn apply(self, before: Option<char>, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut last = before;
        for c in text.chars() {
            let opens =
                last.is_none_or(|c| c.is_whitespace() || "([{-\u{2013}\u{2014}/".contains(c));
            match c {
                '"' if self.curly => {
                    let (open, close) = self.pair.unwrap_or(('\u{201c}', '\u{201d}'));
                    out.push(if opens { open } else { close });
                }
                '\'' if self.curly => out.push(if opens { '\u{2018}' } else { '\u{2019}' }),
                '\u{201c}' | '\u{201d}' if self.straight.0 => out.push('"'),
                '\u{2018}' | '\u{2019}' if self.straight.1 => out.push('\''),
                _ if self.apart && !c.is_ascii() => decompose(c, &mut out),
                _ => out.push(c),
            }
            last = Some(c);
        }
        out
    }
}

fn decompose(c: char, out: &mut String) {
    let whole = CanonicalDecomposition::new();
    match whole.decompose(c) {
        Decomposed::Default => out.push(c),
        Decomposed::Singleton(other) => out.push(other),
        Decomposed::Expansion(first, second) => {
            decompose(first, out);
            out.push(second);
        }
    }
}

/// Whether a character belongs to the letter before it.
pub(super) fn is_combining(c: char) -> bool {
    matches!(c as u32, 0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a
        | 0x64b..=0x65f | 0x93a..=0x94f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff
        | 0xfe00..=0xfe0f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_mark_are_alike() {
        let check = |one: &str, other: &str| assert_eq!(folded(one), folded(other));
        check("\u{201c}don\u{2019}t\u{201d}", "\"don't\"");
        check("a\u{2014}b", "a-b");
        check("wait\u{2026}", "wait...");
        check("cafe\u{301}", "caf\u{e9}");
        check("Vie\u{302}\u{323}t", "Vi\u{ea}\u{323}t");
        check("co\u{ad}operate\u{200b}", "cooperate");
        check("\u{ff21}\u{ff1a}", "A:");
        check("\u{fb01}ne", "fine");
        assert_ne!(folded("Is"), folded("is"));
        assert_ne!(folded("a"), folded("\u{e4}"));
    }

    #[test]
    fn places_go_in_step_behind_every_shift() {
        let text = "\u{201c}cafe\u{301}\u{201d}x";
        let (mut out, mut shifts) = (String::new(), Vec::new());
        fold_word(text, 0, &mut out, &mut shifts);
        assert_eq!(out, "\"caf\u{e9}\"x");
        let (from, raw) = shifts.last().copied().unwrap_or_default();
        assert_eq!((&out[from..], &text[raw..]), ("x", "x"));
        assert!(shifts.is_sorted());
    }

    #[test]
    fn new_words_take_the_form_of_the_document() {
        let style = Style::of("\"don't\"", "\u{201c}don\u{2019}t\u{201d}");
        assert_eq!(style.apply(Some(' '), "\"won't\""), "\u{201c}won\u{2019}t\u{201d}");
        assert_eq!(Style::of("it's", "it's").apply(None, "it's"), "it's");
        for (found, new) in [
            ("\u{201e}ja\u{201c}", "\u{201e}so\u{201c}"),
            ("\u{201e}tak\u{201d}", "\u{201e}so\u{201d}"),
            ("«oui»", "«so»"),
            ("»ja«", "»so«"),
        ] {
            assert_eq!(Style::of("\"ja\"", found).apply(Some(' '), "\"so\""), new);
        }
        let style = Style::of("caf\u{e9}", "cafe\u{301}");
        assert_eq!(style.apply(None, "th\u{e9}"), "the\u{301}");
    }
}
