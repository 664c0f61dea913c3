//! Everything that needs no network and no terminal, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::type_complexity,
    reason = "tests fail by panicking, and their tables are types of one use"
)]

mod apart;
mod assist_asides;
mod assist_bare;
mod assist_calls;
mod assist_dialect;
mod assist_dialect_forms;
mod assist_edges;
mod assist_fenced;
mod assist_forms;
mod assist_hunks;
mod assist_kept;
mod assist_loose;
mod assist_merge;
mod assist_onto;
mod assist_placement;
mod assist_prompts;
mod assist_readable;
mod assist_similar;
mod assist_slop;
mod assist_told;
mod assist_uneven;
mod assist_wraps;
mod branches;
mod bring;
mod cli;
mod comments;
mod conform;
mod corpus;
mod cost;
mod decisions;
mod editing;
mod event;
mod fresh;
mod fuzz_dialect;
mod fuzz_placement;
mod harness;
mod history;
mod hostile;
mod html;
mod interleave;
mod keymap;
mod layout;
mod local;
mod log;
mod markdown;
mod models;
mod offers;
mod proposals;
mod prove;
mod provenance;
mod provider;
mod provider_real;
mod queue;
mod reasoning;
mod records;
mod redaction;
mod renamed;
mod repair;
mod scan;
mod screens;
mod sharing;
mod sheet;
mod shipped;
mod store;
mod store_files;
mod store_search;
mod syntax;
mod taking_in;
mod tasks;
mod text;
mod text_edit;
mod tidy;
mod tour;
mod turned_down;
mod twice;
mod union;
