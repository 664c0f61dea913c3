//! The canonical bytes of JSON: ASCII keys in ascending order, no spaces, no floats, integers
//! within 2^53. Within this profile RFC 8785 gives the same bytes.

use serde_json::Value;
use std::fmt::Write as _;

/// How many objects and lists a line of JSON has, and brackets that are none, without reading it.
pub fn parts(line: &str) -> usize {
    let (mut parts, mut quoted, mut escaped) = (0, false, false);
    for byte in line.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => parts += 1,
            _ => {}
        }
    }
    parts
}

/// The largest integer that every JSON reader keeps.
const MAX_INTEGER: u64 = 1 << 53;

/// Why a value has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    #[error("{0} is not an integer")]
    Float(String),
    #[error("{0} is beyond 2^53")]
    Large(String),
    #[error("the key {0:?} is not ASCII")]
    Key(String),
    #[error("nested too deeply")]
    Deep,
}

/// Appends the canonical form of `value` to `out`. Keys are sorted here and not left to the map
/// type, whose order another crate's feature could change.
pub fn write(value: &Value, out: &mut String) -> Result<(), NotCanonical> {
    write_at(value, out, 0)
}

fn write_at(value: &Value, out: &mut String, depth: usize) -> Result<(), NotCanonical> {
    if depth > 32 {
        return Err(NotCanonical::Deep);
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let size = match (number.as_u64(), number.as_i64()) {
                (Some(n), _) => n,
                (None, Some(n)) => n.unsigned_abs(),
                (None, None) => return Err(NotCanonical::Float(number.to_string())),
            };
            if size > MAX_INTEGER {
                return Err(NotCanonical::Large(number.to_string()));
            }
            // Writing to a string can't fail.
            let _ = write!(out, "{number}");
        }
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_at(item, out, depth + 1)?;
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut pairs: Vec<(&String, &Value)> = map.iter().collect();
            pairs.sort_unstable_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (index, (key, value)) in pairs.into_iter().enumerate() {
                if !key.is_ascii() {
                    return Err(NotCanonical::Key(key.clone()));
                }
                if index > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write_at(value, out, depth + 1)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// Appends an integer.
pub fn write_integer(number: u64, out: &mut String) -> Result<(), NotCanonical> {
    if number > MAX_INTEGER {
        return Err(NotCanonical::Large(number.to_string()));
    }
    let _ = write!(out, "{number}");
    Ok(())
}

/// Appends a string as RFC 8785 writes it: the short escapes, \u00xx for the rest below U+0020,
/// everything else as it is.
pub fn write_string(text: &str, out: &mut String) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            b'\t' => "\\t",
            b'\n' => "\\n",
            0x0c => "\\f",
            b'\r' => "\\r",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        done = at + 1;
        out.push_str(short);
        if short.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        }
    }
    out.push_str(&text[done..]);
    out.push('"');
}
