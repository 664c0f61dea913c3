//! The threads that store: one writes, one waits for the disk.
//!
//! A write is safe from a killed process as soon as the writer has it; the disk's own sync, which
//! takes milliseconds, happens beside it, within 75 ms while anything is dirty and at once for a
//! ticket. What could not be written is kept and tried again, in order.

use super::library::Library;
use crate::app::Input;
use crate::base::{DocId, EventId};
use crate::event::Event;
use crate::runtime::queue::{Nothing, Receiver, Sender, channel};
use crate::session::Session;
use crate::state::{Me, OpenedFile, Ticket, Tone};
use crate::store::{Query, SqliteStore, StoreError, Syncer, Write};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Milliseconds within which dirty writes are synced. With the sync itself (4 to 13 ms) what a power
/// cut can take stays under 100 ms; at 50 the syncs were a fifth of what a key costs.
const SYNC_MS: u64 = 75;
/// Milliseconds between two tries to write what failed.
const RETRY_MS: u64 = 1_000;
/// Milliseconds after a change of the journal when what it brought is looked for once more.
const LOOK_AGAIN_MS: u64 = 40;
/// The most hits of a search.
const HITS: usize = 200;

/// Work for the writer.
pub enum DiskJob {
    Write(Vec<Write>, Option<Ticket>),
    /// Which session is open: what others write to it is told. With the bound file of one that is
    /// not stored yet, as nothing was written: that another program began one for it is told.
    Session(EventId, Option<PathBuf>, i64),
    /// Somebody may have written.
    Poll,
    /// The bound file was read; what others wrote about it comes first.
    File(DocId, Box<Result<OpenedFile, String>>),
    /// The session file may have changed.
    SessionFile,
    /// Something came into the library by way of this program.
    Came,
    /// Somebody came or left.
    Others,
    /// How models fared with their edits in other sessions than this.
    Fared(EventId),
    Sessions,
    Preview(EventId),
    Search {
        text: String,
        ticket: Ticket,
    },
    Rename {
        session: EventId,
        title: String,
        me: Me,
    },
    Delete(EventId),
    /// Runs something that needs the store, after what was asked for before.
    Run(Box<dyn FnOnce(&mut SqliteStore) + Send>),
    Close(Sender<Result<(), String>>),
}

/// The handle of the threads. Without a library nothing is stored and every ticket comes at once.
pub struct Disk {
    jobs: Option<Sender<DiskJob>>,
    inputs: Sender<Input>,
}

impl Disk {
    pub fn start(
        library: Library,
        session: EventId,
        inputs: Sender<Input>,
    ) -> std::io::Result<Self> {
        let last_rid = library.last_rid;
        let Some(store) = library.store else { return Ok(Self { jobs: None, inputs }) };
        let (jobs, queue) = channel();
        let syncer = store.syncer();
        let dirt = Arc::new(Dirt::default());
        let (shared, told) = (Arc::clone(&dirt), inputs.clone());
        std::thread::Builder::new()
            .name("sync".into())
            .spawn(move || sync_loop(&syncer, &shared, &told))?;
        let writer = Writer {
            store,
            session,
            unborn: None,
            last_rid,
            inputs: inputs.clone(),
            dirt,
            backlog: Vec::new(),
            look_again: false,
        };
        std::thread::Builder::new().name("store".into()).spawn(move || writer.run(&queue))?;
        Ok(Self { jobs: Some(jobs), inputs })
    }

    pub fn jobs(&self) -> Option<Sender<DiskJob>> {
        self.jobs.clone()
    }

    pub fn send(&self, job: DiskJob) {
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }

    /// Tells what the bound file holds, after what others wrote to the library before.
    pub fn file(&self, doc: DocId, file: Result<OpenedFile, String>) {
        tell_file(self.jobs.as_ref(), &self.inputs, doc, file);
    }

    /// From now on this session is open, which was read up to a row of the log.
    pub fn session(&self, session: EventId, unborn: Option<PathBuf>, last_rid: i64) {
        self.send(DiskJob::Session(session, unborn, last_rid));
        // Who was here before made no noise since.
        self.send(DiskJob::Others);
        self.send(DiskJob::Fared(session));
    }

    pub fn write(&self, writes: Vec<Write>, ticket: Option<Ticket>) {
        match &self.jobs {
            Some(jobs) => {
                let _ = jobs.send(DiskJob::Write(writes, ticket));
            }
            None => {
                if let Some(ticket) = ticket {
                    let _ = self.inputs.send(Input::Durable(ticket));
                }
            }
        }
    }

    /// Uses the store from outside of its thread: what was asked for before is done first. `None`
    /// without a library.
    pub fn with_store<T: Send + 'static>(
        &self,
        run: impl FnOnce(&mut SqliteStore) -> T + Send + 'static,
    ) -> Option<T> {
        let jobs = self.jobs.as_ref()?;
        let (give, taken) = channel();
        let job = DiskJob::Run(Box::new(move |store| {
            let _ = give.send(run(store));
        }));
        jobs.send(job).ok()?;
        taken.recv().ok()
    }

    /// Ends the threads; everything is on the disk, or the error says what is not.
    pub fn close(&mut self) -> Result<(), String> {
        let Some(jobs) = self.jobs.take() else { return Ok(()) };
        let (answer, answered) = channel();
        if jobs.send(DiskJob::Close(answer)).is_err() {
            return Err("The thread that stores ended early.".into());
        }
        answered.recv().unwrap_or_else(|_| Err("The thread that stores ended early.".into()))
    }
}

/// Waits until what was asked for before is in the library.
pub fn barrier(jobs: &Sender<DiskJob>) {
    let (give, taken) = channel();
    let job = DiskJob::Run(Box::new(move |_| _ = give.send(())));
    if jobs.send(job).is_ok() {
        let _ = taken.recv();
    }
}

/// By way of the thread that stores, when there is one.
pub fn tell_file(
    jobs: Option<&Sender<DiskJob>>,
    inputs: &Sender<Input>,
    doc: DocId,
    file: Result<OpenedFile, String>,
) {
    match jobs {
        Some(jobs) => _ = jobs.send(DiskJob::File(doc, Box::new(file))),
        None => _ = inputs.send(Input::File(doc, file)),
    }
}

/// What waits for the disk.
#[derive(Default)]
struct Waiting {
    dirty: bool,
    tickets: Vec<Ticket>,
    close: Option<Sender<Result<(), String>>>,
    /// The writer is gone.
    over: bool,
}

impl Waiting {
    fn is_urgent(&self) -> bool {
        !self.tickets.is_empty() || self.close.is_some() || self.over
    }
}

/// Between the writer and the thread that syncs: that thread is woken once for many writes.
#[derive(Default)]
struct Dirt {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

impl Dirt {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, ticket: Option<Ticket>) {
        let mut waiting = self.lock();
        let news = !waiting.dirty || ticket.is_some();
        waiting.dirty = true;
        waiting.tickets.extend(ticket);
        drop(waiting);
        if news {
            self.wake.notify_one();
        }
    }

    fn close(&self, answer: Option<Sender<Result<(), String>>>) {
        let mut waiting = self.lock();
        waiting.over = true;
        waiting.close = answer;
        drop(waiting);
        self.wake.notify_one();
    }

    /// What has to be synced now: after the first write more may join for a moment.
    fn next(&self) -> Waiting {
        let idle = |waiting: &mut Waiting| !waiting.dirty && !waiting.is_urgent();
        let waiting =
            self.wake.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let moment = Duration::from_millis(SYNC_MS);
        let (mut waiting, _) = self
            .wake
            .wait_timeout_while(waiting, moment, |waiting| !waiting.is_urgent())
            .unwrap_or_else(PoisonError::into_inner);
        let over = waiting.over;
        let taken = std::mem::take(&mut *waiting);
        waiting.over = over;
        taken
    }
}

fn sync_loop(syncer: &Syncer, dirt: &Dirt, inputs: &Sender<Input>) {
    loop {
        let Waiting { dirty, tickets, close, over } = dirt.next();
        let outcome = match dirty || close.is_some() {
            true => syncer.sync().map_err(|why| format!("The disk could not be synced: {why}")),
            false => Ok(()),
        };
        if let Err(why) = &outcome {
            let _ = inputs.send(Input::Note(Tone::Error, why.clone()));
        }
        for ticket in tickets {
            let _ = inputs.send(Input::Durable(ticket));
        }
        if let Some(answer) = close {
            let _ = answer.send(outcome);
        }
        if over {
            return;
        }
    }
}

struct Writer {
    store: SqliteStore,
    session: EventId,
    unborn: Option<PathBuf>,
    last_rid: i64,
    inputs: Sender<Input>,
    dirt: Arc<Dirt>,
    /// What could not be written, in order.
    backlog: Vec<(Vec<Write>, Option<Ticket>)>,
    look_again: bool,
}

impl Writer {
    fn run(mut self, queue: &Receiver<DiskJob>) {
        // Opening read a session, which is in memory as what was made of it.
        self.store.shrink();
        loop {
            let job = if self.look_again {
                queue.recv_timeout(Duration::from_millis(LOOK_AGAIN_MS))
            } else if self.backlog.is_empty() {
                queue.recv().map_err(|_| Nothing::Over)
            } else {
                queue.recv_timeout(Duration::from_millis(RETRY_MS))
            };
            match job {
                Ok(DiskJob::Close(answer)) => {
                    self.flush();
                    if self.backlog.is_empty() {
                        // The answer comes from the thread that syncs, once it has.
                        self.dirt.close(Some(answer));
                    } else {
                        self.dirt.close(None);
                        let _ = answer.send(Err("The last changes could not be stored.".into()));
                    }
                    return;
                }
                Ok(job) => self.one(job),
                Err(Nothing::Late) if self.look_again => {
                    self.look_again = false;
                    self.poll();
                }
                Err(Nothing::Late) => self.flush(),
                Err(Nothing::Over) => {
                    self.dirt.close(None);
                    return;
                }
            }
        }
    }

    fn tell(&self, input: Input) {
        let _ = self.inputs.send(input);
    }

    fn one(&mut self, job: DiskJob) {
        match job {
            DiskJob::Write(writes, ticket) => {
                self.backlog.push((writes, ticket));
                self.flush();
            }
            DiskJob::Session(session, unborn, last_rid) => {
                self.unborn = unborn;
                // So that nobody deletes it meanwhile.
                if let Err(why) = self.store.note_open(session) {
                    self.trouble(&why);
                }
                if self.session != session {
                    self.session = session;
                    // What others wrote since it was read is told.
                    self.last_rid = last_rid;
                }
            }
            DiskJob::Poll => {
                // The journal is written before the commit can be seen.
                self.look_again = true;
                self.poll();
            }
            DiskJob::SessionFile => self.pull(),
            DiskJob::Came => self.tell_new(),
            DiskJob::File(doc, mut file) => {
                // What a text was made from comes before it.
                self.pull();
                self.poll();
                if let Ok(file) = file.as_mut() {
                    super::committed::look(file);
                }
                self.tell(Input::File(doc, *file));
            }
            DiskJob::Others => {
                // Whoever came may have written and left already.
                self.poll();
                if let Ok(others) = self.store.live_others() {
                    self.tell(Input::Others(others));
                }
            }
            DiskJob::Fared(session) => match super::fared::fared(&self.store, Some(session)) {
                Ok(attempts) => self.tell(Input::Fared(attempts)),
                Err(why) => self.trouble(&why),
            },
            DiskJob::Sessions => match self.store.sessions() {
                Ok(rows) => self.tell(Input::Sessions(rows)),
                Err(why) => self.trouble(&why),
            },
            DiskJob::Preview(session) => match self.store.events(session, 0) {
                Ok(loaded) => {
                    let events: Vec<_> =
                        loaded.events.into_iter().map(|stored| stored.envelope).collect();
                    let folded = Session::fold(session, &events);
                    self.tell(Input::Preview(session, crate::report::preview(&folded)));
                }
                Err(why) => self.trouble(&why),
            },
            DiskJob::Search { text, ticket } => {
                let query = Query { text, limit: HITS, ..Query::default() };
                let found = super::open::index_all(&mut self.store)
                    .and_then(|()| self.store.search(&query));
                match found {
                    Ok(hits) => self.tell(Input::Hits(ticket, hits)),
                    Err(why) => self.trouble(&why),
                }
            }
            DiskJob::Rename { session, title, me } => {
                let renamed = super::open::append_to(&mut self.store, session, &me, |session| {
                    Event::SessionTitled {
                        title: title.as_str().into(),
                        replaces: session.title.heads(),
                    }
                });
                match renamed {
                    Ok(()) => self.one(DiskJob::Sessions),
                    Err(why) => self.tell(Input::Note(Tone::Error, why.to_string())),
                }
            }
            DiskJob::Delete(session) => match self.store.delete_session(session) {
                Ok(deleted) => {
                    let words = if deleted.scrubbed {
                        "Deleted; it is gone from the disk."
                    } else {
                        "Deleted. Another program is busy with the library: the bytes go at the next start."
                    };
                    self.tell(Input::Note(Tone::Info, words.into()));
                    self.one(DiskJob::Sessions);
                }
                Err(why) => self.trouble(&why),
            },
            DiskJob::Run(run) => {
                self.flush();
                run(&mut self.store);
            }
            DiskJob::Close(_) => {}
        }
    }

    fn trouble(&self, why: &StoreError) {
        self.tell(Input::Note(Tone::Error, format!("{why} {}", why.advice())));
    }

    /// Writes what waits, in order; at the first failure the rest goes on waiting.
    fn flush(&mut self) {
        let had_trouble = self.backlog.len() > 1;
        while let Some((writes, ticket)) = self.backlog.first() {
            match self.store.write(writes) {
                Ok(_) => {
                    self.dirt.note(*ticket);
                    self.backlog.remove(0);
                    if self.backlog.is_empty() && had_trouble {
                        self.tell(Input::Stored(Ok(())));
                    }
                }
                Err(why) => {
                    let words = format!(
                        "{why} {} What you write is kept in memory and tried again.",
                        why.advice()
                    );
                    self.tell(Input::Stored(Err(words)));
                    return;
                }
            }
        }
    }

    /// Two programs that open a new file at once must not write two sessions of it.
    fn look_for_birth(&mut self) {
        let Some(path) = &self.unborn else { return };
        let bound = self.store.binding(&path.to_string_lossy()).unwrap_or_default();
        let Some(first) = bound.first() else { return };
        let path = self.unborn.take();
        if first.session != self.session
            && let Some(path) = path
        {
            self.tell(Input::Begun(path));
        }
    }

    /// What others wrote to the open session.
    fn poll(&mut self) {
        self.look_for_birth();
        if self.store.poll().unwrap_or(false) {
            self.tell_new();
        }
    }

    /// Takes in what came into the session file, by git or a synced folder.
    fn pull(&mut self) {
        match super::shared::pull(&mut self.store, self.session) {
            Ok(Some((path, pulled))) => {
                if let Some(words) = pulled.trouble(&path) {
                    self.tell(Input::Note(Tone::Warning, words));
                }
                self.tell_new();
            }
            Ok(None) => {}
            Err(why) => self.trouble(&why),
        }
    }

    /// What is in the log of the open session and was not told yet.
    fn tell_new(&mut self) {
        if let Ok(loaded) = self.store.events(self.session, self.last_rid) {
            self.last_rid = loaded.last_rid;
            let events: Vec<_> = loaded.events.into_iter().map(|stored| stored.envelope).collect();
            if !events.is_empty() {
                self.tell(Input::Foreign(events));
            }
        }
    }
}
