//! Pairs of words as terms of their own. A phrase of common words ("the patient was taken to") otherwise reads the positions of words
//! that are in every note; as pairs it reads those of a few notes. A pair stands at the position of its first word.
//!
//! Pairs are made where the first word is one of the commonest (`common.txt`, counted in dictated notes) and the second is frequent too
//! (`seconds.txt`, the 500 most frequent ones there): with a rarer one, its own list is short, and the pair would only fill the dictionary,
//! which costs more than all else when the index is built. They are a shortcut of the engine, so the evaluator and the highlighter know nothing of them.

use std::sync::OnceLock;

use crate::plan::{Phrase, Slot, Test};

/// What a pair begins with: no word does, so that prefixes and slips never meet a pair.
pub(crate) const SIGN: char = '\u{1}';

/// Words by their first letter and their length, which hardly two share: asked for every word of every note.
struct Words(Vec<Vec<&'static str>>);

/// Longer words are none of those listed.
const LONGEST: usize = 16;

impl Words {
    fn of(text: &'static str) -> Words {
        let mut all = vec![Vec::new(); 26 * LONGEST];
        for word in text.split_whitespace() {
            if let Some(list) = place(word).and_then(|at| all.get_mut(at)) {
                list.push(word);
            }
        }
        Words(all)
    }

    fn own(&self, word: &str) -> Option<&'static str> {
        self.0.get(place(word)?)?.iter().copied().find(|own| *own == word)
    }
}

fn place(word: &str) -> Option<usize> {
    let letter = word.bytes().next()?.checked_sub(b'a')?;
    (word.len() < LONGEST).then(|| usize::from(letter) * LONGEST + word.len())
}

/// A word as the list of common words has it, if it is in there.
pub(crate) fn common(word: &str) -> Option<&'static str> {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::of(include_str!("common.txt"))).own(word)
}

/// Whether a word can be the second of a pair.
pub(crate) fn follows(second: &str) -> bool {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::of(include_str!("seconds.txt"))).own(second).is_some()
}

/// Writes a pair as a term.
pub(crate) fn write(first: &str, second: &str, out: &mut String) {
    out.push(SIGN);
    out.push_str(first);
    out.push(' ');
    out.push_str(second);
}

/// The pair of two words that follow each other, if it is kept.
fn pair(first: &str, second: &str) -> Option<String> {
    let first = common(first).filter(|_| follows(second))?;
    let mut out = String::with_capacity(first.len() + second.len() + 2);
    write(first, second, &mut out);
    Some(out)
}

/// The same phrase with pairs in place of the words they hold: as few of them as say all of it, since each is a list to read.
pub(crate) fn paired(phrase: &Phrase) -> Phrase {
    let with_next = |at: usize| match (phrase.slots.get(at), phrase.slots.get(at + 1)) {
        (Some(Slot { offset, test: Test::Exact(first) }), Some(Slot { offset: next, test: Test::Exact(second) }))
            if *next == offset.saturating_add(1) =>
        {
            pair(first, second).map(|text| Slot { offset: *offset, test: Test::Exact(text) })
        }
        _ => None,
    };
    let mut slots: Vec<Slot> = Vec::with_capacity(phrase.slots.len());
    let mut at = 0;
    while let Some(own) = phrase.slots.get(at) {
        if let Some(pair) = with_next(at) {
            slots.push(pair);
            at += 2;
            continue;
        }
        // A pair with the word before is rarer than the word alone.
        slots.push(at.checked_sub(1).and_then(with_next).unwrap_or_else(|| own.clone()));
        at += 1;
    }
    Phrase { slots, length: phrase.length }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::Query;
    use crate::plan::{Matcher, Plan};

    fn slots(typed: &str) -> Vec<String> {
        let Plan::Leaf(Matcher::Words { choices, .. }, ..) = Plan::of(&Query::parse(typed).0) else { panic!("{typed}") };
        paired(&choices[0]).slots.iter().map(|s| format!("{}@{}", s.test.to_string().replace(SIGN, "+"), s.offset)).collect()
    }

    #[test]
    fn a_phrase_is_covered_by_pairs_and_the_words_between_them() {
        assert_eq!(slots("\"the patient was taken to\""), ["+the patient@0", "+was taken@2", "to@4"]);
        assert_eq!(slots("\"the patient was\""), ["+the patient@0", "+patient was@1"]);
        assert_eq!(slots("\"acute on chronic\""), ["acute@0", "+on chronic@1"]);
        assert_eq!(slots("\"of 120/80\""), ["of@0", "120/80@1"]);
        assert_eq!(slots("\"heart failure\""), ["heart@0", "failure@1"]);
        assert_eq!(slots("\"the pat*\""), ["the@0", "pat*@1"]);
        assert_eq!(slots("\"the sigmoidoscopy\""), ["the@0", "sigmoidoscopy@1"]);
    }
}
