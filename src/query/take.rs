//! What can be taken from a chart as an indicator, one by one: values with their reference range, drugs with dose and route, orders, and
//! words of a document.

use super::Indicator;
use crate::chart::{Chart, Document, Evidence, MedicationKind, Observation, Span, TextEvidence, Value, ValueEvidence};

/// Everything of a chart that is dated and can be taken, newest first within its group.
pub fn candidates(chart: &Chart) -> Vec<Indicator> {
    let mut values: Vec<Indicator> = chart.observations.iter().filter_map(of_observation).collect();
    let drugs = chart.medications.iter().filter(|m| m.kind != MedicationKind::Home && m.time.is_some()).map(|m| {
        let name = [Some(m.name.as_str()), m.route.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let value = ValueEvidence {
            observation: m.identifier.clone(),
            name,
            value: m.dose.clone().unwrap_or_default(),
            unit: None,
            date: m.time,
            reference: None,
            prior: false,
        };
        Indicator::new(Evidence::Value(value), "treatment")
    });
    let orders = chart.orders.iter().filter(|o| o.time.is_some()).map(|o| {
        let value = ValueEvidence {
            observation: o.identifier.clone(),
            name: o.name.clone(),
            value: String::new(),
            unit: None,
            date: o.time,
            reference: None,
            prior: false,
        };
        Indicator::new(Evidence::Value(value), "treatment")
    });
    let mut treatments: Vec<Indicator> = drugs.chain(orders).collect();
    for list in [&mut values, &mut treatments] {
        list.sort_by_key(|i| std::cmp::Reverse(i.evidence.date()));
    }
    values.extend(treatments);
    values
}

/// A value with its reference range.
pub fn of_observation(observation: &Observation) -> Option<Indicator> {
    let (value, unit) = match observation.value.as_ref()? {
        Value::Quantity(q) => (format!("{}{}", q.comparator.as_deref().unwrap_or_default(), number(q.value)), q.unit.clone()),
        Value::Text(text) => (text.clone(), None),
    };
    let reference = match (observation.low, observation.high) {
        (Some(low), Some(high)) => Some(format!("{}-{}", number(low), number(high))),
        (Some(low), None) => Some(format!(">= {}", number(low))),
        (None, Some(high)) => Some(format!("<= {}", number(high))),
        (None, None) => None,
    };
    let group = match observation.category.as_deref() {
        Some("vital-signs" | "survey" | "exam") => "exam",
        Some("imaging") => "imaging",
        Some("therapy" | "procedure") => "treatment",
        _ => "labs",
    };
    let date = observation.time?;
    let evidence = ValueEvidence {
        observation: observation.identifier.clone(),
        name: observation.name.clone(),
        value,
        unit,
        date: Some(date),
        reference,
        prior: false,
    };
    Some(Indicator::new(Evidence::Value(evidence), group))
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

/// A number without a tail of zeros.
fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::chart::{Instant, Medication, Quantity};
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
