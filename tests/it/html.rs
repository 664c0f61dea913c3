//! The page for a browser: nothing that anybody wrote becomes markup, the policy names exactly the
//! style and the script that stand there, and the replay leads to the text as it is.

use crate::harness::{Harness, cases};
use cowrite::base::{Rand, sha256};
use cowrite::event::{
    Author, AuthorKind, Brought, Choice, DecisionStatus, Envelope, Event, HunkVerdict, Link,
    MessageRole, MessageStatus,
};
use cowrite::report::html::{Html, MARK, clean, html, leads_out, marked};
use cowrite::session::Session;
use serde_json::Value;
use std::collections::BTreeMap;

/// Texts that a careless page would take for something of its own.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "<!-- comment --> <!--<script>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "]]>&lt;b&gt;&amp;&#60;",
    "[a](javascript:alert(1)) [b](JaVaScRiPt:x) [c](data:text/html,x) [d](vbscript:x)",
    "[e](https://example.org/\" onclick=\"x) [f](//example.org) [g](#m1)",
    "![p](https://example.org/p.png) ![q](x \"t\")",
    "<a href=\"https://example.org\">x</a><iframe src=//x></iframe>",
    "| a | <b> |\n|---|--:|\n| `<i>` | </td></tr></table> |",
    "```html\"><script>\n</code></pre><script>x</script>\n```",
    "> quote\n> <details open ontoggle=x>\n\n1. <li>\n   - </ul>\n",
    "a\u{202e}b\u{7}\u{0}c\u{2028}d\u{ffff}",
    "🍰 日本語 é\r\ntwo\rlines",
    "<<<<<<< SEARCH\n<b>\n=======\n</code></pre><i>\n>>>>>>> REPLACE\n",
    "https://example.org/?a=1&b=<2> <https://example.org/a\"b>",
    "&#x3c;script&#x3e; &NewLine; &lt;/script&gt;",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)}",
    "",
];

/// Elements of a page with the attributes that they may have.
const ELEMENTS: &[(&str, &[&str])] = &[
    ("html", &["lang"]),
    ("head", &[]),
    ("meta", &["charset", "http-equiv", "content", "name"]),
    ("title", &[]),
    ("style", &[]),
    ("body", &[]),
    ("a", &["class", "href", "rel", "title"]),
    ("header", &["class"]),
    ("h1", &[]),
    ("h2", &["id"]),
    ("h3", &["class"]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("p", &["class", "data-from"]),
    ("nav", &["aria-label"]),
    ("ul", &["class", "aria-label"]),
    ("ol", &["class", "start"]),
    ("li", &["class", "id"]),
    ("details", &["class"]),
    ("summary", &[]),
    ("section", &["id", "class", "aria-labelledby", "aria-label", "data-doc", "hidden"]),
    ("button", &["id", "type", "aria-pressed"]),
    ("input", &["id", "type", "min", "max", "value", "step", "aria-label"]),
    ("output", &["id", "for"]),
    ("main", &["id"]),
    ("div", &["class", "data-from"]),
    (
        "span",
        &[
            "class",
            "aria-hidden",
            "aria-label",
            "role",
            "title",
            "data-message",
            "data-change",
            "data-from",
            "data-until",
            "hidden",
        ],
    ),
    ("article", &["id", "class", "data-from"]),
    ("time", &["datetime"]),
    ("blockquote", &["class"]),
    ("pre", &["data-language"]),
    ("code", &[]),
    ("table", &[]),
    ("thead", &[]),
    ("tr", &[]),
    ("th", &["class"]),
    ("td", &["class"]),
    ("em", &[]),
    ("strong", &[]),
    ("br", &[]),
    ("hr", &[]),
    ("del", &["class", "aria-label"]),
    ("ins", &["class", "aria-label"]),
    ("footer", &[]),
    ("aside", &["id", "role", "hidden"]),
    ("script", &["type", "id"]),
];

/// Elements that are never closed.
const VOID: &[&str] = &["meta", "br", "hr", "input"];

/// One start of an element, with its attributes.
type Start = (String, BTreeMap<String, String>);

/// Text without its entities.
fn plain(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}

/// Reads a page as strictly as no browser does. Returns the starts of its elements and the text of
/// each, in order; fails with whatever is not exactly as this program writes it.
fn parsed(page: &str) -> Vec<(Start, String)> {
    let mut rest = page.strip_prefix("<!doctype html>").expect("a page");
    let mut open: Vec<usize> = Vec::new();
    let mut all: Vec<(Start, String)> = Vec::new();
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        assert!(!text.contains('>'), "{text:?}");
        for part in text.split('&').skip(1) {
            let known = ["lt;", "gt;", "quot;", "#39;", "amp;"];
            assert!(known.iter().any(|known| part.starts_with(known)), "&{part:?}");
        }
        for index in &open {
            all[*index].1.push_str(&plain(text));
        }
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('/') {
            let end = after.find('>').expect("an end");
            let index = open.pop().expect("something is open");
            assert_eq!(all[index].0.0, after[..end], "closed in order");
            rest = &after[end + 1..];
            continue;
        }
        // Attributes hold no sign that ends an element.
        let end = rest.find('>').expect("an end");
        let (tag, after) = (&rest[..end], &rest[end + 1..]);
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let (_, allowed) =
            ELEMENTS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("<{tag}>"));
        let mut found = BTreeMap::new();
        while !attributes.is_empty() {
            let end = attributes.find(['=', ' ']).unwrap_or(attributes.len());
            let (attribute, value) = attributes.split_at(end);
            assert!(allowed.contains(&attribute), "<{tag}>");
            attributes = match value.strip_prefix("=\"") {
                Some(value) => {
                    let (value, after) = value.split_once('"').expect("a value");
                    assert!(!value.contains('<'), "<{tag}>");
                    found.insert(attribute.to_owned(), plain(value));
                    after.trim_start()
                }
                None => {
                    found.insert(attribute.to_owned(), String::new());
                    value.trim_start()
                }
            };
        }
        all.push(((name.to_owned(), found), String::new()));
        rest = after;
        if name == "script" || name == "style" {
            let end = format!("</{name}>");
            let at = rest.find(&end).expect("an end");
            all.last_mut().expect("just now").1 = rest[..at].to_owned();
            rest = &rest[at + end.len()..];
        } else if !VOID.contains(&name) {
            open.push(all.len() - 1);
        }
    }
    assert!(open.is_empty(), "everything is closed");
    all
}

/// The texts of a page's documents, as their lines stand there.
fn documents(page: &[(Start, String)]) -> Vec<String> {
    let mut all = Vec::new();
    for ((name, attributes), text) in page {
        let class = attributes.get("class").map_or("", String::as_str);
        match (name.as_str(), class) {
            ("section", "document") => all.push(String::new()),
            ("span", "c") => {
                if let Some(last) = all.last_mut() {
                    last.push_str(text.trim_end_matches('§'));
                    last.push('\n');
                }
            }
            _ => {}
        }
    }
    all
}

fn data(page: &[(Start, String)]) -> Value {
    let held = page
        .iter()
        .find(|((_, attributes), _)| attributes.get("id").is_some_and(|id| id == "replay-data"));
    serde_json::from_str(&held.expect("data").1).expect("JSON")
}

/// The texts of all documents after each step, as the page's script makes them.
fn replayed(data: &Value, count: usize) -> Vec<Vec<String>> {
    let mut now: Vec<Vec<u16>> = vec![Vec::new(); count];
    let steps = data["steps"].as_array().expect("steps").iter();
    steps
        .map(|step| {
            for changed in step["texts"].as_array().expect("texts") {
                let text = &mut now[changed[0].as_u64().expect("a document") as usize];
                for splice in changed[1].as_array().expect("splices").iter().rev() {
                    let number = |index: usize| splice[index].as_u64().expect("a number") as usize;
                    let runs = splice[2].as_array().expect("runs").iter();
                    let words: Vec<u16> = runs
                        .flat_map(|run| run[1].as_str().expect("words").encode_utf16())
                        .collect();
                    text.splice(number(0)..number(0) + number(1), words);
                }
            }
            now.iter().map(|text| String::from_utf16(text).expect("whole characters")).collect()
        })
        .collect()
}

/// Text as a page shows it.
fn seen(text: &str) -> String {
    clean(text).replace('\r', "\u{fffd}")
}

/// What a document's lines hold, as a page shows them.
fn shown(text: &str) -> String {
    let bare = |line: &str| {
        let line =
            line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        format!("{}\n", seen(line))
    };
    text.split_inclusive('\n').map(bare).collect()
}

/// A session with a text, talk, changes of every end and decisions; words by turns from a list.
fn session(words: &[&str], seed: u64) -> Harness {
    let mut rand = Rand::from_number(seed);
    let mut word = || words[rand.below(words.len())].to_owned();
    let mut made = Harness::file(&format!("{}.md", word().replace('/', "-")), &word());
    made.type_text("one two three four five six\n");
    for _ in 0..3 {
        made.type_text(&word());
        made.pass(6000);
        made.place(0, None);
    }
    let len = made.text().chars().count();
    let (first, second) = (word(), word());
    made.propose(&[(0, 2, &first), (4, 6, &second), (len.min(8), len.min(10), "x")]);
    made.about_hunk(0, "hunk.accept");
    let refs = made.refs();
    let texts: Vec<String> = (0..14).map(|_| word()).collect();
    let text = |index: usize| cowrite::event::Text::new(texts[index].as_str());
    made.with_cx(|cx| {
        cx.append(&Event::SessionTitled {
            title: text(0),
            replaces: cx.model.session.title.heads(),
        });
        let question = cx.append(&Event::MessagePosted {
            role: MessageRole::Person,
            after: None,
            text: text(1),
            status: MessageStatus::Complete,
            model: None,
            usage: None,
            error: None,
            links: vec![],
            asked: None,
            reasoning: None,
            brought: Some(Brought { program: texts[2].clone(), id: texts[3].clone(), at: 1 }),
        });
        let model = cx.model_author(&texts[4]);
        cx.append_as_model(
            &model,
            &Event::MessagePosted {
                role: MessageRole::Model,
                after: Some(question),
                text: text(5),
                status: MessageStatus::Failed,
                model: Some(text(4)),
                usage: None,
                error: Some(text(6)),
                links: vec![],
                asked: None,
                reasoning: Some(text(7)),
                brought: None,
            },
        );
        if let Some(last) = refs.last() {
            cx.append(&Event::HunkResolved {
                hunk: last.id,
                part: last.part,
                verdict: HunkVerdict::Rejected,
                reason: Some(text(8)),
                edit: None,
                replaces: vec![],
            });
        }
        let choice = Choice { name: text(9), pros: vec![text(10)], cons: vec![text(11)] };
        cx.append(&Event::DecisionRecorded {
            title: text(12),
            status: DecisionStatus::Accepted,
            context: text(13),
            options: vec![choice],
            outcome: text(0),
            consequences: text(1),
            links: vec![Link::Message(question)],
            review: text(2),
            supersedes: None,
            taken: None,
        });
        let about = Some(Link::Message(question));
        let first = cx.append(&Event::CommentPosted { about, after: None, text: text(4) });
        cx.append(&Event::CommentPosted { about: None, after: Some(first), text: text(5) });
        let author = "p_01JHOST".parse().expect("an author");
        let introduced = Author { author, kind: AuthorKind::Person, name: text(3) };
        cx.append(&Event::AuthorIntroduced(introduced));
    });
    made.pass(6000);
    made
}

#[test]
fn nothing_that_anybody_wrote_becomes_markup() {
    for seed in cases(60) {
        let made = session(HOSTILE, seed);
        let session = &made.kept.session();
        let page = html(session);
        let parsed = parsed(&page);
        let count = |name: &str| parsed.iter().filter(|((one, _), _)| one == name).count();
        assert_eq!((count("style"), count("script")), (1, 2), "seed {seed}");
        for ((name, attributes), _) in &parsed {
            if let Some(to) = attributes.get("href") {
                assert!(to.starts_with('#') || leads_out(to), "seed {seed}: {to}");
                let out = !to.starts_with('#');
                let rel = attributes.get("rel").map(String::as_str);
                assert_eq!(rel == Some("noopener noreferrer"), out, "seed {seed}: {to}");
            }
            if let Some(kind) = attributes.get("http-equiv") {
                assert_eq!((name.as_str(), kind.as_str()), ("meta", "Content-Security-Policy"));
            }
        }
        // Every link within the page leads somewhere.
        let ids: Vec<&str> =
            parsed.iter().filter_map(|((_, one), _)| one.get("id").map(String::as_str)).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), ids.len(), "seed {seed}: an id stands twice");
        for ((_, attributes), _) in &parsed {
            for to in ["data-message", "data-change"].iter().filter_map(|one| attributes.get(*one))
            {
                assert!(ids.contains(&to.as_str()), "seed {seed}: {to}");
            }
            if let Some(to) = attributes.get("href").and_then(|to| to.strip_prefix('#')) {
                assert!(ids.contains(&to), "seed {seed}: #{to}");
            }
        }
        let title = parsed.iter().find(|((name, _), _)| name == "h1").expect("a title");
        assert_eq!(title.1, seen(session.title()), "seed {seed}");
        assert_eq!(documents(&parsed), [shown(&made.text())], "seed {seed}");
        let texts = replayed(&data(&parsed), 1);
        assert_eq!(texts.last().expect("steps"), &[clean(&made.text())], "seed {seed}");
    }
}

/// The page's own bytes that a policy names.
fn named(policy: &str, what: &str) -> String {
    let at = policy.find(what).unwrap_or_else(|| panic!("{policy}"));
    policy[at..].split('\'').nth(1).expect("a source").to_owned()
}

#[test]
fn the_policy_allows_what_stands_there_and_nothing_else() {
    let made = session(&["a word", "and another"], 1);
    let page = html(&made.kept.session());
    let parsed = parsed(&page);
    let policy = parsed
        .iter()
        .find(|((_, attributes), _)| attributes.contains_key("http-equiv"))
        .map(|((_, attributes), _)| attributes["content"].clone())
        .expect("a policy");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for word in ["unsafe", "*", "http", "data:", "blob:", "'self'"] {
        assert!(!policy.contains(word), "{word}: {policy}");
    }
    // Nothing that the policy rules stands before it.
    let before = &page[..page.find("Content-Security-Policy").expect("a policy")];
    assert!(!before.contains("<script") && !before.contains("<style"), "{before}");
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (what, name) in [("style-src", "style"), ("script-src", "script")] {
        let source = named(&policy, what);
        let hash = source.strip_prefix("sha256-").expect("a hash").trim_end_matches('=');
        let mut bits = 0_u32;
        let (mut held, mut bytes) = (0, Vec::new());
        for digit in hash.chars() {
            bits = bits << 6 | digits.find(digit).expect("a digit") as u32;
            held += 6;
            if held >= 8 {
                held -= 8;
                bytes.push((bits >> held) as u8);
            }
        }
        let text = parsed
            .iter()
            .find(|((one, attributes), _)| one == name && attributes.is_empty())
            .map(|(_, text)| text)
            .expect("it stands there");
        assert_eq!(bytes, sha256(&[text.as_bytes()]), "{what}");
    }
    assert!(page.contains(MARK));
    for word in ["src=", "url(", "@import", "fetch(", "XMLHttp", "innerHTML", "eval(", "http:"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn each_step_of_the_replay_is_the_text_of_then() {
    for seed in cases(25) {
        let mut rand = Rand::from_number(seed);
        let mut made = Harness::file("plan.md", "begin 🍰\r\nend\n");
        for _ in 0..40 {
            let len = made.text().chars().count();
            match rand.below(6) {
                0..=2 => {
                    made.place(rand.below(len + 1), None);
                    made.type_text(["a", "🎂é", "\n", "two words "][rand.below(4)]);
                }
                3 => {
                    let (from, to) = (rand.below(len + 1), rand.below(len + 1));
                    made.place(to, Some(from));
                    made.keys("del");
                }
                4 => made.keys("ctrl-z"),
                _ => made.pass(6000),
            }
        }
        made.pass(6000);
        let session = made.kept.session();
        let page = parsed(&html(&session));
        let texts = replayed(&data(&page), 1);
        // Every edit is a step of its own: the text of each is that of the events up to there.
        let mut events: Vec<Envelope> = made.kept.sealed();
        events.sort_by_key(|event| (event.lamport, event.id));
        let is_edit = |event: &&Envelope| event.kind == "document.edited";
        let edits: Vec<&Envelope> = events.iter().filter(is_edit).collect();
        assert_eq!(texts.len(), edits.len(), "seed {seed}");
        for (index, step) in texts.iter().enumerate() {
            let upto = events.iter().filter(|event| {
                !is_edit(event)
                    || (event.lamport, event.id) <= (edits[index].lamport, edits[index].id)
            });
            let then = Session::fold(session.id, upto);
            let text = then.documents[&made.doc()].document.rope().to_string();
            assert_eq!(step, &[clean(&text)], "seed {seed}, step {index}");
        }
        assert_eq!(documents(&page), [shown(&made.text())], "seed {seed}");
    }
}

#[test]
fn a_long_session_has_few_steps() {
    let mut made = Harness::empty();
    for index in 0..700 {
        made.type_text("x");
        made.pass(if index % 2 == 0 { 6000 } else { 600 });
    }
    let session = made.kept.session();
    let page = html(&session);
    let steps = data(&parsed(&page))["steps"].as_array().expect("steps").len();
    assert!((100..=300).contains(&steps), "{steps}");
    assert!(page.contains("A step of the replay holds up to "), "it is said");
    // More than a page can hold: no replay, and that is said.
    let huge = "0123456789".repeat(600_000);
    let mut made = Harness::file("big.md", &huge);
    made.type_text("x");
    made.pass(6000);
    let page = html(&made.kept.session());
    assert!(!page.contains("replay-data\""), "no data");
    assert!(page.contains("There is too much of it to replay"));
    assert!(page.len() < 3_000_000, "{}", page.len());
}

#[test]
fn markdown_is_shown_as_what_it_says() {
    let check = |text: &str, breaks: bool, wanted: &str| {
        let mut out = Html::default();
        marked(text, breaks, &mut out);
        assert_eq!(out.into_string(), wanted, "{text:?}");
    };
    check(
        "a *b* **c** `d<e` ~~f~~",
        false,
        "<p>a <em>b</em> <strong>c</strong> <code>d&lt;e</code> <del>f</del></p>",
    );
    check("one\ntwo", false, "<p>one\ntwo</p>");
    check("one\ntwo", true, "<p>one<br>two</p>");
    check("# A\n\n## B\n\n#### C", false, "<h4>A</h4><h5>B</h5><h6>C</h6>");
    check("3. x\n4. y", false, "<ol start=\"3\"><li>x</li><li>y</li></ol>");
    check("- [x] done", false, "<ul><li>☑ done</li></ul>");
    check(
        "[w](https://example.org/a?b=1&c) [m](mailto:ada@example.org)",
        false,
        "<p><a href=\"https://example.org/a?b=1&amp;c\" rel=\"noopener noreferrer\">w</a> \
         <a href=\"mailto:ada@example.org\" rel=\"noopener noreferrer\">m</a></p>",
    );
    check("[x](javascript:y) [z](/here)", false, "<p>x z</p>");
    check(
        "![a cat](https://example.org/c.png)",
        false,
        "<p><a href=\"https://example.org/c.png\" rel=\"noopener noreferrer\">picture: a cat</a></p>",
    );
    check("<b>x</b>", false, "<p>&lt;b&gt;x&lt;/b&gt;</p>");
    check(
        "```rust\nlet x = \"<\";\n```",
        false,
        "<pre data-language=\"rust\"><code>let x = &quot;&lt;&quot;;\n</code></pre>",
    );
    check(
        "| a | b |\n|---|--:|\n| 1 | 2 |",
        false,
        "<div class=\"wide\"><table><thead><tr><th>a</th><th class=\"right\">b</th></tr></thead>\
         <tr><td>1</td><td class=\"right\">2</td></tr></table></div>",
    );
    // However deep it is.
    let deep = format!("{}x", "> ".repeat(5000));
    let mut out = Html::default();
    marked(&deep, false, &mut out);
    assert!(out.into_string().matches("<blockquote>").count() <= 40);
}

/// What the page says, without its style and script.
fn body(page: &str) -> String {
    let start = page.find("<header class=\"top\">").expect("a body");
    let end = page.find("<footer>").expect("an end");
    let mut out = String::new();
    for line in page[start..end].lines() {
        // A line for each element that matters, to be read.
        let line = line
            .replace("<li id", "\n<li id")
            .replace("<article", "\n<article")
            .replace("<section", "\n<section")
            .replace("</header>", "</header>\n");
        out.push_str(&line);
        out.push('\n');
    }
    out
}

#[test]
fn what_stands_on_the_page() {
    let mut made = Harness::file("plan.md", "# Plan\n\nWe meet on Monday.\nBring the plan.\n");
    made.type_text("There is *tea*.\n");
    made.pass(6000);
    made.propose(&[(35, 41, "Tuesday"), (43, 58, "Bring the plan and a pen.")]);
    made.about_hunk(0, "hunk.accept");
    made.pass(1000);
    made.about_hunk(0, "hunk.reject");
    made.place(24, Some(31));
    made.run("decision.new Weekly");
    made.keys("ctrl-s");
    made.pass(6000);
    let page = html(&made.kept.session());
    insta::assert_snapshot!("page", body(&page));
    // Times are in the log's, not of when the page is made: the same page each time.
    assert_eq!(page, html(&made.kept.session()));
    assert!(!page.contains("/home/ada"), "where the file is stays here");
}
