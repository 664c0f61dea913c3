//! Whole texts in the forms of the model that wrote them, or without their first or last lines; and
//! deletions as models write them. Of all these only what is certain is taken.

use super::answer::{self, truth};
use super::case::{Case, draft, finish, quoted_lines};
use super::change::{change, pick};
use super::draft::{Draft, Grain, Level, Want, count, in_words, line_start, line_stop};
use super::texts::Text;
use cowrite::assist::Dialect;
use cowrite::base::Rand;

pub const FORMS: &str = "whole, other forms";
pub const LACKS: &str = "whole, ends lacking";
pub const GONE: &str = "only taken away";

pub const ROWS: &[&str] = &[FORMS, LACKS, GONE];

pub fn case(text: &Text, row: &'static str, rand: &mut Rand) -> Option<Case> {
    let mut case = match row {
        GONE => gone(text, rand)?,
        _ => whole(text, row, rand)?,
    };
    case.slop = row;
    case.certain = true;
    Some(case)
}

fn by_line(text: &str, change: impl Fn(usize, &str) -> String) -> String {
    text.lines().enumerate().map(|(at, line)| change(at + 1, line) + "\n").collect()
}

/// What a model makes of all of a text; `None` where the text has nothing of the kind.
fn spoilt(one: &Draft, text: &str, rand: &mut Rand) -> Option<String> {
    let was = one.doc.replace("\r\n", "\n");
    let has = |part: &[char]| (was.contains(part) && text.contains(part)).then_some(());
    Some(match rand.below(6) {
        0 => by_line(text, |at, line| format!("{at:4} | {line}")),
        1 => by_line(text, |at, line| format!("{at:6}\t{line}")),
        2 => {
            has(&['“', '”', '’', '—', '–', '…'])?;
            let text = text.replace(['“', '”'], "\"").replace(['‘', '’'], "'");
            text.replace(['—', '–'], "-").replace('…', "...")
        }
        3 => {
            let tabs = |text: &str| text.lines().filter(|line| line.starts_with('\t')).count();
            (tabs(&was) > 3 && !was.contains("\n ")).then_some(())?;
            text.replace('\t', "    ")
        }
        4 => {
            let list = |text: &str, mark| text.lines().any(|line| line.trim().starts_with(mark));
            let only = list(&was, "- ") && !list(&was, "* ") && !list(&was, "+ ");
            (only && !one.kind.is_code() && !text.contains("```")).then_some(())?;
            by_line(text, |_, line| {
                let body = line.trim_start();
                let item = body.strip_prefix("- ").map(|item| format!("* {item}"));
                let indent = &line[..line.len() - body.len()];
                format!("{indent}{}", item.as_deref().unwrap_or(body))
            })
        }
        _ => by_line(text, |_, line| format!("   {line}").trim_end().to_owned()),
    })
}

fn whole(text: &Text, row: &'static str, rand: &mut Rand) -> Option<Case> {
    let one = draft(text, row, rand)?;
    let filled = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count();
    // Of a short text as much may be new.
    (filled(&one.doc) > 12 && one.change.new.len() < one.doc.len() / 8).then_some(())?;
    (one.change.at.len() < one.doc.len() / 8).then_some(())?;
    let new = truth(&[&one]).replace("\r\n", "\n");
    let (written, want) = match row {
        LACKS => (cut(&one, &new, rand)?, Want::Either),
        _ => (spoilt(&one, &new, rand)?, Want::Place),
    };
    // That the first or the last lines go is not sure.
    let (head, foot) = (&one.doc[..one.change.at.start], &one.doc[one.change.at.end..]);
    let edge = one.change.new.is_empty() && (head.trim().is_empty() || foot.trim().is_empty());
    let want = if edge { Want::Either } else { want };
    let fence = answer::fence_for(&written);
    let info = pick(rand, &["", "markdown", "text"]);
    let mut case = finish(&[one], "whole", row, rand)?;
    case.answer = format!("Here it is:\n\n{fence}{info}\n{}\n{fence}\n", written.trim_end());
    case.asked = Dialect::Blocks;
    case.want = want;
    case.level = case.level.max(Level::Trail);
    Some(case)
}

/// Without some lines at its start or its end, which the change is not among.
fn cut(one: &Draft, new: &str, rand: &mut Rand) -> Option<String> {
    let all: Vec<&str> = new.split_inclusive('\n').collect();
    let lines = quoted_lines(one);
    let number = |at: usize| one.doc[..at].matches('\n').count();
    let (before, behind) = (number(lines.start), number(one.doc.len()) - number(lines.end));
    let most = all.len() / 4;
    let words = |lines: &[&str]| lines.iter().any(|line| line.contains(char::is_alphanumeric));
    let (gone, left) = match rand.below(2) {
        0 => {
            let most = most.min(before.saturating_sub(2));
            (most > 0).then_some(())?;
            all.split_at(1 + rand.below(most))
        }
        _ => {
            let most = most.min(behind.saturating_sub(2));
            (most > 0).then_some(())?;
            let (left, gone) = all.split_at(all.len() - 1 - rand.below(most));
            (gone, left)
        }
    };
    words(gone).then(|| left.concat())
}

/// A sentence or a line with nothing around it, which goes.
fn gone(text: &Text, rand: &mut Rand) -> Option<Case> {
    let change = change(text, rand)?;
    let (at, doc) = (change.at.clone(), text.body.as_str());
    let sentence = change.kind == "sentence deleted";
    (change.new.is_empty() && (sentence || change.kind == "lines deleted")).then_some(())?;
    let body = doc[at.clone()].trim_end_matches(['\n', '\r']);
    let lines = line_start(doc, at.start)..line_stop(doc, at.start + body.len());
    let quoted = body.trim();
    (quoted.split_whitespace().count() > 2 && !quoted.contains("\n\n")).then_some(())?;
    (count(&in_words(doc), &in_words(quoted)) == 1).then_some(())?;
    (sentence || !quoted.contains("\r\n\r\n")).then_some(())?;
    let mut one = Draft::new(text, change, Grain::Tight, rand)?;
    one.at = at;
    one.fill();
    let old = quoted.replace("\r\n", "\n");
    let left = pick(rand, &["", "\n"]);
    let mut case = finish(&[one], "blocks", GONE, rand)?;
    case.answer = match rand.below(3) {
        0 => format!("<<<<<<< SEARCH\n{old}\n=======\n{left}>>>>>>> REPLACE\n"),
        1 => format!("<old_text>\n{old}\n</old_text>\n<new_text>\n{left}</new_text>\n"),
        _ => serde_json::json!({ "old_text": old, "new_text": "" }).to_string(),
    };
    case.form = "blocks";
    case.pairs.clear();
    case.lines = Some(lines);
    case.want = Want::Place;
    Some(case)
}
