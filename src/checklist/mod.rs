//! Items as data: an encounter in, gaps out. Pure: no I/O, no clock.

mod model;

pub use model::{Explanation, Gap, GapKind, GapState, Outcome, Searched, Severity};
