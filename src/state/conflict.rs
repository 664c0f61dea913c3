//! A text file in the middle of a merge: git's markers are never text, and what stands between and
//! beside them is lost by nobody's save.

use super::saved::{saved_last, settled, tips};
use super::{Cx, FileStamp, OpenedFile};
use crate::base::sha256_hex;
use crate::event::{Event, Text};
use crate::session::DocEntry;
use std::collections::BTreeSet;

/// Whether a line parts the sides, and does not underline a heading.
fn is_bar(line: &str) -> bool {
    line.trim_end() == "======="
}

/// Whether a file is in the middle of a merge.
pub(super) fn has_conflict_markers(text: &str) -> bool {
    let starts = |marker: &str| text.lines().any(|line| line.starts_with(marker));
    starts("<<<<<<< ") && text.lines().any(is_bar) && starts(">>>>>>> ")
}

/// Of which side a line in a file with markers is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Both,
    Ours,
    /// As both had it, in the longer form of markers.
    Base,
    Theirs,
}

/// The lines of a file without the markers; nothing when those make no sense.
fn lines(text: &str) -> Option<Vec<(Side, &str)>> {
    let mut side = Side::Both;
    let mut out = Vec::new();
    for line in text.split_inclusive('\n') {
        let is = |marker: &str| line.starts_with(marker);
        side = match side {
            Side::Both if is("<<<<<<< ") => Side::Ours,
            Side::Ours if is("||||||| ") || line.trim_end() == "|||||||" => Side::Base,
            Side::Ours | Side::Base if is_bar(line) => Side::Theirs,
            // Nobody can say which of two parts the sides.
            Side::Theirs if is_bar(line) => return None,
            Side::Theirs if is(">>>>>>> ") => Side::Both,
            _ if is("<<<<<<< ") || is(">>>>>>> ") => return None,
            _ => {
                out.push((side, line));
                continue;
            }
        };
    }
    (side == Side::Both).then_some(out)
}

/// The lines of the text and of what was saved of it.
fn known(entry: &DocEntry) -> BTreeSet<String> {
    let document = &entry.document;
    let then = saved_last(entry).filter_map(|version| document.text_at(version).ok());
    let texts: Vec<String> = then.chain([document.rope().to_string()]).collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    lines.map(|line| line.trim_end().to_owned()).collect()
}

impl Cx<'_> {
    /// The file holds markers. What stands in it and nowhere here, as somebody's who does not use
    /// this program, is taken in: so that saving over the markers loses nothing.
    pub(super) fn meet_conflict(&mut self, file: &OpenedFile) {
        let Some(entry) = self.model.entry() else { return };
        let Some(lines) = lines(&file.text) else {
            self.model.mark_saved(false);
            self.model.torn = true;
            self.warn("The file holds conflict markers that can't be read: it is not taken in, and not written over. Settle them in the file, then file.reload; or save under another name.");
            return;
        };
        let known = known(entry);
        let is_new = |line: &str| !known.contains(line.trim_end());
        let brings = lines.iter().any(|(side, line)| *side != Side::Base && is_new(line));
        if brings {
            let taken = |(side, line): &&(Side, &str)| match side {
                Side::Both | Side::Ours => true,
                Side::Theirs => is_new(line),
                Side::Base => false,
            };
            let text: String = lines.iter().filter(taken).map(|(_, line)| *line).collect();
            let stamp = FileStamp { hash: sha256_hex(text.as_bytes()) };
            self.take_outside(&OpenedFile { text, stamp, ..file.clone() });
        }
        let Some(entry) = self.model.entry() else { return };
        // All that both sides saved is here: what the file has when it is settled is made of that.
        let tips = tips(entry);
        let version = tips.split_first().and_then(|(first, rest)| {
            let document = &entry.document;
            rest.iter().try_fold(first.clone(), |all, one| document.join(&all, one).ok())
        });
        let version = version.map(|version| settled(entry, version));
        let is_noted = entry.saved.iter().any(|saved| saved.hash == file.stamp.hash);
        if let Some(version) = version.filter(|_| !is_noted) {
            let (doc, hash) = (self.model.doc.clone(), Text::new(file.stamp.hash.clone()));
            self.append(&Event::DocumentSaved { doc, version, hash });
        }
        self.model.meets(&file.stamp.hash);
        self.model.mark_saved(false);
        self.warn(match brings {
            true => "The file holds conflict markers. What of it was nowhere else is taken in: settle it in the text here, then save; or settle the markers in the file, then file.reload.",
            false => "The file holds conflict markers; all that stands in it is in the text here. Settle them in the file, then file.reload; or save, which writes the text shown here over them.",
        });
    }
}
