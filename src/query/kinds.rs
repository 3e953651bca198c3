//! Types, causes and turns of a condition: `templates/kinds.toml`. That a condition is supported says nothing of its kind; an answer that
//! names a kind needs support for that very kind.

use super::lint::words::{Patterns, Token, tokens};
use super::template::{ValueRange, is_denied, stands};
use crate::chart::Evidence;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../templates/kinds.toml");

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kind: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    names: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
    support: Vec<String>,
    #[serde(default)]
    values: Vec<ValueRange>,
    #[serde(default)]
    documented: Vec<String>,
}

/// The file is compiled in and a test parses it, so the empty fallback is never seen.
fn kinds() -> &'static [(Patterns, Entry)] {
    static ONCE: OnceLock<Vec<(Patterns, Entry)>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let file: File = toml::from_str(SHIPPED).unwrap_or_default();
        file.kind.into_iter().map(|e| (Patterns::new(&e.names), e)).collect()
    })
}

/// The words of an answer that name a kind for which nothing speaks: no word and no value of the evidence, and no documented condition.
pub(crate) fn unsupported(option: &str, evidence: &[&Evidence], words: &[Token], documented: &BTreeSet<String>) -> Option<String> {
    let said = tokens(option);
    kinds().iter().find_map(|(names, entry)| {
        let place = names.find(&said).into_iter().find(|found| !is_denied(&said, found.first))?.span;
        let speaks = stands(&entry.support, words)
            || entry.values.iter().any(|range| range.judge(evidence, words) == Some(true))
            || entry.documented.iter().any(|c| documented.contains(c));
        (!speaks).then(|| place.of(option).to_owned())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn misses(option: &str, note: &str) -> bool {
        unsupported(option, &[], &tokens(note), &BTreeSet::new()).is_some()
    }

    #[test]
    fn the_shipped_kinds_parse_and_each_asks_for_something() {
        let file: File = toml::from_str(SHIPPED).unwrap();
        assert!(file.kind.len() >= 15 && file.kind.iter().all(|k| !k.support.is_empty() && !k.names.is_empty()));
    }

    /// Confusion supported every encephalopathy, a pressure every shock, a saturation what is chronic, and low counts the marrow.
    #[test]
    fn what_supports_a_family_supported_each_of_its_kinds() {
        for (option, note, enough) in [
            ("Metabolic encephalopathy", "Confused, CAM positive. UA 8 WBC, not treated.", "Confused. Sodium 121."),
            ("Metabolic encephalopathy", "Confused. Sodium 138.", "Confused with pneumonia."),
            ("Toxic encephalopathy due to: ____", "Confused. Oxycodone 2.5 if needed.", "Confused, oxycodone induced."),
            ("Hepatic encephalopathy", "Confused, agitated.", "Confused with asterixis."),
            ("Hypertensive encephalopathy", "Confused. SBP 142.", "Confused. SBP 212."),
            ("Cardiogenic shock", "SBP 84, norepinephrine. Ejection fraction 60.", "SBP 84. Ejection fraction 25."),
            ("Hemorrhagic shock", "SBP 84, norepinephrine, Hgb 9.", "SBP 84, melena."),
            ("Acute kidney injury due to dehydration", "Creatinine 1.8, BUN 30, NS 75/h.", "Creatinine 1.8, dry mucous membranes."),
            ("Acute on chronic respiratory failure with hypoxia", "SpO2 82, not on home O2.", "SpO2 82, home O2 2 L."),
            ("Pancytopenia due to marrow disease: ____", "WBC 0.4, platelets 14 after R-CHOP.", "Marrow biopsy with 40 % blasts."),
            ("Cachexia", "Weight loss, colon cancer.", "Cachectic, colon cancer."),
        ] {
            assert!(misses(option, note), "{option}: {note}");
            assert!(!misses(option, enough), "{option}: {enough}");
        }
    }

    #[test]
    fn an_answer_that_names_no_kind_is_left_to_its_template() {
        for option in ["Delirium", "Hypotension without cardiogenic shock", "Sepsis", "Other: ____"] {
            assert!(!misses(option, "nothing"), "{option}");
        }
    }
}
