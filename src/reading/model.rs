//! What a reading is: the JSON contract of `lacuna read`.

use crate::chart::{DocumentType, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a mention stands, in the order of the vocabulary: a condition's status is the first that any mention has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assertion {
    /// The patient has it now.
    #[default]
    Present,
    /// Uncertain.
    Possible,
    /// Over and done before this encounter.
    Historical,
    /// Not said to be so: if, risk of, return for.
    Hypothetical,
    /// Said not to be there.
    Negated,
    /// Somebody else's.
    Family,
}

impl Assertion {
    /// Every assertion in its order.
    pub const ALL: [Self; 6] = [Self::Present, Self::Possible, Self::Historical, Self::Hypothetical, Self::Negated, Self::Family];

    /// The name in packs, queries and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Possible => "possible",
            Self::Historical => "historical",
            Self::Hypothetical => "hypothetical",
            Self::Negated => "negated",
            Self::Family => "family",
        }
    }
}

/// Whose it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Experiencer {
    /// The patient's.
    #[default]
    Patient,
    /// A relative's.
    Family,
    /// Somebody else's (a roommate, a donor).
    Other,
}

/// The independent axes of a mention: they can hold together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Axes {
    /// Said not to be there.
    pub negated: bool,
    /// Uncertain.
    pub possible: bool,
    /// Over before this encounter.
    pub historical: bool,
    /// Conditional, feared, planned against.
    pub hypothetical: bool,
    /// Whose it is.
    pub experiencer: Experiencer,
}

impl Axes {
    /// The one word for how it stands. Family wins over the rest (a relative's denied condition is family); then negated,
    /// hypothetical; and what is not certain to have been is possible before it is historical ("questionable TIA in 1994").
    pub fn assertion(self) -> Assertion {
        if self.experiencer != Experiencer::Patient {
            Assertion::Family
        } else if self.negated {
            Assertion::Negated
        } else if self.hypothetical {
            Assertion::Hypothetical
        } else if self.possible {
            Assertion::Possible
        } else if self.historical {
            Assertion::Historical
        } else {
            Assertion::Present
        }
    }
}

/// A stretch of text under one heading. Sections follow one another and do not overlap; nested ones (systems of an exam)
/// carry their parent's canonical name in `within`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Canonical name (`history_of_present_illness`, `assessment_and_plan` ...; `unheaded` before the first heading,
    /// `other` for a heading that the lexicon does not know).
    pub section: String,
    /// The heading as written; empty for an unheaded opening.
    pub heading: String,
    /// First byte of the heading.
    pub start: usize,
    /// One past the last byte of the body.
    pub end: usize,
    /// First byte of the body.
    pub body: usize,
    /// The canonical name of the section that this one is part of (`review_of_systems`, `physical_exam`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub within: Option<String>,
}

/// The words that decided an axis, for `--why`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Which axis it set (`negated`, `possible`, `historical`, `hypothetical`, `experiencer`).
    pub axis: String,
    /// The trigger, or `section: family_history`.
    pub by: String,
    /// Where the trigger stands; `None` when a section decided.
    pub at: Option<Span>,
}

/// A stretch of text that names a concept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    /// The concept (`heart_failure`, or a checklist concept such as `drug.loop_diuretic`).
    pub concept: String,
    /// The words.
    pub text: String,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Canonical name of the section it stands in.
    pub section: String,
    /// The one word for how it stands.
    pub assertion: Assertion,
    /// The axes.
    #[serde(flatten)]
    pub axes: Axes,
    /// What is said of it: attribute → value of the vocabulary.
    pub attributes: BTreeMap<String, String>,
    /// Which words decided, when there were any.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub causes: Vec<Cause>,
}

/// A number that the text states for a lab, vital sign or score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Canonical name (`creatinine`, `systolic_bp`, `spo2`, `ejection_fraction` ...; the same names as observations).
    pub name: String,
    /// The number in `unit`.
    pub value: f64,
    /// The upper end when a range was stated (`EF 20-25 %`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub upper: Option<f64>,
    /// `<`, `<=`, `>=`, `>` where stated.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub comparator: Option<String>,
    /// The canonical unit; the one stated is converted.
    pub unit: String,
    /// First byte of name and value together.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// A time word beside it ("on admission", "today").
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub time: Option<String>,
}

/// Whether a required element is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// The information stands somewhere in the note.
    Present,
    /// A heading or place-holder with nothing of use behind it.
    Empty,
    /// Nothing about it.
    Absent,
}

/// The note-level summary of one condition, exactly as the labelling guide defines it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The condition.
    pub condition: String,
    /// The first status in the vocabulary's order that any mention has.
    pub status: Assertion,
    /// What the note states of it.
    pub attributes: BTreeMap<String, String>,
}

/// What one text says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The type, judged by content unless the sender's code names one.
    pub document_type: DocumentType,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// Sentences (and list items) in order, as spans.
    #[serde(skip)]
    pub sentences: Vec<Span>,
    /// Mentions in order of start.
    pub mentions: Vec<Mention>,
    /// Measurements in order of start.
    pub measurements: Vec<Measurement>,
    /// The elements that the vocabulary lists for this document type, and those of other types that the note speaks of.
    pub elements: BTreeMap<String, Presence>,
    /// Note-level summary, in the vocabulary's order.
    pub conditions: Vec<Condition>,
}

impl Reading {
    /// The section around a byte.
    pub fn section_at(&self, at: usize) -> Option<&Section> {
        let next = self.sections.partition_point(|section| section.end <= at);
        self.sections.get(next).filter(|section| section.start <= at)
    }
}

/// A place of an asked term, with its axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The term as asked.
    pub term: String,
    /// First byte of this place.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// How it stands here.
    pub assertion: Assertion,
    /// The axes.
    #[serde(flatten)]
    pub axes: Axes,
}
