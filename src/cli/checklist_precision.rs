//! `lacuna checklist precision`: for each item, what became of the gaps it found.

use super::args::Global;
use super::out::Out;
use super::place;
use crate::checklist::GapState;
use crate::error::Result;
use crate::query::Outcome;
use crate::work::{BY_DOCUMENT, Desk, evaluate};
use lacuna_index::Stop;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One item's record. Gaps are counted once, by encounter and key.
#[derive(Clone, Debug, Default, Serialize)]
struct Record {
    item: String,
    /// Gaps found, now or before.
    fired: usize,
    /// Gaps that a query asked about.
    queried: usize,
    /// Queries that ended with an answer within their intent, or a different valid diagnosis.
    agreed: usize,
    /// Queries that ended otherwise.
    not_agreed: usize,
    /// Gaps set aside, by reason.
    dismissed: BTreeMap<String, usize>,
    /// Gaps that a later document resolved without a query.
    resolved: usize,
    /// Of the gaps that somebody judged: the share agreed with or resolved.
    precision: Option<f64>,
}

/// The item of a gap's key.
fn item_of(key: &str) -> &str {
    key.split('|').next().unwrap_or(key)
}

/// Counts, and prints a table.
pub fn run(global: &Global, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    let store = desk.store();
    let found = evaluate::encounters(store, desk.packs(), &store.encounters(true)?, &desk.now(), &Stop::new(), &mut |_, _| {})?;
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    let mut fired: BTreeSet<(String, String)> = BTreeSet::new();
    for (encounter, gaps) in found {
        fired.extend(gaps.iter().map(|gap| (encounter.clone(), gap.key())));
    }
    let mut newest: BTreeMap<(String, String), (GapState, String)> = BTreeMap::new();
    for mark in store.gap_history(None)? {
        let key = (mark.encounter, mark.key);
        fired.insert(key.clone());
        newest.insert(key, (mark.state, mark.reason));
    }
    for (_, key) in &fired {
        records.entry(item_of(key).to_owned()).or_default().fired += 1;
    }
    let mut asked: BTreeSet<(String, String)> = BTreeSet::new();
    for query in store.queries(None)?.into_iter().filter(|query| query.version > 0) {
        let Some((encounter, key)) = query.draft.encounter.clone().zip(query.draft.gap.clone()) else { continue };
        let record = records.entry(item_of(&key).to_owned()).or_default();
        record.queried += usize::from(asked.insert((encounter, key)));
        match query.outcome {
            Some(Outcome::Agreed | Outcome::AltDx | Outcome::Validated) => record.agreed += 1,
            Some(_) => record.not_agreed += 1,
            None => {}
        }
    }
    for ((encounter, key), (state, reason)) in newest {
        let record = records.entry(item_of(&key).to_owned()).or_default();
        match state {
            GapState::Dismissed => {
                let reason = reason.split(':').next().unwrap_or_default().trim().to_owned();
                *record.dismissed.entry(reason).or_default() += 1;
            }
            // What went because a value was corrected, or nobody knows why, tells nothing of the rule.
            GapState::Resolved if !reason.starts_with(BY_DOCUMENT) => {}
            GapState::Resolved => record.resolved += usize::from(!asked.contains(&(encounter, key))),
            GapState::Open | GapState::Queried => {}
        }
    }
    let records: Vec<Record> = records
        .into_iter()
        .map(|(item, record)| {
            let good = record.agreed + record.resolved;
            let judged = good + record.not_agreed + record.dismissed.values().sum::<usize>();
            let precision = (judged > 0).then(|| (good as f64 / judged as f64 * 1000.0).round() / 1000.0);
            Record { item, precision, ..record }
        })
        .collect();
    store.record_act(&desk.session().actor(), "report.precision", None, None, None, &format!("{} items", records.len()))?;
    out.show(&records, || table(&records))?;
    Ok(u8::from(records.is_empty()))
}

fn table(records: &[Record]) -> String {
    let mut text = format!(
        "{:<28} {:>6} {:>8} {:>7} {:>10} {:>9} {:>10}  {}\n",
        "item", "fired", "queried", "agreed", "not agreed", "resolved", "precision", "set aside"
    );
    for r in records {
        let precision = r.precision.map_or("-".to_owned(), |p| format!("{:.1} %", p * 100.0));
        let aside: Vec<String> = r.dismissed.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        text.push_str(&format!(
            "{:<28} {:>6} {:>8} {:>7} {:>10} {:>9} {:>10}  {}\n",
            r.item,
            r.fired,
            r.queried,
            r.agreed,
            r.not_agreed,
            r.resolved,
            precision,
            aside.join(", ")
        ));
    }
    text.push_str(
        "\nPrecision: agreed or resolved, of all that were judged (agreed, not agreed, resolved, set aside). Open gaps are not judged.",
    );
    text
}
