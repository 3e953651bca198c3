//! How questions and places read: the words of explanations, titles and negative evidence.

use crate::chart::{Document, DocumentType, Evidence, Instant};
use crate::checklist::facts::type_of;
use crate::checklist::indicator::{Author, Baseline, Compare, Since, Test, When};
use crate::reading::{Assertion, Reading};

/// `acute_kidney_injury` → "acute kidney injury", `drug.loop_diuretic` → "loop diuretic".
pub(in crate::checklist) fn name(id: &str) -> String {
    let id = id.rsplit('.').next().unwrap_or(id);
    let mut name = String::with_capacity(id.len());
    for word in id.split('_') {
        if !name.is_empty() {
            name.push(' ');
        }
        let from = name.len();
        name.push_str(word);
        if ABBREVIATIONS.contains(&word)
            && let Some(word) = name.get_mut(from..)
        {
            word.make_ascii_uppercase();
        }
    }
    name
}

/// Words of names that are always written large.
const ABBREVIATIONS: [&str; 15] =
    ["aids", "ards", "bp", "copd", "covid", "dvt", "hiv", "inr", "map", "mrsa", "ptsd", "siadh", "sirs", "uti", "wbc"];

/// The same, as the start of a title.
pub(in crate::checklist) fn title(id: &str) -> String {
    let name = name(id);
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

/// "a", "a and b", "a, b and c".
pub(in crate::checklist) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

/// "a", "a or b", "a, b or c".
pub(super) fn choice(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

/// "1 document", "9 documents".
pub(super) fn documents(count: usize) -> String {
    self::count(count, "document", "documents")
}

/// "no value", "1 value", "2 values".
pub(super) fn count(count: usize, one: &str, many: &str) -> String {
    match count {
        0 => format!("no {one}"),
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

/// ", and 2 more"; nothing for none.
pub(super) fn more(count: usize) -> String {
    if count == 0 { String::new() } else { format!(", and {count} more") }
}

/// " (17 Nov 2026 14:30)"; nothing without a time.
pub(super) fn at(time: Option<Instant>) -> String {
    time.map(|time| format!(" ({})", time.display())).unwrap_or_default()
}

/// "Progress note 19 Nov 2026 07:20, Chen MD".
pub(super) fn place(document: &Document, reading: &Reading) -> String {
    let label = label(type_of(document, reading), document);
    let time = document.time.map(|time| format!(" {}", time.display())).unwrap_or_default();
    let author = document.author.as_ref().map(|author| format!(", {}", author.display())).unwrap_or_default();
    format!("{label}{time}{author}")
}

/// A piece of proof in a line: "lactate 1.3 mmol/L (19 Nov 2026 07:20)".
pub(super) fn proof(proof: &Evidence) -> String {
    let date = proof.date().map(|date| date.display()).unwrap_or_default();
    match proof {
        Evidence::Text(text) => {
            format!("\"{}\" ({} {date})", text.quote.split_whitespace().collect::<Vec<_>>().join(" "), text.document_type.label())
        }
        Evidence::Value(value) => format!("{} {} {} ({date})", value.name, value.value, value.unit_label()),
    }
}

/// A note that is none of the known types goes by its title.
pub(super) fn label(document_type: DocumentType, document: &Document) -> String {
    match (document_type, &document.title) {
        (DocumentType::Other, Some(title)) if !title.trim().is_empty() => title.trim().to_owned(),
        _ => document_type.label().to_owned(),
    }
}

/// A number without needless digits.
pub(super) fn number(value: f64) -> String {
    format!("{}", rounded(value))
}

pub(super) fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Hours as a person says them: "31 h", "3 days" from three days on.
pub(super) fn hours(hours: f64) -> String {
    if hours.abs() >= 72.0 { format!("{} days", (hours / 24.0).round()) } else { format!("{} h", hours.round()) }
}

/// What a question asks.
pub(super) fn test(test: &Test) -> String {
    match test {
        Test::Concept(test) => {
            let names: Vec<String> = test.concepts.iter().map(|c| name(c)).collect();
            let whose = author(test.author);
            let how: Vec<String> = test.assertions.iter().filter(|a| **a != Assertion::Present).map(|a| a.name().to_owned()).collect();
            let how = if how.is_empty() { String::new() } else { format!(" ({} counts)", list(&how)) };
            let with = test.attribute.as_ref().map(|(attribute, values)| match values.as_slice() {
                [] => format!(" with {}", name(attribute)),
                values => format!(" with {} {}", name(attribute), choice(&values.iter().map(|v| name(v)).collect::<Vec<_>>())),
            });
            let unless = test.unless.as_ref().map(|(attribute, values)| {
                format!(" other than {} {}", name(attribute), choice(&values.iter().map(|v| name(v)).collect::<Vec<_>>()))
            });
            let prior = if test.prior { " of earlier encounters" } else { "" };
            let only = match test.only_in.as_slice() {
                [] => String::new(),
                types => format!(", nowhere but in {}", choice(&types.iter().map(|t| t.label().to_owned()).collect::<Vec<_>>())),
            };
            let most = test.max_documents.map(|most| format!(", in {} at most", documents(most))).unwrap_or_default();
            let when = self::when(&test.when);
            format!("{}{}{}{how} {whose}{prior}{only}{most}{when}", choice(&names), with.unwrap_or_default(), unless.unwrap_or_default())
        }
        Test::Observation(test) => {
            let window = test.within_hours.map(|hours| format!(" within {}", self::hours(hours))).unwrap_or_default();
            let times = if test.times > 1 { format!(" at {} times", test.times) } else { String::new() };
            let air = if test.room_air {
                " on room air"
            } else if test.on_oxygen {
                " on oxygen"
            } else {
                ""
            };
            let base = match test.baseline {
                Baseline::Stay => "",
                Baseline::Prior => " from an earlier encounter",
                Baseline::Lowest => " from the lowest value before",
            };
            let lasting = test.for_hours.map(|hours| format!(" for {} without a break", self::hours(hours))).unwrap_or_default();
            let apart = test.apart_hours.map(|hours| format!(", {} apart", self::hours(hours))).unwrap_or_default();
            let always = if test.always { " always" } else { "" };
            let prior = if test.in_prior { ", earlier encounters too" } else { "" };
            let when = self::when(&test.when);
            // A multiple has no unit.
            let unit = match test.compare {
                Compare::Ratio(_) | Compare::FallRatio(_) => String::new(),
                _ => format!(" {}", test.unit),
            };
            let beside = test.beside.as_ref().map(|b| format!(", taken with {} {} {}", name(&b.observation), b.written, b.unit));
            let beside = beside.unwrap_or_default();
            format!(
                "{}{always} {}{unit}{base}{window}{times}{apart}{lasting}{air}{beside}{prior}{when}",
                name(&test.observation),
                test.written
            )
        }
        Test::Medication(test) => {
            let names: Vec<String> = test.concepts.iter().chain(&test.words).map(|c| name(c)).collect();
            let routes = if test.routes.is_empty() { String::new() } else { format!(" {}", choice(&test.routes)) };
            let dose = |words: &str, number: Option<f64>| number.map(|n| format!(" {words} {n} {}", test.dose_unit)).unwrap_or_default();
            let dose = format!("{}{}", dose("of at least", test.dose_at_least), dose("below", test.dose_below));
            let lasting = test.for_hours.map(|hours| format!(" for {}", self::hours(hours))).unwrap_or_default();
            format!("{}{routes}{dose}{lasting} among the medications{}", choice(&names), when(&test.when))
        }
        Test::Order(test) => format!("{} among the orders{}", named(&test.concepts, &test.words), when(&test.when)),
        Test::Procedure(test) => format!("{} among the procedures{}", named(&test.concepts, &test.words), when(&test.when)),
        Test::Document(test) => {
            let types: Vec<String> = test.types.iter().map(|t| t.label().to_owned()).chain(test.titles.iter().cloned()).collect();
            let what = if types.is_empty() { "a document".to_owned() } else { choice(&types) };
            let least = if test.min_documents > 1 { format!(", at least {}", test.min_documents) } else { String::new() };
            let most = test.max_documents.map(|most| format!(", at most {most}")).unwrap_or_default();
            format!("{what} {}{least}{most}{}", author(test.author), when(&test.when))
        }
        Test::Words(test) => {
            let words: Vec<String> = test.words.iter().map(|word| format!("\"{word}\"")).collect();
            let quoted = |list: &[String]| choice(&list.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>());
            let near = if test.near.is_empty() { String::new() } else { format!(" beside {}", quoted(&test.near)) };
            let how: Vec<String> = test.assertions.iter().map(|a| a.name().to_owned()).collect();
            let how = match how.as_slice() {
                _ if test.is_as_usual() => String::new(),
                [] => " (denied or not)".to_owned(),
                how => format!(" ({})", choice(how)),
            };
            let titled = if test.titles.is_empty() { String::new() } else { format!(" titled {}", quoted(&test.titles)) };
            format!("the words {}{near}{how} {}{titled}{}", choice(&words), author(test.author), when(&test.when))
        }
    }
}

/// ", in the first 24 h", ", from 24 h after surgery"; nothing for any time.
fn when(when: &When) -> String {
    let since = match when.since {
        Since::Admission => "admission",
        Since::Surgery => "surgery",
        Since::Discharge => "discharge",
        Since::Now => "now",
    };
    match (when.from_hours, when.until_hours) {
        (None, None) => String::new(),
        (Some(from), None) if from < 0.0 && when.since == Since::Now => format!(", in the last {}", hours(-from)),
        (Some(from), None) => format!(", from {} after {since}", hours(from)),
        (None, Some(until)) => format!(", until {} after {since}", hours(until)),
        (Some(from), Some(until)) => format!(", from {} to {} after {since}", hours(from), hours(until)),
    }
}

fn named(concepts: &[String], words: &[String]) -> String {
    choice(&concepts.iter().chain(words).map(|c| name(c)).collect::<Vec<_>>())
}

fn author(author: Author) -> &'static str {
    match author {
        Author::Provider => "in providers' notes",
        Author::Anybody => "in any note",
        Author::Nurse => "in nurses' notes",
        Author::Dietitian => "in dietitians' notes",
        Author::NotProvider => "in notes of nurses, dietitians and others",
        Author::Resident => "in residents' notes",
        Author::CaseManager => "in case managers' notes",
        Author::Therapist => "in therapists' notes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abbreviation_stays_large_in_a_title_and_in_a_sentence() {
        for (id, said, titled) in [
            ("term.siadh", "SIADH", "SIADH"),
            ("copd", "COPD", "COPD"),
            ("term.upper_extremity_dvt", "upper extremity DVT", "Upper extremity DVT"),
            ("acute_kidney_injury", "acute kidney injury", "Acute kidney injury"),
        ] {
            assert_eq!((name(id).as_str(), title(id).as_str()), (said, titled));
        }
    }
}
