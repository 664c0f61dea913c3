//! Lines of JSON from a file of any size: one at a time, bounded. What is no object is counted.

use super::{Left, Outcome};
use serde_json::{Map, Value};
use std::io::{BufRead, Read as _};

/// The longest line that is read, in bytes.
const LINE_BYTES: u64 = 64 << 20;

/// Gives each line's object with its number, from 0.
pub fn each(input: &mut dyn BufRead, take: &mut dyn FnMut(usize, &Map<String, Value>)) -> Outcome {
    let mut left = Left::default();
    let mut bytes = Vec::new();
    for number in 0.. {
        bytes.clear();
        match (&mut *input).take(LINE_BYTES).read_until(b'\n', &mut bytes) {
            Ok(0) => break,
            Ok(_) => {}
            Err(why) => return Outcome { left, trouble: Some(why.to_string()) },
        }
        if bytes.last() != Some(&b'\n') && bytes.len() as u64 == LINE_BYTES {
            left.unread_at("overlong line", place(number));
            if let Err(why) = skip_line(input) {
                return Outcome { left, trouble: Some(why.to_string()) };
            }
            continue;
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(line)) => take(number, &line),
            _ => left.unread_at("damaged line", place(number)),
        }
    }
    Outcome { left, trouble: None }
}

/// Where a line stands, for a person.
pub fn place(number: usize) -> String {
    format!("line {}", number + 1)
}

/// Passes over the rest of a line.
fn skip_line(input: &mut dyn BufRead) -> std::io::Result<()> {
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            return Ok(());
        }
        match memchr::memchr(b'\n', bytes) {
            Some(end) => {
                input.consume(end + 1);
                return Ok(());
            }
            None => {
                let len = bytes.len();
                input.consume(len);
            }
        }
    }
}

/// A field that is text.
pub fn text<'a>(object: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Value::as_str)
}

/// Whether a field is there and true.
pub fn is(object: &Map<String, Value>, field: &str) -> bool {
    object.get(field).and_then(Value::as_bool).unwrap_or(false)
}
