//! Quotations that are right, and new texts that are spoilt: marks of the model or of its answer in
//! them, lines that lost their depth, words about the edit below.

use super::change::pick;
use super::draft::{Draft, Grain, Want};
use super::maps::by_line;
use super::slop::{Slop, require};
use super::texts::Kind;
use cowrite::base::Rand;

const FORMS: &[&str] = &["blocks", "tool", "tags"];

pub const NEWS: &[Slop] = &[
    ("new: marks of the model", marks),
    ("new: in a fence", fenced),
    ("new: signs of a difference", signed),
    ("new: flat or shallow", shallow),
    ("new: other blanks", blanks),
    ("new: as pages write it", names),
    ("new: label or words about it", told),
    ("new: left out, any words", left_out),
];

/// The new text as it comes, ended or not.
fn lined(draft: &mut Draft) -> Option<()> {
    require(matches!(draft.grain, Grain::Lines(..)))?;
    require(!draft.new_text().trim().is_empty() && draft.new_text() != draft.old_text())?;
    draft.only = FORMS;
    Some(())
}

fn with(draft: &mut Draft, map: impl Fn(&str) -> String + 'static) {
    draft.new_maps.push(Box::new(map));
}

/// `text` without its line ends, and these.
fn ended(text: &str) -> (&str, &str) {
    text.split_at(text.trim_end_matches(['\n', '\r']).len())
}

fn marks(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    require(!draft.new_text().trim().is_empty() && draft.new_text() != draft.old_text())?;
    draft.only = FORMS;
    const MARKS: [&str; 6] =
        ["</s>", "<|endoftext|>", "<|im_end|>", "【1†source】", "\n</s>", "\n<|end|>"];
    let mark = MARKS[rand.below(MARKS.len())];
    with(draft, move |text| {
        let (body, end) = ended(text);
        format!("{body}{mark}{end}")
    });
    Some(())
}

fn fenced(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    lined(draft)?;
    require(!draft.new_text().contains("```") && !draft.old_text().contains("```"))?;
    let form = rand.below(3);
    // Around prose of a text that has some a fence may be meant; one alone never is.
    require(form > 0 || draft.kind.is_code() || !draft.doc.contains("```"))?;
    let info = *pick(rand, &[&"", &"text"]);
    with(draft, move |text| {
        let (body, end) = ended(text);
        match form {
            0 => format!("```{info}\n{body}\n```{end}"),
            1 => format!("{body}\n```{end}"),
            _ => format!("```{info}\n{body}{end}"),
        }
    });
    draft.want = Want::Either;
    Some(())
}

fn signed(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    lined(draft)?;
    require(!draft.doc.lines().any(|line| line.starts_with(['+', '-'])))?;
    let old: Vec<String> = draft.old_text().lines().map(str::to_owned).collect();
    require(!old.iter().any(String::is_empty) && !draft.new_text().contains("\n\n"))?;
    let form = rand.below(3);
    if form == 1 {
        // Only lines that come are marked.
        let comes = |line: &&str| !old.iter().any(|one| one == line);
        require(draft.new_text().lines().filter(comes).any(|line| line.starts_with("  ")))?;
    }
    with(draft, move |text| match form {
        0 => by_line(text, |_, line| format!("+{line}")),
        1 => by_line(text, |_, line| match old.iter().any(|one| one == line) {
            true => line.to_owned(),
            false => format!("+{line}"),
        }),
        _ => {
            let gone: String = old.iter().map(|line| format!("-{line}\n")).collect();
            gone + &by_line(text, |_, line| format!("+{line}"))
        }
    });
    draft.want = Want::Either;
    Some(())
}

/// Without what all its lines begin with, or some of it.
fn shallow(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    lined(draft)?;
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let filled = |text: &str| -> Vec<usize> {
        text.lines().filter(|line| !line.trim().is_empty()).map(indent).collect()
    };
    let least = filled(&draft.new_text()).into_iter().min()?;
    require(least > 0 && filled(&draft.old_text()).first().is_some_and(|first| *first > 0))?;
    // With other words: else the depth is what changes.
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    require(words(&draft.old_text()) != words(&draft.new_text()))?;
    let less = match rand.below(2) {
        0 => least,
        _ => (least / 2).max(1),
    };
    // What begins where the old text did is what it says: lines whose block is taken away around them.
    require(filled(&draft.new_text())[0] - less != filled(&draft.old_text())[0])?;
    with(draft, move |text| {
        by_line(text, |_, line| {
            line.get(less..).filter(|_| indent(line) >= less).unwrap_or(line).to_owned()
        })
    });
    draft.want = Want::Either;
    Some(())
}

/// Tabs for the blanks before its lines, blanks that do not break, or steps of another width.
fn blanks(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    lined(draft)?;
    require(draft.kind.is_code() && draft.kind != Kind::Csv)?;
    let indented = |text: &str| text.lines().filter(|line| line.starts_with("  ")).count();
    require(indented(&draft.new_text()) > 0 && indented(&draft.old_text()) > 0)?;
    require(!draft.doc.contains('\t') && !draft.doc.contains('\u{a0}'))?;
    let form = rand.below(2);
    let both = format!("{}{}", draft.old_text(), draft.new_text());
    let uneven = both.lines().any(|line| (line.len() - line.trim_start().len()) % 4 > 0);
    let unit = if uneven { 2 } else { 4 };
    with(draft, move |text| {
        by_line(text, |_, line| {
            let body = line.trim_start_matches(' ');
            let indent = line.len() - body.len();
            match form {
                0 => "\t".repeat(indent / unit) + body,
                _ => "\u{a0}".repeat(indent) + body,
            }
        })
    });
    draft.want = Want::Either;
    Some(())
}

fn names(draft: &mut Draft, _: &mut Rand) -> Option<()> {
    lined(draft)?;
    require(!draft.doc.contains('&') && draft.new_text().contains(['<', '>', '"']))?;
    with(draft, |text| text.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"));
    draft.want = Want::Either;
    Some(())
}

fn told(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    lined(draft)?;
    let form = rand.below(4);
    require(form == 0 || draft.kind.is_code() && draft.kind != Kind::Csv)?;
    with(draft, move |text| {
        let (body, end) = ended(text);
        match form {
            0 => format!("REPLACE:\n{text}"),
            1 => format!("{body}\n\nExplanation: callers can tell the two cases apart.{end}"),
            2 => format!("<code>\n{body}\n</code>{end}"),
            _ => format!("{body}\n\nI changed the call so that it does not fail.{end}"),
        }
    });
    draft.want = Want::Either;
    Some(())
}

/// Lines that stay are left out, and a note in whatever words stands for them.
fn left_out(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    const NOTES: [&str; 28] = [
        "（其他内容不变）",
        "（以上内容不变）",
        "（略）",
        "（中略）",
        "（同上）",
        "[Остальной текст без изменений]",
        "(el resto de la carta no cambia)",
        "[O restante permanece igual]",
        "[Il resto rimane invariato]",
        "(나머지는 동일)",
        "(باقي النص كما هو)",
        "[restlicher Text wie oben]",
        "[Text wie bisher]",
        "(gekürzt)",
        "[Same as original]",
        "[Body of letter]",
        "[Keep paragraphs two to four as they are.]",
        "[original paragraph here]",
        "(The paragraphs in between stay as they are.)",
        "// other routes",
        "// 其余代码不变",
        "# previous implementation",
        "# keep the rest",
        "# Rest der Methode unverändert",
        "-- rest of the schema",
        "% rest of the document",
        "<!-- unchanged -->",
        "* * *",
    ];
    lined(draft)?;
    // The change, and behind it lines that say something.
    let stays: Vec<String> = draft.post.lines().map(str::to_owned).collect();
    let telling = |line: &String| line.chars().filter(|sign| sign.is_alphanumeric()).count() > 16;
    require(stays.len() > 1 && stays.iter().filter(|line| telling(line)).count() > 1)?;
    require(draft.post.starts_with('\n') || draft.new.ends_with('\n'))?;
    let note = *pick(rand, &NOTES.iter().collect::<Vec<_>>());
    // A comment may end new code: as much of it stands for what goes.
    let bracketed = note.starts_with(['(', '[', '（', '*']);
    let fewer = draft.new.lines().count() <= draft.old.lines().count();
    require(bracketed || draft.kind.is_code() && fewer)?;
    let post = draft.post.clone();
    require(!draft.doc.contains(note.trim_matches(['#', '/', ' '])))?;
    with(draft, move |text| match text.strip_suffix(post.as_str()) {
        Some(head) => format!("{}\n{note}\n", head.trim_end_matches('\n')),
        None => text.to_owned(),
    });
    draft.want = Want::Either;
    Some(())
}
