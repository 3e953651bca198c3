//! Text of somebody else, of another stay, or of another day: paragraphs word for word, values that were overtaken, diagnoses that
//! live by copying.

use super::copied::about;
use super::{Finding, Verdict, describe, node, yes_if};
use crate::chart::{Document, Span};
use crate::checklist::facts::{Facts, Origin, same};
use crate::checklist::proof::{clip, quote, sentence};
use crate::checklist::words::has_word;
use crate::reading::{Assertion, Reading};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The words of a paragraph in lower case, letter by letter: no copy is made of them.
fn letters(text: &str) -> impl Iterator<Item = char> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.flat_map(|word| word.chars().flat_map(char::to_lowercase).chain([' ']))
}

/// Paragraphs of at least so many words, each as a number for its words and its place.
fn paragraphs(text: &str, least: usize) -> Vec<(u64, Span)> {
    let mut out = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let mut words = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        if words.nth(least.saturating_sub(1)).is_some() {
            let mut hasher = DefaultHasher::new();
            letters(line).for_each(|letter| letter.hash(&mut hasher));
            let start = at + (line.len() - line.trim_start().len());
            out.push((hasher.finish(), Span::new(start, start + line.trim().len())));
        }
        at += line.len();
    }
    out
}

/// Where a paragraph stands: by whom, in which of the notes, and where in it.
struct Place<'a> {
    author: Option<&'a str>,
    note: usize,
    span: Span,
}

/// The paragraphs of the notes so far, by the number of their words. A note is laid in once, when it was looked at: the cost of a stay grows
/// with its text, not with its square.
#[derive(Default)]
pub(super) struct Pool<'a> {
    notes: Vec<(&'a Document, &'a Reading)>,
    places: HashMap<u64, Vec<Place<'a>>>,
}

impl<'a> Pool<'a> {
    /// Lays in a note. Of one author's paragraph the newest note counts, and the first place in it.
    pub(super) fn add(&mut self, author: Option<&'a str>, document: &'a Document, reading: &'a Reading, least: usize) {
        let note = self.notes.len();
        self.notes.push((document, reading));
        for (words, span) in paragraphs(&document.text, least) {
            let notes = &self.notes;
            let places = self.places.entry(words).or_default();
            let same = |place: &&mut Place<'_>| {
                place.author == author
                    && notes.get(place.note).is_some_and(|(d, _)| same_words(place.span.of(&d.text), span.of(&document.text)))
            };
            match places.iter_mut().find(same) {
                Some(place) if place.note == note => {}
                Some(place) => (place.note, place.span) = (note, span),
                None => places.push(Place { author, note, span }),
            }
        }
    }

    /// The newest note that has a paragraph, of those whose author fits, and its place there.
    fn find(&self, words: u64, text: &str, fits: impl Fn(Option<&str>) -> bool) -> Option<(&'a Document, &'a Reading, Span)> {
        let places = self.places.get(&words)?.iter().filter(|place| fits(place.author));
        let there = places.filter_map(|place| self.notes.get(place.note).map(|(d, r)| (place.note, *d, *r, place.span)));
        // A number is no proof: the words are compared.
        let same = there.filter(|(_, document, _, span)| same_words(span.of(&document.text), text));
        same.max_by_key(|(note, ..)| *note).map(|(_, document, reading, span)| (document, reading, span))
    }
}

fn same_words(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

/// A paragraph that a note laid in has word for word, of an author that fits, and that does not say whose it is.
pub(super) fn paragraph(
    pool: &Pool<'_>,
    fits: impl Fn(Option<&str>) -> bool,
    document: &Document,
    reading: &Reading,
    least: usize,
    attributed_by: &[String],
) -> (Option<Finding>, String) {
    let own = paragraphs(&document.text, least);
    let found = own.iter().find_map(|(words, span)| {
        let (other, other_reading, place) = pool.find(*words, span.of(&document.text), &fits)?;
        let attributed = attributed_by.iter().any(|word| has_word(span.of(&document.text), word));
        (!attributed).then_some((*span, other, other_reading, place))
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
        let sent = facts
            .values(&stated.name)
            .iter()
            .filter(|p| matches!(p.origin, Origin::Sent(_)) && p.is_exact() && p.time.is_some_and(|t| t <= written));
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
