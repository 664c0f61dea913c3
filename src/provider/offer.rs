//! What could answer: a provider with where its key comes from and what it lists.
//!
//! Plain data beside the providers; who finds keys and addresses is the command line.

use super::Provider;
use crate::prompt::{FaultKind, ModelInfo};
use futures::future::{BoxFuture, FutureExt};
use std::sync::Arc;
use std::time::Duration;

/// How long a server on this machine may take to list its models. A port that takes connections
/// and says nothing must not be waited for.
pub const NEAR: Duration = Duration::from_millis(1_000);
/// The same for one that is elsewhere.
pub const FAR: Duration = Duration::from_secs(10);

/// Where a key comes from; never the key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeySource {
    /// There is none.
    #[default]
    None,
    /// A variable of the environment.
    Variable(String),
    /// The file of keys.
    File,
    /// The platform's keyring; whether it is really there is known when it is needed.
    Keyring,
}

impl KeySource {
    /// In words, for lists.
    pub fn words(&self) -> String {
        match self {
            Self::None => "no key".into(),
            Self::Variable(name) => format!("key from {name}"),
            Self::File => "key from secrets.toml".into(),
            Self::Keyring => "key from the keyring".into(),
        }
    }
}

/// What is known of a provider's models.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// Nobody asked yet.
    #[default]
    Unasked,
    /// Nobody is at the address.
    Absent,
    /// At least one.
    Models(Vec<ModelInfo>),
    /// Why there is no list, in sentences.
    Trouble(String),
}

/// A provider that could answer.
#[derive(Clone)]
pub struct Offer {
    pub provider: Arc<dyn Provider>,
    pub key: KeySource,
    /// The person gave its address.
    pub set_up: bool,
    /// Why it can't be used, in sentences: mostly that it has no key.
    pub trouble: Option<String>,
    pub listing: Listing,
    /// Its list is on its way.
    pub asking: bool,
}

impl Offer {
    pub fn new(provider: Arc<dyn Provider>) -> Self {
        Self {
            provider,
            key: KeySource::None,
            set_up: false,
            trouble: None,
            listing: Listing::Unasked,
            asking: false,
        }
    }

    pub fn name(&self) -> &str {
        self.provider.name()
    }

    /// Whether a server on this machine is meant.
    pub fn is_near(&self) -> bool {
        !self.provider.leaves_machine()
    }

    /// Whether it is more than a row of the table: a key or an address was given, or it answers.
    pub fn is_there(&self) -> bool {
        self.trouble.is_none()
            && (self.set_up
                || self.key != KeySource::None
                || !matches!(self.listing, Listing::Unasked | Listing::Absent))
    }

    pub fn models(&self) -> &[ModelInfo] {
        match &self.listing {
            Listing::Models(models) => models,
            _ => &[],
        }
    }
}

/// Asks a provider for its models, within a bounded time. For one that nobody set up, that nobody
/// is there is no trouble.
pub fn look(provider: Arc<dyn Provider>, set_up: bool) -> BoxFuture<'static, Listing> {
    let near = !provider.leaves_machine();
    let limit = if near { NEAR } else { FAR };
    async move {
        let (name, address) = (provider.name().to_owned(), provider.address().to_owned());
        // Somewhere nobody listens that is known before any client is made.
        if near && !set_up && !listens(&address).await {
            return Listing::Absent;
        }
        match tokio::time::timeout(limit, provider.models()).await {
            Err(_) => Listing::Trouble(format!(
                "{address} takes connections and says nothing within {} s: it is busy, or no model server.",
                limit.as_secs()
            )),
            // Nothing of the kind is here.
            Ok(Err(fault)) if near && !set_up && fault.kind == FaultKind::NotFound => {
                Listing::Absent
            }
            Ok(Err(fault)) => Listing::Trouble(fault.words()),
            Ok(Ok(models)) if models.is_empty() => Listing::Trouble(format!(
                "{name} at {address} lists no model: load or pull one there first."
            )),
            Ok(Ok(models)) => Listing::Models(models),
        }
    }
    .boxed()
}

/// Whether somebody takes connections at an address of this machine.
async fn listens(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("://") else { return true };
    let host = rest.split('/').next().unwrap_or_default();
    let host = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let connect = tokio::net::TcpStream::connect(host);
    tokio::time::timeout(NEAR, connect).await.is_ok_and(|connected| connected.is_ok())
}

/// Asks all of these that `may` be asked, at once, and waits for what they list: for whoever has no
/// loop. Takes as long as the slowest, which is bounded.
///
/// # Errors
/// When the system gives no means to wait.
pub fn look_now(
    mut offers: Vec<Offer>,
    may: impl Fn(&Offer) -> bool,
) -> std::io::Result<Vec<Offer>> {
    let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    reactor.block_on(async {
        let asked = offers.iter_mut().filter(|offer| may(offer)).map(|offer| async {
            offer.listing = look(Arc::clone(&offer.provider), offer.set_up).await;
        });
        futures::future::join_all(asked).await;
    });
    Ok(offers)
}
