//! The real program in a pseudo-terminal with a terminal emulator: what a person would see.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[allow(dead_code, unused_imports, reason = "the harness offers more than each test needs")]
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/server.rs"]
mod server;

mod apply;
mod bring;
mod cli;
#[cfg(unix)]
mod clones;
#[cfg(unix)]
mod decided;
mod decisions;
mod desk;
mod faults;
mod files;
mod flow;
mod harness;
#[cfg(unix)]
mod histories;
mod history;
mod hostile;
#[cfg(unix)]
mod keeping;
#[cfg(target_os = "linux")]
mod keyring;
mod kill;
mod library;
mod local;
mod marked;
mod models;
mod page;
mod plain;
#[cfg(unix)]
mod prove;
#[cfg(unix)]
mod provenance;
#[cfg(unix)]
mod providers;
mod real;
mod reasoning;
mod records;
#[cfg(unix)]
mod redact;
mod renamed;
mod screen;
#[cfg(unix)]
mod share;
mod tour;
mod two;
#[cfg(unix)]
mod world;
