//! Two texts as a unified difference, as `patch` and `git apply` read it.

use similar::TextDiff;

/// The difference, empty where there is none. `name` is the file's, as it was given.
pub fn unified(name: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let name = name.trim_start_matches('/').trim_start_matches("./");
    let (before, after) = (format!("a/{name}"), format!("b/{name}"));
    TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(&before, &after)
        .to_string()
}
