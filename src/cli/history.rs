//! `cowrite history`: what happened to a document, how it stood at any point, and what differs
//! between two.

use super::blame::{document_of, read};
use super::place::is_session_file;
use super::propose::print_diff;
use super::{Failure, Out, one_line, when};
use crate::base::{DocId, Millis};
use crate::layout::cells::fit;
use crate::report::history::{ACCEPTED, Kind, Row, Wanted, find, rows};
use crate::report::{decisions_of_json, hand_sign, unified};
use crate::runtime::now;
use crate::session::{Film, Point, Session};
use crate::state::plural;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// The most columns of a row on a terminal.
const COLUMNS: usize = 100;
/// Columns of a name.
const NAME: usize = 14;

/// Show what happened to a document, newest first: edits, changes from outside, messages, verdicts,
/// decisions, comments, saves and checkpoints.
///
/// A POINT is a number of the list, the beginning of an event's id (4 digits or more), a
/// checkpoint's name, now, "20 minutes ago" or 20m, 14:03, 2026-11-29 (its end), or "2026-11-29 14:03".
/// Times are UTC. What was written in one go is one row; one goes back to its end.
#[derive(clap::Args, Debug)]
pub struct HistoryArgs {
    /// The file, or a session file (`.cowrite.jsonl`).
    file: PathBuf,
    /// Print the text as it stood at a point; with --json conversation and decisions too.
    #[arg(long, value_name = "POINT")]
    at: Option<String>,
    /// Print the difference between two points, or between one and now; `file` is the file on the
    /// disk, `now` the text with what is not saved.
    #[arg(long, value_name = "POINT", num_args = 1..=2, conflicts_with = "at")]
    diff: Vec<String>,
    /// List these kinds only; several with commas.
    #[arg(long, value_parser = kind, value_delimiter = ',', conflicts_with_all = ["at", "diff"])]
    kind: Vec<Kind>,
    /// List rows with these words only.
    #[arg(long, value_name = "WORDS", conflicts_with_all = ["at", "diff"])]
    search: Option<String>,
    /// List at most so many rows.
    #[arg(long, value_name = "ROWS", conflicts_with_all = ["at", "diff"])]
    limit: Option<usize>,
    /// List every edit by itself.
    #[arg(long, conflicts_with_all = ["at", "diff"])]
    each: bool,
    /// Hold the file against this session: its id or the beginning of it.
    #[arg(long)]
    session: Option<String>,
    /// Print JSON.
    #[arg(long, conflicts_with = "diff")]
    json: bool,
}

/// A kind of thing that happens, by its word.
fn kind(text: &str) -> Result<Kind, String> {
    let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
    Kind::named(text).ok_or_else(|| format!("there are {}", words.join(", ")))
}

/// A session with its timeline, for looking things up.
struct Past {
    session: Session,
    doc: DocId,
    points: Vec<Point>,
    film: Film,
    now: Millis,
}

impl Past {
    fn point(&self, text: &str) -> Result<&Point, Failure> {
        find(&self.session, &self.points, text, self.now).map_err(Failure::usage)
    }

    fn text(&mut self, moment: crate::session::Moment) -> Result<String, Failure> {
        let text = self.film.text(&self.session, &self.doc, moment);
        text.map(|rope| rope.to_string())
            .map_err(|why| Failure::new(format!("The text of then can't be put together: {why}.")))
    }

    fn text_now(&self) -> String {
        let entry = self.session.documents.get(&self.doc);
        entry.map_or_else(String::new, |entry| entry.document.rope().to_string())
    }
}

impl HistoryArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let (session, doc) = document_of(&self.file, self.session.as_deref(), out)?;
        let points = session.timeline();
        let mut past = Past { session, doc, points, film: Film::default(), now: now() };
        if let Some(at) = &self.at {
            return self.print_at(&mut past, at, out);
        }
        if let Some(first) = self.diff.first() {
            let second = self.diff.get(1).map_or("now", String::as_str);
            let (old, new) = (self.side(&mut past, first)?, self.side(&mut past, second)?);
            let diff = unified(&self.file.to_string_lossy(), &old, &new);
            if diff.is_empty() {
                out.say("There is no difference.");
            }
            print_diff(&diff, out)?;
            return Ok(ExitCode::SUCCESS);
        }
        self.list(&past, out)
    }

    /// A text that is compared.
    fn side(&self, past: &mut Past, name: &str) -> Result<String, Failure> {
        match name {
            "now" => Ok(past.text_now()),
            "file" if is_session_file(&self.file) => {
                Err(Failure::usage("A session file has no text beside it: name the text's file."))
            }
            "file" => Ok(read(&self.file)?.0),
            point => {
                let moment = past.point(point)?.moment;
                past.text(moment)
            }
        }
    }

    fn print_at(&self, past: &mut Past, at: &str, out: &mut Out) -> Result<ExitCode, Failure> {
        let now = at == "now";
        let last = past.points.last().filter(|_| now).cloned();
        let point = match last {
            Some(last) => last,
            None => past.point(at)?.clone(),
        };
        let text = if now { past.text_now() } else { past.text(point.moment)? };
        if !self.json && now {
            out.say("As it stands now.");
            out.print(&text)?;
            return Ok(ExitCode::SUCCESS);
        }
        if !self.json {
            out.say(&format!(
                "As it stood at {} UTC, after number {} of {}.",
                when::minute(point.at),
                1 + past.points.iter().position(|one| one.moment == point.moment).unwrap_or(0),
                past.points.len()
            ));
            out.print(&text)?;
            return Ok(ExitCode::SUCCESS);
        }
        let session = &past.session;
        let tip = session.transcript.tip_at(point.moment);
        let said = tip.map(|tip| session.transcript.branch(tip)).unwrap_or_default();
        let said: Vec<Value> = said
            .into_iter()
            .map(|message| {
                json!({
                    "event": message.id.to_string(),
                    "at": when::second(message.at),
                    "author": session.author_name(&message.author),
                    "text": message.text,
                })
            })
            .collect();
        let index = past.points.iter().position(|one| one.moment == point.moment).unwrap_or(0);
        let row = Row { first: index, last: index, plus: 0, minus: 0 };
        out.json(&json!({
            "point": row.json(session, &past.points),
            "text": text,
            "conversation": said,
            "decisions": decisions_of_json(session, &session.decisions.at(point.moment)),
        }))?;
        Ok(ExitCode::SUCCESS)
    }

    fn list(&self, past: &Past, out: &mut Out) -> Result<ExitCode, Failure> {
        let kinds = self.kind.clone();
        let words = self.search.as_deref().unwrap_or_default();
        let words = words.split_whitespace().map(str::to_lowercase).collect();
        let wanted = Wanted { kinds, words, each: self.each };
        let mut listed = rows(&past.session, &past.points, &wanted);
        listed.reverse();
        let all = listed.len();
        listed.truncate(self.limit.unwrap_or(all));
        if self.json {
            let rows = listed.iter().map(|row| row.json(&past.session, &past.points));
            out.json(&Value::Array(rows.collect()))?;
            return Ok(ExitCode::SUCCESS);
        }
        for row in &listed {
            let line = line(past, row, out);
            out.styled(&line)?;
        }
        if listed.is_empty() {
            out.say(&format!("Nothing of {} fits.", plural(past.points.len(), "point")));
            return Ok(ExitCode::from(1));
        }
        if listed.len() < all {
            out.say(&format!("{} more: leave --limit away.", all - listed.len()));
        }
        out.say(&format!("--at POINT prints the text of then. A point is {ACCEPTED}."));
        Ok(ExitCode::SUCCESS)
    }
}

/// One line of the list, with its end.
fn line(past: &Past, row: &Row, out: &Out) -> String {
    let Some(point) = past.points.get(row.last) else { return String::new() };
    let session = &past.session;
    let author = point.author.as_ref();
    let name = author.map_or("unknown", |author| session.author_name(author));
    let sign = author.map_or('?', |author| hand_sign(session.hand(author)));
    let digits = past.points.len().max(1).ilog10() as usize + 1;
    let id: String = point.moment.1.short().chars().take(7).collect();
    let left = format!(
        "{:>digits$}  {}  {id}  {sign} {}  ",
        row.last + 1,
        when::minute(point.at),
        fit(&one_line(name), NAME)
    );
    let words = one_line(&row.words(session, &past.points));
    let room = COLUMNS.saturating_sub(crate::layout::cells::width(&left, 1));
    let words = if out.is_terminal() { fit(&words, room).trim_end().to_owned() } else { words };
    format!("{left}{words}\n")
}
