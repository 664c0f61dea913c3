//! What answers: the port every provider has, and the providers.
//!
//! A provider turns a prompt into bytes once, sends exactly those bytes, and gives back a stream of
//! chunks. It reads no configuration and no environment, knows no session and no screen, and writes
//! nothing down.

mod body;
mod fault;
mod keyed;
pub mod local;
mod offer;
pub mod openai;
pub mod preset;
mod price;
pub mod scripted;
mod thinking;

pub use body::Quirks;
pub use keyed::{Keyed, ReadKey};
pub use local::Local;
pub use offer::{KeySource, Listing, Offer, look, look_now};
pub use openai::{OpenAi, Settings};
pub use preset::{PRESETS, Preset, preset};
pub use price::{PRICES, PriceRow, price_row};
pub use scripted::Scripted;

use crate::prompt::{Chunk, Fault, ModelInfo, Prompt};
use futures::future::BoxFuture;
use futures::stream::BoxStream;

/// What a provider says: any number of text, reasoning, usage, warning and retrying chunks, then
/// either one [`Chunk::Stop`] or one fault, then nothing. Text that came before a fault is good.
pub type Answer = BoxStream<'static, Result<Chunk, Fault>>;

/// Something that answers prompts.
///
/// Streams and futures must be polled inside a tokio runtime with time and IO enabled. Making a
/// provider is cheap; what is expensive (certificates) waits for the first request.
pub trait Provider: Send + Sync {
    /// The provider's name in the configuration, as in `openai/gpt-5`.
    fn name(&self) -> &str;

    /// The base address as a person may see it and the log may keep it: without a password or a
    /// query.
    fn address(&self) -> &str;

    /// Whether a request goes to another machine. Loopback addresses and local sockets do not.
    fn leaves_machine(&self) -> bool;

    /// What the log calls a model that the configuration calls `configured`: without what only this
    /// machine knows, such as a path.
    fn model_name(&self, configured: &str) -> String {
        configured.to_owned()
    }

    /// The chosen model's context window in tokens, where it is known without asking.
    fn window(&self) -> Option<u64> {
        None
    }

    /// The exact body of the request, as it is shown, hashed, recorded and sent.
    fn encode(&self, prompt: &Prompt) -> String;

    /// Does beforehand what takes time before a first request, and sends nothing.
    fn prepare(&self) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Sends `body`, byte for byte, as soon as the stream is polled. Dropping the stream cancels
    /// the request at once, also while it waits for a retry.
    fn ask(&self, body: String) -> Answer;

    /// The models on offer, in the provider's order.
    fn models(&self) -> BoxFuture<'static, Result<Vec<ModelInfo>, Fault>>;
}
