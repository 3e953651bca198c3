//! Drafts, templates, compliance lint, life cycle. Pure: no I/O, no clock.

mod again;
mod backing;
mod choose;
mod companions;
mod diff;
mod editor;
mod evidence;
mod exchange;
mod figures;
mod fill;
mod gather;
mod kinds;
mod letters;
mod life;
mod lint;
mod measures;
mod model;
mod naming;
mod normal;
mod others;
mod parse;
mod passage;
mod policy;
mod proof;
mod recipients;
mod render;
mod settle;
mod standing;
mod take;
mod template;
#[cfg(test)]
mod tests;
mod twice;
mod verify;
mod wanted;
mod ways_out;
mod whole;

pub use again::stands_nowhere;
pub use diff::{DiffLine, Step, diff, steps};
pub use editor::{from_editor, to_editor};
pub use evidence::{indicator_hash, sha256_hex, words_of};
pub use exchange::{
    EarlierAnswer, Replaced, Replies, Reply as IncomingReply, Sheet, SheetAnswer, bundle, csv, letter, mark, marked, mdm, read_replies,
};
pub use figures::{Counted, Figure, FigureGroup, LeftOut, figures};
pub use fill::{Asking, documented_concepts, draft_from_gap};
pub use letters::{same_letters, spellings};
pub use life::{Event, next};
pub use lint::{
    Context, Diagnostic, LintSeverity, OpenQuery, Past, Report, Rule, brief, is_empty_reason, is_justified, is_reason, lint,
    lint_new_words, lint_note, lint_text, rules,
};
pub use measures::{Measure, is_in as measured_in};
pub use model::{
    Draft, Indicator, NOT_SIGNIFICANT, OptionKind, Outcome, ProviderView, QueryForm, QueryOption, QueryState, Reason, Recipient,
    ShownIndicator, Verbal,
};
pub use others::{departed, renewed, retell_the_rest};
pub use parse::{Parsed, kind_of, parse_text};
pub use policy::{AgreeOf, Counting, Policy, PolicyStep, days_after};
pub use proof::{Departure, departures, of_evidence as evidence_departures};
pub use recipients::{recipients, responsible, same_person};
pub use render::{body_hash, render_markdown, render_sent, render_text, render_version};
pub use settle::{settled, with_what_speaks_against};
pub use take::{candidates, of_observation, of_words};
pub use template::{Template, TemplateOption, Templates, templates};
pub use verify::{AnswerWords, answer_in, answer_words};
