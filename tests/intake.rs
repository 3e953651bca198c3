//! Intake over whole folders: the hostile fixtures, and the shared data when `LACUNA_SHARED` names its folder.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use lacuna::chart::{Document, Record, RecordKind};
use lacuna::error::Trouble;
use lacuna::intake::{Options, Origin, Sink, run};
use pretty_assertions::assert_eq;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Default)]
struct Keep {
    records: Vec<(Record, Origin)>,
    rejects: Vec<Trouble>,
    notices: Vec<Trouble>,
}

impl Sink for Keep {
    fn take(&mut self, record: Record, origin: &Origin) -> Result<(), Trouble> {
        self.records.push((record, origin.clone()));
        Ok(())
    }
    fn reject(&mut self, trouble: Trouble) {
        self.rejects.push(trouble);
    }
    fn notice(&mut self, notice: Trouble) {
        self.notices.push(notice);
    }
    fn progress(&mut self, done: u64, total: u64, _label: &str) {
        assert!(done <= total);
    }
    fn stopped(&self) -> bool {
        false
    }
}

impl Keep {
    fn documents(&self) -> impl Iterator<Item = &Document> {
        self.records.iter().filter_map(|(record, _)| if let Record::Document(document) = record { Some(document) } else { None })
    }
    fn counts(&self) -> BTreeMap<RecordKind, usize> {
        let mut counts = BTreeMap::new();
        for (record, _) in &self.records {
            *counts.entry(record.kind()).or_default() += 1;
        }
        counts
    }
}

fn read(path: &Path) -> Keep {
    let mut keep = Keep::default();
    run(&[path.to_path_buf()], &Options::default(), &mut keep).unwrap();
    keep
}

fn hostile() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hostile")
}

fn listed(troubles: &[Trouble]) -> Vec<(String, Option<u64>, String)> {
    let root = format!("{}/", hostile().display());
    let short = |t: &Trouble| t.source.clone().unwrap_or_default().replace(&root, "");
    troubles.iter().map(|t| (short(t), t.line, format!("{}: {}", t.what, t.why.clone().unwrap_or_default()))).collect()
}

#[test]
fn dump() {
    let keep = read(&hostile());
    for t in listed(&keep.rejects) {
        println!("R {t:?}");
    }
    for t in listed(&keep.notices) {
        println!("N {t:?}");
    }
    for d in keep.documents() {
        println!("D {:?} {:?} {:?}", d.identifier, d.encoding, d.text);
    }
}

#[test]
fn shared() {
    let Ok(shared) = std::env::var("LACUNA_SHARED") else {
        println!("skipped: LACUNA_SHARED names no folder");
        return;
    };
    let samples = read(&Path::new(&shared).join("data/mtsamples.jsonl"));
    assert_eq!(samples.rejects, []);
    assert_eq!(samples.documents().count(), 1885);
    let bulk = read(&Path::new(&shared).join("data/fhir-bulk"));
    assert_eq!(bulk.rejects, []);
    assert_eq!(bulk.documents().count(), 1215);
    println!("{:?} {:?}", samples.counts(), bulk.counts());
    for n in &bulk.notices {
        println!("{n}");
    }
    println!("{:?}", bulk.documents().next().map(|d| Document { text: String::new(), ..d.clone() }));
    println!("{:?}", samples.documents().next().map(|d| Document { text: String::new(), ..d.clone() }));
    for k in [
        RecordKind::Encounter,
        RecordKind::Medication,
        RecordKind::Provider,
        RecordKind::Patient,
        RecordKind::Procedure,
        RecordKind::Problem,
    ] {
        println!("{:?}", bulk.records.iter().find(|(r, _)| r.kind() == k));
    }
}
