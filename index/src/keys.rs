//! What a reader found in a text, as keys at positions: the form in which the index holds sections, concepts and values, and in which
//! the evaluator compares them.
//!
//! | field | key | stands at |
//! |---|---|---|
//! | mention | `concept assertion`, and with each attribute | the first word of the mention |
//! | measured | `measure value`, in the order of the numbers | the first word of name and value |
//! | section | `name` | twice its first word, and twice its last word and one |
//!
//! The parts of a key are joined by a character that is in no name.

use std::borrow::Cow;
use std::ops::Range;

use crate::analysis::Token;
use crate::entry::Annotations;
use crate::grammar::{Field, sortable};
use crate::occur::Place;

/// Between the parts of a key.
const JOINT: char = '\u{1f}';

/// A concept that stands in a certain way.
pub(crate) fn mention(concept: &str, assertion: &str) -> String {
    format!("{concept}{JOINT}{assertion}")
}

/// The same with one of its attributes.
pub(crate) fn attribute(concept: &str, assertion: &str, name: &str, value: &str) -> String {
    format!("{concept}{JOINT}{assertion}{JOINT}{name}={value}")
}

/// A measured value.
pub(crate) fn measured(measure: &str, value: f64) -> String {
    format!("{measure}{JOINT}{}", sortable(value))
}

/// The keys of a field, in order of position, each once at a place. `words` are the places of the words of the text
/// (`analysis::places`).
pub(crate) fn keys<'a>(field: Field, notes: &Annotations<'a>, words: &[Place]) -> Vec<Token<'a>> {
    let mut out: Vec<Token<'a>> = Vec::new();
    let mut add = |text: Cow<'a, str>, span: &Range<usize>, position| out.push(Token { text, span: span.clone(), position });
    match field {
        Field::Mention => {
            for m in notes.mentions {
                let Some(at) = word_at(words, m.span.start) else { continue };
                add(mention(m.concept, m.assertion).into(), &m.span, at);
                for (name, value) in &m.attributes {
                    add(attribute(m.concept, m.assertion, name, value).into(), &m.span, at);
                }
            }
        }
        Field::Measured => {
            for v in notes.values {
                let Some(at) = word_at(words, v.span.start) else { continue };
                add(measured(v.measure, v.value).into(), &v.span, at);
            }
        }
        Field::Section => sections(notes, words, &mut add),
        _ => {}
    }
    out.sort_by(|a, b| (a.position, &a.text, a.span.end).cmp(&(b.position, &b.text, b.span.end)));
    out.dedup_by(|a, b| a.position == b.position && a.text == b.text);
    out
}

/// Takes a key: its text, its bytes, where it stands.
type Add<'k, 'a> = dyn FnMut(Cow<'a, str>, &Range<usize>, u32) + 'k;

/// Two keys a section: where it begins and where it ends.
fn sections<'a>(notes: &Annotations<'a>, words: &[Place], add: &mut Add<'_, 'a>) {
    for s in joined(notes, words) {
        add(Cow::Borrowed(s.name), s.heading, s.first.saturating_mul(2));
        add(Cow::Borrowed(s.name), s.heading, s.last.saturating_mul(2).saturating_add(1));
    }
}

/// A section as a stretch of words.
struct Stretch<'a, 'n> {
    name: &'a str,
    first: u32,
    last: u32,
    heading: &'n Range<usize>,
}

/// The sections of a document. Those of one name that meet or overlap are one.
fn joined<'a, 'n>(notes: &'n Annotations<'a>, words: &[Place]) -> Vec<Stretch<'a, 'n>> {
    let mut all: Vec<Stretch<'a, 'n>> = notes
        .sections
        .iter()
        .filter_map(|s| {
            let first = word_at(words, s.span.start)?;
            // One past the last word that begins inside.
            let last = words.get(words.partition_point(|w| w.start < s.span.end).checked_sub(1)?)?.position;
            (first <= last).then_some(Stretch { name: s.name, first, last, heading: &s.heading })
        })
        .collect();
    all.sort_by_key(|s| (s.name, s.first, s.last));
    all.dedup_by(|next, open| {
        let meets = open.name == next.name && next.first <= open.last.saturating_add(1);
        if meets {
            open.last = open.last.max(next.last);
        }
        meets
    });
    all
}

/// Bits of a word's position in a packed section: a text of four million words has room.
const POSITION_BITS: u32 = 22;
const POSITIONS: u64 = 1 << POSITION_BITS;

/// The number of a section's name in a packed section. Two names that share one weigh alike in the order of hits, and nothing else: what is
/// found goes by the names.
pub(crate) fn section_number(name: &str) -> u64 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    u64::from(hash) >> (32 - (64 - 2 * POSITION_BITS))
}

/// The sections of a document as numbers: name, first word, last word.
pub(crate) fn packed(notes: &Annotations<'_>, words: &[Place]) -> Vec<u64> {
    let pack = |s: Stretch<'_, '_>| {
        let (first, last) = (u64::from(s.first), u64::from(s.last).min(POSITIONS - 1));
        (first <= last).then_some((section_number(s.name) * POSITIONS + first) * POSITIONS + last)
    };
    joined(notes, words).into_iter().filter_map(pack).collect()
}

/// Number of the name, first word, last word.
pub(crate) fn unpacked(section: u64) -> (u64, u32, u32) {
    let position = |at: u64| u32::try_from(at % POSITIONS).unwrap_or(0);
    (section / POSITIONS / POSITIONS, position(section / POSITIONS), position(section))
}

/// The position of the word at a byte, or of the next one.
fn word_at(words: &[Place], byte: usize) -> Option<u32> {
    let after = words.partition_point(|w| w.start <= byte);
    let here = after.checked_sub(1).and_then(|at| words.get(at)).filter(|w| w.end > byte);
    here.or_else(|| words.get(after)).map(|w| w.position)
}

/// The stretches of words that the positions of one section name stand for.
pub(crate) fn stretches(positions: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    positions.chunks_exact(2).filter_map(|pair| match pair {
        [first, last] => Some((first / 2, last / 2)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::places;
    use crate::entry::Region;

    #[test]
    fn sections_are_packed_with_their_words_and_those_that_meet_as_one() {
        let text = "PLAN: rest and fluids. PLAN: home. FAMILY: none";
        let at = |word: &str| text.find(word).unwrap_or_default();
        let region = |name, from: usize, to: usize| Region { name, span: from..to, heading: from..from };
        let sections = [
            region("plan", 0, at("PLAN: home")),
            region("plan", at("PLAN: home"), at("FAMILY")),
            region("family", at("FAMILY"), text.len()),
        ];
        let notes = Annotations { sections: &sections, ..Annotations::default() };
        let found: Vec<(u64, u32, u32)> = packed(&notes, &places(text)).into_iter().map(unpacked).collect();
        assert_eq!(found, [(section_number("family"), 6, 7), (section_number("plan"), 0, 5)]);
    }
}
