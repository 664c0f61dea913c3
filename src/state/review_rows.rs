//! The rows of the Review tab: how far the review is, and each hunk with what it changes, among the
//! words around it.

use super::around::{Room, around};
use super::ends::{TORN, ends};
use super::hunk_rows::{THERE, inserted};
use super::named::written_for;
use super::review::is_open;
use super::{HunkLayout, Listed, Model, Progress, ReviewFilter, ReviewPart, ReviewRow, tolerated};
use crate::assist::{Tag, readable_diff};
use crate::base::DocId;
use crate::layout::wrap::{Rule, rows as wrap_rows};
use crate::session::{HunkState, OpenHunk};
use std::collections::BTreeMap;

/// The narrowest list that shows two texts side by side.
const SIDE_BY_SIDE: usize = 44;
/// The most rows of one text of the chosen hunk.
const MOST_ROWS: usize = 12;
/// A change of so many characters or fewer is shown among the words around it.
const SMALL: usize = 120;
/// The most of them on each side.
const AROUND: usize = 40;

impl Model {
    /// The rows of the list for an area of so many columns and rows.
    pub fn review_rows(&self, width: usize, height: usize) -> Vec<ReviewRow> {
        if let Some(past) = &self.past {
            return self.review_rows_then(&past.then, height);
        }
        let progress = self.review_progress();
        let all = self.review();
        let mut out =
            vec![line(ReviewPart::Progress, None, false, self.progress_words(progress, all.len()))];
        if all.is_empty() {
            let words = match (progress.all - progress.decided, self.ui.review_filter) {
                (0, ReviewFilter::Open) => "No hunk is open.".to_owned(),
                (_, filter) => format!("No hunk is {}.", filter.word()),
            };
            out.push(line(ReviewPart::Note, None, false, words));
            return out;
        }
        let at = self.ui.review.chosen.min(all.len() - 1);
        let room = height.saturating_sub(out.len());
        let open: Vec<(&DocId, &OpenHunk)> = all.iter().map(|one| (&one.doc, &one.hunk)).collect();
        let moved = ends(&open, &|index| all[index].is_open());
        let blocks = |index: usize| self.review_block(&all, &moved, index, index == at, width);
        let mut rows = blocks(at);
        rows.truncate(room.max(1));
        // Half of what is left shows what comes before it, as far as there is so much.
        let above = (room.saturating_sub(rows.len())) / 2;
        let (mut first, mut next) = (at, at + 1);
        while first > 0 {
            let block = blocks(first - 1);
            if rows.len() + block.len() > room || first < at && rows.len() > room / 2 + above {
                break;
            }
            rows.splice(0..0, block);
            first -= 1;
        }
        while next < all.len() && rows.len() < room {
            rows.extend(blocks(next));
            next += 1;
        }
        while first > 0 && rows.len() < room {
            let block = blocks(first - 1);
            rows.splice(0..0, block);
            first -= 1;
        }
        // What is too much goes where it is farthest from the chosen one.
        let chosen = rows.iter().rposition(|row| row.item == Some(at)).unwrap_or(0);
        let over = rows.len().saturating_sub(room);
        let from_top = (chosen + 1).saturating_sub(room).min(over);
        rows.drain(..from_top);
        rows.truncate(room);
        out.extend(rows);
        out
    }

    /// `listed` hunks are those that the filter takes.
    fn progress_words(&self, progress: Progress, listed: usize) -> String {
        let Progress { decided, all, unseen } = progress;
        let unseen = if unseen > 0 { format!(", {unseen} unseen") } else { String::new() };
        let filter = match self.ui.review_filter {
            ReviewFilter::Open => String::new(),
            ReviewFilter::All => format!(" · all: {listed}"),
            filter => format!(" · only {}: {listed}", filter.word()),
        };
        if all == 0 {
            filter.replace(" · ", "")
        } else {
            format!("{decided} of {all}{unseen}{filter}")
        }
    }

    /// The rows of one hunk, with those that head its document and proposal where these begin.
    fn review_block(
        &self,
        all: &[Listed],
        moved: &BTreeMap<usize, usize>,
        index: usize,
        chosen: bool,
        width: usize,
    ) -> Vec<ReviewRow> {
        let (one, before) = (&all[index], index.checked_sub(1).map(|before| &all[before]));
        let mut out = Vec::new();
        let several = all.iter().any(|other| other.doc != self.doc);
        if several && before.is_none_or(|before| before.doc != one.doc) {
            let name = self.session.documents.get(&one.doc).map_or("", |entry| entry.name.as_str());
            out.push(line(ReviewPart::Document, None, false, name.to_owned()));
        }
        let proposals = all.iter().any(|other| other.hunk.proposal != all[0].hunk.proposal);
        if proposals && before.is_none_or(|before| before.hunk.proposal != one.hunk.proposal) {
            let words = self.proposal_words(one);
            out.push(line(ReviewPart::Proposal, None, false, words));
        }
        let sign = if chosen { "› " } else { "  " };
        let half = moved.get(&index).and_then(|other| all.get(*other));
        let half =
            half.map(|other| match (one.hunk.new.trim().is_empty(), self.line_words(other)) {
                (true, line) => format!(" · moves to {line}"),
                (false, line) => format!(" · comes from {line}"),
            });
        let title = format!("{sign}{}{}", self.title_words(one), half.unwrap_or_default());
        let part = if one.is_open() { ReviewPart::Title } else { ReviewPart::Settled };
        out.push(line(part, Some(index), chosen, title));
        if chosen {
            self.review_detail(one, index, width, &mut out);
        } else {
            let flat = |body: &str| body.split_whitespace().collect::<Vec<_>>().join(" ");
            let (before, after) = self.words_around(one, AROUND.min(width / 3));
            for (part, tag, sign, body) in [
                (ReviewPart::Old, Tag::Old, "- ", &one.hunk.old),
                (ReviewPart::New, Tag::New, "+ ", &one.hunk.new),
            ] {
                let sign = format!("  {sign}");
                if body.is_empty() {
                    continue;
                }
                if before.is_empty() && after.is_empty() {
                    out.push(line(part, Some(index), false, format!("{sign}{}", flat(body))));
                    continue;
                }
                let pieces = vec![
                    (Tag::Equal, format!("{sign}{before}")),
                    (tag, body.replace(['\n', '\r'], " ")),
                    (Tag::Equal, after.clone()),
                ];
                out.push(ReviewRow { pieces, ..line(part, Some(index), false, String::new()) });
            }
        }
        out
    }

    fn proposal_words(&self, one: &Listed) -> String {
        let proposal = self.session.proposals.proposal(&one.hunk.proposal);
        let author = proposal.map_or("", |proposal| self.session.author_name(&proposal.author));
        // What a second answer made of edits without a place belongs to the person's question.
        let transcript = &self.session.transcript;
        let question = proposal
            .and_then(|proposal| transcript.get(&transcript.asked_by_person(proposal.question)));
        let asked = question.map(|message| self.session.told(&message.id, message.text()));
        let asked = asked.as_deref().and_then(|told| told.lines().next()).unwrap_or_default();
        format!("{author}: {asked}")
    }

    /// The words around a small change on its line, so that it can be judged in the list. Nothing
    /// around whole lines, and where neither its old nor its new text stands there.
    fn words_around(&self, one: &Listed, most: usize) -> (String, String) {
        let hunk = &one.hunk;
        let around = || {
            let rope = self.session.documents.get(&one.doc)?.document.rope();
            let there = rope.get_slice(hunk.span?.range())?;
            let stands = there == hunk.old.as_str() || there == hunk.new.as_str();
            let small = hunk.old.chars().count() + hunk.new.chars().count() <= SMALL;
            let shown = stands && small && inserted(rope, hunk).is_none();
            shown.then(|| around(rope, hunk.span.unwrap_or_default(), &Room::alone(most, false)))
        };
        let (before, after) = around().unwrap_or_default();
        (before, after.trim_end_matches(['\n', '\r']).to_owned())
    }

    /// Where a hunk stands, in words.
    fn line_words(&self, one: &Listed) -> String {
        let rope = self.session.documents.get(&one.doc).map(|entry| entry.document.rope());
        match (one.hunk.span, rope) {
            (Some(span), Some(rope)) => {
                format!("line {}", rope.char_to_line(span.start.0.min(rope.len_chars())) + 1)
            }
            _ => match (&one.hunk.file, one.hunk.why.as_deref().and_then(written_for)) {
                (Some(file), _) => format!("for {file}"),
                (None, Some(file)) => format!("for {file}, which is no file here"),
                (None, None) => "no place".into(),
            },
        }
    }

    fn title_words(&self, one: &Listed) -> String {
        let hunk = &one.hunk;
        let place = self.line_words(one);
        let state = match hunk.state {
            HunkState::Collided if hunk.disputed.is_some() => " · × disputed",
            _ if one.again => " · again, folded away",
            HunkState::Collided => " · × collided: a merge changed it",
            HunkState::Stale if hunk.behind => " · contradicts another change",
            HunkState::Stale if hunk.there => " · the text says it already",
            HunkState::Stale => " · the text changed",
            HunkState::Unplaced if hunk.file.is_some() => " · has its own session",
            HunkState::Unplaced => " · place by hand",
            HunkState::Accepted => " · accepted",
            HunkState::Rejected => " · rejected",
            HunkState::Superseded => " · superseded",
            _ if hunk.loose => " · found by likeness",
            _ => "",
        };
        let tolerated = tolerated(hunk).filter(|_| hunk.state == HunkState::Pending && !one.again);
        let state = match tolerated {
            Some(tolerated) => format!(" · ~ {}", tolerated.short),
            None => state.to_owned(),
        };
        let seen = match hunk.state {
            _ if one.seen => "",
            HunkState::Accepted => " unseen",
            state if is_open(state) => " · not seen yet",
            _ => "",
        };
        let reason = one.reason.as_deref().filter(|_| !one.again);
        let why = hunk.disputed.as_deref().or(reason);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        match hunk.state {
            HunkState::Accepted => format!("{place}{state}{seen}{why}"),
            _ => format!("{place}{state}{why}{seen}"),
        }
    }

    /// The texts of the chosen hunk, whole as far as they fit.
    fn review_detail(&self, one: &Listed, index: usize, width: usize, out: &mut Vec<ReviewRow>) {
        let hunk = &one.hunk;
        let mut text = |part, sign: &str, pieces: &[(Tag, String)]| {
            let more = chosen_rows(part, sign, pieces, (index, width), MOST_ROWS, out);
            if more > 0 {
                let words = format!("    … {more} more rows");
                out.push(line(ReviewPart::Note, Some(index), true, words));
            }
        };
        let plain = |text: &str| vec![(Tag::Equal, text.to_owned())];
        if hunk.there {
            text(ReviewPart::New, "+", &plain(&hunk.new));
            text(ReviewPart::Note, " ", &plain(THERE));
        } else if let Some(sides) = self.sides(&one.doc, hunk) {
            text(ReviewPart::Note, " ", &plain("it was:"));
            text(ReviewPart::Old, "-", &plain(&sides.base));
            text(ReviewPart::Note, " ", &plain("it is now:"));
            text(ReviewPart::Note, "!", &plain(&sides.mine));
            text(ReviewPart::Note, " ", &plain("proposed:"));
            text(ReviewPart::New, "+", &plain(&sides.theirs));
            match &sides.both {
                Some(both) if both.text != sides.mine && both.text != sides.theirs => {
                    text(ReviewPart::Note, " ", &plain("both together:"));
                    text(ReviewPart::Both, "&", &plain(&both.text));
                }
                Some(_) => {}
                None => text(ReviewPart::Note, " ", &plain("both changed the same words")),
            }
        } else {
            let pieces = readable_diff(&hunk.old, &hunk.new);
            let of = |gone: Tag| -> Vec<(Tag, String)> {
                pieces.iter().filter(|(tag, _)| *tag != gone).cloned().collect()
            };
            let (before, after) = self.words_around(one, AROUND.min(width / 2));
            let among = |mut pieces: Vec<(Tag, String)>| {
                if !before.is_empty() {
                    pieces.insert(0, (Tag::Equal, before.clone()));
                }
                if !after.is_empty() {
                    pieces.push((Tag::Equal, after.clone()));
                }
                pieces
            };
            let (old, new) = (among(of(Tag::New)), among(of(Tag::Old)));
            let side = self.config.editor.hunks == HunkLayout::Side && width >= SIDE_BY_SIDE;
            if side && !hunk.old.is_empty() && !hunk.new.is_empty() {
                let half = (width - 5) / 2;
                let (left, right) = (wrapped(&old, half - 2), wrapped(&new, half - 2));
                for row in 0..left.len().max(right.len()).min(MOST_ROWS) {
                    let cell = |rows: &[Vec<(Tag, String)>], sign: &str| {
                        let mut all = vec![(Tag::Equal, format!("{sign} "))];
                        all.extend(rows.get(row).cloned().unwrap_or_default());
                        all
                    };
                    let mut pieces = vec![(Tag::Equal, "  ".to_owned())];
                    pieces.extend(cell(&left, if row == 0 { "-" } else { " " }));
                    let beside = cell(&right, if row == 0 { "+" } else { " " });
                    out.push(ReviewRow {
                        part: ReviewPart::Old,
                        item: Some(index),
                        chosen: true,
                        pieces,
                        beside: Some((half + 3, beside)),
                    });
                }
            } else {
                if !hunk.old.is_empty() {
                    text(ReviewPart::Old, "-", &old);
                }
                match hunk.new.is_empty() {
                    true => text(ReviewPart::Note, "+", &plain("(remove this)")),
                    false => text(ReviewPart::New, "+", &new),
                }
            }
        }
        let mut text = |part, sign: &str, body: &str| {
            chosen_rows(part, sign, &plain(body), (index, width), usize::MAX, out);
        };
        if one.again {
            let why = one.reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
            text(ReviewPart::Note, "·", &format!("You turned the same down{why}."));
        }
        if self.torn_ends(&one.doc, &self.session.open_in(&one.doc)).contains(&hunk.of) {
            text(ReviewPart::Note, "!", &format!("Left out of \"accept all\": {TORN}."));
        }
        if let Some(file) = &hunk.file {
            let words = format!(
                "{file} has a session of its own: Enter opens that and proposes this there."
            );
            text(ReviewPart::Note, "·", &words);
        }
        if let Some(why) = hunk.why.as_deref().filter(|why| !why.is_empty()) {
            text(ReviewPart::Note, "·", why);
        }
        if let Some(tolerated) = tolerated(hunk) {
            text(ReviewPart::Note, "~", tolerated.words);
        }
        if let Some(quoted) = hunk.quoted.as_deref().filter(|_| hunk.loose) {
            let shown: String = readable_diff(quoted, &hunk.old)
                .into_iter()
                .map(|(tag, text)| match tag {
                    Tag::Equal => text,
                    Tag::Old => format!("[-{text}-]"),
                    Tag::New => format!("{{+{text}+}}"),
                })
                .collect();
            text(ReviewPart::Note, " ", "the model quoted [-…-], there stands {+…+}:");
            text(ReviewPart::Like, "~", &shown);
        }
    }
}

pub(super) fn line(part: ReviewPart, item: Option<usize>, chosen: bool, text: String) -> ReviewRow {
    ReviewRow { part, item, chosen, pieces: vec![(Tag::Equal, text)], beside: None }
}

/// A text of the chosen hunk, at most so many rows; the sign stands in the first. Returns how many
/// rows there are more.
fn chosen_rows(
    part: ReviewPart,
    sign: &str,
    pieces: &[(Tag, String)],
    (index, width): (usize, usize),
    most: usize,
    out: &mut Vec<ReviewRow>,
) -> usize {
    let rows = wrapped(pieces, width.saturating_sub(4));
    let more = rows.len().saturating_sub(most);
    for (row, pieces) in rows.into_iter().take(most).enumerate() {
        let sign = if row == 0 { sign } else { " " };
        let mut all = vec![(Tag::Equal, format!("  {sign} "))];
        all.extend(pieces);
        out.push(ReviewRow { part, item: Some(index), chosen: true, pieces: all, beside: None });
    }
    more
}

/// Pieces cut into rows.
fn wrapped(pieces: &[(Tag, String)], width: usize) -> Vec<Vec<(Tag, String)>> {
    let rule = Rule { width: width.max(1), tab: 4, first: 0, indent: 0 };
    let text: String = pieces.iter().map(|(_, text)| text.as_str()).collect();
    let mut ends = Vec::new();
    let mut at = 0;
    for (tag, text) in pieces {
        at += text.len();
        ends.push((at, *tag));
    }
    let mut out = Vec::new();
    let mut start = 0;
    for body in text.trim_end_matches('\n').split('\n') {
        let starts = wrap_rows(body, rule);
        for (index, from) in starts.iter().enumerate() {
            let end = start + starts.get(index + 1).map_or(body.len(), |next| next.bytes);
            let mut from = start + from.bytes;
            let mut row = Vec::new();
            for (until, tag) in &ends {
                let to = (*until).min(end);
                if from < to {
                    row.push((*tag, text[from..to].to_owned()));
                    from = to;
                }
            }
            out.push(row);
        }
        start += body.len() + 1;
    }
    out
}
