//! `lacuna checklist diff`: which items differ, and which gaps of the stored charts change with them.

use super::args::Global;
use super::out::Out;
use super::{checklist, place};
use crate::checklist::{Gap, Item, Pack, Packs, Subject, evaluate_where, questions};
use crate::error::Result;
use crate::names::name_of;
use crate::work::Entered;
use crate::work::evaluate;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
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
    let entered = place::enter_if_there(global)?;
    // What was approved here is approved in both, as far as each of them still is what was approved.
    let approvals = entered.as_ref().map(|entered| entered.store.approvals()).transpose()?.unwrap_or_default();
    both.iter_mut().for_each(|packs| packs.approve(&approvals));
    let [old, new] = both.as_slice() else { return Ok(1) };
    let (packs, items) = (packs(old, new), items(old, new));
    let gaps = entered.map(|entered| gaps(&entered, old, new, &items)).transpose()?;
    let value = json!({ "packs": packs, "items": items, "gaps": gaps });
    out.show(&value, || plain(&packs, &items, gaps.as_ref()))?;
    Ok(u8::from(items.is_empty() && packs.is_empty()))
}

/// What packs of the same id say of themselves otherwise. Days and kinds of encounter are inherited: they show at the items too.
fn packs(old: &Packs, new: &Packs) -> Vec<Value> {
    let lines = |packs: &Packs| -> BTreeMap<String, Vec<String>> {
        let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pack in packs.packs() {
            out.entry(pack.id.clone()).or_default().extend(head(pack));
        }
        out
    };
    let (before, after) = (lines(old), lines(new));
    let mut out = Vec::new();
    for (id, one) in &before {
        let Some(two) = after.get(id).filter(|two| *two != one) else { continue };
        let gone: Vec<&String> = one.iter().filter(|line| !two.contains(line)).collect();
        let come: Vec<&String> = two.iter().filter(|line| !one.contains(line)).collect();
        out.push(json!({ "pack": id, "change": "changed", "before": gone, "after": come }));
    }
    let only = |in_these: &BTreeMap<String, Vec<String>>, and_not: &BTreeMap<String, Vec<String>>, change: &str| -> Vec<Value> {
        in_these.keys().filter(|id| !and_not.contains_key(*id)).map(|id| json!({ "pack": id, "change": change })).collect()
    };
    out.extend(only(&before, &after, "removed"));
    out.extend(only(&after, &before, "added"));
    out
}

/// What a pack says of itself, a line for each field: one that is added to the model shows here too.
fn head(pack: &Pack) -> Vec<String> {
    let value = serde_json::to_value(Pack { items: Vec::new(), source: String::new(), ..pack.clone() }).unwrap_or_default();
    let fields = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| !matches!(key.as_str(), "items" | "source" | "id") && !value.is_null());
    let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields.map(|(key, value)| format!("{}: {}", key.replace('_', " "), said(value))).collect()
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
    let day = |day: Option<crate::chart::Instant>| day.map_or_else(|| "any day".to_owned(), |day| day.local_date().to_string());
    out.push(format!("in force: from {} to {}", day(item.effective_from), day(item.effective_to)));
    let approved = &item.authority;
    out.push(if approved.approved_by.is_empty() {
        "status: draft".to_owned()
    } else {
        format!("status: approved by {}", approved.approved_by)
    });
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

/// Which gaps come and go in the stored charts.
fn gaps(entered: &Entered, old: &Packs, new: &Packs, items: &[Value]) -> Result<Value> {
    let Entered { store, session, .. } = entered;
    let now = session.now();
    let changed: HashSet<&str> = items.iter().filter_map(|item| item.get("item").and_then(Value::as_str)).collect();
    let names = store.encounter_identifiers()?;
    let (mut come, mut go, mut other) = (Vec::new(), Vec::new(), Vec::new());
    for batch in names.chunks(BATCH) {
        let charts: Vec<_> = batch.iter().filter_map(|name| store.chart(name).transpose()).collect::<Result<_>>()?;
        let found: Vec<[Vec<Value>; 3]> = charts
            .par_iter()
            .map(|chart| {
                let readings = evaluate::readings(&chart.documents);
                let subject = Subject { chart, readings: &readings };
                let run = |packs: &Packs| evaluate_where(packs, &subject, &now, &|_, item| changed.contains(item.id.as_str()));
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
    Ok(json!({ "encounters": names.len(), "more": come, "fewer": go, "other": other }))
}

fn plain(packs: &[Value], items: &[Value], gaps: Option<&Value>) -> String {
    if items.is_empty() && packs.is_empty() {
        return "No item differs.".to_owned();
    }
    let word = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut text = String::new();
    for item in packs.iter().chain(items) {
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
        text.push_str(&format!(
            "{:<8} {}{what}\n",
            word(item, "change"),
            if item.get("pack").is_some() { format!("checklist {}", word(item, "pack")) } else { word(item, "item") }
        ));
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
                let severity = |at: usize| gap.get("severities").and_then(|s| s.get(at)).and_then(Value::as_str).unwrap_or_default();
                // The same title twice says nothing: what differs is how much it matters.
                let change = if title(0) == title(1) {
                    format!("{}: {} -> {}", title(0), severity(0), severity(1))
                } else {
                    format!("{} -> {}", title(0), title(1))
                };
                text.push_str(&format!("  ~ {}  {}  {change}\n", word(gap, "encounter"), word(gap, "item")));
            }
        }
    }
    text.trim_end().to_owned()
}
