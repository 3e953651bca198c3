//! Hostile texts through the real program: a sample of `fixtures/terminal/hostile.jsonl` in notes, names and queries, on a real terminal and
//! through the commands. The long form, with every text in every field and every command, is `scripts/hostile.py`.
#![cfg(all(unix, feature = "tui"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[allow(dead_code)]
mod pty_session;
#[allow(dead_code)]
mod support;

use serde_json::{Value, json};
use support::Home;

/// Every so many of the texts that are texts and hold no NUL (a note with one is refused).
fn sample(every: usize) -> Vec<String> {
    let table = std::fs::read_to_string(support::fixtures("terminal/hostile.jsonl")).unwrap();
    let rows = table.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let texts = rows.filter_map(|row| row["text"].as_str().map(str::to_owned)).filter(|t| !t.contains('\0') && t.len() < 2000);
    texts.step_by(every).collect()
}

/// A store with a chart for each of the texts, which stands in every field that a line of JSON has.
fn store(texts: &[String]) -> Home {
    let home = Home::new();
    let line = |(n, text): (usize, &String)| {
        json!({"id": format!("n{n}"), "text": format!("ASSESSMENT: creatinine. {text}\n"), "title": text, "author": text, "service": text,
               "patient": format!("p{n}"), "encounter": text, "type": "progress_note"})
        .to_string()
            + "\n"
    };
    let file = home.write("notes.jsonl", texts.iter().enumerate().map(line).collect::<String>());
    let ran = home.run(["--json", "import", file.to_str().unwrap()]);
    assert_eq!(clean(&ran.out), None);
    home
}

fn hides(c: char) -> bool {
    matches!(u32::from(c), 0xad | 0x34f | 0x61c | 0x180b..=0x180f | 0x200b | 0x200c | 0x200e | 0x200f | 0x2028..=0x202e | 0x2060..=0x206f
        | 0x3164 | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0xe0000..=0xe0fff)
}

/// The first character that must not reach a terminal, with what stands before it.
fn clean(text: &str) -> Option<String> {
    let at = text.find(|c: char| (c.is_control() && c != '\n') || hides(c))?;
    Some(text[..at].chars().rev().take(30).collect::<String>().chars().rev().chain(text[at..].chars().take(8)).collect())
}

/// The first stretch of what a terminal was sent that is not ours: our own sequences have known forms and no number of the texts'.
fn foreign(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().replace('\r', "");
    if let Some(bad) = clean(&first) {
        return Some(bad);
    }
    for part in parts {
        let body = part.strip_prefix('[').unwrap_or("]");
        let end = body.find(|c: char| !(c.is_ascii_digit() || matches!(c, ';' | '?' | '>' | '$'))).unwrap_or(body.len());
        let known = match body[end..].chars().next() {
            Some('m' | 'H' | 'J' | 'K' | 'h' | 'l' | 'c' | 'n' | 'u' | 't' | 'q') => !body[..end].contains("4242"),
            _ => false,
        };
        // A question for the background colour is asked once, at the start.
        let asks = part.starts_with("]11;?") || part == "\\";
        let rest = body.get(end + 1..).unwrap_or_default().replace('\r', "");
        if !asks && (!known || clean(&rest).is_some()) {
            return Some(part.chars().take(40).collect());
        }
    }
    None
}

#[test]
fn the_real_interface_sends_the_terminal_nothing_that_is_not_its_own() {
    let home = store(&sample(6));
    let store = home.store().display().to_string();
    for (width, height) in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        let Some(mut s) = pty_session::start(width, height, &[("USER", "ana")], &["--store", &store, "--as", "ana"]) else { return };
        s.expect("charts");
        // On to the view that has them.
        for _ in 0..9 {
            if s.text().contains("not given") {
                break;
            }
            s.press("V");
            std::thread::sleep(std::time::Duration::from_millis(400));
        }
        s.expect("not given").press("jj\r").expect("day not given").press("2").expect("ASSESSMENT");
        for keys in ["1\r", "G", "2", "o", "\u{1b}", "3", "4", "5", "e", "\u{1b}", "?", "\u{1b}", "s", "creatinine\r"] {
            s.press(keys);
            std::thread::sleep(std::time::Duration::from_millis(60));
        }
        s.expect("creatinine").press("\u{11}");
        s.ended();
        let seen = s.seen.lock().unwrap().1.clone();
        assert!(seen.len() > 2000);
        assert_eq!(foreign(&seen), None, "{width}x{height}");
    }
}

/// What the check is made to see.
#[test]
fn a_sequence_that_is_not_ours_is_found() {
    assert_eq!(foreign(b"\x1b[1;1Hab\x1b[0m\x1b[?25h\r\n"), None);
    for bad in ["\u{1b}[4242m", "\u{1b}]52;c;eA==\u{7}", "a\u{9b}31m", "\u{1b}c", "\u{1b}[2Jx\u{202e}", "\u{7}", "\u{1b}Pq\u{1b}\\"] {
        assert!(foreign(format!("ok\u{1b}[0m{bad}").as_bytes()).is_some(), "{bad:?}");
    }
}

#[test]
fn every_list_note_and_error_is_harmless_plain_and_as_json_and_nothing_is_lost() {
    let texts = sample(24);
    let home = store(&texts);
    let check = |args: &[&str]| {
        let ran = home.run(args).calm();
        assert_eq!((clean(&ran.out), clean(&ran.err)), (None, None), "{args:?}");
        ran
    };
    for args in [
        &["worklist", "--view", "all"][..],
        &["search", "creatinine"],
        &["gaps", "--all"],
        &["audit", "show"],
        &["export", "--all"],
        &["import", "report", "1"],
    ] {
        check(args);
        check(&[&["--json"], args].concat());
    }
    for (n, text) in texts.iter().enumerate() {
        let note = check(&["--json", "note", &format!("n{n}")]);
        assert_eq!(note.json()["text"].as_str(), Some(format!("ASSESSMENT: creatinine. {text}\n").as_str()));
        check(&["note", text]);
        check(&["--json", "chart", text]);
    }
}

/// Messages and tables for other systems are theirs byte for byte, and harmless where a person looks at them.
#[test]
fn an_export_of_queries_to_a_terminal_is_made_harmless() {
    let home = Home::with_charts();
    let hostile = "renal \u{1b}[4242m function \u{9b}4242m \u{202e}";
    home.json(["me", "--name", "Ana Ruiz, RN, CCDS", "--contact", "ext. 4417"]);
    let id = home.json(["query", "new", "88120", "--gap", "C01-specificity"])["row"]["id"].to_string();
    assert_eq!(home.json(["query", "send", &id])["row"]["state"], "sent");
    home.json(["query", "answer", &id, "--text", hostile, "--by", "Dr Chen"]);
    let store = home.store().display().to_string();
    for form in ["text", "markdown", "html", "json", "fhir", "hl7", "csv"] {
        let arguments = ["--store", &store, "--as", "ana", "query", "export", &id, "--form", form];
        let Some(mut s) = pty_session::start(120, 40, &[("USER", "ana")], &arguments) else { return };
        assert_eq!(s.ended(), 0, "{form}");
        std::thread::sleep(std::time::Duration::from_millis(200));
        let seen = String::from_utf8_lossy(&s.seen.lock().unwrap().1).replace("\r\n", "\n");
        assert!(seen.len() > 100, "{form}: {seen}");
        assert_eq!(clean(&seen), None, "{form}");
    }
}
