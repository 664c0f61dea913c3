//! The templates: complete, short, and filled in one pass.

use cowrite::assist::prompts::{Template, render, system};
use cowrite::assist::{Dialect, Edit, Form, Hint, Piece, ReplyParser};
use cowrite::prompt::estimate_tokens;

#[test]
fn values_are_not_looked_at_again() {
    let check = |template: &str, values: &[(&str, &str)], expected: &str| {
        assert_eq!(render(template, values), expected);
    };
    check("a {{x}} b {{ y }}", &[("x", "1"), ("y", "2")], "a 1 b 2");
    check("{{x}}{{y}}", &[("x", "{{y}}"), ("y", "{{x}}")], "{{y}}{{x}}");
    check("{{none}} {{x", &[("x", "1")], "{{none}} {{x");
    check("{{{{x}}", &[("x", "1")], "{{1");
    check("é{{x}}", &[("x", "字")], "é字");
}

#[test]
fn every_name_is_filled() {
    let values = [
        ("title", "T"),
        ("document", "D"),
        ("selection", "S"),
        ("request", "R"),
        ("failures", "F"),
        ("placed", "P"),
        ("before", "B"),
        ("after", "A"),
        ("text", "T"),
    ];
    for template in Template::ALL {
        let text = template.render(&values);
        assert!(!text.contains("{{") && !text.ends_with('\n'), "{template:?}: {text}");
    }
}

#[test]
fn templates_are_short() {
    for (dialect, most) in
        [(Dialect::Selection, 100), (Dialect::Whole, 100), (Dialect::Blocks, 420)]
    {
        let tokens = estimate_tokens(&system(dialect, "Plan"));
        assert!(tokens <= most, "{dialect:?}: {tokens}");
    }
}

#[test]
fn the_example_is_a_block() {
    let mut parser = ReplyParser::new(Dialect::Blocks);
    let mut pieces = parser.push(&system(Dialect::Blocks, "Plan"));
    pieces.extend(parser.finish());
    let done: Vec<&Piece> =
        pieces.iter().filter(|piece| matches!(piece, Piece::EditDone { .. })).collect();
    let expected = Piece::EditDone {
        index: 0,
        edit: Edit {
            old: "We meet on Monday.\n".into(),
            new: "We meet on Tuesday.\n".into(),
            why: Some("The date was wrong.".into()),
            form: Form::Blocks,
            hint: Hint::default(),
        },
    };
    assert_eq!(done, [&expected]);
}
