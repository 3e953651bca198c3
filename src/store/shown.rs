//! Whom a list showed. A worklist or a search names many patients at once and again and again; so each patient is kept once a day for each
//! person, at the first row of the log that showed them, and that row's hash covers the whole set.

use super::audit::Act;
use super::{Actor, Store, trouble::because};
use crate::error::Result;
use crate::hash::hex;
use rusqlite::{OptionalExtension, Transaction};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Whom a list shows, by what is at hand.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// Patients.
    Patients(&'a BTreeSet<&'a str>),
    /// The patients of these encounters.
    Encounters(&'a BTreeSet<&'a str>),
    /// The patients of these documents.
    Documents(&'a BTreeSet<&'a str>),
}

impl Store {
    /// Records an act that showed a list.
    pub fn record_shown(&self, actor: &Actor, action: &str, shown: Shown<'_>, detail: &str) -> Result<()> {
        self.write(|tx| {
            let patients = patients(tx, shown).map_err(because("the log could not be written"))?;
            let day = actor.now.local_date().to_string();
            let fresh = fresh(tx, &day, &actor.user, &patients).map_err(because("the log could not be written"))?;
            let words = match (patients.len(), fresh.len()) {
                (0, _) => String::new(),
                (all, new) => format!("{all} patients, {new} of them not listed to this person before today"),
            };
            let detail = [detail, &words].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join("; ");
            let hash = (!fresh.is_empty()).then(|| hash(&fresh));
            let sequence = self.append(tx, actor, &Act { detail: &detail, shown: hash.as_deref(), ..Act::new(action) })?;
            let insert = "INSERT INTO audit_shown (day, by_user, patient, sequence) VALUES (?1, ?2, ?3, ?4)";
            let mut insert = tx.prepare_cached(insert).map_err(because("the log could not be written"))?;
            for patient in &fresh {
                insert.execute((&day, &actor.user, patient, sequence)).map_err(because("the log could not be written"))?;
            }
            Ok(())
        })
    }

    /// The patients kept for each row, hashed as the row should have it.
    pub(super) fn shown_hashes(&self) -> Result<BTreeMap<i64, String>> {
        let rows: Vec<(i64, String)> = self.read(|c| {
            c.prepare("SELECT sequence, patient FROM audit_shown")?
                .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
                .collect::<rusqlite::Result<_>>()
        })?;
        let mut sets: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        for (sequence, patient) in rows {
            sets.entry(sequence).or_default().insert(patient);
        }
        Ok(sets.into_iter().map(|(sequence, patients)| (sequence, hash(&patients))).collect())
    }
}

fn patients(tx: &Transaction<'_>, shown: Shown<'_>) -> rusqlite::Result<BTreeSet<String>> {
    let (sql, names) = match shown {
        Shown::Patients(patients) => return Ok(patients.iter().map(|p| (*p).to_owned()).collect()),
        Shown::Encounters(names) => ("SELECT patient FROM encounter WHERE identifier = ?1", names),
        Shown::Documents(names) => (
            "SELECT coalesce(d.patient, e.patient) FROM document d LEFT JOIN encounter e ON e.identifier = d.encounter
             WHERE d.identifier = ?1 AND d.current = 1",
            names,
        ),
    };
    let mut find = tx.prepare_cached(sql)?;
    let mut out = BTreeSet::new();
    for name in names {
        out.extend(find.query_row([name], |r| r.get::<_, Option<String>>(0)).optional()?.flatten());
    }
    Ok(out)
}

/// Those that this person was not shown on this day.
fn fresh(tx: &Transaction<'_>, day: &str, user: &str, patients: &BTreeSet<String>) -> rusqlite::Result<BTreeSet<String>> {
    let mut there = tx.prepare_cached("SELECT 1 FROM audit_shown WHERE day = ?1 AND by_user = ?2 AND patient = ?3")?;
    let mut out = BTreeSet::new();
    for patient in patients {
        if !there.exists((day, user, patient))? {
            out.insert(patient.clone());
        }
    }
    Ok(out)
}

fn hash(patients: &BTreeSet<String>) -> String {
    let mut hash = Sha256::new();
    for patient in patients {
        hash.update((patient.len() as u64).to_be_bytes());
        hash.update(patient.as_bytes());
    }
    hex(&hash.finalize())
}
