//! Laboratory values and vital signs by the names they are typed with (`templates/measures.toml`), and whether a record holds a number of one.

use super::lint::words::{Patterns, Token, sentences, tokens, within};
use crate::chart::{Chart, Document, Observation, Value};
use serde::Deserialize;
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../templates/measures.toml");

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "source")]
    _source: String,
    measure: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    names: Vec<String>,
    #[serde(default)]
    pair: bool,
}

/// A measure by its names.
pub struct Measure {
    pub(crate) names: Patterns,
    /// Written as two numbers with a stroke between.
    pub(crate) pair: bool,
}

/// All of them. The file is compiled in and a test parses it, so the empty fallback is never seen.
pub(crate) fn measures() -> &'static [Measure] {
    static ONCE: OnceLock<Vec<Measure>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let file: File = toml::from_str(SHIPPED).unwrap_or_default();
        file.measure.into_iter().map(|m| Measure { names: Patterns::new(&m.names), pair: m.pair }).collect()
    })
}

/// The number that a word is.
pub(crate) fn number_of(word: &Token) -> Option<f64> {
    word.text.starts_with(|c: char| c.is_ascii_digit()).then(|| word.text.replace(',', "").parse().ok())?
}

/// Whether a chart, the earlier stays that came with it counted in, holds this number of the measure: as a value, or in a sentence that
/// names it.
pub fn is_in(chart: &Chart, measure: &Measure, number: f64) -> bool {
    let observations = chart.observations.iter().chain(chart.prior.iter().flat_map(|p| &p.observations));
    let documents = chart.documents.iter().chain(chart.prior.iter().flat_map(|p| &p.documents));
    observations.into_iter().any(|o| is_value(o, measure, number)) || documents.into_iter().any(|d| says(d, measure, number))
}

fn is_value(observation: &Observation, measure: &Measure, number: f64) -> bool {
    let value = match &observation.value {
        Some(Value::Quantity(quantity)) => same(quantity.value, number),
        Some(Value::Text(text)) => tokens(text).iter().filter_map(number_of).any(|n| same(n, number)),
        None => false,
    };
    value && measure.names.any(&tokens(&observation.name))
}

fn says(document: &Document, measure: &Measure, number: f64) -> bool {
    let all = tokens(&document.text);
    if !all.iter().filter_map(number_of).any(|n| same(n, number)) {
        return false;
    }
    sentences(&document.text).into_iter().any(|span| {
        let words = within(&all, span);
        words.iter().filter_map(number_of).any(|n| same(n, number)) && measure.names.any(words)
    })
}

fn same(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_measures_parse_and_each_name_belongs_to_one() {
        let file: File = toml::from_str(SHIPPED).unwrap();
        let mut names: Vec<&String> = file.measure.iter().flat_map(|m| &m.names).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
