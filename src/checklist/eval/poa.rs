//! When a condition was first seen: whether it was there on admission must be said by a provider.

use super::leaf::{self, in_sections};
use super::{Finding, Verdict, describe, node, yes_if};
use crate::checklist::check::{Poa, PoaQuestion};
use crate::checklist::facts::{Facts, Said};
use crate::checklist::proof::sentence;
use crate::checklist::words::has_word;
use crate::checklist::{Explanation, Outcome, Searched};
use crate::reading::Assertion;

pub(super) fn run(check: &Poa, facts: &Facts<'_>) -> Verdict {
    let limit = describe::hours(check.after_hours);
    let label = match check.question {
        PoaQuestion::Late => format!("first named more than {limit} after the order to admit, with nothing to show it earlier"),
        PoaQuestion::EarlySign => format!("first named more than {limit} after the order to admit, though a sign of it came before"),
        PoaQuestion::AfterSurgery => "said to be present on admission, though its first sign came after an operation".to_owned(),
    };
    if facts.chart().encounter.admission().is_none() {
        let tree = node(label, Outcome::CannotTell, "the time of admission was not given", Vec::new());
        return Verdict { findings: Vec::new(), tree };
    }
    let mut findings = Vec::new();
    let mut parts = Vec::new();
    for condition in &check.conditions {
        let (finding, tree) = match check.question {
            PoaQuestion::AfterSurgery => after_surgery(check, condition, facts),
            PoaQuestion::Late | PoaQuestion::EarlySign => one(check, condition, facts),
        };
        findings.extend(finding);
        parts.extend(tree);
    }
    let outcome = yes_if(!findings.is_empty());
    Verdict { findings, tree: node(label, outcome, "", parts) }
}

fn one(check: &Poa, condition: &str, facts: &Facts<'_>) -> (Option<Finding>, Option<Explanation>) {
    let named: Vec<&Said<'_>> = facts
        .said(condition)
        .iter()
        .filter(|said| said.document.time.is_some() && !matches!(said.mention.assertion, Assertion::Family | Assertion::Negated))
        .collect();
    let counts = |said: &&&Said<'_>| {
        (check.anybody || said.provider)
            && said.mention.assertion == Assertion::Present
            && (check.sections.is_empty() || in_sections(said, &check.sections))
    };
    let Some(first) = named.iter().find(counts) else { return (None, None) };
    let Some(hours) = first.document.time.and_then(|time| facts.hours_in(&time)) else { return (None, None) };
    let name = describe::name(condition);
    let place = describe::place(first.document, first.reading);
    if hours <= check.after_hours {
        return (None, Some(node(name, Outcome::No, format!("first named after {} in {place}", describe::hours(hours)), Vec::new())));
    }
    // Anybody's earlier word, even a suspicion, shows that it was there.
    let earlier = named.iter().find(|said| said.document.time.and_then(|t| facts.hours_in(&t)).is_some_and(|h| h <= check.after_hours));
    if let Some(said) = earlier {
        let detail = format!("\"{}\" stands earlier in {}", said.mention.text, describe::place(said.document, said.reading));
        return (None, Some(node(name, Outcome::No, detail, Vec::new())));
    }
    let settled = named.iter().find(|said| {
        let around = sentence(said.document, said.reading, said.mention.start);
        check.settled_by.iter().any(|words| has_word(around, words))
    });
    if let Some(said) = settled {
        let detail = format!("a provider says so in {}", describe::place(said.document, said.reading));
        return (None, Some(node(name, Outcome::No, detail, Vec::new())));
    }
    let mut finding =
        Finding { condition: Some(condition.to_owned()), missing: vec!["present_on_admission".to_owned()], ..Finding::default() };
    let mut trees = Vec::new();
    let mut sign = None;
    for indicator in check.earlier.iter().filter(|i| i.condition.as_deref().is_none_or(|c| c == condition)) {
        let (answer, tree) = leaf::indicator(indicator, facts, Some(check.after_hours));
        if answer.outcome == Outcome::Yes && check.question == PoaQuestion::EarlySign {
            sign = sign.or(answer.evidence.first().cloned().map(|proof| (indicator.label.clone(), proof)));
            trees.push(tree);
            continue;
        }
        if answer.outcome == Outcome::Yes {
            return (None, Some(node(name, Outcome::No, format!("{} was there earlier", indicator.label), vec![tree])));
        }
        if !answer.looked.is_empty() {
            let r#where = format!("{} in the first {}", answer.looked, describe::hours(check.after_hours));
            finding.searched.push(Searched { what: indicator.label.clone(), r#where, documents: Vec::new() });
        }
        trees.push(tree);
    }
    if let Some((label, proof)) = &sign {
        finding.evidence.push(proof.clone());
        finding.name("value", label);
    } else if check.question == PoaQuestion::EarlySign {
        return (None, Some(node(name, Outcome::No, "no sign of it came earlier", trees)));
    }
    let early: Vec<String> = facts
        .documents()
        .filter(|(d, _)| d.time.and_then(|t| facts.hours_in(&t)).is_some_and(|h| h <= check.after_hours))
        .map(|(d, _)| d.identifier.clone())
        .collect();
    let r#where = format!("{} of the first {}", describe::documents(early.len()), describe::hours(check.after_hours));
    finding.searched.insert(0, Searched { what: name.clone(), r#where, documents: early });
    finding.evidence.insert(0, facts.proof(first));
    finding.name("words", &first.mention.text);
    finding.name("hours", describe::hours(hours));
    finding.name("day", format!("{}", (hours / 24.0).floor() as i64 + 1));
    if let Some(time) = first.document.time {
        finding.name("date", time.display());
    }
    if let Some(author) = &first.document.author {
        finding.name("author", author.display());
    }
    finding.counted = facts.chart().encounter.admission().and_then(|from| facts.counted_from(&from));
    let counted = finding.counted.as_ref().map(|words| format!(". {}", words.trim_end_matches('.'))).unwrap_or_default();
    let detail = format!("first named after {} in {place}{counted}", describe::hours(hours));
    (Some(finding), Some(node(name, Outcome::Yes, detail, trees)))
}

/// Said to have been there on admission, while its first sign came after an operation of the stay.
fn after_surgery(check: &Poa, condition: &str, facts: &Facts<'_>) -> (Option<Finding>, Option<Explanation>) {
    let settles = |said: &&Said<'_>| {
        let around = sentence(said.document, said.reading, said.mention.start);
        said.provider && said.mention.assertion == Assertion::Present && check.settled_by.iter().any(|words| has_word(around, words))
    };
    let name = describe::name(condition);
    let Some(said) = facts.said(condition).iter().find(settles) else { return (None, None) };
    let Some((_, operated)) = facts.surgeries().iter().min_by_key(|(_, end)| *end).copied() else {
        return (None, Some(node(name, Outcome::No, "no operation in this stay", Vec::new())));
    };
    let mut signs = Vec::new();
    let mut trees = Vec::new();
    for indicator in check.earlier.iter().filter(|i| i.condition.as_deref().is_none_or(|c| c == condition)) {
        let (answer, tree) = leaf::indicator(indicator, facts, None);
        for hit in answer.hits.iter().filter(|_| answer.outcome == Outcome::Yes) {
            signs.extend(hit.time.map(|time| (time, indicator.label.clone(), hit.proof(facts, &answer))));
        }
        trees.push(tree);
    }
    // Its own earlier mentions are signs too.
    let named = facts.said(condition).iter().filter(|s| s.mention.assertion == Assertion::Present);
    signs.extend(named.filter_map(|s| s.document.time.map(|time| (time, name.clone(), Some(facts.proof(s))))));
    let Some((time, label, proof)) = signs.into_iter().min_by_key(|(time, ..)| *time) else {
        return (None, Some(node(name, Outcome::CannotTell, "no sign of it has a time", trees)));
    };
    let after = time > operated;
    let detail = format!("first sign: {label}{}; operation ended {}", describe::at(Some(time)), operated.display());
    let tree = node(name, yes_if(after), detail, trees);
    if !after {
        return (None, Some(tree));
    }
    let missing = vec!["present_on_admission".to_owned()];
    let mut finding = Finding { condition: Some(condition.to_owned()), missing, ..Finding::default() };
    finding.evidence.push(facts.proof(said));
    finding.evidence.extend(proof);
    finding.evidence.dedup();
    finding.name("words", &said.mention.text);
    finding.name("value", label);
    finding.name("hours", describe::hours(time.hours_since(&operated)));
    finding.name("date", time.display());
    (Some(finding), Some(tree))
}
