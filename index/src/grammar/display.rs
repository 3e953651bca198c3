//! A query as text that parses to the same query.

use std::fmt::{Display, Formatter, Result};

use super::{Field, Kind, Leaf, Node, Pattern, Query};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.root.as_ref().map_or(Ok(()), |root| root.fmt(f))
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
            Leaf::Words { field, pattern } => write!(f, "{}", pattern.in_field(*field)),
            Leaf::Date(range) => write!(f, "date:{range}"),
            Leaf::Near { field, operands, within } => {
                for (i, patterns) in operands.iter().enumerate() {
                    if i > 0 {
                        write!(f, " near/{within} ")?;
                    }
                    let alternatives: Vec<String> = patterns.iter().map(|p| p.in_field(*field)).collect();
                    match alternatives.as_slice() {
                        [one] => f.write_str(one)?,
                        many => write!(f, "({})", many.join(" or "))?,
                    }
                }
                Ok(())
            }
        }
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
