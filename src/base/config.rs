//! The types of the configuration, as read from TOML. Reading files is the command line's work.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole configuration. Every field has a default, so that an empty file is a good one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The name to write under; asked once.
    pub name: Option<String>,
    /// `provider/model`, or only `model` for the default provider.
    pub model: Option<String>,
    /// A keymap of `keymaps/` or a file.
    pub keymap: Option<String>,
    pub editor: EditorConfig,
    pub theme: ThemeConfig,
    /// Providers by name. `openai` is built in and can be changed here.
    pub provider: BTreeMap<String, ProviderConfig>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EditorConfig {
    /// Columns between tab stops, 1 to 16.
    pub tab_width: u8,
    /// Soft wrap.
    pub wrap: bool,
    pub line_numbers: bool,
    /// Whether cowrite takes the mouse when it starts.
    pub mouse: bool,
}

impl Default for EditorConfig {
    fn default() -> Self {
        Self { tab_width: 4, wrap: true, line_numbers: true, mouse: true }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Background {
    #[default]
    Auto,
    Dark,
    Light,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThemeConfig {
    pub background: Background,
}

/// An OpenAI-compatible endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderConfig {
    /// The base address, up to and with `/v1`.
    pub address: Option<String>,
    /// The environment variable that holds the key.
    pub key_variable: Option<String>,
    /// The person agreed that documents may be sent there.
    pub consented: bool,
    /// A file with the certificate authority of the server, in PEM.
    pub ca_file: Option<String>,
    /// Seconds without a byte after which an answer counts as stalled.
    pub stall_seconds: Option<u64>,
    /// The context window in tokens, where the server does not tell it.
    pub window: Option<u64>,
}
