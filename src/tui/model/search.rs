//! The search screen.

use crate::work::model::{SearchHit, SearchPage, Searches};
use lacuna_index::Completion;

/// The search screen.
#[derive(Clone, Debug, Default)]
pub struct SearchState {
    /// The query.
    pub query: String,
    /// Where its cursor is.
    pub at: usize,
    /// Whether the query is an earlier one, all of it selected: typing replaces it, moving in it keeps it.
    pub earlier_kept: bool,
    /// The newest answer.
    pub page: SearchPage,
    /// The query that it answers.
    pub answered: Option<String>,
    /// The query that was asked last.
    pub asked: String,
    /// The selected hit, or the selected earlier search while nothing is typed.
    pub cursor: usize,
    /// How many hits are wanted.
    pub wanted: usize,
    /// Newest first.
    pub by_date: bool,
    /// The selected value, while the facets have the keys.
    pub facet: Option<usize>,
    /// What could be typed next.
    pub completions: Vec<Completion>,
    /// The searches of this person.
    pub searches: Searches,
}

/// A search of this person: named, or only used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// What was searched for.
    pub query: &'a str,
}

impl SearchState {
    /// The searches of this person: named ones first, then the others, newest first.
    pub fn earlier(&self) -> impl Iterator<Item = Earlier<'_>> {
        let saved = self.searches.saved.iter().map(|s| Earlier { name: Some(&s.name), query: &s.query });
        let named = |query: &str| self.searches.saved.iter().any(|s| s.query == query);
        saved.chain(self.searches.recent.iter().filter(move |q| !named(q)).map(|q| Earlier { name: None, query: q }))
    }

    /// Every value that was counted: field, value, count.
    pub fn facets(&self) -> impl Iterator<Item = (&str, &str, u64)> {
        self.page
            .facets
            .iter()
            .flat_map(|(field, values)| values.iter().map(move |(value, count)| (field.as_str(), value.as_str(), *count)))
    }

    /// The selected hit.
    pub fn selected(&self) -> Option<&SearchHit> {
        self.page.hits.get(self.cursor)
    }
}
