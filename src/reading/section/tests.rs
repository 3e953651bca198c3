//! Headings in every dress, and what stands under them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use super::{Headings, sections};

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
        ("He takes the following: aspirin.", vec!["unheaded=He takes the following: aspirin."]),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
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
