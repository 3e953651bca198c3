//! What the reader found in notes, as drafts for other systems. A draft says that a program read it; it is no diagnosis, and an import never
//! takes it for one.

use super::IDENTIFIER;
use super::fhir::uuid;
use crate::chart::{Chart, Document};
use crate::reading::{Assertion, Condition, Measurement, Reading};
use serde_json::{Map, Value, json};

/// Marks a resource that a program read out of a text: system and code of `meta.tag`.
pub const DRAFT: (&str, &str) = ("urn:lacuna:tag", "draft");

/// What the reader found in a chart's notes, as a bundle of Conditions and Observations, each with the note it comes from. What is said of
/// relatives, or only supposed, is no finding of the patient and is left out.
pub fn findings_bundle(chart: &Chart, readings: &[Reading]) -> Value {
    let mut entries = Vec::new();
    for (document, reading) in chart.documents.iter().zip(readings) {
        let mut add = |kind: &str, what: &str, mut fields: Map<String, Value>| {
            let identifier = format!("{}|{}|{what}", document.identifier, document.version);
            let id = uuid(kind, &identifier);
            fields.insert("resourceType".to_owned(), kind.into());
            fields.insert("id".to_owned(), id.clone().into());
            fields.insert("meta".to_owned(), json!({"tag": [{"system": DRAFT.0, "code": DRAFT.1}]}));
            fields.insert("identifier".to_owned(), json!([{"system": IDENTIFIER, "value": identifier}]));
            fields.insert("subject".to_owned(), of(document.patient.as_ref()));
            fields.insert("encounter".to_owned(), of(Some(&chart.encounter.identifier)));
            fields.retain(|_, value| !value.is_null());
            entries.push(json!({"fullUrl": format!("urn:uuid:{id}"), "resource": fields}));
        };
        for condition in &reading.conditions {
            if let Some(fields) = of_condition(condition, document) {
                add("Condition", &condition.condition, fields);
            }
        }
        for (index, measured) in reading.measurements.iter().enumerate() {
            add("Observation", &format!("{}|{index}", measured.name), of_measurement(measured, document));
        }
    }
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

/// The same, one note a line: the reading under the names of `lacuna read`, with the note's and the encounter's identifiers.
pub fn findings_lines<'a>(chart: &'a Chart, readings: &'a [Reading]) -> impl Iterator<Item = Value> + 'a {
    chart.documents.iter().zip(readings).map(|(document, reading)| {
        let mut line = json!({"document": document.identifier, "version": document.version, "encounter": chart.encounter.identifier});
        if let (Some(line), Ok(Value::Object(reading))) = (line.as_object_mut(), serde_json::to_value(reading)) {
            line.extend(reading);
        }
        line
    })
}

fn of(identifier: Option<&String>) -> Value {
    identifier.map_or(Value::Null, |value| json!({"identifier": {"system": IDENTIFIER, "value": value}}))
}

fn source(document: &Document) -> Value {
    json!({"type": "DocumentReference", "identifier": {"system": IDENTIFIER, "value": document.identifier}})
}

/// How FHIR says that it stands so; none for what is not the patient's.
fn verification(status: Assertion) -> Option<(&'static str, &'static str)> {
    match status {
        Assertion::Present => Some(("active", "unconfirmed")),
        Assertion::Possible => Some(("active", "differential")),
        Assertion::Historical => Some(("inactive", "unconfirmed")),
        Assertion::Negated => Some(("inactive", "refuted")),
        _ => None,
    }
}

fn of_condition(condition: &Condition, document: &Document) -> Option<Map<String, Value>> {
    let (clinical, verified) = verification(condition.status)?;
    let code =
        |system: &str, code: &str| json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code}]});
    let attributes: Vec<Value> = condition
        .attributes
        .iter()
        .map(|(name, value)| json!({"url": format!("urn:lacuna:{}", name.replace('_', "-")), "valueString": value}))
        .collect();
    let mut fields = Map::new();
    fields.insert("clinicalStatus".to_owned(), code("condition-clinical", clinical));
    fields.insert("verificationStatus".to_owned(), code("condition-ver-status", verified));
    let named =
        json!({"coding": [{"system": "urn:lacuna:condition", "code": condition.condition}], "text": condition.condition.replace('_', " ")});
    fields.insert("code".to_owned(), named);
    fields.insert("recordedDate".to_owned(), time(document));
    fields.insert("evidence".to_owned(), json!([{"detail": [source(document)]}]));
    fields.insert("extension".to_owned(), if attributes.is_empty() { Value::Null } else { attributes.into() });
    Some(fields)
}

fn of_measurement(measured: &Measurement, document: &Document) -> Map<String, Value> {
    let value = |value: f64| json!({"value": value, "unit": measured.unit});
    let mut fields = Map::new();
    fields.insert("status".to_owned(), "preliminary".into());
    fields.insert(
        "code".to_owned(),
        json!({"coding": [{"system": "urn:lacuna:measurement", "code": measured.name}], "text": measured.name.replace('_', " ")}),
    );
    fields.insert("effectiveDateTime".to_owned(), time(document));
    match measured.upper {
        Some(upper) => fields.insert("valueRange".to_owned(), json!({"low": value(measured.value), "high": value(upper)})),
        None => {
            let mut quantity = value(measured.value);
            if let (Some(comparator), Some(fields)) = (&measured.comparator, quantity.as_object_mut()) {
                fields.insert("comparator".to_owned(), comparator.clone().into());
            }
            fields.insert("valueQuantity".to_owned(), quantity)
        }
    };
    fields.insert("derivedFrom".to_owned(), json!([source(document)]));
    fields
}

fn time(document: &Document) -> Value {
    document.time.map_or(Value::Null, |time| time.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Encounter;

    #[test]
    fn a_finding_names_its_note_and_how_it_stands_and_what_is_the_familys_is_none() {
        let text =
            "ASSESSMENT: Acute systolic heart failure. No pneumonia. Possible sepsis.\nLABS: Na 128\nFAMILY HISTORY: mother with stroke.\n";
        let document =
            Document { identifier: "n1".into(), version: 1, text: text.into(), patient: Some("p".into()), ..Document::default() };
        let reading = crate::reading::read(text, None);
        let chart = Chart {
            encounter: Encounter { identifier: "e".into(), ..Encounter::default() },
            documents: vec![document],
            ..Chart::default()
        };
        let bundle = findings_bundle(&chart, std::slice::from_ref(&reading));
        let found: Vec<(String, String)> = bundle["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| &e["resource"])
            .map(|r| {
                assert_eq!(r["meta"]["tag"][0]["code"], "draft");
                assert!(r.to_string().contains("\"n1\"") && !r.to_string().contains("mother"));
                let how = r["verificationStatus"]["coding"][0]["code"].as_str().or(r["status"].as_str()).unwrap();
                (r["code"]["coding"][0]["code"].as_str().unwrap().to_owned(), how.to_owned())
            })
            .collect();
        let has = |name: &str, how: &str| found.contains(&(name.to_owned(), how.to_owned()));
        assert!(has("heart_failure", "unconfirmed") && has("pneumonia", "refuted") && has("sepsis", "differential"), "{found:?}");
        assert!(has("sodium", "preliminary") && !found.iter().any(|(name, _)| name == "stroke"), "{found:?}");
        assert_eq!(findings_lines(&chart, &[reading]).next().unwrap()["document"], "n1");
    }
}
