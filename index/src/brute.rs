//! The query against one document without an index: the oracle of the tests, and the way to search when there is no index.

use std::cell::OnceCell;

use crate::analysis::{Token, tokens};
use crate::entry::Entry;
use crate::fold;
use crate::grammar::{Field, Query, Shape};
use crate::occur;
use crate::plan::{Matcher, Plan};

/// Whether a document matches a query; the same answer as the engine gives.
pub fn matches(query: &Query, entry: &Entry<'_>) -> bool {
    let plan = Plan::of(query);
    !plan.is_empty() && Document { entry, fields: Default::default() }.holds(&plan)
}

/// A document whose fields are analysed when first asked for.
struct Document<'a> {
    entry: &'a Entry<'a>,
    fields: [OnceCell<Vec<Token<'a>>>; Field::ALL.len()],
}

impl<'a> Document<'a> {
    fn holds(&self, plan: &Plan) -> bool {
        match plan {
            Plan::Nothing => false,
            Plan::And(plans) => plans.iter().all(|p| self.holds(p)),
            Plan::Or(plans) => plans.iter().any(|p| self.holds(p)),
            Plan::Not(inner) => !self.holds(inner),
            Plan::Leaf(Matcher::Date(range), _) => self.entry.date.is_some_and(|at| range.holds(at)),
            Plan::Leaf(Matcher::Words { field, phrase }, _) => !occur::phrase_in(phrase, self.tokens(*field)).is_empty(),
            Plan::Leaf(Matcher::Near { field, operands, within }, _) => {
                occur::near(&occur::operands_in(operands, self.tokens(*field)), *within)
            }
        }
    }

    fn tokens(&self, field: Field) -> &[Token<'a>] {
        let at = Field::ALL.iter().position(|f| *f == field).unwrap_or_default();
        let Some(cell) = self.fields.get(at) else { return &[] };
        cell.get_or_init(|| field_tokens(field, self.entry.field(field)))
    }
}

/// The tokens of a field: word by word, or the value as one.
pub(crate) fn field_tokens(field: Field, text: &str) -> Vec<Token<'_>> {
    match field.shape() {
        Shape::Words => tokens(text).collect(),
        Shape::Value if text.trim().is_empty() => Vec::new(),
        Shape::Value => vec![Token { text: fold::value(text).into(), span: 0..text.len(), position: 0 }],
        Shape::Reader => Vec::new(),
    }
}
