//! Imports as a person follows them: what a run did, refused and told, at once and long after.

use crate::support::Home;
use serde_json::{Value, json};

const STAY: &str = "PID|||9^^^HOSP^MR||DOE^JO\rPV1||I|||||||||||||||||V9\r";

fn message(event: &str, control: &str, rest: &str) -> String {
    format!("MSH|^~\\&|A|B|C|D|20260105||{event}|{control}|P|2.5\r{rest}")
}

#[test]
fn what_an_import_told_was_gone_from_its_report_the_next_day() {
    let home = Home::new();
    home.write(
        "feed.hl7",
        message("ADT^A01", "1", STAY) + &message("ADT^A11", "2", STAY) + &message("SIU^S12", "3", STAY) + "PID|no message\r",
    );
    let now = home.run(["import", "--json", &home.at("feed.hl7").display().to_string()]).ends(0).json();
    let past = home.json(["import", "report", "1"]);
    let told = |report: &Value| report["notices"].as_array().unwrap().iter().map(|n| n["what"].to_string()).collect::<Vec<_>>();
    assert_eq!(told(&past), told(&now));
    assert!(told(&past).iter().any(|n| n.contains("cancelled")) && told(&past).iter().any(|n| n.contains("SIU^S12 not used")), "{past}");
    assert_eq!(past["noticed"], now["notices"].as_array().unwrap().len());
    let plain = home.run(["import", "report", "1"]).ends(0).out;
    assert!(plain.contains("Worth knowing:") && plain.contains("encounter    1 added, 0 changed, 0 taken back"), "{plain}");
    assert!(!plain.contains("Records, in the order"));
    let records = home.json(["import", "report", "1", "--records"]);
    assert_eq!(records["records"][1]["identifier"], "V9", "{records}");
    assert!(records["records"][1]["source"].as_str().unwrap().ends_with("feed.hl7:1"));
    assert!(home.run(["import", "report", "1", "--records"]).ends(0).out.contains("added     encounter    V9"));
}

#[test]
fn a_correction_counted_as_nothing() {
    let home = Home::new();
    let result = |value: &str, status: &str| {
        format!("{STAY}OBR|1||F1|2160-0^Creatinine^LN\rOBX|1|NM|2160-0^Creatinine^LN||{value}|mg/dL|||||{status}\r")
    };
    let feed = |name: &str, text: String| home.run(["import", "--json", &home.write(name, text).display().to_string()]).ends(0).json();
    feed("one.hl7", message("ORU^R01", "1", &result("1.9", "F")));
    let corrected = feed("two.hl7", message("ORU^R01", "2", &result("1.1", "C")));
    assert_eq!((&corrected["observations"], &corrected["changed"]), (&json!(0), &json!(1)));
    let plain = home.run(["import", "report"]).ends(0).out;
    assert!(plain.contains("1 records changed"), "{plain}");
}

#[test]
fn the_worklist_is_narrowed_to_a_unit_a_service_or_a_payer() {
    let home = Home::new();
    let stay = |id: &str, unit: &str, payer: &str| {
        format!("PID|||{id}^^^HOSP^MR||DOE^JO\rPV1||I|{unit}^12|||||||MED|||||||||V{id}|||||||||||||||||||||||||20260105\r{payer}")
    };
    let feed = message("ADT^A01", "1", &stay("1", "4W", "IN1|1||7|Cedar Mutual\r")) + &message("ADT^A01", "2", &stay("2", "ED", ""));
    home.write("feed.hl7", feed);
    home.run(["import", &home.at("feed.hl7").display().to_string()]).ends(0);
    let rows = |args: &[&str]| {
        let list = home.json(["worklist"].iter().chain(args));
        list["rows"].as_array().unwrap().iter().map(|r| r["encounter"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(rows(&[]).len(), 2);
    assert_eq!(rows(&["--payer", "cedar mutual"]), ["V1"]);
    assert_eq!(rows(&["--payer", "not given"]), ["V2"]);
    assert_eq!(rows(&["--unit", "ED"]), ["V2"]);
    assert_eq!(rows(&["--unit", "4W", "--payer", "other"]), [] as [&str; 0]);
    let chart = home.run(["chart", "V1"]).ends(0).out;
    assert!(chart.contains("payer Cedar Mutual"), "{chart}");
    assert_eq!(home.json(["chart", "V1"])["encounter"]["payer"], "Cedar Mutual");
}

#[test]
fn an_older_version_is_left_out_and_said_and_the_newer_one_shows_its_number() {
    use base64::Engine;
    let home = Home::new();
    let note = |version: &str, text: &str| {
        let data = base64::engine::general_purpose::STANDARD.encode(text);
        json!({"resource": {"resourceType": "DocumentReference", "id": "d1", "meta": {"versionId": version}, "subject": {"reference": "Patient/p1"},
            "content": [{"attachment": {"contentType": "text/plain", "data": data}}]}})
    };
    // A history comes newest first.
    let history = json!({"resourceType": "Bundle", "type": "history", "entry": [note("10", "Tenth."), note("9", "Ninth.")]});
    home.write("history.json", history.to_string());
    let told = home.run(["import", "--json", &home.at("history.json").display().to_string()]).ends(0).json();
    assert_eq!((&told["documents"]["added"], &told["older"], &told["noticed"]), (&json!(1), &json!(1), &json!(1)), "{told}");
    assert_eq!(told["notices"][0]["what"], "version 9 of the document d1 was left out");
    assert_eq!(home.run(["note", "d1"]).ends(0).out, "Tenth.\n");
    assert_eq!(home.json(["chart", "d1"])["documents"][0]["sender_version"], "10");
    assert!(home.run(["chart", "d1"]).ends(0).out.contains("sender's version 10"));
    assert!(home.run(["import", "report"]).ends(0).out.contains("1 left out as older"));
}
