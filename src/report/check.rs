//! Decisions that need a look: what they are about changed, their day has come, they contradict each
//! other. Pure: which day it is, and how much change is too much, is told.

use super::record::{one_line, word};
use crate::base::{EventId, is_day};
use crate::event::{DecisionStatus, Link, is_like};
use crate::session::{Decision, Session};
use crate::text::diff;
use serde_json::{Value, json};

/// From when on something is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Percent of a text that may have changed: 0 finds every change, 100 none.
    pub percent: u8,
    /// The day it is, `YYYY-MM-DD`.
    pub day: String,
}

/// What was found about a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Its text changed past the bound.
    TextChanged,
    /// Its text was deleted.
    TextGone,
    /// The day of its review has come.
    ReviewDue,
    /// What stands for the day of its review is none.
    ReviewUnclear,
    /// What was to take its place is rejected.
    ReplacementRejected,
    /// It rests on a decision that holds no more.
    RestsOnOld,
    /// Decisions take each other's place in a circle.
    Circle,
    /// Two people set its status apart.
    StatusConflict,
    /// Two people set another field apart.
    FieldConflict,
    /// It says something else than what was accepted.
    ChangedSince,
    /// It is accepted and says not what, nor why.
    NoOutcome,
}

impl Bounds {
    /// Percent of a text that may have changed where nobody says another bound.
    pub const PERCENT: u8 = 20;

    /// The usual ones.
    pub fn on(day: String) -> Self {
        Self { percent: Self::PERCENT, day }
    }
}

impl Kind {
    /// The name other programs know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::TextChanged => "text-changed",
            Self::TextGone => "text-gone",
            Self::ReviewDue => "review-due",
            Self::ReviewUnclear => "review-unclear",
            Self::ReplacementRejected => "replacement-rejected",
            Self::RestsOnOld => "rests-on-old",
            Self::Circle => "circle",
            Self::StatusConflict => "status-conflict",
            Self::FieldConflict => "field-conflict",
            Self::ChangedSince => "changed-since",
            Self::NoOutcome => "no-outcome",
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::TextChanged => {
                "Read both. If it still holds, link it to the text as it is now; if not, supersede it."
            }
            Self::TextGone => {
                "If it still holds, link it to other text; if not, reject or supersede it."
            }
            Self::ReviewDue => "Decide again: set a later day, or supersede it.",
            Self::ReviewUnclear => "Set the day as YYYY-MM-DD, or leave it empty.",
            Self::ReplacementRejected => {
                "Accept it again if it holds, or record what holds instead."
            }
            Self::RestsOnOld => "See whether it holds without it; link it to what holds now.",
            Self::Circle => "Reject one of them, so that one holds.",
            Self::StatusConflict => "Talk, and accept or reject it: that settles it.",
            Self::FieldConflict => "Change the decision: submitting the form settles it.",
            Self::ChangedSince => "Read it, and accept it again or change it.",
            Self::NoOutcome => "Write down what was chosen, and because of what.",
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub decision: EventId,
    pub kind: Kind,
    /// In a sentence.
    pub why: String,
}

/// Everything that was found, by decision, the oldest first.
pub fn check(session: &Session, bounds: &Bounds) -> Vec<Finding> {
    let all = session.decisions.newest();
    all.into_iter().rev().flat_map(|decision| check_one(session, decision, bounds)).collect()
}

/// What was found about one decision.
pub fn check_one(session: &Session, decision: &Decision, bounds: &Bounds) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |kind: Kind, why: String| {
        found.push(Finding { decision: decision.id, kind, why });
    };
    conflicts(decision, &mut add);
    replaced(session, decision, &mut add);
    let status = session.decisions.status(decision);
    if matches!(status, DecisionStatus::Accepted | DecisionStatus::Proposed) {
        review(decision, bounds, &mut add);
    }
    if decision.is_unseen() && status == DecisionStatus::Proposed {
        add(Kind::ChangedSince, "It says something else than what was accepted.".into());
    }
    if status == DecisionStatus::Accepted {
        if decision.outcome().trim().is_empty() {
            add(Kind::NoOutcome, "It is accepted and has no outcome.".into());
        }
        for link in decision.links() {
            linked(session, decision, link, bounds, &mut add);
        }
    }
    found
}

type Add<'a> = &'a mut dyn FnMut(Kind, String);

fn conflicts(decision: &Decision, add: Add) {
    if decision.status.is_conflict() {
        let said: Vec<&str> = decision.status.standing().map(|(_, status)| word(*status)).collect();
        add(Kind::StatusConflict, format!("Its status was set apart: {}.", said.join(" and ")));
    }
    let fields = [
        ("title", decision.title.is_conflict()),
        ("context", decision.context.is_conflict()),
        ("options", decision.options.is_conflict()),
        ("outcome", decision.outcome.is_conflict()),
        ("consequences", decision.consequences.is_conflict()),
        ("links", decision.links.is_conflict()),
        ("review date", decision.review.is_conflict()),
    ];
    let set: Vec<&str> =
        fields.iter().filter(|(_, conflict)| *conflict).map(|(name, _)| *name).collect();
    if !set.is_empty() {
        add(Kind::FieldConflict, format!("A field was set apart: {}.", set.join(", ")));
    }
}

/// What was to take its place, and what became of that.
fn replaced(session: &Session, decision: &Decision, add: Add) {
    let decisions = &session.decisions;
    if let Some(newer) = decisions.superseded_by(&decision.id) {
        if circles(session, decision) {
            let title = one_line(newer.title());
            let why = format!("“{title}” takes its place, and it takes that one's, in a circle.");
            add(Kind::Circle, why);
        }
        return;
    }
    let replacements = decisions.replacements(&decision.id);
    let is_rejected = |other: &&&Decision| other.status.value() == Some(&DecisionStatus::Rejected);
    let Some(last) = replacements.iter().rfind(is_rejected) else { return };
    // Another that waits to be accepted is no matter for this one yet.
    if replacements.iter().any(|other| !is_rejected(&other)) {
        return;
    }
    let title = one_line(last.title());
    let said = decision.status.newest();
    match said.map(|(lamport, status)| (lamport, *status)) {
        Some((_, DecisionStatus::Superseded)) => add(
            Kind::ReplacementRejected,
            format!("It is superseded, and “{title}”, which took its place, is rejected."),
        ),
        // Who said so after the rejection knew of it.
        Some((at, DecisionStatus::Accepted))
            if last.status.newest().is_some_and(|(rejected, _)| rejected > at) =>
        {
            let why =
                format!("“{title}”, which was to take its place, is rejected: it holds again.");
            add(Kind::ReplacementRejected, why);
        }
        _ => {}
    }
}

/// Whether a decision is, over others that are accepted, in its own place.
fn circles(session: &Session, decision: &Decision) -> bool {
    let mut next = decision.supersedes;
    let mut seen = std::collections::BTreeSet::new();
    while let Some(id) = next.filter(|id| seen.insert(*id)) {
        if id == decision.id {
            return true;
        }
        let older = session.decisions.get(&id);
        let accepted =
            older.filter(|older| older.status.value() == Some(&DecisionStatus::Accepted));
        next = accepted.and_then(|older| older.supersedes);
    }
    false
}

fn review(decision: &Decision, bounds: &Bounds, add: Add) {
    let day = decision.review().trim();
    if day.is_empty() {
        return;
    }
    if !is_day(day) {
        let why = format!("Its review is on “{}”, which is no day.", one_line(day));
        add(Kind::ReviewUnclear, why);
    } else if day < bounds.day.as_str() {
        add(Kind::ReviewDue, format!("Its review was due on {day}."));
    } else if day == bounds.day {
        add(Kind::ReviewDue, "Its review is due today.".into());
    }
}

fn linked(session: &Session, decision: &Decision, link: &Link, bounds: &Bounds, add: Add) {
    match link {
        Link::Span { doc, start, end, quote } => {
            let Some(entry) = session.documents.get(doc) else { return };
            // What was redacted can't be compared.
            let Some(quote) = quote.0.as_deref().filter(|quote| !quote.trim().is_empty()) else {
                return;
            };
            let rope = entry.document.rope();
            let span = entry.document.anchor_span((*start, *end)).filter(|span| !span.is_empty());
            let shown = shortened(quote);
            // What was written in place of all of its words stands beside what is left, its line end.
            let text = span.map(|span| {
                let text = rope.slice(span.start.0..span.end.0).to_string();
                let line = rope.char_to_line(span.start.0);
                if text.trim().is_empty() {
                    (line, rope.line(line).to_string())
                } else {
                    (line, text)
                }
            });
            let Some((line, now)) = text.filter(|(_, text)| !text.trim().is_empty()) else {
                let name = one_line(&entry.name);
                add(
                    Kind::TextGone,
                    format!("The text it is about is gone from {name}: “{shown}”."),
                );
                return;
            };
            // Where words are gone the rest is compared.
            let percent = if is_like(quote, &now) { 0 } else { changed(quote, &now) };
            if percent > bounds.percent {
                let why = format!(
                    "The text it is about, {} line {}, changed by {percent} %: “{shown}” is now “{}”.",
                    one_line(&entry.name),
                    line + 1,
                    shortened(&now)
                );
                add(Kind::TextChanged, why);
            }
        }
        Link::Decision(id) if decision.supersedes != Some(*id) => {
            let Some(other) = session.decisions.get(id) else { return };
            let status = session.decisions.status(other);
            if matches!(status, DecisionStatus::Rejected | DecisionStatus::Superseded) {
                let title = one_line(other.title());
                add(
                    Kind::RestsOnOld,
                    format!("It is linked to “{title}”, which is {}.", word(status)),
                );
            }
        }
        Link::Decision(_) | Link::Message(_) | Link::Hunk(_) => {}
    }
}

/// The share of two texts that is not the same, in percent of their characters, rounded up; words
/// that differ count whole. 0: they are equal; 100: they share nothing.
pub fn changed(old: &str, new: &str) -> u8 {
    let (before, after) = (old.chars().count(), new.chars().count());
    if before + after == 0 {
        return 0;
    }
    let change = diff(old, new);
    let gone: usize = change.0.iter().map(|one| one.span.end.0 - one.span.start.0).sum();
    let came: usize = change.0.iter().map(|one| one.text.chars().count()).sum();
    let percent = ((gone + came) * 100).div_ceil(before + after);
    u8::try_from(percent.min(100)).unwrap_or(100)
}

/// A text in few words.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let start: String = text.chars().take(4 * MOST).collect();
    let line = one_line(&start);
    let short: String = line.chars().take(MOST).collect();
    let more = short.len() < line.len() || start.len() < text.len();
    if more { format!("{short}…") } else { short }
}

/// The findings of a session for other programs. The form is stable: fields are only added.
pub fn findings_json(session: &Session, found: &[Finding]) -> Vec<Value> {
    let one = |finding: &Finding| {
        let decision = session.decisions.get(&finding.decision);
        json!({
            "session": session.id.to_string(),
            "session_title": session.title(),
            "decision": finding.decision.to_string(),
            "title": decision.map(Decision::title),
            "status": decision.map(|decision| word(session.decisions.status(decision))),
            "kind": finding.kind.name(),
            "why": finding.why,
            "advice": finding.kind.advice(),
        })
    };
    found.iter().map(one).collect()
}
