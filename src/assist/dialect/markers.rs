//! Lines that mean something in an answer: markers of blocks, fences, file names, gaps.

/// The marker lines of a search/replace block, with how many characters the marker has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Search(usize),
    Divider(usize),
    Replace,
}

/// Reads a marker line: 5 to 9 marker characters, indented or not.
pub(super) fn marker(line: &str) -> Option<Marker> {
    let line = line.trim();
    let first = line.chars().next()?;
    let rest = line.trim_start_matches(first);
    let count = line.len() - rest.len();
    if !(5..=9).contains(&count) {
        return None;
    }
    match first {
        '<' => {
            let rest = word(rest.trim_start(), "SEARCH")?.trim_start_matches('>').trim();
            (rest.is_empty() || is_file_name(rest)).then_some(Marker::Search(count))
        }
        '=' => rest.is_empty().then_some(Marker::Divider(count)),
        '>' => word(rest.trim_start(), "REPLACE")?.trim().is_empty().then_some(Marker::Replace),
        _ => None,
    }
}

/// Whether a marker line may start so. `line` is not complete.
pub(super) fn may_become_marker(line: &str) -> bool {
    let line = line.trim_start();
    let Some(first) = line.chars().next() else { return true };
    let word = match first {
        '<' => "SEARCH",
        '>' => "REPLACE",
        '=' => "",
        _ => return false,
    };
    let rest = line.trim_start_matches(first);
    if line.len() - rest.len() > 9 {
        return false;
    }
    let rest = rest.trim_start();
    let same = rest.bytes().zip(word.bytes()).all(|(a, b)| a.eq_ignore_ascii_case(&b));
    same && rest.get(word.len()..).is_none_or(|rest| first == '<' || rest.trim().is_empty())
}

fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(word.len())?;
    head.eq_ignore_ascii_case(word).then_some(rest)
}

/// A line that opens or closes a code fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fence<'a> {
    pub mark: char,
    pub count: usize,
    /// The word behind it; a fence with one cannot close.
    pub info: &'a str,
}

impl Fence<'_> {
    pub fn closes(&self, mark: char, count: usize) -> bool {
        self.mark == mark && self.count >= count && self.info.is_empty()
    }
}

/// Reads a fence line, indented or not.
pub(super) fn fence(line: &str) -> Option<Fence<'_>> {
    let line = line.trim();
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let info = line.trim_start_matches(mark);
    let count = line.len() - info.len();
    let plain = mark == '~' || !info.contains('`');
    (count >= 3 && plain).then_some(Fence { mark, count, info: info.trim() })
}

/// Whether a line without an end may become a fence.
pub(super) fn may_become_fence(line: &str) -> bool {
    ["```", "~~~"].iter().any(|mark| line.starts_with(mark) || mark.starts_with(line))
}

/// Whether a line is only the name of a file, in the forms models use.
pub(super) fn is_file_name(line: &str) -> bool {
    let Some(name) = bare_name(line) else { return false };
    let name = name.trim_end_matches(['*', '`', ':']);
    let extension = name.rsplit_once('.').map(|(stem, extension)| {
        let letters = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        !stem.is_empty() && letters && (1..=8).contains(&extension.len())
    });
    let plain = !name.contains(|c: char| "<>\"'()[]{}|,;!?".contains(c));
    name.len() > 2 && plain && (extension == Some(true) || name.contains('/'))
}

/// Whether a line without an end may become a file name.
pub(super) fn may_become_file_name(line: &str) -> bool {
    line.trim_start_matches(['#', '*', '`', ' ']).is_empty() || bare_name(line).is_some()
}

/// A line without the marks in front and the blanks behind, if it is one short plain word.
fn bare_name(line: &str) -> Option<&str> {
    let name = line.trim().trim_start_matches(['#', '*', '`', ' ']);
    let starts = name.starts_with(|c: char| c.is_ascii_alphanumeric() || "./_".contains(c));
    let one = name.bytes().all(|byte| byte.is_ascii_graphic());
    (starts && one && name.len() < 200).then_some(name)
}

/// Phrases with which models leave text out.
const GAPS: &[&str] = &[
    "unchanged",
    "existing ",
    "previous content",
    "original text",
    "original content",
    "rest of",
    "remainder of",
    "remaining ",
    "same as before",
    "as before",
    "stays the same",
    "remains the same",
    "remain the same",
    "omitted",
    "no changes",
];

/// Whether a line stands for text that was left out: `...`, `[rest unchanged]`,
/// `// ... existing code ...`.
pub(crate) fn is_gap(line: &str) -> bool {
    let line = line.trim();
    let core =
        line.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation() || c == '…');
    if core.is_empty() {
        return line.contains("...") || line.contains('…') || line.contains(". . .");
    }
    if line.chars().count() > 120 {
        return false;
    }
    let lower = core.to_lowercase();
    let phrase = GAPS.iter().any(|phrase| lower.contains(phrase));
    let head = line.trim_start_matches(|c: char| c.is_whitespace() || "/#*<!-([{_;%".contains(c));
    let dots = head.starts_with("...") || head.starts_with('…');
    let aside = ["[", "(", "<", "{", "//", "/*"].iter().any(|mark| line.starts_with(mark));
    let comment =
        line.starts_with('#') && (lower.contains("unchanged") || lower.contains("existing"));
    let said = lower.starts_with("the rest of the ")
        && ["unchanged", "same", "omitted"].iter().any(|word| lower.contains(word));
    phrase && (dots || aside || comment) || said
}

/// Whether a line is talk around a text: `Here is the shortened version:`.
pub(super) fn is_talk(line: &str) -> bool {
    let line = line.trim().trim_matches(['*', '#', '_', ' ']);
    starts_as_talk(line) && line.ends_with([':', '!', '.']) && line.chars().count() < 160
}

/// Whether the start of a line may become talk.
pub(super) fn may_become_talk(line: &str) -> bool {
    let line = line.trim_start_matches(['*', '#', '_', ' ']);
    line.chars().count() < 160 && starts_as_talk(line)
}

fn starts_as_talk(line: &str) -> bool {
    const STARTS: &[&str] = &[
        "here is",
        "here's",
        "here’s",
        "here are",
        "sure",
        "certainly",
        "of course",
        "okay",
        "ok,",
        "below is",
        "the revised",
        "the rewritten",
        "the updated",
        "the new ",
        "the shortened",
        "the corrected",
        "updated ",
        "revised ",
        "rewritten ",
        "corrected ",
    ];
    let lower: String = line.chars().take(24).collect::<String>().to_lowercase();
    STARTS.iter().any(|start| lower.starts_with(start) || start.starts_with(&lower))
}
