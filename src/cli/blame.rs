//! `cowrite blame`: who wrote which line of a file.

use super::out::plain;
use super::place::is_session_file;
use super::whose::Named;
use super::{Failure, Out, one_line, propose, when};
use crate::base::{DocId, EventId, sha256_hex};
use crate::layout::cells::{fit, width};
use crate::report::{
    Base, BlameLine, Traced, author_of, blame_json, blame_lines, hand_sign, how_word, trace,
    trace_now,
};
use crate::session::{Hand, Session};
use crate::text::decode;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The most columns of a row on a terminal.
const COLUMNS: usize = 100;
/// Columns of a name.
const NAME: usize = 16;

/// Show who wrote which line of a file.
///
/// Each line tells who wrote most of it (● a person, ◆ a model, ▲ an agent, ○ outside: another
/// program, ? unknown; +1: one more author), when, how it came in, and the message whose answer
/// proposed it.
/// How: typed, pasted, outside; of a model's text, whether it was on the screen when it was
/// accepted: seen, unseen. ~ says that a person changed it before or since; § that a decision is
/// about it.
///
/// What is shown is the file as it lies on the disk; a terminal gets 100 columns, a pipe all of it.
/// `--json` tells every run of characters.
#[derive(clap::Args, Debug)]
pub struct BlameArgs {
    /// The file, or a session file (`.cowrite.jsonl`).
    file: PathBuf,
    /// Only these lines, from 1, both included.
    #[arg(long, value_name = "A:B", value_parser = propose::lines)]
    lines: Option<(usize, usize)>,
    /// Hold the file against this session: its id or the beginning of it.
    #[arg(long)]
    session: Option<String>,
    /// Print every run of characters as JSON.
    #[arg(long)]
    json: bool,
}

impl BlameArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let (session, doc) = document_of(&self.file, self.session.as_deref(), out)?;
        let traced = self.trace(&session, &doc)?;
        let last = blame_lines(&traced, 1, usize::MAX).len();
        let (from, to) = self.lines.unwrap_or((1, last.max(1)));
        if self.lines.is_some() && to > last {
            return Err(Failure::usage(format!("There is no line {to}: the file has {last}.")));
        }
        let lines = blame_lines(&traced, from, to);
        if let Base::Nearest { elsewhere } = traced.base {
            out.say(&format!(
                "The file is no version that the session knows: {elsewhere} of its characters are \
                 in none and count as from outside."
            ));
        }
        if self.json {
            let name = self.file.to_string_lossy();
            out.json(&blame_json(&session, &name, &traced, &lines))?;
            return Ok(ExitCode::SUCCESS);
        }
        let digits = to.max(1).ilog10() as usize + 1;
        for line in &lines {
            let row = row(&session, line, digits, out);
            out.styled(&row)?;
        }
        if lines.is_empty() {
            out.say("The file is empty.");
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What the file holds; of a session file, and where the file is gone, what the session holds.
    fn trace(&self, session: &Session, doc: &DocId) -> Result<Traced, Failure> {
        let none = || Failure::new("The session does not hold the document.");
        if is_session_file(&self.file) || !self.file.exists() {
            return trace_now(session, doc).ok_or_else(none);
        }
        let (text, hash) = read(&self.file)?;
        let traced = trace(session, doc, &text, &hash).map_err(Failure::new)?;
        let traced = traced.ok_or_else(none)?;
        if session.documents.get(doc).is_some_and(|entry| !entry.document.has_history()) {
            return Err(Failure::new("The document has no history."));
        }
        Ok(traced)
    }
}

/// The session of a file, and which of its documents the file is.
pub fn document_of(
    file: &Path,
    session: Option<&str>,
    out: &mut Out,
) -> Result<(Session, DocId), Failure> {
    let named = Named::find(file, session, out)?;
    let folded = named.fold()?;
    match named.doc {
        Some(doc) => Ok((folded, doc)),
        None => with_document(folded, file.file_name().map(|name| name.to_string_lossy())),
    }
}

/// A file's text and the hash of its bytes.
pub fn read(path: &Path) -> Result<(String, String), Failure> {
    let bytes = std::fs::read(path)
        .map_err(|why| Failure::new(format!("{} can't be read: {why}.", path.display())))?;
    let decoded = decode(&bytes)
        .map_err(|why| Failure::new(format!("{} can't be read: {why}.", path.display())))?;
    Ok((decoded.text, sha256_hex(&bytes)))
}

/// The document of a session that has that name, or its first.
fn with_document(
    session: Session,
    name: Option<std::borrow::Cow<'_, str>>,
) -> Result<(Session, DocId), Failure> {
    let named =
        session.documents.iter().find(|(_, entry)| Some(entry.name.as_str()) == name.as_deref());
    let doc = named.map(|(doc, _)| doc.clone()).or_else(|| session.first_document().cloned());
    let doc = doc.ok_or_else(|| Failure::new("The session holds no document."))?;
    Ok((session, doc))
}

/// One line of the listing, with its end.
fn row(session: &Session, line: &BlameLine, digits: usize, out: &Out) -> String {
    let terminal = out.is_terminal();
    let text = if terminal { plain(&line.text).replace('\t', "    ") } else { line.text.clone() };
    let number = line.number;
    let Some(main) = line.main() else { return format!("{:51}{number:>digits$} {text}\n", "") };
    let run = main.run;
    let others = line.authors().saturating_sub(1);
    let name = one_line(author_of(session, run));
    let name = match others {
        0 => fit(&name, NAME),
        more => {
            let more = format!(" +{more}");
            fit(&name, NAME - more.len()) + &more
        }
    };
    let at = run.at.map_or_else(|| " ".repeat(16), when::minute);
    let changed = line.parts.iter().any(|part| {
        let same = (part.run.hand, &part.run.author) == (run.hand, &run.author);
        same && (part.run.edited_before || part.run.edited_since)
    });
    let mut how = String::from(how_word(run));
    how.push_str(if changed { "~" } else { "" });
    how.push_str(if line.decisions().is_empty() { "" } else { "§" });
    let message = run.message.map_or_else(String::new, |id| short(&id));
    let who = format!("{} {name}", hand_sign(run.hand));
    let who = if out.color() { format!("\x1b[{}m{who}\x1b[0m", color(run.hand)) } else { who };
    let rest = format!("{at} {} {message:7} {number:>digits$} ", fit(&how, 9));
    // Sign and name, a blank, the rest.
    let left = COLUMNS.saturating_sub(NAME + 3 + width(&rest, 1));
    let text = if terminal { fit(&text, left).trim_end().to_owned() } else { text };
    format!("{who} {rest}{text}\n")
}

/// The beginning of an id.
fn short(id: &EventId) -> String {
    id.short().chars().take(7).collect()
}

/// The colour of a kind of author, as terminals number them.
fn color(hand: Hand) -> u8 {
    match hand {
        Hand::Person => 36,
        Hand::Model | Hand::Agent => 35,
        Hand::Outside => 33,
        Hand::Unknown => 31,
    }
}
