//! `cowrite sessions`: listing, renaming, deleting, backing up and restoring.

use super::place::{Place, session_id};
use super::{Failure, Out, one_line, when};
use crate::event::Event;
use crate::runtime::append_to;
use crate::store::{SessionRow, SqliteStore};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// List the sessions, the last used first; rename, delete, back up and restore them.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct SessionsArgs {
    /// Print them as JSON.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<Verb>,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    /// Give a session another title.
    Rename {
        /// Its id or the beginning of it.
        id: String,
        title: String,
        /// Take the name to write under as it is offered.
        #[arg(long, short)]
        yes: bool,
    },
    /// Delete a session: its text, conversation and decisions are gone from the disk.
    Delete {
        /// Its id or the beginning of it.
        id: String,
        /// Delete it; without this nothing happens.
        #[arg(long, short)]
        yes: bool,
    },
    /// Write a copy of the whole library to a new file.
    Backup { file: PathBuf },
    /// Put a backup in the place of the library. The library is kept beside it under another name.
    Restore {
        file: PathBuf,
        /// Do it; without this nothing happens.
        #[arg(long, short)]
        yes: bool,
    },
}

impl SessionsArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut place = Place::find(None, None)?;
        match self.command {
            None => list(&place.reading(out)?, self.json, out)?,
            Some(Verb::Rename { id, title, yes }) => {
                let title = one_line(&title);
                if title.is_empty() {
                    return Err(Failure::usage("A session needs a title."));
                }
                let mut store = place.reading(out)?;
                let id = session_id(&store, &id)?;
                let me = place.me(Some(&mut store), out, yes)?;
                append_to(&mut store, id, &me, |session| Event::SessionTitled {
                    title: title.as_str().into(),
                    replaces: session.title.heads(),
                })
                .map_err(Failure::store)?;
                out.say(&format!("{} is called “{title}” now.", id.short()));
            }
            Some(Verb::Delete { id, yes }) => delete(&mut place.reading(out)?, &id, yes, out)?,
            Some(Verb::Backup { file }) => {
                let store = place.reading(out)?;
                store.backup(&file).map_err(Failure::store)?;
                out.say(&format!("The library is copied to {}.", file.display()));
            }
            Some(Verb::Restore { file, yes }) => {
                if !file.exists() {
                    return Err(Failure::usage(format!("There is no file {}.", file.display())));
                }
                if !yes {
                    return Err(Failure::usage(format!(
                        "Add --yes to put {} in the place of the library, which is kept under another name.",
                        file.display()
                    )));
                }
                let kept = SqliteStore::restore(&file, &place.dir).map_err(Failure::store)?;
                let kept = kept
                    .map(|kept| format!(" The previous library is kept as {}.", kept.display()))
                    .unwrap_or_default();
                out.say(&format!("{} is the library now.{kept}", file.display()));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn described(row: &SessionRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "title": row.title,
        "created": row.created.0,
        "last": row.last.0,
        "messages": row.messages,
        "decisions": row.decisions,
        "documents": row.documents.iter().map(|(id, name)| json!({
            "id": id.to_string(), "name": name,
        })).collect::<Vec<_>>(),
    })
}

fn list(store: &SqliteStore, as_json: bool, out: &mut Out) -> Result<(), Failure> {
    let rows = store.sessions().map_err(Failure::store)?;
    if as_json {
        return out.json(&rows.iter().map(described).collect());
    }
    if rows.is_empty() {
        out.say("There is no session yet: `cowrite FILE` begins one.");
    }
    for row in rows {
        let title = if row.title.is_empty() { "Untitled".into() } else { one_line(&row.title) };
        let names: Vec<String> = row
            .documents
            .iter()
            .map(|(_, name)| one_line(name))
            .filter(|name| *name != title)
            .collect();
        let names =
            if names.is_empty() { String::new() } else { format!("  ({})", names.join(", ")) };
        out.line(&format!(
            "{}  {}  {:>4} messages  {:>3} decisions  {title}{names}",
            row.id.short(),
            when::minute(row.last),
            row.messages,
            row.decisions
        ))?;
    }
    Ok(())
}

fn delete(store: &mut SqliteStore, id: &str, yes: bool, out: &mut Out) -> Result<(), Failure> {
    let id = session_id(store, id)?;
    let rows = store.sessions().map_err(Failure::store)?;
    let title = rows.into_iter().find(|row| row.id == id).map(|row| row.title).unwrap_or_default();
    let title = one_line(&title);
    if !yes {
        return Err(Failure::usage(format!(
            "--yes deletes {} ({title}): its text, conversation and decisions. Files stay as they are.",
            id.short()
        )));
    }
    let deleted = store.delete_session(id).map_err(Failure::store)?;
    out.say(&if deleted.scrubbed {
        format!("Deleted {title}; it is gone from the disk.")
    } else {
        format!(
            "Deleted {title}. Another program is busy with the library: the bytes go once it has ended and cowrite deletes something again."
        )
    });
    Ok(())
}
