//! The kinds of events and their codec.
//!
//! Old kinds are never changed in meaning: they grow optional fields, or a new kind is made.
//! Unknown kinds are kept byte for byte by the envelope and not folded.

use super::{
    Anchor, BadLine, Branched, Brought, Edit, Envelope, HunkBody, HunkVerdict, Redaction, Taken,
    Tally, Text, Version,
};
use crate::base::{AuthorId, DocId, EventId, Millis, Rand, WriterId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an author is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthorKind {
    Person,
    Model,
    Agent,
}

/// An author as it is introduced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    pub author: AuthorId,
    pub kind: AuthorKind,
    /// A person's name; a model's `provider/model`.
    pub name: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageRole {
    Person,
    Model,
    /// A note of the program in the conversation. Never sent to a model.
    Note,
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageStatus {
    Complete,
    /// The person stopped it; what had come is kept.
    Cancelled,
    /// The provider failed in the middle; what had come is kept.
    Failed,
    /// It ended before it was whole, without a fault: cowrite ended, or, as the message's `error`
    /// says, the model's limit or the provider's filter cut it short. What had come is kept.
    Incomplete,
}

/// What a question asked for, when not just for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// A change of the whole document.
    Change,
    /// A rewrite of what its first link points at.
    Rewrite,
    /// A sentence or two where its first link points.
    Continue,
    /// A summary of what its first link points at, or of the document.
    Summary,
    /// Nobody asked: edits of the answer before, which found no place, are wanted once more.
    Repair,
}

/// Tokens as the provider counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub input: u64,
    pub output: u64,
    /// Of the input, read from the provider's cache.
    #[serde(default)]
    pub cached: u64,
    /// What it cost when it was made, in millionths of a US dollar; nothing where the price was
    /// not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecisionStatus {
    Proposed,
    Accepted,
    Rejected,
    Superseded,
}

/// One option of a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub name: Text,
    #[serde(default)]
    pub pros: Vec<Text>,
    #[serde(default)]
    pub cons: Vec<Text>,
}

/// What a decision or a comment points at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Link {
    Span { doc: DocId, start: Anchor, end: Anchor, quote: Text },
    Message(EventId),
    Hunk(EventId),
    Decision(EventId),
}

/// One field of a decision with a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecisionField {
    Title(Text),
    Status(DecisionStatus),
    Context(Text),
    Options(Vec<Choice>),
    Outcome(Text),
    Consequences(Text),
    Links(Vec<Link>),
    /// `YYYY-MM-DD`, or empty for none.
    Review(Text),
}

/// One recorded fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum Event {
    #[serde(rename = "session.created")]
    SessionCreated {
        title: Text,
        /// `cowrite/` and the version that made it.
        app: String,
        nonce: String,
        /// Of one that goes on from a point of another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Branched>,
        #[serde(flatten)]
        author: Author,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        brought: Option<Brought>,
    },
    #[serde(rename = "session.titled")]
    SessionTitled {
        title: Text,
        /// The settings of the title that this one replaces.
        replaces: Vec<EventId>,
    },
    #[serde(rename = "author.introduced")]
    AuthorIntroduced(Author),
    #[serde(rename = "author.same_as")]
    AuthorSameAs { author: AuthorId, same: AuthorId },
    /// The first event of every writer but the session's first.
    #[serde(rename = "writer.started")]
    WriterStarted {
        author: AuthorId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        doc: Option<DocId>,
    },
    #[serde(rename = "document.added")]
    DocumentAdded {
        doc: DocId,
        name: Text,
        /// The path relative to the repository, to find the document again in another clone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hint: Option<Text>,
    },
    #[serde(rename = "document.edited")]
    DocumentEdited(Edit),
    /// A version went to a file.
    #[serde(rename = "document.saved")]
    DocumentSaved {
        doc: DocId,
        version: Version,
        /// SHA-256 of the file's bytes, hexadecimal.
        hash: Text,
    },
    /// Local: which file on this machine a document is bound to.
    #[serde(rename = "document.bound")]
    DocumentBound {
        doc: DocId,
        /// Absolute; empty to unbind.
        path: Text,
    },
    #[serde(rename = "message.posted")]
    MessagePosted {
        role: MessageRole,
        /// The message before it on its branch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<EventId>,
        text: Text,
        /// Of an answer: how it ended.
        status: MessageStatus,
        /// Of an answer: `provider/model`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
        /// Of an answer that failed or was cut short: why, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Text>,
        /// Of a question: what it was about.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        links: Vec<Link>,
        /// Of a question: what it asked for, so that it can be asked again as what it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Asked>,
        /// Of an answer: what the model thought before it, where its provider shows that. Bounded;
        /// never sent to a model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasoning: Option<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        brought: Option<Brought>,
    },
    #[serde(rename = "message.pinned")]
    MessagePinned { message: EventId, pinned: bool, replaces: Vec<EventId> },
    #[serde(rename = "proposal.opened")]
    ProposalOpened {
        doc: DocId,
        /// The message that asked for it.
        question: EventId,
        /// The version the proposal is made for.
        version: Version,
        /// The span it is confined to, when something was selected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        span: Option<(Anchor, Anchor)>,
        /// `selection`, `whole` or `blocks`.
        dialect: String,
    },
    #[serde(rename = "hunk.made")]
    HunkMade {
        proposal: EventId,
        #[serde(flatten)]
        hunk: HunkBody,
    },
    /// The answer is read: what became of the edits that are no hunks.
    #[serde(rename = "proposal.closed")]
    ProposalClosed(Tally),
    #[serde(rename = "hunk.split")]
    HunkSplit {
        hunk: EventId,
        parts: Vec<HunkBody>,
        /// Of a split that is made again: what had taken it back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        replaces: Vec<EventId>,
    },
    #[serde(rename = "hunk.placed")]
    HunkPlaced {
        hunk: EventId,
        start: Anchor,
        end: Anchor,
        old: Text,
        /// Of a placing that is made again: what had taken it back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        replaces: Vec<EventId>,
    },
    #[serde(rename = "hunk.resolved")]
    HunkResolved {
        hunk: EventId,
        /// Which part of a split hunk, from 0; absent for a whole one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<u32>,
        verdict: HunkVerdict,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Text>,
        /// The edit that belongs to it: of an acceptance, that which put the text in; of a rejection,
        /// that which put the older text back; of what follows from going back to an older text, that
        /// which went back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edit: Option<EventId>,
        /// The verdicts this one replaces, and the collisions that were looked at.
        replaces: Vec<EventId>,
    },
    /// A merge brought edits into the text of an accepted hunk.
    #[serde(rename = "hunk.collided")]
    HunkCollided {
        hunk: EventId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<u32>,
        /// The edits.
        edits: Vec<EventId>,
    },
    #[serde(rename = "decision.recorded")]
    DecisionRecorded {
        title: Text,
        status: DecisionStatus,
        context: Text,
        options: Vec<Choice>,
        /// What was chosen, and because of what.
        outcome: Text,
        consequences: Text,
        links: Vec<Link>,
        /// `YYYY-MM-DD`, or empty.
        #[serde(default)]
        review: Text,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supersedes: Option<EventId>,
        /// Of one that was taken in from a file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        taken: Option<Taken>,
    },
    #[serde(rename = "decision.changed")]
    DecisionChanged {
        decision: EventId,
        field: DecisionField,
        /// The settings of the same field that this one replaces.
        replaces: Vec<EventId>,
        /// Of a status `accepted`: the settings of every other field that are accepted with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        accepts: Vec<EventId>,
        /// Of a status: why, in the words of who set it, where they gave any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Text>,
    },
    /// A named version of everything in the session.
    #[serde(rename = "checkpoint.made")]
    CheckpointMade {
        name: Text,
        /// What each document said, whatever a merge puts before it in order of display.
        versions: Vec<(DocId, Version)>,
    },
    /// A word about a text, or an answer to one.
    #[serde(rename = "comment.posted")]
    CommentPosted {
        /// Of the first of a thread: the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Link>,
        /// Of an answer: the first of its thread.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<EventId>,
        text: Text,
    },
    /// A thread is done, or open again.
    #[serde(rename = "comment.resolved")]
    CommentResolved {
        /// The first of the thread.
        comment: EventId,
        resolved: bool,
        /// The answers that it was said about: with a later one, or one that was not seen, the
        /// thread is open.
        answers: Vec<EventId>,
        /// The settings that this one replaces.
        replaces: Vec<EventId>,
    },
    /// Local: bytes that left this machine for a model.
    #[serde(rename = "egress.recorded")]
    EgressRecorded {
        question: EventId,
        provider: String,
        address: Text,
        model: Text,
        bytes: u64,
        /// SHA-256 of the request's body, hexadecimal.
        hash: Text,
        /// The request's body, byte for byte.
        request: Text,
    },
    /// Words were taken out of the log for good.
    #[serde(rename = "event.redacted")]
    EventRedacted(Redaction),
    /// Local: the same of events that never left this machine.
    #[serde(rename = "record.redacted")]
    RecordRedacted(Redaction),
    /// A person signed the log, as far as it is known here, with an SSH key.
    #[serde(rename = "log.attested")]
    LogAttested {
        /// What is signed: the events that no other of these names as a parent, sorted.
        heads: Vec<EventId>,
        /// How many shared events that covers.
        count: u64,
        /// What the signature is about, where it is about one thing: a decision.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<EventId>,
        /// Of that decision: the settings of its fields as they are signed, sorted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        settings: Vec<EventId>,
        /// Who signed, as the payload says it.
        who: Text,
        /// The public key, as it stands in an `allowed_signers` file.
        key: Text,
        /// The signature, armored, as `ssh-keygen -Y sign` writes it.
        sig: Text,
    },
}

/// The kinds that never leave this machine.
const LOCAL_KINDS: [&str; 3] = ["document.bound", "egress.recorded", "record.redacted"];

/// Why an event's data does not have its kind's shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// From a newer version, or another program.
    #[error("unknown kind {0}")]
    UnknownKind(String),
    #[error("{kind}: {why}")]
    Shape { kind: String, why: String },
    #[error(transparent)]
    Bodies(#[from] BadLine),
}

impl Event {
    fn parts(&self) -> (String, Value) {
        // The derive serializes plain structs of strings and integers: it cannot fail.
        let mut value = serde_json::to_value(self).unwrap_or_default();
        let kind = value["kind"].as_str().unwrap_or_default().to_owned();
        (kind, value["data"].take())
    }

    /// The data as it goes into [`Envelope::new`].
    pub fn data(&self) -> Value {
        self.parts().1
    }

    /// Whether events of this kind stay on this machine, with writers of their own.
    pub fn is_local_kind(kind: &str) -> bool {
        LOCAL_KINDS.contains(&kind)
    }

    /// Puts the event into an envelope.
    #[allow(clippy::too_many_arguments, reason = "the envelope's fields, once")]
    pub fn seal(
        &self,
        session: Option<EventId>,
        writer: WriterId,
        n: u64,
        lamport: u64,
        parents: Vec<EventId>,
        at: Millis,
        salts: &mut Rand,
    ) -> Envelope {
        let (kind, data) = self.parts();
        Envelope::new(&kind, session, writer, n, lamport, parents, at, data, salts)
    }

    /// Reads an envelope's kind and data.
    pub fn decode(envelope: &Envelope) -> Result<Self, Undecodable> {
        let data = envelope.data_with_texts()?;
        // The kind first: what comes after it is then read as what it is.
        let fields = [("kind", Value::from(envelope.kind.as_str())), ("data", data)];
        let form = serde::de::value::MapDeserializer::new(fields.into_iter());
        Self::deserialize(form).map_err(|why: serde_json::Error| {
            let why = why.to_string();
            if why.starts_with("unknown variant") {
                Undecodable::UnknownKind(envelope.kind.clone())
            } else {
                Undecodable::Shape { kind: envelope.kind.clone(), why }
            }
        })
    }
}

impl Envelope {
    /// Whether the event never leaves this machine.
    pub fn is_local(&self) -> bool {
        Event::is_local_kind(&self.kind)
    }
}
