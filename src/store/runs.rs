//! The ledger of imports: who took in what, when, and what was refused.

use super::audit::Act;
use super::json::json;
use super::{Actor, IngestCounts, Store, trouble::because};
use crate::error::{Result, Trouble};
use rusqlite::{OptionalExtension, Row};
use serde::Serialize;

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
}

const COLUMNS: &str = "id, started, ended, by_user, counts, (SELECT count(*) FROM import_reject WHERE run = id), sources, undone";

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
            Ok(run)
        })
    }

    /// Closes a run in the ledger.
    pub fn end_run(&self, actor: &Actor, run: i64, complete: bool) -> Result<()> {
        self.write(|tx| {
            // One that was stopped, or that failed, has not come to its end: the ledger must not say that everything went in.
            if complete {
                tx.execute("UPDATE import_run SET ended = ?2 WHERE id = ?1", (run, actor.now.to_string()))
                    .map_err(because("the import could not be recorded"))?;
            }
            let outcome = if complete { "ok" } else { "stopped" };
            self.record(tx, actor, &Act { object: Some(&run.to_string()), outcome, ..Act::new("import.end") })
        })
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
        self.read(|c| {
            c.prepare("SELECT source, line, what, why, hint FROM import_reject WHERE run = ?1 ORDER BY rowid")?
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
}

fn report(r: &Row<'_>) -> rusqlite::Result<RunReport> {
    let counts: String = r.get(4)?;
    let sources: String = r.get(6)?;
    Ok(RunReport {
        run: r.get(0)?,
        started: r.get(1)?,
        ended: r.get(2)?,
        by: r.get(3)?,
        sources: serde_json::from_str(&sources).unwrap_or_default(),
        counts: serde_json::from_str(&counts).unwrap_or_default(),
        rejected: r.get::<_, i64>(5)?.unsigned_abs(),
        undone: r.get(7)?,
    })
}
