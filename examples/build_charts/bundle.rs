//! From a chart's source to a FHIR R4 bundle.

use super::source::{Catalogue, Measure, Note, Source, Stay};
use base64::Engine;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What marks every bundle and patient as invented.
const TAG_SYSTEM: &str = "urn:lacuna:tag";
/// Base of the bundles' addresses; `.invalid` can never be a real host.
const BASE: &str = "https://synthetic.invalid/fhir";

/// One chart's bundle, as text.
pub fn build(source: &Source, catalogue: &Catalogue) -> Result<String, String> {
    let mut resources = vec![patient(source)?];
    for short in people_of(source)? {
        let person = catalogue.person(&short)?;
        resources.push(json!({
            "resourceType": "Practitioner", "id": format!("prac-{short}"),
            "identifier": [{"system": "urn:lacuna:synthetic:practitioner", "value": short}],
            "name": [{"family": person.family, "given": [person.given], "suffix": [person.credential], "text": person.display()}],
            "qualification": [{"code": {"text": person.credential}}],
        }));
    }
    let stays: Vec<&Stay> = source.head.prior.iter().chain([&source.head.encounter]).collect();
    for stay in &stays {
        resources.push(encounter(source, stay, catalogue)?);
    }
    for stay in &stays {
        let mut maker = Maker { source, stay, catalogue, made: Vec::new() };
        maker.problems()?;
        maker.measured(&stay.vitals, "vital-signs")?;
        maker.measured(&stay.labs, "laboratory")?;
        maker.drugs()?;
        maker.orders()?;
        maker.procedures()?;
        resources.append(&mut maker.made);
    }
    let mut seen = BTreeSet::new();
    for note in &source.notes {
        if !seen.insert(&note.id) {
            return Err(format!("two documents are called {:?}", note.id));
        }
        resources.push(document(source, note, catalogue)?);
    }
    let entries: Vec<Value> = resources
        .into_iter()
        .map(|resource| {
            let path = format!("{BASE}/{}/{}", text_of(&resource, "resourceType"), text_of(&resource, "id"));
            json!({"fullUrl": path, "resource": resource})
        })
        .collect();
    let bundle = json!({
        "resourceType": "Bundle", "id": source.slug, "meta": synthetic(), "type": "collection",
        "timestamp": "2026-11-19T08:42:00-05:00", "entry": entries,
    });
    serde_json::to_string_pretty(&bundle).map(|text| text + "\n").map_err(|e| e.to_string())
}

fn synthetic() -> Value {
    json!({"tag": [{"system": TAG_SYSTEM, "code": "SYNTHETIC", "display": "SYNTHETIC: invented from beginning to end, no real person"}]})
}

fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// `11-17 14:30` (2026 understood) or `2026-08-12 09:10`, as FHIR writes it; the demo's hospital keeps one offset.
pub fn instant(text: &str) -> Result<String, String> {
    let text = text.trim();
    let full = if text.len() == 11 { format!("2026-{text}") } else { text.to_owned() };
    let shape: String = full.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    match (shape.as_str(), full.split_once(' ')) {
        ("9999-99-99 99:99", Some((day, time))) => Ok(format!("{day}T{time}:00-05:00")),
        _ => Err(format!("not a time: {text:?}")),
    }
}

fn lines(block: &str) -> impl Iterator<Item = Vec<&str>> {
    block.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| line.split('|').map(str::trim).collect())
}

fn field<'a>(fields: &[&'a str], at: usize) -> Result<&'a str, String> {
    fields.get(at).copied().ok_or_else(|| format!("too few fields: {}", fields.join(" | ")))
}

fn people_of(source: &Source) -> Result<BTreeSet<String>, String> {
    let mut people = BTreeSet::new();
    for stay in source.head.prior.iter().chain([&source.head.encounter]) {
        people.insert(stay.attending.clone());
        for fields in lines(&stay.orders).chain(lines(&stay.procedures)) {
            people.insert(field(&fields, 3)?.to_owned());
        }
    }
    for note in &source.notes {
        people.insert(note.author.clone());
        people.extend(note.signed.iter().map(|(_, who)| who.clone()));
    }
    Ok(people)
}

fn patient_id(source: &Source) -> String {
    format!("pat-{}", source.slug)
}

fn patient(source: &Source) -> Result<Value, String> {
    let who = &source.head.patient;
    Ok(json!({
        "resourceType": "Patient", "id": patient_id(source), "meta": synthetic(),
        "identifier": [{
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
            "system": "urn:lacuna:synthetic:mrn", "value": who.mrn,
        }],
        "name": [{"family": who.family, "given": [who.given]}],
        "gender": who.sex, "birthDate": who.birth,
    }))
}

fn encounter(source: &Source, stay: &Stay, catalogue: &Catalogue) -> Result<Value, String> {
    let class = stay.class.as_deref().unwrap_or("IMP");
    let mut period = json!({"start": instant(&stay.start)?});
    if let (Some(end), Some(map)) = (&stay.end, period.as_object_mut()) {
        map.insert("end".into(), json!(instant(end)?));
    }
    let mut beds = Vec::new();
    for line in &stay.beds {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        beds.push(json!({"location": {"display": field(&fields, 1)?}, "period": {"start": instant(field(&fields, 0)?)?}}));
    }
    let mut extension = Vec::new();
    if let Some(time) = &stay.admit_order {
        extension.push(json!({"url": "urn:lacuna:admit-order", "valueDateTime": instant(time)?}));
    }
    if let Some(drg) = &stay.drg {
        extension.push(json!({"url": "urn:lacuna:working-drg", "valueString": drg}));
    }
    if let Some(days) = stay.gmlos {
        extension.push(json!({"url": "urn:lacuna:gmlos-days", "valueDecimal": days}));
    }
    let mut made = json!({
        "resourceType": "Encounter", "id": format!("enc-{}", stay.number), "extension": extension,
        "identifier": [{"system": "urn:lacuna:synthetic:encounter", "value": stay.number}],
        "status": if stay.end.is_some() { "finished" } else { "in-progress" },
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": class},
        "serviceType": {"text": stay.service},
        "subject": {"reference": format!("Patient/{}", patient_id(source))},
        "participant": [{
            "type": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "ATND"}]}],
            "individual": {"reference": format!("Practitioner/prac-{}", stay.attending), "display": catalogue.person(&stay.attending)?.display()},
        }],
        "period": period,
        "reasonCode": [{"text": stay.reason}],
        "location": beds,
    });
    if let Some(map) = made.as_object_mut() {
        map.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
        if let Some(place) = &stay.disposition {
            map.insert("hospitalization".into(), json!({"dischargeDisposition": {"text": place}}));
        }
        if let Some(payer) = &stay.payer {
            map.insert("contained".into(), json!([
                {"resourceType": "Coverage", "id": "coverage", "status": "active", "payor": [{"display": payer}],
                 "beneficiary": {"reference": format!("Patient/{}", patient_id(source))}},
                {"resourceType": "Account", "id": "account", "status": "active", "coverage": [{"coverage": {"reference": "#coverage"}}]},
            ]));
            map.insert("account".into(), json!([{"reference": "#account"}]));
        }
    }
    Ok(made)
}

fn document(source: &Source, note: &Note, catalogue: &Catalogue) -> Result<Value, String> {
    let [loinc, name] = catalogue.kinds.get(&note.kind).ok_or_else(|| format!("no document kind {:?} in kinds.toml", note.kind))?;
    let kind = if loinc.is_empty() {
        json!({"text": name})
    } else {
        json!({"coding": [{"system": "http://loinc.org", "code": loinc, "display": name}], "text": name})
    };
    let stay = if note.prior { source.head.prior.as_ref().ok_or("a prior document, but no prior stay")? } else { &source.head.encounter };
    let author = catalogue.person(&note.author)?;
    let time = instant(&note.time)?;
    let mut made = json!({
        "resourceType": "DocumentReference", "id": note.id,
        "identifier": [{"system": "urn:lacuna:synthetic:document", "value": note.id}],
        "status": "current", "docStatus": if note.signed.is_some() { "final" } else { "preliminary" },
        "type": kind,
        "subject": {"reference": format!("Patient/{}", patient_id(source))},
        "date": time,
        "author": [{"reference": format!("Practitioner/prac-{}", note.author), "display": author.display()}],
        "description": note.title,
        "content": [{"attachment": {
            "contentType": "text/plain; charset=utf-8",
            "data": base64::engine::general_purpose::STANDARD.encode(&note.text),
            "title": note.title,
        }}],
        "context": {
            "encounter": [{"reference": format!("Encounter/enc-{}", stay.number)}],
            "period": {"start": time},
            "practiceSetting": {"text": author.service},
        },
    });
    if let (Some((when, who)), Some(map)) = (&note.signed, made.as_object_mut()) {
        let signer = catalogue.person(who)?.display();
        map.insert("authenticator".into(), json!({"reference": format!("Practitioner/prac-{who}"), "display": signer}));
        map.insert("extension".into(), json!([{"url": "urn:lacuna:signed-at", "valueDateTime": instant(when)?}]));
    }
    Ok(made)
}

/// Makes the entries of one stay, numbering them as they come.
struct Maker<'a> {
    source: &'a Source,
    stay: &'a Stay,
    catalogue: &'a Catalogue,
    made: Vec<Value>,
}

impl Maker<'_> {
    /// Adds a resource with what all of them share.
    fn add(&mut self, kind: &str, letter: &str, encounter_key: &str, mut rest: Value) {
        let id = format!("{}-{letter}{}", self.stay.number, self.made.len() + 1);
        let patient = json!({"reference": format!("Patient/{}", patient_id(self.source))});
        let mut made = json!({
            "resourceType": kind, "id": id,
            "identifier": [{"system": format!("urn:lacuna:synthetic:{}", kind.to_lowercase()), "value": id}],
            "subject": patient,
        });
        if let (Some(map), Some(rest)) = (made.as_object_mut(), rest.as_object_mut()) {
            map.insert(encounter_key.to_owned(), json!({"reference": format!("Encounter/enc-{}", self.stay.number)}));
            map.append(rest);
        }
        self.made.push(made);
    }

    /// `time | category | name`.
    fn problems(&mut self) -> Result<(), String> {
        for fields in lines(&self.stay.problems) {
            self.add(
                "Condition",
                "c",
                "encounter",
                json!({
                    "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": field(&fields, 1)?}]}],
                    "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
                    "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]},
                    "code": {"text": field(&fields, 2)?},
                    "recordedDate": instant(field(&fields, 0)?)?,
                }),
            );
        }
        Ok(())
    }

    /// `time | Na 136 | SpO2 86 (room air) | BP 138/76`.
    fn measured(&mut self, block: &str, category: &str) -> Result<(), String> {
        let female = self.source.head.patient.sex == "female";
        for fields in lines(block) {
            let time = instant(field(&fields, 0)?)?;
            for entry in fields.iter().skip(1) {
                let (entry, remark) = match entry.split_once(" (") {
                    Some((entry, remark)) => (entry, remark.strip_suffix(')')),
                    None => (*entry, None),
                };
                let (short, value) = entry.split_once(' ').ok_or_else(|| format!("not a measure and a value: {entry:?}"))?;
                let measure = self.catalogue.measures.get(short).ok_or_else(|| format!("no measure {short:?} in measures.toml"))?;
                let mut made = json!({
                    "status": "final",
                    "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": category}]}],
                    "code": code(measure),
                    "effectiveDateTime": time,
                });
                if let Some(map) = made.as_object_mut() {
                    if let Some((systolic, diastolic)) = value.split_once('/').filter(|_| short == "BP") {
                        map.insert(
                            "component".into(),
                            json!([
                                part("8480-6", "Systolic blood pressure", systolic)?,
                                part("8462-4", "Diastolic blood pressure", diastolic)?
                            ]),
                        );
                    } else {
                        map.append(&mut worth(measure, value, female));
                    }
                    if let Some(remark) = remark {
                        map.insert("note".into(), json!([{"text": remark}]));
                    }
                }
                self.add("Observation", if category == "laboratory" { "l" } else { "v" }, "encounter", made);
            }
        }
        Ok(())
    }

    /// `time | order, given or home | drug | dose | route | how often`.
    fn drugs(&mut self) -> Result<(), String> {
        for fields in lines(&self.stay.drugs) {
            let (time, drug) = (instant(field(&fields, 0)?)?, json!({"text": field(&fields, 2)?}));
            let (dose, route) = (field(&fields, 3)?, field(&fields, 4)?);
            let often = fields.get(5).copied().unwrap_or_default();
            let text = [dose, route, often].join(" ").trim().to_owned();
            match field(&fields, 1)? {
                "order" => self.add(
                    "MedicationRequest",
                    "m",
                    "encounter",
                    json!({
                        "status": "active", "intent": "order",
                        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": "inpatient"}]}],
                        "medicationCodeableConcept": drug, "authoredOn": time,
                        "dosageInstruction": [{"text": text, "route": {"text": route}}],
                    }),
                ),
                "given" => self.add(
                    "MedicationAdministration",
                    "g",
                    "context",
                    json!({
                        "status": "completed", "medicationCodeableConcept": drug, "effectiveDateTime": time,
                        "dosage": {"text": dose, "route": {"text": route}},
                    }),
                ),
                "home" => self.add(
                    "MedicationStatement",
                    "h",
                    "context",
                    json!({
                        "status": "active",
                        "category": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/medication-statement-category", "code": "community"}]},
                        "medicationCodeableConcept": drug, "dateAsserted": time,
                        "dosage": [{"text": text, "route": {"text": route}}],
                    }),
                ),
                other => return Err(format!("neither order, given nor home: {other:?}")),
            }
        }
        Ok(())
    }

    /// `time | what | status | who`.
    fn orders(&mut self) -> Result<(), String> {
        for fields in lines(&self.stay.orders) {
            let who = field(&fields, 3)?;
            let display = self.catalogue.person(who)?.display();
            self.add(
                "ServiceRequest",
                "o",
                "encounter",
                json!({
                    "status": field(&fields, 2)?, "intent": "order", "code": {"text": field(&fields, 1)?},
                    "authoredOn": instant(field(&fields, 0)?)?,
                    "requester": {"reference": format!("Practitioner/prac-{who}"), "display": display},
                }),
            );
        }
        Ok(())
    }

    /// `start | end | what | who | category`.
    fn procedures(&mut self) -> Result<(), String> {
        for fields in lines(&self.stay.procedures) {
            let who = field(&fields, 3)?;
            let display = self.catalogue.person(who)?.display();
            let category = match field(&fields, 4)? {
                "surgical" => {
                    json!({"coding": [{"system": "http://snomed.info/sct", "code": "387713003", "display": "Surgical procedure"}], "text": "surgical"})
                }
                other => json!({"text": other}),
            };
            self.add(
                "Procedure",
                "p",
                "encounter",
                json!({
                    "status": "completed", "category": category, "code": {"text": field(&fields, 2)?},
                    "performedPeriod": {"start": instant(field(&fields, 0)?)?, "end": instant(field(&fields, 1)?)?},
                    "performer": [{"actor": {"reference": format!("Practitioner/prac-{who}"), "display": display}}],
                }),
            );
        }
        Ok(())
    }
}

fn code(measure: &Measure) -> Value {
    match &measure.loinc {
        Some(loinc) => json!({"coding": [{"system": "http://loinc.org", "code": loinc, "display": measure.name}], "text": measure.name}),
        None => json!({"text": measure.name}),
    }
}

fn part(loinc: &str, name: &str, value: &str) -> Result<Value, String> {
    let value: serde_json::Number = value.trim().parse().map_err(|_| format!("not a number: {value:?}"))?;
    Ok(
        json!({"code": {"coding": [{"system": "http://loinc.org", "code": loinc, "display": name}], "text": name}, "valueQuantity": {"value": value, "unit": "mmHg"}}),
    )
}

/// A number with its unit, range and flag; anything else as words.
fn worth(measure: &Measure, value: &str, female: bool) -> serde_json::Map<String, Value> {
    let mut made = serde_json::Map::new();
    let (comparator, digits) = match value.strip_prefix(['<', '>']) {
        Some(rest) => (value.get(..1), rest),
        None => (None, value),
    };
    let Ok(number) = digits.parse::<serde_json::Number>() else {
        made.insert("valueString".into(), json!(value));
        return made;
    };
    let mut quantity = json!({"value": number.clone()});
    if let Some(map) = quantity.as_object_mut() {
        map.extend(comparator.map(|sign| ("comparator".to_owned(), json!(sign))));
        map.extend(measure.unit.as_ref().map(|unit| ("unit".to_owned(), json!(unit))));
    }
    made.insert("valueQuantity".into(), quantity);
    let low = measure.low_female.filter(|_| female).or(measure.low);
    let high = measure.high_female.filter(|_| female).or(measure.high);
    let number = number.as_f64().unwrap_or_default();
    let flag = if low.is_some_and(|low| number < low) {
        Some("L")
    } else if high.is_some_and(|high| number > high) {
        Some("H")
    } else {
        None
    };
    if let Some(flag) = flag {
        let system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
        made.insert("interpretation".into(), json!([{"coding": [{"system": system, "code": flag}]}]));
    }
    let mut range = serde_json::Map::new();
    range.extend(low.map(|low| ("low".to_owned(), json!({"value": low, "unit": measure.unit}))));
    range.extend(high.map(|high| ("high".to_owned(), json!({"value": high, "unit": measure.unit}))));
    if !range.is_empty() {
        made.insert("referenceRange".into(), json!([range]));
    }
    made
}
