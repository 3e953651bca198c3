//! Date ranges of a query: `2026`, `2026-01`, `2026-01-15`, `a..b`, `a..`, `..b`. Days are those of the clock that a note was written by.

/// A year, a month of it, or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
}

/// A range with both ends included; an open end is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateRange {
    pub(crate) from: Option<Span>,
    pub(crate) to: Option<Span>,
}

const DAY: i64 = 86_400;

impl Span {
    fn read(text: &str) -> Option<Span> {
        let mut numbers = text.split(['-', '/']).map(|part| {
            let fits = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            if fits { part.parse::<i64>().ok() } else { None }
        });
        let year = numbers.next()??;
        let month = numbers.next();
        let day = numbers.next();
        if numbers.next().is_some() || text.split(['-', '/']).next()?.len() != 4 || year < 1 {
            return None;
        }
        let month = match month {
            Some(month) => Some(month.filter(|m| (1..=12).contains(m))?),
            None => None,
        };
        let day = match (day, month) {
            (Some(day), Some(month)) => Some(day.filter(|d| (1..=length(year, month)).contains(d))?),
            _ => None,
        };
        Some(Span { year, month, day })
    }

    /// First second of the span.
    fn start(self) -> i64 {
        days(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)) * DAY
    }

    /// First second after the span.
    fn end(self) -> i64 {
        let month = self.month.unwrap_or(12);
        (days(self.year, month, self.day.unwrap_or_else(|| length(self.year, month))) + 1) * DAY
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}", self.year)?;
        for part in [self.month, self.day].into_iter().flatten() {
            write!(f, "-{part:02}")?;
        }
        Ok(())
    }
}

impl DateRange {
    /// Reads a range; the flag says that its ends were turned around.
    pub(crate) fn read(text: &str) -> Option<(DateRange, bool)> {
        let Some((from, to)) = text.split_once("..") else {
            let span = Span::read(text)?;
            return Some((DateRange { from: Some(span), to: Some(span) }, false));
        };
        let end = |side: &str| if side.is_empty() { Some(None) } else { Span::read(side).map(Some) };
        match (end(from)?, end(to)?) {
            (None, None) => None,
            (Some(from), Some(to)) if from.start() > to.start() => Some((DateRange { from: Some(to), to: Some(from) }, true)),
            (from, to) => Some((DateRange { from, to }, false)),
        }
    }

    /// First second inside and first second after, in seconds since 1970 of that clock.
    pub(crate) fn bounds(self) -> (Option<i64>, Option<i64>) {
        (self.from.map(Span::start), self.to.map(Span::end))
    }

    pub(crate) fn holds(self, at: i64) -> bool {
        let (from, to) = self.bounds();
        from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to)
    }
}

impl std::fmt::Display for DateRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from == to => write!(f, "{from}"),
            (from, to) => {
                from.map_or(Ok(()), |s| write!(f, "{s}"))?;
                write!(f, "..")?;
                to.map_or(Ok(()), |s| write!(f, "{s}"))
            }
        }
    }
}

/// Days in a month of the Gregorian calendar.
fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leaps + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// The month of a day since 1970-01-01, as in `date:2026-01`.
pub(crate) fn month(day: i64) -> String {
    // The inverse of `days`: eras of 400 years that begin in March.
    let shifted = day + 719_468;
    let (era, within) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (within - within / 1_460 + within / 36_524 - within / 146_096) / 365;
    let day_of_year = within - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * day_of_year + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_read_and_write() {
        let table = [
            ("2026", "2026", 1_767_225_600, 1_798_761_600),
            ("2026-02", "2026-02", 1_769_904_000, 1_772_323_200),
            ("2024-2-29", "2024-02-29", 1_709_164_800, 1_709_251_200),
            ("1970-01-01", "1970-01-01", 0, 86_400),
            ("2026/01..2026/02", "2026-01..2026-02", 1_767_225_600, 1_772_323_200),
        ];
        for (text, written, from, to) in table {
            let (range, turned) = DateRange::read(text).unwrap();
            assert_eq!((range.to_string().as_str(), range.bounds(), turned), (written, (Some(from), Some(to)), false), "{text}");
        }
        assert_eq!(DateRange::read("..2026-02").unwrap().0.bounds(), (None, Some(1_772_323_200)));
        assert_eq!(DateRange::read("2026..").unwrap().0.bounds(), (Some(1_767_225_600), None));
        assert!(DateRange::read("2026-05..2026-01").unwrap().1);
    }

    #[test]
    fn a_day_is_in_the_month_that_its_range_says() {
        for day in (-800_000..800_000).step_by(13) {
            let (range, _) = DateRange::read(&month(day)).map_or((None, ()), |(r, _)| (Some(r), ()));
            if let Some(range) = range {
                assert!(range.holds(day * DAY) && range.holds(day * DAY + DAY - 1), "{day}");
            }
        }
        assert_eq!((month(0).as_str(), month(20_453).as_str()), ("1970-01", "2025-12"));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in
            ["", "..", "26", "2026-13", "2026-00", "2025-02-29", "2026-04-31", "2026-1-1-1", "0000", "today", "2026-", "2026..x", "12026"]
        {
            assert_eq!(DateRange::read(text), None, "{text}");
        }
    }
}
