//! Indicators without the diagnosis, and the diagnosis without its indicators.

use super::leaf::{self, Answer, counts, in_sections};
use super::{Finding, Verdict, describe, node, values, yes_if};
use crate::chart::{Evidence, Instant};
use crate::checklist::check::{Indicators, Support};
use crate::checklist::facts::{Facts, Said};
use crate::checklist::indicator::{Author, Indicator, Test};
use crate::checklist::item::Item;
use crate::checklist::{Explanation, Outcome, Searched};
use crate::reading::Assertion;
use std::collections::BTreeSet;

/// Every indicator with its answer.
pub(super) type Asked<'i, 'f> = Vec<(&'i Indicator, Answer<'f>)>;

pub(super) fn ask_all<'i, 'f>(indicators: &'i [Indicator], facts: &'f Facts<'_>) -> (Asked<'i, 'f>, Vec<Explanation>) {
    let (mut asked, mut trees): (Asked<'i, 'f>, Vec<Explanation>) = indicators
        .iter()
        .map(|indicator| {
            let (answer, tree) = leaf::indicator(indicator, facts, None);
            ((indicator, answer), tree)
        })
        .unzip();
    let with =
        |outcome: Outcome| -> BTreeSet<&str> { asked.iter().filter(|(_, a)| a.outcome == outcome).map(|(i, _)| i.name.as_str()).collect() };
    let (holding, untold) = (with(Outcome::Yes), with(Outcome::CannotTell));
    for ((indicator, answer), tree) in asked.iter_mut().zip(&mut trees) {
        let alone = indicator.with.as_deref().filter(|other| !holding.contains(other));
        if let Some(other) = alone.filter(|_| answer.outcome == Outcome::Yes) {
            // What may hold after all keeps its companion open.
            tree.outcome = if untold.contains(other) { Outcome::CannotTell } else { Outcome::No };
            tree.detail = format!("{}; counts only with {other}", answer.detail);
            *answer = Answer::empty(tree.outcome, tree.detail.clone(), answer.looked.clone());
        }
    }
    (asked, trees)
}

fn add_facts(finding: &mut Finding, asked: &Asked<'_, '_>) {
    for (indicator, answer) in asked.iter().filter(|(_, answer)| answer.outcome == Outcome::Yes) {
        for (key, value) in &answer.facts {
            finding.named.insert(format!("{}.{key}", indicator.name), value.clone());
        }
        for proof in &answer.evidence {
            if !finding.evidence.contains(proof) {
                finding.evidence.push(proof.clone());
            }
        }
    }
}

/// Whether `least` of these answers hold within one window of time. Answers without a time hold in any.
fn within(answers: &[&Answer<'_>], least: usize, hours: f64) -> bool {
    let undated = answers.iter().filter(|a| a.times.is_empty()).count();
    let starts: BTreeSet<Instant> = answers.iter().flat_map(|a| a.times.iter().copied()).collect();
    undated >= least
        || starts.iter().any(|start| {
            let inside = |time: &Instant| time >= start && time.hours_since(start) <= hours;
            answers.iter().filter(|a| a.times.iter().any(inside)).count() + undated >= least
        })
}

pub(super) fn undocumented(check: &Indicators, item: &Item, facts: &Facts<'_>, whole: bool) -> Verdict {
    let (asked, trees) = ask_all(&check.indicators, facts);
    let mut parts = Vec::new();
    // Whether it holds, and whether it still could if what cannot be told held.
    let (mut enough, mut possible) = (true, true);
    let mut grouped: BTreeSet<&str> = BTreeSet::new();
    for (group, least) in &check.groups {
        grouped.insert(group);
        let members: Vec<(&(&Indicator, Answer<'_>), &Explanation)> =
            asked.iter().zip(&trees).filter(|((i, _), _)| i.group.as_deref() == Some(group)).collect();
        let holding: Vec<&Answer<'_>> = members.iter().map(|((_, a), _)| a).filter(|a| a.outcome == Outcome::Yes).collect();
        let in_time = *least < 2 || check.window_hours.is_none_or(|hours| within(&holding, *least, hours));
        let holds = holding.len() >= *least && in_time;
        let untold = members.iter().filter(|((_, a), _)| a.outcome == Outcome::CannotTell).count();
        let open = !holds && (in_time || untold > 0) && holding.len() + untold >= *least;
        possible &= holds || open;
        enough &= holds;
        let when = if holding.len() >= *least && !in_time { ", not within the window" } else { "" };
        let detail = format!("{} of {} hold{when}", holding.len(), members.len());
        let outcome = if open { Outcome::CannotTell } else { yes_if(holds) };
        let label = format!("{}: at least {least}", group.replace('_', " "));
        parts.push(node(label, outcome, detail, members.iter().map(|(_, tree)| (*tree).clone()).collect()));
    }
    let holding = asked.iter().filter(|(_, a)| a.outcome == Outcome::Yes).count();
    let untold = asked.iter().filter(|(_, a)| a.outcome == Outcome::CannotTell).count();
    enough &= holding >= check.evidence_min;
    possible &= holding + untold >= check.evidence_min;
    for ((indicator, _), tree) in asked.iter().zip(&trees) {
        if indicator.group.as_deref().is_none_or(|group| !grouped.contains(group)) {
            parts.push(tree.clone());
        }
    }
    let name = item.condition.as_deref().map(describe::name).unwrap_or_default();
    let least = describe::count(check.evidence_min, "indicator", "indicators");
    let label = format!("indicators of {name} stand in the chart (at least {least})");
    let outcome = if enough {
        Outcome::Yes
    } else if possible {
        Outcome::CannotTell
    } else {
        Outcome::No
    };
    let indicators = node(label, outcome, format!("{holding} of {} hold", asked.len()), parts);
    if !enough && !whole {
        return Verdict { findings: Vec::new(), tree: indicators };
    }
    let (named, named_tree) = documented(check, item, facts, &asked);
    let fires = enough && !named;
    let outcome = if fires {
        Outcome::Yes
    } else if named {
        Outcome::No
    } else {
        outcome
    };
    let tree = node(format!("indicators without the diagnosis: {name}"), outcome, "", vec![indicators, named_tree]);
    if !fires {
        return Verdict { findings: Vec::new(), tree };
    }
    let mut finding = Finding { missing: item.condition.iter().cloned().collect(), ..Finding::default() };
    add_facts(&mut finding, &asked);
    finding.searched.push(searched_for(item, facts, &asked));
    Verdict { findings: vec![finding], tree }
}

/// What a gap says of where it looked for the diagnosis.
fn searched_for(item: &Item, facts: &Facts<'_>, asked: &Asked<'_, '_>) -> Searched {
    let mut what: Vec<String> = item.condition.iter().map(|c| describe::name(c)).collect();
    for test in item.satisfied_by.iter().flat_map(|i| &i.any) {
        if let Test::Concept(test) = test {
            for name in test.concepts.iter().map(|c| describe::name(c)) {
                if !what.contains(&name) {
                    what.push(name);
                }
            }
        }
    }
    let documents: Vec<String> =
        facts.documents().filter(|(d, r)| counts(Author::Provider, d, r)).map(|(d, _)| d.identifier.clone()).collect();
    let mut places = vec![describe::count(documents.len(), "provider's document", "providers' documents")];
    for (_, answer) in asked {
        if answer.outcome == Outcome::Yes && answer.looked.contains("value") && !places.contains(&answer.looked) {
            places.push(answer.looked.clone());
        }
    }
    Searched { what: what.join(", "), r#where: places.join(", "), documents }
}

/// Whether a provider named it, confirmed it as a diagnosis of the stay, or ruled it out once its indicators were there.
fn documented(check: &Indicators, item: &Item, facts: &Facts<'_>, asked: &Asked<'_, '_>) -> (bool, Explanation) {
    let condition = item.condition.as_deref().unwrap_or_default();
    let label = format!("a provider has named {}", describe::name(condition));
    let first = asked.iter().filter(|(_, a)| a.outcome == Outcome::Yes).flat_map(|(_, a)| a.times.iter()).min().copied();
    let answers = |said: &&Said<'_>| {
        let after = match (first, said.document.time) {
            (Some(first), Some(written)) => written >= first,
            _ => true,
        };
        match said.mention.assertion {
            Assertion::Present | Assertion::Possible => check.condition_satisfies,
            Assertion::Negated => after && said.mention.section != "review_of_systems",
            _ => false,
        }
    };
    if let Some(said) = facts.said(condition).iter().filter(|s| s.provider).find(answers) {
        let how = if said.mention.assertion == Assertion::Negated { "ruled out: " } else { "" };
        let detail = format!("{how}\"{}\" in {}", said.mention.text, describe::place(said.document, said.reading));
        return (true, node(label, Outcome::Yes, detail, Vec::new()));
    }
    let confirmed = check.condition_satisfies.then(|| facts.problems(condition).next()).flatten();
    if let Some((problem, _)) = confirmed {
        return (true, node(label, Outcome::Yes, format!("confirmed diagnosis of this stay: {}", problem.name), Vec::new()));
    }
    let count = facts.documents().filter(|(d, r)| counts(Author::Provider, d, r)).count();
    let detail = format!("not in {}", describe::count(count, "provider's document", "providers' documents"));
    (false, node(label, Outcome::No, detail, Vec::new()))
}

pub(super) fn unsupported(check: &Support, item: &Item, facts: &Facts<'_>) -> Verdict {
    let condition = item.condition.as_deref().unwrap_or_default();
    let name = describe::name(condition);
    let stands: Vec<&Said<'_>> = facts
        .said(condition)
        .iter()
        .filter(|said| {
            let stands = said.mention.assertion == Assertion::Present || check.possible && said.mention.assertion == Assertion::Possible;
            said.provider && stands && !said.copied
        })
        .filter(|said| check.sections.is_empty() || in_sections(said, &check.sections))
        .collect();
    let label = format!("{name} stands as a diagnosis in a provider's note");
    let Some(first) = stands.first() else {
        return Verdict { findings: Vec::new(), tree: node(label, Outcome::No, "no such words", Vec::new()) };
    };
    let place = describe::place(first.document, first.reading);
    let diagnosis = node(label, Outcome::Yes, format!("\"{}\" in {place}", first.mention.text), Vec::new());
    let (asked, trees) = ask_all(&check.indicators, facts);
    let found = asked.iter().filter(|(_, a)| a.outcome == Outcome::Yes).count();
    let data = check.needs_data.is_empty() || check.needs_data.iter().any(|name| facts.values(name).iter().any(|p| !p.prior));
    let outcome = if !data { Outcome::CannotTell } else { yes_if(found < check.support_min) };
    let detail =
        format!("{found} of {} found, {} expected{}", asked.len(), check.support_min, if data { "" } else { "; the values were not sent" });
    let support = node(format!("what {name} should stand on is not there"), outcome, detail, trees);
    let tree = node(format!("a diagnosis without its indicators: {name}"), outcome, "", vec![diagnosis, support]);
    if outcome != Outcome::Yes {
        return Verdict { findings: Vec::new(), tree };
    }
    let mut finding = Finding::default();
    let mut shown = BTreeSet::new();
    for said in &stands {
        if finding.evidence.len() < 3 && shown.insert(said.document.identifier.as_str()) {
            finding.evidence.push(facts.proof(said));
        }
    }
    finding.name("words", &first.mention.text);
    if let Some(author) = &first.document.author {
        finding.name("author", author.display());
    }
    if let Some(date) = first.document.time {
        finding.name("date", date.display());
    }
    for (indicator, answer) in &asked {
        for (key, value) in &answer.facts {
            finding.named.insert(format!("{}.{key}", indicator.name), value.clone());
        }
        if answer.outcome == Outcome::Yes {
            finding.counter.extend(answer.evidence.iter().cloned());
        } else {
            finding.missing.push(indicator.name.clone());
            let r#where = if answer.looked.is_empty() { answer.detail.clone() } else { answer.looked.clone() };
            finding.searched.push(Searched { what: indicator.label.clone(), r#where, documents: Vec::new() });
            looked_at(indicator, facts, &mut finding);
        }
    }
    Verdict { findings: vec![finding], tree }
}

/// So many of the values that fell short are shown with their diagnosis.
const SHORT: usize = 6;

/// The values that an indicator was looked for in and that fall short of it: who is asked whether the diagnosis stands must see them.
fn looked_at(indicator: &Indicator, facts: &Facts<'_>, finding: &mut Finding) {
    for test in &indicator.any {
        let Test::Observation(test) = test else { continue };
        let shown = finding.evidence.iter().filter(|e| matches!(e, Evidence::Value(_))).count();
        let Some(point) = values::nearest(test, facts).filter(|_| shown < SHORT) else { continue };
        let proof = facts.value_proof(&point);
        if !finding.evidence.iter().chain(&finding.counter).any(|known| *known == proof) {
            finding.evidence.push(proof);
        }
    }
}
