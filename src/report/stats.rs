//! What sessions add up to: characters by author and state, acceptance by model, decisions,
//! messages, cost, time. Pure; nothing is kept.

use super::blame::{author_of, hand_sign, hand_word};
use super::markdown::decision_word;
use crate::base::{DocId, Millis, Pos, Span};
use crate::event::{CauseKind, How, HunkVerdict, MessageRole, Op};
use crate::layout::cells::fit;
use crate::session::{DocEntry, Hand, HunkRef, HunkState, Session, Spent};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What one author has in the texts as they are now, in `char`s, and what they said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuthorStats {
    pub chars: u64,
    pub typed: u64,
    pub pasted: u64,
    /// Proposed, and accepted while it was on the screen.
    pub seen: u64,
    /// Proposed, and accepted without having been on the screen.
    pub unseen: u64,
    pub outside: u64,
    /// Of the proposed: changed by a person before it was accepted.
    pub edited_before: u64,
    /// Of the proposed: of pieces that were changed since.
    pub edited_since: u64,
    pub messages: u64,
    pub decisions: u64,
}

/// What became of a model's hunks, and what its answers took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelStats {
    pub hunks: u64,
    /// They stand now; those that collided with a merge among them.
    pub accepted: u64,
    /// Of the accepted: changed by the person first.
    pub edited: u64,
    pub rejected: u64,
    /// Accepted once, and taken back.
    pub undone: u64,
    pub superseded: u64,
    /// Nothing was said yet; stale and unplaced ones among them.
    pub open: u64,
    pub spent: Spent,
}

/// Sessions added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub sessions: u64,
    /// Names and lengths in `char`s.
    pub documents: Vec<(String, u64)>,
    pub authors: BTreeMap<(Hand, String), AuthorStats>,
    pub models: BTreeMap<String, ModelStats>,
    pub decisions: BTreeMap<&'static str, u64>,
    /// Of people and of models.
    pub messages: (u64, u64),
    pub spent: Spent,
    /// When the first and the last of it happened.
    pub time: Option<(Millis, Millis)>,
}

impl Stats {
    /// Adds a session, or only one of its documents with what was said about all.
    pub fn add(&mut self, session: &Session, only: Option<&DocId>) {
        self.sessions += 1;
        for (doc, entry) in &session.documents {
            if only.is_some_and(|only| only != doc) {
                continue;
            }
            let len = entry.document.len();
            self.documents.push((entry.name.clone(), len as u64));
            for edit in entry.edits() {
                self.at(edit.at);
            }
            let all = Span { start: Pos(0), end: Pos(len) };
            for run in session.written(doc, all) {
                let key = (run.hand, author_of(session, &run).to_owned());
                let author = self.authors.entry(key).or_default();
                let chars = run.span.len() as u64;
                author.chars += chars;
                match (run.how, run.seen) {
                    (How::Typed, _) => author.typed += chars,
                    (How::Pasted, _) => author.pasted += chars,
                    (How::Outside, _) => author.outside += chars,
                    // What does not say that it was seen was not.
                    (How::Proposed, Some(true)) => author.seen += chars,
                    (How::Proposed, _) => author.unseen += chars,
                }
                if run.how == How::Proposed {
                    author.edited_before += if run.edited_before { chars } else { 0 };
                    author.edited_since += if run.edited_since { chars } else { 0 };
                }
            }
        }
        self.add_hunks(session, only);
        self.add_talk(session);
        if only.is_none() || session.documents.len() == 1 {
            // Comments, saves and checkpoints, too.
            session.worked_at().for_each(|at| self.at(at));
        }
    }

    fn at(&mut self, at: Millis) {
        let (first, last) = self.time.get_or_insert((at, at));
        (*first, *last) = ((*first).min(at), (*last).max(at));
    }

    fn add_hunks(&mut self, session: &Session, only: Option<&DocId>) {
        let edited: BTreeSet<HunkRef> =
            session.documents.values().flat_map(DocEntry::edits).filter_map(edited_hunk).collect();
        for hunk in session.proposals.hunks() {
            let Some(proposal) = session.proposals.proposal(&hunk.proposal) else { continue };
            if only.is_some_and(|only| *only != proposal.doc) {
                continue;
            }
            let Some(entry) = session.documents.get(&proposal.doc) else { continue };
            let model = session.author_name(&proposal.author).to_owned();
            let stats = self.models.entry(model).or_default();
            stats.hunks += 1;
            let once = hunk.verdict.all().any(|said| said.verdict == HunkVerdict::Accepted);
            match hunk.state(&entry.document) {
                // One accepts it and one does not: nobody has settled it.
                HunkState::Collided if hunk.is_disputed() => stats.open += 1,
                HunkState::Accepted | HunkState::Collided => {
                    stats.accepted += 1;
                    stats.edited += u64::from(edited.contains(&hunk.of));
                }
                HunkState::Rejected => stats.rejected += 1,
                HunkState::Superseded => stats.superseded += 1,
                HunkState::Pending | HunkState::Stale | HunkState::Unplaced => {
                    if once {
                        stats.undone += 1;
                    } else {
                        stats.open += 1;
                    }
                }
                HunkState::Split => stats.hunks -= 1,
            }
            let times: Vec<Millis> = hunk.verdict.all().map(|said| said.at).collect();
            times.into_iter().for_each(|at| self.at(at));
        }
    }

    fn add_talk(&mut self, session: &Session) {
        for message in session.transcript.iter() {
            self.at(message.at);
            match message.role {
                MessageRole::Person if message.is_repair() => continue,
                MessageRole::Person => self.messages.0 += 1,
                MessageRole::Model => self.messages.1 += 1,
                MessageRole::Note => continue,
            }
            let name = session.author_name(&message.author).to_owned();
            let hand = session.hand(&message.author);
            self.authors.entry((hand, name.clone())).or_default().messages += 1;
            if let Some(usage) = &message.usage {
                self.spent.add(usage);
                let model = message.model.clone().unwrap_or(name);
                self.models.entry(model).or_default().spent.add(usage);
            }
        }
        for decision in session.decisions.newest() {
            self.at(decision.at);
            let status = decision_word(session.decisions.status(decision));
            *self.decisions.entry(status).or_default() += 1;
            let name = session.author_name(&decision.author).to_owned();
            let hand = session.hand(&decision.author);
            self.authors.entry((hand, name)).or_default().decisions += 1;
        }
    }

    /// For other programs. The form is stable: fields are only added. Lengths count characters,
    /// times are milliseconds since 1970, costs US dollars.
    pub fn json(&self) -> Value {
        let authors: Vec<Value> = self
            .authors
            .iter()
            .map(|((hand, name), one)| {
                json!({
                    "name": name,
                    "kind": hand_word(*hand),
                    "chars": one.chars,
                    "typed": one.typed,
                    "pasted": one.pasted,
                    "proposed_seen": one.seen,
                    "proposed_unseen": one.unseen,
                    "outside": one.outside,
                    "edited_before": one.edited_before,
                    "edited_since": one.edited_since,
                    "messages": one.messages,
                    "decisions": one.decisions,
                })
            })
            .collect();
        let models: Vec<Value> = self
            .models
            .iter()
            .map(|(name, one)| {
                let mut all = json!({
                    "name": name,
                    "hunks": one.hunks,
                    "accepted": one.accepted,
                    "edited": one.edited,
                    "rejected": one.rejected,
                    "undone": one.undone,
                    "superseded": one.superseded,
                    "open": one.open,
                    "acceptance": one.acceptance(),
                });
                all["spent"] = spent_json(&one.spent);
                all
            })
            .collect();
        let documents = self.documents.iter();
        let documents: Vec<Value> =
            documents.map(|(name, chars)| json!({"name": name, "chars": chars})).collect();
        json!({
            "sessions": self.sessions,
            "documents": documents,
            "authors": authors,
            "models": models,
            "decisions": self.decisions,
            "messages": {"person": self.messages.0, "model": self.messages.1},
            "spent": spent_json(&self.spent),
            "first": self.time.map(|(first, _)| first.0),
            "last": self.time.map(|(_, last)| last.0),
        })
    }

    /// The tables of authors and models, each with a heading, in at most 100 columns.
    pub fn tables(&self) -> Vec<String> {
        let mut out = vec![format!(
            "{:<26}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}",
            "characters now",
            "all",
            "typed",
            "pasted",
            "seen",
            "unseen",
            "outside",
            "changed",
            "messages"
        )];
        for ((hand, name), one) in &self.authors {
            out.push(format!(
                "{} {}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}",
                hand_sign(*hand),
                named(name),
                one.chars,
                some(one.typed),
                some(one.pasted),
                some(one.seen),
                some(one.unseen),
                some(one.outside),
                // What was changed before or since; a text can be both.
                some(one.edited_before.max(one.edited_since)),
                some(one.messages),
            ));
        }
        if self.models.is_empty() {
            return out;
        }
        out.push(String::new());
        out.push(format!(
            "{:<26}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>11}{:>9}",
            "hunks",
            "all",
            "accepted",
            "edited",
            "rejected",
            "undone",
            "open",
            "acceptance",
            "cost"
        ));
        for (name, one) in &self.models {
            let rate = one.acceptance().map_or(String::new(), |rate| format!("{rate} %"));
            let cost = match (one.spent.answers, one.spent.unknown) {
                (0, _) => String::new(),
                (all, unknown) if all == unknown => "unknown".into(),
                _ => one.spent.cost.to_string(),
            };
            out.push(format!(
                "◆ {}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>11}{:>9}",
                named(name),
                one.hunks,
                some(one.accepted),
                some(one.edited),
                some(one.rejected),
                some(one.undone),
                some(one.open),
                rate,
                cost,
            ));
        }
        out
    }
}

impl ModelStats {
    /// Of the hunks that a person said something to, how many in a hundred stand.
    pub fn acceptance(&self) -> Option<u64> {
        let said = self.accepted + self.rejected + self.undone;
        (said > 0).then(|| (100 * self.accepted + said / 2) / said)
    }
}

/// The hunk that an edit accepted after the person had changed it.
fn edited_hunk(edit: &crate::session::EditEntry) -> Option<HunkRef> {
    let cause = edit.edit.cause.as_ref().filter(|cause| cause.kind == CauseKind::Accept)?;
    let changed = |op: &Op| match op {
        Op::Insert { origin, .. } => origin.as_ref().is_some_and(|origin| origin.edited),
        Op::Delete { .. } => false,
    };
    edit.edit.ops.iter().any(changed).then_some(HunkRef { id: cause.hunk?, part: cause.part })
}

fn spent_json(spent: &Spent) -> Value {
    json!({
        "answers": spent.answers,
        "input": spent.input,
        "cached": spent.cached,
        "output": spent.output,
        "dollars": spent.cost.dollars(),
        "unknown_price": spent.unknown,
    })
}

/// A number; nothing for none.
pub(super) fn some(number: u64) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}

/// A name in 24 columns.
pub(super) fn named(name: &str) -> String {
    fit(&name.split_whitespace().collect::<Vec<_>>().join(" "), 24)
}
