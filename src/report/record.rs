//! A decision as a record: what a file of its own, a row of a table or a page says of it. Knows the
//! projections it is made from; no format and no place.

use crate::event::{Choice, DecisionStatus, Link, Text};
use crate::session::{Decision, Session};

/// One option of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub name: String,
    pub pros: Vec<String>,
    pub cons: Vec<String>,
}

impl Options {
    fn of(choice: &Choice) -> Self {
        let texts = |all: &[Text]| all.iter().map(|one| clean(one.as_str())).collect();
        Self {
            name: clean(choice.name.as_str()),
            pros: texts(&choice.pros),
            cons: texts(&choice.cons),
        }
    }

    pub fn choice(&self) -> Choice {
        let texts = |all: &[String]| all.iter().map(|one| one.as_str().into()).collect();
        Choice { name: self.name.as_str().into(), pros: texts(&self.pros), cons: texts(&self.cons) }
    }
}

/// A decision in words. All texts are trimmed and have line feeds only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The decision's id; of a file that another program wrote, empty.
    pub id: String,
    pub title: String,
    pub status: DecisionStatus,
    /// The day it was decided, `YYYY-MM-DD` where the one who wrote it down kept to that.
    pub date: String,
    /// The day it is to be looked at again, `YYYY-MM-DD`, or empty.
    pub review: String,
    /// Who decided it.
    pub by: String,
    pub context: String,
    pub options: Vec<Options>,
    pub outcome: String,
    /// Why it has this status, in the words of who gave it that, where the outcome does not say so.
    pub because: String,
    pub consequences: String,
    /// What it takes the place of: an id, or in what was read the name of a file.
    pub supersedes: Vec<String>,
    /// What takes its place, alike.
    pub superseded_by: Vec<String>,
    /// The other decisions it is linked to, alike.
    pub refers: Vec<String>,
    /// What else it is linked to, in one line each.
    pub links: Vec<String>,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            id: String::new(),
            title: String::new(),
            status: DecisionStatus::Proposed,
            date: String::new(),
            review: String::new(),
            by: String::new(),
            context: String::new(),
            options: Vec::new(),
            outcome: String::new(),
            because: String::new(),
            consequences: String::new(),
            supersedes: Vec::new(),
            superseded_by: Vec::new(),
            refers: Vec::new(),
            links: Vec::new(),
        }
    }
}

/// The heading below which a decision that was taken in from a file has what it was linked to there.
pub const MORE: &str = "#### More Information";
const LINKED: &str = "* Linked to ";

/// A context without the links of the file that it came from, and those.
fn linked_there(context: String) -> (String, Vec<String>) {
    let Some(at) = context.rfind(&format!("{MORE}\n\n{LINKED}")) else {
        return (context, Vec::new());
    };
    let (before, list) = context.split_at(at);
    let list = list.strip_prefix(MORE).unwrap_or_default().trim_start();
    let links: Option<Vec<String>> =
        list.lines().map(|line| line.strip_prefix(LINKED).map(str::to_owned)).collect();
    match links.filter(|_| before.is_empty() || before.ends_with("\n\n")) {
        Some(links) => (clean(before), links),
        None => (context, Vec::new()),
    }
}

impl Record {
    pub fn of(session: &Session, decision: &Decision) -> Self {
        let decisions = &session.decisions;
        // Whom a record that was brought in does not name, nobody names.
        let by = decision.decided_by().unwrap_or_else(|| session.author_name(&decision.author));
        let (mut refers, mut links) = (Vec::new(), Vec::new());
        for link in decision.links() {
            match link {
                // What it takes the place of is said as that.
                Link::Decision(id) if decision.supersedes == Some(*id) => {}
                Link::Decision(id) if decisions.get(id).is_some() => refers.push(id.to_string()),
                _ => links.push(session.decision_link_words(decision, link)),
            }
        }
        refers.dedup();
        let mut context = clean(&session.told_value(&decision.context));
        if decision.taken.is_some() {
            let there;
            (context, there) = linked_there(context);
            links.extend(there);
        }
        let holds = |other: &&Decision| {
            other.status.value() == Some(&DecisionStatus::Accepted) && !other.is_unseen()
        };
        let newer = decisions.replacements(&decision.id).into_iter().filter(holds);
        Self {
            id: decision.id.to_string(),
            title: clean(&session.told_value(&decision.title)),
            status: decisions.status(decision),
            date: decision.day(),
            review: clean(decision.review()),
            by: clean(by),
            context,
            options: session.told_options(decision).iter().map(Options::of).collect(),
            outcome: clean(&session.told_value(&decision.outcome)),
            because: session.why_so(decision).map(|why| clean(&why.words)).unwrap_or_default(),
            consequences: clean(&session.told_value(&decision.consequences)),
            supersedes: decision
                .supersedes
                .filter(|id| decisions.get(id).is_some())
                .map(|id| id.to_string())
                .into_iter()
                .collect(),
            superseded_by: newer.map(|newer| newer.id.to_string()).collect(),
            refers,
            links,
        }
    }

    /// What a file calls the decision: its title, or that it has none.
    pub fn heading(&self) -> String {
        let line = one_line(&self.title);
        if line.is_empty() { "Untitled decision".into() } else { line }
    }
}

/// The records of a session's decisions, oldest first.
pub fn records(session: &Session) -> Vec<Record> {
    let mut all = session.decisions.newest();
    all.reverse();
    all.into_iter().map(|decision| Record::of(session, decision)).collect()
}

/// A text as records have it: trimmed, with line feeds for every line end.
pub fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// A text on one line, without what steers a terminal.
pub fn one_line(text: &str) -> String {
    let plain = |character: &char| {
        let turns = matches!(*character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        character.is_whitespace() || !(character.is_control() || turns)
    };
    let text: String = text.chars().filter(plain).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A status in a word.
pub fn word(status: DecisionStatus) -> &'static str {
    match status {
        DecisionStatus::Proposed => "proposed",
        DecisionStatus::Accepted => "accepted",
        DecisionStatus::Rejected => "rejected",
        DecisionStatus::Superseded => "superseded",
    }
}
