//! What an answer says about its own edits: where they stand, what it leaves out, how deep its lines
//! are; and what it says beside the text, in fences too.

use super::assist_loose::{answer, block};
use cowrite::assist::{Answer, Fit, Wanted};
use ropey::Rope;

const TWO: &str = "class Lamp:\n    def on(self):\n        self.lit = True\n        return self\n\n    def off(self):\n        self.lit = False\n";

fn change(text: &str, said: &str) -> String {
    answer(text, said, Wanted::Change)
}

fn patch(lines: &str) -> String {
    format!("*** Begin Patch\n*** Update File: lamp.py\n{lines}*** End Patch\n")
}

#[test]
fn an_edit_stands_where_the_answer_says() {
    let check = |lines: &str, expected: &str| assert_eq!(change(TWO, &patch(lines)), expected);
    let returned = TWO.replace("return self\n", "return None\n");
    let right = "@@     def on(self):\n-        return self\n+        return None\n";
    check(right, &format!("exact: {returned}"));
    // Its text stands once, but in another function.
    let wrong = right.replace("on(self)", "off(self)");
    check(&wrong, &format!("words: {returned}"));
    check(&right.replace("on(self)", "dim(self)"), &format!("words: {returned}"));
    let diff = "```diff\n@@ -9,2 +9,2 @@ def off(self):\n-        return self\n+        return None\n```\n";
    assert_eq!(change(TWO, diff), format!("words: {returned}"));
    // What a difference names and the text has not says nothing.
    let other = diff.replace("def off(self):", "def dim(self):");
    assert_eq!(change(TWO, &other), format!("exact: {returned}"));
}

#[test]
fn lines_that_have_their_indent_keep_it() {
    let check = |old: &str, new: &str, after: &str| {
        let got = change(TWO, &block(old, new));
        assert_eq!(got.split_once(": ").map(|(_, text)| text), Some(after), "{old}");
    };
    let more = TWO.replace("return self\n", "return self\n\n    def dim(self):\n        pass\n");
    check("return self\n", "return self\n\n    def dim(self):\n        pass\n", &more);
    let logged = TWO.replace("return self\n", "log()\n        return self\n");
    check("return self\n", "log()\n        return self\n", &logged);
    check("return self\n", "log()\nreturn self\n", &logged);
    let nested = TWO.replace("return self\n", "if self.lit:\n            return self\n");
    check("return self\n", "if self.lit:\n            return self\n", &nested);
    check("return self\n", "if self.lit:\n    return self\n", &nested);
    let said = TWO.replace("def off(self):\n", "def off(self):\n        \"\"\"Dark.\"\"\"\n");
    let lines = "@@     def off(self):\n+        \"\"\"Dark.\"\"\"\n";
    assert_eq!(change(TWO, &patch(lines)), format!("exact: {said}"));
    let json = "{\n  \"a\": {\n    \"b\": 1,\n    \"c\": 2\n  }\n}\n";
    let got = change(json, &block("\"b\": 1,\n", "\"b\": 1,\n    \"d\": 3,\n"));
    assert_eq!(got, format!("exact: {}", json.replace("1,\n", "1,\n    \"d\": 3,\n")));
}

#[test]
fn what_a_call_leaves_out_of_a_whole_text_stays() {
    let call = |text: &str| {
        let text = serde_json::to_string(text).unwrap();
        format!(
            "```json\n{{\"name\": \"write_file\", \"arguments\": {{\"path\": \"lamp.py\", \"content\": {text}}}}}\n```\n"
        )
    };
    let part = "class Lamp:\n    def on(self):\n        self.lit = 1\n        return self\n\n    # ... rest of the file ...\n";
    let after = TWO.replace("True", "1");
    assert_eq!(change(TWO, &call(part)), format!("gap: {after}"));
    let unclear = "class Lantern:\n    # ... existing methods ...\n";
    assert_eq!(change(TWO, &call(unclear)), "missing");
    let prose =
        "The colony has 14 nests. In 2023 there were 12. Nobody knows why. The holes stay.\n";
    let elided = block(prose, "The colony has 15 nests. ... The holes stay.\n");
    assert_eq!(change(prose, &elided), "missing");
}

const CSV: &str = "id,name,city\n1,Ada,London\n2,Bob,Paris\n3,Cem,Izmir\n4,Dora,Rome\n";

#[test]
fn what_stands_in_a_fence_beside_the_text_is_none() {
    let after = CSV.replace("Izmir", "Ankara");
    let fence = |text: &str| format!("Done.\n\n```\n{text}```\n");
    let numbered: String =
        after.lines().zip(1..).map(|(line, at)| format!("{at}\t{line}\n")).collect();
    for text in [
        format!("csv\n{after}"),
        format!("Here is the revised file:\n\n{after}"),
        format!("cat > data.csv <<'EOF'\n{after}EOF\n"),
        numbered,
    ] {
        assert_eq!(change(CSV, &fence(&text)), format!("exact: {after}"), "{text}");
    }
    // A title that is called as a language is none.
    let songs = "Tides\n\nThe sea goes out.\nThe sea comes in.\nThe moon is late.\nThe birds are loud.\nThe nets are full.\n";
    let titled = songs.replace("Tides", "Swift");
    let got = change(songs, &fence(&titled));
    assert!(got.ends_with(&titled), "{got}");
    // A note behind it is in doubt.
    let read = Answer::read(
        &Rope::from_str(CSV),
        &fence(&format!("{after}\n# Note: changed the city of Cem\n")),
        &|_| false,
    );
    assert_eq!(read.applied(CSV, &read.fits(false)).trim_end(), after.trim_end());
}

#[test]
fn of_two_versions_of_some_words_the_first_goes_in() {
    let block = |old: &str, new: &str| block(&format!("{old}\n"), &format!("{new}\n"));
    let text = "4. Open in May.\n\nThe shop is small. We do not borrow money from the bank.\n";
    let check = |old: &str, one: &str, other: &str| {
        let said = format!("{}{}", block(old, one), block(old, other));
        let read = Answer::read(&Rope::from_str(text), &said, &|_| false);
        let fits = read.fits(false);
        assert_eq!(fits, [Fit::Applied, Fit::Waits(0)], "{one} {other}");
        assert_eq!(read.applied(text, &fits), text.replace(old, one));
    };
    check("Open in May.", "Open in early May.", "Open in late May.");
    check("is small", "is very small", "is quite small");
    check("in May", "in June", "in the middle of May");
    check("money from the bank", "money", "money from the bank or from friends");
    // Two sentences behind one are no versions.
    let said = block("from the bank.", "from the bank. Nor from Jon.");
    let said = format!("{said}{}", block("from the bank.", "from the bank. We save."));
    let read = Answer::read(&Rope::from_str(text), &said, &|_| false);
    assert_eq!(read.fits(false), [Fit::Applied, Fit::Applied]);
}

#[test]
fn a_whole_text_as_it_is_is_an_edit_that_changes_nothing() {
    let read =
        Answer::read(&Rope::from_str(CSV), &format!("Done.\n\n```csv\n{CSV}```\n"), &|_| false);
    assert_eq!((read.edits.len(), read.unchanged, read.count()), (0, 1, 1));
    assert!(!read.is_empty());
}
