//! What the threads of one terminal share: the screen, the bytes, the program's end.
//!
//! Knows the emulator; starts and waits for nothing.

use std::sync::mpsc::Sender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use vt100::{Parser, Screen};

use super::{Encoding, Host};

pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) changed: Condvar,
}

impl Shared {
    /// A test that failed while it held the lock has told what it had to tell.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn with(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

pub(super) struct State {
    pub(super) parser: Parser<Host>,
    /// The last whole frame.
    pub(super) frame: Screen,
    pub(super) raw: Vec<u8>,
    /// Writes that are not yet in the terminal's queue.
    pub(super) unwritten: usize,
    pub(super) eof: bool,
    pub(super) status: Option<portable_pty::ExitStatus>,
}

impl State {
    pub(super) fn take_output(&mut self, bytes: &[u8], replies: &Sender<Vec<u8>>) {
        self.raw.extend(bytes);
        self.parser.process(bytes);
        let finished = self.parser.callbacks_mut().frame.take();
        if !self.host().mode(2026) {
            self.frame = self.parser.screen().clone();
        } else if let Some(frame) = finished {
            self.frame = frame;
        }
        let reply = std::mem::take(&mut self.parser.callbacks_mut().replies);
        if !reply.is_empty() && replies.send(reply).is_ok() {
            self.unwritten += 1;
        }
    }

    pub(super) fn host(&self) -> &Host {
        self.parser.callbacks()
    }

    pub(super) fn encoding(&self) -> Encoding {
        Encoding {
            application_cursor: self.parser.screen().application_cursor(),
            kitty: self.host().kitty.last().copied().unwrap_or(0),
        }
    }
}
