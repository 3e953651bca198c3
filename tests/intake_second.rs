//! Lacuna beside a second reader that shares no code with it (`scripts/second_reader.py`), over the shared data, field by field.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use lacuna::chart::{Document, Encounter, Patient, Record, Sex};
use lacuna::error::Trouble;
use lacuna::intake::{Options, Origin, Sink, run};
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

#[derive(Default)]
struct Keep {
    records: Vec<Record>,
    rejects: usize,
}

impl Sink for Keep {
    fn take(&mut self, record: Record, _: &Origin) -> Result<(), Trouble> {
        self.records.push(record);
        Ok(())
    }
    fn reject(&mut self, _: Trouble) {
        self.rejects += 1;
    }
    fn progress(&mut self, _: u64, _: u64, _: &str) {}
    fn stopped(&self) -> bool {
        false
    }
}

impl Keep {
    fn patient(&self) -> Option<&Patient> {
        self.records.iter().find_map(|r| if let Record::Patient(p) = r { Some(p) } else { None })
    }
    fn encounter(&self) -> Option<&Encounter> {
        self.records.iter().find_map(|r| if let Record::Encounter(e) = r { Some(e) } else { None })
    }
    fn document(&self) -> Option<&Document> {
        self.records.iter().find_map(|r| if let Record::Document(d) = r { Some(d) } else { None })
    }
}

fn read(path: &Path) -> Keep {
    let mut keep = Keep::default();
    run(&[path.to_path_buf()], &Options::default(), &mut keep).unwrap();
    keep
}

/// What the second reader finds in a folder of the shared data; `None` without the data or without Python.
fn second(folder: &str) -> Option<(std::path::PathBuf, Vec<Value>)> {
    let Ok(shared) = std::env::var("LACUNA_SHARED") else {
        println!("skipped: LACUNA_SHARED names no folder");
        return None;
    };
    let folder = Path::new(&shared).join("data").join(folder);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/second_reader.py");
    let Ok(ran) = Command::new("python3").arg(script).arg(&folder).output() else {
        println!("skipped: there is no python3");
        return None;
    };
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let found = String::from_utf8(ran.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Some((folder, found))
}

/// The digits of a time, as far as both readers state them.
fn digits(time: &str) -> String {
    let (clock, offset) =
        time.find(['+', 'Z']).or_else(|| time.get(10..)?.find('-').map(|at| at + 10)).map_or((time, ""), |at| time.split_at(at));
    let clock: String = clock.split('.').next().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    format!("{clock}{}", offset.chars().filter(char::is_ascii_digit).collect::<String>())
}

fn same_time(ours: Option<lacuna::chart::Instant>, theirs: &Value, place: &str) {
    let ours = ours.map(|t| digits(&t.to_string()));
    let theirs = theirs.as_str().map(|written| {
        // HL7 writes an offset behind the digits of the day, too.
        let at = written.find(['+', '-']).unwrap_or(written.len());
        let (clock, offset) = written.split_at(at);
        let clock = clock.split('.').next().unwrap_or_default();
        // An offset of more than 14 hours is none on Earth: that time counts as not given.
        if offset.get(1..3).is_some_and(|hours| hours > "14") {
            return String::new();
        }
        // An hour without minutes stands at its beginning.
        let clock = if clock.len() == 10 { format!("{clock}00") } else { clock.to_owned() };
        if clock.len() <= 8 { clock } else { format!("{clock}{}", offset.get(1..).unwrap_or_default()) }
    });
    assert_eq!(ours.filter(|_| theirs.is_some()), theirs.filter(|t| !t.is_empty()), "{place}");
}

fn tail(identifier: &str) -> &str {
    identifier.rsplit('|').next().unwrap_or(identifier)
}

fn sex(patient: &Patient) -> Option<&str> {
    (patient.sex != Sex::NotGiven).then(|| patient.sex.letter())
}

#[test]
fn c_cda_reads_as_a_second_reader_reads_it() {
    let Some((folder, found)) = second("ccda") else { return };
    let (mut compared, mut refused) = (0, 0);
    for theirs in found {
        let name = theirs["file"].as_str().unwrap();
        let ours = read(&folder.join(name));
        if theirs["refused"] == true {
            assert_eq!((ours.records.len(), ours.rejects), (0, 1), "{name}");
            refused += 1;
            continue;
        }
        let (patient, note) = (ours.patient().unwrap(), ours.document().unwrap());
        assert_eq!(theirs["document"], *note.identifier, "{name}");
        assert_eq!(theirs["patient"], *patient.identifier, "{name}");
        assert_eq!(theirs["family"].as_str(), patient.family.as_deref(), "{name}");
        assert_eq!(theirs["title"].as_str(), note.title.as_deref().filter(|_| !theirs["title"].is_null()), "{name}");
        assert_eq!(theirs["sex"].as_str().filter(|s| matches!(*s, "F" | "M")), sex(patient), "{name}");
        same_time(patient.birth, &theirs["birth"], name);
        same_time(note.time, &theirs["time"], name);
        let stay = ours.encounter().filter(|stay| !stay.implied);
        assert_eq!(theirs["encounter"].as_str(), stay.map(|stay| stay.identifier.as_str()), "{name}");
        if let Some(stay) = stay {
            same_time(stay.start, &theirs["start"], name);
            same_time(stay.end, &theirs["end"], name);
            assert_eq!(theirs["payer"].as_str(), stay.payer.as_deref(), "{name}");
        }
        let words: Vec<&str> = note.text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let theirs: Vec<&str> = theirs["words"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
        assert_eq!(words, theirs, "{name}");
        compared += 1;
    }
    println!("{compared} documents equal, {refused} refused by both");
    assert!(compared >= 14);
}

#[test]
fn hl7_reads_as_a_second_reader_reads_it() {
    let Some((folder, found)) = second("hl7v2") else { return };
    let (mut compared, mut payers) = (0, 0);
    for theirs in found {
        let name = theirs["file"].as_str().unwrap();
        let ours = read(&folder.join(name));
        let Some(patient) = ours.patient() else { continue }; // refused, or of a type that is not read: tests/intake_hl7.rs
        assert_eq!(theirs["patient"].as_str(), patient.mrn.as_deref(), "{name}");
        assert_eq!(theirs["family"].as_str(), patient.family.as_deref(), "{name}");
        if theirs["sex"].as_str().is_some_and(|s| matches!(s, "F" | "M")) {
            assert_eq!(theirs["sex"].as_str(), sex(patient), "{name}");
        }
        if patient.birth.is_some() {
            same_time(patient.birth, &theirs["birth"], name);
        }
        if let Some(stay) = ours.encounter().filter(|stay| !stay.implied) {
            assert_eq!(theirs["encounter"].as_str(), Some(tail(&stay.identifier)), "{name}");
            assert_eq!(theirs["payer"].as_str(), stay.payer.as_deref(), "{name}");
            payers += usize::from(stay.payer.is_some());
        }
        if let (Some(note), Some("MDM^T02" | "MDM^T06" | "MDM^T10")) = (ours.document(), theirs["kind"].as_str()) {
            assert_eq!(theirs["document"].as_str(), Some(tail(&note.identifier)), "{name}");
        }
        let numbers: Vec<f64> = ours
            .records
            .iter()
            .filter_map(|r| match r {
                Record::Observation(o) => match &o.value {
                    Some(lacuna::chart::Value::Quantity(q)) if q.comparator.is_none() => Some(q.value),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        let theirs: Vec<f64> = theirs["numbers"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
        assert!(theirs.iter().all(|n| numbers.contains(n)), "{name}: {theirs:?} in {numbers:?}");
        compared += 1;
    }
    println!("{compared} messages equal, {payers} of them with a payer");
    assert!(compared >= 70 && payers >= 20);
}

#[test]
fn fhir_notes_read_as_a_second_reader_reads_them() {
    let Some((folder, found)) = second("fhir-bulk") else { return };
    let ours = read(&folder);
    let notes: Vec<&Document> = ours.records.iter().filter_map(|r| if let Record::Document(d) = r { Some(d) } else { None }).collect();
    assert_eq!(notes.len(), found.len());
    for (note, theirs) in notes.iter().zip(&found) {
        assert_eq!(theirs["document"], *note.identifier);
        assert_eq!((theirs["patient"].as_str(), theirs["encounter"].as_str()), (note.patient.as_deref(), note.encounter.as_deref()));
        assert_eq!(theirs["code"].as_str(), note.code.as_ref().map(|c| c.code.as_str()));
        assert_eq!(theirs["status"].as_str(), Some("final").filter(|_| note.status == lacuna::chart::DocumentStatus::Final));
        assert_eq!(theirs["text"], *note.text);
        assert_eq!(note.time.map(|t| digits(&t.to_string())), theirs["time"].as_str().map(digits));
    }
}
