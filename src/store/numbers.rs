//! The numbers that patients are known by. Two senders' patients are one where both know a number of the same authority, and nothing speaks
//! against it; where something does, they stay two, and a person is told.

use super::changes::Merged;
use super::charts::parse;
use super::json::json;
use crate::chart::{Authority, Number, Patient, Precision, Sex};
use rusqlite::{OptionalExtension, Transaction};
use std::collections::BTreeSet;

/// Who else knows one of a patient's numbers.
pub(super) enum Shared {
    Nobody,
    /// It is this one, under another name.
    Is(String),
    /// It may be this one: something speaks against it, or both are there already.
    MayBe(String),
}

/// Looks for the patient under the other names that the store knows.
pub(super) fn shared(tx: &Transaction<'_>, merged: &Merged, given: &Patient) -> rusqlite::Result<Shared> {
    let mut others = BTreeSet::new();
    let mut news = false;
    for number in given.numbers().iter().filter(|number| number.tells_people_apart()) {
        let mut find = tx.prepare_cached("SELECT patient, authority FROM patient_number WHERE number = ?1")?;
        let rows = find.query_map([&number.value], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))?;
        let mut known = false;
        for row in rows {
            let (patient, authority) = row?;
            let from = serde_json::from_str::<Authority>(&authority).ok();
            if !number.is(&Number { value: number.value.clone(), from, kind: None }) {
                continue;
            }
            let patient = merged.resolve(&patient);
            if patient == given.identifier {
                known = true;
            } else {
                others.insert(patient.to_owned());
            }
        }
        news |= !known;
    }
    let mut body = tx.prepare_cached("SELECT body FROM patient WHERE identifier = ?1")?;
    let mut stored = |identifier: &str| -> rusqlite::Result<Option<Patient>> {
        let body: Option<String> = body.query_row([identifier], |r| r.get(0)).optional()?;
        Ok(body.and_then(|body| parse::<Patient>(&body)))
    };
    let Some(first) = others.first().cloned().filter(|_| news) else { return Ok(Shared::Nobody) };
    let Some(other) = stored(&first)? else { return Ok(Shared::Nobody) };
    let alone = others.len() == 1 && stored(&given.identifier)?.is_none();
    Ok(if alone && !contradict(given, &other) { Shared::Is(first) } else { Shared::MayBe(first) })
}

/// Whether two cannot be one person: born on other days, of another sex, or with two numbers of one kind by one authority.
fn contradict(one: &Patient, other: &Patient) -> bool {
    let day = |p: &Patient| p.birth.filter(|birth| birth.precision() >= Precision::Day).map(|birth| birth.local_date());
    let born = day(one).zip(day(other)).is_some_and(|(one, other)| one != other);
    let sexes = [one.sex, other.sex];
    let sex = sexes.contains(&Sex::Female) && sexes.contains(&Sex::Male);
    let of_one_kind = |a: &Number, b: &Number| {
        a.kind.is_some() && a.kind == b.kind && a.from.as_ref().zip(b.from.as_ref()).is_some_and(|(a, b)| a.is(b)) && a.value != b.value
    };
    let (ours, theirs) = (one.numbers(), other.numbers());
    born || sex || ours.iter().any(|a| theirs.iter().any(|b| of_one_kind(a, b)))
}

/// Writes down the numbers of a patient as it stands now.
pub(super) fn write(tx: &Transaction<'_>, patient: &Patient) -> rusqlite::Result<()> {
    for number in patient.numbers().iter().filter(|number| number.tells_people_apart()) {
        tx.prepare_cached("INSERT OR IGNORE INTO patient_number (number, patient, authority) VALUES (?1, ?2, ?3)")?.execute((
            &number.value,
            &patient.identifier,
            json(&number.from),
        ))?;
    }
    Ok(())
}

/// Takes away the numbers that a patient had and, as it was before, had not.
pub(super) fn take_back(tx: &Transaction<'_>, identifier: &str, before: Option<&Patient>) -> rusqlite::Result<()> {
    let body: Option<String> = tx.query_row("SELECT body FROM patient WHERE identifier = ?1", [identifier], |r| r.get(0)).optional()?;
    let now = body.and_then(|body| parse::<Patient>(&body));
    let kept: Vec<Number> = before.map(Patient::numbers).unwrap_or_default();
    for number in now.map(|now| now.numbers()).unwrap_or_default().iter().filter(|number| !kept.iter().any(|k| k.is(number))) {
        tx.execute("DELETE FROM patient_number WHERE number = ?1 AND patient = ?2", (&number.value, identifier))?;
    }
    before.map_or(Ok(()), |before| write(tx, before))
}

/// A patient as it is told under the name that the store knows it by: its own record number is one of the others there.
pub(super) fn under(given: &Patient, name: &str) -> Patient {
    Patient { identifier: name.to_owned(), mrn: None, mrn_from: None, identifiers: given.numbers(), ..given.clone() }
}
