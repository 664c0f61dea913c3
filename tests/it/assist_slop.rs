//! Right quotations with new texts that are spoilt: what is none of the text is left out, and what may be
//! some is not certain.

use super::assist_loose::{answer, block};
use cowrite::assist::Wanted;

const CODE: &str = "import sys\n\n\ndef add(item):\n    if item in ITEMS:\n        return False\n    ITEMS.append(item)\n    return True\n";

/// What is placed for `old` and `new`, and by which step.
#[track_caller]
fn check(text: &str, old: &str, new: &str, expected: &str) {
    let said = block(old, new);
    assert_eq!(answer(text, &said, Wanted::Change), expected, "{said}");
}

#[test]
fn what_is_none_of_the_text_is_left_out() {
    let old = "        return False\n";
    let own = CODE.replace("return False", "return None");
    for new in [
        "```\n        return None\n```\n",
        "```python\n        return None\n```\n",
        "        return None\n```\n",
        "        return None</s>\n",
        "        return None\n<|im_end|>\n",
        "        return None【3†notes】\n",
        "REPLACE:\n        return None\n",
        "+        return None\n",
        "-        return False\n+        return None\n",
        "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}return None\n",
        "\t\treturn None\n",
    ] {
        check(CODE, old, new, &format!("marks: {own}"));
    }
    let tabs = "func main() {\n\tone()\n\ttwo()\n}\n";
    let own = tabs.replace("two()", "two()\n\tthree()");
    check(tabs, "two()\n", "two()\n    three()\n", &format!("marks: {own}"));
}

#[test]
fn what_may_be_some_of_it_is_not_certain() {
    let old = "        return False\n";
    for new in [
        "return None\n",
        "    return None\n",
        "        return a &lt; b\n",
        "        log(item)\\n        return None\n",
        "        self.\\_log()\n",
        "<code>\n        return None\n</code>\n",
        "        return None\n\nExplanation: callers can tell the cases apart.\n",
        "        # (removed)\n",
        "# store.py\n        return None\n",
        "12:        return None\n",
        "          return None\n",
    ] {
        let found = answer(CODE, &block(old, new), Wanted::Change);
        assert!(found.starts_with("words: "), "{new}: {found}");
    }
}

#[test]
fn what_is_meant_stays() {
    // Only the depth changes, or what stays shows it.
    let old = "        return False\n    ITEMS.append(item)\n";
    let dedented = CODE.replace("        return False", "    return False");
    check(CODE, "        return False\n", "    return False\n", &format!("exact: {dedented}"));
    let without = CODE.replace("        return False\n", "");
    check(CODE, old, "    ITEMS.append(item)\n", &format!("exact: {without}"));
    // A text that has such things has them.
    let page = "<p>a &lt; b</p>\n<p>end</p>\n";
    let own = page.replace("end", "c &gt; d");
    check(page, "<p>end</p>\n", "<p>c &gt; d</p>\n", &format!("exact: {own}"));
    let notes = "# Plan\n\nRun it:\n\n```\na\n```\n\nThen stop.\n";
    let own = notes.replace("Then stop.", "```\nb\n```");
    check(notes, "Then stop.\n", "```\nb\n```\n", &format!("exact: {own}"));
    let sums = "a\n+1\n+2\nb\n";
    let own = sums.replace("+2\nb", "+2\n+3");
    check(sums, "b\n", "+3\n", &format!("exact: {own}"));
}
