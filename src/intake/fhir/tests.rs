//! One resource in, its records out.

use super::super::tests::Keep;
use super::super::{Options, run};
use crate::chart::{DocumentStatus, DocumentType, EncounterClass, MedicationKind, Record, Role, Value as Given};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

/// Reads a bundle of these resources; `Practitioner/x1` is Li Chen MD.
fn bundle(resources: &[Value]) -> Vec<Record> {
    let chen = json!({"resourceType": "Practitioner", "id": "x1", "name": [{"text": "Li Chen", "suffix": ["MD"]}],
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "999"}]});
    let entries: Vec<Value> = resources.iter().chain([&chen]).map(|r| json!({"resource": r})).collect();
    read(&json!({"resourceType": "Bundle", "type": "collection", "entry": entries}))
}

fn read(bundle: &Value) -> Vec<Record> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle");
    std::fs::write(&path, bundle.to_string()).unwrap();
    let mut keep = Keep::default();
    run(&[path], &Options::default(), &mut keep).unwrap();
    assert_eq!(keep.rejects, []);
    keep.records.into_iter().map(|(record, _)| record).filter(|record| !matches!(record, Record::Provider(_))).collect()
}

macro_rules! one {
    ($kind:ident, $resources:expr) => {
        match bundle($resources).pop() {
            Some(Record::$kind(record)) => record,
            other => panic!("{other:?}"),
        }
    };
}

#[test]
fn extensions_that_are_not_ours_are_kept_as_they_came() {
    let race =
        json!({"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", "extension": [{"url": "text", "valueString": "x"}]});
    let modifier = json!({"url": "http://example.org/not-really", "valueBoolean": true});
    let patient = json!({"resourceType": "Patient", "id": "p1", "extension": [race, {"url": "urn:lacuna:hl7-segment", "valueString": "ZPD|1|x"}],
        "modifierExtension": [modifier]});
    let Some(Record::Patient(patient)) = bundle(&[patient]).pop() else { panic!("no patient") };
    let kept: Vec<_> = patient.kept.iter().map(|k| (k.name.as_str(), k.value.clone())).collect();
    assert_eq!(kept, [("ZPD", json!("ZPD|1|x")), ("extension", race), ("modifierExtension", modifier)]);
}

#[test]
fn a_document_that_names_no_encounter_gets_one_that_only_holds_it() {
    let note = json!({"resourceType": "DocumentReference", "id": "d1", "subject": {"reference": "Patient/p1"}, "date": "2026-01-05",
        "content": [{"attachment": {"contentType": "text/plain", "data": "U2Vwc2lzLg=="}}]});
    let records = bundle(&[note]);
    let [Record::Encounter(alone), Record::Document(document)] = records.as_slice() else { panic!("{records:?}") };
    assert!(alone.implied && alone.start.is_none());
    assert_eq!((alone.patient.as_deref(), document.encounter.as_deref()), (Some("p1"), Some(alone.identifier.as_str())));
}

#[test]
fn an_encounter_says_who_where_and_when() {
    let encounter = one!(
        Encounter,
        &[json!({"resourceType": "Encounter", "id": "e1", "identifier": [{"value": "88141"}], "status": "in-progress",
        "class": {"code": "IMP"}, "subject": {"reference": "urn:uuid:p1"},
        "period": {"start": "2026-11-18T09:20:00-06:00"},
        "extension": [{"url": "urn:lacuna:admit-order", "valueDateTime": "2026-11-18T11:00:00-06:00"},
            {"url": "urn:lacuna:working-drg", "valueString": "179"}, {"url": "urn:lacuna:gmlos-days", "valueDecimal": 2.4}],
        "location": [{"location": {"display": "ICU-3"}, "period": {"start": "2026-11-18T10:30:00-06:00"}},
            {"location": {"display": "ED-02"}, "period": {"start": "2026-11-18T09:20:00-06:00"}}],
        "participant": [{"type": [{"coding": [{"code": "CON"}]}], "individual": {"display": "Wu, Ana MD"}},
            {"type": [{"coding": [{"code": "ATND"}]}], "individual": {"reference": "Practitioner/x1"}}],
        "serviceType": {"text": "Critical care"}, "hospitalization": {"dischargeDisposition": {"coding": [{"code": "home"}]}},
        "reasonCode": [{"text": "Pneumonia"}, {"coding": [{"display": "Hypoxia"}]}]})]
    );
    assert_eq!((encounter.identifier.as_str(), encounter.account.as_deref()), ("e1", Some("88141")));
    assert_eq!((encounter.class, encounter.patient.as_deref()), (EncounterClass::Inpatient, Some("p1")));
    assert_eq!(encounter.admission().unwrap().to_string(), "2026-11-18T11:00:00-06:00");
    assert_eq!(encounter.locations.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(), ["ED-02", "ICU-3"]);
    let attending = encounter.attending.unwrap();
    assert_eq!((attending.identifier.as_deref(), attending.name.as_deref()), (Some("999"), Some("Li Chen, MD")));
    assert_eq!((encounter.participants[0].role, encounter.participants.len()), (Role::Physician, 1));
    assert_eq!((encounter.working_drg.as_deref(), encounter.gmlos_days), (Some("179"), Some(2.4)));
    assert_eq!(encounter.reason.as_deref(), Some("Pneumonia; Hypoxia"));
    assert_eq!(encounter.disposition.as_deref(), Some("home"));
}

#[test]
fn a_document_says_what_it_is_and_who_signed_it() {
    let document = one!(
        Document,
        &[json!({"resourceType": "DocumentReference", "id": "d1", "status": "current", "docStatus": "amended",
        "type": {"coding": [{"system": "urn:local", "code": "HP"}, {"system": "http://loinc.org", "code": "34117-2"}]},
        "subject": {"reference": "Patient/p1"}, "date": "2026-11-19", "description": "H&P",
        "author": [{"reference": "Organization/o"}, {"reference": "#me"}],
        "contained": [{"resourceType": "Practitioner", "id": "me", "name": [{"text": "Ruiz, Eva RN"}]}],
        "authenticator": {"reference": "Practitioner/x1"},
        "extension": [{"url": "urn:lacuna:signed-at", "valueDateTime": "2026-11-19T08:00:00-06:00"}],
        "relatesTo": [{"code": "appends", "target": {"reference": "DocumentReference/d0"}}],
        "context": {"encounter": [{"reference": "https://example.org/fhir/Encounter/e1/_history/2"}],
            "period": {"start": "2026-11-18T10:00:00-06:00"}, "practiceSetting": {"text": "Medicine"}},
        "content": [{"attachment": {"contentType": "text/plain; charset=iso-8859-1", "data": "MzguNbA="}}]})]
    );
    assert_eq!((document.text.as_str(), document.encoding.as_deref()), ("38.5°", Some("windows-1252")));
    assert_eq!(document.sha256, super::super::desk::sha256("38.5°"));
    assert_eq!((document.document_type, document.status), (Some(DocumentType::HistoryAndPhysical), DocumentStatus::Amended));
    assert_eq!((document.encounter.as_deref(), document.amends.as_deref()), (Some("e1"), Some("d0")));
    assert_eq!(document.author.unwrap().role, Role::Nurse);
    assert_eq!(document.signer.unwrap().identifier.as_deref(), Some("999"));
    assert_eq!(document.signed.unwrap().to_string(), "2026-11-19T08:00:00-06:00");
    assert_eq!(document.time.unwrap().to_string(), "2026-11-18T10:00:00-06:00");
}

#[test]
fn a_withdrawn_document_is_withdrawn_whatever_else_it_says() {
    for (record, document, status) in [
        (Some("current"), Some("final"), DocumentStatus::Final),
        (Some("entered-in-error"), Some("final"), DocumentStatus::EnteredInError),
        (Some("superseded"), None, DocumentStatus::NotGiven),
        (None, Some("preliminary"), DocumentStatus::Preliminary),
    ] {
        assert_eq!(super::document::status(record, document), status);
    }
}

#[test]
fn a_report_and_a_composition_are_documents() {
    let report = one!(
        Document,
        &[json!({"resourceType": "DiagnosticReport", "id": "1", "status": "final", "category": [{"coding": [{"code": "RAD"}]}],
        "code": {"text": "CT chest"}, "effectiveDateTime": "2026-11-18", "conclusion": "No embolism.",
        "presentedForm": [{"contentType": "text/plain", "data": "RklORElOR1M6IGNsZWFyLg=="}]})]
    );
    assert_eq!(report.text, "FINDINGS: clear.\n\nCONCLUSION:\nNo embolism.\n");
    assert_eq!((report.identifier.as_str(), report.document_type), ("DiagnosticReport/1", Some(DocumentType::RadiologyReport)));
    let composition = one!(
        Document,
        &[json!({"resourceType": "Composition", "id": "1", "status": "final", "title": "Discharge",
        "type": {"coding": [{"system": "http://loinc.org", "code": "18842-5"}]}, "date": "2026-11-20",
        "attester": [{"mode": "legal", "time": "2026-11-21", "party": {"reference": "Practitioner/x1"}}],
        "section": [{"title": "Course", "text": {"div": "<div><p>Sepsis &amp; AKI.</p></div>"},
            "section": [{"title": "Labs", "text": {"div": "<div>Na 131</div>"}}]}]})]
    );
    assert_eq!(composition.text, "Course:\nSepsis & AKI.\n\nLabs:\nNa 131\n\n");
    assert_eq!((composition.document_type, composition.signed.is_some()), (Some(DocumentType::DischargeSummary), true));
    assert!(bundle(&[json!({"resourceType": "DiagnosticReport", "id": "1", "result": [{"reference": "Observation/o"}]})]).is_empty());
}

#[test]
fn each_component_is_an_observation_of_its_own() {
    let pressure = json!({"resourceType": "Observation", "id": "o1", "status": "final", "encounter": {"reference": "Encounter/e1"},
        "category": [{"coding": [{"code": "vital-signs"}]}], "code": {"text": "Blood pressure"},
        "effectiveDateTime": "2026-11-18T10:00:00Z", "note": [{"text": "left arm"}],
        "component": [{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6", "display": "Systolic"}]},
            "valueQuantity": {"value": 84, "unit": "mmHg"}}, {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 50}}]});
    let parts: Vec<_> = bundle(&[pressure])
        .into_iter()
        .filter_map(|record| if let Record::Observation(o) = record { Some((o.identifier, o.name, o.encounter, o.note)) } else { None })
        .collect();
    let both = |id: &str, name: &str| (id.to_owned(), name.to_owned(), Some("e1".to_owned()), Some("left arm".to_owned()));
    assert_eq!(parts, [both("o1#8480-6", "Systolic"), both("o1#2", "Diastolic")]);
}

#[test]
fn a_value_of_any_kind_is_kept_and_none_is_none() {
    for (field, given, text) in [
        ("valueQuantity", json!({"value": 4.2, "unit": "mmol/L", "comparator": ">"}), Some("> 4.2 mmol/L")),
        ("valueInteger", json!(15), Some(" 15 ")),
        ("valueString", json!("room air"), Some("room air")),
        ("valueCodeableConcept", json!({"coding": [{"display": "Positive"}]}), Some("Positive")),
        ("valueRatio", json!({"numerator": {"value": 1}, "denominator": {"value": 128}}), Some("1:128")),
        ("valueRange", json!({"low": {"value": 2}, "high": {"value": 5, "unit": "/HPF"}}), Some("2-5 /HPF")),
        ("dataAbsentReason", json!({"text": "hemolyzed"}), None),
        ("valueQuantity", json!({"value": "4.2"}), None),
    ] {
        let mut resource = json!({"resourceType": "Observation", "id": "o", "code": {"text": "x"},
            "referenceRange": [{"text": "see below"}, {"low": {"value": 0.5}, "high": {"value": 2}}], "interpretation": [{"coding": [{"code": "H"}]}]});
        resource[field] = given;
        let observation = one!(Observation, &[resource]);
        assert_eq!((observation.low, observation.high, observation.interpretation.as_deref()), (Some(0.5), Some(2.0), Some("H")));
        let shown = observation.value.map(|value| match value {
            Given::Quantity(q) => format!("{} {} {}", q.comparator.unwrap_or_default(), q.value, q.unit.unwrap_or_default()),
            Given::Text(text) => text,
        });
        assert_eq!(shown.as_deref(), text, "{field}");
    }
}

#[test]
fn a_drug_at_home_is_no_treatment_of_the_stay() {
    let dose = json!([{"route": {"text": "IV"}, "doseAndRate": [{"doseQuantity": {"value": 40, "unit": "mg"}}]}]);
    for (name, category, dosage, kind, identifier, shown) in [
        (
            "MedicationRequest",
            json!([{"coding": [{"code": "inpatient"}]}]),
            ("dosageInstruction", dose.clone()),
            MedicationKind::Ordered,
            "m",
            "40 mg",
        ),
        (
            "MedicationRequest",
            json!([{"coding": [{"code": "community"}]}]),
            ("dosageInstruction", dose.clone()),
            MedicationKind::Home,
            "m",
            "40 mg",
        ),
        (
            "MedicationRequest",
            json!([{"coding": [{"code": "discharge"}]}]),
            ("dosageInstruction", dose),
            MedicationKind::Home,
            "m",
            "40 mg",
        ),
        (
            "MedicationAdministration",
            json!({}),
            ("dosage", json!({"route": {"text": "IV"}, "dose": {"value": 80, "unit": "mg"}})),
            MedicationKind::Given,
            "MedicationAdministration/m",
            "80 mg",
        ),
        (
            "MedicationStatement",
            json!({}),
            ("dosage", json!([{"route": {"text": "IV"}, "text": "20 mg daily"}])),
            MedicationKind::Home,
            "MedicationStatement/m",
            "20 mg daily",
        ),
    ] {
        let mut resource =
            json!({"resourceType": name, "id": "m", "category": category, "medicationReference": {"reference": "Medication/f"}});
        resource[dosage.0] = dosage.1;
        let furosemide = json!({"resourceType": "Medication", "id": "f", "code": {"text": "Furosemide"}});
        let drug = one!(Medication, &[resource, furosemide]);
        assert_eq!((drug.name.as_str(), drug.kind, drug.identifier.as_str()), ("Furosemide", kind, identifier), "{name}");
        assert_eq!((drug.dose.as_deref(), drug.route.as_deref()), (Some(shown), Some("IV")), "{name}");
    }
}

#[test]
fn every_way_to_name_an_encounter_names_the_same_one() {
    for reference in [
        json!({"reference": "Encounter/e1"}),
        json!({"reference": "urn:uuid:0c"}),
        json!({"reference": "https://example.org/Encounter/e1"}),
        json!({"reference": "Encounter/e1/_history/3"}),
        json!({"reference": "Encounter?identifier=urn:hospital|88141"}),
        json!({"reference": "Encounter?identifier=urn:hospital%7C88141"}),
        json!({"identifier": {"system": "urn:hospital", "value": "88141"}}),
    ] {
        let records = read(&json!({"resourceType": "Bundle", "entry": [
            {"resource": {"resourceType": "Condition", "id": "c1", "code": {"text": "Sepsis"}, "encounter": reference}},
            {"fullUrl": "urn:uuid:0c", "resource": {"resourceType": "Encounter", "id": "e1",
                "identifier": [{"system": "urn:hospital", "value": "88141"}]}}]}));
        let Some(Record::Problem(problem)) = records.last() else { panic!("{records:?}") };
        assert_eq!(problem.encounter.as_deref(), Some("e1"), "{reference}");
    }
}

#[test]
fn a_resource_without_an_id_in_a_bundle_is_known_by_its_address() {
    let records = read(&json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"fullUrl": "urn:uuid:a1", "resource": {"resourceType": "Procedure", "code": {"text": "Debridement"},
            "subject": {"reference": "urn:uuid:b2"}, "performedPeriod": {"start": "2026-11-18"}}},
        {"fullUrl": "urn:uuid:b2", "resource": {"resourceType": "Patient", "name": [{"family": "Rivera", "given": ["Marta"]}]}}]}));
    let [Record::Patient(patient), Record::Procedure(procedure)] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((patient.identifier.as_str(), procedure.identifier.as_str(), procedure.patient.as_deref()), ("b2", "a1", Some("b2")));
}

#[test]
fn entries_that_hold_no_resource_were_passed_over_in_silence() {
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": [
        5, "words", {"fullUrl": "urn:uuid:x"}, {"response": {"status": "200"}},
        {"resource": {"resourceType": "Patient", "id": "z"}}, {"resource": {"resourceType": "Patient"}}]});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.json");
    std::fs::write(&path, bundle.to_string()).unwrap();
    let mut keep = Keep::default();
    run(&[path], &Options::default(), &mut keep).unwrap();
    let places: Vec<&str> = keep.rejects.iter().filter_map(|trouble| trouble.what.split(':').next()).collect();
    assert_eq!(places, ["entry 1", "entry 2", "entry 3", "entry 6"]);
    assert!(!format!("{:?}", keep.rejects).contains("words"), "what stood there is not repeated");
    assert!(keep.records.iter().any(|(record, _)| matches!(record, Record::Patient(p) if p.identifier == "z")));
}

#[test]
fn extensions_inside_elements_were_lost() {
    let mark = |n: u8| json!({"url": "http://example.org/mark", "valueInteger": n});
    let patient = json!({"resourceType": "Patient", "id": "p1", "meta": {"versionId": "4"}, "_birthDate": {"extension": [mark(1)]},
        "birthDate": "1950-02-03", "name": [{"family": "Probe", "given": ["Mia", "Q"], "_given": [null, {"extension": [mark(2)]}]}],
        "address": [{"city": "A"}, {"city": "B", "extension": [mark(3), {"url": "urn:lacuna:role", "valueCode": "nurse"}]}],
        "contained": [{"resourceType": "Organization", "id": "o", "extension": [mark(9)]}]});
    let patient = one!(Patient, &[patient]);
    let kept: Vec<_> = patient.kept.iter().map(|k| (k.name.as_str(), k.value.clone())).collect();
    assert_eq!(
        kept,
        [
            ("_birthDate.extension", mark(1)),
            ("address[1].extension", mark(3)),
            ("name._given[1].extension", mark(2)),
            ("versionId", json!("4"))
        ]
    );
}

#[test]
fn every_part_of_a_resource_has_its_version() {
    let pressure = json!({"resourceType": "Observation", "id": "bp", "meta": {"versionId": "7"}, "subject": {"reference": "Patient/p1"},
        "code": {"text": "Blood pressure"}, "component": [{"code": {"text": "systolic"}, "valueInteger": 120},
        {"code": {"text": "diastolic"}, "valueInteger": 70}]});
    let versions: Vec<_> = bundle(&[pressure]).iter().map(|r| r.kept().and_then(crate::chart::Kept::version)).collect();
    assert_eq!(versions, [Some(7), Some(7)]);
    let note = json!({"resourceType": "DocumentReference", "id": "d1", "meta": {"versionId": "2"}, "subject": {"reference": "Patient/p1"},
        "content": [{"attachment": {"contentType": "text/plain", "data": "U2Vwc2lzLg=="}}]});
    let versions: Vec<_> = bundle(&[note]).iter().map(|r| r.kept().and_then(crate::chart::Kept::version)).collect();
    assert_eq!(versions, [None, Some(2)], "the stay that only holds it is nobody's resource");
}

fn stay(id: &str, more: Value) -> Value {
    let mut stay = json!({"resourceType": "Encounter", "id": id, "status": "in-progress", "subject": {"reference": "Patient/p1"},
        "period": {"start": "2026-01-05T06:30:00-05:00"}});
    stay.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    stay
}

fn coverage(id: &str, more: Value) -> Value {
    let mut coverage = json!({"resourceType": "Coverage", "id": id, "status": "active", "beneficiary": {"reference": "Patient/p1"}});
    coverage.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    coverage
}

#[test]
fn a_stay_says_who_pays_by_its_account_else_by_the_patients_coverage_at_that_time() {
    let organization = json!({"resourceType": "Organization", "id": "o1", "name": "Cedar Mutual"});
    let by_name = coverage("c1", json!({"payor": [{"display": "Northlake Health Plan"}], "order": 2, "period": {"end": "2026-12-31"}}));
    let by_reference = coverage("c2", json!({"payor": [{"reference": "Organization/o1"}], "order": 1, "period": {"start": "2026-01-05"}}));
    let ended = coverage("c3", json!({"payor": [{"display": "Of last year"}], "order": 0, "period": {"end": "2025-12-31"}}));
    let gone = coverage("c4", json!({"payor": [{"display": "Cancelled"}], "order": 0, "status": "cancelled"}));
    let account = json!({"resourceType": "Account", "id": "a1", "status": "active", "coverage": [
        {"coverage": {"reference": "Coverage/c2"}, "priority": 2}, {"coverage": {"reference": "Coverage/c1"}, "priority": 1}]});
    let all = [organization, by_name, by_reference, ended, gone, account];
    let payer = |more: Value, others: &[Value]| {
        let resources: Vec<Value> = others.iter().cloned().chain([stay("e1", more)]).collect();
        let stay = one!(Encounter, &resources);
        (stay.payer, stay.payer_guessed)
    };
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(payer(json!({"account": [{"reference": "Account/a1"}]}), &all), (some("Northlake Health Plan"), false));
    assert_eq!(payer(json!({}), &all), (some("Cedar Mutual"), true), "in force on that day, and the first of those");
    assert_eq!(payer(json!({}), &[]), (None, false));
    // Two that are in force, and nothing says which one pays first: nothing is guessed.
    let two = [coverage("c1", json!({"payor": [{"display": "One"}]})), coverage("c2", json!({"payor": [{"display": "Other"}]}))];
    assert_eq!(payer(json!({}), &two), (None, false));
    assert_eq!(payer(json!({"subject": {"reference": "Patient/p2"}}), &all), (None, false), "another patient's");
    let inside = json!({"account": [{"reference": "#a"}], "contained": [coverage("c", json!({"payor": [{"reference": "#o"}]})),
        {"resourceType": "Account", "id": "a", "coverage": [{"coverage": {"reference": "#c"}}]},
        {"resourceType": "Organization", "id": "o", "name": "Cedar Mutual"}]});
    assert_eq!(payer(inside, &[]), (some("Cedar Mutual"), false));
}

#[test]
fn what_stands_inside_a_resource_is_read_with_it() {
    let report = json!({"resourceType": "DiagnosticReport", "id": "7", "status": "final", "subject": {"reference": "#p"},
        "encounter": {"reference": "#e"}, "effectiveDateTime": "2026-01-06", "code": {"text": "Panel"},
        "result": [{"reference": "#r1"}, {"reference": "Observation/elsewhere"}],
        "presentedForm": [{"contentType": "application/pdf", "data": "JVBERi0xLjQ="}],
        "contained": [
            {"resourceType": "Patient", "id": "p", "identifier": [{"system": "urn:mrn", "value": "M77"}], "name": [{"family": "Probe"}]},
            {"resourceType": "Encounter", "id": "e", "period": {"start": "2026-01-05"}, "subject": {"reference": "#p"},
             "location": [{"location": {"reference": "#l"}}]},
            {"resourceType": "Location", "id": "l", "name": "4 West"},
            {"resourceType": "Observation", "id": "r1", "code": {"text": "Sodium"}, "subject": {"reference": "#p"},
             "valueQuantity": {"value": 131, "unit": "mmol/L"}}]});
    let records = bundle(std::slice::from_ref(&report));
    let [Record::Patient(patient), Record::Encounter(stay), Record::Observation(sodium)] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!((patient.identifier.as_str(), patient.display().as_str()), ("M77", "PROBE"));
    assert_eq!((stay.identifier.as_str(), stay.patient.as_deref(), stay.locations[0].name.as_str()), ("7#e", Some("M77"), "4 West"));
    assert_eq!(sodium.identifier, "DiagnosticReport/7#r1");
    assert_eq!((sodium.patient.as_deref(), sodium.encounter.as_deref()), (Some("M77"), Some("7#e")));
    assert_eq!((sodium.time.unwrap().to_string(), sodium.status.as_deref()), ("2026-01-06".to_owned(), Some("final")));
    // Where the export holds the patient by itself, it is that one.
    let known = json!({"resourceType": "Patient", "id": "p1", "identifier": [{"system": "urn:mrn", "value": "M77"}]});
    let records = bundle(&[known, report]);
    assert_eq!(records.iter().filter(|r| matches!(r, Record::Patient(_))).count(), 1);
    let Some(Record::Observation(sodium)) = records.last() else { panic!("{records:?}") };
    assert_eq!(sodium.patient.as_deref(), Some("p1"));
}

#[test]
fn a_person_inside_a_role_inside_a_note_is_its_author() {
    let note = json!({"resourceType": "DocumentReference", "id": "d1", "author": [{"reference": "#role"}],
        "content": [{"attachment": {"contentType": "text/plain", "data": "U2Vwc2lzLg=="}}],
        "contained": [{"resourceType": "PractitionerRole", "id": "role", "practitioner": {"reference": "#who"}, "specialty": [{"text": "Surgery"}]},
            {"resourceType": "Practitioner", "id": "who", "name": [{"text": "Ann Ode", "suffix": ["MD"]}]}]});
    let author = one!(Document, &[note]).author.unwrap();
    assert_eq!((author.name.as_deref(), author.service.as_deref(), author.role), (Some("Ann Ode, MD"), Some("Surgery"), Role::Physician));
}

#[test]
fn a_second_text_of_a_document_was_left_out_in_silence() {
    let noticed = |second: Value| {
        let note = json!({"resourceType": "DocumentReference", "id": "d1", "content": [
            {"attachment": {"contentType": "text/plain", "data": "U2Vwc2lzLg=="}}, {"attachment": second}]});
        let mut keep = Keep::default();
        super::super::run_bytes("b.json", note.to_string().as_bytes(), &Options::default(), &mut keep).unwrap();
        keep.notices.into_iter().map(|notice| notice.what).collect::<Vec<_>>()
    };
    let other = noticed(json!({"contentType": "text/plain", "data": "QUtJLg=="}));
    assert_eq!(other, ["attachment not read: a second text of other words, 4 characters"]);
    assert_eq!(noticed(json!({"contentType": "text/html", "data": "PHA+U2Vwc2lzLjwvcD4="})), [] as [&str; 0], "the same in another form");
}
