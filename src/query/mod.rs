//! Drafts, templates, compliance lint, life cycle. Pure: no I/O, no clock.

mod model;

pub use model::{Draft, Indicator, OptionKind, Outcome, QueryForm, QueryOption, QueryState, Reason, Recipient, Verbal};
