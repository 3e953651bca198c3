//! Queries on their way out and answers on their way in. What goes out is a [`Sheet`]: the words that the provider sees and where they
//! stand; nothing of how the query came about, no internal note, no contact, nothing of its worth. A sheet has no field for those.

mod csv;
mod fhir;
mod fhir_in;
mod hl7;
mod hl7_in;
mod html;
#[cfg(test)]
mod patient_tests;
mod replies;
#[cfg(test)]
mod tests;

pub use csv::{csv, replies_from_csv};
pub use fhir::bundle;
pub use fhir_in::replies_from_fhir;
pub use hl7::mdm;
pub use hl7_in::replies_from_mdm;
pub use html::letter;
pub use replies::{Replies, Reply, read_replies};

use super::{Draft, OptionKind, ProviderView, QueryState};
use crate::chart::{Authority, EncounterClass, Instant, Patient, Precision};
use serde::Serialize;

/// One query as it may leave the house.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sheet {
    /// Its number.
    pub query: i64,
    /// Version of its text; 0 for a draft.
    pub version: u32,
    /// Where it stands.
    pub state: QueryState,
    /// SHA-256 of what the provider sees: an answer names the words that it answers.
    pub hash: String,
    /// What the provider sees, as data.
    #[serde(flatten)]
    pub view: ProviderView,
    /// When it was sent.
    pub sent: Option<Instant>,
    /// The answer, when one came.
    pub answer: Option<SheetAnswer>,
    /// What the provider sees, byte for byte.
    pub text: String,
    /// The patient and the encounter by the sender's identifiers.
    #[serde(skip)]
    pub identifiers: (Option<String>, Option<String>),
    /// Who the patient is, for messages that have a place for each part.
    #[serde(skip)]
    pub person: Option<Patient>,
    /// What kind of stay it is.
    #[serde(skip)]
    pub class: EncounterClass,
    /// Who gives the record numbers of which the sender did not say it.
    #[serde(skip)]
    pub authority: String,
    /// Options that leave room for words.
    #[serde(skip)]
    pub open_options: Vec<usize>,
}

/// The answer to a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SheetAnswer {
    /// The option that was ticked, from 0.
    pub option: Option<usize>,
    /// In words.
    pub words: String,
    /// Who replied.
    pub by: String,
    /// When.
    pub at: Option<Instant>,
}

impl SheetAnswer {
    /// A stored answer taken apart: its first line can be an option of the query.
    pub fn of(answer: &str, draft: &Draft, by: &str, at: Option<Instant>) -> Self {
        let (first, rest) = answer.split_once('\n').unwrap_or((answer, ""));
        let option = draft.options.iter().position(|o| o.text == first);
        let words = if option.is_some() { rest } else { answer };
        Self { option, words: words.to_owned(), by: by.to_owned(), at }
    }
}

impl Sheet {
    /// The sheet of a query.
    pub fn of(id: i64, (version, state): (u32, QueryState), draft: &Draft, text: String, hash: String) -> Self {
        let open = draft.options.iter().enumerate().filter(|(_, o)| o.kind == OptionKind::Other).map(|(i, _)| i).collect();
        Self {
            query: id,
            version,
            state,
            hash,
            view: draft.provider_view(),
            sent: None,
            answer: None,
            text,
            identifiers: (draft.patient.clone(), draft.encounter.clone()),
            person: None,
            class: EncounterClass::default(),
            authority: String::new(),
            open_options: open,
        }
    }
}

impl Sheet {
    /// Who gave the patient's record number: whoever the sender said; where it said nothing, the site's policy.
    fn number_from(&self) -> Authority {
        let given = self.person.as_ref().and_then(|p| p.mrn_from.clone());
        given.or_else(|| Authority::of(Some(self.authority.clone()), None)).unwrap_or_default()
    }
}

/// A time as FHIR writes it: seconds and an offset where the time of day is known.
pub(super) fn fhir_time(at: &Instant) -> String {
    if !matches!(at.precision(), Precision::Minute | Precision::Second) {
        return at.to_string();
    }
    let offset = at.offset_seconds().unwrap_or(0);
    let zone = if offset == 0 { "Z".to_owned() } else { zone(offset, ":") };
    format!("{}{zone}", at.local().strftime("%Y-%m-%dT%H:%M:%S"))
}

/// A time as HL7 v2 writes it.
pub(super) fn hl7_time(at: &Instant) -> String {
    format!("{}{}", at.local().strftime("%Y%m%d%H%M%S"), zone(at.offset_seconds().unwrap_or(0), ""))
}

fn zone(offset: i32, between: &str) -> String {
    let minutes = offset.abs() / 60;
    format!("{}{:02}{between}{:02}", if offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}
