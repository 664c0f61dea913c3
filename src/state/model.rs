//! The model itself, and how one is made for a session that was opened.

use super::{Effect, FileStamp, Queued, Turn, Ui};
use crate::base::config::Config;
use crate::base::{AuthorId, DocId, EventId, Millis, Pos, Rand, WriterId};
use crate::event::{Author, AuthorKind, BurstHead, Envelope, Event, Text, WipOp};
use crate::provider::{Offer, Provider};
use crate::session::{Attempt, DocEntry, Session};
use crate::text::{Change, Document};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

/// The person at the keyboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    pub author: AuthorId,
    pub name: String,
}

/// The writers that this process minted, by what they write.
#[derive(Debug, Default)]
pub struct Minted {
    /// The person's, for everything but text.
    pub person: Option<WriterId>,
    /// The person's, by document.
    pub text: BTreeMap<DocId, WriterId>,
    /// For what never leaves this machine.
    pub local: Option<WriterId>,
    /// Models', by author.
    pub models: BTreeMap<AuthorId, WriterId>,
}

/// A burst of typing that is not sealed yet.
#[derive(Debug)]
pub struct Burst {
    pub head: BurstHead,
    pub rows: Vec<WipOp>,
}

/// What the runtime found when it opened something: a session with its events, or nothing yet.
#[derive(Default)]
pub struct Opened {
    pub session: Option<EventId>,
    /// Its events, where they are not folded yet.
    pub events: Vec<Envelope>,
    /// The session itself, where it is.
    pub folded: Option<Session>,
    /// The document to show, when the session has several.
    pub doc: Option<DocId>,
    /// View state of the session: carets, drafts, scroll.
    pub view: BTreeMap<String, String>,
    /// The file to edit, with its decoded text; `None` for a document without a file.
    pub file: Option<OpenedFile>,
    /// Above the limit for history: plain-file mode.
    pub plain: bool,
    /// Unsaved text of the last run that is no part of a session.
    pub draft: Option<super::OpenedDraft>,
    /// Of a file without a session: those it may belong to, as their own files are gone and their
    /// texts are like it. The most like first.
    pub like: Vec<Like>,
    /// Another session of the file, which has one.
    pub beside: Option<super::Beside>,
    /// How models fared with their edits in other sessions, where that was asked already.
    pub fared: Vec<Attempt>,
    /// What to tell the person once the workspace is there.
    pub notes: Vec<String>,
    /// Where the text goes at the end, when it came through a pipe.
    pub to_stdout: bool,
    /// The last row of the log that is in `events`.
    pub last_rid: i64,
    /// Nothing of this is kept in the library: for use as `$EDITOR`.
    pub ephemeral: bool,
    /// Only for a first look; takes no keys.
    pub preview: bool,
    /// How many lines the text has, where only its beginning is here.
    pub lines: Option<usize>,
}

/// A session without its file whose text is like that of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    pub session: EventId,
    pub title: String,
    /// Where its file was.
    pub path: PathBuf,
    /// How much of both texts is the same.
    pub percent: u8,
}

/// A file as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenedFile {
    pub path: PathBuf,
    pub text: String,
    pub bom: bool,
    /// Whether there is a file yet.
    pub exists: bool,
    pub stamp: FileStamp,
    /// The path relative to the repository around it.
    pub hint: Option<String>,
    pub read_only: bool,
    /// Hashes of the versions that were committed in its repository before the committed one that it
    /// holds; empty where it holds another.
    pub committed: BTreeSet<String>,
}

/// How many of the versions that the file held are remembered.
const MET: usize = 64;

/// Everything.
pub struct Model {
    pub session: Session,
    pub doc: DocId,
    pub me: Me,
    pub config: Config,
    pub now: Millis,
    pub rand: Rand,
    pub minted: Minted,
    pub bursts: BTreeMap<DocId, Burst>,
    /// Events that exist only here until the first real one: a session that was opened and left
    /// untouched leaves nothing behind.
    pub preamble: Vec<Envelope>,
    pub path: Option<PathBuf>,
    /// The session file on this machine, once it was shared or opened from one.
    pub session_file: Option<PathBuf>,
    pub bom: bool,
    /// What the file held when it was last read or written here.
    pub stamp: Option<FileStamp>,
    /// The hashes of what the file held when it was met here, also in earlier runs. The last first.
    pub met: Vec<String>,
    /// The revision of the document that is in the file.
    pub saved_revision: Option<u64>,
    /// The text that is in the file, where it is known: text that is equal is not modified.
    pub saved_rope: Option<ropey::Rope>,
    pub to_stdout: bool,
    pub ephemeral: bool,
    pub ui: Ui,
    pub turn: Option<Turn>,
    pub queue: VecDeque<Queued>,
    /// A question that goes out as soon as a model is chosen.
    pub waiting: Option<Queued>,
    /// Everything that could answer.
    pub offers: Vec<Offer>,
    /// The provider that answers.
    pub provider: Option<Arc<dyn Provider>>,
    /// The model's name at the provider.
    pub model_name: Option<String>,
    /// Its context window in tokens, where it is known.
    pub window: Option<u64>,
    /// The model that answered before, as `provider/model`.
    pub previous: Option<String>,
    /// The person agreed to everything that would be asked, for this run.
    pub agreed: bool,
    /// Why the last attempt to store failed; tried again until it works.
    pub store_trouble: Option<String>,
    /// A model is being fetched: how far it is, in words.
    pub fetching: Option<String>,
    /// Another program works on the same library.
    pub others: bool,
    /// How models fared with their edits in other sessions of the library, the oldest first.
    pub fared: Vec<Attempt>,
    /// Leaves when the ticket comes back, for something else or for good.
    pub quitting: Option<(super::Ticket, Option<super::Open>)>,
    /// What is said as done once it is on the disk.
    pub held_notice: Option<(super::Ticket, super::Notice)>,
    pub saving: Option<super::Saving>,
    /// Where text that is no part of a session (yet) is kept until it is saved.
    pub unsaved: Option<super::Unsaved>,
    /// Saves that were begun when the session was open last.
    pub intents: BTreeMap<DocId, super::Intent>,
    /// A file that changed while another program is at work: it may be that program's save, of
    /// which it will tell in a moment.
    pub puzzle: Option<FileStamp>,
    /// What the file holds has conflict markers that can't be read: it is not written over.
    pub torn: bool,
    /// The file went away while the text was open.
    pub gone: bool,
    pub last_edit: Millis,
    /// When the text of a document was last made findable, and at which revision.
    pub text_rows: BTreeMap<DocId, (Millis, u64)>,
    /// Redactions of others that were agreed to.
    pub redactions_agreed: BTreeSet<EventId>,
    /// The request that left last, for reading.
    pub last_sent: Option<Sent>,
    /// What is said when the session was read anew, and why.
    pub reload_words: Option<String>,
    /// Only for a first look; takes no keys.
    pub preview: bool,
    /// A point of the past that is shown in place of now.
    pub past: Option<Box<super::Past>>,
    /// Something is looked at to be shared, or is on its way into the session file.
    pub sharing: bool,
    /// The log is being checked, and what is known of its signatures.
    pub checking: bool,
    pub signatures: super::Signatures,
    /// The sessions of others that were offered for this text and are not wanted.
    pub beside_kept: String,
    /// What leaving did with text that is not saved, said once the terminal is given back.
    pub farewell: Option<String>,
}

/// A request that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub address: String,
    pub model: String,
    pub body: String,
    pub hash: String,
}

impl Model {
    /// Builds the model of what was opened. Returns it with what must be done at once.
    pub fn open(
        opened: Opened,
        me: Me,
        config: Config,
        ui: Ui,
        now: Millis,
        rand: Rand,
    ) -> (Self, Vec<Effect>) {
        let mut rand = rand;
        let mut preamble = Vec::new();
        let mut opened = opened;
        let (mut session, minted) = match (opened.folded.take(), opened.session) {
            (Some(session), _) => (session, Minted::default()),
            (None, Some(id)) => (Session::fold(id, &opened.events), Minted::default()),
            (None, None) => Self::fresh_session(&opened, &me, now, &mut rand, &mut preamble),
        };
        let plain = opened.plain || opened.preview;
        if let Some(file) = opened.file.as_ref().filter(|_| plain) {
            let doc = opened.doc.clone().or_else(|| session.first_document().cloned());
            let doc = doc.unwrap_or_else(|| fresh_doc(&mut rand, now));
            let entry =
                session.documents.entry(doc.clone()).or_insert_with(|| DocEntry::new(doc.clone()));
            entry.document = Document::plain(doc, ropey::Rope::from_str(&file.text));
        }
        session.track_hunks();
        let doc = opened.doc.clone().or_else(|| session.first_document().cloned());
        let doc = doc.unwrap_or_else(|| fresh_doc(&mut rand, now));
        session.documents.entry(doc.clone()).or_insert_with(|| DocEntry::new(doc.clone()));
        let mut model = Self {
            session,
            doc,
            me,
            config,
            now,
            rand,
            minted,
            bursts: BTreeMap::new(),
            preamble,
            // What came through a pipe has none.
            path: opened.file.as_ref().filter(|_| !opened.to_stdout).map(|file| file.path.clone()),
            session_file: opened.view.get(super::SESSION_FILE).map(PathBuf::from),
            bom: opened.file.as_ref().is_some_and(|file| file.bom),
            stamp: opened.file.as_ref().map(|file| file.stamp.clone()),
            met: Vec::new(),
            saved_revision: None,
            saved_rope: None,
            to_stdout: opened.to_stdout,
            ephemeral: opened.ephemeral,
            ui,
            turn: None,
            queue: VecDeque::new(),
            waiting: None,
            offers: Vec::new(),
            provider: None,
            model_name: None,
            window: None,
            previous: None,
            agreed: false,
            store_trouble: None,
            fetching: None,
            others: false,
            fared: opened.fared,
            quitting: None,
            held_notice: None,
            saving: None,
            unsaved: None,
            intents: BTreeMap::new(),
            puzzle: None,
            torn: false,
            gone: false,
            last_edit: Millis::default(),
            text_rows: BTreeMap::new(),
            redactions_agreed: BTreeSet::new(),
            last_sent: None,
            reload_words: None,
            preview: opened.preview,
            past: None,
            sharing: false,
            checking: false,
            signatures: super::Signatures::default(),
            beside_kept: opened.view.get(super::BESIDE_KEPT).cloned().unwrap_or_default(),
            farewell: None,
        };
        model.ui.lines = opened.lines;
        model.ui.tour = super::tour::is_tour(&model.session).then(Default::default);
        model.restore_view(&opened.view);
        let mut effects = if plain { Vec::new() } else { model.settle_merge() };
        effects.extend(model.meet_file(opened.file, opened.session.is_none(), plain));
        effects.extend(model.meet_draft(opened.draft.take()));
        if !opened.preview && !opened.like.is_empty() {
            model.ask_renamed(opened.like);
        }
        if model.unknown().is_some_and(|all| !all.is_empty()) {
            let words = "You are here for the first time: /handoff tells what others did so far.";
            model.notify(super::Tone::Info, words);
        }
        for note in opened.notes {
            model.notify(super::Tone::Warning, note);
        }
        (model, effects)
    }

    /// A session that nobody has written in: its first events stay in memory until they matter.
    fn fresh_session(
        opened: &Opened,
        me: &Me,
        now: Millis,
        rand: &mut Rand,
        preamble: &mut Vec<Envelope>,
    ) -> (Session, Minted) {
        let name = opened.file.as_ref().and_then(|file| file.path.file_name());
        let name =
            name.map_or_else(|| "Untitled".to_owned(), |name| name.to_string_lossy().into_owned());
        let created = Event::SessionCreated {
            title: Text::new(name.clone()),
            app: concat!("cowrite/", env!("CARGO_PKG_VERSION")).into(),
            nonce: rand.salt(),
            from: None,
            author: Author {
                author: me.author.clone(),
                kind: AuthorKind::Person,
                name: Text::new(me.name.clone()),
            },
            brought: None,
        };
        let writer = rand.writer();
        let created = created.seal(None, writer, 0, 0, Vec::new(), now, rand);
        let mut session = Session::new(created.id);
        session.apply(&created);
        preamble.push(created);
        let doc = fresh_doc(rand, now);
        let hint = opened.file.as_ref().and_then(|file| file.hint.clone()).map(Text::new);
        let added = Event::DocumentAdded { doc, name: Text::new(name), hint };
        let added = session.seal(&added, writer, now, rand);
        session.apply(&added);
        preamble.push(added);
        (session, Minted { person: Some(writer), ..Minted::default() })
    }

    /// The document that is shown.
    pub fn entry(&self) -> Option<&DocEntry> {
        self.session.documents.get(&self.doc)
    }

    pub fn entry_mut(&mut self) -> Option<&mut DocEntry> {
        self.session.documents.get_mut(&self.doc)
    }

    /// The rope that is shown; O(1) to clone.
    pub fn rope(&self) -> ropey::Rope {
        if let Some(past) = &self.past {
            return past.rope.clone();
        }
        self.entry().map(|entry| entry.document.rope().clone()).unwrap_or_default()
    }

    /// The document's name, for the status line.
    pub fn name(&self) -> String {
        match (&self.path, self.entry()) {
            (Some(path), _) => path
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            (None, _) if self.to_stdout => "standard input".into(),
            (None, Some(entry)) if !entry.name.is_empty() => entry.name.clone(),
            _ => "Untitled".into(),
        }
    }

    pub fn caret(&self) -> super::Caret {
        let (mut caret, len) = match &self.past {
            Some(past) => (past.caret, past.rope.len_chars()),
            None => {
                let len = self.entry().map_or(0, |entry| entry.document.rope().len_chars());
                (self.ui.carets.get(&self.doc).copied().unwrap_or_default(), len)
            }
        };
        caret.pos = Pos(caret.pos.0.min(len));
        caret.anchor = caret.anchor.map(|anchor| Pos(anchor.0.min(len)));
        caret
    }

    pub fn set_caret(&mut self, caret: super::Caret) {
        if let Some(past) = self.past.as_mut() {
            past.caret = caret;
            return;
        }
        self.ui.carets.insert(self.doc.clone(), caret);
    }

    /// The file holds what has this hash.
    pub fn meets(&mut self, hash: &str) {
        self.met.retain(|met| met != hash);
        self.met.insert(0, hash.to_owned());
        self.met.truncate(MET);
    }

    /// Remembers what the file holds: the text as it is now, or something that is not known.
    pub fn mark_saved(&mut self, known: bool) {
        let here = self.entry().filter(|_| known);
        let here = here.map(|entry| (entry.document.revision(), entry.document.rope().clone()));
        self.saved_revision = here.as_ref().map(|(revision, _)| *revision);
        self.saved_rope = here.map(|(_, rope)| rope);
    }

    /// Whether the document holds text that its file does not.
    pub fn is_modified(&self) -> bool {
        let Some(entry) = self.entry() else { return false };
        let rope = entry.document.rope();
        match self.saved_revision {
            Some(saved) if entry.document.revision() == saved => false,
            _ if self.saved_rope.as_ref().is_some_and(|saved| equal(saved, rope)) => false,
            Some(_) => true,
            // The tour is kept in the library, and belongs into no file.
            None => {
                self.ui.tour.is_none()
                    && (entry.document.rope().len_chars() > 0 || self.path.is_some())
            }
        }
    }

    /// Open hunks of the shown document.
    pub fn frame_open(&self) -> usize {
        self.ui.frame.open
    }

    /// Whether what is written is kept as history.
    pub fn has_history(&self) -> bool {
        self.entry().is_some_and(|entry| entry.document.has_history())
    }

    /// The last edits of this person come first in undo.
    pub fn is_me(&self, author: &AuthorId) -> bool {
        self.session.is_same(author, &self.me.author)
    }

    pub fn notify(&mut self, tone: super::Tone, text: impl Into<String>) {
        self.ui.notice = Some(super::Notice { tone, text: text.into(), at: self.now });
    }

    /// A notice that only tells something goes away: something newer is there.
    pub fn drop_info(&mut self) {
        self.ui.notice.take_if(|notice| notice.tone == super::Tone::Info);
    }

    /// The open hunk at the caret: of those that are drawn as part of its line the nearest.
    pub fn hunk_here(&self) -> Option<crate::session::OpenHunk> {
        if !self.session.proposals.has_open() || self.past.is_some() {
            return None;
        }
        let mut open = self.session.open_in(&self.doc);
        let at = super::hunk_rows::at_caret(&self.rope(), &open, self.caret().pos)?;
        Some(open.swap_remove(at))
    }

    /// The whole text as a change against what is there, for outside changes.
    pub fn difference(old: &ropey::Rope, new: &str) -> Change {
        crate::text::diff(&old.to_string(), new)
    }
}

/// Whether two texts are the same. Of those above the limit for history it is not known: comparing
/// them would take longer than a key may.
fn equal(one: &ropey::Rope, other: &ropey::Rope) -> bool {
    const MOST: usize = 10 * 1024 * 1024;
    one.len_bytes() == other.len_bytes() && one.len_bytes() <= MOST && one == other
}

pub(super) fn fresh_doc(rand: &mut Rand, now: Millis) -> DocId {
    DocId::of(&rand.ulid(now))
}
