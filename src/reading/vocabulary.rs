//! The names that readings, checklists and exports share: conditions, their attributes and closed values, elements, gap kinds.

use crate::chart::DocumentType;
use serde::Deserialize;
use std::sync::OnceLock;

const FILE: &str = include_str!("../../lexicon/vocabulary.toml");

/// A condition and what coding needs beyond its bare name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionEntry {
    /// Its name.
    pub name: String,
    /// Attribute and its closed list of values, in the order of the file.
    pub attributes: Vec<(String, Vec<String>)>,
}

#[derive(Default)]
struct Vocabulary {
    conditions: Vec<ConditionEntry>,
    documents: Vec<(String, Vec<String>)>,
    gaps: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    condition: Vec<Condition>,
    document_type: Vec<Document>,
    gap_kind: Vec<Gap>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    name: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    name: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    #[serde(default)]
    elements: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gap {
    name: String,
    means: String,
}

/// A mistake in the shipped file cannot reach a user: `the_vocabulary_is_whole` fails first.
fn shipped() -> &'static Vocabulary {
    static SHIPPED: OnceLock<Vocabulary> = OnceLock::new();
    SHIPPED.get_or_init(|| parse(FILE).unwrap_or_default())
}

fn parse(text: &str) -> Result<Vocabulary, toml::de::Error> {
    let file: File = toml::from_str(text)?;
    let conditions = file.condition.into_iter().map(|condition| ConditionEntry {
        name: condition.name,
        attributes: condition.attributes.into_iter().map(|attribute| (attribute.name, attribute.values)).collect(),
    });
    Ok(Vocabulary {
        conditions: conditions.collect(),
        documents: file.document_type.into_iter().map(|document| (document.name, document.elements)).collect(),
        gaps: file.gap_kind.into_iter().map(|gap| (gap.name, gap.means)).collect(),
    })
}

/// Every condition, in the order of the vocabulary.
pub fn conditions() -> &'static [ConditionEntry] {
    &shipped().conditions
}

/// Where a condition stands in that order.
pub fn order(condition: &str) -> Option<usize> {
    conditions().iter().position(|entry| entry.name == condition)
}

/// The attributes of a condition with their closed values; `None` for a name that is no condition.
pub fn attributes(condition: &str) -> Option<&'static [(String, Vec<String>)]> {
    conditions().iter().find(|entry| entry.name == condition).map(|entry| entry.attributes.as_slice())
}

/// The closed values of one attribute; empty when there is no such attribute.
pub fn values(condition: &str, attribute: &str) -> &'static [String] {
    attributes(condition).and_then(|list| list.iter().find(|(name, _)| name == attribute)).map_or(&[], |(_, values)| values)
}

/// What a document of this type must hold; empty for types without requirements.
pub fn elements(document_type: DocumentType) -> &'static [String] {
    shipped().documents.iter().find(|(name, _)| name == document_type.name()).map_or(&[], |(_, elements)| elements)
}

/// The kinds of gap, each with what it means.
pub fn gap_kinds() -> &'static [(String, String)] {
    &shipped().gaps
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_vocabulary_is_whole() {
        let vocabulary = parse(FILE).unwrap();
        assert_eq!(vocabulary.conditions.len(), 50);
        let names: BTreeSet<_> = vocabulary.conditions.iter().map(|c| &c.name).collect();
        assert_eq!(names.len(), 50);
        assert!(vocabulary.conditions.iter().flat_map(|c| &c.attributes).all(|(_, values)| !values.is_empty()));
        let documents: Vec<_> = vocabulary.documents.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(documents, DocumentType::ALL.map(DocumentType::name));
        assert_eq!(gap_kinds().len(), 10);
    }

    #[test]
    fn attributes_and_elements_are_found_by_name() {
        assert_eq!(values("heart_failure", "type"), ["systolic", "diastolic", "combined"]);
        assert!(attributes("hypertension").unwrap().is_empty());
        assert!(attributes("no such condition").is_none());
        assert_eq!(elements(DocumentType::ProgressNote)[0], "subjective");
        assert!(elements(DocumentType::OfficeVisit).is_empty());
    }
}
