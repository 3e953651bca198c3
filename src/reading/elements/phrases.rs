//! Many phrases, one pass: where the words of a rule stand in a text.

use crate::chart::Span;
use aho_corasick::{AhoCorasick, MatchKind};

/// Phrases with their owners. Letters match in either case, and only whole words do; a phrase that ends in `*` matches the
/// start of a word.
pub(in crate::reading) struct Phrases {
    automaton: Option<AhoCorasick>,
    owners: Vec<(usize, bool)>,
}

impl Phrases {
    /// Phrases to look for, each with its owner's number.
    pub(in crate::reading) fn new<'a>(phrases: impl Iterator<Item = (&'a str, usize)>) -> Self {
        let mut words = Vec::new();
        let mut owners = Vec::new();
        for (phrase, owner) in phrases {
            let open = phrase.ends_with('*');
            words.push(phrase.trim_end_matches('*'));
            owners.push((owner, open));
        }
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(&words).ok();
        Self { automaton, owners }
    }

    /// Every place of every phrase, with the owner, in the order of their ends.
    pub(in crate::reading) fn find(&self, text: &str) -> Vec<(usize, Span)> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let bytes = text.as_bytes();
        let inner = |at: Option<usize>| at.and_then(|i| bytes.get(i)).is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
        automaton
            .find_overlapping_iter(text)
            .filter_map(|m| {
                let (owner, open) = *self.owners.get(m.pattern().as_usize())?;
                let whole = !inner(m.start().checked_sub(1)) && (open || !inner(Some(m.end())));
                whole.then(|| (owner, Span::new(m.start(), m.end())))
            })
            .collect()
    }
}
