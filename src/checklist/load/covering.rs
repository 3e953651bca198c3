//! Which item asks in whose place: chains of `covered_by` that never end, or that go on for too long.

use super::Diagnostic;
use crate::checklist::item::{Item, Pack};
use std::collections::{BTreeMap, BTreeSet};

/// The longest chain of items that pass their question on. Each link asks the whole chart, and nobody reads a longer one.
const LONGEST: usize = 8;
/// So many circles are told.
const TOLD: usize = 20;

/// Circles, and chains that are too long. What shipped packs do alone is none; what a brought file does to them is told of its items.
pub(super) fn mistakes(packs: &[Pack], shipped: &[&str]) -> Vec<Diagnostic> {
    let all: Vec<(&Pack, &Item)> = packs.iter().flat_map(|pack| pack.items.iter().map(move |item| (pack, item))).collect();
    let items: BTreeMap<&str, &Item> = all.iter().map(|(_, item)| (item.id.as_str(), *item)).collect();
    let mut passes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items.values() {
        let by: BTreeSet<&str> = item.covered_by.iter().map(String::as_str).filter(|id| items.contains_key(id)).collect();
        open.insert(&item.id, by.len());
        by.into_iter().for_each(|id| passes.entry(id).or_default().push(&item.id));
    }
    // From the items that are asked themselves to those that wait for them: no recursion, however long a chain is.
    let mut ready: Vec<&str> = open.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    let mut links: BTreeMap<&str, usize> = BTreeMap::new();
    while let Some(id) = ready.pop() {
        let so_far = links.get(id).copied().unwrap_or_default();
        for other in passes.get(id).into_iter().flatten() {
            let length = links.entry(other).or_default();
            *length = (*length).max(so_far + 1);
            if let Some(count) = open.get_mut(other) {
                *count -= 1;
                if *count == 0 {
                    ready.push(other);
                }
            }
        }
    }
    let say = |pack: &Pack, item: &Item, what: String, expected: &str, hint: &str| Diagnostic {
        source: pack.source.clone(),
        line: item.line,
        column: 1,
        what,
        expected: expected.to_owned(),
        hint: Some(hint.to_owned()),
    };
    let mut out = Vec::new();
    let circling = all.iter().filter(|(_, item)| open.get(item.id.as_str()).is_some_and(|count| *count > 0));
    for (pack, item) in circling.filter(|(_, item)| covers_itself(item, &items)).take(TOLD) {
        let what = format!("`{}` is covered by itself, by way of {}", item.id, item.covered_by.join(", "));
        let hint = "take the item out of the `covered_by` of one of them";
        out.push(say(pack, item, what, "`covered_by` that leads to an item which is asked", hint));
    }
    // The first link too many of each chain is enough.
    for (pack, item) in all.iter().filter(|(_, item)| links.get(item.id.as_str()) == Some(&(LONGEST + 1))) {
        let what = format!("`{}` is covered by a chain of more than {LONGEST} items", item.id);
        let hint = "name the item that is asked in the end in the `covered_by` of all of them";
        out.push(say(pack, item, what, &format!("{LONGEST} items in a chain at most"), hint));
    }
    if out.iter().any(|mistake| !shipped.contains(&mistake.source.as_str())) {
        out.retain(|mistake| !shipped.contains(&mistake.source.as_str()));
    }
    out
}

fn covers_itself(item: &Item, items: &BTreeMap<&str, &Item>) -> bool {
    let (mut reached, mut next) = (BTreeSet::new(), vec![item]);
    while let Some(here) = next.pop() {
        let fresh = here.covered_by.iter().filter(|id| reached.insert(id.as_str()));
        next.extend(fresh.filter_map(|id| items.get(id.as_str()).copied()));
    }
    reached.contains(item.id.as_str())
}
