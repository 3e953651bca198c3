use super::*;
use crate::checklist::{Gap, GapKind, GapState, Searched, Severity};
use crate::reading::Reading;

fn gap(kind: GapKind, condition: Option<&str>, evidence: Vec<Evidence>) -> Gap {
    Gap {
        item: "test.item".into(),
        checklist: "test".into(),
        version: 1,
        kind,
        condition: condition.map(str::to_owned),
        element: None,
        document_type: Some("progress_note".into()),
        missing: vec!["type".into(), "acuity".into()],
        severity: Severity::Warn,
        title: "A title that the provider never sees".into(),
        why: "MCC".into(),
        encounter: "88120".into(),
        evidence,
        counter_evidence: Vec::new(),
        searched: vec![Searched { what: "lactate".into(), r#where: "9 documents".into(), documents: Vec::new() }],
        also: Vec::new(),
        query_template: None,
        due: None,
        run: None,
        state: GapState::Open,
    }
}

fn fill(gap: &Gap, chart: &Chart) -> Draft {
    fill_with(gap, chart, &vec![Reading::default(); chart.documents.len()])
}

/// The same with the notes read.
fn fill_read(gap: &Gap, chart: &Chart) -> Draft {
    let readings: Vec<Reading> = chart.documents.iter().map(|d| crate::reading::read(&d.text, d.document_type)).collect();
    fill_with(gap, chart, &readings)
}

fn fill_with(gap: &Gap, chart: &Chart, readings: &[Reading]) -> Draft {
    let policy = Policy::named("default").unwrap();
    let now = at("2026-11-20T08:50-05:00");
    let asking = Asking { author: "Ana Ruiz, RN, CCDS", contact: "ext. 4411", now: &now, policy, templates: templates() };
    draft_from_gap(gap, chart, readings, &asking)
}

/// The words that one template's options look for, as a note could hold them.
fn words_for(template: &Template, all: bool) -> String {
    let needs = template.option.iter().flat_map(|o| if all { o.needs.as_slice() } else { o.needs.get(..1).unwrap_or_default() });
    needs.map(|n| n.trim_end_matches('*')).collect::<Vec<_>>().join(", ")
}

/// Every template, for every kind and condition it serves, with much and with little evidence: free of blocking findings, in neutral
/// order, and so is what the provider sees.
#[test]
fn every_template_filled_on_every_gap_it_serves_can_be_sent() {
    let (mut filled, mut wrong) = (0, Vec::new());
    for template in templates().all() {
        let conditions: Vec<Option<&str>> = if template.conditions.is_empty() {
            vec![Some("hypokalemia"), None]
        } else {
            template.conditions.iter().map(|c| Some(c.as_str())).collect()
        };
        for (kind, condition, all) in
            template.kinds.iter().flat_map(|k| conditions.iter().flat_map(move |c| [(*k, *c, true), (*k, *c, false)]))
        {
            let documented = !matches!(kind, GapKind::Undocumented);
            let spoken = condition.unwrap_or("edema").trim_start_matches("term.").replace('_', " ");
            let note = if documented {
                format!("{spoken}. {}", words_for(template, all))
            } else {
                format!("Findings: {}.", words_for(template, all))
            };
            let chart = chart(&note);
            let evidence = vec![quoted("prog-1", &note, &note), lab("potassium", "3.0", "mmol/L", "2026-11-19T05:10-05:00")];
            let gap = gap(kind, condition, evidence);
            let draft = fill(&gap, &chart);
            if draft.template.as_deref() != Some(template.id.as_str()) {
                continue; // a more specific template serves it
            }
            filled += 1;
            // As in a chart: what the reader calls it, and what the table of names calls the same words.
            let named = crate::query::lint::concepts().named(&spoken);
            let named = named.iter().flat_map(|n| crate::query::lint::concepts().implied(&n.concept));
            let known: BTreeSet<String> =
                if documented { condition.map(str::to_owned).into_iter().chain(named).collect() } else { BTreeSet::new() };
            let providers = [chart.encounter.attending.clone().unwrap()];
            let source = |id: &str| chart.documents.iter().find(|d| d.identifier == id).map(|d| d.text.clone());
            let context = Context { documented: &known, providers: &providers, source_text: &source, bare: false, ..Context::empty() };
            let report = lint(&draft, &context);
            let blocking = |r: &Report| {
                r.diagnostics
                    .iter()
                    .filter(|d| d.severity == LintSeverity::Block)
                    .map(|d| format!("{} {}", d.rule, d.message))
                    .collect::<Vec<_>>()
            };
            if report.blocks() {
                wrong.push(format!("{} {kind:?} {condition:?} {all}: {:?}", template.id, blocking(&report)));
            }
            let seen = render_text(&draft, Some(12));
            let of_text = lint_text(&seen);
            if of_text.blocks() || lint_text(&render_markdown(&draft, None, None, None)).blocks() {
                wrong.push(format!("{} {kind:?} {condition:?} {all} as text: {:?}", template.id, blocking(&of_text)));
            }
            assert!(!seen.contains("MCC") && !seen.contains("never sees"));
            let names: Vec<String> =
                draft.options.iter().filter(|o| o.kind == OptionKind::Diagnosis).map(|o| o.text.to_lowercase()).collect();
            assert!(names.is_sorted(), "{names:?}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(filled >= 80, "{filled}");
}

#[test]
fn every_template_is_reached_by_some_gap() {
    for template in templates().all() {
        let conditions: Vec<Option<&str>> =
            if template.conditions.is_empty() { vec![None] } else { template.conditions.iter().map(|c| Some(c.as_str())).collect() };
        let found = |kind: GapKind, condition: Option<&str>| {
            let mut gap = gap(kind, condition, Vec::new());
            gap.item = template.items.first().cloned().unwrap_or(gap.item);
            templates().for_gap(&gap).map(|t| t.id.clone())
        };
        let reached = template.kinds.iter().any(|k| conditions.iter().any(|c| found(*k, *c).as_ref() == Some(&template.id)));
        assert!(reached, "{}", template.id);
    }
}

/// The packs of domain.md 4b, and the reasons of 3.1.
#[test]
fn every_pack_and_every_reason_has_a_template() {
    let families = [("C", 14_u8), ("R", 11), ("I", 9), ("N", 16), ("P", 10), ("B", 11), ("G", 5), ("S", 3), ("M", 3)];
    let packs: Vec<String> = families.iter().flat_map(|(f, n)| (1..=*n).map(move |i| format!("{f}{i:02}"))).collect();
    let wanted = packs.iter().filter(|p| *p != "I04"); // the SOFA table, which asks nothing
    let missing: Vec<&String> = wanted.clone().filter(|p| !templates().all().iter().any(|t| t.packs.contains(p))).collect();
    assert_eq!((wanted.count(), missing), (81, Vec::new()));
    for reason in [Reason::R1, Reason::R2, Reason::R3, Reason::R4, Reason::R5, Reason::R6, Reason::R7, Reason::R8, Reason::R9] {
        assert!(templates().all().iter().any(|t| t.reason == reason), "{reason:?}");
    }
}

/// The blanks of an option are for the provider; nothing else may stand for a diagnosis that is not named.
#[test]
fn a_gap_of_a_pack_is_served_by_the_pack_s_template_whatever_its_condition_is_called() {
    let mut strange = gap(GapKind::Unspecified, Some("term.of_some_other_name"), Vec::new());
    strange.item = "M01-fracture-detail".into();
    assert_eq!(templates().for_gap(&strange).map(|t| t.id.as_str()), Some("fracture-detail"));
}

#[test]
fn every_gap_kind_has_a_template() {
    use GapKind as K;
    for kind in [
        K::MissingDocument,
        K::Overdue,
        K::MissingElement,
        K::Unspecified,
        K::Undocumented,
        K::Unsupported,
        K::Conflicting,
        K::PoaUnclear,
        K::Copied,
        K::Unsigned,
    ] {
        assert!(templates().for_gap(&gap(kind, None, Vec::new())).is_some(), "{kind:?}");
    }
}

#[test]
fn no_template_names_an_undocumented_diagnosis_in_its_title_or_question() {
    let mut wrong = Vec::new();
    for template in templates().all().iter().filter(|t| t.kinds.contains(&GapKind::Undocumented) && t.id != "ckd-stage") {
        let text = format!("Title: {}\nPotassium 3.0 on 19 Nov. {}", template.title, template.question);
        let found: Vec<_> = lint_text(&text)
            .diagnostics
            .into_iter()
            .filter(|d| matches!(d.rule, "QL010" | "QL052" | "QL060" | "QL062" | "QL063"))
            .collect();
        if !found.is_empty() {
            wrong.push(format!("{}: {found:?}", template.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn options_without_support_are_left_out_and_said() {
    let note = "CHF exacerbation, on IV furosemide. EF 60 %.";
    let draft = fill(&gap(GapKind::Unspecified, Some("heart_failure"), vec![quoted("prog-1", note, note)]), &chart(note));
    let kept: Vec<&str> = draft.options.iter().map(|o| o.text.as_str()).collect();
    assert_eq!(
        kept,
        ["Acute diastolic heart failure", "Acute on chronic diastolic heart failure", "Other: ____________", "Unable to determine"]
    );
    assert!(draft.removed.iter().any(|r| r == "Acute systolic heart failure"));
    assert_eq!(draft.recipient.unwrap().role, "attending");
}

/// The draft of a gap of this item about a condition, from one quoted sentence.
fn offered(item: &str, condition: &str, note: &str) -> Draft {
    let mut gap = gap(GapKind::Undocumented, Some(condition), vec![quoted("prog-1", note, note)]);
    gap.item = item.into();
    fill(&gap, &chart(note))
}

/// Whether the chart supports an option of the draft's template; one that stands alone is not offered, and the question is open.
fn offers(draft: &Draft, text: &str) -> bool {
    supported(draft).iter().any(|o| o == text)
}

#[test]
fn septic_shock_is_offered_for_a_vasopressor_with_an_infection_or_a_lactate() {
    for note in ["Norepinephrine for a MAP of 58, lactate 4.2.", "MAP 58, bacteremia with pneumonia, norepinephrine started."] {
        assert!(offers(&offered("C07-undocumented", "shock", note), "Septic shock"), "{note}");
    }
    assert!(!offers(&offered("C07-undocumented", "shock", "Norepinephrine for a MAP of 58, bleeding."), "Septic shock"));
}

#[test]
fn a_list_of_denials_alone_is_not_offered() {
    let draft = offered("C07-undocumented", "shock", "MAP 58 after induction.");
    assert_eq!((draft.form, draft.options.len()), (QueryForm::Open, 0));
}

#[test]
fn oxygen_denied_at_home_does_not_offer_the_chronic_form() {
    let chronic = "Acute on chronic respiratory failure with hypoxia";
    assert!(offers(&offered("R01-undocumented", "respiratory_failure", "SpO2 84 % on room air, on home oxygen."), chronic));
    for note in ["SpO2 84 % on room air, not on home O2.", "SpO2 84 % on room air, no home oxygen."] {
        assert!(!offers(&offered("R01-undocumented", "respiratory_failure", note), chronic), "{note}");
    }
}

#[test]
fn a_value_against_an_option_takes_it_out() {
    let cells = "Neutropenia without fever";
    assert!(offers(&offered("B04-undocumented", "neutropenia", "ANC 400, temp 37.1."), cells));
    assert!(!offers(&offered("B04-undocumented", "neutropenia", "ANC 400, temp 38.9."), cells));
    let iron = "Iron deficiency anemia";
    assert!(offers(&offered("B01-undocumented", "anemia", "Hemoglobin 8.1, MCV 74."), iron));
    assert!(!offers(&offered("B01-undocumented", "anemia", "Hemoglobin 8.1, MCV 101."), iron));
}

#[test]
fn fluid_restriction_in_cirrhosis_does_not_offer_siadh() {
    let named = |note| {
        let mut gap = gap(GapKind::Unspecified, Some("hyponatremia"), vec![quoted("prog-1", note, note)]);
        gap.item = "N04-cause".into();
        fill(&gap, &chart(note))
    };
    let (siadh, volume) = ("Syndrome of inappropriate antidiuretic hormone", "Due to cirrhosis");
    let draft = named("Hyponatremia 124, cirrhosis, fluid restriction, dry mouth, IV fluids.");
    assert!(!offers(&draft, siadh) && offers(&draft, volume), "{:?}", draft.options);
    let draft = named("Hyponatremia 124, urine sodium 60, urine osmolality 500, IV fluids.");
    assert!(offers(&draft, siadh) && !offers(&draft, volume), "{:?}", draft.options);
}

#[test]
fn osmolality_offers_siadh_only_without_edema_states_and_diuretics() {
    let siadh = "Hyponatremia due to SIADH";
    let of = |note| offered("N04-undocumented", "hyponatremia", note);
    assert!(offers(&of("Sodium 124, urine osmolality 500, no edema."), siadh));
    for note in ["Sodium 124, urine osmolality 500, ascites.", "Sodium 124, serum osmolality 258, on hydrochlorothiazide."] {
        assert!(!offers(&of(note), siadh), "{note}");
    }
    // Documented elsewhere in the stay, not in the proof.
    let proof = "Sodium 124, urine osmolality 500.";
    let note = format!("{proof} Cirrhosis, Child-Pugh B.");
    let mut gap = gap(GapKind::Undocumented, Some("hyponatremia"), vec![quoted("prog-1", &note, proof)]);
    gap.item = "N04-undocumented".into();
    assert!(!offers(&fill_read(&gap, &chart(&note)), siadh));
}

#[test]
fn a_drug_is_offered_as_the_cause_of_a_low_sodium_where_the_chart_has_one() {
    let drug = "Hyponatremia due to a drug: ____";
    assert!(offers(&offered("N04-undocumented", "hyponatremia", "Sodium 124, home chlorthalidone held."), drug));
    assert!(!offers(&offered("N04-undocumented", "hyponatremia", "Sodium 124, home lisinopril held."), drug));
    let mut gap =
        gap(GapKind::Unspecified, Some("hyponatremia"), vec![quoted("prog-1", "Hyponatremia 124, on HCTZ.", "Hyponatremia 124, on HCTZ.")]);
    gap.item = "N04-cause".into();
    assert!(offers(&fill(&gap, &chart("Hyponatremia 124, on HCTZ.")), "Due to a drug: ____"));
}

#[test]
fn fluids_alone_offer_no_dehydration_prerenal_azotemia_or_dilution() {
    let cases = [
        ("N01-undocumented", "acute_kidney_injury", "Prerenal azotemia without acute kidney injury", "BUN 48"),
        ("N01-undocumented", "acute_kidney_injury", "Dehydration without acute kidney injury", "poor intake"),
        ("N08-undocumented", "dehydration", "Dehydration", "dry mucous membranes"),
        ("N08-undocumented", "dehydration", "Hypovolemia", "orthostatic"),
        ("B01-undocumented", "anemia", "Dilutional change without anemia", "after 5 liters"),
    ];
    for (item, condition, option, supports) in cases {
        let bare = "Creatinine 1.9, hemoglobin 8.2. IV fluids, normal saline bolus.";
        let supported = format!("{bare} {supports}.");
        assert!(!offers(&offered(item, condition, bare), option), "{option}");
        let draft = offered(item, condition, &supported);
        assert!(offers(&draft, option), "{option}: {:?} {:?}", draft.template, draft.options);
    }
}

#[test]
fn a_rendering_is_stable_hides_what_is_unchecked_and_pastes_cleanly() {
    let mut draft = clean();
    draft.indicators[1].included = false;
    draft.body = "Seen \u{201c}today\u{201d} \u{2013} thank you\u{2026}".into();
    let text = render_text(&draft, Some(12));
    assert_eq!(text, render_text(&draft, Some(12)));
    assert!(text.starts_with("Title: Clinical clarification: renal function\nQuery 12\n") || text.contains("Query: 12"));
    assert!(!text.contains("2.4") && text.contains("Seen \"today\" - thank you..."));
    assert!(text.is_ascii());
    assert!(text.contains("- \"Elevated creatinine\" (Progress note, 19 Nov 2026 07:20, Lin Chen, MD)"));
}

#[test]
fn any_change_that_the_provider_sees_changes_the_hash_and_nothing_else_does() {
    let base = body_hash(&clean());
    let changes: [fn(&mut Draft); 6] = [
        |d| d.title.push('.'),
        |d| d.question.push('\u{2019}'),
        |d| d.options[0].text.push('x'),
        |d| d.indicators[0].included = false,
        |d| d.body.push('x'),
        |d| d.due = None,
    ];
    for change in changes {
        let mut draft = clean();
        change(&mut draft);
        assert_ne!(body_hash(&draft), base);
    }
    let unseen: [fn(&mut Draft); 3] =
        [|d| d.removed.push("x".into()), |d| _ = d.justifications.insert("QL033".into(), "x".into()), |d| d.gap = Some("x".into())];
    for change in unseen {
        let mut draft = clean();
        change(&mut draft);
        assert_eq!(body_hash(&draft), base);
    }
}

/// A template that names an item or a pack which nobody ships would never serve, and nobody would notice.
#[test]
fn every_item_and_pack_that_a_template_names_is_shipped() {
    let items: Vec<&str> = crate::checklist::Packs::shipped().items().map(|(_, item)| item.id.as_str()).collect();
    let mut named = 0;
    for template in templates().all() {
        for id in &template.items {
            assert!(items.contains(&id.as_str()), "{}: no shipped item is called {id}", template.id);
            named += 1;
        }
        for pack in &template.packs {
            let shipped =
                items.iter().any(|item| item.strip_prefix(pack.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')));
            assert!(shipped, "{}: no shipped item belongs to pack {pack}", template.id);
            named += 1;
        }
    }
    assert!(named >= 81, "{named}");
}

/// Of more proof than a provider should read, the provider's own wording was unticked and asides were kept.
#[test]
fn the_wording_at_issue_is_ticked_before_asides_and_repetitions() {
    let asides: Vec<String> = (1..=13).map(|n| format!("At {n} o'clock the mask was changed, BiPAP went on.")).collect();
    let note = format!("SUBJECTIVE:\n{}\nASSESSMENT:\nAcute exacerbation of COPD with respiratory distress.", asides.join("\n"));
    let chart = chart(&note);
    let mut evidence: Vec<Evidence> = asides.iter().map(|a| quoted("prog-1", &note, a)).collect();
    evidence.push(quoted("prog-1", &note, "Acute exacerbation of COPD with respiratory distress."));
    let draft = fill_read(&gap(GapKind::Undocumented, Some("respiratory_failure"), evidence), &chart);
    let ticked: Vec<String> = draft.indicators.iter().filter(|i| i.included).map(|i| words_of(&i.evidence)).collect();
    assert!(ticked.len() < draft.indicators.len());
    assert!(ticked.iter().any(|w| w.starts_with("Acute exacerbation")), "{ticked:?}");
}

/// A question whether an organ dysfunction belongs to the sepsis quoted none of the dysfunctions that the chart holds.
#[test]
fn a_question_about_organ_dysfunction_quotes_the_dysfunctions() {
    let note = "ASSESSMENT:\n1. Sepsis from the urine.\n2. AKI, prerenal, fluids running.";
    let mut chart = chart(note);
    chart.observations.push(Observation {
        identifier: "map-1".into(),
        name: "Mean arterial pressure".into(),
        category: Some("vital-signs".into()),
        value: Some(crate::chart::Value::Quantity(crate::chart::Quantity { value: 58.0, comparator: None, unit: Some("mm[Hg]".into()) })),
        time: Some(at("2026-11-19T05:10-05:00")),
        ..Observation::default()
    });
    let mut gap = gap(GapKind::Unspecified, Some("sepsis"), vec![quoted("prog-1", note, "1. Sepsis from the urine.")]);
    gap.item = "I02-link".into();
    let draft = fill_read(&gap, &chart);
    let shown: Vec<String> = draft.indicators.iter().filter(|i| i.included).map(|i| words_of(&i.evidence)).collect();
    assert!(shown.iter().any(|w| w.contains("AKI, prerenal")), "{shown:?}");
    assert!(shown.iter().any(|w| w.contains("58")), "{shown:?}");
}

#[test]
fn a_query_about_missing_notes_said_not_which_days() {
    let chart = chart("Doing well.");
    let searched = Searched { what: "provider's note on 2026-11-18".into(), r#where: "9 documents".into(), documents: Vec::new() };
    let gap = Gap { searched: vec![searched], ..gap(GapKind::MissingDocument, None, Vec::new()) };
    let draft = fill(&gap, &chart);
    assert_eq!(draft.body, "Looked for in 9 documents, not found: provider's note on 18 Nov 2026.");
    assert!(!lint(&draft, &Context::empty()).diagnostics.iter().any(|d| d.field == "body"));
}

#[test]
fn the_template_that_an_item_names_was_never_used() {
    let plain = gap(GapKind::Unspecified, Some("heart_failure"), Vec::new());
    let usual = templates().for_gap(&plain).unwrap().id.clone();
    let other = templates().all().iter().find(|t| t.id != usual).unwrap().id.clone();
    let named = Gap { query_template: Some(other.clone()), ..plain.clone() };
    assert_eq!(templates().for_gap(&named).map(|t| t.id.as_str()), Some(other.as_str()));
    let unknown = Gap { query_template: Some("nonsense".to_owned()), ..plain };
    assert_eq!(templates().for_gap(&unknown).map(|t| t.id.as_str()), Some(usual.as_str()));
}
