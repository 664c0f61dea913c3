//! The tour that ships: it is what the program says it is.

use cowrite::keymap::{DEFAULT, Keymap};
use cowrite::session::Session;
use cowrite::state::{TOUR, TOUR_END, TOUR_SESSION, TOUR_STEPS};
use cowrite::store::jsonl;

#[test]
fn the_session_is_whole_and_has_two_hunks_to_decide() {
    let file = jsonl::parse(&mut TOUR.as_bytes()).unwrap();
    assert!(file.is_clean());
    let (id, events) = file.sessions.into_iter().next().unwrap();
    assert_eq!(id.to_string(), TOUR_SESSION);
    let session = Session::fold(id, &events);
    assert_eq!(session.proposals.hunks().iter().filter(|hunk| hunk.is_open()).count(), 2);
    assert!(session.decisions.is_empty());
}

#[test]
fn every_command_that_a_step_names_has_a_key() {
    let check = |line: &str| cowrite::command::parse(line).map(|_| ());
    let (keymap, errors) = Keymap::load(&[("default", DEFAULT)], &check);
    assert!(errors.is_empty(), "{errors:?}");
    let skip = format!("7 of 7   ({} skips)", "ctrl-e t").chars().count();
    for words in TOUR_STEPS.iter().map(|step| step.words).chain([TOUR_END]) {
        for part in words.split('{').skip(1) {
            let (command, _) = part.split_once('}').unwrap();
            assert!(!keymap.keys_for(command).is_empty(), "{command} in {words:?}");
        }
        // Keys are at most eight columns wide; how to pass over a step must fit beside it.
        let mut shown = words.to_owned();
        while let Some((from, to)) = shown.find('{').zip(shown.find('}')) {
            shown.replace_range(from..=to, "ctrl-end");
        }
        assert!(shown.chars().count() + skip <= 79, "too long at 80 columns: {words:?}");
    }
}
