//! Many patterns at once, looked for only where a word or a sign begins.
//!
//! A pattern is a row of words and signs. From each word of a text the row that it begins is followed as long as a table of bits says
//! that some pattern may begin so: for most words that ends at once. Where a pattern may end, it is looked up and compared. A row is no
//! longer than the longest pattern, so the work is linear. (An Aho-Corasick automaton keeps every pattern in view at every byte, inside
//! words too, and its states for this many patterns do not fit the processor's nearest memory.)

/// The patterns, ready to be looked up.
pub(super) struct Machine {
    any_case: bool,
    /// The bytes of the patterns.
    bytes: Vec<u8>,
    /// The patterns by their hash, in order; found by its highest bits.
    patterns: Vec<Pattern>,
    by_bits: Vec<u32>,
    shift: u32,
    known: Known,
    /// The signs that a pattern can begin with.
    signs: [bool; 256],
    /// How many bytes of a last word that may go on are hashed; which numbers occur.
    open: [bool; HEAD],
}

#[derive(Clone, Copy)]
struct Pattern {
    key: u64,
    number: usize,
    start: usize,
    end: usize,
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
    /// A machine for these patterns; with `any_case` for ASCII letters in either case.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = (&'p str, End)> + Clone, any_case: bool) -> Self {
        let mut out = Self {
            any_case,
            bytes: Vec::new(),
            patterns: Vec::new(),
            by_bits: Vec::new(),
            shift: 64 - patterns.clone().count().next_power_of_two().max(2).ilog2(),
            known: Known::new(patterns.clone().count()),
            signs: [false; 256],
            open: [false; HEAD],
        };
        for (number, (pattern, end)) in patterns.enumerate() {
            out.add(number, pattern.as_bytes(), end);
        }
        out.patterns.sort_unstable_by_key(|pattern| (pattern.key, pattern.number));
        for (at, pattern) in out.patterns.iter().enumerate() {
            let slot = usize::try_from(pattern.key >> out.shift).unwrap_or_default();
            out.by_bits.resize((slot + 1).max(out.by_bits.len()), u32::try_from(at).unwrap_or(u32::MAX));
        }
        out
    }

    fn add(&mut self, number: usize, pattern: &[u8], end: End) {
        let (mut token, mut at) = (Token::next(0, pattern), 0);
        while let Some(here) = token {
            at += here.length;
            token = Token::next(here.whole, pattern.get(at..).unwrap_or_default());
            if token.is_some() {
                self.known.set(here.whole ^ MORE);
                continue;
            }
            let key = if end == End::Open {
                let head = here.length.min(HEAD);
                self.open.iter_mut().skip(head - 1).take(1).for_each(|occurs| *occurs = true);
                pattern.get(at - here.length..).unwrap_or_default().iter().take(head).fold(here.row, |hash, byte| mix(hash, *byte)) ^ OPEN
            } else {
                here.whole ^ ENDS
            };
            self.known.set(key);
            let start = self.bytes.len();
            self.bytes.extend_from_slice(pattern);
            self.patterns.push(Pattern { key, number, start, end: self.bytes.len() });
        }
        if let Some(known) = pattern.first().and_then(|first| self.signs.get_mut(usize::from(*first))) {
            *known = true;
        }
    }

    /// Tells of every pattern that begins where a word or a sign does: its number, its first byte, one past its last byte. In order of
    /// start.
    pub(super) fn find(&self, text: &str, mut found: impl FnMut(usize, usize, usize)) {
        let bytes = text.as_bytes();
        let mut start = 0;
        while let Some(first) = Token::next(0, bytes.get(start..).unwrap_or_default()) {
            if first.word || bytes.get(start).is_some_and(|sign| self.signs.get(usize::from(*sign)) == Some(&true)) {
                self.follow(bytes, start, &first, &mut found);
            }
            start += first.length;
        }
    }

    /// Follows the row of words and signs that begins with a token.
    fn follow(&self, bytes: &[u8], start: usize, first: &Token, found: &mut impl FnMut(usize, usize, usize)) {
        let opens = self.open.contains(&true);
        let (mut end, mut here) = (start, *first);
        loop {
            end += here.length;
            if opens && here.word {
                let mut head = here.row;
                for (byte, occurs) in bytes.get(end - here.length..end).unwrap_or_default().iter().zip(self.open) {
                    head = mix(head, *byte);
                    if occurs {
                        self.compare(head ^ OPEN, bytes, start, found);
                    }
                }
            }
            if here.word && bytes.get(end - 1).is_some_and(|last| last.eq_ignore_ascii_case(&b's')) {
                self.compare(here.but_one ^ ENDS, bytes, start, found);
                self.compare(here.but_two ^ ENDS, bytes, start, found);
            }
            self.compare(here.whole ^ ENDS, bytes, start, found);
            if !self.known.has(here.whole ^ MORE) {
                return;
            }
            let Some(next) = Token::next(here.whole, bytes.get(end..).unwrap_or_default()) else { return };
            here = next;
        }
    }

    /// Compares the patterns of a hash with the text at a place.
    #[inline]
    fn compare(&self, key: u64, bytes: &[u8], start: usize, found: &mut impl FnMut(usize, usize, usize)) {
        if !self.known.has(key) {
            return;
        }
        let slot = usize::try_from(key >> self.shift).unwrap_or_default();
        let first = self.by_bits.get(slot).map_or(self.patterns.len(), |first| *first as usize);
        let near = self.patterns.get(first..).unwrap_or_default().iter().skip_while(|pattern| pattern.key < key);
        for pattern in near.take_while(|pattern| pattern.key == key) {
            let end = start + pattern.end - pattern.start;
            let (Some(here), Some(wanted)) = (bytes.get(start..end), self.bytes.get(pattern.start..pattern.end)) else { continue };
            if if self.any_case { here.eq_ignore_ascii_case(wanted) } else { here == wanted } {
                found(pattern.number, start, end);
            }
        }
    }
}

/// Letters and digits; all of what is not ASCII counts as letters.
pub(super) fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// A word or a sign, with the hash of the row up to its end: in any ASCII case.
#[derive(Clone, Copy)]
struct Token {
    word: bool,
    length: usize,
    whole: u64,
    /// The hash without the last byte, and without the last two; and that of the row before it.
    but_one: u64,
    but_two: u64,
    row: u64,
}

/// How much of a word is looked at for patterns that may end inside it.
const HEAD: usize = 3;

impl Token {
    /// The token at the start of some bytes, in a row whose hash is known.
    #[inline]
    fn next(row: u64, bytes: &[u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first()?;
        let whole = mix(row, *first);
        let mut out = Self { word: in_word(*first), length: 1, whole, but_one: row, but_two: row, row };
        if out.word {
            for byte in rest.iter().take_while(|byte| in_word(**byte)) {
                (out.but_two, out.but_one, out.whole) = (out.but_one, out.whole, mix(out.whole, *byte));
                out.length += 1;
            }
        }
        Some(out)
    }
}

#[inline]
fn mix(hash: u64, byte: u8) -> u64 {
    (hash.rotate_left(7) ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Any three numbers: they keep apart that a pattern ends here, that one goes on, and that one may end inside the word.
const ENDS: u64 = 0x517C_C1B7_2722_0A95;
const MORE: u64 = 0x2545_F491_4F6C_DD1D;
const OPEN: u64 = 0x6A09_E667_F3BC_C909;

/// A table of bits that knows for certain which hashes no pattern has, and guesses wrong on few of the others.
struct Known {
    bits: Vec<u64>,
    shift: u32,
}

impl Known {
    /// So many bits for each pattern and the rows it begins with keep the wrong guesses near one in ten.
    const SPARSE: usize = 16;

    fn new(patterns: usize) -> Self {
        let bits = (patterns * Self::SPARSE).next_power_of_two().max(1024);
        Self { bits: vec![0; bits / 64], shift: 64 - bits.ilog2() }
    }

    #[inline]
    fn place(&self, key: u64) -> (usize, u64) {
        let bit = key.wrapping_mul(ENDS) >> self.shift;
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    fn set(&mut self, key: u64) {
        let (at, bit) = self.place(key);
        if let Some(word) = self.bits.get_mut(at) {
            *word |= bit;
        }
    }

    #[inline]
    fn has(&self, key: u64) -> bool {
        let (at, bit) = self.place(key);
        self.bits.get(at).is_some_and(|word| word & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{End, Machine};
    use proptest::prelude::*;

    fn places(patterns: &[&str], text: &str, any_case: bool) -> Vec<(usize, usize, usize)> {
        let mut out = Vec::new();
        let machine = Machine::new(patterns.iter().map(|pattern| (*pattern, End::Word)), any_case);
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
        let open = Machine::new([("operat", End::Open)].into_iter(), true);
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
