//! What is known of a file on the shelf, in a small TOML file beside it.

use super::shelf::replace;
use serde::{Deserialize, Serialize};
use std::io::Read as _;
use std::path::Path;

/// Larger ones are not ours.
const MOST_BYTES: u64 = 64 << 10;

/// What was known when a file came to the shelf.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    pub title: Option<String>,
    /// Size of the model file in bytes: a record of another size is of another file.
    pub bytes: u64,
    /// In lowercase hexadecimal.
    pub sha256: String,
    pub architecture: Option<String>,
    /// In tokens.
    pub window: Option<u64>,
    pub licence: Option<String>,
    /// Where it came from, in words.
    pub source: String,
    /// The day it came, `2026-11-24`.
    pub date: String,
}

impl Record {
    /// The record at `path`, if there is one that can be read.
    pub fn read(path: &Path) -> Option<Self> {
        let mut text = String::new();
        let file = std::fs::File::open(path).ok()?;
        file.take(MOST_BYTES).read_to_string(&mut text).ok()?;
        toml::from_str(&text).ok()
    }

    /// Writes it whole or not at all, through a file in `scratch`.
    pub fn write(&self, path: &Path, scratch: &Path) -> std::io::Result<()> {
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        replace(path, &scratch.join("record"), text.as_bytes())
    }
}
