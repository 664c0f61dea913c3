//! Two threads that share a piece of work of some microseconds.
//!
//! Between two such pieces there is no time to wake somebody: the helper waits for the next one
//! awake, and sleeps when none comes for a while. Who asks never depends on it. Both take parts of
//! the work until none is left, and a part that the helper has taken and does not finish, because
//! the machine has given its processor to somebody else, is done once more by the one who asks. A
//! helper that was no help is left alone for a while, and longer each time.
//! Knows nothing of what is computed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long the helper waits awake: longer than what is computed between two pieces of work, and
/// than choosing a word takes.
const AWAKE: Duration = Duration::from_micros(400);
/// How long the one who asks waits for the helper's last part before doing it again. It takes as
/// long as one of its own, some microseconds.
const PATIENCE: Duration = Duration::from_micros(30);
/// The most pieces of work that a helper is left out of.
const MOST_ALONE: usize = 1024;
/// Looks between two looks at the clock.
const LOOKS: usize = 64;

/// Work in parts, each of which may be done by anybody, more than once.
pub(crate) trait Work: Send + Sync {
    fn parts(&self) -> usize;
    fn part(&self, index: usize);
}

struct Job {
    work: Arc<dyn Work>,
    /// The next part that nobody has taken, of the first half and of the second: what stands together
    /// in memory is read sooner.
    next: [AtomicUsize; 2],
    done: Vec<AtomicBool>,
}

#[derive(Default)]
struct Shared {
    /// Counts the jobs that were given.
    given: AtomicUsize,
    job: Mutex<Option<Arc<Job>>>,
    asleep: AtomicBool,
    over: AtomicBool,
}

/// Who computes together.
pub(crate) struct Team {
    shared: Arc<Shared>,
    /// Nobody where there is one processor.
    helper: Option<JoinHandle<()>>,
    /// Pieces of work that are done without it.
    alone: AtomicUsize,
    /// How many were the last time.
    last_alone: AtomicUsize,
}

impl Job {
    fn new(work: Arc<dyn Work>) -> Self {
        let parts = work.parts();
        let next = [AtomicUsize::new(0), AtomicUsize::new(parts / 2)];
        Self { work, next, done: (0..parts).map(|_| AtomicBool::new(false)).collect() }
    }

    /// Takes parts until none is left, those of one's own half first, and tells how many they were.
    fn take_part(&self, half: usize) -> usize {
        let middle = self.done.len() / 2;
        let mut count = 0;
        for half in [half, 1 - half] {
            let end = if half == 0 { middle } else { self.done.len() };
            loop {
                let index = self.next[half].fetch_add(1, Ordering::Relaxed);
                let Some(done) = self.done[..end].get(index) else { break };
                self.work.part(index);
                done.store(true, Ordering::Release);
                count += 1;
            }
        }
        count
    }
}

impl Shared {
    fn put(&self, job: Option<Arc<Job>>) {
        *self.job.lock().unwrap_or_else(PoisonError::into_inner) = job;
    }

    fn job(&self) -> Option<Arc<Job>> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Team {
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn new(threads: usize) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let start =
            || std::thread::Builder::new().name("model-helper".into()).spawn(move || help(&theirs));
        let helper = (threads > 1).then(start).transpose()?;
        Ok(Self { shared, helper, alone: AtomicUsize::new(0), last_alone: AtomicUsize::new(0) })
    }

    /// Does a piece of work.
    pub(crate) fn run(&self, work: &Arc<impl Work + 'static>) {
        let parts = work.parts();
        let alone = self.alone.load(Ordering::Relaxed);
        let Some(helper) = self.helper.as_ref().filter(|_| parts > 1 && alone == 0) else {
            self.alone.store(alone.saturating_sub(1), Ordering::Relaxed);
            return (0..parts).for_each(|index| work.part(index));
        };
        let job = Arc::new(Job::new(Arc::clone(work) as Arc<dyn Work>));
        self.shared.put(Some(Arc::clone(&job)));
        self.shared.given.fetch_add(1, Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::SeqCst) {
            helper.thread().unpark();
        }
        let ours = job.take_part(0);
        self.shared.put(None);
        let is_done = |part: &AtomicBool| part.load(Ordering::Acquire);
        let in_time = wait_until(PATIENCE, || job.done.iter().all(is_done));
        for (index, part) in job.done.iter().enumerate() {
            if !is_done(part) {
                work.part(index);
            }
        }
        let helped = in_time && ours < parts;
        let last = self.last_alone.load(Ordering::Relaxed);
        let alone = if helped { 0 } else { (last * 2).clamp(1, MOST_ALONE) };
        self.alone.store(alone, Ordering::Relaxed);
        self.last_alone.store(alone, Ordering::Relaxed);
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        if let Some(helper) = self.helper.take() {
            helper.thread().unpark();
            let _ = helper.join();
        }
    }
}

/// Waits awake until it is `so`, but no longer than this.
fn wait_until(most: Duration, so: impl Fn() -> bool) -> bool {
    let mut since = None;
    loop {
        for _ in 0..LOOKS {
            if so() {
                return true;
            }
            std::hint::spin_loop();
        }
        if since.get_or_insert_with(Instant::now).elapsed() > most {
            return false;
        }
    }
}

/// What the helper does all its life.
fn help(shared: &Shared) {
    let mut seen = 0;
    loop {
        let is_news =
            || shared.given.load(Ordering::SeqCst) != seen || shared.over.load(Ordering::SeqCst);
        if !wait_until(AWAKE, is_news) {
            shared.asleep.store(true, Ordering::SeqCst);
            while !is_news() {
                std::thread::park();
            }
            shared.asleep.store(false, Ordering::SeqCst);
        }
        if shared.over.load(Ordering::SeqCst) {
            return;
        }
        seen = shared.given.load(Ordering::SeqCst);
        if let Some(job) = shared.job() {
            job.take_part(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Count {
        parts: Vec<AtomicUsize>,
        /// The helper does not come back from a part before this.
        held: Option<AtomicBool>,
    }

    impl Count {
        fn new(parts: usize, held: bool) -> Arc<Self> {
            let parts = (0..parts).map(|_| AtomicUsize::new(0)).collect();
            Arc::new(Self { parts, held: held.then(|| AtomicBool::new(true)) })
        }

        fn all(&self) -> bool {
            self.parts.iter().all(|part| part.load(Ordering::SeqCst) > 0)
        }
    }

    impl Work for Count {
        fn parts(&self) -> usize {
            self.parts.len()
        }

        fn part(&self, index: usize) {
            let name = std::thread::current().name().map(str::to_owned);
            while name.as_deref() == Some("model-helper")
                && self.held.as_ref().is_some_and(|held| held.load(Ordering::SeqCst))
            {
                std::thread::yield_now();
            }
            self.parts[index].fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn every_part_is_done() {
        for threads in [1, 2] {
            let team = Team::new(threads).expect("threads");
            for parts in [0, 1, 2, 7, 300].repeat(100) {
                let work = Count::new(parts, false);
                team.run(&work);
                assert!(work.all());
            }
        }
    }

    #[test]
    fn a_helper_that_was_asleep_is_woken_and_one_that_does_not_come_back_is_not_waited_for() {
        let team = Team::new(2).expect("threads");
        while !team.shared.asleep.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        let held = Count::new(2, true);
        // Until the helper has taken a part of one of them.
        for _ in 0..100_000 {
            if Arc::strong_count(&held) > 1 {
                break;
            }
            team.run(&held);
        }
        assert!(held.all());
        let next = Count::new(50, false);
        team.run(&next);
        assert!(next.all());
        if let Some(held) = &held.held {
            held.store(false, Ordering::SeqCst);
        }
    }
}
