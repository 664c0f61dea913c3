//! Sorts what SQLite reports by what a person can do about it.

use crate::store::StoreError;
use rusqlite::ErrorCode as Code;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        let rusqlite::Error::SqliteFailure(cause, _) = &error else {
            return Self::Database(text);
        };
        // A full disk also shows when the shared memory of the journal cannot grow.
        const SHARED_MEMORY_SIZE: i32 = rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
        match cause.code {
            _ if cause.extended_code == SHARED_MEMORY_SIZE => Self::Full,
            Code::DiskFull => Self::Full,
            Code::ReadOnly => Self::ReadOnly,
            Code::PermissionDenied | Code::AuthorizationForStatementDenied => {
                Self::Permission("the library".into())
            }
            Code::DatabaseBusy | Code::DatabaseLocked => Self::Busy,
            Code::DatabaseCorrupt | Code::NotADatabase => Self::Corrupt(text),
            Code::CannotOpen => Self::Io { what: "opening the library".into(), why: text },
            Code::SystemIoFailure => Self::Io { what: "the library".into(), why: text },
            Code::FileLockingProtocolFailed => {
                Self::NoLocks { path: "the library".into(), why: text }
            }
            Code::ConstraintViolation | Code::TooBig => Self::Misuse(text),
            _ => Self::Database(text),
        }
    }
}
