//! What is printed: results on standard output, words for the person on standard error.

use std::io::{self, IsTerminal, Write};

/// A failure in words, with what to do next, and the exit code.
#[derive(Debug)]
pub struct Failure {
    pub what: String,
    pub code: u8,
}

impl Failure {
    /// It could not be done.
    pub fn new(what: impl ToString) -> Self {
        Self { what: what.to_string(), code: 1 }
    }

    /// It was not understood, or something needed is missing.
    pub fn usage(what: impl ToString) -> Self {
        Self { what: what.to_string(), code: 2 }
    }

    /// What the library says, with its advice.
    pub fn store(why: crate::store::StoreError) -> Self {
        Self::new(format!("{} {}", capital(&why.to_string()), why.advice()))
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

/// A sentence of a message that begins small.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// The two streams. A reader that goes away (`| head`) ends the output quietly, not the work.
pub struct Out {
    color: bool,
    terminal: bool,
    gone: bool,
}

impl Default for Out {
    fn default() -> Self {
        Self::new()
    }
}

impl Out {
    pub fn new() -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let terminal = io::stdout().is_terminal();
        Self { color: terminal && !no_color, terminal, gone: false }
    }

    /// Whether colours are wanted on standard output.
    pub fn color(&self) -> bool {
        self.color
    }

    /// Whether standard output is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether nobody reads any more.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Writes text; a terminal gets no control sequence that stands in it.
    pub fn print(&mut self, text: &str) -> Result<(), Failure> {
        if self.terminal { self.styled(&plain(text)) } else { self.styled(text) }
    }

    /// Writes text that was made here, with its colours.
    pub fn styled(&mut self, text: &str) -> Result<(), Failure> {
        self.bytes(text.as_bytes())
    }

    /// Writes bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.gone {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(why) if why.kind() == io::ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(())
            }
            Err(why) => Err(Failure::new(format!("Standard output: {why}"))),
            Ok(()) => Ok(()),
        }
    }

    /// A line for other programs or for reading.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.print(&format!("{text}\n"))
    }

    pub fn json(&mut self, value: &serde_json::Value) -> Result<(), Failure> {
        self.line(&serde_json::to_string_pretty(value)?)
    }

    /// A word for the person, which no pipe gets.
    pub fn say(&mut self, text: &str) {
        let _ = writeln!(io::stderr(), "{}", plain(text));
    }

    /// A question; the answer is typed behind it.
    pub fn ask(&mut self, question: &str) -> Result<(), Failure> {
        let mut err = io::stderr();
        write!(err, "{}", plain(question)).and_then(|()| err.flush()).map_err(Failure::new)
    }

    /// A line in the place of the one before, at a terminal.
    pub fn redraw(&mut self, line: &str) {
        let mut err = io::stderr().lock();
        let _ = write!(err, "\r{}\x1b[K", plain(line)).and_then(|()| err.flush());
    }

    pub fn failure(&mut self, failure: &Failure) {
        self.say(&format!("cowrite: {}", failure.what));
    }
}

/// Text without control characters but line ends and tabs, and without marks that turn the
/// direction of what follows: from models, files and servers nothing may steer a terminal.
pub fn plain(text: &str) -> String {
    text.chars().filter(|character| !steers(*character)).collect()
}

fn steers(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text on one line.
pub fn one_line(text: &str) -> String {
    plain(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
