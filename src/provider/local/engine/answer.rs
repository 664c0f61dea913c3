//! An answer as it grows: bytes of words become text, and it ends where it should.
//!
//! Text is held back while it may be the half of a character or of a stop, and no longer. Knows no
//! model.

/// How far an answer has come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Grown {
    /// What can be shown now.
    pub(crate) text: String,
    /// Whether the answer ends here.
    pub(crate) over: bool,
}

/// Collects the words of an answer.
pub(crate) struct Growing {
    stops: Vec<String>,
    /// Whether it ends with its first sentence.
    sentence: bool,
    bytes: Vec<u8>,
    /// Text that was not shown yet.
    held: String,
    /// Whether something other than white space was shown or is held.
    begun: bool,
}

impl Growing {
    pub(crate) fn new(stops: Vec<String>, sentence: bool) -> Self {
        let stops = stops.into_iter().filter(|stop| !stop.is_empty()).collect();
        Self { stops, sentence, bytes: Vec::new(), held: String::new(), begun: false }
    }

    /// Takes the bytes of one word.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Grown {
        self.bytes.extend_from_slice(bytes);
        self.held.push_str(&whole(&mut self.bytes, false));
        self.grown()
    }

    /// Takes the end of the answer: nothing is held back any more.
    pub(crate) fn end(&mut self) -> String {
        self.held.push_str(&whole(&mut self.bytes, true));
        let grown = self.grown();
        if grown.over { grown.text } else { grown.text + &std::mem::take(&mut self.held) }
    }

    fn grown(&mut self) -> Grown {
        let stop = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min();
        let sentence = if self.sentence { self.sentence_end() } else { None };
        if let Some(end) = [stop, sentence].into_iter().flatten().min() {
            self.held.truncate(end);
            return Grown { text: std::mem::take(&mut self.held), over: true };
        }
        let kept = self.stops.iter().map(|stop| half_stop(&self.held, stop)).max().unwrap_or(0);
        let kept = if self.sentence { kept.max(self.half_sentence()) } else { kept };
        let rest = self.held.split_off(self.held.len() - kept);
        let text = std::mem::replace(&mut self.held, rest);
        self.begun |= !text.trim().is_empty();
        Grown { text, over: false }
    }

    /// Where the first sentence ends, if it is certain.
    fn sentence_end(&self) -> Option<usize> {
        let mut begun = self.begun;
        let mut chars = self.held.char_indices().peekable();
        while let Some((at, character)) = chars.next() {
            if character == '\n' && begun {
                return Some(at);
            }
            begun |= !character.is_whitespace();
            if matches!(character, '。' | '！' | '？') {
                return Some(at + character.len_utf8());
            }
            if !matches!(character, '.' | '!' | '?' | '…') {
                continue;
            }
            let mut end = at + character.len_utf8();
            while let Some((at, closer)) = chars.peek()
                && matches!(closer, '.' | '!' | '?' | '…' | '"' | '”' | '’' | '\'' | ')' | '»')
            {
                end = at + closer.len_utf8();
                chars.next();
            }
            let behind = self.held.get(end..).unwrap_or_default();
            if !behind.starts_with(char::is_whitespace) {
                continue;
            }
            // A small letter goes on with the sentence: the end was an abbreviation's.
            if behind.trim_start().chars().next().is_some_and(|next| !next.is_lowercase())
                || behind.contains('\n')
            {
                return Some(end);
            }
        }
        None
    }

    /// How much at the end may be the end of a sentence.
    fn half_sentence(&self) -> usize {
        let trimmed = self.held.trim_end();
        if trimmed.is_empty() {
            return if self.begun { self.held.len() } else { 0 };
        }
        let bare = trimmed.trim_end_matches(['.', '!', '?', '…', '"', '”', '’', '\'', ')', '»']);
        self.held.len() - bare.len()
    }
}

/// How much at the end of `text` may be the beginning of `stop`.
fn half_stop(text: &str, stop: &str) -> usize {
    let most = stop.len().min(text.len());
    (1..=most)
        .rev()
        .find(|length| {
            let start = text.len() - length;
            text.is_char_boundary(start) && stop.starts_with(&text[start..])
        })
        .unwrap_or(0)
}

/// Takes the whole characters off the front; what is no text becomes the sign for that.
fn whole(bytes: &mut Vec<u8>, all: bool) -> String {
    let mut text = String::new();
    loop {
        match std::str::from_utf8(bytes) {
            Ok(rest) => {
                text.push_str(rest);
                bytes.clear();
                return text;
            }
            Err(why) => {
                text.push_str(&String::from_utf8_lossy(&bytes[..why.valid_up_to()]));
                bytes.drain(..why.valid_up_to());
                match why.error_len() {
                    Some(length) => {
                        text.push('\u{fffd}');
                        bytes.drain(..length);
                    }
                    None if all => {
                        text.push('\u{fffd}');
                        bytes.clear();
                        return text;
                    }
                    None => return text,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of the pieces, with `|` between what came at once, and `.` where it ended.
    fn check(stops: &[&str], sentence: bool, pieces: &[&[u8]], shown: &str) {
        let mut growing = Growing::new(stops.iter().map(ToString::to_string).collect(), sentence);
        let mut seen = Vec::new();
        for piece in pieces {
            let grown = growing.add(piece);
            seen.push(grown.text);
            if grown.over {
                assert_eq!(format!("{}#", seen.join("|")), shown);
                return;
            }
        }
        seen.push(growing.end());
        assert_eq!(seen.join("|"), shown);
    }

    #[test]
    fn characters_and_stops_come_whole() {
        check(&[], false, &[b"a", b"\xe2\x82", b"\xac!"], "a||€!|");
        check(&[], false, &[b"\xe2\x82"], "|\u{fffd}");
        check(&[], false, &[b"a\xffb"], "a\u{fffd}b|");
        check(&["END"], false, &[b"one E", b"N", b"D two"], "one ||#");
        check(&["END"], false, &[b"one E", b"N", b" two"], "one ||EN two|");
        check(&["\n\n", "x"], false, &[b"a\n", b"b\n\nc"], "a|\nb#");
    }

    #[test]
    fn a_sentence_ends_where_the_next_begins() {
        check(&[], true, &[b"One is", b" 1.5 or", b" so.", b" Two"], "One is| 1.5 or| so|.#");
        check(&[], true, &[b"See e.g.", b" this.", b"\"\nNo"], "See e.g|. this|.\"#");
        check(&[], true, &[b"\n\nOne", b"\nTwo"], "\n\nOne|#");
        check(&[], true, &["はい。".as_bytes(), b"x"], "はい。#");
        check(&[], true, &[b"Done."], "Done|.");
    }
}
