//! What was once misread, and what must hold for every text.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use super::{Assertion, read, read_marks, read_terms};
use proptest::prelude::*;

#[test]
fn what_a_search_looks_for_is_what_the_whole_reading_has() {
    for text in ["PMH: CHF. ASSESSMENT: No sepsis. Creatinine 2.1 mg/dL, EF 30 %.", "FAMILY HISTORY: mother with stroke.", ""] {
        let (whole, marks) = (read(text, None), read_marks(text));
        assert_eq!((&marks.sections, &marks.mentions, &marks.measurements), (&whole.sections, &whole.mentions, &whole.measurements));
        assert!(text.is_empty() || !marks.mentions.is_empty());
    }
}

#[test]
fn two_names_of_one_sentence_were_judged_as_one_by_the_next() {
    let text = "Sepsis and PE were both considered. The former was ruled out. The latter is being treated.";
    assert_eq!((stands(text, "sepsis"), stands(text, "pulmonary_embolism")), ("negated", "present"));
    assert_eq!(stands("Osteomyelitis is on the list. So is cellulitis.", "cellulitis"), "possible");
    assert_eq!(stands("I considered three things. Sepsis. Shock.", "shock"), "possible");
    assert_eq!(stands("I considered three things. Sepsis. He is in shock.", "shock"), "present");
}

#[test]
fn a_verdict_right_behind_its_name_denied_the_next_one() {
    let text = "Pneumonia neg, DVT pos. No blood in the stool, hemoglobin 7, iron deficiency anemia.";
    let stand = ["pneumonia", "deep_vein_thrombosis", "anemia"].map(|concept| stands(text, concept));
    assert_eq!(stand, ["negated", "present", "present"]);
}

#[test]
fn a_test_that_was_done_for_another_reason_denied_what_stood_before_it() {
    assert_eq!(stands("Troponin was sent for MI. It was flat.", "myocardial_infarction"), "negated");
    for text in
        ["Orthostatic hypotension returned. Labs were sent for Addison's. Cortisol was normal.", "Hypotension. Echo was unremarkable."]
    {
        assert_eq!(stands(text, "hypotension"), "present", "{text}");
    }
}

#[test]
fn a_heading_in_capitals_held_for_the_first_line_below_it_only() {
    let text = "RULED OUT:\nSepsis\nPneumonia\n\nPLAN: Treat the cellulitis.";
    assert_eq!((stands(text, "sepsis"), stands(text, "pneumonia"), stands(text, "cellulitis")), ("negated", "negated", "present"));
    assert_eq!(stands("ASTHMA: none", "asthma"), "negated");
}

#[test]
fn a_semicolon_before_a_clause_did_not_end_what_was_denied() {
    let text = "Negative for hematemesis, melena; depression since the winter.";
    assert_eq!((stands(text, "gastrointestinal_bleeding"), stands(text, "depression")), ("negated", "present"));
}

#[test]
fn what_a_later_sentence_feared_was_lost() {
    assert_eq!(stands("She was taught what a DVT feels like. Should one develop, she is to call.", "deep_vein_thrombosis"), "hypothetical");
    assert_eq!(stands("She has a DVT. Should she fall, she is to call.", "deep_vein_thrombosis"), "present");
}

#[test]
fn an_aspiration_pneumonia_that_threatens_was_read_as_there() {
    assert_eq!(stands("At risk for aspiration pneumonia; upright for meals.", "pneumonia"), "hypothetical");
    assert_eq!(stands("At risk for aspiration. Being treated for pneumonia.", "pneumonia"), "present");
}

#[test]
fn evidence_of_shock_was_not_seen() {
    assert_eq!(stands("No evidence of shock.", "shock"), "negated");
    assert_eq!(stands("Clear evidence of shock with a MAP of 50.", "shock"), "present");
    assert_eq!(stands("Delivery of shock at 200 joules.", "shock"), "none");
}

#[test]
fn the_site_in_the_next_sentence_was_not_the_conditions() {
    let site = |text: &str| {
        let reading = read(text, None);
        reading.conditions.iter().find(|c| c.condition == "cellulitis").and_then(|c| c.attributes.get("site").cloned())
    };
    for text in ["Cellulitis. Left lower leg.", "Admitted with cellulitis. Right foot and ankle.", "Cellulitis. Face."] {
        assert_eq!(site(text).as_deref(), Some("stated"), "{text}");
    }
    for text in [
        "Cellulitis. Left leg is weak.",
        "Cellulitis.\nLeft leg.",
        "Cellulitis is better. Pulses in the left foot.",
        "Cellulitis. Asthma. Leg.",
    ] {
        assert_eq!(site(text), None, "{text}");
    }
}

#[test]
fn a_box_behind_a_name_was_taken_for_the_next_one() {
    let form = "Diabetes [x]  CHF [ ]  COPD [x]";
    assert_eq!((stands(form, "diabetes"), stands(form, "heart_failure"), stands(form, "copd")), ("present", "negated", "present"));
    let before = "[x] Diabetes  [ ] CHF  [x] COPD";
    assert_eq!((stands(before, "diabetes"), stands(before, "heart_failure"), stands(before, "copd")), ("present", "negated", "present"));
}

/// How a text says that a concept stands, at most.
pub(super) fn stands(text: &str, concept: &str) -> &'static str {
    let reading = read(text, None);
    reading.mentions.iter().filter(|m| m.concept == concept).map(|m| m.assertion).min().map_or("none", Assertion::name)
}

#[test]
fn words_of_the_next_sentence_once_guarded_a_name() {
    assert_eq!(stands("She moved to CA in May. The breast exam is normal.", "malignant_neoplasm"), "none");
    assert_eq!(stands("Breast CA with bone pain.", "malignant_neoplasm"), "present");
    // Where a guard asks for it, the sentences beside count: what was smoked, and that it was stopped.
    assert_eq!(stands("He smoked one pack per day. He quit in May.", "tobacco_use"), "historical");
}

#[test]
fn a_list_of_alternatives_lost_its_doubt_at_the_first_comma() {
    assert_eq!(stands("Possible pneumonia, pulmonary embolism, or heart failure.", "heart_failure"), "possible");
    assert_eq!(stands("Possible pneumonia, hypertension, and heart failure.", "heart_failure"), "present");
    assert_eq!(stands("Possible pneumonia, with heart failure or not.", "heart_failure"), "present");
}

#[test]
fn the_heading_of_a_differential_diagnosis_left_no_doubt() {
    let text = "DIFFERENTIAL DIAGNOSIS:\n1. Pneumonia.\n2. Pulmonary embolism.\n\nPLAN: Treat the heart failure.";
    assert_eq!(stands(text, "pulmonary_embolism"), "possible");
    assert_eq!(stands(text, "heart_failure"), "present");
    let bare = "RISKS DISCUSSED\nStroke, infection\n\nPLAN: Treat the pneumonia.";
    assert_eq!((stands(bare, "stroke"), stands(bare, "pneumonia")), ("hypothetical", "present"));
}

#[test]
fn what_a_patient_is_not_on_was_read_as_taken() {
    assert_eq!(stands("He is not on home oxygen.", "treatment.home_oxygen"), "negated");
    assert_eq!(stands("She is not on dialysis for her chronic kidney disease.", "chronic_kidney_disease"), "present");
    assert_eq!(stands("Not on insulin for her diabetes.", "diabetes"), "present");
}

#[test]
fn a_doubt_that_was_settled_stayed_a_doubt() {
    assert_eq!(stands("Suspected pneumonia, confirmed on CT.", "pneumonia"), "present");
    assert_eq!(stands("Suspected pneumonia, not confirmed on CT.", "pneumonia"), "possible");
}

#[test]
fn an_end_inside_a_longer_story_was_no_end() {
    assert_eq!(stands("History of alcohol abuse, sober for five years.", "alcohol_use_disorder"), "historical");
    assert_eq!(stands("History of alcohol abuse, drinking daily.", "alcohol_use_disorder"), "present");
}

#[test]
fn what_was_asked_of_the_laboratory_was_read_as_an_infection() {
    assert_eq!(stands("Labs: HIV, RPR and rubella were sent.", "term.hiv"), "none");
    assert_eq!(stands("He has HIV and takes his pills.", "term.hiv"), "present");
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
    // Each of these once took time with the square of its length.
    let values = "Na 120 K 3 ".repeat(10_000);
    let slashes = "no/denies/cr.na.".repeat(10_000);
    let sentence = "no fever with CHF or ".repeat(10_000);
    let (stops, feeds) = (format!("{}{}", ".".repeat(50_000), ",".repeat(50_000)), "\n".repeat(100_000));
    for text in [
        controls.as_str(),
        &long,
        &negations,
        &commas,
        &headings,
        &values,
        &slashes,
        &sentence,
        &stops,
        &feeds,
        "",
        "\n\n\n",
        "é\u{301}no feveré",
    ] {
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
    fn controls_marks_and_long_runs_break_no_span(
        parts in proptest::collection::vec(
            prop_oneof![
                proptest::char::range('\u{0}', '\u{9f}').prop_map(String::from),
                proptest::sample::select(vec!['\u{200b}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{feff}', '\u{301}', '\u{ad}'])
                    .prop_map(String::from),
                (proptest::sample::select(vec![" ", "\n", ".", ",", ":", "-", "|", "\t", "(", "a", "1", "na 1 ", "no ", "CHF/", "PMH ", "# ", "e.g. ", "->", "é"]), 1usize..60)
                    .prop_map(|(unit, times)| unit.repeat(times)),
                Just("FAMILY HISTORY: mother with CHF. ".to_owned()),
                Just("BP 88/52 Cr 1.1 -> 2.4 mg/dL EF 20-25 % ".to_owned()),
            ],
            0..30,
        )
    ) {
        let text = parts.concat();
        let reading = read(&text, None);
        let whole = |start: usize, end: usize| start <= end && text.get(start..end).is_some();
        prop_assert!(reading.mentions.iter().all(|m| whole(m.start, m.end) && m.start < m.end));
        prop_assert!(reading.measurements.iter().all(|m| whole(m.start, m.end) && m.start < m.end));
        prop_assert!(reading.measurements.windows(2).all(|pair| pair[0].start <= pair[1].start));
        prop_assert!(reading.sections.iter().all(|s| whole(s.start, s.body) && whole(s.body, s.end)));
        prop_assert!(reading.sections.windows(2).all(|pair| pair[0].end <= pair[1].start));
        prop_assert!(reading.sentences.iter().all(|s| whole(s.start, s.end)));
        prop_assert!(reading.sentences.windows(2).all(|pair| pair[0].end <= pair[1].start));
        prop_assert_eq!(read(&text, None), reading);
    }

    #[test]
    fn any_text_can_be_read(text in "\\PC{0,200}") {
        let reading = read(&text, None);
        prop_assert!(reading.mentions.iter().all(|m| text.get(m.start..m.end).is_some()));
    }
}
