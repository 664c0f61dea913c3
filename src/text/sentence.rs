//! Where sentences end, and which line ends only wrap them; by a look at the characters: a mark that
//! ends one, what closes behind it, a blank, and no small letter. Not the rules of Unicode, which take
//! `Dr. Weber` for two sentences and end one within `**bold.**`. Knows no lines and no notation but
//! what may hang on a mark.

/// What is written with a mark before a name, a title or a part of one.
const TITLES: &str = " mr mrs ms mx dr prof st sr jr rev hon gen col lt sgt capt gov sen rep messrs \
    mme mlle mgr sra dra srta dipl ing hr fr hrn mag bzw ca evtl ggf inkl vgl sog zzgl \
    vs cf approx dept est ";

/// What is written with a mark before a number.
const COUNTED: &str = " no nos nr nrn num núm fig figs abb tab p pp s art eq sec ch chap vol bd kap \
    ver pos ziff abs jan feb mar apr jun jul aug sep sept oct okt nov dec dez janv févr avr juil déc ene \
    abr ago dic ca approx tel ";

/// Words behind which a number with a mark is an ordinal, as in `am 3. Mai`.
const ORDINAL: &str = " am vom zum beim im der die das den dem des bis ab seit zur jeder jeden jedes \
    ihr ihre ihrem ihren sein seine seinem seinen ";

/// Words that begin a sentence and follow no initial and no title.
const STARTS: &str = " the a an this that these those we it he she they you i then but and so if in on at \
    as for there here what when who why how not no yes der die das wir es er sie ihr ich du ein eine dann \
    und aber so wenn in im am auf hier was wann wer le la les un une nous il elle ils mais et el los las \
    un una pero y ";

fn is_in(list: &str, word: &str) -> bool {
    !word.is_empty() && list.contains(&format!(" {word} "))
}

/// Whether a character ends a sentence.
pub fn is_end(letter: char) -> bool {
    matches!(
        letter,
        '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' | '。' | '！' | '？' | '｡' | '．'
    )
}

/// Whether a character belongs to the sentence before it, right behind the mark that ends it.
fn closes(letter: char) -> bool {
    matches!(
        letter,
        '"' | '\''
            | '”'
            | '’'
            | '“'
            | '‘'
            | '»'
            | '›'
            | ')'
            | ']'
            | '*'
            | '_'
            | '`'
            | '~'
            | '」'
            | '』'
            | '）'
            | '】'
            | '》'
            | '〉'
    )
}

/// Whether no blank is needed between two sentences behind this mark.
fn is_wide(letter: char) -> bool {
    letter >= '\u{2e80}'
}

/// Whether a text ends as a sentence does.
pub fn ends(text: &str) -> bool {
    text.trim_end().trim_end_matches(closes).ends_with(is_end)
}

/// Where sentences end and the next ones begin, in bytes. `before` stands in front of the text.
pub fn borders(text: &str, before: Option<char>) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    // Where the sentence would end, and where its mark stands if it is a single full stop.
    let mut ended = before.filter(|letter| is_end(*letter)).map(|_| (0, None));
    let (mut parted, mut lined) = (before.is_some_and(is_wide), false);
    for (at, letter) in text.char_indices() {
        match ended {
            _ if is_end(letter) => {
                let single = letter == '.' && ended.is_none_or(|(end, _)| end != at);
                ended = Some((at + letter.len_utf8(), single.then_some(at)));
                (parted, lined) = (is_wide(letter), false);
            }
            // In German `“` closes; behind a wide mark it opens.
            Some((end, mark))
                if closes(letter) && end == at && !(parted && matches!(letter, '“' | '‘')) =>
            {
                ended = Some((at + letter.len_utf8(), mark));
            }
            Some(_) if letter.is_whitespace() => {
                parted = true;
                lined |= letter == '\n';
            }
            Some((end, mark)) => {
                let short = mark.is_some_and(|mark| is_short(&text[..mark], &text[at..]));
                // At the end of a line it ends whatever comes.
                if parted && (lined || !letter.is_lowercase()) && !short {
                    out.push((end, at));
                }
                ended = None;
            }
            None => {}
        }
    }
    out.extend(ended.filter(|_| parted).map(|(end, _)| (end, text.len())));
    out
}

/// Whether a full stop between two texts shortens the word before it, or counts.
fn is_short(before: &str, behind: &str) -> bool {
    let start = |text: &str| {
        let tail = text.char_indices().rev().take_while(|(_, c)| c.is_alphanumeric());
        tail.last().map_or(text.len(), |(at, _)| at)
    };
    let at = start(before);
    let (rest, word) = before.split_at(at);
    let next: String = behind.chars().take_while(|c| c.is_alphanumeric()).take(16).collect();
    let starts = !next.starts_with(char::is_lowercase) && is_in(STARTS, &next.to_lowercase());
    let counted = next.starts_with(|c: char| c.is_numeric());
    let mut letters = word.chars();
    let (first, second) = (letters.next(), letters.next());
    let line = rest.trim_end_matches([' ', '\t']);
    let begins = line.is_empty() || line.ends_with('\n');
    match (first, second) {
        // The number of an item.
        _ if begins && !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) => true,
        (Some(_), _) if word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()) => {
            let above = rest.trim_end();
            let spoken = above[start(above)..].to_lowercase();
            above.len() < rest.len() && is_in(ORDINAL, &spoken) && !counted
        }
        // The end of `don't`.
        (Some(_), None) if rest.ends_with(['\'', '’']) => false,
        // An initial, or the last letter of `e.g.` and `z. B.`.
        (Some(letter), None) if letter.is_lowercase() => !starts,
        (Some(letter), None) if letter.is_uppercase() => !starts && (!counted || letter == 'S'),
        (Some(_), Some(_)) => {
            let word = word.to_lowercase();
            is_in(TITLES, &word) && !starts || is_in(COUNTED, &word) && counted
        }
        _ => false,
    }
}

/// Whether a line end only wraps a paragraph, so that a space could stand there: prose goes on
/// before and behind it.
pub fn is_soft(before: &str, blanks: &str, behind: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or("");
    let next = behind.split('\n').next().unwrap_or("");
    let hard = blanks.starts_with("  ") || line.ends_with('\\');
    let first = next.split_whitespace().next().unwrap_or("");
    let number = first.trim_end_matches(['.', ')']);
    let item = first.len() > number.len() && number.bytes().all(|byte| byte.is_ascii_digit())
        || ["-", "*", "+", "•", "–", "—"].contains(&first);
    let marked = |line: &str| {
        let line = line.trim_start();
        ["#", "|", ">", "```", "~~~", "//", "/*", "<", "}", "---", "===", "***"]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    let gap = |line: &str| line.chars().all(|c| matches!(c, '.' | '…' | '[' | ']'));
    let assigns = |line: &str| {
        let sign = line.split_whitespace().nth(1);
        sign.is_some_and(|sign| ["=", ":=", "+=", "-=", "=="].contains(&sign))
    };
    // Also as a model writes the marks.
    let quotes = |line: &str| {
        let (mut last, mut run) = (0, 0);
        line.chars().any(|sign| {
            let kind = match sign {
                '"' | '“' | '”' => 1,
                '\'' | '‘' | '’' => 2,
                _ => 0,
            };
            run = if kind == last { run + 1 } else { 1 };
            last = kind;
            kind > 0 && run > 2
        })
    };
    let calls = || {
        let name = first.split_once('(').map_or("", |(name, _)| name);
        let named = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:".contains(&byte));
        !name.is_empty() && named && next.trim_end().ends_with([')', ';', ',', ':'])
    };
    let code = line.trim_end().ends_with(['{', '}', ';', '|'])
        || assigns(next)
        || calls()
        || quotes(line)
        || quotes(next);
    let indent = blanks.rfind('\n').map_or(blanks, |at| &blanks[at + 1..]);
    let wide = indent.chars().count() > 3 || indent.contains('\t');
    let prose = line.split_whitespace().count() >= 3;
    prose && !hard && !item && !marked(line) && !marked(next) && !gap(next.trim()) && !code && !wide
}

/// A text whose line ends only wrap it, on one line; `None` where another one is among them, or none.
pub fn unwrapped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\n') {
        let above = rest[..at].trim_end();
        let start =
            at + 1 + (rest[at + 1..].len() - rest[at + 1..].trim_start_matches([' ', '\t']).len());
        let blanks = rest[above.len()..start].trim_start_matches('\r');
        if !is_soft(above, blanks, &rest[start..]) {
            return None;
        }
        out.push_str(above);
        out.push(' ');
        rest = &rest[start..];
    }
    out.push_str(rest);
    (rest.len() < text.len()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_at_a_mark_and_not_at_a_short_word() {
        // `|` parts the sentences.
        for marked in [
            "One. |Two! |Three? |“Four.” |Five.",
            "It is 3.5 percent, e.g. of Kassel. |Then z. B. Brot, d. h. Kuchen. |End.",
            "Dr. Weber and Mr. J. R. Smith met. |They left.",
            "Wir öffnen am 3. Mai. |Der 1. Preis geht an uns. |Am 21. Juni ist Schluss.",
            "See Fig. 3 and No. 5, p. 12. |No. |We don't. |Plan B. |The end.",
            "It costs 5. |Then we left. |It is vitamin C. |It helps.",
            "**Bold.** |Next (as said.) |And `code.` |Then.",
            "我们卖面包。|我们在七点开门！|“好吗？”|好。",
            "نبيع الخبز. |هل نفتح في السابعة؟ |نعم.",
            "Wait… |He went… and came. |Really?! |Yes... |Good.",
            "1. We bake. |We sell.",
            "cowrite.rs and U.S. Army. |The U.S. |We go.",
            "Er sagte: „Halt.“ |Dann ging er.",
            "It ends here.\n|small letters begin, e.g.\nof lines, or z. B.\ndie here.",
            "no end at all",
        ] {
            let text = marked.replace('|', "");
            let mut shown = text.clone();
            for (_, start) in borders(&text, None).into_iter().rev() {
                if start < text.len() {
                    shown.insert(start, '|');
                }
            }
            assert_eq!(shown, marked);
        }
    }

    #[test]
    fn a_text_that_is_wrapped_has_one_line() {
        for (text, wanted) in [
            (
                "We open in May, as\nwe always did,\r\n  and close.",
                "We open in May, as we always did, and close.",
            ),
            ("We open in May.\n\nWe close.", ""),
            ("We buy three things:\n- rye", ""),
            ("We open in May.", ""),
        ] {
            assert_eq!(unwrapped(text).unwrap_or_default(), wanted, "{text:?}");
        }
    }

    #[test]
    fn a_text_may_end_as_a_sentence_does() {
        for (text, wanted) in
            [("One.", true), ("“One.” ", true), ("**One!**", true), ("好。", true), ("One,", false)]
        {
            assert_eq!(ends(text), wanted, "{text}");
        }
    }
}
