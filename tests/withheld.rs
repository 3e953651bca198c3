//! Documents of a class that nobody is shown by default: kept, said, and in nothing that a person looks through.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::json;
use support::{Home, PASSPHRASE, Ran};

const REASON: &str = "the patient asked for it at the bedside";
const BEN: &str = "four words of ben";

/// An ordinary note, one of each class, and a psychiatric consult that only looks like one.
fn notes() -> String {
    let note = |id: &str, title: &str, service: &str, text: &str| {
        json!({"id": id, "title": title, "service": service, "text": text, "patient": "p1", "encounter": "e1"}).to_string() + "\n"
    };
    let part2 = "Group held. zqotterword. CIWA 12.\n42 CFR part 2 prohibits unauthorized use or disclosure of these records.";
    note("plain", "Progress note", "", "Assessment: zqplainword. Acute kidney injury.")
        + &note("therapy", "Psychotherapy note", "", "Session 4. zqsecretword about the marriage. Heart failure.")
        + &note("part2", "Progress note", "", part2)
        + &note("consult", "Psychiatry consult", "Psychiatry", "zqconsultword. Major depressive disorder.")
}

fn total(ran: Ran) -> u64 {
    ran.json()["total"].as_u64().unwrap()
}

#[test]
fn what_is_withheld_is_in_no_list_search_gap_or_export_and_is_said() {
    let home = Home::new();
    let file = home.write("notes.jsonl", notes());
    home.json(["import", file.to_str().unwrap()]);
    let search = |word: &str| total(home.run(["--json", "search", word]).calm().quiet());
    assert_eq!((search("zqplainword"), search("zqconsultword"), search("zqsecretword"), search("zqotterword")), (1, 1, 0, 0));
    let chart = home.json(["chart", "e1"]);
    let ids: Vec<&str> = chart["documents"].as_array().unwrap().iter().map(|d| d["identifier"].as_str().unwrap()).collect();
    assert!(ids.len() == 2 && ids.contains(&"plain") && ids.contains(&"consult"), "{ids:?}");
    let withheld: Vec<(&str, &str)> =
        chart["withheld"].as_array().unwrap().iter().map(|w| (w["document"].as_str().unwrap(), w["class"].as_str().unwrap())).collect();
    assert_eq!(withheld, [("part2", "substance_use"), ("therapy", "psychotherapy")]);
    let plain = home.run(["chart", "e1"]).ends(0).out;
    assert!(plain.contains("withheld: psychotherapy note") && plain.contains("withheld: substance use treatment record"));
    for command in [
        &["export", "e1"][..],
        &["export", "--all", "--form", "csv"],
        &["export", "--all", "--findings"],
        &["gaps", "--all", "--json"],
        &["worklist"],
        &["query", "list"],
    ] {
        let ran = home.run(command).calm();
        assert!(!ran.out.contains("zqsecretword") && !ran.out.contains("zqotterword") && !ran.out.contains("therapy"), "{command:?}");
    }
    let exported = home.run(["export", "e1"]).ends(0);
    assert!(exported.err.contains("2 documents are withheld"), "{}", exported.err);
    assert_eq!(home.json(["doctor"])["sound"], true);
}

#[test]
fn without_a_login_it_takes_a_reason_that_goes_into_the_log() {
    let home = Home::new();
    let file = home.write("notes.jsonl", notes());
    home.json(["import", file.to_str().unwrap()]);
    let refused = home.run(["note", "therapy"]).ends(3);
    assert!(
        refused.out.is_empty() && refused.err.contains("psychotherapy note") && refused.err.contains("--break-glass"),
        "{}",
        refused.err
    );
    assert!(home.run(["--break-glass", REASON, "note", "therapy"]).ends(0).out.contains("zqsecretword"));
    home.run(["note", "plain"]).ends(0);
    let log = home.json(["audit", "show"]);
    let outcomes: Vec<&str> = log
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["action"] == "document.psychotherapy")
        .map(|e| e["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["refused", "ok"]);
    assert!(log.as_array().unwrap().iter().any(|e| e["action"] == "break_glass" && e["detail"] == REASON));
}

#[test]
fn no_role_opens_it_and_an_emergency_opens_it_for_those_who_have_charts_or_not() {
    let (home, _) = Home::locked();
    let file = home.write("notes.jsonl", notes());
    home.with_secrets("ana", &[PASSPHRASE], ["import", file.to_str().unwrap()]).ends(0);
    for role in ["specialist", "physician_advisor", "coder"] {
        home.with_secrets("ana", &[PASSPHRASE, BEN], ["user", "add", role, "--role", role]).ends(0);
        for document in ["therapy", "part2"] {
            let refused = home.with_secrets(role, &[BEN], ["note", document]).ends(3);
            assert!(refused.out.is_empty() && refused.err.contains("nobody is shown by default"), "{role}: {}", refused.err);
            home.with_secrets(role, &[BEN], ["--break-glass", REASON, "note", document]).ends(0);
        }
        home.with_secrets(role, &[BEN], ["note", "consult"]).ends(0);
    }
    home.with_secrets("ana", &[PASSPHRASE], ["note", "therapy"]).ends(3);
    assert_eq!(total(home.with_secrets("ana", &[PASSPHRASE], ["--json", "search", "zqsecretword"]).calm()), 0);
    home.with_secrets("ana", &[PASSPHRASE], ["audit", "verify"]).ends(0);
}

/// A document that came in before its class was known is told apart when the store is opened, and leaves the index.
#[test]
fn a_note_that_becomes_of_a_class_leaves_chart_and_index() {
    let home = Home::new();
    let first = json!({"id": "n", "title": "Progress note", "text": "zqsecretword today.", "patient": "p1", "encounter": "e1"}).to_string();
    let file = home.write("a.jsonl", first + "\n");
    home.json(["import", file.to_str().unwrap()]);
    assert_eq!(home.total("zqsecretword"), 1);
    let second =
        json!({"id": "n", "title": "Psychotherapy note", "text": "zqsecretword today.", "patient": "p1", "encounter": "e1"}).to_string();
    let file = home.write("b.jsonl", second + "\n");
    home.json(["import", file.to_str().unwrap()]);
    assert_eq!(home.total("zqsecretword"), 0);
    // The earlier version is no way around it.
    home.run(["note", "n", "--version", "1"]).ends(3);
    assert_eq!(home.json(["chart", "e1"])["withheld"].as_array().unwrap().len(), 1);
}
