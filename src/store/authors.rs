//! Which charts a person's record speaks in: the role that stands in it decides whether words are a diagnosis, so that a record which comes
//! late, changes or is taken back makes what was found in those charts stale.

use super::ingest::Touched;
use rusqlite::Transaction;
use std::collections::BTreeSet;

/// Touches the encounters whose current documents one of these people wrote or signed, or who had a part in them. One look at all documents
/// for all of them: an import calls it once, at its end.
pub(super) fn touch(tx: &Transaction<'_>, people: &BTreeSet<String>) -> rusqlite::Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let mut touched = Touched::default();
    let mut documents = tx.prepare_cached(
        "SELECT encounter, patient, json_extract(body, '$.author.identifier'), json_extract(body, '$.signer.identifier')
         FROM document WHERE current = 1 AND withdrawn = 0",
    )?;
    let mut rows = documents.query([])?;
    while let Some(row) = rows.next()? {
        let known = |at: usize| -> rusqlite::Result<bool> {
            Ok(row.get_ref(at)?.as_str_or_null().ok().flatten().is_some_and(|person| people.contains(person)))
        };
        if known(2)? || known(3)? {
            let (encounter, patient): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
            touched.note(encounter.as_deref(), patient.as_deref());
        }
    }
    drop(rows);
    touched.write(tx)
}

/// The people whose records this run changed, and those that runs before it changed which were cut off ahead of their end.
pub(super) fn changed(tx: &Transaction<'_>, run: i64) -> rusqlite::Result<BTreeSet<String>> {
    tx.prepare_cached(
        "SELECT DISTINCT identifier FROM import_change WHERE kind = 'provider' AND run <= ?1
         AND run > (SELECT coalesce(max(id), 0) FROM import_run WHERE ended IS NOT NULL AND id < ?1)",
    )?
    .query_map([run], |r| r.get(0))?
    .collect()
}
