//! The same notes into each of the engines, and what that takes.

use super::clock::{Spent, spent_long as spent};
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

/// Notes that are measured to know what making and reading them takes.
const SAMPLE: u64 = 5_000;

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

    /// Megabytes a second on the wall, and a second of processor time.
    fn rates(&self, took: Spent) -> (f64, f64) {
        let rate = |took: Duration, making: Duration| self.megabytes / took.saturating_sub(making).as_secs_f64().max(0.001);
        (rate(took.wall, self.making.wall), rate(took.processor, self.making.processor))
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
        rates.push(("bare tantivy", sizes.rates(took)));
    }
    let there = own.exists();
    let (Opened::Ready(engine) | Opened::NeedsRebuild { engine, .. }) = Engine::open(&own, "bench", "1").unwrap();
    if !there || engine.documents() == 0 {
        let took = spent(|| feed(&engine, corpus, notes, !unread));
        rates.push((if unread { "ours, unread" } else { "ours, everything" }, sizes.rates(took)));
    }
    if fts && !sqlite.indexed() {
        let took = spent(|| sqlite.index());
        let rate = |time: Duration| sizes.megabytes / time.as_secs_f64().max(0.001);
        rates.push(("FTS5", (rate(took.wall), rate(took.processor))));
    }
    let against = rates.iter().find(|(name, _)| *name == "bare tantivy").map(|(_, rate)| *rate);
    for (name, (wall, processor)) in &rates {
        let ratio = |(bare_wall, bare): (f64, f64)| {
            format!("; of bare tantivy {:.2} on the wall, {:.2} by processor", wall / bare_wall, processor / bare)
        };
        println!("build  {name:18} {wall:7.1} MB/s, {processor:7.1} MB a second of processor time{}", against.map_or(String::new(), ratio));
    }
    parts(corpus, sizes);
    println!(
        "size   ours {:.2} of the text (no text in it), bare tantivy {:.2} (text in it)",
        size(&own) / sizes.megabytes,
        size(&bare) / sizes.megabytes
    );
    Built { engine, bare: Bare::open(&bare), sqlite }
}

/// The parts of a build by themselves, on a sample: what reading costs, and what indexing costs once the reading is there.
fn parts(corpus: &Corpus, sizes: &Sizes) {
    let notes: Vec<Note> = (1..=sizes.notes.min(SAMPLE)).map(|n| corpus.note(n)).collect();
    let megabytes = notes.iter().map(|note| note.text.len()).sum::<usize>() as f64 / 1e6;
    let mut readings = Vec::new();
    let reading = spent(|| readings = notes.iter().map(|note| read_marks(&note.text)).collect());
    let engine = Engine::memory().unwrap();
    let indexing = spent(|| {
        let mut pairs = notes.iter().zip(&readings);
        engine.rebuild(&mut |take| pairs.try_for_each(|(note, reading)| hand_over(note, reading, take)), 1, &Stop::new()).unwrap();
    });
    let unread = Engine::memory().unwrap();
    let blank = Reading::default();
    let words = spent(|| {
        let mut all = notes.iter();
        unread.rebuild(&mut |take| all.try_for_each(|note| hand_over(note, &blank, take)), 1, &Stop::new()).unwrap();
    });
    let bare = spent(|| Bare::of(&notes));
    println!("parts  of {} notes, each by itself, MB a second of processor time (on the wall)", notes.len());
    for (name, took) in
        [("reading, one thread", reading), ("indexing what was read", indexing), ("indexing words only", words), ("bare tantivy", bare)]
    {
        let rate = |time: Duration| megabytes / time.as_secs_f64().max(0.001);
        println!("       {name:24} {:7.1} ({:.1})", rate(took.processor), rate(took.wall));
    }
}

/// Our index, fed as the program feeds it: in batches, each read on all cores.
fn feed(engine: &Engine, corpus: &Corpus, notes: u64, reading: bool) {
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
