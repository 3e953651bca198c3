//! An import that is only tried: all of it in one transaction, which is taken back at the end.

use super::ingest::{Answer, Batch, IngestCounts, Ledger};
use super::json::json;
use super::ready::ReadyRecord;
use super::runs::Ended;
use super::units::Waiting;
use super::{Actor, ROOM, ROOM_OF_AN_IMPORT, Store, room, runs, trouble::because};
use crate::error::Result;
use rusqlite::{Transaction, TransactionBehavior};

/// A run that leaves nothing behind.
pub struct Rehearsal<'a, 't> {
    store: &'a Store,
    tx: &'a Transaction<'t>,
    actor: &'a Actor,
    run: i64,
    begun: i64,
    waiting: Waiting,
}

impl Store {
    /// Lets `work` import, and takes all of it back. Who may not import may not try it either.
    ///
    /// # Errors
    /// Those of an import.
    pub fn rehearse<T>(&self, actor: &Actor, sources: &[String], work: impl FnOnce(&mut Rehearsal<'_, '_>) -> Result<T>) -> Result<T> {
        self.allow(actor, "import.begin")?;
        let failed = because("the import could not be tried");
        let mut connection = self.lock();
        room(&connection, ROOM_OF_AN_IMPORT).map_err(&failed)?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(because("the store is busy or read-only"))?;
        let begin = || -> rusqlite::Result<(i64, i64)> {
            let begun = tx.query_row("SELECT coalesce(max(sequence), 0) FROM import_change", [], |r| r.get(0))?;
            tx.execute(
                "INSERT INTO import_run (started, by_user, sources, counts) VALUES (?1, ?2, ?3, ?4)",
                (actor.now.to_string(), &actor.user, json(&sources), json(&IngestCounts::default())),
            )?;
            Ok((tx.last_insert_rowid(), begun))
        };
        let (run, begun) = begin().map_err(&failed)?;
        let outcome = work(&mut Rehearsal { store: self, tx: &tx, actor, run, begun, waiting: Waiting::default() });
        tx.rollback().map_err(&failed)?;
        room(&connection, ROOM).map_err(&failed)?;
        drop(connection);
        self.write_refusal()?;
        outcome
    }
}

impl Rehearsal<'_, '_> {
    /// As an import stores a batch.
    ///
    /// # Errors
    /// Those of an import.
    pub fn put_ready(&mut self, records: &[ReadyRecord], ledger: Ledger<'_>, counts: &mut IngestCounts) -> Result<Answer> {
        let records: Vec<_> = records.iter().map(ReadyRecord::parts).collect();
        Batch::new(self.store, self.tx, self.actor, self.run, counts, &mut self.waiting)?.put(&records, ledger)
    }

    /// As an import ends: how many of its changes came to nothing, and what is to be told of all of it.
    ///
    /// # Errors
    /// Those of an import.
    pub fn settle(&mut self) -> Result<Ended> {
        runs::settle(self.tx, self.run, self.begun).map_err(because("the import could not be tried"))
    }
}
