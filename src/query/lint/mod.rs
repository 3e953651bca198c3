//! The compliance lint: what a query to a provider may not say, and what it must hold. Rules are listed in
//! `templates/rules.toml`, words in `templates/lint.toml`, diagnoses in `templates/concepts.toml`.

mod concepts;
mod content;
mod fold;
mod form;
mod history;
mod identity;
mod offered;
mod options;
mod others;
mod page;
mod premise;
mod rules;
mod said;
mod standard;
mod title;
mod values;
mod vocabulary;
mod wording;
pub(crate) mod words;

#[cfg(test)]
mod tests;

pub(crate) use concepts::concepts;
pub(crate) use fold::is_hidden;
pub(crate) use vocabulary::vocabularies;

pub use rules::{LintSeverity, Rule, rules};

use super::{Departure, Draft, Indicator, Measure, Recipient, Templates, parse::parse_text, settled, templates};
use crate::chart::{FullName, Instant, Provider, Span, TextEvidence};
use page::Page;
use serde::Serialize;
use std::collections::BTreeSet;

/// One thing that a rule found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The rule (`QL060`).
    pub rule: &'static str,
    /// Whether it blocks sending.
    pub severity: LintSeverity,
    /// Bytes in the field's text; in a pasted text, bytes in the whole text.
    pub r#where: Option<(usize, usize)>,
    /// `title`, `body`, `question`, `options[2]`, `indicators[0]`, `recipient` ...
    pub field: String,
    /// What was found.
    pub message: String,
    /// What would be better.
    pub hint: String,
}

/// What the lint says of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Blocking ones first, then by field and place.
    pub diagnostics: Vec<Diagnostic>,
    /// No rule blocks, and every rule that wants a justification has one. A pasted text has no room for justifications: there
    /// only blocking rules count.
    pub can_send: bool,
}

impl Report {
    /// Whether any rule blocks.
    pub fn blocks(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == LintSeverity::Block)
    }

    /// The rules that keep the draft from being sent, each once: first those that block, then those that want a reason.
    pub fn reasons(&self, draft: &Draft) -> Vec<&'static str> {
        let blocks = self.diagnostics.iter().filter(|d| d.severity == LintSeverity::Block).map(|d| d.rule);
        let mut out: Vec<&'static str> = Vec::new();
        for rule in blocks.chain(self.unjustified(draft).map(|d| d.rule)) {
            if !out.contains(&rule) {
                out.push(rule);
            }
        }
        out
    }

    /// The rules that want a typed justification and have none in the draft.
    pub fn unjustified<'a>(&'a self, draft: &'a Draft) -> impl Iterator<Item = &'a Diagnostic> {
        self.diagnostics.iter().filter(|d| d.severity == LintSeverity::Justify && !is_justified(draft, d.rule))
    }
}

/// A reason is words, not a key pressed to get past the question.
pub fn is_justified(draft: &Draft, rule: &str) -> bool {
    draft.justifications.get(rule).is_some_and(|given| is_reason(given))
}

/// Whether words say enough to be a reason (`templates/lint.toml` says how much that is).
pub fn is_reason(given: &str) -> bool {
    let all = vocabularies();
    let words = given.split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() >= 2).count();
    words >= all.min_reason_words && given.chars().filter(|c| c.is_alphabetic()).count() >= all.min_reason_letters
}

/// Whether words ask only that somebody look again, and say nothing of why.
pub fn is_empty_reason(given: &str) -> bool {
    let all = vocabularies();
    let words = words::tokens(given);
    let empty = all.get("empty_reason").find(&words);
    let says =
        |t: &words::Token| t.text.chars().filter(|c| c.is_alphanumeric()).count() >= 3 || t.text.starts_with(|c: char| c.is_ascii_digit());
    !words.iter().any(|t| says(t) && !all.is_filler(&t.text) && !empty.iter().any(|e| e.span.contains(t.span)))
}

/// Finds which indicators depart from the record, and what the record says of each.
pub type Departed<'a> = dyn Fn(&[Indicator]) -> Vec<(usize, String)> + 'a;

/// What the rules need to know beside the query.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Concepts that a provider documented in this encounter.
    pub documented: &'a BTreeSet<String>,
    /// Providers of the encounter.
    pub providers: &'a [Provider],
    /// Whom a query of the encounter can go to, each by the role that the record gives; empty where that is not known.
    pub recipients: &'a [Recipient],
    /// Who answers for the patient now, where that is not the attending of the record.
    pub responsible: Option<&'a str>,
    /// The escalation policies that there are; empty where that is not known.
    pub policies: &'a [&'a str],
    /// Names of declared pools that a query may go to.
    pub pools: &'a [String],
    /// A document's stored text, by the sender's identifier.
    pub source_text: &'a dyn Fn(&str) -> Option<String>,
    /// Open queries of the encounter.
    pub open_queries: &'a [OpenQuery],
    /// Open queries that wait for the recipient, and how many are too many.
    pub recipient_load: (usize, usize),
    /// When it is judged; `None` where the caller has no clock to offer.
    pub now: Option<Instant>,
    /// Beginning and end of the stay, as far as known: what is quoted from it lies between.
    pub stay: Option<(Option<Instant>, Option<Instant>)>,
    /// When the quoted words first stood in an earlier document of the stay.
    pub first_stood: &'a dyn Fn(&TextEvidence) -> Option<Instant>,
    /// The current version of a document.
    pub version_of: &'a dyn Fn(&str) -> Option<u32>,
    /// Whether a provider wrote a document; nothing where that is not known.
    pub provider_wrote: &'a dyn Fn(&str) -> Option<bool>,
    /// Whose record it is, by the sender's identifier of the record.
    pub patient_of: &'a dyn Fn(&str) -> Option<String>,
    /// The patients of the store whose family name begins with a word, in lower case.
    pub people: &'a dyn Fn(&str) -> Vec<FullName>,
    /// The patients whose record, encounter or account number this is.
    pub owners: &'a dyn Fn(&str) -> Vec<String>,
    /// Whether the record holds a number of a measure.
    pub measured: &'a dyn Fn(&Measure, f64) -> bool,
    /// Queries of the encounter that were sent before.
    pub past: &'a [Past],
    /// Concepts that a provider documented after the newest indicator.
    pub documented_since: &'a BTreeSet<String>,
    /// How many days after discharge the policy allows a query.
    pub late_after_days: Option<i64>,
    /// When the stay ended.
    pub discharged: Option<Instant>,
    /// The hash of the words as they were sent, for a query that was.
    pub sent_hash: Option<&'a str>,
    /// Where an indicator departs from what the record says of its source.
    pub departures: &'a dyn Fn(&Indicator) -> Vec<Departure>,
    /// Where what is told beside the indicators of other values departs from the record, and what the record says.
    pub others_departed: &'a Departed<'a>,
    /// The templates in force.
    pub templates: &'a Templates,
    /// True where no chart stands behind the draft: then what it cites itself counts as documented, and rules that need the
    /// chart are not judged.
    pub bare: bool,
}

/// A query that still waits for its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenQuery {
    /// Its number.
    pub id: String,
    /// What it asks about; nothing for one that came from no gap.
    pub concept: Option<String>,
    /// The hashes of its indicators.
    pub hashes: BTreeSet<String>,
    /// The diagnoses that it offers or asks about.
    pub diagnoses: BTreeSet<String>,
}

impl OpenQuery {
    /// What a draft that was sent looks like.
    pub fn of(id: i64, draft: &Draft) -> Self {
        let hashes = draft.indicators.iter().filter(|i| i.included).map(|i| i.hash.clone()).collect();
        Self { id: id.to_string(), concept: draft.concept.clone(), hashes, diagnoses: diagnoses_of(draft) }
    }
}

/// The diagnoses that a draft offers or asks about, signs and symptoms left out.
fn diagnoses_of(draft: &Draft) -> BTreeSet<String> {
    let texts = draft.options.iter().map(|o| o.text.as_str()).chain([draft.question.as_str(), draft.title.as_str()]);
    let named = texts.flat_map(|text| concepts().named(text)).map(|n| n.concept);
    named.chain(draft.concept.clone()).filter(|c| !concepts().is_finding(c)).collect()
}

/// A query that was sent before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// What it asked about.
    pub concept: String,
    /// The hashes of its indicators.
    pub hashes: BTreeSet<String>,
    /// An earlier asking of this very query, which was answered.
    pub answered: bool,
}

fn no_source(_: &str) -> Option<String> {
    None
}

fn nobody(_: &str) -> Vec<FullName> {
    Vec::new()
}

fn no_owner(_: &str) -> Vec<String> {
    Vec::new()
}

fn holds_all(_: &Measure, _: f64) -> bool {
    true
}

fn no_author(_: &str) -> Option<bool> {
    None
}

fn no_version(_: &str) -> Option<u32> {
    None
}

fn no_departures(_: &Indicator) -> Vec<Departure> {
    Vec::new()
}

fn all_told(_: &[Indicator]) -> Vec<(usize, String)> {
    Vec::new()
}

fn no_earlier(_: &TextEvidence) -> Option<Instant> {
    None
}

impl Context<'_> {
    /// A context in which nothing is known of the chart.
    pub fn empty() -> Context<'static> {
        static NOTHING: BTreeSet<String> = BTreeSet::new();
        Context {
            documented: &NOTHING,
            providers: &[],
            recipients: &[],
            responsible: None,
            policies: &[],
            pools: &[],
            source_text: &no_source,
            open_queries: &[],
            recipient_load: (0, 5),
            now: None,
            stay: None,
            first_stood: &no_earlier,
            version_of: &no_version,
            provider_wrote: &no_author,
            patient_of: &no_source,
            people: &nobody,
            owners: &no_owner,
            measured: &holds_all,
            past: &[],
            documented_since: &NOTHING,
            late_after_days: None,
            discharged: None,
            sent_hash: None,
            departures: &no_departures,
            others_departed: &all_told,
            templates: templates(),
            bare: true,
        }
    }
}

/// The practice brief that the rules follow, and its year: the version of the rule set.
pub fn brief() -> (&'static str, u16) {
    let all = vocabularies();
    (&all.brief, all.brief_year)
}

/// Judges a draft. What its options stand for is read from their words.
pub fn lint(draft: &Draft, context: &Context<'_>) -> Report {
    let draft = &settled(draft, context.templates);
    let mut page = Page::of_draft(draft, context);
    identity::check(&mut page);
    judge(&mut page);
    let mut report = report(page);
    report.can_send = report.reasons(draft).is_empty();
    report
}

/// What blocks in words that are kept beside a query and not in it: why it was escalated, what was said about it. Whoever audits the query
/// reads them as part of it. They need no indicator, no question and no recipient: only what may be said nowhere counts.
pub fn lint_note(text: &str, draft: &Draft, context: &Context<'_>) -> Vec<Diagnostic> {
    let note = as_note(text, draft);
    let mut page = Page::of_draft(&note, context);
    wording::check(&mut page);
    others::check(&mut page);
    premise::check(&mut page);
    let mut found = report(page).diagnostics;
    // "The first option" in a query says which to take; in a note it says which was taken.
    let instructs = |d: &Diagnostic| {
        let words = d.r#where.map(|(from, to)| words::tokens(Span::new(from, to).of(text))).unwrap_or_default();
        d.rule != "QL060" || ["directive", "removal"].iter().any(|name| vocabularies().get(name).any(&words))
    };
    found.retain(|d| d.severity == LintSeverity::Block && d.field == "body" && instructs(d));
    found
}

/// The words as the only ones that somebody said beside a query's indicators.
fn as_note(text: &str, draft: &Draft) -> Draft {
    Draft {
        body: text.to_owned(),
        title: String::new(),
        question: String::new(),
        options: Vec::new(),
        verbal: None,
        author: String::new(),
        contact: String::new(),
        indicators: draft.indicators.iter().cloned().map(|i| Indicator { relevance: String::new(), ..i }).collect(),
        ..draft.clone()
    }
}

/// What is to be said of words that are to be the reason for asking again: of what they say is new, the rules hold that hold for an author's own
/// words in a new query. Nobody can justify one of them here.
pub fn lint_new_words(text: &str, draft: &Draft, context: &Context<'_>) -> Vec<Diagnostic> {
    let note = as_note(text, draft);
    let mut page = Page::of_draft(&note, context);
    wording::check(&mut page);
    values::check(&mut page);
    let mut found = report(page).diagnostics;
    found.retain(|d| d.field == "body" && matches!(d.rule, "QL062" | "QL067" | "QL111"));
    found
}

/// Judges a pasted text: an optional first line `Title: ...`, then what the provider would see. Rules about fields that a text does
/// not have (recipient, due time, hashes) are not judged.
pub fn lint_text(text: &str) -> Report {
    let parsed = parse_text(text);
    let context = Context::empty();
    let mut page = Page::of_text(&parsed.draft, &context, &parsed.bases);
    judge(&mut page);
    let mut report = report(page);
    report.can_send = !report.blocks();
    report
}

fn judge(page: &mut Page<'_>) {
    title::check(page);
    content::check(page);
    options::check(page);
    form::check(page);
    wording::check(page);
    standard::check(page);
    others::check(page);
    premise::check(page);
    values::check(page);
    history::check(page);
}

fn report(page: Page<'_>) -> Report {
    let mut diagnostics = page.found;
    diagnostics
        .sort_by(|a, b| (a.severity, &a.field, a.r#where, a.rule, &a.message).cmp(&(b.severity, &b.field, b.r#where, b.rule, &b.message)));
    diagnostics.dedup();
    Report { diagnostics, can_send: false }
}
