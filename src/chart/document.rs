//! One note, immutable.

use super::{Coding, Id, Instant, Kept, Provider};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kinds of document that checklists know. The names are a contract (`vocabulary.toml`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentType {
    /// History and physical.
    HistoryAndPhysical,
    /// Consultation.
    Consultation,
    /// Progress note.
    ProgressNote,
    /// Emergency department note.
    EmergencyNote,
    /// Operative or procedure report.
    OperativeReport,
    /// Discharge summary.
    DischargeSummary,
    /// One outpatient visit.
    OfficeVisit,
    /// Imaging report.
    RadiologyReport,
    /// Pathology report.
    PathologyReport,
    /// Anything else.
    #[default]
    Other,
}

impl DocumentType {
    /// Every type, in the order of the vocabulary.
    pub const ALL: [Self; 10] = [
        Self::HistoryAndPhysical,
        Self::Consultation,
        Self::ProgressNote,
        Self::EmergencyNote,
        Self::OperativeReport,
        Self::DischargeSummary,
        Self::OfficeVisit,
        Self::RadiologyReport,
        Self::PathologyReport,
        Self::Other,
    ];

    /// The name in packs and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::HistoryAndPhysical => "history_and_physical",
            Self::Consultation => "consultation",
            Self::ProgressNote => "progress_note",
            Self::EmergencyNote => "emergency_note",
            Self::OperativeReport => "operative_report",
            Self::DischargeSummary => "discharge_summary",
            Self::OfficeVisit => "office_visit",
            Self::RadiologyReport => "radiology_report",
            Self::PathologyReport => "pathology_report",
            Self::Other => "other",
        }
    }

    /// How a person says it.
    pub fn label(self) -> &'static str {
        match self {
            Self::HistoryAndPhysical => "H&P",
            Self::Consultation => "Consult",
            Self::ProgressNote => "Progress note",
            Self::EmergencyNote => "ED note",
            Self::OperativeReport => "Operative report",
            Self::DischargeSummary => "Discharge summary",
            Self::OfficeVisit => "Office visit",
            Self::RadiologyReport => "Radiology",
            Self::PathologyReport => "Pathology",
            Self::Other => "Note",
        }
    }

    /// Whether it reports what was seen in pictures or under a microscope: findings, and no diagnosis of a treating provider.
    pub fn is_findings(self) -> bool {
        matches!(self, Self::RadiologyReport | Self::PathologyReport)
    }

    /// The type with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.name() == name)
    }

    /// A report of pictures, where no code says so and its sender's own words do ("Echocardiogram report").
    pub fn of_pictures(words: &str) -> Option<Self> {
        let words = words.to_lowercase();
        let named = ["echocardiogra", "echo report", "ultrasound", "radiograph", "x-ray", "ct report", "mri report", "computed tomography"];
        named.iter().any(|name| words.contains(name)).then_some(Self::RadiologyReport)
    }

    /// The type that a LOINC document code stands for (US Core note types and their usual neighbours).
    pub fn from_loinc(code: &str) -> Option<Self> {
        Some(match code {
            "34117-2" | "47039-3" | "34774-0" => Self::HistoryAndPhysical,
            "11488-4" | "34099-2" | "34764-1" => Self::Consultation,
            "11506-3" | "18733-6" | "28569-2" | "34900-1" => Self::ProgressNote,
            "34111-5" | "28568-4" | "34878-9" | "51846-4" => Self::EmergencyNote,
            "11504-8" | "28570-0" | "28573-4" | "34868-0" => Self::OperativeReport,
            "18842-5" | "28655-9" | "34105-7" => Self::DischargeSummary,
            "18748-4" | "30746-2" | "18782-3" | "24627-2" => Self::RadiologyReport,
            "11526-1" | "22634-0" | "27898-6" => Self::PathologyReport,
            "34108-1" | "34131-3" => Self::OfficeVisit,
            "34746-8" | "34119-8" | "78583-2" | "34839-1" | "28651-8" => Self::Other, // nursing, wound and nutrition notes
            _ => return None,
        })
    }
}

impl fmt::Display for DocumentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a document stands in its sender's life cycle (FHIR `docStatus`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentStatus {
    /// Not yet verified.
    Preliminary,
    /// Complete and verified.
    Final,
    /// Changed after it was final.
    Amended,
    /// Withdrawn by its sender.
    EnteredInError,
    /// The sender did not say.
    #[default]
    NotGiven,
}

impl Document {
    /// The same without its text and what a store itself gives: what is kept beside the text.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self {
            id: Id(0),
            version: 0,
            text: String::new(),
            sha256: String::new(),
            identifier: self.identifier.clone(),
            encounter: self.encounter.clone(),
            patient: self.patient.clone(),
            document_type: self.document_type,
            code: self.code.clone(),
            title: self.title.clone(),
            status: self.status,
            author: self.author.clone(),
            signer: self.signer.clone(),
            signed: self.signed,
            time: self.time,
            service: self.service.clone(),
            encoding: self.encoding.clone(),
            amends: self.amends.clone(),
            replaces: self.replaces,
            guessed: false,
            kept: self.kept.clone(),
            type_words: self.type_words.clone(),
            labels: self.labels.clone(),
        }
    }

    /// The type to read it as: the one its sender's code names; else `other` where its author is known to be no provider (a wound
    /// nurse's note is no H&P, however much it looks like one); else none, and the reader judges by content.
    pub fn type_hint(&self) -> Option<DocumentType> {
        let not_a_provider = self.author.as_ref().is_some_and(|a| !a.role.is_provider());
        self.document_type.or(not_a_provider.then_some(DocumentType::Other))
    }

    /// Whether it documents what a treating provider says: not known to be somebody else's, and no report of findings. `judged` is
    /// what the reader takes it for where its sender's code does not say.
    pub fn is_providers(&self, judged: DocumentType) -> bool {
        let providers = self.author.as_ref().is_none_or(|a| a.role.is_provider());
        providers && !self.document_type.unwrap_or(judged).is_findings()
    }
}

/// One version of one note.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Ours.
    pub id: Id,
    /// The sender's identifier, or one made from the source when there is none.
    pub identifier: String,
    /// 1 for the first text stored under this identifier.
    pub version: u32,
    /// The encounter it belongs to, by the sender's identifier.
    pub encounter: Option<String>,
    /// The patient, by the sender's identifier.
    pub patient: Option<String>,
    /// The type its sender's code names; `None` where no code was given or known. The reader judges by content besides.
    pub document_type: Option<DocumentType>,
    /// The sender's own type code, kept as it came.
    pub code: Option<Coding>,
    /// The title as given.
    pub title: Option<String>,
    /// Status as given.
    pub status: DocumentStatus,
    /// Who wrote it.
    pub author: Option<Provider>,
    /// Who signed it; `None` is unsigned or not given.
    pub signer: Option<Provider>,
    /// When it was signed.
    pub signed: Option<Instant>,
    /// When it was written (clinically relevant time, not arrival here).
    pub time: Option<Instant>,
    /// Service or department, as given.
    pub service: Option<String>,
    /// The text, byte for byte as decoded.
    pub text: String,
    /// Lower-case hexadecimal SHA-256 of the text's UTF-8 bytes.
    pub sha256: String,
    /// Which encoding it was read with, when it was not UTF-8.
    pub encoding: Option<String>,
    /// The identifier of the document it amends, when it is an addendum.
    pub amends: Option<String>,
    /// Whether it stands in the place of that document, rather than beside it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaces: bool,
    /// Whether it stands in this chart because of its date: its sender named the patient and no encounter. Only a chart that is loaded says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
    /// What its sender gave beside this, as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    /// What its sender says of its type and category beside `code`, where that tells its class ([`super::DocumentClass`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub type_words: Vec<String>,
    /// Its sender's security labels, by code, where they tell its class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}
