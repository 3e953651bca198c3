//! Taking records in: a batch a transaction, the same again changes nothing, a changed text is a new version.

use super::audit::Act;
use super::changes::{self, Done, Merged, Outcome};
use super::identity::Clash;
use super::json::json;
use super::numbers::Shared;
use super::person::{self, Whose};
use super::put::{At, Fact, Put, put};
use super::ready::{Ready, ReadyRecord};
use super::undo::{FOLLOWED, note};
use super::units::{self, Came, Waiting};
use super::{Actor, Store, gone, identity, numbers, older, reports, trouble::because};
use crate::chart::{Change, Context, Patient, Record};
use crate::error::{Result, Trouble};
use rusqlite::{OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
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
    /// What it came with that is no part of a chart.
    pub context: Context,
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
        self.put_each(actor, run, records.iter().map(ReadyRecord::parts), ledger, counts)
    }

    fn put_each<'r>(
        &self,
        actor: &Actor,
        run: i64,
        records: impl Iterator<Item = (&'r Incoming, Option<&'r Ready>)>,
        ledger: Ledger<'_>,
        counts: &mut IngestCounts,
    ) -> Result<Answer> {
        let records: Vec<_> = records.collect();
        let mut after = *counts;
        let mut running = self.running();
        let answer = self.write(|tx| Batch::new(self, tx, actor, run, &mut after, &mut running.waiting)?.put(&records, ledger))?;
        drop(running);
        *counts = after;
        Ok(answer)
    }
}

/// A batch that is being written.
pub(super) struct Batch<'a, 't> {
    store: &'a Store,
    tx: &'a Transaction<'t>,
    actor: &'a Actor,
    run: i64,
    counts: &'a mut IngestCounts,
    waiting: &'a mut Waiting,
    answer: Answer,
    touched: Touched,
    merged: Merged,
    known: identity::Known,
    moved: BTreeSet<String>,
    gone: bool,
}

fn failed(error: rusqlite::Error) -> Trouble {
    because("the import could not be stored")(error)
}

impl<'a, 't> Batch<'a, 't> {
    pub(super) fn new(
        store: &'a Store,
        tx: &'a Transaction<'t>,
        actor: &'a Actor,
        run: i64,
        counts: &'a mut IngestCounts,
        waiting: &'a mut Waiting,
    ) -> Result<Self> {
        let (answer, touched, known, moved) = (Answer::default(), Touched::default(), identity::Known::default(), BTreeSet::new());
        let merged = Merged::of(tx).map_err(failed)?;
        let gone = gone::any(tx).map_err(failed)?;
        Ok(Self { store, tx, actor, run, counts, waiting, answer, touched, merged, known, moved, gone })
    }

    /// Writes the records, and what was told of the batch into the ledger.
    pub(super) fn put(mut self, records: &[(&Incoming, Option<&Ready>)], ledger: Ledger<'_>) -> Result<Answer> {
        for unit in records.chunk_by(|(one, _), (other, _)| one.context.unit != 0 && one.context.unit == other.context.unit) {
            self.unit(unit)?;
        }
        self.end(records.len(), ledger)
    }

    /// What came together: all of it, or nothing.
    fn unit(&mut self, records: &[(&Incoming, Option<&Ready>)]) -> Result<()> {
        let mut unit: Vec<Came<'_>> =
            records.iter().map(|(incoming, ready)| Came { incoming: Cow::Borrowed(*incoming), ready: *ready, from: None }).collect();
        reports::settle(self.tx, &mut unit).map_err(failed)?;
        let named = units::settle(self.tx, &mut unit).map_err(failed)?;
        if !self.merged.is_empty() {
            let merged = &self.merged;
            unit = unit.into_iter().filter_map(|came| followed(merged, came)).collect();
        }
        if let Some(refused) = units::refused(self.tx, &unit, &mut self.known).map_err(failed)?
            && !self.joins(&unit)?
        {
            self.answer.refused.push(refused.trouble);
            // What came with another person under a known number waits for nobody.
            if !refused.another {
                self.waiting.keep(unit);
            }
            return Ok(());
        }
        if let Some(trouble) = self.waiting.of_another(&unit) {
            self.answer.refused.push(trouble);
            return Ok(());
        }
        self.answer.notices.extend(named);
        for came in unit {
            // A patient of the unit itself may have been another one.
            let came = if self.merged.is_empty() { Some(came) } else { followed(&self.merged, came) };
            came.map_or(Ok(()), |came| self.one(came))?;
        }
        Ok(())
    }

    /// Whether a unit that clashes does so only because its patient is known under another name: then all of it is that one's.
    fn joins(&mut self, unit: &[Came<'_>]) -> Result<bool> {
        let mut joined = Merged::default();
        for came in unit {
            if let Record::Patient(given) = &came.incoming.record
                && let Shared::Is(other) = numbers::shared(self.tx, &self.merged, given).map_err(failed)?
            {
                joined.add(&given.identifier, &other);
            }
        }
        if joined.is_empty() {
            return Ok(false);
        }
        let unit: Vec<Came<'_>> = unit.iter().cloned().filter_map(|came| followed(&joined, came)).collect();
        Ok(units::refused(self.tx, &unit, &mut self.known).map_err(failed)?.is_none())
    }

    fn one(&mut self, came: Came<'_>) -> Result<()> {
        let incoming = came.incoming.as_ref();
        if let Record::Change(change) = &incoming.record {
            return self.change(change, incoming);
        }
        if let Record::Patient(given) = &incoming.record
            && let Some(known) = self.known_as(given, incoming)?
        {
            let record = Record::Patient(numbers::under(given, &known));
            let from = Some(given.identifier.clone());
            return self.write(Came { incoming: Cow::Owned(Incoming { record, ..incoming.clone() }), ready: None, from }, None);
        }
        for owner in self.waiting.take(&incoming.record) {
            // It waited because of another record: where it is another patient's itself, it still does not go in.
            if identity::clash(self.tx, &owner, &mut self.known).map_err(failed)?.is_ok() {
                self.write(Came { incoming: Cow::Owned(owner), ready: None, from: None }, None)?;
            }
        }
        match identity::clash(self.tx, incoming, &mut self.known).map_err(failed)? {
            Err(clash) => {
                if let Clash::Person { identifier, .. } = &clash {
                    self.waiting.another(identifier);
                }
                self.answer.refused.extend(clash.told(incoming));
                Ok(())
            }
            Ok(have) => match older::told(self.tx, incoming, have.as_ref().map(|have| have.body.as_str())).map_err(failed)? {
                Some(told) => {
                    self.counts.older += 1;
                    self.answer.notices.push(told);
                    Ok(())
                }
                None => self.write(came, have.as_ref()),
            },
        }
    }

    /// The name under which the store knows a patient who comes under another one: both know a number of one authority.
    fn known_as(&mut self, given: &Patient, incoming: &Incoming) -> Result<Option<String>> {
        let tell = |what: String, why: &str, hint: &str| Trouble::input(what).at(&incoming.source, incoming.line).why(why).hint(hint);
        let name = identity::shown(&given.identifier);
        match numbers::shared(self.tx, &self.merged, given).map_err(failed)? {
            Shared::Nobody => Ok(None),
            Shared::MayBe(other) => {
                let why =
                    "both have a number of one authority, but something speaks against it, or both have charts already: they stay two";
                let hint = "`lacuna import doubles` lists them, and `lacuna import merge` makes them one";
                self.answer.notices.push(tell(format!("the patients {name} and {} may be one", identity::shown(&other)), why, hint));
                Ok(None)
            }
            Shared::Is(other) => {
                let at = At { tx: self.tx, run: self.run, place: "", sent: &incoming.context.sent, folder: None, gone: self.gone };
                let done = changes::same_person(&at, self.actor, &given.identifier, &other).map_err(failed)?;
                self.done(&done)?;
                let why = "both have a number of one authority, and nothing speaks against it";
                let hint = "`lacuna import undo` parts them again";
                self.answer.notices.push(tell(format!("the patient {name} is {}", identity::shown(&other)), why, hint));
                Ok(Some(other))
            }
        }
    }

    /// Counts a change, and writes its row into the audit chain.
    fn done(&mut self, done: &Done) -> Result<()> {
        *done.counted(self.counts) += 1;
        let act = Act { object: Some(&done.object), patient: done.patient.as_deref(), detail: &done.detail, ..Act::new(done.action) };
        self.store.record(self.tx, self.actor, &act)?;
        self.merged = Merged::of(self.tx).map_err(failed)?;
        self.known.forget();
        Ok(())
    }

    fn write(&mut self, came: Came<'_>, have: Option<&Fact>) -> Result<()> {
        let incoming = came.incoming.as_ref();
        let made;
        let ready = match came.ready {
            Some(ready) => ready,
            None => {
                made = Ready::of(&incoming.record);
                &made
            }
        };
        let place = incoming.place();
        let Context { sent, by_name, .. } = &incoming.context;
        let folder = by_name.as_ref().map(|by_name| by_name.folder.as_str());
        let at = At { tx: self.tx, run: self.run, place: &place, sent, folder, gone: self.gone };
        let whose = match &incoming.record {
            Record::Patient(given) => person::whose(self.tx, given, true).map_err(failed)?,
            _ => Whose::Same,
        };
        let put = put(&at, incoming, ready, have, self.counts, &mut self.touched).map_err(failed)?;
        if put == Put::Changed
            && let Whose::Differs(differs) = whose
            && let Record::Patient(patient) = &incoming.record
        {
            self.answer.notices.push(person::differs(&patient.identifier, &differs).at(&incoming.source, incoming.line));
        }
        let told = match put {
            Put::Older => older::late(incoming, false),
            Put::PartlyOlder => older::late(incoming, true),
            Put::Hidden => older::hidden(incoming),
            Put::Changed => self.told(incoming),
            Put::Added | Put::Unchanged => None,
        };
        self.answer.notices.extend(told);
        if !matches!(put, Put::Unchanged | Put::Older) {
            self.moved.extend(came.from);
        }
        if let Record::Encounter(_) = &incoming.record {
            self.known.forget();
        }
        Ok(())
    }

    /// What is worth knowing where the store is otherwise for a record.
    fn told(&self, incoming: &Incoming) -> Option<Trouble> {
        let (what, why) = incoming.context.told?;
        Some(Trouble::input(what).at(&incoming.source, incoming.line).why(why))
    }

    fn change(&mut self, change: &Change, incoming: &Incoming) -> Result<()> {
        let place = incoming.place();
        let at = At { tx: self.tx, run: self.run, place: &place, sent: &incoming.context.sent, folder: None, gone: self.gone };
        match changes::put(&at, self.actor, change, &mut self.touched).map_err(failed)? {
            Outcome::Nothing => return Ok(()),
            Outcome::Against { from, into } => {
                let what = format!("the merge of the patient {} into {} was not applied", identity::shown(&from), identity::shown(&into));
                let why = "an earlier merge made them one the other way round, or the first one another patient: it stands";
                let hint = "`lacuna import report` lists the import that merged them, and `lacuna import undo` parts them again";
                self.answer.notices.push(Trouble::input(what).at(&incoming.source, incoming.line).why(why).hint(hint));
            }
            Outcome::Older => {
                self.counts.older += 1;
                let what = "what a message takes back or says of a record was said before it: not applied";
                let why = "a newer message about the same record was read before; what that one says is kept";
                self.answer.notices.push(Trouble::input(what).at(&incoming.source, incoming.line).why(why));
            }
            Outcome::Noted => self.gone = true,
            Outcome::Done(done) => {
                self.done(&done)?;
                self.answer.notices.extend(self.told(incoming));
                self.gone = true;
            }
        }
        Ok(())
    }

    fn end(self, number: usize, ledger: Ledger<'_>) -> Result<Answer> {
        let Self { store, tx, actor, run, counts, answer, touched, moved, .. } = self;
        touched.write(tx).map_err(failed)?;
        // That records followed a merge stands in the run's journal: the merge is not taken back under them.
        moved.iter().try_for_each(|from| note(tx, run, FOLLOWED, from, None)).map_err(failed)?;
        for (table, told) in [("import_reject", ledger.rejects), ("import_notice", ledger.notices)] {
            let sql = format!("INSERT INTO {table} (run, source, line, what, why, hint) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
            for t in told {
                let line = t.line.and_then(|l| i64::try_from(l).ok());
                tx.execute(&sql, (run, &t.source, line, &t.what, &t.why, &t.hint)).map_err(failed)?;
            }
        }
        tx.execute("UPDATE import_run SET counts = ?2 WHERE id = ?1", (run, json(counts))).map_err(failed)?;
        let detail =
            format!("{} records, {} rejected", number.saturating_sub(answer.refused.len()), ledger.rejects.len() + answer.refused.len());
        store.record(tx, actor, &Act { object: Some(&run.to_string()), detail: &detail, ..Act::new("import.batch") })?;
        Ok(answer)
    }
}

/// A record under the patient who stays.
fn followed<'r>(merged: &Merged, came: Came<'r>) -> Option<Came<'r>> {
    if matches!(came.incoming.record, Record::Change(_)) {
        return Some(came);
    }
    let followed = merged.follow(&came.incoming)?;
    match followed.from {
        None => Some(came),
        Some(from) => Some(Came { incoming: Cow::Owned(followed.incoming), ready: None, from: Some(from) }),
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
    pub(super) fn write(self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
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
