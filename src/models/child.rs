//! Running another program that may take long: what it says, line by line, and ending it with all it
//! started. Knows nothing of what the program is for.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// How often a stop is looked for.
pub const TICK: Duration = Duration::from_millis(50);
/// The most of a line that is kept, in bytes.
const LONGEST: u64 = 8 << 10;
/// How many quiet ticks after its end what it started may still hold the pipes open.
const LINGER: u32 = 10;

/// A line that the program said.
#[derive(Clone, Debug)]
pub enum Said {
    Out(String),
    Err(String),
}

/// Runs a program to its end. `each` gets its lines, and `None` now and then while it says nothing.
/// `Ok(None)`: it was stopped because of `cancel`, and is gone.
pub fn run(
    command: &mut Command,
    cancel: &AtomicBool,
    each: &mut dyn FnMut(Option<Said>),
) -> std::io::Result<Option<ExitStatus>> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        // A group of its own: what it starts can be ended with it, and Ctrl-C comes to us alone.
        command.process_group(0);
    }
    let mut child = Running(command.spawn()?);
    let (lines, said) = sync_channel(256);
    if let Some(out) = child.0.stdout.take() {
        listen(out, lines.clone(), Said::Out)?;
    }
    if let Some(err) = child.0.stderr.take() {
        listen(err, lines, Said::Err)?;
    }
    follow(&mut child.0, &said, cancel, each)
}

fn follow(
    child: &mut Child,
    said: &Receiver<Said>,
    cancel: &AtomicBool,
    each: &mut dyn FnMut(Option<Said>),
) -> std::io::Result<Option<ExitStatus>> {
    let mut quiet = 0;
    loop {
        if cancel.load(Ordering::SeqCst) {
            return Ok(None);
        }
        match said.recv_timeout(TICK) {
            Ok(line) => {
                quiet = 0;
                each(Some(line));
            }
            Err(RecvTimeoutError::Timeout) => {
                each(None);
                if let Some(status) = child.try_wait()? {
                    quiet += 1;
                    if quiet > LINGER {
                        return Ok(Some(status));
                    }
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                if let Some(status) = child.try_wait()? {
                    return Ok(Some(status));
                }
                each(None);
                pause();
            }
        }
    }
}

/// Waits for one tick, where the system has nothing to wait for.
#[allow(
    clippy::disallowed_methods,
    reason = "neither a lock nor a process can be waited for together with a stop"
)]
pub fn pause() {
    std::thread::sleep(TICK);
}

/// Sends the lines of a pipe from a thread, which ends with the pipe or when nobody listens.
fn listen(
    pipe: impl Read + Send + 'static,
    lines: SyncSender<Said>,
    kind: fn(String) -> Said,
) -> std::io::Result<()> {
    let read = move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        loop {
            line.clear();
            match pipe.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                    if lines.send(kind(text)).is_err() {
                        return;
                    }
                }
            }
        }
    };
    std::thread::Builder::new().name("pip".into()).spawn(read).map(drop)
}

/// A child that does not outlive its dropping.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            // Also when the program itself has ended: what it started may not have.
            let group = rustix::process::Pid::from_child(&self.0);
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
