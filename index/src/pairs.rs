//! Pairs of words as terms of their own. A phrase of common words ("the patient was taken to") otherwise reads the positions of words
//! that are in every note; as pairs it reads those of a few notes. A pair stands at the position of its first word.
//!
//! Pairs are made where the first word is common (`common.txt`, counted in dictated notes) and the second is made of letters: numbers
//! would only fill the dictionary. They are a shortcut of the engine, so the evaluator and the highlighter know nothing of them.

use std::collections::HashSet;
use std::sync::OnceLock;

use crate::plan::{Phrase, Slot, Test};

/// What a pair begins with: no word does, so that prefixes and slips never meet a pair.
pub(crate) const SIGN: char = '\u{1}';

/// A longer second word makes no pair: it is rare enough by itself.
const LONGEST: usize = 24;

fn is_common(word: &str) -> bool {
    static WORDS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    word.len() <= 7 && WORDS.get_or_init(|| include_str!("common.txt").split_whitespace().collect()).contains(word)
}

/// The pair of two words that follow each other, if it is kept.
pub(crate) fn pair(first: &str, second: &str) -> Option<String> {
    let kept = second.len() <= LONGEST && second.bytes().all(|b| b.is_ascii_lowercase()) && is_common(first);
    kept.then(|| format!("{SIGN}{first} {second}"))
}

/// The same phrase with pairs in place of the words they hold.
pub(crate) fn paired(phrase: &Phrase) -> Phrase {
    let mut covered = vec![false; phrase.slots.len()];
    let mut slots: Vec<Slot> = Vec::with_capacity(phrase.slots.len());
    for (at, both) in phrase.slots.windows(2).enumerate() {
        let [a, b] = both else { continue };
        if let (Test::Exact(first), Test::Exact(second)) = (&a.test, &b.test)
            && b.offset == a.offset.saturating_add(1)
            && let Some(text) = pair(first, second)
        {
            slots.push(Slot { offset: a.offset, test: Test::Exact(text) });
            covered.iter_mut().skip(at).take(2).for_each(|c| *c = true);
        }
    }
    slots.extend(phrase.slots.iter().zip(covered).filter(|(_, covered)| !covered).map(|(slot, _)| slot.clone()));
    slots.sort_by_key(|slot| slot.offset);
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
        assert_eq!(slots("\"the patient was taken to\""), ["+the patient@0", "+patient was@1", "+was taken@2", "to@4"]);
        assert_eq!(slots("\"acute on chronic\""), ["acute@0", "+on chronic@1"]);
        assert_eq!(slots("\"of 120/80\""), ["of@0", "120/80@1"]);
        assert_eq!(slots("\"heart failure\""), ["heart@0", "failure@1"]);
        assert_eq!(slots("\"the pat*\""), ["the@0", "pat*@1"]);
    }
}
