//! The file beside the document: meeting it, taking in what changed outside, saving, leaving.

use super::conflict::has_conflict_markers;
use super::returned::returned;
use super::saved::{Base, base_of, brought_back, difference, is_before};
use super::{
    Ask, Cx, Dialog, Effect, FileStamp, Model, OpenedFile, Overlay, SaveMark, Ticket, Timer, Tone,
    Unsaved,
};
use crate::base::{AuthorId, DocId, EventId, OpId, Pos, WriterId, sha256_hex};
use crate::event::{Cause, CauseKind, Edit, Event, Op, Origin, Text, Version, is_like};
use crate::session::DocEntry;
use crate::text::{Applied, Change};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Milliseconds that another program has to tell of its save.
const EXPLAIN_MS: u64 = 500;

/// A save that is on its way.
#[derive(Clone, Debug)]
pub struct Saving {
    pub ticket: Ticket,
    pub doc: DocId,
    pub path: PathBuf,
    pub revision: u64,
    pub rope: ropey::Rope,
    pub version: Version,
    pub then_quit: bool,
    /// Another save was asked for meanwhile.
    pub again: Option<(PathBuf, bool)>,
}

/// What a save is about to put into the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    pub hash: String,
    pub version: Version,
}

impl Model {
    /// The document meets its file when both are opened.
    pub(super) fn meet_file(
        &mut self,
        file: Option<OpenedFile>,
        fresh: bool,
        plain: bool,
    ) -> Vec<Effect> {
        let Some(file) = file else {
            // A document that lives in its session only (a draft, an imported one) is kept there.
            if self.path.is_none()
                && (!fresh || self.entry().is_some_and(|entry| entry.document.is_empty()))
            {
                self.mark_saved(true);
            }
            return Vec::new();
        };
        if file.read_only {
            self.notify(Tone::Warning, "The file can't be written: save under another name.");
        }
        if plain {
            self.mark_saved(true);
            if self.preview {
                return Vec::new();
            }
            let kept = if self.ephemeral { "" } else { " with crash recovery" };
            self.notify(
                Tone::Warning,
                format!("Larger than 10 MB: plain editing{kept}, without history, proposals and decisions."),
            );
            return Vec::new();
        }
        let mut cx = Cx::new(self);
        if fresh {
            cx.hold();
            if file.exists {
                let change = Change::with_origin(
                    crate::base::Span::at(Pos(0)),
                    file.text.clone(),
                    Origin::outside(),
                );
                cx.edit_outside(&Version::default(), &change);
                cx.note_saved(&file.stamp);
                cx.model.meets(&file.stamp.hash);
            }
            cx.model.mark_saved(true);
        } else {
            if !cx.model.others {
                // The session file was read just now: nobody tells more in a moment.
                cx.model.puzzle = Some(file.stamp.clone());
            }
            cx.file_changed(&file);
            if let Some(path) = cx.model.path.clone().filter(|_| cx.model.preamble.is_empty()) {
                cx.bind(&path);
            }
        }
        cx.finish()
    }
}

impl Model {
    /// Asks whether a file without a session is one of those that are gone.
    pub(super) fn ask_renamed(&mut self, like: Vec<super::Like>) {
        let named =
            |one: &super::Like| format!("Go on with “{}”: {} % the same", one.title, one.percent);
        let mut lines = vec![
            "It has no session yet. There is one whose file is gone and whose text is much the same:"
                .to_owned(),
        ];
        if like.len() > 1 {
            lines[0] =
                "It has no session yet. There are some whose files are gone and whose texts \
                        are much the same:"
                    .to_owned();
        }
        lines.extend(like.iter().map(|one| format!("  {}", one.path.display())));
        lines.push(
            "Going on takes what is different in as a change from outside, which can be taken back \
             (Ctrl-E u). A new session leaves the old one as it is."
                .into(),
        );
        let key = |index: usize| if like.len() == 1 { 'y' } else { char::from(b'1' + index as u8) };
        let mut choices: Vec<_> = like
            .iter()
            .enumerate()
            .map(|(index, one)| (key(index), named(one), format!("dialog.choose {index}")))
            .collect();
        choices.push(('n', "Begin a new session".into(), "dialog.no".into()));
        let title = format!("Was {} renamed?", self.name());
        let ask = Ask::Renamed { like };
        self.ui.overlays.push(Overlay::Dialog(Dialog { ask, title, lines, choices, chosen: 0 }));
    }
}

impl Cx<'_> {
    /// Applies a change that came from elsewhere, at the version it was made on.
    pub fn edit_outside(&mut self, version: &Version, change: &Change) {
        if change.is_empty() {
            return;
        }
        let doc = self.model.doc.clone();
        self.post_outside(&doc, version, change, Vec::new());
        self.model.session.track_hunks();
        if !self.is_holding() {
            self.meet();
        }
    }

    /// The same, and nothing else. `of` are saves that it was decided over. Returns the last operation.
    pub(super) fn post_outside(
        &mut self,
        doc: &DocId,
        version: &Version,
        change: &Change,
        of: Vec<EventId>,
    ) -> Option<OpId> {
        self.seal_bursts();
        let mut change = change.clone();
        // What was here before keeps its origin.
        for one in change.0.iter_mut().filter(|one| one.src.is_empty()) {
            one.origin = Origin::outside();
        }
        let writer = self.mint(&AuthorId::outside(), Some(doc.clone()), true);
        let entry = self.model.session.documents.get_mut(doc)?;
        let applied =
            match entry.document.change_at(version, writer, &change, Some(CauseKind::Outside)) {
                Ok(applied) => applied,
                Err(why) => {
                    self.error(format!("The change from outside could not be taken in: {why}"));
                    return None;
                }
            };
        let width: u32 = applied.ops.iter().map(Op::width).sum();
        let last = (applied.start + width).checked_sub(1)?;
        self.post_edit(doc, writer, applied, CauseKind::Outside, of);
        Some(OpId { writer, counter: last })
    }

    /// An edit that is an event at once, not a part of a burst.
    pub(super) fn post_edit(
        &mut self,
        doc: &DocId,
        writer: WriterId,
        applied: Applied,
        kind: CauseKind,
        of: Vec<EventId>,
    ) {
        let cause = Cause { kind, proposal: None, hunk: None, part: None, of };
        let edit = Edit {
            doc: doc.clone(),
            start: applied.start,
            lamport: applied.lamport,
            deps: applied.deps,
            ops: applied.ops,
            cause: Some(cause),
            filled: false,
        };
        let model = &mut *self.model;
        let sealed =
            model.session.seal(&Event::DocumentEdited(edit), writer, model.now, &mut model.rand);
        model.session.record_own(&sealed);
        self.store_events(vec![sealed], Vec::new());
        self.text_changed(doc, &applied.delta);
    }

    /// Records that the shown version is what the file holds.
    fn note_saved(&mut self, stamp: &FileStamp) {
        let Some(entry) = self.model.entry() else { return };
        let (doc, version) = (self.model.doc.clone(), entry.document.version());
        self.append(&Event::DocumentSaved { doc, version, hash: Text::new(stamp.hash.clone()) });
    }

    /// What the file holds now: taken in, or asked about.
    pub fn file_changed(&mut self, file: &OpenedFile) {
        let Some(entry) = self.model.entry() else { return };
        if !entry.document.has_history() {
            if self.model.stamp.as_ref() != Some(&file.stamp) {
                self.warn("The file changed outside. In plain editing it is not taken in: save under another name, or open it again.");
            }
            return;
        }
        let text = entry.document.rope().to_string();
        if !file.exists {
            return self.file_gone();
        }
        self.model.gone = false;
        let Some(entry) = self.model.entry() else { return };
        // A save that was cut off between writing the file and recording it.
        let intent = self.model.intents.get(&self.model.doc);
        let intent = intent.filter(|intent| {
            intent.hash == file.stamp.hash
                && entry.saved.iter().all(|saved| saved.hash != intent.hash)
        });
        if let Some(intent) = intent.cloned() {
            self.model.intents.clear();
            let (doc, version) = (self.model.doc.clone(), intent.version);
            let hash = Text::new(intent.hash);
            self.append(&Event::DocumentSaved { doc, version, hash });
        }
        let Some(entry) = self.model.entry() else { return };
        let hash = &file.stamp.hash;
        let saved_last = entry.saved.last().is_some_and(|saved| saved.hash == *hash);
        let known = entry.saved.iter().rfind(|saved| saved.hash == *hash);
        let known = known.map(|saved| saved.version.clone());
        // Another program on this library, or git with the session file, may tell in a moment.
        let told = self.model.others && !saved_last
            || self.model.session_file.is_some() && known.is_none();
        let puzzling = told && file.text != text;
        if puzzling && self.model.puzzle.as_ref() != Some(&file.stamp) {
            self.model.puzzle = Some(file.stamp.clone());
            self.effect(Effect::Schedule { after_ms: EXPLAIN_MS, timer: Timer::File });
            return;
        }
        self.model.puzzle = None;
        // What was asked about the file before is settled by what it holds now: an answer would take
        // in what is not there any more.
        let asks = |overlay: &Overlay| {
            matches!(overlay, Overlay::Dialog(Dialog { ask: Ask::FileReverted { .. }, .. }))
        };
        self.model.ui.overlays.retain(|overlay| !asks(overlay));
        self.model.bom = file.bom;
        self.model.stamp = Some(file.stamp.clone());
        self.model.torn = false;
        let held = self.held_last();
        let last = held.clone().map(|(last, _)| last);
        let met = self.model.met.first().cloned();
        if file.text == text {
            self.model.meets(&file.stamp.hash);
            self.model.mark_saved(true);
            if !saved_last {
                self.note_saved(&file.stamp);
            }
            return;
        }
        // Where markers were saved as text, that is no merge.
        let entry = self.model.entry();
        let is_saved = known.as_ref().zip(entry).is_some_and(|(known, entry)| {
            entry.document.text_at(known).is_ok_and(|text| text == file.text)
        });
        if has_conflict_markers(&file.text) && !is_saved {
            self.meet_conflict(file);
            return;
        }
        if let Some(on) = self.decided_on(file) {
            return self.take_made_of(file, on);
        }
        // The file did not change here, or went on to what somebody else saved.
        let same = met.map_or(saved_last, |met| met == file.stamp.hash);
        let before = |known: &Version| {
            let document = self.model.entry().map(|entry| &entry.document);
            let older = document.zip(last.as_ref());
            !same && older.is_some_and(|(document, last)| is_before(document, known, last))
        };
        let older = known.as_ref().is_some_and(before);
        let late =
            older && known.as_ref().is_some_and(|known| self.came_late(&file.stamp.hash, known));
        if known.is_some() && (!older || late) {
            let words = match (late, saved_last) {
                (true, _) => self.late_words(&file.stamp.hash),
                (_, true) => {
                    "The file is as it was saved last; the text here goes beyond it.".into()
                }
                _ => "The file is as it was saved; the text here goes beyond it.".into(),
            };
            self.model.meets(&file.stamp.hash);
            if let Some(known) = &known {
                let (doc, held) = (self.model.doc.clone(), held.filter(|(_, certain)| *certain));
                self.follow_file(&doc, held.as_ref().map(|(held, _)| held), known);
            }
            let same = self.model.rope() == file.text.as_str();
            self.model.mark_saved(same);
            if !same {
                self.model.saved_rope = Some(ropey::Rope::from_str(&file.text));
                self.info(words);
            }
            return;
        }
        if older {
            return self.meet_older(file);
        }
        self.take_outside(file);
    }

    /// Takes in what the file holds, as an edit from outside against the version saved last.
    pub fn take_outside(&mut self, file: &OpenedFile) {
        let last = self.held_last();
        let (last, certain) = last.map_or((None, false), |(last, certain)| (Some(last), certain));
        let Some(entry) = self.model.entry() else { return };
        match base_of(entry, last.as_ref(), certain, &file.text) {
            Some(base) => self.take_made_of(file, base),
            None => self.error("None of the versions that were saved can be read."),
        }
    }

    /// The same, of a file that is known to be made of a version.
    fn take_made_of(&mut self, file: &OpenedFile, Base { version: base, text }: Base) {
        let last = self.held_last();
        let (last, certain) = last.map_or((None, false), |(last, certain)| (Some(last), certain));
        self.model.meets(&file.stamp.hash);
        if is_like(&text, &file.text) {
            // What git put together is what the session files bring.
            self.model.mark_saved(false);
            self.model.saved_rope = Some(ropey::Rope::from_str(&file.text));
            let (doc, hash) = (self.model.doc.clone(), Text::new(file.stamp.hash.clone()));
            self.append(&Event::DocumentSaved { doc: doc.clone(), version: base.clone(), hash });
            self.follow_file(&doc, last.filter(|_| certain).as_ref(), &base);
            if self.model.rope() == file.text.as_str() {
                self.model.mark_saved(true);
            }
            self.info(
                "The file has what came with the session file; the text here goes beyond it.",
            );
            return;
        }
        let doc = self.model.doc.clone();
        self.model.mark_saved(false);
        let before = self.model.session.accepted_there(&doc);
        let Some(entry) = self.model.entry() else { return };
        let older = brought_back(entry, &base, &file.stamp.hash);
        let is_older = older.is_some();
        let change = older.unwrap_or_else(|| returned(entry, &base, difference(&text, &file.text)));
        let held = last;
        let of = super::decided::decided_over(entry, &base, file);
        let Some(last) = self.post_outside(&doc, &base, &change, of) else { return };
        let edit = self.model.entry().and_then(DocEntry::last_outside);
        if let Some(edit) = edit.filter(|_| is_older) {
            self.verdicts_follow(&before, edit, false);
        }
        // Before what others did is met: the file's own version is known from then on, and so what
        // in it is theirs.
        let Some(entry) = self.model.entry() else { return };
        let alone = *entry.document.rope() == file.text.as_str();
        let now = entry.document.join(&base, &Version(vec![last])).ok();
        if alone {
            self.note_saved(&file.stamp);
        } else if let Some(version) = now.clone() {
            // The text has both: what the file holds is no news next time.
            let hash = Text::new(file.stamp.hash.clone());
            self.append(&Event::DocumentSaved { doc: doc.clone(), version, hash });
        }
        if let Some(now) = now {
            self.follow_file(&doc, held.filter(|_| certain).as_ref(), &now);
        }
        self.model.session.track_hunks();
        let explained = !self.is_holding() && self.meet();
        let Some(entry) = self.model.entry() else { return };
        let same = *entry.document.rope() == file.text.as_str();
        self.model.mark_saved(same);
        if same && !alone {
            self.note_saved(&file.stamp);
        }
        if !same {
            self.model.saved_rope = Some(ropey::Rope::from_str(&file.text));
        }
        self.info(match (same, explained) {
            (true, _) => "The file changed outside; the change is taken in.",
            (false, true) => "The file changed outside: it has some of what came with the session file, which stands once; the text here goes beyond it.",
            (false, false) => "The file changed outside; its change is taken in beside your unsaved text.",
        });
    }

    /// Writes the document to a file; the answer comes as an input.
    pub fn save_to(&mut self, path: PathBuf, then_quit: bool) {
        if let Some(saving) = self.model.saving.as_mut() {
            saving.again = Some((path, then_quit));
            return;
        }
        let own = self.model.path.as_ref() == Some(&path);
        if own && self.model.torn {
            self.error("The file holds conflict markers that can't be read, and what stands between them is not in the text here. Settle them in the file, then file.reload; or save under another name.");
            return;
        }
        self.seal_bursts();
        let Some(entry) = self.model.entry() else { return };
        let rope = entry.document.rope().clone();
        let (revision, version) = (entry.document.revision(), entry.document.version());
        let last = entry.saved.last().map(|saved| FileStamp { hash: saved.hash.clone() });
        let doc = self.model.doc.clone();
        let ticket = self.model.ui.next_ticket();
        // Another file: whatever stands there was never read here, so it must not be there.
        let mut expect: Vec<FileStamp> =
            self.model.stamp.clone().filter(|_| own).into_iter().collect();
        // What was saved last is in this text, even when something else stood there in between.
        expect.extend(last.filter(|_| own && !expect.is_empty()));
        let bom = self.model.bom;
        let mark = match &self.model.unsaved {
            _ if self.model.ephemeral || self.model.to_stdout => None,
            _ if self.model.has_history() => {
                let (session, doc, version) = (self.model.session.id, doc.clone(), version.clone());
                Some(SaveMark::Version { session, doc, version })
            }
            Some(Unsaved { id, rows, .. }) if *rows > 0 => {
                Some(SaveMark::Draft { id: id.clone(), rows: *rows })
            }
            _ => None,
        };
        self.model.saving = Some(Saving {
            ticket,
            doc: doc.clone(),
            path: path.clone(),
            revision,
            rope: rope.clone(),
            version,
            then_quit,
            again: None,
        });
        self.effect(Effect::SaveFile { doc, path, rope, bom, expect, mark, ticket });
    }

    /// A save is done or failed.
    pub fn saved(&mut self, ticket: Ticket, outcome: Result<(PathBuf, FileStamp), String>) {
        let Some(saving) = self.model.saving.take_if(|saving| saving.ticket == ticket) else {
            return;
        };
        match outcome {
            Err(why) => self.error(why),
            Ok((path, stamp)) => {
                let moved = self.model.path.as_ref() != Some(&path);
                self.model.path = Some(path.clone());
                self.model.stamp = Some(stamp.clone());
                self.model.gone = false;
                self.model.meets(&stamp.hash);
                self.model.saved_revision = Some(saving.revision);
                self.model.saved_rope = Some(saving.rope);
                if self.model.has_history() {
                    let doc = saving.doc.clone();
                    let hash = Text::new(stamp.hash);
                    self.append(&Event::DocumentSaved { doc, version: saving.version, hash });
                    self.bind(&path);
                    self.store_texts();
                    self.barrier();
                }
                self.info(format!("Saved to {}.", path.display()));
                if moved {
                    self.move_unsaved();
                }
                self.saved_unsaved();
                if let Some((path, then_quit)) = saving.again {
                    self.save_to(path, then_quit || saving.then_quit);
                } else if saving.then_quit {
                    self.leave();
                }
            }
        }
    }
}

/// The stamp of bytes.
pub fn stamp(bytes: &[u8]) -> FileStamp {
    FileStamp { hash: sha256_hex(bytes) }
}
