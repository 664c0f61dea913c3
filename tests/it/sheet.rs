//! What is left alone between two frames looks as if it had been drawn anew, and what is sent makes
//! a terminal show it.

use cowrite::app::{App, Input};
use cowrite::base::config::Config;
use cowrite::base::{Millis, Rand};
use cowrite::keymap::{self, Code, Key, Keymap, Mods};
use cowrite::state::{Me, Model, Opened, OpenedFile, Timer, Ui};
use cowrite::tui::theme::{Depth, Theme};
use cowrite::tui::{Sheet, view};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const WIDTH: u16 = 100;
const HEIGHT: u16 = 24;

fn app(text: &str) -> App {
    let file = OpenedFile {
        path: "/plan.md".into(),
        text: text.into(),
        exists: true,
        ..OpenedFile::default()
    };
    let opened = Opened { file: Some(file), ..Opened::default() };
    let me = Me { author: "p_01JTEST".parse().unwrap(), name: "Ada".into() };
    let ui = Ui::new(WIDTH, HEIGHT);
    let (mut model, _) =
        Model::open(opened, me, Config::default(), ui, Millis(1_000), Rand::from_number(1));
    model.use_syntaxes(&cowrite::syntax::Syntaxes::load());
    let layers = [("default", keymap::DEFAULT)];
    let (keymap, errors) = Keymap::load(&layers, &|line| cowrite::command::parse(line).map(|_| ()));
    assert!(errors.is_empty(), "{errors:?}");
    App::new(model, keymap)
}

fn random_key(rand: &mut Rand) -> Key {
    let plain = |code| Key::new(code, Mods::default());
    let with = |code, ctrl, shift| Key::new(code, Mods { ctrl, shift, ..Mods::default() });
    let letters = ['a', 'e', ' ', '#', '*', '`', '本', 'é', '👩'];
    match rand.below(26) {
        0..8 => plain(Code::Char(letters[rand.below(letters.len())])),
        8 => plain(Code::Enter),
        9 => plain(Code::Backspace),
        10 => plain(Code::Up),
        11 => plain(Code::Down),
        12 => plain(Code::PageDown),
        13 => plain(Code::PageUp),
        14 => with(Code::Right, false, true),
        15 => with(Code::Down, false, true),
        16 => plain(Code::Left),
        17 => plain(Code::End),
        18 => plain(Code::Tab),
        19 => plain(Code::Esc),
        20 => plain(Code::F(6)),
        21 => with(Code::Char('z'), true, false),
        22 => with(Code::Char('p'), true, false),
        23 => with(Code::Char('f'), true, false),
        24 => plain(Code::F(rand.below(12) as u8 + 1)),
        _ => with(Code::Char('d'), true, false),
    }
}

#[test]
fn a_frame_looks_as_if_drawn_anew() {
    let text =
        "# A plan\n\nSome *words* of `code`, 日本語 and more of them, so that the line wraps.\n\
                \n```rust\nfn main() { let x = 1; }\n```\n\n"
            .repeat(12);
    for seed in 0..6 {
        let mut rand = Rand::from_number(seed);
        let mut app = app(&text);
        let theme = Theme::of(Depth::Many, false);
        let mut sheet = Sheet::default();
        let mut terminal =
            vt100::Parser::new(HEIGHT.try_into().unwrap(), WIDTH.try_into().unwrap(), 0);
        let mut said = Vec::new();
        for step in 0..120 {
            let key = random_key(&mut rand);
            said.push(key.to_string());
            let now = Millis(2_000 + step * 40);
            let _ = app.update(Input::Key(key), now);
            if rand.below(8) == 0 {
                let _ = app.update(Input::Timer(Timer::Seal), now);
            }
            app.model.prepare();
            let mut out = String::new();
            sheet.draw(&app, theme, &mut out);
            let mut whole = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
            let cursor = view(&app, theme, &mut whole);
            assert_eq!(sheet.buffer(), &whole, "seed {seed}, {said:?}");
            terminal.process(out.as_bytes());
            let screen = terminal.screen();
            for y in 0..HEIGHT {
                let mut x = 0;
                while x < WIDTH {
                    let (cell, shown) = (&whole[(x, y)], screen.cell(y, x).unwrap());
                    let width = 1 + u16::from(shown.is_wide());
                    let here = format!("seed {seed}, step {step}, cell {x},{y}");
                    let contents = if shown.contents().is_empty() { " " } else { shown.contents() };
                    assert_eq!(contents, cell.symbol(), "{here}");
                    let bold = cell.modifier.contains(ratatui::style::Modifier::BOLD);
                    // Blanks look the same in bold.
                    assert!(shown.bold() == bold || contents == " ", "{here}");
                    let inverse = cell.modifier.contains(ratatui::style::Modifier::REVERSED);
                    assert_eq!(shown.inverse(), inverse, "{here}");
                    if let ratatui::style::Color::Indexed(index) = cell.fg {
                        assert_eq!(shown.fgcolor(), vt100::Color::Idx(index), "{here}");
                    }
                    x += width;
                }
            }
            match cursor {
                Some(at) => assert_eq!(screen.cursor_position(), (at.y, at.x), "step {step}"),
                None => assert!(screen.hide_cursor(), "step {step}"),
            }
        }
    }
}

/// What is drawn anew together covers the screen, at every size.
#[test]
fn no_cell_belongs_to_nothing() {
    use cowrite::state::geometry::{Shown, areas};
    for width in 0..220 {
        for height in [0, 1, 2, 5, 24, 60] {
            for shown in [Shown::Both, Shown::EditorOnly, Shown::PanelOnly] {
                let areas = areas(width, height, shown, 40, 3);
                let parts = [areas.editor, areas.side(), areas.status, areas.message];
                for (x, y) in (0..width).flat_map(|x| (0..height).map(move |y| (x, y))) {
                    let owners = parts.iter().filter(|part| part.contains(x, y)).count();
                    assert_eq!(owners, 1, "{x},{y} of {width}x{height} {shown:?}");
                }
            }
        }
    }
}
