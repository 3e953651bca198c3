//! What stands twice in a record stands once in a query: the order of a drug or of a unit of blood, and that it was given.

use super::Indicator;
use super::lint::vocabularies;
use super::lint::words::{Token, tokens};
use super::measures::number_of;
use crate::chart::{Chart, Evidence, Instant, Medication, MedicationKind, ValueEvidence};
use std::collections::BTreeSet;

/// An order is carried out within so many hours, or it is another one that was.
const CARRIED_OUT: i64 = 24;

/// Unticks the order where what was given for it is ticked: one unit of red cells that was ordered and given is one unit. What was given says
/// more, and speaks for each order once.
pub(super) fn once_given(indicators: &mut [Indicator], chart: &Chart) {
    let drug = |id: &str| chart.medications.iter().find(|m| m.identifier == id);
    let mut given: Vec<&Medication> = Vec::new();
    let mut orders: Vec<(usize, Option<Instant>, Vec<Token>)> = Vec::new();
    for (at, indicator) in indicators.iter().enumerate().filter(|(_, i)| i.included && i.group == "treatment" && !i.against) {
        let Evidence::Value(value) = &indicator.evidence else { continue };
        match drug(&value.observation) {
            Some(m) if m.kind == MedicationKind::Given => given.push(m),
            Some(m) if m.kind == MedicationKind::Ordered => orders.push((at, value.date, said(value))),
            _ if chart.orders.iter().any(|o| o.identifier == value.observation) => orders.push((at, value.date, said(value))),
            _ => {}
        }
    }
    orders.sort_by_key(|(at, time, _)| (*time, *at));
    let mut used: BTreeSet<usize> = BTreeSet::new();
    for (at, ordered, words) in orders {
        let fits = |m: &Medication| {
            let until = ordered.and_then(|t| t.plus_hours(CARRIED_OUT));
            let in_time =
                ordered.zip(m.time).is_some_and(|(from, at)| from <= at) && until.zip(m.time).is_some_and(|(until, at)| at <= until);
            in_time && is_of(m, &words)
        };
        if let Some((n, _)) = given.iter().enumerate().find(|(n, m)| !used.contains(n) && fits(m)) {
            used.insert(n);
            if let Some(indicator) = indicators.get_mut(at) {
                indicator.included = false;
            }
        }
    }
}

fn said(value: &ValueEvidence) -> Vec<Token> {
    tokens(&format!("{} {}", value.name, value.value))
}

/// Whether an order is of what was given: it holds every word of its name, and no other amount.
fn is_of(given: &Medication, order: &[Token]) -> bool {
    let names = tokens(&given.name);
    let mut names = names.iter().filter(|t| t.text.chars().any(char::is_alphabetic) && !vocabularies().is_filler(&t.text)).peekable();
    let amounts = |words: &[Token]| words.iter().filter_map(number_of).next();
    let dose = given.dose.as_deref().map(tokens).unwrap_or_default();
    let same_amount = amounts(&dose).zip(amounts(order)).is_none_or(|(a, b)| (a - b).abs() < 1e-9);
    names.peek().is_some() && names.all(|name| order.iter().any(|t| t.text == name.text)) && same_amount
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::chart::Order;
    use crate::query::take::{of_drug, of_order};

    fn given(id: &str, time: &str, dose: &str) -> Medication {
        Medication {
            identifier: id.into(),
            name: "Packed red blood cells".into(),
            dose: Some(dose.into()),
            route: Some("IV".into()),
            time: Instant::parse(time),
            kind: MedicationKind::Given,
            ..Medication::default()
        }
    }

    fn order(id: &str, time: &str, name: &str) -> Order {
        Order { identifier: id.into(), name: name.into(), time: Instant::parse(time), ..Order::default() }
    }

    fn ticked(chart: &Chart) -> Vec<bool> {
        let mut all: Vec<Indicator> = chart.orders.iter().map(of_order).chain(chart.medications.iter().map(of_drug)).collect();
        once_given(&mut all, chart);
        all.iter().map(|i| i.included).collect()
    }

    /// One unit of red cells stood in the query twice: as it was ordered, and as it was given an hour later.
    #[test]
    fn one_unit_of_blood_stood_twice_by_its_order_and_by_its_administration() {
        let unit = "Transfuse 1 unit packed red blood cells";
        let one = Chart {
            orders: vec![order("o-1", "2026-11-17T11:40-05:00", unit)],
            medications: vec![given("m-1", "2026-11-17T12:40-05:00", "1 unit")],
            ..Chart::default()
        };
        assert_eq!(ticked(&one), [false, true]);
        // A second order that nobody carried out is no repetition, nor one of two units, nor one that came later.
        let mut two = one.clone();
        two.orders.push(order("o-2", "2026-11-17T12:00-05:00", unit));
        assert_eq!(ticked(&two), [false, true, true]);
        for other in [
            order("o-1", "2026-11-17T11:40-05:00", "Transfuse 2 units packed red blood cells"),
            order("o-1", "2026-11-17T13:40-05:00", unit),
            order("o-1", "2026-11-15T11:40-05:00", unit),
            order("o-1", "2026-11-17T11:40-05:00", "Hemoglobin and hematocrit every 6 hours"),
        ] {
            assert_eq!(ticked(&Chart { orders: vec![other], ..one.clone() }), [true, true]);
        }
    }
}
