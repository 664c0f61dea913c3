//! Where things are on this machine: library, configuration, keymaps, the provider; and who writes.

use super::{Failure, Out};
use crate::base::config::{Config, RouteConfig};
use crate::base::{AuthorId, EventId, Rand};
use crate::keymap::{self, Keymap, KeymapError};
use crate::models::{Hub, Machine, Shelf};
use crate::runtime::{TakeError, TakenIn, Taking, absolute, now, recover, shared, take_file};
use crate::sign::Keys;
use crate::state::{Me, Opened, ROWS_VERSION};
use crate::store::{Options, SqliteStore, StoreError};
use std::io::{BufRead, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The surroundings of one run.
pub struct Place {
    pub dir: PathBuf,
    /// Where model files lie.
    pub models: PathBuf,
    pub config_path: PathBuf,
    pub config: Config,
}

/// A variable of the environment that is not empty.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn platform() -> Result<impl etcetera::BaseStrategy, Failure> {
    etcetera::choose_base_strategy().map_err(|_| {
        Failure::new("There is no home directory: set COWRITE_HOME to a folder for cowrite.")
    })
}

/// Where model files are kept: they can be had again, so the platform's cache is their place.
pub fn models_dir() -> Result<PathBuf, Failure> {
    use etcetera::BaseStrategy;
    Ok(match variable("COWRITE_HOME") {
        Some(home) => absolute(Path::new(&home)).join("models"),
        None => platform()?.cache_dir().join("cowrite").join("models"),
    })
}

/// The shelf of model files in a directory, and the hub that `HF_ENDPOINT` names.
pub fn shelf(dir: PathBuf, config: &Config) -> Shelf {
    let mut hub = Hub { ca_file: config.hub.ca_file.as_ref().map(PathBuf::from), ..Hub::default() };
    if let Some(address) = variable("HF_ENDPOINT") {
        hub.address = address;
    }
    Shelf::at(dir, Machine::real(|| super::when::day(now()))).with_hub(hub)
}

impl Place {
    /// The model files of this machine.
    pub fn shelf(&self) -> Shelf {
        shelf(self.models.clone(), &self.config)
    }

    /// Finds the directories and reads the configuration. `COWRITE_HOME` holds everything in one
    /// place; otherwise the platform's directories are used.
    pub fn find(model: Option<String>, keymap: Option<PathBuf>) -> Result<Self, Failure> {
        let (dir, config_dir) = match variable("COWRITE_HOME") {
            Some(home) => (PathBuf::from(&home), PathBuf::from(home)),
            None => {
                use etcetera::BaseStrategy;
                let base = platform()?;
                (base.data_dir().join("cowrite"), base.config_dir().join("cowrite"))
            }
        };
        let config_path = config_dir.join("config.toml");
        let mut config = read_config(&config_path)?;
        if model.is_some() {
            // Who is named does everything in this run.
            config.model = model;
            config.route = RouteConfig::default();
        }
        if let Some(keymap) = keymap {
            config.keymap = Some(keymap.to_string_lossy().into_owned());
        }
        Ok(Self { dir, models: models_dir()?, config_path, config })
    }

    /// Where keys to sign with are looked for; nobody is asked for a passphrase.
    pub fn keys(&self) -> Keys {
        use etcetera::BaseStrategy;
        Keys {
            home: platform().ok().map(|base| base.home_dir().to_path_buf()),
            configured: self.config.signing_key.as_ref().map(PathBuf::from),
            config_dir: self.config_path.parent().map(Path::to_path_buf),
            may_ask: false,
        }
    }

    /// Opens the library, making it when it is new.
    pub fn library(&self) -> Result<SqliteStore, Failure> {
        let options = Options { rows_version: ROWS_VERSION, ..Options::default() };
        SqliteStore::open(&self.dir, options).map_err(Failure::store)
    }

    /// Whether there is a library already.
    pub fn has_library(&self) -> bool {
        self.dir.join("library.db").exists()
    }

    /// Opens the library for reading; what a program that was killed left is put in order first.
    pub fn reading(&self, out: &mut Out) -> Result<SqliteStore, Failure> {
        let mut store = self.library()?;
        let known = store.meta("me").map_err(Failure::store)?;
        if let Some(author) = known.and_then(|id| id.parse().ok()) {
            let name = self.config.name.clone().unwrap_or_default();
            let me = Me { author, name };
            for note in recover(&mut store, &me).map_err(Failure::store)? {
                out.say(&note);
            }
        }
        Ok(store)
    }

    /// Who writes where nothing is kept: under the name there is, without asking for one.
    pub fn nobody(&self) -> Result<Me, Failure> {
        let author = format!("p_{}", rand()?.ulid(now())).parse().map_err(Failure::new)?;
        Ok(Me { author, name: self.config.name.clone().unwrap_or_else(offered_name) })
    }

    /// Opens the library to look into it only.
    pub fn glance(&self) -> Result<SqliteStore, StoreError> {
        let options = Options { read_only: true, ..Options::default() };
        SqliteStore::open(&self.dir, options)
    }

    /// Who writes here: known from before, or asked once. Headless commands take the name from the
    /// configuration or, with `yes`, the one that would be offered.
    pub fn me(
        &mut self,
        store: Option<&mut SqliteStore>,
        out: &mut Out,
        yes: bool,
    ) -> Result<Me, Failure> {
        let mut rand = rand()?;
        let known = match &store {
            Some(store) => store.meta("me").map_err(Failure::store)?,
            None => None,
        };
        let known: Option<AuthorId> = known.and_then(|id| id.parse().ok());
        let author = match known.clone() {
            Some(author) => author,
            None => format!("p_{}", rand.ulid(now())).parse().map_err(Failure::new)?,
        };
        let name = match self.config.name.clone().filter(|name| !name.trim().is_empty()) {
            Some(name) => name,
            None => {
                let offered = offered_name();
                let name = if yes {
                    offered
                } else if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
                    ask_name(&offered)?
                } else {
                    return Err(Failure::usage(format!(
                        "The name to write under is not known yet. Give --yes to write as {offered:?}, or put `name = \"…\"` into {}.",
                        self.config_path.display()
                    )));
                };
                crate::runtime::configure(&self.config_path, &["name"], name.clone().into())
                    .map_err(Failure::new)?;
                out.say(&format!(
                    "You write as {name}. It stands in {}.",
                    self.config_path.display()
                ));
                self.config.name = Some(name.clone());
                name
            }
        };
        if let (Some(store), None) = (store, known) {
            store.set_meta("me", author.as_str()).map_err(Failure::store)?;
        }
        Ok(Me { author, name })
    }

    /// The keymap: the default one, then the chosen one, then the person's own rows.
    pub fn keymap(&self, chosen: Option<&Path>) -> Result<(Keymap, Vec<KeymapError>), Failure> {
        let chosen =
            chosen.map(Path::to_path_buf).or_else(|| self.config.keymap.clone().map(PathBuf::from));
        let mut layers: Vec<(String, String)> =
            vec![("keymaps/default.toml".into(), keymap::DEFAULT.into())];
        if let Some(path) = chosen.filter(|path| path != Path::new("default")) {
            let config_dir = self.config_path.parent().unwrap_or(Path::new("."));
            let named = config_dir.join("keymaps").join(&path).with_extension("toml");
            let file = if path.exists() { path.clone() } else { named };
            let text = std::fs::read_to_string(&file).map_err(|why| {
                Failure::usage(format!(
                    "The keymap {} can't be read: {why}. `default` is built in.",
                    file.display()
                ))
            })?;
            layers.push((file.display().to_string(), text));
        }
        let own = self.config_path.with_file_name("keys.toml");
        match std::fs::read_to_string(&own) {
            Ok(text) => layers.push((own.display().to_string(), text)),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {}
            Err(why) => {
                return Err(Failure::new(format!("{} can't be read: {why}.", own.display())));
            }
        }
        let layers: Vec<(&str, &str)> =
            layers.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Ok(Keymap::load(&layers, &|line| crate::command::parse(line).map(|_| ())))
    }
}

/// A random source seeded by the system.
pub fn rand() -> Result<Rand, Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|why| Failure::new(format!("The system gives no randomness: {why}")))?;
    Ok(Rand::new(seed))
}

fn read_config(path: &Path) -> Result<Config, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
        Err(why) => return Err(Failure::new(format!("{} can't be read: {why}.", path.display()))),
    };
    toml::from_str(&text).map_err(|why| {
        let line = why
            .span()
            .map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let near = nearest_name(why.message());
        let near = near.map(|near| format!(" Perhaps {near}?")).unwrap_or_default();
        let key = text.lines().nth(line - 1).and_then(|line| line.split_once('='));
        let what = match key {
            Some((key, _)) => refusal(key.trim(), why.message()),
            None => why.message().to_owned(),
        };
        Failure::usage(format!("{}, line {line}: {what}.{near}", path.display()))
    })
}

/// Why a configuration value is refused, in words for a person.
pub fn refusal(key: &str, message: &str) -> String {
    let wrong = message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: "));
    let Some((given, wanted)) = wrong.and_then(|wrong| wrong.rsplit_once(", expected ")) else {
        return message.to_owned();
    };
    let given = ["string ", "integer ", "boolean ", "floating point "]
        .iter()
        .find_map(|kind| given.strip_prefix(kind))
        .unwrap_or(given);
    let given = given.trim_matches('`');
    let wanted = match wanted {
        "u8" => "a whole number up to 255",
        "u64" => "a whole number",
        "a boolean" => "true or false",
        "a string" => "text in quotation marks",
        other => other,
    };
    format!("{key} can't be {given}: it takes {wanted}")
}

/// For an unknown field: the known one that is most like it.
fn nearest_name(message: &str) -> Option<&str> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    let known: Vec<&str> = quoted.collect();
    keymap::nearest(unknown, known)
}

/// The name that git or the system knows.
fn offered_name() -> String {
    let git = Command::new("git").args(["config", "--get", "user.name"]).output().ok();
    let git = git
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok());
    let name = git.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    name.or_else(|| variable("USER"))
        .or_else(|| variable("LOGNAME"))
        .unwrap_or_else(|| "writer".into())
}

fn ask_name(offered: &str) -> Result<String, Failure> {
    let mut err = std::io::stderr();
    write!(err, "Which name do you write under? [{offered}] ").and_then(|()| err.flush())?;
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line)?;
    if read == 0 {
        return Err(Failure::new("No name was given."));
    }
    let line: String = line.chars().filter(|character| !character.is_control()).collect();
    let name = line.trim();
    Ok(if name.is_empty() { offered.to_owned() } else { name.to_owned() })
}

/// A session by its id or the beginning of it.
pub fn session_id(store: &SqliteStore, text: &str) -> Result<EventId, Failure> {
    let found = store.sessions_like(text).map_err(Failure::store)?;
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::usage(format!(
            "There is no session {text}: `cowrite sessions` lists them."
        ))),
        several => Err(Failure::usage(format!(
            "{} sessions begin with {text}: give more of the id.",
            several.len()
        ))),
    }
}

/// The session that is meant, of a file or by its id; it is in the library from now on.
pub fn session_of(
    store: &mut SqliteStore,
    file: Option<&Path>,
    session: Option<&str>,
    out: &mut Out,
) -> Result<EventId, Failure> {
    match (file, session) {
        (None, Some(id)) => session_id(store, id),
        (Some(file), None) => super::whose::taken(store, file, out),
        _ => Err(Failure::usage("Name a file, or a session with --session.")),
    }
}

pub use crate::runtime::shared::is_session_file;

/// How far a session file is taken in.
pub fn taken_words(taking: &Taking) -> String {
    let Taking { done, of, .. } = *taking;
    let percent = (done * 100).checked_div(of).unwrap_or(100).min(100);
    match percent {
        100 => "taken in; made findable …".into(),
        percent => format!("{percent} % of {} MB is taken in …", of.div_ceil(1_000_000)),
    }
}

/// Why a session file was not taken in.
pub fn not_taken(why: TakeError) -> Failure {
    match why {
        TakeError::Store(why) => Failure::store(why),
        why => Failure::new(why),
    }
}

/// Takes a session file into the library; everything in it can be found from now on.
pub fn take_in(
    store: &mut SqliteStore,
    path: &Path,
    progress: &mut dyn FnMut(&Taking) -> bool,
) -> Result<TakenIn, Failure> {
    let taken = take_file(store, path, progress).map_err(not_taken)?;
    store
        .syncer()
        .sync()
        .map_err(|why| Failure::new(format!("The library could not be synced: {why}")))?;
    if taken.sessions.is_empty() {
        return Err(Failure::new(format!("{} holds no session.", path.display())));
    }
    Ok(taken)
}

/// Takes a session file into the library and opens its session; of several the one that is named,
/// by the beginning of its id, or the largest.
pub fn import(
    store: &mut SqliteStore,
    path: &Path,
    named: Option<&str>,
    notes: &mut Vec<String>,
    progress: &mut dyn FnMut(&Taking) -> bool,
) -> Result<Opened, Failure> {
    let known = shared::unchanged(store, path).map_err(Failure::store)?;
    let fits = |id: &EventId| named.is_none_or(|named| id.to_string().starts_with(named));
    if let Some(session) = known.filter(fits) {
        return shared::open_file(store, path, session).map_err(Failure::new);
    }
    let taken = take_in(store, path, progress)?;
    if taken.file.bad_lines > 0 {
        notes.push(format!(
            "{} lines of the session file are no events; the rest is here. `cowrite verify` names them.",
            taken.file.bad_lines
        ));
    }
    let id = taken.sessions.iter().map(|(id, _)| *id).find(fits);
    let id = id.ok_or_else(|| match named {
        Some(named) => Failure::usage(format!("{} has no session {named}.", path.display())),
        None => Failure::new(format!("{} holds no session.", path.display())),
    })?;
    shared::open_file(store, path, id).map_err(Failure::new)
}
