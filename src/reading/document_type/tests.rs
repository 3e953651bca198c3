//! Types judged by content, with notes of our own.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use super::{DocumentTypes, document_type};
use crate::chart::DocumentType;
use crate::reading::section::{Headings, sections};
use proptest::prelude::*;

fn judge(text: &str, title: Option<&str>) -> DocumentType {
    document_type(text, &sections(text, Headings::shipped()), title, DocumentTypes::shipped())
}

#[test]
fn the_shipped_rules_are_valid() {
    DocumentTypes::parse(include_str!("../../../lexicon/document_types.toml")).unwrap();
    assert!(DocumentTypes::parse("threshold = 1").is_err());
}

#[test]
fn the_type_follows_the_content() {
    for (text, expected) in [
        (
            "PREOPERATIVE DIAGNOSIS: Gallstones.\nPROCEDURE: Cholecystectomy.\nANESTHESIA: General.\nThe abdomen was prepped and draped.",
            DocumentType::OperativeReport,
        ),
        ("ADMISSION DIAGNOSIS: Asthma.\nHOSPITAL COURSE: She improved.\nDISCHARGE MEDICATIONS: Albuterol.", DocumentType::DischargeSummary),
        ("REASON FOR CONSULTATION: Low sodium.\nHPI: Weak for days.\nRECOMMENDATIONS: Fluid restriction.", DocumentType::Consultation),
        ("I was asked to see this man for a rash.\nPHYSICAL EXAM: Red papules.\nIMPRESSION: Drug rash.", DocumentType::Consultation),
        (
            "SUBJECTIVE: Slept well overnight.\nOBJECTIVE: Tmax 37.2.\nASSESSMENT: Pneumonia, hospital day 3.\nPLAN: Same.",
            DocumentType::ProgressNote,
        ),
        (
            "CHIEF COMPLAINT: Cut hand.\nHPI: He came to the emergency department by car.\nED COURSE: Sutured.\nDISPOSITION: Home.",
            DocumentType::EmergencyNote,
        ),
        ("CHIEF COMPLAINT: Knee pain.\nHPI: She returns for her knee.\nPLAN: Return in six weeks.", DocumentType::OfficeVisit),
        (
            "CC: Fever.\nHPI: Ill for a week.\nPMH: Gout.\nFH: None.\nSH: Farmer.\nROS: As above.\nEXAM: Rales.\nPLAN: Admit to telemetry, IV fluids.",
            DocumentType::HistoryAndPhysical,
        ),
        (
            "TECHNIQUE: Axial images without contrast.\nFINDINGS: Coronal views are normal.\nIMPRESSION: Normal CT.",
            DocumentType::RadiologyReport,
        ),
        // A course told under a first examination is no stay that has ended.
        (
            "CHIEF COMPLAINT: Bleeding.\nHPI: She came to the emergency department at noon.\nROS: Weak.\nEXAM: Pale.\nHOSPITAL COURSE: In the emergency department she was given two liters.",
            DocumentType::EmergencyNote,
        ),
        // Words of a plan or of an examination are no visits to an office.
        (
            "SUBJECTIVE: Transferred back last night, no events overnight.\nEXAM: Capillary refill is brisk.\nPLAN: Remains on the drip; outpatient colonoscopy later.",
            DocumentType::ProgressNote,
        ),
        (
            "CC: Toothache.\nHPI: It began this morning.\nEXAM: Swollen gum.\nPLAN: Penicillin. She is to follow up with her primary doctor. Discharged in good condition.",
            DocumentType::EmergencyNote,
        ),
        (
            "ADMITTING DIAGNOSIS: Stroke.\nHPI: He presents to the emergency room with a weak arm.\nPLAN: Telemetry.",
            DocumentType::HistoryAndPhysical,
        ),
        (
            "EXAM: Chest, two views.\nFINDINGS: The lung fields are clear. No pneumothorax.\nIMPRESSION: Normal.",
            DocumentType::RadiologyReport,
        ),
        (
            "The cord was clamped, the episiotomy was repaired with Vicryl, and the placenta was whole. Blood loss was 300 mL.",
            DocumentType::OperativeReport,
        ),
        ("CC: Sore knee.\nHPI: She comes in today with her son.\nPLAN: Return in a month.", DocumentType::OfficeVisit),
        ("", DocumentType::Other),
        ("The weather was fine.", DocumentType::Other),
    ] {
        assert_eq!(judge(text, None), expected, "{text}");
    }
}

#[test]
fn a_title_decides_where_the_content_says_little() {
    assert_eq!(judge("Stable.", Some("Discharge Summary")), DocumentType::DischargeSummary);
    assert_eq!(judge("Stable.", Some("ICU progress note")), DocumentType::ProgressNote);
    assert_eq!(judge("PROGRESS NOTE, third day, written at the bedside after a good and quiet night.", None), DocumentType::ProgressNote);
}

proptest! {
    #[test]
    fn any_text_has_one_type(text in any::<String>(), title in any::<Option<String>>()) {
        prop_assert_eq!(judge(&text, title.as_deref()), judge(&text, title.as_deref()));
    }
}
