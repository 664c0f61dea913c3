//! Turns: from a question to its answer, its hunks and their place in the log.

use super::propose::anchors;
use super::{
    Answerer, Ask, Cx, Dialog, Effect, LiveEdit, Overlay, Phase, Queued, Task, Ticket, Tone, Turn,
};
use crate::assist::context::{Context, Request, TooLong, Wish, build};
use crate::assist::{Dialect, Landing, ReplyParser, Wanted};
use crate::base::{Span, TurnId, sha256_hex};
use crate::event::{Asked, Event, Link, MessageRole, MessageStatus, Text};
use crate::prompt::{Chunk, Fault, FaultKind, Stop};
use crate::provider::Offer;
use crate::session::Reasoning;
use crate::store::{StreamHead, Write};

/// Bytes of an answer that are stored at once.
const PART_BYTES: usize = 256;
/// What the offline basic model can do, and what could do more.
const SMALL: &str = "it rewrites, shortens or sums up what is selected (Ctrl-K), and can't change a whole text. A larger one, from a server such as Ollama or with a key, is chosen with F2.";
/// The same for a question, which it takes.
const POOR: &str = "A small model answers: good for a selected paragraph (Ctrl-K), poor at questions. F2 chooses a larger one.";

impl Cx<'_> {
    /// Asks, or waits for the running turn to end, or asks for consent first.
    pub fn ask(&mut self, queued: Queued) {
        let Some(who) = self.model.route(&queued.task) else {
            self.keep_question(&queued);
            let could = |offer: &Offer| offer.asking || offer.is_there();
            let fetchable = !self.model.names_a_model() && !self.model.to_fetch().is_empty();
            let choice = self.model.offers.iter().any(could) || fetchable;
            if self.model.provider.is_none() && !choice {
                self.error(self.model.nobody_answers());
                return;
            }
            self.model.waiting = Some(queued);
            self.choose_model();
            self.info("Choose the model that answers; your question goes to it.");
            return;
        };
        let offer = self.model.offer(who.provider.name());
        if let Some(trouble) = offer.and_then(|offer| offer.trouble.clone()) {
            self.error(trouble);
            self.keep_question(&queued);
            return;
        }
        if who.is_basic() && queued.task == Task::Change {
            self.error(format!("{} is a small model: {SMALL}", who.model));
            self.keep_question(&queued);
            return;
        }
        if self.model.turn.is_some() {
            self.model.queue.push_back(queued);
            self.store_queue();
            self.info("Queued: it is asked when this answer is done.");
            return;
        }
        let provider = &who.provider;
        if provider.leaves_machine() && !self.model.may_send_to(provider.name()) {
            let lines = vec![
                format!("{} is at {}.", provider.name(), provider.address()),
                "Your question, the document and the conversation go there.".into(),
                "What was sent can be read byte for byte afterwards (/sent).".into(),
            ];
            let provider = provider.name().to_owned();
            let choices = vec![
                ('y', "Yes, and don't ask again for this provider".into(), "dialog.yes".into()),
                ('l', "Look at what would be sent".into(), "dialog.choose look".into()),
                ('n', "No".into(), "dialog.no".into()),
            ];
            let ask = Ask::Consent { queued, provider };
            let title = "Send this to another machine?".into();
            self.model.ui.overlays.push(Overlay::Dialog(Dialog {
                ask,
                title,
                lines,
                choices,
                chosen: 2,
            }));
            return;
        }
        let poor = who.is_basic() && queued.task == Task::Chat;
        self.start_turn(queued);
        if poor && self.model.turn.is_some() {
            self.info(POOR);
        }
    }

    /// Puts a question that can't be asked back where it was typed.
    fn keep_question(&mut self, queued: &Queued) {
        let Some(text) = queued.line() else { return };
        if self.model.ui.chat.rope().len_chars() == 0 {
            self.model.ui.chat.set_text(&text);
        }
    }

    pub(super) fn store_queue(&mut self) {
        let lines: Vec<String> =
            self.model.queue.iter().map(|queued| queued.text.replace('\n', "\u{2028}")).collect();
        let session = self.model.session.id;
        self.write(Write::View { session, key: "queue".into(), value: lines.join("\n") });
    }

    fn selection_of(&self, queued: &Queued) -> Option<Span> {
        match &queued.task {
            _ if queued.repair.is_some() => None,
            Task::Rewrite { selection } => Some(*selection),
            Task::Continue { at } => Some(Span::at(*at)),
            Task::Chat | Task::Change | Task::Summary => self.model.caret().selection(),
        }
    }

    /// What a question would send, with the size of each part.
    pub(super) fn context_of(&self, queued: &Queued, who: &Answerer) -> Result<Context, TooLong> {
        build(&Request {
            session: &self.model.session,
            rope: &self.model.text(),
            name: &self.model.name(),
            wish: match &queued.task {
                Task::Chat => Wish::Chat,
                Task::Change => Wish::Change,
                Task::Rewrite { .. } => Wish::Rewrite,
                Task::Continue { .. } => Wish::Continue,
                Task::Summary => Wish::Summary,
            },
            selection: self.selection_of(queued),
            caret: self.model.caret().pos,
            question: &queued.text,
            tip: self.model.branch_tip(),
            model: &who.model,
            window: who.window,
            again: queued.instead_of.is_some(),
            record: self.model.record_of(&who.full_name()),
        })
    }

    /// What a question would send, in lines: its parts with their sizes, then the very bytes.
    pub fn preview(&self, queued: &Queued) -> Result<Vec<String>, String> {
        let who = self.model.route(&queued.task).ok_or("Choose a model first (app.model).")?;
        let context = self.context_of(queued, &who).map_err(|why| why.to_string())?;
        let body = who.provider.encode(&context.prompt);
        let mut lines = vec![format!(
            "To {} at {}: {} bytes, about {} tokens{}",
            who.full_name(),
            who.provider.address(),
            body.len(),
            context.tokens(),
            who.window.map(|window| format!(" of {window}")).unwrap_or_default(),
        )];
        lines.push(format!("Cost: {}.", self.model.expected_words(&who, context.tokens())));
        if let Some(because) = &context.because {
            lines.push(format!("Edits: asked for as {}, as {because}.", context.dialect.words()));
        }
        lines.extend(
            context.parts.iter().map(|part| format!("  ≈{:>7}  {}", part.tokens, part.name)),
        );
        lines.extend(context.dropped.iter().map(|what| format!("  left out: {what}")));
        lines.push(String::new());
        lines.extend(body.split("\\n").map(str::to_owned));
        Ok(lines)
    }

    pub(super) fn start_turn(&mut self, queued: Queued) {
        let who = match &queued.repair {
            Some(repair) => self.model.resolve(&repair.model),
            None => self.model.route(&queued.task),
        };
        let Some(who) = who else { return };
        self.model.drop_info();
        self.seal_bursts();
        let selection = self.selection_of(&queued);
        let context = match self.context_of(&queued, &who) {
            Ok(context) => context,
            Err(why) => {
                self.error(why.to_string());
                self.keep_question(&queued);
                return;
            }
        };
        if let Err(why) = self.within_budget(&who, context.tokens()) {
            self.error(why);
            self.keep_question(&queued);
            return;
        }
        let Some(entry) = self.model.entry() else { return };
        let base = entry.document.rope().clone();
        let base_version = entry.document.version();
        let tip = self.model.branch_tip();
        let links = selection.and_then(|span| self.link_to(span)).into_iter().collect();
        let text = if queued.text.is_empty() {
            "Rewrite the selection.".to_owned()
        } else {
            queued.text.clone()
        };
        let question = self.append(&Event::MessagePosted {
            role: MessageRole::Person,
            after: tip,
            text: Text::new(text),
            status: MessageStatus::Complete,
            model: None,
            usage: None,
            error: None,
            links,
            asked: match &queued.task {
                _ if queued.repair.is_some() => Some(Asked::Repair),
                Task::Chat => None,
                Task::Change => Some(Asked::Change),
                Task::Rewrite { .. } => Some(Asked::Rewrite),
                Task::Continue { .. } => Some(Asked::Continue),
                Task::Summary => Some(Asked::Summary),
            },
            reasoning: None,
            brought: None,
        });
        let Answerer { provider, model: model_name, .. } = &who;
        let body = provider.encode(&context.prompt);
        let hash = sha256_hex(body.as_bytes());
        let full_name = who.full_name();
        self.append_local(&Event::EgressRecorded {
            question,
            provider: provider.name().into(),
            address: Text::new(provider.address()),
            model: Text::new(model_name.clone()),
            bytes: body.len() as u64,
            hash: Text::new(hash.clone()),
            request: Text::new(body.clone()),
        });
        self.model.last_sent = Some(super::Sent {
            address: provider.address().into(),
            model: model_name.clone(),
            hash,
            body: body.clone(),
        });
        let author = self.model_author(&full_name);
        let ticket = self.barrier();
        let id = format!("t_{}", self.model.rand.ulid(self.model.now));
        let Ok(id) = id.parse::<TurnId>() else { return };
        let live =
            selection.filter(|_| context.dialect == Dialect::Selection).map(|span| LiveEdit {
                span: Some(span),
                old: base.slice(span.range()).to_string(),
                new: String::new(),
            });
        let about = live.as_ref().map_or_else(|| base.to_string(), |live| live.old.clone());
        let head = StreamHead {
            session: self.model.session.id,
            question,
            author: author.clone(),
            model: full_name.clone(),
            at: self.model.now.0,
        };
        self.write(Write::Stream {
            turn: id.clone(),
            head: Some(head),
            seq: 0,
            text: String::new(),
        });
        let dropped = context.dropped.join("; ");
        let left_out: Vec<String> = (!dropped.is_empty())
            .then(|| format!("The model did not see {dropped}."))
            .into_iter()
            .collect();
        if let Some(words) = left_out.first() {
            self.warn(words.clone());
        }
        let wanted = if queued.task == Task::Change { Wanted::Change } else { Wanted::Answer };
        let landing = Landing::new(&base).wanting(wanted);
        let landing = match live.as_ref().and_then(|live| live.span) {
            Some(span) => landing.within(span),
            None => landing,
        };
        self.model.turn = Some(Turn {
            id,
            question,
            instead_of: queued.instead_of,
            task: queued.task,
            dialect: context.dialect,
            reading: context.reading,
            author,
            provider: provider.name().into(),
            model: full_name,
            body,
            phase: Phase::Recording(ticket),
            text: String::new(),
            reasoning: Reasoning::default(),
            usage: None,
            // Told once more when the answer is there: by then the first notice is gone.
            warnings: left_out,
            stored: 0,
            stored_parts: 1,
            reasoning_stored: 0,
            reasoning_parts: 0,
            parser: ReplyParser::new(context.dialect).about(about),
            landing,
            live,
            coming: None,
            between: Default::default(),
            version: None,
            aside: Vec::new(),
            elsewhere: Vec::new(),
            grounds: Default::default(),
            abroad: 0,
            ending: None,
            proposal: None,
            hunks: 0,
            overtaken: 0,
            whole: Vec::new(),
            again: 0,
            malformed: Vec::new(),
            failed: Vec::new(),
            repair: queued.repair,
            repaired: Vec::new(),
            tally: Default::default(),
            doc: self.model.doc.clone(),
            base,
            base_version,
            since: Vec::new(),
        });
        self.model.ui.scroll.from_end = 0;
        self.model.ui.live = None;
    }

    /// A link to a span of the shown document.
    pub fn link_to(&self, span: Span) -> Option<Link> {
        let entry = self.model.entry()?;
        if !entry.document.has_history() {
            return None;
        }
        let quote: String = entry.document.rope().slice(span.range()).chars().take(400).collect();
        let (start, end) = anchors(&entry.document, span);
        Some(Link::Span { doc: self.model.doc.clone(), start, end, quote: Text::new(quote) })
    }

    /// The question is on the disk: now it may leave.
    pub fn recorded(&mut self, ticket: Ticket) {
        let Some(turn) = self.model.turn.as_mut() else { return };
        if turn.phase == Phase::Recording(ticket) {
            turn.phase = Phase::Waiting;
            let (turn, provider, body) =
                (turn.id.clone(), turn.provider.clone(), turn.body.clone());
            self.effect(Effect::Ask { turn, provider, body });
        }
    }

    /// A piece of the answer, or its failure. Returns whether the turn is over.
    pub fn answer(&mut self, id: &TurnId, piece: Result<Chunk, Fault>) {
        let Some(mut turn) = self.model.turn.take_if(|turn| turn.id == *id) else { return };
        match piece {
            Ok(Chunk::Text(text)) => {
                turn.phase = Phase::Answering;
                turn.text.push_str(&text);
                let pieces = turn.parser.push(&text);
                self.pieces(&mut turn, pieces);
                self.look_at_coming(&mut turn, &text);
                if turn.text.len() - turn.stored >= PART_BYTES {
                    self.store_part(&mut turn);
                }
                self.model.turn = Some(turn);
            }
            Ok(Chunk::Reasoning(text)) => {
                turn.phase = Phase::Answering;
                self.think(&mut turn, &text);
                self.model.turn = Some(turn);
            }
            Ok(Chunk::Usage(usage)) => {
                turn.usage = Some(usage);
                self.model.turn = Some(turn);
            }
            Ok(Chunk::Warning(why)) => {
                turn.warnings.push(why);
                self.model.turn = Some(turn);
            }
            Ok(Chunk::Retrying { attempt, wait_ms, why }) => {
                turn.phase = Phase::Retrying { attempt, wait_ms, why };
                self.model.turn = Some(turn);
            }
            Ok(Chunk::Stop(stop)) => {
                let short = matches!(turn.task, Task::Continue { .. });
                let cut = match stop {
                    // Read up to its last sentence.
                    Stop::Length if short => None,
                    Stop::Length => {
                        Some("The model stopped at the most tokens it may answer with.")
                    }
                    Stop::Filter => Some("The provider's filter ended the answer."),
                    Stop::Cut => {
                        Some("The answer ended and the server did not say that it is complete.")
                    }
                    Stop::End | Stop::Other(_) => None,
                };
                match cut {
                    None => self.end_turn(turn, MessageStatus::Complete, None, true),
                    Some(why) => self.end_cut(turn, why),
                }
            }
            Err(fault) => {
                let words = fault.words();
                self.error(words.clone());
                if turn.text.is_empty()
                    && matches!(
                        fault.kind,
                        FaultKind::Key | FaultKind::Unreachable | FaultKind::TooLong
                    )
                {
                    self.info_keep(&words);
                }
                self.end_turn(turn, MessageStatus::Failed, Some(words), false);
            }
        }
    }

    fn info_keep(&mut self, words: &str) {
        self.model.notify(Tone::Error, words);
    }

    /// What came of the answer goes to the store, so that a crash keeps it.
    pub fn store_part(&mut self, turn: &mut Turn) {
        self.store_thought(turn);
        if turn.stored == turn.text.len() {
            return;
        }
        let text = turn.text[turn.stored..].to_owned();
        let seq = turn.stored_parts;
        turn.stored = turn.text.len();
        turn.stored_parts += 1;
        self.write(Write::Stream { turn: turn.id.clone(), head: None, seq, text });
    }

    /// Stores what came since the last part; called when the inbox is empty.
    pub fn store_rest(&mut self) {
        if let Some(mut turn) = self.model.turn.take() {
            self.store_part(&mut turn);
            self.model.turn = Some(turn);
        }
    }
}

/// `1 hunk`, `2 hunks`.
pub fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
