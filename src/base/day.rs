//! Days of the calendar as `YYYY-MM-DD`. UTC, as the log has no zone. Knows no clock: what day it is
//! is told.

use super::Millis;

/// The day of a time.
pub fn day(at: Millis) -> String {
    // Days are counted in eras of 400 years that begin with a March, so that the leap day is a
    // year's last.
    let days = at.0 / 86_400_000 + 719_468;
    let (era, rest) = (days / 146_097, days % 146_097);
    let year = (rest - rest / 1_460 + rest / 36_524 - rest / 146_096) / 365;
    let of_year = rest - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// When a day of the calendar begins.
pub fn begins(text: &str) -> Option<Millis> {
    if !is_day(text) {
        return None;
    }
    let mut numbers = text.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, of_month) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let year = if month <= 2 { year - 1 } else { year };
    let (era, rest) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + of_month - 1;
    let days = era * 146_097 + rest * 365 + rest / 4 - rest / 100 + of_year - 719_468;
    let begins = Millis(u64::try_from(days).ok()?.checked_mul(86_400_000)?);
    // A thirty-first that its month does not have is none.
    (day(begins) == text).then_some(begins)
}

/// Whether a text is a day: four, two and two digits, the month up to 12, the day up to 31. Two of
/// them are in the order of their texts.
pub fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |index: usize, len: usize, max: u32| {
        parts.get(index).is_some_and(|part: &&str| {
            let digits = part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
            digits && part.parse::<u32>().is_ok_and(|number| (1..=max).contains(&number))
        })
    };
    parts.len() == 3 && number(0, 4, 9999) && number(1, 2, 12) && number(2, 2, 31)
}
