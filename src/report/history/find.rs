//! Which point somebody means: a number, an event, a name, a time.

use crate::base::Millis;
use crate::base::when::{day_begins, minute};
use crate::session::{Moment, Point, Session};

/// What is understood, for messages.
pub const ACCEPTED: &str = "a number of the list, the beginning of an event's id (4 digits or \
more), a checkpoint's name, “20 minutes ago” or 20m, 14:03, 2026-11-29, or 2026-11-29 14:03 (UTC)";

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;

/// The point that a text names.
///
/// # Errors
/// Why there is none, and what is understood.
pub fn find<'a>(
    session: &Session,
    points: &'a [Point],
    text: &str,
    now: Millis,
) -> Result<&'a Point, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("Say which point: {ACCEPTED}."));
    }
    let at = |moment: &Moment| points.iter().find(|point| point.moment == *moment);
    let mut named = session.checkpoints().rev();
    if let Some((moment, _)) = named.find(|(_, checkpoint)| checkpoint.name == text)
        && let Some(point) = at(moment)
    {
        return Ok(point);
    }
    let number = text.parse::<usize>().ok().filter(|_| text.len() <= 9);
    if let Some(point) = number.and_then(|number| points.get(number.checked_sub(1)?)) {
        return Ok(point);
    }
    if let Some(time) = time(text, now) {
        return before(points, time);
    }
    let small = text.to_lowercase();
    if small.len() >= 4 && small.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let begins = |point: &&Point| point.moment.1.to_string().starts_with(&small);
        let mut all = points.iter().filter(begins);
        match (all.next(), all.next()) {
            (Some(point), None) => return Ok(point),
            (Some(_), Some(_)) => {
                return Err(format!("Several events begin with {text}: give more of it."));
            }
            (None, _) => {}
        }
    }
    if number.is_some() {
        return Err(format!(
            "There is no number {text}: the list goes from 1 to {}.",
            points.len()
        ));
    }
    let like = |name: &str| name.to_lowercase().starts_with(&small);
    let alike: Vec<_> =
        session.checkpoints().filter(|(_, checkpoint)| like(&checkpoint.name)).collect();
    match alike.as_slice() {
        [(moment, _)] => at(moment).ok_or_else(|| format!("{text:?} is not in the list.")),
        [] => Err(format!("{text:?} is no point that is known. Understood is {ACCEPTED}.")),
        several => Err(format!(
            "{} checkpoints begin with {text:?}: give more of the name.",
            several.len()
        )),
    }
}

/// The last point in order of display that had happened by then.
fn before(points: &[Point], time: Millis) -> Result<&Point, String> {
    let found = points.iter().rev().find(|point| point.at <= time);
    found.ok_or_else(|| match points.first() {
        Some(first) => {
            format!("The session begins at {} UTC, after {} UTC.", minute(first.at), minute(time))
        }
        None => "Nothing has happened in this session yet.".into(),
    })
}

/// A time that a text names. Days and minutes stand for their ends.
fn time(text: &str, now: Millis) -> Option<Millis> {
    if let Some(length) = length(text) {
        return Some(Millis(now.0.checked_sub(length)?));
    }
    let (day, clock) = match text.split_once([' ', 'T']) {
        Some((day, clock)) => (day, Some(clock.trim().trim_end_matches('Z'))),
        None if text.contains(':') => return Some(Millis(now.0 / DAY * DAY + clock_time(text)?)),
        None => (text, None),
    };
    let begins = day_begins(day)?;
    match clock {
        Some(clock) => Some(Millis(begins.0 + clock_time(clock)?)),
        None => Some(Millis(begins.0 + DAY - 1)),
    }
}

/// `14:03` or `14:03:20` as milliseconds of the day, the last of that minute or second.
fn clock_time(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |index: usize, below: u64| {
        let part: &str = parts.get(index)?;
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|one| one.is_ascii_digit());
        part.parse::<u64>().ok().filter(|number| digits && *number < below)
    };
    let minutes = number(0, 24)? * 60 + number(1, 60)?;
    match parts.len() {
        2 => Some(minutes * MINUTE + MINUTE - 1),
        3 => Some(minutes * MINUTE + number(2, 60)? * 1_000 + 999),
        _ => None,
    }
}

/// `20 minutes ago`, `20 min`, `20m`, `1h 30m` in milliseconds.
fn length(text: &str) -> Option<u64> {
    let text = text.to_lowercase();
    let text = text.strip_suffix("ago").unwrap_or(&text).trim();
    let mut rest = text;
    let mut sum = 0u64;
    while !rest.is_empty() {
        let digits = rest.find(|one: char| !one.is_ascii_digit())?;
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?.trim_start();
        let end = rest.find(|one: char| !one.is_alphabetic()).unwrap_or(rest.len());
        let unit = match rest.get(..end)? {
            "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
            "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
            "h" | "hour" | "hours" => 60 * MINUTE,
            "d" | "day" | "days" => DAY,
            "w" | "week" | "weeks" => 7 * DAY,
            _ => return None,
        };
        sum = sum.checked_add(number.checked_mul(unit)?)?;
        rest = rest.get(end..)?.trim_start_matches([' ', ',']);
    }
    (!text.is_empty()).then_some(sum)
}

/// How long ago something was, in words; nothing more exact than is of use.
pub fn moment_words(at: Millis, now: Millis) -> String {
    let minutes = now.since(at) / MINUTE;
    let plural = |count: u64, what: &str| match count {
        1 => format!("1 {what} ago"),
        count => format!("{count} {what}s ago"),
    };
    match minutes {
        0 => "just now".into(),
        1..60 => plural(minutes, "minute"),
        60..1_440 => plural(minutes / 60, "hour"),
        _ => plural(minutes / 1_440, "day"),
    }
}

#[test]
fn times_are_read() {
    let now = Millis(1_764_424_980_000); // 2025-11-29 14:03
    let check = |text: &str, wanted: Option<&str>| {
        let found = time(text, now).map(crate::base::when::second);
        assert_eq!(found.as_deref(), wanted, "{text}");
    };
    check("20 minutes ago", Some("2025-11-29T13:43:00Z"));
    check("20m", Some("2025-11-29T13:43:00Z"));
    check("1h 30 min", Some("2025-11-29T12:33:00Z"));
    check("2 days ago", Some("2025-11-27T14:03:00Z"));
    check("9:05", Some("2025-11-29T09:05:59Z"));
    check("9:05:07", Some("2025-11-29T09:05:07Z"));
    check("2024-02-29", Some("2024-02-29T23:59:59Z"));
    check("2024-02-29 00:00", Some("2024-02-29T00:00:59Z"));
    check("2024-02-29T00:00:10Z", Some("2024-02-29T00:00:10Z"));
    for wrong in ["", "ago", "20", "m", "20 moons", "24:00", "9:5x", "2024-13-01", "soon", "-1m"] {
        check(wrong, None);
    }
    assert_eq!(moment_words(Millis(now.0 - 125 * MINUTE), now), "2 hours ago");
}
