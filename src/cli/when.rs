//! Times in words. UTC, as the log has no zone.

use crate::base::Millis;
pub use crate::base::day;

/// `2026-11-24 09:05`.
pub fn minute(at: Millis) -> String {
    let minutes = at.0 / 60_000;
    format!("{} {:02}:{:02}", day(at), minutes / 60 % 24, minutes % 60)
}

#[test]
fn days_are_those_of_the_calendar() {
    let check = |seconds: u64, wanted: &str| assert_eq!(minute(Millis(seconds * 1000)), wanted);
    check(0, "1970-01-01 00:00");
    check(951_782_400, "2000-02-29 00:00");
    check(1_709_251_199, "2024-02-29 23:59");
    check(4_102_444_800, "2100-01-01 00:00");
}
