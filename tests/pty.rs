//! The real program in a real pseudo-terminal: the whole job by keys, and every way out.
#![cfg(all(unix, feature = "tui"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[allow(dead_code)] // each file of tests uses a part of it
mod pty_session;
#[allow(dead_code)]
mod support;

use pty_session::{PATIENCE, demo, run, start};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use support::Home;

#[test]
fn from_the_worklist_to_a_sent_query_and_out() {
    let Some(mut s) = demo(80, 24, &[]) else { return };
    s.expect("RIVERA Marta")
        .press("/rivera\r")
        .expect("1 chart")
        .press("\r")
        .expect("3 Gaps")
        .expect("looked, not found")
        .press("\r")
        .expect("signed")
        .press("\u{7f}")
        .expect("looked, not found");
    s.press("w").expect("ready to send").press("\u{13}").expect("Send query 1").press("y").expect("is sent and recorded").expect("sent");
    s.press("\u{11}");
    assert_eq!(s.ended(), 0);
    s.sane();
}

/// From a gap to the end: three indicators, a leading phrase that is caught and mended, sent, answered, not documented, a new note, closed.
#[test]
fn a_query_is_followed_from_the_gap_to_the_note_that_carries_its_answer() {
    for (width, height) in [(120, 40), (80, 24)] {
        let home = Home::with_charts();
        let store = home.store().display().to_string();
        let Some(mut s) = start(width, height, &[("USER", "ana")], &["--store", &store, "--as", "ana"]) else { return };
        home.json(["--as", "ana", "me", "--name", "Ana Ruiz, RN, CCDS", "--contact", "ext. 4417"]);
        s.expect("RIVERA Marta").press("/rivera\r").expect("1 chart").press("\r").expect("Dr Chen");
        s.press("3").press("w").expect("ticked").expect("ready to send");
        let drafts = home.json(["query", "list"]);
        let id = drafts[0]["id"].as_i64().unwrap().to_string();
        let view = home.json(["query", "show", &id]);
        assert!(view["draft"]["indicators"].as_array().unwrap().iter().filter(|i| i["included"] == true).count() >= 3);
        // Context, then Question; a leading phrase is caught under the words, and mending it lets the query go.
        let phrase = " Please document severe sepsis.";
        s.press("\t\t").press(phrase).expect("QL060").expect("sending");
        s.press(&"\u{7f}".repeat(phrase.len())).expect("ready to send");
        s.press("\u{13}").expect("Send query").press("y").expect("is sent and recorded");
        s.press("Q")
            .expect("1 waits for an answer")
            .press("a")
            .expect("The answer to query")
            .press("1contrast\r")
            .expect("is recorded")
            .expect("no note yet");
        let view = home.json(["query", "show", &id]);
        assert_eq!(view["row"]["state"], "answered_not_documented");
        let said = view["answer"].as_str().unwrap().lines().next().unwrap().replace("____", "contrast");
        let text = format!("PROGRESS NOTE\n\nASSESSMENT AND PLAN:\n1. {said}. Continue.\n");
        let line = serde_json::json!({
            "id": "later-note", "text": text, "type": "progress_note", "encounter": view["draft"]["encounter"], "patient": view["draft"]["patient"],
            "author": "Wei Chen, MD", "date": "2030-01-02T10:00:00-05:00"
        });
        let file = home.write("later.jsonl", format!("{line}\n"));
        home.run([std::ffi::OsStr::new("import"), file.as_os_str()]).ends(0);
        s.press("r").expect("v: in a no").press("v").expect("Yes closes it").press("y").expect("is closed");
        let view = home.json(["query", "show", &id]);
        assert_eq!((view["row"]["state"].as_str(), view["documented_in"].as_str()), (Some("closed"), Some("later-note")));
        s.press("\u{11}").ended();
    }
}

/// Typing goes on and the process is killed: what was typed before is kept without any act of saving. The words are numbered, and more are
/// typed only when the store has the last of them, so that a slow machine is given its time.
#[test]
fn killed_in_the_middle_of_typing_what_was_saved_by_itself_is_there() {
    let home = Home::with_charts();
    let store = home.store().display().to_string();
    let Some(mut s) = start(80, 24, &[("USER", "ana")], &["--store", &store, "--as", "ana"]) else { return };
    s.expect("RIVERA Marta")
        .press("/rivera\r")
        .expect("1 chart")
        .press("\r")
        .expect("Dr Chen")
        .press("3")
        .press("w")
        .expect("ticked")
        .press("\t");
    let body = |home: &Home| -> String {
        let listed = home.json(["query", "list"]);
        let Some(id) = listed[0]["id"].as_i64() else { return String::new() };
        home.json(["query", "show", &id.to_string()])["draft"]["body"].as_str().unwrap_or_default().to_owned()
    };
    for round in 0..3 {
        s.press(&format!("word{round} and more of it "));
        let until = Instant::now() + PATIENCE;
        while !body(&home).contains(&format!("word{round}")) {
            assert!(Instant::now() < until, "word{round} was never saved:\n{}", s.text());
        }
    }
    s.press("the last words");
    s.signal("KILL");
    s.ended();
    let kept = body(&home);
    assert!((0..3).all(|round| kept.contains(&format!("word{round}"))), "{} letters are kept", kept.len());
    assert_eq!(home.json(["audit", "verify"])["verdict"], "intact");
}

#[test]
fn no_mouse_is_captured_and_a_paste_is_no_command() {
    let Some(mut s) = demo(80, 24, &[]) else { return };
    s.expect("RIVERA Marta").press("\u{1b}[200~q\rd\r\u{1b}[201~").expect("nothing takes a paste");
    let bytes = s.seen.lock().unwrap().1.clone();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    for mode in ["?1000h", "?1002h", "?1003h"] {
        assert!(!text.contains(mode), "{mode}");
    }
    s.press("q");
    assert_eq!(s.ended(), 0);
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for (name, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let Some(mut s) = demo(80, 24, &[]) else { return };
        s.expect("RIVERA Marta").signal(name);
        assert_eq!(s.ended(), code, "{name}");
        s.sane();
    }
}

#[test]
fn a_lost_terminal_ends_the_program() {
    let Some(mut s) = demo(80, 24, &[]) else { return };
    s.expect("RIVERA Marta").press("\r").expect("3 Gaps");
    s.vanish.store(true, Ordering::SeqCst);
    s.press("j");
    std::thread::sleep(Duration::from_millis(300));
    s.writer.take();
    s.master.take();
    s.ended();
}

#[test]
fn without_colour_the_cursor_row_is_reversed() {
    let Some(mut s) = demo(80, 24, &[("NO_COLOR", "1")]) else { return };
    s.expect("RIVERA Marta").expect("Enter open");
    let seen = s.seen.lock().unwrap();
    let screen = seen.0.screen();
    assert!((0..24).any(|row| screen.cell(row, 5).is_some_and(vt100::Cell::inverse)));
    drop(seen);
    s.press("q").ended();
}

#[test]
fn a_pipe_is_no_terminal() {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_lacuna")).arg("demo").stdin(std::process::Stdio::null()).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("needs a terminal"));
}

#[test]
fn an_idle_interface_shows_nothing_until_the_passphrase_comes() {
    let (home, _) = Home::locked();
    let charts = support::fixtures("charts/rivera-marta.json");
    home.with_secrets("ana", &[support::PASSPHRASE], ["import", charts.to_str().unwrap()]).ends(0);
    let (folder, store) = (home.at(""), home.store());
    let environment = [("HOME", folder.to_str().unwrap()), ("USER", "ana")];
    // A slow machine needs some seconds for its first list: a lock that comes before shows nothing to hide.
    let Some(mut s) = start(100, 30, &environment, &["--store", store.to_str().unwrap(), "--lock-after", "15"]) else { return };
    s.expect("Passphrase of ana").press(support::PASSPHRASE).press("\r").expect("RIVERA");
    s.expect("Lacuna is locked");
    assert!(!s.text().contains("RIVERA"), "{}", s.text());
    s.press("not the passphrase\r").expect("do not open the store");
    assert!(!s.text().contains("RIVERA") && !s.text().contains("not the passphrase"), "{}", s.text());
    s.press(support::PASSPHRASE).press("\r").expect("RIVERA").press("\u{11}");
    assert_eq!(s.ended(), 0);
    s.sane();
    let seen = String::from_utf8_lossy(&s.seen.lock().unwrap().1).into_owned();
    assert!(!seen.contains(support::PASSPHRASE), "the passphrase was shown");
}

#[test]
fn a_key_locks_the_interface_at_once() {
    let (home, _) = Home::locked();
    let charts = support::fixtures("charts/rivera-marta.json");
    home.with_secrets("ana", &[support::PASSPHRASE], ["import", charts.to_str().unwrap()]).ends(0);
    let (folder, store) = (home.at(""), home.store());
    let environment = [("HOME", folder.to_str().unwrap()), ("USER", "ana")];
    let Some(mut s) = start(100, 30, &environment, &["--store", store.to_str().unwrap()]) else { return };
    s.expect("Passphrase of ana").press(support::PASSPHRASE).press("\r").expect("RIVERA").press("\r").expect("Creatinine");
    s.press("L").expect("Lacuna is locked");
    assert!(!s.text().contains("RIVERA") && !s.text().contains("Creatinine"), "{}", s.text());
    s.press(support::PASSPHRASE).press("\r").expect("RIVERA").press("\u{11}");
    assert_eq!(s.ended(), 0);
    s.sane();
}

/// The session's end is written by the last thread that holds the desk, enciphered: the process once ended under it, now and then by a
/// signal, and the log lacked the end.
#[test]
fn leaving_waits_for_the_end_of_the_session_in_the_log() {
    let (home, _) = Home::locked();
    let (folder, store) = (home.at(""), home.store());
    let environment = [("HOME", folder.to_str().unwrap()), ("USER", "ana")];
    let sittings = 4;
    for _ in 0..sittings {
        let Some(mut s) = start(80, 24, &environment, &["--store", store.to_str().unwrap()]) else { return };
        s.expect("Passphrase of ana").press(support::PASSPHRASE).press("\r").expect("Worklist").press("\u{11}");
        assert_eq!(s.ended(), 0);
    }
    let log = home.with_secrets("ana", &[support::PASSPHRASE], ["audit", "show", "--json"]).ends(0).json();
    let ends = log.as_array().unwrap().iter().filter(|row| row["action"] == "session.end").count();
    assert_eq!(ends, sittings);
}

#[test]
fn drawing_anew_does_not_wait_for_the_terminal_to_answer() {
    let Some(mut s) = demo(80, 24, &[]) else { return };
    s.expect("RIVERA Marta").press("\u{c}");
    // Longer than a terminal's answer would be waited for.
    std::thread::sleep(Duration::from_millis(2500));
    s.press("/rivera\r").expect("1 chart").press("\u{11}");
    assert_eq!(s.ended(), 0);
}

/// A stop from the keyboard while an editor has the terminal: the shell has it, and `fg` brings the editor back, not the composer.
#[test]
fn a_stop_inside_the_editor_stops_both_and_fg_brings_the_editor_back() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with_charts();
    let editor =
        home.write("editor.sh", "#!/bin/sh\necho 'EDITOR HAS THE TERMINAL'\nread words\nsed -i \"s/^Title:.*/Title: $words/\" \"$1\"\n");
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).unwrap();
    let editor = editor.display().to_string();
    let environment = [("USER", "ana"), ("EDITOR", editor.as_str()), ("VISUAL", ""), ("PS1", "shell> "), ("ENV", "")];
    let Some(mut s) = run("/bin/sh", 80, 24, &environment, &["-i"]) else { return };
    let program = format!("{} --store {} --as ana\n", env!("CARGO_BIN_EXE_lacuna"), home.store().display());
    s.expect("shell>").press(&program).expect("RIVERA Marta").press("/rivera\r").expect("1 chart").press("\r").expect("Dr Chen");
    s.press("3").press("w").expect("ticked").press("\u{16}").expect("EDITOR HAS THE TERMINAL");
    s.press("\u{1a}").expect("Stopped").press("fg\n").press("renal course after a stop\n");
    s.expect("back from the editor").expect("renal course after a stop").press("\u{11}");
    // The shell's own line after it: what is typed while the program still ends is the program's. Above it stands what the shell says of
    // `fg` and what was typed, in the order in which they came.
    s.until("the shell's line", |screen| screen.trim_end().ends_with("\nshell>"));
    s.press("exit\n");
    s.ended();
    s.sane();
    assert_eq!(home.json(["query", "list"])[0]["title"], "renal course after a stop");
}

/// The composer gives the terminal to $EDITOR and takes it back: every key is the editor's meanwhile, its file is private and gone
/// afterwards, and an editor that fails, is killed or is not there costs nothing.
#[test]
fn an_editor_gets_the_terminal_from_the_composer_and_gives_it_back() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with_charts();
    let seen = home.at("seen");
    let script = format!(
        "#!/bin/sh\nstat -c '%a %n' \"$(dirname \"$1\")\" \"$1\" > {}\necho 'EDITOR HAS THE TERMINAL'\nread words\ntouch \"$1~\"\n\
         sed -i \"s/^Title:.*/Title: Clinical clarification: $words/\" \"$1\"\n\
         case \"$words\" in *failed*) exit 3;; *killed*) kill -9 $$;; *emptied*) : > \"$1\";; esac\n",
        seen.display()
    );
    let editor = home.write("editor.sh", script);
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).unwrap();
    let open = |home: &Home, editor: &str| {
        let store = home.store().display().to_string();
        let mut s = start(80, 24, &[("USER", "ana"), ("EDITOR", editor), ("VISUAL", "")], &["--store", &store, "--as", "ana"])?;
        s.expect("RIVERA Marta").press("/rivera\r").expect("1 chart").press("\r").expect("Dr Chen").press("3").press("w").expect("ticked");
        Some(s)
    };
    let Some(mut s) = open(&home, &editor.display().to_string()) else { return };
    let folder = || std::fs::read_dir(home.store()).unwrap().any(|e| e.unwrap().file_name().to_string_lossy().starts_with("edit-"));
    // Letters that are commands here are letters there.
    for (typed, said, title) in [
        ("renal course jqd", "back from the editor", "renal course jqd"),
        ("failed one", "ended with an error", "renal course jqd"),
        ("emptied", "left nothing", "renal course jqd"),
        ("killed one", "back from the editor", "killed one"),
    ] {
        s.press("\u{16}").expect("EDITOR HAS THE TERMINAL").press(&format!("{typed}\n")).expect(said).expect(title);
        assert!(!folder(), "{typed}: its folder is gone");
    }
    let modes: Vec<String> = std::fs::read_to_string(&seen).unwrap().lines().map(|l| l.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(modes, ["700", "600"]);
    s.press("\u{11}");
    assert_eq!(s.ended(), 0);
    s.sane();
    assert!(home.json(["query", "list"])[0]["title"].as_str().unwrap().ends_with("killed one"), "it was saved");
    let other = Home::with_charts();
    let Some(mut s) = open(&other, "/nowhere/editor") else { return };
    let before = other.json(["query", "show", "1"])["draft"].clone();
    s.press("\u{16}").expect("could not be started").expect("ticked").press("\u{11}");
    assert_eq!(s.ended(), 0);
    assert_eq!(other.json(["query", "show", "1"])["draft"], before);
}
