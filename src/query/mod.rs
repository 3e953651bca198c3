//! Drafts, templates, compliance lint, life cycle. Pure: no I/O, no clock.

mod evidence;
mod fill;
mod life;
mod lint;
mod model;
mod parse;
mod policy;
mod render;
mod template;
#[cfg(test)]
mod tests;

pub use evidence::{indicator_hash, sha256_hex, words_of};
pub use fill::{documented_concepts, draft_from_gap};
pub use life::{Event, next};
pub use lint::{Context, Diagnostic, LintSeverity, Report, Rule, brief, lint, lint_text, rules};
pub use model::{Draft, Indicator, OptionKind, Outcome, ProviderView, QueryForm, QueryOption, QueryState, Reason, Recipient, Verbal};
pub use parse::{Parsed, kind_of, parse_text};
pub use policy::{Policy, PolicyStep};
pub use render::{body_hash, render_markdown, render_text};
pub use template::{Template, TemplateOption, Templates, templates};
