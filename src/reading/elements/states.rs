//! Every element in its three states: said under its heading or elsewhere, a heading with nothing behind it, nothing at all.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use super::{ElementRules, elements};
use crate::chart::DocumentType::{self, Consultation, DischargeSummary, EmergencyNote, HistoryAndPhysical, OperativeReport, ProgressNote};
use crate::reading::model::Presence;
use crate::reading::section::{Headings, sections};
use crate::reading::sentences;

/// What stands behind a heading and says nothing.
const NOTHING: [&str; 12] =
    ["", " ___", " ***", " deferred", " Deferred.", " See chart.", " [ ]", " @NAME@", " {choose one}", " ---", " TBD", " xxx"];

/// Document, element, a heading of it, what can stand under it, and a note that says it somewhere else.
const ROWS: &[(DocumentType, &str, &str, &str, &str)] = &[
    (HistoryAndPhysical, "chief_complaint", "CHIEF COMPLAINT", "Bellyache.", "HPI: She complains of bellyache since noon."),
    (HistoryAndPhysical, "history_of_present_illness", "HPI", "Two days of cough.", "SUBJECTIVE: Two days of cough, worse at night."),
    (HistoryAndPhysical, "past_medical_history", "PAST MEDICAL HISTORY", "Gout.", "HPI: A man with a history of gout."),
    (HistoryAndPhysical, "past_surgical_history", "PAST SURGICAL HISTORY", "None.", "PMH: Gout, appendectomy as a child."),
    (HistoryAndPhysical, "medications", "MEDICATIONS", "Aspirin.", "HPI: He is on warfarin for a valve."),
    (HistoryAndPhysical, "allergies", "ALLERGIES", "Latex.", "HPI: He is allergic to latex."),
    (HistoryAndPhysical, "family_history", "FAMILY HISTORY", "Negative.", "HPI: Her mother had gout."),
    (HistoryAndPhysical, "social_history", "SOCIAL HISTORY", "Baker.", "HPI: He smokes and lives alone."),
    (HistoryAndPhysical, "review_of_systems", "REVIEW OF SYSTEMS", "Negative.", "HPI: She denies fever. She denies chest pain."),
    (HistoryAndPhysical, "vital_signs", "VITAL SIGNS", "Normal.", "PHYSICAL EXAM: Blood pressure 118/70, pulse 66."),
    (
        HistoryAndPhysical,
        "physical_exam",
        "PHYSICAL EXAM",
        "Unremarkable.",
        "HPI: On examination the lungs are clear, the abdomen soft, nontender.",
    ),
    (HistoryAndPhysical, "assessment", "IMPRESSION", "Gout.", "PLAN: I believe this is gout. Colchicine."),
    (HistoryAndPhysical, "plan", "PLAN", "Rest.", "IMPRESSION: Gout. We will start colchicine."),
    (Consultation, "reason_for_consultation", "REASON FOR CONSULTATION", "Low sodium.", "HPI: I was asked to see her for a low sodium."),
    (Consultation, "data_reviewed", "LABORATORY DATA", "Normal.", "HPI: The creatinine was 2 and the CT scan normal."),
    (
        Consultation,
        "recommendations",
        "RECOMMENDATIONS",
        "Fluid restriction.",
        "IMPRESSION: Low sodium. I would suggest a fluid restriction.",
    ),
    (ProgressNote, "subjective", "SUBJECTIVE", "Slept well.", "OBJECTIVE: The patient states that the pain is gone."),
    (EmergencyNote, "emergency_course", "ED COURSE", "Sutured.", "PLAN: She was given fluids and felt better."),
    (EmergencyNote, "diagnosis", "FINAL DIAGNOSIS", "Sprain.", "PLAN: The picture is consistent with a sprain."),
    (EmergencyNote, "disposition", "DISPOSITION", "Home.", "PLAN: He was discharged home with his wife."),
    (EmergencyNote, "condition_at_disposition", "CONDITION AT DISPOSITION", "Good.", "PLAN: He left in stable condition."),
    (OperativeReport, "preoperative_diagnosis", "PREOPERATIVE DIAGNOSIS", "Gallstones.", "INDICATIONS: Gallstones."),
    (OperativeReport, "postoperative_diagnosis", "POSTOPERATIVE DIAGNOSIS", "Gallstones.", "IMPRESSION: Gallstones."),
    (OperativeReport, "procedure", "PROCEDURE", "Biopsy.", "INDICATIONS: A biopsy was performed for a lump."),
    (OperativeReport, "surgeon", "SURGEON", "Dr. Hale.", "INDICATIONS: Lump. Performed by Dr. Hale."),
    (OperativeReport, "assistant", "ASSISTANT", "None.", "INDICATIONS: Lump. Dr. Hale, assisted by Dr. Moor."),
    (OperativeReport, "anesthesia", "ANESTHESIA", "General.", "DESCRIPTION: Lidocaine was injected."),
    (OperativeReport, "indications", "INDICATIONS", "Lump.", "DESCRIPTION: A 40-year-old man with a lump was prepped."),
    (OperativeReport, "findings", "FINDINGS", "Lipoma.", "DESCRIPTION: A lipoma was found. The capsule appeared whole."),
    (
        OperativeReport,
        "description",
        "DESCRIPTION OF PROCEDURE",
        "The skin was cut.",
        "INDICATIONS: The arm was prepped, an incision was made, the lump was removed and the skin was closed.",
    ),
    (OperativeReport, "specimens", "SPECIMENS", "None.", "DESCRIPTION: The lump was sent to pathology."),
    (OperativeReport, "estimated_blood_loss", "ESTIMATED BLOOD LOSS", "5 mL.", "DESCRIPTION: Bleeding was minimal."),
    (OperativeReport, "complications", "COMPLICATIONS", "None.", "DESCRIPTION: The rest was uneventful."),
    (OperativeReport, "counts", "COUNTS", "Correct.", "DESCRIPTION: All counts were correct twice."),
    (OperativeReport, "condition", "CONDITION", "Good.", "DESCRIPTION: He appeared to tolerate the procedure well."),
    (DischargeSummary, "admission_date", "DATE OF ADMISSION", "03/04/2021", "HOSPITAL COURSE: She was admitted on 03/04/2021 with gout."),
    (DischargeSummary, "discharge_date", "DATE OF DISCHARGE", "03/09/2021", "HOSPITAL COURSE: She was discharged on March 9, 2021."),
    (DischargeSummary, "reason_for_admission", "REASON FOR ADMISSION", "Gout.", "HPI: She came with a hot swollen toe and could not walk."),
    (DischargeSummary, "discharge_diagnosis", "DISCHARGE DIAGNOSIS", "Gout.", "FINAL DIAGNOSES: Gout."),
    (DischargeSummary, "procedures", "PROCEDURES", "None.", "HOSPITAL COURSE: She underwent a joint aspiration."),
    (DischargeSummary, "hospital_course", "HOSPITAL COURSE", "Good.", "DISPOSITION: Home. During her hospital stay the toe healed."),
    (
        DischargeSummary,
        "condition_at_discharge",
        "CONDITION AT DISCHARGE",
        "Good.",
        "HOSPITAL COURSE: The toe healed. She left in good condition.",
    ),
    (DischargeSummary, "disposition", "DISPOSITION", "Home.", "HOSPITAL COURSE: The toe healed and she was discharged home."),
    (DischargeSummary, "discharge_medications", "DISCHARGE MEDICATIONS", "Aspirin.", "HOSPITAL COURSE: She was discharged on colchicine."),
    (DischargeSummary, "follow_up", "FOLLOW-UP", "One week.", "HOSPITAL COURSE: The toe healed. She will follow up with Dr. Hale."),
    (DischargeSummary, "diet", "DIET", "Low salt.", "DISCHARGE INSTRUCTIONS: Regular diet."),
    (DischargeSummary, "activity", "ACTIVITY", "As tolerated.", "DISCHARGE INSTRUCTIONS: No heavy lifting for a week."),
];

fn state(text: &str, document_type: DocumentType, element: &str) -> Presence {
    let sections = sections(text, Headings::shipped());
    let sentences = sentences(text, &sections);
    elements(text, &sections, &sentences, document_type, ElementRules::shipped())[element]
}

#[test]
fn every_element_is_present_under_its_heading_and_wherever_else_it_stands() {
    let mut wrong = Vec::new();
    for (document_type, element, heading, under, elsewhere) in ROWS {
        for text in [format!("{heading}: {under}\nSKIN: Warm."), format!("{heading}\n{under}\n\nSKIN: Warm."), (*elsewhere).to_owned()] {
            if state(&text, *document_type, element) != Presence::Present {
                wrong.push(format!("{element} in: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_element_is_empty_under_a_bare_heading_or_a_place_holder() {
    for (document_type, element, heading, ..) in ROWS {
        for nothing in NOTHING {
            let text = format!("{heading}:{nothing}\nCODE STATUS: Full code.");
            assert_eq!(state(&text, *document_type, element), Presence::Empty, "{element} in: {text}");
        }
    }
}

#[test]
fn every_element_is_absent_where_nothing_speaks_of_it() {
    for (document_type, element, ..) in ROWS {
        assert_eq!(state("CODE STATUS: Not discussed.", *document_type, element), Presence::Absent, "{element}");
    }
}

#[test]
fn the_table_names_every_element_of_every_type() {
    let rules = ElementRules::shipped();
    for document_type in DocumentType::ALL {
        for name in rules.of(document_type) {
            assert!(ROWS.iter().any(|row| row.1 == name), "{name} is in no row");
        }
    }
}
