//! The names that packs may use, and units: one door to what the reader knows.

use crate::chart::{DocumentType, Observation, Value};
use crate::reading::{Lexicon, Mention, observations as measured, read, units, vocabulary};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Attribute → its closed values.
pub(super) type Attributes = BTreeMap<String, Vec<String>>;

/// The conditions of the vocabulary.
pub(super) fn conditions() -> impl Iterator<Item = &'static str> + Clone {
    vocabulary::conditions().iter().map(|entry| entry.name.as_str())
}

/// Every concept that the reader reports: conditions, drugs, treatments, findings, devices, terms.
pub(super) fn concepts() -> &'static [String] {
    static LIST: OnceLock<Vec<String>> = OnceLock::new();
    LIST.get_or_init(|| {
        let lexicon = Lexicon::shipped().concepts().filter(|c| !c.mask).map(|c| c.id.clone());
        lexicon.chain(conditions().map(str::to_owned)).collect::<BTreeSet<_>>().into_iter().collect()
    })
}

/// Whether the reader reports such a concept.
pub(super) fn is_concept(name: &str) -> bool {
    concepts().binary_search_by(|known| known.as_str().cmp(name)).is_ok()
}

/// The attributes of a condition; `None` for what is no condition.
pub(super) fn attributes(condition: &str) -> Option<&'static Attributes> {
    static MAP: OnceLock<BTreeMap<String, Attributes>> = OnceLock::new();
    let map = MAP.get_or_init(|| {
        let entry = |entry: &vocabulary::ConditionEntry| (entry.name.clone(), entry.attributes.iter().cloned().collect());
        vocabulary::conditions().iter().map(entry).collect()
    });
    map.get(condition)
}

/// The elements that a document of this type has.
pub(super) fn elements(document: DocumentType) -> &'static [String] {
    vocabulary::elements(document)
}

/// Whether a document of some type has such an element.
pub(super) fn is_element(name: &str) -> bool {
    DocumentType::ALL.into_iter().any(|document| elements(document).iter().any(|element| element == name))
}

#[derive(Deserialize)]
struct Headings {
    section: Vec<Heading>,
}

#[derive(Deserialize)]
struct Heading {
    name: String,
    long: Option<String>,
}

/// The canonical names of sections.
pub(super) fn sections() -> &'static [String] {
    static LIST: OnceLock<Vec<String>> = OnceLock::new();
    LIST.get_or_init(|| {
        let headings: Vec<Heading> =
            toml::from_str::<Headings>(include_str!("../../lexicon/headings.toml")).map(|file| file.section).unwrap_or_default();
        let mut names: BTreeSet<String> = ["unheaded", "other"].map(str::to_owned).into();
        for heading in headings {
            names.insert(heading.name);
            names.extend(heading.long);
        }
        names.into_iter().collect()
    })
}

/// Urine output that was sent for a kilogram and hour: no volume and no rate, so it has a name of its own.
const URINE_PER_KG: (&str, &str) = ("urine_output_per_kg", "mL/kg/h");

/// Whether a unit is milliliters for a kilogram and hour.
fn per_kg(unit: &str) -> bool {
    let unit = unit.to_lowercase().replace(' ', "").replace("cc", "ml").replace("hour", "h").replace("hr", "h");
    unit == "ml/kg/h"
}

/// The canonical names of observations.
pub(super) fn observations() -> &'static [String] {
    static LIST: OnceLock<Vec<String>> = OnceLock::new();
    LIST.get_or_init(|| measured::all().iter().map(|row| row.name.clone()).chain([URINE_PER_KG.0.to_owned()]).collect())
}

/// The canonical name of what a laboratory or a nurse calls otherwise ("K", "Hgb").
pub(super) fn observation_called(name: &str) -> Option<&'static str> {
    measured::canonical(None, name)
}

/// The concept that a name as it stands in notes ("low potassium", "metformin") is one of.
pub(super) fn concept_called(name: &str) -> Option<String> {
    let whole = |mention: &&Mention| mention.start == 0 && mention.end == name.len();
    mentions_in(name).iter().find(whole).map(|mention| mention.concept.clone()).filter(|concept| is_concept(concept))
}

/// What the lexicon calls the concepts whose id begins so.
fn called(begins: &str) -> Vec<String> {
    let lexicon = Lexicon::shipped();
    let names = lexicon.concepts().filter(|c| !c.mask && c.id.starts_with(begins)).flat_map(|c| lexicon.names(&c.id));
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The names of drugs.
pub(super) fn drugs() -> &'static [String] {
    static LIST: OnceLock<Vec<String>> = OnceLock::new();
    LIST.get_or_init(|| called("drug."))
}

/// The names of conditions.
pub(super) fn illnesses() -> &'static [String] {
    static LIST: OnceLock<Vec<String>> = OnceLock::new();
    LIST.get_or_init(|| conditions().flat_map(|id| Lexicon::shipped().names(id)).collect::<BTreeSet<_>>().into_iter().collect())
}

/// The canonical unit of an observation.
pub(super) fn unit(observation: &str) -> Option<&'static str> {
    if observation == URINE_PER_KG.0 { Some(URINE_PER_KG.1) } else { units::canonical_unit(observation) }
}

/// A number in the canonical unit.
pub(super) fn canonical(observation: &str, value: f64, unit: &str) -> Option<f64> {
    if observation == URINE_PER_KG.0 {
        return per_kg(unit).then_some(value);
    }
    // A score, a ratio and a pH are bare numbers, however their unit is written.
    let bare = |unit: &str| matches!(unit, "" | "1" | "{score}" | "{ratio}" | "{INR}" | "[pH]");
    let own = units::canonical_unit(observation).is_some_and(bare);
    if own && bare(unit) { Some(value) } else { units::convert(value, unit, observation) }
}

/// Canonical name and value of an observation as sent; `None` when it is no number, or its unit is not known.
pub(super) fn of(observation: &Observation) -> Option<(String, f64)> {
    let Some(Value::Quantity(quantity)) = &observation.value else { return None };
    let loinc = observation.code.as_ref().filter(|code| code.system.as_deref().is_none_or(|system| system.contains("loinc")));
    let name = measured::canonical(loinc.map(|code| code.code.as_str()), &observation.name)?;
    if name.starts_with("urine_output") && per_kg(quantity.unit.as_deref().unwrap_or_default()) {
        return Some((URINE_PER_KG.0.to_owned(), quantity.value));
    }
    let value = canonical(name, quantity.value, quantity.unit.as_deref().unwrap_or_default())?;
    Some((name.to_owned(), value))
}

/// Names kept in memory: hospitals order the same few thousand things.
const REMEMBERED: usize = 8_192;

type Shelf = Mutex<HashMap<String, Arc<Vec<Mention>>>>;

/// What the name of a drug, an order or a diagnosis says. The same names come in every stay, so they are read once.
pub(super) fn mentions_in(name: &str) -> Arc<Vec<Mention>> {
    static SHELF: OnceLock<Shelf> = OnceLock::new();
    let shelf = SHELF.get_or_init(Mutex::default);
    let known = shelf.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
    if let Some(mentions) = known {
        return mentions;
    }
    let mentions = Arc::new(read(name, Some(DocumentType::Other)).mentions);
    let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
    if shelf.len() >= REMEMBERED {
        shelf.clear();
    }
    shelf.insert(name.to_owned(), Arc::clone(&mentions));
    mentions
}
