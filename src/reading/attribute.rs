//! What is said of a condition: attribute words go to the condition they stand with, never to its neighbour.

use super::folded::Folded;
use super::lexicon::{AttributeWord, Lexicon, Owner};
use super::scan::Hit;
use std::collections::BTreeMap;

/// A mention that can take attributes: its place in the folded text and its concept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bearer {
    pub start: usize,
    pub end: usize,
    pub concept: usize,
}

/// The attributes of each bearer of one sentence, from the attribute words of that sentence. Both lists are in order of start.
pub(super) fn attach(lexicon: &Lexicon, folded: &Folded, bearers: &[Bearer], words: &[Hit]) -> Vec<BTreeMap<String, String>> {
    let mut out: Vec<BTreeMap<String, (usize, String)>> = vec![BTreeMap::new(); bearers.len()];
    for hit in longest(words, bearers) {
        let Owner::Attribute(at) = hit.owner else { continue };
        let Some(word) = lexicon.attributes.get(at) else { continue };
        let next = bearers.partition_point(|bearer| bearer.start < hit.end);
        let leads = bearers.get(next).and_then(|bearer| folded.text().get(hit.end..bearer.start)).is_some_and(is_attached);
        for (side, index) in neighbours(bearers, next) {
            let Some(bearer) = bearers.get(index) else { continue };
            let fits = match side {
                Side::Before => word.before > 0 && gap(folded, hit.end, bearer.start).is_some_and(|g| leads_to(g, word)),
                Side::After => {
                    (!leads || word.before == 0) && word.after > 0 && gap(folded, bearer.end, hit.start).is_some_and(|g| trails(g, word))
                }
            };
            if !fits {
                continue;
            }
            for (_, attribute, value) in word.states.iter().filter(|(concept, ..)| *concept == bearer.concept) {
                let distance = match side {
                    Side::Before => bearer.start - hit.end,
                    Side::After => hit.start - bearer.end,
                };
                if let Some(map) = out.get_mut(index) {
                    put(map, attribute, value, distance);
                }
            }
        }
    }
    out.into_iter().map(|map| map.into_iter().map(|(attribute, (_, value))| (attribute, value)).collect()).collect()
}

#[derive(Clone, Copy)]
enum Side {
    /// The word stands before the name.
    Before,
    /// The word stands after the name.
    After,
}

/// The bearers next to a word: those that share the nearest start after it, and those that share the nearest end before it. Two names
/// can share a place ("acute on chronic renal failure" is two conditions).
fn neighbours(bearers: &[Bearer], next: usize) -> Vec<(Side, usize)> {
    let mut out = Vec::with_capacity(4);
    if let Some(first) = bearers.get(next) {
        out.extend(
            (next..bearers.len()).take_while(|at| bearers.get(*at).is_some_and(|b| b.start == first.start)).map(|at| (Side::Before, at)),
        );
    }
    if let Some(last) = next.checked_sub(1).and_then(|at| bearers.get(at)) {
        out.extend((0..next).rev().take_while(|at| bearers.get(*at).is_some_and(|b| b.start == last.start)).map(|at| (Side::After, at)));
    }
    out
}

/// The longest words only: "acute on chronic" is neither acute nor chronic. Words inside a name belong to the name, not to its neighbours.
fn longest<'a>(words: &'a [Hit], bearers: &[Bearer]) -> Vec<&'a Hit> {
    let mut kept: Vec<&Hit> = Vec::new();
    let mut reach = 0;
    for hit in words {
        let twin = kept.last().is_some_and(|last| last.start == hit.start && last.end == hit.end);
        let name = bearers.get(bearers.partition_point(|bearer| bearer.end <= hit.start));
        let inside = name.is_some_and(|bearer| bearer.start < hit.end);
        if (hit.end > reach || twin) && !inside {
            reach = reach.max(hit.end);
            kept.push(hit);
        }
    }
    kept
}

fn gap(folded: &Folded, from: usize, to: usize) -> Option<&str> {
    folded.text().get(from..to)
}

/// At most one word and no sign between: the word belongs to the name that follows.
fn is_attached(gap: &str) -> bool {
    gap.len() < 24 && gap.split_whitespace().count() <= 1 && !gap.contains([',', ';', '.', ':', '(', ')'])
}

fn leads_to(gap: &str, word: &AttributeWord) -> bool {
    gap.len() < 120
        && !gap.contains([',', ';', ':', '('])
        && !gap.contains(". ")
        && !gap.contains(" and ")
        && gap.split_whitespace().count() <= word.before
}

fn trails(gap: &str, word: &AttributeWord) -> bool {
    gap.len() < 160
        && !gap.contains(';')
        && !gap.contains(". ")
        && !gap.contains(" and ")
        && gap.matches(',').count() <= 2
        && gap.split_whitespace().count() <= word.after
}

/// Of two values of one attribute the nearer stands; of equals the first.
fn put(map: &mut BTreeMap<String, (usize, String)>, attribute: &str, value: &str, distance: usize) {
    if map.get(attribute).is_none_or(|(known, _)| distance < *known) {
        map.insert(attribute.to_owned(), (distance, value.to_owned()));
    }
}
