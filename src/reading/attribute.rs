//! What is said of a condition: attribute words go to the condition they stand with, never to its neighbour.

#[cfg(test)]
mod tests;

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

/// An attribute word of one sentence that stands outside every name.
type Word<'a> = (Hit, &'a AttributeWord);

/// Words further away than this many bytes say nothing of a name.
const REACH: usize = 160;

/// No attribute word is longer than this.
const LONGEST: usize = 80;

/// The attributes of each bearer of one sentence, from the attribute words of that sentence. Both lists are in order of start.
pub(super) fn attach(lexicon: &Lexicon, folded: &Folded, bearers: &[Bearer], hits: &[Hit]) -> Vec<BTreeMap<String, String>> {
    let mut out: Vec<BTreeMap<String, (usize, String)>> = vec![BTreeMap::new(); bearers.len()];
    let words: Vec<Word<'_>> = hits
        .iter()
        .filter(|hit| !starts_in_name(hit, bearers))
        .filter_map(|hit| if let Owner::Attribute(at) = hit.owner { lexicon.attributes.get(at).map(|word| (*hit, word)) } else { None })
        .collect();
    for (at, (hit, word)) in words.iter().enumerate() {
        let last = bearers.partition_point(|bearer| bearer.start < hit.start);
        let next = bearers.partition_point(|bearer| bearer.start < hit.end);
        let next_start = bearers.get(next).map(|bearer| bearer.start);
        let leads = next_start.and_then(|start| folded.text().get(hit.end..start)).is_some_and(is_attached);
        for (side, index) in neighbours(bearers, last, next) {
            let Some(bearer) = bearers.get(index) else { continue };
            let mut states = word.states.iter().filter(|(concept, ..)| *concept == bearer.concept).peekable();
            if states.peek().is_none() || is_covered(&words, at, bearer.concept) {
                continue;
            }
            let (from, to) = match side {
                Side::Before => (hit.end, bearer.start),
                Side::After => (bearer.end, hit.start),
            };
            let Some(gap) = between(folded, (from, to), &words, bearer.concept) else { continue };
            let row = is_row(&gap, to - from);
            let fits = match side {
                Side::Before => next == last && word.before > 0 && (row || leads_to(lexicon, &gap, word)),
                Side::After if leads && word.before > 0 => false,
                Side::After => {
                    let alone = || stands_alone(lexicon, folded, hit, next_start, &words, bearer.concept);
                    word.after > 0 && (row || trails(&gap, word)) && (!word.adjective || !gap.contains(',') || alone())
                }
            };
            if let (true, Some(map)) = (fits, out.get_mut(index)) {
                states.for_each(|(_, attribute, value)| put(map, attribute, value, to - from));
            }
        }
    }
    out.into_iter().map(|map| map.into_iter().map(|(attribute, (_, value))| (attribute, value)).collect()).collect()
}

/// What a sentence that is nothing but a place says of the name with which the sentence before it ends: "Cellulitis. Left lower leg."
pub(super) fn place_alone(lexicon: &Lexicon, folded: &Folded, bearer: &Bearer, to: usize, hits: &[Hit]) -> Vec<(String, String)> {
    let of_bearer = |word: &AttributeWord| word.place && word.after > 0 && word.states.iter().any(|(c, ..)| *c == bearer.concept);
    let words: Vec<Word<'_>> = hits
        .iter()
        .filter_map(|hit| if let Owner::Attribute(at) = hit.owner { lexicon.attributes.get(at).map(|word| (*hit, word)) } else { None })
        .filter(|(_, word)| of_bearer(word))
        .collect();
    let rest = between(folded, (bearer.end, to), &words, bearer.concept).filter(|rest| !rest.contains([':', '?']));
    let light = |word: &str| word.is_empty() || lexicon.place_words.iter().any(|known| known == word);
    if !rest.is_some_and(|rest| rest.split(|c: char| !c.is_alphanumeric()).all(light)) {
        return Vec::new();
    }
    let states = words.iter().flat_map(|(_, word)| word.states.iter().filter(|(concept, ..)| *concept == bearer.concept));
    states.map(|(_, attribute, value)| (attribute.clone(), value.clone())).collect()
}

#[derive(Clone, Copy)]
enum Side {
    /// The word stands before the name.
    Before,
    /// The word stands after the name.
    After,
}

/// The bearers next to a word: those that share the nearest start after it, and those that share the nearest start before it. Two names
/// can share a place ("acute on chronic renal failure" is two conditions).
fn neighbours(bearers: &[Bearer], last: usize, next: usize) -> Vec<(Side, usize)> {
    let mut out = Vec::with_capacity(4);
    let together = |at: &usize, start: usize| bearers.get(*at).is_some_and(|bearer| bearer.start == start);
    if let Some(first) = bearers.get(next) {
        out.extend((next..bearers.len()).take_while(|at| together(at, first.start)).map(|at| (Side::Before, at)));
    }
    if let Some(before) = last.checked_sub(1).and_then(|at| bearers.get(at)) {
        out.extend((0..last).rev().take_while(|at| together(at, before.start)).map(|at| (Side::After, at)));
    }
    out
}

/// Words that start inside a name belong to the name, not to its neighbours. A word may reach into the next name ("sepsis with acute
/// kidney injury").
fn starts_in_name(hit: &Hit, bearers: &[Bearer]) -> bool {
    let after = bearers.partition_point(|bearer| bearer.start <= hit.start);
    after.checked_sub(1).and_then(|at| bearers.get(at)).is_some_and(|bearer| hit.start < bearer.end)
}

/// Whether a longer word says something else of the same condition at this place: "acute on chronic" is neither acute nor chronic.
fn is_covered(words: &[Word<'_>], at: usize, concept: usize) -> bool {
    let Some((hit, _)) = words.get(at) else { return false };
    let covers = |(other, word): &Word<'_>| {
        other.start <= hit.start
            && hit.end <= other.end
            && (other.start, other.end) != (hit.start, hit.end)
            && word.states.iter().any(|(c, ..)| *c == concept)
    };
    // A longer word starts earlier, or at the same place and stands before; words are short, so few are looked at.
    words.iter().take(at).rev().take_while(|(other, _)| other.start + LONGEST > hit.start).any(covers)
}

/// What stands between a word and a name, without other words that state something of the same condition: they take no room.
fn between(folded: &Folded, (from, to): (usize, usize), words: &[Word<'_>], concept: usize) -> Option<String> {
    if to.checked_sub(from)? > REACH {
        return None;
    }
    let mut out = String::with_capacity(to - from);
    let mut at = from;
    let first = words.partition_point(|(hit, _)| hit.start < from);
    let inside = words.iter().skip(first).take_while(|(hit, _)| hit.start < to);
    for (hit, _) in inside.filter(|(hit, word)| hit.end <= to && word.states.iter().any(|(c, ..)| *c == concept)) {
        if hit.start >= at {
            out.push_str(folded.text().get(at..hit.start)?);
            at = hit.end;
        }
    }
    out.push_str(folded.text().get(at..to)?);
    Some(out)
}

/// At most one word and no sign between: the word belongs to the name that follows.
fn is_attached(gap: &str) -> bool {
    gap.len() < 24 && gap.split_whitespace().count() <= 1 && !gap.contains([',', ';', '.', ':', '(', ')'])
}

/// How many words a gap has; signs alone are none.
fn length(gap: &str) -> usize {
    gap.split_whitespace().filter(|token| token.contains(|c: char| c.is_alphanumeric())).count()
}

/// Only commas and "and" stand between the word and others of the same condition: "acute, decompensated, systolic heart failure".
fn is_row(gap: &str, whole: usize) -> bool {
    gap.len() < whole && gap.split_whitespace().all(|token| matches!(token, "," | "and" | "/"))
}

fn leads_to(lexicon: &Lexicon, gap: &str, word: &AttributeWord) -> bool {
    let over_noun = word.adjective && gap.split_whitespace().any(|token| lexicon.not_over.iter().any(|cut| cut == token));
    !gap.contains([',', ';', ':', '(']) && !gap.contains(". ") && !gap.contains(" and ") && !over_noun && length(gap) <= word.before
}

fn trails(gap: &str, word: &AttributeWord) -> bool {
    !gap.contains(';')
        && !gap.contains(". ")
        && !gap.contains(" as well as ")
        && (!gap.contains(" and ") || word.place && is_place_phrase(gap))
        && gap.matches(',').count() <= 2
        && length(gap) <= word.after
}

/// "Fractures of the fourth and fifth (metacarpals)": the words between belong to one phrase that says where.
fn is_place_phrase(gap: &str) -> bool {
    let first = gap.split_whitespace().next().unwrap_or_default();
    matches!(first, "of" | "in" | "at" | "to" | "involving" | "over") && !gap.contains(',') && gap.matches(" and ").count() == 1
}

/// Whether an adjective behind a comma has no noun of its own: nothing follows, or a sign, a word that may, another attribute word, or a
/// name that bears attributes.
fn stands_alone(lexicon: &Lexicon, folded: &Folded, hit: &Hit, next_name: Option<usize>, words: &[Word<'_>], concept: usize) -> bool {
    let Some(rest) = folded.text().get(hit.end..).and_then(|rest| rest.strip_prefix(' ')) else { return true };
    let at = hit.end + 1;
    let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let states = |(hit, word): &Word<'_>| hit.start == at && word.states.iter().any(|(c, ..)| *c == concept);
    let first = words.partition_point(|(hit, _)| hit.start < at);
    let follows = || words.iter().skip(first).take_while(|(hit, _)| hit.start == at).any(states);
    word.is_empty() || next_name == Some(at) || lexicon.may_follow.iter().any(|may| may == word) || follows()
}

/// Of two values of one attribute the nearer stands; of equals the first.
fn put(map: &mut BTreeMap<String, (usize, String)>, attribute: &str, value: &str, distance: usize) {
    if map.get(attribute).is_none_or(|(known, _)| distance < *known) {
        map.insert(attribute.to_owned(), (distance, value.to_owned()));
    }
}
