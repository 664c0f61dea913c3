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

#[test]
fn days_are_those_of_the_calendar() {
    let check = |seconds: u64, wanted: &str| assert_eq!(minute(Millis(seconds * 1000)), wanted);
    check(0, "1970-01-01 00:00");
    check(951_782_400, "2000-02-29 00:00");
    check(1_709_251_199, "2024-02-29 23:59");
    check(4_102_444_800, "2100-01-01 00:00");
    assert_eq!(second(Millis(951_868_799_999)), "2000-02-29T23:59:59Z");
}
