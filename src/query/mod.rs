//! Drafts, templates, compliance lint, life cycle. Pure: no I/O, no clock.

mod evidence;
mod lint;
mod model;
mod parse;

pub use evidence::{indicator_hash, sha256_hex, words_of};
pub use lint::{Context, Diagnostic, LintSeverity, Report, Rule, lint, lint_text, rules};
pub use model::{Draft, Indicator, OptionKind, Outcome, QueryForm, QueryOption, QueryState, Reason, Recipient, Verbal};
pub use parse::{Parsed, kind_of, parse_text};
