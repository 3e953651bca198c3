//! The audit log from outside: intact, tampered with, rolled back, without its head.

use crate::support::Home;
use std::fs;
use std::path::PathBuf;

fn head(home: &Home) -> PathBuf {
    home.store().join("audit.head")
}

fn verdict(home: &Home, code: i32) -> String {
    home.run(["--json", "audit", "verify"]).ends(code).quiet().json()["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn an_untouched_log_is_intact_and_looking_at_it_is_recorded() {
    let home = Home::with_charts();
    assert_eq!(verdict(&home, 0), "intact");
    let first = home.json(["audit", "show"]);
    let second = home.json(["audit", "show"]);
    let last = second.as_array().unwrap().last().unwrap();
    assert_eq!(second.as_array().unwrap().len(), first.as_array().unwrap().len() + 1);
    assert_eq!((last["action"].as_str(), last["user"].as_str()), (Some("audit.show"), Some("ana")));
    assert_eq!(home.json(["audit", "show", "--limit", "2"]).as_array().unwrap().len(), 2);
    assert_eq!(home.json(["--as", "ben", "audit", "show", "--user", "ben"]).as_array().unwrap().len(), 0);
    assert_eq!(home.json(["audit", "show", "--user", "ben"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_row_changed_in_the_file_is_found() {
    let home = Home::with_charts();
    change_in_file(&home, b"import.begin", b"import.bogus");
    assert_eq!(verdict(&home, 1), "altered");
    assert_eq!(home.run(["--json", "doctor"]).ends(4).quiet().json()["sound"], false);
}

fn change_in_file(home: &Home, from: &[u8], to: &[u8]) {
    let file = home.store().join("lacuna.db");
    let mut bytes = fs::read(&file).unwrap();
    let mut changed = 0;
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + from.len()].copy_from_slice(to);
            changed += 1;
        }
    }
    assert!(changed > 0);
    fs::write(&file, bytes).unwrap();
}

#[test]
fn a_head_that_was_further_on_means_rolled_back() {
    let home = Home::with_charts();
    let known = fs::read_to_string(head(&home)).unwrap();
    let (number, hash) = known.trim().split_once(' ').unwrap();
    fs::write(head(&home), format!("{} {hash}\n", number.parse::<i64>().unwrap() + 7)).unwrap();
    assert_eq!(verdict(&home, 2), "shortened");
}

#[test]
fn an_older_copy_of_the_store_is_told_from_the_head_that_this_host_saw() {
    let home = Home::with_charts();
    let copy = home.at("copy.db");
    home.json(["backup", copy.to_str().unwrap()]);
    home.json(["chart", "88047"]);
    fs::copy(&copy, home.store().join("lacuna.db")).unwrap();
    assert_eq!(verdict(&home, 2), "shortened");
}

#[test]
fn a_head_of_another_row_means_another_history() {
    let home = Home::with_charts();
    let known = fs::read_to_string(head(&home)).unwrap();
    let number = known.split(' ').next().unwrap().to_owned();
    fs::write(head(&home), format!("{number} {}\n", "0".repeat(64))).unwrap();
    assert_eq!(verdict(&home, 2), "rolled_back");
}

#[test]
fn without_a_readable_head_nothing_can_be_told() {
    let home = Home::with_charts();
    for text in [None, Some(""), Some("nonsense\n"), Some("x y\n")] {
        match text {
            None => fs::remove_file(head(&home)).unwrap(),
            Some(text) => fs::write(head(&home), text).unwrap(),
        }
        assert_eq!(verdict(&home, 3), "cannot_tell");
        home.json(["chart", "88047"]);
        assert_eq!(verdict(&home, 3), "cannot_tell", "work goes on, and nobody accepted it");
    }
    home.json(["audit", "accept", "--reason", "the head was lost with a disk"]);
    assert_eq!(verdict(&home, 0), "intact");
    let log = home.json(["audit", "show"]);
    let accepted = log.as_array().unwrap().iter().find(|e| e["action"] == "audit.accept").unwrap();
    assert!(accepted["detail"].as_str().unwrap().contains("not to be told"), "{accepted}");
    assert!(accepted["detail"].as_str().unwrap().ends_with("the head was lost with a disk"));
}

#[test]
fn a_backup_put_back_stays_rolled_back_however_much_is_written_on_top_of_it() {
    let home = Home::with_charts();
    let copy = home.at("copy.db");
    home.json(["backup", copy.to_str().unwrap()]);
    home.json(["chart", "88047"]);
    home.json(["chart", "88047"]);
    fs::copy(&copy, home.store().join("lacuna.db")).unwrap();
    for _ in 0..4 {
        home.json(["chart", "88047"]);
    }
    assert_eq!(verdict(&home, 2), "rolled_back");
    home.json(["chart", "88047"]);
    assert_eq!(verdict(&home, 2), "rolled_back");
    home.json(["audit", "accept", "--reason", "restored after a disk failed"]);
    assert_eq!(verdict(&home, 0), "intact");
}

#[test]
fn a_log_that_does_not_chain_is_not_accepted() {
    let home = Home::with_charts();
    change_in_file(&home, b"import.begin", b"import.bogus");
    home.run(["audit", "accept", "--reason", "it will be all right"]).ends(3);
    assert_eq!(verdict(&home, 1), "altered");
}

#[test]
fn an_anchor_kept_elsewhere_tells_of_a_folder_that_was_put_back_whole() {
    let home = Home::with_charts();
    let (anchors, copy) = (home.at("anchors.log"), home.at("copy.db"));
    home.json(["backup", copy.to_str().unwrap()]);
    let head_then = fs::read(head(&home)).unwrap();
    let line = home.json(["audit", "anchor", anchors.to_str().unwrap()])["anchor"].as_str().unwrap().to_owned();
    assert_eq!(fs::read_to_string(&anchors).unwrap().trim_end(), line);
    let check =
        |code: i32| home.run(["--json", "audit", "verify", "--anchor", anchors.to_str().unwrap()]).ends(code).json()["verdict"].clone();
    assert_eq!(check(0), "intact");
    fs::copy(&copy, home.store().join("lacuna.db")).unwrap();
    fs::write(head(&home), head_then).unwrap();
    assert_eq!(check(2), "shortened");
    assert_eq!(verdict(&home, 0), "intact", "the folder alone cannot tell");
    for _ in 0..3 {
        home.json(["chart", "88047"]);
    }
    assert_eq!(check(2), "rolled_back");
    // As a system's log keeps it, with words before it, beside lines of other stores.
    fs::write(&anchors, format!("Nov 19 08:42:00 host lacuna[1]: {line}\nlacuna ffff 1 {}\n", "0".repeat(64))).unwrap();
    assert_eq!(check(2), "rolled_back");
    fs::write(&anchors, "nothing\n").unwrap();
    home.run(["audit", "verify", "--anchor", anchors.to_str().unwrap()]).ends(2);
}

#[test]
fn a_borrowed_name_shows_in_the_text_of_the_log() {
    let home = Home::with_charts();
    home.run(["--as", "ben", "chart", "88047"]).ends(0);
    let text = home.run(["audit", "show"]).ends(0).out;
    let line = text.lines().find(|l| l.contains(" ben ") && l.contains("chart.open")).unwrap();
    // The account is the system's word, whatever the environment says; what it says besides is marked as said.
    let account = std::process::Command::new("id").arg("-un").output().unwrap();
    let account = String::from_utf8(account.stdout).unwrap().trim().to_owned();
    assert!(line.contains(&format!("from local ({account}, said ana)")), "{line}");
    let own = home.process().env("USER", &account).args(["--as", &account, "chart", "88047"]).output().unwrap();
    assert!(own.status.success());
    let text = home.run(["audit", "show"]).ends(0).out;
    let line = text.lines().rfind(|l| l.contains("chart.open")).unwrap();
    assert!(!line.contains("from "), "one's own name needs no word: {line}");
}

#[test]
fn a_backup_is_a_whole_store() {
    let home = Home::with_charts();
    let total = home.total("creatinine");
    let copy = home.at("copy.db");
    home.json(["backup", copy.to_str().unwrap()]);
    home.run(["backup", copy.to_str().unwrap()]).ends(2);
    let other = Home::empty();
    fs::create_dir(other.store()).unwrap();
    fs::copy(&copy, other.store().join("lacuna.db")).unwrap();
    assert_eq!(other.total("creatinine"), total);
    assert_eq!(other.json(["doctor"])["sound"], true);
}

#[test]
fn an_older_copy_put_back_over_a_newer_store_is_searched_truly() {
    let home = Home::new();
    let old = home.write("old.txt", "Creatinine 2.1 today.\n");
    home.json(["import", old.to_str().unwrap()]);
    let copy = home.at("copy.db");
    home.json(["backup", copy.to_str().unwrap()]);
    let gone = home.write("gone.txt", "Creatinine 9.9 today.\n");
    home.json(["import", gone.to_str().unwrap()]);
    assert_eq!(home.total("creatinine"), 2);
    fs::copy(&copy, home.store().join("lacuna.db")).unwrap();
    assert_eq!(home.total("creatinine"), 1, "what is not stored is not counted");
    let fresh = home.write("fresh.txt", "Creatinine 1.4 today.\n");
    home.json(["import", fresh.to_str().unwrap()]);
    assert_eq!(home.total("\"creatinine 1.4\""), 1, "what comes afterwards is found");
    assert_eq!(home.total("creatinine"), 2);
}

#[test]
fn the_log_goes_out_as_audit_events_and_as_a_table() {
    let home = Home::with_charts();
    home.json(["chart", "88047"]);
    let log = home.json(["audit", "show"]);
    let opened = log.as_array().unwrap().iter().find(|e| e["action"] == "chart.open").unwrap();
    let patient = opened["patient"].as_str().unwrap();
    let bundle = home.json(["audit", "export", "--patient", patient]);
    let event =
        bundle["entry"].as_array().unwrap().iter().map(|e| &e["resource"]).find(|e| e["subtype"][0]["code"] == "chart.open").unwrap();
    assert_eq!((&event["resourceType"], &event["action"], &event["outcome"]), (&"AuditEvent".into(), &"R".into(), &"0".into()));
    assert_eq!(event["agent"][0]["who"]["identifier"]["value"], "ana");
    assert_eq!((&event["entity"][0]["what"]["identifier"]["value"], &event["entity"][0]["role"]["code"]), (&patient.into(), &"1".into()));
    let table = home.run(["audit", "export", "--form", "csv"]).ends(0).quiet().out;
    assert!(table.starts_with("sequence,at,user") && table.contains("chart.open") && table.lines().count() > 5);
}

#[test]
fn a_name_given_with_as_is_no_filter_of_the_log() {
    let home = Home::with_charts();
    let all = home.json(["audit", "show"]).as_array().unwrap().len();
    assert_eq!(home.json(["--as", "ben", "audit", "show"]).as_array().unwrap().len(), all + 1, "every row, not ben's alone");
}
