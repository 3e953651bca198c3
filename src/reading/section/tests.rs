//! Headings in every dress, and what stands under them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use super::{Headings, sections};
use proptest::prelude::*;

/// `name/within=body` of every section.
fn read(text: &str) -> Vec<String> {
    sections(text, Headings::shipped())
        .iter()
        .map(|s| {
            let within = s.within.as_ref().map(|w| format!("/{w}")).unwrap_or_default();
            format!("{}{within}={}", s.section, text[s.body..s.end].trim())
        })
        .collect()
}

#[test]
fn the_shipped_headings_are_valid_and_stand_once() {
    Headings::parse(include_str!("../../../lexicon/headings.toml")).unwrap();
}

#[test]
fn headings_are_found_in_every_dress() {
    for (text, expected) in [
        ("PLAN:\nRest.", vec!["plan=Rest."]),
        ("PLAN\n\nRest.", vec!["plan=Rest."]),
        ("Plan\nRest.", vec!["plan=Rest."]),
        ("# Plan\nRest.", vec!["plan=Rest."]),
        ("## **Plan**\nRest.", vec!["plan=Rest."]),
        ("**Plan:** Rest.", vec!["plan=Rest."]),
        ("Plan\n----\nRest.", vec!["plan=Rest."]),
        ("3. PLAN: Rest.", vec!["plan=Rest."]),
        ("plan: rest", vec!["plan=rest"]),
        ("HEENT - normal", vec!["heent/physical_exam=normal"]),
        ("Well today. PLAN: Rest. FOLLOW-UP: One week.", vec!["unheaded=Well today.", "plan=Rest.", "follow_up=One week."]),
        ("ALLERGIES\n\nNKDA", vec!["allergies=NKDA"]),
        ("ALLERGIES: ___\nPLAN: ***", vec!["allergies=___", "plan=***"]),
        ("WEATHER REPORT:\nSunny.", vec!["other=Sunny."]),
        ("Lungs clear.\nASSESSMENT AND\n\nPLAN:\n1. Gout. Rest.", vec!["unheaded=Lungs clear.", "assessment_and_plan=1. Gout. Rest."]),
        ("REASON FOR\nCONSULTATION: Gout.", vec!["reason_for_consultation=Gout."]),
        (
            "Lungs clear.\n\nPAST MEDICAL AND\nSURGICAL HISTORY: Gout.",
            vec!["unheaded=Lungs clear.", "past_medical_and_surgical_history=Gout."],
        ),
        ("SALT AND\nPLAN: Rest.", vec!["other=", "plan=Rest."]),
        ("He takes the following: aspirin.", vec!["unheaded=He takes the following: aspirin."]),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn terse_notes_have_bare_headings() {
    let note = "CC wheeze.\nHPI 30F, two days of wheeze.\nPMH asthma. MEDS albuterol. ALL NKDA. SH no tobacco\nVS T 37.0\nPE calm. Lungs tight.\nDX asthma.   DISPO home, mother drives.  CONDITION good.\n";
    let expected = [
        "chief_complaint=wheeze.",
        "history_of_present_illness=30F, two days of wheeze.",
        "past_medical_history=asthma.",
        "medications=albuterol.",
        "allergies=NKDA.",
        "social_history=no tobacco",
        "vital_signs=T 37.0",
        "physical_exam=calm. Lungs tight.",
        "diagnosis=asthma.",
        "disposition=home, mother drives.",
        "condition=good.",
    ];
    assert_eq!(read(note), expected);
}

#[test]
fn abbreviations_that_mean_something_else_are_no_bare_headings() {
    for text in [
        "PE ruled out by angiogram.",
        "PE in 2019, now off warfarin.",
        "ALL in remission since childhood.",
        "CC time 30 min.",
        "She had 5 cc. ALL questions were answered.",
        "MS contin was stopped.",
        "VITALS WERE STABLE AND THE PATIENT WAS SENT HOME.\nMEDS WERE REVIEWED.",
    ] {
        assert_eq!(read(text), [format!("unheaded={text}")], "{text}");
    }
    let terse = "HPI cough for a day.\nPMH PE 2019. PE treated at home.\nVS normal\nPE considered, no leg swelling.\nALL in remission.";
    let names = ["history_of_present_illness", "past_medical_history", "vital_signs"];
    let read: Vec<String> = sections(terse, Headings::shipped()).into_iter().map(|s| s.section).collect();
    assert_eq!(read, names);
}

#[test]
fn the_only_word_under_a_heading_was_taken_for_another_heading() {
    let text = "ANESTHESIA:\nGeneral\n\nPROCEDURE: Biopsy.";
    assert_eq!(read(text), ["anesthesia=General", "procedure=Biopsy."]);
    let exam = "PHYSICAL EXAM:\nGeneral\nWell.";
    assert!(read(exam).iter().any(|part| part.starts_with("general")), "{:?}", read(exam));
}

#[test]
fn systems_belong_to_the_part_they_stand_in() {
    let text =
        "REVIEW OF SYSTEMS:\nCARDIAC: No pain.\nPHYSICAL EXAMINATION:\nVITAL SIGNS: 98.6.\nNeck: Supple. Lungs: Clear.\nPLAN:\nHome.";
    let expected = [
        "review_of_systems=",
        "cardiovascular/review_of_systems=No pain.",
        "physical_exam=",
        "vital_signs/physical_exam=98.6.",
        "neck/physical_exam=Supple.",
        "respiratory/physical_exam=Clear.",
        "plan=Home.",
    ];
    assert_eq!(read(text), expected);
}

#[test]
fn items_of_a_plan_stay_in_the_plan() {
    let text = "PLAN\n- Diet: low salt.\n- Follow-up: two weeks.\nALLERGIES: none.";
    assert_eq!(read(text), ["plan=- Diet: low salt.\n- Follow-up: two weeks.", "allergies=none."]);
}

#[test]
fn a_long_body_makes_a_description_of_a_procedure() {
    let text = format!("PROCEDURE: Colonoscopy.\nPROCEDURE: {}", "The scope was passed. ".repeat(20));
    let names: Vec<String> = sections(&text, Headings::shipped()).into_iter().map(|s| s.section).collect();
    assert_eq!(names, ["procedure", "description"]);
}

#[test]
fn headings_that_stand_twice_or_in_the_wrong_dress_are_refused() {
    let lexicon = |headings: &str| {
        format!(
            "[trim]\nbefore = []\nafter = []\n[unknown]\nwithin = []\n[items]\nstay_in = []\n[bare]\nsure = []\namong_others = []\nothers = 0\nline_start = []\nnot_next = {{}}\n[[section]]\nname = \"plan\"\nheadings = [{headings}]"
        )
    };
    assert!(Headings::parse(&lexicon("\"plan\"")).is_ok());
    assert!(Headings::parse(&lexicon("\"plan\", \"plan\"")).is_err());
    assert!(Headings::parse(&lexicon("\"PLAN:\"")).is_err());
    assert!(Headings::parse("no lexicon").is_err());
}

#[test]
fn codes_and_names_can_be_asked_for() {
    let headings = Headings::shipped();
    assert_eq!(headings.canonical("Brief HOSPITAL COURSE (continued)"), Some("hospital_course"));
    assert_eq!(headings.canonical("A day at the sea"), None);
    assert_eq!(headings.loinc("review_of_systems"), Some("10187-3"));
}

#[test]
fn very_many_headings_and_very_long_lines_are_read() {
    let many = "PLAN:\nRest.\n".repeat(10_000);
    assert_eq!(sections(&many, Headings::shipped()).len(), 10_000);
    let inline = "Fine. PLAN: rest. ".repeat(10_000);
    assert_eq!(sections(&inline, Headings::shipped()).len(), 10_001);
    for unit in ["a", ":", "A:", "PLAN:", " ", "-", "*", "(", "\n", ".", "\u{e9}", "#", "1.", "HEENT,", "a-PLAN:"] {
        let long = unit.repeat(1_000_000 / unit.len());
        let read = sections(&long, Headings::shipped());
        let spans = crate::reading::sentences(&long, &read);
        assert!(read.len() <= long.len() && spans.len() <= long.len());
    }
}

fn well_formed(text: &str) {
    let read = sections(text, Headings::shipped());
    assert_eq!(read, sections(text, Headings::shipped()));
    let mut last = 0;
    for section in &read {
        assert!(last <= section.start && section.start <= section.body && section.body <= section.end && section.end <= text.len());
        assert!(text[section.start..].starts_with(&section.heading));
        assert!(text.is_char_boundary(section.body) && text.is_char_boundary(section.end));
        // Between two sections stand marks and blanks only.
        let between = &text[last..section.start];
        assert!(between.chars().all(|c| !c.is_alphabetic()) || between.trim().chars().count() <= 6, "{between:?}");
        last = section.end;
    }
    assert!(text[last..].trim().is_empty());
}

#[test]
fn every_control_character_can_stand_anywhere() {
    for c in (0..=0x9f_u32).filter_map(char::from_u32).chain(['\u{202e}', '\u{2066}', '\u{feff}', '\u{0}']) {
        for text in
            [format!("{c}PLAN: rest"), format!("PLAN{c}: rest"), format!("PLAN:{c}rest"), format!("{c}"), format!("# {c}\nPLAN{c}\n{c}")]
        {
            well_formed(&text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn sections_are_in_order_and_cover_the_text(
        text in "((PLAN|Plan|HEENT|WEATHER REPORT|Vital Signs|é|[a-z]{1,5}|:|\\*\\*|#|- |1\\. |\\. | |  |\n|\n---\n|___|\\(es\\)|/|\u{2022}|\t){0,40})"
    ) {
        well_formed(&text);
    }
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        well_formed(&text);
    }
}
