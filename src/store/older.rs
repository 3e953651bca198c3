//! A record whose sender numbers its versions, and that comes after a later version of itself: it is left out, and that is told. What has
//! no number, or one that is none (a sender may write any sign), has no order: the one that came last stands.

use super::charts::parse;
use super::ingest::Incoming;
use crate::chart::{Kept, Record};
use crate::error::Trouble;
use rusqlite::{OptionalExtension, Transaction};
use serde::Deserialize;

/// What of a stored body says its version.
#[derive(Deserialize)]
struct Stored {
    #[serde(default)]
    kept: Vec<Kept>,
}

/// What is told of a record that is older than the one that is there; `None` when it is not. `fact` is the body that a fact has now.
pub(super) fn told(tx: &Transaction<'_>, incoming: &Incoming, fact: Option<&str>) -> rusqlite::Result<Option<Trouble>> {
    let Some(given) = incoming.record.kept().and_then(Kept::version) else { return Ok(None) };
    let body = |sql: &str, identifier: &str| -> rusqlite::Result<Option<String>> {
        tx.prepare_cached(sql)?.query_row([identifier], |r| r.get(0)).optional()
    };
    let (kind, identifier, have) = match &incoming.record {
        Record::Patient(p) => ("patient", &p.identifier, body("SELECT body FROM patient WHERE identifier = ?1", &p.identifier)?),
        Record::Encounter(e) => ("encounter", &e.identifier, body("SELECT body FROM encounter WHERE identifier = ?1", &e.identifier)?),
        Record::Document(d) => {
            ("document", &d.identifier, body("SELECT body FROM document WHERE identifier = ?1 AND current = 1", &d.identifier)?)
        }
        Record::Observation(o) => ("observation", &o.identifier, fact.map(str::to_owned)),
        Record::Order(o) => ("order", &o.identifier, fact.map(str::to_owned)),
        Record::Medication(m) => ("medication", &m.identifier, fact.map(str::to_owned)),
        Record::Procedure(p) => ("procedure", &p.identifier, fact.map(str::to_owned)),
        Record::Problem(p) => ("problem", &p.identifier, fact.map(str::to_owned)),
        Record::Provider(_) | Record::Change(_) => return Ok(None),
    };
    let there = have.and_then(|body| parse::<Stored>(&body)).and_then(|stored| Kept::version(&stored.kept));
    let Some(there) = there.filter(|there| *there > given) else { return Ok(None) };
    let notice = Trouble::input(format!("version {given} of the {kind} {identifier} was left out"))
        .why(format!("version {there} of it came before"))
        .hint("files that come out of their order need nothing; an older text that is to stand again comes as a new version");
    Ok(Some(notice.at(&incoming.source, incoming.line)))
}
