//! Who else is in the store: by record or encounter number, and by full name. What is typed into a query is compared with it, so that no
//! other patient's name or number goes out.

use super::Store;
use super::charts::parse;
use crate::chart::{FullName, Patient};
use crate::error::Result;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

/// Full names by the first word of the family name, in lower case.
pub type FullNames = HashMap<String, Vec<FullName>>;

/// Full names as they were after an import, and which that was: they are read again when another one came or was taken back.
pub(super) type KnownNames = Option<((i64, i64), Arc<FullNames>)>;

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

impl Store {
    /// The patients whose record number, or one of whose encounter or account numbers, this is.
    pub fn patients_of_number(&self, number: &str) -> Result<Vec<String>> {
        self.read(|c| {
            c.prepare_cached(
                "SELECT identifier FROM patient WHERE mrn = ?1 OR identifier = ?1
                 UNION SELECT patient FROM encounter WHERE (identifier = ?1 OR account = ?1) AND patient IS NOT NULL",
            )?
            .query_map([number], |r| r.get(0))?
            .collect()
        })
    }

    /// The full names of all patients. Kept while no import changes anything: a lint asks with every key.
    pub fn full_names(&self) -> Result<Arc<FullNames>> {
        let stamp = self.read(|c| {
            c.prepare_cached(
                "SELECT (SELECT coalesce(max(sequence), 0) FROM import_change), (SELECT count(*) FROM import_run WHERE undone IS NOT NULL)",
            )?
            .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))
        })?;
        let kept = || self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, names)) = kept().as_ref().filter(|(at, _)| *at == stamp) {
            return Ok(Arc::clone(names));
        }
        let bodies: Vec<String> =
            self.read(|c| c.prepare("SELECT body FROM patient")?.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>())?;
        let mut names = FullNames::new();
        for patient in bodies.iter().filter_map(|body| parse::<Patient>(body)) {
            if let (Some(family), Some(given)) = (patient.family, patient.given) {
                let first: String =
                    family.chars().skip_while(|c| !c.is_alphabetic()).take_while(|c| c.is_alphabetic() || is_apostrophe(*c)).collect();
                let first = first.to_lowercase().replace(is_apostrophe, "'");
                // Also as it is typed without the marks of its letters.
                let first = first.trim_end_matches('\'');
                let mut keys = vec![first.to_owned()];
                keys.extend(crate::query::spellings(first));
                keys.sort();
                keys.dedup();
                let name = FullName { patient: patient.identifier, family, given };
                for key in keys {
                    names.entry(key).or_default().push(name.clone());
                }
            }
        }
        let names = Arc::new(names);
        *kept() = Some((stamp, Arc::clone(&names)));
        Ok(names)
    }
}
