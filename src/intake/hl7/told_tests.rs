//! What a reader of messages left out, tore apart or cut in silence. Invented messages: nobody in them lives.

use super::tests::{PID, PV1, documents, encounter, keep, observations, sent};
use crate::chart::{DocumentStatus, DocumentType, Record, Value};
use pretty_assertions::assert_eq;

fn oru(obr: &str, rest: &str) -> super::super::tests::Keep {
    keep(sent("ORU^R01", &format!("{PID}{PV1}{obr}\r{rest}")).as_bytes())
}

/// OBR of an order with its section and status.
fn obr(code: &str, section: &str, status: &str) -> String {
    format!("OBR|1|P-1|F-1|{code}|||20260106080000|||||||||||||||20260106081500||{section}|{status}")
}

#[test]
fn a_radiology_report_was_torn_apart_and_its_correction_lost() {
    let cxr = |status: &str, lines: &[&str]| {
        let lines: String = lines.iter().map(|line| format!("OBX|1|TX|{line}\r")).collect();
        oru(&obr("71046^CXR 2V^C4", "RAD", status), &lines)
    };
    let first =
        cxr("P", &["71046&GDT^CXR||FINDINGS: Infiltrates.", "71046&GDT^CXR||No effusion.", "71046&IMP^CXR||IMPRESSION: Pneumonia."]);
    let report = documents(&first)[0];
    assert_eq!(report.text, "FINDINGS: Infiltrates.\nNo effusion.\nIMPRESSION: Pneumonia.\n");
    assert_eq!((observations(&first).len(), report.document_type), (0, Some(DocumentType::RadiologyReport)));
    let corrected = cxr("C", &["71046&GDT^CXR||FINDINGS: Normal chest.||||||C"]);
    assert_eq!(
        (documents(&corrected)[0].identifier.as_str(), documents(&corrected)[0].status),
        (report.identifier.as_str(), DocumentStatus::Amended)
    );
    // An echo: three codes, one line each; what is measured beside them stays a result.
    let lines =
        "OBX|1|TX|HIST^History^L||Dyspnea||||||F\rOBX|2|NM|EF^EF^L||25|%|||||F\rOBX|3|TX|IMP^Impression^L||Severe dysfunction||||||F\r";
    let echo = oru(&obr("93306^ECHO^C4", "CUS", "F"), lines);
    assert_eq!((documents(&echo)[0].text.as_str(), observations(&echo).len()), ("Dyspnea\nSevere dysfunction\n", 1));
    // Short words of a laboratory are results, each by itself.
    let dipstick = "OBX|1|TX|KET^Ketones^L||Negative||||||F\rOBX|2|TX|NIT^Nitrite^L||Positive||||||F\r";
    let dipstick = oru(&obr("UA^Urinalysis^L", "LAB", "F"), dipstick);
    assert_eq!((documents(&dipstick).len(), observations(&dipstick).len()), (0, 2));
}

#[test]
fn lines_under_the_code_of_a_document_were_results_and_no_document() {
    let read =
        oru(&obr("18842-5^DISCHARGE SUMMARY^LN", "TRAN", "F"), "OBX|1|ST|18842-5^DS^LN||Line one\rOBX|2|ST|18842-5^DS^LN||line two\r");
    assert_eq!((documents(&read)[0].text.as_str(), observations(&read).len()), ("Line one\nline two\n", 0));
    assert_eq!(documents(&read)[0].document_type, Some(DocumentType::DischargeSummary));
}

#[test]
fn a_note_that_went_on_in_an_add_segment_was_cut_in_half() {
    let txa = "TXA|1|PN|TX|20260106|||||1^Ode^Ann|||N-2\r";
    for (obx, text) in [
        ("OBX|1|TX|||The first half and\rADD| the second half.|\r", "The first half and the second half.|\n"),
        ("OBX|1|TX|||The first half and\rADD| the second\rADD| half.\r", "The first half and the second half.\n"),
        ("OBX|1|TX|||The first half and||||||F\rADD| the second half.\r", "The first half and the second half.\n"),
    ] {
        let read = keep(sent("MDM^T02", &format!("{PID}{PV1}{txa}{obx}")).as_bytes());
        assert_eq!(documents(&read)[0].text.replace("|\n", "\n"), text.replace("|\n", "\n"));
    }
    let parted = keep(sent("MDM^T02", &format!("{PID}{PV1}{txa}OBX|1|TX|||Half\rDSC|123|F\r")).as_bytes());
    assert!(parted.notices.iter().any(|n| n.what.contains("goes on in another one") && n.line == Some(6)), "{:?}", parted.notices);
}

#[test]
fn remarks_before_the_first_result_were_dropped() {
    let order = obr("BCX^Blood culture", "LAB", "F");
    let read =
        oru(&format!("{order}\rNTE|1||2 of 2 bottles positive"), "OBX|1|ST|BCX^Blood culture^L||See comment||||||F\rNTE|1||called to RN\r");
    assert_eq!(observations(&read)[0].note.as_deref(), Some("2 of 2 bottles positive; called to RN"));
    // An order without results: its remarks are the report.
    let alone = oru(&obr("74176^CT^C4", "CT", "F"), "NTE|1||No stone.\rNTE|2||IMPRESSION: normal\r");
    assert_eq!(documents(&alone)[0].text, "No stone.\nIMPRESSION: normal\n");
    // Inside a report a remark is a line of it.
    let inside = oru(&obr("74176^CT^C4", "CT", "F"), "OBX|1|TX|X^CT||Liver normal\rNTE|1||compared with 2025\r");
    assert_eq!(documents(&inside)[0].text, "Liver normal\ncompared with 2025\n");
    let of_a_patient = keep(sent("ORU^R01", &format!("{PID}NTE|1||on a patient\r{PV1}{order}\rOBX|1|NM|K^K^L||4\r")).as_bytes());
    assert!(of_a_patient.notices.iter().any(|n| n.what == "1 remarks (NTE) not used"), "{:?}", of_a_patient.notices);
}

#[test]
fn the_sign_for_delete_was_passed_over() {
    let cleared = |keep: &super::super::tests::Keep| -> Vec<Vec<&'static str>> {
        keep.records.iter().map(|(_, origin)| origin.context.cleared.clone()).collect()
    };
    let pid = "PID|1||77^^^SYN^MR||\"\"||19500203|\"\"|||||||||||||||||||||\"\"|N\r";
    let pv1 = "PV1|1|I|4W^12^A||||\"\"|||\"\"|||||||||V-9^^^SYN|||||||||||||||||\"\"||||||||20260105|\"\"\r";
    let read = keep(sent("ADT^A08", &format!("{pid}{pv1}IN1|1|\"\"|\"\"|\"\"\r")).as_bytes());
    let stay = vec!["attending", "service", "disposition", "end", "payer"];
    assert_eq!(cleared(&read), [vec!["family", "given", "sex", "died"], stay]);
    assert_eq!(encounter(&read).end, None);
    let usual = keep(sent("ADT^A08", &format!("{PID}{PV1}")).as_bytes());
    assert!(cleared(&usual).iter().all(Vec::is_empty));
}

#[test]
fn two_documents_in_one_message_were_glued_into_one_note() {
    let txa = |id: &str, text: &str| format!("TXA|1|PN|TX|20260106|||||1^Ode^Ann|||{id}\rOBX|1|TX|||{text}\r");
    let read = keep(sent("MDM^T02", &format!("{PID}{PV1}{}{}", txa("A", "first"), txa("B", "second"))).as_bytes());
    let notes: Vec<_> = documents(&read).into_iter().map(|d| (d.identifier.as_str(), d.text.as_str())).collect();
    assert_eq!(notes, [("A", "first\n"), ("B", "second\n")]);
}

#[test]
fn a_number_with_a_sign_or_a_comma_had_no_value() {
    let read = oru(&obr("BMP^BMP", "LAB", "F"), "OBX|1|NM|T^Troponin^L||<0.01|ng/mL\rOBX|2|NM|P^Platelets^L||1,234|K/uL\r");
    let of = |at: usize| match &observations(&read)[at].value {
        Some(Value::Quantity(q)) => (q.value, q.comparator.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!((of(0), of(1)), ((0.01, Some("<".to_owned())), (1234.0, None)));
}

#[test]
fn a_bare_number_of_two_facilities_was_one_patient() {
    let pid = "PID|1||940||Probe^Mia||19500203|F\r";
    let north = keep(sent("ADT^A31", pid).as_bytes());
    let south = keep(sent("ADT^A31", pid).replace("|LAB|SYNTH|", "|LAB|SOUTH|").as_bytes());
    let name = |keep: &super::super::tests::Keep| match &keep.records[0].0 {
        Record::Patient(p) => (p.identifier.clone(), p.mrn.clone(), p.mrn_from.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(name(&north), ("SYNTH|940".to_owned(), Some("940".to_owned()), None));
    assert_eq!(name(&south).0, "SOUTH|940");
    let merge = keep(sent("ADT^A40", &format!("{pid}MRG|941\r")).as_bytes());
    assert!(format!("{:?}", merge.records).contains("from: \"SYNTH|941\", into: \"SYNTH|940\""), "{:?}", merge.records);
}

#[test]
fn empty_lines_inside_a_note_were_lost_and_a_line_like_a_segment_was_not_told() {
    let txa = "TXA|1|PN|TX|20260106|||||1^Ode^Ann|||N-2\r";
    let body = "OBX|1|TX|||First line\rSecond\r\rHPI: cough\r\r\r\r\r\r\rlast\r\rOBX|2|TX|||end\r";
    for ends in ["\r", "\n", "\r\n"] {
        let message = sent("MDM^T02", &format!("{PID}{PV1}{txa}{body}")).replace('\r', ends);
        let read = keep(message.as_bytes());
        assert_eq!(documents(&read)[0].text, "First line\nSecond\n\nHPI: cough\n\n\n\nlast\nend\n", "{ends:?}");
    }
    let odd = keep(sent("MDM^T02", &format!("{PID}{PV1}{txa}OBX|1|TX|||First\rDG1|something|odd\rlast\r")).as_bytes());
    assert!(
        odd.notices.iter().any(|n| n.what.contains("a DG1 segment stands between the words") && n.line == Some(6)),
        "{:?}",
        odd.notices
    );
}
