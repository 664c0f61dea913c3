//! The page of a session in a real browser, without a window: it asks nobody for anything, its
//! script runs under its own policy, the slider shows the text of then, and it fits every screen.
//!
//! Needs `COWRITE_TEST_CHROMIUM`, the browser's path or name; `tests/run` sets it.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::desk::home;
use crate::pty::{Home, Ran};
use serde_json::Value;

/// A stranger's words in a session, which a page must not follow.
const BAIT: &str = "![p](https://picture.example/p.png) <img src=https://image.example/x> \
                    <script src=https://script.example/x.js></script> [w](https://link.example/)";

/// The browser; nothing where there is none, which is said.
fn browser() -> Option<String> {
    let name = std::env::var("COWRITE_TEST_CHROMIUM").ok().filter(|name| !name.is_empty());
    if name.is_none() {
        // Past the test runner, which keeps what is printed to itself.
        let _ = writeln!(
            std::io::stderr(),
            "NOT TESTED HERE: the page in a browser (COWRITE_TEST_CHROMIUM is not set)"
        );
    }
    name
}

/// A proxy that notes who is asked for and answers nobody.
struct Proxy {
    port: u16,
    hosts: Arc<Mutex<BTreeSet<String>>>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let hosts = Arc::new(Mutex::new(BTreeSet::new()));
        let noted = hosts.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let mut head = [0; 2048];
                let count = stream.read(&mut head).unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..count]).into_owned();
                let to = head.split_whitespace().nth(1).unwrap_or_default();
                noted.lock().unwrap().insert(to.to_owned());
                let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
            }
        });
        Self { port, hosts }
    }
}

struct Browser {
    name: String,
    home: Home,
    proxy: Proxy,
}

impl Browser {
    fn run(&self, more: &[&str]) -> Ran {
        let proxy = format!("--proxy-server=http://127.0.0.1:{}", self.proxy.port);
        let profile = format!("--user-data-dir={}", self.home.file("profile").display());
        let always = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-default-apps",
            "--disable-extensions",
            "--disable-sync",
            "--allow-file-access-from-files",
            "--proxy-bypass-list=<-loopback>",
            "--enable-logging=stderr",
            "--virtual-time-budget=6000",
            &proxy,
            &profile,
        ];
        let ran = self.home.run_program(&self.name, &[&always, more].concat(), "");
        assert!(ran.status.success(), "{:?}: {}", ran.status, ran.stderr);
        let errors: Vec<&str> =
            ran.stderr.lines().filter(|line| line.contains("CONSOLE")).collect();
        assert!(errors.is_empty(), "the page complains: {errors:?}");
        ran
    }

    /// The page's elements after its script ran.
    fn dom(&self, page: &Path, hash: &str) -> String {
        self.run(&["--dump-dom", &format!("file://{}{hash}", page.display())]).stdout
    }
}

/// Text without its entities.
fn plain(text: &str) -> String {
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", "\u{a0}"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}

/// The text between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let start = text.find(from)? + from.len();
    Some(&text[start..start + text[start..].find(to)?])
}

/// The lines that a replay shows.
fn live(dom: &str) -> String {
    let list = between(dom, "<ol class=\"lines live\">", "</ol>").expect("a replay is shown");
    let mut out = String::new();
    for line in list.split("<span class=\"c\">").skip(1) {
        let mut rest = line.split("</li>").next().unwrap_or_default();
        while let Some(at) = rest.find('<') {
            out.push_str(&plain(&rest[..at]));
            rest = rest[at..].split_once('>').map_or("", |(_, rest)| rest);
        }
        out.push('\n');
    }
    out
}

/// What is to be read of a piece of a page.
fn plain_text(html: &str) -> String {
    let pieces = html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    plain(&pieces.collect::<String>()).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first text after each step, from what the page holds for its script.
fn states(page: &str) -> Vec<String> {
    let data = between(page, "id=\"replay-data\">", "</script>").expect("a replay");
    let data: Value = serde_json::from_str(data).unwrap();
    let (mut now, mut all): (Vec<u16>, _) = (Vec::new(), vec![String::new()]);
    for step in data["steps"].as_array().unwrap() {
        for changed in step["texts"].as_array().unwrap().iter().filter(|one| one[0] == 0) {
            for splice in changed[1].as_array().unwrap().iter().rev() {
                let number = |index: usize| splice[index].as_u64().unwrap() as usize;
                let runs = splice[2].as_array().unwrap();
                let words: String = runs.iter().map(|run| run[1].as_str().unwrap()).collect();
                now.splice(number(0)..number(0) + number(1), words.encode_utf16());
            }
        }
        all.push(String::from_utf16(&now).unwrap());
    }
    all
}

/// As lines that all have an end.
fn lines(text: &str) -> String {
    text.lines().map(|line| format!("{line}\n")).collect()
}

/// A page that measures another one at several widths.
const MEASURE: &str = "<!doctype html><meta charset=\"utf-8\"><body><script>
const widths = [320, 390, 768, 1280];
Promise.all(widths.map((width) => new Promise((done) => {
  const frame = document.createElement('iframe');
  frame.style.cssText = 'border:0;height:800px;width:' + width + 'px';
  frame.onload = () => setTimeout(() => {
    const page = frame.contentDocument;
    const root = page.documentElement;
    const wide = [...page.querySelectorAll('body *')]
      .filter((one) => one.getBoundingClientRect().right > width + 1 && !one.closest('.wide, .skip'))
      .map((one) => one.tagName + '.' + one.className);
    page.querySelector('.c .r').click();
    const card = page.getElementById('card');
    done(width + ': ' + (root.scrollWidth <= root.clientWidth ? 'fits' : 'too wide ' + wide.slice(0, 5))
      + ', card ' + (card.hidden ? 'hidden' : card.textContent.slice(0, 40))
      + ', replay ' + (page.getElementById('replay').hidden ? 'hidden' : 'shown'));
  }, 300);
  frame.src = 'page.html';
  document.body.append(frame);
}))).then((all) => {
  const out = document.createElement('pre');
  out.id = 'measured';
  out.textContent = all.join('\\n');
  document.body.append(out);
});
</script>";

#[test]
fn a_page_in_a_browser() {
    let Some(name) = browser() else { return };
    let home = home();
    let session: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "sessions", "bakery.cowrite.jsonl"].iter().collect();
    let session = session.to_str().unwrap();
    home.run(&["export", session, "--html", "-o", "page.html"], "").ok();
    let page = home.file("page.html");
    let source = home.read("page.html");
    let states = states(&source);
    let last = states.len() - 1;
    assert!(last > 20, "{last} steps");
    let browser = Browser { name, home, proxy: Proxy::start() };

    // The text of then, wherever the slider stands.
    for part in [0, 13, 50, 87, 98] {
        let dom = browser.dom(&page, &format!("#at={part}"));
        let step = (last as f64 * f64::from(part) / 100.0).round() as usize;
        assert_eq!(live(&dom), lines(&states[step]), "at {part} %");
        assert!(dom.contains(&format!("{step} of {last} · ")), "at {part} %");
        // Whose it is stands there by sign and share, as at the end.
        let shares = |from: &str| between(&dom, from, "</ul>").map(plain_text);
        let then = shares("<ul class=\"legend live\" aria-label=\"Who wrote it by then\">");
        let then = then.expect("shares");
        assert_eq!(then.contains(" %"), !states[step].is_empty(), "{then}");
        let signs = between(&dom, "<ol class=\"lines live\">", "</ol>").expect("a replay");
        assert_eq!(signs.contains("role=\"img\""), !states[step].is_empty(), "at {part} %");
        if states[step] == states[last] {
            let end = shares("<ul class=\"legend\" aria-label=\"Who wrote it\" hidden=\"\">");
            assert_eq!(Some(then), end, "at {part} %");
        }
        let later = dom.matches("later").count() - source.matches("later").count();
        assert!(later > 0 || part > 0, "nothing has come yet, and {later} are still to come");
    }
    // At its end the page is as it was written, with who wrote what.
    let dom = browser.dom(&page, "#at=100");
    assert!(dom.contains("<ol class=\"lines live\" hidden=\"\">"), "the text itself is shown");
    assert!(dom.contains(&format!("{last} of {last} · ")));
    assert!(!dom.contains("id=\"replay\" aria-label=\"Replay\" hidden"), "the slider is there");

    // On every screen: nothing to scroll sideways; a tap tells.
    browser.home.write("measure.html", MEASURE);
    let dom = browser.dom(&browser.home.file("measure.html"), "");
    let measured = between(&dom, "<pre id=\"measured\">", "</pre>").expect("measured");
    for (line, width) in measured.lines().zip([320, 390, 768, 1280]) {
        assert!(line.starts_with(&format!("{width}: fits, card ")), "{measured}");
        assert!(!line.contains("card hidden") && line.ends_with("replay shown"), "{measured}");
    }
    assert_eq!(measured.lines().count(), 4);

    // On paper.
    let pdf = browser.home.file("page.pdf");
    let to = format!("--print-to-pdf={}", pdf.display());
    browser.run(&[&to, "--no-pdf-header-footer", &format!("file://{}", page.display())]);
    let pdf = std::fs::read(pdf).unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 10_000, "{} bytes", pdf.len());
}

#[test]
fn a_page_asks_nobody_for_anything() {
    let Some(name) = browser() else { return };
    let home = home();
    // What somebody else said, in a conversation that was brought in.
    let line = serde_json::json!({
        "type": "user", "uuid": "u1", "parentUuid": null, "sessionId": "s1",
        "timestamp": "2025-09-01T08:00:00Z", "message": {"role": "user", "content": BAIT},
    });
    home.write("talk.jsonl", line.to_string());
    home.run(&["import", "talk.jsonl"], "").ok();
    let rows: Value = serde_json::from_str(&home.run(&["sessions", "--json"], "").ok()).unwrap();
    let id = rows[0]["id"].as_str().unwrap();
    home.run(&["export", "--session", id, "--html", "-o", "page.html"], "").ok();
    let page = home.file("page.html");
    let browser = Browser { name, home, proxy: Proxy::start() };
    let dom = browser.dom(&page, "");
    assert!(dom.contains("picture: p") && dom.contains("&lt;img src="), "it is there as text");
    assert!(!dom.contains("<img") && dom.matches("<script").count() <= 2);
    // The browser has services of its own; the page has nobody.
    let hosts = browser.proxy.hosts.lock().unwrap().clone();
    let own = ["google.com", "googleapis.com", "gstatic.com", "gvt1.com"];
    let others: Vec<_> =
        hosts.iter().filter(|to| !own.iter().any(|own| to.contains(own))).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn a_page_stops_at_secrets_and_overwrites_nothing_else() {
    let home = home();
    let key = format!("AKIA{}", "ABCDEFGHIJ234567");
    home.write("a.md", format!("The key is {key}.\n"));
    home.run(&["do", "cursor.bottom; edit.insert ada@firm.de; file.save", "a.md"], "").ok();
    home.write("notes.html", "<p>mine</p>");
    let page = |more: &[&str]| {
        home.run(&[&["export", "a.md", "--html", "-o", "page.html"], more].concat(), "")
    };
    let said = page(&[]).fails(1);
    assert!(said.contains("an access key of AWS") && !said.contains(&key), "{said}");
    assert!(!home.file("page.html").exists());
    let said = page(&["--allow", "email"]).fails(1);
    assert!(!said.contains("[email]"), "{said}");
    assert!(page(&["--allow", "nothing"]).fails(2).contains("There is no kind nothing"));
    let id = said.lines().find(|line| line.contains("AWS")).expect("a finding");
    let id = id.split_whitespace().find(|word| word.starts_with('#')).expect("an id");
    page(&["--allow-finding", id]).ok();
    assert!(home.read("page.html").contains(&key), "it was let pass");
    // Let pass for good, as for sharing; a page of before is replaced, and nothing else.
    let before = home.read("page.html");
    page(&[]).ok();
    assert_eq!(home.read("page.html"), before);
    let said = home.run(&["export", "a.md", "--html", "-o", "notes.html"], "").fails(2);
    assert!(said.contains("no page of cowrite"), "{said}");
    assert_eq!(home.read("notes.html"), "<p>mine</p>");
    assert_eq!(home.run(&["export", "a.md", "--html"], "").ok(), before);
    // Where the file is on this machine is in no page.
    assert!(!before.contains(home.work().to_str().unwrap()));
}
