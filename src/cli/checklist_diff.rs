//! `lacuna checklist diff`: which items differ, and which gaps of the stored charts change with them.

use super::args::Global;
use super::out::Out;
use super::{checklist, place};
use crate::checklist::{Gap, Item, Packs, Subject, evaluate as judge, questions};
use crate::error::Result;
use crate::names::name_of;
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
                    let (before, after) = (words(old, one), words(new, two));
                    let gone: Vec<&String> = before.iter().filter(|line| !after.contains(line)).collect();
                    let come: Vec<&String> = after.iter().filter(|line| !before.contains(line)).collect();
                    out.push(json!({
                        "item": id, "change": "changed", "versions": [one.version, two.version], "fields": fields, "before": gone, "after": come,
                    }));
                }
            }
            (None, None) => {}
        }
    }
    out
}

/// An item in lines that a person reads: what it is called, how much it matters, what it stands on, what it asks.
fn words(packs: &Packs, item: &Item) -> Vec<String> {
    let severity = name_of(&item.severity);
    let mut out: Vec<String> = item.titles.iter().map(|title| format!("title: {title}")).collect();
    out.extend([format!("severity: {severity}"), format!("why: {}", item.why), format!("source: {}", item.authority.cite)]);
    out.extend(questions(packs, item));
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
    let (mut come, mut go, mut other) = (Vec::new(), Vec::new(), Vec::new());
    for batch in names.chunks(BATCH) {
        let charts: Vec<_> = batch.iter().filter_map(|name| store.chart(name).transpose()).collect::<Result<_>>()?;
        let found: Vec<[Vec<Value>; 3]> = charts
            .par_iter()
            .map(|chart| {
                let readings = evaluate::readings(&chart.documents);
                let subject = Subject { chart, readings: &readings };
                let run = |packs: &Packs| changed.iter().flat_map(|id| judge(packs, &subject, &now, Some(id))).collect::<Vec<_>>();
                let (before, after) = (run(old), run(new));
                let key_in = |gaps: &[Gap], gap: &Gap| gaps.iter().any(|known| known.key() == gap.key());
                let line = |gap: &Gap| json!({ "encounter": gap.encounter, "item": gap.item, "title": gap.title });
                // The same gap that reads or weighs otherwise.
                let turned = |gap: &Gap| {
                    let now = after.iter().find(|now| now.key() == gap.key())?;
                    let same = now.title == gap.title && now.severity == gap.severity;
                    let severities = [gap.severity, now.severity];
                    (!same).then(|| {
                        json!({ "encounter": gap.encounter, "item": gap.item, "titles": [gap.title, now.title], "severities": severities })
                    })
                };
                [
                    after.iter().filter(|gap| !key_in(&before, gap)).map(line).collect(),
                    before.iter().filter(|gap| !key_in(&after, gap)).map(line).collect(),
                    before.iter().filter_map(turned).collect(),
                ]
            })
            .collect();
        for [mut more, mut less, mut turned] in found {
            come.append(&mut more);
            go.append(&mut less);
            other.append(&mut turned);
        }
    }
    let detail = format!("{} encounters, {} gaps more, {} fewer, {} other", names.len(), come.len(), go.len(), other.len());
    store.record_act(&session.actor(), "checklist.diff", None, None, None, &detail)?;
    Ok(Some(json!({ "encounters": names.len(), "more": come, "fewer": go, "other": other })))
}

fn plain(items: &[Value], gaps: Option<&Value>) -> String {
    if items.is_empty() {
        return "No item differs.".to_owned();
    }
    let word = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut text = String::new();
    for item in items {
        let list = |key: &str| -> Vec<String> {
            let list = item.get(key).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(|line| line.as_str().map(str::to_owned)).collect()
        };
        let fields = list("fields");
        let version = |at: usize| item.get("versions").and_then(|v| v.get(at)).and_then(Value::as_u64).unwrap_or_default();
        let what = match fields.as_slice() {
            [] => String::new(),
            _ if version(0) == version(1) => format!("  (version {} in both: count it up)", version(0)),
            _ => format!("  (version {} to {})", version(0), version(1)),
        };
        text.push_str(&format!("{:<8} {}{what}\n", word(item, "change"), word(item, "item")));
        let (before, after) = (list("before"), list("after"));
        before.iter().for_each(|line| text.push_str(&format!("    - {line}\n")));
        after.iter().for_each(|line| text.push_str(&format!("    + {line}\n")));
        if before.is_empty() && after.is_empty() && !fields.is_empty() {
            text.push_str(&format!("    in {}\n", fields.join(", ")));
        }
    }
    match gaps {
        None => text.push_str("\nNo store is open here: the gaps were not compared."),
        Some(gaps) => {
            let list = |key: &str| gaps.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
            let count = gaps.get("encounters").and_then(Value::as_u64).unwrap_or_default();
            let (more, fewer, other) = (list("more"), list("fewer"), list("other"));
            text.push_str(&format!("\nGaps in {count} encounters: {} more, {} fewer", more.len(), fewer.len()));
            text.push_str(&if other.is_empty() { "\n".to_owned() } else { format!(", {} that read or weigh otherwise\n", other.len()) });
            for (sign, gap) in more.iter().map(|g| ('+', g)).chain(fewer.iter().map(|g| ('-', g))) {
                text.push_str(&format!("  {sign} {}  {}  {}\n", word(gap, "encounter"), word(gap, "item"), word(gap, "title")));
            }
            for gap in &other {
                let title = |at: usize| gap.get("titles").and_then(|t| t.get(at)).and_then(Value::as_str).unwrap_or_default().to_owned();
                text.push_str(&format!("  ~ {}  {}  {} -> {}\n", word(gap, "encounter"), word(gap, "item"), title(0), title(1)));
            }
        }
    }
    text.trim_end().to_owned()
}
