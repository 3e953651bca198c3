//! A query to a provider: what it says, and where it stands. What the provider sees is in [`Draft`]; an internal note and
//! anything about impact live elsewhere.

use super::render::{ASKED_ABOUT, cited, under_headings};
use crate::chart::{Evidence, Instant};
use serde::{Deserialize, Serialize};

/// The form of a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryForm {
    /// Indicators and a neutral question, no options.
    #[default]
    Open,
    /// Options, each supported by an indicator.
    MultipleChoice,
    /// Only where the table of domain.md 3.3 allows it.
    YesNo,
    /// Asked aloud and written down afterwards.
    Verbal,
    /// Clinical validation of a documented diagnosis.
    Validation,
}

/// Why a query is justified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// Conflicting documentation.
    R1,
    /// Incomplete, ambiguous, imprecise.
    #[default]
    R2,
    /// Indicators without a diagnosis.
    R3,
    /// Diagnosis without indicators (clinical validation).
    R4,
    /// Cause and effect.
    R5,
    /// Present on admission.
    R6,
    /// Specificity.
    R7,
    /// Procedure clarity.
    R8,
    /// Clinical significance of a finding.
    R9,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 9] = [Self::R1, Self::R2, Self::R3, Self::R4, Self::R5, Self::R6, Self::R7, Self::R8, Self::R9];

    /// How a person says it.
    pub fn label(self) -> &'static str {
        match self {
            Self::R1 => "conflicting documentation",
            Self::R2 => "incomplete or ambiguous documentation",
            Self::R3 => "indicators without a diagnosis",
            Self::R4 => "diagnosis without indicators: clinical validation",
            Self::R5 => "cause and effect",
            Self::R6 => "present on admission",
            Self::R7 => "specificity",
            Self::R8 => "clarity of a procedure",
            Self::R9 => "clinical significance of a finding",
        }
    }
}

/// A piece of evidence quoted in a query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    /// The proof, with its source and date.
    pub evidence: Evidence,
    /// Lower-case hexadecimal SHA-256 of the quoted words, taken when the indicator was made.
    pub hash: String,
    /// Group heading: `documentation`, `history`, `exam`, `labs`, `imaging`, `treatment`.
    pub group: String,
    /// False when the author unchecked it.
    pub included: bool,
    /// The version of the document that the words were taken from.
    #[serde(default)]
    pub version: Option<u32>,
    /// Speaks against what is asked about: leaving it out wants a reason.
    #[serde(default)]
    pub against: bool,
    /// From an earlier encounter; then `relevance` says why it matters now.
    #[serde(default)]
    pub prior: bool,
    /// Why a prior indicator is relevant.
    #[serde(default)]
    pub relevance: String,
    /// Beside the last shown value of a measure: its place among those of the stay, and which are not shown. Counted from the record, never typed
    /// (`others.rs`).
    #[serde(default)]
    pub others: String,
}

/// One answer that the provider can tick.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryOption {
    /// The words.
    pub text: String,
    /// What it stands for; read from the words when a draft is judged or saved.
    #[serde(default)]
    pub kind: OptionKind,
    /// The concepts that the option names.
    #[serde(default)]
    pub concepts: Vec<String>,
    /// Ticked beforehand: a lint rule blocks it.
    #[serde(default)]
    pub selected: bool,
}

/// What a query about a finding offers besides its diagnoses.
pub const NOT_SIGNIFICANT: &str = "Not clinically significant";

/// What an option stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    /// A diagnosis.
    #[default]
    Diagnosis,
    /// "Other", with room to write.
    Other,
    /// "Unable to determine".
    Undetermined,
    /// "Not clinically significant", "expected", "integral to".
    NotSignificant,
    /// Yes (yes/no form).
    Yes,
    /// No (yes/no form).
    No,
    /// Confirmed, with support (validation).
    Confirmed,
    /// Ruled out (validation).
    RuledOut,
}

/// A query before it is sent: everything that the provider would see, and who it goes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Neutral title.
    pub title: String,
    /// The encounter, by the sender's identifier.
    pub encounter: Option<String>,
    /// What a person calls it: the account or visit number; empty where none was given.
    #[serde(default)]
    pub encounter_name: String,
    /// When the stay began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admitted: Option<Instant>,
    /// The patient, by the sender's identifier.
    pub patient: Option<String>,
    /// Name, record number and date of birth, as the provider needs them to find the chart.
    #[serde(default)]
    pub patient_name: String,
    /// The gap that it came from (its key).
    pub gap: Option<String>,
    /// The condition or subject asked about.
    pub concept: Option<String>,
    /// Form.
    pub form: QueryForm,
    /// Why it is justified.
    pub reason: Reason,
    /// Who it goes to: a provider of the encounter, or a declared service pool.
    pub recipient: Option<Recipient>,
    /// Who asks: name and credential.
    pub author: String,
    /// How the author is reached.
    pub contact: String,
    /// The evidence.
    pub indicators: Vec<Indicator>,
    /// Free words of the author that the provider sees above the question.
    #[serde(default)]
    pub body: String,
    /// The question.
    pub question: String,
    /// The options, in the order shown.
    pub options: Vec<QueryOption>,
    /// When an answer is due: what a person set, else what the policy gives when it is sent (before that, what it would have given when the
    /// draft was begun).
    pub due: Option<Instant>,
    /// Whether a person set the due time; else it is counted from the moment of sending.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub due_by_hand: bool,
    /// The escalation policy that applies (its name).
    #[serde(default)]
    pub escalation: String,
    /// The query whose next version this draft is to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<i64>,
    /// The template it was filled from.
    #[serde(default)]
    pub template: Option<String>,
    /// Options of the template that nothing in the chart supports, and that were left out for it. Never shown to the provider.
    #[serde(default)]
    pub removed: Vec<String>,
    /// Options that the chart supports and that were left out all the same, since they would have been no choice: one diagnosis by itself, or
    /// denials alone. Never shown to the provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alone: Vec<String>,
    /// For a yes/no or validation query: where the diagnosis is documented.
    #[serde(default)]
    pub documented_at: Option<Evidence>,
    /// For a verbal query: when, how, and the reply.
    #[serde(default)]
    pub verbal: Option<Verbal>,
    /// Typed justifications: lint rule id → words.
    #[serde(default)]
    pub justifications: std::collections::BTreeMap<String, String>,
}

impl Draft {
    /// Who the patient is, in words a provider can find the chart by.
    pub fn patient_name(&self) -> &str {
        // "Not given" says less than the identifier under which the chart came.
        let given = !self.patient_name.is_empty() && self.patient_name != crate::chart::Patient::default().display();
        if given { &self.patient_name } else { self.patient.as_deref().unwrap_or(&self.patient_name) }
    }

    /// What a person calls the encounter.
    pub fn encounter_name(&self) -> &str {
        if self.encounter_name.is_empty() { self.encounter.as_deref().unwrap_or_default() } else { &self.encounter_name }
    }
}

/// What a provider may be shown of a query, as data: its words, and nothing of how it came about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProviderView {
    /// Title.
    pub title: String,
    /// Who the patient is.
    pub patient: String,
    /// The account or visit.
    pub encounter: String,
    /// When the stay began.
    pub admitted: Option<Instant>,
    /// Who it goes to.
    pub to: Option<Recipient>,
    /// Who asks, and how that person is reached.
    pub from: String,
    /// How the author is reached.
    pub contact: String,
    /// When an answer is due.
    pub due: Option<Instant>,
    /// Form.
    pub form: QueryForm,
    /// The proof, as quoted.
    pub indicators: Vec<ShownIndicator>,
    /// Words above the question.
    pub body: String,
    /// The provider's statement of the diagnosis that a yes/no or validation query asks about.
    pub asked_about: Option<ShownIndicator>,
    /// The question.
    pub question: String,
    /// The options, in the order shown.
    pub options: Vec<String>,
    /// The record of a query that was asked aloud.
    pub verbal: Option<Verbal>,
}

/// A piece of proof as the provider sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShownIndicator {
    /// The heading that it stands under.
    pub heading: &'static str,
    /// The words or the value, with source and date.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// Whether it comes from an earlier encounter.
    pub prior: bool,
    /// Why an earlier finding matters now; empty where nothing is said.
    pub relevance: String,
    /// Its place among the values of the stay, and which of them are not shown; empty where it is the only one.
    pub others: String,
}

impl ShownIndicator {
    fn of((heading, indicator): (&'static str, &Indicator)) -> Self {
        let mut evidence = indicator.evidence.clone();
        // One mark for words and values alike, instead of a second one inside the value.
        let marked = match &mut evidence {
            Evidence::Value(value) => std::mem::take(&mut value.prior),
            Evidence::Text(_) => false,
        };
        Self {
            heading,
            evidence,
            prior: indicator.prior || marked,
            relevance: indicator.relevance.clone(),
            others: indicator.others.clone(),
        }
    }
}

impl Draft {
    /// What the provider may be shown, as data.
    pub fn provider_view(&self) -> ProviderView {
        ProviderView {
            title: self.title.clone(),
            patient: self.patient_name().to_owned(),
            encounter: self.encounter_name().to_owned(),
            admitted: self.admitted,
            to: self.recipient.clone(),
            from: self.author.clone(),
            contact: self.contact.clone(),
            due: self.due,
            form: self.form,
            indicators: under_headings(self).into_iter().map(ShownIndicator::of).collect(),
            body: self.body.clone(),
            asked_about: cited(self).map(|evidence| ShownIndicator {
                heading: ASKED_ABOUT,
                evidence: evidence.clone(),
                prior: false,
                relevance: String::new(),
                others: String::new(),
            }),
            question: self.question.clone(),
            options: self.options.iter().map(|o| o.text.clone()).collect(),
            verbal: self.verbal.clone(),
        }
    }
}

/// Who a query goes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Name, or the pool's name.
    pub name: String,
    /// The provider's identifier; `None` for a pool.
    pub identifier: Option<String>,
    /// `attending`, `consultant`, `author`, `pool`.
    pub role: String,
}

/// The record of a query asked aloud.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verbal {
    /// When.
    pub at: Option<Instant>,
    /// Place or channel.
    pub channel: String,
    /// The exact words asked.
    pub wording: String,
    /// The reply.
    pub reply: String,
}

/// Where a query stands (domain.md 3.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryState {
    /// Being written.
    #[default]
    Draft,
    /// Passed by the lint, not sent yet.
    Ready,
    /// Sent, not known to have arrived.
    Sent,
    /// It arrived; an answer is waited for.
    Open,
    /// Its due time has passed without an answer.
    Overdue,
    /// Handed to the next level.
    Escalated,
    /// Given to another recipient.
    Redirected,
    /// Asked again after it was answered or closed.
    Reopened,
    /// A reply came; not yet seen in the record.
    Answered,
    /// A reply came, and no later provider document carries it.
    AnsweredNotDocumented,
    /// Taken back.
    Withdrawn,
    /// Done, with an outcome.
    Closed,
}

/// How a query ended (domain.md 3.8). The raw outcome is stored; "agree" is derived by policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A supported answer within the intent of the query.
    Agreed,
    /// A different, valid diagnosis.
    AltDx,
    /// The provider does not find the condition.
    Disagreed,
    /// Finding without clinical significance.
    NotSignificant,
    /// Clinically unable to determine.
    Undetermined,
    /// Reply not aligned with the question.
    InvalidResponse,
    /// Reply given, not in the record.
    AnsweredNotDocumented,
    /// Closed at the policy's end.
    NoResponse,
    /// Documented before a reply, sent in error, duplicate.
    Withdrawn,
    /// Validation: confirmed with support.
    Validated,
    /// Validation: removed.
    RuledOut,
}
