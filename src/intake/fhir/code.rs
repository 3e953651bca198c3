//! CodeableConcepts.

use super::super::json::{at, list, text};
use crate::chart::Coding;
use serde_json::Value;

/// The first coding of a CodeableConcept that has a code.
pub(super) fn coding(holder: &Value, field: &str) -> Option<Coding> {
    codings(holder, field).next()
}

/// All codings of a CodeableConcept (of a list of them: of each).
pub(super) fn codings<'v>(holder: &'v Value, field: &str) -> impl Iterator<Item = Coding> + use<'v> {
    list(holder, field).iter().flat_map(|concept| list(concept, "coding")).filter_map(|coding| {
        Some(Coding { system: text(coding, &["system"]), code: text(coding, &["code"])?, display: text(coding, &["display"]) })
    })
}

/// How a person would say it: the text, else a display, else the code.
pub(super) fn words(holder: &Value, field: &str) -> Option<String> {
    at(holder, &[field]).and_then(words_of)
}

/// The same for the concept itself.
pub(super) fn words_of(concept: &Value) -> Option<String> {
    text(concept, &["text"]).or_else(|| text(concept, &["coding", "display"])).or_else(|| text(concept, &["coding", "code"]))
}

/// The plain code of a status-like concept, else its text.
pub(super) fn plain(holder: &Value, field: &str) -> Option<String> {
    coding(holder, field).map(|c| c.code).or_else(|| text(holder, &[field, "text"]))
}

/// Whether one of its codings has one of these codes.
pub(super) fn has(holder: &Value, field: &str, codes: &[&str]) -> bool {
    codings(holder, field).any(|coding| codes.contains(&coding.code.as_str()))
}
