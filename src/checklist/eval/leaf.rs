//! Answers one question to the chart, three-valued, with its proof.

use super::describe;
use super::values;
use crate::chart::{Document, Evidence, Instant, MedicationKind};
use crate::checklist::facts::{Facts, Said, around, diagnoses, drug_proof, quote, record_proof, role, type_of};
use crate::checklist::indicator::{Author, ConceptTest, Indicator, MedicationTest, NamedTest, Test, WordsTest};
use crate::checklist::words::{find_word, has_word};
use crate::checklist::{Explanation, Outcome};
use crate::reading::{Assertion, Reading};
use std::collections::{BTreeMap, BTreeSet};

/// How many proofs of one kind a gap shows.
const PROOFS: usize = 3;

/// The answer to one question.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    pub(super) evidence: Vec<Evidence>,
    /// When it held, every time.
    pub(super) times: Vec<Instant>,
    /// What a title may name.
    pub(super) facts: BTreeMap<String, String>,
    pub(super) detail: String,
    /// Where it looked ("9 documents", "14 creatinine values").
    pub(super) looked: String,
}

impl Answer {
    pub(super) fn empty(outcome: Outcome, detail: impl Into<String>, looked: impl Into<String>) -> Self {
        let (detail, looked) = (detail.into(), looked.into());
        Self { outcome, evidence: Vec::new(), times: Vec::new(), facts: BTreeMap::new(), detail, looked }
    }
}

/// Asks an indicator; `cap` ends the look so many hours after admission.
pub(super) fn indicator(indicator: &Indicator, facts: &Facts<'_>, cap: Option<f64>) -> (Answer, Explanation) {
    let mut parts = Vec::new();
    let mut whole: Option<Answer> = None;
    let mut looked: Vec<String> = Vec::new();
    for test in &indicator.any {
        let answer = ask(test, facts, cap);
        parts.push(Explanation { label: describe::test(test), outcome: answer.outcome, detail: answer.detail.clone(), parts: Vec::new() });
        if !looked.contains(&answer.looked) {
            looked.push(answer.looked.clone());
        }
        whole = Some(match whole {
            None => answer,
            Some(before) => either(before, answer),
        });
    }
    let mut answer = whole.unwrap_or_else(|| Answer::empty(Outcome::CannotTell, "nothing to look for", ""));
    answer.looked = looked.join(", ");
    let detail = answer.detail.clone();
    if parts.len() == 1 {
        parts.clear();
    }
    let label = if parts.is_empty() {
        let test = indicator.any.first().map(describe::test).unwrap_or_default();
        format!("{}: {test}", indicator.label)
    } else {
        indicator.label.clone()
    };
    let node = Explanation { label, outcome: answer.outcome, detail, parts };
    (answer, node)
}

/// Two ways the same thing can show.
fn either(before: Answer, answer: Answer) -> Answer {
    match (before.outcome, answer.outcome) {
        (Outcome::Yes, Outcome::Yes) => {
            let mut both = before;
            for proof in answer.evidence {
                if !both.evidence.contains(&proof) && both.evidence.len() < 2 * PROOFS {
                    both.evidence.push(proof);
                }
            }
            both.times.extend(answer.times);
            for (name, value) in answer.facts {
                both.facts.entry(name).or_insert(value);
            }
            both
        }
        (Outcome::Yes, _) => before,
        (_, Outcome::Yes) => answer,
        (Outcome::CannotTell, Outcome::CannotTell) | (Outcome::No, Outcome::No | Outcome::CannotTell) => before,
        (Outcome::CannotTell, Outcome::No) => answer,
    }
}

fn ask(test: &Test, facts: &Facts<'_>, cap: Option<f64>) -> Answer {
    match test {
        Test::Concept(test) => concept(test, facts, cap),
        Test::Observation(test) => values::observation(test, facts, cap),
        Test::Medication(test) => medication(test, facts, cap),
        Test::Order(test) => {
            let records = facts.chart().orders.iter().zip(&facts.order_concepts);
            named(test, "order", records.map(|(o, c)| (o.identifier.as_str(), o.name.as_str(), o.status.as_deref(), o.time, c)), facts, cap)
        }
        Test::Procedure(test) => {
            let records = facts.chart().procedures.iter().zip(&facts.procedure_concepts);
            let records = records.map(|(p, c)| (p.identifier.as_str(), p.name.as_str(), p.status.as_deref(), p.start.or(p.end), c));
            named(test, "procedure", records, facts, cap)
        }
        Test::Words(test) => words(test, facts, cap),
    }
}

/// Whether something lies within the first hours of the stay; without a time nothing can be said, and it is left out.
pub(super) fn early_enough(time: Option<Instant>, facts: &Facts<'_>, first: Option<f64>, cap: Option<f64>) -> bool {
    let limit = match (first, cap) {
        (Some(a), Some(b)) => a.min(b),
        (Some(a), None) | (None, Some(a)) => a,
        (None, None) => return true,
    };
    time.and_then(|t| facts.hours_in(&t)).is_some_and(|hours| hours <= limit)
}

/// Whether a document's author is one whose words count.
pub(super) fn counts(author: Author, document: &Document, reading: &Reading) -> bool {
    use crate::chart::Role;
    let role = role(document);
    match author {
        Author::Provider => diagnoses(document, reading),
        Author::Anybody => true,
        Author::Nurse => role == Role::Nurse,
        Author::Dietitian => role == Role::Dietitian,
        Author::NotProvider => !role.is_provider(),
    }
}

/// What a mention's note states of an attribute: beside the mention, else anywhere in the note.
pub(super) fn attribute_of<'s>(said: &'s Said<'_>, attribute: &str) -> Option<&'s str> {
    said.mention.attributes.get(attribute).map(String::as_str).or_else(|| {
        let summary = said.reading.conditions.iter().find(|c| c.condition == said.mention.concept)?;
        summary.attributes.get(attribute).map(String::as_str)
    })
}

fn concept(test: &ConceptTest, facts: &Facts<'_>, cap: Option<f64>) -> Answer {
    let in_scope = |document: &Document, reading: &Reading| {
        counts(test.author, document, reading)
            && (test.document_types.is_empty() || test.document_types.contains(&type_of(document, reading)))
    };
    let looked_at = facts.documents().filter(|(d, r)| in_scope(d, r)).count();
    let looked = describe::documents(looked_at);
    if looked_at == 0 {
        return Answer::empty(Outcome::CannotTell, "no such document", looked);
    }
    let mut hits: Vec<&Said<'_>> = Vec::new();
    for concept in &test.concepts {
        hits.extend(facts.said(concept).iter().filter(|said| {
            let mention = said.mention;
            let value_fits = |(attribute, values): &(String, Vec<String>)| {
                attribute_of(said, attribute).is_some_and(|value| values.is_empty() || values.iter().any(|v| v == value))
            };
            in_scope(said.document, said.reading)
                && test.assertions.contains(&mention.assertion)
                && (test.sections.is_empty() || in_sections(said, &test.sections))
                && !in_sections(said, &test.not_sections)
                && test.attribute.as_ref().is_none_or(value_fits)
                && !test.unless.as_ref().is_some_and(value_fits)
                && early_enough(said.document.time, facts, test.first_hours, cap)
                && !ruled_out(said, facts)
        }));
    }
    hits.sort_by_key(|said| (said.document.time.is_none(), said.document.time, said.document.identifier.as_str(), said.mention.start));
    let fresh: Vec<&Said<'_>> = hits.iter().copied().filter(|said| !said.copied).collect();
    let documents: BTreeSet<&str> = fresh.iter().map(|said| said.document.identifier.as_str()).collect();
    let Some(first) = fresh.first().or(hits.first()).filter(|_| documents.len().max(1) >= test.min_documents) else {
        return Answer::empty(Outcome::No, format!("not found in {looked}"), looked);
    };
    let mut shown: BTreeSet<&str> = BTreeSet::new();
    let mut evidence = Vec::new();
    for said in fresh.iter().chain(hits.first().filter(|_| fresh.is_empty())) {
        if evidence.len() < PROOFS && shown.insert(&said.document.identifier) {
            evidence.push(facts.proof(said));
        }
    }
    let mut named = BTreeMap::new();
    named.insert("words".to_owned(), first.mention.text.clone());
    named.insert("value".to_owned(), first.mention.text.clone());
    let stated = |(name, value): (&String, &String)| format!("{} {}", describe::name(name), describe::name(value));
    let stated: Vec<String> = first.mention.attributes.iter().filter(|(_, value)| *value != "stated").map(stated).collect();
    named.insert("detail".to_owned(), describe::list(&stated));
    if let Some(date) = first.document.time {
        named.insert("date".to_owned(), date.display());
    }
    if let Some(author) = &first.document.author {
        named.insert("author".to_owned(), author.display().to_owned());
    }
    let place = describe::place(first.document, first.reading);
    let detail = format!("\"{}\" in {place}{}", first.mention.text, describe::more(documents.len().saturating_sub(1)));
    let times = hits.iter().filter_map(|said| said.document.time).collect();
    Answer { outcome: Outcome::Yes, evidence, times, facts: named, detail, looked }
}

/// Whether a suspicion was ruled out by a provider at the same time or later, and nobody confirmed it.
fn ruled_out(said: &Said<'_>, facts: &Facts<'_>) -> bool {
    let all = facts.said(&said.mention.concept);
    said.mention.assertion == Assertion::Possible
        && !all.iter().any(|other| other.provider && other.mention.assertion == Assertion::Present)
        && all
            .iter()
            .any(|other| other.provider && other.mention.assertion == Assertion::Negated && other.document.time >= said.document.time)
}

/// Whether a mention stands in one of these sections, or in a part of one.
pub(super) fn in_sections(said: &Said<'_>, sections: &[String]) -> bool {
    if sections.contains(&said.mention.section) {
        return true;
    }
    let at = said.reading.sections.partition_point(|s| s.end <= said.mention.start);
    let within = said.reading.sections.get(at).and_then(|section| section.within.as_deref());
    within.is_some_and(|within| sections.iter().any(|name| name == within))
}

fn stopped(status: Option<&str>) -> bool {
    let dropped = ["entered-in-error", "cancelled", "canceled", "revoked", "not-done", "draft", "on-hold", "stopped-before-start"];
    status.is_some_and(|status| dropped.iter().any(|word| status.eq_ignore_ascii_case(word)))
}

fn medication(test: &MedicationTest, facts: &Facts<'_>, cap: Option<f64>) -> Answer {
    let chart = facts.chart();
    let looked = describe::count(chart.medications.len(), "medication entry", "medication entries");
    if chart.medications.is_empty() {
        return Answer::empty(Outcome::CannotTell, "no medication was sent", looked);
    }
    let hits: Vec<_> = chart
        .medications
        .iter()
        .zip(&facts.medication_concepts)
        .filter(|(drug, concepts)| {
            let kind = if test.kinds.is_empty() { drug.kind != MedicationKind::Home } else { test.kinds.contains(&drug.kind) };
            let name = test.concepts.iter().any(|c| concepts.contains(c)) || test.words.iter().any(|w| has_word(&drug.name, w));
            let text = drug.dose.as_deref().unwrap_or_default();
            let route = test.routes.is_empty()
                || test
                    .routes
                    .iter()
                    .any(|r| has_word(drug.route.as_deref().unwrap_or_default(), r) || has_word(&drug.name, r) || has_word(text, r));
            kind && name && route && !stopped(drug.status.as_deref()) && early_enough(drug.time, facts, None, cap)
        })
        .map(|(drug, _)| drug)
        .collect();
    let Some(first) = hits.first() else { return Answer::empty(Outcome::No, format!("not among {looked}"), looked) };
    let mut named = BTreeMap::new();
    named.insert("words".to_owned(), first.name.clone());
    named.insert("value".to_owned(), first.name.clone());
    let mut shown = BTreeSet::new();
    let evidence = hits.iter().filter(|drug| shown.insert(drug.name.as_str())).take(PROOFS).map(|drug| drug_proof(drug)).collect();
    let route = first.route.as_deref().map(|route| format!(" {route}")).unwrap_or_default();
    let detail = format!("{}{route}{}", first.name, describe::at(first.time));
    Answer { outcome: Outcome::Yes, evidence, times: hits.iter().filter_map(|d| d.time).collect(), facts: named, detail, looked }
}

type Record<'r> = (&'r str, &'r str, Option<&'r str>, Option<Instant>, &'r BTreeSet<String>);

fn named<'r>(test: &NamedTest, kind: &str, records: impl Iterator<Item = Record<'r>>, facts: &Facts<'_>, cap: Option<f64>) -> Answer {
    let mut seen = 0;
    let mut hits: Vec<Record<'r>> = Vec::new();
    for record in records {
        seen += 1;
        let (_, name, status, time, concepts) = record;
        let fits = test.concepts.iter().any(|c| concepts.contains(c)) || test.words.iter().any(|w| has_word(name, w));
        if fits && !stopped(status) && early_enough(time, facts, None, cap) {
            hits.push(record);
        }
    }
    let looked = describe::count(seen, kind, &format!("{kind}s"));
    let Some((_, name, _, time, _)) = hits.first() else {
        let outcome = if seen == 0 { Outcome::CannotTell } else { Outcome::No };
        return Answer::empty(outcome, format!("not among {looked}"), looked);
    };
    let mut named = BTreeMap::new();
    named.insert("words".to_owned(), (*name).to_owned());
    let detail = format!("{name}{}", describe::at(*time));
    let evidence = hits.iter().take(PROOFS).map(|(id, name, _, time, _)| record_proof(id, name, *time)).collect();
    Answer { outcome: Outcome::Yes, evidence, times: hits.iter().filter_map(|r| r.3).collect(), facts: named, detail, looked }
}

fn words(test: &WordsTest, facts: &Facts<'_>, cap: Option<f64>) -> Answer {
    let mut looked_at = 0;
    let mut answer: Option<Answer> = None;
    for (document, reading) in facts.documents() {
        let scope = test.document_types.is_empty() || test.document_types.contains(&type_of(document, reading));
        if !counts(test.author, document, reading) || !scope || !early_enough(document.time, facts, None, cap) {
            continue;
        }
        looked_at += 1;
        let found = test.words.iter().filter_map(|w| find_word(&document.text, w, 0).map(|at| (at, w.len()))).min();
        if let (Some((at, length)), None) = (found, &answer) {
            let text = document.text.get(at..at + length).unwrap_or_default();
            let mut hit = Answer::empty(Outcome::Yes, format!("\"{text}\" in {}", describe::place(document, reading)), "");
            let (start, end) = around(document, reading, at, at + length);
            hit.evidence.push(quote(document, reading, start, end));
            hit.times.extend(document.time);
            answer = Some(hit);
        }
    }
    let looked = describe::documents(looked_at);
    match answer {
        Some(mut answer) => {
            answer.looked = looked;
            answer
        }
        None => Answer::empty(if looked_at == 0 { Outcome::CannotTell } else { Outcome::No }, format!("not found in {looked}"), looked),
    }
}
