//! Money in whole millionths of a dollar: sums are exact, and the log knows no fractions.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(pub u64);

impl Usd {
    /// `None` for what is no amount.
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        let millionths = (dollars * 1e6).round();
        (millionths.is_finite() && (0.0..9e15).contains(&millionths))
            .then_some(Self(millionths as u64))
    }

    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

/// With as many digits as small amounts need.
impl fmt::Display for Usd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => out.write_str("$0"),
            1..100 => out.write_str("<$0.0001"),
            100..1_000_000 => write!(out, "${:.4}", self.dollars()),
            _ => write!(out, "${:.2}", self.dollars()),
        }
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.dollars())
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Amount;
        impl Visitor<'_> for Amount {
            type Value = Usd;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an amount in dollars")
            }
            fn visit_f64<E: Error>(self, dollars: f64) -> Result<Usd, E> {
                let wrong = || E::custom("an amount in dollars is not below zero");
                Usd::from_dollars(dollars).ok_or_else(wrong)
            }
            fn visit_i64<E: Error>(self, dollars: i64) -> Result<Usd, E> {
                self.visit_f64(dollars as f64)
            }
            fn visit_u64<E: Error>(self, dollars: u64) -> Result<Usd, E> {
                self.visit_f64(dollars as f64)
            }
        }
        from.deserialize_any(Amount)
    }
}
