//! Messages that come late, the same file name for another note, the same input again, and what is refused whole: all of it as an import
//! into a store, told by what a chart shows afterwards.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use lacuna::chart::{Chart, Instant, Value};
use lacuna::intake::Options;
use lacuna::store::Store;
use lacuna::work::{Clock, ImportReport, Input, Session, dry_run, dry_run_alone, import};
use lacuna_index::Stop;
use pretty_assertions::assert_eq;
use std::path::{Path, PathBuf};

fn session() -> Session {
    Session::begin(Some("ana"), Clock::Frozen(Instant::parse("2026-11-19T08:42:00-05:00").unwrap())).unwrap()
}

fn store() -> Store {
    Store::memory(&session().actor()).unwrap()
}

fn take(store: &Store, paths: &[PathBuf], options: &Options) -> ImportReport {
    import(store, &session(), Input::Paths(paths), options, &Stop::new(), &mut |_| {}).unwrap()
}

/// A folder with one file, imported.
fn file(store: &Store, name: &str, content: &str) -> ImportReport {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    take(store, &[path], &Options::default())
}

/// Everything a person could see of a store, with every version of every note.
fn seen(store: &Store) -> String {
    let charts: Vec<Chart> = store.encounter_identifiers().unwrap().iter().map(|name| store.chart(name).unwrap().unwrap()).collect();
    let notes: Vec<_> = charts.iter().flat_map(|c| &c.documents).map(|d| store.versions(&d.identifier).unwrap()).collect();
    let patients: Vec<_> = store.patients().unwrap();
    serde_json::to_string(&(&charts, patients)).unwrap() + &format!("{notes:?}{:?}", store.counts().unwrap())
}

fn message(kind: &str, sent: &str, segments: &[&str]) -> String {
    let control = format!("{kind}{sent}{}", segments.len());
    format!("MSH|^~\\&|A|H|B|C|{sent}||{kind}|{control}|P|2.5\rPID|1||77^^^H^MR||Rivera^Marta||19500203|F\r{}\r", segments.join("\r"))
}

fn result(sent: &str, reported: &str, status: &str, value: &str) -> String {
    message(
        "ORU^R01",
        sent,
        &[
            "PV1|1|I|4W^12||||||||||||||||V1^^^H",
            &format!("OBR|1|P1|F1|24323-8^Panel^LN|||202601050700|||||||||||||||{reported}"),
            &format!("OBX|1|NM|2160-0^Creatinine^LN||{value}|mg/dL|||||{status}"),
        ],
    )
}

fn stay(event: &str, sent: &str, pv1: &str) -> String {
    message(&format!("ADT^{event}"), sent, &[&format!("EVN|{event}|{sent}"), pv1])
}

fn note(event: &str, sent: &str, number: &str, parent: &str, text: &str) -> String {
    let txa = format!("TXA|1|PN|TX|202601050700||||||||{number}|{parent}||||LA");
    message(&format!("MDM^{event}"), sent, &["PV1|1|I|4W^12||||||||||||||||V1^^^H", &txa, &format!("OBX|1|TX|1^Note||{text}||||||F")])
}

/// The chart of the one stay: result and its status, status of the stay, its end, and the notes that are shown.
type Shown = (Option<String>, Option<String>, Option<String>, bool, Vec<String>);

fn shown(store: &Store) -> Shown {
    let chart = store.chart("H|V1").unwrap().unwrap();
    let result = chart.observations.first();
    let value = result.and_then(|o| match &o.value {
        Some(Value::Quantity(q)) => Some(q.value.to_string()),
        _ => None,
    });
    let notes = chart.documents.iter().map(|d| d.text.trim().to_owned()).collect();
    (value, result.and_then(|o| o.status.clone()), chart.encounter.status.clone(), chart.encounter.end.is_some(), notes)
}

/// Whatever order they are read in, in one file or in two imports: what was said last stands.
fn in_any_order(messages: &[String]) -> Vec<Shown> {
    let mut all = Vec::new();
    let mut back = messages.to_vec();
    back.reverse();
    for order in [messages.to_vec(), back] {
        let together = store();
        file(&together, "all.hl7", &order.concat());
        all.push(shown(&together));
        let one_by_one = store();
        order.iter().for_each(|one| drop(file(&one_by_one, "one.hl7", one)));
        all.push(shown(&one_by_one));
        // The same feed again.
        let before = seen(&one_by_one);
        order.iter().for_each(|one| drop(file(&one_by_one, "one.hl7", one)));
        assert_eq!(seen(&one_by_one), before);
    }
    all
}

#[test]
fn a_preliminary_result_that_came_late_stood_in_the_place_of_its_correction() {
    for messages in [
        // By the time of the message, and by that of the result where the message was sent again.
        [result("20260105080000", "", "P", "1.1"), result("20260105090000", "", "C", "2.4")],
        [result("20260105110000", "202601050800", "P", "1.1"), result("20260105100000", "202601050900", "F", "2.4")],
        [result("20260105080000", "202601050700", "P", "1.1"), result("20260105090000", "202601050700", "F", "2.4")],
        // Both in one minute: what was final is never preliminary again.
        [result("202601050800", "", "P", "1.1"), result("202601050800", "", "F", "2.4")],
    ] {
        for (value, status, ..) in in_any_order(&messages) {
            assert_eq!(value.as_deref(), Some("2.4"), "{messages:?}");
            assert_ne!(status.as_deref(), Some("preliminary"));
        }
    }
}

#[test]
fn an_older_admission_that_came_late_took_the_discharge_away() {
    let bed = "PV1|1|I|4W^12||||||||||||||||V1^^^H|||||||||||||||||||||||||202601050700";
    let gone = "PV1|1|I|4W^12||||||||||||||||V1^^^H|||||||||||||||||01||||||||202601050700|202601081000";
    let messages = [stay("A01", "20260105070000", bed), stay("A08", "20260106070000", bed), stay("A03", "20260108100500", gone)];
    for (_, _, status, ended, _) in in_any_order(&messages) {
        assert_eq!((status.as_deref(), ended), (Some("finished"), true));
    }
    // What an older message says that no newer one does is taken: the discharge stands though an update of the name was sent after it.
    let update = message("ADT^A08", "20260109070000", &["EVN|A08|20260109070000", "PV1|1|I|4W^12||||||||||||||||V1^^^H"]);
    for (_, _, status, ended, _) in in_any_order(&[stay("A01", "20260105070000", bed), stay("A03", "20260108100500", gone), update]) {
        assert_eq!((status.as_deref(), ended), (Some("finished"), true));
    }
    // A discharge that was cancelled stays so.
    for (_, _, status, ended, _) in in_any_order(&[stay("A03", "20260108100500", gone), stay("A13", "20260108110000", bed)]) {
        assert_eq!((status.as_deref(), ended), (Some("in-progress"), false));
    }
}

#[test]
fn an_older_note_that_came_late_stood_in_the_place_of_its_edit_and_is_told() {
    let messages = [note("T02", "20260105080000", "N1", "", "First."), note("T08", "20260105090000", "N1", "", "Edited.")];
    for (.., notes) in in_any_order(&messages) {
        assert_eq!(notes, ["Edited."]);
    }
    let store = store();
    file(&store, "b.hl7", &messages[1]);
    let late = file(&store, "a.hl7", &messages[0]);
    assert_eq!((late.older, late.documents.new_versions), (1, 0));
    assert!(late.notices.iter().any(|n| n.what.contains("older message: not applied") && n.why.is_some()), "{:?}", late.notices);
}

#[test]
fn a_note_that_was_cancelled_or_replaced_stood_again_when_its_older_message_came_late() {
    let first = note("T02", "20260105080000", "N1", "", "First.");
    let cancel =
        message("MDM^T11", "20260105100000", &["PV1|1|I|4W||||||||||||||||V1^^^H", "TXA|1|PN|TX|202601050700||||||||N1|||||LA||CA"]);
    for (.., notes) in in_any_order(&[first.clone(), note("T08", "20260105090000", "N1", "", "Edited."), cancel]) {
        assert_eq!(notes, [] as [&str; 0]);
    }
    for (.., notes) in in_any_order(&[first, note("T10", "20260105090000", "N2", "N1", "Instead.")]) {
        assert_eq!(notes, ["Instead."]);
    }
    // What is sent again after it was cancelled stands.
    let cancel =
        message("MDM^T11", "20260105080000", &["PV1|1|I|4W||||||||||||||||V1^^^H", "TXA|1|PN|TX|202601050700||||||||N1|||||LA||CA"]);
    for (.., notes) in in_any_order(&[cancel, note("T02", "20260105090000", "N1", "", "Sent after.")]) {
        assert_eq!(notes, ["Sent after."]);
    }
}

#[test]
fn an_older_resource_that_came_late_stood_in_the_place_of_the_newer_one() {
    let resource = |updated: &str, value: f64| {
        format!(
            r#"{{"resourceType":"Observation","id":"o1","meta":{{"lastUpdated":"{updated}"}},"status":"final","code":{{"text":"Creatinine"}},"subject":{{"reference":"Patient/7"}},"encounter":{{"reference":"Encounter/V1"}},"valueQuantity":{{"value":{value}}}}}"#
        )
    };
    let stay = r#"{"resourceType":"Encounter","id":"V1","status":"finished","class":{"code":"IMP"}}"#;
    let store = store();
    file(&store, "stay.ndjson", &format!("{stay}\n{stay}\n"));
    for (updated, value) in [("2026-01-05T09:00:00Z", 2.4), ("2026-01-05T08:00:00Z", 1.1)] {
        let line = resource(updated, value);
        file(&store, "o.ndjson", &format!("{line}\n{line}\n"));
    }
    let chart = store.chart("V1").unwrap().unwrap();
    assert_eq!(chart.observations[0].shown(), "2.4");
}

#[test]
fn notes_of_one_name_from_two_folders_became_versions_of_one_note() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(one.path().join("note1.txt"), "Sepsis due to pneumonia.").unwrap();
    std::fs::write(other.path().join("note1.txt"), "Fracture of the hip.").unwrap();
    let store = store();
    let folders = [one.path().to_path_buf(), other.path().to_path_buf()];
    let first = take(&store, &folders[..1], &Options::default());
    let second = take(&store, &folders[1..], &Options::default());
    assert_eq!((first.documents.added, second.documents.added, second.documents.new_versions), (1, 1, 0));
    assert!(second.notices.iter().any(|n| n.what.contains("a note of its own")), "{:?}", second.notices);
    let before = seen(&store);
    for folder in &folders {
        let again = take(&store, std::slice::from_ref(folder), &Options::default());
        assert_eq!((again.documents.added, again.documents.unchanged, again.documents.new_versions), (0, 1, 0));
        assert_eq!(again.notices, []);
    }
    assert_eq!(seen(&store), before);
    // What is corrected in its own folder is a new version of its own note.
    std::fs::write(other.path().join("note1.txt"), "Fracture of the left hip.").unwrap();
    let corrected = take(&store, &folders[1..], &Options::default());
    assert_eq!((corrected.documents.added, corrected.documents.new_versions), (0, 1));
    assert_eq!(store.document("note1.txt", None).unwrap().unwrap().text, "Sepsis due to pneumonia.");
}

#[test]
fn results_of_one_file_name_from_two_folders_took_each_others_place() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let table = |patient: &str, test: &str| format!("label,value,patient,encounter\n{test},1,{patient},E{patient}\n");
    std::fs::write(one.path().join("labs.csv"), table("1", "Sodium")).unwrap();
    std::fs::write(other.path().join("labs.csv"), table("2", "Potassium")).unwrap();
    let store = store();
    let folders = [one.path().to_path_buf(), other.path().to_path_buf()];
    let reports = folders.each_ref().map(|folder| take(&store, std::slice::from_ref(folder), &Options::default()));
    assert_eq!(reports.each_ref().map(|r| (r.observations, r.documents.rejected)), [(1, 0); 2]);
    let before = seen(&store);
    folders.iter().for_each(|folder| drop(take(&store, std::slice::from_ref(folder), &Options::default())));
    assert_eq!(seen(&store), before);
    // A value that was corrected in its own row is no other result.
    std::fs::write(one.path().join("labs.csv"), table("1", "Sodium").replace(",1,1,", ",2,1,")).unwrap();
    assert_eq!(take(&store, &folders[..1], &Options::default()).changed, 1);
    assert_eq!(store.chart("E1").unwrap().unwrap().observations[0].shown(), "2");
}

#[test]
fn a_name_that_was_used_again_for_another_patient_became_a_version_of_the_first_ones_note() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("note1.txt");
    let store = store();
    let put = |text: &str, about: &str| {
        std::fs::write(&path, text).unwrap();
        std::fs::write(folder.path().join("note1.txt.json"), about).unwrap();
        take(&store, &[folder.path().to_path_buf()], &Options::default())
    };
    let first = put("Sepsis.", r#"{"patient": "77", "date": "2026-01-05"}"#);
    let other = put("Hip fracture.", r#"{"patient": "78", "date": "2026-01-05"}"#);
    let later = put("Hip fracture, day 2.", r#"{"patient": "78", "date": "2026-01-06"}"#);
    for report in [&first, &other, &later] {
        assert_eq!((report.documents.added, report.documents.rejected), (1, 0));
    }
    let corrected = put("Hip fracture, day two.", r#"{"patient": "78", "date": "2026-01-06"}"#);
    assert_eq!((corrected.documents.added, corrected.documents.new_versions), (0, 1));
    assert_eq!(store.document("note1.txt", None).unwrap().unwrap().text, "Sepsis.");
}

#[test]
fn a_refused_note_left_its_patient_and_its_stay_behind() {
    let line =
        |id: &str, patient: &str, stay: &str| format!(r#"{{"id":"{id}","text":"A note.","patient":"{patient}","encounter":"{stay}"}}"#);
    let message = |patient: &str| {
        note("T02", "20260105080000", "N1", "", "First.")
            .replace("77^^^H^MR", &format!("{patient}^^^H^MR"))
            .replace("V1^^^H", &format!("V{patient}^^^H"))
    };
    for (name, first, clash, rest) in [
        ("n.jsonl", line("d1", "p1", "e1"), line("d1", "p2", "e2"), line("d2", "p2", "e2")),
        ("n.hl7", message("1"), message("2"), message("2").replace("|N1|", "|N2|")),
    ] {
        let store = store();
        file(&store, name, &(first + "\n"));
        let before = seen(&store);
        let refused = file(&store, name, &(clash.clone() + "\n"));
        assert_eq!((refused.documents.rejected, refused.exit_code()), (1, 2), "{:?}", refused.rejects);
        assert_eq!(seen(&store), before, "nothing is half-stored");
        // They come with the next one that names them, though the file does not say them again.
        file(&store, name, &format!("{clash}\n{rest}\n"));
        assert_eq!((store.patients().unwrap().len(), store.encounter_identifiers().unwrap().len()), (2, 2));
    }
}

#[test]
fn a_note_beside_a_broken_file_went_in_without_what_that_one_says() {
    for (name, broken) in
        [("a.txt.json", "{\"patient\": "), ("a.txt.json", "[1, 2]"), ("a.json", "{\"patient\": \"7\",\n"), ("a.json", "[1]")]
    {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), "Sepsis.").unwrap();
        std::fs::write(folder.path().join(name), broken).unwrap();
        let store = store();
        let report = take(&store, &[folder.path().join("a.txt"), folder.path().join(name)], &Options::default());
        assert_eq!((report.documents.added, report.rejects.len(), report.exit_code()), (0, 1, 2), "{broken}: {:?}", report.rejects);
        assert!(report.rejects[0].hint.as_deref().unwrap().contains("the note beside it was not stored"));
        assert_eq!(store.encounter_identifiers().unwrap(), [] as [String; 0]);
    }
}

#[test]
fn a_message_of_several_patients_put_all_results_into_the_first_ones_chart() {
    let both = result("20260105080000", "", "F", "1.1")
        + "PID|2||78^^^H^MR||Okafor^Ben\rOBR|2|P2|F2|24323-8^Panel^LN\rOBX|1|NM|2160-0^Creatinine^LN||9.9|mg/dL|||||F\r";
    let store = store();
    let report = file(&store, "both.hl7", &both);
    assert_eq!((report.documents.rejected, report.observations), (1, 0));
    assert!(report.rejects[0].what.contains("several patients") && report.rejects[0].hint.is_some());
}

#[test]
fn what_a_message_says_that_is_not_read_was_left_out_in_silence() {
    for (messages, words) in [
        (
            message("ADT^A50", "20260105080000", &["EVN|A50|20260105080000", "MRG|1||||V0", "PV1|1|I|||||||||||||||||V1^^^H"]),
            "1 ADT^A50 not used",
        ),
        (message("ADT^A29", "20260105080000", &["EVN|A29|20260105080000"]), "1 ADT^A29 not used"),
        (message("ADT^A08", "20260105080000", &["EVN|A08|20260105080000", "XYZ|1|what"]), "1 XYZ segments not used"),
        (message("ORU^R01", "20260105080000", &["OBX|1|NM|1^A||1", "OBR|1|P|F|2^P", "OBX|1|NM|3^B||2"]), "results stand before the order"),
    ] {
        let report = file(&store(), "m.hl7", &messages);
        assert!(report.notices.iter().any(|n| n.what.contains(words) && n.hint.is_some()), "{words}: {:?}", report.notices);
    }
    // What takes back what is not there takes back nothing.
    let quiet = [
        message("MDM^T11", "20260105100000", &["PV1|1|I|4W||||||||||||||||V1^^^H", "TXA|1|PN|TX|202601050700||||||||N1|||||LA||CA"]),
        stay("A11", "20260105070000", "PV1|1|I|4W||||||||||||||||V1^^^H"),
    ];
    for one in quiet {
        assert_eq!(file(&store(), "m.hl7", &one).notices, []);
    }
    // One number for two messages, in two files.
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [("a.hl7", "1.1"), ("b.hl7", "2.2")] {
        std::fs::write(folder.path().join(name), result("20260105080000", "", "F", value)).unwrap();
    }
    let report = take(&store(), &[folder.path().to_path_buf()], &Options::default());
    assert!(report.notices.iter().any(|n| n.what.contains("control id")), "{:?}", report.notices);
}

fn inputs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut inputs: Vec<PathBuf> =
        ["fixtures/hostile", "fixtures/charts", "fixtures/blind", "fixtures/aci-bench"].iter().map(|f| root.join(f)).collect();
    if let Ok(shared) = std::env::var("LACUNA_SHARED") {
        inputs.extend(["ccda", "hl7v2", "fhir-bulk", "mtsamples.jsonl"].iter().map(|name| Path::new(&shared).join("data").join(name)));
    }
    inputs.into_iter().filter(|input| input.exists()).collect()
}

/// What an import would do is what it does: into an empty store, and into one where another patient has the same identifiers.
#[test]
fn a_dry_run_missed_what_the_store_refuses() {
    let clash = [
        r#"{"id":"d1","text":"A note.","patient":"p1","encounter":"e1"}"#,
        r#"{"id":"d1","text":"Another.","patient":"p2","encounter":"e2"}"#,
    ];
    let store = store();
    file(&store, "n.jsonl", &format!("{}\n{}\n", clash[0], clash[0].replace("d1", "d0")));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.jsonl");
    std::fs::write(&path, format!("{}\n{}\n", clash[1], clash[0])).unwrap();
    for input in inputs().into_iter().chain([path]) {
        let before = seen(&store);
        let paths = std::slice::from_ref(&input);
        let tried = dry_run(&store, &session(), Input::Paths(paths), &Options::default(), &Stop::new(), &mut |_| {}).unwrap();
        assert!(seen(&store) == before, "{}", input.display());
        let done = take(&store, paths, &Options::default());
        let done = ImportReport { run: 0, dry_run: true, answers_found: Vec::new(), ..done };
        assert_eq!(serde_json::to_value(&tried).unwrap(), serde_json::to_value(&done).unwrap(), "{}", input.display());
    }
    let alone = dry_run_alone(&session(), Input::Paths(&inputs()[..1]), &Options::default(), &Stop::new(), &mut |_| {}).unwrap();
    assert!(alone.dry_run && alone.documents.added > 10 && alone.documents.rejected > 10);
}

/// Every fixture, and the shared data where it lies: each imported twice is the same as once.
#[test]
fn the_same_input_again_changed_what_was_there() {
    for input in &inputs() {
        let store = store();
        take(&store, std::slice::from_ref(input), &Options::default());
        let before = seen(&store);
        let again = take(&store, std::slice::from_ref(input), &Options::default());
        let after = seen(&store);
        let same = before.chars().zip(after.chars()).take_while(|(one, other)| one == other).count();
        let near = |text: &str| text.chars().skip(same.saturating_sub(80)).take(160).collect::<String>();
        assert!(after == before, "{} changed what was there: {} is {}", input.display(), near(&before), near(&after));
        let changed =
            (again.documents.added, again.documents.new_versions, again.encounters, again.observations, again.other, again.changed);
        assert_eq!((changed, again.withdrawn, again.merged), ((0, 0, 0, 0, 0, 0), 0, 0), "{}", input.display());
        let made = store.run_made(again.run).unwrap();
        assert_eq!(made, [], "{}", input.display());
    }
}

/// A patient of one hospital, known by the number of the whole network as well.
fn of(hospital: &str, number: &str, network: &str, birth: &str) -> String {
    let pid = format!("PID|1||{number}^^^{hospital}^MR~{network}^^^NET^PI||Rivera^Marta||{birth}|F");
    let control = format!("{hospital}{number}");
    format!("MSH|^~\\&|A|{hospital}|B|C|20260105080000||ADT^A01|{control}|P|2.5\r{pid}\rPV1|1|I|4W||||||||||||||||V{number}^^^{hospital}\r")
}

#[test]
fn a_patient_with_several_numbers_kept_one_and_was_two_patients() {
    let store = store();
    file(&store, "a.hl7", &of("H", "77", "N1", "19500203"));
    let second = file(&store, "b.hl7", &of("G", "12", "N1", "19500203"));
    assert_eq!((second.merged, store.patients().unwrap().len()), (1, 1), "{:?}", second.notices);
    let patient = store.patients().unwrap().remove(0).0;
    assert_eq!((patient.identifier.as_str(), patient.mrn.as_deref()), ("H|77", Some("77")));
    let numbers: Vec<_> =
        patient.numbers().iter().map(|n| (n.value.clone(), n.from.as_ref().and_then(|a| a.name.clone()).unwrap())).collect();
    assert_eq!(numbers, [("77", "H"), ("N1", "NET"), ("12", "G")].map(|(n, a)| (n.to_owned(), a.to_owned())));
    // Both stays are this patient's, and the same again changes nothing.
    for stay in ["H|V77", "G|V12"] {
        assert_eq!(store.chart(stay).unwrap().unwrap().encounter.patient.as_deref(), Some("H|77"), "{stay}");
    }
    let before = seen(&store);
    let again = file(&store, "b.hl7", &of("G", "12", "N1", "19500203"));
    assert_eq!((again.merged, again.changed, again.notices.len()), (0, 0, 0), "{:?}", again.notices);
    assert_eq!(seen(&store), before);
    // It is taken back like any import.
    lacuna::work::undo_import(&store, &session(), second.run).unwrap();
    assert_eq!(store.encounter_identifiers().unwrap(), ["H|V77"]);
    let apart = file(&store, "b.hl7", &of("G", "12", "N2", "19500203"));
    assert_eq!((apart.merged, store.patients().unwrap().len()), (0, 2));
}

#[test]
fn a_shared_number_with_another_day_of_birth_is_told_and_joins_nobody() {
    let store = store();
    file(&store, "a.hl7", &of("H", "77", "N1", "19500203"));
    let second = file(&store, "b.hl7", &of("G", "12", "N1", "19620817"));
    assert_eq!((second.merged, store.patients().unwrap().len()), (0, 2));
    assert!(second.notices.iter().any(|n| n.what.contains("may be one") && n.hint.is_some()), "{:?}", second.notices);
    let doubles = lacuna::work::doubles(&store, &session()).unwrap();
    assert_eq!(doubles.len(), 1);
    assert!(doubles[0].same.contains(&"a number of one authority") && doubles[0].differs.contains(&"date of birth"));
    assert_eq!(file(&store, "b.hl7", &of("G", "12", "N1", "19620817")).notices, [], "told once");
}
