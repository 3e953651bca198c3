//! Patients and encounters, and the whole of what is known of one encounter.

use super::{Authority, Document, Id, Instant, Medication, Observation, Order, Problem, Procedure, Provider};
use serde::{Deserialize, Serialize};

/// Administrative sex, as given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Another value.
    Other,
    /// The sender did not say.
    #[default]
    NotGiven,
}

impl Sex {
    /// One letter for a header; `-` when it was not given.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Female => "F",
            Self::Male => "M",
            Self::Other => "X",
            Self::NotGiven => "-",
        }
    }
}

/// A person whose chart this is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Patient {
    /// Ours.
    pub id: Id,
    /// The sender's identifier.
    pub identifier: String,
    /// Medical record number.
    pub mrn: Option<String>,
    /// Who gave the record number, where the sender says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mrn_from: Option<Authority>,
    /// Family name.
    pub family: Option<String>,
    /// Given names.
    pub given: Option<String>,
    /// Date of birth.
    pub birth: Option<Instant>,
    /// Sex.
    pub sex: Sex,
    /// Time of death, when the sender says that the patient died.
    pub died: Option<Instant>,
}

impl Patient {
    /// `RIVERA Marta`, as a worklist shows it; `not given` when there is no name.
    pub fn display(&self) -> String {
        match (&self.family, &self.given) {
            (Some(family), Some(given)) => format!("{} {given}", family.to_uppercase()),
            (Some(family), None) => family.to_uppercase(),
            (None, Some(given)) => given.clone(),
            (None, None) => "not given".to_owned(),
        }
    }

    /// Name, record number and date of birth: enough to find the right chart, and to see that it is the right one.
    pub fn identification(&self) -> String {
        let mut out = self.display();
        if let Some(mrn) = &self.mrn {
            out.push_str(&format!(", MRN {mrn}"));
        }
        if let Some(birth) = &self.birth {
            out.push_str(&format!(", born {}", birth.display()));
        }
        out
    }

    /// Whole years at `when`.
    pub fn age_at(&self, when: &Instant) -> Option<u16> {
        let (birth, day) = (self.birth?.local_date(), when.local_date());
        let had_birthday = (day.month(), day.day()) >= (birth.month(), birth.day());
        let years = day.year() - birth.year() - i16::from(!had_birthday);
        u16::try_from(years).ok()
    }
}

/// What kind of stay or visit it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncounterClass {
    /// Admitted.
    Inpatient,
    /// Observation status.
    Observation,
    /// Emergency department.
    Emergency,
    /// Outpatient visit.
    Ambulatory,
    /// Another class.
    Other,
    /// The sender did not say.
    #[default]
    NotGiven,
}

/// A unit and bed, with the time the patient came there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Unit and bed as given.
    pub name: String,
    /// From when.
    pub start: Option<Instant>,
}

/// One stay or visit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Encounter {
    /// Ours.
    pub id: Id,
    /// The sender's identifier: what documents and observations name it by.
    pub identifier: String,
    /// Account or visit number, where the sender gave one besides.
    #[serde(default)]
    pub account: Option<String>,
    /// The patient, by the sender's identifier.
    pub patient: Option<String>,
    /// Kind of stay.
    pub class: EncounterClass,
    /// FHIR status: `in-progress`, `finished` ...
    pub status: Option<String>,
    /// Start of the stay.
    pub start: Option<Instant>,
    /// When the order to admit was given, where the sender says so; else the start serves.
    pub admitted: Option<Instant>,
    /// Discharge.
    pub end: Option<Instant>,
    /// Where the patient is or was, in order.
    pub locations: Vec<Location>,
    /// The attending.
    pub attending: Option<Provider>,
    /// Others on the case (consultants), as given.
    pub participants: Vec<Provider>,
    /// Service.
    pub service: Option<String>,
    /// Discharge disposition.
    pub disposition: Option<String>,
    /// Reason for the stay.
    pub reason: Option<String>,
    /// Working DRG, when one was sent.
    pub working_drg: Option<String>,
    /// Geometric mean length of stay of that DRG in days, when it was sent.
    pub gmlos_days: Option<f64>,
    /// True when the source held one note and no encounter: the encounter only holds that note, nothing in it was given.
    pub implied: bool,
}

impl Encounter {
    /// What a person calls it: the account or visit number where one was given.
    pub fn name(&self) -> &str {
        self.account.as_deref().unwrap_or(&self.identifier)
    }

    /// When the stay began for the present-on-admission question: the order to admit, else the start.
    pub fn admission(&self) -> Option<Instant> {
        self.admitted.or(self.start)
    }

    /// Hours from the start of the stay to `when`.
    pub fn hours_in(&self, when: &Instant) -> Option<f64> {
        self.start.map(|start| when.hours_since(&start))
    }

    /// Day of the stay at `when` (or at discharge): the first calendar day is 1.
    pub fn day_of_stay(&self, now: &Instant) -> Option<i64> {
        let until = self.end.filter(|end| end < now).unwrap_or(*now);
        let days = self.start?.local_date().until(until.local_date()).ok()?.get_days();
        Some(i64::from(days) + 1)
    }
}

/// An earlier encounter of the same patient, as far as baselines need it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PriorEncounter {
    /// The encounter.
    pub encounter: Encounter,
    /// Its documents.
    pub documents: Vec<Document>,
    /// Its observations.
    pub observations: Vec<Observation>,
}

/// All that is known of one encounter: what a checklist evaluates. Lists are in order of time, then of identifier; things
/// without a time come last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The patient; `None` when the source named none.
    pub patient: Option<Patient>,
    /// The encounter.
    pub encounter: Encounter,
    /// Current versions of its documents (withdrawn ones left out).
    pub documents: Vec<Document>,
    /// Labs, vitals, scores.
    pub observations: Vec<Observation>,
    /// Orders.
    pub orders: Vec<Order>,
    /// Drugs.
    pub medications: Vec<Medication>,
    /// Procedures.
    pub procedures: Vec<Procedure>,
    /// Problem list and encounter diagnoses.
    pub problems: Vec<Problem>,
    /// Earlier encounters of the same patient, newest first.
    pub prior: Vec<PriorEncounter>,
}

impl Chart {
    /// Puts every list in its order; the loader calls it once, so that evaluation is the same on every run.
    pub fn sort(&mut self) {
        fn key(time: Option<Instant>, identifier: &str) -> (bool, Option<Instant>, String) {
            (time.is_none(), time, identifier.to_owned())
        }
        self.documents.sort_by_cached_key(|d| key(d.time, &d.identifier));
        self.observations.sort_by_cached_key(|o| key(o.time, &o.identifier));
        self.orders.sort_by_cached_key(|o| key(o.time, &o.identifier));
        self.medications.sort_by_cached_key(|m| key(m.time, &m.identifier));
        self.procedures.sort_by_cached_key(|p| key(p.start, &p.identifier));
        self.problems.sort_by_cached_key(|p| key(p.recorded.or(p.onset), &p.identifier));
        for prior in &mut self.prior {
            prior.documents.sort_by_cached_key(|d| key(d.time, &d.identifier));
            prior.observations.sort_by_cached_key(|o| key(o.time, &o.identifier));
        }
    }

    /// Leaves out everything that came after a moment: the stay as it stood then. What has no time stays.
    pub fn until(&mut self, moment: &Instant) {
        let by_then = |time: Option<Instant>| time.is_none_or(|t| t <= *moment);
        self.documents.retain(|d| by_then(d.time));
        self.observations.retain(|o| by_then(o.time));
        self.orders.retain(|o| by_then(o.time));
        self.medications.retain(|m| by_then(m.time));
        self.procedures.retain(|p| by_then(p.start));
        self.problems.retain(|p| by_then(p.recorded.or(p.onset)));
        self.encounter.locations.retain(|l| by_then(l.start));
        // What ended later had not ended.
        for medication in &mut self.medications {
            medication.end = medication.end.filter(|end| end <= moment);
        }
        for procedure in &mut self.procedures {
            procedure.end = procedure.end.filter(|end| end <= moment);
        }
        if self.encounter.end.is_some_and(|end| end > *moment) {
            self.encounter.end = None;
            self.encounter.disposition = None;
        }
    }

    /// The document with this identifier.
    pub fn document(&self, identifier: &str) -> Option<&Document> {
        self.documents.iter().find(|d| d.identifier == identifier)
    }
}
