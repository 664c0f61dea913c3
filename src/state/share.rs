//! Sharing the open session: what would be added to its file is shown first, and what is found in
//! it stops it until a person says what may pass. What may pass is remembered on this machine.

use super::{Ask, Cx, Dialog, Effect, Overlay, plural};
use crate::base::EventId;
use crate::report::Plan;
use crate::report::scan::Allowed;
use crate::store::Write;
use std::path::PathBuf;

/// View state: where the session file of a session is on this machine.
pub const SESSION_FILE: &str = "file";
/// View state: how large that file was, and when it was changed, as it was read last.
pub const SESSION_FILE_SEEN: &str = "file-seen";
/// View state: what a person let pass of what was found in a session.
pub const ALLOWED: &str = "allowed";

/// The most findings that one question shows.
const SHOWN: usize = 9;

/// What sharing would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// The session file.
    pub path: PathBuf,
    /// Whether it is there already.
    pub exists: bool,
    pub plan: Plan,
    pub allowed: Allowed,
    /// Events of the file that came in first.
    pub came: u64,
    /// Something is here of redacted words, which came back with what others did.
    pub back: bool,
    /// Lines of the file that are no events, and conflict markers among them.
    pub bad_lines: u64,
    pub conflict_markers: u64,
    /// The `.gitattributes` to which the line is to be added.
    pub attributes: Option<PathBuf>,
}

impl Sharing {
    /// What would happen, in lines for a person.
    pub fn lines(&self) -> Vec<String> {
        let plan = &self.plan;
        let mut lines =
            vec![format!("New: {} ({}).", plural(plan.added.len(), "event"), plan.size_words())];
        lines.push(format!("  {}", plan.kinds_words()));
        lines.push(format!("It names: {}.", plan.names.join(", ")));
        let there = match self.exists {
            true => format!("{} there already; ", plan.known),
            false => String::new(),
        };
        lines.push(format!("{there}{} stay on this machine.", plan.local));
        if self.came > 0 {
            let events = plural(self.came as usize, "event");
            lines.push(format!("{events} of the file came in first."));
        }
        if self.bad_lines > 0 {
            let lines_of = plural(self.bad_lines as usize, "line");
            let markers = match self.conflict_markers {
                0 => String::new(),
                count => format!(", {count} of them conflict markers"),
            };
            lines.push(format!("{lines_of} of the file are no events{markers}: left as they are."));
            if self.conflict_markers > 0 {
                lines.push(format!(
                    "`cowrite merge {} -o NEW.cowrite.jsonl` writes it without them.",
                    self.path.display()
                ));
            }
        }
        if plan.let_pass > 0 {
            lines.push(format!("{} that you let pass.", plural(plan.let_pass, "finding")));
        }
        if let Some(path) = &self.attributes {
            lines.push(format!("{} gets a line, so that git merges it.", path.display()));
        }
        lines
    }
}

impl Cx<'_> {
    /// Looks at what sharing would add; the answer comes as an input.
    ///
    /// # Errors
    /// Where there is nothing to share yet.
    pub fn share(&mut self, to: Option<PathBuf>) -> Result<(), String> {
        if self.model.ephemeral {
            return Err("Nothing of this is kept, so there is no session to share.".into());
        }
        self.seal_bursts();
        if let Some(path) = self.model.path.clone() {
            self.bind(&path);
        }
        if !self.model.preamble.is_empty() {
            return Err("There is nothing to share yet: write or say something first.".into());
        }
        let session = self.model.session.id;
        self.look_at_sharing(session, to, None);
        self.info("Looking at what would be shared…");
        Ok(())
    }

    fn look_at_sharing(
        &mut self,
        session: EventId,
        to: Option<PathBuf>,
        confirmed: Option<Box<Sharing>>,
    ) {
        self.model.sharing = true;
        self.effect(Effect::Share { session, to, confirmed });
    }

    /// What sharing would add is known: it is asked about.
    pub fn sharing(&mut self, sharing: Result<Sharing, String>) {
        self.model.sharing = false;
        let sharing = match sharing {
            Ok(sharing) => sharing,
            Err(why) => return self.error(why),
        };
        self.model.drop_info();
        self.model.session_file = Some(sharing.path.clone());
        if sharing.plan.added.is_empty() {
            self.info(format!("Nothing is new: {} has everything.", sharing.path.display()));
            return;
        }
        let count = sharing.plan.findings.len();
        let mut lines = vec![format!("To {}", sharing.path.display())];
        lines.extend(sharing.lines());
        let (title, choices) = if count == 0 {
            let choices = vec![
                ('y', "Share it".to_owned(), "dialog.yes".to_owned()),
                ('n', "No".to_owned(), "dialog.no".to_owned()),
            ];
            ("Share it?".to_owned(), choices)
        } else {
            // Only what has to be decided: the keys must be on every screen.
            lines.truncate(2);
            let room = usize::from(self.model.ui.height).saturating_sub(13) / 3;
            let shown = room.clamp(1, SHOWN);
            let mut choices = Vec::new();
            for (index, finding) in sharing.plan.findings.iter().take(shown).enumerate() {
                lines.push(format!("{}. {}", index + 1, finding.words()));
                let key = char::from(b'1' + index as u8);
                let label = format!("Let this one pass: {}", finding.hit.name);
                choices.push((key, label, format!("dialog.choose {index}")));
            }
            if count > shown {
                lines.push(format!("… {count} in all."));
            }
            // What is deleted from the text only would still go out with its history.
            lines.push(
                "What is shared can't be taken back. Deleting keeps it in the history; /redact in \
                 the message box, or session.redact, takes it out for good."
                    .into(),
            );
            choices.push(('a', "Let all pass".into(), "dialog.choose all".into()));
            choices.push(('n', "Share nothing".into(), "dialog.no".into()));
            (format!("Not shared: {} in what is new", plural(count, "finding")), choices)
        };
        let chosen = choices.len() - 1;
        let ask = Ask::Share { sharing: Box::new(sharing) };
        self.model.ui.overlays.push(Overlay::Dialog(Dialog { ask, title, lines, choices, chosen }));
    }

    /// A person said what becomes of it.
    pub fn share_answered(&mut self, sharing: Sharing, answer: &str) {
        let session = self.model.session.id;
        let to = Some(sharing.path.clone());
        match answer {
            "yes" => {
                let confirmed = Some(Box::new(sharing));
                self.look_at_sharing(session, to, confirmed);
            }
            "no" => self.info("Nothing was shared."),
            which => {
                let mut allowed = sharing.allowed;
                let index = which.parse::<usize>().ok();
                let findings = sharing.plan.findings.iter().enumerate();
                let chosen = findings.filter(|(at, _)| index.is_none_or(|index| index == *at));
                allowed.ids.extend(chosen.map(|(_, finding)| finding.hit.id.clone()));
                self.write(Write::View { session, key: ALLOWED.into(), value: allowed.line() });
                self.look_at_sharing(session, to, None);
            }
        }
    }

    /// It is in the file, or why not.
    pub fn shared(&mut self, session: EventId, done: Result<String, String>) {
        self.model.sharing = false;
        match done {
            Ok(words) if session == self.model.session.id => self.info(words),
            Ok(_) => {}
            Err(why) => self.error(why),
        }
    }
}
