//! The links of decisions: what is offered in the form, the page that shows them, the way to what
//! they point at and back.

use super::decision::{chosen, options_text, show, status_words};
use crate::base::EventId;
use crate::base::day;
use crate::event::{Link, MessageRole};
use crate::report::{self, Bounds, check_one};
use crate::session::{Decision, opening};
use crate::sign::PROVES;
use crate::state::{Caret, Cx, Focus, FoundMessage, Model, Overlay, PageLinks, Tab};

/// The text that is selected, as a link.
pub(super) fn selected(cx: &Cx) -> Option<Link> {
    cx.model.caret().selection().and_then(|span| cx.link_to(span))
}

/// The messages that a decision of now most likely comes from: the one that is marked in the
/// conversation, or the last question with its answer.
pub(super) fn last_said(model: &Model) -> Vec<Link> {
    if let Some(marked) = marked(model) {
        return vec![Link::Message(marked)];
    }
    let transcript = &model.session.transcript;
    let Some(last) = transcript.iter().rev().find(|message| message.role != MessageRole::Note)
    else {
        return Vec::new();
    };
    let question = last.after.filter(|_| last.role == MessageRole::Model);
    let question = question.filter(|id| transcript.get(id).is_some());
    question.into_iter().chain([last.id]).map(Link::Message).collect()
}

/// The message that is marked in the conversation, while that has the keys.
pub(super) fn marked(model: &Model) -> Option<EventId> {
    let here = model.ui.focus == Focus::Panel && model.ui.tab == Tab::Conversation;
    model.ui.found.as_ref().filter(|_| here).map(|found| found.id)
}

/// Links or unlinks the chosen row of the form.
pub(super) fn toggle(cx: &mut Cx) {
    let Some(Overlay::Form(form)) = cx.model.ui.overlays.last() else { return };
    let Some(links) = form.links.as_ref().filter(|_| form.is_on_links()) else { return };
    let Some(link) = links.rows(cx.model).nth(links.list.chosen) else { return };
    if let Some(Overlay::Form(form)) = cx.model.ui.overlays.last_mut()
        && let Some(links) = form.links.as_mut()
    {
        links.toggle(&link);
    }
}

/// Shows the chosen decision.
pub(super) fn open(cx: &mut Cx, _: &str) -> Result<(), String> {
    let page = {
        let decision = chosen(cx.model)?;
        let (lines, links) = describe(cx.model, decision);
        let links = Some(PageLinks { decision: Some(decision.id), links, chosen: 0 });
        let title = cx.model.session.told_value(&decision.title).into_owned();
        Overlay::Page { title, lines, top: 0, links }
    };
    cx.model.ui.overlays.push(page);
    // What a signature says is told once it was checked; that may have been before it changed.
    let id = chosen(cx.model)?.id;
    if !cx.model.ephemeral && cx.model.session.signatures_of(&id) > 0 {
        cx.check_log(false);
        describe_again(cx);
    }
    Ok(())
}

/// Whether the page of a decision is open.
pub(super) fn shows_decision(model: &Model) -> bool {
    let of_decision = |overlay: &Overlay| match overlay {
        Overlay::Page { links: Some(links), .. } => links.decision.is_some(),
        _ => false,
    };
    model.ui.overlays.iter().any(of_decision)
}

/// Tells the decision whose page is open anew: more is known of it.
pub(super) fn describe_again(cx: &mut Cx) {
    for at in 0..cx.model.ui.overlays.len() {
        let Some(Overlay::Page { links: Some(old), .. }) = cx.model.ui.overlays.get(at) else {
            continue;
        };
        let Some(decision) = old.decision.and_then(|id| cx.model.decisions().get(&id)) else {
            continue;
        };
        let (now, places) = describe(cx.model, decision);
        if let Some(Overlay::Page { lines, links: Some(links), .. }) =
            cx.model.ui.overlays.get_mut(at)
        {
            *lines = now;
            links.chosen = links.chosen.min(places.len().saturating_sub(1));
            links.links = places;
        }
    }
}

/// From when on something is found here.
fn bounds(model: &Model) -> Bounds {
    Bounds::on(day(model.now))
}

/// Shows every decision that needs a look, and why.
pub(super) fn check(cx: &mut Cx, _: &str) -> Result<(), String> {
    let session = &cx.model.session;
    let mut lines = Vec::new();
    let mut last = None;
    for finding in report::check(session, &bounds(cx.model)) {
        if last != Some(finding.decision) {
            last = Some(finding.decision);
            let title = session.decisions.get(&finding.decision).map_or("", Decision::title);
            lines.push(if lines.is_empty() { String::new() } else { " ".into() });
            lines.push(title.to_owned());
        }
        lines.push(format!("  ! {}", finding.why));
        lines.push(format!("    {}", finding.kind.advice()));
    }
    if lines.is_empty() {
        cx.info("No decision needs a look.");
        return Ok(());
    }
    let title = "Decisions that need a look".into();
    cx.model.ui.overlays.push(Overlay::Page { title, lines, top: 0, links: None });
    Ok(())
}

/// A decision in lines for reading, and its links with the lines where they stand.
fn describe(model: &Model, decision: &Decision) -> (Vec<String>, Vec<(usize, Link)>) {
    let decisions = model.decisions();
    let mut lines = vec![status_words(model, decision)];
    if let Some(why) = model.session.why_so(decision) {
        let set = decision.status.setter().and_then(|set| model.session.author_of(&set));
        let said = match set == Some(why.by) {
            true => String::new(),
            false => format!(" (said {})", model.session.author_name(why.by)),
        };
        let words: Vec<&str> = why.words.split_whitespace().collect();
        lines.push(format!("because {}{said}", words.join(" ")));
    }
    if let Some(taken) = &decision.taken {
        let by = taken.by.as_str();
        let by = if by.is_empty() { String::new() } else { format!(" by {by}") };
        lines.push(format!("decided on {}{by}, as the file says it came from", decision.day()));
    }
    // What needs a look does so now.
    let now = model.past.is_none();
    let findings = now.then(|| check_one(&model.session, decision, &bounds(model)));
    let count = model.session.signatures_of(&decision.id);
    if count > 0 {
        lines.extend(model.signatures.lines(decision.id, count));
        lines.push(format!("  {PROVES}"));
    }
    for finding in findings.into_iter().flatten() {
        lines.push(format!("! {}", finding.why));
        lines.push(format!("  {}", finding.kind.advice()));
    }
    if let Some(old) = decision.supersedes.and_then(|old| decisions.get(&old)) {
        let title = model.session.told_value(&old.title);
        lines.push(format!("supersedes: {title}"));
    }
    if let Some(newer) = decisions.superseded_by(&decision.id) {
        let title = model.session.told_value(&newer.title);
        lines.push(format!("superseded by: {title}"));
    }
    let session = &model.session;
    for (label, text) in [
        ("Context", session.told_value(&decision.context)),
        ("Options", options_text(&session.told_options(decision)).into()),
        ("Outcome, because", session.told_value(&decision.outcome)),
        ("Consequences", session.told_value(&decision.consequences)),
        ("Review on", decision.review().into()),
    ] {
        if !text.is_empty() {
            lines.push(String::new());
            lines.push(format!("{label}:"));
            lines.extend(text.lines().map(|line| format!("  {line}")));
        }
    }
    let mut places = Vec::new();
    lines.push(String::new());
    lines.push(match decision.links() {
        [] => "Linked to nothing.".into(),
        _ => "Linked to:".into(),
    });
    for (index, link) in decision.links().iter().enumerate() {
        places.push((lines.len(), link.clone()));
        let (name, quoted) = match link {
            Link::Span { quote, .. } => {
                let setter = decision.links.setter().unwrap_or(decision.id);
                (text_words(model, link), session.told(&setter, quote.told()))
            }
            Link::Message(id) => match model.session.transcript.get(id) {
                Some(message) => {
                    let who = model.session.author_name(&message.author);
                    let told = session.told(id, message.text());
                    (format!("the message of {who}"), opening(&told).to_owned().into())
                }
                None => (model.session.link_words(link), "".into()),
            },
            Link::Hunk(_) | Link::Decision(_) => (model.session.link_words(link), "".into()),
        };
        lines.push(format!("  {}  {name}", index + 1));
        lines.extend(quoted.lines().take(QUOTED).map(|line| format!("     | {line}")));
        if quoted.lines().count() > QUOTED {
            lines.push("     | …".into());
        }
    }
    (lines, places)
}

/// Lines of what a link points at that the page shows.
const QUOTED: usize = 6;

/// Where linked text stands now.
fn text_words(model: &Model, link: &Link) -> String {
    let Link::Span { doc, start, end, .. } = link else { return String::new() };
    let Some(entry) = model.session.documents.get(doc) else {
        return "the text of a document that is not here".into();
    };
    if *doc != model.doc {
        return format!("the text in {}", entry.name);
    }
    match entry.document.anchor_span((*start, *end)).filter(|span| !span.is_empty()) {
        Some(span) => {
            format!("the text in line {}", entry.document.rope().char_to_line(span.start.0) + 1)
        }
        None => "the text that was here, deleted since".into(),
    }
}

/// The page of a decision or the card of a text, if that has the keys.
fn page<'a>(cx: &'a mut Cx) -> Option<(&'a mut PageLinks, &'a mut usize)> {
    match cx.model.ui.overlays.last_mut() {
        Some(Overlay::Page { links: Some(links), top, .. }) => Some((links, top)),
        _ => None,
    }
}

pub(super) fn step(cx: &mut Cx, by: isize) -> Result<(), String> {
    let height = usize::from(cx.model.ui.height.saturating_sub(6)).max(1);
    let Some((links, top)) = page(cx) else { return Err("No decision is shown.".into()) };
    let len = links.links.len();
    if len == 0 {
        return Err(linked_to_nothing(links).into());
    }
    links.chosen = (links.chosen as isize + by).rem_euclid(len as isize) as usize;
    let line = links.links[links.chosen].0;
    // Lines may be wrapped: what is far below is brought to the top.
    if line < *top || line >= *top + height / 2 {
        *top = line.saturating_sub(2);
    }
    Ok(())
}

/// Follows a link of the page: the one with that number, or the chosen one.
pub(super) fn follow(cx: &mut Cx, number: &str) -> Result<(), String> {
    let Some((links, _)) = page(cx) else { return Err("No decision is shown.".into()) };
    let index = match number {
        "" => links.chosen,
        number => number
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1))
            .ok_or_else(|| format!("{number:?} is no number of a link: they begin with 1."))?,
    };
    let (decision, count) = (links.decision, links.links.len());
    let nothing = linked_to_nothing(links);
    let link = links.links.get(index).map(|(_, link)| link.clone());
    let Some(link) = link else {
        return match (number, count) {
            ("", _) => super::run(cx, "app.cancel"),
            (_, 0) => Err(nothing.into()),
            (_, count) => Err(format!("There is no link {number}: the last is {count}.")),
        };
    };
    go(cx, &link, decision)
}

fn linked_to_nothing(links: &PageLinks) -> &'static str {
    match links.decision {
        Some(_) => "It is linked to nothing: e changes that.",
        None => "Nothing was said about this text.",
    }
}

/// Goes where a link of a decision or of a text's card leads.
fn go(cx: &mut Cx, link: &Link, from: Option<EventId>) -> Result<(), String> {
    match link {
        Link::Span { doc, start, end, .. } => {
            let entry = cx.model.session.documents.get(doc);
            let entry = entry.ok_or("Its document is not here.")?;
            if *doc != cx.model.doc {
                return Err(format!("It is in {}, another document of this session.", entry.name));
            }
            let span = entry.document.anchor_span((*start, *end)).filter(|span| !span.is_empty());
            let span = span.ok_or("The text it was about is gone.")?;
            cx.model.ui.focus = Focus::Editor;
            cx.model.set_caret(Caret { pos: span.start, anchor: Some(span.end), sticky: None });
            cx.model.ui.reveal = true;
        }
        Link::Message(id) => {
            if cx.model.session.transcript.get(id).is_none() {
                return Err("The message is not in this session.".into());
            }
            cx.show_message(FoundMessage { id: *id, words: Vec::new(), scroll: true });
        }
        Link::Decision(id) => {
            if cx.model.session.decisions.get(id).is_none() {
                return Err("The decision is not in this session.".into());
            }
            if from.is_none() {
                cx.model.ui.overlays.pop_if(|overlay| matches!(overlay, Overlay::Page { .. }));
            }
            show(cx, *id);
            return open(cx, "");
        }
        Link::Hunk(_) => {
            return Err("Proposed changes are in the Review tab while they are open.".into());
        }
    }
    cx.model.ui.overlays.pop_if(|overlay| matches!(overlay, Overlay::Page { .. }));
    if from.is_some() {
        cx.model.ui.came_from = from;
        cx.info("Alt-Y goes back to the decision.");
    }
    Ok(())
}

pub(super) fn goto(cx: &mut Cx, _: &str) -> Result<(), String> {
    let (id, link) = {
        let decision = chosen(cx.model)?;
        let links = decision.links();
        let here = |link: &&Link| matches!(link, Link::Span { doc, .. } if *doc == cx.model.doc);
        let first = links.iter().find(here).or_else(|| links.first());
        (decision.id, first.cloned().ok_or("The decision is linked to nothing: e changes that.")?)
    };
    go(cx, &link, Some(id))
}

/// Shows the decision behind what is here: of several the one that was just left, or the newest.
pub(super) fn here(cx: &mut Cx, _: &str) -> Result<(), String> {
    let model = &*cx.model;
    let in_conversation = model.ui.focus == Focus::Panel && model.ui.tab == Tab::Conversation;
    let left = model.ui.came_from;
    let found: Vec<_> = if in_conversation {
        let message = marked(model).map(Link::Message);
        let is_linked = |decision: &&Decision| {
            message.as_ref().is_some_and(|message| decision.links().contains(message))
        };
        model.session.decisions.newest().into_iter().filter(is_linked).map(|one| one.id).collect()
    } else {
        let entry = model.entry().ok_or("No document.")?;
        let caret = model.caret().pos;
        let about_here = |decision: &&Decision| {
            decision.links().iter().any(|link| match link {
                Link::Span { doc, start, end, .. } if *doc == model.doc => entry
                    .document
                    .anchor_span((*start, *end))
                    .is_some_and(|span| span.start <= caret && caret <= span.end),
                _ => false,
            })
        };
        model.session.decisions.newest().into_iter().filter(about_here).map(|one| one.id).collect()
    };
    // Without a mark there is still the way back.
    let unmarked = in_conversation && marked(model).is_none();
    let back = left.filter(|left| unmarked || found.contains(left));
    let id = back.or_else(|| found.first().copied()).ok_or(match (in_conversation, unmarked) {
        (true, true) => "No message is marked: searching, or a link of a decision, marks one.",
        (true, false) => "No decision is linked to the marked message.",
        _ => "No decision is linked to the text at the caret.",
    })?;
    show(cx, id);
    open(cx, "")
}
