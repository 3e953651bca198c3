//! A text made plain for matching, with the way back to its bytes.
//!
//! Names are matched on a lower-case copy in which runs of white space are one space, apostrophes are dropped and hyphens inside
//! words are spaces, so that "End-stage", "end stage" and "end\n  stage" are one name. Every byte of the copy knows its origin.

use crate::chart::Span;

/// The plain copy and its origins.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// Lower case, single spaces; a blank line is a line feed, so that no name reaches over it.
    text: String,
    /// For each byte of the copy, the first byte of its character in the original; one more at the end.
    origin: Vec<u32>,
    /// For each byte of the copy, one past the last byte of its character in the original.
    until: Vec<u32>,
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

impl Folded {
    /// The plain copy of a text.
    pub fn new(text: &str) -> Self {
        let mut out = Self {
            text: String::with_capacity(text.len()),
            origin: Vec::with_capacity(text.len() + 1),
            until: Vec::with_capacity(text.len() + 1),
        };
        // White space that has been seen and not yet written: its first byte, its last, how many line feeds.
        let mut gap: Option<(usize, usize, u32)> = None;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let end = at + c.len_utf8();
            let folded = match fold(c) {
                Fold::Hyphen => {
                    let joins = gap.is_none()
                        && out.text.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric)
                        && chars.peek().is_some_and(|(_, next)| next.is_alphabetic() || next.is_ascii_digit() && out.ends_in_letter());
                    if joins { Fold::Space } else { Fold::Same('-') }
                }
                other => other,
            };
            match folded {
                Fold::Drop | Fold::Hyphen => {}
                Fold::Space => {
                    let feed = u32::from(c == '\n');
                    gap = Some(gap.map_or((at, end, feed), |(start, _, feeds)| (start, end, feeds + feed)));
                }
                Fold::Same(c) => {
                    if let Some((start, stop, feeds)) = gap.take()
                        && !out.text.is_empty()
                    {
                        out.push(if feeds > 1 { '\n' } else { ' ' }, start, stop);
                    }
                    if c.is_ascii() {
                        out.push(c.to_ascii_lowercase(), at, end);
                    } else {
                        for lower in c.to_lowercase() {
                            out.push(lower, at, end);
                        }
                    }
                }
            }
        }
        out.origin.push(offset(text.len()));
        out.until.push(offset(text.len()));
        out
    }

    fn ends_in_letter(&self) -> bool {
        self.text.as_bytes().last().is_some_and(u8::is_ascii_alphabetic)
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        self.text.push(c);
        for _ in 0..c.len_utf8() {
            self.origin.push(offset(start));
            self.until.push(offset(end));
        }
    }

    /// The copy.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the original that a stretch of the copy stands for.
    pub fn back(&self, start: usize, end: usize) -> Span {
        let first = self.origin.get(start).copied().unwrap_or_default() as usize;
        let last = end.checked_sub(1).and_then(|at| self.until.get(at)).copied().unwrap_or_default() as usize;
        Span::new(first, last.max(first))
    }

    /// Where a byte of the original stands in the copy: the first place that is not before it.
    pub fn forth(&self, at: usize) -> usize {
        self.origin.partition_point(|origin| (*origin as usize) < at).min(self.text.len())
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

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
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
            }
        }
    }
}
