//! The shelf of local model files: what lies on it, what can be fetched, adding, checking, removing.
//!
//! A shelf is one directory. Knows no environment, no configuration and no engine: whoever runs a
//! model gets a plain path from here.

mod add;
mod catalogue;
mod child;
mod error;
mod fetch;
mod gguf;
mod hub;
mod machine;
mod part;
mod pip;
mod progress;
mod record;
mod shelf;
mod wheel;

pub use add::{Added, add};
pub use catalogue::{CATALOGUE, Row, Source, Way, row};
pub use error::{FetchError, ShelfError};
pub use fetch::{fetch, fetch_from};
pub use gguf::{GgufError, Header, read_header};
pub use hub::Hub;
pub use machine::Machine;
pub use pip::CLIENTS;
pub use progress::{Aside, Progress, Step, megabytes};
pub use record::Record;
pub use shelf::{Checked, Item, Shelf};
