//! Copies of a session and of its file that come together at different times: texts are saved and
//! committed without sharing, by other programs too, or lie in one folder that is kept the same.
//! Whatever the order, no word is lost, none stands twice, and each stays where it was put.

use crate::harness::{Harness, cases};
use cowrite::base::{EventId, Rand, sha256_hex};
use cowrite::event::Envelope;
use cowrite::state::{FileStamp, Me, Opened, OpenedFile};
use cowrite::text::{Whole, twice};
use std::collections::BTreeMap;
use std::path::PathBuf;

const NAMES: [(&str, &str); 3] = [("p_01JADA", "Ada"), ("p_01JBEN", "Ben"), ("p_01JCEM", "Cem")];
/// Paragraphs that one person writes in, with lines between them that nobody changes.
const PARTS: usize = 6;

type Events = BTreeMap<EventId, Envelope>;

fn text() -> String {
    (0..PARTS).map(|part| format!("Part {part}.\n\nFiller {part}\n\n")).collect()
}

/// A person with a library, a text file and a session file.
struct Copy {
    made: Harness,
    who: usize,
    path: PathBuf,
    /// The session file.
    shared: Events,
    /// The text that was got from the others last.
    base: String,
    seed: u64,
}

impl Copy {
    fn file(&self) -> String {
        String::from_utf8(self.made.files[&self.path].clone()).unwrap()
    }

    /// Another program writes the file.
    fn puts(&mut self, text: &str) {
        self.made.files.insert(self.path.clone(), text.into());
    }

    /// The workspace sees what the files hold now.
    fn looks(&mut self) {
        let events: Vec<Envelope> = self.shared.values().cloned().collect();
        self.made.take(&events);
        let file = self.file();
        self.made.write_outside(&file);
        self.made.pass(3000);
        assert!(self.made.overlay().is_none(), "asked: {}", self.made.notice());
    }

    /// A new program opens what is there.
    fn reopens(&mut self) {
        let mut events = self.made.kept.sealed();
        let known: Events = events.iter().map(|event| (event.id, event.clone())).collect();
        events.extend(self.shared.values().filter(|one| !known.contains_key(&one.id)).cloned());
        let text = self.file();
        let file = OpenedFile {
            path: self.path.clone(),
            stamp: FileStamp { hash: sha256_hex(text.as_bytes()) },
            text,
            exists: true,
            ..OpenedFile::default()
        };
        let opened = Opened {
            session: Some(self.made.model().session.id),
            events,
            doc: Some(self.made.doc()),
            view: self.made.kept.view.clone(),
            file: Some(file),
            ..Opened::default()
        };
        let (author, name) = NAMES[self.who];
        let me = Me { author: author.parse().unwrap(), name: name.into() };
        self.seed += 1;
        let now = self.made.now() + 1000;
        self.made = Harness::open_at(opened, me, self.seed, now, self.made.files.clone());
        self.made.pass(3000);
        assert!(self.made.overlay().is_none(), "asked: {}", self.made.notice());
    }

    fn opens(&mut self) {
        if self.who == 0 { self.looks() } else { self.reopens() }
    }

    fn saves(&mut self) {
        self.made.keys("ctrl-s");
        self.made.pass(3000);
    }

    /// Writes at the end of a paragraph and saves.
    fn writes(&mut self, part: usize, word: &str) {
        self.opens();
        let text = self.made.text();
        let at = text.find(&format!("\n\nFiller {part}\n")).unwrap_or_else(|| panic!("{text}"));
        self.made.place(text[..at].chars().count(), None);
        self.made.keys(&format!("' {word}'"));
        self.made.pass(3000);
        self.saves();
    }

    fn shares(&mut self) {
        let events = self.made.kept.sealed();
        let shared = events.into_iter().filter(|event| !event.is_local());
        self.shared.extend(shared.map(|event| (event.id, event)));
    }
}

/// The paragraphs of a text, between the lines that nobody changes.
fn parts(text: &str) -> Vec<String> {
    let mut left = text;
    let cut = (0..PARTS).map(|part| {
        let filler = format!("Filler {part}\n\n");
        let (one, rest) = left.split_once(&filler).unwrap_or_else(|| panic!("{part}: {text}"));
        left = rest;
        one.to_owned()
    });
    let cut: Vec<String> = cut.collect();
    assert!(left.is_empty(), "{text}");
    cut
}

/// What git makes of two texts; none where both changed a paragraph.
fn merged(base: &str, one: &str, other: &str) -> Option<String> {
    let mut out = String::new();
    let all = parts(base).into_iter().zip(parts(one)).zip(parts(other)).enumerate();
    for (part, ((base, one), other)) in all {
        let chosen = match (one == base, other == base) {
            (true, _) => other,
            (_, true) => one,
            _ if one == other => one,
            _ => return None,
        };
        out.push_str(&format!("{chosen}Filler {part}\n\n"));
    }
    Some(out)
}

fn three() -> [Copy; 3] {
    let mut ada = Harness::file("plan.md", &text());
    ada.keys("ctrl-s");
    ada.pass(3000);
    let path = ada.model().path.clone().unwrap();
    let copy = |who: usize| {
        let (author, name) = NAMES[who];
        let mut made = ada.copy_for(author, name, 1000 * who as u64);
        made.app.model.path = Some(path.clone());
        made.files.insert(path.clone(), text().into());
        made.write_outside(&text());
        Copy {
            made,
            who,
            path: path.clone(),
            shared: Events::new(),
            base: text(),
            seed: 1000 * who as u64,
        }
    };
    [0, 1, 2].map(copy)
}

/// The words that were written, with where, in order.
type Words = Vec<(String, usize)>;

#[track_caller]
fn check(text: &str, words: &Words, trace: &str) {
    let parts = parts(text);
    for (index, part) in parts.iter().enumerate() {
        let mine = words.iter().filter(|(_, part)| *part == index);
        let want: String = mine.map(|(word, _)| format!(" {word}")).collect();
        assert_eq!(*part, format!("Part {index}.{want}\n\n"), "{trace}\n{text}");
    }
}

#[test]
fn clones_that_share_seldom_lose_and_double_nothing() {
    // In 162 a file puts a word to another place that a second copy took in from it.
    for seed in cases(12).chain([162]) {
        clones(seed);
    }
}

fn clones(seed: u64) {
    let mut rand = Rand::from_number(seed);
    let mut all = three();
    let mut hub = (text(), Events::new());
    let mut words = Words::new();
    let mut trace = format!("seed {seed}");
    for step in 0..14 {
        let who = rand.below(3);
        let one = &mut all[who];
        for turn in 0..1 + rand.below(2) {
            let part = 2 * who + rand.below(2);
            let word = format!("w{step}{}{who}", ["a", "b"][turn]);
            if rand.below(3) == 0 {
                trace.push_str(&format!("\n{who} writes {word} in {part} with vim"));
                let filler = format!("\n\nFiller {part}\n");
                let text = one.file().replace(&filler, &format!(" {word}{filler}"));
                one.puts(&text);
            } else {
                trace.push_str(&format!("\n{who} writes {word} in {part}"));
                one.writes(part, &word);
            }
            words.push((word, part));
        }
        if rand.below(2) == 0 {
            trace.push_str(&format!("\n{who} shares"));
            one.opens();
            one.shares();
        }
        gets(one, &mut hub, &mut trace);
        if rand.below(2) == 0 {
            trace.push_str(&format!("\n{who} opens and saves"));
            one.opens();
            one.saves();
        }
        trace.push_str(&format!("\n  file of {who}: {:?}", parts(&one.file())));
        gives(one, &mut hub);
    }
    for round in 0..3 {
        for one in &mut all {
            gets(one, &mut hub, &mut trace);
            one.opens();
            one.saves();
            one.shares();
            trace.push_str(&format!("\n  round {round}, {}: {:?}", one.who, parts(&one.file())));
            gives(one, &mut hub);
        }
    }
    for one in &all {
        let file = one.file();
        for (word, _) in &words {
            assert!(file.contains(word.as_str()), "{trace}\n{word} is lost");
        }
        check(&file, &words, &trace);
        assert_eq!(one.made.text(), file, "{trace}");
    }
}

/// Pulls.
fn gets(one: &mut Copy, hub: &mut (String, Events), trace: &mut String) {
    one.shared.extend(hub.1.clone());
    let both = merged(&one.base, &one.file(), &hub.0).unwrap_or_else(|| {
        trace.push_str("\nCONFLICT");
        one.opens();
        one.made.text()
    });
    one.base.clone_from(&hub.0);
    one.puts(&both);
}

/// Pushes.
fn gives(one: &mut Copy, hub: &mut (String, Events)) {
    *hub = (one.file(), one.shared.clone());
    one.base.clone_from(&hub.0);
}

#[test]
fn a_folder_that_is_kept_the_same_loses_and_doubles_nothing() {
    for seed in cases(12) {
        folder(seed);
    }
}

fn folder(seed: u64) {
    let mut rand = Rand::from_number(seed);
    let people = 2 + rand.below(2);
    let live = rand.below(2) == 0;
    let mut all = three();
    let mut words = Words::new();
    let mut trace = format!("seed {seed}, {people} people, live {live}");
    for step in 0..12 {
        let who = rand.below(people);
        match rand.below(6) {
            0..=3 => {
                let part = 2 * who + rand.below(2);
                let word = format!("w{step}{who}");
                trace.push_str(&format!("\n{who} writes {word} in {part}"));
                all[who].writes(part, &word);
                words.push((word, part));
            }
            4 => {
                let part = 2 * who + rand.below(2);
                let word = format!("w{step}{who}");
                trace.push_str(&format!("\nvim writes {word} in {part}"));
                let filler = format!("\n\nFiller {part}\n");
                let text = all[who].file().replace(&filler, &format!(" {word}{filler}"));
                all[who].puts(&text);
                words.push((word, part));
            }
            _ => {
                trace.push_str(&format!("\n{who} shares"));
                all[who].opens();
                all[who].shares();
            }
        }
        same(&mut all[..people], who, live);
        trace.push_str(&format!("\n  {:?}", parts(&all[who].file())));
    }
    for round in 0..3 {
        for who in 0..people {
            all[who].opens();
            all[who].shares();
            same(&mut all[..people], who, live);
            all[who].opens();
            all[who].saves();
            all[who].shares();
            same(&mut all[..people], who, live);
            trace.push_str(&format!("\n  round {round}, {who}: {:?}", parts(&all[who].file())));
        }
    }
    for one in &all[..people] {
        let file = one.file();
        for (word, _) in &words {
            assert!(file.contains(word.as_str()), "{trace}\n{word} is lost");
        }
        check(&file, &words, &trace);
        assert_eq!(one.made.text(), file, "{trace}");
    }
}

/// What one has comes to all.
fn same(all: &mut [Copy], who: usize, live: bool) {
    let (file, shared) = (all[who].file(), all[who].shared.clone());
    for one in all {
        one.puts(&file);
        one.shared.extend(shared.clone());
        if live && one.who != who {
            one.looks();
        }
    }
}

/// One change of another program's, which three took in before any of them shared.
#[test]
fn what_three_took_in_stands_once_whoever_meets_whom() {
    for order in 0..6 {
        let mut all = three();
        let outside = text().replace("Part 3.", "Part 3. a word by vim");
        for one in &mut all {
            one.puts(&outside);
            one.looks();
            one.shares();
        }
        let [first, second, third] =
            [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]][order];
        // Each meets another one before the third.
        for (one, other) in [(first, second), (second, third), (third, first)] {
            let theirs = all[other].made.kept.events.clone();
            let own: Events = theirs.into_iter().map(|event| (event.id, event)).collect();
            let before = all[other].shared.clone();
            all[one].shared.extend(before.into_iter().filter(|(id, _)| own.contains_key(id)));
            all[one].looks();
            assert_eq!(all[one].made.text(), outside, "order {order}");
        }
        for _ in 0..2 {
            for one in 0..3 {
                for other in 0..3 {
                    all[other].shares();
                    let shared = all[other].shared.clone();
                    all[one].shared.extend(shared);
                    all[one].looks();
                }
            }
        }
        for one in &all {
            assert_eq!(one.made.text(), outside, "order {order}");
        }
    }
}

const LIST: &str = "# List\n\n- eggs\n- flour\n\nThe end.\n";

/// Ada and Ben change a list apart; Ben has her events and settles what git could not in an editor.
#[test]
fn a_conflict_that_was_settled_by_hand_is_as_it_was_settled() {
    // What each puts behind a line (the end of which is told by what follows), and the file then.
    let both = ("- flour", "\n- milk", "- flour", "\n- bread");
    let line = ("- eggs", " from Ada", "- eggs", " from Ben");
    let cases = [
        (both, "- flour\n- milk\n- bread"),
        (both, "- flour\n- bread\n- milk"),
        (both, "- flour\n- milk and bread"),
        (both, "- flour\n- bread and milk"),
        (line, "- eggs from Ada\n- eggs from Ben"),
        (line, "- eggs from Ben\n- eggs from Ada"),
        (line, "- eggs from Ada and from Ben"),
    ];
    for ((place, ada, there, ben), settled) in cases {
        for (seed, seen) in [(1, false), (2, false), (3, true), (4, true)] {
            let what = format!("{settled:?}, seed {seed}, seen {seen}");
            let [mut one, mut other] = pair(LIST, seed);
            puts_behind(&mut one, place, ada);
            puts_behind(&mut other, there, ben);
            other.take_from(&one);
            let old = if settled.starts_with("- flour") { "- flour" } else { "- eggs" };
            if seen {
                let ours = format!("{old}{ben}");
                let theirs = format!("{old}{ada}");
                let marked = format!("<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> ada");
                let before = other.text();
                other.write_outside(&LIST.replace(old, &marked));
                assert!(other.notice().contains("conflict markers"), "{}", other.notice());
                assert_eq!(other.text(), before, "{what}");
            }
            let file = LIST.replace(old, settled);
            other.write_outside(&file);
            assert_eq!(other.text(), file, "{what}: {}", other.notice());
            assert!(!other.model().is_modified(), "{what}");
            other.same_after_reopening();
            one.take_from(&other);
            one.write_outside(&file);
            assert_eq!(one.text(), file, "{what}");
        }
    }
}

/// Two with one file, each with a copy of the session.
fn pair(text: &str, seed: u64) -> [Harness; 2] {
    let mut ada = Harness::file("plan.md", text);
    ada.keys("ctrl-s");
    ada.pass(3000);
    let path = ada.model().path.clone().unwrap();
    let copy = |(author, name): (&str, &str), seed| {
        let mut made = ada.copy_for(author, name, seed);
        made.app.model.path = Some(path.clone());
        made.write_outside(text);
        made
    };
    [copy(NAMES[0], 100 + seed), copy(NAMES[1], 200 + seed)]
}

/// Writes behind a text and saves.
fn puts_behind(made: &mut Harness, place: &str, words: &str) {
    let text = made.text();
    let at = text.find(place).unwrap() + place.len();
    made.place(text[..at].chars().count(), None);
    made.with_cx(|cx| cx.paste(words, false));
    made.pass(3000);
    made.keys("ctrl-s");
    made.pass(3000);
}

/// Two put words at one place that begin or end alike, and the file of the one lies at the other's.
#[test]
fn what_begins_alike_is_not_the_same() {
    let cases = [
        ("\n- milk", "\n- bread"),
        (" and milk", " and bread"),
        (" 很好，我", " 很好，你"),
        (" said: yes.", " said: no."),
        ("\n\n## Ideas\n\nAda thinks.", "\n\n## Ideas\n\nBen doubts."),
        (" aaa bbb ccc", " ddd bbb eee"),
    ];
    for (one, other) in cases {
        for theirs in [false, true] {
            let [mut ada, mut ben] = pair(LIST, 1);
            puts_behind(&mut ada, "- flour", one);
            puts_behind(&mut ben, "- flour", other);
            ben.take_from(&ada);
            if theirs {
                ben.write_outside(&ada.text());
                ben.pass(3000);
            }
            let both = |first: &str, second: &str| {
                LIST.replace("- flour", &format!("- flour{first}{second}"))
            };
            let text = ben.text();
            assert!(text == both(one, other) || text == both(other, one), "{one:?}: {text}");
            ben.same_after_reopening();
        }
    }
}

/// In a folder that is kept the same, somebody's file comes over one's own before their events do.
#[test]
fn what_a_file_lacks_that_came_before_its_events_is_not_lost() {
    for shared in [false, true] {
        let [mut ada, mut ben] = pair(LIST, 1);
        puts_behind(&mut ben, "The end.", " Or not.");
        puts_behind(&mut ada, "- flour", " from Ada");
        if shared {
            ben.take_from(&ada);
        }
        let file = LIST.replace("The end.", "The end. Or not.");
        ada.write_outside(&file);
        ada.pass(3000);
        let both =
            LIST.replace("- flour", "- flour from Ada").replace("The end.", "The end. Or not.");
        ada.take_from(&ben);
        ada.pass(3000);
        assert_eq!(ada.text(), both, "{shared}: {}", ada.notice());
        ada.keys("ctrl-s");
        ada.pass(3000);
        ben.take_from(&ada);
        ben.write_outside(&both);
        ben.pass(3000);
        assert_eq!(ben.text(), both, "{shared}");
        ben.same_after_reopening();
    }
}

/// Somebody without this program changed two places, of which one is in conflict.
#[test]
fn saving_over_conflict_markers_loses_nobodys_words() {
    let [mut ada, _] = pair(LIST, 1);
    puts_behind(&mut ada, "- flour", " from Ada");
    let marked = LIST
        .replace(
            "- flour\n",
            "<<<<<<< HEAD\n- flour from Ada\n=======\n- flour, from Cem\n>>>>>>> cem\n",
        )
        .replace("The end.", "The end.\nCem wrote this.");
    ada.write_outside(&marked);
    assert!(ada.notice().contains("conflict markers"), "{}", ada.notice());
    let want = "# List\n\n- eggs\n- flour from Ada, from Cem\n\nThe end.\nCem wrote this.\n";
    assert_eq!(ada.text(), want);
    assert!(ada.model().is_modified());
    // Read again it is no news.
    ada.write_outside(&marked);
    assert_eq!(ada.text(), want);
    ada.keys("ctrl-s");
    let path = ada.model().path.clone().unwrap();
    assert_eq!(String::from_utf8_lossy(&ada.files[&path]), want, "{}", ada.notice());
    ada.same_after_reopening();

    // Markers that make no sense are not written over.
    let [mut ada, _] = pair(LIST, 1);
    let torn = LIST.replace("- flour", "<<<<<<< HEAD\n=======\n<<<<<<< HEAD\n- milk\n>>>>>>> x");
    ada.write_outside(&torn);
    puts_behind(&mut ada, "- flour", " from Ada");
    assert_eq!(String::from_utf8_lossy(&ada.files[&path]), torn);
    assert!(ada.notice().contains("can't be read"), "{}", ada.notice());
    ada.write_outside(&LIST.replace("- flour", "- flour and milk"));
    ada.keys("ctrl-s");
    assert!(!ada.model().is_modified(), "{}", ada.notice());
}

#[test]
fn only_what_is_whole_is_the_same() {
    // Pieces of the others' are cut by `|`; `~` before one: taken in from a file. What of the own
    // stands there is told as pairs of places and lengths.
    let check = |own: &str, others: &str, wanted: &[(usize, usize, usize)]| {
        let own: Vec<char> = own.chars().collect();
        let (mut theirs, mut wholes) = (Vec::new(), Vec::new());
        for piece in others.split('|') {
            let start = theirs.len();
            theirs.extend(piece.trim_start_matches('~').chars());
            wholes.push(Whole { range: start..theirs.len(), loose: piece.starts_with('~') });
        }
        let found = twice(&own, &theirs, &wholes);
        let found: Vec<_> =
            found.iter().map(|one| (one.own.start, one.theirs, one.own.len())).collect();
        assert_eq!(found, wanted, "{own:?} {others}");
    };
    check(" the cat", " the cat", &[(0, 0, 8)]);
    check(" the cat", " the dog", &[]);
    check(" the cat", "~ the dog", &[]);
    check(" one two", " one| two", &[(0, 0, 8)]);
    check(" one two three", " one| three", &[(0, 0, 4), (8, 4, 6)]);
    check(" one", " two| one| three", &[(0, 4, 4)]);
    check(" alpha", " alpha beta", &[(0, 0, 6)]);
    check(" a", " a b", &[]);
    check(" a", " a| b", &[(0, 0, 2)]);
    check("cat", "a", &[]);
    check("\n", "\n", &[(0, 0, 1)]);
    check("\n\nAAAA", "\n|\n|BBBB", &[]);
    check("\n\nAAAA\n", "\n|\n|AAAA\n|BBBB", &[(0, 0, 7)]);
    check("\nAAAA\nCCCC", "\n|AAAA|\n|BBBB", &[(0, 0, 6)]);
    // What two files had of one row.
    check(" two2 three", "~ one1 two2", &[(0, 5, 5)]);
    check(" one1 two2", "~ two2 three", &[(5, 0, 5)]);
    check(" two2 three", " one1 two2", &[]);
    check("- [ ] task a\n", "~- [ ] task b\n", &[]);
}
