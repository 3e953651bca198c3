//! The same notes into each of the engines, and what that takes.

use super::clock::{self, Spent, spent_long as spent};
use super::corpus::{Corpus, Note};
use super::rivals::{Bare, Sqlite};
use lacuna::reading::{Reading, read_marks};
use lacuna::work::Annotated;
use lacuna_index::{Change, Engine, Entry, IndexError, Opened, Stop, Take};
use rayon::prelude::*;
use std::path::Path;
use std::time::Duration;

/// Notes made, read and indexed at a time.
const BATCH: u64 = 500;

/// Notes that are measured to know what making them takes.
const SAMPLE: u64 = 5_000;

/// Notes whose reading and indexing are measured apart: about as many as one segment holds.
const PARTS: u64 = 20_000;

/// How often each part is measured, in turns: what else the machine does then falls on all of them.
const ROUNDS: usize = 5;

/// How much text there is.
pub struct Sizes {
    pub notes: u64,
    pub per_note: f64,
    pub megabytes: f64,
    /// Seconds that making the notes takes: in each build, and taken off.
    making: Spent,
}

impl Sizes {
    pub fn of(corpus: &Corpus, notes: u64) -> Sizes {
        let sample = notes.min(SAMPLE);
        let mut bytes = 0;
        let made = spent(|| bytes = (1..=sample).map(|n| corpus.note(n).text.len()).sum());
        let per_note = bytes as f64 / sample as f64;
        let share = notes as f64 / sample as f64;
        let making = Spent { wall: made.wall.mul_f64(share), processor: made.processor.mul_f64(share) };
        Sizes { notes, per_note, megabytes: per_note * notes as f64 / 1e6, making }
    }

    /// What took so long, the making of the notes left out.
    fn rate(&self, name: &'static str, took: Spent) -> Rate {
        let rate = |took: Duration, making: Duration| self.megabytes / took.saturating_sub(making).as_secs_f64().max(0.001);
        Rate { name, wall: Some(rate(took.wall, self.making.wall)), processor: rate(took.processor, self.making.processor) }
    }
}

/// How quickly an engine was built.
struct Rate {
    name: &'static str,
    /// Megabytes a second on the wall; nothing for what cannot be told apart there, because something else runs beside it.
    wall: Option<f64>,
    /// Megabytes a second of processor time.
    processor: f64,
}

impl Rate {
    fn print(&self, bare: Option<&Rate>) {
        let wall = self.wall.map_or(" ".repeat(14), |wall| format!("{wall:7.1} MB/s, "));
        print!("build  {:18} {wall}{:7.1} MB a second of processor time", self.name, self.processor);
        if let Some(bare) = bare {
            print!("; of bare tantivy {:.2} by processor", self.processor / bare.processor);
            if let (Some(own), Some(bare)) = (self.wall, bare.wall) {
                print!(", {:.2} on the wall", own / bare);
            }
        }
        println!();
    }
}

/// The engines, filled.
pub struct Built {
    pub engine: Engine,
    pub bare: Bare,
    pub sqlite: Sqlite,
}

/// Builds all of them, or opens what is there.
pub fn all(folder: &Path, corpus: &Corpus, sizes: &Sizes, unread: bool, fts: bool) -> Built {
    let notes = sizes.notes;
    let (store, bare, own) = (folder.join("notes.db"), folder.join("bare"), folder.join(if unread { "unread" } else { "ours" }));
    let sqlite = if store.exists() { Sqlite::open(&store) } else { Sqlite::fill(&store, corpus, notes) };
    let mut rates = Vec::new();
    if !bare.exists() {
        let took = spent(|| Bare::build(&bare, corpus, notes));
        rates.push(sizes.rate("bare tantivy", took));
    }
    let there = own.exists();
    let (Opened::Ready(engine) | Opened::NeedsRebuild { engine, .. }) = Engine::open(&own, "bench", "1").unwrap();
    if !there || engine.documents() == 0 {
        let mut reading = Duration::ZERO;
        let took = spent(|| reading = feed(&engine, corpus, notes, !unread));
        rates.push(sizes.rate(if unread { "ours, unread" } else { "ours, reading too" }, took));
        if !unread {
            let rest = Spent { processor: took.processor.saturating_sub(reading), ..took };
            rates.push(Rate { wall: None, ..sizes.rate("ours, indexing", rest) });
        }
    }
    if fts && !sqlite.indexed() {
        let took = spent(|| sqlite.index());
        let rate = |time: Duration| sizes.megabytes / time.as_secs_f64().max(0.001);
        rates.push(Rate { name: "FTS5", wall: Some(rate(took.wall)), processor: rate(took.processor) });
    }
    let bare_rate = rates.iter().find(|rate| rate.name == "bare tantivy");
    rates.iter().for_each(|rate| rate.print(bare_rate));
    parts(corpus, sizes);
    println!(
        "size   ours {:.2} of the text (no text in it), bare tantivy {:.2} (text in it)",
        size(&own) / sizes.megabytes,
        size(&bare) / sizes.megabytes
    );
    Built { engine, bare: Bare::open(&bare), sqlite }
}

/// The parts of a build by themselves, on a sample, in memory: what reading costs, and what indexing costs once the reading is there. Indexing
/// is all that the index does with a note and its reading, from words, pairs, concepts, values and sections to the commit.
fn parts(corpus: &Corpus, sizes: &Sizes) {
    let notes: Vec<Note> = (1..=sizes.notes.min(PARTS)).map(|n| corpus.note(n)).collect();
    let megabytes = notes.iter().map(|note| note.text.len()).sum::<usize>() as f64 / 1e6;
    let mut readings = Vec::new();
    let reading = spent(|| readings = notes.iter().map(|note| read_marks(&note.text)).collect());
    let blank = vec![Reading::default(); notes.len()];
    let ours = |readings: &[Reading]| {
        let engine = Engine::memory().unwrap();
        let mut pairs = notes.iter().zip(readings);
        engine.rebuild(&mut |take| pairs.try_for_each(|(note, reading)| hand_over(note, reading, take)), 1, &Stop::new()).unwrap();
    };
    let mut took: [Vec<Spent>; 3] = Default::default();
    for _ in 0..ROUNDS {
        let round = [spent(|| Bare::of(&notes)), spent(|| ours(&readings)), spent(|| ours(&blank))];
        took.iter_mut().zip(round).for_each(|(all, one)| all.push(one));
    }
    let rate = |time: Duration| megabytes / time.as_secs_f64().max(0.001);
    println!("parts  of {} notes, in memory, each by itself: MB a second of processor time (on the wall)", notes.len());
    println!("       {:24} {:7.1} ({:.1})", "reading, one thread", rate(reading.processor), rate(reading.wall));
    for (name, all) in ["bare tantivy", "indexing what was read", "indexing words only"].into_iter().zip(&took) {
        let times = |time: fn(&Spent) -> Duration| middle(all.iter().map(|one| time(one).as_secs_f64()));
        let ratio = |time: fn(&Spent) -> Duration| {
            middle(all.iter().zip(&took[0]).map(|(own, bare)| time(bare).as_secs_f64() / time(own).as_secs_f64().max(0.001)))
        };
        let (processor, wall) = (|one: &Spent| one.processor, |one: &Spent| one.wall);
        println!(
            "       {name:24} {:7.1} ({:.1}); of bare tantivy {:.2} by processor, {:.2} on the wall",
            megabytes / times(processor).max(0.001),
            megabytes / times(wall).max(0.001),
            ratio(processor),
            ratio(wall)
        );
    }
    println!("       indexing is all that becomes of a note and its reading, from its words to the commit; the budget of 0.6 is its ratio");
}

/// The one in the middle.
fn middle(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// Our index, fed as the program feeds it: in batches, each read on all cores. Returns the processor time of the reading: nothing else runs on
/// the threads of the pool.
fn feed(engine: &Engine, corpus: &Corpus, notes: u64, reading: bool) -> Duration {
    let pool = || rayon::broadcast(|_| clock::own()).into_iter().sum::<Duration>();
    let before = pool();
    let mut give = |take: &mut Take<'_>| {
        for first in (1..=notes).step_by(BATCH as usize) {
            let batch: Vec<Note> = (first..(first + BATCH).min(notes + 1)).map(|n| corpus.note(n)).collect();
            let one = |n: &Note| if reading { read_marks(&n.text) } else { Reading::default() };
            let readings: Vec<Reading> = batch.par_iter().map(one).collect();
            for (note, reading) in batch.iter().zip(&readings) {
                hand_over(note, reading, take)?;
            }
        }
        Ok(())
    };
    engine.rebuild(&mut give, 1, &Stop::new()).unwrap();
    pool().saturating_sub(before)
}

fn hand_over(note: &Note, reading: &Reading, take: &mut Take<'_>) -> Result<(), IndexError> {
    let annotated = Annotated::of(&note.text, reading);
    let entry = Entry {
        key: note.key,
        text: &note.text,
        document_type: &note.specialty,
        mrn: &note.mrn,
        date: Some(note.date),
        notes: annotated.notes(),
        ..Entry::default()
    };
    take(Change::Put(entry))
}

/// Megabytes of a folder.
fn size(folder: &Path) -> f64 {
    let mut sum = 0.0;
    for item in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let data = item.metadata().unwrap();
        sum += if data.is_dir() { size(&item.path()) } else { data.len() as f64 / 1e6 };
    }
    sum
}
