//! Items as data: an encounter in, gaps out. Pure: no I/O, no clock.
//!
//! A pack is a TOML file of items. [`Packs::parse`] reads packs and reports every mistake with its line; [`evaluate`] runs the
//! items that apply over one encounter; [`explain`] gives the tree of one item: what was asked, what was found, and when.

mod check;
mod dose;
mod eval;
#[cfg(test)]
mod eval_tests;
mod example;
mod facts;
mod glossary;
mod horizon;
mod indicator;
mod item;
mod load;
mod model;
mod names;
mod packs;
mod proof;
#[cfg(test)]
mod site_tests;
mod sketch;
mod survey;
#[cfg(test)]
mod tests;
mod words;

pub use check::{
    AtDischarge, Attributes, Check, Clock, ClockStart, Conflict, Copied, CopiedFrom, Elements, Indicators, Pair, PairOf, Part, Parts, Poa,
    PoaQuestion, Relation, Signature, StatedBy, Support, Wanted,
};
pub use eval::{evaluate, evaluate_at_once, evaluate_where, explain, questions};
pub use example::{Example, Sketch, SketchDocument, SketchDrug, SketchValue};
pub use facts::Subject;
pub use glossary::{Known, glossary};
pub use horizon::Horizon;
pub use indicator::{
    Author, Baseline, Bound, Compare, ConceptTest, DocumentTest, Indicator, MedicationTest, NamedTest, ObservationTest, Since, Test, When,
    WordsTest,
};
pub use item::{Authority, AuthorityKind, Item, Pack, Scope};
pub use load::Diagnostic;
pub use model::{Approval, Explanation, Gap, GapKind, GapMark, GapState, Outcome, Searched, Severity};
pub use packs::Packs;
pub use sketch::{Trial, evaluate_text, try_example, try_text};
pub use survey::{Almost, Fired, Survey, survey, survey_of};

/// How a person says the name of a condition: `term.ileus` as "ileus", `copd` as "COPD".
pub fn condition_name(id: &str) -> String {
    eval::describe::name(id)
}

/// "a", "a and b", "a, b and c".
pub fn listed(words: &[String]) -> String {
    eval::describe::list(words)
}
