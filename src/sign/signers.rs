//! Who a key belongs to, as far as this machine knows: `allowed_signers` files, as ssh has them.

use ssh_key::PublicKey;
use std::path::PathBuf;

/// Keys with the names under which they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signers {
    known: Vec<(String, String)>,
    /// The files that were read.
    pub files: Vec<PathBuf>,
}

impl Signers {
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
    /// purposes, or lets an authority sign, says nothing here.
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
            let options = options.join(" ").to_lowercase();
            let elsewhere = options.contains("namespaces=") && !options.contains(super::NAMESPACE)
                || options.contains("cert-authority");
            if elsewhere || PublicKey::from_openssh(key.trim()).is_err() {
                continue;
            }
            self.known.push((key.trim().to_owned(), names.trim_matches('"').to_owned()));
        }
    }

    /// The names of a key.
    pub fn who(&self, key: &str) -> Option<&str> {
        let wanted = PublicKey::from_openssh(key).ok()?;
        let same = |(known, _): &&(String, String)| {
            PublicKey::from_openssh(known).is_ok_and(|known| known.key_data() == wanted.key_data())
        };
        self.known.iter().find(same).map(|(_, names)| names.as_str())
    }
}
