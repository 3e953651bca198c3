//! What exactly matched: the query is evaluated again on the text.

use std::ops::Range;

use serde::Serialize;

use crate::brute::Document;
use crate::entry::Entry;
use crate::grammar::{Field, Query};
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

/// What of a text alone matched. Leaves on anything else count as met: fields, dates, and what a reader would have to find.
pub fn marks(query: &Query, text: &str) -> Vec<Mark> {
    collect(query, &Entry { text, ..Entry::default() }, false)
}

/// What of a document's text matched: whole phrases, the words of near-groups, concepts, values, the headings of sections; nothing for
/// `not`. Sorted, not overlapping. A document that does not match has no marks, and neither has a branch of an `or` that does not match.
pub fn marks_in(query: &Query, entry: &Entry<'_>) -> Vec<Mark> {
    collect(query, entry, true)
}

fn collect(query: &Query, entry: &Entry<'_>, whole: bool) -> Vec<Mark> {
    let mut walk = Walk { document: Document::new(entry), whole, found: Vec::new() };
    if !walk.holds(&Plan::of(query)) {
        return Vec::new();
    }
    let mut found = walk.found;
    found.sort_unstable_by_key(|mark| (mark.start, std::cmp::Reverse(mark.end), mark.leaf));
    let mut out: Vec<Mark> = Vec::with_capacity(found.len());
    for mark in found.into_iter().filter(|mark| mark.start < mark.end) {
        match out.last_mut() {
            Some(last) if mark.start < last.end => last.end = last.end.max(mark.end),
            _ => out.push(mark),
        }
    }
    out
}

struct Walk<'a> {
    document: Document<'a>,
    /// Whether everything of the document is known, and not its text alone.
    whole: bool,
    found: Vec<Mark>,
}

impl Walk<'_> {
    /// Whether the plan holds; adds the marks of what made it hold.
    fn holds(&mut self, plan: &Plan) -> bool {
        let before = self.found.len();
        let holds = match plan {
            Plan::Nothing => false,
            Plan::And(plans) => plans.iter().all(|p| self.holds(p)),
            Plan::Or(plans) => {
                // Every side is walked: all that match are marked.
                let mut any = false;
                for plan in plans {
                    any |= self.holds(plan);
                }
                any
            }
            Plan::Not(inner) => {
                let decided = self.decided(inner);
                let held = self.holds(inner);
                self.found.truncate(before);
                !decided || !held
            }
            Plan::Leaf(matcher, leaf, scope) if self.decided(plan) => match self.document.leaf(matcher, scope) {
                Ok(held) => held,
                Err(places) => {
                    if matches!(matcher, Matcher::Words { field, .. } | Matcher::Near { field, .. } if field.in_text() || *field == Field::Section)
                    {
                        self.found.extend(places.iter().map(|o| Mark { start: o.start, end: o.end, leaf: *leaf }));
                    }
                    !places.is_empty()
                }
            },
            Plan::Leaf(..) => true,
        };
        if !holds {
            self.found.truncate(before);
        }
        holds
    }

    /// Whether what is known decides a plan.
    fn decided(&self, plan: &Plan) -> bool {
        match plan {
            Plan::Nothing => true,
            Plan::And(plans) | Plan::Or(plans) => plans.iter().all(|p| self.decided(p)),
            Plan::Not(inner) => self.decided(inner),
            Plan::Leaf(matcher, _, scope) => {
                let text = matches!(matcher, Matcher::Words { field: Field::Text, .. } | Matcher::Near { field: Field::Text, .. });
                self.whole || (text && scope.is_empty())
            }
        }
    }
}
