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

const CONTEXT: &str = "Creatinine 1.0 on 17 Nov 2026, 2.4 on 19 Nov 2026; IV fluids 19 Nov. Hemoglobin 7.1 on 18 Nov.\n";

/// Ways to lead, push or speak of money that avoid the usual words: each is stopped, or wants a reason.
#[test]
fn other_words_and_other_letters_are_stopped_as_well() {
    let mut passed = Vec::new();
    for words in [
        "We are looking for acute blood loss anemia here. Please clarify.",
        "Please clarify the renal function; most providers pick the first option.",
        "Could these findings reflect AKI?",
        "Might this change represent acute kidney injury?",
        "Please consider acute kidney injury. Can the renal function be clarified?",
        "Would it be reasonable to document acute kidney injury?",
        "Please clarify. Kindly write AKI in tomorrow's note.",
        "Please clarify. Your note needs to say AKI for the coder.",
        "Please clarify. The chart lacks the words that are needed.",
        "Please complete the sentence: acute kidney injury due to ____.",
        "Acute kidney injury: present or absent?",
        "Please clarify. The insurer will refuse the claim.",
        "Please clarify, it is an M.C.C. here.",
        "Please clarify, it is an M-C-C.",
        "Please clarify for the C.M.I. of the unit.",
        "Please clarify, reimb is at stake.",
        "Please clarify, it is what we are paid for.",
        "Please clarify for Vizient.",
        "Please clarify, Elixhauser counts it.",
        "Please clarify, your bonus hangs on it.",
        "Please clarify, RVUs follow.",
        "Please clarify; the expected length of stay would be longer.",
        "Please clarify, so that it shows how sick the patient was.",
        "Please clarify, it adds an \u{ff2d}\u{ff23}\u{ff23}.",
        "Please clarify, it adds an \u{41c}\u{421}\u{421}.",
        "Please clarify, it adds an M\u{200b}C\u{ad}C.",
        "Please d\u{43e}cument acute k\u{456}dney injury.",
    ] {
        let report = lint_text(&format!("{CONTEXT}{words}"));
        if report.diagnostics.iter().all(|d| d.severity == LintSeverity::Advice) {
            passed.push(words);
        }
    }
    assert!(passed.is_empty(), "{passed:#?}");
}

/// Neighbours of those words in which nothing leads, pushes or pays.
#[test]
fn clinical_neighbours_of_those_words_pass() {
    let mut stopped = Vec::new();
    for words in [
        "Upgraded to high-flow 18 Nov. Please clarify the respiratory status.",
        "Culture from catheter capture sample 18 Nov. Please clarify.",
        "Downgraded to the ward 20 Nov. Please clarify the renal function.",
        "Could the renal function be further specified?",
        "Renal consult 19 Nov looked for obstruction. Please clarify the renal function.",
        "Urine sent at 8 A.M. on 18 Nov by A. B. Smith. Please clarify.",
        "TNF-\u{3b1} inhibitor held 18 Nov. Please clarify the renal function.",
        "Please consider the findings above. Can the renal function be further specified?",
        "Patient claims no drug use (18 Nov). Please clarify the renal function.",
        "Please select one option that reflects your clinical judgment. Can the renal function be specified?",
        "Progress note 19 Nov (Chen): \"acute kidney injury\". Can the cause of the acute kidney injury be further specified?",
    ] {
        let report = lint_text(&format!("{CONTEXT}{words}"));
        if report.diagnostics.iter().any(|d| d.severity != LintSeverity::Advice) {
            stopped.push((words, report.diagnostics));
        }
    }
    assert!(stopped.is_empty(), "{stopped:#?}");
}

#[test]
fn a_title_in_other_words_is_still_a_diagnosis() {
    for title in
        ["Kidney injury, acute: clarification", "Renal failure clarification", "Pneumothorax query", "Failure, heart: clarification"]
    {
        let found = names(&lint_text(&format!("Title: {title}\n{CONTEXT}Please clarify.")));
        assert!(found.contains(&"QL010"), "{title}");
    }
}

/// Only a provider's document, or a dated quotation that is no other's, documents a diagnosis.
#[test]
fn quotation_marks_document_nothing_by_themselves() {
    let title = |said: &str| names(&lint_text(&format!("Title: Clarification of AKI\n{said}\nCreatinine 2.4 on 19 Nov. Please clarify.")));
    for said in ["\"AKI\"", "Nurse Ortiz on 18 Nov: \"feels weak. AKI\"", "RN note 18 Nov 10:00:\n\"AKI\"", "Somebody wrote \"AKI\"."] {
        assert!(title(said).contains(&"QL010"), "{said}");
    }
    for said in ["Progress note 19 Nov (Chen): \"AKI\"", "Chen, 19 Nov 2026: \"tired. AKI\"", "Progress note, Dr Chen:\n\"AKI\""] {
        assert!(!title(said).contains(&"QL010"), "{said}");
    }
}

#[test]
fn an_option_is_not_set_above_the_others_and_none_of_these_is_not_other() {
    let with = |first: &str, last: &str| {
        names(&lint_text(&format!(
            "{CONTEXT}Can the renal function be further specified?\n( ) {first}\n( ) Chronic kidney disease\n( ) {last}\n( ) Unable to determine"
        )))
    };
    for first in [
        "Acute kidney injury (recommended)",
        "*** Acute kidney injury",
        "Acute kidney injury - preferred",
        "Acute kidney injury (most likely)",
    ] {
        assert!(with(first, "Other: ____").contains(&"QL039"), "{first}");
    }
    assert!(!with("Acute kidney injury", "Other: ____").contains(&"QL039"));
    assert!(with("Acute kidney injury", "None of the above").contains(&"QL030"));
    assert!(!with("Acute kidney injury", "None of the above: ____").contains(&"QL030"));
}

#[test]
fn a_reason_is_words() {
    for (given, counts) in
        [("x", false), ("n/a", false), ("ok ok", false), ("justification", false), ("............", false), ("No other cause fits", true)]
    {
        let mut draft = Draft::default();
        draft.justifications.insert("QL033".into(), given.into());
        assert_eq!(is_justified(&draft, "QL033"), counts, "{given}");
    }
}

#[test]
fn findings_of_an_earlier_encounter_are_seen_in_a_text() {
    let found = |said: &str| names(&lint_text(&format!("{said}\nPlease clarify the renal function.")));
    let now = "Creatinine 2.4 on 19 Nov 2026.";
    assert!(found(&format!("{now}\nDischarge summary March 2026: creatinine 0.9.")).contains(&"QL080"));
    for said in ["When she was here in March creatinine was 0.9.", "At the other hospital creatinine was 0.9."] {
        let rules = found(&format!("{now}\n{said}"));
        assert!(rules.contains(&"QL080") && rules.contains(&"QL082"), "{said}");
    }
    assert!(found("Previous admission, 12 Mar 2026: creatinine 2.4.").contains(&"QL081"));
    let near = found(&format!("{now}\nCreatinine 1.0 on 31 Oct 2026. Clinic 12 Mar 2026: creatinine 0.9, the baseline."));
    assert!(!near.iter().any(|r| r.starts_with("QL08")), "{near:?}");
}

/// A contact, a role and a code in the body speak of money as much as a sentence does; a question that presupposes is remarked on.
#[test]
fn money_and_taken_for_granted_diagnoses_passed_outside_the_question() {
    let text = "Title: Clinical clarification: renal function\nProgress note 19 Nov 07:20, Dr Chen: \"elevated creatinine\". Creatinine 1.0 on 17 Nov, 2.4 on 19 Nov.\n{}\n";
    let rules_of = |sentence: &str| names(&lint_text(&text.replace("{}", sentence)));
    for (sentence, rule) in [
        ("What caused the acute kidney injury?", "QL062"),
        ("Which stage of acute kidney injury does the patient have?", "QL062"),
        ("Code N17.9 is available. Can the renal function be further specified?", "QL070"),
        ("Any objection to acute kidney injury?", "QL061"),
        ("Finance asks for this. Can the renal function be further specified?", "QL070"),
    ] {
        assert!(rules_of(sentence).contains(&rule), "{sentence}: {:?}", rules_of(sentence));
    }
    for sentence in [
        "Based on your clinical judgment, can the change in renal function be further specified?",
        "What caused the change in renal function?",
    ] {
        assert!(!rules_of(sentence).iter().any(|r| ["QL061", "QL062", "QL070"].contains(r)), "{sentence}: {:?}", rules_of(sentence));
    }
    let draft = Draft { contact: "DRG desk, MCC line".to_owned(), author: "A. Ruiz RN".to_owned(), ..Draft::default() };
    let found = lint(&draft, &Context::empty());
    assert!(found.diagnostics.iter().any(|d| d.rule == "QL070" && d.field == "contact"));
}

/// A stay of the summer, asked about with an answer due in November, was taken for an earlier encounter.
#[test]
fn the_date_that_an_answer_is_due_makes_no_finding_an_earlier_one() {
    let text = "Title: Clinical clarification: renal function\nDue: 23 Nov 2026 08:50\nCreatinine 1.0 on 17 Jul 2026, 2.4 on 19 Jul 2026.\nPlease clarify the renal function.";
    assert!(!names(&lint_text(text)).contains(&"QL080"));
    assert!(names(&lint_text(&text.replace("Due:", "Creatinine 1.1 on"))).contains(&"QL080"));
}

/// 50 KB without a blank are one word, and passed for a short query.
#[test]
fn a_word_of_fifty_kilobytes_is_too_long_to_be_read() {
    let text = |word: &str| {
        format!("Title: Clinical clarification: renal function\n\nCreatinine 2.4 on 19 Nov 2026. {word}\n\nCan the cause be clarified?")
    };
    let told = |word: &str| lint_text(&text(word)).diagnostics.iter().any(|d| d.rule == "QL100");
    assert!(told(&"abcdefghij".repeat(5000)) && !told("pseudohypoparathyroidism"));
}
