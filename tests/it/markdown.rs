//! Markdown as lines, whole and while it arrives.

use cowrite::base::{Class, Rand};
use cowrite::layout::cells::width;
use cowrite::layout::{Join, Line, MarkdownView, Paint, Painter};
use cowrite::syntax::Syntaxes;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

static SYNTAXES: LazyLock<Arc<Syntaxes>> = LazyLock::new(Syntaxes::load);

fn painter() -> Painter {
    Rc::new(|language| SYNTAXES.paint(language).map(|paint| paint as Paint))
}

const SAMPLE: &str = r#"# A plan for the *garden*

Some text with **bold words**, `inline code`, a [link](https://example.org/a) and
an autolink <https://example.org>, ~~gone~~, and a line that is long enough to be wrapped twice at forty.
A hard break follows\
here.

- first item with `code`
- second item that is long enough to be wrapped at forty columns
  - nested **one**

    with a second paragraph
  - nested two
- [x] done
- [ ] open

3. three
4. four
10. eleven?

> A quote that is long enough to be wrapped at forty columns, too.
>
> - with a list

```rust
fn main() { println!("a line of code that is longer than forty columns"); }

// 日本語
```

| Name | Amount | 日本 |
|:-----|-------:|:---:|
| one | 1 | あ |
| a longer cell | 22222 | `code` |

---

<div>html</div>

Reference [one] and [unknown]. 日本語の文章は空白がないので途中で折り返します。👨‍👩‍👧 e&amp;f

    indented code

[one]: https://example.org/one
"#;

/// Each line with its kind of start, its text, and its classes.
fn show(lines: &[Line]) -> String {
    let mut out = String::new();
    for line in lines {
        let join = match line.join {
            Join::Line => ' ',
            Join::Space => '~',
            Join::Tight => '+',
        };
        out.push(join);
        for one in &line.segments {
            let style = one.style;
            let mut mark = String::new();
            if style.class != Class::Text {
                mark.push_str(&format!("{:?}", style.class));
            }
            for (on, letter) in [
                (style.bold, 'b'),
                (style.italic, 'i'),
                (style.strike, 's'),
                (style.underline, 'u'),
            ] {
                if on {
                    mark.push('.');
                    mark.push(letter);
                }
            }
            let text = if one.frame { format!("‹{}›", one.text) } else { one.text.clone() };
            if mark.is_empty() {
                out.push_str(&text);
            } else {
                out.push_str(&format!("[{mark} {text}]"));
            }
        }
        out.push('\n');
    }
    out
}

fn plain(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text() + "\n").collect()
}

fn whole(text: &str, columns: usize) -> Vec<Line> {
    let mut view = MarkdownView::new(columns);
    view.set_text(text);
    view.lines().to_vec()
}

#[test]
fn sample_at_80() {
    let mut view = MarkdownView::new(80);
    view.set_painter(Some(painter()));
    view.set_text(SAMPLE);
    insta::assert_snapshot!(show(view.lines()));
}

#[test]
fn sample_at_40() {
    insta::assert_snapshot!(plain(&whole(SAMPLE, 40)));
}

#[test]
fn sample_at_16() {
    insta::assert_snapshot!(plain(&whole(SAMPLE, 16)));
}

#[track_caller]
fn check_lines(lines: &[Line], columns: usize, source: &str) {
    for line in lines {
        let text = line.text();
        assert!(width(&text, 4) <= columns, "{text:?} is wider than {columns}");
        assert!(!text.chars().any(char::is_control), "{text:?}");
        assert!(source.get(line.source.clone()).is_some(), "{:?} of {source:?}", line.source);
    }
}

#[test]
fn pieces_give_what_the_whole_gives() {
    let more = "para\n# x\npara\n- a\n-b\n1. x\n2. y\n7) z\n\n~~~\n```\n~~~\n```js\nlet a = `x`;\n";
    for text in
        [SAMPLE, more, "a\n|b|\n|-|\n|c|\n\n[a]\n\n[a]: b\n\n***\n", "**b", "5", "1. a\n1. b"]
    {
        let want = whole(text, 40);
        // Character by character.
        let mut view = MarkdownView::new(40);
        for char in text.chars() {
            view.push(char.encode_utf8(&mut [0; 4]));
            let source = view.source().to_owned();
            check_lines(view.lines(), 40, &source);
        }
        view.finish();
        assert_eq!(show(view.lines()), show(&want));
        assert_eq!(view.lines(), want);
        // Cut in two at every place.
        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            let mut view = MarkdownView::new(40);
            view.push(&text[..at]);
            view.lines();
            view.push(&text[at..]);
            view.lines();
            view.finish();
            assert_eq!(view.lines(), want, "cut at {at}: {:?}", &text[..at]);
        }
    }
}

#[test]
fn random_pieces_give_what_the_whole_gives() {
    const PARTS: [&str; 30] = [
        "word ",
        "*",
        "**",
        "`",
        "```",
        "~~~",
        "\n",
        "\n\n",
        "\n- ",
        "\n  - ",
        "\n1. ",
        "\n> ",
        "\n# ",
        "|",
        "\n|-|-|\n",
        "[a]",
        "\n[a]: b\n",
        "<b>",
        "\n<div>\n",
        "\\",
        "日本",
        "👨‍👩‍👧",
        "\t",
        "    ",
        "---",
        "===",
        "\u{1b}[2J",
        "\u{202e}",
        "&amp;",
        "\r\n",
    ];
    let mut random = Rand::from_number(1);
    for _ in 0..400 {
        let count = random.below(30);
        let parts: Vec<&str> = (0..count).map(|_| PARTS[random.below(PARTS.len())]).collect();
        let text = parts.concat();
        let columns = [1, 2, 5, 20, 60][random.below(5)];
        let want = whole(&text, columns);
        check_lines(&want, columns, &text);
        let mut view = MarkdownView::new(columns);
        view.set_painter(Some(Rc::new(|_| None)));
        for part in parts {
            view.push(part);
            if random.below(2) == 0 {
                let source = view.source().to_owned();
                check_lines(view.lines(), columns, &source);
            }
        }
        view.finish();
        assert_eq!(view.lines(), want, "{text:?} at {columns}");
    }
}

/// What is shown of a text that is not complete.
#[track_caller]
fn check_open(text: &str, want: &str) {
    let mut view = MarkdownView::new(40);
    view.push(text);
    assert_eq!(show(view.lines()).trim_end_matches('\n'), want, "{text:?}");
}

#[test]
fn what_is_incomplete_looks_as_it_will() {
    check_open("a **bo", " a [Strong.b bo]");
    check_open("a **bold*", " a [Strong.b bold]");
    check_open("a *it", " a [Emphasis.i it]");
    check_open("a `co", " a [Code co]");
    check_open("a **bo `co", " a [Strong.b bo ][Code.b co]");
    check_open("a * b", " a * b");
    check_open("text\n-", " text");
    check_open("text\n``", " text");
    check_open("text\n\n```ru", " text");
    check_open("```rust\nlet", " [Frame ‹── rust›]\n ‹  ›[Code let]");
    check_open("```rust\nlet\n``", " [Frame ‹── rust›]\n ‹  ›[Code let]");
    check_open("- a\n- **b", " [ListMarker • ]a\n [ListMarker • ][Strong.b b]");
}

#[test]
fn copying_joins_what_was_wrapped() {
    let mut view = MarkdownView::new(12);
    view.set_text("one two three four\n\nabcdefghijklmnop\n\n> quoted words here\n\n---\n\nend");
    let all = view.copy((0, 0), (100, 0));
    assert_eq!(all, "one two three four\n\nabcdefghijklmnop\n\nquoted words here\n\n\nend");
    assert_eq!(view.copy((0, 4), (1, 3)), "two thr");
    assert_eq!(view.copy((1, 3), (0, 4)), "two thr");
}

#[test]
fn lines_know_their_source() {
    let text = "one two **three** four\n\n- item `code`\n";
    let mut view = MarkdownView::new(10);
    view.set_text(text);
    let parts: Vec<&str> = view.lines().iter().map(|line| &text[line.source.clone()]).collect();
    assert_eq!(parts, ["one two ", "three** four", "", "item ", "`code`"]);
}

#[test]
fn a_new_width_wraps_anew() {
    let mut view = MarkdownView::new(80);
    view.set_text(SAMPLE);
    view.lines();
    view.set_width(40);
    assert_eq!(view.lines(), whole(SAMPLE, 40));
    view.set_width(0);
    assert!(view.height() > 100);
}

#[test]
fn a_long_answer_costs_its_pieces() {
    // Counted in work rather than in time: each highlighted line is fed once.
    let fed = Rc::new(std::cell::Cell::new(0));
    let mut view = MarkdownView::new(80);
    let counter = Rc::clone(&fed);
    view.set_painter(Some(Rc::new(move |_| {
        let counter = Rc::clone(&counter);
        Some(Box::new(move |_: &str| {
            counter.set(counter.get() + 1);
            Vec::new()
        }) as Paint)
    })));
    view.push("```rust\n");
    for line in 0..500 {
        for piece in ["let ", "x = ", &format!("{line};"), "\n"] {
            view.push(piece);
            view.lines();
        }
    }
    view.push("```\n\n- item\n\n  ```rust\n");
    for _ in 0..50 {
        view.push("  let x;\n");
        view.lines();
    }
    view.finish();
    view.lines();
    assert_eq!(fed.get(), 550);
}
