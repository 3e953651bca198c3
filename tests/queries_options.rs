//! What a provider can tick, over the synthetic charts: an answer stands only with support of its own, and one that was left out comes back
//! only with a reason.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use lacuna::query::{Asking, Draft, OptionKind, Policy, QueryForm, QueryOption, Report, draft_from_gap, templates};
use lacuna::work::model::WorklistView;
use lacuna::work::{Desk, LocalDesk, demo};
use std::collections::BTreeSet;
use std::sync::OnceLock;

struct All {
    desk: LocalDesk,
    /// Encounter and draft, one for each gap that a template serves.
    drafts: Vec<(String, Draft)>,
}

thread_local! {
    static DESK: OnceLock<All> = const { OnceLock::new() };
}

fn fill() -> All {
    let desk = demo::desk(None).unwrap();
    let (now, policy) = (demo::now(), Policy::named("default").unwrap());
    let asking = Asking { author: "Ana Ruiz, RN, CCDS", contact: "ext. 4411", now: &now, policy, templates: templates() };
    let mut encounters: BTreeSet<String> = BTreeSet::new();
    for view in [WorklistView::WithGaps, WorklistView::Active] {
        encounters.extend(desk.worklist(view).unwrap().rows.into_iter().map(|r| r.encounter));
    }
    let mut drafts = Vec::new();
    for encounter in &encounters {
        let view = desk.chart(encounter).unwrap();
        for row in &view.gaps {
            let mut draft = draft_from_gap(&row.gap, &view.chart, &view.readings, &asking);
            draft.patient_name = view.chart.patient.as_ref().map(lacuna::chart::Patient::identification).unwrap_or_default();
            if draft.template.is_some() {
                drafts.push((encounter.clone(), draft));
            }
        }
    }
    All { desk, drafts }
}

fn with_all<T>(run: impl FnOnce(&All) -> T) -> T {
    DESK.with(|once| run(once.get_or_init(fill)))
}

impl All {
    fn draft(&self, encounter: &str, template: &str) -> Draft {
        let of_stay = || self.drafts.iter().filter(|(e, _)| e.ends_with(encounter));
        let found = of_stay().find(|(_, d)| d.template.as_deref() == Some(template));
        let there: Vec<_> = of_stay().filter_map(|(_, d)| d.template.clone()).collect();
        found.unwrap_or_else(|| panic!("{encounter} has {there:?}, and no {template}")).1.clone()
    }

    fn lint(&self, draft: &Draft) -> Report {
        self.desk.lint(draft).unwrap()
    }
}

fn offered(draft: &Draft) -> Vec<&str> {
    draft.options.iter().filter(|o| o.kind == OptionKind::Diagnosis).map(|o| o.text.as_str()).collect()
}

/// The draft with one answer more, typed by a person at its place in the alphabet.
fn with(draft: &Draft, text: &str) -> (Draft, usize) {
    let mut draft = draft.clone();
    if draft.form == QueryForm::Open {
        draft.form = QueryForm::MultipleChoice;
        for text in ["Other: ____________", "Unable to determine"] {
            draft.options.push(QueryOption { text: text.into(), kind: lacuna::query::kind_of(text), ..QueryOption::default() });
        }
    }
    let at = draft.options.iter().position(|o| o.kind != OptionKind::Diagnosis).unwrap_or(0);
    draft.options.insert(at, QueryOption { text: text.into(), ..QueryOption::default() });
    (draft, at)
}

/// Whether the answer of this place is held by one of the rules that ask for support.
fn held(report: &Report, at: usize) -> bool {
    let field = format!("options[{at}]");
    !report.can_send && report.diagnostics.iter().any(|d| d.field == field && matches!(d.rule, "QL023" | "QL032" | "QL034"))
}

/// Hepatic encephalopathy, cardiogenic shock and a chronic failure that the program had just left out were typed again, and passed clean.
#[test]
fn an_answer_that_was_left_out_came_back_by_hand_and_passed() {
    with_all(|all| {
        let (mut wrong, mut tried) = (Vec::new(), 0);
        for (encounter, draft) in &all.drafts {
            for removed in &draft.removed {
                let spaced = removed.to_uppercase().replace(": ____", "").replace(", ", " ");
                for text in [removed.clone(), removed.to_lowercase(), spaced] {
                    let (back, at) = with(draft, &text);
                    tried += 1;
                    if back.options.get(at).is_some_and(|o| lacuna::query::kind_of(&o.text) == OptionKind::Diagnosis)
                        && !held(&all.lint(&back), at)
                    {
                        wrong.push(format!("{encounter} {}: {text}", draft.template.as_deref().unwrap_or_default()));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {tried}\n{}", wrong.len(), wrong.join("\n"));
        assert!(tried >= 60, "{tried}");
    });
}

/// The same where the file of the draft says nothing of what was left out.
#[test]
fn an_answer_that_was_left_out_passed_when_the_draft_forgot_it() {
    with_all(|all| {
        for (encounter, template, text) in [
            ("88115", "confusion-acute", "Metabolic encephalopathy"),
            ("88115", "confusion-acute", "Hepatic encephalopathy"),
            ("88115", "confusion-acute", "Hypertensive encephalopathy due to surgery"),
            ("88141", "perfusion", "Cardiogenic shock"),
            ("88141", "perfusion", "Hemorrhagic shock"),
            ("88009", "respiratory-status", "Acute on chronic respiratory failure with hypoxia"),
            ("88085", "acute-kidney-injury-cause", "Due to dehydration"),
        ] {
            let mut draft = all.draft(encounter, template);
            draft.removed.clear();
            let (back, at) = with(&draft, text);
            let report = all.lint(&back);
            assert!(held(&report, at), "{encounter} {text}: {:?}", report.diagnostics);
        }
    });
}

/// Confusion supported every kind of encephalopathy, and a urea nitrogen a dehydration that nobody had found.
#[test]
fn a_kind_or_a_cause_was_offered_that_the_chart_does_not_support() {
    with_all(|all| {
        let mind = all.draft("88115", "confusion-acute");
        assert!(!offered(&mind).iter().any(|o| o.contains("ncephalopathy") && !o.contains("without")), "{:?}", offered(&mind));
        assert!(mind.removed.iter().any(|o| o == "Metabolic encephalopathy") && mind.removed.iter().any(|o| o == "Toxic encephalopathy"));
        let kidney = all.draft("88085", "acute-kidney-injury-cause");
        assert!(!offered(&kidney).contains(&"Due to dehydration") && kidney.removed.iter().any(|o| o == "Due to dehydration"));
    });
}

/// The attending had written "with bacteremia", and the answer of that name was left out for want of the word among the quotations.
#[test]
fn a_diagnosis_that_a_provider_wrote_was_left_out_of_the_answers() {
    with_all(|all| {
        let infection = all.draft("88141", "infection-response");
        assert!(offered(&infection).contains(&"Bacteremia without sepsis"), "{:?} {:?}", offered(&infection), infection.removed);
    });
}

/// A swelling of the brain after a stroke could only be one of two new diagnoses.
#[test]
fn a_finding_of_imaging_offered_no_answer_that_it_belongs_to_what_is_known() {
    with_all(|all| {
        let brain = all.draft("88131", "brain-swelling");
        let integral = brain.options.iter().position(|o| o.kind == OptionKind::NotSignificant);
        assert!(integral.is_some_and(|at| brain.options.get(at).is_some_and(|o| o.text.contains("integral"))), "{:?}", brain.options);
        assert!(offered(&brain).iter().any(|o| o.contains("compression and")), "{:?}", offered(&brain));
        let mut without = brain.clone();
        without.options.retain(|o| o.kind != OptionKind::NotSignificant);
        assert!(all.lint(&without).diagnostics.iter().any(|d| d.rule == "QL037"), "its own bad example");
    });
}

/// "Acute blood loss anemia" stood beside "Anemia of another cause" alone.
#[test]
fn one_name_and_another_cause_of_it_were_all_the_choice() {
    with_all(|all| {
        for (encounter, draft) in &all.drafts {
            let names = offered(draft);
            let named = names.iter().filter(|o| !o.to_lowercase().contains("another cause")).count();
            let alternative = draft.options.iter().any(|o| o.kind == OptionKind::NotSignificant && o.text.contains("integral"));
            let other = names.iter().any(|o| o.contains("without"));
            let choice = draft.form != QueryForm::MultipleChoice || names.is_empty() || named > 1 || alternative || other;
            assert!(choice, "{encounter} {:?}: {names:?}", draft.template);
        }
    });
}

/// A pH of 7.26 on BiPAP, high flow at 60 % and a creatinine of 2.4 with a nephrologist could be ticked off as meaning nothing.
#[test]
fn a_grave_finding_was_offered_as_not_clinically_significant() {
    with_all(|all| {
        for (encounter, template) in [("88009", "respiratory-status"), ("88141", "respiratory-status")] {
            let draft = all.draft(encounter, template);
            assert!(!draft.options.iter().any(|o| o.text == "Not clinically significant"), "{encounter}: {:?}", draft.options);
            let mut back = draft.clone();
            let end = back.options.len();
            back.options.push(QueryOption {
                text: "Not clinically significant".into(),
                kind: OptionKind::NotSignificant,
                ..QueryOption::default()
            });
            assert!(held(&all.lint(&back), end), "{encounter}");
        }
        for (encounter, draft) in &all.drafts {
            let grave = draft.indicators.iter().any(|i| i.included && lacuna::query::words_of(&i.evidence).contains("Nephrology"));
            let means_nothing = draft.options.iter().any(|o| o.text == "Not clinically significant");
            assert!(!(grave && means_nothing && draft.template.as_deref() == Some("renal-function")), "{encounter}");
        }
    });
}

/// "Hemoglobin after blood loss" is half an answer.
#[test]
fn a_title_told_the_cause_of_a_low_hemoglobin() {
    for template in templates().all() {
        assert!(
            !["blood loss", "hemorrhag", "deficiency"].iter().any(|cause| template.title.contains(cause)),
            "{}: {}",
            template.id,
            template.title
        );
    }
}

fn shown(draft: &Draft) -> Vec<String> {
    draft.indicators.iter().filter(|i| i.included).map(|i| lacuna::query::words_of(&i.evidence)).collect()
}

/// "Bacteremia without sepsis" was offered, and neither the attending's "with bacteremia" nor the culture stood in the query.
#[test]
fn an_answer_stood_on_words_that_the_provider_was_not_shown() {
    with_all(|all| {
        let infection = all.draft("88141", "infection-response");
        assert!(offered(&infection).contains(&"Bacteremia without sepsis"), "{:?}", offered(&infection));
        let shown = shown(&infection);
        assert!(shown.iter().any(|w| w.to_lowercase().contains("bacteremia")), "{shown:?}");
        assert!(shown.iter().any(|w| w.starts_with("Blood culture Gram-negative rods")), "{shown:?}");
        // What takes the milder answer away is the same statement.
        assert!(infection.removed.iter().any(|o| o == "Localized infection without sepsis"), "{:?}", infection.removed);
        // What speaks against the question stands beside the room that the proof has.
        let proof = infection.indicators.iter().filter(|i| i.included && !i.against).count();
        assert!(proof <= 12 && !all.lint(&infection).diagnostics.iter().any(|d| d.rule == "QL100"), "{proof} of {}", shown.len());
    });
}

/// Where a drug had been given for the finding, the list was of diagnoses alone.
#[test]
fn a_list_of_diagnoses_left_no_way_out() {
    with_all(|all| {
        let (mut wrong, mut tried) = (Vec::new(), 0);
        for (encounter, draft) in &all.drafts {
            let findings = matches!(draft.reason, lacuna::query::Reason::R3 | lacuna::query::Reason::R9);
            if draft.form != QueryForm::MultipleChoice || !findings || draft.question.contains("the documented") {
                continue;
            }
            tried += 1;
            let out = |o: &QueryOption| {
                ["Not clinically significant", "No further diagnosis", "No malnutrition", "Expected fall"]
                    .iter()
                    .any(|w| o.text.starts_with(w))
            };
            let mut without = draft.clone();
            without.options.retain(|o| !out(o));
            let told = all.lint(&without).diagnostics.iter().any(|d| d.rule == "QL037");
            if without.options.len() == draft.options.len() || !told || all.lint(draft).diagnostics.iter().any(|d| d.rule == "QL037") {
                wrong.push(format!("{encounter} {:?}: {:?}", draft.template, draft.options.iter().map(|o| &o.text).collect::<Vec<_>>()));
            }
        }
        assert!(wrong.is_empty() && tried >= 10, "{tried}\n{}", wrong.join("\n"));
    });
}

/// A sodium of 126 under fluid restriction, and a pH of 7.29 with a lactate of 4.2, could be ticked off as meaning nothing.
#[test]
fn what_was_treated_was_offered_as_not_clinically_significant() {
    with_all(|all| {
        for (encounter, template) in [("88098", "sodium"), ("88141", "acid-base"), ("88141", "perfusion"), ("88090", "blood-loss")] {
            let draft = all.draft(encounter, template);
            assert!(!draft.options.iter().any(|o| o.text == "Not clinically significant"), "{encounter} {template}");
            assert!(
                draft.options.iter().any(|o| o.text.starts_with("No further diagnosis")),
                "{encounter} {template}: {:?}",
                draft.options
            );
            for text in ["Not clinically significant", "Clinically insignificant"] {
                let mut back = draft.clone();
                back.options.push(QueryOption { text: text.into(), kind: OptionKind::NotSignificant, ..QueryOption::default() });
                assert!(held(&all.lint(&back), back.options.len() - 1), "{encounter} {template} {text}");
            }
        }
        // Where nothing was done but to look again, it stays an answer.
        let kidney = all.draft("88161", "renal-function");
        assert!(kidney.options.iter().any(|o| o.text == "Not clinically significant"), "{:?}", kidney.options);
    });
}

/// The order for a unit of red cells and its administration stood beside each other as two.
#[test]
fn a_unit_of_blood_stood_twice_in_a_query() {
    with_all(|all| {
        let blood = all.draft("88090", "blood-loss");
        let units: Vec<String> = shown(&blood).into_iter().filter(|w| w.to_lowercase().contains("red blood cells")).collect();
        assert_eq!(units.len(), 1, "{units:?}");
    });
}
