//! Taking records in: a batch a transaction, the same again changes nothing, a changed text is a new version.

use super::audit::Act;
use super::changes::{self, Merged};
use super::json::{json, name};
use super::ready::{Ready, ReadyRecord};
use super::undo::note;
use super::{Actor, Store, identity, merged, trouble::because};
use crate::chart::{Document, DocumentStatus, Encounter, Instant, Patient, Provider, Record};
use crate::error::{Result, Trouble};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeSet;

/// What a run took in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
        self.put_each(actor, run, records.iter().map(|incoming| (incoming, None)), rejects, counts)
    }

    /// The same for records that were made ready by another thread.
    pub fn put_ready(
        &self,
        actor: &Actor,
        run: i64,
        records: &[ReadyRecord],
        rejects: &[Trouble],
        counts: &mut IngestCounts,
    ) -> Result<Vec<Trouble>> {
        self.put_each(actor, run, records.iter().map(|record| (&record.incoming, Some(&record.ready))), rejects, counts)
    }

    fn put_each<'r>(
        &self,
        actor: &Actor,
        run: i64,
        records: impl ExactSizeIterator<Item = (&'r Incoming, Option<&'r Ready>)>,
        rejects: &[Trouble],
        counts: &mut IngestCounts,
    ) -> Result<Vec<Trouble>> {
        let (mut after, number) = (*counts, records.len());
        let refused = self.write(|tx| {
            let failed = because("the import could not be stored");
            let mut touched = Touched::default();
            let mut refused = Vec::new();
            let mut merged = Merged::of(tx).map_err(&failed)?;
            let mut known = identity::Known::default();
            for (incoming, ready) in records {
                if let Record::Change(change) = &incoming.record {
                    let done = changes::put(tx, actor, run, change, &incoming.place(), &mut touched).map_err(&failed)?;
                    if let Some(done) = done {
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
                let (incoming, ready) = match &followed {
                    None => (incoming, ready),
                    Some(Some(followed)) => (followed, None),
                    Some(None) => continue, // a patient who is another by now
                };
                match identity::clash(tx, &incoming.record, &mut known).map_err(&failed)? {
                    Err(clash) => refused.extend(clash.told(incoming)),
                    Ok(have) => {
                        let made;
                        let ready = match ready {
                            Some(ready) => ready,
                            None => {
                                made = Ready::of(&incoming.record);
                                &made
                            }
                        };
                        put(tx, run, incoming, ready, have, &mut after, &mut touched).map_err(&failed)?;
                        if let Record::Encounter(_) = &incoming.record {
                            known.forget();
                        }
                    }
                }
            }
            touched.write(tx).map_err(&failed)?;
            for t in rejects {
                tx.execute(
                    "INSERT INTO import_reject (run, source, line, what, why, hint) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    (run, &t.source, t.line.and_then(|l| i64::try_from(l).ok()), &t.what, &t.why, &t.hint),
                )
                .map_err(&failed)?;
            }
            tx.execute("UPDATE import_run SET counts = ?2 WHERE id = ?1", (run, json(&after))).map_err(&failed)?;
            let detail = format!("{} records, {} rejected", number - refused.len(), rejects.len() + refused.len());
            self.record(tx, actor, &Act { object: Some(&run.to_string()), detail: &detail, ..Act::new("import.batch") })?;
            Ok(refused)
        })?;
        *counts = after;
        Ok(refused)
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

fn put(
    tx: &Transaction<'_>,
    run: i64,
    incoming: &Incoming,
    ready: &Ready,
    have: Option<String>,
    counts: &mut IngestCounts,
    touched: &mut Touched,
) -> rusqlite::Result<()> {
    let mut fact = |kind: &str, identifier: &str, encounter: &Option<String>, patient: &Option<String>, at: Option<Instant>| {
        put_fact(tx, run, (kind, identifier), (encounter.as_deref(), patient.as_deref()), at, (&ready.body, have.as_deref()), touched)
    };
    match &incoming.record {
        Record::Patient(p) => counts.other += u64::from(put_patient(tx, run, p, touched)?),
        Record::Provider(p) => counts.other += u64::from(put_provider(tx, run, p)?),
        Record::Encounter(e) => counts.encounters += u64::from(put_encounter(tx, run, e, &incoming.place(), touched)?),
        Record::Document(d) => match put_ready_document(tx, run, d, ready, &incoming.place(), touched)? {
            Put::Added => counts.added += 1,
            Put::Unchanged => counts.unchanged += 1,
            Put::NewVersion => counts.new_versions += 1,
        },
        Record::Observation(o) => {
            counts.observations += u64::from(fact("observation", &o.identifier, &o.encounter, &o.patient, o.time)?);
        }
        Record::Order(o) => counts.other += u64::from(fact("order", &o.identifier, &o.encounter, &o.patient, o.time)?),
        Record::Medication(m) => counts.other += u64::from(fact("medication", &m.identifier, &m.encounter, &m.patient, m.time)?),
        Record::Procedure(p) => counts.other += u64::from(fact("procedure", &p.identifier, &p.encounter, &p.patient, p.start)?),
        Record::Change(_) => {} // the caller makes it, with its row in the audit chain
        Record::Problem(p) => {
            counts.other += u64::from(fact("problem", &p.identifier, &p.encounter, &p.patient, p.recorded.or(p.onset))?);
        }
    }
    Ok(())
}

/// What came of a document.
pub(super) enum Put {
    Added,
    Unchanged,
    NewVersion,
}

pub(super) fn put_document(tx: &Transaction<'_>, run: i64, given: &Document, place: &str, touched: &mut Touched) -> rusqlite::Result<Put> {
    put_ready_document(tx, run, given, &Ready::of_document(given), place, touched)
}

fn put_ready_document(
    tx: &Transaction<'_>,
    run: i64,
    given: &Document,
    ready: &Ready,
    place: &str,
    touched: &mut Touched,
) -> rusqlite::Result<Put> {
    let Ready { body, text_hash, body_hash, class } = ready;
    let mut find = tx.prepare_cached("SELECT id, version, encounter FROM document WHERE identifier = ?1 AND current = 1")?;
    let current: Option<(i64, i64, Option<String>)> =
        find.query_row([&given.identifier], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional()?;
    // The same as the current version, or as one that came in the same run as it (a source that holds one identifier twice would
    // otherwise grow with every run). An older text that comes back is news: a correction was taken back.
    let mut known = tx.prepare_cached(
        "SELECT 1 FROM document d JOIN document c ON c.identifier = d.identifier AND c.current = 1
         WHERE d.identifier = ?1 AND d.sha256 = ?2 AND d.body_sha256 = ?3 AND d.run = c.run",
    )?;
    if current.is_some() && known.exists((&given.identifier, text_hash, body_hash))? {
        return Ok(Put::Unchanged);
    }
    let withdrawn = given.status == DocumentStatus::EnteredInError;
    let version = match &current {
        Some((old, version, encounter)) => {
            touched.note(encounter.as_deref(), None); // it may have moved away from there
            tx.prepare_cached("UPDATE document SET current = 0 WHERE id = ?1")?.execute([old])?;
            tx.prepare_cached("INSERT INTO outbox (document, present) VALUES (?1, 0)")?.execute([old])?;
            version + 1
        }
        None => 1,
    };
    tx.prepare_cached(
        "INSERT INTO document (identifier, version, current, encounter, patient, written, sha256, text, body, body_sha256, run, withdrawn, source, class)
         VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        given.identifier,
        version,
        given.encounter,
        given.patient,
        given.time.map(|t| t.utc_seconds()),
        text_hash,
        given.text,
        body,
        body_hash,
        run,
        withdrawn,
        place,
        class
    ])?;
    let id = tx.last_insert_rowid();
    note(tx, run, "document", &given.identifier, current.as_ref().map(|(old, _, _)| old.to_string()).as_deref())?;
    if !withdrawn {
        tx.prepare_cached("INSERT INTO outbox (document, present) VALUES (?1, 1)")?.execute([id])?;
    }
    touched.note(given.encounter.as_deref(), given.patient.as_deref());
    Ok(if current.is_some() { Put::NewVersion } else { Put::Added })
}

fn put_fact(
    tx: &Transaction<'_>,
    run: i64,
    (kind, identifier): (&str, &str),
    (encounter, patient): (Option<&str>, Option<&str>),
    at: Option<Instant>,
    (body, have): (&str, Option<&str>),
    touched: &mut Touched,
) -> rusqlite::Result<bool> {
    if have == Some(body) {
        return Ok(false);
    }
    tx.prepare_cached(
        "INSERT INTO fact (kind, identifier, encounter, patient, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (kind, identifier) DO UPDATE SET encounter = ?3, patient = ?4, at = ?5, body = ?6, revision = revision + 1",
    )?
    .execute(params![kind, identifier, encounter, patient, at.map(|t| t.utc_seconds()), body])?;
    note(tx, run, kind, identifier, have)?;
    touched.note(encounter, patient);
    Ok(have.is_none())
}

fn put_patient(tx: &Transaction<'_>, run: i64, given: &Patient, touched: &mut Touched) -> rusqlite::Result<bool> {
    let have: Option<Patient> = body(tx, "SELECT body FROM patient WHERE identifier = ?1", &given.identifier)?;
    let merged = Patient { id: crate::chart::Id(0), ..merged::patient(have.as_ref(), given) };
    if have.as_ref() == Some(&merged) {
        return Ok(false);
    }
    tx.prepare_cached(
        "INSERT INTO patient (identifier, mrn, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (identifier) DO UPDATE SET mrn = ?2, body = ?3, revision = revision + 1",
    )?
    .execute((&merged.identifier, &merged.mrn, json(&merged)))?;
    note(tx, run, "patient", &merged.identifier, have.as_ref().map(json).as_deref())?;
    // Name and record number stand in the index beside each of the patient's documents, which may have come first.
    tx.prepare_cached(
        "INSERT INTO outbox (document, present) SELECT id, 1 FROM document WHERE patient = ?1 AND current = 1 AND withdrawn = 0",
    )?
    .execute([&merged.identifier])?;
    touched.note(None, Some(&merged.identifier));
    Ok(have.is_none())
}

fn put_provider(tx: &Transaction<'_>, run: i64, given: &Provider) -> rusqlite::Result<bool> {
    let Some(identifier) = &given.identifier else { return Ok(false) };
    let have: Option<Provider> = body(tx, "SELECT body FROM provider WHERE identifier = ?1", identifier)?;
    let merged = match &have {
        None => given.clone(),
        Some(old) => Provider {
            identifier: given.identifier.clone(),
            name: given.name.clone().or_else(|| old.name.clone()),
            role: if given.role == crate::chart::Role::NotGiven { old.role } else { given.role },
            service: given.service.clone().or_else(|| old.service.clone()),
        },
    };
    if have.as_ref() == Some(&merged) {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO provider (identifier, body) VALUES (?1, ?2) ON CONFLICT (identifier) DO UPDATE SET body = ?2",
        (identifier, json(&merged)),
    )?;
    note(tx, run, "provider", identifier, have.as_ref().map(json).as_deref())?;
    Ok(have.is_none())
}

fn put_encounter(tx: &Transaction<'_>, run: i64, given: &Encounter, place: &str, touched: &mut Touched) -> rusqlite::Result<bool> {
    let have: Option<Encounter> = body(tx, "SELECT body FROM encounter WHERE identifier = ?1", &given.identifier)?;
    // What was really sent is never replaced by an encounter that only stands in for a missing one.
    if have.as_ref().is_some_and(|old| given.implied && !old.implied) {
        return Ok(false);
    }
    let given = Encounter { id: crate::chart::Id(0), ..merged::encounter(have.as_ref(), given) };
    if have.as_ref() == Some(&given) {
        return Ok(false);
    }
    let class = name(&given.class);
    tx.prepare_cached(
        "INSERT INTO encounter (identifier, patient, class, started, ended, implied, body, account, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (identifier) DO UPDATE SET account = ?8, patient = ?2, class = ?3, started = ?4, ended = ?5, implied = ?6, body = ?7,
         revision = revision + 1",
    )?
    .execute(params![
            given.identifier,
            given.patient,
            class,
            given.start.map(|t| t.utc_seconds()),
            given.end.map(|t| t.utc_seconds()),
            given.implied,
            json(&given),
            given.account,
            place
        ])?;
    note(tx, run, "encounter", &given.identifier, have.as_ref().map(json).as_deref())?;
    touched.note(Some(&given.identifier), None);
    let named = |e: &Encounter| (e.name().to_owned(), e.service.clone());
    if have.as_ref().map(named) != Some(named(&given)) {
        tx.prepare_cached(
            "INSERT INTO outbox (document, present) SELECT id, 1 FROM document WHERE encounter = ?1 AND current = 1 AND withdrawn = 0",
        )?
        .execute([&given.identifier])?;
    }
    Ok(have.is_none())
}

fn body<T: DeserializeOwned>(tx: &Transaction<'_>, sql: &str, identifier: &str) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = tx.prepare_cached(sql)?.query_row([identifier], |r| r.get(0)).optional()?;
    Ok(text.and_then(|t| serde_json::from_str(&t).ok()))
}
