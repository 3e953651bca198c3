//! What a query means, in words a person can check it by.

use super::{DateRange, Field, Kind, Leaf, Node, Pattern, Query};

impl Query {
    /// The meaning in words: `phrase congestive heart failure, and note type discharge summary, without denied`.
    pub fn meaning(&self) -> String {
        self.root.as_ref().map_or_else(|| "nothing to search for".to_owned(), top)
    }
}

fn top(node: &Node) -> String {
    let Node::And(nodes) = node else { return inner(node) };
    // Where all of it must stand comes last: "lasix, in section plan".
    let (places, others): (Vec<&Node>, Vec<&Node>) = nodes.iter().partition(|node| place(node).is_some());
    let mut out = String::new();
    for node in others.into_iter().chain(places) {
        let apart = matches!(node, Node::Not(_)) || place(node).is_some();
        out.push_str(match (out.is_empty(), apart) {
            (true, _) => "",
            (_, true) => ", ",
            (_, false) => ", and ",
        });
        out.push_str(&grouped(node));
    }
    out
}

/// The sections that a side names, if it names them and nothing else, and whether it is inside of them.
fn place(node: &Node) -> Option<(&[String], bool)> {
    match node {
        Node::Leaf(Leaf::Section { words, .. }) => Some((words, true)),
        Node::Not(inner) => place(inner).map(|(words, inside)| (words, !inside)),
        _ => None,
    }
}

fn inner(node: &Node) -> String {
    match node {
        Node::And(_) => top(node),
        Node::Or(nodes) => format!("either {}", nodes.iter().map(grouped).collect::<Vec<_>>().join(" or ")),
        Node::Not(inner) => match place(node) {
            Some((words, inside)) => format!("{}in section {}", if inside { "" } else { "not " }, words.join(" or ").replace('_', " ")),
            None => format!("without {}", grouped(inner)),
        },
        Node::Leaf(leaf) => leaf_meaning(leaf),
    }
}

/// Groups within a sentence keep their parentheses: without them "a or b and c" has two readings.
fn grouped(node: &Node) -> String {
    match node {
        Node::And(_) | Node::Or(_) => format!("({})", inner(node)),
        Node::Not(_) | Node::Leaf(_) => inner(node),
    }
}

fn leaf_meaning(leaf: &Leaf) -> String {
    match leaf {
        Leaf::Words { field, pattern, also } => format!("{}{}", in_field(*field, &words(pattern, *field)), added(also.len())),
        Leaf::Date(range) => dated(*range),
        Leaf::Whole { field, value } if value.is_empty() => format!("no {} given", field.spoken()),
        Leaf::Whole { field, value } => format!("{} exactly {}", field.spoken(), value.replace('_', " ")),
        Leaf::Near { field, operands, within } => {
            let parts: Vec<String> = operands
                .iter()
                .map(|o| format!("{}{}", o.patterns.iter().map(|p| words(p, *field)).collect::<Vec<_>>().join(" or "), added(o.also.len())))
                .collect();
            let distance = if *within == 1 { "next to each other".to_owned() } else { format!("within {within} words of each other") };
            in_field(*field, &format!("{} {distance}", parts.join(" and ")))
        }
        Leaf::Section { words, .. } => format!("in section {}", words.join(" or ").replace('_', " ")),
        Leaf::Mention { words, how, .. } if how.len() == super::table::ASSERTIONS.len() => format!("concept {words} however it stands"),
        Leaf::Mention { words, how, .. } => format!("{words} said to be {}", how.join(" or ").replace("family", "a relative's")),
        Leaf::Measured { measure, is, .. } => {
            let words = format!("{} {}", measure.label, is.spoken());
            if measure.unit.is_empty() { words } else { format!("{words} {}", spoken_unit(&measure.unit)) }
        }
        Leaf::Encounters { field, words, names } => {
            let stays = if names.len() == 1 { "1 stay".to_owned() } else { format!("{} stays", names.len()) };
            format!("in the {stays} with {field} {}", words.join(" or ").replace('_', " "))
        }
    }
}

/// A unit of the UCUM as it is read: `10^3/uL`, `°C`.
pub(super) fn spoken_unit(unit: &str) -> String {
    if unit == "Cel" { "\u{b0}C".to_owned() } else { unit.replace("10*", "10^") }
}

/// ` (+ 3 synonyms)`.
fn added(synonyms: usize) -> String {
    match synonyms {
        0 => String::new(),
        1 => " (+ 1 synonym)".to_owned(),
        many => format!(" (+ {many} synonyms)"),
    }
}

fn in_field(field: Field, value: &str) -> String {
    if field == Field::Text { value.to_owned() } else { format!("{} {value}", field.spoken()) }
}

fn words(pattern: &Pattern, field: Field) -> String {
    let phrase = field == Field::Text && pattern.words.len() > 1;
    if pattern.all_exact() {
        return if phrase { format!("phrase {}", pattern.plain()) } else { pattern.plain() };
    }
    let each: Vec<String> = pattern
        .words
        .iter()
        .map(|word| match word.kind {
            Kind::Exact => word.text.clone(),
            Kind::Prefix => format!("any word that begins with {}", word.text),
            Kind::Typo(1) => format!("{} with at most one slip", word.text),
            Kind::Typo(slips) => format!("{} with at most {slips} slips", word.text),
        })
        .collect();
    if phrase { format!("phrase {}", each.join(", then ")) } else { each.join(", then ") }
}

fn dated(range: DateRange) -> String {
    match (range.from, range.to) {
        (Some(from), Some(to)) if from == to => format!("dated {from}"),
        (Some(from), Some(to)) => format!("dated {from} to {to}"),
        (Some(from), None) => format!("dated {from} or later"),
        (None, Some(to)) => format!("dated {to} or earlier"),
        (None, None) => "dated".to_owned(),
    }
}
