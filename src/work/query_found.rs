//! Whether the record carries an answer: looked for in what providers wrote after it came. What is found is shown; a person confirms.

use crate::chart::{Chart, Instant, Span};
use crate::query::{AnswerWords, Reason, answer_in, answer_words};
use crate::reading::Reading;
use crate::store::StoredQuery;
use serde::Serialize;

/// A provider's document that carries an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// The document, by the sender's identifier.
    pub document: String,
    /// Its type, as a person says it.
    #[serde(rename = "type")]
    pub document_type: String,
    /// When it was written.
    pub date: Option<Instant>,
    /// Who wrote it.
    pub author: Option<String>,
    /// First byte of the words.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The words.
    pub quote: String,
}

/// The first provider document, written after the query was sent and not quoted in it, that carries the answer.
pub fn found(query: &StoredQuery, chart: &Chart, readings: &[Reading]) -> Option<Found> {
    let answer = query.answer.as_deref()?;
    let subject = query.draft.concept.as_deref();
    let mut wanted = answer_words(answer, subject);
    if let Some(concept) = subject.filter(|_| wanted.is_empty() && query.draft.reason == Reason::R3) {
        wanted = AnswerWords::of_concept(concept);
    }
    let since = query.sent?;
    let quoted = |identifier: &str| query.draft.indicators.iter().any(|i| i.included && i.evidence.source() == identifier);
    let later = chart.documents.iter().zip(readings).filter(|(d, reading)| {
        let kind = d.document_type.unwrap_or(reading.document_type);
        d.time.is_some_and(|time| time > since)
            && d.author.as_ref().is_none_or(|a| a.role.is_provider())
            && !matches!(kind, crate::chart::DocumentType::RadiologyReport | crate::chart::DocumentType::PathologyReport)
            && !quoted(&d.identifier)
    });
    for (document, reading) in later {
        if let Some((start, end)) = answer_in(&wanted, &document.text, reading) {
            return Some(Found {
                document: document.identifier.clone(),
                document_type: document.document_type.unwrap_or(reading.document_type).label().to_owned(),
                date: document.time,
                author: document.author.as_ref().and_then(|a| a.name.clone()),
                start,
                end,
                quote: Span::new(start, end).of(&document.text).to_owned(),
            });
        }
    }
    None
}
