//! When a sender said what stands here: what an older message says, read after a newer one, is kept out of its place. Of a patient or a stay
//! each field has its time (one message tells of the bed, another of the discharge); of any other record all of it has one.

use super::json::json;
use super::merged;
use crate::chart::{Encounter, Patient, Sent};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The fields of a patient that have a time. In stores there are bits by this order: what is new comes last.
const PATIENT: [&str; 9] = ["mrn", "mrn_from", "family", "given", "birth", "sex", "died", "kept", "identifiers"];
/// The fields of a stay that have a time; the same holds.
const ENCOUNTER: [&str; 17] = [
    "account",
    "patient",
    "class",
    "status",
    "start",
    "admitted",
    "end",
    "locations",
    "attending",
    "participants",
    "service",
    "disposition",
    "reason",
    "working_drg",
    "gmlos_days",
    "payer",
    "kept",
];

/// A time as a column holds it; nothing where nothing was said.
pub(super) fn column(sent: &Sent) -> Option<String> {
    (!sent.is_empty()).then(|| json(sent))
}

/// The time in a column.
pub(super) fn read(column: Option<&str>) -> Sent {
    column.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// The time to keep where this one came: `None` where the one that stands stays.
pub(super) fn newer(given: &Sent, stands: &Sent) -> Option<String> {
    if given.is_before(stands) || given == stands { None } else { column(given) }
}

/// When each field of a record was said: one time, and bits of the fields that it holds for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Times(Vec<(Sent, u32)>);

impl Times {
    /// As a column holds it.
    pub(super) fn read(column: Option<&str>) -> Self {
        column.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// For the column.
    pub(super) fn column(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| json(self))
    }

    fn set(&mut self, fields: u32, sent: &Sent) {
        if sent.is_empty() || fields == 0 {
            return;
        }
        for (time, of) in &mut self.0 {
            *of &= if time == sent { u32::MAX } else { !fields };
        }
        match self.0.iter_mut().find(|(time, _)| time == sent) {
            Some((_, of)) => *of |= fields,
            None => self.0.push((*sent, fields)),
        }
        self.0.retain(|(_, of)| *of != 0);
    }

    /// The fields whose time is surely after this one.
    fn after(&self, sent: &Sent) -> u32 {
        self.0.iter().filter(|(time, _)| sent.is_before(time)).fold(0, |all, (_, of)| all | of)
    }
}

/// A record as it stands after a message, and whether something of the message was too old for it.
pub(super) struct Stands<T> {
    pub(super) record: T,
    pub(super) times: Times,
    pub(super) older: bool,
}

/// When something was said, and which fields are said to be empty.
pub(super) type Said<'a> = (&'a Sent, &'a [&'static str]);

/// What stands of a patient after what was given at this time.
pub(super) fn patient(have: Option<&Patient>, times: Times, given: &Patient, (sent, cleared): Said<'_>) -> Stands<Patient> {
    stands(&PATIENT, have, times, given, (sent, cleared), merged::patient)
}

/// What stands of a stay after what was given at this time.
pub(super) fn encounter(have: Option<&Encounter>, mut times: Times, given: &Encounter, (sent, cleared): Said<'_>) -> Stands<Encounter> {
    // A stay that only stands in for a missing one said nothing.
    if have.is_some_and(|have| have.implied) {
        times = Times::default();
    }
    let mut stands = stands(&ENCOUNTER, have, times, given, (sent, cleared), merged::encounter);
    // A discharge that was deleted did not end the stay.
    if cleared.contains(&"end") && stands.record.end.is_none() && stands.record.status.as_deref() == Some("finished") {
        stands.record.status = Some("in-progress".to_owned());
    }
    let ended = bit(&ENCOUNTER, "end") | bit(&ENCOUNTER, "disposition");
    // That it goes on says of its end that there is none.
    if given.status.as_deref() == Some("in-progress") && given.end.is_none() && stands.times.after(sent) & bit(&ENCOUNTER, "status") == 0 {
        stands.times.set(ended & !stands.times.after(sent), sent);
    }
    stands
}

fn bit(names: &[&str], name: &str) -> u32 {
    names.iter().position(|n| *n == name).map_or(0, |at| 1 << at)
}

fn stands<T: Clone + Default + PartialEq + Serialize + DeserializeOwned>(
    names: &[&str],
    have: Option<&T>,
    mut times: Times,
    given: &T,
    (sent, cleared): Said<'_>,
    merge: impl Fn(Option<&T>, &T) -> T,
) -> Stands<T> {
    let fields = said(names, given);
    let emptied = cleared.iter().fold(0, |all, name| all | bit(names, name)) & !fields;
    let merge = |given: &T, emptied: u32| match (merge(have, given), emptied) {
        (record, 0) => record,
        (record, emptied) => without(names, &record, emptied),
    };
    if sent.is_empty() {
        return Stands { record: merge(given, emptied), times, older: false };
    }
    let left = if have.is_some() { (fields | emptied) & times.after(sent) } else { 0 };
    times.set((fields | emptied) & !left, sent);
    if left == 0 {
        return Stands { record: merge(given, emptied), times, older: false };
    }
    let record = merge(&without(names, given, left), emptied & !left);
    // What it says and what stands may be the same: then nothing was left out.
    let older = merge(given, emptied) != record;
    Stands { record, times, older }
}

/// The fields of which a record says something.
fn said<T: Default + Serialize>(names: &[&str], given: &T) -> u32 {
    let fields = |value: &T| serde_json::to_value(value).unwrap_or_default();
    let (given, nothing) = (fields(given), fields(&T::default()));
    names.iter().enumerate().filter(|(_, name)| given.get(**name) != nothing.get(**name)).fold(0, |all, (at, _)| all | 1 << at)
}

/// A record that says nothing of these fields.
fn without<T: Clone + Default + Serialize + DeserializeOwned>(names: &[&str], given: &T, left: u32) -> T {
    let (Ok(Value::Object(mut fields)), Ok(nothing)) = (serde_json::to_value(given), serde_json::to_value(T::default())) else {
        return given.clone();
    };
    for (_, name) in names.iter().enumerate().filter(|(at, _)| left & (1 << at) != 0) {
        match nothing.get(*name) {
            Some(value) => drop(fields.insert((*name).to_owned(), value.clone())),
            None => drop(fields.remove(*name)),
        }
    }
    serde_json::from_value(Value::Object(fields)).unwrap_or_else(|_| given.clone())
}
