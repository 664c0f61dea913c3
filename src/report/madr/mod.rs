//! Decisions as files for people and other programs: MADR 4 out; MADR of every version and the
//! format of adr-tools in. Pure: texts and names, no file is touched.

mod escape;
mod items;
mod read;
mod status;
mod write;

pub use read::{BadRecord, read};
pub use write::{body, file, is_ours, is_unchanged, name};

pub(super) use escape::in_brackets;
