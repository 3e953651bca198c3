#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::query::tests::clean;
use crate::query::{body_hash, render_text};

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn sheet(answer: Option<(Option<usize>, &str)>) -> Sheet {
    let draft = clean();
    let mut sheet = Sheet::of(12, (1, QueryState::Sent), &draft, render_text(&draft, Some(12)), body_hash(&draft));
    sheet.sent = Some(at("2026-11-19T08:42:00-05:00"));
    sheet.answer = answer.map(|(option, words)| SheetAnswer {
        option,
        words: words.into(),
        by: "Lin Chen, MD".into(),
        at: Some(at("2026-11-19T10:00:00-05:00")),
    });
    sheet
}

#[test]
fn an_answer_comes_back_the_same_through_fhir_and_hl7() {
    let now = at("2026-11-20T08:00:00-05:00");
    for (option, words) in
        [(Some(0), "As seen on 19 Nov."), (Some(2), "pre|renal & \"dry\" ^ ~ \\\nsecond line"), (None, "Acute kidney injury, dehydration")]
    {
        let sheet = sheet(Some((option, words)));
        let draft = clean();
        for (form, replies) in [
            ("fhir", replies_from_fhir("a", &bundle(std::slice::from_ref(&sheet)).to_string())),
            ("hl7", replies_from_mdm("a", &mdm(std::slice::from_ref(&sheet), &now))),
        ] {
            assert!(replies.refused.is_empty(), "{form} {:?}", replies.refused);
            let reply = &replies.taken[0];
            assert_eq!((reply.query, reply.hash.as_deref()), (12, Some(sheet.hash.as_str())), "{form}");
            assert_eq!(reply.on(&draft).unwrap(), (option, words.to_owned()), "{form}");
            assert_eq!(reply.at, sheet.answer.as_ref().unwrap().at, "{form}");
            assert_eq!(reply.by, "Lin Chen, MD");
        }
    }
}

#[test]
fn a_table_program_runs_nothing_of_a_cell() {
    for (text, expected) in [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("  =1", "'  =1"),
        ("a,b", "\"a,b\""),
        ("say \"x\"", "\"say \"\"x\"\"\""),
        ("2.4 mg/dL", "2.4 mg/dL"),
    ] {
        assert_eq!(csv::cell(text), expected, "{text:?}");
    }
}

#[test]
fn answers_are_read_from_a_table_and_what_is_wrong_is_named_with_its_line() {
    let replies = read_replies(
        "answers.csv",
        "query,option,text,by,at\n12,1,\"two\nlines\",Chen,2026-11-20T08:00-05:00\nx,1,,,\n13,,yes,,soon\n14,2,,,\n",
    );
    let taken: Vec<(i64, &str)> = replies.taken.iter().map(|r| (r.query, r.words.as_str())).collect();
    assert_eq!(taken, [(12, "two\nlines"), (14, "")]);
    let lines: Vec<Option<u64>> = replies.refused.iter().map(|t| t.line).collect();
    assert_eq!(lines, [Some(4), Some(5)]);
    assert!(!read_replies("a", "").refused.is_empty());
    assert!(!read_replies("a", "{\"resourceType\":\"Patient\"}").refused.is_empty());
    assert!(!read_replies("a", "{not json").refused.is_empty());
    assert!(!read_replies("a", "MSH|^~\\&|X\rPID|1\r").refused.is_empty());
}

#[test]
fn an_option_that_the_query_does_not_have_is_no_answer() {
    let reply = |option: &str| Reply { query: 12, option: option.into(), ..Reply::default() };
    assert_eq!(reply("2").on(&clean()).unwrap().0, Some(1));
    assert_eq!(reply("Dehydration").on(&clean()).unwrap().0, Some(1));
    assert!(reply("9").on(&clean()).is_err());
    assert!(reply("Something else").on(&clean()).is_err());
}

#[test]
fn a_letter_shows_markup_in_a_note_as_text() {
    let mut sheet = sheet(None);
    sheet.text = "Title: <b>x</b>\n\nNote\n<script>alert(1)</script> \u{1b}[31m\n\n- \"a & b\"\n( ) One\n".into();
    let page = letter(&[sheet]);
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>") && !page.contains('\u{1b}'));
    assert!(page.contains("<h1>&lt;b&gt;x&lt;/b&gt;</h1>") && page.contains("<li>\u{2610} One</li>"));
    assert_eq!(page.matches("<ul").count(), page.matches("</ul>").count());
}

#[test]
fn what_the_bundle_holds_is_a_task_a_questionnaire_a_communication_and_the_response() {
    let bundle = bundle(&[sheet(Some((Some(0), ""))), sheet(None)]);
    let kinds: Vec<&str> = bundle["entry"].as_array().unwrap().iter().map(|e| e["resource"]["resourceType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Questionnaire", "Task", "Communication", "QuestionnaireResponse", "Questionnaire", "Task", "Communication"]);
    let response = &bundle["entry"][3]["resource"];
    assert_eq!(response["questionnaire"], "urn:lacuna:query:12|1");
    assert_eq!(response["authored"], "2026-11-19T10:00:00-05:00");
}

/// The published schema names exactly what an export holds.
#[test]
fn the_published_schema_names_every_field_of_an_export_and_no_other() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../../docs/query.schema.json")).unwrap();
    let of =
        |path: &str| schema.pointer(path).unwrap().as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<String>>();
    let sheet = serde_json::to_value(sheet(Some((Some(0), "words")))).unwrap();
    let keys = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<String>>();
    assert_eq!(keys(&sheet), of("/$defs/query/properties"));
    assert_eq!(keys(&sheet["answer"]), of("/$defs/query/properties/answer/properties"));
    assert_eq!(keys(&sheet["to"]), of("/$defs/query/properties/to/properties"));
    let states = schema.pointer("/$defs/query/properties/state/enum").unwrap().as_array().unwrap();
    assert_eq!(states.len(), QueryState::ALL.len());
    for state in QueryState::ALL {
        assert!(states.contains(&serde_json::to_value(state).unwrap()), "{state:?}");
    }
    for (indicator, kind) in sheet["indicators"].as_array().unwrap().iter().zip(["words", "value", "words"]) {
        assert!(keys(indicator).is_subset(&of(&format!("/$defs/{kind}/properties"))), "{indicator}");
    }
}

/// The internal identifier stood in PID-3 and the whole name in PID-5; a reference led to nothing in its bundle; an earlier finding
/// lost its mark; a control character vanished.
#[test]
fn what_goes_out_names_the_patient_finds_its_own_parts_and_loses_no_mark() {
    let mut sheet = sheet(Some((Some(0), "")));
    sheet.person = Some(Patient {
        identifier: "internal-7".into(),
        mrn: Some("00417733".into()),
        family: Some("Rivera".into()),
        given: Some("Marta".into()),
        birth: Some(at("1954-03-02")),
        sex: crate::chart::Sex::Female,
        ..Patient::default()
    });
    sheet.authority = "MERCY".into();
    sheet.class = EncounterClass::Inpatient;
    sheet.view.indicators[1].prior = true;
    sheet.view.indicators[1].relevance = "baseline".into();
    sheet.view.body = "one\u{7}two".into();
    let message = mdm(std::slice::from_ref(&sheet), &at("2026-11-20T08:00:00-05:00"));
    let field = |segment: &str, n: usize| {
        let line = message.split('\r').find(|l| l.starts_with(segment)).unwrap();
        line.split('|').nth(n).unwrap().to_owned()
    };
    assert_eq!(field("PID", 3), "00417733^^^MERCY^MR");
    assert_eq!(field("PID", 5), "Rivera^Marta");
    assert_eq!((field("PID", 7), field("PID", 8)), ("19540302".into(), "F".into()));
    assert_eq!((field("PV1", 2), field("PV1", 19)), ("I".into(), "88120^^^MERCY^VN".into()));
    assert_eq!(field("TXA", 5), "^Ruiz^Ana^^^^RN, CCDS");
    assert!(!message.contains("internal-7"));

    let bundle = bundle(std::slice::from_ref(&sheet));
    let entries = bundle["entry"].as_array().unwrap();
    let urls: Vec<&str> = entries.iter().map(|e| e["fullUrl"].as_str().unwrap()).collect();
    let mut references = Vec::new();
    fn all<'v>(value: &'v serde_json::Value, out: &mut Vec<&'v str>) {
        match value {
            serde_json::Value::Object(map) => {
                out.extend(map.get("reference").and_then(|r| r.as_str()));
                map.values().for_each(|v| all(v, out));
            }
            serde_json::Value::Array(list) => list.iter().for_each(|v| all(v, out)),
            _ => {}
        }
    }
    all(&bundle, &mut references);
    assert_eq!(references.len(), 3);
    assert!(references.iter().all(|r| urls.contains(r)), "{references:?} {urls:?}");
    let items = entries[0]["resource"]["item"].as_array().unwrap();
    let lines: Vec<&str> = items.iter().filter_map(|i| i["item"].as_array()).flatten().map(|i| i["text"].as_str().unwrap()).collect();
    assert!(lines[1].starts_with("Prior encounter: ") && lines[1].ends_with("baseline"), "{lines:?}");
    assert!(items.iter().any(|i| i["text"] == "one<U+0007>two"));
}

#[test]
fn a_due_time_says_its_zone() {
    let text = sheet(None).text;
    assert!(text.contains("Due: 23 Nov 2026 08:50 UTC-05:00"), "{text}");
}
