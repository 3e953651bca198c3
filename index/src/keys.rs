//! What a reader found in a text, as keys at positions: the form in which the index holds sections, concepts and values, and in which
//! the evaluator compares them.
//!
//! | field | key | stands at |
//! |---|---|---|
//! | mention | `concept assertion`, and with each attribute | the first word of the mention |
//! | measured | `measure value`, in the order of the numbers | the first word of name and value |
//! | section | `name` | twice its first word, and twice its last word and one |
//! | title, type, author … | a sign and the whole value | its first word |
//!
//! The parts of a key are joined by a character that is in no name.

use std::ops::Range;

use crate::analysis::Token;
use crate::entry::Annotations;
use crate::fold;
use crate::grammar::{Field, sortable};
use crate::line::Line;
use crate::occur::Place;
use crate::pairs::SIGN;

/// Between the parts of a key.
const JOINT: &str = "\u{1f}";

/// A concept that stands in a certain way.
pub(crate) fn mention(concept: &str, assertion: &str) -> String {
    mention_parts(concept, assertion).concat()
}

fn mention_parts<'a>(concept: &'a str, assertion: &'a str) -> [&'a str; 3] {
    [concept, JOINT, assertion]
}

/// The same with one of its attributes.
pub(crate) fn attribute(concept: &str, assertion: &str, name: &str, value: &str) -> String {
    attribute_parts(concept, assertion, name, value).concat()
}

fn attribute_parts<'a>(concept: &'a str, assertion: &'a str, name: &'a str, value: &'a str) -> [&'a str; 7] {
    [concept, JOINT, assertion, JOINT, name, "=", value]
}

/// The whole value of a field, or that it has none; no word begins so.
pub(crate) fn whole(value: &str) -> String {
    format!("{}{}", char::from(SIGN), fold::whole(value))
}

/// A measured value.
pub(crate) fn measured(measure: &str, value: f64) -> String {
    measured_parts(measure, &sortable(value)).concat()
}

fn measured_parts<'a>(measure: &'a str, sortable: &'a str) -> [&'a str; 3] {
    [measure, JOINT, sortable]
}

/// Keys side by side in one text: a note has hundreds, and a text for each would cost the indexing more than its words do.
pub(crate) struct Keys {
    text: String,
    all: Vec<Key>,
}

struct Key {
    position: u32,
    text: Range<usize>,
    span: Range<usize>,
}

/// About how many bytes a key has.
const USUAL: usize = 32;

impl Keys {
    fn with_capacity(keys: usize) -> Keys {
        Keys { text: String::with_capacity(USUAL * keys), all: Vec::with_capacity(keys) }
    }

    fn add(&mut self, span: &Range<usize>, position: u32, parts: &[&str]) {
        let from = self.text.len();
        self.text.extend(parts.iter().copied());
        self.all.push(Key { position, text: from..self.text.len(), span: span.clone() });
    }

    fn text(&self, key: &Key) -> &str {
        self.text.get(key.text.clone()).unwrap_or_default()
    }

    /// In order of position, each once at a place.
    fn ordered(mut self) -> Keys {
        let mut all = std::mem::take(&mut self.all);
        let order = |a: &Key, b: &Key| {
            let texts = || self.text(a).cmp(self.text(b)).then(a.span.end.cmp(&b.span.end));
            a.position.cmp(&b.position).then_with(texts)
        };
        all.sort_unstable_by(order);
        all.dedup_by(|a, b| a.position == b.position && self.text(a) == self.text(b));
        Keys { all, ..self }
    }

    /// The keys as tokens of a text.
    pub(crate) fn tokens(&self) -> Vec<Token<'static>> {
        let token = |key: &Key| Token { text: self.text(key).to_owned().into(), span: key.span.clone(), position: key.position };
        self.all.iter().map(token).collect()
    }

    /// The keys and where they stand as the indexing takes them; nothing if there are none.
    pub(crate) fn line(&self) -> Option<String> {
        let mut line = Line::with_capacity(self.text.len() + 4 * self.all.len());
        for key in &self.all {
            line.add(key.position, self.text(key));
        }
        line.finish()
    }
}

/// The keys of a field. `words` are the places of the words of the text (`analysis::places`).
pub(crate) fn keys(field: Field, notes: &Annotations<'_>, words: &[Place]) -> Keys {
    let mut out = Keys::with_capacity(match field {
        Field::Mention => notes.mentions.len(),
        Field::Measured => notes.values.len(),
        Field::Section => 2 * notes.sections.len(),
        _ => 0,
    });
    match field {
        Field::Mention => {
            for m in notes.mentions {
                let Some(at) = word_at(words, m.span.start) else { continue };
                out.add(&m.span, at, &mention_parts(m.concept, m.assertion));
                for (name, value) in &m.attributes {
                    out.add(&m.span, at, &attribute_parts(m.concept, m.assertion, name, value));
                }
            }
        }
        Field::Measured => {
            for v in notes.values {
                let Some(at) = word_at(words, v.span.start) else { continue };
                out.add(&v.span, at, &measured_parts(v.measure, &sortable(v.value)));
            }
        }
        // Two keys a section: where it begins and where it ends.
        Field::Section => {
            for s in joined(notes, words) {
                out.add(s.heading, s.first.saturating_mul(2), &[s.name]);
                out.add(s.heading, s.last.saturating_mul(2).saturating_add(1), &[s.name]);
            }
        }
        _ => {}
    }
    out.ordered()
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
    use crate::entry::{Mention, Region};

    #[test]
    fn keys_come_back_from_their_line_as_they_went_in() {
        let text = "Sepsis with creatinine 2.4. No sepsis.";
        let at = |word: &str| text.find(word).unwrap_or_default();
        let mention = |assertion, start, attributes| Mention { concept: "sepsis", assertion, attributes, span: start..start + 6 };
        let mentions = [
            mention("negated", at("sepsis."), Vec::new()),
            mention("present", 0, vec![("severity", "severe")]),
            mention("present", 0, Vec::new()),
        ];
        let notes = Annotations { mentions: &mentions, ..Annotations::default() };
        let keys = keys(Field::Mention, &notes, &places(text));
        let line = keys.line().unwrap_or_default();
        let tokens = keys.tokens();
        let own: Vec<(u32, &str)> = tokens.iter().map(|t| (t.position, t.text.as_ref())).collect();
        let own: Vec<(u32, String)> = own.into_iter().map(|(position, text)| (position, text.to_owned())).collect();
        assert_eq!(crate::line::read(&line), own);
        let severe = "sepsis\u{1f}present\u{1f}severity=severe";
        let expected = [(0, "sepsis\u{1f}present"), (0, severe), (5, "sepsis\u{1f}negated")];
        assert_eq!(own, expected.map(|(position, text)| (position, text.to_owned())));
    }

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
