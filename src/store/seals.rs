//! Whether queries that were sent still say what was sent, and their answers what was answered.
//!
//! Each act on a query writes a seal into its row of the audit log: a keyed hash over everything that the store holds of the query then
//! (its state and answer, every version, every step and contact). The log cannot be changed without its key, so what is changed in the
//! tables behind the program's back no longer fits. A query from before there were seals is held against the hash of its words.

use super::{Store, trouble::because};
use crate::error::Result;
use crate::hash::{hex, mac};
use crate::query::{Draft, QueryState, body_hash, render_text};
use crate::store::json::named;
use hmac::Mac;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Transaction};
use std::collections::BTreeMap;

/// What stands before a seal in the detail of a row. Another number when a seal covers other columns.
const MARK: &str = "seal1:";
/// Hexadecimal digits of a seal.
const LENGTH: usize = 32;

/// What a seal covers: every column that says something of a query that was sent.
const COVERED: [&str; 5] = [
    "SELECT id, encounter, patient, gap, concept, state, version, sent, due, outcome, answer, answer_kind, answered_by, first_viewed, responded,
     verified, closed, documented_in, level, created, created_by FROM query WHERE id = ?1",
    "SELECT body FROM draft WHERE query = ?1",
    "SELECT version, sent, sent_by, body, provider_text, body_hash FROM query_version WHERE query = ?1 ORDER BY version",
    "SELECT at, by_user, from_state, to_state, note, body_hash, event, answer, answered_by, answered_at FROM query_step WHERE query = ?1 ORDER BY id",
    "SELECT at, by_user, person, channel, note FROM query_contact WHERE query = ?1 ORDER BY id",
];

/// The newest seal of a query in the log.
struct Sealed {
    sequence: i64,
    seal: String,
    readied: bool,
}

impl Store {
    /// The detail of an act with the seal of the query as it stands after the act.
    pub(super) fn sealed(&self, tx: &Transaction<'_>, id: i64, detail: &str) -> Result<String> {
        let seal = of(tx, &self.audit_key, id).map_err(because("the query could not be sealed; nothing was saved"))?;
        Ok(format!("{detail}{}{MARK}{seal}", if detail.is_empty() { "" } else { ", " }))
    }

    /// The queries whose words, answer or steps are not what was recorded, by number.
    pub(super) fn altered_queries(&self) -> Result<Vec<i64>> {
        let keys = self.earlier_keys()?;
        self.read(|c| {
            let mut altered = Vec::new();
            let sealed = newest(c)?;
            let states: BTreeMap<i64, QueryState> = c
                .prepare("SELECT id, state FROM query")?
                .query_map([], |r| Ok((r.get(0)?, named(&r.get::<_, String>(1)?).unwrap_or_default())))?
                .collect::<rusqlite::Result<_>>()?;
            for (id, last) in &sealed {
                // A draft that was ready and is written on again.
                let writing = last.readied && states.get(id).is_some_and(|s| s.is_draft());
                let key = keys.iter().find(|(until, _)| last.sequence <= *until).map_or(&self.audit_key, |(_, key)| key);
                if !writing && of(c, key, *id)? != last.seal {
                    altered.push(*id);
                }
            }
            for (id, _) in states.iter().filter(|(id, state)| state.is_sent() && !sealed.contains_key(id)) {
                if !fits_its_hash(c, *id)? {
                    altered.push(*id);
                }
            }
            altered.sort_unstable();
            Ok(altered)
        })
    }
}

/// The newest seal of each query.
fn newest(c: &Connection) -> rusqlite::Result<BTreeMap<i64, Sealed>> {
    let mut statement = c.prepare(
        "SELECT object, sequence, detail FROM audit WHERE outcome = 'ok' AND action IN ('query.send', 'query.version', 'query.move', 'query.contact')
         AND instr(detail, ?1) > 0 ORDER BY sequence",
    )?;
    let mut rows = statement.query([MARK])?;
    let mut out = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (object, detail): (Option<String>, String) = (row.get(0)?, row.get(2)?);
        let Some((id, (what, seal))) = object.and_then(|o| o.parse::<i64>().ok()).zip(detail.rsplit_once(MARK)) else { continue };
        let readied = what.starts_with("draft to ready");
        out.insert(id, Sealed { sequence: row.get(1)?, seal: seal.to_owned(), readied });
    }
    Ok(out)
}

fn of(c: &Connection, key: &[u8; 32], id: i64) -> rusqlite::Result<String> {
    let mut hash = mac(key);
    for sql in COVERED {
        let mut statement = c.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                // Each value with its kind and length: no two rows run together into the same bytes.
                let (kind, bytes): (u8, Vec<u8>) = match row.get_ref(column)? {
                    ValueRef::Null => (0, Vec::new()),
                    ValueRef::Integer(number) => (1, number.to_be_bytes().to_vec()),
                    ValueRef::Real(number) => (2, number.to_be_bytes().to_vec()),
                    ValueRef::Text(bytes) => (3, bytes.to_vec()),
                    ValueRef::Blob(bytes) => (4, bytes.to_vec()),
                };
                hash.update(&[kind]);
                hash.update(&(bytes.len() as u64).to_be_bytes());
                hash.update(&bytes);
            }
            hash.update(b"row");
        }
        hash.update(b"table");
    }
    Ok(hex(&hash.finalize().into_bytes()).chars().take(LENGTH).collect())
}

/// Whether every version of a query is what its hash and its step say, and what is shown is the last of them.
fn fits_its_hash(c: &Connection, id: i64) -> rusqlite::Result<bool> {
    let versions: Vec<(String, String, String)> = c
        .prepare_cached("SELECT body, provider_text, body_hash FROM query_version WHERE query = ?1 ORDER BY version")?
        .query_map([id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let shown: String = c.query_row("SELECT body FROM draft WHERE query = ?1", [id], |r| r.get(0))?;
    let steps: Vec<String> = c
        .prepare_cached("SELECT body_hash FROM query_step WHERE query = ?1 AND body_hash <> ''")?
        .query_map([id], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let draft = |body: &str| serde_json::from_str::<Draft>(body).ok();
    let whole = versions.iter().all(|(body, text, hash)| {
        draft(body).is_some_and(|d| body_hash(&d) == *hash && render_text(&d, Some(id)) == *text) && steps.contains(hash)
    });
    let last = versions.last().and_then(|(_, _, hash)| draft(&shown).map(|d| body_hash(&d) == *hash));
    Ok(whole && last.unwrap_or(true))
}
