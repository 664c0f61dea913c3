//! The body of an answer on its way to the client: framed, bounded in size, watched for stalls.
//!
//! The client's own stream takes what comes here as good; what was wrong stands on the [`Side`].

use super::super::fault::Words;
use super::Shared;
use super::frame::{Framer, MOST_EVENT};
use crate::base::causes;
use crate::prompt::{Fault, FaultKind};
use futures::{Stream, StreamExt, stream};
use reqwest::Response;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a server may take to end the body of an answer that it said is over.
const FAREWELL: Duration = Duration::from_millis(250);
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

impl Words {
    /// Nothing came for `limit`.
    pub(super) fn stalled(&self, limit: Duration) -> Fault {
        let what = format!("{} sent nothing for {:.1} s.", self.name, limit.as_secs_f32());
        self.fault(FaultKind::Stalled, &what.replace(".0 s", " s"), None)
    }
}

/// The events of an answer. Ends at the first fault, which is then on the side.
pub(super) fn guarded(
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
                if framer.notes.done {
                    // Only the end of the body matters now: with it the connection can be used
                    // again.
                    let rest = async { while let Some(Ok(_)) = bytes.next().await {} };
                    let _ = tokio::time::timeout(FAREWELL, rest).await;
                    let last = framer.finish().unwrap_or_default();
                    return (!last.is_empty()).then_some((Ok(last), None));
                }
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
pub(super) fn bounded(
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

pub(super) fn broken(words: &Words, why: &reqwest::Error) -> Fault {
    let what = format!("The connection to {} broke in the middle: {}", words.address, causes(why));
    words.fault(FaultKind::Broken, &what, None)
}
