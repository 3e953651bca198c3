//! What an audit of whole charts and sent queries found: findings of somebody else as indicators, diagnoses that nobody wrote, answers that the
//! chart refutes, and reasons that are not clinical.

use super::compliance_rules::{filled_from, gap};
use super::history_rules::tally;
use super::*;
use crate::checklist::{Gap, GapKind};
use crate::query::lint::words::tokens;

fn changed(change: impl FnOnce(&mut Draft)) -> Draft {
    let mut draft = clean();
    change(&mut draft);
    draft
}

fn found(draft: &Draft) -> Vec<&'static str> {
    with_context(&[], |c| lint(draft, c)).diagnostics.iter().map(|d| d.rule).collect()
}

/// What keeps a pasted text from being sent as it is.
fn holds(text: &str) -> Vec<&'static str> {
    lint_text(text).diagnostics.into_iter().filter(|d| d.severity != LintSeverity::Advice).map(|d| d.rule).collect()
}

/// Drafts whose only indicator is a quotation of a note.
fn of_note(note: &str, quote: &str, options: &[&str]) -> (Draft, String) {
    let mut draft = clean();
    draft.reason = Reason::R2;
    draft.title = "Clinical clarification: clinical findings".into();
    draft.question = "Based on your clinical judgment, please clarify the diagnosis, if any, that these findings represent.".into();
    draft.indicators = vec![indicator(quoted("prog-1", note, quote), "documentation")];
    let ways = draft.options.split_off(2);
    draft.options = options.iter().map(|text| QueryOption { text: (*text).into(), ..QueryOption::default() }).chain(ways).collect();
    (draft, note.to_owned())
}

fn judged(draft: &Draft, note: &str) -> Report {
    with_context(&[], |c| lint(draft, &Context { source_text: &|id| (id == "prog-1").then(|| note.to_owned()), ..*c }))
}

/// A letter went out with "Patient: not given": it was answered about whoever came to mind.
#[test]
pub(super) fn ql008_a_letter_went_out_that_named_no_patient() {
    for (name, expected) in [
        ("not given", true),
        ("", true),
        ("  ", true),
        ("ROSE Ida", false),
        ("not given, MRN 004512", false),
        ("ROSE Ida, MRN 004512, born 1 Jan 1950", false),
    ] {
        let draft = changed(|d| d.patient_name = name.into());
        assert_eq!(found(&draft).contains(&"QL008"), expected, "{name:?}");
        tally("QL008", expected);
    }
    assert_eq!(changed(|d| d.patient_name = "not given".into()).patient_name(), "mrn-7", "the identifier is better than nothing");
}

#[test]
pub(super) fn ql112_a_quotation_was_cut_out_of_a_denial() {
    let cases = [
        ("Family history: brother septic shock and death after an abscess.", "septic shock", true),
        ("CXR: no consolidation or effusion.", "consolidation", true),
        ("Never had withdrawal; no seizures or DTs.", "seizures or DTs", true),
        ("Crackles at both bases. No wheeze.", "Crackles at both bases", false),
        ("CXR: no consolidation or effusion.", "no consolidation or effusion", false),
        ("1. Pneumonia, day 2. Cefepime IV.", "Pneumonia, day 2", false),
    ];
    for (note, quote, expected) in cases {
        let (draft, note) = of_note(note, quote, &["Pneumonia", "Dehydration"]);
        let rules: Vec<&str> = judged(&draft, &note).diagnostics.iter().map(|d| d.rule).collect();
        assert_eq!(rules.contains(&"QL112"), expected, "{quote}: {rules:?}");
        tally("QL112", expected);
    }
}

/// Sent with "Nothing to mend": a brother's shock, a mother's heart, a sepsis not felt present.
#[test]
fn a_denied_or_a_relative_s_finding_supported_an_option() {
    for (note, quote, option) in [
        (
            "Family history: brother septic shock and death after an abscess; mother diabetes.",
            "brother septic shock and death after an abscess; mother diabetes.",
            "Septic shock",
        ),
        (
            "FH: mother died of heart failure at 79, brother colon cancer.",
            "mother died of heart failure at 79, brother colon cancer.",
            "Chronic diastolic heart failure",
        ),
        ("WBC clear, CXR clear: stress, no abx. Sepsis considered, not felt present.", "Sepsis considered, not felt present.", "Sepsis"),
        (
            "3. Pneumonia was considered and is ruled out: no consolidation.",
            "3. Pneumonia was considered and is ruled out: no consolidation.",
            "Aspiration pneumonia",
        ),
        (
            "FH: mother on dialysis in her 70s, kidney failure from diabetes.",
            "mother on dialysis in her 70s, kidney failure from diabetes.",
            "Chronic kidney disease",
        ),
        ("CXR: no consolidation.", "consolidation", "Pneumonia"),
        ("Exam: alert, oriented x4, no asterixis", "alert, oriented x4, no asterixis", "Hepatic encephalopathy"),
        (
            "She denies dyspnea, no hypoxia, SpO2 98 % on room air.",
            "She denies dyspnea, no hypoxia, SpO2 98 % on room air.",
            "Acute respiratory failure with hypoxia",
        ),
    ] {
        let (draft, note) = of_note(note, quote, &[option, "Gout"]);
        let report = judged(&draft, &note);
        let blocked = report.diagnostics.iter().any(|d| d.rule == "QL032" && d.field == "options[0]");
        assert!(blocked, "{option} by {quote}: {:?}", report.diagnostics);
    }
    // The same words of the patient do.
    for (note, option) in [
        ("Hypotensive on norepinephrine, lactate 5.1.", "Septic shock"),
        ("Confused since the morning, asterixis.", "Hepatic encephalopathy"),
        ("Dyspnea, SpO2 84 % on room air.", "Acute respiratory failure with hypoxia"),
    ] {
        let (draft, note) = of_note(note, note, &[option, "Gout"]);
        let report = judged(&draft, &note);
        assert!(!report.diagnostics.iter().any(|d| d.rule == "QL032" && d.field == "options[0]"), "{option}: {:?}", report.diagnostics);
    }
}

#[test]
fn a_pasted_text_offered_a_diagnosis_on_normal_or_denied_findings() {
    let ways = "( ) Other: ____\n( ) Unable to determine\n";
    let ask = "Based on your clinical judgment, please clarify the diagnosis, if any, that these findings represent.";
    for (body, options) in [
        (
            "Progress note 19 Nov 2026 07:20, Dr Chen: \"feels well\". Creatinine 0.9 mg/dL on 19 Nov 2026 05:10.",
            "( ) Acute kidney injury\n( ) Gout",
        ),
        (
            "H&P 19 Nov 2026, Dr Chen: \"denies dyspnea, no hypoxia, SpO2 98 % on room air\".",
            "( ) Acute respiratory failure with hypoxia\n( ) Gout",
        ),
        (
            "H&P 19 Nov 2026, Dr Chen: \"mother had diastolic heart failure\". BNP 80 on 19 Nov 2026.",
            "( ) Acute diastolic heart failure\n( ) Gout",
        ),
        (
            "H&P 18 Nov 2026, Dr Okoye: \"alert and oriented x4, no confusion\". Ammonia 24 on 18 Nov 2026.",
            "( ) Metabolic encephalopathy\n( ) Gout",
        ),
    ] {
        let text = format!("Title: Clinical clarification: clinical findings\n{body}\n{ask}\n{options}\n{ways}");
        let report = lint_text(&text);
        assert!(report.diagnostics.iter().any(|d| d.rule == "QL032" && d.field == "options[0]"), "{body}: {:?}", report.diagnostics);
    }
}

const BASE: &str = "Progress note 19 Nov 2026 07:20, Dr Chen: \"elevated creatinine, hold lisinopril\".\nCreatinine 1.0 mg/dL on 17 Nov 2026 14:30, 2.4 mg/dL on 19 Nov 2026 05:10. IV fluids given 19 Nov 2026.";

fn pasted(extra: &str) -> String {
    format!(
        "Title: Clinical clarification: renal function\n{BASE}\n{extra}\nBased on your clinical judgment, please clarify the diagnosis, if any, that these findings represent.\n( ) Acute kidney injury\n( ) Dehydration without acute kidney injury\n( ) Not clinically significant\n( ) Other: ____\n( ) Unable to determine\n"
    )
}

/// Money, quality, pressure and leading in words that nobody had listed.
#[test]
fn a_reason_that_is_not_clinical_passed() {
    assert_eq!(holds(&pasted("")), Vec::<&str>::new());
    let mut passed = Vec::new();
    for words in [
        "The case currently groups to the lowest tier.",
        "The case would carry more weight with a specific renal diagnosis.",
        "A more specific term would move this case to a better group.",
        "Your query response rate counts toward the incentive plan.",
        "Our O/E looks poor this month.",
        "This will keep the case out of our quality numbers.",
        "If it was there on arrival, it does not count against us.",
        "We hope to keep our five stars.",
        "This is a hierarchical condition category for next year.",
        "CMS pays attention to renal diagnoses.",
        "Our PEPPER report shows us low on renal diagnoses.",
        "Finance is waiting for this chart.",
        "Without this the stay will not be covered.",
        "Otherwise the stay may be turned into observation.",
        "The coder would like to pick up the kidney.",
        "An incomplete note could expose you in litigation.",
        "Answers are part of your credentialing file.",
        "Please answer before noon, the chairman looks at the list.",
        "El reembolso depende de su respuesta.",
        "The expected stay is 3.9 days.",
        "It adds points to the patient's illness burden.",
        "Answering this helps the hospital recover the full cost of care it delivered.",
        "Unanswered queries are listed at the department meeting.",
        "As you surely see, the kidneys were injured acutely.",
        "Tip: words like \"acute\" and \"injury\" are helpful here.",
        "Without a diagnosis the IV fluids have no indication.",
        "Is this more than an elevated creatinine?",
        "The wound was surely there before she came.",
        "Since cefepime covers Pseudomonas, please clarify which organism you were treating.",
        "Creatinine 2.4 on 19 Nov, in the range of stage 2 injury.",
        "Acute kidney injury criteria: creatinine at least 1.5 times baseline within 7 days.",
        "The algorithm gives a probability of 92 % for acute kidney injury.",
        "Would acute kidney injury describe this better than elevated creatinine?",
        "See https://intranet/cdi/aki-tip-sheet.pdf for what to write.",
        "Le remboursement en depend.",
        "Die Fallpauschale haengt davon ab.",
        "Our dashboard needs this by Friday.",
    ] {
        if holds(&pasted(words)).is_empty() {
            passed.push(words);
        }
        let draft = changed(|d| d.body = words.into());
        if found(&draft).iter().all(|r| matches!(*r, "QL012" | "QL101")) {
            passed.push(words);
        }
    }
    assert!(passed.is_empty(), "{passed:#?}");
}

/// Clinical neighbours of those words.
#[test]
fn clinical_words_that_sound_like_the_house_s_affairs_pass() {
    let mut stopped = Vec::new();
    for words in [
        "Seen in the observation unit 18 Nov 2026.",
        "Covered with antibiotics from 18 Nov 2026.",
        "CT 18 Nov 2026: several groups of lymph nodes, the largest 2 cm.",
        "Dorsal root DRG stimulator in place since 2024.",
        "Incentive spirometry hourly from 18 Nov 2026.",
        "CMS intact in the left foot 18 Nov 2026.",
        "Daily weight 70.1 kg on 18 Nov 2026, weight bearing as tolerated.",
        "Ventricular response rate 120 on 18 Nov 2026.",
        "Power of attorney: the daughter, told 18 Nov 2026.",
        "Up in the chair 18 Nov 2026, chair alarm on.",
        "Amyloid deposition in the biopsy of 18 Nov 2026.",
        "Catheter tip at the cavoatrial junction, film of 18 Nov 2026.",
        "Ulcer covered by eschar on 18 Nov 2026.",
        "Drug administration stopped 18 Nov 2026.",
        "Star-shaped lesion on MRI of 18 Nov 2026.",
        "Symptom burden 4 of 10 on 18 Nov 2026.",
        "Thank you for your time.",
        "The two statements differ.",
    ] {
        let found = holds(&pasted(words));
        if !found.is_empty() {
            stopped.push((words, found));
        }
        let draft = changed(|d| d.body = words.into());
        let rules = with_context(&[], |c| lint(&draft, c)).diagnostics;
        let rules: Vec<_> = rules.into_iter().filter(|d| d.severity != LintSeverity::Advice && d.rule != "QL111").map(|d| d.rule).collect();
        if !rules.is_empty() {
            stopped.push((words, rules));
        }
    }
    assert!(stopped.is_empty(), "{stopped:#?}");
}

/// "Complication/comorbidity" in full, ways out with a remark, a dot in the box.
#[test]
fn an_option_held_more_than_a_diagnosis_or_a_way_out() {
    let mut passed = Vec::new();
    for (from, to) in [
        ("Acute kidney injury\n", "Acute kidney injury (complication/comorbidity)\n"),
        ("Acute kidney injury\n", "Acute kidney injury (complication or comorbidity)\n"),
        ("Acute kidney injury\n", "Acute kidney injury (everybody's favourite)\n"),
        ("Unable to determine", "Unable to determine despite the findings above"),
        ("Not clinically significant", "Not clinically significant (patient was not sick)"),
        ("Not clinically significant", "Not clinically significant, treated without reason"),
        ("Other: ____", "Other (requires a call to the coding manager): ____"),
        ("( ) Acute kidney injury", "(\u{2022}) Acute kidney injury"),
    ] {
        let text = pasted("").replacen(from, to, 1);
        if !lint_text(&text).diagnostics.iter().any(|d| d.severity == LintSeverity::Block || d.rule == "QL044") {
            passed.push(to);
        }
    }
    assert!(passed.is_empty(), "{passed:?}");
}

#[test]
fn a_title_answered_the_question_or_named_its_worth() {
    for (title, rule) in [
        ("Clinical clarification: KDIGO stage 3 creatinine rise", "QL010"),
        ("Clinical clarification: stage 2 renal function", "QL010"),
        ("Clinical clarification: missed opportunity, renal", "QL011"),
        ("Clinical clarification: comorbid condition worth reporting", "QL011"),
        ("Clinical clarification: lucky renal function", "QL012"),
    ] {
        let draft = changed(|d| d.title = title.into());
        assert!(found(&draft).contains(&rule), "{title}: {:?}", found(&draft));
    }
    for title in ["Clinical clarification: renal function", "Clinical clarification: cause of the sodium value"] {
        assert_eq!(found(&changed(|d| d.title = title.into())), Vec::<&str>::new(), "{title}");
    }
}

fn drafted(item: &str, condition: &str, note: &str, beside: &str) -> Draft {
    let whole = format!("{note}\n{beside}");
    let evidence = note.split_inclusive(". ").map(|sentence| quoted("prog-1", &whole, sentence.trim_end())).collect();
    let gap = gap(GapKind::Unspecified, item, condition, note);
    filled_from(&Gap { document_type: None, missing: vec!["type".into()], evidence, ..gap }, &whole)
}

/// "The documented traumatic brain injury" of somebody who had written "some symptoms of head injury".
#[test]
fn a_question_called_documented_what_nobody_wrote() {
    for (item, condition, note, own, called) in [
        ("T01-specificity", "term.traumatic_brain_injury", "Head injury, observed overnight.", "\"head injury\"", "traumatic brain injury"),
        ("P07-specificity", "seizure_disorder", "1. Seizures. Levetiracetam 1 g, EEG.", "\"seizures\"", "seizure disorder"),
        (
            "G03-specificity",
            "cirrhosis",
            "1. End-stage liver disease, on transplant list. Lactulose.",
            "\"end-stage liver disease\"",
            "cirrhosis",
        ),
        ("R08-specificity", "asthma", "1. Reactive airways disease. Albuterol nebs.", "\"reactive airways disease\"", "asthma"),
    ] {
        let draft = drafted(item, condition, note, "");
        let says = draft.question.to_lowercase();
        assert!(says.contains(own) && !says.contains(called), "{note}: {}", draft.question);
        assert!(!draft.title.to_lowercase().contains(called), "{note}: {}", draft.title);
    }
    let same = drafted("N03-specificity", "chronic_kidney_disease", "1. CKD, stable. Creatinine 1.7.", "");
    assert!(same.question.contains("chronic kidney disease"), "{}", same.question);
}

/// Said in the author's own words, the checklist's name for it is held up too.
#[test]
fn a_typed_question_called_documented_what_nobody_wrote() {
    let note = "1. End-stage liver disease, on transplant list. Lactulose.";
    let (mut draft, note) = of_note(note, note, &[]);
    draft.form = QueryForm::Open;
    draft.options.clear();
    let rules = |draft: &Draft| {
        with_context(&["cirrhosis"], |c| lint(draft, &Context { source_text: &|_| Some(note.clone()), ..*c }))
            .diagnostics
            .iter()
            .map(|d| d.rule)
            .collect::<Vec<_>>()
    };
    draft.question = "Based on your clinical judgment, can the cause of the documented cirrhosis be further specified?".into();
    assert!(rules(&draft).contains(&"QL067"), "{:?}", rules(&draft));
    draft.question =
        "Based on your clinical judgment, can the cause of the documented \"end-stage liver disease\" be further specified?".into();
    assert!(!rules(&draft).contains(&"QL067"), "{:?}", rules(&draft));
}

/// Answers against the chart, or without what their definition needs.
#[test]
fn an_answer_was_offered_that_the_chart_refutes() {
    for (item, condition, note, beside, away) in [
        ("P07-specificity", "seizure_disorder", "1. Seizures. Levetiracetam 1 g, EEG.", "Past: No history of epilepsy.", "Epilepsy"),
        (
            "B01-specificity",
            "anemia",
            "1. Anemia. Hemoglobin 9.4. Ferritin is 258, iron is 55, and percent sat is 24.",
            "",
            "Iron deficiency",
        ),
        ("B01-specificity", "anemia", "1. Anemia. Hemoglobin 9.4. Iron given.", "Ferritin 258.", "Iron deficiency"),
        (
            "R01-specificity",
            "respiratory_failure",
            "1. Respiratory failure, intubated. ABG pH of 7.05, pO2 of 99.6 on room air, and pCO2 of 99.6.",
            "",
            "hypoxia",
        ),
        ("N03-specificity", "chronic_kidney_disease", "1. Chronic renal insufficiency. Creatinine 1.7.", "", "Stage"),
        ("N01-specificity", "acute_kidney_injury", "1. AKI. Creatinine went from 0.9 to 2.1 after CT with contrast.", "", "tubular"),
        ("R08-specificity", "asthma", "1. Asthma. Wheezing, albuterol nebs.", "", "persistent"),
        (
            "R05-specificity",
            "pneumonia",
            "1. Pneumonia, dysphagia. Sputum and blood cultures were positive for Staphylococcus aureus, oxacillin sensitive.",
            "",
            "organism unknown",
        ),
    ] {
        let draft = drafted(item, condition, note, beside);
        let offered: Vec<&String> = draft.options.iter().map(|o| &o.text).chain(&draft.alone).filter(|o| o.contains(away)).collect();
        assert!(offered.is_empty() && draft.removed.iter().any(|o| o.contains(away)), "{note}: {offered:?}, removed {:?}", draft.removed);
    }
    let grew = drafted(
        "R05-specificity",
        "pneumonia",
        "1. Pneumonia, dysphagia. Sputum and blood cultures were positive for Staphylococcus aureus, oxacillin sensitive.",
        "",
    );
    let offered: Vec<&str> = grew.options.iter().map(|o| o.text.as_str()).collect();
    assert!(offered.contains(&"Pneumonia due to methicillin-sensitive Staphylococcus aureus"), "{offered:?}");
    let report = with_context(&["pneumonia"], |c| lint(&grew, &Context { source_text: &|_| None, ..*c }));
    assert!(!report.blocks() || report.diagnostics.iter().all(|d| d.rule != "QL032"), "{:?}", report.diagnostics);
}

/// A stroke in a query about urine.
#[test]
fn an_abbreviation_of_another_meaning_became_an_indicator() {
    let note = "1. Urinary tract infection. Ceftriaxone.";
    let quoted = |beside: &str| {
        let draft = drafted("I05-specificity", "urinary_tract_infection", note, beside);
        draft.indicators.iter().filter(|i| i.included).map(|i| words_of(&i.evidence)).collect::<Vec<_>>().join("\n")
    };
    assert!(!quoted("She has had right-sided CVA in 2019.").contains("CVA"));
    assert!(quoted("Exam: right CVA tenderness.").contains("CVA"));
    let named = |text: &str| crate::query::lint::concepts().find(&tokens(text)).into_iter().map(|n| n.concept).collect::<Vec<_>>();
    assert_eq!(named("right CVA tenderness"), Vec::<String>::new());
    assert_eq!(named("right-sided CVA in 2019"), ["stroke"]);
}
