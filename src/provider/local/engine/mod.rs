//! The engine: a model file that answers.
//!
//! Runs in a process of its own, so that whatever happens to it happens to nobody else. It reads
//! one file, knows no session and no network, and writes nothing.

mod answer;
mod gguf;
mod llama;
mod math;
pub mod memory;
mod packed;
mod request;
mod sample;
mod shape;
mod team;
mod template;
mod trouble;
mod vocabulary;
mod weights;

pub use request::Request;
pub use template::Message;

use crate::base::Rand;
use crate::event::Usage;
use crate::prompt::{Fault, Stop};
use answer::Growing;
use gguf::Gguf;
use llama::{Kept, Llama, Sizes};
use sample::choose;
use shape::{Shape, Shapes};
use std::path::{Path, PathBuf};
use team::Team;
use template::Template;
use trouble::Trouble;
pub(super) use trouble::{not_found, own};
use trouble::{too_large, too_long};
use vocabulary::Vocabulary;

/// The window that is used of a model with a larger one, unless more is asked for.
const USUAL_WINDOW: usize = 8192;
/// Memory that is left to everybody else, in bytes.
const SPARED: u64 = 64 << 20;

/// What a model file says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The model's own name, or that of the file.
    pub name: String,
    /// The context window in tokens.
    pub window: u64,
    /// Memory that it takes when its window is full, in bytes.
    pub memory: u64,
}

/// How to load a model.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// The most tokens of context; `None`: the file's, up to 8192.
    pub window: Option<usize>,
    /// Tells how many bytes of memory there are, where that is known.
    pub available: &'a dyn Fn() -> Option<u64>,
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Stop(Stop),
    Cancelled,
}

/// Words of what is said three times before an answer is ended: from a short sentence to a long
/// paragraph.
const ROUND_LEAST: usize = 6;
const ROUND_MOST: usize = 96;

/// A loaded model. It keeps what it computed for the last question, so that a next one which begins
/// alike is answered sooner.
pub struct Engine {
    path: PathBuf,
    about: About,
    window: usize,
    model: Llama,
    vocabulary: Vocabulary,
    template: Template,
    shapes: Option<Shapes>,
    /// Who computes many words, and loads.
    pool: rayon::ThreadPool,
    /// Who computes few.
    team: Team,
    kept: Kept,
    /// The words that `kept` holds.
    known: Vec<u32>,
}

/// Looks into a model file without loading its weights.
///
/// # Errors
/// A sentence when the file is damaged, hostile, or of a kind that is not run.
pub fn look(path: &Path, limits: Limits<'_>) -> Result<About, Fault> {
    let file = Gguf::open(path)?;
    let sizes = Sizes::read(&file)?;
    Ok(about(path, &file, &sizes, limits))
}

/// The window of a model file in tokens, at most `most` or the usual one, where the beginning of the
/// file tells it. Takes no time to speak of, and no memory.
pub fn window(path: &Path, most: Option<usize>) -> Option<u64> {
    let own = gguf::peek(path, "llama.context_length")?;
    Some(own.min(most.unwrap_or(USUAL_WINDOW)) as u64)
}

/// Bytes of memory that a model file takes to answer with the usual window, where the file makes
/// sense and is run.
pub fn memory_of(path: &Path) -> Option<u64> {
    let limits = Limits { window: None, available: &|| None };
    look(path, limits).ok().map(|about| about.memory)
}

fn about(path: &Path, file: &Gguf, sizes: &Sizes, limits: Limits<'_>) -> About {
    let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let window = limits.window.unwrap_or(USUAL_WINDOW).min(sizes.window);
    About {
        name: file.text("general.name").map_or_else(stem, trouble::said),
        window: window as u64,
        memory: sizes.loaded_bytes(file) + sizes.bytes_per_word() * window as u64,
    }
}

/// The threads that compute: two where there are two processors. Work is cut in two or more parts;
/// who asks does all of them when the other thread has no processor.
fn workers() -> Result<(rayon::ThreadPool, Team), Fault> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let cannot = |why: String| own(format!("No threads can be started: {why}"));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(processors.min(2))
        .thread_name(|index| format!("model-{index}"))
        .build()
        .map_err(|why| cannot(why.to_string()))?;
    Ok((pool, Team::new(processors).map_err(|why| cannot(why.to_string()))?))
}

/// Whether an answer has begun to say the same over and over: its end stands there three times, and
/// has enough different words to be no ornament, such as the line below a table's head.
fn goes_round(words: &[u32]) -> bool {
    (ROUND_LEAST..=ROUND_MOST).any(|long| {
        let Some(from) = words.len().checked_sub(3 * long) else { return false };
        let (first, rest) = words[from..].split_at(long);
        let (second, third) = rest.split_at(long);
        let distinct: std::collections::BTreeSet<_> = first.iter().collect();
        first == second && second == third && distinct.len() >= ROUND_LEAST
    })
}

fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

impl Engine {
    /// Loads a model; `step` is told how much of it is there, in hundredths, and may end it.
    ///
    /// # Errors
    /// A sentence when the file is damaged, hostile, of a kind that is not run, or needs more memory
    /// than there is.
    pub fn load(
        path: &Path,
        limits: Limits<'_>,
        step: &mut (dyn FnMut(u8) -> bool + Send),
    ) -> Result<Option<Self>, Fault> {
        let file = Gguf::open(path)?;
        let sizes = Sizes::read(&file)?;
        let about = about(path, &file, &sizes, limits);
        if let Some(available) = (limits.available)()
            && about.memory.saturating_add(SPARED) > available
        {
            return Err(too_large(format!(
                "The model needs {} MiB of memory with its window of {} tokens, and {} MiB are free",
                mib(about.memory),
                about.window,
                mib(available)
            )));
        }
        let vocabulary = Vocabulary::read(&file, sizes.words)?;
        let template = Template::new(file.text("tokenizer.chat_template"), &vocabulary)?;
        let mut go_on = |done: usize, all: usize| {
            let part = (done * 100 / all.max(1)) as u8;
            if step(part) { Ok(()) } else { Err(Trouble::Cancelled) }
        };
        let (pool, team) = workers()?;
        let model = match pool.install(|| Llama::load(&file, sizes, &mut go_on)) {
            Ok(model) => model,
            Err(Trouble::Cancelled) => return Ok(None),
            Err(Trouble::Fault(fault)) => return Err(fault),
        };
        let kept = Kept::new(&model.sizes);
        Ok(Some(Self {
            path: path.to_path_buf(),
            window: about.window as usize,
            about,
            model,
            vocabulary,
            template,
            shapes: None,
            pool,
            team,
            kept,
            known: Vec::new(),
        }))
    }

    /// The file that was loaded.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn about(&self) -> &About {
        &self.about
    }

    /// The tokens of a text, in which names of control words are text.
    ///
    /// # Errors
    /// A sentence when the text can't be cut.
    pub fn tokens(&self, text: &str) -> Result<Vec<u32>, Fault> {
        self.vocabulary.text_ids(text)
    }

    /// A conversation as the model gets it, for people and tests.
    ///
    /// # Errors
    /// A sentence when the template refuses these messages.
    pub fn conversation(&self, messages: &[Message]) -> Result<String, Fault> {
        self.template.text(messages)
    }

    /// The tokens of a conversation, as they are computed.
    ///
    /// # Errors
    /// A sentence when the template refuses these messages.
    pub fn conversation_tokens(&self, messages: &[Message]) -> Result<Vec<u32>, Fault> {
        self.template.ids(messages, &self.vocabulary)
    }

    /// Answers a request: hands the text to `said` as it comes, and the counts at the end. `wanted`
    /// is asked every few milliseconds whether anybody still wants the answer.
    ///
    /// # Errors
    /// A sentence when the request makes no sense or does not fit into the window.
    pub fn answer(
        &mut self,
        request: &Request,
        wanted: &(dyn Fn() -> bool + Sync),
        said: &mut dyn FnMut(&str),
    ) -> Result<(End, Usage), Fault> {
        let asked = self.conversation_tokens(&request.messages)?;
        if asked.len() + 1 > self.window {
            return Err(too_long(format!(
                "The question and its context take {} tokens, and the model's window has {}",
                asked.len(),
                self.window
            )));
        }
        let mut shape = match &request.schema {
            Some(schema) => Some(self.shape(schema)?),
            None => None,
        };
        let mut usage = Usage { input: asked.len() as u64, output: 0, cached: 0, cost: None };
        let ended = self.say(request, &asked, &mut shape, &mut usage, wanted, said);
        match ended {
            Ok(stop) => Ok((End::Stop(stop), usage)),
            Err(Trouble::Cancelled) => Ok((End::Cancelled, usage)),
            Err(Trouble::Fault(fault)) => Err(fault),
        }
    }

    fn shape(&mut self, schema: &serde_json::Value) -> Result<Shape, Fault> {
        let shapes = match self.shapes.take() {
            Some(shapes) => shapes,
            None => Shapes::new(&self.vocabulary)?,
        };
        self.shapes.insert(shapes).of(schema.clone())
    }

    fn say(
        &mut self,
        request: &Request,
        asked: &[u32],
        shape: &mut Option<Shape>,
        usage: &mut Usage,
        wanted: &(dyn Fn() -> bool + Sync),
        said: &mut dyn FnMut(&str),
    ) -> Result<Stop, Trouble> {
        let mut go_on = || if wanted() { Ok(()) } else { Err(Trouble::Cancelled) };
        let same = asked.iter().zip(&self.known).take_while(|(a, b)| a == b).count();
        // What follows the last word is not kept: it is computed again.
        let same = same.min(asked.len().saturating_sub(1));
        usage.cached = same as u64;
        self.known.truncate(same);
        let mut logits = Vec::new();
        for chunk in asked[same..].chunks(self.model.sizes.chunk()) {
            logits = self.compute(chunk, &mut go_on)?;
        }
        let mut rand = Rand::from_number(request.seed);
        let mut growing = Growing::new(request.stops.clone(), request.sentence);
        let most = (self.window - asked.len()).min(request.most);
        // Who asks for a sentence wants one: a text that could end here goes on.
        let mut silent = request.sentence;
        let mut said_words: Vec<u32> = Vec::new();
        for _ in 0..most {
            go_on()?;
            let allowed = shape.as_mut().map(Shape::allowed).transpose()?;
            let word = choose(&logits, request.choice, &mut rand, |id| match &allowed {
                Some(allowed) => allowed.is_allowed(id),
                None => self.vocabulary.may_be_said(id) && !(silent && self.vocabulary.is_end(id)),
            });
            let word = word.ok_or_else(|| own("The model gives no word"))?;
            usage.output += 1;
            said_words.push(word);
            if self.vocabulary.is_end(word) || shape.is_none() && goes_round(&said_words) {
                said(&growing.end());
                return Ok(Stop::End);
            }
            if let Some(shape) = shape.as_mut() {
                shape.take(word)?;
            }
            silent &= self.vocabulary.bytes(word).trim_ascii().is_empty();
            let grown = growing.add(self.vocabulary.bytes(word));
            said(&grown.text);
            if grown.over {
                return Ok(Stop::End);
            }
            if shape.as_ref().is_some_and(Shape::is_over) {
                said(&growing.end());
                return Ok(Stop::End);
            }
            if usage.output as usize == most {
                break;
            }
            logits = self.compute(&[word], &mut go_on)?;
        }
        said(&growing.end());
        Ok(Stop::Length)
    }

    /// Computes words that follow the known ones, which they join.
    fn compute(
        &mut self,
        words: &[u32],
        go_on: &mut (dyn FnMut() -> Result<(), Trouble> + Send),
    ) -> Result<Vec<f32>, Trouble> {
        // What an interrupted computation left goes first.
        self.kept.cut(self.known.len());
        let (model, team, before) = (&self.model, &self.team, self.known.len());
        let kept = &mut self.kept;
        let logits = self.pool.install(|| model.forward(words, before, kept, team, go_on))?;
        self.known.extend_from_slice(words);
        Ok(logits)
    }
}

#[cfg(test)]
mod tests {
    use super::goes_round;

    #[test]
    fn an_answer_that_says_the_same_three_times_goes_round() {
        let sentence: Vec<u32> = (10..18).collect();
        let said = |times: usize| [vec![1, 2, 3], sentence.repeat(times)].concat();
        assert!(!goes_round(&said(2)));
        assert!(goes_round(&said(3)));
        assert!(!goes_round(&[said(3), vec![9]].concat()), "it has gone on");
        // The line below a table's head, and blanks.
        assert!(!goes_round(&[7, 8, 9].repeat(40)));
        assert!(!goes_round(&[5].repeat(400)));
    }
}
