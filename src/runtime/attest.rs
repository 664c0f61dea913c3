//! Signing a session of the library, and checking its signatures: what each covers, by whose key.

use super::open::{append_at, introduce};
use crate::base::when::minute;
use crate::base::{EventId, Millis, WriterId, day};
use crate::event::{Envelope, Event, Text};
use crate::report::one_line;
use crate::session::{Attestation, Decision, Session};
use crate::sign::{self, Checked, Keys, Payload, Signers};
use crate::state::{Me, plural};
use crate::store::{SqliteStore, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What is to be signed, and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A decision, where it is about one.
    pub about: Option<EventId>,
    pub key: Option<PathBuf>,
    /// Who signs; else git's address, or the name.
    pub who: Option<String>,
}

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub who: String,
    pub fingerprint: String,
    pub count: u64,
    pub decision: Option<String>,
}

impl Made {
    pub fn words(&self) -> String {
        let what = match &self.decision {
            Some(title) => format!("“{title}” and the log to it"),
            None => "the log".into(),
        };
        let Self { who, fingerprint, count, .. } = self;
        let events = plural(*count as usize, "event");
        format!("Signed {what} as {who}: {events}, key {fingerprint}.")
    }
}

/// What leads back to what in a session, without what the events say.
#[derive(Default)]
pub struct Links {
    all: BTreeMap<EventId, Link>,
    /// How many events each writer wrote.
    writers: BTreeMap<WriterId, usize>,
    shared: usize,
}

struct Link {
    writer: WriterId,
    parents: Box<[EventId]>,
}

impl Links {
    /// Those of a session of the library.
    pub fn of(store: &SqliteStore, session: EventId) -> Result<Self, StoreError> {
        let mut links = Self::default();
        store.each_event(session, &mut |stored| links.add(&stored.envelope))?;
        Ok(links)
    }

    pub fn add(&mut self, event: &Envelope) {
        self.shared += usize::from(!event.is_local());
        *self.writers.entry(event.writer).or_default() += 1;
        let parents = event.parents.clone().into_boxed_slice();
        self.all.insert(event.id, Link { writer: event.writer, parents });
    }

    /// The shared events that some of them lead back to, themselves included; and how many that
    /// are named on the way are missing.
    pub fn covered(&self, heads: &[EventId]) -> (BTreeSet<EventId>, usize) {
        let (mut seen, mut missing) = (BTreeSet::new(), BTreeSet::new());
        let mut next = heads.to_vec();
        while let Some(id) = next.pop() {
            match self.all.get(&id) {
                None => _ = missing.insert(id),
                Some(link) if seen.insert(id) => next.extend(&link.parents),
                Some(_) => {}
            }
        }
        (seen, missing.len())
    }
}

impl<'a> FromIterator<&'a Envelope> for Links {
    fn from_iter<I: IntoIterator<Item = &'a Envelope>>(events: I) -> Self {
        let mut links = Self::default();
        events.into_iter().for_each(|event| links.add(event));
        links
    }
}

/// Signs what is known of a session.
///
/// # Errors
/// Why it can't be signed, and what to do.
pub fn attest(
    store: &mut SqliteStore,
    id: EventId,
    me: &Me,
    keys: &Keys,
    wanted: &Wanted,
) -> Result<Made, String> {
    let said = |why: StoreError| format!("{why} {}", why.advice());
    let key = keys.choose(wanted.key.as_deref())?;
    introduce(store, id, me).map_err(said)?;
    let session = super::taking_in::fold(store, id).map_err(said)?;
    let heads = session.heads();
    let (seen, missing) = Links::of(store, id).map_err(said)?.covered(&heads);
    if missing > 0 {
        return Err(format!(
            "{} that others lead back to are missing: nobody should sign that. `cowrite verify` \
             names them.",
            plural(missing, "event")
        ));
    }
    let decision = match wanted.about {
        Some(id) => Some(session.decisions.get(&id).ok_or("There is no such decision.")?),
        None => None,
    };
    let settings = decision.map(Decision::settings).unwrap_or_default();
    let who = wanted.who.clone().unwrap_or_else(|| keys.principal(&me.name));
    let (at, count) = (super::now(), seen.len() as u64);
    let about = wanted.about.map(|id| (id, settings.as_slice()));
    let payload = Payload { session: id, at, who: &who, count, heads: &heads, about };
    let signed = keys.sign(&payload.text(), &key)?;
    if let Checked::Bad(why) = sign::check(&payload.text(), &signed.key, &signed.sig) {
        return Err(format!("The signature is not good: {why}."));
    }
    let fingerprint = sign::fingerprint(&signed.key);
    let event = Event::LogAttested {
        heads,
        count,
        about: wanted.about,
        settings,
        who: Text::new(who.clone()),
        key: Text::new(signed.key),
        sig: Text::new(signed.sig),
    };
    let decision = decision.map(|decision| decision.title().to_owned());
    append_at(store, session, me, &event, at).map_err(said)?;
    Ok(Made { who, fingerprint, count, decision })
}

/// The text that an attestation signs.
pub fn payload(session: EventId, made: &Attestation) -> String {
    let about = made.about.map(|id| (id, made.settings.as_slice()));
    let Attestation { at, who, count, heads, .. } = made;
    Payload { session, at: *at, who, count: *count, heads, about }.text()
}

/// What a check of one attestation found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub id: EventId,
    pub at: Millis,
    pub who: String,
    /// Who wrote the event, as introduced.
    pub author: String,
    pub fingerprint: String,
    /// As whom the key is known on this machine.
    pub known: Option<String>,
    /// When the key ceased to be valid, where it has: that the signature is older is its own word.
    pub ended: Option<Millis>,
    pub checked: Checked,
    /// The decision it is about, and its title.
    pub about: Option<EventId>,
    pub decision: Option<String>,
    /// Whether that stands as it was signed.
    pub stands: bool,
    pub covers: usize,
    pub said: u64,
    pub missing: usize,
    /// Shared events that it does not cover, itself and its writer's start aside.
    pub after: usize,
}

impl Proof {
    pub fn is_sound(&self) -> bool {
        match self.checked {
            Checked::Bad(_) => false,
            // That it is gone is said, as of every redaction.
            Checked::Redacted(_) => true,
            Checked::Good | Checked::Open(_) => {
                self.missing == 0 && self.covers as u64 == self.said
            }
        }
    }

    /// What it says, in lines for a person.
    pub fn lines(&self) -> Vec<String> {
        let Self { fingerprint, covers, after, said, missing, .. } = self;
        // What others wrote must not look like lines of its own.
        let (who, author) = (&one_line(&self.who), &one_line(&self.author));
        let what = match &self.decision {
            Some(title) => format!("“{}” and the log to it", one_line(title)),
            None => "the log".into(),
        };
        let mut lines = vec![match &self.checked {
            Checked::Good => match &self.known {
                Some(known) => {
                    format!(
                        "{what}: a valid signature by {known}, key {fingerprint}, on {}",
                        day(self.at)
                    )
                }
                None => format!(
                    "{what}: a valid signature by an unknown key {fingerprint}, which says it is {who}, on {}",
                    day(self.at)
                ),
            },
            Checked::Redacted(why) => {
                let on = day(self.at);
                format!("{what}: a signature of {on} that was {why}: it proves nothing any more")
            }
            Checked::Bad(why) => format!("{what}: NO valid signature of {who}: {why}"),
            Checked::Open(why) => {
                format!("{what}: a signature of {who} that was not checked: {why}")
            }
        }];
        let redacted = matches!(self.checked, Checked::Redacted(_));
        if author != who && self.known.is_some() && !redacted {
            lines.push(format!("  put into the log by {author}"));
        }
        // What is not signed covers nothing.
        if matches!(self.checked, Checked::Bad(_) | Checked::Redacted(_)) {
            return lines;
        }
        if let Some(ended) = self.ended {
            lines.push(format!(
                "  that key was valid until {} only: that it signed before is its own word",
                minute(ended)
            ));
        }
        if *missing > 0 || *covers as u64 != *said {
            lines.push(format!(
                "  it says that it covers {said} events: {covers} of them are here, {missing} that they lead back to are missing"
            ));
        } else {
            lines.push(format!(
                "  covers {}; {} came after or apart and {} not covered",
                plural(*covers, "event"),
                plural(*after, "event"),
                if *after == 1 { "is" } else { "are" }
            ));
        }
        if self.decision.is_some() && matches!(self.checked, Checked::Good) {
            lines.push(match self.stands {
                true => "  the decision stands as it was signed".into(),
                false => "  the decision was changed since: that is not covered".into(),
            });
        }
        lines
    }
}

/// Checks every signature of a session.
pub fn check(session: &Session, links: &Links, signers: &Signers) -> Vec<Proof> {
    session
        .attestations
        .values()
        .map(|made| {
            let text = payload(session.id, made);
            // All of its words are of the signature.
            let filled = session.redactions.is_filled(&made.id);
            let checked = match session.redactions.of(&made.id).filter(|_| filled) {
                Some(taken) => Checked::Redacted(session.redaction_words(taken)),
                None => {
                    let mut checked = sign::check(&text, &made.key, &made.sig);
                    if let Checked::Open(_) = checked {
                        checked = sign::check_with_program(&text, &made.sig);
                    }
                    match checked {
                        Checked::Good => signers.checked(&made.key, made.at),
                        other => other,
                    }
                }
            };
            let signer = signers.who(&made.key, made.at);
            let ended = signer.and_then(|signer| signer.before);
            let (seen, missing) = links.covered(&made.heads);
            let own = links.all.get(&made.id).map(|link| link.writer);
            let own = own.and_then(|writer| links.writers.get(&writer)).copied();
            let own = own.unwrap_or(1).min(2);
            let decision = made.about.and_then(|id| session.decisions.get(&id));
            Proof {
                id: made.id,
                at: made.at,
                who: made.who.clone(),
                author: session.author_name(&made.author).to_owned(),
                fingerprint: sign::fingerprint(&made.key),
                known: signer.map(|signer| signer.names.clone()),
                ended: ended.filter(|ended| *ended <= super::now()),
                checked,
                about: made.about,
                decision: decision.map(|decision| decision.title().to_owned()),
                stands: decision.is_none_or(|decision| decision.settings() == made.settings),
                covers: seen.len(),
                said: made.count,
                missing,
                after: links.shared.saturating_sub(seen.len() + own),
            }
        })
        .collect()
}
