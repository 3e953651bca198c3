//! The names that count in a text.

use super::folded::Folded;
use super::lexicon::{Concept, Form, Lexicon, Owner};
use super::scan::{self, Hit, Hits};
use std::collections::BTreeSet;

/// A name that counts: its place in the folded text and its form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    pub start: usize,
    pub end: usize,
    pub form: usize,
}

/// The names that count: longer ones shadow those inside them, unless a form says that it holds inside others. What only checklists
/// ask for ("pathologic hip fracture") never hides a condition; names that mean something else are masks and do.
pub(super) fn names(lexicon: &Lexicon, folded: &Folded, hits: &Hits) -> Vec<Name> {
    let mut kept: Vec<Name> = Vec::new();
    let mut reach: Option<(usize, usize)> = None;
    let mut firm: Option<(usize, usize)> = None;
    let veiled = veiled(lexicon, hits);
    for hit in &hits.forms {
        let Owner::Form(form) = hit.owner else { continue };
        let (Some(entry), Some(concept)) = (form_of(lexicon, form), concept_of(lexicon, form)) else { continue };
        if !concept.mask && veiled.contains(&(hit.start, hit.end)) {
            continue;
        }
        let condition = concept.condition;
        // A mask is looked for where conditions are: a treatment's longer name does not lift it ("negative pressure wound therapy").
        let outer = if condition || concept.mask { firm } else { reach };
        let inside = outer.is_some_and(|(start, end)| hit.end <= end && (hit.start, hit.end) != (start, end));
        if inside && !entry.nested {
            continue;
        }
        let behind = scan::past_short_form(folded, hit.end);
        let measure = condition && lexicon.not_next.iter().any(|word| scan::follows(folded, behind, word));
        if !measure {
            let mut earlier = kept.iter_mut().rev().take_while(|name| name.end > hit.start);
            let known = earlier.find(|name| {
                name.start <= hit.start && hit.end <= name.end && form_of(lexicon, name.form).map(|f| f.concept) == Some(entry.concept)
            });
            match known {
                None => kept.push(Name { start: hit.start, end: hit.end, form }),
                // The same words under two forms of one concept: the form that says more stands.
                Some(name) if (name.start, name.end) == (hit.start, hit.end) => {
                    if form_of(lexicon, name.form).is_some_and(|f| f.sets.is_empty() && f.axes.is_empty()) {
                        name.form = form;
                    }
                }
                Some(_) => {}
            }
        }
        let shadowed = |reach: Option<(usize, usize)>| reach.is_some_and(|(_, end)| hit.end <= end);
        if !shadowed(reach) {
            reach = Some((hit.start, hit.end));
        }
        if (condition || concept.mask) && !shadowed(firm) {
            firm = Some((hit.start, hit.end));
        }
    }
    kept
}

/// Places at which a mask with a guard stands: the words next to it say that the same name means something else here.
fn veiled(lexicon: &Lexicon, hits: &Hits) -> BTreeSet<(usize, usize)> {
    let masks = |hit: &&Hit| {
        let Owner::Form(form) = hit.owner else { return false };
        concept_of(lexicon, form).is_some_and(|concept| concept.mask) && form_of(lexicon, form).is_some_and(|form| form.guard.is_some())
    };
    hits.forms.iter().filter(masks).map(|hit| (hit.start, hit.end)).collect()
}

pub(super) fn form_of(lexicon: &Lexicon, form: usize) -> Option<&Form> {
    lexicon.forms.get(form)
}

pub(super) fn concept_of(lexicon: &Lexicon, form: usize) -> Option<&Concept> {
    form_of(lexicon, form).and_then(|form| lexicon.concepts.get(form.concept))
}
