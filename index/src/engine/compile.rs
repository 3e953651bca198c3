//! From a plan to the queries tantivy runs.

use std::ops::Bound;
use std::sync::Arc;

use tantivy::query::{AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery};
use tantivy::schema::{Field as Column, IndexRecordOption};
use tantivy::{Executor, Searcher, Term};

use super::expand::{self, MAX_WORDS};
use super::guard::Guarded;
use super::leaf::{Ask, Expanded, LeafQuery};
use super::schema::Columns;
use super::ways::{Way, WaysQuery};
use crate::error::IndexError;
use crate::grammar::{DateRange, Field, Shape};
use crate::pairs::paired;
use crate::plan::{Matcher, Phrase, Place, Plan, Scope, Test};
use crate::stop::Stop;

pub(crate) struct Compiler<'a> {
    pub(crate) searcher: &'a Searcher,
    pub(crate) executor: &'a Executor,
    pub(crate) columns: &'a Columns,
    pub(crate) stop: &'a Stop,
    /// About how many entries of posting lists the query reads.
    pub(crate) work: u64,
    /// How many words have been counted for it.
    pub(crate) counted: usize,
    pub(crate) notices: Vec<String>,
    /// What the note is found by and where it may stand: the leaves in the text that are not excluded.
    pub(crate) standing: Vec<LeafQuery>,
}

/// A leaf of more words than this is not asked where it stands: to look for it would cost more than it tells.
const MOST_STANDING: usize = 64;

/// The lists of so many words are looked up to know how long they are; those of more are long together.
const MOST_COUNTED: usize = 32;

type Compiled = Result<Box<dyn Query>, IndexError>;

impl Compiler<'_> {
    pub(crate) fn plan(&mut self, plan: &Plan) -> Compiled {
        if self.stop.stopped() {
            return Err(IndexError::Stopped);
        }
        match plan {
            Plan::Nothing => Ok(Box::new(EmptyQuery)),
            Plan::And(plans) => self.and(plans),
            Plan::Or(plans) => {
                let sides: Result<Vec<Box<dyn Query>>, IndexError> = plans.iter().map(|p| self.plan(p)).collect();
                Ok(Box::new(BooleanQuery::union(sides?)))
            }
            Plan::Not(inner) => {
                self.work = self.work.saturating_add(self.searcher.num_docs());
                Ok(Box::new(BooleanQuery::new(vec![(Occur::Must, everything()), (Occur::MustNot, self.without(inner)?)])))
            }
            Plan::Leaf(Matcher::Date(range), ..) => Ok(unscored(self.date(*range))),
            Plan::Leaf(Matcher::Words { field, choices }, _, scope) => self.words(*field, choices, scope),
            Plan::Leaf(Matcher::Near { field, operands, within }, _, scope) => self.near(*field, operands, *within, scope),
        }
    }

    fn and(&mut self, plans: &[Plan]) -> Compiled {
        let mut sides = Vec::with_capacity(plans.len() + 1);
        for plan in plans {
            sides.push(match plan {
                Plan::Not(inner) => (Occur::MustNot, self.without(inner)?),
                other => (Occur::Must, self.plan(other)?),
            });
        }
        // Exclusions alone exclude from nothing; they need something to exclude from.
        if sides.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            self.work = self.work.saturating_add(self.searcher.num_docs());
            sides.push((Occur::Must, everything()));
        }
        Ok(Box::new(BooleanQuery::new(sides)))
    }

    /// What is excluded, and stands nowhere.
    fn without(&mut self, inner: &Plan) -> Compiled {
        let standing = std::mem::take(&mut self.standing);
        let query = self.plan(inner);
        self.standing = standing;
        Ok(guarded(query?))
    }

    fn date(&self, range: DateRange) -> Box<dyn Query> {
        let (from, to) = range.bounds();
        let term = |at| Term::from_field_i64(self.columns.date, at);
        let from = from.map_or(Bound::Unbounded, |at| Bound::Included(term(at)));
        let to = to.map_or(Bound::Unbounded, |at| Bound::Excluded(term(at)));
        Box::new(RangeQuery::new(from, to))
    }

    fn words(&mut self, field: Field, choices: &[Phrase], scope: &Scope) -> Compiled {
        let Some(column) = self.columns.of(field) else { return Ok(Box::new(EmptyQuery)) };
        if scope.is_empty()
            && field.shape() != Shape::Keys
            && let Some(query) = self.exactly(column, field, choices)
        {
            return query;
        }
        let expanded: Result<Vec<Expanded>, IndexError> = choices.iter().map(|phrase| self.expand(field, phrase)).collect();
        let expanded = expanded?;
        let single = expanded.iter().all(|e| e.words.len() == 1);
        let ask = if scope.is_empty() && single {
            let mut words: Vec<Term> = expanded.iter().flat_map(|e| &e.words).flat_map(|words| words.iter().cloned()).collect();
            words.sort();
            words.dedup();
            Ask::Any(words.into())
        } else {
            Ask::Phrase(expanded)
        };
        Ok(self.query(field, ask, scope))
    }

    /// Words and phrases as they are, wherever they stand; `None` where a word stands for others.
    fn exactly(&mut self, column: Column, field: Field, choices: &[Phrase]) -> Option<Compiled> {
        let mut sides: Vec<Box<dyn Query>> = choices.iter().map(|phrase| exact(column, field, phrase)).collect::<Option<_>>()?;
        let words: Result<Vec<Expanded>, IndexError> = choices.iter().map(|phrase| self.expand(field, phrase)).collect();
        let words = match words {
            Ok(words) => words,
            Err(error) => return Some(Err(error)),
        };
        let query = match sides.len() {
            1 => sides.pop()?,
            _ => {
                let ways: Vec<Way> = words.iter().filter_map(Way::of).collect();
                Box::new(WaysQuery { column, ways: ways.into(), stop: self.stop.clone() })
            }
        };
        if field != Field::Text {
            return Some(Ok(unscored(query)));
        }
        if let Some(leaf) = self.leaf(field, Ask::Phrase(words), &Scope::new()) {
            self.stand(leaf);
        }
        Some(Ok(query))
    }

    fn near(&mut self, field: Field, operands: &[Vec<Phrase>], within: u32, scope: &Scope) -> Compiled {
        let sides: Result<Vec<Vec<Expanded>>, IndexError> =
            operands.iter().map(|choices| choices.iter().map(|phrase| self.expand(field, phrase)).collect()).collect();
        Ok(self.query(field, Ask::Near(sides?, within), scope))
    }

    fn query(&mut self, field: Field, ask: Ask, scope: &Scope) -> Box<dyn Query> {
        let Some(leaf) = self.leaf(field, ask, scope) else { return Box::new(EmptyQuery) };
        let query = Box::new(leaf.clone());
        if !field.in_text() {
            return unscored(query);
        }
        self.stand(leaf);
        query
    }

    /// Keeps a leaf to ask where it stands.
    fn stand(&mut self, leaf: LeafQuery) {
        if leaf.ask.words() <= MOST_STANDING {
            self.standing.push(leaf);
        }
    }

    fn leaf(&self, field: Field, ask: Ask, scope: &Scope) -> Option<LeafQuery> {
        let (column, text, section) = (self.columns.of(field)?, self.columns.of(Field::Text)?, self.columns.of(Field::Section)?);
        let named = |place: &Place| {
            let terms: Vec<Term> = place.names.iter().map(|name| Term::from_field_text(section, name)).collect();
            (place.inside, Arc::from(terms))
        };
        let scope = scope.iter().map(named).collect();
        Some(LeafQuery { column, text, section, ask, scope, scored: field.in_text(), stop: self.stop.clone() })
    }

    /// Adds what the lists of some words come to.
    fn count(&mut self, words: &[Term]) -> Result<(), IndexError> {
        self.counted += words.len();
        if self.counted > MOST_COUNTED {
            self.work = u64::MAX;
        }
        for word in words.iter().take(MOST_COUNTED) {
            self.work = self.work.saturating_add(self.searcher.doc_freq(word)?);
        }
        Ok(())
    }

    fn expand(&mut self, field: Field, phrase: &Phrase) -> Result<Expanded, IndexError> {
        let phrase = if field == Field::Text { paired(phrase) } else { phrase.clone() };
        let mut words: Vec<Arc<[Term]>> = Vec::with_capacity(phrase.slots.len());
        for slot in &phrase.slots {
            if self.stop.stopped() {
                return Err(IndexError::Stopped);
            }
            let Some(column) = self.columns.of(field) else { continue };
            let (terms, cut) = expand::terms(self.searcher, self.executor, column, &slot.test, MAX_WORDS)?;
            if cut {
                self.notices.push(format!("{} stands for more than {MAX_WORDS} words; the others are left out.", slot.test));
            }
            self.count(&terms)?;
            words.push(terms.into());
        }
        Ok(Expanded { phrase, words })
    }
}

/// A phrase of words as they are, by the engine's own queries.
fn exact(column: Column, field: Field, phrase: &Phrase) -> Option<Box<dyn Query>> {
    let paired = if field == Field::Text { paired(phrase) } else { phrase.clone() };
    let terms: Option<Vec<(usize, Term)>> = paired
        .slots
        .iter()
        .map(|slot| match &slot.test {
            Test::Exact(text) => Some((slot.offset as usize, Term::from_field_text(column, text))),
            _ => None,
        })
        .collect();
    let mut terms = terms?;
    Some(match terms.len() {
        0 => Box::new(EmptyQuery),
        1 => Box::new(TermQuery::new(terms.pop()?.1, IndexRecordOption::WithFreqs)),
        _ => Box::new(PhraseQuery::new_with_offset(terms)),
    })
}

/// A filter decides what is found and says nothing of how well it fits.
fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn guarded(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(Guarded(query))
}

fn everything() -> Box<dyn Query> {
    unscored(Box::new(AllQuery))
}
