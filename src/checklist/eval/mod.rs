//! Evaluates items over an encounter: gaps with their proof, and the tree that says why, or why not.

mod attributes;
mod clock;
mod conflict;
mod copied;
pub(super) mod describe;
mod elements;
mod indicators;
mod leaf;
mod pair;
mod parts;
mod pasted;
mod poa;
mod questions;
mod records;
mod signature;
mod statements;
mod values;
mod wanted;
mod wording;

use super::check::Check;
use super::facts::{Facts, Subject};
use super::indicator::Indicator;
use super::item::{Item, Pack};
use super::{Explanation, Gap, GapKind, GapState, Outcome, Packs, Searched, Severity};
use crate::chart::{Evidence, Instant};
pub use questions::questions;
use std::collections::BTreeMap;

/// What a check found, before it is a gap.
#[derive(Clone, Debug, Default)]
struct Finding {
    condition: Option<String>,
    element: Option<String>,
    document_type: Option<String>,
    missing: Vec<String>,
    severity: Option<Severity>,
    named: BTreeMap<String, String>,
    evidence: Vec<Evidence>,
    counter: Vec<Evidence>,
    searched: Vec<Searched>,
    due: Option<Instant>,
    /// What its hours are counted from, where a stay has two beginnings.
    counted: Option<String>,
}

impl Finding {
    fn name(&mut self, key: &str, value: impl Into<String>) {
        self.named.insert(key.to_owned(), value.into());
    }
}

/// What a check says: its findings and its tree.
struct Verdict {
    findings: Vec<Finding>,
    tree: Explanation,
}

fn node(label: impl Into<String>, outcome: Outcome, detail: impl Into<String>, parts: Vec<Explanation>) -> Explanation {
    Explanation { label: label.into(), outcome, detail: detail.into(), parts }
}

fn yes_if(holds: bool) -> Outcome {
    if holds { Outcome::Yes } else { Outcome::No }
}

/// Every gap of an encounter, the gravest first. `only` names one pack or one item.
pub fn evaluate(packs: &Packs, subject: &Subject<'_>, as_of: &Instant, only: Option<&str>) -> Vec<Gap> {
    let facts = Facts::untold(packs, *subject, as_of);
    let mut gaps: Vec<Gap> = Vec::new();
    let mut carried: Vec<Carried> = Vec::new();
    for (pack, item) in packs.items() {
        if only.is_some_and(|name| name != pack.id && name != item.id) || applies(pack, item, &facts).outcome != Outcome::Yes {
            continue;
        }
        let Judged { gaps: found, carried: left, .. } = judge(pack, item, &facts, false);
        for gap in found {
            match gaps.iter_mut().find(|other| other.key() == gap.key()) {
                Some(other) => join(other, gap),
                None => gaps.push(gap),
            }
        }
        carried.extend(left);
    }
    for Carried { gap, by } in carried {
        if let Some(other) = gaps.iter_mut().find(|other| by.contains(&other.item)) {
            carry(other, gap);
        }
    }
    let mut gaps = one_for_each_copy(gaps);
    gaps.sort_by_cached_key(order);
    gaps
}

/// The order of gaps: the gravest first, those in the form of a document last.
pub(super) fn order(gap: &Gap) -> (bool, std::cmp::Reverse<Severity>, GapKind, String) {
    (is_form(gap.kind), std::cmp::Reverse(gap.severity), gap.kind, gap.key())
}

/// Gaps and tree of every item that `keep` takes and that applies: what [`evaluate`] and [`explain`] say, in one go.
pub(super) fn all<'p>(
    packs: &'p Packs,
    subject: &Subject<'_>,
    as_of: &Instant,
    keep: impl Fn(&Item) -> bool,
) -> Vec<(&'p Item, Vec<Gap>, Explanation)> {
    let facts = Facts::new(packs, *subject, as_of);
    let mut out = Vec::new();
    for (pack, item) in packs.items().filter(|(_, item)| keep(item)) {
        let scope = applies(pack, item, &facts);
        if scope.outcome == Outcome::Yes {
            let (gaps, tree) = whole(pack, item, &facts, scope);
            out.push((item, gaps, tree));
        }
    }
    out
}

/// An item's gaps and its whole tree, scope first.
fn whole(pack: &Pack, item: &Item, facts: &Facts<'_>, scope: Explanation) -> (Vec<Gap>, Explanation) {
    let Judged { gaps, mut tree, .. } = judge(pack, item, facts, true);
    tree.parts.insert(0, scope);
    if let Some(first) = gaps.first() {
        tree.detail = if gaps.len() == 1 { first.title.clone() } else { format!("{}; {} gaps", first.title, gaps.len()) };
    }
    (gaps, tree)
}

/// How a tree heads the conditions without which an item is not asked.
pub(super) const ONLY_WHEN: &str = "asked only when";

/// Gaps in the form of a document; the clinical ones and whole documents come before them.
fn is_form(kind: GapKind) -> bool {
    matches!(kind, GapKind::MissingElement | GapKind::Unsigned | GapKind::Copied)
}

/// A copied note is one gap, however many items see it: the gravest stays, in the order of the packs, with the proof of all.
fn one_for_each_copy(gaps: Vec<Gap>) -> Vec<Gap> {
    let mut out: Vec<Gap> = Vec::new();
    for gap in gaps {
        let note = gap.evidence.first().map(|e| e.source().to_owned());
        let same =
            |other: &Gap| other.kind == GapKind::Copied && note.is_some() && other.evidence.first().map(|e| e.source()) == note.as_deref();
        match out.iter_mut().find(|other| gap.kind == GapKind::Copied && same(other)) {
            Some(other) if other.severity >= gap.severity => join(other, gap),
            Some(other) => {
                let weaker = std::mem::replace(other, gap);
                join(other, weaker);
            }
            None => out.push(gap),
        }
    }
    out
}

/// The tree of one item: why it fired, or why not. `None` when no item has this id.
pub fn explain(packs: &Packs, subject: &Subject<'_>, as_of: &Instant, item: &str) -> Option<Explanation> {
    let (pack, item) = packs.items().find(|(_, candidate)| candidate.id == item)?;
    let facts = Facts::new(packs, *subject, as_of);
    let scope = applies(pack, item, &facts);
    if scope.outcome != Outcome::Yes {
        let detail = "this item does not apply to this encounter";
        return Some(node(format!("{}: {}", item.id, item.why), scope.outcome, detail, vec![scope]));
    }
    Some(whole(pack, item, &facts, scope).1)
}

/// What an item says of an encounter.
struct Judged {
    gaps: Vec<Gap>,
    tree: Explanation,
    /// What it would have asked, where another item asks it.
    carried: Vec<Carried>,
}

/// A gap that others carry.
struct Carried {
    gap: Gap,
    /// The items that do.
    by: Vec<String>,
}

/// A question that is asked once keeps the proof of both items that ask it.
fn carry(gap: &mut Gap, other: Gap) {
    if !gap.also.contains(&other.item) {
        gap.also.push(other.item.clone());
    }
    let missing = if gap.condition == other.condition { other.missing } else { Vec::new() };
    join(gap, Gap { missing, evidence: other.evidence, ..gap.clone() });
}

/// The same gap found twice: its proofs are joined.
fn join(gap: &mut Gap, other: Gap) {
    for proof in other.evidence {
        if !gap.evidence.contains(&proof) {
            gap.evidence.push(proof);
        }
    }
    for missing in other.missing {
        if !gap.missing.contains(&missing) {
            gap.missing.push(missing);
        }
    }
}

/// The day that decides which version of a rule applies: discharge, as with the code set; else the day it is looked at. A lone
/// note has its own day.
fn day_of(facts: &Facts<'_>) -> Instant {
    let chart = facts.chart();
    let written = chart.documents.iter().filter_map(|d| d.time).max().filter(|_| chart.encounter.implied);
    chart.encounter.end.or(written).filter(|day| *day < facts.as_of).unwrap_or(facts.as_of)
}

fn applies(pack: &Pack, item: &Item, facts: &Facts<'_>) -> Explanation {
    let (chart, scope) = (facts.chart(), &item.scope);
    let encounter = &chart.encounter;
    let from = item.effective_from.or(pack.effective_from);
    let to = item.effective_to.or(pack.effective_to);
    let day = day_of(facts);
    let in_force =
        from.is_none_or(|from| day.utc_seconds() >= from.utc_seconds()) && to.and_then(|to| to.plus_hours(24)).is_none_or(|end| day < end);
    let class = if encounter.implied { scope.lone_note } else { scope.classes.contains(&encounter.class) };
    let fits = class && in_force;
    if !(facts.told || fits) {
        return node("", Outcome::No, "", Vec::new());
    }
    let mut detail = if !facts.told {
        String::new()
    } else if encounter.implied {
        "a note without an encounter".to_owned()
    } else {
        let class = serde_json::to_value(encounter.class).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        format!("class {}", class.replace('_', " "))
    };
    let mut outcome = yes_if(fits);
    if !in_force {
        detail.push_str("; not in force on this day");
    }
    // Age and sex that were not given exclude nothing; a service that was not given cannot be told.
    let aged = chart.patient.as_ref().filter(|_| scope.age_min.is_some() || scope.age_max.is_some());
    let age = aged.and_then(|p| p.age_at(&encounter.start.unwrap_or(day)));
    if let Some(age) = age.filter(|age| scope.age_min.is_some_and(|least| *age < least) || scope.age_max.is_some_and(|most| *age > most)) {
        (outcome, detail) = (Outcome::No, format!("{detail}; the patient is {age} years old"));
    }
    if scope.sex.is_some_and(|sex| facts.sex() != sex && matches!(facts.sex(), crate::chart::Sex::Female | crate::chart::Sex::Male)) {
        (outcome, detail) = (Outcome::No, format!("{detail}; not for this sex"));
    }
    if let Some(why) = out_of_stay(scope, facts) {
        (outcome, detail) = (Outcome::No, format!("{detail}; {why}"));
    }
    if !scope.services.is_empty() && outcome == Outcome::Yes {
        let mut given: Vec<&str> = encounter.service.iter().map(String::as_str).collect();
        given.extend(encounter.locations.iter().map(|l| l.name.as_str()));
        let fits = given.iter().any(|name| scope.services.iter().any(|service| super::words::has_word(name, service)));
        outcome = if given.is_empty() { Outcome::CannotTell } else { yes_if(fits) };
        let named = if given.is_empty() { "not given".to_owned() } else { given.join(", ") };
        detail = format!("{detail}; service {named}");
    }
    node("the item applies to this kind of encounter and is in force", outcome, detail, Vec::new())
}

/// Why the length of the stay, or the time since discharge, keeps an item out.
fn out_of_stay(scope: &super::Scope, facts: &Facts<'_>) -> Option<String> {
    let encounter = &facts.chart().encounter;
    if scope.stay_at_least.is_some() || scope.stay_below.is_some() {
        let hours = encounter.start.map(|start| facts.until().hours_since(&start));
        let fits =
            hours.is_some_and(|h| scope.stay_at_least.is_none_or(|least| h >= least) && scope.stay_below.is_none_or(|most| h < most));
        if !fits {
            return Some(hours.map_or("the start of the stay was not given".to_owned(), |h| format!("stay of {}", describe::hours(h))));
        }
    }
    let since = encounter.end.filter(|end| *end <= facts.as_of).map(|end| facts.as_of.hours_since(&end));
    let early = scope.discharged_at_least.is_some_and(|least| since.is_none_or(|hours| hours < least));
    let late = scope.discharged_below.is_some_and(|most| since.is_some_and(|hours| hours >= most));
    (early || late).then(|| since.map_or("not discharged".to_owned(), |hours| format!("{} after discharge", describe::hours(hours))))
}

/// Runs the item's own check.
fn run_check(item: &Item, facts: &Facts<'_>, whole: bool) -> Verdict {
    match &item.check {
        Check::Clock(check) => clock::run(check, item.kind, facts),
        Check::Elements(check) => elements::run(check, facts),
        Check::Attributes(check) => attributes::run(check, item, facts),
        Check::Indicators(check) => indicators::undocumented(check, item, facts, whole),
        Check::Support(check) => indicators::unsupported(check, item, facts),
        Check::Conflict(check) => conflict::run(check, item, facts),
        Check::Poa(check) => poa::run(check, facts),
        Check::Copied(check) => copied::run(check, item, facts),
        Check::Signature(check) => signature::run(check, item, facts),
        Check::Pair(check) => pair::run(check, facts),
        Check::Parts(check) => parts::run(check, facts),
    }
}

/// Runs an item. `whole` also asks what could have suppressed it when nothing was found, for the explanation.
fn judge(pack: &Pack, item: &Item, facts: &Facts<'_>, whole: bool) -> Judged {
    let Verdict { mut findings, tree } = run_check(item, facts, whole);
    let mut parts = vec![tree];
    if findings.is_empty() && !whole {
        return Judged { gaps: Vec::new(), tree: node(item.id.clone(), Outcome::No, "", parts), carried: Vec::new() };
    }
    let mut stopped = false;
    for (list, label) in [(&item.satisfied_by, "documented after all"), (&item.suppress_if, "the question does not arise")] {
        let (holds, tree) = any_of(list, label, facts);
        stopped |= holds;
        parts.extend(tree);
    }
    if !item.only_if.is_empty() {
        let (holds, tree) = any_of(&item.only_if, ONLY_WHEN, facts);
        stopped |= !holds;
        parts.extend(tree);
        raised_by(&item.only_if, facts, &mut findings);
    }
    let mut by = Vec::new();
    if !findings.is_empty() && !stopped {
        let (covering, tree) = covered(item, facts);
        by = covering;
        parts.extend(tree);
    }
    let asks = !findings.is_empty() && !stopped;
    stopped |= !by.is_empty();
    let fires = asks && by.is_empty();
    let mut against = Vec::new();
    if asks {
        let mut nodes = Vec::new();
        for counter in &item.counter {
            let (answer, tree) = leaf::indicator(counter, facts, None);
            if answer.outcome == Outcome::Yes {
                against.extend(answer.evidence);
            }
            nodes.push(tree);
        }
        if !nodes.is_empty() {
            parts.push(node("what speaks against, shown beside the proof", yes_if(!against.is_empty()), "", nodes));
        }
        parts.extend(clinical(&item.clinical, facts, &mut findings));
    }
    let outcome = match parts.first().map(|tree| tree.outcome) {
        _ if fires => Outcome::Yes,
        Some(Outcome::CannotTell) if !stopped => Outcome::CannotTell,
        _ => Outcome::No,
    };
    let found = if asks { findings } else { Vec::new() };
    let found: Vec<Gap> = found.into_iter().map(|finding| gap(pack, item, facts, finding, &against)).collect();
    let (gaps, carried) =
        if fires { (found, Vec::new()) } else { (Vec::new(), found.into_iter().map(|gap| Carried { gap, by: by.clone() }).collect()) };
    let detail = match outcome {
        Outcome::Yes => "",
        Outcome::No if stopped => "no gap: see what stopped it",
        Outcome::No => "no gap",
        Outcome::CannotTell => "no gap: the data do not say",
    };
    Judged { gaps, tree: node(format!("{}: {}", item.id, item.why), outcome, detail, parts), carried }
}

/// The items that ask the same question better and fire here. The loader refuses circles.
fn covered(item: &Item, facts: &Facts<'_>) -> (Vec<String>, Option<Explanation>) {
    let others = facts.packs().items().filter(|(_, other)| item.covered_by.contains(&other.id) && other.id != item.id);
    let (mut nodes, mut by) = (Vec::new(), Vec::new());
    for (pack, other) in others {
        let asks = applies(pack, other, facts).outcome == Outcome::Yes;
        let judged = asks.then(|| judge(pack, other, facts, false));
        // One that is covered itself passes the question on.
        let first = judged.as_ref().and_then(|judged| judged.gaps.first().or(judged.carried.first().map(|carried| &carried.gap)));
        let detail = first.map(|gap| gap.title.clone()).unwrap_or_default();
        nodes.push(node(format!("{} asks it", other.id), yes_if(first.is_some()), detail, Vec::new()));
        if first.is_some() {
            by.push(other.id.clone());
            by.extend(judged.into_iter().flat_map(|judged| judged.carried).flat_map(|carried| carried.by));
        }
    }
    let tree = (!nodes.is_empty()).then(|| node("another item asks the same question better", yes_if(!by.is_empty()), "", nodes));
    (by, tree)
}

/// Adds what a provider needs to answer to the proof of every finding.
fn clinical(list: &[Indicator], facts: &Facts<'_>, findings: &mut [Finding]) -> Option<Explanation> {
    let (answers, trees) = indicators::ask_all(list, facts);
    let mut found = false;
    for proof in answers.iter().filter(|(_, a)| a.outcome == Outcome::Yes).flat_map(|(_, a)| &a.evidence) {
        found = true;
        for finding in findings.iter_mut().filter(|f| !f.evidence.iter().any(|e| same_place(e, proof))) {
            finding.evidence.push(proof.clone());
        }
    }
    (!trees.is_empty()).then(|| node("clinical indicators, shown with the proof", yes_if(found), "", trees))
}

/// So much of what raised a question is shown with its proof.
const RAISED: usize = 4;

/// What raised the question belongs to its proof: sepsis and the lactate that asks for the link, not sepsis alone.
fn raised_by(list: &[Indicator], facts: &Facts<'_>, findings: &mut [Finding]) {
    if findings.is_empty() {
        return;
    }
    let answers = list.iter().map(|indicator| leaf::indicator(indicator, facts, None).0).filter(|a| a.outcome == Outcome::Yes);
    let mut proofs: Vec<Evidence> = Vec::new();
    for proof in answers.flat_map(|answer| answer.evidence) {
        // One of each kind: a lactate, a pressure and a creatinine say more than three lactates.
        let told = |known: &Evidence| match (known, &proof) {
            (Evidence::Value(a), Evidence::Value(b)) => a.name == b.name,
            (a, b) => a.source() == b.source(),
        };
        if proofs.len() < RAISED && !proofs.iter().any(told) {
            proofs.push(proof);
        }
    }
    for finding in findings {
        let known = finding.evidence.len();
        for proof in &proofs {
            if !finding.evidence.iter().take(known).any(|e| same_place(e, proof)) && !finding.evidence.contains(proof) {
                finding.evidence.push(proof.clone());
            }
        }
    }
}

/// Whether one proof says no more than another: the same record, or words that lie within.
fn same_place(known: &Evidence, proof: &Evidence) -> bool {
    match (known, proof) {
        (Evidence::Text(a), Evidence::Text(b)) => a.document == b.document && a.start <= b.start && b.end <= a.end,
        _ => known == proof,
    }
}

/// Whether any of a list of indicators holds.
fn any_of(list: &[Indicator], label: &str, facts: &Facts<'_>) -> (bool, Option<Explanation>) {
    let mut parts = Vec::new();
    let mut holds = false;
    for indicator in list {
        let (answer, tree) = leaf::indicator(indicator, facts, None);
        holds |= answer.outcome == Outcome::Yes;
        parts.push(tree);
    }
    let tree = (!parts.is_empty()).then(|| node(label, yes_if(holds), "", parts));
    (holds, tree)
}

fn gap(pack: &Pack, item: &Item, facts: &Facts<'_>, finding: Finding, against: &[Evidence]) -> Gap {
    let condition = finding.condition.or_else(|| item.condition.clone());
    let mut named = finding.named;
    if let Some(condition) = &condition {
        named.entry("condition".to_owned()).or_insert_with(|| describe::title(condition));
    }
    let missing: Vec<String> = finding.missing.iter().map(|m| describe::name(m)).collect();
    named.entry("missing".to_owned()).or_insert_with(|| describe::list(&missing));
    if let Some(due) = finding.due {
        named.entry("due".to_owned()).or_insert_with(|| due.display());
    }
    let draft = if item.authority.approved_by.is_empty() { " Draft: not yet approved here." } else { "" };
    let counted = finding.counted.map(|words| format!("{words} ")).unwrap_or_default();
    let mut counter_evidence = finding.counter;
    for proof in against {
        if !counter_evidence.contains(proof) {
            counter_evidence.push(proof.clone());
        }
    }
    Gap {
        item: item.id.clone(),
        checklist: pack.id.clone(),
        version: item.version,
        kind: item.kind,
        condition,
        element: finding.element,
        document_type: finding.document_type,
        missing: finding.missing,
        severity: finding.severity.unwrap_or(item.severity),
        title: title(&item.titles, &named),
        why: format!("{} {counted}Source: {}.{draft}", item.why.trim(), item.authority.cite.trim().trim_end_matches('.')),
        encounter: facts.chart().encounter.name().to_owned(),
        evidence: finding.evidence,
        counter_evidence,
        searched: finding.searched,
        also: Vec::new(),
        due: finding.due,
        state: GapState::Open,
    }
}

/// The first template whose place-holders are all known; else the last one, with what is not known left out.
fn title(templates: &[String], named: &BTreeMap<String, String>) -> String {
    let mut last = String::new();
    for template in templates {
        let (text, whole) = fill(template, named);
        if whole {
            return text;
        }
        last = text;
    }
    last
}

fn fill(template: &str, named: &BTreeMap<String, String>) -> (String, bool) {
    let (mut text, mut whole, mut rest) = (String::new(), true, template);
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        match named.get(name).filter(|value| !value.is_empty()) {
            Some(value) => text.push_str(value),
            None => whole = false,
        }
        rest = after;
    }
    text.push_str(rest);
    (text.split_whitespace().collect::<Vec<_>>().join(" "), whole)
}
