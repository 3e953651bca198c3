//! What a checklist item is, once its file has been read: plain data, nothing decided yet.

use super::check::Check;
use super::example::Example;
use super::indicator::Indicator;
use super::{GapKind, Severity};
use crate::chart::{DocumentType, EncounterClass, Instant, Sex};
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
    /// Who approved its thresholds here; empty is a draft.
    pub approved_by: String,
    /// When.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub approved_on: String,
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
    /// Words in the name of the service or unit; empty: any. Where the sender names none, the item does not apply.
    pub services: Vec<String>,
    /// Youngest patient, in years. An age that was not given excludes nothing.
    pub age_min: Option<u16>,
    /// Oldest patient, in years.
    pub age_max: Option<u16>,
    /// Only stays of at least so many hours, so far.
    pub stay_at_least: Option<f64>,
    /// Only stays of less than so many hours, so far.
    pub stay_below: Option<f64>,
    /// Only so many hours or more after discharge.
    pub discharged_at_least: Option<f64>,
    /// Not so many hours or more after discharge.
    pub discharged_below: Option<f64>,
    /// Only for this sex. One that was not given excludes nothing.
    pub sex: Option<Sex>,
}

impl Item {
    /// The fingerprint of what it asks and says: its approval, its examples and the pack that it stands in are no part of it.
    pub fn content(&self) -> String {
        let mut bare = self.clone();
        bare.examples.clear();
        bare.pack.clear();
        (bare.authority.approved_by, bare.authority.approved_on) = (String::new(), String::new());
        crate::hash::sha256(&serde_json::to_string(&bare).unwrap_or_default())
    }
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
    /// Items that ask the same question better: it is not asked where one of them fires.
    pub covered_by: Vec<String>,
    /// Checks of the house's list that it answers beside the one it is named after (`CX-13`: what is no conflict).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
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
