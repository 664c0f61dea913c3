//! Decisions: recording, changing, accepting, superseding, conflicts, and the way from the text to
//! a decision and back.

use crate::harness::Harness;
use cowrite::event::{DecisionStatus, Link};
use cowrite::session::Decision;
use cowrite::state::Overlay;

fn newest(made: &Harness) -> Decision {
    made.model().session.decisions.newest()[0].clone()
}

fn status(made: &Harness) -> DecisionStatus {
    made.model().session.decisions.status(&newest(made))
}

fn page(made: &Harness) -> String {
    match made.overlay() {
        Some(Overlay::Page { title, lines, .. }) => format!("{title}\n{}", lines.join("\n")),
        other => panic!("no page: {other:?}"),
    }
}

const FORM: &str = "ctrl-n 'Bake' tab 'Guests come.' tab 'A cake' alt-enter '  + sweet' alt-enter \
                    'Soup' alt-enter '  - salty' tab 'Cake, because they like it.' tab 'We bake.' \
                    tab '2027-01-31' ctrl-s";

#[test]
fn a_decision_is_recorded_in_a_form() {
    let mut made = Harness::with("We [bake| a cake.\n");
    made.keys(FORM);
    assert_eq!(made.notice(), "Recorded as accepted: it goes to the model from now on.");
    let decision = newest(&made);
    assert_eq!(decision.title(), "Bake");
    assert_eq!(decision.options().len(), 2);
    assert_eq!(decision.options()[0].pros[0].as_str(), "sweet");
    assert_eq!(decision.options()[1].cons[0].as_str(), "salty");
    assert!(matches!(&decision.links()[0], Link::Span { quote, .. } if quote.as_str() == "bake"));
    assert_eq!(status(&made), DecisionStatus::Accepted);
    made.same_after_reopening();
    // From the text to it and back.
    made.keys("alt-1");
    made.place(5, None);
    made.run("decision.here");
    for words in ["accepted · by Ada", "Guests come.", "+ sweet", "| bake", "2027-01-31"] {
        assert!(page(&made).contains(words), "{words}\n{}", page(&made));
    }
    made.keys("esc alt-1 ctrl-end alt-4 g");
    assert_eq!(made.marked(), "We |bake[ a cake.\n");
    made.place(12, None);
    made.run("decision.here");
    assert_eq!(made.notice(), "No decision is linked to the text at the caret.");
}

#[test]
fn a_mistake_in_the_form_loses_nothing() {
    let mut made = Harness::with("|x");
    made.keys("ctrl-n tab 'context' ctrl-s");
    assert_eq!(made.notice(), "A decision needs a title.");
    made.keys("'Title' shift-tab shift-tab 'tomorrow' shift-tab ctrl-s");
    assert!(made.notice().contains("no date"), "{}", made.notice());
    // The field that was refused has the keys.
    made.keys("ctrl-a '2027-02-01' ctrl-s");
    assert_eq!((newest(&made).title(), newest(&made).context()), ("Title", "context"));
    assert_eq!(status(&made), DecisionStatus::Proposed, "without an outcome nothing is decided");
}

#[test]
fn a_form_that_is_left_keeps_what_was_written() {
    let mut made = Harness::with("We [bake| a cake.\n");
    made.keys("ctrl-n esc");
    assert_eq!(made.notice(), "", "an empty form just closes");
    made.keys("ctrl-n 'Bake' tab 'Guests' enter 'come.' esc");
    assert!(made.notice().contains("kept"), "{}", made.notice());
    made.keys("ctrl-n");
    assert!(made.notice().contains("written in this form before"), "{}", made.notice());
    made.keys("esc ctrl-n ctrl-s");
    assert_eq!((newest(&made).title(), newest(&made).context()), ("Bake", "Guests\ncome."));
    made.keys("ctrl-n");
    assert_eq!(made.marked(), "|", "what was recorded is no draft");
    // A change of a decision is a draft of its own.
    made.keys("esc alt-4 e end ' bread' esc ctrl-n");
    assert_eq!(made.marked(), "|");
    made.keys("esc alt-4 e");
    assert_eq!(made.marked(), "Bake bread|");
}

#[test]
fn enter_begins_a_line_where_there_are_many() {
    let mut made = Harness::with("|x");
    made.keys(
        "ctrl-n 'Bake' enter enter tab 'A cake' enter 'Soup' tab tab tab '2027-01-31' enter tab",
    );
    assert_eq!(made.marked(), "Bake|", "from the last field past the links to the first");
    made.keys("ctrl-s");
    assert_eq!(newest(&made).options().len(), 2);
    made.keys("alt-4 e tab tab tab 'It is sweet.' ctrl-s");
    assert!(made.notice().contains("a in the list accepts"), "{}", made.notice());
}

#[test]
fn changing_accepting_and_superseding() {
    let mut made = Harness::with("|x");
    made.keys("ctrl-n 'One' ctrl-s alt-4 a");
    assert_eq!(status(&made), DecisionStatus::Accepted);
    made.keys("e end ' and two' ctrl-s");
    assert_eq!(newest(&made).title(), "One and two");
    assert_eq!(status(&made), DecisionStatus::Accepted, "who changes it sees what it says");
    made.keys("x enter");
    assert_eq!(status(&made), DecisionStatus::Rejected);
    made.keys("a s ctrl-a 'Three' tab tab tab 'better' ctrl-s");
    assert_eq!((newest(&made).title(), status(&made)), ("Three", DecisionStatus::Accepted));
    let old = made.model().session.decisions.newest()[1].clone();
    assert_eq!(made.model().session.decisions.status(&old), DecisionStatus::Superseded);
    assert_eq!(made.model().session.decisions.accepted().len(), 1);
    made.same_after_reopening();
}

#[test]
fn the_list_is_filtered() {
    let mut made = Harness::with("|x");
    for title in ["Alpha", "Beta", "Gamma"] {
        made.keys("ctrl-n");
        made.type_text(title);
        made.keys("ctrl-s alt-1");
    }
    made.keys("alt-4 /");
    made.keys("'beta' enter");
    let listed: Vec<&str> =
        cowrite::command::decisions_listed(made.model()).iter().map(|one| one.title()).collect();
    assert_eq!(listed, ["Beta"]);
    made.keys("enter");
    assert!(page(&made).starts_with("Beta\n"));
}

#[test]
fn what_two_people_wrote_is_settled_by_the_form() {
    let mut ada = Harness::with("|x");
    ada.keys("ctrl-n 'Cake' ctrl-s alt-1");
    let mut eve = ada.copy_for("p_01JEVE", "Eve", 9);
    ada.keys("alt-4 e ctrl-a 'Pie' ctrl-s");
    eve.keys("alt-4 e ctrl-a 'Soup' ctrl-s");
    ada.take_from(&eve);
    eve.take_from(&ada);
    assert!(newest(&ada).is_conflict() && newest(&eve).is_conflict());
    assert_eq!(newest(&ada).title(), newest(&eve).title(), "both show the same");
    ada.keys("enter");
    assert!(page(&ada).contains("A field was set apart"), "{}", page(&ada));
    // Submitting what is shown chooses it.
    ada.keys("esc e ctrl-s");
    assert!(!newest(&ada).is_conflict());
    eve.take_from(&ada);
    assert!(!newest(&eve).is_conflict());
    ada.same_after_reopening();
}

#[test]
fn a_decision_shows_beside_its_text_at_once() {
    let mut made = Harness::with("We [bake| a cake.\n");
    assert!(!made.screen(100, 20).contains('§'));
    made.keys(FORM);
    let screen = made.screen(100, 20);
    assert!(screen.contains('§'), "{screen}");
}

#[test]
fn a_superseded_decision_can_not_be_rejected() {
    let mut made = Harness::with("We [bake| a cake.\n");
    made.keys(FORM);
    made.keys("alt-4 s");
    made.keys("ctrl-a 'Buy' tab tab tab 'Time is short.' ctrl-s");
    made.keys("alt-4 down x");
    assert!(made.notice().starts_with("It is superseded by “Buy”"), "{}", made.notice());
}

/// The links of the newest decision, in words.
fn links(made: &Harness) -> Vec<String> {
    let session = &made.model().session;
    newest(made).links().iter().map(|link| session.link_words(link)).collect()
}

fn talked(marked: &str) -> Harness {
    let mut made = Harness::with(marked);
    made.say("Which cake?");
    made.reply("An apple cake.");
    made.say("And when?");
    made.reply("On Monday.");
    made
}

#[test]
fn links_are_chosen_in_the_form() {
    let (text, first, second) = ("the text “bake”", "● Ada: Which cake?", "● Ada: And when?");
    let (one, two) = ("◆ scripted/large: An apple cake.", "◆ scripted/large: On Monday.");
    for (marked, keys, wanted) in [
        // What is selected and the last exchange are linked unless one says otherwise.
        ("We [bake| a cake.", "", &[text, second, two][..]),
        ("We bake| a cake.", "", &[second, two]),
        // The first row is the text; enter and space say the same.
        ("We [bake| a cake.", "shift-tab space", &[second, two]),
        ("We [bake| a cake.", "shift-tab enter space", &[second, two, text]),
        ("We [bake| a cake.", "shift-tab down space down space", &[text]),
        ("We [bake| a cake.", "shift-tab space down space down space", &[]),
        // The other messages follow, newest first.
        ("We [bake| a cake.", "shift-tab end space", &[text, second, two, first]),
        ("We bake| a cake.", "shift-tab space down space down space", &[one]),
        ("We bake| a cake.", "tab tab tab tab tab tab down space home space", &[]),
    ] {
        let mut made = talked(marked);
        made.keys("ctrl-n 'Bake'");
        made.keys(keys);
        made.keys("ctrl-s");
        assert_eq!(links(&made), wanted, "{marked} {keys}");
        made.same_after_reopening();
    }
}

#[test]
fn nothing_said_and_nothing_selected_is_no_link() {
    let mut made = Harness::with("|x");
    made.keys("ctrl-n 'Bake' shift-tab");
    assert!(made.screen(100, 30).contains("There is nothing to link yet"));
    made.keys("space down 'abc' ctrl-s");
    assert_eq!(links(&made), [] as [&str; 0]);
    assert_eq!(newest(&made).title(), "Bake", "letters are no keys there");
    made.keys("alt-4 enter");
    assert!(page(&made).contains("Linked to nothing."), "{}", page(&made));
    made.keys("enter");
    assert!(made.overlay().is_none(), "a page without links is left with Enter");
}

#[test]
fn links_of_a_decision_can_be_changed() {
    let mut made = talked("We [bake| a cake.");
    made.keys("ctrl-n 'Bake' tab tab tab 'We like it.' ctrl-s");
    assert_eq!(links(&made).len(), 3);
    let events = made.log().len();
    // Looking at them changes nothing.
    made.keys("alt-4 e shift-tab space space ctrl-s");
    assert_eq!((made.notice().as_str(), made.log().len()), ("Nothing was changed.", events));
    made.keys("e shift-tab space end space ctrl-s");
    let wanted = ["● Ada: And when?", "◆ scripted/large: On Monday.", "● Ada: Which cake?"];
    assert_eq!(
        (made.notice().as_str(), links(&made)),
        ("Changed.", wanted.map(String::from).to_vec())
    );
    assert_eq!(status(&made), DecisionStatus::Accepted, "who changes it sees what it says");
    // What is selected now is offered, and not linked unasked.
    made.keys("alt-1");
    made.place(0, Some(2));
    made.keys("alt-4 e ctrl-s");
    assert_eq!(links(&made).len(), 3);
    made.keys("e shift-tab space ctrl-s");
    assert_eq!(links(&made)[3], "the text “We”");
    // From the page of the decision, too; there e begins with what is linked first.
    made.keys("enter e shift-tab down space down space down space ctrl-s");
    assert_eq!(links(&made), ["the text “We”"]);
    assert!(made.overlay().is_none());
    made.same_after_reopening();
}

#[test]
fn a_superseding_decision_begins_with_the_links_of_the_old_one() {
    let mut made = talked("We [bake| a cake.");
    made.keys("ctrl-n 'Bake' ctrl-s alt-4 s ctrl-a 'Buy' shift-tab space ctrl-s");
    assert_eq!(links(&made), ["● Ada: And when?", "◆ scripted/large: On Monday."]);
}

#[test]
fn the_message_that_is_marked_is_the_one_that_is_linked() {
    let mut made = talked("We bake| a cake.");
    made.keys("ctrl-n 'One' shift-tab end space ctrl-s alt-4 enter 3");
    assert!(made.screen(100, 30).contains("▸ ● Ada § · marked"), "{}", made.screen(100, 30));
    made.keys("ctrl-n 'Two' ctrl-s");
    assert_eq!(links(&made), ["● Ada: Which cake?"]);
}

#[test]
fn from_a_decision_to_what_it_is_linked_to_and_back() {
    let mut made = talked("We [bake| a cake.\n");
    made.keys("ctrl-n 'Bake' ctrl-s alt-1 ctrl-end alt-4 enter");
    for words in ["  1  the text in line 1", "| bake", "  2  the message of Ada", "| And when?"] {
        assert!(page(&made).contains(words), "{words}\n{}", page(&made));
    }
    made.keys("enter");
    assert_eq!(made.marked(), "We |bake[ a cake.\n");
    assert_eq!(made.notice(), "Alt-Y goes back to the decision.");
    made.keys("alt-y");
    assert!(page(&made).starts_with("Bake\n"));
    // By the arrow of the chosen one, or by number.
    for (keys, marked) in
        [("tab enter", "And when?"), ("shift-tab enter", "On Monday."), ("3", "On Monday.")]
    {
        made.keys(keys);
        assert!(made.overlay().is_none(), "{keys}");
        let found = made.model().ui.found.clone().expect("a marked message");
        let message = made.model().session.transcript.get(&found.id).expect("a message");
        assert_eq!(message.text(), marked, "{keys}");
        made.keys("alt-y");
        assert!(page(&made).starts_with("Bake\n"), "{keys}");
    }
    made.keys("7");
    assert_eq!(made.notice(), "There is no link 7: the last is 3.");
    // From another message there is no way, and it is said why.
    made.keys("2 esc");
    made.keys("alt-1 ctrl-end alt-y");
    assert_eq!(made.notice(), "No decision is linked to the text at the caret.");
    // Text that was deleted leads nowhere.
    made.place(3, Some(7));
    made.keys("delete alt-4 enter 1");
    assert_eq!(made.notice(), "The text it was about is gone.");
    assert!(page(&made).contains("deleted since"));
}

#[test]
fn of_two_decisions_about_one_text_the_one_that_was_left_is_shown() {
    let mut made = Harness::with("We [bake| a cake.\n");
    made.keys("ctrl-n 'Old' ctrl-s alt-1");
    made.place(7, Some(3));
    made.keys("ctrl-n 'New' ctrl-s alt-1 alt-y");
    assert!(page(&made).starts_with("New\n"));
    made.keys("esc alt-4 down enter enter alt-y");
    assert!(page(&made).starts_with("Old\n"));
}

#[test]
fn links_are_part_of_what_is_kept_of_a_form() {
    let mut made = talked("We bake| a cake.");
    made.keys("ctrl-n shift-tab space esc");
    assert!(made.notice().contains("kept"), "{}", made.notice());
    made.keys("ctrl-n tab 'Bake' ctrl-s");
    assert_eq!(links(&made).len(), 1);
    // A new selection takes the place of the old one.
    made.place(3, Some(7));
    made.keys("alt-1 ctrl-n 'Two' esc alt-1");
    made.place(0, Some(2));
    made.keys("ctrl-n ctrl-s");
    assert_eq!(links(&made)[0], "the text “We”");
    assert_eq!(links(&made).len(), 3);
}

#[test]
fn links_that_two_people_changed_are_settled_by_the_form() {
    let mut ada = talked("We [bake| a cake.");
    ada.keys("ctrl-n 'Cake' ctrl-s alt-1");
    let mut eve = ada.copy_for("p_01JEVE", "Eve", 9);
    ada.keys("alt-4 e shift-tab space ctrl-s");
    eve.keys("alt-4 e shift-tab down space ctrl-s");
    ada.take_from(&eve);
    eve.take_from(&ada);
    assert!(newest(&ada).is_conflict() && newest(&eve).is_conflict());
    ada.keys("e ctrl-s");
    eve.take_from(&ada);
    assert!(!newest(&eve).is_conflict());
    assert_eq!(links(&ada), links(&eve));
    ada.same_after_reopening();
}

#[test]
fn the_form_shows_its_links_on_every_size() {
    let mut made = talked("We [bake| a cake.");
    made.keys("ctrl-n 'Bake'");
    for (width, height) in [(120, 40), (80, 24)] {
        let screen = made.screen(width, height);
        assert!(screen.contains("the text “bake”"), "{screen}");
    }
    made.keys("shift-tab");
    for (width, height) in [(120, 40), (80, 24), (40, 10)] {
        let screen = made.screen(width, height);
        for words in ["[x] the text “bake”", "[x] ● Ada: And when?", "links or unlinks"] {
            let cut = width < 60 && words.starts_with("links");
            assert!(cut || screen.contains(words), "{words}\n{screen}");
        }
    }
}

#[test]
fn links_are_told_to_other_programs() {
    let mut made = talked("We\n[bake| a cake.");
    made.keys("ctrl-n 'Bake' ctrl-s");
    let json = cowrite::report::decisions_json(&made.model().session);
    let links = json[0]["links"].as_array().expect("links");
    assert_eq!((&links[0]["kind"], &links[0]["quote"]), (&"text".into(), &"bake".into()));
    assert_eq!(links[0]["line"], 2);
    assert_eq!((&links[1]["kind"], &links[1]["author"]), (&"message".into(), &"Ada".into()));
    assert_eq!(links[2]["text"], "On Monday.");
}

#[test]
fn what_needs_a_look_is_shown() {
    let mut made = Harness::with("We [bake| a cake.\n");
    made.keys("alt-4 c");
    assert_eq!(made.notice(), "No decision is recorded yet: Ctrl-N records one.");
    made.keys("alt-1");
    made.place(7, Some(3));
    made.keys("ctrl-n 'Bake' tab tab tab 'Yes.' ctrl-s alt-4 c");
    assert_eq!(made.notice(), "No decision needs a look.");
    made.keys("alt-1");
    made.place(7, Some(3));
    made.keys("'fry' alt-4 c");
    let why = "The text it is about is gone";
    assert!(page(&made).contains("need a look") && page(&made).contains(why), "{}", page(&made));
    // The same stands on its own page.
    made.keys("esc enter");
    assert!(page(&made).contains(why), "{}", page(&made));
}

#[test]
fn nothing_is_begun_over_a_form_that_is_open() {
    for begins in
        ["decision.new", "decision.new Two", "session.share", "file.open", "session.settle"]
    {
        let mut made = Harness::with("|x");
        made.keys("ctrl-n 'One'");
        made.run(begins);
        assert!(made.notice().contains("A form is open"), "{begins}: {}", made.notice());
        assert_eq!(made.model().ui.overlays.len(), 1, "{begins}");
        assert_eq!(made.marked(), "One|", "{begins}");
        made.keys("ctrl-s");
        assert_eq!(newest(&made).title(), "One", "{begins}");
    }
}
