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
    made.keys("'Title' shift-tab 'tomorrow' shift-tab ctrl-s");
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
    made.keys("ctrl-n 'Bake' enter enter tab 'A cake' enter 'Soup' tab tab tab '2027-01-31' enter");
    assert_eq!(made.marked(), "Bake|", "from the last field to the first");
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
    made.keys("x");
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
    assert!(page(&ada).contains("Two people set a field"), "{}", page(&ada));
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
