//! What is told of a record that is older than the one that is there. A record whose sender numbers its versions, and that comes after a later version of itself: it is left out, and that is told. What has
//! no number, or one that is none (a sender may write any sign), has no order: the one that came last stands.

use super::charts::parse;
use super::identity::shown;
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
    let Some((kind, identifier)) = incoming.record.named() else { return Ok(None) };
    let have = match &incoming.record {
        Record::Patient(_) => body("SELECT body FROM patient WHERE identifier = ?1", identifier)?,
        Record::Encounter(_) => body("SELECT body FROM encounter WHERE identifier = ?1", identifier)?,
        Record::Document(_) => body("SELECT body FROM document WHERE identifier = ?1 AND current = 1", identifier)?,
        Record::Provider(_) | Record::Change(_) => return Ok(None),
        _ => fact.map(str::to_owned),
    };
    let there = have.and_then(|body| parse::<Stored>(&body)).and_then(|stored| Kept::version(&stored.kept));
    let Some(there) = there.filter(|there| *there > given) else { return Ok(None) };
    let notice = Trouble::input(format!("version {given} of the {kind} {} was left out", shown(identifier)))
        .why(format!("version {there} of it came before"))
        .hint("files that come out of their order need nothing; an older text that is to stand again comes as a new version");
    Ok(Some(notice.at(&incoming.source, incoming.line)))
}

/// What is told of a record that came late: its sender said something newer of it before.
pub(super) fn late(incoming: &Incoming, partly: bool) -> Option<Trouble> {
    let (kind, identifier) = incoming.record.named()?;
    let what = format!(
        "the {kind} {} was told by an older message: {}",
        shown(identifier),
        if partly { "partly not applied" } else { "not applied" }
    );
    let notice = Trouble::input(what)
        .why("a newer one was read before, or took it back; what that one says is kept")
        .hint("messages that come out of their order need nothing");
    Some(notice.at(&incoming.source, incoming.line))
}

/// What is told of a record that was taken back before it came.
pub(super) fn hidden(incoming: &Incoming) -> Option<Trouble> {
    let (kind, identifier) = incoming.record.named()?;
    let notice = Trouble::input(format!("the {kind} {} was taken back before it came", shown(identifier)))
        .why("its sender cancelled it, or put another one in its place: it is kept, and shown nowhere");
    Some(notice.at(&incoming.source, incoming.line))
}
