//! What the machine tells: room on a disk, free memory, the date. Replaceable, so that tests can have
//! a full disk.

use std::path::Path;

/// Readers of the machine's state; `None` where the system does not tell.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// Bytes that can be written to the disk of a directory that exists.
    pub free_disk: fn(&Path) -> Option<u64>,
    /// Bytes of memory that programs can still have.
    pub free_memory: fn() -> Option<u64>,
    /// The date, `2026-11-24`.
    pub today: fn() -> String,
}

impl Machine {
    /// This machine, with a clock.
    pub fn real(today: fn() -> String) -> Self {
        Self { free_disk, free_memory, today }
    }
}

#[cfg(unix)]
fn free_disk(dir: &Path) -> Option<u64> {
    let told = rustix::fs::statvfs(dir).ok()?;
    told.f_bavail.checked_mul(told.f_frsize)
}

#[cfg(not(unix))]
fn free_disk(_dir: &Path) -> Option<u64> {
    None
}

/// Linux only.
fn free_memory() -> Option<u64> {
    available(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[test]
fn memory_is_read_from_what_linux_tells() {
    let check = |text: &str, wanted: Option<u64>| assert_eq!(available(text), wanted, "{text:?}");
    check("MemTotal: 9 kB\nMemAvailable:    2048 kB\nx: 1 kB\n", Some(2_097_152));
    check("MemTotal: 9 kB\n", None);
    check("MemAvailable: many kB\n", None);
    check("MemAvailable: 18446744073709551615 kB\n", None);
}
