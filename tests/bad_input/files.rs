//! Files that are not what they should be.

use crate::support::{Home, fixtures};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

/// Stands in every bad file; may stand in no message.
const PLANTED: &str = "xanthoquill";

struct Bad {
    name: &'static str,
    bytes: Vec<u8>,
    /// What must stand in the message, and how many documents still go in.
    says: &'static str,
    added: u64,
}

fn bad(name: &'static str, bytes: impl Into<Vec<u8>>, says: &'static str, added: u64) -> Bad {
    Bad { name, bytes: bytes.into(), says, added }
}

fn utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

/// Imports files, gives the report; it must name faults exactly when the exit code is 2.
fn import(home: &Home, paths: &[&str]) -> Value {
    let ran = home.run(["--json", "import"].into_iter().chain(paths.iter().copied())).calm().quiet();
    let report = ran.json();
    let rejects = report["rejects"].as_array().unwrap();
    assert_eq!(ran.code, Some(if rejects.is_empty() { 0 } else { 2 }));
    assert_eq!(report["documents"]["rejected"].as_u64(), Some(rejects.len() as u64));
    for reject in rejects {
        for field in ["source", "what", "why", "hint"] {
            assert!(reject[field].as_str().is_some_and(|s| !s.is_empty()), "{field} in {reject}");
        }
    }
    assert!(!ran.out.replace(home.at("").to_str().unwrap(), "").contains(PLANTED), "{report}");
    report
}

#[test]
fn every_bad_file_is_told_and_what_is_readable_in_it_goes_in() {
    let home = Home::new();
    let good = home.write("good.txt", "PLAN: continue cefepime for sepsis.\n");
    assert_eq!(import(&home, &[good.to_str().unwrap()])["documents"]["added"], 1);
    let line = |id: &str| format!("{{\"id\":\"{id}\",\"text\":\"{PLANTED} fever.\"}}\n");
    let bundle = fs::read_to_string(fixtures("charts/osei-grace.json")).unwrap();
    let table = [
        bad("binary.dat", [b"\x7fELF\x02\x01\x01\0\0".as_slice(), PLANTED.as_bytes()].concat(), "", 0),
        bad("scan.pdf", format!("%PDF-1.7 {PLANTED}"), "PDF", 0),
        bad("cut.rtf", format!("{{\\rtf1 {PLANTED}"), "cut off", 0),
        bad("cut.hl7", format!("\u{b}MSH|^~\\&|A|B|C|D|2026||ORU^R01|1|P|2.5\rPID|1||77||{PLANTED}"), "MLLP frame is cut off", 0),
        bad(
            "bomb.xml",
            format!("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"{PLANTED}\">]><ClinicalDocument>&b;</ClinicalDocument>"),
            "DTD",
            0,
        ),
        bad("row.csv", format!("id,text\nrow1,{PLANTED} fever\n2,{PLANTED},b\n"), "3 cells", 1),
        bad("cut.json", &bundle.as_bytes()[..bundle.len() / 2], "", 0),
        bad("cut.jsonl", format!("{}{}", line("a"), &line("b")[..20]), "", 1),
        bad("broken.jsonl", format!("{}{PLANTED} no json\n{}", line("c"), line("d")), "", 2),
        bad("nul.txt", format!("PLAN: {PLANTED}\0\0 rest"), "", 0),
        bad("nul.jsonl", format!("{}{{\"id\":\"n\",\"text\":\"{PLANTED}\\u0000\"}}\n", line("e")), "NUL", 1),
        bad("empty.txt", "", "", 0),
        bad("blank.txt", " \n\t\n", "", 0),
    ];
    for b in &table {
        let path = home.write(b.name, &b.bytes);
        let report = import(&home, &[path.to_str().unwrap()]);
        assert_eq!(report["rejects"].as_array().unwrap().len(), 1, "{}: {report}", b.name);
        assert_eq!(report["rejects"][0]["source"].as_str(), path.to_str());
        assert!(report["rejects"][0].to_string().contains(b.says), "{}: {}", b.name, report["rejects"][0]);
        assert_eq!(report["documents"]["added"].as_u64(), Some(b.added), "{}", b.name);
        if b.name.ends_with(".jsonl") {
            assert_eq!(report["rejects"][0]["line"].as_u64(), Some(2), "{}", b.name);
        }
    }
    assert_eq!(home.total("cefepime"), 1, "what was there is there");
    assert_eq!(home.total(PLANTED), table.iter().map(|b| b.added).sum::<u64>());
}

#[test]
fn other_encodings_are_read_and_said() {
    let home = Home::new();
    home.write("in/cp1252.txt", [b"PLAN: temperature 38.5\xb0C \x93rule out\x94 sepsis".as_slice(), b"\r\n"].concat());
    home.write("in/utf16.txt", utf16("PLAN: wound care, 38.5° this morning.\r\n"));
    home.write("in/bom.txt", "\u{feff}PLAN: furosemide 40 mg.\n");
    let report = import(&home, &[home.at("in").to_str().unwrap()]);
    assert_eq!((&report["documents"]["added"], &report["rejects"]), (&3.into(), &serde_json::json!([])));
    for (name, text, encoding) in [
        ("cp1252.txt", "PLAN: temperature 38.5°C “rule out” sepsis\r\n", Some("windows-1252")),
        ("utf16.txt", "PLAN: wound care, 38.5° this morning.\r\n", Some("utf-16le")),
        ("bom.txt", "PLAN: furosemide 40 mg.\n", None),
    ] {
        let note = home.json(["note", name]);
        assert_eq!((note["text"].as_str(), note["encoding"].as_str()), (Some(text), encoding), "{name}");
    }
    assert_eq!(home.total("\"rule out sepsis\""), 1);
}

#[test]
fn one_identifier_twice_keeps_both_texts_and_settles() {
    let home = Home::new();
    let line = |text: &str| format!("{{\"id\":\"d1\",\"text\":\"{text}\"}}\n");
    let path =
        home.write("twice.jsonl", [line("Sepsis due to pneumonia."), line("Sepsis is ruled out."), line("Sepsis is ruled out.")].concat());
    let first = import(&home, &[path.to_str().unwrap()]);
    let d = &first["documents"];
    assert_eq!((&d["added"], &d["new_versions"], &d["unchanged"]), (&1.into(), &1.into(), &1.into()));
    assert!(first["notices"].as_array().unwrap().iter().any(|n| n["line"] == 2), "{first}");
    assert_eq!(home.json(["note", "d1", "--version", "1"])["text"], "Sepsis due to pneumonia.");
    assert_eq!(home.json(["note", "d1"])["text"], "Sepsis is ruled out.");
    assert_eq!((home.total("sepsis"), home.total("pneumonia")), (1, 0), "only the newest version is searched");
    let again = import(&home, &[path.to_str().unwrap()]);
    assert_eq!((&again["documents"]["unchanged"], &again["documents"]["new_versions"]), (&3.into(), &0.into()));
}

#[test]
fn a_fifo_and_a_link_in_a_folder_are_left_out_and_nothing_hangs() {
    let home = Home::new();
    home.write("in/deep/er/note.txt", "PLAN: cefepime.\n");
    home.write("outside.txt", PLANTED);
    symlink(home.at("outside.txt"), home.at("in/link.txt")).unwrap();
    symlink("nowhere", home.at("in/dangling.txt")).unwrap();
    symlink("..", home.at("in/deep/loop")).unwrap();
    assert!(Command::new("mkfifo").arg(home.at("in/pipe.txt")).status().unwrap().success());
    let report = import(&home, &[home.at("in").to_str().unwrap()]);
    assert_eq!(report["documents"]["added"], 1);
    let faults: Vec<(&str, &str)> =
        report["rejects"].as_array().unwrap().iter().map(|r| (r["source"].as_str().unwrap(), r["why"].as_str().unwrap())).collect();
    assert_eq!(faults.len(), 4, "{faults:?}");
    for (name, why) in [("in/link.txt", "link"), ("in/dangling.txt", "link"), ("in/deep/loop", "link"), ("in/pipe.txt", "FIFO")] {
        assert!(faults.iter().any(|(s, w)| s.ends_with(name) && w.contains(why)), "{name}: {faults:?}");
    }
    assert_eq!(home.total(PLANTED) + home.total("cefepime"), 1);
    let named = import(&home, &[home.at("in/pipe.txt").to_str().unwrap()]);
    assert!(named["rejects"][0]["why"].as_str().unwrap().contains("FIFO"));
}

#[test]
fn a_file_without_permission_is_told_and_the_rest_goes_in() {
    let home = Home::new();
    let shut = home.write("in/shut.txt", format!("PLAN: {PLANTED}\n"));
    home.write("in/open.txt", "PLAN: cefepime.\n");
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&shut).is_ok() {
        println!("skipped: this user (root) can read a file without permission");
        return;
    }
    let report = import(&home, &[home.at("in").to_str().unwrap()]);
    assert_eq!(report["documents"]["added"], 1);
    assert_eq!((report["rejects"][0]["source"].as_str(), report["rejects"][0]["why"].as_str()), (shut.to_str(), Some("permission denied")));
}

#[test]
fn a_watch_that_rejected_something_ended_as_if_nothing_were_wrong() {
    let home = Home::new();
    home.write("in/bad.txt", "");
    home.write("in/good.txt", "PLAN: cefepime.");
    let folder = home.at("in").display().to_string();
    let ran = home.run(["import", "--watch", &folder, "--once", "--every", "0"]).ends(2);
    assert!(ran.err.contains("bad.txt: the file is empty") && ran.err.contains("hint:"), "{}", ran.err);
    assert!(ran.out.contains("done/good.txt") && !ran.out.contains("hint:"), "{}", ran.out);
}

#[test]
fn a_path_that_is_not_there_is_told_beside_one_that_is() {
    let home = Home::new();
    let good = home.write("good.txt", "PLAN: cefepime.\n");
    let gone = home.at("gone");
    let report = import(&home, &[gone.to_str().unwrap(), good.to_str().unwrap()]);
    assert_eq!(report["documents"]["added"], 1);
    assert_eq!(report["rejects"][0]["source"].as_str(), gone.to_str());
    // What was refused stands on standard error, what was done on standard output.
    let ran = home.run(["import", gone.to_str().unwrap()]).ends(2);
    assert!(ran.err.contains("gone: it cannot be read") && ran.err.contains("why:") && ran.err.contains("hint:"), "{}", ran.err);
    assert!(ran.out.contains("1 rejected") && !ran.out.contains("why:"), "{}", ran.out);
}

#[test]
fn the_hostile_folder_goes_in_as_far_as_it_can_and_settles() {
    let home = Home::new();
    let folder = fixtures("hostile");
    let first = import(&home, &[folder.to_str().unwrap()]);
    assert!(first["rejects"].as_array().unwrap().len() > 10);
    let again = import(&home, &[folder.to_str().unwrap()]);
    assert_eq!((&again["documents"]["added"], &again["documents"]["new_versions"]), (&0.into(), &0.into()));
    assert_eq!(again["rejects"], first["rejects"]);
    assert_eq!(home.json(["doctor"])["sound"], true);
    home.run(["gaps", "--all"]).calm().quiet();
}

#[test]
fn other_inputs_that_are_no_notes_are_told() {
    let home = Home::with_charts();
    let map = home.write("map.toml", format!("nonsense = \"{PLANTED}\"\n"));
    let latin = home.write("latin.txt", b"Title: x\n\xff\xfe".as_slice());
    let pdf = home.write("x.pdf", "%PDF-1.7");
    let at = |p: &std::path::Path| p.to_str().unwrap().to_owned();
    for (args, source) in [
        (vec!["import".to_owned(), at(&pdf), "--map".to_owned(), at(&map)], at(&map)),
        (vec!["import".to_owned(), at(&pdf), "--map".to_owned(), at(&home.at("none"))], at(&home.at("none"))),
        (vec!["read".to_owned(), at(&home.at("none"))], at(&home.at("none"))),
        (vec!["read".to_owned(), at(&home.at(""))], at(&home.at(""))),
        (vec!["query".to_owned(), "lint".to_owned(), at(&latin)], at(&latin)),
        (vec!["checklist".to_owned(), "check".to_owned(), at(&home.at("none"))], at(&home.at("none"))),
    ] {
        let failure = home.run(["--json".to_owned()].into_iter().chain(args.clone())).ends(2).failure();
        assert_eq!(failure["source"].as_str(), Some(source.as_str()), "{args:?}");
        assert!(failure["hint"].is_string() && !failure.to_string().contains(PLANTED), "{failure}");
    }
    home.feed(["read", "-"], [0_u8, 1, 2, 255].to_vec()).ends(2);
    let mixed = b"{\"id\":1,\"text\":\"Sepsis.\"}\n\xff\xfe\n{\"id\":2,\"text\":\"Fever.\"}\n".to_vec();
    let ran = home.feed(["read", "--jsonl"], mixed).ends(2);
    assert_eq!(ran.out.lines().count(), 2, "the other lines are answered");
    assert!(ran.err.contains("standard input:2"), "{}", ran.err);
    home.run(["import", &at(&pdf), "--format", "word"]).ends(2);
    home.run(["gaps", "--all", "--as-of", "yesterday"]).ends(2);
    home.run(["read", "--type", "novel", "-"]).ends(2);
}
