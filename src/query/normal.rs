//! Which quoted values speak for nothing: a saturation of 98 % is no sign of respiratory failure, though it is a saturation. The usual ranges
//! are data (`templates/normal.toml`); the range that came with a value goes before them. A value that moved counts wherever it lies: a
//! creatinine of 1.1 that was 0.6 yesterday.

use super::lint::words::{Patterns, Token};
use crate::chart::{Evidence, ValueEvidence};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../templates/normal.toml");

#[derive(Default, Deserialize)]
struct File {
    moves: f64,
    #[serde(default)]
    range: Vec<Range>,
}

/// What is usual of one measure.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    names: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
    /// One for each unit that it comes in.
    within: Vec<[f64; 2]>,
}

/// Words after a name in which its number stands ("SpO2 was 98").
const NEAR: usize = 4;

struct Usual {
    moves: f64,
    ranges: Vec<(Patterns, Vec<[f64; 2]>)>,
}

/// The file is compiled in and a test parses it, so the empty fallback is never seen.
fn usual() -> &'static Usual {
    static ONCE: OnceLock<Usual> = OnceLock::new();
    ONCE.get_or_init(|| {
        let file: File = toml::from_str(SHIPPED).unwrap_or_default();
        Usual { moves: file.moves, ranges: file.range.into_iter().map(|r| (Patterns::new(&r.names), r.within)).collect() }
    })
}

/// Whether numbers of one measure stay where they are.
fn still(numbers: &[f64]) -> bool {
    let (low, high) = numbers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), n| (l.min(*n), h.max(*n)));
    low > 0.0 && high / low < usual().moves
}

/// The evidence without the values that lie within the range they came with and do not move.
pub(crate) fn telling<'e>(evidence: &[&'e Evidence]) -> Vec<&'e Evidence> {
    let mut of_one: BTreeMap<&str, Vec<(f64, bool)>> = BTreeMap::new();
    for item in evidence {
        if let Evidence::Value(value) = item
            && let Ok(number) = value.value.trim().parse::<f64>()
        {
            of_one.entry(value.name.as_str()).or_default().push((number, in_reference(value, number)));
        }
    }
    let silent = |value: &ValueEvidence| {
        of_one.get(value.name.as_str()).is_some_and(|all| {
            let numbers: Vec<f64> = all.iter().map(|(number, _)| *number).collect();
            all.iter().all(|(_, inside)| *inside) && still(&numbers)
        })
    };
    evidence.iter().copied().filter(|e| !matches!(e, Evidence::Value(value) if silent(value))).collect()
}

/// How far a value lies outside the range it came with, else outside the usual one, as a share of it; nothing where neither is known.
pub(super) fn strays(value: &ValueEvidence, number: f64) -> Option<f64> {
    let apart = |low: f64, high: f64| {
        let out = if number < low {
            low - number
        } else if number > high {
            number - high
        } else {
            0.0
        };
        out / if high > low { high - low } else { 1.0 }
    };
    if let Some((low, high)) = value.reference.as_deref().and_then(ends_of) {
        return Some(match (low, high) {
            (Some(low), Some(high)) => apart(low, high),
            (Some(low), None) => apart(low, low * 2.0),
            (None, Some(high)) => apart(0.0, high),
            (None, None) => 0.0,
        });
    }
    let name = super::lint::words::tokens(&value.name);
    let (_, within) = usual().ranges.iter().find(|(names, _)| names.any(&name))?;
    within.iter().map(|[low, high]| apart(*low, *high)).min_by(f64::total_cmp)
}

/// The ends of a range as it is written: "0.7-1.3", "<= 22", ">= 60".
fn ends_of(range: &str) -> Option<(Option<f64>, Option<f64>)> {
    let limit = |text: &str| text.trim_start_matches('=').trim().parse::<f64>().ok();
    let range = range.trim();
    if let Some(high) = range.strip_prefix('<').and_then(limit) {
        return Some((None, Some(high)));
    }
    if let Some(low) = range.strip_prefix('>').and_then(limit) {
        return Some((Some(low), None));
    }
    let (low, high) = range.split_once(['-', '\u{2013}'])?;
    Some((Some(low.trim().parse().ok()?), Some(high.trim().parse().ok()?)))
}

/// Whether a number lies in the range that its sender gave; false where none was given.
fn in_reference(value: &ValueEvidence, number: f64) -> bool {
    let ends = value.reference.as_deref().and_then(ends_of);
    ends.is_some_and(|(low, high)| low.is_none_or(|low| number >= low) && high.is_none_or(|high| number <= high))
}

/// The words without the names of measures whose every number is usual, and without what follows such a number up to the next sign.
pub(crate) fn told(words: Vec<Token>) -> Vec<Token> {
    let mut gone = vec![false; words.len()];
    for (names, ranges) in &usual().ranges {
        let mut found: Vec<(usize, usize, f64)> = Vec::new();
        let all = names.find(&words);
        for name in &all {
            let after = words.iter().enumerate().skip(name.past).take(NEAR).take_while(|(_, t)| !ends(t));
            let number = after.into_iter().find_map(|(at, t)| Some((at, t.text.parse::<f64>().ok()?)));
            found.extend(number.map(|(at, number)| (name.first, at, number)));
        }
        let numbers: Vec<f64> = found.iter().map(|(.., number)| *number).collect();
        let usual = |n: &f64| ranges.iter().any(|[from, to]| (*from..=*to).contains(n));
        // A name without a number may be of any value ("lactate rising").
        if found.is_empty() || found.len() < all.len() || !numbers.iter().all(usual) || !still(&numbers) {
            continue;
        }
        for (first, at, _) in found {
            let past = words.iter().skip(at).position(ends).map_or(words.len(), |n| at + n);
            gone.iter_mut().take(past).skip(first).for_each(|g| *g = true);
        }
    }
    // "Alert, oriented x4": what is as it should be speaks for nothing, nor does what it is said of in its clause.
    for found in super::lint::vocabularies().get("normal_finding").find(&words) {
        let from = words.get(..found.first).unwrap_or_default().iter().rposition(ends).map_or(0, |at| at + 1);
        let past = words.iter().skip(found.past).position(ends).map_or(words.len(), |n| found.past + n);
        gone.iter_mut().take(past).skip(from).for_each(|g| *g = true);
    }
    words.into_iter().zip(gone).filter(|(_, gone)| !gone).map(|(token, _)| token).collect()
}

fn ends(token: &Token) -> bool {
    matches!(token.text.as_str(), "," | ";" | "." | "(" | ")" | "?" | "!" | "[" | "]")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::lint::words::tokens;
    use super::*;

    #[test]
    fn the_shipped_ranges_parse_and_none_is_turned_round() {
        let file: File = toml::from_str(SHIPPED).unwrap();
        assert!(file.moves > 1.0 && file.range.len() > 8);
        assert!(file.range.iter().flat_map(|r| &r.within).all(|[from, to]| from < to));
    }

    #[test]
    fn a_usual_value_was_support_for_any_diagnosis_of_its_measure() {
        let left = |text: &str| told(tokens(text)).into_iter().map(|t| t.text).collect::<Vec<_>>().join(" ");
        for (text, rest) in [
            ("SpO2 98 % on room air, lungs clear", ", lungs clear"),
            ("SpO2 86 % on room air, lungs clear", "spo 2 86 % on room air , lungs clear"),
            ("Lactate 1.0 mmol/L; lactate 3.9 later", "lactate 1.0 mmol / l ; lactate 3.9 later"),
            ("Lactate 1.0 mmol/L, lactate rising", "lactate 1.0 mmol / l , lactate rising"),
            ("Sodium 139 today. Sodium 137.", ". ."),
        ] {
            assert_eq!(left(text), rest, "{text}");
        }
    }

    #[test]
    fn a_value_in_its_range_counts_only_when_it_moved() {
        let value = |number: &str, range: &str| {
            Evidence::Value(ValueEvidence {
                observation: String::new(),
                name: "Creatinine".into(),
                value: number.into(),
                unit: None,
                date: None,
                reference: Some(range.into()),
                note: None,
                prior: false,
            })
        };
        for (numbers, left) in [(vec!["0.8"], 0), (vec!["0.6", "1.1"], 2), (vec!["0.9", "2.4"], 2), (vec!["0.8", "0.9"], 0)] {
            let all: Vec<Evidence> = numbers.iter().map(|n| value(n, "0.6-1.2")).collect();
            assert_eq!(telling(&all.iter().collect::<Vec<_>>()).len(), left, "{numbers:?}");
        }
        for (range, inside) in [("<= 22", true), ("< 10", false), (">= 60", false), ("> 10", true), ("10-20", true), ("unknown", false)] {
            let Evidence::Value(value) = value("15", range) else { panic!() };
            assert_eq!(in_reference(&value, 15.0), inside, "{range}");
        }
    }
}
