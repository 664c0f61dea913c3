//! What a program that hands files on would read, around a bare text: tags with the name of the file,
//! a line with its name, the marks of a conversation.

use super::fences::has_line;
use super::named::without_name;
use super::talk;
use super::whole::alike;

/// How many of them may stand in one another.
const DEEP: usize = 4;

/// A text without these, where the document has no such lines.
pub(super) fn without<'a>(base: &str, text: &'a str) -> &'a str {
    let mut text = text;
    for _ in 0..DEEP {
        let inner = tagged(base, text)
            .or_else(|| between_marks(base, text))
            .or_else(|| headed(base, text))
            .or_else(|| named(base, text));
        match inner {
            Some(inner) if !inner.trim().is_empty() => text = inner,
            _ => break,
        }
    }
    text
}

/// The text of a fence without what stands in it around the text: the name of its language, a shell's
/// command that writes the file, a line that says what follows; where the document has no such lines.
pub(super) fn in_fence<'a>(base: &str, text: &'a str) -> &'a str {
    let mut text = text;
    for _ in 0..DEEP {
        match of_language(base, text).or_else(|| of_shell(base, text)).or_else(|| led(base, text)) {
            Some(inner) if !inner.trim().is_empty() => text = inner,
            _ => break,
        }
    }
    without_name(base, text)
}

/// A first line with nothing but a language, which stands behind the fence elsewhere.
fn of_language<'a>(base: &str, text: &'a str) -> Option<&'a str> {
    const NAMES: &[&str] = &[
        "bash",
        "c",
        "cpp",
        "cs",
        "csharp",
        "css",
        "csv",
        "diff",
        "go",
        "html",
        "java",
        "javascript",
        "js",
        "json",
        "jsx",
        "kotlin",
        "latex",
        "tex",
        "lua",
        "markdown",
        "md",
        "php",
        "plaintext",
        "py",
        "python",
        "rb",
        "rs",
        "ruby",
        "rust",
        "sh",
        "shell",
        "sql",
        "svg",
        "swift",
        "text",
        "toml",
        "ts",
        "tsx",
        "txt",
        "typescript",
        "xml",
        "yaml",
        "yml",
    ];
    let (line, rest) = first(text)?;
    // A title may be called so.
    let named = NAMES.contains(&line.to_lowercase().as_str()) && !has_line(base, line);
    (named && goes_on(base, rest)).then_some(rest)
}

/// `cat > plan.md <<'EOF'`, the text, `EOF`.
fn of_shell<'a>(base: &str, text: &'a str) -> Option<&'a str> {
    let (line, rest) = first(text)?;
    let (_, word) =
        line.split_once("<<").filter(|_| line.contains('>') && !has_line(base, line))?;
    let word = word.trim_start_matches(['-', '~', ' ']).split([' ', '>']).next()?;
    let word = word.trim_matches(['\'', '"']);
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (!word.is_empty() && plain).then(|| without_last(rest, word))?
}

/// `Here is the revised text:` over a text that goes on as the document begins.
fn led<'a>(base: &str, text: &'a str) -> Option<&'a str> {
    let (line, rest) = first(text)?;
    let talk = line.ends_with(':') && talk::is_talk(line, &talk::Known::of(base));
    (talk && !has_line(base, line) && goes_on(base, rest)).then_some(rest)
}

/// Whether a text begins as the document does.
fn goes_on(base: &str, text: &str) -> bool {
    let begin = |text: &'_ str| {
        text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    };
    begin(base).zip(begin(text)).is_some_and(|(old, new)| alike(&old, &new))
}

/// The first line of a text that says something, and what stands behind it.
fn first(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(['\n', '\r']);
    let (line, rest) = text.split_once('\n')?;
    Some((line.trim(), rest))
}

/// Without its last line that says something.
fn without_last<'a>(text: &'a str, last: &str) -> Option<&'a str> {
    let body = text.trim_end().strip_suffix(last)?;
    body.ends_with('\n').then_some(body)
}

/// `<file path="plan.md">`, its text, `</file>`; or a line such as `<path>plan.md</path>` over it.
fn tagged<'a>(base: &str, text: &'a str) -> Option<&'a str> {
    let (line, rest) = first(text)?;
    let tag = line.strip_prefix('<')?;
    let end = tag.find(|sign: char| sign.is_whitespace() || sign == '>')?;
    let name = &tag[..end];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-:".contains(&byte);
    if name.is_empty() || !name.bytes().all(plain) || has_line(base, line) {
        return None;
    }
    let close = format!("</{name}>");
    // Others are lines of a text.
    const TOLD: [&str; 8] =
        ["path", "file", "file_path", "filename", "name", "document", "language", "lang"];
    let told = tag.strip_suffix(close.as_str()).filter(|_| TOLD.contains(&name));
    if told.is_some_and(|told| told.matches('<').count() == 0) {
        return Some(rest);
    }
    let opens = line.ends_with('>') && !line.ends_with("/>") && tag.matches('<').count() == 0;
    let inner = without_last(rest, &close)?;
    (opens && !has_line(base, &close)).then_some(inner)
}

/// `<|assistant|>` and `<|end|>` on lines of their own.
fn between_marks<'a>(base: &str, text: &'a str) -> Option<&'a str> {
    let is_mark = |line: &str| {
        let inner = line.strip_prefix("<|").and_then(|line| line.strip_suffix("|>"));
        inner.is_some_and(|inner| !inner.is_empty() && !inner.contains(char::is_whitespace))
    };
    if base.contains("<|") {
        return None;
    }
    let body = text.trim_end();
    let last = body.lines().next_back().unwrap_or_default().trim();
    match first(text) {
        Some((line, rest)) if is_mark(line) => Some(rest),
        _ if is_mark(last) => without_last(text, last),
        _ => None,
    }
}

/// A head of its own with the name of the file, which the document has not: `---`, `file: plan.md`,
/// `---`.
fn headed<'a>(base: &str, text: &'a str) -> Option<&'a str> {
    let (line, rest) = first(text)?;
    if line != "---" || base.trim_start().starts_with("---") {
        return None;
    }
    let end = rest.find("\n---\n")?;
    let named = |line: &str| {
        let name = line.split_once(':').map_or("", |(name, _)| name.trim());
        ["file", "path", "filename", "name", "title", "language", "lang", "type"]
            .contains(&name.to_lowercase().as_str())
    };
    rest[..end].lines().all(named).then(|| &rest[end + "\n---\n".len()..])
}

/// A first line with nothing but the name, plain or between marks.
fn named<'a>(base: &str, text: &'a str) -> Option<&'a str> {
    let (line, rest) = first(text)?;
    let bare = line.trim_matches(['=', '*', '`', ' ', '-', '#', ':']);
    let probe = format!("{bare}\n{rest}");
    let is_name = without_name(base, &probe).len() < probe.len();
    (is_name && !has_line(base, line)).then_some(rest)
}
