//! Sessions with their texts as the files on the disk hold them now: what was written there since is
//! taken in as the workspace would do it, in memory only.

use super::decisions::meant;
use super::place::{Place, is_session_file, rand};
use super::{Failure, Out};
use crate::base::config::Config;
use crate::base::{DocId, EventId};
use crate::runtime::{absolute, as_on_disk, now, shared};
use crate::session::Session;
use crate::state::{Ask, Dialog, Model, Opened, OpenedFile, Overlay, Ui};
use crate::store::SqliteStore;
use std::path::{Path, PathBuf};

/// The sessions that are meant, by files, session files and ids; all that have decisions when nothing
/// is named.
pub fn chosen(named: &[PathBuf], out: &mut Out) -> Result<Vec<Session>, Failure> {
    let found = meant(named, out)?;
    let place = Some(Place::find(None, None)?).filter(Place::has_library);
    let store = place.map(|place| place.reading(out)).transpose()?;
    let mut all = Vec::with_capacity(found.len());
    for (session, name, doc) in found {
        let text = match (name, doc) {
            (Some(name), _) if is_session_file(name) => shared::text_of(&absolute(name), &session),
            (Some(name), Some(doc)) if name.exists() => Some((doc, absolute(name))),
            _ => bound(store.as_ref(), session.id)?,
        };
        all.push(match text {
            Some((doc, path)) => met(session, &doc, &path, store.as_ref(), out)?,
            None => session,
        });
    }
    Ok(all)
}

/// Where the text of a session is here, if it is.
fn bound(
    store: Option<&SqliteStore>,
    session: EventId,
) -> Result<Option<(DocId, PathBuf)>, Failure> {
    let Some(store) = store else { return Ok(None) };
    let all = store.bindings().map_err(Failure::store)?;
    let own = all.into_iter().find(|binding| binding.session == session);
    Ok(own.map(|own| (own.doc, PathBuf::from(own.path))).filter(|(_, path)| path.exists()))
}

/// A session with its text as the file holds it.
fn met(
    session: Session,
    doc: &DocId,
    path: &Path,
    store: Option<&SqliteStore>,
    out: &mut Out,
) -> Result<Session, Failure> {
    let file: OpenedFile = match as_on_disk(path, &session, doc) {
        Ok(Some(file)) => file,
        Ok(None) => return Ok(session),
        Err(why) => {
            out.say(&format!("{why} Checked is the text that the session has."));
            return Ok(session);
        }
    };
    let view = match store {
        Some(store) => store.view(session.id).map_err(Failure::store)?,
        None => Default::default(),
    };
    let me = Place::find(None, None)?.nobody()?;
    let opened = Opened {
        session: Some(session.id),
        doc: Some(doc.clone()),
        folded: Some(session),
        file: Some(file),
        view,
        ephemeral: true,
        ..Opened::default()
    };
    let (model, _) = Model::open(opened, me, Config::default(), Ui::new(80, 24), now(), rand()?);
    let reverted = |overlay: &Overlay| {
        matches!(overlay, Overlay::Dialog(Dialog { ask: Ask::FileReverted { .. }, .. }))
    };
    if model.ui.overlays.iter().any(reverted) {
        out.say(&format!(
            "{} is one of its older versions again: checked is the text that the session has.",
            path.display()
        ));
    }
    Ok(model.session)
}
