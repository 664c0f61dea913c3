//! Names that models give the document.

use super::dialect::{Edit, Form};

/// Words that models put for a name.
const WORDS: [&str; 12] = [
    "document", "doc", "file", "filename", "text", "draft", "input", "current", "untitled",
    "yourfile", "textfile", "content",
];

/// Whether a file's name is as good as the document's: the same but for its ending, or a word that
/// stands for it.
pub fn is_near(file: &str, document: &str) -> bool {
    let stem = |path: &str| -> String {
        let last = path.trim().rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem).to_lowercase();
        let bare =
            ["the ", "current ", "your "].into_iter().find_map(|word| stem.strip_prefix(word));
        bare.unwrap_or(&stem).chars().filter(|letter| letter.is_alphanumeric()).collect()
    };
    let named = stem(file);
    named.is_empty() || named == stem(document) || WORDS.contains(&named.as_str())
}

/// Whether an edit quotes nothing of the file it is for, but writes one or adds to it. Nothing tells
/// then that another file is meant than the one it names.
pub fn writes_anew(edit: &Edit) -> bool {
    edit.old.trim().is_empty() || edit.form == Form::Whole
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn names_for_the_document() {
        for (file, near) in [
            ("plan", true),
            ("Plan", true),
            ("PLAN.markdown", true),
            ("docs/plan.txt", true),
            ("the document", true),
            ("document.md", true),
            ("path/to/file.md", true),
            ("plan2.md", false),
            ("notes.md", false),
            ("src/lib.rs", false),
        ] {
            assert_eq!(is_near(file, "plan.md"), near, "{file}");
        }
    }
}
