//! `cowrite export --html`: a session as one page for a browser. It leaves this machine as a shared
//! session does: what looks like a secret stops it until it is let pass.

use super::share::known_kinds;
use super::{Failure, Out, one_line};
use crate::base::EventId;
use crate::event::Envelope;
use crate::report::html::{MARK, html};
use crate::report::plan;
use crate::report::scan::{Allowed, is_ready};
use crate::runtime::{redact, shared};
use crate::session::Session;
use crate::store::SqliteStore;
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How much of a file is looked at to see whether it is such a page, in bytes.
const LOOKED_AT: u64 = 4096;

/// What a page is made with.
#[derive(clap::Args, Debug, Default)]
pub struct HtmlArgs {
    /// As one page for a browser: documents with who wrote what, conversation, proposals,
    /// decisions, and a slider that replays the session. It loads and sends nothing. What looks
    /// like a secret or personal data stops it, as it stops `cowrite share`.
    #[arg(long, conflicts_with_all = ["json", "markdown", "session_file", "egress", "git_ai", "agent_trace"])]
    pub html: bool,
    /// Write the page to this file; a page of before is replaced.
    #[arg(long, short, value_name = "FILE", requires = "html")]
    output: Option<PathBuf>,
    /// With --html: let every finding of this kind pass in this session, from now on; may be given
    /// again.
    #[arg(long, value_name = "KIND", requires = "html")]
    allow: Vec<String>,
    /// With --html: let this finding pass in this session, from now on: its number as it is shown;
    /// may be given again.
    #[arg(long, value_name = "ID", requires = "html")]
    allow_finding: Vec<String>,
}

impl HtmlArgs {
    /// Makes the page. Without a library, as of a session file, what is let pass is not remembered.
    pub fn run(
        &self,
        id: EventId,
        events: &[Envelope],
        store: Option<&mut SqliteStore>,
        out: &mut Out,
    ) -> Result<ExitCode, Failure> {
        known_kinds(&self.allow)?;
        if self.output.is_none() && out.is_terminal() {
            return Err(Failure::usage("Name the file that the page goes to: -o FILE."));
        }
        if let Some(path) = &self.output {
            may_write(path)?;
        }
        if !is_ready() {
            return Err(Failure::new(
                "The rules by which secrets are looked for can't be used: no page is made without them.",
            ));
        }
        let session = Session::fold(id, events);
        if let Some(store) = store.as_deref()
            && redact::unanswered(store, &session).map_err(Failure::new)?
        {
            return Err(Failure::new(format!("No page was made: {}", redact::WAITING)));
        }
        let allowed = self.allowed(id, store)?;
        let found = plan(&session, events, &BTreeSet::new(), &allowed).findings;
        if !found.is_empty() {
            for finding in &found {
                out.say(&one_line(&finding.words()));
            }
            out.say(
                "No page was made: it would hold this, in its replay too where it was deleted. What \
                 stands there can be let pass: --allow-finding ID for one, --allow KIND for all of a \
                 kind.",
            );
            return Ok(ExitCode::from(1));
        }
        let page = html(&session);
        match &self.output {
            None => out.bytes(page.as_bytes())?,
            Some(path) => {
                write(path, page.as_bytes())?;
                let kb = page.len().div_ceil(1000);
                out.say(&format!("The page is {}, {kb} kB.", path.display()));
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What may pass, with what is let pass now.
    fn allowed(&self, id: EventId, store: Option<&mut SqliteStore>) -> Result<Allowed, Failure> {
        let mut allowed = match &store {
            Some(store) => shared::allowed(store, id).map_err(Failure::store)?,
            None => Allowed::default(),
        };
        allowed.kinds.extend(self.allow.iter().cloned());
        let ids = self.allow_finding.iter();
        allowed.ids.extend(ids.map(|id| id.trim_start_matches('#').to_owned()));
        let lets = !self.allow.is_empty() || !self.allow_finding.is_empty();
        if let Some(store) = store.filter(|_| lets) {
            shared::allow(store, id, &allowed).map_err(Failure::store)?;
        }
        Ok(allowed)
    }
}

/// Whether a file may be written: a new one, or in the place of a page of this program.
fn may_write(path: &Path) -> Result<(), Failure> {
    let named = |why: std::io::Error| Failure::new(format!("{}: {why}.", path.display()));
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(named(why)),
    };
    let mut head = Vec::new();
    if about.is_file() {
        let file = std::fs::File::open(path).map_err(named)?;
        file.take(LOOKED_AT).read_to_end(&mut head).map_err(named)?;
    }
    match about.is_file() && memchr::memmem::find(&head, MARK.as_bytes()).is_some() {
        true => Ok(()),
        false => Err(Failure::usage(format!(
            "{} is there already and no page of cowrite: name another file.",
            path.display()
        ))),
    }
}

/// Puts the page in its place whole or not at all.
fn write(path: &Path, page: &[u8]) -> Result<(), Failure> {
    let failed = |why: std::io::Error| Failure::new(format!("{}: {why}.", path.display()));
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".cowrite-").tempfile_in(dir).map_err(failed)?;
    std::io::Write::write_all(&mut file, page).map_err(failed)?;
    readable(file.path());
    file.persist(path).map_err(|why| failed(why.error))?;
    Ok(())
}

/// A page is to be shown: others may read it.
fn readable(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Where that can't be, it is as private as it was made.
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644));
    }
    #[cfg(not(unix))]
    let _ = path;
}
