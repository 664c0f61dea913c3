//! `cowrite attest`: signing a session with an SSH key, and what others need to check that.

use super::place::Place;
use super::redact::session_or_last;
use super::whose::Named;
use super::{Failure, Out, one_line};
use crate::base::EventId;
use crate::runtime::attest::{self, Wanted};
use crate::sign::{Keys, NAMESPACE, PROVES, Signers};
use crate::store::SqliteStore;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Sign a session with your SSH key.
///
/// It covers everything in the session, as it is known here. The signature becomes an event of the log and goes with the session file. `cowrite verify` checks
/// it, and so does `ssh-keygen -Y verify` alone: --show writes the files for that. The key is the one
/// of --key, of `signing_key` in config.toml, git's user.signingkey where gpg.format is ssh, or the
/// first of ~/.ssh. One that an agent holds or a passphrase guards is used through ssh-keygen.
#[derive(clap::Args, Debug)]
pub struct AttestArgs {
    /// A file with a session, or the id of a session or its beginning. Nothing: the session used
    /// last.
    what: Option<String>,
    /// The private key, or the public one of a key that the agent holds.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Who signs, as in an allowed_signers file; else git's user.email, or your name.
    #[arg(long = "as", value_name = "WHO")]
    who: Option<String>,
    /// List the signatures of the session.
    #[arg(long, conflicts_with_all = ["key", "show"])]
    list: bool,
    /// Write what the signature with this number signs, the signature and the key as files.
    #[arg(long, value_name = "NUMBER")]
    show: Option<usize>,
    /// Where these files go.
    #[arg(long, value_name = "FOLDER", default_value = ".", requires = "show")]
    to: PathBuf,
}

impl AttestArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut place = Place::find(None, None)?;
        if self.list || self.show.is_some() {
            // Signatures are told of where they lie.
            let named = match &self.what {
                Some(what) => Named::find(Path::new(what), None, out)?,
                None => {
                    let mut store = place.reading(out)?;
                    let id = session_or_last(&mut store, None, out)?;
                    Named::known(id, None, store, out)?
                }
            };
            return match self.show {
                Some(number) => show(&named, number, &self.to, out),
                None => list(&named, &place.keys(), out),
            };
        }
        let mut store = place.reading(out)?;
        let session = session_or_last(&mut store, self.what.as_deref(), out)?;
        let wanted = Wanted { about: None, key: self.key, who: self.who };
        sign(&mut place, &mut store, session, wanted, out)
    }
}

/// Signs, and says what that proves.
pub fn sign(
    place: &mut Place,
    store: &mut SqliteStore,
    session: EventId,
    wanted: Wanted,
    out: &mut Out,
) -> Result<ExitCode, Failure> {
    if wanted.who.as_ref().is_some_and(|who| who.is_empty() || who.contains(char::is_whitespace)) {
        return Err(Failure::usage("--as takes one word, such as an address."));
    }
    let me = place.me(Some(&mut *store), out, false)?;
    let keys = Keys { may_ask: true, ..place.keys() };
    let made = attest::attest(store, session, &me, &keys, &wanted).map_err(Failure::new)?;
    out.line(&one_line(&made.words()))?;
    out.say(PROVES);
    Ok(ExitCode::SUCCESS)
}

fn list(named: &Named, keys: &Keys, out: &mut Out) -> Result<ExitCode, Failure> {
    let session = named.fold()?;
    let links: attest::Links = named.all()?.0.iter().collect();
    let proofs = attest::check(&session, &links, &Signers::of(keys));
    if proofs.is_empty() {
        out.say("Nobody signed this session: `cowrite attest` does.");
        return Ok(ExitCode::from(1));
    }
    for (index, proof) in proofs.iter().enumerate() {
        for (at, line) in proof.lines().iter().enumerate() {
            let number = if at == 0 { format!("{}  ", index + 1) } else { "   ".into() };
            out.line(&format!("{number}{}", one_line(line)))?;
        }
    }
    out.say(PROVES);
    Ok(ExitCode::from(u8::from(!proofs.iter().all(attest::Proof::is_sound))))
}

fn show(named: &Named, number: usize, folder: &Path, out: &mut Out) -> Result<ExitCode, Failure> {
    let session = named.fold()?;
    let made = number.checked_sub(1).and_then(|at| session.attestations.values().nth(at));
    let made = made.ok_or_else(|| {
        Failure::usage(format!(
            "There is no signature {number}: --list shows the {} there are.",
            session.attestations.len()
        ))
    })?;
    std::fs::create_dir_all(folder)?;
    let name = format!("attest-{number}");
    let signer = format!("{} namespaces=\"{NAMESPACE}\" {}\n", made.who, made.key);
    for (ending, text) in [
        ("payload", attest::payload(session.id, made)),
        ("sig", made.sig.clone()),
        ("allowed_signers", signer),
    ] {
        let path = folder.join(format!("{name}.{ending}"));
        std::fs::write(&path, text)?;
        out.line(&path.display().to_string())?;
    }
    out.say(&format!(
        "The key stands there as the log says it: compare it with what its owner tells you. Then:\n\
         ssh-keygen -Y verify -n {NAMESPACE} -f {name}.allowed_signers -I {} -s {name}.sig < {name}.payload",
        one_line(&made.who)
    ));
    Ok(ExitCode::SUCCESS)
}
