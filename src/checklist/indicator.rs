//! The leaves of a rule: what can be asked of a chart. Plain data; [`super::eval`] answers.

use crate::chart::{DocumentType, MedicationKind};
use crate::reading::Assertion;
use serde::Serialize;

/// One thing to look for, and the ways it can show: any of them will do.
#[derive(Clone, Debug, Serialize)]
pub struct Indicator {
    /// Short name, unique in its item (`rise`); titles name it.
    pub name: String,
    /// How a person says it.
    pub label: String,
    /// Which group it counts for.
    pub group: Option<String>,
    /// Only for this one of the item's conditions.
    pub condition: Option<String>,
    /// Holds only when this other one of its list holds too (a low pH beside a high pCO2).
    pub with: Option<String>,
    /// The ways it can show.
    pub any: Vec<Test>,
}

/// One question to the chart.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Words in documents.
    Concept(ConceptTest),
    /// Labs, vitals, scores.
    Observation(ObservationTest),
    /// Drugs.
    Medication(MedicationTest),
    /// Orders.
    Order(NamedTest),
    /// Procedures.
    Procedure(NamedTest),
    /// Literal words in documents.
    Words(WordsTest),
    /// Documents themselves, whatever they say.
    Document(DocumentTest),
}

/// Whose words count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// Those whose words are a diagnosis.
    #[default]
    Provider,
    /// Anybody.
    Anybody,
    /// Nurses.
    Nurse,
    /// Dietitians.
    Dietitian,
    /// Everybody whose words are no diagnosis.
    NotProvider,
    /// Residents and fellows.
    Resident,
    /// Case managers and social workers.
    CaseManager,
    /// Therapists.
    Therapist,
}

/// What a window of time is counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// The order to admit, else the start of the stay.
    #[default]
    Admission,
    /// The end of any operation of the stay.
    Surgery,
    /// Discharge.
    Discharge,
    /// The instant of evaluation, or discharge where that came first.
    Now,
}

/// The hours in which something counts; without bounds: any time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct When {
    /// What the hours are counted from.
    pub since: Since,
    /// Not earlier than so many hours after it; negative is before.
    pub from_hours: Option<f64>,
    /// Not later than so many hours after it.
    pub until_hours: Option<f64>,
}

impl When {
    /// Whether every time will do.
    pub fn any(&self) -> bool {
        self.from_hours.is_none() && self.until_hours.is_none()
    }
}

/// Words in documents.
#[derive(Clone, Debug, Serialize)]
pub struct ConceptTest {
    /// Any of these.
    pub concepts: Vec<String>,
    /// Standing as one of these.
    pub assertions: Vec<Assertion>,
    /// In these sections; empty: anywhere.
    pub sections: Vec<String>,
    /// Not in these.
    pub not_sections: Vec<String>,
    /// Whose words.
    pub author: Author,
    /// In documents of these types; empty: any.
    pub document_types: Vec<DocumentType>,
    /// With one of these attribute values: attribute, values (none: any value).
    pub attribute: Option<(String, Vec<String>)>,
    /// Not with one of these: attribute, values. A mention that states none counts.
    pub unless: Option<(String, Vec<String>)>,
    /// In at least so many documents, copies counted once.
    pub min_documents: usize,
    /// In no more than so many documents, copies counted once.
    pub max_documents: Option<usize>,
    /// Nowhere but in documents of these types; empty: anywhere.
    pub only_in: Vec<DocumentType>,
    /// In documents of earlier encounters instead.
    pub prior: bool,
    /// When.
    pub when: When,
}

/// A bound, which may differ by sex.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bound {
    /// For women.
    pub female: f64,
    /// For men.
    pub male: f64,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// Greater than.
    Above(Bound),
    /// Greater or equal.
    AtLeast(Bound),
    /// Less than.
    Below(Bound),
    /// Less or equal.
    AtMost(Bound),
    /// Up by at least this within the window.
    Rise(f64),
    /// Down by at least this within the window.
    Fall(f64),
    /// Up to at least this multiple of an earlier value within the window.
    Ratio(f64),
    /// Down by at least this factor within the window.
    FallRatio(f64),
}

impl Compare {
    /// Whether it looks at two values, not at one.
    pub fn is_change(&self) -> bool {
        matches!(self, Self::Rise(_) | Self::Fall(_) | Self::Ratio(_) | Self::FallRatio(_))
    }
}

/// What a change is measured against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// Earlier values of this stay.
    #[default]
    Stay,
    /// The latest value of earlier encounters.
    Prior,
    /// The lowest value before it, of this stay or of earlier encounters (for a fall, the highest).
    Lowest,
}

/// Labs, vitals, scores.
#[derive(Clone, Debug, Serialize)]
pub struct ObservationTest {
    /// Canonical name.
    pub observation: String,
    /// The comparison, in the canonical unit.
    pub compare: Compare,
    /// The unit as the author wrote it.
    pub unit: String,
    /// The factor from the author's unit to the canonical one was applied to `compare`; this is the text as written.
    pub written: String,
    /// Window of a change.
    pub within_hours: Option<f64>,
    /// At so many distinct times.
    pub times: usize,
    /// What a change is measured against.
    pub baseline: Baseline,
    /// How old a prior value may be.
    pub prior_days: f64,
    /// Values whose remark holds one of these words do not count.
    pub not_noted: Vec<String>,
    /// Values whose remark or sentence says that oxygen was given do not count.
    pub room_air: bool,
    /// Only values taken while oxygen was given.
    pub on_oxygen: bool,
    /// When.
    pub when: When,
    /// Values that notes state count too.
    pub in_notes: bool,
    /// It holds without a break for at least so many hours, from the first such value to the last.
    pub for_hours: Option<f64>,
    /// The first and the last such value lie at least so many hours apart.
    pub apart_hours: Option<f64>,
    /// Values of earlier encounters count too.
    pub in_prior: bool,
    /// It holds for every value, not for some.
    pub always: bool,
    /// A value beside which this one does not hold counts for nothing: a high pCO2 with a low pH is acute. Without such a value it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<Box<ObservationTest>>,
}

/// Drugs.
#[derive(Clone, Debug, Serialize)]
pub struct MedicationTest {
    /// Drug classes of the lexicon.
    pub concepts: Vec<String>,
    /// Or names, as words.
    pub words: Vec<String>,
    /// By one of these routes; empty: any.
    pub routes: Vec<String>,
    /// Ordered, given, home; empty: ordered or given.
    pub kinds: Vec<MedicationKind>,
    /// A single dose of at least this, in `dose_unit`.
    pub dose_at_least: Option<f64>,
    /// A single dose below this, in `dose_unit`.
    pub dose_below: Option<f64>,
    /// The unit of the two.
    pub dose_unit: String,
    /// From the first entry to the last, or to its end, at least so many hours.
    pub for_hours: Option<f64>,
    /// When.
    pub when: When,
}

/// Orders and procedures.
#[derive(Clone, Debug, Serialize)]
pub struct NamedTest {
    /// Concepts of the lexicon.
    pub concepts: Vec<String>,
    /// Or words in the name; `*` is any name.
    pub words: Vec<String>,
    /// Names with one of these words do not count.
    pub except: Vec<String>,
    /// With one of these states, as sent; empty: any that is not withdrawn.
    pub statuses: Vec<String>,
    /// When.
    pub when: When,
}

/// Literal words in documents.
#[derive(Clone, Debug, Serialize)]
pub struct WordsTest {
    /// Any of these, in any case, as whole words.
    pub words: Vec<String>,
    /// Whose words.
    pub author: Author,
    /// In documents of these types; empty: any.
    pub document_types: Vec<DocumentType>,
    /// Standing as one of these; empty: however they stand.
    pub assertions: Vec<Assertion>,
    /// In these sections; empty: anywhere.
    pub sections: Vec<String>,
    /// Not in these.
    pub not_sections: Vec<String>,
    /// With one of these in the same sentence; empty: alone.
    pub near: Vec<String>,
    /// Not with one of these in the same sentence.
    pub not_near: Vec<String>,
    /// In documents whose title or first line holds one of these; empty: any.
    pub titles: Vec<String>,
    /// In at least so many documents.
    pub min_documents: usize,
    /// When.
    pub when: When,
}

impl WordsTest {
    /// How words stand that an item asks for without a word about it.
    pub(super) const UNLESS_SAID: [Assertion; 3] = [Assertion::Present, Assertion::Possible, Assertion::Historical];

    /// Whether they stand so.
    pub(super) fn is_as_usual(&self) -> bool {
        self.assertions == Self::UNLESS_SAID
    }
}

/// Documents themselves, whatever they say.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentTest {
    /// Of these types; empty: any.
    pub types: Vec<DocumentType>,
    /// With a title or first line that holds one of these; empty: any.
    pub titles: Vec<String>,
    /// Whose.
    pub author: Author,
    /// At least so many.
    pub min_documents: usize,
    /// At most so many.
    pub max_documents: Option<usize>,
    /// When.
    pub when: When,
}
