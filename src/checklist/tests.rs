#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]
//! The shipped packs: they load, every kind of gap has an item, every item does what its examples say.

use super::*;
use crate::chart::{Chart, Document, DocumentType, Encounter, EncounterClass, Instant};
use std::collections::BTreeSet;

#[test]
fn shipped_packs_load_clean() {
    match Packs::parse(&Packs::shipped_sources()) {
        Ok(packs) => assert!(packs.items().count() > 30),
        Err(mistakes) => panic!("{}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

#[test]
fn every_kind_of_gap_has_an_item() {
    let kinds: BTreeSet<GapKind> = Packs::shipped().items().map(|(_, item)| item.kind).collect();
    assert_eq!(kinds.len(), 10);
}

#[test]
fn every_item_is_draft_cited_and_shown_by_examples() {
    for (_, item) in Packs::shipped().items() {
        let fires = item.examples.iter().filter(|e| e.fires).count();
        assert!(fires >= 2 && item.examples.len() - fires >= 3, "{}: {fires} of {}", item.id, item.examples.len());
        assert!(!item.authority.cite.is_empty() && item.authority.approved_by.is_empty(), "{}", item.id);
    }
}

#[test]
fn every_pattern_of_the_book_works() {
    let book = ("forms.toml".to_owned(), include_str!("../../fixtures/checklists/forms.toml").to_owned());
    let packs = Packs::with_shipped(&[book]).unwrap_or_else(|m| panic!("{}", m.iter().map(|d| format!("{d}\n")).collect::<String>()));
    examples_of(&packs, |pack| pack.id == "forms");
}

#[test]
fn every_example_does_what_its_author_says() {
    examples_of(Packs::shipped(), |_| true);
}

fn examples_of(packs: &Packs, which: impl Fn(&Pack) -> bool) {
    let mut wrong = Vec::new();
    for (pack, item) in packs.items().filter(|(pack, _)| which(pack)) {
        for example in &item.examples {
            let trial = try_example(packs, &item.id, example);
            if !trial.passed {
                wrong.push(format!("{}:{} {} ({}): {}", pack.source, example.line, item.id, example.why, trial.problem));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples:\n{}", wrong.len(), wrong.join("\n"));
}

/// Gaps of one item in one text: alone, or as the only note of an inpatient stay.
fn gaps_of(item: &str, text: &str, kind: DocumentType, lone: bool) -> Vec<Gap> {
    let document =
        Document { identifier: "d".to_owned(), version: 1, document_type: Some(kind), text: text.to_owned(), ..Document::default() };
    let start = Instant::parse("2026-03-02T08:00:00Z");
    let class = if lone { EncounterClass::NotGiven } else { EncounterClass::Inpatient };
    let encounter = Encounter { identifier: "e".to_owned(), implied: lone, class, start, admitted: start, ..Encounter::default() };
    let chart = Chart { encounter, documents: vec![document], ..Chart::default() };
    let readings = vec![crate::reading::read(text, Some(kind))];
    evaluate(Packs::shipped(), &Subject { chart: &chart, readings: &readings }, &start.unwrap(), Some(item))
}

const REPORT: &str = "PREOPERATIVE DIAGNOSIS: Gallstones.\nPOSTOPERATIVE DIAGNOSIS: Gallstones.\nPROCEDURE: Laparoscopic cholecystectomy.\n\
    ANESTHESIA: General.\nFINDINGS: Thin-walled gallbladder.\nDESCRIPTION OF PROCEDURE: Four ports were placed and the gallbladder was taken down.\n";

#[test]
fn a_lone_operative_report_does_not_bury_its_questions_under_one_gap_for_each_element() {
    let alone = gaps_of("EL-OP", REPORT, DocumentType::OperativeReport, true);
    assert_eq!(alone.len(), 1, "{alone:?}");
    assert_eq!(alone[0].missing, ["estimated_blood_loss", "complications"]);
    assert_eq!(alone[0].searched.len(), 2);
    let charted = gaps_of("EL-OP", REPORT, DocumentType::OperativeReport, false);
    let elements: Vec<_> = charted.iter().filter_map(|gap| gap.element.as_deref()).collect();
    assert!(elements.contains(&"specimens") && elements.contains(&"surgeon") && elements.len() == charted.len(), "{elements:?}");
}

#[test]
fn the_diagnosis_before_an_operation_gives_way_to_the_one_after_it() {
    let report = |after: &str| format!("PREOPERATIVE DIAGNOSIS: Anemia.\nPOSTOPERATIVE DIAGNOSIS: {after}\nPROCEDURE: Upper endoscopy.\n");
    let fires = |after: &str| !gaps_of("B01-specificity", &report(after), DocumentType::OperativeReport, true).is_empty();
    assert!(!fires("Severe duodenitis."));
    assert!(fires("Same."));
    assert!(fires("Anemia, duodenitis."));
}

#[test]
fn a_handout_about_people_at_large_is_not_asked_for_a_type() {
    let fires = |text: &str| !gaps_of("N11-specificity", text, DocumentType::Other, true).is_empty();
    assert!(!fires("Some people, especially those with diabetes mellitus, heal slowly."));
    assert!(fires("ASSESSMENT: Diabetes mellitus."));
}
