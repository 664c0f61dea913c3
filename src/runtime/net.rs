//! The thread that talks to providers. Made when it is first needed: most frames never need it.

use crate::app::Input;
use crate::base::TurnId;
use crate::provider::Provider;
use futures::StreamExt;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

enum Job {
    Ask { provider: Arc<dyn Provider>, turn: TurnId, body: String },
    Cancel(TurnId),
    Models(Arc<dyn Provider>),
}

/// The handle of the thread.
pub struct Net {
    jobs: UnboundedSender<Job>,
}

impl Net {
    pub fn start(inputs: Sender<Input>) -> std::io::Result<Self> {
        let (jobs, mut todo) = unbounded_channel::<Job>();
        let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("net".into()).spawn(move || {
            let tasks = tokio::task::LocalSet::new();
            tasks.block_on(&reactor, async move {
                let mut running = BTreeMap::new();
                while let Some(job) = todo.recv().await {
                    match job {
                        Job::Ask { provider, turn, body } => {
                            let inputs = inputs.clone();
                            let id = turn.clone();
                            let task = tokio::task::spawn_local(async move {
                                let mut answer = provider.ask(body);
                                while let Some(piece) = answer.next().await {
                                    if inputs.send(Input::Answer(turn.clone(), piece)).is_err() {
                                        break;
                                    }
                                }
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
                        Job::Models(provider) => {
                            let inputs = inputs.clone();
                            tokio::task::spawn_local(async move {
                                let _ = inputs.send(Input::Models(provider.models().await));
                            });
                        }
                    }
                }
            });
        })?;
        Ok(Self { jobs })
    }

    // The thread ends only with the program, so a job always finds it.
    pub fn ask(&self, provider: Arc<dyn Provider>, turn: TurnId, body: String) {
        let _ = self.jobs.send(Job::Ask { provider, turn, body });
    }

    pub fn cancel(&self, turn: TurnId) {
        let _ = self.jobs.send(Job::Cancel(turn));
    }

    pub fn models(&self, provider: Arc<dyn Provider>) {
        let _ = self.jobs.send(Job::Models(provider));
    }
}
