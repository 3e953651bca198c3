//! A store in a folder that a group shares: its files are the group's, and nobody else's. Two real accounts meet in scripts/two_users.py.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[allow(dead_code)]
mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use support::Home;

fn modes(folder: &Path, out: &mut Vec<(String, bool, u32)>) {
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    out.push((folder.display().to_string(), true, mode(folder)));
    for path in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if path.is_dir() { modes(&path, out) } else { out.push((path.display().to_string(), false, mode(&path))) }
    }
}

#[test]
fn what_is_made_in_a_shared_store_is_the_groups_and_nobody_elses() {
    for shared in [true, false] {
        let home = Home::empty();
        let more: &[&str] = if shared { &["--shared"] } else { &[] };
        home.feed([&["--passphrase-fd", "0", "init"], more].concat(), "four words of ana\n").ends(0);
        let note = home.write("note.jsonl", "{\"id\":1,\"text\":\"Sepsis, on cefepime.\",\"patient\":\"p\",\"encounter\":\"e\"}\n");
        let ana = |args: &[&str]| home.with_secrets("ana", &["four words of ana", "four words of ben"], args).ends(0);
        ana(&["import", note.to_str().unwrap()]);
        ana(&["search", "sepsis"]);
        ana(&["user", "add", "ben", "--role", "coder"]);
        ana(&["user", "remove", "ben"]);
        ana(&["search", "sepsis"]);
        let (folder, file) = if shared { (0o2770, 0o660) } else { (0o700, 0o600) };
        let mut all = Vec::new();
        modes(&home.store(), &mut all);
        assert!(all.len() > 8, "{all:?}");
        // An index is made through a folder of its own; the set-gid bit comes down with it.
        let wrong: Vec<_> = all.iter().filter(|(_, is_folder, mode)| *mode != if *is_folder { folder } else { file }).collect();
        assert!(wrong.is_empty(), "shared {shared}: {wrong:?}");
    }
}

#[test]
fn a_folder_in_which_anybody_can_write_is_refused_and_a_full_one_is_not_shared() {
    let home = Home::new();
    for mode in [0o777, 0o770, 0o707, 0o2777] {
        std::fs::set_permissions(home.store(), std::fs::Permissions::from_mode(mode)).unwrap();
        let refused = home.run(["worklist"]).ends(3);
        assert!(refused.err.contains("other people can write") && refused.err.contains("chmod 700"), "{}", refused.err);
    }
    for mode in [0o700, 0o755, 0o2770] {
        std::fs::set_permissions(home.store(), std::fs::Permissions::from_mode(mode)).unwrap();
        home.run(["me"]).ends(0);
    }
    let other = Home::empty();
    // What every command refuses is not made in the first place: neither a new store nor one out of a backup.
    let copy = home.at("copy.db");
    home.run(["backup", copy.to_str().unwrap()]).ends(0);
    std::fs::create_dir(other.store()).unwrap();
    std::fs::set_permissions(other.store(), std::fs::Permissions::from_mode(0o777)).unwrap();
    for args in [&["init", "--no-encryption"][..], &["--passphrase-fd", "0", "init"], &["restore", copy.to_str().unwrap()]] {
        let refused = other.feed(args, "four words of ana\n").ends(3);
        assert!(refused.err.contains("other people can write") && refused.err.contains("chmod 700"), "{}", refused.err);
        assert_eq!(std::fs::read_dir(other.store()).unwrap().count(), 0, "{args:?}");
    }
    std::fs::set_permissions(other.store(), std::fs::Permissions::from_mode(0o770)).unwrap();
    other.feed(["--passphrase-fd", "0", "init", "--shared"], "four words of ana\n").ends(0);
    let other = Home::empty();
    other.write("store/something", "");
    other.feed(["--passphrase-fd", "0", "init", "--shared"], "four words of ana\n").ends(2);
    Home::empty().run(["init", "--no-encryption", "--shared"]).ends(2);
}

/// Whoever can write to a shared folder puts another key file there while an administrator, who is in already, is asked for something: what
/// they slipped in must not be sealed by the change that follows.
#[test]
fn a_key_file_that_was_changed_after_the_login_is_not_sealed_by_the_next_change() {
    use lacuna::keys::{Cost, Role};
    use lacuna::work::people::{self, Change};
    use lacuna::work::{Clock, Door, Secret};
    let (home, _) = Home::locked();
    home.with_secrets("ana", &[support::PASSPHRASE, "four words of ben"], ["user", "add", "ben", "--role", "coder"]).ends(0);
    let file = home.store().join("keys.json");
    let good = std::fs::read_to_string(&file).unwrap();
    let slipped = good.replace("\"coder\"", "\"administrator\"");
    assert_ne!(good, slipped);
    let door = Door::of(&home.store(), Some("ana"), Clock::Host).unwrap();
    let enter = || door.enter(&Secret::Passphrase(support::PASSPHRASE)).unwrap();
    let cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
    for change in
        [Change::Add("eve", Role::Coder, "four words of eve"), Change::Passphrase("other words of ana"), Change::Role("ben", Role::Coder)]
    {
        let entered = enter();
        std::fs::write(&file, &slipped).unwrap();
        assert_eq!(people::change(&entered, &door, &change, cost).unwrap_err().exit_code(), 4);
        assert_eq!(people::list(&entered, &door).unwrap_err().exit_code(), 4);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), slipped, "nothing was written");
        std::fs::write(&file, &good).unwrap();
    }
    let entered = enter();
    std::fs::write(&file, &slipped).unwrap();
    assert_eq!(people::remove(entered, &door, "ben", &home.store()).map(drop).unwrap_err().exit_code(), 4);
    std::fs::write(&file, &good).unwrap();
    // With the file as it was, the same goes through.
    people::change(&enter(), &door, &Change::Role("ben", Role::Auditor), cost).unwrap();
}

/// Who `/proc` says a process belongs to, and the size of the core that it may leave. A process that is not dumpable belongs to root there.
#[cfg(target_os = "linux")]
fn owner_and_core(process: u32) -> (u32, String) {
    use std::os::unix::fs::MetadataExt;
    let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap_or_default();
    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap_or_default();
    let owner = std::fs::metadata(format!("/proc/{process}/mem")).map_or(u32::MAX, |m| m.uid());
    (owner, core.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_waits_for_a_passphrase_leaves_no_core_and_lets_nobody_look_into_its_memory() {
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    let home = Home::empty();
    std::fs::set_permissions(home.at("."), std::fs::Permissions::from_mode(0o777)).unwrap();
    let root = rustix::process::getuid().is_root();
    // Root's processes belong to root either way: so it is started as nobody, where that account can reach the program.
    let started = |mut command: Command| {
        if root {
            command.uid(65534).gid(65534);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    };
    let mut asked = home.process();
    asked.args(["--passphrase-fd", "0", "init"]);
    let Ok(mut program) = started(asked) else {
        println!("skipped: another account cannot start the program here");
        return;
    };
    let mut cat = started(Command::new("cat")).unwrap();
    let expected = (0, "0 0".to_owned());
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while owner_and_core(program.id()) != expected && std::time::Instant::now() < until {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let found = (owner_and_core(program.id()), owner_and_core(cat.id()).0, program.try_wait().unwrap());
    for child in [&mut program, &mut cat] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(found.0, expected);
    assert_ne!(found.1, 0, "the check tells a process that can be looked into");
    assert_eq!(found.2, None, "it was still waiting");
}
