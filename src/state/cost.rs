//! What answers cost, and the budget of a session.

use super::{Answerer, Cx, Effect, Model, plural};
use crate::assist::{LAST, Record, Tried};
use crate::base::Usd;
use crate::base::config::Config;
use crate::event::Usage;
use crate::prompt::Price;
use crate::provider::{Offer, price_row};
use crate::session::worked_lately;

/// The length of an answer that is expected, in tokens: more than most have.
const EXPECTED_OUTPUT: u64 = 2_000;
/// The largest number that the log may hold.
const MOST: u64 = (1 << 53) - 1;

/// What a model costs: by the configuration, by its provider's list, by the rows that cowrite has
/// (also behind a relay on this machine). Other servers on this machine are free.
pub fn price_at(
    config: &Config,
    offer: Option<&Offer>,
    provider: &str,
    model: &str,
) -> Option<Price> {
    let own = config.provider.get(provider).and_then(|own| own.price.get(model));
    if let Some(own) = own {
        let cached = own.cached.unwrap_or(own.input);
        return Some(Price { input: own.input, cached, output: own.output });
    }
    let listed = offer.and_then(|offer| {
        offer.models().iter().find(|info| info.name == model).and_then(|info| info.price)
    });
    let known = listed.or_else(|| price_row(provider, model).map(|row| row.price));
    let free = || offer.is_some_and(Offer::is_near).then(Price::default);
    known.or_else(free)
}

/// A price in words.
pub fn price_words(price: Option<Price>) -> String {
    match price {
        None => "price unknown".into(),
        Some(price) if price == Price::default() => "free".into(),
        Some(price) => format!("${}/{}", price.input.dollars(), price.output.dollars()),
    }
}

impl Model {
    /// What a model costs; see [`price_at`].
    pub fn price_of(&self, provider: &str, model: &str) -> Option<Price> {
        price_at(&self.config, self.offer(provider), provider, model)
    }

    /// The count of an answer with what it cost.
    pub(super) fn priced(&self, provider: &str, full_name: &str, usage: Usage) -> Usage {
        let model = full_name.strip_prefix(provider).map_or(full_name, |rest| &rest[1..]);
        let cost = self.price_of(provider, model).map(|price| price.of(&usage).0.min(MOST));
        Usage { cost, ..usage }
    }

    /// What a question of so many tokens is expected to cost, with its answer.
    pub fn expected_cost(&self, who: &Answerer, tokens: u64) -> Option<Usd> {
        let price = self.price_of(who.provider.name(), &who.model)?;
        Some(price.of(&Usage { input: tokens, output: EXPECTED_OUTPUT, ..Usage::default() }))
    }

    /// The same in words.
    pub(super) fn expected_words(&self, who: &Answerer, tokens: u64) -> String {
        match self.expected_cost(who, tokens) {
            Some(Usd(0)) => "free".into(),
            Some(cost) => format!("up to about {cost} with an answer of {EXPECTED_OUTPUT} tokens"),
            None => "price unknown".into(),
        }
    }

    /// What the session cost so far, short; empty when it was free.
    pub fn spent_short(&self) -> String {
        let spent = self.session.transcript.spent();
        match (spent.cost, spent.unknown) {
            (Usd(0), _) => String::new(),
            (cost, 0) => cost.to_string(),
            (cost, _) => format!("{cost}+?"),
        }
    }

    /// What the session took so far, in a sentence.
    pub fn spent_words(&self) -> String {
        let spent = self.session.transcript.spent();
        let cached =
            if spent.cached > 0 { format!(" ({} cached)", spent.cached) } else { String::new() };
        let of_unknown =
            || format!("{} of unknown price", plural(spent.unknown as usize, "answer"));
        let cost = match spent.unknown {
            0 => spent.cost.to_string(),
            all if all == spent.answers => of_unknown(),
            _ => format!("{} and {}", spent.cost, of_unknown()),
        };
        let budget = match self.config.budget {
            Some(budget) => format!("the budget is {budget}"),
            None => "there is no budget (/budget 5 sets one)".into(),
        };
        format!(
            "This session took {} tokens in{cached}, {} out in {}: {cost}; {budget}.",
            spent.input,
            spent.output,
            plural(spent.answers as usize, "answer"),
        )
    }
}

impl Model {
    /// How a model, `provider/model`, fared with its edits, here and in other sessions.
    pub fn record_of(&self, model: &str) -> Record {
        let mut attempts = self.session.attempts();
        attempts.extend(self.fared.iter().filter(|one| one.model == model).cloned());
        attempts.sort_by_key(|attempt| attempt.at);
        let tried = |asked| Tried::new(worked_lately(&attempts, model, asked, LAST));
        Record { blocks: tried("blocks"), whole: tried("whole") }
    }
}

impl Cx<'_> {
    /// Whether a question fits into what the session may cost.
    ///
    /// # Errors
    /// Says why it is not asked, and how it can be.
    pub(super) fn within_budget(&self, who: &Answerer, tokens: u64) -> Result<(), String> {
        let Some(budget) = self.model.config.budget else { return Ok(()) };
        let name = who.full_name();
        let Some(expected) = self.model.expected_cost(who, tokens) else {
            return Err(format!(
                "Not asked: no price of {name} is known to keep the budget by. /budget none lifts it; cowrite config set provider.{}.price.{} '{{ input = 1, output = 4 }}' gives it.",
                who.provider.name(),
                who.model
            ));
        };
        let spent = self.model.session.transcript.spent().cost;
        if expected == Usd(0) || spent.0.saturating_add(expected.0) <= budget.0 {
            return Ok(());
        }
        Err(format!(
            "Not asked, /budget {} allows it: {spent} spent, {expected} expected, of {budget}.",
            (budget.0 + expected.0).div_ceil(1_000_000) + 1
        ))
    }

    /// Sets what a session may cost, here and in the configuration; `None` lifts it.
    pub fn set_budget(&mut self, budget: Option<Usd>) {
        self.model.config.budget = budget;
        self.effect(Effect::SetBudget(budget));
        self.info(self.model.spent_words());
    }
}
