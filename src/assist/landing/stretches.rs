//! What stands between the gaps of a text: where the document has it.

use super::fences::has_line;
use crate::assist::dialect::is_gap;

/// Whether each stretch between the gaps of a text has a line that the document has once.
pub(super) fn has_known(base: &str, text: &str) -> bool {
    stretches(base, text).iter().all(|all| all.iter().any(|line| is_once(base, line)))
}

/// What stands between the gaps of a text, by filled lines.
fn stretches<'a>(base: &str, text: &'a str) -> Vec<Vec<&'a str>> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let parts = lines.split(|line| is_gap(line) && !has_line(base, line));
    parts.filter(|part| !part.is_empty()).map(<[&str]>::to_vec).collect()
}

fn is_once(base: &str, line: &str) -> bool {
    let mut own = base.lines().filter(|one| one.trim() == line.trim());
    own.next().is_some() && own.next().is_none()
}

/// Whether each stretch between the gaps of a text begins or ends with a line that the document has once:
/// others may stand for another place.
pub(super) fn stands_once(base: &str, text: &str) -> bool {
    let once = |line: Option<&&str>| line.is_some_and(|line| is_once(base, line));
    stretches(base, text).iter().all(|all| once(all.first()) || once(all.last()))
}
