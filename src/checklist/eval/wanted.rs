//! Finds the documents that a clock waits for, or whose parts an item asks for.

use super::leaf::{self, Place};
use super::wording::is_titled;
use super::{Explanation, describe};
use crate::chart::{Document, DocumentType, Evidence, Instant};
use crate::checklist::check::Wanted;
use crate::checklist::facts::{Facts, type_of};
use crate::checklist::proof::{opening, quote};
use crate::reading::Reading;

/// One document, or what stands for it.
pub(super) struct Found {
    pub(super) time: Option<Instant>,
    pub(super) place: String,
    pub(super) author: String,
    pub(super) proof: Option<Evidence>,
}

/// Whether a document is one of those that are waited for.
pub(super) fn is_wanted(wanted: &Wanted, document: &Document, reading: &Reading) -> bool {
    let typed = wanted.types.contains(&type_of(document, reading));
    let titled = !wanted.titles.is_empty() && is_titled(document, &wanted.titles);
    // With both, a title tells the documents of a type apart (a brief operative note from the full report).
    if !wanted.types.is_empty() && !wanted.titles.is_empty() && wanted.found_by.is_empty() {
        let untyped = document.document_type.is_none_or(|t| t == DocumentType::Other);
        return titled && (typed || untyped);
    }
    typed || titled
}

/// Everything that will do, in order of time; what has no time comes last.
pub(super) fn all(wanted: &Wanted, facts: &Facts<'_>) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    for (document, reading) in facts.documents().filter(|(d, r)| is_wanted(wanted, d, r)) {
        let (start, end) = opening(&document.text);
        out.push(of(document, reading, start, end));
    }
    for indicator in &wanted.found_by {
        let (answer, _) = leaf::indicator(indicator, facts, None);
        for hit in &answer.hits {
            match hit.place {
                Place::Words(document, reading, start, end) => out.push(of(document, reading, start, end)),
                Place::Value(_) | Place::Record(_) => out.push(Found {
                    time: hit.time,
                    place: format!("{}{}", indicator.label, describe::at(hit.time)),
                    author: String::new(),
                    proof: hit.proof(facts, &answer),
                }),
            }
        }
    }
    out.sort_by_key(|found| (found.time.is_none(), found.time));
    out
}

fn of(document: &Document, reading: &Reading, start: usize, end: usize) -> Found {
    Found {
        time: document.time,
        place: describe::place(document, reading),
        author: document.author.as_ref().map(|a| a.display().to_owned()).unwrap_or_default(),
        proof: Some(quote(document, reading, start, end)),
    }
}

/// Whether what must hold for a question to be judged does, and its tree; no conditions: yes.
pub(super) fn judged(list: &[crate::checklist::Indicator], facts: &Facts<'_>) -> (bool, Vec<Explanation>) {
    let mut holds = list.is_empty();
    let mut trees = Vec::new();
    for indicator in list {
        let (answer, tree) = leaf::indicator(indicator, facts, None);
        holds |= answer.outcome == crate::checklist::Outcome::Yes;
        trees.push(tree);
    }
    (holds, trees)
}
