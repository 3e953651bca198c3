//! Stores that are damaged, foreign, newer, shut, or on a disk that is full.

use crate::support::{Home, Ran, program};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

const DB: &str = "store/lacuna.db";

/// A failure of a command on a store: its kind is told by the exit code, and source, what and hint are there.
#[track_caller]
fn fails(home: &Home, args: &[&str], code: i32, words: &str) {
    let failure = home.run(["--json"].into_iter().chain(args.iter().copied())).ends(code).failure();
    assert_eq!(failure["source"].as_str(), home.store().to_str(), "{failure}");
    assert!(failure["why"].is_string() && failure["hint"].is_string(), "{failure}");
    assert!(failure["what"].as_str().unwrap().contains(words), "{failure}");
}

/// Runs an import in `sh` after `limit`, with the program as `$0`.
fn limited(home: &Home, limit: &str, file: &std::path::Path) -> Ran {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limit}; exec \"$0\" --json --store \"$1\" import \"$2\"")]);
    let done = command.arg(program()).arg(home.store()).arg(file).env("USER", "ana").stdin(Stdio::null()).output().unwrap();
    Ran { code: done.status.code(), out: String::from_utf8(done.stdout).unwrap(), err: String::from_utf8(done.stderr).unwrap() }
}

/// The store is whole, holds the first note, and takes everything when there is room again.
fn recovers(home: &Home, file: &std::path::Path, notes: u64) {
    assert_eq!(home.json(["audit", "verify"])["verdict"], "intact");
    assert_eq!(home.total("\"kept note\""), 1, "what was acknowledged is there");
    let report = home.json(["import", file.to_str().unwrap()]);
    let d = &report["documents"];
    assert_eq!(d["added"].as_u64().unwrap() + d["unchanged"].as_u64().unwrap(), notes);
    assert_eq!(home.total("filler"), notes);
    assert_eq!(home.json(["doctor"])["sound"], true);
}

/// Notes with enough text that a small disk cannot take them.
fn many(home: &Home) -> (std::path::PathBuf, u64) {
    let kept = home.write("kept.txt", "PLAN: a kept note.\n");
    home.json(["import", kept.to_str().unwrap()]);
    let notes = 1200;
    let lines: String =
        (0..notes).map(|i| format!("{{\"id\":\"m{i}\",\"text\":\"filler {i} {}\"}}\n", "sepsis and fever. ".repeat(40))).collect();
    (home.write("many.jsonl", lines), notes)
}

#[test]
fn a_store_that_is_newer_than_the_program_is_left_alone() {
    let home = Home::new();
    let mut bytes = fs::read(home.at(DB)).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes()); // `user_version` in the header of the file
    fs::write(home.at(DB), &bytes).unwrap();
    for args in [["worklist"].as_slice(), &["import", "x"], &["audit", "verify"], &["doctor"], &[]] {
        fails(&home, args, 2, "newer");
    }
    assert_eq!(fs::read(home.at(DB)).unwrap(), bytes, "not a byte has changed");
}

#[test]
fn a_damaged_store_is_said_to_be_damaged() {
    let home = Home::with_charts();
    let whole = fs::read(home.at(DB)).unwrap();
    for (bytes, words) in [
        (
            b"this is no database, but it is long enough to be read as one: 0123456789 0123456789 0123456789".repeat(20),
            "could not be opened",
        ),
        (Vec::new(), "no Lacuna store"),
        ([&whole[..100], &vec![0xA5; whole.len() - 100]].concat(), "could not be"),
    ] {
        fs::write(home.at(DB), &bytes).unwrap();
        fails(&home, &["worklist"], 4, words);
        fails(&home, &["doctor"], 4, words);
        assert_eq!(fs::read(home.at(DB)).unwrap().len(), bytes.len(), "nothing was made of it");
    }
    // Cut in the middle: whatever is asked, no panic, and the doctor finds it.
    fs::write(home.at(DB), &whole[..whole.len() / 2]).unwrap();
    for args in [["worklist"].as_slice(), &["gaps", "--all"], &["search", "fever"], &["audit", "verify"]] {
        home.run(args).calm();
    }
    home.run(["doctor"]).ends(4);
    fs::write(home.at(DB), &whole).unwrap();
    assert_eq!(home.json(["doctor"])["sound"], true);
}

#[test]
fn a_store_that_was_lost_is_not_passed_off_as_an_empty_one() {
    let home = Home::with_charts();
    fs::write(home.at(DB), "").unwrap();
    fails(&home, &["worklist"], 4, "no Lacuna store");
    home.run(["init", "--no-encryption"]).ends(2);
    assert_eq!(fs::metadata(home.at(DB)).unwrap().len(), 0);
    // An `init` that was killed before it wrote anything can simply be done again.
    let fresh = Home::empty();
    fresh.write(DB, "");
    fresh.run(["init", "--no-encryption"]).ends(0).quiet();
    assert_eq!(fresh.json(["audit", "verify"])["verdict"], "intact");
}

#[test]
fn a_folder_that_is_a_file_cannot_hold_a_store() {
    let home = Home::empty();
    home.write("store", "a file");
    for args in [["init", "--no-encryption"].as_slice(), &["worklist"]] {
        let failure = home.run(["--json"].into_iter().chain(args.iter().copied())).ends(2).failure();
        assert_eq!(failure["source"].as_str(), home.store().to_str());
        assert!(failure["hint"].is_string());
    }
    assert_eq!(fs::read_to_string(home.store()).unwrap(), "a file");
}

#[test]
fn a_damaged_index_costs_a_rebuild_and_nothing_else() {
    let home = Home::with_charts();
    let total = home.total("creatinine");
    let index = home.store().join("index");
    for damage in ["garbage", "missing", "file"] {
        match damage {
            "garbage" => {
                for entry in fs::read_dir(fs::read_dir(&index).unwrap().next().unwrap().unwrap().path()).unwrap() {
                    fs::write(entry.unwrap().path(), "garbage").unwrap();
                }
            }
            "missing" => fs::remove_dir_all(&index).unwrap(),
            _ => {
                fs::remove_dir_all(&index).unwrap();
                fs::write(&index, "a file").unwrap();
            }
        }
        assert_eq!(home.total("creatinine"), total, "{damage}");
    }
}

#[test]
fn a_read_only_folder_is_told() {
    let home = Home::with_charts();
    let file = home.write("new.txt", "PLAN: cefepime.\n");
    let set = |mode| {
        fs::set_permissions(home.at(DB), fs::Permissions::from_mode(mode & 0o666)).unwrap();
        fs::set_permissions(home.store(), fs::Permissions::from_mode(mode)).unwrap();
    };
    set(0o500);
    if fs::write(home.store().join("probe"), "x").is_ok() {
        set(0o700);
        println!("skipped: this user (root) can write into a read-only folder");
        return;
    }
    let failure = home.run(["--json", "import", file.to_str().unwrap()]).ends(2).failure();
    set(0o000);
    fails(&home, &["worklist"], 2, "could not be opened");
    set(0o700);
    assert!(failure["why"].is_string() && failure["hint"].is_string(), "{failure}");
    assert_eq!(home.json(["doctor"])["sound"], true);
}

#[test]
fn files_that_may_not_grow_end_an_import_with_a_message_and_lose_nothing() {
    let home = Home::new();
    let (file, notes) = many(&home);
    // With the signal ignored every write past the limit fails, as on a full disk.
    let ran = limited(&home, "trap '' XFSZ; ulimit -f 600", &file).ends(2);
    let failure = ran.failure();
    assert!(failure["why"].is_string() && failure["hint"].is_string(), "{failure}");
    assert!(!ran.err.contains("filler") && !ran.err.contains("sepsis"));
    recovers(&home, &file, notes);
}

#[test]
fn a_signal_in_the_middle_of_a_write_loses_nothing() {
    let home = Home::new();
    let (file, notes) = many(&home);
    let ran = limited(&home, "ulimit -f 600", &file).calm();
    assert!(ran.code != Some(0), "the limit was reached");
    assert!(!ran.err.contains("filler"));
    recovers(&home, &file, notes);
}

#[test]
fn a_full_disk_ends_an_import_with_a_message_and_loses_nothing() {
    let home = Home::empty();
    fs::create_dir(home.store()).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1500k,mode=0700", "tmpfs"])
        .arg(home.store())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        println!("skipped: this user cannot mount a small disk");
        return;
    }
    let _unmount = Unmount(home.store());
    home.run(["init", "--no-encryption"]).ends(0);
    let (file, notes) = many(&home);
    let failure = home.run(["--json", "import", file.to_str().unwrap()]).ends(2).failure();
    assert!(failure["why"].is_string() && failure["hint"].is_string(), "{failure}");
    let grown = Command::new("mount").args(["-o", "remount,size=40m"]).arg(home.store()).status().unwrap();
    assert!(grown.success());
    recovers(&home, &file, notes);
}

struct Unmount(std::path::PathBuf);

impl Drop for Unmount {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().ok();
    }
}
