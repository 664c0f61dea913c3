//! The bytes of a file as a text and back, to the byte.
//!
//! The rope holds exactly the text: mixed line endings and a missing last one stay. Only UTF-8 is
//! read, with or without a byte order mark; what else it seems to be is said in words.

use ropey::Rope;

/// How many bytes are looked at for the line ending in use.
const NEWLINE_REACH: usize = 1 << 18;
const BOM: &[u8] = &[0xef, 0xbb, 0xbf];

/// A file's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// The file begins with a byte order mark, which is no part of the text.
    pub bom: bool,
}

/// Why bytes are no text for cowrite. Offsets are bytes from the start of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBytes {
    #[error("this is a binary file (a zero byte at offset {offset}), not text")]
    Binary { offset: usize },
    #[error("byte {offset} does not fit: the end of a UTF-8 text is missing")]
    Torn { offset: usize },
    #[error(
        "byte {offset} is not UTF-8; the text may be in {likely}: convert it first, for example \
         with iconv -f {likely} -t UTF-8"
    )]
    Encoding {
        offset: usize,
        /// As `iconv` calls it.
        likely: &'static str,
    },
}

/// Reads a file's bytes.
pub fn decode(bytes: &[u8]) -> Result<Decoded, BadBytes> {
    const MARKS: [(&[u8], &str); 4] = [
        (&[0xff, 0xfe, 0, 0], "UTF-32LE"),
        (&[0, 0, 0xfe, 0xff], "UTF-32BE"),
        (&[0xff, 0xfe], "UTF-16LE"),
        (&[0xfe, 0xff], "UTF-16BE"),
    ];
    if let Some((_, likely)) = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Err(BadBytes::Encoding { offset: 0, likely });
    }
    if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
        return Err(match utf16(bytes) {
            Some(likely) => BadBytes::Encoding { offset, likely },
            None => BadBytes::Binary { offset },
        });
    }
    let (bom, text) = match bytes.strip_prefix(BOM) {
        Some(text) => (true, text),
        None => (false, bytes),
    };
    match std::str::from_utf8(text) {
        Ok(text) => Ok(Decoded { text: text.to_owned(), bom }),
        Err(error) => {
            let offset = error.valid_up_to() + bytes.len() - text.len();
            if error.error_len().is_none() {
                return Err(BadBytes::Torn { offset });
            }
            let likely = guess(text);
            Err(BadBytes::Encoding { offset, likely })
        }
    }
}

/// Writes a file's bytes.
pub fn encode(rope: &Rope, bom: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(rope.len_bytes() + BOM.len());
    encoded(rope, bom).for_each(|part| out.extend_from_slice(part));
    out
}

/// A file's bytes, part by part: for texts that should not be in memory twice.
pub fn encoded(rope: &Rope, bom: bool) -> impl Iterator<Item = &[u8]> {
    let mark = if bom { BOM } else { &[] };
    std::iter::once(mark).chain(rope.chunks().map(str::as_bytes))
}

/// UTF-16 without a mark: every other byte of Latin text is zero.
fn utf16(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), head.len() / 2);
    match () {
        () if bytes.len() % 2 == 1 || pairs == 0 => None,
        () if odd * 10 > pairs * 7 && even * 20 < pairs => Some("UTF-16LE"),
        () if even * 10 > pairs * 7 && odd * 20 < pairs => Some("UTF-16BE"),
        () => None,
    }
}

/// What bytes that are not UTF-8 look like.
fn guess(bytes: &[u8]) -> &'static str {
    let head = &bytes[..bytes.len().min(1 << 16)];
    let (mut sjis, mut double, mut alone, mut c1) = (0usize, 0usize, 0usize, 0usize);
    let mut at = 0;
    while at < head.len() {
        let (byte, next) = (head[at], head.get(at + 1).copied().unwrap_or_default());
        at += match (byte, next) {
            (0x81..=0x9f | 0xe0..=0xef, 0x40..=0x7e | 0x80..=0xfc) if byte < 0xa0 => {
                sjis += 1;
                c1 += 1;
                2
            }
            (0xa1..=0xfe, 0xa1..=0xfe) => {
                double += 1;
                2
            }
            (0x80..=0x9f, _) => {
                c1 += 1;
                alone += 1;
                1
            }
            (0xa0.., _) => {
                alone += 1;
                1
            }
            _ => 1,
        };
    }
    match () {
        () if sjis > 4 && sjis > alone => "SHIFT_JIS",
        () if double > 4 && double > 2 * alone => "GB18030",
        () if c1 > 0 => "WINDOWS-1252",
        () => "ISO-8859-1",
    }
}

/// The line ending that most lines have: `\n` or `\r\n`. For a text without any, `\n`.
pub fn dominant_newline(rope: &Rope) -> &'static str {
    let (mut lf, mut crlf, mut seen) = (0usize, 0usize, 0usize);
    let mut before = 0;
    for chunk in rope.chunks() {
        for byte in chunk.bytes() {
            if byte == b'\n' {
                if before == b'\r' { crlf += 1 } else { lf += 1 }
            }
            before = byte;
        }
        seen += chunk.len();
        if seen > NEWLINE_REACH && lf + crlf > 0 {
            break;
        }
    }
    if crlf > lf { "\r\n" } else { "\n" }
}
