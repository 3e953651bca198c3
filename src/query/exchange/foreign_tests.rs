//! Answers as other systems write them: `fixtures/queries/answers`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::query::tests::clean;
use std::collections::BTreeMap;

#[derive(serde::Deserialize)]
struct Expected {
    taken: BTreeMap<String, (i64, String, String, String)>,
    refused: BTreeMap<String, String>,
}

#[test]
fn answers_of_other_systems_are_read_as_they_were_meant() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/queries/answers");
    let read = |name: &str| read_replies(name, &std::fs::read_to_string(folder.join(name)).unwrap());
    let expected: Expected = toml::from_str(&std::fs::read_to_string(folder.join("expected.toml")).unwrap()).unwrap();
    assert_eq!(expected.taken.len() + expected.refused.len() + 2, std::fs::read_dir(&folder).unwrap().count());
    for (name, (option, words, by, time)) in &expected.taken {
        let replies = read(name);
        let [reply] = replies.taken.as_slice() else { panic!("{name}: {:?} {:?}", replies.taken, replies.refused) };
        assert_eq!(reply.query, 12, "{name}");
        let found = reply.on(&clean()).unwrap();
        assert_eq!((found.0.map_or(-1, |i| i as i64), &found.1, &reply.by), (*option, words, by), "{name}");
        assert_eq!(reply.at, Instant::parse(time), "{name}");
    }
    for (name, what) in &expected.refused {
        let replies = read(name);
        assert!(replies.taken.is_empty(), "{name}: {:?}", replies.taken);
        assert!(replies.refused.iter().any(|t| t.what.contains(what.as_str())), "{name}: {:?}", replies.refused);
    }
}

/// What came from another system is cut short and mixed up: it is read or refused, and nothing falls over.
#[test]
fn a_file_of_answers_that_was_cut_anywhere_is_read_or_refused() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/queries/answers");
    for file in std::fs::read_dir(&folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for (at, _) in text.char_indices() {
            let replies = read_replies("cut", &text[..at]);
            for reply in &replies.taken {
                let _read = reply.on(&clean());
            }
            assert!(!replies.taken.is_empty() || !replies.refused.is_empty(), "{}", &text[..at]);
        }
    }
}

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
