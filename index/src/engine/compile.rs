//! From a plan to the queries tantivy runs.

use std::ops::Bound;
use std::sync::Arc;

use tantivy::query::{AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};

use super::expand::{self, MAX_WORDS};
use super::guard::Guarded;
use super::leaf::{Ask, Expanded, LeafQuery};
use super::schema::Columns;
use crate::error::IndexError;
use crate::grammar::{DateRange, Field};
use crate::plan::{Matcher, Phrase, Plan, Test};
use crate::stop::Stop;

pub(crate) struct Compiler<'a> {
    pub(crate) searcher: &'a Searcher,
    pub(crate) columns: &'a Columns,
    pub(crate) stop: &'a Stop,
    pub(crate) notices: Vec<String>,
}

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
                Ok(Box::new(BooleanQuery::new(vec![(Occur::Must, everything()), (Occur::MustNot, guarded(self.plan(inner)?))])))
            }
            Plan::Leaf(Matcher::Date(range), _) => Ok(unscored(self.date(*range))),
            Plan::Leaf(Matcher::Words { field, phrase }, _) => self.words(*field, phrase),
            Plan::Leaf(Matcher::Near { field, operands, within }, _) => self.near(*field, operands, *within),
        }
    }

    fn and(&mut self, plans: &[Plan]) -> Compiled {
        let mut sides = Vec::with_capacity(plans.len() + 1);
        for plan in plans {
            sides.push(match plan {
                Plan::Not(inner) => (Occur::MustNot, guarded(self.plan(inner)?)),
                other => (Occur::Must, self.plan(other)?),
            });
        }
        // Exclusions alone exclude from nothing; they need something to exclude from.
        if sides.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            sides.push((Occur::Must, everything()));
        }
        Ok(Box::new(BooleanQuery::new(sides)))
    }

    fn date(&self, range: DateRange) -> Box<dyn Query> {
        let (from, to) = range.bounds();
        let term = |at| Term::from_field_i64(self.columns.date, at);
        let from = from.map_or(Bound::Unbounded, |at| Bound::Included(term(at)));
        let to = to.map_or(Bound::Unbounded, |at| Bound::Excluded(term(at)));
        Box::new(RangeQuery::new(from, to))
    }

    fn words(&mut self, field: Field, phrase: &Phrase) -> Compiled {
        let Some(column) = self.columns.of(field) else { return Ok(Box::new(EmptyQuery)) };
        let exact: Option<Vec<(usize, Term)>> = phrase
            .slots
            .iter()
            .map(|slot| match &slot.test {
                Test::Exact(text) => Some((slot.offset as usize, Term::from_field_text(column, text))),
                _ => None,
            })
            .collect();
        let query: Box<dyn Query> = match exact {
            Some(mut terms) if terms.len() == 1 => match terms.pop() {
                Some((_, term)) => Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)),
                None => Box::new(EmptyQuery),
            },
            Some(terms) if terms.len() > 1 => Box::new(PhraseQuery::new_with_offset(terms)),
            _ => {
                let expanded = self.expand(field, phrase)?;
                let ask = match expanded.words.as_slice() {
                    [only] => Ask::Any(only.clone()),
                    _ => Ask::Phrase(expanded),
                };
                self.leaf(field, ask)
            }
        };
        Ok(if field == Field::Text { query } else { unscored(query) })
    }

    fn near(&mut self, field: Field, operands: &[Vec<Phrase>], within: u32) -> Compiled {
        let sides: Result<Vec<Vec<Expanded>>, IndexError> =
            operands.iter().map(|choices| choices.iter().map(|phrase| self.expand(field, phrase)).collect()).collect();
        let query = self.leaf(field, Ask::Near(sides?, within));
        Ok(if field == Field::Text { query } else { unscored(query) })
    }

    fn leaf(&self, field: Field, ask: Ask) -> Box<dyn Query> {
        match self.columns.of(field) {
            Some(column) => Box::new(LeafQuery { column, ask, scored: field == Field::Text, stop: self.stop.clone() }),
            None => Box::new(EmptyQuery),
        }
    }

    fn expand(&mut self, field: Field, phrase: &Phrase) -> Result<Expanded, IndexError> {
        let mut words: Vec<Arc<[Term]>> = Vec::with_capacity(phrase.slots.len());
        for slot in &phrase.slots {
            if self.stop.stopped() {
                return Err(IndexError::Stopped);
            }
            let Some(column) = self.columns.of(field) else { continue };
            let (terms, cut) = expand::terms(self.searcher, column, &slot.test, MAX_WORDS)?;
            if cut {
                self.notices.push(format!("{} stands for more than {MAX_WORDS} words; the others are left out.", slot.test));
            }
            words.push(terms.into());
        }
        Ok(Expanded { phrase: phrase.clone(), words })
    }
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
