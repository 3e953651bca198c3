//! The query language: what a person types, as a tree.
//!
//! ```text
//! query  := or
//! or     := and ("or" and)*
//! and    := not ("and"? not)*
//! not    := "not" not | near
//! near   := item ("near/N" item)*
//! item   := "(" query ")" | "\"" word* "\"" | word | field ":" (word | "\"" word* "\"" | "(" query ")") | "date:" range
//! word   := text | text "*" | text "~" | text "~2"
//! ```
//!
//! Every string is a query: what cannot be read is reported as an [`Issue`] and searched as plain words or left out. `-` is plain text.

mod date;
mod display;
mod field;
mod lex;
mod meaning;
mod parse;
mod word;

use std::ops::Range;

use serde::Serialize;

pub(crate) use date::DateRange;
pub use field::FIELD_NAMES;
pub(crate) use field::{Field, Shape};
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
    Words { field: Field, pattern: Pattern },
    Near { field: Field, operands: Vec<Vec<Pattern>>, within: u32 },
    Date(DateRange),
}

/// Words that stand one after another; a single word is a pattern of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) words: Vec<Word>,
    pub(crate) quoted: bool,
}

impl Query {
    /// Reads a query. Never fails: what is wrong is in the issues, and the rest is searched.
    pub fn parse(text: &str) -> (Query, Vec<Issue>) {
        parse::parse(text)
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

impl Node {
    pub(crate) fn and(nodes: Vec<Node>) -> Option<Node> {
        Node::join(nodes, Node::And, |n| match n {
            Node::And(inner) => Ok(inner),
            other => Err(other),
        })
    }

    pub(crate) fn or(nodes: Vec<Node>) -> Option<Node> {
        Node::join(nodes, Node::Or, |n| match n {
            Node::Or(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// One flat node of `nodes`: none of none, the node itself of one.
    fn join(nodes: Vec<Node>, make: fn(Vec<Node>) -> Node, open: fn(Node) -> Result<Vec<Node>, Node>) -> Option<Node> {
        let mut flat = Vec::with_capacity(nodes.len());
        for node in nodes {
            match open(node) {
                Ok(inner) => flat.extend(inner),
                Err(node) => flat.push(node),
            }
        }
        if flat.len() > 1 { Some(make(flat)) } else { flat.pop() }
    }
}

#[cfg(test)]
mod tests;
