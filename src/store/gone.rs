//! What senders took back or replaced. It is written down whether the record had come by then or not: one that comes later is compared with
//! it, and nothing that was taken back stands in a chart again because its file was read late, or twice.

use super::json::json;
use super::sent;
use super::undo::note;
use crate::chart::Sent;
use rusqlite::{OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};

/// The journal's word for it.
pub(super) const GONE: &str = "gone";

/// What is known of a record that was taken back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Gone {
    pub(super) patient: Option<String>,
    /// The document that stands in its place.
    pub(super) by: Option<String>,
    pub(super) sent: Sent,
    /// Of a fact, whose row is gone: the hash of its body.
    pub(super) body_sha256: Option<String>,
    pub(super) run: i64,
}

impl Gone {
    /// Whether a record of this time stands again: it was surely said after it was taken back. Where its sender gave no time to the taking
    /// back, another text in a later import is news; but what was replaced stays so.
    pub(super) fn yields(&self, given: &Sent, run: i64) -> bool {
        self.sent.is_before(given) || self.by.is_none() && self.sent.is_empty() && self.run != run
    }

    /// Whether it can be about a record of this patient.
    pub(super) fn is_of(&self, patient: Option<&str>) -> bool {
        self.patient.as_deref().zip(patient).is_none_or(|(one, other)| one == other)
    }
}

/// Whether anything was ever taken back: where nothing was, no record is looked up.
pub(super) fn any(tx: &Transaction<'_>) -> rusqlite::Result<bool> {
    tx.prepare_cached("SELECT 1 FROM gone LIMIT 1")?.exists([])
}

pub(super) fn find(tx: &Transaction<'_>, kind: &str, identifier: &str) -> rusqlite::Result<Option<Gone>> {
    tx.prepare_cached("SELECT patient, by_document, sent, body_sha256, run FROM gone WHERE kind = ?1 AND identifier = ?2")?
        .query_row((kind, identifier), |r| {
            let sent: String = r.get(2)?;
            Ok(Gone { patient: r.get(0)?, by: r.get(1)?, sent: sent::read(Some(&sent)), body_sha256: r.get(3)?, run: r.get(4)? })
        })
        .optional()
}

/// Writes it down, with what stood there in the journal.
pub(super) fn put(tx: &Transaction<'_>, run: i64, kind: &str, identifier: &str, gone: &Gone) -> rusqlite::Result<()> {
    journal(tx, run, kind, identifier)?;
    write(tx, kind, identifier, gone)
}

/// The record stands again.
pub(super) fn forget(tx: &Transaction<'_>, run: i64, kind: &str, identifier: &str) -> rusqlite::Result<()> {
    journal(tx, run, kind, identifier)?;
    tx.prepare_cached("DELETE FROM gone WHERE kind = ?1 AND identifier = ?2")?.execute((kind, identifier))?;
    Ok(())
}

fn journal(tx: &Transaction<'_>, run: i64, kind: &str, identifier: &str) -> rusqlite::Result<()> {
    let before = find(tx, kind, identifier)?.map(|gone| json(&gone));
    note(tx, run, GONE, &format!("{kind}/{identifier}"), before.as_deref())
}

fn write(tx: &Transaction<'_>, kind: &str, identifier: &str, gone: &Gone) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT OR REPLACE INTO gone (kind, identifier, patient, by_document, sent, body_sha256, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((kind, identifier, &gone.patient, &gone.by, json(&gone.sent), &gone.body_sha256, gone.run))?;
    Ok(())
}

/// Takes an import back: what was written down before it stands again.
pub(super) fn take_back(tx: &Transaction<'_>, name: &str, before: Option<&str>) -> rusqlite::Result<()> {
    let Some((kind, identifier)) = name.split_once('/') else { return Ok(()) };
    match before.and_then(|body| serde_json::from_str::<Gone>(body).ok()) {
        Some(gone) => write(tx, kind, identifier, &gone),
        None => tx.execute("DELETE FROM gone WHERE kind = ?1 AND identifier = ?2", (kind, identifier)).map(drop),
    }
}
