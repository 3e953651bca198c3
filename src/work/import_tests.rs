//! Imports end to end: what a store makes of messages whose patients, stays and corrections are not what they seem. Invented people.

use super::import::{ImportProgress, ImportReport, Input, import};
use super::session::{Clock, Session};
use crate::chart::{Chart, Instant, Patient, Value};
use crate::intake::Options;
use crate::store::Store;
use lacuna_index::Stop;
use pretty_assertions::assert_eq;

fn session() -> Session {
    Session::begin(Some("ana"), Clock::Frozen(Instant::parse("2026-02-01T09:00:00Z").unwrap())).unwrap()
}

fn store() -> Store {
    Store::memory(&session().actor()).unwrap()
}

fn take(store: &Store, content: &str) -> ImportReport {
    import(store, &session(), Input::Pasted(content.as_bytes()), &Options::default(), &Stop::new(), &mut |_: &ImportProgress| {}).unwrap()
}

/// A message of a facility, a kind and a time.
fn message(facility: &str, kind: &str, sent: &str, segments: &[&str]) -> String {
    let control = crate::hash::sha256(&format!("{facility}{kind}{sent}{segments:?}"));
    let head = format!("MSH|^~\\&|SYN|{facility}|LAC|CDI|{sent}||{kind}|{}|P|2.5.1", control.get(..8).unwrap_or_default());
    [&[head.as_str()], segments].concat().join("\r") + "\r"
}

fn stay(number: &str) -> String {
    format!("PV1|1|I|ICU||||||||||||||||{number}|||||||||||||||||||||||||20260105083000")
}

const ANN: &str = "PID|1||100^^^H^MR||ROE^ANN||19500101|F";
const BOB: &str = "PID|1||100^^^H^MR||SMITH^BOB||19700202|M";

fn patients(store: &Store) -> Vec<Patient> {
    store.patients().unwrap().into_iter().map(|(patient, _)| patient).collect()
}

fn names(store: &Store) -> Vec<(String, String)> {
    patients(store).into_iter().map(|p| (p.identifier.clone(), p.display())).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

fn chart(store: &Store, stay: &str) -> Chart {
    store.chart(stay).unwrap().unwrap()
}

fn told(report: &ImportReport, part: &str) -> bool {
    report.notices.iter().any(|notice| notice.what.contains(part))
}

#[test]
fn another_person_under_a_known_number_overwrote_the_first_and_stood_in_their_chart() {
    let store = store();
    take(&store, &message("H", "ADT^A01", "20260105083000", &[ANN, &stay("V1")]));
    let second = message("H", "ADT^A01", "20260106083000", &[BOB, &stay("V2")]);
    let report = take(&store, &second);
    assert_eq!(report.rejects[0].what, "the patient H|100 is there already as another person: name, birth date and sex differ");
    assert!(report.rejects[0].why.is_some() && report.rejects[0].hint.is_some());
    assert_eq!(names(&store), pairs(&[("H|100", "ROE ANN")]));
    assert_eq!(store.encounter_identifiers().unwrap(), ["V1"]);
    // What the second's messages bring later does not go in behind it.
    let result = "OBX|1|NM|K^K^L||4.1|mmol/L|||||F|||20260106";
    let report = take(&store, &message("H", "ORU^R01", "20260107083000", &[BOB, &stay("V2"), "OBR|1|P|F|B", result]));
    assert_eq!((report.observations, report.documents.rejected), (0, 1));
    // A correction is one where its sender says so; and what was told before it comes again without a fault.
    let report = take(&store, &message("H", "ADT^A08", "20260107093000", &[BOB, &stay("V1")]));
    assert!(report.rejects.is_empty() && told(&report, "has another name, birth date and sex now"), "{:?}", report.notices);
    assert_eq!(names(&store), pairs(&[("H|100", "SMITH BOB")]));
    let again = take(&store, &message("H", "ADT^A01", "20260105083000", &[ANN, &stay("V1")]));
    assert_eq!((again.rejects, names(&store)), (vec![], pairs(&[("H|100", "SMITH BOB")])));
}

#[test]
fn a_corrected_birth_date_is_told_and_a_name_by_marriage_is_not() {
    let store = store();
    take(&store, &message("H", "ADT^A01", "20260105083000", &[ANN, &stay("V1")]));
    let married = take(&store, &message("H", "ADT^A01", "20260106083000", &["PID|1||100^^^H^MR||MILLER^ANN||19500101|F", &stay("V1")]));
    assert!(married.rejects.is_empty() && !told(&married, "has another"), "{:?}", married.notices);
    let born = take(&store, &message("H", "ADT^A01", "20260107083000", &["PID|1||100^^^H^MR||MILLER^ANN||19510101|F", &stay("V1")]));
    assert!(born.rejects.is_empty() && told(&born, "the patient H|100 has another birth date now"), "{:?}", born.notices);
}

#[test]
fn another_servers_patient_of_the_same_id_took_the_place_of_the_first() {
    let bundle = |family: &str, sex: &str, birth: &str, note: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[
            {{"resource":{{"resourceType":"Patient","id":"p1","name":[{{"family":"{family}"}}],"gender":"{sex}","birthDate":"{birth}"}}}},
            {{"resource":{{"resourceType":"Observation","id":"{note}","status":"final","code":{{"text":"Potassium"}},"subject":{{"reference":"Patient/p1"}},
            "effectiveDateTime":"2026-01-06","valueQuantity":{{"value":4}}}}}}]}}"#
        )
    };
    let store = store();
    take(&store, &bundle("Probe", "female", "1950-01-02", "o1"));
    let report = take(&store, &bundle("Otherperson", "male", "1980-05-05", "o2"));
    let rejects: Vec<&str> = report.rejects.iter().map(|r| r.what.as_str()).collect();
    assert_eq!(
        rejects,
        [
            "the patient p1 is there already as another person: name, birth date and sex differ",
            "the observation o2 is of the patient p1, who was refused as another person",
        ]
    );
    assert_eq!(names(&store), pairs(&[("p1", "PROBE")]));
}

#[test]
fn the_bare_number_of_two_facilities_was_one_patient_and_that_of_one_hospitals_two_systems_is() {
    let store = store();
    let ann = "PID|1||940||ROE^ANN||19500101|F";
    take(&store, &message("NORTH", "ADT^A01", "20260105083000", &[ann, &stay("V940")]));
    let other = take(&store, &message("SOUTH", "ADT^A01", "20260105093000", &["PID|1||940||SMITH^BOB||19700101|M", &stay("V941")]));
    assert_eq!(other.rejects, []);
    assert_eq!(names(&store), pairs(&[("NORTH|940", "ROE ANN"), ("SOUTH|940", "SMITH BOB")]));
    // The laboratory sends under a name of its own; number, birth date and both names are the same.
    let result = "OBX|1|NM|K^K^L||4.1|mmol/L|||||F|||20260106";
    let lab = take(&store, &message("LABFAC", "ORU^R01", "20260106093000", &[ann, &stay("V940"), "OBR|1|P|F|B", result]));
    assert!(lab.rejects.is_empty() && told(&lab, "the patient LABFAC|940 is NORTH|940"), "{lab:?}");
    assert_eq!((patients(&store).len(), chart(&store, "V940").observations.len()), (2, 1));
}

#[test]
fn numbers_of_two_kinds_and_people_of_whom_nothing_agrees_were_joined() {
    for (first, second) in [
        ("PID|1||55^^^B^MR~920^^^A^PI||ROE^ANN||19500102|F", "PID|1||920^^^A^MR||ROE^ANN||19500102|F"),
        ("PID|1||56^^^B^MR~920^^^A||ROE^ANN", "PID|1||920^^^A^MR||SMITH^BETTY||19600102|M"),
        ("PID|1||56^^^B^MR~920^^^A||ROE^ANN||19600102", "PID|1||920^^^A^MR||SMITH^BETTY||19600102"),
        ("PID|1||56^^^B^MR~920^^^A", "PID|1||920^^^A^MR"),
    ] {
        let store = store();
        take(&store, &message("H", "ADT^A01", "20260105083000", &[first, &stay("V1")]));
        let report = take(&store, &message("H", "ADT^A01", "20260105093000", &[second, &stay("V2")]));
        assert_eq!((report.merged, patients(&store).len()), (0, 2), "{first} {second}");
        assert!(told(&report, "may be one"), "{:?}", report.notices);
        assert_eq!(super::doubles(&store, &session()).unwrap().len(), 1, "{first} {second}");
    }
    let store = store();
    take(&store, &message("H", "ADT^A01", "20260105083000", &["PID|1||56^^^B^MR~920^^^A||ROE^ANN||19500102", &stay("V1")]));
    let report = take(&store, &message("H", "ADT^A01", "20260105093000", &["PID|1||920^^^A^MR||ROE^ANN||19500102", &stay("V2")]));
    assert_eq!((report.merged, patients(&store).len()), (1, 1));
}

#[test]
fn a_patient_stayed_dead_and_a_stay_stayed_over_whose_sender_deleted_it() {
    let store = store();
    let dead = format!("{ANN}|||||||||||||||||||||20260105080000|Y");
    let over = format!("{}|20260105090000", stay("V1").replace("|ICU||||||||", "|ICU|||||||MED|"));
    take(&store, &message("H", "ADT^A03", "20260105083000", &[&dead, &over, "IN1|1|P|9|Cedar Mutual"]));
    assert!(patients(&store)[0].died.is_some() && chart(&store, "V1").encounter.end.is_some());
    let back = [
        format!("{ANN}|||||||||||||||||||||\"\"|N"),
        over.replace("20260105090000", "\"\"").replace("MED", "\"\""),
        "IN1|1||\"\"|\"\"".to_owned(),
    ];
    let back = message("H", "ADT^A08", "20260106083000", &[&back[0], &back[1], &back[2]]);
    take(&store, &back);
    let stay = chart(&store, "V1").encounter;
    assert_eq!((patients(&store)[0].died, stay.end, stay.status.as_deref()), (None, None, Some("in-progress")));
    assert_eq!((stay.service, stay.payer, patients(&store)[0].family.as_deref()), (None, None, Some("ROE")));
    let again = take(&store, &back);
    assert_eq!((again.changed, again.older), (0, 0));
    // An older message that comes late fills nothing that was emptied after it.
    take(&store, &message("H", "ADT^A03", "20260105083100", &[&dead, &over]));
    assert_eq!((patients(&store)[0].died, chart(&store, "V1").encounter.end), (None, None));
}

#[test]
fn a_result_that_stands_in_no_stay_was_told_by_nobody() {
    let store = store();
    let result = ["PID|1||4711^^^H^MR||DOE^JANE||19500101|F", "OBR|1|P1|F77|BMP^BMP|||20260106050000", "OBX|1|NM|K^K^L||4.9|mmol/L|||||F"];
    let report = take(&store, &message("H", "ORU^R01", "20260106104000", &result));
    assert!(told(&report, "1 records stand in no stay, and no chart shows them"), "{:?}", report.notices);
    assert_eq!(report.noticed, report.notices.len() as u64);
    let past = super::past_import(&store, &session(), report.run, false).unwrap();
    assert!(past.notices.iter().any(|n| n.what.contains("stand in no stay")) && past.run.noticed == report.noticed);
    let all = super::unplaced(&store, &session()).unwrap();
    assert_eq!((all.count, all.first[0].patient.as_deref(), all.patients), (1, Some("H|4711"), 1));
    // A stay that comes later takes it.
    let later = take(&store, &message("H", "ADT^A01", "20260107104000", &[result[0], &stay("V9")]));
    assert!(!told(&later, "stand in no stay"));
    assert_eq!(store.unplaced(9).unwrap(), crate::store::AllUnplaced::default());
    assert_eq!(chart(&store, "V9").observations.len(), 1);
}

#[test]
fn a_correction_was_undone_by_the_older_result_of_the_same_time() {
    let store = store();
    let potassium = |status: &str, value: &str| {
        let obr = format!("OBR|1|P|Z2|B|||20260106050000|||||||||||||||20260106050000||LAB|{status}");
        let obx = format!("OBX|1|NM|K^K^L||{value}|mmol/L|||||{status}|||20260106050000");
        take(&store, &message("H", "ORU^R01", "20260106120000", &[ANN, &stay("V1"), &obr, &obx]))
    };
    potassium("C", "6.2");
    assert_eq!(potassium("F", "4.2").older, 1);
    assert!(matches!(&chart(&store, "V1").observations[0].value, Some(Value::Quantity(q)) if q.value == 6.2));
}

#[test]
fn a_merge_the_other_way_round_did_nothing_in_silence() {
    let store = store();
    let pid = |number: &str| format!("PID|1||{number}^^^H^MR||DOE^JANE||19500102|F");
    for number in ["201", "202"] {
        take(&store, &message("H", "ADT^A01", "20260106104000", &[&pid(number), &stay(number)]));
    }
    let merge = message("H", "ADT^A40", "20260107", &[&pid("201"), "MRG|202^^^H^MR"]);
    assert_eq!(take(&store, &merge).merged, 1);
    let again = take(&store, &merge);
    assert!(!told(&again, "was not applied"), "{:?}", again.notices);
    let back = take(&store, &message("H", "ADT^A40", "20260108", &[&pid("202"), "MRG|201^^^H^MR"]));
    assert!(back.merged == 0 && told(&back, "the merge of the patient H|201 into H|202 was not applied"), "{:?}", back.notices);
}

#[test]
fn the_short_correction_of_a_laboratorys_report_stood_beside_it_as_a_result() {
    let store = store();
    let culture = |sent: &str, status: &str, lines: &[&str]| {
        let obr = format!("OBR|1|P|MIC1|CULT^Culture|||20260106050000|||||||||||||||{sent}||LAB|{status}");
        let obx: Vec<String> = lines.iter().map(|line| format!("OBX|1|TX|CULT^Culture^L||{line}||||||{status}")).collect();
        let stay = stay("V1");
        let segments: Vec<&str> = [ANN, &stay, &obr].into_iter().chain(obx.iter().map(String::as_str)).collect();
        take(&store, &message("H", "ORU^R01", sent, &segments))
    };
    assert_eq!(culture("20260107", "F", &["Growth of E. coli.", "Sensitive."]).documents.added, 1);
    let report = culture("20260108", "C", &["No growth."]);
    assert_eq!((report.documents.new_versions, report.observations), (1, 0));
    let chart = chart(&store, "V1");
    let texts: Vec<_> = chart.documents.iter().map(|d| (d.text.as_str(), d.version)).collect();
    assert_eq!((texts, chart.observations.len()), (vec![("No growth.\n", 2)], 0));
    // A result in words that was one before stays one.
    let color = |sent: &str, value: &str| {
        let obr = format!("OBR|1|P|UA1|UA^Urinalysis|||20260106050000|||||||||||||||{sent}||LAB|F");
        take(&store, &message("H", "ORU^R01", sent, &[ANN, &stay("V1"), &obr, &format!("OBX|1|TX|COL^Color^L||{value}||||||F")]))
    };
    color("20260107", "Yellow");
    assert_eq!(color("20260108", "Amber").changed, 1);
}
