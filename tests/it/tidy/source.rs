//! Rust source as the checks see it: comments and literals blanked, test code cut, uses listed.
//!
//! Reads text, not syntax trees: enough for the shapes that rustfmt leaves, and quick.

use std::path::{Path, PathBuf};

/// A source file. `text`, `code` and `plain` have the same length and lines, so that an offset in
/// one is the same place in the others.
pub struct Source {
    /// From the package's root, with forward slashes.
    pub path: String,
    pub text: String,
    /// Without comments and without what stands inside quotes.
    pub code: String,
    /// `code` without the items under `#[cfg(test)]`; empty when the whole file is tests.
    pub plain: String,
}

impl Source {
    pub fn read(root: &Path, path: &Path) -> Self {
        let text = std::fs::read_to_string(root.join(path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let path = path.to_str().expect("a path in UTF-8").replace('\\', "/");
        Self::new(path, text)
    }

    pub fn new(path: String, text: String) -> Self {
        let code = blank(&text);
        let whole = path.ends_with("/tests.rs") || path.contains("/tests/");
        let plain = if whole { String::new() } else { cut_tests(&code) };
        Self { path, text, code, plain }
    }

    /// The module at the crate's root that the file belongs to: `state` for `src/state/ui.rs`.
    pub fn module(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let first = inside.split('/').next().unwrap_or(inside);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How deep the file's module is: 1 for `src/state/mod.rs`, 2 for `src/state/ui.rs`.
    fn depth(&self) -> usize {
        let parts = self.path.matches('/').count();
        if self.path.ends_with("/mod.rs") { parts - 1 } else { parts }
    }

    pub fn line(&self, offset: usize) -> usize {
        self.text[..offset].matches('\n').count() + 1
    }

    /// Lines that are not test code.
    pub fn plain_lines(&self) -> usize {
        if self.plain.is_empty() {
            return 0;
        }
        let cut = |(code, plain): &(&str, &str)| !code.trim().is_empty() && plain.trim().is_empty();
        let tests = self.code.lines().zip(self.plain.lines()).filter(cut).count();
        self.text.lines().count() - tests
    }

    /// Root modules named outside tests, each with its offset: by `crate::name`, `crate::{name…}`,
    /// or by climbing with `super::`.
    pub fn root_modules(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let climb = "super::".repeat(self.depth());
        for prefix in ["crate::", climb.as_str()] {
            if prefix.is_empty() {
                continue;
            }
            let mut from = 0;
            while let Some(at) = self.plain[from..].find(prefix).map(|at| at + from) {
                let after = at + prefix.len();
                let before = self.plain[..at].chars().next_back();
                if !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                    found.extend(heads(&self.plain, after));
                }
                from = after;
            }
        }
        found
    }

    /// Files that this one declares as modules: each `mod name;` with the places it may stand.
    /// `root` tells whether the file's own directory holds its modules, as for `main.rs`.
    pub fn modules(&self, root: bool) -> Vec<(Vec<PathBuf>, bool)> {
        let declaration = regex::Regex::new(r"(?m)\bmod\s+([a-z_0-9]+)\s*;").expect("a pattern");
        let path = Path::new(&self.path);
        let directory = path.parent().unwrap_or(Path::new(""));
        let stem = path.file_stem().unwrap_or_default();
        let inside = if root { directory.to_owned() } else { directory.join(stem) };
        let named = regex::Regex::new(r#"#\[path = "([^"]+)"\]\s*(?:pub(?:\([a-z]+\))? )?$"#)
            .expect("a pattern");
        declaration
            .captures_iter(&self.code)
            .map(|found| {
                let at = found.get(0).map_or(0, |whole| whole.start());
                if let Some(attribute) = named.captures(&self.text[..at]) {
                    return (vec![normal(&directory.join(&attribute[1]))], true);
                }
                let name = &found[1];
                let (file, folder) = (format!("{name}.rs"), format!("{name}/mod.rs"));
                (vec![inside.join(file), inside.join(folder)], false)
            })
            .collect()
    }
}

/// Without the `..` that a `#[path]` has.
fn normal(path: &Path) -> PathBuf {
    let mut parts = Vec::new();
    for part in path {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.iter().collect()
}

/// The first names after a path's start: one, or each of a group in braces.
fn heads(code: &str, at: usize) -> Vec<(usize, String)> {
    let name = |at: usize| -> Option<(usize, String)> {
        let name: String =
            code[at..].chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect();
        (!name.is_empty()).then_some((at, name))
    };
    if !code[at..].starts_with('{') {
        return name(at).into_iter().collect();
    }
    let mut found = Vec::new();
    let (mut depth, mut fresh) = (0, false);
    for (offset, c) in code[at..].char_indices() {
        match c {
            '{' => (depth, fresh) = (depth + 1, true),
            '}' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            ',' => fresh = true,
            c if c.is_whitespace() => {}
            _ => {
                if fresh && depth == 1 {
                    found.extend(name(at + offset));
                }
                fresh = false;
            }
        }
    }
    found
}

/// Blanks comments and the insides of literals, byte for byte.
pub fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let wipe = |out: &mut [u8], from: usize, to: usize| {
        for byte in &mut out[from..to] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    };
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
        if rest.starts_with(b"//") {
            let end = text[at..].find('\n').map_or(bytes.len(), |length| at + length);
            wipe(&mut out, at, end);
            at = end;
        } else if rest.starts_with(b"/*") {
            let end = block_end(bytes, at);
            wipe(&mut out, at, end);
            at = end;
        } else if let Some((open, close)) = raw_string(rest).filter(|_| !word) {
            let end =
                text[at + open..].find(&close).map_or(bytes.len(), |length| at + open + length);
            wipe(&mut out, at + open, end);
            at = (end + close.len()).min(bytes.len());
        } else if rest[0] == b'"' {
            let end = quote_end(bytes, at + 1, b'"');
            wipe(&mut out, at + 1, end);
            at = end + 1;
        } else if rest[0] == b'\'' && is_char(&text[at..]) {
            let end = quote_end(bytes, at + 1, b'\'');
            wipe(&mut out, at + 1, end);
            at = end + 1;
        } else {
            at += 1;
        }
    }
    String::from_utf8(out).expect("whole characters were blanked")
}

fn block_end(bytes: &[u8], start: usize) -> usize {
    let (mut depth, mut at) = (0, start);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if bytes[at..].starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// `r"`, `r#"`, `br"`…: the length of the opening and the text of the end.
fn raw_string(rest: &[u8]) -> Option<(usize, String)> {
    let after = rest.strip_prefix(b"br").or_else(|| rest.strip_prefix(b"r"))?;
    let hashes = after.iter().take_while(|&&byte| byte == b'#').count();
    (after.get(hashes) == Some(&b'"'))
        .then(|| (rest.len() - after.len() + hashes + 1, format!("\"{}", "#".repeat(hashes))))
}

fn quote_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// A character, not a lifetime.
fn is_char(rest: &str) -> bool {
    let mut chars = rest.chars().skip(1);
    matches!((chars.next(), chars.next()), (Some('\\'), _) | (Some(_), Some('\'')))
}

/// Blanks each item under `#[cfg(test)]`.
fn cut_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = code.as_bytes().to_vec();
    let mut from = 0;
    while let Some(at) = code[from..].find(MARK).map(|at| at + from) {
        let mut depth = 0usize;
        let mut end = code.len();
        for (offset, c) in code[at + MARK.len()..].char_indices() {
            match c {
                '{' | '[' | '(' => depth += 1,
                ']' | ')' => depth = depth.saturating_sub(1),
                '}' if depth <= 1 => {
                    end = at + MARK.len() + offset + 1;
                    break;
                }
                '}' => depth -= 1,
                ';' if depth == 0 => {
                    end = at + MARK.len() + offset + 1;
                    break;
                }
                _ => {}
            }
        }
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        from = end;
    }
    String::from_utf8(out).expect("whole characters were blanked")
}

#[test]
fn comments_and_literals_are_blanked() {
    let check = |text: &str, wanted: &str| assert_eq!(blank(text), wanted, "{text}");
    check("a // b\nc", "a     \nc");
    check("a /* b /* c */ d */ e", "a                   e");
    check(r#"x("a\"b", 'c', '\'', 'life)"#, r#"x("    ", ' ', '  ', 'life)"#);
    check(r##"r#"a"b"# br"c" for"##, r##"r#"   "# br" " for"##);
    check("\"ä\" // ä\nz", "\"  \"      \nz");
}

#[test]
fn test_items_are_cut() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { if x {} }\n}\nfn c() {}\n\
                #[cfg(test)]\nmod more;\nfn d() {}\n";
    let source = Source::new("src/x.rs".to_owned(), text.to_owned());
    assert_eq!(source.plain.split_whitespace().collect::<String>(), "fna(){}fnc(){}fnd(){}");
    assert_eq!(source.plain_lines(), 3);
}

#[test]
fn uses_are_found_however_written() {
    let check = |path: &str, text: &str, wanted: &[&str]| {
        let source = Source::new(path.to_owned(), text.to_owned());
        let found: Vec<String> = source.root_modules().into_iter().map(|(_, name)| name).collect();
        assert_eq!(found, wanted, "{text}");
    };
    check("src/a.rs", "use crate::b::{C, D};", &["b"]);
    check("src/a.rs", "use crate::{\n    b::{C, D},\n    e, f::G,\n};", &["b", "e", "f"]);
    check("src/a.rs", "let x = crate::b::c(); // crate::d", &["b"]);
    check("src/a/b.rs", "use super::c; use super::super::d::E;", &["d"]);
    check("src/a/mod.rs", "use super::b; use self::c;", &["b"]);
    check("src/a.rs", "#[cfg(test)]\nmod tests { use crate::b; }", &[]);
}
