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

/// Two keys a section: where it begins and where it ends. Sections of one name that meet or overlap are one.
fn sections<'a>(notes: &Annotations<'a>, words: &[Place], add: &mut Add<'_, 'a>) {
    let mut all: Vec<(&'a str, u32, u32, &Range<usize>)> = notes
        .sections
        .iter()
        .filter_map(|s| {
            let first = word_at(words, s.span.start)?;
            // One past the last word that begins inside.
            let end = words.get(words.partition_point(|w| w.start < s.span.end).checked_sub(1)?)?.position;
            (first <= end).then_some((s.name, first, end, &s.heading))
        })
        .collect();
    all.sort_by_key(|(name, first, end, _)| (*name, *first, *end));
    let mut open: Option<(&'a str, u32, u32, &Range<usize>)> = None;
    let mut close = |(name, first, last, heading): (&'a str, u32, u32, &Range<usize>)| {
        add(Cow::Borrowed(name), heading, first.saturating_mul(2));
        add(Cow::Borrowed(name), heading, last.saturating_mul(2).saturating_add(1));
    };
    for next in all {
        match &mut open {
            Some(current) if current.0 == next.0 && next.1 <= current.2.saturating_add(1) => current.2 = current.2.max(next.2),
            _ => {
                if let Some(done) = open.replace(next) {
                    close(done);
                }
            }
        }
    }
    open.into_iter().for_each(close);
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
