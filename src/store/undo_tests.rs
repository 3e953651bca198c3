//! Merges, withdrawals, and imports taken back.

use super::tests::{actor, batch, import, note};
use super::*;
use crate::chart::{Change, Document, DocumentStatus, Encounter, Observation, Patient, Record, RecordKind};
use pretty_assertions::assert_eq;

fn merge() -> Record {
    Record::Change(Change::Merged { from: "p1".into(), into: "p2".into() })
}

fn other() -> Record {
    Record::Patient(Patient { identifier: "p2".into(), family: Some("Okafor".into()), ..Patient::default() })
}

fn withdrawn(kind: RecordKind, identifier: &str, patient: Option<&str>) -> Record {
    Record::Change(Change::Withdrawn { kind, identifier: identifier.into(), patient: patient.map(str::to_owned), by: None })
}

/// Everything a person could see of the store, but for numbers that only count changes.
fn seen(store: &Store) -> String {
    let charts: Vec<_> = store.encounter_identifiers().unwrap().iter().map(|name| store.chart(name).unwrap().unwrap()).collect();
    let text = serde_json::to_string(&(charts, store.counts().unwrap())).unwrap();
    let parts: Vec<&str> = text.split("\"id\":").collect();
    parts.iter().map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit())).collect()
}

fn actions(store: &Store) -> Vec<String> {
    let rows = store.audit(&AuditFilter::default()).unwrap();
    rows.into_iter().map(|row| row.action).filter(|a| !a.starts_with("import.b") && !a.starts_with("import.end")).collect()
}

#[test]
fn a_merge_moves_the_whole_chart_and_leaves_its_trace() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("stable"));
    import(&store, &[other(), merge()]);
    let chart = store.chart("e1").unwrap().unwrap();
    assert_eq!(chart.patient.unwrap().display(), "OKAFOR");
    assert_eq!((chart.documents[0].patient.as_deref(), chart.documents[0].text.as_str()), (Some("p2"), "stable"));
    assert_eq!((chart.documents[0].version, store.versions("d1").unwrap().len()), (2, 2), "a stored document never changes");
    assert!(actions(&store).contains(&"import.merge".to_owned()));
    assert_eq!(store.counts().unwrap().0, 1);
}

#[test]
fn the_same_feed_again_after_a_merge_changes_nothing() {
    let store = Store::memory(&actor()).unwrap();
    let feed: Vec<Record> = batch("stable").into_iter().chain([other(), merge()]).collect();
    import(&store, &feed);
    let (before, head) = (seen(&store), store.outbox_head().unwrap());
    let again = import(&store, &feed);
    assert_eq!((seen(&store), store.outbox_head().unwrap()), (before, head));
    assert_eq!(again, IngestCounts { unchanged: 1, ..IngestCounts::default() });
}

#[test]
fn merges_follow_each_other_and_a_circle_ends() {
    let store = Store::memory(&actor()).unwrap();
    let change = |from: &str, into: &str| Record::Change(Change::Merged { from: from.into(), into: into.into() });
    import(&store, &[change("a", "b"), change("b", "p1"), change("p1", "a"), change("x", "x")]);
    let moved = Record::Encounter(Encounter { identifier: "e9".into(), patient: Some("a".into()), ..Encounter::default() });
    import(&store, &batch("stable").into_iter().chain([moved]).collect::<Vec<_>>());
    assert_eq!(store.chart("e9").unwrap().unwrap().encounter.patient.as_deref(), Some("p1"));
}

#[test]
fn what_its_sender_took_back_is_shown_nowhere_and_another_patients_stays() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("stable"));
    import(&store, &[withdrawn(RecordKind::Document, "d1", Some("p7")), withdrawn(RecordKind::Document, "no such", None)]);
    assert_eq!(store.chart("e1").unwrap().unwrap().documents.len(), 1);
    import(&store, &[withdrawn(RecordKind::Document, "d1", Some("p1")), withdrawn(RecordKind::Observation, "o1", None)]);
    let chart = store.chart("e1").unwrap().unwrap();
    assert_eq!((chart.documents.len(), chart.observations.len()), (0, 0));
    assert_eq!(store.document("d1", Some(1)).unwrap().unwrap().text, "stable", "kept");
    assert_eq!(actions(&store).iter().filter(|a| *a == "import.withdraw").count(), 2);
    let again = import(&store, &batch("stable"));
    assert_eq!((again.unchanged, store.chart("e1").unwrap().unwrap().documents.len()), (1, 0));
}

#[test]
fn a_discharge_that_was_cancelled_is_gone_from_the_stay() {
    let store = Store::memory(&actor()).unwrap();
    let stay = |status: &str, end: Option<&str>| {
        Record::Encounter(Encounter {
            identifier: "e1".into(),
            status: Some(status.into()),
            end: end.and_then(Instant::parse),
            disposition: end.map(|_| "Home".to_owned()),
            ..Encounter::default()
        })
    };
    import(&store, &[stay("finished", Some("2026-11-20"))]);
    import(&store, &[stay("in-progress", None)]);
    let encounter = store.chart("e1").unwrap().unwrap().encounter;
    assert_eq!((encounter.end, encounter.disposition, encounter.status.as_deref()), (None, None, Some("in-progress")));
}

#[test]
fn a_transfer_adds_a_place_and_an_update_without_a_time_loses_none() {
    let store = Store::memory(&actor()).unwrap();
    let at = |name: &str, start: Option<&str>| {
        let locations = vec![crate::chart::Location { name: name.into(), start: start.and_then(Instant::parse) }];
        Record::Encounter(Encounter { identifier: "e1".into(), locations, ..Encounter::default() })
    };
    for record in [at("ED", Some("2026-11-17T08:00")), at("4W 12", Some("2026-11-17T14:00")), at("4W 12", None)] {
        import(&store, &[record]);
    }
    let names: Vec<String> = store.chart("e1").unwrap().unwrap().encounter.locations.into_iter().map(|l| l.name).collect();
    assert_eq!(names, ["ED", "4W 12"]);
}

#[test]
fn an_import_is_taken_back_whole() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("first"));
    let before = seen(&store);
    let second: Vec<Record> = [
        note("d1", "second"),
        note("d2", "new"),
        Record::Observation(Observation {
            identifier: "o1".into(),
            encounter: Some("e1".into()),
            name: "Potassium".into(),
            ..Observation::default()
        }),
        Record::Encounter(Encounter { identifier: "e1".into(), reason: Some("fever".into()), ..Encounter::default() }),
        Record::Encounter(Encounter { identifier: "e2".into(), patient: Some("p1".into()), ..Encounter::default() }),
        other(),
        merge(),
        withdrawn(RecordKind::Document, "d2", None),
    ]
    .into();
    import(&store, &second);
    assert_ne!(seen(&store), before);
    let after = seen(&store);
    assert!(store.undo_run(&actor(), 2).unwrap() > 8);
    assert_eq!(seen(&store), before);
    assert_eq!(store.document("d1", None).unwrap().unwrap().version, 1);
    assert!(store.run(2).unwrap().unwrap().undone.is_some());
    assert!(actions(&store).contains(&"import.undo".to_owned()));
    let twice = store.undo_run(&actor(), 2).unwrap_err();
    assert!(twice.what.contains("already"));
    import(&store, &second);
    assert_eq!(seen(&store), after, "and can come again");
}

#[test]
fn an_import_that_others_build_on_stays() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("first"));
    import(&store, &[note("d1", "second")]);
    let refused = store.undo_run(&actor(), 1).unwrap_err();
    assert!(refused.why.unwrap().contains("import 2"));
    assert_eq!(store.document("d1", None).unwrap().unwrap().text, "second", "nothing was changed");
    store.undo_run(&actor(), 2).unwrap();
    store.undo_run(&actor(), 1).unwrap();
    assert_eq!(store.counts().unwrap(), (0, 0, 0, 0));
    assert!(store.undo_run(&actor(), 9).unwrap_err().what.contains("no such import"));
    let _: Option<Document> = store.document("d1", None).unwrap();
}

/// Naming a patient or a stay that is there already changes nothing of them, so the journal of the later import says nothing.
#[test]
fn an_import_was_taken_back_under_the_notes_and_results_of_a_later_one() {
    let (stay, person) = (Some("e1".to_owned()), Some("p1".to_owned()));
    let bare = |stay: &Option<String>| match note("d9", "later") {
        Record::Document(d) => Record::Document(Document { encounter: stay.clone(), patient: person.clone(), ..d }),
        other => other,
    };
    let result = |stay: &Option<String>| {
        let (encounter, patient) = (stay.clone(), person.clone());
        Record::Observation(Observation { identifier: "o9".into(), encounter, patient, name: "Sodium".into(), ..Observation::default() })
    };
    let other_stay = Record::Encounter(Encounter { identifier: "e9".into(), patient: person.clone(), ..Encounter::default() });
    for later in [bare(&stay), bare(&None), result(&stay), result(&None), other_stay] {
        let store = Store::memory(&actor()).unwrap();
        import(&store, &batch("first"));
        import(&store, &[other()]);
        import(&store, &[later]);
        let before = seen(&store);
        let refused = store.undo_run(&actor(), 1).unwrap_err();
        assert!(refused.why.unwrap().contains("import 3"), "the one that brought it is named");
        assert_eq!(seen(&store), before);
        store.undo_run(&actor(), 3).unwrap();
        store.undo_run(&actor(), 1).unwrap();
        assert_eq!(store.counts().unwrap().2, 0);
    }
}

/// A result that came under the number that is no more, after the merge: parted again, it would stand under the wrong patient.
#[test]
fn a_merge_was_taken_back_under_records_that_had_followed_it() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("stable"));
    import(&store, &[other(), merge()]);
    let late = Record::Observation(Observation {
        identifier: "o9".into(),
        encounter: Some("e1".into()),
        patient: Some("p1".into()),
        name: "Sodium".into(),
        ..Observation::default()
    });
    import(&store, &[late.clone(), late]);
    let refused = store.undo_run(&actor(), 2).unwrap_err();
    assert!(refused.why.unwrap().contains("import 3"), "the one that brought it is named");
    store.undo_run(&actor(), 3).unwrap();
    store.undo_run(&actor(), 2).unwrap();
    assert_eq!(store.chart("e1").unwrap().unwrap().encounter.patient.as_deref(), Some("p1"));
    // What followed and changed nothing holds nothing up.
    import(&store, &[other(), merge()]);
    import(&store, &batch("stable"));
    store.undo_run(&actor(), 4).unwrap();
}

fn version(number: &str) -> Vec<crate::chart::Kept> {
    vec![crate::chart::Kept { name: crate::chart::Kept::VERSION.into(), value: number.into() }]
}

#[test]
fn an_older_version_that_came_late_replaced_the_newer_one() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("first"));
    let note = |text: &str, number: &str| match note("d1", text) {
        Record::Document(d) => Record::Document(Document { kept: version(number), ..d }),
        other => other,
    };
    let result = |name: &str, number: &str| {
        let (identifier, encounter) = ("o1".to_owned(), Some("e1".to_owned()));
        Record::Observation(Observation { identifier, encounter, name: name.into(), kept: version(number), ..Observation::default() })
    };
    let stay = |reason: &str, number: &str| {
        let (identifier, reason) = ("e1".to_owned(), Some(reason.to_owned()));
        Record::Encounter(Encounter { identifier, reason, kept: version(number), ..Encounter::default() })
    };
    let person = |family: &str, number: &str| {
        let (identifier, family) = ("p1".to_owned(), Some(family.to_owned()));
        Record::Patient(Patient { identifier, family, kept: version(number), ..Patient::default() })
    };
    let all = |word: &str, number: &str| [note(word, number), result(word, number), stay(word, number), person(word, number)];
    import(&store, &all("third", "3"));
    let standing = seen(&store);
    let counts = import(&store, &all("second", "2"));
    assert_eq!(counts, IngestCounts { older: 4, ..IngestCounts::default() });
    assert_eq!(seen(&store), standing);
    // By number, not by letter; and the same version again is the same again.
    assert_eq!(import(&store, &all("tenth", "10")).older, 0);
    assert!(seen(&store).contains("tenth") && !seen(&store).contains("third"));
    assert_eq!(import(&store, &all("tenth", "10")), IngestCounts { unchanged: 1, ..IngestCounts::default() });
    // What has no number has no order.
    import(&store, &all("by a name", "W/9"));
    assert!(seen(&store).contains("by a name"));
}

#[test]
fn a_past_import_says_what_it_made_of_each_record() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("first"));
    import(&store, &[note("d1", "second"), note("d2", "new"), other(), withdrawn(RecordKind::Document, "d2", None)]);
    import(&store, &[withdrawn(RecordKind::Observation, "o1", None), merge()]);
    let said = |run: i64| -> Vec<(String, String, String)> {
        store.run_records(run, 100).unwrap().into_iter().map(|r| (r.what, r.kind, r.identifier)).collect()
    };
    let row = |what: &str, kind: &str, identifier: &str| (what.to_owned(), kind.to_owned(), identifier.to_owned());
    assert_eq!(
        said(2),
        [
            row("changed", "document", "d1"),
            row("added", "document", "d2"),
            row("added", "patient", "p2"),
            row("withdrawn", "document", "d2")
        ]
    );
    assert!(said(3).contains(&row("withdrawn", "observation", "o1")) && said(3).contains(&row("merged", "patient", "p1")));
    let made = store.run_made(2).unwrap();
    assert_eq!(made[0], Made { kind: "document".into(), added: 1, changed: 1, withdrawn: 1 });
    assert_eq!(store.run_records(2, 1).unwrap().len(), 1);
    assert!(store.run_records(2, 1).unwrap()[0].source.as_deref().unwrap().starts_with("test:"));
    assert_eq!(store.run(3).unwrap().unwrap().counts.merged, 1);
    store.undo_run(&actor(), 3).unwrap();
    assert_eq!(store.run_made(3).unwrap(), []);
}

#[test]
fn a_status_that_was_told_without_the_text_is_a_new_version_and_can_be_taken_back() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("stable"));
    let told = |patient: &str, identifier: &str| {
        let signer = Some(crate::chart::Provider { name: Some("Ann Ode, MD".into()), ..crate::chart::Provider::default() });
        let (identifier, patient) = (identifier.to_owned(), Some(patient.to_owned()));
        Record::Change(Change::Status { identifier, patient, status: DocumentStatus::Final, signer, signed: None })
    };
    assert_eq!(import(&store, &[told("p7", "d1"), told("p1", "no such")]), IngestCounts::default());
    assert_eq!(import(&store, &[told("p1", "d1"), told("p1", "d1")]).new_versions, 1, "once is enough");
    let note = store.document("d1", None).unwrap().unwrap();
    assert_eq!((note.version, note.status, note.text.as_str()), (2, DocumentStatus::Final, "stable"));
    assert_eq!(note.signer.unwrap().display(), "Ann Ode, MD");
    assert!(actions(&store).contains(&"import.status".to_owned()));
    store.undo_run(&actor(), 3).unwrap();
    assert!(store.document("d1", None).unwrap().unwrap().signer.is_none());
    // One that was taken back does not come again by its signature.
    import(&store, &[withdrawn(RecordKind::Document, "d1", None)]);
    assert_eq!(import(&store, &[told("p1", "d1")]), IngestCounts::default());
    assert_eq!(store.chart("e1").unwrap().unwrap().documents.len(), 0);
}
