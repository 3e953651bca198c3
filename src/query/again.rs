//! Why the same question is asked again: what is said to be new is held against the record, as an indicator of a new query is.

use super::lint::words::{Token, tokens};
use super::whole::organisms_in;
use crate::chart::{Chart, Observation, Value};
use crate::reading::{Assertion, Reading, read};
use std::collections::BTreeSet;

/// The first finding, diagnosis, treatment or organism that words state and that stands nowhere in the record of the stay.
pub fn stands_nowhere(words: &str, chart: &Chart, readings: &[Reading]) -> Option<String> {
    let told = |assertion: Assertion| matches!(assertion, Assertion::Present | Assertion::Possible);
    let known: BTreeSet<&str> =
        readings.iter().flat_map(|r| &r.mentions).filter(|m| told(m.assertion)).map(|m| m.concept.as_str()).collect();
    let record = of_record(chart);
    let holds = |term: &str| {
        let wanted = tokens(term);
        let same = |part: &[Token]| part.iter().map(|t| &t.text).eq(wanted.iter().map(|t| &t.text));
        !wanted.is_empty() && record.iter().any(|line| line.windows(wanted.len()).any(same))
    };
    let mut said = read(words, None).mentions.into_iter().filter(|m| told(m.assertion));
    if let Some(new) = said.find(|m| !known.contains(m.concept.as_str()) && !holds(&m.text)) {
        return Some(new.text);
    }
    let there: BTreeSet<&str> = record.iter().flat_map(|line| organisms_in(line)).collect();
    organisms_in(&tokens(words)).into_iter().find(|name| !there.contains(name)).map(str::to_owned)
}

/// The words of the record, of each note and each entry by itself.
fn of_record(chart: &Chart) -> Vec<Vec<Token>> {
    let result = |o: &Observation| match &o.value {
        Some(Value::Text(text)) => format!("{} {text}", o.name),
        _ => o.name.clone(),
    };
    let notes = chart.documents.iter().map(|d| d.text.clone());
    let drugs = chart.medications.iter().map(|m| m.name.clone());
    let orders = chart.orders.iter().map(|o| o.name.clone());
    let procedures = chart.procedures.iter().map(|p| p.name.clone());
    let all = notes.chain(chart.observations.iter().map(result)).chain(drugs).chain(orders).chain(procedures);
    all.map(|text| tokens(&text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Document;

    /// "The culture grew E. coli" opened a query again, though no culture had grown anything.
    #[test]
    fn a_finding_that_stands_nowhere_opened_a_query_again() {
        let text = "PROGRESS NOTE\n\nASSESSMENT AND PLAN:\n1. Acute kidney injury, creatinine 2.9. Blood culture grew MRSA. Vancomycin.\n";
        let chart = Chart { documents: vec![Document { text: text.into(), ..Document::default() }], ..Chart::default() };
        let readings = vec![read(text, None)];
        let nowhere = |words: &str| stands_nowhere(words, &chart, &readings);
        for words in [
            "the blood culture grew MRSA",
            "the note of today says acute kidney injury",
            "vancomycin was started",
            "he wants to see it again",
        ] {
            assert_eq!(nowhere(words), None, "{words}");
        }
        for words in ["the culture grew E. coli", "pulmonary embolism on the new CT", "he is on norepinephrine now"] {
            assert!(nowhere(words).is_some(), "{words}");
        }
    }
}
