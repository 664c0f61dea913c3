//! What the database of `llm` holds: rows of responses, each a question and its answer. Knows no
//! database: the rows are given.

use super::weave::{Found, Weaver};
use super::{By, Conversation, Left, Outcome, Program, model};
use crate::base::when;
use crate::store::LlmRow;

/// Makes conversations of rows; those of one conversation come one behind the other.
#[derive(Default)]
pub struct Joiner {
    open: Option<Open>,
    left: Left,
}

struct Open {
    id: String,
    weaver: Weaver,
    /// The answer before.
    last: Option<String>,
}

impl Joiner {
    pub fn row(&mut self, row: &LlmRow, take: &mut dyn FnMut(Conversation)) {
        // One without a conversation stands alone.
        let of = if row.conversation.is_empty() { &row.id } else { &row.conversation };
        if self.open.as_ref().is_some_and(|open| open.id != *of) {
            self.close(take);
        }
        let open = self.open.get_or_insert_with(|| Open {
            id: of.clone(),
            weaver: Weaver::new(Program::Llm, of, &row.name),
            last: None,
        });
        let left = open.weaver.left();
        for (count, what) in [
            (u64::from(!row.system.trim().is_empty()), "system message"),
            (row.fragments, "fragment"),
            (row.tool_calls, "tool call"),
            (row.attachments, "attachment"),
        ] {
            (0..count).for_each(|_| left.pass(what));
        }
        let at = when::instant(&row.at);
        let asked = format!("{}/prompt", row.id);
        let parent = open.last.as_deref();
        let (text, by) = (row.prompt.as_str(), By::Person);
        open.weaver.say(Found { id: &asked, parent, by, at, text, reasoning: "" });
        let (text, by) = (row.response.as_str(), model("llm", Some(&row.model)));
        let parent = Some(asked.as_str());
        open.weaver.say(Found { id: &row.id, parent, by, at, text, reasoning: "" });
        open.last = Some(row.id.clone());
    }

    fn close(&mut self, take: &mut dyn FnMut(Conversation)) {
        let Some(open) = self.open.take() else { return };
        let conversation = open.weaver.finish();
        if conversation.messages.is_empty() {
            self.left.add(&conversation.left);
        } else {
            take(conversation);
        }
    }

    pub fn finish(mut self, take: &mut dyn FnMut(Conversation)) -> Outcome {
        self.close(take);
        Outcome { left: self.left, trouble: None }
    }
}
