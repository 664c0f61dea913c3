//! Long typing against a list of labels, one for each character: made from a seed, and recorded
//! from people where a folder with traces is at hand.

use crate::harness::cases;
use cowrite::base::{AuthorId, DocId, EventId, Pos, Rand, Span, WriterId};
use cowrite::event::{How, Origin};
use cowrite::text::{Change, Document};
use std::path::Path;

/// What stands in the place of some characters, in `char`s.
struct Patch {
    pos: usize,
    del: usize,
    ins: String,
}

/// Every eleventh burst is a model's, each of its own message; every thirteenth is pasted.
fn origin(burst: u32) -> Origin {
    match burst {
        burst if burst % 11 == 0 => Origin {
            how: How::Proposed,
            author: "m_01JMODEL".parse::<AuthorId>().ok(),
            message: Some(EventId([(burst % 251) as u8; 32])),
            proposal: Some(EventId([(burst % 241) as u8; 32])),
            seen: Some(burst % 2 == 0),
            edited: burst % 3 == 0,
        },
        burst if burst % 13 == 0 => Origin::pasted(),
        _ => Origin::typed(),
    }
}

/// Applies patches to a document and to a list, and compares them at the end and now and then.
fn run(name: &str, start: &str, patches: impl Iterator<Item = Patch>) -> String {
    let doc: DocId = "d_01JTRACE".parse().expect("a document");
    let mut document = Document::new(doc);
    document.start_writer(WriterId(5)).expect("a writer");
    let first = Change::with_origin(Span::at(Pos(0)), start, Origin::outside());
    document.change(&first).expect("applies");
    let mut labels: Vec<u32> = vec![u32::MAX; start.chars().count()];
    let mut clip: Option<(String, Vec<cowrite::event::Source>, Vec<u32>)> = None;
    let compare = |document: &Document, labels: &[u32], at: usize| {
        let mut pos = 0;
        let span = Span::new(Pos(0), Pos(document.len()));
        for run in document.runs(span) {
            assert_eq!(run.span.start.0, pos);
            for label in &labels[run.span.range()] {
                let wanted = if *label == u32::MAX { Origin::outside() } else { origin(*label) };
                assert_eq!(run.origin, wanted, "{name}, patch {at}, at {pos}");
            }
            pos = run.span.end.0;
        }
        assert_eq!(pos, labels.len(), "{name}, patch {at}");
    };
    let mut last = usize::MAX;
    let mut burst = 0;
    let mut count = 0;
    for (at, patch) in patches.enumerate() {
        count = at;
        // A burst goes on where the last patch ended.
        burst += u32::from(patch.pos != last);
        let chars = patch.ins.chars().count();
        last = patch.pos + chars;
        let span = Span::new(Pos(patch.pos), Pos(patch.pos + patch.del));
        // Now and then what is about to go is kept, and pasted again elsewhere.
        if at % 97 == 0 && patch.del > 0 {
            let text = document.rope().slice(span.range()).to_string();
            clip = Some((text, document.sources(span), labels[span.range()].to_vec()));
        }
        document.change(&Change::with_origin(span, patch.ins, origin(burst))).expect("applies");
        labels.splice(span.range(), std::iter::repeat_n(burst, chars));
        if at % 20_000 == 0 {
            compare(&document, &labels, at);
        }
    }
    let text = document.rope().to_string();
    compare(&document, &labels, count);
    if let Some((words, src, kept)) = clip {
        let mut change = Change::with_origin(Span::at(Pos(0)), words, Origin::pasted());
        change.0[0].src = src;
        document.change(&change).expect("applies");
        labels.splice(0..0, kept);
        compare(&document, &labels, count);
    }
    text
}

/// Typing as people do it: bursts, corrections, jumps, now and then a longer piece.
fn typing(rand: &mut Rand, patches: usize) -> Vec<Patch> {
    let (mut len, mut caret) = (0usize, 0usize);
    let mut out = Vec::new();
    while out.len() < patches {
        let (del, ins) = match rand.below(20) {
            0..=13 => (0, ["e", "n", " ", "é", "日", "\n"][rand.below(6)].to_owned()),
            14 | 15 => (1.min(caret), String::new()),
            16 => (rand.below(12).min(len - caret), String::new()),
            17 => (rand.below(4).min(len - caret), "a longer piece ".repeat(1 + rand.below(3))),
            _ => {
                caret = rand.below(len + 1);
                continue;
            }
        };
        let back = ins.is_empty() && rand.below(2) == 0;
        let pos = if back { caret - del.min(caret) } else { caret };
        let del = del.min(len - pos);
        let chars = ins.chars().count();
        len = len - del + chars;
        caret = pos + chars;
        out.push(Patch { pos, del, ins });
    }
    out
}

#[test]
fn typing_from_a_seed_keeps_its_labels() {
    for seed in cases(3) {
        let mut rand = Rand::from_number(seed);
        let patches = typing(&mut rand, 3_000);
        run(&format!("seed {seed}"), "what was there\n", patches.into_iter());
    }
}

/// A recorded trace: `startContent`, `endContent` and patches in the order in which they were made.
fn recorded(folder: &Path, name: &str) {
    let unpacked = std::process::Command::new("gzip")
        .arg("-dc")
        .arg(folder.join(name))
        .output()
        .expect("gzip runs");
    assert!(unpacked.status.success(), "{name}: {}", String::from_utf8_lossy(&unpacked.stderr));
    let trace: serde_json::Value = serde_json::from_slice(&unpacked.stdout).expect("JSON");
    let txns = trace["txns"].as_array().expect("transactions");
    let number = |value: &serde_json::Value| value.as_u64().expect("a number") as usize;
    let patches = txns.iter().flat_map(|one| one["patches"].as_array().expect("patches"));
    let patches = patches.map(|one| Patch {
        pos: number(&one[0]),
        del: number(&one[1]),
        ins: one[2].as_str().expect("text").to_owned(),
    });
    let text = run(name, trace["startContent"].as_str().unwrap_or(""), patches);
    assert_eq!(Some(text.as_str()), trace["endContent"].as_str(), "{name}");
}

#[test]
#[allow(clippy::print_stderr, reason = "a test that is left out says so")]
fn recorded_typing_keeps_its_labels() {
    let Some(folder) = std::env::var_os("COWRITE_TEST_TRACES") else {
        eprintln!(
            "left out: COWRITE_TEST_TRACES names no folder with automerge-paper.json.gz and \
             rustcode.json.gz of github.com/josephg/editing-traces"
        );
        return;
    };
    for name in ["automerge-paper.json.gz", "rustcode.json.gz"] {
        recorded(Path::new(&folder), name);
    }
}
