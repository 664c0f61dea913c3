//! What two people set without seeing each other's: shown side by side, with who set it and why,
//! and settled with one key.

use super::{Ask, Cx, Dialog, Model, Overlay};
use crate::base::EventId;
use crate::base::when::minute;
use crate::event::{DecisionField, DecisionStatus, Event, Text};
use crate::session::{Decision, Register, Session};

/// One of the things that stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    pub event: EventId,
    pub who: String,
    /// What it says, in words.
    pub says: String,
    /// Of a status: why, and about what it was said; a line each.
    pub why: Vec<String>,
    value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Title(String),
    Field(EventId, DecisionField),
}

/// Something that stands in more than one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What it is about, in words.
    pub about: String,
    pub sides: Vec<Side>,
    /// What the decision says now, where a side was set about something else.
    now: String,
}

fn status_word(status: DecisionStatus) -> &'static str {
    match status {
        DecisionStatus::Proposed => "proposed",
        DecisionStatus::Accepted => "accepted",
        DecisionStatus::Rejected => "rejected",
        DecisionStatus::Superseded => "superseded",
    }
}

/// What a field says, in words.
fn words(field: &DecisionField) -> String {
    let text = |text: &Text| match text.as_str() {
        "" => "(empty)".to_owned(),
        text => format!("“{}”", text.split_whitespace().collect::<Vec<_>>().join(" ")),
    };
    match field {
        DecisionField::Status(status) => status_word(*status).to_owned(),
        DecisionField::Title(one)
        | DecisionField::Context(one)
        | DecisionField::Outcome(one)
        | DecisionField::Consequences(one)
        | DecisionField::Review(one) => text(one),
        DecisionField::Options(options) => {
            let names: Vec<&str> = options.iter().map(|one| one.name.as_str()).collect();
            format!("the options {}", names.join(", "))
        }
        DecisionField::Links(links) => format!("{} links", links.len()),
    }
}

/// The forms of one field that stand.
fn standing<T: Clone>(
    register: &Register<T>,
    field: impl Fn(T) -> DecisionField,
) -> Vec<(EventId, DecisionField)> {
    register.standing().map(|(id, value)| (id, field(value.clone()))).collect()
}

fn fields(decision: &Decision) -> Vec<(&'static str, Vec<(EventId, DecisionField)>)> {
    vec![
        ("the title", standing(&decision.title, |text| DecisionField::Title(text.into()))),
        ("the context", standing(&decision.context, |text| DecisionField::Context(text.into()))),
        ("the options", standing(&decision.options, DecisionField::Options)),
        ("the outcome", standing(&decision.outcome, |text| DecisionField::Outcome(text.into()))),
        (
            "the consequences",
            standing(&decision.consequences, |text| DecisionField::Consequences(text.into())),
        ),
        ("the links", standing(&decision.links, DecisionField::Links)),
        ("the review date", standing(&decision.review, |text| DecisionField::Review(text.into()))),
        // Last: it is said about what the others say, so settling one of them after it would undo
        // the answer.
        ("the status", standing(&decision.status, DecisionField::Status)),
    ]
}

/// Why a status was set, in the words of who set it, and what they said it about where it is
/// another outcome.
fn reasons(session: &Session, decision: &Decision, event: &EventId) -> Vec<String> {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let why = session.why(decision, event);
    let mut lines = vec![match &why {
        Some(why) if session.author_of(event) == Some(why.by) => {
            format!("because {}", line(&why.words))
        }
        Some(why) => {
            format!("because {} (said {})", line(&why.words), session.author_name(why.by))
        }
        None => "no reason given".into(),
    }];
    let about = session.outcome_then(decision, event);
    let other = why.is_none_or(|why| why.words != about);
    if other && !about.is_empty() {
        lines.push(format!("about the outcome “{}”", line(&about)));
    }
    lines
}

impl Model {
    /// Everything that stands in more than one form, the session's title first.
    pub fn conflicts(&self) -> Vec<Conflict> {
        let session = &self.session;
        let who = |id: &EventId| {
            let author = session.author_of(id).map(|author| session.author_name(author));
            author.unwrap_or("unknown").to_owned()
        };
        let mut found = Vec::new();
        if session.title.is_conflict() {
            let side = |(event, title): (EventId, &String)| Side {
                event,
                who: who(&event),
                says: format!("“{title}”"),
                why: Vec::new(),
                value: Value::Title(title.clone()),
            };
            let sides = session.title.standing().map(side).collect();
            let about = "The session's title".into();
            found.push(Conflict { about, sides, now: String::new() });
        }
        let mut all = session.decisions.newest();
        all.reverse();
        for decision in all.into_iter().filter(|decision| decision.is_conflict()) {
            for (name, standing) in fields(decision) {
                if standing.len() < 2 {
                    continue;
                }
                let side = |(event, field): (EventId, DecisionField)| Side {
                    event,
                    who: who(&event),
                    says: words(&field),
                    why: match field {
                        DecisionField::Status(_) => reasons(session, decision, &event),
                        _ => Vec::new(),
                    },
                    value: Value::Field(decision.id, field),
                };
                let outcome = session.told_value(&decision.outcome);
                let sides: Vec<Side> = standing.into_iter().map(side).collect();
                let other = |side: &Side| {
                    let about = session.outcome_then(decision, &side.event);
                    !side.why.is_empty() && !about.is_empty() && about != outcome
                };
                let now = match sides.iter().any(other) {
                    true => outcome.into_owned(),
                    false => String::new(),
                };
                found.push(Conflict {
                    about: format!("“{}”: {name}", decision.title()),
                    sides,
                    now,
                });
            }
        }
        found
    }

    /// How many there are, counted when something was said or decided.
    pub(super) fn count_conflicts(&mut self) {
        let revision = self.session.revision();
        if self.ui.conflicts.0 != revision {
            self.ui.conflicts = (revision, self.conflicts().len());
        }
    }
}

impl Cx<'_> {
    /// Asks about the first of them.
    ///
    /// # Errors
    /// When there is none.
    pub fn settle(&mut self) -> Result<(), String> {
        let mut all = self.model.conflicts().into_iter();
        let Some(conflict) = all.next() else {
            return Err("Nothing stands in two forms.".into());
        };
        let more = all.len();
        let mut lines = vec!["It was set by people who had not seen each other's:".into()];
        let mut choices = Vec::new();
        for (index, side) in conflict.sides.iter().take(9).enumerate() {
            let at = self.model.session.made_at(&side.event);
            let at = at.map(|at| format!(", {}", minute(at))).unwrap_or_default();
            lines.push(format!("{}. {}  ({}{at})", index + 1, side.says, side.who));
            lines.extend(side.why.iter().map(|why| format!("   {why}")));
            let key = char::from(b'1' + index as u8);
            choices.push((key, format!("Take {}’s", side.who), format!("dialog.choose {index}")));
        }
        if !conflict.now.is_empty() {
            let now: Vec<&str> = conflict.now.split_whitespace().collect();
            lines.push(format!("It says now: {}", now.join(" ")));
        }
        if more > 0 {
            lines.push(format!("{more} more after this one."));
        }
        choices.push(('n', "Not now".into(), "dialog.no".into()));
        let title = conflict.about.clone();
        let ask = Ask::Settle { conflict: Box::new(conflict) };
        let chosen = choices.len() - 1;
        self.model.ui.overlays.push(Overlay::Dialog(Dialog { ask, title, lines, choices, chosen }));
        Ok(())
    }

    /// One of the forms is taken; the next conflict is asked about.
    pub fn settled(&mut self, conflict: &Conflict, answer: &str) {
        let chosen = answer.parse::<usize>().ok().and_then(|index| conflict.sides.get(index));
        let Some(side) = chosen else {
            self.info("Both stand until it is settled.");
            return;
        };
        match side.value.clone() {
            Value::Title(title) => {
                let replaces = self.model.session.title.heads();
                self.append(&Event::SessionTitled { title: title.into(), replaces });
            }
            Value::Field(decision, field) => {
                let Some(known) = self.model.session.decisions.get(&decision) else { return };
                let replaces = known.heads(&field);
                let accepts = match field {
                    DecisionField::Status(DecisionStatus::Accepted) => known.standing(),
                    _ => Vec::new(),
                };
                // Whose side is taken has given the reason, or given none.
                let reason = None;
                self.append(&Event::DecisionChanged { decision, field, replaces, accepts, reason });
            }
        }
        self.barrier();
        self.model.refresh();
        // The next one, when there is one.
        if self.settle().is_ok() {
            return;
        }
        // A merge never accepts what nobody saw.
        let decisions = &self.model.session.decisions;
        let unseen = decisions.newest().into_iter().find(|decision| decision.is_unseen());
        let words = unseen.map(|decision| {
            format!(
                "Settled. “{}” says something else than what was accepted, so it is proposed \
                 again: a in the list of decisions accepts it.",
                decision.title()
            )
        });
        self.info(words.unwrap_or_else(|| "Settled.".into()));
    }
}
