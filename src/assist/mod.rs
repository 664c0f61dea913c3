//! What is asked of a model and what becomes of its answer: dialects of edits, their placement in
//! the document, hunks, templates.
//!
//! Pure: values in, values out. Only the context reads projections; knows no provider and no screen.

pub mod basic;
pub mod context;
pub mod dialect;
pub mod hunks;
pub mod landing;
mod merge;
pub mod placement;
pub mod prompts;
mod readable;
mod reading;

pub use dialect::{Dialect, Edit, Form, Hint, Piece, ReplyParser, choose, is_gap};
pub use hunks::{Hunk, Tag, apply, readable_diff, split, trimmed, whole_to_hunks, word_diff};
pub use landing::{Landed, Landing, Outcome, Wanted};
pub use merge::{Merged, merge};
pub use placement::{Placement, Placer, Sought, Step, place};
pub use readable::readable;
pub use reading::Reading;
