//! What hung on the text at a point of the past: hunks with what had been said about them, comments,
//! who had written what. Derived from the session when a point is shown; to be looked at only.

use super::hunk_rows::{Rows, within};
use super::prepare::last_line;
use super::review_rows::line;
use super::{Listed, Model, ReviewPart, ReviewRow, Sign, VirtualRow};
use crate::base::Span;
use crate::event::Link;
use crate::report::state_word;
use crate::session::{Comments, HunkState, Moment, OpenHunk, Proposals};
use crate::text::Document;
use ropey::Rope;
use std::collections::BTreeMap;

/// As it all stood at a point.
#[derive(Default)]
pub struct Then {
    pub comments: Comments,
    pub proposals: Proposals,
    /// The hunks of the shown document: those that were open, then those that were settled.
    pub reviewed: Vec<OpenHunk>,
    /// How many of them were open.
    pub open: usize,
    /// The text with its history as it was. Making it takes time, so nothing is made where nobody
    /// asks for it.
    document: Option<Document>,
}

impl Model {
    /// The shown document with its history; nothing where what is shown of the past needs none.
    pub fn shown_document(&self) -> Option<&Document> {
        match &self.past {
            Some(past) => past.then.document.as_ref(),
            None => self.entry().map(|entry| &entry.document),
        }
    }

    /// The comments that are shown.
    pub fn comments(&self) -> &Comments {
        self.past.as_ref().map_or(&self.session.comments, |past| &past.then.comments)
    }

    /// The hunks of the Review tab while a point is shown.
    pub(super) fn review_then(&self, then: &Then) -> Vec<Listed> {
        let listed = |hunk: &OpenHunk| Listed {
            again: false,
            doc: self.doc.clone(),
            hunk: hunk.clone(),
            seen: true,
            reason: None,
        };
        then.reviewed.iter().map(listed).collect()
    }

    /// The rows of the Review tab while a point is shown: four to each hunk.
    pub(super) fn review_rows_then(&self, then: &Then, height: usize) -> Vec<ReviewRow> {
        const EACH: usize = 4;
        let Some(last) = then.reviewed.len().checked_sub(1) else {
            let words = "Nothing had been proposed by then.".to_owned();
            let blank = line(ReviewPart::Note, None, false, String::new());
            return vec![blank, line(ReviewPart::Note, None, false, words)];
        };
        let rope = self.rope();
        let at = self.ui.review.chosen.min(last);
        let fit = height / EACH;
        let top = (at + 1).saturating_sub(fit.max(1));
        let flat = |body: &str| body.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut out = Vec::new();
        for (index, hunk) in then.reviewed.iter().enumerate().skip(top).take(fit) {
            let chosen = index == at;
            let place = match hunk.span {
                Some(span) => format!("line {}", rope.char_to_line(span.start.0) + 1),
                None => self.settled_then(then, hunk).unwrap_or_else(|| "no place".into()),
            };
            let state = match hunk.state {
                HunkState::Collided if hunk.disputed.is_some() => " · × disputed",
                HunkState::Collided => " · × collided: a merge changed it",
                HunkState::Stale if hunk.behind => " · contradicts another change",
                HunkState::Stale => " · the text changed",
                _ if hunk.loose => " · found by likeness",
                _ => "",
            };
            let sign = if chosen { "› " } else { "  " };
            let title = format!("{sign}{place}{state}");
            out.push(line(ReviewPart::Settled, Some(index), chosen, title));
            let why = hunk.why.as_deref().unwrap_or_default();
            for (part, words) in [
                (ReviewPart::Old, format!("  - {}", flat(&hunk.old))),
                (ReviewPart::New, format!("  + {}", flat(&hunk.new))),
                (ReviewPart::Note, format!("  {}", flat(why))),
            ] {
                out.push(line(part, Some(index), false, words));
            }
        }
        out
    }

    /// What had been said about a hunk by the shown point, and by whom.
    fn settled_then(&self, then: &Then, hunk: &OpenHunk) -> Option<String> {
        let word = match hunk.state {
            HunkState::Accepted | HunkState::Rejected | HunkState::Superseded => {
                state_word(hunk.state)
            }
            _ => return None,
        };
        let verdict = then.proposals.hunk(&hunk.of)?.verdict.value()?;
        let reason = verdict.reason.as_deref().map(|reason| format!(": {reason}"));
        let who = match hunk.state {
            // A newer proposal did it, whoever's program took note of that.
            HunkState::Superseded => String::new(),
            _ => format!(" by {}", self.session.author_name(&verdict.author)),
        };
        Some(format!("{word}{who}{}", reason.unwrap_or_default()))
    }

    /// What stood at a point, its text aside.
    pub(super) fn then(&self, moment: Moment) -> Then {
        Then {
            comments: self.session.comments.at(moment),
            proposals: self.session.proposals_at(moment),
            ..Then::default()
        }
    }

    /// Puts the text of then together with its history, where something of it is shown that hangs
    /// on that.
    pub(super) fn update_then(&mut self) {
        let Some(past) = self.past.as_ref().filter(|past| past.then.document.is_none()) else {
            return;
        };
        let then = &past.then;
        let spans = |link: &Link| matches!(link, Link::Span { .. });
        let linked = past.decisions.newest().iter().any(|one| one.links().iter().any(spans));
        let hung = linked || !then.comments.is_empty() || !then.proposals.is_empty();
        if !(hung || self.ui.authors) {
            return;
        }
        let moment = past.moment;
        let Some(document) = self.document_of(moment) else { return };
        if let Some(past) = self.past.as_mut() {
            let then = &mut past.then;
            let (doc, proposals) = (&self.doc, &then.proposals);
            (then.reviewed, then.open) = self.session.reviewed(proposals, doc, &document);
            then.document = Some(document);
        }
        self.refresh();
    }

    /// The places that shown decisions are linked to.
    pub(super) fn decided_here(&self) -> Vec<Span> {
        let Some(document) = self.shown_document() else { return Vec::new() };
        let all = self.decisions().newest();
        let links = all.iter().flat_map(|decision| decision.links());
        let span = |link: &Link| match link {
            Link::Span { doc, start, end, .. } if *doc == self.doc => {
                document.anchor_span((*start, *end))
            }
            _ => None,
        };
        links.filter_map(span).collect()
    }

    /// The hunks that were open, as notes below the lines in which they end.
    pub(super) fn notes_of_then(
        &self,
        rope: &Rope,
        (width, tab): (usize, usize),
        blocks: &mut BTreeMap<usize, Vec<VirtualRow>>,
    ) {
        let Some(past) = &self.past else { return };
        for hunk in past.then.reviewed.iter().take(past.then.open) {
            let Some(span) = hunk.span else { continue };
            let words = match hunk.new.is_empty() {
                true => "open then: to remove this".to_owned(),
                false => format!("open then: {}", within(rope, span, &hunk.new)),
            };
            let rows = blocks.entry(last_line(rope, span)).or_default();
            Rows { rows, width, tab, current: false }.push(Sign::Note, &words);
        }
    }
}
