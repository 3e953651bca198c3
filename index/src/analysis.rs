//! From text to tokens: the one analysis that indexing, searching and highlighting share.
//!
//! A *unit* is what a clinician would call one word: `mg/dL`, `C-diff`, `b.i.d.`, `10,000`. A unit with inner joiners is a *compound*: it
//! gives its parts at successive positions, and its whole at the position of its first part. Nothing is stemmed and nothing is dropped:
//! in a chart `no` and `without` are the point.
//!
//! | text | tokens (`text@position`) |
//! |---|---|
//! | `b.i.d.` | `bid@0` |
//! | `C-diff` | `c-diff@0` `c@0` `diff@1` |
//! | `120/80` | `120/80@0` `120@0` `80@1` |
//! | `10,000` | `10000@0` |
//! | `mg/dL` | `mg/dl@0` `mg@0` `dl@1` |
//! | `1.2`, `.5` | `1.2@0`, `0.5@0` |
//! | `1,000mg/dL` | `1000@0` `mg/dl@1` `mg@1` `dl@2` |
//!
//! A number ends where letters begin: `1000mg`, `1.2cm`, `2DM` and `3rd` are two words each, in texts and in queries, so that the number is
//! found however its unit is written, and `1000mg` as typed finds `1000 mg` too. Digits behind letters (`x3`, `B12`, `HbA1c`) and letters
//! between digits (`2x3`, `13q14`) are part of one word.

mod ascii;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

use crate::fold;
use crate::occur::Place;

/// Version of the analysis; part of the index epoch, so that a change here rebuilds every index.
pub const ANALYZER_VERSION: u32 = 3;

/// Longest token text in bytes; longer ones are cut, in texts and in queries alike, so that both still meet.
pub const MAX_TOKEN: usize = 64;

/// A compound of more parts than this gives its parts only: such runs are rulers and form lines, not words.
const MAX_PARTS: usize = 12;

/// One token of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    /// Lower-cased, ascii-folded text.
    pub text: Cow<'a, str>,
    /// Where it stands in the original text, in bytes.
    pub span: Range<usize>,
    /// Which word of the text it is; the whole of a compound shares the position of its first part.
    pub position: u32,
}

/// The tokens of a text, in order of position; the whole of a compound comes just before its parts.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { units: units(text), queue: VecDeque::new(), position: 0 }
}

/// Iterator of [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    units: Units<'a>,
    queue: VecDeque<Token<'a>>,
    position: u32,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(token) = self.queue.pop_front() {
            return Some(token);
        }
        let unit = self.units.next()?;
        let text = self.units.text;
        let first = Token { text: unit.part_text(text, &unit.first), span: unit.first.clone(), position: self.position };
        self.position = self.position.saturating_add(1);
        if unit.rest.is_empty() {
            return Some(first);
        }
        let whole = unit.whole(text).map(|whole| Token { text: whole, span: unit.span(), position: first.position });
        self.queue.push_back(first);
        for part in &unit.rest {
            self.queue.push_back(Token { text: unit.part_text(text, part), span: part.clone(), position: self.position });
            self.position = self.position.saturating_add(1);
        }
        whole.or_else(|| self.queue.pop_front())
    }
}

/// Where the words of a text stand, without the words: the parts of a compound each, and its whole not.
pub(crate) fn places(text: &str) -> Vec<Place> {
    let mut out = Vec::with_capacity(text.len() / 5);
    let mut position: u32 = 0;
    for unit in units(text) {
        for part in unit.parts() {
            out.push(Place { position, start: part.start, end: part.end });
            position = position.saturating_add(1);
        }
    }
    out
}

/// A word as it stands in the text: the span of its first part and of the others.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) first: Range<usize>,
    pub(crate) rest: Vec<Range<usize>>,
    acronym: bool,
}

impl Unit {
    pub(crate) fn span(&self) -> Range<usize> {
        self.first.start..self.rest.last().unwrap_or(&self.first).end
    }

    /// All parts in order.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Range<usize>> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    pub(crate) fn part_text<'a>(&self, text: &'a str, part: &Range<usize>) -> Cow<'a, str> {
        let slice = text.get(part.clone()).unwrap_or_default();
        if self.acronym { Cow::Owned(fold::acronym(slice)) } else { fold::normal(slice, MAX_TOKEN) }
    }

    /// The compound in one piece, if it is a compound of reasonable size.
    pub(crate) fn whole<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        if self.rest.is_empty() || self.rest.len() >= MAX_PARTS {
            return None;
        }
        let whole = fold::normal(text.get(self.span()).unwrap_or_default(), MAX_TOKEN + 1);
        (whole.len() <= MAX_TOKEN).then_some(whole)
    }

    /// Whether every part is a number: `120/80`, `1.2-1.4`, `3/12/2026`. Such a compound is matched as one piece only.
    pub(crate) fn numeric(&self, text: &str) -> bool {
        self.parts().all(|part| text.get(part.clone()).unwrap_or_default().bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b','))
    }
}

pub(crate) fn units(text: &str) -> Units<'_> {
    Units { text, at: 0, after_word: false }
}

/// Iterator over the words of a text.
#[derive(Debug, Clone)]
pub(crate) struct Units<'a> {
    text: &'a str,
    at: usize,
    /// Whether the character just before `at` belongs to a word: decides whether `.5` is a decimal.
    after_word: bool,
}

/// One visible character: itself, its start, its end.
type Seen = (char, usize, usize);

impl Iterator for Units<'_> {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        self.plain_word().map(|first| Unit { first, rest: Vec::new(), acronym: false }).or_else(|| self.any_word())
    }
}

impl Units<'_> {
    /// The next word by the rules.
    pub(crate) fn any_word(&mut self) -> Option<Unit> {
        loop {
            let (c, start, end) = self.see(self.at)?;
            if fold::is_ideograph(c) {
                self.leave(end);
                return Some(Unit { first: start..end, rest: Vec::new(), acronym: false });
            }
            if fold::is_letter(c) {
                if let Some(end) = self.acronym(c, end) {
                    self.leave(end);
                    return Some(Unit { first: start..end, rest: Vec::new(), acronym: true });
                }
                return Some(self.word(start));
            }
            if c == '.' && !self.after_word && self.see(end).is_some_and(|(d, ..)| d.is_ascii_digit()) {
                return Some(self.word(start));
            }
            self.after_word = false;
            self.at = end;
        }
    }

    /// The next visible character at or after `at`: zero-width characters are seen through.
    fn see(&self, mut at: usize) -> Option<Seen> {
        loop {
            let byte = *self.text.as_bytes().get(at)?;
            if byte < 0x80 {
                return Some((char::from(byte), at, at + 1));
            }
            let c = self.text.get(at..)?.chars().next()?;
            let end = at + c.len_utf8();
            if !fold::is_invisible(c) {
                return Some((c, at, end));
            }
            at = end;
        }
    }

    /// The shortcut that most words of a note take: ASCII letters and digits with nothing around them that could tie them to what comes
    /// next. Whatever is less plain is left to the rules.
    pub(crate) fn plain_word(&mut self) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        // No letter and no digit: what a tie would tie to, so that there is none.
        let nothing = |at: usize| bytes.get(at).is_none_or(|b| b.is_ascii() && !b.is_ascii_alphanumeric());
        let mut start = self.at;
        let first = loop {
            match *bytes.get(start)? {
                word if word.is_ascii_alphanumeric() => break word,
                // A decimal, perhaps.
                b'.' if bytes.get(start + 1).is_some_and(|b| b.is_ascii_digit() || !b.is_ascii()) => return None,
                blank if blank.is_ascii() => start += 1,
                _ => return None,
            }
        };
        let length = ascii::length(bytes, start);
        let end = start + length;
        let letters = first.is_ascii_alphabetic();
        // A number with its unit is two words.
        if !letters && bytes.get(start..end).is_some_and(|word| word.iter().any(u8::is_ascii_alphabetic)) {
            return None;
        }
        let apart = match bytes.get(end) {
            None => true,
            Some(next) if next.is_ascii() && !matches!(next, b'-' | b'/' | b'^' | b'\'' | b'&' | b'_' | b'.' | b':' | b',') => true,
            Some(next) if !next.is_ascii() => false,
            // What would be tied.
            _ if nothing(end + 1) => true,
            Some(b',') => letters,
            // A single letter may begin an acronym, and digits may go on.
            Some(b'.' | b':') => letters && length > 1 && bytes.get(end - 1).is_some_and(u8::is_ascii_alphabetic),
            Some(_) => false,
        };
        apart.then(|| {
            self.leave(end);
            start..end
        })
    }

    fn leave(&mut self, end: usize) {
        self.at = end;
        self.after_word = true;
    }

    /// `b.i.d.` and its like: single letters with dots between. Returns the end, with the closing dot if there is one.
    fn acronym(&self, first: char, after_first: usize) -> Option<usize> {
        if !first.is_alphabetic() {
            return None;
        }
        let mut end = None;
        let mut at = after_first;
        loop {
            let Some(('.', _, dot)) = self.see(at) else { return end };
            match self.see(dot) {
                Some((letter, _, next))
                    if letter.is_alphabetic() && !fold::is_mark(letter) && !fold::is_ideograph(letter) && !self.word_at(next) =>
                {
                    end = Some(next);
                    at = next;
                }
                _ => return end.map(|_| dot),
            }
        }
    }

    fn word_at(&self, at: usize) -> bool {
        self.see(at).is_some_and(|(c, ..)| (fold::is_letter(c) && !fold::is_ideograph(c)) || fold::is_mark(c))
    }

    fn digit_at(&self, at: usize) -> bool {
        self.see(at).is_some_and(|(c, ..)| c.is_ascii_digit())
    }

    /// A word and what its joiners tie to it.
    fn word(&mut self, start: usize) -> Unit {
        let (first, mut glued) = self.split(self.part(start));
        let mut rest: Vec<Range<usize>> = Vec::new();
        let mut end = first.end;
        while !glued && let Some((joiner, joint, after)) = self.see(end) {
            let digits =
                self.text.get(..joint).and_then(|t| t.chars().next_back()).is_some_and(|c| c.is_ascii_digit()) && self.digit_at(after);
            if !fold::joins(joiner, digits) || !self.word_at(after) {
                break;
            }
            let Some((_, begin, _)) = self.see(after).filter(|(c, ..)| fold::is_letter(*c)) else { break };
            let part;
            (part, glued) = self.split(self.part(begin));
            end = part.end;
            rest.push(part);
        }
        self.leave(end);
        Unit { first, rest, acronym: false }
    }

    /// The number at the start of a part that is a number and letters, and whether it is one.
    fn split(&self, part: Range<usize>) -> (Range<usize>, bool) {
        let text = self.text.get(part.clone()).unwrap_or_default();
        if !text.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return (part, false);
        }
        let letters = text.find(|c: char| fold::is_letter(c) && !c.is_ascii_digit());
        let Some((number, letters)) = letters.and_then(|at| text.split_at_checked(at)) else { return (part, false) };
        if !letters.starts_with(char::is_alphabetic) || letters.contains(|c: char| c.is_ascii_digit()) {
            return (part, false);
        }
        let end = number.trim_end_matches(|c: char| !c.is_ascii_digit()).len();
        (part.start..part.start + end, true)
    }

    /// One part: letters and digits, with the inner marks of a number.
    fn part(&self, start: usize) -> Range<usize> {
        let mut end = start;
        let mut digits = 0_usize;
        let mut number = true;
        let mut grouped = false;
        while let Some((c, at, after)) = self.see(end) {
            if c.is_ascii_digit() {
                digits += 1;
            } else if c == '.' && number && (at == start || digits > 0) && self.digit_at(after) {
                grouped = true;
            } else if c == ',' && number && !grouped && (1..=3).contains(&digits) {
                let Some(last) = self.thousands(at) else { break };
                grouped = true;
                end = last;
                continue;
            } else if (fold::is_letter(c) && !fold::is_ideograph(c)) || (fold::is_mark(c) && end > start) {
                number = false;
            } else {
                break;
            }
            end = after;
        }
        start..end
    }

    /// The end of `,ddd,ddd…` starting at a comma, if such groups stand there and no further digit follows.
    fn thousands(&self, comma: usize) -> Option<usize> {
        let mut end = None;
        let mut at = comma;
        while let Some((',', _, mut next)) = self.see(at) {
            for _ in 0..3 {
                let Some((digit, _, after)) = self.see(next) else { return end };
                if !digit.is_ascii_digit() {
                    return end;
                }
                next = after;
            }
            if self.digit_at(next) {
                return end;
            }
            end = Some(next);
            at = next;
        }
        end
    }
}

#[cfg(test)]
mod tests;
