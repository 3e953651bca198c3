//! Invented messages: nobody in them lives.

use super::super::tests::Keep;
use super::*;
use crate::chart::{
    Change, Document, DocumentStatus, DocumentType, Encounter, EncounterClass, MedicationKind, Observation, RecordKind, Role, Value,
};
use crate::intake::Options;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

pub(super) const HEAD: &str = "MSH|^~\\&|LAB|SYNTH|CDI|SYNTH|20260105080000-0500||";
pub(super) const PID: &str = "PID|1||77^^^SYN^MR~999^^^SSA^SS||Probe^Mia^Q^^^^L||19500203|F||||||||||A-1\r";
pub(super) const PV1: &str = "PV1|1|I|4W^12^A^SYN||||1^Ode^Ann^^^^MD|2^Ro^Bo^^^^RN||MED|||||||||V-9^^^SYN\r";

pub(super) fn keep(bytes: &[u8]) -> Keep {
    let mut keep = Keep::default();
    let options = Options::default();
    let mut desk = Desk::new(&options, &mut keep);
    messages(&mut desk, "feed.hl7", bytes).unwrap();
    desk.close().unwrap();
    keep
}

pub(super) fn sent(kind: &str, rest: &str) -> String {
    format!("{HEAD}{kind}|C1|P|2.5.1\r{rest}")
}

pub(super) fn documents(keep: &Keep) -> Vec<&Document> {
    keep.records.iter().filter_map(|(r, _)| if let Record::Document(d) = r { Some(d) } else { None }).collect()
}

pub(super) fn observations(keep: &Keep) -> Vec<&Observation> {
    keep.records.iter().filter_map(|(r, _)| if let Record::Observation(o) = r { Some(o) } else { None }).collect()
}

pub(super) fn encounter(keep: &Keep) -> &Encounter {
    keep.records.iter().find_map(|(r, _)| if let Record::Encounter(e) = r { Some(e) } else { None }).unwrap()
}

#[test]
fn an_admission_gives_patient_stay_diagnoses_and_weight() {
    let message = sent(
        "ADT^A01^ADT_A01",
        &format!(
            "EVN|A01|20260105075500\r{PID}PV1|1|I|4W^12^A||||1^Ode^Ann^^^^MD||||||||||||V-9^^^SYN|||||||||||||||||||||||||20260105063000-0500\r\
             PV2|||^Fever and cough\rDG1|1||J18.9^Pneumonia^I10||20260105|A\rOBX|1|NM|29463-7^Body weight^LN||81.5|kg|||||F|||20260105070000\rZXX|kept\r"
        ),
    );
    let keep = keep(message.as_bytes());
    assert_eq!(keep.rejects, []);
    let Record::Patient(patient) = &keep.records[0].0 else { panic!("no patient") };
    assert_eq!((patient.identifier.as_str(), patient.mrn.as_deref(), patient.display().as_str()), ("SYN|77", Some("77"), "PROBE Mia Q"));
    let stay = encounter(&keep);
    assert_eq!((stay.identifier.as_str(), stay.account.as_deref(), stay.class), ("SYN|V-9", Some("A-1"), EncounterClass::Inpatient));
    assert_eq!((stay.status.as_deref(), stay.reason.as_deref()), (Some("in-progress"), Some("Fever and cough")));
    assert_eq!(stay.start.unwrap().to_string(), "2026-01-05T06:30:00-05:00");
    assert_eq!((stay.locations[0].name.as_str(), stay.locations[0].start), ("4W 12 A", stay.start));
    assert_eq!(stay.attending.as_ref().unwrap().role, Role::Physician);
    let Some(Record::Problem(problem)) = keep.records.iter().map(|(r, _)| r).find(|r| matches!(r, Record::Problem(_))) else {
        panic!("no diagnosis")
    };
    assert_eq!((problem.name.as_str(), problem.verification.as_deref()), ("Pneumonia", None));
    assert_eq!(problem.code.as_ref().unwrap().system.as_deref(), Some("http://hl7.org/fhir/sid/icd-10-cm"));
    assert_eq!(observations(&keep)[0].name, "Body weight");
    let kept: Vec<_> = stay.kept.iter().map(|k| (k.name.as_str(), k.value.as_str().unwrap())).collect();
    assert_eq!(kept, [("ZXX", "ZXX|kept")]);
}

#[test]
fn a_senders_own_segments_stay_with_what_they_were_sent_with() {
    let note =
        keep(sent("MDM^T02", &format!("{PID}{PV1}TXA|1|PN|TX|20260106|||||1^Ode^Ann|||N-2\rOBX|1|TX|||Stable.\rZNT|1|a^b\r")).as_bytes());
    assert_eq!(documents(&note)[0].kept.iter().map(|k| k.name.as_str()).collect::<Vec<_>>(), ["ZNT"]);
    assert_eq!(documents(&note)[0].kept[0].value, "ZNT|1|a^b");
    assert!(encounter(&note).kept.is_empty());
}

#[test]
fn a_segment_with_other_separators_than_msh_is_named_with_its_line() {
    let read = keep(format!("{}PID,,,78,,Probe\rPV1,,I\r{}{PID}{PV1}", sent("ADT^A01", ""), sent("ADT^A04", "")).as_bytes());
    assert_eq!(read.rejects.len(), 1);
    assert!(read.rejects[0].what.contains("a PID with another separator") && read.rejects[0].line == Some(2), "{:?}", read.rejects[0]);
    assert!(read.rejects[0].hint.as_ref().unwrap().contains("nothing of the message was stored"));
    assert_eq!(encounter(&read).identifier, "SYN|V-9", "the next message goes in");
    // A line of words that begins like a segment's name stays words.
    let words = keep(sent("MDM^T02", &format!("{PID}{PV1}TXA|1|PN|TX|||||||||N-2\rOBX|1|TX|||Meds\rNTE: continue\r")).as_bytes());
    assert_eq!(words.rejects, []);
    assert!(documents(&words)[0].text.contains("NTE: continue"));
}

#[test]
fn a_date_of_zeros_and_a_stay_that_ends_before_it_begins_are_told() {
    let pv1 = format!("{}{}0000\r", PV1.trim_end().replace("V-9^^^SYN", "V-9^^^SYN|||||||||||||||||||||||||20260105|"), "");
    let zeros = keep(sent("ADT^A01", &format!("{PID}{pv1}")).as_bytes());
    assert!(zeros.notices.iter().any(|n| n.what.contains("PV1-45")), "{:?} {pv1}", zeros.notices);
    let pv1 = PV1.replace("V-9^^^SYN", "V-9^^^SYN|||||||||||||||||||||||||20260105|20260101");
    let backwards = keep(sent("ADT^A03", &format!("{PID}{pv1}")).as_bytes());
    assert!(backwards.notices.iter().any(|n| n.what.contains("ends before it begins")), "{:?}", backwards.notices);
}

#[test]
fn a_discharge_that_is_cancelled_opens_the_stay_again_and_is_told() {
    let discharge = keep(sent("ADT^A03", &format!("EVN|A03|20260109||||20260109101500\r{PID}{PV1}")).as_bytes());
    assert_eq!(encounter(&discharge).end.unwrap().to_string(), "2026-01-09T10:15:00");
    assert_eq!(encounter(&discharge).status.as_deref(), Some("finished"));
    let cancelled = keep(sent("ADT^A13", &format!("EVN|A13|20260109\r{PID}{PV1}")).as_bytes());
    assert_eq!((encounter(&cancelled).status.as_deref(), encounter(&cancelled).end), (Some("in-progress"), None));
    let told = |keep: &Keep| keep.records.iter().find_map(|(_, origin)| origin.context.told).unwrap().0;
    assert!(cancelled.notices.is_empty() && told(&cancelled).contains("discharge was cancelled"), "told where it changes something");
    let admission = keep(sent("ADT^A11", &format!("{PID}{PV1}")).as_bytes());
    assert_eq!(encounter(&admission).status.as_deref(), Some("cancelled"));
}

#[test]
fn a_merge_names_who_goes_and_who_stays() {
    let keep = keep(sent("ADT^A40", &format!("{PID}MRG|55^^^SYN^MR\r")).as_bytes());
    let change = Change::Merged { from: "SYN|55".to_owned(), into: "SYN|77".to_owned() };
    assert_eq!(keep.records.last().unwrap().0, Record::Change(change));
    assert!(keep.records.last().unwrap().1.context.told.unwrap().0.contains("merged"));
    let none = super::tests::keep(sent("ADT^A40", &format!("{PID}MRG|\r")).as_bytes());
    assert_eq!((none.records.len(), none.rejects[0].line), (0, Some(3)));
}

#[test]
fn a_note_keeps_its_lines_people_and_kin() {
    let txa =
        "TXA|1|PN|TX|20260106091500||20260106|||1^Ode^Ann^^^^MD|||N-2^SYN|N-1^SYN||||LA||AV|||1^Ode^Ann^^^^MD^^^^^^^^20260106101500\r";
    let body = "OBX|1|TX|||Assessment:||||||F\rOBX|2|FT|||Sepsis \\T\\ AKI.\\.br\\Plan: fluids~rest||||||F\r";
    for (event, withdrawn) in [("T02", None), ("T06", None), ("T10", Some("SYN|N-1"))] {
        let keep = keep(sent(&format!("MDM^{event}"), &format!("{PID}{PV1}{txa}{body}")).as_bytes());
        let notes = documents(&keep);
        let note = notes[0];
        assert_eq!(note.text, "Assessment:\nSepsis & AKI.\nPlan: fluids\nrest\n");
        assert_eq!((note.identifier.as_str(), note.amends.as_deref()), ("SYN|N-2", Some("SYN|N-1")));
        assert_eq!((note.document_type, note.status), (Some(DocumentType::ProgressNote), DocumentStatus::Final));
        assert_eq!(note.author.as_ref().unwrap().name.as_deref(), Some("Ann Ode, MD"));
        assert_eq!(note.signed.unwrap().to_string(), "2026-01-06T10:15:00");
        assert_eq!(note.encounter.as_deref(), Some("SYN|V-9"));
        let gone = keep.records.iter().find_map(|(r, _)| match r {
            Record::Change(Change::Withdrawn { identifier, .. }) => Some(identifier.as_str()),
            _ => None,
        });
        assert_eq!(gone, withdrawn, "{event}");
    }
    let cancel = keep(sent("MDM^T11", &format!("{PID}{PV1}{txa}")).as_bytes());
    assert!(matches!(&cancel.records.last().unwrap().0, Record::Change(Change::Withdrawn { identifier, .. }) if identifier == "SYN|N-2"));
    let told = keep(sent("MDM^T01", &format!("{PID}{PV1}{txa}")).as_bytes());
    assert_eq!((documents(&told).len(), told.rejects.len()), (0, 0));
    assert!(told.notices[0].what.contains("without its text"));
}

#[test]
fn results_are_observations_and_longer_text_is_a_report() {
    let body = "OBR|1|P-1|F-1^LAB|24323-8^CMP^LN|||20260106060000|||||||||||||||||LAB|F\r\
        OBX|1|NM|2160-0^Creatinine^LN||1.9|mg/dL|0.6-1.2|H|||F\rNTE|1||hemolyzed\r\
        OBX|2|SN|2951-2^Sodium^LN||<^120|mmol/L|||||C\rOBX|3|ST|600-7^Culture^LN||no growth||||||P\r\
        OBX|4|NM|2160-0^Creatinine^LN||2.1|mg/dL||||D\r\
        OBR|2|P-2|F-2^RAD|36643-5^Chest X-ray^LN|||20260106070000|||||||||||||||||RAD|F\r\
        OBX|1|TX|36643-5^Chest X-ray^LN||Findings: opacity||||||F\rOBX|2|TX|36643-5^Chest X-ray^LN||Impression: pneumonia||||||F\r";
    let keep = keep(sent("ORU^R01", &format!("{PID}{PV1}{body}")).as_bytes());
    assert_eq!(keep.rejects, []);
    let labs = observations(&keep);
    let quantity = |o: &Observation| match &o.value {
        Some(Value::Quantity(q)) => (q.value, q.comparator.clone(), q.unit.clone().unwrap_or_default()),
        other => panic!("{other:?}"),
    };
    assert_eq!(quantity(labs[0]), (1.9, None, "mg/dL".to_owned()));
    assert_eq!(
        (labs[0].low, labs[0].high, labs[0].interpretation.as_deref(), labs[0].note.as_deref()),
        (Some(0.6), Some(1.2), Some("H"), Some("hemolyzed"))
    );
    assert_eq!(quantity(labs[1]), (120.0, Some("<".to_owned()), "mmol/L".to_owned()));
    assert_eq!((labs[1].status.as_deref(), labs[2].value.clone()), (Some("corrected"), Some(Value::Text("no growth".to_owned()))));
    assert_eq!(labs[0].identifier, "OBX/LAB|F-1/24323-8/2160-0");
    assert_eq!(labs[3].identifier, "OBX/LAB|F-1/24323-8/2160-0#2");
    let reports = documents(&keep);
    assert_eq!((reports.len(), reports[0].text.as_str()), (1, "Findings: opacity\nImpression: pneumonia\n"));
    assert_eq!((reports[0].document_type, reports[0].status), (Some(DocumentType::RadiologyReport), DocumentStatus::Final));
}

#[test]
fn encapsulated_notes_are_read_and_others_named() {
    let obr = "OBR|1||F-3|11506-3^Progress note^LN\r";
    let rtf = "OBX|1|ED|11506-3^Note^LN||^TEXT^RTF^Base64^e1xydGYxIEFjdXRlIGtpZG5leSBpbmp1cnkufQ==||||||F\r";
    let read = keep(sent("ORU^R01", &format!("{PID}{PV1}{obr}{rtf}")).as_bytes());
    assert_eq!(documents(&read)[0].text, "Acute kidney injury.\n");
    let pdf = "OBX|1|ED|11506-3^Note^LN||^application^pdf^Base64^JVBERi0xLjc=||||||F\r";
    let refused = keep(sent("ORU^R01", &format!("{PID}{PV1}{obr}{pdf}")).as_bytes());
    assert!(refused.records.is_empty(), "nothing half-stored");
    assert_eq!(refused.rejects[0].what, "attachment not read: application/pdf, 8 bytes");
    assert_eq!(refused.rejects[0].line, Some(5));
}

#[test]
fn orders_have_a_number_a_name_and_a_state() {
    let body = "ORC|NW|P-7^OE|||||||20260106080000|||1^Ode^Ann^^^^MD\rOBR|1|P-7^OE||76770^Renal ultrasound^C4\r\
        ORC|CA|P-8^OE\rRXO|1^Furosemide^RXNORM|40||mg\rRXR|IV^Intravenous\r";
    let keep = keep(sent("ORM^O01", &format!("{PID}{PV1}{body}")).as_bytes());
    let [Record::Order(order), Record::Medication(drug)] = [&keep.records[2].0, &keep.records[3].0] else { panic!("{:?}", keep.kinds()) };
    assert_eq!((order.name.as_str(), order.status.as_deref()), ("Renal ultrasound", Some("active")));
    assert_eq!(order.requester.as_ref().unwrap().name.as_deref(), Some("Ann Ode, MD"));
    assert_eq!((drug.name.as_str(), drug.dose.as_deref(), drug.route.as_deref()), ("Furosemide", Some("40 mg"), Some("Intravenous")));
    assert_eq!((drug.status.as_deref(), drug.kind), (Some("revoked"), MedicationKind::Ordered));
}

#[test]
fn one_feed_in_every_wrapping_is_the_same() {
    let two = [sent("ADT^A08", &format!("{PID}{PV1}")), sent("ORU^R01", &format!("{PID}{PV1}OBX|1|NM|1^X^L||5\r")).replace("|C1|", "|C2|")];
    let plain = keep(two.concat().as_bytes());
    assert_eq!((plain.rejects.len(), plain.records.len()), (0, 5));
    let records = |keep: &Keep| keep.records.iter().map(|(r, _)| r.clone()).collect::<Vec<_>>();
    let framed: String = two.iter().map(|m| format!("\u{b}{m}\u{1c}\r")).collect();
    let batch = format!("FHS|^~\\&|x\rBHS|^~\\&|x\r{}BTS|2\rFTS|1\r", two.concat());
    for (wrapped, lines) in [
        (two.concat().replace('\r', "\n"), [1, 4]),
        (two.concat().replace('\r', "\r\n"), [1, 4]),
        (framed.clone(), [1, 5]),
        (batch.clone(), [3, 6]),
        (format!("\u{feff}{}", two.concat()), [1, 4]),
    ] {
        let read = keep(wrapped.as_bytes());
        assert_eq!((&read.rejects, records(&read)), (&vec![], records(&plain)), "{wrapped:?}");
        assert_eq!([read.records[0].1.line, read.records[4].1.line], lines.map(Some));
    }
    let short = keep(batch.replace("BTS|2", "BTS|3").as_bytes());
    assert!(short.rejects[0].what.contains("3 messages, and holds 2"));
    let files = keep(batch.replace("FTS|1", "FTS|2").as_bytes());
    assert!(files.rejects[0].what.contains("2 batches, and holds 1"), "{:?}", files.rejects);
    // A batch that has no end may be cut off: what came goes in, and it is told.
    let endless = keep(batch.replace("BTS|2\rFTS|1\r", "").as_bytes());
    let ends: Vec<_> = endless.rejects.iter().map(|t| (t.what.as_str(), t.line)).collect();
    assert_eq!(ends, [("the batch has no end", Some(2)), ("the file of batches has no end", Some(1))]);
    assert_eq!(records(&endless), records(&plain));
    let cut = keep(framed.trim_end_matches(['\r', '\u{1c}']).as_bytes());
    assert_eq!(cut.rejects.len(), 1);
    assert!(cut.rejects[0].what.contains("cut off") && cut.rejects[0].line == Some(5));
    assert_eq!(cut.records.len(), 2, "the whole message before it goes in");
}

#[test]
fn every_fault_names_its_line_and_repeats_nothing() {
    let text = format!("{PID}{PV1}");
    for (message, line, part) in [
        ("MSH|^^~&|A\rPID|1||77||Probe\r".to_owned(), 1, "cannot be parted"),
        ("MSHA^~\\&A\rPID|1||77||Probe\r".to_owned(), 1, "cannot be parted"),
        (format!("{HEAD}|C1\r{text}"), 1, "no type"),
        (sent("ADT^A01", "EVN|A01\r"), 1, "names no patient"),
        (sent("ADT^A01", "PID|1||||Probe^Mia\r"), 2, "names no patient"),
        (sent("MDM^T02", &text), 1, "names no document"),
        (sent("MDM^T02", &format!("{text}TXA|1|PN\r")), 4, "no identifier"),
        (sent("ORU^R01", &text), 1, "no result"),
        (sent("ORM^O01", &text), 1, "no order"),
        ("\u{b}PID|1||77||Probe\u{1c}\r".to_owned(), 1, "no HL7 message"),
    ] {
        let keep = keep(message.as_bytes());
        assert_eq!((keep.records.len(), keep.rejects.len()), (0, 1), "{message:?}");
        let trouble = &keep.rejects[0];
        assert!(trouble.what.contains(part) && trouble.line == Some(line), "{trouble}");
        assert!(trouble.why.is_some() && trouble.hint.is_some() && !trouble.to_string().contains("Probe"), "{trouble}");
    }
}

#[test]
fn odd_dates_charsets_and_repeated_ids_are_told_and_the_rest_goes_in() {
    let odd = PID.replace("19500203", "20260230");
    let keep_odd = keep(sent("ADT^A08", &format!("{odd}{PV1}")).as_bytes());
    assert_eq!(keep_odd.records.len(), 2);
    assert!(keep_odd.notices[0].what.contains("PID-7"));
    let unborn = keep(sent("ADT^A08", &format!("{}{PV1}", PID.replace("19500203", "20300203"))).as_bytes());
    assert!(unborn.notices[0].why.as_deref().unwrap().contains("negative age"));
    let latin = sent("ADT^A08", &format!("{}{PV1}", PID.replace("Mia", "Zoë"))).replace("|2.5.1\r", "|2.5.1||||||8859/1\r");
    let bytes: Vec<u8> = latin.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let Record::Patient(patient) = &keep(&bytes).records[0].0.clone() else { panic!("no patient") };
    assert_eq!(patient.given.as_deref(), Some("Zoë Q"));
    let again = [sent("ADT^A08", &format!("{PID}{PV1}")), sent("ADT^A08", PID)].concat();
    assert!(keep(again.as_bytes()).notices.iter().any(|n| n.what.contains("control id")));
    let unused = keep(sent("SIU^S12", PID).as_bytes());
    assert_eq!(unused.notices[0].what, "1 SIU^S12 not used");
}

fn note(control: &str, patient: &str, text: &str) -> String {
    format!(
        "MSH|^~\\&|A|B|C|D|20260105120000||MDM^T02|{control}|P|2.5\rPID|1||{patient}^^^H^MR||Probe^Mia\r\
         TXA|1|PN|TX|20260104||||||||D{control}\rOBX|1|TX||| {text}"
    )
}

#[test]
fn what_stood_before_a_later_head_put_its_message_into_another_patients_note() {
    for between in ["\r\u{feff}", "\r ", "\r\t\u{feff} ", "\r\n\u{feff}\u{feff}", "\r\n\r\n  ", "\u{feff}", "", " "] {
        let keep = keep(
            format!("{}{between}{}{between}{}", note("1", "P1", "One."), note("2", "P2", "Two."), note("3", "P3", "Three.")).as_bytes(),
        );
        let read: Vec<_> = documents(&keep).into_iter().map(|d| (d.patient.as_deref().unwrap(), d.text.trim())).collect();
        assert_eq!(read, [("H|P1", "One."), ("H|P2", "Two."), ("H|P3", "Three.")], "{between:?}");
        assert_eq!(keep.rejects, [], "{between:?}");
    }
    for between in ["\u{b}\u{feff}", "\u{b}\r\n", "\u{b}\u{feff}\r \u{feff}", "\u{feff}\u{b}\n"] {
        let framed = |words: String| format!("{between}{words}\r\u{1c}\r");
        let keep = keep((framed(note("1", "P1", "One.")) + &framed(note("2", "P2", "Two."))).as_bytes());
        let read: Vec<_> = documents(&keep).into_iter().map(|d| (d.patient.as_deref().unwrap(), d.text.trim())).collect();
        assert_eq!(read, [("H|P1", "One."), ("H|P2", "Two.")], "{between:?}");
        assert_eq!(keep.rejects, [], "{between:?}");
    }
}

#[test]
fn a_batch_head_behind_a_byte_order_mark_was_a_line_of_the_note_before_it() {
    let keep = keep(format!("{}\r\u{feff}BHS|^~\\&|A\r{}\rBTS|1\r", note("1", "P1", "One."), note("2", "P2", "Two.")).as_bytes());
    let read: Vec<_> = documents(&keep).into_iter().map(|d| d.text.trim()).collect();
    assert_eq!(read, ["One.", "Two."]);
    assert_eq!(keep.rejects, []);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut led = sent("MDM^T02", PID).into_bytes();
        led.extend(&bytes);
        let _ = keep(&led);
        let _ = keep(&bytes);
    }

    #[test]
    fn any_segments_are_survived(rest in "((PID|PV1|OBX|OBR|TXA|ORC|MRG|NTE|DG1|RXO|MSH)([|^~\\\\&A-Z0-9.]{0,40})\r){0,8}", kind in "(ADT\\^A(01|03|40)|MDM\\^T(02|10|11)|ORU\\^R01|ORM\\^O01)") {
        let keep = keep(sent(&kind, &rest).as_bytes());
        prop_assert!(keep.rejects.iter().all(|t| t.line.is_some() && t.why.is_some() && t.hint.is_some()));
    }
}

#[test]
fn the_pharmacy_says_what_was_ordered_and_what_was_given() {
    let dose = |control: &str, status: &str, action: &str| {
        let rxa = format!(
            "RXA|0|1|20260105140000-0500|20260105140000-0500|1719286^furosemide 40 MG^RXNORM|40|mg^mg|||||||||||||{status}|{action}\r"
        );
        let message = sent("RAS^O17^RAS_O17", &format!("{PID}{PV1}ORC|OK|P-1^PH\r{rxa}RXR|IV^Intravenous\r"));
        keep(message.replace("|C1|", &format!("|{control}|")).as_bytes())
    };
    let order = sent(
        "RDE^O11^RDE_O11",
        &format!(
            "{PID}{PV1}ORC|NW|P-1^PH|||IP||||20260105130000-0500\rRXE||1719286^furosemide 40 MG^RXNORM|40|80|mg\rRXR|IV^Intravenous\r"
        ),
    );
    let drugs = |keep: &Keep| -> Vec<crate::chart::Medication> {
        keep.records.iter().filter_map(|(r, _)| if let Record::Medication(m) = r { Some(m.clone()) } else { None }).collect()
    };
    let ordered = drugs(&keep(order.as_bytes())).remove(0);
    assert_eq!(
        (ordered.kind, ordered.dose.as_deref(), ordered.route.as_deref()),
        (MedicationKind::Ordered, Some("40-80 mg"), Some("Intravenous"))
    );
    assert_eq!((ordered.status.as_deref(), ordered.encounter.as_deref()), (Some("active"), Some("SYN|V-9")));
    let given = drugs(&dose("C2", "CP", "A")).remove(0);
    assert_eq!((given.kind, given.dose.as_deref(), given.status.as_deref()), (MedicationKind::Given, Some("40 mg"), Some("completed")));
    assert_eq!((given.time.unwrap().to_string().as_str(), given.end), ("2026-01-05T14:00:00-05:00", None));
    assert_ne!(given.identifier, ordered.identifier);
    assert_eq!(drugs(&dose("C3", "RE", "A")).remove(0).status.as_deref(), Some("not-done"));
    let taken_back = dose("C4", "CP", "D");
    assert!(drugs(&taken_back).is_empty());
    let change = taken_back.records.iter().find_map(|(r, _)| if let Record::Change(change) = r { Some(change) } else { None });
    assert!(matches!(change, Some(Change::Withdrawn { kind: RecordKind::Medication, identifier, .. }) if *identifier == given.identifier));
}

#[test]
fn a_diagnosis_says_whether_it_was_present_on_admission() {
    let fields = "|".repeat(20);
    let message = sent("ADT^A08", &format!("{PID}{PV1}DG1|1||L89.152^Pressure ulcer^I10||20260105|F{fields}N\r"));
    let keep = keep(message.as_bytes());
    let problem = keep.records.iter().find_map(|(r, _)| if let Record::Problem(p) = r { Some(p) } else { None }).unwrap();
    assert_eq!((problem.verification.as_deref(), problem.present_on_admission.as_deref()), (Some("confirmed"), Some("N")));
}

#[test]
fn the_payer_is_the_first_of_in1_by_its_priority() {
    let payer = |segments: &str| encounter(&keep(sent("ADT^A01", &format!("{PID}{PV1}{segments}")).as_bytes())).payer.clone();
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(payer(""), None);
    assert_eq!(payer("IN1|1|PLAN^Gold|77|Cedar Mutual^L\r"), some("Cedar Mutual"));
    assert_eq!(payer("IN1|1|PLAN^Gold|77^^^X\r"), some("77"), "no name: the company's number");
    assert_eq!(payer("IN1|1|PLAN^Gold\r"), some("Gold"));
    assert_eq!(payer("IN1|2|B|2|Second\rIN1|1|A|1|First\r"), some("First"));
    let priority = |set: u8, name: &str, first: &str| format!("IN1|{set}|P|1|{name}|||||||||||||||||{}{first}\r", "|");
    assert_eq!(payer(&(priority(1, "Pays last", "2") + &priority(2, "Pays first", "1"))), some("Pays first"));
    let order = keep(sent("ORM^O01", &format!("{PID}{PV1}IN1|1||7|Cedar Mutual\rORC|NW|1\rOBR|1|1||X^Study\r")).as_bytes());
    assert_eq!(encounter(&order).payer.as_deref(), Some("Cedar Mutual"));
}

#[test]
fn a_message_whose_separator_is_a_letter_was_taken_for_a_note() {
    assert!(begins(b"MSHA^~\\&ALAB") && begins(b"MSH|^~\\&|LAB") && begins(b"FHS|^~\\&|"));
    assert!(!begins(b"MSH and EVN are segments") && !begins(b"MSHA"));
}

#[test]
fn a_note_that_was_signed_without_its_text_stayed_unsigned() {
    let told = |event: &str| {
        let txa = "TXA|1|PN|TX|202601061000|||||1^Ode^Ann^^^^MD|||N-1^SYN|||||LA|||||1^Ode^Ann^^^^MD^^^^^^^^20260106113000\r";
        keep(sent(&format!("MDM^{event}"), &format!("{PID}{PV1}{txa}")).as_bytes())
    };
    let keep = told("T03");
    let Some((Record::Change(Change::Status { identifier, patient, status, signer, signed }), _)) = keep.records.last() else {
        panic!("{:?}", keep.records)
    };
    assert_eq!((identifier.as_str(), patient.as_deref(), *status), ("SYN|N-1", Some("SYN|77"), DocumentStatus::Final));
    assert_eq!((signer.as_ref().unwrap().display(), signed.unwrap().to_string()), ("Ann Ode, MD", "2026-01-06T11:30:00".to_owned()));
    assert!(keep.records.last().unwrap().1.context.told.unwrap().0.contains("status"));
    assert!(!told("T01").records.iter().any(|(r, _)| matches!(r, Record::Change(_))), "a note that is only announced");
}

#[test]
fn messages_about_a_stay_that_name_none_were_read_in_silence() {
    let nowhere = PV1.replace("V-9^^^SYN", "");
    let pid = PID.replace("A-1", "");
    let feed = ["ADT^A01", "ADT^A11", "ADT^A08"].map(|event| sent(event, &format!("{pid}{nowhere}"))).concat() + &sent("ADT^A31", &pid);
    let told: Vec<_> = keep(feed.as_bytes()).notices.into_iter().map(|n| n.what).filter(|w| !w.contains("control id")).collect();
    assert_eq!(told, ["3 messages about a stay name none"], "and no cancel of a stay that nobody knows");
}
