//! What was ordered and given during a stay, each drug once: the rows under a lab's chart.

use crate::chart::{Chart, Instant, MedicationKind};
use std::collections::BTreeMap;

/// One drug, or one thing ordered, over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Treatment {
    /// The name as given.
    pub name: String,
    /// From when to when it was ordered; an order without an end goes on.
    pub spans: Vec<(Instant, Option<Instant>)>,
    /// When doses were given.
    pub doses: Vec<Instant>,
    /// When it was ordered, for what is done once.
    pub orders: Vec<Instant>,
}

impl Treatment {
    /// When it began.
    pub fn start(&self) -> Option<Instant> {
        self.spans.iter().map(|s| s.0).chain(self.doses.iter().copied()).chain(self.orders.iter().copied()).min()
    }
}

/// Whether a status says that it never was.
pub(super) fn void(status: Option<&str>) -> bool {
    matches!(status, Some("entered-in-error" | "cancelled" | "not-done" | "draft"))
}

/// Every drug of the stay and every order, in the order in which they began. Drugs of the home are no treatment of this stay.
pub fn of(chart: &Chart) -> Vec<Treatment> {
    let mut all: BTreeMap<(bool, String), Treatment> = BTreeMap::new();
    let mut named = |order: bool, name: &str, add: &dyn Fn(&mut Treatment)| {
        let one = all.entry((order, name.to_lowercase())).or_insert_with(|| Treatment { name: name.to_owned(), ..Treatment::default() });
        add(one);
    };
    for drug in chart.medications.iter().filter(|m| !void(m.status.as_deref())) {
        let Some(time) = drug.time else { continue };
        match drug.kind {
            MedicationKind::Ordered => named(false, &drug.name, &|t| t.spans.push((time, drug.end))),
            MedicationKind::Given => named(false, &drug.name, &|t| t.doses.push(time)),
            MedicationKind::Home => {}
        }
    }
    for order in chart.orders.iter().filter(|o| !void(o.status.as_deref())) {
        let Some(time) = order.time else { continue };
        named(true, &order.name, &|t| t.orders.push(time));
    }
    let mut all: Vec<Treatment> = all.into_values().collect();
    all.sort_by_key(Treatment::start);
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::chart::{Medication, Order};

    #[test]
    fn a_drug_is_one_row_with_its_order_and_its_doses_and_the_homes_drugs_are_none() {
        let at = |text: &str| Instant::parse(text);
        let drug = |name: &str, kind, time: &str| Medication { name: name.to_owned(), kind, time: at(time), ..Medication::default() };
        let chart = Chart {
            medications: vec![
                drug("Furosemide", MedicationKind::Ordered, "2026-11-18T08:00:00Z"),
                drug("furosemide", MedicationKind::Given, "2026-11-18T09:00:00Z"),
                drug("Lisinopril", MedicationKind::Home, "2026-01-01T09:00:00Z"),
                Medication {
                    status: Some("entered-in-error".to_owned()),
                    ..drug("Aspirin", MedicationKind::Given, "2026-11-18T09:00:00Z")
                },
            ],
            orders: vec![Order { name: "Renal consult".to_owned(), time: at("2026-11-17T09:00:00Z"), ..Order::default() }],
            ..Chart::default()
        };
        let all = of(&chart);
        assert_eq!(all.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["Renal consult", "Furosemide"]);
        assert_eq!((all[1].spans.len(), all[1].doses.len()), (1, 1));
    }
}
