//! `cowrite config key`: the keys of providers, kept in a file that nobody else can read or in the
//! platform's keyring.

use super::place::{Place, variable};
use super::secrets::{Secrets, check_key};
use super::{Failure, Out, config, keyring};
use crate::base::config::KeyPlace;
use crate::keymap::nearest;
use crate::provider::PRESETS;
use crate::tui::read_secret;
use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;

/// More than any key, and little enough to read at once.
const MOST_BYTES: u64 = 64 * 1024;

/// Keep a provider's key: read from the terminal without showing it, or from a pipe. It is kept in a
/// file for you alone, or with --keyring in the platform's keyring.
#[derive(clap::Args, Debug)]
pub struct KeyArgs {
    /// The provider, as `cowrite config key --list` names it.
    #[arg(required_unless_present = "list")]
    provider: Option<String>,
    /// Keep it in the platform's keyring (Keychain, Credential Manager, Secret Service), which may
    /// ask you to unlock it. The configuration remembers that it is there.
    #[arg(long, conflicts_with_all = ["remove", "list"])]
    keyring: bool,
    /// Forget the key, wherever it is kept.
    #[arg(long)]
    remove: bool,
    /// List who has a key, and where it comes from; never the key.
    #[arg(long, conflicts_with_all = ["provider", "remove"])]
    list: bool,
}

impl KeyArgs {
    pub fn run(self, place: &Place, out: &mut Out) -> Result<ExitCode, Failure> {
        let Some(name) = self.provider else { return list(place, out) };
        known(place, &name)?;
        let path = place.secrets_path();
        let mut secrets = Secrets::read(&path).map_err(Failure::new)?;
        let in_keyring = place.key_place(&name) == Some(KeyPlace::Keyring);
        if self.remove {
            let mut gone = Vec::new();
            if in_keyring {
                // One that is not there is gone as well; one that can't be asked is not.
                keyring::forget(&name).map_err(Failure::new)?;
                remember(place, &name, None)?;
                gone.push("the keyring".to_owned());
            }
            if secrets.set(&name, None) {
                secrets.write(&path)?;
                gone.push(path.display().to_string());
            }
            if gone.is_empty() {
                out.say(&format!("{} holds no key of {name}.", path.display()));
                return Ok(ExitCode::from(1));
            }
            out.say(&format!("The key of {name} is gone from {}.", gone.join(" and ")));
        } else {
            let given = given(&name)?;
            let key = check_key(&given).map_err(|why| Failure::usage(format!("The key {why}")))?;
            if self.keyring {
                keyring::keep(&name, key).map_err(Failure::new)?;
                remember(place, &name, Some(KeyPlace::Keyring))?;
                out.say(&format!("The key of {name} is in the keyring."));
                if secrets.set(&name, None) {
                    secrets.write(&path)?;
                    out.say(&format!("The one in {} is gone.", path.display()));
                }
            } else {
                secrets.set(&name, Some(key.to_owned()));
                secrets.write(&path)?;
                out.say(&format!("The key of {name} is in {}, for you alone.", path.display()));
                if in_keyring {
                    remember(place, &name, None)?;
                    out.say(&match keyring::forget(&name) {
                        Ok(_) => "The one in the keyring is gone.".to_owned(),
                        Err(why) => format!("The one in the keyring stays there. {why}"),
                    });
                }
            }
        }
        if let Some(own) = place.key_variable(&name).filter(|own| variable(own).is_some()) {
            out.say(&format!("{own} is set: it comes before what is kept."));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes into the configuration where a provider's key is.
fn remember(place: &Place, name: &str, at: Option<KeyPlace>) -> Result<(), Failure> {
    let path = ["provider".to_owned(), name.to_owned(), "key".to_owned()];
    let value = at.map(|KeyPlace::Keyring| "keyring".into());
    config::change(&place.config_path, &path, value)
}

/// A provider that there is.
fn known(place: &Place, name: &str) -> Result<(), Failure> {
    let presets = PRESETS.iter().map(|preset| preset.name);
    let names: Vec<&str> =
        presets.chain(place.config.provider.keys().map(String::as_str)).collect();
    if names.contains(&name) {
        return Ok(());
    }
    let near = nearest(name, names).map(|near| format!(" Perhaps {near}?")).unwrap_or_default();
    Err(Failure::usage(format!(
        "There is no provider {name}.{near} `cowrite config key --list` lists them; an own one begins with `cowrite config set provider.{name}.address https://…/v1`."
    )))
}

/// The key as it was typed or piped.
fn given(name: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(MOST_BYTES).read_to_end(&mut bytes)?;
        return String::from_utf8(bytes).map_err(|_| Failure::usage("The key is no text."));
    }
    let mut err = std::io::stderr();
    write!(err, "Key of {name} (not shown; Enter ends, Esc leaves): ")
        .and_then(|()| err.flush())?;
    let line = read_secret();
    let _ = writeln!(err);
    let line = line.map_err(|why| Failure::new(format!("The terminal can't be used: {why}.")))?;
    line.ok_or_else(|| Failure::new("Nothing was changed."))
}

fn list(place: &Place, out: &mut Out) -> Result<ExitCode, Failure> {
    Secrets::read(&place.secrets_path()).map_err(Failure::new)?;
    for offer in place.offers() {
        let from = match place.key_variable(offer.name()) {
            Some(own) if offer.key == crate::provider::KeySource::None => {
                format!("no key ({own} is not set)")
            }
            _ => offer.key.words(),
        };
        out.line(&format!("{:<12} {from}", offer.name()))?;
    }
    Ok(ExitCode::SUCCESS)
}
