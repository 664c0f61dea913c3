//! The document: rope, history, origins, undo, edits from elsewhere.

use cowrite::base::{AuthorId, DocId, EventId, Millis, OpId, Pos, Rand, Span, WriterId};
use cowrite::event::{
    Anchor, BurstHead, Cause, CauseKind, Edit, Envelope, Event, How, Op, Origin, Side, Source,
    Text, Version, WipOp, seal,
};
use cowrite::text::{Applied, Change, Document, Flaw, Replace, TextError};
use ropey::Rope;
use std::collections::BTreeSet;

fn doc_id() -> DocId {
    "d_01JTEST".parse().expect("a document")
}

fn open(writer: u64) -> Document {
    let mut doc = Document::new(doc_id());
    doc.start_writer(WriterId(writer)).expect("a fresh writer");
    doc
}

fn span(start: usize, end: usize) -> Span {
    Span::new(Pos(start), Pos(end))
}

fn all(doc: &Document) -> Span {
    span(0, doc.len())
}

fn edit(applied: &Applied, kind: Option<CauseKind>) -> Edit {
    Edit {
        doc: doc_id(),
        start: applied.start,
        lamport: applied.lamport,
        deps: applied.deps.clone(),
        ops: applied.ops.clone(),
        cause: kind.map(|kind| Cause { kind, proposal: None, hunk: None, part: None, of: vec![] }),
        filled: false,
    }
}

fn model() -> Origin {
    Origin {
        how: How::Proposed,
        author: Some("m_gpt".parse::<AuthorId>().expect("a model")),
        proposal: Some(EventId([1; 32])),
        message: None,
        seen: Some(true),
        edited: false,
    }
}

/// A change of a random place, sometimes of several.
fn random_change(doc: &Document, rand: &mut Rand) -> Change {
    const WORDS: [&str; 8] = ["a", "bc", "é", "日本", "\n", "\r\n", "👩‍👩‍👧", "word "];
    let len = doc.len();
    let mut cuts: Vec<usize> = (0..2 * (1 + rand.below(2))).map(|_| rand.below(len + 1)).collect();
    cuts.sort_unstable();
    let replaces = cuts.chunks_exact(2).map(|pair| {
        let end = pair[1].min(pair[0] + rand.below(6));
        let words = rand.below(3);
        let text = (0..words).map(|_| WORDS[rand.below(WORDS.len())]).collect();
        let origin = if rand.below(3) == 0 { model() } else { Origin::typed() };
        Replace { span: span(pair[0], end), text, origin, src: vec![] }
    });
    Change(replaces.collect())
}

fn shuffle<T>(items: &mut [T], rand: &mut Rand) {
    for index in (1..items.len()).rev() {
        items.swap(index, rand.below(index + 1));
    }
}

fn origins(doc: &Document) -> Vec<(String, WriterId, Origin)> {
    let mut out: Vec<(String, WriterId, Origin)> = Vec::new();
    for run in doc.runs(all(doc)) {
        let text = doc.rope().slice(run.span.range()).to_string();
        match out.last_mut() {
            Some(last) if last.1 == run.writer && last.2 == run.origin => last.0.push_str(&text),
            _ => out.push((text, run.writer, run.origin)),
        }
    }
    out
}

#[test]
fn rope_history_and_a_string_stay_equal() {
    for seed in 0..25 {
        let mut rand = Rand::from_number(seed);
        let mut doc = open(7);
        let mut model = String::new();
        for _ in 0..60 {
            let change = random_change(&doc, &mut rand);
            for one in change.0.iter().rev() {
                let chars: Vec<char> = model.chars().collect();
                model = chars[..one.span.start.0].iter().collect::<String>()
                    + &one.text
                    + &chars[one.span.end.0..].iter().collect::<String>();
            }
            let before = doc.revision();
            let applied = doc.change(&change).expect("applies");
            assert_eq!(doc.rope().to_string(), model);
            assert_eq!(doc.revision() > before, !applied.ops.is_empty());
        }
        assert!(doc.is_consistent(), "seed {seed}");
        let runs = doc.runs(all(&doc));
        assert_eq!(runs.iter().map(|run| run.span.len()).sum::<usize>(), doc.len());
    }
}

/// Two authors who see each other's edits now and then; returns every edit made.
fn two_authors(seed: u64, steps: usize) -> (Document, Document, Vec<(WriterId, Edit)>) {
    let mut rand = Rand::from_number(seed);
    let mut docs = [open(11), open(22)];
    let mut logs: [Vec<(WriterId, Edit)>; 2] = [vec![], vec![]];
    let mut told = [0usize; 2];
    let mut undone = [0usize; 2];
    for _ in 0..steps {
        let who = rand.below(2);
        match rand.below(6) {
            0 => {
                let news: Vec<_> = logs[1 - who][told[1 - who]..].to_vec();
                told[1 - who] = logs[1 - who].len();
                let refs: Vec<_> = news.iter().map(|(w, e)| (*w, e)).collect();
                let imported = docs[who].apply_edits(&refs).expect("imports");
                assert_eq!(imported.refused, vec![], "seed {seed}");
            }
            1 if logs[who].len() > undone[who] => {
                let back = rand.below(logs[who].len());
                let (writer, old) = logs[who][back].clone();
                let plan = docs[who].plan_undo(&[(writer, &old)]).expect("plans");
                let applied = docs[who].change_as(&plan, Some(CauseKind::Undo)).expect("undoes");
                if !applied.ops.is_empty() {
                    logs[who].push((writer, edit(&applied, Some(CauseKind::Undo))));
                }
                undone[who] += 1;
            }
            _ => {
                let change = random_change(&docs[who], &mut rand);
                let writer = docs[who].writer().expect("a writer");
                let applied = docs[who].change(&change).expect("applies");
                if !applied.ops.is_empty() {
                    logs[who].push((writer, edit(&applied, None)));
                }
            }
        }
    }
    let [mut a, mut b] = docs;
    let [from_a, from_b] = logs;
    let refs: Vec<_> = from_b.iter().map(|(w, e)| (*w, e)).collect();
    a.apply_edits(&refs).expect("imports");
    let refs: Vec<_> = from_a.iter().map(|(w, e)| (*w, e)).collect();
    b.apply_edits(&refs).expect("imports");
    let mut log = from_a;
    log.extend(from_b);
    (a, b, log)
}

#[test]
fn any_order_gives_the_same_text_and_origins() {
    for seed in 0..40 {
        let mut rand = Rand::from_number(1000 + seed);
        let (a, b, mut log) = two_authors(seed, 40);
        assert_eq!(a.rope(), b.rope(), "seed {seed}");
        assert_eq!(a.version(), b.version());
        assert!(a.is_consistent() && b.is_consistent(), "seed {seed}");
        log.extend(log.clone());
        shuffle(&mut log, &mut rand);
        let mut one_by_one = Document::new(doc_id());
        for (writer, edit) in &log {
            one_by_one.apply_edit(*writer, edit).expect("imports");
        }
        let refs: Vec<_> = log.iter().map(|(w, e)| (*w, e)).collect();
        let mut at_once = Document::new(doc_id());
        let imported = at_once.apply_edits(&refs).expect("imports");
        assert_eq!((imported.pending, imported.refused), (0, vec![]), "seed {seed}");
        for other in [&one_by_one, &at_once, &b] {
            assert_eq!(a.rope(), other.rope(), "seed {seed}");
            assert_eq!(origins(&a), origins(other), "seed {seed}");
            assert_eq!(a.version(), other.version());
            assert!(other.is_consistent(), "seed {seed}");
        }
    }
}

#[test]
fn an_import_tells_what_moved() {
    for seed in 0..15 {
        let (mut a, _, log) = two_authors(seed, 20);
        let mut b = Document::new(doc_id());
        for (writer, edit) in &log {
            let before: Vec<char> = b.rope().chars().collect();
            let delta = b.apply_edit(*writer, edit).expect("imports").delta;
            let mut rebuilt = String::new();
            let (mut old, mut shift) = (0, 0isize);
            for (replaced, len) in &delta.0 {
                rebuilt.extend(&before[old..replaced.start.0]);
                let start = replaced.start.0.saturating_add_signed(shift);
                rebuilt.push_str(&b.rope().slice(start..start + len).to_string());
                shift += *len as isize - replaced.len() as isize;
                old = replaced.end.0;
            }
            rebuilt.extend(&before[old..]);
            assert_eq!(rebuilt, b.rope().to_string(), "seed {seed}");
        }
        assert_eq!(a.rope(), b.rope());
        assert_eq!(a.mark(span(0, 0)), b.mark(span(0, 0)));
    }
}

#[test]
fn undoing_everything_gives_nothing_and_redoing_it_all() {
    for seed in 0..25 {
        let mut rand = Rand::from_number(seed);
        let mut doc = open(5);
        let mut log = Vec::new();
        for _ in 0..25 {
            let applied = doc.change(&random_change(&doc, &mut rand)).expect("applies");
            if !applied.ops.is_empty() {
                log.push((edit(&applied, None), doc.rope().to_string(), origins(&doc)));
            }
        }
        let mut undos = Vec::new();
        for index in (0..log.len()).rev() {
            let plan = doc.plan_undo(&[(WriterId(5), &log[index].0)]).expect("plans");
            let applied = doc.change_as(&plan, Some(CauseKind::Undo)).expect("undoes");
            let (text, owners) = match index.checked_sub(1) {
                Some(before) => (log[before].1.clone(), log[before].2.clone()),
                None => (String::new(), vec![]),
            };
            assert_eq!(doc.rope().to_string(), text, "seed {seed} step {index}");
            assert_eq!(origins(&doc), owners, "seed {seed} step {index}");
            undos.push((index, edit(&applied, Some(CauseKind::Undo))));
        }
        for (index, undo) in undos.iter().rev() {
            let plan = doc.plan_undo(&[(WriterId(5), undo)]).expect("plans");
            doc.change_as(&plan, Some(CauseKind::Redo)).expect("redoes");
            assert_eq!(doc.rope().to_string(), log[*index].1, "seed {seed} redo {index}");
            assert_eq!(origins(&doc), log[*index].2, "seed {seed} redo {index}");
        }
        assert!(doc.is_consistent(), "seed {seed}");
        // All at once.
        let edits: Vec<_> = log.iter().map(|one| (WriterId(5), &one.0)).collect();
        let plan = doc.plan_undo(&edits).expect("plans");
        doc.change_as(&plan, Some(CauseKind::Undo)).expect("undoes");
        assert_eq!(doc.rope().to_string(), "", "seed {seed}");
    }
}

#[test]
fn undo_leaves_what_others_wrote() {
    for seed in 0..25 {
        let (mut a, mut b, log) = two_authors(seed, 24);
        let roots = |doc: &Document, writer: u64| -> BTreeSet<OpId> {
            let sources = doc.sources(all(doc)).into_iter();
            let sources = sources.filter(|source| source.id.writer == WriterId(writer));
            let ids = |one: Source| {
                (0..one.len).map(move |n| OpId { counter: one.id.counter + n, ..one.id })
            };
            sources.flat_map(ids).collect()
        };
        let theirs = roots(&a, 22);
        let mine: Vec<_> =
            log.iter().filter(|(w, _)| *w == WriterId(11)).map(|(w, e)| (*w, e)).collect();
        let plan = a.plan_undo(&mine).expect("plans");
        let applied = a.change_as(&plan, Some(CauseKind::Undo)).expect("undoes");
        assert_eq!(roots(&a, 11), BTreeSet::new(), "seed {seed}");
        // What I had deleted of theirs is back, all that was there is there.
        assert!(roots(&a, 22).is_superset(&theirs), "seed {seed}");
        if !applied.ops.is_empty() {
            b.apply_edit(WriterId(11), &edit(&applied, Some(CauseKind::Undo))).expect("imports");
        }
        assert_eq!((a.rope(), origins(&a)), (b.rope(), origins(&b)), "seed {seed}");
    }
}

#[test]
fn undo_by_example() {
    let mut a = open(1);
    let typed = a.change(&Change::insert(Pos(0), "one three")).expect("applies");
    let mut b = open(2);
    b.apply_edit(WriterId(1), &edit(&typed, None)).expect("imports");
    let between = b.change(&Change::insert(Pos(4), "TWO ")).expect("applies");
    a.apply_edit(WriterId(2), &edit(&between, None)).expect("imports");
    assert_eq!(a.rope(), "one TWO three");
    let cut = a.change(&Change::delete(span(4, 13))).expect("applies");
    let undo = |doc: &mut Document, applied: &Applied| {
        let plan = doc.plan_undo(&[(WriterId(1), &edit(applied, None))]).expect("plans");
        doc.change_as(&plan, Some(CauseKind::Undo)).expect("undoes")
    };
    let back = undo(&mut a, &cut);
    assert_eq!(a.rope(), "one TWO three");
    let writers: Vec<_> = origins(&a).into_iter().map(|run| (run.0, run.1.0)).collect();
    assert_eq!(writers, [("one ".into(), 1), ("TWO ".into(), 2), ("three".to_owned(), 1)]);
    // Undoing the typing takes the revived copy as well, and not what b wrote.
    undo(&mut a, &typed);
    assert_eq!(a.rope(), "TWO ");
    // Taking back what is not there any more changes nothing.
    assert!(a.plan_undo(&[(WriterId(1), &edit(&typed, None))]).expect("plans").is_empty());
    // Redo: the undo of the undo. The text of `typed` is not back, so nothing of it goes.
    let plan = a.plan_undo(&[(WriterId(1), &edit(&back, Some(CauseKind::Undo)))]).expect("plans");
    a.change_as(&plan, Some(CauseKind::Redo)).expect("redoes");
    assert_eq!(a.rope(), "");
}

#[test]
fn both_undo_one_deletion_and_it_stands_as_each_left_it() {
    let mut a = open(1);
    let typed = a.change(&Change::insert(Pos(0), "xfoox")).expect("applies");
    let mut b = open(2);
    b.apply_edit(WriterId(1), &edit(&typed, None)).expect("imports");
    let (del_a, del_b) = (
        a.change(&Change::delete(span(1, 4))).expect("applies"),
        b.change(&Change::delete(span(1, 4))).expect("applies"),
    );
    a.apply_edit(WriterId(2), &edit(&del_b, None)).expect("imports");
    b.apply_edit(WriterId(1), &edit(&del_a, None)).expect("imports");
    let plan = a.plan_undo(&[(WriterId(1), &edit(&del_a, None))]).expect("plans");
    let undo = a.change_as(&plan, Some(CauseKind::Undo)).expect("undoes");
    assert_eq!(a.rope(), "xfoox");
    b.apply_edit(WriterId(1), &edit(&undo, Some(CauseKind::Undo))).expect("imports");
    assert!(b.plan_undo(&[(WriterId(2), &edit(&del_b, None))]).expect("plans").is_empty());
}

#[test]
fn a_copy_keeps_its_words_and_is_a_text_of_its_own() {
    let mut doc = open(1);
    let theirs =
        doc.change(&Change::with_origin(Span::at(Pos(0)), "model ", model())).expect("applies");
    let paste = |doc: &Document, from: Span, to: Pos| {
        let text = doc.rope().slice(from.range()).to_string();
        let src = doc.sources(from);
        Change(vec![Replace { span: Span::at(to), text, origin: Origin::pasted(), src }])
    };
    doc.change(&paste(&doc, span(0, 6), Pos(6))).expect("applies");
    doc.change(&paste(&doc, span(8, 10), Pos(0))).expect("applies");
    assert_eq!(doc.rope(), "demodel model ");
    assert_eq!(origins(&doc), [("demodel model ".into(), WriterId(1), model())]);
    let id = |counter| OpId { writer: WriterId(1), counter };
    assert_eq!(
        doc.sources(span(0, 4)),
        [Source { id: id(2), len: 2 }, Source { id: id(0), len: 2 }]
    );
    // Taking the original back leaves the copies.
    let plan = doc.plan_undo(&[(WriterId(1), &edit(&theirs, None))]).expect("plans");
    doc.change_as(&plan, Some(CauseKind::Undo)).expect("undoes");
    assert_eq!(doc.rope(), "demodel ");
}

#[test]
fn anchors_stick() {
    let mut doc = open(1);
    doc.change(&Change::insert(Pos(0), "one two three")).expect("applies");
    let anchors = (doc.anchor(Pos(4), Side::Left), doc.anchor(Pos(7), Side::Right));
    let ends = (doc.anchor(Pos(0), Side::Right), doc.anchor(Pos(13), Side::Left));
    let mark = doc.mark(span(4, 7));
    let check = |doc: &Document, want: &str| {
        let found = doc.anchor_span(anchors).expect("is known");
        assert_eq!(doc.rope().slice(found.range()), want);
        assert_eq!(doc.mark_span(mark), Some(found));
        assert_eq!(doc.anchor_span(ends), Some(all(doc)));
    };
    check(&doc, "two");
    doc.change(&Change::insert(Pos(4), "<")).expect("applies");
    doc.change(&Change::insert(Pos(8), ">")).expect("applies");
    check(&doc, "two");
    assert_eq!(doc.rope(), "one <two> three");
    doc.change(&Change::insert(Pos(6), "--")).expect("applies");
    check(&doc, "t--wo");
    let cut = doc.change(&Change::delete(span(3, 12))).expect("applies");
    assert_eq!(doc.anchor_pos(&anchors.0), Some((Pos(3), false)));
    check(&doc, "");
    let plan = doc.plan_undo(&[(WriterId(1), &edit(&cut, None))]).expect("plans");
    doc.change_as(&plan, Some(CauseKind::Undo)).expect("undoes");
    check(&doc, "t--wo");
    assert_eq!(doc.anchor_pos(&anchors.0), Some((Pos(5), true)));
    // Moved text takes its anchors along.
    let (text, src) = (doc.rope().slice(4..11).to_string(), doc.sources(span(4, 11)));
    doc.change(&Change::delete(span(4, 11))).expect("applies");
    let at = Span::at(Pos(0));
    doc.change(&Change(vec![Replace { span: at, text, origin: Origin::pasted(), src }]))
        .expect("applies");
    assert_eq!(doc.rope(), "<t--wo>one  three");
    check(&doc, "t--wo");
    let unknown = Anchor { at: Some(OpId { writer: WriterId(9), counter: 0 }), side: Side::Left };
    assert_eq!(doc.anchor_pos(&unknown), None);
    doc.unmark(mark);
    assert_eq!(doc.mark_span(mark), None);
}

#[test]
fn marks_agree_with_anchors_after_imports() {
    for seed in 0..15 {
        let (a, b, _) = two_authors(seed, 30);
        let mut rand = Rand::from_number(seed);
        let version = a.version();
        let (mut a, mut b) = (a, b);
        let spans: Vec<Span> = (0..5)
            .map(|_| Span::new(Pos(rand.below(a.len() + 1)), Pos(rand.below(a.len() + 1))))
            .filter(|span| !span.is_empty())
            .collect();
        let anchors: Vec<_> = spans
            .iter()
            .map(|span| (a.anchor(span.start, Side::Left), a.anchor(span.end, Side::Right)))
            .collect();
        let marks: Vec<_> = spans.iter().map(|span| a.mark(*span)).collect();
        for _ in 0..6 {
            let change = random_change(&b, &mut rand);
            let applied = b.change(&change).expect("applies");
            a.change(&random_change(&a, &mut rand)).expect("applies");
            if !applied.ops.is_empty() {
                a.apply_edit(WriterId(22), &edit(&applied, None)).expect("imports");
            }
        }
        for (mark, anchors) in marks.iter().zip(&anchors) {
            assert_eq!(a.mark_span(*mark), a.anchor_span(*anchors), "seed {seed}");
        }
        assert!(a.knows(&version));
    }
}

#[test]
fn versions_can_be_read_and_joined() {
    let (a, _, log) = two_authors(3, 30);
    let mut doc = Document::new(doc_id());
    let mut seen = vec![(Version::default(), String::new())];
    for (writer, edit) in &log {
        doc.apply_edit(*writer, edit).expect("imports");
        seen.push((doc.version(), doc.rope().to_string()));
    }
    for (version, text) in &seen {
        assert_eq!(a.text_at(version).expect("is known"), *text);
        assert_eq!(a.join(version, &a.version()).expect("joins"), a.version());
    }
    let unknown = Version(vec![OpId { writer: WriterId(99), counter: 0 }]);
    assert!(!a.knows(&unknown));
    assert!(matches!(a.text_at(&unknown), Err(TextError::UnknownVersion(_))));
}

#[test]
fn a_change_at_an_old_version_comes_in_once() {
    let mut doc = open(1);
    doc.change(&Change::insert(Pos(0), "one\ntwo\nthree\n")).expect("applies");
    let saved = doc.version();
    doc.change(&Change::insert(Pos(0), "zero\n")).expect("applies");
    doc.change(&Change::delete(span(9, 13))).expect("applies");
    assert_eq!(doc.rope(), "zero\none\nthree\n");
    let outside = Change(vec![
        Replace { span: span(4, 8), text: "2\n".into(), origin: Origin::outside(), src: vec![] },
        Replace { span: span(14, 14), text: "4\n".into(), origin: Origin::outside(), src: vec![] },
    ]);
    let mark = doc.mark(span(9, 14));
    let applied =
        doc.change_at(&saved, WriterId(50), &outside, Some(CauseKind::Outside)).expect("comes in");
    assert_eq!(doc.rope(), "zero\none\n2\nthree\n4\n");
    assert_eq!(doc.mark_span(mark), Some(span(11, 16)));
    assert_eq!(doc.runs(span(9, 11))[0].origin, Origin::outside());
    assert!(doc.is_consistent());
    let mut other = Document::new(doc_id());
    other.apply_edit(WriterId(50), &edit(&applied, Some(CauseKind::Outside))).expect("waits");
    assert_eq!(other.rope(), "");
    // The writer has written on a branch: it can't go on from elsewhere.
    let again = doc.change_at(&saved, WriterId(50), &outside, None);
    assert_eq!(again, Err(TextError::WriterUsed(WriterId(50))));
    let now = doc.version();
    doc.change_at(&now, WriterId(50), &Change::insert(Pos(0), "!"), None).expect("goes on");
    assert_eq!(doc.rope().char(0), '!');
    assert!(doc.is_consistent());
}

#[test]
fn a_snapshot_is_the_document() {
    for seed in 0..10 {
        let (a, _, log) = two_authors(seed, 40);
        let bytes = a.snapshot().expect("writes");
        let mut read = Document::from_snapshot(doc_id(), &bytes).expect("reads");
        assert_eq!((read.rope(), origins(&read)), (a.rope(), origins(&a)), "seed {seed}");
        assert_eq!(read.version(), a.version());
        assert!(read.is_consistent());
        for (writer, edit) in &log {
            let plan = |doc: &Document| doc.plan_undo(&[(*writer, edit)]).expect("plans");
            assert_eq!(plan(&read), plan(&a), "seed {seed}");
        }
        assert_eq!(read.start_writer(WriterId(11)), Err(TextError::WriterUsed(WriterId(11))));
        read.start_writer(WriterId(33)).expect("is fresh");
        read.change(&Change::insert(Pos(0), "more")).expect("applies");
        for at in [0, 20, 50, bytes.len() / 2, bytes.len() - 1] {
            let mut torn = bytes.clone();
            torn[at] ^= 1;
            assert!(Document::from_snapshot(doc_id(), &torn).is_err(), "byte {at}");
        }
        assert!(Document::from_snapshot("d_OTHER".parse().expect("an id"), &bytes).is_err());
        assert!(Document::from_snapshot(doc_id(), &bytes[..bytes.len() - 1]).is_err());
    }
}

#[test]
fn edits_wait_for_their_past() {
    let mut a = open(1);
    let one = a.change(&Change::insert(Pos(0), "one")).expect("applies");
    let two = a.change(&Change::insert(Pos(3), "two")).expect("applies");
    let mut b = Document::new(doc_id());
    assert_eq!(b.apply_edit(WriterId(1), &edit(&two, None)).expect("waits").pending, 1);
    assert_eq!(b.apply_edit(WriterId(1), &edit(&two, None)).expect("waits").pending, 1);
    let bytes = b.snapshot().expect("writes");
    let mut read = Document::from_snapshot(doc_id(), &bytes).expect("reads");
    for doc in [&mut b, &mut read] {
        assert_eq!(doc.apply_edit(WriterId(1), &edit(&one, None)).expect("imports").pending, 0);
        assert_eq!(doc.rope(), "onetwo");
    }
    // A longer edit whose beginning is known brings only the rest.
    let mut both = edit(&one, None);
    both.ops.extend(two.ops.clone());
    let mut c = Document::new(doc_id());
    c.apply_edit(WriterId(1), &edit(&one, None)).expect("imports");
    c.apply_edit(WriterId(1), &both).expect("imports");
    assert_eq!(c.rope(), "onetwo");
    assert!(c.is_consistent());
}

#[test]
fn bogus_edits_are_refused() {
    let mut a = open(1);
    let base = edit(&a.change(&Change::insert(Pos(0), "hello")).expect("applies"), None);
    let mut b = open(2);
    b.apply_edit(WriterId(1), &base).expect("imports");
    b.change(&Change::insert(Pos(0), ">")).expect("applies");
    let id = |counter| OpId { writer: WriterId(1), counter };
    let good = Edit {
        doc: doc_id(),
        start: 0,
        lamport: 5,
        deps: vec![id(4)],
        ops: vec![Op::Delete { pos: 1, del: 2, first: id(1) }],
        cause: None,
        filled: false,
    };
    let check = |what: &str, flaw: Flaw, change: &dyn Fn(&mut Edit)| {
        // On the version that stands there, and beside it.
        for doc in [&a, &b] {
            let bytes = doc.snapshot().expect("writes");
            let mut doc = Document::from_snapshot(doc_id(), &bytes).expect("reads");
            let before = (doc.rope().clone(), doc.version());
            let mut bad = good.clone();
            change(&mut bad);
            let got = doc.apply_edit(WriterId(9), &bad);
            let want = TextError::BadEdit { writer: WriterId(9), start: bad.start, flaw };
            assert_eq!(got, Err(want), "{what}");
            assert_eq!((doc.rope().clone(), doc.version()), before, "{what}");
            assert!(doc.is_consistent(), "{what}");
            doc.apply_edit(WriterId(9), &good).expect("a good one still comes in");
        }
    };
    let insert = |pos: u32, ins: u32, text: &str, src: Vec<Source>| Op::Insert {
        pos,
        ins,
        text: text.into(),
        origin: None,
        src,
    };
    check("other target", Flaw::Target, &|e| {
        e.ops = vec![Op::Delete { pos: 1, del: 2, first: id(2) }];
    });
    check("target of nobody", Flaw::Target, &|e| {
        e.ops =
            vec![Op::Delete { pos: 1, del: 1, first: OpId { writer: WriterId(77), counter: 1 } }];
    });
    check("beyond the end", Flaw::Target, &|e| {
        e.ops = vec![Op::Delete { pos: 3, del: 4, first: id(3) }];
    });
    check("the second is bad", Flaw::Target, &|e| {
        e.ops.push(Op::Delete { pos: 1, del: 1, first: id(1) });
    });
    check("insert beyond", Flaw::Position, &|e| e.ops.push(insert(99, 1, "x", vec![])));
    check("backward beyond", Flaw::Position, &|e| {
        e.ops = vec![Op::Delete { pos: 0, del: -2, first: id(0) }];
    });
    check("huge lamport", Flaw::Lamport, &|e| e.lamport = u32::MAX);
    check("small lamport", Flaw::Lamport, &|e| e.lamport = 2);
    check("nothing", Flaw::Empty, &|e| e.ops.clear());
    check("empty insert", Flaw::Empty, &|e| e.ops = vec![insert(0, 0, "", vec![])]);
    check("empty delete", Flaw::Empty, &|e| {
        e.ops = vec![Op::Delete { pos: 0, del: 0, first: id(0) }];
    });
    check("wrong length", Flaw::Length, &|e| e.ops = vec![insert(0, 5, "four", vec![])]);
    check("huge position", Flaw::Size, &|e| e.ops = vec![insert(u32::MAX, 1, "x", vec![])]);
    check("huge count", Flaw::Size, &|e| {
        e.ops =
            vec![Op::Insert { pos: 0, ins: u32::MAX, text: Text(None), origin: None, src: vec![] }];
    });
    check("twice", Flaw::Deps, &|e| e.deps.push(id(3)));
    check("other document", Flaw::Document, &|e| e.doc = "d_OTHER".parse().expect("an id"));
    check("other words", Flaw::Sources, &|e| {
        e.ops = vec![insert(0, 2, "no", vec![Source { id: id(1), len: 2 }])];
    });
    check("too few sources", Flaw::Sources, &|e| {
        e.ops = vec![insert(0, 2, "el", vec![Source { id: id(1), len: 1 }])];
    });
    // Our own writer on another copy: diverges without a word if it is taken in.
    let mut copy = good.clone();
    copy.start = 1;
    copy.deps = vec![];
    assert_eq!(b.apply_edit(WriterId(2), &copy), Err(TextError::WriterCopied(WriterId(2))));
    // One bad edit does not keep the others out.
    let mut bad = good.clone();
    bad.lamport = 77;
    let imported = a.apply_edits(&[(WriterId(8), &bad), (WriterId(9), &good)]).expect("imports");
    assert_eq!((imported.refused.len(), a.rope().to_string()), (1, "hlo".into()));
}

#[test]
fn writers_are_fresh() {
    let mut doc = Document::new(doc_id());
    assert_eq!(doc.change(&Change::insert(Pos(0), "x")), Err(TextError::NoWriter));
    doc.start_writer(WriterId(4)).expect("is fresh");
    doc.change(&Change::insert(Pos(0), "x")).expect("applies");
    assert_eq!(doc.start_writer(WriterId(4)), Err(TextError::WriterUsed(WriterId(4))));
    assert_eq!(doc.start_writer(WriterId(0)), Err(TextError::WriterUsed(WriterId(0))));
    let far = Change::insert(Pos(5), "x");
    assert_eq!(doc.change(&far), Err(TextError::OutOfRange { pos: 5, len: 1 }));
    let twisted = Change([Change::delete(span(0, 1)).0, Change::insert(Pos(0), "y").0].concat());
    assert_eq!(doc.change(&twisted), Err(TextError::Order));
    assert_eq!(doc.rope(), "x");
}

/// Rows as they are stored, sealed, written, read.
fn through_the_log(writer: WriterId, rows: &[Applied]) -> Edit {
    let first = &rows[0];
    let head = BurstHead {
        session: EventId([7; 32]),
        writer,
        n: 1,
        lamport: 9,
        parents: vec![],
        at: Millis(5).0,
        doc: doc_id(),
        start: first.start,
        crdt_lamport: first.lamport,
        deps: first.deps.clone(),
        cause: None,
        salt: "00".repeat(32),
    };
    let rows: Vec<WipOp> = rows
        .iter()
        .map(|row| {
            let json = serde_json::to_string(&WipOp { ops: row.ops.clone() }).expect("writes");
            serde_json::from_str(&json).expect("reads")
        })
        .collect();
    let line = seal(&head, &rows).to_line();
    let Event::DocumentEdited(edit) =
        Event::decode(&Envelope::parse(&line).expect("parses")).expect("decodes")
    else {
        panic!("an edit")
    };
    edit
}

#[test]
fn a_sealed_burst_is_the_same_edit() {
    for seed in 0..25 {
        let mut rand = Rand::from_number(seed);
        let mut doc = open(3);
        let mut rows = Vec::new();
        let mut caret = 0;
        for _ in 0..60 {
            // Like a person: typing, backspacing, deleting forward, now and then elsewhere.
            let change = match rand.below(8) {
                0 => random_change(&doc, &mut rand),
                1 | 2 if caret > 0 => Change::delete(span(caret - 1, caret)),
                3 if caret < doc.len() => Change::delete(span(caret, caret + 1)),
                _ => Change::insert(Pos(caret), "k"),
            };
            let applied = doc.change(&change).expect("applies");
            caret = applied.delta.map(Pos(caret), true).0;
            if !applied.ops.is_empty() {
                rows.push(applied);
            }
        }
        let edit = through_the_log(WriterId(3), &rows);
        assert!(edit.ops.len() < rows.iter().map(|row| row.ops.len()).sum());
        let mut other = Document::new(doc_id());
        other.apply_edit(WriterId(3), &edit).expect("imports");
        assert_eq!(doc.rope(), other.rope(), "seed {seed}");
        assert_eq!((origins(&doc), doc.version()), (origins(&other), other.version()));
        assert!(other.is_consistent(), "seed {seed}");
    }
}

#[test]
fn backspaces_are_one_operation() {
    let mut doc = open(3);
    let mut rows = vec![doc.change(&Change::insert(Pos(0), "abcdef")).expect("applies")];
    for end in (2..=5).rev() {
        rows.push(doc.change(&Change::delete(span(end - 1, end))).expect("applies"));
    }
    let edit = through_the_log(WriterId(3), &rows);
    let first = OpId { writer: WriterId(3), counter: 1 };
    assert_eq!(edit.ops[1..], [Op::Delete { pos: 4, del: -4, first }]);
    let mut other = Document::new(doc_id());
    other.apply_edit(WriterId(3), &edit).expect("imports");
    assert_eq!(other.rope(), "af");
    // Also where another edit stands beside it, and when half of it was known.
    let mut third = open(4);
    third
        .apply_edit(WriterId(3), &Edit { ops: edit.ops[..1].to_vec(), ..edit.clone() })
        .expect("imports");
    third.change(&Change::insert(Pos(3), "XY")).expect("applies");
    third.apply_edit(WriterId(3), &edit).expect("imports");
    assert_eq!(third.rope(), "aXYf");
    assert!(third.is_consistent());
}

#[test]
fn redacted_text_keeps_its_place() {
    let mut doc = open(3);
    let applied = doc.change(&Change::insert(Pos(0), "secret")).expect("applies");
    let later = doc.change(&Change::delete(span(0, 2))).expect("applies");
    let mut edit_a = edit(&applied, None);
    let Op::Insert { text, .. } = &mut edit_a.ops[0] else { panic!("an insertion") };
    *text = Text(None);
    let mut other = Document::new(doc_id());
    other.apply_edit(WriterId(3), &edit_a).expect("imports");
    other.apply_edit(WriterId(3), &edit(&later, None)).expect("imports");
    assert_eq!(other.rope(), "████");
    assert!(other.is_consistent());
}

#[test]
fn a_plain_text_has_undo_and_marks() {
    let mut doc = Document::plain(doc_id(), Rope::from_str("one two"));
    assert!(!doc.has_history() && doc.version() == Version::default());
    let mark = doc.mark(span(4, 7));
    for (pos, text) in [(3, "a"), (4, "b"), (5, " "), (6, "c")] {
        assert!(doc.change(&Change::insert(Pos(pos), text)).expect("applies").ops.is_empty());
    }
    assert_eq!(
        (doc.rope().to_string(), doc.mark_span(mark)),
        ("oneab c two".into(), Some(span(8, 11)))
    );
    doc.undo_plain().expect("undoes a word");
    assert_eq!(doc.rope(), "oneab  two");
    doc.undo_plain().expect("undoes the rest");
    assert_eq!(doc.rope(), "one two");
    assert_eq!(doc.undo_plain(), None);
    doc.redo_plain().expect("redoes");
    assert_eq!(
        (doc.rope().to_string(), doc.mark_span(mark)),
        ("oneab  two".into(), Some(span(7, 10)))
    );
    assert!(matches!(doc.snapshot(), Err(TextError::NoHistory)));
}
