//! The rules that only the chart and the history of its queries show: for each, what breaks it and near misses.

use super::*;
use crate::chart::{FullName, Observation, Quantity, Value};
use crate::query::lint::Past;
use crate::query::{Measure, departed, measured_in};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Runs the lint with the stay of the test chart and what `change` adds to the context.
fn fires(rule: &str, run: impl Fn(Context<'_>) -> Report) -> bool {
    let stay = Some((Some(at("2026-11-17T14:10-05:00")), None));
    with_context(&[], |c| run(Context { stay, ..*c }).diagnostics.iter().any(|d| d.rule == rule))
}

fn changed(change: impl Fn(&mut Draft)) -> Draft {
    let mut draft = clean();
    change(&mut draft);
    draft
}

thread_local! {
    /// For each rule, how many drafts broke it and how many kept it, as far as the tests of this thread ran.
    static TALLY: RefCell<BTreeMap<String, (usize, usize)>> = const { RefCell::new(BTreeMap::new()) };
}

/// Counts a draft that was judged as it should be.
pub(super) fn tally(rule: &str, fired: bool) {
    TALLY.with_borrow_mut(|all| {
        let count = all.entry(rule.to_owned()).or_default();
        if fired { count.0 += 1 } else { count.1 += 1 }
    });
}

/// Every rule of this file, with the number of drafts that break it and of those that keep it.
pub(super) fn counted() -> BTreeMap<String, (usize, usize)> {
    TALLY.with_borrow_mut(BTreeMap::clear);
    super::audit_rules::ql008_a_letter_went_out_that_named_no_patient();
    super::audit_rules::ql112_a_quotation_was_cut_out_of_a_denial();
    ql024_what_speaks_against_it_is_not_left_out();
    ql025_findings_are_of_the_stay();
    ql028_history_finding_and_treatment();
    ql034_no_option_that_a_value_excludes();
    ql103_one_patient();
    ql103_no_other_patient_is_named_in_typed_words();
    ql111_a_typed_value_stands_in_the_record();
    ql104_a_third_query_brings_something_new();
    ql105_the_policy_has_a_last_day();
    ql106_copied_words_and_ql109_newer_versions_are_said();
    ql107_what_is_documented_since_is_not_asked();
    ql108_sent_words_are_the_words_that_were_sent();
    ql116_what_is_told_of_other_values_was_written_by_hand();
    TALLY.with_borrow(BTreeMap::clone)
}

/// Asserts that `rule` fires on every draft of `breaks` and on none of `keeps`, in the same surroundings.
fn table(rule: &str, breaks: &[Draft], keeps: &[Draft], run: impl Fn(&Draft, Context<'_>) -> Report) {
    assert!(breaks.len() >= 3 && keeps.len() >= 3, "{rule}");
    for (expected, drafts) in [(true, breaks), (false, keeps)] {
        for (n, draft) in drafts.iter().enumerate() {
            assert_eq!(fires(rule, |c| run(draft, c)), expected, "{rule} case {n} of {expected}");
            tally(rule, expected);
        }
    }
}

fn dated(draft: &mut Draft, i: usize, date: Option<&str>) {
    match &mut draft.indicators[i].evidence {
        Evidence::Text(text) => text.date = date.map(at),
        Evidence::Value(value) => value.date = date.map(at),
    }
}

#[test]
fn ql024_what_speaks_against_it_is_not_left_out() {
    let against = |i: usize, included: bool| {
        changed(move |d| {
            d.indicators[i].against = true;
            d.indicators[i].included = included;
        })
    };
    table(
        "QL024",
        &[against(0, false), against(1, false), against(2, false)],
        &[against(0, true), against(1, true), changed(|d| d.indicators[1].included = false)],
        |d, c| lint(d, &c),
    );
}

#[test]
fn ql025_findings_are_of_the_stay() {
    table(
        "QL025",
        &[
            changed(|d| dated(d, 1, Some("2025-11-01T08:00-05:00"))),
            changed(|d| dated(d, 0, Some("2026-11-16T08:00-05:00"))),
            changed(|d| dated(d, 1, Some("2026-12-24T08:00-05:00"))),
        ],
        &[
            changed(|d| {
                dated(d, 1, Some("2025-11-01T08:00-05:00"));
                d.indicators[1].prior = true;
            }),
            changed(|d| dated(d, 1, None)),
            changed(|d| {
                dated(d, 1, Some("2025-11-01T08:00-05:00"));
                d.indicators[1].included = false;
            }),
        ],
        |d, c| lint(d, &c),
    );
}

#[test]
fn ql028_history_finding_and_treatment() {
    table(
        "QL028",
        &[
            changed(|d| d.indicators.truncate(2)),
            changed(|d| drop(d.indicators.drain(..2))),
            changed(|d| d.indicators.retain(|i| i.group == "labs")),
        ],
        &[
            clean(),
            changed(|d| d.indicators.clear()),
            changed(|d| {
                d.indicators.truncate(1);
                d.reason = Reason::R7;
            }),
        ],
        |d, c| lint(d, &c),
    );
}

#[test]
fn ql034_no_option_that_a_value_excludes() {
    let of = |template: &str, option: &str, name: &str, value: &str| {
        let (template, option) = (template.to_owned(), option.to_owned());
        let value = lab(name, value, "", "2026-11-19T05:10-05:00");
        changed(move |d| {
            d.template = Some(template.clone());
            d.options[0].text = option.clone();
            d.indicators[1] = indicator(value.clone(), "labs");
        })
    };
    table(
        "QL034",
        &[of("ckd-stage", "Stage 4", "egfr", "72"), of("ckd-stage", "Stage 3a", "egfr", "20"), of("ckd-stage", "Stage 5", "gfr", "40")],
        &[
            of("ckd-stage", "Stage 4", "egfr", "22"),
            of("ckd-stage", "Stage 4", "potassium", "4"),
            of("none-of-these", "Stage 4", "egfr", "72"),
        ],
        |d, c| lint(d, &c),
    );
}

#[test]
fn ql103_one_patient() {
    let whose = |id: &str| Some(if id == "other-1" { "mrn-8" } else { "mrn-7" }.to_owned());
    let from_other = |i: usize| {
        changed(move |d| match &mut d.indicators[i].evidence {
            Evidence::Text(text) => text.document = "other-1".into(),
            Evidence::Value(value) => value.observation = "other-1".into(),
        })
    };
    table(
        "QL103",
        &[from_other(0), from_other(1), changed(|d| d.body = "MRN 004512 was compared with MRN 004513.".into())],
        &[
            clean(),
            changed(|d| d.body = "MRN 004512, seen again: MRN 004512.".into()),
            changed(|d| {
                *d = from_other(0);
                d.indicators[0].included = false;
            }),
        ],
        |d, c| lint(d, &Context { patient_of: &whose, ..c }),
    );
}

/// Names and numbers as a store would know them: the draft's own patient and two others, one of whom shares a provider's name.
fn people(word: &str) -> Vec<FullName> {
    let all = [("mrn-7", "Rose", "Ida"), ("mrn-8", "Birch", "Walter James"), ("mrn-9", "Adeyi", "Ade"), ("mrn-10", "Van Dyke", "Ola")];
    let begins = |family: &&str| family.to_lowercase().split(' ').next() == Some(word);
    let found = all.iter().filter(|(_, family, _)| begins(family));
    found.map(|(p, f, g)| FullName { patient: (*p).into(), family: (*f).into(), given: (*g).into() }).collect()
}

fn owners(number: &str) -> Vec<String> {
    let all = [("004512", "mrn-7"), ("88120", "mrn-7"), ("00652931", "mrn-8"), ("88047", "mrn-8"), ("E-901A", "mrn-8"), ("2026", "mrn-8")];
    all.iter().filter(|(n, _)| *n == number).map(|(_, p)| (*p).to_owned()).collect()
}

/// Another patient's name or number, typed by hand, passed the lint and left in every export.
#[test]
fn ql103_no_other_patient_is_named_in_typed_words() {
    table(
        "QL103",
        &[
            changed(|d| d.title = "Clinical clarification: renal function, Walter Birch".into()),
            changed(|d| d.body = "The same was asked about BIRCH, Walter last week.".into()),
            changed(|d| d.question.insert_str(0, "As with walter j. birch: ")),
            changed(|d| d.question.insert_str(0, "Like Ola Van Dyke's: ")),
            changed(|d| d.body = "Compare encounter 88047.".into()),
            changed(|d| d.body = "Compare 00652931 of yesterday.".into()),
            changed(|d| d.body = "See MRN 0065 2931.".into()),
            changed(|d| d.body = "See e-901a.".into()),
            changed(|d| d.options[0].text = "Acute kidney injury, as in 88047".into()),
            changed(|d| d.indicators[0].relevance = "As in Walter Birch".into()),
        ],
        &[
            changed(|d| d.body = "Ida Rose, MRN 004512, encounter 88120.".into()),
            changed(|d| d.body = "Seen by Ade Adeyi yesterday.".into()),
            changed(|d| d.body = "The patient birch pollen count rose; Walter is the son.".into()),
            changed(|d| d.body = "Mr. Birch, the neighbour, called.".into()),
            changed(|d| d.body = "Seen on 19 Nov 2026; urine 88047 cells/uL.".into()),
        ],
        |d, c| lint(d, &Context { people: &people, owners: &owners, ..c }),
    );
}

/// "Creatinine 4.2" in a question passed though every creatinine of the stay was below 3.
#[test]
fn ql111_a_typed_value_stands_in_the_record() {
    let mut chart = super::chart("Lactate 3.1 on arrival, BP 84/50, EF 35 %.");
    chart.observations[0].value =
        Some(crate::chart::Value::Quantity(crate::chart::Quantity { value: 2.4, comparator: None, unit: Some("mg/dL".into()) }));
    let measured = |measure: &Measure, number: f64| measured_in(&chart, measure, number);
    let body = |text: &'static str| changed(move |d| d.body = text.into());
    table(
        "QL111",
        &[
            body("Creatinine 4.2 on 19 Nov."),
            body("Creatinine rose from 2.4 to 4.2."),
            body("Lactate of 6.1 was seen."),
            body("BP 70/40 at 05:10."),
            changed(|d| d.title = "Clinical clarification: creatinine 4.2".into()),
            changed(|d| d.question.insert_str(0, "With an EF of 20 %, ")),
            changed(|d| d.options[1].text = "Dehydration, creatinine 9".into()),
        ],
        &[
            clean(),
            body("Creatinine 2.40 on 19 Nov 05:10, two values, 3 days."),
            body("Lactate was 3.1 on arrival; BP 84/50."),
            body("Creatinine on 11/19 was 2.4; EF 35 %."),
            body("The room is 4.2 m wide."),
            body("The note says \"creatinine 4.2\"."),
        ],
        |d, c| lint(d, &Context { measured: &measured, ..c }),
    );
}

#[test]
fn ql104_a_third_query_brings_something_new() {
    let base = clean();
    let hashes: BTreeSet<String> = base.indicators.iter().map(|i| i.hash.clone()).collect();
    let twice = [
        Past { concept: "acute_kidney_injury".into(), hashes: hashes.clone(), answered: false },
        Past { concept: "acute_kidney_injury".into(), hashes, answered: false },
    ];
    table(
        "QL104",
        &[clean(), changed(|d| d.indicators.truncate(2)), changed(|d| d.question.push(' '))],
        &[
            changed(|d| d.indicators.push(indicator(lab("creatinine", "3.1", "mg/dL", "2026-11-20T05:10-05:00"), "labs"))),
            changed(|d| d.concept = Some("heart_failure".into())),
            changed(|d| d.concept = None),
        ],
        |d, c| lint(d, &Context { past: &twice, ..c }),
    );
    assert!(!fires("QL104", |c| lint(&base, &Context { past: &twice[..1], ..c })));
}

#[test]
fn ql105_the_policy_has_a_last_day() {
    let draft = clean();
    for (end, last, late) in [
        ("2026-10-20T08:00-05:00", Some(30), true),
        ("2026-08-01T08:00-05:00", Some(30), true),
        ("2026-11-18T07:00-05:00", Some(1), true),
        ("2026-10-21T09:00-05:00", Some(30), false),
        ("2026-11-19T08:00-05:00", Some(30), false),
        ("2020-01-01T08:00-05:00", None, false),
    ] {
        let found = fires("QL105", |c| lint(&draft, &Context { discharged: Some(at(end)), late_after_days: last, ..c }));
        assert_eq!(found, late, "{end}");
        tally("QL105", late);
    }
}

#[test]
fn ql106_copied_words_and_ql109_newer_versions_are_said() {
    let earlier = |text: &TextEvidence| (text.quote == "Elevated creatinine").then(|| at("2026-11-18T07:00-05:00"));
    table(
        "QL106",
        &[clean(), changed(|d| d.indicators.truncate(1)), changed(|d| d.body = "Please see the note.".into())],
        &[
            changed(|d| d.indicators[0].included = false),
            changed(|d| drop(d.indicators.remove(0))),
            changed(|d| d.indicators.retain(|i| i.group == "labs")),
        ],
        |d, c| lint(d, &Context { first_stood: &earlier, ..c }),
    );
    let newest = |_: &str| Some(3);
    let version = |v: Option<u32>| changed(move |d| d.indicators[0].version = v);
    table(
        "QL109",
        &[version(Some(1)), version(Some(2)), changed(|d| d.indicators[2].version = Some(1))],
        &[
            version(Some(3)),
            version(None),
            changed(|d| {
                d.indicators[0].version = Some(1);
                d.indicators[0].included = false;
            }),
        ],
        |d, c| lint(d, &Context { version_of: &newest, ..c }),
    );
}

#[test]
fn ql107_what_is_documented_since_is_not_asked() {
    let since: BTreeSet<String> = ["acute_kidney_injury".to_owned()].into();
    table(
        "QL107",
        &[clean(), changed(|d| d.options.truncate(1)), changed(|d| d.form = QueryForm::Open)],
        &[changed(|d| d.reason = Reason::R7), changed(|d| d.concept = Some("sepsis".into())), changed(|d| d.concept = None)],
        |d, c| lint(d, &Context { documented_since: &since, ..c }),
    );
}

#[test]
fn ql108_sent_words_are_the_words_that_were_sent() {
    let sent = body_hash(&clean());
    table(
        "QL108",
        &[changed(|d| d.title.push('.')), changed(|d| d.options[0].text.push('x')), changed(|d| d.indicators[0].included = false)],
        &[clean(), changed(|d| d.removed.push("x".into())), changed(|d| d.gap = Some("x".into()))],
        |d, c| lint(d, &Context { sent_hash: Some(&sent), ..c }),
    );
}

/// The words beside a value about those that are not shown could be written or emptied by whoever wrote the draft.
#[test]
fn ql116_what_is_told_of_other_values_was_written_by_hand() {
    let value = |day: u32, value: f64| Observation {
        identifier: if day == 19 { "lab-1".into() } else { format!("lab-{day}") },
        name: "creatinine".into(),
        value: Some(Value::Quantity(Quantity { value, comparator: None, unit: Some("mg/dL".into()) })),
        time: Some(at(&format!("2026-11-{day}T05:10-05:00"))),
        ..Observation::default()
    };
    let mut chart = Chart { observations: vec![value(17, 1.0), value(18, 1.6), value(19, 2.4)], ..Chart::default() };
    let told = |words: &str| changed(|d| d.indicators[1].others = words.into());
    let whole = told("highest of 3 values; not shown: 1.0 (17 Nov 05:10), 1.6 (18 Nov 05:10)");
    let hidden = Draft {
        indicators: whole.indicators.iter().cloned().map(|i| Indicator { included: i.group != "labs", ..i }).collect(),
        ..whole.clone()
    };
    let other = changed(|d| {
        if let Evidence::Value(value) = &mut d.indicators[1].evidence {
            value.name = "urine sodium".into();
        }
    });
    let run = |chart: &Chart, d: &Draft, c: Context<'_>| lint(d, &Context { others_departed: &|all| departed(all, chart), ..c });
    table(
        "QL116",
        &[told(""), told("highest of 3 values; not shown: 2.2 (17 Nov 05:10), 2.3 (18 Nov 05:10)"), told("stable")],
        &[whole.clone(), hidden, other],
        |d, c| run(&chart, d, c),
    );
    chart.observations.push(value(20, 3.1));
    assert!(fires("QL116", |c| run(&chart, &whole, c)));
}
