//! Times in words. UTC, as the log has no zone.

use super::Millis;
pub use super::day;
pub use super::day_begins;

/// `2026-11-24 09:05`.
pub fn minute(at: Millis) -> String {
    let minutes = at.0 / 60_000;
    format!("{} {:02}:{:02}", day(at), minutes / 60 % 24, minutes % 60)
}

/// `2026-11-24T09:05:00Z`, as RFC 3339 spells it.
pub fn second(at: Millis) -> String {
    let seconds = at.0 / 1000;
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!("{}T{hours:02}:{minutes:02}:{:02}Z", day(at), seconds % 60)
}

/// Reads a time as RFC 3339 and its relatives spell it: `2025-06-02T18:46:59.937Z`, with a blank for
/// the `T`, with an offset from UTC, without seconds. Without an offset it is UTC.
pub fn instant(text: &str) -> Option<Millis> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    if !super::is_day(date) {
        return None;
    }
    let number = |text: &str| -> Option<i64> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits)
    };
    let (year, month, day) = (number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?);
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let end = rest.find(['Z', 'z', '+', '-', ' ']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(end);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let mut next = |most: i64| -> Option<Option<i64>> {
        let Some(part) = parts.next() else { return Some(None) };
        let value = number(part).filter(|value| part.len() == 2 && *value <= most)?;
        Some(Some(value))
    };
    // A leap second is the next one.
    let (hours, minutes, seconds) = (next(24)??, next(59)??, next(60)?.unwrap_or(0));
    if parts.next().is_some() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let millis = format!("{fraction:0<3}").get(..3).and_then(number)?;
    let offset = match zone.trim() {
        "" | "Z" | "z" | "UTC" => 0,
        zone => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let plain: String =
                zone.strip_prefix(['+', '-'])?.chars().filter(|one| *one != ':').collect();
            let (hours, minutes) = plain.split_at_checked(2)?;
            let minutes = if minutes.is_empty() { 0 } else { number(minutes)? };
            sign * (number(hours)? * 60 + minutes)
        }
    };
    let days = days(year, month, day);
    let minutes = (days * 24 + hours) * 60 + minutes - offset;
    u64::try_from((minutes * 60 + seconds) * 1000 + millis).ok().map(Millis)
}

/// Days from the epoch to a day of the calendar: years begin with a March, so that the leap day is
/// the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[test]
fn times_are_read_as_they_are_spelled() {
    let check = |text: &str, wanted: Option<u64>| {
        assert_eq!(instant(text), wanted.map(Millis), "{text:?}");
    };
    check("1970-01-01T00:00:00Z", Some(0));
    check("2000-02-29 00:00", Some(951_782_400_000));
    check("2024-02-29T23:59:59.9999Z", Some(1_709_251_199_999));
    check("2025-06-02T18:46:59.9+02:00", Some(1_748_882_819_900));
    check("2025-06-02T18:46:59-0330", Some(1_748_902_619_000));
    check("2023-07-14T01:02:03.456789+00:00", Some(1_689_296_523_456));
    check(" 2024-05-03 14:22:11 ", Some(1_714_746_131_000));
    for bad in [
        "",
        "x",
        "2024-05-03",
        "2024-13-03T00:00Z",
        "2024-05-03T",
        "2024-05-03T1:00",
        "1900-01-01T00:00Z",
        "2024-05-03T00:00:00:00",
        "2024-05-03T00:61",
        "2024-05-03T00:00:00.x",
        "2024-05-03T00:00+x",
        "2024-05-03T00:00:00 née",
        "ééééééééé",
    ] {
        check(bad, None);
    }
    // What is written is read, over five centuries.
    for at in (0..15_000_000_000_000).step_by(86_399_999_983) {
        let at = Millis(at / 1000 * 1000);
        assert_eq!(instant(&second(at)), Some(at));
    }
}

#[test]
fn days_are_those_of_the_calendar() {
    let check = |seconds: u64, wanted: &str| assert_eq!(minute(Millis(seconds * 1000)), wanted);
    check(0, "1970-01-01 00:00");
    check(951_782_400, "2000-02-29 00:00");
    check(1_709_251_199, "2024-02-29 23:59");
    check(4_102_444_800, "2100-01-01 00:00");
    assert_eq!(second(Millis(951_868_799_999)), "2000-02-29T23:59:59Z");
}
