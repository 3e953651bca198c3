//! One record into the store: added, as it was, or changed. A document that changed is a new version; other records are replaced, and what
//! stood there goes into the journal. What an older message says, read after a newer one, takes no place.

use super::ingest::{Incoming, IngestCounts, Touched};
use super::json::{json, name};
use super::ready::Ready;
use super::sent::{self, Times};
use super::undo::note;
use super::{gone, numbers};
use crate::chart::{Document, DocumentStatus, Encounter, Instant, Patient, Provider, Record, Sent};
use crate::hash::sha256;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Where a record is written: in which run and transaction, from which place, and when its sender said it.
pub(super) struct At<'a, 't> {
    pub(super) tx: &'a Transaction<'t>,
    pub(super) run: i64,
    pub(super) place: &'a str,
    pub(super) sent: &'a Sent,
    /// The folder of a document that is known by its file's name alone.
    pub(super) folder: Option<&'a str>,
    /// Whether anything was ever taken back.
    pub(super) gone: bool,
}

/// A fact that has the identifier of one that comes.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) body: String,
    pub(super) sent: Sent,
}

/// What came of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    Added,
    Unchanged,
    /// It was there and is otherwise now: of a document, a new version.
    Changed,
    /// What it says is older than what is there: nothing of it was taken.
    Older,
    /// Some of what it says is older than what is there; the rest was taken.
    PartlyOlder,
    /// It was taken back before it came: it is kept, and shown nowhere.
    Hidden,
}

impl Put {
    /// Of a record that was written, whether there was one before.
    fn over(before: bool) -> Self {
        if before { Self::Changed } else { Self::Added }
    }
}

pub(super) fn put(
    at: &At<'_, '_>,
    incoming: &Incoming,
    ready: &Ready,
    have: Option<&Fact>,
    counts: &mut IngestCounts,
    touched: &mut Touched,
) -> rusqlite::Result<Put> {
    let mut fact = |kind: &str, identifier: &str, encounter: &Option<String>, patient: &Option<String>, when: Option<Instant>| {
        put_fact(at, (kind, identifier), (encounter.as_deref(), patient.as_deref()), when, (&ready.body, have), touched)
    };
    let (put, added) = match &incoming.record {
        Record::Document(d) => {
            let put = put_ready_document(at, d, ready, touched)?;
            match put {
                Put::Added | Put::Hidden => counts.added += 1,
                Put::Unchanged => counts.unchanged += 1,
                Put::Changed | Put::PartlyOlder => counts.new_versions += 1,
                Put::Older => counts.older += 1,
            }
            return Ok(put);
        }
        Record::Change(_) => return Ok(Put::Unchanged), // the caller makes it, with its row in the audit chain
        Record::Encounter(e) => (put_encounter(at, e, &incoming.context.cleared, touched)?, &mut counts.encounters),
        Record::Observation(o) => (fact("observation", &o.identifier, &o.encounter, &o.patient, o.time)?, &mut counts.observations),
        Record::Patient(p) => (put_patient(at, p, &incoming.context.cleared, touched)?, &mut counts.other),
        Record::Provider(p) => (put_provider(at, p)?, &mut counts.other),
        Record::Order(o) => (fact("order", &o.identifier, &o.encounter, &o.patient, o.time)?, &mut counts.other),
        Record::Medication(m) => (fact("medication", &m.identifier, &m.encounter, &m.patient, m.time)?, &mut counts.other),
        Record::Procedure(p) => (fact("procedure", &p.identifier, &p.encounter, &p.patient, p.start)?, &mut counts.other),
        Record::Problem(p) => (fact("problem", &p.identifier, &p.encounter, &p.patient, p.recorded.or(p.onset))?, &mut counts.other),
    };
    match put {
        Put::Added => *added += 1,
        Put::Changed => counts.changed += 1,
        Put::Older | Put::Hidden => counts.older += 1,
        Put::PartlyOlder => {
            counts.changed += 1;
            counts.older += 1;
        }
        Put::Unchanged => {}
    }
    Ok(put)
}

pub(super) fn put_document(at: &At<'_, '_>, given: &Document, touched: &mut Touched) -> rusqlite::Result<Put> {
    put_ready_document(at, given, &Ready::of_document(given), touched)
}

/// The version of a document that is current now.
struct Current {
    id: i64,
    version: i64,
    encounter: Option<String>,
    withdrawn: bool,
    sent: Sent,
    /// Whether what is given is word for word it, and whether it is one that came in the same run as it.
    same: bool,
    known: bool,
}

fn current(tx: &Transaction<'_>, identifier: &str, (text_hash, body_hash): (&str, &str)) -> rusqlite::Result<Option<Current>> {
    // One that came in the same run as the current one: a source that holds one identifier twice would otherwise grow with every run.
    tx.prepare_cached(
        "SELECT c.id, c.version, c.encounter, c.withdrawn, c.sent, c.sha256 = ?2 AND c.body_sha256 = ?3,
             EXISTS (SELECT 1 FROM document d WHERE d.identifier = ?1 AND d.sha256 = ?2 AND d.body_sha256 = ?3 AND d.run = c.run)
         FROM document c WHERE c.identifier = ?1 AND c.current = 1",
    )?
    .query_row((identifier, text_hash, body_hash), |r| {
        let sent: Option<String> = r.get(4)?;
        Ok(Current {
            id: r.get(0)?,
            version: r.get(1)?,
            encounter: r.get(2)?,
            withdrawn: r.get(3)?,
            sent: sent::read(sent.as_deref()),
            same: r.get(5)?,
            known: r.get(6)?,
        })
    })
    .optional()
}

fn put_ready_document(at: &At<'_, '_>, given: &Document, ready: &Ready, touched: &mut Touched) -> rusqlite::Result<Put> {
    let At { tx, run, place, .. } = *at;
    let Ready { body, text_hash, body_hash, class } = ready;
    let current = current(tx, &given.identifier, (text_hash, body_hash))?;
    let gone = if at.gone { gone::find(tx, "document", &given.identifier)? } else { None };
    let gone = gone.filter(|gone| gone.is_of(given.patient.as_deref()));
    // Its sender says it again after it was taken back.
    let again = gone.as_ref().is_some_and(|gone| gone.sent.is_before(at.sent));
    let mut hidden = false;
    if let Some(current) = &current {
        let repeats = current.known && (current.same || !current.sent.is_before(at.sent));
        if repeats && !(again && current.withdrawn) {
            if let Some(sent) = sent::newer(at.sent, &current.sent).filter(|_| current.same) {
                tx.prepare_cached("UPDATE document SET sent = ?2 WHERE id = ?1")?.execute((current.id, sent))?;
            }
            return Ok(Put::Unchanged);
        }
        if at.sent.is_before(&current.sent) || current.withdrawn && gone.as_ref().is_some_and(|gone| !gone.yields(at.sent, run)) {
            return Ok(Put::Older);
        }
    } else if let Some(gone) = &gone {
        hidden = !gone.yields(at.sent, run);
    }
    if gone.is_some() && !hidden {
        gone::forget(tx, run, "document", &given.identifier)?;
    }
    let withdrawn = hidden || given.status == DocumentStatus::EnteredInError;
    let version = match &current {
        Some(current) => {
            touched.note(current.encounter.as_deref(), None); // it may have moved away from there
            tx.prepare_cached("UPDATE document SET current = 0 WHERE id = ?1")?.execute([current.id])?;
            tx.prepare_cached("INSERT INTO outbox (document, present) VALUES (?1, 0)")?.execute([current.id])?;
            current.version + 1
        }
        None => 1,
    };
    tx.prepare_cached(
        "INSERT INTO document (identifier, version, current, encounter, patient, written, sha256, text, body, body_sha256, run, withdrawn, source,
             class, sent, folder)
         VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
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
        class,
        sent::column(at.sent),
        at.folder
    ])?;
    let id = tx.last_insert_rowid();
    note(tx, run, "document", &given.identifier, current.as_ref().map(|current| current.id.to_string()).as_deref())?;
    if !withdrawn {
        tx.prepare_cached("INSERT INTO outbox (document, present) VALUES (?1, 1)")?.execute([id])?;
    }
    touched.note(given.encounter.as_deref(), given.patient.as_deref());
    Ok(if hidden { Put::Hidden } else { Put::over(current.is_some()) })
}

fn put_fact(
    at: &At<'_, '_>,
    (kind, identifier): (&str, &str),
    (encounter, patient): (Option<&str>, Option<&str>),
    when: Option<Instant>,
    (body, have): (&str, Option<&Fact>),
    touched: &mut Touched,
) -> rusqlite::Result<Put> {
    let At { tx, run, .. } = *at;
    if let Some(have) = have {
        if have.body == body {
            if let Some(sent) = sent::newer(at.sent, &have.sent) {
                tx.prepare_cached("UPDATE fact SET sent = ?3 WHERE kind = ?1 AND identifier = ?2")?.execute((kind, identifier, sent))?;
            }
            return Ok(Put::Unchanged);
        }
        if at.sent.is_before(&have.sent) || goes_back(at.sent, body, have) {
            return Ok(Put::Older);
        }
    } else if at.gone
        && let Some(gone) = gone::find(tx, kind, identifier)?.filter(|gone| gone.is_of(patient))
    {
        let same = gone.body_sha256.as_deref() == Some(sha256(body).as_str());
        if !gone.yields(at.sent, run) || same && !gone.sent.is_before(at.sent) {
            return Ok(if same { Put::Unchanged } else { Put::Older });
        }
        gone::forget(tx, run, kind, identifier)?;
    }
    let sent = match have {
        None => sent::column(at.sent),
        Some(have) => sent::newer(at.sent, &have.sent).or_else(|| sent::column(&have.sent)),
    };
    tx.prepare_cached(
        "INSERT INTO fact (kind, identifier, encounter, patient, at, body, sent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (kind, identifier) DO UPDATE SET encounter = ?3, patient = ?4, at = ?5, body = ?6, sent = ?7, revision = revision + 1",
    )?
    .execute(params![kind, identifier, encounter, patient, when.map(|t| t.utc_seconds()), body, sent])?;
    note_sent(at, kind, identifier, have.map(|have| (have.body.as_str(), sent::column(&have.sent))))?;
    touched.note(encounter, patient);
    Ok(Put::over(have.is_some()))
}

/// A result that was final is never preliminary again, and one that was corrected is not what it was before: where the times of two
/// messages do not say which was first, that does.
fn goes_back(given: &Sent, body: &str, have: &Fact) -> bool {
    #[derive(Deserialize)]
    struct Status {
        status: Option<String>,
    }
    let is = |body: &str, words: &[&str]| {
        serde_json::from_str::<Status>(body).ok().and_then(|s| s.status).is_some_and(|status| words.contains(&status.as_str()))
    };
    !given.is_empty()
        && !have.sent.is_empty()
        && !have.sent.is_before(given)
        && (is(body, &["preliminary", "registered"]) && is(&have.body, &["final", "corrected", "amended"])
            || is(body, &["final"]) && is(&have.body, &["corrected", "amended"]))
}

/// Writes into the journal what stood there, with its time.
fn note_sent(at: &At<'_, '_>, kind: &str, identifier: &str, before: Option<(&str, Option<String>)>) -> rusqlite::Result<()> {
    let Some((body, Some(sent))) = before else { return note(at.tx, at.run, kind, identifier, before.map(|(body, _)| body)) };
    at.tx
        .prepare_cached("INSERT INTO import_change (run, kind, identifier, before, sent) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((at.run, kind, identifier, body, sent))?;
    Ok(())
}

/// What stands under an identifier, and its times as the column has them.
type Stored<T> = (Option<T>, Option<String>);

fn stored<T: DeserializeOwned>(tx: &Transaction<'_>, sql: &str, identifier: &str) -> rusqlite::Result<Stored<T>> {
    let row: Option<(String, Option<String>)> =
        tx.prepare_cached(sql)?.query_row([identifier], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    Ok(row.map_or((None, None), |(body, sent)| (serde_json::from_str(&body).ok(), sent)))
}

fn put_patient(at: &At<'_, '_>, given: &Patient, cleared: &[&'static str], touched: &mut Touched) -> rusqlite::Result<Put> {
    let At { tx, .. } = *at;
    let (have, times): Stored<Patient> = stored(tx, "SELECT body, sent FROM patient WHERE identifier = ?1", &given.identifier)?;
    let stands = sent::patient(have.as_ref(), Times::read(times.as_deref()), given, (at.sent, cleared));
    let merged = Patient { id: crate::chart::Id(0), ..stands.record };
    let sent = stands.times.column();
    if have.as_ref() == Some(&merged) {
        if sent != times {
            tx.prepare_cached("UPDATE patient SET sent = ?2 WHERE identifier = ?1")?.execute((&merged.identifier, sent))?;
        }
        return Ok(if stands.older { Put::Older } else { Put::Unchanged });
    }
    tx.prepare_cached(
        "INSERT INTO patient (identifier, mrn, body, sent) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (identifier) DO UPDATE SET mrn = ?2, body = ?3, sent = ?4, revision = revision + 1",
    )?
    .execute((&merged.identifier, &merged.mrn, json(&merged), sent))?;
    let before = have.as_ref().map(json);
    note_sent(at, "patient", &merged.identifier, before.as_deref().map(|body| (body, times)))?;
    numbers::write(tx, &merged)?;
    // Name and record number stand in the index beside each of the patient's documents, which may have come first.
    tx.prepare_cached(
        "INSERT INTO outbox (document, present) SELECT id, 1 FROM document WHERE patient = ?1 AND current = 1 AND withdrawn = 0",
    )?
    .execute([&merged.identifier])?;
    touched.note(None, Some(&merged.identifier));
    Ok(if stands.older { Put::PartlyOlder } else { Put::over(have.is_some()) })
}

fn put_provider(at: &At<'_, '_>, given: &Provider) -> rusqlite::Result<Put> {
    let At { tx, run, .. } = *at;
    let Some(identifier) = &given.identifier else { return Ok(Put::Unchanged) };
    let (have, _): Stored<Provider> = stored(tx, "SELECT body, NULL FROM provider WHERE identifier = ?1", identifier)?;
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

fn put_encounter(at: &At<'_, '_>, given: &Encounter, cleared: &[&'static str], touched: &mut Touched) -> rusqlite::Result<Put> {
    let At { tx, place, .. } = *at;
    let (have, times): Stored<Encounter> = stored(tx, "SELECT body, sent FROM encounter WHERE identifier = ?1", &given.identifier)?;
    // What was really sent is never replaced by an encounter that only stands in for a missing one.
    if have.as_ref().is_some_and(|old| given.implied && !old.implied) {
        return Ok(Put::Unchanged);
    }
    let stands = sent::encounter(have.as_ref(), Times::read(times.as_deref()), given, (at.sent, cleared));
    let given = Encounter { id: crate::chart::Id(0), ..stands.record };
    let sent = stands.times.column();
    if have.as_ref() == Some(&given) {
        if sent != times {
            tx.prepare_cached("UPDATE encounter SET sent = ?2 WHERE identifier = ?1")?.execute((&given.identifier, sent))?;
        }
        return Ok(if stands.older { Put::Older } else { Put::Unchanged });
    }
    let class = name(&given.class);
    tx.prepare_cached(
        "INSERT INTO encounter (identifier, patient, class, started, ended, implied, body, account, source, sent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (identifier) DO UPDATE SET account = ?8, patient = ?2, class = ?3, started = ?4, ended = ?5, implied = ?6, body = ?7,
         sent = ?10, revision = revision + 1",
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
        place,
        sent
    ])?;
    let before = have.as_ref().map(json);
    note_sent(at, "encounter", &given.identifier, before.as_deref().map(|body| (body, times)))?;
    touched.note(Some(&given.identifier), None);
    let named = |e: &Encounter| (e.name().to_owned(), e.service.clone());
    if have.as_ref().map(named) != Some(named(&given)) {
        tx.prepare_cached(
            "INSERT INTO outbox (document, present) SELECT id, 1 FROM document WHERE encounter = ?1 AND current = 1 AND withdrawn = 0",
        )?
        .execute([&given.identifier])?;
    }
    Ok(if stands.older { Put::PartlyOlder } else { Put::over(have.is_some()) })
}
