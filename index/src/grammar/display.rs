//! A query as text that parses to the same query.

use std::fmt::{Display, Formatter, Result};

use super::parse::NONE;
use super::{Field, Kind, Leaf, Node, Pattern, Query};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.root.as_ref().map_or(Ok(()), |root| root.fmt(f))?;
        match (self.literal, self.root.is_some()) {
            (true, true) => f.write_str(" synonyms:off"),
            (true, false) => f.write_str("synonyms:off"),
            (false, _) => Ok(()),
        }
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Node::And(nodes) => joined(f, nodes, " ", |n| matches!(n, Node::Or(_))),
            Node::Or(nodes) => joined(f, nodes, " or ", |_| false),
            Node::Not(inner) => {
                f.write_str("not ")?;
                grouped(f, inner, matches!(**inner, Node::And(_) | Node::Or(_)))
            }
            Node::Leaf(leaf) => leaf.fmt(f),
        }
    }
}

fn joined(f: &mut Formatter<'_>, nodes: &[Node], between: &str, needs_group: fn(&Node) -> bool) -> Result {
    for (i, node) in nodes.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        grouped(f, node, needs_group(node))?;
    }
    Ok(())
}

fn grouped(f: &mut Formatter<'_>, node: &Node, group: bool) -> Result {
    if group { write!(f, "({node})") } else { node.fmt(f) }
}

impl Display for Leaf {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Leaf::Words { field, pattern, .. } => write!(f, "{}", pattern.in_field(*field)),
            Leaf::Date(range) => write!(f, "date:{range}"),
            Leaf::Whole { field, value } => f.write_str(&whole(field.name(), value)),
            Leaf::Near { field, operands, within } => {
                for (i, operand) in operands.iter().enumerate() {
                    if i > 0 {
                        write!(f, " near/{within} ")?;
                    }
                    let alternatives: Vec<String> = operand.patterns.iter().map(|p| p.in_field(*field)).collect();
                    match alternatives.as_slice() {
                        [one] => f.write_str(one)?,
                        many => write!(f, "({})", many.join(" or "))?,
                    }
                }
                Ok(())
            }
            // In quotes the words before it cannot become part of the name.
            Leaf::Mention { words, how, .. } => write!(f, "\"{words}\" is:{}", how.join(",")),
            // In parentheses a word that follows cannot become the unit.
            Leaf::Measured { words, measure, is } if measure.unit.is_empty() || measure.unit.contains(char::is_whitespace) => {
                write!(f, "(\"{words}\" {is})")
            }
            Leaf::Measured { words, measure, is } => write!(f, "\"{words}\" {is} {}", measure.unit),
            Leaf::Section { words, .. } => listed(f, "section", words),
            Leaf::Encounters { field, words, .. } => listed(f, field, words),
        }
    }
}

/// Whether a value is read back as one word without quotes.
fn bare(value: &str) -> bool {
    super::parse::operator(value).is_none() && value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '&'))
}

/// A field with its whole value, or without any.
pub(super) fn whole(field: &str, value: &str) -> String {
    match value {
        "" => format!("{field}:{NONE}"),
        value if bare(value) => format!("{field}:={value}"),
        value => format!("{field}:=\"{value}\""),
    }
}

/// A field with its values, each in quotes where it would not be read back as one word.
fn listed(f: &mut Formatter<'_>, field: &str, words: &[String]) -> Result {
    let words: Vec<String> = words.iter().map(|w| if bare(w) { w.clone() } else { format!("\"{w}\"") }).collect();
    match words.as_slice() {
        [one] => write!(f, "{field}:{one}"),
        many => write!(f, "{field}:({})", many.join(" or ")),
    }
}

impl Pattern {
    fn in_field(&self, field: Field) -> String {
        let name = field.name();
        let colon = if name.is_empty() { "" } else { ":" };
        format!("{name}{colon}{self}")
    }

    /// The words without quotes and suffixes, for the meaning.
    pub(crate) fn plain(&self) -> String {
        self.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn all_exact(&self) -> bool {
        self.words.iter().all(|w| w.kind == Kind::Exact)
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let words: Vec<String> = self.words.iter().map(ToString::to_string).collect();
        let words = words.join(" ");
        if self.quoted { write!(f, "\"{words}\"") } else { f.write_str(&words) }
    }
}
