//! Invented tables.

use super::super::tests::Keep;
use super::*;
use crate::chart::{Document, DocumentStatus, DocumentType, RecordKind};
use crate::intake::{Limits, Options};
use pretty_assertions::assert_eq;
use proptest::prelude::*;

fn keep_with(bytes: &[u8], options: &Options) -> Keep {
    let mut keep = Keep::default();
    let mut desk = Desk::new(options, &mut keep);
    let found =
        Found { path: "t.csv".into(), source: "t.csv".to_owned(), relative: "t.csv".to_owned(), bytes: bytes.len() as u64, named: true };
    rows(&mut desk, &found, bytes).unwrap();
    keep
}

fn keep(text: &str) -> Keep {
    keep_with(text.as_bytes(), &Options::default())
}

fn notes(keep: &Keep) -> Vec<&Document> {
    keep.records.iter().filter_map(|(r, _)| if let Record::Document(d) = r { Some(d) } else { None }).collect()
}

#[test]
fn noteevents_are_notes_of_their_stays() {
    let table = "\"ROW_ID\",\"SUBJECT_ID\",\"HADM_ID\",\"CHARTDATE\",\"CHARTTIME\",\"STORETIME\",\"CATEGORY\",\"DESCRIPTION\",\"CGID\",\"ISERROR\",\"TEXT\"\n\
        174,22,167853,\"2151-08-04\",,,\"Discharge summary\",\"Report\",,,\"Line one, with a comma\nline \"\"two\"\"\"\n\
        175,22,167853,\"2151-08-04\",\"2151-08-04 07:15:00\",,\"Nursing\",\"Report\",9,1,\"Wrong chart\"\n";
    let keep = keep(table);
    assert_eq!(keep.rejects, []);
    let notes = notes(&keep);
    assert_eq!(
        (notes[0].identifier.as_str(), notes[0].encounter.as_deref(), notes[0].patient.as_deref()),
        ("174", Some("167853"), Some("22"))
    );
    assert_eq!(notes[0].text, "Line one, with a comma\nline \"two\"");
    assert_eq!(
        (notes[0].document_type, notes[0].time.unwrap().to_string()),
        (Some(DocumentType::DischargeSummary), "2151-08-04".to_owned())
    );
    assert_eq!((notes[1].status, notes[1].time.unwrap().to_string()), (DocumentStatus::EnteredInError, "2151-08-04T07:15:00".to_owned()));
    assert_eq!(keep.records[3].1.line, Some(4), "the line where the row begins");
    use RecordKind::{Document as D, Encounter as E, Patient as P};
    assert_eq!(keep.kinds(), [P, E, D, D]);
    let read = keep.notices[0].why.as_deref().unwrap();
    assert!(read.contains("CHARTTIME or CHARTDATE as date") && read.ends_with("left out: STORETIME, DESCRIPTION, CGID"), "{read}");
}

#[test]
fn a_table_in_utf_16_was_refused() {
    let table =
        "id,text,date\n7,Temp 38.5\u{b0},2026-01-05\n8,\"two\nlines \u{1f600}\",\n".to_owned() + &"9,filler \u{e9},\n".repeat(20_000);
    let wide = |mark: bool, big: bool| -> Vec<u8> {
        let mark = if mark { "\u{feff}" } else { "" };
        let units = mark.encode_utf16().chain(table.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let plain = keep(&table);
    for bytes in [wide(true, false), wide(true, true), wide(false, false)] {
        let keep = keep_with(&bytes, &Options::default());
        assert_eq!((keep.rejects.len(), notes(&keep).len()), (0, notes(&plain).len()));
        assert!(notes(&keep).iter().zip(notes(&plain)).all(|(one, other)| one.text == other.text));
        let kind = crate::intake::sniff::head_holds(bytes.get(..4096).unwrap(), false, &FieldMap::default());
        assert_eq!(kind, Ok(crate::intake::sniff::Kind::Table(Some(Shape::Notes))), "{:?}", bytes.get(..4));
    }
}

#[test]
fn dates_with_slashes_in_a_table_are_read_as_it_is_asked_for() {
    let mut details = crate::intake::Details::default();
    details.dates = Some(crate::intake::SlashDates::MonthFirst);
    let table = b"id,text,date\n7,AKI,11/12/2026 07:30\n";
    let asked = keep_with(table, &Options { details, ..Options::default() });
    assert_eq!(notes(&asked)[0].time.unwrap().to_string(), "2026-11-12T07:30");
    let unasked = keep_with(table, &Options::default());
    assert!(notes(&unasked)[0].time.is_none() && unasked.notices.iter().any(|n| n.what.contains("cannot be read")));
}

#[test]
fn columns_that_are_read_were_shown_as_left_out() {
    for (table, read) in [
        ("id,text,role,signer,signed,mrn,loinc,doc_status,relates_to,replaces,nurse_only\n1,x,,,,,,,,,\n", 10),
        ("patient,mrn,mrn_authority,mrn_system,dob,nurse_only\np,1,a,b,1950-01-01,\n", 5),
        ("result_id,label,value,mrn,patient,nurse_only\n1,Na,2,7,7,\n", 5),
        ("hadm_id,subject_id,mrn,admittime,nurse_only\n1,2,3,2026-01-01,\n", 4),
    ] {
        let keep = keep(table);
        let why = keep.notices[0].why.clone().unwrap();
        assert!(why.ends_with("left out: nurse_only"), "{why}");
        let named = table.split(['\n', ',']).take(read).all(|name| why.contains(name));
        assert!(named, "{why}");
    }
}

#[test]
fn a_map_file_names_other_columns() {
    let map = FieldMap::parse_toml("map.toml", "text = \"Body Of Note\"\nid = \"Key\"\n").unwrap();
    let keep = keep_with(b"Key;Body Of Note\n7;AKI\n", &Options { map, ..Options::default() });
    assert_eq!((notes(&keep)[0].identifier.as_str(), notes(&keep)[0].text.as_str()), ("7", "AKI"));
}

#[test]
fn results_stays_and_patients_are_known_by_their_columns() {
    let labs = keep(
        "labevent_id,subject_id,hadm_id,itemid,charttime,value,valuenum,valueuom,ref_range_lower,ref_range_upper,flag\n1,22,99,50912,2151-08-04 06:00:00,1.9,1.9,mg/dL,0.4,1.1,abnormal\n2,22,99,50912,2151-08-05,<0.2,,mg/dL,,,\n3,22,99,,,5,,,,,\n",
    );
    assert_eq!((labs.rejects.len(), labs.rejects[0].line), (1, Some(4)));
    let values: Vec<_> = labs.records.iter().filter_map(|(r, _)| if let Record::Observation(o) = r { Some(o) } else { None }).collect();
    assert_eq!(
        (values[0].identifier.as_str(), values[0].name.as_str(), values[0].low, values[0].high),
        ("1", "50912", Some(0.4), Some(1.1))
    );
    let low = Given::Quantity(Quantity { value: 0.2, comparator: Some("<".to_owned()), unit: Some("mg/dL".to_owned()) });
    assert_eq!(values[1].value, Some(low));
    let stays = keep(
        "subject_id,hadm_id,admittime,dischtime,admission_type,discharge_location,diagnosis,insurance\n22,99,2151-08-01 10:00:00,2151-08-09,EMERGENCY,HOME,PNEUMONIA,Medicare\n22,,2151-08-01,,,,,\n",
    );
    let Record::Encounter(stay) = &stays.records[1].0 else { panic!("no stay") };
    assert_eq!(
        (stay.class, stay.status.as_deref(), stay.reason.as_deref()),
        (EncounterClass::Inpatient, Some("finished"), Some("PNEUMONIA"))
    );
    assert_eq!((stays.rejects[0].line, stay.payer.as_deref()), (Some(3), Some("Medicare")));
    let flat = keep("id,text,encounter,payer\n1,AKI,E1,Cedar Mutual\n2,AKI,E1,\n");
    assert!(matches!(&flat.records[0].0, Record::Encounter(e) if e.payer.as_deref() == Some("Cedar Mutual")));
    let patients = keep("subject_id,gender,dob\n22,F,2090-01-01\n");
    assert!(matches!(&patients.records[0].0, Record::Patient(p) if p.sex == Sex::Female && p.birth.is_some()));
}

#[test]
fn every_fault_names_its_row_and_the_rest_goes_in() {
    let table = b"id,text\n1,fine\n2,too,many\n3\n4,\n5,Temp 38.5\xb0\n";
    let keep = keep_with(table, &Options::default());
    let places: Vec<_> = keep.rejects.iter().map(|t| t.line).collect();
    assert_eq!(places, [Some(3), Some(4), Some(5)]);
    assert!(keep.rejects.iter().all(|t| t.why.is_some() && t.hint.is_some()));
    let read: Vec<_> = notes(&keep).iter().map(|d| (d.text.as_str(), d.encoding.as_deref())).collect();
    assert_eq!(read, [("fine", None), ("Temp 38.5°", Some("windows-1252"))]);
    let unknown = super::tests::keep("a,b\n1,2\n");
    assert!(unknown.rejects[0].what.contains("not known"));
}

#[test]
fn a_quote_that_never_closes_does_not_fill_the_memory() {
    let table = format!("id,text\n1,fine\n2,\"open\n{}", "x\n".repeat(200_000));
    let options = Options { limits: Limits { line: 100_000, ..Limits::default() }, ..Options::default() };
    let keep = keep_with(table.as_bytes(), &options);
    assert_eq!(notes(&keep).len(), 1);
    assert!(keep.rejects[0].what.contains("too long") && keep.rejects[0].line == Some(3), "{:?}", keep.rejects);
}

#[test]
fn a_quote_that_was_never_closed_took_the_next_rows_into_its_note() {
    for table in ["id,text\n1,fine\n2,\"open\n3,lost\n", "id,text\n1,fine\n2,\"open\n3,lost"] {
        let keep = keep(table);
        assert_eq!(notes(&keep).iter().map(|d| d.text.as_str()).collect::<Vec<_>>(), ["fine"]);
        let told: Vec<_> = keep.rejects.iter().map(|t| (t.what.as_str(), t.line)).collect();
        assert_eq!(told, [("a quote is never closed", Some(3))]);
        assert!(!keep.rejects[0].to_string().contains("lost"));
    }
    assert_eq!(keep("id,text\n1,\"fine\"").rejects, []);
}

#[test]
fn results_of_mimic_had_no_name_and_what_stood_beside_a_value_that_was_taken_out_no_number() {
    let mut keep = Keep::default();
    let options = Options::default();
    let mut desk = Desk::new(&options, &mut keep);
    let found = Found { path: "t.csv".into(), source: "t.csv".to_owned(), relative: "t.csv".to_owned(), bytes: 0, named: true };
    rows(&mut desk, &found, b"itemid,label,fluid,category\n51003,Troponin T,Blood,Chemistry\n".as_slice()).unwrap();
    let labs = "labevent_id,subject_id,itemid,charttime,value,valuenum,valueuom\n1,22,51003,2151-07-17,___,0.01,ng/mL\n2,22,50813,2151-07-17,\"1,234\",1234,ng/mL\n";
    rows(&mut desk, &found, labs.as_bytes()).unwrap();
    assert_eq!(keep.rejects, []);
    let read: Vec<_> = keep
        .records
        .iter()
        .filter_map(|(r, _)| if let Record::Observation(o) = r { Some(o) } else { None })
        .map(|o| match &o.value {
            Some(Given::Quantity(q)) => (o.name.as_str(), o.code.as_ref().unwrap().code.as_str(), q.value),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(read, [("Troponin T", "51003", 0.01), ("50813", "50813", 1234.0)]);
}

#[test]
fn a_date_whose_order_is_open_did_not_name_the_option_that_says_it() {
    let keep = keep("id,text,date\n7,AKI,11/12/2026\n8,AKI,12/13/26 1:30 PM\n9,AKI,13-DEC-2026 13:30\n");
    let hints: Vec<_> = keep.notices.iter().filter(|n| n.what.contains("`date`")).map(|n| n.hint.clone().unwrap()).collect();
    assert!(hints.len() == 2 && hints.iter().all(|hint| hint.contains("--dates month-first or day-first")), "{hints:?}");
    assert_eq!(notes(&keep)[2].time.unwrap().to_string(), "2026-12-13T13:30");
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut led = b"id,text,hadm_id\n".to_vec();
        led.extend(&bytes);
        let _ = keep_with(&led, &Options::default());
        let _ = keep_with(&bytes, &Options::default());
    }
}
