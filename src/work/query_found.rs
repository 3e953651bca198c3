//! Whether the record carries an answer: looked for in what providers wrote after it came. What is found is shown; a person confirms.

use super::evaluate;
use crate::chart::{Chart, Document, DocumentStatus, Instant, Span};
use crate::error::Result;
use crate::query::{AnswerWords, QueryForm, Reason, answer_in, answer_words};
use crate::reading::Reading;
use crate::store::{Store, StoredQuery};
use serde::Serialize;
use std::collections::BTreeMap;

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

/// When the question was asked: a verbal one before it was written down.
pub(super) fn asked(query: &StoredQuery) -> Option<Instant> {
    let aloud = query.draft.verbal.as_ref().and_then(|v| v.at).filter(|_| query.draft.form == QueryForm::Verbal);
    aloud.or(query.sent)
}

/// What a query's answer would look like in a note.
fn wanted(query: &StoredQuery) -> AnswerWords {
    let subject = query.draft.concept.as_deref();
    let wanted = query.answer.as_deref().map(|answer| answer_words(answer, subject)).unwrap_or_default();
    match subject.filter(|_| wanted.is_empty() && (query.answer.is_none() || query.draft.reason == Reason::R3)) {
        Some(concept) => AnswerWords::of_concept(concept),
        None => wanted,
    }
}

/// Why a document that a person names does not carry what was asked: each reason in a few words. Empty: it does.
pub fn objections(query: &StoredQuery, document: &Document, reading: &Reading) -> Vec<String> {
    let mut out = Vec::new();
    match (document.time, asked(query)) {
        (Some(time), Some(sent)) if time <= sent => out.push("it was written before the query was sent".to_owned()),
        (None, _) => out.push("it does not say when it was written".to_owned()),
        _ => {}
    }
    if query.draft.indicators.iter().any(|i| i.included && i.evidence.source() == document.identifier) {
        out.push("the query itself quotes it".to_owned());
    }
    if document.status == DocumentStatus::Preliminary {
        out.push("it is preliminary: its author has not signed it".to_owned());
    }
    if answer_in(&wanted(query), &document.text, reading).is_none() {
        let what = if query.answer.is_some() { "the answer" } else { "the diagnosis that is asked about" };
        out.push(format!("it does not state {what}"));
    }
    out
}

/// The provider documents that carry answers, of the queries that are answered: each chart is read once, however many are about it.
pub fn found_for<'q>(store: &Store, queries: impl IntoIterator<Item = &'q StoredQuery>) -> Result<BTreeMap<i64, Found>> {
    let mut by_stay: BTreeMap<&str, Vec<&StoredQuery>> = BTreeMap::new();
    for query in queries.into_iter().filter(|q| q.state.is_answered()) {
        by_stay.entry(query.draft.encounter.as_deref().unwrap_or_default()).or_default().push(query);
    }
    let mut out = BTreeMap::new();
    for (encounter, queries) in by_stay {
        let Some(chart) = store.chart(encounter)? else { continue };
        // A chart without anything newer than the question cannot carry the answer: nothing is read then.
        let newer = |q: &&&StoredQuery| {
            let since = asked(q);
            chart.documents.iter().any(|d| d.time.zip(since).is_some_and(|(time, since)| time > since))
        };
        let mut waiting = queries.iter().filter(newer).peekable();
        if waiting.peek().is_some() {
            let readings = evaluate::readings(&chart.documents);
            out.extend(waiting.filter_map(|q| Some((q.id, found(q, &chart, &readings)?))));
        }
    }
    Ok(out)
}

/// The first provider document, written after the query was sent and not quoted in it, that carries the answer.
pub fn found(query: &StoredQuery, chart: &Chart, readings: &[Reading]) -> Option<Found> {
    query.answer.as_deref()?;
    let wanted = wanted(query);
    let since = asked(query)?;
    let quoted = |identifier: &str| query.draft.indicators.iter().any(|i| i.included && i.evidence.source() == identifier);
    let later = chart.documents.iter().zip(readings).filter(|(d, reading)| {
        // What its author has not signed may still change: a person can name it, and says why.
        let signed = d.status != DocumentStatus::Preliminary;
        signed && d.time.is_some_and(|time| time > since) && d.is_providers(reading.document_type) && !quoted(&d.identifier)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Draft;

    /// What its author had not signed closed a query by itself.
    #[test]
    fn a_preliminary_note_carried_an_answer() {
        let at = Instant::parse;
        let draft = Draft { concept: Some("acute_kidney_injury".to_owned()), ..Draft::default() };
        let query = StoredQuery {
            draft,
            sent: at("2026-11-20T08:00-05:00"),
            answer: Some("Acute kidney injury".to_owned()),
            ..StoredQuery::default()
        };
        let text = "ASSESSMENT AND PLAN:\n1. Acute kidney injury, improving.\n";
        for (status, carries) in [(DocumentStatus::Final, true), (DocumentStatus::NotGiven, true), (DocumentStatus::Preliminary, false)] {
            let note = Document {
                identifier: "n".to_owned(),
                status,
                time: at("2026-11-20T12:00-05:00"),
                text: text.to_owned(),
                ..Document::default()
            };
            let readings = vec![crate::reading::read(text, None)];
            let chart = Chart { documents: vec![note.clone()], ..Chart::default() };
            assert_eq!(found(&query, &chart, &readings).is_some(), carries, "{status:?}");
            let objected = readings.iter().flat_map(|r| objections(&query, &note, r)).any(|o| o.contains("preliminary"));
            assert_eq!(objected, !carries, "{status:?}");
        }
    }
}
