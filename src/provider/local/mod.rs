//! The model in a process of its own.

pub mod engine;
