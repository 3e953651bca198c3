//! The table of phrases in `fixtures/attributes.toml`: attributes go to the right condition, and none is invented.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::reading::{read, vocabulary};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrases {
    phrase: Vec<Phrase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrase {
    text: String,
    condition: String,
    #[serde(default)]
    states: BTreeMap<String, String>,
    #[serde(default)]
    leaves_open: Vec<String>,
}

fn phrases() -> Vec<Phrase> {
    toml::from_str::<Phrases>(include_str!("../../../fixtures/attributes.toml")).unwrap().phrase
}

#[test]
fn attributes_go_to_the_condition_that_they_are_said_of() {
    let mut wrong = Vec::new();
    for phrase in phrases() {
        let reading = read(&phrase.text, None);
        let Some(found) = reading.conditions.iter().find(|c| c.condition == phrase.condition) else {
            wrong.push(format!("{} -> no {}", phrase.text, phrase.condition));
            continue;
        };
        for (name, value) in &phrase.states {
            if found.attributes.get(name) != Some(value) {
                wrong.push(format!("{} -> {name} is {:?}, not {value}", phrase.text, found.attributes.get(name)));
            }
        }
        for name in phrase.leaves_open.iter().filter(|name| found.attributes.contains_key(*name)) {
            wrong.push(format!("{} -> {name} is {:?}, and nothing states it", phrase.text, found.attributes.get(name)));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_attribute_and_value_has_its_phrases() {
    let phrases = phrases();
    assert!(phrases.len() >= 120);
    let stated: BTreeSet<(&str, &str, &str)> =
        phrases.iter().flat_map(|p| p.states.iter().map(|(a, v)| (p.condition.as_str(), a.as_str(), v.as_str()))).collect();
    let open: BTreeSet<(&str, &str)> =
        phrases.iter().flat_map(|p| p.leaves_open.iter().map(|a| (p.condition.as_str(), a.as_str()))).collect();
    let mut missing = Vec::new();
    for condition in vocabulary::conditions() {
        for (attribute, values) in &condition.attributes {
            if !open.contains(&(condition.name.as_str(), attribute.as_str())) {
                missing.push(format!("{} without {attribute}", condition.name));
            }
            for value in values.iter().filter(|value| !stated.contains(&(condition.name.as_str(), attribute.as_str(), value.as_str()))) {
                missing.push(format!("{} with {attribute} {value}", condition.name));
            }
        }
    }
    assert!(missing.is_empty(), "no phrase for {}", missing.join(", "));
}
