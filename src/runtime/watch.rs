//! Watching: the bound file, the session file, the library's journal while somebody else uses it,
//! who comes and goes.
//!
//! Nothing polls: at rest the program sleeps until the system tells of a change.

use super::disk::{DiskJob, tell_file};
use super::files::read_again;
use crate::app::Input;
use crate::base::DocId;
use crate::runtime::queue::Sender;
use crate::state::FileStamp;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The watched file and what it held when it was last written here.
#[derive(Default)]
struct Bound {
    file: Option<(DocId, PathBuf)>,
    session_file: Option<PathBuf>,
    wrote: Option<FileStamp>,
}

/// Tells the watch what was written here: it is no news.
#[derive(Clone)]
pub struct Wrote(Arc<Mutex<Bound>>);

impl Wrote {
    pub fn note(&self, stamp: &FileStamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).wrote = Some(stamp.clone());
    }
}

/// The watches. Where the system can't watch, changes are seen at the next save or start.
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    bound: Arc<Mutex<Bound>>,
    folders: BTreeSet<PathBuf>,
    library: Option<PathBuf>,
    library_watched: bool,
}

impl Watch {
    pub fn new(
        library: Option<PathBuf>,
        inputs: Sender<Input>,
        jobs: Option<Sender<DiskJob>>,
    ) -> Self {
        let bound = Arc::new(Mutex::new(Bound::default()));
        let known = Arc::clone(&bound);
        let dir = library.clone();
        let locks = library.as_ref().map(|dir| dir.join("locks"));
        let watched = locks.clone();
        let handler = move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            let settled = settled(event.kind);
            // Looking at the locks closes them, which is no news.
            let moved = !matches!(event.kind, EventKind::Access(_));
            for path in &event.paths {
                if watched.as_ref().is_some_and(|locks| path.starts_with(locks)) {
                    if let Some(jobs) = jobs.as_ref().filter(|_| moved) {
                        let _ = jobs.send(DiskJob::Others);
                    }
                } else if dir.as_ref().is_some_and(|dir| path.starts_with(dir)) {
                    if let Some(jobs) = jobs.as_ref().filter(|_| moved) {
                        let _ = jobs.send(DiskJob::Poll);
                    }
                } else if settled {
                    changed(&known, path, &inputs, jobs.as_ref());
                }
            }
        };
        let mut watcher = notify::recommended_watcher(handler).ok();
        if let (Some(watcher), Some(locks)) = (watcher.as_mut(), &locks) {
            let _ = watcher.watch(locks, RecursiveMode::NonRecursive);
        }
        Self { watcher, bound, folders: BTreeSet::new(), library, library_watched: false }
    }

    /// Watches the folders of the text's file and of the session file: programs that save by
    /// renaming replace the file itself.
    pub fn files(&mut self, file: Option<(DocId, PathBuf)>, session_file: Option<PathBuf>) {
        let paths = file.iter().map(|(_, path)| path).chain(&session_file);
        let folders: BTreeSet<PathBuf> =
            paths.filter_map(|path| path.parent().map(Path::to_path_buf)).collect();
        let mut bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        (bound.file, bound.session_file) = (file, session_file);
        drop(bound);
        let Some(watcher) = self.watcher.as_mut() else { return };
        for old in self.folders.difference(&folders) {
            let _ = watcher.unwatch(old);
        }
        // One that is not there yet is tried again at the next call.
        let mut watched: BTreeSet<PathBuf> = BTreeSet::new();
        for folder in folders {
            let known = self.folders.contains(&folder);
            if known || watcher.watch(&folder, RecursiveMode::NonRecursive).is_ok() {
                watched.insert(folder);
            }
        }
        self.folders = watched;
    }

    pub fn wrote(&self) -> Wrote {
        Wrote(Arc::clone(&self.bound))
    }

    /// Watches the library's files while somebody else uses it.
    pub fn library(&mut self, others: bool) {
        let (Some(watcher), Some(dir)) = (self.watcher.as_mut(), &self.library) else { return };
        if others == self.library_watched {
            return;
        }
        let done = if others {
            watcher.watch(dir, RecursiveMode::NonRecursive)
        } else {
            watcher.unwatch(dir)
        };
        if done.is_ok() {
            self.library_watched = others;
        }
    }
}

/// Whether a file is whole again after what happened to it. A program that writes in place empties
/// the file first: what stands in it before the program closes it is nobody's text.
#[cfg(target_os = "linux")]
fn settled(kind: EventKind) -> bool {
    use notify::event::{AccessKind, AccessMode, ModifyKind};
    matches!(
        kind,
        EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(_))
            | EventKind::Remove(_)
    )
}

/// Elsewhere nothing tells when a program has closed a file.
#[cfg(not(target_os = "linux"))]
fn settled(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(_))
}

/// Something happened in the folder of the bound file or of the session file.
fn changed(
    bound: &Mutex<Bound>,
    path: &Path,
    inputs: &Sender<Input>,
    jobs: Option<&Sender<DiskJob>>,
) {
    let mut known = bound.lock().unwrap_or_else(PoisonError::into_inner);
    if known.session_file.as_deref() == Some(path) {
        if let Some(jobs) = jobs {
            let _ = jobs.send(DiskJob::SessionFile);
        }
        return;
    }
    let Some((doc, file)) = known.file.clone() else { return };
    if path != file {
        return;
    }
    match read_again(&file) {
        Ok(read) if known.wrote.as_ref() == Some(&read.stamp) => {}
        Ok(read) => {
            known.wrote = Some(read.stamp.clone());
            tell_file(jobs, inputs, doc, Ok(read));
        }
        Err(why) => {
            tell_file(jobs, inputs, doc, Err(why.to_string()));
        }
    }
}
