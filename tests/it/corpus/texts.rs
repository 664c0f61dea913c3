//! The documents of the corpus: written for it, or taken from this project's own sources.
//!
//! Knows no edits. Data files stand in `tests/corpus/`; some documents are made here, and some are
//! others with line ends, tabs or accents of another kind.

use cowrite::base::Rand;
use std::fmt::Write as _;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Prose,
    Markdown,
    Rust,
    Python,
    Json,
    Csv,
    Toml,
    Yaml,
    Html,
    Chinese,
    Japanese,
    Arabic,
    French,
    German,
}

impl Kind {
    pub fn is_code(self) -> bool {
        matches!(
            self,
            Self::Rust
                | Self::Python
                | Self::Json
                | Self::Csv
                | Self::Toml
                | Self::Yaml
                | Self::Html
        )
    }

    /// Words stand without blanks between them.
    pub fn is_spaceless(self) -> bool {
        matches!(self, Self::Chinese | Self::Japanese)
    }

    /// Blanks at the start of a line say what it belongs to.
    pub fn is_indented(self) -> bool {
        matches!(self, Self::Python | Self::Yaml)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Prose => "prose",
            Self::Markdown => "markdown",
            Self::Rust => "rust",
            Self::Python => "python",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Toml => "toml",
            Self::Yaml => "yaml",
            Self::Html => "html",
            Self::Chinese => "chinese",
            Self::Japanese => "japanese",
            Self::Arabic => "arabic",
            Self::French => "french",
            Self::German => "german",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Text {
    /// Also the name of the file that a model would write.
    pub name: &'static str,
    pub kind: Kind,
    pub body: String,
}

macro_rules! files {
    ($($name:literal, $file:literal, $kind:ident;)*) => {
        &[$(($name, include_str!(concat!("../../corpus/", $file)), Kind::$kind)),*]
    };
}

const FILES: &[(&str, &str, Kind)] = files! {
    "minutes.md", "minutes.md", Markdown;
    "essay.txt", "essay.txt", Prose;
    "lease.txt", "lease.txt", Prose;
    "voyage.md", "voyage.md", Prose;
    "rapport.md", "rapport.md", French;
    "zusammenfassung.txt", "zusammenfassung.txt", German;
    "guanzhi.md", "guanzhi.md", Chinese;
    "tegami.md", "tegami.md", Japanese;
    "taqrir.txt", "arabic.txt", Arabic;
    "interview.txt", "interview.txt", Prose;
    "compose.yaml", "compose.yaml", Yaml;
    "page.html", "page.html", Html;
    "recipe.md", "recipe.md", Markdown;
    "design.md", "design.md", Markdown;
    "measurements.md", "measurements.md", Markdown;
    "handbook.md", "handbook.md", Markdown;
    "README.md", "readme.md", Markdown;
    "CONTRIBUTING.md", "contributing.md", Markdown;
    "ARCHITECTURE.md", "architecture.md", Markdown;
    "CHANGELOG.md", "changelog.md", Markdown;
    "inventory.py", "inventory.py", Python;
    "screen.py", "screen.py.txt", Python;
    "llama.py", "llama.py.txt", Python;
    "rand.rs", "rand.rs.txt", Rust;
    "markers.rs", "markers.rs.txt", Rust;
    "index.rs", "index.rs.txt", Rust;
    "pos.rs", "pos.rs.txt", Rust;
    "service.json", "service.json", Json;
    "members.csv", "members.csv", Csv;
    "keymap.toml", "keymap.toml", Toml;
};

/// All documents, in a fixed order.
pub fn all() -> Vec<Text> {
    let mut out: Vec<Text> = FILES
        .iter()
        .map(|(name, body, kind)| Text { name, kind: *kind, body: body.replace("\r\n", "\n") })
        .collect();
    let body = |name: &str| -> String {
        out.iter().find(|text| text.name == name).map(|text| text.body.clone()).unwrap()
    };
    let made = [
        ("minutes-crlf.md", Kind::Markdown, body("minutes.md").replace('\n', "\r\n")),
        ("inventory-crlf.py", Kind::Python, body("inventory.py").replace('\n', "\r\n")),
        ("recipe-mixed.md", Kind::Markdown, mixed(&body("recipe.md"))),
        ("rand-tabs.rs", Kind::Rust, tabbed(&body("rand.rs"))),
        ("bericht.txt", Kind::German, decomposed(&body("zusammenfassung.txt"))),
        ("registry.txt", Kind::Prose, registry()),
        ("orders.csv", Kind::Csv, orders()),
        ("fixtures.json", Kind::Json, fixtures()),
        ("handlers.rs", Kind::Rust, handlers()),
        ("wrapped.txt", Kind::Prose, wrapped(&body("essay.txt"), 76)),
    ];
    out.extend(made.map(|(name, kind, body)| Text { name, kind, body }));
    out
}

/// Every third line ends as on Windows.
fn mixed(text: &str) -> String {
    let lines = text.split_inclusive('\n').enumerate();
    lines
        .map(|(index, line)| match index % 3 {
            1 => line.replace('\n', "\r\n"),
            _ => line.to_owned(),
        })
        .collect()
}

fn tabbed(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start_matches(' ');
        let spaces = line.len() - rest.len();
        out.push_str(&"\t".repeat(spaces / 4));
        out.push_str(&" ".repeat(spaces % 4));
        out.push_str(rest);
    }
    out
}

/// Letters with accents and how they look in two characters.
pub const ACCENTS: &[(char, &str)] = &[
    ('à', "a\u{300}"),
    ('â', "a\u{302}"),
    ('ä', "a\u{308}"),
    ('á', "a\u{301}"),
    ('ç', "c\u{327}"),
    ('è', "e\u{300}"),
    ('é', "e\u{301}"),
    ('ê', "e\u{302}"),
    ('ë', "e\u{308}"),
    ('î', "i\u{302}"),
    ('ï', "i\u{308}"),
    ('ô', "o\u{302}"),
    ('ö', "o\u{308}"),
    ('ù', "u\u{300}"),
    ('û', "u\u{302}"),
    ('ü', "u\u{308}"),
    ('É', "E\u{301}"),
    ('À', "A\u{300}"),
    ('Ä', "A\u{308}"),
    ('Ö', "O\u{308}"),
    ('Ü', "U\u{308}"),
    ('أ', "ا\u{654}"),
    ('إ', "ا\u{655}"),
    ('ؤ', "و\u{654}"),
    ('ئ', "ي\u{654}"),
    ('آ', "ا\u{653}"),
];

pub fn decomposed(text: &str) -> String {
    let pair = |c: char| ACCENTS.iter().find(|(one, _)| *one == c).map(|(_, two)| *two);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match pair(c) {
            Some(two) => out.push_str(two),
            None => out.push(c),
        }
    }
    out
}

pub fn composed(text: &str) -> String {
    ACCENTS
        .iter()
        .fold(text.to_owned(), |text, (one, two)| text.replace(two, one.encode_utf8(&mut [0; 4])))
}

pub fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / width + 1);
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\r', '\n']);
        let mut column = 0;
        for word in body.split(' ') {
            let wide = word.chars().count();
            if column > 0 && column + 1 + wide > width {
                out.push('\n');
                column = 0;
            } else if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += wide;
        }
        out.push_str(&line[body.len()..]);
    }
    out
}

/// Entries that resemble each other in all but names, numbers and dates.
fn registry() -> String {
    const BOATS: &[(&str, &str, &str)] = &[
        ("Marlin", "Anna Brandt", "oak"),
        ("Heron", "Jonas Brandt", "oak"),
        ("Petrel", "Anna Bergmann", "larch"),
        ("Kestrel", "Ida Falk", "larch"),
        ("Osprey", "Ida Falke", "pine"),
        ("Plover", "Samuel Otto", "oak"),
        ("Curlew", "Samira Otto", "steel"),
        ("Dunlin", "Max Reuter", "oak"),
        ("Avocet", "Marx Reuter", "pine"),
        ("Gannet", "Olga Nilsen", "larch"),
        ("Fulmar", "Olaf Nilsen", "oak"),
        ("Siskin", "Vera Holm", "steel"),
    ];
    const MONTHS: &[&str] = &["January", "March", "May", "June", "September", "November"];
    let mut rand = Rand::from_number(77);
    let mut out = String::from("Register of boats in the inner harbour\n\n");
    for (index, (boat, owner, wood)) in BOATS.iter().enumerate() {
        let (length, berth, fee) = (6 + rand.below(9), 10 + index, 200 + 10 * rand.below(30));
        let (day, month) = (1 + rand.below(27), MONTHS[rand.below(MONTHS.len())]);
        let (may, paid) = (["may", "may not"][rand.below(2)], ["has", "has not"][rand.below(2)]);
        let _ = writeln!(
            out,
            "The {boat} belongs to {owner} and is built of {wood}. She is {length} metres long and lies at berth {berth}. The yearly fee is {fee} euros, which is due on {day} {month}. The owner {may} sleep on board in winter and {paid} signed the new rules.\n"
        );
    }
    out
}

fn orders() -> String {
    const THINGS: &[&str] = &["bolt M6", "bolt M8", "nut M6", "nut M8", "washer M6", "hinge"];
    const TOWNS: &[&str] = &["Lyon", "Graz", "Porto", "Turku", "Gent"];
    let mut rand = Rand::from_number(78);
    let mut out = String::from("order,date,town,thing,count,price,state\n");
    for index in 0..90 {
        let (month, day) = (1 + index / 8 % 12, 1 + rand.below(28));
        let _ = writeln!(
            out,
            "{},2024-{month:02}-{day:02},{},{},{},{}.{:02},{}",
            50_000 + index * 3,
            TOWNS[rand.below(5)],
            THINGS[rand.below(6)],
            (1 + rand.below(40)) * 5,
            1 + rand.below(90),
            rand.below(100),
            ["open", "sent", "paid", "sent back"][rand.below(4)]
        );
    }
    out
}

fn fixtures() -> String {
    let mut rand = Rand::from_number(79);
    let mut out = String::from("[\n");
    for index in 0..24 {
        let (x, y) = (rand.below(400), rand.below(400));
        let _ = write!(
            out,
            "  {{\n    \"id\": {},\n    \"label\": \"point {}\",\n    \"x\": {x},\n    \"y\": {},\n    \"visible\": {},\n    \"weight\": 0.{}\n  }}{}\n",
            700 + index,
            index + 1,
            if y % 2 == 0 { -(y as i64) } else { y as i64 },
            y % 3 == 0,
            1 + rand.below(98),
            if index == 23 { "" } else { "," }
        );
    }
    out.push_str("]\n");
    out
}

/// Functions that resemble each other.
fn handlers() -> String {
    const NAMES: &[&str] = &["open", "close", "read", "write", "list", "move_to", "remove", "stat"];
    let mut out =
        String::from("//! What the server answers.\n\nuse crate::wire::{Reply, Request};\n\n");
    for (index, name) in NAMES.iter().enumerate() {
        let _ = write!(
            out,
            "/// Answers a request to {name}.\npub fn {name}(request: &Request) -> Reply {{\n    if request.body.is_empty() {{\n        return Reply::error({}, \"{name} needs a body\");\n    }}\n    let path = request.path();\n    match crate::disk::{name}(path) {{\n        Ok(done) => Reply::ok(done),\n        Err(why) => Reply::error({}, &why.to_string()),\n    }}\n}}\n\n",
            400 + index,
            500 + index * 2,
        );
    }
    out
}
