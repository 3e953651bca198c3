//! `lacuna checklist diff`: which items differ, and which gaps of the stored charts change with them.

use super::args::Global;
use super::out::Out;
use super::{checklist, place};
use crate::checklist::{Item, Packs, Subject, evaluate as judge};
use crate::error::Result;
use crate::work::Entered;
use crate::work::evaluate;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Charts held in memory at a time.
const BATCH: usize = 128;

/// Compares two files, or a file and the shipped packs.
pub fn run(global: &Global, before: &PathBuf, after: &PathBuf, out: &Out) -> Result<u8> {
    let mut both = Vec::new();
    for file in [before, after] {
        let own = if file.as_path() == Path::new("shipped") { Vec::new() } else { checklist::read(std::slice::from_ref(file))? };
        match Packs::with_shipped(&own) {
            Ok(packs) => both.push(packs),
            Err(diagnostics) => return checklist::report(&diagnostics, out),
        }
    }
    let [old, new] = both.as_slice() else { return Ok(1) };
    let items = items(old, new);
    let gaps = gaps(global, old, new, &items)?;
    let value = json!({ "items": items, "gaps": gaps });
    out.show(&value, || plain(&items, gaps.as_ref()))?;
    Ok(u8::from(items.is_empty()))
}

/// Every item that is not the same in both, with what differs.
fn items(old: &Packs, new: &Packs) -> Vec<Value> {
    let ids: BTreeSet<&str> = old.items().chain(new.items()).map(|(_, item)| item.id.as_str()).collect();
    let mut out = Vec::new();
    for id in ids {
        match (old.item(id), new.item(id)) {
            (Some(_), None) => out.push(json!({ "item": id, "change": "removed" })),
            (None, Some(item)) => out.push(json!({ "item": id, "change": "added", "title": item.title })),
            (Some(one), Some(two)) => {
                let fields = fields(one, two);
                if !fields.is_empty() {
                    out.push(json!({ "item": id, "change": "changed", "versions": [one.version, two.version], "fields": fields }));
                }
            }
            (None, None) => {}
        }
    }
    out
}

/// The fields in which two versions of an item differ.
fn fields(one: &Item, two: &Item) -> Vec<String> {
    let as_map = |item: &Item| serde_json::to_value(item).ok().and_then(|v| v.as_object().cloned()).unwrap_or_default();
    let (a, b) = (as_map(one), as_map(two));
    let mut names: Vec<String> = a.keys().chain(b.keys()).filter(|key| a.get(*key) != b.get(*key)).cloned().collect();
    names.sort();
    names.dedup();
    names
}

/// Which gaps come and go in the stored charts; `None` without a store.
fn gaps(global: &Global, old: &Packs, new: &Packs, items: &[Value]) -> Result<Option<Value>> {
    let Some(Entered { store, session, .. }) = place::enter_if_there(global)? else { return Ok(None) };
    let now = session.now();
    let changed: Vec<&str> = items.iter().filter_map(|item| item.get("item").and_then(Value::as_str)).collect();
    let names = store.encounter_identifiers()?;
    let (mut come, mut go) = (Vec::new(), Vec::new());
    for batch in names.chunks(BATCH) {
        let charts: Vec<_> = batch.iter().filter_map(|name| store.chart(name).transpose()).collect::<Result<_>>()?;
        let found: Vec<(Vec<Value>, Vec<Value>)> = charts
            .par_iter()
            .map(|chart| {
                let readings = evaluate::readings(&chart.documents);
                let subject = Subject { chart, readings: &readings };
                let run = |packs: &Packs| changed.iter().flat_map(|id| judge(packs, &subject, &now, Some(id))).collect::<Vec<_>>();
                let (before, after) = (run(old), run(new));
                let keys = |gaps: &[crate::checklist::Gap]| gaps.iter().map(crate::checklist::Gap::key).collect::<BTreeSet<_>>();
                let (old_keys, new_keys) = (keys(&before), keys(&after));
                let line = |gap: &crate::checklist::Gap| json!({ "encounter": gap.encounter, "item": gap.item, "title": gap.title });
                (
                    after.iter().filter(|gap| !old_keys.contains(&gap.key())).map(line).collect(),
                    before.iter().filter(|gap| !new_keys.contains(&gap.key())).map(line).collect(),
                )
            })
            .collect();
        for (mut more, mut less) in found {
            come.append(&mut more);
            go.append(&mut less);
        }
    }
    let detail = format!("{} encounters, {} gaps more, {} fewer", names.len(), come.len(), go.len());
    store.record_act(&session.actor(), "checklist.diff", None, None, None, &detail)?;
    Ok(Some(json!({ "encounters": names.len(), "more": come, "fewer": go })))
}

fn plain(items: &[Value], gaps: Option<&Value>) -> String {
    if items.is_empty() {
        return "No item differs.".to_owned();
    }
    let word = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut text = String::new();
    for item in items {
        let fields: Vec<String> = item
            .get("fields")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(|f| f.as_str().map(str::to_owned)).collect())
            .unwrap_or_default();
        let what = if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
        text.push_str(&format!("{:<8} {}{what}\n", word(item, "change"), word(item, "item")));
    }
    match gaps {
        None => text.push_str("\nNo store is open here: the gaps were not compared."),
        Some(gaps) => {
            let list = |key: &str| gaps.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
            let count = gaps.get("encounters").and_then(Value::as_u64).unwrap_or_default();
            let (more, fewer) = (list("more"), list("fewer"));
            text.push_str(&format!("\nGaps in {count} encounters: {} more, {} fewer\n", more.len(), fewer.len()));
            for (sign, gap) in more.iter().map(|g| ('+', g)).chain(fewer.iter().map(|g| ('-', g))) {
                text.push_str(&format!("  {sign} {}  {}  {}\n", word(gap, "encounter"), word(gap, "item"), word(gap, "title")));
            }
        }
    }
    text.trim_end().to_owned()
}
