//! The fields that other programs rely on, and that the same input gives the same output.

use crate::support::{Home, fixtures};
use serde_json::Value;
use std::collections::BTreeSet;

#[track_caller]
fn has(value: &Value, fields: &[&str]) {
    let there: BTreeSet<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    for field in fields {
        assert!(there.contains(field), "{field} is not in {there:?}");
    }
}

fn charts() -> String {
    fixtures("charts").to_str().unwrap().to_owned()
}

#[test]
fn an_import_again_adds_nothing_and_finds_all_unchanged() {
    let home = Home::new();
    let first = home.json(["import", &charts()]);
    has(&first, &["documents", "encounters", "observations", "rejects"]);
    has(&first["documents"], &["added", "unchanged", "new_versions", "rejected"]);
    let added = first["documents"]["added"].as_u64().unwrap();
    assert!(added > 100, "{added} documents");
    assert!(first["encounters"].as_u64().unwrap() >= 13 && first["observations"].as_u64().unwrap() > 0);
    assert_eq!(first["rejects"], serde_json::json!([]));

    let again = home.json(["import", &charts()]);
    assert_eq!(again["documents"], serde_json::json!({ "added": 0, "unchanged": added, "new_versions": 0, "rejected": 0 }));
    assert_eq!((&again["encounters"], &again["observations"], &again["other"]), (&0.into(), &0.into(), &0.into()));
}

#[test]
fn a_reject_names_source_line_what_why_and_hint() {
    let home = Home::new();
    let file = home.write("notes.jsonl", "{\"id\":\"a\",\"text\":\"Fine.\"}\n{\"id\":\"b\"}\n");
    let ran = home.run(["--json", "import", file.to_str().unwrap()]).ends(2).quiet().json();
    assert_eq!((&ran["documents"]["added"], &ran["documents"]["rejected"]), (&1.into(), &1.into()));
    let reject = &ran["rejects"][0];
    has(reject, &["source", "line", "what", "why", "hint"]);
    assert_eq!((reject["source"].as_str(), reject["line"].as_u64()), (file.to_str(), Some(2)));
}

#[test]
fn a_search_has_its_fields_and_marks_inside_its_snippets() {
    let home = Home::with_charts();
    let page = home.json(["search", "\"heart failure\"", "--limit", "5"]);
    has(&page, &["total", "took_ms", "hits"]);
    let hits = page["hits"].as_array().unwrap();
    assert!(!hits.is_empty() && hits.len() <= 5);
    for hit in hits {
        has(hit, &["document", "encounter", "patient", "type", "author", "date", "score", "snippet", "marks"]);
        let snippet = hit["snippet"].as_str().unwrap();
        for mark in hit["marks"].as_array().unwrap() {
            let at = |i: usize| usize::try_from(mark[i].as_u64().unwrap()).unwrap();
            assert!(snippet.get(at(0)..at(1)).is_some_and(|s| !s.is_empty()));
        }
    }
    let by_date = home.json(["search", "creatinine or patient or heart", "--sort", "date", "--limit", "50"]);
    let dates: Vec<&str> = by_date["hits"].as_array().unwrap().iter().filter_map(|h| h["date"].as_str()).collect();
    assert!(dates.len() > 2 && dates.is_sorted_by(|a, b| a >= b), "newest first: {dates:?}");
}

#[test]
fn gaps_have_their_fields_and_come_out_the_same_twice() {
    let home = Home::with_charts();
    let list = || home.run(["--json", "gaps", "--all", "--as-of", "2026-11-19T08:42:00-05:00"]).ends(0).quiet().out;
    let first = list();
    assert_eq!(first, list(), "with an instant");
    let now = |home: &Home| home.run(["--json", "gaps", "--all"]).ends(0).quiet().out;
    let uncached = now(&home);
    assert_eq!(uncached, now(&home), "from the cache");
    assert_eq!(uncached, now(&Home::with_charts()), "from another store of the same charts");

    let gaps: Vec<Value> = serde_json::from_str(&first).unwrap();
    assert!(gaps.len() > 20);
    for gap in &gaps {
        has(gap, &["item", "checklist", "version", "kind", "missing", "severity", "title", "why", "encounter"]);
        has(gap, &["evidence", "counter_evidence", "searched", "state"]);
        for proof in gap["evidence"].as_array().unwrap() {
            match proof.get("document") {
                Some(_) => has(proof, &["document", "start", "end", "quote", "date", "author", "type"]),
                None => has(proof, &["observation", "name", "value", "unit", "date"]),
            }
        }
    }
    let encounters: BTreeSet<&str> = gaps.iter().map(|g| g["encounter"].as_str().unwrap()).collect();
    assert!(encounters.contains("88047"), "the sender's identifier: {encounters:?}");
}

#[test]
fn a_reading_has_its_fields() {
    let home = Home::empty();
    let text = "HPI: Known systolic CHF, EF 30%. No sepsis.\n";
    let one = home.feed(["--json", "read", "-"], text).ends(0).quiet().json();
    let fields = ["document_type", "sections", "mentions", "measurements", "elements", "conditions"];
    has(&one, &fields);
    has(&one, &["gaps"]);
    for mention in one["mentions"].as_array().unwrap() {
        has(mention, &["concept", "text", "start", "end", "section", "assertion", "negated", "possible", "historical", "hypothetical"]);
        let at = |name: &str| usize::try_from(mention[name].as_u64().unwrap()).unwrap();
        assert_eq!(text.get(at("start")..at("end")), mention["text"].as_str());
    }
    let line = serde_json::json!({ "id": "n1", "text": text, "terms": ["sepsis"] }).to_string();
    let out = home.feed(["read", "--jsonl"], format!("{line}\n\n{line}\n")).ends(0).quiet().out;
    assert_eq!(out.lines().count(), 2);
    for answer in out.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()) {
        has(&answer, &fields);
        assert_eq!((&answer["id"], &answer["terms"][0]["negated"]), (&"n1".into(), &true.into()));
    }
}

#[test]
fn a_search_or_a_list_that_finds_nothing_ends_with_1() {
    let home = Home::with_charts();
    let page = home.run(["--json", "search", "zyzzyva"]).ends(1).quiet().json();
    assert_eq!((&page["total"], &page["hits"]), (&0.into(), &serde_json::json!([])));
    let mut clean = 0;
    for encounter in ["88021", "88102", "88047", "88085"] {
        let ran = home.run(["--json", "gaps", encounter, "--as-of", "2026-11-19T08:42:00-05:00"]).calm().quiet();
        let empty = ran.json().as_array().unwrap().is_empty();
        assert_eq!(ran.code, Some(i32::from(empty)), "{encounter}");
        clean += usize::from(empty);
    }
    assert_eq!(clean, 2);
}

#[test]
fn an_encounter_has_three_names_and_a_wrong_one_is_told() {
    let home = Home::with_charts();
    let chart = home.json(["chart", "88047"]);
    let number = format!("#{}", chart["encounter"]["id"].as_i64().unwrap());
    assert_eq!(home.json(["chart", &number])["encounter"]["identifier"], chart["encounter"]["identifier"]);
    for command in [
        vec!["chart", "nobody"],
        vec!["gaps", "nobody"],
        vec!["explain", "nobody", "RENAL-01"],
        vec!["review", "nobody", "--next", "1"],
        vec!["dismiss", "nobody", "x", "--reason", "other"],
        vec!["query", "new", "nobody"],
        vec!["search", "fever", "--encounter", "nobody"],
    ] {
        let failure = home.run(["--json"].into_iter().chain(command.iter().copied())).ends(2).failure();
        assert_eq!(failure["source"], "nobody", "{command:?}");
        assert!(failure["hint"].is_string(), "{command:?}");
    }
}

#[test]
fn a_search_in_one_encounter_counts_as_the_search_in_all_of_them_does() {
    let home = Home::with_charts();
    for words in ["creatinine", "not fever"] {
        let everywhere = home.total(&format!("{words} encounter:88047"));
        for name in ["enc-88047", "88047"] {
            let within = home.run(["--json", "search", words, "--encounter", name]).calm().quiet().json();
            assert_eq!(within["total"].as_u64(), Some(everywhere), "{words} in {name}");
        }
    }
}
