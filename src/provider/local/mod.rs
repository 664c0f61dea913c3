//! The local model: the same program as a child process of low priority, behind the port that every
//! provider has.
//!
//! The process starts with the first question, stays warm, and ends with the last user or when it
//! was idle for long. It can be killed at any moment: what had come of an answer is kept, and the
//! next question starts another. Inference crates stay in `engine`.

mod child;
pub mod engine;
mod link;
pub mod models;
mod wire;

/// The kind of model that is run.
pub const ARCHITECTURE: &str = "llama";

pub use child::{Service, serve, settle_down};
pub use link::Program;

use super::{Answer, Provider, Quirks, body};
use crate::prompt::{Chunk, Fault, ModelInfo, Prompt, Stop};
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt};
use link::{Line, Working, begin};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wire::{Order, Report, Source};

/// The provider's name in the configuration.
pub const NAME: &str = "local";

/// How the local model is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub program: Program,
    /// Where model files lie.
    pub folder: PathBuf,
    /// The model that was chosen: a name in the folder, or a path.
    pub chosen: Option<String>,
    /// The most tokens of context; `None`: the file's, up to 8192.
    pub window: Option<usize>,
}

/// The provider.
pub struct Local {
    settings: Settings,
    /// The chosen model as requests and the log call it.
    called: Option<String>,
    window: Option<u64>,
    line: Arc<Line>,
    next: AtomicU64,
}

/// What a request asks for beyond what every provider takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    /// The same seed gives the same answer.
    pub seed: Option<u64>,
    /// End with the first sentence: for short continuations.
    pub sentence: bool,
    /// End before any of these.
    pub stops: Vec<String>,
    /// Answer with JSON of this schema.
    pub schema: Option<serde_json::Value>,
}

impl Wishes {
    /// The body of a request with these wishes.
    fn put_into(&self, mut body: String) -> String {
        if *self == Self::default() {
            return body;
        }
        let Ok(serde_json::Value::Object(mut fields)) = serde_json::from_str(&body) else {
            return body;
        };
        if let Some(seed) = self.seed {
            fields.insert("seed".into(), seed.into());
        }
        if self.sentence {
            fields.insert("stop_at".into(), "sentence".into());
        }
        if !self.stops.is_empty() {
            fields.insert("stop".into(), self.stops.clone().into());
        }
        if let Some(schema) = &self.schema {
            let format = serde_json::json!({
                "type": "json_schema",
                "json_schema": { "name": "answer", "schema": schema },
            });
            fields.insert("response_format".into(), format);
        }
        body = serde_json::Value::Object(fields).to_string();
        body
    }
}

impl Local {
    /// A provider that has started nothing. Reads the beginning of the chosen file, for its window.
    pub fn new(mut settings: Settings) -> Self {
        let mut called = None;
        let mut window = settings.window.map(|window| window as u64);
        if let Some(chosen) = &settings.chosen {
            // What can't be found is said when somebody asks.
            let found = models::find(&settings.folder, chosen).ok();
            let path = found.unwrap_or_else(|| PathBuf::from(chosen));
            called = Some(models::name_of(&path)).filter(|name| !name.is_empty());
            window = engine::window(&path, settings.window).or(window);
            if models::is_path(chosen) {
                let absolute = std::path::absolute(&path).unwrap_or(path);
                settings.chosen = Some(absolute.to_string_lossy().into_owned());
            }
        }
        let line = Arc::new(Line::new(settings.program.clone()));
        Self { settings, called, window, line, next: AtomicU64::new(1) }
    }

    /// The body of a request with wishes.
    pub fn encode_with(&self, prompt: &Prompt, wishes: &Wishes) -> String {
        wishes.put_into(self.encode(prompt))
    }

    /// The system's number of the process that was started last.
    pub fn process(&self) -> Option<u32> {
        self.line.process()
    }

    /// The model files that are here, with their windows; only their beginnings are read.
    pub fn here(&self) -> Vec<ModelInfo> {
        let chosen = self.settings.chosen.iter().filter(|chosen| models::is_path(chosen));
        let chosen = chosen.filter_map(|path| models::find(&self.settings.folder, path).ok());
        let listed = models::list(&self.settings.folder).into_iter().map(|found| found.path);
        let info = |file: PathBuf| ModelInfo {
            name: models::name_of(&file),
            window: engine::window(&file, self.settings.window),
            price: None,
            abilities: Some(vec!["JSON"]),
        };
        chosen.chain(listed).map(info).collect()
    }

    fn id(&self) -> u64 {
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    /// The file of a model by the name that requests call it by.
    fn source(&self, name: &str) -> Result<Source, Fault> {
        let ours = self.called.as_deref() == Some(name);
        let chosen = self.settings.chosen.as_deref().filter(|_| ours);
        let file = models::find(&self.settings.folder, chosen.unwrap_or(name))?;
        let file = std::path::absolute(&file).unwrap_or(file);
        Ok(Source { file, window: self.settings.window })
    }

    /// The tokens of a text, as the chosen model has them.
    pub fn tokens(&self, model: &str, text: &str) -> BoxFuture<'static, Result<Vec<u32>, Fault>> {
        let id = self.id();
        let text = text.to_owned();
        let order = self.source(model).map(|source| Order::Tokens { id, source, text });
        let told = self.once(id, order);
        async move {
            match told.await? {
                Report::Tokens { tokens, .. } => Ok(tokens),
                other => Err(unexpected(&other)),
            }
        }
        .boxed()
    }

    /// Gives an order and waits for its last report.
    fn once(
        &self,
        id: u64,
        order: Result<Order, Fault>,
    ) -> BoxFuture<'static, Result<Report, Fault>> {
        let line = Arc::clone(&self.line);
        async move {
            let (mut working, report) = begin(line, id, &order?).await?;
            working.done();
            match report {
                Report::Fault { kind, what, advice, .. } => Err(wire::fault(&kind, &what, &advice)),
                report => Ok(report),
            }
        }
        .boxed()
    }
}

fn unexpected(report: &Report) -> Fault {
    let word = match report {
        Report::Cancelled { .. } => "was cancelled",
        _ => "answers something else",
    };
    engine::own(format!("The local model's process {word}"))
}

/// Where an answer is.
enum Stage {
    Asked { line: Arc<Line>, id: u64, order: Order },
    Going(Box<Working>),
    Over,
}

impl Provider for Local {
    fn name(&self) -> &'static str {
        NAME
    }

    fn address(&self) -> &'static str {
        "this machine"
    }

    fn leaves_machine(&self) -> bool {
        false
    }

    fn model_name(&self, configured: &str) -> String {
        self.called.clone().unwrap_or_else(|| models::name_of(Path::new(configured)))
    }

    fn window(&self) -> Option<u64> {
        self.window
    }

    fn encode(&self, prompt: &Prompt) -> String {
        let wishes = Wishes { sentence: prompt.sentence, ..Wishes::default() };
        wishes.put_into(body::encode(prompt, Quirks::default()))
    }

    /// Loads the chosen model.
    fn prepare(&self) -> BoxFuture<'static, ()> {
        let Some(called) = &self.called else {
            return Box::pin(std::future::ready(()));
        };
        let id = self.id();
        let order = self.source(called).map(|source| Order::Load { id, source });
        // What is wrong is said when somebody asks.
        self.once(id, order).map(drop).boxed()
    }

    fn ask(&self, body: String) -> Answer {
        let id = self.id();
        let source =
            engine::Request::read(&body, 0).and_then(|request| self.source(&request.model));
        let stage = match source {
            Ok(source) => Ok(Stage::Asked {
                line: Arc::clone(&self.line),
                id,
                order: Order::Ask { id, source, body },
            }),
            Err(fault) => Err(fault),
        };
        let (stage, chunks) = match stage {
            Ok(stage) => (stage, VecDeque::new()),
            Err(fault) => (Stage::Over, VecDeque::from([Err(fault)])),
        };
        stream::unfold((stage, chunks, false), |(mut stage, mut chunks, mut some)| async move {
            loop {
                if let Some(chunk) = chunks.pop_front() {
                    return Some((chunk, (stage, chunks, some)));
                }
                let report = match stage {
                    Stage::Over => return None,
                    Stage::Asked { line, id, order } => match begin(line, id, &order).await {
                        Ok((working, report)) => {
                            stage = Stage::Going(Box::new(working));
                            report
                        }
                        Err(fault) => return Some((Err(fault), (Stage::Over, chunks, some))),
                    },
                    Stage::Going(mut working) => match working.next().await {
                        Ok(report) => {
                            stage = Stage::Going(working);
                            report
                        }
                        Err(why) => {
                            let fault = working.fault(why).await;
                            return Some((Err(fault), (Stage::Over, chunks, some)));
                        }
                    },
                };
                some |= matches!(report, Report::Text { .. });
                if let Some(last) = of_report(report, some, &mut chunks) {
                    if let Stage::Going(working) = &mut stage {
                        working.done();
                    }
                    chunks.extend(last);
                    stage = Stage::Over;
                }
            }
        })
        .fuse()
        .boxed()
    }

    fn models(&self) -> BoxFuture<'static, Result<Vec<ModelInfo>, Fault>> {
        let mut asked = Vec::new();
        let chosen = self.settings.chosen.iter().filter(|chosen| models::is_path(chosen));
        let chosen = chosen.filter_map(|path| models::find(&self.settings.folder, path).ok());
        let listed = models::list(&self.settings.folder).into_iter().map(|found| found.path);
        for file in chosen.chain(listed) {
            let id = self.id();
            let name = models::name_of(&file);
            let source = Source { file, window: self.settings.window };
            asked.push((name, self.once(id, Ok(Order::Look { id, source }))));
        }
        async move {
            let mut all = Vec::new();
            let mut wrong = None;
            for (name, looked) in asked {
                match looked.await {
                    Ok(Report::Looked { window, .. }) => {
                        all.push(ModelInfo {
                            name,
                            window: Some(window),
                            price: None,
                            abilities: None,
                        });
                    }
                    Ok(other) => wrong = Some(unexpected(&other)),
                    Err(fault) => wrong = Some(fault),
                }
            }
            match (all.is_empty(), wrong) {
                (true, Some(fault)) => Err(fault),
                (true, None) => Err(engine::not_found("There is no model file on this machine")),
                (false, _) => Ok(all),
            }
        }
        .boxed()
    }
}

/// What a report adds to the answer; what comes last is given back.
fn of_report(
    report: Report,
    some: bool,
    chunks: &mut VecDeque<Result<Chunk, Fault>>,
) -> Option<Vec<Result<Chunk, Fault>>> {
    match report {
        Report::Text { text, .. } => {
            chunks.push_back(Ok(Chunk::Text(text)));
            None
        }
        Report::Ended { usage, length, .. } => {
            let end = if some {
                Ok(Chunk::Stop(wire::stop(length)))
            } else {
                Err(Fault {
                    kind: crate::prompt::FaultKind::Empty,
                    what: "The answer was empty.".into(),
                    advice: "Ask again, in other words or with another model.".into(),
                    status: None,
                })
            };
            Some(vec![Ok(Chunk::Usage(usage)), end])
        }
        Report::Fault { kind, what, advice, .. } => {
            Some(vec![Err(wire::fault(&kind, &what, &advice))])
        }
        Report::Cancelled { .. } => Some(vec![Ok(Chunk::Stop(Stop::Cut))]),
        Report::Hello { .. }
        | Report::Loaded { .. }
        | Report::Looked { .. }
        | Report::Tokens { .. } => None,
    }
}
