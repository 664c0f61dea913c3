//! What can go wrong with a store, in words, and what to do next. Knows no database library.

/// Why the library could not be opened, read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("the disk is full")]
    Full,
    #[error("the library is read-only")]
    ReadOnly,
    #[error("no permission for {0}")]
    Permission(String),
    #[error("the library was locked for too long")]
    Busy,
    #[error("the library is damaged: {0}")]
    Corrupt(String),
    /// Not the library, but what was to become one.
    #[error("the backup {path} is damaged: {why}")]
    BadBackup { path: String, why: String },
    #[error("the folder {0} does not exist")]
    NoFolder(String),
    #[error("the file {0} is not a library of cowrite")]
    NotALibrary(String),
    #[error("the library has schema {found}; this version of cowrite knows up to {known}")]
    Newer { found: i64, known: i64 },
    #[error("the folder {path} is on a network file system ({kind})")]
    Network { path: String, kind: String },
    #[error("the file system of {path} cannot lock files: {why}")]
    NoLocks { path: String, why: String },
    #[error("the path {0} is not a directory")]
    NotADirectory(String),
    #[error("there is no library in {0}")]
    Missing(String),
    #[error("the file {0} exists already")]
    Exists(String),
    #[error("another cowrite uses {0}")]
    InUse(String),
    #[error("{what}: {why}")]
    Io { what: String, why: String },
    /// The caller asked for something that makes no sense; trying again does not help.
    #[error("a write makes no sense: {0}")]
    Misuse(String),
    #[error("the database reports: {0}")]
    Database(String),
}

impl StoreError {
    /// What a person can do about it, in one or two sentences.
    pub fn advice(&self) -> String {
        match self {
            Self::Full => "Make room on the disk. What was not written is kept in memory and \
                           written as soon as there is room."
                .into(),
            Self::ReadOnly => "Make the library's directory and files writable, or set \
                               COWRITE_HOME to a directory that is."
                .into(),
            Self::Permission(path) => format!(
                "Give yourself access to {path}, or set COWRITE_HOME to a directory of your own."
            ),
            Self::Busy => "Another program holds the library. Close it; cowrite tries again by \
                           itself."
                .into(),
            Self::Corrupt(_) => "Keep a copy of the whole directory first. Then restore a backup, \
                                 or start a new library in another directory (COWRITE_HOME) and \
                                 open your session files there."
                .into(),
            Self::BadBackup { .. } => "The library is as it was. Restore another backup.".into(),
            Self::NoFolder(_) => "Make it first, or name another place.".into(),
            Self::NotALibrary(path) => format!(
                "Move {path} away if you do not need it there, or set COWRITE_HOME to another \
                 directory."
            ),
            Self::Newer { .. } => "Install the newer version of cowrite that wrote it. An older \
                                   one does not touch it, so nothing is lost."
                .into(),
            Self::Network { .. } => "Set COWRITE_HOME to a directory on a disk of this machine; a \
                                     database on a network share gets damaged. To work from two \
                                     machines, share session files."
                .into(),
            Self::NoLocks { .. } => "Set COWRITE_HOME to a directory on a disk of this machine \
                                     whose file system can lock files."
                .into(),
            Self::NotADirectory(path) => {
                format!("Move {path} away, or set COWRITE_HOME to a directory.")
            }
            Self::Missing(_) => {
                "Look at COWRITE_HOME; a library is made when cowrite first writes.".into()
            }
            Self::Exists(path) => format!("Choose another name, or move {path} away."),
            Self::InUse(_) => "Close the other cowrite and try again.".into(),
            Self::Io { .. } => {
                "Look at the disk and its messages. What was not written is kept in memory and \
                 tried again."
                    .into()
            }
            Self::Misuse(_) | Self::Database(_) => {
                "This is a fault of cowrite: please report it with this message.".into()
            }
        }
    }

    /// Whether the same write can succeed later without anybody changing the program.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Full | Self::Busy | Self::ReadOnly | Self::Permission(_) | Self::Io { .. }
        )
    }

    /// Sorts what the operating system said about `path`.
    pub(crate) fn io(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        match error.kind() {
            K::StorageFull | K::QuotaExceeded => Self::Full,
            K::ReadOnlyFilesystem => Self::ReadOnly,
            K::PermissionDenied => Self::Permission(path.display().to_string()),
            K::NotADirectory => Self::NotADirectory(path.display().to_string()),
            _ => Self::Io { what: format!("{what} {}", path.display()), why: error.to_string() },
        }
    }
}
