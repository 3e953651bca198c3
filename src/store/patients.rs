//! Patients as their senders told of them: for a person who looks for two that are one.

use super::Store;
use super::charts::parse;
use crate::chart::Patient;
use crate::error::Result;

impl Store {
    /// Every patient, by identifier, with how many encounters each has.
    pub fn patients(&self) -> Result<Vec<(Patient, u64)>> {
        self.read(|c| {
            let sql =
                "SELECT p.body, (SELECT count(*) FROM encounter e WHERE e.patient = p.identifier) FROM patient p ORDER BY p.identifier";
            let rows: Vec<(String, i64)> =
                c.prepare(sql)?.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
            Ok(rows.into_iter().filter_map(|(body, n)| Some((parse::<Patient>(&body)?, n.unsigned_abs()))).collect())
        })
    }
}
