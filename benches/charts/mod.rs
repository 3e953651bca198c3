//! Stores full of the synthetic charts under new names, for the benches.

use lacuna::chart::{Chart, Document, Record};
use lacuna::store::{Incoming, IngestCounts, Store};
use lacuna::work::{Session, demo};

/// Documents of each encounter.
pub const DOCUMENTS: usize = 5;

/// The synthetic charts that have enough documents.
pub fn fixtures() -> Vec<Chart> {
    let desk = demo::desk(None).unwrap();
    let names = desk.store().encounter_identifiers().unwrap();
    names.iter().filter_map(|name| desk.store().chart(name).unwrap()).filter(|chart| chart.documents.len() >= DOCUMENTS).collect()
}

/// Stores records.
pub fn put(store: &Store, session: &Session, run: i64, records: Vec<Record>) {
    let incoming: Vec<Incoming> = records
        .into_iter()
        .map(|record| Incoming { record, source: "bench".to_owned(), line: None, context: lacuna::chart::Context::default() })
        .collect();
    let refused = store.put_batch(&session.actor(), run, &incoming, &[], &mut IngestCounts::default()).unwrap();
    assert!(refused.is_empty(), "{refused:?}");
}

/// Stores copies of the charts under new names; gives the bytes of their texts.
pub fn fill(store: &Store, session: &Session, charts: &[Chart], notes: &[String], count: usize) -> usize {
    let run = store.begin_run(&session.actor(), &["bench".to_owned()]).unwrap();
    let mut bytes = 0;
    let mut batch = Vec::new();
    for number in 0..count {
        let pattern = &charts[number % charts.len()];
        let (encounter, patient) = (Some(format!("encounter-{number}")), Some(format!("patient-{number}")));
        let mut stay = pattern.encounter.clone();
        stay.identifier = format!("encounter-{number}");
        stay.account = None;
        stay.patient = patient.clone();
        if let Some(mut person) = pattern.patient.clone() {
            person.identifier = format!("patient-{number}");
            person.mrn = Some(format!("{number:08}"));
            batch.push(Record::Patient(person));
        }
        batch.push(Record::Encounter(stay));
        let own = if notes.is_empty() { DOCUMENTS } else { DOCUMENTS - 2 };
        let from = pattern.documents.len() - own;
        for (place, document) in pattern.documents[from..].iter().enumerate() {
            bytes += document.text.len();
            batch.push(Record::Document(named(document, &format!("{number}-{place}"), &encounter, &patient)));
        }
        for place in own..DOCUMENTS {
            let text = notes[(number * 2 + place) % notes.len()].clone();
            bytes += text.len();
            let time = pattern.documents[0].time;
            let note = Document { text, time, version: 1, ..Document::default() };
            batch.push(Record::Document(named(&note, &format!("{number}-{place}"), &encounter, &patient)));
        }
        macro_rules! facts {
            ($list:ident, $kind:ident) => {
                for (place, fact) in pattern.$list.iter().enumerate() {
                    let mut fact = fact.clone();
                    fact.identifier = format!("{}-{number}-{place}", stringify!($list));
                    fact.encounter = encounter.clone();
                    fact.patient = patient.clone();
                    batch.push(Record::$kind(fact));
                }
            };
        }
        facts!(observations, Observation);
        facts!(orders, Order);
        facts!(medications, Medication);
        facts!(procedures, Procedure);
        facts!(problems, Problem);
        if batch.len() > 5_000 {
            put(store, session, run, std::mem::take(&mut batch));
        }
    }
    put(store, session, run, batch);
    bytes
}

fn named(document: &Document, name: &str, encounter: &Option<String>, patient: &Option<String>) -> Document {
    let mut copy = document.clone();
    copy.identifier = format!("document-{name}");
    copy.encounter = encounter.clone();
    copy.patient = patient.clone();
    copy.amends = None;
    // The same words under two names are two texts: the store keeps what it is sent.
    copy.sha256 = String::new();
    copy
}
