//! Colours: what each class of text looks like, by what the terminal can show.
//!
//! Everything that a colour says a sign or a modifier says too, so that nothing is lost without
//! colours, on light and dark backgrounds, or to eyes that do not tell red from green.

use crate::assist::Tag;
use crate::base::Class;
use crate::base::config::Background;
use crate::session::Hand;
use ratatui::style::{Color, Modifier, Style};

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    None,
    Sixteen,
    Many,
}

/// The colours in use.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    depth: Depth,
    light: bool,
}

impl Theme {
    /// By what the environment and the configuration say. `supports` is what the terminal shows.
    pub fn new(
        background: Background,
        supports: Option<supports_color::ColorLevel>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let no_color = environment("NO_COLOR").is_some_and(|value| !value.is_empty());
        let depth = match supports {
            _ if no_color => Depth::None,
            None => Depth::None,
            Some(level) if level.has_256 || level.has_16m => Depth::Many,
            Some(_) => Depth::Sixteen,
        };
        let light = match background {
            Background::Light => true,
            Background::Dark => false,
            // The one thing that can be known without asking the terminal.
            Background::Auto => environment("COLORFGBG")
                .is_some_and(|value| matches!(value.rsplit(';').next(), Some("7" | "15"))),
        };
        Self { depth, light }
    }

    /// For a known terminal.
    pub fn of(depth: Depth, light: bool) -> Self {
        Self { depth, light }
    }

    /// No colours: for tests and linear output.
    pub fn plain() -> Self {
        Self { depth: Depth::None, light: false }
    }

    /// A colour of 256 for dark and light backgrounds, and one of sixteen.
    fn color(self, dark: u8, light: u8, sixteen: Color) -> Style {
        match self.depth {
            Depth::None => Style::new(),
            Depth::Sixteen => Style::new().fg(sixteen),
            Depth::Many => Style::new().fg(Color::Indexed(if self.light { light } else { dark })),
        }
    }

    pub fn class(self, class: Class) -> Style {
        match class {
            Class::Text | Class::Variable => Style::new(),
            Class::Keyword | Class::Tag => self.color(176, 90, Color::Magenta),
            Class::String => self.color(114, 28, Color::Green),
            Class::Comment | Class::Quote | Class::Frame | Class::Url => {
                self.color(246, 243, Color::DarkGray)
            }
            Class::Number | Class::Constant => self.color(180, 94, Color::Yellow),
            Class::Function => self.color(75, 25, Color::Blue),
            Class::Type | Class::Attribute => self.color(80, 24, Color::Cyan),
            Class::Operator | Class::Punctuation => self.color(250, 240, Color::Gray),
            Class::Invalid => self.color(210, 124, Color::Red).add_modifier(Modifier::UNDERLINED),
            Class::Inserted => self.added(),
            Class::Deleted => self.removed(),
            Class::Heading => self.color(75, 25, Color::Blue).add_modifier(Modifier::BOLD),
            Class::Emphasis => Style::new().add_modifier(Modifier::ITALIC),
            Class::Strong => Style::new().add_modifier(Modifier::BOLD),
            Class::Strike => Style::new().add_modifier(Modifier::CROSSED_OUT),
            Class::Code => self.color(180, 94, Color::Yellow),
            Class::Link => self.color(75, 25, Color::Blue).add_modifier(Modifier::UNDERLINED),
            Class::ListMarker => self.color(180, 94, Color::Yellow),
        }
    }

    /// New text of a hunk.
    pub fn added(self) -> Style {
        self.color(114, 28, Color::Green)
    }

    /// Old text of a hunk.
    pub fn removed(self) -> Style {
        self.color(210, 124, Color::Red).add_modifier(Modifier::CROSSED_OUT)
    }

    /// A word of a difference, among words that stay: told apart without colours, too.
    pub fn word(self, tag: Tag) -> Style {
        match tag {
            Tag::Equal => Style::new(),
            Tag::Old => self.removed(),
            Tag::New => self.added().add_modifier(Modifier::UNDERLINED),
        }
    }

    /// The sign of who wrote something. Sign and letters tell authors apart without colours.
    pub fn author(self, hand: Hand, slot: u8) -> Style {
        const PEOPLE: [(u8, u8, Color); 4] = [
            (117, 25, Color::Cyan),
            (114, 28, Color::Green),
            (180, 94, Color::Yellow),
            (147, 55, Color::Blue),
        ];
        match hand {
            Hand::Person => {
                let (dark, light, sixteen) = PEOPLE[usize::from(slot) % PEOPLE.len()];
                self.color(dark, light, sixteen)
            }
            Hand::Model | Hand::Agent => self.color(212, 125, Color::Magenta),
            Hand::Outside => self.color(246, 243, Color::DarkGray),
            Hand::Unknown => self.warning(),
        }
    }

    /// Behind the text of an author: a shade where there are many colours; a model's text is
    /// underlined and what came from elsewhere slanted where there are few or none.
    pub fn shade(self, hand: Hand, slot: u8) -> Style {
        const PEOPLE: [(u8, u8); 4] = [(17, 189), (22, 194), (58, 230), (54, 225)];
        const MODELS: [(u8, u8); 2] = [(53, 224), (52, 223)];
        let (dark, light) = match (hand, self.depth) {
            (Hand::Model | Hand::Agent, Depth::None | Depth::Sixteen) => {
                return Style::new().add_modifier(Modifier::UNDERLINED);
            }
            (Hand::Outside | Hand::Unknown, Depth::None | Depth::Sixteen) => {
                return Style::new().add_modifier(Modifier::ITALIC);
            }
            (Hand::Person, Depth::None | Depth::Sixteen) | (Hand::Outside, Depth::Many) => {
                return Style::new();
            }
            (Hand::Person, Depth::Many) => PEOPLE[usize::from(slot) % PEOPLE.len()],
            (Hand::Model | Hand::Agent, Depth::Many) => MODELS[usize::from(slot) % MODELS.len()],
            (Hand::Unknown, Depth::Many) => (94, 222),
        };
        Style::new().bg(Color::Indexed(if self.light { light } else { dark }))
    }

    /// Text of somebody else that was not seen yet.
    pub fn fresh(self) -> Style {
        let style = Style::new().add_modifier(Modifier::UNDERLINED);
        match self.depth {
            Depth::Many => style.bg(Color::Indexed(if self.light { 195 } else { 23 })),
            Depth::None | Depth::Sixteen => style.add_modifier(Modifier::BOLD),
        }
    }

    /// The characters on both sides of a place where somebody else deleted.
    pub fn gap(self) -> Style {
        self.color(210, 124, Color::Red).add_modifier(Modifier::UNDERLINED)
    }

    pub fn dim(self) -> Style {
        self.color(246, 243, Color::DarkGray)
    }

    pub fn accent(self) -> Style {
        self.color(75, 25, Color::Blue).add_modifier(Modifier::BOLD)
    }

    pub fn warning(self) -> Style {
        self.color(221, 130, Color::Yellow)
    }

    pub fn error(self) -> Style {
        self.color(210, 124, Color::Red).add_modifier(Modifier::BOLD)
    }

    pub fn selected(self) -> Style {
        match self.depth {
            Depth::Many => Style::new().bg(Color::Indexed(if self.light { 153 } else { 24 })),
            Depth::None | Depth::Sixteen => Style::new().add_modifier(Modifier::REVERSED),
        }
    }

    /// The status line.
    pub fn bar(self) -> Style {
        match self.depth {
            Depth::Many if self.light => {
                Style::new().bg(Color::Indexed(254)).fg(Color::Indexed(236))
            }
            Depth::Many => Style::new().bg(Color::Indexed(236)).fg(Color::Indexed(252)),
            Depth::None | Depth::Sixteen => Style::new().add_modifier(Modifier::REVERSED),
        }
    }
}
