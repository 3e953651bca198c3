//! Whole runs over small folders that each test builds for itself.

use super::*;
use crate::chart::{Document, Encounter, RecordKind};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use std::fs;

/// Keeps everything.
#[derive(Default)]
pub(super) struct Keep {
    pub(super) records: Vec<(Record, Origin)>,
    pub(super) rejects: Vec<Trouble>,
    pub(super) notices: Vec<Trouble>,
    progress: Vec<(u64, u64)>,
    stop_after: Option<usize>,
    refuse_after: Option<usize>,
}

impl Sink for Keep {
    fn take(&mut self, record: Record, origin: &Origin) -> Result<(), Trouble> {
        if self.refuse_after.is_some_and(|n| self.records.len() >= n) {
            return Err(Trouble::system("the disk is full"));
        }
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
        self.progress.push((done, total));
    }
    fn stopped(&self) -> bool {
        self.stop_after.is_some_and(|n| self.records.len() >= n)
    }
}

impl Keep {
    fn documents(&self) -> Vec<&Document> {
        self.records.iter().filter_map(|(r, _)| if let Record::Document(d) = r { Some(d) } else { None }).collect()
    }
    fn encounters(&self) -> Vec<&Encounter> {
        self.records.iter().filter_map(|(r, _)| if let Record::Encounter(e) = r { Some(e) } else { None }).collect()
    }
    pub(super) fn kinds(&self) -> Vec<RecordKind> {
        self.records.iter().map(|(r, _)| r.kind()).collect()
    }
}

fn read(paths: &[&Path], options: &Options) -> Keep {
    let mut keep = Keep::default();
    let paths: Vec<PathBuf> = paths.iter().map(|p| p.to_path_buf()).collect();
    run(&paths, options, &mut keep).unwrap();
    keep
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[test]
fn a_folder_is_read_to_any_depth_in_one_order() {
    let notes = folder(&[("b.txt", b"second"), ("a/z/deep.txt", b"first"), ("c", b"third")]);
    let keep = read(&[notes.path()], &Options::default());
    let names: Vec<_> = keep.documents().iter().map(|d| d.identifier.clone()).collect();
    assert_eq!(names, ["a/z/deep.txt", "b.txt", "c"]);
    assert_eq!(keep.kinds()[..2], [RecordKind::Encounter, RecordKind::Document]);
    let implied = &keep.encounters()[0];
    assert!(implied.implied && implied.start.is_none());
    assert_eq!(implied.identifier, "a/z/deep.txt");
    let (done, total) = *keep.progress.last().unwrap();
    assert_eq!((done, total), (16, 16));
}

#[test]
fn a_json_line_gives_what_it_was_given_and_nothing_else() {
    let line = br#"{"note_id":"N1","text":"Sepsis.","type":"progress_note","author":"Chen MD","charttime":"2026-01-05 07:15","subject_id":7,"hadm_id":"E9","specialties":["Medicine"],"title":{"a":5}}
{"id":"N2","text":"AKI."}
{"text":"No identifier."}
"#;
    let notes = folder(&[("notes.jsonl", line)]);
    let keep = read(&[&notes.path().join("notes.jsonl")], &Options::default());
    assert!(keep.rejects.is_empty());
    use RecordKind::{Document as D, Encounter as E, Patient as P};
    assert_eq!(keep.kinds(), [P, E, D, E, D, E, D]);
    let documents = keep.documents();
    let first = documents[0];
    assert_eq!((first.identifier.as_str(), first.encounter.as_deref(), first.patient.as_deref()), ("N1", Some("E9"), Some("7")));
    assert_eq!(first.document_type, Some(crate::chart::DocumentType::ProgressNote));
    assert_eq!(first.time.unwrap().to_string(), "2026-01-05T07:15");
    assert_eq!((first.title.as_deref(), first.service.as_deref()), (None, Some("Medicine")));
    assert_eq!(documents[1].time, None);
    assert_eq!(documents[1].encounter.as_deref(), Some("N2"));
    assert_eq!(documents[2].identifier, "notes.jsonl#3");
    let encounters = keep.encounters();
    assert_eq!(encounters.iter().map(|e| e.implied).collect::<Vec<_>>(), [false, true, true]);
}

#[test]
fn a_file_beside_a_note_says_whose_it_is() {
    let notes = folder(&[
        ("a/n1.txt", b"Sepsis."),
        ("a/n1.json", br#"{"patient": "77", "encounter": "E1", "type": "progress_note", "author": "Chen MD", "date": "2026-01-05"}"#),
        ("a/n2.rtf", br"{\rtf1 AKI.}"),
        ("a/n2.rtf.json", b"{\n  \"id\": \"N-2\",\n  \"patient\": \"77\"\n}"),
        ("a/n3.txt", b"Alone."),
        ("a/n4.txt", b"Beside a list."),
        ("a/n4.json", b"[1]"),
    ]);
    let keep = read(&[notes.path()], &Options::default());
    let told: Vec<_> = keep.documents().iter().map(|d| (d.identifier.clone(), d.patient.clone(), d.text.clone())).collect();
    let patient = Some("77".to_owned());
    assert_eq!(
        told,
        [
            ("a/n1.txt".to_owned(), patient.clone(), "Sepsis.".to_owned()),
            ("N-2".to_owned(), patient, "AKI.".to_owned()),
            ("a/n3.txt".to_owned(), None, "Alone.".to_owned()),
        ],
        "a note beside a file that says nothing of it is refused with it"
    );
    let first = keep.documents()[0].clone();
    assert_eq!((first.encounter.as_deref(), first.document_type), (Some("E1"), Some(crate::chart::DocumentType::ProgressNote)));
    assert_eq!((keep.rejects.len(), keep.notices.len()), (1, 2));
}

#[test]
fn the_same_identifier_with_another_text_is_kept_and_told() {
    let line = b"{\"id\":\"A\",\"text\":\"one\"}\n{\"id\":\"A\",\"text\":\"one\"}\n{\"id\":\"A\",\"text\":\"two\"}\n";
    let notes = folder(&[("n.jsonl", line)]);
    let keep = read(&[notes.path()], &Options::default());
    assert_eq!((keep.documents().len(), keep.rejects.len()), (3, 0));
    assert_eq!(keep.notices.iter().map(|n| n.line).collect::<Vec<_>>(), [Some(3)]);
}

#[test]
fn a_negative_age_is_told_in_every_format() {
    let bundle = br#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Encounter","id":"e","subject":{"reference":"Patient/p"},"period":{"start":"2026-01-01"}}},
        {"resource":{"resourceType":"Patient","id":"p","birthDate":"2026-03-01"}}]}"#;
    let stays = b"hadm_id,subject_id,admittime\nh1,p9,2026-01-05\n";
    let people = b"subject_id,gender,dob\np9,F,2026-02-01\np10,F,2051-02-01\n";
    let files = folder(&[("b.json", bundle), ("s.csv", stays), ("a-people.csv", people)]);
    let now = Instant::parse("2026-11-29");
    let keep = read(&[files.path()], &Options { now, ..Options::default() });
    let what: Vec<&str> = keep.notices.iter().map(|n| n.what.as_str()).filter(|w| !w.starts_with("a table")).collect();
    assert_eq!(
        what,
        [
            "the date of birth lies in the future and counts as not given",
            "the patient's date of birth lies after the stay",
            "the patient's date of birth lies after the stay",
        ]
    );
    let births = keep.records.iter().filter_map(|(r, _)| if let Record::Patient(p) = r { Some(p.birth.is_some()) } else { None });
    assert_eq!(births.filter(|given| *given).count(), 2, "the one in the future is not given");
    assert!(keep.notices.iter().all(|n| n.why.is_some() && n.hint.is_some() && n.source.is_some()));
}

#[test]
fn a_text_in_two_encodings_is_read_and_told_with_its_line() {
    let files = folder(&[
        ("a.txt", b"caf\xc3\xa9\n38.5\xb0C\n"),
        ("n.jsonl", b"{\"id\":\"1\",\"text\":\"fine\"}\n{\"id\":\"2\",\"text\":\"caf\xc3\xa9 38.5\xb0C\"}\n"),
    ]);
    let keep = read(&[files.path()], &Options::default());
    let told: Vec<_> = keep.notices.iter().map(|n| (n.what.as_str(), n.line)).collect();
    assert_eq!(told, [("the text mixes two encodings", Some(2)); 2]);
    let mut texts: Vec<String> = keep.documents().iter().map(|d| d.text.clone()).collect();
    texts.sort();
    assert_eq!(texts, ["café\n38.5°C\n", "café 38.5°C", "fine"]);
}

#[test]
fn the_sites_table_names_types_in_every_format() {
    let files = folder(&[("n.jsonl", b"{\"id\":\"1\",\"type\":\"HC\",\"text\":\"one\"}\n")]);
    let types = NoteTypes::parse_toml("t", "HC = \"discharge_summary\"").unwrap();
    let keep = read(&[files.path()], &Options { types, ..Options::default() });
    let document = keep.documents()[0].clone();
    assert_eq!(document.document_type, Some(crate::chart::DocumentType::DischargeSummary));
    assert_eq!(document.code.as_ref().unwrap().code, "HC", "the sender's own code is kept");
}

#[test]
fn a_map_names_the_fields() {
    let notes = folder(&[("n.jsonl", b"{\"KEY\":\"A\",\"BODY\":\"one\"}\n")]);
    let map = FieldMap::parse_toml("map", "id = \"KEY\"\ntext = \"BODY\"").unwrap();
    let keep = read(&[notes.path()], &Options { map, ..Options::default() });
    assert_eq!(keep.documents()[0].identifier, "A");
    assert_eq!(read(&[notes.path()], &Options::default()).rejects.len(), 1);
}

#[test]
fn bulk_files_are_read_in_the_order_of_their_types() {
    let files: &[(&str, &[u8])] = &[
        ("Encounter.ndjson", br#"{"resourceType":"Encounter","id":"e1","subject":{"reference":"Patient/p1"},"participant":[{"type":[{"coding":[{"code":"ATND"}]}],"individual":{"reference":"Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|999"}}]}"#),
        ("DocumentReference.ndjson", br#"{"resourceType":"DocumentReference","id":"d1","author":[{"reference":"Practitioner/x1"}],"content":[{"attachment":{"contentType":"text/plain","data":"U2Vwc2lzLg=="}}],"context":{"encounter":[{"reference":"Encounter/e1"}]}}"#),
        ("Practitioner.ndjson", br#"{"resourceType":"Practitioner","id":"x1","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"999"}],"name":[{"family":"Chen","given":["Li"],"suffix":["MD"]}]}"#),
        ("Patient.ndjson", br#"{"resourceType":"Patient","id":"p1"}"#),
        ("Immunization.ndjson", br#"{"resourceType":"Immunization","id":"i1"}"#),
        ("LICENSE", b"free"),
        ("remarks.txt", b"exported on Tuesday"),
        ("log.ndjson", b"{\"eventId\":\"kickoff\"}\n"),
    ];
    let bulk = folder(files);
    let keep = read(&[bulk.path()], &Options::default());
    assert_eq!(keep.rejects, []);
    use RecordKind::{Document, Encounter, Patient, Provider};
    assert_eq!(keep.kinds(), [Provider, Patient, Encounter, Document]);
    let one_by_one: Vec<PathBuf> = files.iter().map(|(name, _)| bulk.path().join(name)).collect();
    let glob = read(&one_by_one.iter().map(PathBuf::as_path).collect::<Vec<_>>(), &Options::default());
    assert_eq!((glob.kinds(), glob.notices.len()), (keep.kinds(), 4));
    let alone = read(&[&bulk.path().join("LICENSE")], &Options::default());
    assert_eq!(alone.documents().len(), 1);
    let author = keep.documents()[0].author.clone().unwrap();
    assert_eq!((author.identifier.as_deref(), author.name.as_deref()), (Some("999"), Some("Li Chen, MD")));
    assert_eq!(keep.encounters()[0].attending, Some(author));
    assert_eq!(keep.notices.len(), 4, "{:?}", keep.notices);
}

#[test]
fn limits_hold() {
    let limits = Limits { line: 40, whole: 60, xml: 60 };
    let long = format!("{{\"id\":\"A\",\"text\":\"{}\"}}\n{{\"id\":\"B\",\"text\":\"b\"}}\n", "x".repeat(50));
    let bundle = format!("{{\n\"resourceType\":\"Bundle\",\"id\":\"{}\"}}", "x".repeat(50));
    let files = folder(&[("n.jsonl", long.as_bytes()), ("b.json", bundle.as_bytes()), ("note.txt", "x".repeat(41).as_bytes())]);
    let keep = read(&[files.path()], &Options { limits, ..Options::default() });
    assert_eq!(keep.documents().iter().map(|d| d.identifier.as_str()).collect::<Vec<_>>(), ["B"]);
    assert_eq!(keep.rejects.len(), 3);
}

#[test]
fn a_run_can_be_stopped_and_a_sink_that_fails_ends_it() {
    let notes = folder(&[("a", b"one"), ("b", b"two"), ("c", b"three")]);
    let mut keep = Keep { stop_after: Some(2), ..Keep::default() };
    run(&[notes.path().to_path_buf()], &Options::default(), &mut keep).unwrap();
    assert_eq!(keep.records.len(), 2);
    let mut full = Keep { refuse_after: Some(3), ..Keep::default() };
    let trouble = run(&[notes.path().to_path_buf()], &Options::default(), &mut full).unwrap_err();
    assert_eq!(trouble.what, "the disk is full");
}

#[test]
fn what_is_missing_is_told() {
    let keep = read(&[Path::new("/no/such/file")], &Options::default());
    assert!(keep.rejects[0].why.as_deref().unwrap().contains("no such file"));
}

#[cfg(unix)]
#[test]
fn nothing_but_regular_files_is_opened() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let notes = folder(&[("note.txt", b"seen"), ("locked.txt", b"not for you")]);
    rustix::fs::mkfifoat(rustix::fs::CWD, notes.path().join("pipe"), rustix::fs::Mode::RUSR).unwrap();
    symlink("/etc/hostname", notes.path().join("link")).unwrap();
    symlink(notes.path(), notes.path().join("loop")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(notes.path().join("socket")).unwrap();
    let locked = notes.path().join("locked.txt");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let readable_anyway = fs::File::open(&locked).is_ok(); // a superuser may read everything
    let keep = read(&[notes.path()], &Options::default());
    let whys: Vec<_> = keep.rejects.iter().map(|r| r.why.clone().unwrap_or_default()).collect();
    for why in ["FIFO", "symbolic link", "socket"] {
        assert!(whys.iter().any(|w| w.contains(why)), "{why} in {whys:?}");
    }
    assert_eq!(whys.iter().any(|w| w.contains("permission denied")), !readable_anyway);
    assert_eq!(keep.documents().len(), if readable_anyway { 2 } else { 1 });
    let pipe = read(&[&notes.path().join("pipe")], &Options::default());
    assert!(pipe.rejects[0].why.as_deref().unwrap().contains("FIFO"));
}

#[cfg(unix)]
#[test]
fn a_files_name_cannot_drive_a_terminal() {
    use std::os::unix::ffi::OsStrExt;
    let notes = folder(&[]);
    let name = std::ffi::OsStr::from_bytes(b"a\x1b]52;c\x07\xff.txt");
    fs::write(notes.path().join(name), "note").unwrap();
    let keep = read(&[notes.path()], &Options::default());
    assert_eq!(keep.documents()[0].identifier, "a\\u{1b}]52;c\\u{7}\\xff.txt");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a file holds, in whatever format it is said to be, reading ends with records or rejects and never with a panic;
    /// and the same input gives the same records.
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400), format in prop::option::of(0..4_usize)) {
        let files = folder(&[("x", &bytes)]);
        let options = Options { format: format.map(|f| Format::ALL[f]), ..Options::default() };
        let first = read(&[files.path()], &options);
        let second = read(&[files.path()], &options);
        prop_assert_eq!(&first.records, &second.records);
        prop_assert_eq!(&first.rejects, &second.rejects);
    }

    /// The same for JSON that is nearly FHIR: every field may hold anything.
    #[test]
    fn any_json_in_any_field_is_survived(resource in resource()) {
        let line = format!("{resource}\n");
        let bundle = format!("{{\n\"resourceType\":\"Bundle\",\"entry\":[{{\"fullUrl\":\"urn:uuid:1\",\"resource\":{resource}}}]}}");
        let files = folder(&[("x.ndjson", line.as_bytes()), ("b.json", bundle.as_bytes())]);
        let first = read(&[files.path()], &Options::default());
        let second = read(&[files.path()], &Options::default());
        prop_assert_eq!(first.records, second.records);
    }
}

fn resource() -> impl Strategy<Value = serde_json::Value> {
    const TYPES: [&str; 16] = [
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Encounter",
        "DocumentReference",
        "DiagnosticReport",
        "Composition",
        "Observation",
        "Condition",
        "Procedure",
        "ServiceRequest",
        "MedicationRequest",
        "MedicationAdministration",
        "MedicationStatement",
        "Medication",
        "Bundle",
    ];
    const KEYS: [&str; 34] = [
        "id",
        "identifier",
        "name",
        "subject",
        "encounter",
        "context",
        "author",
        "content",
        "attachment",
        "data",
        "contentType",
        "code",
        "coding",
        "text",
        "section",
        "div",
        "component",
        "valueQuantity",
        "value",
        "referenceRange",
        "low",
        "period",
        "start",
        "class",
        "participant",
        "individual",
        "reference",
        "relatesTo",
        "presentedForm",
        "conclusion",
        "contained",
        "extension",
        "dosage",
        "entry",
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        "[a-zA-Z0-9#:/?|=<>&; .-]{0,20}".prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    let tree = leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec((prop::sample::select(&KEYS[..]), inner), 0..5).prop_map(|fields| fields
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    });
    (prop::sample::select(&TYPES[..]), prop::collection::vec((prop::sample::select(&KEYS[..]), tree), 0..8)).prop_map(|(name, fields)| {
        let mut object: serde_json::Map<String, serde_json::Value> = fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        object.entry("id").or_insert_with(|| "x".into());
        object.insert("resourceType".to_owned(), name.into());
        object.into()
    })
}
