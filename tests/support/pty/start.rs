//! Starting a program in a terminal: the process and the three threads beside it, which read,
//! write and wait for its end.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Condvar, Mutex, mpsc};

use portable_pty::{CommandBuilder, native_pty_system};
use vt100::Parser;

use super::state::{Shared, State};
use super::{Home, Host, Size, Term, Terminal, cells, line_discipline};

/// What to start, and in which terminal.
pub struct Start {
    home: Arc<Home>,
    program: String,
    args: Vec<String>,
    size: Size,
    terminal: Terminal,
}

impl Start {
    pub fn cowrite(args: &[&str]) -> Self {
        Self::program(env!("CARGO_BIN_EXE_cowrite"), args)
    }

    pub fn program(program: &str, args: &[&str]) -> Self {
        Self {
            home: Arc::new(Home::new()),
            program: program.to_owned(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            size: Size::default(),
            terminal: Terminal::default(),
        }
    }

    pub fn size(mut self, rows: u16, columns: u16) -> Self {
        self.size = Size::new(rows, columns);
        self
    }

    pub fn home(mut self, home: &Arc<Home>) -> Self {
        self.home = Arc::clone(home);
        self
    }

    pub fn terminal(mut self, terminal: Terminal) -> Self {
        self.terminal = terminal;
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// When the program or the pseudo-terminal cannot be had.
    #[track_caller]
    pub fn start(self) -> Term {
        let pair = native_pty_system().openpty(self.size.pty()).expect("a pseudo-terminal");
        let tty = pair.master.tty_name().expect("the terminal's name");
        let cooked = line_discipline(&*pair.master);

        let mut command = CommandBuilder::new(&self.program);
        command.args(&self.args);
        command.env_clear();
        for (name, value) in &self.home.vars {
            command.env(name, value);
        }
        command.cwd(self.home.work());
        let mut child = pair
            .slave
            .spawn_command(command)
            .unwrap_or_else(|error| panic!("{} does not start: {error:#}", self.program));
        let pid = child.process_id().expect("a process id");
        // Only the program holds the terminal's other end now, so that its end is seen.
        drop(pair.slave);

        let Size { rows, columns } = self.size;
        let host = Host { terminal: self.terminal, size: (rows, columns), ..Host::default() };
        let (rows, columns) = cells(self.size);
        let parser = Parser::new_with_callbacks(rows, columns, 0, host);
        let frame = parser.screen().clone();
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                parser,
                frame,
                raw: Vec::new(),
                unwritten: 0,
                eof: false,
                status: None,
            }),
            changed: Condvar::new(),
        });

        let (to_write, writes) = mpsc::channel::<Vec<u8>>();
        let mut writer = pair.master.take_writer().expect("a writer");
        let mine = Arc::clone(&shared);
        std::thread::spawn(move || {
            for bytes in writes {
                // Nobody reads any more when the program has ended: the bytes are lost, as typed.
                let _ = writer.write_all(&bytes).and_then(|()| writer.flush());
                mine.with(|state| state.unwritten -= 1);
            }
        });
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let mine = Arc::clone(&shared);
        let replies = to_write.clone();
        std::thread::spawn(move || {
            let mut buffer = [0u8; 1 << 16];
            while let Ok(count) = reader.read(&mut buffer)
                && count > 0
            {
                mine.with(|state| state.take_output(&buffer[..count], &replies));
            }
            mine.with(|state| state.eof = true);
        });
        let mine = Arc::clone(&shared);
        std::thread::spawn(move || {
            let status = child.wait();
            mine.with(|state| {
                state.status = Some(status.unwrap_or_else(|_| {
                    portable_pty::ExitStatus::with_signal("nobody knows: it cannot be waited for")
                }));
            });
        });

        Term {
            what: format!("{} {}", self.program, self.args.join(" ")),
            home: self.home,
            master: pair.master,
            tty,
            to_write,
            shared,
            pid,
            cooked,
        }
    }
}
