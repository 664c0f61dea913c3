//! Signing and checking: what is signed, what a check says, and what a signature proves.

use super::{decision, links};
use crate::base::EventId;
use crate::sign::PROVES;
use crate::state::{Checkup, Cx, Effect, Overlay};

/// Checks the log of the session, and its signatures.
pub(super) fn verify(cx: &mut Cx, _: &str) -> Result<(), String> {
    sealed(cx)?;
    cx.check_log(true);
    cx.info("The log is checked …");
    Ok(())
}

/// What was typed a moment ago is to be in the log.
fn sealed(cx: &mut Cx) -> Result<(), String> {
    if cx.model.ephemeral {
        return Err("Nothing of this is kept, so there is no log.".into());
    }
    cx.seal_bursts();
    match cx.model.preamble.is_empty() {
        true => Ok(()),
        false => Err("There is no log yet: write or say something first.".into()),
    }
}

fn sign(cx: &mut Cx, decision: Option<EventId>) -> Result<(), String> {
    sealed(cx)?;
    let session = cx.model.session.id;
    cx.model.checking = true;
    cx.effect(Effect::Sign { session, decision });
    cx.info("Signing…");
    Ok(())
}

pub(super) fn sign_log(cx: &mut Cx, _: &str) -> Result<(), String> {
    sign(cx, None)
}

pub(super) fn sign_decision(cx: &mut Cx, _: &str) -> Result<(), String> {
    let decision = decision::chosen(cx.model)?.id;
    sign(cx, Some(decision))
}

fn page(cx: &mut Cx, title: &str, lines: Vec<String>) {
    cx.model.drop_info();
    cx.model.ui.overlays.push(Overlay::Page { title: title.into(), lines, top: 0, links: None });
}

/// It is signed, or why not.
pub fn signed(cx: &mut Cx, session: EventId, done: Result<String, String>) {
    cx.model.checking = false;
    match done {
        Ok(words) => {
            if session == cx.model.session.id && links::shows_decision(cx.model) {
                cx.check_log(false);
            }
            let stays = "It is an event of the log: sharing adds it to the session file.".into();
            page(cx, "Signed", vec![words, stays, String::new(), PROVES.into()]);
        }
        Err(why) => cx.error(why),
    }
}

/// A check is done: the page of a decision tells it, and that of the log.
pub fn checked(cx: &mut Cx, session: EventId, done: Result<Checkup, String>) {
    let (found, log) = match done {
        Ok(Checkup { signatures, log }) => (Ok(signatures), log),
        Err(why) => (Err(why), None),
    };
    if let Err(why) = &found {
        cx.error(why.clone());
    }
    if !cx.checked(session, found) {
        return;
    }
    links::describe_again(cx);
    if let Some(lines) = log {
        page(cx, "The log", lines);
    }
}
