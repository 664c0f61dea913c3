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
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

/// The two streams. A reader that goes away (`| head`) ends the output quietly, not the work.
pub struct Out {
    color: bool,
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
        Self { color: io::stdout().is_terminal() && !no_color, gone: false }
    }

    /// Whether colours are wanted on standard output.
    pub fn color(&self) -> bool {
        self.color
    }

    pub fn print(&mut self, text: &str) -> Result<(), Failure> {
        if self.gone {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
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

    /// A word for the person, which no pipe gets.
    pub fn say(&mut self, text: &str) {
        let _ = writeln!(io::stderr(), "{text}");
    }

    pub fn failure(&mut self, failure: &Failure) {
        self.say(&format!("cowrite: {}", failure.what));
    }
}
