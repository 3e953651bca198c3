//! What a checklist item is, once its file has been read: plain data, nothing decided yet.

use super::example::Example;
use super::indicator::Indicator;
use super::{GapKind, Severity};
use crate::chart::{DocumentType, EncounterClass, Instant};
use serde::Serialize;

/// A file of items on one subject.
#[derive(Clone, Debug, Serialize)]
pub struct Pack {
    /// Its name (`renal`).
    pub id: String,
    /// What it is called on a screen.
    pub title: String,
    /// Counts up with every change of any item.
    pub version: u32,
    /// First day it applies.
    pub effective_from: Option<Instant>,
    /// Last day it applies.
    pub effective_to: Option<Instant>,
    /// One or two sentences on what it is for.
    pub summary: String,
    /// The file it came from.
    pub source: String,
    /// Its items, in the order of the file.
    pub items: Vec<Item>,
}

/// What a rule stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authority {
    /// Who stands behind it.
    pub kind: AuthorityKind,
    /// Chapter and verse.
    pub cite: String,
    /// Who approved its thresholds here, and when; empty is a draft.
    pub approved_by: String,
}

/// Who stands behind a rule: decides how much weight a reader gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorityKind {
    /// Medicare conditions of participation.
    Cop,
    /// Joint Commission.
    Tjc,
    /// ICD-10-CM official guidelines.
    IcdGuideline,
    /// Published clinical criteria.
    ClinicalCriteria,
    /// A hospital's by-laws or policy.
    Policy,
    /// The house's own preference.
    House,
}

/// Where an item applies.
#[derive(Clone, Debug, Serialize)]
pub struct Scope {
    /// Kinds of encounter.
    pub classes: Vec<EncounterClass>,
    /// Also a note that came without any encounter.
    pub lone_note: bool,
    /// Only documents of these types are looked at; empty: all.
    pub document_types: Vec<DocumentType>,
}

/// One rule.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// Its name, from the literature of the house (`N01-undocumented`).
    pub id: String,
    /// The pack it stands in.
    pub pack: String,
    /// Counts up with every change.
    pub version: u32,
    /// The kind of gap it finds.
    pub kind: GapKind,
    /// The condition it is about.
    pub condition: Option<String>,
    /// What a list shows: the first of `titles`.
    pub title: String,
    /// Titles of its gaps; the first whose place-holders are all known is taken.
    pub titles: Vec<String>,
    /// Why it matters, in a sentence or two.
    pub why: String,
    /// How much it matters.
    pub severity: Severity,
    /// What it stands on.
    pub authority: Authority,
    /// The query template that serves it.
    pub query_template: Option<String>,
    /// Where it applies.
    pub scope: Scope,
    /// First day it applies.
    pub effective_from: Option<Instant>,
    /// Last day it applies.
    pub effective_to: Option<Instant>,
    /// What it looks for.
    pub check: Check,
    /// It is documented after all when one of these holds.
    pub satisfied_by: Vec<Indicator>,
    /// Asked only when one of these holds; empty: always.
    pub only_if: Vec<Indicator>,
    /// The question does not arise when one of these holds.
    pub suppress_if: Vec<Indicator>,
    /// What speaks against, shown beside the evidence.
    pub counter: Vec<Indicator>,
    /// What a provider needs beside the proof to answer (an ejection fraction beside "CHF"): shown with it, never counted.
    pub clinical: Vec<Indicator>,
    /// What its author says it must and must not find.
    #[serde(skip)]
    pub examples: Vec<Example>,
    /// The line of its `[[item]]`.
    #[serde(skip)]
    pub line: u64,
}

/// What an item looks for: one shape for each way a chart can lack something.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// A document within a time limit.
    Clock(Clock),
    /// The required parts of a document.
    Elements(Elements),
    /// The attributes of a documented condition.
    Attributes(Attributes),
    /// Indicators without the diagnosis.
    Indicators(Indicators),
    /// A diagnosis and the indicators it should stand on.
    Support(Support),
    /// Two statements that cannot both hold.
    Conflict(Conflict),
    /// When a condition was first seen.
    Poa(Poa),
    /// Text that is not this note's own.
    Copied(Copied),
    /// Signature, date and time.
    Signature(Signature),
}

/// What starts a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStart {
    /// The start of the stay.
    Admission,
    /// The end of each procedure that needs the document.
    ProcedureEnd,
    /// Discharge.
    Discharge,
}

/// A document within a time limit. The kind of the item says which half it reports: not there, or there too late.
#[derive(Clone, Debug, Serialize)]
pub struct Clock {
    /// Any of these types will do.
    pub document: Vec<DocumentType>,
    /// What starts it.
    pub start: ClockStart,
    /// Hours allowed.
    pub limit_hours: i64,
    /// How long before the start the document may have been written.
    pub early_hours: i64,
    /// Words in a procedure's category or name that make it count; empty: every procedure.
    pub procedures: Vec<String>,
    /// Words in a procedure's category or name that exempt it.
    pub not_procedures: Vec<String>,
    /// Procedures nearer to each other than this are one session with one report.
    pub session_hours: f64,
    /// Stays shorter than this need no such document.
    pub min_stay_hours: Option<i64>,
}

/// The required parts of a document.
#[derive(Clone, Debug, Serialize)]
pub struct Elements {
    /// The type whose elements these are.
    pub document: DocumentType,
    /// Reported with the item's severity.
    pub required: Vec<String>,
    /// Reported as worth knowing.
    pub advised: Vec<String>,
    /// Elements that another document of the encounter may hold instead: element → types.
    pub elsewhere: Vec<(String, Vec<DocumentType>)>,
}

/// The attributes of a documented condition.
#[derive(Clone, Debug, Serialize)]
pub struct Attributes {
    /// The ones that matter here.
    pub attributes: Vec<String>,
    /// Attributes that anybody may state (a nurse may stage a pressure injury).
    pub anybody: Vec<String>,
    /// Where the bare name must stand to be asked about; empty: anywhere.
    pub sections: Vec<String>,
    /// Concepts whose mention says as much (`term.acute_tubular_necrosis` states the cause of kidney injury).
    pub stated_by: Vec<(String, Vec<String>)>,
}

/// Indicators without the diagnosis.
#[derive(Clone, Debug, Serialize)]
pub struct Indicators {
    /// What to look for.
    pub indicators: Vec<Indicator>,
    /// How many of each group must hold: group → count, in the order of the file.
    pub groups: Vec<(String, usize)>,
    /// How many must hold in all.
    pub evidence_min: usize,
    /// Hours within which the evidence of a group that needs several must lie.
    pub window_hours: Option<f64>,
    /// Whether the bare name of the condition documents it; else only `satisfied_by` does.
    pub condition_satisfies: bool,
}

/// A diagnosis and the indicators it should stand on.
#[derive(Clone, Debug, Serialize)]
pub struct Support {
    /// What to look for.
    pub indicators: Vec<Indicator>,
    /// Fewer than this many of them, and the diagnosis stands alone.
    pub support_min: usize,
    /// Observations of which at least one must have been sent; else nothing can be told.
    pub needs_data: Vec<String>,
    /// Where the diagnosis must stand to be asked about; empty: anywhere.
    pub sections: Vec<String>,
}

/// Two statements that cannot both hold.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "between", rename_all = "snake_case")]
pub enum Conflict {
    /// One document asserts it, a later one denies it.
    Assertions {
        /// The conditions.
        conditions: Vec<String>,
        /// Hours within which the two must lie.
        within_hours: i64,
        /// Where the words must stand; empty: anywhere.
        sections: Vec<String>,
    },
    /// Two documents state different values of one attribute.
    Attributes {
        /// The condition.
        condition: String,
        /// The attribute.
        attribute: String,
        /// Pairs of values that cannot both hold; empty: any two different ones.
        exclusive: Vec<(String, String)>,
        /// Hours within which the two must lie; none: anywhere in the stay.
        within_hours: Option<i64>,
        /// Whose words count.
        anybody: bool,
    },
    /// A note states another value than the one measured.
    Values {
        /// Observations.
        observations: Vec<String>,
        /// Hours around the note in which a measured value would explain it.
        within_hours: i64,
        /// Allowed difference in percent of the measured value.
        tolerance_percent: f64,
        /// Sentences with one of these words speak of other values ("baseline", "outside").
        not_with: Vec<String>,
    },
}

/// When a condition was first seen.
#[derive(Clone, Debug, Serialize)]
pub struct Poa {
    /// The conditions.
    pub conditions: Vec<String>,
    /// First named later than this after admission.
    pub after_hours: f64,
    /// What would have shown it earlier.
    pub earlier: Vec<Indicator>,
    /// Words that settle it ("present on admission", "hospital-acquired").
    pub settled_by: Vec<String>,
    /// Whose first words count.
    pub anybody: bool,
    /// Where the first naming must stand; empty: anywhere.
    pub sections: Vec<String>,
}

/// Text that is not this note's own.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Copied {
    /// Nearly the same as the same author's previous note.
    Previous {
        /// Words in a shingle.
        shingle_words: usize,
        /// Jaccard similarity from which it is reported.
        at_least: f64,
        /// Sections compared; empty: the whole text.
        sections: Vec<String>,
        /// Shorter texts are not compared.
        min_words: usize,
    },
    /// A count of days that has stopped counting.
    StaleDay {
        /// The words before the number ("POD", "post-operative day").
        words: Vec<String>,
        /// What it counts from.
        start: ClockStart,
        /// Whether the day of the start itself is day 1 (hospital day) or day 0 (post-operative day).
        first_day: i64,
        /// Days it may be off.
        tolerance_days: i64,
    },
    /// Place-holders of a template that were never filled.
    Tokens {
        /// Literal tokens (`***`).
        tokens: Vec<String>,
        /// Pairs of delimiters around a short name (`@`, `@`).
        delimiters: Vec<(String, String)>,
        /// Longest text between delimiters, in bytes.
        max_length: usize,
    },
}

/// Signature, date and time.
#[derive(Clone, Debug, Serialize)]
pub struct Signature {
    /// Hours after which a note should be signed.
    pub after_hours: f64,
}
