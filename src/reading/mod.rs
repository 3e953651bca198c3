//! One text in, what it says out. Pure: no I/O, no clock, no database, no terminal. Linear in the text.

mod document_type;
mod elements;
mod model;
mod section;
mod sentence;

pub use document_type::{DocumentTypes, document_type};
pub use elements::{ElementRules, elements};
pub use model::{Assertion, Axes, Cause, Condition, Experiencer, Measurement, Mention, Presence, Reading, Section, Term};
pub use section::{Headings, sections};
pub use sentence::sentences;
