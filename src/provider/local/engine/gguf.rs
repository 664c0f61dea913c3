//! The container: what a GGUF file says about itself and where its weights lie.
//!
//! A file is untrusted input: every count is checked against what the file can hold before memory is
//! asked for, and what is kept of the header is bounded. Knows no architecture.

use super::trouble::{broken, said, unknown};
use crate::prompt::Fault;
use candle_core::quantized::GgmlDType;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// The most bytes of header: a vocabulary of half a million words takes about twenty.
const MOST_HEADER: u64 = 128 << 20;
/// The most bytes of one text; chat templates have some thousand.
const MOST_TEXT: u64 = 4 << 20;
/// The most entries and weights; large models have some thousand.
const MOST_ENTRIES: u64 = 100_000;
/// The most words of a vocabulary or numbers of a list.
const MOST_LIST: u64 = 4 << 20;
/// Where a short look ends.
const MOST_PEEK: u64 = 1 << 16;
/// How deep lists may lie in lists.
const MOST_DEPTH: usize = 4;

/// A value of the header. Lists of lists are passed over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Whole(i128),
    Real(f64),
    Truth(bool),
    Text(String),
    Texts(Vec<String>),
    Numbers(Vec<f64>),
    Passed,
}

/// Where a weight lies.
#[derive(Clone, Debug)]
pub(crate) struct Weight {
    /// Outermost first.
    pub(crate) shape: Vec<usize>,
    pub(crate) kind: GgmlDType,
    /// From the beginning of the file.
    pub(crate) at: u64,
    pub(crate) bytes: usize,
}

/// A model file that was looked into.
pub(crate) struct Gguf {
    values: BTreeMap<String, Value>,
    pub(crate) weights: BTreeMap<String, Weight>,
    file: File,
}

struct Header {
    reader: BufReader<File>,
    /// Bytes that were read.
    at: u64,
    /// The length of the file in bytes.
    bytes: u64,
    /// The most bytes that are read.
    most: u64,
}

type Got<T> = Result<T, Fault>;

impl Header {
    fn take<const N: usize>(&mut self) -> Got<[u8; N]> {
        let mut buffer = [0; N];
        self.fill(&mut buffer)?;
        Ok(buffer)
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Got<()> {
        self.at += buffer.len() as u64;
        if self.at > self.most {
            return Err(broken("The model file's header has no end"));
        }
        self.reader.read_exact(buffer).map_err(|why| {
            if why.kind() == std::io::ErrorKind::UnexpectedEof {
                broken("The model file ends in the middle of its header")
            } else {
                broken(format!("The model file can't be read: {why}"))
            }
        })
    }

    fn u32(&mut self) -> Got<u32> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    fn u64(&mut self) -> Got<u64> {
        Ok(u64::from_le_bytes(self.take()?))
    }

    /// A count of things that take at least `each` bytes, at most `most`.
    fn count(&mut self, each: u64, most: u64, what: &str) -> Got<usize> {
        let count = self.u64()?;
        let room = self.bytes.saturating_sub(self.at) / each.max(1);
        if count > room || count > most {
            return Err(broken(format!(
                "The model file is cut off or damaged: it claims {count} {what}, more than it can hold"
            )));
        }
        Ok(count as usize)
    }

    fn text(&mut self) -> Got<String> {
        let length = self.count(1, MOST_TEXT, "bytes of one text")?;
        let mut bytes = vec![0; length];
        self.fill(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn value(&mut self, kind: u32, depth: usize) -> Got<Value> {
        Ok(match kind {
            0 => Value::Whole(u8::from_le_bytes(self.take()?).into()),
            1 => Value::Whole(i8::from_le_bytes(self.take()?).into()),
            2 => Value::Whole(u16::from_le_bytes(self.take()?).into()),
            3 => Value::Whole(i16::from_le_bytes(self.take()?).into()),
            4 => Value::Whole(self.u32()?.into()),
            5 => Value::Whole(i32::from_le_bytes(self.take()?).into()),
            6 => Value::Real(f32::from_le_bytes(self.take()?).into()),
            7 => Value::Truth(self.take::<1>()?[0] != 0),
            8 => Value::Text(self.text()?),
            9 => self.list(depth)?,
            10 => Value::Whole(self.u64()?.into()),
            11 => Value::Whole(i64::from_le_bytes(self.take()?).into()),
            12 => Value::Real(f64::from_le_bytes(self.take()?)),
            other => {
                return Err(broken(format!(
                    "The model file's header holds a value of no known kind ({other})"
                )));
            }
        })
    }

    fn list(&mut self, depth: usize) -> Got<Value> {
        if depth >= MOST_DEPTH {
            return Err(broken("The model file's header holds lists in lists without end"));
        }
        let kind = self.u32()?;
        let each = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            _ => 8,
        };
        let count = self.count(each, MOST_LIST, "values in a list")?;
        match kind {
            8 => {
                let mut texts = Vec::new();
                for _ in 0..count {
                    texts.push(self.text()?);
                }
                Ok(Value::Texts(texts))
            }
            9 => {
                for _ in 0..count {
                    self.list(depth + 1)?;
                }
                Ok(Value::Passed)
            }
            _ => {
                let mut numbers = Vec::new();
                for _ in 0..count {
                    numbers.push(match self.value(kind, depth + 1)? {
                        Value::Whole(number) => number as f64,
                        Value::Real(number) => number,
                        Value::Truth(truth) => f64::from(u8::from(truth)),
                        _ => 0.0,
                    });
                }
                Ok(Value::Numbers(numbers))
            }
        }
    }

    fn weight(&mut self) -> Got<(String, Weight)> {
        let name = self.text()?;
        let dimensions = self.u32()?;
        if dimensions == 0 || dimensions > 4 {
            return Err(broken(format!("The weight {} has {dimensions} dimensions", said(&name))));
        }
        let mut shape = Vec::new();
        for _ in 0..dimensions {
            let size = usize::try_from(self.u64()?).unwrap_or(usize::MAX);
            shape.push(size);
        }
        shape.reverse();
        let kind = self.u32()?;
        let kind = kind_of(kind).ok_or_else(|| {
            unknown(format!(
                "The model file holds weights of a kind that cowrite does not read (number {kind}); Q4_K_M and Q8_0 are read"
            ))
        })?;
        let at = self.u64()?;
        let elements = shape.iter().try_fold(1usize, |all, size| all.checked_mul(*size));
        let blocks = elements.filter(|count| *count > 0 && count % kind.block_size() == 0);
        let bytes =
            blocks.and_then(|count| (count / kind.block_size()).checked_mul(kind.type_size()));
        let inner = shape.last().copied().unwrap_or_default();
        let bytes = bytes
            .filter(|_| inner % kind.block_size() == 0)
            .ok_or_else(|| broken(format!("The weight {} has an impossible size", said(&name))))?;
        Ok((name, Weight { shape, kind, at, bytes }))
    }
}

fn kind_of(number: u32) -> Option<GgmlDType> {
    use GgmlDType as Kind;
    Some(match number {
        0 => Kind::F32,
        1 => Kind::F16,
        2 => Kind::Q4_0,
        3 => Kind::Q4_1,
        6 => Kind::Q5_0,
        7 => Kind::Q5_1,
        8 => Kind::Q8_0,
        10 => Kind::Q2K,
        11 => Kind::Q3K,
        12 => Kind::Q4K,
        13 => Kind::Q5K,
        14 => Kind::Q6K,
        30 => Kind::BF16,
        _ => return None,
    })
}

/// A whole number that stands near the beginning of a file, before its vocabulary.
pub(crate) fn peek(path: &Path, wanted: &str) -> Option<usize> {
    let file = File::open(path).ok()?;
    let bytes = file.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
    let mut header = Header { reader: BufReader::new(file), at: 0, bytes, most: MOST_PEEK };
    if header.take::<4>().ok()? != *b"GGUF" {
        return None;
    }
    // Past the version and the number of weights.
    header.take::<12>().ok()?;
    let entries = header.u64().ok()?;
    for _ in 0..entries {
        let key = header.text().ok()?;
        let kind = header.u32().ok()?;
        let value = header.value(kind, 0).ok()?;
        if let (true, Value::Whole(number)) = (key == wanted, value) {
            return usize::try_from(number).ok();
        }
    }
    None
}

impl Gguf {
    /// Reads the header.
    ///
    /// # Errors
    /// A sentence for a file that can't be read, is no model file, is damaged, or claims more than
    /// it holds.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let name = said(&path.file_name().unwrap_or_default().to_string_lossy());
        let found = std::fs::metadata(path);
        if found.as_ref().is_ok_and(|found| !found.is_file()) {
            return Err(super::trouble::not_found(format!("{name} is no file")));
        }
        let file = File::open(path).map_err(|why| {
            super::trouble::not_found(format!("The model file {name} can't be opened: {why}"))
        })?;
        let bytes = file.metadata().map_or(0, |data| data.len());
        let again = file.try_clone().map_err(|why| broken(format!("{name}: {why}")))?;
        let mut header = Header {
            reader: BufReader::with_capacity(1 << 16, file),
            at: 0,
            bytes,
            most: MOST_HEADER,
        };
        if bytes < 24 || header.take::<4>()? != *b"GGUF" {
            return Err(broken(format!("{name} is no model file in the GGUF format")));
        }
        let version = header.u32()?;
        if !(2..=3).contains(&version) {
            return Err(unknown(format!(
                "{name} is a GGUF file of version {version}; 2 and 3 are read"
            )));
        }
        let weights = header.count(24, MOST_ENTRIES, "weights")?;
        let entries = header.count(13, MOST_ENTRIES, "entries")?;
        let mut values = BTreeMap::new();
        for _ in 0..entries {
            let key = header.text()?;
            let kind = header.u32()?;
            values.insert(key, header.value(kind, 0)?);
        }
        let mut list = BTreeMap::new();
        for _ in 0..weights {
            let (name, weight) = header.weight()?;
            if list.insert(name.clone(), weight).is_some() {
                return Err(broken(format!("The weight {} stands there twice", said(&name))));
            }
        }
        let mut gguf = Self { values, weights: list, file: again };
        let align = gguf.whole("general.alignment").unwrap_or(32);
        if !(1..=65_536).contains(&align) || !align.is_power_of_two() {
            return Err(broken("The model file's alignment is impossible"));
        }
        let start = header.at.next_multiple_of(align as u64);
        for (name, weight) in &mut gguf.weights {
            let end = weight.at.checked_add(start).and_then(|at| {
                weight.at = at;
                at.checked_add(weight.bytes as u64)
            });
            if end.is_none_or(|end| end > bytes) {
                return Err(broken(format!(
                    "The model file ends early, at {bytes} bytes: the weight {} is missing or cut off",
                    said(name)
                )));
            }
        }
        Ok(gguf)
    }

    /// The bytes of a weight.
    pub(crate) fn read(&self, weight: &Weight) -> Result<Vec<u8>, Fault> {
        let mut bytes = vec![0; weight.bytes];
        let mut file = &self.file;
        let done = file.seek(SeekFrom::Start(weight.at)).and_then(|_| file.read_exact(&mut bytes));
        done.map_err(|why| broken(format!("The model file can't be read: {why}")))?;
        Ok(bytes)
    }

    pub(crate) fn whole(&self, key: &str) -> Option<usize> {
        match self.values.get(key)? {
            Value::Whole(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }

    pub(crate) fn real(&self, key: &str) -> Option<f64> {
        match self.values.get(key)? {
            Value::Real(number) => Some(*number),
            Value::Whole(number) => Some(*number as f64),
            _ => None,
        }
    }

    pub(crate) fn truth(&self, key: &str) -> Option<bool> {
        match self.values.get(key)? {
            Value::Truth(truth) => Some(*truth),
            _ => None,
        }
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match self.values.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn texts(&self, key: &str) -> Option<&[String]> {
        match self.values.get(key)? {
            Value::Texts(texts) => Some(texts),
            _ => None,
        }
    }

    pub(crate) fn numbers(&self, key: &str) -> Option<&[f64]> {
        match self.values.get(key)? {
            Value::Numbers(numbers) => Some(numbers),
            _ => None,
        }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }
}
