//! How text is cut into words for searching.
//!
//! The index cuts words where letters end, as its tokenizer does, and takes accents off. Scripts
//! that are written without spaces get every character as a word of its own, and a word of the
//! query becomes a run of such words; so two-character words are found. The same cut is made
//! here for highlighting. Pure: knows no database.

/// The words of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The words in lower case, without accents, one after the other.
    folded: String,
    spans: Vec<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    /// In `char`s of the text.
    start: usize,
    end: usize,
    /// The end in bytes of `folded`; it begins where the one before ends.
    behind: usize,
}

impl Tokens {
    pub fn count(&self) -> usize {
        self.spans.len()
    }

    /// Where a word begins in the text, in `char`s.
    pub fn start(&self, index: usize) -> usize {
        self.spans[index].start
    }

    /// Where a word ends in the text, in `char`s.
    pub fn end(&self, index: usize) -> usize {
        self.spans[index].end
    }

    /// A word in lower case, without accents.
    pub fn word(&self, index: usize) -> &str {
        let from = if index == 0 { 0 } else { self.spans[index - 1].behind };
        &self.folded[from..self.spans[index].behind]
    }

    /// Where the first word begins that begins at `wish` or behind it.
    pub fn start_from(&self, wish: usize) -> Option<usize> {
        let next = self.spans.partition_point(|span| span.start < wish);
        self.spans.get(next).map(|span| span.start)
    }
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

fn is_accent(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

/// Lower case without accents; nothing for a combining accent.
fn fold(character: char, out: &mut String) {
    if character.is_ascii() {
        out.push(character.to_ascii_lowercase());
        return;
    }
    for lower in character.to_lowercase().filter(|lower| !is_accent(*lower)) {
        let plain = ACCENTS.iter().find(|(_, accented)| accented.contains(lower));
        out.push(plain.map_or(lower, |(plain, _)| *plain));
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
pub fn tokens(text: &str, most: usize) -> Tokens {
    let mut found = Tokens { folded: String::with_capacity(text.len()), spans: Vec::new() };
    let mut open = false;
    for (index, character) in text.chars().take(most).enumerate() {
        let alone = stands_alone(character);
        if !(character.is_alphanumeric() || is_accent(character) && open) {
            open = false;
            continue;
        }
        fold(character, &mut found.folded);
        let behind = found.folded.len();
        match found.spans.last_mut() {
            Some(last) if open && !alone => (last.end, last.behind) = (index + 1, behind),
            _ => found.spans.push(Span { start: index, end: index + 1, behind }),
        }
        open = !alone;
    }
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
    /// Of a long prefix: `raw` with only the first letters of the last token, as many as the index
    /// keeps beginnings of.
    pub short: Option<String>,
}

/// The longest beginnings of words that have an index of their own.
const INDEXED: usize = 3;

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
        let Some(last) = tokens.count().checked_sub(1) else { continue };
        // One letter begins too many words to be of use, and in scripts without spaces every
        // run matches in the middle anyway.
        let length = tokens.word(last).chars().count();
        let prefix = open && length > 1 && raw.ends_with(char::is_alphanumeric);
        let short = (prefix && length > INDEXED)
            .then(|| raw.chars().take(tokens.start(last) + INDEXED).collect());
        let tokens = (0..tokens.count()).map(|index| tokens.word(index).into()).collect();
        found.push(Term { raw, tokens, prefix, short });
    }
    found
}

impl Term {
    /// Whether the term occurs among a text's tokens.
    pub fn is_in(&self, text: &Tokens) -> bool {
        self.places(text, self.prefix).next().is_some()
    }

    /// Where the term occurs among a text's tokens: index of the first and behind the last.
    /// `prefix`: the last token may be the beginning of a longer one.
    pub fn places<'a>(
        &'a self,
        text: &'a Tokens,
        prefix: bool,
    ) -> impl Iterator<Item = (usize, usize)> + 'a {
        let width = self.tokens.len();
        let mut at = 0;
        std::iter::from_fn(move || {
            while width > 0 && at + width <= text.count() {
                let first = at;
                let fits = self.tokens.iter().enumerate().all(|(index, want)| {
                    let have = text.word(first + index);
                    have == want || prefix && index + 1 == width && have.starts_with(want.as_str())
                });
                at += if fits { width } else { 1 };
                if fits {
                    return Some((first, first + width));
                }
            }
            None
        })
    }
}
