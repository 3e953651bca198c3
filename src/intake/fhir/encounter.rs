//! Encounters.

use super::super::json::{list, number, text};
use super::{Out, Scope, code, coverage, extension, id};
use crate::chart::{Encounter, EncounterClass, Location, Record};
use crate::error::Result;
use serde_json::Value;

/// When the order to admit was given.
const ADMIT_ORDER: &str = "urn:lacuna:admit-order";
/// The working DRG.
const WORKING_DRG: &str = "urn:lacuna:working-drg";
/// Its geometric mean length of stay.
const GMLOS_DAYS: &str = "urn:lacuna:gmlos-days";

/// That it only holds one note.
const IMPLIED: &str = "urn:lacuna:implied";

/// An Encounter.
pub(super) fn read(resource: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    let identifier = id(resource).unwrap_or_default();
    let start = out.instant(resource, &["period", "start"]);
    let payer = coverage::of_stay(resource, scope, start);
    let mut encounter = Encounter {
        account: account(resource).filter(|account| *account != identifier),
        identifier,
        patient: scope.patient(resource),
        class: class(resource),
        status: text(resource, &["status"]),
        start,
        admitted: extension(resource, ADMIT_ORDER).and_then(|e| out.instant(e, &["valueDateTime"])),
        end: out.instant(resource, &["period", "end"]),
        locations: locations(resource, scope, out),
        service: code::words(resource, "serviceType"),
        disposition: code::words(resource.get("hospitalization").unwrap_or(&Value::Null), "dischargeDisposition"),
        reason: reason(resource),
        working_drg: extension(resource, WORKING_DRG).and_then(|e| text(e, &["valueString"])),
        gmlos_days: extension(resource, GMLOS_DAYS).and_then(|e| number(e, &["valueDecimal"])),
        payer_guessed: payer.as_ref().is_some_and(|payer| payer.guessed),
        payer: payer.map(|payer| payer.name),
        implied: extension(resource, IMPLIED).and_then(|e| e.get("valueBoolean")) == Some(&Value::Bool(true)),
        ..Encounter::default()
    };
    for participant in list(resource, "participant") {
        let field = if participant.get("individual").is_some() { "individual" } else { "actor" };
        let Some(person) = scope.person_in(participant, field, resource) else { continue };
        if code::has(participant, "type", &["ATND"]) && encounter.attending.is_none() {
            encounter.attending = Some(person);
        } else {
            encounter.participants.push(person);
        }
    }
    out.records.push(Record::Encounter(encounter));
    Ok(())
}

/// The account or visit number; else any other number the sender gave the visit.
fn account(resource: &Value) -> Option<String> {
    let identifiers = || list(resource, "identifier").iter().filter(|i| text(i, &["system"]).as_deref() != Some(super::OWN));
    let typed = identifiers().find(|identifier| code::has(identifier, "type", &["AN", "VN"]));
    typed.or_else(|| identifiers().next()).and_then(|identifier| text(identifier, &["value"]))
}

fn class(resource: &Value) -> EncounterClass {
    // R4 has a Coding here, R5 a list of CodeableConcepts.
    let given = text(resource, &["class", "code"]).or_else(|| code::plain(resource, "class"));
    match given.as_deref().map(str::to_uppercase).as_deref() {
        None => EncounterClass::NotGiven,
        Some("IMP" | "ACUTE" | "NONAC") => EncounterClass::Inpatient,
        Some("OBSENC") => EncounterClass::Observation,
        Some("EMER") => EncounterClass::Emergency,
        Some("AMB" | "VR" | "HH") => EncounterClass::Ambulatory,
        Some(_) => EncounterClass::Other,
    }
}

fn locations(resource: &Value, scope: &Scope, out: &Out) -> Vec<Location> {
    let place = |stay: &Value| {
        let name = stay.get("location").and_then(|reference| scope.location(reference, resource))?;
        Some(Location { name, start: out.instant(stay, &["period", "start"]) })
    };
    let mut all: Vec<Location> = list(resource, "location").iter().filter_map(place).collect();
    all.sort_by_key(|location| (location.start.is_none(), location.start)); // stable: the sender's order where no time tells
    all
}

fn reason(resource: &Value) -> Option<String> {
    let reasons: Vec<String> = list(resource, "reasonCode").iter().filter_map(code::words_of).collect();
    Some(reasons.join("; ")).filter(|reason| !reason.is_empty())
}
