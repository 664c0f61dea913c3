//! Names that models give the document.

use super::dialect::{Edit, Form};
use std::collections::BTreeSet;

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

/// Which of the files that an answer names are others than the document, though their names are the same:
/// of two such paths the one that fits the document's best is for it. `document` is its whole path.
pub fn others(named: &BTreeSet<String>, document: &str) -> BTreeSet<String> {
    let own = parts(document);
    let all: Vec<(&String, Vec<&str>)> = named.iter().map(|name| (name, parts(name))).collect();
    let all: Vec<_> = all.into_iter().filter(|(_, path)| path.last() == own.last()).collect();
    // A path from the root tells the same as the end of it.
    let same = |(a, one): &(&String, Vec<&str>), (b, other): &(&String, Vec<&str>)| {
        let rooted = |name: &str| name.starts_with('/') || name.contains(":\\");
        one == other || rooted(a) && one.ends_with(other) || rooted(b) && other.ends_with(one)
    };
    if !all.iter().any(|one| all.iter().any(|other| !same(one, other))) {
        return BTreeSet::new();
    }
    let fits = |path: &[&str]| own.ends_with(path);
    let best = all.iter().filter(|(_, path)| fits(path)).map(|(_, path)| path.len()).max();
    let is_best = |one: &&(&String, Vec<&str>)| fits(&one.1) && Some(one.1.len()) == best;
    let own: Vec<_> = all.iter().filter(is_best).collect();
    let other = |one: &&(&String, Vec<&str>)| !own.iter().any(|own| same(own, one));
    all.iter().filter(other).map(|(name, _)| (*name).clone()).collect()
}

/// The parts of a path that tell.
fn parts(path: &str) -> Vec<&str> {
    path.trim().split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect()
}

#[cfg(test)]
mod tests {
    use super::{is_near, others};
    use std::collections::BTreeSet;

    #[test]
    fn of_two_paths_of_one_name_one_is_the_document() {
        let check = |named: &[&str], document: &str, expected: &[&str]| {
            let named: BTreeSet<String> = named.iter().map(|name| (*name).to_owned()).collect();
            let found: Vec<String> = others(&named, document).into_iter().collect();
            assert_eq!(found, expected, "{named:?} in {document}");
        };
        check(&["web/a.toml", "a.toml"], "/home/me/work/a.toml", &["web/a.toml"]);
        check(&["web/a.toml", "a.toml"], "/home/me/work/web/a.toml", &["a.toml"]);
        check(&["core/a.toml", "web/a.toml"], "/home/me/web/a.toml", &["core/a.toml"]);
        check(&["core/a.toml", "web/a.toml"], "/home/me/a.toml", &["core/a.toml", "web/a.toml"]);
        check(&["web/a.toml"], "/home/me/work/a.toml", &[]);
        check(&["./a.toml", "a.toml"], "/home/me/work/a.toml", &[]);
        check(&["/src/web/a.toml", "web/a.toml"], "/home/me/work/a.toml", &[]);
        check(&["web/b.toml", "b.toml"], "/home/me/work/a.toml", &[]);
    }

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
