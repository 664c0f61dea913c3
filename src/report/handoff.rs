//! The handoff page: what changed since somebody looked last, by whom, what was decided and what
//! waits. Folded from the log; no model is needed. Pure.

use super::blame::author_of;
use crate::base::when::{day, minute};
use crate::base::{AuthorId, EventId, Millis, Pos, Span, Usd};
use crate::event::{CauseKind, DecisionStatus, How, Link, MessageRole, Op, is_like};
use crate::session::{
    Again, Decision, DocEntry, EditEntry, HunkState, OpenHunk, Session, What, Written, opening,
};
use std::collections::{BTreeMap, BTreeSet};

/// Characters of a text that are quoted.
const QUOTED: usize = 90;
/// The most lines of one section; then it is only counted.
const MOST: usize = 12;

/// Characters of one document.
#[derive(Default)]
struct Wrote {
    wrote: usize,
    deleted: usize,
    /// Text of others that was accepted, by whose it is.
    took: BTreeMap<AuthorId, usize>,
    /// Text that was there before: undone, gone back to, moved.
    again: usize,
}

impl Wrote {
    fn add(&mut self, ops: &[Op]) {
        for op in ops {
            match op {
                Op::Insert { ins, src, .. } if !src.is_empty() => self.again += *ins as usize,
                Op::Insert { ins, origin, .. } => {
                    let of = origin.as_ref().filter(|origin| origin.how == How::Proposed);
                    match of.and_then(|origin| origin.author.clone()) {
                        Some(author) => *self.took.entry(author).or_default() += *ins as usize,
                        None => self.wrote += *ins as usize,
                    }
                }
                Op::Delete { del, .. } => self.deleted += del.unsigned_abs() as usize,
            }
        }
    }

    fn words(&self, session: &Session, name: &str) -> Vec<String> {
        let name = if name.is_empty() { "the text" } else { name };
        let mut out = Vec::new();
        if self.wrote + self.deleted > 0 {
            out.push(format!(
                "wrote {} and deleted {} characters in {name}",
                self.wrote, self.deleted
            ));
        }
        for (author, count) in &self.took {
            let who = session.author_name(author);
            out.push(format!("accepted {} of {who} in {name}", plural(*count, "character")));
        }
        if self.again > 0 {
            let count = plural(self.again, "character");
            out.push(format!("moved or brought back {count} in {name}"));
        }
        out
    }
}

/// What one author did since.
#[derive(Default)]
struct Did {
    messages: usize,
    /// By document.
    texts: BTreeMap<String, Wrote>,
    comments: usize,
    proposals: usize,
    verdicts: usize,
    titles: usize,
    decisions: usize,
    first: Option<Millis>,
    last: Option<Millis>,
}

/// A line of text for one row.
fn short(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Adds a section, at most so many lines of it. Nothing where there is none.
fn section(out: &mut Vec<String>, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    out.push(String::new());
    out.push(format!("## {title}"));
    out.push(String::new());
    let more = lines.len().saturating_sub(MOST);
    out.extend(lines.into_iter().take(MOST));
    if more > 0 {
        out.push(format!("- … and {more} more"));
    }
}

/// What others did in a session; nothing where somebody whom `is_me` names had worked in it, too,
/// when it `came`, so knows it.
pub fn unknown_to(
    session: &Session,
    came: Millis,
    is_me: impl Fn(&AuthorId) -> bool,
) -> Option<BTreeSet<EventId>> {
    let mut all = BTreeSet::new();
    for point in session.timeline() {
        let told = match &point.what {
            // A file that was another when it was opened is nobody's work.
            What::Edit { cause, .. } => {
                !matches!(cause, Some(CauseKind::Outside | CauseKind::Dedupe | CauseKind::Redact))
            }
            What::Comment { done, .. } => done.is_none(),
            What::Begun | What::Saved(_) | What::Checkpoint => false,
            _ => true,
        };
        match point.author {
            Some(author) if told && point.at <= came && is_me(&author) => return None,
            Some(author) if told && !is_me(&author) => _ = all.insert(point.moment.1),
            _ => {}
        }
    }
    for taken in session.redactions.iter() {
        if !is_me(&taken.author) {
            all.insert(taken.id);
        } else if taken.at <= came {
            return None;
        }
    }
    Some(all)
}

/// The page in lines of Markdown. `new` is what came since somebody looked last, or with `first`
/// what others did at all; `now` is for review dates.
pub fn handoff(
    session: &Session,
    new: &BTreeSet<EventId>,
    first: bool,
    now: Millis,
) -> Vec<String> {
    let mut out = vec![format!("# {}", short(session.title())), String::new()];
    out.push(match (first, new.len()) {
        (true, 0) => "You are here for the first time, and nothing was done yet.".into(),
        (true, _) => "You are here for the first time. What others did so far:".into(),
        (false, 0) => "Nothing came from others since you looked last.".into(),
        (false, _) => "What came from others since you looked last:".into(),
    });
    section(&mut out, "Who did what", who(session, new));
    let title = if first { "The text" } else { "Text that is new" };
    section(&mut out, title, texts(session, new));
    let said = |id: &&EventId| session.transcript.get(id).is_some();
    let said: Vec<&EventId> = new.iter().filter(said).collect();
    section(&mut out, "What was said", messages(session, &said));
    section(&mut out, "What was redacted", redacted(session, |id| new.contains(id)));
    decisions(&mut out, session, new, now);
    section(&mut out, "What waits", waiting(session));
    section(&mut out, "What it cost", cost(session, new, first));
    out
}

/// What the answers cost; nothing where there are none. A sum is told only where a price is known.
fn cost(session: &Session, new: &BTreeSet<EventId>, first: bool) -> Vec<String> {
    let spent = session.transcript.spent();
    let unknown = format!("{} of unknown price", plural(spent.unknown as usize, "answer"));
    if spent.unknown == spent.answers {
        return if spent.answers == 0 { Vec::new() } else { vec![format!("- {unknown}")] };
    }
    let unknown = if spent.unknown == 0 { String::new() } else { format!(", {unknown}") };
    let known = |id| session.transcript.get(id)?.usage?.cost;
    let new: Vec<u64> = new.iter().filter_map(known).collect();
    let since = match first || new.is_empty() {
        true => String::new(),
        false => format!("; {} since you looked last", Usd(new.iter().sum())),
    };
    vec![format!("- {} in all{unknown}{since}", spent.cost)]
}

fn who(session: &Session, new: &BTreeSet<EventId>) -> Vec<String> {
    let mut all: BTreeMap<AuthorId, Did> = BTreeMap::new();
    let edits: BTreeMap<EventId, (&str, &[Op])> = session
        .documents
        .values()
        .flat_map(|entry| entry.edits().map(move |edit| (entry, edit)))
        .filter(|(_, edit)| new.contains(&edit.id) && !is_redact(edit))
        .map(|(entry, edit)| (edit.id, (entry.name.as_str(), edit.edit.ops.as_slice())))
        .collect();
    let redact: BTreeSet<EventId> = session
        .documents
        .values()
        .flat_map(DocEntry::edits)
        .filter(|one| is_redact(one))
        .map(|one| one.id)
        .collect();
    // A section of its own tells what was redacted.
    let told = |id: &&EventId| !redact.contains(id) && session.redactions.get(id).is_none();
    for id in new.iter().filter(told) {
        let Some(author) = session.author_of(id) else { continue };
        let did = all.entry(author.clone()).or_default();
        let at = session.made_at(id);
        did.first = did.first.into_iter().chain(at).min();
        did.last = did.last.into_iter().chain(at).max();
        if session.transcript.get(id).is_some() {
            did.messages += 1;
        } else if let Some((name, ops)) = edits.get(id) {
            did.texts.entry((*name).to_owned()).or_default().add(ops);
        } else if session.decisions.of_setting(id).is_some() {
            did.decisions += 1;
        } else if session.comments.get(id).is_some() {
            did.comments += 1;
        } else if session.proposals.proposal(id).is_some() {
            did.proposals += 1;
        } else if session.title.of(id).is_some() {
            did.titles += 1;
        } else {
            did.verdicts += 1;
        }
    }
    let mut lines: Vec<(Option<Millis>, String)> = Vec::new();
    for (author, did) in all {
        let mut parts = Vec::new();
        for (name, text) in &did.texts {
            parts.extend(text.words(session, name));
        }
        if did.messages > 0 {
            parts.push(format!("said {}", plural(did.messages, "thing")));
        }
        if did.decisions > 0 {
            parts.push(format!("{} of decisions", plural(did.decisions, "change")));
        }
        for (count, what) in [
            (did.comments, "comment"),
            (did.proposals, "proposal"),
            (did.verdicts, "verdict"),
            (did.titles, "title"),
        ] {
            if count > 0 {
                parts.push(plural(count, what));
            }
        }
        let time = match (did.first, did.last) {
            (Some(first), Some(last)) if day(first) != day(last) => {
                format!(" ({} to {})", day(first), day(last))
            }
            (Some(first), _) => format!(" ({})", minute(first)),
            _ => String::new(),
        };
        let name = session.author_name(&author);
        lines.push((did.last, format!("- {name}{time}: {}", parts.join("; "))));
    }
    lines.sort_by_key(|(last, _)| std::cmp::Reverse(*last));
    lines.into_iter().map(|(_, line)| line).collect()
}

/// What of the new words stands there, each run with its place: by whom it is, and who accepted it.
/// Words that were there before and came back are not new; what was copied is.
fn texts(session: &Session, new: &BTreeSet<EventId>) -> Vec<String> {
    let mut lines = Vec::new();
    for (doc, entry) in &session.documents {
        let rope = entry.document.rope();
        let all = Span { start: Pos(0), end: Pos(rope.len_chars()) };
        // Runs that touch are one.
        let mut joined: Vec<(Span, String)> = Vec::new();
        for run in session.written(doc, all) {
            let Some(who) = new_by(session, new, &run) else { continue };
            match joined.last_mut() {
                Some((last, same)) if *same == who && last.end == run.span.start => {
                    last.end = run.span.end;
                }
                _ => joined.push((run.span, who)),
            }
        }
        for (span, who) in joined {
            let text = short(&rope.slice(span.range()).to_string());
            if text.is_empty() {
                continue;
            }
            let line = rope.char_to_line(span.start.0) + 1;
            lines.push(format!("- {}, line {line}, {who}: “{text}”", entry.name));
        }
    }
    lines
}

/// Whether an edit only carried out a redaction: what it wrote stood there before.
fn is_redact(edit: &EditEntry) -> bool {
    edit.edit.cause.as_ref().is_some_and(|cause| cause.kind == CauseKind::Redact)
}

/// By whom, when, how much of what.
/// What was redacted by these redactions, of what, by whom and when, in a line each.
pub(super) fn redacted(session: &Session, these: impl Fn(&EventId) -> bool) -> Vec<String> {
    let all = session.redactions.iter().filter(|taken| these(&taken.id));
    all.map(|taken| {
        let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut said, mut others) = (0, 0);
        for one in &taken.what.what {
            let of = session.documents.values().find(|entry| entry.edit(&one.event).is_some());
            let count = |gone| session.redactions.taken_by(taken, &one.event, gone);
            match of {
                Some(entry) => {
                    *texts.entry(&entry.name).or_default() +=
                        one.bodies.iter().map(count).sum::<usize>();
                }
                None if session.transcript.get(&one.event).is_some() => said += 1,
                // What an earlier one kept of a text, which is counted there.
                None if session.redactions.get(&one.event).is_some() => {}
                None => others += 1,
            }
        }
        let named = |(name, count): (&str, usize)| {
            let name = if name.is_empty() { "the text" } else { name };
            format!("{} of {name}", plural(count, "character"))
        };
        let texts = texts.into_iter().filter(|(_, count)| *count > 0).map(named);
        let rest = [(said, "message"), (others, "other thing")];
        let rest = rest.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> =
            texts.chain(rest.map(|(count, what)| plural(count, what))).collect();
        let what = match parts.is_empty() {
            true => "what had come back of words that were redacted before".into(),
            false => parts.join(", "),
        };
        let who = session.author_name(&taken.author);
        let reason = taken.what.reason.as_ref().map(crate::event::Text::told).unwrap_or_default();
        let reason = if reason.is_empty() { String::new() } else { format!(": {}", short(reason)) };
        format!("- {who} ({}): {what}{reason}", minute(taken.at))
    })
    .collect()
}

/// Of a run that is new, by whom it is; nothing of others.
fn new_by(session: &Session, new: &BTreeSet<EventId>, run: &Written) -> Option<String> {
    let mut who = author_of(session, run).to_owned();
    let by = run.by.as_ref().filter(|_| run.how == How::Proposed);
    if let Some(by) = by {
        who.push_str(&format!(", accepted by {}", session.author_name(by)));
    }
    if run.edit.is_some_and(|edit| new.contains(&edit)) {
        return Some(who);
    }
    let (edit, _) = run.again.filter(|(edit, how)| *how == Again::Copied && new.contains(edit))?;
    let by = session.author_of(&edit).map_or("unknown", |author| session.author_name(author));
    Some(format!("{who}, moved or copied by {by}"))
}

fn messages(session: &Session, said: &[&EventId]) -> Vec<String> {
    let all = session.transcript.iter().filter(|message| said.contains(&&message.id));
    all.map(|message| {
        let who = session.author_name(&message.author);
        format!("- {who}: {}", short(opening(&session.told(&message.id, message.text()))))
    })
    .collect()
}

/// Why an accepted decision should be looked at again; nothing when it holds.
fn stale(session: &Session, decision: &Decision, now: Millis) -> Option<String> {
    let status = decision.status.value().copied();
    if decision.is_conflict() {
        return Some("people changed it apart".into());
    }
    if decision.is_unseen() {
        return Some("it says something else than what was accepted".into());
    }
    if status != Some(DecisionStatus::Accepted) {
        return None;
    }
    let review = decision.review();
    if !review.is_empty() && review <= day(now).as_str() {
        return Some(format!("it was to be reviewed on {review}"));
    }
    decision.links().iter().find_map(|link| {
        let Link::Span { doc, start, end, quote } = link else { return None };
        let entry = session.documents.get(doc)?;
        let span = entry.document.anchor_span((*start, *end)).filter(|span| !span.is_empty());
        let there = span.map(|span| entry.document.rope().slice(span.range()).to_string());
        match there {
            None => Some("the text it is about is gone".into()),
            Some(text) if !is_like(&text, quote.0.as_ref()?) => {
                Some("the text it is about has changed".into())
            }
            Some(_) => None,
        }
    })
}

fn decisions(out: &mut Vec<String>, session: &Session, new: &BTreeSet<EventId>, now: Millis) {
    let (mut taken, mut open, mut old) = (Vec::new(), Vec::new(), Vec::new());
    let changed: BTreeSet<EventId> = new
        .iter()
        .filter_map(|id| session.decisions.of_setting(id))
        .map(|decision| decision.id)
        .collect();
    for decision in session.decisions.newest() {
        let status = session.decisions.status(decision);
        let mark = if changed.contains(&decision.id) { " (new)" } else { "" };
        let because = match short(&session.told_value(&decision.outcome)) {
            outcome if outcome.is_empty() => String::new(),
            outcome => format!(": {outcome}"),
        };
        let own = session.author_name(&decision.author);
        let who = match decision.decided_by() {
            None => own.to_owned(),
            Some("") => format!("brought in by {own}"),
            Some(by) => format!("{}, brought in by {own}", short(by)),
        };
        let title = short(&session.told_value(&decision.title));
        let line = format!("- “{title}”, {who}{mark}{because}");
        if decision.is_conflict() {
            // Neither side holds before somebody settles it.
            open.push(format!("- “{title}”, {who}{mark}: set apart, to be settled"));
            continue;
        }
        if let Some(why) = stale(session, decision, now) {
            old.push(format!("- “{title}”: {why}"));
        }
        match status {
            // Those of before are known.
            DecisionStatus::Accepted if mark.is_empty() => {}
            DecisionStatus::Accepted => taken.push(line),
            DecisionStatus::Proposed => open.push(line),
            DecisionStatus::Rejected if !mark.is_empty() => {
                // Why it was turned down; its outcome is what it would have been.
                let set = decision.status.setter();
                let why = set.and_then(|set| session.why(decision, &set));
                let why = why.map_or(String::new(), |why| format!(": {}", short(&why.words)));
                taken.push(format!("- “{title}”, {who}{mark} (turned down){why}"));
            }
            DecisionStatus::Rejected | DecisionStatus::Superseded => {}
        }
    }
    section(out, "Decisions that were taken", taken);
    section(out, "Decisions that are open", open);
    section(out, "Decisions to look at again", old);
}

/// Questions without an answer, open comments, and hunks without a verdict.
fn waiting(session: &Session) -> Vec<String> {
    let answered: BTreeSet<EventId> =
        session.transcript.iter().filter_map(|message| message.after).collect();
    let waits = session
        .transcript
        .iter()
        .filter(|message| message.role == MessageRole::Person && !answered.contains(&message.id));
    let mut lines: Vec<String> = waits
        .map(|message| {
            let who = session.author_name(&message.author);
            let text = session.told(&message.id, message.text());
            format!("- a question of {who}: {}", short(opening(&text)))
        })
        .collect();
    lines.extend(session.comments.open().map(|thread| {
        let last = thread.answers.last().copied().unwrap_or(thread.first);
        let about = thread.first.about.as_ref();
        let about = about.map(|link| session.link_words_of(&thread.id(), link));
        let about = about.map(|about| format!(" on {about}")).unwrap_or_default();
        format!(
            "- a comment of {}{about}: {}",
            session.author_name(&last.author),
            short(&session.told(&last.id, last.text()))
        )
    }));
    for (doc, entry) in &session.documents {
        let open = session.open_in(doc);
        if !open.is_empty() {
            let count =
                |test: &dyn Fn(&OpenHunk) -> bool| open.iter().filter(|one| test(one)).count();
            let collided =
                |one: &OpenHunk| one.state == HunkState::Collided && one.disputed.is_none();
            let mut disputed = match count(&collided) {
                0 => String::new(),
                count => format!(", {count} of them changed by a merge"),
            };
            for said in open.iter().filter_map(|one| one.disputed.as_deref()) {
                disputed.push_str(&format!("; {}, which waits to be settled", short(said)));
            }
            lines.push(format!(
                "- {} in {}{disputed}",
                plural(open.len(), "open hunk"),
                entry.name
            ));
        }
    }
    lines
}
