//! What can be taken from a chart as an indicator, one by one: values with their reference range, drugs with dose and route, orders, and
//! words of a document.

use super::Indicator;
use crate::chart::{
    Chart, Document, Evidence, Medication, MedicationKind, Observation, Order, Procedure, Span, TextEvidence, ValueEvidence,
};

/// Everything of a chart that is dated and can be taken, newest first within its group.
pub fn candidates(chart: &Chart) -> Vec<Indicator> {
    let mut values: Vec<Indicator> = chart.observations.iter().filter_map(of_observation).collect();
    let drugs = chart.medications.iter().filter(|m| m.kind != MedicationKind::Home && m.time.is_some()).map(of_drug);
    let orders = chart.orders.iter().filter(|o| o.time.is_some()).map(of_order);
    let procedures = chart.procedures.iter().filter(|p| p.start.is_some()).map(of_procedure);
    let mut treatments: Vec<Indicator> = drugs.chain(orders).chain(procedures).collect();
    for list in [&mut values, &mut treatments] {
        list.sort_by_key(|i| std::cmp::Reverse(i.evidence.date()));
    }
    values.extend(treatments);
    values
}

/// A drug with route and dose.
pub(super) fn of_drug(drug: &Medication) -> Indicator {
    Indicator::new(Evidence::Value(ValueEvidence::of_drug(drug)), "treatment")
}

/// An order.
pub(super) fn of_order(order: &Order) -> Indicator {
    Indicator::new(Evidence::Value(ValueEvidence::of_record(&order.identifier, &order.name, order.time)), "treatment")
}

/// A procedure, by when it began.
pub(super) fn of_procedure(procedure: &Procedure) -> Indicator {
    Indicator::new(Evidence::Value(ValueEvidence::of_record(&procedure.identifier, &procedure.name, procedure.start)), "treatment")
}

/// The stay itself: the time of the order to admit.
pub(super) fn of_stay(chart: &Chart) -> Option<Indicator> {
    let evidence = ValueEvidence::of_record(&chart.encounter.identifier, "Admission", Some(chart.encounter.admission()?));
    Some(Indicator::new(Evidence::Value(evidence), "history"))
}

/// A value with its reference range.
pub fn of_observation(observation: &Observation) -> Option<Indicator> {
    observation.value.as_ref().and(observation.time)?;
    Some(Indicator::new(Evidence::Value(ValueEvidence::of_observation(observation)), heading_of(observation)))
}

/// The heading that a value stands under.
pub(super) fn heading_of(observation: &Observation) -> &'static str {
    match observation.category.as_deref() {
        Some("vital-signs" | "survey" | "exam") => "exam",
        Some("imaging") => "imaging",
        Some("therapy" | "procedure") => "treatment",
        _ => "labs",
    }
}

/// Words of a document, with document, author, date, version, and the hash of the words.
pub fn of_words(document: &Document, span: Span, group: &str) -> Option<Indicator> {
    let quote = span.of(&document.text);
    if quote.trim().is_empty() {
        return None;
    }
    let evidence = TextEvidence {
        document: document.identifier.clone(),
        start: span.start,
        end: span.end,
        quote: quote.to_owned(),
        date: document.time.or(document.signed),
        author: document.author.as_ref().or(document.signer.as_ref()).and_then(|a| a.name.clone()),
        document_type: document.document_type.unwrap_or_default(),
        opening: false,
    };
    Some(Indicator { version: Some(document.version), ..Indicator::new(Evidence::Text(evidence), group) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::chart::{Instant, Medication, Quantity, Value};
    use crate::query::indicator_hash;

    #[test]
    fn a_value_brings_its_reference_and_a_drug_its_dose_and_route() {
        let time = Instant::parse("2026-11-19T05:10-05:00");
        let chart = Chart {
            observations: vec![Observation {
                identifier: "lab-1".into(),
                name: "creatinine".into(),
                value: Some(Value::Quantity(Quantity { value: 2.4, comparator: None, unit: Some("mg/dL".into()) })),
                low: Some(0.6),
                high: Some(1.1),
                time,
                ..Observation::default()
            }],
            medications: vec![
                Medication {
                    identifier: "m-1".into(),
                    name: "furosemide".into(),
                    dose: Some("40 mg".into()),
                    route: Some("IV".into()),
                    time,
                    ..Medication::default()
                },
                Medication { identifier: "m-2".into(), name: "at home".into(), kind: MedicationKind::Home, time, ..Medication::default() },
            ],
            ..Chart::default()
        };
        let all = candidates(&chart);
        let words: Vec<String> = all.iter().map(|i| crate::query::words_of(&i.evidence)).collect();
        assert_eq!(words, ["creatinine 2.4 mg/dL", "furosemide IV 40 mg"]);
        assert!(matches!(&all.first().unwrap().evidence, Evidence::Value(v) if v.reference.as_deref() == Some("0.6-1.1")));
        assert!(all.iter().all(|i| i.included && i.hash == indicator_hash(&i.evidence)));
    }
}
