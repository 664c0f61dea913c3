//! The forms in which models write edits: each clean, with prose around, several, mixed, at every
//! cut; cut off at every byte, never an edit by halves.

use crate::assist_dialect::{at_every_cut, letters, read_as};
use cowrite::assist::{Dialect, is_gap};
use cowrite::base::Rand;

#[track_caller]
fn check(reply: &str, prose: &str, edits: &[&str]) {
    let outcome = at_every_cut(Dialect::Blocks, None, reply);
    assert_eq!(outcome.edits.into_values().collect::<Vec<_>>(), edits, "edits of {reply:?}");
    assert_eq!(outcome.prose, prose, "prose of {reply:?}");
    // Windows' line ends make no difference.
    if !reply.contains('\r') {
        let crlf = reply.replace('\n', "\r\n");
        let crlf = at_every_cut(Dialect::Blocks, None, &crlf);
        let edits: Vec<&str> = edits.iter().copied().filter(|one| !one.starts_with('!')).collect();
        let got: Vec<String> =
            crlf.edits.into_values().filter(|one| !one.starts_with('!')).collect();
        assert_eq!(got, edits, "edits of {reply:?} with CRLF");
        assert_eq!(crlf.prose, prose.replace('\n', "\r\n"), "prose of {reply:?} with CRLF");
    }
}

#[test]
fn markers_of_other_programs() {
    // Cline.
    check(
        "<replace_in_file>\n<path>docs/plan.md</path>\n<diff>\n------- SEARCH\na\n=======\nb\n+++++++ REPLACE\n</diff>\n</replace_in_file>\nDone.",
        "Done.",
        &[r#""a\n" → "b\n" [in docs/plan.md]"#],
    );
    check("------- SEARCH\na\n=======\nb\n+++++++ REPLACE", "", &[r#""a\n" → "b\n""#]);
    check("------- SEARCH\na\n=======\nb\n+++++++ REPLACE a.md\n", "", &[r#""a\n" → "b\n""#]);
    // Roo.
    check(
        "<<<<<<< SEARCH\n:start_line:12\n:end_line:13\n-------\na\nb\n=======\nc\n>>>>>>> REPLACE\n",
        "",
        &[r#""a\nb\n" → "c\n" [line 12]"#],
    );
    check("<<<<<<< ORIGINAL\na\n=======\nb\n>>>>>>> UPDATED\n", "", &[r#""a\n" → "b\n""#]);
    check("<<<<<<< SEARCH>\na\n=======\nb\n>>>>>>> REPLACE\n", "", &[r#""a\n" → "b\n""#]);
    // As git writes them: only all three are an edit.
    check(
        "So:\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> new\nDone.\n",
        "So:\nDone.\n",
        &[r#""a\n" → "b\n""#],
    );
    for prose in [
        "<<<<<<< HEAD\nis what git writes.\n",
        "<<<<<<< HEAD\na\n=======\nb\n",
        "<<<<<<< HEAD\na\n||||||| base\nb\n=======\nc\n>>>>>>> new\n",
        "<<<<<<< HEAD\na\n>>>>>>> new\n",
        "```\n<<<<<<< HEAD\na\n=======\n```\nEnd.\n",
        "------- SEARCHED\n",
        "-------\n",
        "+++++++ REPLACE\n",
    ] {
        check(prose, prose, &[]);
    }
    // Where the old text ended in prose, an edit may still follow.
    check(
        "<<<<<<< HEAD\nx\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n",
        "<<<<<<< HEAD\nx\n",
        &[r#""a\n" → "b\n""#],
    );
}

#[test]
fn fences_around_blocks() {
    const BLOCK: &str = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n";
    for (reply, file) in [
        (format!("plan.md\n```\n{BLOCK}```\n"), " [in plan.md]"),
        (format!("**plan.md**:\n\n```md\n{BLOCK}```\n"), " [in plan.md]"),
        (format!("### `docs/plan.md`\n```md\n{BLOCK}```\n"), " [in docs/plan.md]"),
        (format!("```plan.md\n{BLOCK}```\n"), " [in plan.md]"),
        (format!("```markdown docs/plan.md\n{BLOCK}```\n"), " [in docs/plan.md]"),
        (format!("```markdown:docs/plan.md\n{BLOCK}```\n"), " [in docs/plan.md]"),
        (format!("```\nplan.md\n{BLOCK}```\n"), " [in plan.md]"),
        (format!("~~~\n{BLOCK}~~~\n"), ""),
        (format!("```diff\n{BLOCK}```\n"), ""),
        (format!("````\nplan.md\n{}````\n", BLOCK.replace('a', "```\na\n```")), " [in plan.md]"),
    ] {
        let old = if reply.contains("```\na") { "```\\na\\n```\\n" } else { "a\\n" };
        check(&reply, "", &[&format!(r#""{old}" → "b\n"{file}"#)]);
        let again = format!("Why not.\n\n{reply}\nSo far.\n");
        let outcome = at_every_cut(Dialect::Blocks, None, &again);
        assert_eq!(outcome.edits.len(), 1, "{again:?}");
        assert!(outcome.prose.starts_with("Why not.\n\n"), "{again:?}");
        assert!(outcome.prose.ends_with("\nSo far.\n"), "{again:?}");
        assert!(!outcome.prose.contains("```"), "{again:?}");
        assert_eq!(outcome.fenced, [""; 0], "{again:?}");
    }
    // Two files in one fence each.
    check(
        "a.md\n```\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```\n\nb.md\n```\n<<<<<<< SEARCH\nc\n=======\nd\n>>>>>>> REPLACE\n```\n",
        "\n",
        &[r#""a\n" → "b\n" [in a.md]"#, r#""c\n" → "d\n" [in b.md]"#],
    );
    // In a list: the indent of the markers is none of the text's.
    check(
        "1. First:\n   ```\n   <<<<<<< SEARCH\n   a\n     b\n\n   =======\n   c\n   >>>>>>> REPLACE\n   ```\n2. Then.\n",
        "1. First:\n2. Then.\n",
        &[r#""a\n  b\n\n" → "c\n""#],
    );
    check(
        "  <<<<<<< SEARCH\n  a\nb\n  =======\n  c\n  >>>>>>> REPLACE\n",
        "",
        &[r#""  a\nb\n" → "  c\n""#],
    );
    // The last marker is missing: what follows the fence is read on.
    check(
        "```\n<<<<<<< SEARCH\na\n=======\nb\n```\n\nAnd:\n<<<<<<< SEARCH\nc\n=======\nd\n>>>>>>> REPLACE\n",
        "\nAnd:\n",
        &[r#"! "<<<<<<< SEARCH\na\n=======\nb\n""#, r#""c\n" → "d\n""#],
    );
    check("```\n<<<<<<< SEARCH\na\n```\nSorry.", "Sorry.", &[r#"! "<<<<<<< SEARCH\na\n""#]);
    // A fence in the text does not end the block.
    check(
        "```\n<<<<<<< SEARCH\na\n=======\n```\nb\n```\n>>>>>>> REPLACE\n```\n",
        "",
        &[r#""a\n" → "```\nb\n```\n""#],
    );
}

#[test]
fn patches() {
    check(
        "*** Begin Patch\n*** Update File: plan.md\n@@ # Plan\n@@ ## Steps\n one\n-two\n+three\n four\n*** End Patch\n",
        "",
        &[
            r###""one\ntwo\nfour\n" → "one\nthree\nfour\n" [patch, in plan.md, under "# Plan", under "## Steps"]"###,
        ],
    );
    // Prose and fences around, several chunks and files.
    check(
        "I shorten it.\n\n```\n*** Begin Patch\n*** Update File: a.md\n@@\n-x\n+y\n@@\n-z\n*** Update File: b.md\n a\n+b\n*** End of File\n*** End Patch\n```\nDone.\n",
        "I shorten it.\n\nDone.\n",
        &[
            r#""x\n" → "y\n" (I shorten it.) [patch, in a.md]"#,
            r#""z\n" → "" (I shorten it.) [patch, in a.md]"#,
            r#""a\n" → "a\nb\n" (I shorten it.) [patch, in b.md, at the end]"#,
        ],
    );
    // In a shell.
    check(
        "```bash\napply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a.md\n@@\n-x\n+y\n*** End Patch\nEOF\n```\nDone.\n",
        "Done.\n",
        &[r#""x\n" → "y\n" [patch, in a.md]"#],
    );
    check(
        "apply_patch << EOF\n*** Begin Patch\n*** Update File: a.md\n@@\n-x\n+y\nEOF\nDone.\n",
        "Done.\n",
        &[r#""x\n" → "y\n" [patch, in a.md]"#],
    );
    // Without its end, and closed by the fence or followed by prose.
    check(
        "```\n*** Begin Patch\n*** Update File: a.md\n@@\n-x\n+y\n```\nDone.\n",
        "Done.\n",
        &[r#""x\n" → "y\n" [patch, in a.md]"#],
    );
    check(
        "*** Begin Patch\n*** Update File: a.md\n@@\n-x\n+y\n\nI changed x.\n\nAll of it.\n",
        "\nI changed x.\n\nAll of it.\n",
        &[r#""x\n" → "y\n" [patch, in a.md]"#],
    );
    check("*** Update File: a.md\n@@\n-x\n+y\n", "", &[r#""x\n" → "y\n" [patch, in a.md]"#]);
    check("*** Begin Patch\n*** Update File: a.md\n@@\n-x\n+y\n", "", &[r#"! "-x\n+y\n""#]);
    // Context without its blank, blank lines without theirs.
    check(
        "*** Begin Patch\n*** Update File: a.md\n@@\nfirst\n\nsecond\n-x\n+y\n\nlast\n\n*** End Patch\n",
        "",
        &[r#""first\n\nsecond\nx\n\nlast\n" → "first\n\nsecond\ny\n\nlast\n" [patch, in a.md]"#],
    );
    // Additions: below a heading, or at the end.
    check(
        "*** Begin Patch\n*** Update File: a.md\n@@ # Plan\n@@ ## Steps\n+new\n*** End Patch\n",
        "",
        &["\"## Steps\\n\" → \"## Steps\\nnew\\n\" [patch, in a.md, under \"# Plan\"]"],
    );
    check(
        "*** Begin Patch\n*** Update File: a.md\n@@\n+new\n*** End Patch\n",
        "",
        &[r#""" → "new\n" [patch, in a.md, at the end]"#],
    );
    // New files; context alone; indented.
    check(
        "*** Begin Patch\n*** Add File: b.md\n+# B\n+\n+Text.\n*** End Patch\n",
        "",
        &[r##""" → "# B\n\nText.\n" [whole, in b.md]"##],
    );
    check("*** Begin Patch\n*** Update File: a.md\n@@\n a\n b\n*** End Patch\n", "", &["dropped"]);
    check(
        "- So:\n  *** Begin Patch\n  *** Update File: a.md\n  @@\n   a\n  -b\n  +c\n  *** End Patch\n",
        "- So:\n",
        &[r#""a\nb\n" → "a\nc\n" [patch, in a.md]"#],
    );
    // What no answer does.
    let outcome = at_every_cut(
        Dialect::Blocks,
        None,
        "*** Begin Patch\n*** Delete File: a.md\n*** Update File: b.md\n*** Move to: c.md\n@@\n-x\n+y\n*** End Patch\n",
    );
    assert_eq!(outcome.bad, ["*** Delete File: a.md\n", "*** Move to: c.md\n"]);
    assert_eq!(outcome.edits.len(), 1);
    for prose in ["*** Important ***\n", "***\n", "*** End Patch\n", "Say `*** Begin Patch`.\n"] {
        check(prose, prose, &[]);
    }
}

#[test]
fn differences() {
    // Numbers are hints, counts are not believed in a fence.
    check(
        "Shorter.\n```diff\ndiff --git a/plan.md b/plan.md\nindex 12ab..34cd 100644\n--- a/plan.md\n+++ b/plan.md\n@@ -3,9 +3,1 @@ # Plan\n one\n-two\n+three\n\n@@ -20 +20 @@\n-x\n+y\n\\ No newline at end of file\n```\nDone.\n",
        "Shorter.\nDone.\n",
        &[
            r##""one\ntwo\n" → "one\nthree\n" (Shorter.) [diff, in plan.md, line 3, under "# Plan"]"##,
            r#""x\n" → "y\n" (Shorter.) [diff, in plan.md, line 20, at the end]"#,
        ],
    );
    // Bare, between prose; a list behind it is none of its.
    check(
        "So:\n--- a/plan.md\n+++ b/plan.md\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\n- I changed b.\n",
        "So:\n\n- I changed b.\n",
        &[r#""a\nb\n" → "a\nc\n" [diff, in plan.md, line 1]"#],
    );
    check(
        "@@ -1,2 +1,2 @@\n a\n-b\n+c\nDone.\n",
        "Done.\n",
        &[r#""a\nb\n" → "a\nc\n" [diff, line 1]"#],
    );
    // At the end of an answer a chunk that has all its lines needs no line end.
    check("@@ -1,2 +1,2 @@\n a\n-b\n+c", "", &[r#""a\nb\n" → "a\nc\n" [diff, line 1]"#]);
    // No numbers, no heads.
    check(
        "```diff\n@@ ... @@\n a\n-b\n+c\n@@ ... @@\n-d\n```\n",
        "",
        &[r#""a\nb\n" → "a\nc\n" [diff]"#, r#""d\n" → "" [diff]"#],
    );
    check("```diff\n-a\n+b\n```\n", "", &[r#""a\n" → "b\n" [diff]"#]);
    check("```diff\n--- a.md\n+++ a.md\n-a\n+b\n```\n", "", &[r#""a\n" → "b\n" [diff, in a.md]"#]);
    // What looks like the names of files is text if no chunk follows.
    check(
        "```diff\n@@ -1,2 +1,2 @@\n a\n--- old\n+++ new\n z\n```\n",
        "",
        &[r#""a\n-- old\nz\n" → "a\n++ new\nz\n" [diff, line 1]"#],
    );
    // Two files.
    check(
        "```diff\n--- a/a.md\n+++ b/a.md\n@@ -1 +1 @@\n-a\n+b\n--- a/b.md\n+++ b/b.md\n@@ -1 +1 @@\n-c\n+d\n```",
        "",
        &[r#""a\n" → "b\n" [diff, in a.md, line 1]"#, r#""c\n" → "d\n" [diff, in b.md, line 1]"#],
    );
    // A new file; the first text of an empty one; an addition beside nothing.
    check(
        "```diff\n--- /dev/null\n+++ b/n.md\n@@ -0,0 +1,2 @@\n+# N\n+x\n```",
        "",
        &[r##""" → "# N\nx\n" [whole, in n.md, at the end]"##],
    );
    check("```diff\n@@ -0,0 +1 @@\n+x\n```", "", &[r#""" → "x\n" [diff, at the end]"#]);
    check("```diff\n@@ -5,0 +6 @@\n+x\n```", "", &[r#"! "@@ -5,0 +6 @@\n+x\n""#]);
    // In a list.
    check(
        "- So:\n  ```diff\n  @@ -1,2 +1,2 @@\n   a\n  -b\n  +c\n  ```\n- Yes.\n",
        "- So:\n- Yes.\n",
        &[r#""a\nb\n" → "a\nc\n" [diff, line 1]"#],
    );
    // The answer ends, and the chunk has much less than it announces.
    check("@@ -1,5 +1,5 @@\n a\n-b\n", "", &[r#"! "@@ -1,5 +1,5 @@\n a\n-b\n""#]);
    check("@@ -1,4 +1,3 @@\n a\n-b\n+c\n", "", &[r#""a\nb\n" → "a\nc\n" [diff, line 1, short]"#]);
    // Counts that are too small end nothing.
    check(
        "@@ -1 +1 @@\n a\n\n-b\n+c\n\n-  d\n",
        "",
        &[r#""a\n\nb\n\n  d\n" → "a\n\nc\n\n" [diff, line 1]"#],
    );
    for prose in [
        "--- a/plan.md\nis a file.\n",
        "--- a/plan.md\n+++ b/plan.md\nare files.\n",
        "@@ here\n",
        "```diff\nno signs here\n```\n",
        "diff --git a b\nis a command.\n",
    ] {
        check(prose, prose, &[]);
    }
}

#[test]
fn tags() {
    check(
        "<old_text line=10>\nold\n</old_text>\n<new_text>\nnew\n</new_text>\n",
        "",
        &[r#""old\n" → "new\n" [tags, line 10]"#],
    );
    check(
        "So.\n<edits>\n<edit>\n<old_text line=\"3\">one two</old_text>\n<new_text>one</new_text>\n</edit>\n<edit><old_text>x</old_text><new_text></new_text></edit>\n</edits>\nDone.",
        "So.\nDone.",
        &[r#""one two" → "one" (So.) [tags, line 3]"#, r#""x" → "" [tags]"#],
    );
    // Tags that close another one than they name, or are missing.
    check(
        "<old_text>\na\n</new_text>\n<new_text>\nb\n</old_text>\n<old_str>\nc\n<new_str>\nd\n</new_str>\n",
        "",
        &[r#""a\n" → "b\n" [tags]"#, r#""c\n" → "d\n" [tags]"#],
    );
    check(
        "<edit>\n<old_text>\na\n</old_text>\n<new_text>\nb\n</edit>\nDone.\n",
        "Done.\n",
        &[r#""a\n" → "b\n" [tags]"#],
    );
    // Tags in the text are text; blanks before the closing tag are not.
    check(
        "  <old_text>\n  <b>a</b>\n  </old_text>\n  <new_text>\n  <i>b</i>\n  </new_text>\n",
        "",
        &[r#""<b>a</b>\n" → "<i>b</i>\n" [tags]"#],
    );
    check("<old_text>a\n</old_text><new_text>b</new_text>", "", &[r#""a" → "b" [tags]"#]);
    check(
        "```xml\n<old_text>a</old_text>\n<new_text>b</new_text>\n```\n",
        "",
        &[r#""a" → "b" [tags]"#],
    );
    check("<old_text>a</old_text> and more\n", " and more\n", &[r#"! "<old_text>a</old_text>""#]);
    check(
        "<old_text>a</old_text>\n<new_text>b\n<old_text>c</old_text><new_text>d</new_text>",
        "",
        &[r#"! "<old_text>a</old_text>\n<new_text>b\n""#, r#""c" → "d" [tags]"#],
    );
    // Names that may stand in any text: both or none.
    check(
        "<edits>\n<search line=3>\na\n</search>\n<replace>\nb\n</replace>\n</edits>\n<edit>\n<old>c</old>\n<new>d</new>\n</edit>\n",
        "",
        &[r#""a\n" → "b\n" [tags, line 3]"#, r#""c" → "d" [tags]"#],
    );
    for prose in [
        "<search>\n<input>\n</search>\n<p>\n",
        "<old>a</old> b\n",
        "<search>\n<search>\nnever\n",
        "```html\n<search>\na\n```\n",
    ] {
        check(prose, prose, &[]);
    }
    for prose in ["Use <old_text>a</old_text>.\n", "<edits>\nnone\n", "<old_texts>\n", "<edit>\n"] {
        check(prose, prose, &[]);
    }
}

#[test]
fn tool_calls_as_text() {
    check(
        "So:\n```json\n{\n  \"command\": \"str_replace\",\n  \"path\": \"/repo/plan.md\",\n  \"old_str\": \"a\\nb\",\n  \"new_str\": \"c\"\n}\n```\nDone.\n",
        "So:\nDone.\n",
        &[r#""a\nb" → "c" [tool, in /repo/plan.md]"#],
    );
    check(
        "<tool_call>\n{\"name\": \"edit\", \"arguments\": {\"file_path\": \"a.md\", \"old_string\": \"a\", \"new_string\": \"b\", \"replace_all\": true}}\n</tool_call>\n<tool_call>{\"name\": \"edit\", \"arguments\": \"{\\\"oldText\\\": \\\"c\\\", \\\"newText\\\": \\\"\\\"}\"}</tool_call>\n",
        "",
        &[r#""a" → "b" [tool, in a.md, all]"#, r#""c" → "" [tool]"#],
    );
    check(
        "{\"path\": \"a.md\", \"edits\": [{\"old\": \"a\", \"new\": \"b\"}, {\"search\": \"c\", \"replace\": \"d\", \"reason\": \"clearer\"}]}",
        "",
        &[r#""a" → "b" [tool, in a.md]"#, r#""c" → "d" (clearer) [tool, in a.md]"#],
    );
    check(
        "[\n  {\"old_str\": \"a\", \"new_str\": \"b\"},\n  {\"old_str\": \"a\", \"new_str\": \"b\"}\n]\n",
        "",
        &[r#""a" → "b" [tool]"#, "dropped"],
    );
    check(
        "{\"tool_calls\": [{\"id\": \"1\", \"type\": \"function\", \"function\": {\"name\": \"edit\", \"arguments\": {\"old_str\": \"a\", \"new_str\": \"b\"}}}]}\n",
        "",
        &[r#""a" → "b" [tool]"#],
    );
    check(
        "{\"name\": \"edit\", \"input\": {\"file\": \"a.md\", \"search\": \"a\", \"replace\": \"b\"}}",
        "",
        &[r#""a" → "b" [tool, in a.md]"#],
    );
    // Line ends inside of strings, as models write them.
    check("{\"old_str\": \"a\nb\", \"new_str\": \"c\td\"}", "", &[r#""a\nb" → "c\td" [tool]"#]);
    // A patch as an argument; a whole text.
    check(
        "{\"name\": \"apply_patch\", \"arguments\": {\"input\": \"*** Begin Patch\\n*** Update File: a.md\\n@@\\n-x\\n+y\\n*** End Patch\"}}",
        "",
        &[r#""x\n" → "y\n" [patch, in a.md]"#],
    );
    check(
        "{\"command\": [\"apply_patch\", \"*** Begin Patch\\n*** Update File: a.md\\n@@\\n-x\\n+y\\n*** End Patch\"]}",
        "",
        &[r#""x\n" → "y\n" [patch, in a.md]"#],
    );
    check(
        "{\"command\": \"create\", \"path\": \"b.md\", \"file_text\": \"B\\n\"}",
        "",
        &[r#""" → "B\n" [whole, in b.md]"#],
    );
    check(
        "{\"name\": \"write_file\", \"arguments\": {\"path\": \"b.md\", \"content\": \"B\\n\"}}",
        "",
        &[r#""" → "B\n" [whole, in b.md]"#],
    );
    // Arguments in tags.
    check(
        "<function_calls>\n<invoke name=\"str_replace_editor\">\n<parameter name=\"command\">str_replace</parameter>\n<parameter name=\"path\">a.md</parameter>\n<parameter name=\"old_str\">a\nb</parameter>\n<parameter name=\"new_str\">\nc\n</parameter>\n</invoke>\n</function_calls>\nDone.\n",
        "Done.\n",
        &[r#""a\nb" → "c" [tool, in a.md]"#],
    );
    check(
        "<tool_call>\n<function=edit>\n<parameter=old_string>\na\n</parameter>\n<parameter=new_string>\nb\n</parameter>\n</function>\n</tool_call>\n",
        "",
        &[r#""a" → "b" [tool]"#],
    );
    // As models of the Llama family write them: JSON in one tag, which may stay open.
    for call in [
        "<function=edit>{\"old_string\": \"a\", \"new_string\": \"b\"}</function>",
        "<function=edit>\n{\"old_string\": \"a\",\n \"new_string\": \"b\"}\n</function>\n",
        "<function=edit>{\"old_string\": \"a\", \"new_string\": \"b\"}",
        "<|python_tag|>{\"name\": \"edit\", \"parameters\": {\"old_string\": \"a\", \"new_string\": \"b\"}}",
    ] {
        check(call, "", &[r#""a" → "b" [tool]"#]);
    }
    // A comma too many is none; what can't be mended is named, and gives the next edit no reason.
    check("[{\"old_text\": \"a\", \"new_text\": \"b\",},]\n", "", &[r#""a" → "b" [tool]"#]);
    for broken in [
        r#"{"old_text": "the "old" one", "new_text": "b"}"#,
        r#"[{"find": "the "old" one", "replace": "b"}]"#,
        "{'old_text': 'a', 'new_text': 'b'}",
        r#"{"name": "edit", "arguments": "{\"old_str\": \"a\", \"new_s"}"#,
    ] {
        let next = "And the result:\n<<<<<<< SEARCH\nc\n=======\nd\n>>>>>>> REPLACE\n";
        let outcome = at_every_cut(Dialect::Blocks, None, &format!("{broken}\n\n{next}"));
        let edits: Vec<String> = outcome.edits.into_values().collect();
        let [first, second] = &edits[..] else { panic!("{broken}: {edits:?}") };
        assert!(first.starts_with('!'), "{broken}: {first}");
        assert_eq!(second, r#""c\n" → "d\n""#, "{broken}");
    }
    // JSON that is no edit is text.
    for text in ["{\"name\": \"x\", \"old\": 5}\n", "{'name': 'x'}\n", "{\"find\": \"a\"}\n"] {
        check(text, text, &[]);
    }
    // By a line's number alone; one that the answer ends in.
    check(
        "{\"command\": \"insert\", \"insert_line\": 3, \"insert_text\": \"x\"}",
        "",
        &[r#"! "{\"command\":\"insert\",\"insert_line\":3,\"insert_text\":\"x\"}""#],
    );
    check("{\"old_str\": \"a\", \"new_", "", &[r#"! "{\"old_str\": \"a\", \"new_""#]);
    for prose in [
        "{\n  \"name\": \"cowrite\",\n  \"version\": \"1\"\n}\n",
        "{\"name\": \"read_file\", \"arguments\": {\"path\": \"a.md\"}}\n",
        "{\"search\": \"a\", \"replace\": \"b\"}\n",
        "```js\n{\n  return 1;\n}\n```\n",
        "```json\n[\n  1,\n  2\n]\n```\n",
        "[a link](x) and {braces}\n",
        "{\"name\": \"never",
        "<tool_call>\n{\"name\": \"look\", \"arguments\": {}}\n</tool_call>\n",
        "<invoke name=\"look\">\n</invoke>\n",
    ] {
        check(prose, prose, &[]);
    }
}

#[test]
fn several_forms_in_one_answer() {
    check(
        "One.\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\nTwo.\n```diff\n@@ -1 +1 @@\n-c\n+d\n```\nThree.\n<old_text>e</old_text><new_text>f</new_text>\nFour.\n*** Begin Patch\n*** Update File: x.md\n@@\n-g\n+h\n*** End Patch\nFive.\n{\"old_str\": \"i\", \"new_str\": \"j\"}\nSix.\n",
        "One.\nTwo.\nThree.\nFour.\nFive.\nSix.\n",
        &[
            r#""a\n" → "b\n" (One.)"#,
            r#""c\n" → "d\n" (Two.) [diff, line 1]"#,
            r#""e" → "f" (Three.) [tags]"#,
            r#""g\n" → "h\n" (Four.) [patch, in x.md]"#,
            r#""i" → "j" (Five.) [tool]"#,
        ],
    );
    // The same edit twice is one; the same at two lines is two.
    check(
        "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n",
        "",
        &[r#""a\n" → "b\n""#, "dropped"],
    );
    check(
        "```diff\n@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n-a\n+b\n```\n",
        "",
        &[r#""a\n" → "b\n" [diff, line 1]"#, r#""a\n" → "b\n" [diff, line 9]"#],
    );
}

#[test]
fn numbers_before_lines_are_taken_off() {
    let block =
        |old: &str, new: &str| format!("<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n");
    for (old, new, edit) in [
        ("12: a\n13: b\n", "12: c\n", r#""a\nb\n" → "c\n" [line 12]"#),
        ("12 | a\n13 |   b\n14 |\n", "c\n", r#""a\n  b\n\n" → "c\n" [line 12]"#),
        ("  9→a\n 10→b\n", "  9→a\nnew\n 10→c\n", r#""a\nb\n" → "a\nnew\nc\n" [line 9]"#),
        ("     1\ta\n     2\tb\n", "x\n", r#""a\nb\n" → "x\n" [line 1]"#),
        ("1: a\n\n3: b\n", "x\n", r#""a\n\nb\n" → "x\n" [line 1]"#),
        ("7→a\n", "b\n", r#""a\n" → "b\n" [line 7]"#),
        // Numbers of the text's own.
        ("12: a\n", "b\n", r#""12: a\n" → "b\n""#),
        ("12: a\n14: b\n", "b\n", r#""12: a\n14: b\n" → "b\n""#),
        ("12: a\nb\n", "b\n", r#""12: a\nb\n" → "b\n""#),
        ("12:30 a\n13:30 b\n", "b\n", r#""12:30 a\n13:30 b\n" → "b\n""#),
        ("1. a\n2. b\n", "b\n", r#""1. a\n2. b\n" → "b\n""#),
    ] {
        check(&block(old, new), "", &[edit]);
    }
}

#[test]
fn text_in_fences_is_told_as_such() {
    let fenced = |reply: &str| {
        let outcome = at_every_cut(Dialect::Blocks, None, reply);
        assert_eq!(outcome.prose, reply);
        outcome.fenced
    };
    assert_eq!(fenced("So:\n```md\n# A\n\nb\n```\nDone.\n"), ["# A\n\nb\n"]);
    assert_eq!(fenced("```\na\n```\n~~~\nb\n~~~"), ["a\n", "b\n"]);
    assert_eq!(fenced("```\na\n... \nb"), ["a\n... \nb…"]);
    assert_eq!(fenced("```md\n# A\n```sh\nls\n```\nb\n```\n"), ["# A\n```sh\nls\n```\nb\n"]);
    assert_eq!(fenced("````md\n# A\n```\nls\n```\nb\n````\n"), ["# A\n```\nls\n```\nb\n"]);
    assert_eq!(fenced("````md\nb"), ["b…"]);
    assert_eq!(fenced("plan.md\n```md\nb\n```"), ["b\n"]);
    assert_eq!(fenced("```\n```\n"), [""; 0]);
    assert_eq!(fenced("```\nplan.md\n\n--- x\nb\n```"), ["plan.md\n\n--- x\nb\n"]);
    assert!(is_gap("// ... existing code ...") && is_gap("...") && !is_gap("the rest"));
}

/// A valid answer of each form, with an end of its own.
const ANSWERS: &[&str] = &[
    "Ünder.\n\n```md\n<<<<<<< SEARCH\nold é line\nsecond\n=======\nnew\n>>>>>>> REPLACE\n```\nMore.\nb.txt\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\nEnd.",
    "------- SEARCH\nold é\n=======\nnew\n+++++++ REPLACE\nEnd.",
    "<<<<<<< HEAD\nold é\n=======\nnew\n>>>>>>> theirs\nEnd.",
    "So.\n*** Begin Patch\n*** Update File: a.md\n@@ # Plan\n one\n-two é\n+three\n four\n@@\n-x\n-xx\n+y\n*** Add File: b.md\n+B\n+C\n*** End Patch\nEnd.",
    "```\napply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a.md\n@@\n-x\n-xx\n+y\n+yy\n*** End Patch\nEOF\n```\n",
    "```diff\n--- a/a.md\n+++ b/a.md\n@@ -1,2 +1,2 @@ top\n one\n-two é\n+three\n@@ ... @@\n-x\n-xx\n+y\n+yy\n```\nEnd.",
    "<edits>\n<edit>\n<old_text line=10>\nold é\nx\n</old_text>\n<new_text>\nnew\ny\n</new_text>\n</edit>\n</edits>\nEnd.",
    "<old_text>one</old_text><new_text>two three</new_text>\nEnd.",
    "<tool_call>\n{\"name\": \"edit\", \"arguments\": {\"old_str\": \"a\\nb\", \"new_str\": \"c d\", \"replace_all\": true}}\n</tool_call>\nEnd.",
    "<function_calls>\n<invoke name=\"edit\">\n<parameter name=\"old_str\">a b</parameter>\n<parameter name=\"new_str\">c d</parameter>\n</invoke>\n</function_calls>\nEnd.",
    "<reasoning>\nPerhaps é\n<<<<<<< SEARCH\nu\n=======\nv\n>>>>>>> REPLACE\n</reasoning> So:\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\nEnd.",
    "[THINK]One < two.[/THINK]\n◁think▷\n◁ é ◁/think▷\n<!--\n<<<<<<< SEARCH\nu\n=======\nv\n>>>>>>> REPLACE\n-->\nOne, or é that: <<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE a.md\nEnd.",
    "In `a.md`, change:\n\n```\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n```\nEnd.",
];

/// Whatever an answer broke off in, what is an edit then is one of the whole answer.
#[test]
fn cut_off_anywhere_no_edit_is_made_by_halves() {
    let all = ANSWERS.concat();
    for reply in ANSWERS.iter().copied().chain([all.as_str()]) {
        let whole = read_as(Dialect::Blocks, None, &[reply], false);
        assert!(!whole.edits.is_empty() && whole.bad.is_empty(), "{reply:?}");
        assert!(whole.edits.values().all(|edit| !edit.starts_with('!')), "{:?}", whole.edits);
        for (at, _) in reply.char_indices() {
            // Every form here has an end of its own: that the answer is told to be complete makes
            // no difference.
            for cut in [true, false] {
                let part = read_as(Dialect::Blocks, None, &[&reply[..at]], cut);
                for edit in part.edits.values().filter(|edit| !edit.starts_with('!')) {
                    let known = whole.edits.values().any(|one| one == edit);
                    assert!(known, "at {at}: {edit} of {:?}", &reply[..at]);
                }
            }
        }
    }
}

#[test]
fn chunks_make_no_difference() {
    let mut rand = Rand::from_number(11);
    for _ in 0..300 {
        let count = 1 + rand.below(4);
        let reply: String = (0..count)
            .map(|_| {
                let answer = ANSWERS[rand.below(ANSWERS.len())];
                let end = if rand.below(2) == 0 { "\n" } else { "\n\nBetween.\n" };
                format!("{answer}{end}")
            })
            .collect();
        let reply = if rand.below(4) == 0 { reply.replace('\n', "\r\n") } else { reply };
        let whole = read_as(Dialect::Blocks, None, &[&reply], false);
        let mut chunks = Vec::new();
        let mut rest = reply.as_str();
        while !rest.is_empty() {
            let at = rest.ceil_char_boundary((1 + rand.below(40)).min(rest.len()));
            let (chunk, after) = rest.split_at(at);
            chunks.push(chunk);
            rest = after;
        }
        assert_eq!(read_as(Dialect::Blocks, None, &chunks, false), whole, "{chunks:?}");
        assert_eq!(read_as(Dialect::Blocks, None, &letters(&reply), false), whole, "{reply:?}");
    }
}
