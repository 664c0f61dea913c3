//! The envelope: golden bytes, bodies, bad lines.

use cowrite::base::{AuthorId, Millis, Rand, WriterId};
use cowrite::event::{
    Author, AuthorKind, BadLine, Body, Envelope, Event, MessageRole, MessageStatus,
};

fn created() -> Envelope {
    let author: AuthorId = "p_01JTEST".parse().expect("an author");
    Event::SessionCreated {
        title: "Plan".into(),
        app: "cowrite/0.1.0".into(),
        nonce: "k3v9".into(),
        from: None,
        author: Author { author, kind: AuthorKind::Person, name: "Ada".into() },
        brought: None,
    }
    .seal(
        None,
        WriterId(7),
        0,
        0,
        vec![],
        Millis(1_795_500_000_731),
        &mut Rand::from_number(1),
    )
}

#[test]
fn golden_bytes() {
    insta::assert_snapshot!(created().to_line());
}

#[test]
fn a_line_reads_back_as_itself() {
    let long = "é".repeat(3000);
    let event = Event::MessagePosted {
        role: MessageRole::Person,
        after: None,
        text: long.clone().into(),
        status: MessageStatus::Complete,
        model: None,
        usage: None,
        error: None,
        links: vec![],
        asked: None,
        reasoning: None,
        brought: None,
    };
    let mut salts = Rand::from_number(2);
    let made = event.seal(
        Some(created().id),
        WriterId(7),
        1,
        1,
        vec![created().id],
        Millis(5),
        &mut salts,
    );
    assert!(made.body.len() >= 6, "long text is cut");
    let read = Envelope::parse(&format!("{}\r\n", made.to_line())).expect("reads back");
    assert_eq!(read, made);
    assert_eq!(Event::decode(&read).expect("decodes"), event);
}

#[test]
fn a_redacted_line_still_verifies() {
    let mut made = created();
    made.body = made.body.iter().map(|body| Body::Redacted { hash: body.hash() }).collect();
    let read = Envelope::parse(&made.to_line()).expect("verifies without its bodies");
    let Ok(Event::SessionCreated { title, .. }) = Event::decode(&read) else { panic!("decodes") };
    assert_eq!(title.0, None);
}

#[test]
fn unknown_fields_and_kinds_are_kept_byte_for_byte() {
    let mut made = created();
    made.kind = "future.thing".into();
    made.extra.insert("colour".into(), "blue".into());
    made.extra.insert("sig".into(), "not hashed".into());
    made.id = made.compute_id();
    let line = made.to_line();
    let read = Envelope::parse(&line).expect("an unknown kind is still an event");
    assert_eq!(read.to_line(), line);
    assert!(Event::decode(&read).is_err());
}

#[test]
fn bad_lines_are_told_apart() {
    let line = created().to_line();
    let check = |line: &str, want: fn(&BadLine) -> bool| {
        let got = Envelope::parse(line).expect_err("is bad");
        assert!(want(&got), "{line}: {got:?}");
    };
    check("<<<<<<< HEAD", |why| *why == BadLine::ConflictMarker);
    check(&line[..line.len() / 2], |why| *why == BadLine::NotJson);
    check(&line.replace("Plan", "Plot"), |why| *why == BadLine::Altered);
    check(&line.replace("\"v\":1", "\"v\":2"), |why| *why == BadLine::Newer(2));
    check("{\"v\":1}", |why| matches!(why, BadLine::Shape(_)));
    check(&line.replace("\"n\":0", "\"n\":0.5"), |why| matches!(why, BadLine::Shape(_)));
    check("[]", |why| matches!(why, BadLine::Shape(_)));
}
