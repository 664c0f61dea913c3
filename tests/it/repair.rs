//! The one second request for edits without a certain place, and how models fare with their edits.

use crate::harness::Harness;
use cowrite::app::Input;
use cowrite::assist::{Dialect, Record, Tried, choose_by};
use cowrite::base::Usd;
use cowrite::base::config::PriceConfig;
use cowrite::event::{Event, Usage};
use cowrite::prompt::{Chunk, Stop};
use cowrite::report::{EditKey, EditRow, EditStats};
use cowrite::runtime::fared::fared;
use cowrite::session::HunkState;
use cowrite::state::Phase;
use cowrite::store::{Options, SqliteStore, Write};

const TEXT: &str = "We meet on Monday.\nBring the plan.\nsame\nThere is cake and coffee for all sixty guests.\nsame\n";

fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

/// A workspace that asks again.
fn asking(text: &str) -> Harness {
    let mut made = Harness::with(text);
    made.app.model.config.assist.repair = true;
    made
}

fn states(made: &Harness) -> Vec<(HunkState, String)> {
    let mut all: Vec<(HunkState, String)> =
        made.hunks().into_iter().map(|(_, state, _, new)| (state, new.trim().into())).collect();
    all.sort();
    all
}

/// Everything that a model made, with how it stands.
fn row(made: &Harness) -> EditRow {
    let mut stats = EditStats::default();
    stats.add(&made.model().session, None);
    let key =
        EditKey { model: "scripted/large".into(), asked: "blocks".into(), form: "blocks".into() };
    stats.rows.remove(&key).unwrap_or_default()
}

#[test]
fn what_has_no_place_is_asked_for_once_more_and_replaced() {
    let mut made = asking(TEXT);
    made.say("Check it.");
    let first = [
        block("We meet on Monday.", "We meet on Tuesday."),
        block("same", "another"),
        block("There is cake and tea for all forty guests.", "There will be soup."),
    ];
    made.reply(&first.concat());
    assert!(made.notice().contains("2 edits found no certain place"), "{}", made.notice());
    assert_eq!(made.asked.len(), 2);
    let request = &made.asked[1].1;
    for words in [
        "Not placed: its SEARCH text stands in 2 places",
        "Line 3 (shown: 1 to 5):",
        "this is most like it",
        "coffee",
        "do not write them again",
        "Tuesday",
    ] {
        assert!(request.contains(words), "{words}: {request}");
    }
    let screen = made.screen(100, 90);
    assert!(screen.contains("↻ asked again") && screen.contains("lines in all"), "{screen}");
    // The person writes on meanwhile.
    made.place(0, None);
    made.keys("'Now: '");
    let second = [
        // One that had its place, once more; then what was asked for.
        block("We meet on Monday.", "We meet on Tuesday."),
        block("Bring the plan.\nsame", "Bring the plan.\nanother"),
        block("There is cake and coffee for all sixty guests.", "There will be soup."),
    ];
    made.reply(&second.concat());
    assert!(made.model().turn.is_none());
    let open = states(&made);
    assert_eq!(open.len(), 3, "{open:?} {}", made.notice());
    assert!(open.iter().all(|(state, _)| *state == HunkState::Pending), "{open:?}");
    made.run("hunk.accept-all");
    assert_eq!(
        made.text(),
        "Now: We meet on Tuesday.\nBring the plan.\nanother\nThere will be soup.\nsame\n"
    );
    made.same_after_reopening();
    let row = row(&made);
    assert_eq!((row.exact, row.nowhere, row.superseded), (3, 2, 2), "{row:?}");
    assert_eq!((row.idle, row.accepted), (1, 3), "{row:?}");
}

#[test]
fn places_in_one_line_are_told_apart() {
    let mut made =
        asking("# Plan\n\nWe will bake, and we sell. In May we will sell more.\n\nEnd.\n");
    made.say("Check it.");
    made.reply(&block("we ", "all "));
    let request = &made.asked[1].1;
    for words in [
        "Line 3 (shown: 1 to 5):",
        "More than one place in it:\n\n- \"We will bake, and we sell. In May we will sell\"\n- \"bake, and we sell. In May we will sell more.\"\n",
    ] {
        assert!(
            request.contains(&words.replace('"', "\\\"").replace('\n', "\\n")),
            "{words}: {request}"
        );
    }
}

#[test]
fn places_beyond_those_looked_for_are_not_said_to_be_all() {
    let mut made = asking(&"We bake, we sell.\n".repeat(40));
    made.say("Check it.");
    made.reply(&block("We bake, we sell.", "All sell."));
    let request = &made.asked[1].1;
    assert!(request.contains("stands in at least 16 places"), "{request}");
}

#[test]
fn what_repairs_an_answer_counts_with_it() {
    let mut made = asking(TEXT);
    made.say("Check it.");
    made.reply(
        &[block("We meet on Monday.", "We meet on Tuesday."), block("same", "other")].concat(),
    );
    made.reply(&block("Bring the plan.\nsame", "Bring the plan.\nother"));
    assert_eq!(made.hunks().len(), 2, "{:?}", made.hunks());
    let at = made.hunks().iter().position(|hunk| hunk.3.contains("other")).expect("a hunk");
    made.about_hunk(at, "hunk.accept");
    let progress = made.model().review_progress();
    assert_eq!((progress.decided, progress.all), (1, 2), "{progress:?}");
}

#[test]
fn what_has_no_place_is_counted_of_all_edits_of_the_answer() {
    for second in [
        block("No such line at all, again.", "A line."),
        "I can't.".to_owned(),
        block("Bring the plan.", "Forget it."),
    ] {
        let mut made = asking(TEXT);
        made.say("Check it.");
        let first = [
            block("We meet on Monday.", "We meet on Tuesday."),
            block("No such line at all.", "A line."),
        ];
        made.reply(&first.concat());
        made.reply(&second);
        let open = states(&made);
        let unplaced = open.iter().filter(|one| one.0 == HunkState::Unplaced).count();
        let all = open.len();
        let words = format!("{unplaced} of {all} edits has no unique place");
        assert!(unplaced == 1 && made.notice().contains(&words), "{words}: {}", made.notice());
    }
}

#[test]
fn there_is_no_third_request() {
    let mut made = asking(TEXT);
    made.say("Check it.");
    made.reply(&block("No such line at all.", "A line."));
    made.reply(&block("No such line at all, again.", "A line."));
    assert!(made.model().turn.is_none());
    assert_eq!(made.asked.len(), 2);
    assert_eq!(states(&made), [(HunkState::Unplaced, "A line.".into())]);
    assert!(made.notice().contains("1 of 1 edit has no unique place"), "{}", made.notice());
    let row = row(&made);
    assert_eq!((row.nowhere, row.open), (2, 1), "{row:?}");
    made.same_after_reopening();
    // Asked once more by the person, all of it steps back for what comes then.
    made.run("chat.retry");
    let last = &made.asked.back().unwrap().1;
    assert!(last.contains("Check it."), "{last}");
    made.reply(&block("Bring the plan.", "Forget it."));
    let open = states(&made);
    assert!(open.len() == 1 && open[0].0 == HunkState::Pending, "{open:?}");
    made.same_after_reopening();
}

#[test]
fn what_a_person_settles_meanwhile_stays_settled() {
    let mut made = asking(TEXT);
    made.say("Check it.");
    made.reply(&block("No such line at all.", "A line of text."));
    made.about_hunk(0, "hunk.reject wrong fact");
    made.reply(&block("Bring the plan.", "A line of text."));
    assert_eq!(states(&made), []);
    assert_eq!(made.text(), TEXT);
    made.same_after_reopening();
}

#[test]
fn it_is_asked_only_where_it_may() {
    let bad = block("No such line at all.", "A line.");
    let check = |what: &str, prepare: &dyn Fn(&mut Harness), end: &dyn Fn(&mut Harness)| {
        let mut made = asking(TEXT);
        prepare(&mut made);
        made.say("Check it.");
        made.chunk(&bad);
        end(&mut made);
        assert!(made.model().turn.is_none(), "{what}");
        assert_eq!(made.asked.len(), 1, "{what}");
        assert_eq!(states(&made), [(HunkState::Unplaced, "A line.".into())], "{what}");
        made
    };
    let nothing = |_: &mut Harness| {};
    let whole = |made: &mut Harness| made.stop();
    check("turned off", &|made| made.app.model.config.assist.repair = false, &whole);
    check("a small model", &|made| made.app.model.model_name = Some("tiny-1b".into()), &whole);
    check("stopped", &nothing, &|made| made.run("chat.cancel"));
    check("broken off", &nothing, &|made| made.fail());
    check("cut short", &nothing, &|made| made.piece(Ok(Chunk::Stop(Stop::Length))));
    // A budget that is spent by then.
    let dollars = |dollars: u64| Usd(dollars * 1_000_000);
    let made = check(
        "over the budget",
        &|made| {
            let price = PriceConfig { input: dollars(1), cached: None, output: dollars(1) };
            let own = made.app.model.config.provider.entry("scripted".into()).or_default();
            own.price.insert("large".into(), price);
            made.app.model.config.budget = Some(dollars(5));
        },
        &|made| {
            let usage = Usage { input: 4_999_999, output: 1, cached: 0, cost: None };
            made.piece(Ok(Chunk::Usage(usage)));
            made.stop();
        },
    );
    assert!(made.notice().contains("not asked again. Not asked, /budget"), "{}", made.notice());
}

#[test]
fn it_can_be_stopped_and_its_cost_is_counted() {
    let mut made = asking(TEXT);
    made.say("Check it.");
    made.reply(&block("No such line at all.", "A line."));
    assert!(matches!(made.model().turn.as_ref().unwrap().phase, Phase::Waiting));
    made.piece(Ok(Chunk::Usage(Usage { input: 70, output: 3, cached: 0, cost: None })));
    made.run("chat.cancel");
    assert!(made.model().turn.is_none());
    assert_eq!(states(&made), [(HunkState::Unplaced, "A line.".into())]);
    assert_eq!(made.model().session.transcript.spent().input, 70);
    // What was queued is asked behind it, not before.
    made.say("And this?");
    made.say("And that?");
    made.reply(&block("No such line either.", "Some words."));
    assert!(made.asked.back().unwrap().1.contains("Not placed"));
    made.reply("I see nothing.");
    assert!(made.asked.back().unwrap().1.contains("And that?"));
    made.reply("Fine.");
    made.same_after_reopening();
}

#[test]
fn edits_that_are_no_hunks_are_counted_too() {
    let mut made = Harness::with("Bring the plan and a pen, please.\nThere is cake.\n");
    made.say("Check it.");
    let answer = [
        block("Bring the plan.", "Bring the plan and a pen, please."),
        block("There is cake.", "There is cake."),
        block("There is cake.", "There is soup."),
        block("There is cake.", "There is soup."),
        block("There  is cake.", "There is tea."),
    ];
    made.reply(&answer.concat());
    let row = row(&made);
    assert_eq!((row.exact, row.tolerant, row.already), (1, 1, 1), "{row:?}");
    let closed = made.kept.events.iter().filter_map(|event| match Event::decode(event) {
        Ok(Event::ProposalClosed(tally)) => Some(tally),
        _ => None,
    });
    let closed: Vec<_> = closed.collect();
    assert_eq!(closed.len(), 1);
    let outcomes: Vec<(&str, u64)> =
        closed[0].edits.iter().map(|edits| (edits.outcome.as_str(), edits.count)).collect();
    for wanted in [("already", 1), ("unchanged", 1), ("twice", 1)] {
        assert!(outcomes.contains(&wanted), "{wanted:?} in {outcomes:?}");
    }
    made.same_after_reopening();
    // What broke off in the middle is not the model's doing.
    made.say("More.");
    made.chunk("<<<<<<< SEARCH\nThere is");
    made.run("chat.cancel");
    assert_eq!(row_of_all(&made).unreadable, 0);
    made.say("More.");
    made.reply("<<<<<<< SEARCH\nThere is");
    assert_eq!(row_of_all(&made).unreadable, 1);
}

fn row_of_all(made: &Harness) -> EditRow {
    let mut stats = EditStats::default();
    stats.add(&made.model().session, None);
    let unreadable = stats.rows.values().map(|row| row.unreadable).sum();
    EditRow { unreadable, ..EditRow::default() }
}

#[test]
fn edits_are_asked_for_by_what_was_learned() {
    let tried = |worked, all| Tried { worked, all };
    let check = |blocks, whole, small, tokens, expected: Dialect, told: bool| {
        let record = Record { blocks, whole };
        let chosen = choose_by(&record, false, tokens, "some-model", small);
        let seen = (chosen.dialect, chosen.because.is_some());
        assert_eq!(seen, (expected, told), "{record:?} {small} {tokens}");
    };
    let none = Tried::default();
    check(none, none, false, 500, Dialect::Blocks, false);
    check(none, none, true, 500, Dialect::Whole, false);
    // Too few to tell, good enough, poor.
    check(tried(0, 7), none, false, 500, Dialect::Blocks, false);
    check(tried(6, 8), none, false, 500, Dialect::Blocks, false);
    check(tried(5, 8), none, false, 500, Dialect::Whole, true);
    check(tried(5, 8), none, false, 50_000, Dialect::Blocks, false);
    check(tried(5, 8), none, false, 0, Dialect::Blocks, false);
    check(none, tried(5, 8), true, 500, Dialect::Blocks, true);
    // Both poor: the better one.
    check(tried(5, 10), tried(4, 10), false, 500, Dialect::Blocks, false);
    check(tried(4, 10), tried(5, 10), false, 500, Dialect::Whole, true);
    check(tried(4, 10), tried(5, 10), true, 500, Dialect::Whole, false);
    let poor = Record { blocks: tried(0, 24), whole: none };
    assert_eq!(choose_by(&poor, true, 500, "m", false).dialect, Dialect::Selection);
}

#[test]
fn what_was_learned_of_a_model_is_known_in_the_next_session() {
    let mut made = Harness::with(TEXT);
    for count in 0..8 {
        made.say("Check it.");
        made.reply(&block(&format!("No such line at all, {count}."), "A line."));
    }
    let (id, all) = (made.model().session.id, made.model().session.attempts());
    assert_eq!(all.len(), 8);
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(folder.path(), Options::default()).unwrap();
    let events = made.kept.events.iter().filter(|event| !event.is_local()).cloned().collect();
    store.write(&[Write::Import { events }]).unwrap();
    assert_eq!(fared(&store, None).unwrap(), all);
    assert_eq!(fared(&store, Some(id)).unwrap(), []);

    let mut made = Harness::with(TEXT);
    made.input(Input::Fared(all));
    made.run("chat.change Better.");
    let request = &made.asked.back().unwrap().1;
    assert!(request.contains("Answer with the whole new document"), "{request}");
}

#[test]
fn a_model_that_quotes_badly_is_asked_for_whole_texts() {
    let mut made = Harness::with(TEXT);
    for count in 0..8 {
        made.say("Check it.");
        made.reply(&block(&format!("No such line at all, {count}."), "A line."));
    }
    made.run("chat.change Better.");
    let request = &made.asked.back().unwrap().1;
    assert!(request.contains("Answer with the whole new document"), "{request}");
    made.reply(&TEXT.replace("cake", "soup"));
    let hunks = states(&made);
    assert!(hunks.iter().any(|(state, _)| *state == HunkState::Pending), "{hunks:?}");
}
