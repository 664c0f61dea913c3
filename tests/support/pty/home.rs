//! A home of its own for the programs under test, and running them without a terminal.
//!
//! Nothing of the machine's environment but the search path gets in: no keys of a provider, no
//! configuration, no session bus.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;

use super::{DEADLINE, send_signal};

/// A person's home on a machine of its own: directories in a temporary place, and an environment
/// that has nothing of the one the tests run in but the search path. Several programs may share it,
/// at once or one after the other.
pub struct Home {
    root: tempfile::TempDir,
    pub(super) vars: Vec<(String, String)>,
}

impl Home {
    pub fn new() -> Self {
        let root = tempfile::Builder::new().prefix("cowrite-e2e-").tempdir().unwrap();
        for directory in
            ["home", "cowrite", "config", "data", "state", "cache", "run", "tmp", "work"]
        {
            std::fs::create_dir(root.path().join(directory)).unwrap();
        }
        let at = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
        let vars = [
            ("PATH", std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned())),
            ("HOME", at("home")),
            ("COWRITE_HOME", at("cowrite")),
            ("XDG_CONFIG_HOME", at("config")),
            ("XDG_DATA_HOME", at("data")),
            ("XDG_STATE_HOME", at("state")),
            ("XDG_CACHE_HOME", at("cache")),
            ("XDG_RUNTIME_DIR", at("run")),
            ("TMPDIR", at("tmp")),
            ("TERM", "xterm-256color".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("USER", "ada".to_owned()),
            ("SHELL", "/bin/sh".to_owned()),
            // Nobody: no test asks a hub on the network.
            ("HF_ENDPOINT", "http://127.0.0.1:1".to_owned()),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Self { root, vars }
    }

    /// Sets a variable for every program started in this home from now on.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.vars.retain(|(known, _)| known != name);
        self.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a variable away.
    pub fn without(mut self, name: &str) -> Self {
        self.vars.retain(|(known, _)| known != name);
        self
    }

    /// The whole environment of programs in this home.
    pub fn vars(&self) -> &[(String, String)] {
        &self.vars
    }

    /// The value of COWRITE_HOME.
    pub fn cowrite(&self) -> PathBuf {
        self.root.path().join("cowrite")
    }

    /// The directory that programs start in.
    pub fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// A file in the working directory.
    pub fn file(&self, name: &str) -> PathBuf {
        self.work().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    #[track_caller]
    pub fn read(&self, name: &str) -> String {
        let path = self.file(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Runs cowrite without a terminal.
    #[track_caller]
    pub fn run(&self, args: &[&str], stdin: &str) -> Ran {
        self.run_program(env!("CARGO_BIN_EXE_cowrite"), args, stdin)
    }

    /// Runs any program without a terminal, at most until the deadline.
    #[track_caller]
    pub fn run_program(&self, program: &str, args: &[&str], stdin: &str) -> Ran {
        let mut child = Command::new(program)
            .args(args)
            .env_clear()
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(self.work())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        let pid = child.id();
        let input = stdin.to_owned();
        let pipe = child.stdin.take();
        // A program that ends without reading its input is its own business.
        std::thread::spawn(move || pipe.map(|mut pipe| pipe.write_all(input.as_bytes())));
        let (done, ended) = mpsc::channel();
        std::thread::spawn(move || done.send(child.wait_with_output()));
        let Ok(output) = ended.recv_timeout(DEADLINE) else {
            send_signal(pid, "KILL");
            panic!("{program} {args:?} did not end within {DEADLINE:?}");
        };
        let output = output.unwrap();
        Ran {
            what: format!("{program} {}", args.join(" ")),
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

/// What a program that ran without a terminal left.
#[derive(Debug)]
pub struct Ran {
    what: String,
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Standard output of a program that must have succeeded.
    #[track_caller]
    pub fn ok(self) -> String {
        assert!(self.status.success(), "{}", self.tell());
        self.stdout
    }

    /// Standard error of a program that must have failed with this status.
    #[track_caller]
    pub fn fails(self, code: i32) -> String {
        assert_eq!(self.status.code(), Some(code), "{}", self.tell());
        self.stderr
    }

    fn tell(&self) -> String {
        format!(
            "{} ended with {}\n--- stdout\n{}\n--- stderr\n{}",
            self.what, self.status, self.stdout, self.stderr
        )
    }
}

/// Runs cowrite without a terminal in a new home.
#[track_caller]
pub fn run(args: &[&str], stdin: &str) -> Ran {
    Home::new().run(args, stdin)
}
