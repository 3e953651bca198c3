//! The words of the record that a query quotes: its indicators, and the quotations in its own words. A rule asks for a word many
//! times, so the words are kept by their first.

use super::page::{Field, Part};
use super::words::tokens;
use crate::chart::Span;
use crate::query::Indicator;
use crate::query::evidence::words_of;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Where a quotation of the query's own words stands; nothing for an indicator.
type Place = Option<(Part, Span)>;

/// Quoted words, looked up by the first of them.
#[derive(Default)]
pub(crate) struct Said {
    quotes: Vec<(Place, Vec<String>)>,
    first: BTreeMap<String, Vec<(usize, usize)>>,
    /// Up to two quotations that hold some words: a second one, for when the first is left aside.
    known: RefCell<BTreeMap<Vec<String>, [Option<usize>; 2]>>,
}

impl Said {
    pub(crate) fn of<'a>(indicators: impl Iterator<Item = &'a Indicator>, fields: &[Field]) -> Self {
        let words = |text: &str| tokens(text).into_iter().map(|t| t.text).collect::<Vec<String>>();
        let mut out = Self { quotes: indicators.map(|i| (None, words(&words_of(&i.evidence)))).collect(), ..Self::default() };
        for field in fields {
            out.quotes.extend(field.quoted.iter().map(|q| (Some((field.part, *q)), words(q.of(&field.text)))));
        }
        for (n, (_, quote)) in out.quotes.iter().enumerate() {
            for (at, word) in quote.iter().enumerate() {
                out.first.entry(word.clone()).or_default().push((n, at));
            }
        }
        out
    }

    /// Whether a quotation other than the one left aside holds the words.
    pub(crate) fn holds(&self, words: &str, aside: Option<(Part, Span)>) -> bool {
        let wanted: Vec<String> = tokens(words).into_iter().map(|t| t.text).collect();
        let found = self.known.borrow().get(&wanted).copied();
        let found = found.unwrap_or_else(|| {
            let found = self.search(&wanted);
            self.known.borrow_mut().insert(wanted, found);
            found
        });
        let place = |n: usize| self.quotes.get(n).and_then(|(place, _)| *place);
        found.into_iter().flatten().any(|n| aside.is_none() || place(n) != aside)
    }

    fn search(&self, wanted: &[String]) -> [Option<usize>; 2] {
        let mut found = [None, None];
        let Some(first) = wanted.first() else { return found };
        for (n, at) in self.first.get(first).into_iter().flatten() {
            let here = self.quotes.get(*n).and_then(|(_, quote)| quote.get(*at..at + wanted.len()));
            if here != Some(wanted) || found == [Some(*n), None] {
                continue;
            }
            match found {
                [None, _] => found = [Some(*n), None],
                [one, _] => return [one, Some(*n)],
            }
        }
        found
    }
}
