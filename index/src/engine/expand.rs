//! Words that a prefix or a word with slips stands for, from the term dictionaries.

use std::collections::BTreeSet;

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field as Column;
use tantivy::{Searcher, Term};

use crate::pairs::SIGN;
use crate::plan::Test;

/// Most words one prefix or slip stands for. Reached only by prefixes of two letters in very large stores; then it is said.
pub(crate) const MAX_WORDS: usize = 50_000;

/// The terms a test accepts, in order, and whether there were more than `limit`.
pub(crate) fn terms(searcher: &Searcher, column: Column, test: &Test, limit: usize) -> tantivy::Result<(Vec<Term>, bool)> {
    match test {
        Test::Exact(text) => return Ok((vec![Term::from_field_text(column, text)], false)),
        Test::OneOf(values) => {
            let terms = values.iter().take(limit).map(|text| Term::from_field_text(column, text)).collect();
            return Ok((terms, values.len() > limit));
        }
        _ => {}
    }
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut cut = false;
    for reader in searcher.segment_readers() {
        let index = reader.inverted_index(column)?;
        // The first `limit` of each segment contain the first `limit` of all, so the cut does not depend on how the index is split.
        let mut taken = 0;
        let mut take = |key: &[u8]| {
            // Pairs of words are no words.
            if key.first() == Some(&(SIGN as u8)) {
                return true;
            }
            taken += 1;
            cut |= taken > limit;
            if taken <= limit
                && let Ok(text) = std::str::from_utf8(key)
                && !found.contains(text)
            {
                found.insert(text.to_owned());
            }
            taken <= limit
        };
        match test {
            Test::Exact(_) | Test::OneOf(_) => {}
            Test::Between(from, to) => {
                let mut stream = index.terms().range().ge(from.as_bytes()).le(to.as_bytes()).into_stream()?;
                while stream.advance() {
                    if !take(stream.key()) {
                        break;
                    }
                }
            }
            Test::Prefix(start) => {
                let mut stream = index.terms().range().ge(start.as_bytes()).into_stream()?;
                while stream.advance() {
                    if !stream.key().starts_with(start.as_bytes()) || !take(stream.key()) {
                        break;
                    }
                }
            }
            Test::Typo(automaton) => {
                let query = FuzzyTermQuery::new(Term::from_field_text(column, &automaton.word), automaton.slips, true);
                let mut stream = index.terms().search(query.automaton()?).into_stream()?;
                while stream.advance() {
                    if !take(stream.key()) {
                        break;
                    }
                }
            }
        }
    }
    cut |= found.len() > limit;
    Ok((found.into_iter().take(limit).map(|text| Term::from_field_text(column, &text)).collect(), cut))
}
