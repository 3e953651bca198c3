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
    let file = home.store().join("lacuna.db");
    let mut bytes = fs::read(&file).unwrap();
    let (from, to) = (b"import.begin", b"import.bogus");
    let mut changed = 0;
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + from.len()].copy_from_slice(to);
            changed += 1;
        }
    }
    assert!(changed > 0);
    fs::write(&file, bytes).unwrap();
    assert_eq!(verdict(&home, 1), "altered");
    assert_eq!(home.run(["--json", "doctor"]).ends(4).quiet().json()["sound"], false);
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
fn a_head_of_another_row_means_altered() {
    let home = Home::with_charts();
    let known = fs::read_to_string(head(&home)).unwrap();
    let number = known.split(' ').next().unwrap().to_owned();
    fs::write(head(&home), format!("{number} {}\n", "0".repeat(64))).unwrap();
    assert_eq!(verdict(&home, 1), "altered");
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
    }
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
