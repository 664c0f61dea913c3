//! A scripted OpenAI-compatible server on loopback that can misbehave in every way a real one does.
//!
//! Plain threads and its own small HTTP/1.1, so that tests with and without an async runtime, and
//! benches, can use it. Each request gets the next reply of the script; a reply is a list of steps.
//! Nothing here sleeps: steps wait for gates, for the client, or for a deadline that ends early
//! when the server is dropped. Every wait and every loop is bounded.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The longest that anything waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most bytes of a file that are written at once.
const PIECE: usize = 64 << 10;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Lets a reply go on when the test says so.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<usize>, Condvar)>);

impl Gate {
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets one more step pass.
    pub fn open(&self) {
        *lock(&self.0.0) += 1;
        self.0.1.notify_all();
    }

    /// Waits for a pass; false when none came in time.
    fn wait(&self) -> bool {
        let passes = lock(&self.0.0);
        let waited = self.0.1.wait_timeout_while(passes, PATIENCE, |passes| *passes == 0);
        let (mut passes, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return false;
        }
        *passes -= 1;
        true
    }
}

/// One thing a reply does.
#[derive(Clone)]
pub enum Step {
    /// Writes these bytes at once, as one HTTP chunk where the reply is chunked.
    Write(Vec<u8>),
    /// Waits until the test opens the gate.
    Gate(Gate),
    /// Sends so many chunks of text at a rate, the n-th being `w<n> `.
    Rate { tokens: usize, per_second: f64 },
    /// Says nothing until the client goes away.
    Stall,
    /// Resets the connection. What the client has not read by then is lost to it.
    Reset,
    /// Closes the connection without ending the reply.
    Cut,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    Chunked,
    /// The end of the connection is the end of the reply.
    Close,
    /// No head: the steps write raw bytes.
    Bare,
}

/// What a request gets.
#[derive(Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    framing: Framing,
    /// Whether the connection may be used again.
    keep: bool,
    steps: Vec<Step>,
}

impl Reply {
    /// A stream of events with these steps.
    pub fn events(steps: Vec<Step>) -> Self {
        let headers = vec![("content-type".into(), "text/event-stream".into())];
        Self { status: 200, headers, framing: Framing::Chunked, keep: false, steps }
    }

    /// A whole good answer, one chunk a piece, with counts of tokens at the end.
    pub fn text(pieces: &[&str]) -> Self {
        let mut steps: Vec<Step> = pieces.iter().map(|piece| delta(piece)).collect();
        steps.extend(ending(pieces.len()));
        Self::events(steps)
    }

    /// `tokens` chunks of text at a rate, then the end.
    pub fn rate(tokens: usize, per_second: f64) -> Self {
        let mut steps = vec![Step::Rate { tokens, per_second }];
        steps.extend(ending(tokens));
        Self::events(steps)
    }

    /// A body with a status, of type JSON.
    pub fn status(status: u16, body: &str) -> Self {
        let headers = vec![("content-type".into(), "application/json".into())];
        let steps = vec![Step::Write(body.into())];
        Self { status, headers, framing: Framing::Chunked, keep: false, steps }
    }

    /// Accepts the connection and does not even send headers.
    pub fn silent() -> Self {
        Self::bare(vec![Step::Stall])
    }

    /// A file with its length, or the part of it that a request asks for if `ranges` are known.
    pub fn file(whole: &[u8], request: &Request, ranges: bool) -> Self {
        let asked = request.header("range").filter(|_| ranges);
        let from =
            asked.and_then(|text| text.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
        let from: usize = from.unwrap_or(0);
        let kind = ("content-type".into(), "application/octet-stream".into());
        if from >= whole.len() {
            let headers = vec![("content-range".into(), format!("bytes */{}", whole.len()))];
            return Self {
                status: 416,
                headers,
                framing: Framing::Close,
                keep: false,
                steps: vec![],
            };
        }
        let length = ("content-length".into(), (whole.len() - from).to_string());
        let mut headers = vec![kind, length];
        if asked.is_some() {
            let part = format!("bytes {from}-{}/{}", whole.len() - 1, whole.len());
            headers.push(("content-range".into(), part));
        }
        let status = if asked.is_some() { 206 } else { 200 };
        let steps = whole[from..].chunks(PIECE).map(|piece| Step::Write(piece.into())).collect();
        Self { status, headers, framing: Framing::Close, keep: false, steps }
    }

    /// Only so many bytes, and then something else.
    pub fn only(mut self, bytes: usize, then: Step) -> Self {
        let mut left = bytes;
        for step in &mut self.steps {
            if let Step::Write(piece) = step {
                piece.truncate(left);
                left -= piece.len();
            }
        }
        self.steps.push(then);
        self
    }

    /// Waits for a gate before the first byte behind the head.
    pub fn hold(&mut self, gate: Gate) {
        self.steps.insert(0, Step::Gate(gate));
    }

    /// Raw bytes instead of HTTP.
    pub fn bare(steps: Vec<Step>) -> Self {
        Self { status: 200, headers: Vec::new(), framing: Framing::Bare, keep: false, steps }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Lets the client use the connection again.
    pub fn keeping(mut self) -> Self {
        self.keep = true;
        self
    }

    /// Never ends.
    pub fn stalling(mut self) -> Self {
        self.steps.push(Step::Stall);
        self
    }

    /// Ends by closing the connection instead of by an end of chunks.
    pub fn closing(mut self) -> Self {
        self.framing = Framing::Close;
        self
    }

    /// Writes every byte on its own.
    pub fn split(mut self) -> Self {
        let split = self.steps.into_iter().flat_map(|step| match step {
            Step::Write(bytes) => bytes.into_iter().map(|byte| Step::Write(vec![byte])).collect(),
            other => vec![other],
        });
        self.steps = split.collect();
        self
    }

    /// Line ends become CRLF.
    pub fn crlf(mut self) -> Self {
        for step in &mut self.steps {
            if let Step::Write(bytes) = step {
                *bytes = String::from_utf8_lossy(bytes).replace('\n', "\r\n").into_bytes();
            }
        }
        self
    }
}

/// The bytes of one event.
pub fn data(json: &str) -> Step {
    Step::Write(format!("data: {json}\n\n").into_bytes())
}

/// A chunk of text as OpenAI sends it.
pub fn delta(text: &str) -> Step {
    data(&format!(
        r#"{{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"test","choices":[{{"index":0,"delta":{{"content":{}}},"finish_reason":null}}]}}"#,
        serde_json::Value::from(text)
    ))
}

/// The chunk that says why the answer ended.
pub fn finish(reason: &str) -> Step {
    data(&format!(
        r#"{{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"test","choices":[{{"index":0,"delta":{{}},"finish_reason":{}}}]}}"#,
        serde_json::Value::from(reason)
    ))
}

/// The chunk with the counts of tokens.
pub fn usage(input: u64, output: u64) -> Step {
    data(&format!(
        r#"{{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"test","choices":[],"usage":{{"prompt_tokens":{input},"completion_tokens":{output},"total_tokens":{}}}}}"#,
        input + output
    ))
}

/// The end of a good answer.
pub fn ending(tokens: usize) -> Vec<Step> {
    vec![finish("stop"), usage(7, tokens as u64), data("[DONE]")]
}

/// Which request gets which reply.
#[derive(Clone)]
pub struct Script {
    next: usize,
    replies: Vec<Reply>,
    keyed: Vec<(String, Reply)>,
    models: Reply,
    get: Option<Answering>,
}

/// What a request for something that is not a question gets.
type Answering = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

impl Script {
    /// The n-th question gets the n-th reply, and further ones the last.
    pub fn new(replies: Vec<Reply>) -> Self {
        let models = r#"{"object":"list","data":[{"id":"test","object":"model","created":1,"owned_by":"tests"}]}"#;
        Self { next: 0, replies, keyed: Vec::new(), models: Reply::status(200, models), get: None }
    }

    /// Questions with `word` in their body get `reply`, whenever they come.
    pub fn when(mut self, word: &str, reply: Reply) -> Self {
        self.keyed.push((word.into(), reply));
        self
    }

    /// What the list of models is answered with.
    pub fn models(mut self, reply: Reply) -> Self {
        self.models = reply;
        self
    }

    /// A server of files: what each request gets.
    pub fn files(get: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self { get: Some(Arc::new(get)), ..Self::new(Vec::new()) }
    }

    fn reply(&mut self, request: &Request) -> Reply {
        if request.method == "GET" {
            if let Some(get) = &self.get {
                return get(request);
            }
            return self.models.clone();
        }
        if let Some((_, reply)) = self.keyed.iter().find(|(word, _)| request.body.contains(word)) {
            return reply.clone();
        }
        let at = self.next.min(self.replies.len().saturating_sub(1));
        self.next += 1;
        let none = || Reply::status(500, r#"{"error":{"message":"the script is empty"}}"#);
        self.replies.get(at).cloned().unwrap_or_else(none)
    }
}

impl From<Vec<Reply>> for Script {
    fn from(replies: Vec<Reply>) -> Self {
        Self::new(replies)
    }
}

impl From<Reply> for Script {
    fn from(reply: Reply) -> Self {
        Self::new(vec![reply])
    }
}

#[derive(Default)]
struct Log {
    requests: Vec<Request>,
    connections: usize,
    /// How often a client went away before its reply was over.
    gone: usize,
    over: bool,
}

struct Shared {
    script: Mutex<Script>,
    log: Mutex<Log>,
    /// Rings at every change of the log.
    bell: Condvar,
}

/// A connection, over TCP or a socket of this machine.
trait Socket: Read + Write + Send {
    fn set_timeout(&self, limit: Duration);
    /// Closes with a reset where the kind of connection knows one.
    fn reset(self: Box<Self>);
}

impl Socket for TcpStream {
    fn set_timeout(&self, limit: Duration) {
        let _ = self.set_read_timeout(Some(limit));
        let _ = self.set_write_timeout(Some(PATIENCE));
    }

    /// The standard library can't ask for a reset, tokio can.
    fn reset(self: Box<Self>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        let Ok(runtime) = runtime else { return };
        let _inside = runtime.enter();
        if self.set_nonblocking(true).is_ok()
            && let Ok(socket) = tokio::net::TcpStream::from_std(*self)
        {
            let _ = socket.set_zero_linger();
        }
    }
}

#[cfg(unix)]
impl Socket for std::os::unix::net::UnixStream {
    fn set_timeout(&self, limit: Duration) {
        let _ = self.set_read_timeout(Some(limit));
        let _ = self.set_write_timeout(Some(PATIENCE));
    }

    fn reset(self: Box<Self>) {}
}

/// A running server; dropping it stops it.
pub struct Server {
    /// Where it listens; port 0 for a socket of this machine.
    pub addr: SocketAddr,
    shared: Arc<Shared>,
    wake: Box<dyn Fn() -> bool + Send + Sync>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts on a free port of 127.0.0.1.
    pub fn start(script: impl Into<Script>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let accept = move || {
            let (socket, _) = listener.accept().ok()?;
            let _ = socket.set_nodelay(true);
            Some(Box::new(socket) as Box<dyn Socket>)
        };
        let wake = move || TcpStream::connect(addr).is_ok();
        Self::run(script.into(), addr, accept, Box::new(wake))
    }

    /// Starts on a socket file.
    #[cfg(unix)]
    pub fn start_unix(script: impl Into<Script>, path: &std::path::Path) -> Self {
        use std::os::unix::net::{UnixListener, UnixStream};
        let listener = UnixListener::bind(path).expect("a socket");
        let accept = move || Some(Box::new(listener.accept().ok()?.0) as Box<dyn Socket>);
        let path = path.to_owned();
        let wake = move || UnixStream::connect(&path).is_ok();
        Self::run(script.into(), (Ipv4Addr::LOCALHOST, 0).into(), accept, Box::new(wake))
    }

    fn run(
        script: Script,
        addr: SocketAddr,
        accept: impl Fn() -> Option<Box<dyn Socket>> + Send + 'static,
        wake: Box<dyn Fn() -> bool + Send + Sync>,
    ) -> Self {
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            log: Mutex::default(),
            bell: Condvar::new(),
        });
        let accepting = {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                // Ends with the server, which connects once to say so.
                while let Some(socket) = accept() {
                    let mut log = lock(&shared.log);
                    if log.over {
                        break;
                    }
                    log.connections += 1;
                    drop(log);
                    let shared = Arc::clone(&shared);
                    std::thread::spawn(move || serve(socket, &shared));
                }
            })
        };
        Self { addr, shared, wake, accepting: Some(accepting) }
    }

    /// The base address for a client.
    pub fn base(&self) -> String {
        format!("http://{}/v1", self.addr)
    }

    /// The address without a path.
    pub fn root(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The requests so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.log).requests.clone()
    }

    /// How many connections there were so far.
    pub fn connections(&self) -> usize {
        lock(&self.shared.log).connections
    }

    /// Waits until `count` clients went away before their reply was over; false when they did not
    /// within `limit`.
    pub fn wait_gone(&self, count: usize, limit: Duration) -> bool {
        self.wait(limit, |log| log.gone >= count)
    }

    /// Waits until `count` requests came.
    pub fn wait_requests(&self, count: usize, limit: Duration) -> bool {
        self.wait(limit, |log| log.requests.len() >= count)
    }

    fn wait(&self, limit: Duration, reached: impl Fn(&Log) -> bool) -> bool {
        let log = lock(&self.shared.log);
        let waited = self.shared.bell.wait_timeout_while(log, limit, |log| !reached(log));
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        lock(&self.shared.log).over = true;
        self.shared.bell.notify_all();
        let woken = (self.wake)();
        if let Some(accepting) = self.accepting.take()
            && woken
        {
            let _ = accepting.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut socket: Box<dyn Socket>, shared: &Shared) {
    // As many as any test asks over one connection.
    for _ in 0..1000 {
        socket.set_timeout(PATIENCE);
        let Some(request) = read_request(&mut socket) else {
            let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
            return;
        };
        let reply = lock(&shared.script).reply(&request);
        lock(&shared.log).requests.push(request);
        shared.bell.notify_all();
        match answer(socket, shared, &reply) {
            End::Whole(again) if reply.keep => socket = again,
            End::Whole(_) | End::Broken => return,
            End::Gone => {
                lock(&shared.log).gone += 1;
                shared.bell.notify_all();
                return;
            }
        }
    }
}

/// How a reply ended.
enum End {
    /// To its end.
    Whole(Box<dyn Socket>),
    /// By the script.
    Broken,
    /// The client went away first.
    Gone,
}

fn read_request(socket: &mut Box<dyn Socket>) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut part = [0u8; 8192];
    // Bounded by the sizes below.
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        let count = socket.read(&mut part).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        // Too long for a head, or the first byte of TLS.
        if bytes.len() > 64 << 10 || bytes[0] == 0x16 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    if length > 64 << 20 {
        return None;
    }
    let mut body = bytes.split_off(head_end + 4);
    while body.len() < length {
        let count = socket.read(&mut part).ok().filter(|count| *count > 0)?;
        body.extend_from_slice(&part[..count]);
    }
    Some(Request { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

fn answer(mut socket: Box<dyn Socket>, shared: &Shared, reply: &Reply) -> End {
    if reply.framing != Framing::Bare {
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", reply.status);
        if !reply.keep {
            head.push_str("connection: close\r\n");
        }
        for (name, value) in &reply.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if reply.framing == Framing::Chunked {
            head.push_str("transfer-encoding: chunked\r\n");
        }
        head.push_str("\r\n");
        if socket.write_all(head.as_bytes()).is_err() {
            return End::Gone;
        }
    }
    let chunked = reply.framing == Framing::Chunked;
    let write = |socket: &mut Box<dyn Socket>, bytes: &[u8]| {
        if chunked {
            let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
            chunk.extend_from_slice(bytes);
            chunk.extend_from_slice(b"\r\n");
            socket.write_all(&chunk).is_ok()
        } else {
            socket.write_all(bytes).is_ok()
        }
    };
    for step in &reply.steps {
        let there = match step {
            Step::Write(bytes) => bytes.is_empty() || write(&mut socket, bytes),
            Step::Gate(gate) => gate.wait(),
            Step::Rate { tokens, per_second } => {
                let start = Instant::now();
                (0..*tokens).all(|at| {
                    let due = start + Duration::from_secs_f64(at as f64 / per_second);
                    let Step::Write(bytes) = delta(&format!("w{at} ")) else { return false };
                    until(shared, due) && write(&mut socket, &bytes)
                })
            }
            Step::Stall => {
                wait_for_end(&mut socket, shared);
                false
            }
            Step::Reset => {
                socket.reset();
                return End::Broken;
            }
            Step::Cut => return End::Broken,
        };
        if !there {
            return End::Gone;
        }
    }
    if chunked && socket.write_all(b"0\r\n\r\n").is_err() {
        return End::Gone;
    }
    End::Whole(socket)
}

/// Waits for a moment; false when the server is stopped before.
fn until(shared: &Shared, due: Instant) -> bool {
    let left = due.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return true;
    }
    let log = lock(&shared.log);
    let waited = shared.bell.wait_timeout_while(log, left.min(PATIENCE), |log| !log.over);
    !waited.unwrap_or_else(PoisonError::into_inner).0.over
}

/// Reads until the client closes, the server stops, or patience ends.
fn wait_for_end(socket: &mut Box<dyn Socket>, shared: &Shared) {
    let end = Instant::now() + PATIENCE;
    socket.set_timeout(Duration::from_millis(50));
    let mut part = [0u8; 1024];
    while Instant::now() < end && !lock(&shared.log).over {
        match socket.read(&mut part) {
            Ok(0) => return,
            Ok(_) => {}
            Err(why) if matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return,
        }
    }
}
