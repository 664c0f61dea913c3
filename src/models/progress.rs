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
}

impl<'a> Meter<'a> {
    pub fn new(tell: &'a mut dyn FnMut(Progress)) -> Self {
        Self { tell, step: Step::Wait, total: 0, seen: VecDeque::new(), told: None }
    }

    /// Begins a step.
    pub fn begin(&mut self, step: Step, total: u64) {
        (self.step, self.total, self.told) = (step, total, None);
        self.seen.clear();
        self.at(0);
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
        (self.tell)(Progress { step: self.step, bytes, total: self.total, speed, left });
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
        let progress = Progress { step: Step::Check, bytes, total, speed: None, left: None };
        assert_eq!(progress.percent(), wanted, "{bytes} of {total}");
    };
    check(0, 0, 0);
    check(999, 1000, 99);
    check(2000, 1000, 100);
    check(u64::MAX, u64::MAX, 100);
}
