//! What a person names on the command line and should not have, or not so much of it.

use crate::support::Home;
use serde_json::Value;
use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

/// Stands in every bad file; may stand in no message.
const PLANTED: &str = "xanthoquill";

/// A refusal on standard error that names `source`, what, why and hint.
#[track_caller]
fn refused(home: &Home, args: &[&str], source: &str) -> Value {
    let failure = home.run(["--json"].into_iter().chain(args.iter().copied())).ends(2).failure();
    assert_eq!(failure["source"].as_str(), Some(source), "{args:?}: {failure}");
    for field in ["what", "why", "hint"] {
        assert!(failure[field].as_str().is_some_and(|s| !s.is_empty()), "{args:?}: {failure}");
    }
    assert!(!failure.to_string().contains(PLANTED));
    failure
}

/// Imports a path that has something to refuse, and gives the report.
#[track_caller]
fn import(home: &Home, path: &Path) -> Value {
    home.run(["--json", "import", path.to_str().unwrap()]).ends(2).quiet().json()
}

#[test]
fn a_fifo_a_socket_a_device_and_a_folder_are_refused_and_not_waited_for() {
    let home = Home::new();
    let (fifo, socket, folder) = (home.at("pipe"), home.at("socket"), home.at("folder"));
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let _listening = UnixListener::bind(&socket).unwrap();
    fs::create_dir(&folder).unwrap();
    let good = home.write("good.txt", "PLAN: cefepime.\n");
    for (path, why) in [(fifo.as_path(), "FIFO"), (&socket, "socket"), (Path::new("/dev/zero"), "device"), (&folder, "folder")] {
        let name = path.to_str().unwrap();
        for args in [
            ["read", name].as_slice(),
            &["read", "--jsonl", name],
            &["query", "lint", name],
            &["checklist", "check", name],
            &["checklist", "test", name],
            &["import", "--map", name, good.to_str().unwrap()],
        ] {
            let failure = refused(&home, args, name);
            assert!(failure["why"].as_str().unwrap().contains(why), "{args:?}: {failure}");
        }
        if why != "folder" {
            let report = import(&home, path);
            assert!(report["rejects"][0]["why"].as_str().unwrap().contains(why), "{report}");
        }
    }
    home.feed(["read"], "PLAN: cefepime.\n").ends(0);
    home.feed(["query", "lint", "-"], "Title: Clarification\nPlease clarify.\n").ends(3);
}

#[test]
fn a_file_without_end_is_refused_by_its_size() {
    let home = Home::new();
    let big = home.at("big");
    for (args, mb) in [(["query", "lint"].as_slice(), 1), (&["checklist", "check"], 4), (&["checklist", "test"], 4), (&["read"], 64)] {
        // A hole: nothing is written to the disk.
        fs::File::create(&big).unwrap().set_len((mb << 20) + 1).unwrap();
        let args: Vec<&str> = args.iter().copied().chain([big.to_str().unwrap()]).collect();
        let failure = refused(&home, &args, big.to_str().unwrap());
        assert!(failure["what"].as_str().unwrap().contains("too large"), "{failure}");
        assert!(failure["why"].as_str().unwrap().contains(&format!("{mb} MB")), "{failure}");
    }
    let ran = home.feed(["query", "lint", "-"], vec![b'x'; (1 << 20) + 1]).ends(2);
    assert!(ran.err.contains("standard input") && ran.err.contains("1 MB"), "{}", ran.err);
}

#[test]
fn a_broken_draft_is_told_and_not_linted_as_words() {
    let home = Home::empty();
    let file = home.write("draft.json", format!("{{\n\"title\": \"{PLANTED}\",\n"));
    let failure = refused(&home, &["query", "lint", file.to_str().unwrap()], file.to_str().unwrap());
    assert_eq!(failure["line"], 3, "{failure}");
}

#[test]
fn a_fifo_in_the_place_of_the_audit_head_is_not_waited_for() {
    let home = Home::new();
    let head = home.at("store/audit.head");
    fs::remove_file(&head).unwrap();
    assert!(Command::new("mkfifo").arg(&head).status().unwrap().success());
    assert_eq!(home.run(["--json", "audit", "verify"]).ends(3).json()["verdict"], "cannot_tell");
}

#[test]
fn a_draft_from_a_file_cannot_go_to_another_patient() {
    let home = Home::with_charts();
    let gaps: Value = home.json(["gaps", "--all"]);
    let begun = home.json(["query", "new", gaps[0]["encounter"].as_str().unwrap()]);
    let id = begun["row"]["id"].to_string();
    let draft = home.json(["query", "show", &id])["draft"].clone();
    for field in ["encounter", "patient", "patient_name", "author"] {
        let mut foreign = draft.clone();
        foreign[field] = PLANTED.into();
        let file = home.write("draft.json", foreign.to_string());
        let failure = home.run(["--json", "query", "edit", &id, "--from", file.to_str().unwrap()]).ends(2).failure();
        assert!(failure["what"].as_str().unwrap().contains("another") && failure["hint"].is_string(), "{failure}");
        assert!(!failure.to_string().contains(PLANTED));
        assert_eq!(home.json(["query", "show", &id])["draft"], draft, "{field}");
    }
    let mut bare = draft.clone();
    for field in ["encounter", "encounter_name", "patient", "patient_name"] {
        bare.as_object_mut().unwrap().remove(field);
    }
    bare["title"] = "Clarification".into();
    let file = home.write("draft.json", bare.to_string());
    let saved = home.json(["query", "edit", &id, "--from", file.to_str().unwrap()]);
    assert_eq!((&saved["draft"]["patient"], &saved["draft"]["title"]), (&draft["patient"], &"Clarification".into()));
}

#[test]
fn a_file_called_json_that_is_none_never_becomes_a_note() {
    let home = Home::new();
    for (name, bytes, line) in [
        ("a.json", format!("Plan for {PLANTED}: fluids\n"), 1),
        ("b.json", format!("\n\n{{Patient}} {PLANTED}"), 3),
        ("c.JSON", format!("[expect]\ngap = \"{PLANTED}\"\n"), 1),
        ("d.json", format!("{{\n \"text\": \"{PLANTED}\",\n"), 3),
        ("e.jsonl", format!("{PLANTED}\n"), 1),
        ("f.ndjson", format!("{{\"id\":\"1\",\"text\":\"{PLANTED}"), 1),
        ("g.jsonl", format!("id={PLANTED}\n{{\"id\":\"g\",\"text\":\"Fever.\"}}\n"), 1),
    ] {
        let path = home.write(name, bytes);
        let report = import(&home, &path);
        let reject = &report["rejects"][0];
        assert_eq!((reject["source"].as_str(), reject["line"].as_u64()), (path.to_str(), Some(line)), "{report}");
        assert!(reject["why"].as_str().unwrap().contains("column") && reject["hint"].is_string(), "{reject}");
        assert!(!reject.to_string().contains(PLANTED));
        assert_eq!(report["documents"]["added"].as_u64(), Some(u64::from(name == "g.jsonl")), "{name}");
    }
    let bundle = "{\"resourceType\":\"Patient\",\"id\":\"p\"}\n";
    home.write("export/Patient.ndjson", bundle);
    let broken = home.write("export/one.jsonl", format!("{{\"id\":\"1\",\"text\":\"{PLANTED} \\ud800\"}}\n"));
    let report = import(&home, &home.at("export"));
    assert_eq!(report["rejects"][0]["source"].as_str(), broken.to_str(), "beside an export as well: {report}");
    assert_eq!(home.total(PLANTED), 0);
    let wanted = home.write("note.json", format!("Plan for {PLANTED}\n"));
    assert_eq!(home.json(["import", "--format", "text", wanted.to_str().unwrap()])["documents"]["added"], 1);
}

#[test]
fn a_packed_file_with_the_name_of_a_text_is_no_note() {
    let home = Home::new();
    for (name, bytes) in [
        ("cut.txt", b"\x1f\x8b\x08\0\0".as_slice()),
        ("zip.txt", b"PK\x03\x04\x14"),
        ("bz.txt", b"BZh91AY&SY"),
        ("xz", b"\xfd7zXZ\0\0\x04"),
        ("rar.md", b"Rar!\x1a\x07\x01"),
    ] {
        let report = import(&home, &home.write(name, bytes));
        assert_eq!(report["documents"]["added"], 0, "{name}");
        assert!(report["rejects"][0]["hint"].is_string(), "{report}");
    }
}

#[test]
fn a_day_that_is_in_no_calendar_is_told_and_the_note_goes_in() {
    let home = Home::new();
    let dates = ["\"20260230\"", "\"2026-13-01\"", "\"0000-01-01\"", "\"2026-01-05T07:15:00+99:00\"", "20260105", "\"2026-01-05\""];
    let line = |(i, date): (usize, &&str)| format!("{{\"id\":\"n{i}\",\"text\":\"Fever.\",\"charttime\":{date}}}\n");
    let notes = home.write("notes.jsonl", dates.iter().enumerate().map(line).collect::<String>());
    let stay = "{\"resourceType\":\"Encounter\",\"id\":\"e\",\"period\":{\"start\":\"2026-02-30\",\"end\":\"2026-03-01\"}}";
    let bundle = home.write("bundle.json", format!("{{\"resourceType\":\"Bundle\",\"entry\":[{{\"resource\":{stay}}}]}}"));
    let report = home.json(["import", notes.to_str().unwrap(), bundle.to_str().unwrap()]);
    assert_eq!((&report["documents"]["added"], &report["encounters"]), (&6.into(), &7.into()));
    let notices = report["notices"].as_array().unwrap();
    let told: Vec<(&str, Option<u64>)> = notices.iter().map(|n| (n["source"].as_str().unwrap(), n["line"].as_u64())).collect();
    let at = |n| (notes.to_str().unwrap(), Some(n));
    assert_eq!(told, [at(1), at(2), at(3), at(4), at(5), (bundle.to_str().unwrap(), None)]);
    for notice in notices {
        assert!(notice["what"].as_str().unwrap().contains("time in `") && notice["hint"].is_string(), "{notice}");
        assert!(!notice["why"].as_str().unwrap().contains("2026"), "a date is a patient's data");
    }
    assert_eq!(home.json(["note", "n1"])["time"], Value::Null);
    assert_eq!(home.json(["note", "n5"])["time"], "2026-01-05");
    let plain = home.run(["import", notes.to_str().unwrap()]).ends(0).out;
    assert!(plain.contains("notes.jsonl:4: ") && plain.contains("hint:"), "{plain}");
}

#[test]
fn one_identifier_for_two_patients_is_a_reject_and_the_first_note_stays() {
    let home = Home::new();
    let line = |patient: &str, text: &str| format!("{{\"id\":\"d1\",\"patient\":\"{patient}\",\"text\":\"{text}\"}}\n");
    let first = home.write("first.jsonl", line("p1", "Sepsis due to pneumonia."));
    home.json(["import", first.to_str().unwrap()]);
    let second = home.write("second.jsonl", format!("{}{}", line("p2", PLANTED), line("p2", PLANTED)));
    let report = import(&home, &second);
    assert_eq!(report["documents"], serde_json::json!({"added": 0, "unchanged": 0, "new_versions": 0, "rejected": 2}));
    let reject = &report["rejects"][0];
    assert_eq!((reject["source"].as_str(), reject["line"].as_u64()), (second.to_str(), Some(1)));
    assert!(reject["why"].as_str().unwrap().contains(&format!("{}:1", first.to_str().unwrap())), "{reject}");
    assert!(!report.to_string().contains(PLANTED) && report["notices"].as_array().unwrap().is_empty(), "{report}");
    assert_eq!(home.json(["note", "d1"])["text"], "Sepsis due to pneumonia.");
    assert_eq!(home.total(PLANTED), 0);

    let runs = home.json(["import", "report"]);
    assert_eq!(runs.as_array().unwrap().iter().map(|r| r["rejected"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 0], "newest first");
    let run = runs[0]["run"].to_string();
    assert_eq!(home.json(["import", "report", &run])["rejects"], report["rejects"]);
    assert!(home.run(["import", "report", &run]).ends(0).out.contains("second.jsonl:1"));
    assert!(home.run(["import", "report", "99"]).ends(2).err.contains("no such import"));
}

#[test]
fn doctor_finds_a_text_that_was_altered_in_the_file() {
    let home = Home::new();
    let note = home.write("note.txt", format!("PLAN: {PLANTED} 40 mg daily.\n"));
    home.json(["import", note.to_str().unwrap()]);
    assert_eq!(home.json(["doctor"])["sound"], true); // moves everything into the file itself
    let file = home.at("store/lacuna.db");
    let mut bytes = fs::read(&file).unwrap();
    let at = bytes.windows(PLANTED.len()).position(|w| w == PLANTED.as_bytes()).unwrap();
    bytes[at] = b'X';
    fs::write(&file, bytes).unwrap();
    let report = home.run(["--json", "doctor"]).ends(4).quiet().json();
    assert_eq!(report["altered_documents"], serde_json::json!([{"document": "note.txt", "version": 1, "part": "text"}]));
    assert_eq!((&report["sound"], &report["store"]), (&false.into(), &"altered".into()));
    let plain = home.run(["doctor"]).ends(4).out;
    assert!(plain.contains("note.txt version 1") && !plain.contains("anthoquill"), "{plain}");
}

#[test]
fn json_writes_as_escapes_what_plain_output_marks() {
    let home = Home::new();
    let text = "a\tb \u{202e}\u{200b}\u{9b}31m \u{ad}\u{3164}\u{e0041} one\rtwo sep\u{200d}sis\n";
    let note = home.write("note.txt", text);
    home.json(["import", note.to_str().unwrap()]);
    let json = home.run(["--json", "note", "note.txt"]).ends(0).quiet();
    assert_eq!(json.json()["text"], text);
    assert!(json.out.is_ascii(), "{}", json.out);
    let plain = home.run(["note", "note.txt"]).ends(0).out;
    for mark in ["U+202E", "U+200B", "U+009B", "U+00AD", "U+3164", "U+E0041", "one\u{240d}two", "U+200D"] {
        assert!(plain.contains(mark), "{mark}: {plain}");
    }
    let line = serde_json::json!({"id": "\u{202e}\u{e0041}", "text": text}).to_string();
    assert!(home.feed(["read", "--jsonl"], line).ends(0).out.is_ascii());
}
