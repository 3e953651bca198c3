//! The numbers that patients are known by. Two senders' patients are one where both know a number of the same authority, and nothing speaks
//! against it; where something does, they stay two, and a person is told.

use super::changes::Merged;
use super::charts::parse;
use super::json::json;
use super::person;
use crate::chart::{Authority, Number, Patient};
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
    // The same number of the same authority, but of another kind there: a record number joins a record number only.
    let mut of_other_kind = BTreeSet::new();
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
                let there = person::stored(tx, patient)?.map(|there| there.numbers()).unwrap_or_default();
                let other = |kind: &Option<String>| kind.is_some() && number.kind.is_some() && *kind != number.kind;
                if there.iter().filter(|there| number.is(there)).all(|there| other(&there.kind)) {
                    of_other_kind.insert(patient.to_owned());
                }
                others.insert(patient.to_owned());
            }
        }
        news |= !known;
    }
    let bare = bare(tx, merged, given)?;
    if others.is_empty()
        && let Some((other, surely)) = bare
    {
        let alone = person::stored(tx, &given.identifier)?.is_none();
        return Ok(match (alone, surely) {
            (true, true) => Shared::Is(other),
            (true, false) => Shared::MayBe(other),
            (false, _) => Shared::Nobody,
        });
    }
    let Some(first) = others.first().cloned().filter(|_| news) else { return Ok(Shared::Nobody) };
    let Some(other) = person::stored(tx, &first)? else { return Ok(Shared::Nobody) };
    let alone = others.len() == 1 && person::stored(tx, &given.identifier)?.is_none() && !of_other_kind.contains(&first);
    Ok(if alone && speaks_for(given, &other) { Shared::Is(first) } else { Shared::MayBe(first) })
}

/// Whether a number that two have makes them one: something else agrees, and nothing speaks against it (another name, day of birth or sex,
/// or two numbers of one kind by one authority).
fn speaks_for(one: &Patient, other: &Patient) -> bool {
    let compared = person::compare(one, other);
    let of_one_kind = |a: &Number, b: &Number| {
        a.kind.is_some() && a.kind == b.kind && a.from.as_ref().zip(b.from.as_ref()).is_some_and(|(a, b)| a.is(b)) && a.value != b.value
    };
    let (ours, theirs) = (one.numbers(), other.numbers());
    let two = ours.iter().any(|a| theirs.iter().any(|b| of_one_kind(a, b)));
    compared.agrees && !compared.names && !compared.birth && !compared.sex && !two
}

/// The patient who is known by the same number, where neither sender says who gave it, and nothing speaks against one person; and whether
/// it surely is one: the day of birth and both names are the same. A number alone, counted by two facilities, says nothing.
fn bare(tx: &Transaction<'_>, merged: &Merged, given: &Patient) -> rusqlite::Result<Option<(String, bool)>> {
    let Some(number) = given.mrn.as_ref().filter(|_| given.mrn_from.is_none()) else { return Ok(None) };
    let known_by =
        |identifier: &str| identifier == number || identifier.strip_suffix(number.as_str()).is_some_and(|lead| lead.ends_with('|'));
    if !known_by(&given.identifier) {
        return Ok(None);
    }
    let mut find = tx.prepare_cached("SELECT body FROM patient WHERE mrn = ?1 ORDER BY identifier")?;
    let rows = find.query_map([number], |r| r.get::<_, String>(0))?;
    let mut maybe = None;
    for row in rows {
        let Some(other) = parse::<Patient>(&row?).filter(|p| p.mrn_from.is_none() && known_by(&p.identifier)) else { continue };
        let compared = person::compare(given, &other);
        if merged.resolve(&other.identifier) == given.identifier || compared.names || compared.birth || compared.sex {
            continue;
        }
        if compared.surely {
            return Ok(Some((other.identifier, true)));
        }
        maybe = maybe.or(Some((other.identifier, false)).filter(|_| compared.agrees));
    }
    Ok(maybe)
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
