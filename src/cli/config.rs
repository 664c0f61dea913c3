//! `cowrite config`: what is configured and where each value comes from; changing it.

use super::key::KeyArgs;
use super::place::{Place, refusal};
use super::{Failure, Out, one_line};
use crate::base::config::Config;
use crate::keymap::nearest;
use crate::provider::KeySource;
use crate::runtime::{configured, write_config};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use toml_edit::Value;

/// Show the configuration and where each value comes from; get and set values.
#[derive(clap::Args, Debug)]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: Option<Verb>,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    /// Print one value. Exit code 1: it is not set.
    Get {
        key: String,
    },
    /// Set one value; comments in the file stay.
    Set {
        key: String,
        value: String,
    },
    /// Take one value out, so that its default holds again.
    Unset {
        key: String,
    },
    /// Print where the configuration file is.
    Path,
    Key(KeyArgs),
}

/// Every key but those of providers, with what it is for.
const KEYS: [(&str, &str); 16] = [
    ("name", "the name to write under"),
    ("model", "the model that answers, as provider/model"),
    ("route.chat", "the model for questions, where it is another"),
    ("route.edit", "the model for rewrites and changes, where it is another"),
    ("route.complete", "the model that writes on at the caret, where it is another"),
    ("route.summary", "the model for summaries, where it is another"),
    ("budget", "the most a session may cost, in US dollars"),
    ("assist.repair", "whether a model is asked once more for edits without a certain place"),
    ("keymap", "a keymap beside the default one"),
    ("signing_key", "the SSH key to sign with: its file"),
    ("hub.ca_file", "a certificate authority for the model hub, in PEM"),
    ("editor.tab_width", "columns between tab stops"),
    ("editor.wrap", "soft wrap"),
    ("editor.line_numbers", "line numbers"),
    ("editor.mouse", "whether cowrite takes the mouse"),
    ("theme.background", "auto, dark or light"),
];

/// The keys of each provider, behind `provider.NAME.`.
const PROVIDER_KEYS: [(&str, &str); 9] = [
    ("address", "the base address, up to and with /v1"),
    ("key_variable", "the environment variable that holds the key"),
    ("key", "keyring, where the key is in the platform's keyring"),
    ("consented", "whether documents may be sent there"),
    ("ca_file", "a certificate authority, in PEM"),
    ("proxy", "a proxy for this provider, or none"),
    ("connect_seconds", "seconds that making a connection may take"),
    ("stall_seconds", "seconds of silence after which an answer counts as stalled"),
    ("window", "the context window in tokens"),
];

impl ConfigArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let place = Place::find(None, None)?;
        match self.command {
            None => show(&place, out)?,
            Some(Verb::Key(args)) => return args.run(&place, out),
            Some(Verb::Path) => out.line(&place.config_path.display().to_string())?,
            Some(Verb::Get { key }) => {
                known(&key)?;
                match flat(&place.config)?.remove(&key) {
                    Some(value) => out.line(&value)?,
                    None => {
                        out.say(&format!("{key} is not set."));
                        return Ok(ExitCode::from(1));
                    }
                }
            }
            Some(Verb::Set { key, value }) => set(&place.config_path, &key, &value)?,
            Some(Verb::Unset { key }) => {
                let path = known(&key)?;
                change(&place.config_path, &path, None)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The parts of a key that there is.
fn known(key: &str) -> Result<Vec<String>, Failure> {
    let parts: Vec<String> = key.split('.').map(str::to_owned).collect();
    if KEYS.iter().any(|(name, _)| *name == key) {
        return Ok(parts);
    }
    if let Some(rest) = key.strip_prefix("provider.")
        && let Some((name, field)) = rest.rsplit_once('.')
    {
        if !name.is_empty() && PROVIDER_KEYS.iter().any(|(known, _)| *known == field) {
            // A provider's name may have a dot: llama.cpp.
            return Ok(vec!["provider".into(), name.into(), field.into()]);
        }
        if let Some((name, header)) = rest.split_once(".headers.")
            && !name.is_empty()
            && !header.is_empty()
        {
            return Ok(vec!["provider".into(), name.into(), "headers".into(), header.into()]);
        }
        // A model's name may hold dots too.
        if let Some((name, model)) = rest.split_once(".price.")
            && !name.is_empty()
            && !model.is_empty()
        {
            let model = model.trim_matches('"');
            return Ok(vec!["provider".into(), name.into(), "price".into(), model.into()]);
        }
        let near = nearest(field, PROVIDER_KEYS.map(|(name, _)| name).to_vec());
        let near = near.map(|near| format!(" Perhaps provider.{name}.{near}?"));
        return Err(Failure::usage(format!("There is no key {key}.{}", near.unwrap_or_default())));
    }
    let near = nearest(key, KEYS.map(|(name, _)| name).to_vec());
    let near = near.map(|near| format!(" Perhaps {near}?")).unwrap_or_default();
    Err(Failure::usage(format!("There is no key {key}.{near} `cowrite config` lists them.")))
}

/// Every value that is set or has a default, by key, as it is printed.
fn flat(config: &Config) -> Result<BTreeMap<String, String>, Failure> {
    let mut config = config.clone();
    // They may hold keys.
    for own in config.provider.values_mut() {
        own.headers.values_mut().for_each(|value| *value = "(set)".into());
        for address in [&mut own.address, &mut own.proxy].into_iter().flatten() {
            *address = without_login(address);
        }
    }
    let table = toml::Table::try_from(config)?;
    let mut all = BTreeMap::new();
    flatten("", &table, &mut all);
    Ok(all)
}

/// An address without the name and password in it.
fn without_login(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    match host.rfind('@') {
        Some(at) => format!("{scheme}://(set)@{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}

fn flatten(prefix: &str, table: &toml::Table, all: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let key = format!("{prefix}{key}");
        match value {
            toml::Value::Table(table) => flatten(&format!("{key}."), table, all),
            toml::Value::String(text) => {
                all.insert(key, one_line(text));
            }
            other => {
                all.insert(key, other.to_string());
            }
        }
    }
}

/// Sets a value: a number or a truth value where the key takes one, else text.
fn set(file: &Path, key: &str, value: &str) -> Result<(), Failure> {
    let path = known(key)?;
    if key.ends_with(".address") && !["http://", "https://"].iter().any(|it| value.starts_with(it))
    {
        return Err(Failure::usage(format!(
            "{value} is no address: it begins with http:// or https://, as in http://127.0.0.1:8080/v1."
        )));
    }
    let text = Value::from(value);
    let literal = value.parse::<bool>().map(Value::from).ok();
    let literal = literal.or_else(|| value.parse::<i64>().map(Value::from).ok());
    let literal = literal.or_else(|| value.parse::<f64>().map(Value::from).ok());
    // A table in one line, as a price is.
    let literal = literal.or_else(|| value.parse::<Value>().ok().filter(Value::is_inline_table));
    let mut refused = None;
    for value in [Some(text), literal].into_iter().flatten() {
        match change(file, &path, Some(value)) {
            Ok(()) => return Ok(()),
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    match refused {
        Some(why) => Err(why),
        None => Ok(()),
    }
}

/// Changes one value of the configuration, unless it would not be a good one then.
pub fn change(file: &Path, path: &[String], value: Option<Value>) -> Result<(), Failure> {
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    let text = configured(file, &parts, value).map_err(Failure::new)?;
    toml::from_str::<Config>(&text).map_err(|why| {
        let key = parts.join(".");
        let words = one_line(&refusal(&key, why.message()));
        if words.starts_with(&key) {
            return Failure::usage(format!("{words}."));
        }
        Failure::usage(format!("{key} was not set: {words}."))
    })?;
    write_config(file, &text).map_err(Failure::new)
}

/// Where a value comes from.
fn source(key: &str, in_file: &BTreeMap<String, String>) -> String {
    if in_file.contains_key(key) { "file".into() } else { "default".into() }
}

fn show(place: &Place, out: &mut Out) -> Result<(), Failure> {
    let file = &place.config_path;
    let there = if file.exists() { "" } else { " (there is none yet)" };
    out.line(&format!("# configuration: {}{there}", file.display()))?;
    out.line(&format!("# library:       {}", place.dir.display()))?;
    out.line("")?;
    let mut in_file = BTreeMap::new();
    if file.exists() {
        let table: toml::Table = toml::from_str(&std::fs::read_to_string(file)?)?;
        flatten("", &table, &mut in_file);
    }
    let all = flat(&place.config)?;
    let mut out_trouble = Vec::new();
    let mut row = |key: &str, value: Option<&str>, from: &str, doc: &str| {
        let value = value.unwrap_or("-");
        out.line(&format!("{key:<29} {value:<30} {from:<15}  # {doc}"))
    };
    for (key, doc) in KEYS {
        let value = all.get(key).map(String::as_str);
        let from = if value.is_some() { source(key, &in_file) } else { "not set".into() };
        row(key, value, &from, doc)?;
    }
    for offer in place.offers() {
        let name = offer.name().to_owned();
        let own = place.config.provider.get(&name);
        // Of a preset that nobody touched only whether there is a key.
        let touched = own.is_some() || offer.set_up || offer.key != KeySource::None;
        for (field, doc) in PROVIDER_KEYS.iter().filter(|_| touched) {
            let key = format!("provider.{name}.{field}");
            let value = all.get(&key).cloned();
            let (value, from) = match (value, *field) {
                (Some(value), _) => (Some(value), source(&key, &in_file)),
                (None, "address") => {
                    let from = if offer.set_up { "OPENAI_BASE_URL" } else { "default" };
                    (Some(offer.provider.address().to_owned()), from.to_owned())
                }
                (None, "key_variable") => match place.key_variable(&name) {
                    Some(known) => (Some(known), "default".into()),
                    None => (None, "not set".into()),
                },
                (None, "consented") => (Some("false".into()), "default".into()),
                (None, _) => (None, "not set".into()),
            };
            row(&key, value.as_deref(), &from, doc)?;
        }
        for header in own.iter().flat_map(|own| own.headers.keys()) {
            let key = format!("provider.{name}.headers.{header}");
            row(&key, Some("(set)"), "file", "sent with every request, never shown")?;
        }
        for (model, price) in own.iter().flat_map(|own| &own.price) {
            let key = format!("provider.{name}.price.{model}");
            let value = format!("${}/{}", price.input.dollars(), price.output.dollars());
            row(&key, Some(&value), "file", "dollars for a million tokens, in and out")?;
        }
        if !touched && place.key_variable(&name).is_none() {
            continue;
        }
        let (key, from) = match &offer.key {
            KeySource::None => ("not there", place.key_variable(&name).unwrap_or_default()),
            KeySource::Variable(known) => ("there", known.clone()),
            KeySource::File => ("there", "secrets.toml".into()),
            KeySource::Keyring => ("kept", "keyring".into()),
        };
        row(&format!("provider.{name} key"), Some(key), &from, "never shown")?;
        if let Some(trouble) = offer.trouble.filter(|_| offer.key != KeySource::None) {
            out_trouble.push(trouble);
        }
    }
    for trouble in out_trouble {
        out.say(&trouble);
    }
    Ok(())
}
