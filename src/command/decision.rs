//! Decisions: recording, editing, accepting, superseding, and the way between text and decision.

use super::{Command, links, list, proof, quote, row};
use crate::base::{EventId, Millis, is_day};
use crate::event::{Choice, DecisionField, DecisionStatus, Event, Link, Text};
use crate::session::{Decision, Hunk};
use crate::state::{Cx, FORM_FIELDS, Form, FormKind, LinkList, Model, Overlay, PromptKind, Tab};

pub const COMMANDS: &[Command] = &[
    row("decision.new", "Records a decision, linked to what is selected.", new)
        .args("[title]")
        .slash("decide"),
    row("decision.open", "Shows the chosen decision and what it is linked to.", links::open)
        .when(any, NONE),
    row("decision.edit", "Changes the chosen decision.", edit).when(any, NONE),
    row(
        "decision.accept",
        "Accepts the chosen decision: it goes to the model from now on.",
        |cx, reason| verdict(cx, DecisionStatus::Accepted, reason),
    )
    .args("[reason]")
    .when(any, NONE),
    row("decision.reject", "Rejects the chosen decision.", |cx, reason| {
        verdict(cx, DecisionStatus::Rejected, reason)
    })
    .args("[reason]")
    .when(any, NONE),
    row("decision.accept-because", "Accepts the chosen decision, and asks why.", |cx, _| {
        ask_why(cx, DecisionStatus::Accepted)
    })
    .when(any, NONE),
    row("decision.reject-because", "Rejects the chosen decision, and asks why.", |cx, _| {
        ask_why(cx, DecisionStatus::Rejected)
    })
    .when(any, NONE),
    row(
        "decision.sign",
        "Signs the chosen decision, and the log to it, with your SSH key.",
        proof::sign_decision,
    )
    .when(any, NONE),
    row("decision.supersede", "Records a decision in place of the chosen one.", supersede)
        .when(any, NONE),
    row(
        "decision.goto",
        "Goes from the chosen decision to its text, or to its message.",
        links::goto,
    )
    .when(any, NONE),
    row("decision.follow", "Goes where a link of the shown decision leads.", links::follow)
        .args("[number]"),
    row("decision.next-link", "Goes to the next link of the shown decision.", |cx, _| {
        links::step(cx, 1)
    }),
    row("decision.previous-link", "Goes to the link before.", |cx, _| links::step(cx, -1)),
    row(
        "decision.here",
        "Shows the decision behind the text at the caret, or behind the marked message.",
        links::here,
    )
    .slash("why"),
    row("decision.check", "Shows the decisions that need a look, and why.", links::check)
        .slash("check")
        .when(any, NONE),
    row("decision.filter", "Filters the decisions.", filter).args("[words]"),
];

/// Why there is nothing to do with a decision.
const NONE: &str = "No decision is recorded yet: Ctrl-N records one.";

fn any(model: &Model) -> bool {
    !model.session.decisions.is_empty()
}

/// The decisions of the list, newest first, as filtered. Shared with the view.
pub fn listed(model: &Model) -> Vec<&Decision> {
    let filter = model.ui.decisions.filter.rope().to_string().to_lowercase();
    let mut all = model.decisions().newest();
    all.retain(|decision| {
        let status = status_word(model.decisions().status(decision));
        filter.split_whitespace().all(|word| {
            decision.title().to_lowercase().contains(word)
                || decision.outcome().to_lowercase().contains(word)
                || decision.context().to_lowercase().contains(word)
                || status.contains(word)
        })
    });
    all
}

pub fn status_word(status: DecisionStatus) -> &'static str {
    match status {
        DecisionStatus::Proposed => "proposed",
        DecisionStatus::Accepted => "accepted",
        DecisionStatus::Rejected => "rejected",
        DecisionStatus::Superseded => "superseded",
    }
}

/// The status that holds and who set it, where that is somebody else than who recorded it.
pub fn status_words(model: &Model, decision: &Decision) -> String {
    let status = model.decisions().status(decision);
    let said = decision.status.value() == Some(&status);
    let setter = decision.status.setter().filter(|_| said);
    let who = setter.and_then(|id| model.session.author_of(&id));
    match who.filter(|who| **who != decision.author) {
        Some(who) => {
            let recorded = model.session.author_name(&decision.author);
            let who = model.session.author_name(who);
            format!("{} by {who} · recorded by {recorded}", status_word(status))
        }
        None => {
            let who = model.session.author_name(&decision.author);
            format!("{} · by {who}", status_word(status))
        }
    }
}

pub(super) fn chosen(model: &Model) -> Result<&Decision, String> {
    listed(model)
        .get(model.ui.decisions.chosen)
        .copied()
        .ok_or_else(|| "No decision is chosen.".into())
}

fn form(cx: &mut Cx, title: &str, kind: FormKind, values: [String; 6], links: LinkList) {
    let labels = FORM_FIELDS.to_vec();
    let mut form = Form::new(kind, title.into(), labels, values.to_vec());
    form.links = Some(links);
    list::open_form(cx, form);
}

fn new(cx: &mut Cx, title: &str) -> Result<(), String> {
    let links: Vec<Link> =
        links::selected(cx).into_iter().chain(links::last_said(cx.model)).collect();
    let kind = FormKind::Decision { editing: None, was: Vec::new(), supersedes: None };
    let mut values: [String; 6] = Default::default();
    values[0] = title.to_owned();
    values[2] = options_text(&turned_down(cx.model, &links));
    if !values[2].is_empty() {
        // What is typed behind them is an option of its own.
        values[2].push('\n');
    }
    form(cx, "A decision", kind, values, LinkList::new(links, None));
    Ok(())
}

/// What was turned down with a reason where a decision is about, as options not taken: in the text
/// that is selected, and of what came of the linked messages. The last few.
fn turned_down(model: &Model, links: &[Link]) -> Vec<Choice> {
    const MOST: usize = 5;
    const LONGEST: usize = 120;
    let session = &model.session;
    let span = model.caret().selection();
    let about = |hunk: &Hunk| {
        let Some(proposal) = session.proposals.proposal(&hunk.proposal) else { return false };
        let question = session.transcript.asked_by_person(proposal.question);
        let linked = links.contains(&Link::Message(question));
        let entry = model.entry().filter(|_| proposal.doc == model.doc);
        let here = span.zip(entry).is_some_and(|(span, entry)| {
            hunk.span(&entry.document).is_some_and(|its| its.touches(span))
        });
        linked || here
    };
    let mut all: Vec<_> = session
        .proposals
        .rejected()
        .filter_map(|(hunk, said)| Some((said.at, hunk, said.reason.as_deref()?)))
        .filter(|(_, hunk, _)| about(hunk))
        .collect();
    all.sort_by_key(|(at, hunk, _)| (*at, hunk.of));
    let choice = |(_, hunk, reason): &(Millis, &Hunk, &str)| {
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let short = |text: &str| line(text).chars().take(LONGEST).collect::<String>();
        // In quotation marks: what begins with a dash is no argument.
        let name = match (short(&hunk.new), short(&hunk.old)) {
            (new, old) if new.is_empty() => format!("Without “{old}”"),
            (new, old) if old.is_empty() => format!("“{new}”"),
            (new, old) => format!("“{new}” instead of “{old}”"),
        };
        Choice { name: Text::new(name), pros: Vec::new(), cons: vec![Text::new(line(reason))] }
    };
    let skipped = all.len().saturating_sub(MOST);
    all.iter().skip(skipped).map(choice).collect()
}

/// The decision as the form shows it.
fn values(decision: &Decision) -> [String; 6] {
    [
        decision.title().into(),
        decision.context().into(),
        options_text(decision.options()),
        decision.outcome().into(),
        decision.consequences().into(),
        decision.review().into(),
    ]
}

/// Options as lines: `name`, then `+ for` and `- against` each on a line.
pub fn options_text(options: &[Choice]) -> String {
    let mut lines = Vec::new();
    for choice in options {
        lines.push(choice.name.as_str().to_owned());
        lines.extend(choice.pros.iter().map(|pro| format!("  + {}", pro.as_str())));
        lines.extend(choice.cons.iter().map(|con| format!("  - {}", con.as_str())));
    }
    lines.join("\n")
}

/// Reads what [`options_text`] writes.
pub fn parse_options(text: &str) -> Vec<Choice> {
    let mut options: Vec<Choice> = Vec::new();
    // Options may be a bulleted list themselves; then only what is indented speaks against one.
    let first = text.lines().find(|line| !line.trim().is_empty());
    let bulleted = first.is_some_and(|line| line.trim_start().starts_with("- "));
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let words = line.trim();
        match (words.strip_prefix("+ "), words.strip_prefix("- "), options.last_mut()) {
            (Some(pro), _, Some(choice)) => choice.pros.push(pro.into()),
            (_, Some(con), Some(choice)) if !bulleted || line.starts_with(char::is_whitespace) => {
                choice.cons.push(con.into());
            }
            (_, name, _) => {
                options.push(Choice { name: name.unwrap_or(words).into(), ..Choice::default() });
            }
        }
    }
    options
}

fn edit(cx: &mut Cx, _: &str) -> Result<(), String> {
    let (kind, values, links) = {
        let decision = chosen(cx.model)?;
        let values = values(decision);
        let editing = Some(decision.id);
        let kind = FormKind::Decision { editing, was: values.to_vec(), supersedes: None };
        (kind, values, decision.links().to_vec())
    };
    // From its page the form takes its place.
    cx.model.ui.overlays.pop_if(|overlay| matches!(overlay, Overlay::Page { .. }));
    let links = LinkList::new(links, links::selected(cx));
    form(cx, "Change the decision", kind, values, links);
    Ok(())
}

fn supersede(cx: &mut Cx, _: &str) -> Result<(), String> {
    let (kind, values, links) = {
        let decision = chosen(cx.model)?;
        let mut values = values(decision);
        values[3].clear();
        let supersedes = Some(decision.id);
        let kind = FormKind::Decision { editing: None, was: Vec::new(), supersedes };
        (kind, values, decision.links().to_vec())
    };
    let links = LinkList::new(links, links::selected(cx));
    form(cx, "A decision in place of the old one", kind, values, links);
    Ok(())
}

/// The field that the form is refused for.
pub fn wrong_field(values: &[String]) -> Option<usize> {
    let value = |index: usize| values.get(index).map_or("", |value| value.trim());
    if value(0).is_empty() {
        return Some(0);
    }
    (!value(5).is_empty() && !is_day(value(5))).then_some(5)
}

/// The decision form was submitted.
pub fn submit(
    cx: &mut Cx,
    kind: FormKind,
    values: &[String],
    links: &LinkList,
) -> Result<(), String> {
    let FormKind::Decision { editing, was, supersedes } = kind else { return Ok(()) };
    let value = |index: usize| values.get(index).map_or("", |value| value.trim());
    if value(0).is_empty() {
        return Err("A decision needs a title.".into());
    }
    if !value(5).is_empty() && !is_day(value(5)) {
        return Err(format!("{:?} is no date: write YYYY-MM-DD, or leave it empty.", value(5)));
    }
    let Some(decision) = editing else {
        // What a person records with its reason is decided; without one it is a proposal.
        let status =
            if value(3).is_empty() { DecisionStatus::Proposed } else { DecisionStatus::Accepted };
        let id = cx.append(&Event::DecisionRecorded {
            title: value(0).into(),
            status,
            context: value(1).into(),
            options: parse_options(value(2)),
            outcome: value(3).into(),
            consequences: value(4).into(),
            links: links.on.clone(),
            review: value(5).into(),
            supersedes,
            taken: None,
        });
        cx.barrier();
        cx.model.refresh();
        show(cx, id);
        cx.info(match status {
            DecisionStatus::Accepted => "Recorded as accepted: it goes to the model from now on.",
            _ => "Recorded as proposed: it has no outcome yet.",
        });
        return Ok(());
    };
    let fields: [DecisionField; 7] = [
        DecisionField::Title(value(0).into()),
        DecisionField::Context(value(1).into()),
        DecisionField::Options(parse_options(value(2))),
        DecisionField::Outcome(value(3).into()),
        DecisionField::Consequences(value(4).into()),
        DecisionField::Review(value(5).into()),
        DecisionField::Links(links.on.clone()),
    ];
    let mut changed = 0;
    let accepted = cx.model.session.decisions.get(&decision).is_some_and(|known| {
        // What two people set apart is asked about, not settled on the way.
        !known.status.is_conflict()
            && cx.model.session.decisions.status(known) == DecisionStatus::Accepted
    });
    for (index, field) in fields.into_iter().enumerate() {
        // What two people set is settled by submitting the form, also with the text that it shows.
        let known = cx.model.session.decisions.get(&decision);
        let conflict = known.is_some_and(|known| known.heads(&field).len() > 1);
        let other = match field {
            DecisionField::Links(_) => links.is_changed(),
            _ => was.get(index).map_or("", |was| was.trim()) != value(index),
        };
        if conflict || other {
            change(cx, decision, field);
            changed += 1;
        }
    }
    // Who changes a decision that holds sees what it says then.
    if accepted && changed > 0 {
        change(cx, decision, DecisionField::Status(DecisionStatus::Accepted));
    }
    cx.barrier();
    let now = cx.model.session.decisions.get(&decision);
    let waits =
        now.is_some_and(|now| cx.model.session.decisions.status(now) == DecisionStatus::Proposed);
    cx.info(match changed {
        0 => "Nothing was changed.",
        _ if waits && !value(3).is_empty() => {
            "Changed. It has an outcome and is still proposed: a in the list accepts it."
        }
        _ => "Changed.",
    });
    Ok(())
}

pub(super) fn change(cx: &mut Cx, decision: EventId, field: DecisionField) {
    change_because(cx, decision, field, None);
}

pub(super) fn change_because(
    cx: &mut Cx,
    decision: EventId,
    field: DecisionField,
    reason: Option<Text>,
) {
    let Some(known) = cx.model.session.decisions.get(&decision) else { return };
    let replaces = known.heads(&field);
    let accepts = match field {
        // A merge must never accept text that nobody saw: the versions are named.
        DecisionField::Status(DecisionStatus::Accepted) => known.standing(),
        _ => Vec::new(),
    };
    cx.append(&Event::DecisionChanged { decision, field, replaces, accepts, reason });
}

fn verdict(cx: &mut Cx, status: DecisionStatus, reason: &str) -> Result<(), String> {
    let id = chosen(cx.model)?.id;
    set_status(cx, id, status, reason)
}

/// Asks why the status of the chosen decision is set; nothing said is no reason.
fn ask_why(cx: &mut Cx, status: DecisionStatus) -> Result<(), String> {
    let decision = chosen(cx.model)?.id;
    final_status(cx.model, &decision)?;
    let kind = PromptKind::DecisionBecause { decision, status };
    cx.model.ui.overlays.push(Overlay::Prompt { kind, field: Default::default() });
    Ok(())
}

/// Sets a decision's status, with the reason that was given, if one was.
pub(super) fn set_status(
    cx: &mut Cx,
    id: EventId,
    status: DecisionStatus,
    reason: &str,
) -> Result<(), String> {
    final_status(cx.model, &id)?;
    let reason = Some(reason.trim()).filter(|reason| !reason.is_empty()).map(Text::new);
    change_because(cx, id, DecisionField::Status(status), reason);
    cx.barrier();
    cx.info(format!("The decision is {}.", status_word(status)));
    Ok(())
}

/// Of one that was superseded the status is final.
fn final_status(model: &Model, id: &EventId) -> Result<(), String> {
    match model.session.decisions.superseded_by(id) {
        Some(newer) => Err(format!(
            "It is superseded by {} and stays so: accept, reject or change that one.",
            quote(newer.title())
        )),
        None => Ok(()),
    }
}

/// Shows the list with one decision chosen.
pub(super) fn show(cx: &mut Cx, id: EventId) {
    cx.model.ui.tab = Tab::Decisions;
    cx.model.ui.decisions.filter.set_text("");
    let at = listed(cx.model).iter().position(|decision| decision.id == id);
    cx.model.ui.decisions.chosen = at.unwrap_or(0);
}

fn filter(cx: &mut Cx, rest: &str) -> Result<(), String> {
    cx.model.ui.tab = Tab::Decisions;
    if rest.is_empty() {
        let field = cx.model.ui.decisions.filter.clone();
        cx.model.ui.overlays.push(Overlay::Prompt { kind: PromptKind::Filter, field });
    } else {
        cx.model.ui.decisions.filter.set_text(rest);
    }
    Ok(())
}
