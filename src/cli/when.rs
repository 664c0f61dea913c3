//! Times as they are printed.

pub use crate::base::when::{day, minute};
