//! A text made plain for matching, with the way back to its bytes.
//!
//! Names are matched on a lower-case copy in which runs of white space are one space, apostrophes are dropped and hyphens inside
//! words are spaces, so that "End-stage", "end stage" and "end\n  stage" are one name. Every byte of the copy knows its origin.

use super::machine::in_word;
use crate::chart::Span;

/// The plain copy and its origins.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// Lower case, single spaces; a blank line is a line feed, so that no name reaches over it.
    text: String,
    /// Where the bytes of the copy come from, stretch by stretch, in order. Most of a note is one stretch after another of bytes that
    /// stayed one byte each, so there are few.
    stretches: Vec<Stretch>,
}

/// Bytes of the copy that come from one place.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// The first of them in the copy.
    copy: u32,
    /// Where they begin in the original.
    origin: u32,
    /// One past the last byte in the original that they stand for together; 0 when each stands for one byte.
    until: u32,
}

/// What a character becomes.
enum Fold {
    Space,
    Drop,
    Hyphen,
    Same(char),
}

fn fold(c: char) -> Fold {
    match c {
        '\'' | '\u{2019}' | '\u{2018}' | '\u{02bc}' | '`' | '\u{ad}' => Fold::Drop,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => Fold::Hyphen,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => Fold::Drop,
        c if c.is_whitespace() || c.is_control() => Fold::Space,
        '_' | '*' => Fold::Space,
        '\u{201c}' | '\u{201d}' => Fold::Same('"'),
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' => Fold::Same('e'),
        'ö' | 'ó' | 'ò' | 'ô' | 'Ö' => Fold::Same('o'),
        'ü' | 'ú' | 'ù' | 'Ü' => Fold::Same('u'),
        'ä' | 'á' | 'à' | 'â' | 'å' | 'Ä' => Fold::Same('a'),
        'ï' | 'í' | 'î' => Fold::Same('i'),
        c => Fold::Same(c),
    }
}

/// White space that has been seen and not yet written.
#[derive(Clone, Copy)]
struct Gap {
    start: usize,
    end: usize,
    feeds: usize,
}

impl Folded {
    /// The plain copy of a text.
    pub fn new(text: &str) -> Self {
        let mut out = Self { text: String::with_capacity(text.len()), stretches: Vec::new() };
        let mut gap: Option<Gap> = None;
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = plain_length(rest);
            if plain > 0 {
                out.write_gap(&mut gap);
                out.write_plain(rest.get(..plain).unwrap_or_default(), at);
                at += plain;
                continue;
            }
            let mut chars = rest.chars();
            let Some(c) = chars.next() else { break };
            let end = at + c.len_utf8();
            if matches!(c, '\'' | '\u{2019}') && gap.is_none() && out.not(at, end, &mut chars.clone()) {
                at = end;
                continue;
            }
            let folded = match fold(c) {
                Fold::Hyphen => {
                    let joins = gap.is_none()
                        && out.text.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric)
                        && chars.next().is_some_and(|next| next.is_alphabetic() || next.is_ascii_digit() && out.ends_in_letter());
                    if joins { Fold::Space } else { Fold::Same('-') }
                }
                other => other,
            };
            match folded {
                Fold::Drop | Fold::Hyphen => {}
                Fold::Space => {
                    let feeds = usize::from(c == '\n');
                    gap = Some(gap.map_or(Gap { start: at, end, feeds }, |gap| Gap { end, feeds: gap.feeds + feeds, ..gap }));
                }
                Fold::Same(c) => {
                    out.write_gap(&mut gap);
                    if c.is_ascii() {
                        out.push(c.to_ascii_lowercase(), at, end);
                    } else {
                        c.to_lowercase().for_each(|lower| out.push(lower, at, end));
                    }
                }
            }
            at = end;
        }
        out
    }

    /// "isn't" is "is not", "can't" is "can not": so that what is known of the long form holds for the short one. Tells whether the apostrophe
    /// at this place was such a one.
    fn not(&mut self, start: usize, end: usize, after: &mut std::str::Chars<'_>) -> bool {
        let cut = matches!(after.next(), Some('t' | 'T')) && !after.next().is_some_and(char::is_alphanumeric);
        let Some(stem) = self.text.strip_suffix('n').filter(|stem| cut && stem.ends_with(|c: char| c.is_ascii_alphabetic())) else {
            return false;
        };
        let word = stem.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        // The apostrophe stands for the o; the n is the word's own in "can".
        match word {
            "wo" | "sha" | "ai" => return false,
            "ca" => [' ', 'n'].into_iter().for_each(|c| self.push(c, start, start)),
            _ => {
                let (_, origin) = self.of_byte(self.text.len() - 1);
                self.text.pop();
                self.push(' ', origin - 1, origin - 1);
                self.push('n', origin - 1, origin);
            }
        }
        self.push('o', start, end);
        true
    }

    fn ends_in_letter(&self) -> bool {
        self.text.as_bytes().last().is_some_and(u8::is_ascii_alphabetic)
    }

    fn write_gap(&mut self, gap: &mut Option<Gap>) {
        if let Some(gap) = gap.take()
            && !self.text.is_empty()
        {
            self.push(if gap.feeds > 1 { '\n' } else { ' ' }, gap.start, gap.end);
        }
    }

    fn write_plain(&mut self, words: &str, at: usize) {
        self.goes_on_from(at);
        let from = self.text.len();
        self.text.push_str(words);
        if let Some(copy) = self.text.get_mut(from..) {
            copy.make_ascii_lowercase();
        }
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        if c.len_utf8() == 1 && end - start == 1 {
            self.goes_on_from(start);
        } else {
            self.stretches.push(Stretch { copy: offset(self.text.len()), origin: offset(start), until: offset(end) });
        }
        self.text.push(c);
    }

    /// What is written next comes from this place, byte by byte.
    fn goes_on_from(&mut self, at: usize) {
        let (copy, origin) = (offset(self.text.len()), offset(at));
        let same = |last: &Stretch| last.until == 0 && copy - last.copy == origin.wrapping_sub(last.origin);
        if !self.stretches.last().is_some_and(same) {
            self.stretches.push(Stretch { copy, origin, until: 0 });
        }
    }

    /// The copy.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the original that one byte of the copy stands for.
    fn of_byte(&self, at: usize) -> (usize, usize) {
        let after = self.stretches.partition_point(|stretch| stretch.copy as usize <= at);
        let Some(stretch) = after.checked_sub(1).and_then(|last| self.stretches.get(last)) else { return (0, 0) };
        if stretch.until > 0 {
            return (stretch.origin as usize, stretch.until as usize);
        }
        let origin = stretch.origin as usize + at - stretch.copy as usize;
        (origin, origin + 1)
    }

    /// The bytes of the original that a stretch of the copy stands for.
    pub fn back(&self, start: usize, end: usize) -> Span {
        let (first, _) = self.of_byte(start);
        let last = end.checked_sub(1).map_or(0, |at| self.of_byte(at).1);
        Span::new(first, last.max(first))
    }

    /// Where a byte of the original stands in the copy: the first place that is not before it.
    pub fn forth(&self, at: usize) -> usize {
        let after = self.stretches.partition_point(|stretch| (stretch.origin as usize) < at);
        let next = self.stretches.get(after).map_or(self.text.len(), |stretch| stretch.copy as usize);
        match after.checked_sub(1).and_then(|last| self.stretches.get(last)) {
            None => 0,
            Some(stretch) if stretch.until > 0 => next,
            Some(stretch) => (stretch.copy as usize + at - stretch.origin as usize).min(next),
        }
    }

    /// Whether a stretch begins and ends at the edge of a word.
    pub fn is_word(&self, start: usize, end: usize) -> bool {
        !(self.joined(start)) && !(self.joined(end))
    }

    /// Whether the bytes on both sides of a place belong to one word.
    pub fn joined(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        let before = at.checked_sub(1).and_then(|i| bytes.get(i)).copied().unwrap_or(b' ');
        let after = bytes.get(at).copied().unwrap_or(b' ');
        in_word(before) && in_word(after)
    }
}

/// How many bytes at the start of a text stay one byte each: ASCII letters, digits and signs, with single spaces between them.
fn plain_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(word) = bytes.get(at..).map(|rest| rest.iter().take_while(|byte| stays(**byte)).count()).filter(|word| *word > 0) {
        at += word;
        if bytes.get(at) != Some(&b' ') {
            return at;
        }
        at += 1;
    }
    // The space that no word followed is not part of it.
    at.saturating_sub(1)
}

/// Whether a byte is the same in the copy, but for its case.
fn stays(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'\'' | b'`' | b'-' | b'_' | b'*')
}

/// A name folded the same way.
pub fn fold_name(name: &str) -> String {
    Folded::new(name).text
}

/// Texts are far below 4 GiB (intake refuses larger files); a larger one saturates and loses marks, nothing else.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::{Folded, fold_name};
    use proptest::prelude::*;

    #[test]
    fn one_name_however_it_is_written() {
        for written in ["End-stage renal", "end stage renal", "END\n   STAGE\trenal", "end\u{a0}stage renal"] {
            assert_eq!(fold_name(written), "end stage renal");
        }
        assert_eq!(fold_name("Alzheimer\u{2019}s"), "alzheimers");
        assert_eq!(fold_name("a - b"), "a - b");
        assert_eq!(fold_name("10-20"), "10-20");
        assert_eq!(Folded::new("heart\n\nfailure").text(), "heart\nfailure");
        assert_eq!(fold_name("ISN'T, can\u{2019}t; won't n't"), "is not, can not; wont nt");
    }

    #[test]
    fn the_way_back_names_the_same_words() {
        let text = "  No “heart\n  failure”, Ménière's";
        let folded = Folded::new(text);
        let at = folded.text().find("heart failure").unwrap();
        assert_eq!(folded.back(at, at + 13).of(text), "heart\n  failure");
        assert_eq!(folded.forth(text.find("heart").unwrap()), at);
    }

    proptest! {
        #[test]
        fn every_stretch_goes_back_to_character_boundaries(text in "\\PC{0,60}[ \\t\\n'é-]{0,9}\\PC{0,20}") {
            let folded = Folded::new(&text);
            for (at, c) in folded.text().char_indices() {
                let span = folded.back(at, at + c.len_utf8());
                prop_assert!(text.get(span.range()).is_some());
                prop_assert!(folded.forth(span.start) <= at && at < folded.forth(span.end).max(at + 1));
            }
        }
    }
}
