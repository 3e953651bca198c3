//! The engine against the brute-force evaluator over real dictated notes. Runs where `LACUNA_SHARED` names the folder that holds them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::Path;

use lacuna_index::{Change, Engine, Entry, Page, Query, Sort, Stop, marks, matches};
use serde_json::Value;

/// Queries beside those of the file: clinical tokens and each part of the grammar.
const MORE: &[&str] = &[
    "b.i.d.",
    "c-diff",
    "120/80",
    "mg/dl",
    "s/p",
    "\"s/p *\"",
    "1.2",
    "10,000",
    "h&p",
    "x-ray",
    "\"congestive heart failure\"",
    "heart near/1 failure",
    "not patient",
    "(fever or chills) not denies",
    "\"no acute distress\"",
    "type:consult* pneumonia",
    "pneumo* not pneumonia",
    "diabetis~",
    "date:2025-01..2025-06 sepsis",
    "patient's",
    "\"rule* out\"",
    "\"chest pain\" near/6 (denies or denied or no)",
];

fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A query of the file in our language.
fn translated(query: &Value) -> String {
    let part = |part: &Value| {
        if let Some(near) = part.get("near").and_then(Value::as_array) {
            let words: Vec<&str> = near.iter().filter_map(Value::as_str).collect();
            return words.join(&format!(" near/{} ", part["slop"]));
        }
        match part.get("fz") {
            Some(word) => format!("{}~{}", word.as_str().unwrap(), part["d"]),
            None if part.get("pre").is_some() => format!("{}*", text(part, "pre")),
            None if part.get("p").is_some() => format!("\"{}\"", text(part, "p")),
            None => text(part, "t").to_owned(),
        }
    };
    let list = |name: &str| query.get(name).and_then(Value::as_array).into_iter().flatten().map(part).collect::<Vec<_>>();
    let mut all = list("must");
    let should = list("should");
    if !should.is_empty() {
        all.push(format!("({})", should.join(" or ")));
    }
    all.extend(list("not").into_iter().map(|p| format!("not {p}")));
    let specialty = text(query, "specialty");
    if !specialty.is_empty() {
        all.push(format!("type:\"{specialty}\""));
    }
    if let Some(range) = query.get("date").and_then(Value::as_array) {
        let day = |v: &Value| v.as_i64().map(|d| format!("{:04}-{:02}-{:02}", d / 10_000, d / 100 % 100, d % 100)).unwrap();
        all.push(format!("date:{}..{}", day(&range[0]), day(&range[1])));
    }
    all.join(" ")
}

#[test]
fn real_notes_are_found_the_same_both_ways() {
    let Some(shared) = std::env::var_os("LACUNA_SHARED") else {
        println!("skipped: LACUNA_SHARED names no folder");
        return;
    };
    let data = Path::new(&shared).join("data");
    if !data.join("mtsamples.jsonl").exists() {
        println!("skipped: there is no mtsamples.jsonl under LACUNA_SHARED");
        return;
    }
    let notes = read(&data.join("mtsamples.jsonl"));
    let types: Vec<String> = notes
        .iter()
        .map(|n| n["specialties"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("; "))
        .collect();
    let entries: Vec<Entry<'_>> = notes
        .iter()
        .zip(&types)
        .zip(1_u64..)
        .map(|((note, document_type), key)| {
            // The notes carry no dates: spread them over three years.
            let date = i64::try_from(key * 7919 % 1096).ok().map(|day| 1_672_531_200 + day * 86_400);
            Entry { key, text: text(note, "text"), document_type, mrn: text(note, "id"), date, ..Entry::default() }
        })
        .collect();
    let engine = Engine::memory().unwrap();
    engine.apply(entries.iter().map(|e| Change::Put(*e)), 1, &Stop::new()).unwrap();

    let mut queries: Vec<String> = read(&data.join("search_queries.jsonl")).iter().map(translated).collect();
    queries.extend(MORE.iter().map(|q| (*q).to_owned()));
    let mut found_some = 0;
    for typed in &queries {
        let query = Query::parse(typed).0;
        let expected: Vec<&Entry<'_>> = entries.iter().filter(|e| matches(&query, e)).collect();
        let page = Page { limit: entries.len(), sort: Sort::Score, ..Page::default() };
        let found = engine.search(&query, page, &Stop::new()).unwrap();
        let mut keys: Vec<u64> = found.hits.iter().map(|h| h.key).collect();
        keys.sort_unstable();
        assert_eq!(found.total, expected.len() as u64, "{typed}");
        assert_eq!(keys, expected.iter().map(|e| e.key).collect::<Vec<_>>(), "{typed}");
        found_some += usize::from(found.total > 0);
        println!("{:6} {typed}", found.total);
        for entry in expected.iter().take(20) {
            let positive = !typed.starts_with("not ");
            assert_eq!(!marks(&query, entry.text).is_empty(), positive, "{typed}");
        }
    }
    assert!(found_some * 3 > queries.len() * 2, "most queries find something");
}
