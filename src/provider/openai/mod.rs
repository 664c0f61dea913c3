//! Every OpenAI-compatible endpoint, through `async-openai`.
//!
//! Division of work, outermost first:
//! - `answer`: the stream a caller sees; turns events into chunks and guarantees one end.
//! - `async-openai`'s client, by its `byot` methods: addresses, requests, event decoding, and a
//!   pump that lets go of the connection when the stream is dropped.
//! - `stack`, `retry`: our tower services under that client: retries that a person sees, a limit
//!   of open requests, a timeout for headers, and the transport, which puts in the exact body and
//!   sorts error answers (the client's own layers lose the status of unusual ones).
//! - `guard`, `frame`: what a server may do wrong with the body of an answer, repaired or named
//!   (the client's own decoder has no bounds and no timeout).
//! - `wire`: what one event means, whatever the server.
//!
//! Reads no environment (proxies excepted, which `reqwest` looks up itself).

mod answer;
mod endpoint;
mod frame;
mod guard;
mod retry;
mod stack;
mod wire;

use super::body::{self, Quirks};
use super::fault::Words;
use super::{Answer, Provider};
use crate::prompt::{Fault, FaultKind, ModelInfo, Prompt};
use endpoint::Endpoint;
use futures::future::{BoxFuture, FutureExt};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OnceCell, Semaphore};

/// The most requests of one provider that wait for an answer to begin at the same time.
const MOST_OPEN: usize = 8;

/// How to reach an endpoint. Times have defaults that suit a person who waits.
#[derive(Clone)]
pub struct Settings {
    /// The provider's name in the configuration.
    pub name: String,
    /// The base address, usually up to and with `/v1`; or `unix:` and the path of a socket.
    pub address: String,
    /// Sent as `Authorization: Bearer …`; nothing is sent without it.
    pub key: Option<String>,
    /// Extra headers of every request; they replace others of the same name.
    pub headers: Vec<(String, String)>,
    /// A proxy instead of the one that the environment names; `none` for no proxy.
    pub proxy: Option<String>,
    /// A file with further certificates to trust (PEM).
    pub ca_file: Option<PathBuf>,
    /// How long an answer may bring no byte. Until its first byte the header timeout counts, if
    /// that is longer.
    pub stall: Duration,
    pub connect_timeout: Duration,
    /// How long a request may wait for its answer to begin.
    pub header_timeout: Duration,
    /// How often a request is tried again.
    pub max_retries: u32,
    /// The wait before the first retry where the server does not say; it doubles each time.
    pub retry_base: Duration,
    /// The most that all waits of one request may take together.
    pub max_wait: Duration,
    pub quirks: Quirks,
}

impl Settings {
    pub fn new(name: &str, address: &str) -> Self {
        Self {
            name: name.into(),
            address: address.into(),
            key: None,
            headers: Vec::new(),
            proxy: None,
            ca_file: None,
            stall: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            // A model on this machine may read a long document for minutes before it answers.
            header_timeout: Duration::from_secs(if Endpoint::parse(address).local {
                900
            } else {
                120
            }),
            max_retries: 3,
            retry_base: Duration::from_millis(500),
            max_wait: Duration::from_secs(60),
            quirks: Quirks {
                completion_tokens: address.contains("://api.openai.com/"),
                ..Quirks::default()
            },
        }
    }
}

/// The key and the values of headers are left out.
impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        out.debug_struct("Settings")
            .field("name", &self.name)
            .field("address", &endpoint::shown(&self.address))
            .field("key", if self.key.is_some() { &"set" } else { &"none" })
            .field("headers", &names)
            .field("ca_file", &self.ca_file)
            .field("stall", &self.stall)
            .field("connect_timeout", &self.connect_timeout)
            .field("header_timeout", &self.header_timeout)
            .field("max_retries", &self.max_retries)
            .field("quirks", &self.quirks)
            .finish_non_exhaustive()
    }
}

/// An OpenAI-compatible endpoint. Cheap to make; certificates are read before the first request,
/// on a thread for blocking work.
#[derive(Clone, Debug)]
pub struct OpenAi {
    shared: Arc<Shared>,
}

/// What all requests of a provider share.
struct Shared {
    settings: Settings,
    endpoint: Endpoint,
    words: Words,
    http: OnceCell<reqwest::Client>,
    open: Arc<Semaphore>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("OpenAi").field(&self.settings).finish()
    }
}

impl Shared {
    /// The HTTP client, made at the first call.
    async fn http(&self) -> Result<reqwest::Client, Fault> {
        let client = self.http.get_or_try_init(|| async {
            let settings = self.settings.clone();
            let endpoint = self.endpoint.clone();
            match tokio::task::spawn_blocking(move || endpoint.client(&settings)).await {
                Ok(Ok(client)) => Ok(client),
                Ok(Err(why)) => Err(self.words.fault(FaultKind::Unreachable, &why, None)),
                Err(_) => Err(self.words.fault(
                    FaultKind::Unreachable,
                    "Secure connections could not be set up.",
                    None,
                )),
            }
        });
        client.await.cloned()
    }
}

impl OpenAi {
    pub fn new(settings: Settings) -> Self {
        let endpoint = Endpoint::parse(&settings.address);
        let mut secrets: Vec<String> = settings.key.iter().cloned().collect();
        secrets.extend(settings.headers.iter().map(|(_, value)| value.clone()));
        secrets.extend(endpoint.password.clone());
        let proxy = settings.proxy.as_deref().map(Endpoint::parse);
        secrets.extend(proxy.and_then(|proxy| proxy.password));
        // A query may hold a key; it is never shown, so nothing is lost by hiding its parts.
        let query = endpoint.query.iter().flat_map(|query| query.split(['&', '=']));
        secrets.extend(query.map(str::to_owned));
        // As they stand in JSON.
        let escaped = |secret: &String| {
            let quoted = serde_json::Value::from(secret.as_str()).to_string();
            [quoted.trim_matches('"').to_owned(), secret.replace('/', "\\/")]
        };
        secrets.extend(secrets.iter().flat_map(escaped).collect::<Vec<_>>());
        // What is too short to be a secret would tear holes into ordinary words.
        secrets.retain(|secret| secret.len() >= 6);
        // Longest first, so that a secret inside another does not leave the rest of it behind.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let words = Words { name: settings.name.clone(), address: endpoint.shown.clone(), secrets };
        Self {
            shared: Arc::new(Shared {
                settings,
                endpoint,
                words,
                http: OnceCell::new(),
                open: Arc::new(Semaphore::new(MOST_OPEN)),
            }),
        }
    }
}

impl OpenAi {
    /// The same with a key; what was made for the first request is kept.
    pub fn with_key(&self, key: String) -> Self {
        let settings = Settings { key: Some(key), ..self.shared.settings.clone() };
        let mut made = Self::new(settings);
        if let Some(shared) = Arc::get_mut(&mut made.shared) {
            shared.http = self.shared.http.clone();
        }
        made
    }
}

impl Provider for OpenAi {
    fn name(&self) -> &str {
        &self.shared.settings.name
    }

    fn address(&self) -> &str {
        &self.shared.endpoint.shown
    }

    fn leaves_machine(&self) -> bool {
        !self.shared.endpoint.local
    }

    fn encode(&self, prompt: &Prompt) -> String {
        body::encode(prompt, self.shared.settings.quirks)
    }

    fn prepare(&self) -> BoxFuture<'static, ()> {
        let shared = Arc::clone(&self.shared);
        // What is wrong is told by the request.
        async move { _ = shared.http().await }.boxed()
    }

    fn ask(&self, body: String) -> Answer {
        answer::ask(Arc::clone(&self.shared), body)
    }

    fn models(&self) -> BoxFuture<'static, Result<Vec<ModelInfo>, Fault>> {
        answer::models(Arc::clone(&self.shared)).boxed()
    }
}
