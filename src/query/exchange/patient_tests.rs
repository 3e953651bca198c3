//! Whose an answer is, and whose a record number.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::replies::PatientId;
use super::*;
use crate::query::tests::clean;

#[test]
fn an_answer_is_about_the_patient_whose_number_and_authority_it_gives() {
    let of = |name: &str, uri: &str| Authority::of(Some(name.to_owned()), Some(uri.to_owned()));
    let patient = Patient { identifier: "p-1".into(), mrn: Some("77".into()), mrn_from: of("MERCY", "urn:oid:1.2"), ..Patient::default() };
    let id = |value: &str, from| PatientId { value: value.into(), from };
    for (given, about) in [
        (vec![], true),
        (vec![id("77", None)], true),
        (vec![id("77", of("mercy", ""))], true),
        (vec![id("77", of("Mercy Hospital", "urn:oid:1.2"))], true),
        (vec![id("5", of("GRACE", "")), id("77", of("MERCY", ""))], true),
        (vec![id("p-1", None)], true),
        (vec![id("77", of("GRACE", ""))], false),
        (vec![id("77", of("", "urn:oid:1.3"))], false),
        (vec![id("78", of("MERCY", ""))], false),
    ] {
        let reply = Reply { patient: given.clone(), ..Reply::default() };
        assert_eq!(reply.is_about(&patient), about, "{given:?}");
    }
}

/// The site's own name stood as the authority of numbers that another hospital had given.
#[test]
fn a_record_number_goes_out_with_whoever_gave_it() {
    let draft = clean();
    let mut sheet = Sheet::of(12, (1, QueryState::Sent), &draft, String::new(), String::new());
    sheet.authority = "LOCAL".into();
    let now = Instant::parse("2026-11-20T08:00:00-05:00").unwrap();
    let person = |from| Patient { mrn: Some("77".into()), mrn_from: from, ..Patient::default() };
    for (name, uri, hl7, system, assigner) in [
        ("", "", "77^^^LOCAL^MR", None, Some("LOCAL")),
        ("GRACE", "", "77^^^GRACE^MR", None, Some("GRACE")),
        ("GRACE", "urn:oid:1.2.3", "77^^^GRACE&1.2.3&ISO^MR", Some("urn:oid:1.2.3"), Some("GRACE")),
        ("", "http://grace.example/mrn", "77^^^&http://grace.example/mrn&URI^MR", Some("http://grace.example/mrn"), None),
    ] {
        sheet.person = Some(person(Authority::of(Some(name.to_owned()), Some(uri.to_owned()))));
        let message = mdm(std::slice::from_ref(&sheet), &now);
        assert_eq!(message.split('\r').find_map(|l| l.strip_prefix("PID|1||")).unwrap().split('|').next(), Some(hl7));
        let bundle = bundle(std::slice::from_ref(&sheet));
        let identifier = &bundle["entry"][1]["resource"]["for"]["identifier"];
        assert_eq!((identifier["system"].as_str(), identifier["assigner"]["display"].as_str()), (system, assigner), "{identifier}");
    }
}
