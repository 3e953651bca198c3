#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]
//! The shipped packs: they load, every kind of gap has an item, every item does what its examples say.

use super::example::{Example, SketchValue};
use super::indicator::Test;
use super::*;
use crate::chart::{Chart, Document, DocumentType, Encounter, EncounterClass, Instant};
use crate::reading::Assertion;
use std::collections::BTreeSet;

#[test]
fn shipped_packs_load_clean() {
    match Packs::parse(&Packs::shipped_sources()) {
        Ok(packs) => assert!(packs.items().count() > 30),
        Err(mistakes) => panic!("{}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

#[test]
fn every_kind_of_gap_has_an_item() {
    let kinds: BTreeSet<GapKind> = Packs::shipped().items().map(|(_, item)| item.kind).collect();
    assert_eq!(kinds.len(), 10);
}

#[test]
fn every_item_is_draft_cited_and_shown_by_examples() {
    for (_, item) in Packs::shipped().items() {
        let fires = item.examples.iter().filter(|e| e.fires).count();
        assert!(fires >= 3 && item.examples.len() - fires >= 5, "{}: {fires} of {}", item.id, item.examples.len());
        assert!(!item.authority.cite.is_empty() && item.authority.approved_by.is_empty(), "{}", item.id);
    }
}

/// How the texts of an example speak of a concept: denied, of the family, of the past or from a template.
fn ways(example: &Example, concept: &str) -> BTreeSet<&'static str> {
    let mut out = BTreeSet::new();
    for document in &example.chart.documents {
        let reading = crate::reading::read(&document.text, document.document_type);
        for mention in reading.mentions.iter().filter(|m| m.concept == concept) {
            let past =
                ["past_medical_history", "past_medical_and_surgical_history", "past_surgical_history", "review_of_systems", "problem_list"];
            if past.contains(&mention.section.as_str()) || mention.assertion == Assertion::Historical {
                out.insert("of the past or from a template");
            }
            match mention.assertion {
                Assertion::Negated => out.insert("denied"),
                Assertion::Family => out.insert("of the family"),
                _ => false,
            };
        }
    }
    out
}

/// The values that an item's own question compares.
fn compared(item: &Item) -> Vec<&str> {
    let indicators = match &item.check {
        Check::Indicators(check) => &check.indicators,
        Check::Support(check) => &check.indicators,
        _ => return Vec::new(),
    };
    let name = |test: &'_ Test| match test {
        Test::Observation(test) => names::observations().iter().find(|known| **known == test.observation),
        _ => None,
    };
    indicators.iter().flat_map(|i| &i.any).filter_map(name).map(String::as_str).collect()
}

#[test]
fn silent_examples_show_denials_relatives_the_past_templates_and_normal_values() {
    let mut faults = Vec::new();
    for (pack, item) in Packs::shipped().items() {
        let silent: Vec<&Example> = item.examples.iter().filter(|e| !e.fires).collect();
        let asks_a_condition = matches!(item.check, Check::Attributes(_) | Check::Indicators(_) | Check::Support(_));
        if let Some(condition) = item.condition.as_deref().filter(|_| asks_a_condition) {
            let shown: BTreeSet<&str> = silent.iter().flat_map(|example| ways(example, condition)).collect();
            for way in ["denied", "of the family", "of the past or from a template"] {
                if !shown.contains(way) {
                    faults.push(format!("{} {} ({condition}): no silent example in which it is {way}", pack.source, item.id));
                }
            }
        }
        let compared = compared(item);
        let valued = |example: &&&Example| example.chart.observations.iter().any(|v| compared.contains(&v.name.as_str()));
        if !compared.is_empty() && !silent.iter().any(|example| valued(&example)) {
            faults.push(format!("{} {}: no silent example with a value of {}", pack.source, item.id, compared.join(", ")));
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// The same value in another unit; `None` where the observation has no other.
fn in_another_unit(value: &SketchValue) -> Option<SketchValue> {
    let units = [
        "g/L", "g/dL", "mg/dL", "umol/L", "mmol/L", "mEq/L", "kPa", "mm[Hg]", "[degF]", "Cel", "ng/L", "ng/mL", "pg/mL", "kg", "[lb_av]",
        "cm", "[in_i]", "10*9/L", "/uL", "L", "mL",
    ];
    let line = |unit: &str| {
        let (zero, one) = (names::canonical(&value.name, 0.0, unit)?, names::canonical(&value.name, 1.0, unit)?);
        (one > zero).then_some((zero, one - zero))
    };
    let (zero, factor) = line(&value.unit)?;
    let canonical = value.value * factor + zero;
    units.into_iter().find_map(|unit| {
        let (other_zero, other) = line(unit)?;
        let differs = (other / factor - 1.0).abs() > 1e-6 || (other_zero - zero).abs() > 1e-6;
        differs.then(|| SketchValue { value: (canonical - other_zero) / other, unit: unit.to_owned(), ..value.clone() })
    })
}

#[test]
fn every_example_comes_to_the_same_in_other_units() {
    let (mut changed, mut wrong) = (0, Vec::new());
    for (pack, item) in Packs::shipped().items() {
        for example in &item.examples {
            let mut other = Example { says: Vec::new(), ..example.clone() };
            let mut turned = 0;
            for value in &mut other.chart.observations {
                if let Some(same) = in_another_unit(value) {
                    *value = same;
                    turned += 1;
                }
            }
            changed += turned;
            if turned > 0 && !try_example(Packs::shipped(), &item.id, &other).passed {
                wrong.push(format!("{}:{} {} ({}): {:?}", pack.source, example.line, item.id, example.why, other.chart.observations));
            }
        }
    }
    assert!(changed > 300, "{changed} values have another unit");
    assert!(wrong.is_empty(), "{} examples\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_pattern_of_the_book_works() {
    let book = ("forms.toml".to_owned(), include_str!("../../fixtures/checklists/forms.toml").to_owned());
    let packs = Packs::with_shipped(&[book]).unwrap_or_else(|m| panic!("{}", m.iter().map(|d| format!("{d}\n")).collect::<String>()));
    examples_of(&packs, |pack| pack.id == "forms");
}

#[test]
fn every_example_does_what_its_author_says() {
    examples_of(Packs::shipped(), |_| true);
}

fn examples_of(packs: &Packs, which: impl Fn(&Pack) -> bool) {
    let mut wrong = Vec::new();
    for (pack, item) in packs.items().filter(|(pack, _)| which(pack)) {
        for example in &item.examples {
            let trial = try_example(packs, &item.id, example);
            if !trial.passed {
                wrong.push(format!("{}:{} {} ({}): {}", pack.source, example.line, item.id, example.why, trial.problem));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples:\n{}", wrong.len(), wrong.join("\n"));
}

/// Gaps of one item in one text: alone, or as the only note of an inpatient stay.
#[test]
fn a_site_item_of_the_same_name_and_version_was_taken_as_approved_with_the_shipped_one() {
    let id = "N04-undocumented";
    let item = Packs::shipped().item(id).unwrap();
    let (by, on) = ("Medical executive committee".to_owned(), "2026-11-29".to_owned());
    let approval = Approval { item: id.to_owned(), version: item.version, content: item.content(), by, on };
    let approved_by = |mut packs: Packs, approval: &Approval| {
        packs.approve(std::slice::from_ref(approval));
        packs.item(id).unwrap().authority.approved_by.clone()
    };
    assert_eq!(approved_by(Packs::shipped().clone(), &approval), approval.by);
    let template = include_str!("../cli/checklist_new.toml");
    let own: Vec<String> = template
        .lines()
        .map(|line| match line.split_once(" = ") {
            Some(("id", value)) if value.starts_with("\"SITE-1\"") => format!("id = \"{id}\"\noverrides = true"),
            Some(("version", "1")) => format!("version = {}", item.version),
            _ => line.to_owned(),
        })
        .collect();
    let own = own.join("\n");
    let site = Packs::with_shipped(&[("site.toml".to_owned(), own)]).unwrap();
    assert_eq!(site.item(id).unwrap().version, item.version);
    assert_eq!(approved_by(site.clone(), &approval), "");
    // An approval of before this was told apart stays what it was.
    assert_ne!(approved_by(site, &Approval { content: String::new(), ..approval }), "");
}

fn gaps_of(item: &str, text: &str, kind: DocumentType, lone: bool) -> Vec<Gap> {
    let document =
        Document { identifier: "d".to_owned(), version: 1, document_type: Some(kind), text: text.to_owned(), ..Document::default() };
    let start = Instant::parse("2026-03-02T08:00:00Z");
    let class = if lone { EncounterClass::NotGiven } else { EncounterClass::Inpatient };
    let encounter = Encounter { identifier: "e".to_owned(), implied: lone, class, start, admitted: start, ..Encounter::default() };
    let chart = Chart { encounter, documents: vec![document], ..Chart::default() };
    let readings = vec![crate::reading::read(text, Some(kind))];
    evaluate(Packs::shipped(), &Subject { chart: &chart, readings: &readings }, &start.unwrap(), Some(item))
}

const REPORT: &str = "PREOPERATIVE DIAGNOSIS: Gallstones.\nPOSTOPERATIVE DIAGNOSIS: Gallstones.\nPROCEDURE: Laparoscopic cholecystectomy.\n\
    ANESTHESIA: General.\nFINDINGS: Thin-walled gallbladder.\nDESCRIPTION OF PROCEDURE: Four ports were placed and the gallbladder was taken down.\n";

#[test]
fn a_lone_operative_report_does_not_bury_its_questions_under_one_gap_for_each_element() {
    let alone = gaps_of("EL-OP", REPORT, DocumentType::OperativeReport, true);
    assert_eq!(alone.len(), 1, "{alone:?}");
    assert_eq!(alone[0].missing, ["estimated_blood_loss", "complications"]);
    assert_eq!(alone[0].searched.len(), 2);
    let charted = gaps_of("EL-OP", REPORT, DocumentType::OperativeReport, false);
    let elements: Vec<_> = charted.iter().filter_map(|gap| gap.element.as_deref()).collect();
    assert!(elements.contains(&"specimens") && elements.contains(&"surgeon") && elements.len() == charted.len(), "{elements:?}");
}

#[test]
fn the_diagnosis_before_an_operation_gives_way_to_the_one_after_it() {
    let report = |after: &str| format!("PREOPERATIVE DIAGNOSIS: Anemia.\nPOSTOPERATIVE DIAGNOSIS: {after}\nPROCEDURE: Upper endoscopy.\n");
    let fires = |after: &str| !gaps_of("B01-specificity", &report(after), DocumentType::OperativeReport, true).is_empty();
    assert!(!fires("Severe duodenitis."));
    assert!(fires("Same."));
    assert!(fires("Anemia, duodenitis."));
}

#[test]
fn a_handout_about_people_at_large_is_not_asked_for_a_type() {
    let fires = |text: &str| !gaps_of("N11-specificity", text, DocumentType::Other, true).is_empty();
    assert!(!fires("Some people, especially those with diabetes mellitus, heal slowly."));
    assert!(fires("ASSESSMENT: Diabetes mellitus."));
}

fn of_sketch(sketch: &example::Sketch) -> Vec<Gap> {
    let chart = sketch::chart(sketch);
    let readings: Vec<_> = chart.documents.iter().map(|d| crate::reading::read(&d.text, d.type_hint())).collect();
    let as_of = sketch::at(sketch.as_of).unwrap();
    evaluate(Packs::shipped(), &Subject { chart: &chart, readings: &readings }, &as_of, None)
}

fn first_firing(item: &str) -> example::Sketch {
    Packs::shipped().item(item).unwrap().examples.iter().find(|e| e.fires).unwrap().chart.clone()
}

#[test]
fn one_question_of_two_items_is_asked_once_with_the_proof_of_both() {
    let mut sketch = first_firing("B03-undocumented");
    let text = "ASSESSMENT AND PLAN:\n1. Hemoglobin low, transfused 1 unit of PRBC.".to_owned();
    sketch.documents.push(example::SketchDocument { at: 5.0, role: crate::chart::Role::Physician, text, ..Default::default() });
    let gaps = of_sketch(&sketch);
    let asked: Vec<&Gap> =
        gaps.iter().filter(|g| ["anemia", "pancytopenia"].contains(&g.condition.as_deref().unwrap_or_default())).collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!((asked[0].item.as_str(), asked[0].also.as_slice()), ("B03-undocumented", ["B01-undocumented".to_owned()].as_slice()));
    assert!(asked[0].evidence.iter().any(|proof| serde_json::to_string(proof).unwrap().contains("PRBC")), "{:?}", asked[0].evidence);
}

#[test]
fn a_clock_says_which_of_two_beginnings_it_runs_from() {
    let plain = first_firing("DOC-001-late");
    let why = |sketch: &example::Sketch| of_sketch(sketch).into_iter().find(|g| g.item == "DOC-001-late").unwrap().why;
    assert!(!why(&plain).contains("Counted from"), "{}", why(&plain));
    let two = example::Sketch { registered: Some(-1.5), ..plain };
    let said = why(&two);
    assert!(said.contains("Counted from arrival, 2 Mar 2026 06:30; the order to admit was 2 Mar 2026 08:00."), "{said}");
}

#[test]
fn a_text_that_was_tried_gets_no_date_and_no_author_that_nobody_gave() {
    let note = "ASSESSMENT AND PLAN:\n1. Sodium 126. Fluid restriction.\n2. Congestive heart failure, furosemide.\n";
    let mut fired = 0;
    for (_, item) in Packs::shipped().items() {
        let (gaps, tree) = try_text(Packs::shipped(), note, None, &item.id).unwrap();
        fired += gaps.len();
        let said = serde_json::to_string(&(&gaps, &tree)).unwrap();
        assert!(!said.contains("Mar 2026") && !said.contains("2026-03-0") && !said.contains("author Physician"), "{}: {said}", item.id);
    }
    assert!(fired > 0);
}

#[test]
fn a_validity_gap_said_what_was_not_found_and_showed_none_of_the_values() {
    let mut shown = 0;
    for (_, item) in Packs::shipped().items() {
        let Check::Support(check) = &item.check else { continue };
        for example in item.examples.iter().filter(|e| e.fires) {
            let gaps = of_sketch(&example.chart);
            let Some(gap) = gaps.iter().find(|g| g.item == item.id) else { continue };
            let short = check.indicators.iter().filter(|i| gap.missing.contains(&i.name)).flat_map(|i| &i.any);
            let sent = short.filter_map(|test| match test {
                Test::Observation(test) if test.when.any() && !test.room_air && !test.on_oxygen => {
                    example.chart.observations.iter().find(|v| v.name == test.observation && v.at >= 0.0)
                }
                _ => None,
            });
            if sent.count() > 0 {
                let values = gap.evidence.iter().filter(|e| matches!(e, crate::chart::Evidence::Value(_)));
                assert!(values.count() > 0, "{}:{} {:?}", item.id, example.line, gap.evidence);
                shown += 1;
            }
        }
    }
    assert!(shown > 10, "{shown}");
}

#[test]
fn days_without_a_note_were_missing_and_nobody_was_told_which() {
    let gaps = of_sketch(&first_firing("DOC-021"));
    let gap = gaps.iter().find(|g| g.item == "DOC-021").unwrap();
    let days = gap.title.trim_start_matches("No progress note on ");
    assert!(days.starts_with("2026-03-"), "{}", gap.title);
    assert!(gap.searched[0].what.ends_with(&format!(" on {days}")), "{:?}", gap.searched);
}

#[test]
fn a_treatment_that_is_denied_counted_as_given_and_silenced_or_raised_gaps() {
    let potassium = |said: &str| {
        let text = format!("Labs: K 6.2\nASSESSMENT AND PLAN:\n1. CKD stage 4. {said}");
        gaps_of("N07-potassium-high", &text, DocumentType::ProgressNote, false).len()
    };
    for (said, gaps) in [
        ("No kayexalate needed.", 0),
        ("Without kayexalate or Lokelma.", 0),
        ("Kayexalate given.", 1),
        ("Insulin 10 units IV with dextrose 50 %.", 1),
    ] {
        assert_eq!(potassium(said), gaps, "{said}");
    }
}
