//! A deterministic random source: SHA-256 over a seed and a counter.
//!
//! The runtime seeds it from the operating system; tests seed it with a number. Salts and writer
//! ids come from here, so the core needs no ambient randomness.

use super::{WriterId, hash};

/// An unpredictable stream for whoever does not know the seed, the same stream for who does.
#[derive(Clone, Debug)]
pub struct Rand {
    seed: [u8; 32],
    counter: u64,
}

impl Rand {
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0 }
    }

    /// A source for tests.
    pub fn from_number(seed: u64) -> Self {
        Self::new(hash::sha256(&[b"cowrite-test-seed", &seed.to_be_bytes()]))
    }

    /// The next 32 bytes.
    pub fn bytes(&mut self) -> [u8; 32] {
        self.counter += 1;
        hash::sha256(&[&self.seed, &self.counter.to_be_bytes()])
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        let bytes = self.bytes();
        u64::from_be_bytes([
            bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
        ])
    }

    /// A number in `0..n`; `n` must not be 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next_u64() % n as u64) as usize
    }

    /// 16 bytes as hexadecimal: the salt of one body.
    pub fn salt(&mut self) -> String {
        hash::hex(&self.bytes()[..16])
    }

    /// A fresh writer: 63 random bits, never 0.
    pub fn writer(&mut self) -> WriterId {
        WriterId((self.next_u64() >> 1).max(1))
    }

    /// A fresh 26-digit ULID for the time `at`.
    pub fn ulid(&mut self, at: super::Millis) -> String {
        const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let random = self.bytes();
        let mut value = u128::from(at.0 & 0xffff_ffff_ffff) << 80;
        for (index, byte) in random[..10].iter().enumerate() {
            value |= u128::from(*byte) << (8 * (9 - index));
        }
        (0..26)
            .rev()
            .map(|digit| char::from(DIGITS[(value >> (5 * digit) & 31) as usize]))
            .collect()
    }
}
