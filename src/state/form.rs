//! Forms: their fields, and the list of what a decision is linked to. View state; never an event.

use super::{ListState, Model};
use crate::base::EventId;
use crate::event::Link;
use crate::session::HunkRef;
use crate::text::Field;

/// The fields of the decision form, in order.
pub const FORM_FIELDS: [&str; 6] =
    ["Title", "Context", "Options", "Outcome, because", "Consequences", "Review on"];

/// What a form is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormKind {
    /// `editing` is the decision that is changed, with its fields as they were shown.
    Decision { editing: Option<EventId>, was: Vec<String>, supersedes: Option<EventId> },
    /// The new text of a hunk, to be changed before it is accepted, with the lines as they stood.
    EditHunk { hunk: HunkRef, was: String },
}

/// A form: fields with labels, the last keys of which submit or leave it.
#[derive(Debug)]
pub struct Form {
    pub kind: FormKind,
    pub title: String,
    pub labels: Vec<&'static str>,
    pub fields: Vec<Field>,
    /// What stood in the fields at first.
    pub began: Vec<String>,
    /// Of a decision: what it is linked to. They come after the fields.
    pub links: Option<LinkList>,
    pub focus: usize,
}

impl Form {
    pub fn new(
        kind: FormKind,
        title: String,
        labels: Vec<&'static str>,
        began: Vec<String>,
    ) -> Self {
        let field = |text: &String| {
            let mut field = Field::default();
            field.set_text(text);
            field
        };
        let fields = began.iter().map(field).collect();
        Self { kind, title, labels, fields, began, links: None, focus: 0 }
    }

    /// What stands in the fields.
    pub fn values(&self) -> Vec<String> {
        self.fields.iter().map(|field| field.rope().to_string()).collect()
    }

    /// Whether leaving it would lose something.
    pub fn is_changed(&self) -> bool {
        let links = self.links.as_ref();
        self.values() != self.began || links.is_some_and(LinkList::is_changed)
    }

    /// How many places the keys can be in.
    pub fn stops(&self) -> usize {
        self.fields.len() + usize::from(self.links.is_some())
    }

    /// Whether the links have the keys.
    pub fn is_on_links(&self) -> bool {
        self.links.is_some() && self.focus == self.fields.len()
    }

    /// Whether the field with the focus is of many lines.
    pub fn takes_lines(&self) -> bool {
        !matches!(self.labels.get(self.focus), None | Some(&("Title" | "Review on")))
    }

    /// Whether it is about the same thing as another: a new decision, one decision, one hunk.
    pub fn is_about(&self, other: &FormKind) -> bool {
        match (&self.kind, other) {
            (
                FormKind::Decision { editing, supersedes, .. },
                FormKind::Decision { editing: other, supersedes: old, .. },
            ) => (editing, supersedes) == (other, old),
            (FormKind::EditHunk { hunk, .. }, FormKind::EditHunk { hunk: other, .. }) => {
                hunk == other
            }
            _ => false,
        }
    }
}

/// What a decision can be linked to, each on or off.
#[derive(Debug, Default)]
pub struct LinkList {
    /// The links as they would be recorded.
    pub on: Vec<Link>,
    /// Those of the decision before it is changed; of a new one, those that were put on for it.
    began: Vec<Link>,
    /// The rows that stand first: the texts, and what was linked when the form opened. The other
    /// messages follow, newest first.
    first: Vec<Link>,
    pub list: ListState,
}

impl LinkList {
    /// A list in which `on` is linked and `offered` is not.
    pub fn new(on: Vec<Link>, offered: Option<Link>) -> Self {
        let mut first = on.clone();
        first.extend(offered.filter(|link| !on.contains(link)));
        first.sort_by_key(|link| !matches!(link, Link::Span { .. }));
        Self { began: on.clone(), on, first, list: ListState::default() }
    }

    /// Whether other links are on than at first, in whatever order.
    pub fn is_changed(&self) -> bool {
        self.on.len() != self.began.len() || self.on.iter().any(|link| !self.began.contains(link))
    }

    pub fn is_on(&self, link: &Link) -> bool {
        self.on.contains(link)
    }

    /// Links what was not linked, and the other way round.
    pub fn toggle(&mut self, link: &Link) {
        match self.on.iter().position(|on| on == link) {
            Some(at) => drop(self.on.remove(at)),
            None => self.on.push(link.clone()),
        }
    }

    /// The selection is another one: it is linked instead of the texts that were offered before.
    pub fn select(&mut self, span: Link) {
        let is_text = |link: &Link| matches!(link, Link::Span { .. });
        self.first.retain(|link| !is_text(link));
        self.on.retain(|link| !is_text(link));
        self.first.insert(0, span.clone());
        self.on.insert(0, span);
    }

    /// How many rows there are. The other messages are counted, not listed: there may be many.
    pub fn len(&self, model: &Model) -> usize {
        let transcript = &model.session.transcript;
        let listed = |link: &&Link| match link {
            Link::Message(id) => transcript.get(id).is_some(),
            _ => false,
        };
        self.first.len() + transcript.len() - self.first.iter().filter(listed).count()
    }

    pub fn is_empty(&self, model: &Model) -> bool {
        self.len(model) == 0
    }

    /// The rows in their order.
    pub fn rows<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = Link> + 'a {
        let messages = model.session.transcript.iter().rev();
        let others = messages.map(|message| Link::Message(message.id));
        let others = others.filter(|link| !self.first.contains(link));
        self.first.iter().cloned().chain(others)
    }
}

/// The last search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Find {
    pub what: String,
    pub with: String,
    pub regex: bool,
    /// How many hits there are and which is selected, in words; while the prompt is open.
    pub count: String,
}
