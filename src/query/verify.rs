//! Whether a document carries an answer: it names, as present or possible, every diagnosis that the answer names, and the words that
//! narrow it stand in the same sentence. An answer without a diagnosis is there when its own words are.

use super::lint::words::{sentences, tokens};
use super::lint::{concepts, vocabularies};
use crate::reading::{Assertion, Reading};
use std::collections::BTreeSet;

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerWords {
    /// The diagnoses that the answer names.
    concepts: BTreeSet<String>,
    /// Words that narrow them: acute, diastolic, stage 3b.
    attributes: BTreeSet<String>,
    /// All words that say something, for an answer without a known diagnosis.
    words: BTreeSet<String>,
}

impl AnswerWords {
    /// The answer "agreed" to a question about a condition that nobody had documented.
    pub fn of_concept(concept: &str) -> Self {
        Self { concepts: BTreeSet::from([concept.to_owned()]), ..Self::default() }
    }

    /// Whether it says nothing that could stand in a note.
    pub fn is_empty(&self) -> bool {
        self.concepts.is_empty() && self.words.is_empty()
    }
}

/// Letters that a word needs to say something by itself.
const SAYS_SOMETHING: usize = 4;

/// What to look for, of an answer to a question about `subject`.
pub fn answer_words(answer: &str, subject: Option<&str>) -> AnswerWords {
    let all = tokens(answer);
    // "Hypotension without shock" is carried by a note about hypotension.
    let denied = |from: usize| {
        let before: Vec<_> = all.iter().filter(|t| t.span.end <= from).rev().take(2).cloned().collect();
        vocabularies().get("negation").any(&before.into_iter().rev().collect::<Vec<_>>())
    };
    let found = concepts().find(&all).into_iter().filter(|n| !denied(n.span.start));
    let mut concepts: BTreeSet<String> = found.map(|n| n.concept).collect();
    let attributes: BTreeSet<String> =
        vocabularies().get("attribute").find(&all).iter().map(|f| f.span.of(answer).to_lowercase()).collect();
    // "Acute on chronic diastolic" answers a question about heart failure.
    if concepts.is_empty() && !attributes.is_empty() {
        concepts.extend(subject.map(str::to_owned));
    }
    let plain = |t: &str| t.len() >= SAYS_SOMETHING && t.chars().all(char::is_alphabetic) && !vocabularies().is_filler(t);
    let words = all.iter().map(|t| t.text.clone()).filter(|t| plain(t)).collect();
    AnswerWords { concepts, attributes, words }
}

/// Where a document carries it: the sentence.
pub fn answer_in(wanted: &AnswerWords, text: &str, reading: &Reading) -> Option<(usize, usize)> {
    let stands = |concept: &str, from: usize, to: usize| {
        reading.mentions.iter().any(|m| {
            m.concept == concept && matches!(m.assertion, Assertion::Present | Assertion::Possible) && from <= m.start && m.end <= to
        })
    };
    for sentence in sentences(text) {
        let words = sentence.of(text);
        let inside = tokens(words);
        if wanted.concepts.is_empty() {
            let have: BTreeSet<&str> = inside.iter().map(|t| t.text.as_str()).collect();
            if wanted.words.len() >= 2 && wanted.words.iter().all(|w| have.contains(w.as_str())) {
                return Some((sentence.start, sentence.end));
            }
            continue;
        }
        let negated = vocabularies().get("negation").any(&inside);
        let named: BTreeSet<String> = concepts().find(&inside).into_iter().flat_map(|n| concepts().implied(&n.concept)).collect();
        let lower = words.to_lowercase();
        let narrow = wanted.attributes.iter().all(|a| contains_word(&lower, a));
        let here = |c: &String| stands(c, sentence.start, sentence.end) || (!negated && named.contains(c));
        if narrow && wanted.concepts.iter().all(here) {
            return Some((sentence.start, sentence.end));
        }
    }
    None
}

fn contains_word(text: &str, word: &str) -> bool {
    let (have, wanted) = (tokens(text), tokens(word));
    let wanted: Vec<&str> = wanted.iter().map(|t| t.text.as_str()).collect();
    have.windows(wanted.len().max(1)).any(|w| w.iter().map(|t| t.text.as_str()).eq(wanted.iter().copied()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::reading::read;

    fn carried(answer: &str, subject: Option<&str>, note: &str) -> bool {
        answer_in(&answer_words(answer, subject), note, &read(note, None)).is_some()
    }

    #[test]
    fn a_note_carries_an_answer_when_it_says_the_same_of_the_patient() {
        for (answer, subject, note) in [
            ("Acute kidney injury due to dehydration", None, "Assessment: acute kidney injury from dehydration, improving."),
            ("Acute on chronic diastolic heart failure", None, "Plan: 1. Acute on chronic diastolic heart failure, furosemide."),
            ("acute diastolic", Some("heart_failure"), "Acute diastolic heart failure. Continue diuresis."),
            ("Hypotension without shock", None, "1. Hypotension without shock. Continue fluids."),
            ("Expected course after surgery", None, "Ileus is the expected course after this surgery."),
        ] {
            assert!(carried(answer, subject, note), "{answer}");
        }
    }

    #[test]
    fn a_note_that_denies_it_or_says_less_carries_nothing() {
        for (answer, subject, note) in [
            ("Acute kidney injury", None, "No acute kidney injury."),
            ("Acute on chronic diastolic heart failure", None, "Heart failure, stable."),
            ("Acute kidney injury", None, "Renal function improving."),
            ("acute diastolic", Some("heart_failure"), "Diastolic murmur. Acute pain."),
            ("See note", None, "See note of yesterday."),
        ] {
            assert!(!carried(answer, subject, note), "{answer}: {note}");
        }
    }
}
