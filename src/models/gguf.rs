//! The beginning of a GGUF file: what kind of model it is, and whether the file is whole.
//!
//! A file from a stranger is hostile until shown otherwise: every length is bounded before it is
//! used, nothing is kept but a few short values, and no path or code is taken from it. Knows
//! nothing of tensors but where they end.

use std::io::{BufReader, ErrorKind, Read, Seek};
use thiserror::Error;

/// The largest beginning that is read: word lists of 250,000 entries take some 10 MB.
const MOST_BYTES: u64 = 128 << 20;
const MOST_ENTRIES: u64 = 1 << 16;
const MOST_TENSORS: u64 = 1 << 17;
/// The longest name of an entry or tensor, and the longest value that is kept.
const LONGEST: u64 = 1 << 10;
const DEEPEST: u8 = 4;

/// Why a file is no model that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GgufError {
    #[error("it does not begin as a GGUF file does. {0}")]
    Magic(String),
    #[error("it is of GGUF version {0}, and versions 2 and 3 are known.")]
    Version(u32),
    #[error("it was made for machines of the other byte order.")]
    ByteOrder,
    #[error("it ends too early: {there} bytes are there, {wanted} are needed. Download it again.")]
    Short { there: u64, wanted: u64 },
    #[error("its header makes no sense: {0}.")]
    Nonsense(&'static str),
    #[error("it can't be read: {0}.")]
    Io(String),
}

/// What the beginning of a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    pub version: u32,
    pub architecture: Option<String>,
    pub name: Option<String>,
    pub licence: Option<String>,
    /// The most tokens it can look at.
    pub window: Option<u64>,
    pub tensors: u64,
}

/// Reads the beginning of a GGUF file of `length` bytes and checks that all its tensors are in it.
pub fn read_header(file: impl Read + Seek, length: u64) -> Result<Header, GgufError> {
    let mut input = Input { inner: BufReader::with_capacity(1 << 16, file), at: 0, length };
    let mut magic = [0; 4];
    let most = usize::try_from(length.min(4)).unwrap_or(4);
    input.fill(&mut magic[..most])?;
    if &magic != b"GGUF" {
        return Err(GgufError::Magic(looks_like(&magic[..most])));
    }
    let version = input.u32()?;
    if !matches!(version, 2 | 3) {
        let swapped = matches!(version.swap_bytes(), 1..=3);
        return Err(if swapped { GgufError::ByteOrder } else { GgufError::Version(version) });
    }
    let tensors = input.u64()?;
    let entries = input.u64()?;
    bound(tensors <= MOST_TENSORS, "too many tensors")?;
    bound(entries <= MOST_ENTRIES, "too many entries")?;
    bound(tensors > 0, "no tensors")?;
    let mut header = Header { version, tensors, ..Header::default() };
    let mut windows: Vec<(String, u64)> = Vec::new();
    let mut alignment = 32;
    for _ in 0..entries {
        let Some(key) = input.text()? else {
            return Err(GgufError::Nonsense("an entry's name is too long"));
        };
        let kind = input.u32()?;
        match (key.as_str(), input.value(kind, 0)?) {
            ("general.architecture", Value::Text(text)) => header.architecture = Some(text),
            ("general.name", Value::Text(text)) => header.name = Some(text),
            ("general.license", Value::Text(text)) => header.licence = Some(text),
            ("general.alignment", Value::Number(number)) => alignment = number,
            (key, Value::Number(number)) => {
                if let Some(of) = key.strip_suffix(".context_length")
                    && windows.len() < 16
                {
                    windows.push((of.to_owned(), number));
                }
            }
            _ => {}
        }
    }
    let sound = alignment.is_power_of_two() && alignment <= 1 << 20;
    bound(sound, "an alignment that is no power of two")?;
    header.window = windows
        .into_iter()
        .find(|(of, _)| Some(of) == header.architecture.as_ref())
        .map(|(_, window)| window);
    let mut end = 0;
    for _ in 0..tensors {
        end = end.max(input.tensor()?);
    }
    let start = input.at.next_multiple_of(alignment);
    let wanted = start.checked_add(end).ok_or(GgufError::Nonsense("a tensor beyond all bounds"))?;
    if wanted > length {
        return Err(GgufError::Short { there: length, wanted });
    }
    Ok(header)
}

fn bound(holds: bool, what: &'static str) -> Result<(), GgufError> {
    if holds { Ok(()) } else { Err(GgufError::Nonsense(what)) }
}

/// A guess at what a file is instead.
fn looks_like(start: &[u8]) -> String {
    match start {
        [] => "It is empty.".into(),
        [b'<', ..] => "It looks like a web page.".into(),
        [b'P', b'K', ..] => "It looks like an archive: unpack it first.".into(),
        [b'v', b'e', b'r', b's'] => {
            "It looks like a Git LFS pointer: fetch the file itself.".into()
        }
        [b'g', b'g', b'j' | b'm', b't' | b'l'] | [b't' | b'l', b'j' | b'm', b'g', b'g'] => {
            "It looks like the format before GGUF: convert it.".into()
        }
        _ => "Models are kept as .gguf files.".into(),
    }
}

enum Value {
    Number(u64),
    Text(String),
    Other,
}

/// Bytes with a bound on all that is read.
struct Input<R> {
    inner: BufReader<R>,
    at: u64,
    length: u64,
}

impl<R: Read + Seek> Input<R> {
    /// Takes note of `bytes` more, if they are there and allowed.
    fn take(&mut self, bytes: u64) -> Result<(), GgufError> {
        let wanted = self.at.checked_add(bytes).ok_or(GgufError::Nonsense("a length too large"))?;
        if wanted > self.length {
            return Err(GgufError::Short { there: self.length, wanted });
        }
        bound(wanted <= MOST_BYTES, "it is too large")?;
        self.at = wanted;
        Ok(())
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), GgufError> {
        self.take(buffer.len() as u64)?;
        self.inner.read_exact(buffer).map_err(|why| match why.kind() {
            // It was cut since its length was taken.
            ErrorKind::UnexpectedEof => GgufError::Short { there: self.length, wanted: self.at },
            _ => GgufError::Io(why.to_string()),
        })
    }

    fn skip(&mut self, bytes: u64) -> Result<(), GgufError> {
        self.take(bytes)?;
        // `take` bounds it far below what the type can't hold.
        let by = i64::try_from(bytes).map_err(|_| GgufError::Nonsense("a length too large"))?;
        self.inner.seek_relative(by).map_err(|why| GgufError::Io(why.to_string()))
    }

    fn u32(&mut self) -> Result<u32, GgufError> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn u64(&mut self) -> Result<u64, GgufError> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Text, or nothing when it is longer than what is kept.
    fn text(&mut self) -> Result<Option<String>, GgufError> {
        let length = self.u64()?;
        if length > LONGEST {
            self.skip(length)?;
            return Ok(None);
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        self.fill(&mut bytes)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn value(&mut self, kind: u32, depth: u8) -> Result<Value, GgufError> {
        const TEXT: u32 = 8;
        const LIST: u32 = 9;
        match kind {
            4 => Ok(Value::Number(u64::from(self.u32()?))),
            10 => Ok(Value::Number(self.u64()?)),
            TEXT => Ok(self.text()?.map_or(Value::Other, Value::Text)),
            LIST => {
                bound(depth < DEEPEST, "lists in lists in lists")?;
                let inner = self.u32()?;
                let count = self.u64()?;
                if let Some(width) = width(inner) {
                    let bytes = count.checked_mul(width);
                    self.skip(bytes.ok_or(GgufError::Nonsense("a list too long"))?)?;
                } else {
                    // Each of them takes 8 bytes at least, so the bound on bytes bounds them.
                    for _ in 0..count {
                        match inner {
                            TEXT => {
                                let length = self.u64()?;
                                self.skip(length)?;
                            }
                            _ => {
                                self.value(inner, depth + 1)?;
                            }
                        }
                    }
                }
                Ok(Value::Other)
            }
            _ => {
                let width = width(kind).ok_or(GgufError::Nonsense("a kind of value unknown"))?;
                self.skip(width)?;
                Ok(Value::Other)
            }
        }
    }

    /// Where the tensor described here ends, from the beginning of the data.
    fn tensor(&mut self) -> Result<u64, GgufError> {
        const TOO_LARGE: GgufError = GgufError::Nonsense("a tensor too large");
        bound(self.text()?.is_some(), "a tensor's name is too long")?;
        let dimensions = self.u32()?;
        bound((1..=8).contains(&dimensions), "a tensor without a shape")?;
        let mut elements: u64 = 1;
        for _ in 0..dimensions {
            elements = elements.checked_mul(self.u64()?).ok_or(TOO_LARGE)?;
        }
        let kind = self.u32()?;
        let offset = self.u64()?;
        // Of a kind that came later, at least the beginning must be there.
        let bytes = match block(kind) {
            Some((of, takes)) => elements.div_ceil(of).checked_mul(takes).ok_or(TOO_LARGE)?,
            None => 0,
        };
        offset.checked_add(bytes).ok_or(TOO_LARGE)
    }
}

/// The bytes of a value of fixed size.
fn width(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

/// The elements and bytes of one block of a kind of tensor.
fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 | 26 => (1, 4),
        1 | 25 | 30 => (1, 2),
        24 => (1, 1),
        27 | 28 => (1, 8),
        2 | 20 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        9 => (32, 36),
        10 => (256, 84),
        11 | 21 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        15 => (256, 292),
        16 => (256, 66),
        17 => (256, 74),
        18 => (256, 98),
        19 => (256, 50),
        22 => (256, 82),
        23 => (256, 136),
        29 => (256, 56),
        34 => (256, 54),
        35 => (256, 66),
        39 => (32, 17),
        _ => return None,
    })
}
