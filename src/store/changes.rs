//! What a sender says about records that came before: two patients are one, a record is taken back. Each leaves a row in the audit
//! chain, and one in the journal that an undo reads.

use super::gone::Gone;
use super::ingest::{Incoming, IngestCounts, Touched};
use super::json::json;
use super::put::{At, Put, put_document};
use super::undo::note;
use super::{Actor, charts, gone, numbers, sent};
use crate::chart::{Change, Document, DocumentStatus, Encounter, Record, RecordKind};
use crate::hash::sha256;
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

/// What came of a change.
pub(super) enum Outcome {
    /// There is nothing to change any more.
    Nothing,
    /// A newer message said something else of the record.
    Older,
    /// A merge goes against one that was made before.
    Against {
        from: String,
        into: String,
    },
    /// What it is about is not there; that it was taken back is written down.
    Noted,
    Done(Done),
}

/// Makes a change.
pub(super) fn put(at: &At<'_, '_>, actor: &Actor, change: &Change, touched: &mut Touched) -> rusqlite::Result<Outcome> {
    match change {
        Change::Merged { from, into } => merge(at, actor, from, into, touched),
        Change::Withdrawn { kind: RecordKind::Document, identifier, patient, by } => withdraw(at, identifier, patient, by, touched),
        Change::Withdrawn { kind, identifier, patient, .. } => match fact_kind(*kind) {
            Some(kind) => take_back(at, kind, identifier, patient, touched),
            None => Ok(Outcome::Nothing),
        },
        Change::Status { identifier, patient, status, signer, signed } => {
            let sql = "SELECT sent FROM document WHERE identifier = ?1 AND current = 1 AND withdrawn = 0";
            let stored: Option<Option<String>> = at.tx.prepare_cached(sql)?.query_row([identifier], |r| r.get(0)).optional()?;
            let Some(stands) = stored.map(|sent| sent::read(sent.as_deref())) else { return Ok(Outcome::Nothing) };
            let Some(had) = charts::bare_document(at.tx, identifier)?.filter(|had| same(&had.patient, patient)) else {
                return Ok(Outcome::Nothing);
            };
            let now = Document {
                status: if *status == DocumentStatus::NotGiven { had.status } else { *status },
                signer: signer.clone().or_else(|| had.signer.clone()),
                signed: signed.or(had.signed),
                ..had.clone()
            };
            if now == had {
                return Ok(Outcome::Nothing);
            }
            if at.sent.is_before(&stands) {
                return Ok(Outcome::Older);
            }
            let sent = if at.sent.is_empty() { &stands } else { at.sent };
            if matches!(put_document(&At { sent, ..*at }, &now, touched)?, Put::Unchanged | Put::Older) {
                return Ok(Outcome::Nothing);
            }
            Ok(Outcome::Done(Done { action: STATUS, patient: now.patient, object: identifier.clone(), detail: "document".to_owned() }))
        }
    }
}

/// Takes a document back: it is kept, and shown nowhere.
fn withdraw(
    at: &At<'_, '_>,
    identifier: &str,
    patient: &Option<String>,
    by: &Option<String>,
    touched: &mut Touched,
) -> rusqlite::Result<Outcome> {
    let At { tx, run, .. } = *at;
    let sql = "SELECT id, encounter, patient, sent, withdrawn FROM document WHERE identifier = ?1 AND current = 1";
    type Found = (i64, Option<String>, Option<String>, Option<String>, bool);
    let found: Option<Found> =
        tx.prepare_cached(sql)?.query_row([identifier], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?))).optional()?;
    let gone = Gone { patient: patient.clone(), by: by.clone(), sent: *at.sent, body_sha256: None, run };
    match found {
        Some((_, _, whose, ..)) if !same(&whose, patient) => Ok(Outcome::Nothing),
        Some((id, encounter, whose, sent, false)) => {
            if at.sent.is_before(&sent::read(sent.as_deref())) {
                return Ok(Outcome::Older);
            }
            tx.prepare_cached("UPDATE document SET withdrawn = 1 WHERE id = ?1")?.execute([id])?;
            tx.prepare_cached("INSERT INTO outbox (document, present) VALUES (?1, 0)")?.execute([id])?;
            note(tx, run, "withdrawn", &id.to_string(), None)?;
            gone::put(tx, run, "document", identifier, &gone)?;
            touched.note(encounter.as_deref(), whose.as_deref());
            let detail = "document".to_owned();
            Ok(Outcome::Done(Done { action: "import.withdraw", patient: whose, object: identifier.to_owned(), detail }))
        }
        _ => noted(at, "document", identifier, gone),
    }
}

/// What was taken back and is not there, or not shown, is written down for what comes later: where its time can be compared, or another
/// document stands in its place.
fn noted(at: &At<'_, '_>, kind: &str, identifier: &str, gone: Gone) -> rusqlite::Result<Outcome> {
    if gone.sent.is_empty() && gone.by.is_none() {
        return Ok(Outcome::Nothing);
    }
    if gone::find(at.tx, kind, identifier)?.is_some_and(|there| !there.sent.is_before(&gone.sent)) {
        return Ok(Outcome::Nothing);
    }
    gone::put(at.tx, at.run, kind, identifier, &gone)?;
    Ok(Outcome::Noted)
}

/// Takes back what is no document: its row goes, and the journal keeps it.
fn take_back(at: &At<'_, '_>, kind: &str, identifier: &str, patient: &Option<String>, touched: &mut Touched) -> rusqlite::Result<Outcome> {
    let At { tx, run, .. } = *at;
    let gone = Gone { patient: patient.clone(), by: None, sent: *at.sent, body_sha256: None, run };
    let sql = "SELECT body, encounter, patient, sent FROM fact WHERE kind = ?1 AND identifier = ?2";
    type Found = (String, Option<String>, Option<String>, Option<String>);
    let found: Option<Found> =
        tx.prepare_cached(sql)?.query_row((kind, identifier), |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).optional()?;
    let Some((body, encounter, whose, sent)) = found else { return noted(at, kind, identifier, gone) };
    if !same(&whose, patient) {
        return Ok(Outcome::Nothing);
    }
    if at.sent.is_before(&sent::read(sent.as_deref())) {
        return Ok(Outcome::Older);
    }
    tx.prepare_cached("DELETE FROM fact WHERE kind = ?1 AND identifier = ?2")?.execute((kind, identifier))?;
    tx.prepare_cached("INSERT INTO import_change (run, kind, identifier, before, sent) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((run, kind, identifier, &body, sent))?;
    gone::put(tx, run, kind, identifier, &Gone { body_sha256: Some(sha256(&body)), ..gone })?;
    touched.note(encounter.as_deref(), whose.as_deref());
    Ok(Outcome::Done(Done { action: "import.withdraw", patient: whose, object: identifier.to_owned(), detail: kind.to_owned() }))
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

/// One patient under two names, because both know one number of one authority.
pub(super) fn same_person(at: &At<'_, '_>, actor: &Actor, from: &str, into: &str) -> rusqlite::Result<Done> {
    at.tx.execute(
        "INSERT INTO patient_merge (from_patient, into_patient, run, at, matched) VALUES (?1, ?2, ?3, ?4, 1)",
        (from, into, at.run, actor.now.to_string()),
    )?;
    note(at.tx, at.run, "merge", from, None)?;
    let detail = format!("into {into}, by a number that both have");
    Ok(Done { action: MERGE, patient: Some(into.to_owned()), object: from.to_owned(), detail })
}

fn merge(at: &At<'_, '_>, actor: &Actor, from: &str, into: &str, touched: &mut Touched) -> rusqlite::Result<Outcome> {
    let At { tx, run, .. } = *at;
    let merged = Merged::of(tx)?;
    let told = Outcome::Against { from: from.to_owned(), into: into.to_owned() };
    let into = merged.resolve(into).to_owned();
    if merged.0.contains_key(from) || into == from {
        return Ok(if merged.resolve(from) == into && into != from { Outcome::Nothing } else { told });
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
        let sql = "SELECT sent, folder FROM document WHERE identifier = ?1 AND current = 1";
        let (sent, folder): (Option<String>, Option<String>) =
            tx.prepare_cached(sql)?.query_row([&identifier], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let of_then = At { sent: &sent::read(sent.as_deref()), folder: folder.as_deref(), gone: false, ..*at };
        if !matches!(put_document(&of_then, &document, touched)?, Put::Unchanged) {
            moved += 1;
        }
    }
    let body: Option<String> = tx.query_row("SELECT body FROM patient WHERE identifier = ?1", [from], |r| r.get(0)).optional()?;
    if let Some(body) = body {
        tx.execute("DELETE FROM patient WHERE identifier = ?1", [from])?;
        note(tx, run, "patient", from, Some(&body))?;
    }
    let detail = format!("into {into}, {moved} records");
    Ok(Outcome::Done(Done { action: MERGE, patient: Some(into), object: from.to_owned(), detail }))
}

/// Patients that are others by now, and whether they are because they share a number.
#[derive(Default)]
pub(super) struct Merged(HashMap<String, (String, bool)>);

impl Merged {
    pub(super) fn of(tx: &Transaction<'_>) -> rusqlite::Result<Self> {
        let mut statement = tx.prepare_cached("SELECT from_patient, into_patient, matched FROM patient_merge")?;
        statement.query_map([], |r| Ok((r.get(0)?, (r.get(1)?, r.get(2)?))))?.collect::<rusqlite::Result<_>>().map(Self)
    }

    /// What would be if a patient were another one.
    pub(super) fn add(&mut self, from: &str, into: &str) {
        self.0.insert(from.to_owned(), (into.to_owned(), true));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The patient that stays; merges may follow each other, and a circle ends.
    pub(super) fn resolve<'m>(&'m self, patient: &'m str) -> &'m str {
        let mut now = patient;
        for _ in 0..=self.0.len() {
            match self.0.get(now) {
                Some((next, _)) => now = next,
                None => break,
            }
        }
        now
    }

    /// A record under the patient that stays. The record of a patient who is no more says nothing of the one who stays: `None`.
    pub(super) fn follow(&self, incoming: &Incoming) -> Option<Followed> {
        let mut followed = Followed { incoming: incoming.clone(), from: None };
        let patient = match &mut followed.incoming.record {
            Record::Patient(p) => match self.0.get(&p.identifier) {
                None => return Some(followed),
                Some((_, false)) => return None,
                // The same person, as another system tells of them.
                Some((_, true)) => {
                    let into = self.resolve(&p.identifier).to_owned();
                    followed.from = Some(p.identifier.clone());
                    *p = numbers::under(p, &into);
                    return Some(followed);
                }
            },
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
