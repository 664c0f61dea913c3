//! The list of models: everything that could answer, and choosing among it.

use super::list::fuzzy;
use crate::models::megabytes;
use crate::prompt::ModelInfo;
use crate::provider::local::NAME as LOCAL;
use crate::provider::{Listing, Offer};
use crate::state::{Cx, Model, Overlay, price_words};

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelRow {
    /// A model that can be chosen.
    Model {
        provider: String,
        info: ModelInfo,
        /// What a million tokens cost, in and out, in words.
        price: String,
        answers: bool,
    },
    /// A provider that is asked for its models only when the person says so.
    Ask { provider: String, words: String },
    /// A model of the catalogue that is fetched when the person says so.
    Fetch { name: &'static str, words: String },
    /// Something to know, in a sentence.
    Note(String),
}

impl ModelRow {
    fn text(&self) -> String {
        match self {
            Self::Model { provider, info, .. } => format!("{provider}/{}", info.name),
            Self::Ask { words, .. } | Self::Fetch { words, .. } | Self::Note(words) => {
                words.clone()
            }
        }
    }
}

/// Kinds of models that write no text, by what their names hold: they come last.
const NO_TEXT: [&str; 13] = [
    "embed",
    "whisper",
    "tts",
    "dall-e",
    "moderation",
    "image",
    "realtime",
    "audio",
    "transcribe",
    "rerank",
    "sora",
    "veo",
    "imagen",
];

/// The rows that match what was typed. Shared with the view.
pub fn model_rows(model: &Model) -> Vec<ModelRow> {
    let Some(Overlay::Models(list)) = model.ui.overlays.last() else { return Vec::new() };
    let words = list.filter.rope().to_string();
    let mut rows: Vec<ModelRow> = Vec::new();
    for offer in &model.offers {
        rows.extend(offer_rows(model, offer));
    }
    if model.fetching.is_none() {
        rows.extend(model.to_fetch().into_iter().map(|row| ModelRow::Fetch {
            name: row.name,
            words: format!(
                "Enter fetches {} ({}, {}, {})",
                row.name,
                row.label,
                megabytes(row.download()),
                row.licence
            ),
        }));
    }
    let bare: Vec<&str> = model
        .offers
        .iter()
        .filter(|offer| offer.trouble.is_some() && offer.key == crate::provider::KeySource::None)
        .map(Offer::name)
        .collect();
    if rows.is_empty() {
        rows.push(ModelRow::Note("No server on this machine and no key was found.".into()));
    }
    if !bare.is_empty() {
        rows.push(ModelRow::Note(format!(
            "without a key (cowrite config key NAME): {}",
            bare.join(", ")
        )));
    }
    // What can be chosen comes first.
    rows.sort_by_key(|row| matches!(row, ModelRow::Note(_)));
    if words.trim().is_empty() {
        return rows;
    }
    fuzzy(&words, rows.into_iter(), ModelRow::text)
}

fn offer_rows(model: &Model, offer: &Offer) -> Vec<ModelRow> {
    let name = offer.name();
    let address = offer.provider.address();
    let current = model.provider.as_ref().is_some_and(|provider| provider.name() == name);
    if let Some(trouble) = &offer.trouble {
        // What has no key is told in one row for all, unless it was chosen or its key is bad.
        let told = current || offer.key != crate::provider::KeySource::None;
        return if told { vec![ModelRow::Note(trouble.clone())] } else { Vec::new() };
    }
    match &offer.listing {
        Listing::Models(models) => {
            let rank = |info: &ModelInfo| NO_TEXT.iter().any(|word| info.name.contains(word));
            let mut sorted: Vec<&ModelInfo> = models.iter().collect();
            sorted.sort_by_key(|info| rank(info));
            let row = |info: &ModelInfo| ModelRow::Model {
                provider: name.to_owned(),
                info: info.clone(),
                price: price_words(model.price_of(name, &info.name)),
                answers: current && model.model_name.as_deref() == Some(&info.name),
            };
            sorted.into_iter().map(row).collect()
        }
        Listing::Trouble(_) | Listing::Unasked
            if offer.asking && (offer.is_there() || !offer.is_near()) =>
        {
            vec![ModelRow::Note(format!("{name}: asking {address} for its models…"))]
        }
        Listing::Trouble(why) => vec![ModelRow::Note(format!("{name}: {why}"))],
        Listing::Unasked if !offer.is_near() && offer.is_there() => vec![ModelRow::Ask {
            provider: name.to_owned(),
            words: format!(
                "{name}: Enter asks for its models ({}; no text goes to {address})",
                offer.key.words()
            ),
        }],
        Listing::Unasked | Listing::Absent => Vec::new(),
    }
}

/// The provider that a row is about.
fn about(row: &ModelRow) -> Option<&str> {
    match row {
        ModelRow::Model { provider, .. } | ModelRow::Ask { provider, .. } => Some(provider),
        ModelRow::Note(words) => words.split_once(':').map(|(name, _)| name),
        ModelRow::Fetch { .. } => None,
    }
}

/// The chosen row.
pub fn chosen_model_row(model: &Model) -> Option<ModelRow> {
    let Some(Overlay::Models(list)) = model.ui.overlays.last() else { return None };
    model_rows(model).into_iter().nth(list.chosen)
}

/// Rows come and go as providers answer: the chosen one stays chosen, or one of the same provider's,
/// so that a second Enter asks nobody else.
pub fn stay_at(model: &mut Model, row: &ModelRow) {
    let rows = model_rows(model);
    let first = matches!(model.ui.overlays.last(), Some(Overlay::Models(list)) if list.chosen == 0);
    let found = matches!(rows.first(), Some(ModelRow::Model { .. }));
    if first && found && matches!(row, ModelRow::Fetch { .. }) {
        // Nobody went there: it stood first while nothing better was known, and fetches much.
        return;
    }
    let same = rows.iter().position(|now| now == row);
    let at = same
        .or_else(|| rows.iter().position(|now| about(row).is_some() && about(now) == about(row)));
    if let (Some(Overlay::Models(list)), Some(at)) = (model.ui.overlays.last_mut(), at) {
        list.chosen = at;
    }
}

/// Takes the chosen row.
pub fn choose(cx: &mut Cx, chosen: usize) -> Result<(), String> {
    match model_rows(cx.model).get(chosen).cloned() {
        Some(ModelRow::Model { provider, info, .. }) => {
            let next = cx.model.resolve(&format!("{provider}/{}", info.name));
            let next = next.ok_or("It is gone.")?;
            cx.model.ui.overlays.pop();
            cx.answer_by(next);
        }
        Some(row @ ModelRow::Ask { .. }) => {
            cx.look_at(about(&row).map(str::to_owned).into_iter().collect());
            stay_at(cx.model, &row);
        }
        Some(ModelRow::Fetch { name, .. }) => {
            cx.model.ui.overlays.pop();
            cx.fetch(name);
        }
        // Whole, where the row has no room for it.
        Some(ModelRow::Note(words)) => cx.model.ui.overlays.push(Overlay::Page {
            title: "Who could answer".into(),
            lines: vec![words],
            top: 0,
            links: None,
        }),
        None => {}
    }
    Ok(())
}

/// `app.model`: the list, or the model that is named.
pub fn open(cx: &mut Cx, name: &str) -> Result<(), String> {
    if name.is_empty() {
        cx.model.waiting = None;
        cx.choose_model();
        return Ok(());
    }
    let next = cx.model.resolve(name).ok_or("Name it as provider/model; app.model lists them.")?;
    if next.provider.name() == LOCAL {
        let rest = name.strip_prefix(LOCAL).unwrap_or_default();
        let rest = rest.strip_prefix(['/', ':']).unwrap_or(rest);
        let here = |model: &str| {
            let offer = cx.model.offer(LOCAL);
            offer.is_some_and(|offer| offer.models().iter().any(|info| info.name == model))
        };
        // A path means a file, not the model that happens to have its name.
        if !here(rest) && (!rest.is_empty() || !here(&next.model)) {
            return Err(format!(
                "There is no model {name} here: app.model lists what there is. A file of your own is put there with `cowrite models add FILE`, or named at the start: cowrite --model local:FILE."
            ));
        }
    }
    let offer = cx.model.offer(next.provider.name());
    if let Some(trouble) = offer.and_then(|offer| offer.trouble.clone()) {
        return Err(trouble);
    }
    cx.answer_by(next);
    Ok(())
}

/// `app.model-back`: the model before, and again the one after it.
pub fn back(cx: &mut Cx) -> Result<(), String> {
    let previous = cx.model.previous.clone();
    let previous = previous.ok_or("No other model answered in this run: F2 chooses one.")?;
    open(cx, &previous)
}
