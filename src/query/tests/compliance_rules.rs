//! Wordings and options that a compliance officer got past the rules.

use super::*;
use crate::checklist::{Gap, GapKind, GapState, Severity};
use crate::reading::read;

/// The rules that speak of a draft, but for advice.
fn speaks(draft: &Draft) -> Vec<&'static str> {
    with_context(&[], |c| lint(draft, c)).diagnostics.into_iter().filter(|d| d.severity != LintSeverity::Advice).map(|d| d.rule).collect()
}

fn changed(change: impl FnOnce(&mut Draft)) -> Draft {
    let mut draft = clean();
    change(&mut draft);
    draft
}

#[test]
fn an_undocumented_diagnosis_in_the_author_s_own_words_passed() {
    let mut passed = Vec::new();
    for words in [
        "Please clarify the diagnosis; thank you for adding acute kidney injury to your note.",
        "Acute kidney injury.",
        "Note: sepsis.",
        "We would be grateful to see acute kidney injury in tomorrow's note.",
        "As we discussed, the kidney injury should go in the discharge summary.",
        "AKI is missing from the problem list.",
        "Feel free to use AKI.",
        "AKI would be the appropriate term.",
        "Your documentation of AKI is appreciated.",
        "KDIGO criteria are met.",
        "Findings meet KDIGO criteria.",
    ] {
        for draft in [changed(|d| d.body = words.into()), changed(|d| d.question = format!("{words} {}", d.question))] {
            if speaks(&draft).is_empty() {
                passed.push(words);
            }
        }
    }
    let aloud = changed(|d| {
        d.form = QueryForm::Verbal;
        d.options.clear();
        d.verbal = Some(Verbal {
            at: Some(at("2026-11-20T08:00-05:00")),
            channel: "telephone".into(),
            wording: "Chart is missing acute respiratory failure. What is your diagnosis?".into(),
            reply: "Will look.".into(),
        });
    });
    assert!(!speaks(&aloud).is_empty(), "asked aloud");
    assert!(passed.is_empty(), "{passed:#?}");
    // What a provider documented, what is denied and what is quoted may be named.
    for words in [
        "The heart failure exacerbation is documented in the same note.",
        "No sepsis was documented.",
        "The note says \"CHF exacerbation\".",
    ] {
        let draft = changed(|d| d.body = words.into());
        let found = with_context(&["heart_failure"], |c| lint(&draft, c));
        assert!(!found.diagnostics.iter().any(|d| d.rule == "QL067"), "{words}: {:?}", found.diagnostics);
    }
    let documented = changed(|d| d.body = "KDIGO criteria were reviewed for the documented acute kidney injury.".into());
    let found = with_context(&["acute_kidney_injury"], |c| lint(&documented, c));
    assert!(!found.diagnostics.iter().any(|d| matches!(d.rule, "QL062" | "QL067")), "{:?}", found.diagnostics);
}

#[test]
fn words_of_coding_and_of_the_hospital_s_numbers_passed() {
    let mut passed = Vec::new();
    for words in [
        "Symptoms alone cannot be coded.",
        "Our coders cannot code elevated creatinine.",
        "The chart will not reflect severity.",
        "This will help our length-of-stay numbers.",
        "The stay has to pass two-midnight.",
        "It moves the needle for the hospital.",
        "It is a matter of rev enue.",
    ] {
        let draft = changed(|d| d.body = words.into());
        let found = speaks(&draft);
        if !found.iter().any(|r| matches!(*r, "QL066" | "QL070" | "QL071")) {
            passed.push(format!("{words} {found:?}"));
        }
    }
    for option in ["Acute kidney injury (higher complexity)", "Azotemia (not codable)"] {
        let draft = changed(|d| d.options[0].text = option.into());
        if !speaks(&draft).contains(&"QL036") {
            passed.push(option.to_owned());
        }
    }
    assert!(passed.is_empty(), "{passed:#?}");
    for words in ["Code status was discussed on 19 Nov.", "Pain severity 8 of 10 on 19 Nov.", "Length of stay so far: 3 days."] {
        let found = speaks(&changed(|d| d.body = words.into()));
        assert!(!found.iter().any(|r| matches!(*r, "QL070" | "QL071")), "{words}: {found:?}");
    }
}

#[test]
fn a_diagnosis_turned_round_or_nearly_spelled_stood_in_the_title() {
    for words in [
        "injury of the kidney",
        "acute injury to the kidneys",
        "tubular injury",
        "nephropathy, acute",
        "kidney shutdown",
        "acute kidney lnjury",
        "Akute Kidney Injry",
    ] {
        let draft = changed(|d| d.title = format!("Clinical clarification: {words}"));
        assert!(speaks(&draft).contains(&"QL010"), "{words}");
    }
    for words in ["renal function", "kidney function", "laboratory values", "acute change", "injection site", "infusion rates"] {
        let draft = changed(|d| d.title = format!("Clinical clarification: {words}"));
        assert!(!speaks(&draft).contains(&"QL010"), "{words}");
    }
}

/// Yes or no about what a nurse, a laboratory or nobody had written.
#[test]
fn yes_and_no_were_asked_of_what_no_provider_documented() {
    let yes_no = |question: &str, cited: Option<Evidence>| {
        changed(|d| {
            d.form = QueryForm::YesNo;
            d.reason = Reason::R6;
            d.concept = None;
            d.question = question.into();
            d.documented_at = cited;
            d.options = [
                ("Yes", OptionKind::Yes),
                ("No", OptionKind::No),
                ("Other: ____", OptionKind::Other),
                ("Unable to determine", OptionKind::Undetermined),
            ]
            .map(|(text, kind)| QueryOption { text: text.into(), kind, ..QueryOption::default() })
            .into();
        })
    };
    let nurse = "Sacrum: stage 2 pressure injury, 3 cm.";
    let mut by_nurse = quoted("wound-1", nurse, "stage 2 pressure injury");
    if let Evidence::Text(text) = &mut by_nurse {
        text.author = Some("Sol Ortiz, RN".into());
        text.document_type = DocumentType::Other;
    }
    let order = quoted("prog-1", NOTE, "renal consult");
    let note = "Acute pancreatitis. Lipase 900. No alcohol use. Pressure injury of the sacrum, present on arrival.";
    let provider = |words: &str| Some(quoted("prog-1", note, words));
    let verdict = |draft: &Draft, documented: &[&str]| {
        let wrote = |id: &str| Some(id == "prog-1");
        with_context(documented, |c| lint(draft, &Context { provider_wrote: &wrote, ..*c })).diagnostics.iter().any(|d| d.rule == "QL050")
    };
    for (question, cited, documented) in [
        ("Was the pressure injury present on admission?", Some(by_nurse), &[][..]),
        ("Was the low sodium present on admission?", Some(lab("sodium", "128", "mmol/L", "2026-11-19T05:10-05:00")), &[]),
        ("Was the low sodium present on admission?", None, &[]),
        ("Is the pancreatitis due to alcohol?", provider("Acute pancreatitis"), &["pancreatitis"]),
        ("Is the acute kidney injury due to the contrast that was given?", Some(order), &[]),
    ] {
        assert!(verdict(&yes_no(question, cited), documented), "{question}");
    }
    let fine = yes_no("Was the pressure injury present on admission?", provider("Pressure injury of the sacrum"));
    assert!(!verdict(&fine, &["pressure_injury"]));
}

fn filled(kind: GapKind, item: &str, condition: &str, note: &str) -> Draft {
    filled_from(&gap(kind, item, condition, note), note)
}

pub(super) fn gap(kind: GapKind, item: &str, condition: &str, note: &str) -> Gap {
    Gap {
        item: item.into(),
        checklist: "test".into(),
        version: 1,
        kind,
        condition: Some(condition.into()),
        element: None,
        document_type: Some("progress_note".into()),
        missing: vec!["cause".into()],
        severity: Severity::Warn,
        title: String::new(),
        why: String::new(),
        encounter: "88120".into(),
        evidence: vec![quoted("prog-1", note, note)],
        counter_evidence: Vec::new(),
        searched: Vec::new(),
        also: Vec::new(),
        query_template: None,
        due: None,
        run: None,
        state: GapState::Open,
    }
}

pub(super) fn filled_from(gap: &Gap, note: &str) -> Draft {
    let chart = chart(note);
    let now = at("2026-11-20T08:50-05:00");
    let readings: Vec<_> = chart.documents.iter().map(|d| read(&d.text, d.document_type)).collect();
    let policy = Policy::named("default").unwrap();
    let asking = Asking { author: "Ana Ruiz, RN, CCDS", contact: "ext. 4411", now: &now, policy, templates: templates() };
    draft_from_gap(gap, &chart, &readings, &asking)
}

fn offered(draft: &Draft) -> Vec<&str> {
    draft.options.iter().map(|o| o.text.as_str()).collect()
}

#[test]
fn a_template_offered_what_the_chart_refutes() {
    let pancreas =
        "Acute pancreatitis. No gallstones on ultrasound. EtOH <10. CT: no necrosis or infection. Triglycerides 1960. Lipase 900.";
    let draft = filled(GapKind::Unspecified, "G02-specificity", "pancreatitis", pancreas);
    assert_eq!(supported(&draft), ["Acute pancreatitis due to hypertriglyceridemia"]);
    assert_eq!((draft.form, offered(&draft).len()), (QueryForm::Open, 0), "one diagnosis by itself is no choice");
    assert!(!draft.question.contains("if any"), "a documented diagnosis is not asked for: {}", draft.question);
    let kidney = "Chronic kidney disease. eGFR 28 today.";
    let draft = filled(GapKind::Unspecified, "N03-specificity", "chronic_kidney_disease", kidney);
    assert_eq!(supported(&draft), ["Stage 4"]);
    let acid = "pH 7.29, bicarbonate 16, anion gap 22, vomiting, diuretics held.";
    let draft = filled(GapKind::Undocumented, "N06-undocumented", "acidosis", acid);
    let kept = supported(&draft);
    assert!(kept.iter().any(|o| o == "Metabolic acidosis due to: ____") && !kept.iter().any(|o| o == "Metabolic alkalosis"), "{kept:?}");
    let lung = "Home oxygen 2 L. pCO2 58, pH 7.38. This is where he lives.";
    let draft = filled(GapKind::Undocumented, "R02-undocumented", "respiratory_failure", lung);
    assert!(!offered(&draft).iter().any(|o| o.contains("Acute")), "{:?}", offered(&draft));
    assert!(offered(&draft).contains(&"Chronic respiratory failure with hypercapnia"));
    let mind = "CAM positive, agitated. Haloperidol given. Sodium 121.";
    let draft = filled(GapKind::Undocumented, "P02-undocumented", "delirium", mind);
    assert!(
        offered(&draft).contains(&"Not clinically significant")
            && offered(&draft).iter().any(|o| !o.contains("elirium") && o.contains("ncephal")),
        "{:?}",
        offered(&draft)
    );
}

/// A query about the same things to somebody else, begun from nothing, was no duplicate.
#[test]
fn a_duplicate_without_a_gap_went_unseen() {
    let mut blank = clean();
    blank.concept = None;
    let open = [OpenQuery::of(40, &clean())];
    let found = |draft: &Draft| {
        with_context(&[], |c| lint(draft, &Context { open_queries: &open, ..*c })).diagnostics.iter().any(|d| d.rule == "QL006")
    };
    assert!(found(&blank));
    blank.indicators.truncate(1);
    blank.options.truncate(0);
    assert!(!found(&blank), "one shared quotation is no duplicate");
}

#[test]
fn an_option_in_capitals_and_a_due_day_years_away_went_unmarked() {
    assert!(speaks(&changed(|d| d.options[0].text = "ACUTE KIDNEY INJURY".into())).contains(&"QL039"));
    assert!(!speaks(&changed(|d| d.options[0].text = "AKI".into())).contains(&"QL039"));
    assert!(speaks(&changed(|d| d.due = Some(at("2030-01-01T08:00-05:00")))).contains(&"QL005"));
}

/// "Not clinically significant" could be taken out of a template's query about a finding.
#[test]
fn a_finding_without_the_answer_that_it_means_nothing_went_unmarked() {
    let mut draft = changed(|d| {
        d.template = Some("renal-function".into());
        d.indicators[1] = indicator(lab("creatinine", "1.9", "mg/dL", "2026-11-19T05:10-05:00"), "labs");
    });
    assert!(speaks(&draft).contains(&"QL037"));
    draft.options.push(QueryOption {
        text: "Not clinically significant".into(),
        kind: OptionKind::NotSignificant,
        ..QueryOption::default()
    });
    assert!(!speaks(&draft).contains(&"QL037"));
}

/// "Was it ever really there?" judged the provider's work without a word of the list.
#[test]
fn a_validation_that_doubts_the_provider_passed() {
    for (words, judged) in [
        ("Was the pneumonia ever really there?", true),
        ("Was it truly present on 19 Nov?", true),
        ("Can the status of the quoted diagnosis be clarified?", false),
    ] {
        let draft = changed(|d| {
            d.reason = Reason::R4;
            d.body = words.into();
        });
        assert_eq!(speaks(&draft).contains(&"QL092"), judged, "{words}");
    }
}

/// A bare heading and a placeholder were quoted without what they are about, the placeholder twice.
#[test]
fn a_quotation_without_its_line_said_nothing() {
    let note = "FINDINGS: none.\nESTIMATED BLOOD LOSS: 550 mL.\nExam: lungs *** today, abdomen *** soft.\n";
    let mut gap = gap(GapKind::Undocumented, "B02-undocumented", "anemia", note);
    gap.evidence = vec![quoted("prog-1", note, "ESTIMATED BLOOD LOSS"), quoted("prog-1", note, "***")];
    let mut second = quoted("prog-1", note, "*** soft");
    if let Evidence::Text(text) = &mut second {
        (text.end, text.quote) = (text.start + 3, "***".into());
    }
    gap.evidence.push(second);
    let draft = filled_from(&gap, note);
    let quotes: Vec<String> = draft.indicators.iter().map(|i| crate::query::words_of(&i.evidence)).collect();
    assert!(quotes.iter().any(|q| q == "ESTIMATED BLOOD LOSS: 550 mL."), "{quotes:?}");
    assert_eq!(quotes.iter().filter(|q| q.contains("***")).count(), 1, "{quotes:?}");
    assert!(quotes.iter().any(|q| q.starts_with("Exam: lungs ***")), "{quotes:?}");
    let context = |d: &Draft| with_context(&[], |c| lint(d, &Context { source_text: &|_| Some(note.to_owned()), ..*c }));
    assert!(!context(&draft).diagnostics.iter().any(|d| d.rule == "QL022"), "what is quoted stands in the note");
}

/// Words of the same draft with values that are as they should be.
#[test]
fn usual_values_were_support_for_a_diagnosis() {
    let draft = changed(|d| {
        d.indicators.truncate(1);
        d.indicators[0] = Indicator::new(lab("Creatinine", "0.8", "mg/dL", "2026-11-19T05:10-05:00"), "labs");
        if let Evidence::Value(value) = &mut d.indicators[0].evidence {
            value.reference = Some("0.7-1.3".into());
        }
        d.indicators[0].hash = crate::query::indicator_hash(&d.indicators[0].evidence);
    });
    assert!(speaks(&draft).contains(&"QL032"), "{:?}", speaks(&draft));
}

#[test]
fn dictated_wording_passed_in_quotation_marks() {
    for words in [
        "Suggested wording for your addendum: \"acute kidney injury\".",
        "Sample documentation other physicians use: \"acute kidney injury\".",
        "Example of a complete answer: \"acute kidney injury\".",
    ] {
        assert!(speaks(&changed(|d| d.body = words.into())).contains(&"QL060"), "{words}");
    }
}

#[test]
fn acronyms_were_taken_for_emphasis_and_shouting_is() {
    let with = |text: &str| speaks(&changed(|d| d.options[0].text = text.into())).contains(&"QL039");
    assert!(!with("NSTEMI") && !with("SIADH") && with("SEPSIS") && with("ACUTE KIDNEY INJURY"));
}

#[test]
fn an_other_that_names_a_diagnosis_was_free() {
    for text in ["Other kidney injury", "Other: ____ (e.g. acute tubular necrosis)"] {
        let draft = changed(|d| {
            for option in d.options.iter_mut().filter(|o| o.kind == OptionKind::Other) {
                option.text = text.into();
            }
        });
        assert!(speaks(&draft).contains(&"QL030"), "{text}: {:?}", speaks(&draft));
    }
}

#[test]
fn words_of_a_note_were_a_tag_and_a_link_in_markdown() {
    let draft = changed(|d| d.body = "The note says \"<b>stop</b> [x](javascript:alert(1))\".".into());
    let page = render_markdown(&draft, None, None, None);
    assert!(page.contains("\\<b>stop\\</b> [x]\\(javascript"), "{page}");
    assert!(!render_text(&draft, None).contains('\\'));
}

#[test]
fn units_stand_as_people_write_them_and_the_hash_is_over_what_was_sent() {
    let warm =
        |unit: &str| changed(|d| d.indicators[1] = Indicator::new(lab("temperature", "39.1", unit, "2026-11-19T05:10-05:00"), "exam"));
    let (sent, spoken) = (warm("Cel"), warm("\u{b0}C"));
    assert!(render_text(&sent, None).contains("39.1 \u{b0}C") && !render_text(&sent, None).contains("Cel"));
    assert_ne!(crate::query::body_hash(&sent), crate::query::body_hash(&spoken));
}

/// A heart failure is documented; that it is one with preserved ejection fraction is what the query asks.
#[test]
fn a_subtype_named_by_the_author_passed_because_its_diagnosis_was_documented() {
    let base = clean();
    let rules = |question: &str, documented: &[&str]| {
        let asked = Draft { question: question.into(), ..base.clone() };
        with_context(documented, |c| lint(&asked, c)).diagnostics.iter().map(|d| d.rule).collect::<Vec<_>>()
    };
    for told in ["Please document HFpEF.", "Can you document HFpEF?"] {
        assert!(rules(told, &["heart_failure"]).contains(&"QL060"), "{told}");
    }
    assert!(rules("The patient has HFpEF.", &["heart_failure"]).contains(&"QL062"));
    for plain in ["Please clarify the type of the heart failure.", "Can the heart failure be further specified?"] {
        let found = rules(plain, &["heart_failure"]);
        assert!(!found.contains(&"QL060") && !found.contains(&"QL062"), "{plain}: {found:?}");
    }
}

/// "Creatinine 0.3 above baseline in 48 hours" stood in one answer, and no sign of comparison gave it away.
#[test]
fn criteria_inside_one_answer_passed_without_a_sign_of_comparison() {
    let with = |text: &str| {
        let text = text.to_owned();
        changed(move |d| {
            d.options.retain(|o| o.kind != OptionKind::Diagnosis);
            for (at, text) in [text.as_str(), "Zygomatic condition"].into_iter().enumerate() {
                d.options.insert(at, QueryOption { text: text.into(), ..QueryOption::default() });
            }
        })
    };
    for text in [
        "Acute kidney injury, creatinine 0.3 above baseline in 48 hours",
        "Acute kidney injury (0.3 mg/dL in 48 h)",
        "Acute kidney injury: 1.5 times baseline",
        "Acute kidney injury with doubling of creatinine",
        "Acute kidney injury per KDIGO",
        "Acute kidney injury, creatinine 2.4",
        "Acute respiratory failure with hypercapnia, pH 7.26 and pCO2 of 70",
        "Malnutrition, severe: 14 % weight loss in 6 months",
        "Malnutrition, severe, BMI 16",
        "Acute blood loss anemia, hemoglobin drop of 2 g/dL",
        "Myocardial infarction, rise of 20 percent",
    ] {
        assert!(speaks(&with(text)).contains(&"QL065"), "{text}");
    }
    for text in [
        "Acute kidney injury",
        "Chronic kidney disease, stage 3b",
        "Type 2 myocardial infarction due to: ____",
        "Pressure injury, stage 3, within 2 days of admission",
        "Class 2 obesity",
        "Type 1 diabetes",
        "Ileus on postoperative day 2",
        "Fracture due to a fall from 3 feet",
        "Low sodium due to high glucose, without hyponatremia",
        "Elevated blood pressure reading without crisis",
        "Acute diastolic heart failure with preserved ejection fraction",
        "Anemia of another cause: ____",
        "Second-degree burn of 2 fingers",
    ] {
        assert!(!speaks(&with(text)).contains(&"QL065"), "{text}");
    }
    // Beside every answer alike they draw to none.
    let both = changed(|d| {
        d.options.retain(|o| o.kind != OptionKind::Diagnosis);
        for (at, text) in ["Acute kidney injury, creatinine 2.4", "Prerenal azotemia, urea nitrogen 48"].into_iter().enumerate() {
            d.options.insert(at, QueryOption { text: text.into(), ..QueryOption::default() });
        }
    });
    assert!(!speaks(&both).contains(&"QL065"));
}
