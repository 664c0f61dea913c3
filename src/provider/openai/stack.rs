//! The tower services under `async-openai`'s client.
//!
//! Outermost first: [`Retry`], a limit of open requests, [`HeaderTimeout`], [`Transport`]. They
//! know no event of the answer; they only decide whether there is one.

use super::super::fault::{Complaint, Words, out_of_credit};
use super::Shared;
use super::guard::{SideRef, bounded, broken, guarded, with_side};
use super::retry::{Again, Retry, Trouble, retry_after};
use crate::base::causes;
use crate::prompt::{Chunk, Fault, FaultKind};
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Body, Client, Response};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc::UnboundedSender;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer, Service};

/// The most bytes of an error answer that are read.
const MOST_COMPLAINT: usize = 64 << 10;

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
    let once = body.is_none();
    let transport = Transport { shared: Arc::clone(shared), http, body, side };
    let timed = HeaderTimeout { inner: transport, shared: Arc::clone(shared) };
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&shared.open));
    // Who looks for models waits a second: what is wrong is said at once.
    Retry::new(limit.layer(timed), Arc::clone(shared), notes, once)
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
        let response = self
            .http
            .execute(request)
            .await
            .map_err(|why| unreachable(words, &why, !self.shared.endpoint.local))?;
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
        #[allow(clippy::disallowed_methods, reason = "a server names a time of day to ask again")]
        let now = SystemTime::now();
        let asked = retry_after(response.headers(), now);
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
fn unreachable(words: &Words, why: &reqwest::Error, through_proxy: bool) -> Trouble {
    let chain = causes(why);
    let lower = chain.to_ascii_lowercase();
    let address = &words.address;
    if !why.is_connect() {
        if why.is_timeout() {
            let what = format!("{address} does not answer: {chain}");
            return words.fault(FaultKind::Unreachable, &what, None).into();
        }
        let what = format!("The connection to {address} broke before an answer: {chain}");
        let fault = words.fault(FaultKind::Broken, &what, None);
        // Mostly a connection that was used before and that the server has just given up.
        let gone = ["before message completed", "reset by peer", "broken pipe"];
        let again =
            if gone.iter().any(|word| lower.contains(word)) { Again::Soon } else { Again::No };
        return Trouble { fault, again };
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
            "Check the address; where a proxy or your own server has its own certificate, set SSL_CERT_FILE or the provider's `ca_file`."
                .into()
        };
        return fault.into();
    }
    let what = format!("Nobody answers at {address}: {chain}");
    let mut fault = words.fault(FaultKind::Unreachable, &what, None);
    // A proxy that takes the connection and leads nowhere looks like a server that does.
    if lower.contains("tunnel") || lower.contains("proxy") || (why.is_timeout() && through_proxy) {
        fault.advice = "Check the proxy that HTTPS_PROXY, ALL_PROXY or the provider's `proxy` names, and the network."
            .into();
    }
    Trouble { fault, again: Again::Soon }
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
            let what = format!("The answer makes no sense: {}", complaint.message);
            words.fault(FaultKind::Garbage, &what, None)
        }
        OpenAIError::Reqwest(why) => broken(words, &why),
        other => words.fault(FaultKind::Garbage, &other.to_string(), None),
    }
}
