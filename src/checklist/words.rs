//! Finds whole words in a text, in any ASCII case.

/// Whether `text` holds `word` as a whole word, in any case.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    find_word(text, word, 0).is_some()
}

/// The next place of `word` as a whole word, in any ASCII case. The text is scanned for the letter of the word that texts hold least often:
/// an "e" stands everywhere.
pub(super) fn find_word(text: &str, word: &str, from: usize) -> Option<usize> {
    let (bytes, wanted) = (text.as_bytes(), word.as_bytes());
    let (first, last) = (wanted.first()?, wanted.last()?);
    let (ahead, rare) = rarest(wanted);
    let word_byte = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let mut at = from + ahead;
    loop {
        let rest = bytes.get(at..)?;
        at += memchr::memchr2(rare, rare.to_ascii_uppercase(), rest)?;
        let (start, end) = (at - ahead, at - ahead + wanted.len());
        let fits = || {
            let part = bytes.get(start..end)?;
            let before = start > 0 && first.is_ascii_alphanumeric() && word_byte(bytes.get(start - 1));
            let after = last.is_ascii_alphanumeric() && word_byte(bytes.get(end));
            (!before && !after && part.first()?.eq_ignore_ascii_case(first) && part.eq_ignore_ascii_case(wanted)).then_some(start)
        };
        if let Some(start) = fits() {
            return Some(start);
        }
        at += 1;
    }
}

/// The byte of a word that English texts hold least often, in lower case, and how far it stands behind the word's start.
fn rarest(word: &[u8]) -> (usize, u8) {
    let mut best = (0, 0, 0);
    for (at, byte) in word.iter().enumerate() {
        let rank = RANKS.get(usize::from(*byte)).copied().unwrap_or_default();
        if rank > best.0 {
            best = (rank, at, byte.to_ascii_lowercase());
        }
    }
    (best.1, best.2)
}

/// The bytes of English texts, the commonest first.
const LETTERS: &[u8] = b" etaoinsrhldcumfpgwybv.,k-/xjqz";

/// How rare a byte is, in any case: its place among the letters, from 1; what is none of them comes last.
const RANKS: [u8; 256] = {
    let mut table = [u8::MAX; 256];
    let (mut at, mut rank) = (0, 1);
    #[allow(clippy::indexing_slicing, reason = "a table of all bytes, made by the compiler")]
    while at < LETTERS.len() {
        table[LETTERS[at] as usize] = rank;
        table[LETTERS[at].to_ascii_uppercase() as usize] = rank;
        (at, rank) = (at + 1, rank + 1);
    }
    table
};

/// Whether `text` holds `word` as a whole word, or, for `*ectomy`, a longer word that ends so. In any case.
pub(super) fn has_word_or_ending(text: &str, word: &str) -> bool {
    let Some(ending) = word.strip_prefix('*').filter(|ending| !ending.is_empty()) else { return has_word(text, word) };
    let ends = |word: &[u8]| {
        word.len() > ending.len() && word.get(word.len() - ending.len()..).is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
    };
    text.as_bytes().split(|b| !b.is_ascii_alphanumeric()).any(ends)
}

/// The words of a text, to know at once which phrases cannot stand in it: most of the words that items look for are in no note, and a
/// text is long. Two bits for each word (a Bloom filter): now and then one that is not there seems to be, and the text itself tells.
#[derive(Debug)]
pub(super) struct Vocabulary(Vec<u64>);

/// A filter of 16,384 bits: with the 300 different words of a usual note, one in a thousand seems to be there and is not.
const BLOCKS: usize = 256;

impl Vocabulary {
    /// The words of a text.
    pub(super) fn of(text: &str) -> Self {
        let mut filter = vec![0; BLOCKS];
        for word in text.as_bytes().split(|b| !b.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            for (block, bit) in bits(word) {
                if let Some(block) = filter.get_mut(block) {
                    *block |= bit;
                }
            }
        }
        Self(filter)
    }

    /// False when `phrase` stands nowhere in the text: one of its words does not. Between two signs there is no word.
    pub(super) fn may_hold(&self, phrase: &str) -> bool {
        let mut words = phrase.as_bytes().split(|b| !b.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        words.all(|word| bits(word).into_iter().all(|(block, bit)| self.0.get(block).is_some_and(|b| b & bit != 0)))
    }
}

impl Vocabulary {
    /// Every place of each of the words in the text that this is the vocabulary of, word by word.
    pub(super) fn places<'t>(&self, text: &'t str, words: &'t [String]) -> impl Iterator<Item = (usize, &'t str)> {
        words.iter().filter(|word| self.may_hold(word)).flat_map(move |word| {
            let next = move |at: &usize| find_word(text, word, at + word.len().max(1));
            std::iter::successors(find_word(text, word, 0), next).map(move |at| (at, word.as_str()))
        })
    }
}

/// The two bits of a word, whatever its case, as block and bit (FNV-1a).
fn bits(word: &[u8]) -> [(usize, u64); 2] {
    let hash = word
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x100_0000_01b3));
    [hash >> 50, (hash >> 34) & 0x3fff].map(|bit| (usize::try_from(bit >> 6).unwrap_or_default(), 1 << (bit & 63)))
}

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

    proptest::proptest! {
        #[test]
        fn the_first_place_is_found_whatever_letter_is_scanned_for(text in "[a-cA-Ce é.-]{0,40}", word in "[a-ce é.-]{1,5}", from in 0_usize..8) {
            let (bytes, wanted) = (text.as_bytes(), word.as_bytes());
            let alone = |at: usize| {
                let letter = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
                let before = at > 0 && letter(bytes.get(at - 1)) && letter(wanted.first());
                let after = letter(bytes.get(at + wanted.len())) && letter(wanted.last());
                !(before || after)
            };
            let slow = (from..bytes.len()).find(|at| bytes.get(*at..*at + wanted.len()).is_some_and(|part| part.eq_ignore_ascii_case(wanted)) && alone(*at));
            proptest::prop_assert_eq!(super::find_word(&text, &word, from), slow);
        }
    }

    #[test]
    fn a_vocabulary_rules_out_what_is_not_there() {
        let words = Vocabulary::of("Sepsis due to E. coli, SpO2 88 % RA");
        assert!(words.may_hold("due to e. coli") && words.may_hold("spo2") && words.may_hold("***") && words.may_hold("88 %"));
        assert!(!words.may_hold("secondary to") && !words.may_hold("sep") && !words.may_hold("due to pneumonia"));
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
