//! The query against one document without an index: the oracle of the tests, and the way to search when there is no index.

use std::cell::OnceCell;

use crate::analysis::{Token, places, tokens};
use crate::entry::Entry;
use crate::fold;
use crate::grammar::{Field, Query, Shape};
use crate::keys;
use crate::occur::{self, Occurrence, Place};
use crate::plan::{Matcher, Phrase, Plan, Scope};

/// Whether a document matches a query; the same answer as the engine gives.
pub fn matches(query: &Query, entry: &Entry<'_>) -> bool {
    let plan = Plan::of(query);
    !plan.is_empty() && Document::new(entry).holds(&plan)
}

/// A document whose fields are analysed when first asked for.
pub(crate) struct Document<'a> {
    entry: &'a Entry<'a>,
    fields: [OnceCell<Vec<Token<'a>>>; Field::ALL.len()],
    places: OnceCell<Vec<Place>>,
}

impl<'a> Document<'a> {
    pub(crate) fn new(entry: &'a Entry<'a>) -> Document<'a> {
        Document { entry, fields: Default::default(), places: OnceCell::new() }
    }

    fn holds(&self, plan: &Plan) -> bool {
        match plan {
            Plan::Nothing => false,
            Plan::And(plans) => plans.iter().all(|p| self.holds(p)),
            Plan::Or(plans) => plans.iter().any(|p| self.holds(p)),
            Plan::Not(inner) => !self.holds(inner),
            Plan::Leaf(matcher, _, scope) => self.leaf(matcher, scope).unwrap_or_else(|held| !held.is_empty()),
        }
    }

    /// Whether a leaf holds, or where it does: `Err` gives the places.
    pub(crate) fn leaf(&self, matcher: &Matcher, scope: &Scope) -> Result<bool, Vec<Occurrence>> {
        match matcher {
            Matcher::Date(range) => Ok(self.entry.date.is_some_and(|at| range.holds(at))),
            Matcher::Words { field, choices } => Err(self.words(*field, choices, scope)),
            Matcher::Near { field, operands, within } => {
                let mut found = occur::operands_in(operands, self.tokens(*field));
                if !scope.is_empty() {
                    let bounds = occur::bounds_in(scope, self.tokens(Field::Section));
                    found.iter_mut().for_each(|all| bounds.keep(all));
                }
                Err(occur::near_all(&found, *within))
            }
        }
    }

    fn words(&self, field: Field, choices: &[Phrase], scope: &Scope) -> Vec<Occurrence> {
        let mut found = occur::choices_in(choices, self.tokens(field));
        if !scope.is_empty() {
            occur::bounds_in(scope, self.tokens(Field::Section)).keep(&mut found);
        }
        found
    }

    fn places(&self) -> &[Place] {
        self.places.get_or_init(|| places(self.entry.text))
    }

    fn tokens(&self, field: Field) -> &[Token<'a>] {
        let at = Field::ALL.iter().position(|f| *f == field).unwrap_or_default();
        let Some(cell) = self.fields.get(at) else { return &[] };
        cell.get_or_init(|| match field {
            Field::Encounter => encounter_tokens(self.entry),
            field if field.shape() == Shape::Keys => keys::keys(field, &self.entry.notes, self.places()).tokens(),
            field => field_tokens(field, self.entry.field(field)),
        })
    }
}

/// The tokens of a field: word by word, with the whole value before them where it is not the text of the note; or the value as one.
pub(crate) fn field_tokens(field: Field, text: &str) -> Vec<Token<'_>> {
    match field.shape() {
        Shape::Words if field == Field::Text => tokens(text).collect(),
        Shape::Words => {
            let whole = Token { text: keys::whole(text).into(), span: 0..text.len(), position: 0 };
            std::iter::once(whole).chain(tokens(text)).collect()
        }
        Shape::Value if text.trim().is_empty() => Vec::new(),
        Shape::Value => vec![Token { text: fold::value(text).into(), span: 0..text.len(), position: 0 }],
        Shape::Keys => Vec::new(),
    }
}

/// An encounter is found by what a person calls it and by its identifier.
fn encounter_tokens<'a>(entry: &Entry<'a>) -> Vec<Token<'a>> {
    [entry.encounter, entry.stay].into_iter().flat_map(|name| field_tokens(Field::Encounter, name)).collect()
}
