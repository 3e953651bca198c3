//! Dates as people and spreadsheets write them, into ISO 8601. Which of two numbers is the month is never guessed.

use super::SlashDates;

/// Two-digit years from here on are of the century before (POSIX, `strptime` `%y`).
const PIVOT: u32 = 69;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The instant in the form of ISO 8601; `None` where it is written in no way that is known here, or needs an order that nobody said.
/// `short_years`: whether a year may have two digits.
pub(super) fn iso(words: &str, order: Option<SlashDates>, short_years: bool) -> Option<String> {
    let words = words.trim();
    let (day, clock) = match words.split_once([' ', 'T']) {
        Some((day, clock)) => (day.trim_end_matches(','), clock.trim()),
        None => (words, ""),
    };
    let day = date(day, order, short_years)?;
    if clock.is_empty() { Some(day) } else { Some(format!("{day}T{}", time(clock)?)) }
}

/// Whether it is a date whose order is open: `11/12/2026`.
pub(super) fn needs_order(words: &str) -> bool {
    let day = words.trim().split([' ', 'T', ',']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split('/').collect();
    parts.len() == 3 && parts.iter().all(|part| is_number(part)) && parts.first().is_some_and(|first| first.len() < 4)
}

fn is_number(words: &str) -> bool {
    !words.is_empty() && words.len() <= 4 && words.bytes().all(|b| b.is_ascii_digit())
}

fn date(words: &str, order: Option<SlashDates>, short_years: bool) -> Option<String> {
    if words.len() == 8 && words.bytes().all(|b| b.is_ascii_digit()) {
        return Some(format!("{}-{}-{}", words.get(..4)?, words.get(4..6)?, words.get(6..)?));
    }
    let sign = words.chars().find(|c| !c.is_alphanumeric())?;
    let mut parts = words.split(sign);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    if let Some(month) = month(b) {
        return matches!(sign, '-' | '/').then(|| written(&year(c, short_years)?, &month.to_string(), a)).flatten();
    }
    match (sign, a.len()) {
        ('-' | '/', 4) => written(&year(a, false)?, b, c),
        ('/', _) => match order? {
            SlashDates::MonthFirst => written(&year(c, short_years)?, a, b),
            SlashDates::DayFirst => written(&year(c, short_years)?, b, a),
        },
        _ => None,
    }
}

fn written(year: &str, month: &str, day: &str) -> Option<String> {
    let both = is_number(month) && is_number(day) && month.len() <= 2 && day.len() <= 2;
    both.then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

/// Four digits, or two where that is allowed.
fn year(words: &str, short: bool) -> Option<String> {
    match words.len() {
        4 if is_number(words) => Some(words.to_owned()),
        2 if short => {
            let number: u32 = words.parse().ok()?;
            Some((if number >= PIVOT { 1900 + number } else { 2000 + number }).to_string())
        }
        _ => None,
    }
}

fn month(words: &str) -> Option<usize> {
    let name = words.to_lowercase();
    (words.len() >= 3).then(|| MONTHS.iter().position(|month| name.starts_with(month))).flatten().map(|at| at + 1)
}

/// `13:30`, `0730`, `1:30 PM`, `13:30:05.25 -0500`, `13:30Z`.
fn time(words: &str) -> Option<String> {
    let lower = words.to_lowercase();
    let zone = lower.find(['+', '-', 'z']).unwrap_or(lower.len());
    let (clock, zone) = (lower.get(..zone)?.trim(), lower.get(zone..)?.trim());
    let (clock, half) = [("am", 0), ("a.m.", 0), ("pm", 12), ("p.m.", 12)]
        .into_iter()
        .find_map(|(name, hours)| Some((clock.strip_suffix(name)?.trim_end(), Some(hours))))
        .unwrap_or((clock, None));
    let (hour, rest) = match clock.split_once(':') {
        Some((hour, rest)) => (hour, format!(":{rest}")),
        None if clock.len() == 4 && is_number(clock) => (clock.get(..2)?, format!(":{}", clock.get(2..)?)),
        None if half.is_some() => (clock, ":00".to_owned()),
        None => return None,
    };
    let hour: u32 = Some(hour).filter(|hour| is_number(hour) && hour.len() <= 2)?.parse().ok()?;
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
    };
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let zone = match (zone, digits.len()) {
        ("" | "z", _) => zone.to_uppercase(),
        (_, 4) => format!("{}{}:{}", zone.get(..1)?, digits.get(..2)?, digits.get(2..)?),
        _ => return None,
    };
    Some(format!("{hour:02}{rest}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Instant;

    #[test]
    fn dates_as_american_exports_write_them_counted_as_not_given() {
        let first = Some(SlashDates::MonthFirst);
        for (words, order, expected) in [
            ("12/13/2026 1:30 PM", first, Some("2026-12-13T13:30")),
            ("12/13/2026, 12:05 am", first, Some("2026-12-13T00:05")),
            ("12/13/2026", first, Some("2026-12-13")),
            ("13/12/2026", Some(SlashDates::DayFirst), Some("2026-12-13")),
            ("1/6/2026 0730", first, Some("2026-01-06T07:30")),
            ("12/13/26 13:30", first, Some("2026-12-13T13:30")),
            ("12/13/26 13:30", None, None),
            ("11/12/2026", None, None),
            ("2026-12-13 1:30 PM", None, Some("2026-12-13T13:30")),
            ("20261213", None, Some("2026-12-13")),
            ("13-DEC-2026 13:30", None, Some("2026-12-13T13:30")),
            ("13-December-2026", None, Some("2026-12-13")),
            ("2026/12/13 13:30", None, Some("2026-12-13T13:30")),
            ("2026-12-13 13:30:00 -0500", None, Some("2026-12-13T13:30:00-05:00")),
            ("2026-12-13T13:30:00.5Z", None, Some("2026-12-13T13:30:00.5Z")),
            ("13.12.2026", None, None),
            ("2026-12-13 13 PM", None, None),
            ("tomorrow", None, None),
            ("", None, None),
        ] {
            let read = iso(words, order, true);
            assert_eq!(read.as_deref(), expected, "{words}");
            assert!(read.is_none_or(|iso| Instant::parse(&iso).is_some()), "{words}");
        }
        assert_eq!(iso("12/13/50", first, false), None, "a birth date of two digits is two dates");
        assert_eq!(iso("12/13/98", first, true).as_deref(), Some("1998-12-13"));
        assert!(needs_order("11/12/2026 08:30") && !needs_order("2026/12/11") && !needs_order("1/2"));
    }

    proptest::proptest! {
        #[test]
        fn any_words_are_survived(words in ".{0,30}") {
            let _ = (iso(&words, Some(SlashDates::DayFirst), true), needs_order(&words));
        }
    }
}
