//! What of an answer is said about a text and is no part of it: "Here is the new text:", "Let me
//! know if you want more changes!", "**Changes made:**". Told by how it opens and by words about the
//! work on a text, which the text itself does not use. Where that is not certain the answer is no.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use unicode_segmentation::UnicodeSegmentation as _;

/// The lists of `talk.txt` by name.
static LISTS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    for line in include_str!("talk.txt").lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(next) => name = next,
            None => {
                let parts = line.split(',').map(str::trim).filter(|part| !part.is_empty());
                lists.entry(name).or_default().extend(parts);
            }
        }
    }
    lists
});

fn list(name: &str) -> &[&'static str] {
    LISTS.get(name).map_or(&[], Vec::as_slice)
}

/// The words of the text that is written anew, in small letters.
pub(super) struct Known(BTreeSet<String>);

impl Known {
    pub fn of(text: &str) -> Self {
        Self(text.unicode_words().map(str::to_lowercase).collect())
    }

    fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

/// Longer than this nobody talks around a text, in bytes.
const LONGEST: usize = 900;

/// Without marks around, in small letters, with plain apostrophes.
fn core(text: &str) -> String {
    let marks = |c: char| c.is_whitespace() || "*_#>()[]\"“”`".contains(c);
    let text = text.trim_matches(marks);
    // The number of a step.
    let bare = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let step = bare.strip_prefix(". ").filter(|_| bare.len() < text.len());
    step.unwrap_or(text).replace('’', "'").to_lowercase()
}

fn opens(core: &str, with: &str) -> bool {
    list(with).iter().any(|one| {
        let rest = core.strip_prefix(one);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    })
}

/// Whether one of the words begins so and is none of the text's own.
fn speaks_of(core: &str, stems: &str, known: Option<&Known>) -> bool {
    core.unicode_words().any(|word| {
        list(stems).iter().any(|stem| word.starts_with(stem))
            && known.is_none_or(|all| !all.has(word))
    })
}

/// A line across the page.
pub(super) fn is_rule(block: &str) -> bool {
    let block = block.trim();
    block.len() >= 3
        && ["-", "*", "_", "=", "—", "─"]
            .iter()
            .any(|mark| block.replace(mark, "").trim().is_empty())
}

/// Whether a paragraph or line is for sure said about the text.
pub(super) fn is_talk(block: &str, known: &Known) -> bool {
    if block.len() > LONGEST || block.trim_start().starts_with("# ") {
        return false;
    }
    let core = core(block);
    let count = core.unicode_words().count();
    if opens(&core, "exclaimed") {
        let alone = count <= 4 && !core.contains('\n');
        if alone || speaks_of(&core, "work", Some(known)) {
            return true;
        }
    }
    let closes = |phrase: &str| {
        let has = phrase.unicode_words().all(|word| known.has(word));
        core.starts_with(phrase) && !has
    };
    if count <= 24 && !core.contains('\n') && list("closing").iter().any(|one| closes(one)) {
        return true;
    }
    let leads = core.ends_with(':') && count <= 20 && !core.contains('\n');
    let known = (!leads).then_some(known);
    if (opens(&core, "opened") || opens(&core, "exclaimed")) && speaks_of(&core, "work", known) {
        return true;
    }
    is_head(block, known)
}

/// Whether a paragraph stands around a text: it is talk, or leads to what follows.
pub(super) fn is_around(block: &str, known: &Known) -> bool {
    const MOST: usize = 16;
    let leads = block.trim_end().ends_with([':', '：']) && !block.trim().contains('\n');
    is_talk(block, known) || leads && block.unicode_words().count() <= MOST
}

/// Whether a paragraph behind a text that was set off is short talk: it opens like that, or somebody
/// talked before the text.
pub(super) fn is_aside(block: &str, talked: bool) -> bool {
    const MOST: usize = 12;
    let core = core(block);
    let short = !block.trim().contains('\n') && core.unicode_words().count() <= MOST;
    short && (talked || opens(&core, "opened") || opens(&core, "exclaimed"))
}

/// Whether a paragraph begins as what is said about a text does, though the text may use these words
/// itself.
pub(super) fn may_be_talk(block: &str) -> bool {
    let core = core(block);
    let opens = opens(&core, "opened") || opens(&core, "exclaimed");
    block.len() <= LONGEST && opens && speaks_of(&core, "work", None)
}

/// Whether a few words at the edge of a text begin as a note about it: `*Note: I changed a word.*`
pub(super) fn is_note(block: &str) -> bool {
    const MOST: usize = 24;
    let core = core(block);
    let noted =
        core.split_once([':', '：']).is_some_and(|(head, _)| list("notes").contains(&head.trim()));
    noted && core.unicode_words().count() <= MOST && speaks_of(&core, "work", None)
}

/// Whether a paragraph stands under words such as `**Changes made:**`, or is just these.
fn is_head(block: &str, known: Option<&Known>) -> bool {
    let first = block.trim().lines().next().unwrap_or_default().trim();
    let bold = first.len() > 4 && first.starts_with("**") && first.ends_with("**");
    let body = core(first);
    let headed = body.ends_with(':') || bold && !body.contains("**");
    headed && body.unicode_words().count() <= 6 && speaks_of(&body, "heads", known)
}

/// Whether a heading says that what follows is about the text: `## Changes`.
pub(super) fn is_head_of_talk(line: &str) -> bool {
    speaks_of(&core(line), "heads", None)
}

/// Whether words around a fenced text say that it is a change of the document.
pub(super) fn tells_of_change(said: &str) -> bool {
    speaks_of(&core(said), "change", None)
}

/// Whether they say that nothing is to be changed.
pub(super) fn declines(said: &str) -> bool {
    let core = core(said);
    list("as it is").iter().any(|words| core.contains(words))
}

/// Whether an answer that has nothing of the old text is none, but words to the person.
pub(super) fn is_remark(answer: &str, known: &Known) -> bool {
    let core = core(answer);
    let declined = opens(&core, "declined") || opens(&core, "opened");
    is_talk(answer, known)
        || answer.len() <= LONGEST && declined && speaks_of(&core, "work", Some(known))
        || answer.len() <= LONGEST && core.ends_with('?') && speaks_of(&core, "work", Some(known))
}

/// Whether what is said before a text says that it corrects an earlier one.
pub(super) fn corrects(said: &str) -> bool {
    let core = core(said);
    speaks_of(&core, "corrects", None) || list("corrected").iter().any(|one| core.contains(one))
}

/// The last line before an edit or a fenced text.
fn lead(said: &str) -> String {
    let fence = |line: &str| line.trim_start().starts_with(['`', '~']);
    let last = said.lines().rev().find(|line| !line.trim().is_empty() && !fence(line));
    core(last.unwrap_or_default())
}

/// Whether what is said right before an edit says that it is not to be made.
pub(super) fn refuses(said: &str) -> bool {
    let lead = lead(said);
    list("refuses").iter().any(|words| lead.contains(words))
}

/// The same, or offers it as one of several.
pub(super) fn is_only_shown(said: &str) -> bool {
    let lead = lead(said);
    let counted = || {
        let mut words = lead.trim_matches(['*', '#', ' ', ':']).split_whitespace();
        let named = words.next().is_some_and(|word| list("offers").contains(&word));
        let number = words.next().unwrap_or_default().trim_end_matches([':', '.', ')', '*']);
        named && (number.len() == 1 || number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    refuses(said) || list("conditions").iter().any(|words| lead.starts_with(words)) || counted()
}

/// Whether what is said before an edit says that it is another version of an earlier one, and if
/// so, whether it is one that corrects it.
pub fn is_another(said: &str) -> Option<bool> {
    let corrects = corrects(said);
    (corrects || speaks_of(&core(said), "others", None)).then_some(corrects)
}

/// The line right before a text that tells what it is.
fn label_of(said: &str) -> String {
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    core(last).trim_end_matches([':', '*', '_', ' ']).to_owned()
}

/// Whether a text is called so by the line before it: `Old code:`, `Replace this function:`.
fn is_called(said: &str, names: &str) -> bool {
    let label = label_of(said);
    let parts = list("parts");
    let words = label.split_whitespace().filter(|word| !parts.contains(word));
    let bare = words.collect::<Vec<_>>().join(" ");
    [label, bare].iter().any(|label| list(names).contains(&label.as_str()))
}

/// Whether a text is said to be the one that goes.
pub(super) fn is_old(said: &str) -> bool {
    is_called(said, "old")
}

/// The same where no other text stands beside it: `Old code:`, and not `Replace:`.
pub(super) fn is_former(said: &str) -> bool {
    is_called(said, "former")
}

/// Whether a text is said to be the one that comes.
pub(super) fn is_new(said: &str) -> bool {
    is_called(said, "new")
}

/// The bytes of a label before a text on the same line: `Rewritten: `.
pub(super) fn label(line: &str) -> usize {
    let Some((head, rest)) = line.split_once(':') else { return 0 };
    let body = core(head);
    let count = body.unicode_words().count();
    if rest.trim().is_empty() || count == 0 || count > 4 || !speaks_of(&body, "labels", None) {
        return 0;
    }
    // `**Rewritten:** text`.
    let marks = rest.len() - rest.trim_start_matches(['*', '_', ' ', '\t']).len();
    head.len() + 1 + marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talk_is_told_from_text() {
        let known = Known::of("A box costs forty euros. We meet on Monday, and the plan is long.");
        for talk in [
            "Sure, here is a rewrite:",
            "Sure!",
            "I hope this helps!",
            "Let me know if you'd like any changes.",
            "I changed Recordings to Records.",
            "**Rewritten:**",
            "**Changes made:**\n- Replaced one word",
            "(I replaced one word.)",
            "Of course. I replaced a word.",
            "The piece:",
            "Here’s the revised version:",
            "Hier ist der überarbeitete Text:",
            "Voici le texte corrigé :",
            "Aquí tienes el texto corregido:",
        ] {
            assert!(is_talk(talk, &known), "{talk}");
        }
        for text in [
            "Here are the ingredients:",
            "Here is the hall.",
            "I have been to the sea, and it was cold.",
            "The new hall has a roof.",
            "# The text",
            "If you come, bring a box.",
            "Costs:",
            "A box costs fifty euros.",
        ] {
            assert!(!is_talk(text, &known), "{text}");
        }
        // Of a text that has these words itself that is not sure.
        let own = Known::of("We replaced a word.");
        assert!(!is_talk("(I replaced one word.)", &own) && may_be_talk("(I replaced one word.)"));
        assert!(!may_be_talk("The lamp was replaced."));
        for remark in [
            "I think the text is fine. Nothing to change.",
            "I'm sorry, but I can't help with that.",
            "No changes needed.",
            "Could you send me the paragraph?",
        ] {
            assert!(is_remark(remark, &known), "{remark}");
        }
        assert!(!is_remark("Eine Kiste kostet vierzig Euro.", &known));
    }
}
