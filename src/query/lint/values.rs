//! A number that the author typed beside a measure (QL111): the chart holds it, or a person says why it stands there. Only indicators are
//! held against the record by themselves; "creatinine 4.2" in a question is the author's word.

use super::page::{Page, Part};
use super::words::{Found, Token, last_before};
use crate::chart::Span;
use crate::query::measures::{Measure, measures, number_of};

/// Words between a measure and its number ("creatinine was at 4.2").
const NEAR: usize = 4;

pub(super) fn check(page: &mut Page<'_>) {
    if page.context.bare {
        return;
    }
    let mut found: Vec<(Part, Span, String)> = Vec::new();
    for field in &page.fields {
        for sentence in field.sentences.iter().filter(|s| s.tokens.iter().any(|t| number_of(t).is_some())) {
            // "Not found: creatinine over 2.0" gives the limit that no value passed.
            let limits = page.vocab("absent").any(&sentence.tokens);
            for (measure, number, place) in typed(page, &sentence.tokens) {
                let limit = limits && page.vocab("limit").any(last_before(&sentence.tokens, place.start, 2));
                if !limit && !field.is_quoted(place) && !(page.context.measured)(measure, number) {
                    found.push((field.part, place, format!("\"{}\" stands nowhere in this record", place.of(&field.text))));
                }
            }
        }
    }
    for (part, place, message) in found {
        page.add("QL111", part, Some(place), message);
    }
}

/// The numbers of a sentence that belong to a measure: those that follow its name, each a few words after the one before, up to the next
/// measure.
fn typed(page: &Page<'_>, words: &[Token]) -> Vec<(&'static Measure, f64, Span)> {
    let mut named: Vec<(&Measure, Found)> = measures().iter().flat_map(|m| m.names.find(words).into_iter().map(move |f| (m, f))).collect();
    // Of "hemoglobin A1c" the longer name counts.
    named.sort_by_key(|(_, f)| (f.first, std::cmp::Reverse(f.past)));
    let mut out = Vec::new();
    let mut past = 0;
    for (n, (measure, name)) in named.iter().enumerate() {
        if name.first < past {
            continue;
        }
        past = name.past;
        let end = named.iter().skip(n + 1).map(|(_, f)| f.first).find(|first| *first >= past).unwrap_or(words.len());
        let mut near = NEAR;
        for at in past..end {
            let Some(word) = words.get(at).filter(|_| near > 0) else { break };
            let Some(number) = number_of(word) else {
                near -= 1;
                continue;
            };
            near = NEAR;
            if !is_apart(page, words, at, measure.pair) {
                out.push((*measure, number, Span::new(word.span.start, word.span.end)));
            }
        }
    }
    out
}

/// Whether a number is one of a date, a clock, a count of days or a dose.
fn is_apart(page: &Page<'_>, words: &[Token], at: usize, pair: bool) -> bool {
    let is = |at: Option<usize>, vocabulary: &str| {
        at.and_then(|at| words.get(at)).is_some_and(|w| page.vocab(vocabulary).any(std::slice::from_ref(w)))
    };
    let stroke = |at: Option<usize>| {
        !pair && at.and_then(|at| words.get(at)).is_some_and(|w| w.text == "/") && {
            // "4.2 / 0.8" are two values; "11/19" is a day.
            words.get(at.unwrap_or_default() + 1).is_some_and(|w| number_of(w).is_some())
        }
    };
    let behind = at.checked_sub(1);
    let of_stroke = !pair && behind.and_then(|b| words.get(b)).is_some_and(|w| w.text == "/");
    stroke(at.checked_add(1)) || of_stroke || is(at.checked_add(1), "not_measured_before") || is(behind, "not_measured_after")
}
