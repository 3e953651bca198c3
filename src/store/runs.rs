//! The ledger of imports: who took in what, when, and what was refused.

use super::audit::Act;
use super::json::json;
use super::units::Waiting;
use super::{Actor, IngestCounts, Store, authors, trouble::because, unplaced};
use crate::error::{Result, Trouble};
use rusqlite::{OptionalExtension, Row, Transaction};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

/// A past import.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunReport {
    /// Its number.
    pub run: i64,
    /// When it began.
    pub started: String,
    /// When it came to its end; `None` when it was stopped or cut off.
    pub ended: Option<String>,
    /// Who ran it.
    pub by: String,
    /// The files and folders that were named.
    pub sources: Vec<String>,
    /// What it took in.
    pub counts: IngestCounts,
    /// When it was taken back; `None` while it stands.
    pub undone: Option<String>,
    /// What it refused; the first thousand are kept one by one.
    pub rejected: u64,
    /// What it told that was no fault; the first thousand are kept one by one.
    pub noticed: u64,
}

/// What a run made of the records of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Made {
    /// `document`, `encounter`, `observation` ...
    pub kind: String,
    /// That were not there before.
    pub added: u64,
    /// That were there and are otherwise now: of documents, new versions.
    pub changed: u64,
    /// That were taken back.
    pub withdrawn: u64,
}

/// One record that a run made otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunRecord {
    /// `document`, `encounter`, `observation` ...
    pub kind: String,
    /// The sender's identifier.
    pub identifier: String,
    /// `added`, `changed`, `withdrawn` or `merged`.
    pub what: String,
    /// File and line that it came from, where that is kept: documents and encounters.
    pub source: Option<String>,
}

const COLUMNS: &str = "id, started, ended, by_user, counts, (SELECT count(*) FROM import_reject WHERE run = id), sources, undone,
     (SELECT count(*) FROM import_notice WHERE run = id)";

/// Each record of a run once, as its first change found it. A document that was withdrawn stands in the journal by its row's number.
const RECORDS: &str = "SELECT kind, identifier, what, source FROM (
    SELECT min(c.sequence) AS first,
        CASE c.kind WHEN 'withdrawn' THEN 'document' WHEN 'merge' THEN 'patient' ELSE c.kind END AS kind,
        CASE c.kind WHEN 'withdrawn' THEN (SELECT d.identifier FROM document d WHERE d.id = c.identifier) ELSE c.identifier END AS identifier,
        CASE WHEN c.kind = 'withdrawn' THEN 'withdrawn' WHEN c.kind = 'merge' THEN 'merged' WHEN c.before IS NULL THEN 'added'
            WHEN c.kind IN ('observation', 'order', 'medication', 'procedure', 'problem')
                AND NOT EXISTS (SELECT 1 FROM fact f WHERE f.kind = c.kind AND f.identifier = c.identifier) THEN 'withdrawn'
            ELSE 'changed' END AS what,
        CASE c.kind WHEN 'document' THEN (SELECT d.source FROM document d WHERE d.identifier = c.identifier AND d.run = c.run LIMIT 1)
            WHEN 'encounter' THEN (SELECT e.source FROM encounter e WHERE e.identifier = c.identifier) END AS source
    FROM import_change c WHERE c.run = ?1 AND c.kind NOT IN ('followed', 'gone') GROUP BY c.kind, c.identifier)";

impl Store {
    /// Opens a run in the ledger.
    pub fn begin_run(&self, actor: &Actor, sources: &[String]) -> Result<i64> {
        let sources = json(&sources);
        let counts = json(&IngestCounts::default());
        self.write(|tx| {
            tx.execute(
                "INSERT INTO import_run (started, by_user, sources, counts) VALUES (?1, ?2, ?3, ?4)",
                (actor.now.to_string(), &actor.user, sources, counts),
            )
            .map_err(because("the import could not be recorded"))?;
            let run = tx.last_insert_rowid();
            self.record(tx, actor, &Act { object: Some(&run.to_string()), ..Act::new("import.begin") })?;
            let last = tx.query_row("SELECT coalesce(max(sequence), 0) FROM import_change", [], |r| r.get(0));
            let begun = last.map_err(because("the import could not be recorded"))?;
            Ok((run, begun))
        })
        .and_then(|(run, begun)| {
            *self.running() = Running { run, begun, ..Running::default() };
            self.read(|c| super::room(c, super::ROOM_OF_AN_IMPORT)).map(|()| run)
        })
    }

    /// What is known of the import that runs.
    pub(super) fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes a run in the ledger. Gives how many of its changes came to nothing (a source that says one thing and then another of the same
    /// record would else change the store each time it is imported), and what is to be told at its end.
    pub fn end_run(&self, actor: &Actor, run: i64, complete: bool) -> Result<Ended> {
        let begun = Some(std::mem::take(&mut *self.running())).filter(|running| running.run == run).map(|running| running.begun);
        self.write(|tx| {
            authors::changed(tx, run)
                .and_then(|people| authors::touch(tx, &people))
                .map_err(because("the import could not be recorded"))?;
            let ended = match begun.filter(|_| complete) {
                Some(begun) => settle(tx, run, begun).map_err(because("the import could not be recorded"))?,
                None => Ended::default(),
            };
            if let Some(told) = &ended.told {
                unplaced::note(tx, run, told).map_err(because("the import could not be recorded"))?;
            }
            // One that was stopped, or that failed, has not come to its end: the ledger must not say that everything went in.
            if complete {
                tx.execute("UPDATE import_run SET ended = ?2 WHERE id = ?1", (run, actor.now.to_string()))
                    .map_err(because("the import could not be recorded"))?;
            }
            let outcome = if complete { "ok" } else { "stopped" };
            self.record(tx, actor, &Act { object: Some(&run.to_string()), outcome, ..Act::new("import.end") })?;
            Ok(ended)
        })
        .and_then(|ended| self.read(|c| super::room(c, super::ROOM)).map(|()| ended))
    }

    /// Past imports, newest first.
    pub fn runs(&self) -> Result<Vec<RunReport>> {
        self.read(|c| c.prepare(&format!("SELECT {COLUMNS} FROM import_run ORDER BY id DESC"))?.query_map([], report)?.collect())
    }

    /// One of them.
    pub fn run(&self, run: i64) -> Result<Option<RunReport>> {
        self.read(|c| c.query_row(&format!("SELECT {COLUMNS} FROM import_run WHERE id = ?1"), [run], report).optional())
    }

    /// What it refused, in the order it was met.
    pub fn rejects(&self, run: i64) -> Result<Vec<Trouble>> {
        self.told("import_reject", run)
    }

    /// What it told that was no fault, in the order it was met.
    pub fn notices(&self, run: i64) -> Result<Vec<Trouble>> {
        self.told("import_notice", run)
    }

    fn told(&self, table: &str, run: i64) -> Result<Vec<Trouble>> {
        self.read(|c| {
            c.prepare(&format!("SELECT source, line, what, why, hint FROM {table} WHERE run = ?1 ORDER BY rowid"))?
                .query_map([run], |r| {
                    let mut trouble = Trouble::input(r.get::<_, String>(2)?);
                    trouble.source = r.get(0)?;
                    trouble.line = r.get::<_, Option<i64>>(1)?.map(i64::unsigned_abs);
                    trouble.why = r.get(3)?;
                    trouble.hint = r.get(4)?;
                    Ok(trouble)
                })?
                .collect()
        })
    }

    /// What a run made of the store, by kind; nothing of one that was taken back.
    pub fn run_made(&self, run: i64) -> Result<Vec<Made>> {
        self.read(|c| {
            let sql = format!(
                "SELECT kind, sum(what = 'added'), sum(what = 'changed'), sum(what IN ('withdrawn', 'merged')) FROM ({RECORDS}) GROUP BY kind ORDER BY kind"
            );
            let count = |r: &Row<'_>, at: usize| r.get::<_, i64>(at).map(i64::unsigned_abs);
            c.prepare(&sql)?
                .query_map([run], |r| Ok(Made { kind: r.get(0)?, added: count(r, 1)?, changed: count(r, 2)?, withdrawn: count(r, 3)? }))?
                .collect()
        })
    }

    /// The records that a run made otherwise, in the order it came to them, `limit` of them at most.
    pub fn run_records(&self, run: i64, limit: usize) -> Result<Vec<RunRecord>> {
        self.read(|c| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            c.prepare(&format!("{RECORDS} ORDER BY first LIMIT ?2"))?
                .query_map((run, limit), |r| {
                    let identifier: Option<String> = r.get(1)?;
                    Ok(RunRecord { kind: r.get(0)?, identifier: identifier.unwrap_or_default(), what: r.get(2)?, source: r.get(3)? })
                })?
                .collect()
        })
    }
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ended {
    /// Changes that came to nothing.
    pub idle: u64,
    /// What is worth knowing of all of it.
    pub told: Option<Trouble>,
}

/// What is left to do at the end of a run.
pub(super) fn settle(tx: &Transaction<'_>, run: i64, begun: i64) -> rusqlite::Result<Ended> {
    Ok(Ended { idle: leave_out_idle(tx, run, begun)?, told: unplaced::told(tx, run, begun)? })
}

/// Leaves out of the journal what came to nothing: from the change of a record on whose `before` stands there again. Gives how many that are.
fn leave_out_idle(tx: &Transaction<'_>, run: i64, begun: i64) -> rusqlite::Result<u64> {
    let now = "CASE kind WHEN 'patient' THEN (SELECT body FROM patient p WHERE p.identifier = c.identifier)
        WHEN 'encounter' THEN (SELECT body FROM encounter e WHERE e.identifier = c.identifier)
        WHEN 'provider' THEN (SELECT body FROM provider p WHERE p.identifier = c.identifier)
        ELSE (SELECT body FROM fact f WHERE f.kind = c.kind AND f.identifier = c.identifier) END";
    let rows =
        "import_change c WHERE c.sequence > ?1 AND c.run = ?2 AND c.kind NOT IN ('document', 'withdrawn', 'merge', 'followed', 'gone')";
    let sql =
        format!("SELECT c.kind, c.identifier, c.sequence FROM {rows} AND c.before IS NOT NULL AND c.before = {now} ORDER BY c.sequence");
    let mut from: HashMap<(String, String), i64> = HashMap::new();
    let mut statement = tx.prepare(&sql)?;
    let mut found = statement.query((begun, run))?;
    while let Some(row) = found.next()? {
        from.entry((row.get(0)?, row.get(1)?)).or_insert(row.get(2)?);
    }
    drop(found);
    if from.is_empty() {
        return Ok(0);
    }
    let mut idle = Vec::new();
    let mut statement = tx.prepare(&format!("SELECT c.kind, c.identifier, c.sequence FROM {rows}"))?;
    let mut all = statement.query((begun, run))?;
    while let Some(row) = all.next()? {
        let sequence: i64 = row.get(2)?;
        if from.get(&(row.get(0)?, row.get(1)?)).is_some_and(|from| *from <= sequence) {
            idle.push(sequence);
        }
    }
    drop(all);
    let mut delete = tx.prepare("DELETE FROM import_change WHERE sequence = ?1")?;
    for sequence in &idle {
        delete.execute([sequence])?;
    }
    let counts: String = tx.query_row("SELECT counts FROM import_run WHERE id = ?1", [run], |r| r.get(0))?;
    let mut counts: IngestCounts = serde_json::from_str(&counts).unwrap_or_default();
    counts.changed = counts.changed.saturating_sub(idle.len() as u64);
    tx.execute("UPDATE import_run SET counts = ?2 WHERE id = ?1", (run, json(&counts)))?;
    Ok(idle.len() as u64)
}

/// Of the import that runs: its number, the last change in the journal before it, and what waits.
#[derive(Default)]
pub(super) struct Running {
    run: i64,
    begun: i64,
    pub(super) waiting: Waiting,
}

fn report(r: &Row<'_>) -> rusqlite::Result<RunReport> {
    let counts: String = r.get(4)?;
    let counts: IngestCounts = serde_json::from_str(&counts).unwrap_or_default();
    let rows = |at: usize| r.get::<_, i64>(at).map(i64::unsigned_abs);
    let sources: String = r.get(6)?;
    Ok(RunReport {
        run: r.get(0)?,
        started: r.get(1)?,
        ended: r.get(2)?,
        by: r.get(3)?,
        sources: serde_json::from_str(&sources).unwrap_or_default(),
        rejected: rows(5)?.max(counts.rejected),
        noticed: rows(8)?.max(counts.noticed),
        counts,
        undone: r.get(7)?,
    })
}
