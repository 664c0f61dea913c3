//! cowrite: a terminal workspace where a person and a language model write one document together.
//!
//! The modules in reading order, lowest layer first; ARCHITECTURE.md tells how they fit, and the
//! test `tidy` keeps each from using what stands beside or above it.

pub mod base;

pub mod event;
pub mod prompt;
pub mod text;

pub mod layout;
pub mod syntax;

pub mod models;
pub mod provider;
pub mod session;
pub mod sign;
pub mod store;

pub mod assist;
pub mod report;

pub mod state;

pub mod command;

pub mod keymap;

pub mod app;

pub mod runtime;

pub mod tui;

pub mod cli;
