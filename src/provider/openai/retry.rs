//! Trying again where that may help, and saying so before each wait.
//!
//! Knows no event of the answer and not why a try failed, only whether another may succeed.

use super::{Settings, Shared};
use crate::prompt::{Chunk, Fault};
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use futures::future::{BoxFuture, FutureExt};
use reqwest::Response;
use reqwest::header::HeaderMap;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc::UnboundedSender;
use tower::{Service, ServiceExt};

/// The longest wait between two tries where the server does not say.
const MOST_BACKOFF: Duration = Duration::from_secs(8);

/// A fault on the way to an answer, and whether trying again may help.
pub(super) struct Trouble {
    pub(super) fault: Fault,
    pub(super) again: Again,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
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

/// Tries again where that may help, and says so before each wait.
#[derive(Clone)]
pub(super) struct Retry<S> {
    inner: S,
    shared: Arc<Shared>,
    notes: UnboundedSender<Chunk>,
    /// Nothing is tried again.
    once: bool,
}

impl<S> Retry<S> {
    pub(super) fn new(
        inner: S,
        shared: Arc<Shared>,
        notes: UnboundedSender<Chunk>,
        once: bool,
    ) -> Self {
        Self { inner, shared, notes, once }
    }
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
        let once = self.once;
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
                if trouble.again == Again::No || once {
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
