//! The canonical bytes of JSON: ASCII keys in ascending order, no spaces, no floats, integers
//! within 2^53. Within this profile RFC 8785 gives the same bytes.

use serde_json::Value;

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
            out.push_str(&number.to_string());
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
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if !key.is_ascii() {
                    return Err(NotCanonical::Key(key.clone()));
                }
                if index > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write_at(&map[key], out, depth + 1)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_string(text: &str, out: &mut String) {
    // serde_json writes strings as RFC 8785 does: the short escapes, \u00xx for the rest below
    // U+0020, everything else as it is.
    out.push_str(&Value::from(text).to_string());
}
