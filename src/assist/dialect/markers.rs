//! Lines that mean something in an answer: markers of blocks, fences, file names, gaps.

/// The longest line that can mean something by itself, in bytes: what is longer is text.
pub(super) const LONGEST: usize = 512;

/// A line that is short enough to mean something, without its blanks; and how far it is indented,
/// in bytes.
pub(super) fn words(line: &str) -> Option<(&str, usize)> {
    if line.len() > LONGEST {
        return None;
    }
    let start = line.trim_start();
    Some((start.trim_end(), line.len() - start.len()))
}

/// The blanks that a line starts with, in bytes.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The marker lines of a search/replace block, with how many characters the marker has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Search(usize),
    /// The first of three markers as git writes them, which may be meant as an edit.
    Ours(usize),
    Divider(usize),
    Replace,
    /// The last of three markers as git writes them.
    Theirs,
}

const SEARCH: &[&str] = &["SEARCH", "ORIGINAL"];
const REPLACE: &[&str] = &["REPLACE", "UPDATED"];
const OURS: &[&str] = &["HEAD", "OLD", "BEFORE", "CURRENT", "EXISTING", "FIND"];

/// Reads a marker line: 4 to 9 marker characters, indented or not; 3 are a here-string, a prompt, a
/// rule.
pub(super) fn marker(line: &str) -> Option<Marker> {
    let (line, _) = words(line)?;
    let first = line.chars().next().filter(|first| "<>=-+".contains(*first))?;
    let rest = line.trim_start_matches(first);
    let count = line.len() - rest.len();
    if !(4..=9).contains(&count) {
        return None;
    }
    let rest = rest.trim_start();
    match first {
        '<' | '-' => {
            let named = |all: &[&str]| {
                let behind = all.iter().find_map(|one| word(rest, one))?;
                let behind = behind.trim_start_matches(['>', ':']).trim();
                (behind.is_empty() || is_file_name(behind)).then_some(())
            };
            // Nothing behind it says as little as `HEAD`.
            if first == '<' && count > 4 && (rest.is_empty() || named(OURS).is_some()) {
                return Some(Marker::Ours(count));
            }
            named(if first == '<' { SEARCH } else { &SEARCH[..1] })?;
            Some(Marker::Search(count))
        }
        '=' => rest.is_empty().then_some(Marker::Divider(count)),
        _ => {
            let said = REPLACE.iter().find_map(|one| word(rest, one));
            match said.map(str::trim) {
                Some("") => Some(Marker::Replace),
                Some(name) if is_file_name(name) && name.contains('.') => Some(Marker::Replace),
                _ if first == '>' && count > 4 => Some(Marker::Theirs),
                _ => None,
            }
        }
    }
}

/// Where a block starts behind words on their line: `2. <<<<<<< SEARCH`.
pub(super) fn late_marker(line: &str) -> Option<usize> {
    let (body, indent) = words(line)?;
    let at = body.find(LATE).filter(|at| *at > 0)?;
    let (before, rest) = body.split_at(at);
    let apart = before.ends_with([' ', '\t']) && !before.contains(['`', '"', '\'', '<', '>']);
    let said = before.contains(char::is_alphanumeric);
    (apart && said && matches!(marker(rest), Some(Marker::Search(_)))).then_some(indent + at)
}

/// How much of an unfinished line of prose stands before what may become such a marker.
pub(super) fn before_late_marker(line: &str) -> usize {
    if line.len() > LONGEST {
        return line.len();
    }
    match line.find(LATE) {
        Some(at) => at,
        None => line.trim_end_matches('<').len(),
    }
}

/// How such a marker begins.
const LATE: &str = "<<<<";

/// Whether a marker line may start so. `line` is not complete.
pub(super) fn may_become_marker(line: &str) -> bool {
    if line.len() > LONGEST {
        return false;
    }
    let line = line.trim_start();
    let Some(first) = line.chars().next() else { return true };
    let words = match first {
        '<' => [SEARCH, OURS].concat(),
        '-' => vec!["SEARCH"],
        '>' | '+' => REPLACE.to_vec(),
        '=' => vec![""],
        _ => return false,
    };
    let rest = line.trim_start_matches(first);
    if line.len() - rest.len() > 9 || line.len() - rest.len() < 4 && !rest.is_empty() {
        return false;
    }
    let rest = rest.trim_start();
    words.iter().any(|word| {
        let same = rest.bytes().zip(word.bytes()).all(|(a, b)| a.eq_ignore_ascii_case(&b));
        same && rest
            .get(word.len()..)
            .is_none_or(|rest| "<->+".contains(first) || rest.trim().is_empty())
    })
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
    let (line, _) = words(line)?;
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let info = line.trim_start_matches(mark);
    let count = line.len() - info.len();
    let plain = mark == '~' || !info.contains('`');
    (count >= 3 && plain).then_some(Fence { mark, count, info: info.trim() })
}

/// Whether a line opens or closes a code fence.
pub fn is_fence(line: &str) -> bool {
    fence(line).is_some()
}

/// The name of the file in what stands behind a fence: `rust src/main.rs`, `python:plan.py`.
pub(super) fn file_of_fence(info: &str) -> Option<&str> {
    let parts = || info.split([' ', ':', '=', '{', '}', '"', '\'']).filter(|part| !part.is_empty());
    parts().find(|part| part.len() > 2 && is_file_name(part) && !part.starts_with('.'))
}

/// Whether a line without an end may become a fence.
pub(super) fn may_become_fence(line: &str) -> bool {
    ["```", "~~~"].iter().any(|mark| line.starts_with(mark) || mark.starts_with(line))
}

/// Whether a line is only the name of a file, in the forms models use.
pub(in crate::assist) fn is_file_name(line: &str) -> bool {
    file_name(line).is_some()
}

/// The name of a file that is all of a line.
pub(super) fn file_name(line: &str) -> Option<&str> {
    let name = bare_name(line)?.trim_end_matches(['*', '`', ':']);
    let extension = name.rsplit_once('.').map(|(stem, extension)| {
        let letters = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        !stem.is_empty() && letters && (1..=8).contains(&extension.len())
    });
    let plain = !name.contains(|c: char| "<>\"'()[]{}|,;!?".contains(c));
    (name.len() > 2 && plain && (extension == Some(true) || name.contains('/'))).then_some(name)
}

/// Whether a line without an end may become a file name.
pub(super) fn may_become_file_name(line: &str) -> bool {
    line.len() <= LONGEST
        && (line.trim_start_matches(['#', '*', '`', ' ']).is_empty() || bare_name(line).is_some())
}

/// A line without the marks in front and the blanks behind, if it is one short plain word.
fn bare_name(line: &str) -> Option<&str> {
    let name = words(line)?.0.trim_start_matches(['#', '*', '`', ' ']);
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
    "其余",
    "保持不变",
    "省略",
    "unverändert",
    "bleibt gleich",
    "inchangé",
    "sin cambios",
];

/// All that a line says which stands for text that was left out, in small letters.
const SAYINGS: &[&str] = &[
    "etc",
    "keep",
    "keep as is",
    "todo: keep",
    "same",
    "same as before",
    "same as above",
    "as before",
    "as above",
    "see above",
    "no change",
    "no changes",
    "no change here",
    "no changes here",
    "unchanged",
    "snip",
    "snipped",
    "snippet omitted",
    "old code",
    "previous code",
    "original code",
    "existing code",
    "code omitted",
    "body omitted",
    "omitted",
    "wie bisher",
    "wie oben",
    "unverändert",
    "keine änderung",
    "keine änderungen",
    "保持不变",
    "不变",
    "未更改",
    "sin cambios",
    "igual que antes",
    "inchangé",
    "inchangée",
    "sans changement",
    "без изменений",
];

/// How such a line may end.
const ENDS: &[&str] = &[
    "omitted for brevity",
    "stays the same",
    "remains the same",
    "remain the same",
    "stays unchanged",
    "remains unchanged",
    "remain unchanged",
    "is unchanged",
    "are unchanged",
    "same as before",
    "as before",
    "as in the original",
];

/// What the rest of may be left out.
const WHOLES: &[&str] =
    &["code", "method", "function", "class", "file", "body", "module", "script", "text", "section"];

/// Whether a line stands for text that was left out: `...`, `[rest unchanged]`,
/// `// ... existing code ...`.
pub fn is_gap(line: &str) -> bool {
    let line = line.trim();
    // `pass  # unchanged`
    let nothing = ["pass", "raise NotImplementedError()", "raise NotImplementedError"];
    let rest = nothing.iter().find_map(|nothing| line.strip_prefix(nothing)).map(str::trim_start);
    let line = rest.filter(|rest| rest.starts_with('#')).unwrap_or(line);
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
    let head =
        line.trim_start_matches(|c: char| c.is_whitespace() || "/#*<!-([{_;%（【".contains(c));
    let dots = head.starts_with("...") || head.starts_with('…');
    // `*(rest unchanged)*`.
    let plain = line.trim_start_matches(['*', '_']);
    let aside = ["[", "(", "<", "{", "//", "/*", "（", "【"]
        .iter()
        .any(|mark| plain.starts_with(mark) || line.starts_with(mark));
    let comment =
        line.starts_with('#') && (lower.contains("unchanged") || lower.contains("existing"));
    let said = lower.starts_with("the rest of the ")
        && ["unchanged", "same", "omitted"].iter().any(|word| lower.contains(word));
    let commented = ["#", "--", "%", ";"].iter().any(|mark| line.starts_with(mark));
    // `# What stays the same` is a heading.
    let headed = line.starts_with("##") || line.starts_with('#') && is_title(core);
    phrase && (dots || aside || comment)
        || said
        || (aside || commented) && says_that_it_is_left_out(&lower, headed)
}

/// Whether a few words may be the heading of a part.
fn is_title(words: &str) -> bool {
    words.starts_with(char::is_uppercase) && words.split_whitespace().nth(1).is_some()
}

/// Whether all that a comment or an aside says is that something was left out; `headed` if it may be a
/// heading.
fn says_that_it_is_left_out(said: &str, headed: bool) -> bool {
    let rest = ["rest of the ", "rest of this ", "rest of ", "remainder of the "]
        .iter()
        .find_map(|start| said.strip_prefix(start));
    let rest = rest.and_then(|rest| rest.split_whitespace().next());
    let numbered = ["paragraph ", "section ", "absatz "]
        .iter()
        .filter_map(|start| said.strip_prefix(start))
        .any(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    SAYINGS.contains(&said)
        || !headed && ENDS.iter().any(|end| said.ends_with(end))
        || rest.is_some_and(|word| WHOLES.contains(&word))
        || numbered
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
