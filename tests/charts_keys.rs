//! The answer keys of `fixtures/charts` say what can be said: names of the vocabulary, words that stand in the chart.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use base64::Engine;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Gap kinds, and where a document type, element or condition may come from: the vocabulary's names.
const KINDS: [&str; 10] = [
    "missing_document",
    "overdue",
    "missing_element",
    "unspecified",
    "undocumented",
    "unsupported",
    "conflicting",
    "poa_unclear",
    "copied",
    "unsigned",
];

struct Chart {
    slug: String,
    key: toml::Table,
    bundle: Value,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts")
}

fn charts() -> Vec<Chart> {
    let mut slugs: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
        .collect();
    slugs.sort();
    slugs
        .into_iter()
        .map(|slug| {
            let key = fs::read_to_string(folder().join(format!("{slug}.key.toml"))).unwrap_or_else(|e| panic!("{slug}: {e}"));
            let bundle = fs::read_to_string(folder().join(format!("{slug}.json"))).unwrap();
            Chart {
                key: toml::from_str(&key).unwrap_or_else(|e| panic!("{slug}: {e}")),
                bundle: serde_json::from_str(&bundle).unwrap(),
                slug,
            }
        })
        .collect()
}

impl Chart {
    fn resources(&self) -> impl Iterator<Item = &Value> {
        self.bundle["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"])
    }

    fn entries(&self, list: &str) -> Vec<toml::Table> {
        let list = self.key.get(list).and_then(toml::Value::as_array);
        list.into_iter().flatten().map(|entry| entry.as_table().unwrap().clone()).collect()
    }

    fn encounter(&self) -> String {
        format!("Encounter/enc-{}", self.key["encounter"].as_str().unwrap())
    }

    /// Identifier, encounter and text of each document.
    fn documents(&self) -> BTreeMap<&str, (&str, String)> {
        let documents = self.resources().filter(|r| r["resourceType"] == "DocumentReference");
        documents
            .map(|r| {
                let data = r["content"][0]["attachment"]["data"].as_str().unwrap();
                let text = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(data).unwrap()).unwrap();
                (r["id"].as_str().unwrap(), (r["context"]["encounter"][0]["reference"].as_str().unwrap(), text))
            })
            .collect()
    }

    /// What a gap could quote beside text: values, drugs, orders, procedures.
    fn values(&self) -> Vec<String> {
        let mut values = Vec::new();
        for r in self.resources().filter(|r| r["resourceType"] != "DocumentReference") {
            let quantities = [&r["valueQuantity"], &r["component"][0]["valueQuantity"], &r["component"][1]["valueQuantity"]];
            values.extend(quantities.iter().filter(|q| q.is_object()).map(|q| q["value"].to_string()));
            values.extend(
                [&r["valueString"], &r["code"]["text"], &r["medicationCodeableConcept"]["text"]]
                    .iter()
                    .filter_map(|v| v.as_str().map(str::to_owned)),
            );
        }
        values
    }
}

fn text<'a>(entry: &'a toml::Table, field: &str) -> Option<&'a str> {
    entry.get(field).map(|value| value.as_str().unwrap_or_else(|| panic!("{field} is not a string")))
}

fn words(entry: &toml::Table) -> Vec<&str> {
    entry["words"].as_array().expect("words").iter().map(|w| w.as_str().unwrap()).collect()
}

#[test]
fn every_key_is_whole() {
    for chart in charts() {
        let slug = &chart.slug;
        assert_eq!(text(&chart.key, "chart"), Some(slug.as_str()));
        assert!(chart.key["synthetic"].as_bool().unwrap(), "{slug}");
        assert!((1..=5).contains(&chart.key["difficulty"].as_integer().unwrap()), "{slug}");
        assert!(text(&chart.key, "summary").is_some_and(|s| s.ends_with('.')), "{slug}");
        let encounters: Vec<_> =
            chart.resources().filter(|r| r["resourceType"] == "Encounter").map(|r| r["identifier"][0]["value"].as_str()).collect();
        assert!(encounters.contains(&text(&chart.key, "encounter")), "{slug}");
        assert_eq!(chart.bundle["meta"]["tag"][0]["code"], "SYNTHETIC", "{slug}");
        for field in chart.key.keys() {
            assert!(
                ["chart", "encounter", "difficulty", "summary", "synthetic", "clean", "expect", "forbid"].contains(&field.as_str()),
                "{slug}: {field}"
            );
        }
        for (list, own) in [("expect", "missing"), ("forbid", "trap")] {
            for entry in chart.entries(list) {
                assert!(text(&entry, "why").is_some_and(|why| why.ends_with('.')), "{slug}: {entry:?}");
                for field in entry.keys() {
                    assert!(
                        ["kind", "condition", "element", "document_type", "document", "words", "why", own].contains(&field.as_str()),
                        "{slug}: {field}"
                    );
                }
            }
        }
        assert!(!chart.entries("forbid").is_empty(), "{slug} tempts with nothing");
        assert!(chart.entries("forbid").iter().all(|entry| text(entry, "trap").is_some()), "{slug}");
    }
}

#[test]
fn names_are_of_the_vocabulary() {
    // The packs' vocabulary, as far as keys use it (the shared file is not part of a clone), and the concepts of the lexicon beyond it.
    let allowed = |names: &str| names.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
    let conditions = allowed(include_str!("charts_vocabulary/conditions.txt"));
    let elements = allowed(include_str!("charts_vocabulary/elements.txt"));
    let concepts: BTreeSet<&str> = lacuna::reading::Lexicon::shipped().concepts().map(|concept| concept.id.as_str()).collect();
    let types: BTreeSet<&str> = lacuna::chart::DocumentType::ALL.into_iter().map(lacuna::chart::DocumentType::name).collect();
    for chart in charts() {
        for entry in chart.entries("expect").iter().chain(&chart.entries("forbid")) {
            let slug = &chart.slug;
            assert!(KINDS.contains(&text(entry, "kind").unwrap()), "{slug}: {entry:?}");
            assert!(text(entry, "condition").is_none_or(|name| conditions.contains(name) || concepts.contains(name)), "{slug}: {entry:?}");
            assert!(text(entry, "element").is_none_or(|name| elements.contains(name)), "{slug}: {entry:?}");
            assert!(text(entry, "document_type").is_none_or(|name| types.contains(name)), "{slug}: {entry:?}");
            let subject = ["condition", "element", "document_type", "document"].iter().any(|field| entry.contains_key(*field));
            assert!(subject, "{slug}: about nothing: {entry:?}");
        }
    }
}

#[test]
fn every_word_stands_in_its_chart() {
    for chart in charts() {
        let (documents, values) = (chart.documents(), chart.values());
        for entry in chart.entries("expect").iter().chain(&chart.entries("forbid")) {
            for word in words(entry) {
                let found = match text(entry, "document") {
                    Some(id) => documents.get(id).unwrap_or_else(|| panic!("{}: no document {id}", chart.slug)).1.contains(word),
                    None => documents.values().any(|(_, text)| text.contains(word)) || values.iter().any(|value| value.contains(word)),
                };
                assert!(found, "{}: {word:?} stands nowhere", chart.slug);
            }
        }
    }
}

#[test]
fn together_the_charts_hold_what_they_must() {
    let charts = charts();
    assert!(charts.len() >= 24, "{} charts", charts.len());
    let kinds: BTreeSet<String> = charts.iter().flat_map(|c| c.entries("expect")).map(|e| text(&e, "kind").unwrap().to_owned()).collect();
    assert_eq!(kinds, KINDS.map(str::to_owned).into());
    let (clean, flawed): (Vec<&Chart>, Vec<&Chart>) = charts.iter().partition(|c| c.key.get("clean").is_some_and(|v| v.as_bool().unwrap()));
    assert_eq!(clean.len(), 3);
    assert!(clean.iter().all(|c| c.entries("expect").is_empty()));
    assert!(flawed.iter().all(|c| !c.entries("expect").is_empty()));
    let with_prior = charts.iter().filter(|c| c.resources().filter(|r| r["resourceType"] == "Encounter").count() > 1).count();
    assert!(with_prior >= 2, "{with_prior} charts have an earlier encounter");
}

#[test]
fn every_encounter_has_six_to_twenty_documents_within_its_time() {
    for chart in charts() {
        let encounter = chart.encounter();
        let own = chart.documents().values().filter(|(stay, _)| *stay == encounter).count();
        assert!((6..=20).contains(&own), "{}: {own} documents", chart.slug);
        for r in chart.resources().filter(|r| r["resourceType"] == "DocumentReference" || r["resourceType"] == "Observation") {
            let time = r["date"].as_str().or(r["effectiveDateTime"].as_str()).unwrap();
            assert!(time <= "2026-11-19T08:42", "{}: {} lies after the demo's now", chart.slug, r["id"]);
            assert!(
                r["encounter"]["reference"] != encounter.as_str() || time >= "2026-11-08",
                "{}: {} lies before the stay",
                chart.slug,
                r["id"]
            );
        }
    }
}
