//! How models misquote, text by text: each row rewrites whole quotations, the old text and the new
//! by the same rule. Knows no forms of answers.

use super::change::pick;
use super::draft::{Draft, Grain, Level, Want};
use super::slop::{Slop, prosaic, require};
use super::texts::{Kind, composed, decomposed, wrapped};
use cowrite::base::Rand;

/// On the whole quotation.
pub const MAPS: &[Slop] = &[
    ("trailing blanks", trailing),
    ("indent lost", dedented),
    ("indent shifted", shifted),
    ("tabs", tabs),
    ("quotes", quotes),
    ("accents", accents),
    ("no-break space", no_break),
    ("blanks", blanks),
    ("blank line", blank_line),
    ("wrapped", wrapped_elsewhere),
    ("line numbers", numbered),
    ("line off", line_off),
    ("fences", fences),
    ("escaped", escaped),
];

pub fn by_line(text: &str, mut change: impl FnMut(usize, &str) -> String) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let body = line.trim_end_matches(['\r', '\n']);
        out.push_str(&change(index, body));
        out.push_str(&line[body.len()..]);
    }
    out
}

fn trailing(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    require(matches!(draft.grain, Grain::Lines(..)))?;
    let blanks = *pick(rand, &[&" ", &"  ", &"\t", &"   "]);
    draft.maps.push(Box::new(move |text| by_line(text, |_, line| format!("{line}{blanks}"))));
    draft.loosen(Level::Trail);
    Some(())
}

/// The blanks that all lines of both texts start with.
pub fn common(draft: &Draft) -> String {
    let (old, new) = (draft.old_text(), draft.new_text());
    let filled = old.lines().chain(new.lines()).filter(|line| !line.trim().is_empty());
    let mut indents =
        filled.map(|line| &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]);
    let first = indents.next().unwrap_or("").to_owned();
    indents.fold(first, |common, indent| {
        let same = common.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
        common[..same].to_owned()
    })
}

fn dedented(draft: &mut Draft, _: &mut Rand) -> Option<()> {
    require(matches!(draft.grain, Grain::Lines(..)))?;
    let common = common(draft);
    require(!common.is_empty())?;
    draft.maps.push(Box::new(move |text| {
        by_line(text, |_, line| line.strip_prefix(common.as_str()).unwrap_or(line).to_owned())
    }));
    Some(())
}

fn shifted(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    let lined = matches!(draft.grain, Grain::Lines(..));
    require(lined && draft.old_text().lines().any(|line| line.starts_with([' ', '\t', '-'])))?;
    let more = *pick(rand, &[&"  ", &"    ", &"        "]);
    draft.maps.push(Box::new(move |text| {
        by_line(text, |_, line| match line.trim().is_empty() {
            true => line.to_owned(),
            false => format!("{more}{line}"),
        })
    }));
    Some(())
}

fn tabs(draft: &mut Draft, _: &mut Rand) -> Option<()> {
    require(matches!(draft.grain, Grain::Lines(..)))?;
    let (from, to) = match draft.doc.contains("\n\t") {
        true => ("\t", "    "),
        false => ("    ", "\t"),
    };
    let old = draft.old_text();
    require(old.lines().any(|line| line.starts_with(from)))?;
    // An indent of two spaces is none of tabs.
    let even = |line: &str| {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        from == "\t" || blanks.is_multiple_of(4)
    };
    require(old.lines().chain(draft.new_text().lines()).all(even))?;
    draft.maps.push(Box::new(move |text| {
        by_line(text, |_, line| {
            let rest = line.trim_start_matches([' ', '\t']);
            format!("{}{rest}", line[..line.len() - rest.len()].replace(from, to))
        })
    }));
    Some(())
}

fn quotes(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    prosaic(draft)?;
    let old = draft.old_text();
    let curly = ['“', '”', '‘', '’', '—', '–', '…'];
    if old.contains(curly) {
        draft.maps.push(Box::new(|text| {
            let text = text.replace(['“', '”'], "\"").replace(['‘', '’'], "'");
            text.replace(['—', '–'], "-").replace('…', "...")
        }));
    } else {
        require(old.contains(['\'', '"']) || old.contains(" - "))?;
        require(!old.contains('`'))?;
        let dash = *pick(rand, &[&" — ", &" – "]);
        draft.maps.push(Box::new(move |text| {
            let mut out = String::new();
            let mut last = ' ';
            for c in text.replace(" - ", dash).chars() {
                let opens = last.is_whitespace() || "(-—[".contains(last);
                out.push(match c {
                    '"' if opens => '“',
                    '"' => '”',
                    '\'' if opens => '‘',
                    '\'' => '’',
                    _ => c,
                });
                last = c;
            }
            out
        }));
    }
    draft.loosen(Level::Forms);
    Some(())
}

fn accents(draft: &mut Draft, _: &mut Rand) -> Option<()> {
    let old = draft.old_text();
    if decomposed(&old) != old {
        draft.maps.push(Box::new(decomposed));
    } else {
        require(composed(&old) != old)?;
        draft.maps.push(Box::new(composed));
    }
    draft.loosen(Level::Forms);
    Some(())
}

fn no_break(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    let old = draft.old_text();
    if old.contains('\u{a0}') {
        draft.maps.push(Box::new(|text| text.replace('\u{a0}', " ")));
    } else {
        prosaic(draft)?;
        require(old.trim().contains(' '))?;
        let blank = *pick(rand, &[&"\u{a0}", &"\u{202f}"]);
        draft.maps.push(Box::new(move |text| {
            by_line(text, |_, line| {
                let rest = line.trim_start();
                format!("{}{}", &line[..line.len() - rest.len()], rest.replace(' ', blank))
            })
        }));
    }
    draft.loosen(Level::Forms);
    Some(())
}

/// Two spaces where one stands.
fn blanks(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    prosaic(draft)?;
    let (from, to) = [(". ", ".  "), (" | ", "  |  "), (", ", ",  "), (" ", "  ")][rand.below(4)];
    require(draft.old_text().trim().contains(from))?;
    draft.maps.push(Box::new(move |text| {
        by_line(text, |_, line| {
            let rest = line.trim_start();
            format!("{}{}", &line[..line.len() - rest.len()], rest.replace(from, to))
        })
    }));
    draft.loosen(Level::Words);
    Some(())
}

/// An empty line before the quotation that is not there.
fn blank_line(draft: &mut Draft, _: &mut Rand) -> Option<()> {
    require(matches!(draft.grain, Grain::Lines(..)) && !draft.new_text().trim().is_empty())?;
    let above = &draft.doc[..draft.at.start];
    require(!above.ends_with("\n\n") && !above.is_empty() && !above.ends_with("\r\n\r\n"))?;
    draft.maps.push(Box::new(|text| format!("\n{text}")));
    draft.only = &["blocks", "tool", "tags"];
    Some(())
}

fn wrapped_elsewhere(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    prosaic(draft)?;
    require(matches!(
        draft.kind,
        Kind::Prose | Kind::German | Kind::French | Kind::Arabic | Kind::Markdown
    ))?;
    let old = draft.old_text();
    let marks = ['|', '#', '`', '>', '-', '*'];
    let plain = |line: &str| {
        let line = line.trim_start();
        !line.starts_with(marks) && !line.starts_with(|c: char| c.is_ascii_digit())
    };
    require(old.lines().all(plain) && draft.new_text().lines().all(plain))?;
    let hard = old.lines().all(|line| line.chars().count() < 110);
    if old.trim().contains('\n') && !old.trim().contains("\n\n") && hard {
        draft.maps.push(Box::new(|text| {
            let end = if text.ends_with('\n') { "\n" } else { "" };
            format!("{}{end}", text.trim_end().replace('\n', " "))
        }));
    } else {
        require(old.lines().any(|line| line.chars().count() > 90))?;
        let width = 60 + rand.below(20);
        draft.maps.push(Box::new(move |text| wrapped(text, width)));
    }
    // Line ends that come or go with the change are not told from those that only wrap it.
    if [&draft.old, &draft.new].iter().any(|text| text.contains('\n')) {
        draft.loosen(Level::Words);
    }
    Some(())
}

/// The ways in which `with_number` writes the number of a line.
pub const NUMBERS: usize = 8;

pub fn with_number(form: usize, number: usize, line: &str) -> String {
    match form {
        0 => format!("{number}| {line}"),
        1 => format!("{number:>6}\t{line}"),
        2 => format!("{number}: {line}"),
        3 => format!("{number:>4} | {line}"),
        4 => format!("{number}:{line}"),
        5 => format!("{number:>5}→{line}"),
        6 => format!("L{number}: {line}"),
        _ => format!("[{number}] {line}"),
    }
}

fn numbered(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    require(matches!(draft.grain, Grain::Lines(..)) && draft.old_text().lines().count() > 1)?;
    let first = draft.true_line();
    let form = rand.below(NUMBERS);
    draft
        .maps
        .push(Box::new(move |text| by_line(text, |at, line| with_number(form, first + at, line))));
    draft.only = &["blocks", "tool", "tags"];
    draft.loosen(Level::Trail);
    Some(())
}

fn line_off(draft: &mut Draft, rand: &mut Rand) -> Option<()> {
    let line = draft.true_line();
    draft.line = Some(match rand.below(3) {
        0 => 1 + rand.below(400),
        _ => (line + rand.below(13)).saturating_sub(6).max(1),
    });
    draft.only = &["diff", "tags"];
    Some(())
}

/// The quotation has fences in it.
fn fences(draft: &mut Draft, _: &mut Rand) -> Option<()> {
    let old = draft.old_text();
    require(old.lines().any(|line| line.starts_with("```") || line.starts_with("~~~")))?;
    draft.only = &["blocks", "tool", "tags", "patch", "diff"];
    Some(())
}

/// Line ends and quotes escaped once too often.
fn escaped(draft: &mut Draft, _: &mut Rand) -> Option<()> {
    let old = draft.old_text();
    let inner = old.trim_end();
    require(inner.contains(['\n', '"']) && !inner.contains('\\'))?;
    require(!draft.new_text().contains('\\') && !draft.doc.contains("\\n"))?;
    draft.maps.push(Box::new(|text| text.replace('"', "\\\"").replace('\n', "\\n")));
    draft.only = &["tool"];
    draft.want = Want::Either;
    Some(())
}
