//! The platform's keyring as a place of keys: Keychain, Credential Manager, or the Secret Service of
//! the session.
//!
//! It may ask the person to unlock it, or say nothing at all: every call is made in a thread of its
//! own and waited for a few seconds. No error holds a key.

use super::secrets::check_key;
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// What the keys are filed under.
const SERVICE: &str = "cowrite";
/// How long a keyring may take. One that asks for a password goes on asking.
const LIMIT: Duration = Duration::from_secs(5);

/// The key of a provider.
///
/// # Errors
/// Says in sentences why there is none.
pub fn read(name: &str) -> Result<String, String> {
    let key = within_limit(name, Entry::get_password)?;
    let key = key.ok_or_else(|| {
        format!(
            "The keyring has no key of {name}: `cowrite config key {name} --keyring` keeps one."
        )
    })?;
    check_key(&key)
        .map(str::to_owned)
        .map_err(|why| format!("The key of {name} in the keyring {why}"))
}

/// Keeps the key of a provider.
///
/// # Errors
/// Says in sentences why not.
pub fn keep(name: &str, key: &str) -> Result<(), String> {
    let key = key.to_owned();
    within_limit(name, move |entry| entry.set_password(&key)).map(drop)
}

/// Forgets the key of a provider. Returns whether there was one.
///
/// # Errors
/// Says in sentences why that is not known.
pub fn forget(name: &str) -> Result<bool, String> {
    within_limit(name, Entry::delete_credential).map(|gone| gone.is_some())
}

/// Does something with an entry of the keyring, in a thread that is left alone when it takes too
/// long. Nothing: there is no such entry.
fn within_limit<T: Send + 'static>(
    name: &str,
    act: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
) -> Result<Option<T>, String> {
    reachable()?;
    let (done, outcome) = channel();
    let user = name.to_owned();
    let work = move || {
        let result = store().and_then(|store| act(&store.build(SERVICE, &user, None)?));
        let _ = done.send(result);
    };
    let thread = std::thread::Builder::new().name("keyring".into()).spawn(work);
    thread.map_err(|why| format!("No thread can be started: {why}."))?;
    match outcome.recv_timeout(LIMIT) {
        Ok(Ok(value)) => Ok(Some(value)),
        Ok(Err(Error::NoEntry)) => Ok(None),
        Ok(Err(why)) => Err(words(&why, name)),
        Err(RecvTimeoutError::Timeout) => Err(format!(
            "The keyring said nothing for {} s: it may be locked, and ask for its password in a \
             window. Unlock it, or {}",
            LIMIT.as_secs(),
            elsewhere(name)
        )),
        Err(RecvTimeoutError::Disconnected) => {
            Err(format!("The keyring can't be used. Unlock it, or {}", elsewhere(name)))
        }
    }
}

fn elsewhere(name: &str) -> String {
    format!("keep the key in a file for you alone: `cowrite config key {name}`.")
}

fn words(why: &Error, name: &str) -> String {
    let said = |why: &dyn std::error::Error| {
        let text: String = why.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
        text.trim_end_matches('.').to_owned()
    };
    match why {
        Error::NoStorageAccess(why) => format!(
            "The keyring is locked, and was not unlocked ({}). Unlock it, or {}",
            said(why.as_ref()),
            elsewhere(name)
        ),
        Error::PlatformFailure(why) => {
            format!("No keyring answers here ({}). You can {}", said(why.as_ref()), elsewhere(name))
        }
        Error::Ambiguous(_) => format!(
            "The keyring has several keys of {name}: remove the wrong ones of the service \
             {SERVICE} with the keyring's own program."
        ),
        _ => format!(
            "What the keyring has of {name} is no key. Keep it again, or {}",
            elsewhere(name)
        ),
    }
}

/// Whether there is a session to ask at all: without one the system's library would try to start a
/// session of its own.
#[cfg(all(unix, not(target_os = "macos")))]
fn reachable() -> Result<(), String> {
    use super::place::variable;
    let socket = || {
        let run = variable("XDG_RUNTIME_DIR")?;
        Some(std::path::Path::new(&run).join("bus").exists())
    };
    if variable("DBUS_SESSION_BUS_ADDRESS").is_some() || socket() == Some(true) {
        return Ok(());
    }
    Err("There is no keyring here, as there is no desktop session (DBUS_SESSION_BUS_ADDRESS is not \
         set). `cowrite config key NAME` keeps a key in a file for you alone."
        .into())
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
#[allow(clippy::unnecessary_wraps, reason = "other systems always have one")]
fn reachable() -> Result<(), String> {
    Ok(())
}

#[cfg(all(unix, not(target_os = "macos")))]
fn store() -> Result<Arc<dyn CredentialStoreApi>, Error> {
    Ok(dbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn store() -> Result<Arc<dyn CredentialStoreApi>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn store() -> Result<Arc<dyn CredentialStoreApi>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}
