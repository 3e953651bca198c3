//! Finds whole words in a text, in any ASCII case.

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

#[cfg(test)]
mod tests {
    use super::has_word;

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
