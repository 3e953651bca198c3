//! Text of somebody else, of another stay, or of another day: paragraphs word for word, values that were overtaken, diagnoses that
//! live by copying.

use super::copied::about;
use super::{Finding, Verdict, describe, node, yes_if};
use crate::chart::{Document, Span};
use crate::checklist::facts::{Facts, Origin, same};
use crate::checklist::proof::{clip, quote, sentence};
use crate::checklist::words::has_word;
use crate::reading::{Assertion, Reading};
use std::collections::{BTreeMap, BTreeSet};

/// Paragraphs of at least so many words, as their words in lower case and their place.
fn paragraphs(text: &str, least: usize) -> Vec<(Vec<String>, Span)> {
    let mut out = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = || line.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        if words().nth(least.saturating_sub(1)).is_some() {
            let words = words().map(str::to_lowercase).collect();
            let start = at + (line.len() - line.trim_start().len());
            out.push((words, Span::new(start, start + line.trim().len())));
        }
        at += line.len();
    }
    out
}

/// A paragraph that an earlier document has word for word, and that does not say whose it is.
pub(super) fn paragraph(
    earlier: &[(&Document, &Reading)],
    document: &Document,
    reading: &Reading,
    least: usize,
    attributed_by: &[String],
) -> (Option<Finding>, String) {
    let own = paragraphs(&document.text, least);
    let asked: Vec<_> = own.iter().filter(|(_, span)| !attributed_by.iter().any(|word| has_word(span.of(&document.text), word))).collect();
    // The newest earlier note that has each paragraph, and its first place there.
    let mut there: BTreeMap<Vec<String>, (usize, Span)> = BTreeMap::new();
    if !asked.is_empty() {
        for (n, (other, _)) in earlier.iter().enumerate().rev() {
            for (words, span) in paragraphs(&other.text, least) {
                there.entry(words).or_insert((n, span));
            }
        }
    }
    let found = asked.into_iter().find_map(|(words, span)| {
        let (n, place) = there.get(words)?;
        let (other, other_reading) = earlier.get(*n)?;
        Some((*span, *other, *other_reading, *place))
    });
    let Some((span, other, other_reading, there)) = found else {
        return (None, describe::count(own.len(), "long paragraph, its own", "long paragraphs, all its own"));
    };
    let mut finding = about(document, reading, vec!["own_text".to_owned()]);
    let shown = |d: &Document, r: &Reading, s: Span| quote(d, r, s.start, s.start + clip(s.of(&d.text), 200).len());
    finding.evidence = vec![shown(document, reading, span), shown(other, other_reading, there)];
    finding.name("other_author", other.author.as_ref().map(|a| a.display()).unwrap_or("another note"));
    if let Some(time) = other.time {
        finding.name("other_date", time.display());
    }
    (Some(finding), format!("a paragraph stands in {}", describe::place(other, other_reading)))
}

/// A value of the note that was measured long before, while a newer, different one was there. `None`: nothing to compare.
pub(super) fn old_values(
    observations: &[String],
    older_than: f64,
    not_with: &[String],
    document: &Document,
    reading: &Reading,
    facts: &Facts<'_>,
) -> Option<(Option<Finding>, String)> {
    let written = document.time?;
    let mut compared = 0;
    for stated in reading.measurements.iter().filter(|m| observations.contains(&m.name) && m.comparator.is_none() && m.upper.is_none()) {
        let around = sentence(document, reading, stated.start);
        if not_with.iter().any(|word| has_word(around, word)) {
            continue;
        }
        let sent =
            facts.values(&stated.name).iter().filter(|p| matches!(p.origin, Origin::Sent(_)) && p.time.is_some_and(|t| t <= written));
        let sent: Vec<_> = sent.collect();
        let Some(newest) = sent.last() else { continue };
        compared += 1;
        let of = sent.iter().rfind(|p| same(p.value, stated.value));
        let Some(of) = of.filter(|p| p.time.is_some_and(|t| written.hours_since(&t) > older_than) && p.time < newest.time) else {
            continue;
        };
        let mut finding = about(document, reading, vec!["current_value".to_owned()]);
        finding.evidence = vec![quote(document, reading, stated.start, stated.end), facts.value_proof(of), facts.value_proof(newest)];
        finding.name("name", describe::name(&stated.name));
        finding.name("value", describe::number(stated.value));
        finding.name("measured", describe::number(newest.value));
        if let Some(time) = of.time {
            finding.name("hours", describe::hours(written.hours_since(&time)));
            finding.name("other_date", time.display());
        }
        let detail = format!("{} {} is old; the newest is {}", describe::name(&stated.name), stated.value, describe::number(newest.value));
        return Some((Some(finding), detail));
    }
    (compared > 0).then(|| (None, describe::count(compared, "value, current", "values, all current")))
}

/// Diagnoses that stand in many notes while every mention after the first is a copied sentence.
pub(super) fn diagnosis(conditions: &[String], least: usize, facts: &Facts<'_>) -> Verdict {
    let (mut findings, mut parts) = (Vec::new(), Vec::new());
    for condition in conditions {
        let said: Vec<_> = facts.said(condition).iter().filter(|s| s.provider && s.mention.assertion == Assertion::Present).collect();
        let mut by_document: BTreeMap<&str, bool> = BTreeMap::new();
        for one in &said {
            *by_document.entry(one.document.identifier.as_str()).or_insert(true) &= one.copied;
        }
        let fresh = by_document.values().filter(|copied| !**copied).count();
        let authors: BTreeSet<&str> = said.iter().map(|s| crate::checklist::facts::voice_of(s.document)).collect();
        let born = by_document.len() >= least.max(2) && fresh <= 1;
        if !said.is_empty() {
            let detail = format!("in {}, {fresh} of them not copied", describe::documents(by_document.len()));
            parts.push(node(describe::name(condition), yes_if(born), detail, Vec::new()));
        }
        if let (Some(first), Some(last), true) = (said.first(), said.last(), born) {
            let mut finding = about(last.document, last.reading, vec!["own_text".to_owned()]);
            finding.condition = Some(condition.clone());
            finding.evidence = vec![facts.proof(last), facts.proof(first)];
            finding.name("count", describe::documents(by_document.len()));
            finding.name("words", &first.mention.text);
            finding.name("other_author", first.document.author.as_ref().map(|a| a.display()).unwrap_or("a note"));
            finding.name("author", describe::count(authors.len(), "author", "authors"));
            if let Some(time) = first.document.time {
                finding.name("other_date", time.display());
            }
            findings.push(finding);
        }
    }
    super::conflict::verdict("a diagnosis in many notes that was written once and copied".to_owned(), findings, parts)
}
