//! Standard streams: closed pipes, full devices, no terminal, hostile text.

use crate::support::{Home, Ran, program};
use std::fs::File;
use std::process::{Command, Stdio};

/// Runs a command line of `sh` with the program as `$L` and the store as `$S`.
fn sh(home: &Home, line: &str) -> Ran {
    let done = Command::new("sh")
        .args(["-c", line])
        .env("L", program())
        .env("S", home.store())
        .env("USER", "ana")
        .env("HOME", home.at(""))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ran { code: done.status.code(), out: String::from_utf8(done.stdout).unwrap(), err: String::from_utf8(done.stderr).unwrap() }
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_program_quietly() {
    let home = Home::with_charts();
    home.write("lines.jsonl", "{\"id\":1,\"text\":\"Sepsis, on cefepime.\"}\n".repeat(400));
    for command in ["gaps --all", "--json gaps --all", "checklist list", "query rules", "audit show", "man", "completions bash"] {
        let ran = sh(&home, &format!("\"$L\" --store \"$S\" {command} | head -c 20 >/dev/null")).ends(0);
        assert_eq!(ran.err, "", "{command}");
    }
    let ran = sh(&home, "\"$L\" read --jsonl \"$HOME/lines.jsonl\" | head -1").ends(0).quiet();
    assert_eq!(ran.out.lines().count(), 1);
    // `true` reads nothing: already the first byte finds nobody.
    for command in ["gaps --all", "man", "read --jsonl \"$HOME/lines.jsonl\""] {
        assert_eq!(sh(&home, &format!("\"$L\" --store \"$S\" {command} | true")).ends(0).err, "", "{command}");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_told() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        println!("skipped: no /dev/full");
        return;
    };
    drop(full);
    let home = Home::with_charts();
    home.write("line.jsonl", "{\"id\":1,\"text\":\"Sepsis.\"}\n");
    for command in ["gaps --all", "--json worklist", "man", "completions bash", "read --jsonl \"$HOME/line.jsonl\"", "checklist list"] {
        let ran = sh(&home, &format!("\"$L\" --store \"$S\" {command} >/dev/full"));
        assert_eq!(ran.code, Some(2), "{command}");
        let said = ran.calm().err;
        assert!(said.contains("could not be written") && said.to_lowercase().contains("hint"), "{command}: {said}");
    }
}

#[test]
fn without_a_terminal_the_interface_says_what_else_there_is() {
    let home = Home::with_charts();
    for args in [vec!["demo"], vec![]] {
        let ran = if args.is_empty() {
            home.run::<&str>([])
        } else {
            let mut command = assert_cmd::Command::from_std(Command::new(program()));
            let done = command.args(&args).env("USER", "ana").write_stdin("").output().unwrap();
            Ran { code: done.status.code(), out: String::from_utf8(done.stdout).unwrap(), err: String::from_utf8(done.stderr).unwrap() }
        };
        let ran = ran.ends(2);
        assert_eq!(ran.out, "", "{args:?}");
        assert!(ran.err.starts_with("lacuna: ") && ran.err.contains("Hint:"), "{args:?}: {}", ran.err);
        assert!(!ran.err.contains('\u{1b}'));
    }
    let ran = home.run(["demo"]).ends(2);
    assert!(ran.err.contains("the demo opens no store"));
}

#[test]
fn misuse_ends_with_2_and_a_usage() {
    let home = Home::empty();
    for args in [vec!["frobnicate"], vec!["search"], vec!["gaps"], vec!["import"], vec!["gaps", "--all", "x"], vec!["chart", "a", "b"]] {
        let ran = home.run(&args).ends(2);
        assert_eq!(ran.out, "", "{args:?}");
        assert!(ran.err.contains("Usage") || ran.err.contains("--help"), "{args:?}: {}", ran.err);
    }
    for user in ["", "   ", "a\u{1b}[2J", &"x".repeat(65)] {
        let home = Home::with_charts();
        let ran = home.run(["--as", user, "worklist"]).ends(2);
        assert!(ran.err.contains("Hint:") && !ran.err.contains('\u{1b}'));
    }
}

#[test]
fn without_a_store_every_command_says_how_to_make_one() {
    let home = Home::empty();
    for args in
        [vec!["search", "x"], vec!["gaps", "--all"], vec!["worklist"], vec!["import", "x"], vec!["doctor"], vec!["audit", "verify"], vec![]]
    {
        let failure = home.run(["--json"].into_iter().chain(args.iter().copied())).ends(2).failure();
        assert_eq!(failure["source"].as_str(), home.store().to_str(), "{args:?}");
        assert!(failure["hint"].as_str().is_some_and(|h| h.contains("init")));
    }
    assert!(!home.store().exists());
    let refused = home.run(["init"]).ends(2);
    assert!(refused.err.contains("--no-encryption") && !home.store().exists());
    home.run(["init", "--no-encryption"]).ends(0);
    home.run(["init", "--no-encryption"]).ends(2);
}

#[test]
fn text_that_would_drive_a_terminal_is_harmless_in_every_form() {
    let home = Home::new();
    let nasty = "PLAN: \u{1b}[2J\u{1b}]52;c;ZWNobw==\u{7} sepsis \u{9b}31m \u{202e}abc\u{200b}.\tNa\t140\r\n";
    let file = home.write("bad\u{1b}[31mname.txt", nasty);
    let dangerous = |c: char| (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202e}' | '\u{200b}' | '\u{9b}');
    for args in [
        vec!["import", file.to_str().unwrap()],
        vec!["read", file.to_str().unwrap()],
        vec!["read", "--why", file.to_str().unwrap()],
        vec!["search", "sepsis"],
        vec!["worklist", "--view", "all"],
        vec!["chart", "#1"],
        vec!["gaps", "#1"],
        vec!["note", "bad\\u{1b}[31mname.txt"],
        vec!["audit", "show"],
        vec!["chart", "\u{1b}[2Jnobody"],
    ] {
        for json in [false, true] {
            let ran = home.run(json.then_some("--json").into_iter().chain(args.iter().copied())).calm();
            for stream in [&ran.out, &ran.err] {
                assert!(!stream.contains(dangerous), "{args:?} {json}: {}", stream.escape_debug());
            }
        }
    }
    let note = home.json(["note", "bad\\u{1b}[31mname.txt"]);
    assert_eq!(note["text"], nasty, "stored byte for byte, and JSON gives it back");
}

#[test]
fn json_with_why_is_json() {
    let home = Home::empty();
    let ran = home.feed(["--json", "read", "--why", "-"], "Sepsis.\n").ends(0).quiet();
    assert!(ran.json()["mentions"].is_array());
}
