//! Blame and statistics over a session that holds everything they tell apart.

use crate::harness::Harness;
use cowrite::app::Input;
use cowrite::base::sha256_hex;
use cowrite::report::{
    Base, Stats, Traced, author_of, blame_json, blame_lines, how_word, trace, trace_now,
};
use cowrite::session::Hand;

/// A text by a person, a model and a program, with a decision about a line, and hunks of every end.
fn made() -> Harness {
    let mut made = Harness::with("# Plan\n\nWe meet on Monday.\nBring the plan.\n|");
    made.type_text("There is tea.\n");
    made.input(Input::Paste("Pasted line.\n".into()));
    made.pass(1000);
    made.propose(&[(19, 25, "Tuesday"), (27, 42, "Bring the plan and a pen."), (43, 56, "Cake.")]);
    made.about_hunk(0, "hunk.accept");
    made.about_hunk(1, "hunk.reject");
    made.about_hunk(0, "hunk.accept");
    made.keys("ctrl-z");
    made.propose(&[(0, 1, "##")]);
    made.about_hunk(0, "hunk.reject");
    made.place(20, None);
    made.keys("'!'");
    made.place(8, Some(15));
    made.run("decision.new Weekly");
    made.keys("ctrl-s");
    made.place(0, None);
    made.pass(1000);
    made
}

fn lines(made: &Harness, traced: &Traced) -> Vec<String> {
    let session = &made.model().session;
    blame_lines(traced, 1, usize::MAX)
        .iter()
        .map(|line| {
            let main = line.main().expect("somebody").run;
            format!(
                "{} {} {} {}{}{} {:?}",
                line.number,
                author_of(session, main),
                line.authors(),
                how_word(main),
                if main.edited_since { "~" } else { "" },
                if line.decisions().is_empty() { "" } else { "§" },
                line.text
            )
        })
        .collect()
}

#[test]
fn blame_tells_lines_and_runs() {
    let made = made();
    let session = &made.model().session;
    let traced = trace_now(session, &made.doc()).expect("a document");
    insta::assert_snapshot!("blame_lines", lines(&made, &traced).join("\n"));
    let lines = blame_lines(&traced, 3, 3);
    let mut json = blame_json(session, "plan.md", &traced, &lines);
    // Ids differ when anything does; that they are there is enough.
    for run in json["lines"][0]["runs"].as_array_mut().expect("runs") {
        for id in ["edit", "message", "proposal", "hunk"] {
            if run[id].is_string() {
                run[id] = "id".into();
            }
        }
        if let Some(ids) = run["decisions"].as_array_mut() {
            ids.iter_mut().for_each(|id| *id = "id".into());
        }
    }
    json["session"] = "id".into();
    insta::assert_snapshot!("blame_json", serde_json::to_string_pretty(&json).expect("JSON"));
}

#[test]
fn a_text_is_traced_to_the_version_that_it_is() {
    let mut made = made();
    made.keys("ctrl-s");
    let saved = made.text();
    made.keys("ctrl-end 'More, not saved.'");
    made.pass(1000);
    let check = |text: &str, base: Base, outside: &str| {
        let session = &made.model().session;
        let hash = sha256_hex(text.as_bytes());
        let traced = trace(session, &made.doc(), text, &hash).expect("traces").expect("a document");
        assert_eq!(traced.base, base);
        assert_eq!(traced.text.to_string(), text);
        let mut pos = 0;
        let mut unknown = String::new();
        for run in &traced.runs {
            assert_eq!(run.span.start.0, pos, "no gaps in {text:?}");
            pos = run.span.end.0;
            if run.hand == Hand::Outside && run.edit.is_none() {
                unknown += &traced.text.slice(run.span.range()).to_string();
            }
        }
        assert_eq!(pos, text.chars().count());
        assert_eq!(traced.decisions.len(), traced.runs.len());
        assert_eq!(unknown, outside, "{text:?}");
    };
    check(&made.text(), Base::Now, "");
    check(&saved, Base::Saved, "");
    // Held against the nearest, what is new is from outside and the rest whose it was.
    let near = saved.replace("tea", "green tea").replace("# Plan\n", "");
    check(&near, Base::Nearest { elsewhere: 6 }, "green ");
    check(&format!("{saved}END\n"), Base::Nearest { elsewhere: 4 }, "END\n");
    check("", Base::Nearest { elsewhere: 0 }, "");
}

#[test]
fn statistics_add_up() {
    let made = made();
    let mut stats = Stats::default();
    stats.add(&made.model().session, None);
    let chars: u64 = stats.authors.values().map(|one| one.chars).sum();
    assert_eq!(chars, made.text().chars().count() as u64);
    for (who, one) in &stats.authors {
        let parts = one.typed + one.pasted + one.seen + one.unseen + one.outside;
        assert_eq!(one.chars, parts, "{who:?}");
    }
    let rows: Vec<String> = stats.tables().iter().map(|row| row.trim_end().to_owned()).collect();
    assert!(rows.iter().all(|row| row.chars().count() <= 100), "{rows:#?}");
    insta::assert_snapshot!("stats", rows.join("\n"));
    insta::assert_snapshot!(
        "stats_json",
        serde_json::to_string_pretty(&stats.json()).expect("JSON")
    );
}
