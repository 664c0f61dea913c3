//! What is asked of a model and what becomes of its answer: dialects of edits, their placement in
//! the document, hunks, templates.
//!
//! Pure: values in, values out. Only the context reads projections; knows no provider and no screen.

mod alike;
mod answer;
pub mod basic;
mod between;
mod choosing;
pub mod context;
pub mod dialect;
mod flow;
pub mod hunks;
pub mod landing;
mod merge;
mod named;
pub mod placement;
pub mod prompts;
mod readable;
mod reading;
mod repair;
mod so_far;
mod undone;

pub use alike::{adds_little, alike, proposes_the_same, says_the_same};
pub use answer::{Answer, Elsewhere, Fit, Unreadable, files_named};
pub use between::{Between, are_versions};
pub use choosing::{Chosen, LAST, Record, Tried, choose_by};
pub use dialect::{Dialect, Edit, Form, Hint, Piece, ReplyParser, choose, is_gap, is_small_name};
pub use hunks::{
    Hunk, Tag, apply, are_apart, moved_ends, moved_words, moves, readable_diff, split, torn,
    trimmed, whole_to_hunks, word_diff,
};
pub use landing::{
    ELSEWHERE, Landed, Landing, OFFERED, Onto, Outcome, REPEATS, Remark, SHORT, STANDS_IN, Wanted,
    onto, resembling,
};
pub use merge::{Merged, merge};
pub use named::{is_near, others, writes_anew};
pub use placement::{Placement, Placer, Sought, Step, place};
pub use readable::readable;
pub use reading::Reading;
pub use repair::{Failed, MOST_REPAIRED, Why, repair_request};
pub use so_far::{MOST_COMING, SoFar, in_open_fence, so_far, whole_so_far};
