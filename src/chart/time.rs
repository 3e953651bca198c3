//! Instants as a sender gave them: UTC for ordering, the offset and the precision for showing.
//!
//! A time that was given as a bare date stays a bare date: `precision` says how much of the instant was stated, and nothing
//! here invents the rest. This module reads no clock.

use jiff::{Timestamp, civil, tz};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// How much of an instant its sender stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Only the year.
    Year,
    /// Year and month.
    Month,
    /// A calendar day.
    Day,
    /// Hour and minute.
    Minute,
    /// Seconds or finer.
    Second,
}

/// Why words are no time. Never holds the words: a date is a patient's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotATime {
    /// It is written in another way.
    Form,
    /// The calendar has no such day.
    Day,
    /// The clock has no such time.
    Clock,
    /// No place on Earth has such an offset.
    Offset,
}

impl NotATime {
    /// The reason, as in a message.
    pub fn why(self) -> &'static str {
        match self {
            Self::Form => "it is not written as ISO 8601",
            Self::Day => "the calendar has no such day",
            Self::Clock => "the clock has no such time",
            Self::Offset => "no place has such an offset from UTC",
        }
    }
}

/// An instant: UTC, the offset that came with it (none when the sender gave none), and its precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instant {
    utc: Timestamp,
    offset_seconds: Option<i32>,
    precision: Precision,
}

impl Instant {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self { utc: Timestamp::UNIX_EPOCH, offset_seconds: Some(0), precision: Precision::Second };

    /// An instant from UTC seconds; `offset_seconds` is the offset to show it in.
    pub fn from_utc_seconds(seconds: i64, offset_seconds: Option<i32>) -> Option<Self> {
        Timestamp::from_second(seconds).ok().map(|utc| Self { utc, offset_seconds, precision: Precision::Second })
    }

    /// Parses ISO 8601 as FHIR writes it (`2026`, `2026-01`, `2026-01-05`, `2026-01-05T07:15`, with seconds, with or without
    /// an offset; a blank may stand for the `T`). A time without an offset is taken as UTC and keeps "no offset given".
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text).ok()
    }

    /// The same, with the reason when it is no time.
    ///
    /// # Errors
    /// When it is written in another way, or names a day, a time of day or an offset that there is not.
    pub fn read(text: &str) -> Result<Self, NotATime> {
        let text = text.trim();
        let (date, time) = match text.split_once(['T', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut parts = date.splitn(3, '-');
        let mut number = |width| match parts.next() {
            None => Ok(None),
            Some(part) => digits(part, width).map(Some).ok_or(NotATime::Form),
        };
        let (year, month, day) = (number(4)?.ok_or(NotATime::Form)?, number(2)?, number(2)?);
        let precision = match (month, day, time) {
            (None, _, None) => Precision::Year,
            (Some(_), None, None) => Precision::Month,
            (Some(_), Some(_), None) => Precision::Day,
            (Some(_), Some(_), Some(t)) if t.matches(':').count() >= 2 && !offset_only_colon(t) => Precision::Second,
            (Some(_), Some(_), Some(_)) => Precision::Minute,
            _ => return Err(NotATime::Form),
        };
        let date = day_of(year, month.unwrap_or(1), day.unwrap_or(1)).ok_or(NotATime::Day)?;
        let (clock, offset_seconds) = match time {
            None => (civil::Time::midnight(), None),
            Some(time) => parse_clock(time)?,
        };
        let offset = tz::Offset::from_seconds(offset_seconds.unwrap_or(0)).map_err(|_| NotATime::Offset)?;
        let utc = offset.to_timestamp(date.to_datetime(clock)).map_err(|_| NotATime::Day)?;
        Ok(Self { utc, offset_seconds, precision })
    }

    /// Seconds since 1970-01-01T00:00:00Z: the order of everything.
    pub fn utc_seconds(&self) -> i64 {
        self.utc.as_second()
    }

    /// The same of the day and the hour as they were written, whatever their offset: what a person means by a date.
    pub fn written_seconds(&self) -> i64 {
        self.utc_seconds() + i64::from(self.offset_seconds.unwrap_or(0))
    }

    /// The offset that came with it, in seconds east of UTC.
    pub fn offset_seconds(&self) -> Option<i32> {
        self.offset_seconds
    }

    /// How much of it was stated.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The calendar day in the sender's own offset.
    pub fn local_date(&self) -> civil::Date {
        self.local().date()
    }

    /// Date and time in the sender's own offset.
    pub fn local(&self) -> civil::DateTime {
        let offset = tz::Offset::from_seconds(self.offset_seconds.unwrap_or(0)).unwrap_or(tz::Offset::UTC);
        offset.to_datetime(self.utc)
    }

    /// The same instant, to be shown by the clock of the place where another one was written down.
    #[must_use]
    pub fn seen_from(&self, place: &Instant) -> Self {
        Self { offset_seconds: place.offset_seconds.or(self.offset_seconds), ..*self }
    }

    /// The same instant, to be shown by a clock so many seconds east of UTC.
    #[must_use]
    pub fn at_offset(&self, seconds: i32) -> Self {
        Self { offset_seconds: Some(seconds), ..*self }
    }

    /// Hours from `earlier` to this instant; negative when it is the earlier one.
    pub fn hours_since(&self, earlier: &Instant) -> f64 {
        (self.utc_seconds() - earlier.utc_seconds()) as f64 / 3600.0
    }

    /// The instant `hours` later, in the same offset; `None` outside the calendar.
    pub fn plus_hours(&self, hours: i64) -> Option<Self> {
        self.plus_seconds(hours.checked_mul(3600)?)
    }

    /// The instant so many hours later, half an hour being 0.5.
    pub fn plus_part_hours(&self, hours: f64) -> Option<Self> {
        self.plus_seconds((hours * 3600.0).round() as i64)
    }

    /// The instant so many seconds later, in the same offset; `None` outside the calendar.
    pub fn plus_seconds(&self, seconds: i64) -> Option<Self> {
        let utc = Timestamp::from_second(self.utc_seconds().checked_add(seconds)?).ok()?;
        Some(Self { utc, ..*self })
    }

    /// `20 Nov 2026 07:15`, or as much of it as was stated: how it reads on a screen.
    pub fn display(&self) -> String {
        let pattern = match self.precision {
            Precision::Year => "%Y",
            Precision::Month => "%b %Y",
            Precision::Day => "%-d %b %Y",
            Precision::Minute | Precision::Second => "%-d %b %Y %H:%M",
        };
        self.local().strftime(pattern).to_string()
    }
}

impl PartialOrd for Instant {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Instant {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.utc, self.precision, self.offset_seconds).cmp(&(other.utc, other.precision, other.offset_seconds))
    }
}

/// ISO 8601 with exactly the precision that was stated; parses back to an equal instant.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local();
        let pattern = match self.precision {
            Precision::Year => return write!(f, "{}", local.strftime("%Y")),
            Precision::Month => return write!(f, "{}", local.strftime("%Y-%m")),
            Precision::Day => return write!(f, "{}", local.strftime("%Y-%m-%d")),
            Precision::Minute => "%Y-%m-%dT%H:%M",
            Precision::Second => "%Y-%m-%dT%H:%M:%S",
        };
        write!(f, "{}", local.strftime(pattern))?;
        match self.offset_seconds {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(seconds) => {
                let sign = if seconds < 0 { '-' } else { '+' };
                let minutes = seconds.abs() / 60;
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an ISO 8601 date or time"))
    }
}

fn digits(text: &str, width: usize) -> Option<u32> {
    (text.len() == width && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn offset_only_colon(time: &str) -> bool {
    let clock = time.split(['+', '-', 'Z', 'z']).next().unwrap_or(time);
    clock.matches(':').count() < 2
}

/// The calendar has no year 0: senders write it for "not known".
fn day_of(year: u32, month: u32, day: u32) -> Option<civil::Date> {
    let (year, month, day) = (year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?);
    civil::Date::new(year, month, day).ok().filter(|_| year > 0)
}

fn parse_clock(text: &str) -> Result<(civil::Time, Option<i32>), NotATime> {
    let (clock, offset) = match text.find(['+', '-', 'Z', 'z']) {
        Some(at) => {
            let (clock, offset) = text.split_at(at);
            (clock, Some(parse_offset(offset)?))
        }
        None => (text, None),
    };
    let mut parts = clock.splitn(3, ':');
    let hour = parts.next().and_then(|h| digits(h, 2)).ok_or(NotATime::Form)?;
    let minute = parts.next().map_or(Some(0), |m| digits(m, 2)).ok_or(NotATime::Form)?;
    let second = parts.next().map_or(Some(0), whole_seconds).ok_or(NotATime::Form)?;
    time_of(hour, minute, second).map(|time| (time, offset)).ok_or(NotATime::Clock)
}

fn time_of(hour: u32, minute: u32, second: u32) -> Option<civil::Time> {
    let second = if second == 60 { 59 } else { second }; // a leap second is not a reason to reject a note
    civil::Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, 0).ok()
}

fn whole_seconds(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole, 2).filter(|_| !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit()))
}

/// FHIR allows offsets to 14 hours, the widest that a place on Earth has.
fn parse_offset(text: &str) -> Result<i32, NotATime> {
    if text.eq_ignore_ascii_case("z") {
        return Ok(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let rest = text.get(1..).unwrap_or_default().replace(':', "");
    let part = |digits_at: Option<&str>| digits_at.and_then(|d| digits(d, 2)).ok_or(NotATime::Form);
    let (hours, minutes) = (part(rest.get(..2))?, part(rest.get(2..).map(|m| if m.is_empty() { "00" } else { m }))?);
    let seconds = i32::try_from(hours * 3600 + minutes * 60).map_err(|_| NotATime::Offset)?;
    if seconds <= 14 * 3600 && minutes < 60 { Ok(sign * seconds) } else { Err(NotATime::Offset) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stated_comes_back_as_it_was_stated() {
        for text in [
            "2026",
            "2026-01",
            "2026-01-05",
            "2026-01-05T07:15",
            "2026-01-05T07:15:09Z",
            "2026-01-05T07:15:09-05:00",
            "2026-01-05T07:15+05:30",
        ] {
            assert_eq!(Instant::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn order_is_by_utc_not_by_the_clock_on_the_wall() {
        let east = Instant::parse("2026-01-05T10:00:00+05:00").unwrap();
        let west = Instant::parse("2026-01-05T09:00:00-05:00").unwrap();
        assert!(east < west);
        assert_eq!(west.hours_since(&east), 9.0);
    }

    #[test]
    fn nonsense_is_no_time() {
        for text in
            ["", "yesterday", "2026-13-01", "2026-02-30", "2026-01-05T25:00", "20260105", "2026-1-5", "T07:15", "2026-01-05T07:15+99:00"]
        {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_that_cannot_be_says_why() {
        for (text, why) in [
            ("20260230", NotATime::Form),
            ("2026-02-30", NotATime::Day),
            ("2026-13-01", NotATime::Day),
            ("0000-01-01", NotATime::Day),
            ("0000", NotATime::Day),
            ("2026-01-05T24:10", NotATime::Clock),
            ("2026-01-05T07:15:61", NotATime::Clock),
            ("2026-01-05T07:15:09.x", NotATime::Form),
            ("2026-01-05T07:15:09+14:30", NotATime::Offset),
            ("2026-01-05T07:15:09+05:75", NotATime::Offset),
            ("2026-01-05T07:15:09+5", NotATime::Form),
        ] {
            assert_eq!(Instant::read(text), Err(why), "{text}");
        }
        assert!(Instant::read("2026-01-05T23:59:60Z").is_ok() && Instant::read("2026-01-05T07:15:09.250+14:00").is_ok());
    }

    #[test]
    fn a_day_is_shown_in_the_senders_own_offset() {
        let late = Instant::parse("2026-01-05T23:30:00-05:00").unwrap();
        assert_eq!(late.display(), "5 Jan 2026 23:30");
        assert_eq!(late.local_date().day(), 5);
    }
}
