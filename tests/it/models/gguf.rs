//! Headers of GGUF files: good ones, cut ones, and those that a stranger would write.

use std::io::Cursor;

use cowrite::models::{GgufError, Header, read_header};

/// Builds a file piece by piece.
#[derive(Default)]
struct Gguf(Vec<u8>);

impl Gguf {
    fn new(version: u32, tensors: u64, entries: u64) -> Self {
        Self(b"GGUF".to_vec()).u32(version).u64(tensors).u64(entries)
    }

    fn u32(mut self, number: u32) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn u64(mut self, number: u64) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    fn text(self, text: &str) -> Self {
        self.u64(text.len() as u64).raw(text.as_bytes())
    }

    fn entry(self, key: &str, value: &str) -> Self {
        self.text(key).u32(8).text(value)
    }

    fn tensor(self, name: &str, shape: &[u64], kind: u32, offset: u64) -> Self {
        let told = self.text(name).u32(shape.len() as u32);
        shape.iter().fold(told, |told, side| told.u64(*side)).u32(kind).u64(offset)
    }

    fn data(mut self, bytes: usize) -> Vec<u8> {
        self.0.resize(self.0.len().next_multiple_of(32) + bytes, 7);
        self.0
    }
}

fn described(version: u32) -> Gguf {
    Gguf::new(version, 2, 6)
        .text("llama.context_length")
        .u32(4)
        .u32(512)
        .entry("general.architecture", "llama")
        .entry("general.license", "mit")
        .entry("general.name", "A model")
        .text("tokenizer.ggml.tokens")
        .u32(9)
        .u32(8)
        .u64(2)
        .text("a")
        .text("b")
        .text("tokenizer.ggml.scores")
        .u32(9)
        .u32(6)
        .u64(3)
        .raw(&[0; 12])
        .tensor("one", &[32, 2], 8, 0)
        .tensor("two", &[4], 0, 96)
}

/// A whole file of a kind that is known, with a window of 512 tokens.
pub fn good() -> Vec<u8> {
    described(3).data(112)
}

fn read(bytes: &[u8]) -> Result<Header, GgufError> {
    read_header(Cursor::new(bytes), bytes.len() as u64)
}

#[test]
fn a_header_is_read() {
    for version in [2, 3] {
        let wanted = Header {
            version,
            architecture: Some("llama".into()),
            name: Some("A model".into()),
            licence: Some("mit".into()),
            window: Some(512),
            tensors: 2,
        };
        assert_eq!(read(&described(version).data(112)), Ok(wanted));
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_short() {
    let good = good();
    for length in 4..good.len() {
        let got = read(&good[..length]);
        assert!(matches!(got, Err(GgufError::Short { .. })), "{length}: {got:?}");
    }
    // It shrinks while it is read.
    let got = read_header(Cursor::new(&good[..60]), good.len() as u64);
    assert!(matches!(got, Err(GgufError::Short { .. })), "{got:?}");
}

#[test]
fn a_byte_that_is_changed_anywhere_does_no_harm() {
    let good = good();
    for at in 0..good.len() {
        for change in [1, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= change;
            let _ = read(&bad);
        }
    }
}

#[test]
fn headers_of_strangers_are_refused() {
    #[track_caller]
    fn check(bytes: &[u8], words: &str) {
        let why = read(bytes).unwrap_err().to_string();
        assert!(why.contains(words), "{why}\nwants {words}");
    }
    let one = |entries| Gguf::new(3, 1, entries);
    check(b"", "empty");
    check(b"<!DOCTYPE html><html>", "web page");
    check(b"PK\x03\x04 and so on", "archive");
    check(b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer");
    check(b"lmgg\x01\0\0\0 and so on", "before GGUF");
    check(b"MZ and something else", "Models are kept");
    check(&Gguf::new(1, 1, 0).0, "version 1");
    check(&Gguf::new(4, 1, 0).0, "version 4");
    check(&Gguf::new(3_u32.swap_bytes(), 1, 0).0, "byte order");
    check(&Gguf::new(3, 0, 0).0, "no tensors");
    check(&Gguf::new(3, u64::MAX, 0).0, "too many tensors");
    check(&one(u64::MAX).0, "too many entries");
    check(&one(1).u64(u64::MAX).0, "length too large");
    check(&one(1).u64(1 << 40).0, "ends too early");
    check(&one(1).u64(2000).raw(&[b'a'; 2000]).u32(4).u32(1).0, "name is too long");
    check(&one(1).text("k").u32(99).u64(0).0, "kind of value unknown");
    check(&one(1).text("k").u32(8).u64(u64::MAX).0, "length too large");
    check(&one(1).text("k").u32(9).u32(10).u64(u64::MAX).0, "list too long");
    check(&one(1).text("k").u32(9).u32(0).u64(1 << 50).0, "ends too early");
    check(&one(1).text("k").u32(9).u32(8).u64(u64::MAX).0, "ends too early");
    check(&one(1).text("k").u32(9).u32(99).u64(3).u64(0).0, "kind of value unknown");
    let deep = (0..5).fold(one(1).text("k").u32(9), |file, _| file.u32(9).u64(1));
    check(&deep.0, "lists in lists");
    check(&one(1).text("general.alignment").u32(4).u32(0).0, "alignment");
    check(&one(1).text("general.alignment").u32(10).u64(1 << 63).0, "alignment");
    check(&one(0).tensor("t", &[], 0, 0).0, "without a shape");
    check(&one(0).tensor("t", &[1; 9], 0, 0).0, "without a shape");
    check(&one(0).tensor("t", &[u64::MAX, 2], 0, 0).0, "tensor too large");
    check(&one(0).tensor("t", &[1 << 62], 0, 0).0, "tensor too large");
    check(&one(0).tensor("t", &[8], 0, u64::MAX).0, "tensor too large");
    check(&one(0).tensor("t", &[8], 999, u64::MAX).0, "beyond all bounds");
    check(&one(0).tensor("t", &[8], 999, 1 << 40).0, "ends too early");
    check(&one(0).tensor(&"t".repeat(2000), &[8], 0, 0).0, "name is too long");
    // A file that is large enough is still not read without end.
    let endless = one(1).text("k").u32(9).u32(0).u64(1 << 30);
    let got = read_header(Cursor::new(&endless.0), 1 << 40);
    assert_eq!(got, Err(GgufError::Nonsense("it is too large")));
}
