//! What stands in the way, as faults in words. Knows no file and no transport.

use super::super::super::fault::clean;
use crate::prompt::{Fault, FaultKind};

/// The most characters of a name that a file gives, when it is repeated to a person.
const MOST_NAME: usize = 60;

/// What a file says, for a person: no control characters, not long.
pub(crate) fn said(text: &str) -> String {
    clean(text, MOST_NAME)
}

fn fault(kind: FaultKind, what: String, advice: &str) -> Fault {
    Fault { kind, what: clean(&what, 290), advice: advice.into(), status: None }
}

/// The file is damaged, or no model at all.
pub(crate) fn broken(what: impl Into<String>) -> Fault {
    fault(FaultKind::Garbage, what.into(), "Fetch the model file again, or choose another one.")
}

/// The file may be good and is of a kind that cowrite does not run.
pub(crate) fn unknown(what: impl Into<String>) -> Fault {
    fault(
        FaultKind::Refused,
        what.into(),
        "Run it with a server such as llama.cpp or Ollama, which cowrite can talk to, or choose another file.",
    )
}

/// The model does not fit into the memory.
pub(crate) fn too_large(what: impl Into<String>) -> Fault {
    fault(
        FaultKind::Limit,
        what.into(),
        "Close other programs, choose a smaller model, or set a smaller window for “local”.",
    )
}

/// The question does not fit into the window.
pub(crate) fn too_long(what: impl Into<String>) -> Fault {
    fault(
        FaultKind::TooLong,
        what.into(),
        "Send less: unpin messages, select a shorter part, or choose a model with a larger window.",
    )
}

/// The request makes no sense.
pub(crate) fn refused(what: impl Into<String>) -> Fault {
    fault(FaultKind::Refused, what.into(), "Change the question or its settings, and ask again.")
}

/// There is no such file.
pub(crate) fn not_found(what: impl Into<String>) -> Fault {
    fault(
        FaultKind::NotFound,
        what.into(),
        "Give the path of a .gguf file, or put it into cowrite's folder for models.",
    )
}

/// A fault of cowrite's own.
pub(crate) fn own(what: impl Into<String>) -> Fault {
    fault(FaultKind::Server, what.into(), "Ask again; if it happens again, choose another model.")
}

/// A computation that the inference library refuses; the shapes were checked, so it is a fault of
/// ours or of the file.
impl From<candle_core::Error> for Trouble {
    fn from(why: candle_core::Error) -> Self {
        let text = why.to_string();
        Self::Fault(own(format!(
            "The model can't be computed: {}",
            text.lines().next().unwrap_or_default()
        )))
    }
}

/// Why a computation ended early.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Nobody wants the answer any more.
    Cancelled,
    Fault(Fault),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
