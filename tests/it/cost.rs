//! What answers cost: prices, sums that survive a restart, and the budget's hard stop.

use crate::harness::Harness;
use cowrite::base::Usd;
use cowrite::base::config::{Config, PriceConfig};
use cowrite::event::Usage;
use cowrite::prompt::{Chunk, Price, Stop};
use cowrite::provider::{KeySource, Offer, OpenAi, PRICES, Settings, price_row};
use cowrite::state::Effect;
use std::sync::Arc;

/// A workspace where a hosted provider answers, with consent.
fn hosted(model: &str) -> Harness {
    let mut made = Harness::with("A plan.|\n");
    let provider = OpenAi::new(Settings::new("anthropic", "https://anthropic.example/v1"));
    let offer = Offer { key: KeySource::File, ..Offer::new(Arc::new(provider)) };
    made.app.model.provider = None;
    made.app.model.agreed = true;
    made.app.model.config.model = Some(format!("anthropic/{model}"));
    made.app.model.use_offers(vec![offer]);
    made
}

fn price(made: &mut Harness, model: &str, input: u64, output: u64) {
    let dollars = |dollars: u64| Usd(dollars * 1_000_000);
    let price = PriceConfig { input: dollars(input), cached: None, output: dollars(output) };
    let own = made.app.model.config.provider.entry("anthropic".into()).or_default();
    own.price.insert(model.into(), price);
}

fn answer(made: &mut Harness, usage: Usage) {
    made.chunk("Yes.");
    made.piece(Ok(Chunk::Usage(usage)));
    made.piece(Ok(Chunk::Stop(Stop::End)));
}

#[test]
fn tokens_have_a_price() {
    let price = Price { input: Usd(2_000_000), cached: Usd(500_000), output: Usd(8_000_000) };
    let usage = |input, cached, output| Usage { input, cached, output, cost: None };
    for (usage, cost) in [
        (usage(1_000_000, 0, 0), 2_000_000),
        (usage(1_000_000, 1_000_000, 0), 500_000),
        (usage(0, 0, 1_000_000), 8_000_000),
        // A part of a millionth is one.
        (usage(1, 1, 0), 1),
        // A server that lies about its cache.
        (usage(10, 1_000, 0), 5),
        (usage(u64::MAX, 0, u64::MAX), u64::MAX),
    ] {
        assert_eq!(price.of(&usage), Usd(cost), "{usage:?}");
    }
    for (amount, shown) in [(0, "$0"), (9, "<$0.0001"), (1_234, "$0.0012"), (5_000_000, "$5.00")] {
        assert_eq!(Usd(amount).to_string(), shown);
    }
}

#[test]
fn rows_are_dated_and_match_versions_only() {
    for row in PRICES {
        assert!(row.source.contains('.') && row.read.len() == 7, "{row:?}");
        assert!(row.price.cached <= row.price.input && row.price.input < row.price.output);
    }
    let known = |model: &str| price_row("anthropic", model).map(|row| row.model);
    assert_eq!(known("claude-opus-4-5-20251101"), Some("claude-opus-4-5"));
    assert_eq!(known("claude-sonnet-5-5"), Some("claude-sonnet-5-5"));
    assert_eq!(known("claude-opus-5-5"), None, "another model");
    assert!(price_row("openrouter", "gpt-5").is_none(), "another provider");
}

#[test]
fn an_answer_shows_what_it_cost_and_the_log_keeps_it() {
    let mut made = hosted("claude");
    price(&mut made, "claude", 2, 10);
    made.keys("alt-2 'Is it?' enter");
    answer(&mut made, Usage { input: 1_000, cached: 400, output: 100, cost: None });
    let screen = made.screen(120, 40);
    assert!(screen.contains("1000 tokens in (400 cached), 100 out · $0.0030"), "{screen}");
    assert!(screen.contains("$0.0030  claude"), "in the status line: {screen}");
    let again = made.killed(7);
    assert_eq!(again.model().session.transcript.spent().cost, Usd(3_000), "after a restart");
    made.run("app.budget");
    let words = "1000 tokens in (400 cached), 100 out in 1 answer: $0.0030; there is no budget";
    assert!(made.notice().contains(words), "{}", made.notice());
}

#[test]
fn an_unknown_price_is_unknown_and_never_nothing() {
    let mut made = hosted("of-tomorrow");
    made.keys("alt-2 'Is it?' enter");
    answer(&mut made, Usage { input: 10, output: 10, ..Usage::default() });
    let screen = made.screen(120, 40);
    assert!(screen.contains("10 tokens in, 10 out · price unknown"), "{screen}");
    made.run("app.budget");
    assert!(made.notice().contains("1 answer of unknown price"), "{}", made.notice());
    // A budget that can't be kept is said, not ignored.
    made.app.model.config.budget = Some(Usd(1_000_000));
    made.keys("alt-2 'Again?' enter");
    assert!(made.notice().contains("no price of anthropic/of-tomorrow is known"));
    assert_eq!(made.asked.len(), 1);
}

#[test]
fn the_budget_stops_before_it_is_passed() {
    let mut made = hosted("claude");
    price(&mut made, "claude", 100, 100);
    made.run("app.budget 0.5");
    assert!(made.effects.iter().any(
        |effect| matches!(effect, Effect::SetBudget(Some(budget)) if *budget == Usd(500_000))
    ));
    made.keys("alt-2 'Is it?' enter");
    assert_eq!(made.asked.len(), 1, "fits: {}", made.notice());
    answer(&mut made, Usage { input: 2_000, output: 1_000, ..Usage::default() });
    let messages = made.model().session.transcript.len();
    made.keys("alt-2 'Again?' enter");
    assert_eq!(made.asked.len(), 1, "not asked");
    assert_eq!(made.model().session.transcript.len(), messages, "nothing is recorded");
    let said = made.notice();
    assert!(said.contains("$0.3000 spent") && said.contains("of $0.5000"), "{said}");
    assert_eq!(made.app.model.ui.chat.rope().to_string(), "Again?", "the question stays");
    assert!(said.contains("/budget 2"), "{said}");
    made.run("app.budget 2");
    made.keys("alt-2 enter");
    assert_eq!(made.asked.len(), 2);
    made.run("app.budget none");
    assert_eq!(made.model().config.budget, None);
}

#[test]
fn servers_on_this_machine_are_free() {
    let mut made = Harness::with("A plan.|\n");
    made.app.model.config.budget = Some(Usd(1));
    made.say("Is it?");
    answer(&mut made, Usage { input: 10, output: 10, ..Usage::default() });
    assert_eq!(made.model().session.transcript.spent().unknown, 0);
    made.run("app.budget ten");
    assert!(made.notice().contains("ten is no amount"), "{}", made.notice());
}

#[test]
fn amounts_in_the_configuration() {
    let read = |text: &str| toml::from_str::<Config>(text);
    assert_eq!(read("budget = 5").unwrap().budget, Some(Usd(5_000_000)));
    assert_eq!(read("budget = 0.25").unwrap().budget, Some(Usd(250_000)));
    assert!(read("budget = -1").is_err() && read("budget = nan").is_err());
    assert!(read("budget = \"5\"").is_err());
    let text = "[provider.mine.price]\n\"a.b\" = { input = 1, output = 2.5 }\n";
    let config = read(text).unwrap();
    assert_eq!(config.provider["mine"].price["a.b"].output, Usd(2_500_000));
}
