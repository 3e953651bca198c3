//! Checking the audit chain: each row hashed over the row before, with the key of its time, up to what is known from elsewhere.

use super::audit::{AuditEntry, AuditFilter, AuditVerdict, GENESIS};
use super::signatures::{self, Found};
use super::{Store, hex_bytes, trouble::because};
use crate::error::Result;
use crate::hash::{hex, mac};
use crate::keys::Zeroizing;
use hmac::Mac;

/// A row of the chain as somebody saw it: its number and its hash.
pub type Seen = (i64, String);

impl Store {
    /// Checks the whole chain, up to the head that this host saw last.
    pub fn verify_audit(&self) -> Result<AuditVerdict> {
        self.verify_audit_seen(None)
    }

    /// The same, and that a row which somebody saw is in it.
    pub fn verify_audit_seen(&self, seen: Option<Seen>) -> Result<AuditVerdict> {
        // The head first: what another process adds after it only makes the log longer.
        let heads: Vec<Seen> = self.head_seen().into_iter().chain(seen).collect();
        self.verify_against(&heads)
    }

    /// Checks the whole chain, and that every row of `seen` is in it.
    pub(super) fn verify_against(&self, seen: &[Seen]) -> Result<AuditVerdict> {
        let rows = self.audit(&AuditFilter::default())?;
        if let Some(sequence) = self.first_broken(&rows)? {
            return Ok(AuditVerdict::Altered { sequence });
        }
        let Found { forged, strange, .. } = signatures::check(&rows);
        if let Some(sequence) = forged {
            let user = rows.iter().find(|row| row.sequence == sequence).map(|row| row.user.clone()).unwrap_or_default();
            return Ok(AuditVerdict::Forged { sequence, user });
        }
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let is_there = |place: i64, hash: &str| usize::try_from(place - 1).ok().and_then(|i| rows.get(i)).is_some_and(|r| r.hash == hash);
        // What the log says of queries holds wherever the log itself does.
        let with_queries = |verdict: AuditVerdict| {
            let queries = self.altered_queries()?;
            if !queries.is_empty() {
                return Ok(AuditVerdict::QueriesAltered { rows: count, queries });
            }
            Ok(match strange.into_iter().next() {
                Some((sequence, user, _)) => AuditVerdict::UnknownKey { sequence, user },
                None => verdict,
            })
        };
        let Some(last) = seen.iter().map(|(place, _)| *place).max() else {
            return with_queries(AuditVerdict::CannotTell { rows: count });
        };
        let lost = seen.iter().find(|(place, hash)| *place <= count && !is_there(*place, hash));
        match lost {
            Some((expected, _)) => Ok(AuditVerdict::RolledBack { rows: count, expected: *expected }),
            None if last > count => Ok(AuditVerdict::Shortened { rows: count, expected: last }),
            None => with_queries(AuditVerdict::Intact { rows: count }),
        }
    }

    /// The first of all rows that does not chain.
    pub(super) fn first_broken(&self, rows: &[AuditEntry]) -> Result<Option<i64>> {
        let (earlier, mut shown) = (self.earlier_keys()?, self.shown_hashes()?);
        let mut previous = GENESIS.to_owned();
        for (place, row) in (1..).zip(rows) {
            let key = earlier.iter().find(|(until, _)| place <= *until).map_or(&self.audit_key, |(_, key)| key);
            let listed = shown.remove(&place) == row.shown;
            if row.sequence != place || row.previous != previous || hash(key, row) != row.hash || !listed {
                return Ok(Some(place));
            }
            previous.clone_from(&row.hash);
        }
        // Patients listed at a row that is not there.
        Ok(shown.pop_first().map(|(sequence, _)| sequence))
    }

    /// Keys of rows from before the data key was replaced, with the last row of each.
    pub(super) fn earlier_keys(&self) -> Result<Vec<(i64, Zeroizing<[u8; 32]>)>> {
        let rows: Vec<(i64, String)> = self.read(|c| {
            c.prepare("SELECT until, key FROM audit_epoch ORDER BY until")?
                .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
                .collect::<rusqlite::Result<_>>()
        })?;
        rows.into_iter().map(|(until, key)| Ok((until, Zeroizing::new(hex_bytes(&Zeroizing::new(key))?)))).collect()
    }

    /// The newest row.
    pub fn head(&self) -> Result<Option<Seen>> {
        use rusqlite::OptionalExtension;
        let newest = "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1";
        self.read(|c| c.prepare_cached(newest)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?))).optional())
    }

    /// Whether a row that was seen is in the log.
    pub fn holds(&self, (sequence, hash): &Seen) -> Result<bool> {
        let sql = "SELECT count(*) FROM audit WHERE sequence = ?1 AND hash = ?2";
        self.lock()
            .prepare_cached(sql)
            .and_then(|mut s| s.query_row((sequence, hash), |r| r.get::<_, i64>(0)))
            .map(|found| found == 1)
            .map_err(because("the audit log could not be read"))
    }
}

/// The hash of a row.
pub(super) fn hash(key: &[u8; 32], e: &AuditEntry) -> String {
    // Each field with its length: no two rows can run together into the same bytes.
    let mut hash = mac(key);
    let numbers = format!("{}|{:?}", e.sequence, e.object_version);
    let optional = [&e.patient, &e.encounter, &e.object].map(|o| o.as_ref().map_or("-".to_owned(), |v| format!("+{v}")));
    let [patient, encounter, object] = &optional;
    for part in [
        &e.previous,
        &numbers,
        &e.at,
        &e.user,
        &e.session,
        &e.client,
        &e.program,
        &e.action,
        patient,
        encounter,
        object,
        &e.outcome,
        &e.detail,
    ]
    .into_iter()
    .chain(&e.shown)
    {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize().into_bytes())
}
