//! A correction of a report may be a single short line, which reads as a result in words. Where its order has a report in the store, and no
//! result of that name, it is the report's new version: as a result beside the report, the words that it corrects would still stand.

use super::charts;
use super::ingest::Incoming;
use super::units::Came;
use crate::chart::{Document, DocumentStatus, Observation, Record, Value};
use crate::hash::sha256;
use rusqlite::Transaction;
use std::borrow::Cow;

/// Makes results in words of what came together into the new versions of the reports that they correct.
pub(super) fn settle(tx: &Transaction<'_>, unit: &mut Vec<Came<'_>>) -> rusqlite::Result<()> {
    let mut at = 0;
    while let Some(came) = unit.get(at) {
        at += 1;
        let Record::Observation(given) = &came.incoming.record else { continue };
        let Some(Value::Text(words)) = given.value.as_ref().filter(|_| came.incoming.context.by_name.is_none()) else { continue };
        let Some(have) = report_of(tx, given)? else { continue };
        let own = |record: &Record| matches!(record, Record::Document(d) if d.identifier == have.identifier);
        let line = format!("{words}\n");
        // The lines of one report may come as several results.
        if let Some(first) = unit.iter().take(at - 1).position(|came| own(&came.incoming.record)) {
            let made = unit.get(first).is_some_and(|came| matches!(came.incoming, Cow::Owned(_)));
            if made {
                let came = unit.remove(at - 1);
                at -= 1;
                drop(came);
                if let Some(Came { incoming: Cow::Owned(Incoming { record: Record::Document(document), .. }), .. }) = unit.get_mut(first) {
                    document.text.push_str(&line);
                    document.sha256 = sha256(&document.text);
                }
            }
            continue;
        }
        if unit.iter().any(|came| own(&came.incoming.record)) {
            continue; // the report itself comes as well
        }
        let document = Document {
            status: status(given).unwrap_or(have.status),
            encounter: given.encounter.clone().or(have.encounter.clone()),
            patient: given.patient.clone().or(have.patient.clone()),
            sha256: sha256(&line),
            text: line,
            ..have
        };
        if let Some(came) = unit.get_mut(at - 1) {
            came.incoming = Cow::Owned(Incoming { record: Record::Document(document), ..came.incoming.as_ref().clone() });
            came.ready = None;
        }
    }
    Ok(())
}

/// The report of the order that a result is of: `OBX/F-1/PANEL/CODE` is of `OBR/F-1/PANEL`.
fn report_of(tx: &Transaction<'_>, given: &Observation) -> rusqlite::Result<Option<Document>> {
    let Some(rest) = given.identifier.strip_prefix("OBX/") else { return Ok(None) };
    if tx.prepare_cached("SELECT 1 FROM fact WHERE kind = 'observation' AND identifier = ?1")?.exists([&given.identifier])? {
        return Ok(None);
    }
    for (cut, _) in rest.rmatch_indices('/').take(2) {
        let name = format!("OBR/{}", rest.get(..cut).unwrap_or_default());
        let there = tx.prepare_cached("SELECT 1 FROM document WHERE identifier = ?1 AND current = 1 AND withdrawn = 0")?.exists([&name])?;
        if there {
            return charts::bare_document(tx, &name);
        }
    }
    Ok(None)
}

/// Where the report stands, by the result's own status.
fn status(given: &Observation) -> Option<DocumentStatus> {
    Some(match given.status.as_deref()? {
        "final" => DocumentStatus::Final,
        "corrected" => DocumentStatus::Amended,
        "preliminary" | "registered" => DocumentStatus::Preliminary,
        "entered-in-error" | "cancelled" => DocumentStatus::EnteredInError,
        _ => return None,
    })
}
