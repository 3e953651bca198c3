//! What is measured: one canonical name, unit and plausible range for each lab, vital sign and score.

use crate::error::{Result, Trouble};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

const FILE: &str = include_str!("../../lexicon/observations.toml");

/// One thing that is measured.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// Canonical name.
    pub name: String,
    /// How a person says it.
    pub label: String,
    /// LOINC codes of results that mean it.
    #[serde(default)]
    pub loinc: Vec<String>,
    /// Names that laboratories and devices send.
    #[serde(default)]
    pub names: Vec<String>,
    /// Names that notes use beside a number.
    #[serde(default)]
    pub text: Vec<String>,
    /// The canonical unit.
    pub unit: String,
    /// Other units, and what a value in them is multiplied with.
    #[serde(default)]
    pub units: BTreeMap<String, f64>,
    /// Units that need more than a factor: value × factor + offset.
    #[serde(default)]
    pub shifted: BTreeMap<String, (f64, f64)>,
    /// Numbers outside this range, in the canonical unit, are something else.
    pub plausible: (f64, f64),
    /// The unit of a whole number without a unit, where the newer way to measure it gives whole numbers of another unit.
    #[serde(default)]
    pub whole: Option<String>,
    /// Which of its parts a search means by its name, when it has parts.
    #[serde(default)]
    pub asked_as: Option<String>,
    /// Where codes, unit and factor come from.
    pub source: String,
}

/// All of them.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Observation>,
    by_loinc: BTreeMap<String, usize>,
    by_name: BTreeMap<String, usize>,
    canonical: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    observation: Vec<Observation>,
}

impl Table {
    /// Reads a table.
    pub(super) fn parse(file: &str, text: &str) -> Result<Self> {
        let rows = toml::from_str::<File>(text)
            .map_err(|error| Trouble::input("the observation table cannot be read").at(file, None).why(error.message()))?
            .observation;
        let mut table = Self::default();
        for (at, row) in rows.iter().enumerate() {
            table.canonical.entry(row.name.clone()).or_insert(at);
            for code in &row.loinc {
                table.by_loinc.entry(code.clone()).or_insert(at);
            }
            let spoken = row.name.replace('_', " ");
            for name in row.names.iter().chain(&row.text).chain([&spoken, &row.label]) {
                table.by_name.entry(plain(name)).or_insert(at);
            }
        }
        table.rows = rows;
        Ok(table)
    }

    /// The rows in the order of the file.
    pub(super) fn rows(&self) -> &[Observation] {
        &self.rows
    }
}

/// A mistake in the shipped file cannot reach a user: `the_table_is_sound` fails first.
fn shipped() -> &'static Table {
    static SHIPPED: OnceLock<Table> = OnceLock::new();
    SHIPPED.get_or_init(|| Table::parse("lexicon/observations.toml", FILE).unwrap_or_default())
}

/// Names compare without case, and without anything but letters, digits and `%`.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || *c == '%').flat_map(char::to_lowercase).collect()
}

/// The canonical name of a result, by its LOINC code or, failing that, by its name.
pub fn canonical(loinc: Option<&str>, name: &str) -> Option<&'static str> {
    let table = shipped();
    loinc
        .and_then(|code| table.by_loinc.get(code.trim()))
        .or_else(|| table.by_name.get(&plain(name)))
        .or_else(|| table.by_name.get(&plain(without_specimen(name))))
        .and_then(|at| table.rows.get(*at))
        .map(|row| row.name.as_str())
}

/// "Creatinine [Mass/volume] in Serum or Plasma" and "Sodium, serum" without what follows the name.
fn without_specimen(name: &str) -> &str {
    let end = name.find(['[', ',', '(']).unwrap_or(name.len());
    name.get(..end).unwrap_or(name)
}

/// The row of a canonical name.
pub fn find(name: &str) -> Option<&'static Observation> {
    let table = shipped();
    table.canonical.get(name).and_then(|at| table.rows.get(*at))
}

/// Every row.
pub fn all() -> &'static [Observation] {
    &shipped().rows
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_sound() {
        let table = Table::parse("observations.toml", FILE).unwrap();
        let mut seen = BTreeSet::new();
        for row in table.rows() {
            assert!(seen.insert(row.name.clone()), "{} stands twice", row.name);
            assert!(row.plausible.0 < row.plausible.1, "{}", row.name);
            assert!(!row.source.is_empty(), "{}", row.name);
            assert!(row.units.values().all(|factor| *factor > 0.0), "{}", row.name);
        }
        let codes: Vec<&String> = table.rows().iter().flat_map(|row| &row.loinc).collect();
        assert_eq!(codes.len(), codes.iter().collect::<BTreeSet<_>>().len(), "a LOINC code stands twice");
    }

    #[test]
    fn a_result_is_known_by_code_or_by_name() {
        assert_eq!(canonical(Some("2160-0"), "anything"), Some("creatinine"));
        assert_eq!(canonical(None, "CREATININE"), Some("creatinine"));
        assert_eq!(canonical(None, "Creatinine [Mass/volume] in Serum or Plasma"), Some("creatinine"));
        assert_eq!(canonical(Some("2951-2"), ""), Some("sodium"));
        assert_eq!(canonical(None, "Systolic Blood Pressure"), Some("systolic_bp"));
        assert_eq!(canonical(None, "shoe size"), None);
    }
}
