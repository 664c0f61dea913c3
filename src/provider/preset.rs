//! Known endpoints, as rows of data, and looking for those that run on this machine.
//!
//! Knows no environment: the command line looks whether a key's variable is set.

use super::{OpenAi, Provider, Settings};
use crate::prompt::ModelInfo;
use futures::future::{BoxFuture, FutureExt, join_all};
use std::time::Duration;

/// An endpoint that can be used by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// As in `name/model`.
    pub name: &'static str,
    pub address: &'static str,
    /// The environment variable that usually holds its key; `None` for servers that need none.
    pub key_variable: Option<&'static str>,
}

const fn hosted(name: &'static str, address: &'static str, key: &'static str) -> Preset {
    Preset { name, address, key_variable: Some(key) }
}

const fn local(name: &'static str, address: &'static str) -> Preset {
    Preset { name, address, key_variable: None }
}

/// In the order in which they are offered.
pub const PRESETS: &[Preset] = &[
    hosted("openai", "https://api.openai.com/v1", "OPENAI_API_KEY"),
    hosted("anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
    hosted("gemini", "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
    hosted("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    hosted("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    hosted("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    hosted("xai", "https://api.x.ai/v1", "XAI_API_KEY"),
    hosted("together", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    hosted("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    local("ollama", "http://127.0.0.1:11434/v1"),
    local("llama.cpp", "http://127.0.0.1:8080/v1"),
    local("lmstudio", "http://127.0.0.1:1234/v1"),
    local("vllm", "http://127.0.0.1:8000/v1"),
];

/// A server that was found, with what it offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub name: String,
    pub address: String,
    pub models: Vec<ModelInfo>,
}

/// Asks all of these addresses at once for their models, without a key, and gives those that
/// list at least one within `limit`, in the order given. Addresses that are not on this machine
/// are passed over: nothing leaves it.
pub fn find_local(
    places: Vec<(String, String)>,
    limit: Duration,
) -> BoxFuture<'static, Vec<Found>> {
    let asked = places.into_iter().map(|(name, address)| async move {
        let mut settings = Settings::new(&name, &address);
        settings.max_retries = 0;
        settings.connect_timeout = limit;
        let provider = OpenAi::new(settings);
        if provider.leaves_machine() {
            return None;
        }
        let models = tokio::time::timeout(limit, provider.models()).await.ok()?.ok()?;
        (!models.is_empty()).then_some(Found { name, address, models })
    });
    join_all(asked).map(|found| found.into_iter().flatten().collect()).boxed()
}
