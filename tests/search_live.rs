//! Two processes at one store: one imports while the other searches, and either may be killed.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use lacuna::store::{Key, Store};
use lacuna::work::{Clock, Desk, LocalDesk, SearchRequest, Session};
use lacuna_index::Stop;
use serde_json::json;
use std::process::{Child, Stdio};
use std::sync::Arc;
use support::Home;

/// So many that an import is still at it when the first of them are found, on a quick machine too.
const NOTES: usize = 15_000;

fn lines() -> String {
    let note = |i: usize| {
        let text = format!("PLAN: Continue lasix for heart failure, day {i}. No sepsis. Creatinine {}.{} mg/dL.", 1 + i % 3, i % 10);
        json!({ "id": format!("n{i}"), "text": text, "patient": format!("p{}", i % 211), "encounter": format!("e{}", i % 211) }).to_string()
            + "\n"
    };
    (0..NOTES).map(note).collect()
}

fn desk(home: &Home) -> LocalDesk {
    let store = Store::open(&home.store(), &Key::None).unwrap();
    LocalDesk::new(Arc::new(store), Session::begin(Some("ana"), Clock::Host).unwrap(), None, "test").unwrap()
}

fn start(home: &Home, args: &[&str]) -> Child {
    home.process().args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Searches as the screen does: at once, with whatever is in the index.
fn live(desk: &LocalDesk, query: &str) -> (u64, u64) {
    let page = desk.search(&SearchRequest { text: query, limit: 5, at_once: true, ..SearchRequest::default() }, &Stop::new()).unwrap();
    assert!(page.hits.len() as u64 == page.total.min(5));
    (page.total, page.waiting)
}

#[test]
fn a_search_sees_what_another_process_imports_without_a_new_start() {
    let home = Home::new();
    let file = home.write("notes.jsonl", lines());
    let desk = desk(&home);
    assert_eq!(live(&desk, "lasix"), (0, 0));
    let mut import = start(&home, &["import", file.to_str().unwrap()]);
    let mut seen = vec![0];
    let mut ended = false;
    while !ended || live(&desk, "lasix").1 > 0 {
        ended = ended || import.try_wait().unwrap().is_some();
        let (total, _) = live(&desk, "lasix");
        assert!(total >= *seen.last().unwrap(), "what was found once stays found");
        seen.push(total);
    }
    import.wait().unwrap();
    // The last look above may have taken in the last notes itself.
    seen.push(live(&desk, "lasix").0);
    seen.dedup();
    println!("totals on the way: {seen:?}");
    assert_eq!(seen.last(), Some(&(NOTES as u64)));
    assert!(seen.len() > 3, "the import was seen while it ran: {seen:?}");
    assert_eq!(live(&desk, "sepsis is:negated"), (NOTES as u64, 0));
    assert_eq!(live(&desk, "sepsis is:present"), (0, 0));
    assert_eq!(live(&desk, "creatinine > 2 section:plan").0 + live(&desk, "creatinine <= 2").0, NOTES as u64);
}

/// An import into a new store that was killed when a part of it was stored, with how much that was. A quick machine may be through before it
/// is killed; then it is tried again.
fn killed_in_the_middle() -> (Home, std::path::PathBuf, u64) {
    for _ in 0..20 {
        let home = Home::new();
        let file = home.write("notes.jsonl", lines());
        let store = Store::open(&home.store(), &Key::None).unwrap();
        let mut import = start(&home, &["import", file.to_str().unwrap()]);
        while store.counts().unwrap().2 == 0 && import.try_wait().unwrap().is_none() {}
        import.kill().ok();
        let ended = import.wait().unwrap().success();
        let stored = store.counts().unwrap().2;
        if !ended && stored > 0 {
            return (home, file, stored);
        }
    }
    panic!("no import was killed in the middle");
}

#[test]
fn either_process_may_be_killed() {
    // The importer dies in the middle: what it had committed is found.
    let (home, file, stored) = killed_in_the_middle();
    let desk = desk(&home);
    while live(&desk, "lasix").1 > 0 {}
    assert_eq!(live(&desk, "lasix").0, stored);
    // A searcher dies in the middle of taking changes in; its lock dies with it.
    let mut second = start(&home, &["import", file.to_str().unwrap()]);
    for _ in 0..4 {
        let mut search = start(&home, &["search", "lasix"]);
        std::thread::sleep(std::time::Duration::from_millis(150));
        search.kill().ok();
        search.wait().unwrap();
    }
    assert!(second.wait().unwrap().success());
    println!("stored when the first was killed: {stored}");
    while live(&desk, "lasix").1 > 0 {}
    assert_eq!(live(&desk, "lasix").0, NOTES as u64);
    assert_eq!(home.total("lasix"), NOTES as u64);
    let doctor = home.json(["doctor"]);
    assert_eq!((&doctor["sound"], &doctor["waiting"], &doctor["indexed"]), (&true.into(), &0.into(), &NOTES.into()));
}
