//! Questions to what was ordered, given and done.

use super::describe;
use super::leaf::{Answer, Hit, PROOFS, Place};
use crate::chart::{Instant, Medication, MedicationKind, is_dropped};
use crate::checklist::facts::Facts;
use crate::checklist::indicator::{MedicationTest, NamedTest};
use crate::checklist::proof::{drug_proof, record_proof};
use crate::checklist::words::has_word;
use crate::checklist::{Outcome, dose};
use std::collections::{BTreeMap, BTreeSet};

/// Whether one entry is a drug, route and kind that was asked for; doses apart.
fn is_drug(test: &MedicationTest, drug: &Medication, concepts: &BTreeSet<String>) -> bool {
    let kind = if test.kinds.is_empty() { drug.kind != MedicationKind::Home } else { test.kinds.contains(&drug.kind) };
    let name = test.concepts.iter().any(|c| concepts.contains(c)) || test.words.iter().any(|w| has_word(&drug.name, w));
    let text = drug.dose.as_deref().unwrap_or_default();
    let by =
        |route: &String| has_word(drug.route.as_deref().unwrap_or_default(), route) || has_word(&drug.name, route) || has_word(text, route);
    kind && name && (test.routes.is_empty() || test.routes.iter().any(by)) && !is_dropped(drug.status.as_deref())
}

/// A drug of that name that does not count as it was taken, for whoever reads why.
fn left_out(test: &MedicationTest, facts: &Facts<'_>) -> String {
    if !facts.told {
        return String::new();
    }
    let bare = MedicationTest {
        kinds: vec![MedicationKind::Ordered, MedicationKind::Given, MedicationKind::Home],
        routes: Vec::new(),
        ..test.clone()
    };
    let found = facts.chart().medications.iter().zip(&facts.medication_concepts).find(|(drug, concepts)| is_drug(&bare, drug, concepts));
    found.map_or_else(String::new, |(drug, _)| {
        let route = drug.route.as_deref().map(|route| format!(" {route}")).unwrap_or_default();
        let kind = crate::names::spoken(&drug.kind);
        format!("; {}{route}{}, {kind}, does not count", drug.name, describe::at(drug.time))
    })
}

/// Whether the dose is within what was asked for; `None` when it cannot be read.
fn dose_fits(test: &MedicationTest, drug: &Medication) -> Option<bool> {
    if test.dose_at_least.is_none() && test.dose_below.is_none() {
        return Some(true);
    }
    let stated = drug.dose.as_deref().and_then(|text| dose::amount(text, &test.dose_unit));
    let amount = stated.or_else(|| dose::amount(&drug.name, &test.dose_unit))?;
    Some(test.dose_at_least.is_none_or(|least| amount >= least - 1e-9) && test.dose_below.is_none_or(|most| amount < most - 1e-9))
}

pub(super) fn medication<'f>(test: &MedicationTest, facts: &'f Facts<'_>, cap: Option<f64>) -> Answer<'f> {
    let chart = facts.chart();
    let looked = describe::count(chart.medications.len(), "medication entry", "medication entries");
    if chart.medications.is_empty() {
        return Answer::empty(Outcome::CannotTell, "no medication was sent", looked);
    }
    let asked = chart.medications.iter().zip(&facts.medication_concepts);
    let (untimed, timed): (Vec<&Medication>, Vec<&Medication>) = asked
        .filter(|(drug, concepts)| is_drug(test, drug, concepts))
        .map(|(drug, _)| drug)
        .partition(|drug| facts.untimed(drug.time, &test.when, cap));
    let drugs: Vec<&Medication> = timed.into_iter().filter(|drug| facts.within(drug.time, &test.when, cap)).collect();
    let hits: Vec<&Medication> = drugs.iter().copied().filter(|drug| dose_fits(test, drug) == Some(true)).collect();
    let Some(first) = hits.first() else {
        return match drugs.iter().find(|drug| dose_fits(test, drug).is_none()) {
            Some(drug) => Answer::empty(Outcome::CannotTell, format!("{}: its dose cannot be read", drug.name), looked),
            None if untimed.iter().any(|drug| dose_fits(test, drug) != Some(false)) => {
                let name = untimed.first().map(|drug| drug.name.as_str()).unwrap_or_default();
                Answer::empty(Outcome::CannotTell, format!("{name}: its time was not given"), looked)
            }
            None if drugs.is_empty() => Answer::empty(Outcome::No, format!("not among {looked}{}", left_out(test, facts)), looked),
            None => Answer::empty(Outcome::No, "given, in another dose", looked),
        };
    };
    if let Some(least) = test.for_hours {
        let starts = hits.iter().filter_map(|drug| drug.time).min();
        let ends = hits.iter().filter_map(|drug| drug.end.or(drug.time)).max();
        match (starts, ends) {
            (Some(start), Some(end)) if end.hours_since(&start) >= least => {}
            (Some(start), Some(end)) => {
                let detail = format!("only for {}", describe::hours(end.hours_since(&start)));
                return Answer::empty(Outcome::No, detail, looked);
            }
            _ => return Answer::empty(Outcome::CannotTell, "given, but its times are not known", looked),
        }
    }
    let mut named = BTreeMap::new();
    named.insert("words".to_owned(), first.name.clone());
    named.insert("value".to_owned(), first.name.clone());
    let mut shown = BTreeSet::new();
    let evidence = hits.iter().filter(|drug| shown.insert(drug.name.as_str())).take(PROOFS).map(|drug| drug_proof(drug)).collect();
    let route = first.route.as_deref().map(|route| format!(" {route}")).unwrap_or_default();
    let detail = format!("{}{route}{}", first.name, describe::at(first.time));
    let places = hits.iter().enumerate().map(|(at, drug)| Hit { time: drug.time, place: Place::Record(at) }).collect();
    let times = hits.iter().filter_map(|d| d.time).collect();
    Answer { hits: places, outcome: Outcome::Yes, half: false, evidence, times, facts: named, detail, looked }
}

pub(super) fn order<'f>(test: &NamedTest, facts: &'f Facts<'_>, cap: Option<f64>) -> Answer<'f> {
    let records = facts.chart().orders.iter().zip(&facts.order_concepts);
    named(test, "order", records.map(|(o, c)| (o.identifier.as_str(), o.name.as_str(), o.status.as_deref(), o.time, c)), facts, cap)
}

pub(super) fn procedure<'f>(test: &NamedTest, facts: &'f Facts<'_>, cap: Option<f64>) -> Answer<'f> {
    let records = facts.chart().procedures.iter().zip(&facts.procedure_concepts);
    let records = records.map(|(p, c)| (p.identifier.as_str(), p.name.as_str(), p.status.as_deref(), p.start.or(p.end), c));
    named(test, "procedure", records, facts, cap)
}

type Record<'r> = (&'r str, &'r str, Option<&'r str>, Option<Instant>, &'r BTreeSet<String>);

fn named<'f, 'r>(
    test: &NamedTest,
    kind: &str,
    records: impl Iterator<Item = Record<'r>>,
    facts: &'f Facts<'_>,
    cap: Option<f64>,
) -> Answer<'f> {
    let mut seen = 0;
    let mut hits: Vec<Record<'r>> = Vec::new();
    let mut untimed: Option<&str> = None;
    for record in records {
        seen += 1;
        let (_, name, status, time, concepts) = record;
        let fits = test.concepts.iter().any(|c| concepts.contains(c)) || test.words.iter().any(|w| w == "*" || has_word(name, w));
        let fits = fits && !test.except.iter().any(|w| has_word(name, w));
        let state = if test.statuses.is_empty() {
            !is_dropped(status)
        } else {
            status.is_some_and(|status| test.statuses.iter().any(|wanted| status.eq_ignore_ascii_case(wanted)))
        };
        if fits && state && facts.within(time, &test.when, cap) {
            hits.push(record);
        } else if fits && state && facts.untimed(time, &test.when, cap) {
            untimed = untimed.or(Some(name));
        }
    }
    let looked = describe::count(seen, kind, &format!("{kind}s"));
    let Some((_, name, _, time, _)) = hits.first() else {
        if let Some(name) = untimed {
            return Answer::empty(Outcome::CannotTell, format!("{name}: its time was not given"), looked);
        }
        let outcome = if seen == 0 { Outcome::CannotTell } else { Outcome::No };
        return Answer::empty(outcome, format!("not among {looked}"), looked);
    };
    let mut named = BTreeMap::new();
    named.insert("words".to_owned(), (*name).to_owned());
    let detail = format!("{name}{}", describe::at(*time));
    let evidence = hits.iter().take(PROOFS).map(|(id, name, _, time, _)| record_proof(id, name, *time)).collect();
    let places = hits.iter().enumerate().map(|(at, record)| Hit { time: record.3, place: Place::Record(at) }).collect();
    let times = hits.iter().filter_map(|r| r.3).collect();
    Answer { hits: places, outcome: Outcome::Yes, half: false, evidence, times, facts: named, detail, looked }
}
