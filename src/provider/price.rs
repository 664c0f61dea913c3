//! What well-known models cost: list prices in US dollars for a million tokens, as rows of data,
//! each with where and when it was read. Prices of long contexts, batches and regions differ; the
//! configuration (`provider.NAME.price`) and a provider's own list come before these.

use crate::base::Usd;
use crate::prompt::Price;

/// A price as it was read.
#[derive(Clone, Copy, Debug)]
pub struct PriceRow {
    pub provider: &'static str,
    /// The model; versions of it with a date behind the name count as the same.
    pub model: &'static str,
    pub price: Price,
    pub source: &'static str,
    /// Year and month.
    pub read: &'static str,
}

const OPENAI: &str = "developers.openai.com/api/docs/pricing";
const ANTHROPIC: &str = "platform.claude.com/docs/en/about-claude/pricing";

/// Input, cached input and output in thousandths of a dollar.
const fn openai(
    model: &'static str,
    (input, cached, output): (u64, u64, u64),
    read: &'static str,
) -> PriceRow {
    let price =
        Price { input: Usd(input * 1000), cached: Usd(cached * 1000), output: Usd(output * 1000) };
    PriceRow { provider: "openai", model, price, source: OPENAI, read }
}

const fn anthropic(model: &'static str, prices: (u64, u64, u64)) -> PriceRow {
    PriceRow { provider: "anthropic", source: ANTHROPIC, ..openai(model, prices, "2026-10") }
}

pub const PRICES: &[PriceRow] = &[
    openai("gpt-5.5", (5_000, 500, 30_000), "2026-06"),
    openai("gpt-5.4", (2_500, 250, 15_000), "2026-06"),
    openai("gpt-5.4-mini", (750, 75, 4_500), "2026-06"),
    openai("gpt-5.4-nano", (200, 20, 1_250), "2026-06"),
    openai("gpt-5.1", (1_250, 125, 10_000), "2026-03"),
    openai("gpt-5", (1_250, 125, 10_000), "2026-03"),
    openai("gpt-5-mini", (250, 25, 2_000), "2026-03"),
    openai("gpt-5-nano", (50, 5, 400), "2026-03"),
    openai("gpt-4.1", (2_000, 500, 8_000), "2026-03"),
    openai("gpt-4.1-mini", (400, 100, 1_600), "2026-03"),
    openai("gpt-4o", (2_500, 1_250, 10_000), "2026-03"),
    openai("gpt-4o-mini", (150, 75, 600), "2026-03"),
    anthropic("claude-opus-5", (5_000, 500, 25_000)),
    anthropic("claude-opus-4-8", (5_000, 500, 25_000)),
    anthropic("claude-opus-4-7", (5_000, 500, 25_000)),
    anthropic("claude-opus-4-6", (5_000, 500, 25_000)),
    anthropic("claude-opus-4-5", (5_000, 500, 25_000)),
    anthropic("claude-sonnet-5-5", (2_000, 100, 10_000)),
    anthropic("claude-sonnet-5", (2_000, 200, 10_000)),
];

/// The row of a model.
pub fn price_row(provider: &str, model: &str) -> Option<&'static PriceRow> {
    PRICES.iter().find(|row| {
        row.provider == provider
            && model.strip_prefix(row.model).is_some_and(|rest| {
                rest.is_empty()
                    || (rest.starts_with("-20")
                        && rest[1..].chars().all(|one| one.is_ascii_digit() || one == '-'))
            })
    })
}
