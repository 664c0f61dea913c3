//! A text that was found somewhere (a file, a commit), traced back to a document: which version it
//! is or is most like, and who wrote which of its characters.

use crate::base::{DocId, EventId, Pos, Span};
use crate::event::{How, Version};
use crate::session::{DocEntry, Reasons, Session, Written, joined};
use crate::text::{Document, TextError, diff};
use ropey::Rope;

/// How many of the last saved versions are compared with a text that is none of them.
const COMPARED: usize = 8;

/// Which version of the document a text was traced to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The document as it is now.
    Now,
    /// A version that was saved.
    Saved,
    /// None is equal; this many characters of the text are in no version that was compared.
    Nearest { elsewhere: usize },
}

/// A text with who wrote it.
pub struct Traced {
    pub text: Rope,
    /// In order and without gaps; neighbours that say the same are one.
    pub runs: Vec<Written>,
    /// The decisions that each run hangs on by the exchange in which it was proposed.
    pub decisions: Vec<Vec<EventId>>,
    /// Where decisions are linked to the text.
    pub places: Vec<(Span, EventId)>,
    pub base: Base,
}

/// The document as it is now.
pub fn trace_now(session: &Session, doc: &DocId) -> Option<Traced> {
    let entry = session.documents.get(doc)?;
    Some(of_version(session, entry, &entry.document, Base::Now))
}

/// A text, whose file has the given bytes' hash (SHA-256, hexadecimal). A text that is no version
/// is held against today's and those saved last; what none of them has is from outside.
pub fn trace(
    session: &Session,
    doc: &DocId,
    text: &str,
    hash: &str,
) -> Result<Option<Traced>, TextError> {
    let Some(entry) = session.documents.get(doc) else { return Ok(None) };
    if *entry.document.rope() == text {
        return Ok(Some(of_version(session, entry, &entry.document, Base::Now)));
    }
    let mut versions: Vec<(&Version, Rope)> = Vec::new();
    for saved in entry.saved.iter().rev() {
        let fits = saved.hash == hash;
        // What this machine has not got can't be compared.
        if !entry.document.knows(&saved.version) || (!fits && versions.len() >= COMPARED) {
            continue;
        }
        if versions.iter().any(|(known, _)| **known == saved.version) {
            continue;
        }
        let here = entry.document.text_at(&saved.version)?;
        if here == text {
            let document = entry.at(&saved.version)?;
            return Ok(Some(of_version(session, entry, &document, Base::Saved)));
        }
        if versions.len() < COMPARED {
            versions.push((&saved.version, Rope::from(here)));
        }
    }
    let now = (None, entry.document.rope().clone());
    let saved = versions.into_iter().map(|(version, rope)| (Some(version), rope));
    let nearest = std::iter::once(now)
        .chain(saved)
        .map(|(version, rope)| {
            let change = diff(&rope.to_string(), text);
            let came: usize = change.0.iter().map(|one| one.text.chars().count()).sum();
            let gone: usize = change.0.iter().map(|one| one.span.len()).sum();
            (came + gone, came, version, change)
        })
        .min_by_key(|(cost, ..)| *cost);
    let Some((_, elsewhere, version, change)) = nearest else { return Ok(None) };
    let older = version.map(|version| entry.at(version)).transpose()?;
    let document = older.as_ref().unwrap_or(&entry.document);
    let base = of_version(session, entry, document, Base::Nearest { elsewhere });
    Ok(Some(carry(base, &change, text)))
}

fn of_version(session: &Session, entry: &DocEntry, document: &Document, base: Base) -> Traced {
    let all = Span { start: Pos(0), end: Pos(document.len()) };
    let runs = joined(session.written_in(entry, document, all));
    let reasons = Reasons::of(session, document);
    let decisions = runs
        .iter()
        .map(|run| reasons.linked(session, run).iter().map(|decision| decision.id).collect())
        .collect();
    let places = reasons.places().collect();
    Traced { text: document.rope().clone(), runs, decisions, places, base }
}

/// Carries runs through a change to another text.
fn carry(base: Traced, change: &crate::text::Change, text: &str) -> Traced {
    let mut out = Traced {
        text: Rope::from_str(text),
        runs: Vec::new(),
        decisions: Vec::new(),
        places: Vec::new(),
        base: base.base,
    };
    let delta = change.delta();
    out.places = base.places.iter().map(|(span, id)| (delta.map_span(*span), *id)).collect();
    let mut replaces = change.0.iter().peekable();
    let mut pos = 0;
    let mut push = |run: Written, decisions: Vec<EventId>, len: usize| {
        if len > 0 {
            let span = Span { start: Pos(pos), end: Pos(pos + len) };
            pos += len;
            out.runs.push(Written { span, ..run });
            out.decisions.push(decisions);
        }
    };
    let elsewhere = |len: usize| (Written::elsewhere(Span::at(Pos(0))), Vec::new(), len);
    for (run, decisions) in base.runs.into_iter().zip(base.decisions) {
        let mut at = run.span.start.0;
        let mut torn = run.edited_since;
        let mut kept: Vec<(usize, usize)> = Vec::new();
        while let Some(one) = replaces.peek().filter(|one| one.span.start < run.span.end) {
            let (start, end) = (one.span.start.0.max(at), one.span.end.0.min(run.span.end.0));
            kept.push((start - at, 0));
            torn |= !one.span.is_empty() || one.span.start > run.span.start;
            // The new text stands where the first of what it replaces stood.
            if one.span.start.0 >= run.span.start.0
                && let Some(last) = kept.last_mut()
            {
                last.1 = one.text.chars().count();
            }
            at = end;
            if one.span.end > run.span.end {
                break;
            }
            replaces.next();
        }
        torn &= matches!(run.how, How::Proposed | How::Pasted);
        let run = Written { edited_since: torn, ..run };
        let end = run.span.end.0;
        for (len, came) in kept {
            push(run.clone(), decisions.clone(), len);
            let (run, decisions, len) = elsewhere(came);
            push(run, decisions, len);
        }
        push(run, decisions, end.saturating_sub(at));
    }
    for one in replaces {
        let (run, decisions, len) = elsewhere(one.text.chars().count());
        push(run, decisions, len);
    }
    out
}
