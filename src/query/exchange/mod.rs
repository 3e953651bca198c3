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
    /// The version that this one took the place of.
    pub replaces: Option<Replaced>,
    /// The answer, when one came.
    pub answer: Option<SheetAnswer>,
    /// The answers given before it was asked again, oldest first.
    pub earlier_answers: Vec<EarlierAnswer>,
    /// What the provider sees, byte for byte; before it a mark, where nobody is to answer it.
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

/// A version that a later one took the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Replaced {
    /// Its number.
    pub version: u32,
    /// When it was sent.
    pub sent: Option<Instant>,
}

/// An answer that was given before the question was asked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EarlierAnswer {
    /// The option and the words.
    pub answer: String,
    /// Who replied; empty where nobody said so.
    pub by: String,
    /// When.
    pub at: Option<Instant>,
}

impl EarlierAnswer {
    /// In one line.
    pub(super) fn line(&self) -> String {
        let by = if self.by.is_empty() { "the recipient" } else { self.by.as_str() };
        let at = self.at.map(|at| format!("{at}, ")).unwrap_or_default();
        format!("{at}{by}: {}", self.answer.replace('\n', " / "))
    }
}

/// The answer to a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SheetAnswer {
    /// The option that was ticked, from 0; written out from 1, as commands count.
    #[serde(serialize_with = "from_one")]
    pub option: Option<usize>,
    /// In words.
    pub words: String,
    /// Who replied.
    pub by: String,
    /// When.
    pub at: Option<Instant>,
}

#[allow(clippy::ref_option)] // serde hands it over so
fn from_one<S: serde::Serializer>(option: &Option<usize>, to: S) -> Result<S::Ok, S::Error> {
    option.map(|at| at + 1).serialize(to)
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

/// What stands before the title of a query that nobody is to answer, in every form: a draft must not look like a question that was
/// asked, nor a withdrawn one like a question that waits.
pub fn mark(state: QueryState) -> Option<&'static str> {
    match state {
        QueryState::Draft | QueryState::Ready => Some("DRAFT - NOT SENT"),
        QueryState::Withdrawn => Some("WITHDRAWN - DO NOT ANSWER"),
        _ => None,
    }
}

/// A title with its mark.
pub fn marked(mark: &str, title: &str) -> String {
    if title.starts_with(mark) { title.to_owned() } else { format!("{mark}: {title}") }
}

impl Sheet {
    /// The sheet of a query.
    pub fn of(id: i64, (version, state): (u32, QueryState), draft: &Draft, text: String, hash: String) -> Self {
        let (mut view, mut text) = (draft.provider_view(), text);
        if let Some(mark) = mark(state) {
            let plain = text.strip_prefix("Title: ").map(str::to_owned);
            text = format!("Title: {}", marked(mark, plain.as_deref().unwrap_or(&text)));
            view.title = marked(mark, &view.title);
        }
        let open = draft.options.iter().enumerate().filter(|(_, o)| o.kind == OptionKind::Other).map(|(i, _)| i).collect();
        Self {
            query: id,
            version,
            state,
            hash,
            view,
            sent: None,
            replaces: None,
            answer: None,
            earlier_answers: Vec::new(),
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
