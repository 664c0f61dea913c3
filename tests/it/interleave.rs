//! Everything at once, from a seed: typing, an answer that streams, verdicts, splits, undo, changes of
//! the file, a second copy. Held against a plain model: a list of characters with whose each is.

use crate::harness::{Harness, ME, Trace, cases};
use crate::proposals::model::place;
use cowrite::base::{AuthorId, Pos, Rand, Span};
use cowrite::event::How;
use cowrite::session::{HunkState, OpenHunk};
use cowrite::state::Sides;

/// Whose a character is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Ada,
    Eve,
    Model,
    Outside,
}

type Text = Vec<(char, Who)>;

const EVE: &str = "p_01JEVE";
const WORDS: &[&str] = &["one ", "two ", "日本", "é", "\n", "three four ", "five.\n", "- ", "x"];

fn words(rand: &mut Rand, most: usize) -> String {
    (0..1 + rand.below(most)).map(|_| WORDS[rand.below(WORDS.len())]).collect()
}

fn by(text: &str, who: Who) -> Text {
    text.chars().map(|letter| (letter, who)).collect()
}

fn plain(text: &Text) -> String {
    text.iter().map(|(letter, _)| *letter).collect()
}

/// The text with whose it is, as the log says.
fn of_log(made: &Harness) -> Text {
    let session = &made.model().session;
    let document = &made.model().entry().expect("a document").document;
    let all = Span::new(Pos(0), Pos(document.len()));
    let mut out = Text::new();
    for run in document.runs(all) {
        let author = run.origin.author.clone();
        let author = author.or_else(|| Some(session.writers.get(&run.writer)?.author.clone()));
        let who = match author {
            _ if run.origin.how == How::Outside => Who::Outside,
            Some(author) if author.is_model() => Who::Model,
            Some(author) if author == EVE.parse::<AuthorId>().expect("an author") => Who::Eve,
            Some(author) if author == ME.parse::<AuthorId>().expect("an author") => Who::Ada,
            _ => Who::Outside,
        };
        out.extend(by(&document.rope().slice(run.span.range()).to_string(), who));
    }
    out
}

fn splice(text: &mut Text, at: std::ops::Range<usize>, new: &str, who: Who) {
    text.splice(at, by(new, who));
}

/// What accepting a fresh hunk does: only what differs is the model's.
fn accept(made: &Harness, text: &mut Text, hunk: &OpenHunk) {
    let entry = made.model().entry().expect("a document");
    let pieces = hunk.pieces(&made.model().session.proposals, &entry.document);
    for piece in pieces.into_iter().rev() {
        splice(text, piece.span.range(), &piece.text, Who::Model);
    }
}

/// An answer: a few lines of the text that was sent, each with another word in it.
fn answer(rand: &mut Rand, base: &str) -> String {
    let lines: Vec<&str> = base.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut out = String::from("So:\n");
    for _ in 0..1 + rand.below(3) {
        let Some(line) = lines.get(rand.below(lines.len().max(1))) else { break };
        let mut new: Vec<&str> = line.split_inclusive(' ').collect();
        let at = rand.below(new.len());
        match rand.below(3) {
            0 => new.insert(at, "new "),
            1 => new[at] = "other ",
            _ => new.push(" more"),
        }
        let new = new.concat();
        out.push_str(&format!("<<<<<<< SEARCH\n{line}\n=======\n{new}\n>>>>>>> REPLACE\n"));
    }
    out
}

struct Run {
    made: Harness,
    text: Text,
    /// What of the answer is still to come.
    coming: Vec<char>,
    /// Copies and restarts so far: each mints writers of its own.
    minted: u64,
    trace: Trace,
}

impl Run {
    #[track_caller]
    fn compare(&mut self, what: &str) {
        self.trace.0.push_str(&format!("\n{what}"));
        let log = of_log(&self.made);
        assert_eq!(self.made.text(), plain(&log), "the log says what is shown");
        assert_eq!(plain(&log), plain(&self.text));
        assert_eq!(log, self.text, "whose the characters are");
    }

    /// Takes what the program says for what is not modelled in every character, after a look at the
    /// text.
    #[track_caller]
    fn follow(&mut self, expected: Option<&str>) {
        let log = of_log(&self.made);
        if let Some(expected) = expected {
            assert_eq!(plain(&log), expected);
        }
        self.text = log;
    }

    fn step(&mut self, rand: &mut Rand) {
        let len = self.text.len();
        let open = self.made.model().session.open_in(&self.made.doc());
        let index = rand.below(open.len().max(1));
        match rand.below(18) {
            0..=2 => {
                let spans = open.iter().filter_map(|one| one.span);
                let near: Vec<usize> = spans.flat_map(|span| [span.start.0, span.end.0]).collect();
                let (at, new) = (place(rand, &near, len), words(rand, 2));
                self.made.place(at, None);
                self.made.input(cowrite::app::Input::Paste(new.clone()));
                splice(&mut self.text, at..at, &new, Who::Ada);
                self.compare(&format!("type {at} {new:?}"));
            }
            3 if len > 0 => {
                let start = rand.below(len);
                let end = (start + 1 + rand.below(5)).min(len);
                self.made.place(end, Some(start));
                self.made.keys("delete");
                splice(&mut self.text, start..end, "", Who::Ada);
                self.compare(&format!("delete {start}..{end}"));
            }
            4..=6 if self.made.model().turn.is_some() => {
                let count = (1 + rand.below(40)).min(self.coming.len());
                let piece: String = self.coming.drain(..count).collect();
                self.made.chunk(&piece);
                if self.coming.is_empty() {
                    self.made.stop();
                }
                self.compare(&format!("stream {piece:?}"));
            }
            4..=6 => {
                let at = rand.below(len + 1);
                self.made.place(at, None);
                self.coming = answer(rand, &plain(&self.text)).chars().collect();
                self.made.say("Better?");
                self.compare("ask");
            }
            7 | 8 if !open.is_empty() => {
                let hunk = &open[index];
                if hunk.state == HunkState::Pending {
                    accept(&self.made, &mut self.text, hunk);
                }
                self.made.about_hunk(index, "hunk.accept");
                self.compare(&format!("accept {hunk:?}"));
            }
            9 if !open.is_empty() => {
                self.made.about_hunk(index, "hunk.reject");
                self.compare(&format!("reject {index}"));
            }
            10 if !open.is_empty() => {
                self.made.about_hunk(index, "hunk.split");
                self.compare(&format!("split {index}"));
            }
            11 if !open.is_empty() => self.settle(rand, &open[index], index),
            12 => {
                // Whatever is taken back, it comes back as it was.
                self.made.pass(3000);
                let before = (self.made.text(), of_log(&self.made));
                self.made.keys("ctrl-z");
                self.trace.0.push_str(&format!("\nundo: {}", self.made.notice()));
                let took = self.made.notice().starts_with("Took back");
                if took && rand.below(2) == 0 {
                    self.made.keys("ctrl-y");
                    assert_eq!((self.made.text(), of_log(&self.made)), before, "undo and redo");
                }
                self.follow(None);
                self.compare("undo");
            }
            13 => self.outside(rand),
            14 => self.merge(rand),
            16 => self.there_and_back(rand, "discard", |made| {
                made.discard().expect("discards");
            }),
            17 => self.there_and_back(rand, "take back", |made| {
                made.run("written.take-back model large go");
            }),
            15 if rand.below(3) == 0 && self.made.model().turn.is_none() => {
                self.minted += 1;
                self.made = self.made.killed(self.minted);
                self.compare("killed");
            }
            _ => {}
        }
    }

    /// Something that brings text back: undo takes it back whole, and redo does it again.
    fn there_and_back(&mut self, rand: &mut Rand, what: &str, act: impl Fn(&mut Harness)) {
        self.made.pass(3000);
        // What a hunk replaces may be gone. Where characters come back on one side or the other of
        // that, it is to be settled there or to be placed by hand.
        let open_as = |state: HunkState| match state {
            HunkState::Unplaced => HunkState::Stale,
            state => state,
        };
        let state = |made: &Harness| {
            let open = made.model().session.open_in(&made.doc());
            let open = open.iter().map(|one| (one.members.clone(), open_as(one.state)));
            let open: Vec<_> = open.collect();
            (of_log(made), open)
        };
        let edits = |made: &Harness| made.model().entry().map(|entry| entry.edits().count());
        let (before, count) = (state(&self.made), edits(&self.made));
        act(&mut self.made);
        self.trace.0.push_str(&format!("\n{what}: {}", self.made.notice()));
        if edits(&self.made) != count {
            let after = state(&self.made);
            self.made.keys("ctrl-z");
            assert_eq!(state(&self.made), before, "{what}, undone: {}", self.made.notice());
            if rand.below(2) == 0 {
                self.made.keys("ctrl-y");
                assert_eq!(state(&self.made), after, "{what}, redone: {}", self.made.notice());
            }
        }
        self.follow(None);
        self.compare(what);
    }

    /// A hunk whose text changed.
    fn settle(&mut self, rand: &mut Rand, hunk: &OpenHunk, index: usize) {
        let key = ["hunk.mine", "hunk.theirs", "hunk.both", "hunk.base"][rand.below(4)];
        let now = plain(&self.text);
        let stale = hunk.state == HunkState::Stale && !hunk.behind;
        // What is shown of the three sides is what their keys give, and all else stays.
        let model = self.made.model();
        let sides = model.sides(&model.doc, hunk).filter(|_| stale);
        let becomes = |new: fn(&Sides) -> Option<&String>| {
            let sides = sides.as_deref()?;
            let new = new(sides)?;
            let mut text: Vec<char> = now.chars().collect();
            assert_eq!(text[sides.span.range()].iter().collect::<String>(), sides.mine);
            text.splice(sides.span.range(), new.chars());
            Some(text.into_iter().collect::<String>())
        };
        let expected = match key {
            "hunk.theirs" if stale => becomes(|sides| Some(&sides.theirs)),
            "hunk.base" if stale => becomes(|sides| Some(&sides.base)),
            "hunk.both" if stale => {
                becomes(|sides| Some(sides.both.as_ref().map_or(&sides.mine, |both| &both.text)))
            }
            _ => Some(now.clone()),
        };
        self.made.about_hunk(index, key);
        self.trace.0.push_str(&format!("\n{key} {hunk:?}"));
        self.follow(expected.as_deref());
        self.compare(key);
    }

    /// Another program writes the file.
    fn outside(&mut self, rand: &mut Rand) {
        // What is opened again after a kill here has no file.
        if self.made.model().path.is_none() {
            return;
        }
        self.made.keys("ctrl-s");
        self.made.pass(3000);
        let (at, new) = (rand.below(self.text.len() + 1), "outside ");
        let mut text = self.text.clone();
        splice(&mut text, at..at, new, Who::Outside);
        self.trace.0.push_str(&format!("\noutside {at}"));
        self.made.write_outside(&plain(&text));
        assert!(self.made.overlay().is_none(), "nothing is asked: {}", self.made.notice());
        // Which of two like characters is the new one, the difference decides.
        self.follow(Some(&plain(&text)));
        let theirs = self.text.iter().filter(|(_, who)| *who == Who::Outside).count();
        let before = text.iter().filter(|(_, who)| *who == Who::Outside).count();
        assert_eq!(theirs, before, "what came from outside is from outside");
        self.compare("outside");
    }

    /// A second copy in which somebody writes, while this one goes on.
    fn merge(&mut self, rand: &mut Rand) {
        self.made.pass(3000);
        self.minted += 1;
        let mut eve = self.made.copy_for(EVE, "Eve", self.minted);
        let (there, here) = (rand.below(self.text.len() + 1), rand.below(self.text.len() + 1));
        let (theirs, mine) = ("eve ", words(rand, 2));
        eve.place(there, None);
        eve.keys(&format!("'{theirs}'"));
        eve.pass(3000);
        let apart = there != here;
        if apart {
            self.made.place(here, None);
            self.made.input(cowrite::app::Input::Paste(mine.clone()));
            let (first, second) = if there < here {
                ((here, mine.as_str(), Who::Ada), (there, theirs, Who::Eve))
            } else {
                ((there, theirs, Who::Eve), (here, mine.as_str(), Who::Ada))
            };
            for (at, new, who) in [first, second] {
                splice(&mut self.text, at..at, new, who);
            }
        } else {
            splice(&mut self.text, there..there, theirs, Who::Eve);
        }
        self.made.pass(3000);
        self.made.take_from(&eve);
        self.compare(&format!("merge {there} {here} {mine:?}"));
    }
}

fn run(seed: u64) {
    let mut rand = Rand::from_number(seed);
    let text = words(&mut rand, 14);
    let mut run = Run {
        made: Harness::file("plan.md", &text),
        text: by(&text, Who::Outside),
        coming: Vec::new(),
        minted: 100,
        trace: Trace(format!("seed {seed} {text:?}")),
    };
    // A session that was only looked at has no log yet, so no second copy.
    let end = run.text.len();
    run.made.place(end, None);
    run.made.keys("'.'");
    splice(&mut run.text, end..end, ".", Who::Ada);
    run.made.pass(3000);
    for _ in 0..24 {
        run.step(&mut rand);
    }
    let trace = run.trace.0.clone();
    run.made.pass(3000);
    run.made.screen(80, 24);
    run.made.same_after(&trace);
    assert_eq!(run.made.model().session.oddities.refused, 0, "{trace}");
}

#[test]
fn any_interleaving_equals_a_plain_text() {
    for seed in cases(400) {
        run(seed);
    }
}
