//! The queue between two threads: many senders, one receiver.
//!
//! The standard library's channel wakes its receiver while it holds the lock which the receiver
//! takes first, so that each key that wakes three threads costs three more sleeps. This one wakes
//! after letting go, and only a receiver that sleeps.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

struct Shared<T> {
    state: Mutex<State<T>>,
    wake: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    senders: usize,
    /// The receiver is gone.
    over: bool,
    asleep: bool,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self, mut state: MutexGuard<'_, State<T>>) {
        let asleep = std::mem::take(&mut state.asleep);
        drop(state);
        if asleep {
            self.wake.notify_one();
        }
    }
}

/// The receiver is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// Why nothing was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// Not in that time.
    Late,
    /// Every sender is gone, and what they sent was received.
    Over,
}

/// Puts in. Clones put into the same queue.
pub struct Sender<T>(Arc<Shared<T>>);

/// Takes out, in the order in which things were put in.
pub struct Receiver<T>(Arc<Shared<T>>);

/// A queue without a limit.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let state = State { items: VecDeque::new(), senders: 1, over: false, asleep: false };
    let shared = Arc::new(Shared { state: Mutex::new(state), wake: Condvar::new() });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

impl<T> Sender<T> {
    /// Never waits.
    ///
    /// # Errors
    /// [`Gone`] when nobody will take it.
    pub fn send(&self, item: T) -> Result<(), Gone> {
        let mut state = self.0.lock();
        if state.over {
            return Err(Gone);
        }
        state.items.push_back(item);
        self.0.wake(state);
        Ok(())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.lock().senders += 1;
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.senders -= 1;
        if state.senders == 0 {
            self.0.wake(state);
        }
    }
}

impl<T> Receiver<T> {
    /// What is there already.
    pub fn try_recv(&self) -> Option<T> {
        self.0.lock().items.pop_front()
    }

    /// Waits for the next.
    ///
    /// # Errors
    /// [`Nothing::Over`].
    pub fn recv(&self) -> Result<T, Nothing> {
        self.next(None)
    }

    /// Waits for the next, but not longer than `time`.
    ///
    /// # Errors
    /// Either [`Nothing`].
    pub fn recv_timeout(&self, time: Duration) -> Result<T, Nothing> {
        self.next(Instant::now().checked_add(time))
    }

    fn next(&self, until: Option<Instant>) -> Result<T, Nothing> {
        let mut state = self.0.lock();
        loop {
            if let Some(item) = state.items.pop_front() {
                return Ok(item);
            }
            if state.senders == 0 {
                return Err(Nothing::Over);
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(Nothing::Late);
            }
            state.asleep = true;
            state = match left {
                Some(left) => {
                    let woken = self.0.wake.wait_timeout(state, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.0.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
            state.asleep = false;
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let left = {
            let mut state = self.0.lock();
            state.over = true;
            std::mem::take(&mut state.items)
        };
        // What is in it may hold a sender of this very queue.
        drop(left);
    }
}
