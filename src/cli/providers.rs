//! What could answer on this machine: the presets and the configured providers, with their keys and
//! addresses out of the environment, the configuration and the file of keys. Touches no network.

use super::place::{Place, variable};
use super::secrets::{Secrets, check_key};
use crate::base::config::{KeyPlace, ProviderConfig};
use crate::provider::{
    KeySource, Keyed, Listing, Local, Offer, OpenAi, PRESETS, Provider, Settings, local, preset,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

impl Place {
    /// Everything that could answer: what was set up first, then the presets in their order.
    /// Making them is cheap and sends nothing.
    pub fn offers(&self) -> Vec<Offer> {
        let secrets = Secrets::read(&self.secrets_path());
        let presets = PRESETS.iter().map(|preset| preset.name);
        let own = self.config.provider.keys().map(String::as_str);
        let own = own.filter(|name| preset(name).is_none());
        let mut offers: Vec<Offer> =
            own.chain(presets).map(|name| self.offer(name, &secrets)).collect();
        offers.push(self.local_offer());
        offers.sort_by_key(|offer| !offer.set_up);
        offers
    }

    /// The model files of this machine, which this same program computes in a process of its own.
    fn local_offer(&self) -> Offer {
        let route = &self.config.route;
        let named = [&self.config.model, &route.chat, &route.edit, &route.complete, &route.summary]
            .into_iter()
            .flatten();
        let chosen = named.filter_map(|model| local_model(model)).next();
        let running = PathBuf::from("/proc/self/exe");
        // The program that runs, also when another one was installed in its place.
        let path = if running.exists() { Ok(running) } else { std::env::current_exe() };
        let window = self.config.provider.get(local::NAME).and_then(|own| own.window);
        let provider = Local::new(local::Settings {
            program: local::Program {
                path: path.unwrap_or_else(|_| PathBuf::from("cowrite")),
                arguments: vec![super::serve::COMMAND.into()],
            },
            folder: self.models.clone(),
            chosen: chosen.filter(|chosen| !chosen.is_empty()).map(str::to_owned),
            window: window.and_then(|window| usize::try_from(window).ok()),
        });
        let models = provider.here();
        let listing = if models.is_empty() { Listing::Unasked } else { Listing::Models(models) };
        Offer { set_up: chosen.is_some(), listing, ..Offer::new(Arc::new(provider)) }
    }

    /// Where keys are kept that are in no variable.
    pub fn secrets_path(&self) -> PathBuf {
        self.config_path.with_file_name("secrets.toml")
    }

    fn offer(&self, name: &str, secrets: &Result<Secrets, String>) -> Offer {
        let own = self.config.provider.get(name).cloned().unwrap_or_default();
        let row = preset(name);
        let from_environment = variable("OPENAI_BASE_URL").filter(|_| name == "openai");
        let given = own.address.clone().or(from_environment);
        let set_up = given.is_some();
        let address = given.or_else(|| row.map(|row| row.address.to_owned()));
        let wants_key = !set_up && row.is_some_and(|row| row.key_variable.is_some());
        let (key, source, trouble) = self.key(name, wants_key, secrets);
        let settings = settings(name, address.as_deref().unwrap_or_default(), key, &own);
        let provider = OpenAi::new(settings);
        let provider: Arc<dyn Provider> = if source == KeySource::Keyring {
            let name = name.to_owned();
            Arc::new(Keyed::new(provider, Arc::new(move || super::keyring::read(&name))))
        } else {
            Arc::new(provider)
        };
        let missing = || {
            if address.is_none() {
                return Some(format!(
                    "{name} has no address: cowrite config set provider.{name}.address https://…/v1"
                ));
            }
            let how = self
                .key_variable(name)
                .map(|known| format!("set {known}, or run "))
                .unwrap_or_default();
            (wants_key && source == KeySource::None)
                .then(|| format!("{name} has no key: {how}cowrite config key {name}"))
        };
        Offer { trouble: trouble.or_else(missing), key: source, set_up, ..Offer::new(provider) }
    }

    /// The variable that may hold a provider's key.
    pub fn key_variable(&self, name: &str) -> Option<String> {
        let own = self.config.provider.get(name).and_then(|own| own.key_variable.clone());
        own.or_else(|| preset(name)?.key_variable.map(str::to_owned))
    }

    /// Where the configuration says that a provider's key is.
    pub fn key_place(&self, name: &str) -> Option<KeyPlace> {
        self.config.provider.get(name)?.key
    }

    /// A provider's key, where it comes from, and what is wrong with it.
    fn key(
        &self,
        name: &str,
        wants_key: bool,
        secrets: &Result<Secrets, String>,
    ) -> (Option<String>, KeySource, Option<String>) {
        let in_variable = self
            .key_variable(name)
            .and_then(|known| Some((variable(&known)?, KeySource::Variable(known))));
        // It is asked when the key is needed: it may want to be unlocked.
        if in_variable.is_none() && self.key_place(name) == Some(KeyPlace::Keyring) {
            return (None, KeySource::Keyring, None);
        }
        let in_file = || match secrets {
            Ok(secrets) => secrets.get(name).map(|key| (key.to_owned(), KeySource::File)),
            Err(_) => None,
        };
        let Some((key, source)) = in_variable.or_else(in_file) else {
            // Who needs a key is told what is wrong with the file.
            let trouble = secrets.as_ref().err().filter(|_| wants_key).cloned();
            return (None, KeySource::None, trouble);
        };
        match check_key(&key) {
            Ok(key) => (Some(key.to_owned()), source, None),
            Err(why) => {
                let from = match &source {
                    KeySource::Variable(known) => known.clone(),
                    _ => self.secrets_path().display().to_string(),
                };
                (None, source, Some(format!("{name}: the key in {from} {why}")))
            }
        }
    }
}

fn settings(name: &str, address: &str, key: Option<String>, own: &ProviderConfig) -> Settings {
    let mut settings = Settings::new(name, address);
    settings.key = key;
    if let Some(row) = preset(name).filter(|row| row.address == address) {
        settings.quirks = row.quirks;
    }
    if let Some(seconds) = own.stall_seconds {
        settings.stall = Duration::from_secs(seconds.clamp(1, 3600));
        // Who sets it means all silence, also before the first byte.
        settings.header_timeout = settings.stall;
    }
    if let Some(seconds) = own.connect_seconds {
        settings.connect_timeout = Duration::from_secs(seconds.clamp(1, 600));
    }
    settings.proxy.clone_from(&own.proxy);
    settings.headers = own.headers.clone().into_iter().collect();
    settings.ca_file = own.ca_file.as_ref().map(PathBuf::from);
    settings
}

/// What stands behind `local`, `local/` or `local:` in the name of a model; nothing where another
/// provider is meant.
pub fn local_model(model: &str) -> Option<&str> {
    let rest = model.strip_prefix(local::NAME)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(['/', ':']) }
}
