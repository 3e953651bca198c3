//! The model of a chart: patients, encounters, documents, observations, orders. Pure: no I/O, no clock.
//!
//! Everything a sender did not give is `None` and is shown as "not given"; nothing here is invented. A document is immutable:
//! a changed text is a new version. Records name each other by the sender's identifiers; [`Id`]s are the store's own.

mod authority;
mod class;
mod clinical;
mod document;
mod encounter;
mod evidence;
mod record;
mod sent;
mod time;

pub use authority::{Authority, Number};
pub use class::DocumentClass;
pub use clinical::{Medication, MedicationKind, Observation, Order, Problem, Procedure, Quantity, Value, is_dropped};
pub use document::{Document, DocumentStatus, DocumentType};
pub use encounter::{Chart, Encounter, EncounterClass, FullName, Location, Patient, PriorEncounter, Sex};
pub use evidence::{Evidence, Span, TextEvidence, ValueEvidence};
pub use record::{Change, Coding, Kept, Record, RecordKind};
pub use sent::{ByName, Context, Sent};
pub use time::{Instant, NotATime, Precision};

use serde::{Deserialize, Serialize};

/// The store's own number of a record. Zero before it is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(pub i64);

/// What a person does at the bedside: whose words are a diagnosis, and whose are not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// MD, DO: attending or consultant.
    Physician,
    /// Resident or fellow.
    Resident,
    /// Nurse practitioner, physician assistant, CRNA, midwife.
    AdvancedPractice,
    /// RN, LPN, wound nurse.
    Nurse,
    /// Dietitian.
    Dietitian,
    /// Physical, occupational, respiratory or speech therapist.
    Therapist,
    /// Pharmacist.
    Pharmacist,
    /// Case manager or social worker.
    CaseManager,
    /// Anybody else who writes in a chart.
    Other,
    /// The sender did not say.
    #[default]
    NotGiven,
}

impl Role {
    /// Whether this person's words count as a provider's diagnosis (ICD-10-CM guideline I.B.14). A role that was not given is
    /// given the benefit of the doubt: old dictations seldom name one.
    pub fn is_provider(self) -> bool {
        matches!(self, Self::Physician | Self::Resident | Self::AdvancedPractice | Self::NotGiven)
    }

    /// The role that a credential or job title after a name stands for: `MD`, `RN`, `RD`, "Nurse Practitioner".
    pub fn from_credential(text: &str) -> Self {
        let clean: String = text.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-').collect::<String>().to_lowercase();
        let has = |words: &[&str]| words.iter().any(|w| clean.split([' ', '-']).any(|token| token == *w));
        let says = |parts: &[&str]| parts.iter().any(|p| clean.contains(p));
        if has(&["np", "pa", "pac", "aprn", "crna", "fnp", "acnp", "cnm"])
            || says(&["nurse practitioner", "physician assistant", "advanced practice"])
        {
            Self::AdvancedPractice
        } else if says(&["resident", "fellow"]) || has(&["pgy1", "pgy2", "pgy3", "pgy"]) {
            Self::Resident
        } else if has(&["md", "do", "mbbs", "dpm", "dds"]) || says(&["physician", "surgeon", "attending"]) {
            Self::Physician
        } else if has(&["rn", "lpn", "lvn", "bsn", "cwocn", "wocn", "wcc"]) || says(&["nurse", "wound care"]) {
            Self::Nurse
        } else if has(&["rd", "rdn", "ldn"]) || says(&["dietit", "nutrition"]) {
            Self::Dietitian
        } else if has(&["pt", "dpt", "ot", "otr", "slp", "rt", "rrt", "ccc-slp"]) || says(&["therapist", "speech"]) {
            Self::Therapist
        } else if has(&["pharmd", "rph"]) || says(&["pharmac"]) {
            Self::Pharmacist
        } else if has(&["msw", "lcsw", "lsw", "ccm"]) || says(&["case manag", "social work"]) {
            Self::CaseManager
        } else if clean.trim().is_empty() {
            Self::NotGiven
        } else {
            Self::Other
        }
    }
}

/// A person who writes, signs, orders or attends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Provider {
    /// The sender's identifier (an NPI where there is one).
    pub identifier: Option<String>,
    /// The name as given, with its credential if it came with one.
    pub name: Option<String>,
    /// What this person does.
    pub role: Role,
    /// Specialty or service, as given.
    pub service: Option<String>,
}

impl Provider {
    /// The name to show; says so when none was given.
    pub fn display(&self) -> &str {
        self.name.as_deref().or(self.identifier.as_deref()).unwrap_or("not given")
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn credentials_name_roles() {
        for (text, role) in [
            ("MD", Role::Physician),
            ("M.D.", Role::Physician),
            ("DO", Role::Physician),
            ("PA-C", Role::AdvancedPractice),
            ("RN", Role::Nurse),
            ("RN, CWOCN", Role::Nurse),
            ("RDN", Role::Dietitian),
            ("Resident Physician", Role::Resident),
            ("General Practice Physician", Role::Physician),
            ("PharmD", Role::Pharmacist),
            ("", Role::NotGiven),
            ("Unit clerk", Role::Other),
        ] {
            assert_eq!(Role::from_credential(text), role, "{text}");
        }
    }

    #[test]
    fn a_nurses_words_are_no_diagnosis() {
        assert!(!Role::Nurse.is_provider());
        assert!(!Role::Dietitian.is_provider());
        assert!(Role::Resident.is_provider());
    }
}
