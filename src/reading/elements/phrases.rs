//! Many phrases, one pass: where the words of a rule stand in a text.

use crate::chart::Span;
use crate::reading::machine::{End, Found, Machine, in_word};

/// Phrases with their owners. Letters match in either case, and only whole words do; a phrase that ends in `*` matches the
/// start of a word.
pub(in crate::reading) struct Phrases {
    machine: Machine,
    owners: Vec<(usize, bool)>,
}

impl Phrases {
    /// Phrases to look for, each with its owner's number.
    pub(in crate::reading) fn new<'a>(phrases: impl Iterator<Item = (&'a str, usize)>) -> Self {
        let mut words = Vec::new();
        let mut owners = Vec::new();
        for (phrase, owner) in phrases {
            let open = phrase.ends_with('*');
            words.push((phrase.trim_end_matches('*'), if open { End::Open } else { End::Word }));
            owners.push((owner, open));
        }
        let machine = Machine::new(words.iter().copied(), true);
        Self { machine, owners }
    }

    /// Every place of every phrase, with the owner, in the order of their starts.
    pub(in crate::reading) fn find(&self, text: &str) -> Vec<(usize, Span)> {
        let mut out = Vec::new();
        let bytes = text.as_bytes();
        let inner = |at: Option<usize>| at.and_then(|i| bytes.get(i)).copied().is_some_and(in_word);
        self.machine.find(text, |Found { pattern, start, end, .. }| {
            let Some((owner, open)) = self.owners.get(pattern) else { return };
            if !inner(start.checked_sub(1)) && (*open || !inner(Some(end))) {
                out.push((*owner, Span::new(start, end)));
            }
        });
        out
    }
}
