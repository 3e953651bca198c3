//! From a gap to a draft: template, indicators, options that the chart supports, recipient, due time.

use super::choose::ticked;
use super::companions::{companions, documented, stated_in};
use super::evidence::{indicator_hash, words_of};
use super::lint::words::{Token, tokens};
use super::lint::{concepts, vocabularies};
use super::normal::{telling, told};
use super::proof::BEFORE;
use super::template::{Template, TemplateOption, Templates};
use super::{Draft, Indicator, NOT_SIGNIFICANT, OptionKind, Policy, QueryForm, QueryOption, Recipient};
use crate::chart::{Chart, Document, DocumentType, Evidence, Instant, MedicationKind, Provider, ValueEvidence};
use crate::checklist::{Gap, GapKind, Searched};
use crate::reading::{Assertion, Reading};
use std::collections::BTreeSet;

/// How many treatments of the chart are taken along when the gap brings none.
const TREATMENTS: usize = 2;

/// The diagnoses that a provider documented in this encounter: present or possible in a document that a provider wrote. A
/// radiologist's or pathologist's report is no diagnosis of the treating provider. `readings` stand in the order of the documents.
pub fn documented_concepts(chart: &Chart, readings: &[Reading]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (document, reading) in chart.documents.iter().zip(readings) {
        if !document.is_providers(reading.document_type) {
            continue;
        }
        for mention in reading.mentions.iter().filter(|m| matches!(m.assertion, Assertion::Present | Assertion::Possible)) {
            out.insert(mention.concept.clone());
            // What the reader's vocabulary does not tell apart, the query's does ("acute blood loss anemia").
            let narrower = concepts().named(&mention.text);
            out.extend(narrower.iter().flat_map(|n| concepts().implied(&n.concept)));
        }
        // The reader may not know these; a name that nothing before it denies is enough.
        let words = tokens(&document.text);
        for named in concepts().find(&words).into_iter().filter(|n| concepts().by_name_only(&n.concept)) {
            let at = words.partition_point(|t| t.span.end <= named.span.start);
            let close = words.get(at.saturating_sub(DENIED)..at).unwrap_or_default();
            if !vocabularies().get("negation").any(close) {
                out.insert(named.concept);
            }
        }
    }
    out
}

/// So many words before a name may deny it.
const DENIED: usize = 4;

/// Who asks, when, and by which rules.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Name and credential.
    pub author: &'a str,
    /// How the author is reached.
    pub contact: &'a str,
    /// The time it is.
    pub now: &'a Instant,
    /// The policy in force.
    pub policy: &'a Policy,
    /// The templates in force.
    pub templates: &'a Templates,
}

/// A draft for a gap, whole as far as the chart allows; what it cannot know (no author of a quoted note, no attending) stays
/// empty and the lint says so. No option stands without support; those left out are in `removed`.
pub fn draft_from_gap(gap: &Gap, chart: &Chart, readings: &[Reading], asking: &Asking<'_>) -> Draft {
    let Asking { author, contact, now, policy, templates } = asking;
    let mut draft = Draft {
        encounter: Some(chart.encounter.identifier.clone()),
        encounter_name: chart.encounter.name().to_owned(),
        admitted: chart.encounter.admission(),
        patient: chart.patient.as_ref().map(|p| p.identifier.clone()).or_else(|| chart.encounter.patient.clone()),
        gap: Some(gap.key()),
        concept: gap.condition.clone().or_else(|| gap.element.clone()).or_else(|| gap.document_type.clone()),
        author: (*author).to_owned(),
        contact: (*contact).to_owned(),
        indicators: indicators(gap, chart, readings, templates.for_gap(gap)),
        due: policy.due(now),
        escalation: policy.name.clone(),
        ..Draft::default()
    };
    let Some(template) = templates.for_gap(gap) else { return draft };
    draft.template = Some(template.id.clone());
    draft.title = placeholders(&template.title, gap, chart);
    // A gap about a documented condition asks for its detail.
    let detail = gap.kind == GapKind::Unspecified && !template.documented_question.is_empty();
    draft.question = placeholders(if detail { &template.documented_question } else { &template.question }, gap, chart);
    draft.reason = template.reason;
    draft.form = template.form;
    draft.recipient = recipient(template, gap, chart, readings);
    if matches!(gap.kind, GapKind::Unsupported | GapKind::PoaUnclear) {
        draft.documented_at = statement(gap, &draft, chart, readings);
    }
    if matches!(gap.kind, GapKind::Unsupported | GapKind::MissingDocument) {
        draft.body = not_found(&gap.searched);
    }
    options(&mut draft, template, (gap.kind == GapKind::Unspecified, &documented_concepts(chart, readings)));
    if draft.form == QueryForm::Open && !template.open_question.is_empty() {
        draft.question = placeholders(&template.open_question, gap, chart);
    }
    draft
}

/// What was looked for in vain, in one sentence: where each was looked for stands in the gap, and a provider has little time.
fn not_found(searched: &[Searched]) -> String {
    match searched {
        [] => String::new(),
        [one] => format!("Looked for in {}, not found: {}.", one.r#where, one.what),
        several => {
            let what: Vec<&str> = several.iter().map(|s| s.what.as_str()).collect();
            format!("Looked for in the record of this stay, not found: {}.", what.join("; "))
        }
    }
}

/// Where a provider documented what is asked about: among the quoted words, else anywhere in the stay. A nurse's words, a value or a
/// report of imaging document nothing.
fn statement(gap: &Gap, draft: &Draft, chart: &Chart, readings: &[Reading]) -> Option<Evidence> {
    let providers = |e: &&Evidence| {
        let Evidence::Text(text) = e else { return false };
        let at = chart.documents.iter().position(|d| d.identifier == text.document);
        let judged = at.and_then(|i| readings.get(i)).map_or(text.document_type, |r| r.document_type);
        at.and_then(|i| chart.documents.get(i)).is_some_and(|d| d.is_providers(judged))
    };
    let quoted: Vec<&Evidence> = draft.indicators.iter().map(|i| &i.evidence).filter(providers).collect();
    let diagnosis = |e: &Evidence| {
        let words = words_of(e);
        concepts().named_by_reader_too(&words, &tokens(&words)).iter().any(|n| !concepts().is_finding(&n.concept))
    };
    let names = |e: &&&Evidence| gap.condition.as_deref().map_or_else(|| diagnosis(e), |c| stated_in(c, e, chart, readings));
    let named = quoted.iter().find(names).map(|e| (**e).clone());
    let stated = || gap.condition.as_deref().and_then(|c| documented(c, chart, readings));
    named.or_else(stated).or_else(|| quoted.first().map(|e| (*e).clone()).filter(|_| gap.kind == GapKind::Unsupported))
}

/// Supported options in neutral order, then the ones that every query has.
fn options(draft: &mut Draft, template: &Template, (detail, documented): (bool, &BTreeSet<String>)) {
    if template.form == QueryForm::Open {
        return;
    }
    // Yes or no is asked of what a provider documented (domain.md 3.3), and of nothing else.
    if template.form == QueryForm::YesNo && draft.documented_at.is_none() {
        draft.form = QueryForm::Open;
        return;
    }
    let evidence: Vec<&Evidence> = draft.indicators.iter().filter(|i| i.included).map(|i| &i.evidence).collect();
    let of = |evidence: &[&Evidence]| tokens(&evidence.iter().map(|e| words_of(e)).collect::<Vec<_>>().join("\n"));
    let (all, words): (Vec<Token>, Vec<Token>) = (of(&evidence), told(of(&telling(&evidence))));
    let concept = draft.concept.clone().unwrap_or_default();
    let fits = |o: &TemplateOption| o.is_supported(&evidence, (&all, &words), documented) && !(detail && takes_away(&o.text, &concept));
    let (kept, removed): (Vec<_>, Vec<_>) = template.option.iter().partition(|o| fits(o));
    draft.removed = removed.into_iter().map(|o| o.text.clone()).collect();
    let mut options: Vec<QueryOption> = kept
        .into_iter()
        .map(|o| QueryOption { text: o.text.clone(), kind: o.kind, concepts: o.concepts.clone(), selected: false })
        .collect();
    // Where only what is not there could be ticked, the list would lead away from the diagnosis.
    let negation = vocabularies().get("negation");
    let mut diagnoses = options.iter().filter(|o| o.kind == OptionKind::Diagnosis).peekable();
    let only_denials = diagnoses.peek().is_some() && diagnoses.all(|o| negation.any(&tokens(&o.text)));
    if options.is_empty() || only_denials {
        draft.form = QueryForm::Open; // no diagnosis has support: the safest form
        return;
    }
    if template.form == QueryForm::MultipleChoice {
        options.sort_by_key(|o| o.text.to_lowercase());
    }
    let fixed = |text: &str, kind| QueryOption { text: text.to_owned(), kind, ..QueryOption::default() };
    if template.finding && (!detail || template.documented_question.is_empty()) {
        options.push(fixed(NOT_SIGNIFICANT, OptionKind::NotSignificant));
    }
    options.push(fixed("Other: ____________", OptionKind::Other));
    options.push(fixed("Unable to determine", OptionKind::Undetermined));
    draft.options = options;
}

/// Whether an option says that the patient does not have the condition ("enzyme elevation without pancreatitis"): of a documented one that
/// is asked by a validation, with what speaks against it.
fn takes_away(option: &str, concept: &str) -> bool {
    let words = tokens(option);
    let negation = vocabularies().get("negation");
    concepts().find(&words).iter().any(|n| {
        let at = words.partition_point(|t| t.span.end <= n.span.start);
        let near = words.get(at.saturating_sub(2)..at).unwrap_or_default();
        negation.any(near) && (n.concept == concept || concepts().implied(&n.concept).contains(concept))
    })
}

fn placeholders(text: &str, gap: &Gap, chart: &Chart) -> String {
    let spoken = |name: &str| name.replace('_', " ");
    let missing = if gap.missing.is_empty() { gap.element.clone().into_iter().collect() } else { gap.missing.clone() };
    let missing: Vec<String> = missing.iter().map(|m| spoken(m)).collect();
    let quoted = gap.evidence.first().and_then(|e| chart.documents.iter().find(|d| d.identifier == e.source()));
    let kind = gap.document_type.clone().or_else(|| quoted.and_then(|d| d.document_type).map(|t| t.name().to_owned()));
    let kind = kind.unwrap_or_else(|| "document".to_owned());
    let missing = if missing.is_empty() { "detail".to_owned() } else { missing.join(", ") };
    text.replace("{missing}", &missing).replace("{document_type}", &spoken(&kind))
}

/// The gap's proof for and against, and treatments of the chart when a diagnosis is missing and the proof shows none.
fn indicators(gap: &Gap, chart: &Chart, readings: &[Reading], template: Option<&Template>) -> Vec<Indicator> {
    let mut proof: Vec<Evidence> = gap.evidence.iter().chain(&gap.counter_evidence).cloned().collect();
    if let Some(template) = template {
        proof.extend(companions(template, &proof, chart, readings));
    }
    if gap.kind == GapKind::Undocumented && !proof.iter().any(|e| group(e, chart, readings) == "treatment") {
        proof.extend(treatments(gap, chart));
    }
    if proof.is_empty() {
        proof.extend(stay(chart));
    }
    let mut seen = BTreeSet::new();
    let most = vocabularies().max_indicators;
    let mut out = Vec::new();
    for mut evidence in proof {
        complete(&mut evidence, chart);
        whole_line(&mut evidence, chart);
        let key = match &evidence {
            Evidence::Text(text) => format!("{}|{}|{}", text.document, text.start, text.end),
            Evidence::Value(value) => format!("{}|{}", value.observation, words_of(&evidence)),
        };
        if !seen.insert(key) {
            continue;
        }
        let prior = matches!(&evidence, Evidence::Value(value) if value.prior) || is_prior(&evidence, chart) || is_before(&evidence, chart);
        let relevance = if prior { "Earlier value, for comparison with this stay.".to_owned() } else { String::new() };
        let (hash, group) = (indicator_hash(&evidence), group(&evidence, chart, readings));
        let (version, against) = (
            version_of(&evidence, chart),
            gap.counter_evidence.iter().any(|c| c.source() == evidence.source() && words_of(c) == words_of(&evidence)),
        );
        out.push(Indicator { evidence, hash, group: group.to_owned(), included: true, version, against, prior, relevance });
    }
    if out.len() > most {
        let with = template.map(|t| t.with.as_slice()).unwrap_or_default();
        let kept = ticked(&out, most, (gap.condition.as_deref(), with), (chart, readings));
        out.iter_mut().enumerate().for_each(|(at, indicator)| indicator.included = kept.contains(&at));
    }
    // As the provider will read them, so that what is ticked together stands together.
    out.sort_by_key(|indicator| super::render::place_of(&indicator.group));
    out
}

/// The version of the document that is quoted.
fn version_of(evidence: &Evidence, chart: &Chart) -> Option<u32> {
    match evidence {
        Evidence::Text(text) => chart.document(&text.document).map(|d| d.version),
        Evidence::Value(_) => None,
    }
}

/// Whether it is older than the stay, the emergency department counted in: it came along in the record, and speaks of an earlier time.
fn is_before(evidence: &Evidence, chart: &Chart) -> bool {
    let begins = chart.encounter.start.and_then(|start| start.plus_hours(-BEFORE));
    begins.zip(evidence.date()).is_some_and(|(begins, date)| date < begins)
}

fn is_prior(evidence: &Evidence, chart: &Chart) -> bool {
    let source = evidence.source();
    chart.prior.iter().any(|p| p.documents.iter().any(|d| d.identifier == source) || p.observations.iter().any(|o| o.identifier == source))
}

/// Takes date and author from the document where the proof does not carry them.
fn complete(evidence: &mut Evidence, chart: &Chart) {
    if let Evidence::Text(text) = evidence
        && let Some(document) = chart.documents.iter().find(|d| d.identifier == text.document)
    {
        text.date = text.date.or(document.time).or(document.signed);
        let author = || document.author.as_ref().or(document.signer.as_ref()).and_then(|a| a.name.clone());
        text.author = text.author.take().or_else(author);
    }
}

/// A quotation that says nothing by itself takes in its line: a bare heading ("ESTIMATED BLOOD LOSS") what stands behind it, a placeholder
/// ("***") the words around it.
fn whole_line(evidence: &mut Evidence, chart: &Chart) {
    let Evidence::Text(text) = evidence else { return };
    let Some(document) = chart.document(&text.document) else { return };
    let sign = !text.quote.contains(char::is_alphanumeric);
    let after = document.text.get(text.end..).unwrap_or_default();
    let heading = after.starts_with(':') && !text.quote.contains(|c: char| c.is_lowercase() || c.is_ascii_digit());
    if !sign && !heading {
        return;
    }
    let before = document.text.get(..text.start).unwrap_or_default();
    let start = if sign { before.rfind('\n').map_or(0, |at| at + 1) } else { text.start };
    let end = text.end + after.find('\n').unwrap_or(after.len());
    let line = document.text.get(start..end).unwrap_or_default();
    let start = start + (line.len() - line.trim_start().len());
    let words = line.trim();
    if words.len() > LONGEST_LINE || !words.contains(char::is_alphanumeric) {
        return;
    }
    (text.start, text.end, text.quote) = (start, start + words.len(), words.to_owned());
}

/// Longest line that is quoted for what stands in it, in bytes.
const LONGEST_LINE: usize = 240;

fn group(evidence: &Evidence, chart: &Chart, readings: &[Reading]) -> &'static str {
    match evidence {
        Evidence::Text(text) => {
            let at = chart.documents.iter().position(|d| d.identifier == text.document);
            if text.document_type.is_findings() {
                return "imaging";
            }
            let providers = at.and_then(|i| chart.documents.get(i)).is_none_or(|d| d.is_providers(text.document_type));
            let sections = at.and_then(|i| readings.get(i)).map(|r| r.sections.as_slice()).unwrap_or_default();
            let section = sections.iter().find(|s| s.start <= text.start && text.start < s.end).map_or("", |s| s.section.as_str());
            let says = |parts: &[&str]| parts.iter().any(|p| section.contains(p));
            if says(&["exam", "vital"]) {
                "exam"
            } else if says(&["lab", "data", "result"]) {
                "labs"
            } else if says(&["imaging", "radiology"]) {
                "imaging"
            } else if says(&["past_", "social", "family"]) {
                "history"
            } else if says(&["medication"]) {
                "treatment"
            } else if providers {
                "documentation"
            } else {
                "exam"
            }
        }
        Evidence::Value(value) => {
            let id = &value.observation;
            if *id == chart.encounter.identifier {
                return "history"; // the stay itself, where nothing else can be quoted
            }
            let Some(observation) = chart.observations.iter().find(|o| o.identifier == *id) else {
                let treats = chart.medications.iter().any(|m| m.identifier == *id)
                    || chart.orders.iter().any(|o| o.identifier == *id)
                    || chart.procedures.iter().any(|p| p.identifier == *id)
                    || value.value.is_empty();
                return if treats { "treatment" } else { "labs" };
            };
            match observation.category.as_deref() {
                Some("vital-signs" | "survey" | "exam") => "exam",
                Some("imaging") => "imaging",
                Some("therapy" | "procedure") => "treatment",
                _ => "labs",
            }
        }
    }
}

/// Drugs given or ordered, and orders, that relate to the condition.
fn treatments(gap: &Gap, chart: &Chart) -> Vec<Evidence> {
    let Some(condition) = gap.condition.as_deref() else { return Vec::new() };
    let relates = |name: &str| concepts().supports(condition, &tokens(name)) == Some(true);
    let mut seen = BTreeSet::new();
    let drugs = chart.medications.iter().filter(|m| m.kind != MedicationKind::Home && m.time.is_some() && relates(&m.name)).map(|m| {
        let name = [Some(m.name.as_str()), m.route.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        value(&m.identifier, name, m.dose.clone().unwrap_or_default(), m.time)
    });
    let orders = chart
        .orders
        .iter()
        .filter(|o| o.time.is_some() && relates(&o.name))
        .map(|o| value(&o.identifier, o.name.clone(), String::new(), o.time));
    drugs.chain(orders).filter(|e| seen.insert(words_of(e))).take(TREATMENTS).collect()
}

/// When nothing in the record can be quoted (a document is missing), the stay itself is what the question is about.
fn stay(chart: &Chart) -> Option<Evidence> {
    let admission = chart.encounter.admission()?;
    Some(value(&chart.encounter.identifier, "Admission".to_owned(), String::new(), Some(admission)))
}

fn value(id: &str, name: String, value: String, date: Option<Instant>) -> Evidence {
    Evidence::Value(ValueEvidence { observation: id.to_owned(), name, value, unit: None, date, reference: None, prior: false })
}

/// The author of the words where the question is about the words; else the attending.
fn recipient(template: &Template, gap: &Gap, chart: &Chart, readings: &[Reading]) -> Option<Recipient> {
    let by_kind = matches!(gap.kind, GapKind::Unspecified | GapKind::MissingElement | GapKind::Unsigned | GapKind::Copied);
    let to_author = match template.to.as_str() {
        "author" => true,
        "attending" => false,
        _ => by_kind,
    };
    let attending = chart.encounter.attending.as_ref();
    let author = match gap.kind {
        GapKind::Unspecified | GapKind::Unsupported => writer(gap, chart, readings, attending),
        _ => None,
    };
    let written = gap.evidence.iter().find_map(|e| chart.documents.iter().find(|d| d.identifier == e.source()));
    let author = author.or_else(|| written.and_then(provider_of));
    let last = chart.documents.iter().rev().find_map(provider_of);
    let chosen = if to_author { author.or(attending) } else { attending }.or(last)?;
    let role = if attending.is_some_and(|a| same_person(a, chosen)) { "attending" } else { "author" };
    Some(Recipient { name: chosen.display().to_owned(), identifier: chosen.identifier.clone(), role: role.to_owned() })
}

fn provider_of(document: &Document) -> Option<&Provider> {
    document.author.as_ref().filter(|a| a.role.is_provider() && a.name.is_some())
}

fn same_person(one: &Provider, other: &Provider) -> bool {
    match (&one.identifier, &other.identifier) {
        (Some(a), Some(b)) => a == b,
        _ => one.name.is_some() && one.name == other.name,
    }
}

/// Who carries the diagnosis: the attending when among those who wrote it, else the last to write it. An emergency physician, whose
/// part in the stay is over, is asked only when nobody else wrote it.
fn writer<'c>(gap: &Gap, chart: &'c Chart, readings: &[Reading], attending: Option<&Provider>) -> Option<&'c Provider> {
    let condition = gap.condition.as_deref()?;
    let says = |reading: &Reading| {
        reading.mentions.iter().any(|m| m.concept == condition && matches!(m.assertion, Assertion::Present | Assertion::Possible))
    };
    let mut wrote: Vec<(bool, Option<Instant>, &Provider)> = Vec::new();
    for (document, reading) in chart.documents.iter().zip(readings) {
        if let Some(provider) = provider_of(document).filter(|_| document.is_providers(reading.document_type) && says(reading)) {
            let kind = document.document_type.unwrap_or(reading.document_type);
            wrote.push((kind != DocumentType::EmergencyNote, document.time, provider));
        }
    }
    let carries = attending.and_then(|a| wrote.iter().find(|(_, _, p)| same_person(a, p)));
    carries.or_else(|| wrote.iter().max_by_key(|(stays, time, _)| (*stays, *time))).map(|(_, _, p)| *p)
}
