//! The lint over the shipped lexicon.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

use super::{Files, Lexicon, Owner};
use crate::reading::vocabulary;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn the_shipped_lexicon_is_sound() {
    let lexicon = Lexicon::parse(&Files::shipped()).map_err(|trouble| trouble.to_string()).unwrap();
    for condition in vocabulary::conditions() {
        assert!(lexicon.concept(&condition.name).is_some(), "{} has no names", condition.name);
        for (attribute, values) in &condition.attributes {
            for value in values {
                let concept = lexicon.concepts.iter().position(|c| c.id == condition.name);
                let word =
                    lexicon.attributes.iter().flat_map(|w| &w.states).any(|(c, a, v)| Some(*c) == concept && a == attribute && v == value);
                let form = lexicon
                    .forms
                    .iter()
                    .any(|form| Some(form.concept) == concept && form.sets.iter().any(|(a, v)| a == attribute && v == value));
                let measured = attribute == "bmi";
                assert!(word || form || measured, "nothing can state {attribute} = {value} of {}", condition.name);
            }
        }
    }
}

#[test]
fn no_name_stands_for_a_condition_and_for_another() {
    let lexicon = Lexicon::shipped();
    // Names that say two things at once: both conditions are meant.
    let both = |name: &str| {
        ["septic", "dka", "ketoacidosis", "dvt/pe", "encephalopathy", "delirium", "renal", "kidney", "withdrawal", "arf", "cardiac"]
            .iter()
            .any(|word| name.contains(word))
    };
    let mut doubles = Vec::new();
    for (owners, name) in lexicon.owners.iter().zip(&lexicon.patterns) {
        let conditions: BTreeSet<&str> = owners
            .iter()
            .filter_map(|owner| match owner {
                Owner::Form(at) => Some(lexicon.concepts[lexicon.forms[*at].concept].id.as_str()),
                _ => None,
            })
            .filter(|id| !id.contains('.'))
            .collect();
        if conditions.len() > 1 && !both(name) {
            doubles.push(format!("{name}: {conditions:?}"));
        }
    }
    assert!(doubles.is_empty(), "{}", doubles.join("\n"));
}

#[test]
fn colliding_abbreviations_are_guarded() {
    let lexicon = Lexicon::shipped();
    for name in ["ms", "pe", "ra", "cc", "arf", "hd", "mi", "ca", "af", "as", "ed", "pt", "or", "bs", "cap", "hap", "all", "ams"] {
        let Some(at) = lexicon.patterns.iter().position(|pattern| pattern == name) else { continue };
        for owner in &lexicon.owners[at] {
            if let Owner::Form(form) = owner {
                let form = &lexicon.forms[*form];
                assert!(form.guard.exact, "\"{name}\" is matched in any case, for {}", lexicon.concepts[form.concept].id);
            }
        }
    }
}

#[test]
fn no_trigger_both_sets_and_is_nothing() {
    let lexicon = Lexicon::shipped();
    let mut deeds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for trigger in &lexicon.triggers {
        let kind = match trigger.deed {
            super::Deed::Sets(..) => "sets",
            super::Deed::Nothing => "nothing",
            super::Deed::Stops(_) => continue,
        };
        deeds.entry(&trigger.words).or_default().insert(kind);
    }
    let torn: Vec<_> = deeds.iter().filter(|(_, kinds)| kinds.len() > 1).map(|(words, _)| *words).collect();
    assert!(torn.is_empty(), "{torn:?}");
}

#[test]
fn every_mistake_in_a_file_is_reported() {
    let with = |concepts: &'static str| {
        let mut files = Files::shipped();
        files.concepts.push(("own.toml", concepts));
        Lexicon::parse(&files).err().expect("a mistake").to_string()
    };
    assert!(with("[[concept]]\nid = \"gout\"\nsource = \"x\"\nnames = [\"gout\"]").contains("no condition of the vocabulary"));
    assert!(with("[[concept]]\nid = \"term.x\"\nnames = [\"x\"]").contains("names no source"));
    assert!(with("[[concept]]\nid = \"term.x\"\nsource = \"x\"\nnames = [\"{no_such_set} x\"]").contains("placeholders"));
    assert!(with("[[concept]").contains("own.toml:1"));
}
