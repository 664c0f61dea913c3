//! Reading a decision from a file: MADR 2 to 4, log4brains, adr-tools. What has no field of its own
//! is kept, under its heading, in the context; nothing of a file is dropped but what its form says.

use super::escape::{heading, in_code, plain, plain_item};
use super::items::{files, items};
use super::status::Status;
use crate::event::DecisionStatus;
use crate::report::page::MARK;
use crate::report::record::{Options, Record, clean, one_line};

/// The most lines of a front matter.
const MOST_FRONT: usize = 200;

/// Why a file is no decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRecord {
    /// The page that `cowrite decisions export` writes beside the decisions, or all on one page.
    #[error(
        "it is a page about decisions, not a decision: `--format madr` writes one file a decision"
    )]
    Page,
    #[error("it is a template: its title is no title")]
    Template,
    #[error("it has no title: a line that begins with “# ”")]
    NoTitle,
    #[error("it has none of the sections of a decision, as “## Context” or “## Decision Outcome”")]
    NoSections,
}

/// A part of a file below a heading.
#[derive(Default)]
struct Section<'a> {
    title: &'a str,
    lines: Vec<&'a str>,
}

/// What is put together from the sections.
#[derive(Default)]
struct Reading {
    record: Record,
    status: Status,
    /// Written by this program: titles have no numbers there, links are as they were.
    own: bool,
    known: bool,
    /// What has no field: heading and text.
    extras: Vec<(String, String)>,
}

/// Reads a file; `name` is its name without folders.
///
/// References to other decisions are names of files, or `#` and the number that was said.
///
/// # Errors
/// It is no decision.
pub fn read(name: &str, text: &str) -> Result<Record, BadRecord> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    if text.trim_start().starts_with(MARK) {
        return Err(BadRecord::Page);
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let (front, start) = front_matter(&lines);
    let lines = lines.get(start..).unwrap_or_default();
    let (title, sections) = sections(lines);
    let mut made = Reading::default();
    let titled = made.front(&front);
    let title = match titled {
        Some(title) => title,
        None => title.map(str::to_owned).ok_or(BadRecord::NoTitle)?,
    };
    let is_template = title.starts_with(['{', '<'])
        || title.starts_with("[short title")
        || name.starts_with("adr-template");
    if is_template && !made.own {
        return Err(BadRecord::Template);
    }
    made.record.title = if made.own { title } else { without_number(&title, name).to_owned() };
    for section in sections {
        made.section(&section);
    }
    if !(made.known || made.own) {
        return Err(BadRecord::NoSections);
    }
    Ok(made.finish())
}

/// The lines of `key: value` at the start, and where the rest begins.
fn front_matter<'a>(lines: &[&'a str]) -> (Vec<&'a str>, usize) {
    if lines.first().map(|line| line.trim_end()) != Some("---") {
        return (Vec::new(), 0);
    }
    let rest = lines.get(1..).unwrap_or_default();
    match rest.iter().take(MOST_FRONT).position(|line| line.trim_end() == "---") {
        Some(end) => (rest.get(..end).unwrap_or_default().to_vec(), end + 2),
        None => (Vec::new(), 0),
    }
}

/// A value of the front matter without its quotes.
fn unquoted(value: &str) -> String {
    let value = value.trim();
    if value.starts_with('"')
        && let Ok(text) = serde_json::from_str(value)
    {
        return text;
    }
    let single = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match single {
        Some(text) => text.replace("''", "'"),
        None => value.trim_matches('"').to_owned(),
    }
}

/// Names, which may stand in brackets as a list; what is quoted as a whole is one name.
fn names(value: &str, line: &str) -> String {
    let list = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match list.filter(|_| line.ends_with(']')) {
        Some(list) => list.split(',').map(unquoted).collect::<Vec<_>>().join(", "),
        None => clean(value),
    }
}

/// The title, and the parts of the file: first what stands before all sections.
fn sections<'a>(lines: &[&'a str]) -> (Option<&'a str>, Vec<Section<'a>>) {
    let code = in_code(lines);
    let mut title = None;
    let mut all = vec![Section::default()];
    for (index, line) in lines.iter().enumerate() {
        let found = heading(line).filter(|_| !code.get(index).copied().unwrap_or_default());
        match found {
            Some((1, text)) if title.is_none() => title = Some(text),
            Some((1 | 2, text)) => all.push(Section { title: text, lines: Vec::new() }),
            _ => {
                if let Some(section) = all.last_mut() {
                    section.lines.push(line);
                }
            }
        }
    }
    (title, all)
}

/// The parts of a section below its headings of the third level; the first has no title.
fn parts<'a>(lines: &[&'a str]) -> Vec<Section<'a>> {
    let code = in_code(lines);
    let mut all = vec![Section::default()];
    for (index, line) in lines.iter().enumerate() {
        match heading(line).filter(|_| !code.get(index).copied().unwrap_or_default()) {
            Some((3, text)) => all.push(Section { title: text, lines: Vec::new() }),
            _ => {
                if let Some(section) = all.last_mut() {
                    section.lines.push(line);
                }
            }
        }
    }
    all
}

/// Free text: its headings go `by` levels down, so that they are none of the file's.
fn free(lines: &[&str], by: usize) -> String {
    let code = in_code(lines);
    let lower = |(index, line): (usize, &&str)| match heading(line) {
        Some((level @ 1..=3, text)) if !code.get(index).copied().unwrap_or_default() => {
            format!("{} {text}", "#".repeat((level + by).clamp(4, 6)))
        }
        _ => (*line).to_owned(),
    };
    let text: Vec<String> = lines.iter().enumerate().map(lower).collect();
    clean(&plain(&text.join("\n")))
}

/// A title without the number that the file's name says too.
fn without_number<'a>(title: &'a str, name: &str) -> &'a str {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let number = |text: &str| text.parse::<u64>().ok();
    let of_file = name.get(..digits(name)).and_then(number);
    let mut rest = title;
    for word in ["ADR", "Adr", "adr"] {
        rest = rest.strip_prefix(word).map_or(rest, |rest| rest.trim_start_matches(['-', ' ']));
    }
    let end = digits(rest);
    let said = rest.get(..end).and_then(number);
    let after = rest.get(end..).unwrap_or_default();
    let text = after.trim_start_matches(['.', ':', ')', '-', ' ']);
    if said.is_some() && said == of_file && after.len() > text.len() && !text.is_empty() {
        text
    } else {
        title
    }
}

impl Reading {
    /// Takes the front matter; gives the title, if it stands there.
    fn front(&mut self, lines: &[&str]) -> Option<String> {
        let mut title = None;
        let mut rest = Vec::new();
        let mut status = Vec::new();
        // Below which key a list stands.
        let mut list = "";
        for line in lines.iter().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let nested = line.starts_with([' ', '\t', '-']);
            let pair = line.split_once(':').filter(|_| !nested);
            let Some((key, value)) = pair.map(|(key, value)| (key.trim(), unquoted(value))) else {
                let name = line.trim().strip_prefix('-').map(unquoted);
                match name.filter(|_| matches!(list, "decision-makers" | "deciders")) {
                    Some(name) if self.record.by.is_empty() => self.record.by = name,
                    Some(name) => self.record.by = format!("{}, {name}", self.record.by),
                    None => rest.push((*line).to_owned()),
                }
                continue;
            };
            list = key;
            match key {
                "status" => status.push(value),
                "date" => self.record.date = clean(&value),
                "review" => self.record.review = clean(&value),
                "because" => self.record.because = clean(&value),
                "decision-makers" | "deciders" => self.record.by = names(&value, line),
                "title" => title = Some(clean(&value)),
                "cowrite" => {
                    self.own = true;
                    self.record.id = value;
                }
                "cowrite-sum" => {}
                _ => rest.push((*line).to_owned()),
            }
        }
        self.status.read(status.iter().map(String::as_str));
        if !rest.is_empty() {
            self.extras.push(("Front matter".into(), rest.join("\n")));
        }
        title
    }

    fn section(&mut self, section: &Section) {
        let title = section.title.trim_end_matches(':').to_lowercase();
        let lines = &section.lines[..];
        match title.as_str() {
            "" => self.preamble(lines),
            "context and problem statement"
            | "context"
            | "problem statement"
            | "problem"
            | "issue" => {
                self.known = true;
                self.more_context(free(lines, 1));
            }
            "considered options" | "options" => {
                self.known = true;
                let (names, rest) = items(lines);
                let option = |name: &String| Options {
                    name: clean(&plain_item(name)),
                    ..Options::default()
                };
                self.record.options.extend(names.iter().map(option));
                self.extra(section.title, rest.join("\n"));
            }
            "decision outcome" | "decision" | "outcome" => {
                self.known = true;
                self.outcome(lines);
            }
            "consequences" => {
                self.known = true;
                self.consequences("", free(lines, 1));
            }
            "pros and cons of the options" => self.arguments(lines),
            "status" => {
                self.known = true;
                self.status.read(lines.iter().copied());
            }
            "date" if self.record.date.is_empty() => self.record.date = free(lines, 1),
            "more information" | "links" => self.more(section.title, lines),
            _ => self.extra(section.title, free(lines, 2)),
        }
    }

    /// What stands between the title and the sections: older forms keep status and date there.
    fn preamble(&mut self, lines: &[&str]) {
        let mut rest = Vec::new();
        for line in lines {
            let bare = line.trim().trim_start_matches(['*', '-']).trim();
            let pair = bare.split_once(':');
            let (key, value) = pair.map_or(("", ""), |(key, value)| (key.trim(), value.trim()));
            match key.to_lowercase().as_str() {
                "status" => {
                    self.known = true;
                    self.status.read([value].into_iter());
                }
                "date" if self.record.date.is_empty() => self.record.date = clean(value),
                "deciders" | "decision-makers" if self.record.by.is_empty() => {
                    self.record.by = clean(value);
                }
                _ => rest.push(*line),
            }
        }
        self.more_context(free(&rest, 1));
    }

    fn more_context(&mut self, text: String) {
        append(&mut self.record.context, &text);
    }

    fn extra(&mut self, title: &str, text: String) {
        if !text.trim().is_empty() {
            self.extras.push((title.to_owned(), clean(&text)));
        }
    }

    fn consequences(&mut self, title: &str, text: String) {
        let text = if title.is_empty() { text } else { format!("#### {title}\n\n{text}") };
        append(&mut self.record.consequences, &text);
    }

    fn outcome(&mut self, lines: &[&str]) {
        for part in parts(lines) {
            let title = part.title.to_lowercase();
            let text = free(&part.lines, 1);
            match title.as_str() {
                "" => append(&mut self.record.outcome, &text),
                "consequences" => self.consequences("", text),
                // MADR 2 and 3 have two of them.
                _ if title.ends_with(" consequences") => self.consequences(part.title, text),
                _ => self.extra(part.title, text),
            }
        }
    }

    /// Pros and cons, each option's below its name.
    fn arguments(&mut self, lines: &[&str]) {
        let mut met = vec![false; self.record.options.len()];
        for part in parts(lines) {
            let (found, rest) = items(&part.lines);
            let (mut pros, mut cons, mut other) = (Vec::new(), Vec::new(), Vec::new());
            for item in &found {
                match argument(item) {
                    Some((true, text)) => pros.push(text),
                    Some((false, text)) => cons.push(text),
                    None => other.push(format!("* {}", item.replace('\n', "\n  "))),
                }
            }
            let text = joined(&rest, &other);
            let what = if part.title.is_empty() { "The options" } else { part.title };
            self.extra(what, text);
            if part.title.is_empty() && pros.is_empty() && cons.is_empty() {
                continue;
            }
            let same = |(index, option): (usize, &Options)| {
                let free = !met.get(index).copied().unwrap_or(true);
                free && one_line(&option.name) == part.title
            };
            let at = self.record.options.iter().enumerate().position(same);
            let at = at.unwrap_or_else(|| {
                let name = part.title.to_owned();
                self.record.options.push(Options { name, ..Options::default() });
                met.push(false);
                met.len() - 1
            });
            if let (Some(option), Some(met)) = (self.record.options.get_mut(at), met.get_mut(at)) {
                *met = true;
                option.pros.extend(pros);
                option.cons.extend(cons);
            }
        }
    }

    fn more(&mut self, title: &str, lines: &[&str]) {
        let (found, rest) = items(lines);
        let mut other = Vec::new();
        for item in &found {
            let refers = files(item);
            let lower = item.to_lowercase();
            let links = item.strip_prefix("Linked to ").filter(|_| self.own);
            if let Some(words) = links {
                self.record.links.push(words.to_owned());
            } else if !refers.is_empty() && lower.starts_with("supersedes ") {
                self.status.supersedes.extend(refers);
            } else if !refers.is_empty() && lower.starts_with("superseded by ") {
                self.status.superseded_by.extend(refers);
            } else {
                let said = self.own && item.starts_with("Refers to ") && !refers.is_empty();
                self.status.refers.extend(refers);
                if !said {
                    other.push(format!("* {}", item.replace('\n', "\n  ")));
                }
            }
        }
        self.extra(title, joined(&rest, &other));
    }

    fn finish(mut self) -> Record {
        let mut record = self.record;
        record.title = clean(&record.title);
        record.outcome = outcome(&record.outcome, &record.options);
        if !self.status.notes.is_empty() {
            self.extras.insert(0, ("Status".into(), self.status.notes.join("\n")));
        }
        for (title, text) in &self.extras {
            let title = one_line(title);
            append(&mut record.context, &format!("#### {title}\n\n{text}"));
        }
        // What has an outcome and no status is decided, as in the workspace; words that are not
        // known settle nothing.
        let decided = self.status.notes.is_empty() && !record.outcome.is_empty();
        let unsaid = if decided { DecisionStatus::Accepted } else { DecisionStatus::Proposed };
        record.status = self.status.value().unwrap_or(unsaid);
        (record.supersedes, record.superseded_by, record.refers) =
            (self.status.supersedes, self.status.superseded_by, self.status.refers);
        for all in [&mut record.supersedes, &mut record.superseded_by, &mut record.refers] {
            let mut seen = std::collections::BTreeSet::new();
            all.retain(|one| seen.insert(one.clone()));
        }
        record
    }
}

/// Text that stood beside a list, and items of it.
fn joined(rest: &[String], items: &[String]) -> String {
    let mut text = clean(&rest.join("\n"));
    append(&mut text, &items.join("\n"));
    text
}

fn append(to: &mut String, text: &str) {
    if !text.is_empty() {
        if !to.is_empty() {
            to.push_str("\n\n");
        }
        to.push_str(text);
    }
}

/// Whether an item speaks for its option, and what it says.
fn argument(item: &str) -> Option<(bool, String)> {
    let signs = [
        ("good, because", true),
        ("bad, because", false),
        ("good because", true),
        ("bad because", false),
        ("pro:", true),
        ("con:", false),
    ];
    for (sign, good) in signs {
        let start = item.get(..sign.len()).unwrap_or_default();
        if start.eq_ignore_ascii_case(sign) {
            let text = item.get(sign.len()..).unwrap_or_default();
            return Some((good, clean(&plain_item(text.trim_start()))));
        }
    }
    None
}

/// Where, in a text that begins with the words of MADR for a choice, a backslash tells that they are
/// the person's own.
pub fn chosen_words(text: &str) -> Option<usize> {
    const WORDS: &str = "Chosen option";
    let rest = text.strip_prefix(WORDS)?;
    rest.trim_start_matches('\\').starts_with(':').then_some(WORDS.len())
}

/// `Chosen option: "NAME", because REASON` as `NAME, because REASON`, where there is such an option.
pub fn outcome(text: &str, options: &[Options]) -> String {
    if let Some(chosen) = text.strip_prefix("Chosen option: \"") {
        for name in options.iter().map(|option| option.name.as_str()) {
            let reason =
                chosen.strip_prefix(name).and_then(|rest| rest.strip_prefix("\", because "));
            if let Some(reason) = reason.filter(|_| !name.is_empty()) {
                return format!("{name}, because {reason}");
            }
        }
    }
    match chosen_words(text).filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with('\\')))
    {
        Some(at) => format!("{}{}", &text[..at], &text[at + 1..]),
        None => text.to_owned(),
    }
}
