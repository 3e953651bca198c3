//! Totals are what counting by hand gives, and marks spell words of the query: over all texts of a store, through the real program.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use lacuna::reading::{Reading, read};
use lacuna::store::{DocumentForIndex, Key, Store};
use lacuna::work::{Annotated, Clock, Desk, Known, LocalDesk, SearchRequest, Session};
use lacuna_index::{Entry, Query, Stop, matches, narrowed};
use std::sync::Arc;
use support::{Home, shared};

/// Words, phrases, near, prefixes, slips, operators, fields, dates, clinical tokens; some that find nothing.
const QUERIES: &[&str] = &[
    "creatinine",
    "Creatinine",
    "\"heart failure\"",
    "\"congestive heart failure\"",
    "heart failure",
    "sepsis or pneumonia",
    "sepsis and not pneumonia",
    "not sepsis",
    "fever (cough or dyspnea)",
    "\"chest pain\" not \"no chest pain\"",
    "heart near/5 failure",
    "acute near/3 kidney",
    "creat*",
    "pneumon*",
    "pnuemonia~",
    "creatinin~",
    "mg",
    "mg/dL",
    "b.i.d.",
    "BID",
    "s/p",
    "2+",
    "1.2",
    "120/80",
    "HFrEF",
    "type:discharge",
    "type:discharge creatinine",
    "type:progress not lasix",
    "author:ibarra",
    "date:2026-11",
    "date:2026-11-15..",
    "date:..2026-11-14 creatinine",
    "the of and",
    "a",
    "zyzzyva",
    "\"zyzzyva heart\"",
    "(((",
    "\"unclosed phrase",
    "patient not (patient)",
    "wound near/10 stage",
    "chf",
    "sepsis is:negated",
    "section:plan lasix",
    "creatinine > 1.5 section:labs",
    "encounter:88047",
    "\"the patient was\"",
    "type:note",
    "type:=discharge_summary",
    "author:none",
    "service:none",
    "1000mg",
    "40mg",
];

/// A document as the search sees it, put together here anew.
fn entry<'d>(d: &'d DocumentForIndex, read: &'d Annotated<'_>) -> Entry<'d> {
    let document = &d.document;
    Entry {
        key: d.key,
        text: &document.text,
        document_type: document.document_type.unwrap_or_default().name(),
        title: document.title.as_deref(),
        author: document.author.as_ref().and_then(|a| a.name.as_deref()).unwrap_or_default(),
        service: &d.service,
        patient: &d.patient_name,
        mrn: &d.mrn,
        encounter: d.encounter.as_deref().unwrap_or_default(),
        stay: document.encounter.as_deref().unwrap_or_default(),
        date: document.time.map(|t| t.written_seconds()),
        notes: read.notes(),
    }
}

fn stored(home: &Home) -> Vec<DocumentForIndex> {
    let store = Store::open(&home.store(), &Key::None).unwrap();
    store.documents_for_index(0, usize::MAX >> 1).unwrap()
}

/// Counts by hand, asks the program, and compares; gives how many queries found something.
fn compare(home: &Home, documents: &[DocumentForIndex], queries: &[&str]) -> usize {
    let mut found = 0;
    let mut faults = Vec::new();
    let readings: Vec<Reading> = documents.iter().map(|d| read(&d.document.text, d.document.type_hint())).collect();
    let annotated: Vec<Annotated<'_>> = documents.iter().zip(&readings).map(|(d, r)| Annotated::of(&d.document.text, r)).collect();
    for text in queries {
        let (query, _) = Query::read(text, &Known::lexicon());
        let expected: Vec<&DocumentForIndex> =
            documents.iter().zip(&annotated).filter(|(d, a)| matches(&query, &entry(d, a))).map(|(d, _)| d).collect();
        let page = home.run(["--json", "search", "--limit", "10", "--", text]).calm().quiet().json();
        if page["total"].as_u64() != Some(expected.len() as u64) {
            faults.push(format!("{text}: {} instead of {}", page["total"], expected.len()));
        }
        assert_eq!(page["hits"].as_array().unwrap().len(), expected.len().min(10), "{text}");
        found += usize::from(!expected.is_empty());
        for hit in page["hits"].as_array().unwrap() {
            let name = hit["document"].as_str().unwrap();
            let source = expected.iter().find(|d| d.document.identifier == name).unwrap_or_else(|| panic!("{text}: {name} does not match"));
            let snippet = hit["snippet"].as_str().unwrap();
            assert!(source.document.text.contains(snippet), "{text}: the snippet stands in {name}");
            for mark in hit["marks"].as_array().unwrap() {
                let at = |i: usize| usize::try_from(mark[i].as_u64().unwrap()).unwrap();
                let marked = snippet.get(at(0)..at(1)).unwrap_or_else(|| panic!("{text}: a mark outside the snippet"));
                // What is marked, as a text of its own, must be what the words of the query are about.
                if !query.needs_annotations() && query.synonyms().is_empty() && !spells(text, marked) {
                    faults.push(format!("{text}: {marked:?} is marked in {name}"));
                }
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    found
}

/// Whether a marked stretch is spelt by the query: each of its words is one of the query's, begins like one with a star, or is
/// within two slips of one with a tilde; what only parts words does not count.
fn spells(query: &str, marked: &str) -> bool {
    let bare = |w: &str| w.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let words: Vec<&str> = query.split(|c: char| c.is_whitespace() || "()\"".contains(c)).filter(|w| !w.is_empty()).collect();
    let all: String = words.iter().map(|w| bare(w)).collect();
    let pieces = marked.split(char::is_whitespace).map(bare).filter(|w| !w.is_empty());
    pieces.into_iter().all(|piece| {
        words.iter().any(|word| match (word.strip_suffix('*'), word.strip_suffix('~')) {
            (Some(stem), _) => piece.starts_with(&bare(stem)),
            (_, Some(near)) => distance(&piece, &bare(near)) <= 2,
            _ => bare(word) == piece,
        }) || all.contains(&piece)
    })
}

/// Letters changed, left out, put in or swapped.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut d = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            d[i][j] = match (i, j) {
                (0, n) | (n, 0) => n,
                _ => (d[i - 1][j] + 1).min(d[i][j - 1] + 1).min(d[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1])),
            };
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                d[i][j] = d[i][j].min(d[i - 2][j - 2] + 1);
            }
        }
    }
    d[a.len()][b.len()]
}

#[test]
fn a_total_over_the_charts_is_what_counting_gives() {
    let home = Home::with_charts();
    let documents = stored(&home);
    assert!(documents.len() > 100);
    let found = compare(&home, &documents, QUERIES);
    assert!(found >= 25, "{found} of {} queries find something", QUERIES.len());
}

/// Every value of every facet of some searches, chosen: its count, and what it gives.
fn chosen(home: &Home) -> usize {
    let store = Arc::new(Store::open(&home.store(), &Key::None).unwrap());
    let desk = LocalDesk::new(store, Session::begin(Some("ana"), Clock::Host).unwrap(), None, "test").unwrap();
    let ask = |text: &str| desk.search(&SearchRequest { text, limit: 1, ..SearchRequest::default() }, &Stop::new()).unwrap();
    let mut seen = 0;
    for typed in ["not zyzzyva", "fever or cough"] {
        for (field, values) in ask(typed).facets {
            for (value, count) in values {
                let query = narrowed(typed, &field, &value);
                assert_eq!(ask(&query).total, count, "{query}");
                seen += 1;
            }
        }
    }
    seen
}

#[test]
fn the_count_of_a_value_was_not_what_choosing_it_gave() {
    let home = Home::with_charts();
    // What has no type, no author and no service, and services that share words.
    let line = |id: &str, service: Option<&str>| {
        format!("{}\n", serde_json::json!({ "id": id, "text": "Fever and cough, creatinine 2.", "service": service }))
    };
    let services = [None, Some("Surgery"), Some("Surgery, Orthopedic"), Some("Surgery (\"Trauma\")"), None];
    let lines: String = services.iter().enumerate().map(|(n, service)| line(&format!("u{n}"), *service)).collect();
    let file = home.write("more.jsonl", lines);
    home.json(["import", file.to_str().unwrap()]);
    let seen = chosen(&home);
    assert!(seen > 40, "{seen}");
    assert_eq!(home.total("service:=surgery fever"), 1);
    assert!(home.total("service:surgery fever") >= 3);
    assert!(home.total("type:note fever") >= 5, "notes without a type are called so on the screen");
}

#[test]
fn a_gap_by_another_name_of_its_condition_meant_nothing() {
    let home = Home::with_charts();
    let stays = |query: &str| home.run(["--json", "search", "--", query]).calm().quiet().json();
    assert!(stays("gap:heart_failure")["total"].as_u64().unwrap() > 0);
    assert_eq!(stays("gap:hf")["total"], stays("gap:heart_failure")["total"]);
    assert_eq!(stays("gap:hf")["issues"], serde_json::json!([]));
    let issues = stays("gap:malnutritoin")["issues"].to_string();
    assert!(issues.contains("gap:malnutrition") || issues.contains("malnutrition ?"), "{issues}");
}

#[test]
fn a_total_after_changes_is_what_counting_gives() {
    let home = Home::with_charts();
    let line = |id: &str, text: &str| format!("{}\n", serde_json::json!({ "id": id, "text": text, "type": "progress_note" }));
    let first = home.write("a.jsonl", line("x1", "Creatinine 2.0, wound stage 3.") + &line("x2", "Pneumonia, afebrile."));
    home.json(["import", first.to_str().unwrap()]);
    assert_eq!(home.total("\"wound stage\""), 1);
    let second = home.write("b.jsonl", line("x1", "Creatinine 1.1.") + &line("x3", "Wound, stage 2."));
    home.json(["import", second.to_str().unwrap()]);
    let queries = ["creatinine", "wound", "stage", "type:progress", "pneumonia", "not creatinine"];
    assert_eq!(compare(&home, &stored(&home), &queries), queries.len());
}

#[test]
fn an_encounter_that_changes_is_found_by_its_new_service() {
    let home = Home::new();
    let bundle = std::fs::read_to_string(support::fixtures("charts/whitfield-harold.json")).unwrap();
    let old = home.write("old.json", &bundle);
    home.json(["import", old.to_str().unwrap()]);
    let before = home.total("service:hospital");
    assert!(before > 0 && home.total("service:nephrology") == 0);
    let new = home.write("new.json", bundle.replace("Hospital medicine", "Nephrology"));
    home.json(["import", new.to_str().unwrap()]);
    let queries = ["service:hospital", "service:nephrology", "encounter:88047", "service:nephrology creatinine"];
    assert!(compare(&home, &stored(&home), &queries) >= 3);
}

#[test]
fn a_total_over_real_notes_is_what_counting_gives() {
    let Some(notes) = shared("data/mtsamples.jsonl") else { return };
    let home = Home::new();
    assert_eq!(home.json(["import", notes.to_str().unwrap()])["documents"]["added"], 1885);
    let documents = stored(&home);
    assert_eq!(documents.len(), 1885);
    let found = compare(&home, &documents, QUERIES);
    assert!(found >= 25, "{found}");
}
