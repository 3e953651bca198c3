//! Words that a prefix or a word with slips stands for, from the term dictionaries.

use std::collections::BTreeSet;

use tantivy::index::SegmentReader;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field as Column;
use tantivy::{Executor, Searcher, Term};

use crate::pairs::SIGN;
use crate::plan::Test;

/// Most words one prefix or slip stands for. Reached only by prefixes of two letters in very large stores; then it is said.
pub(crate) const MAX_WORDS: usize = 50_000;

/// The terms a test accepts, in order, and whether there were more than `limit`. The dictionaries of the segments are walked side by side
/// where the executor has threads for it.
pub(crate) fn terms(
    searcher: &Searcher,
    executor: &Executor,
    column: Column,
    test: &Test,
    limit: usize,
) -> tantivy::Result<(Vec<Term>, bool)> {
    match test {
        Test::Exact(text) => return Ok((vec![Term::from_field_text(column, text)], false)),
        Test::OneOf(values) => {
            let terms = values.iter().take(limit).map(|text| Term::from_field_text(column, text)).collect();
            return Ok((terms, values.len() > limit));
        }
        _ => {}
    }
    // Only slips take a walk through a whole dictionary.
    let alone = Executor::SingleThread;
    let executor = if matches!(test, Test::Typo(_)) { executor } else { &alone };
    let parts = executor.map(|reader| of_segment(reader, column, test, limit), searcher.segment_readers().iter())?;
    let mut cut = parts.iter().any(|(_, cut)| *cut);
    let found: BTreeSet<String> = parts.into_iter().flat_map(|(words, _)| words).collect();
    cut |= found.len() > limit;
    Ok((found.into_iter().take(limit).map(|text| Term::from_field_text(column, &text)).collect(), cut))
}

/// The words of one segment. The first `limit` of each contain the first `limit` of all, so the cut does not depend on how the index is
/// split.
fn of_segment(reader: &SegmentReader, column: Column, test: &Test, limit: usize) -> tantivy::Result<(Vec<String>, bool)> {
    let index = reader.inverted_index(column)?;
    let mut found: Vec<String> = Vec::new();
    let mut cut = false;
    let mut take = |key: &[u8]| {
        // Pairs of words and whole values are no words.
        if key.first() != Some(&SIGN) {
            cut = found.len() >= limit;
            if !cut && let Ok(text) = std::str::from_utf8(key) {
                found.push(text.to_owned());
            }
        }
        !cut
    };
    match test {
        Test::Exact(_) | Test::OneOf(_) => {}
        Test::Between(from, to) => {
            let mut stream = index.terms().range().ge(from.as_bytes()).le(to.as_bytes()).into_stream()?;
            while stream.advance() && take(stream.key()) {}
        }
        Test::Prefix(start) => {
            let mut stream = index.terms().range().ge(start.as_bytes()).into_stream()?;
            while stream.advance() && stream.key().starts_with(start.as_bytes()) && take(stream.key()) {}
        }
        Test::Typo(automaton) => {
            let query = FuzzyTermQuery::new(Term::from_field_text(column, &automaton.word), automaton.slips, true);
            let mut stream = index.terms().search(query.automaton()?).into_stream()?;
            while stream.advance() && take(stream.key()) {}
        }
    }
    Ok((found, cut))
}
