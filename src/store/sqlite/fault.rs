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
        // Refused locks show as these, and so does a journal whose memory can't be shared.
        const LOCKS: [i32; 4] = [
            rusqlite::ffi::SQLITE_IOERR_LOCK,
            rusqlite::ffi::SQLITE_IOERR_RDLOCK,
            rusqlite::ffi::SQLITE_IOERR_SHMLOCK,
            rusqlite::ffi::SQLITE_IOERR_SHMMAP,
        ];
        match cause.code {
            _ if cause.extended_code == SHARED_MEMORY_SIZE => Self::Full,
            Code::DiskFull => Self::Full,
            _ if LOCKS.contains(&cause.extended_code) => {
                Self::NoLocks { path: "the library".into(), why: "it refused one".into() }
            }
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
