//! The thread that talks to providers. Made when it is first needed: most frames never need it.

use crate::app::Input;
use crate::base::TurnId;
use crate::prompt::{Chunk, Fault};
use crate::provider::{Answer, Provider, look};
use crate::runtime::queue::Sender;
use futures::{FutureExt, StreamExt};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

/// How long the thread sleeps after a part of an answer that comes slowly: a little longer than
/// between two frames.
const REST: Duration = Duration::from_millis(35);
/// An answer that brings so many pieces at once is read on without a rest.
const MANY: usize = 32;
/// The most pieces that are passed on together.
const MOST: usize = 1024;
/// How often those who read and decode have their turn before nothing more is there.
const LOOKS: usize = 4;

enum Job {
    Prepare(Arc<dyn Provider>),
    Ask { provider: Arc<dyn Provider>, turn: TurnId, body: String },
    Cancel(TurnId),
    Look { provider: Arc<dyn Provider>, set_up: bool },
}

/// The handle of the thread.
pub struct Net {
    jobs: UnboundedSender<Job>,
}

impl Net {
    pub fn start(inputs: Sender<Input>) -> std::io::Result<Self> {
        let (jobs, mut queue) = unbounded_channel::<Job>();
        let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("net".into()).spawn(move || {
            let tasks = tokio::task::LocalSet::new();
            tasks.block_on(&reactor, async move {
                let mut running = BTreeMap::new();
                while let Some(job) = queue.recv().await {
                    match job {
                        Job::Prepare(provider) => {
                            tokio::task::spawn_local(provider.prepare());
                        }
                        Job::Ask { provider, turn, body } => {
                            let inputs = inputs.clone();
                            let id = turn.clone();
                            let task = tokio::task::spawn_local(async move {
                                pass_on(provider.ask(body), &turn, &inputs).await;
                            });
                            running.retain(|_, task: &mut AbortHandle| !task.is_finished());
                            running.insert(id, task.abort_handle());
                        }
                        // Dropping the stream ends the request.
                        Job::Cancel(turn) => {
                            if let Some(task) = running.remove(&turn) {
                                task.abort();
                            }
                        }
                        Job::Look { provider, set_up } => {
                            let inputs = inputs.clone();
                            tokio::task::spawn_local(async move {
                                let name = provider.name().to_owned();
                                let listing = look(provider, set_up).await;
                                let _ = inputs.send(Input::Listed(name, listing));
                            });
                        }
                    }
                }
            });
        })?;
        Ok(Self { jobs })
    }

    /// Does beforehand what the first request would wait for; sends nothing.
    pub fn prepare(&self, provider: Arc<dyn Provider>) {
        let _ = self.jobs.send(Job::Prepare(provider));
    }

    // The thread ends only with the program, so a job always finds it.
    pub fn ask(&self, provider: Arc<dyn Provider>, turn: TurnId, body: String) {
        let _ = self.jobs.send(Job::Ask { provider, turn, body });
    }

    pub fn cancel(&self, turn: TurnId) {
        let _ = self.jobs.send(Job::Cancel(turn));
    }

    /// Asks for the models on offer.
    pub fn look(&self, provider: Arc<dyn Provider>, set_up: bool) {
        let _ = self.jobs.send(Job::Look { provider, set_up });
    }
}

/// Passes an answer on, what came together as one piece: a wake-up for each token would cost more
/// than showing it.
async fn pass_on(mut answer: Answer, turn: &TurnId, inputs: &Sender<Input>) {
    while let Some(first) = answer.next().await {
        let mut pieces = vec![first];
        let (mut count, mut looks, mut over) = (1, 0, false);
        while looks < LOOKS && count < MOST {
            match answer.next().now_or_never() {
                Some(Some(next)) => {
                    (count, looks) = (count + 1, 0);
                    join(&mut pieces, next);
                }
                Some(None) => {
                    over = true;
                    break;
                }
                // Those who read and decode have their turn.
                None => {
                    looks += 1;
                    tokio::task::yield_now().await;
                }
            }
        }
        for piece in pieces {
            if inputs.send(Input::Answer(turn.clone(), piece)).is_err() {
                return;
            }
        }
        if over {
            return;
        }
        if count < MANY {
            rest();
        }
    }
}

/// The thread sleeps, not the task: what comes meanwhile waits in the system and wakes nobody.
#[expect(clippy::disallowed_methods, reason = "what is awaited must not wake the thread yet")]
fn rest() {
    std::thread::sleep(REST);
}

fn join(pieces: &mut Vec<Result<Chunk, Fault>>, next: Result<Chunk, Fault>) {
    match (pieces.last_mut(), next) {
        (Some(Ok(Chunk::Text(text))), Ok(Chunk::Text(more)))
        | (Some(Ok(Chunk::Reasoning(text))), Ok(Chunk::Reasoning(more))) => text.push_str(&more),
        (_, next) => pieces.push(next),
    }
}
