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

type Row<'a> = (&'a str, Option<u64>, &'a str);

/// What must come of the hostile folder: file, line, and words of the message.
const REJECTS: &[Row] = &[
    ("bulk/DocumentReference.ndjson", Some(2), "attachment not read: application/pdf, 4 bytes"),
    ("bulk/Patient.ndjson", Some(2), "ends too early"),
    ("fhir/attachments.json", None, "entry 2: attachment not read: application/pdf, 3 KB"),
    ("fhir/attachments.json", None, "entry 3: attachment not read: text/plain, only linked"),
    ("fhir/attachments.json", None, "entry 4: attachment not read: text/plain, its base64 is broken"),
    ("fhir/attachments.json", None, "entry 5: attachment not read: text/plain, it is empty"),
    ("fhir/attachments.json", None, "entry 6: attachment not read: text/plain, it holds NUL characters"),
    ("fhir/attachments.json", None, "entry 7: attachment not read: a PDF file, 17 bytes"),
    ("fhir/attachments.json", None, "entry 8: the document has no attachment"),
    ("fhir/deep.json", Some(2), "deeper than 128 levels"),
    ("fhir/empty-bundle.json", None, "no entries"),
    ("fhir/truncated.json", Some(14), "ends too early"),
    ("fhir/wrong-types.json", None, "entry 3: the Observation has no id"),
    ("fhir/wrong-types.json", None, "entry 4: the resource is not known"),
    ("fhir/wrong-types.json", None, "entry 5: it is no FHIR resource"),
    ("fhir/wrong-types.json", None, "entry 6: it is no FHIR resource"),
    ("json/broken.jsonl", Some(2), "syntax is broken at column 19"),
    ("json/broken.jsonl", Some(4), "not a JSON object"),
    ("json/broken.jsonl", Some(5), "there is no text field"),
    ("json/broken.jsonl", Some(6), "its text field is not a string"),
    ("json/broken.jsonl", Some(7), "the note is empty"),
    ("json/broken.jsonl", Some(8), "it holds NUL characters"),
    ("json/deep.jsonl", Some(2), "deeper than 128 levels"),
    ("json/truncated.jsonl", Some(2), "ends too early, at column 29"),
    ("json/utf16.jsonl", None, "JSON in UTF-16"),
    ("text/blank.txt", None, "the file is empty"),
    ("text/empty.txt", None, "the file is empty"),
    ("text/nul.txt", None, "it holds NUL characters"),
    ("unknown/binary.dat", None, "it is binary"),
    ("unknown/cda.xml", Some(1), "the clinical document is a fragment"),
    ("unknown/list.json", None, "one JSON list"),
    ("unknown/message.hl7", Some(1), "names no patient"),
    ("unknown/notes.txt", None, "a zip archive"),
    ("unknown/picture.jsonl", None, "a PNG picture"),
    ("unknown/scan.txt", None, "a PDF file"),
    ("unknown/settings.json", None, "of no known kind"),
];

const NOTICES: &[Row] = &[
    ("README", None, "describes the folder"),
    ("bulk/LICENSE", None, "describes the folder"),
    ("bulk/log.ndjson", None, "it holds no notes"),
    ("bulk/remarks.txt", None, "plain text in a folder of a FHIR bulk export"),
    ("fhir/attachments.json", None, "entry 9: attachment not read: application/pdf, 8 bytes"),
    ("fhir/wrong-types.json", None, "1 CarePlan not used"),
    ("json/duplicate.jsonl", Some(3), "came before with another text"),
    ("json/wrong-types.jsonl", Some(1), "date"),
    ("unknown/table.csv", Some(1), "a table of notes"),
];

fn matches(troubles: &[Trouble], rows: &[Row]) {
    let root = format!("{}/", hostile().display());
    let file = |t: &Trouble| t.source.clone().unwrap_or_default().replace(&root, "");
    let mut sorted: Vec<&Trouble> = troubles.iter().collect();
    sorted.sort_by_key(|t| file(t)); // stable: within a file the order is the file's
    let places: Vec<_> = sorted.iter().map(|t| (file(t), t.line)).collect();
    assert_eq!(places, rows.iter().map(|(file, line, _)| ((*file).to_owned(), *line)).collect::<Vec<_>>());
    for (trouble, (_, _, words)) in sorted.into_iter().zip(rows) {
        assert!(trouble.to_string().contains(words), "{words:?} in {trouble}");
    }
}

#[test]
fn every_fault_is_told_with_its_place_and_reason() {
    let keep = read(&hostile());
    matches(&keep.rejects, REJECTS);
    matches(&keep.notices, NOTICES);
    assert!(keep.rejects.iter().all(|t| t.why.is_some() && t.hint.is_some()));
}

#[test]
fn what_is_readable_between_the_faults_goes_in() {
    let keep = read(&hostile());
    let mut read: Vec<(&str, Option<&str>, &str)> =
        keep.documents().map(|d| (d.identifier.as_str(), d.encoding.as_deref(), d.text.as_str())).collect();
    read.sort();
    let escapes = "PLAN: \u{1b}[2J\u{1b}]52;c;ZWNobyBoaQ==\u{7} rest.\tNa\t140\n\u{9b}31mred\n";
    let cp1252 = "ASSESSMENT: temperature 38.5°C, “rule out” sepsis – cultures sent.\r\n";
    assert_eq!(
        read,
        [
            ("1", None, "A note."),
            ("b1", None, "First."),
            ("b9", None, "Last."),
            ("both", None, "The same note as text."),
            ("bulk-ok", None, "A note."),
            ("c1", None, "Plain."),
            ("c2", Some("windows-1252"), "Temperature 38.5°."),
            ("d1", None, "Sepsis due to pneumonia."),
            ("d1", None, "Sepsis is ruled out."),
            ("d1", None, "Sepsis is ruled out."),
            ("html", Some("windows-1252"), "Temp 38.5°\nNa < 130"),
            ("json/wrong-types.jsonl#1", None, "A note."),
            ("n1", None, "Fine."),
            ("t1", None, "Acute kidney injury, improving."),
            ("text/cp1252.txt", Some("windows-1252"), cp1252),
            ("text/escape.txt", None, escapes), // kept byte for byte: making it harmless is the screen's task
            ("text/utf16-bom.txt", Some("utf-16le"), "PLAN: wound care, 38.5° this morning.\r\n"),
            ("text/utf16-no-bom.txt", Some("utf-16le"), "PLAN: wound care consult for the heel.\r\n"),
            ("text/utf8-bom.txt", None, "PLAN: furosemide 40 mg IV twice a day.\n"),
            ("unknown/note.rtf", Some("rtf"), "A note."),
        ]
    );
}

#[test]
fn no_message_holds_words_of_a_note() {
    let keep = read(&hostile());
    for trouble in keep.rejects.iter().chain(&keep.notices) {
        let message = trouble.to_string().replace(&trouble.source.clone().unwrap_or_default(), "");
        for word in ["ASSESSMENT", "stable", "Second", "Acute", "sepsis", "Sepsis", "Frobnicator", "ruled out", "7.1", "grey"] {
            assert!(!message.contains(word), "{word} in {message}");
        }
    }
}

#[test]
fn the_same_input_gives_the_same_records() {
    let (first, second) = (read(&hostile()), read(&hostile()));
    assert_eq!(first.records, second.records);
    assert_eq!((first.rejects, first.notices), (second.rejects, second.notices));
}

/// Only where the shared data lies: every note of it comes out, and nothing is rejected.
#[test]
fn the_shared_data_goes_in_whole() {
    let Ok(shared) = std::env::var("LACUNA_SHARED") else {
        println!("skipped: LACUNA_SHARED names no folder");
        return;
    };
    use RecordKind::{Document as D, Encounter, Medication, Patient, Problem, Procedure, Provider};
    let samples = read(&Path::new(&shared).join("data/mtsamples.jsonl"));
    assert_eq!((samples.rejects, samples.notices), (vec![], vec![]));
    let bulk = read(&Path::new(&shared).join("data/fhir-bulk"));
    assert_eq!(bulk.rejects, []);
    assert_eq!(
        bulk.counts().into_iter().collect::<Vec<_>>(),
        [(Patient, 13), (Provider, 86), (Encounter, 1215), (D, 1215), (Medication, 1745), (Procedure, 2056), (Problem, 555)]
    );
    let mut texts = samples.records.iter().filter(|(record, _)| record.kind() == D).count();
    texts += bulk.documents().filter(|d| d.patient.is_some() && d.encounter.is_some() && d.author.is_some()).count();
    assert_eq!(texts, 1885 + 1215);
}

/// What lies beside the synthetic charts (answer keys, the sources they are built from) is no note.
#[test]
fn the_synthetic_charts_go_in_whole_and_nothing_beside_them() {
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts");
    let keep = read(&charts);
    assert_eq!(keep.rejects, []);
    assert!(keep.documents().count() > 0);
    for (record, origin) in &keep.records {
        assert!(origin.source.ends_with(".json"), "{:?} from {}", record.kind(), origin.source);
    }
    for document in keep.documents() {
        assert!(document.encounter.is_some() && document.patient.is_some() && document.time.is_some(), "{}", document.identifier);
    }
}
