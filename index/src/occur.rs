//! Where phrases and near-groups occur, given where their words stand. The engine feeds positions from the index, the evaluator and the
//! highlighter feed tokens of the text; the rules are here, once.

use crate::analysis::Token;
use crate::plan::{Phrase, Test};

/// Where one word stands: its position, and its bytes where known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) position: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Where a phrase stands: its first and last position, and its bytes where known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Occurrence {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// More attempts than this at one window are given up; only chains of many overlapping words come near it.
const MAX_STEPS: usize = 20_000;

/// The places of the tokens that pass a test, one a position: the whole of a compound before its first part.
pub(crate) fn places(test: &Test, tokens: &[Token<'_>]) -> Vec<Place> {
    let mut out: Vec<Place> = tokens
        .iter()
        .filter(|token| test.holds(&token.text))
        .map(|token| Place { position: token.position, start: token.span.start, end: token.span.end })
        .collect();
    out.dedup_by_key(|place| place.position);
    out
}

/// The occurrences of a phrase, from the places of each of its slots (ascending, in the order of the slots).
pub(crate) fn phrase(phrase: &Phrase, places: &[Vec<Place>]) -> Vec<Occurrence> {
    let Some((first_slot, first_places)) = phrase.slots.first().zip(places.first()) else { return Vec::new() };
    let mut out = Vec::new();
    for place in first_places {
        let Some(base) = place.position.checked_sub(first_slot.offset) else { continue };
        let mut end = place.end;
        let all = phrase.slots.iter().zip(places).skip(1).all(|(slot, places)| {
            let wanted = base.saturating_add(slot.offset);
            let found = places.binary_search_by_key(&wanted, |p| p.position).ok().and_then(|at| places.get(at));
            end = found.map_or(end, |p| end.max(p.end));
            found.is_some()
        });
        if all {
            out.push(Occurrence { first: base, last: base.saturating_add(phrase.length.saturating_sub(1)), start: place.start, end });
        }
    }
    out
}

/// The occurrences of a phrase in a text.
pub(crate) fn phrase_in(wanted: &Phrase, tokens: &[Token<'_>]) -> Vec<Occurrence> {
    let mut all = Vec::with_capacity(wanted.slots.len());
    for slot in &wanted.slots {
        let found = places(&slot.test, tokens);
        if found.is_empty() {
            return Vec::new();
        }
        all.push(found);
    }
    phrase(wanted, &all)
}

/// The occurrences of each operand of a near-group in a text.
pub(crate) fn operands_in(operands: &[Vec<Phrase>], tokens: &[Token<'_>]) -> Vec<Vec<Occurrence>> {
    operands.iter().map(|choices| merged(choices.iter().map(|p| phrase_in(p, tokens)).collect())).collect()
}

/// The occurrences of the choices of one operand, in order.
pub(crate) fn merged(choices: Vec<Vec<Occurrence>>) -> Vec<Occurrence> {
    let mut all: Vec<Occurrence> = choices.into_iter().flatten().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether one occurrence of each operand, none sharing a word, stands within `within` words. The words inside a phrase count as one.
pub(crate) fn near(operands: &[Vec<Occurrence>], within: u32) -> bool {
    let mut found = false;
    windows(operands, within, |window| {
        found = window.assign(None);
        !found
    });
    found
}

/// The occurrences that take part in a near-group, in order.
pub(crate) fn near_all(operands: &[Vec<Occurrence>], within: u32) -> Vec<Occurrence> {
    let mut out = Vec::new();
    windows(operands, within, |window| {
        for (operand, choices) in window.choices.iter().enumerate() {
            out.extend(choices.iter().filter(|choice| window.assign(Some((operand, **choice)))));
        }
        true
    });
    out.sort_unstable();
    out.dedup();
    out
}

/// The occurrences that may stand together with one of them as the leftmost.
struct Window {
    anchor: Occurrence,
    choices: Vec<Vec<Occurrence>>,
    within: u32,
}

/// Calls `visit` for each window in which every operand occurs, until it says to stop.
fn windows(operands: &[Vec<Occurrence>], within: u32, mut visit: impl FnMut(&Window) -> bool) {
    if operands.iter().any(Vec::is_empty) {
        return;
    }
    let longest = |all: &Vec<Occurrence>| all.iter().map(|o| o.last - o.first).max().unwrap_or(0);
    let reach = operands.iter().map(longest).fold(within, u32::saturating_add);
    for (own, anchors) in operands.iter().enumerate() {
        for anchor in anchors {
            let limit = anchor.first.saturating_add(reach);
            let choices: Vec<Vec<Occurrence>> = operands
                .iter()
                .enumerate()
                .map(|(operand, all)| {
                    if operand == own {
                        return vec![*anchor];
                    }
                    let from = all.partition_point(|o| o.first < anchor.first);
                    all.iter().skip(from).take_while(|o| o.first <= limit).copied().collect()
                })
                .collect();
            if choices.iter().all(|c| !c.is_empty()) && !visit(&Window { anchor: *anchor, choices, within }) {
                return;
            }
        }
    }
}

impl Window {
    /// Whether one of each can be chosen, `fixed` among them.
    fn assign(&self, fixed: Option<(usize, Occurrence)>) -> bool {
        let mut chosen = Vec::with_capacity(self.choices.len());
        let mut steps = 0;
        self.choose(0, fixed, &mut chosen, &mut steps)
    }

    fn choose(&self, operand: usize, fixed: Option<(usize, Occurrence)>, chosen: &mut Vec<Occurrence>, steps: &mut usize) -> bool {
        let Some(choices) = self.choices.get(operand) else { return self.fits(chosen) };
        let only = fixed.filter(|(at, _)| *at == operand).map(|(_, choice)| choice);
        let choices = only.as_ref().map_or(choices.as_slice(), std::slice::from_ref);
        for choice in choices {
            *steps += 1;
            if *steps > MAX_STEPS {
                return false;
            }
            if chosen.iter().any(|c| c.first <= choice.last && choice.first <= c.last) {
                continue;
            }
            chosen.push(*choice);
            // Later choices may only add reach, so a set that is already too wide can still be saved by a longer phrase; the final
            // check decides.
            if self.choose(operand + 1, fixed, chosen, steps) {
                return true;
            }
            chosen.pop();
        }
        false
    }

    fn fits(&self, chosen: &[Occurrence]) -> bool {
        let last = chosen.iter().map(|o| o.last).max().unwrap_or(0);
        let inner = chosen.iter().map(|o| o.last - o.first).fold(0, u32::saturating_add);
        last - self.anchor.first <= self.within.saturating_add(inner)
    }
}
