//! Known endpoints, as rows of data.
//!
//! Knows no environment: the command line looks whether a key's variable is set.

use super::Quirks;

/// An endpoint that can be used by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// As in `name/model`.
    pub name: &'static str,
    pub address: &'static str,
    /// The environment variable that usually holds its key; `None` for servers that need none.
    pub key_variable: Option<&'static str>,
    /// Where it differs from the others.
    pub quirks: Quirks,
}

/// What most servers take.
const PLAIN: Quirks = Quirks { usage: true, completion_tokens: false };

const fn hosted(name: &'static str, address: &'static str, key: &'static str) -> Preset {
    Preset { name, address, key_variable: Some(key), quirks: PLAIN }
}

const fn local(name: &'static str, address: &'static str) -> Preset {
    Preset { name, address, key_variable: None, quirks: PLAIN }
}

/// In the order in which they are offered.
pub const PRESETS: &[Preset] = &[
    Preset {
        // Its newer models insist on the new name of the limit.
        quirks: Quirks { completion_tokens: true, ..PLAIN },
        ..hosted("openai", "https://api.openai.com/v1", "OPENAI_API_KEY")
    },
    hosted("anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
    hosted("gemini", "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
    Preset {
        // Counts tokens unasked, and refuses fields that it does not know.
        quirks: Quirks { usage: false, ..PLAIN },
        ..hosted("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY")
    },
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

/// The row of this name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}
