//! What somebody was told of a session that came here whole: its handoff page says everything until it
//! was read.

use crate::base::{AuthorId, EventId, Millis};
use crate::report;
use crate::session::Session;
use crate::state::{FIRST, NEW};
use crate::store::{SqliteStore, StoreError, Write};
use std::collections::BTreeSet;

/// What others did in a session that came here whole and that nobody here has looked at, or worked
/// in; nothing of any other.
pub fn unknown(
    store: &SqliteStore,
    session: &Session,
    me: Option<&str>,
) -> Result<Option<BTreeSet<EventId>>, StoreError> {
    let came = store.view(session.id)?.get(FIRST).and_then(|value| value.parse().ok());
    Ok(came.and_then(|came| report::unknown_to(session, Millis(came), is_me(session, me))))
}

fn is_me(session: &Session, me: Option<&str>) -> impl Fn(&AuthorId) -> bool {
    let me: Option<AuthorId> = me.and_then(|me| me.parse().ok());
    move |author| me.as_ref().is_some_and(|me| session.is_same(author, me))
}

/// Whether somebody did something in a session.
pub fn has_worked(session: &Session, me: Option<&str>) -> bool {
    report::unknown_to(session, Millis(u64::MAX), is_me(session, me)).is_none()
}

/// The page of a session that came whole was read.
pub fn was_told(store: &mut SqliteStore, session: EventId) -> Result<(), StoreError> {
    store.write(&[Write::View { session, key: FIRST.into(), value: String::new() }]).map(|_| ())
}

/// Everything in a session was seen.
pub fn all_seen(store: &mut SqliteStore, session: EventId) -> Result<(), StoreError> {
    let nothing = |key: &str| Write::View { session, key: key.into(), value: String::new() };
    store.write(&[nothing(NEW), nothing(FIRST)])?;
    Ok(())
}
