//! Who wrote what: showing it beside the text, the card of a run, taking back what a model wrote.

use super::verdict::open_again;
use super::{Command, quote, row};
use crate::base::when::minute;
use crate::base::{EventId, Pos, Span};
use crate::event::{Cause, CauseKind, How, Link};
use crate::report::{author_of, hand_sign};
use crate::session::{Again, Hand, Of, Reasons, Taken, Written, opening};
use crate::state::{Ask, Caret, Cx, Dialog, Model, Overlay, PageLinks, plural};

pub const COMMANDS: &[Command] = &[
    row("written.show", "Shows who wrote what beside the text, or hides it again.", show)
        .when(Model::has_history, NO_HISTORY)
        .slash("authors"),
    row("written.card", "Shows how the text at the caret came to be.", card)
        .when(Model::has_history, NO_HISTORY)
        .slash("who"),
    row(
        "written.take-back",
        "Takes back all text of a message, a proposal or a model; what people wrote stays.",
        take_back,
    )
    .args("[message|proposal|model] [id] [go] [except numbers]")
    .when(Model::has_history, NO_HISTORY),
];

const NO_HISTORY: &str = "In plain editing nobody knows who wrote what.";

fn show(cx: &mut Cx, _: &str) -> Result<(), String> {
    let on = !cx.model.ui.authors;
    cx.model.ui.authors = on;
    cx.model.ui.reveal = true;
    if on {
        cx.info("● a person, ◆ a model, ○ outside, ? unknown, + several; Alt-U tells more.");
    } else {
        cx.model.drop_info();
    }
    Ok(())
}

/// The run under the caret, or right before it at the end of the text.
fn here(model: &Model) -> Option<Written> {
    let rope = model.rope();
    let caret = model.caret().pos.0.min(rope.len_chars().saturating_sub(1));
    let line = rope.char_to_line(caret);
    let start = rope.line_to_char(line);
    let end = start + rope.line(line).len_chars();
    // A line can be a book: a part of it around the caret says as much.
    const AROUND: usize = 2_000;
    let span = Span {
        start: Pos(start.max(caret.saturating_sub(AROUND))),
        end: Pos(end.min(caret + AROUND)),
    };
    let runs = crate::session::joined(model.session.written(&model.doc, span));
    runs.into_iter().find(|run| run.span.contains(Pos(caret)))
}

fn card(cx: &mut Cx, _: &str) -> Result<(), String> {
    let (title, lines, links) = {
        let run = here(cx.model).ok_or("Nothing is written here yet.")?;
        describe(cx.model, &run)
    };
    let links = Some(PageLinks { decision: None, links, chosen: 0 });
    cx.model.ui.overlays.push(Overlay::Page { title, lines, top: 0, links });
    Ok(())
}

/// A run's card: title, lines, and what it hangs on with the lines where that stands.
fn describe(model: &Model, run: &Written) -> (String, Vec<String>, Vec<(usize, Link)>) {
    let session = &model.session;
    let who = author_of(session, run);
    let by = run.by.as_ref().map_or("unknown", |author| session.author_name(author));
    let what = match (run.how, run.hand) {
        (_, Hand::Unknown) => "Nobody knows who wrote this".to_owned(),
        (How::Typed, _) => format!("{who} typed this"),
        (How::Pasted, _) => format!("{who} pasted this from elsewhere"),
        (How::Outside, _) => "Another program wrote this into the file".to_owned(),
        (How::Proposed, _) => format!("{who} proposed this, and {by} accepted it"),
    };
    let text = model.rope().slice(run.span.range()).to_string();
    let mut lines =
        vec![quote_long(&text), String::new(), format!("{} {what}.", hand_sign(run.hand))];
    lines.push(match run.at {
        Some(at) => format!("When       {} UTC", minute(at)),
        None => "When       just now".into(),
    });
    if run.how == How::Proposed {
        lines.push(match run.seen {
            Some(true) => "Accepted   while it was on the screen".into(),
            Some(false) => "Accepted   unseen: it was not on the screen".into(),
            None => "Accepted   (whether it was seen is not known)".into(),
        });
    }
    let changed = match (run.edited_before, run.edited_since) {
        (true, true) => "Changed    before it was accepted, and since",
        (true, false) => "Changed    before it was accepted",
        (false, true) => "Changed    since: something of the whole is gone, or stands in it now",
        (false, false) => "",
    };
    if !changed.is_empty() {
        lines.push(changed.into());
    }
    if let Some(taken) = run.redacted.and_then(|id| session.redactions.get(&id)) {
        lines
            .push(format!("Words      {}: filler stands for them", session.redaction_words(taken)));
    }
    if let Some((edit, again)) = run.again {
        let edit = model.entry().and_then(|entry| entry.edit(&edit));
        let at = edit.map_or_else(String::new, |edit| {
            format!(" by {}, {}", session.author_name(&edit.author), minute(edit.at))
        });
        lines.push(match again {
            Again::Copied => format!("Moved      or copied to here{at}"),
            Again::BroughtBack => format!("Undone     and brought back{at}"),
        });
    }
    let hunk = run.hunk.and_then(|of| session.proposals.hunk(&of));
    if let Some(hunk) = hunk {
        let old = if hunk.old.is_empty() { "nothing".into() } else { quote(&hunk.old) };
        lines.push(format!("Hunk       {old} became {}", quote(&hunk.new)));
        if let Some(why) = hunk.why.as_deref().filter(|why| !why.is_empty()) {
            lines.push(format!(
                "Because    {}",
                why.split_whitespace().collect::<Vec<_>>().join(" ")
            ));
        }
    }
    let mut links: Vec<(usize, Link)> = Vec::new();
    let answer = run.proposal.and_then(|id| session.answer_of(&id)).map(|message| message.id);
    let said = [run.message, answer].into_iter().flatten();
    for id in said.filter(|id| session.transcript.get(id).is_some()) {
        push(model, Link::Message(id), &mut lines, &mut links);
    }
    if let Some(entry) = model.entry() {
        for decision in Reasons::of(session, &entry.document).about(session, run) {
            push(model, Link::Decision(decision.id), &mut lines, &mut links);
        }
    }
    if run.how == How::Proposed {
        lines.push(String::new());
        lines.push("t takes text of this model back.".into());
    }
    ("Who wrote this".into(), lines, links)
}

fn push(model: &Model, link: Link, lines: &mut Vec<String>, links: &mut Vec<(usize, Link)>) {
    if links.is_empty() {
        lines.push(String::new());
        lines.push("Hangs on:".into());
    }
    let said = match &link {
        Link::Message(id) => model.session.transcript.get(id),
        _ => None,
    };
    // Of a message the first line: what follows may be the changes themselves.
    let words = said.map_or_else(
        || model.session.link_words(&link),
        |message| {
            let told = model.session.told(&message.id, message.text());
            let mut said = opening(&told).lines().map(str::trim).filter(|line| !line.is_empty());
            let (first, more) = (said.next().unwrap_or_default(), said.next().is_some());
            let sign = hand_sign(model.session.hand(&message.author));
            let who = model.session.author_name(&message.author);
            let short: String = first.chars().take(200).collect();
            format!("{sign} {who}: {short}{}", if more { " …" } else { "" })
        },
    );
    lines.push(format!("  {}  {words}", links.len() + 1));
    links.push((lines.len() - 1, link));
}

/// The beginning of a run, in one line.
fn quote_long(text: &str) -> String {
    const MOST: usize = 90;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let more = if line.chars().count() > MOST { "…" } else { "" };
    let short: String = line.chars().take(MOST).collect();
    if short.is_empty() { "(blanks)".into() } else { format!("“{short}{more}”") }
}

/// What is asked for: of whom, whether what is in the way was looked at, and what of it stays.
struct Asked {
    of: Of,
    /// The words that name it in a command line.
    words: String,
    go: bool,
    except: Vec<usize>,
}

fn take_back(cx: &mut Cx, rest: &str) -> Result<(), String> {
    cx.model.ui.overlays.pop_if(|overlay| matches!(overlay, Overlay::Page { .. }));
    // What is being typed is in the way, too.
    cx.seal_bursts();
    if rest.is_empty() {
        return ask_whose(cx);
    }
    let asked = asked(cx.model, rest)?;
    let taken = cx.model.session.taking(&cx.model.doc, &asked.of);
    if taken.is_empty() {
        return Err("No accepted hunk of it stands in this document.".into());
    }
    let overlaps = taken.iter().filter(|one| one.is_overlap()).count();
    if let Some(wrong) = asked.except.iter().find(|number| **number == 0 || **number > overlaps) {
        return Err(format!(
            "There is no number {wrong}: {} in the way.",
            plural(overlaps, "hunk")
        ));
    }
    if overlaps > 0 && !asked.go {
        confirm(cx, &asked, &taken);
        return Ok(());
    }
    let mut number = 0;
    let kept = taken.iter().filter(|one| {
        number += usize::from(one.is_overlap());
        one.is_overlap() && asked.except.contains(&number)
    });
    let kept: Vec<_> = kept.map(|one| one.hunk).collect();
    let taken: Vec<&Taken> = taken.iter().filter(|one| !kept.contains(&one.hunk)).collect();
    if taken.is_empty() {
        return Err("Nothing is left to take back.".into());
    }
    let doc = cx.model.doc.clone();
    let change = cx.model.session.plan_taking(&doc, &taken).map_err(|why| why.to_string())?;
    let of = taken.iter().flat_map(|one| one.edits.iter().copied()).collect();
    // A step of its own, which names a proposal: undo brings back what it takes.
    let first = taken.first().and_then(|one| cx.model.session.proposals.hunk(&one.hunk));
    let proposal = first.map(|hunk| hunk.proposal);
    let cause = Cause { kind: CauseKind::Restore, proposal, hunk: None, part: None, of };
    let caret = change.0.first().map(|one| Pos(one.span.start.0 + one.text.chars().count()));
    let edit = cx.edit_even_empty(&change, cause).ok_or("The text could not be changed.")?;
    for one in &taken {
        open_again(cx, one.hunk, Some(edit));
    }
    if let Some(pos) = caret {
        cx.model.set_caret(Caret::at(pos));
    }
    cx.model.refresh();
    let stay = match kept.len() {
        0 => String::new(),
        count => format!(" {} stayed.", plural(count, "hunk")),
    };
    let them = if taken.len() == 1 { "it" } else { "them" };
    cx.info(format!("Took back {}.{stay} Undo brings {them} back.", plural(taken.len(), "hunk")));
    Ok(())
}

fn asked(model: &Model, rest: &str) -> Result<Asked, String> {
    let mut words = rest.split_whitespace().peekable();
    let kind = words.next().unwrap_or_default();
    let id = words.next_if(|word| !matches!(*word, "go" | "except"));
    let run = || {
        here(model)
            .filter(|run| run.how == How::Proposed)
            .ok_or("The text at the caret is no model's: put the caret on what one wrote.")
    };
    let session = &model.session;
    let begins = |known: &EventId, id: &str| known.to_string().starts_with(id);
    let one = |mut found: Vec<EventId>, id: &str| {
        found.dedup();
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(format!("No {kind} begins with {id}.")),
            all => Err(format!("{} begin with {id}: give more of it.", plural(all.len(), kind))),
        }
    };
    let of = match (kind, id) {
        ("message", None) => Of::Message(run()?.message.ok_or("No message is known of it.")?),
        ("proposal", None) => Of::Proposal(run()?.proposal.ok_or("No proposal is known of it.")?),
        ("model", None) => Of::Model(run()?.author.ok_or("No model is known of it.")?),
        ("message", Some(id)) => {
            let all = session.transcript.iter().map(|message| message.id);
            Of::Message(one(all.filter(|known| begins(known, id)).collect(), id)?)
        }
        ("proposal", Some(id)) => {
            let all = session.proposals.proposals().map(|proposal| proposal.id);
            Of::Proposal(one(all.filter(|known| begins(known, id)).collect(), id)?)
        }
        ("model", Some(name)) => {
            let found = session.authors.iter().find(|(author, info)| {
                session.hand(author) == Hand::Model
                    && (author.as_str() == name
                        || info.name == name
                        || info.name.rsplit('/').next() == Some(name))
            });
            let found = found.ok_or_else(|| format!("No model {name} wrote in this session."))?;
            Of::Model(found.0.clone())
        }
        _ => return Err("Say of what: message, proposal or model, and its id.".into()),
    };
    let go = words.next_if_eq(&"go").is_some();
    let mut except = Vec::new();
    if words.next_if_eq(&"except").is_some() {
        for word in words.by_ref() {
            except.push(word.parse().map_err(|_| format!("{word:?} is no number."))?);
        }
        if except.is_empty() {
            return Err("Behind except stand the numbers of what stays.".into());
        }
    }
    if let Some(word) = words.next() {
        return Err(format!(
            "{word:?} is not understood: it goes on with go, or except and numbers."
        ));
    }
    let words = match &of {
        Of::Message(id) => format!("message {id}"),
        Of::Proposal(id) => format!("proposal {id}"),
        Of::Model(author) => format!("model {author}"),
    };
    Ok(Asked { of, words, go, except })
}

fn dialog(
    cx: &mut Cx,
    title: String,
    lines: Vec<String>,
    choices: Vec<(char, String, String, String)>,
) {
    let lines_of = choices.iter().map(|(_, _, word, line)| (word.clone(), line.clone()));
    let ask = Ask::TakeBack { lines: lines_of.filter(|(_, line)| !line.is_empty()).collect() };
    let choices = choices.into_iter().map(|(key, label, word, _)| {
        let line = if word == "no" { "dialog.no".into() } else { format!("dialog.choose {word}") };
        (key, label, line)
    });
    let dialog = Dialog { ask, title, lines, choices: choices.collect(), chosen: 0 };
    cx.model.ui.overlays.push(Overlay::Dialog(dialog));
}

fn ask_whose(cx: &mut Cx) -> Result<(), String> {
    let choices = {
        let model = &*cx.model;
        let run = here(model).filter(|run| run.how == How::Proposed);
        let run =
            run.ok_or("The text at the caret is no model's: put the caret on what one wrote.")?;
        let count = |of: &Of| plural(model.session.taking(&model.doc, of).len(), "accepted hunk");
        let mut choices = Vec::new();
        if let Some(id) = run.proposal {
            let label = format!("This proposal ({})", count(&Of::Proposal(id)));
            choices.push((
                'p',
                label,
                "proposal".into(),
                format!("written.take-back proposal {id}"),
            ));
        }
        if let Some(id) = run.message {
            let label = format!("All that came of this message ({})", count(&Of::Message(id)));
            choices.push(('m', label, "message".into(), format!("written.take-back message {id}")));
        }
        if let Some(author) = &run.author {
            let name = model.session.author_name(author);
            let label = format!("Everything of {name} ({})", count(&Of::Model(author.clone())));
            choices.push(('a', label, "model".into(), format!("written.take-back model {author}")));
        }
        choices.push(('n', "Nothing".into(), "no".into(), String::new()));
        choices
    };
    dialog(cx, "What is taken back?".into(), Vec::new(), choices);
    Ok(())
}

/// Shows the hunks that people worked on since, each to be taken back or to stay.
fn confirm(cx: &mut Cx, asked: &Asked, taken: &[Taken]) {
    const KEYS: usize = 9;
    let overlaps: Vec<&Taken> = taken.iter().filter(|one| one.is_overlap()).collect();
    let line = |except: &[usize], go: bool| {
        let go = if go { " go" } else { "" };
        let numbers: Vec<String> = except.iter().map(ToString::to_string).collect();
        let except = if except.is_empty() {
            String::new()
        } else {
            format!(" except {}", numbers.join(" "))
        };
        format!("written.take-back {}{go}{except}", asked.words)
    };
    let mut choices = Vec::new();
    let count = taken.len() - asked.except.len();
    let label = format!("Take back {}", plural(count, "hunk"));
    choices.push(('t', label, "take".into(), line(&asked.except, true)));
    for (index, one) in overlaps.iter().enumerate().take(KEYS) {
        let number = index + 1;
        let stays = asked.except.contains(&number);
        let mut except = asked.except.clone();
        if stays {
            except.retain(|known| *known != number);
        } else {
            except.push(number);
        }
        let state = if stays { "stays     " } else { "goes      " };
        let label = format!("{state}{}", overlap_words(cx.model, one));
        let key = char::from_digit(number as u32, 10).unwrap_or('?');
        choices.push((key, label, number.to_string(), line(&except, false)));
    }
    let all: Vec<usize> = (1..=overlaps.len()).collect();
    if count > 0 && asked.except.len() < all.len() {
        let label = "Let everything stay that people worked on".to_owned();
        choices.push(('s', label, "stay".into(), line(&all, false)));
    }
    choices.push(('n', "Take nothing back".into(), "no".into(), String::new()));
    let mut lines = vec![format!(
        "People worked on {} of {} since. What they wrote stays in any case; choose which of the \
         model's words around it go:",
        overlaps.len(),
        plural(taken.len(), "hunk")
    )];
    if overlaps.len() > KEYS {
        lines.push(format!("{} more are not shown here.", overlaps.len() - KEYS));
    }
    dialog(cx, "Take back?".into(), lines, choices);
}

fn overlap_words(model: &Model, taken: &Taken) -> String {
    let rope = model.rope();
    let line = taken.span.map(|span| rope.char_to_line(span.start.0) + 1);
    let line = line.map_or_else(String::new, |line| format!("line {line}: "));
    let hunk = model.session.proposals.hunk(&taken.hunk);
    let new = hunk.map_or_else(String::new, |hunk| quote(&hunk.new));
    let since: Vec<String> = taken
        .since
        .iter()
        .take(2)
        .map(|(span, author)| {
            let who = author.as_ref().map_or("somebody", |one| model.session.author_name(one));
            format!("{who} wrote {}", quote(&rope.slice(span.range()).to_string()))
        })
        .collect();
    let mut words = since.join(", ");
    if taken.since.len() > 2 {
        words.push_str(", and more");
    }
    if taken.deleted > 0 {
        if !words.is_empty() {
            words.push_str("; ");
        }
        words.push_str(&format!("{} of it moved or deleted", plural(taken.deleted, "character")));
    }
    format!("{line}{new}; {words}")
}
