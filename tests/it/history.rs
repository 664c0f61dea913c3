//! Time travel: every point as it stood, held against the log folded up to it; going back, and going
//! on in a session of its own.

mod branching;
mod points;
mod shown;

use crate::harness::{Harness, cases};
use cowrite::app::Input;
use cowrite::base::{OpId, Pos, Rand, Span, WriterId};
use cowrite::event::{Envelope, Origin};
use cowrite::session::{Film, Moment, Session};
use cowrite::text::Document;

/// The text at a point, by the film.
fn text_at(film: &mut Film, session: &Session, made: &Harness, moment: Moment) -> String {
    film.text(session, &made.doc(), moment).expect("the text of then").to_string()
}

/// The log folded up to a point, and nothing else.
fn folded(events: &[Envelope], session: &Session, moment: Moment) -> Session {
    let upto = events.iter().filter(|one| (one.lamport, one.id) <= moment);
    Session::fold(session.id, upto)
}

/// Of each character: who wrote it, how it came in, and the operation that first wrote it.
fn stories(document: &Document) -> Vec<(char, WriterId, Origin, OpId)> {
    let all = Span::new(Pos(0), Pos(document.len()));
    let mut out = Vec::new();
    for run in document.runs(all) {
        let text = document.rope().slice(run.span.range()).to_string();
        for (by, letter) in (0..).zip(text.chars()) {
            let source = OpId { counter: run.source.counter + by, ..run.source };
            out.push((letter, run.writer, run.origin.clone(), source));
        }
    }
    out
}

/// One thing that a person does. Says what.
fn step(made: &mut Harness, rand: &mut Rand) -> String {
    const KEYS: [&str; 14] = [
        "'word '",
        "'x'",
        "enter",
        "backspace",
        "delete",
        "ctrl-x",
        "ctrl-v",
        "alt-up",
        "ctrl-d",
        "ctrl-z",
        "ctrl-z",
        "ctrl-y",
        "ctrl-w",
        "tab",
    ];
    let len = made.text().chars().count();
    let (a, b) = (rand.below(len + 1), rand.below(len + 1));
    made.place(a, (rand.below(3) == 0).then_some(b));
    match rand.below(12) {
        10 => {
            made.run(&format!("comment.new about {a}"));
            format!("comments at {a}")
        }
        11 => {
            for line in ["comment.next", ["comment.resolve", "comment.answer so"][rand.below(2)]] {
                made.with_cx(|cx| _ = cowrite::command::run(cx, line));
            }
            made.keys("alt-1");
            "answers or resolves a comment".into()
        }
        0 => {
            let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 9));
            made.propose(&[(start, end, "what a model says")]);
            format!("a hunk at {start}..{end}")
        }
        1 if !made.refs().is_empty() => {
            let line = ["hunk.accept", "hunk.reject", "hunk.split"][rand.below(3)];
            let index = rand.below(made.refs().len());
            made.about_hunk(index, line);
            format!("{line} {index}")
        }
        2 => {
            made.input(Input::Paste("out of a page".into()));
            format!("pastes at {a}")
        }
        3 => {
            made.with_cx(|cx| {
                cowrite::command::run(cx, "decision.new Tea").expect("a form");
                cowrite::command::run(cx, "form.submit").expect("recorded");
            });
            made.keys("alt-1");
            "decides".into()
        }
        4 if rand.below(3) == 0 => {
            let at = made.text().len();
            made.run(&format!("checkpoint.make {at} {}", rand.below(1_000_000)));
            "a checkpoint".into()
        }
        5 if rand.below(3) == 0 && made.model().path.is_some() => {
            made.keys("ctrl-s");
            "saves".into()
        }
        _ => {
            let key = KEYS[rand.below(KEYS.len())];
            made.keys(key);
            format!("{key} at {a}, selected to {b}")
        }
    }
}

/// Everything is in the log.
fn settle(made: &mut Harness) {
    made.pass(10_000);
    made.with_cx(|cx| {
        cx.seal_bursts();
    });
}
