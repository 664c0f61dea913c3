//! Who a key belongs to, as far as this machine knows: `allowed_signers` files, as ssh has them, with
//! their dates; and which keys are revoked.

use super::keys::is_listed;
use super::{Checked, Keys};
use crate::base::{Millis, when};
use ssh_key::PublicKey;
use std::path::PathBuf;

/// Keys with the names under which they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signers {
    known: Vec<Signer>,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// Files that list revoked keys.
    revoked: Vec<PathBuf>,
}

/// A key of somebody, and when it is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    key: PublicKey,
    pub names: String,
    /// From when on; `None`: always.
    pub after: Option<Millis>,
    /// Until when, exclusively; `None`: for ever.
    pub before: Option<Millis>,
}

impl Signer {
    fn is_valid(&self, at: Millis) -> bool {
        self.after.is_none_or(|after| after <= at) && self.before.is_none_or(|before| at < before)
    }

    /// When it is valid, in words.
    pub fn term(&self) -> String {
        let from = self.after.map(|at| format!(" from {}", when::minute(at)));
        let until = self.before.map(|at| format!(" until {}", when::minute(at)));
        format!("valid{}{}", from.unwrap_or_default(), until.unwrap_or_default())
    }
}

impl Signers {
    /// Those whom the files of this machine name, and the keys that they revoke.
    pub fn of(keys: &Keys) -> Self {
        Self { revoked: keys.revoked(), ..Self::read(&keys.signers()) }
    }

    /// Reads those of the files that are there.
    pub fn read(files: &[PathBuf]) -> Self {
        let mut signers = Self::default();
        for file in files {
            if let Ok(text) = std::fs::read_to_string(file) {
                signers.add(&text);
                signers.files.push(file.clone());
            }
        }
        signers
    }

    /// Takes lines of an `allowed_signers` file: names, options, key. A line that only allows other
    /// purposes, lets an authority sign, or has a date that is none says nothing here.
    pub fn add(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let Some(at) = ["ssh-", "ecdsa-", "sk-"]
                .iter()
                .filter_map(|kind| line.find(&format!(" {kind}")))
                .min()
            else {
                continue;
            };
            let (front, key) = line.split_at(at);
            let mut words = front.split_whitespace();
            let Some(names) = words.next() else { continue };
            let options: Vec<&str> = words.collect();
            let Some(options) = Options::read(&options.join(" ")) else { continue };
            let Ok(key) = PublicKey::from_openssh(key.trim()) else { continue };
            let Options { after, before } = options;
            let names = names.trim_matches('"').to_owned();
            self.known.push(Signer { key, names, after, before });
        }
    }

    /// Takes a file that lists revoked keys.
    pub fn add_revoked(&mut self, file: PathBuf) {
        self.revoked.push(file);
    }

    /// Who a key belongs to: by a line that holds at a time, or else by any.
    pub fn who(&self, key: &str, at: Millis) -> Option<&Signer> {
        let wanted = PublicKey::from_openssh(key).ok()?;
        let same = || self.known.iter().filter(|one| one.key.key_data() == wanted.key_data());
        same().find(|one| one.is_valid(at)).or_else(|| same().next())
    }

    /// What is known here against a good signature by a key, made at a time by its own word: that
    /// the key is revoked, or was not valid then.
    pub fn checked(&self, key: &str, at: Millis) -> Checked {
        for file in &self.revoked {
            match is_listed(key, file) {
                Ok(false) => {}
                Ok(true) => {
                    return Checked::Bad(format!("its key is revoked, by {}", file.display()));
                }
                Err(why) => {
                    return Checked::Open(format!(
                        "whether its key is revoked is not known: {why}"
                    ));
                }
            }
        }
        match self.who(key, at).filter(|one| !one.is_valid(at)) {
            Some(one) => Checked::Bad(format!(
                "its key, known as {}, is {}, and it says that it was made on {}",
                one.names,
                one.term(),
                when::minute(at)
            )),
            None => Checked::Good,
        }
    }
}

/// What the options of a line say, where it is about signatures of cowrite.
struct Options {
    after: Option<Millis>,
    before: Option<Millis>,
}

impl Options {
    fn read(text: &str) -> Option<Self> {
        let mut options = Self { after: None, before: None };
        for option in split(text) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            // As ssh reads them: a value stands in quotation marks, or the line says nothing.
            let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            let value = match value.is_empty() {
                true => "",
                false => quoted?,
            };
            match name.to_lowercase().as_str() {
                "cert-authority" => return None,
                "namespaces" if !value.split(',').any(is_ours) => return None,
                "valid-after" => options.after = Some(date(value)?),
                "valid-before" => options.before = Some(date(value)?),
                _ => {}
            }
        }
        Some(options)
    }
}

/// Options, which commas divide outside of quotation marks.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let parts = text.split(move |one| {
        quoted ^= one == '"';
        one == ',' && !quoted
    });
    parts.map(str::trim).filter(|part| !part.is_empty())
}

/// Whether a pattern of namespaces means that of cowrite.
fn is_ours(pattern: &str) -> bool {
    fn like(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern, name) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => {
                like(rest, name) || !name.is_empty() && like(pattern, &name[1..])
            }
            ([b'?', pattern @ ..], [_, name @ ..]) => like(pattern, name),
            ([one, pattern @ ..], [other, name @ ..]) => one == other && like(pattern, name),
            _ => false,
        }
    }
    // A longer one than any use has would take long.
    pattern.len() < 64
        && like(pattern.trim().to_lowercase().as_bytes(), super::NAMESPACE.as_bytes())
}

/// A date as these files have it: `YYYYMMDD`, or with `HHMM` or `HHMMSS`, in UTC, with or without
/// the `Z` that says so.
fn date(text: &str) -> Option<Millis> {
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || ![8, 12, 14].contains(&digits.len()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or("00");
    when::instant(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(8, 10),
        part(10, 12),
        part(12, 14)
    ))
}
