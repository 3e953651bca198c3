//! Pairs of words as terms of their own. A phrase of common words ("the patient was taken to") otherwise reads the positions of words
//! that are in every note; as pairs it reads those of a few notes. A pair stands at the position of its first word.
//!
//! Pairs are made where the first word is one of the commonest (`common.txt`, counted in dictated notes) and the second is frequent too
//! (`seconds.txt`, the 500 most frequent ones there): with a rarer one, its own list is short, and the pair would only fill the dictionary,
//! which costs more than all else when the index is built. They are a shortcut of the engine, so the evaluator and the highlighter know nothing of them.

use std::sync::OnceLock;

use crate::plan::{Phrase, Slot, Test};

/// The words that pairs begin with, and those that they end with. They are part of the index epoch: a pair is written by where its words
/// stand in here.
pub(crate) const LISTS: [&str; 2] = [include_str!("common.txt"), include_str!("seconds.txt")];

/// What a pair begins with, and the whole value of a field: no word does, so that prefixes and slips never meet them.
pub(crate) const SIGN: u8 = 1;

/// Bytes of a pair. Written as words it would have more than twice as many, and each is hashed and compared for every fifth word of a note.
const LENGTH: usize = 4;

/// Where a word stands in each of the lists, from 1 on; 0 where it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    first: u8,
    second: u16,
}

impl Listed {
    /// The pair with the word that follows, if it is kept: a sign, the first word and, in two halves, the second.
    pub(crate) fn pair(self, next: Listed) -> Option<[u8; LENGTH]> {
        let kept = self.first != 0 && next.second != 0;
        kept.then_some([SIGN, self.first, (next.second >> 7) as u8, (next.second & 0x7f) as u8])
    }
}

/// Longer words are none of those listed.
const LONGEST: usize = 16;

/// A few words whose letters make numbers that are alike in some bits, as what is left of these numbers; 0 where there is none. All are
/// compared at once, which takes no guess at where a word may be.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    prints: [u32; 4],
    words: [u32; 4],
}

/// Twice as many words as there are have room. Together they stay in the processor's cache.
const BUCKETS: usize = 512;

/// The words of both lists: asked for every word of every note.
struct Words {
    buckets: Vec<Bucket>,
    /// The letters of each and where it stands in the lists; the first is none.
    all: Vec<(u128, Listed)>,
    mixer: u64,
}

impl Words {
    fn new() -> Words {
        let mut all = vec![(0, Listed::default())];
        for (list, text) in LISTS.iter().enumerate() {
            for (word, place) in text.split_whitespace().zip(1_u16..) {
                let Some(key) = key(word.as_bytes()) else { continue };
                let at = all.iter().position(|(own, _)| *own == key).unwrap_or(all.len());
                all.resize(all.len().max(at + 1), (key, Listed::default()));
                let Some((_, listed)) = all.get_mut(at) else { continue };
                if list == 0 { listed.first = u8::try_from(place).unwrap_or(0) } else { listed.second = place }
            }
        }
        let mut words = Words { buckets: Vec::new(), all, mixer: 0x9e37_79b9_7f4a_7c15 };
        // One number in seven leaves no bucket with too many words.
        for _ in 0..1_000 {
            if let Some(buckets) = words.placed() {
                return Words { buckets, ..words };
            }
            words.mixer = words.mixer.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1;
        }
        words
    }

    /// All words in buckets, if all find room.
    fn placed(&self) -> Option<Vec<Bucket>> {
        let mut buckets = vec![Bucket::default(); BUCKETS];
        for (word, (key, _)) in (0_u32..).zip(&self.all).skip(1) {
            let (bucket, print) = self.spot(*key);
            let bucket = buckets.get_mut(bucket)?;
            let mut room = bucket.prints.iter_mut().zip(&mut bucket.words);
            let (own, place) = room.find(|(own, _)| **own == 0 || **own == print).filter(|(own, _)| **own == 0)?;
            (*own, *place) = (print, word);
        }
        Some(buckets)
    }

    /// The bucket of a word, and what is left of its letters' number.
    fn spot(&self, key: u128) -> (usize, u32) {
        let mixed = ((key as u64).wrapping_mul(self.mixer) ^ (key >> 64) as u64).wrapping_mul(0xd6e8_feb8_6659_fd93);
        ((mixed >> 55) as usize % BUCKETS, (mixed >> 20) as u32 | 1)
    }

    fn get(&self, key: u128) -> Listed {
        let (bucket, print) = self.spot(key);
        let Some(bucket) = self.buckets.get(bucket) else { return Listed::default() };
        let found = bucket.prints.iter().zip(&bucket.words).fold(0, |found, (own, word)| if *own == print { found | word } else { found });
        let (own, listed) = self.all.get(found as usize).copied().unwrap_or_default();
        if own == key { listed } else { Listed::default() }
    }
}

/// The letters of a short word as a number.
fn key(word: &[u8]) -> Option<u128> {
    let mut letters = [0; LONGEST];
    letters.get_mut(..word.len())?.copy_from_slice(word);
    Some(u128::from_le_bytes(letters))
}

/// What the lists say of the word that is the first `length` bytes of `text`.
pub(crate) fn listed(text: &[u8], length: usize) -> Listed {
    static WORDS: OnceLock<Words> = OnceLock::new();
    let key = match text.first_chunk::<LONGEST>() {
        // Most words have more text behind them: all letters are taken at once, and those behind the word are taken off.
        Some(more) if (1..=LONGEST).contains(&length) => Some(u128::from_le_bytes(*more) & (u128::MAX >> (128 - 8 * length))),
        _ => text.get(..length).and_then(key),
    };
    key.map_or_else(Listed::default, |key| WORDS.get_or_init(Words::new).get(key))
}

/// The pair of two words that follow each other, if it is kept.
fn pair(first: &str, second: &str) -> Option<String> {
    let listed = |word: &str| listed(word.as_bytes(), word.len());
    listed(first).pair(listed(second)).map(|pair| pair.map(char::from).iter().collect())
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

    /// A slot as one reads it.
    fn spell(slot: &Slot) -> String {
        let text = slot.test.to_string();
        let [SIGN, first, high, low] = *text.as_bytes() else { return format!("{text}@{}", slot.offset) };
        let word = |list: &str, place: usize| list.split_whitespace().nth(place - 1).unwrap_or_default().to_owned();
        let second = word(LISTS[1], usize::from(high) * 128 + usize::from(low));
        format!("+{} {second}@{}", word(LISTS[0], usize::from(first)), slot.offset)
    }

    fn slots(typed: &str) -> Vec<String> {
        let Plan::Leaf(Matcher::Words { choices, .. }, ..) = Plan::of(&Query::parse(typed).0) else { panic!("{typed}") };
        paired(&choices[0]).slots.iter().map(spell).collect()
    }

    #[test]
    fn every_word_of_the_lists_is_known_by_its_place_and_no_other_word_is() {
        let known = |word: &str| listed(word.as_bytes(), word.len());
        let place = |list: &str, word: &str| list.split_whitespace().position(|own| own == word).map_or(0, |at| at + 1);
        for word in LISTS.iter().flat_map(|list| list.split_whitespace()) {
            assert!(word.len() <= LONGEST, "{word} is too long to be told from others");
            let own = Listed { first: place(LISTS[0], word) as u8, second: place(LISTS[1], word) as u16 };
            assert_eq!(known(word), own, "{word}");
            // In the middle of a text as alone.
            assert_eq!(listed(format!("{word} and what comes behind it").as_bytes(), word.len()), own, "{word}");
            for other in [format!("{word}q"), format!("q{word}"), word[1..].to_owned()] {
                let listed = LISTS.iter().any(|list| place(list, &other) > 0);
                assert!(listed || known(&other) == Listed::default(), "{other}");
            }
        }
        assert_eq!(known(""), Listed::default());
        assert_eq!(known(&"x".repeat(70)), Listed::default());
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
