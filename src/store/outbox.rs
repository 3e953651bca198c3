//! What the search index has still to take in. The rows are written in the transaction of the change and go when the index says
//! that it has committed them; a lost index starts again from the documents themselves.

use super::{Store, charts::EncounterSummary, trouble::because};
use crate::chart::{Document, Patient};
use crate::error::Result;
use rusqlite::OptionalExtension;

/// A document with what the index keeps beside its words.
#[derive(Clone, Debug, Default)]
pub struct DocumentForIndex {
    /// Our row number: the index's key.
    pub key: u64,
    /// The document.
    pub document: Document,
    /// Record number of its patient.
    pub mrn: String,
    /// Name of its patient.
    pub patient_name: String,
    /// What a person calls its encounter.
    pub encounter: Option<String>,
    /// Service of its encounter, where the document gives none.
    pub service: String,
}

/// A stretch of the outbox.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    /// Documents to take in.
    pub put: Vec<DocumentForIndex>,
    /// Keys to take out.
    pub remove: Vec<u64>,
    /// The sequence after this stretch.
    pub sequence: u64,
}

impl Store {
    /// The sequence of the newest change.
    pub fn outbox_head(&self) -> Result<u64> {
        self.read(|c| {
            let head: Option<i64> = c.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'", [], |r| r.get(0)).optional()?;
            Ok(head.unwrap_or(0).unsigned_abs())
        })
    }

    /// The oldest changes after `sequence`: at most `limit` of them.
    pub fn outbox(&self, sequence: u64, limit: usize) -> Result<Outbox> {
        self.read(|c| {
            let mut statement =
                c.prepare_cached("SELECT sequence, document, present FROM outbox WHERE sequence > ?1 ORDER BY sequence LIMIT ?2")?;
            let after = i64::try_from(sequence).unwrap_or(i64::MAX);
            let rows: Vec<(i64, i64, bool)> = statement
                .query_map((after, i64::try_from(limit).unwrap_or(i64::MAX)), |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let mut out = Outbox { sequence, ..Outbox::default() };
            // Only the last word on each document counts.
            let mut last = std::collections::BTreeMap::new();
            for (number, document, present) in rows {
                out.sequence = number.unsigned_abs();
                last.insert(document, present);
            }
            for (document, present) in last {
                match for_index(c, document)? {
                    Some(found) if present => out.put.push(found),
                    _ => out.remove.push(document.unsigned_abs()),
                }
            }
            Ok(out)
        })
    }

    /// The sequence of the last of the next `most` changes after `sequence`.
    pub fn outbox_after(&self, sequence: u64, most: usize) -> Result<u64> {
        self.read(|c| {
            let sql = "SELECT max(sequence) FROM (SELECT sequence FROM outbox WHERE sequence > ?1 ORDER BY sequence LIMIT ?2)";
            let numbers = (i64::try_from(sequence).unwrap_or(i64::MAX), i64::try_from(most).unwrap_or(i64::MAX));
            let last: Option<i64> = c.prepare_cached(sql)?.query_row(numbers, |r| r.get(0))?;
            Ok(last.map_or(sequence, i64::unsigned_abs))
        })
    }

    /// The oldest change that is still kept; one past the head when all were taken in.
    pub fn outbox_oldest(&self) -> Result<u64> {
        let oldest: Option<i64> = self.read(|c| c.query_row("SELECT min(sequence) FROM outbox", [], |r| r.get(0)))?;
        Ok(oldest.map_or(self.outbox_head()? + 1, i64::unsigned_abs))
    }

    /// Forgets what the index has committed.
    pub fn outbox_done(&self, sequence: u64) -> Result<()> {
        let upto = i64::try_from(sequence).unwrap_or(i64::MAX);
        // No act of a person, so no audit row: nothing about any patient changes.
        let connection = self.lock();
        connection
            .execute("DELETE FROM outbox WHERE sequence <= ?1", [upto])
            .map(drop)
            .map_err(because("the index could not be brought up to date"))
    }

    /// Current documents with a row number above `after`, in order: what a rebuild walks through.
    pub fn documents_for_index(&self, after: u64, limit: usize) -> Result<Vec<DocumentForIndex>> {
        self.read(|c| {
            let keys: Vec<i64> = c
                .prepare_cached(
                    "SELECT id FROM document WHERE current = 1 AND withdrawn = 0 AND class IS NULL AND id > ?1 ORDER BY id LIMIT ?2",
                )?
                .query_map((i64::try_from(after).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX)), |r| r.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let mut out = Vec::with_capacity(keys.len());
            for key in keys {
                out.extend(for_index(c, key)?);
            }
            Ok(out)
        })
    }

    /// The encounters of documents with these keys, by identifier, in the order given.
    pub fn stays_of_documents(&self, keys: &[u64]) -> Result<Vec<String>> {
        self.read(|c| {
            let mut statement =
                c.prepare_cached("SELECT encounter FROM document WHERE id = ?1 AND current = 1 AND withdrawn = 0 AND class IS NULL")?;
            let mut out = Vec::with_capacity(keys.len());
            for key in keys {
                let stay: Option<Option<String>> =
                    statement.query_row([i64::try_from(*key).unwrap_or(i64::MAX)], |r| r.get(0)).optional()?;
                out.extend(stay.flatten());
            }
            Ok(out)
        })
    }

    /// The documents with these keys, in the order given; ones that are not current any more are left out.
    pub fn documents_by_key(&self, keys: &[u64]) -> Result<Vec<DocumentForIndex>> {
        self.read(|c| {
            let mut out = Vec::with_capacity(keys.len());
            for key in keys {
                out.extend(for_index(c, i64::try_from(*key).unwrap_or(i64::MAX))?);
            }
            Ok(out)
        })
    }
}

fn for_index(c: &rusqlite::Connection, id: i64) -> rusqlite::Result<Option<DocumentForIndex>> {
    let mut statement = c.prepare_cached(
        "SELECT d.version, d.text, d.body, p.body, e.body FROM document d LEFT JOIN patient p ON p.identifier = d.patient
         LEFT JOIN encounter e ON e.identifier = d.encounter WHERE d.id = ?1 AND d.current = 1 AND d.withdrawn = 0
         AND d.class IS NULL",
    )?;
    statement
        .query_row([id], |r| {
            let bare: Document = serde_json::from_str(&r.get::<_, String>(2)?).unwrap_or_default();
            let patient: Option<Patient> = r.get::<_, Option<String>>(3)?.and_then(|t| serde_json::from_str(&t).ok());
            let encounter: Option<crate::chart::Encounter> = r.get::<_, Option<String>>(4)?.and_then(|t| serde_json::from_str(&t).ok());
            let document = Document { id: crate::chart::Id(id), version: r.get(0)?, text: r.get(1)?, ..bare };
            Ok(DocumentForIndex {
                key: id.unsigned_abs(),
                mrn: patient.as_ref().and_then(|p| p.mrn.clone()).unwrap_or_default(),
                patient_name: patient.as_ref().map(Patient::display).unwrap_or_default(),
                encounter: encounter.as_ref().map(|e| e.name().to_owned()).or_else(|| document.encounter.clone()),
                service: document.service.clone().or_else(|| encounter.and_then(|e| e.service)).unwrap_or_default(),
                document,
            })
        })
        .optional()
}

impl EncounterSummary {
    /// The name to show for its patient.
    pub fn patient_name(&self) -> String {
        self.patient.as_deref().map_or_else(|| "not given".to_owned(), Patient::display)
    }
}
