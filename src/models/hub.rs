//! A model hub as a source: one file over HTTPS, continued where an earlier try ended.
//!
//! Asks for the hub's documented address of a file, `/{repo}/resolve/{revision}/{file}`. The
//! library for hubs, `hf-hub` 1.0, was read and left: it writes a download over what an earlier one
//! left instead of going on there, and can't be had without the client of the hub's own storage,
//! some eighty crates.
//!
//! Sends no key and reads no environment, the variables for proxies and certificates excepted,
//! which `reqwest` looks up itself.

use super::child::{TICK, pause};
use super::error::{FetchError, ShelfError, full};
use super::part::length;
use super::progress::{Aside, Meter, Step};
use super::shelf::hash_file;
use crate::base::{causes, is_loopback};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, RANGE};
use reqwest::{Certificate, Client, Response, StatusCode, Url, redirect};
use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The hub that is asked where nobody named another.
const ADDRESS: &str = "https://huggingface.co";
/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(15);
/// How long nothing may come before a connection counts as broken.
const SILENCE: Duration = Duration::from_secs(30);
/// How many tries in a row may bring nothing new.
const TRIES: u32 = 4;

/// How a model hub is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hub {
    /// The base address, without the path of a file.
    pub address: String,
    /// A file with further certificates to trust (PEM).
    pub ca_file: Option<PathBuf>,
    /// The wait before the first new try after a connection broke; it doubles each time.
    pub rest: Duration,
}

impl Default for Hub {
    fn default() -> Self {
        Self { address: ADDRESS.into(), ca_file: None, rest: Duration::from_secs(1) }
    }
}

impl Hub {
    /// The address without what is secret in it.
    pub fn shown(&self) -> String {
        let url = Url::parse(self.address.trim()).ok().filter(Url::has_host);
        let Some(mut url) = url else { return "an address that is none".into() };
        let _ = (url.set_username(""), url.set_password(None));
        url.set_query(None);
        url.set_fragment(None);
        url.as_str().trim_end_matches('/').to_owned()
    }
}

/// What is downloaded.
pub struct Wanted {
    pub repo: &'static str,
    pub revision: &'static str,
    pub file: &'static str,
    /// Size in bytes.
    pub bytes: u64,
    /// In lowercase hexadecimal.
    pub sha256: &'static str,
    /// Where a person finds the file otherwise.
    pub page: &'static str,
}

/// Downloads into `part`, going on with what is there; it is whole and has the right checksum then.
/// What came before a failure stays there for the next try, if it may be a part of the file.
pub fn download(
    hub: &Hub,
    wanted: &Wanted,
    part: &Path,
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
) -> Result<(), FetchError> {
    let settings = |said: String| FetchError::HubSettings { said };
    let url = address_of(hub, wanted).map_err(settings)?;
    meter.begin_at(Step::Download, wanted.bytes, length(part).min(wanted.bytes));
    let client = client(hub, &url).map_err(settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| settings(format!("{why}.")))?;
    let mut download = Download { hub, wanted, url, client, part, meter, cancel };
    let done = download.run(&runtime);
    // A name that is still being looked up is not waited for.
    runtime.shutdown_background();
    done
}

/// The address of the file.
fn address_of(hub: &Hub, wanted: &Wanted) -> Result<Url, String> {
    let base = hub.address.trim().trim_end_matches('/');
    let bad = || format!("HF_ENDPOINT ({}) must be http://host or https://host.", hub.shown());
    let url = format!("{base}/{}/resolve/{}/{}", wanted.repo, wanted.revision, wanted.file);
    let url = Url::parse(&url).map_err(|_| bad())?;
    let good = matches!(url.scheme(), "http" | "https") && url.has_host();
    if good { Ok(url) } else { Err(bad()) }
}

fn client(hub: &Hub, url: &Url) -> Result<Client, String> {
    let mut builder = Client::builder()
        .connect_timeout(CONNECT)
        // A hub keeps its files elsewhere. Wherever they come from, the checksum decides.
        .redirect(redirect::Policy::limited(10))
        .referer(false)
        .user_agent(concat!("cowrite/", env!("CARGO_PKG_VERSION")));
    if url.host_str().is_some_and(is_loopback) {
        builder = builder.no_proxy();
    }
    if let Some(file) = &hub.ca_file {
        let shown = file.display();
        let pem = fs::read(file)
            .map_err(|why| format!("the certificates in {shown} can't be read: {why}."))?;
        let certificates = Certificate::from_pem_bundle(&pem)
            .ok()
            .filter(|list| !list.is_empty())
            .ok_or_else(|| format!("{shown} holds no certificate in PEM form."))?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder
        .build()
        .map_err(|why| format!("secure connections could not be set up: {}.", causes(&why)))
}

/// Why one request did not bring the rest of the file.
enum Trouble {
    /// The next request may go on.
    Broke(String),
    /// No other request helps.
    Final(FetchError),
}

impl From<FetchError> for Trouble {
    fn from(why: FetchError) -> Self {
        Self::Final(why)
    }
}

impl From<ShelfError> for Trouble {
    fn from(why: ShelfError) -> Self {
        Self::Final(why.into())
    }
}

struct Download<'a, 'm> {
    hub: &'a Hub,
    wanted: &'a Wanted,
    url: Url,
    client: Client,
    part: &'a Path,
    meter: &'a mut Meter<'m>,
    cancel: &'a AtomicBool,
}

impl Download<'_, '_> {
    fn run(&mut self, runtime: &tokio::runtime::Runtime) -> Result<(), FetchError> {
        let total = self.wanted.bytes;
        let mut old = length(self.part) > 0;
        if length(self.part) > total {
            self.discard(Aside::Damaged)?;
            old = false;
        } else if old {
            self.meter.aside(Aside::Continues);
        }
        let (mut best, mut idle) = (length(self.part), 0);
        let start = best;
        // Ends after some tries that brought nothing new; each other one brings the end nearer.
        loop {
            let from = length(self.part);
            if from < total {
                match runtime.block_on(self.bring(from)) {
                    Ok(()) => {}
                    Err(Trouble::Final(why)) => return Err(why),
                    Err(Trouble::Broke(said)) => {
                        let now = length(self.part);
                        idle = if now > best { 1 } else { idle + 1 };
                        best = best.max(now);
                        // Somewhere nobody ever answered that is known now.
                        if idle >= TRIES || best == start && now == from {
                            return Err(self.unreached(said));
                        }
                        self.meter.aside(Aside::Broke);
                        self.rest(idle)?;
                        continue;
                    }
                }
            }
            let hashed = hash_file(self.part, self.meter, self.cancel);
            let (got, _) = hashed.map_err(|why| match why {
                ShelfError::Cancelled => self.cancelled(),
                other => other.into(),
            })?;
            if got == self.wanted.sha256 {
                return Ok(());
            }
            if !old {
                self.remove()?;
                let wanted = self.wanted.sha256.into();
                return Err(FetchError::Checksum { what: "The model", wanted, got });
            }
            old = false;
            (best, idle) = (0, 0);
            self.discard(Aside::Damaged)?;
        }
    }

    /// Waits before a new try, not longer than until a stop.
    fn rest(&self, idle: u32) -> Result<(), FetchError> {
        let ticks = (self.hub.rest * 2u32.pow(idle.saturating_sub(1))).as_millis()
            / TICK.as_millis().max(1);
        for _ in 0..ticks {
            if self.cancel.load(Ordering::SeqCst) {
                break;
            }
            pause();
        }
        if self.cancel.load(Ordering::SeqCst) { Err(self.cancelled()) } else { Ok(()) }
    }

    fn cancelled(&self) -> FetchError {
        FetchError::Cancelled { kept: length(self.part) }
    }

    fn unreached(&self, said: String) -> FetchError {
        FetchError::HubUnreached { address: self.hub.shown(), said, kept: length(self.part) }
    }

    /// Throws away what came, and says so.
    fn discard(&mut self, aside: Aside) -> Result<(), FetchError> {
        self.remove()?;
        self.meter.aside(aside);
        self.meter.begin(Step::Download, self.wanted.bytes);
        Ok(())
    }

    fn remove(&self) -> Result<(), FetchError> {
        match fs::remove_file(self.part) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
                Err(ShelfError::io("Removing", self.part)(why).into())
            }
            _ => Ok(()),
        }
    }

    /// One request for everything behind `from`.
    async fn bring(&mut self, from: u64) -> Result<(), Trouble> {
        let mut request = self.client.get(self.url.clone()).header(ACCEPT_ENCODING, "identity");
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let response = self.bounded(request.send(), from).await?.map_err(|why| said(&why))?;
        let from = self.begins(&response, from)?;
        self.meter.begin_at(Step::Download, self.wanted.bytes, from);
        self.write(response, from).await
    }

    /// Where in the file an answer begins; what is wrong with one that is not for us.
    fn begins(&mut self, response: &Response, from: u64) -> Result<u64, Trouble> {
        let status = response.status();
        let (repo, file) = (self.wanted.repo, self.wanted.file);
        match status {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT => {}
            StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => {
                self.discard(Aside::Damaged)?;
                return Err(Trouble::Broke("it has nothing behind what was kept.".into()));
            }
            StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::GONE => {
                return Err(Trouble::Final(FetchError::NotAtHub {
                    address: self.hub.shown(),
                    what: format!("{file} of {repo}"),
                    status: status.as_u16(),
                    page: self.wanted.page,
                }));
            }
            StatusCode::NETWORK_AUTHENTICATION_REQUIRED => return Err(FetchError::WebPage.into()),
            _ => return Err(self.unreached(format!("it answered {status}.")).into()),
        }
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.trim_start().starts_with("text/html")) {
            return Err(FetchError::WebPage.into());
        }
        let (begin, whole) = if status == StatusCode::PARTIAL_CONTENT {
            range(response.headers()).unwrap_or((u64::MAX, None))
        } else {
            (0, response.content_length())
        };
        if let Some(whole) = whole.filter(|whole| *whole != self.wanted.bytes) {
            let said = format!("{file} has {whole} bytes there instead of {}", self.wanted.bytes);
            return Err(FetchError::OtherAtHub { address: self.hub.shown(), said }.into());
        }
        if begin == from {
            return Ok(begin);
        }
        self.discard(Aside::Anew)?;
        if begin == 0 {
            return Ok(0);
        }
        Err(Trouble::Broke("it sent another part of the file than was asked for.".into()))
    }

    /// Puts what comes behind `from`, until the file is whole.
    async fn write(&mut self, mut response: Response, from: u64) -> Result<(), Trouble> {
        let part = self.part;
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let mut file = options.open(part).map_err(ShelfError::io("Opening", part))?;
        file.set_len(from).map_err(ShelfError::io("Writing", part))?;
        file.seek(SeekFrom::Start(from)).map_err(ShelfError::io("Writing", part))?;
        let mut bytes = from;
        // Ends with the answer, which has no more than the bytes that were expected.
        loop {
            let piece = self.bounded(response.chunk(), bytes).await?.map_err(|why| said(&why))?;
            let Some(piece) = piece else { break };
            if bytes == 0 && piece.trim_ascii_start().starts_with(b"<") {
                return Err(FetchError::WebPage.into());
            }
            bytes += piece.len() as u64;
            if bytes > self.wanted.bytes {
                self.remove()?;
                let said = format!("it has more than {} bytes", self.wanted.bytes);
                return Err(FetchError::OtherAtHub { address: self.hub.shown(), said }.into());
            }
            self.put(&mut file, &piece)?;
            self.meter.at(bytes);
        }
        if bytes < self.wanted.bytes {
            return Err(Trouble::Broke(format!("it ended after {bytes} bytes.")));
        }
        file.sync_all().map_err(ShelfError::io("Writing", part))?;
        Ok(())
    }

    fn put(&self, file: &mut File, piece: &[u8]) -> Result<(), Trouble> {
        file.write_all(piece).map_err(|why| {
            if full(&why) {
                // It would keep the disk full.
                let _ = fs::remove_file(self.part);
                let dir = self.part.to_owned();
                return FetchError::DiskFull { dir, needed: self.wanted.bytes }.into();
            }
            Trouble::from(ShelfError::io("Writing", self.part)(why))
        })
    }

    /// Waits for something of the network: until a stop, and not for ever. So many bytes are here.
    async fn bounded<T>(
        &mut self,
        wait: impl Future<Output = T>,
        bytes: u64,
    ) -> Result<T, Trouble> {
        let mut wait = pin!(wait);
        let ticks = SILENCE.as_millis() / TICK.as_millis().max(1);
        for _ in 0..ticks {
            if self.cancel.load(Ordering::SeqCst) {
                return Err(self.cancelled().into());
            }
            if let Ok(done) = tokio::time::timeout(TICK, &mut wait).await {
                return Ok(done);
            }
            self.meter.at(bytes);
        }
        Err(Trouble::Broke(format!("it said nothing for {} s.", SILENCE.as_secs())))
    }
}

/// What the network did, in words that end with a stop.
fn said(why: &reqwest::Error) -> Trouble {
    let words = causes(why);
    Trouble::Broke(format!("{}.", words.trim_end_matches('.')))
}

/// `bytes 7-99/100`: where it begins, and how long the whole is.
fn range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (part, whole) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (begin, _) = part.split_once('-')?;
    Some((begin.trim().parse().ok()?, whole.trim().parse().ok()))
}

#[test]
fn ranges_are_read() {
    let check = |text: &'static str, wanted: Option<(u64, Option<u64>)>| {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_RANGE, reqwest::header::HeaderValue::from_static(text));
        assert_eq!(range(&headers), wanted, "{text}");
    };
    check("bytes 7-99/100", Some((7, Some(100))));
    check("bytes 7-99/*", Some((7, None)));
    check("bytes */100", None);
    check("7-99/100", None);
}

#[test]
fn an_address_is_shown_without_its_password() {
    let hub = |address: &str| Hub { address: address.into(), ..Hub::default() };
    assert_eq!(hub("https://ada:sesame@hub.example/x/?key=1").shown(), "https://hub.example/x");
    assert_eq!(hub("nonsense").shown(), "an address that is none");
}
