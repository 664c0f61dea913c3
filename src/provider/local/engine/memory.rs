//! How much memory there is: asked before a model is loaded, not found out by running out of it.

use std::path::Path;

/// Bytes that a program can still take; `None` where the system does not tell.
pub fn available() -> Option<u64> {
    let system = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| of_system(&text));
    let group = of_group(Path::new("/sys/fs/cgroup"));
    [system, group].into_iter().flatten().min()
}

fn of_system(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// What the limits of this process's group and those above it leave.
fn of_group(root: &Path) -> Option<u64> {
    let own = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = own.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default().to_owned();
    let mut at = root.join(own);
    let mut least = None;
    // Ends at the root, or where there are no groups.
    while at.starts_with(root) {
        let number = |name: &str| -> Option<u64> {
            std::fs::read_to_string(at.join(name)).ok()?.trim().parse().ok()
        };
        // Without a limit the file says `max`, which is no number.
        if let (Some(most), Some(used)) = (number("memory.max"), number("memory.current")) {
            let left = most.saturating_sub(used);
            least = Some(least.map_or(left, |least: u64| least.min(left)));
        }
        if !at.pop() {
            break;
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_what_is_left() {
        let text = "MemTotal:       24684000 kB\nMemAvailable:   23000000 kB\n";
        assert_eq!(of_system(text), Some(23_000_000 * 1024));
        assert_eq!(of_system("MemTotal: 3 kB\n"), None);
        assert_eq!(of_group(Path::new("/no-such-folder")), None);
    }
}
