//! Where a library lies: its directory, who may read it, and whether it is still the one that lay
//! there before.
//!
//! A library that was copied, moved to another disk, restored or rolled back must not seal what
//! its original may seal too. Two marks tell: the file's identity (device and inode) and a token
//! that changes with every opening and stands both in the library and beside it.

use super::StoreError;
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The marks of a place, as they stand in the library.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub token: String,
    /// Device and inode; nothing where the system has none.
    pub file: Option<(u64, u64)>,
}

fn token_path(dir: &Path) -> PathBuf {
    dir.join("place")
}

/// The token beside the library; empty when there is none.
pub fn token_beside(dir: &Path) -> String {
    fs::read_to_string(token_path(dir)).unwrap_or_default().trim().to_string()
}

/// Writes the token beside the library.
pub fn write_token(dir: &Path, token: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    private(&mut options);
    options.open(token_path(dir))?.write_all(format!("{token}\n").as_bytes())
}

/// Device and inode of a file. Looks at the path and does not open the file: closing a database
/// file that SQLite has open in the same process would let SQLite's locks on it go.
#[cfg(unix)]
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
}

#[cfg(not(unix))]
pub fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}

/// Makes files that are created with `options` readable by their owner only.
#[cfg(unix)]
pub fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
pub fn private(_options: &mut OpenOptions) {}

/// Takes away everybody else's access to a file. That it fails is no reason not to go on: the
/// file may belong to somebody who shares it on purpose.
pub fn make_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0) {
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// Makes a directory that only its owner can enter; one that exists is left as it is.
pub fn private_dir(dir: &Path) -> Result<(), StoreError> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(dir).map_err(|error| {
        if dir.exists() {
            StoreError::NotADirectory(dir.display().to_string())
        } else {
            StoreError::io("making", dir, &error)
        }
    })
}

/// Refuses a directory on a network share: the write-ahead log needs memory that all who use it
/// share. Only Linux tells; elsewhere the locks have to.
pub fn refuse_network(dir: &Path) -> Result<(), StoreError> {
    let (Ok(mounts), Ok(dir)) = (fs::read_to_string("/proc/self/mountinfo"), dir.canonicalize())
    else {
        return Ok(());
    };
    match network_kind(&mounts, &dir) {
        Some(kind) => Err(StoreError::Network { path: dir.display().to_string(), kind }),
        None => Ok(()),
    }
}

/// The kind of network share that `dir` lies on, by the lines of `/proc/self/mountinfo`.
pub fn network_kind(mounts: &str, dir: &Path) -> Option<String> {
    const NETWORK: [&str; 14] = [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "ceph",
        "lustre",
        "gfs2",
        "ocfs2",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.rclone",
    ];
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let Some((left, right)) = line.split_once(" - ") else { continue };
        let (Some(point), Some(kind)) = (left.split(' ').nth(4), right.split(' ').next()) else {
            continue;
        };
        let point = point.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
        // Later mounts on the same point cover earlier ones.
        if dir.starts_with(&point) && best.is_none_or(|(length, _)| point.len() >= length) {
            best = Some((point.len(), kind));
        }
    }
    best.map(|(_, kind)| kind).filter(|kind| NETWORK.contains(kind)).map(String::from)
}
