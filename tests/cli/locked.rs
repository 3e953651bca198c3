//! An encrypted store from outside: who gets in, with what, and what lies on the disk.

use crate::support::{Home, PASSPHRASE, copy_folder};
use std::fs;
use std::path::Path;

const BEN: &str = "four words of ben";
const WORD: &str = "calciphylaxis";

fn with_a_note() -> (Home, String) {
    let (home, code) = Home::locked();
    let note = home.write("note.txt", format!("Assessment: {WORD} of both legs.\n"));
    home.with_secrets("ana", &[PASSPHRASE], ["import", note.to_str().unwrap()]).ends(0).quiet();
    (home, code)
}

fn total(home: &Home, user: &str, passphrase: &str) -> u64 {
    home.with_secrets(user, &[passphrase], ["--json", "search", WORD]).ends(0).quiet().json()["total"].as_u64().unwrap()
}

fn holds(folder: &Path, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holds(&path, word));
        } else if fs::read(&path).unwrap().windows(word.len()).any(|w| w.eq_ignore_ascii_case(word.as_bytes())) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn a_passphrase_opens_what_is_unreadable_without_it() {
    let (home, _) = with_a_note();
    assert_eq!(total(&home, "ana", PASSPHRASE), 1);
    assert_eq!(home.run(["--json", "worklist"]).ends(2).failure()["what"], "a passphrase is needed and there is no terminal to ask for it");
    home.with_secrets("ana", &["another passphrase"], ["worklist"]).ends(3);
    home.with_secrets("eve", &[PASSPHRASE], ["worklist"]).ends(3);
    home.with_secrets("ana", &[PASSPHRASE], ["doctor"]).ends(0).quiet();
    assert_eq!(holds(&home.store(), WORD), Vec::<String>::new());
    home.run(["init"]).ends(2);
    home.with_secrets("ana", &[PASSPHRASE], ["init"]).ends(2);
    let log = home.with_secrets("ana", &[PASSPHRASE], ["--json", "audit", "show"]).ends(0).json();
    let of = |action: &str| log.as_array().unwrap().iter().filter(|e| e["action"] == action).count();
    assert!(of("login") >= 4 && of("login.failed") == 2, "{}", of("login.failed"));
    assert_eq!(home.with_secrets("ana", &[PASSPHRASE], ["audit", "verify"]).ends(0).err, "");
}

#[test]
fn a_passphrase_that_is_guessed_at_once_makes_no_store() {
    let home = Home::empty();
    home.with_secrets("ana", &["short"], ["init"]).ends(2);
    assert!(!home.store().join("keys.json").exists() && !home.store().join("lacuna.db").exists());
}

#[test]
fn people_come_change_and_go() {
    let (home, code) = with_a_note();
    let ana = |secrets: &[&str], args: &[&str]| {
        let all: Vec<&str> = [PASSPHRASE].iter().chain(secrets).copied().collect();
        home.with_secrets("ana", &all, ["--json"].iter().chain(args))
    };
    ana(&[BEN], &["user", "add", "ben", "--role", "specialist"]).ends(0).quiet();
    ana(&[BEN], &["user", "add", "ben", "--role", "specialist"]).ends(2);
    assert_eq!(total(&home, "ben", BEN), 1);
    home.with_secrets("ben", &[BEN, "other words of ben"], ["passphrase"]).ends(0).quiet();
    home.with_secrets("ben", &[BEN], ["worklist"]).ends(3);
    assert_eq!(total(&home, "ben", "other words of ben"), 1);
    // Lost: the recovery code gives ben another one.
    home.with_secrets("ben", &[&code, BEN], ["passphrase", "--recover"]).ends(0).quiet();
    assert_eq!(total(&home, "ben", BEN), 1);
    let names = ana(&[], &["user", "list"]).ends(0).json();
    assert_eq!(names, serde_json::json!([{"user": "ana", "role": "administrator"}, {"user": "ben", "role": "specialist"}]));
    ana(&[], &["user", "role", "ana", "coder"]).ends(3);

    let before = fs::read(home.store().join("keys.json")).unwrap();
    ana(&[], &["user", "remove", "ben"]).ends(0).quiet();
    home.with_secrets("ben", &[BEN], ["worklist"]).ends(3);
    assert_eq!(total(&home, "ana", PASSPHRASE), 1, "the index was made anew under the new key");
    assert_eq!(ana(&[], &["audit", "verify"]).ends(0).json()["verdict"], "intact", "rows of both keys chain");
    assert_eq!(ana(&[], &["doctor"]).ends(0).json()["sound"], true);
    // The key file that ben kept opens the key of then, and the store has another one.
    let now = fs::read(home.store().join("keys.json")).unwrap();
    fs::write(home.store().join("keys.json"), before).unwrap();
    home.with_secrets("ben", &[BEN], ["worklist"]).ends(4);
    fs::write(home.store().join("keys.json"), now).unwrap();
    let new = ana(&[], &["passphrase", "--new-recovery-code"]).ends(0).json()["recovery_code"].as_str().unwrap().to_owned();
    home.with_secrets("ana", &[&code, BEN], ["passphrase", "--recover"]).ends(3);
    home.with_secrets("ana", &[&new, PASSPHRASE], ["passphrase", "--recover"]).ends(0);
}

#[test]
fn a_removal_that_was_cut_off_lets_in_who_stays_and_nobody_else() {
    let (home, _) = with_a_note();
    home.with_secrets("ana", &[PASSPHRASE, BEN], ["user", "add", "ben", "--role", "coder"]).ends(0);
    let old = fs::read(home.store().join("keys.json")).unwrap();
    home.with_secrets("ana", &[PASSPHRASE], ["user", "remove", "ben"]).ends(0);
    // As if it had ended after the store took its new key, before the new key file took its place.
    fs::rename(home.store().join("keys.json"), home.store().join("keys.next.json")).unwrap();
    fs::write(home.store().join("keys.json"), &old).unwrap();
    home.with_secrets("ben", &[BEN], ["worklist"]).ends(3);
    assert_eq!(total(&home, "ana", PASSPHRASE), 1);
    assert!(!home.store().join("keys.next.json").exists());
    home.with_secrets("ben", &[BEN], ["worklist"]).ends(3);
}

#[test]
fn a_backup_is_as_locked_as_its_store_and_comes_back_whole() {
    let (home, _) = with_a_note();
    let copy = home.at("copy.db");
    home.with_secrets("ana", &[PASSPHRASE], ["backup", copy.to_str().unwrap()]).ends(0).quiet();
    for file in [copy.clone(), home.at("copy.db.keys.json")] {
        assert!(!fs::read(file).unwrap().windows(WORD.len()).any(|w| w == WORD.as_bytes()));
    }
    let other = Home::empty();
    let restore = |passphrase: &str| other.with_secrets("ana", &[passphrase], ["--json", "restore", copy.to_str().unwrap()]);
    restore("another passphrase").ends(3);
    assert!(!other.store().join("lacuna.db").exists(), "what was not opened is not left there");
    let report = restore(PASSPHRASE).ends(0).quiet().json();
    assert_eq!((&report["documents"], &report["audit"]["verdict"]), (&1.into(), &"cannot_tell".into()));
    assert_eq!(total(&other, "ana", PASSPHRASE), 1);
    restore(PASSPHRASE).ends(2);
    other.with_secrets("ana", &[PASSPHRASE], ["audit", "verify"]).ends(3);
    other.with_secrets("ana", &[PASSPHRASE], ["audit", "accept", "--reason", "moved to a new host"]).ends(0);
    other.with_secrets("ana", &[PASSPHRASE], ["audit", "verify"]).ends(0);
}

#[test]
fn a_file_that_is_no_backup_is_not_left_in_the_folder() {
    let home = Home::empty();
    let bad = home.write("bad.db", "no database at all, only some words that stand here by mistake");
    home.run(["restore", bad.to_str().unwrap()]).ends(4);
    assert!(!home.store().join("lacuna.db").exists());
    home.run(["restore", home.at("nothing").to_str().unwrap()]).ends(2);
}

#[test]
fn each_role_does_what_it_may_and_nothing_else() {
    let (home, _) = with_a_note();
    for role in ["specialist", "coder", "trainer", "physician_advisor", "auditor"] {
        home.with_secrets("ana", &[PASSPHRASE, BEN], ["user", "add", role, "--role", role]).ends(0).quiet();
    }
    let as_role = |role: &str, args: &[&str]| {
        let passphrase = if role == "administrator" { PASSPHRASE } else { BEN };
        home.with_secrets(if role == "administrator" { "ana" } else { role }, &[passphrase], args)
    };
    let copies = home.at("copies");
    fs::create_dir(&copies).unwrap();
    let (note, all) = (home.at("note.txt"), ["specialist", "coder", "trainer", "physician_advisor", "auditor", "administrator"]);
    let charts = ["specialist", "coder", "physician_advisor", "administrator"];
    let rows: [(&[&str], &[&str]); 19] = [
        (&["worklist"], &charts),
        (&["search", WORD], &charts),
        (&["gaps", "--all"], &charts),
        (&["query", "list"], &charts),
        (&["export", "--all"], &["specialist", "coder", "administrator"]),
        (&["import", note.to_str().unwrap()], &["administrator"]),
        (&["report", "queries"], &all),
        (&["me", "--name", "A Name"], &all),
        (&["audit", "show"], &["auditor", "administrator"]),
        (&["user", "list"], &["administrator"]),
        (&["user", "role", "nobody", "coder"], &["administrator"]),
        (&["user", "remove", "nobody"], &["administrator"]),
        (&["import", "doubles"], &["administrator"]),
        (&["import", "undo", "99"], &["administrator"]),
        // A refusal comes before any word of what the query is, or of what the log holds.
        (&["audit", "verify"], &["auditor", "administrator"]),
        (&["query", "ready", "1"], &["specialist", "administrator"]),
        (&["query", "delivered", "1"], &["specialist", "physician_advisor", "administrator"]),
        (&["query", "close", "1", "--outcome", "agreed"], &["specialist", "physician_advisor", "administrator"]),
        (&["query", "export", "--all"], &["specialist", "coder", "administrator"]),
    ];
    for (command, may) in rows {
        for role in all {
            let ran = as_role(role, command).calm();
            let refused = ran.code == Some(3) && ran.err.contains("your role does not allow this");
            assert_eq!(refused, !may.contains(&role), "{role}: {command:?}: {:?} {}", ran.code, ran.err);
            assert!(!refused || ran.out.is_empty(), "{role}: {command:?} showed something");
        }
    }
    let log = as_role("auditor", &["--json", "audit", "show"]).ends(0).json();
    let refused = log.as_array().unwrap().iter().filter(|e| e["outcome"] == "refused" && e["user"] == "trainer").count();
    assert!(refused >= 5, "{refused}");
    // In an emergency, with a reason, charts open; nothing else does.
    as_role("trainer", &["--break-glass", "short", "search", WORD]).ends(2);
    let found = as_role("trainer", &["--break-glass", "the unit called and nobody else is here", "search", WORD]).ends(0);
    assert!(found.out.contains(WORD));
    as_role("trainer", &["--break-glass", "the unit called and nobody else is here", "export", "--all"]).ends(3);
    let log = as_role("auditor", &["--json", "audit", "show", "--user", "trainer"]).ends(0).json();
    assert!(log.as_array().unwrap().iter().any(|e| e["action"] == "break_glass" && e["detail"].as_str().unwrap().contains("unit called")));
    as_role("auditor", &["audit", "verify"]).ends(0);
}

#[test]
fn a_store_that_was_made_without_is_encrypted_later_and_loses_nothing() {
    let home = Home::with_charts();
    let before = home.total("creatinine");
    assert!(before > 0 && !holds(&home.store(), "creatinine").is_empty());
    home.run(["encrypt"]).ends(2);
    let made = home.feed(["--json", "--passphrase-fd", "0", "encrypt"], format!("{PASSPHRASE}\n")).ends(0).quiet().json();
    assert!(made["encrypted"] == true && made["recovery_code"].is_string());
    assert_eq!(holds(&home.store(), "creatinine"), Vec::<String>::new());
    let total = home.with_secrets("ana", &[PASSPHRASE], ["--json", "search", "creatinine"]).ends(0).quiet().json()["total"].as_u64();
    assert_eq!(total, Some(before));
    assert_eq!(home.with_secrets("ana", &[PASSPHRASE], ["--json", "doctor"]).ends(0).json()["sound"], true);
    home.with_secrets("ana", &[PASSPHRASE], ["audit", "verify"]).ends(0);
    home.run(["worklist"]).ends(2);
    home.with_secrets("ana", &[PASSPHRASE, "x"], ["encrypt"]).ends(2);
    let code = made["recovery_code"].as_str().unwrap();
    home.with_secrets("ana", &[code, "other words of ana"], ["passphrase", "--recover"]).ends(0);
}

#[test]
fn each_row_is_signed_by_who_did_it_however_people_and_passphrases_change() {
    let (home, code) = with_a_note();
    let ana = |secrets: &[&str], args: &[&str]| {
        let all: Vec<&str> = [PASSPHRASE].iter().chain(secrets).copied().collect();
        home.with_secrets("ana", &all, ["--json"].iter().chain(args))
    };
    ana(&[BEN], &["user", "add", "ben", "--role", "specialist"]).ends(0).quiet();
    home.with_secrets("ben", &[BEN, "other words of ben"], ["passphrase"]).ends(0).quiet();
    home.with_secrets("ben", &["other words of ben"], ["worklist"]).ends(0).quiet();
    home.with_secrets("ben", &[&code, BEN], ["passphrase", "--recover"]).ends(0).quiet();
    home.with_secrets("ben", &[BEN], ["worklist"]).ends(0).quiet();
    let new = ana(&[], &["passphrase", "--new-recovery-code"]).ends(0).quiet().json()["recovery_code"].as_str().unwrap().to_owned();
    home.with_secrets("ben", &[&new, BEN], ["passphrase", "--recover"]).ends(0).quiet();
    ana(&[], &["user", "remove", "ben"]).ends(0).quiet();
    ana(&[BEN], &["user", "add", "ben", "--role", "coder"]).ends(0).quiet();
    home.with_secrets("ben", &[BEN], ["worklist"]).ends(0).quiet();
    let log = ana(&[], &["audit", "show"]).ends(0).json();
    let rows = log.as_array().unwrap();
    assert!(rows.iter().all(|row| row["signature"].as_str().is_some_and(|s| s.len() == 128)), "a row without a signature");
    assert!(rows.iter().all(|row| row["action"] != "key.sign"), "every key was vouched for before it was used");
    let checked = ana(&[], &["audit", "verify"]).ends(0).quiet().json();
    assert_eq!((&checked["verdict"], &checked["signed"], &checked["signed_from"]), (&"intact".into(), &checked["rows"], &1.into()));
    let table = home.with_secrets("ana", &[PASSPHRASE], ["audit", "export", "--form", "csv"]).ends(0).quiet().out;
    assert!(table.lines().next().unwrap().ends_with(",signature"));
    let words = home.with_secrets("ana", &[PASSPHRASE], ["audit", "verify"]).ends(0).out;
    assert!(words.contains("signed by who they name: all from row 1 on"), "{words}");
    // A store without logins has nobody to sign, and says so.
    let plain = Home::new();
    assert_eq!(plain.json(["audit", "verify"])["signed"], 0);
    assert!(plain.run(["audit", "verify"]).ends(0).out.contains("are not signed"));
}

/// The head beside the store comes back with a folder that is put back whole: what a person remembers in their own folder does not.
#[test]
fn a_folder_that_is_put_back_whole_is_told_to_whoever_saw_more_of_it() {
    let (home, _) = with_a_note();
    let ana = |args: &[&str]| home.with_secrets("ana", &[PASSPHRASE], args);
    copy_folder(&home.store(), &home.at("older"));
    for name in ["One", "Two", "Three"] {
        ana(&["me", "--name", name]).ends(0).quiet();
    }
    fs::remove_dir_all(home.store()).unwrap();
    fs::rename(home.at("older"), home.store()).unwrap();
    let said = ana(&["me"]).ends(0).err;
    assert!(said.contains("not the one that you saw last"), "{said}");
    assert_eq!(ana(&["--json", "audit", "verify"]).ends(2).json()["verdict"], "shortened");
    for _ in 0..4 {
        ana(&["me", "--name", "Four"]).ends(0);
    }
    assert_eq!(ana(&["--json", "audit", "verify"]).ends(2).json()["verdict"], "rolled_back", "whatever is written on top");
    // Somebody else of another account accepts it: ana is told once, by whom and why.
    let file = home.at(".local/state/lacuna/seen");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let mine = fs::read(&file).unwrap();
    ana(&["audit", "accept", "--reason", "restored after a disk failed"]).ends(0);
    ana(&["audit", "verify"]).ends(0);
    fs::write(&file, mine).unwrap();
    let said = ana(&["me"]).ends(0).err;
    assert!(said.contains("ana accepted it") && said.contains("restored after a disk failed"), "{said}");
    ana(&["me"]).ends(0).quiet();
    ana(&["audit", "verify"]).ends(0).quiet();
}

#[test]
fn a_session_ends_in_the_log_when_the_interface_is_left() {
    let (home, _) = with_a_note();
    home.with_secrets("ana", &[PASSPHRASE, "q"], ["--plain"]).ends(0).quiet();
    let log = home.with_secrets("ana", &[PASSPHRASE], ["--json", "audit", "show"]).ends(0).json();
    let rows = log.as_array().unwrap();
    let ended: Vec<&serde_json::Value> = rows.iter().filter(|row| row["action"] == "session.end").collect();
    assert_eq!(ended.len(), 1, "a single command is no session that one leaves");
    assert!(rows.iter().any(|row| row["action"] == "login" && row["session"] == ended[0]["session"]));
    home.with_secrets("ana", &[PASSPHRASE], ["audit", "verify"]).ends(0).quiet();
}
