//! What an answer stands on is shown with it. An answer that the chart supports outside what is quoted - in any author's words, or by a culture -
//! is kept, and its proof quoted; where what is documented takes an answer away, the provider sees that documentation.

use super::companions::{Record, documented, is_passed_over, stands, stated_in};
use super::evidence::words_of;
use super::lint::words::{Token, last_before, tokens};
use super::lint::{concepts, vocabularies};
use super::normal::{telling, told};
use super::passage::{item, line, sentence};
use super::standing::spoken;
use super::take::{of_observation, of_words};
use super::template::{TemplateOption, stands as is_said};
use super::whole::nothing_grew;
use super::{Draft, Indicator, OptionKind};
use crate::chart::{Document, Evidence, Span, Value};
use crate::reading::{Assertion, Reading};
use std::collections::BTreeSet;

/// Quotes the proof that answers of a template stand on, or go away by, where the draft does not quote it yet. `away`: answers that the chart
/// speaks against; `room`: words that a provider can still be asked to read.
pub(super) fn back(draft: &mut Draft, options: &[&TemplateOption], stated: &BTreeSet<String>, record: Record<'_>, room: usize) {
    // What one answer stands on does not give way to what another one does.
    let mut kept: Vec<Evidence> = Vec::new();
    for option in options.iter().filter(|o| o.kind == OptionKind::Diagnosis) {
        let taken: Vec<&String> = option.unless_documented.iter().filter(|c| stated.contains(*c)).collect();
        if let Some(condition) = taken.first() {
            let shown = draft.indicators.iter().any(|i| i.included && stated_in(condition, &i.evidence, record));
            if let Some(proof) = documented(condition, record).filter(|_| !shown) {
                kept.push(proof);
                add(draft, &kept, (options, record, room));
            }
        } else if !is_shown(option, draft, None, &BTreeSet::new(), record)
            && let Some(proof) = proof_of(option, draft, stated, record)
        {
            let written = matches!(proof, Evidence::Text(_));
            kept.push(proof);
            add(draft, &kept, (options, record, room));
            // What grew stands beside what was made of it: the newest result that the answer asks for.
            if let Some(culture) = cultures(option, record).pop().filter(|_| written) {
                kept.push(culture);
                add(draft, &kept, (options, record, room));
            }
        }
    }
}

/// Whether what is quoted supports an answer by itself, with one piece of proof more.
fn is_shown(option: &TemplateOption, draft: &Draft, more: Option<&Evidence>, stated: &BTreeSet<String>, record: Record<'_>) -> bool {
    let quoted = draft.indicators.iter().filter(|i| i.included).map(|i| &i.evidence);
    let evidence: Vec<&Evidence> = quoted.chain(more).collect();
    let source = |id: &str| record.chart.document(id).map(|d| d.text.clone());
    let all = tokens(&evidence.iter().map(|e| words_of(e)).collect::<Vec<_>>().join("\n"));
    let words = told(spoken(&telling(&evidence), &source));
    option.is_supported(&evidence, (&all, &words), stated)
}

/// What of the record supports an answer: what somebody wrote of its diagnosis, a provider before others and the newest first, else a culture
/// in which something grew.
fn proof_of(option: &TemplateOption, draft: &Draft, stated: &BTreeSet<String>, record: Record<'_>) -> Option<Evidence> {
    let names = names_of(option);
    let written = if names.is_empty() { Vec::new() } else { statements(&names, record) };
    let all = written.into_iter().chain(cultures(option, record));
    let enough = |proof: &Evidence| is_shown(option, draft, Some(proof), stated, record);
    all.into_iter().find(enough)
}

/// The diagnoses that an answer gives, not those that it denies. A finding is no diagnosis that somebody could have written.
fn names_of(option: &TemplateOption) -> Vec<String> {
    let words = tokens(&option.text);
    let negation = vocabularies().get("negation");
    let given = concepts().find(&words).into_iter().filter(|n| !negation.any(last_before(&words, n.span.start, 3))).map(|n| n.concept);
    let all: Vec<String> = if option.concepts.is_empty() { given.collect() } else { option.concepts.clone() };
    all.into_iter().filter(|c| !concepts().is_finding(c)).collect()
}

/// Sentences that state one of the diagnoses, in any author's words: providers' first, of these those that are sure, the newest before others.
fn statements(names: &[String], record: Record<'_>) -> Vec<Evidence> {
    let mut out: Vec<((bool, bool), Option<crate::chart::Instant>, Evidence)> = Vec::new();
    for (document, reading) in record.notes() {
        let says = |concept: &str, text: &str| {
            names.iter().any(|n| n == concept) || concepts().named(text).iter().any(|n| names.contains(&n.concept))
        };
        for mention in reading.mentions.iter().filter(|m| stands(m.assertion) && says(&m.concept, &m.text)) {
            if is_passed_over(document, reading, mention.start) {
                continue;
            }
            let place = Span::new(mention.start, mention.end);
            if let Some(evidence) = quoted(document, reading, place) {
                let rank = (document.is_providers(reading.document_type), mention.assertion == Assertion::Present);
                out.push((rank, document.time.or(document.signed), evidence));
            }
        }
    }
    out.sort_by_key(|(rank, time, _)| std::cmp::Reverse((*rank, *time)));
    out.into_iter().map(|(.., evidence)| evidence).collect()
}

/// The shortest passage that says it: the sentence, else the item of a list or the line.
fn quoted(document: &Document, reading: &Reading, place: Span) -> Option<Evidence> {
    let of_item = item(&document.text, place).filter(|span| span.of(&document.text).split_whitespace().count() <= SHORT);
    let span = of_item.or_else(|| sentence(document, reading, place)).or_else(|| line(&document.text, place))?;
    let mut evidence = of_words(document, span, "documentation")?.evidence;
    if let Evidence::Text(text) = &mut evidence {
        text.document_type = document.document_type.unwrap_or(reading.document_type);
    }
    Some(evidence)
}

/// Words of an item of a list that is still quoted whole.
const SHORT: usize = 20;

/// Results in words that an answer asks for by name, and that say that something is there.
fn cultures(option: &TemplateOption, record: Record<'_>) -> Vec<Evidence> {
    let grew = |o: &&crate::chart::Observation| matches!(&o.value, Some(Value::Text(text)) if !nothing_grew(&tokens(text)));
    let results = record.chart.observations.iter().filter(grew).filter_map(of_observation).map(|i| i.evidence);
    let asked = |words: &[Token]| is_said(&option.needs, words);
    let mut out: Vec<Evidence> = results.filter(|e| asked(&tokens(&words_of(e)))).collect();
    out.sort_by_key(Evidence::date);
    out
}

/// Takes the last piece of proof into the draft, those before it being there. Where there is no room left, a quotation gives way that says of its diagnoses only what others say
/// too, and that no answer stands on.
fn add(draft: &mut Draft, kept: &[Evidence], (options, record, room): (&[&TemplateOption], Record<'_>, usize)) {
    let Some(proof) = kept.last().cloned() else { return };
    let group = match &proof {
        Evidence::Value(_) => "labs",
        Evidence::Text(text) if text.document_type.is_findings() => "imaging",
        Evidence::Text(text) => {
            let provider = record.note(&text.document).is_some_and(|(d, r)| d.is_providers(r.document_type));
            if provider { "documentation" } else { "exam" }
        }
    };
    if let Some(there) = draft.indicators.iter_mut().find(|i| i.evidence == proof || holds(&i.evidence, &proof)) {
        there.included = true;
    } else {
        let version = record.note(proof.source()).map(|(d, _)| d.version);
        draft.indicators.push(Indicator { version, ..Indicator::new(proof.clone(), group) });
    }
    let before: Vec<bool> = options.iter().map(|o| is_shown(o, draft, None, &BTreeSet::new(), record)).collect();
    while is_too_much(draft, room) {
        let Some(at) = redundant(draft, kept, record, |draft| {
            options.iter().zip(&before).all(|(o, before)| !before || is_shown(o, draft, None, &BTreeSet::new(), record))
        }) else {
            break;
        };
        if let Some(indicator) = draft.indicators.get_mut(at) {
            indicator.included = false;
        }
    }
    super::choose::in_order(&mut draft.indicators);
}

/// Whether the words of one quotation stand inside another.
fn holds(whole: &Evidence, part: &Evidence) -> bool {
    matches!((whole, part), (Evidence::Text(a), Evidence::Text(b)) if a.document == b.document && a.start <= b.start && b.end <= a.end)
}

fn is_too_much(draft: &Draft, room: usize) -> bool {
    let shown = || draft.indicators.iter().filter(|i| i.included);
    let words = |i: &Indicator| words_of(&i.evidence).split_whitespace().count() + i.relevance.split_whitespace().count();
    shown().count() > vocabularies().max_indicators || shown().map(words).sum::<usize>() > room
}

/// The quotation that can be spared: without it every answer stands as before. First the words that ask for a study or a consultation, then
/// the last one that states nothing which another does not state too, then the last that does not state what is asked about.
fn redundant(draft: &Draft, kept: &[Evidence], record: Record<'_>, fair: impl Fn(&Draft) -> bool) -> Option<usize> {
    let stated = |e: &Evidence| -> BTreeSet<String> {
        let Evidence::Text(text) = e else { return BTreeSet::new() };
        let all = record.reading(&text.document).map(|r| r.mentions.as_slice()).unwrap_or_default();
        let inside = all.iter().filter(|m| stands(m.assertion) && text.start <= m.start && m.end <= text.end);
        let named = inside.filter(|m| !["treatment.", "drug."].iter().any(|kind| m.concept.starts_with(kind)));
        named.map(|m| m.concept.clone()).collect()
    };
    let asks = |e: &Evidence| {
        let Evidence::Text(text) = e else { return false };
        record.note(&text.document).is_some_and(|(document, reading)| is_passed_over(document, reading, text.start))
    };
    let texts = || draft.indicators.iter().enumerate().filter(|(_, i)| i.included && matches!(i.evidence, Evidence::Text(_)));
    let free = texts().filter(|(_, i)| !i.against && !i.prior && !kept.iter().any(|k| i.evidence == *k || holds(&i.evidence, k)));
    let places: Vec<usize> = free.map(|(at, _)| at).collect();
    let mut ranked: Vec<(u8, usize)> = Vec::new();
    for at in places.into_iter().rev() {
        let Some(indicator) = draft.indicators.get(at) else { continue };
        let own = stated(&indicator.evidence);
        let others: BTreeSet<String> = texts().filter(|(other, _)| *other != at).flat_map(|(_, i)| stated(&i.evidence)).collect();
        let rank = match () {
            () if asks(&indicator.evidence) => 0,
            () if own.is_subset(&others) => 1,
            () if draft.concept.as_ref().is_none_or(|c| !own.contains(c)) => 2,
            () => continue,
        };
        ranked.push((rank, at));
    }
    ranked.sort_by_key(|(rank, _)| *rank); // stable: the last first within a rank
    ranked.into_iter().map(|(_, at)| at).find(|at| {
        let mut without = draft.clone();
        if let Some(indicator) = without.indicators.get_mut(*at) {
            indicator.included = false;
        }
        fair(&without)
    })
}
