//! The bytes of an answer, made into a well-formed event stream or a fault.
//!
//! Servers send CRLF, events without a last empty line, keep-alive comments, broken UTF-8, a whole
//! answer as one JSON object, a proxy's web page, or megabytes without a line end. [`Framer`] takes
//! bytes in any portions and gives whole events, in time linear in the bytes. Knows nothing of what
//! an event says.

use super::super::fault::{Words, page};
use crate::prompt::{Fault, FaultKind};

/// The most bytes of one event, or of an answer that is no stream.
pub(super) const MOST_EVENT: usize = 16 << 20;
/// The most bytes of one answer.
const MOST_ANSWER: usize = 64 << 20;
/// How much of something that is no answer is looked at.
const MOST_SNIFFED: usize = 4096;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing but white space so far, or too little to tell.
    Unknown,
    Events,
    /// One JSON value: the server did not stream, or reports an error with status 200.
    Json,
    /// A web page.
    Page,
}

/// What became known beside the events.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Notes {
    /// The server said that the answer is over.
    pub(super) done: bool,
    /// Bytes were replaced because they are no UTF-8.
    pub(super) mangled: bool,
}

pub(super) struct Framer {
    words: Words,
    mode: Mode,
    /// What can't be told yet (`Unknown`), or everything (`Json`, `Page`).
    held: Vec<u8>,
    /// The beginning of a line that is not complete.
    line: Vec<u8>,
    /// The last byte was a CR, so that a LF now belongs to it.
    after_cr: bool,
    /// The `data` lines of the event that is not complete.
    event: String,
    total: usize,
    pub(super) notes: Notes,
}

impl Framer {
    pub(super) fn new(words: Words) -> Self {
        Self {
            words,
            mode: Mode::Unknown,
            held: Vec::new(),
            line: Vec::new(),
            after_cr: false,
            event: String::new(),
            total: 0,
            notes: Notes::default(),
        }
    }

    /// Takes the next bytes and gives the events they complete, as `data:` lines with an empty
    /// line behind each event; empty when they complete none.
    ///
    /// # Errors
    /// When the bytes are no answer, or too many.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<String, Fault> {
        self.total += bytes.len();
        if self.total > MOST_ANSWER {
            return Err(self.garbage("The answer is larger than 64 MB."));
        }
        let mut out = String::new();
        match self.mode {
            Mode::Events => self.lines(bytes, &mut out)?,
            Mode::Unknown => {
                self.held.extend_from_slice(bytes);
                self.sniff(false, &mut out)?;
            }
            Mode::Json => self.hold(bytes)?,
            Mode::Page => {
                let room = MOST_SNIFFED.saturating_sub(self.held.len());
                self.held.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
        }
        if self.mode == Mode::Page && self.held.len() >= MOST_SNIFFED {
            return Err(self.page());
        }
        Ok(out)
    }

    /// The bytes are over: gives what they complete by ending.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub(super) fn finish(&mut self) -> Result<String, Fault> {
        let mut out = String::new();
        if self.mode == Mode::Unknown {
            self.sniff(true, &mut out)?;
        }
        match self.mode {
            Mode::Unknown => {}
            Mode::Events => {
                // A line end for the last line, and one for the event.
                self.after_cr = false;
                self.lines(b"\n\n", &mut out)?;
            }
            Mode::Json => {
                let held = std::mem::take(&mut self.held);
                let text = self.text(&held);
                for line in text.lines() {
                    out.push_str("data: ");
                    out.push_str(line);
                    out.push('\n');
                }
                out.push('\n');
                // It is complete in itself.
                self.notes.done = true;
            }
            Mode::Page => return Err(self.page()),
        }
        Ok(out)
    }

    /// Decides what the bytes are, once there are enough of them.
    fn sniff(&mut self, over: bool, out: &mut String) -> Result<(), Fault> {
        let held = self.held.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.held);
        let start = held.iter().position(|byte| !byte.is_ascii_whitespace());
        let Some(start) = start else {
            return if self.held.len() > MOST_SNIFFED {
                Err(self.garbage("The answer is empty space."))
            } else {
                Ok(())
            };
        };
        let seen = &held[start..];
        self.mode = if is_field(seen) {
            Mode::Events
        } else {
            match seen[0] {
                b'{' | b'[' => Mode::Json,
                b'<' => Mode::Page,
                _ if !over && seen.len() < 8 && !seen.contains(&b'\n') => return Ok(()),
                _ => {
                    let text = String::from_utf8_lossy(&seen[..seen.len().min(MOST_SNIFFED)]);
                    let text = format!("The answer is no event stream; it begins: {text}");
                    return Err(self.garbage(&text));
                }
            }
        };
        let seen = seen.to_vec();
        self.held.clear();
        match self.mode {
            Mode::Events => self.lines(&seen, out),
            _ => self.hold(&seen),
        }
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if self.held.len() + bytes.len() > MOST_EVENT {
            return Err(self.garbage("The answer is one piece of more than 16 MB."));
        }
        self.held.extend_from_slice(bytes);
        Ok(())
    }

    fn lines(&mut self, mut bytes: &[u8], out: &mut String) -> Result<(), Fault> {
        // Each round takes at least one byte.
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &bytes[..end.unwrap_or(bytes.len())];
            if self.line.len() + self.event.len() + part.len() > MOST_EVENT {
                return Err(self.garbage("One event of the answer has more than 16 MB."));
            }
            self.line.extend_from_slice(part);
            let Some(end) = end else { return Ok(()) };
            self.after_cr = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.line);
            self.take(&line, out);
        }
        Ok(())
    }

    /// Takes one line without its end.
    fn take(&mut self, line: &[u8], out: &mut String) {
        if line.is_empty() {
            if !self.event.is_empty() {
                out.push_str(&std::mem::take(&mut self.event));
                out.push('\n');
            }
            return;
        }
        let line = self.text(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                // Kept here: the client would drop the connection at it, and with that the chance
                // to use it again.
                if value.trim() == "[DONE]" {
                    self.notes.done = true;
                    return;
                }
                self.event.push_str("data: ");
                self.event.push_str(value.trim_end());
                self.event.push('\n');
            }
            // Some servers report an error in a field of its own.
            "error" => {
                self.event.push_str("data: {\"error\":");
                self.event.push_str(value.trim_end());
                self.event.push_str("}\n");
            }
            // Comments keep the connection alive; names, ids and retry times are not used; the
            // standard says to pass over the rest.
            _ => {}
        }
    }

    fn text(&mut self, bytes: &[u8]) -> String {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                self.notes.mangled = true;
                String::from_utf8_lossy(bytes).into_owned()
            }
        }
    }

    fn page(&self) -> Fault {
        let text = page(&String::from_utf8_lossy(&self.held));
        self.garbage(&format!("From {} {text}.", self.words.address))
    }

    fn garbage(&self, what: &str) -> Fault {
        self.words.fault(FaultKind::Garbage, what, None)
    }
}

fn is_field(line: &[u8]) -> bool {
    let fields: [&[u8]; 6] = [b"data:", b"event:", b"id:", b"retry:", b"error:", b":"];
    fields.iter().any(|field| line.starts_with(field))
}
