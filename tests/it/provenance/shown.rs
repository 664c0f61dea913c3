//! The gutter, the colours and the card, as people see them.

use crate::harness::Harness;
use cowrite::app::Input;
use cowrite::session::Hand;
use cowrite::tui::theme::{Depth, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

fn made() -> Harness {
    let mut made = Harness::with("# Plan\n\nWe meet on Monday.\n|");
    made.type_text("There is tea.\n");
    made.input(Input::Paste("Pasted line.\n".into()));
    made.pass(1000);
    made.propose(&[(19, 25, "Tuesday")]);
    made.about_hunk(0, "hunk.accept");
    made.place(8, Some(15));
    made.run("decision.new Weekly");
    made.keys("ctrl-s");
    made.place(20, None);
    made.pass(1000);
    made
}

#[test]
fn authors_stand_beside_the_text() {
    let mut made = made();
    made.app.model.ui.notice = None;
    let plain = made.screen(80, 24);
    made.keys("alt-g");
    assert!(made.notice().contains("● a person"));
    made.pass(60_000);
    insta::assert_snapshot!("authors_80x24", made.screen(80, 24));
    insta::assert_snapshot!("authors_120x40", made.screen(120, 40));
    insta::assert_snapshot!("authors_40x10", made.screen(40, 10));
    made.keys("alt-g");
    made.pass(60_000);
    assert_eq!(made.screen(80, 24), plain, "hidden again");
    assert!(made.model().ui.frame.shades.runs.is_empty());
}

#[test]
fn the_card_tells_and_leads_on() {
    let mut made = made();
    made.keys("alt-u");
    insta::assert_snapshot!("card_80x24", made.screen(80, 24));
    insta::assert_snapshot!("card_120x40", made.screen(120, 40));
    made.keys("1");
    assert!(made.overlay().is_none());
    assert!(made.model().ui.found.is_some(), "at the message");
    made.keys("alt-1");
    made.place(9, None);
    made.keys("alt-u 1");
    insta::assert_snapshot!("from_card_to_decision", made.screen(80, 24));
    made.keys("esc");
    made.place(40, None);
    made.keys("alt-u");
    assert!(made.screen(80, 24).contains("Ada typed this"));
    made.keys("enter");
    assert!(made.overlay().is_none(), "nothing to follow: it is left");
}

#[test]
fn shades_show_who_without_and_with_colours() {
    let mut made = made();
    made.keys("alt-g");
    made.input(Input::Resize(80, 24));
    let at = |theme: Theme, word: &str| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
        cowrite::tui::view(&made.app, theme, &mut buffer);
        let rows = (0..24).map(|y| (0..80).map(|x| buffer[(x, y)].symbol()).collect::<String>());
        let (y, x) = rows
            .enumerate()
            .find_map(|(y, row)| Some((y, row.find(word).map(|at| row[..at].chars().count())?)))
            .expect("the word");
        buffer[(x as u16, y as u16)].clone()
    };
    for theme in [Theme::plain(), Theme::of(Depth::Sixteen, false)] {
        assert!(at(theme, "Tuesday").modifier.contains(Modifier::UNDERLINED));
        assert!(at(theme, "We meet").modifier.contains(Modifier::ITALIC));
        let typed = at(theme, "There").modifier;
        assert!(!typed.intersects(Modifier::UNDERLINED | Modifier::ITALIC));
    }
    for light in [false, true] {
        let theme = Theme::of(Depth::Many, light);
        assert_eq!(Some(at(theme, "Tuesday").bg), theme.shade(Hand::Model, 0).bg);
        assert_eq!(Some(at(theme, "There").bg), theme.shade(Hand::Person, 0).bg);
        assert_ne!(theme.shade(Hand::Model, 0).bg, theme.shade(Hand::Person, 0).bg);
    }
}
