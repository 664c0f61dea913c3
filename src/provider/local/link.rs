//! The other end of the pipe: a running child process. One order at a time; dropping an order
//! cancels it.
//!
//! Knows the protocol and no engine.

use super::wire::{self, MOST_REPORT, Order, Report, VERSION};
use crate::prompt::{Fault, FaultKind};
use futures::FutureExt;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The program that computes, as it is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    pub path: PathBuf,
    pub arguments: Vec<OsString>,
}

/// A running child. It is killed when this is dropped.
pub(super) struct Link {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// A report that has not come whole.
    line: Vec<u8>,
}

/// Why nothing more comes.
pub(super) enum Lost {
    /// The process is gone.
    Gone,
    Fault(Fault),
}

fn fault(kind: FaultKind, what: String, advice: &str) -> Fault {
    Fault { kind, what, advice: advice.into(), status: None }
}

impl Link {
    /// Starts the process and waits for its first word.
    pub(super) async fn start(program: &Program) -> Result<Self, Fault> {
        let cannot = |why: String| {
            let what = format!("The local model's process can't be started: {why}.");
            fault(FaultKind::Unreachable, what, "Check the installation of cowrite.")
        };
        let mut command = Command::new(&program.path);
        command
            .args(&program.arguments)
            // Read when the first of its threads starts. Threads that wait for each other by
            // spinning would bring a busy machine to a halt.
            .env("CANDLE_BARRIER_POOL_SPIN_LIMIT", "1")
            .env("CANDLE_NUM_THREADS", "1")
            .env("RAYON_NUM_THREADS", "1")
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        // Signals of the terminal are for the editor: Ctrl-C must not end the model.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|why| cannot(why.to_string()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(cannot("it has no pipes".into()));
        };
        let mut link = Self { child, input, output: BufReader::new(output), line: Vec::new() };
        match link.report().await {
            Ok(Report::Hello { version: VERSION }) => Ok(link),
            Ok(_) => Err(cannot("the program was replaced by another version".into())),
            Err(Lost::Fault(fault)) => Err(fault),
            Err(Lost::Gone) => Err(cannot(link.how_it_ended().await)),
        }
    }

    async fn send(&mut self, order: &Order) -> Result<(), Lost> {
        let mut line = serde_json::to_vec(order).unwrap_or_default();
        if line.len() >= wire::MOST_ORDER {
            return Err(Lost::Fault(fault(
                FaultKind::TooLong,
                "The question and its context are larger than the local model takes.".into(),
                "Send less: unpin messages, or select a shorter part.",
            )));
        }
        line.push(b'\n');
        self.input.write_all(&line).await.map_err(|_| Lost::Gone)
    }

    async fn report(&mut self) -> Result<Report, Lost> {
        // What has come of a line stays when somebody stops waiting for the rest.
        let room = MOST_REPORT.saturating_sub(self.line.len() as u64);
        let read = (&mut self.output).take(room).read_until(b'\n', &mut self.line).await;
        if !read.is_ok_and(|read| read > 0) {
            return Err(Lost::Gone);
        }
        if self.line.last() != Some(&b'\n') {
            return Err(Lost::Gone);
        }
        let report = serde_json::from_slice(&self.line);
        self.line.clear();
        report.map_err(|_| {
            Lost::Fault(fault(
                FaultKind::Garbage,
                "The local model's process says what makes no sense.".into(),
                "Start cowrite again.",
            ))
        })
    }

    /// How the process ended, in words.
    pub(super) async fn how_it_ended(&mut self) -> String {
        let Ok(status) = self.child.wait().await else { return "nobody knows why".into() };
        #[cfg(unix)]
        {
            use std::os::unix::process::ExitStatusExt as _;
            if status.signal() == Some(9) {
                return "it was killed, perhaps because memory ran out".into();
            }
            if let Some(signal) = status.signal() {
                return format!("it was ended by signal {signal}");
            }
        }
        match status.code() {
            Some(code) if code != 0 => format!("it ended with status {code}"),
            _ => "it ended".into(),
        }
    }
}

/// An order that is under way, with the link for itself. Dropping it cancels the order.
pub(super) struct Working {
    link: OwnedMutexGuard<Option<Link>>,
    id: u64,
    /// The order was sent whole.
    sent: bool,
    /// Its last report has come.
    over: bool,
}

/// Where the link lies, for one order at a time.
pub(super) struct Line {
    program: Program,
    link: Arc<Mutex<Option<Link>>>,
    /// The system's number of the process that was started last; 0: none.
    process: AtomicU32,
}

impl Line {
    pub(super) fn new(program: Program) -> Self {
        Self { program, link: Arc::default(), process: AtomicU32::new(0) }
    }

    pub(super) fn process(&self) -> Option<u32> {
        Some(self.process.load(Ordering::SeqCst)).filter(|id| *id > 0)
    }
}

/// Gives an order to the child, which is started if it does not run, and waits for its first
/// report. A child that had ended meanwhile, for idleness or because somebody killed it, is
/// replaced without a word.
pub(super) async fn begin(
    line: Arc<Line>,
    id: u64,
    order: &Order,
) -> Result<(Working, Report), Fault> {
    loop {
        let mut link = Arc::clone(&line.link).lock_owned().await;
        let fresh = link.is_none();
        if fresh {
            let started = Link::start(&line.program).await?;
            line.process.store(started.child.id().unwrap_or(0), Ordering::SeqCst);
            *link = Some(started);
        }
        let mut working = Working { link, id, sent: false, over: false };
        let first = match working.send(order).await {
            Ok(()) => working.next().await,
            Err(why) => Err(why),
        };
        match first {
            Ok(report) => return Ok((working, report)),
            Err(Lost::Gone) if !fresh => working.forget(),
            Err(why) => return Err(working.fault(why).await),
        }
    }
}

impl Working {
    async fn send(&mut self, order: &Order) -> Result<(), Lost> {
        let link = self.link.as_mut().ok_or(Lost::Gone)?;
        link.send(order).await?;
        self.sent = true;
        Ok(())
    }

    /// The next report of this order; what others left is passed over.
    pub(super) async fn next(&mut self) -> Result<Report, Lost> {
        loop {
            let link = self.link.as_mut().ok_or(Lost::Gone)?;
            let report = link.report().await?;
            if report.id() == Some(self.id) {
                return Ok(report);
            }
        }
    }

    /// Nothing more is wanted of the order: its last report has come.
    pub(super) fn done(&mut self) {
        self.over = true;
    }

    /// Lets the process go; the next order starts another.
    fn forget(&mut self) {
        self.over = true;
        *self.link = None;
    }

    /// What the loss of the process means, in words. The next order starts another.
    pub(super) async fn fault(&mut self, why: Lost) -> Fault {
        let found = match (why, self.link.as_mut()) {
            (Lost::Fault(fault), _) => fault,
            (Lost::Gone, Some(link)) => {
                let what =
                    format!("The local model's process is gone: {}.", link.how_it_ended().await);
                fault(
                    FaultKind::Broken,
                    what,
                    "Ask again, it starts anew; what came so far is kept.",
                )
            }
            (Lost::Gone, None) => fault(
                FaultKind::Broken,
                "The local model's process is gone.".into(),
                "Ask again, it starts anew; what came so far is kept.",
            ),
        };
        self.forget();
        found
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let cancelled = match (self.sent, self.link.as_mut()) {
            (true, Some(link)) => {
                let order = Order::Cancel { id: self.id };
                // A line that short goes into the pipe at once, or the other side is stuck.
                matches!(link.send(&order).now_or_never(), Some(Ok(())))
            }
            _ => false,
        };
        if !cancelled {
            *self.link = None;
        }
    }
}
