//! The process that computes: reads orders, runs the engine, reports. Its life hangs on the pipe.
//!
//! It ends when nobody writes to it any more, when it was idle for long, and with the process that
//! started it. A panic in the engine costs the order it happened in. It is a program of its own,
//! with two threads: one reads, so that a cancellation is seen while the other computes.

use super::engine::{self, About, End, Engine, Limits, Request};
use super::wire::{MOST_ORDER, Order, Report, Source, VERSION};
use crate::prompt::{Fault, Stop};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Niceness: whatever a person does goes before. Not the lowest: at 15 one busy program on each
/// processor leaves a thirtieth of them, and an answer of two seconds takes more than twenty.
#[cfg(unix)]
const NICE: i32 = 5;

/// How the process is run.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// It ends after so long without an order.
    pub idle: Duration,
    /// Bytes of memory that it believes to be there, instead of asking the system.
    pub memory: Option<u64>,
}

/// Takes the low place among the processes, and the death of the parent as its own.
pub fn settle_down() {
    #[cfg(unix)]
    {
        let _ = rustix::process::nice(NICE);
    }
    #[cfg(target_os = "linux")]
    {
        let _ =
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
        // When memory runs out, this one goes and the editor stays.
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    }
}

/// Serves orders from `input` until it ends.
///
/// # Errors
/// When a report can't be written: nobody listens any more.
pub fn serve(
    input: impl Read + Send + 'static,
    output: impl Write,
    service: Service,
) -> io::Result<()> {
    let cancelled = Arc::new(AtomicU64::new(0));
    let (orders, queue) = channel();
    let seen = Arc::clone(&cancelled);
    std::thread::Builder::new().name("orders".into()).spawn(move || {
        let mut input = BufReader::new(input);
        while let Some(order) = next_order(&mut input) {
            match order {
                Order::Cancel { id } => {
                    seen.fetch_max(id, Ordering::SeqCst);
                }
                order => {
                    if orders.send(order).is_err() {
                        break;
                    }
                }
            }
        }
        // Nobody wants anything any more.
        seen.store(u64::MAX, Ordering::SeqCst);
    })?;
    Child { output, cancelled, service, engine: None }.run(&queue)
}

/// The next order; `None` at the end, and where no order stands.
fn next_order(input: &mut impl BufRead) -> Option<Order> {
    let mut line = Vec::new();
    let read = input.take(MOST_ORDER as u64).read_until(b'\n', &mut line).ok()?;
    if read == 0 || line.last() != Some(&b'\n') {
        return None;
    }
    serde_json::from_slice(&line).ok()
}

struct Child<W> {
    output: W,
    /// Orders up to this one are wanted no more.
    cancelled: Arc<AtomicU64>,
    service: Service,
    engine: Option<(Source, Engine)>,
}

impl<W: Write> Child<W> {
    fn run(mut self, queue: &Receiver<Order>) -> io::Result<()> {
        self.report(&Report::Hello { version: VERSION })?;
        loop {
            match queue.recv_timeout(self.service.idle) {
                Ok(order) => self.take(order)?,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    fn report(&mut self, report: &Report) -> io::Result<()> {
        let mut line = serde_json::to_vec(report).map_err(io::Error::other)?;
        line.push(b'\n');
        self.output.write_all(&line)?;
        self.output.flush()
    }

    fn take(&mut self, order: Order) -> io::Result<()> {
        let id = match &order {
            Order::Look { id, .. }
            | Order::Load { id, .. }
            | Order::Ask { id, .. }
            | Order::Tokens { id, .. }
            | Order::Cancel { id } => *id,
        };
        if self.is_cancelled(id) {
            return self.report(&Report::Cancelled { id });
        }
        let mut broken = None;
        let done = catch_unwind(AssertUnwindSafe(|| self.carry_out(order, &mut broken)));
        if let Some(why) = broken {
            return Err(why);
        }
        let last = match done {
            Ok(Ok(report)) => report,
            Ok(Err(fault)) => Report::fault(id, fault),
            Err(_) => {
                // What it was in the middle of is not to be trusted.
                self.engine = None;
                Report::fault(id, engine::own("The model stumbled over this and was put away"))
            }
        };
        self.report(&last)
    }

    fn is_cancelled(&self, id: u64) -> bool {
        self.cancelled.load(Ordering::SeqCst) >= id
    }

    /// Carries an order out; gives its last report.
    fn carry_out(&mut self, order: Order, broken: &mut Option<io::Error>) -> Result<Report, Fault> {
        match order {
            Order::Look { id, source } => {
                let memory = self.memory();
                let About { name, window, memory } =
                    engine::look(&source.file, limits(&source, &memory))?;
                Ok(Report::Looked { id, name, window, memory })
            }
            Order::Load { id, source } => {
                let loaded = self.load(id, source)?;
                Ok(if loaded { Report::Loaded { id } } else { Report::Cancelled { id } })
            }
            Order::Tokens { id, source, text } => {
                if !self.load(id, source)? {
                    return Ok(Report::Cancelled { id });
                }
                let (_, engine) = self.engine.as_ref().ok_or_else(no_engine)?;
                Ok(Report::Tokens { id, tokens: engine.tokens(&text)? })
            }
            Order::Ask { id, source, body } => {
                let request = Request::read(&body, seed())?;
                if !self.load(id, source)? {
                    return Ok(Report::Cancelled { id });
                }
                self.answer(id, &request, broken)
            }
            Order::Cancel { id } => Ok(Report::Cancelled { id }),
        }
    }

    fn memory(&self) -> impl Fn() -> Option<u64> + use<W> {
        let told = self.service.memory;
        move || told.or_else(engine::memory::available)
    }

    /// Makes sure that this model is loaded; `false` when that was cancelled.
    fn load(&mut self, id: u64, source: Source) -> Result<bool, Fault> {
        if self.engine.as_ref().is_some_and(|(loaded, _)| *loaded == source) {
            return Ok(true);
        }
        // Two models at once may be more than the memory holds.
        self.engine = None;
        let memory = self.memory();
        let cancelled = Arc::clone(&self.cancelled);
        let mut step = |_: u8| cancelled.load(Ordering::SeqCst) < id;
        let loaded = Engine::load(&source.file, limits(&source, &memory), &mut step)?;
        let Some(engine) = loaded else { return Ok(false) };
        self.engine = Some((source, engine));
        Ok(true)
    }

    fn answer(
        &mut self,
        id: u64,
        request: &Request,
        broken: &mut Option<io::Error>,
    ) -> Result<Report, Fault> {
        let (source, mut engine) = self.engine.take().ok_or_else(no_engine)?;
        let cancelled = Arc::clone(&self.cancelled);
        let wanted = move || cancelled.load(Ordering::SeqCst) < id;
        let mut said = |text: &str| {
            if !text.is_empty()
                && wanted()
                && let Err(why) = self.report(&Report::Text { id, text: text.to_owned() })
            {
                // Nobody reads: the next look at the input finds its end.
                *broken = Some(why);
            }
        };
        let answered = engine.answer(request, &wanted, &mut said);
        self.engine = Some((source, engine));
        let (end, usage) = answered?;
        Ok(match end {
            End::Cancelled => Report::Cancelled { id },
            End::Stop(stop) => Report::Ended { id, usage, length: stop == Stop::Length },
        })
    }
}

fn limits<'a>(source: &Source, available: &'a dyn Fn() -> Option<u64>) -> Limits<'a> {
    Limits { window: source.window, available }
}

fn no_engine() -> Fault {
    engine::own("The model is not loaded")
}

/// A seed that nobody chose.
fn seed() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness of the system's the answers repeat, which is no harm.
    let _ = getrandom::fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
