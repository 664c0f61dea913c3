//! The conversation as a tree: which branch is shown, where it parts, and that nobody's words move
//! somebody else's screen.

use crate::harness::{Harness, cases};
use cowrite::base::{EventId, Rand, sha256_hex};
use cowrite::event::{Event, MessageRole, MessageStatus};
use cowrite::session::{Message, Transcript};
use cowrite::state::{Effect, Overlay};
use std::collections::BTreeMap;

/// The branch in sight, as the first words of its messages.
fn shown(made: &mut Harness) -> String {
    made.app.model.prepare();
    let transcript = &made.model().session.transcript;
    let words = made.model().ui.branch.iter().filter_map(|id| transcript.get(id));
    words.map(Message::text).collect::<Vec<_>>().join(" > ")
}

/// Ada and Eve asked after the same answer, apart, and Ada has both.
fn parted() -> (Harness, Harness) {
    let mut ada = Harness::file("plan.md", "one\n");
    ada.say("What?");
    ada.reply("That.");
    let mut eve = ada.copy_for("p_01JEVE", "Eve", 9);
    eve.pass(60_000);
    for (who, question, answer) in
        [(&mut ada, "And Ada?", "Ada, yes."), (&mut eve, "And Eve?", "Eve, yes.")]
    {
        who.say(question);
        who.reply(answer);
        who.pass(3000);
    }
    ada.take_from(&eve);
    (ada, eve)
}

#[test]
fn what_others_say_on_another_branch_moves_nothing() {
    let (mut ada, mut eve) = parted();
    let (hers, others) =
        ("What? > That. > And Ada? > Ada, yes.", "What? > That. > And Eve? > Eve, yes.");
    assert_eq!(shown(&mut ada), hers);
    insta::assert_snapshot!("branches", ada.screen(100, 24));
    ada.run("chat.next-branch");
    assert_eq!(shown(&mut ada), others);
    assert!(ada.notice().starts_with("Branch 2 of 2."), "{}", ada.notice());
    insta::assert_snapshot!("branches_next", ada.screen(100, 24));
    // Eve goes on: her branch is followed where it is shown.
    eve.say("More?");
    eve.reply("Much.");
    eve.pass(3000);
    ada.take_from(&eve);
    assert_eq!(shown(&mut ada), format!("{others} > More? > Much."));
    // What is asked goes on from what is seen, and is remembered.
    ada.run("chat.previous-branch");
    assert_eq!(shown(&mut ada), hers);
    ada.say("Still here?");
    ada.reply("Here.");
    let whole = format!("{hers} > Still here? > Here.");
    assert_eq!(shown(&mut ada), whole);
    eve.say("Last?");
    eve.reply("Last.");
    eve.pass(3000);
    ada.take_from(&eve);
    ada.pass(3000);
    assert_eq!(shown(&mut ada), whole);
    assert_eq!(shown(&mut ada.killed(30)), whole);
    // What the model was told is that branch.
    ada.say("Sum up");
    let sent = &ada.model().last_sent.as_ref().expect("a request").body;
    assert!(sent.contains("Still here?") && !sent.contains("And Eve?"), "{sent}");
}

#[test]
fn an_exported_page_tells_answers_that_stand_for_each_other() {
    let (ada, _) = parted();
    let page = cowrite::report::markdown(&ada.model().session);
    let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}\n{page}"));
    assert!(at("(branch 1 of 2)\n\nAnd Ada?") < at("(branch 2 of 2)"));
    // The other question follows what was said before both, not the answer above it.
    let other = &page[at("(branch 2 of 2)")..];
    assert!(other.contains("*after ◆ "), "{page}");
    assert!(other.lines().nth(2).is_some_and(|line| line.contains("That.")), "{page}");
    let mut plain = Harness::file("plan.md", "one\n");
    plain.say("What?");
    plain.reply("That.");
    let page = cowrite::report::markdown(&plain.model().session);
    assert!(!page.contains("branch") && !page.contains("*after"), "{page}");
}

#[test]
fn a_message_is_marked_in_the_conversation() {
    let (mut ada, _) = parted();
    let marked = |made: &Harness| {
        let found = made.model().ui.found.as_ref()?;
        made.model().session.transcript.get(&found.id).map(|one| one.text().to_owned())
    };
    ada.screen(100, 24);
    ada.keys("ctrl-e c k");
    assert_eq!(marked(&ada).as_deref(), Some("Ada, yes."));
    ada.keys("p p");
    assert_eq!(marked(&ada).as_deref(), Some("That."));
    assert!(ada.screen(100, 24).contains("· marked"), "{}", ada.screen(100, 24));
    ada.keys("n");
    assert_eq!(marked(&ada).as_deref(), Some("And Ada?"));
    ada.keys("n n n n");
    assert_eq!(marked(&ada).as_deref(), Some("Ada, yes."), "the last stays");
    ada.keys("p p p p p p");
    assert_eq!(marked(&ada).as_deref(), Some("What?"), "the first stays");
    // What is marked is what is redacted.
    ada.run("session.redact");
    let redacts = |effect: &Effect| matches!(effect, Effect::Redact { confirmed: false, .. });
    assert!(ada.effects.iter().any(redacts), "{}", ada.notice());
}

#[test]
fn a_strange_name_never_leads_out_of_the_folder() {
    for (said, shown) in [
        ("../../victim.md", "victim.md"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\victim.md", "victim.md"),
        ("C:\\x\\boot.ini", "boot.ini"),
        ("~/.profile", ".profile"),
        ("a/../../b.md", "b.md"),
        ("../..", ""),
        ("docs/plan.md", "docs/plan.md"),
        ("a..b.md", "a..b.md"),
        ("plan.md", "plan.md"),
    ] {
        let mut made = Harness::empty();
        let doc = made.doc();
        made.with_cx(|cx| {
            let name = said.into();
            cx.append(&Event::DocumentAdded { doc, name, hint: Some(said.into()) });
        });
        let session = &made.model().session;
        assert_eq!(session.documents[&made.doc()].name, shown, "{said}");
        made.keys("'x' ctrl-s");
        match made.overlay() {
            Some(Overlay::Prompt { field, .. }) => assert_eq!(field.rope().to_string(), shown),
            other => panic!("{said}: {other:?}"),
        }
    }
}

#[test]
fn one_branch_says_so() {
    let mut ada = Harness::file("plan.md", "one\n");
    ada.say("What?");
    ada.reply("That.");
    ada.run("chat.next-branch");
    assert_eq!(ada.notice(), "The conversation has one branch.");
}

fn message(index: usize, after: Option<usize>) -> Message {
    let id = |index: usize| sha256_hex(&index.to_le_bytes()).parse::<EventId>().unwrap();
    Message {
        id: id(index),
        lamport: index as u64 / 2,
        at: cowrite::base::Millis(0),
        author: "p_01JADA".parse().unwrap(),
        role: MessageRole::Person,
        after: after.map(id),
        text: Some(String::new()),
        status: MessageStatus::Complete,
        model: None,
        usage: None,
        error: None,
        links: Vec::new(),
        asked: None,
        reasoning: None,
        brought: None,
    }
}

#[test]
fn forks_are_those_of_the_tree_in_any_order_of_arrival() {
    for seed in cases(60) {
        let mut rand = Rand::from_number(seed);
        let count = 2 + rand.below(14);
        let mut all: Vec<Message> = (0..count)
            .map(|index| {
                // Some begin anew, some go on from what never arrives, some from what is later.
                let after = match rand.below(8) {
                    0 => None,
                    1 => Some(900 + rand.below(2)),
                    2 => Some(rand.below(count)),
                    _ => index.checked_sub(1 + rand.below(3)),
                };
                message(index, after)
            })
            .collect();
        for round in 0..3 {
            for index in 0..count {
                all.swap(index, rand.below(count));
            }
            let mut tree = Transcript::default();
            all.iter().for_each(|one| tree.add(one.clone()));
            // The same, found the slow way.
            let by_id: BTreeMap<EventId, &Message> = all.iter().map(|one| (one.id, one)).collect();
            let place = |one: &Message| (one.lamport, one.id);
            let before = |one: &Message| {
                one.after.and_then(|id| by_id.get(&id)).filter(|b| place(b) < place(one)).copied()
            };
            for tip in &all {
                let path = tree.branch(tip.id);
                let ids: Vec<EventId> = path.iter().map(|one| one.id).collect();
                let mut wanted = BTreeMap::new();
                for one in &path {
                    let torn = |two: &Message| {
                        // Hostile lines, said after what comes later, begin no branch.
                        two.after.is_none_or(|id| !by_id.contains_key(&id))
                    };
                    let mut beside: Vec<(u64, EventId)> = all
                        .iter()
                        .filter(|two| match before(one) {
                            Some(from) => before(two).is_some_and(|it| it.id == from.id),
                            None => torn(two),
                        })
                        .map(place)
                        .collect();
                    beside.sort_unstable();
                    if let Some(index) = beside.iter().position(|two| *two == place(one))
                        && beside.len() > 1
                    {
                        wanted.insert(one.id, (index, beside.len()));
                    }
                }
                assert_eq!(tree.forks(&ids), wanted, "seed {seed}, round {round}");
                let under =
                    all.iter().filter(|two| tree.branch(two.id).iter().any(|m| m.id == tip.id));
                let newest = under.max_by_key(|two| place(two)).map(|two| two.id);
                assert_eq!(Some(tree.newest_after(tip.id)), newest, "seed {seed}");
            }
        }
    }
}
