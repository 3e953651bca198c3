//! What exactly matched: the query is evaluated again on the text.

use std::ops::Range;

use serde::Serialize;

use crate::analysis::{Token, tokens};
use crate::grammar::{Field, Query};
use crate::occur::{self, Occurrence};
use crate::plan::{Matcher, Plan};

/// A stretch of text that matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// Which leaf of the query matched, as numbered by [`Query::leaves`].
    pub leaf: usize,
}

impl Mark {
    /// The stretch as a range of bytes.
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// What of `text` matched: whole phrases, the words of near-groups, nothing for `not`. Sorted, not overlapping.
///
/// Only the text is known here, so leaves on other fields count as met. A text that does not match has no marks, and neither has a branch
/// of an `or` that does not match.
pub fn marks(query: &Query, text: &str) -> Vec<Mark> {
    let tokens: Vec<Token<'_>> = tokens(text).collect();
    let mut found = Vec::new();
    if !walk(&Plan::of(query), &tokens, &mut found) {
        return Vec::new();
    }
    found.sort_unstable_by_key(|mark| (mark.start, std::cmp::Reverse(mark.end), mark.leaf));
    let mut out: Vec<Mark> = Vec::with_capacity(found.len());
    for mark in found {
        match out.last_mut() {
            Some(last) if mark.start < last.end => last.end = last.end.max(mark.end),
            _ => out.push(mark),
        }
    }
    out
}

/// Whether the plan holds on the text; adds the marks of what made it hold.
fn walk(plan: &Plan, tokens: &[Token<'_>], out: &mut Vec<Mark>) -> bool {
    let before = out.len();
    let holds = match plan {
        Plan::Nothing => false,
        Plan::And(plans) => plans.iter().all(|p| walk(p, tokens, out)),
        Plan::Or(plans) => {
            // Every side is walked: all that match are marked.
            let mut any = false;
            for plan in plans {
                any |= walk(plan, tokens, out);
            }
            any
        }
        Plan::Not(inner) => {
            let decided = on_text_only(inner);
            let held = walk(inner, tokens, out);
            out.truncate(before);
            !decided || !held
        }
        Plan::Leaf(matcher, leaf) => match matcher {
            Matcher::Words { field: Field::Text, phrase } => mark(occur::phrase_in(phrase, tokens), *leaf, out),
            Matcher::Near { field: Field::Text, operands, within } => {
                mark(occur::near_all(&occur::operands_in(operands, tokens), *within), *leaf, out)
            }
            _ => true,
        },
    };
    if !holds {
        out.truncate(before);
    }
    holds
}

fn mark(found: Vec<Occurrence>, leaf: usize, out: &mut Vec<Mark>) -> bool {
    out.extend(found.iter().map(|o| Mark { start: o.start, end: o.end, leaf }));
    !found.is_empty()
}

/// Whether the text alone decides a plan.
fn on_text_only(plan: &Plan) -> bool {
    match plan {
        Plan::Nothing => true,
        Plan::And(plans) | Plan::Or(plans) => plans.iter().all(on_text_only),
        Plan::Not(inner) => on_text_only(inner),
        Plan::Leaf(matcher, _) => {
            matches!(matcher, Matcher::Words { field: Field::Text, .. } | Matcher::Near { field: Field::Text, .. })
        }
    }
}
