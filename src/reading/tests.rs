//! The trap table, the lint over the lexicon, and what must hold for every text.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use super::{Assertion, read, read_terms};
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Traps {
    trap: Vec<Trap>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trap {
    about: String,
    text: String,
    reads: BTreeMap<String, String>,
    #[serde(default)]
    states: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    leaves_open: BTreeMap<String, Vec<String>>,
}

#[test]
fn every_trap_is_read_right() {
    let traps: Traps = toml::from_str(include_str!("../../fixtures/traps.toml")).unwrap();
    let mut wrong = Vec::new();
    for trap in &traps.trap {
        let reading = read(&trap.text, None);
        for (concept, want) in &trap.reads {
            let mentions: Vec<_> = reading.mentions.iter().filter(|m| m.concept == *concept).collect();
            let got = mentions.iter().map(|m| m.assertion).min().map_or("none", Assertion::name);
            if got != want {
                wrong.push(format!("[{}] {} -> {concept} is {got}, not {want}", trap.about, trap.text));
            }
        }
        for (condition, attributes) in &trap.states {
            let summary = reading.conditions.iter().find(|c| c.condition == *condition);
            for (name, value) in attributes {
                if summary.and_then(|c| c.attributes.get(name)) != Some(value) {
                    let got = summary.map(|c| &c.attributes);
                    wrong.push(format!("[{}] {} -> {name} of {condition} is not {value} but {got:?}", trap.about, trap.text));
                }
            }
        }
        for (condition, names) in &trap.leaves_open {
            let summary = reading.conditions.iter().find(|c| c.condition == *condition);
            for name in names {
                if let Some(value) = summary.and_then(|c| c.attributes.get(name)) {
                    wrong.push(format!("[{}] {} -> {name} of {condition} is {value}, but nothing states it", trap.about, trap.text));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), traps.trap.len(), wrong.join("\n"));
    assert!(traps.trap.len() >= 120);
    assert!(traps.trap.iter().map(|trap| &trap.about).collect::<BTreeSet<_>>().len() >= 14);
}

#[test]
fn measurements_are_read_in_their_canonical_unit() {
    for (text, want) in [
        ("Na 128 / K 3.4", vec![("sodium", 128.0), ("potassium", 3.4)]),
        ("Cr 1.1 -> 2.4", vec![("creatinine", 1.1), ("creatinine", 2.4)]),
        ("BP 88/52, HR 112, RR 24", vec![("systolic_bp", 88.0), ("diastolic_bp", 52.0), ("heart_rate", 112.0), ("respiratory_rate", 24.0)]),
        ("T 38.9 C (102)", vec![("temperature", 38.9)]),
        ("Temperature 102.2 F.", vec![("temperature", 39.0)]),
        ("temperature of 98.6", vec![("temperature", 37.0)]),
        ("EF 20-25 %", vec![("ejection_fraction", 20.0)]),
        ("SpO2 86 % on RA", vec![("spo2", 86.0)]),
        ("creatinine was 124 umol/L", vec![("creatinine", 1.4027)]),
        ("white count of 14,200", vec![("wbc", 14.2)]),
        ("hemoglobin 8.6 g/dL on admission", vec![("hemoglobin", 8.6)]),
        ("weight is 220 pounds", vec![("weight", 99.7903)]),
        ("lactate > 4", vec![("lactate", 4.0)]),
        ("potassium chloride 20 mEq p.o. daily", vec![]),
        ("magnesium 400 mg twice a day", vec![]),
        ("Seen on 3/12/2010 in room 412, call 555-1234.", vec![]),
        ("pulse 2+ bilaterally", vec![]),
        ("The patient weighs a lot.", vec![]),
    ] {
        let got: Vec<(String, f64)> = read(text, None).measurements.into_iter().map(|m| (m.name, m.value)).collect();
        let close = got.len() == want.len() && got.iter().zip(&want).all(|((n, v), (wn, wv))| n == wn && (v - wv).abs() < 0.06);
        assert!(close, "{text}: {got:?}, not {want:?}");
    }
    let ef = read("EF 20-25 %", None).measurements.remove(0);
    assert_eq!((ef.upper, ef.unit.as_str()), (Some(25.0), "%"));
    assert_eq!(read("hemoglobin 8.6 g/dL on admission", None).measurements[0].time.as_deref(), Some("on admission"));
    assert_eq!(read("lactate > 4", None).measurements[0].comparator.as_deref(), Some(">"));
}

#[test]
fn an_asked_term_is_found_however_it_is_written() {
    let text = "No Heart\n  failure. Heart failure now. Heartfailure";
    let terms = read_terms(text, &["HEART failure".to_owned()]);
    assert_eq!(terms.len(), 2);
    assert_eq!((terms[0].start, terms[0].assertion), (3, Assertion::Negated));
    assert_eq!(terms[1].assertion, Assertion::Present);
}

#[test]
fn hostile_texts_are_read_without_harm() {
    let controls: String = (0u32..0xa0).filter_map(char::from_u32).chain("\u{202e}\u{2066}\u{feff}\u{ad}".chars()).collect();
    let long = "a".repeat(1_000_000);
    let negations = "no ".repeat(20_000);
    let commas = "CHF, ".repeat(20_000);
    let headings = "HISTORY: x\n".repeat(10_000);
    for text in [controls.as_str(), &long, &negations, &commas, &headings, "", "\n\n\n", "é\u{301}no feveré"] {
        let reading = read(text, None);
        assert!(reading.mentions.iter().all(|m| text.get(m.start..m.end).is_some()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn spans_are_whole_in_order_and_the_same_twice(
        words in proptest::collection::vec(
            prop_oneof![
                Just("no"), Just("CHF"), Just("fever,"), Just("history of"), Just("HISTORY:"), Just("Cr 1.1 -> 2.4"), Just("\n"), Just("mother"),
                Just("é"), Just("if"), Just("BP 88/52."), Just("stage 3"), Just("CKD"), Just("was ruled out"), Just("’"), Just("\u{202e}")
            ],
            0..40,
        )
    ) {
        let text = words.join(" ");
        let reading = read(&text, None);
        for m in &reading.mentions {
            prop_assert_eq!(text.get(m.start..m.end), Some(m.text.as_str()));
            for cause in &m.causes {
                prop_assert!(cause.at.is_none_or(|span| text.get(span.range()).is_some()));
            }
        }
        prop_assert!(reading.mentions.windows(2).all(|pair| pair[0].start <= pair[1].start));
        prop_assert!(reading.measurements.iter().all(|m| text.get(m.start..m.end).is_some()));
        prop_assert_eq!(read(&text, None), reading);
    }

    #[test]
    fn any_text_can_be_read(text in "\\PC{0,200}") {
        let reading = read(&text, None);
        prop_assert!(reading.mentions.iter().all(|m| text.get(m.start..m.end).is_some()));
    }
}
