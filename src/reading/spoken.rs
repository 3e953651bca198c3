//! The phrases of the document types and of the elements, found in one pass.

use super::document_type::DocumentTypes;
use super::elements::{ElementRules, Phrases};
use crate::chart::Span;
use std::sync::OnceLock;

/// Where the phrases of a text's rules stand, each with its rule's number.
#[derive(Default)]
pub(super) struct Spoken {
    /// Those that tell of a document type.
    pub types: Vec<(usize, Span)>,
    /// Those that tell of an element.
    pub cues: Vec<(usize, Span)>,
}

impl Spoken {
    /// Finds the phrases of the shipped rules.
    pub(super) fn find(text: &str) -> Self {
        static PHRASES: OnceLock<(usize, Phrases)> = OnceLock::new();
        let (cues_from, phrases) = PHRASES.get_or_init(|| {
            let types: Vec<(&str, usize)> = DocumentTypes::shipped().spoken().collect();
            let cues_from = types.iter().map(|(_, rule)| rule + 1).max().unwrap_or_default();
            let cues = ElementRules::shipped().spoken().map(|(phrase, cue)| (phrase, cue + cues_from));
            (cues_from, Phrases::new(types.into_iter().chain(cues)))
        });
        let mut out = Self::default();
        for (owner, span) in phrases.find(text) {
            match owner.checked_sub(*cues_from) {
                Some(cue) => out.cues.push((cue, span)),
                None => out.types.push((owner, span)),
            }
        }
        out
    }
}
