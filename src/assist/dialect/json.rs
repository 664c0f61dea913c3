//! Finds the end of a value in JSON, line by line, and mends what models get wrong in it: line ends
//! and control characters inside of strings, a comma behind the last value. Knows no tool.

/// What a part of a line came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    More,
    /// The value ends at this byte.
    Ends(usize),
    /// It is no JSON, or none that is sought.
    Not,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Json {
    /// The value so far, mended.
    text: String,
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Where the last string starts, for the keys of the outermost object.
    string: usize,
    /// The outermost object stands in a list.
    listed: bool,
}

impl Json {
    /// Takes more of the value. `wanted` says whether a key of the outermost object may be one.
    pub fn take(&mut self, part: &str, wanted: impl Fn(&str) -> bool) -> Step {
        for (at, one) in part.char_indices() {
            if self.in_string {
                self.string_char(one);
                continue;
            }
            match one {
                '"' => {
                    self.string = self.text.len() + 1;
                    self.in_string = true;
                }
                '{' | '[' => {
                    self.listed |= self.depth == 0 && one == '[';
                    self.depth += 1;
                }
                '}' | ']' => {
                    let end = self.text.trim_end();
                    if let Some(rest) = end.strip_suffix(',') {
                        self.text.truncate(rest.len());
                    }
                    self.text.push(one);
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Step::Ends(at + 1);
                    }
                    continue;
                }
                ':' if self.depth == 1 + usize::from(self.listed) => {
                    let key = self.text.get(self.string..).unwrap_or_default();
                    if !wanted(key.trim_end().trim_end_matches('"')) {
                        return Step::Not;
                    }
                }
                ',' | ':' | '+' | '-' | '.' => {}
                _ if one.is_ascii_alphanumeric() || one.is_ascii_whitespace() => {}
                _ => return Step::Not,
            }
            self.text.push(one);
        }
        Step::More
    }

    fn string_char(&mut self, one: char) {
        match one {
            _ if self.escaped => self.escaped = false,
            '\\' => self.escaped = true,
            '"' => self.in_string = false,
            '\n' => return self.text.push_str("\\n"),
            '\r' => return,
            _ if one.is_ascii_control() => {
                return self.text.push_str(&format!("\\u{:04x}", u32::from(one)));
            }
            _ => {}
        }
        self.text.push(one);
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}
