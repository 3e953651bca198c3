//! The lint over the shipped lexicon.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

use super::entry::ConceptFile;
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
                // Words that must stand near decide between the two: an infarct is one of the heart or of the brain.
                Owner::Form(at) if lexicon.forms[*at].guard.as_ref().is_none_or(|guard| guard.near.is_empty()) => {
                    Some(lexicon.concepts[lexicon.forms[*at].concept].id.as_str())
                }
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

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Collisions {
    abbreviation: Vec<Collision>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Collision {
    name: String,
    means: Vec<String>,
    guarded: bool,
    /// Lower case is usual for it.
    #[serde(default)]
    any_case: bool,
}

fn files() -> Vec<(&'static str, ConceptFile)> {
    Files::shipped().concepts.iter().map(|(name, text)| (*name, toml::from_str(text).unwrap())).collect()
}

#[test]
fn colliding_abbreviations_are_guarded() {
    let lexicon = Lexicon::shipped();
    let table: Collisions = toml::from_str(include_str!("../../../lexicon/collisions.toml")).unwrap();
    assert!(table.abbreviation.len() >= 45);
    let mut wrong = Vec::new();
    for collision in &table.abbreviation {
        assert!(!collision.means.is_empty(), "{} means nothing", collision.name);
        let Some(at) = lexicon.patterns.iter().position(|pattern| **pattern == *collision.name) else { continue };
        for owner in lexicon.owners.of(at) {
            let Owner::Form(form) = owner else { continue };
            let form = &lexicon.forms[*form];
            let concept = &lexicon.concepts[form.concept];
            let guard = form.guard.as_deref().cloned().unwrap_or_default();
            if !guard.exact && !collision.any_case {
                wrong.push(format!("\"{}\" is matched in any case, for {}", collision.name, concept.id));
            }
            let words = [&guard.near, &guard.not_near, &guard.next, &guard.not_next, &guard.before, &guard.not_before];
            if collision.guarded && !concept.mask && words.iter().all(|list| list.is_empty()) {
                wrong.push(format!("\"{}\" has no guard, for {}", collision.name, concept.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn guarded_collisions_have_examples_in_both_polarities_and_every_example_reads_right() {
    let table: Collisions = toml::from_str(include_str!("../../../lexicon/collisions.toml")).unwrap();
    let guarded: BTreeSet<&str> = table.abbreviation.iter().filter(|c| c.guarded).map(|c| c.name.as_str()).collect();
    let mut wrong = Vec::new();
    for (file, concepts) in files() {
        for entry in concepts.concept {
            let names = entry.form.iter().flat_map(|form| &form.names).map(|name| name.to_lowercase());
            let collides = names.filter(|name| guarded.contains(name.as_str())).collect::<Vec<_>>();
            if !collides.is_empty() && !entry.mask && (entry.examples.is_empty() || entry.counterexamples.is_empty()) {
                wrong.push(format!("{file}: {} has no examples in both polarities for {collides:?}", entry.id));
            }
            let found = |text: &str| crate::reading::read(text, None).mentions.iter().any(|m| m.concept == entry.id);
            wrong.extend(entry.examples.iter().filter(|text| !found(text)).map(|text| format!("{file}: {} is not in: {text}", entry.id)));
            wrong.extend(entry.counterexamples.iter().filter(|text| found(text)).map(|text| format!("{file}: {} is in: {text}", entry.id)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_name_is_written_twice_in_one_form() {
    let mut doubles = Vec::new();
    for (file, concepts) in files() {
        for entry in concepts.concept {
            for names in entry.form.iter().map(|form| &form.names).chain([&entry.names]) {
                let mut seen = BTreeSet::new();
                doubles.extend(
                    names.iter().filter(|name| !seen.insert(*name)).map(|name| format!("{file}: {} has \"{name}\" twice", entry.id)),
                );
            }
        }
    }
    assert!(doubles.is_empty(), "{}", doubles.join("\n"));
}

#[test]
fn every_name_without_a_guard_is_found_when_it_stands_alone() {
    let lexicon = Lexicon::shipped();
    let mut lost = Vec::new();
    for (owners, name) in lexicon.owners.iter().zip(&lexicon.patterns) {
        let open = |owner: &Owner| {
            let Owner::Form(form) = owner else { return None };
            let form = &lexicon.forms[*form];
            let concept = &lexicon.concepts[form.concept];
            (form.guard.is_none() && form.only.is_none() && !concept.mask).then_some(concept.id.as_str())
        };
        let ids: BTreeSet<&str> = owners.iter().filter_map(open).collect();
        if ids.is_empty() {
            continue;
        }
        let reading = crate::reading::read(name, None);
        let missed: Vec<&str> = ids.into_iter().filter(|id| reading.mentions.iter().all(|m| m.concept != *id)).collect();
        if !missed.is_empty() {
            lost.push(format!("\"{name}\" is shadowed for {missed:?}"));
        }
    }
    assert!(lost.is_empty(), "{} names are never found:\n{}", lost.len(), lost.join("\n"));
}

#[test]
fn no_name_of_a_condition_is_a_trigger() {
    let lexicon = Lexicon::shipped();
    let torn: Vec<&str> = lexicon
        .owners
        .iter()
        .zip(&lexicon.patterns)
        .filter(|(owners, _)| {
            // A cue that looks back judges what stands before it and not the name that it is: "prostate cancer, prostatectomy 2011".
            let condition = |owner: &Owner| matches!(owner, Owner::Form(at) if lexicon.concepts[lexicon.forms[*at].concept].condition);
            let named = |owner: &Owner| matches!(owner, Owner::Form(_));
            let sets = |owner: &Owner, back: bool| match owner {
                Owner::Trigger(at) => match lexicon.triggers[*at].deed {
                    super::Deed::Sets(_, super::Direction::Backward) => back,
                    super::Deed::Sets(..) => true,
                    _ => false,
                },
                _ => false,
            };
            let back = owners.iter().any(condition);
            owners.iter().any(named) && owners.iter().any(|owner| sets(owner, back))
        })
        .map(|(_, name)| name.as_ref())
        .collect();
    assert!(torn.is_empty(), "{torn:?}");
}

/// Where a guard does not let a cue act, the same words may be none; where nothing holds the cue back, that would never be.
#[test]
fn no_trigger_both_sets_and_is_nothing() {
    let lexicon = Lexicon::shipped();
    let mut deeds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (owners, words) in lexicon.owners.iter().zip(&lexicon.patterns) {
        for owner in owners {
            let Owner::Trigger(at) = owner else { continue };
            let trigger = &lexicon.triggers[*at];
            let kind = match trigger.deed {
                super::Deed::Sets(..) if trigger.guard.is_none() && !trigger.heads && trigger.after.is_empty() => "sets",
                super::Deed::Nothing if !trigger.heads => "nothing",
                _ => continue,
            };
            deeds.entry(words).or_default().insert(kind);
        }
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
