//! Items as data: an encounter in, gaps out. Pure: no I/O, no clock.
//!
//! A pack is a TOML file of items. [`Packs::parse`] reads packs and reports every mistake with its line; [`evaluate`] runs the
//! items that apply over one encounter; [`explain`] gives the tree of one item: what was asked, what was found, and when.

mod eval;
mod example;
mod facts;
mod indicator;
mod item;
mod load;
mod model;
mod names;
mod packs;
mod sketch;
#[cfg(test)]
mod tests;
mod words;

pub use eval::{evaluate, explain};
pub use example::{Example, Sketch, SketchDocument, SketchDrug, SketchValue};
pub use facts::Subject;
pub use indicator::{
    Author, Baseline, Bound, Compare, ConceptTest, Indicator, MedicationTest, NamedTest, ObservationTest, Test, WordsTest,
};
pub use item::{
    Attributes, Authority, AuthorityKind, Check, Clock, ClockStart, Conflict, Copied, Elements, Indicators, Item, Pack, Poa, Scope,
    Signature, Support,
};
pub use load::Diagnostic;
pub use model::{Explanation, Gap, GapKind, GapState, Outcome, Searched, Severity};
pub use packs::Packs;
pub use sketch::{Trial, evaluate_text, try_example};
