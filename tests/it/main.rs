//! Everything that needs no network and no terminal, in one binary.

mod event;
mod store;
mod store_files;
mod store_search;
