//! The query language: what a person types, as a tree.
//!
//! ```text
//! query  := or
//! or     := and ("or" and)*
//! and    := not ("and"? not)*
//! not    := "not" not | near
//! near   := item ("near/N" item)*
//! item   := group | phrase | word | field ":" (word | phrase | group) | field ":=" (word | phrase) | field ":none"
//!         | "date:" range | "section:" words
//!         | concept "is:" how ("," how)* | measure ("<" | "<=" | "=" | ">=" | ">") number unit?
//! group  := "(" query ")"     phrase := "\"" word* "\""     concept, measure := word+ | phrase
//! word   := text | text "*" | text "~" | text "~2"
//! ```
//!
//! What words mean in medicine (concepts, synonyms, sections, measurements) comes from a [`Knowledge`] that the caller has.
//!
//! Every string is a query: what cannot be read is reported as an [`Issue`] and searched as plain words or left out. `-` is plain text.

mod complete;
mod date;
mod display;
mod field;
mod knowledge;
mod length;
mod lex;
mod meaning;
mod narrow;
mod parse;
mod remarks;
pub mod table;
mod terms;
mod value;
mod word;

use std::ops::Range;

use serde::Serialize;

pub use complete::{Completion, complete};
pub(crate) use date::{DateRange, month};
pub(crate) use field::{Field, Shape};
pub use knowledge::{Bare, Knowledge, Measure, Plain, Sense};
pub use narrow::narrowed;
pub(crate) use value::{Comparison, sortable};
pub(crate) use word::{Kind, Word};

/// Longest query in bytes; the rest is left out and said so.
pub const MAX_LENGTH: usize = 4096;

/// Deepest nesting of parentheses and `not`.
pub const MAX_DEPTH: usize = 64;

/// Most words joined by one chain of `near/N`.
pub(crate) const MAX_NEAR: usize = 8;

/// A parsed query. [`std::fmt::Display`] writes it so that it parses to the same query again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    pub(crate) root: Option<Node>,
    /// Whether `synonyms:off` was typed.
    pub(crate) literal: bool,
}

/// Something in a query that could not be taken as it was meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// What is the matter, as a sentence.
    pub message: String,
    /// Where, in bytes of the query as typed.
    pub span: Range<usize>,
    /// What to type instead, where we know.
    pub hint: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Leaf(Leaf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leaf {
    Words {
        field: Field,
        pattern: Pattern,
        also: Vec<Pattern>,
    },
    Near {
        field: Field,
        operands: Vec<Operand>,
        within: u32,
    },
    Date(DateRange),
    /// The whole value of a field; empty for none.
    Whole {
        field: Field,
        value: String,
    },
    Section {
        words: Vec<String>,
        names: Vec<String>,
    },
    Mention {
        words: String,
        senses: Vec<Sense>,
        how: Vec<&'static str>,
    },
    Measured {
        words: String,
        measure: Measure,
        is: Comparison,
    },
    /// `gap:` and `query:`: encounters that the caller knows.
    Encounters {
        field: &'static str,
        words: Vec<String>,
        names: Vec<String>,
    },
}

/// What can stand at one place of a near-group: what was typed, and its synonyms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operand {
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) also: Vec<Pattern>,
}

/// Words that stand one after another; a single word is a pattern of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) words: Vec<Word>,
    pub(crate) quoted: bool,
}

impl Query {
    /// Reads a query. Never fails: what is wrong is in the issues, and the rest is searched. Concepts, sections and measurements are
    /// taken by their identifiers; [`Query::read`] knows more.
    pub fn parse(text: &str) -> (Query, Vec<Issue>) {
        parse::parse(text, &Plain)
    }

    /// Reads a query with the help of somebody who knows medicine.
    pub fn read(text: &str, knowledge: &dyn Knowledge) -> (Query, Vec<Issue>) {
        parse::parse(text, knowledge)
    }

    /// The words that were added to those typed: each word with its synonyms, in the order of the query.
    pub fn synonyms(&self) -> Vec<(String, Vec<String>)> {
        let mut out: Vec<(String, Vec<String>)> = Vec::new();
        let mut add = |patterns: &[Pattern], also: &[Pattern]| {
            let words = patterns.iter().map(Pattern::plain).collect::<Vec<_>>().join(" or ");
            if !also.is_empty() && out.iter().all(|(known, _)| *known != words) {
                out.push((words, also.iter().map(Pattern::plain).collect()));
            }
        };
        for leaf in self.leaf_list() {
            match leaf {
                Leaf::Words { pattern, also, .. } => add(std::slice::from_ref(pattern), also),
                Leaf::Near { operands, .. } => operands.iter().for_each(|o| add(&o.patterns, &o.also)),
                _ => {}
            }
        }
        out
    }

    /// Whether `synonyms:off` was typed.
    pub fn is_literal(&self) -> bool {
        self.literal
    }

    /// Whether a leaf asks for what a reader found in the text: concepts, values or sections.
    pub fn needs_annotations(&self) -> bool {
        self.leaf_list().iter().any(|leaf| matches!(leaf, Leaf::Section { .. } | Leaf::Mention { .. } | Leaf::Measured { .. }))
    }

    /// Whether there is nothing to search for; such a query finds nothing.
    pub fn is_empty(&self) -> bool {
        crate::plan::Plan::of(self).is_empty()
    }

    /// The leaves in the order of the query; [`crate::Mark::leaf`] counts in this list.
    pub fn leaves(&self) -> Vec<String> {
        self.leaf_list().into_iter().map(ToString::to_string).collect()
    }

    pub(crate) fn leaf_list(&self) -> Vec<&Leaf> {
        fn walk<'a>(node: &'a Node, out: &mut Vec<&'a Leaf>) {
            match node {
                Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|n| walk(n, out)),
                Node::Not(inner) => walk(inner, out),
                Node::Leaf(leaf) => out.push(leaf),
            }
        }
        let mut out = Vec::new();
        if let Some(root) = &self.root {
            walk(root, &mut out);
        }
        out
    }
}

impl Operand {
    /// What can stand beside `near/N`: a word, a phrase, or a choice of them, all of one field.
    pub(crate) fn of(node: &Node) -> Option<(Field, Operand)> {
        match node {
            Node::Leaf(Leaf::Words { field, pattern, also }) => {
                Some((*field, Operand { patterns: vec![pattern.clone()], also: also.clone() }))
            }
            Node::Or(nodes) => {
                let sides: Option<Vec<(Field, Operand)>> = nodes.iter().map(Operand::of).collect();
                let mut sides = sides?.into_iter();
                let (field, mut all) = sides.next()?;
                for (other, side) in sides {
                    if other != field {
                        return None;
                    }
                    all.patterns.extend(side.patterns);
                    all.also.extend(side.also);
                }
                Some((field, all))
            }
            _ => None,
        }
    }
}

impl Node {
    pub(crate) fn and(nodes: Vec<Node>) -> Option<Node> {
        Node::join(nodes, Node::And, |n| match n {
            Node::And(inner) => inner,
            other => vec![other],
        })
    }

    pub(crate) fn or(nodes: Vec<Node>) -> Option<Node> {
        Node::join(nodes, Node::Or, |n| match n {
            Node::Or(inner) => inner,
            other => vec![other],
        })
    }

    /// One flat node of `nodes`: none of none, the node itself of one.
    fn join(nodes: Vec<Node>, make: fn(Vec<Node>) -> Node, open: fn(Node) -> Vec<Node>) -> Option<Node> {
        let mut flat: Vec<Node> = nodes.into_iter().flat_map(open).collect();
        if flat.len() > 1 { Some(make(flat)) } else { flat.pop() }
    }
}

#[cfg(test)]
mod tests;
