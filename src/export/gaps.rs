//! Gaps as FHIR DetectedIssues, and as a table.

use super::IDENTIFIER;
use super::fhir::uuid;
use super::table::{cells, write};
use crate::chart::Evidence;
use crate::checklist::{Gap, Severity};
use crate::names::name_of;
use serde_json::{Value, json};

/// Gaps as a bundle of DetectedIssues. No word of a note goes out: the proof is named by its document, not quoted.
pub fn gap_bundle(gaps: &[Gap]) -> Value {
    let entries: Vec<Value> = gaps
        .iter()
        .map(|gap| {
            let identifier = format!("{}|{}", gap.encounter, gap.key());
            let id = uuid("DetectedIssue", &identifier);
            let proof: Vec<Value> = sources(&gap.evidence)
                .into_iter()
                .map(|source| json!({"detail": [{"identifier": {"system": IDENTIFIER, "value": source}}]}))
                .collect();
            let mut resource = json!({
                "resourceType": "DetectedIssue",
                "id": id,
                "identifier": [{"system": IDENTIFIER, "value": identifier}],
                "status": "preliminary",
                "code": {"coding": [{"system": "urn:lacuna:item", "code": gap.item}], "text": gap.title},
                "severity": severity(gap),
                "detail": gap.why,
                "extension": [
                    {"url": "urn:lacuna:checklist", "valueString": format!("{} {}", gap.checklist, gap.version)},
                    {"url": "urn:lacuna:encounter", "valueReference": {"identifier": {"system": IDENTIFIER, "value": gap.encounter}}},
                    {"url": "urn:lacuna:state", "valueCode": name_of(&gap.state)}
                ]
            });
            if let (Some(fields), false) = (resource.as_object_mut(), proof.is_empty()) {
                fields.insert("evidence".to_owned(), proof.into());
            }
            json!({"fullUrl": format!("urn:uuid:{id}"), "resource": resource})
        })
        .collect();
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

/// FHIR knows three degrees.
fn severity(gap: &Gap) -> &'static str {
    match gap.severity {
        Severity::High => "high",
        Severity::Warn => "moderate",
        Severity::Info => "low",
    }
}

/// The documents and values that a gap rests on, each once, in their order.
fn sources(evidence: &[Evidence]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for one in evidence {
        if !all.iter().any(|known| known == one.source()) {
            all.push(one.source().to_owned());
        }
    }
    all
}

/// Gaps as a table, one a row. A cell that a spreadsheet would take for a formula begins with `'`, unless `raw`.
pub fn gap_table(gaps: &[Gap], raw: bool) -> String {
    let head = [
        "encounter",
        "item",
        "checklist",
        "version",
        "kind",
        "severity",
        "state",
        "condition",
        "missing",
        "title",
        "why",
        "due",
        "sources",
    ];
    let rows = gaps.iter().map(|gap| {
        cells([
            Some(gap.encounter.clone()),
            Some(gap.item.clone()),
            Some(gap.checklist.clone()),
            Some(gap.version.to_string()),
            Some(name_of(&gap.kind)),
            Some(name_of(&gap.severity)),
            Some(name_of(&gap.state)),
            gap.condition.clone(),
            Some(gap.missing.join("; ")),
            Some(gap.title.clone()),
            Some(gap.why.clone()),
            gap.due.map(|t| t.to_string()),
            Some(sources(&gap.evidence).join("; ")),
        ])
    });
    write(&head, rows, raw)
}
