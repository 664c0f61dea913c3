//! Everything that needs no network and no terminal, in one binary.

mod event;
mod keymap;
mod layout;
mod syntax;
mod text;
