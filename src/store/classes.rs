//! Which documents are of a class that needs a right of its own. The class is told from the document when it comes in, and told anew for all
//! of them when the words that tell it change; every reading of charts and the index leave such documents out.

use super::charts::parse;
use super::{Store, trouble::because};
use crate::chart::{Document, DocumentClass, Instant};
use crate::error::Result;
use rusqlite::{OptionalExtension, Transaction};
use serde::Serialize;

/// The key in `meta`.
const TOLD_BY: &str = "classes";

/// A document that is left out of its chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Withheld {
    /// Its identifier: a right or an emergency opens it by that.
    pub document: String,
    /// Its class.
    pub class: DocumentClass,
    /// When it was written.
    pub time: Option<Instant>,
}

impl Store {
    /// Tells the classes of documents that came in before the words for them.
    pub(super) fn tell_classes(&self) -> Result<()> {
        let failed = because("the classes of documents could not be told");
        let told: Option<String> =
            self.read(|c| c.query_row("SELECT value FROM meta WHERE key = ?1", [TOLD_BY], |r| r.get(0)).optional())?;
        let by = DocumentClass::told_by();
        if told.as_ref() == Some(&by) {
            return Ok(());
        }
        self.write_derived(|tx| {
            tell_all(tx).map_err(&failed)?;
            let keep = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
            tx.execute(keep, (TOLD_BY, &by)).map(drop).map_err(&failed)
        })
    }

    /// The class of a document, where it has one.
    pub fn class_of(&self, identifier: &str) -> Result<Option<DocumentClass>> {
        let name: Option<Option<String>> =
            self.read(|c| c.query_row("SELECT max(class) FROM document WHERE identifier = ?1", [identifier], |r| r.get(0)).optional())?;
        Ok(name.flatten().and_then(|name| DocumentClass::from_name(&name)))
    }

    /// What is left out of an encounter's chart.
    pub fn withheld(&self, encounter: &str) -> Result<Vec<Withheld>> {
        let rows: Vec<(String, String, String)> = self.read(|c| {
            c.prepare_cached(
                "SELECT identifier, class, body FROM document
                 WHERE encounter = ?1 AND class IS NOT NULL AND current = 1 AND withdrawn = 0 ORDER BY written, identifier",
            )?
            .query_map([encounter], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
            .collect()
        })?;
        let row = |(document, class, body): (String, String, String)| {
            let time = parse::<Document>(&body).and_then(|d| d.time);
            Some(Withheld { document, class: DocumentClass::from_name(&class)?, time })
        };
        Ok(rows.into_iter().filter_map(row).collect())
    }
}

fn tell_all(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut changed: Vec<(i64, Option<&'static str>)> = Vec::new();
    {
        let mut statement = tx.prepare("SELECT id, text, body, class FROM document")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let bare: Document = parse(&row.get::<_, String>(2)?).unwrap_or_default();
            let class = DocumentClass::of(&Document { text: row.get(1)?, ..bare }).map(DocumentClass::name);
            if row.get::<_, Option<String>>(3)?.as_deref() != class {
                changed.push((row.get(0)?, class));
            }
        }
    }
    for (id, class) in changed {
        tx.execute("UPDATE document SET class = ?2 WHERE id = ?1", (id, class))?;
        // The index lets go of it, or takes it in; what was concluded from it no longer stands.
        tx.execute("INSERT INTO outbox (document, present) VALUES (?1, ?2)", (id, class.is_none()))?;
        tx.execute("UPDATE encounter SET touched = touched + 1 WHERE identifier = (SELECT encounter FROM document WHERE id = ?1)", [id])?;
    }
    Ok(())
}
