//! What a sender says about records that came before: two patients are one, a record is taken back. Each leaves a row in the audit
//! chain, and one in the journal that an undo reads.

use super::ingest::{Incoming, IngestCounts, Touched};
use super::json::json;
use super::put::{Put, put_document};
use super::undo::note;
use super::{Actor, charts};
use crate::chart::{Change, Document, DocumentStatus, Encounter, Record, RecordKind};
use rusqlite::{OptionalExtension, Transaction};
use std::collections::HashMap;

/// What came of a change, for the audit chain: the action, the patient and the object.
pub(super) struct Done {
    pub(super) action: &'static str,
    pub(super) patient: Option<String>,
    pub(super) object: String,
    pub(super) detail: String,
}

impl Done {
    /// Where it is counted.
    pub(super) fn counted<'c>(&self, counts: &'c mut IngestCounts) -> &'c mut u64 {
        match self.action {
            MERGE => &mut counts.merged,
            STATUS => &mut counts.new_versions,
            _ => &mut counts.withdrawn,
        }
    }
}

const MERGE: &str = "import.merge";
const STATUS: &str = "import.status";

/// Makes a change; `None` when there is nothing to change any more.
pub(super) fn put(
    tx: &Transaction<'_>,
    actor: &Actor,
    run: i64,
    change: &Change,
    place: &str,
    touched: &mut Touched,
) -> rusqlite::Result<Option<Done>> {
    match change {
        Change::Merged { from, into } => merge(tx, actor, run, from, into, place, touched),
        Change::Withdrawn { kind: RecordKind::Document, identifier, patient } => {
            let sql = "SELECT id, encounter, patient FROM document WHERE identifier = ?1 AND current = 1 AND withdrawn = 0";
            let found: Option<(i64, Option<String>, Option<String>)> =
                tx.prepare_cached(sql)?.query_row([identifier], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional()?;
            let Some((id, encounter, whose)) = found.filter(|(_, _, whose)| same(whose, patient)) else { return Ok(None) };
            tx.prepare_cached("UPDATE document SET withdrawn = 1 WHERE id = ?1")?.execute([id])?;
            tx.prepare_cached("INSERT INTO outbox (document, present) VALUES (?1, 0)")?.execute([id])?;
            note(tx, run, "withdrawn", &id.to_string(), None)?;
            touched.note(encounter.as_deref(), whose.as_deref());
            Ok(Some(Done { action: "import.withdraw", patient: whose, object: identifier.clone(), detail: "document".to_owned() }))
        }
        Change::Status { identifier, patient, status, signer, signed } => {
            let there = "SELECT 1 FROM document WHERE identifier = ?1 AND current = 1 AND withdrawn = 0";
            if !tx.prepare_cached(there)?.exists([identifier])? {
                return Ok(None);
            }
            let Some(had) = charts::bare_document(tx, identifier)?.filter(|had| same(&had.patient, patient)) else { return Ok(None) };
            let now = Document {
                status: if *status == DocumentStatus::NotGiven { had.status } else { *status },
                signer: signer.clone().or_else(|| had.signer.clone()),
                signed: signed.or(had.signed),
                ..had
            };
            if matches!(put_document(tx, run, &now, place, touched)?, Put::Unchanged) {
                return Ok(None);
            }
            Ok(Some(Done { action: STATUS, patient: now.patient, object: identifier.clone(), detail: "document".to_owned() }))
        }
        Change::Withdrawn { kind, identifier, patient } => {
            let Some(kind) = fact_kind(*kind) else { return Ok(None) };
            let sql = "SELECT body, encounter, patient FROM fact WHERE kind = ?1 AND identifier = ?2";
            let found: Option<(String, Option<String>, Option<String>)> =
                tx.prepare_cached(sql)?.query_row((kind, identifier), |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional()?;
            let Some((body, encounter, whose)) = found.filter(|(_, _, whose)| same(whose, patient)) else { return Ok(None) };
            tx.prepare_cached("DELETE FROM fact WHERE kind = ?1 AND identifier = ?2")?.execute((kind, identifier))?;
            note(tx, run, kind, identifier, Some(&body))?;
            touched.note(encounter.as_deref(), whose.as_deref());
            Ok(Some(Done { action: "import.withdraw", patient: whose, object: identifier.clone(), detail: kind.to_owned() }))
        }
    }
}

fn fact_kind(kind: RecordKind) -> Option<&'static str> {
    Some(match kind {
        RecordKind::Observation => "observation",
        RecordKind::Order => "order",
        RecordKind::Medication => "medication",
        RecordKind::Procedure => "procedure",
        RecordKind::Problem => "problem",
        RecordKind::Patient | RecordKind::Provider | RecordKind::Encounter | RecordKind::Document | RecordKind::Change => return None,
    })
}

/// What is not given contradicts nothing.
fn same(one: &Option<String>, other: &Option<String>) -> bool {
    one.as_ref().zip(other.as_ref()).is_none_or(|(one, other)| one == other)
}

fn merge(
    tx: &Transaction<'_>,
    actor: &Actor,
    run: i64,
    from: &str,
    into: &str,
    place: &str,
    touched: &mut Touched,
) -> rusqlite::Result<Option<Done>> {
    let merged = Merged::of(tx)?;
    let into = merged.resolve(into).to_owned();
    if merged.0.contains_key(from) || into == from {
        return Ok(None);
    }
    tx.execute(
        "INSERT INTO patient_merge (from_patient, into_patient, run, at) VALUES (?1, ?2, ?3, ?4)",
        (from, &into, run, actor.now.to_string()),
    )?;
    note(tx, run, "merge", from, None)?;
    touched.note(None, Some(from));
    touched.note(None, Some(&into));
    let mut moved = 0_u64;
    let rows = |sql: &str| -> rusqlite::Result<Vec<(String, String)>> {
        tx.prepare(sql)?.query_map([from], |r| Ok((r.get(0)?, r.get(1)?)))?.collect()
    };
    for (identifier, body) in rows("SELECT identifier, body FROM encounter WHERE patient = ?1 ORDER BY identifier")? {
        let Some(encounter) = charts::parse::<Encounter>(&body) else { continue };
        let encounter = Encounter { patient: Some(into.clone()), ..encounter };
        tx.execute(
            "UPDATE encounter SET patient = ?2, body = ?3, revision = revision + 1, touched = touched + 1 WHERE identifier = ?1",
            (&identifier, &into, json(&encounter)),
        )?;
        note(tx, run, "encounter", &identifier, Some(&body))?;
        moved += 1;
    }
    for kind in ["medication", "observation", "order", "problem", "procedure"] {
        let facts: Vec<(String, String)> = tx
            .prepare("SELECT identifier, body FROM fact WHERE patient = ?1 AND kind = ?2 ORDER BY identifier")?
            .query_map((from, kind), |r| Ok((r.get(0)?, r.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (identifier, body) in facts {
            let Some(mut value) = charts::parse::<serde_json::Value>(&body) else { continue };
            if let Some(fields) = value.as_object_mut() {
                fields.insert("patient".to_owned(), into.clone().into());
            }
            tx.execute(
                "UPDATE fact SET patient = ?3, body = ?4, revision = revision + 1 WHERE kind = ?1 AND identifier = ?2",
                (kind, &identifier, &into, value.to_string()),
            )?;
            note(tx, run, kind, &identifier, Some(&body))?;
            moved += 1;
        }
    }
    // A stored document never changes: the other patient's is a new version of it.
    let identifiers: Vec<String> = tx
        .prepare("SELECT identifier FROM document WHERE patient = ?1 AND current = 1 AND withdrawn = 0 ORDER BY identifier")?
        .query_map([from], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for identifier in identifiers {
        let Some(mut document) = charts::bare_document(tx, &identifier)? else { continue };
        document.patient = Some(into.clone());
        if !matches!(put_document(tx, run, &document, place, touched)?, Put::Unchanged) {
            moved += 1;
        }
    }
    let body: Option<String> = tx.query_row("SELECT body FROM patient WHERE identifier = ?1", [from], |r| r.get(0)).optional()?;
    if let Some(body) = body {
        tx.execute("DELETE FROM patient WHERE identifier = ?1", [from])?;
        note(tx, run, "patient", from, Some(&body))?;
    }
    let detail = format!("into {into}, {moved} records");
    Ok(Some(Done { action: MERGE, patient: Some(into), object: from.to_owned(), detail }))
}

/// Patients that are others by now.
pub(super) struct Merged(HashMap<String, String>);

impl Merged {
    pub(super) fn of(tx: &Transaction<'_>) -> rusqlite::Result<Self> {
        let mut statement = tx.prepare_cached("SELECT from_patient, into_patient FROM patient_merge")?;
        statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The patient that stays; merges may follow each other, and a circle ends.
    pub(super) fn resolve<'m>(&'m self, patient: &'m str) -> &'m str {
        let mut now = patient;
        for _ in 0..=self.0.len() {
            match self.0.get(now) {
                Some(next) => now = next,
                None => break,
            }
        }
        now
    }

    /// A record under the patient that stays. The record of a patient who is no more says nothing of the one who stays: `None`.
    pub(super) fn follow(&self, incoming: &Incoming) -> Option<Followed> {
        let mut followed = Followed { incoming: incoming.clone(), from: None };
        let patient = match &mut followed.incoming.record {
            Record::Patient(p) => return (!self.0.contains_key(&p.identifier)).then_some(followed),
            Record::Provider(_) | Record::Change(_) => return Some(followed),
            Record::Encounter(e) => &mut e.patient,
            Record::Document(d) => &mut d.patient,
            Record::Observation(o) => &mut o.patient,
            Record::Order(o) => &mut o.patient,
            Record::Medication(m) => &mut m.patient,
            Record::Procedure(p) => &mut p.patient,
            Record::Problem(p) => &mut p.patient,
        };
        if let Some(patient) = patient.as_mut().filter(|patient| self.0.contains_key(patient.as_str())) {
            let into = self.resolve(patient).to_owned();
            followed.from = Some(std::mem::replace(patient, into));
        }
        Some(followed)
    }
}

/// A record as it stands after the merges, and the patient who is no more that it came under.
pub(super) struct Followed {
    pub(super) incoming: Incoming,
    pub(super) from: Option<String>,
}
