//! Finds whole words in a text, in any ASCII case.

use std::collections::HashSet;

/// Whether `text` holds `word` as a whole word, in any case.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    find_word(text, word, 0).is_some()
}

/// The next place of `word` as a whole word, in any ASCII case.
pub(super) fn find_word(text: &str, word: &str, from: usize) -> Option<usize> {
    let (bytes, wanted) = (text.as_bytes(), word.as_bytes());
    let first = wanted.first()?.to_ascii_lowercase();
    let mut at = from;
    loop {
        let rest = bytes.get(at..)?;
        at += memchr::memchr2(first, first.to_ascii_uppercase(), rest)?;
        let end = at + wanted.len();
        let fits = bytes.get(at..end).is_some_and(|part| part.eq_ignore_ascii_case(wanted));
        let word_byte = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
        let before = at > 0 && word_byte(bytes.get(at - 1)) && first.is_ascii_alphanumeric();
        let after = word_byte(bytes.get(end)) && wanted.last().is_some_and(u8::is_ascii_alphanumeric);
        if fits && !before && !after {
            return Some(at);
        }
        at += 1;
    }
}

/// Whether `text` holds `word` as a whole word, or, for `*ectomy`, a longer word that ends so. In any case.
pub(super) fn has_word_or_ending(text: &str, word: &str) -> bool {
    let Some(ending) = word.strip_prefix('*').filter(|ending| !ending.is_empty()) else { return has_word(text, word) };
    let ends = |word: &[u8]| {
        word.len() > ending.len() && word.get(word.len() - ending.len()..).is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
    };
    text.as_bytes().split(|b| !b.is_ascii_alphanumeric()).any(ends)
}

/// The words of a text, to know at once which phrases cannot stand in it: most of the words that items look for are in no note, and a
/// text is long.
#[derive(Debug, Default)]
pub(super) struct Vocabulary(HashSet<Vec<u8>>);

impl Vocabulary {
    /// The words of a text.
    pub(super) fn of(text: &str) -> Self {
        let words = text.as_bytes().split(|b| !b.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        Self(words.map(<[u8]>::to_ascii_lowercase).collect())
    }

    /// False when `phrase` stands nowhere in the text: its first word does not.
    pub(super) fn may_hold(&self, phrase: &str) -> bool {
        let bytes = phrase.as_bytes();
        let first = bytes.split(|b| !b.is_ascii_alphanumeric()).next().unwrap_or_default();
        match first.len() {
            // Signs come first ("***"), or the word is longer than any looked for: only the text itself tells.
            0 => true,
            length if length > LONGEST_WORD => true,
            length => {
                let mut lower = [0_u8; LONGEST_WORD];
                let Some(slot) = lower.get_mut(..length) else { return true };
                slot.copy_from_slice(first);
                slot.make_ascii_lowercase();
                self.0.contains(&*slot)
            }
        }
    }
}

/// Words up to this long are looked up.
const LONGEST_WORD: usize = 48;

#[cfg(test)]
mod tests {
    use super::{Vocabulary, has_word, has_word_or_ending};

    proptest::proptest! {
        #[test]
        fn a_vocabulary_rules_out_no_phrase_that_stands_there(text in "[a-cA-C*é .,-]{0,40}", phrase in "[a-c*é .-]{1,6}") {
            if has_word(&text, &phrase) {
                proptest::prop_assert!(Vocabulary::of(&text).may_hold(&phrase));
            }
        }
    }

    #[test]
    fn a_vocabulary_rules_out_what_is_not_there() {
        let words = Vocabulary::of("Sepsis due to E. coli, SpO2 88 % RA");
        assert!(words.may_hold("due to pneumonia") && words.may_hold("spo2") && words.may_hold("***"));
        assert!(!words.may_hold("secondary to") && !words.may_hold("sep"));
    }

    #[test]
    fn an_ending_is_found_in_longer_words_only() {
        for (text, word, found) in [
            ("VATS Lobectomy, left", "*ectomy", true),
            ("ectomy", "*ectomy", false),
            ("lobectomies", "*ectomy", false),
            ("lobe", "lobe", true),
            ("2 * 3", "*", true),
            ("", "*ectomy", false),
        ] {
            assert_eq!(has_word_or_ending(text, word), found, "{text} / {word}");
        }
    }

    #[test]
    fn only_whole_words_count() {
        for (text, word, found) in [
            ("SpO2 88 % RA", "ra", true),
            ("radiology", "ra", false),
            ("on room air.", "room air", true),
            ("POA: yes", "poa", true),
            ("apoa", "poa", false),
            ("é ra é", "ra", true),
            ("", "ra", false),
        ] {
            assert_eq!(has_word(text, word), found, "{text} / {word}");
        }
    }
}
