//! One text in, what it says out. Pure: no I/O, no clock, no database, no terminal. Linear in the text.

mod acting;
mod aside;
mod attribute;
mod bits;
mod clauses;
mod document_type;
mod echo;
mod elements;
mod folded;
mod item;
mod jsonl;
mod judged;
mod lead;
mod lexicon;
mod lists;
mod machine;
mod measurement;
mod measuring;
mod model;
mod names;
mod number;
pub mod observations;
mod reach;
mod read;
mod scan;
mod scope;
mod section;
mod sentence;
mod signs;
mod spoken;
mod story;
mod summary;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod traps;
mod turning;
mod twice;
pub mod units;
mod version;
pub mod vocabulary;
mod why;

pub use document_type::{DocumentTypes, document_type};
pub use elements::{ElementRules, elements};
pub use jsonl::read_line;
pub use lexicon::{Concept, Files, Lexicon, MEMBER, Sense, denied_kind, is_kind, member, senses, synonyms};
pub use model::{Assertion, Axes, Cause, Condition, Experiencer, Measurement, Mention, Presence, Reading, Section, Term};
pub use read::{read, read_marks, read_terms};
pub use section::{Headings, sections};
pub use sentence::sentences;
pub use version::version;
pub use why::why;
