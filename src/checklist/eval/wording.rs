//! Literal words in documents: for what the lexicon has no concept.

use super::describe;
use super::leaf::{Answer, Hit, PROOFS, counts};
use crate::chart::Document;
use crate::checklist::Outcome;
use crate::checklist::facts::{Facts, type_of};
use crate::checklist::indicator::{DocumentTest, WordsTest};
use crate::checklist::proof::{around, opening, quote, sentence, whole};
use crate::checklist::words::{Vocabulary, has_word};
use crate::reading::{Reading, read_terms};
use std::collections::BTreeMap;

/// Whether a document's title or first line holds one of these words.
pub(in crate::checklist) fn is_titled(document: &Document, titles: &[String]) -> bool {
    let (start, end) = opening(&document.text);
    let first = document.text.get(start..end).unwrap_or_default();
    let given = document.title.as_deref().unwrap_or_default();
    let code = document.code.as_ref().and_then(|code| code.display.as_deref()).unwrap_or_default();
    titles.iter().any(|title| has_word(given, title) || has_word(code, title) || has_word(first, title))
}

/// The section at a byte: its own name and that of the one it is part of.
pub(super) fn section_at(reading: &Reading, at: usize) -> (&str, Option<&str>) {
    reading.section_at(at).map_or(("unheaded", None), |s| (s.section.as_str(), s.within.as_deref()))
}

fn stands(test: &WordsTest, facts: &Facts<'_>, (document, reading): (&Document, &Reading), at: usize, word: &str) -> bool {
    let (own, within) = section_at(reading, at);
    let among = |list: &[String]| list.iter().any(|name| name == own || Some(name.as_str()) == within);
    if !test.sections.is_empty() && !among(&test.sections) || among(&test.not_sections) {
        return false;
    }
    let around = sentence(document, reading, at);
    if !test.near.is_empty() && !test.near.iter().any(|other| has_word(around, other))
        || test.not_near.iter().any(|other| has_word(around, other))
    {
        return false;
    }
    if test.assertions.is_empty() {
        return true;
    }
    // How it stands is decided by its sentence; what a section does to it is for `sections` and `not_sections`.
    let assertion = facts.judged(document, at, word, || {
        let from = at.saturating_sub((around.as_ptr() as usize).saturating_sub(document.text.as_ptr() as usize));
        let terms = read_terms(around, &[word.to_owned()]);
        terms.iter().find(|term| term.start <= from && from < term.end).map(|term| term.assertion)
    });
    // What is no word of a sentence (`***`) is neither said nor denied.
    assertion.map_or(test.is_as_usual(), |assertion| test.assertions.contains(&assertion))
}

/// Every place of the words in a document that counts, in order.
fn places(test: &WordsTest, facts: &Facts<'_>, document: &Document, reading: &Reading, vocabulary: &Vocabulary) -> Vec<(usize, usize)> {
    let all = vocabulary.places(&document.text, &test.words).filter(|(at, word)| stands(test, facts, (document, reading), *at, word));
    let mut found: Vec<(usize, usize)> = all.map(|(at, word)| (at, at + word.len())).collect();
    found.sort_unstable();
    found
}

pub(super) fn words<'f>(test: &WordsTest, facts: &'f Facts<'_>, cap: Option<f64>) -> Answer<'f> {
    let mut looked_at = 0;
    let mut found: Vec<(&'f Document, &'f Reading, (usize, usize))> = Vec::new();
    let mut hits: Vec<Hit<'f>> = Vec::new();
    for (document, reading, vocabulary) in facts.texts() {
        let scope = (test.document_types.is_empty() || test.document_types.contains(&type_of(document, reading)))
            && (test.titles.is_empty() || is_titled(document, &test.titles));
        if !counts(test.author, document, reading) || !scope || !facts.within(document.time, &test.when, cap) {
            continue;
        }
        looked_at += 1;
        let places = places(test, facts, document, reading, vocabulary);
        hits.extend(places.iter().map(|(start, end)| Hit::at(document, reading, *start, *end)));
        found.extend(places.first().map(|place| (document, reading, *place)));
    }
    let looked = describe::documents(looked_at);
    let Some((document, reading, (at, end))) = found.first().copied().filter(|_| found.len() >= test.min_documents) else {
        let outcome = if looked_at == 0 { Outcome::CannotTell } else { Outcome::No };
        let detail = if found.is_empty() {
            format!("not found in {looked}{}", left_out(test, facts))
        } else {
            format!("found in {}", describe::documents(found.len()))
        };
        return Answer::empty(outcome, detail, looked);
    };
    let text = document.text.get(at..end).unwrap_or_default();
    let detail = format!("\"{text}\" in {}{}", describe::place(document, reading), describe::more(found.len() - 1));
    let mut named = BTreeMap::new();
    named.insert("words".to_owned(), text.to_owned());
    named.insert("value".to_owned(), text.to_owned());
    if let Some(date) = document.time {
        named.insert("date".to_owned(), date.display());
    }
    if let Some(author) = &document.author {
        named.insert("author".to_owned(), author.display().to_owned());
    }
    let evidence = found
        .iter()
        .take(test.min_documents.clamp(1, PROOFS))
        .map(|(document, reading, (start, end))| {
            let (start, end) = around(document, reading, *start, *end);
            quote(document, reading, start, end)
        })
        .collect();
    let times = found.iter().filter_map(|(document, ..)| document.time).collect();
    Answer { hits, outcome: Outcome::Yes, half: false, evidence, times, facts: named, detail, looked }
}

/// Where the words stand without counting, for whoever reads why.
fn left_out(test: &WordsTest, facts: &Facts<'_>) -> String {
    let narrow = !(test.sections.is_empty()
        && test.not_sections.is_empty()
        && test.near.is_empty()
        && test.not_near.is_empty()
        && test.assertions.is_empty());
    if !facts.told || !narrow {
        return String::new();
    }
    for (document, reading, vocabulary) in facts.texts().filter(|(document, reading, _)| counts(test.author, document, reading)) {
        if let Some((at, word)) = vocabulary.places(&document.text, &test.words).next() {
            let section = describe::name(section_at(reading, at).0);
            return format!("; \"{word}\" in {}, under {section}, does not count as it stands there", describe::place(document, reading));
        }
    }
    String::new()
}

/// Documents of a kind, whatever they say.
pub(super) fn document<'f>(test: &DocumentTest, facts: &'f Facts<'_>, cap: Option<f64>) -> Answer<'f> {
    let all = facts.documents().count();
    let looked = describe::documents(all);
    let fits = |document: &Document, reading: &Reading| {
        let typed = test.types.is_empty() || test.types.contains(&type_of(document, reading));
        typed
            && (test.titles.is_empty() || is_titled(document, &test.titles))
            && counts(test.author, document, reading)
            && facts.within(document.time, &test.when, cap)
    };
    let found: Vec<(&'f Document, &'f Reading)> = facts.documents().filter(|(d, r)| fits(d, r)).collect();
    let enough = found.len() >= test.min_documents && test.max_documents.is_none_or(|most| found.len() <= most);
    let Some((document, reading)) = found.first().copied().filter(|_| enough) else {
        return Answer::empty(Outcome::No, format!("{} of {looked}", found.len()), looked);
    };
    let hits = found.iter().map(|(document, reading)| {
        let (start, end) = opening(&document.text);
        Hit::at(document, reading, start, end)
    });
    let detail = format!("{}{}", describe::place(document, reading), describe::more(found.len() - 1));
    Answer {
        hits: hits.collect(),
        outcome: Outcome::Yes,
        half: false,
        evidence: vec![whole(document, reading)],
        times: found.iter().filter_map(|(document, _)| document.time).collect(),
        facts: BTreeMap::new(),
        detail,
        looked,
    }
}
