//! Redactions beside other work: two at once, typing, deleting, undo and discards in copies that do
//! not know of them yet. Every copy ends with the same text, each character once.

mod old;

use super::{events, hands, holding, shuffled, temp, text_of};
use crate::harness::{Harness, cases, me};
use cowrite::base::{EventId, Pos, Rand, Span};
use cowrite::event::{Envelope, FILLER};
use cowrite::report::{Target, handoff};
use cowrite::runtime::{fold, redact};
use cowrite::session::Session;
use cowrite::state::{Me, Opened, is_news};
use cowrite::store::{SqliteStore, Write};
use std::collections::BTreeSet;
use tempfile::TempDir;

/// A person with a library of her own.
struct Copy {
    me: Me,
    dir: TempDir,
    store: SqliteStore,
    id: EventId,
    seed: u64,
}

impl Copy {
    fn new(name: &str, seed: u64, old: &[Envelope]) -> Self {
        let dir = temp();
        let mut store = holding(dir.path(), old);
        let me = match name {
            "Ada" => me(),
            _ => Me {
                author: format!("p_01J{}", name.to_uppercase()).parse().expect("an author"),
                name: name.into(),
            },
        };
        store.set_meta("me", me.author.as_str()).expect("writes");
        Self { me, dir, store, id: old[0].session_id(), seed }
    }

    fn session(&self) -> Session {
        fold(&self.store, self.id).expect("folds")
    }

    fn text(&self) -> String {
        text_of(&self.session())
    }

    /// Works in the workspace; what was done is in the library then.
    fn work(&mut self, work: impl FnOnce(&mut Harness)) {
        self.seed += 1;
        let log = events(&self.store, self.id);
        let doc = self.session().documents.keys().next().cloned();
        let opened =
            Opened { session: Some(self.id), events: log.clone(), doc, ..Opened::default() };
        let mut desk = Harness::open_as(opened, self.me.clone(), self.seed);
        work(&mut desk);
        desk.pass(3000);
        let known: BTreeSet<EventId> = log.iter().map(|event| event.id).collect();
        let new = desk.kept.sealed().into_iter().filter(|event| !known.contains(&event.id));
        self.store.write(&[Write::Import { events: new.collect() }]).expect("imports");
    }

    fn redact(&mut self, words: &str) -> Result<String, String> {
        redact::carry_out(&mut self.store, self.id, &self.me, &Target::Words(words.into()), "")
    }

    /// Takes in what another copy shares, as opening the session does.
    fn pull(&mut self, other: &Self) {
        let mut all = events(&other.store, self.id);
        all.retain(|event| !event.is_local());
        self.store.write(&[Write::Import { events: all }]).expect("imports");
        let session = self.session();
        redact::again(&mut self.store, &session).expect("takes out again");
    }

    /// Says yes to every redaction of others.
    fn accept(&mut self) {
        loop {
            let pending = redact::pending(&self.store, self.id).expect("looks");
            let Some(first) = pending.first() else { break };
            redact::decide(&mut self.store, self.id, &self.me, first.id, true).expect("accepts");
        }
    }

    #[track_caller]
    fn check(&self, gone: &[&str], what: &str) {
        assert_eq!(self.store.verify(None).expect("checks").findings, [], "{what}");
        let session = self.session();
        let odd = &session.oddities;
        assert_eq!((odd.refused, odd.unknown, odd.forks), (0, 0, 0), "{what}");
        assert_eq!(session.redactions.unexplained().count(), 0, "{what}");
        assert!(session.documents.values().all(|entry| entry.document.is_consistent()), "{what}");
        for words in gone {
            assert!(!text_of(&session).contains(words), "{what}: {words} is in the text");
            for event in events(&self.store, self.id) {
                assert!(!event.to_line().contains(words), "{what}: {words} in {}", event.to_line());
            }
            for entry in std::fs::read_dir(self.dir.path()).expect("reads").flatten() {
                let bytes = std::fs::read(entry.path()).unwrap_or_default();
                let found = bytes.windows(words.len()).any(|part| part == words.as_bytes());
                assert!(!found, "{what}: {} holds {words}", entry.path().display());
            }
        }
        // In any order.
        let mut rand = Rand::from_number(7);
        let log = events(&self.store, self.id);
        for _ in 0..2 {
            let again = Session::fold(self.id, &shuffled(&log, &mut rand));
            assert_eq!(hands(&again), hands(&session), "{what}");
        }
    }
}

/// Everybody takes in what the others have, and says yes, until nothing is new.
fn settle(copies: &mut [Copy]) {
    for _ in 0..4 {
        for to in 0..copies.len() {
            for from in 0..copies.len() {
                if from != to {
                    let (head, tail) = copies.split_at_mut(from.max(to));
                    let (low, high) = (&mut head[from.min(to)], &mut tail[0]);
                    if from < to { high.pull(low) } else { low.pull(high) }
                }
            }
            copies[to].accept();
        }
    }
}

const BASE: &str = "# T\n\nalpha secret1 line\n\nbeta secret2 line\n\ngamma line\n";

/// A text that came in as one piece, in copies of these people.
fn copies(names: &[&str], seed: u64) -> Vec<Copy> {
    let mut first = Harness::file("t.md", BASE);
    first.keys("ctrl-s");
    first.pass(3000);
    let old: Vec<Envelope> =
        first.kept.sealed().into_iter().filter(|event| !event.is_local()).collect();
    let copy =
        |(at, name): (usize, &&str)| Copy::new(name, seed * 10_000 + at as u64 * 1_000, &old);
    names.iter().enumerate().map(copy).collect()
}

fn replace(desk: &mut Harness, old: &str, new: &str) {
    let text = desk.text();
    let at = text.find(old).unwrap_or_else(|| panic!("{old} is in {text}"));
    let at = text[..at].chars().count();
    desk.place(at, Some(at + old.chars().count()));
    desk.keys("delete");
    desk.type_text(new);
}

fn insert(desk: &mut Harness, before: &str, new: &str) {
    let text = desk.text();
    let at = text.find(before).unwrap_or_else(|| panic!("{before} is in {text}"));
    desk.place(text[..at].chars().count(), None);
    desk.type_text(new);
}

#[test]
fn what_others_do_beside_a_redaction_stands_once() {
    type Work = fn(&mut Copy);
    let cases: [(&str, Work, Work, &str, &[&str]); 8] = [
        (
            "two words of one piece",
            |ada| _ = ada.redact("secret1").expect("redacts"),
            |ben| _ = ben.redact("secret2").expect("redacts"),
            "# T\n\nalpha  line\n\nbeta  line\n\ngamma line\n",
            &["secret1", "secret2"],
        ),
        (
            "the same word",
            |ada| _ = ada.redact("secret1").expect("redacts"),
            |ben| _ = ben.redact("secret1").expect("redacts"),
            "# T\n\nalpha  line\n\nbeta secret2 line\n\ngamma line\n",
            &["secret1"],
        ),
        (
            "words that share a part",
            |ada| _ = ada.redact("alpha secret1").expect("redacts"),
            |ben| _ = ben.redact("secret1 line").expect("redacts"),
            "# T\n\n\n\nbeta secret2 line\n\ngamma line\n",
            &["secret1", "alpha"],
        ),
        (
            "typing",
            |ada| _ = ada.redact("secret1").expect("redacts"),
            |ben| ben.work(|desk| insert(desk, " line\n\ngamma", "XBENX")),
            "# T\n\nalpha  line\n\nbeta secret2XBENX line\n\ngamma line\n",
            &["secret1"],
        ),
        (
            "a line deleted",
            |ada| _ = ada.redact("secret1").expect("redacts"),
            |ben| ben.work(|desk| replace(desk, "beta secret2 line", "NEWBEN")),
            "# T\n\nalpha  line\n\nNEWBEN\n\ngamma line\n",
            &["secret1"],
        ),
        (
            "the word itself deleted and brought back",
            |ada| _ = ada.redact("secret1").expect("redacts"),
            |ben| {
                ben.work(|desk| replace(desk, "alpha secret1 line", "OTHER"));
                ben.work(|desk| desk.keys("ctrl-z ctrl-z"));
            },
            "# T\n\nalpha  line\n\nbeta secret2 line\n\ngamma line\n",
            &["secret1"],
        ),
        (
            "typing in its midst",
            |ada| _ = ada.redact("secret1").expect("redacts"),
            |ben| ben.work(|desk| insert(desk, "ret1", "+")),
            "# T\n\nalpha + line\n\nbeta secret2 line\n\ngamma line\n",
            &["secret1", "ret1"],
        ),
        (
            "one after the other, of the same piece",
            |ada| {
                ada.redact("secret1").expect("redacts");
                ada.redact("secret2").expect("redacts");
            },
            |ben| _ = ben.redact("gamma").expect("redacts"),
            "# T\n\nalpha  line\n\nbeta  line\n\n line\n",
            &["secret1", "secret2", "gamma"],
        ),
    ];
    for (seed, (what, first, second, want, gone)) in cases.into_iter().enumerate() {
        let mut all = copies(&["Ada", "Ben", "Cy"], seed as u64 + 1);
        first(&mut all[0]);
        second(&mut all[1]);
        // Who redacted has it at once, before anybody says yes.
        let (ada, rest) = all.split_at_mut(1);
        ada[0].pull(&rest[0]);
        assert_eq!(ada[0].text(), want, "{what}");
        settle(&mut all);
        for copy in &all {
            assert_eq!(copy.text(), want, "{what}, {}", copy.me.name);
            copy.check(gone, &format!("{what}, {}", copy.me.name));
        }
        // Whoever wrote the rest wrote it still: it came with the file.
        let session = all[2].session();
        let rest = hands(&session);
        let whole = rest.iter().filter(|(_, hand)| hand.contains("Outside")).count();
        let typed = ["+", "XBENX", "NEWBEN"].iter().find(|one| want.contains(*one));
        assert_eq!(whole, want.chars().count() - typed.map_or(0, |one| one.len()), "{what}");
    }
}

#[test]
fn what_one_redacted_is_out_again_at_once_and_others_are_asked() {
    let mut all = copies(&["Ada", "Ben"], 40);
    all[0].redact("secret1").expect("redacts");
    all[1].redact("secret2").expect("redacts");
    let (ada, ben) = all.split_at_mut(1);
    ben[0].pull(&ada[0]);
    let lines: String = events(&ben[0].store, ben[0].id).iter().map(Envelope::to_line).collect();
    // Ada's redaction kept Ben's word; his own redaction goes for that, too.
    assert!(!lines.contains("secret2"));
    assert!(lines.contains("secret1"), "and hers waits for his yes");
    let pending = redact::pending(&ben[0].store, ben[0].id).expect("looks");
    assert_eq!(pending.len(), 1, "{pending:?}");
    assert!(pending[0].words.contains("Ada"), "{pending:?}");
    assert!(pending[0].lines()[0].contains("redaction that kept them"), "{:?}", pending[0].lines());
    ben[0].accept();
    let lines: String = events(&ben[0].store, ben[0].id).iter().map(Envelope::to_line).collect();
    assert!(!lines.contains("secret1"));
    // The gaps of one piece say each by whom.
    let session = ben[0].session();
    let (doc, entry) = session.documents.iter().next().expect("a document");
    let first = entry.edits().next().expect("an edit");
    let mut then = cowrite::text::Document::new(doc.clone());
    then.apply_edit(first.writer, &first.edit).expect("applies");
    let text = then.rope().to_string();
    assert_eq!(text, BASE.replace("secret1", "███████").replace("secret2", "███████"));
    for (gap, who) in [("alpha ", "Ada"), ("beta ", "Ben")] {
        let at = text[..text.find(gap).expect("stands there")].chars().count() + gap.len();
        let (id, _) = then.ids(Span::new(Pos(at), Pos(at + 1)))[0];
        let taken = session.redactions.of_char(id).expect("a gap");
        assert_eq!(session.author_name(&taken.author), who);
    }
    assert!(session.redactions.of_char(then.ids(Span::new(Pos(0), Pos(1)))[0].0).is_none());
}

/// Older text that somebody goes back to brings its characters, and those that were redacted beside it
/// are out again.
#[test]
fn going_back_beside_a_redaction_brings_no_more_than_the_rest() {
    let mut all = copies(&["Ada", "Ben"], 60);
    all[0].redact("secret1").expect("redacts");
    all[1].work(|desk| replace(desk, "alpha secret1 line\n\nbeta", "OTHER"));
    let session = all[1].session();
    let points = session.timeline();
    let is_first = |point: &&cowrite::session::Point| matches!(&point.what, cowrite::session::What::Edit { plus, .. } if *plus == BASE.len());
    let moment = points.iter().find(is_first).expect("the file came in").moment;
    all[1].work(|desk| _ = desk.with_cx(|cx| cx.restore(moment)).expect("goes back"));
    assert_eq!(all[1].text(), BASE);
    settle(&mut all);
    for copy in &all {
        assert_eq!(copy.text(), BASE.replace("secret1", ""));
        copy.check(&["secret1"], &copy.me.name);
    }
}

#[test]
fn what_was_deleted_beside_it_stays_and_comes_back() {
    let mut ada = Harness::file("t.md", "one\n");
    ada.type_text("IBAN DE89 3704 and a name: Mallory, and more. ");
    ada.pass(3000);
    replace(&mut ada, "IBAN DE89 3704", "");
    ada.pass(3000);
    let old: Vec<Envelope> =
        ada.kept.sealed().into_iter().filter(|event| !event.is_local()).collect();
    let mut copy = Copy::new("Ada", 70, &old);
    copy.redact("Mallory").expect("redacts");
    assert_eq!(copy.text(), " and a name: , and more. one\n");
    copy.work(|desk| {
        desk.keys("ctrl-z");
        assert_eq!(desk.text(), "IBAN DE89 3704 and a name: , and more. one\n");
    });
    copy.check(&["Mallory"], "the deletion is undone");
    copy.work(|desk| desk.keys("ctrl-y"));
    // In deleted text, too, when it is named.
    copy.redact("DE89").expect("finds it");
    copy.check(&["Mallory", "DE89"], "both");
    assert!(copy.redact("3704").is_ok(), "the rest of it is there");
    assert_eq!(copy.text(), " and a name: , and more. one\n");
}

#[test]
fn a_yes_holds_for_what_comes_back_later_and_only_what_is_new_asks() {
    let mut all = copies(&["Ada", "Ben", "Cy"], 60);
    let (ada, rest) = all.split_at_mut(1);
    let (ben, cy) = rest.split_at_mut(1);
    let (ada, ben, cy) = (&mut ada[0], &mut ben[0], &mut cy[0]);
    let asks = |copy: &Copy| redact::pending(&copy.store, copy.id).expect("looks").len();
    cy.work(|desk| _ = super::say(desk, "see secret1"));
    ada.pull(cy);
    ada.redact("secret1").expect("redacts");
    ben.pull(ada);
    assert_eq!(asks(ben), 1);
    ben.accept();
    ben.check(&["secret1"], "accepted");
    // Cy has not heard of it: brings the words back, has more copies of them, and the message whole.
    cy.work(|desk| replace(desk, "alpha secret1 line", "OTHER"));
    cy.work(|desk| desk.keys("ctrl-z ctrl-z"));
    cy.work(|desk| {
        desk.place(0, Some(desk.text().chars().count()));
        desk.keys("ctrl-c ctrl-end ctrl-v");
    });
    assert!(cy.text().contains("secret1"));
    ben.pull(cy);
    ben.check(&["secret1"], "Cy's copies came");
    assert_eq!(asks(ben), 0);
    // What is new asks.
    ada.redact("secret2").expect("redacts");
    ben.pull(ada);
    assert_eq!(asks(ben), 1);
    assert!(ben.text().contains("secret2"));
    // Of what is kept nothing goes, whatever comes.
    let pending = redact::pending(&ben.store, ben.id).expect("looks");
    redact::decide(&mut ben.store, ben.id, &ben.me, pending[0].id, false).expect("keeps");
    ben.pull(cy);
    assert!(ben.text().contains("secret2"));
}

#[test]
fn the_handoff_page_says_what_was_redacted() {
    let mut all = copies(&["Ada", "Ben"], 50);
    all[0].redact("secret1").expect("redacts");
    let (ada, ben) = all.split_at_mut(1);
    let ids = |copy: &Copy| -> BTreeSet<EventId> {
        let all = events(&copy.store, copy.id);
        all.iter().filter(|event| is_news(event)).map(|event| event.id).collect()
    };
    let known = ids(&ben[0]);
    ben[0].pull(&ada[0]);
    let session = ben[0].session();
    let new: BTreeSet<EventId> = ids(&ben[0]).difference(&known).copied().collect();
    let page = handoff(&session, &new, false, cowrite::base::Millis(1)).join("\n");
    assert!(page.contains("## What was redacted\n\n- Ada ("), "{page}");
    assert!(page.contains("): 7 characters of t.md"), "{page}");
    assert!(!page.contains("## Text that is new") && !page.contains("wrote"), "{page}");
    // So do the exports.
    let exported = cowrite::report::markdown(&session);
    assert!(exported.contains("## What was redacted\n\n- Ada ("), "{exported}");
    let shown = cowrite::report::html::html(&session);
    assert!(shown.contains("What was redacted</h2>") && shown.contains("7 characters"), "{shown}");
}

/// Any work of three people, who hear of each other now and then.
#[test]
fn any_work_beside_redactions_ends_in_one_text() {
    for seed in cases(12) {
        let mut rand = Rand::from_number(seed);
        let mut all = copies(&["Ada", "Ben", "Cy"], seed);
        let mut gone: BTreeSet<String> = BTreeSet::new();
        let mut trace = Vec::new();
        for step in 0..14 {
            let at = rand.below(3);
            let kind = rand.below(8);
            trace.push(format!("{} {kind}", all[at].me.name));
            match kind {
                0 => {
                    let words: Vec<String> = all[at]
                        .text()
                        .split(|one: char| !one.is_alphanumeric())
                        .filter(|word| word.chars().count() >= 5 && !word.contains(FILLER))
                        .map(String::from)
                        .collect();
                    if !words.is_empty() {
                        let word = words[rand.below(words.len())].clone();
                        all[at].redact(&word).expect("redacts");
                        gone.insert(word);
                    }
                }
                1 | 2 => {
                    let from = (at + 1 + rand.below(2)) % 3;
                    let (head, tail) = all.split_at_mut(from.max(at));
                    let (low, high) = (&mut head[from.min(at)], &mut tail[0]);
                    if from < at { high.pull(low) } else { low.pull(high) }
                }
                3 => all[at].accept(),
                4 => {
                    let place = rand.below(all[at].text().chars().count() + 1);
                    all[at].work(|desk| {
                        desk.place(place, None);
                        desk.type_text(&format!("w{step}word "));
                    });
                }
                5 => {
                    let len = all[at].text().chars().count();
                    let place = rand.below(len + 1);
                    let count = 1 + rand.below(9);
                    all[at].work(|desk| {
                        desk.place(place, Some((place + count).min(len)));
                        desk.keys("delete");
                    });
                }
                6 => all[at].work(|desk| desk.keys("ctrl-z")),
                _ => all[at].work(|desk| desk.keys("ctrl-z ctrl-y")),
            }
        }
        settle(&mut all);
        let what = format!("seed {seed}: {trace:?}");
        let want = hands(&all[0].session());
        // A word that is typed anew is another one; steps make each word once.
        let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
        for copy in &all {
            assert_eq!(hands(&copy.session()), want, "{what}");
            copy.check(&gone, &format!("{what}, {}", copy.me.name));
        }
        // Each word of a step stands at most once.
        let text = all[0].text();
        for step in 0..14 {
            assert!(text.matches(&format!("w{step}word")).count() <= 1, "{what}: {text}");
        }
        for word in ["alpha", "beta", "gamma"] {
            assert!(text.matches(word).count() <= 1, "{what}: {text}");
        }
    }
}
