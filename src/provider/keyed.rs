//! A provider whose key lies where a person may have to unlock it: it is read before the first
//! request, once, and not before.
//!
//! Knows no keyring; who reads is given. What fails is tried again by the next request.

use super::{Answer, OpenAi, Provider};
use crate::prompt::{Fault, FaultKind, ModelInfo, Prompt};
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Reads a key, or says why not, in sentences without the key. It may block, for a bounded time.
pub type ReadKey = Arc<dyn Fn() -> Result<String, String> + Send + Sync>;

/// A provider without its key, and how to get that.
#[derive(Clone)]
pub struct Keyed {
    bare: OpenAi,
    read: ReadKey,
    whole: Arc<OnceCell<OpenAi>>,
}

impl Keyed {
    pub fn new(bare: OpenAi, read: ReadKey) -> Self {
        Self { bare, read, whole: Arc::default() }
    }

    /// The provider with its key. Several requests at once wait for one reading.
    async fn whole(&self) -> Result<OpenAi, Fault> {
        let whole = self.whole.get_or_try_init(|| async {
            let read = Arc::clone(&self.read);
            let key = tokio::task::spawn_blocking(move || read()).await;
            match key.unwrap_or_else(|_| Err("The key could not be read.".into())) {
                Ok(key) => Ok(self.bare.with_key(key)),
                Err(what) => Err(Fault {
                    kind: FaultKind::Key,
                    what,
                    advice: "Then ask again. Nothing was sent.".into(),
                    status: None,
                }),
            }
        });
        whole.await.cloned()
    }
}

impl Provider for Keyed {
    fn name(&self) -> &str {
        self.bare.name()
    }

    fn address(&self) -> &str {
        self.bare.address()
    }

    fn leaves_machine(&self) -> bool {
        self.bare.leaves_machine()
    }

    fn encode(&self, prompt: &Prompt) -> String {
        self.bare.encode(prompt)
    }

    /// Without the key: preparing happens at the start, and nobody asked for anything then.
    fn prepare(&self) -> BoxFuture<'static, ()> {
        self.bare.prepare()
    }

    fn ask(&self, body: String) -> Answer {
        let provider = self.clone();
        let answer = async move {
            match provider.whole().await {
                Ok(whole) => whole.ask(body),
                Err(fault) => stream::iter([Err(fault)]).boxed(),
            }
        };
        answer.flatten_stream().boxed()
    }

    fn models(&self) -> BoxFuture<'static, Result<Vec<ModelInfo>, Fault>> {
        let provider = self.clone();
        async move { provider.whole().await?.models().await }.boxed()
    }
}
