//! Proof: the words around a place, values and records as they are shown.

use super::facts::type_of;
use crate::chart::{Document, Evidence, Instant, Medication, TextEvidence, ValueEvidence};
use crate::reading::Reading;

/// Words further away than this many bytes say nothing of a place, though no full stop stands between: in a text without stops each of
/// its many findings would be judged by all of it.
const SENTENCE: usize = 1000;

/// The sentence around a byte of a document, as far as it matters.
pub(super) fn sentence<'d>(document: &'d Document, reading: &Reading, at: usize) -> &'d str {
    let text = document.text.as_str();
    let index = reading.sentences.partition_point(|s| s.end <= at);
    let span = reading.sentences.get(index).filter(|s| s.start <= at);
    let whole = span.map_or(0..text.len(), |s| s.range());
    let (mut from, mut to) = (whole.start.max(at.saturating_sub(SENTENCE)), whole.end.min(at + SENTENCE));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let near = text.get(from..to).unwrap_or_default();
    // Words of a heading stand in no sentence: their line is what is around them.
    if span.is_some() { near } else { line(near, at.saturating_sub(from)) }
}

/// The longest quote, in bytes.
const QUOTE: usize = 320;

/// The sentence around some words: cut at a clause, else at a blank, when it is long; a heading takes the words it stands over, and
/// the bare number of the next item of a list is not part of it.
pub(super) fn around(document: &Document, reading: &Reading, start: usize, end: usize) -> (usize, usize) {
    let text = document.text.as_str();
    let index = reading.sentences.partition_point(|s| s.end <= start);
    let Some(span) = reading.sentences.get(index).filter(|s| s.start <= start && s.end >= end) else { return (start, end) };
    let spare_end = match reading.sentences.get(index + 1).filter(|_| span.of(text).trim_end().ends_with(':')) {
        Some(next) if next.end - span.start <= QUOTE => next.end,
        _ => span.end,
    };
    let spare = QUOTE.saturating_sub(end - start) / 2;
    let mut from = span.start.max(start.saturating_sub(spare));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    // What the front does not use serves the end.
    let mut to = spare_end.min(from + QUOTE).max(end);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    if from > span.start {
        let blank = text.get(from..start).or_else(|| text.get(start..start)).and_then(|cut| cut.find(char::is_whitespace));
        from = blank.map_or(start, |at| from + at);
    }
    if to < spare_end {
        let rest = text.get(end..to).unwrap_or_default();
        let clause = rest.rfind([',', ';', '.']).filter(|at| rest.get(at + 1..).is_none_or(|r| r.starts_with(char::is_whitespace)));
        to = clause.or_else(|| rest.rfind(char::is_whitespace)).map_or(end, |at| end + at);
    }
    to = end.max(without_next_number(text, from, to));
    let cut = text.get(from..to).unwrap_or_default();
    let lead = cut.len() - cut.trim_start().len();
    let tail = cut.len() - cut.trim_end().len();
    if lead + tail >= cut.len() || from + lead > start || to - tail < end { (start, end) } else { (from + lead, to - tail) }
}

/// The end of some words without the bare number of the next item of a list ("LLL pneumonia 2."). A number is an item's when the
/// one before it stands as an item shortly before.
fn without_next_number(text: &str, from: usize, to: usize) -> usize {
    let words = text.get(from..to).unwrap_or_default();
    let Some(head) = words.trim_end().strip_suffix(['.', ')']) else { return to };
    let bare = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = head.get(bare.len()..).and_then(|digits| digits.parse::<u8>().ok());
    let Some(before) = number.and_then(|n| n.checked_sub(1)).filter(|_| bare.ends_with(char::is_whitespace)) else { return to };
    let near = text.get(..from + bare.len()).unwrap_or_default();
    let is_item =
        before == 0 || [".", ")"].iter().any(|sign| near.rsplit(char::is_whitespace).take(120).any(|w| w == format!("{before}{sign}")));
    if is_item { from + bare.trim_end().len() } else { to }
}

fn line(text: &str, at: usize) -> &str {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |i| i + 1);
    let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |i| at + i);
    text.get(start..end).unwrap_or_default()
}

/// Words of a document as proof.
pub(super) fn quote(document: &Document, reading: &Reading, start: usize, end: usize) -> Evidence {
    Evidence::Text(TextEvidence {
        document: document.identifier.clone(),
        start,
        end,
        quote: document.text.get(start..end).unwrap_or_default().to_owned(),
        date: document.time,
        author: document.author.as_ref().map(|author| author.display().to_owned()),
        document_type: type_of(document, reading),
        opening: false,
    })
}

/// A whole document as proof: how it begins stands for it.
pub(super) fn whole(document: &Document, reading: &Reading) -> Evidence {
    let (start, end) = opening(&document.text);
    match quote(document, reading, start, end) {
        Evidence::Text(text) => Evidence::Text(TextEvidence { opening: true, ..text }),
        value @ Evidence::Value(_) => value,
    }
}

/// A drug as proof.
pub(super) fn drug_proof(medication: &Medication) -> Evidence {
    Evidence::Value(ValueEvidence::of_drug(medication))
}

/// An order, procedure or problem as proof.
pub(super) fn record_proof(identifier: &str, name: &str, date: Option<Instant>) -> Evidence {
    Evidence::Value(ValueEvidence::of_record(identifier, name, date))
}

/// The first line of a text that says something: what a gap about the whole document quotes.
pub(super) fn opening(text: &str) -> (usize, usize) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() {
            let start = at + (line.len() - line.trim_start().len());
            return (start, start + clip(trimmed, 80).len());
        }
        at += line.len();
    }
    (0, 0)
}

/// At most `bytes` of a text, ending on a character.
pub(super) fn clip(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}
