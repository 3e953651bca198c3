//! What an import costs, each stage by itself and all together. Every figure is megabytes of the file a second, and every line says what is
//! counted in it and what is not: parsing alone, the store alone, both at once as `lacuna import` does it (that is the budget of 20 MB/s);
//! then what the first search waits for: reading alone, indexing alone, both at once from the store; and all of it from the file on.
//! `cargo bench -p lacuna --bench intake [MEGABYTES]` (100 unless given). The notes are those of the synthetic charts; with LACUNA_SHARED
//! naming the folder of the shared data, of `data/mtsamples.jsonl`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use lacuna::chart::Record;
use lacuna::error::Trouble;
use lacuna::intake::{Options, Origin, Sink, run};
use lacuna::reading::{Reading, read_marks};
use lacuna::store::{Incoming, IngestCounts, Key, Store};
use lacuna::work::{Annotated, Clock, Input, LocalDesk, Session, demo, import};
use lacuna_index::{Change, Engine, Entry, Stop, Take};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Records of the stages by themselves are held in memory: only so many megabytes of the file.
const HELD: usize = 40_000_000;
/// Records that go to the store at a time, as an import has it.
const BATCH: usize = 2000;

fn main() {
    let size = std::env::args().skip(1).find_map(|arg| arg.parse::<usize>().ok()).unwrap_or(100) * 1_000_000;
    println!("{} threads", std::thread::available_parallelism().map_or(1, usize::from));
    let folder = tempfile::tempdir().unwrap();
    type Make = fn(&mut dyn Write, usize);
    for (name, make) in [("notes.jsonl", json_lines as Make), ("charts.ndjson", fhir as Make)] {
        let path = folder.path().join(name);
        let small = folder.path().join(format!("small-{name}"));
        for (path, size) in [(&path, size), (&small, size.min(HELD))] {
            let mut out = BufWriter::new(std::fs::File::create(path).unwrap());
            make(&mut out, size);
            out.flush().unwrap();
        }
        println!("\n{name}: {:.0} MB", megabytes(&path));
        together(&path, folder.path());
        apart(&small, folder.path());
        std::fs::remove_file(&path).unwrap();
    }
}

fn megabytes(path: &Path) -> f64 {
    path.metadata().unwrap().len() as f64 / 1e6
}

fn session() -> Session {
    Session::begin(Some("bench"), Clock::Frozen(demo::now())).unwrap()
}

fn store(folder: &Path, name: &str) -> Store {
    let place = folder.join(name);
    std::fs::remove_dir_all(&place).ok();
    Store::create(&place, &Key::None, &session().actor()).unwrap()
}

fn say(what: &str, megabytes: f64, begun: Instant, busy: f64) {
    let seconds = begun.elapsed().as_secs_f64();
    let spent = processor() - busy;
    println!("{what:38} {:7.1} MB/s   {seconds:6.1} s, {spent:6.1} s of processor time", megabytes / seconds);
}

/// As `lacuna import` does it, then what the first search waits for.
fn together(path: &Path, folder: &Path) {
    let store = Arc::new(store(folder, "together"));
    std::fs::write("/proc/self/clear_refs", "5").ok(); // the peak begins anew
    let (begun, busy) = (Instant::now(), processor());
    let whole = (begun, busy);
    let paths = [path.to_path_buf()];
    let report = import(&store, &session(), Input::Paths(&paths), &Options::default(), &Stop::new(), &mut |_| {}).unwrap();
    assert_eq!(report.rejects, []);
    println!("together, on the whole file");
    say("IMPORT: parsing and storing at once", megabytes(path), begun, busy);
    println!("{:38} no reading of notes, no index: those wait for the first search", "");
    println!(
        "{:38} {:.0} MB   ({} documents, {} observations, {} others)",
        "peak memory so far",
        peak(),
        report.documents.added,
        report.observations,
        report.other
    );
    let (begun, busy) = (Instant::now(), processor());
    LocalDesk::new(Arc::clone(&store), session(), None, "BENCH").unwrap().catch_up(&Stop::new(), &mut |_| {}).unwrap();
    say("AFTER IT: reading and indexing at once", megabytes(path), begun, busy);
    println!("{:38} from the store, all threads; no import", "");
    say("ALL OF IT: file to searchable", megabytes(path), whole.0, whole.1);
    println!("{:38} the two above, one after the other", "");
    println!("{:38} {:.0} MB", "peak memory so far", peak());
}

#[derive(Default)]
struct Keep {
    records: Vec<Incoming>,
    count: usize,
    keep: bool,
}

impl Sink for Keep {
    fn take(&mut self, record: Record, origin: &Origin) -> Result<(), Trouble> {
        self.count += 1;
        if self.keep {
            self.records.push(Incoming { record, source: origin.source.clone(), line: origin.line, context: origin.context.clone() });
        }
        Ok(())
    }
    fn reject(&mut self, trouble: Trouble) {
        panic!("{trouble}");
    }
    fn progress(&mut self, _: u64, _: u64, _: &str) {}
    fn stopped(&self) -> bool {
        false
    }
}

/// Each stage with what it needs ready in memory.
fn apart(path: &Path, folder: &Path) {
    let (size, paths): (f64, Vec<PathBuf>) = (megabytes(path), vec![path.to_path_buf()]);
    println!("apart, on {size:.0} MB of it, each stage with what it needs ready in memory");
    let mut count = Keep::default();
    let (begun, busy) = (Instant::now(), processor());
    run(&paths, &Options::default(), &mut count).unwrap();
    say("PARSING ALONE, one thread", size, begun, busy);
    let mut keep = Keep { keep: true, ..Keep::default() };
    run(&paths, &Options::default(), &mut keep).unwrap();
    let store = store(folder, "apart");
    let run = store.begin_run(&session().actor(), &["bench".to_owned()]).unwrap();
    let (begun, busy) = (Instant::now(), processor());
    for batch in keep.records.chunks(BATCH) {
        store.put_batch(&session().actor(), run, batch, &[], &mut IngestCounts::default()).unwrap();
    }
    say("STORE ALONE, one thread, durable", size, begun, busy);
    let texts: Vec<&str> =
        keep.records.iter().filter_map(|i| if let Record::Document(d) = &i.record { Some(d.text.as_str()) } else { None }).collect();
    let (begun, busy) = (Instant::now(), processor());
    let readings: Vec<Reading> = texts.par_iter().map(|text| read_marks(text)).collect();
    say("READING ALONE, all threads", size, begun, busy);
    let engine = Engine::memory().unwrap();
    let (begun, busy) = (Instant::now(), processor());
    let mut give = |take: &mut Take<'_>| {
        for (key, (text, reading)) in (1_u64..).zip(texts.iter().zip(&readings)) {
            let annotated = Annotated::of(text, reading);
            take(Change::Put(Entry { key, text, notes: annotated.notes(), ..Entry::default() }))?;
        }
        Ok(())
    };
    engine.rebuild(&mut give, 1, &Stop::new()).unwrap();
    say("INDEXING ALONE, of what was read", size, begun, busy);
}

fn json_lines(out: &mut dyn Write, size: usize) {
    let texts = texts();
    let mut written = 0;
    for i in 0.. {
        let text = &texts[i % texts.len()];
        let line = json!({"id": format!("n{i}"), "patient": format!("p{}", i / 12), "encounter": format!("e{}", i / 6), "type": "progress_note",
            "author": "Chen MD", "date": format!("2026-01-{:02}T07:15:00-05:00", 1 + i % 28), "text": text});
        let line = line.to_string();
        writeln!(out, "{line}").unwrap();
        written += line.len() + 1;
        if written >= size {
            return;
        }
    }
}

fn texts() -> Vec<String> {
    let shared = std::env::var_os("LACUNA_SHARED").map(|folder| PathBuf::from(folder).join("data/mtsamples.jsonl"));
    if let Some(file) = shared.filter(|file| file.is_file()) {
        let text = |line: &str| serde_json::from_str::<Value>(line).ok()?["text"].as_str().map(str::to_owned);
        return std::fs::read_to_string(&file).unwrap().lines().filter_map(text).collect();
    }
    let mut texts = Vec::new();
    for bundle in bundles() {
        for entry in bundle["entry"].as_array().unwrap() {
            let data = entry["resource"]["content"][0]["attachment"]["data"].as_str();
            let bytes = data.and_then(|data| base64::Engine::decode(&base64::engine::general_purpose::STANDARD, data).ok());
            texts.extend(bytes.and_then(|bytes| String::from_utf8(bytes).ok()));
        }
    }
    texts
}

fn bundles() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let read = |file: &PathBuf| serde_json::from_str::<Value>(&std::fs::read_to_string(file).unwrap()).ok();
    files.iter().filter_map(read).filter(|value| value["resourceType"] == "Bundle").collect()
}

/// Every resource of the synthetic charts, again and again under new ids.
fn fhir(out: &mut dyn Write, size: usize) {
    let resources: Vec<Value> = bundles()
        .into_iter()
        .flat_map(|b| b["entry"].as_array().unwrap().iter().map(|e| e["resource"].clone()).collect::<Vec<_>>())
        .collect();
    let names: HashSet<String> = resources.iter().filter_map(|r| r["id"].as_str().map(str::to_owned)).collect();
    let template: String = resources
        .into_iter()
        .map(|mut r| {
            rename(&mut r, &names);
            r.to_string() + "\n"
        })
        .collect();
    let mut written = 0;
    for copy in 0.. {
        let text = template.replace("@@", &format!("-{copy}"));
        out.write_all(text.as_bytes()).unwrap();
        written += text.len();
        if written >= size {
            return;
        }
    }
}

fn rename(value: &mut Value, names: &HashSet<String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(fields) => fields.values_mut().for_each(|field| rename(field, names)),
        Value::String(text) => {
            let last = text.rsplit('/').next().unwrap_or_default();
            if names.contains(last.strip_prefix("urn:uuid:").unwrap_or(last)) {
                text.push_str("@@");
            }
        }
        _ => {}
    }
}

/// Seconds of processor time, all threads; 0 where the system does not tell.
fn processor() -> f64 {
    let tasks = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = tasks.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Megabytes that this program held at most; 0 where the system does not tell.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
