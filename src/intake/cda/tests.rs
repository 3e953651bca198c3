//! Invented documents: nobody in them lives.

use super::super::tests::Keep;
use super::*;
use crate::chart::{MedicationKind, Observation, Quantity, Role, Value};
use crate::intake::Options;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

fn keep(xml: &str) -> Keep {
    let mut keep = Keep::default();
    let options = Options::default();
    let mut desk = Desk::new(&options, &mut keep);
    document(&mut desk, "note.xml", xml.as_bytes()).unwrap();
    desk.close().unwrap();
    keep
}

const TARGET: &str = r#"<recordTarget><patientRole><id root="2.16.840.1.113883.4.1" extension="999"/><id root="1.2.3" extension="77"/>
 <patient><name use="L"><given>Mia</given><given>Q</given><family>Probe</family></name>
 <administrativeGenderCode code="F"/><birthTime value="19500203"/></patient></patientRole></recordTarget>"#;
const PEOPLE: &str = r#"<author><time value="20260106"/><assignedAuthor><id nullFlavor="NI"/><assignedAuthoringDevice/></assignedAuthor></author>
 <author><time value="20260106"/><assignedAuthor><id root="2.16.840.1.113883.4.6" extension="123"/><code displayName="Physician"/>
 <assignedPerson><name><given>Ann</given><family>Ode</family><suffix>MD</suffix></name></assignedPerson></assignedAuthor></author>
 <legalAuthenticator><time value="202601061015-0500"/><assignedEntity><id root="2.16.840.1.113883.4.6" extension="123"/></assignedEntity></legalAuthenticator>"#;
const STAY: &str = r#"<componentOf><encompassingEncounter><id root="1.2.4" extension="V-9"/><code code="IMP"/>
 <effectiveTime><low value="20260105063000"/><high value="20260109"/></effectiveTime>
 <location><healthCareFacility><location><name>4 West</name></location></healthCareFacility></location></encompassingEncounter></componentOf>"#;

fn whole(header: &str, body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <id root="1.2.5" extension="D-1"/><code code="18842-5" codeSystem="2.16.840.1.113883.6.1" displayName="Discharge summary"/>
 <title>Discharge</title><effectiveTime value="202601091200-0500"/>{TARGET}{header}<component>{body}</component></ClinicalDocument>"#
    )
}

fn sections(inside: &str) -> String {
    format!("<structuredBody>{inside}</structuredBody>")
}

fn narrative(text: &str) -> String {
    sections(&format!("<component><section><title>Course</title><text>{text}</text></section></component>"))
}

fn notes(keep: &Keep) -> Vec<&Document> {
    keep.records.iter().filter_map(|(r, _)| if let Record::Document(d) = r { Some(d) } else { None }).collect()
}

#[test]
fn words_that_were_struck_out_stood_in_the_note() {
    let text = r#"<paragraph>Sepsis <content revised="delete">ruled out</content><content revised="insert">confirmed</content>.</paragraph>
        <paragraph revised="delete">Old plan.</paragraph><list><item revised="delete">Heparin</item><item>Aspirin</item></list>
        <table><tbody><tr revised="delete"><td>Na</td><td>120</td></tr><tr><td>K</td><td revised="delete">9.9</td></tr></tbody></table>"#;
    let keep = keep(&whole(STAY, &narrative(text)));
    let note = &notes(&keep)[0].text;
    assert!(note.contains("Sepsis confirmed.") && note.contains("- Aspirin") && note.contains("K"), "{note}");
    for gone in ["ruled out", "Old plan", "Heparin", "120", "9.9"] {
        assert!(!note.contains(gone), "{gone} in {note}");
    }
}

#[test]
fn a_document_of_many_megabytes_took_eight_times_its_size_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.xml");
    std::fs::write(&path, whole(STAY, &narrative(&"word ".repeat(100)))).unwrap();
    let mut kept = Keep::default();
    let limits = crate::intake::Limits { xml: 1000, ..crate::intake::Limits::default() };
    crate::intake::run(&[path], &Options { limits, ..Options::default() }, &mut kept).unwrap();
    assert_eq!((kept.records.len(), kept.rejects.len()), (0, 1));
    assert!(kept.rejects[0].what.contains("too large") && kept.rejects[0].hint.is_some());
}

#[test]
fn a_document_names_its_patient_stay_and_people() {
    let keep = keep(&whole(&format!("{PEOPLE}{STAY}"), &narrative("<paragraph>Sepsis resolved.</paragraph>")));
    assert_eq!((&keep.rejects, &keep.notices), (&vec![], &vec![]));
    let Record::Patient(patient) = &keep.records[0].0 else { panic!("no patient") };
    assert_eq!((patient.identifier.as_str(), patient.mrn.as_deref(), patient.display().as_str()), ("1.2.3|77", Some("77"), "PROBE Mia Q"));
    let Record::Encounter(stay) = &keep.records[1].0 else { panic!("no stay") };
    assert_eq!((stay.identifier.as_str(), stay.account.as_deref(), stay.implied), ("1.2.4|V-9", Some("V-9"), false));
    assert_eq!(
        (stay.start.unwrap().to_string(), stay.end.unwrap().to_string()),
        ("2026-01-05T06:30:00".to_owned(), "2026-01-09".to_owned())
    );
    assert_eq!(stay.locations[0].name, "4 West");
    let note = notes(&keep)[0];
    assert_eq!(
        (note.identifier.as_str(), note.document_type, note.status),
        ("1.2.5|D-1", Some(DocumentType::DischargeSummary), DocumentStatus::Final)
    );
    let author = note.author.as_ref().unwrap();
    assert_eq!((author.identifier.as_deref(), author.name.as_deref(), author.role), (Some("123"), Some("Ann Ode, MD"), Role::Physician));
    assert_eq!(note.signed.unwrap().to_string(), "2026-01-06T10:15-05:00");
    assert_eq!(note.text, "Course:\nSepsis resolved.\n\n");
}

#[test]
fn the_payers_section_says_who_pays_for_the_stay() {
    let policy = |name: &str, order: &str| {
        format!(
            r#"<entryRelationship typeCode="COMP"><sequenceNumber value="{order}"/><act classCode="ACT"><templateId root="2.16.840.1.113883.10.20.22.4.61"/>
 <performer typeCode="PRF"><templateId root="2.16.840.1.113883.10.20.22.4.87"/><assignedEntity><id root="9.9" extension="77"/>
 <representedOrganization><name>{name}</name></representedOrganization></assignedEntity></performer></act></entryRelationship>"#
        )
    };
    let body = sections(&format!(
        r#"<component><section><code code="48768-6"/><title>Payers</title><text>See entries.</text><entry><act>
 <templateId root="2.16.840.1.113883.10.20.22.4.60"/>{}{}</act></entry></section></component>"#,
        policy("Second Plan", "2"),
        policy("Cedar Mutual", "1")
    ));
    let payer = |header: &str| {
        let keep = keep(&whole(header, &body));
        let Record::Encounter(stay) = &keep.records[1].0 else { panic!("no stay") };
        stay.payer.clone()
    };
    assert_eq!(payer(STAY).as_deref(), Some("Cedar Mutual"));
    assert_eq!(payer(""), None, "what only holds a note has no payer");
}

#[test]
fn the_narrative_keeps_lines_lists_tables_and_footnotes() {
    for (text, plain) in [
        ("one<br/>two", "one\ntwo"),
        ("<paragraph>a <content styleCode=\"Bold\">b</content>c</paragraph><paragraph>d</paragraph>", "a bc\nd"),
        (
            "<list><caption>Drugs</caption><item>x</item><item>y<list listType=\"ordered\"><item>z</item></list></item></list>",
            "Drugs\n- x\n- y\n  1. z",
        ),
        (
            "<table><thead><tr><th>Test</th><th>Value</th></tr></thead><tbody><tr><td>Na</td><td><paragraph>131</paragraph><paragraph>low</paragraph></td></tr></tbody></table>after",
            "Test\tValue\nNa\t131; low\nafter",
        ),
        ("pain<footnote ID=\"f\">on movement</footnote> gone", "pain [on movement] gone"),
        ("H<sub>2</sub>O  and\n   more &lt; 5", "H2O and more < 5"),
    ] {
        let keep = keep(&whole("", &narrative(text)));
        assert_eq!(notes(&keep)[0].text, format!("Course:\n{plain}\n\n"));
    }
}

#[test]
fn what_stands_as_data_is_read_as_data() {
    let body = sections(
        r##"<component><section><code code="30954-2"/><title>Results</title><text><table><tbody><tr><td ID="r1">Creatinine</td></tr></tbody></table></text>
        <entry><organizer><effectiveTime value="20260106"/><component><observation classCode="OBS" moodCode="EVN">
          <templateId root="2.16.840.1.113883.10.20.22.4.2"/><id root="1.2.6" extension="O-1"/>
          <code code="2160-0" codeSystem="2.16.840.1.113883.6.1"><originalText><reference value="#r1"/></originalText></code>
          <statusCode code="completed"/><value xsi:type="PQ" value="1.9" unit="mg/dL"/><interpretationCode code="H"/>
          <referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="0.6"/><high value="1.2"/></value></observationRange></referenceRange>
        </observation></component></organizer></entry></section></component>
        <component><section><code code="11535-2"/><title>Diagnoses</title><text>Pneumonia</text>
        <entry><act><statusCode code="active"/><entryRelationship><observation><templateId root="2.16.840.1.113883.10.20.22.4.4"/>
          <effectiveTime><low value="20260105"/></effectiveTime><value xsi:type="CD" code="J18.9" codeSystem="2.16.840.1.113883.6.90" displayName="Pneumonia"/></observation></entryRelationship></act></entry>
        <entry><act><entryRelationship><observation negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><value xsi:type="CD" displayName="Diabetes"/></observation></entryRelationship></act></entry></section></component>
        <component><section><code code="10183-2"/><title>Drugs</title><text>Amoxicillin</text>
        <entry><substanceAdministration moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.16"/><statusCode code="active"/><doseQuantity value="500" unit="mg"/><routeCode displayName="Oral"/>
          <consumable><manufacturedProduct><manufacturedMaterial><code displayName="Amoxicillin" code="723"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry></section></component>
        <component><section><title>Procedures</title><text>Bronchoscopy</text><entry><procedure moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.14"/>
          <code displayName="Bronchoscopy"/><effectiveTime value="20260107"/></procedure></entry></section></component>"##,
    );
    let keep = keep(&whole(STAY, &body));
    assert_eq!((&keep.rejects, &keep.notices), (&vec![], &vec![]));
    let records: Vec<&Record> = keep.records.iter().map(|(r, _)| r).skip(3).collect();
    let [Record::Observation(lab), Record::Problem(problem), Record::Medication(drug), Record::Procedure(procedure)] = records.as_slice()
    else {
        panic!("{records:?}")
    };
    let quantity = Value::Quantity(Quantity { value: 1.9, comparator: None, unit: Some("mg/dL".to_owned()) });
    assert_eq!((lab.name.as_str(), &lab.value, lab.low, lab.high), ("Creatinine", &Some(quantity), Some(0.6), Some(1.2)));
    assert_eq!((lab.time.unwrap().to_string(), lab.status.as_deref()), ("2026-01-06".to_owned(), Some("final")));
    assert_eq!(lab.code.as_ref().unwrap().system.as_deref(), Some("http://loinc.org"));
    assert_eq!(
        (problem.name.as_str(), problem.category.as_deref(), problem.clinical_status.as_deref()),
        ("Pneumonia", Some("encounter-diagnosis"), Some("active"))
    );
    assert_eq!(
        (drug.name.as_str(), drug.kind, drug.dose.as_deref(), drug.route.as_deref()),
        ("Amoxicillin", MedicationKind::Home, Some("500 mg"), Some("Oral"))
    );
    assert_eq!((procedure.name.as_str(), procedure.start.unwrap().to_string()), ("Bronchoscopy", "2026-01-07".to_owned()));
    assert_eq!(procedure.identifier, "1.2.5|D-1#3");
    let _: &Observation = lab;
}

#[test]
fn notes_inside_are_documents_of_their_own_and_a_pdf_is_named() {
    let activity = |kind: &str, data: &str| {
        sections(&format!(
            r#"<component><section><title>Notes</title><text>See the note.</text><entry><act><templateId root="2.16.840.1.113883.10.20.22.4.202"/>
            <code code="34109-9"><translation code="11488-4" codeSystem="2.16.840.1.113883.6.1" displayName="Consultation note"/></code>
            <text mediaType="{kind}" representation="B64">{data}</text></act></entry></section></component>"#
        ))
    };
    let rtf = keep(&whole("", &activity("text/rtf", "e1xydGYxIEFjdXRlIGtpZG5leSBpbmp1cnkufQ==")));
    let inner = notes(&rtf)[1];
    assert_eq!((inner.text.as_str(), inner.document_type), ("Acute kidney injury.", Some(DocumentType::Consultation)));
    let pdf = keep(&whole("", &activity("application/pdf", "JVBERi0xLjc=")));
    assert_eq!((notes(&pdf).len(), pdf.notices[0].what.as_str()), (1, "attachment not read: application/pdf, 8 bytes"));
    assert!(pdf.notices[0].line.is_some());
}

#[test]
fn an_unstructured_document_gives_its_text_or_names_what_it_holds() {
    let body = |text: &str| whole("", &format!("<nonXMLBody>{text}</nonXMLBody>"));
    let plain = keep(&body(r#"<text mediaType="text/plain" representation="B64">UGxhbjogZmx1aWRz</text>"#));
    assert_eq!(notes(&plain)[0].text, "Plan: fluids");
    assert_eq!(notes(&keep(&body(r#"<text mediaType="text/plain">Plan: rest</text>"#)))[0].text, "Plan: rest");
    for (text, what) in [
        (r#"<text mediaType="application/pdf" representation="B64">JVBERi0xLjc=</text>"#, "application/pdf, 8 bytes"),
        (r#"<text mediaType="application/pdf"><reference value="UD.pdf"/></text>"#, "only linked"),
        (r#"<text mediaType="text/plain" representation="B64">!!!</text>"#, "base64 is broken"),
    ] {
        let keep = keep(&body(text));
        assert_eq!(keep.records.len(), 0, "nothing half-stored");
        assert!(keep.rejects[0].what.contains(what) && keep.rejects[0].line.is_some(), "{:?}", keep.rejects);
    }
}

#[test]
fn a_replaced_document_is_withdrawn_and_an_addendum_names_its_parent() {
    let related = |code: &str| {
        format!(
            r#"<relatedDocument typeCode="{code}"><parentDocument><id root="1.2.5" extension="D-0"/></parentDocument></relatedDocument>"#
        )
    };
    let replaced = keep(&whole(&related("RPLC"), &narrative("new")));
    assert_eq!(notes(&replaced)[0].amends.as_deref(), Some("1.2.5|D-0"));
    assert!(
        matches!(&replaced.records.last().unwrap().0, Record::Change(Change::Withdrawn { identifier, .. }) if identifier == "1.2.5|D-0")
    );
    let added = keep(&whole(&related("APND"), &narrative("more")));
    assert_eq!((notes(&added)[0].amends.as_deref(), added.records.len()), (Some("1.2.5|D-0"), 3));
}

#[test]
fn what_is_no_whole_document_is_refused_with_its_line() {
    let deep = format!("<ClinicalDocument>{}{}</ClinicalDocument>", "<a>".repeat(300), "</a>".repeat(300));
    let bomb = r#"<!DOCTYPE a [<!ENTITY b "Probe"><!ENTITY c "&b;&b;">]><ClinicalDocument>&c;</ClinicalDocument>"#;
    for (xml, part) in [
        (bomb, "document type definition"),
        (deep.as_str(), "nests too deep"),
        ("<ClinicalDocument><value xsi:type=\"CD\"/></ClinicalDocument>", "fragment"),
        ("<section><title>Probe</title></section>", "no clinical document"),
        ("<ClinicalDocument><id root=\"1\"/></ClinicalDocument>", "fragment"),
        ("<ClinicalDocument><id root=\"1\"/><recordTarget><patientRole/></recordTarget></ClinicalDocument>", "names no patient"),
        (&whole("", &sections("")), "no text"),
        ("<ClinicalDocument><title>Probe", "not valid XML"),
        ("<ClinicalDocument><b></c></ClinicalDocument>", "not valid XML"),
    ] {
        let keep = keep(xml);
        assert_eq!((keep.records.len(), keep.rejects.len()), (0, 1), "{xml}");
        let trouble = &keep.rejects[0];
        assert!(trouble.what.contains(part) && trouble.line.is_some(), "{trouble}");
        assert!(trouble.why.is_some() && trouble.hint.is_some() && !trouble.to_string().contains("Probe"), "{trouble}");
    }
}

#[test]
fn a_million_nested_elements_end_in_a_message() {
    let deep = format!("<ClinicalDocument>{}", "<a>".repeat(1_000_000));
    assert_eq!(keep(&deep).rejects.len(), 1);
}

proptest! {
    #[test]
    fn any_xml_like_text_is_survived(inside in "(<(text|list|item|table|tr|td|br/|entry|act|value)>?|</(text|list|item|table|tr|td)>|[a-z &;\"=]{0,6}){0,30}") {
        let _ = keep(&whole("", &narrative(&inside)));
        let _ = keep(&inside);
    }
}

#[test]
fn an_author_without_a_title_was_dropped() {
    let people = r#"<author><time value="20260106"/><assignedAuthor><id root="1.2.9" extension="A-1"/>
        <assignedPerson><name><given>Ann</given><family>Ode</family></name></assignedPerson></assignedAuthor></author>"#;
    let keep = keep(&whole(&format!("{people}{STAY}"), &narrative("<paragraph>Stable.</paragraph>")));
    assert_eq!(notes(&keep)[0].author.as_ref().unwrap().name.as_deref(), Some("Ann Ode"));
}

#[test]
fn cells_beside_one_that_reaches_down_moved_left_and_inner_lists_lost_their_place() {
    let table = r#"<table><thead><tr><th>Drug</th><th>Day</th><th>Dose</th></tr></thead><tbody>
        <tr><td rowspan="2">Heparin</td><td>1</td><td></td></tr><tr><td>2</td><td>5000</td></tr><tr><td>Aspirin</td><td>1</td><td>81</td></tr></tbody></table>"#;
    let keep = keep(&whole(STAY, &narrative(table)));
    let note = &notes(&keep)[0].text;
    assert!(note.contains("Heparin\t1\t\n\t2\t5000\nAspirin\t1\t81"), "{note:?}");
    let list = r#"<list><item><caption>Heart</caption>HFrEF<list listType="ordered"><item>EF 25</item></list></item><item><paragraph>AKI</paragraph></item></list>"#;
    let keep = super::tests::keep(&whole(STAY, &narrative(list)));
    let note = &notes(&keep)[0].text;
    assert!(note.contains("- Heart\nHFrEF\n  1. EF 25\n- AKI"), "{note:?}");
}
