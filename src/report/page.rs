//! All decisions at once: the index beside their files, one page, a table. Pure.

use super::madr::{body, in_brackets};
use super::record::{Record, one_line, word};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The first line of pages that this program may write anew.
pub const MARK: &str =
    "<!-- Written by `cowrite decisions export`: what is changed here is lost. -->";

/// The index: `files` holds the name of each record's file, in the order of the records.
pub fn index(records: &[Record], files: &[String]) -> String {
    let mut out = format!("{MARK}\n\n# Decisions\n\n");
    let titles: BTreeMap<&str, (&str, &Record)> = records
        .iter()
        .zip(files)
        .map(|(record, file)| (record.id.as_str(), (file.as_str(), record)))
        .collect();
    out.push_str("| No. | Decision | Status | Date | Review on |\n|---|---|---|---|---|\n");
    let mut rows: Vec<(&Record, &String)> = records.iter().zip(files).collect();
    rows.sort_by_key(|(_, file)| *file);
    for (record, file) in rows {
        let number = file.split('-').next().unwrap_or_default();
        let newer = record.superseded_by.iter().find_map(|id| titles.get(id.as_str()));
        let status = match newer {
            Some((at, _)) => {
                let number = at.split('-').next().unwrap_or_default();
                format!("{} by [{number}]({at})", word(record.status))
            }
            None => word(record.status).to_owned(),
        };
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "| {number} | [{}]({file}) | {status} | {} | {} |",
            cell(&in_brackets(&record.heading())),
            cell(&record.date),
            cell(&record.review)
        );
    }
    out
}

/// Text in a cell of a Markdown table.
fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

/// Every decision on one page.
pub fn page(records: &[Record]) -> String {
    let mut out = format!("{MARK}\n\n# Decisions\n");
    let place = |id: &str| {
        let at = records.iter().position(|record| record.id == id)?;
        let record = records.get(at)?;
        Some((format!("#decision-{}", at + 1), record.heading()))
    };
    for (index, record) in records.iter().enumerate() {
        let number = index + 1;
        let mut said = vec![word(record.status).to_owned()];
        said.extend((!record.date.is_empty()).then(|| format!("on {}", one_line(&record.date))));
        said.extend((!record.by.is_empty()).then(|| format!("by {}", one_line(&record.by))));
        if !record.review.is_empty() {
            said.push(format!("to be reviewed on {}", one_line(&record.review)));
        }
        if !record.because.is_empty() {
            said.push(format!("because: {}", one_line(&record.because)));
        }
        let _ = write!(
            out,
            "\n## <a id=\"decision-{number}\"></a>{number}. {}\n\n*{}*\n\n{}",
            record.heading(),
            said.join(", "),
            body(record, 3, &place)
        );
    }
    out
}

/// Every decision as a row of comma-separated values, with a first row of names (RFC 4180).
pub fn csv(records: &[Record]) -> String {
    let names = [
        "id",
        "title",
        "status",
        "date",
        "review",
        "by",
        "context",
        "options",
        "outcome",
        "consequences",
        "supersedes",
        "superseded_by",
        "refers_to",
        "linked_to",
        "because",
    ];
    let mut out = format!("{}\r\n", names.join(","));
    for record in records {
        let mut options = Vec::new();
        for option in &record.options {
            options.push(option.name.clone());
            options.extend(option.pros.iter().map(|pro| format!("  + {pro}")));
            options.extend(option.cons.iter().map(|con| format!("  - {con}")));
        }
        let row = [
            record.id.clone(),
            record.title.clone(),
            word(record.status).into(),
            record.date.clone(),
            record.review.clone(),
            record.by.clone(),
            record.context.clone(),
            options.join("\n"),
            record.outcome.clone(),
            record.consequences.clone(),
            record.supersedes.join(" "),
            record.superseded_by.join(" "),
            record.refers.join(" "),
            record.links.join("\n"),
            record.because.clone(),
        ];
        out.push_str(&row.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(","));
        out.push_str("\r\n");
    }
    out
}

/// A value of a table. Programs for tables take some for a formula and run it: those get an
/// apostrophe, by which they know a text.
fn quoted(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if formula { "'" } else { "" };
    if formula || value.contains([',', '"', '\n', '\r']) {
        format!("\"{mark}{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}
