//! The thread that writes the person's files: keys go on while the disk works. What is told to be
//! saved is on the disk.

use super::disk::{DiskJob, barrier, tell_file};
use super::files::{self, SaveError, stamp_text};
use super::watch::Wrote;
use crate::app::Input;
use crate::base::DocId;
use crate::runtime::queue::{Receiver, Sender, channel};
use crate::state::{FileStamp, SaveMark, Ticket, Tone};
use crate::store::{StoreError, draft};
use crate::text::encoded;
use ropey::Rope;
use std::path::PathBuf;
use std::thread::JoinHandle;

/// A text to write. Its rope is a clone that costs nothing.
pub struct SaveJob {
    pub doc: DocId,
    pub path: PathBuf,
    pub rope: Rope,
    pub bom: bool,
    pub expect: Vec<FileStamp>,
    /// What the library must know before the file is another.
    pub mark: Option<SaveMark>,
    pub ticket: Ticket,
}

enum Job {
    Save(Box<SaveJob>),
    /// Keep a copy of the file that a draft is of.
    Copy {
        dir: PathBuf,
        id: String,
        rope: Rope,
        bom: bool,
    },
}

/// The handle of the thread, which starts with the first job.
pub struct Saver {
    inputs: Sender<Input>,
    disk: Option<Sender<DiskJob>>,
    wrote: Wrote,
    running: Option<(Sender<Job>, JoinHandle<()>)>,
}

impl Saver {
    pub fn new(inputs: Sender<Input>, disk: Option<Sender<DiskJob>>, wrote: Wrote) -> Self {
        Self { inputs, disk, wrote, running: None }
    }

    pub fn save(&mut self, job: SaveJob) -> Result<(), String> {
        self.send(Job::Save(Box::new(job)))
    }

    pub fn copy(&mut self, dir: PathBuf, id: String, rope: Rope, bom: bool) -> Result<(), String> {
        self.send(Job::Copy { dir, id, rope, bom })
    }

    fn send(&mut self, job: Job) -> Result<(), String> {
        if self.running.is_none() {
            let (jobs, queue) = channel();
            let worker = Worker {
                inputs: self.inputs.clone(),
                disk: self.disk.clone(),
                wrote: self.wrote.clone(),
            };
            let thread = std::thread::Builder::new()
                .name("save".into())
                .spawn(move || worker.run(&queue))
                .map_err(|why| format!("No thread to save with: {why}"))?;
            self.running = Some((jobs, thread));
        }
        let sent = self.running.as_ref().map(|(jobs, _)| jobs.send(job));
        if matches!(sent, Some(Ok(()))) {
            Ok(())
        } else {
            Err("The thread that saves ended.".into())
        }
    }

    /// Waits for what was begun: a file is never left half written beside its old self.
    pub fn close(&mut self) {
        if let Some((jobs, thread)) = self.running.take() {
            drop(jobs);
            let _ = thread.join();
        }
    }
}

struct Worker {
    inputs: Sender<Input>,
    disk: Option<Sender<DiskJob>>,
    wrote: Wrote,
}

impl Worker {
    fn run(self, queue: &Receiver<Job>) {
        while let Ok(job) = queue.recv() {
            match job {
                Job::Save(job) => self.save(*job),
                Job::Copy { dir, id, rope, bom } => {
                    if let Err(why) = draft::keep_copy(&dir, &id, encoded(&rope, bom)) {
                        self.tell(Input::Note(Tone::Warning, no_copy(&why)));
                    }
                }
            }
        }
    }

    fn tell(&self, input: Input) {
        let _ = self.inputs.send(input);
    }

    fn save(&self, job: SaveJob) {
        let SaveJob { doc, path, rope, bom, expect, mark, ticket } = job;
        let stamp = stamp_text(&rope, bom);
        if let Some(jobs) = &self.disk {
            if let Some(mark) = mark {
                let _ = jobs.send(DiskJob::Write(vec![mark.write(&stamp.hash)], None));
            }
            // Others may read the file at once: they find what it was made from in the library.
            barrier(jobs);
        }
        self.wrote.note(&stamp);
        let outcome = match files::save(&path, (&rope, bom), &stamp, &expect) {
            Ok(stamp) => Ok((files::absolute(&path), stamp)),
            Err(SaveError::Failed(why)) => Err(why),
            Err(SaveError::Changed(file)) => {
                let why = "The file changed outside meanwhile: its change is taken in first. Save again to write both.";
                self.tell(Input::Saved(ticket, Err(why.into())));
                tell_file(self.disk.as_ref(), &self.inputs, doc, Ok(*file));
                return;
            }
        };
        self.tell(Input::Saved(ticket, outcome));
    }
}

fn no_copy(why: &StoreError) -> String {
    format!(
        "{why}: no copy of the file could be kept. What is typed is kept, but can only be put in place while nobody else changes the file."
    )
}
