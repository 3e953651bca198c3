//! Patients and encounters, and the whole of what is known of one encounter.

use super::{Authority, Document, Id, Instant, Kept, Medication, Number, Observation, Order, Precision, Problem, Procedure, Provider};
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
    /// Every other number that the patient is known by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Number>,
    /// What its sender gave beside this, as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

/// A patient's full name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullName {
    /// The sender's identifier of the patient.
    pub patient: String,
    /// Family name.
    pub family: String,
    /// Given names.
    pub given: String,
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

    /// Every number that the patient is known by, the record number first.
    pub fn numbers(&self) -> Vec<Number> {
        let mrn = self.mrn.clone().map(|value| Number { value, from: self.mrn_from.clone(), kind: Some("MR".to_owned()) });
        mrn.into_iter().chain(self.identifiers.iter().cloned()).collect()
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

impl Location {
    /// The unit without its bed: what stands before the first number that is set off (`4W` of `4W-12` and of `4W 12 A`); else all of it.
    pub fn unit(name: &str) -> &str {
        let mut before = None;
        for (at, letter) in name.char_indices() {
            if letter.is_ascii_digit()
                && let Some(cut) = before.filter(|cut: &usize| *cut > 0)
            {
                return name.get(..cut).unwrap_or(name).trim_end();
            }
            before = matches!(letter, ' ' | '-' | '/' | '^').then_some(at);
        }
        name
    }
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
    /// Who pays, as given: the first payer where there are several. For worklists alone: nothing that goes to a provider may hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// Whether the payer is the patient's at the time of the stay, where its sender named none for the stay itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub payer_guessed: bool,
    /// True when the source held one note and no encounter: the encounter only holds that note, nothing in it was given.
    pub implied: bool,
    /// What its sender gave beside this, as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

impl Encounter {
    /// What a person calls it: the account or visit number where one was given.
    pub fn name(&self) -> &str {
        self.account.as_deref().unwrap_or(&self.identifier)
    }

    /// The payer as a person reads it, and whether it was guessed.
    pub fn payer_words(&self) -> Option<String> {
        let payer = self.payer.as_ref()?;
        Some(if self.payer_guessed { format!("{payer} (guessed by date)") } else { payer.clone() })
    }

    /// Whether it takes or took place, as far as its sender told: one that was cancelled, entered in error or is only planned does not.
    pub fn takes_place(&self) -> bool {
        !matches!(self.status.as_deref(), Some("cancelled" | "entered-in-error" | "planned"))
    }

    /// When the stay began for the present-on-admission question: the order to admit, else the start.
    pub fn admission(&self) -> Option<Instant> {
        self.admitted.or(self.start)
    }

    /// Whether something of this time fell into the stay: by the clock where both are that precise, else by the day. A visit without an end
    /// is over on its day; a stay without one goes on.
    pub fn spans(&self, when: &Instant) -> bool {
        let Some(start) = self.start else { return false };
        let by_clock = |one: &Instant, other: &Instant| one.precision() >= Precision::Minute && other.precision() >= Precision::Minute;
        let begun = if by_clock(when, &start) { *when >= start } else { when.local_date() >= start.local_date() };
        let over = match self.end {
            Some(end) if by_clock(when, &end) => *when > end,
            Some(end) => when.local_date() > end.local_date(),
            None if self.goes_on() => false,
            None => when.local_date() > start.local_date(),
        };
        begun && !over && when.precision() >= Precision::Day
    }

    /// The end of the stay; of a visit without an end, that of its day. `None` while it goes on.
    pub fn over(&self) -> Option<Instant> {
        self.end.or_else(|| self.start.filter(|_| !self.goes_on()).and_then(|start| start.plus_hours(24)))
    }

    /// Whether it is a stay that is still open, as far as its sender told.
    fn goes_on(&self) -> bool {
        let visit = matches!(self.class, EncounterClass::Ambulatory | EncounterClass::Other);
        !visit && !matches!(self.status.as_deref(), Some("finished" | "cancelled" | "entered-in-error"))
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

    /// The same without what senders gave beside what is read: nobody looked into it.
    #[must_use]
    pub fn without_kept(&self) -> Self {
        let mut bare = self.clone();
        bare.encounter.kept.clear();
        bare.patient.iter_mut().for_each(|p| p.kept.clear());
        bare.documents.iter_mut().for_each(|d| d.kept.clear());
        bare.observations.iter_mut().for_each(|o| o.kept.clear());
        bare.orders.iter_mut().for_each(|o| o.kept.clear());
        bare.medications.iter_mut().for_each(|m| m.kept.clear());
        bare.procedures.iter_mut().for_each(|p| p.kept.clear());
        bare.problems.iter_mut().for_each(|p| p.kept.clear());
        for prior in &mut bare.prior {
            prior.encounter.kept.clear();
            prior.documents.iter_mut().for_each(|d| d.kept.clear());
            prior.observations.iter_mut().for_each(|o| o.kept.clear());
        }
        bare
    }

    /// How many things of each name senders gave beside what is read, over the whole chart; the numbers of their versions stand with each
    /// record.
    pub fn kept(&self) -> std::collections::BTreeMap<&str, usize> {
        let lists = (self.patient.iter().map(|p| &p.kept))
            .chain([&self.encounter.kept])
            .chain(self.documents.iter().map(|d| &d.kept))
            .chain(self.observations.iter().map(|o| &o.kept))
            .chain(self.orders.iter().map(|o| &o.kept))
            .chain(self.medications.iter().map(|m| &m.kept))
            .chain(self.procedures.iter().map(|p| &p.kept))
            .chain(self.problems.iter().map(|p| &p.kept));
        let mut counts = std::collections::BTreeMap::new();
        lists.flatten().filter(|kept| !kept.is_version()).for_each(|kept| *counts.entry(kept.name.as_str()).or_default() += 1);
        counts
    }

    /// How many results, orders, drugs, procedures and problems stand here by their dates alone: their sender named no encounter.
    pub fn facts_by_date(&self) -> usize {
        let none = |encounter: &Option<String>| usize::from(encounter.is_none());
        self.observations.iter().map(|o| none(&o.encounter)).sum::<usize>()
            + self.orders.iter().map(|o| none(&o.encounter)).sum::<usize>()
            + self.medications.iter().map(|m| none(&m.encounter)).sum::<usize>()
            + self.procedures.iter().map(|p| none(&p.encounter)).sum::<usize>()
            + self.problems.iter().map(|p| none(&p.encounter)).sum::<usize>()
    }

    /// The document with this identifier.
    pub fn document(&self, identifier: &str) -> Option<&Document> {
        self.documents.iter().find(|d| d.identifier == identifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_told_from_its_bed() {
        for (name, unit) in [
            ("4W-12", "4W"),
            ("4W 12 A", "4W"),
            ("ICU North 3", "ICU North"),
            ("ICU North", "ICU North"),
            ("Med-Surg 4", "Med-Surg"),
            ("4 West", "4 West"),
            ("12", "12"),
            ("-1", "-1"),
            ("", ""),
        ] {
            assert_eq!(Location::unit(name), unit, "{name}");
        }
    }

    #[test]
    fn a_stay_spans_what_its_dates_say_and_no_more() {
        use EncounterClass::{Ambulatory, Inpatient, NotGiven};
        let at = |text: &str| Instant::parse(text).unwrap();
        for (class, start, end, when, spans) in [
            (Inpatient, "2026-01-05T14:00Z", Some("2026-01-09T10:00Z"), "2026-01-07T08:00Z", true),
            (Inpatient, "2026-01-05T14:00Z", Some("2026-01-09T10:00Z"), "2026-01-05T13:00Z", false),
            (Inpatient, "2026-01-05T14:00Z", Some("2026-01-09T10:00Z"), "2026-01-05", true), // a day is as precise as it was told
            (Inpatient, "2026-01-05T14:00Z", Some("2026-01-09"), "2026-01-09T18:00Z", true),
            (Inpatient, "2026-01-05T14:00Z", Some("2026-01-09T10:00Z"), "2026-01-09T18:00Z", false),
            (Inpatient, "2026-01-05T14:00Z", None, "2026-03-01", true),
            (NotGiven, "2026-01-05T14:00Z", None, "2026-01-06", true),
            (Ambulatory, "2026-01-05T14:00Z", None, "2026-01-05T16:00Z", true),
            (Ambulatory, "2026-01-05T14:00Z", None, "2026-01-06", false),
            (Inpatient, "2026-01-05", Some("2026-01-09"), "2026-01", false), // a month says no day
        ] {
            let stay = Encounter { class, start: Some(at(start)), end: end.map(at), ..Encounter::default() };
            assert_eq!(stay.spans(&at(when)), spans, "{class:?} {start} {end:?} {when}");
        }
        assert!(!Encounter::default().spans(&at("2026-01-05")));
    }
}
