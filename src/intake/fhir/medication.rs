//! Drugs: ordered for the stay, given, or taken at home.

use super::super::json::{at, list, number, text};
use super::scope::contained;
use super::{Out, Scope, code, id};
use crate::chart::{Medication, MedicationKind, Record};
use crate::error::Result;
use serde_json::Value;

/// A MedicationRequest, MedicationAdministration or MedicationStatement.
pub(super) fn read(resource: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    let visit = if resource.get("encounter").is_some() { "encounter" } else { "context" };
    let (coded, name) = drug(resource, scope);
    let dosage = ["dosageInstruction", "dosage"].into_iter().find_map(|key| list(resource, key).first()).unwrap_or(&Value::Null);
    out.records.push(Record::Medication(Medication {
        identifier: identifier(resource),
        encounter: scope.target_at(resource, visit, "Encounter"),
        patient: scope.patient(resource),
        code: coded,
        name: name.unwrap_or_default(),
        kind: kind(resource),
        dose: dose(dosage),
        route: code::words(dosage, "route"),
        status: text(resource, &["status"]),
        time: out
            .instant(resource, &["effectiveDateTime"])
            .or_else(|| out.instant(resource, &["effectivePeriod", "start"]))
            .or_else(|| out.instant(resource, &["authoredOn"]))
            .or_else(|| out.instant(resource, &["dateAsserted"])),
        end: out
            .instant(resource, &["effectivePeriod", "end"])
            .or_else(|| out.instant(dosage, &["timing", "repeat", "boundsPeriod", "end"])),
        ..Medication::default()
    }));
    Ok(())
}

/// Requests keep their id; the others carry their type, since a sender may count each type from 1.
fn identifier(resource: &Value) -> String {
    if let Some(own) = super::own(resource) {
        return own;
    }
    let id = id(resource).unwrap_or_default();
    match text(resource, &["resourceType"]).as_deref() {
        Some(other @ ("MedicationAdministration" | "MedicationStatement")) => format!("{other}/{id}"),
        _ => id,
    }
}

/// A prescription for home, now or after discharge, is no treatment of this stay.
fn kind(resource: &Value) -> MedicationKind {
    let reported = at(resource, &["reportedBoolean"]).and_then(Value::as_bool) == Some(true);
    match text(resource, &["resourceType"]).as_deref() {
        Some("MedicationAdministration") => MedicationKind::Given,
        Some("MedicationStatement") => MedicationKind::Home,
        _ if reported || code::has(resource, "category", &["community", "discharge", "patientspecified"]) => MedicationKind::Home,
        _ => MedicationKind::Ordered,
    }
}

fn drug(resource: &Value, scope: &Scope) -> (Option<crate::chart::Coding>, Option<String>) {
    if let Some(words) = code::words(resource, "medicationCodeableConcept") {
        return (code::coding(resource, "medicationCodeableConcept"), Some(words));
    }
    let Some(reference) = resource.get("medicationReference") else { return (None, None) };
    let (coded, name) = match (contained(reference, resource), scope.medication(reference)) {
        (Some(medication), _) => (code::coding(medication, "code"), code::words(medication, "code")),
        (None, Some((coded, name))) => (coded.clone(), Some(name.clone()).filter(|name| !name.is_empty())),
        (None, None) => (None, None),
    };
    (coded, name.or_else(|| text(reference, &["display"])))
}

/// The dose as given: a quantity, a range, a rate, else the words of the instruction.
fn dose(dosage: &Value) -> Option<String> {
    let amount = |quantity: &Value| {
        let unit = text(quantity, &["unit"]).or_else(|| text(quantity, &["code"])).map(|u| format!(" {u}")).unwrap_or_default();
        number(quantity, &["value"]).map(|value| format!("{value}{unit}"))
    };
    let range = |range: &Value| Some(format!("{}-{}", number(range, &["low", "value"])?, amount(at(range, &["high"])?)?));
    at(dosage, &["doseAndRate", "doseQuantity"])
        .and_then(amount)
        .or_else(|| at(dosage, &["dose"]).and_then(amount))
        .or_else(|| at(dosage, &["doseAndRate", "doseRange"]).and_then(range))
        .or_else(|| at(dosage, &["doseAndRate", "rateQuantity"]).and_then(amount))
        .or_else(|| at(dosage, &["rateQuantity"]).and_then(amount))
        .or_else(|| text(dosage, &["text"]))
}
