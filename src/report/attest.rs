//! Who wrote the lines of a commit, in the forms that other tools read: git-ai's authorship notes
//! (`authorship/3.0.0`, its session and human keys) and Agent Trace (0.1.0). Pure.
//!
//! Both know lines only: a line is whose most of it is. What was pasted, came from outside or has
//! no known author is nobody's in git-ai ("untracked") and `unknown` in Agent Trace.

use super::blame::{BlameLine, author_of, blame_lines};
use super::trace::Traced;
use crate::base::{EventId, Millis, sha256_hex, when};
use crate::event::How;
use crate::session::{Hand, Session, Written};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A file of a commit, traced to its session.
pub struct CommittedFile {
    /// Relative to the repository, with `/`.
    pub path: String,
    pub session: Session,
    pub traced: Traced,
    /// The lines that the commit added or changed, from 1, both ends included.
    pub added: Vec<(usize, usize)>,
}

/// The commit that is told about.
pub struct Commit {
    /// 40 or 64 hexadecimal digits.
    pub sha: String,
    pub at: Millis,
    /// Names with the identity that git knows for them: `Name <address>`.
    pub identities: BTreeMap<String, String>,
}

/// Line numbers in order as ranges, both ends included.
fn ranges(lines: &BTreeSet<usize>) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for line in lines {
        match out.last_mut() {
            Some(last) if last.1 + 1 == *line => last.1 = *line,
            _ => out.push((*line, *line)),
        }
    }
    out
}

fn lines_of(file: &CommittedFile) -> impl Iterator<Item = BlameLine<'_>> {
    file.added.iter().flat_map(|(from, to)| blame_lines(&file.traced, *from, *to))
}

/// The beginning of a key: 14 hexadecimal digits of the SHA-256.
fn digits(text: &str) -> String {
    sha256_hex(text.as_bytes()).chars().take(14).collect()
}

fn identity(commit: &Commit, name: &str) -> String {
    commit.identities.get(name).cloned().unwrap_or_else(|| name.to_owned())
}

/// The note for `refs/notes/ai`; nothing where no line has an author that it could name.
pub fn git_ai_note(commit: &Commit, files: &[CommittedFile]) -> Option<String> {
    let mut out = String::new();
    let (mut sessions, mut humans) = (Map::new(), Map::new());
    for file in files {
        let mut entries: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for line in lines_of(file) {
            let Some(run) = line.main().map(|part| part.run) else { continue };
            let name = author_of(&file.session, run);
            let key = match (run.hand, run.how) {
                (Hand::Person, How::Typed) => {
                    let author = identity(commit, name);
                    let key = format!("h_{}", digits(&author));
                    humans.insert(key.clone(), json!({"author": author}));
                    key
                }
                (Hand::Model | Hand::Agent, _) => {
                    let (id, record) = agent(commit, &file.session, run, name);
                    let edit = run.edit.or(run.proposal).unwrap_or(file.session.id);
                    // One acceptance is one trace; its event's hash names it alike each time.
                    let trace: String = edit.to_string().chars().take(14).collect();
                    let key = format!("{id}::t_{trace}");
                    sessions.insert(id, record);
                    key
                }
                _ => continue,
            };
            entries.entry(key).or_default().insert(line.number);
        }
        if entries.is_empty() {
            continue;
        }
        let blank = file.path.contains(char::is_whitespace);
        let quoted = if blank { format!("\"{}\"", file.path) } else { file.path.clone() };
        out.push_str(&format!("{quoted}\n"));
        for (key, lines) in entries {
            let spelled: Vec<String> = ranges(&lines)
                .into_iter()
                .map(
                    |(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") },
                )
                .collect();
            out.push_str(&format!("  {key} {}\n", spelled.join(",")));
        }
    }
    if out.is_empty() {
        return None;
    }
    let metadata = json!({
        "schema_version": "authorship/3.0.0",
        "base_commit_sha": commit.sha,
        "prompts": {},
        "humans": humans,
        "sessions": sessions,
    });
    let metadata = serde_json::to_string_pretty(&metadata).unwrap_or_default();
    Some(format!("{out}---\n{metadata}\n"))
}

/// A model's part in a session, as git-ai calls a session: its key and its record.
fn agent(commit: &Commit, session: &Session, run: &Written, name: &str) -> (String, Value) {
    let author = run.author.as_ref().map_or("", |author| author.as_str());
    let conversation = format!("{}:{author}", session.id);
    let key = format!("s_{}", digits(&format!("cowrite:{conversation}")));
    let mut record = json!({"agent_id": {"tool": "cowrite", "id": conversation, "model": name}});
    if let Some(by) = &run.by {
        record["human_author"] = identity(commit, session.author_name(by)).into();
    }
    (key, record)
}

/// What a line is in Agent Trace: the kind, the model, and the message that it hangs on.
fn contributor(
    session: &Session,
    line: &BlameLine,
) -> (&'static str, Option<String>, Option<EventId>) {
    let inked: Vec<&Written> =
        line.parts.iter().filter(|part| part.inked > 0).map(|part| part.run).collect();
    let all: Vec<&Written> =
        if inked.is_empty() { line.parts.iter().map(|part| part.run).collect() } else { inked };
    let is_model = |run: &&&Written| matches!(run.hand, Hand::Model | Hand::Agent);
    let is_typed = |run: &&&Written| run.hand == Hand::Person && run.how == How::Typed;
    let models = all.iter().filter(is_model).count();
    let typed = all.iter().filter(is_typed).count();
    let changed = all.iter().filter(is_model).any(|run| run.edited_before || run.edited_since);
    let kind = match (models, typed) {
        (0, typed) if typed == all.len() && typed > 0 => return ("human", None, None),
        (0, _) => return ("unknown", None, None),
        (models, _) if models == all.len() && !changed => "ai",
        _ => "mixed",
    };
    // Of several models the one that wrote most.
    let main = line.main().map(|part| part.run);
    let model = main
        .filter(|run| is_model(&run))
        .or_else(|| all.iter().copied().find(|run| is_model(&run)));
    let name = model.map(|run| author_of(session, run).chars().take(250).collect());
    (kind, name, model.and_then(|run| run.message))
}

/// The trace record; nothing where no line of the commit is in a session.
pub fn agent_trace(commit: &Commit, files: &[CommittedFile]) -> Option<Value> {
    let mut told = Vec::new();
    let mut ids = BTreeSet::new();
    for file in files {
        let mut groups: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
        for line in lines_of(file) {
            let key = contributor(&file.session, &line);
            groups.entry(key).or_default().insert(line.number);
        }
        if groups.is_empty() {
            continue;
        }
        ids.insert(file.session.id.to_string());
        let conversations: Vec<Value> = groups
            .into_iter()
            .map(|((kind, model, _), lines)| {
                let mut contributor = json!({"type": kind});
                if let Some(model) = model {
                    contributor["model_id"] = model.into();
                }
                let ranges: Vec<Value> = ranges(&lines)
                    .into_iter()
                    .map(|(from, to)| json!({"start_line": from, "end_line": to}))
                    .collect();
                json!({"contributor": contributor, "ranges": ranges})
            })
            .collect();
        told.push(json!({"path": file.path, "conversations": conversations}));
    }
    if told.is_empty() {
        return None;
    }
    let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    Some(json!({
        "version": "0.1.0",
        "id": uuid(&format!("cowrite agent-trace {} {}", commit.sha, names.join("\n"))),
        "timestamp": when::second(commit.at),
        "vcs": {"type": "git", "revision": commit.sha},
        "tool": {"name": "cowrite", "version": env!("CARGO_PKG_VERSION")},
        "files": told,
        "metadata": {"cowrite": {"sessions": ids}},
    }))
}

/// A UUID of version 8 that the text always gives.
fn uuid(text: &str) -> String {
    let hash = sha256_hex(text.as_bytes());
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    // The version is 8, and the variant that of RFC 9562.
    let (version, variant) = (format!("8{}", part(13, 16)), format!("a{}", part(17, 20)));
    [part(0, 8), part(8, 12), &version, &variant, part(20, 32)].join("-")
}
