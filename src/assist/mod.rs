//! What is asked of a model and what becomes of its answer: dialects of edits, their placement in
//! the document, hunks, templates.
//!
//! Pure: values in, values out. Only the context reads projections; knows no provider and no screen.

mod answer;
pub mod basic;
pub mod context;
pub mod dialect;
pub mod hunks;
pub mod landing;
pub mod placement;
pub mod prompts;
mod readable;
mod reading;

pub use answer::{Answer, Fit, Unreadable};
pub use dialect::{Dialect, Edit, Form, Hint, Piece, ReplyParser, choose};
pub use hunks::{Hunk, Tag, apply, split, whole_to_hunks, word_diff};
pub use landing::{Landed, Landing, Outcome};
pub use placement::{Placement, Placer, Sought, Step, place};
pub use readable::readable;
pub use reading::Reading;
