//! The invented charts of the stand-in desk.

use super::{at, now};
use crate::chart::{
    Chart, Document, DocumentStatus, DocumentType, Encounter, EncounterClass, Evidence, Location, Medication, MedicationKind, Observation,
    Order, Patient, PriorEncounter, Procedure, Provider, Quantity, Role, Sex, TextEvidence, Value, ValueEvidence,
};
use crate::checklist::{Gap, GapKind, GapState, Searched, Severity};
use crate::reading::{Reading, Section};
use crate::work::model::{ChartView, GapRow};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The note that the hostile tests look at: every kind of character that could drive a terminal.
const HOSTILE: &str = "LABS:\nNa\t131\tK\t4.9\nCreatinine\t2.4\tH\nodd \u{1b}]52;c;aGVsbG8=\u{7} and \u{9b}31m and \u{202e}desrever\u{202c} end\r\nASSESSMENT:\nElevated creatinine. Hold lisinopril.\n";

fn provider(name: &str, role: Role) -> Provider {
    Provider { identifier: Some(name.to_lowercase()), name: Some(name.to_owned()), role, service: Some("hospital medicine".to_owned()) }
}

fn document(encounter: &str, number: usize, kind: DocumentType, time: &str, author: &str, text: &str) -> Document {
    Document {
        identifier: format!("{encounter}-d{number}"),
        version: 1,
        encounter: Some(encounter.to_owned()),
        document_type: Some(kind),
        title: Some(kind.label().to_owned()),
        status: DocumentStatus::Final,
        author: Some(provider(author, Role::Physician)),
        signer: Some(provider(author, Role::Physician)),
        time: Some(at(time)),
        text: text.to_owned(),
        ..Document::default()
    }
}

fn lab(encounter: &str, name: &str, time: &str, value: f64, range: (f64, f64)) -> Observation {
    Observation {
        identifier: format!("{encounter}-{name}-{time}"),
        name: name.to_owned(),
        category: Some("laboratory".to_owned()),
        value: Some(Value::Quantity(Quantity { value, comparator: None, unit: Some("mg/dL".to_owned()) })),
        low: Some(range.0),
        high: Some(range.1),
        time: Some(at(time)),
        ..Observation::default()
    }
}

pub(super) fn reading(document: &Document) -> Reading {
    let mut start = 0;
    let mut sections = Vec::new();
    for line in document.text.split_inclusive('\n') {
        if line.trim_end().ends_with(':') {
            let heading = line.trim_end().to_owned();
            sections.push(Section {
                section: "other".to_owned(),
                start,
                end: document.text.len(),
                body: start + heading.len(),
                heading,
                within: None,
            });
        }
        start += line.len();
    }
    Reading { document_type: document.document_type.unwrap_or_default(), sections, ..Reading::default() }
}

fn words(document: &Document, quote: &str) -> Evidence {
    let start = document.text.find(quote).expect("the quote");
    Evidence::Text(TextEvidence {
        document: document.identifier.clone(),
        start,
        end: start + quote.len(),
        quote: quote.to_owned(),
        date: document.time,
        author: document.author.as_ref().and_then(|a| a.name.clone()),
        document_type: document.document_type.unwrap_or_default(),
        opening: false,
    })
}

fn gap(encounter: &str, item: &str, severity: Severity, title: &str, evidence: Vec<Evidence>) -> GapRow {
    let gap = Gap {
        item: item.to_owned(),
        checklist: "core".to_owned(),
        version: 1,
        kind: GapKind::Undocumented,
        condition: Some(item.to_owned()),
        element: None,
        document_type: None,
        missing: Vec::new(),
        severity,
        title: title.to_owned(),
        why: "The value rose by more than half within two days and no note names a cause.".to_owned(),
        encounter: encounter.to_owned(),
        evidence,
        counter_evidence: Vec::new(),
        searched: vec![Searched {
            what: "acute kidney injury, ATN, prerenal".to_owned(),
            r#where: "4 notes".to_owned(),
            documents: Vec::new(),
        }],
        also: Vec::new(),
        query_template: None,
        due: None,
        run: None,
        state: GapState::Open,
    };
    GapRow { key: gap.key(), gap, dismissed: None, query: None, answered: None }
}

pub(super) fn chart(encounter: &str, family: &str, given: &str, unit: &str) -> ChartView {
    let filler = "Feels a little better this morning. Denies fever, chills, chest pain or shortness of breath at rest. Walked to the chair with help and ate half of breakfast.\n".repeat(9);
    let documents = vec![
        document(
            encounter,
            1,
            DocumentType::EmergencyNote,
            "2026-11-17T14:10:00-05:00",
            "Min-jun Yoo, MD",
            &format!("HISTORY:\n{filler}ASSESSMENT:\nSepsis due to pneumonia \u{6f22}\u{5b57}.\n"),
        ),
        document(
            encounter,
            2,
            DocumentType::HistoryAndPhysical,
            "2026-11-17T15:30:00-05:00",
            "Wei Chen, MD",
            &format!("HISTORY OF PRESENT ILLNESS:\n{filler}PLAN:\nAdmit. CHF exacerbation, on IV furosemide 40 mg bid.\n"),
        ),
        document(
            encounter,
            3,
            DocumentType::ProgressNote,
            "2026-11-18T07:20:00-05:00",
            "Wei Chen, MD",
            &format!("SUBJECTIVE:\n{filler}{HOSTILE}"),
        ),
        document(
            encounter,
            4,
            DocumentType::Other,
            "2026-11-19T06:50:00-05:00",
            "Rosa Ortiz, RN",
            "Wound check: stage 2 pressure injury, sacrum.\nTurned every two hours.\n",
        ),
    ];
    let creatinine: Vec<Observation> =
        [("2026-11-17T14:30:00-05:00", 1.0), ("2026-11-18T05:10:00-05:00", 1.6), ("2026-11-18T21:10:00-05:00", 2.4)]
            .into_iter()
            .map(|(time, value)| lab(encounter, "Creatinine", time, value, (0.6, 1.1)))
            .collect();
    let mut observations = creatinine.clone();
    observations.push(lab(encounter, "Potassium", "2026-11-18T05:10:00-05:00", 4.9, (3.5, 5.1)));
    let value = |o: &Observation, text: &str| {
        Evidence::Value(ValueEvidence {
            observation: o.identifier.clone(),
            name: o.name.clone(),
            value: text.to_owned(),
            unit: Some("mg/dL".to_owned()),
            date: o.time,
            reference: Some("0.6-1.1".to_owned()),
            note: None,
            prior: false,
        })
    };
    let gaps = vec![
        gap(
            encounter,
            "acute_kidney_injury",
            Severity::High,
            "Creatinine 1.0 \u{2192} 2.4 in 31 h, no diagnosis",
            vec![value(&creatinine[0], "1.0"), value(&creatinine[2], "2.4"), words(&documents[2], "Elevated creatinine. Hold lisinopril.")],
        ),
        gap(
            encounter,
            "heart_failure",
            Severity::Warn,
            "Heart failure: type and acuity not stated",
            vec![words(&documents[1], "CHF exacerbation")],
        ),
        gap(
            encounter,
            "pressure_injury",
            Severity::Info,
            "Pressure injury: nurse stage 2, no provider note",
            vec![words(&documents[3], "stage 2 pressure injury")],
        ),
    ];
    let readings = documents.iter().map(reading).collect();
    let chart = Chart {
        patient: Some(Patient {
            identifier: format!("p-{encounter}"),
            mrn: Some("00417733".to_owned()),
            family: Some(family.to_owned()),
            given: Some(given.to_owned()),
            birth: Some(at("1954-03-02")),
            sex: Sex::Female,
            ..Patient::default()
        }),
        encounter: Encounter {
            identifier: encounter.to_owned(),
            class: EncounterClass::Inpatient,
            start: Some(at("2026-11-17T14:05:00-05:00")),
            locations: vec![Location { name: unit.to_owned(), start: None }],
            attending: Some(provider("Wei Chen, MD", Role::Physician)),
            working_drg: Some("291".to_owned()),
            gmlos_days: Some(4.1),
            ..Encounter::default()
        },
        documents,
        observations,
        ..treated(encounter)
    };
    ChartView {
        chart: Arc::new(chart),
        readings: Arc::new(readings),
        gaps,
        queries: Vec::new(),
        seen: BTreeSet::new(),
        as_of: now(),
        last_look: None,
        note: None,
        claimed: None,
        withheld: Vec::new(),
    }
}

/// What was ordered, given and done, and a value of an earlier stay.
fn treated(encounter: &str) -> Chart {
    let drug = |name: &str, kind, time: &str, end: Option<&str>| Medication {
        identifier: format!("{encounter}-{name}-{time}"),
        name: name.to_owned(),
        kind,
        time: Some(at(time)),
        end: end.map(at),
        ..Medication::default()
    };
    let (ordered, given) = (MedicationKind::Ordered, MedicationKind::Given);
    Chart {
        medications: vec![
            drug("lisinopril 10 mg", ordered, "2026-11-17T16:00:00-05:00", Some("2026-11-18T08:00:00-05:00")),
            drug("furosemide 40 mg IV", ordered, "2026-11-17T16:30:00-05:00", None),
            drug("furosemide 40 mg IV", given, "2026-11-17T18:00:00-05:00", None),
            drug("furosemide 40 mg IV", given, "2026-11-18T09:00:00-05:00", None),
        ],
        orders: vec![Order {
            identifier: format!("{encounter}-consult"),
            name: "Nephrology consult".to_owned(),
            time: Some(at("2026-11-18T08:05:00-05:00")),
            ..Order::default()
        }],
        procedures: vec![Procedure {
            identifier: format!("{encounter}-line"),
            name: "Central venous catheter".to_owned(),
            start: Some(at("2026-11-18T11:00:00-05:00")),
            ..Procedure::default()
        }],
        prior: vec![PriorEncounter {
            observations: vec![lab(encounter, "Creatinine", "2026-08-12T08:00:00-04:00", 0.9, (0.6, 1.1))],
            ..PriorEncounter::default()
        }],
        ..Chart::default()
    }
}
