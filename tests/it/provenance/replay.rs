//! The log's operations, applied one character at a time to a list: each character carries its own
//! story, copied ones that of what they were copied from.

use crate::harness::{Harness, Trace, cases};
use cowrite::app::Input;
use cowrite::base::{OpId, Pos, Rand, Span};
use cowrite::event::{Op, Origin};
use cowrite::session::DocEntry;
use std::collections::BTreeMap;
use std::fmt::Write as _;

type Story = (OpId, Origin);

/// The text of a log that one person after the other wrote, with a story for each character.
fn replay(entry: &DocEntry) -> Vec<(char, Story)> {
    let mut text: Vec<(char, Story)> = Vec::new();
    let mut stories: BTreeMap<OpId, Story> = BTreeMap::new();
    for edit in entry.edits() {
        let mut counter = edit.edit.start;
        for op in &edit.edit.ops {
            match op {
                Op::Delete { pos, del, .. } => {
                    let (pos, len) = (*pos as usize, del.unsigned_abs() as usize);
                    let start = if *del < 0 { pos + 1 - len } else { pos };
                    text.drain(start..start + len);
                }
                Op::Insert { pos, text: words, origin, src, .. } => {
                    let mut sources = src.iter().flat_map(|one| {
                        (0..one.len).map(|by| OpId { counter: one.id.counter + by, ..one.id })
                    });
                    for (at, letter) in words.as_str().chars().enumerate() {
                        let id = OpId { writer: edit.writer, counter: counter + at as u32 };
                        let own = (id, origin.clone().unwrap_or_else(Origin::typed));
                        let story = match sources.next() {
                            Some(source) => stories.get(&source).cloned().expect("a source"),
                            None => own,
                        };
                        stories.insert(id, story.clone());
                        text.insert(*pos as usize + at, (letter, story));
                    }
                }
            }
            counter += op.width();
        }
    }
    text
}

fn check(made: &Harness, trace: &str) {
    if made.kept.events.is_empty() && made.kept.bursts.is_empty() {
        return;
    }
    // As folded from what was kept, what is not sealed yet sealed.
    let session = &made.kept.session();
    let entry = session.documents.get(&made.doc()).expect("a document");
    let replayed = replay(entry);
    let text: String = replayed.iter().map(|(letter, _)| *letter).collect();
    assert_eq!(made.text(), text, "{trace}");
    let runs = session.written(&made.doc(), Span::new(Pos(0), Pos(entry.document.len())));
    assert_eq!(runs.iter().map(|run| run.span.len()).sum::<usize>(), replayed.len());
    for run in runs {
        for (_, (id, origin)) in &replayed[run.span.range()] {
            let writer = session.writers.get(&id.writer).expect("a writer");
            let author = origin.author.clone().unwrap_or_else(|| writer.author.clone());
            assert_eq!(run.author, Some(author), "{trace}");
            assert_eq!(
                (run.how, run.message, run.proposal, run.seen, run.edited_before),
                (origin.how, origin.message, origin.proposal, origin.seen, origin.edited),
                "{trace}"
            );
            let edit = entry.edit(&run.edit.expect("sealed")).expect("an edit");
            let first = edit.edit.start;
            let within = (first..first + edit.edit.width()).contains(&id.counter);
            assert!(edit.writer == id.writer && within, "{id} in {run:?}\n{trace}");
            assert_eq!(run.at, Some(edit.at), "{trace}");
        }
    }
}

#[test]
fn the_log_replayed_by_hand_says_the_same() {
    for seed in cases(20) {
        let mut rand = Rand::from_number(seed);
        let mut made = Harness::file("a.md", "one two three\nfour five six\nseven\n");
        let mut trace = Trace(format!("seed {seed}\n"));
        for _ in 0..60 {
            let len = made.text().chars().count();
            let (a, b) = (rand.below(len + 1), rand.below(len + 1));
            made.place(a, (rand.below(3) == 0).then_some(b));
            let key = [
                "'word '",
                "'x'",
                "enter",
                "backspace",
                "delete",
                "ctrl-x",
                "ctrl-v",
                "ctrl-c",
                "alt-up",
                "alt-down",
                "ctrl-d",
                "ctrl-z",
                "ctrl-z",
                "ctrl-y",
                "ctrl-w",
                "tab",
            ][rand.below(16)];
            match rand.below(8) {
                0 => {
                    let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 9));
                    made.propose(&[(start, end, "what a model says")]);
                    let _ = writeln!(trace.0, "a hunk at {start}..{end}");
                }
                1 if !made.refs().is_empty() => {
                    let line = ["hunk.accept", "hunk.reject"][rand.below(2)];
                    let index = rand.below(made.refs().len());
                    made.about_hunk(index, line);
                    let _ = writeln!(trace.0, "{line} {index}");
                }
                2 => {
                    made.input(Input::Paste("out of a page".into()));
                    let _ = writeln!(trace.0, "pastes at {a}");
                }
                _ => {
                    made.keys(key);
                    let _ = writeln!(trace.0, "{key} at {a}, selected to {b}");
                }
            }
            if rand.below(6) == 0 {
                made.pass(1000);
                check(&made, &trace.0);
            }
        }
        made.pass(1000);
        check(&made, &trace.0);
    }
}
