//! Taking an import back as a whole: everything it changed stands as before, in one transaction, with its row in the audit chain.

use super::audit::Act;
use super::evaluations::SEEN_BY;
use super::gone::{self, GONE};
use super::json::name;
use super::{Actor, Store, authors, charts, numbers, trouble::because};
use crate::chart::{Encounter, Patient};
use crate::error::{Result, Trouble};
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::BTreeSet;

/// The journal's word for records that went to the patient who stays after a merge.
pub(super) const FOLLOWED: &str = "followed";

/// Writes into the journal what stood there before `run` changed it.
pub(super) fn note(tx: &Transaction<'_>, run: i64, kind: &str, identifier: &str, before: Option<&str>) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT INTO import_change (run, kind, identifier, before) VALUES (?1, ?2, ?3, ?4)")?
        .execute((run, kind, identifier, before))?;
    Ok(())
}

impl Store {
    /// Takes an import back; gives how many changes were undone.
    ///
    /// # Errors
    /// When there is no such import, it was taken back already, a later import or a person's work builds on it, or it is older than
    /// the journal.
    pub fn undo_run(&self, actor: &Actor, run: i64) -> Result<u64> {
        self.write(|tx| {
            let failed = because("the import could not be taken back; nothing was changed");
            if let Some(trouble) = refused(tx, run).map_err(&failed)? {
                return Err(trouble.at(format!("import {run}"), None));
            }
            let changes = take_back(tx, run).map_err(&failed)?;
            tx.execute("UPDATE import_run SET undone = ?2 WHERE id = ?1", (run, actor.now.to_string())).map_err(&failed)?;
            let detail = format!("{changes} changes");
            self.record(tx, actor, &Act { object: Some(&run.to_string()), detail: &detail, ..Act::new("import.undo") })?;
            Ok(changes)
        })
    }
}

/// Why a run cannot be taken back.
fn refused(tx: &Transaction<'_>, run: i64) -> rusqlite::Result<Option<Trouble>> {
    let list = "`lacuna import report` lists the imports";
    let sql = "SELECT undone FROM import_run WHERE id = ?1";
    let Some(undone) = tx.query_row(sql, [run], |r| r.get::<_, Option<String>>(0)).optional()? else {
        return Ok(Some(Trouble::input("there is no such import").hint(list)));
    };
    if undone.is_some() {
        return Ok(Some(Trouble::input("the import was taken back already").hint(list)));
    }
    let exists = |sql: &str| tx.prepare(sql)?.exists([run]);
    // Before schema 5 nobody wrote down what an import changed.
    if exists("SELECT 1 FROM document WHERE run = ?1")? && !exists("SELECT 1 FROM import_change WHERE run = ?1")? {
        let why = "an older version made it, which kept no journal";
        return Ok(Some(Trouble::input("the import cannot be taken back").why(why).hint("restore a backup from before it")));
    }
    let sql = "SELECT min(l.run) FROM import_change l WHERE l.run > ?1 AND l.kind NOT IN (?2, 'gone') AND (l.kind, l.identifier) IN
               (SELECT kind, identifier FROM import_change WHERE run = ?1)";
    if let Some(later) = tx.query_row(sql, (run, FOLLOWED), |r| r.get::<_, Option<i64>>(0))? {
        return Ok(Some(
            Trouble::refused("the import cannot be taken back")
                .why(format!("import {later} changed the same records after it"))
                .hint(format!("take import {later} back first")),
        ));
    }
    // What came later under the number that is no more went to the patient who stays: parted, it would stand in the wrong chart.
    let sql = "SELECT min(l.run) FROM import_change l WHERE l.run > ?1 AND l.kind = ?2 AND l.identifier IN
               (SELECT identifier FROM import_change WHERE run = ?1 AND kind = 'merge')";
    if let Some(later) = tx.query_row(sql, (run, FOLLOWED), |r| r.get::<_, Option<i64>>(0))? {
        return Ok(Some(
            Trouble::refused("the merge cannot be taken back")
                .why(format!("import {later} brought records of the patient who is no more, and they went to the other one"))
                .hint(format!("take import {later} back first, and import it again afterwards")),
        ));
    }
    if let Some(later) = rests_on(tx, run)? {
        return Ok(Some(
            Trouble::refused("the import cannot be taken back")
                .why(format!("import {later} brought records of a patient or a stay that came with this one: they would stand nowhere"))
                .hint(format!("take import {later} back first, and import it again afterwards")),
        ));
    }
    let work = "SELECT 1 FROM import_change c WHERE c.run = ?1 AND c.kind = 'encounter' AND c.before IS NULL AND
        (EXISTS (SELECT 1 FROM query q WHERE q.encounter = c.identifier AND q.discarded = 0)
         OR EXISTS (SELECT 1 FROM gap_mark g WHERE g.encounter = c.identifier AND g.by_user <> ?2))";
    // What the program itself saw of a gap is nobody's work.
    if tx.prepare(work)?.exists((run, SEEN_BY))? {
        return Ok(Some(
            Trouble::refused("the import cannot be taken back")
                .why("somebody wrote a query or marked a gap in an encounter that came with it")
                .hint("close that work first; a sent query is kept for ever, and so is its chart"),
        ));
    }
    Ok(None)
}

/// The first later import whose records name a patient or a stay that this one added. The journal of that import does not say so: the owner
/// was there already, so naming it again changed nothing.
fn rests_on(tx: &Transaction<'_>, run: i64) -> rusqlite::Result<Option<i64>> {
    const NOTES: &str = "SELECT min(d.run) FROM import_change c JOIN document d ON d.current = 1 AND d.encounter = c.identifier
        WHERE c.run = ?1 AND c.kind = 'encounter' AND c.before IS NULL AND d.run > ?1";
    const NOTES_OF_NO_STAY: &str = "SELECT min(d.run) FROM import_change c JOIN document d ON d.current = 1 AND d.patient = c.identifier
        WHERE c.run = ?1 AND c.kind = 'patient' AND c.before IS NULL AND d.run > ?1";
    const FACTS: &str = "SELECT min(l.run) FROM import_change l WHERE l.run > ?1 AND (l.kind, l.identifier) IN
        (SELECT f.kind, f.identifier FROM import_change c JOIN fact f ON f.encounter = c.identifier
         WHERE c.run = ?1 AND c.kind = 'encounter' AND c.before IS NULL)";
    // One that names a stay besides is found by the stay: by this import's, or by a later one's that is the patient's.
    const FACTS_OF_NO_STAY: &str = "SELECT min(l.run) FROM import_change l WHERE l.run > ?1 AND (l.kind, l.identifier) IN
        (SELECT f.kind, f.identifier FROM import_change c JOIN fact f ON f.patient = c.identifier AND f.encounter IS NULL
         WHERE c.run = ?1 AND c.kind = 'patient' AND c.before IS NULL)";
    const STAYS: &str = "SELECT min(l.run) FROM import_change l WHERE l.run > ?1 AND l.kind = 'encounter' AND l.identifier IN
        (SELECT e.identifier FROM import_change c JOIN encounter e ON e.patient = c.identifier
         WHERE c.run = ?1 AND c.kind = 'patient' AND c.before IS NULL)";
    let mut first: Option<i64> = None;
    for sql in [NOTES, NOTES_OF_NO_STAY, FACTS, FACTS_OF_NO_STAY, STAYS] {
        let found: Option<i64> = tx.query_row(sql, [run], |r| r.get(0))?;
        first = first.into_iter().chain(found).min();
    }
    Ok(first)
}

fn take_back(tx: &Transaction<'_>, run: i64) -> rusqlite::Result<u64> {
    let mut changes = 0;
    let (mut patients, mut people) = (BTreeSet::new(), BTreeSet::new());
    let mut statement = tx.prepare("SELECT kind, identifier, before, sent FROM import_change WHERE run = ?1 ORDER BY sequence DESC")?;
    let mut rows = statement.query([run])?;
    while let Some(row) = rows.next()? {
        let (kind, identifier): (String, String) = (row.get(0)?, row.get(1)?);
        let before: Option<String> = row.get(2)?;
        let sent: Option<String> = row.get(3)?;
        // Other names for a record that came under one: no change of its own.
        changes += u64::from(!matches!(kind.as_str(), GONE | FOLLOWED));
        match kind.as_str() {
            "document" => document(tx, &identifier, before.as_deref(), &mut patients)?,
            "withdrawn" => {
                tx.execute("UPDATE document SET withdrawn = 0 WHERE id = ?1", [&identifier])?;
                tx.execute(
                    "INSERT INTO outbox (document, present) SELECT id, 1 FROM document WHERE id = ?1 AND current = 1",
                    [&identifier],
                )?;
                patients.extend(of(tx, "SELECT patient FROM document WHERE id = ?1", &identifier)?);
                touch(tx, of(tx, "SELECT encounter FROM document WHERE id = ?1", &identifier)?.as_deref())?;
            }
            FOLLOWED => {}
            "merge" => drop(tx.execute("DELETE FROM patient_merge WHERE from_patient = ?1", [&identifier])?),
            GONE => gone::take_back(tx, &identifier, before.as_deref())?,
            "patient" => {
                patient(tx, &identifier, before.as_deref())?;
                patients.insert(identifier.clone());
            }
            "provider" => {
                match before {
                    None => drop(tx.execute("DELETE FROM provider WHERE identifier = ?1", [&identifier])?),
                    Some(ref body) => drop(tx.execute("UPDATE provider SET body = ?2 WHERE identifier = ?1", (&identifier, body))?),
                }
                people.insert(identifier.clone());
            }
            "encounter" => encounter(tx, &identifier, before.as_deref(), &mut patients)?,
            fact_kind => fact(tx, fact_kind, &identifier, before.as_deref(), &mut patients)?,
        }
        // Its time of then; where a record is gone, there is no row.
        if before.is_some() {
            match kind.as_str() {
                "patient" => drop(tx.execute("UPDATE patient SET sent = ?2 WHERE identifier = ?1", (&identifier, sent))?),
                "encounter" => drop(tx.execute("UPDATE encounter SET sent = ?2 WHERE identifier = ?1", (&identifier, sent))?),
                "document" | "provider" | GONE => {}
                kind => drop(tx.execute("UPDATE fact SET sent = ?3 WHERE kind = ?1 AND identifier = ?2", (kind, &identifier, sent))?),
            }
        }
    }
    for patient in patients {
        tx.execute("UPDATE encounter SET touched = touched + 1 WHERE patient = ?1", [patient])?;
    }
    authors::touch(tx, &people)?;
    tx.execute("DELETE FROM import_change WHERE run = ?1", [run])?;
    Ok(changes)
}

/// What was found in an encounter no longer stands. Its patient's others are touched by the patient, where there is one.
fn touch(tx: &Transaction<'_>, encounter: Option<&str>) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE encounter SET touched = touched + 1 WHERE identifier = ?1")?.execute([encounter])?;
    Ok(())
}

fn of(tx: &Transaction<'_>, sql: &str, identifier: &str) -> rusqlite::Result<Option<String>> {
    Ok(tx.prepare_cached(sql)?.query_row([identifier], |r| r.get(0)).optional()?.flatten())
}

/// The version that came goes; the one before it is current again.
fn document(tx: &Transaction<'_>, identifier: &str, before: Option<&str>, patients: &mut BTreeSet<String>) -> rusqlite::Result<()> {
    let found: Option<(i64, Option<String>, Option<String>)> = tx
        .prepare_cached("SELECT id, patient, encounter FROM document WHERE identifier = ?1 AND current = 1")?
        .query_row([identifier], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    let Some((id, patient, encounter)) = found else { return Ok(()) };
    patients.extend(patient);
    touch(tx, encounter.as_deref())?;
    tx.execute("INSERT INTO outbox (document, present) VALUES (?1, 0)", [id])?;
    tx.execute("DELETE FROM document WHERE id = ?1", [id])?;
    if let Some(before) = before {
        tx.execute("UPDATE document SET current = 1 WHERE id = ?1", [before])?;
        tx.execute("INSERT INTO outbox (document, present) SELECT id, 1 FROM document WHERE id = ?1 AND withdrawn = 0", [before])?;
        patients.extend(of(tx, "SELECT patient FROM document WHERE id = ?1", before)?);
        touch(tx, of(tx, "SELECT encounter FROM document WHERE id = ?1", before)?.as_deref())?;
    }
    Ok(())
}

fn patient(tx: &Transaction<'_>, identifier: &str, before: Option<&str>) -> rusqlite::Result<()> {
    numbers::take_back(tx, identifier, before.and_then(charts::parse::<Patient>).as_ref())?;
    let Some(body) = before else {
        tx.execute("DELETE FROM patient WHERE identifier = ?1", [identifier])?;
        return Ok(());
    };
    let mrn = charts::parse::<Patient>(body).and_then(|p| p.mrn);
    tx.execute(
        "INSERT INTO patient (identifier, mrn, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (identifier) DO UPDATE SET mrn = ?2, body = ?3, revision = revision + 1",
        (identifier, mrn, body),
    )?;
    tx.execute(
        "INSERT INTO outbox (document, present) SELECT id, 1 FROM document WHERE patient = ?1 AND current = 1 AND withdrawn = 0",
        [identifier],
    )?;
    Ok(())
}

fn encounter(tx: &Transaction<'_>, identifier: &str, before: Option<&str>, patients: &mut BTreeSet<String>) -> rusqlite::Result<()> {
    patients.extend(of(tx, "SELECT patient FROM encounter WHERE identifier = ?1", identifier)?);
    let Some((body, given)) = before.and_then(|body| Some((body, charts::parse::<Encounter>(body)?))) else {
        tx.execute("DELETE FROM evaluation WHERE encounter = ?1", [identifier])?;
        tx.execute("DELETE FROM gap_brief WHERE encounter = ?1", [identifier])?;
        tx.execute("DELETE FROM encounter WHERE identifier = ?1", [identifier])?;
        return Ok(());
    };
    patients.extend(given.patient.clone());
    tx.execute(
        "UPDATE encounter SET account = ?2, patient = ?3, class = ?4, started = ?5, ended = ?6, implied = ?7, body = ?8,
         revision = revision + 1, touched = touched + 1 WHERE identifier = ?1",
        params![
            identifier,
            given.account,
            given.patient,
            name(&given.class),
            given.start.map(|t| t.utc_seconds()),
            given.end.map(|t| t.utc_seconds()),
            given.implied,
            body
        ],
    )?;
    Ok(())
}

fn fact(tx: &Transaction<'_>, kind: &str, identifier: &str, before: Option<&str>, patients: &mut BTreeSet<String>) -> rusqlite::Result<()> {
    let owner = "SELECT coalesce(f.patient, e.patient) FROM fact f LEFT JOIN encounter e ON e.identifier = f.encounter WHERE f.kind = ?2 AND f.identifier = ?1";
    patients.extend(tx.prepare_cached(owner)?.query_row((identifier, kind), |r| r.get::<_, Option<String>>(0)).optional()?.flatten());
    let stay = "SELECT encounter FROM fact WHERE kind = ?2 AND identifier = ?1";
    let stay: Option<Option<String>> = tx.prepare_cached(stay)?.query_row((identifier, kind), |r| r.get(0)).optional()?;
    touch(tx, stay.flatten().as_deref())?;
    let Some(body) = before else {
        tx.execute("DELETE FROM fact WHERE kind = ?1 AND identifier = ?2", (kind, identifier))?;
        return Ok(());
    };
    let value: serde_json::Value = charts::parse(body).unwrap_or_default();
    let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str);
    let at = ["time", "start", "recorded", "onset"].into_iter().find_map(|key| crate::chart::Instant::parse(text(key)?));
    patients.extend(text("patient").map(str::to_owned));
    touch(tx, text("encounter"))?;
    tx.execute(
        "INSERT INTO fact (kind, identifier, encounter, patient, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (kind, identifier) DO UPDATE SET encounter = ?3, patient = ?4, at = ?5, body = ?6, revision = revision + 1",
        params![kind, identifier, text("encounter"), text("patient"), at.map(|t| t.utc_seconds()), body],
    )?;
    Ok(())
}
