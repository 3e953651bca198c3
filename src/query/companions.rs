//! What a template brings beside the proof of the gap: the conditions and values that its question is also about. Whether an organ
//! dysfunction belongs to a documented sepsis cannot be asked without naming the dysfunctions that the chart holds.

use super::lint::words::{sentences, tokens};
use super::take::{of_observation, of_words};
use super::template::{Template, ValueRange};
use crate::chart::{Chart, Document, Evidence, Observation, Span, TextEvidence, Value};
use crate::reading::{Assertion, Reading};

/// Longest quotation that is brought, in bytes: a line of a note.
const LONGEST: usize = 240;

/// The words and values that the template asks for and the chart holds, without those that are there.
pub(super) fn companions(template: &Template, there: &[Evidence], chart: &Chart, readings: &[Reading]) -> Vec<Evidence> {
    let mut out: Vec<Evidence> = Vec::new();
    for concept in &template.with {
        if there.iter().chain(&out).any(|e| stated_in(concept, e, chart, readings)) {
            continue;
        }
        out.extend(documented(concept, chart, readings));
    }
    for range in &template.with_values {
        for value in [extreme(range, chart), latest(range, chart)].into_iter().flatten() {
            if !there.iter().chain(&out).any(|e| e.source() == value.source()) {
                out.push(value);
            }
        }
    }
    out
}

/// Whether a piece of proof is a mention of the concept that stands.
pub(super) fn stated_in(concept: &str, evidence: &Evidence, chart: &Chart, readings: &[Reading]) -> bool {
    matches!(evidence, Evidence::Text(text) if names(concept, text, chart, readings))
}

/// Whether quoted words hold a mention of the concept that stands.
fn names(concept: &str, text: &TextEvidence, chart: &Chart, readings: &[Reading]) -> bool {
    let at = chart.documents.iter().position(|d| d.identifier == text.document);
    let mentions = at.and_then(|i| readings.get(i)).map(|r| r.mentions.as_slice()).unwrap_or_default();
    mentions.iter().any(|m| m.concept == concept && stands(m.assertion) && text.start <= m.start && m.end <= text.end)
}

fn stands(assertion: Assertion) -> bool {
    matches!(assertion, Assertion::Present | Assertion::Possible)
}

/// A provider's sentence that names the concept: in an assessment where there is one, the newest.
pub(super) fn documented(concept: &str, chart: &Chart, readings: &[Reading]) -> Option<Evidence> {
    let mut best: Option<(bool, &Document, &Reading, Span)> = None;
    for (document, reading) in chart.documents.iter().zip(readings).filter(|(d, r)| d.is_providers(r.document_type)) {
        for mention in reading.mentions.iter().filter(|m| m.concept == concept && stands(m.assertion)) {
            let assessed = mention.section.contains("assessment") || mention.section.contains("plan");
            if best.as_ref().is_none_or(|(before, ..)| assessed >= *before) {
                best = Some((assessed, document, reading, Span::new(mention.start, mention.end)));
            }
        }
    }
    let (_, document, reading, place) = best?;
    let sentence =
        sentences(&document.text).into_iter().find(|s| s.contains(place)).filter(|s| s.end - s.start <= LONGEST).unwrap_or(place);
    let mut evidence = of_words(document, sentence, "documentation")?.evidence;
    if let Evidence::Text(text) = &mut evidence {
        text.document_type = document.document_type.unwrap_or(reading.document_type);
    }
    Some(evidence)
}

/// The values of the stay that lie in a range, each with its number.
fn inside<'c>(range: &'c ValueRange, chart: &'c Chart) -> impl Iterator<Item = (f64, &'c Observation)> {
    let names = super::lint::words::Patterns::new(&range.names);
    chart.observations.iter().filter_map(move |o| match &o.value {
        Some(Value::Quantity(q)) if q.comparator.is_none() && names.any(&tokens(&o.name)) => {
            let fits = range.from.is_none_or(|from| q.value >= from) && range.below.is_none_or(|below| q.value < below);
            fits.then_some((q.value, o))
        }
        _ => None,
    })
}

/// The value farthest into a range: the lowest below a limit, the highest from one on.
fn extreme(range: &ValueRange, chart: &Chart) -> Option<Evidence> {
    let far = |n: f64| if range.below.is_some() { -n } else { n };
    let (_, observation) = inside(range, chart).max_by(|a, b| far(a.0).total_cmp(&far(b.0)))?;
    Some(of_observation(observation)?.evidence)
}

/// The newest value in a range: a stage or a severity may have changed since the worst one.
fn latest(range: &ValueRange, chart: &Chart) -> Option<Evidence> {
    let (_, observation) = inside(range, chart).filter(|(_, o)| o.time.is_some()).max_by_key(|(_, o)| o.time)?;
    Some(of_observation(observation)?.evidence)
}
