//! What a full evaluation costs, what one new document costs, and whether the cost of an encounter stays flat: everything from a store
//! on disk. `cargo bench -p lacuna --bench evaluate [ENCOUNTERS]` (20,000 unless given, five documents each). The charts are the synthetic
//! ones under new names; with LACUNA_SHARED naming the folder of the shared data, two of five documents are of `data/mtsamples.jsonl`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "charts/mod.rs"]
mod charts;

use charts::{DOCUMENTS, fill, fixtures, put};
use lacuna::chart::{Chart, Record};
use lacuna::checklist::{Packs, Subject};
use lacuna::store::{EncounterSummary, Key, Store};
use lacuna::work::{Clock, Session, demo, evaluate};
use lacuna_index::Stop;
use std::path::PathBuf;
use std::time::Instant;

fn main() {
    let count = std::env::args().skip(1).find_map(|arg| arg.parse::<usize>().ok()).unwrap_or(20_000);
    let (charts, notes) = (fixtures(), shared());
    println!("{} charts as patterns, {} notes of MTSamples, {} threads", charts.len(), notes.len(), threads());
    let packs = Packs::shipped();
    println!("{} items in {} packs", packs.items().count(), packs.packs().len());
    long_stays(&charts, packs);
    let small = (count / 10).max(50);
    let each_small = full(&charts, &notes, small, packs, false);
    let each_large = full(&charts, &notes, count, packs, true);
    println!("cost of an encounter at {count} against {small}: {:.2} times", each_large / each_small);
}

/// What an evaluation costs of stays of 50, 200 and 800 notes, all read already, and how much more a note costs in the longest than in the
/// shortest: with what is flat it is one time as much.
fn long_stays(charts: &[Chart], packs: &Packs) {
    let paragraph =
        "seen and examined at the bedside and the plan of care talked over with the family in full detail with time for questions ";
    let now = demo::now();
    let mut each = Vec::new();
    println!();
    for notes in [50, 200, 800] {
        let all: Vec<_> = charts.iter().flat_map(|chart| &chart.documents).collect();
        let mut chart = charts[0].clone();
        let begin = chart.encounter.start.unwrap_or(now);
        chart.documents = (0..notes)
            .map(|number| {
                let mut note = all[number % all.len()].clone();
                note.identifier = format!("long-{number}");
                note.time = begin.plus_hours(number as i64);
                note.text = format!("{}\n\nNote {number}: {}\n", note.text, paragraph.repeat(3));
                note.sha256 = String::new();
                note
            })
            .collect();
        let readings = evaluate::readings(&chart.documents);
        let subject = Subject { chart: &chart, readings: &readings };
        let mut spent: Vec<f64> = (0..5)
            .map(|_| {
                let began = Instant::now();
                std::hint::black_box(lacuna::checklist::evaluate(packs, &subject, &now, None));
                began.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        spent.sort_by(f64::total_cmp);
        println!("a stay of {notes} notes: {:.1} ms, {:.3} ms a note", spent[2], spent[2] / notes as f64);
        each.push(spent[2] / notes as f64);
    }
    println!("a note in a stay of 800 against one in a stay of 50: {:.2} times", each[2] / each[0]);
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Fills a store and evaluates all of it; gives the milliseconds of one encounter.
fn full(charts: &[Chart], notes: &[String], count: usize, packs: &Packs, single: bool) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::begin(Some("bench"), Clock::Frozen(demo::now())).unwrap();
    let store = Store::create(folder.path().join("store").as_path(), &Key::None, &session.actor()).unwrap();
    let began = Instant::now();
    let bytes = fill(&store, &session, charts, notes, count);
    println!(
        "\n{count} encounters, {} documents, {:.0} MB of text, stored in {:.1} s",
        count * DOCUMENTS,
        bytes as f64 / 1e6,
        began.elapsed().as_secs_f64()
    );
    let now = session.now();
    let summaries = store.encounters(true).unwrap();
    let (began, spent) = (Instant::now(), processor());
    let found = evaluate::encounters(&store, packs, &summaries, &now, &Stop::new(), &mut |_, _| {}).unwrap();
    let seconds = began.elapsed().as_secs_f64();
    let busy = processor() - spent;
    let gaps: usize = found.values().map(Vec::len).sum();
    println!(
        "full evaluation: {seconds:.1} s, {gaps} gaps, {:.3} ms an encounter, {:.0} documents a second",
        seconds * 1e3 / count as f64,
        (count * DOCUMENTS) as f64 / seconds
    );
    println!(
        "processor: {busy:.1} s, {:.3} ms an encounter; on {} processors of its own {:.1} s; most memory so far {:.0} MB",
        busy * 1e3 / count as f64,
        threads(),
        busy / threads() as f64,
        memory()
    );
    drop(found);
    if single {
        one_document(&store, &session, packs, charts, &summaries);
    }
    // Other work on the machine lengthens the wall clock, not the processor's: that one tells whether the cost is flat.
    if busy > 0.0 { busy * 1e3 / count as f64 } else { seconds * 1e3 / count as f64 }
}

/// Seconds that all threads of this program have kept a processor busy; nothing where the system does not tell.
fn processor() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let spent = |task: std::fs::DirEntry| -> Option<f64> {
        std::fs::read_to_string(task.path().join("schedstat")).ok()?.split_whitespace().next()?.parse().ok()
    };
    tasks.filter_map(spent).sum::<f64>() / 1e9
}

/// The most memory that this program has held, in megabytes; nothing where the system does not tell.
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or_default() / 1e3
}

/// A new note in one encounter, evaluated with what is known of that encounter.
fn one_document(store: &Store, session: &Session, packs: &Packs, charts: &[Chart], summaries: &[EncounterSummary]) {
    let run = store.begin_run(&session.actor(), &["bench".to_owned()]).unwrap();
    let (mut spent, mut busy) = (Vec::new(), Vec::new());
    for number in 0..200 {
        let pattern = &charts[number % charts.len()];
        let mut note = pattern.documents[number % pattern.documents.len()].clone();
        note.identifier = format!("new-{number}");
        note.encounter = Some(format!("encounter-{number}"));
        note.patient = Some(format!("patient-{number}"));
        put(store, session, run, vec![Record::Document(note)]);
        let known = summaries.iter().find(|s| s.encounter.identifier == format!("encounter-{number}")).unwrap();
        let summary = EncounterSummary { touched: known.touched + 1, ..known.clone() };
        let (began, before) = (Instant::now(), processor());
        evaluate::encounters(store, packs, &[summary], &session.now(), &Stop::new(), &mut |_, _| {}).unwrap();
        spent.push(began.elapsed().as_secs_f64() * 1e3);
        busy.push((processor() - before) * 1e3);
    }
    for (what, mut list) in [("one new document", spent), ("of which processor", busy)] {
        list.sort_by(f64::total_cmp);
        println!("{what}: median {:.2} ms, 95 of 100 under {:.2} ms", list[list.len() / 2], list[list.len() * 95 / 100]);
    }
}

fn shared() -> Vec<String> {
    let Some(file) = std::env::var_os("LACUNA_SHARED").map(|folder| PathBuf::from(folder).join("data/mtsamples.jsonl")) else {
        return Vec::new();
    };
    let Ok(lines) = std::fs::read_to_string(file) else { return Vec::new() };
    let text = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?["text"].as_str().map(str::to_owned);
    lines.lines().filter_map(text).collect()
}
