//! What stands between a text and the screen: widths, wrapping, the viewport, Markdown.
//!
//! Everything here costs what is visible, never what the document holds. Knows no colours and no
//! terminal; the only thing of the drawing library it uses is its rule for widths.

pub mod cells;
mod lines;
mod markdown;

mod moving;
mod view;
pub mod wrap;

pub use markdown::{Join, Line, MarkdownView, Paint, Painter, Segment, Style};
pub use moving::Hit;
pub use view::{Drawn, Row, RowPos, View, shown};
