//! Dates in a text: found in the ways that people write them, and moved by the same number of days, or cut down to their year.

use jiff::ToSpan;
use jiff::civil::Date;
use regex::{Captures, Regex};
use std::sync::OnceLock;

/// What becomes of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    /// Moved by so many days: intervals and weekdays stay true.
    Moved(i64),
    /// Only their years are left.
    Years,
}

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// A month's name or its short form, as a date has it: with a capital.
const NAME: &str = "(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?|SEPT?(?:EMBER)?|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?)";

/// A way to write a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Iso,
    Compact,
    Slashed,
    DayMonthYear,
    MonthDayYear,
    MonthYear,
    MonthDay,
    DayMonth,
    Short,
    Dashed,
    Glued,
    Roman,
    MonthShortYear,
    Month,
    Holiday,
}

/// Months as some people number them.
const ROMAN: [&str; 12] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

fn forms() -> &'static [(Form, Regex)] {
    static FORMS: OnceLock<Vec<(Form, Regex)>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let all: [(Form, String); 15] = [
            (Form::Iso, r"(?:^|[^\d-])((\d{4})([-/.])(\d{1,2})[-/.](\d{1,2}))(?:$|[^\d])".to_owned()),
            (Form::Compact, r"(?:^|[^\d.])((19\d\d|20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))(?:$|[^\d])".to_owned()),
            (Form::Slashed, r"(?:^|[^\d./-])((\d{1,2})([/.-])(\d{1,2})[/.-](\d{4}|\d{2}))(?:$|[^\d/.-]|[.-](?:\s|$))".to_owned()),
            (Form::DayMonthYear, format!(r"(?:^|[^\w])((\d{{1,2}})(?:st|nd|rd|th)?((?:\s+of)?[\s-]+){NAME}\.?([\s,-]+)(\d{{4}}|'?\d{{2}}))(?:$|[^\w:])")),
            (Form::MonthDayYear, format!(r"\b({NAME}\.?(\s+)(\d{{1,2}})(?:st|nd|rd|th)?(,?\s+)(\d{{4}}))\b")),
            (Form::MonthYear, format!(r"\b({NAME}\.?((?:\s+of)?[\s,/-]+)(\d{{4}}))\b")),
            (Form::Glued, format!(r"(?:^|[^\w])((\d{{1,2}}){NAME}(\d{{4}}|\d{{2}}))(?:$|[^\w:])")),
            (Form::Roman, r"(?:^|[^\w./-])((\d{1,2})([-./ ])(I{1,3}|IV|VI{0,3}|IX|XI{0,2})([-./ ])(\d{4}|\d{2}))(?:$|[^\w/-])".to_owned()),
            (Form::MonthShortYear, format!(r"\b({NAME}\.?(\s+)['\u{{2019}}](\d{{2}}))\b")),
            (
                Form::Dashed,
                r"(?i:\b(?:d/?c|dc'd|discharged|admitted|admit|dos|doa|dob|seen|fell|since|dated?)(?:\s+(?:on|date))?[\s:,]+)((0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01]))\s*(?:$|[.,;)\n])"
                    .to_owned(),
            ),
            (Form::MonthDay, format!(r"\b({NAME}\.?(\s+)(\d{{1,2}})(?:st|nd|rd|th)?)(?:$|[^\w/.%]|\.(?:\s|$))")),
            (Form::DayMonth, format!(r"(?:^|[^\w./])((\d{{1,2}})(?:st|nd|rd|th)?([\s-]+(?:of\s+)?){NAME})\b")),
            (
                Form::Short,
                r"(?im)(?:\b(?:on|since|from|until|till|through|thru|dated?|of|by|before|after|dos|doa|dob|dod|admitted|admit|discharged|seen|started|stopped|last|done|drawn|repeat(?:ed)?|due|between|and|to|-|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday)[\s,:(]+|^\s*(?:[-*]\s*)?)((0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01]))(?:$|[^\d/%]|\s)"
                    .to_owned(),
            ),
            (Form::Month, format!(r"\b(?i:in|since|last|until|early|late|mid|this|next|during|by|through|from|of|to)[ -]+{NAME}\b")),
            (
                Form::Holiday,
                r"\b(Thanksgiving|Christmas(?: Eve| Day)?|New Year's(?: Eve| Day)?|Easter|Halloween|Labor Day|Memorial Day|Independence Day|Fourth of July|Valentine's Day|Mother's Day|Father's Day|Hanukkah|Ramadan|Diwali|Passover)\b".to_owned(),
            ),
        ];
        all.into_iter().filter_map(|(form, pattern)| Some((form, Regex::new(&pattern).ok()?))).collect()
    })
}

/// A date in a text, and what stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dated {
    pub start: usize,
    pub end: usize,
    pub with: String,
    /// The date that stands there, where it is whole.
    pub date: Option<Date>,
    /// The year, where no more stands there.
    pub year: Option<i16>,
    /// Whether it counts as somebody's birth, and for nothing else.
    pub born: bool,
}

/// What stands before the date or the year of a birth.
const BIRTH: &str =
    r"(?i)(?:\b(?:d\.?o\.?b\b\.?|date of birth|birth ?da(?:te|y)|birth|born|b\.)(?:\s+(?:on|in|is|was))?(?:\s+the)?\s*[:=#,(]*\s*)$";
/// A year behind it.
const BORN: &str = r"(?i)(?:\b(?:d\.?o\.?b\b\.?|date of birth|birth ?date|year of birth|yob|born)(?:\s+(?:on|in|is|was))?\s*[:=#,(]*\s*)((?:18|19|20)\d\d)(?:$|[^\d/.-]|[.-](?:\s|$))";

fn birth() -> Option<&'static Regex> {
    static FORM: OnceLock<Option<Regex>> = OnceLock::new();
    FORM.get_or_init(|| Regex::new(BIRTH).ok()).as_ref()
}

/// Whether the words before a date say that somebody was born then.
pub(super) fn is_birth(text: &str, start: usize) -> bool {
    let mut from = start.saturating_sub(30);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    birth().is_some_and(|form| text.get(from..start).is_some_and(|before| form.is_match(before)))
}

/// The years in which somebody was born, where no more than the year stands there.
pub(super) fn born(text: &str) -> Vec<Dated> {
    static FORM: OnceLock<Option<Regex>> = OnceLock::new();
    let found = FORM.get_or_init(|| Regex::new(BORN).ok()).iter().flat_map(|form| form.captures_iter(text));
    let year = found.filter_map(|found| {
        let span = found.get(1)?;
        let year = span.as_str().parse().ok();
        Some(Dated { start: span.start(), end: span.end(), with: span.as_str().to_owned(), date: None, year, born: true })
    });
    year.collect()
}

/// Every date in a text. `near` is the time of the text itself: a day and month without a year are of the year nearest to it.
pub(super) fn dates(text: &str, dates: Dates, near: Option<Date>) -> Vec<Dated> {
    let mut out = Vec::new();
    for (form, regex) in forms() {
        let mut from = 0;
        // What stands around a date may stand around the next one too: the search goes on where the date ends.
        while let Some(found) = text.get(from..).and_then(|rest| regex.captures(rest)) {
            let Some(span) = found.get(1) else { break };
            let (start, end) = (from + span.start(), from + span.end());
            if let Some(with) = replaced(*form, &found, dates, near) {
                let date = whole(*form, &found).filter(|_| !with.starts_with('['));
                out.push(Dated { start, end, with, date, year: None, born: false });
            }
            from = end.max(from + 1);
            while !text.is_char_boundary(from) {
                from += 1;
            }
        }
    }
    out
}

/// The date that was found, where it is whole.
fn whole(form: Form, found: &Captures<'_>) -> Option<Date> {
    let part = |n: usize| found.get(n).map_or("", |m| m.as_str());
    let number = |n: usize| part(n).trim_start_matches('\'').parse::<i16>().ok();
    let year = |n: usize| Some(full(number(n)?, part(n).trim_start_matches('\'')));
    match form {
        Form::Iso => date(number(2)?, number(4)?, number(5)?),
        Form::Compact => date(number(2)?, number(3)?, number(4)?),
        Form::Slashed => {
            let (one, two) = (number(2)?, number(4)?);
            let (month, day) = if one <= 12 && part(3) != "." { (one, two) } else { (two, one) };
            date(year(5)?, month, day)
        }
        Form::DayMonthYear => date(year(6)?, month(part(4))?, number(2)?),
        Form::MonthDayYear => date(number(6)?, month(part(2))?, number(4)?),
        Form::Glued => date(year(4)?, month(part(3))?, number(2)?),
        Form::Roman => date(year(6)?, roman(part(4))?, number(2)?),
        Form::MonthYear => date(number(4)?, month(part(2))?, 15),
        Form::MonthShortYear => date(year(4)?, month(part(2))?, 15),
        Form::MonthDay | Form::DayMonth | Form::Short | Form::Dashed | Form::Month | Form::Holiday => None,
    }
}

fn roman(number: &str) -> Option<i16> {
    ROMAN.iter().position(|r| *r == number).and_then(|at| i16::try_from(at + 1).ok())
}

fn replaced(form: Form, found: &Captures<'_>, dates: Dates, near: Option<Date>) -> Option<String> {
    let part = |n: usize| found.get(n).map_or("", |m| m.as_str());
    let number = |n: usize| part(n).trim_start_matches('\'').parse::<i16>().ok();
    let whole = part(1);
    let unreadable = || Some("[date]".to_owned());
    match form {
        Form::Iso => {
            // A separator that changes is no date: 2026-01/05.
            let separator = part(3);
            if whole.matches(separator).count() != 2 {
                return None;
            }
            let Some(date) = date(number(2)?, number(4)?, number(5)?) else { return unreadable() };
            Some(match dates {
                Dates::Years => year_of(date),
                Dates::Moved(days) => {
                    let to = moved(date, days)?;
                    let (month, day) = (padded(to.month(), part(4)), padded(to.day(), part(5)));
                    format!("{:04}{separator}{month}{separator}{day}", to.year())
                }
            })
        }
        Form::Compact => {
            let date = date(number(2)?, number(3)?, number(4)?)?;
            Some(match dates {
                Dates::Years => year_of(date),
                Dates::Moved(days) => moved(date, days)?.strftime("%Y%m%d").to_string(),
            })
        }
        Form::Slashed => {
            let separator = part(3);
            if whole.matches(separator).count() != 2 || (separator == "." && part(5).len() != 4) {
                return None;
            }
            let (one, two, year) = (number(2)?, number(4)?, full(number(5)?, part(5)));
            let month_first = one <= 12 && separator != ".";
            let (month, day) = if month_first { (one, two) } else { (two, one) };
            let Some(date) = date(year, month, day) else { return unreadable() };
            Some(match dates {
                Dates::Years => year_of(date),
                Dates::Moved(days) => {
                    let to = moved(date, days)?;
                    let (a, b) = if month_first { (to.month(), to.day()) } else { (to.day(), to.month()) };
                    format!("{}{separator}{}{separator}{}", padded(a, part(2)), padded(b, part(4)), year_as(to.year(), part(5)))
                }
            })
        }
        Form::DayMonthYear => {
            let year = full(number(6)?, part(6).trim_start_matches('\''));
            let Some(date) = date(year, month(part(4))?, number(2)?) else { return unreadable() };
            Some(match dates {
                Dates::Years => year_of(date),
                Dates::Moved(days) => {
                    let to = moved(date, days)?;
                    let year = year_as(to.year(), part(6).trim_start_matches('\''));
                    format!("{}{}{}{}{year}", padded(to.day(), part(2)), part(3), month_as(to.month(), part(4)), part(5))
                }
            })
        }
        Form::MonthDayYear => {
            let Some(date) = date(number(6)?, month(part(2))?, number(4)?) else { return unreadable() };
            Some(match dates {
                Dates::Years => year_of(date),
                Dates::Moved(days) => {
                    let to = moved(date, days)?;
                    format!("{}{}{}{}{}", month_as(to.month(), part(2)), part(3), padded(to.day(), part(4)), part(5), to.year())
                }
            })
        }
        Form::Glued => {
            let Some(date) = date(full(number(4)?, part(4)), month(part(3))?, number(2)?) else { return unreadable() };
            Some(match dates {
                Dates::Years => year_of(date),
                Dates::Moved(days) => {
                    let to = moved(date, days)?;
                    format!("{}{}{}", padded(to.day(), part(2)), month_as(to.month(), part(3)), year_as(to.year(), part(4)))
                }
            })
        }
        Form::Roman => {
            if part(3) != part(5) {
                return None;
            }
            let Some(date) = date(full(number(6)?, part(6)), roman(part(4))?, number(2)?) else { return unreadable() };
            Some(match dates {
                Dates::Years => year_of(date),
                Dates::Moved(days) => {
                    let to = moved(date, days)?;
                    let month = usize::try_from(to.month() - 1).ok().and_then(|at| ROMAN.get(at))?;
                    format!("{}{}{month}{}{}", padded(to.day(), part(2)), part(3), part(5), year_as(to.year(), part(6)))
                }
            })
        }
        Form::MonthShortYear => {
            let date = date(full(number(4)?, part(4)), month(part(2))?, 15)?;
            Some(match dates {
                Dates::Years => year_of(date),
                Dates::Moved(days) => {
                    let to = moved(date, days)?;
                    format!("{}{}'{:02}", month_as(to.month(), part(2)), part(3), to.year() % 100)
                }
            })
        }
        Form::MonthYear => {
            let date = date(number(4)?, month(part(2))?, 15)?;
            Some(match dates {
                Dates::Years => year_of(date),
                Dates::Moved(days) => {
                    let to = moved(date, days)?;
                    format!("{}{}{}", month_as(to.month(), part(2)), part(3), to.year())
                }
            })
        }
        Form::MonthDay | Form::DayMonth | Form::Short | Form::Dashed => {
            let (m, d) = match form {
                Form::MonthDay => (month(part(2))?, number(4)?),
                Form::DayMonth => (month(part(4))?, number(2)?),
                _ => (number(2)?, number(3)?),
            };
            let (Dates::Moved(days), Some(date)) = (dates, nearest(m, d, near)) else { return unreadable() };
            let to = moved(date, days)?;
            Some(match form {
                Form::MonthDay => format!("{}{}{}", month_as(to.month(), part(2)), part(3), padded(to.day(), part(4))),
                Form::Dashed => format!("{}-{}", padded(to.month(), part(2)), padded(to.day(), part(3))),
                Form::DayMonth => format!("{}{}{}", padded(to.day(), part(2)), part(3), month_as(to.month(), part(4))),
                _ => format!("{}/{}", padded(to.month(), part(2)), padded(to.day(), part(3))),
            })
        }
        Form::Month => {
            let (Dates::Moved(days), Some(date)) = (dates, nearest(month(whole)?, 15, near)) else { return unreadable() };
            Some(month_as(moved(date, days)?.month(), whole))
        }
        Form::Holiday => Some("[holiday]".to_owned()),
    }
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// A date so many days away.
pub(super) fn moved(date: Date, days: i64) -> Option<Date> {
    date.checked_add(days.days()).ok()
}

fn year_of(date: Date) -> String {
    format!("{:04}", date.year())
}

/// The year that two digits stand for: up to thirty the present century, else the one before.
fn full(year: i16, written: &str) -> i16 {
    match written.len() {
        2 if year <= 30 => 2000 + year,
        2 => 1900 + year,
        _ => year,
    }
}

fn year_as(year: i16, like: &str) -> String {
    if like.len() == 2 { format!("{:02}", year % 100) } else { format!("{year:04}") }
}

/// Two digits where two digits stood, or a leading nought.
fn padded(number: i8, like: &str) -> String {
    if like.len() == 2 && (like.starts_with('0') || number >= 10) { format!("{number:02}") } else { number.to_string() }
}

fn month(name: &str) -> Option<i16> {
    let lower = name.to_ascii_lowercase();
    let start = lower.get(..3)?;
    MONTHS.iter().position(|m| m.starts_with(start)).and_then(|at| i16::try_from(at + 1).ok())
}

/// The name of a month as another one is written: long or short, in capitals or not.
fn month_as(month: i8, like: &str) -> String {
    let long = usize::try_from(month).ok().and_then(|m| MONTHS.get(m.wrapping_sub(1))).copied().unwrap_or("may");
    let was_long = MONTHS.contains(&like.to_ascii_lowercase().as_str()) && like.len() > 3;
    let short = long.get(..3).unwrap_or(long);
    let name = if was_long || like.eq_ignore_ascii_case("may") && long.len() <= 4 { long } else { short };
    if like.chars().all(char::is_uppercase) {
        return name.to_uppercase();
    }
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

/// The day of the year that is nearest to `near`.
fn nearest(month: i16, day: i16, near: Option<Date>) -> Option<Date> {
    let near = near?;
    let away = |date: &Date| date.since(near).map_or(i32::MAX, |span| span.get_days().abs());
    [-1, 0, 1].into_iter().filter_map(|by| date(near.year() + by, month, day)).min_by_key(away)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, how: Dates) -> String {
        let mut found = dates(text, how, Date::new(2026, 11, 19).ok());
        found.sort_by_key(|d| (d.start, std::cmp::Reverse(d.end)));
        let (mut out, mut at) = (String::new(), 0);
        for d in found {
            if d.start >= at {
                out.push_str(&text[at..d.start]);
                out.push_str(&d.with);
                at = d.end;
            }
        }
        out + &text[at..]
    }

    #[test]
    fn dates_are_moved_in_the_form_that_they_have() {
        for (text, moved, years) in [
            ("on 2026-11-17 at 07:15", "on 2026-11-10 at 07:15", "on 2026 at 07:15"),
            ("2026-11-17T14:05:00-05:00", "2026-11-10T14:05:00-05:00", "2026T14:05:00-05:00"),
            ("DOB 03/04/1951.", "DOB 02/25/1951.", "DOB 1951."),
            ("seen 1/5/26, then 1/6/26", "seen 12/29/25, then 12/30/25", "seen 2026, then 2026"),
            ("17.11.2026", "10.11.2026", "2026"),
            ("11-17-2026", "11-10-2026", "2026"),
            ("March 3, 2026", "February 24, 2026", "2026"),
            ("Mar 3, 2026", "Feb 24, 2026", "2026"),
            ("17-Nov-2026", "10-Nov-2026", "2026"),
            ("17 NOV 2026", "10 NOV 2026", "2026"),
            ("the 3rd of March 2026", "the 24 of February 2026", "the 2026"),
            ("since March 2024", "since March 2024", "since 2024"),
            ("on Nov 3 and 18 Nov 07:20", "on Oct 27 and 11 Nov 07:20", "on [date] and [date] 07:20"),
            ("on 11/3 she fell", "on 10/27 she fell", "on [date] she fell"),
            ("11/17: better\n11/18: worse", "11/10: better\n11/11: worse", "[date]: better\n[date]: worse"),
            ("03NOV2026, 3NOV26", "27OCT2026, 27OCT26", "2026, 2026"),
            ("3-XI-2026", "27-X-2026", "2026"),
            ("Date of service: 20260407", "Date of service: 20260331", "Date of service: 2026"),
            ("since Nov. '26", "since Nov '26", "since 2026"),
            ("d/c 11-9.", "d/c 11-2.", "d/c [date]."),
            ("in January", "in January", "in [date]"),
            ("at Thanksgiving", "at [holiday]", "at [holiday]"),
            ("20261117", "20261110", "2026"),
            ("on 13/45/2026", "on [date]", "on [date]"),
        ] {
            let moved_text = all(text, Dates::Moved(-7));
            if text == "in January" {
                assert!(moved_text == "in January", "{moved_text}");
            } else {
                assert_eq!(moved_text, moved, "{text}");
            }
            assert_eq!(all(text, Dates::Years), years, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_stays() {
        for text in [
            "BP 120/80, strength 5/5, pain 3/10",
            "K 3.5, Na 140, 1/2 tablet",
            "she may 5 times",
            "since 2019",
            "24/7 care, 20/40 vision",
            "10-12 mg, 3-4-5 rule",
            "discharged on 10-12 mg",
            "CN II-XII intact, 2 V 2",
            "march in place, a may be",
            "GCS 15, 2.11.3 of the guideline",
            "Dec'd O2 to 2 L",
            "07:15:09",
        ] {
            assert_eq!(all(text, Dates::Moved(-7)), text);
        }
    }
}
