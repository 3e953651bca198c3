//! The speed of the search beside bare tantivy, SQLite FTS5 and (where installed) ripgrep, over the same made notes, in one run. Each query
//! asks for the best 20, the exact total, and a snippet of each with its marks.
//!
//!     LACUNA_SHARED=... cargo bench -p lacuna --bench search -- 100000 1000000
//!
//! Without LACUNA_SHARED the notes are made from the synthetic charts and the queries are a few of our own. `--bare` leaves FTS5 out,
//! `--unread` builds our index without a reading of the notes. Give the same machine nothing else to do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod corpus;
mod queries;
mod rivals;

use corpus::Corpus;
use lacuna::reading::{Reading, read_marks};
use lacuna::work::{Annotated, Known, best_first};
use lacuna_index::{Change, Engine, Entry, Opened, Page, Query, Stop, marks, window};
use queries::Asked;
use rayon::prelude::*;
use rivals::{Bare, Sqlite};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// The day after the last note, in UTC seconds: what newness is reckoned from.
const NOW: i64 = 1_672_531_200 + 1096 * 86_400;

/// Notes made, read and indexed at a time.
const BATCH: u64 = 500;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let sizes: Vec<u64> = arguments.iter().filter_map(|a| a.parse().ok()).collect();
    let flag = |name: &str| arguments.iter().any(|a| a == name);
    let corpus = Corpus::load();
    let asked = queries::load();
    println!("notes made from {}, {} queries", corpus.source, asked.len());
    for notes in if sizes.is_empty() { vec![2_000] } else { sizes } {
        compare(&corpus, &asked, notes, flag("--bare"), flag("--unread"));
    }
}

fn compare(corpus: &Corpus, asked: &[Asked], notes: u64, bare_only: bool, unread: bool) {
    let folder = tempfile::tempdir().unwrap();
    let made = Instant::now();
    let bytes: usize = (1..=notes.min(5_000)).map(|n| corpus.note(n).text.len()).sum();
    let per_note = bytes as f64 / notes.min(5_000) as f64;
    let megabytes = per_note * notes as f64 / 1e6;
    let making = made.elapsed().as_secs_f64() / notes.min(5_000) as f64 * notes as f64;
    println!("\n== {notes} notes, {per_note:.0} bytes each, {megabytes:.0} MB; making them takes {making:.1} s of each build, taken off");

    let sqlite = Sqlite::fill(&folder.path().join("notes.db"), corpus, notes);
    let rate = |begun: Instant| megabytes / (begun.elapsed().as_secs_f64() - making).max(0.001);
    let begun = Instant::now();
    let bare = Bare::build(&folder.path().join("bare"), corpus, notes);
    let bare_rate = rate(begun);
    let begun = Instant::now();
    let engine = ours(&folder.path().join("ours"), corpus, notes, !unread);
    let our_rate = rate(begun);
    println!(
        "build MB/s       ours {our_rate:.1}{}   bare tantivy {bare_rate:.1} (one indexing thread each)   ratio {:.2}",
        if unread { " without reading" } else { ", reading included" },
        our_rate / bare_rate
    );
    println!(
        "size / text      ours {:.2} (no text in it)   bare tantivy {:.2} (text stored)",
        size(&folder.path().join("ours")) / megabytes,
        size(&folder.path().join("bare")) / megabytes
    );
    if !bare_only {
        let begun = Instant::now();
        sqlite.index();
        println!("build MB/s       FTS5 {:.1}", megabytes / begun.elapsed().as_secs_f64());
    }

    let rounds = if notes > 300_000 { 5 } else { 10 };
    let mut table = Table::default();
    let mut differ = Vec::new();
    for query in asked {
        let parsed = Query::parse(&query.ours()).0;
        let total = |total: u64, other: Option<u64>, name: &str, differ: &mut Vec<String>| {
            if other.is_some_and(|other| other != total) {
                differ.push(format!("{} {name} {} ours {total}", query.id, other.unwrap_or(0)));
            }
        };
        let mut found = 0;
        table.measure("ours", query, rounds, || found = ask(&engine, &sqlite, &parsed, true));
        table.measure("ours, no counts", query, rounds, || found = ask(&engine, &sqlite, &parsed, false));
        let known = Query::read(&query.ours(), &Known::lexicon()).0;
        table.measure("ours, synonyms", query, rounds, || {
            ask(&engine, &sqlite, &known, true);
        });
        let mut other = None;
        table.measure("bare tantivy", query, rounds, || other = Some(bare.search(query)));
        total(found, other, "tantivy", &mut differ);
        if !bare_only && query.fts().is_some() {
            let mut other = None;
            table.measure("FTS5", query, rounds.min(3), || other = sqlite.search(query));
            total(found, other, "FTS5", &mut differ);
        }
    }
    table.print();
    println!("totals that differ: {}", if differ.is_empty() { "none".to_owned() } else { differ.join("; ") });
    ripgrep(&folder.path().join("notes.txt"), corpus, notes, asked);
}

/// Our index, fed as the program feeds it: in batches, each read on all cores.
fn ours(folder: &Path, corpus: &Corpus, notes: u64, reading: bool) -> Engine {
    let (Opened::Ready(engine) | Opened::NeedsRebuild { engine, .. }) = Engine::open(folder, "bench", "1").unwrap();
    let mut give = |take: &mut lacuna_index::Take<'_>| {
        for first in (1..=notes).step_by(BATCH as usize) {
            let batch: Vec<corpus::Note> = (first..(first + BATCH).min(notes + 1)).map(|n| corpus.note(n)).collect();
            let one = |n: &corpus::Note| if reading { read_marks(&n.text) } else { Reading::default() };
            let readings: Vec<Reading> = batch.par_iter().map(one).collect();
            for (note, reading) in batch.iter().zip(&readings) {
                let annotated = Annotated::of(&note.text, reading);
                let entry = Entry {
                    key: note.key,
                    text: &note.text,
                    document_type: &note.specialty,
                    mrn: &note.mrn,
                    date: Some(note.date),
                    ..Entry::default()
                };
                take(Change::Put(Entry { notes: annotated.notes(), ..entry }))?;
            }
        }
        Ok(())
    };
    engine.rebuild(&mut give, 1, &Stop::new()).unwrap();
    engine
}

/// What a screen asks: the best 20, the total, the counted values, snippets with their marks.
fn ask(engine: &Engine, store: &Sqlite, query: &Query, facets: bool) -> u64 {
    let found = engine.search(query, Page { facets, ..best_first(NOW) }, &Stop::new()).unwrap();
    for hit in &found.hits {
        let text = store.text(hit.key);
        std::hint::black_box(window(&text, &marks(query, &text), 160));
    }
    found.total
}

/// Times by engine and kind of query.
#[derive(Default)]
struct Table(BTreeMap<(&'static str, String), Vec<(Duration, String)>>);

impl Table {
    fn measure(&mut self, engine: &'static str, query: &Asked, rounds: usize, mut run: impl FnMut()) {
        run(); // warm
        for _ in 0..rounds {
            let begun = Instant::now();
            run();
            self.0.entry((engine, query.kind.clone())).or_default().push((begun.elapsed(), query.id.clone()));
        }
    }

    fn print(&self) {
        println!("{:18} {:8} {:>9} {:>9} {:>9}  worst query", "milliseconds", "kind", "median", "p99", "worst");
        let engines: Vec<&str> = ["ours", "ours, no counts", "ours, synonyms", "bare tantivy", "FTS5"].to_vec();
        for engine in engines {
            let mut all: Vec<(Duration, String)> = Vec::new();
            for ((_, kind), times) in self.0.iter().filter(|((own, _), _)| *own == engine) {
                line(engine, kind, times.clone());
                all.extend(times.iter().cloned());
            }
            if !all.is_empty() {
                line(engine, "all", all);
            }
        }
    }
}

fn line(engine: &str, kind: &str, mut times: Vec<(Duration, String)>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].0.as_secs_f64() * 1e3;
    println!("{engine:18} {kind:8} {:9.2} {:9.2} {:9.2}  {}", at(0.5), at(0.99), at(1.0), times[times.len() - 1].1);
}

/// Megabytes of a folder.
fn size(folder: &Path) -> f64 {
    let mut sum = 0;
    for item in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let data = item.metadata().unwrap();
        sum += if data.is_dir() { (size(&item.path()) * 1e6) as u64 } else { data.len() };
    }
    sum as f64 / 1e6
}

/// Lines with a word or a phrase in one packed file, where ripgrep is installed.
fn ripgrep(file: &Path, corpus: &Corpus, notes: u64, asked: &[Asked]) {
    use std::io::Write;
    if std::process::Command::new("rg").arg("--version").output().is_err() {
        println!("ripgrep is not installed: left out");
        return;
    }
    let mut out = std::io::BufWriter::new(std::fs::File::create(file).unwrap());
    for n in 1..=notes {
        writeln!(out, "{}", corpus.note(n).text.replace(['\n', '\r'], " ")).unwrap();
    }
    out.flush().unwrap();
    let mut times = Vec::new();
    for query in asked {
        let [queries::Part::Term(words) | queries::Part::Phrase(words)] = query.must.as_slice() else { continue };
        let begun = Instant::now();
        std::process::Command::new("rg").args(["-c", "-i", "-w", "-F", words]).arg(file).output().unwrap();
        times.push((begun.elapsed(), query.id.clone()));
    }
    if !times.is_empty() {
        line("ripgrep, one file", "words", times);
    }
}
