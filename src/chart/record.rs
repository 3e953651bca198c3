//! What intake hands to the store: one record at a time, naming others by the sender's identifiers.

use super::{Document, DocumentStatus, Encounter, Instant, Medication, Observation, Order, Patient, Problem, Procedure, Provider};
use serde::{Deserialize, Serialize};

/// A code as its sender gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Coding {
    /// Code system (`http://loinc.org` ...).
    pub system: Option<String>,
    /// The code.
    pub code: String,
    /// The sender's words for it.
    pub display: Option<String>,
}

/// What a sender gave beside what is read: kept as it came, and given back by an export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// `extension` or `modifierExtension` of FHIR, with its way inside the resource before it (`name.extension`, `_birthDate.extension`);
    /// `versionId`; else the name of a segment of HL7 v2 (`ZPV`).
    pub name: String,
    /// As it came: the extension whole, or the version or the segment as text.
    pub value: serde_json::Value,
}

impl Kept {
    /// The name of what says the sender's own version of a record.
    pub const VERSION: &'static str = "versionId";

    /// Whether it says the version.
    pub fn is_version(&self) -> bool {
        self.name == Self::VERSION
    }

    /// The version among what was kept, as its sender wrote it.
    pub fn version_words(kept: &[Self]) -> Option<&str> {
        kept.iter().find(|one| one.is_version())?.value.as_str()
    }

    /// The number of the version among what was kept; `None` where none was sent, or it is no number.
    pub fn version(kept: &[Self]) -> Option<u64> {
        Self::version_words(kept)?.parse().ok()
    }
}

/// What a sender says about records that it sent before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Two patients are one: everything of `from` is `into`'s.
    Merged {
        /// The patient that is no more.
        from: String,
        /// The patient that stays.
        into: String,
    },
    /// A record was taken back, or another one stands in its place.
    Withdrawn {
        /// Its kind.
        kind: RecordKind,
        /// Its identifier.
        identifier: String,
        /// Its patient, where the sender says so: another patient's record is never touched.
        patient: Option<String>,
        /// What stands in its place, where something does.
        by: Option<String>,
    },
    /// Where a document stands now was told without its text.
    Status {
        /// The document's identifier.
        identifier: String,
        /// Its patient, where the sender says so.
        patient: Option<String>,
        /// Its status; `NotGiven` leaves it as it is.
        status: DocumentStatus,
        /// Who signed it.
        signer: Option<Provider>,
        /// When.
        signed: Option<Instant>,
    },
}

/// One thing read from a source.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A patient.
    Patient(Patient),
    /// A provider, by identifier.
    Provider(Provider),
    /// An encounter.
    Encounter(Encounter),
    /// A document.
    Document(Document),
    /// A lab, vital or score.
    Observation(Observation),
    /// An order.
    Order(Order),
    /// A drug.
    Medication(Medication),
    /// A procedure.
    Procedure(Procedure),
    /// A problem.
    Problem(Problem),
    /// A change of records that came before.
    Change(Change),
}

/// The kind of a record, for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// Patient.
    Patient,
    /// Provider.
    Provider,
    /// Encounter.
    Encounter,
    /// Document.
    Document,
    /// Observation.
    Observation,
    /// Order.
    Order,
    /// Medication.
    Medication,
    /// Procedure.
    Procedure,
    /// Problem.
    Problem,
    /// A change of records that came before.
    Change,
}

impl Record {
    /// What its sender gave beside what is read; `None` for records that keep nothing.
    pub fn kept(&self) -> Option<&[Kept]> {
        Some(match self {
            Self::Patient(p) => &p.kept,
            Self::Encounter(e) => &e.kept,
            Self::Document(d) => &d.kept,
            Self::Observation(o) => &o.kept,
            Self::Order(o) => &o.kept,
            Self::Medication(m) => &m.kept,
            Self::Procedure(p) => &p.kept,
            Self::Problem(p) => &p.kept,
            Self::Provider(_) | Self::Change(_) => return None,
        })
    }

    /// Where it holds what its sender gave beside what is read; `None` for records that keep nothing.
    pub fn kept_mut(&mut self) -> Option<&mut Vec<Kept>> {
        Some(match self {
            Self::Patient(p) => &mut p.kept,
            Self::Encounter(e) => &mut e.kept,
            Self::Document(d) => &mut d.kept,
            Self::Observation(o) => &mut o.kept,
            Self::Order(o) => &mut o.kept,
            Self::Medication(m) => &mut m.kept,
            Self::Procedure(p) => &mut p.kept,
            Self::Problem(p) => &mut p.kept,
            Self::Provider(_) | Self::Change(_) => return None,
        })
    }

    /// What kind of record it is, in a word, and its sender's identifier; `None` for a change, and for people who write.
    pub fn named(&self) -> Option<(&'static str, &str)> {
        Some(match self {
            Self::Patient(p) => ("patient", &p.identifier),
            Self::Encounter(e) => ("encounter", &e.identifier),
            Self::Document(d) => ("document", &d.identifier),
            Self::Observation(o) => ("observation", &o.identifier),
            Self::Order(o) => ("order", &o.identifier),
            Self::Medication(m) => ("medication", &m.identifier),
            Self::Procedure(p) => ("procedure", &p.identifier),
            Self::Problem(p) => ("problem", &p.identifier),
            Self::Provider(_) | Self::Change(_) => return None,
        })
    }

    /// The stay and the patient that it names, by its sender's identifiers.
    pub fn owners(&self) -> (Option<&str>, Option<&str>) {
        let (encounter, patient) = match self {
            Self::Patient(_) | Self::Provider(_) | Self::Change(_) => return (None, None),
            Self::Encounter(e) => return (None, e.patient.as_deref()),
            Self::Document(d) => (&d.encounter, &d.patient),
            Self::Observation(o) => (&o.encounter, &o.patient),
            Self::Order(o) => (&o.encounter, &o.patient),
            Self::Medication(m) => (&m.encounter, &m.patient),
            Self::Procedure(p) => (&p.encounter, &p.patient),
            Self::Problem(p) => (&p.encounter, &p.patient),
        };
        (encounter.as_deref(), patient.as_deref())
    }

    /// Its kind.
    pub fn kind(&self) -> RecordKind {
        match self {
            Self::Patient(_) => RecordKind::Patient,
            Self::Provider(_) => RecordKind::Provider,
            Self::Encounter(_) => RecordKind::Encounter,
            Self::Document(_) => RecordKind::Document,
            Self::Observation(_) => RecordKind::Observation,
            Self::Order(_) => RecordKind::Order,
            Self::Medication(_) => RecordKind::Medication,
            Self::Procedure(_) => RecordKind::Procedure,
            Self::Problem(_) => RecordKind::Problem,
            Self::Change(_) => RecordKind::Change,
        }
    }
}
