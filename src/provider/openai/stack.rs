//! The tower services under `async-openai`'s client.
//!
//! Outermost first: [`Retry`], a limit of open requests, [`HeaderTimeout`], [`Transport`]. They
//! know no event of the answer; they only decide whether there is one.

use super::super::fault::{Complaint, Words, clean, out_of_credit};
use super::frame::{Framer, MOST_EVENT};
use super::{Settings, Shared};
use crate::prompt::{Chunk, Fault, FaultKind};
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use futures::future::{BoxFuture, FutureExt};
use futures::{Stream, StreamExt, stream};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Body, Client, Response};
use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc::UnboundedSender;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer, Service, ServiceExt};

/// The most bytes of an error answer that are read.
const MOST_COMPLAINT: usize = 64 << 10;
/// The longest wait between two tries where the server does not say.
const MOST_BACKOFF: Duration = Duration::from_secs(8);

/// What the transport finds out while the client's own stream knows nothing of it.
#[derive(Default)]
pub(super) struct Side {
    /// Why the bytes ended, unless they were simply over.
    pub(super) verdict: Option<Fault>,
    pub(super) done: bool,
    pub(super) mangled: bool,
}

pub(super) type SideRef = Arc<Mutex<Side>>;

/// Looks at the side, also after a panic elsewhere.
pub(super) fn with_side<T>(side: &SideRef, look: impl FnOnce(&mut Side) -> T) -> T {
    look(&mut side.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A fault on the way to an answer, and whether trying again may help.
pub(super) struct Trouble {
    fault: Fault,
    again: Again,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    No,
    Soon,
    /// The server says when.
    After(Duration),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self { fault, again: Again::No }
    }
}

impl From<Trouble> for OpenAIError {
    fn from(trouble: Trouble) -> Self {
        Self::Boxed(Box::new(trouble.fault))
    }
}

/// The stack for one request. `body` replaces what the client made; `None` sends no body.
pub(super) fn stack(
    shared: &Arc<Shared>,
    http: Client,
    body: Option<String>,
    notes: UnboundedSender<Chunk>,
    side: SideRef,
) -> Retry<
    impl Service<HttpRequestFactory, Response = Response, Error = Trouble, Future: Send>
    + Clone
    + Send
    + Sync
    + 'static,
> {
    let transport = Transport { shared: Arc::clone(shared), http, body, side };
    let timed = HeaderTimeout { inner: transport, shared: Arc::clone(shared) };
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&shared.open));
    Retry { inner: limit.layer(timed), shared: Arc::clone(shared), notes }
}

/// Tries again where that may help, and says so before each wait.
#[derive(Clone)]
pub(super) struct Retry<S> {
    inner: S,
    shared: Arc<Shared>,
    notes: UnboundedSender<Chunk>,
}

impl<S> Service<HttpRequestFactory> for Retry<S>
where
    S: Service<HttpRequestFactory, Response = Response, Error = Trouble> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Trouble;
    type Future = BoxFuture<'static, Result<Response, Trouble>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Trouble>> {
        // Each try waits for the inner service itself, so that no place is held while waiting.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let mut inner = self.inner.clone();
        let shared = Arc::clone(&self.shared);
        let notes = self.notes.clone();
        async move {
            let settings = &shared.settings;
            let mut waited = Duration::ZERO;
            let mut attempt = 1u32;
            // Ends with the tries that the settings allow.
            loop {
                let ready = inner.ready().await?;
                let mut trouble = match ready.call(request.clone()).await {
                    Ok(response) => return Ok(response),
                    Err(trouble) => trouble,
                };
                if trouble.again == Again::No {
                    return Err(trouble);
                }
                if attempt > settings.max_retries {
                    if attempt > 1 {
                        trouble.fault.advice =
                            format!("Tried {attempt} times. {}", trouble.fault.advice);
                    }
                    return Err(trouble);
                }
                let wait = wait(trouble.again, attempt, settings);
                if waited.saturating_add(wait) > settings.max_wait {
                    trouble.fault.advice = format!(
                        "The provider asks to wait {}. {}",
                        in_words(wait),
                        trouble.fault.advice
                    );
                    return Err(trouble);
                }
                // Nobody listens any more when the question was cancelled.
                let _ = notes.send(Chunk::Retrying {
                    attempt,
                    wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                    why: trouble.fault.what,
                });
                tokio::time::sleep(wait).await;
                waited += wait;
                attempt += 1;
            }
        }
        .boxed()
    }
}

fn wait(again: Again, attempt: u32, settings: &Settings) -> Duration {
    match again {
        Again::After(wait) => wait,
        _ => settings.retry_base.saturating_mul(2u32.saturating_pow(attempt - 1)).min(MOST_BACKOFF),
    }
}

fn in_words(wait: Duration) -> String {
    match wait.as_secs() {
        0..=119 => format!("{} s", wait.as_secs()),
        seconds @ 120..=7199 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3600)),
    }
}

/// Gives up when an answer does not begin in time.
#[derive(Clone)]
struct HeaderTimeout<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> Service<HttpRequestFactory> for HeaderTimeout<S>
where
    S: Service<HttpRequestFactory, Response = Response, Error = Trouble>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Trouble;
    type Future = BoxFuture<'static, Result<Response, Trouble>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Trouble>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let call = self.inner.call(request);
        let shared = Arc::clone(&self.shared);
        async move {
            let limit = shared.settings.header_timeout;
            match tokio::time::timeout(limit, call).await {
                Ok(result) => result,
                Err(_) => Err(shared.words.stalled(limit).into()),
            }
        }
        .boxed()
    }
}

impl Words {
    fn stalled(&self, limit: Duration) -> Fault {
        let what = format!("{} sent nothing for {:.1} s.", self.name, limit.as_secs_f32());
        self.fault(FaultKind::Stalled, &what.replace(".0 s", " s"), None)
    }
}

/// Sends the exact bytes, and sorts what comes back.
#[derive(Clone)]
struct Transport {
    shared: Arc<Shared>,
    http: Client,
    body: Option<String>,
    side: SideRef,
}

impl Service<HttpRequestFactory> for Transport {
    type Response = Response;
    type Error = Trouble;
    type Future = BoxFuture<'static, Result<Response, Trouble>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Trouble>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, factory: HttpRequestFactory) -> Self::Future {
        self.clone().send(factory).boxed()
    }
}

impl Transport {
    async fn send(self, factory: HttpRequestFactory) -> Result<Response, Trouble> {
        let words = &self.shared.words;
        let mut request = factory.build().await.map_err(|why| {
            words.fault(FaultKind::Unreachable, &format!("The request can't be made: {why}"), None)
        })?;
        headers(&self.shared, request.headers_mut())?;
        // Also takes away the lone `?` of the client.
        request.url_mut().set_query(self.shared.endpoint.query.as_deref());
        let streams = self.body.is_some();
        if let Some(body) = self.body {
            *request.body_mut() = Some(body.into());
        }
        let response = self.http.execute(request).await.map_err(|why| unreachable(words, &why))?;
        let status = response.status();
        if status.is_success() {
            let body = if streams {
                Body::wrap_stream(guarded(&self.shared, self.side, response))
            } else {
                Body::wrap_stream(bounded(&self.shared, self.side, response))
            };
            return Ok(http::Response::new(body).into());
        }
        if status.is_redirection() {
            let target = response.headers().get(header::LOCATION);
            let target = target.and_then(|value| value.to_str().ok()).unwrap_or("elsewhere");
            let what = format!("The address redirects to {target}.");
            let mut fault = words.fault(FaultKind::NotFound, &what, Some(status.as_u16()));
            fault.advice = "If you trust that address, set it as the provider's address.".into();
            return Err(fault.into());
        }
        let asked = retry_after(response.headers(), SystemTime::now());
        let status = status.as_u16();
        let complaint = Complaint::from_body(&beginning(response).await);
        let fault = words.complaint(Some(status), &complaint);
        let helps = match fault.kind {
            FaultKind::Limit => status == 429 && !out_of_credit(&complaint),
            FaultKind::Server => !matches!(status, 501 | 505),
            _ => status == 408,
        };
        let again = match asked {
            _ if !helps => Again::No,
            Some(wait) => Again::After(wait),
            None => Again::Soon,
        };
        Err(Trouble { fault, again })
    }
}

/// Puts in the key and the extra headers.
fn headers(shared: &Shared, headers: &mut HeaderMap) -> Result<(), Fault> {
    let words = &shared.words;
    // The client's own, made from a key that it was not given.
    headers.remove(header::AUTHORIZATION);
    if let Some(key) = &shared.settings.key {
        let sound = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
        let value = HeaderValue::from_str(&format!("Bearer {key}")).ok().filter(|_| sound);
        let Some(mut value) = value else {
            return Err(words.fault(
                FaultKind::Key,
                if key.is_empty() {
                    "The key is empty."
                } else {
                    "The key holds a space, a line break or another character that no key has. Nothing was sent."
                },
                None,
            ));
        };
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    for (name, value) in &shared.settings.headers {
        let pair = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
        let (Ok(name), Ok(mut value)) = pair else {
            let what = format!("The extra header “{name}” can't be sent. Nothing was sent.");
            return Err(words.fault(FaultKind::Refused, &what, None));
        };
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(())
}

/// A request that got no answer at all.
fn unreachable(words: &Words, why: &reqwest::Error) -> Trouble {
    let chain = chain(why);
    let lower = chain.to_ascii_lowercase();
    let address = &words.address;
    if !why.is_connect() {
        if why.is_timeout() {
            let what = format!("{address} does not answer: {chain}");
            return words.fault(FaultKind::Unreachable, &what, None).into();
        }
        let what = format!("The connection to {address} broke before an answer: {chain}");
        return words.fault(FaultKind::Broken, &what, None).into();
    }
    if ["certificate", "tls", "corrupt message", "handshake"]
        .iter()
        .any(|word| lower.contains(word))
    {
        let what = format!("No secure connection to {address}: {chain}");
        let mut fault = words.fault(FaultKind::Unreachable, &what, None);
        fault.advice = if lower.contains("corrupt message") {
            "The server does not speak TLS: try the address with http://.".into()
        } else {
            "Check the address; if a proxy or your own server needs its own certificate, set `ca_file`."
                .into()
        };
        return fault.into();
    }
    let what = format!("Nobody answers at {address}: {chain}");
    Trouble { fault: words.fault(FaultKind::Unreachable, &what, None), again: Again::Soon }
}

/// The causes of an error, the outermost (which repeats the address) left out where there are
/// others.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause = error.source();
    // Real chains have five links.
    for _ in 0..16 {
        let Some(at) = cause else { break };
        let text = at.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        cause = at.source();
    }
    if parts.is_empty() { error.to_string() } else { parts.join(": ") }
}

/// The first bytes of an error answer, as many as come in reasonable number and time.
async fn beginning(response: Response) -> Vec<u8> {
    let mut bytes = response.bytes_stream();
    let mut out = Vec::new();
    let read = async {
        while let Some(Ok(part)) = bytes.next().await {
            out.extend_from_slice(&part);
            if out.len() >= MOST_COMPLAINT {
                break;
            }
        }
    };
    // The status is known: words that don't come are done without.
    let _ = tokio::time::timeout(Duration::from_secs(5), read).await;
    out.truncate(MOST_COMPLAINT);
    out
}

/// The events of an answer. Ends at the first fault, which is then on the side.
fn guarded(
    shared: &Arc<Shared>,
    side: SideRef,
    response: Response,
) -> impl Stream<Item = io::Result<String>> + Send + 'static {
    let words = shared.words.clone();
    let stall = shared.settings.stall;
    let first = stall.max(shared.settings.header_timeout);
    let framer = Framer::new(words.clone());
    let bytes = response.bytes_stream().boxed();
    stream::unfold(Some((bytes, framer, first)), move |state| {
        let side = Arc::clone(&side);
        let words = words.clone();
        async move {
            let (mut bytes, mut framer, mut limit) = state?;
            // Ends with the bytes, which are bounded by the framer.
            loop {
                let next = tokio::time::timeout(limit, bytes.next()).await;
                let (framed, over) = match next {
                    Ok(Some(Ok(part))) => (framer.push(&part), false),
                    Ok(None) => (framer.finish(), true),
                    Ok(Some(Err(why))) => (Err(broken(&words, &why)), true),
                    Err(_) => (Err(words.stalled(limit)), true),
                };
                limit = stall;
                let events = with_side(&side, |side| {
                    side.done |= framer.notes.done;
                    side.mangled |= framer.notes.mangled;
                    framed.map_err(|fault| side.verdict = Some(fault)).ok()
                })?;
                if over {
                    return (!events.is_empty()).then_some((Ok(events), None));
                }
                if !events.is_empty() {
                    return Some((Ok(events), Some((bytes, framer, stall))));
                }
            }
        }
    })
}

/// The bytes of an answer that is no stream: bounded in size, and in time between two parts.
fn bounded(
    shared: &Arc<Shared>,
    side: SideRef,
    response: Response,
) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    let shared = Arc::clone(shared);
    let bytes = response.bytes_stream().boxed();
    stream::unfold((bytes, 0usize, false), move |(mut bytes, mut total, over)| {
        let (shared, side) = (Arc::clone(&shared), Arc::clone(&side));
        async move {
            if over {
                return None;
            }
            let limit = shared.settings.stall;
            let fault = match tokio::time::timeout(limit, bytes.next()).await {
                Ok(None) => return None,
                Ok(Some(Ok(part))) => {
                    total += part.len();
                    if total <= MOST_EVENT {
                        return Some((Ok(part.to_vec()), (bytes, total, false)));
                    }
                    let what = "The answer is larger than 16 MB.";
                    shared.words.fault(FaultKind::Garbage, what, None)
                }
                Ok(Some(Err(why))) => broken(&shared.words, &why),
                Err(_) => shared.words.stalled(limit),
            };
            let why = io::Error::other(fault.what.clone());
            with_side(&side, |side| side.verdict = Some(fault));
            Some((Err(why), (bytes, total, true)))
        }
    })
}

fn broken(words: &Words, why: &reqwest::Error) -> Fault {
    let what = format!("The connection to {} broke in the middle: {}", words.address, chain(why));
    words.fault(FaultKind::Broken, &what, None)
}

/// How long the server asks to wait: milliseconds, seconds, or a date, which is compared with the
/// server's own clock where it tells it.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let number = |text: &str| {
        text.parse::<f64>().ok().and_then(|number| Duration::try_from_secs_f64(number).ok())
    };
    if let Some(wait) = text("retry-after-ms").and_then(number) {
        return Some(wait / 1000);
    }
    let asked = text("retry-after")?;
    if let Some(wait) = number(asked) {
        return Some(wait);
    }
    let until = http_date(asked)?;
    let now = text("date")
        .and_then(http_date)
        .or_else(|| now.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs()))?;
    Some(Duration::from_secs(until.saturating_sub(now)))
}

/// Seconds since 1970 of a date as in `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let day: i64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let names =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = names.iter().position(|name| *name == month)? as i64 + 1;
    let year: i64 = words.next()?.parse().ok().filter(|year| (1970..10_000).contains(year))?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    // Days since 1970, counting years from March so that the leap day is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    u64::try_from(days * 86_400 + hour * 3600 + minute * 60 + second).ok()
}

/// An error of the client's as a fault.
pub(super) fn fault_of(words: &Words, side: &SideRef, error: OpenAIError) -> Fault {
    if let Some(fault) = with_side(side, |side| side.verdict.take()) {
        return fault;
    }
    match error {
        OpenAIError::Boxed(inner) => match inner.downcast::<Fault>() {
            Ok(fault) => *fault,
            Err(other) => words.fault(FaultKind::Garbage, &other.to_string(), None),
        },
        OpenAIError::JSONDeserialize(_, text) => {
            let complaint = Complaint::from_body(text.as_bytes());
            let what = format!("The answer makes no sense: {}", clean(&complaint.message, 200));
            words.fault(FaultKind::Garbage, &what, None)
        }
        OpenAIError::Reqwest(why) => broken(words, &why),
        other => words.fault(FaultKind::Garbage, &other.to_string(), None),
    }
}
