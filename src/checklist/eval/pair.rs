//! Two things that hold together, or one without the other: who says them, where, and how they lie in time.

use super::leaf::{self, Answer, Hit};
use super::{Finding, Verdict, describe, node, yes_if};
use crate::checklist::check::{Pair, PairOf, Relation};
use crate::checklist::facts::{Facts, voice_of};
use crate::checklist::indicator::Indicator;
use crate::checklist::{Explanation, Outcome, Searched};

pub(super) fn run(check: &Pair, facts: &Facts<'_>) -> Verdict {
    let mut findings = Vec::new();
    let mut parts: Vec<Explanation> = Vec::new();
    for of in &check.each {
        let (finding, tree) = one(check, of, facts);
        let outcome = tree.outcome;
        // Of many conditions, only those that are named at all are worth a line.
        if check.each.len() == 1 || outcome == Outcome::Yes || tree.parts.first().is_some_and(|p| p.outcome == Outcome::Yes) {
            parts.push(tree);
        }
        findings.extend(finding);
    }
    let single = if check.each.len() == 1 { parts.pop() } else { None };
    if let Some(tree) = single {
        return Verdict { findings, tree };
    }
    let (outcome, detail) = (yes_if(!findings.is_empty()), if parts.is_empty() { "none of the conditions is named" } else { "" });
    Verdict { findings, tree: node(label(check), outcome, detail, parts) }
}

fn label(check: &Pair) -> String {
    let only = check.each.iter().all(|of| of.other.is_empty());
    let together = match (only, check.lacks) {
        (true, _) => "this stands in the chart",
        (_, true) => "the first stands in the chart, the second does not",
        _ => "both stand in the chart",
    };
    let mut out = together.to_owned();
    for (relation, what) in [(check.authors, "author"), (check.documents, "document")] {
        match relation {
            Relation::Any => {}
            Relation::Same => out.push_str(&format!(", by the same {what}")),
            Relation::Different => out.push_str(&format!(", by different {what}s")),
        }
    }
    match (check.after_hours, check.within_hours) {
        (Some(after), Some(within)) => {
            out.push_str(&format!(", the second {} to {} after", describe::hours(after), describe::hours(within)))
        }
        (Some(after), None) => out.push_str(&format!(", the second at least {} after", describe::hours(after))),
        (None, Some(within)) => out.push_str(&format!(", within {}", describe::hours(within))),
        (None, None) => {}
    }
    out
}

/// `in_vain`: its absence is what counts, and a way that says no is absence enough, though another cannot be told.
fn ask<'i, 'f>(list: &'i [Indicator], facts: &'f Facts<'_>, in_vain: bool) -> (Vec<(&'i Indicator, Answer<'f>)>, Explanation) {
    let mut answers = Vec::new();
    let mut trees = Vec::new();
    for indicator in list {
        let (mut answer, mut tree) = leaf::indicator(indicator, facts, None);
        if in_vain && answer.half {
            (answer.outcome, tree.outcome) = (Outcome::No, Outcome::No);
        }
        answers.push((indicator, answer));
        trees.push(tree);
    }
    let outcomes = |outcome: Outcome| answers.iter().any(|(_, a)| a.outcome == outcome);
    let outcome = if outcomes(Outcome::Yes) {
        Outcome::Yes
    } else if outcomes(Outcome::CannotTell) {
        Outcome::CannotTell
    } else {
        Outcome::No
    };
    let tree = match trees.pop() {
        Some(only) if trees.is_empty() => only,
        last => {
            trees.extend(last);
            node("any of these", outcome, "", trees)
        }
    };
    (answers, tree)
}

fn related(relation: Relation, one: Option<&str>, other: Option<&str>) -> bool {
    match relation {
        Relation::Any => true,
        Relation::Same => one.is_some() && one == other,
        Relation::Different => one.is_some() && other.is_some() && one != other,
    }
}

/// The document that a place stands in.
fn source<'f>(hit: &Hit<'f>) -> Option<&'f str> {
    hit.document().map(|document| document.identifier.as_str())
}

/// Whether two places belong together; `None` where that hangs on a time that was not given.
fn fit(check: &Pair, one: &Hit<'_>, other: &Hit<'_>) -> Option<bool> {
    let voice = |hit: &Hit<'_>| hit.document().map(|d| voice_of(d).to_owned());
    let (first_source, second_source) = (source(one), source(other));
    if !related(check.authors, voice(one).as_deref(), voice(other).as_deref()) || !related(check.documents, first_source, second_source) {
        return Some(false);
    }
    let hours = match (one.time, other.time) {
        (Some(first), Some(second)) => second.hours_since(&first),
        _ if check.after_hours.is_none() && check.within_hours.is_none() => return Some(true),
        // What stands in one note was written at one time, whenever that was.
        _ if first_source.is_some() && first_source == second_source => 0.0,
        _ => return None,
    };
    Some(match (check.after_hours, check.within_hours) {
        (Some(after), within) => hours >= after && within.is_none_or(|within| hours <= within),
        (None, Some(within)) => hours.abs() <= within,
        (None, None) => true,
    })
}

/// The place at these positions: of the answers, and of the places of one.
fn get<'f>(answers: &[(&Indicator, Answer<'f>)], at: &(usize, usize)) -> Option<Hit<'f>> {
    answers.get(at.0).and_then(|(_, answer)| answer.hits.get(at.1).copied())
}

fn one(check: &Pair, of: &PairOf, facts: &Facts<'_>) -> (Option<Finding>, Explanation) {
    let (firsts, first_tree) = ask(&of.one, facts, false);
    let label =
        of.condition.as_deref().map_or_else(|| label(check), |condition| format!("{}: {}", describe::name(condition), label(check)));
    if first_tree.outcome != Outcome::Yes {
        return (None, node(label, first_tree.outcome, "the first does not hold", vec![first_tree]));
    }
    let (seconds, second_tree) = ask(&of.other, facts, check.lacks);
    let hits = |answers: &[(&Indicator, Answer<'_>)]| -> Vec<(usize, usize)> {
        let places = answers.iter().enumerate().filter(|(_, (_, a))| a.outcome == Outcome::Yes);
        places.flat_map(|(index, (_, a))| (0..a.hits.len()).map(move |hit| (index, hit))).collect()
    };
    let (one_hits, other_hits) = (hits(&firsts), hits(&seconds));
    let with = |first: &(usize, usize), wanted: Option<bool>| {
        let one = get(&firsts, first)?;
        other_hits.iter().find(|other| get(&seconds, other).is_some_and(|other| fit(check, &one, &other) == wanted)).copied()
    };
    let partner = |first: &(usize, usize)| with(first, Some(true));
    let may_have = |first: &(usize, usize)| with(first, None).is_some();
    let only = of.other.is_empty();
    let unknown = check.lacks && second_tree.outcome == Outcome::CannotTell;
    let found = if only {
        one_hits.first().map(|first| (*first, None))
    } else if check.lacks {
        // One of the first kind that has no partner.
        one_hits.iter().find(|first| partner(first).is_none() && !may_have(first)).map(|first| (*first, None)).filter(|_| !unknown)
    } else {
        one_hits.iter().find_map(|first| partner(first).map(|other| (*first, Some(other))))
    };
    // A partner whose time was not given may be the one that is looked for.
    let untimed = found.is_none() && !only && one_hits.iter().any(|first| may_have(first) && partner(first).is_none());
    let outcome = if unknown || untimed { Outcome::CannotTell } else { yes_if(found.is_some()) };
    let mut parts = vec![first_tree];
    if !only {
        parts.push(second_tree);
    }
    let tree = node(label, outcome, "", parts);
    let Some((first, other)) = found else { return (None, tree) };
    let mut finding = Finding { condition: of.condition.clone(), missing: vec![check.missing.clone()], ..Finding::default() };
    for (answers, at, keys) in
        [(&firsts, Some(first), ["value", "author", "date"]), (&seconds, other, ["other", "other_author", "other_date"])]
    {
        let Some((index, place)) = at else { continue };
        let Some((indicator, answer)) = answers.get(index) else { continue };
        for (key, value) in &answer.facts {
            finding.named.insert(format!("{}.{key}", indicator.name), value.clone());
        }
        let Some(hit) = answer.hits.get(place) else { continue };
        let proof = hit.proof(facts, answer);
        let [value, author, date] = keys;
        finding.name(value, hit.words(answer));
        if let Some(document) = hit.document() {
            finding.name(author, document.author.as_ref().map(|a| a.display()).unwrap_or("a note"));
        }
        if let Some(time) = hit.time {
            finding.name(date, time.display());
        }
        finding.evidence.extend(proof);
    }
    if let Some(words) = finding.named.get("value").cloned() {
        finding.name("words", words);
    }
    if check.lacks {
        for (indicator, answer) in &seconds {
            let r#where = if answer.looked.is_empty() { answer.detail.clone() } else { answer.looked.clone() };
            finding.searched.push(Searched { what: indicator.label.clone(), r#where, documents: Vec::new() });
        }
    }
    finding.evidence.dedup();
    (Some(finding), tree)
}
