//! Statements that cannot both hold: of two authors, or of a note and the laboratory.

use super::leaf::in_sections;
use super::{Finding, Verdict, describe, node, statements, yes_if};
use crate::chart::DocumentType;
use crate::checklist::check::Conflict;
use crate::checklist::facts::{Facts, Origin, Said, role, type_of, voice_of};
use crate::checklist::item::Item;
use crate::checklist::proof::sentence;
use crate::checklist::words::has_word;
use crate::checklist::{Explanation, Outcome};
use crate::reading::{Assertion, Measurement};
use std::collections::BTreeMap;

pub(super) fn run(check: &Conflict, item: &Item, facts: &Facts<'_>) -> Verdict {
    match check {
        Conflict::Assertions { conditions, within_hours, sections } => {
            assertions(conditions, *within_hours, sections, &item.scope.document_types, facts)
        }
        Conflict::Attributes { condition, attribute, exclusive, within_hours, anybody } => {
            attributes(condition, attribute, exclusive, *within_hours, *anybody, facts)
        }
        Conflict::Values { observations, within_hours, tolerance_percent, not_with } => {
            values(observations, *within_hours, *tolerance_percent, not_with, facts)
        }
        Conflict::Discharge { conditions, want, sections, min_days } => {
            statements::discharge(conditions, *want, sections, *min_days, facts)
        }
        Conflict::Stated { values, sections, encounter_disposition, last_of_type, not_with } => {
            let places = statements::Places { sections, not_with, types: &item.scope.document_types };
            statements::stated(values, &places, *encounter_disposition, *last_of_type, facts)
        }
        Conflict::Identity { female, male, least, age_tolerance, record_number } => {
            let rules = statements::Identity { female, male, least: *least, tolerance: *age_tolerance, record_number };
            statements::identity(&rules, facts)
        }
    }
}

pub(super) fn verdict(label: String, findings: Vec<Finding>, parts: Vec<Explanation>) -> Verdict {
    let detail = if parts.is_empty() { "nothing to compare" } else { "" };
    let outcome = yes_if(!findings.is_empty());
    Verdict { findings, tree: node(label, outcome, detail, parts) }
}

/// Who said it.
fn voice<'a>(said: &Said<'a>) -> &'a str {
    voice_of(said.document)
}

/// Hours between two statements; within any limit when a time is not known.
fn near(one: &Said<'_>, other: &Said<'_>, hours: i64) -> bool {
    match (one.document.time, other.document.time) {
        (Some(a), Some(b)) => a.hours_since(&b).abs() <= hours as f64,
        _ => true,
    }
}

pub(super) fn pair(finding: &mut Finding, facts: &Facts<'_>, one: &Said<'_>, other: &Said<'_>) {
    finding.evidence = vec![facts.proof(one), facts.proof(other)];
    finding.name("words", &one.mention.text);
    for (said, author, date) in [(one, "author", "date"), (other, "other_author", "other_date")] {
        finding.name(
            author,
            said.document.author.as_ref().map_or_else(|| describe::place(said.document, said.reading), |a| a.display().to_owned()),
        );
        if let Some(time) = said.document.time {
            finding.name(date, time.display());
        }
    }
}

/// An author's last word decides what that author holds: changing one's mind is no conflict.
fn assertions(conditions: &[String], hours: i64, sections: &[String], types: &[DocumentType], facts: &Facts<'_>) -> Verdict {
    let mut findings = Vec::new();
    let mut parts = Vec::new();
    for condition in conditions {
        let mut last: BTreeMap<&str, &Said<'_>> = BTreeMap::new();
        let said = facts.said(condition).iter().filter(|said| {
            said.provider
                && matches!(said.mention.assertion, Assertion::Present | Assertion::Negated)
                && (sections.is_empty() || in_sections(said, sections))
                && (types.is_empty() || types.contains(&type_of(said.document, said.reading)))
        });
        for said in said {
            let slot = last.entry(voice(said)).or_insert(said);
            // Within one note the affirmed mention outweighs a denied one ("no septic shock" beside "sepsis").
            let same_note = std::ptr::eq(slot.document, said.document);
            if !same_note || said.mention.assertion == Assertion::Present {
                *slot = said;
            }
        }
        let (yes, no): (Vec<&Said<'_>>, Vec<&Said<'_>>) = last.into_values().partition(|said| said.mention.assertion == Assertion::Present);
        if yes.is_empty() && no.is_empty() {
            continue;
        }
        // A denial that comes before the condition was ever named denies nothing.
        let found = yes.iter().flat_map(|y| no.iter().map(move |n| (*y, *n))).find(|(y, n)| {
            let first = facts.said(condition).iter().find(|s| s.provider && s.mention.assertion == Assertion::Present);
            let named_before = match (first.and_then(|f| f.document.time), n.document.time) {
                (Some(first), Some(denied)) => first <= denied,
                _ => true,
            };
            named_before && near(y, n, hours)
        });
        let detail =
            format!("{} affirm, {} deny", describe::count(yes.len(), "author", "authors"), describe::count(no.len(), "author", "authors"));
        parts.push(node(describe::name(condition), yes_if(found.is_some()), detail, Vec::new()));
        if let Some((y, n)) = found {
            let mut finding = Finding { condition: Some(condition.clone()), missing: vec!["agreement".to_owned()], ..Finding::default() };
            pair(&mut finding, facts, y, n);
            findings.push(finding);
        }
    }
    verdict(format!("one provider affirms what another denies, within {}", describe::hours(hours as f64)), findings, parts)
}

fn attributes(
    condition: &str,
    attribute: &str,
    exclusive: &[(String, String)],
    within: Option<i64>,
    anybody: bool,
    facts: &Facts<'_>,
) -> Verdict {
    let mut last: BTreeMap<&str, (&Said<'_>, &str)> = BTreeMap::new();
    for said in facts.said(condition) {
        let counts = (anybody || said.provider) && !said.copied && said.mention.assertion == Assertion::Present;
        if let Some(value) = said.mention.attributes.get(attribute).filter(|_| counts) {
            last.insert(voice(said), (said, value));
        }
    }
    let clash =
        |a: &str, b: &str| a != b && (exclusive.is_empty() || exclusive.iter().any(|(x, y)| (x == a && y == b) || (x == b && y == a)));
    let stands: Vec<(&Said<'_>, &str)> = last.into_values().collect();
    let mut found = None;
    for (index, (one, a)) in stands.iter().enumerate() {
        for (other, b) in stands.iter().skip(index + 1) {
            if found.is_none() && clash(a, b) && within.is_none_or(|hours| near(one, other, hours)) {
                found = Some(if one.document.time <= other.document.time { (*one, *a, *other, *b) } else { (*other, *b, *one, *a) });
            }
        }
    }
    let label = format!("authors state different values for the {} of {}", describe::name(attribute), describe::name(condition));
    let parts: Vec<Explanation> = stands
        .iter()
        .map(|(said, value)| node(describe::place(said.document, said.reading), Outcome::Yes, describe::name(value), Vec::new()))
        .collect();
    let findings = found
        .map(|(one, a, other, b)| {
            let mut finding = Finding { condition: Some(condition.to_owned()), missing: vec![attribute.to_owned()], ..Finding::default() };
            pair(&mut finding, facts, one, other);
            finding.name("value", describe::name(a));
            finding.name("other", describe::name(b));
            finding.name("name", describe::name(attribute));
            finding
        })
        .into_iter()
        .collect();
    verdict(label, findings, parts)
}

/// Half of the last digit that a note states: 2.4 stands for 2.35 to 2.45.
fn rounding(text: &str, measurement: &Measurement) -> f64 {
    let words = text.get(measurement.start..measurement.end).unwrap_or_default();
    let decimals = words
        .rmatch_indices('.')
        .find_map(|(at, _)| {
            let digits = words.get(at + 1..).unwrap_or_default().bytes().take_while(u8::is_ascii_digit).count();
            (digits > 0).then_some(digits)
        })
        .unwrap_or(0);
    0.5 * 10f64.powi(-i32::try_from(decimals).unwrap_or(0))
}

fn values(observations: &[String], hours: i64, percent: f64, not_with: &[String], facts: &Facts<'_>) -> Verdict {
    let mut findings: Vec<Finding> = Vec::new();
    let mut parts = Vec::new();
    for (document, reading) in facts.documents().filter(|(d, _)| role(d).is_provider()) {
        let Some(written) = document.time else { continue };
        for stated in reading.measurements.iter().filter(|m| observations.contains(&m.name) && m.comparator.is_none() && m.upper.is_none())
        {
            let around = sentence(document, reading, stated.start);
            if not_with.iter().any(|word| has_word(around, word))
                || findings.iter().any(|f| f.named.get("name") == Some(&describe::name(&stated.name)))
            {
                continue;
            }
            let sent: Vec<_> = facts
                .values(&stated.name)
                .iter()
                .filter(|p| matches!(p.origin, Origin::Sent(_)) && p.is_exact() && p.time.is_some_and(|t| t.hours_since(&written) <= 2.0))
                .collect();
            let recent = sent.iter().rfind(|p| !p.prior && p.time.is_some_and(|t| written.hours_since(&t) <= hours as f64));
            let allowed = |value: f64| rounding(&document.text, stated).max(value.abs() * percent / 100.0) * 1.001;
            let explained = sent.iter().any(|p| (p.value - stated.value).abs() <= allowed(p.value));
            let Some(recent) = recent else { continue };
            let place = describe::place(document, reading);
            let name = describe::name(&stated.name);
            let detail = format!("note {}, measured {}", describe::number(stated.value), describe::number(recent.value));
            parts.push(node(format!("{name} in {place}"), yes_if(!explained), detail, Vec::new()));
            if explained {
                continue;
            }
            let mut finding = Finding { missing: vec![stated.name.clone()], element: Some(stated.name.clone()), ..Finding::default() };
            finding.evidence = vec![crate::checklist::proof::quote(document, reading, stated.start, stated.end), facts.value_proof(recent)];
            finding.name("name", name);
            finding.name("value", describe::number(stated.value));
            finding.name("measured", describe::number(recent.value));
            finding.name("date", written.display());
            finding.name("author", document.author.as_ref().map(|a| a.display()).unwrap_or_default());
            findings.push(finding);
        }
    }
    verdict("a note states another value than any that was measured".to_owned(), findings, parts)
}
