//! What a diagnosis is called. A question quotes the provider's own term: "end-stage liver disease" is no "documented cirrhosis", although the
//! index leads from one to the other.

use super::companions::{Record, stands};
use super::lint::vocabularies;
use super::lint::words::tokens;
use crate::chart::Evidence;
use crate::checklist::{Gap, condition_name};

/// Words that say something of a name, its endings left aside.
fn plain(name: &str) -> Vec<String> {
    let words = tokens(name).into_iter().map(|t| t.text).filter(|t| t.chars().any(char::is_alphanumeric));
    let words = words.filter(|w| !matches!(w.as_str(), "the" | "a" | "an" | "of"));
    words.map(|w| w.strip_suffix('s').filter(|stem| stem.len() > 3).map_or_else(|| w.clone(), str::to_owned)).collect()
}

/// The other names of the same diagnosis (`templates/lint.toml`, the rows of names).
pub(super) fn names_of(name: &str) -> Vec<String> {
    let wanted = plain(name);
    let row = vocabularies().synonym_rows.iter().find(|row| row.iter().any(|other| plain(other) == wanted));
    row.map(|row| row.iter().filter(|other| !other.contains(',') && plain(other) != wanted).cloned().collect()).unwrap_or_default()
}

/// Whether what is written names what is called so: the same words, a name of the same row, its initials, or the same with more said of it.
pub(crate) fn same_name(written: &str, called: &str) -> bool {
    let (own, other) = (plain(written), plain(called));
    if own.is_empty() || other.is_empty() {
        return false;
    }
    let initials = |words: &[String]| words.iter().filter_map(|w| w.chars().next()).collect::<String>();
    let holds = |all: &[String], part: &[String]| !part.is_empty() && all.windows(part.len()).any(|w| w == part);
    let short = matches!(own.as_slice(), [one] if other.len() > 1 && *one == initials(&other));
    let row = |own: &[String]| names_of(called).iter().any(|name| holds(own, &plain(name)));
    holds(&own, &other) || short || row(&own)
}

/// What the author of a documented diagnosis calls it, where that is not what the checklist calls it.
pub(super) fn own_term(gap: &Gap, record: Record<'_>) -> Option<String> {
    let condition = gap.condition.as_deref()?;
    let called = condition_name(condition);
    let mut first = None;
    for evidence in &gap.evidence {
        let Evidence::Text(text) = evidence else { continue };
        let Some((document, reading)) = record.note(&text.document) else { continue };
        if !document.is_providers(reading.document_type) {
            continue;
        }
        let inside = |start: usize, end: usize| text.start <= start && end <= text.end;
        let named = reading.mentions.iter().filter(|m| m.concept == condition && stands(m.assertion) && inside(m.start, m.end));
        for mention in named {
            let written = mention.text.split_whitespace().collect::<Vec<_>>().join(" ");
            if same_name(&written, &called) {
                return None;
            }
            first.get_or_insert(written);
        }
    }
    first.map(|written| lowered(&written))
}

/// A term without the capital that the beginning of a sentence gave it.
fn lowered(term: &str) -> String {
    let mut letters = term.chars();
    match (letters.next(), term.chars().nth(1)) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => term.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broader_or_a_related_term_is_not_the_same_name() {
        for (written, called, same) in [
            ("AKI", "acute kidney injury", true),
            ("acute renal failure", "acute kidney injury", true),
            ("acute on chronic diastolic heart failure", "heart failure", true),
            ("CHF exacerbation", "heart failure", true),
            ("Chronic renal insufficiency", "chronic kidney disease", true),
            ("head injury", "traumatic brain injury", false),
            ("Seizures", "seizure disorder", false),
            ("End-stage liver disease", "cirrhosis", false),
            ("Reactive airways disease", "asthma", false),
            ("RAD", "asthma", false),
            ("kidney injury", "acute kidney injury", false),
        ] {
            assert_eq!(same_name(written, called), same, "{written} / {called}");
        }
        assert_eq!(lowered("End-stage liver disease"), "end-stage liver disease");
        assert_eq!(lowered("AKI on CKD"), "AKI on CKD");
    }
}
