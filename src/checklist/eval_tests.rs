#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]
//! What single rules answer on small invented charts: bounds, times that are not known, several values at once, copies.

use super::facts::Facts;
use super::*;
use crate::chart::{
    Chart, Document, DocumentType, Encounter, EncounterClass, Evidence, Instant, Medication, MedicationKind, Number, Observation, Patient,
    Provider, Quantity, Value,
};
use crate::reading::Reading;

fn at(hour: f64) -> Option<Instant> {
    Instant::from_utc_seconds(1_772_438_400 + (hour * 3600.0) as i64, Some(0))
}

fn stay() -> Chart {
    let (start, class) = (at(0.0), EncounterClass::Inpatient);
    Chart { encounter: Encounter { identifier: "e".into(), start, admitted: start, class, ..Encounter::default() }, ..Chart::default() }
}

/// A value as sent: "<0.2" has its comparator.
fn value(name: &str, sent: &str, unit: &str, time: Option<Instant>) -> Observation {
    let digits = sent.find(|c: char| c.is_ascii_digit()).unwrap();
    let comparator = Some(sent[..digits].to_owned()).filter(|sign| !sign.is_empty());
    let quantity = Quantity { value: sent[digits..].parse().unwrap(), comparator, unit: Some(unit.into()) };
    let identifier = format!("{name} {sent} {time:?}");
    Observation { identifier, name: name.into(), value: Some(Value::Quantity(quantity)), time, ..Observation::default() }
}

fn note(id: &str, author: &str, hour: Option<f64>, text: &str) -> Document {
    let author = Some(Provider { identifier: Some(author.into()), ..Provider::default() });
    let (time, kind) = (hour.and_then(at), Some(DocumentType::ProgressNote));
    Document { identifier: id.into(), version: 1, document_type: kind, author, time, text: text.into(), ..Document::default() }
}

fn with_values(values: Vec<Observation>) -> Chart {
    let mut chart = Chart { observations: values, ..stay() };
    chart.sort();
    chart
}

fn with_notes(documents: Vec<Document>) -> Chart {
    Chart { documents, ..stay() }
}

fn readings(chart: &Chart) -> Vec<Reading> {
    chart.documents.iter().map(|d| crate::reading::read(&d.text, d.type_hint())).collect()
}

fn packs(kind: &str, rule: &str) -> Packs {
    let item = format!(
        "[pack]\nid = \"t\"\ntitle = \"t\"\nversion = 1\neffective_from = \"2015-10-01\"\nclass = [\"inpatient\"]\nsummary = \"t\"\n\n[[item]]\n\
         id = \"T\"\nversion = 1\nkind = \"{kind}\"\ncondition = \"sepsis\"\nseverity = \"info\"\ntitle = \"t\"\nwhy = \"t\"\n\
         authority = \"house\"\ncitation = \"t\"\n\n{rule}\n"
    );
    let groups = Packs::shipped_sources().into_iter().find(|(name, _)| name.ends_with("groups.toml")).unwrap();
    Packs::parse(&[groups, ("t.toml".to_owned(), item)])
        .unwrap_or_else(|m| panic!("{}", m.iter().map(|d| format!("{d}\n")).collect::<String>()))
}

fn asked(packs: &Packs, chart: &Chart) -> Outcome {
    let readings = readings(chart);
    explain(packs, &Subject { chart, readings: &readings }, &at(96.0).unwrap(), "T").unwrap().outcome
}

/// What one indicator answers.
fn indicator(test: &str, chart: &Chart) -> Outcome {
    let rule = format!("[item.indicators]\nevidence_min = 1\n\n[[item.indicator]]\nname = \"one\"\nlabel = \"one\"\n{test}");
    asked(&packs("undocumented", &rule), chart)
}

fn stated(chart: &Chart, name: &str) -> Vec<f64> {
    let readings = readings(chart);
    let facts = Facts::untold(Packs::shipped(), Subject { chart, readings: &readings }, &at(96.0).unwrap());
    facts.values(name).iter().map(|point| point.value).collect()
}

#[test]
fn the_second_value_of_a_sentence_was_lost() {
    let text = "LABS:\nPotassium 4.1 on admission, potassium 2.4 today.";
    let mut found = stated(&with_notes(vec![note("a", "x", Some(2.0), text)]), "potassium");
    found.sort_by(f64::total_cmp);
    assert_eq!(found, [2.4, 4.1]);
    // Copied into the next note it is the same measurement told again.
    let twice = with_notes(vec![note("a", "x", Some(2.0), text), note("b", "x", Some(30.0), text)]);
    assert_eq!(stated(&twice, "potassium").len(), 2);
}

#[test]
fn equal_values_of_two_days_counted_as_one() {
    let day = |id: &str, hour: f64, text: &str| note(id, "x", Some(hour), text);
    let two =
        with_notes(vec![day("a", 2.0, "LABS:\nPotassium 2.9 this morning."), day("b", 30.0, "LABS:\nToday the potassium is 2.9 again.")]);
    let test = "observation = \"potassium\"\nbelow = 3.0\nunit = \"mmol/L\"\ntimes = 2\nin_notes = true";
    assert_eq!(indicator(test, &two), Outcome::Yes);
    let one =
        with_notes(vec![day("a", 2.0, "LABS:\nPotassium 2.9 this morning."), day("b", 4.0, "LABS:\nThe potassium is 2.9, being given.")]);
    assert_eq!(indicator(test, &one), Outcome::No, "two notes of one day tell the same value");
}

#[test]
fn a_bound_was_taken_for_a_value() {
    let creatinine = |first: &str, second: &str| {
        with_values(vec![value("Creatinine", first, "mg/dL", at(2.0)), value("Creatinine", second, "mg/dL", at(12.0))])
    };
    let rise = "observation = \"creatinine\"\nrise = 0.3\nunit = \"mg/dL\"\nwithin_hours = 48";
    assert_eq!(indicator(rise, &creatinine("0.2", "0.6")), Outcome::Yes);
    assert_eq!(indicator(rise, &creatinine("<0.2", "0.6")), Outcome::CannotTell);
    let lowest = format!("{rise}\nbaseline = \"lowest\"\nprior_days = 90");
    assert_eq!(indicator(&lowest, &creatinine("<0.2", "0.6")), Outcome::CannotTell);
    let lactate = |sent: &str| with_values(vec![value("Lactate", sent, "mmol/L", at(2.0))]);
    let high = |limit: &str| format!("observation = \"lactate\"\n{limit}\nunit = \"mmol/L\"");
    for (limit, sent, expected) in [
        ("at_least = 2.0", "<2", Outcome::No),
        ("at_least = 2.0", "<=2", Outcome::CannotTell),
        ("above = 1.0", "<2", Outcome::CannotTell),
        ("below = 2.0", "<2", Outcome::Yes),
        ("below = 3.0", "<2", Outcome::Yes),
        ("below = 1.0", "<2", Outcome::CannotTell),
        ("above = 4.0", ">5", Outcome::Yes),
        ("above = 5.0", ">5", Outcome::Yes),
        ("above = 6.0", ">5", Outcome::CannotTell),
        ("below = 4.0", ">5", Outcome::No),
    ] {
        assert_eq!(indicator(&high(limit), &lactate(sent)), expected, "{limit} of {sent}");
    }
}

#[test]
fn two_values_of_one_instant_were_a_change_in_no_time() {
    let rise = "observation = \"creatinine\"\nrise = 0.3\nunit = \"mg/dL\"\nwithin_hours = 48";
    let pair = |one: Option<Instant>, other: Option<Instant>| {
        with_values(vec![value("Creatinine", "1.0", "mg/dL", one), value("Creatinine", "2.4", "mg/dL", other)])
    };
    assert_eq!(indicator(rise, &pair(at(2.0), at(2.0))), Outcome::CannotTell);
    let day = |text: &str| Instant::parse(text);
    assert_eq!(indicator(rise, &pair(day("2026-03-02"), day("2026-03-02T18:00:00Z"))), Outcome::CannotTell);
    assert_eq!(indicator(rise, &pair(day("2026-03-02"), day("2026-03-03"))), Outcome::Yes);
}

#[test]
fn oxygen_recorded_a_quarter_of_an_hour_later_left_the_saturation_on_room_air() {
    let low = "observation = \"spo2\"\nbelow = 90\nunit = \"%\"\nroom_air = true";
    let chart = |flow: Option<f64>| {
        let flow = flow.map(|hour| value("Oxygen flow", "4", "L/min", at(hour)));
        with_values([value("SpO2", "86", "%", at(2.0))].into_iter().chain(flow).collect())
    };
    assert_eq!(indicator(low, &chart(None)), Outcome::Yes);
    assert_ne!(indicator(low, &chart(Some(2.25))), Outcome::Yes);
    assert_eq!(indicator(low, &chart(Some(4.0))), Outcome::Yes);
}

#[test]
fn a_drug_whose_time_was_not_sent_was_not_given_in_the_first_day() {
    let drug = |time: Option<Instant>| Medication {
        identifier: "m".into(),
        name: "furosemide".into(),
        kind: MedicationKind::Given,
        time,
        ..Medication::default()
    };
    let chart = |time| Chart { medications: vec![drug(time)], ..stay() };
    let test = "drug = [\"furosemide\"]\nfirst_hours = 24";
    assert_eq!(indicator(test, &chart(at(2.0))), Outcome::Yes);
    assert_eq!(indicator(test, &chart(at(40.0))), Outcome::No);
    assert_eq!(indicator(test, &chart(None)), Outcome::CannotTell);
}

#[test]
fn a_value_or_a_note_without_its_time_was_outside_of_every_window() {
    let low = "observation = \"sodium\"\nbelow = 130\nunit = \"mmol/L\"\nfirst_hours = 24";
    let early = value("Sodium", "140", "mmol/L", at(2.0));
    let untimed = |sent: &str| with_values(vec![early.clone(), value("Sodium", sent, "mmol/L", None)]);
    assert_eq!(indicator(low, &untimed("120")), Outcome::CannotTell);
    assert_eq!(indicator(low, &untimed("139")), Outcome::No);
    let named = "concept = [\"pneumonia\"]\nfirst_hours = 24";
    let text = "ASSESSMENT AND PLAN:\n1. Pneumonia, ceftriaxone.";
    assert_eq!(indicator(named, &with_notes(vec![note("a", "x", None, text)])), Outcome::CannotTell);
    assert_eq!(indicator(named, &with_notes(vec![note("a", "x", Some(40.0), text)])), Outcome::No);
}

#[test]
fn a_pair_without_times_was_taken_for_one_that_does_not_fit() {
    let rule = |lacks: bool| {
        let one = "[[item.one]]\nname = \"one\"\nlabel = \"one\"\nconcept = [\"pneumonia\"]";
        let other = "[[item.other]]\nname = \"other\"\nlabel = \"other\"\nconcept = [\"acute_kidney_injury\"]";
        packs("conflicting", &format!("[item.pair]\nwithin_hours = 24\nlacks = {lacks}\nmissing = \"agreement\"\n\n{one}\n\n{other}"))
    };
    let chart = |hour: Option<f64>| {
        let first = note("a", "x", Some(2.0), "ASSESSMENT AND PLAN:\n1. Pneumonia, ceftriaxone.");
        with_notes(vec![first, note("b", "x", hour, "ASSESSMENT AND PLAN:\n1. Acute kidney injury, fluids.")])
    };
    for (hour, both, lacking) in
        [(Some(4.0), Outcome::Yes, Outcome::No), (Some(60.0), Outcome::No, Outcome::Yes), (None, Outcome::CannotTell, Outcome::CannotTell)]
    {
        assert_eq!((asked(&rule(false), &chart(hour)), asked(&rule(true), &chart(hour))), (both, lacking), "{hour:?}");
    }
}

fn identity(text: &str, mrn: &str) -> bool {
    let number = Number { value: "77".to_owned(), from: None, kind: None };
    let patient = Patient {
        identifier: "p".into(),
        mrn: Some(mrn.into()),
        birth: Instant::parse("1976-01-01"),
        identifiers: vec![number],
        ..Patient::default()
    };
    let mut document = note("a", "x", Some(2.0), text);
    document.document_type = Some(DocumentType::HistoryAndPhysical);
    let chart = Chart { patient: Some(patient), ..with_notes(vec![document]) };
    let readings = readings(&chart);
    !evaluate(Packs::shipped(), &Subject { chart: &chart, readings: &readings }, &at(20.0).unwrap(), Some("CX-12")).is_empty()
}

#[test]
fn a_grandson_an_old_infarct_and_leading_zeros_made_a_note_another_persons() {
    for text in [
        "SOCIAL HISTORY:\nLives with her 12-year-old grandson.\n",
        "FAMILY HISTORY:\nFather died of MI at 84 yo.\n",
        "HISTORY OF PRESENT ILLNESS:\nSmoked for 20 years, old MI noted.\n",
        "HISTORY OF PRESENT ILLNESS:\nThis 50-year-old fell. The 12-year-old grandson saw it.\n",
        "HISTORY OF PRESENT ILLNESS:\nFell at home. A 12-year-old grandson saw it.\n",
        "MRN: 0001234\nHISTORY OF PRESENT ILLNESS:\nWell.\n",
        "MRN: 000077\nHISTORY OF PRESENT ILLNESS:\nWell.\n",
    ] {
        assert!(!identity(text, "01234"), "{text}");
    }
    for text in [
        "HISTORY OF PRESENT ILLNESS:\nThis 72 y/o fell at home.\n",
        "HISTORY OF PRESENT ILLNESS:\nA 12 year old who fell.\n",
        "MRN: 5678\nWell.\n",
    ] {
        assert!(identity(text, "01234"), "{text}");
    }
}

#[test]
fn a_copied_paragraph_is_credited_to_the_newest_note_of_another_author() {
    let words = "The patient was seen and examined at the bedside and the plan of care was talked over with the family in full detail, \
        with time for all of their questions and with the nurse of the shift there to hear what was said and to take part in it.";
    let other = format!("{} and more of the same kind", words.replace("bedside", "window"));
    let chart = with_notes(vec![
        note("a", "one", Some(2.0), words),
        note("b", "one", Some(20.0), &format!("{words}\n{other}")),
        note("c", "two", Some(30.0), "Slept well."),
        note("d", "two", Some(40.0), &words.to_uppercase()),
        note("e", "two", Some(60.0), words),
    ]);
    let readings = readings(&chart);
    let gaps = evaluate(Packs::shipped(), &Subject { chart: &chart, readings: &readings }, &at(80.0).unwrap(), Some("CF-02"));
    let proof: Vec<(&str, &str)> = gaps.iter().map(|gap| (gap.evidence[0].source(), gap.evidence[1].source())).collect();
    assert_eq!(proof, [("d", "b"), ("e", "b")]);
    assert!(gaps.iter().all(|gap| matches!(gap.evidence[0], Evidence::Text(_))));
}

#[test]
fn a_limit_of_half_an_hour_was_rounded_to_a_whole_one() {
    let start = at(0.0).unwrap();
    assert_eq!(start.plus_part_hours(0.5).map(|due| due.hours_since(&start)), Some(0.5));
    let clock = "[item.clock]\ndocument = [\"history_and_physical\"]\nstart = \"admission\"\nlimit_hours = 1.5";
    let rule = packs("overdue", clock);
    let chart = |hour: f64| {
        let mut note = note("a", "x", Some(hour), "CHIEF COMPLAINT: Cough.");
        note.document_type = Some(DocumentType::HistoryAndPhysical);
        with_notes(vec![note])
    };
    assert_eq!((asked(&rule, &chart(1.4)), asked(&rule, &chart(1.8))), (Outcome::No, Outcome::Yes));
}

/// The quotes and values against each gap of a rule.
fn against(kind: &str, rule: &str, chart: &Chart) -> Vec<String> {
    let (packs, readings) = (packs(kind, rule), readings(chart));
    let gaps = evaluate(&packs, &Subject { chart, readings: &readings }, &at(96.0).unwrap(), None);
    assert_eq!(gaps.len(), 1);
    let says = |proof: &Evidence| match proof {
        Evidence::Text(text) => text.quote.clone(),
        Evidence::Value(value) => format!("{} {}", value.name, value.value),
    };
    gaps[0].counter_evidence.iter().map(says).collect()
}

const TWO_WAYS: &str = "[item.indicators]\nevidence_min = 1\n\n[[item.indicator]]\nname = \"lactate\"\nlabel = \"lactate\"\nobservation = \"lactate\"\n\
    above = 2\nunit = \"mmol/L\"\n\n[[item.indicator]]\nname = \"platelets\"\nlabel = \"platelets\"\nobservation = \"platelets\"\nbelow = 100\n\
    unit = \"10*3/uL\"\n\n[[item.indicator]]\nname = \"mind\"\nlabel = \"mind\"\nconcept = \"finding.confusion\"\nauthor = \"anybody\"\n\n\
    [[item.indicator]]\nname = \"skin\"\nlabel = \"skin\"\nwords = [\"mottling\"]\n";

fn ranged(name: &str, sent: &str, unit: &str, hour: f64, (low, high): (f64, f64)) -> Observation {
    Observation { low: Some(low), high: Some(high), ..value(name, sent, unit, at(hour)) }
}

/// No gap of any chart had a finding against it, unless its item said which: a normal value of the same measure stood nowhere.
#[test]
fn a_value_that_was_normal_again_and_one_that_was_never_abnormal_stood_nowhere() {
    let lactate = |sent: &str, hour| ranged("Lactate", sent, "mmol/L", hour, (0.5, 2.0));
    let platelets = ranged("Platelets", "210", "10*3/uL", 6.0, (150.0, 400.0));
    let chart = with_values(vec![lactate("1.1", 1.0), lactate("3.4", 6.0), lactate("1.8", 12.0), lactate("1.4", 24.0), platelets.clone()]);
    assert_eq!(against("undocumented", TWO_WAYS, &chart), ["Lactate 1.4", "Platelets 210"]);
    // One that was usual before it rose says nothing against it, nor does one outside its range that falls short of the limit.
    let low = Observation { low: Some(220.0), ..platelets.clone() };
    assert_eq!(against("undocumented", TWO_WAYS, &with_values(vec![lactate("1.1", 1.0), lactate("3.4", 6.0), low])), Vec::<String>::new());
    // What was measured under a treatment shows the treatment.
    let treated = Observation { note: Some("norepinephrine 8 mcg/min".into()), ..lactate("1.4", 24.0) };
    let chart = with_values(vec![lactate("3.4", 6.0), treated]);
    assert_eq!(against("undocumented", TWO_WAYS, &chart), Vec::<String>::new());
}

/// A denial of the condition, of a finding and of a sign that the item looks for stood nowhere beside the question.
#[test]
fn denials_of_the_condition_and_of_its_findings_stood_nowhere() {
    let early = note("a", "Dr A", Some(1.0), "ASSESSMENT:\nNo sepsis. Cellulitis of the leg.\n");
    let exam = note("b", "Dr A", Some(9.0), "EXAM:\nNo confusion. No mottling.\n\nASSESSMENT:\nCellulitis of the leg.\n");
    let asked = note("c", "Dr A", Some(10.0), "REVIEW OF SYSTEMS:\nNo confusion, no mottling.\n");
    let with = |documents: Vec<Document>| Chart { documents, ..with_values(vec![value("Lactate", "3.4", "mmol/L", at(6.0))]) };
    let found = against("undocumented", TWO_WAYS, &with(vec![early, exam.clone()]));
    assert!(found.len() == 2 && found[0].contains("No sepsis") && found[1].contains("No confusion"), "{found:?}");
    let found = against("undocumented", TWO_WAYS, &with(vec![exam]));
    assert!(found.iter().any(|w| w.contains("No mottling")) && found.len() <= 2, "{found:?}");
    assert_eq!(against("undocumented", TWO_WAYS, &with(vec![asked])), Vec::<String>::new());
}
