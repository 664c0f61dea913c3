//! Redactions that hold in this copy: this person's own, and those of others that were agreed to.
//! What comes back of their words goes out again, without another question; what is new asks.

use super::{Loaded, after, by_id, complete, finish, load, made, pending, rest, said, write};
use crate::base::{AuthorId, EventId};
use crate::event::Envelope;
use crate::report::{Redacting, Target, came_back, redaction, stands_whole};
use crate::runtime::open::recover;
use crate::session::{RedactionInfo, Session};
use crate::state::{AGREED, Me, RedactionMade, accepted, plural};
use crate::store::{SqliteStore, Write};
use std::collections::{BTreeMap, BTreeSet};

/// View state: redactions of others whose words stay in this copy.
pub(super) const KEPT: &str = "redactions-kept";

/// The redactions that view state names.
pub(super) fn named(
    store: &SqliteStore,
    id: EventId,
    key: &str,
) -> Result<BTreeSet<EventId>, String> {
    let value = store.view(id).map_err(said)?.remove(key).unwrap_or_default();
    Ok(value.split_whitespace().filter_map(|id| id.parse().ok()).collect())
}

fn remember(store: &mut SqliteStore, id: EventId, key: &str, one: EventId) -> Result<(), String> {
    let mut all = named(store, id, key)?;
    if all.insert(one) { note(store, id, key, &all) } else { Ok(()) }
}

fn forget(store: &mut SqliteStore, id: EventId, key: &str, one: EventId) -> Result<(), String> {
    let mut all = named(store, id, key)?;
    if all.remove(&one) { note(store, id, key, &all) } else { Ok(()) }
}

fn note(
    store: &mut SqliteStore,
    id: EventId,
    key: &str,
    all: &BTreeSet<EventId>,
) -> Result<(), String> {
    let value: Vec<String> = all.iter().map(ToString::to_string).collect();
    let view = Write::View { session: id, key: key.into(), value: value.join(" ") };
    store.write(&[view]).map_err(said)?;
    Ok(())
}

/// The person of this library; nothing before there is one.
fn person(store: &SqliteStore) -> Result<Option<AuthorId>, String> {
    Ok(store.meta("me").map_err(said)?.and_then(|me| me.parse().ok()))
}

/// The redactions that hold here, when something of their words is back.
fn back(store: &SqliteStore, folded: &Session) -> Result<Option<BTreeSet<EventId>>, String> {
    if folded.redactions.iter().next().is_none() {
        return Ok(None);
    }
    let author = person(store)?;
    let agreed = named(store, folded.id, AGREED)?;
    let mine = |taken: &RedactionInfo| {
        author.as_ref().is_some_and(|author| folded.is_same(&taken.author, author))
    };
    let holds = |taken: &RedactionInfo| mine(taken) || agreed.contains(&taken.id);
    let any = came_back(folded, holds)
        || stands_whole(folded, |taken| agreed.contains(&taken.id) && !mine(taken));
    let all = folded.redactions.iter().filter(|taken| holds(taken)).map(|taken| taken.id);
    Ok(any.then(|| all.collect()))
}

/// Whether something is back of the words of redactions that hold here.
///
/// # Errors
/// When the library can't be read.
pub fn is_back(store: &SqliteStore, folded: &Session) -> Result<bool, String> {
    Ok(back(store, folded)?.is_some())
}

/// Takes out again what came back of the words of redactions that hold here: a copy of them that
/// somebody made who did not know of it yet, what a redaction beside it kept, or an event that a
/// redaction names and that came only now. Returns what was done, in words; nothing where nothing came
/// back.
///
/// # Errors
/// Why it could not be done: it is still here, and the next opening tries again.
pub fn again(store: &mut SqliteStore, folded: &Session) -> Result<Option<String>, String> {
    let (Some(holds), Some(author)) = (back(store, folded)?, person(store)?) else {
        return Ok(None);
    };
    let id = folded.id;
    let name = folded.author_name(&author).to_owned();
    let me = Me { author, name };
    recover(store, &me).map_err(said)?;
    let Loaded { session, events, last } = load(store, id)?;
    let (mut then, mut lines) = (events.clone(), BTreeMap::new());
    let mut follows = None;
    for taken in session.redactions.iter().filter(|taken| holds.contains(&taken.id)) {
        let lost = accepted(&taken.what, &by_id(&then));
        if !lost.is_empty() {
            follows = follows.or(Some(taken.id));
            then = after(&then, &lost, &[]);
            lines.extend(lost.into_iter().map(|line| (line.id, line)));
        }
    }
    let any = !lines.is_empty();
    let target = Target::Again(holds.into_iter().collect());
    let made = take_out(store, &then, &me, &target, lines)?;
    if !any && made.lines.is_empty() && made.events.is_empty() {
        return Ok(None);
    }
    let rest = rest(id, made.id, follows, last);
    write(store, id, &events, made, rest)?;
    let rest = finish(store)?;
    Ok(Some(format!(
        "Redacted words came back with what others did beside it: they are out again.{}",
        rest.words
    )))
}

/// What takes the words of redactions out of a log, which lost lines already.
fn take_out(
    store: &SqliteStore,
    then: &[Envelope],
    me: &Me,
    target: &Target,
    mut lines: BTreeMap<EventId, Envelope>,
) -> Result<RedactionMade, String> {
    let id = then.first().map(Envelope::session_id).ok_or("There is no such session.")?;
    let mut session = Session::fold(id, then);
    let plan = redaction(&session, then, target).unwrap_or_default();
    let mut made = match plan.is_empty() {
        true => RedactionMade::default(),
        false => made(store, &mut session, then, me, &plan, "")?,
    };
    lines.retain(|id, _| made.lines.iter().all(|line| line.id != *id));
    made.lines.extend(lines.into_values());
    Ok(made)
}

/// The same: whether anything was taken out, and what is to be said.
pub fn again_told(store: &mut SqliteStore, folded: &Session) -> (bool, Option<String>) {
    match again(store, folded) {
        Ok(words) => (words.is_some(), words),
        Err(why) => {
            let words = format!(
                "Redacted words came back with what others did, and can't be taken out now: {why} \
                 The next opening tries again."
            );
            (false, Some(words))
        }
    }
}

/// That somebody else's redaction waits for a yes, in words.
pub fn waits(store: &SqliteStore, session: &Session) -> Option<String> {
    session.redactions.iter().next()?;
    let pending = pending(store, session.id).ok()?;
    let first = pending.first()?;
    Some(format!("Words here were {}: session.redactions asks about it.", first.words))
}

/// Takes out here what somebody else redacted, from now on, or remembers that the words stay in this
/// copy.
///
/// # Errors
/// Why nothing was decided.
pub fn decide(
    store: &mut SqliteStore,
    id: EventId,
    me: &Me,
    named: EventId,
    accept: bool,
) -> Result<String, String> {
    recover(store, me).map_err(said)?;
    let Loaded { session, events, last } = load(store, id)?;
    let taken: Option<&RedactionInfo> = session.redactions.get(&named);
    let taken = taken.ok_or("There is no such redaction in this session.")?;
    if !accept {
        forget(store, id, AGREED, named)?;
        remember(store, id, KEPT, named)?;
        return Ok("The words stay in this copy.".into());
    }
    let lines = accepted(&taken.what, &by_id(&events));
    // With those gone: what stands elsewhere of what it took out of texts.
    let then = after(&events, &lines, &[]);
    let lines = lines.into_iter().map(|line| (line.id, line)).collect();
    let made = take_out(store, &then, me, &Target::Again(vec![named]), lines)?;
    if made.lines.is_empty() && made.events.is_empty() {
        return Err("None of its words are here.".into());
    }
    let count = made.lines.len();
    let rest = rest(id, made.id, Some(named), last);
    // First: what is killed in between is taken out at the next start.
    forget(store, id, KEPT, named)?;
    remember(store, id, AGREED, named)?;
    write(store, id, &events, made, rest)?;
    let done = complete(store, id, &Redacting::default(), &[])?;
    Ok(format!("{} lost words. {done}", plural(count, "event")))
}
