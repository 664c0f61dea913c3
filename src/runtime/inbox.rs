//! The order in which inputs are taken: what a person does goes before the pieces of an answer,
//! however many wait.

use crate::app::Input;
use crate::runtime::queue::{Nothing, Receiver};
use std::collections::VecDeque;
use std::time::Instant;

pub struct Inbox {
    receiver: Receiver<Input>,
    /// Pieces of an answer that came and are not taken yet, in order.
    answers: VecDeque<Input>,
}

/// What came of waiting.
pub enum Next {
    Input(Input),
    /// The time to wait for is here.
    Late,
    /// Nothing can come any more.
    Over,
}

impl Inbox {
    pub fn new(receiver: Receiver<Input>) -> Self {
        Self { receiver, answers: VecDeque::new() }
    }

    /// What came already; pieces of an answer only when nothing else did, and where they are
    /// wanted.
    pub fn ready(&mut self, answers: bool) -> Option<Input> {
        while let Some(input) = self.receiver.try_recv() {
            match input {
                Input::Answer(..) => self.answers.push_back(input),
                _ => return Some(input),
            }
        }
        if answers { self.answers.pop_front() } else { None }
    }

    /// What came already, or comes until a time.
    pub fn wait(&mut self, until: Option<Instant>) -> Next {
        if let Some(input) = self.ready(false) {
            return Next::Input(input);
        }
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        // An answer that never rests must not keep a timer from its turn.
        if left.is_some_and(|left| left.is_zero()) {
            return Next::Late;
        }
        if let Some(answer) = self.answers.pop_front() {
            return Next::Input(answer);
        }
        let Some(left) = left else {
            return self.receiver.recv().map_or(Next::Over, Next::Input);
        };
        match self.receiver.recv_timeout(left) {
            Ok(input) => Next::Input(input),
            Err(Nothing::Late) => Next::Late,
            Err(Nothing::Over) => Next::Over,
        }
    }
}
