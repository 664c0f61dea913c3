//! Points as rows of a list: what somebody wrote in one go is one, and so is a verdict with its edit.

use crate::event::CauseKind;
use crate::session::{Point, Session, What};

/// Milliseconds without writing after which the next edit begins a row of its own.
const PAUSE_MS: u64 = 5 * 60_000;

/// What kind of thing a point is, for filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Edits,
    Outside,
    Messages,
    Verdicts,
    Decisions,
    Comments,
    Saves,
    Checkpoints,
    Session,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Edits,
        Self::Outside,
        Self::Messages,
        Self::Verdicts,
        Self::Decisions,
        Self::Comments,
        Self::Saves,
        Self::Checkpoints,
        Self::Session,
    ];

    pub fn of(point: &Point) -> Self {
        match &point.what {
            What::Edit { cause: Some(CauseKind::Outside), .. } => Self::Outside,
            What::Edit { .. } => Self::Edits,
            What::Message(_) => Self::Messages,
            What::Hunk { .. } => Self::Verdicts,
            What::Recorded(_) | What::Changed { .. } => Self::Decisions,
            What::Comment { .. } => Self::Comments,
            What::Saved(_) => Self::Saves,
            What::Checkpoint => Self::Checkpoints,
            What::Begun | What::Titled => Self::Session,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Edits => "edits",
            Self::Outside => "outside",
            Self::Messages => "messages",
            Self::Verdicts => "verdicts",
            Self::Decisions => "decisions",
            Self::Comments => "comments",
            Self::Saves => "saves",
            Self::Checkpoints => "checkpoints",
            Self::Session => "session",
        }
    }

    /// The kind that a word names, in the singular too.
    pub fn named(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        let fits = |kind: &Self| {
            kind.word() == word || kind.word().strip_suffix('s') == Some(word.as_str())
        };
        Self::ALL.into_iter().find(fits)
    }
}

/// Which points are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// None: all.
    pub kinds: Vec<Kind>,
    /// What a row or its author's name must hold, in small letters.
    pub words: Vec<String>,
    /// Every point is a row of its own.
    pub each: bool,
}

impl Wanted {
    /// Reads a filter: words that name a kind choose kinds, the others are looked for.
    pub fn read(filter: &str) -> Self {
        let mut wanted = Self::default();
        for word in filter.split_whitespace() {
            match Kind::named(word) {
                Some(kind) => wanted.kinds.push(kind),
                None => wanted.words.push(word.to_lowercase()),
            }
        }
        wanted
    }
}

/// Points that are listed together. What one goes back to is the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub first: usize,
    pub last: usize,
    /// Characters that came and went.
    pub plus: usize,
    pub minus: usize,
}

/// The rows of a timeline, oldest first.
pub fn rows(session: &Session, points: &[Point], wanted: &Wanted) -> Vec<Row> {
    let mut out: Vec<Row> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let (plus, minus) = match point.what {
            What::Edit { plus, minus, .. } => (plus, minus),
            _ => (0, 0),
        };
        let row = Row { first: index, last: index, plus, minus };
        // A verdict counts what its edit did, also where edits are not listed.
        let before = out.last_mut().filter(|last| last.last + 1 == index && !wanted.each);
        match before {
            Some(last) if points.get(last.last).is_some_and(|before| goes_on(before, point)) => {
                last.last = index;
                last.plus += plus;
                last.minus += minus;
            }
            _ => out.push(row),
        }
    }
    out.retain(|row| fits(session, points, row, wanted));
    out
}

/// Whether a point belongs to the row of the one before.
fn goes_on(before: &Point, point: &Point) -> bool {
    if before.author != point.author {
        return false;
    }
    match (&before.what, &point.what) {
        (What::Edit { doc, cause: None, .. }, What::Edit { doc: other, cause: None, .. }) => {
            doc == other && point.at.since(before.at) <= PAUSE_MS
        }
        (
            What::Edit {
                cause:
                    Some(CauseKind::Accept | CauseKind::Undo | CauseKind::Redo | CauseKind::Restore),
                ..
            },
            What::Hunk { verdict: Some(_), .. },
        ) => before.at == point.at,
        _ => false,
    }
}

fn fits(session: &Session, points: &[Point], row: &Row, wanted: &Wanted) -> bool {
    let Some(point) = points.get(row.last) else { return false };
    if !wanted.kinds.is_empty() && !wanted.kinds.contains(&Kind::of(point)) {
        return false;
    }
    if wanted.words.is_empty() {
        return true;
    }
    let author = point.author.as_ref().map_or("", |author| session.author_name(author));
    let text = format!("{author} {}", row.words(session, points)).to_lowercase();
    wanted.words.iter().all(|word| text.contains(word))
}
