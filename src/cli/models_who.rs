//! What `cowrite models` says of providers: their models with windows, prices and abilities, and
//! trying one.

use super::models::columns;
use super::place::Place;
use super::{Failure, Out};
use crate::prompt::{Chunk, Fault, ModelInfo, Prompt, Role, Turn};
use crate::provider::local::NAME as LOCAL;
use crate::provider::{KeySource, Listing, Offer, look_now};
use crate::state::{price_at, price_words};
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What is rewritten for a trial.
const SAMPLE: &str = "We sells bread and cakes in the old town, and we has done so since 1990.";
/// How long a trial may take: a model may have to be loaded first.
const TRIAL: Duration = Duration::from_secs(120);

/// Everything but the files of this machine.
pub struct Others(Vec<Offer>);

impl Others {
    /// Asks the servers on this machine; whoever is elsewhere is only named.
    pub fn look(place: &Place) -> Result<Self, Failure> {
        let others = place.offers().into_iter().filter(|offer| offer.name() != LOCAL).collect();
        Ok(Self(look_now(others, |offer| offer.is_near() && offer.trouble.is_none())?))
    }

    pub fn json(&self, place: &Place) -> Vec<Value> {
        self.0.iter().flat_map(|offer| described(place, offer)).collect()
    }

    pub fn print(&self, place: &Place, out: &mut Out) -> Result<(), Failure> {
        let found = || self.0.iter().filter(|offer| !offer.models().is_empty());
        if found().next().is_some() {
            out.line("")?;
            print(place, found(), out)?;
        }
        let mut lines = Vec::new();
        for offer in &self.0 {
            let name = offer.name();
            let known = offer.set_up || offer.key != KeySource::None;
            match (&offer.trouble, &offer.listing) {
                (Some(why), _) if known => lines.push(format!("{name}: {why}")),
                (None, Listing::Trouble(why)) => lines.push(format!("{name}: {why}")),
                (None, Listing::Unasked) if known => lines.push(format!(
                    "{name}: {}; `cowrite models list {name}` asks for its models",
                    offer.key.words()
                )),
                _ => {}
            }
        }
        let bare =
            |offer: &&Offer| !offer.is_near() && offer.key == KeySource::None && !offer.set_up;
        let bare: Vec<&str> = self.0.iter().filter(bare).map(Offer::name).collect();
        if !bare.is_empty() {
            lines.push(format!("without a key (`cowrite config key NAME`): {}", bare.join(", ")));
        }
        if !lines.is_empty() {
            out.line("")?;
        }
        lines.iter().try_for_each(|line| out.line(&super::one_line(line)))
    }
}

/// `cowrite models list PROVIDER`.
pub fn one(place: &Place, name: &str, as_json: bool, out: &mut Out) -> Result<(), Failure> {
    let offers = look_now(vec![offer(place, name)?], |_| true)?;
    let Some(offer) = offers.first() else { return Ok(()) };
    match &offer.listing {
        Listing::Models(_) if as_json => out.json(&described(place, offer).into()),
        Listing::Models(_) => print(place, std::iter::once(offer), out),
        Listing::Trouble(why) => Err(Failure::new(why.clone())),
        Listing::Unasked | Listing::Absent => {
            Err(Failure::new(format!("Nobody answers at {}.", offer.provider.address())))
        }
    }
}

/// The provider of that name, if it can be used.
fn offer(place: &Place, name: &str) -> Result<Offer, Failure> {
    let offers = place.offers();
    let names = || offers.iter().map(Offer::name).collect::<Vec<_>>().join(", ");
    let found = offers.iter().find(|offer| offer.name() == name);
    let found = found.ok_or_else(|| {
        Failure::usage(format!("There is no provider {name}; there are: {}.", names()))
    })?;
    match &found.trouble {
        Some(why) => Err(Failure::usage(why.clone())),
        None => Ok(found.clone()),
    }
}

fn described(place: &Place, offer: &Offer) -> Vec<Value> {
    let described = |info: &ModelInfo| {
        let price = price_at(&place.config, Some(offer), offer.name(), &info.name);
        json!({
            "provider": offer.name(),
            "address": offer.provider.address(),
            "name": info.name,
            "window": info.window,
            "price": price.map(|price| json!({
                "input": price.input.dollars(),
                "cached": price.cached.dollars(),
                "output": price.output.dollars(),
            })),
            "abilities": info.abilities,
        })
    };
    offer.models().iter().map(described).collect()
}

fn print<'a>(
    place: &Place,
    offers: impl Iterator<Item = &'a Offer>,
    out: &mut Out,
) -> Result<(), Failure> {
    let mut table = vec![["MODEL", "WINDOW", "PRICE", "ABILITIES", "WHERE"].map(str::to_owned)];
    let unknown = || "unknown".to_owned();
    for offer in offers {
        for info in offer.models() {
            let price = price_at(&place.config, Some(offer), offer.name(), &info.name);
            let abilities = info.abilities.as_ref().map(|all| match all.as_slice() {
                [] => "text".into(),
                all => all.join(", "),
            });
            table.push([
                format!("{}/{}", offer.name(), info.name),
                info.window.map_or_else(unknown, |window| window.to_string()),
                price.map_or_else(unknown, |price| price_words(Some(price))),
                abilities.unwrap_or_else(unknown),
                offer.provider.address().to_owned(),
            ]);
        }
    }
    columns(&table).iter().try_for_each(|line| out.line(line))
}

/// Let a model rewrite a sentence, and say how long it took.
///
/// Without a model the one that answers in the workspace is tried.
#[derive(clap::Args, Debug)]
pub struct TryArgs {
    /// The model, as provider/model.
    model: Option<String>,
    /// The text to rewrite.
    #[arg(long, default_value = SAMPLE)]
    text: String,
    /// What to do with it.
    #[arg(long, default_value = "Correct spelling and grammar.")]
    ask: String,
    /// Send the text also to another machine, without asking.
    #[arg(long, short)]
    yes: bool,
}

impl TryArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut place = Place::find(None, None)?;
        if let Some(model) = &self.model {
            // As if it were the one that answers: of model files the named one is run.
            place.config.model = Some(model.clone());
            place.config.route = Default::default();
        }
        let config = &place.config;
        let wanted = self.model.as_ref().or(config.route.chat.as_ref()).or(config.model.as_ref());
        let wanted = wanted.ok_or_else(|| {
            Failure::usage("Name a model as provider/model: `cowrite models` lists them.")
        })?;
        // `local:PATH` is a file of one's own.
        let named = wanted.split_once('/').filter(|(name, _)| !name.contains(':'));
        let named = named.or_else(|| wanted.split_once(':').filter(|(name, _)| *name == LOCAL));
        let (name, model) = named.filter(|(_, model)| !model.is_empty()).ok_or_else(|| {
            Failure::usage(format!("Name the model as provider/model, as in openrouter/{wanted}."))
        })?;
        let offer = offer(&place, name)?;
        let consented = config.provider.get(name).is_some_and(|own| own.consented);
        if !offer.is_near() && !consented && !self.yes {
            return Err(Failure::usage(format!(
                "The text would go to {}. Add --yes to send it.",
                offer.provider.address()
            )));
        }
        let model = offer.provider.model_name(model);
        let mut turns = crate::assist::basic::rewrite(&self.text, &self.ask);
        if !crate::assist::basic::is_basic(&model) {
            let text = crate::assist::prompts::system(crate::assist::Dialect::Selection, "");
            turns.insert(0, Turn { role: Role::System, text });
        }
        let prompt = Prompt {
            model,
            turns,
            max_output: Some(256),
            temperature_milli: None,
            sentence: false,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let tried =
            runtime.block_on(async { tokio::time::timeout(TRIAL, answer(&offer, &prompt)).await });
        let tried = match tried {
            Ok(tried) => tried.map_err(|fault| Failure::new(fault.words()))?,
            Err(_) => {
                let seconds = TRIAL.as_secs();
                return Err(Failure::new(format!("No whole answer came within {seconds} s.")));
            }
        };
        out.line(&super::out::plain(tried.text.trim()))?;
        out.say(&tried.words());
        Ok(ExitCode::SUCCESS)
    }
}

/// An answer with its times.
struct Tried {
    text: String,
    first: Duration,
    whole: Duration,
    tokens: Option<u64>,
}

impl Tried {
    fn words(&self) -> String {
        let writing = (self.whole - self.first).as_secs_f64();
        let rate = self
            .tokens
            .filter(|tokens| *tokens > 1 && writing > 0.0)
            .map(|tokens| format!(", {:.0} tokens a second", (tokens - 1) as f64 / writing));
        format!(
            "The first word came after {:.1} s, all of it after {:.1} s{}.",
            self.first.as_secs_f64(),
            self.whole.as_secs_f64(),
            rate.unwrap_or_default()
        )
    }
}

async fn answer(offer: &Offer, prompt: &Prompt) -> Result<Tried, Fault> {
    let body = offer.provider.encode(prompt);
    let began = Instant::now();
    let mut answer = offer.provider.ask(body);
    let (mut text, mut first, mut tokens) = (String::new(), None, None);
    while let Some(item) = answer.next().await {
        match item? {
            Chunk::Text(more) => {
                first.get_or_insert_with(|| began.elapsed());
                text.push_str(&more);
            }
            Chunk::Reasoning(_) => _ = first.get_or_insert_with(|| began.elapsed()),
            Chunk::Usage(usage) => tokens = Some(usage.output),
            Chunk::Warning(_) | Chunk::Retrying { .. } => {}
            Chunk::Stop(_) => break,
        }
    }
    let whole = began.elapsed();
    Ok(Tried { text, first: first.unwrap_or(whole), whole, tokens })
}
