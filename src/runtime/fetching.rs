//! Fetching a model while the person goes on: the thread, its reports and its end.

use crate::app::Input;
use crate::models::{FetchError, Progress, Shelf, fetch, megabytes, row};
use crate::runtime::queue::Sender;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// A fetch that goes on, or none.
#[derive(Default)]
pub struct Fetching {
    running: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Fetching {
    /// Begins to fetch a model of the catalogue. One goes on at a time.
    pub fn start(
        &mut self,
        name: &'static str,
        shelf: Shelf,
        inputs: Sender<Input>,
    ) -> Result<(), String> {
        if self.running.as_ref().is_some_and(|(_, thread)| !thread.is_finished()) {
            return Err("A model is being fetched already.".into());
        }
        let known = row(name).ok_or("No such model can be fetched.")?;
        let cancel = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&cancel);
        let thread = std::thread::Builder::new().name("fetch".into()).spawn(move || {
            let tell = |progress: Progress| {
                let _ = inputs.send(Input::Fetching(name, words(&progress)));
            };
            let done = match fetch(known, &shelf, tell, &stop) {
                Ok(_) => Ok(()),
                Err(FetchError::Cancelled { kept: 0 }) => {
                    Err("Stopped. Nothing of it is kept here.".into())
                }
                Err(why) => Err(why.to_string()),
            };
            let _ = inputs.send(Input::Fetched(name, done));
        });
        let thread = thread.map_err(|why| format!("No thread can be started: {why}."))?;
        self.running = Some((cancel, thread));
        Ok(())
    }

    /// Ends it; what had come goes, or is kept for the next try.
    pub fn stop(&self) {
        if let Some((cancel, _)) = &self.running {
            cancel.store(true, Ordering::SeqCst);
        }
    }

    /// Ends it, and waits until its child is gone.
    pub fn close(&mut self) {
        self.stop();
        if let Some((_, thread)) = self.running.take() {
            let _ = thread.join();
        }
    }
}

/// `downloading ███░░░░░ 43 % of 92.9 MB, 12.1 MB/s, 5 s left`; words about how it goes take the
/// place of the bar.
fn words(progress: &Progress) -> String {
    const BAR: u64 = 8;
    let mut words = progress.step.word().to_owned();
    if progress.total == 0 {
        return format!("{words}…");
    }
    match progress.aside {
        Some(aside) => words = format!("{}: {words}", aside.words()),
        None => {
            let full = progress.percent() * BAR / 100;
            words.push(' ');
            (0..BAR).for_each(|at| words.push(if at < full { '█' } else { '░' }));
        }
    }
    words.push_str(&format!(" {} % of {}", progress.percent(), megabytes(progress.total)));
    if let Some(speed) = progress.speed {
        words.push_str(&format!(", {}/s", megabytes(speed)));
    }
    if let Some(left) = progress.left {
        words.push_str(&format!(", {} s left", left.as_secs()));
    }
    words
}
