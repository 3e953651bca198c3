//! Requirements that only a real terminal can show, by their numbers (T1 to T28). The others are in `src/tui/tests/requirements.rs`.
#![cfg(all(unix, feature = "tui"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[allow(dead_code)] // each file of tests uses a part of it
mod pty_session;
#[allow(dead_code)]
mod support;

use pty_session::{PATIENCE, demo, start};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use support::Home;

fn bytes(s: &pty_session::Session) -> String {
    String::from_utf8_lossy(&s.seen.lock().unwrap().1).into_owned()
}

/// The screen without the blanks at the ends of its rows: whether one was written or never touched does not show.
fn trimmed(s: &pty_session::Session) -> String {
    s.text().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Waits until nothing more is written.
fn quiet(s: &pty_session::Session) -> usize {
    let until = Instant::now() + PATIENCE;
    let mut before = usize::MAX;
    while Instant::now() < until {
        let now = s.seen.lock().unwrap().1.len();
        if now == before {
            return now;
        }
        before = now;
        std::thread::sleep(Duration::from_millis(400));
    }
    before
}

/// The terminal vanishes while the hang-up signal is ignored: the program ends, and what was typed is in the store.
#[test]
fn t01_a_terminal_that_vanishes_ends_the_program_and_the_draft_is_kept() {
    let home = Home::with_charts();
    let store = home.store().display().to_string();
    let Some(mut s) = start(80, 24, &[("USER", "ana")], &["--store", &store, "--as", "ana"]) else { return };
    s.expect("Why it is here").press("/rivera\r").expect("1 chart").press("\r").expect("Dr Chen").press("3").press("w").expect("ticked");
    s.press("\tvanished words").expect("vanished words");
    s.vanish.store(true, Ordering::SeqCst);
    s.press(" ");
    s.writer.take();
    s.master.take();
    let code = s.ended();
    assert!([1, 129].contains(&code), "{code}");
    let id = home.json(["query", "list"])[0]["id"].as_i64().unwrap().to_string();
    let body = home.json(["query", "show", &id])["draft"]["body"].as_str().unwrap_or_default().to_owned();
    assert!(body.contains("vanished words"));
}

#[test]
fn t02_a_signal_gives_the_terminal_back_and_says_which_it_was() {
    for (name, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let Some(mut s) = demo(80, 24, &[]) else { return };
        s.expect("Why it is here").signal(name);
        assert_eq!(s.ended(), code, "{name}");
        s.sane();
    }
}

/// Typed as soon as the program was called: the terminal itself took them in, echoed them and made a line of them.
#[test]
fn t27_keys_pressed_right_after_the_start_count_and_leave_nothing_on_the_screen() {
    let Some(mut s) = demo(80, 24, &[]) else { return };
    s.press("/rivera\r\r").expect("Dr Chen").expect("3 Gaps");
    assert!(s.text().starts_with(" RIVERA"), "{}", s.text());
    s.press("\u{11}").ended();
}

/// What was typed a moment before is in the store, and the next start opens the draft where it was left.
#[test]
fn t02_what_was_typed_a_moment_before_a_signal_is_kept_and_open_again() {
    for name in ["HUP", "TERM"] {
        let home = Home::with_charts();
        let store = home.store().display().to_string();
        let arguments = ["--store", &store, "--as", "ana"];
        let Some(mut s) = start(80, 24, &[("USER", "ana")], &arguments) else { return };
        s.expect("Why it is here")
            .press("/rivera\r")
            .expect("1 chart")
            .press("\r")
            .expect("Dr Chen")
            .press("3")
            .press("w")
            .expect("ticked");
        s.press("\thalf a sentence").expect("half a sentence").signal(name);
        s.ended();
        s.sane();
        let Some(mut again) = start(80, 24, &[("USER", "ana")], &arguments) else { return };
        again.expect("half a sentence").expect("as the provider sees it").press(", and the rest").expect("half a sentence, and the rest");
        again.press("\u{11}").ended();
    }
}

#[test]
fn t03_a_panic_gives_the_terminal_back_first_and_names_no_patient() {
    let Some(mut s) = start(80, 24, &[], &["demo", "--panic"]) else { return };
    assert_ne!(s.ended(), 0);
    s.sane();
    let all = bytes(&s);
    let report = all.rsplit("\u{1b}[?1049l").next().unwrap_or_default().to_owned();
    assert!(report.contains("lacuna stopped at"), "{report}");
    assert!(!report.contains("RIVERA") && !report.contains("asked for by a test"), "{report}");
}

#[test]
fn t04_to_the_shell_and_back_shows_the_same_screen() {
    let Some(mut s) = demo(80, 24, &[]) else { return };
    s.expect("Why it is here").press("j").expect("Why it is here");
    quiet(&s);
    let before = trimmed(&s);
    s.press("\u{1a}");
    let until = Instant::now() + PATIENCE;
    while s.seen.lock().unwrap().0.screen().alternate_screen() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    s.sane();
    // It may stop a moment after it gave the terminal back: what comes too early is said again.
    let until = Instant::now() + PATIENCE;
    while trimmed(&s) != before && Instant::now() < until {
        s.signal("CONT");
        std::thread::sleep(Duration::from_millis(300));
    }
    assert_eq!(trimmed(&s), before);
    s.press("\u{1b}[200~q\r\u{1b}[201~").expect("nothing takes a paste");
    s.press("q");
    assert_eq!(s.ended(), 0);
}

#[test]
fn t05_control_l_mends_a_garbled_screen() {
    let Some(mut s) = demo(80, 24, &[]) else { return };
    s.expect("Why it is here");
    quiet(&s);
    let before = trimmed(&s);
    s.seen.lock().unwrap().0.process(b"\x1b[3;1Hgarbage from elsewhere\x1b[10;5Hmore of it");
    assert_ne!(trimmed(&s), before);
    s.press("\u{c}");
    let until = Instant::now() + PATIENCE;
    while trimmed(&s) != before && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(trimmed(&s), before);
    s.press("q").ended();
}

/// Whether some row of the screen stands out by being reversed.
fn a_row_is_reversed(s: &pty_session::Session) -> bool {
    let seen = s.seen.lock().unwrap();
    (0..24).any(|row| seen.0.screen().cell(row, 5).is_some_and(vt100::Cell::inverse))
}

#[test]
fn t09_without_colour_the_cursor_row_is_reversed() {
    for (environment, arguments) in [(&[("NO_COLOR", "1")][..], &["demo"][..]), (&[][..], &["--color", "never", "demo"][..])] {
        let Some(mut s) = start(80, 24, environment, arguments) else { return };
        s.expect("Why it is here").expect("Enter open");
        assert!(a_row_is_reversed(&s));
        s.press("q").ended();
    }
}

#[test]
fn t09_a_theme_is_chosen_by_name() {
    let Some(mut s) = start(80, 24, &[], &["--theme", "high-contrast", "demo"]) else { return };
    s.expect("Why it is here").expect("Enter open");
    assert!(a_row_is_reversed(&s));
    s.press("q").ended();
}

#[test]
fn t11_line_by_line_nothing_is_drawn_and_everything_is_numbered() {
    let home = Home::with_charts();
    let said = home
        .feed(
            ["--plain"],
            "1\ng 1\nd 1\nu\nf creatinine\ne 1\nt\na look at the echo\nw 1\nk\nsend 1\nx\nl\nm 2\nb\nv\ns sepsis\nh 1\nnonsense\nq\n",
        )
        .ends(0)
        .out;
    for words in [
        "line by line",
        "Chart of ",
        "g 1. ",
        "End of the document.",
        "u reads the next one",
        "Means: ",
        "yes: ",
        "Taken on",
        "Noted, for you alone",
        "k 1. draft",
        "Not sent:",
        "Type h and a number",
        "Next look in 2 days.",
        "Type a number to open a chart",
        "v 2: mine",
        "not understood",
    ] {
        assert!(said.contains(words), "{words}:\n{said}");
    }
    assert!(!said.contains('\u{1b}'), "an escape sequence");
    assert!(!said.chars().any(|c| ('\u{2500}'..='\u{28ff}').contains(&c)), "boxes, bars or braille");
}

#[test]
fn t13_and_t14_nothing_reaches_the_clipboard_or_the_mouse_by_itself() {
    let Some(mut s) = demo(120, 40, &[]) else { return };
    s.expect("Why it is here").press("\r").expect("Documents").press("Y").expect("copying is off");
    let text = bytes(&s);
    for sequence in ["\u{1b}]52", "?1000h", "?1002h", "?1003h"] {
        assert!(!text.contains(sequence), "{sequence:?}");
    }
    s.press("\u{11}").ended();
}

#[test]
fn t13_where_it_is_allowed_the_words_go_out_as_osc_52() {
    let home = Home::empty();
    home.write("settings.toml", "clipboard = true\nmouse = true\n");
    let folder = home.at("").display().to_string();
    let Some(mut s) = start(120, 40, &[], &["--config", &folder, "demo", "--chart", "88120"]) else { return };
    s.expect("Documents").press("3").press("Y").expect("sent to the terminal");
    // The words that say so may be drawn a moment before.
    let until = Instant::now() + PATIENCE;
    while !bytes(&s).contains("\u{1b}]52;c;") && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    let text = bytes(&s);
    assert!(text.contains("\u{1b}]52;c;") && text.contains("?1000h"));
    s.press("\u{11}").ended();
    assert!(bytes(&s).contains("?1000l"), "the mouse is given back");
}

#[test]
fn t15_a_paste_is_no_command() {
    let Some(mut s) = demo(80, 24, &[]) else { return };
    s.expect("Why it is here").press("\u{1b}[200~q\rd\r\u{1b}[201~").expect("nothing takes a paste");
    s.press("q");
    assert_eq!(s.ended(), 0);
}

/// This terminal answers nothing at all; the first screen comes all the same, and no question is put to it.
#[test]
fn t18_a_mute_terminal_is_asked_nothing() {
    let Some(mut s) = demo(80, 24, &[]) else { return };
    s.expect("Why it is here");
    let text = bytes(&s);
    for question in ["\u{1b}[6n", "\u{1b}[c", "\u{1b}[>c", "\u{1b}]11;?", "\u{1b}[?u", "\u{1b}[5n"] {
        assert!(!text.contains(question), "{question:?}");
    }
    s.press("q").ended();
}

#[test]
fn t19_a_step_writes_little_and_nothing_is_written_while_nothing_happens() {
    let Some(mut s) = demo(120, 40, &[]) else { return };
    s.expect("Why it is here");
    let before = quiet(&s);
    let mut after = before;
    for _ in 0..6 {
        s.press("j");
        after = quiet(&s);
    }
    assert!((after - before) / 6 < 600, "{} bytes a step", (after - before) / 6);
    std::thread::sleep(Duration::from_secs(10));
    assert_eq!(s.seen.lock().unwrap().1.len(), after);
    s.press("q").ended();
}

#[test]
fn t20_a_locale_without_unicode_gets_ascii() {
    let Some(mut s) = demo(80, 24, &[("LC_ALL", "C")]) else { return };
    s.expect("Why it is here");
    let text = s.text();
    assert!(!text.chars().any(|c| ('\u{2000}'..='\u{2bff}').contains(&c)), "{text}");
    s.press("q").ended();
}

#[test]
fn t22_killed_after_a_rest_the_words_are_there() {
    let home = Home::with_charts();
    let store = home.store().display().to_string();
    let arguments = ["--store", &store, "--as", "ana"];
    let Some(mut s) = start(80, 24, &[("USER", "ana")], &arguments) else { return };
    s.expect("Why it is here").press("/rivera\r").expect("1 chart").press("\r").expect("Dr Chen").press("3").press("w").expect("ticked");
    s.press("\tkept without an act").expect("kept without an act").expect("saved ");
    s.signal("KILL");
    s.ended();
    // And the next start comes back to the draft itself.
    let Some(mut again) = start(80, 24, &[("USER", "ana")], &arguments) else { return };
    again.expect("kept without an act");
    again.press("\u{11}").ended();
}

#[test]
fn t24_a_second_window_on_the_same_store_works_and_sees_what_the_first_did() {
    let home = Home::with_charts();
    let store = home.store().display().to_string();
    let open = |who: &str| start(120, 40, &[], &["--store", &store, "--as", who]);
    let (Some(mut first), Some(mut second)) = (open("ana"), open("ben")) else { return };
    first.expect("Why it is here").press("/rivera\r").expect("1 chart");
    second.expect("Why it is here").press("/rivera\r").expect("1 chart");
    first.press("A").expect("taken on");
    second.press("r").expect("ana has it");
    second.press("\u{11}").ended();
    first.press("\u{11}").ended();
}

#[test]
fn t26_a_pipe_is_no_terminal_and_a_reader_that_leaves_is_no_error() {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_lacuna")).arg("demo").stdin(std::process::Stdio::null()).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("needs a terminal"));
    let mut many = std::process::Command::new(env!("CARGO_BIN_EXE_lacuna"))
        .arg("man")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(many.stdout.take());
    let ended = many.wait_with_output().unwrap();
    assert!(ended.stderr.is_empty(), "{}", String::from_utf8_lossy(&ended.stderr));
}

/// `query edit` hands the draft to an editor in a file of its owner alone, in the store's own folder, and nothing of it stays.
#[test]
fn t25_an_editor_gets_a_private_file_that_is_gone_afterwards() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with_charts();
    let gap = home.json(["gaps", "88120"])[0]["item"].as_str().unwrap().to_owned();
    let id = home.json(["query", "new", "88120", "--gap", &gap])["row"]["id"].as_i64().unwrap().to_string();
    let seen = home.at("seen");
    let script = format!(
        "#!/bin/sh\nstat -c '%a %n' \"$1\" > {}\nsed -i 's/^Title:.*/Title: Clinical clarification: renal course/' \"$1\"\n",
        seen.display()
    );
    let editor = home.write("editor.sh", script);
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).unwrap();
    let ended = home.process().env("EDITOR", editor.display().to_string()).args(["query", "edit", &id, "--editor"]).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let told = std::fs::read_to_string(seen).unwrap();
    let (mode, path) = told.trim().split_once(' ').unwrap();
    assert_eq!(mode, "600");
    assert!(path.starts_with(home.store().to_str().unwrap()), "{path}");
    assert!(!std::path::Path::new(path).exists());
    assert!(home.json(["query", "show", &id])["draft"]["title"].as_str().unwrap().contains("renal course"));
}
