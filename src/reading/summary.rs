//! The note-level summary: one entry for each condition, as the labelling guide defines it.

use super::model::{Assertion, Condition, Experiencer, Measurement, Mention};
use super::vocabulary;
use std::collections::BTreeMap;

/// One entry for each condition that is mentioned, in the order of the vocabulary.
pub(super) fn conditions(mentions: &[Mention], measurements: &[Measurement]) -> Vec<Condition> {
    let mut by_condition: BTreeMap<usize, Vec<&Mention>> = BTreeMap::new();
    for mention in mentions {
        if let Some(at) = vocabulary::order(&mention.concept) {
            by_condition.entry(at).or_default().push(mention);
        }
    }
    let mut out = Vec::new();
    for (at, list) in by_condition {
        let Some(entry) = vocabulary::conditions().get(at) else { continue };
        let Some(status) = list.iter().map(|mention| mention.assertion).min() else { continue };
        let mut attributes = BTreeMap::new();
        if matches!(status, Assertion::Present | Assertion::Possible | Assertion::Historical) {
            for (name, values) in &entry.attributes {
                if let Some(value) = stated(&list, status, name, values) {
                    attributes.insert(name.clone(), value);
                }
            }
            // The index itself documents it, whatever stands between.
            if entry.attributes.iter().any(|(name, _)| name == "bmi") && measurements.iter().any(|m| m.name == "bmi") {
                attributes.insert("bmi".to_owned(), "stated".to_owned());
            }
        }
        out.push(Condition { condition: entry.name.clone(), status, attributes });
    }
    out
}

/// The value that the mentions with the condition's status state most often; of equals the first in the note.
fn stated(list: &[&Mention], status: Assertion, attribute: &str, values: &[String]) -> Option<String> {
    let counts = |wanted: &dyn Fn(&Mention) -> bool| {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for value in list.iter().filter(|m| wanted(m)).filter_map(|m| m.attributes.get(attribute)) {
            match counts.iter_mut().find(|(known, _)| known == value) {
                Some((_, count)) => *count += 1,
                None => counts.push((value, 1)),
            }
        }
        counts
    };
    let mut found = counts(&|m| m.assertion == status);
    if found.is_empty() && status == Assertion::Present {
        found = counts(&|m| m.axes.experiencer == Experiencer::Patient && m.assertion == Assertion::Possible);
    }
    // "Known iron deficiency anemia" in the history tells the kind of the anemia of now; when and where it was then says nothing.
    if found.is_empty() && status == Assertion::Present && matches!(attribute, "type" | "cause" | "complication") {
        found = counts(&|m| m.axes.experiencer == Experiencer::Patient && m.assertion == Assertion::Historical);
    }
    // "Overweight" beside "obese" is no class of the obesity.
    if attribute == "class" && list.iter().any(|m| m.assertion == status && !m.attributes.contains_key(attribute)) {
        found.retain(|(value, _)| *value != "overweight");
    }
    let both = |a: &str, b: &str| found.iter().any(|(v, _)| *v == a) && found.iter().any(|(v, _)| *v == b);
    if both("acute", "chronic") && values.iter().any(|v| v == "acute_on_chronic") {
        return Some("acute_on_chronic".to_owned());
    }
    if let Some((value, _)) = found.iter().find(|(value, _)| *value == "acute_on_chronic") {
        return Some((*value).to_owned());
    }
    if both("left", "right") && values.iter().any(|v| v == "bilateral") {
        return Some("bilateral".to_owned());
    }
    let most = found.iter().map(|(_, count)| *count).max()?;
    found.iter().find(|(_, count)| *count == most).map(|(value, _)| (*value).to_owned())
}
