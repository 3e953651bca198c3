//! Times as HL7 v2 and C-CDA write them: `20260105`, `202601050715-0500`, `20260105071509.250+0000`; and as senders write them who know ISO
//! 8601 better: `2026-01-05 07:15`, `2026-01-05T07:15:09-05:00`, `20260105T0715`.

use crate::chart::{Instant, NotATime};
use crate::error::Trouble;

/// The instant that digits stand for. Nothing, and `""` (HL7's "delete this"), are no time and no fault; zeros are no day of any calendar.
pub(crate) fn read(words: &str) -> Result<Option<Instant>, NotATime> {
    let words = words.trim();
    if words.is_empty() || words == "\"\"" {
        return Ok(None);
    }
    if words.bytes().all(|b| b == b'0') {
        return Err(NotATime::Day);
    }
    if let Some(day) = words.get(..10).filter(|day| is_iso_day(day)) {
        let clock = words.get(10..).unwrap_or_default().trim_start_matches([' ', 'T', 't']).trim();
        let apart = words.get(10..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', 'T', 't']));
        return match (apart, clock.is_empty()) {
            (false, _) => Err(NotATime::Form),
            (true, true) => Instant::read(day).map(Some),
            (true, false) => Instant::read(&format!("{day}T{}", clock.replace(' ', ""))).map(Some),
        };
    }
    let joined;
    let words = match words.split_once(['T', 't']).filter(|(day, _)| day.len() == 8) {
        Some((day, clock)) => {
            joined = format!("{day}{clock}");
            joined.as_str()
        }
        None => words,
    };
    let (clock, offset) = match words.find(['+', '-', 'Z', 'z']) {
        Some(at) => words.split_at(at),
        None => (words, ""),
    };
    let (digits, fraction) = clock.split_once('.').map_or((clock, ""), |(digits, fraction)| (digits, fraction));
    if !digits.is_ascii() || !digits.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return Err(NotATime::Form);
    }
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    // What stands behind a sign is an offset from UTC, or the time is written in no way that is known: it would be cut to the year.
    let hours = offset.get(1..).unwrap_or_default().replace(':', "");
    if !matches!(offset, "" | "Z" | "z") && (offset.len() > 6 || hours.is_empty() || !hours.bytes().all(|b| b.is_ascii_digit())) {
        return Err(NotATime::Form);
    }
    let date = match digits.len() {
        4 => return Instant::read(digits).map(Some),
        6 => return Instant::read(&format!("{}-{}", part(0, 4), part(4, 6))).map(Some),
        8 => return Instant::read(&format!("{}-{}-{}", part(0, 4), part(4, 6), part(6, 8))).map(Some),
        10 | 12 | 14 => format!("{}-{}-{}", part(0, 4), part(4, 6), part(6, 8)),
        _ => return Err(NotATime::Form),
    };
    let minute = if digits.len() >= 12 { part(10, 12) } else { "00" };
    let second = if digits.len() == 14 { format!(":{}", part(12, 14)) } else { String::new() };
    Instant::read(&format!("{date}T{}:{minute}{second}{offset}", part(8, 10))).map(Some)
}

/// `2026-01-05`.
fn is_iso_day(words: &str) -> bool {
    words.bytes().enumerate().all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() })
}

/// The instant in a field of this name; one that cannot be is told, and counts as not given.
pub(crate) fn told(words: &str, field: &str, notices: &mut Vec<Trouble>) -> Option<Instant> {
    match read(words) {
        Ok(instant) => instant,
        Err(no) => {
            let why = if no == NotATime::Form { "it is not written as HL7 writes times" } else { no.why() };
            notices.push(
                Trouble::input(format!("the time in {field} cannot be read and counts as not given"))
                    .why(why)
                    .hint("have it corrected, as in 20260228 or 20260228071500-0500, and import again"),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_times_with_the_precision_they_state() {
        for (words, iso) in [
            ("2026", "2026"),
            ("202601", "2026-01"),
            ("20260105", "2026-01-05"),
            ("2026010507", "2026-01-05T07:00"),
            ("202601050715", "2026-01-05T07:15"),
            ("202601050715-0500", "2026-01-05T07:15-05:00"),
            ("20260105071509.2500+0000", "2026-01-05T07:15:09Z"),
        ] {
            assert_eq!(read(words).unwrap().unwrap().to_string(), iso);
        }
        for nothing in ["", "  ", "\"\""] {
            assert_eq!(read(nothing), Ok(None));
        }
    }

    #[test]
    fn a_time_in_the_form_of_iso_8601_was_cut_to_its_year_in_silence() {
        for (words, iso) in [
            ("2026-01-05 08:30", "2026-01-05T08:30"),
            ("2026-01-06T10:15:00-05:00", "2026-01-06T10:15:00-05:00"),
            ("2026-01-06T10:15:00.000Z", "2026-01-06T10:15:00Z"),
            ("2026-01-06 10:15:00 -05:00", "2026-01-06T10:15:00-05:00"),
            ("1950-01-02", "1950-01-02"),
            ("20260106T1015", "2026-01-06T10:15"),
            ("20260106T101500-0500", "2026-01-06T10:15:00-05:00"),
        ] {
            assert_eq!(read(words).unwrap().unwrap().to_string(), iso, "{words}");
        }
        for words in ["2026-01-05x", "2026-1-5", "2026-01-05-08:30", "2026-01 05", "2026-abcd"] {
            assert!(read(words).is_err(), "{words}");
        }
    }

    #[test]
    fn a_day_that_is_none_is_told_without_repeating_it() {
        for (words, why) in [
            ("20260230", NotATime::Day),
            ("00000101", NotATime::Day),
            ("0000", NotATime::Day),
            ("00000000000000", NotATime::Day),
            ("2026010525", NotATime::Clock),
            ("202601051", NotATime::Form),
            ("Jan 5", NotATime::Form),
            ("2026é1", NotATime::Form),
            ("202601050715+99", NotATime::Offset),
        ] {
            assert_eq!(read(words), Err(why), "{words}");
        }
        let mut notices = Vec::new();
        assert_eq!(told("20260230", "PID-7", &mut notices), None);
        assert!(notices[0].what.contains("PID-7") && !notices[0].to_string().contains("0230"));
    }
}
