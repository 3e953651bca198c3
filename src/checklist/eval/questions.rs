//! What an item asks, for those who read it without a chart.

use super::{describe, run_check, sheet};
use crate::chart::{Chart, Instant};
use crate::checklist::Packs;
use crate::checklist::check::{Attributes, Check, Elements, Kind};
use crate::checklist::facts::{Facts, Subject};
use crate::checklist::indicator::Indicator;
use crate::checklist::item::Item;

/// What an item asks, a line each: its own question over an empty chart, then what it looks for, what satisfies it and what stops it.
pub fn questions(packs: &Packs, item: &Item) -> Vec<String> {
    let chart = Chart::default();
    let facts = Facts::new(packs, Subject { chart: &chart, readings: &[] }, &Instant::UNIX_EPOCH);
    let mut out = Vec::new();
    let whom = sheet::item(item);
    let lists: Vec<(&str, &[Indicator])> = match &item.check {
        Check::Indicators(check) => {
            out.push(format!("at least {} of these, and the diagnosis is not named", check.evidence_min));
            vec![("looks for", check.indicators.as_slice())]
        }
        Check::Support(check) => {
            out.push(format!("the diagnosis is named, and fewer than {} of these are there", check.support_min));
            vec![("looks for", check.indicators.as_slice())]
        }
        Check::Poa(check) => vec![("an earlier sign", check.earlier.as_slice())],
        Check::Pair(check) => {
            let first = check.each.first();
            let one = first.map(|pair| pair.one.as_slice()).unwrap_or_default();
            let other = first.map(|pair| pair.other.as_slice()).unwrap_or_default();
            vec![("this", one), (if check.lacks { "without" } else { "and" }, other)]
        }
        Check::Clock(check) => vec![
            ("starts with", check.events.as_slice()),
            ("waits for", check.wanted.found_by.as_slice()),
            ("judged if", check.judged_if.as_slice()),
        ],
        _ => Vec::new(),
    };
    match &item.check {
        Check::Elements(check) => out.extend(elements(check)),
        Check::Attributes(check) => {
            out.push(run_check(item, &facts, true).tree.label);
            out.extend(attributes(check));
        }
        _ if out.is_empty() => out.push(run_check(item, &facts, true).tree.label),
        _ => {}
    }
    out.extend(sheet::check(&item.check));
    let rest: [(&str, &[Indicator]); 5] = [
        ("documented after all", &item.satisfied_by),
        ("asked only when", &item.only_if),
        ("does not arise with", &item.suppress_if),
        ("speaks against", &item.counter),
        ("shown besides", &item.clinical),
    ];
    for (what, list) in lists.into_iter().chain(rest) {
        for indicator in list {
            out.push(format!("{what}: {}", sheet::indicator(indicator)));
        }
    }
    if !item.covered_by.is_empty() {
        out.push(format!("not asked where {} fires", describe::choice(&item.covered_by)));
    }
    out.extend(whom);
    out
}

fn names(list: &[String]) -> String {
    describe::list(&list.iter().map(|name| describe::name(name)).collect::<Vec<_>>())
}

/// The elements, and which of them a note that came alone is not asked for.
fn elements(check: &Elements) -> Vec<String> {
    let mut out = Vec::new();
    for (words, list) in [("must hold", &check.required), ("should hold", &check.advised)] {
        if !list.is_empty() {
            out.push(format!("the {} {words}: {}", check.document.label(), names(list)));
        }
    }
    if !check.in_record.is_empty() {
        out.push(format!("in a chart alone, for the record keeps them beside the text: {}", names(&check.in_record)));
    }
    if let Some(only) = &check.only {
        out.push(format!("only where {}", kind(only)));
    }
    for exempt in &check.unless {
        let what = if exempt.elements.is_empty() { "nothing".to_owned() } else { format!("not {}", names(&exempt.elements)) };
        out.push(format!("{what}, where {}", kind(&exempt.kind)));
    }
    for (element, by) in &check.held_by {
        out.push(format!("{} is also said by: {}", describe::name(element), names(by)));
    }
    for (element, types) in &check.elsewhere {
        let types: Vec<String> = types.iter().map(|t| t.label().to_owned()).collect();
        out.push(format!("{} may stand in: {}", describe::name(element), describe::choice(&types)));
    }
    out
}

/// A kind of document in words.
fn kind(kind: &Kind) -> String {
    let words = |list: &[String]| describe::choice(&list.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>());
    let mut whom: Vec<String> = Vec::new();
    if !kind.procedures.is_empty() {
        let but = if kind.not_procedures.is_empty() { String::new() } else { format!(", without {}", words(&kind.not_procedures)) };
        whom.push(format!("every procedure named holds {}{but}", words(&kind.procedures)));
    }
    if !kind.words.is_empty() {
        whom.push(format!("the text holds {}", words(&kind.words)));
    }
    whom.join("; or ")
}

/// The attributes, and what states them beside the reader's own values.
fn attributes(check: &Attributes) -> Vec<String> {
    let mut out = vec![format!("and these are stated nowhere: {}", names(&check.attributes))];
    for stated in &check.stated_by {
        let concepts = stated.concepts.iter().map(|concept| describe::name(concept));
        let words = stated.words.iter().map(|word| format!("\"{word}\""));
        let all: Vec<String> = concepts.chain(words).collect();
        let place = match (stated.anywhere, stated.after) {
            (true, _) => " anywhere in the note",
            (false, true) => " after it",
            (false, false) => "",
        };
        let near: Vec<String> = stated.near.iter().map(|word| format!("\"{word}\"")).collect();
        let near = if near.is_empty() { String::new() } else { format!(" beside {}", describe::choice(&near)) };
        out.push(format!("{} is stated by: {}{near}{place}", describe::name(&stated.attribute), describe::choice(&all)));
    }
    if !check.not_with.is_empty() {
        let words: Vec<String> = check.not_with.iter().map(|word| format!("\"{word}\"")).collect();
        out.push(format!("a sentence with {} does not count", describe::choice(&words)));
    }
    if !check.not_after.is_empty() {
        let words: Vec<String> = check.not_after.iter().map(|word| format!("\"{word}\"")).collect();
        out.push(format!("it does not count after {} in its sentence", describe::choice(&words)));
    }
    if !check.awaits.is_empty() {
        let concepts: Vec<String> = check.awaits.iter().map(|concept| describe::name(concept)).collect();
        out.push(format!("it does not count in a note that plans {}", describe::choice(&concepts)));
    }
    out
}
