use super::*;

type Change = fn(&mut Draft);

/// For each rule that only a draft shows: changes that break it, and near misses that do not.
const TABLE: &[(&str, &[Change], &[Change])] = &[
    (
        "QL001",
        &[|d| d.author.clear(), |d| d.author = "Ana Ruiz".into(), |d| d.contact = " ".into(), |d| d.patient = None, |d| d.encounter = None],
        &[|d| d.author = "B. Lind, MD".into(), |d| d.contact = "pager 12".into(), |d| d.author = "Jo Park RN".into()],
    ),
    (
        "QL002",
        &[
            |d| d.recipient = None,
            |d| d.recipient.as_mut().unwrap().identifier = Some("npi-9".into()),
            |d| d.recipient.as_mut().unwrap().name = "Ade Adeyi, MD".into(),
            |d| d.recipient = Some(Recipient { name: "ghost pool".into(), identifier: None, role: "pool".into() }),
        ],
        &[
            |d| d.recipient = Some(Recipient { name: "hospital medicine".into(), identifier: None, role: "pool".into() }),
            |d| d.recipient = Some(Recipient { name: "Lin Chen, MD".into(), identifier: None, role: "author".into() }),
            |d| d.recipient = Some(Recipient { name: "Ade Adeyi, MD".into(), identifier: Some("npi-2".into()), role: "consultant".into() }),
        ],
    ),
    (
        "QL003",
        &[
            |d| d.recipient = Some(Recipient { name: "Ade Adeyi, MD".into(), identifier: Some("npi-2".into()), role: "consultant".into() }),
            |d| {
                to_role(d, Reason::R3, "author");
                d.recipient.as_mut().unwrap().name = "A. Yoo, MD".into();
            },
            |d| {
                d.recipient = Some(Recipient { name: "Ade Adeyi, MD".into(), identifier: None, role: "author".into() });
            },
        ],
        &[|_| {}, |d| d.recipient.as_mut().unwrap().role = "author".into(), |d| d.recipient.as_mut().unwrap().role = "pool".into()],
    ),
    (
        "QL004",
        &[|d| to_role(d, Reason::R1, "consultant"), |d| to_role(d, Reason::R1, "pool"), |d| to_role(d, Reason::R1, "author")],
        &[|d| to_role(d, Reason::R1, "attending"), |d| to_role(d, Reason::R7, "author"), |d| to_role(d, Reason::R6, "consultant")],
    ),
    (
        "QL005",
        &[|d| d.due = None, |d| d.escalation.clear(), |d| d.due = Some(at("2026-11-20T08:00-05:00"))],
        &[|d| d.due = Some(at("2026-11-20T09:00-05:00")), |d| d.escalation = "discharged".into(), |d| d.due = Some(at("2027-01-01"))],
    ),
    (
        "QL006",
        &[
            |d| d.concept = Some("heart_failure".into()),
            |d| {
                d.concept = Some("heart_failure".into());
                d.form = QueryForm::Open
            },
            |d| {
                d.concept = Some("heart_failure".into());
                d.recipient = None
            },
        ],
        &[|d| d.concept = Some("sepsis".into()), |d| d.concept = None, |_| {}],
    ),
    (
        "QL020",
        &[
            |d| d.indicators.clear(),
            |d| d.indicators.iter_mut().for_each(|i| i.included = false),
            |d| {
                d.indicators.truncate(1);
                d.indicators[0].included = false
            },
        ],
        &[|d| d.indicators.truncate(1), |d| d.indicators[0].included = false, |d| d.indicators.truncate(2)],
    ),
    (
        "QL021",
        &[|d| text(d, 0).date = None, |d| text(d, 0).author = None, |d| text(d, 0).document.clear()],
        &[
            |d| {
                text(d, 0).date = None;
                d.indicators[0].included = false
            },
            |d| text(d, 0).author = Some("A. Yoo, MD".into()),
            |d| text(d, 0).date = Some(at("2026-11-19")),
        ],
    ),
    (
        "QL022",
        &[|d| text(d, 0).quote.push('s'), |d| d.indicators[0].hash = "00".into(), |d| text(d, 0).start += 1],
        &[
            |d| text(d, 0).document = "not-stored".into(),
            |d| text(d, 0).author = None,
            |d| {
                text(d, 0).start += 1;
                d.indicators[0].included = false
            },
        ],
    ),
    (
        "QL023",
        &[
            |d| offer(d, "chronic obstructive pulmonary disease"),
            |d| offer(d, "Diabetes, type 2"),
            |d| offer(d, "Depression, moderate"),
            |d| offer(d, "Blorptosis of the knee"),
        ],
        &[|d| offer(d, "Chronic kidney disease"), |d| offer(d, "Encephalopathy"), |d| offer(d, "Effect of the fluids")],
    ),
    (
        "QL029",
        &[
            |d| names_only(d, &["CHF exacerbation"]),
            |d| names_only(d, &["CHF", "CHF exacerbation"]),
            |d| {
                names_only(d, &["CHF exacerbation"]);
                d.reason = Reason::R2;
            },
        ],
        &[
            |d| names_only(d, &["CHF exacerbation on IV furosemide"]),
            |d| names_only(d, &["CHF exacerbation", "Elevated creatinine"]),
            |d| {
                names_only(d, &["CHF exacerbation"]);
                d.indicators.push(indicator(lab("BNP", "1240", "pg/mL", "2026-11-19T05:10-05:00"), "labs"));
            },
        ],
    ),
    (
        "QL027",
        &[
            |d| d.indicators[2].included = false,
            |d| d.indicators.truncate(2),
            |d| d.indicators[2] = indicator(lab("urea nitrogen", "41", "mg/dL", "2026-11-19T05:10-05:00"), "labs"),
        ],
        &[
            |d| {
                d.indicators.truncate(2);
                d.reason = Reason::R7
            },
            |d| d.indicators[0].included = false,
            |d| d.indicators[0].group = "treatment".into(),
        ],
    ),
    (
        "QL037",
        &[
            |d| d.reason = Reason::R9,
            |d| {
                d.reason = Reason::R9;
                d.options.remove(0);
            },
            |d| {
                d.reason = Reason::R9;
                offer(d, "Azotemia")
            },
        ],
        &[
            |d| {
                d.reason = Reason::R9;
                d.options[1].text = "Not clinically significant".into()
            },
            |d| d.reason = Reason::R7,
            |d| {
                d.reason = Reason::R9;
                d.form = QueryForm::Open
            },
        ],
    ),
    (
        "QL053",
        &[
            |d| verbal(d, "4W", "What is being treated?", ""),
            |d| verbal(d, "", "What is being treated?", "AKI"),
            |d| verbal(d, "4W", "", "AKI"),
        ],
        &[|d| verbal(d, "4W", "What is being treated?", "AKI"), |d| verbal(d, "telephone", "What is being treated?", "will think"), |_| {}],
    ),
    (
        "QL081",
        &[
            |d| d.indicators.iter_mut().for_each(prior),
            |d| {
                d.indicators.truncate(1);
                prior(&mut d.indicators[0])
            },
            |d| {
                d.indicators.truncate(2);
                d.indicators.iter_mut().for_each(prior)
            },
        ],
        &[|d| prior(&mut d.indicators[0]), |d| prior(&mut d.indicators[2]), |_| {}],
    ),
    (
        "QL080",
        &[
            |d| value_prior(d, true, false),
            |d| {
                value_prior(d, true, false);
                d.indicators[1].relevance = "baseline".into()
            },
            |d| {
                prior(&mut d.indicators[0]);
                text(d, 0).date = None
            },
        ],
        &[
            |d| value_prior(d, true, true),
            |d| prior(&mut d.indicators[0]),
            |d| {
                value_prior(d, true, false);
                d.indicators[1].included = false
            },
        ],
    ),
    (
        "QL082",
        &[
            |d| {
                prior(&mut d.indicators[0]);
                d.indicators[0].relevance.clear()
            },
            |d| value_prior(d, true, true),
            |d| {
                prior(&mut d.indicators[1]);
                d.indicators[1].relevance = "  ".into()
            },
        ],
        &[
            |d| prior(&mut d.indicators[0]),
            |d| {
                value_prior(d, true, true);
                d.indicators[1].relevance = "baseline".into()
            },
            |_| {},
        ],
    ),
    (
        "QL041",
        &[
            |d| d.body = "(x) Sepsis\n( ) Other: ____".into(),
            |d| d.question = "Can the change be specified?\n( ) Acute kidney injury".into(),
            |d| d.body = "Please mark:\n[ ] Yes  [ ] No".into(),
        ],
        &[
            |d| d.body = "Creatinine (2.4) was repeated.".into(),
            |d| d.options[0].text = "Acute kidney injury (x)".into(),
            |d| d.body = "Looked for in the notes, not found: (1) casts, (2) oliguria.".into(),
        ],
    ),
    (
        "QL050",
        &[
            |d| yes_no(d, Reason::R6, None),
            |d| yes_no(d, Reason::R3, Some("CHF exacerbation")),
            |d| {
                yes_no(d, Reason::R6, Some("CHF exacerbation"));
                d.question = "Was the sepsis present on admission?".into()
            },
        ],
        &[
            |d| yes_no(d, Reason::R6, Some("CHF exacerbation")),
            |d| yes_no(d, Reason::R5, Some("CHF exacerbation")),
            |d| yes_no(d, Reason::R1, Some("CHF exacerbation")),
        ],
    ),
    (
        "QL090",
        &[
            |d| validation(d, None),
            |d| {
                validation(d, Some("CHF exacerbation"));
                undate(d)
            },
            |d| {
                validation(d, None);
                d.body = "Please review.".into()
            },
        ],
        &[|d| validation(d, Some("CHF exacerbation")), |_| {}, |d| d.reason = Reason::R7],
    ),
    (
        "QL039",
        &[|d| d.options[0].selected = true, |d| d.options[2].selected = true, |d| d.options[3].selected = true],
        &[|_| {}, |d| d.options.truncate(1), |d| d.form = QueryForm::Open],
    ),
];

fn to_role(draft: &mut Draft, reason: Reason, role: &str) {
    draft.reason = reason;
    draft.recipient.as_mut().unwrap().role = role.into();
}

fn text(draft: &mut Draft, i: usize) -> &mut TextEvidence {
    match &mut draft.indicators[i].evidence {
        Evidence::Text(text) => text,
        Evidence::Value(_) => panic!("indicator {i} is a value"),
    }
}

fn offer(draft: &mut Draft, words: &str) {
    draft.options.insert(0, QueryOption { text: words.into(), ..QueryOption::default() });
}

fn verbal(draft: &mut Draft, channel: &str, wording: &str, reply: &str) {
    draft.form = QueryForm::Verbal;
    draft.verbal =
        Some(Verbal { at: Some(at("2026-11-19T10:05-05:00")), channel: channel.into(), wording: wording.into(), reply: reply.into() });
}

fn prior(indicator: &mut Indicator) {
    indicator.prior = true;
    indicator.relevance = "Baseline for comparison.".into();
}

fn value_prior(draft: &mut Draft, is: bool, marked: bool) {
    if let Evidence::Value(value) = &mut draft.indicators[1].evidence {
        value.prior = is;
    }
    draft.indicators[1].prior = marked;
}

fn yes_no(draft: &mut Draft, reason: Reason, cited: Option<&str>) {
    draft.form = QueryForm::YesNo;
    draft.reason = reason;
    draft.question = "Was the quoted condition present on admission?".into();
    draft.documented_at = cited.map(|quote| quoted("prog-1", NOTE, quote));
    draft.options[0] = QueryOption { text: "Yes".into(), kind: OptionKind::Yes, ..QueryOption::default() };
    draft.options[1] = QueryOption { text: "No".into(), kind: OptionKind::No, ..QueryOption::default() };
}

fn validation(draft: &mut Draft, cited: Option<&str>) {
    yes_no(draft, Reason::R4, cited);
    draft.form = QueryForm::Validation;
    draft.options[0].text = "Confirmed, with the support of: ____".into();
    draft.options[1].text = "Ruled out".into();
}

fn undate(draft: &mut Draft) {
    if let Some(Evidence::Text(text)) = &mut draft.documented_at {
        text.date = None;
    }
}

/// A question about the kind of heart failure, with these quotations as its only indicators.
fn names_only(d: &mut Draft, quotes: &[&str]) {
    d.reason = Reason::R7;
    d.concept = Some("heart_failure".into());
    d.indicators = quotes.iter().map(|q| indicator(quoted("prog-1", NOTE, q), "documentation")).collect();
}

#[test]
fn a_clean_draft_can_be_sent_and_no_rule_speaks() {
    let report = with_context(&["heart_failure"], |c| lint(&clean(), c));
    assert_eq!(report, Report { diagnostics: vec![], can_send: true });
}

#[test]
fn every_rule_about_fields_fires_on_what_breaks_it_and_not_on_near_misses() {
    let documented = ["heart_failure", "copd", "diabetes", "depression", "chronic_kidney_disease"];
    for (rule, breaks, keeps) in TABLE {
        assert!(breaks.len() >= 3 && keeps.len() >= 3, "{rule}");
        for (expected, changes) in [(true, breaks), (false, keeps)] {
            for (n, change) in changes.iter().enumerate() {
                let mut draft = clean();
                change(&mut draft);
                let report = with_context(&documented, |c| lint(&draft, c));
                let fired = report.diagnostics.iter().any(|d| d.rule == *rule);
                assert_eq!(fired, expected, "{rule} case {n} of {expected}: {:#?}", report.diagnostics);
            }
        }
    }
}

#[test]
fn a_recipient_with_many_open_queries_is_said() {
    for (load, said) in LOADS {
        let report = with_context(&[], |c| lint(&clean(), &Context { recipient_load: (load, 5), ..*c }));
        assert_eq!(report.diagnostics.iter().any(|d| d.rule == "QL007"), said, "{load}");
        assert!(report.can_send);
    }
}

#[test]
fn a_finding_that_wants_a_justification_holds_the_query_until_it_is_typed() {
    let mut draft = clean();
    draft.options.remove(1);
    let report = with_context(&[], |c| lint(&draft, c));
    assert!(!report.can_send && !report.blocks());
    draft.justifications.insert("QL033".into(), "No other cause is reasonable here.".into());
    assert!(with_context(&[], |c| lint(&draft, c)).can_send);
}

/// Loads of a recipient, and whether they are too many.
const LOADS: [(usize, bool); 6] = [(0, false), (1, false), (5, false), (6, true), (9, true), (20, true)];

/// Over the whole table, counted: at least three texts or drafts that break a rule, and three near misses that keep it. That each of
/// them does so is asserted where it is counted, or by the test of the examples.
#[test]
fn every_rule_of_the_table_has_three_that_break_it_and_three_near_misses() {
    let mut all = super::history_rules::counted();
    for (rule, breaks, keeps) in TABLE {
        let count = all.entry((*rule).to_owned()).or_default();
        *count = (count.0 + breaks.len(), count.1 + keeps.len());
    }
    let too_many = LOADS.iter().filter(|(_, said)| *said).count();
    all.insert("QL007".to_owned(), (too_many, LOADS.len() - too_many));
    for rule in rules().iter().filter(|r| r.text) {
        let count = all.entry(rule.id.clone()).or_default();
        *count = (count.0 + rule.bad.len(), count.1 + rule.good.len());
    }
    let few: Vec<_> =
        rules().iter().map(|r| (&r.id, all.get(&r.id).copied().unwrap_or_default())).filter(|(_, (b, k))| *b < 3 || *k < 3).collect();
    assert!(few.is_empty(), "{few:?}");
    let strangers: Vec<_> = all.keys().filter(|id| !rules().iter().any(|r| r.id == **id)).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}
