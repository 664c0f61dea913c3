//! What of an answer is the new text, where that is more than taking it as it is.

use unicode_segmentation::UnicodeSegmentation as _;

/// How a line of a list begins.
pub const LIST: &str = "- ";

/// How the text of an answer is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// As the new text.
    #[default]
    AsItIs,
    /// As a list that may have been begun for the model: its lines, each once.
    List,
    /// As what comes after `before`, up to the end of a sentence.
    Continuation { before: String, after: String },
}

impl Reading {
    /// The new text.
    pub fn read(&self, answer: &str) -> String {
        match self {
            Self::AsItIs => answer.to_owned(),
            Self::List => list(answer),
            Self::Continuation { before, after } => continuation(before, after, answer),
        }
    }
}

/// The first list of an answer; of an answer without one all of it.
fn list(answer: &str) -> String {
    let mut items: Vec<String> = Vec::new();
    // What was begun for the model may be repeated in the answer, or not.
    let begun = answer.trim_start().trim_start_matches("Facts:").trim_start();
    for (index, line) in begun.lines().enumerate() {
        let line = line.trim();
        let item = ["- ", "* ", "• "].iter().find_map(|sign| line.strip_prefix(sign));
        let Some(item) = item.or_else(|| numbered(line)).or((index == 0).then_some(line)) else {
            if line.is_empty() && items.is_empty() {
                continue;
            }
            break;
        };
        let item = item.trim();
        let item = numbered(item).unwrap_or(item).trim();
        if !item.is_empty() && !items.iter().any(|known| known == item) {
            items.push(item.to_owned());
        }
    }
    if items.is_empty() {
        return answer.to_owned();
    }
    items.iter().map(|item| format!("{LIST}{item}")).collect::<Vec<_>>().join("\n")
}

/// Without a number such as `1.` or `2)` in front.
fn numbered(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = (rest.len() < line.len()).then_some(rest)?;
    rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))
}

/// What an answer adds between two texts: without what it repeats, with the blank between words,
/// and up to the end of its last whole sentence, if it has one.
fn continuation(before: &str, after: &str, answer: &str) -> String {
    let answer = answer.trim_matches(|c: char| c == '\n' || c == '\r');
    let mut new = &answer[repeated(before, answer)..];
    // One paragraph: what follows a blank line is another thought.
    let lead = new.len() - new.trim_start().len();
    if let Some(end) = new[lead..].find("\n\n") {
        new = &new[..lead + end];
    }
    let mut new = new.trim_end().to_owned();
    if let Some(end) = last_sentence(&new) {
        new.truncate(end);
    }
    let new = new.trim_end();
    if new.trim().is_empty() {
        return String::new();
    }
    // On an empty line between two paragraphs it becomes one of its own.
    let blank = before.ends_with('\n') && !before.ends_with("\n\n") && after.starts_with('\n');
    if blank {
        return format!("\n{}\n", new.trim());
    }
    let word = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
    let mut text = String::new();
    let open = before.chars().next_back().is_some_and(|c| "([{“‘«—/-".contains(c));
    if word(before.chars().next_back())
        && new.chars().next().is_some_and(|c| c.is_alphanumeric() || "\"“(«'".contains(c))
        && !open
        && !is_scriptio_continua(new)
    {
        text.push(' ');
    }
    let new = match before.chars().next_back() {
        None => new.trim_start(),
        Some(c) if c.is_whitespace() => new.trim_start(),
        Some(_) => new,
    };
    text.push_str(new);
    if after.chars().next().is_some_and(char::is_alphanumeric) && !is_scriptio_continua(after) {
        text.push(' ');
    }
    text
}

/// Whether a text begins in a script that puts no blanks between words.
fn is_scriptio_continua(text: &str) -> bool {
    text.chars().next().is_some_and(
        |c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{e00}'..='\u{e7f}'),
    )
}

/// The bytes at the beginning of `answer` that stand at the end of `before` already: at least two
/// words, or all that is before.
fn repeated(before: &str, answer: &str) -> usize {
    let folded = |text: &str| -> Vec<(usize, String)> {
        let words = text.split_word_bound_indices().filter(|(_, word)| !word.trim().is_empty());
        words.map(|(at, word)| (at + word.len(), word.to_lowercase())).collect()
    };
    let (had, said) = (folded(before), folded(answer));
    let most = had.len().min(said.len());
    let same = |count: &usize| {
        let tail = had[had.len() - count..].iter().map(|(_, word)| word);
        tail.eq(said[..*count].iter().map(|(_, word)| word))
    };
    let few = 2.min(had.len()).max(1);
    (few..=most).rev().find(same).and_then(|count| said.get(count - 1)).map_or(0, |(end, _)| *end)
}

/// Where the last sentence that has an end ends, in bytes.
fn last_sentence(text: &str) -> Option<usize> {
    let closers = |c: char| matches!(c, '"' | '”' | '’' | '\'' | ')' | '»' | '」');
    let mut end = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let wide = matches!(c, '。' | '！' | '？');
        if !(wide || matches!(c, '.' | '!' | '?' | '…')) {
            continue;
        }
        let mut stop = at + c.len_utf8();
        while let Some((at, c)) =
            chars.next_if(|(_, c)| closers(*c) || matches!(c, '.' | '!' | '?'))
        {
            stop = at + c.len_utf8();
        }
        // `3.5` and `e.g` go on.
        if wide || chars.peek().is_none_or(|(_, next)| next.is_whitespace()) {
            end = Some(stop);
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_its_lines() {
        let check = |answer: &str, wanted: &str| assert_eq!(Reading::List.read(answer), wanted);
        check("Facts:\n- 1. Bread\n- 2. Cake\n\nThese are the facts.", "- Bread\n- Cake");
        check(" Sam looks after it\n- Robin too", "- Sam looks after it\n- Robin too");
        check("* one\n* two\n* one", "- one\n- two");
        check("1. one\n2) two", "- one\n- two");
        check("- 3 eggs\n- 1.5 l milk", "- 3 eggs\n- 1.5 l milk");
        check("", "");
    }

    #[test]
    fn a_continuation_goes_on_where_the_text_ends() {
        let check = |before: &str, after: &str, answer: &str, wanted: &str| {
            let reading = Reading::Continuation { before: before.into(), after: after.into() };
            assert_eq!(reading.read(answer), wanted, "{before:?} {answer:?}");
        };
        check("We sell bread", "", "and cakes. We a", " and cakes.");
        check("We sell bread ", "", " and cakes", "and cakes");
        check("We sell bread.", "", "We sell bread. It is good.", " It is good.");
        check(
            "We sell bread",
            "",
            "We sell bread, and it is 3.5 euros. So",
            ", and it is 3.5 euros.",
        );
        check("We sell", "", "we sell bread.\n\nRegards", " bread.");
        check("", "", "A start. And", "A start.");
        check("He said “", "", "no.” Then she", "no.”");
        check("我们卖面包", "", "和蛋糕。我们", "和蛋糕。");
        check("One.", "Three.", "Two.", " Two. ");
        check("One.\n", "\nThree.", "Two.", "\nTwo.\n");
        check("One.", "", "One.", "");
        check("The the", "", "the end.", " the end.");
    }
}
