//! The audit log as FHIR R4 AuditEvents, and as a table. Rows go out as they are, hashes and signatures included: the chain can be followed
//! elsewhere, and who signed what be checked without the data key.

use super::IDENTIFIER;
use super::fhir::uuid;
use super::table::{cells, write};
use crate::store::AuditEntry;
use serde_json::{Value, json};

/// Rows as a bundle of AuditEvents, in the pattern of IHE BALP: who did it as the agent, the patient and the record as entities.
pub fn audit_bundle(rows: &[AuditEntry]) -> Value {
    let entries: Vec<Value> = rows
        .iter()
        .map(|row| {
            let id = uuid("AuditEvent", &row.hash);
            json!({"fullUrl": format!("urn:uuid:{id}"), "resource": event(row, &id)})
        })
        .collect();
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

fn event(row: &AuditEntry, id: &str) -> Value {
    let thing = |value: &str| json!({"identifier": {"system": IDENTIFIER, "value": value}});
    let entity = |value: &Option<String>, kind: &str, role: (&str, &str)| {
        value.as_ref().map(|value| {
            json!({
                "what": thing(value),
                "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": kind},
                "role": {"system": "http://terminology.hl7.org/CodeSystem/object-role", "code": role.0, "display": role.1}
            })
        })
    };
    let record = if row.action == "search" { ("24", "Query") } else { ("4", "Domain Resource") };
    let entities: Vec<Value> = [
        entity(&row.patient, "1", ("1", "Patient")),
        entity(&row.encounter, "2", ("4", "Domain Resource")),
        entity(&row.object, "2", record),
        Some(json!({"name": "row of the log", "detail": [
            {"type": "sequence", "valueString": row.sequence.to_string()},
            {"type": "detail", "valueString": row.detail},
            {"type": "session", "valueString": row.session},
            {"type": "previous", "valueString": row.previous},
            {"type": "hash", "valueString": row.hash},
            {"type": "signature", "valueString": row.signature.as_deref().unwrap_or("none")}
        ]})),
    ]
    .into_iter()
    .flatten()
    .collect();
    json!({
        "resourceType": "AuditEvent",
        "id": id,
        "type": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110110", "display": "Patient Record"},
        "subtype": [{"system": "urn:lacuna:act", "code": row.action}],
        "action": letter(&row.action),
        "recorded": row.at,
        "outcome": match row.outcome.as_str() { "ok" => "0", "refused" => "4", _ => "8" },
        "outcomeDesc": row.outcome,
        "agent": [{"who": thing(&row.user), "requestor": true, "network": {"address": row.client}}],
        "source": {"observer": {"display": format!("Lacuna {}", row.program)}},
        "entity": entities
    })
}

/// Create, read, update, delete, or execute for what is none of them.
fn letter(action: &str) -> &'static str {
    match action.rsplit('.').next().unwrap_or_default() {
        "open" | "read" | "list" | "show" | "explain" | "history" | "queries" | "precision" | "diff" => "R",
        "draft" | "add" | "create" | "batch" | "keep" | "version" | "contact" | "sign" => "C",
        "save" | "set" | "mark" | "move" | "role" | "passphrase" | "reset" | "recovery" | "approve" | "merge" | "next" | "ready" => "U",
        "discard" | "remove" | "forget" | "withdraw" | "undo" => "D",
        _ => "E",
    }
}

/// Rows as a table.
pub fn audit_table(rows: &[AuditEntry], raw: bool) -> String {
    let head = [
        "sequence",
        "at",
        "user",
        "session",
        "client",
        "program",
        "action",
        "patient",
        "encounter",
        "object",
        "object_version",
        "outcome",
        "detail",
        "shown",
        "previous",
        "hash",
        "signature",
    ];
    let rows = rows.iter().map(|e| {
        cells([
            Some(e.sequence.to_string()),
            Some(e.at.clone()),
            Some(e.user.clone()),
            Some(e.session.clone()),
            Some(e.client.clone()),
            Some(e.program.clone()),
            Some(e.action.clone()),
            e.patient.clone(),
            e.encounter.clone(),
            e.object.clone(),
            e.object_version.map(|v| v.to_string()),
            Some(e.outcome.clone()),
            Some(e.detail.clone()),
            e.shown.clone(),
            Some(e.previous.clone()),
            Some(e.hash.clone()),
            e.signature.clone(),
        ])
    });
    write(&head, rows, raw)
}
