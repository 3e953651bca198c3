//! Dates that cannot be together: a birth after the day of the import or after a stay, a discharge before its admission. Each is told once.

use super::desk::short_hash;
use crate::chart::{Encounter, Instant, Patient};
use crate::error::Trouble;
use jiff::civil::Date;
use std::collections::HashMap;

/// What came by so far.
#[derive(Default)]
pub(super) struct Sense {
    /// A short hash of each patient's identifier, and the date of birth: small enough for millions.
    births: HashMap<u64, Date>,
    notices: Vec<Trouble>,
}

impl Sense {
    /// A birth that is still to come counts as not given: the patient would have a negative age.
    pub(super) fn patient(&mut self, patient: &mut Patient, now: Option<Instant>) {
        let Some(birth) = patient.birth.map(|birth| birth.local_date()) else { return };
        // A day more: it may be tomorrow already where the sender is.
        if now.and_then(|now| now.local_date().tomorrow().ok()).is_some_and(|tomorrow| birth > tomorrow) {
            patient.birth = None;
            self.notices.push(
                Trouble::input("the date of birth lies in the future and counts as not given")
                    .why("the patient would have a negative age")
                    .hint("have the date corrected at the sender, and import again"),
            );
            return;
        }
        self.births.insert(short_hash(patient.identifier.as_bytes()), birth);
    }

    /// A stay of somebody who was not born yet, and one that ends before it begins.
    pub(super) fn encounter(&mut self, encounter: &Encounter) {
        let Some(start) = encounter.start else { return };
        if encounter.end.is_some_and(|end| end.local_date() < start.local_date()) {
            self.notices.push(
                Trouble::input("the stay ends before it begins")
                    .why("its discharge lies before its admission; both stand as they were sent")
                    .hint("have the dates corrected at the sender, and import again"),
            );
        }
        let Some(patient) = encounter.patient.as_deref().map(|patient| short_hash(patient.as_bytes())) else { return };
        if self.births.get(&patient).is_some_and(|birth| *birth > start.local_date()) {
            self.births.remove(&patient);
            self.notices.push(
                Trouble::input("the patient's date of birth lies after the stay")
                    .why("the patient would have a negative age; the age counts as not given")
                    .hint("have the date of birth or the stay corrected at the sender, and import again"),
            );
        }
    }

    /// What there is to tell, since it was last asked.
    pub(super) fn told(&mut self) -> Vec<Trouble> {
        std::mem::take(&mut self.notices)
    }
}
