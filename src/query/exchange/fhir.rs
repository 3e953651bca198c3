//! FHIR R4: a Task that asks, the Questionnaire that it is about, the Communication that carried it, and the QuestionnaireResponse
//! that came back, in one collection bundle. Patient, encounter and people are named by identifier and display, not invented as
//! resources.

use super::{Sheet, SheetAnswer, fhir_time};
use crate::query::evidence::sha256_hex;
use crate::query::render::{CONVERSATION, WHERE_TO_ANSWER, conversation, quote_marked, spelled};
use crate::query::{QueryForm, QueryState, ShownIndicator};
use serde_json::{Map, Value, json};

/// Names of our own things.
pub(super) const SYSTEM: &str = "urn:lacuna:query";
/// A task is one asking of a query: its number and its version.
const VERSION: &str = "urn:lacuna:query-version";
/// The extension-free place of the hash: an identifier of the questionnaire.
pub(super) const HASH: &str = "urn:lacuna:query-sha256";

/// The bundle of these queries.
pub fn bundle(sheets: &[Sheet]) -> Value {
    let mut entries = Vec::new();
    for sheet in sheets {
        let mut all = vec![questionnaire(sheet), task(sheet)];
        if sheet.version > 0 {
            all.push(communication(sheet));
        }
        all.extend(sheet.answer.as_ref().map(|answer| response(sheet, answer)));
        for resource in all {
            let kind = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default();
            entries.push(json!({ "fullUrl": full_url(sheet, kind), "resource": resource }));
        }
    }
    let mut bundle = json!({ "resourceType": "Bundle", "type": "collection" });
    if let (Some(map), false) = (bundle.as_object_mut(), entries.is_empty()) {
        map.insert("entry".into(), Value::Array(entries));
    }
    bundle
}

fn name(sheet: &Sheet) -> String {
    format!("query-{}-v{}", sheet.query, sheet.version)
}

/// The name of a resource inside the bundle, and of every reference to it: a UUID made of the words' hash (RFC 9562, version 8), so that
/// the same query has the same one.
fn full_url(sheet: &Sheet, kind: &str) -> String {
    let hash = sha256_hex(&format!("{kind}|{}|{}", name(sheet), sheet.hash));
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

fn url(sheet: &Sheet) -> String {
    format!("{SYSTEM}:{}", sheet.query)
}

/// FHIR strings are not empty and hold no control characters: those are spelled.
fn text(words: &str) -> String {
    spelled(words).trim().to_owned()
}

fn put(map: &mut Map<String, Value>, key: &str, words: &str) {
    let words = text(words);
    if !words.is_empty() {
        map.insert(key.to_owned(), Value::String(words));
    }
}

/// A person or thing by identifier and name.
fn reference(identifier: Option<&str>, display: &str) -> Option<Value> {
    let mut map = Map::new();
    if let Some(identifier) = identifier.filter(|i| !i.trim().is_empty()) {
        map.insert("identifier".into(), json!({ "value": text(identifier) }));
    }
    put(&mut map, "display", display);
    (!map.is_empty()).then_some(Value::Object(map))
}

/// Patient and encounter, where they are known.
fn about(sheet: &Sheet, map: &mut Map<String, Value>, patient: &str) {
    let (person, stay) = &sheet.identifiers;
    let mut who = reference(person.as_deref(), &sheet.view.patient);
    if let (Some(who), Some(mrn)) = (who.as_mut(), sheet.person.as_ref().and_then(|p| p.mrn.as_deref())) {
        let kind = json!({ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR" }] });
        let from = sheet.number_from();
        let mut identifier = Map::from_iter([("type".to_owned(), kind), ("value".to_owned(), Value::String(text(mrn)))]);
        put(&mut identifier, "system", from.uri.as_deref().unwrap_or_default());
        identifier.extend(from.name.map(|name| ("assigner".to_owned(), json!({ "display": text(&name) }))));
        if let Some(who) = who.as_object_mut() {
            who.insert("identifier".to_owned(), Value::Object(identifier));
        }
    }
    map.extend(who.map(|r| (patient.to_owned(), r)));
    map.extend(reference(stay.as_deref(), &sheet.view.encounter).map(|r| ("encounter".to_owned(), r)));
}

/// A line to read.
fn display(name: &str, words: &str) -> Value {
    json!({ "linkId": name, "type": "display", "text": text(words) })
}

/// Proof under its heading, as the letter has it.
fn group(name: String, shown: &[ShownIndicator]) -> Option<Value> {
    let heading = shown.first()?.heading;
    let line = |(n, i): (usize, &ShownIndicator)| {
        display(&format!("{name}-{}", n + 1), &quote_marked(&i.evidence, i.prior, [&i.relevance, &i.others]))
    };
    let items: Vec<Value> = shown.iter().enumerate().map(line).collect();
    Some(json!({ "linkId": name, "type": "group", "text": heading, "item": items }))
}

/// The version that this one took the place of, as the standard's own extension says it (R4: `task-replaces` of a Task, `replaces` of a
/// Questionnaire).
fn replaced(sheet: &Sheet, map: &mut Map<String, Value>, kind: &str) {
    let Some(before) = sheet.replaces else { return };
    let number = format!("{}-{}", sheet.query, before.version);
    let (url, key, value) = match kind {
        "Task" => {
            let identifier = json!({ "system": VERSION, "value": number });
            let words = format!("version {} of query {}", before.version, sheet.query);
            (
                "http://hl7.org/fhir/StructureDefinition/task-replaces",
                "valueReference",
                json!({ "type": "Task", "identifier": identifier, "display": words }),
            )
        }
        _ => ("http://hl7.org/fhir/StructureDefinition/replaces", "valueCanonical", format!("{}|{}", url(sheet), before.version).into()),
    };
    map.insert("extension".into(), json!([{ "url": url, key: value }]));
}

fn questionnaire(sheet: &Sheet) -> Value {
    let mut items = Vec::new();
    for part in sheet.view.indicators.chunk_by(|a, b| a.heading == b.heading) {
        items.extend(group(format!("indicators-{}", items.len() + 1), part));
    }
    if !sheet.view.body.trim().is_empty() {
        items.push(display("words", &sheet.view.body));
    }
    items.extend(group("asked-about".to_owned(), sheet.view.asked_about.as_slice()));
    let mut question = Map::new();
    question.insert("linkId".into(), "question".into());
    put(&mut question, "text", &sheet.view.question);
    if sheet.view.options.is_empty() || sheet.view.form == QueryForm::Open {
        question.insert("type".into(), "text".into());
    } else {
        // Open: a provider can answer in own words where the list has room for them.
        question.insert("type".into(), "open-choice".into());
        let options: Vec<Value> = sheet.view.options.iter().map(|o| json!({ "valueString": text(o) })).collect();
        question.insert("answerOption".into(), options.into());
    }
    items.push(Value::Object(question));
    if !sheet.view.options.is_empty() && sheet.view.form != QueryForm::Open {
        items.push(json!({ "linkId": "comment", "type": "text", "text": "In your own words" }));
    }
    if let Some(verbal) = &sheet.view.verbal {
        let lines: Vec<Value> =
            conversation(verbal).enumerate().map(|(n, line)| display(&format!("conversation-{}", n + 1), &line)).collect();
        items.push(json!({ "linkId": "conversation", "type": "group", "text": CONVERSATION, "item": lines }));
    }
    items.push(display("where-to-answer", WHERE_TO_ANSWER));
    let mut map = Map::new();
    map.insert("resourceType".into(), "Questionnaire".into());
    map.insert("id".into(), name(sheet).into());
    map.insert("url".into(), url(sheet).into());
    replaced(sheet, &mut map, "Questionnaire");
    map.insert(
        "identifier".into(),
        json!([{ "system": SYSTEM, "value": sheet.query.to_string() }, { "system": HASH, "value": sheet.hash }]),
    );
    map.insert("version".into(), sheet.version.to_string().into());
    put(&mut map, "title", &sheet.view.title);
    map.insert(
        "status".into(),
        match sheet.state {
            QueryState::Withdrawn => "retired",
            state if state.is_draft() => "draft",
            _ => "active",
        }
        .into(),
    );
    map.extend(sheet.sent.map(|at| ("date".to_owned(), Value::String(fhir_time(&at)))));
    put(&mut map, "publisher", &sheet.view.from);
    map.insert("item".into(), items.into());
    Value::Object(map)
}

fn status(state: QueryState) -> &'static str {
    match state {
        QueryState::Draft => "draft",
        QueryState::Ready => "ready",
        QueryState::Sent | QueryState::Redirected | QueryState::Reopened => "requested",
        QueryState::Open => "received",
        QueryState::Overdue | QueryState::Escalated => "in-progress",
        QueryState::Answered | QueryState::AnsweredNotDocumented | QueryState::Closed => "completed",
        QueryState::Withdrawn => "cancelled",
    }
}

fn task(sheet: &Sheet) -> Value {
    let mut map = Map::new();
    map.insert("resourceType".into(), "Task".into());
    map.insert("id".into(), name(sheet).into());
    let version = format!("{}-{}", sheet.query, sheet.version);
    map.insert(
        "identifier".into(),
        json!([{ "system": SYSTEM, "value": sheet.query.to_string() }, { "system": VERSION, "value": version }]),
    );
    replaced(sheet, &mut map, "Task");
    map.insert("status".into(), status(sheet.state).into());
    map.insert("intent".into(), "order".into());
    map.insert("code".into(), json!({ "text": "Clinical documentation query" }));
    put(&mut map, "description", &sheet.view.title);
    map.insert("focus".into(), json!({ "reference": full_url(sheet, "Questionnaire") }));
    about(sheet, &mut map, "for");
    map.extend(sheet.sent.map(|at| ("authoredOn".to_owned(), Value::String(fhir_time(&at)))));
    map.extend(reference(None, &sheet.view.from).map(|r| ("requester".to_owned(), r)));
    let owner = sheet.view.to.as_ref().and_then(|to| reference(to.identifier.as_deref(), &to.name));
    map.extend(owner.map(|r| ("owner".to_owned(), r)));
    map.extend(sheet.view.due.map(|due| ("restriction".to_owned(), json!({ "period": { "end": fhir_time(&due) } }))));
    if !sheet.earlier_answers.is_empty() {
        let note = |e: &super::EarlierAnswer| {
            let mut map = Map::new();
            put(&mut map, "authorString", &e.by);
            map.extend(e.at.map(|at| ("time".to_owned(), Value::String(fhir_time(&at)))));
            put(&mut map, "text", &format!("Answer before it was asked again: {}", e.answer));
            Value::Object(map)
        };
        map.insert("note".into(), sheet.earlier_answers.iter().map(note).collect::<Vec<_>>().into());
    }
    if sheet.answer.is_some() {
        let output = json!({ "type": { "text": "answer" }, "valueReference": { "reference": full_url(sheet, "QuestionnaireResponse") } });
        map.insert("output".into(), json!([output]));
    }
    Value::Object(map)
}

fn communication(sheet: &Sheet) -> Value {
    let mut map = Map::new();
    map.insert("resourceType".into(), "Communication".into());
    map.insert("id".into(), name(sheet).into());
    map.insert("status".into(), "completed".into());
    about(sheet, &mut map, "subject");
    map.insert("about".into(), json!([{ "reference": full_url(sheet, "Task") }]));
    map.extend(sheet.sent.map(|at| ("sent".to_owned(), Value::String(fhir_time(&at)))));
    let recipient = sheet.view.to.as_ref().and_then(|to| reference(to.identifier.as_deref(), &to.name));
    map.extend(recipient.map(|r| ("recipient".to_owned(), json!([r]))));
    map.extend(reference(None, &sheet.view.from).map(|r| ("sender".to_owned(), r)));
    map.insert("payload".into(), json!([{ "contentString": text(&sheet.text) }]));
    Value::Object(map)
}

fn response(sheet: &Sheet, answer: &SheetAnswer) -> Value {
    let mut items = Vec::new();
    let chosen = answer.option.and_then(|i| sheet.view.options.get(i));
    match chosen {
        Some(option) => {
            items.push(json!({ "linkId": "question", "answer": [{ "valueString": text(option) }] }));
            if !answer.words.trim().is_empty() {
                items.push(json!({ "linkId": "comment", "answer": [{ "valueString": text(&answer.words) }] }));
            }
        }
        None => items.push(json!({ "linkId": "question", "answer": [{ "valueString": text(&answer.words) }] })),
    }
    let mut map = Map::new();
    map.insert("resourceType".into(), "QuestionnaireResponse".into());
    map.insert("id".into(), name(sheet).into());
    map.insert("identifier".into(), json!({ "system": HASH, "value": sheet.hash }));
    map.insert("questionnaire".into(), format!("{}|{}", url(sheet), sheet.version).into());
    map.insert("status".into(), "completed".into());
    about(sheet, &mut map, "subject");
    map.extend(answer.at.map(|at| ("authored".to_owned(), Value::String(fhir_time(&at)))));
    map.extend(reference(None, &answer.by).map(|r| ("author".to_owned(), r)));
    map.insert("item".into(), items.into());
    Value::Object(map)
}
