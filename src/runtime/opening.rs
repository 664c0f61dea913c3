//! Leaving the open session for another one.

use super::*;
use crate::base::EventId;
use crate::report::Target;
use crate::state::Sharing;

impl Runtime {
    /// What a freshly opened session needs: the watch on its file, and more.
    pub(super) fn arrange(&mut self, last_rid: i64) {
        let model = &self.app.model;
        let unborn = model.path.clone().filter(|_| !model.preamble.is_empty());
        self.disk.session(model.session.id, unborn, last_rid);
        self.watch_files();
        if let Some(syntaxes) = &self.syntaxes {
            self.app.model.use_syntaxes(syntaxes);
        }
    }

    /// Looks at what sharing would add, or adds it. Both need the library, so its thread does it.
    pub(super) fn share(
        &self,
        session: EventId,
        to: Option<PathBuf>,
        confirmed: Option<Box<Sharing>>,
    ) {
        let (sender, here) = (self.sender.clone(), std::env::current_dir().unwrap_or_default());
        self.disk.send(DiskJob::Run(Box::new(move |store| {
            let _ = sender.send(match confirmed {
                Some(sharing) => {
                    Input::Shared(session, shared::carry_out(store, session, &sharing, &mut |_| {}))
                }
                None => {
                    let (to, tell) = (to.as_deref(), &mut |_| {});
                    let found = shared::prepare(store, session, to, &here, true, tell);
                    Input::Sharing(Box::new(found))
                }
            });
        })));
        // What stood in the file only is here now.
        self.disk.send(DiskJob::Came);
    }

    /// Begins a session at a point of another, and goes over to it.
    pub(super) fn branch(&self, session: EventId, moment: crate::session::Moment, title: String) {
        let (sender, me) = (self.sender.clone(), self.app.model.me.clone());
        self.disk.send(DiskJob::Run(Box::new(move |store| {
            let done = branch(store, session, moment, &title, &me);
            let done = done.map(|done| done.session);
            let done = done.map_err(|why| format!("{why} {}", why.advice()));
            let _ = sender.send(Input::Branched(done));
        })));
    }

    /// Looks for redactions of others whose words are here.
    pub(super) fn redactions(&self, session: EventId) -> Result<(), String> {
        let found = self.disk.with_store(move |store| redact::pending(store, session));
        let found = found.ok_or("There is no library.")?;
        _ = self.sender.send(Input::Redactions(found));
        Ok(())
    }

    /// Checks the signatures of a session, and with `log` all of its log.
    pub(super) fn check(&self, session: EventId, log: bool) {
        let (sender, keys) = (self.sender.clone(), self.keys.clone());
        self.disk.send(DiskJob::Run(Box::new(move |store| {
            let found = verify::checkup(store, session, &keys, log);
            let found = found.map_err(|why| format!("{why} {}", why.advice()));
            let _ = sender.send(Input::Checked(session, found));
        })));
    }

    /// Signs the log, and a decision. An agent may ask the person something: nothing waits for that.
    pub(super) fn sign(&self, session: EventId, decision: Option<EventId>) {
        let (sender, keys) = (self.sender.clone(), self.keys.clone());
        let (done, told) = std::sync::mpsc::channel();
        let me = self.app.model.me.clone();
        self.disk.send(DiskJob::Run(Box::new(move |store| {
            let wanted = attest::Wanted { about: decision, ..attest::Wanted::default() };
            let made = attest::attest(store, session, &me, &keys, &wanted);
            let _ = done.send(Input::Signed(session, made.map(|made| made.words())));
        })));
        self.disk.send(DiskJob::Came);
        // It is said once the signature is here.
        self.disk.send(DiskJob::Run(Box::new(move |_| {
            if let Ok(input) = told.recv() {
                let _ = sender.send(input);
            }
        })));
    }

    /// Looks at what redacting would do, or redacts. Nothing else happens meanwhile: what is in
    /// memory must not be stored again.
    pub(super) fn redact(
        &mut self,
        session: EventId,
        targets: Vec<Target>,
        confirmed: bool,
        screen: &mut dyn Screen,
    ) -> Result<(), String> {
        if !confirmed {
            let found =
                self.disk.with_store(move |store| redact::prepare_all(store, session, &targets));
            let found = found.ok_or("There is no library.")?;
            _ = self.sender.send(Input::Redacting(found));
            return Ok(());
        }
        let target = targets.into_iter().next().ok_or("Nothing is to be redacted.")?;
        let me = self.app.model.me.clone();
        self.redacted(session, screen, move |store| {
            redact::carry_out(store, session, &me, &target, "")
        })
    }

    /// Redacts here what somebody else redacted, or keeps it.
    pub(super) fn redaction(
        &mut self,
        session: EventId,
        id: EventId,
        accept: bool,
        screen: &mut dyn Screen,
    ) -> Result<(), String> {
        let me = self.app.model.me.clone();
        self.redacted(session, screen, move |store| redact::decide(store, session, &me, id, accept))
    }

    /// Takes out again what came back of what this person redacted.
    pub(super) fn redact_again(
        &mut self,
        session: EventId,
        screen: &mut dyn Screen,
    ) -> Result<(), String> {
        let done = self.disk.with_store(move |store| {
            let folded = fold(store, session).map_err(|why| why.to_string())?;
            match redact::again_told(store, &folded) {
                (true, words) => {
                    let folded = fold(store, session).map_err(|why| why.to_string())?;
                    Ok::<_, String>((Some(folded), words))
                }
                (false, words) => Ok((None, words)),
            }
        });
        match done.ok_or("There is no library.")?? {
            (Some(folded), words) => {
                let effects = self.app.model.redacted(folded, words.unwrap_or_default());
                self.carry_out(effects, screen);
            }
            (None, Some(words)) => self.note(Tone::Warning, words),
            (None, None) => {}
        }
        Ok(())
    }

    fn redacted(
        &mut self,
        session: EventId,
        screen: &mut dyn Screen,
        run: impl FnOnce(&mut crate::store::SqliteStore) -> Result<String, String> + Send + 'static,
    ) -> Result<(), String> {
        let done = self.disk.with_store(move |store| {
            let words = run(store)?;
            let folded = fold(store, session).map_err(|why| why.to_string())?;
            Ok::<_, String>((folded, words))
        });
        let (folded, words) = done.ok_or("There is no library.")??;
        let effects = self.app.model.redacted(folded, words);
        self.carry_out(effects, screen);
        Ok(())
    }

    /// Watches the text's file and the session file.
    pub(super) fn watch_files(&mut self) {
        let model = &self.app.model;
        let bound = model.path.clone().map(|path| (model.doc.clone(), path));
        self.watch.files(bound, model.session_file.clone());
    }

    /// Leaves the session for another one; everything of the old one is on the disk.
    pub(super) fn open(&mut self, what: Open) -> Result<(), String> {
        let carried = match &what {
            Open::Proposed(carried) => Some(carried.clone()),
            _ => None,
        };
        let opened = self.go_over(what);
        if let Some(carried) = carried {
            let (_, effects) = self.app.with(now(), |cx| match &opened {
                Ok(()) => cx.propose_carried(&carried),
                Err(_) => cx.not_carried(&carried),
            });
            self.carry_out(effects, &mut NoScreen);
        }
        opened
    }

    fn go_over(&mut self, what: Open) -> Result<(), String> {
        let hit = match &what {
            Open::Hit(hit) => Some(hit.clone()),
            _ => None,
        };
        let branched = matches!(what, Open::Branched(_));
        let opened = self.disk.with_store(|store| {
            let opened = match what {
                Open::Session(id) | Open::Branched(id) => open_session(store, id),
                Open::Hit(ref hit) => open_session(store, hit.session),
                Open::File(path) => open_path(Some(store), &path),
                Open::Proposed(carried) => {
                    let path = super::named::reachable(&carried.document, &carried.file)?;
                    open_path(Some(store), &path)
                }
                Open::SessionFile(path, id) => shared::take_and_open(store, &path, Some(id)),
                Open::In { session, path } => open_in(store, session, &path),
                Open::Fresh => Ok(open_fresh()),
                Open::Tour => open_tour(store),
            };
            opened.map_err(|why| why.to_string())
        });
        let opened = opened.ok_or("Without a library there are no sessions to open.")?;
        let mut opened = opened?;
        let (beside, last_rid) = (opened.beside.take(), opened.last_rid);
        let old = &self.app.model;
        let mut ui = Ui::new(old.ui.width, old.ui.height);
        // Answers to what the old one asked for are not for the new one.
        ui.ticket = old.ui.ticket;
        let (me, config) = (old.me.clone(), old.config.clone());
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|why| format!("No randomness: {why}"))?;
        let (mut model, effects) =
            Model::open(opened, me, config, ui, now(), crate::base::Rand::new(seed));
        model.ui.key_lines = old.ui.key_lines.clone();
        model.ui.mouse = old.ui.mouse;
        model.answers_as(old);
        if old.path.is_some() && old.path == model.path {
            // The same document, as another program began it: what was half said stays.
            let half = old.ui.chat.rope().to_string();
            if model.ui.chat.rope().len_chars() == 0 && !half.is_empty() {
                model.ui.chat.set_text(&half);
            }
            model.ui.focus = old.ui.focus;
        }
        if let Some(beside) = beside {
            model.ask_beside(beside);
        }
        self.app.model = model;
        self.arrange(last_rid);
        self.carry_out(effects, &mut NoScreen);
        if let Some(hit) = hit {
            self.go_to(&hit);
        }
        if branched {
            let words = "A session of its own, with everything up to then; the other one is in the \
                         list (F4). It has no file yet: saving asks where.";
            self.note(Tone::Info, words.into());
        }
        // What was typed meanwhile goes on.
        let _ = self.sender.send(Input::Idle);
        Ok(())
    }
}
