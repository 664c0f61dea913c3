//! What a run of text is, for the theme: the one vocabulary of highlighting and Markdown.

use std::ops::Range;

/// The meaning of a run of text. A theme gives each a style; what is not special is `Text`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    #[default]
    Text,
    Keyword,
    String,
    Comment,
    Number,
    Function,
    Type,
    Variable,
    Operator,
    Punctuation,
    Constant,
    Tag,
    Attribute,
    Invalid,
    Inserted,
    Deleted,
    Heading,
    Emphasis,
    Strong,
    Strike,
    Code,
    /// The text of a link.
    Link,
    /// An address that is shown.
    Url,
    Quote,
    ListMarker,
    /// Drawn by us and not part of the text: rules, table lines, names of code languages.
    Frame,
}

/// A part of one line and what it is. The unit of `range` is said where spans are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassSpan {
    pub range: Range<usize>,
    pub class: Class,
}
