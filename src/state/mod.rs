//! The model: one session, what the screen shows, and what a command may do with both.
//!
//! Does no input or output: what takes time or touches the world is returned as an [`Effect`].

mod abroad;
mod again;
mod alike;
mod around;
mod asking;
mod back;
mod beside;
mod branch;
mod checkup;
mod comment;
mod conflict;
mod cost;
mod cx;
mod draft;
mod editing;
mod effect;
mod ending;
mod explained;
mod floating;
mod form;
mod found;
mod frame;
mod fresh;
pub mod geometry;
mod gone;
mod hunk_rows;
mod jump;
mod kept;
mod leaving;
mod merging;
mod model;
mod moving;
mod named;
mod news;
mod offers;
mod older;
mod onto;
mod outside;
mod overtake;
mod panel;
mod past;
mod prepare;
mod propose;
mod redact;
mod reload;
mod repair;
mod review;
mod review_rows;
mod rows;
mod saved;
mod settle;
mod shades;
mod share;
mod sides;
mod then;
mod thought;
mod tour;
mod turn;
mod turns;
mod ui;

pub use crate::base::config::HunkLayout;
pub use abroad::{Ground, Grounds, There};
pub use asking::{Ask, Dialog, PromptKind, REASONS};
pub use beside::{BESIDE, BESIDE_KEPT, Beside};
pub use checkup::{Checkup, SignatureWords, Signatures};
pub use cost::{price_at, price_words};
pub use cx::Cx;
pub use draft::{OpenedDraft, Unsaved};
pub use editing::Target;
pub use effect::{Effect, FileStamp, Open, SaveMark, Ticket, Timer};
pub use ending::{LISTED, PLACE_BY_HAND, SHOW_AGAIN};
pub use floating::{Candidate, FloatRow, Floating, Likeness};
pub use form::{FORM_FIELDS, Find, Form, FormKind, LinkList};
pub use found::{Tolerated, tolerated};
pub use frame::{EditorFrame, HunkPiece, Sign, VirtualRow};
pub use fresh::{Fresh, Stood};
pub use hunk_rows::{Diffs, Pieces};
pub use jump::FoundMessage;
pub use model::{Burst, Like, Me, Minted, Model, Opened, OpenedFile, Sent};
pub use news::{FIRST, NEW, is_news};
pub use offers::Answerer;
pub use outside::{Intent, Saving, stamp};
pub use panel::{PanelFrame, plain};
pub use past::{Against, History, NOT_NOW, Past};
pub use propose::anchors;
pub use redact::{
    AGREED, OUT_OF_REACH, Pending, Preview, RedactionMade, Saying, accepted, redaction_events,
};
pub use repair::Repair;
pub use review::{DECIDE, FILTERS, Listed, Progress, ReviewFilter, ReviewPart, ReviewRow};
pub use rows::{ROWS_VERSION, all_rows, message_row, row_of, text_row};
pub use settle::{Conflict, Side};
pub use shades::{Shade, Shades};
pub use share::{ALLOWED, SESSION_FILE, SESSION_FILE_SEEN, Sharing};
pub use sides::{AllSides, Sides};
pub use then::Then;
pub use thought::{Thinker, Thoughts};
pub use tour::{END as TOUR_END, STEPS as TOUR_STEPS, Step, TOUR, TOUR_SESSION, Tour};
pub use turn::{LiveEdit, Phase, Queued, Task, Turn};
pub use turns::plural;
pub use ui::{
    AUTHOR_COLUMNS, Caret, Clip, Focus, ListState, Notice, Overlay, PageLinks, PanelSelection,
    Rendered, Scroll, Tab, Tone, Ui,
};
