//! Which key signs, and signing with it: in this process where the key lies open in a file, through
//! `ssh-keygen` where an agent holds it or a passphrase guards it.

use super::{Checked, NAMESPACE};
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where keys are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// The person's home directory.
    pub home: Option<PathBuf>,
    /// The key that the configuration names.
    pub configured: Option<PathBuf>,
    /// The directory of cowrite's configuration.
    pub config_dir: Option<PathBuf>,
    /// Whether a passphrase can be asked for at the terminal.
    pub may_ask: bool,
}

/// A key to sign with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A file with a private key, or the public one of a key that an agent holds.
    File(PathBuf),
    /// A public key, whose private one an agent holds.
    Agent(String),
}

/// A signature with what it takes to check it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The public key as one line.
    pub key: String,
    pub sig: String,
}

const NO_PROGRAM: &str = "ssh-keygen can't be run: install OpenSSH";

impl Keys {
    /// The key to sign with: the one that is given, the configured one, git's, or the first of
    /// `~/.ssh`.
    ///
    /// # Errors
    /// Where there is none, with what to do.
    pub fn choose(&self, given: Option<&Path>) -> Result<Key, String> {
        if let Some(path) = given.or(self.configured.as_deref()) {
            let path = self.expanded(path);
            return match path.is_file() {
                true => Ok(Key::File(path)),
                false => Err(format!("There is no key {}.", path.display())),
            };
        }
        if let Some(named) =
            self.git("gpg.format").filter(|format| format == "ssh").and_then(|_| {
                let named = self.git("user.signingkey")?;
                Some(named.strip_prefix("key::").map_or(named.clone(), String::from))
            })
        {
            if named.starts_with("ssh-") || named.starts_with("ecdsa-") || named.starts_with("sk-")
            {
                return Ok(Key::Agent(named));
            }
            let path = self.expanded(Path::new(&named));
            if path.is_file() {
                return Ok(Key::File(path));
            }
        }
        let folder = self.home.as_ref().map(|home| home.join(".ssh"));
        for name in ["id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_rsa"] {
            let Some(path) = folder.as_ref().map(|folder| folder.join(name)) else { break };
            if path.is_file() {
                return Ok(Key::File(path));
            }
            let public = path.with_extension("pub");
            if public.is_file() {
                return Ok(Key::File(public));
            }
        }
        Err("There is no SSH key to sign with: name one with --key, put `signing_key = \"…\"` into \
             config.toml, or make one with `ssh-keygen -t ed25519`."
            .into())
    }

    /// What a signer wants to be known as: git's address, else the name, without blanks.
    pub fn principal(&self, name: &str) -> String {
        let mail = self.git("user.email").filter(|mail| !mail.contains(char::is_whitespace));
        mail.unwrap_or_else(|| {
            let words: Vec<&str> = name.split_whitespace().collect();
            let name = words.join("-").replace([',', '"', '*', '?', '!'], "");
            if name.is_empty() { "somebody".into() } else { name }
        })
    }

    /// The `allowed_signers` files there may be: cowrite's own, and git's.
    pub fn signers(&self) -> Vec<PathBuf> {
        let own = self.config_dir.as_ref().map(|dir| dir.join("allowed_signers"));
        let git = self.git("gpg.ssh.allowedSignersFile");
        let git = git.map(|path| self.expanded(Path::new(&path)));
        own.into_iter().chain(git).collect()
    }

    /// The files of revoked keys: the one that git has.
    pub fn revoked(&self) -> Vec<PathBuf> {
        let git = self.git("gpg.ssh.revocationFile");
        git.map(|path| self.expanded(Path::new(&path))).into_iter().collect()
    }

    fn git(&self, name: &str) -> Option<String> {
        let out = Command::new("git")
            .args(["config", "--get", name])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8(out.stdout).ok()?;
        let text = text.trim();
        (out.status.success() && !text.is_empty()).then(|| text.to_owned())
    }

    fn expanded(&self, path: &Path) -> PathBuf {
        match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path.to_path_buf(),
        }
    }

    /// Signs a text.
    ///
    /// # Errors
    /// Why that can't be, and what to do.
    pub fn sign(&self, text: &str, key: &Key) -> Result<Signed, String> {
        match key {
            Key::Agent(public) => {
                let dir = tempfile::tempdir().map_err(|why| format!("{why}."))?;
                let path = dir.path().join("key.pub");
                std::fs::write(&path, format!("{public}\n")).map_err(|why| format!("{why}."))?;
                self.through_program(text, &path, public)
            }
            Key::File(path) => {
                let read = std::fs::read_to_string(path)
                    .map_err(|why| format!("{} can't be read: {why}.", path.display()))?;
                if let Ok(private) = PrivateKey::from_openssh(&read)
                    && !private.is_encrypted()
                    && is_ours(&private.algorithm())
                {
                    return own(text, &private);
                }
                let public = match PublicKey::from_openssh(&read) {
                    Ok(_) => read,
                    Err(_) => {
                        let mut beside = path.clone().into_os_string();
                        beside.push(".pub");
                        std::fs::read_to_string(&beside).map_err(|_| {
                            format!(
                                "{} is no key that can be used, and there is no {} beside it.",
                                path.display(),
                                Path::new(&beside).display()
                            )
                        })?
                    }
                };
                self.through_program(text, path, &public)
            }
        }
    }

    fn through_program(&self, text: &str, path: &Path, public: &str) -> Result<Signed, String> {
        let public = PublicKey::from_openssh(public.trim())
            .map_err(|_| format!("{} is no public key.", path.display()))?;
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"]).arg(path);
        if !self.may_ask {
            // A question would go over the screen.
            command.env("SSH_ASKPASS_REQUIRE", "force").env("SSH_ASKPASS", "false");
        }
        let done = piped(command, text)?;
        let sig = String::from_utf8_lossy(&done.stdout).into_owned();
        if !done.status.success() || SshSig::from_pem(&sig).is_err() {
            let said = String::from_utf8_lossy(&done.stderr);
            let said = said.lines().next().unwrap_or("it said nothing").trim();
            let ask = match self.may_ask {
                true => "",
                false => {
                    " Where its passphrase is needed: give it to the agent with `ssh-add`, or \
                          sign with `cowrite attest`."
                }
            };
            return Err(format!("ssh-keygen did not sign with {}: {said}.{ask}", path.display()));
        }
        Ok(Signed { key: line(&public), sig })
    }
}

fn is_ours(algorithm: &Algorithm) -> bool {
    matches!(algorithm, Algorithm::Ed25519)
}

fn own(text: &str, key: &PrivateKey) -> Result<Signed, String> {
    let sig = SshSig::sign(key, NAMESPACE, HashAlg::Sha512, text.as_bytes())
        .and_then(|sig| sig.to_pem(LineEnding::LF))
        .map_err(|why| format!("The key can't sign: {why}."))?;
    Ok(Signed { key: line(key.public_key()), sig })
}

/// A public key in one line, without its comment: that may hold a name or a machine.
fn line(key: &PublicKey) -> String {
    let mut key = key.clone();
    key.set_comment("");
    key.to_openssh().unwrap_or_default().trim().to_owned()
}

fn piped(mut command: Command, text: &str) -> Result<std::process::Output, String> {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|why| format!("{NO_PROGRAM} ({why})."))?;
    if let Some(mut input) = child.stdin.take() {
        // One that ends early says why itself.
        let _ = input.write_all(text.as_bytes());
    }
    child.wait_with_output().map_err(|why| format!("ssh-keygen: {why}."))
}

/// Whether a file of revoked keys lists a key: one of public keys, or what `ssh-keygen -k` makes.
///
/// # Errors
/// Why nobody can say.
pub(super) fn is_listed(key: &str, file: &Path) -> Result<bool, String> {
    let told = |why: std::io::Error| format!("{} can't be read: {why}", file.display());
    let list = std::fs::read(file).map_err(told)?;
    let wanted = PublicKey::from_openssh(key).map_err(|_| "it is no key".to_owned())?;
    if let Ok(text) = std::str::from_utf8(&list) {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines: Vec<_> =
            lines.filter(|line| !line.starts_with('#')).map(PublicKey::from_openssh).collect();
        if lines.iter().all(Result::is_ok) {
            let mut keys = lines.iter().flatten();
            return Ok(keys.any(|listed| listed.key_data() == wanted.key_data()));
        }
    }
    let dir = tempfile::tempdir().map_err(told)?;
    let path = dir.path().join("key.pub");
    std::fs::write(&path, format!("{key}\n")).map_err(told)?;
    let mut command = Command::new("ssh-keygen");
    command.arg("-Q").arg("-f").arg(file).arg(&path);
    let done = piped(command, "")?;
    // It says of each key what is so, and ends with 1 where one is revoked or something failed.
    match (done.status.success(), String::from_utf8_lossy(&done.stdout).contains("REVOKED")) {
        (true, _) => Ok(false),
        (false, true) => Ok(true),
        (false, false) => {
            let said = String::from_utf8_lossy(&done.stderr);
            let said = said.lines().next().unwrap_or("ssh-keygen can't read it").trim().to_owned();
            Err(format!("{}: {said}", file.display()))
        }
    }
}

/// Checks with `ssh-keygen` what [`super::check`] leaves to it.
pub fn check_with_program(text: &str, sig: &str) -> Checked {
    let open = |why: String| Checked::Open(why);
    let Ok(dir) = tempfile::tempdir() else { return open("there is no room for its file".into()) };
    let path = dir.path().join("sig");
    if let Err(why) = std::fs::write(&path, sig) {
        return open(why.to_string());
    }
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "check-novalidate", "-n", NAMESPACE, "-s"]).arg(&path);
    match piped(command, text) {
        Ok(done) if done.status.success() => Checked::Good,
        Ok(_) => Checked::Bad("it does not match what is signed".into()),
        Err(why) => open(why),
    }
}
