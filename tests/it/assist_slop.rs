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
    // Flat lines that are quoted tell no depth: a tab is as deep as a step of the document.
    let methods =
        CODE.replace("def add", "class A:\n    def add").replace("\n    if", "\n        if");
    let flat = "def add(item):\n";
    let own = methods.replace("    def add", "        check()\n    def add");
    check(&methods, flat, "\tcheck()\ndef add(item):\n", &format!("marks: {own}"));
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
    // Lines that stay are less deep than they stood, and begin elsewhere.
    let said = block(
        "def add(item):\n    if item in ITEMS:\n        return False\n",
        "    return False\n",
    );
    let found = answer(CODE, &said, Wanted::Change);
    assert!(found.starts_with("words: "), "{found}");
}

#[test]
fn what_is_meant_stays() {
    // A line that is taken out of what it stood in has the depth of that.
    let old = "    if item in ITEMS:\n        return False\n";
    let own = CODE.replace(old, "    return False\n");
    check(CODE, old, "    return False\n", &format!("exact: {own}"));
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

/// What becomes of an answer where a change is wanted.
fn change(text: &str, said: &str) -> String {
    answer(text, said, Wanted::Change)
}

#[test]
fn a_note_for_a_longer_text_is_not_certain_in_whatever_words() {
    const LETTER: &str = "Dear Ms. Hartmann,\n\nThank you for your letter of 12 March. We were sorry to hear of it.\n\nWe have looked into the matter, and the part arrived yesterday.\n\nWe will not charge you for the visit.\n";
    for note in
        ["（其他内容不变）", "[Same as original]", "(나머지는 동일)", "* * *", "> как раньше"]
    {
        let new = format!("Dear Ms. Hartmann,\n\n{note}\n\nWe will charge you for the visit.\n");
        let found = change(LETTER, &format!("```\n{new}```\n"));
        assert!(
            !found.starts_with("exact") && !found.contains(note) || found.contains("words"),
            "{note}: {found}"
        );
    }
    // A comment that comes with shorter code.
    let code = "def total(items):\n    result = 0\n    for item in items:\n        result += item.price\n    return result\n";
    let own =
        "def total(items):\n    # Prices only.\n    return sum(item.price for item in items)\n";
    check(code, code, own, &format!("exact: {own}"));
}

#[test]
fn a_difference_in_a_long_fence_is_one() {
    let text = "# Use\n\n```sh\ntool\n```\n\nEnd.\n";
    let own = text.replace("tool\n", "tool --init\n");
    let said = "````diff\n--- a/f.md\n+++ b/f.md\n@@ -1,7 +1,7 @@\n # Use\n \n ```sh\n-tool\n+tool --init\n ```\n \n End.\n````\n";
    assert_eq!(change(text, said), format!("exact: {own}"));
    // Without its name it is no text either.
    let bare = said.replace("````diff", "````");
    assert!(!change(text, &bare).contains("+++"), "{}", change(text, &bare));
}

#[test]
fn what_stands_beside_an_edit_is_not_forgotten() {
    const TEXT: &str = "The technician comes on Tuesday.\n\nAs an apology we enclose a voucher for 50 euros, which you may use until the end of the year.\n";
    let edit = block("The technician comes on Tuesday.\n", "The technician comes on Friday.\n");
    let said = format!(
        "{edit}\nReplace the paragraph about the voucher by:\n\n```\nThe visit is free.\n```\n"
    );
    let found = change(TEXT, &said);
    assert!(found.contains("missing") || found.contains('?'), "{found}");
}

#[test]
fn gaps_where_nothing_tells_the_place_are_not_certain() {
    const SHOP: &str = "class Cart:\n    def total(self):\n        result = 0\n        for item in self.items:\n            result += item.price\n        return result\n\n\nclass Order:\n    def total(self):\n        result = 0\n        for item in self.cart.items:\n            result += item.price\n        return result\n";
    let said = "```python\n# ... existing code ...\n\n    def total(self):\n        result = 0\n        for one in self.cart.items:\n            result += one.price\n        return result\n\n# ... existing code ...\n```\n";
    let found = change(SHOP, said);
    assert!(!found.contains("exact") && !found.contains("gap: "), "{found}");
}

#[test]
fn the_name_of_a_file_in_a_fence_is_no_text() {
    for name in
        ["# filepath: total.py", "# total.py - updated", "# === total.py ===", "# Updated code"]
    {
        let own = CODE.replace("return False", "return None");
        let found = change(CODE, &format!("```python\n{name}\n{own}```\n"));
        assert_eq!(found, format!("exact: {own}"), "{name}");
    }
}

#[test]
fn what_a_whole_text_lacks_at_its_end_is_told() {
    let text =
        "# Plan\n\nWe bake at night.\n\nWe sell from seven.\n\n## Risks\n\nThe oven may break.\n";
    let new = "# Plan\n\nWe bake at night.\n\nWe sell from seven.\n";
    for said in [new.to_owned(), format!("```\n{new}```\n")] {
        let found = change(text, &said);
        assert_eq!(found, format!("words: {new}"), "{said}");
    }
}

/// Two lines are not made one by a line end that is forgotten.
#[test]
fn a_line_end_that_only_the_old_text_has_is_not_lost() {
    let call = |old: &str, new: &str| {
        let call = serde_json::json!({ "old_str": old, "new_str": new });
        change(CODE, &format!("<tool_call>\n{call}\n</tool_call>\n"))
    };
    let own = CODE.replace("ITEMS.append(item)", "ITEMS.add(item)");
    for (old, new) in [
        ("    ITEMS.append(item)\n", "    ITEMS.add(item)"),
        ("    ITEMS.append( item )\n", "    ITEMS.add(item)"),
        ("ITEMS.append(item)\n", "ITEMS.add(item)"),
    ] {
        let found = call(old, new);
        assert!(found.ends_with(&format!(": {own}")) || found == "missing", "{old}: {found}");
    }
    // Lines that are to be one have a blank between them, or the next one is quoted as well.
    let joined = CODE.replace("ITEMS.append(item)\n    return", "ITEMS.append(item); return");
    let found = call("ITEMS.append(item)\n    return True", "ITEMS.append(item); return True");
    assert_eq!(found, format!("exact: {joined}"));
    let found = call("item in ITEMS:\n        return False", "item in ITEMS: return False");
    assert!(found.starts_with("exact: "), "{found}");
    // At the end of the text there is nothing to join.
    let found = call("    return True\n", "    return False");
    assert!(found.starts_with("exact: "), "{found}");
}

#[test]
fn a_depth_that_is_lost_is_seen_whatever_the_line_ends() {
    let old = "    if item in ITEMS:\n        return False\n    ITEMS.append(item)\n";
    let new = "    return False\nITEMS.append(item)\n";
    for text in [CODE.to_owned(), CODE.replace('\n', "\r\n")] {
        let found = answer(&text, &block(old, new), Wanted::Change);
        assert!(found.starts_with("words: "), "{found}");
    }
}

/// What lacks may have been taken from before the last line that came.
#[test]
fn a_whole_text_that_stops_at_words_that_stand_twice_is_not_certain() {
    let part = |month: &str, value: &str| {
        format!(
            "## {month}\n\nThe station at the lake measured {value} °C, the lowest value of the month. There were days with frost and days with snow.\n\n"
        )
    };
    let text = format!(
        "# Winter\n\nA report.\n\n{}{}{}",
        part("January", "-9"),
        part("February", "-7"),
        part("March", "-4")
    );
    let cut = text
        .find(
            "lowest value of the month. There were days with frost and days with snow.\n\n## March",
        )
        .unwrap();
    let found = change(&text, &text[..cut]);
    assert!(!found.contains("exact"), "{found}");
}

/// An item at the edge of those that are written anew may be one more, or come for the one that stands
/// there.
#[test]
fn an_item_that_says_another_thing_has_no_place_at_the_edge() {
    let text = "# Minutes\n\n1. The key of the shed hangs behind the notice board again.\n2. The bee hives move to the east fence before the end of April.\n3. Daniel will write to the town about the broken lamp at the gate.\n\nThe next meeting is on Monday.\n";
    let rest = "2. The bee hives move to the east fence before the end of April.\n3. Daniel will write to the town about the broken lamp at the gate.\n";
    let said = format!(
        "I changed it.\n\n\n1. We tried it with seven people and all of them found the way.\n{rest}"
    );
    assert_eq!(change(text, &said), "");
}

/// What closes the parts around a passage is none of it.
#[test]
fn a_passage_that_ends_at_another_depth_has_no_place() {
    let text = "fn code(value: u64) -> String {\n\t(0..26)\n\t\t.rev()\n\t\t.map(|digit| char::from(DIGITS[(value >> (5 * digit) & 31) as usize]))\n\t\t.collect()\n\t}\n}\n";
    let said = "I changed it.\n\n```\n\t\t.map(|digit| char::from(DIGITS[(value >> (5 * digit) & 31) as usize]))\n\t\t.collect()\n\tlet width = base + 69;\n}\n```\n";
    let found = change(text, said);
    assert!(!found.contains("}\n}\n"), "{found}");
}

/// A line of code behind a text in quotes is no rest of its paragraph, also where these are curly.
#[test]
fn a_line_behind_a_text_in_quotes_stays_a_line() {
    let text = "\"\"\"A terminal that keeps characters, and answers what it is asked.\"\"\"\n\nimport re\n";
    let line = "“”“A terminal that keeps characters, and answers what it is asked.”“”\n";
    let own = text.replacen("\n\n", "\ncheck(\"width\", 53)\n\n", 1);
    check(text, line, &format!("{line}check(“width”, 53)\n"), &format!("marks: {own}"));
    let plain = line.replace(['“', '”'], "\"");
    check(
        text,
        &plain,
        &format!("{plain}reset()\n"),
        &format!("exact: {}", own.replace("check(\"width\", 53)", "reset()")),
    );
}

/// An old and a new text in two fences, whatever these are called.
#[test]
fn two_fences_that_are_called_the_old_and_the_new_text_are_an_edit() {
    let own = CODE.replace("return False", "return None");
    for (old, new) in [
        ("Old code:", "New code:"),
        ("Replace this line:", "With this:"),
        ("**Current code**", "**Updated code**"),
        ("Change this part:", "To:"),
        ("Existing:", "New version:"),
    ] {
        let said = format!(
            "Here.\n\n{old}\n\n```python\n        return False\n```\n\n{new}\n\n```python\n        return None\n```\n\nThat is all.\n"
        );
        assert_eq!(change(CODE, &said), format!("exact: {own}"), "{said}");
    }
}

/// The name of the file above an excerpt is none of it.
#[test]
fn an_excerpt_below_the_name_of_its_file_has_its_place() {
    let text = format!("{CODE}\n\ndef main():\n    add(1)\n");
    let own = text.replace("return False", "return None");
    for name in ["# filepath: /home/ada/store.py", "# file: store.py", "# store.py"] {
        let said = format!(
            "```python\n{name}\n# ... existing code ...\n\ndef add(item):\n    if item in ITEMS:\n        return None\n    ITEMS.append(item)\n    return True\n\n# ... existing code ...\n```\n"
        );
        assert_eq!(change(&text, &said), format!("exact: {own}"), "{name}");
    }
}

/// What stands beside the place already is not written twice, and what is like it is marked.
#[test]
fn a_new_text_that_goes_on_into_what_stands_beside_it_is_not_doubled() {
    let text = "# Plan\n\n- We meet at noon in the hall. The keys hang by the door.\n2. Bring the plan, please.\nlet pool = Pool::new(10);\n";
    for (old, new, right, sure) in [
        (
            "We meet at noon in the hall.",
            "We meet at one in the hall. The keys hang by the door.",
            "noon>one",
            true,
        ),
        (
            "We meet at noon in the hall.",
            "We meet at one in the hall. The keys lie by the door.",
            "",
            false,
        ),
        ("We meet at noon", "- We meet at one", "noon>one", true),
        ("Bring the plan", "2. Bring the map", "plan, >map, ", true),
        ("Bring the plan", "3. Bring the map", "", false),
        ("The keys hang", "We meet at noon in the hall. The keys lie", "hang>lie", true),
        ("let pool", "let mut pool = Pool::new(10);", "pool =>mut pool =", true),
        ("let pool = Pool", "let pool = Pool::new(20);", "", false),
        ("Bring the plan, please", "Bring the map, please.", "plan, >map, ", true),
    ] {
        let call = serde_json::json!({ "old_str": old, "new_str": new });
        let found = change(text, &format!("<tool_call>\n{call}\n</tool_call>\n"));
        assert_eq!(found.starts_with("words: "), !sure, "{new}: {found}");
        if let Some((from, to)) = right.split_once('>') {
            assert!(found.ends_with(&text.replacen(from, to, 1)), "{new}: {found}");
        }
    }
}

/// A whole text may say something twice, show what it changes, or say something of it.
#[test]
fn what_a_whole_text_says_of_its_changes_is_not_certain() {
    let text = "# Diary\n\nOn the first of May a light appeared. It was faint, and it flickered.\n\nBy the end of the week the village stood on the beach. Nobody said a word.\n\nThe light went out at midnight, and it was never seen again.\n";
    let own = text.replace("Nobody said a word", "Nobody spoke");
    let (first, rest) = own.split_at(own.find("By the end").unwrap());
    for said in [
        format!("{own}{own}"),
        format!("{own}\n{}", &own[..own.len() - 30]),
        text.replace("Nobody said a word.", "~~Nobody said a word.~~ **Nobody spoke.**"),
        text.replace("Nobody said a word.", "[-Nobody said a word.-]{+Nobody spoke.+}"),
        text.replace("Nobody said a word.", "Nobody said a word. → Nobody spoke."),
        text.replace("Nobody said a word.", "[Nobody spoke. / No one spoke.]"),
        format!("{first}**Paragraph 2 (revised)**\n\n{rest}"),
        format!("{first}Note: I made this shorter here.\n\n{rest}"),
        format!("{first}Comment: good paragraph.\n\n{rest}"),
        own.replacen("# Diary\n\n", "", 1),
    ] {
        let found = change(text, &format!("```\n{said}```\n"));
        let bare = change(text, &said);
        for found in [found, bare] {
            let steps = found.split(':').next().unwrap_or_default();
            assert!(
                found.is_empty() || !found.contains(':') || steps.contains("words"),
                "{said}\n{found}"
            );
        }
    }
    let found = change(text, &format!("```\n{own}```\n"));
    assert_eq!(found, format!("exact: {own}"));
}

/// What an answer offers as one of several, or warns of, is not done.
#[test]
fn what_is_only_offered_is_not_certain() {
    let edit = block("    ITEMS.append(item)\n", "    ITEMS.add(item)\n");
    for lead in ["Option A:", "Alternative 2", "If you want a set:", "Do NOT do this:"] {
        let found = change(CODE, &format!("{lead}\n\n{edit}"));
        assert!(found.starts_with("words: "), "{lead}: {found}");
    }
    let found = change(CODE, &format!("I left the rest as it is:\n\n{edit}"));
    assert!(found.starts_with("exact: "), "{found}");
    let own = CODE.replace("append", "add");
    for (lead, made) in [("Old code:", false), ("This would be wrong:", false), ("Here:", true)] {
        let found = change(CODE, &format!("{lead}\n\n```python\n{own}```\n"));
        assert_eq!(found == format!("exact: {own}"), made, "{lead}: {found}");
    }
}
