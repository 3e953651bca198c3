//! A patient or an encounter that is told again: what of it stands then.

use crate::chart::{Encounter, EncounterClass, Kept, Location, Number, Patient};

/// What is given now wins; what is not given now is kept.
pub(super) fn patient(have: Option<&Patient>, given: &Patient) -> Patient {
    let Some(old) = have else { return given.clone() };
    // Who gave the number before says nothing about another number.
    let other_number = given.mrn.as_ref().filter(|mrn| old.mrn.as_ref() != Some(mrn));
    Patient {
        id: old.id,
        identifier: given.identifier.clone(),
        mrn: given.mrn.clone().or_else(|| old.mrn.clone()),
        mrn_from: given.mrn_from.clone().or_else(|| old.mrn_from.clone().filter(|_| other_number.is_none())),
        family: given.family.clone().or_else(|| old.family.clone()),
        given: given.given.clone().or_else(|| old.given.clone()),
        birth: given.birth.or(old.birth),
        sex: if given.sex == crate::chart::Sex::NotGiven { old.sex } else { given.sex },
        died: given.died.or(old.died),
        identifiers: numbers(old, given),
        kept: kept(&old.kept, &given.kept),
    }
}

/// Every number of a patient that was told beside the record number of now.
fn numbers(old: &Patient, given: &Patient) -> Vec<Number> {
    let (mrn, from) = if given.mrn.is_some() { (&given.mrn, &given.mrn_from) } else { (&old.mrn, &old.mrn_from) };
    let mut all: Vec<Number> = Vec::new();
    for number in old.identifiers.iter().chain(&given.identifiers) {
        let is_mrn = mrn.as_ref() == Some(&number.value) && (number.from == *from || number.from.is_none());
        if !is_mrn && !all.iter().any(|known| known.value == number.value && known.from == number.from) {
            all.push(number.clone());
        }
    }
    all
}

/// What is given now wins; what is not given now is kept. A record that only names an encounter says nothing about it.
pub(super) fn encounter(have: Option<&Encounter>, given: &Encounter) -> Encounter {
    let Some(old) = have.filter(|old| !old.implied || given.implied) else { return given.clone() };
    // A stay that goes on has no discharge: the one that was told before was taken back.
    let goes_on = given.status.as_deref() == Some("in-progress") && given.end.is_none();
    // What was guessed never stands in the place of what was said.
    let payer = if given.payer.is_some() && (!given.payer_guessed || old.payer.is_none() || old.payer_guessed) { given } else { old };
    let list = |new: &Vec<_>, old: &Vec<_>| if new.is_empty() { old.clone() } else { new.clone() };
    Encounter {
        id: old.id,
        identifier: given.identifier.clone(),
        account: given.account.clone().or_else(|| old.account.clone()),
        patient: given.patient.clone().or_else(|| old.patient.clone()),
        class: if given.class == EncounterClass::NotGiven { old.class } else { given.class },
        status: given.status.clone().or_else(|| old.status.clone()),
        start: given.start.or(old.start),
        admitted: given.admitted.or(old.admitted),
        end: if goes_on { None } else { given.end.or(old.end) },
        locations: locations(&old.locations, &given.locations),
        attending: given.attending.clone().or_else(|| old.attending.clone()),
        participants: list(&given.participants, &old.participants),
        service: given.service.clone().or_else(|| old.service.clone()),
        disposition: given.disposition.clone().or_else(|| old.disposition.clone().filter(|_| !goes_on)),
        reason: given.reason.clone().or_else(|| old.reason.clone()),
        working_drg: given.working_drg.clone().or_else(|| old.working_drg.clone()),
        gmlos_days: given.gmlos_days.or(old.gmlos_days),
        payer: payer.payer.clone(),
        payer_guessed: payer.payer_guessed,
        implied: given.implied,
        kept: kept(&old.kept, &given.kept),
    }
}

/// Some senders give every place of a stay each time, others only the newest: a place that was there before the first one given
/// stays, and a place without a time that is known already says nothing new.
fn locations(old: &[Location], given: &[Location]) -> Vec<Location> {
    let known = |place: &Location| place.start.is_none() && old.iter().any(|o| o.name == place.name);
    if given.iter().all(known) {
        return old.to_vec();
    }
    let first = given.iter().filter_map(|place| place.start).min();
    let before = |place: &&Location| first.is_none_or(|first| place.start.is_some_and(|start| start < first));
    let keep = old.iter().filter(before).filter(|o| !given.iter().any(|g| g.name == o.name && g.start == o.start));
    keep.chain(given).cloned().collect()
}

/// What a sender gives beside what is read stands as it came last. The version that it said before still counts where it says none now.
fn kept(old: &[Kept], given: &[Kept]) -> Vec<Kept> {
    if given.is_empty() {
        return old.to_vec();
    }
    let mut all = given.to_vec();
    if !given.iter().any(Kept::is_version) {
        all.extend(old.iter().filter(|kept| kept.is_version()).cloned());
    }
    all
}
