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
fn every_element_of_a_type_is_answered_and_others_where_the_note_speaks_of_them() {
    let own = ["assessment", "physical_exam", "plan", "subjective", "vital_signs"];
    assert_eq!(read("", DocumentType::ProgressNote).into_keys().collect::<Vec<_>>(), own);
    let more = read("ALLERGIES: latex.\nCOUNTS:\nPLAN: Rest.", DocumentType::ProgressNote);
    assert_eq!((more["allergies"], more["counts"], more["plan"]), (Presence::Present, Presence::Empty, Presence::Present));
    assert!(!more.contains_key("surgeon"));
    assert!(read("", DocumentType::OfficeVisit).is_empty());
    // The words of one type do not hide what its own elements lack.
    assert_eq!(read("", DocumentType::EmergencyNote)["allergies"], Presence::Absent);
}

#[test]
fn a_long_list_of_drugs_does_not_hide_how_the_stay_ended() {
    let drugs = "Aspirin 81 mg.\n".repeat(30);
    for (course, expected) in [
        ("He came with a cough. He was given ceftriaxone for four days. He is afebrile.", Presence::Present),
        ("He was afebrile in the emergency room. He was given ceftriaxone. The culture grew nothing in five days.", Presence::Absent),
    ] {
        let text = format!("HOSPITAL COURSE: {course}\nMEDICATIONS:\n{drugs}");
        assert_eq!(read(&text, DocumentType::DischargeSummary)["condition_at_discharge"], expected, "{course}");
    }
}

#[test]
fn a_heading_left_blank_is_not_filled_by_the_account_ahead_of_it() {
    let text = "HOSPITAL COURSE: Two days of antibiotics by vein, then by mouth. Off oxygen at discharge.\nFOLLOW-UP: Clinic in a week, film in six weeks.\nCONDITION AT DISCHARGE: ***\nDIET: regular\nACTIVITY: as tolerated, with help on stairs, no lifting for two weeks, no driving\n";
    let of = |text: &str| read(text, DocumentType::DischargeSummary)["condition_at_discharge"];
    assert_eq!(of(text), Presence::Empty);
    assert_eq!(of(&text.replace("CONDITION AT DISCHARGE: ***\n", "")), Presence::Present);
}

#[test]
fn what_closes_a_note_tells_its_element() {
    let visit = "HISTORY OF PRESENT ILLNESS: Back pain.\nPHYSICAL EXAMINATION: Stiff.\nSUMMARY: In summary, a mason of 50 whose back has been sore since a fall and whose films and blood count, taken twice this week by his own doctor and again here by the evening shift, were fair; we talked about rest, heat, tablets and the belt that he has worn at work since spring, and he would like to go on with all of them for now.";
    assert_eq!(read(visit, DocumentType::HistoryAndPhysical)["assessment"], Presence::Present);
    let stay = "DISCHARGE DIAGNOSES:\n1. Asthma attack, resolved.\n2. Thrush, improving.\nHOSPITAL COURSE: Nebulizers.\nDISCHARGE MEDICATIONS:\nNystatin.\nFOLLOW UP: With Dr. X in a week, and with the asthma nurse in a month.\n";
    assert_eq!(read(stay, DocumentType::DischargeSummary)["condition_at_discharge"], Presence::Present);
    let plain = stay.replace(", resolved", "").replace(", improving", "");
    assert_eq!(read(&plain, DocumentType::DischargeSummary)["condition_at_discharge"], Presence::Absent);
    let lines =
        "PROCEDURE #1: Insertion of arterial line.\nDESCRIPTION OF PROCEDURE #1: The wrist was prepped, and the artery was entered.\n";
    assert_eq!(read(lines, DocumentType::OperativeReport)["procedure"], Presence::Present);
}

#[test]
fn a_title_that_goes_on_says_who_asked_or_what_for() {
    for (text, expected) in [
        ("RENAL CONSULT, Dr Hale: rising creatinine.\nHPI: 70M.", Presence::Present),
        ("UROLOGY CONSULT (Dr. Hale, bladder stone)\nHPI: 70M.", Presence::Present),
        ("PULMONARY CONSULT, requested by Dr. Hale.\nHPI: 70M.", Presence::Present),
        ("RENAL CONSULT\nRequested by Dr. Hale. Reason: low sodium.", Presence::Present),
        ("RENAL CONSULT 11/02/2025 Dr. Hale\nHPI: 70M.", Presence::Absent),
        ("HPI: 70M.\nPLAN: renal consult if the creatinine rises again.", Presence::Absent),
    ] {
        assert_eq!(read(text, DocumentType::Consultation)["reason_for_consultation"], expected, "{text}");
    }
}

#[test]
fn information_counts_wherever_it_stands_and_a_bare_heading_does_not() {
    use DocumentType::{Consultation, DischargeSummary, EmergencyNote, HistoryAndPhysical, OperativeReport};
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
        (OperativeReport, "DESCRIPTION: The sac held thick pus.", "findings", Presence::Present),
        (OperativeReport, "DESCRIPTION: The skin was cut and the plate was taken out.", "findings", Presence::Absent),
        (OperativeReport, "INDICATIONS: An abscess with pus.\nDESCRIPTION: The skin was closed.", "findings", Presence::Absent),
        (OperativeReport, "PATHOLOGY: Pending.\nDESCRIPTION: The skin was closed.", "findings", Presence::Absent),
        (OperativeReport, "MEDICATIONS: MAC.", "anesthesia", Presence::Present),
        (OperativeReport, "DESCRIPTION: He lost minimal blood.", "estimated_blood_loss", Presence::Present),
        (DischargeSummary, "HPI: Jaundice. He will be transferred back to his facility.", "disposition", Presence::Present),
        (DischargeSummary, "HPI: He was transferred back to our ward in May.", "disposition", Presence::Absent),
        (EmergencyNote, "PLAN: We will transfer her to the county hospital.", "disposition", Presence::Present),
        (HistoryAndPhysical, "PHYSICAL EXAM: Tender.\nPROBLEM LIST: 1. Colitis.", "assessment", Presence::Present),
        (
            Consultation,
            "Dear colleague, he came for his heart. He walks a mile.\nIn summary, a man at risk of a stroke.",
            "assessment",
            Presence::Present,
        ),
        (HistoryAndPhysical, "PROBLEM LIST: 1. Gout.\nPHYSICAL EXAM: Tender.", "assessment", Presence::Absent),
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
