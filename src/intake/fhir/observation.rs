//! Observations: labs, vital signs, scores.

use super::super::json::{at, list, number, text};
use super::{Out, Scope, code, id};
use crate::chart::{Observation, Quantity, Record, Value as Given};
use crate::error::Result;
use serde_json::Value;

/// An Observation; each component (as of a blood pressure) is one of its own.
pub(super) fn read(resource: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    let identifier = id(resource).unwrap_or_default();
    let notes: Vec<String> = list(resource, "note").iter().filter_map(|note| text(note, &["text"])).collect();
    let whole = Observation {
        identifier: identifier.clone(),
        encounter: scope.target_at(resource, "encounter", "Encounter"),
        patient: scope.patient(resource),
        category: code::plain(resource, "category"),
        time: out
            .instant(resource, &["effectiveDateTime"])
            .or_else(|| out.instant(resource, &["effectiveInstant"]))
            .or_else(|| out.instant(resource, &["effectivePeriod", "start"])),
        status: text(resource, &["status"]),
        note: Some(notes.join("; ")).filter(|note| !note.is_empty()),
        ..measured(resource)
    };
    let components = list(resource, "component");
    // A panel that only holds its parts says nothing by itself.
    let panel = whole.value.is_none() && (!components.is_empty() || !list(resource, "hasMember").is_empty());
    for (index, component) in components.iter().enumerate() {
        let part = measured(component);
        let key = part.code.as_ref().map_or_else(|| (index + 1).to_string(), |c| c.code.clone());
        out.records.push(Record::Observation(Observation {
            identifier: format!("{identifier}#{key}"),
            code: part.code,
            name: part.name,
            value: part.value,
            low: part.low,
            high: part.high,
            interpretation: part.interpretation.or_else(|| whole.interpretation.clone()),
            ..whole.clone()
        }));
    }
    if !panel {
        out.records.push(Record::Observation(whole));
    }
    Ok(())
}

/// What an observation and a component have in common.
fn measured(holder: &Value) -> Observation {
    let range = list(holder, "referenceRange").iter().find(|range| range.get("low").is_some() || range.get("high").is_some());
    Observation {
        code: code::coding(holder, "code"),
        name: code::words(holder, "code").unwrap_or_default(),
        value: value(holder),
        low: range.and_then(|range| number(range, &["low", "value"])),
        high: range.and_then(|range| number(range, &["high", "value"])),
        interpretation: code::plain(holder, "interpretation"),
        ..Observation::default()
    }
}

fn value(holder: &Value) -> Option<Given> {
    if let Some(given) = at(holder, &["valueQuantity"]).and_then(quantity) {
        return Some(Given::Quantity(given));
    }
    if let Some(whole) = number(holder, &["valueInteger"]) {
        return Some(Given::Quantity(Quantity { value: whole, ..Quantity::default() }));
    }
    let words = text(holder, &["valueString"])
        .or_else(|| code::words(holder, "valueCodeableConcept"))
        .or_else(|| at(holder, &["valueBoolean"]).and_then(Value::as_bool).map(|yes| if yes { "yes" } else { "no" }.to_owned()))
        .or_else(|| at(holder, &["valueRange"]).and_then(|range| joined(range, "low", "-", "high")))
        .or_else(|| at(holder, &["valueRatio"]).and_then(|ratio| joined(ratio, "numerator", ":", "denominator")))
        .or_else(|| text(holder, &["valueDateTime"]))
        .or_else(|| text(holder, &["valueTime"]));
    words.map(Given::Text)
}

fn quantity(given: &Value) -> Option<Quantity> {
    let unit = text(given, &["unit"]).or_else(|| text(given, &["code"]));
    Some(Quantity { value: number(given, &["value"])?, comparator: text(given, &["comparator"]), unit })
}

fn joined(holder: &Value, first: &str, between: &str, second: &str) -> Option<String> {
    let part = |key: &str| at(holder, &[key]).and_then(quantity);
    let (from, to) = (part(first)?, part(second)?);
    let unit = to.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    Some(format!("{}{between}{}{unit}", from.value, to.value))
}
