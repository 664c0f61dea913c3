//! The types of the configuration, as read from TOML. Reading files is the command line's work.

use super::Usd;
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
    /// The most that a session may cost, in US dollars; asking stops before it is passed.
    pub budget: Option<Usd>,
    /// A keymap of `keymaps/` or a file.
    pub keymap: Option<String>,
    /// The SSH key to sign with: its file. Otherwise git's, or that of `~/.ssh`.
    pub signing_key: Option<String>,
    pub editor: EditorConfig,
    pub theme: ThemeConfig,
    pub route: RouteConfig,
    pub hub: HubConfig,
    pub assist: AssistConfig,
    /// Providers by name. Those that are built in can be changed here.
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
    /// How hunks are shown: `lines`, `inline` or `side`.
    pub hunks: HunkLayout,
}

/// How a hunk is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HunkLayout {
    /// What goes is struck in the text, what comes stands below.
    #[default]
    Lines,
    /// Below stands one text with what goes and what comes in it, for small changes of prose.
    Inline,
    /// As lines in the text; in the Review tab side by side, where it is wide.
    Side,
}

impl Default for EditorConfig {
    fn default() -> Self {
        Self {
            tab_width: 4,
            wrap: true,
            line_numbers: true,
            mouse: true,
            hunks: HunkLayout::default(),
        }
    }
}

/// What is done with answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssistConfig {
    /// Whether the model is asked once more for edits that found no certain place.
    pub repair: bool,
}

impl Default for AssistConfig {
    fn default() -> Self {
        Self { repair: true }
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

/// Which model does what, as `provider/model`; `model` does what has no row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RouteConfig {
    /// Questions in the conversation.
    pub chat: Option<String>,
    /// Rewrites and changes.
    pub edit: Option<String>,
    /// Short continuations at the caret.
    pub complete: Option<String>,
    /// Summaries.
    pub summary: Option<String>,
}

/// The hub that models are fetched from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HubConfig {
    /// A file with the certificate authority of the hub or of a proxy before it, in PEM.
    pub ca_file: Option<String>,
}

/// An OpenAI-compatible endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderConfig {
    /// The base address, up to and with `/v1`.
    pub address: Option<String>,
    /// The environment variable that holds the key.
    pub key_variable: Option<String>,
    /// Where its key is, if it is neither in a variable nor in the file of keys.
    pub key: Option<KeyPlace>,
    /// The person agreed that documents may be sent there.
    pub consented: bool,
    /// A file with the certificate authority of the server, in PEM.
    pub ca_file: Option<String>,
    /// A proxy for this provider, as `http://host:port`; `none` for no proxy at all. Where it is not
    /// set, the environment says which.
    pub proxy: Option<String>,
    /// Headers of every request, by name.
    pub headers: BTreeMap<String, String>,
    /// Seconds that making a connection may take.
    pub connect_seconds: Option<u64>,
    /// Seconds without a byte after which an answer counts as stalled.
    pub stall_seconds: Option<u64>,
    /// The context window in tokens, where the server does not tell it.
    pub window: Option<u64>,
    /// What its models cost, by their names.
    pub price: BTreeMap<String, PriceConfig>,
}

/// A place of keys that must be asked for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyPlace {
    /// The platform's keyring.
    Keyring,
}

impl<'de> Deserialize<'de> for KeyPlace {
    /// By hand, as the reader's own words would repeat a key that was written here by mistake.
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let refused = || {
            serde::de::Error::custom(
                "it takes \"keyring\" only; a key is kept with cowrite config key NAME",
            )
        };
        match String::deserialize(from).map_err(|_| refused())?.as_str() {
            "keyring" => Ok(Self::Keyring),
            _ => Err(refused()),
        }
    }
}

/// US dollars for a million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PriceConfig {
    pub input: Usd,
    /// Input that the provider's cache knew; as other input where it is not said.
    pub cached: Option<Usd>,
    pub output: Usd,
}
