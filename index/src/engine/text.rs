//! The words of a note on their way into the index: the tokens of its text in their order, and the pairs among them.

use std::ops::Range;

use crate::analysis::{MAX_TOKEN, Unit, units};
use crate::line::Line;
use crate::occur::Place;
use crate::pairs::{Listed, listed};

/// The words of one text after the other: what is needed for one is used again for the next.
#[derive(Default)]
pub(super) struct Words {
    /// The text in small letters: plain words are taken from here as they are.
    lower: String,
    line: Line,
    places: Vec<Place>,
    /// Where the next word stands.
    position: u32,
    /// What the lists of pairs say of the word before it.
    before: Listed,
}

impl Words {
    /// The words of a text as the indexing takes them, and where they stand in it.
    pub(super) fn of(&mut self, text: &str) -> (Option<String>, &[Place]) {
        self.lower.clear();
        self.lower.push_str(text);
        self.lower.make_ascii_lowercase();
        self.line = Line::with_capacity(text.len() + text.len() / 2);
        self.places.clear();
        (self.position, self.before) = (0, Listed::default());
        let mut units = units(text);
        loop {
            if let Some(span) = units.plain_word() {
                self.plain(span);
            } else if let Some(unit) = units.any_word() {
                self.any(text, &unit);
            } else {
                return (std::mem::take(&mut self.line).finish(), &self.places);
            }
        }
    }

    /// A word that is in the index as it is in the text.
    fn plain(&mut self, span: Range<usize>) {
        let length = span.len();
        let listed = listed(self.lower.as_bytes().get(span.start..).unwrap_or_default(), length);
        self.pair(listed);
        self.line.add_from(self.position, &self.lower, span.start, length.min(MAX_TOKEN));
        self.next(span, listed);
    }

    /// Any word, with its whole before its parts if it has several.
    fn any(&mut self, text: &str, unit: &Unit) {
        let mut whole = unit.whole(text);
        for part in unit.parts() {
            let word = unit.part_text(text, part);
            let listed = listed(word.as_bytes(), word.len());
            self.pair(listed);
            if let Some(whole) = whole.take() {
                self.line.add(self.position, &whole);
            }
            self.line.add(self.position, &word);
            self.next(part.clone(), listed);
        }
    }

    /// The pair of the word before and one that is next.
    fn pair(&mut self, next: Listed) {
        if let Some(pair) = self.before.pair(next) {
            self.line.add_ascii(self.position.saturating_sub(1), pair);
        }
    }

    fn next(&mut self, span: Range<usize>, listed: Listed) {
        self.places.push(Place { position: self.position, start: span.start, end: span.end });
        self.position = self.position.saturating_add(1);
        self.before = listed;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::{places, tokens};
    use crate::line::read;
    use crate::pairs::SIGN;

    fn pair(word: &str) -> bool {
        word.as_bytes().first() == Some(&SIGN)
    }

    fn spell(text: &str) -> String {
        let words = read(&Words::default().of(text).0.unwrap_or_default());
        words.into_iter().map(|(at, word)| format!("{}@{at}", if pair(&word) { "+" } else { &word })).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_pair_stands_where_its_first_word_does() {
        assert_eq!(spell("The patient was"), "the@0 +@0 patient@1 +@1 was@2");
        assert_eq!(spell("the sigmoidoscopy"), "the@0 sigmoidoscopy@1");
    }

    #[test]
    fn a_part_of_a_compound_pairs_as_a_word_does() {
        assert_eq!(spell("the patient's"), "the@0 +@0 patient's@1 patient@1 +@1 s@2");
        assert_eq!(spell("an X-ray of"), "an@0 +@0 x-ray@1 x@1 ray@2 of@3");
    }

    proptest! {
        #[test]
        fn a_line_holds_the_tokens_of_its_text(text in "(\\PC|[a-zA-Z0-9.,:/'& \n\u{200b}\u{301}-]|b\\.i\\.d\\. |(the|of|no|patient)[ '-]|[A-Za-z]{2,70}[ .,:]|1,000){0,60}") {
            let mut words = Words::default();
            // What was read before leaves nothing behind.
            words.of("Of the");
            let (line, found) = words.of(&text);
            let found = found.to_vec();
            let words: Vec<_> = read(&line.unwrap_or_default()).into_iter().filter(|(_, word)| !pair(word)).collect();
            prop_assert_eq!(words, tokens(&text).map(|t| (t.position, t.text.into_owned())).collect::<Vec<_>>());
            prop_assert_eq!(found, places(&text));
        }
    }
}
