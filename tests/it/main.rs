//! Everything that needs no network and no terminal, in one binary.

mod event;
mod layout;
mod markdown;
mod syntax;
