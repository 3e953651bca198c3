#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use proptest::prelude::*;

fn names(report: &Report) -> Vec<&'static str> {
    report.diagnostics.iter().map(|d| d.rule).collect()
}

/// The examples of the rule table are its tests: each bad text triggers its rule, no good one does.
#[test]
fn every_rule_that_a_text_shows_fires_on_its_bad_examples_and_not_on_its_good_ones() {
    let mut wrong = Vec::new();
    for rule in rules().iter().filter(|r| r.text) {
        for text in &rule.bad {
            let report = lint_text(text);
            if !names(&report).contains(&rule.id.as_str()) {
                wrong.push(format!("{} silent on bad: {text:?}, found {:?}", rule.id, names(&report)));
            }
        }
        for text in &rule.good {
            if let Some(d) = lint_text(text).diagnostics.iter().find(|d| d.rule == rule.id) {
                wrong.push(format!("{} fires on good: {text:?}: {}", rule.id, d.message));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_two_queries_that_end_a_meeting() {
    let directive = lint_text("Please document severe malnutrition");
    assert!(names(&directive).contains(&"QL060") && names(&directive).contains(&"QL063"));
    let agreement = lint_text("Do you agree this is sepsis? It would add an MCC");
    assert!(names(&agreement).contains(&"QL061") && names(&agreement).contains(&"QL070"));
    assert!(!directive.can_send && !agreement.can_send);
}

#[test]
fn a_place_in_a_pasted_text_spells_the_words() {
    let text = "Title: Sepsis clarification\r\nLactate 3.1 on 17 Nov \u{2013} it would add an MCC.\nIsn\u{2019}t this sepsis?\n( ) Sepsis (CC)\n( ) Other: ____\n( ) Unable to determine";
    let at = |rule: &str| {
        let found = lint_text(text).diagnostics.into_iter().find(|d| d.rule == rule).unwrap();
        let (start, end) = found.r#where.unwrap();
        (found.field, text[start..end].to_owned())
    };
    assert_eq!(at("QL010"), ("title".into(), "Sepsis".into()));
    assert_eq!(at("QL070"), ("body".into(), "MCC".into()));
    assert_eq!(at("QL061"), ("question".into(), "Isn\u{2019}t this".into()));
    assert_eq!(at("QL036"), ("options[0]".into(), "CC".into()));
}

#[test]
fn the_json_is_the_contract() {
    let report = serde_json::to_value(lint_text("Do you agree this is sepsis?")).unwrap();
    assert_eq!(report["can_send"], false);
    let keys: Vec<&String> = report["diagnostics"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["rule", "severity", "where", "field", "message", "hint"]);
    assert_eq!(report["diagnostics"][0]["severity"], "block");
}

proptest! {
    #[test]
    fn any_text_is_judged_and_every_place_is_on_character_boundaries(text in "(\\PC|\n|\r|\t|\"|please document |sepsis|MCC |\\( \\) |Title: |\\? |\\[x\\]){0,60}") {
        for d in lint_text(&text).diagnostics {
            if let Some((start, end)) = d.r#where {
                prop_assert!(start <= end && text.get(start..end).is_some(), "{} {}..{}", d.rule, start, end);
            }
        }
    }
}
