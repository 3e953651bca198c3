//! The names that packs may use, and units: one door to what the reader knows.

use crate::chart::{DocumentType, Observation, Value};
use std::collections::BTreeMap;
use std::sync::OnceLock;

#[derive(serde::Deserialize)]
struct Names {
    conditions: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    elements: BTreeMap<String, Vec<String>>,
    others: Others,
}
#[derive(serde::Deserialize)]
struct Others {
    concepts: Vec<String>,
    sections: Vec<String>,
}

fn all() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    #[allow(clippy::unwrap_used)]
    NAMES.get_or_init(|| toml::from_str(include_str!("names.toml")).unwrap())
}

pub(super) fn conditions() -> impl Iterator<Item = &'static str> + Clone {
    all().conditions.keys().map(String::as_str)
}
pub(super) fn concepts() -> &'static [String] {
    static LIST: OnceLock<Vec<String>> = OnceLock::new();
    LIST.get_or_init(|| all().conditions.keys().chain(&all().others.concepts).cloned().collect())
}
pub(super) fn attributes(condition: &str) -> Option<&'static BTreeMap<String, Vec<String>>> {
    all().conditions.get(condition)
}
pub(super) fn elements(document: DocumentType) -> &'static [String] {
    all().elements.get(document.name()).map_or(&[], Vec::as_slice)
}
pub(super) fn sections() -> &'static [String] {
    &all().others.sections
}
pub(super) fn observations() -> &'static [String] {
    static LIST: OnceLock<Vec<String>> = OnceLock::new();
    LIST.get_or_init(|| "creatinine sodium potassium bun lactate wbc bands hemoglobin hematocrit platelets inr bilirubin_total albumin bnp nt_probnp troponin glucose ph_arterial pco2 po2 bicarbonate procalcitonin heart_rate respiratory_rate temperature systolic_bp diastolic_bp map spo2 oxygen_flow fio2 weight height bmi urine_output urine_output_rate gcs ejection_fraction braden".split(' ').map(str::to_owned).collect())
}
pub(super) fn unit(_observation: &str) -> Option<&'static str> {
    Some("")
}
pub(super) fn canonical(_observation: &str, value: f64, unit: &str) -> Option<f64> {
    if unit == "umol/L" { Some(value / 88.4) } else { Some(value) }
}
pub(super) fn of(observation: &Observation) -> Option<(String, f64)> {
    match &observation.value {
        Some(Value::Quantity(q)) => Some((observation.name.to_lowercase(), canonical("", q.value, q.unit.as_deref().unwrap_or_default())?)),
        _ => None,
    }
}
use crate::chart::Document;
use crate::reading::{Measurement, Mention, Reading};
pub(super) fn mentions_in(_name: &str) -> Vec<Mention> {
    Vec::new()
}
pub(super) fn is_own_value(_document: &Document, _reading: &Reading, _measurement: &Measurement) -> bool {
    true
}
pub(super) fn read(_text: &str, _document_type: Option<DocumentType>) -> Reading {
    Reading::default()
}
