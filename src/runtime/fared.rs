//! How models fared with their edits, in all of the library.

use crate::base::EventId;
use crate::session::{Attempt, attempts_of};
use crate::store::{SqliteStore, StoreError};

/// The last edits of models in other sessions than `but`, the oldest first.
pub fn fared(store: &SqliteStore, but: Option<EventId>) -> Result<Vec<Attempt>, StoreError> {
    let logs = store.fared(but)?;
    Ok(attempts_of(logs.iter().map(|(id, events)| (*id, events.as_slice()))))
}
