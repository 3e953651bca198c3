//! Many patterns at once, looked for only where a word or a sign begins.
//!
//! A pass that starts anew at each beginning follows the text a few bytes and gives up at the first one that no pattern has, which is much
//! less work than to keep every pattern in view at every byte. Most words begin no pattern at all: a small table of first words tells so
//! without a look at the large one of patterns. No walk is longer than the longest pattern, so the work is linear.

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::{Builder, NFA};
use aho_corasick::{Anchored, BuildError, MatchKind};

/// The patterns, ready to be followed from a place.
pub(super) struct Machine {
    nfa: NFA,
    start: StateID,
    /// The signs that a pattern can begin with.
    signs: [bool; 256],
    first_words: FirstWords,
}

/// What a pattern asks of the end of its last word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The word ends there, or goes on with the letters of a plural.
    Word,
    /// The word may go on.
    Open,
}

impl Machine {
    /// A machine for these patterns, which are in lower case.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = (&'p str, End)> + Clone, any_case: bool) -> Result<Self, BuildError> {
        let texts = patterns.clone().map(|(pattern, _)| pattern);
        let nfa = Builder::new().match_kind(MatchKind::Standard).ascii_case_insensitive(any_case).prefilter(false).build(texts)?;
        let mut signs = [false; 256];
        let mut first_words = FirstWords::new(nfa.patterns_len());
        for (pattern, end) in patterns {
            let bytes = pattern.as_bytes();
            match bytes.first() {
                Some(first) if in_word(*first) => first_words.add(bytes, end),
                Some(first) => signs.iter_mut().skip(usize::from(*first)).take(1).for_each(|known| *known = true),
                None => {}
            }
        }
        // Such a machine always has a start for anchored walks; without one nothing would be found.
        let start = nfa.start_state(Anchored::Yes).unwrap_or_default();
        Ok(Self { nfa, start, signs, first_words })
    }

    /// Tells of every pattern that begins where a word or a sign does: its number, its first byte, one past its last byte. In order of
    /// start, the shorter first.
    pub(super) fn find(&self, text: &str, mut found: impl FnMut(usize, usize, usize)) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some((byte, rest)) = bytes.get(at..).and_then(<[u8]>::split_first) {
            if !in_word(*byte) {
                if self.signs.get(usize::from(*byte)).is_some_and(|known| *known) {
                    self.follow(bytes, at, &mut found);
                }
                at += 1;
                continue;
            }
            let word = Word::new(*byte, rest);
            if self.first_words.may_begin(&word, rest) {
                self.follow(bytes, at, &mut found);
            }
            at += word.length;
        }
    }

    fn follow(&self, bytes: &[u8], start: usize, found: &mut impl FnMut(usize, usize, usize)) {
        let mut state = self.start;
        for (byte, length) in bytes.get(start..).unwrap_or_default().iter().zip(1..) {
            state = self.nfa.next_state(Anchored::Yes, state, *byte);
            if !self.nfa.is_special(state) {
                continue;
            }
            if self.nfa.is_dead(state) {
                return;
            }
            if self.nfa.is_match(state) {
                // A state knows the patterns that end here wherever they began: only those from the start of the walk count.
                for pattern in (0..self.nfa.match_len(state)).map(|index| self.nfa.match_pattern(state, index)) {
                    if self.nfa.pattern_len(pattern) == length {
                        found(pattern.as_usize(), start, start + length);
                    }
                }
            }
        }
    }
}

/// Letters and digits; all of what is not ASCII counts as letters.
pub(super) fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// A word's length and the hashes of its first bytes and of all of it.
struct Word {
    length: usize,
    head: u64,
    whole: u64,
}

/// How many bytes of a word its head is.
const HEAD: usize = 3;

impl Word {
    /// The word that begins with a byte and goes on with the rest, in any ASCII case.
    fn new(first: u8, rest: &[u8]) -> Self {
        let mut word = Self { length: 1, head: mix(0, first), whole: mix(0, first) };
        for byte in rest.iter().take_while(|byte| in_word(**byte)) {
            word.whole = mix(word.whole, *byte);
            word.length += 1;
            if word.length <= HEAD {
                word.head = word.whole;
            }
        }
        word
    }
}

fn mix(hash: u64, byte: u8) -> u64 {
    (hash.rotate_left(7) ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// A table of bits that knows for certain which words begin no pattern, and guesses wrong on few of the others.
struct FirstWords {
    bits: Vec<u64>,
    /// How far a hash is moved down to number a bit.
    shift: u32,
}

/// Any two numbers: they keep apart that a pattern ends with a word and that it begins with a head.
const ENDS: u64 = 0x517C_C1B7_2722_0A95;
const STARTS: u64 = 0x2545_F491_4F6C_DD1D;

impl FirstWords {
    /// So many bits for each pattern, of which one to three are set, keep the wrong guesses below one in ten.
    const SPARSE: usize = 24;

    fn new(patterns: usize) -> Self {
        let bits = (patterns * Self::SPARSE).next_power_of_two().max(1024);
        Self { bits: vec![0; bits / 64], shift: 64 - bits.ilog2() }
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        let bit = hash.wrapping_mul(ENDS) >> self.shift;
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    fn set(&mut self, hash: u64) {
        let (at, bit) = self.place(hash);
        if let Some(word) = self.bits.get_mut(at) {
            *word |= bit;
        }
    }

    fn has(&self, hash: u64) -> bool {
        let (at, bit) = self.place(hash);
        self.bits.get(at).is_some_and(|word| word & bit != 0)
    }

    /// Adds the beginnings of a pattern that begins with a word.
    fn add(&mut self, pattern: &[u8], end: End) {
        let Some((first, rest)) = pattern.split_first() else { return };
        let word = Word::new(*first, rest);
        match (pattern.get(word.length..), end) {
            (Some([]), End::Word) => {
                let plural = mix(mix(word.whole, b'e'), b's');
                [word.whole, mix(word.whole, b's'), plural].into_iter().for_each(|hash| self.set(hash ^ ENDS));
            }
            // An open word of fewer bytes than a head: every head that begins with it.
            (Some([]), End::Open) if word.length < HEAD => self.bits.fill(u64::MAX),
            (Some([]), End::Open) => self.set(word.head ^ STARTS),
            (Some([sign]), _) => self.set(mix(word.whole, *sign)),
            (Some([sign, next, ..]), _) => self.set(mix(mix(word.whole, *sign), *next)),
            (None, _) => {}
        }
    }

    /// Whether a pattern may begin with this word; `rest` is what follows its first byte.
    fn may_begin(&self, word: &Word, rest: &[u8]) -> bool {
        let behind = rest.get(word.length - 1..).unwrap_or_default();
        let goes_on = |behind: &[u8]| match behind {
            [] => false,
            [sign] => self.has(mix(word.whole, *sign)),
            [sign, next, ..] => {
                let one = mix(word.whole, *sign);
                self.has(one) || self.has(mix(one, *next))
            }
        };
        self.has(word.whole ^ ENDS) || goes_on(behind) || word.length >= HEAD && self.has(word.head ^ STARTS)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{End, Machine};
    use proptest::prelude::*;

    fn places(patterns: &[&str], text: &str, any_case: bool) -> Vec<(usize, usize, usize)> {
        let mut out = Vec::new();
        let machine = Machine::new(patterns.iter().map(|pattern| (*pattern, End::Word)), any_case).unwrap();
        machine.find(text, |pattern, start, end| out.push((pattern, start, end)));
        out
    }

    #[test]
    fn patterns_are_found_where_words_begin_and_nowhere_else() {
        assert_eq!(places(&["art", "heart", "heart failure"], "art heart failure", false), [(0, 0, 3), (1, 4, 9), (2, 4, 17)]);
        assert_eq!(places(&["ab", "b"], "ab b", false), [(0, 0, 2), (1, 3, 4)]);
        assert_eq!(places(&["->", "x"], "a->x", false), [(0, 1, 3), (1, 3, 4)]);
        assert_eq!(places(&["k+"], "k+", false), [(0, 0, 2)]);
        assert_eq!(places(&["abscess"], "abscesses", false), [(0, 0, 7)]);
        assert!(places(&["a", "b"], "xa éb", false).is_empty());
        assert_eq!(places(&["cr"], "CR cr", true), [(0, 0, 2), (0, 3, 5)]);
        let open = Machine::new([("operat", End::Open)].into_iter(), true).unwrap();
        let mut out = Vec::new();
        open.find("Operative", |pattern, start, end| out.push((pattern, start, end)));
        assert_eq!(out, [(0, 0, 6)]);
    }

    proptest! {
        #[test]
        fn the_table_of_first_words_hides_no_pattern(
            patterns in proptest::collection::vec("[ab][ab-]{0,2}( [ab]{1,3})?", 1..6),
            text in "[ab -]{0,40}",
        ) {
            let words: Vec<&str> = patterns.iter().map(String::as_str).collect();
            let joined = |at: usize| {
                let side = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_alphabetic);
                side(at.checked_sub(1)) && side(Some(at))
            };
            let mut want = Vec::new();
            for start in 0..text.len() {
                for (index, pattern) in words.iter().enumerate() {
                    let end = start + pattern.len();
                    if text.get(start..end) == Some(pattern) && !joined(start) && !joined(end) {
                        want.push((index, start, end));
                    }
                }
            }
            let mut got: Vec<_> = places(&words, &text, false).into_iter().filter(|(_, _, end)| !joined(*end)).collect();
            got.sort_unstable();
            want.sort_unstable();
            prop_assert_eq!(got, want);
        }
    }
}
