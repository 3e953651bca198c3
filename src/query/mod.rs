//! Drafts, templates, compliance lint, life cycle. Pure: no I/O, no clock.

mod model;

pub use model::{Draft, Indicator, OptionKind, Outcome, QueryForm, QueryOption, QueryState, Reason, Recipient, Verbal};

/// What the lint says of a draft.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Report {
    /// What it found.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether nothing blocks.
    pub can_send: bool,
}

/// One finding of the lint.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Diagnostic {
    /// Rule id.
    pub rule: &'static str,
    /// How hard it is.
    pub severity: LintSeverity,
    /// Bytes of the field's text.
    pub r#where: Option<(usize, usize)>,
    /// Which field (`title`, `body`, `question`, `options[2]`, `indicators[0]`, `recipient` ...).
    pub field: String,
    /// What is the matter.
    pub message: String,
    /// Better wording, or what to do.
    pub hint: String,
}

/// How hard a lint rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LintSeverity {
    /// Cannot be sent.
    Block,
    /// Needs a typed justification.
    Justify,
    /// Advice.
    Advice,
}
