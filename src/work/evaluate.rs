//! Evaluating encounters: read their documents, run the packs, keep the result with the versions that made it. Incremental: an
//! encounter is evaluated again when it changed, when the packs or the reader changed, or when one of its clocks may have run out.

use crate::chart::{Chart, Document, DocumentType, Instant};
use crate::checklist::{Gap, GapState, Packs, Subject, evaluate, evaluate_at_once};
use crate::error::{Result, Trouble};
use crate::reading::{Reading, read};
use crate::store::{CachedEvaluation, EncounterSummary, Store};
use crate::work::lives;
use crate::work::model::GapMark;
use crate::work::settled::{settled, stands};
use lacuna_index::Stop;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Encounters evaluated between two commits of the cache.
pub(super) const BATCH: usize = 128;
/// So many are a few.
pub(super) const FEW: usize = 64;

/// An encounter with its readings and gaps.
pub struct Evaluated {
    /// Readings of its documents, in their order.
    pub readings: Vec<Reading>,
    /// What was found, with what people did about it.
    pub gaps: Vec<Gap>,
}

/// Names the code of evaluator and reader, the lexicon and the packs that make a result: another name, another evaluation. The code by its
/// sources, hashed when the program is built: nobody has to think of it.
pub fn epoch(packs: &Packs) -> String {
    format!("{}-{}-{}", env!("LACUNA_RULES"), crate::reading::version(), packs.fingerprint())
}

/// Reads and evaluates one chart. `only` names a pack or an item.
pub fn chart(packs: &Packs, chart: &Chart, as_of: &Instant, only: Option<&str>) -> Evaluated {
    let readings = readings(&chart.documents);
    let gaps = evaluate(packs, &Subject { chart, readings: &readings }, as_of, only);
    Evaluated { readings, gaps }
}

/// Readings of documents, in their order. A version that was read not long ago is not read again: a new note costs its own reading,
/// not that of the whole stay.
pub fn readings(documents: &[Document]) -> Vec<Reading> {
    documents.iter().map(remembered).collect()
}

/// The same without the memory of late.
fn readings_anew(documents: &[Document]) -> Vec<Reading> {
    documents.iter().map(|document| read(&document.text, document.type_hint())).collect()
}

/// Readings kept in memory: enough for the stays of a morning, and a few megabytes.
const REMEMBERED: usize = 512;

type Readings = HashMap<(String, Option<DocumentType>), Arc<Reading>>;

/// The readings of late, in two halves: a full one becomes the old one, and what is asked for comes back out of it. What is in use stays.
#[derive(Default)]
struct Shelf {
    new: Readings,
    old: Readings,
}

impl Shelf {
    fn get(&mut self, key: &(String, Option<DocumentType>)) -> Option<Arc<Reading>> {
        if let Some(reading) = self.new.get(key) {
            return Some(reading.clone());
        }
        let (key, reading) = self.old.remove_entry(key)?;
        self.put(key, reading.clone());
        Some(reading)
    }

    fn put(&mut self, key: (String, Option<DocumentType>), reading: Arc<Reading>) {
        if self.new.len() >= REMEMBERED / 2 {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(key, reading);
    }
}

/// The reading of one version, by the hash of its text and the type it is read as.
fn remembered(document: &Document) -> Reading {
    static SHELF: OnceLock<Mutex<Shelf>> = OnceLock::new();
    let hint = document.type_hint();
    if document.sha256.is_empty() {
        return read(&document.text, hint);
    }
    let shelf = SHELF.get_or_init(Mutex::default);
    let key = (document.sha256.clone(), hint);
    let known = shelf.lock().unwrap_or_else(PoisonError::into_inner).get(&key);
    if let Some(reading) = known {
        return (*reading).clone();
    }
    let reading = read(&document.text, hint);
    shelf.lock().unwrap_or_else(PoisonError::into_inner).put(key, Arc::new(reading.clone()));
    reading
}

/// The gaps of encounters, with what people did about them: by encounter, then in the order of evaluation. `all` uses and fills
/// the cache; an instant that was asked for is judged exactly, without it.
pub fn gaps_of(
    store: &Store,
    packs: &Packs,
    names: &[String],
    all: bool,
    asked: Option<Instant>,
    now: &Instant,
    stop: &Stop,
) -> Result<Vec<Gap>> {
    let mut marks: HashMap<String, Vec<GapMark>> = HashMap::new();
    for mark in store.gap_marks(None)? {
        marks.entry(mark.encounter.clone()).or_default().push(mark);
    }
    let mut out = Vec::new();
    let mut cached = HashMap::new();
    if all && asked.is_none() {
        cached = encounters(store, packs, &store.encounters(true)?, now, stop, &mut |_, _| {})?;
    }
    let mut known: HashMap<String, String> = HashMap::new();
    for batch in names.chunks(BATCH) {
        let mut charts = Vec::new();
        for name in batch.iter().filter(|n| !cached.contains_key(*n)) {
            let found = store.chart(name)?.ok_or_else(|| {
                Trouble::input("there is no such encounter")
                    .at(name, None)
                    .hint("`lacuna worklist --view all` shows them; `#12` names one by our number")
            })?;
            known.insert(name.clone(), found.encounter.identifier.clone());
            charts.push((name.clone(), found));
        }
        let fresh: HashMap<String, Vec<Gap>> =
            charts.par_iter().map(|(name, found)| (name.clone(), chart(packs, found, &asked.unwrap_or(*now), None).gaps)).collect();
        for name in batch {
            let mut gaps = cached.remove(name).or_else(|| fresh.get(name).cloned()).unwrap_or_default();
            let identifier = known.get(name).map_or(name.as_str(), String::as_str);
            with_marks(&mut gaps, marks.get(identifier).into_iter().flatten());
            out.append(&mut gaps);
        }
    }
    Ok(out)
}

/// Puts what people did about an encounter's gaps on what was found in it.
pub fn with_marks<'a>(gaps: &mut [Gap], marks: impl Iterator<Item = &'a GapMark>) {
    let marks: Vec<&GapMark> = marks.collect();
    for gap in gaps {
        // A resolved gap that is found again is open again.
        let newest = newest_of(gap, &marks).map(|mark| mark.state);
        gap.state = newest.filter(|state| *state != GapState::Resolved).unwrap_or_default();
    }
}

/// What was last done about a gap; the marks of its encounter are given, the oldest first.
pub(super) fn newest_of<'m>(gap: &Gap, marks: &[&'m GapMark]) -> Option<&'m GapMark> {
    let (key, former) = (gap.key(), gap.former_key());
    marks.iter().rev().find(|mark| mark.is_of(&key, former.as_deref(), gap.due.as_ref())).copied()
}

/// The gaps of the encounters named (all, when none is), by encounter identifier; from the cache where it still stands.
pub fn encounters(
    store: &Store,
    packs: &Packs,
    summaries: &[EncounterSummary],
    as_of: &Instant,
    stop: &Stop,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<HashMap<String, Vec<Gap>>> {
    let mut out = HashMap::with_capacity(summaries.len());
    in_batches(store, packs, summaries, as_of, stop, &mut |batch, done| {
        out.extend(batch);
        tell(done, summaries.len());
        Ok(())
    })?;
    Ok(out)
}

/// The same, one batch after the other with how many are done: what is not kept of one is gone before the next, so that the proof of
/// many thousand stays is never in memory at once.
pub fn in_batches(
    store: &Store,
    packs: &Packs,
    summaries: &[EncounterSummary],
    as_of: &Instant,
    stop: &Stop,
    take: &mut dyn FnMut(HashMap<String, Vec<Gap>>, usize) -> Result<()>,
) -> Result<()> {
    let epoch = epoch(packs);
    let mut done = 0;
    for batch in summaries.chunks(BATCH) {
        if stop.stopped() {
            return Err(Trouble::system("the evaluation was stopped").hint("what was evaluated so far is kept; run it again to go on"));
        }
        done += batch.len();
        take(one_batch(store, packs, batch, as_of, &epoch)?, done)?;
    }
    Ok(())
}

/// One batch: from the cache where it still stands, else evaluated and kept.
fn one_batch(store: &Store, packs: &Packs, batch: &[EncounterSummary], as_of: &Instant, epoch: &str) -> Result<HashMap<String, Vec<Gap>>> {
    let names: Vec<&str> = batch.iter().map(|s| s.encounter.identifier.as_str()).collect();
    let mut cached = store.evaluations_of(&names)?;
    let mut out = HashMap::with_capacity(batch.len());
    let mut stale: Vec<(&EncounterSummary, Option<CachedEvaluation>)> = Vec::new();
    for summary in batch {
        let name = &summary.encounter.identifier;
        match cached.remove(name) {
            Some(c) if c.epoch == epoch && stands(packs, &c.stamp(), summary.touched, as_of) => {
                out.insert(name.clone(), c.gaps);
            }
            // What the same packs found before tells what a later document has resolved.
            old => stale.push((summary, old.filter(|old| old.epoch == epoch))),
        }
    }
    // Of a few the readings of late are known, and will be asked for again; of many they would only push out those in use.
    let read: fn(&[Document]) -> Vec<Reading> = if stale.len() <= FEW { readings } else { readings_anew };
    let alone = stale.len() == 1;
    // Each chart is loaded by the thread that evaluates it: one reads while the other thinks, and no more of them are in memory.
    let fresh: Vec<Option<(String, CachedEvaluation, Vec<GapMark>)>> = stale
        .par_iter()
        .map(|(summary, before)| {
            let name = summary.encounter.identifier.clone();
            let Some(found) = store.chart(&name)? else { return Ok(None) };
            let readings = read(&found.documents);
            let subject = Subject { chart: &found, readings: &readings };
            let gaps = if alone { evaluate_at_once(packs, &subject, as_of) } else { evaluate(packs, &subject, as_of, None) };
            let change = |old| lives::Change { encounter: &name, before: old, now: &gaps, subject: &subject, packs, at: as_of };
            let changes = before.as_ref().map(|old| lives::changes(&change(old))).unwrap_or_default();
            let (settled, touched, as_of) = (settled(packs, &found, as_of), summary.touched, as_of.utc_seconds());
            let note = readings.first().filter(|_| readings.len() == 1).map(|reading| reading.document_type);
            let newest = found.documents.iter().map(|document| document.id.0).max().unwrap_or_default();
            Ok(Some((name, CachedEvaluation { epoch: epoch.to_owned(), touched, as_of, settled, note, newest, gaps }, changes)))
        })
        .collect::<Result<_>>()?;
    let (mut kept, mut changes) = (Vec::with_capacity(fresh.len()), Vec::new());
    for (name, evaluation, mut changed) in fresh.into_iter().flatten() {
        changes.append(&mut changed);
        kept.push((name, evaluation));
    }
    lives::drop_strangers(store, &mut changes)?;
    if !kept.is_empty() {
        store.put_evaluations(&kept, &changes)?;
    }
    out.extend(kept.into_iter().map(|(name, e)| (name, e.gaps)));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{REMEMBERED, Shelf};
    use std::sync::Arc;

    #[test]
    fn a_shelf_stays_small_and_keeps_what_is_in_use() {
        let mut shelf = Shelf::default();
        let key = |name: &str| (name.to_owned(), None);
        shelf.put(key("in use"), Arc::default());
        for number in 0..10 * REMEMBERED {
            shelf.put(key(&number.to_string()), Arc::default());
            assert!(shelf.get(&key("in use")).is_some(), "{number}");
            assert!(shelf.new.len() + shelf.old.len() <= REMEMBERED, "{number}");
        }
        assert!(shelf.get(&key("0")).is_none());
    }
}
