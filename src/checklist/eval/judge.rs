//! One item over one encounter: what it finds, what satisfies or stops it, and who asks the same question better.

use super::gap::gap;
use super::scope::applies;
use super::{
    Finding, ONLY_WHEN, Verdict, against, attributes, clock, conflict, copied, describe, elements, indicators, leaf, node, pair, parts,
    poa, signature, yes_if,
};
use crate::chart::Evidence;
use crate::checklist::check::Check;
use crate::checklist::facts::Facts;
use crate::checklist::indicator::Indicator;
use crate::checklist::item::{Item, Pack};
use crate::checklist::{Explanation, Gap, Outcome};

/// What an item says of an encounter.
pub(super) struct Judged {
    pub(super) gaps: Vec<Gap>,
    pub(super) tree: Explanation,
    /// What it would have asked, where another item asks it.
    pub(super) carried: Vec<Carried>,
}

/// A gap that others carry.
pub(super) struct Carried {
    pub(super) gap: Gap,
    /// The items that do.
    pub(super) by: Vec<String>,
}

/// Runs the item's own check.
pub(super) fn run_check(item: &Item, facts: &Facts<'_>, whole: bool) -> Verdict {
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
pub(super) fn judge(pack: &Pack, item: &Item, facts: &Facts<'_>, whole: bool) -> Judged {
    let Verdict { mut findings, tree } = run_check(item, facts, whole);
    let mut parts = vec![tree];
    if findings.is_empty() && !whole {
        return Judged { gaps: Vec::new(), tree: node(item.id.clone(), Outcome::No, "", parts), carried: Vec::new() };
    }
    let (mut stopped, mut open) = (false, false);
    for (list, label) in [(&item.satisfied_by, "documented after all"), (&item.suppress_if, "the question does not arise")] {
        let (holds, tree) = any_of(list, label, facts);
        stopped |= holds == Outcome::Yes;
        parts.extend(tree);
    }
    if !item.only_if.is_empty() {
        let (holds, tree) = any_of(&item.only_if, ONLY_WHEN, facts);
        (stopped, open) = (stopped || holds == Outcome::No, holds == Outcome::CannotTell);
        parts.extend(tree);
        raised_by(&item.only_if, facts, &mut findings);
    }
    let mut by = Vec::new();
    if !findings.is_empty() && !stopped && !open {
        let (covering, tree) = covered(item, facts);
        by = covering;
        parts.extend(tree);
    }
    let asks = !findings.is_empty() && !stopped && !open;
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
        parts.extend(clinical(&item.clinical, facts, &mut findings));
        let gathered = against::found(item, facts, &findings);
        nodes.extend(gathered.iter().filter(|_| facts.told).map(|proof| node(describe::proof(proof), Outcome::Yes, "", Vec::new())));
        against.extend(gathered);
        if !nodes.is_empty() {
            parts.push(node("what speaks against, shown beside the proof", yes_if(!against.is_empty()), "", nodes));
        }
    }
    let outcome = match parts.first().map(|tree| tree.outcome) {
        _ if fires => Outcome::Yes,
        Some(Outcome::CannotTell) if !stopped => Outcome::CannotTell,
        Some(Outcome::Yes) if open && !stopped => Outcome::CannotTell,
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

/// Whether any of a list of indicators holds; where none does and one cannot be told, neither can this.
fn any_of(list: &[Indicator], label: &str, facts: &Facts<'_>) -> (Outcome, Option<Explanation>) {
    let mut parts = Vec::new();
    let mut holds = Outcome::No;
    for indicator in list {
        let (answer, tree) = leaf::indicator(indicator, facts, None);
        holds = match (holds, answer.outcome) {
            (Outcome::Yes, _) | (_, Outcome::Yes) => Outcome::Yes,
            (Outcome::CannotTell, _) | (_, Outcome::CannotTell) => Outcome::CannotTell,
            (Outcome::No, Outcome::No) => Outcome::No,
        };
        parts.push(tree);
    }
    let tree = (!parts.is_empty()).then(|| node(label, holds, "", parts));
    (holds, tree)
}
