//! Who answers: what is there, what the configuration says, and changing it while the conversation
//! goes on.

use super::{Cx, Effect, ListState, Model, Overlay, Queued, Task};
use crate::models::{CATALOGUE, Row, megabytes};
use crate::prompt::ModelInfo;
use crate::provider::local::NAME as LOCAL;
use crate::provider::{Listing, Offer, Provider};
use std::sync::Arc;

/// A model at its provider.
#[derive(Clone)]
pub struct Answerer {
    pub provider: Arc<dyn Provider>,
    pub model: String,
    /// Its context window in tokens, where it is known.
    pub window: Option<u64>,
}

impl Answerer {
    /// `provider/model`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.provider.name(), self.model)
    }

    /// Whether it is a model so small that it can do little but rewrite what is selected.
    pub fn is_basic(&self) -> bool {
        self.provider.name() == LOCAL && CATALOGUE.iter().any(|row| row.name == self.model)
    }
}

/// How the word about a fetch begins that the person ended.
const STOPPED: &str = "Stopped.";

impl Model {
    /// Takes what could answer, and chooses by the configuration.
    pub fn use_offers(&mut self, offers: Vec<Offer>) {
        self.offers = offers;
        self.settle_provider();
    }

    /// Everything about answers that a session takes over from the one before it.
    pub fn answers_as(&mut self, old: &Self) {
        self.offers = old.offers.clone();
        self.provider = old.provider.clone();
        self.model_name = old.model_name.clone();
        self.window = old.window;
        self.previous = old.previous.clone();
        self.agreed = old.agreed;
        self.fetching = old.fetching.clone();
    }

    pub fn offer(&self, name: &str) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.name() == name)
    }

    /// Whether documents may be sent to a provider.
    pub fn may_send_to(&self, name: &str) -> bool {
        self.agreed || self.config.provider.get(name).is_some_and(|own| own.consented)
    }

    /// The model that the configuration names.
    fn wanted(&self) -> Option<&str> {
        self.config.route.chat.as_deref().or(self.config.model.as_deref())
    }

    /// Whether the configuration says which model answers.
    pub fn names_a_model(&self) -> bool {
        self.wanted().is_some()
    }

    /// Chooses the provider, as long as nobody did: the one that the configuration names, the one
    /// that was set up, or the only one there is.
    fn settle_provider(&mut self) {
        if self.provider.is_some() {
            return;
        }
        let Some(wanted) = self.wanted().map(str::to_owned) else {
            let Some(offer) = self.only_offer() else { return };
            // Of several models the person chooses.
            let one = match offer.models() {
                [one] if !offer.set_up => Some(one.clone()),
                _ => None,
            };
            let provider = Arc::clone(&offer.provider);
            let listed = one.as_ref().and_then(|one| one.window);
            self.window = self.window_at(provider.name(), listed);
            self.provider = Some(provider);
            self.model_name = one.map(|one| one.name);
            return;
        };
        if let Some(found) = self.resolve(&wanted) {
            self.provider = Some(found.provider);
            self.model_name = Some(found.model);
            self.window = found.window;
        }
    }

    /// The provider that is meant where none is named.
    fn only_offer(&self) -> Option<&Offer> {
        let only = |among: Vec<usize>| match among.as_slice() {
            [one] => self.offers.get(*one),
            _ => None,
        };
        let which = |test: &dyn Fn(&Offer) -> bool| {
            let of = self.offers.iter().enumerate();
            of.filter(|(_, offer)| test(offer)).map(|(at, _)| at).collect::<Vec<_>>()
        };
        let set_up = which(&|offer| offer.set_up && offer.trouble.is_none());
        if !set_up.is_empty() {
            let usual = |at: &&usize| self.offers[**at].name() == "openai";
            return match set_up.iter().find(usual) {
                Some(openai) => self.offers.get(*openai),
                None => only(set_up),
            };
        }
        only(which(&|offer| offer.is_there() && (!offer.is_near() || !offer.models().is_empty())))
    }

    /// A model by `provider/model`, or by its name at the provider that is meant then.
    pub fn resolve(&self, wanted: &str) -> Option<Answerer> {
        if let Some(found) = self.resolve_local(wanted) {
            return Some(found);
        }
        let named = wanted.split_once('/').and_then(|(provider, model)| {
            self.offer(provider).filter(|_| !model.is_empty()).map(|offer| (offer, model))
        });
        let usual = || {
            let openai = self.offer("openai").filter(|offer| offer.is_there());
            let offer = self.only_offer().or(openai)?;
            Some((offer, wanted))
        };
        let (offer, model) = named.or_else(usual)?;
        let listed = offer.models().iter().find(|info| info.name == model);
        let window = listed.and_then(|info| info.window);
        Some(Answerer {
            provider: Arc::clone(&offer.provider),
            model: model.to_owned(),
            window: self.window_at(offer.name(), window),
        })
    }

    /// `local`, `local/name`, `local:path`: a model file of this machine; without a name the first
    /// there is.
    fn resolve_local(&self, wanted: &str) -> Option<Answerer> {
        let rest = wanted.strip_prefix(LOCAL)?;
        let model = if rest.is_empty() { rest } else { rest.strip_prefix(['/', ':'])? };
        let offer = self.offer(LOCAL)?;
        let first = || offer.models().first().map(|info| info.name.clone());
        let model = match model {
            "" => first().unwrap_or_else(|| LOCAL.to_owned()),
            model => offer.provider.model_name(model),
        };
        let listed = offer.models().iter().find(|info| info.name == model);
        let window = listed.and_then(|info| info.window).or(offer.provider.window());
        Some(Answerer {
            provider: Arc::clone(&offer.provider),
            window: self.window_at(LOCAL, window),
            model,
        })
    }

    /// What the configuration says about the window comes first.
    fn window_at(&self, provider: &str, listed: Option<u64>) -> Option<u64> {
        self.config.provider.get(provider).and_then(|own| own.window).or(listed)
    }

    /// Who answers in the conversation.
    pub fn answerer(&self) -> Option<Answerer> {
        Some(Answerer {
            provider: self.provider.clone()?,
            model: self.model_name.clone()?,
            window: self.window,
        })
    }

    /// Who does a task: the route of the configuration, or who answers.
    pub fn route(&self, task: &Task) -> Option<Answerer> {
        let route = &self.config.route;
        let named = match task {
            Task::Chat => None,
            Task::Change | Task::Rewrite { .. } => route.edit.as_deref(),
            Task::Continue { .. } => route.complete.as_deref().or(route.edit.as_deref()),
            Task::Summary => route.summary.as_deref(),
        };
        named.and_then(|wanted| self.resolve(wanted)).or_else(|| self.answerer())
    }

    /// Lets another model answer from now on. Returns whether it is another one.
    pub fn switch_to(&mut self, next: Answerer) -> bool {
        let before = self.answerer().map(|before| before.full_name());
        let another = before.as_deref() != Some(&next.full_name());
        if another {
            self.previous = before.or_else(|| self.previous.take());
        }
        self.provider = Some(next.provider);
        self.model_name = Some(next.model);
        self.window = next.window;
        another
    }

    /// Who could answer, as long as nobody was chosen, in sentences.
    pub fn who_is_there(&self, key: &str) -> String {
        if self.provider.is_some() || self.wanted().is_some() {
            return self.nobody_answers();
        }
        let nobody = || self.nobody_answers().replace("app.model", key);
        let there = self.offers.iter().filter(|offer| offer.is_there());
        let names: Vec<&str> = there.map(Offer::name).collect();
        if !names.is_empty() {
            return format!("Found {}: {key} chooses who answers.", names.join(", "));
        }
        if self.offers.iter().any(|offer| offer.asking) {
            return "Looking for servers on this machine…".into();
        }
        nobody()
    }

    /// Why nobody can answer, in sentences.
    pub fn nobody_answers(&self) -> String {
        if let Some(wanted) = self.wanted() {
            return match wanted.split_once('/') {
                Some((name, _)) if self.offer(name).is_none() => format!(
                    "Nobody is known who has {wanted}: name a provider before it, as in openrouter/{wanted}."
                ),
                _ => format!(
                    "No provider is set up for {wanted}: set a key such as OPENAI_API_KEY, or write it as provider/{wanted}."
                ),
            };
        }
        match self.to_fetch().first() {
            Some(row) => format!(
                "No model is set up. The {} ({}, {}) is fetched with two keys: app.model, Enter. A key such as OPENAI_API_KEY, a server such as Ollama, or OPENAI_BASE_URL gives better ones.",
                row.label,
                megabytes(row.download()),
                row.licence
            ),
            None => "No model is set up: set a key such as OPENAI_API_KEY, start a server such as Ollama, or set OPENAI_BASE_URL for one of your own.".into(),
        }
    }
}

impl Model {
    /// The models of the catalogue that are not here.
    pub fn to_fetch(&self) -> Vec<&'static Row> {
        let Some(offer) = self.offer(LOCAL) else { return Vec::new() };
        let here = |row: &&Row| offer.models().iter().any(|info| info.name == row.name);
        CATALOGUE.iter().filter(|row| !here(row)).collect()
    }
}

impl Cx<'_> {
    /// Begins to fetch a model; what waits for one is asked when it is here.
    pub fn fetch(&mut self, name: &'static str) {
        if self.model.fetching.is_some() {
            self.info("A model is being fetched already.");
            return;
        }
        self.model.fetching = Some(format!("{name}: begins…"));
        self.effect(Effect::Fetch(name));
    }

    /// Ends a fetch. Returns whether one went on.
    pub fn stop_fetch(&mut self) -> bool {
        let goes_on = self.model.fetching.is_some();
        if goes_on {
            self.effect(Effect::StopFetch);
        }
        goes_on
    }

    pub fn fetch_goes_on(&mut self, name: &str, words: String) {
        if self.model.fetching.is_some() {
            // The name was said when it was chosen; a narrow screen has room for the rest.
            let narrow = self.model.ui.width < 100;
            self.model.fetching = Some(if narrow { words } else { format!("{name}: {words}") });
        }
    }

    /// A model is here and answers from now on, or could not be fetched.
    pub fn fetched(&mut self, name: &str, done: Result<(), String>) {
        self.model.fetching = None;
        if let Err(why) = done {
            match why.strip_prefix(STOPPED) {
                Some(_) => self.info(format!("{name} is not here. {why}")),
                None => self.error(format!("{name} is not here. {why}")),
            }
            return;
        }
        let known = CATALOGUE.iter().find(|row| row.name == name);
        if let Some(offer) = self.model.offers.iter_mut().find(|offer| offer.name() == LOCAL) {
            let mut models = offer.models().to_vec();
            let window = known.map(|row| row.window);
            models.push(ModelInfo { name: name.to_owned(), window, price: None, abilities: None });
            offer.listing = Listing::Models(models);
        }
        if let Some(next) = self.model.resolve(&format!("{LOCAL}/{name}")) {
            self.answer_by(next);
        }
    }

    /// Asks those for their models that may be asked: servers on this machine, and providers that
    /// the person agreed to or chose. With `near`, only those on this machine that nobody set up.
    pub fn look(&mut self, near: bool) {
        let chosen = self.model.provider.as_ref().map(|provider| provider.name().to_owned());
        let may = |offer: &Offer| match near {
            true => offer.is_near() && !offer.set_up,
            false => {
                offer.trouble.is_none()
                    && (offer.is_near()
                        || self.model.may_send_to(offer.name())
                        || (offer.set_up && chosen.as_deref() == Some(offer.name())))
            }
        };
        let names: Vec<String> = self
            .model
            .offers
            .iter()
            .filter(|offer| may(offer))
            .map(|offer| offer.name().to_owned())
            .collect();
        self.look_at(names);
    }

    /// Asks these for their models.
    pub fn look_at(&mut self, names: Vec<String>) {
        let mut asked = Vec::new();
        for offer in &mut self.model.offers {
            if names.iter().any(|name| name == offer.name()) && !offer.asking {
                offer.asking = true;
                asked.push(offer.name().to_owned());
            }
        }
        if !asked.is_empty() {
            self.effect(Effect::Look(asked));
        }
    }

    /// A provider said what it has.
    pub fn listed(&mut self, name: &str, listing: Listing) {
        let Some(offer) = self.model.offers.iter_mut().find(|offer| offer.name() == name) else {
            return;
        };
        offer.listing = listing;
        offer.asking = false;
        let window = |model: &str, models: &[ModelInfo]| {
            models.iter().find(|info| info.name == model).and_then(|info| info.window)
        };
        if let (Some(provider), Some(model)) = (&self.model.provider, &self.model.model_name)
            && provider.name() == name
            && self.model.window.is_none()
        {
            let listed = self.model.offer(name).and_then(|offer| window(model, offer.models()));
            self.model.window = listed;
        }
        let waits = self.model.offers.iter().any(|offer| offer.asking && offer.is_near());
        if waits || self.model.provider.is_some() {
            return;
        }
        self.model.settle_provider();
        if let Some(found) = self.model.answerer() {
            self.info(format!(
                "Found {} at {}: it answers.",
                found.full_name(),
                found.provider.address()
            ));
        }
    }

    /// Opens the list of everything that could answer.
    pub fn choose_model(&mut self) {
        self.model.ui.overlays.push(Overlay::Models(ListState::default()));
        self.look(false);
    }

    /// Lets a model answer, and writes that into the configuration.
    pub fn answer_by(&mut self, next: Answerer) {
        let name = next.full_name();
        let another = self.model.switch_to(next);
        let config = &mut self.model.config;
        let key: &'static [&'static str] = match config.route.chat {
            Some(_) => {
                config.route.chat = Some(name.clone());
                &["route", "chat"]
            }
            None => {
                config.model = Some(name.clone());
                &["model"]
            }
        };
        self.effect(Effect::ChooseModel { key, model: name.clone() });
        let back = self.model.previous.as_ref().filter(|_| another);
        let back = back.map(|back| format!(" Alt-O goes back to {back}.")).unwrap_or_default();
        self.info(format!("{name} answers from now on.{back}"));
        if let Some(queued) = self.model.waiting.take() {
            self.ask_waiting(queued);
        }
    }

    fn ask_waiting(&mut self, queued: Queued) {
        if queued.line().is_some_and(|line| self.model.ui.chat.rope() == line.as_str()) {
            self.model.ui.chat.set_text("");
        }
        self.ask(queued);
    }
}
