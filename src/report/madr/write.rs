//! A record as a file in the form of MADR 4. What the form has no place for stands in the front
//! matter: the day of review, the decision's id, a sum that tells whether somebody changed the file.

use super::escape::{escaped, in_brackets, item};
use crate::base::sha256_hex;
use crate::event::DecisionStatus;
use crate::report::record::{Options, Record, one_line, word};
use std::fmt::Write;

/// The line of the front matter with the sum of the rest.
const SUM: &str = "cowrite-sum: ";
/// Characters of a title that go into a file's name.
const NAME_CHARS: usize = 48;

/// Where another decision stands: its file's name and its title.
pub type Place = (String, String);

/// The name of a decision's file: number and title, of letters, digits and hyphens.
pub fn name(number: usize, title: &str) -> String {
    let mut slug = String::new();
    for character in title.to_lowercase().chars() {
        if character.is_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug: String = slug.chars().take(NAME_CHARS).collect();
    let slug = slug.trim_matches('-');
    format!("{number:04}-{}.md", if slug.is_empty() { "decision" } else { slug })
}

/// The file of a record. `place` tells where the decision with an id stands.
pub fn file(record: &Record, place: &dyn Fn(&str) -> Option<Place>) -> String {
    let newer = record.superseded_by.iter().find_map(|id| place(id));
    let status = match (record.status, newer) {
        (DecisionStatus::Superseded, Some(newer)) => format!("superseded by {}", link(&newer)),
        (status, _) => word(status).to_owned(),
    };
    let mut front = vec![("status", status), ("date", record.date.clone())];
    if !record.because.is_empty() {
        front.push(("because", record.because.clone()));
    }
    if !record.by.is_empty() {
        front.push(("decision-makers", record.by.clone()));
    }
    if !record.review.is_empty() {
        front.push(("review", record.review.clone()));
    }
    let heading = record.heading();
    if heading != record.title {
        front.push(("title", record.title.clone()));
    }
    front.push(("cowrite", record.id.clone()));
    let mut head = String::from("---\n");
    for (key, value) in front {
        head.push_str(&format!("{key}: {}\n", scalar(&value)));
    }
    let rest = format!("# {heading}\n\n{}", body(record, 2, place));
    let sum = sum(&format!("{head}---\n\n{rest}"));
    format!("{head}{SUM}{sum}\n---\n\n{rest}")
}

/// The sections of a record with headings of a level; ends with a line feed, or is empty.
pub fn body(record: &Record, level: usize, place: &dyn Fn(&str) -> Option<Place>) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = sections(record, level, place, &mut out);
    let trimmed = out.trim_end().len();
    out.truncate(trimmed);
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn sections(
    record: &Record,
    level: usize,
    place: &dyn Fn(&str) -> Option<Place>,
    out: &mut String,
) -> std::fmt::Result {
    let (major, minor) = ("#".repeat(level), "#".repeat(level + 1));
    if !record.context.is_empty() {
        writeln!(out, "{major} Context and Problem Statement\n\n{}\n", escaped(&record.context))?;
    }
    if !record.options.is_empty() {
        writeln!(out, "{major} Considered Options\n")?;
        for option in &record.options {
            writeln!(out, "* {}", item(named(&option.name)))?;
        }
        writeln!(out)?;
    }
    if !record.outcome.is_empty() || !record.consequences.is_empty() {
        writeln!(out, "{major} Decision Outcome\n")?;
        if !record.outcome.is_empty() {
            writeln!(out, "{}\n", escaped(&outcome(record)))?;
        }
        if !record.consequences.is_empty() {
            writeln!(out, "{minor} Consequences\n\n{}\n", escaped(&record.consequences))?;
        }
    }
    let argued = |option: &Options| !option.pros.is_empty() || !option.cons.is_empty();
    if record.options.iter().any(argued) {
        writeln!(out, "{major} Pros and Cons of the Options\n")?;
        // All of them: two may have one name, and then their order tells which is which.
        for option in &record.options {
            writeln!(out, "{minor} {}\n", one_line(named(&option.name)))?;
            for pro in &option.pros {
                writeln!(out, "* Good, because {}", item(pro))?;
            }
            for con in &option.cons {
                writeln!(out, "* Bad, because {}", item(con))?;
            }
            writeln!(out)?;
        }
    }
    let mut more = Vec::new();
    for (words, ids) in [
        ("Supersedes", &record.supersedes),
        ("Superseded by", &record.superseded_by),
        ("Refers to", &record.refers),
    ] {
        more.extend(
            ids.iter().filter_map(|id| place(id)).map(|at| format!("{words} {}", link(&at))),
        );
    }
    more.extend(record.links.iter().map(|words| format!("Linked to {}", one_line(words))));
    if !more.is_empty() {
        writeln!(out, "{major} More Information\n")?;
        for line in more {
            writeln!(out, "* {line}")?;
        }
    }
    Ok(())
}

fn named(name: &str) -> &str {
    if name.is_empty() { "(no name)" } else { name }
}

/// The outcome, in the words of MADR where it names one of the options.
fn outcome(record: &Record) -> String {
    let text = &record.outcome;
    let names = record.options.iter().map(|option| option.name.as_str());
    for name in names.filter(|name| !name.is_empty() && !name.contains('\n')) {
        let reason = text.strip_prefix(name).and_then(|rest| rest.strip_prefix(", because "));
        if let Some(reason) = reason {
            let made = format!("Chosen option: \"{name}\", because {reason}");
            // A hostile name may be read as another one.
            if super::read::outcome(&made, &record.options) == *text {
                return made;
            }
        }
    }
    match super::read::chosen_words(text) {
        Some(at) if super::read::outcome(text, &record.options) != *text => {
            let (before, after) = text.split_at(at);
            format!("{before}\\{after}")
        }
        _ => text.clone(),
    }
}

fn link((file, title): &Place) -> String {
    format!("[{}]({file})", in_brackets(&one_line(title)))
}

/// A value of the front matter.
fn scalar(value: &str) -> String {
    let simple =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b' ');
    let is_plain = value.bytes().all(simple)
        && value.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && value.trim() == value;
    // What JSON quotes YAML reads alike.
    if is_plain { value.to_owned() } else { serde_json::Value::from(value).to_string() }
}

fn sum(text: &str) -> String {
    sha256_hex(text.as_bytes()).chars().take(16).collect()
}

/// Splits the line of the sum off, if there is one in the front matter.
fn without_sum(text: &str) -> Option<(String, String)> {
    let text = text.replace("\r\n", "\n");
    let head = text.strip_prefix("---\n")?;
    let end = head.find("\n---\n")?;
    let start = head.get(..end)?.rfind(&format!("\n{SUM}"))? + 1;
    let line = head.get(start..=end)?;
    let rest = format!("---\n{}{}", head.get(..start)?, head.get(start + line.len()..)?);
    Some((line.trim().strip_prefix(SUM)?.to_owned(), rest))
}

/// Whether a file was written by this program, whatever became of it.
pub fn is_ours(text: &str) -> bool {
    without_sum(text).is_some()
}

/// Whether a file is as it was written; its line ends may have been changed.
pub fn is_unchanged(text: &str) -> bool {
    without_sum(text).is_some_and(|(said, rest)| said == sum(&rest))
}
