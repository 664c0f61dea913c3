//! Write, ask, review, decide, search: the loop of a day, with exact replies.

use crate::desk::{SOON, ask, home_with, open, quit, quit_draft, session};
use crate::server::{Gate, Reply, Script, Server, Step, delta, ending};

const PLAN: &str = "# Bakery\n\nWe open on Monday.\n\nThe rent is 2000.\n";
const BLOCKS: &str = "The day was wrong.\n<<<<<<< SEARCH\nWe open on Monday.\n=======\nWe open on \
    Tuesday.\n>>>>>>> REPLACE\n\nThe rent went up.\n<<<<<<< SEARCH\nThe rent is \
    2000.\n=======\nThe rent is 2500.\n>>>>>>> REPLACE\n";

fn pieces(text: &str) -> Vec<String> {
    text.chars().collect::<Vec<_>>().chunks(7).map(|part| part.iter().collect()).collect()
}

fn streamed(text: &str) -> Reply {
    let pieces = pieces(text);
    let all: Vec<&str> = pieces.iter().map(String::as_str).collect();
    Reply::text(&all)
}

#[test]
fn write_ask_review_decide_search() {
    let server = Server::start(vec![streamed(BLOCKS), Reply::text(&["Noted."])]);
    let home = home_with(&server);
    home.write("plan.md", PLAN);
    let term = open(&home, &["plan.md"]);
    term.wait_for("We open on Monday.");
    ask(&term, "Fix the facts.");
    term.wait_for("2 hunks to review");
    term.wait_for("+ We open on Tuesday.");
    term.wait_for("The day was wrong.");

    // One is accepted, one turned down with the reason; both are taken back and done again.
    term.keys("<f8><alt-a>");
    term.wait_for("1 hunk left");
    term.keys("<ctrl-z>");
    term.wait_for("Review 2");
    term.keys("<ctrl-y>");
    term.wait_for("Review 1");
    term.keys("<f8><alt-c>");
    term.wait_for("Reject, because");
    term.keys("the lease is signed<enter>");
    term.wait_for("No hunk is open");
    assert_eq!(home.read("plan.md"), PLAN, "the file changes by saving only");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    let accepted = PLAN.replace("Monday", "Tuesday");
    assert_eq!(home.read("plan.md"), accepted);

    // The reason goes to the model with the next question, and so does a decision.
    term.keys("<ctrl-n>");
    term.wait_for("A decision");
    term.keys("Stay in the old town<tab>Rents rise<tab>");
    term.keys("old town<alt-enter>+ people walk by<alt-enter>harbour<alt-enter>- far<tab>");
    term.keys("the lease runs to 2030<tab>No terrace<ctrl-s>");
    term.wait_for("Recorded as accepted");
    term.wait_for("Decisions 1");
    ask(&term, "Anything else?");
    term.keys("<alt-3>");
    term.wait_for("Noted.");
    let requests = server.requests();
    let bodies: Vec<_> = requests.iter().filter(|request| request.method == "POST").collect();
    assert_eq!(bodies.len(), 2);
    assert!(bodies[0].body.contains("We open on Monday."));
    for said in ["the lease is signed", "Stay in the old town", "the lease runs to 2030", "far"] {
        assert!(bodies[1].body.contains(said), "{said}: {}", bodies[1].body);
    }
    term.keys("<alt-1>");
    quit(&term);

    // What was decided and said is found again.
    let term = crate::pty::Start::cowrite(&[]).home(&home).size(30, 110).start();
    term.wait_for("plan.md");
    term.keys("/lease runs");
    term.wait_for("decision: Stay in the old town");
    term.keys("<enter>");
    term.wait_for("Linked to:");
    term.keys("<esc>");
    term.wait_for("We open on Tuesday.");
    quit(&term);

    let session = session(&home);
    let decision = session.decisions.newest()[0];
    assert_eq!(decision.title(), "Stay in the old town");
    // What was turned down with a reason is an option that was not taken.
    let options: Vec<&str> = decision.options().iter().map(|one| one.name.as_str()).collect();
    assert_eq!(options.len(), 3, "{options:?}");
    assert!(options[0].contains("instead of"), "{options:?}");
    assert_eq!(options[1..], ["old town", "harbour"]);
    assert_eq!(session.transcript.len(), 4);
    let document = &session.documents.values().next().unwrap().document;
    assert_eq!(document.rope().to_string(), accepted);
}

#[test]
fn typing_goes_on_while_an_answer_streams_and_a_second_question_queues() {
    let gate = Gate::new();
    let mut steps = vec![delta("first words "), Step::Gate(gate.clone()), delta("last words")];
    steps.extend(ending(2));
    let server = Server::start(vec![Reply::events(steps), Reply::text(&["second answer"])]);
    let home = home_with(&server);
    let term = open(&home, &["notes.md"]);
    ask(&term, "One?");
    term.wait_for("first words");
    term.keys("typed meanwhile");
    term.wait_for("typed meanwhile");
    ask(&term, "Two?");
    term.wait_for("queued");
    assert!(term.screen().contains("first words") && !term.screen().contains("last words"));
    gate.open();
    term.wait_for("last words");
    term.wait_for("second answer");
    assert_eq!(server.requests().len(), 2);
    quit_draft(&term);
    assert!(!home.file("notes.md").exists());
    let term = open(&home, &["notes.md"]);
    for text in ["typed meanwhile", "One?", "Two?", "second answer"] {
        term.wait_for(text);
    }
}

#[test]
fn escape_stops_at_once_and_keeps_what_came() {
    let stall = Reply::events(vec![delta("half an "), delta("answer")]).stalling();
    let server = Server::start(vec![stall, Reply::text(&["whole"])]);
    let home = home_with(&server);
    let term = open(&home, &["notes.md"]);
    ask(&term, "Say something long.");
    term.wait_for("half an answer");
    term.keys("<esc>");
    term.wait_for("Stopped");
    term.wait_for("■ stopped");
    assert!(server.wait_gone(1, SOON), "the connection is closed");
    ask(&term, "Again?");
    term.wait_for("whole");
    quit(&term);
    let session = session(&home);
    let texts: Vec<_> = session.transcript.iter().map(cowrite::session::Message::text).collect();
    assert_eq!(texts, ["Say something long.", "half an answer", "Again?", "whole"]);
}

#[test]
fn a_selection_is_rewritten_edited_split_and_taken_back() {
    let server = Server::start(
        Script::new(vec![Reply::text(&["Red apples. ", "Green pears. Blue plums."])])
            .when("shorter", Reply::text(&["Only ", "fruit"]))
            .when("Shout", Reply::text(&["APPLES! ", "PEARS! PLUMS!"])),
    );
    let home = home_with(&server);
    home.write("fruit.md", "Apples. Pears. Plums.\nend\n");
    let term = open(&home, &["fruit.md"]);
    term.keys("<shift-end><ctrl-k>");
    term.wait_for("What to do with this text?");
    term.keys("Add colours<enter>");
    term.wait_for("to review");
    term.wait_for("Red apples.");
    term.keys("<alt-A>");
    term.wait_for("No hunk is open");
    term.wait_for("Red apples. Green pears. Blue plums.");
    // All of them come back with one undo.
    term.keys("<ctrl-z>");
    term.wait_for("open");
    term.wait_for("Apples. Pears. Plums.");
    term.keys("<alt-X>");
    term.wait_for("Rejected");
    term.wait_gone("hunks open");

    // Split, and one part of it accepted.
    term.keys("<ctrl-home><shift-end><ctrl-k>Shout<enter>");
    term.wait_for("1 hunk to review");
    term.keys("<f8><alt-/>");
    term.wait_for("Split into 3");
    term.wait_for("3 hunks open");
    term.keys("<ctrl-z>");
    term.wait_for("Took back the split");
    term.keys("<ctrl-y>");
    term.wait_for("Brought back the split");
    term.keys("<ctrl-home><f8><alt-a>");
    term.wait_for("2 hunks left");
    term.wait_for("Apples. PEARS! Plums.");
    term.keys("<alt-X>");
    term.wait_for("Rejected 2");
    term.keys("<ctrl-z><ctrl-z>");
    term.wait_for("Apples. Pears. Plums.");
    term.keys("<alt-X>");
    term.wait_for("Rejected 3");

    // Changed by the person, then accepted.
    term.keys("<ctrl-home><shift-end><ctrl-k>make it shorter<enter>");
    term.wait_for("1 hunk to review");
    term.keys("<f8><alt-e>");
    term.wait_for("Change, then accept");
    term.keys("<ctrl-end> And nuts.<ctrl-s>");
    term.wait_for("No hunk is open");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    assert_eq!(home.read("fruit.md"), "Only fruit And nuts.\nend\n");
    quit(&term);
}

#[test]
fn decisions_are_listed_edited_superseded_and_lead_to_their_text() {
    let server = Server::start(Reply::text(&["ok"]));
    let home = home_with(&server);
    home.write("plan.md", "alpha\n\nbravo charlie\n");
    let term = open(&home, &["plan.md"]);
    term.keys("<down><down><shift-end><ctrl-n>");
    term.wait_for("A decision");
    term.keys("Choose bravo<tab><tab><tab>because<ctrl-s>");
    term.wait_for("Decisions 1");
    // From the text to the decision.
    term.keys("<alt-1><end><alt-y>");
    term.wait_for("the text in line 3");
    term.wait_for("| bravo charlie");
    term.keys("<esc><alt-1><ctrl-home><alt-y>");
    term.wait_for("No decision is linked");
    // From the decision to the text.
    term.keys("<alt-4>g");
    term.wait_for("3:");
    // Changed, then replaced.
    term.keys("<alt-4>e");
    term.wait_for("Change the decision");
    term.keys("<end> now<ctrl-s>");
    term.wait_for("Choose bravo now");
    term.keys("<alt-4>s");
    term.wait_for("in place of the old one");
    term.keys("<ctrl-a>Choose delta<tab><tab><tab>better<ctrl-s>");
    term.wait_for("Choose delta");
    term.wait_for("superseded");
    term.keys("<alt-4>/accepted<enter>");
    term.wait_gone("superseded");
    term.wait_for("Choose delta");
    term.keys("<alt-1>");
    quit(&term);
    let session = session(&home);
    let statuses: Vec<_> = session
        .decisions
        .newest()
        .into_iter()
        .map(|decision| {
            let status = session.decisions.status(decision);
            (decision.title().to_owned(), format!("{status:?}"))
        })
        .collect();
    assert_eq!(
        statuses,
        [
            ("Choose delta".to_owned(), "Accepted".to_owned()),
            ("Choose bravo now".to_owned(), "Superseded".to_owned())
        ]
    );
}

#[test]
fn sessions_are_listed_renamed_searched_and_deleted() {
    let server = Server::start(Reply::text(&["ok"]));
    let home = home_with(&server);
    for (name, text) in [("one.md", "walnut bread"), ("two.md", "poppy rolls")] {
        home.write(name, text);
        let term = open(&home, &[name]);
        term.wait_for(text);
        term.keys("x <ctrl-s>");
        term.wait_for("Saved to");
        quit(&term);
    }
    let term = crate::pty::Start::cowrite(&[]).home(&home).size(30, 110).start();
    term.wait_for("one.md");
    term.wait_for("x poppy rolls");
    term.keys("<down>");
    term.wait_for("x walnut bread");
    term.keys("r");
    term.wait_for("Title of the session");
    term.keys("<ctrl-a>Nuts<enter>");
    term.wait_until(|screen| {
        let all = screen.contents();
        all.contains("Nuts") && !all.contains("Title of the session")
    });
    term.keys("/poppy");
    term.wait_for("rolls");
    term.keys("<esc>");
    term.wait_for("Nuts");
    term.keys("<home><down>d");
    term.wait_for("[y]");
    term.keys("y");
    term.wait_for("gone from the disk");
    term.keys("q");
    assert!(term.wait_exit().success());
    term.assert_restored();
    let left: Vec<_> =
        crate::desk::sessions(&home).iter().map(|session| session.title().to_owned()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let gone = if left[0] == "Nuts" { "poppy" } else { "walnut" };
    for entry in std::fs::read_dir(home.cowrite()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(
                !bytes.windows(gone.len()).any(|part| part == gone.as_bytes()),
                "{gone} is in {}",
                path.display()
            );
        }
    }
}

#[test]
fn an_edit_for_a_file_with_a_session_of_its_own_goes_there_with_the_person() {
    let patch = "*** Begin Patch\n*** Update File: notes.md\n@@\n-The rent is 2000.\n+The rent is \
        2500.\n*** End Patch\n";
    let server = Server::start(vec![
        Reply::text(&["Noted."]),
        streamed(patch),
        streamed(patch),
        streamed(patch),
    ]);
    let home = home_with(&server);
    home.write("plan.md", PLAN);
    home.write("notes.md", "Notes.\n\nThe rent is 2000.\n");
    let term = open(&home, &["notes.md"]);
    term.wait_for("The rent is 2000.");
    ask(&term, "Remember this.");
    term.wait_for("Noted.");
    quit(&term);
    let term = open(&home, &["plan.md"]);
    term.wait_for("We open on Monday.");
    ask(&term, "The rent went up.");
    term.wait_for("which has a session of its own");
    term.keys("<alt-5>");
    term.wait_for("for notes.md");
    term.keys("<enter>");
    term.wait_for("1 hunk to review, asked for in plan.md");
    term.wait_for("+ The rent is 2500.");
    term.keys("<alt-1><alt-a>");
    term.wait_for("No hunk is open");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(home.read("notes.md"), "Notes.\n\nThe rent is 2500.\n");
    assert_eq!(home.read("plan.md"), PLAN);
    // Each session has its own document, and nothing waits in either.
    let all = crate::desk::sessions(&home);
    assert_eq!(all.len(), 2);
    for session in &all {
        assert_eq!(session.documents.len(), 1);
        assert!(!session.proposals.has_open());
    }
    // Without the workspace it waits as well, and not all is done.
    let ran = home.run(&["propose", "plan.md", "again", "--json", "--accept"], "");
    assert!(ran.stderr.contains("for notes.md, which has a session of its own"), "{}", ran.stderr);
    assert!(ran.stdout.contains("\"file\": \"notes.md\""), "{}", ran.stdout);
    ran.fails(1);
    assert_eq!(home.read("notes.md"), "Notes.\n\nThe rent is 2500.\n");
    // The file is gone: it waits where it was.
    let term = open(&home, &["plan.md"]);
    ask(&term, "Once more.");
    term.wait_for("which has a session of its own");
    std::fs::remove_file(home.file("notes.md")).unwrap();
    term.keys("<alt-5><down><enter>");
    term.wait_for("There is no file notes.md here any more");
    term.wait_for("for notes.md · has its own session");
    quit(&term);
    home.run(&["verify"], "").ok();
}
