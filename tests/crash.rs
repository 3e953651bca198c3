//! Power off in the middle: an import that was killed, and the same import again.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use std::process::Stdio;
use std::time::{Duration, Instant};
use support::{Home, fixtures};

const NOTES: usize = 3000;
const WORDS: [&str; 3] = ["creatinine", "\"heart failure\"", "sepsis not fever"];

/// Notes of the synthetic charts, over and over under new names, as JSON lines.
fn lines() -> String {
    let mut texts = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(fixtures("charts/source")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "md")) {
        let text = std::fs::read_to_string(file).unwrap();
        texts.extend(text.split("\n\n").filter(|p| p.len() > 40).map(str::to_owned));
    }
    assert!(texts.len() > 100);
    (0..NOTES)
        .map(|i| {
            let text = format!("{}\n{}", texts[i % texts.len()], texts[(i * 7 + 3) % texts.len()]);
            json!({ "id": format!("n{i}"), "text": text, "patient": format!("p{}", i % 97), "encounter": format!("e{}", i % 291) })
                .to_string()
                + "\n"
        })
        .collect()
}

/// Everything that must be the same however often the import was cut off.
fn state(home: &Home) -> Value {
    let doctor = home.json(["doctor"]);
    assert_eq!((&doctor["sound"], &doctor["waiting"]), (&true.into(), &0.into()));
    assert_eq!(home.json(["audit", "verify"])["verdict"], "intact");
    let totals: Vec<u64> = WORDS.iter().map(|w| home.total(w)).collect();
    json!({
        "totals": totals, "patients": doctor["patients"], "encounters": doctor["encounters"], "documents": doctor["documents"],
        "observations": doctor["observations"], "indexed": doctor["indexed"],
    })
}

/// A number between 0 and 1 that differs from run to run, printed so that a failure can be told.
fn somewhere(salt: u64) -> f64 {
    use std::hash::{BuildHasher, RandomState};
    (RandomState::new().hash_one(salt) % 1000) as f64 / 1000.0
}

/// Starts a command and kills it with SIGKILL after `time`; true when that cut it off.
fn kill_after(home: &Home, args: &[&str], time: Duration) -> bool {
    let mut child = home.process().args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(time);
    child.kill().ok();
    child.wait().unwrap().code().is_none()
}

#[test]
fn an_import_that_was_killed_ends_as_one_that_was_not() {
    let plain = Home::new();
    let file = plain.write("notes.jsonl", lines());
    let file = file.to_str().unwrap();
    let begun = Instant::now();
    assert_eq!(plain.json(["import", file])["documents"]["added"], NOTES);
    let whole = begun.elapsed();
    let expected = state(&plain);
    assert_eq!(expected["documents"], NOTES);
    assert!(expected["totals"].as_array().unwrap().iter().all(|t| t.as_u64().unwrap() > 0));

    let home = Home::new();
    let mut cut = 0;
    for attempt in 0..5_u64 {
        let part = somewhere(attempt);
        let killed = kill_after(&home, &["import", file], whole.mul_f64(0.05 + 0.7 * part));
        println!("attempt {attempt}: killed {killed} at {part:.3} of {whole:?}");
        cut += u32::from(killed);
        // Whatever is there is whole: the chain holds and every stored note can be read.
        assert_eq!(home.json(["audit", "verify"])["verdict"], "intact");
    }
    assert!(cut > 0, "no attempt was cut off");
    let again = home.json(["import", file]);
    let d = &again["documents"];
    assert_eq!(d["added"].as_u64().unwrap() + d["unchanged"].as_u64().unwrap(), NOTES as u64);
    assert_eq!((&d["new_versions"], &d["rejected"]), (&0.into(), &0.into()));
    assert_eq!(state(&home), expected);
}

#[test]
fn an_index_whose_making_was_killed_counts_truly_afterwards() {
    let home = Home::new();
    let file = home.write("notes.jsonl", lines());
    home.json(["import", file.to_str().unwrap()]);
    let begun = Instant::now();
    let total = home.total(WORDS[0]);
    let whole = begun.elapsed();
    for attempt in 0..3_u64 {
        let part = somewhere(attempt);
        let killed = kill_after(&home, &["doctor", "--rebuild-index"], whole.mul_f64(0.1 + 0.6 * part));
        println!("attempt {attempt}: killed {killed} at {part:.3} of {whole:?}");
        assert_eq!(home.total(WORDS[0]), total);
    }
    assert_eq!(home.json(["doctor"])["sound"], true);
}

#[test]
fn an_interrupt_stops_an_import_with_a_report_and_the_same_command_goes_on() {
    let home = Home::new();
    const COPIES: usize = 8;
    let copy = |n: usize| lines().replace("{\"id\":\"n", &format!("{{\"id\":\"{n}-"));
    let file = home.write("notes.jsonl", (0..COPIES).map(copy).collect::<String>());
    let file = file.to_str().unwrap();
    let mut child =
        home.process().args(["--json", "import", file]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Once the run stands in the store's log, the import is under way.
    let log = home.store().join("lacuna.db-wal");
    while !log.metadata().is_ok_and(|m| m.len() > 0) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be interrupted");
        std::thread::sleep(Duration::from_millis(2));
    }
    let id = rustix::process::Pid::from_raw(child.id().cast_signed()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(2), "{}", String::from_utf8_lossy(&ended.stderr));
    let report: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(report["stopped"], true);
    let stored = report["documents"]["added"].as_u64().unwrap();
    assert!(stored < (COPIES * NOTES) as u64, "it was not stopped");
    assert_eq!(home.json(["import", "report"])[0]["ended"], Value::Null);
    let rest = home.json(["import", file]);
    assert_eq!(rest["documents"]["added"].as_u64().unwrap() + stored, (COPIES * NOTES) as u64);
    assert_eq!(rest["documents"]["unchanged"], stored);
}
