//! What is exported comes back: charts as bundles and as tables, into an empty store.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use lacuna::chart::{Chart, Document, Id, Record};
use lacuna::error::Trouble;
use lacuna::export::{Table, bundle, table};
use lacuna::intake::{Options, Origin, Sink, run_bytes};
use lacuna::store::Store;
use lacuna::work::{Clock, Session, import};
use pretty_assertions::assert_eq;
use std::path::Path;

#[derive(Default)]
struct Keep(Vec<Record>, Vec<Trouble>);

impl Sink for Keep {
    fn take(&mut self, record: Record, _: &Origin) -> Result<(), Trouble> {
        self.0.push(record);
        Ok(())
    }
    fn reject(&mut self, trouble: Trouble) {
        self.1.push(trouble);
    }
    fn notice(&mut self, trouble: Trouble) {
        self.1.push(trouble);
    }
    fn progress(&mut self, _: u64, _: u64, _: &str) {}
    fn stopped(&self) -> bool {
        false
    }
}

fn session() -> Session {
    Session::begin(Some("ana"), Clock::Host).unwrap()
}

fn store() -> Store {
    Store::memory(&session().actor()).unwrap()
}

fn take(store: &Store, path: &Path) {
    let report = import(
        store,
        &session(),
        lacuna::work::Input::Paths(&[path.to_path_buf()]),
        &Options::default(),
        &lacuna_index::Stop::new(),
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(report.rejects, []);
}

/// Every chart of the store, without what only the store gives: its numbers, versions, and what stands in other encounters.
fn charts(store: &Store) -> Vec<Chart> {
    let names = store.encounter_identifiers().unwrap();
    names
        .iter()
        .map(|name| {
            let mut chart = store.chart(name).unwrap().unwrap();
            chart.prior.clear();
            chart.encounter.id = Id(0);
            chart.patient.iter_mut().for_each(|p| p.id = Id(0));
            for d in &mut chart.documents {
                *d = Document { id: Id(0), version: 1, ..d.clone() };
            }
            chart
        })
        .collect()
}

#[test]
fn a_chart_that_goes_out_as_fhir_comes_back_equal() {
    let first = store();
    take(&first, &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts"));
    let before = charts(&first);
    assert!(before.len() > 10);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charts.ndjson");
    let lines: Vec<String> = before.iter().map(|chart| bundle(chart).to_string()).collect();
    std::fs::write(&path, lines.join("\n")).unwrap();
    let second = store();
    take(&second, &path);
    let after = charts(&second);
    assert_eq!(after.len(), before.len());
    for (after, before) in after.iter().zip(&before) {
        assert_eq!(after, before);
    }
    let again: Vec<String> = after.iter().map(|chart| bundle(chart).to_string()).collect();
    assert_eq!(again, lines, "the same chart gives the same bytes");
}

#[test]
fn what_other_formats_know_comes_back_through_fhir_too() {
    let first = store();
    let folder = tempfile::tempdir().unwrap();
    let feed = folder.path().join("feed.hl7");
    std::fs::write(
        &feed,
        "MSH|^~\\&|A|B|C|D|20260105||ADT^A01|1|P|2.5\rPID|1||77^^^SYN^MR||Probe^Mia\rPV1|1|I|4W^1||||||||||||||||V-9^^^SYN\r\
         DG1|1||J18.9^Pneumonia^I10\rMSH|^~\\&|A|B|C|D|20260105||MDM^T02|2|P|2.5\rPID|1||77^^^SYN^MR||Probe^Mia\r\
         PV1|1|I|4W^1||||||||||||||||V-9^^^SYN\rTXA|1|PN|TX|20260106|||||1^Ode^Ann^^^^RN|||N-2\rOBX|1|TX|||=1+1 \"quoted\", fine\r",
    )
    .unwrap();
    take(&first, &feed);
    let before = charts(&first);
    let mut keep = Keep::default();
    run_bytes("chart.json", bundle(&before[0]).to_string().as_bytes(), &Options::default(), &mut keep).unwrap();
    assert_eq!(keep.1, []);
    let second = store();
    let path = folder.path().join("chart.json");
    std::fs::write(&path, bundle(&before[0]).to_string()).unwrap();
    take(&second, &path);
    assert_eq!(charts(&second), before);
}

#[test]
fn tables_that_go_out_come_back_with_their_notes_results_and_stays() {
    let first = store();
    take(&first, &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts"));
    let before = charts(&first);
    let folder = tempfile::tempdir().unwrap();
    for (name, which) in [("patients", Table::Patients), ("stays", Table::Stays), ("notes", Table::Notes), ("results", Table::Results)] {
        std::fs::write(folder.path().join(format!("{name}.csv")), table(&before, which, true)).unwrap();
    }
    let second = store();
    take(&second, folder.path());
    let after = charts(&second);
    assert_eq!(after.len(), before.len());
    for (after, before) in after.iter().zip(&before) {
        assert_eq!(
            (&after.patient, after.encounter.start, after.encounter.class),
            (&before.patient, before.encounter.start, before.encounter.class)
        );
        let texts = |chart: &Chart| chart.documents.iter().map(|d| (d.identifier.clone(), d.time, d.text.clone())).collect::<Vec<_>>();
        assert_eq!(texts(after), texts(before));
        let values = |chart: &Chart| chart.observations.iter().map(|o| (o.identifier.clone(), o.time, o.low, o.high)).collect::<Vec<_>>();
        assert_eq!(values(after), values(before));
    }
}

#[test]
fn no_cell_is_a_formula_unless_asked_and_numbers_stay_numbers() {
    let mut chart = Chart::default();
    chart.documents.push(Document {
        identifier: "=cmd".into(),
        text: "@SUM(A1), \"x\"".into(),
        title: Some("-1.5".into()),
        ..Document::default()
    });
    let safe = table(std::slice::from_ref(&chart), Table::Notes, false);
    assert!(safe.contains("'=cmd") && safe.contains("\"'@SUM(A1), \"\"x\"\"\"") && safe.contains(",-1.5,"), "{safe}");
    assert!(!table(&[chart], Table::Notes, true).contains('\''));
}

/// A stay, a note that its sender placed nowhere, a result without a stay, and things that only this sender knows.
fn placed_by_date(folder: &Path) -> Store {
    let feed = folder.join("feed.hl7");
    std::fs::write(
        &feed,
        "MSH|^~\\&|A|B|C|D|20260105||ADT^A01|1|P|2.5\rPID|1||77^^^SYN^MR||Probe^Mia\rPV1|1|I|4W^1||||||||||||||||V-9^^^SYN|||||||||||||||||||||||||20260105\r\
         ZPV|1|bed^7\rMSH|^~\\&|A|B|C|D|20260106||MDM^T02|2|P|2.5\rPID|1||77^^^SYN^MR||Probe^Mia\r\
         TXA|1|PN|TX|20260106|||||1^Ode^Ann^^^^RN|||N-2\rOBX|1|TX|||Stable.\rZNT|x\r\
         MSH|^~\\&|A|B|C|D|20260106||ORU^R01|3|P|2.5\rPID|1||77^^^SYN^MR||Probe^Mia\rOBR|1||F1|24323-8^CMP^LN|||20260106\r\
         OBX|1|NM|2160-0^Creatinine^LN||1.9|mg/dL|||||F|||20260106\r",
    )
    .unwrap();
    let people = folder.join("people.json");
    let extension = r#"{"url":"http://example.org/interpreter","valueBoolean":true}"#;
    std::fs::write(&people, format!(r#"{{"resourceType":"Condition","id":"c1","subject":{{"reference":"Patient/SYN|77"}},"encounter":{{"reference":"Encounter/SYN|V-9"}},"code":{{"text":"AKI"}},"extension":[{extension}]}}"#)).unwrap();
    let store = store();
    take(&store, &feed);
    take(&store, &people);
    store
}

#[test]
fn what_stands_by_its_date_and_what_only_the_sender_knows_go_out_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let first = placed_by_date(folder.path());
    let chart = first.chart("SYN|V-9").unwrap().unwrap();
    assert_eq!((chart.documents.len(), chart.documents[0].guessed, chart.facts_by_date()), (1, true, 1));
    assert_eq!(chart.kept().into_iter().collect::<Vec<_>>(), [("ZNT", 1), ("ZPV", 1), ("extension", 1)]);
    let out = bundle(&chart).to_string();
    assert_eq!(out.matches(r#""url":"urn:lacuna:guessed","valueCode":"by-date""#).count(), 2, "the note and the result: {out}");
    assert!(out.contains("ZPV|1|bed^7") && out.contains("http://example.org/interpreter"));
    let path = folder.path().join("chart.json");
    std::fs::write(&path, &out).unwrap();
    let second = store();
    take(&second, &path);
    let bare = |store: &Store| charts(store).into_iter().find(|c| c.encounter.identifier == "SYN|V-9").unwrap();
    assert_eq!(bare(&second), bare(&first));
}

#[test]
fn a_table_says_which_stays_were_guessed_and_an_import_takes_no_guess_for_a_fact() {
    let folder = tempfile::tempdir().unwrap();
    let first = placed_by_date(folder.path());
    let out = tempfile::tempdir().unwrap();
    let all = charts(&first);
    for (name, which) in [("patients", Table::Patients), ("stays", Table::Stays), ("notes", Table::Notes), ("results", Table::Results)] {
        let text = table(&all, which, true);
        if matches!(which, Table::Notes | Table::Results) {
            let line = text.lines().nth(1).unwrap();
            assert!(line.contains(",,SYN|V-9"), "the encounter is empty, the guess beside it: {line}");
        }
        std::fs::write(out.path().join(format!("{name}.csv")), text).unwrap();
    }
    let second = store();
    take(&second, out.path());
    let chart = second.chart("SYN|V-9").unwrap().unwrap();
    assert_eq!((chart.documents.len(), chart.documents[0].guessed, chart.facts_by_date()), (1, true, 1));
}

#[test]
fn a_chart_without_people_holds_nothing_that_nobody_looked_into() {
    let folder = tempfile::tempdir().unwrap();
    let chart = placed_by_date(folder.path()).chart("SYN|V-9").unwrap().unwrap();
    let clean = lacuna::export::deidentify::deidentify(&[chart], &mut |_| lacuna::export::deidentify::Dates::Years);
    assert!(clean.charts[0].kept().is_empty());
    let out = bundle(&clean.charts[0]).to_string();
    assert!(!out.contains("bed^7") && !out.contains("interpreter") && !out.contains("Mia"), "{out}");
}

/// What a table does not carry, its import cannot know; what it does carry comes back letter for letter.
#[test]
fn a_table_of_what_came_back_is_the_table_that_went_out() {
    const ALL: [(&str, Table); 4] =
        [("patients", Table::Patients), ("stays", Table::Stays), ("notes", Table::Notes), ("results", Table::Results)];
    let folder = tempfile::tempdir().unwrap();
    let first = store();
    take(&first, &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts"));
    let before = charts(&first);
    for (name, which) in ALL {
        std::fs::write(folder.path().join(format!("{name}.csv")), table(&before, which, true)).unwrap();
    }
    let second = store();
    take(&second, folder.path());
    let after = charts(&second);
    for (name, which) in ALL {
        let rows = |charts: &[Chart]| table(charts, which, true).lines().map(str::to_owned).collect::<Vec<_>>();
        for (after, before) in rows(&after).iter().zip(rows(&before)) {
            assert_eq!(*after, before, "{name}");
        }
        assert_eq!(rows(&after).len(), rows(&before).len(), "{name}");
    }
    let payers = after.iter().filter(|c| c.encounter.payer.is_some()).count();
    assert!(payers > 10, "{payers}");
}

#[test]
fn charts_whose_first_line_is_long_went_out_and_could_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..600).map(|n| format!("{n},Sodium,{n},P1,E1\n")).collect();
    let first = of_text(folder.path(), "long.csv", &format!("result_id,label,value,patient,encounter\n{rows}9999,Sodium,1,P2,E2\n"));
    let before = charts(&first);
    let lines: Vec<String> = before.iter().map(|chart| bundle(chart).to_string()).collect();
    assert!(lines[0].len() > 2 * (64 << 10));
    for (name, between) in [("lf.json", "\n"), ("crlf.json", " \r\n\r\n"), ("name.ndjson", "\n")] {
        assert_eq!(charts(&of_text(folder.path(), name, &(lines.join(between) + between))), before, "{name}");
    }
    let pasted = store();
    let joined = lines.join("\n").into_bytes();
    let input = lacuna::work::Input::Pasted(&joined);
    let report = import(&pasted, &session(), input, &Options::default(), &lacuna_index::Stop::new(), &mut |_| {}).unwrap();
    assert_eq!(report.rejects, []);
    assert_eq!(charts(&pasted), before);
    // One bundle stays one, whatever line breaks it has behind its first 64 KB.
    let alone =
        of_text(folder.path(), "alone.json", &lines[0].replace("}},{\"fullUrl\"", "}}\n,\n{\"fullUrl\"").replacen("}}\n,\n", "}},", 400));
    assert_eq!(charts(&alone)[0], before[0]);
}

/// A store that took this text as a file, and the folder that holds it.
fn of_text(folder: &Path, name: &str, text: &str) -> Store {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    let store = store();
    take(&store, &path);
    store
}

#[test]
fn a_replacement_went_out_as_an_addendum() {
    let folder = tempfile::tempdir().unwrap();
    let message = |n: u32, event: &str, parent: &str| {
        format!(
            "MSH|^~\\&|A|B|C|D|20260105||MDM^{event}|{n}|P|2.5\rPID|1||77^^^SYN^MR||Probe^Mia\r\
             PV1|1|I|4W^1||||||||||||||||V-9^^^SYN\rTXA|1|PN|TX|20260106||||||||N-{n}|{parent}\rOBX|1|TX|||Text {n}.\r"
        )
    };
    let feed = message(1, "T02", "") + &message(2, "T10", "N-1") + &message(3, "T06", "N-2");
    let before = charts(&of_text(folder.path(), "feed.hl7", &feed));
    let sent = bundle(&before[0]);
    let codes: Vec<&str> =
        sent["entry"].as_array().unwrap().iter().filter_map(|e| e["resource"]["relatesTo"][0]["code"].as_str()).collect();
    assert_eq!(codes, ["replaces", "appends"]);
    assert_eq!(charts(&of_text(folder.path(), "back.json", &sent.to_string())), before);
}

#[test]
fn a_table_of_notes_lost_where_a_note_stands_its_code_and_what_it_replaces() {
    let folder = tempfile::tempdir().unwrap();
    let message = |n: u32, event: &str, parent: &str, status: &str| {
        format!(
            "MSH|^~\\&|A|B|C|D|2026010{n}||MDM^{event}|{n}|P|2.5\rPID|1||77^^^SYN^MR||Probe^Mia\rPV1|1|I|4W^1||||||||||||||||V-9^^^SYN\r\
             TXA|1|11506-3^Progress note^LN|TX|20260106||||||||N-{n}|{parent}||||{status}\rOBX|1|TX|||Text {n}.\r"
        )
    };
    let feed = message(1, "T02", "", "AU") + &message(2, "T10", "N-1", "DI") + &message(3, "T06", "N-2", "LA");
    let before = charts(&of_text(folder.path(), "feed.hl7", &feed));
    let said = |charts: &[Chart]| {
        let notes = charts.iter().flat_map(|chart| &chart.documents);
        notes.map(|d| (d.identifier.clone(), d.status, d.code.clone(), d.amends.clone(), d.replaces)).collect::<Vec<_>>()
    };
    assert!(said(&before).iter().any(|(_, _, code, _, replaces)| code.is_some() && *replaces));
    let after = of_text(folder.path(), "notes.csv", &table(&before, Table::Notes, false));
    assert_eq!(said(&charts(&after)), said(&before));
    // What it replaces goes, where it is there.
    let both = store();
    take(&both, &folder.path().join("feed.hl7"));
    let old = "id,text,encounter,patient,relates_to,replaces\nA,First,E,P,,\nB,Second,E,P,A,1\n";
    let notes = charts(&of_text(folder.path(), "old.csv", old)).remove(0).documents;
    assert_eq!(notes.iter().map(|d| d.identifier.as_str()).collect::<Vec<_>>(), ["B"]);
}

#[test]
fn a_cell_came_back_with_the_sign_that_keeps_it_from_being_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    let texts = ["=1+1", "-5 mg given", "'quoted'", "'=kept", "''-5", "+", "@home", "-5", "Plain."];
    let lines: String =
        texts.iter().enumerate().map(|(n, text)| serde_json::json!({"id": n.to_string(), "text": text}).to_string() + "\n").collect();
    let before = charts(&of_text(folder.path(), "n.jsonl", &lines));
    let out = table(&before, Table::Notes, false);
    assert!(out.contains("'=1+1") && out.contains("''=kept"), "{out}");
    let after = charts(&of_text(folder.path(), "back.csv", &out));
    let said = |charts: &[Chart]| charts.iter().flat_map(|c| &c.documents).map(|d| d.text.clone()).collect::<Vec<_>>();
    assert_eq!(said(&after), said(&before));
}

#[test]
fn a_result_that_was_corrected_or_taken_back_came_back_from_a_table_as_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "result_id,label,value,patient,encounter,status\n1,Sodium,1,P,E,corrected\n2,Sodium,2,P,E,Entered in error\n3,Sodium,3,P,E,F\n4,Sodium,4,P,E,\n";
    let before = charts(&of_text(folder.path(), "first.csv", rows));
    let status = |charts: &[Chart]| charts[0].observations.iter().map(|o| o.status.clone().unwrap_or_default()).collect::<Vec<_>>();
    let mut given = status(&before);
    given.sort();
    assert_eq!(given, ["", "corrected", "entered-in-error", "final"]);
    let after = charts(&of_text(folder.path(), "second.csv", &table(&before, Table::Results, true)));
    assert_eq!(status(&after), status(&before));
}

#[test]
fn a_death_was_lost_when_a_table_of_patients_came_back() {
    let folder = tempfile::tempdir().unwrap();
    let stays = "encounter,patient,admitted\nE,P,2026-01-01\n";
    let died = |store: &Store| charts(store)[0].patient.as_ref().unwrap().died.unwrap().to_string();
    let mut before = charts(&of_text(folder.path(), "stays.csv", stays));
    before[0].patient = Some(lacuna::chart::Patient {
        identifier: "P".to_owned(),
        sex: lacuna::chart::Sex::Female,
        died: lacuna::chart::Instant::parse("2026-01-09"),
        ..Default::default()
    });
    std::fs::write(folder.path().join("patients.csv"), table(&before, Table::Patients, true)).unwrap();
    let after = store();
    take(&after, folder.path());
    assert_eq!(died(&after), "2026-01-09");
}

#[test]
fn extensions_inside_elements_and_versions_come_back_where_they_stood() {
    use serde_json::{Value, json};
    let mark = |n: u8| json!({"url": "http://example.org/mark", "valueInteger": n});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.json");
    let patient = json!({"resourceType": "Patient", "id": "p1", "meta": {"versionId": "4"}, "birthDate": "1950-02-03",
        "_birthDate": {"extension": [mark(1)]}, "name": [{"family": "Probe", "extension": [mark(2)]}],
        "address": [{"city": "A", "extension": [mark(3), mark(4)]}], "extension": [mark(5)],
        "identifier": [{"value": "7", "extension": [mark(6)]}]});
    let coverage = json!({"resourceType": "Coverage", "id": "c", "status": "active", "payor": [{"display": "Cedar Mutual"}]});
    let stay = json!({"resourceType": "Encounter", "id": "e1", "status": "in-progress", "subject": {"reference": "Patient/p1"},
        "period": {"start": "2026-01-05", "_start": {"extension": [mark(7)]}}, "contained": [coverage,
            {"resourceType": "Account", "id": "a", "status": "active", "coverage": [{"coverage": {"reference": "#c"}}]}],
        "account": [{"reference": "#a"}]});
    let whole = json!({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}, {"resource": stay}]});
    std::fs::write(&path, whole.to_string()).unwrap();
    let first = store();
    take(&first, &path);
    let out = bundle(&charts(&first)[0]);
    let resource = |kind: &str| -> &Value {
        let entries = out["entry"].as_array().unwrap();
        &entries.iter().find(|e| e["resource"]["resourceType"] == kind).unwrap()["resource"]
    };
    let patient = resource("Patient");
    assert_eq!(patient["meta"]["versionId"], "4");
    assert_eq!(patient["_birthDate"]["extension"], json!([mark(1)]));
    assert_eq!(patient["name"][0]["extension"], json!([mark(2)]));
    // The export has no address, and an identifier of ours before the sender's: these travel with the name of their place.
    let carried: Vec<(&Value, &Value)> = patient["extension"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|e| Some((&e.get("extension")?[0]["valueString"], &e["extension"][1])))
        .collect();
    assert_eq!(
        carried,
        [(&json!("address.extension"), &mark(3)), (&json!("address.extension"), &mark(4)), (&json!("identifier.extension"), &mark(6))]
    );
    assert!(patient["extension"].as_array().unwrap().contains(&mark(5)));
    assert_eq!(resource("Encounter")["period"]["_start"]["extension"], json!([mark(7)]));
    assert_eq!(charts(&first)[0].encounter.payer.as_deref(), Some("Cedar Mutual"));
    let again = folder.path().join("out.json");
    std::fs::write(&again, out.to_string()).unwrap();
    let second = store();
    take(&second, &again);
    assert_eq!(charts(&second), charts(&first));
}

#[test]
fn a_chart_without_people_does_not_say_who_pays() {
    let first = store();
    take(&first, &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts/rivera-marta.json"));
    let all = charts(&first);
    assert!(all.iter().any(|chart| chart.encounter.payer.is_some()));
    let clean = lacuna::export::deidentify::deidentify(&all, &mut |_| lacuna::export::deidentify::Dates::Years);
    assert!(clean.charts.iter().all(|chart| chart.encounter.payer.is_none()));
}
