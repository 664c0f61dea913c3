//! Who wrote what: runs and their stories, held against naive replays that know nothing of how the
//! text keeps them.
//!
//! Three replays, each simpler than what it checks:
//! - *by letters*: every character that anybody writes is one that nobody wrote before. What is
//!   known of it when it is written must be said of it wherever it stands later, through undo,
//!   redo, cutting, pasting, moving, accepting and merging;
//! - *by operations* (`replay`): the log's operations applied to a list of characters, each with its
//!   story beside it;
//! - *by traces* (`traces`): long typing, made from a seed or recorded, against a list of labels.

mod back;
mod replay;
mod report;
mod shown;
mod taking;
mod traces;

use crate::harness::{Harness, ME, Trace, cases};
use cowrite::app::Input;
use cowrite::base::{EventId, Pos, Rand, Span};
use cowrite::event::How;
use cowrite::session::{Hand, Written};
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(super) fn all(made: &Harness) -> Vec<Written> {
    let model = made.model();
    let span = Span::new(Pos(0), Pos(model.rope().len_chars()));
    model.session.written(&model.doc, span)
}

/// The runs in lines, those that say the same as one.
pub(super) fn told(made: &Harness) -> Vec<String> {
    let session = &made.model().session;
    let rope = made.model().rope();
    let line = |run: &Written| {
        let mut line = format!(
            "{:?} {} {:?}",
            rope.slice(run.span.range()).to_string(),
            cowrite::report::author_of(session, run),
            run.how
        );
        for (is, word) in [
            (run.seen == Some(true), "seen"),
            (run.seen == Some(false), "unseen"),
            (run.edited_before, "edited before"),
            (run.edited_since, "edited since"),
            (run.hunk.is_some(), "hunk"),
            (run.message.is_some(), "message"),
            (run.again.is_some(), "again"),
        ] {
            if is {
                let _ = write!(line, ", {word}");
            }
        }
        line
    };
    cowrite::session::joined(all(made)).iter().map(line).collect()
}

#[test]
fn each_run_tells_its_story() {
    let check = |before: &str, act: &dyn Fn(&mut Harness), wanted: &[&str]| {
        let mut made = Harness::with(before);
        act(&mut made);
        assert_eq!(told(&made), wanted);
        made.same_after_reopening();
    };
    check(
        "one| two",
        &|made| made.keys("'!'"),
        &["\"one\" outside Outside", "\"!\" Ada Typed", "\" two\" outside Outside"],
    );
    check(
        "|",
        &|made| made.input(Input::Paste("from a page".into())),
        &["\"from a page\" Ada Pasted"],
    );
    check(
        "We meet on Monday.|",
        &|made| {
            made.propose(&[(11, 17, "Tuesday")]);
            made.about_hunk(0, "hunk.accept");
        },
        &[
            "\"We meet on \" outside Outside",
            "\"Tuesday\" scripted/large Proposed, seen, hunk, message",
            "\".\" outside Outside",
        ],
    );
    // What the person makes of a hunk before it is accepted is marked.
    check(
        "We meet on Monday.|",
        &|made| {
            made.propose(&[(11, 17, "Tuesday")]);
            made.place(12, None);
            made.run("hunk.edit");
            made.keys("ctrl-end '!' ctrl-s");
        },
        &[
            "\"We meet on \" outside Outside",
            "\"Tuesday.!\" scripted/large Proposed, seen, edited before, hunk, message",
        ],
    );
    // Moved text stays whose it is, and says that it was brought here.
    check(
        "|",
        &|made| {
            made.type_text("ab ");
            made.propose(&[(3, 3, "NEW")]);
            made.about_hunk(0, "hunk.accept");
            made.place(4, Some(6));
            made.keys("ctrl-x ctrl-home ctrl-v");
        },
        &[
            "\"EW\" scripted/large Proposed, seen, edited since, hunk, message, again",
            "\"ab \" Ada Typed",
            "\"N\" scripted/large Proposed, seen, edited since, hunk, message",
        ],
    );
    // What undo brings back is what it was.
    check(
        "|",
        &|made| {
            made.type_text("mine");
            made.pass(10_000);
            made.keys("ctrl-u ctrl-z");
        },
        &["\"mine\" Ada Typed, again"],
    );
}

#[test]
fn a_piece_is_whole_although_only_a_part_is_asked_for() {
    let mut made = Harness::with("|");
    made.type_text("ab");
    made.input(Input::Paste("0123456789".into()));
    let model = made.model();
    let asked = model.session.written(&model.doc, Span::new(Pos(4), Pos(7)));
    assert_eq!(asked.len(), 1);
    assert!(!asked[0].edited_since);
    made.place(11, None);
    made.keys("'x'");
    let model = made.model();
    let asked = model.session.written(&model.doc, Span::new(Pos(4), Pos(7)));
    assert!(asked[0].edited_since, "something stands in the piece, outside of what was asked for");
}

/// What is known of a letter when it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Story {
    hand: Hand,
    author: String,
    by: String,
    how: How,
    message: Option<EventId>,
    proposal: Option<EventId>,
    seen: Option<bool>,
    /// The letters that came in with it in one piece; nothing for typed ones.
    piece: Option<(u32, usize)>,
}

struct People {
    copies: Vec<Harness>,
    stories: BTreeMap<char, Story>,
    next: u32,
}

const NAMES: [(&str, &str); 3] = [(ME, "Ada"), ("p_01JBEN", "Ben"), ("p_01JCY", "Cy")];
/// The first letter; from here on there are 20,000 that stand for themselves.
const FIRST: u32 = 0x4e00;

impl People {
    fn new(seed: u64) -> Self {
        let mut ada = Harness::empty();
        // Something has to be in the log before others can have it.
        ada.keys("enter");
        ada.pass(10_000);
        let copies = (1..NAMES.len()).map(|at| {
            let (id, name) = NAMES[at];
            ada.copy_for(id, name, 100 * seed + at as u64 + 7)
        });
        let others: Vec<Harness> = copies.collect();
        let mut all = vec![ada];
        all.extend(others);
        Self { copies: all, stories: BTreeMap::new(), next: FIRST }
    }

    fn letters(&mut self, count: usize, story: &Story, whole: bool) -> String {
        let first = self.next;
        self.next += count as u32;
        let piece = whole.then_some((first, count));
        let letters = (first..self.next).filter_map(char::from_u32);
        for letter in letters.clone() {
            self.stories.insert(letter, Story { piece, ..story.clone() });
        }
        letters.collect()
    }

    fn by(&self, who: usize, how: How) -> Story {
        let name = NAMES[who].1.to_owned();
        Story {
            hand: Hand::Person,
            author: name.clone(),
            by: name,
            how,
            message: None,
            proposal: None,
            seen: None,
            piece: None,
        }
    }

    fn step(&mut self, who: usize, rand: &mut Rand) -> String {
        let len = self.copies[who].model().rope().len_chars();
        let (a, b) = (rand.below(len + 1), rand.below(len + 1));
        let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 8));
        match rand.below(17) {
            0..=3 => {
                let story = self.by(who, How::Typed);
                let letters = self.letters(1 + rand.below(5), &story, false);
                self.copies[who].place(a, None);
                self.copies[who].type_text(&letters);
                format!("types {letters} at {a}")
            }
            4 => {
                self.copies[who].place(a, None);
                self.copies[who].keys("enter");
                format!("line end at {a}")
            }
            5 => {
                let key = if rand.below(2) == 0 { "backspace" } else { "delete" };
                self.copies[who].place(a, (rand.below(2) == 0).then_some(b.min(a + 5)));
                self.copies[who].keys(key);
                format!("{key} at {a}")
            }
            6 => {
                self.copies[who].place(end, Some(start));
                self.copies[who].keys("ctrl-x");
                format!("cuts {start}..{end}")
            }
            7 => {
                self.copies[who].place(a, None);
                self.copies[who].keys("ctrl-v");
                format!("pastes what was cut at {a}")
            }
            8 => {
                let story = self.by(who, How::Pasted);
                let letters = self.letters(2 + rand.below(6), &story, true);
                self.copies[who].place(end, Some(start));
                self.copies[who].input(Input::Paste(letters.clone()));
                format!("pastes {letters} over {start}..{end}")
            }
            9 => {
                let key = ["alt-up", "alt-down", "ctrl-d"][rand.below(3)];
                self.copies[who].place(a, None);
                self.copies[who].keys(key);
                format!("{key} at {a}")
            }
            10 | 11 => {
                let key = if rand.below(3) == 0 { "ctrl-y" } else { "ctrl-z" };
                self.copies[who].keys(key);
                key.into()
            }
            12 => self.go_back(who, rand),
            13 => {
                self.copies[who].run("written.take-back model large go");
                format!("takes the model's text back: {}", self.copies[who].notice())
            }
            _ => self.propose(who, (start, end), rand),
        }
    }

    /// To a point of the past, or to what was saved last.
    fn go_back(&mut self, who: usize, rand: &mut Rand) -> String {
        let made = &mut self.copies[who];
        made.pass(10_000);
        let points = made.model().session.timeline();
        let moment = points[rand.below(points.len())].moment;
        match rand.below(3) {
            0 => {
                let hash = cowrite::event::Text::new(format!("{}", self.next));
                made.with_cx(|cx| {
                    let doc = cx.model.doc.clone();
                    let version = cx.model.entry().expect("a document").document.version();
                    cx.append(&cowrite::event::Event::DocumentSaved { doc, version, hash });
                });
                "saves".into()
            }
            1 => format!("discards: {:?}", made.discard()),
            _ => format!("goes back to {moment:?}: {:?}", made.with_cx(|cx| cx.restore(moment))),
        }
    }

    fn propose(&mut self, who: usize, (start, end): (usize, usize), rand: &mut Rand) -> String {
        let story = Story {
            hand: Hand::Model,
            author: "scripted/large".into(),
            ..self.by(who, How::Proposed)
        };
        let count = 1 + rand.below(6);
        let letters = self.letters(count, &story, true);
        let made = &mut self.copies[who];
        made.propose(&[(start, end, &letters)]);
        let of = made.model().session.proposals.hunks().last().map(|hunk| (hunk.of, hunk.proposal));
        let (of, proposal) = of.expect("a hunk");
        let question = made.model().session.proposals.proposal(&proposal).expect("it").question;
        let seen = made.model().ui.seen.contains(&of);
        for letter in letters.chars() {
            let story = self.stories.get_mut(&letter).expect("a story");
            story.message = Some(question);
            story.proposal = Some(proposal);
            story.seen = Some(seen);
        }
        let index = made.refs().iter().position(|one| *one == of);
        if let Some(index) = index {
            made.about_hunk(index, "hunk.accept");
        }
        format!("accepts {letters} over {start}..{end}")
    }

    fn check(&self, trace: &str) {
        for made in &self.copies {
            let session = &made.model().session;
            let text: Vec<char> = made.model().rope().chars().collect();
            let mut pos = 0;
            for run in all(made) {
                assert_eq!(run.span.start.0, pos, "no gaps\n{trace}");
                pos = run.span.end.0;
                for at in run.span.range() {
                    let Some(story) = self.stories.get(&text[at]) else { continue };
                    let name = |author| session.author_name(author).to_owned();
                    let whole = story.piece.map(|(first, count)| {
                        let offset = text[at] as u32 - first;
                        let start = at.checked_sub(offset as usize);
                        let piece: Vec<char> =
                            (first..first + count as u32).filter_map(char::from_u32).collect();
                        start.is_some_and(|start| text[start..].starts_with(&piece))
                    });
                    let said = Story {
                        hand: run.hand,
                        author: run.author.as_ref().map(name).unwrap_or_default(),
                        by: run.by.as_ref().map(name).unwrap_or_default(),
                        how: run.how,
                        message: run.message,
                        proposal: run.proposal,
                        seen: run.seen,
                        piece: story.piece,
                    };
                    assert_eq!(&said, story, "{:?} at {at}\n{trace}", text[at]);
                    assert_eq!(run.edited_since, whole == Some(false), "{at} {text:?}\n{trace}");
                    let hunk = story.proposal.is_some();
                    assert_eq!(run.hunk.is_some(), hunk, "{:?} at {at}\n{trace}", text[at]);
                }
            }
            assert_eq!(pos, text.len(), "{trace}");
        }
    }

    /// Everybody has everything.
    fn merge(&mut self) {
        for made in &mut self.copies {
            made.pass(10_000);
        }
        for _ in 0..2 {
            for one in 0..self.copies.len() {
                for other in 0..self.copies.len() {
                    if one != other {
                        let (low, high) = self.copies.split_at_mut(one.max(other));
                        let (low, high) = (&mut low[one.min(other)], &mut high[0]);
                        let (to, from) = if one < other { (low, high) } else { (high, low) };
                        to.take_from(from);
                    }
                }
            }
        }
    }
}

#[test]
fn every_letter_tells_who_wrote_it_wherever_it_stands() {
    for seed in cases(3) {
        let mut rand = Rand::from_number(seed);
        let mut people = People::new(seed);
        let mut trace = Trace(format!("seed {seed}\n"));
        for round in 0..4 {
            for _ in 0..14 {
                let who = rand.below(NAMES.len());
                let did = people.step(who, &mut rand);
                let _ = writeln!(trace.0, "{}: {did}", NAMES[who].1);
                if rand.below(4) == 0 {
                    people.check(&trace.0);
                }
            }
            people.merge();
            let _ = writeln!(trace.0, "merged {round}");
            people.check(&trace.0);
            let texts: Vec<String> = people.copies.iter().map(Harness::text).collect();
            assert!(texts.windows(2).all(|two| two[0] == two[1]), "{texts:#?}");
        }
        for made in &people.copies {
            // What was kept says the same when it is folded anew.
            let span = Span::new(Pos(0), Pos(made.model().rope().len_chars()));
            let again = made.kept.session().written(&made.doc(), span);
            assert_eq!(again, all(made), "{}", trace.0);
        }
    }
}
