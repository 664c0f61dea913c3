//! A session as one Markdown page: documents, conversation, decisions, open hunks.

use crate::assist::readable;
use crate::base::EventId;
use crate::event::{DecisionStatus, Link, MessageRole, MessageStatus};
use crate::session::{HunkState, Session};
use std::borrow::Cow;
use std::fmt::Write;

/// The page. Ends with a line feed.
pub fn markdown(session: &Session) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write(session, &mut out);
    out
}

fn write(session: &Session, out: &mut String) -> std::fmt::Result {
    writeln!(out, "# {}\n", session.title())?;
    for entry in session.documents.values() {
        writeln!(out, "## Document: {}\n", entry.name)?;
        let text = entry.document.rope().to_string();
        let fence = fence_for(&text);
        writeln!(out, "{fence}\n{}\n{fence}\n", text.trim_end_matches('\n'))?;
    }
    let redacted = super::handoff::redacted(session, |_| true);
    if !redacted.is_empty() {
        writeln!(out, "## What was redacted\n\n{}\n", redacted.join("\n"))?;
    }
    if !session.decisions.is_empty() {
        writeln!(out, "## Decisions\n")?;
        let mut all = session.decisions.newest();
        all.reverse();
        for decision in all {
            let status = decision_word(session.decisions.status(decision));
            writeln!(out, "### {} ({status})\n", session.told_value(&decision.title))?;
            writeln!(out, "By {}.\n", session.author_name(&decision.author))?;
            if let Some(why) = session.why_so(decision) {
                let who = session.author_name(why.by);
                writeln!(out, "{status} because, as {who} said: {}\n", why.words)?;
            }
            if !decision.context().is_empty() {
                writeln!(out, "{}\n", session.told_value(&decision.context))?;
            }
            for choice in &session.told_options(decision) {
                writeln!(out, "- {}", choice.name.as_str())?;
                for pro in &choice.pros {
                    writeln!(out, "  - for: {}", pro.as_str())?;
                }
                for con in &choice.cons {
                    writeln!(out, "  - against: {}", con.as_str())?;
                }
            }
            if !decision.options().is_empty() {
                writeln!(out)?;
            }
            if !decision.outcome().is_empty() {
                let outcome = session.told_value(&decision.outcome);
                writeln!(out, "**Outcome, because:** {outcome}\n")?;
            }
            if !decision.consequences().is_empty() {
                let consequences = session.told_value(&decision.consequences);
                writeln!(out, "**Consequences:** {consequences}\n")?;
            }
            if !decision.review().is_empty() {
                writeln!(out, "**Review on** {}\n", decision.review())?;
            }
            for link in decision.links() {
                match link {
                    Link::Span { quote, .. } => {
                        let setter = decision.links.setter().unwrap_or(decision.id);
                        for line in session.told(&setter, quote.told()).lines() {
                            writeln!(out, "> {line}")?;
                        }
                        writeln!(out)?;
                    }
                    _ => writeln!(out, "Linked to {}\n", session.link_words(link))?,
                }
            }
        }
    }
    if !session.transcript.is_empty() {
        writeln!(out, "## Conversation\n")?;
        let transcript = &session.transcript;
        let beside = |id: &EventId| transcript.siblings(id).len() > 1;
        // Where it parts, what is printed below a message need not be what followed it.
        let parts = transcript.iter().any(|message| beside(&message.id));
        let mut above = None;
        for message in transcript.iter() {
            let from =
                message.brought.as_ref().map(|from| super::bring::program_name(&from.program));
            let from = match from {
                Some(name) => format!(" (in {name})"),
                None if message.is_repair() => " (asked by cowrite)".into(),
                None => String::new(),
            };
            let siblings = transcript.siblings(&message.id);
            let place = siblings.iter().position(|id| *id == message.id);
            let branch = match place.filter(|_| siblings.len() > 1) {
                Some(place) => format!(" (branch {} of {})", place + 1, siblings.len()),
                None => String::new(),
            };
            writeln!(out, "### {}{from}{branch}\n", session.author_name(&message.author))?;
            let before = message.after.filter(|before| parts && Some(*before) != above);
            if let Some(before) = before.and_then(|id| transcript.get(&id)) {
                let said = session.link_words(&Link::Message(before.id));
                writeln!(out, "*after {said}*\n")?;
            }
            above = Some(message.id);
            let told = session.told(&message.id, message.text());
            let text = match message.role {
                MessageRole::Person => Cow::Borrowed(&*told),
                MessageRole::Model | MessageRole::Note => readable(&told, false),
            };
            writeln!(out, "{}\n", text.trim_end())?;
            match message.status {
                MessageStatus::Complete => {}
                MessageStatus::Cancelled => writeln!(out, "*(stopped)*\n")?,
                MessageStatus::Failed => writeln!(out, "*(broken off)*\n")?,
                MessageStatus::Incomplete => writeln!(out, "*(incomplete)*\n")?,
            }
        }
    }
    if !session.comments.is_empty() {
        writeln!(out, "## Comments\n")?;
        for thread in session.comments.threads() {
            let about = thread.first.about.as_ref();
            let about = about.map(|link| session.link_words_of(&thread.id(), link));
            let done = if thread.resolved { " (done)" } else { "" };
            writeln!(out, "On {}{done}:\n", about.as_deref().unwrap_or("nothing that is here"))?;
            for comment in thread.comments() {
                let text = session.told(&comment.id, comment.text()).replace('\n', "\n  ");
                writeln!(out, "- {}: {text}", session.author_name(&comment.author))?;
            }
            writeln!(out)?;
        }
    }
    let hunks = session.proposals.hunks();
    if !hunks.is_empty() {
        writeln!(out, "## What was proposed\n")?;
        for hunk in hunks {
            let document = session
                .proposals
                .proposal(&hunk.proposal)
                .and_then(|proposal| session.documents.get(&proposal.doc));
            let state = document.map_or("unknown", |entry| state_word(hunk.state(&entry.document)));
            let reason = hunk.verdict.value().and_then(|verdict| verdict.reason.as_deref());
            writeln!(
                out,
                "- {state}{}",
                reason.map(|reason| format!(", because: {reason}")).unwrap_or_default()
            )?;
            for line in hunk.old.lines() {
                writeln!(out, "  - ~~{line}~~")?;
            }
            for line in hunk.new.lines() {
                writeln!(out, "  - {line}")?;
            }
        }
    }
    Ok(())
}

/// A decision's status in a word.
pub fn decision_word(status: DecisionStatus) -> &'static str {
    match status {
        DecisionStatus::Proposed => "proposed",
        DecisionStatus::Accepted => "accepted",
        DecisionStatus::Rejected => "rejected",
        DecisionStatus::Superseded => "superseded",
    }
}

/// A hunk's state in a word.
pub fn state_word(state: HunkState) -> &'static str {
    match state {
        HunkState::Pending => "pending",
        HunkState::Accepted => "accepted",
        HunkState::Collided => "collided",
        HunkState::Rejected => "rejected",
        HunkState::Stale => "stale",
        HunkState::Unplaced => "unplaced",
        HunkState::Superseded => "superseded",
        HunkState::Split => "split",
    }
}

/// A fence that is longer than any in the text.
fn fence_for(text: &str) -> String {
    let longest = text
        .lines()
        .map(|line| line.trim_start().chars().take_while(|character| *character == '`').count())
        .max();
    "`".repeat(longest.unwrap_or(0).max(2) + 1)
}
