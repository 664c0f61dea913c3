//! Taking decisions in that somebody wrote down in files: as the person's, once each, with whatever
//! the log has no field for in the text. Knows records, not where they come from.

use super::decision::{change, change_because};
use crate::base::EventId;
use crate::event::{DecisionField, DecisionStatus, Event, Link, Taken};
use crate::report::{MORE, Record};
use crate::session::{Decision, Session};
use crate::state::Cx;
use std::collections::BTreeMap;

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    pub new: usize,
    /// They were there already, the same.
    pub known: usize,
    /// They were there, and their fields were changed to what the file says.
    pub changed: usize,
    /// They are there and say something else: the file's place in what was given, and the fields.
    pub other: Vec<(usize, Vec<&'static str>)>,
    /// The same decision stood in two files: the places of both.
    pub doubles: Vec<(usize, usize)>,
}

/// What a decision of a file is known by.
pub fn key(name: &str, record: &Record) -> String {
    if record.id.is_empty() { format!("{name}: {}", record.title) } else { record.id.clone() }
}

/// The decisions of a session by what they are known by in files.
fn known(session: &Session) -> BTreeMap<String, EventId> {
    let mut all = BTreeMap::new();
    for decision in session.decisions.newest() {
        if let Some(taken) = &decision.taken {
            all.insert(taken.from.as_str().to_owned(), decision.id);
        }
    }
    for decision in session.decisions.newest() {
        all.insert(decision.id.to_string(), decision.id);
    }
    all
}

/// Of each record, whether a session has it already.
pub fn known_in(session: &Session, files: &[(String, Record)]) -> Vec<bool> {
    let known = known(session);
    files.iter().map(|(name, record)| known.contains_key(&key(name, record))).collect()
}

/// The records with their references as places among them.
struct Batch<'a> {
    files: &'a [(String, Record)],
    by_name: BTreeMap<&'a str, usize>,
    by_number: BTreeMap<u64, usize>,
    /// Of each record the decision that holds it, once there is one.
    ids: Vec<Option<EventId>>,
    /// Of each record the one whose place it takes.
    older: Vec<Option<usize>>,
}

impl<'a> Batch<'a> {
    fn new(files: &'a [(String, Record)]) -> Self {
        let number = |name: &str| {
            let end = name.bytes().take_while(u8::is_ascii_digit).count();
            name.get(..end).and_then(|digits| digits.parse::<u64>().ok())
        };
        let (mut by_name, mut by_number) = (BTreeMap::new(), BTreeMap::new());
        for (at, (name, _)) in files.iter().enumerate() {
            by_name.entry(name.as_str()).or_insert(at);
            if let Some(number) = number(name) {
                by_number.entry(number).or_insert(at);
            }
        }
        let (ids, older) = (vec![None; files.len()], vec![None; files.len()]);
        let mut batch = Self { files, by_name, by_number, ids, older };
        batch.supersede();
        batch
    }

    fn find(&self, reference: &str) -> Option<usize> {
        match reference.strip_prefix('#').and_then(|number| number.parse().ok()) {
            Some(number) => self.by_number.get(&number).copied(),
            None => self.by_name.get(reference).copied(),
        }
    }

    /// Either side may say it. One takes the place of one other, and never in a circle: what is
    /// left over is kept as a link and in words.
    fn supersede(&mut self) {
        let mut pairs = Vec::new();
        for (at, (_, record)) in self.files.iter().enumerate() {
            pairs.extend(record.supersedes.iter().filter_map(|one| Some((at, self.find(one)?))));
            pairs.extend(record.superseded_by.iter().filter_map(|one| Some((self.find(one)?, at))));
        }
        for (newer, older) in pairs {
            if self.older.get(newer) == Some(&None) && !self.leads_to(older, newer) {
                self.older[newer] = Some(older);
            }
        }
    }

    fn leads_to(&self, from: usize, to: usize) -> bool {
        let mut next = Some(from);
        while let Some(at) = next {
            if at == to {
                return true;
            }
            next = self.older.get(at).copied().flatten();
        }
        false
    }

    /// The places, each behind that of the one it supersedes.
    fn order(&self) -> Vec<usize> {
        let mut done = vec![false; self.files.len()];
        let mut order = Vec::new();
        for at in 0..self.files.len() {
            let mut chain = Vec::new();
            let mut next = Some(at);
            while let Some(at) = next.filter(|at| !done.get(*at).copied().unwrap_or(true)) {
                chain.push(at);
                done[at] = true;
                next = self.older[at];
            }
            order.extend(chain.into_iter().rev());
        }
        order
    }

    /// The status of each that the log holds: what is superseded by another one follows from that
    /// one's.
    fn statuses(&self) -> Vec<DecisionStatus> {
        let mut all: Vec<DecisionStatus> =
            self.files.iter().map(|(_, record)| record.status).collect();
        let mut replaced = vec![false; all.len()];
        // The newest first.
        for at in self.order().into_iter().rev() {
            // One that was never accepted itself left the one before it standing.
            let held = self.older[at]
                .is_none_or(|older| self.files[older].1.status == DecisionStatus::Superseded);
            if held && replaced[at] && all[at] == DecisionStatus::Superseded {
                all[at] = DecisionStatus::Accepted;
            }
            if let Some(older) = self.older[at].filter(|_| all[at] == DecisionStatus::Accepted) {
                replaced[older] = true;
            }
        }
        all
    }

    /// The status of each that follows from all files: an old one may not say yet that a newer one
    /// takes its place.
    fn following(&self, held: &[DecisionStatus]) -> Vec<DecisionStatus> {
        let mut all: Vec<DecisionStatus> =
            self.files.iter().map(|(_, record)| record.status).collect();
        for (newer, older) in self.older.iter().enumerate() {
            if let Some(older) = older.filter(|_| held[newer] == DecisionStatus::Accepted) {
                all[older] = DecisionStatus::Superseded;
            }
        }
        all
    }

    /// The decisions it is linked to, as far as there are any yet.
    fn links(&self, at: usize) -> Vec<Link> {
        let record = &self.files[at].1;
        let all = record.supersedes.iter().chain(&record.refers);
        let others = all.filter_map(|one| self.find(one));
        let others = others.filter(|other| self.older[at] != Some(*other) && *other != at);
        let mut links = Vec::new();
        for id in others.filter_map(|other| self.ids[other]) {
            if !links.contains(&Link::Decision(id)) {
                links.push(Link::Decision(id));
            }
        }
        links
    }

    /// The context with what has no other place.
    fn context(&self, at: usize) -> String {
        let record = &self.files[at].1;
        let mut lines = Vec::new();
        for (words, all) in [
            ("Supersedes", &record.supersedes),
            ("Superseded by", &record.superseded_by),
            ("Refers to", &record.refers),
        ] {
            for one in all {
                let found = self.find(one);
                let said = match words {
                    "Supersedes" => found.is_some() && self.older[at] == found,
                    "Superseded by" => found.is_some_and(|newer| self.older[newer] == Some(at)),
                    // What another program wrote stands in the words that it was read from.
                    _ => found.is_some() || record.id.is_empty(),
                };
                if !said {
                    lines.push(format!("* {words} {one}"));
                }
            }
        }
        // What a link was about is not here, so it stays in words: an export tells it as a link.
        let linked: Vec<String> =
            record.links.iter().map(|words| format!("* Linked to {words}")).collect();
        with_more(&with_more(&record.context, &lines), &linked)
    }
}

/// A context with more below it.
fn with_more(context: &str, lines: &[String]) -> String {
    match (context.is_empty(), lines.is_empty()) {
        (_, true) => context.to_owned(),
        (true, _) => format!("{MORE}\n\n{}", lines.join("\n")),
        (false, _) => format!("{context}\n\n{MORE}\n\n{}", lines.join("\n")),
    }
}

/// Takes records in; with each the name of its file, without folders. Those that are there stay as
/// they are, unless `update` says that their files hold.
pub fn take_in(cx: &mut Cx, files: &[(String, Record)], update: bool) -> TakenIn {
    let mut made = TakenIn::default();
    let mut batch = Batch::new(files);
    let known = known(&cx.model.session);
    let statuses = batch.statuses();
    let following = batch.following(&statuses);
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut fresh = Vec::new();
    for at in batch.order() {
        let (name, record) = &files[at];
        let key = key(name, record);
        if let Some(other) = first.get(&key) {
            made.doubles.push((*other, at));
            batch.ids[at] = batch.ids[*other];
            continue;
        }
        first.insert(key.clone(), at);
        if let Some(id) = known.get(&key) {
            batch.ids[at] = Some(*id);
            let record = Record { status: following[at], ..record.clone() };
            compare(cx, *id, &record, (update, at), &mut made);
            continue;
        }
        let links = batch.links(at);
        let taken = Taken {
            from: key.into(),
            date: record.date.as_str().into(),
            by: record.by.as_str().into(),
        };
        let id = cx.append(&Event::DecisionRecorded {
            title: record.title.as_str().into(),
            status: statuses[at],
            context: batch.context(at).into(),
            options: record.options.iter().map(crate::report::Options::choice).collect(),
            outcome: record.outcome.as_str().into(),
            consequences: record.consequences.as_str().into(),
            links,
            review: record.review.as_str().into(),
            supersedes: batch.older[at].and_then(|older| batch.ids[older]),
            taken: Some(taken),
        });
        batch.ids[at] = Some(id);
        fresh.push((at, id));
        made.new += 1;
    }
    // Links to what came later.
    for (at, id) in fresh {
        let links = batch.links(at);
        let now = cx.model.session.decisions.get(&id);
        if now.is_some_and(|now| now.links() != links) {
            change(cx, id, DecisionField::Links(links));
            if statuses[at] == DecisionStatus::Accepted {
                change(cx, id, DecisionField::Status(DecisionStatus::Accepted));
            }
        }
        let because = &files[at].1.because;
        if !because.is_empty() {
            let status = DecisionField::Status(statuses[at]);
            change_because(cx, id, status, Some(because.as_str().into()));
        }
    }
    cx.barrier();
    cx.model.refresh();
    made
}

/// What a record says that its decision does not.
fn differences(session: &Session, decision: &Decision, record: &Record) -> Vec<DecisionField> {
    let now = Record::of(session, decision);
    let mut all = Vec::new();
    if now.title != record.title {
        all.push(DecisionField::Title(record.title.as_str().into()));
    }
    let more = now.context.strip_prefix(record.context.as_str()).map(str::trim_start);
    if !more.is_some_and(|more| more.is_empty() || more.starts_with(MORE)) {
        // What came as links stays with it.
        let links: Vec<String> =
            record.links.iter().map(|words| format!("* Linked to {words}")).collect();
        let links = if decision.taken.is_some() { &links[..] } else { &[] };
        all.push(DecisionField::Context(with_more(&record.context, links).into()));
    }
    if now.options != record.options {
        let options = record.options.iter().map(crate::report::Options::choice).collect();
        all.push(DecisionField::Options(options));
    }
    if now.outcome != record.outcome {
        all.push(DecisionField::Outcome(record.outcome.as_str().into()));
    }
    if now.consequences != record.consequences {
        all.push(DecisionField::Consequences(record.consequences.as_str().into()));
    }
    if now.review != record.review {
        all.push(DecisionField::Review(record.review.as_str().into()));
    }
    if now.status != record.status {
        all.push(DecisionField::Status(record.status));
    }
    all
}

fn field_name(field: &DecisionField) -> &'static str {
    match field {
        DecisionField::Title(_) => "title",
        DecisionField::Status(_) => "status",
        DecisionField::Context(_) => "context",
        DecisionField::Options(_) => "options",
        DecisionField::Outcome(_) => "outcome",
        DecisionField::Consequences(_) => "consequences",
        DecisionField::Links(_) => "links",
        DecisionField::Review(_) => "review date",
    }
}

fn compare(
    cx: &mut Cx,
    id: EventId,
    record: &Record,
    (update, at): (bool, usize),
    made: &mut TakenIn,
) {
    let session = &cx.model.session;
    let Some(decision) = session.decisions.get(&id) else { return };
    let fields = differences(session, decision, record);
    if fields.is_empty() {
        made.known += 1;
        return;
    }
    let names: Vec<&'static str> = fields.iter().map(field_name).collect();
    let held = session.decisions.status(decision) == DecisionStatus::Accepted;
    let replaced = session.decisions.superseded_by(&id).is_some();
    if !update {
        made.other.push((at, names));
        return;
    }
    let mut settled = false;
    for field in fields {
        let is_status = matches!(field, DecisionField::Status(_));
        // What follows from another decision is that one's to say.
        if is_status && replaced {
            made.other.push((at, vec!["status"]));
            continue;
        }
        settled |= is_status;
        change(cx, id, field);
    }
    if held && !settled {
        change(cx, id, DecisionField::Status(DecisionStatus::Accepted));
    }
    made.changed += 1;
}
