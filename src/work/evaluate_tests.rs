#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]
//! Cached evaluations and the lives of gaps, on invented stays: what is kept is what would be found anew.

use super::evaluate;
use super::model::DismissReason;
use super::settled::stands;
use super::{Clock, Desk, LocalDesk, Session, import_records};
use crate::chart::Instant;
use crate::checklist::{Gap, GapKind, GapState, Outcome, Packs};
use crate::query::Draft;
use crate::store::{GapBrief, NewQuery, Stamp, Store};
use base64::Engine as _;
use lacuna_index::Stop;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

fn at(text: &str) -> Instant {
    Instant::parse(&format!("2026-{text}-05:00")).unwrap()
}

fn began(now: &str) -> (Arc<Store>, Session) {
    let session = Session::begin(Some("ana"), Clock::Frozen(at(now))).unwrap();
    (Arc::new(Store::memory(&session.actor()).unwrap()), session)
}

fn import(store: &Store, session: &Session, resources: &[Value]) {
    let all: Vec<Value> = resources.iter().map(|resource| json!({ "resource": resource })).collect();
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": all}).to_string();
    let refused = import_records(store, session, "invented.json", bundle.as_bytes()).unwrap();
    assert!(refused.is_empty(), "{refused:?}");
}

fn patient(more: Value) -> Value {
    with(json!({"resourceType": "Patient", "id": "p1", "name": [{"family": "Invented"}]}), more)
}

fn with(mut one: Value, more: Value) -> Value {
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one
}

fn stay(start: Option<&str>, end: Option<&str>) -> Value {
    let time = |text: Option<&str>| text.map(|text| at(text).to_string());
    json!({"resourceType": "Encounter", "id": "e1", "status": if end.is_some() { "finished" } else { "in-progress" }, "class": {"code": "IMP"},
        "subject": {"reference": "Patient/p1"}, "period": {"start": time(start), "end": time(end)}})
}

fn note(id: &str, text: &str, time: &str, more: Value) -> Value {
    let data = base64::engine::general_purpose::STANDARD.encode(text);
    let note = json!({"resourceType": "DocumentReference", "id": id, "identifier": [{"value": id}], "status": "current", "docStatus": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]}, "subject": {"reference": "Patient/p1"},
        "date": at(time).to_string(), "context": {"encounter": [{"reference": "Encounter/e1"}]},
        "content": [{"attachment": {"contentType": "text/plain", "data": data}}]});
    with(note, more)
}

fn of_stay(kind: &str, id: &str, more: Value) -> Value {
    let bare = json!({"resourceType": kind, "id": id, "identifier": [{"value": id}], "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"}});
    with(bare, more)
}

fn creatinine(id: &str, value: f64, time: &str, status: &str) -> Value {
    let code = json!({"coding": [{"system": "http://loinc.org", "code": "2160-0"}], "text": "Creatinine"});
    let more = json!({"status": status, "code": code, "valueQuantity": {"value": value, "unit": "mg/dL"}, "effectiveDateTime": at(time).to_string()});
    of_stay("Observation", id, more)
}

fn operation(id: &str, name: &str, start: &str, end: &str) -> Value {
    let period = json!({"start": at(start).to_string(), "end": at(end).to_string()});
    let more =
        json!({"status": "completed", "category": {"text": "Surgical procedure"}, "code": {"text": name}, "performedPeriod": period});
    of_stay("Procedure", id, more)
}

/// What the cache gives, and what is found anew; the gaps without what people did about them.
fn both(store: &Store, now: &Instant) -> (Vec<Gap>, Vec<Gap>) {
    let packs = Packs::shipped();
    let summaries = store.encounters(true).unwrap();
    let mut cached = evaluate::encounters(store, packs, &summaries, now, &Stop::new(), &mut |_, _| {}).unwrap();
    let chart = store.chart("e1").unwrap().unwrap();
    (cached.remove("e1").unwrap(), evaluate::chart(packs, &chart, now, None).gaps)
}

fn keys(gaps: &[Gap]) -> BTreeSet<String> {
    gaps.iter().map(Gap::key).collect()
}

#[test]
fn a_record_that_came_late_or_was_taken_back_left_the_cache_as_it_was() {
    let (store, session) = began("11-14T08:00:00");
    let heart = "ASSESSMENT AND PLAN:\n1. Congestive heart failure. Continue furosemide.\n";
    let by = json!({"author": [{"reference": "Practitioner/x"}]});
    let person = json!({"resourceType": "Practitioner", "id": "x", "name": [{"text": "Fox, Dana"}]});
    let nurse = with(person.clone(), json!({"qualification": [{"code": {"text": "RN"}}]}));
    let steps: Vec<(&str, Vec<Value>)> = vec![
        ("stay", vec![patient(json!({})), stay(Some("11-12T08:00:00"), None)]),
        ("note", vec![note("d1", heart, "11-12T10:00:00", by)]),
        ("person", vec![person]),
        ("role", vec![nurse]),
        ("values", vec![creatinine("c1", 1.0, "11-12T10:00:00", "final"), creatinine("c2", 2.4, "11-13T10:00:00", "final")]),
        ("operation", vec![operation("op1", "Appendectomy", "11-12T12:00:00", "11-12T13:00:00")]),
        (
            "drug",
            vec![of_stay(
                "MedicationRequest",
                "m1",
                json!({"status": "active", "intent": "order", "medicationCodeableConcept": {"text": "insulin glargine"}}),
            )],
        ),
        ("patient", vec![patient(json!({"gender": "female", "birthDate": "1950-01-01"}))]),
        ("discharge", vec![stay(Some("11-12T08:00:00"), Some("11-13T20:00:00"))]),
    ];
    let now = session.now();
    let (mut seen, mut turned) = (Vec::new(), BTreeSet::new());
    for (what, records) in &steps {
        import(&store, &session, records);
        let (cached, fresh) = both(&store, &now);
        assert_eq!(cached, fresh, "{what}");
        if seen.last().is_some_and(|before| *before != fresh) {
            turned.insert(*what);
        }
        seen.push(fresh);
    }
    assert!(turned.contains("role") && turned.contains("values"), "nothing was to be seen: {turned:?}");
    for run in store.runs().unwrap().iter().take(steps.len() - 1) {
        store.undo_run(&session.actor(), run.run).unwrap();
        seen.pop();
        if let Ok(Some(_)) = store.chart("e1") {
            let (cached, fresh) = both(&store, &now);
            assert_eq!(cached, fresh, "import {} taken back", run.run);
            assert_eq!(Some(keys(&fresh)), seen.last().map(|gaps| keys(gaps)));
        }
    }
}

#[test]
fn a_result_was_settled_while_the_note_could_still_be_late() {
    let unsigned = |id: &str, time: &str| note(id, "ASSESSMENT AND PLAN:\n1. Ankle pain.\n", time, json!({"docStatus": "preliminary"}));
    for (stay, written, first, later) in [
        // Its beginning was not given; and a note that came long after the discharge.
        (stay(None, Some("11-20T08:00:00")), "11-19T11:00:00", "11-19T12:00:00", "11-30T12:00:00"),
        (stay(Some("01-02T08:00:00"), Some("01-05T08:00:00")), "11-19T11:00:00", "11-19T12:00:00", "11-30T12:00:00"),
    ] {
        let (store, session) = began(first);
        import(&store, &session, &[patient(json!({})), stay, unsigned("d1", written)]);
        let (before, _) = both(&store, &at(first));
        let (cached, fresh) = both(&store, &at(later));
        assert_eq!(cached, fresh);
        assert_ne!(keys(&before), keys(&fresh), "nothing was to be seen");
    }
}

#[test]
fn a_settled_stay_was_not_asked_what_applies_since() {
    let text = include_str!("../cli/checklist_new.toml").replace("\"2015-10-01\"", "\"2026-12-01\"");
    let packs = Packs::parse(&[("site.toml".to_owned(), text)]).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let then = at("11-14T08:00:00");
    let stamp = Stamp { touched: 3, as_of: then.utc_seconds(), settled: true };
    assert!(stands(&packs, &stamp, 3, &at("11-30T08:00:00")));
    assert!(!stands(&packs, &stamp, 3, &at("12-02T08:00:00")), "the item began to apply");
    assert!(!stands(&packs, &stamp, 3, &at("11-13T08:00:00")), "an instant before it was judged");
    assert!(!stands(&packs, &stamp, 4, &then));
}

/// What misses an operative report, with its key, what it had as a key before, and its state.
fn reports(desk: &LocalDesk) -> Vec<(String, GapState)> {
    let view = desk.chart("e1").unwrap();
    let missing = |gap: &Gap| gap.kind == GapKind::MissingDocument && gap.document_type.as_deref() == Some("operative_report");
    view.gaps.iter().filter(|row| missing(&row.gap)).map(|row| (row.key.clone(), row.gap.state)).collect()
}

#[test]
fn a_missing_report_that_was_set_aside_hid_the_one_of_the_next_operation() {
    let (store, session) = began("11-20T08:00:00");
    let base =
        [patient(json!({})), stay(Some("11-12T08:00:00"), None), operation("op1", "Appendectomy", "11-13T08:00:00", "11-13T09:00:00")];
    import(&store, &session, &base);
    let desk = LocalDesk::new(Arc::clone(&store), session.clone(), None, "").unwrap();
    let first = reports(&desk);
    assert_eq!(first.len(), 1, "{first:?}");
    desk.dismiss_gap("e1", &first[0].0, DismissReason::NotSignificant, "").unwrap();
    import(&store, &session, &[operation("op2", "Hip replacement", "11-17T08:00:00", "11-17T10:00:00")]);
    let now = reports(&desk);
    let states: Vec<GapState> = now.iter().map(|(_, state)| *state).collect();
    assert!(now.len() == 2 && states.contains(&GapState::Open) && states.contains(&GapState::Dismissed), "{now:?}");
    assert!(now.contains(&(first[0].0.clone(), GapState::Dismissed)), "{now:?}");
}

#[test]
fn a_mark_from_before_the_operations_were_told_apart_is_of_those_that_were_due_then() {
    let (store, session) = began("11-14T20:00:00");
    let operations = [
        operation("op1", "Appendectomy", "11-13T08:00:00", "11-13T09:00:00"),
        operation("op2", "Hip replacement", "11-17T08:00:00", "11-17T10:00:00"),
    ];
    import(&store, &session, &[patient(json!({})), stay(Some("11-12T08:00:00"), None)]);
    import(&store, &session, &operations);
    let (_, then) = both(&store, &session.now());
    let missing = |gap: &&Gap| gap.kind == GapKind::MissingDocument && gap.document_type.as_deref() == Some("operative_report");
    let former = then.iter().find(missing).unwrap().former_key().unwrap();
    store.mark_gap(&session.actor(), "e1", &former, GapState::Dismissed, "other: as it was").unwrap();
    let (_, mut found) = both(&store, &at("11-20T08:00:00"));
    let marks = store.gap_marks(Some("e1")).unwrap();
    evaluate::with_marks(&mut found, marks.iter());
    let states: Vec<(bool, GapState)> = found.iter().filter(missing).map(|gap| (gap.key().ends_with("op1"), gap.state)).collect();
    assert_eq!(states.iter().copied().collect::<BTreeSet<_>>(), [(true, GapState::Dismissed), (false, GapState::Open)].into());
    let brief = GapBrief::of(found.iter().filter(missing).find(|gap| gap.key().ends_with("op1")).unwrap());
    assert!(marks[0].is_of(&brief.key, brief.former.as_deref(), brief.due.as_ref()), "a list that knows the line alone says the same");
}

/// A stay with kidney injury by its values alone; gives the key of its gap.
fn injured(store: &Store, session: &Session) -> String {
    let plain = note("d1", "ASSESSMENT AND PLAN:\n1. Ankle pain.\n", "11-12T11:00:00", json!({}));
    let values = [creatinine("c1", 1.0, "11-12T10:00:00", "final"), creatinine("c2", 2.4, "11-13T10:00:00", "final")];
    import(store, session, &[vec![patient(json!({})), stay(Some("11-12T08:00:00"), None), plain], values.to_vec()].concat());
    let key = "N01-undocumented|acute_kidney_injury|".to_owned();
    assert!(keys(&both(store, &session.now()).0).contains(&key));
    key
}

fn history(store: &Store, key: &str) -> Vec<(GapState, String)> {
    store.gap_history(Some("e1")).unwrap().into_iter().filter(|m| m.key == key).map(|m| (m.state, m.reason)).collect()
}

#[test]
fn a_gap_that_a_corrected_value_took_away_was_credited_to_an_old_note() {
    let (store, session) = began("11-14T08:00:00");
    let key = injured(&store, &session);
    import(&store, &session, &[creatinine("c2", 2.4, "11-13T10:00:00", "entered-in-error")]);
    assert!(!keys(&both(&store, &session.now()).0).contains(&key));
    assert_eq!(history(&store, &key), [(GapState::Resolved, "no longer found".to_owned())]);
}

#[test]
fn a_gap_that_a_corrected_value_took_away_was_credited_to_a_note_that_came_with_it() {
    let (store, session) = began("11-14T08:00:00");
    let key = injured(&store, &session);
    let other = note("d2", "ASSESSMENT AND PLAN:\n1. Ankle better.\n", "11-13T11:00:00", json!({}));
    import(&store, &session, &[creatinine("c2", 2.4, "11-13T10:00:00", "entered-in-error"), other]);
    both(&store, &session.now());
    assert_eq!(history(&store, &key), [(GapState::Resolved, "no longer found".to_owned())]);
    let (store, session) = began("11-14T08:00:00");
    let key = injured(&store, &session);
    let named = note("d2", "ASSESSMENT AND PLAN:\n1. Acute kidney injury, prerenal.\n", "11-13T11:00:00", json!({}));
    let plain = note("d3", "ASSESSMENT AND PLAN:\n1. Ankle better.\n", "11-13T12:00:00", json!({}));
    import(&store, &session, &[named, plain]);
    both(&store, &session.now());
    assert_eq!(history(&store, &key), [(GapState::Resolved, "by document d2".to_owned())]);
}

/// Asks about a gap, and gives the number of the query.
fn asked(store: &Store, session: &Session, key: &str) -> i64 {
    let draft = Draft { encounter: Some("e1".into()), patient: Some("p1".into()), gap: Some(key.to_owned()), ..Draft::default() };
    let id = store.new_query(&session.actor(), &NewQuery { draft: &draft, internal_note: "" }).unwrap();
    store.send_query(&session.actor(), id, 1, &draft, "the text", "h").unwrap();
    id
}

#[test]
fn a_gap_that_came_back_was_open_while_its_query_was_out() {
    let (store, session) = began("11-15T08:00:00");
    let key = injured(&store, &session);
    let id = asked(&store, &session, &key);
    import(&store, &session, &[creatinine("c2", 2.4, "11-13T10:00:00", "entered-in-error")]);
    both(&store, &session.now());
    import(&store, &session, &[creatinine("c3", 2.5, "11-14T10:00:00", "final")]);
    let (mut found, _) = both(&store, &session.now());
    let marks = store.gap_marks(Some("e1")).unwrap();
    evaluate::with_marks(&mut found, marks.iter());
    assert_eq!(found.iter().find(|gap| gap.key() == key).map(|gap| gap.state), Some(GapState::Queried));
    assert_eq!(history(&store, &key).last().unwrap().1, format!("found again; query {id} asks about it"));
}

#[test]
fn a_gap_was_set_aside_without_a_word_while_its_query_was_out() {
    let (store, session) = began("11-14T08:00:00");
    let key = injured(&store, &session);
    let id = asked(&store, &session, &key);
    let desk = LocalDesk::new(Arc::clone(&store), session, None, "").unwrap();
    let refused = desk.dismiss_gap("e1", &key, DismissReason::NotSignificant, "").unwrap_err();
    assert_eq!(refused.source, Some(format!("query {id}")));
    assert!(refused.hint.unwrap().contains(&format!("lacuna query withdraw {id}")));
    assert_eq!(history(&store, &key).last().map(|(state, _)| *state), Some(GapState::Queried));
}

#[test]
fn an_operation_of_which_only_the_end_was_sent_vanished_behind_another_one() {
    let (store, session) = began("11-20T08:00:00");
    let ended = json!({"status": "completed", "category": {"text": "Surgical procedure"}, "code": {"text": "Hip replacement"},
        "performedPeriod": {"end": at("11-13T10:00:00").to_string()}});
    let both = [operation("op1", "Appendectomy", "11-17T08:00:00", "11-17T09:00:00"), of_stay("Procedure", "op2", ended)];
    import(&store, &session, &[patient(json!({})), stay(Some("11-12T08:00:00"), None)]);
    import(&store, &session, &both);
    let desk = LocalDesk::new(store, session, None, "").unwrap();
    assert_eq!(reports(&desk).len(), 2, "{:?}", reports(&desk));
}

#[test]
fn who_explained_a_day_of_a_stay_told_what_came_after_it() {
    let (store, session) = began("11-14T08:00:00");
    injured(&store, &session);
    let desk = LocalDesk::new(store, session, None, "").unwrap();
    let answer = |until: Option<&Instant>| desk.explain("e1", "N01-undocumented", until).unwrap();
    assert_eq!(answer(None).outcome, Outcome::Yes);
    let then = answer(Some(&at("11-12T23:00:00")));
    assert_ne!(then.outcome, Outcome::Yes);
    assert!(!serde_json::to_string(&then).unwrap().contains("2.4"));
}

#[path = "../../build.rs"]
#[allow(dead_code)]
mod build;

#[test]
fn an_evaluation_outlived_the_rules_that_made_it() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(build::hash(root), env!("LACUNA_RULES"), "the name of an evaluation holds the sources that it was built of");
    assert!(evaluate::epoch(Packs::shipped()).starts_with(env!("LACUNA_RULES")));
    let copy = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let file = copy.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        build::hash(copy.path())
    };
    let one = put("src/checklist/eval/values.rs", "fn rule() -> f64 { 1.5 }\n");
    assert_ne!(put("src/checklist/eval/values.rs", "fn rule() -> f64 { 2.5 }\n"), one);
    assert_eq!(put("src/checklist/eval/values.rs", "fn rule() -> f64 { 1.5 }\r\n"), one, "line ends are the machine's");
    assert_ne!(put("lexicon/same_names.toml", "a = 1\n"), one);
}
