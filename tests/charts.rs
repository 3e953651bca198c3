//! The synthetic charts against their answer keys, through the whole program: bundle, intake, store, reader, packs. Every expected
//! gap is found with its words, no forbidden one fires, and nothing is found that the key does not know.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use lacuna::checklist::Gap;
use lacuna::work::{Desk, demo};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

struct Key {
    slug: String,
    table: toml::Table,
}

fn keys() -> Vec<Key> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts");
    let mut keys: Vec<Key> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|e| e.unwrap().file_name().to_str()?.strip_suffix(".key.toml").map(str::to_owned))
        .map(|slug| Key { table: toml::from_str(&fs::read_to_string(folder.join(format!("{slug}.key.toml"))).unwrap()).unwrap(), slug })
        .collect();
    keys.sort_by(|a, b| a.slug.cmp(&b.slug));
    keys
}

impl Key {
    fn entries(&self, list: &str) -> Vec<&toml::Table> {
        self.table.get(list).and_then(|v| v.as_array()).into_iter().flatten().map(|v| v.as_table().unwrap()).collect()
    }

    fn encounter(&self) -> &str {
        self.table["encounter"].as_str().unwrap()
    }
}

fn text<'a>(entry: &'a toml::Table, field: &str) -> Option<&'a str> {
    entry.get(field).and_then(|v| v.as_str())
}

fn list<'a>(entry: &'a toml::Table, field: &str) -> Vec<&'a str> {
    entry.get(field).and_then(|v| v.as_array()).into_iter().flatten().filter_map(|v| v.as_str()).collect()
}

/// Whether a gap is the one that an entry of the key speaks of; its words apart.
fn speaks_of(entry: &toml::Table, gap: &Gap) -> bool {
    let kind = serde_json::to_value(gap.kind).unwrap();
    text(entry, "kind") == kind.as_str()
        && text(entry, "condition").is_none_or(|c| gap.condition.as_deref() == Some(c))
        && text(entry, "element").is_none_or(|e| gap.element.as_deref() == Some(e))
        && text(entry, "document_type").is_none_or(|d| gap.document_type.as_deref() == Some(d))
        && text(entry, "document").is_none_or(|d| gap.evidence.iter().any(|e| e.source() == d))
        && list(entry, "missing").iter().all(|m| gap.missing.iter().any(|g| g == m))
}

/// Whether every one of the words stands in the gap's proof.
fn has_words(entry: &toml::Table, gap: &Gap) -> bool {
    let proof = serde_json::to_string(&gap.evidence).unwrap();
    list(entry, "words").iter().all(|w| {
        let quoted = serde_json::to_string(w).unwrap();
        proof.contains(quoted.trim_matches('"'))
    })
}

#[test]
fn every_expected_gap_is_found_with_its_words_and_no_forbidden_one() {
    let desk = demo::desk(None).unwrap();
    let mut faults = Vec::new();
    for key in keys() {
        let gaps: Vec<Gap> = desk.chart(key.encounter()).unwrap().gaps.into_iter().map(|row| row.gap).collect();
        for entry in key.entries("expect") {
            if !gaps.iter().any(|g| speaks_of(entry, g) && has_words(entry, g)) {
                faults.push(format!("{}: missed {entry:?}", key.slug));
            }
        }
        for entry in key.entries("forbid") {
            for gap in gaps.iter().filter(|g| speaks_of(entry, g)) {
                faults.push(format!("{}: forbidden {:?}: {}", key.slug, text(entry, "trap"), gap.title));
            }
        }
        for gap in &gaps {
            let known = key.entries("expect").into_iter().chain(key.entries("also")).any(|entry| speaks_of(entry, gap));
            if !known {
                faults.push(format!("{}: not in the key: {} [{}]", key.slug, gap.title, gap.item));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_kind_of_gap_is_found_somewhere_and_three_charts_are_clean() {
    let desk = demo::desk(None).unwrap();
    let mut kinds = BTreeSet::new();
    let mut clean = 0;
    for key in keys() {
        let gaps = desk.chart(key.encounter()).unwrap().gaps;
        clean += usize::from(gaps.is_empty());
        kinds.extend(gaps.iter().map(|row| row.gap.kind));
    }
    assert_eq!(kinds.len(), 10, "{kinds:?}");
    assert!(clean >= 3, "{clean} clean charts");
}

#[test]
fn every_quote_of_a_gap_is_what_its_document_says_there() {
    let desk = demo::desk(None).unwrap();
    for key in keys() {
        let view = desk.chart(key.encounter()).unwrap();
        for row in &view.gaps {
            for proof in row.gap.evidence.iter().chain(&row.gap.counter_evidence) {
                if let lacuna::chart::Evidence::Text(t) = proof {
                    let prior = view.chart.prior.iter().flat_map(|p| &p.documents).find(|d| d.identifier == t.document);
                    let document = view.chart.document(&t.document).or(prior).expect("evidence names a document of the chart");
                    assert_eq!(document.text.get(t.start..t.end), Some(t.quote.as_str()), "{}: {}", key.slug, row.gap.item);
                }
            }
        }
    }
}

#[test]
fn the_same_charts_give_the_same_gaps_byte_for_byte() {
    let all = || {
        let desk = demo::desk(None).unwrap();
        keys().iter().map(|k| serde_json::to_string(&desk.chart(k.encounter()).unwrap().gaps).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(all(), all());
}

#[test]
fn every_gap_can_be_queried_and_its_draft_blocks_on_nothing() {
    let desk = demo::desk(None).unwrap();
    let mut faults = Vec::new();
    for key in keys() {
        for row in desk.chart(key.encounter()).unwrap().gaps {
            let view = desk.draft_for_gap(key.encounter(), &row.key).unwrap();
            let report = desk.lint(&view.draft).unwrap();
            for d in report.diagnostics.iter().filter(|d| d.severity == lacuna::query::LintSeverity::Block) {
                faults.push(format!("{} {}: {} {} {}", key.slug, row.gap.item, d.rule, d.field, d.message));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}
