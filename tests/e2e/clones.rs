//! People on machines of their own with clones of one repository, in which a plan and its session
//! file are.

use std::collections::BTreeSet;
use std::sync::Arc;

use cowrite::event::Envelope;
use cowrite::session::Session;

use crate::desk::{home, sessions};
use crate::pty::Home;

pub const FILE: &str = "repo/sessions/plan.cowrite.jsonl";
pub const TEXT: &str = "# Plan\n\nalpha one\n\nbeta two\n\ngamma three\n\ndelta four\n\nomega\n";

/// A person on a machine of their own, with a clone in `repo`.
pub struct Person(pub Arc<Home>);

impl Person {
    pub fn new(name: &str) -> Self {
        let home = home();
        let config = home.cowrite().join("config.toml");
        let text =
            std::fs::read_to_string(&config).unwrap().replace("\"Ada\"", &format!("{name:?}"));
        std::fs::write(config, text).unwrap();
        Self(Arc::new(home.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_EDITOR", "true")))
    }

    pub fn git_may_fail(&self, args: &[&str]) -> crate::pty::Ran {
        let always = [
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@example.org",
            "-c",
            "init.defaultBranch=main",
            "-c",
            "pull.rebase=false",
            "-C",
            "repo",
        ];
        self.0.run_program("git", &[&always, args].concat(), "")
    }

    #[track_caller]
    pub fn git(&self, args: &[&str]) -> String {
        self.git_may_fail(args).ok()
    }

    /// Runs commands on the text without a screen.
    #[track_caller]
    pub fn does(&self, commands: &str) -> String {
        self.0.run(&["do", commands, "repo/plan.md"], "").ok()
    }

    #[track_caller]
    pub fn writes(&self, line: usize, text: &str) {
        self.does(&format!("go.line {line}; cursor.line-end; edit.insert {text}; file.save"));
    }

    #[track_caller]
    pub fn decides(&self, title: &str, because: &str) {
        self.does(&format!(
            "decision.new {title}; form.next; form.next; form.next; edit.insert {because}; form.submit"
        ));
    }

    #[track_caller]
    pub fn shares(&self) {
        self.0.run(&["share", "repo/plan.md", "--yes"], "").ok();
    }

    #[track_caller]
    pub fn commits(&self, what: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", what]);
    }

    pub fn read(&self, name: &str) -> String {
        self.0.read(name)
    }

    #[track_caller]
    pub fn session(&self) -> Session {
        let mut all = sessions(&self.0);
        assert_eq!(all.len(), 1, "sessions in the library");
        all.remove(0)
    }

    /// The shared events of the library, by their ids.
    #[track_caller]
    pub fn events(&self) -> BTreeSet<String> {
        let session = self.session();
        let file = self.0.file("all.cowrite.jsonl");
        let _ = std::fs::remove_file(&file);
        let id = session.id.to_string();
        self.0.run(&["export", "--session", &id, "--session-file", "all.cowrite.jsonl"], "").ok();
        ids(&self.read("all.cowrite.jsonl"))
    }

    /// Opens the text and leaves it: what came in by files is settled.
    #[track_caller]
    pub fn looks(&self) -> String {
        self.does("cursor.top");
        self.text()
    }

    #[track_caller]
    pub fn text(&self) -> String {
        let session = self.session();
        assert_eq!(session.documents.len(), 1, "documents");
        session.documents.values().next().unwrap().document.rope().to_string()
    }
}

/// The ids of the events in a file: an independent reading, line by line.
pub fn ids(file: &str) -> BTreeSet<String> {
    let events = file.lines().filter_map(|line| Envelope::parse(line.trim_end_matches('\r')).ok());
    events.map(|event| event.id.to_string()).collect()
}

/// Ada with a repository that has a plan, its session file, and a place to push to.
pub fn ada() -> (Person, String) {
    let ada = Person::new("Ada");
    let remote = ada.0.file("remote.git").to_str().unwrap().to_owned();
    ada.0.run_program("git", &["init", "-q", "--bare", "-b", "main", &remote], "").ok();
    ada.0.run_program("git", &["clone", "-q", &remote, "repo"], "").ok();
    ada.0.write("repo/plan.md", TEXT);
    ada.writes(3, "-A0");
    ada.decides("Ship in May", "the fair is in June");
    ada.shares();
    ada.commits("begun");
    ada.git(&["push", "-q", "origin", "HEAD:main"]);
    (ada, remote)
}

pub fn joins(name: &str, remote: &str) -> Person {
    let person = Person::new(name);
    person.0.run_program("git", &["clone", "-q", remote, "repo"], "").ok();
    // The session is found by the text alone.
    assert!(person.looks().contains("alpha one-A0"), "{}", person.text());
    person
}

pub fn two() -> (Person, Person) {
    let (ada, remote) = ada();
    let eve = joins("Eve", &remote);
    (ada, eve)
}

/// Both went on apart: text, decisions, saved and shared on both sides.
pub fn apart() -> (Person, Person, BTreeSet<String>) {
    let (ada, eve) = two();
    ada.writes(5, "-A1");
    ada.decides("Ask the bank", "we need a loan");
    ada.shares();
    ada.commits("of Ada");
    eve.writes(9, "-E1");
    eve.does("decision.reject");
    eve.does("session.rename The great plan");
    eve.shares();
    eve.commits("of Eve");
    eve.git(&["push", "-q", "origin", "HEAD:main"]);
    let union = &ids(&ada.read(FILE)) | &ids(&eve.read(FILE));
    (ada, eve, union)
}

pub const MERGED: &str =
    "# Plan\n\nalpha one-A0\n\nbeta two-A1\n\ngamma three\n\ndelta four-E1\n\nomega\n";

/// A clone in which nothing was opened yet.
#[track_caller]
pub fn clones(name: &str, remote: &str) -> Person {
    let person = Person::new(name);
    person.0.run_program("git", &["clone", "-q", remote, "repo"], "").ok();
    person
}

impl Person {
    /// Takes words out, of the file as well, and shares that.
    #[track_caller]
    pub fn redacts(&self, words: &str) {
        self.0.run(&["redact", "repo/plan.md", "--text", words, "--yes"], "").ok();
        self.does("file.save");
    }

    /// Says yes to what others redacted.
    #[track_caller]
    pub fn accepts(&self) {
        for _ in 0..9 {
            let told = self.0.run(&["redactions", "repo/plan.md"], "").ok();
            let waits = told.lines().find(|line| line.ends_with("(the words are still here)"));
            let Some(id) = waits.and_then(|line| line.split_whitespace().next()) else { return };
            self.0.run(&["redactions", "repo/plan.md", "--accept", id], "").ok();
        }
        panic!("redactions wait for ever");
    }

    /// The files of the library and of the clone, git's own left out, that hold words.
    pub fn holders(&self, words: &str) -> Vec<String> {
        let mut files = vec![self.0.file(FILE), self.0.file("repo/plan.md")];
        let mut folders = vec![self.0.cowrite()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        let holds = |path: &std::path::PathBuf| {
            let bytes = std::fs::read(path).unwrap_or_default();
            bytes.windows(words.len()).any(|part| part == words.as_bytes())
        };
        files.iter().filter(|path| holds(path)).map(|path| path.display().to_string()).collect()
    }
}
