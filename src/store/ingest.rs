//! Taking records in: a batch a transaction, the same again changes nothing, a changed text is a new version.

use super::audit::Act;
use super::changes::{self, Merged};
use super::json::json;
use super::put::{Put, put};
use super::ready::{Ready, ReadyRecord};
use super::undo::{FOLLOWED, note};
use super::{Actor, Store, identity, older, trouble::because};
use crate::chart::Record;
use crate::error::{Result, Trouble};
use rusqlite::{OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a run took in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)] // earlier runs counted less
pub struct IngestCounts {
    /// Documents that were not there.
    pub added: u64,
    /// Documents that were there, the same.
    pub unchanged: u64,
    /// Documents that were there with another text or other details.
    pub new_versions: u64,
    /// Encounters that were not there.
    pub encounters: u64,
    /// Observations that were not there.
    pub observations: u64,
    /// Other records that were not there.
    pub other: u64,
    /// Records other than documents that were there and are otherwise now.
    pub changed: u64,
    /// Records that their sender took back.
    pub withdrawn: u64,
    /// Patients that are others now.
    pub merged: u64,
    /// Records that were left out, because a later version of them is there.
    pub older: u64,
    /// Refused, those that are not listed one by one as well.
    pub rejected: u64,
    /// Told, those that are not listed one by one as well.
    pub noticed: u64,
}

/// What of a batch is told and not stored, for the ledger of imports.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ledger<'a> {
    /// What was refused.
    pub rejects: &'a [Trouble],
    /// What is worth knowing.
    pub notices: &'a [Trouble],
}

/// What the store itself has to say of a batch.
#[derive(Debug, Default, PartialEq)]
pub struct Answer {
    /// Records that would put one patient's words into another's chart.
    pub refused: Vec<Trouble>,
    /// Records that were left out because a later version of them is there.
    pub notices: Vec<Trouble>,
}

/// A record with the place it came from.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The record.
    pub record: Record,
    /// File, as a message shows it.
    pub source: String,
    /// Line in it, from 1.
    pub line: Option<u64>,
}

impl Store {
    /// Stores a batch in one transaction and adds to `counts`. A crash loses at most this batch, and the same input again
    /// puts it in.
    /// Gives the records that were refused: they would put one patient's record into another's chart.
    pub fn put_batch(
        &self,
        actor: &Actor,
        run: i64,
        records: &[Incoming],
        rejects: &[Trouble],
        counts: &mut IngestCounts,
    ) -> Result<Vec<Trouble>> {
        let ledger = Ledger { rejects, notices: &[] };
        self.put_each(actor, run, records.iter().map(|incoming| (incoming, None)), ledger, counts).map(|answer| answer.refused)
    }

    /// The same for records that were made ready by another thread.
    pub fn put_ready(
        &self,
        actor: &Actor,
        run: i64,
        records: &[ReadyRecord],
        ledger: Ledger<'_>,
        counts: &mut IngestCounts,
    ) -> Result<Answer> {
        self.put_each(actor, run, records.iter().map(|record| (&record.incoming, Some(&record.ready))), ledger, counts)
    }

    fn put_each<'r>(
        &self,
        actor: &Actor,
        run: i64,
        records: impl ExactSizeIterator<Item = (&'r Incoming, Option<&'r Ready>)>,
        ledger: Ledger<'_>,
        counts: &mut IngestCounts,
    ) -> Result<Answer> {
        let (mut after, number) = (*counts, records.len());
        let answer = self.write(|tx| {
            let failed = because("the import could not be stored");
            let mut touched = Touched::default();
            let Answer { mut refused, mut notices } = Answer::default();
            let mut merged = Merged::of(tx).map_err(&failed)?;
            let mut known = identity::Known::default();
            let mut moved = BTreeSet::new();
            for (incoming, ready) in records {
                if let Record::Change(change) = &incoming.record {
                    let done = changes::put(tx, actor, run, change, &incoming.place(), &mut touched).map_err(&failed)?;
                    if let Some(done) = done {
                        *done.counted(&mut after) += 1;
                        let act = Act {
                            object: Some(&done.object),
                            patient: done.patient.as_deref(),
                            detail: &done.detail,
                            ..Act::new(done.action)
                        };
                        self.record(tx, actor, &act)?;
                        merged = Merged::of(tx).map_err(&failed)?;
                        known.forget();
                    }
                    continue;
                }
                let followed = if merged.is_empty() { None } else { Some(merged.follow(incoming)) };
                let (incoming, ready, from) = match &followed {
                    None => (incoming, ready, None),
                    Some(Some(followed)) => (&followed.incoming, None, followed.from.as_ref()),
                    Some(None) => continue, // a patient who is another by now
                };
                match identity::clash(tx, &incoming.record, &mut known).map_err(&failed)? {
                    Err(clash) => refused.extend(clash.told(incoming)),
                    Ok(have) => {
                        if let Some(told) = older::told(tx, incoming, have.as_deref()).map_err(&failed)? {
                            after.older += 1;
                            notices.push(told);
                            continue;
                        }
                        let made;
                        let ready = match ready {
                            Some(ready) => ready,
                            None => {
                                made = Ready::of(&incoming.record);
                                &made
                            }
                        };
                        let put = put(tx, run, incoming, ready, have.as_deref(), &mut after, &mut touched).map_err(&failed)?;
                        if put != Put::Unchanged {
                            moved.extend(from.cloned());
                        }
                        if let Record::Encounter(_) = &incoming.record {
                            known.forget();
                        }
                    }
                }
            }
            touched.write(tx).map_err(&failed)?;
            // That records followed a merge stands in the run's journal: the merge is not taken back under them.
            moved.iter().try_for_each(|from| note(tx, run, FOLLOWED, from, None)).map_err(&failed)?;
            for (table, told) in [("import_reject", ledger.rejects), ("import_notice", ledger.notices)] {
                let sql = format!("INSERT INTO {table} (run, source, line, what, why, hint) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
                for t in told {
                    let line = t.line.and_then(|l| i64::try_from(l).ok());
                    tx.execute(&sql, (run, &t.source, line, &t.what, &t.why, &t.hint)).map_err(&failed)?;
                }
            }
            tx.execute("UPDATE import_run SET counts = ?2 WHERE id = ?1", (run, json(&after))).map_err(&failed)?;
            let detail = format!("{} records, {} rejected", number - refused.len(), ledger.rejects.len() + refused.len());
            self.record(tx, actor, &Act { object: Some(&run.to_string()), detail: &detail, ..Act::new("import.batch") })?;
            Ok(Answer { refused, notices })
        })?;
        *counts = after;
        Ok(answer)
    }
}

impl Incoming {
    /// File and line, as a message shows them.
    pub(super) fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.source),
            None => self.source.clone(),
        }
    }
}

/// Encounters whose evaluation no longer stands, gathered over a batch.
#[derive(Default)]
pub(super) struct Touched {
    encounters: BTreeSet<String>,
    patients: BTreeSet<String>,
}

impl Touched {
    pub(super) fn note(&mut self, encounter: Option<&str>, patient: Option<&str>) {
        match (encounter, patient) {
            (Some(encounter), _) => drop(self.encounters.insert(encounter.to_owned())),
            // A record that names no encounter may fall into any of the patient's.
            (None, Some(patient)) => drop(self.patients.insert(patient.to_owned())),
            (None, None) => {}
        }
    }

    /// An encounter also serves later ones of its patient as a baseline: all of the patient's are touched.
    fn write(self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let Self { encounters, mut patients } = self;
        let mut patient_of = tx.prepare_cached("SELECT patient FROM encounter WHERE identifier = ?1")?;
        let mut alone = tx.prepare_cached("UPDATE encounter SET touched = touched + 1 WHERE identifier = ?1")?;
        for encounter in encounters {
            match patient_of.query_row([&encounter], |r| r.get::<_, Option<String>>(0)).optional()?.flatten() {
                Some(patient) => drop(patients.insert(patient)),
                None => drop(alone.execute([&encounter])?),
            }
        }
        let mut all = tx.prepare_cached("UPDATE encounter SET touched = touched + 1 WHERE patient = ?1")?;
        for patient in patients {
            all.execute([&patient])?;
        }
        Ok(())
    }
}
