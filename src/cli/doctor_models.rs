//! The doctor's look at what could answer: every provider that is there is asked for its models, and
//! one on this machine for a word.

use super::doctor::Findings;
use super::place::Place;
use super::secrets::Secrets;
use crate::base::config::Config;
use crate::models::CATALOGUE;
use crate::prompt::{Chunk, Prompt, Role, Turn};
use crate::provider::{KeySource, Listing, Offer, look as ask_for_models};
use crate::state::plural;
use futures::StreamExt as _;
use futures::future::join_all;
use std::time::Duration;

/// How long a model on this machine may take for one word: it may have to be loaded first.
const WORD: Duration = Duration::from_secs(60);

/// Asks everything that is there. Another machine is asked only for its models, and only where the
/// person agreed to send to it.
pub fn look(place: &Place, found: &mut Findings) {
    const AREA: &str = "models";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(why) => {
            found.wrong(AREA, format!("Nothing can be asked: {why}."), "Try again.");
            return;
        }
    };
    let mut offers = place.offers();
    let agreed =
        |offer: &Offer| place.config.provider.get(offer.name()).is_some_and(|own| own.consented);
    let worth = |offer: &&mut Offer| offer.trouble.is_none() && (offer.is_near() || agreed(offer));
    runtime.block_on(async {
        let asked = offers.iter_mut().filter(worth).map(|offer| async {
            offer.listing = ask_for_models(offer.provider.clone(), offer.set_up).await;
        });
        join_all(asked).await;
    });
    if let Err(why) = Secrets::read(&place.secrets_path()) {
        found.wrong(AREA, why, "Then run `cowrite doctor` again.");
    }
    let mut any = false;
    for offer in &offers {
        any |= one(offer, &place.config, &runtime, found);
    }
    let shelf = place.shelf();
    for item in shelf.items().unwrap_or_default() {
        found.good(AREA, format!("{} is on this machine.", item.name));
    }
    if !any {
        found.note(
            AREA,
            "Nobody can answer yet.",
            format!(
                "`cowrite models fetch` brings {} ({}). `cowrite config key NAME` keeps a key.",
                CATALOGUE.first().map_or("a model", |row| row.name),
                CATALOGUE.first().map_or("", |row| row.label)
            ),
        );
    }
}

/// Whether somebody can answer there.
fn one(
    offer: &Offer,
    config: &Config,
    runtime: &tokio::runtime::Runtime,
    found: &mut Findings,
) -> bool {
    const AREA: &str = "models";
    let (name, address) = (offer.name(), offer.provider.address());
    if let Some(trouble) = &offer.trouble {
        // Of those that nobody chose only a bad key is worth a word.
        if offer.set_up || offer.key != KeySource::None {
            found.wrong(AREA, trouble.clone(), "Set it right, then run `cowrite doctor` again.");
        }
        return false;
    }
    match &offer.listing {
        Listing::Unasked if offer.set_up || offer.key != KeySource::None => {
            found.note(
                AREA,
                format!("{name} at {address}: {}; it was not asked.", offer.key.words()),
                format!("`cowrite models list {name}` asks it for its models."),
            );
            true
        }
        Listing::Unasked | Listing::Absent => false,
        Listing::Trouble(why) => {
            found.wrong(AREA, format!("{name}: {why}"), "F2 in the workspace chooses another.");
            false
        }
        Listing::Models(models) => {
            let many = plural(models.len(), "model");
            let key =
                if offer.is_near() { String::new() } else { format!(", {}", offer.key.words()) };
            found.good(AREA, format!("{name} at {address} lists {many}{key}."));
            let chosen = config
                .model
                .as_deref()
                .and_then(|model| model.strip_prefix(name)?.strip_prefix('/'));
            let model = match (chosen, models.as_slice()) {
                (Some(model), _) => Some(model.to_owned()),
                (None, [one]) => Some(one.name.clone()),
                _ => None,
            };
            // Really asking elsewhere may cost money.
            if let Some(model) = model.filter(|_| offer.is_near()) {
                match runtime.block_on(say(offer, &model)) {
                    Ok(()) => found.good(AREA, format!("{name}/{model} was asked, and answers.")),
                    Err(why) => found.wrong(
                        AREA,
                        format!("{name}/{model} was asked, and does not answer: {why}"),
                        "F2 in the workspace chooses another.",
                    ),
                }
            }
            true
        }
    }
}

/// Asks for a word.
async fn say(offer: &Offer, model: &str) -> Result<(), String> {
    let prompt = Prompt {
        model: model.to_owned(),
        turns: vec![Turn { role: Role::User, text: "Say yes.".into() }],
        max_output: Some(8),
        temperature_milli: None,
        sentence: false,
    };
    let body = offer.provider.encode(&prompt);
    let mut answer = offer.provider.ask(body);
    let first = async {
        while let Some(item) = answer.next().await {
            match item {
                Ok(Chunk::Text(text) | Chunk::Reasoning(text)) if !text.is_empty() => return Ok(()),
                Ok(_) => {}
                Err(fault) => return Err(fault.words()),
            }
        }
        Err("The answer was empty.".to_owned())
    };
    let waited = tokio::time::timeout(WORD, first).await;
    waited.unwrap_or_else(|_| Err(format!("it says nothing within {} s.", WORD.as_secs())))
}
