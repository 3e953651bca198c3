//! Evaluates items over an encounter: gaps with their proof, and the tree that says why, or why not.

mod against;
mod aside;
mod attributes;
mod clock;
mod conflict;
mod copied;
pub(super) mod describe;
mod elements;
mod finding;
mod gap;
mod indicators;
mod judge;
mod leaf;
mod merge;
mod pair;
mod parts;
mod pasted;
mod poa;
mod procedures;
mod questions;
mod records;
mod scope;
mod sheet;
mod signature;
mod statements;
mod values;
mod wanted;
mod wording;

use super::facts::{Facts, Subject};
use super::item::{Item, Pack};
use super::{Explanation, Gap, GapKind, Outcome, Packs, Severity};
use crate::chart::Instant;
use finding::{Finding, Verdict, node, yes_if};
use judge::{Carried, Judged, judge, run_check};
use merge::{carry, join, one_for_each_copy};
pub use questions::questions;
use rayon::prelude::*;
use scope::applies;
use std::collections::HashMap;

/// Every gap of an encounter, the gravest first. `only` names one pack or one item.
pub fn evaluate(packs: &Packs, subject: &Subject<'_>, as_of: &Instant, only: Option<&str>) -> Vec<Gap> {
    evaluate_where(packs, subject, as_of, &|pack, item| only.is_none_or(|name| name == pack.id || name == item.id))
}

/// The same of one encounter that somebody waits for, on all processors at once. Of many encounters each has a thread of its own:
/// [`evaluate`] is for them.
pub fn evaluate_at_once(packs: &Packs, subject: &Subject<'_>, as_of: &Instant) -> Vec<Gap> {
    let facts = Facts::untold(packs, *subject, as_of);
    let items: Vec<(&Pack, &Item)> = packs.items().collect();
    let judged: Vec<Judged> = items.par_iter().filter_map(|(pack, item)| asked(pack, item, &facts)).collect();
    together(judged.into_iter())
}

/// The gaps of the items that `keep` takes: the chart is laid out once for all of them.
pub fn evaluate_where(packs: &Packs, subject: &Subject<'_>, as_of: &Instant, keep: &dyn Fn(&Pack, &Item) -> bool) -> Vec<Gap> {
    let facts = Facts::untold(packs, *subject, as_of);
    together(packs.items().filter(|(pack, item)| keep(pack, item)).filter_map(|(pack, item)| asked(pack, item, &facts)))
}

/// What an item says of an encounter that it applies to.
fn asked(pack: &Pack, item: &Item, facts: &Facts<'_>) -> Option<Judged> {
    (applies(pack, item, facts).outcome == Outcome::Yes).then(|| judge(pack, item, facts, false))
}

/// What all items say, as one list: a gap that two of them find is one.
fn together(judged: impl Iterator<Item = Judged>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut carried: Vec<Carried> = Vec::new();
    for Judged { gaps: found, carried: left, .. } in judged {
        for gap in found {
            let place = *places.entry(gap.key()).or_insert(gaps.len());
            match gaps.get_mut(place) {
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
