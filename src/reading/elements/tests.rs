//! What is there, empty or absent, with notes of our own.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use super::{ElementRules, elements};
use crate::chart::DocumentType;
use crate::reading::model::Presence;
use crate::reading::section::{Headings, sections};
use crate::reading::sentences;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn read(text: &str, document_type: DocumentType) -> BTreeMap<String, Presence> {
    let sections = sections(text, Headings::shipped());
    let sentences = sentences(text, &sections);
    elements(text, &sections, &sentences, document_type, ElementRules::shipped())
}

#[test]
fn the_shipped_rules_are_valid() {
    ElementRules::parse(include_str!("../../../lexicon/elements.toml")).unwrap();
    let strange =
        "placeholders = []\nreasons = []\nmonths = []\ncue = []\n[document_types]\n[[rule]]\nelement = \"shoe_size\"\nsections = []";
    assert!(ElementRules::parse(strange).is_err());
}

#[test]
fn every_element_of_a_type_is_answered_and_no_other() {
    assert_eq!(
        read("", DocumentType::ProgressNote).into_keys().collect::<Vec<_>>(),
        ["assessment", "physical_exam", "plan", "subjective", "vital_signs"]
    );
    assert!(read("PLAN: Rest.", DocumentType::OfficeVisit).is_empty());
}

#[test]
fn information_counts_wherever_it_stands_and_a_bare_heading_does_not() {
    use DocumentType::{DischargeSummary, HistoryAndPhysical, OperativeReport};
    for (document_type, text, element, expected) in [
        (OperativeReport, "PROCEDURE: Biopsy.\nBlood loss was minimal.", "estimated_blood_loss", Presence::Present),
        (OperativeReport, "ESTIMATED BLOOD LOSS: ___", "estimated_blood_loss", Presence::Empty),
        (OperativeReport, "PROCEDURE: Biopsy.", "estimated_blood_loss", Presence::Absent),
        (OperativeReport, "ASSISTANT: None.", "assistant", Presence::Present),
        (OperativeReport, "DESCRIPTION: She tolerated the procedure well.", "condition", Presence::Present),
        (OperativeReport, "INDICATIONS: Colon polyp.", "preoperative_diagnosis", Presence::Present),
        (HistoryAndPhysical, "ALLERGIES:\n\nPLAN: Rest.", "allergies", Presence::Empty),
        (HistoryAndPhysical, "ALLERGIES: [ ]", "allergies", Presence::Empty),
        (HistoryAndPhysical, "ALLERGIES: ***\nPMH: No known drug allergies.", "allergies", Presence::Present),
        (HistoryAndPhysical, "FAMILY HISTORY: Negative.", "family_history", Presence::Present),
        (HistoryAndPhysical, "FAMILY HISTORY: Deferred.", "family_history", Presence::Empty),
        (HistoryAndPhysical, "FAMILY HISTORY: See chart.", "family_history", Presence::Empty),
        (HistoryAndPhysical, "REVIEW OF SYSTEMS: Unable to obtain.", "review_of_systems", Presence::Empty),
        (HistoryAndPhysical, "REVIEW OF SYSTEMS: Unable to obtain because he is intubated.", "review_of_systems", Presence::Present),
        (HistoryAndPhysical, "PHYSICAL EXAM:\nLungs: Clear.", "physical_exam", Presence::Present),
        (HistoryAndPhysical, "PHYSICAL EXAM:\nVitals: BP 120/80.", "physical_exam", Presence::Empty),
        (HistoryAndPhysical, "PHYSICAL EXAM: Blood pressure 120/80, pulse 72. Lungs clear.", "vital_signs", Presence::Present),
        (HistoryAndPhysical, "PMH: High blood pressure.", "vital_signs", Presence::Absent),
        (DischargeSummary, "HOSPITAL COURSE: He was discharged home in stable condition.", "disposition", Presence::Present),
        (DischargeSummary, "DATE OF ADMISSION:", "admission_date", Presence::Empty),
        (DischargeSummary, "He was admitted on 3/4/2021 for gout.", "admission_date", Presence::Present),
        (DischargeSummary, "She passed away on May 4, 2019.", "discharge_date", Presence::Present),
        (DischargeSummary, "HOSPITAL COURSE: Well.\nMEDICATIONS: Aspirin.", "discharge_medications", Presence::Present),
        (DischargeSummary, "MEDICATIONS: Aspirin.\nHOSPITAL COURSE: Well.", "discharge_medications", Presence::Absent),
        (DischargeSummary, "HPI: He was admitted on Friday.", "admission_date", Presence::Absent),
    ] {
        assert_eq!(read(text, document_type)[element], expected, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        for document_type in DocumentType::ALL {
            prop_assert_eq!(read(&text, document_type), read(&text, document_type));
        }
    }
}
