//! Bringing conversations of other programs in, one file after the other: what came, what was left out
//! and what could not be read is told as it goes on and in sums at the end.

use super::import::ImportArgs;
use super::{Failure, Out, one_line, when};
use crate::base::{Rand, day};
use crate::report::bring::{self, Conversation, Left, Outcome, Program};
use crate::runtime::{Bringing, Came};
use crate::state::{Me, plural};
use crate::store::{SqliteStore, StoreError, llm_rows};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufReader, IsTerminal as _, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The largest file that is read, in bytes.
pub const FILE_BYTES: u64 = 4 << 30;
/// Files that are named; then they are only counted.
pub const TOLD: usize = 50;

/// What is done, and what came of it.
pub struct Work<'a> {
    args: &'a ImportArgs,
    store: SqliteStore,
    me: Option<Me>,
    brought: Bringing,
    rand: Rand,
    left: Left,
    /// The same of the file that is being read.
    here: Left,
    /// Files of which something could not be read.
    troubled: usize,
    rows: Vec<Value>,
    conversations: usize,
    /// Of them, with something new.
    fresh: usize,
    new: usize,
    known: usize,
    progress: Progress,
    failed: Option<StoreError>,
}

impl<'a> Work<'a> {
    /// With nobody to write as nothing is brought in: it is only told. `rows` is what is told of
    /// other files.
    pub fn new(
        args: &'a ImportArgs,
        store: SqliteStore,
        me: Option<Me>,
        rows: Vec<Value>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            args,
            brought: Bringing::of(&store).map_err(Failure::store)?,
            store,
            me,
            rand: super::place::rand()?,
            left: Left::default(),
            here: Left::default(),
            troubled: 0,
            rows,
            conversations: 0,
            fresh: 0,
            new: 0,
            known: 0,
            progress: Progress::new(),
            failed: None,
        })
    }

    /// Whether all of what was found could be read.
    pub fn is_whole(&self) -> bool {
        self.left.unread.is_empty()
    }

    /// Reads a file and brings its conversations in. Returns why it could not be read to its end,
    /// where that is so; what came before is here.
    ///
    /// # Errors
    /// When the library fails: nothing more can be brought in.
    pub fn source(
        &mut self,
        program: Program,
        path: &Path,
        out: &mut Out,
    ) -> Result<Option<String>, Failure> {
        let mut take = |conversation: Conversation| self.conversation(path, &conversation, out);
        let read = read(program, path, &mut take);
        if let Some(why) = self.failed.take() {
            self.progress.clear(out);
            return Err(Failure::store(why));
        }
        let outcome = match read {
            Ok(outcome) => outcome,
            Err(why) => return Ok(Some(why)),
        };
        self.here.add(&outcome.left);
        let here = std::mem::take(&mut self.here);
        if !here.unread.is_empty() {
            self.troubled += 1;
            if self.troubled <= TOLD {
                self.progress.clear(out);
                let words = here.unread_words();
                out.say(&format!("{}: could not be read: {words}.", path.display()));
            }
        }
        self.left.add(&here);
        Ok(outcome.trouble.map(|why| format!("{why}; what stands before that was read")))
    }

    fn conversation(&mut self, path: &Path, conversation: &Conversation, out: &mut Out) {
        let id = conversation.key();
        let named = |only: &String| {
            !only.is_empty()
                && (id.starts_with(only.as_str()) || conversation.id.starts_with(only.as_str()))
        };
        let chosen = self.args.only.is_empty() || self.args.only.iter().any(named);
        if !chosen || self.failed.is_some() {
            return;
        }
        if conversation.messages.is_empty() {
            self.here.add(&conversation.left);
            *self.here.passed.entry("empty conversation").or_default() += 1;
            return;
        }
        self.conversations += 1;
        self.here.add(&conversation.left);
        let words = format!("{} …", plural(self.conversations, "conversation"));
        self.progress.show(&words, out);
        let came = match &self.me {
            Some(me) => {
                match self.brought.bring(&mut self.store, conversation, me, &mut self.rand) {
                    Ok(came) => Some(came),
                    Err(why) => {
                        self.failed = Some(why);
                        return;
                    }
                }
            }
            None => None,
        };
        if let Some(came) = came {
            self.fresh += usize::from(came.new > 0);
            self.new += came.new;
            self.known += came.known;
        }
        if let Err(why) = self.tell(path, conversation, came, out) {
            // Whoever reads it went away.
            out.say(&why.what);
        }
    }

    fn tell(
        &mut self,
        path: &Path,
        conversation: &Conversation,
        came: Option<Came>,
        out: &mut Out,
    ) -> Result<(), Failure> {
        let begun = conversation.begun().unwrap_or_default();
        let session = came.map(|came| came.session).or_else(|| self.brought.session(conversation));
        if self.args.json {
            self.rows.push(json!({
                "file": path.display().to_string(),
                "program": conversation.program.word(),
                "id": conversation.id,
                "key": conversation.key(),
                "title": conversation.title,
                "begun": when::second(begun),
                "messages": conversation.messages.len(),
                "session": session.map(|session| session.to_string()),
                "new": came.map(|came| came.new),
                "known": came.map(|came| came.known),
                "left_out": conversation.left.passed,
                "unread": conversation.left.unread,
            }));
            return Ok(());
        }
        let title = one_line(&conversation.title);
        let program = conversation.program.name();
        match came {
            None => {
                self.progress.clear(out);
                let key: String = conversation.key().chars().take(8).collect();
                let here = if session.is_some() { "here " } else { "new  " };
                let count = plural(conversation.messages.len(), "message");
                out.line(&format!("{key}  {}  {here} {count:>14}  {title} ({program})", day(begun)))
            }
            Some(came) if came.new > 0 => {
                self.progress.clear(out);
                out.line(&format!(
                    "{}  {}  {} new, {} known  {title} ({program})",
                    came.session.short(),
                    day(begun),
                    came.new,
                    came.known
                ))
            }
            Some(_) => Ok(()),
        }
    }

    /// Tells the sums. `any`: there were files of other programs at all.
    pub fn finish(
        &mut self,
        any: bool,
        bad: &[(PathBuf, String)],
        other: usize,
        out: &mut Out,
    ) -> Result<(), Failure> {
        self.progress.clear(out);
        if self.new > 0 {
            self.store
                .syncer()
                .sync()
                .map_err(|why| Failure::new(format!("The library could not be synced: {why}")))?;
        }
        if self.args.json {
            let bad: Vec<Value> = bad
                .iter()
                .map(|(path, why)| json!({"file": path.display().to_string(), "why": why}))
                .collect();
            return out.json(&json!({
                "came": std::mem::take(&mut self.rows),
                "new": self.new,
                "known": self.known,
                "left_out": self.left.passed,
                "unread": self.left.unread,
                "unread_at": self.left.at,
                "files_unread": bad,
                "files_passed_over": other,
            }));
        }
        if !self.left.passed.is_empty() {
            out.say(&format!("Left out: {}.", Left::words(&self.left.passed)));
        }
        if self.troubled > TOLD {
            let all = Left::words(&self.left.unread);
            out.say(&format!("… {} such files in all: {all}.", self.troubled));
        }
        if other > 0 {
            out.say(&format!("{} of other kinds passed over.", plural(other, "file")));
        }
        if !any {
            if self.rows.is_empty() && bad.is_empty() && other > 0 {
                return Err(Failure::new("No conversation and no session file was found there."));
            }
            return Ok(());
        }
        if self.conversations == 0 && !self.args.only.is_empty() {
            return Err(Failure::new(format!(
                "No conversation there has an id that begins with {}: --list shows them.",
                self.args.only.join(" or ")
            )));
        }
        if self.args.list {
            out.say(&format!(
                "{}; nothing was changed (--list).",
                plural(self.conversations, "conversation")
            ));
            return Ok(());
        }
        out.line(&format!(
            "{}, {} of them with something new: {} new, {} known",
            plural(self.conversations, "conversation"),
            self.fresh,
            plural(self.new, "message"),
            self.known
        ))
    }
}

/// Reads a file of a program.
fn read(
    program: Program,
    path: &Path,
    take: &mut dyn FnMut(Conversation),
) -> Result<Outcome, String> {
    if program == Program::Llm {
        let mut joiner = bring::Joiner::default();
        let found = llm_rows(path, &mut |row| joiner.row(row, take));
        let outcome = joiner.finish(take);
        return match found {
            Ok(true) => Ok(outcome),
            Ok(false) => Err("it is a database, and not one of llm".into()),
            Err(why) => Ok(Outcome { trouble: Some(why.to_string()), ..outcome }),
        };
    }
    let mut file = File::open(path).map_err(|why| why.to_string())?;
    // A mark of the order of bytes is nothing of JSON's.
    let mut mark = [0; 3];
    let marked = file.read_exact(&mut mark).is_ok() && mark == *b"\xef\xbb\xbf";
    if !marked {
        file.rewind().map_err(|why| why.to_string())?;
    }
    let mut input = BufReader::with_capacity(1 << 16, file.take(FILE_BYTES));
    Ok(match program {
        Program::ChatGpt => bring::chatgpt(&mut input, take),
        Program::ClaudeCode => bring::claude_code(&mut input, take),
        Program::Codex => bring::codex(&mut input, take),
        Program::Aider => bring::aider(&mut input, take),
        Program::Llm => Outcome::default(),
    })
}

/// How far it has come, on standard error, once it takes longer than a second.
pub struct Progress {
    begun: Instant,
    told: Option<Instant>,
    redraws: bool,
    /// Where nothing is redrawn it is told line by line.
    lines: bool,
}

impl Progress {
    pub fn new() -> Self {
        let dumb = super::place::variable("TERM").is_none_or(|term| term == "dumb");
        let redraws = std::io::stderr().is_terminal() && !dumb;
        Self { begun: Instant::now(), told: None, redraws, lines: true }
    }

    /// The same, and silent unless a person is there to see it.
    pub fn at_terminal() -> Self {
        Self { lines: std::io::stderr().is_terminal(), ..Self::new() }
    }

    pub fn show(&mut self, words: &str, out: &mut Out) {
        let now = Instant::now();
        let pause = if self.redraws { 100 } else { 5_000 };
        let told = self.told.unwrap_or(self.begun);
        let wait = if self.told.is_none() { 1_000 } else { pause };
        let silent = !self.redraws && !self.lines;
        if silent || now.duration_since(told) < Duration::from_millis(wait) {
            return;
        }
        self.told = Some(now);
        if self.redraws {
            out.redraw(words);
        } else {
            out.say(words);
        }
    }

    /// Makes room for the next line.
    pub fn clear(&self, out: &mut Out) {
        if self.redraws && self.told.is_some() {
            out.redraw("");
        }
    }
}
