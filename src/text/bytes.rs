//! A file's bytes as a text and back, byte for byte: UTF-8 with or without a byte order mark, line
//! ends as they are. Other encodings are refused in clear words.

use ropey::Rope;

/// A text that came from bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// It began with a byte order mark, which is not in `text`.
    pub bom: bool,
}

/// Why bytes are no text for cowrite.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBytes {
    #[error(
        "this is UTF-16 text; convert it to UTF-8 first, for example with iconv -f UTF-16 -t UTF-8"
    )]
    Utf16,
    #[error("this is a binary file (a zero byte at offset {0}), not text")]
    Binary(usize),
    #[error(
        "byte {0} is not UTF-8; the text may be in {1}: convert it first, for example with iconv -f {1} -t UTF-8"
    )]
    Encoding(usize, &'static str),
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Reads bytes as text.
pub fn decode(bytes: &[u8]) -> Result<Decoded, BadBytes> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(BadBytes::Utf16);
    }
    let bom = bytes.starts_with(BOM);
    let body = if bom { &bytes[BOM.len()..] } else { bytes };
    if let Some(at) = body.iter().take(64 << 10).position(|byte| *byte == 0) {
        // Every second byte zero: Latin text in two-byte units.
        let utf16 =
            body.len() >= 4 && body.iter().skip(1).step_by(2).take(16).all(|byte| *byte == 0);
        return Err(if utf16 { BadBytes::Utf16 } else { BadBytes::Binary(at) });
    }
    match std::str::from_utf8(body) {
        Ok(text) => Ok(Decoded { text: text.to_owned(), bom }),
        Err(why) => {
            let at = why.valid_up_to();
            // The C1 range holds letters only in Windows' code page.
            let windows = body[at..].iter().any(|byte| (0x80..0xa0).contains(byte));
            let name = if windows { "WINDOWS-1252" } else { "ISO-8859-1" };
            Err(BadBytes::Encoding(at + if bom { BOM.len() } else { 0 }, name))
        }
    }
}

/// The bytes of a text.
pub fn encode(rope: &Rope, bom: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rope.len_bytes() + BOM.len());
    if bom {
        bytes.extend_from_slice(BOM);
    }
    for chunk in rope.chunks() {
        bytes.extend_from_slice(chunk.as_bytes());
    }
    bytes
}

/// The line end that most of the first thousand lines have.
pub fn dominant_newline(rope: &Rope) -> &'static str {
    let mut crlf = 0_usize;
    let mut lines = 0_usize;
    for line in 1..rope.len_lines().min(1_000) {
        let start = rope.line_to_char(line);
        lines += 1;
        if start >= 2 && rope.get_char(start - 2) == Some('\r') {
            crlf += 1;
        }
    }
    if crlf * 2 > lines { "\r\n" } else { "\n" }
}
