//! The context of a question: what of the session goes to the model, how many tokens it takes,
//! and what had to be left out. Nothing is left out silently.

use super::prompts::{Template, system};
use super::{Chosen, Dialect, Reading, Record, basic, choose_by};
use crate::base::{EventId, Pos, Span};
use crate::event::{MessageRole, MessageStatus};
use crate::prompt::{Prompt, Role, Turn, estimate_tokens};
use crate::session::{Message, Session};
use ropey::Rope;

/// What a person wants of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// An answer; edits may come as blocks.
    Chat,
    /// A change of the whole document.
    Change,
    /// A rewrite of the selection.
    Rewrite,
    /// A sentence or two at the caret.
    Continue,
    /// A summary of the selection, or of the document.
    Summary,
}

/// What a question is built from.
pub struct Request<'a> {
    pub session: &'a Session,
    pub rope: &'a Rope,
    /// The document's name.
    pub name: &'a str,
    pub wish: Wish,
    pub selection: Option<Span>,
    pub caret: Pos,
    pub question: &'a str,
    /// The last message of the branch.
    pub tip: Option<EventId>,
    pub model: &'a str,
    /// The model's context window in tokens, where it is known.
    pub window: Option<u64>,
    /// It was asked before, and another answer is wanted.
    pub again: bool,
    /// How the model fared with edits.
    pub record: Record,
}

/// A part of the question with its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: &'static str,
    /// Estimated.
    pub tokens: u64,
}

/// A question, ready to be encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    pub prompt: Prompt,
    pub dialect: Dialect,
    /// Why edits are not asked for as usual: a clause.
    pub because: Option<String>,
    pub parts: Vec<Part>,
    /// What had to be left out, in words.
    pub dropped: Vec<String>,
    /// What of the answer is the new text.
    pub reading: Reading,
}

impl Context {
    /// Estimated tokens of the whole question.
    pub fn tokens(&self) -> u64 {
        self.parts.iter().map(|part| part.tokens).sum()
    }
}

/// The question does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "The question takes about {needed} tokens and the model's window is {window}: select a part and ask about that, or choose a model with a larger window."
)]
pub struct TooLong {
    pub needed: u64,
    pub window: u64,
}

/// Tokens that are kept for the answer.
const ANSWER: u64 = 1024;
/// The window that is assumed where it is not known.
const ASSUMED_WINDOW: u64 = 32_768;
/// Above this the document is shown around the caret, with an outline, where only an answer is
/// wanted and the window asks for it.
const AROUND_CHARS: usize = 6_000;

/// The most tokens of the offline basic model's answer to a question, and of text that it writes.
const BASIC_WORDS: u64 = 256;
const BASIC_TEXT: u64 = 768;
/// The most tokens of a continuation: of the basic model, and of others.
const BASIC_CONTINUATION: u64 = 48;
const CONTINUATION: u32 = 200;
const BEYOND: &str =
    "the document beyond what stands around the caret (it is too long for the model)";
/// What a continuation sees of the text before and behind it, in characters.
const BEFORE_CARET: usize = 6_000;
const BEHIND_CARET: usize = 1_000;

/// Builds the question. Accepted decisions and pinned messages go verbatim; of the conversation as
/// much as fits, newest first; the document whole, or around the caret when it does not fit.
pub fn build(request: &Request) -> Result<Context, TooLong> {
    let window = request.window.unwrap_or(ASSUMED_WINDOW);
    let room = window.saturating_sub(ANSWER.min(window / 4));
    let text = request.rope.to_string();
    let doc_tokens = estimate_tokens(&text);
    if basic::is_basic(request.model) && request.wish != Wish::Change {
        return build_basic(request, &text, window, room);
    }
    let small = window <= 8192 || is_small(request.model);
    let usual = |dialect| Chosen { dialect, because: None };
    let Chosen { dialect, because } = match request.wish {
        Wish::Change => choose_by(&request.record, false, doc_tokens, request.model, small),
        Wish::Rewrite | Wish::Continue => usual(Dialect::Selection),
        Wish::Chat | Wish::Summary => usual(Dialect::Blocks),
    };
    let reading = reading(request);
    let mut parts = Vec::new();
    let mut dropped = Vec::new();
    let mut turns = Vec::new();
    let mut put = |name: &'static str, role: Role, text: String| {
        parts.push(Part { name, tokens: estimate_tokens(&text) + 4 });
        turns.push(Turn { role, text });
    };
    let mut instructions = match request.wish {
        Wish::Continue => Template::Continue.render(&[]),
        Wish::Summary => Template::Summary.render(&[]),
        _ => system(dialect, request.name),
    };
    let decisions = decisions(request.session);
    if !decisions.is_empty() {
        instructions.push_str("\n\n");
        instructions.push_str(&decisions);
    }
    let pinned: Vec<&Message> = request.session.transcript.pinned().collect();
    for message in &pinned {
        instructions.push_str("\n\nKeep in mind:\n");
        instructions.push_str(message.text());
    }
    let comments = comments(request.session);
    if !comments.is_empty() {
        instructions.push_str("\n\n");
        instructions.push_str(&comments);
    }
    let rejected = rejected(request.session);
    if !rejected.is_empty() {
        instructions.push_str("\n\n");
        instructions.push_str(&rejected);
    }
    put("instructions", Role::System, instructions);

    let (body, document_name) = match request.wish {
        Wish::Rewrite => {
            let selection = request.selection.unwrap_or(Span::at(request.caret));
            let piece = request.rope.slice(selection.range()).to_string();
            let ask =
                if request.question.is_empty() { "Write it better." } else { request.question };
            (Template::AskSelection.render(&[("selection", &piece), ("request", ask)]), "selection")
        }
        Wish::Change if dialect == Dialect::Whole => (
            Template::AskWhole.render(&[("document", &text), ("request", request.question)]),
            "document and request",
        ),
        Wish::Continue => {
            let (before, after) = around_caret(request);
            let values = [("before", before.as_str()), ("after", after.as_str())];
            (Template::AskContinue.render(&values), "text around the caret")
        }
        Wish::Summary => {
            let text = piece(request, &text);
            let values = [("text", text.as_str()), ("request", request.question)];
            (Template::AskSummary.render(&values), "text and request")
        }
        Wish::Change | Wish::Chat => (request.question.to_owned(), "question"),
    };
    let question_tokens = estimate_tokens(&body) + 4;
    let so_far: u64 = parts.iter().map(|part| part.tokens).sum();
    let mut left = room.saturating_sub(so_far + question_tokens);
    if so_far + question_tokens > room {
        return Err(TooLong { needed: so_far + question_tokens + ANSWER, window });
    }

    // The document, where it is not in the question already.
    if dialect == Dialect::Blocks && request.wish != Wish::Summary && !text.trim().is_empty() {
        let shown = if doc_tokens + 16 <= left {
            text.clone()
        } else if request.wish == Wish::Change {
            return Err(TooLong { needed: so_far + question_tokens + doc_tokens + ANSWER, window });
        } else {
            let most = usize::try_from(left.saturating_mul(3))
                .unwrap_or(usize::MAX)
                .min(AROUND_CHARS.max(left as usize));
            dropped.push(BEYOND.into());
            around(request.rope, request.caret, most)
        };
        let rendered = Template::Document.render(&[("document", &shown)]);
        left = left.saturating_sub(estimate_tokens(&rendered) + 4);
        parts.push(Part { name: "document", tokens: estimate_tokens(&rendered) + 4 });
        turns.push(Turn { role: Role::User, text: rendered });
        turns.push(Turn { role: Role::Assistant, text: "I have read it.".into() });
        if let Some(selection) = request.selection.filter(|_| request.wish == Wish::Chat) {
            let piece = request.rope.slice(selection.range()).to_string();
            let note = format!("Selected just now:\n\n{piece}");
            parts.push(Part { name: "selection", tokens: estimate_tokens(&note) + 4 });
            turns.push(Turn { role: Role::User, text: note });
            turns.push(Turn { role: Role::Assistant, text: "I see it.".into() });
        }
    }

    // A rewrite needs no conversation, and a small model is confused by one.
    let alone = matches!(request.wish, Wish::Continue | Wish::Summary);
    if !(alone || small && request.wish != Wish::Chat) {
        let history = history(request, &mut left, &mut dropped);
        if !history.is_empty() {
            let tokens = history.iter().map(|turn| estimate_tokens(&turn.text) + 4).sum();
            parts.push(Part { name: "conversation", tokens });
            turns.extend(history);
        }
    }
    parts.push(Part { name: document_name, tokens: question_tokens });
    turns.push(Turn { role: Role::User, text: body });
    let prompt = Prompt {
        model: request.model.into(),
        turns: joined(turns),
        max_output: (request.wish == Wish::Continue).then_some(CONTINUATION),
        temperature_milli: None,
        sentence: request.wish == Wish::Continue,
    };
    Ok(Context { prompt, dialect, because, parts, dropped, reading })
}

/// The question for a model that follows no instructions: what it is about, and nothing else.
fn build_basic(request: &Request, text: &str, window: u64, room: u64) -> Result<Context, TooLong> {
    let piece = piece(request, text);
    let ask = if request.question.is_empty() { "Write it better." } else { request.question };
    let mut dropped = Vec::new();
    let (turns, most) = match request.wish {
        // An answer that is much longer than the piece only repeats itself.
        Wish::Rewrite => {
            let most = estimate_tokens(&piece) * 3 / 2 + 48;
            (basic::rewrite(&piece, ask), most.min(BASIC_TEXT))
        }
        Wish::Continue => (basic::continuation(&around_caret(request).0), BASIC_CONTINUATION),
        Wish::Summary => (basic::summary(&piece), BASIC_WORDS),
        Wish::Chat | Wish::Change => {
            let shown = match request.selection {
                Some(span) => request.rope.slice(span.range()).to_string(),
                None if request.rope.len_chars() <= AROUND_CHARS => text.to_owned(),
                None => {
                    dropped.push(BEYOND.into());
                    around(request.rope, request.caret, AROUND_CHARS)
                }
            };
            (basic::question(&shown, ask), BASIC_WORDS)
        }
    };
    let keeps = matches!(request.wish, Wish::Rewrite | Wish::Summary);
    let tokens = turns.iter().map(|turn| estimate_tokens(&turn.text) + 4).sum();
    if tokens > room {
        return Err(TooLong { needed: tokens + ANSWER, window });
    }
    let told = !request.session.decisions.accepted().is_empty()
        || request.session.transcript.pinned().next().is_some();
    if told {
        dropped.push("decisions and pinned messages (so small a model can't keep to them)".into());
    }
    let prompt = Prompt {
        model: request.model.into(),
        turns,
        max_output: u32::try_from(most).ok(),
        // The likeliest words keep closest to the text; who asks again wants others.
        temperature_milli: (keeps && !request.again).then_some(0),
        sentence: request.wish == Wish::Continue,
    };
    let dialect = match request.wish {
        Wish::Rewrite | Wish::Continue => Dialect::Selection,
        _ => Dialect::Blocks,
    };
    let parts = vec![Part { name: "text and request", tokens }];
    Ok(Context { prompt, dialect, because: None, parts, dropped, reading: reading(request) })
}

/// How the answer is read.
fn reading(request: &Request) -> Reading {
    match request.wish {
        Wish::Rewrite
            if request.question == basic::MAKE_A_LIST && basic::is_basic(request.model) =>
        {
            Reading::List
        }
        Wish::Continue => {
            let (before, after) = around_caret(request);
            Reading::Continuation { before, after }
        }
        _ => Reading::AsItIs,
    }
}

/// What is selected, or the whole text.
fn piece(request: &Request, text: &str) -> String {
    match request.selection {
        Some(span) if !span.is_empty() => request.rope.slice(span.range()).to_string(),
        _ => text.to_owned(),
    }
}

/// The text before and behind the place where it goes on, cut to what matters there.
fn around_caret(request: &Request) -> (String, String) {
    let at = request.selection.map_or(request.caret.0, |span| span.start.0);
    let at = at.min(request.rope.len_chars());
    let before = request.rope.slice(at.saturating_sub(BEFORE_CARET)..at).to_string();
    let to = (at + BEHIND_CARET).min(request.rope.len_chars());
    (before, request.rope.slice(at..to).to_string())
}

/// Some servers insist that roles alternate: neighbours of one role become one turn.
fn joined(turns: Vec<Turn>) -> Vec<Turn> {
    let mut out: Vec<Turn> = Vec::new();
    for turn in turns {
        match out.last_mut() {
            Some(last) if last.role == turn.role => {
                last.text.push_str("\n\n");
                last.text.push_str(&turn.text);
            }
            _ => out.push(turn),
        }
    }
    out
}

/// Whether a name tells of a model too small for formats.
fn is_small(name: &str) -> bool {
    let name = name.to_lowercase();
    ["135m", "270m", "360m", "500m", "0.5b", "0.6b", "1b", "1.1b", "1.5b", "1.7b", "2b", "3b"]
        .iter()
        .any(|size| {
            name.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').any(|word| word == *size)
        })
}

fn decisions(session: &Session) -> String {
    let accepted = session.decisions.accepted();
    if accepted.is_empty() {
        return String::new();
    }
    let mut text = String::from("Decisions that were made and hold:");
    for decision in accepted {
        text.push_str("\n- ");
        text.push_str(decision.title());
        if !decision.outcome().is_empty() {
            text.push_str(": ");
            text.push_str(decision.outcome());
        }
        let rejected = decision.options().iter().filter(|choice| !choice.cons.is_empty());
        for choice in rejected {
            let cons: Vec<&str> = choice.cons.iter().map(crate::event::Text::as_str).collect();
            text.push_str(&format!(" (against {}: {})", choice.name.as_str(), cons.join("; ")));
        }
    }
    text
}

/// The comments that are open, the newest where there are many.
fn comments(session: &Session) -> String {
    const MOST: usize = 20;
    let open: Vec<_> = session.comments.open().collect();
    if open.is_empty() {
        return String::new();
    }
    let mut text = String::from("Open comments on the document:");
    for thread in &open[open.len().saturating_sub(MOST)..] {
        if let Some(about) = &thread.first.about {
            text.push_str(&format!("\n- on {}:", session.link_words(about)));
        }
        for comment in thread.comments() {
            text.push_str(&format!(
                "\n  {}: {}",
                session.author_name(&comment.author),
                comment.text()
            ));
        }
    }
    text
}

/// The last rejections, those with a reason first.
fn rejected(session: &Session) -> String {
    let mut all: Vec<_> = session
        .proposals
        .rejected()
        .map(|(hunk, verdict)| (verdict.at, hunk, verdict.reason.as_deref()))
        .collect();
    all.sort_by_key(|(at, hunk, why)| std::cmp::Reverse((why.is_some(), *at, hunk.of)));
    if all.is_empty() {
        return String::new();
    }
    let mut text = String::from("The person turned these changes down; do not propose them again:");
    for (_, hunk, reason) in all.iter().take(10) {
        let cut = |text: &str| text.chars().take(200).collect::<String>();
        text.push_str(&format!(
            "\n- {:?} to {:?}{}{}",
            cut(&hunk.old),
            cut(&hunk.new),
            line_of(session, hunk).map(|line| format!(" in {line:?}")).unwrap_or_default(),
            reason.map(|reason| format!(", because: {reason}")).unwrap_or_default()
        ));
    }
    text
}

/// The line where a short hunk stands: a word or two say little by themselves.
fn line_of(session: &Session, hunk: &crate::session::Hunk) -> Option<String> {
    const SHORT: usize = 40;
    const LONGEST: usize = 160;
    if hunk.old.chars().count() > SHORT || hunk.old.contains('\n') {
        return None;
    }
    let doc = &session.proposals.proposal(&hunk.proposal)?.doc;
    let document = &session.documents.get(doc)?.document;
    let at = hunk.span(document)?.start.0;
    let rope = document.rope();
    let line = rope.char_to_line(at.min(rope.len_chars()));
    // From a little before the place on, where the line is long.
    let from = at.saturating_sub(rope.line_to_char(line)).saturating_sub(LONGEST / 2);
    let text: String = rope.line(line).chars().skip(from).take(LONGEST).collect();
    Some(text.trim_end().to_owned())
}

/// As much of the branch as fits, newest first, whole messages only.
fn history(request: &Request, left: &mut u64, dropped: &mut Vec<String>) -> Vec<Turn> {
    let Some(tip) = request.tip else { return Vec::new() };
    let branch = request.session.transcript.branch(tip);
    let said = branch.iter().filter(|message| message.role != MessageRole::Note);
    let said: Vec<_> = said.filter(|message| !message.text().is_empty()).collect();
    let mut turns = Vec::new();
    let mut skipped = 0;
    for message in said.iter().rev() {
        let tokens = estimate_tokens(message.text()) + 4;
        if tokens > *left || skipped > 0 {
            skipped += 1;
            continue;
        }
        *left -= tokens;
        let role = if message.role == MessageRole::Model { Role::Assistant } else { Role::User };
        let mut text = message.text().to_owned();
        if message.status != MessageStatus::Complete {
            text.push_str("\n(broken off)");
        }
        turns.push(Turn { role, text });
    }
    if skipped > 0 {
        dropped.push(format!("the {skipped} oldest messages (they do not fit the model's window)"));
    }
    turns.reverse();
    turns
}

/// An outline of the headings and the text around the caret, cut at line borders.
fn around(rope: &Rope, caret: Pos, most: usize) -> String {
    let caret = caret.0.min(rope.len_chars());
    let half = most / 2;
    let from = rope.line_to_char(rope.char_to_line(caret.saturating_sub(half)));
    let to_line =
        (rope.char_to_line((caret + half).min(rope.len_chars())) + 1).min(rope.len_lines());
    let to = rope.line_to_char(to_line).max(from);
    let from = from.max(caret.saturating_sub(most));
    let to = to.min(caret + most).min(rope.len_chars());
    let mut outline = String::new();
    for line in rope.lines() {
        if line.len_chars() < 200 && line.chars().next() == Some('#') && outline.len() < 2_000 {
            outline.push_str(&line.to_string());
        }
    }
    let text = rope.slice(from..to);
    if outline.is_empty() {
        format!("(a part of it)\n\n{text}")
    } else {
        format!("(its headings)\n{outline}\n(the part around the caret)\n\n{text}")
    }
}
