//! One record into the store: added, as it was, or changed. A document that changed is a new version; other records are replaced, and what
//! stood there goes into the journal.

use super::ingest::{Incoming, IngestCounts, Touched};
use super::json::{json, name};
use super::merged;
use super::ready::Ready;
use super::undo::note;
use crate::chart::{Document, DocumentStatus, Encounter, Instant, Patient, Provider, Record};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::de::DeserializeOwned;

pub(super) fn put(
    tx: &Transaction<'_>,
    run: i64,
    incoming: &Incoming,
    ready: &Ready,
    have: Option<&str>,
    counts: &mut IngestCounts,
    touched: &mut Touched,
) -> rusqlite::Result<Put> {
    let mut fact = |kind: &str, identifier: &str, encounter: &Option<String>, patient: &Option<String>, at: Option<Instant>| {
        put_fact(tx, run, (kind, identifier), (encounter.as_deref(), patient.as_deref()), at, (&ready.body, have), touched)
    };
    let (put, added) = match &incoming.record {
        Record::Document(d) => {
            let put = put_ready_document(tx, run, d, ready, &incoming.place(), touched)?;
            match put {
                Put::Added => counts.added += 1,
                Put::Unchanged => counts.unchanged += 1,
                Put::Changed => counts.new_versions += 1,
            }
            return Ok(put);
        }
        Record::Change(_) => return Ok(Put::Unchanged), // the caller makes it, with its row in the audit chain
        Record::Encounter(e) => (put_encounter(tx, run, e, &incoming.place(), touched)?, &mut counts.encounters),
        Record::Observation(o) => (fact("observation", &o.identifier, &o.encounter, &o.patient, o.time)?, &mut counts.observations),
        Record::Patient(p) => (put_patient(tx, run, p, touched)?, &mut counts.other),
        Record::Provider(p) => (put_provider(tx, run, p)?, &mut counts.other),
        Record::Order(o) => (fact("order", &o.identifier, &o.encounter, &o.patient, o.time)?, &mut counts.other),
        Record::Medication(m) => (fact("medication", &m.identifier, &m.encounter, &m.patient, m.time)?, &mut counts.other),
        Record::Procedure(p) => (fact("procedure", &p.identifier, &p.encounter, &p.patient, p.start)?, &mut counts.other),
        Record::Problem(p) => (fact("problem", &p.identifier, &p.encounter, &p.patient, p.recorded.or(p.onset))?, &mut counts.other),
    };
    match put {
        Put::Added => *added += 1,
        Put::Changed => counts.changed += 1,
        Put::Unchanged => {}
    }
    Ok(put)
}

/// What came of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    Added,
    Unchanged,
    /// It was there and is otherwise now: of a document, a new version.
    Changed,
}

impl Put {
    /// Of a record that was written, whether there was one before.
    fn over(before: bool) -> Self {
        if before { Self::Changed } else { Self::Added }
    }
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
    Ok(Put::over(current.is_some()))
}

fn put_fact(
    tx: &Transaction<'_>,
    run: i64,
    (kind, identifier): (&str, &str),
    (encounter, patient): (Option<&str>, Option<&str>),
    at: Option<Instant>,
    (body, have): (&str, Option<&str>),
    touched: &mut Touched,
) -> rusqlite::Result<Put> {
    if have == Some(body) {
        return Ok(Put::Unchanged);
    }
    tx.prepare_cached(
        "INSERT INTO fact (kind, identifier, encounter, patient, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (kind, identifier) DO UPDATE SET encounter = ?3, patient = ?4, at = ?5, body = ?6, revision = revision + 1",
    )?
    .execute(params![kind, identifier, encounter, patient, at.map(|t| t.utc_seconds()), body])?;
    note(tx, run, kind, identifier, have)?;
    touched.note(encounter, patient);
    Ok(Put::over(have.is_some()))
}

fn put_patient(tx: &Transaction<'_>, run: i64, given: &Patient, touched: &mut Touched) -> rusqlite::Result<Put> {
    let have: Option<Patient> = body(tx, "SELECT body FROM patient WHERE identifier = ?1", &given.identifier)?;
    let merged = Patient { id: crate::chart::Id(0), ..merged::patient(have.as_ref(), given) };
    if have.as_ref() == Some(&merged) {
        return Ok(Put::Unchanged);
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
    Ok(Put::over(have.is_some()))
}

fn put_provider(tx: &Transaction<'_>, run: i64, given: &Provider) -> rusqlite::Result<Put> {
    let Some(identifier) = &given.identifier else { return Ok(Put::Unchanged) };
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
        return Ok(Put::Unchanged);
    }
    tx.execute(
        "INSERT INTO provider (identifier, body) VALUES (?1, ?2) ON CONFLICT (identifier) DO UPDATE SET body = ?2",
        (identifier, json(&merged)),
    )?;
    note(tx, run, "provider", identifier, have.as_ref().map(json).as_deref())?;
    Ok(Put::over(have.is_some()))
}

fn put_encounter(tx: &Transaction<'_>, run: i64, given: &Encounter, place: &str, touched: &mut Touched) -> rusqlite::Result<Put> {
    let have: Option<Encounter> = body(tx, "SELECT body FROM encounter WHERE identifier = ?1", &given.identifier)?;
    // What was really sent is never replaced by an encounter that only stands in for a missing one.
    if have.as_ref().is_some_and(|old| given.implied && !old.implied) {
        return Ok(Put::Unchanged);
    }
    let given = Encounter { id: crate::chart::Id(0), ..merged::encounter(have.as_ref(), given) };
    if have.as_ref() == Some(&given) {
        return Ok(Put::Unchanged);
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
    Ok(Put::over(have.is_some()))
}

fn body<T: DeserializeOwned>(tx: &Transaction<'_>, sql: &str, identifier: &str) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = tx.prepare_cached(sql)?.query_row([identifier], |r| r.get(0)).optional()?;
    Ok(text.and_then(|t| serde_json::from_str(&t).ok()))
}
