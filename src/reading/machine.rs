//! Many patterns at once, looked for only where a word or a sign begins.
//!
//! A pattern is a row of words and signs. The text is cut into those once, each with its hash; from each word the row that it begins is
//! followed as long as a table of bits says that some pattern may begin so: for most words that ends at once. Where a pattern may end, it
//! is looked up and compared. A row is no longer than the longest pattern, so the work is linear. (An Aho-Corasick automaton keeps every
//! pattern in view at every byte, inside words too, and its states for this many patterns do not fit the processor's nearest memory.)

mod known;
mod token;

use known::{ENDS, Known, MORE};
use std::collections::HashSet;
pub(super) use token::in_word;
use token::{HEAD, OPEN, Token, join, lower, mix, unmix};

/// The patterns, ready to be looked up.
pub(super) struct Machine {
    any_case: bool,
    /// The bytes of the patterns.
    bytes: Vec<u8>,
    /// The patterns by their hash, in order; those of a slot, its highest bits, begin where `by_bits` says and end where the next slot's begin.
    patterns: Vec<Pattern>,
    by_bits: Vec<u32>,
    shift: u32,
    /// What the first words and signs of the patterns are: a small table, which stays in the processor's nearest memory.
    first: Known,
    known: Known,
    /// Whether a pattern ends with a blank; none does as a rule, and then a blank needs no look at the table.
    blank_ends: bool,
    /// The signs that a pattern can begin with.
    signs: [bool; 256],
    /// How many bytes of a last word that may go on are hashed; which numbers occur.
    open: [bool; HEAD],
    opens: bool,
    /// How many words and signs the longest pattern has.
    longest: usize,
    fillers: Fillers,
}

/// Words that say little and may stand inside a row: "was | subsequently | ruled out".
struct Fillers {
    known: Known,
    /// The rows that they are, in order.
    rows: Vec<u64>,
    /// The words with which an aside between commas can begin, in order.
    asides: Vec<u64>,
}

/// Fillers that were looked over in a row: bytes of the text.
#[derive(Clone, Copy)]
struct Gap {
    start: usize,
    end: usize,
}

/// A pattern in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its number.
    pub pattern: usize,
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Whether fillers stand inside it.
    pub gapped: bool,
}

/// Sixteen bytes, so that those of a hash lie in one line of the processor's memory.
#[derive(Clone, Copy)]
struct Pattern {
    /// The low half of its hash; where it lies tells most of the other.
    low: u32,
    number: u32,
    start: u32,
    end: u32,
}

/// The low half of a hash.
fn low(key: u64) -> u32 {
    (key & u64::from(u32::MAX)) as u32
}

/// A place in a table of patterns, which are far fewer than it can hold.
fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
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
            // One or two in a slot: a longer list of slots is further away than the next pattern.
            shift: 65 - patterns.clone().count().next_power_of_two().max(4).ilog2(),
            first: Known::new(
                patterns.clone().filter_map(|(pattern, _)| Token::at(0, pattern.as_bytes())).map(|t| t.hash).collect::<HashSet<_>>().len(),
            ),
            known: Known::new(patterns.clone().count()),
            blank_ends: patterns.clone().any(|(pattern, _)| pattern.ends_with(' ')),
            signs: [false; 256],
            open: [false; HEAD],
            opens: false,
            longest: 1,
            fillers: Fillers { known: Known::new(0), rows: Vec::new(), asides: Vec::new() },
        };
        let mut keyed: Vec<(u64, Pattern)> = Vec::new();
        for (number, (pattern, end)) in patterns.enumerate() {
            keyed.extend(out.add(number, pattern.as_bytes(), end));
        }
        out.bytes.shrink_to_fit();
        out.opens = out.open.contains(&true);
        keyed.sort_unstable_by_key(|(key, pattern)| (*key, pattern.number));
        for (at, (key, _)) in keyed.iter().enumerate() {
            out.by_bits.resize((out.slot(*key) + 1).max(out.by_bits.len()), short(at));
        }
        out.by_bits.push(short(keyed.len()));
        out.patterns = keyed.into_iter().map(|(_, pattern)| pattern).collect();
        out
    }

    /// The same machine, which looks over these words inside a row.
    pub(super) fn over<'p>(mut self, fillers: impl Iterator<Item = &'p str> + Clone) -> Self {
        let mut most = 0;
        self.fillers.known = Known::new(fillers.clone().count());
        for filler in fillers {
            let (mut row, mut at, mut tokens) = (0, 0, 0);
            while let Some(token) = Token::at(at, filler.as_bytes()) {
                (row, at, tokens) = (join(row, token.hash), token.end, tokens + 1);
                self.fillers.known.set(row, if at < filler.len() { MORE } else { ENDS });
            }
            self.fillers.rows.push(row);
            most = most.max(tokens);
        }
        self.fillers.rows.sort_unstable();
        self.longest += 2 * (most + SIGNS);
        self
    }

    /// The same machine, which looks over an aside between commas that begins with one of these words.
    pub(super) fn past<'p>(mut self, words: impl Iterator<Item = &'p str>) -> Self {
        self.fillers.asides = words.filter_map(|word| Token::at(0, word.as_bytes())).map(|token| token.hash).collect();
        self.fillers.asides.sort_unstable();
        self.longest += ASIDE;
        self
    }

    /// Where the patterns of a hash lie.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        usize::try_from(key >> self.shift).unwrap_or_default()
    }

    /// Takes a pattern in; gives its hash and where its bytes are.
    fn add(&mut self, number: usize, pattern: &[u8], end: End) -> Option<(u64, Pattern)> {
        let (mut row, mut at, mut tokens) = (0, 0, 0);
        while let Some(here) = Token::at(at, pattern) {
            at = here.end;
            tokens += 1;
            let whole = join(row, here.hash);
            let table = if tokens == 1 { &mut self.first } else { &mut self.known };
            if at < pattern.len() {
                // A blank is gone over: nobody asks for it.
                if here.word || tokens == 1 || self.blank_ends || pattern.get(here.start) != Some(&b' ') {
                    table.set(whole, MORE);
                }
                row = whole;
                continue;
            }
            let key = if end == End::Open {
                let head = (here.end - here.start).min(HEAD);
                self.open.iter_mut().skip(head - 1).take(1).for_each(|occurs| *occurs = true);
                join(row, pattern.get(here.start..).unwrap_or_default().iter().take(head).fold(0, |hash, byte| mix(hash, lower(*byte))))
                    ^ OPEN
            } else {
                whole
            };
            table.set(key, ENDS);
            let start = self.bytes.len();
            self.bytes.extend_from_slice(pattern);
            self.longest = self.longest.max(tokens);
            if let Some(known) = pattern.first().and_then(|first| self.signs.get_mut(usize::from(*first))) {
                *known = true;
            }
            return Some((key, Pattern { low: low(key), number: short(number), start: short(start), end: short(self.bytes.len()) }));
        }
        None
    }

    /// Tells of every pattern that begins where a word or a sign does. In order of start.
    pub(super) fn find(&self, text: &str, mut found: impl FnMut(Found)) {
        let bytes = text.as_bytes();
        let mut tokens: Vec<Token> = Vec::with_capacity(AHEAD + self.longest);
        let (mut first, mut cut) = (0, 0);
        loop {
            // Some words ahead and no more: a text of any length takes the same memory.
            if tokens.len() - first < self.longest && cut < bytes.len() {
                tokens.drain(..first);
                first = 0;
                while tokens.len() < AHEAD + self.longest
                    && let Some(token) = Token::at(cut, bytes)
                {
                    cut = token.end;
                    tokens.push(token);
                }
            }
            let Some((token, rest)) = tokens.get(first..).and_then(<[Token]>::split_first) else { return };
            first += 1;
            if token.word || bytes.get(token.start).is_some_and(|sign| self.signs.get(usize::from(*sign)) == Some(&true)) {
                self.follow(bytes, token, rest, &mut found);
            }
        }
    }

    /// Follows the row that a word or a sign begins.
    #[inline]
    fn follow(&self, bytes: &[u8], first: &Token, rest: &[Token], found: &mut impl FnMut(Found)) {
        let mut row = Row { hash: 0, start: first.start, gap: None };
        let (mut here, mut rest, mut table) = (first, rest, &self.first);
        loop {
            if here.word {
                if self.opens {
                    self.heads(table, row, here, bytes, found);
                }
                if here.plural {
                    let but_one = unmix(here.hash, b's');
                    let before = bytes.get(here.end.wrapping_sub(2)).map_or(0, |byte| lower(*byte));
                    let shorter = [(1, but_one), (2, unmix(but_one, before))];
                    for (_, hash) in shorter.into_iter().take_while(|(cut, _)| here.start + cut < here.end) {
                        let key = join(row.hash, hash);
                        if table.of(key) & ENDS != 0 {
                            self.compare(key, row, bytes, found);
                        }
                    }
                }
            }
            row.hash = join(row.hash, here.hash);
            let known = table.of(row.hash);
            if known & ENDS != 0 {
                self.compare(row.hash, row, bytes, found);
            }
            if known & MORE == 0 {
                return;
            }
            if row.gap.is_none() && here.word {
                self.look_over(bytes, row, here.end, rest, found);
            }
            let Some((next, after)) = self.past_blank(bytes, &mut row.hash, rest) else { return };
            (here, rest, table) = (next, after, &self.known);
        }
    }

    /// The next word or sign and what comes behind it. A blank is gone over: nearly all rows go on with one, and the word behind it decides.
    #[inline]
    fn past_blank<'t>(&self, bytes: &[u8], row: &mut u64, rest: &'t [Token]) -> Option<(&'t Token, &'t [Token])> {
        let (next, after) = rest.split_first()?;
        if self.blank_ends || next.word || bytes.get(next.start) != Some(&b' ') {
            return Some((next, after));
        }
        *row = join(*row, next.hash);
        after.split_first()
    }

    /// Follows a row behind the fillers that stand next in it; it is looked over once.
    fn look_over(&self, bytes: &[u8], row: Row, start: usize, rest: &[Token], found: &mut impl FnMut(Found)) {
        let filler = self.filler(bytes, rest);
        let Some(length) = filler.or_else(|| self.aside(bytes, rest)) else { return };
        let more = filler.and_then(|length| self.filler(bytes, rest.get(length..)?)).unwrap_or_default();
        for length in [Some(length), (more > 0).then_some(length + more)].into_iter().flatten() {
            let Some((last, after)) = rest.get(length - 1).zip(rest.get(length..)) else { return };
            let mut hash = row.hash;
            if let Some((next, after)) = self.past_blank(bytes, &mut hash, after) {
                self.follow_gapped(bytes, Row { hash, gap: Some(Gap { start, end: last.end }), ..row }, next, after, found);
            }
        }
    }

    /// The same as `follow`, apart from it so that no function holds itself.
    fn follow_gapped(&self, bytes: &[u8], row: Row, first: &Token, rest: &[Token], found: &mut impl FnMut(Found)) {
        let (mut hash, mut here, mut rest) = (row.hash, first, rest);
        loop {
            hash = join(hash, here.hash);
            let known = self.known.of(hash);
            if known & ENDS != 0 {
                self.compare(hash, row, bytes, found);
            }
            if known & MORE == 0 {
                return;
            }
            let Some((next, after)) = self.past_blank(bytes, &mut hash, rest) else { return };
            (here, rest) = (next, after);
        }
    }

    /// How many words and signs at the start are one filler and what joins it: " now", ", however,".
    fn filler(&self, bytes: &[u8], tokens: &[Token]) -> Option<usize> {
        let sign = |at: usize| tokens.get(at).filter(|token| !token.word).and_then(|token| bytes.get(token.start)).copied();
        let comma = sign(0) == Some(b',');
        let lead = 1 + usize::from(comma);
        if sign(lead - 1) != Some(b' ') {
            return None;
        }
        let (mut row, mut longest) = (0, None);
        for (at, token) in tokens.iter().enumerate().skip(lead) {
            row = join(row, token.hash);
            let known = self.fillers.known.of(row);
            if known & ENDS != 0 && self.fillers.rows.binary_search(&row).is_ok() {
                longest = Some(at + 1);
            }
            if known & MORE == 0 {
                break;
            }
        }
        let end = longest?;
        if !comma {
            return Some(end);
        }
        (sign(end) == Some(b',')).then_some(end + 1)
    }

    /// How many words and signs at the start are an aside between two commas: ", as far as we can tell,".
    fn aside(&self, bytes: &[u8], tokens: &[Token]) -> Option<usize> {
        tokens.first().filter(|token| bytes.get(token.start) == Some(&b','))?;
        tokens.get(2).filter(|token| token.word && self.fillers.asides.binary_search(&token.hash).is_ok())?;
        for (at, token) in tokens.iter().enumerate().take(ASIDE).skip(3) {
            match bytes.get(token.start) {
                Some(b',') => return Some(at + 1),
                Some(b' ' | b'\'' | b'-') => {}
                _ if token.word => {}
                _ => return None,
            }
        }
        None
    }

    /// Compares the patterns that end inside a word.
    fn heads(&self, table: &Known, row: Row, word: &Token, bytes: &[u8], found: &mut impl FnMut(Found)) {
        let mut head = 0;
        for (byte, occurs) in bytes.get(word.start..word.end).unwrap_or_default().iter().zip(self.open) {
            head = mix(head, lower(*byte));
            let key = join(row.hash, head) ^ OPEN;
            if occurs && table.of(key) & ENDS != 0 {
                self.compare(key, row, bytes, found);
            }
        }
    }

    /// Compares the patterns of a hash with the text where a row began.
    fn compare(&self, key: u64, row: Row, bytes: &[u8], found: &mut impl FnMut(Found)) {
        let slot = self.slot(key);
        let Some([first, behind, ..]) = self.by_bits.get(slot..) else { return };
        let near = self.patterns.get(*first as usize..*behind as usize).unwrap_or_default();
        let low = low(key);
        let same = |here: &[u8], wanted: &[u8]| if self.any_case { here.eq_ignore_ascii_case(wanted) } else { here == wanted };
        let start = row.start;
        for pattern in near.iter().filter(|pattern| pattern.low == low) {
            let Some(wanted) = self.bytes.get(pattern.start as usize..pattern.end as usize) else { continue };
            let gap = row.gap.unwrap_or(Gap { start, end: start });
            let end = gap.end + wanted.len().saturating_sub(gap.start - start);
            let (Some((head, tail)), Some(before), Some(behind)) =
                (wanted.split_at_checked(gap.start - start), bytes.get(start..gap.start), bytes.get(gap.end..end))
            else {
                continue;
            };
            if same(before, head) && same(behind, tail) {
                found(Found { pattern: pattern.number as usize, start, end, gapped: row.gap.is_some() });
            }
        }
    }
}

/// A row of words and signs that some pattern begins with.
#[derive(Clone, Copy)]
struct Row {
    hash: u64,
    /// Where it began in the text.
    start: usize,
    gap: Option<Gap>,
}

/// The signs around a filler.
const SIGNS: usize = 3;

/// No aside between commas has more words and signs.
const ASIDE: usize = 26;

/// How many words are cut at a time.
const AHEAD: usize = 512;

#[cfg(test)]
mod tests {
    use super::{End, Machine};
    use proptest::prelude::*;

    fn places(patterns: &[&str], text: &str, any_case: bool) -> Vec<(usize, usize, usize)> {
        let mut out = Vec::new();
        let machine = Machine::new(patterns.iter().map(|pattern| (*pattern, End::Word)), any_case);
        machine.find(text, |found| out.push((found.pattern, found.start, found.end)));
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
        open.find("Operative", |found| out.push((found.pattern, found.start, found.end)));
        assert_eq!(out, [(0, 0, 6)]);
    }

    #[test]
    fn fillers_are_looked_over_inside_a_row_and_nowhere_else() {
        let patterns = ["was ruled out", "was", "ruled out"];
        let machine =
            Machine::new(patterns.iter().map(|pattern| (*pattern, End::Word)), false).over(["now", "later", "in fact"].into_iter());
        let gapped = |text: &str| {
            let mut out = Vec::new();
            machine.find(text, |found| out.extend(found.gapped.then(|| text[found.start..found.end].to_owned())));
            out
        };
        for text in ["was now ruled out", "was later, in fact, ruled out", "was in fact ruled out", "was now later ruled out"] {
            assert_eq!(gapped(text), [text]);
        }
        for text in ["was ruled out now", "was never ruled out", "was, now ruled out", "was in ruled out", "was now"] {
            assert!(gapped(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn an_aside_between_commas_is_looked_over_where_it_begins_with_a_word_for_one() {
        let machine = Machine::new(["does not have", "does", "denies"].iter().map(|pattern| (*pattern, End::Word)), false)
            .over(std::iter::empty())
            .past(["as", "to"].into_iter());
        let gapped = |text: &str| {
            let mut out = Vec::new();
            machine.find(text, |found| out.extend(found.gapped.then(|| text[found.start..found.end].to_owned())));
            out
        };
        for text in ["does not, as far as we can tell, have", "does, to her knowledge, not have"] {
            assert_eq!(gapped(text), [text]);
        }
        for text in ["does not, we are told, have", "does not, as far as we can tell have", "does not, as far (as we can tell), have"] {
            assert!(gapped(text).is_empty(), "{text}");
        }
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
