//! Killed at any moment: nothing older than the last instant is missing, doubled or misplaced.
//!
//! `COWRITE_KILLS` says how often (20 by default).

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use cowrite::base::Rand;

use crate::desk::{ask, home, home_with, open, session, text};
use crate::pty::{Encoding, Home, parse_keys};
use crate::server::{Reply, Server};

/// Time between two keys.
const PACE: Duration = Duration::from_millis(10);
/// What the kill may cost at most on a busy machine; the measured loss is printed.
const WINDOW: Duration = Duration::from_millis(1_000);

/// What a person types, and the text as it is after each key.
struct Typist {
    rand: Rand,
    text: Vec<char>,
    caret: usize,
}

impl Typist {
    /// Goes to the end of what is there, on a line of its own.
    fn new(seed: u64, text: &str) -> Self {
        let text: Vec<char> = text.chars().collect();
        Self { rand: Rand::from_number(seed), caret: text.len(), text }
    }

    fn key(&mut self) -> &'static str {
        const LETTERS: [&str; 12] = ["a", "b", "c", "d", "e", "r", "s", "t", "u", "é", "木", "x"];
        match self.rand.below(20) {
            0 => {
                self.insert('\n');
                "<enter>"
            }
            1 if self.caret > 0 => {
                self.caret -= 1;
                self.text.remove(self.caret);
                "<backspace>"
            }
            2 if self.caret > 0 => {
                self.caret -= 1;
                "<left>"
            }
            3 if self.caret < self.text.len() => {
                self.caret += 1;
                "<right>"
            }
            _ => {
                let letter = LETTERS[self.rand.below(LETTERS.len())];
                self.insert(letter.chars().next().unwrap());
                letter
            }
        }
    }

    fn insert(&mut self, letter: char) {
        self.text.insert(self.caret, letter);
        self.caret += 1;
    }

    fn state(&self) -> String {
        self.text.iter().collect()
    }
}

/// What a kill cost.
#[derive(Clone, Copy, Default)]
struct Loss {
    keys: usize,
    time: Duration,
}

/// Types at a pace while an answer streams, kills, starts again and compares.
fn round(home: &Arc<Home>, before: &str, seed: u64) -> (String, Loss) {
    let mut rand = Rand::from_number(seed ^ 0x5eed);
    let term = open(home, &["a.md"]);
    term.keys("<ctrl-end>");
    ask(&term, "Go on.");
    let mut typist = Typist::new(seed, before);
    let mut states = vec![before.to_owned()];
    let mut sent = vec![Instant::now()];
    let count = 10 + rand.below(60);
    // Nobody sends: the channel is the clock.
    let (_keep, clock) = mpsc::channel::<()>();
    let start = Instant::now();
    let mut late = Duration::ZERO;
    for number in 0..count {
        let due = start + PACE * u32::try_from(number).unwrap();
        let left = due.saturating_duration_since(Instant::now());
        assert_eq!(clock.recv_timeout(left), Err(RecvTimeoutError::Timeout));
        late = late.max(Instant::now().saturating_duration_since(due));
        let key = typist.key();
        for key in parse_keys(key) {
            term.write(key.bytes(Encoding::default()));
        }
        states.push(typist.state());
        sent.push(Instant::now());
    }
    let a_moment = Duration::from_micros(rand.below(12_000) as u64);
    assert_eq!(clock.recv_timeout(a_moment), Err(RecvTimeoutError::Timeout));
    let killed = Instant::now();
    late = late.max(killed.saturating_duration_since(start + PACE * u32::try_from(count).unwrap()));
    term.kill9();
    drop(term);

    let term = open(home, &["a.md"]);
    term.wait_for("Go on.");
    term.keys("<ctrl-q>");
    term.wait_until(|screen| screen.contents().contains("Keep as draft"));
    term.keys("k");
    assert!(term.wait_exit().success());
    let after = text(home);
    let Some(reached) = states.iter().rposition(|state| *state == after) else {
        let mut last = states.last().cloned().unwrap_or_default();
        last.insert_str(0, "typed: ");
        panic!("seed {seed}: what is there was never typed: {after:?}\n{last:?}");
    };
    let lost = states.len() - 1 - reached;
    let time = sent.get(reached + 1).map_or(Duration::ZERO, |at| killed - *at);
    // A machine that stood still for this test stood still for the program, too.
    let most = WINDOW + 2 * late;
    assert!(time <= most, "seed {seed}: {lost} keys of the last {time:?} are gone; late {late:?}");
    (after, Loss { keys: lost, time })
}

fn chain(first: u64, rounds: usize) -> Vec<Loss> {
    let server = Server::start(Reply::rate(100_000, 200.0));
    let mut losses = Vec::new();
    // A fresh library every so often, so that rounds stay quick.
    for start in (0..rounds).step_by(10) {
        let home = home_with(&server);
        let mut text = String::from("begin\n");
        home.write("a.md", &text);
        let many = 10.min(rounds - start);
        for number in start..start + many {
            let (after, loss) = round(&home, &text, first + number as u64);
            text = after;
            losses.push(loss);
        }
        // Every question once, no answer twice, and each answer is the beginning of what was sent.
        let session = session(&home);
        let questions = session.transcript.iter().filter(|one| one.text() == "Go on.").count();
        assert_eq!(questions, many);
        let whole: String = (0..100_000).map(|number| format!("w{number} ")).collect();
        for answer in session.transcript.iter().filter(|one| one.author.is_model()) {
            assert!(whole.starts_with(answer.text()), "{:?}", answer.text());
        }
        assert_eq!(home.read("a.md"), "begin\n", "nobody saved");
    }
    losses
}

#[test]
fn killed_while_typing_and_streaming() {
    let kills = std::env::var("COWRITE_KILLS").ok().and_then(|count| count.parse().ok());
    let kills: usize = kills.unwrap_or(20);
    let share = kills.div_ceil(2);
    let losses: Vec<Loss> = std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..2).map(|half| scope.spawn(move || chain(half as u64 * 1_000_000, share))).collect();
        runs.into_iter().flat_map(|run| run.join().unwrap()).collect()
    });
    let mut times: Vec<Duration> = losses.iter().map(|loss| loss.time).collect();
    times.sort_unstable();
    let most = losses.iter().map(|loss| loss.keys).max().unwrap_or_default();
    println!(
        "{} kills: lost at most {most} keys, the oldest typed {} ms before the kill; median {} ms, \
         nothing lost in {}",
        losses.len(),
        times.last().map_or(0, Duration::as_millis),
        times.get(times.len() / 2).map_or(0, Duration::as_millis),
        losses.iter().filter(|loss| loss.keys == 0).count(),
    );
}

#[test]
fn killed_while_saving_the_file_is_old_or_new_and_whole() {
    let rounds = 8;
    let home = Arc::new(home());
    let mut text = "line of text in a file that takes a moment to write\n".repeat(20_000);
    home.write("a.md", &text);
    // The session is in the library before the first kill.
    let term = open(&home, &["a.md"]);
    term.keys("<ctrl-end>end<ctrl-s>");
    term.wait_for("Saved to");
    crate::desk::quit(&term);
    text.push_str("end");
    let mut rand = Rand::from_number(7);
    let (_keep, clock) = mpsc::channel::<()>();
    let mut news = 0;
    for number in 0..rounds {
        let term = open(&home, &["a.md"]);
        let letter = char::from(b'a' + number);
        term.keys(&format!("<ctrl-home>{letter}"));
        term.wait_for(&format!("{letter}{}", &text[..4]));
        let before = home.read("a.md");
        // More is typed behind the save, before its end is known.
        term.write("\x13XY");
        let moment = Duration::from_micros(rand.below(40_000) as u64);
        assert_eq!(clock.recv_timeout(moment), Err(RecvTimeoutError::Timeout));
        term.kill9();
        let file = home.read("a.md");
        let saved = format!("{letter}{text}");
        assert!(file == before || file == saved, "the file is neither the old nor the new");
        news += usize::from(file == saved);
        drop(term);
        let term = open(&home, &["a.md"]);
        // The first screen may be older than the session: only the program knows what is unsaved.
        term.keys("<ctrl-q>");
        if term.seen_within_deadline(|screen| screen.contains("Keep as draft")) {
            term.keys("k");
        }
        assert!(term.wait_exit().success());
        term.assert_restored();
        text = self::text(&home);
        // The letter itself was typed within the loss window.
        let lost = file == before && text == saved[1..];
        let typed: Vec<String> = ["", "X", "XY"].map(|more| format!("{letter}{more}")).into();
        let known = typed.iter().any(|typed| text == format!("{typed}{}", &saved[1..]));
        assert!(known || lost, "round {number}: {:?}", &text[..20]);
    }
    println!("{rounds} kills while saving: the file was new in {news}");
}

#[test]
fn everything_is_there_after_a_kill() {
    let blocks = "Why not.\n<<<<<<< SEARCH\nalpha\n=======\nbeta\n>>>>>>> REPLACE\n";
    let server = Server::start(Reply::text(&[blocks]));
    let home = home_with(&server);
    home.write("a.md", "alpha\nomega\n");
    let term = open(&home, &["a.md"]);
    ask(&term, "Change it.");
    term.wait_for("1 hunk to review");
    term.keys("<ctrl-n>");
    term.wait_for("A decision");
    term.keys("Stay<tab><tab><tab>because<ctrl-s>");
    term.wait_for("Recorded");
    term.keys("<alt-1><ctrl-end>typed<left><left><alt-2>half a question");
    term.wait_for("half a question");
    // View state is stored a moment later than text.
    let stored = || {
        let bytes = std::fs::read(home.cowrite().join("library.db-wal")).unwrap_or_default();
        bytes.windows(15).any(|part| part == b"half a question")
    };
    assert!(term.holds_within_deadline(stored), "the half question is stored");
    term.kill9();
    drop(term);
    let term = open(&home, &["a.md"]);
    term.wait_for("typed");
    term.wait_for("1 hunk open");
    term.wait_for("+ beta");
    term.wait_for("Decisions 1");
    term.wait_for("› half a question");
    term.wait_for("Change it.");
    term.wait_for("3:4");
}

/// Nobody who types on after a kill writes before the words that were typed last.
#[test]
fn the_caret_is_behind_what_was_typed_last() {
    let home = Arc::new(home());
    home.write("a.md", "end\n");
    let (_keep, clock) = mpsc::channel::<()>();
    let mut words = String::new();
    for round in ["abc", "def", "ghi"] {
        let term = open(&home, &["a.md"]);
        for letter in round.chars() {
            term.keys(&letter.to_string());
            words.push(letter);
            term.wait_for(&format!("{words}end"));
        }
        // The key is on the disk some milliseconds after it is shown; the caret follows in the
        // next pause, which does not come.
        let moment = Duration::from_millis(40);
        assert_eq!(clock.recv_timeout(moment), Err(RecvTimeoutError::Timeout));
        term.kill9();
    }
    let term = open(&home, &["a.md"]);
    term.wait_for("abcdefghiend");
}

#[test]
fn the_first_keys_in_a_large_new_file_are_as_safe_as_any() {
    let home = Arc::new(home());
    let text = "a line of a file that no session knows yet\n".repeat(25_000);
    let mut rand = Rand::from_number(21);
    let (_keep, clock) = mpsc::channel::<()>();
    // Soon after the first key, between keys, and while the session is stored in the pause.
    for (round, pause) in [0, 0, 40, 400, 1_500, 1_505, 1_510].into_iter().enumerate() {
        let name = format!("new{round}.md");
        home.write(&name, &text);
        let term = open(&home, &[&name]);
        let mut typed = String::new();
        for letter in "wxyz".chars().take(1 + round % 4) {
            term.keys(&letter.to_string());
            typed.push(letter);
            term.wait_for(&format!("{typed}a line of"));
        }
        let moment = Duration::from_millis(15 + pause + rand.below(10) as u64);
        assert_eq!(clock.recv_timeout(moment), Err(RecvTimeoutError::Timeout));
        term.kill9();
        drop(term);
        let term = open(&home, &[&name]);
        term.wait_for(&format!("{typed}a line of"));
        term.keys("<ctrl-s>");
        term.wait_for("Saved to");
        crate::desk::quit(&term);
        assert!(home.read(&name) == format!("{typed}{text}"), "round {round}");
    }
    // What was only looked at leaves nothing behind.
    home.write("seen.md", &text);
    crate::desk::quit(&open(&home, &["seen.md"]));
    assert_eq!(crate::desk::sessions(&home).len(), 7);
}
