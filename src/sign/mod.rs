//! Signatures of the log with SSH keys: the text that is signed, keys and who they belong to, and
//! checking. Runs `git config` to find a key, and `ssh-keygen` for keys that an agent or a passphrase
//! guards. Knows no session and no library.

mod keys;
mod signers;

pub use keys::{Key, Keys, Signed, check_with_program};
pub use signers::{Signer, Signers};

use crate::base::{EventId, Millis};
use ssh_key::{Algorithm, HashAlg, PublicKey, SshSig};

/// What signatures of cowrite are for, so that none is taken for one of something else.
pub const NAMESPACE: &str = "cowrite";

/// What a signature says and what it does not, for whoever reads the result of a check.
pub const PROVES: &str = "A signature says: who holds that key signed these events, so none of them \
    was altered, added or taken out since. It does not say when (the time is the signer's word), \
    that the names in the log are true, that nothing was left out before it was signed, or \
    anything about events that it does not cover. Redacted words are proved by their hash only.";

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    pub session: EventId,
    /// The time that the signer's clock told.
    pub at: Millis,
    /// Who signs, as they want to be known.
    pub who: &'a str,
    /// How many events are covered.
    pub count: u64,
    pub heads: &'a [EventId],
    /// A decision, and the settings of its fields as they are signed.
    pub about: Option<(EventId, &'a [EventId])>,
}

impl Payload<'_> {
    /// The text, byte for byte.
    pub fn text(&self) -> String {
        let mut text = format!(
            "cowrite-attest-1\nsession {}\nat {}\nwho {}\nevents {}\n",
            self.session,
            self.at.0,
            self.who.replace(['\n', '\r'], " "),
            self.count
        );
        for head in self.heads {
            text.push_str(&format!("head {head}\n"));
        }
        if let Some((decision, settings)) = self.about {
            text.push_str(&format!("decision {decision}\n"));
            for setting in settings {
                text.push_str(&format!("setting {setting}\n"));
            }
        }
        text
    }
}

/// What a check says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    Good,
    /// The signature is not one of this text by this key, and why.
    Bad(String),
    /// It can't be checked here, and why.
    Open(String),
    /// It was taken out of the log, by whom and when.
    Redacted(String),
}

/// The fingerprint of a public key, as `ssh-keygen -l` tells it; of what is no key, that.
pub fn fingerprint(key: &str) -> String {
    match PublicKey::from_openssh(key) {
        Ok(key) => key.fingerprint(HashAlg::Sha256).to_string(),
        Err(_) => "(no key)".into(),
    }
}

/// Checks a signature of a text by a key, without any other program. Keys of other kinds than
/// Ed25519 and ECDSA P-256 are left to `ssh-keygen`.
pub fn check(text: &str, key: &str, sig: &str) -> Checked {
    let bad = |why: &str| Checked::Bad(why.into());
    let Ok(key) = PublicKey::from_openssh(key) else { return bad("its public key is none") };
    let Ok(sig) = SshSig::from_pem(sig) else { return bad("it is no signature") };
    if sig.namespace() != NAMESPACE {
        return bad("it was made for something else");
    }
    if sig.public_key() != key.key_data() {
        return bad("it is of another key");
    }
    let known = matches!(
        key.algorithm(),
        Algorithm::Ed25519 | Algorithm::Ecdsa { curve: ssh_key::EcdsaCurve::NistP256 }
    );
    if !known {
        return Checked::Open(format!("keys of the kind {} need ssh-keygen", key.algorithm()));
    }
    match key.verify(NAMESPACE, text.as_bytes(), &sig) {
        Ok(()) => Checked::Good,
        Err(_) => bad("it does not match what is signed"),
    }
}
