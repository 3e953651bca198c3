//! From the query as typed to what is looked up: analysed words at offsets. The engine, the brute-force evaluator and the highlighter all
//! work from the same plan, so they cannot disagree on what a query means.
//!
//! - A word of several parts (`C-diff`) is the phrase of its parts, so it also finds `C. diff`; since a text gives the parts of every
//!   compound, that holds for the whole as well. A compound of numbers only (`120/80`) is looked up in one piece.
//! - `*` applies to the last part of a word, `~` to every part of three letters or more.
//! - The whole value of a field (`service:="Wound Care"`) is one token beside its words; a field that is empty has the empty one.
//! - Concepts, values and sections are looked up by their keys (`keys`), by the same rules as words.
//! - A `section:` beside words, concepts or values says where these must stand; alone it finds notes that have such a section.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};

use crate::analysis::{MAX_TOKEN, Unit, units};
use crate::fold;
use crate::grammar::{DateRange, Field, Kind, Leaf, Node, Pattern, Query, Shape, Word};
use crate::keys;
use crate::pairs::SIGN;

#[derive(Debug, Clone)]
pub(crate) enum Plan {
    /// Nothing searchable.
    Nothing,
    And(Vec<Plan>),
    Or(Vec<Plan>),
    Not(Box<Plan>),
    Leaf(Matcher, usize, Scope),
}

/// In which sections what is found must stand, and in which not; all of them hold.
pub(crate) type Scope = Vec<Place>;

/// One `section:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) inside: bool,
    pub(crate) names: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) enum Matcher {
    /// Any of several phrases; keys of a reader are phrases of one word.
    Words {
        field: Field,
        choices: Vec<Phrase>,
    },
    Near {
        field: Field,
        operands: Vec<Vec<Phrase>>,
        within: u32,
    },
    Date(DateRange),
}

/// Tests at offsets from where the phrase begins; `length` positions in all.
#[derive(Debug, Clone)]
pub(crate) struct Phrase {
    pub(crate) slots: Vec<Slot>,
    pub(crate) length: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) offset: u32,
    pub(crate) test: Test,
}

/// What a token must be.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    Exact(String),
    Prefix(String),
    Typo(Arc<Automaton>),
    /// From one key to another, both included.
    Between(String, String),
    /// One of many values.
    OneOf(Arc<BTreeSet<String>>),
}

/// A word with slips, as the automaton that walks the term dictionary.
pub(crate) struct Automaton {
    pub(crate) word: String,
    pub(crate) slips: u8,
    pub(crate) dfa: DFA,
}

impl std::fmt::Debug for Automaton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Automaton").field("word", &self.word).finish_non_exhaustive()
    }
}

impl Test {
    pub(crate) fn holds(&self, token: &str) -> bool {
        match self {
            Test::Exact(text) => token == text,
            Test::Prefix(start) => token.starts_with(start.as_str()),
            Test::Typo(automaton) => !token.starts_with(char::from(SIGN)) && matches!(automaton.dfa.eval(token), Distance::Exact(_)),
            Test::Between(from, to) => (from.as_str()..=to.as_str()).contains(&token),
            Test::OneOf(values) => values.contains(token),
        }
    }

    fn typo(word: String, slips: u8) -> Test {
        static BUILDERS: OnceLock<[LevenshteinAutomatonBuilder; 2]> = OnceLock::new();
        // Building the tables costs milliseconds and is the same for every word.
        let [one, two] = BUILDERS.get_or_init(|| [LevenshteinAutomatonBuilder::new(1, true), LevenshteinAutomatonBuilder::new(2, true)]);
        let dfa = if slips < 2 { one } else { two }.build_dfa(&word);
        Test::Typo(Arc::new(Automaton { word, slips, dfa }))
    }
}

impl Phrase {
    /// One word, whatever it is.
    pub(crate) fn word() -> Phrase {
        one(vec![Test::Prefix(String::new())])
    }
}

impl Plan {
    pub(crate) fn of(query: &Query) -> Plan {
        let mut number = 0;
        query.root.as_ref().and_then(|root| build(root, &mut number, &Vec::new())).unwrap_or(Plan::Nothing)
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Plan::Nothing)
    }
}

fn build(node: &Node, number: &mut usize, scope: &Scope) -> Option<Plan> {
    match node {
        Node::And(nodes) => and(nodes, number, scope),
        Node::Or(nodes) => several(nodes.iter(), number, Plan::Or, scope),
        Node::Not(inner) => build(inner, number, scope).map(|plan| Plan::Not(Box::new(plan))),
        Node::Leaf(leaf) => {
            let own = *number;
            *number += 1;
            matcher(leaf).map(|matcher| {
                let in_text = matches!(&matcher, Matcher::Words { field, .. } | Matcher::Near { field, .. } if field.in_text());
                Plan::Leaf(matcher, own, if in_text { scope.clone() } else { Scope::new() })
            })
        }
    }
}

/// Sections among the sides say where the others stand. They are sides of their own only where no other one must stand in the text.
fn and(nodes: &[Node], number: &mut usize, outer: &Scope) -> Option<Plan> {
    let mut scope = outer.clone();
    scope.extend(nodes.iter().filter_map(place));
    if scope.len() == outer.len() {
        return several(nodes.iter(), number, Plan::And, outer);
    }
    let anchored = nodes.iter().any(|node| place(node).is_none() && stands(node));
    let mut plans = Vec::with_capacity(nodes.len());
    for node in nodes {
        if place(node).is_none() {
            plans.extend(build(node, number, &scope));
        } else if anchored {
            *number += 1;
        } else {
            plans.extend(build(node, number, outer));
        }
    }
    if plans.len() > 1 { Some(Plan::And(plans)) } else { plans.pop() }
}

/// The place that a side names, if it names one and nothing else.
fn place(node: &Node) -> Option<Place> {
    match node {
        Node::Leaf(Leaf::Section { names, .. }) => Some(Place { inside: true, names: names.clone() }),
        Node::Not(inner) => match inner.as_ref() {
            Node::Leaf(Leaf::Section { names, .. }) => Some(Place { inside: false, names: names.clone() }),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a side finds something that stands in the text.
fn stands(node: &Node) -> bool {
    match node {
        Node::And(nodes) => nodes.iter().any(stands),
        // If one side of a choice stands nowhere, the choice can hold without standing anywhere.
        Node::Or(nodes) => nodes.iter().all(stands),
        Node::Not(_) => false,
        Node::Leaf(leaf) => match leaf {
            Leaf::Words { field, .. } | Leaf::Near { field, .. } => field.in_text(),
            Leaf::Mention { .. } | Leaf::Measured { .. } => true,
            Leaf::Date(_) | Leaf::Whole { .. } | Leaf::Section { .. } | Leaf::Encounters { .. } => false,
        },
    }
}

fn several<'n>(nodes: impl Iterator<Item = &'n Node>, number: &mut usize, make: fn(Vec<Plan>) -> Plan, scope: &Scope) -> Option<Plan> {
    let mut plans: Vec<Plan> = nodes.filter_map(|node| build(node, number, scope)).collect();
    if plans.len() > 1 { Some(make(plans)) } else { plans.pop() }
}

fn matcher(leaf: &Leaf) -> Option<Matcher> {
    Some(match leaf {
        Leaf::Words { field, pattern, also } => {
            let choices = match field.shape() {
                Shape::Words => std::iter::once(pattern).chain(also).map(phrase).collect(),
                Shape::Value => vec![value(pattern)],
                Shape::Keys => return None,
            };
            Matcher::Words { field: *field, choices }
        }
        Leaf::Near { field, operands, within } => {
            let operands = operands.iter().map(|o| o.patterns.iter().chain(&o.also).map(phrase).collect()).collect();
            Matcher::Near { field: *field, operands, within: *within }
        }
        Leaf::Whole { field, value } => Matcher::Words { field: *field, choices: vec![one(vec![Test::Exact(keys::whole(value))])] },
        Leaf::Date(range) => Matcher::Date(*range),
        Leaf::Section { names, .. } => {
            Matcher::Words { field: Field::Section, choices: names.iter().map(|name| one(vec![Test::Exact(name.clone())])).collect() }
        }
        Leaf::Mention { senses, how, .. } => {
            let key = |sense: &crate::grammar::Sense, how: &str| {
                if sense.attributes.is_empty() {
                    return one(vec![Test::Exact(keys::mention(&sense.concept, how))]);
                }
                let tests = sense.attributes.iter().map(|(name, value)| Test::Exact(keys::attribute(&sense.concept, how, name, value)));
                one(tests.collect())
            };
            let choices = senses.iter().flat_map(|sense| how.iter().map(move |how| key(sense, how))).collect();
            Matcher::Words { field: Field::Mention, choices }
        }
        Leaf::Measured { measure, is, .. } => {
            let (from, to) = is.bounds();
            let test = Test::Between(keys::measured(&measure.name, from), keys::measured(&measure.name, to));
            Matcher::Words { field: Field::Measured, choices: vec![one(vec![test])] }
        }
        Leaf::Encounters { names, .. } => {
            let values = names.iter().map(|name| fold::value(name)).collect();
            Matcher::Words { field: Field::Encounter, choices: vec![one(vec![Test::OneOf(Arc::new(values))])] }
        }
    })
}

/// Several tests of one place.
fn one(tests: Vec<Test>) -> Phrase {
    Phrase { slots: tests.into_iter().map(|test| Slot { offset: 0, test }).collect(), length: 1 }
}

fn phrase(pattern: &Pattern) -> Phrase {
    let mut slots = Vec::new();
    let mut offset = 0;
    for word in &pattern.words {
        let mut all = units(&word.text).peekable();
        while let Some(unit) = all.next() {
            let last = all.peek().is_none();
            offset = unit_slots(word, &unit, last, offset, &mut slots);
        }
    }
    Phrase { slots, length: offset }
}

/// Adds the slots of one unit and returns the offset after it.
fn unit_slots(word: &Word, unit: &Unit, last: bool, start: u32, slots: &mut Vec<Slot>) -> u32 {
    let text = word.text.as_str();
    let exact = word.kind == Kind::Exact || (word.kind == Kind::Prefix && !last);
    let mut offset = start;
    if exact
        && unit.numeric(text)
        && let Some(whole) = unit.whole(text)
    {
        slots.push(Slot { offset, test: Test::Exact(whole.into_owned()) });
        return offset.saturating_add(u32::try_from(unit.parts().count()).unwrap_or(u32::MAX));
    }
    let mut parts = unit.parts().peekable();
    while let Some(part) = parts.next() {
        let token = unit.part_text(text, part).into_owned();
        let test = match word.kind {
            Kind::Prefix if last && parts.peek().is_none() => Test::Prefix(token),
            Kind::Typo(slips) if token.chars().count() >= 3 => Test::typo(token, slips),
            _ => Test::Exact(token),
        };
        slots.push(Slot { offset, test });
        offset = offset.saturating_add(1);
    }
    offset
}

fn value(pattern: &Pattern) -> Phrase {
    let text = fold::value(&pattern.plain());
    let prefix = pattern.words.last().is_some_and(|word| word.kind == Kind::Prefix);
    one(vec![if prefix { Test::Prefix(text) } else { Test::Exact(text) }])
}

const _: () = assert!(MAX_TOKEN <= 64, "the automaton of a word with slips holds 64 letters at most");

impl std::fmt::Display for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Test::Exact(text) => f.write_str(text),
            Test::Prefix(start) => write!(f, "{start}*"),
            Test::Typo(automaton) => write!(f, "{}~{}", automaton.word, automaton.slips),
            Test::Between(..) => f.write_str("a range of values"),
            Test::OneOf(_) => f.write_str("a list of values"),
        }
    }
}
