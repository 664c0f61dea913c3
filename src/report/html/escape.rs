//! Markup that holds what people wrote: the only place where text becomes HTML. Names of elements and
//! attributes are the program's own; everything else is escaped.

use crate::base::sha256;
use serde_json::Value;

/// A piece of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

/// An attribute: a name of ours and whatever value.
pub type Attr<'a> = (&'static str, &'a str);

impl Html {
    pub fn open(&mut self, tag: &'static str, attributes: &[Attr<'_>]) {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            escape(value, &mut self.0);
            self.0.push('"');
        }
        self.0.push('>');
    }

    pub fn close(&mut self, tag: &'static str) {
        self.0.push_str("</");
        self.0.push_str(tag);
        self.0.push('>');
    }

    pub fn text(&mut self, text: &str) {
        escape(text, &mut self.0);
    }

    /// An element that holds text only.
    pub fn element(&mut self, tag: &'static str, attributes: &[Attr<'_>], text: &str) {
        self.open(tag, attributes);
        self.text(text);
        self.close(tag);
    }

    pub fn append(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// Markup, style or script of ours.
    pub fn own(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Data for the page's script, in an element that runs nothing. It can't end that element.
    pub fn data(&mut self, id: &'static str, value: &Value) {
        self.open("script", &[("type", "application/json"), ("id", id)]);
        // A value of strings, numbers and lists: writing it can't fail.
        let text = serde_json::to_string(value).unwrap_or_default();
        for one in text.chars() {
            match one {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    self.0.push_str(&format!("\\u{:04x}", one as u32));
                }
                one => self.0.push(one),
            }
        }
        self.close("script");
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

fn escape(text: &str, out: &mut String) {
    for one in text.chars() {
        match shown(one) {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            one => out.push(one),
        }
    }
}

/// A character as it is shown: what controls a screen, or turns the direction of what follows, is a
/// sign of its own. As long as before in UTF-16.
fn shown(one: char) -> char {
    match one {
        '\n' | '\t' => one,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        // No character of XML or HTML.
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        one if one.is_control() => '\u{fffd}',
        one => one,
    }
}

/// Text as it is shown, for the page's script; carriage returns stay, as they are a part of line ends.
pub fn clean(text: &str) -> String {
    text.chars().map(|one| if one == '\r' { one } else { shown(one) }).collect()
}

/// What a policy knows a style or a script by.
pub fn fingerprint(text: &str) -> String {
    format!("sha256-{}", base64(&sha256(&[text.as_bytes()])))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= three.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[test]
fn base64_is_that_of_rfc_4648() {
    for (text, wanted) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64(text.as_bytes()), wanted);
    }
}
