//! What became of the edits of answers, by model, by how they were asked for and by how they were
//! written down. Pure; nothing is kept.

use super::stats::{named, some};
use crate::base::DocId;
use crate::event::HunkVerdict;
use crate::session::{Attempt, Hunk, HunkRef, HunkState, Session};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Whose edits, how they were asked for, and how they were written down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EditKey {
    pub model: String,
    pub asked: String,
    /// Empty where it is not known.
    pub form: String,
}

/// What became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditRow {
    /// Placed character by character.
    pub exact: u64,
    /// Placed by a step that lets blanks and the like differ.
    pub tolerant: u64,
    /// Placed by likeness.
    pub loose: u64,
    /// By a person.
    pub by_hand: u64,
    /// The rest.
    pub nowhere: u64,
    /// The text said it already.
    pub already: u64,
    /// It came before in the same answer, changed nothing, was for another file, or a person had
    /// settled it.
    pub idle: u64,
    /// It began like an edit and was none.
    pub unreadable: u64,
    /// Hunks, or parts of split ones, by what a person made of them.
    pub accepted: u64,
    pub rejected: u64,
    /// Accepted once, and taken back.
    pub undone: u64,
    pub superseded: u64,
    pub open: u64,
    /// How many each step placed.
    pub steps: BTreeMap<String, u64>,
}

/// Sessions added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditStats {
    pub rows: BTreeMap<EditKey, EditRow>,
    /// The attempts themselves, the oldest first once all sessions are there.
    pub attempts: Vec<Attempt>,
}

impl EditStats {
    /// Adds a session, or only what is about one of its documents.
    pub fn add(&mut self, session: &Session, only: Option<&DocId>) {
        let proposals = &session.proposals;
        let about = |of: &HunkRef| {
            let hunk = proposals.hunk(of);
            hunk.and_then(|hunk| proposals.proposal(&hunk.proposal)).map(|one| &one.doc)
        };
        for attempt in session.attempts() {
            // What became no hunk is counted with all documents of its session.
            if let (Some(only), Some(of)) = (only, &attempt.hunk)
                && about(of) != Some(only)
            {
                continue;
            }
            let row = self.row(&attempt);
            let by_hand = attempt.hunk.as_ref().and_then(|of| proposals.hunk(of));
            row.count(&attempt, by_hand.is_some_and(Hunk::is_placed_by_hand));
            self.attempts.push(attempt);
        }
        self.attempts.sort_by_key(|attempt| attempt.at);
        for hunk in proposals.hunks() {
            let Some(proposal) = proposals.proposal(&hunk.proposal) else { continue };
            if only.is_some_and(|only| *only != proposal.doc) {
                continue;
            }
            let Some(entry) = session.documents.get(&proposal.doc) else { continue };
            let row = self.rows.entry(EditKey {
                model: session.author_name(&proposal.author).to_owned(),
                asked: proposal.dialect.clone(),
                form: hunk.form.clone().unwrap_or_default(),
            });
            let row = row.or_default();
            let once = hunk.verdict.all().any(|said| said.verdict == HunkVerdict::Accepted);
            match hunk.state(&entry.document) {
                // One accepts it and one does not: nobody has settled it.
                HunkState::Collided if hunk.is_disputed() => row.open += 1,
                HunkState::Accepted | HunkState::Collided => row.accepted += 1,
                HunkState::Rejected => row.rejected += 1,
                HunkState::Superseded => row.superseded += 1,
                HunkState::Split => {}
                HunkState::Pending | HunkState::Stale | HunkState::Unplaced if once => {
                    row.undone += 1;
                }
                HunkState::Pending | HunkState::Stale | HunkState::Unplaced => row.open += 1,
            }
        }
    }

    fn row(&mut self, attempt: &Attempt) -> &mut EditRow {
        let key = EditKey {
            model: attempt.model.clone(),
            asked: attempt.asked.clone(),
            form: attempt.form.clone().unwrap_or_default(),
        };
        self.rows.entry(key).or_default()
    }

    /// The models there are edits of.
    pub fn models(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.rows.keys().map(|key| key.model.as_str()).collect();
        all.dedup();
        all
    }

    /// For other programs. The form is stable: fields are only added.
    pub fn json(&self) -> Vec<Value> {
        let row = |(key, row): (&EditKey, &EditRow)| {
            json!({
                "model": key.model,
                "asked": key.asked,
                "form": (!key.form.is_empty()).then_some(&key.form),
                "exact": row.exact,
                "tolerant": row.tolerant,
                "loose": row.loose,
                "by_hand": row.by_hand,
                "nowhere": row.nowhere,
                "already": row.already,
                "idle": row.idle,
                "unreadable": row.unreadable,
                "accepted": row.accepted,
                "rejected": row.rejected,
                "undone": row.undone,
                "superseded": row.superseded,
                "open": row.open,
                "steps": row.steps,
            })
        };
        self.rows.iter().map(row).collect()
    }

    /// A table for each model, with a heading, in at most 80 columns.
    pub fn tables(&self) -> Vec<String> {
        let mut out = Vec::new();
        for model in self.models() {
            out.push(format!("◆ {}", named(model).trim_end()));
            out.push(format!(
                "{:<18}{:>6}{:>5}{:>6}{:>5}{:>5}{:>6}{:>4}{:>7}{:>7}{:>5}{:>5}",
                "asked, written",
                "exact",
                "near",
                "loose",
                "hand",
                "none",
                "there",
                "bad",
                "accept",
                "reject",
                "undo",
                "open"
            ));
            let own = |(key, row): &(&EditKey, &EditRow)| key.model == model && row.is_told();
            for (key, row) in self.rows.iter().filter(own) {
                let what = match key.form.as_str() {
                    "" => key.asked.clone(),
                    form if form == key.asked => format!("{form}, same"),
                    form => format!("{}, {form}", key.asked),
                };
                out.push(format!(
                    "{:<18}{:>6}{:>5}{:>6}{:>5}{:>5}{:>6}{:>4}{:>7}{:>7}{:>5}{:>5}",
                    what,
                    some(row.exact),
                    some(row.tolerant),
                    some(row.loose),
                    some(row.by_hand),
                    some(row.nowhere),
                    some(row.already),
                    some(row.unreadable),
                    some(row.accepted),
                    some(row.rejected),
                    some(row.undone),
                    some(row.open),
                ));
            }
        }
        out
    }
}

impl EditRow {
    /// Whether a table has anything to say of it: edits that came to nothing at all are only in JSON.
    fn is_told(&self) -> bool {
        let placed = self.exact + self.tolerant + self.loose + self.by_hand + self.nowhere;
        let read = self.already + self.unreadable;
        placed + read + self.accepted + self.rejected + self.undone + self.open > 0
    }

    fn count(&mut self, attempt: &Attempt, by_hand: bool) {
        let kind = match attempt.outcome.as_str() {
            "already" => &mut self.already,
            "twice" | "unchanged" | "settled" | "elsewhere" => &mut self.idle,
            "unreadable" => &mut self.unreadable,
            "ambiguous" | "missing" if by_hand => &mut self.by_hand,
            "ambiguous" | "missing" => &mut self.nowhere,
            step => {
                *self.steps.entry(step.to_owned()).or_default() += attempt.count;
                match step {
                    _ if attempt.loose => &mut self.loose,
                    "exact" => &mut self.exact,
                    _ => &mut self.tolerant,
                }
            }
        };
        *kind += attempt.count;
    }
}
