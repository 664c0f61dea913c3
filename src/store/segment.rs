//! How text is cut into words for searching.
//!
//! The index cuts words where letters end, as its tokenizer does, and takes accents off. Scripts
//! that are written without spaces get every character as a word of its own, and a word of the
//! query becomes a run of such words; so two-character words are found. The same cut is made
//! here for highlighting. Pure: knows no database.

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// In `char`s from the start of the text.
    pub start: usize,
    pub end: usize,
    /// In lower case, without accents.
    pub text: String,
}

/// Letters with accents, by the letter below.
const ACCENTS: &[(char, &str)] = &[
    ('a', "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
    ('b', "ḃḅḇ"),
    ('c', "çćĉċčḉ"),
    ('d', "ďḋḍḏḑḓ"),
    ('e', "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
    ('f', "ḟ"),
    ('g', "ĝğġģǧǵḡ"),
    ('h', "ĥȟḣḥḧḩḫẖ"),
    ('i', "ìíîïĩīĭįǐȉȋḭḯỉị"),
    ('j', "ĵǰ"),
    ('k', "ķǩḱḳḵ"),
    ('l', "ĺļľḷḹḻḽ"),
    ('m', "ḿṁṃ"),
    ('n', "ñńņňǹṅṇṉṋ"),
    ('o', "òóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
    ('p', "ṕṗ"),
    ('r', "ŕŗřȑȓṙṛṝṟ"),
    ('s', "śŝşšșṡṣṥṧṩ"),
    ('t', "ţťțṫṭṯṱẗ"),
    ('u', "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
    ('v', "ṽṿ"),
    ('w', "ŵẁẃẅẇẉẘ"),
    ('x', "ẋẍ"),
    ('y', "ýÿŷȳẏẙỳỵỷỹ"),
    ('z', "źżžẑẓẕ"),
];

/// Lower case without accents; nothing for a combining accent.
fn fold(character: char, out: &mut String) {
    if character.is_ascii() {
        out.push(character.to_ascii_lowercase());
    } else if !('\u{300}'..='\u{36f}').contains(&character) {
        for lower in character.to_lowercase() {
            let plain = ACCENTS.iter().find(|(_, accented)| accented.contains(lower));
            out.push(plain.map_or(lower, |(plain, _)| *plain));
        }
    }
}

/// Whether the character is a word of its own: scripts that are written without spaces.
pub fn stands_alone(character: char) -> bool {
    matches!(
        character as u32,
        0x0e00..=0x0eff // Thai, Lao
        | 0x1000..=0x109f // Myanmar
        | 0x1780..=0x17ff // Khmer
        | 0x2e80..=0x2fdf // radicals
        | 0x3005..=0x3007 | 0x3021..=0x3029
        | 0x3041..=0x30ff // kana
        | 0x3100..=0x312f | 0x31a0..=0x31ff
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff // ideographs
        | 0xac00..=0xd7a3 // Hangul
        | 0xf900..=0xfaff | 0xff66..=0xff9f
        | 0x20000..=0x3ffff
    )
}

/// The text as it goes into the index: characters that stand alone are set apart by spaces.
pub fn spaced(text: &str) -> String {
    if text.is_ascii() {
        return text.replace('\0', " ");
    }
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for character in text.chars() {
        if stands_alone(character) {
            out.push(' ');
            out.push(character);
            out.push(' ');
        } else {
            out.push(if character == '\0' { ' ' } else { character });
        }
    }
    out
}

/// The words of the first `most` characters of a text.
pub fn tokens(text: &str, most: usize) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut open: Option<Token> = None;
    for (index, character) in text.chars().take(most).enumerate() {
        let accent = ('\u{300}'..='\u{36f}').contains(&character);
        if stands_alone(character) {
            found.extend(open.take());
            if character.is_alphanumeric() {
                let mut token = Token { start: index, end: index + 1, text: String::new() };
                fold(character, &mut token.text);
                found.push(token);
            }
        } else if character.is_alphanumeric() || (accent && open.is_some()) {
            let token =
                open.get_or_insert_with(|| Token { start: index, end: index, text: String::new() });
            token.end = index + 1;
            fold(character, &mut token.text);
        } else {
            found.extend(open.take());
        }
    }
    found.extend(open);
    found
}

/// One word of a query: tokens that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As it was typed, without quotation marks.
    pub raw: String,
    pub tokens: Vec<String>,
    /// The last token may be the beginning of a longer one.
    pub prefix: bool,
}

/// Reads what a person typed. There is no syntax but quotation marks around a phrase and a `*` at
/// the end of a word; whatever else stands there is taken as text.
pub fn terms(text: &str) -> Vec<Term> {
    let mut raws: Vec<(String, bool)> = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        if let Some(quoted) = rest.strip_prefix('"') {
            let (phrase, tail) = quoted.split_once('"').unwrap_or((quoted, ""));
            raws.push((phrase.into(), false));
            rest = tail;
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        let starred = word.ends_with('*');
        raws.push((word.into(), starred || tail.is_empty()));
        rest = tail;
    }
    let mut found = Vec::new();
    for (raw, open) in raws {
        let raw = raw.trim_end_matches('*').replace('\0', " ");
        let tokens = tokens(&raw, usize::MAX);
        let Some(last) = tokens.last() else { continue };
        // One letter begins too many words to be of use, and in scripts without spaces every
        // run matches in the middle anyway.
        let long = last.text.chars().nth(1).is_some();
        found.push(Term {
            prefix: open && long && raw.ends_with(char::is_alphanumeric),
            tokens: tokens.into_iter().map(|token| token.text).collect(),
            raw,
        });
    }
    found
}

impl Term {
    /// Where the term occurs in a text's tokens: index of the first and behind the last.
    pub fn find(&self, text: &[Token]) -> Vec<(usize, usize)> {
        let width = self.tokens.len();
        let mut found = Vec::new();
        let mut at = 0;
        while width > 0 && at + width <= text.len() {
            let fits = self.tokens.iter().enumerate().all(|(index, want)| {
                let have = &text[at + index].text;
                have == want || self.prefix && index + 1 == width && have.starts_with(want)
            });
            if fits {
                found.push((at, at + width));
            }
            at += if fits { width } else { 1 };
        }
        found
    }
}
