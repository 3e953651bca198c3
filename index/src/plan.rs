//! From the query as typed to what is looked up: analysed words at offsets. The engine, the brute-force evaluator and the highlighter all
//! work from the same plan, so they cannot disagree on what a query means.
//!
//! - A word of several parts (`C-diff`) is the phrase of its parts, so it also finds `C. diff`; since a text gives the parts of every
//!   compound, that holds for the whole as well. A compound of numbers only (`120/80`) is looked up in one piece.
//! - `*` applies to the last part of a word, `~` to every part of three letters or more.
//! - Leaves that need the reader (`section:`, `is:`) are left out of the plan: neither found nor excluded.

use std::sync::{Arc, OnceLock};

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};

use crate::analysis::{MAX_TOKEN, Unit, units};
use crate::fold;
use crate::grammar::{DateRange, Field, Kind, Leaf, Node, Pattern, Query, Shape, Word};

#[derive(Debug, Clone)]
pub(crate) enum Plan {
    /// Nothing searchable.
    Nothing,
    And(Vec<Plan>),
    Or(Vec<Plan>),
    Not(Box<Plan>),
    Leaf(Matcher, usize),
}

#[derive(Debug, Clone)]
pub(crate) enum Matcher {
    Words { field: Field, phrase: Phrase },
    Near { field: Field, operands: Vec<Vec<Phrase>>, within: u32 },
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
            Test::Typo(automaton) => matches!(automaton.dfa.eval(token), Distance::Exact(_)),
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

impl Plan {
    pub(crate) fn of(query: &Query) -> Plan {
        let mut number = 0;
        query.root.as_ref().and_then(|root| build(root, &mut number)).unwrap_or(Plan::Nothing)
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Plan::Nothing)
    }
}

fn build(node: &Node, number: &mut usize) -> Option<Plan> {
    match node {
        Node::And(nodes) => several(nodes, number, Plan::And),
        Node::Or(nodes) => several(nodes, number, Plan::Or),
        Node::Not(inner) => build(inner, number).map(|plan| Plan::Not(Box::new(plan))),
        Node::Leaf(leaf) => {
            let own = *number;
            *number += 1;
            matcher(leaf).map(|matcher| Plan::Leaf(matcher, own))
        }
    }
}

fn several(nodes: &[Node], number: &mut usize, make: fn(Vec<Plan>) -> Plan) -> Option<Plan> {
    let mut plans: Vec<Plan> = nodes.iter().filter_map(|node| build(node, number)).collect();
    if plans.len() > 1 { Some(make(plans)) } else { plans.pop() }
}

fn matcher(leaf: &Leaf) -> Option<Matcher> {
    match leaf {
        Leaf::Words { field, pattern } => {
            let phrase = match field.shape() {
                Shape::Words => phrase(pattern),
                Shape::Value => value(pattern),
                Shape::Reader => return None,
            };
            Some(Matcher::Words { field: *field, phrase })
        }
        Leaf::Near { field, operands, within } => {
            let operands = operands.iter().map(|patterns| patterns.iter().map(phrase).collect()).collect();
            Some(Matcher::Near { field: *field, operands, within: *within })
        }
        Leaf::Date(range) => Some(Matcher::Date(*range)),
    }
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
    let test = if prefix { Test::Prefix(text) } else { Test::Exact(text) };
    Phrase { slots: vec![Slot { offset: 0, test }], length: 1 }
}

const _: () = assert!(MAX_TOKEN <= 64, "the automaton of a word with slips holds 64 letters at most");

impl std::fmt::Display for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Test::Exact(text) => f.write_str(text),
            Test::Prefix(start) => write!(f, "{start}*"),
            Test::Typo(automaton) => write!(f, "{}~{}", automaton.word, automaton.slips),
        }
    }
}
