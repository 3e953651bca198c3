//! Times and people as a colleague would say them.

use crate::chart::{DocumentStatus, Encounter, Evidence, Instant, Precision};
use crate::query::{Outcome, QueryForm, QueryState};
use std::cell::Cell;

thread_local! {
    /// The year in which what is said is read.
    static YEAR: Cell<Option<i16>> = const { Cell::new(None) };
}

/// Says in which year what follows is read: dates of other years carry theirs. Whoever draws a frame, takes a message in or makes a chart
/// ready says so first; before that no date carries a year.
pub fn read_in(now: Option<&Instant>) {
    YEAR.set(now.map(|now| now.local_date().year()));
}

/// Whether a date is of another year than the one it is read in.
pub fn other_year(date: jiff::civil::Date) -> bool {
    YEAR.get().is_some_and(|year| year != date.year())
}

/// `20 Nov`, of another year `20 Nov 2025`.
pub fn short_day(at: &Instant) -> String {
    let local = at.local();
    local.strftime(if other_year(local.date()) { "%-d %b %Y" } else { "%-d %b" }).to_string()
}

/// `20 Nov` over a column of values, of another year as `20Nov25`.
pub fn column_day(date: jiff::civil::Date) -> String {
    date.strftime(if other_year(date) { "%-d%b%y" } else { "%-d %b" }).to_string()
}

/// `Thu 20 Nov`, of another year `Thu 20 Nov 2025`.
pub fn day(at: &Instant) -> String {
    match at.precision() {
        Precision::Year | Precision::Month => at.display(),
        _ => format!("{} {}", at.local().strftime("%a"), short_day(at)),
    }
}

/// `07:15`; empty when only a day was given.
pub fn clock(at: &Instant) -> String {
    match at.precision() {
        Precision::Minute | Precision::Second => at.local().strftime("%H:%M").to_string(),
        _ => String::new(),
    }
}

/// `08:51:07`.
pub fn second(at: &Instant) -> String {
    at.local().strftime("%H:%M:%S").to_string()
}

/// `20 Nov 07:15`.
pub fn short(at: &Instant) -> String {
    format!("{} {}", short_day(at), clock(at)).trim_end().to_owned()
}

/// `Thu 20 Nov 07:15`.
pub fn long(at: &Instant) -> String {
    format!("{} {}", day(at), clock(at)).trim_end().to_owned()
}

/// `today`, `tomorrow`, `Fri`, `12 Dec`: when something is due, seen from now.
pub fn when(at: &Instant, now: &Instant) -> String {
    let days = now.local_date().until(at.local_date()).map_or(0, |span| span.get_days());
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        2..=6 => at.local().strftime("%a").to_string(),
        _ if at.local_date().year() != now.local_date().year() => date(at),
        _ => at.local().strftime("%-d %b").to_string(),
    }
}

/// When a stay began: arrival and the order to admit are two times, and each is called by its name.
pub fn arrival(encounter: &Encounter) -> String {
    match (&encounter.start, &encounter.admitted) {
        (Some(start), Some(order)) if start != order => {
            let order = if day(start) == day(order) { clock(order) } else { long(order) };
            format!("arrived {}, order to admit {order}", long(start))
        }
        (Some(start), _) => format!("arrived {}", long(start)),
        (None, Some(order)) => format!("order to admit {}", long(order)),
        (None, None) => String::new(),
    }
}

/// `35 min`, `5 h`, `3 d`: how long ago.
pub fn age(since: &Instant, now: &Instant) -> String {
    let hours = now.hours_since(since).max(0.0);
    if hours < 1.0 {
        format!("{} min", (hours * 60.0) as u32)
    } else if hours < 48.0 {
        format!("{} h", hours as u32)
    } else {
        format!("{} d", (hours / 24.0) as u32)
    }
}

/// `12 Mar 24`: a date of any year, as far as it was given.
pub fn date(at: &Instant) -> String {
    match at.precision() {
        Precision::Year | Precision::Month => at.display(),
        _ => at.local().strftime("%-d %b %y").to_string(),
    }
}

/// `20,000`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `2 gaps`, `1 gap`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A remedy without what only a shell takes; nothing where that was all of it.
pub fn hint_here(hint: &str) -> Option<String> {
    let kept: Vec<&str> = hint.split("; ").filter(|clause| !clause.contains("`lacuna ")).collect();
    Some(kept.join("; ")).filter(|hint| !hint.is_empty())
}

/// What a query is about: its title without the opening that every neutral title has.
pub fn about(title: &str) -> &str {
    title.split_once(": ").map_or(title, |(_, rest)| rest.trim()).trim()
}

/// Where a query stands.
pub fn state(state: QueryState) -> &'static str {
    match state {
        QueryState::AnsweredNotDocumented => "answered, not documented",
        other => other.label(),
    }
}

/// Where a query stands now, in full: an answer alone is not documentation.
pub fn standing(at: QueryState) -> &'static str {
    match at {
        QueryState::Answered => "answered, not in a note yet",
        at => state(at),
    }
}

/// How a query ended, with what that means.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Agreed => "answered within the question",
        Outcome::AltDx => "another valid diagnosis",
        Outcome::Disagreed => "provider does not find it",
        Outcome::NotSignificant => "finding without significance",
        Outcome::Undetermined => "unable to determine",
        Outcome::InvalidResponse => "reply does not fit the question",
        Outcome::AnsweredNotDocumented => "answered, not in the record",
        Outcome::NoResponse => "no response",
        Outcome::Withdrawn => "withdrawn",
        Outcome::Validated => "validated with support",
        Outcome::RuledOut => "ruled out",
    }
}

/// Every outcome, in the order of its key.
pub const OUTCOMES: [Outcome; 11] = [
    Outcome::Agreed,
    Outcome::AltDx,
    Outcome::Disagreed,
    Outcome::NotSignificant,
    Outcome::Undetermined,
    Outcome::InvalidResponse,
    Outcome::AnsweredNotDocumented,
    Outcome::NoResponse,
    Outcome::Withdrawn,
    Outcome::Validated,
    Outcome::RuledOut,
];

/// The forms that a draft can take, in the order of the key that walks through them.
pub const FORMS: [QueryForm; 5] = [QueryForm::MultipleChoice, QueryForm::Open, QueryForm::YesNo, QueryForm::Validation, QueryForm::Verbal];

/// The heading of indicators, as short as a margin is.
pub fn group(name: &str) -> &'static str {
    match name {
        "documentation" => "documented",
        "history" => "history",
        "exam" => "exam",
        "labs" => "labs",
        "imaging" => "imaging",
        "treatment" => "treatment",
        _ => "other",
    }
}

/// The form of a query.
pub fn form(form: QueryForm) -> &'static str {
    match form {
        QueryForm::Open => "open question",
        QueryForm::MultipleChoice => "multiple choice",
        QueryForm::YesNo => "yes or no",
        QueryForm::Verbal => "asked aloud",
        QueryForm::Validation => "clinical validation",
    }
}

/// Where a document stands with its sender.
pub fn status(status: DocumentStatus) -> &'static str {
    match status {
        DocumentStatus::Preliminary => "preliminary",
        DocumentStatus::Final => "final",
        DocumentStatus::Amended => "amended",
        DocumentStatus::EnteredInError => "entered in error",
        DocumentStatus::NotGiven => "",
    }
}

/// The words or the value of a proof, on one line.
pub fn proof(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Text(text) if text.opening => format!("the note begins {}", quoted(&text.quote)),
        Evidence::Text(text) => quoted(&text.quote),
        Evidence::Value(value) => {
            let unit = Some(value.unit_label()).filter(|u| !u.is_empty()).map(|u| format!(" {u}")).unwrap_or_default();
            let reference = value.reference.as_deref().map(|r| format!("  ref {r}")).unwrap_or_default();
            let remark = value.remark().map(|note| format!("  {note}")).unwrap_or_default();
            format!("{} {}{unit}{remark}{reference}", value.name, value.value).trim().to_owned()
        }
    }
}

fn quoted(words: &str) -> String {
    format!("\u{201c}{}\u{201d}", words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Where a proof stands.
pub fn source(evidence: &Evidence) -> String {
    let date = evidence.date().map(|d| short(&d)).unwrap_or_default();
    match evidence {
        Evidence::Text(text) => {
            let author = text.author.as_deref().map(|a| format!(", {}", super::text::surname(a))).unwrap_or_default();
            format!("{} {date}{author}", text.document_type.label()).replace("  ", " ")
        }
        Evidence::Value(value) if value.prior => format!("{date}, prior stay"),
        Evidence::Value(_) => date,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::chart::{DocumentType, TextEvidence};

    #[test]
    fn the_tracker_named_a_command_of_the_shell() {
        assert_eq!(hint_here("`lacuna query lint` says what each rule wants; the draft is kept").as_deref(), Some("the draft is kept"));
        assert_eq!(hint_here("`lacuna query list` shows them"), None);
        assert_eq!(hint_here("read the chart again: it may have changed").as_deref(), Some("read the chart again: it may have changed"));
    }

    #[test]
    fn dates_of_other_years_stood_without_their_year() {
        let (now, old) = (Instant::parse("2026-11-19T08:42-05:00").unwrap(), Instant::parse("2022-03-27T07:15-05:00").unwrap());
        read_in(Some(&now));
        let said = [day(&now), short(&now), day(&old), short(&old), long(&old), when(&old, &now), column_day(old.local_date())];
        assert_eq!(
            said,
            ["Thu 19 Nov", "19 Nov 08:42", "Sun 27 Mar 2022", "27 Mar 2022 07:15", "Sun 27 Mar 2022 07:15", "27 Mar 22", "27Mar22"]
        );
        read_in(None);
        assert_eq!(short(&old), "27 Mar 07:15");
    }

    #[test]
    fn thousands_are_set_off() {
        let all = [0, 999, 1_000, 20_000, 1_234_567].map(thousands);
        assert_eq!(all, ["0", "999", "1,000", "20,000", "1,234,567"]);
    }

    #[test]
    fn a_note_that_lacks_a_part_is_named_by_how_it_begins_and_not_quoted_as_proof() {
        let words = |opening| {
            Evidence::Text(TextEvidence {
                document: "d1".to_owned(),
                start: 0,
                end: 10,
                quote: "2022-03-27".to_owned(),
                date: None,
                author: None,
                document_type: DocumentType::HistoryAndPhysical,
                opening,
            })
        };
        assert_eq!(proof(&words(true)), "the note begins \u{201c}2022-03-27\u{201d}");
        assert_eq!(proof(&words(false)), "\u{201c}2022-03-27\u{201d}");
    }
}
