//! Where phrases and near-groups occur, given where their words stand. The engine feeds positions from the index, the evaluator and the
//! highlighter feed tokens of the text; the rules are here, once.

use crate::analysis::Token;
use crate::keys;
use crate::plan::{Phrase, Scope, Test};

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
const MAX_STEPS: usize = 5_000;

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

/// The sections that a scope names, as stretches of words: inside each one of the first, outside all of the second.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bounds {
    pub(crate) inside: Vec<Vec<(u32, u32)>>,
    pub(crate) outside: Vec<(u32, u32)>,
}

impl Bounds {
    /// Keeps what stands where it must.
    pub(crate) fn keep(&self, found: &mut Vec<Occurrence>) {
        found.retain(|o| self.hold(o.first, o.last));
    }

    /// Whether words from `from` to `to` stand where they must: as a whole in one stretch, or with no word in any.
    pub(crate) fn hold(&self, from: u32, to: u32) -> bool {
        self.inside.iter().all(|all| all.iter().any(|(first, last)| *first <= from && to <= *last))
            && !self.outside.iter().any(|(first, last)| *first <= to && from <= *last)
    }
}

/// The sections of a text that a scope names, from the keys of its sections.
pub(crate) fn bounds_in(scope: &Scope, sections: &[Token<'_>]) -> Bounds {
    let mut bounds = Bounds::default();
    for place in scope {
        let mut stretches = Vec::new();
        for name in &place.names {
            let positions: Vec<u32> = sections.iter().filter(|key| key.text == name.as_str()).map(|key| key.position).collect();
            stretches.extend(keys::stretches(&positions));
        }
        if place.inside { bounds.inside.push(stretches) } else { bounds.outside.extend(stretches) }
    }
    bounds
}

/// The occurrences of any of several phrases in a text.
pub(crate) fn choices_in(choices: &[Phrase], tokens: &[Token<'_>]) -> Vec<Occurrence> {
    merged(choices.iter().map(|phrase| phrase_in(phrase, tokens)).collect())
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
    operands.iter().map(|choices| choices_in(choices, tokens)).collect()
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

/// The same for single words, from their positions (ascending). `None` where one place would serve two of them: that is for [`near`].
pub(crate) fn near_words(words: &[Vec<u32>], within: u32) -> Option<bool> {
    let mut heads: Vec<usize> = vec![0; words.len()];
    loop {
        let (mut first, mut last, mut behind) = (u32::MAX, 0, 0);
        for (which, (word, at)) in words.iter().zip(&heads).enumerate() {
            let Some(position) = word.get(*at) else { return Some(false) };
            last = last.max(*position);
            if *position < first {
                (first, behind) = (*position, which);
            }
        }
        // The narrowest window that begins here: if it is too wide, what begins it is of no use any more.
        if last.saturating_sub(first) <= within {
            let mut all: Vec<Option<&u32>> = words.iter().zip(&heads).map(|(word, at)| word.get(*at)).collect();
            all.sort_unstable();
            return if all.windows(2).all(|two| two.first() != two.last()) { Some(true) } else { None };
        }
        if let Some(at) = heads.get_mut(behind) {
            *at += 1;
        }
    }
}

/// The occurrences that take part in a near-group, in order.
pub(crate) fn near_all(operands: &[Vec<Occurrence>], within: u32) -> Vec<Occurrence> {
    // One success is enough for an occurrence; in a text that repeats itself most have theirs at the first window.
    let mut taken: Vec<Vec<bool>> = operands.iter().map(|all| vec![false; all.len()]).collect();
    windows(operands, within, |window| {
        for (operand, (choices, flags)) in window.choices.iter().zip(&mut taken).enumerate() {
            let flags = flags.iter_mut().skip(choices.from);
            for (choice, flag) in choices.all.iter().zip(flags).filter(|(_, flag)| !**flag) {
                *flag = window.assign(Some((operand, *choice)));
            }
        }
        true
    });
    let taken = operands.iter().flatten().zip(taken.into_iter().flatten());
    merged(vec![taken.filter(|(_, taken)| *taken).map(|(o, _)| *o).collect()])
}

/// The occurrences of one operand inside a window, and the number of the first of them.
struct Choices<'a> {
    from: usize,
    all: &'a [Occurrence],
}

/// The occurrences that may stand together with one of them as the leftmost.
struct Window<'a> {
    anchor: Occurrence,
    choices: Vec<Choices<'a>>,
    within: u32,
}

/// Calls `visit` for each window in which every operand occurs, until it says to stop.
fn windows(operands: &[Vec<Occurrence>], within: u32, mut visit: impl FnMut(&Window<'_>) -> bool) {
    if operands.iter().any(Vec::is_empty) {
        return;
    }
    let longest = |all: &Vec<Occurrence>| all.iter().map(|o| o.last - o.first).max().unwrap_or(0);
    let reach = operands.iter().map(longest).fold(within, u32::saturating_add);
    for (own, anchors) in operands.iter().enumerate() {
        for (at, anchor) in anchors.iter().enumerate() {
            let limit = anchor.first.saturating_add(reach);
            let choices: Option<Vec<Choices<'_>>> = operands
                .iter()
                .enumerate()
                .map(|(operand, all)| {
                    if operand == own {
                        return Some(Choices { from: at, all: std::slice::from_ref(anchor) });
                    }
                    let from = all.partition_point(|o| o.first < anchor.first);
                    let to = all.partition_point(|o| o.first <= limit);
                    all.get(from..to).filter(|all| !all.is_empty()).map(|all| Choices { from, all })
                })
                .collect();
            let Some(choices) = choices else { continue };
            if !visit(&Window { anchor: *anchor, choices, within }) {
                return;
            }
        }
    }
}

impl Window<'_> {
    /// Whether one of each can be chosen, `fixed` among them.
    fn assign(&self, fixed: Option<(usize, Occurrence)>) -> bool {
        let mut chosen = Vec::with_capacity(self.choices.len());
        let mut steps = 0;
        self.choose(0, fixed, &mut chosen, &mut steps)
    }

    fn choose(&self, operand: usize, fixed: Option<(usize, Occurrence)>, chosen: &mut Vec<Occurrence>, steps: &mut usize) -> bool {
        let Some(choices) = self.choices.get(operand) else { return self.fits(chosen) };
        let only = fixed.filter(|(at, _)| *at == operand).map(|(_, choice)| choice);
        let choices = only.as_ref().map_or(choices.all, std::slice::from_ref);
        for choice in choices {
            *steps += 1;
            if *steps > MAX_STEPS {
                return false;
            }
            if chosen.iter().any(|c| c.first <= choice.last && choice.first <= c.last) {
                continue;
            }
            chosen.push(*choice);
            // A set that looks too wide can still be saved by a longer phrase to come; only the whole set is judged.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every choice of one occurrence of each, tried out.
    fn by_hand(operands: &[Vec<Occurrence>], within: u32) -> Vec<Occurrence> {
        let mut sets: Vec<Vec<Occurrence>> = vec![Vec::new()];
        for all in operands {
            sets = sets.iter().flat_map(|set| all.iter().map(|o| set.iter().copied().chain([*o]).collect())).collect();
        }
        let apart =
            |set: &[Occurrence]| set.iter().enumerate().all(|(i, a)| set.iter().skip(i + 1).all(|b| a.last < b.first || b.last < a.first));
        let close = |set: &[Occurrence]| {
            let first = set.iter().map(|o| o.first).min().unwrap_or(0);
            let last = set.iter().map(|o| o.last).max().unwrap_or(0);
            last - first <= within + set.iter().map(|o| o.last - o.first).sum::<u32>()
        };
        merged(sets.into_iter().filter(|set| apart(set) && close(set)).collect())
    }

    fn operand() -> impl Strategy<Value = Vec<Occurrence>> {
        prop::collection::vec((0_u32..14, 0_u32..3), 0..5).prop_map(|all| {
            merged(vec![all.into_iter().map(|(first, more)| Occurrence { first, last: first + more, start: 0, end: 0 }).collect()])
        })
    }

    proptest! {
        #[test]
        fn near_words_are_near_by_the_general_rule(words in prop::collection::vec(prop::collection::btree_set(0_u32..30, 0..6), 1..4), within in 1_u32..9) {
            let lists: Vec<Vec<u32>> = words.iter().map(|all| all.iter().copied().collect()).collect();
            let places = |all: &Vec<u32>| all.iter().map(|p| Occurrence { first: *p, last: *p, start: 0, end: 0 }).collect();
            let operands: Vec<Vec<Occurrence>> = lists.iter().map(places).collect();
            if let Some(quick) = near_words(&lists, within) {
                prop_assert_eq!(quick, near(&operands, within));
            }
        }

        #[test]
        fn near_is_what_trying_everything_gives(operands in prop::collection::vec(operand(), 2..4), within in 1_u32..7) {
            let expected = by_hand(&operands, within);
            prop_assert_eq!(near(&operands, within), !expected.is_empty());
            prop_assert_eq!(near_all(&operands, within), expected);
        }
    }
}
