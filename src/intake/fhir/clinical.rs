//! Problems, procedures, orders.

use super::super::json::{list, text};
use super::{Out, Scope, code, extension, id};
use crate::chart::{Order, Problem, Procedure, Record};
use crate::error::Result;
use serde_json::Value;

/// Where a Condition of our own export says whether it was present on admission: R4 has no place for it outside a claim.
const PRESENT_ON_ADMISSION: &str = "urn:lacuna:present-on-admission";

/// A Condition.
pub(super) fn condition(resource: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    out.records.push(Record::Problem(Problem {
        identifier: id(resource).unwrap_or_default(),
        encounter: scope.target_at(resource, "encounter", "Encounter"),
        patient: scope.patient(resource),
        code: code::coding(resource, "code"),
        name: code::words(resource, "code").unwrap_or_default(),
        category: code::plain(resource, "category"),
        clinical_status: code::plain(resource, "clinicalStatus"),
        verification: code::plain(resource, "verificationStatus"),
        onset: out.instant(resource, &["onsetDateTime"]).or_else(|| out.instant(resource, &["onsetPeriod", "start"])),
        recorded: out.instant(resource, &["recordedDate"]),
        present_on_admission: extension(resource, PRESENT_ON_ADMISSION).and_then(|e| text(e, &["valueCode"])),
        ..Problem::default()
    }));
    Ok(())
}

/// A Procedure.
pub(super) fn procedure(resource: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    let performer = list(resource, "performer").iter().find_map(|performer| scope.person_at(performer, "actor"));
    out.records.push(Record::Procedure(Procedure {
        identifier: id(resource).unwrap_or_default(),
        encounter: scope.target_at(resource, "encounter", "Encounter"),
        patient: scope.patient(resource),
        code: code::coding(resource, "code"),
        name: code::words(resource, "code").unwrap_or_default(),
        category: code::words(resource, "category"),
        status: text(resource, &["status"]),
        start: out.instant(resource, &["performedDateTime"]).or_else(|| out.instant(resource, &["performedPeriod", "start"])),
        end: out.instant(resource, &["performedPeriod", "end"]),
        performer,
        ..Procedure::default()
    }));
    Ok(())
}

/// A ServiceRequest.
pub(super) fn service_request(resource: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    out.records.push(Record::Order(Order {
        identifier: id(resource).unwrap_or_default(),
        encounter: scope.target_at(resource, "encounter", "Encounter"),
        patient: scope.patient(resource),
        code: code::coding(resource, "code"),
        name: code::words(resource, "code").unwrap_or_default(),
        status: text(resource, &["status"]),
        time: out.instant(resource, &["authoredOn"]),
        requester: scope.person_at(resource, "requester"),
        ..Order::default()
    }));
    Ok(())
}
