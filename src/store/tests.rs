use super::*;
use crate::chart::{Context, Document, Encounter, EncounterClass, Observation, Patient, Record};
use crate::query::{Draft, QueryState};

pub(super) fn actor() -> Actor {
    Actor {
        user: "ana".into(),
        session: "s1".into(),
        client: "local".into(),
        role: None,
        glass: false,
        signer: None,
        now: Instant::parse("2026-11-19T08:42:00-05:00").unwrap(),
    }
}

pub(super) fn note(id: &str, text: &str) -> Record {
    Record::Document(Document {
        identifier: id.into(),
        encounter: Some("e1".into()),
        patient: Some("p1".into()),
        text: text.into(),
        ..Document::default()
    })
}

pub(super) fn batch(text: &str) -> Vec<Record> {
    vec![
        Record::Patient(Patient { identifier: "p1".into(), mrn: Some("0041".into()), family: Some("Rivera".into()), ..Patient::default() }),
        Record::Encounter(Encounter {
            identifier: "e1".into(),
            patient: Some("p1".into()),
            start: Instant::parse("2026-11-17T14:05:00-05:00"),
            ..Encounter::default()
        }),
        note("d1", text),
        Record::Observation(Observation {
            identifier: "o1".into(),
            encounter: Some("e1".into()),
            name: "Creatinine".into(),
            ..Observation::default()
        }),
    ]
}

pub(super) fn import(store: &Store, records: &[Record]) -> IngestCounts {
    let (counts, refused) = import_from(store, "test", records);
    assert_eq!(refused, []);
    counts
}

/// A stay of the patient `p1`.
pub(super) fn stay(name: &str, start: &str, end: &str) -> Record {
    Record::Encounter(Encounter {
        identifier: name.into(),
        patient: Some("p1".into()),
        class: EncounterClass::Inpatient,
        start: Instant::parse(start),
        end: Instant::parse(end),
        ..Encounter::default()
    })
}

/// From a source that has a line for each record.
fn import_from(store: &Store, source: &str, records: &[Record]) -> (IngestCounts, Vec<crate::error::Trouble>) {
    let mut counts = IngestCounts::default();
    let run = store.begin_run(&actor(), &[source.into()]).unwrap();
    let incoming = |(line, record): (u64, &Record)| Incoming {
        record: record.clone(),
        source: source.into(),
        line: Some(line),
        context: Context::default(),
    };
    let batch: Vec<Incoming> = (1..).zip(records).map(incoming).collect();
    let refused = store.put_batch(&actor(), run, &batch, &[], &mut counts).unwrap();
    store.end_run(&actor(), run, true).unwrap();
    (counts, refused)
}

#[test]
fn the_same_input_again_changes_nothing() {
    let store = Store::memory(&actor()).unwrap();
    let first = import(&store, &batch("stable"));
    assert_eq!((first.added, first.encounters, first.observations), (1, 1, 1));
    let head = store.outbox_head().unwrap();
    let touched = store.encounters(true).unwrap()[0].touched;
    let again = import(&store, &batch("stable"));
    assert_eq!(again, IngestCounts { unchanged: 1, ..IngestCounts::default() });
    assert_eq!(store.outbox_head().unwrap(), head, "nothing to index again");
    assert_eq!(store.encounters(true).unwrap()[0].touched, touched);
}

#[test]
fn a_changed_text_is_a_new_version_and_the_old_one_stays() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("first wording"));
    let again = import(&store, &batch("second wording"));
    assert_eq!((again.added, again.new_versions), (0, 1));
    assert_eq!(store.document("d1", None).unwrap().unwrap().text, "second wording");
    assert_eq!(store.document("d1", Some(1)).unwrap().unwrap().text, "first wording");
    assert_eq!(store.versions("d1").unwrap().len(), 2);
    let chart = store.chart("e1").unwrap().unwrap();
    assert_eq!(chart.documents.len(), 1);
    assert_eq!(chart.documents[0].version, 2);
}

#[test]
fn a_stored_document_cannot_be_changed_even_by_hand() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("as written"));
    let refused = store.write(|tx| tx.execute("UPDATE document SET text = 'other'", []).map_err(because("no")));
    assert!(refused.is_err());
    for sql in ["UPDATE audit SET detail = 'x'", "DELETE FROM audit"] {
        assert!(store.write(|tx| tx.execute(sql, []).map_err(because("no"))).is_err());
    }
}

#[test]
fn every_act_has_its_row_in_the_chain() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("text"));
    store.mark_seen(&actor(), Some("p1"), "e1", "d1", 1).unwrap();
    let log = store.audit(&AuditFilter::default()).unwrap();
    let actions: Vec<_> = log.iter().map(|e| e.action.as_str()).collect();
    assert_eq!(actions, ["store.create", "import.begin", "import.batch", "import.end", "document.open"]);
    assert!(log.iter().zip(log.iter().skip(1)).all(|(a, b)| b.previous == a.hash));
    assert_eq!(store.verify_audit().unwrap(), AuditVerdict::CannotTell { rows: 5 }, "a store in memory keeps no head elsewhere");
}

/// A sent query, answered, in a store in a folder; gives its number.
fn answered_query(store: &Store) -> i64 {
    use crate::query::{body_hash, render_text};
    let draft = Draft { title: "Clinical clarification".into(), question: "Please clarify the cause.".into(), ..Draft::default() };
    let id = store.new_query(&actor(), &NewQuery { draft: &draft, internal_note: "" }).unwrap();
    store.send_query(&actor(), id, 1, &draft, &render_text(&draft, Some(id)), &body_hash(&draft)).unwrap();
    let said = Said { event: "answer", note: "Unable", answer: Some("Unable"), ..Said::default() };
    store.move_query(&actor(), id, (QueryState::Sent, QueryState::Answered), &said).unwrap();
    id
}

/// The words of a sent query, and its answer, could be changed in the file, and every check said that all was well.
#[test]
fn a_changed_query_and_a_changed_answer_went_unnoticed() {
    for sql in [
        "DROP TRIGGER query_version_no_update; UPDATE query_version SET provider_text = 'other words'",
        "DROP TRIGGER query_version_no_update; UPDATE query_version SET body_hash = 'another'",
        "UPDATE query SET answer = 'Yes'",
        "UPDATE query SET outcome = 'agreed'",
        "UPDATE query SET state = 'draft'",
        "UPDATE draft SET body = replace(body, 'cause', 'sepsis')",
        "DROP TRIGGER query_step_no_update; UPDATE query_step SET answer = 'Yes', note = 'Yes' WHERE event = 'answer'",
        "DROP TRIGGER query_step_no_delete; DELETE FROM query_step WHERE event = 'answer'",
        "PRAGMA foreign_keys = OFF; DELETE FROM query",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("store");
        let store = Store::create(&at, &Key::None, &actor()).unwrap();
        let id = answered_query(&store);
        assert_eq!(store.verify_audit().unwrap().exit_code(), 0);
        rusqlite::Connection::open(at.join(FILE)).unwrap().execute_batch(sql).unwrap();
        let verdict = store.verify_audit().unwrap();
        assert!(matches!(&verdict, AuditVerdict::QueriesAltered { queries, .. } if *queries == [id]), "{sql}: {verdict:?}");
        assert_eq!(verdict.exit_code(), 1);
        assert!(verdict.is_altered() && store.accept_audit(&actor(), "I say so").is_err());
    }
}

/// A query of an older version has no seal in the log: its words are held against their hash.
#[test]
fn a_changed_query_of_an_older_version_went_unnoticed() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("store");
    let store = Store::create(&at, &Key::None, &actor()).unwrap();
    let id = answered_query(&store);
    assert_eq!(store.altered_queries().unwrap(), Vec::<i64>::new());
    let raw = rusqlite::Connection::open(at.join(FILE)).unwrap();
    raw.execute_batch("DROP TRIGGER audit_no_update; UPDATE audit SET detail = ''").unwrap();
    assert_eq!(store.altered_queries().unwrap(), Vec::<i64>::new(), "nothing of the query was changed");
    raw.execute_batch("DROP TRIGGER query_version_no_update; UPDATE query_version SET provider_text = 'other words'").unwrap();
    assert_eq!(store.altered_queries().unwrap(), [id]);
}

#[test]
fn a_draft_that_was_ready_and_is_written_on_is_not_altered() {
    let store = Store::memory(&actor()).unwrap();
    let mut draft = Draft { title: "Clinical clarification".into(), ..Draft::default() };
    let id = store.new_query(&actor(), &NewQuery { draft: &draft, internal_note: "" }).unwrap();
    store.move_query(&actor(), id, (QueryState::Draft, QueryState::Ready), &Said { event: "ready", ..Said::default() }).unwrap();
    draft.body = "More.".into();
    store.save_draft(&actor(), id, 1, &draft, "").unwrap();
    assert_eq!(store.altered_queries().unwrap(), Vec::<i64>::new());
}

#[test]
fn a_changed_a_cut_and_a_rolled_back_log_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("store");
    let store = Store::create(&at, &Key::None, &actor()).unwrap();
    import(&store, &batch("text"));
    assert_eq!(store.verify_audit().unwrap(), AuditVerdict::Intact { rows: 4 });
    let raw = rusqlite::Connection::open(at.join(FILE)).unwrap();
    raw.execute_batch("DROP TRIGGER audit_no_delete; DROP TRIGGER audit_no_update; DELETE FROM audit WHERE sequence = 4").unwrap();
    assert_eq!(store.verify_audit().unwrap(), AuditVerdict::Shortened { rows: 3, expected: 4 });
    raw.execute("UPDATE audit SET by_user = 'somebody' WHERE sequence = 2", []).unwrap();
    assert_eq!(store.verify_audit().unwrap(), AuditVerdict::Altered { sequence: 2 });
}

#[test]
fn an_act_that_fails_leaves_neither_act_nor_row() {
    let store = Store::memory(&actor()).unwrap();
    let before = store.audit(&AuditFilter::default()).unwrap().len();
    let result: Result<()> = store.write(|tx| {
        store.record(tx, &actor(), &audit::Act::new("query.send"))?;
        Err(Trouble::refused("no"))
    });
    assert!(result.is_err());
    assert_eq!(store.audit(&AuditFilter::default()).unwrap().len(), before);
}

pub(super) fn draft() -> Draft {
    Draft { title: "Clinical clarification".into(), encounter: Some("e1".into()), question: "What explains it?".into(), ..Draft::default() }
}

#[test]
fn a_draft_saved_by_two_people_is_overwritten_by_neither() {
    let store = Store::memory(&actor()).unwrap();
    let id = store.new_query(&actor(), &NewQuery { draft: &draft(), internal_note: "" }).unwrap();
    assert_eq!(store.save_draft(&actor(), id, 1, &Draft { title: "A".into(), ..draft() }, "").unwrap(), 2);
    assert!(store.save_draft(&actor(), id, 1, &Draft { title: "B".into(), ..draft() }, "").is_err());
    assert_eq!(store.query(id).unwrap().unwrap().draft.title, "A");
}

#[test]
fn a_sent_query_never_changes() {
    let store = Store::memory(&actor()).unwrap();
    let id = store.new_query(&actor(), &NewQuery { draft: &draft(), internal_note: "for us" }).unwrap();
    store.send_query(&actor(), id, 1, &draft(), "the text", "h").unwrap();
    assert!(store.save_draft(&actor(), id, 1, &draft(), "").is_err());
    assert!(store.send_query(&actor(), id, 1, &draft(), "another text", "h").is_err());
    assert!(store.write(|tx| tx.execute("UPDATE query_version SET provider_text = 'x'", []).map_err(because("no"))).is_err());
    let versions = store.query_versions(id).unwrap();
    assert_eq!((versions.len(), versions[0].text.as_str()), (1, "the text"));
    assert!(!versions[0].text.contains("for us"));
    store
        .move_query(
            &actor(),
            id,
            (QueryState::Sent, QueryState::Answered),
            &Said { note: "said so", answer: Some("said so"), ..Said::default() },
        )
        .unwrap();
    assert!(store.move_query(&actor(), id, (QueryState::Sent, QueryState::Withdrawn), &Said::default()).is_err(), "it is answered by now");
    let states: Vec<_> = store.steps(id).unwrap().into_iter().map(|s| s.to).collect();
    assert_eq!(states, [QueryState::Sent, QueryState::Answered]);
}

#[test]
fn a_store_that_is_newer_than_the_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::create(folder.path(), &Key::None, &actor()).unwrap());
    let file = folder.path().join(FILE);
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 9999).unwrap();
    let error = Store::open(folder.path(), &Key::None).err().unwrap();
    assert!(error.to_string().contains("newer"), "{error}");
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn what_is_no_store_is_named_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Store::open(folder.path(), &Key::None).err().unwrap().hint.unwrap().contains("init"));
    let file = folder.path().join(FILE);
    std::fs::write(&file, "this is no database, only some words that somebody put here by mistake").unwrap();
    let before = std::fs::read(&file).unwrap();
    let error = Store::open(folder.path(), &Key::None).err().unwrap();
    assert_eq!(error.exit_code(), 4, "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_store_with_a_key_opens_with_that_key_only_and_holds_no_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::Data(DataKey::from_bytes([7; 32]));
    let store = Store::create(folder.path(), &key, &actor()).unwrap();
    import(&store, &batch("calciphylaxis"));
    drop(store);
    assert!(Store::open(folder.path(), &Key::None).is_err());
    assert!(Store::open(folder.path(), &Key::Data(DataKey::from_bytes([8; 32]))).is_err());
    assert!(Store::open(folder.path(), &key).unwrap().document("d1", None).unwrap().is_some());
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(13).any(|w| w == b"calciphylaxis"));
    }
}

#[test]
fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("deep/store");
    let store = Store::create(&at, &Key::None, &actor()).unwrap();
    import(&store, &batch("text"));
    assert_eq!(std::fs::metadata(&at).unwrap().permissions().mode() & 0o777, 0o700);
    for name in [FILE, "lacuna.db-wal", "lacuna.db-shm"] {
        let mode = std::fs::metadata(at.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
}

#[test]
fn what_a_role_does_not_allow_is_undone_refused_and_written_down() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("text"));
    let trainer = Actor { user: "tess".into(), role: Some(crate::keys::Role::Trainer), ..actor() };
    let error = store.end_look(&trainer, "e1", Some(actor().now)).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(store.next_reviews("tess").unwrap().is_empty(), "nothing of it was kept");
    let last = store.audit(&AuditFilter::default()).unwrap().pop().unwrap();
    assert_eq!((last.user.as_str(), last.action.as_str(), last.outcome.as_str()), ("tess", "review.next", "refused"));
    assert!(store.record_act(&trainer, "chart.open", None, Some("e1"), None, "").is_err());
    let behind_glass = Actor { glass: true, ..trainer };
    store.record_act(&behind_glass, "chart.open", None, Some("e1"), None, "").unwrap();
    assert!(store.record_act(&behind_glass, "chart.export", None, Some("e1"), None, "").is_err());
    store.set_profile(&behind_glass, "Tess", "").unwrap();
}

#[test]
fn whom_a_list_showed_is_found_kept_once_a_day_and_part_of_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("s"), &Key::None, &actor()).unwrap();
    import(&store, &batch("text"));
    let stays = std::collections::BTreeSet::from(["e1"]);
    for _ in 0..3 {
        store.record_shown(&actor(), "worklist.open", Shown::Encounters(&stays), "active").unwrap();
    }
    let documents = std::collections::BTreeSet::from(["d1", "no such"]);
    let ben = Actor { user: "ben".into(), ..actor() };
    store.record_shown(&ben, "search", Shown::Documents(&documents), "2 hits").unwrap();
    let of = |patient: &str| {
        let filter = AuditFilter { patient: Some(patient.into()), ..AuditFilter::default() };
        store.audit(&filter).unwrap().into_iter().map(|e| (e.user, e.action)).filter(|(_, a)| a != "import.batch").collect::<Vec<_>>()
    };
    let who = of("p1");
    assert_eq!(who.iter().filter(|(_, action)| action == "worklist.open").count(), 1, "once a day: {who:?}");
    assert!(who.contains(&("ben".into(), "search".into())));
    assert!(of("p2").is_empty());
    assert_eq!(store.verify_audit().unwrap().exit_code(), 0);
    let change = |sql: &str| {
        store.lock().execute_batch("DROP TRIGGER IF EXISTS audit_shown_no_update; DROP TRIGGER IF EXISTS audit_shown_no_delete;").unwrap();
        store.lock().execute_batch(sql).unwrap();
        store.verify_audit().unwrap().exit_code()
    };
    assert_eq!(change("UPDATE audit_shown SET patient = 'p9' WHERE by_user = 'ben'"), 1);
    assert_eq!(change("UPDATE audit_shown SET patient = 'p1' WHERE by_user = 'ben'"), 0);
    assert_eq!(change("INSERT INTO audit_shown VALUES ('2026-11-19', 'eve', 'p1', 9999)"), 1);
    assert_eq!(change("DELETE FROM audit_shown WHERE by_user = 'eve'"), 0);
    assert_eq!(change("DELETE FROM audit_shown"), 1);
}

#[test]
fn a_thousand_ways_to_tamper_with_the_log_are_all_found() {
    let store = Store::memory(&actor()).unwrap();
    for i in 0..20 {
        store.record_act(&actor(), "chart.open", Some("p1"), None, Some(&i.to_string()), "").unwrap();
    }
    let seen = store.head().unwrap().unwrap();
    let copy = store.lock().prepare("SELECT sequence FROM audit").unwrap().query_map([], |r| r.get::<_, i64>(0)).unwrap().count();
    let rows = i64::try_from(copy).unwrap();
    store.lock().execute_batch("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;").unwrap();
    assert_eq!(store.verify_against(std::slice::from_ref(&seen)).unwrap().exit_code(), 0);
    let mut ways = Vec::new();
    let columns = ["at", "by_user", "session", "client", "program", "action", "patient", "object", "outcome", "detail", "previous", "hash"];
    for n in 1..=rows {
        for column in columns {
            for change in ["coalesce({c}, '') || 'x'", "'x' || coalesce({c}, '')", "substr(coalesce({c}, ''), 2) || '?'"] {
                ways.push(format!("UPDATE audit SET {column} = {} WHERE sequence = {n}", change.replace("{c}", column)));
            }
        }
        ways.push(format!("UPDATE audit SET object_version = 7 WHERE sequence = {n}"));
        ways.push(format!("UPDATE audit SET shown = 'x' WHERE sequence = {n}"));
        ways.push(format!("DELETE FROM audit WHERE sequence = {n}"));
        ways.push(format!("DELETE FROM audit WHERE sequence > {}", n - 1));
        ways.push(format!("UPDATE audit SET sequence = -1 WHERE sequence = {n}"));
        for m in (n + 1)..=rows {
            ways.push(format!(
                "UPDATE audit SET sequence = -1 WHERE sequence = {n}; UPDATE audit SET sequence = {n} WHERE sequence = {m}; UPDATE audit SET sequence = {m} WHERE sequence = -1"
            ));
        }
        ways.push(format!(
            "INSERT INTO audit SELECT {}, at, by_user, session, client, program, action, patient, encounter, object, object_version, outcome, detail, previous, hash, shown, signature FROM audit WHERE sequence = {n}",
            rows + 1
        ));
    }
    assert!(ways.len() >= 1000, "{}", ways.len());
    for way in &ways {
        store.lock().execute_batch(&format!("SAVEPOINT way; {way};")).unwrap();
        let verdict = store.verify_against(std::slice::from_ref(&seen)).unwrap();
        store.lock().execute_batch("ROLLBACK TO way; RELEASE way;").unwrap();
        assert!(matches!(verdict.exit_code(), 1 | 2), "{way}: {}", verdict.words());
    }
    // The control: with no head to compare with, a log that was cut at its end cannot be told from a whole one.
    store.lock().execute_batch("DELETE FROM audit WHERE sequence > 10").unwrap();
    assert_eq!(store.verify_against(&[]).unwrap().exit_code(), 3);
}

#[test]
fn the_outbox_keeps_the_last_word_on_each_document() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("one"));
    import(&store, &batch("two"));
    let out = store.outbox(0, 100).unwrap();
    assert_eq!((out.put.len(), out.remove.len()), (1, 1));
    assert_eq!(out.put[0].document.text, "two");
    assert_eq!(out.put[0].mrn, "0041");
    store.outbox_done(out.sequence).unwrap();
    assert!(store.outbox(0, 100).unwrap().put.is_empty());
    assert_eq!(store.outbox_head().unwrap(), out.sequence);
    assert_eq!(store.documents_for_index(0, 100).unwrap().len(), 1);
}

#[test]
fn what_was_not_given_later_is_kept_and_an_implied_encounter_never_replaces_a_real_one() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("text"));
    import(
        &store,
        &[
            Record::Patient(Patient { identifier: "p1".into(), given: Some("Marta".into()), ..Patient::default() }),
            Record::Encounter(Encounter { identifier: "e1".into(), implied: true, ..Encounter::default() }),
        ],
    );
    let chart = store.chart("e1").unwrap().unwrap();
    let patient = chart.patient.unwrap();
    assert_eq!((patient.mrn.as_deref(), patient.display().as_str()), (Some("0041"), "RIVERA Marta"));
    assert!(!chart.encounter.implied);
}

#[test]
fn a_backup_opens_as_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("a"), &Key::None, &actor()).unwrap();
    import(&store, &batch("text"));
    let target = folder.path().join("b");
    std::fs::create_dir(&target).unwrap();
    store.backup(&target.join(FILE), &actor()).unwrap();
    assert!(store.backup(&target.join(FILE), &actor()).is_err(), "an existing file is not overwritten");
    let copy = Store::open(&target, &Key::None).unwrap();
    assert_eq!(copy.counts().unwrap(), store.counts().unwrap());
    copy.check().unwrap();
}

#[test]
fn a_record_that_only_names_an_encounter_erases_nothing_of_it_in_either_order() {
    let real = Record::Encounter(Encounter {
        identifier: "e1".into(),
        account: Some("88120".into()),
        class: crate::chart::EncounterClass::Inpatient,
        start: Instant::parse("2026-11-17T14:05:00-05:00"),
        ..Encounter::default()
    });
    let bare = Record::Encounter(Encounter { identifier: "e1".into(), patient: Some("p1".into()), ..Encounter::default() });
    for order in [[&real, &bare], [&bare, &real]] {
        let store = Store::memory(&actor()).unwrap();
        for record in order {
            import(&store, std::slice::from_ref(record));
        }
        let kept = store.chart("88120").unwrap().unwrap().encounter;
        assert_eq!((kept.class, kept.patient.as_deref()), (crate::chart::EncounterClass::Inpatient, Some("p1")));
        assert!(kept.start.is_some());
    }
}

#[test]
fn a_note_that_its_sender_took_back_is_kept_and_shown_nowhere() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("wrong patient"));
    let Record::Document(mut taken_back) = note("d1", "wrong patient") else { unreachable!() };
    taken_back.status = crate::chart::DocumentStatus::EnteredInError;
    import(&store, &[Record::Document(taken_back)]);
    assert!(store.chart("e1").unwrap().unwrap().documents.is_empty());
    assert!(store.encounters(true).unwrap()[0].documents.is_empty());
    assert!(store.documents_for_index(0, 10).unwrap().is_empty());
    assert!(store.outbox(0, 100).unwrap().put.is_empty());
    assert!(store.document("d1", Some(1)).unwrap().is_some());
}

#[test]
fn an_older_wording_that_comes_back_is_a_correction_and_not_the_same_again() {
    let store = Store::memory(&actor()).unwrap();
    for text in ["first", "second", "first"] {
        import(&store, &batch(text));
    }
    assert_eq!(store.document("d1", None).unwrap().unwrap().text, "first");
    assert_eq!(store.versions("d1").unwrap().len(), 3);
}

#[test]
fn a_source_that_holds_one_identifier_twice_does_not_grow_with_every_run() {
    let store = Store::memory(&actor()).unwrap();
    let twice = [note("d1", "one"), note("d1", "two")];
    assert_eq!(import(&store, &twice).new_versions, 1);
    assert_eq!(import(&store, &twice), IngestCounts { unchanged: 2, ..IngestCounts::default() });
}

#[test]
fn documents_that_came_before_their_patient_are_indexed_again_with_the_name() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &[note("d1", "text")]);
    let seen = store.outbox_head().unwrap();
    import(&store, &[Record::Patient(Patient { identifier: "p1".into(), mrn: Some("0041".into()), ..Patient::default() })]);
    let out = store.outbox(seen, 10).unwrap();
    assert_eq!(out.put.first().map(|d| d.mrn.as_str()), Some("0041"));
}

#[test]
fn a_gap_is_asked_about_once_and_is_open_again_when_the_query_is_taken_back() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("text"));
    let asks = Draft { gap: Some("N01||".into()), ..draft() };
    let new = || store.new_query(&actor(), &NewQuery { draft: &asks, internal_note: "" }).unwrap();
    let id = new();
    assert_eq!(new(), id, "two people at once get the same draft");
    store.send_query(&actor(), id, 1, &asks, "the text", "h").unwrap();
    assert_eq!(store.gap_marks(Some("e1")).unwrap()[0].state, crate::checklist::GapState::Queried);
    store
        .move_query(&actor(), id, (QueryState::Sent, QueryState::Withdrawn), &Said { note: "wrong recipient", ..Said::default() })
        .unwrap();
    assert_eq!(store.gap_marks(Some("e1")).unwrap()[0].state, crate::checklist::GapState::Open);
    assert_ne!(new(), id);
}

#[test]
fn who_looked_at_this_patient_finds_acts_that_name_only_the_encounter() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("text"));
    store.mark_gap(&actor(), "e1", "N01||", crate::checklist::GapState::Dismissed, "handled elsewhere").unwrap();
    let log = store.audit(&AuditFilter { patient: Some("p1".into()), ..AuditFilter::default() }).unwrap();
    assert!(log.iter().any(|row| row.action == "gap.mark"));
}

#[test]
fn one_identifier_under_two_patients_is_refused_and_changes_nothing() {
    let store = Store::memory(&actor()).unwrap();
    let document = |id: &str, encounter: Option<&str>, patient: Option<&str>, text: &str| {
        let (encounter, patient) = (encounter.map(str::to_owned), patient.map(str::to_owned));
        Record::Document(Document { identifier: id.into(), encounter, patient, text: text.into(), ..Document::default() })
    };
    let stay = |id: &str, patient: &str| {
        Record::Encounter(Encounter { identifier: id.into(), patient: Some(patient.into()), ..Encounter::default() })
    };
    let lab = |encounter: &str| {
        Record::Observation(Observation { identifier: "o".into(), encounter: Some(encounter.into()), ..Observation::default() })
    };
    let first = [stay("e1", "p1"), stay("e2", "p2"), document("d", Some("e1"), None, "stable"), lab("e1")];
    assert_eq!(import_from(&store, "first.json", &first).1, []);
    let head = store.outbox_head().unwrap();

    let second = [
        document("d", None, Some("p2"), "stable"),
        document("d", Some("e2"), None, "worse"),
        document("new", Some("e1"), Some("p2"), "worse"),
        stay("e1", "p2"),
        lab("e2"),
    ];
    let (counts, refused) = import_from(&store, "second.json", &second);
    assert_eq!(counts, IngestCounts::default());
    assert_eq!(refused.iter().map(|t| t.line).collect::<Vec<_>>(), [1, 2, 3, 4, 5].map(Some));
    for trouble in refused.iter().take(4) {
        let words = trouble.to_string();
        assert!(words.contains("second.json") && words.contains("first.json:") && trouble.hint.is_some(), "{words}");
        assert!(!words.contains("stable") && !words.contains("worse"));
    }
    assert_eq!(store.outbox_head().unwrap(), head, "nothing was written");
    let kept = store.document("d", None).unwrap().unwrap();
    assert_eq!((kept.version, kept.text.as_str(), kept.encounter.as_deref()), (1, "stable", Some("e1")));
    assert_eq!(store.chart("e1").unwrap().unwrap().observations.len(), 1);
    // The same patient again, and a note that names nobody, contradict nothing.
    assert_eq!(import(&store, &[document("d", Some("e1"), Some("p1"), "better")]).new_versions, 1);
    assert_eq!(import(&store, &[document("d", None, None, "best")]).new_versions, 1);
}

#[test]
fn a_text_that_was_altered_below_the_program_is_found() {
    let store = Store::memory(&actor()).unwrap();
    import(&store, &batch("stable"));
    assert_eq!(store.verify_texts().unwrap(), (1, Vec::new()));
    let meddle = |sql: &str| store.lock().execute_batch(&format!("DROP TRIGGER IF EXISTS document_is_immutable; {sql}")).unwrap();
    meddle("UPDATE document SET text = 'unstable'");
    let found = store.verify_texts().unwrap().1;
    assert_eq!(found.iter().map(|d| (d.document.as_str(), d.version, d.part)).collect::<Vec<_>>(), [("d1", 1, "text")]);
    meddle("UPDATE document SET text = CAST(x'ff' AS TEXT), body = '{}'");
    assert_eq!(store.verify_texts().unwrap().1.iter().map(|d| d.part).collect::<Vec<_>>(), ["text", "details"]);
}

#[test]
fn a_draft_keeps_whom_it_is_about_and_who_asks() {
    let store = Store::memory(&actor()).unwrap();
    let begun = Draft {
        encounter: Some("e1".into()),
        patient: Some("p1".into()),
        patient_name: "Osei, Grace".into(),
        author: "Ana RN".into(),
        ..Draft::default()
    };
    let id = store.new_query(&actor(), &NewQuery { draft: &begun, internal_note: "" }).unwrap();
    for (what, foreign) in [
        ("encounter", Draft { encounter: Some("e2".into()), ..begun.clone() }),
        ("patient", Draft { patient: Some("p2".into()), ..begun.clone() }),
        ("patient", Draft { patient_name: "Rivera, Marta".into(), ..begun.clone() }),
        ("author", Draft { author: "Somebody MD".into(), ..begun.clone() }),
        ("gap", Draft { gap: Some("g".into()), ..begun.clone() }),
    ] {
        let trouble = store.save_draft(&actor(), id, 1, &foreign, "").unwrap_err();
        assert!(trouble.what.contains(what) && trouble.hint.is_some() && !trouble.to_string().contains("Rivera"), "{trouble}");
    }
    assert_eq!(store.query(id).unwrap().unwrap().draft, begun);
    assert_eq!(store.save_draft(&actor(), id, 1, &Draft { title: "Clarification".into(), ..begun }, "").unwrap(), 2);
}

#[test]
fn a_past_import_says_what_it_refused() {
    let store = Store::memory(&actor()).unwrap();
    let run = store.begin_run(&actor(), &["notes.jsonl".into()]).unwrap();
    let reject = crate::error::Trouble::input("the line is not valid JSON")
        .at("notes.jsonl", Some(3))
        .why("it ends too early")
        .hint("send it again");
    store.put_batch(&actor(), run, &[], std::slice::from_ref(&reject), &mut IngestCounts::default()).unwrap();
    let report = store.run(run).unwrap().unwrap();
    assert_eq!((report.rejected, report.ended.as_deref(), report.sources.as_slice()), (1, None, ["notes.jsonl".to_owned()].as_slice()));
    assert_eq!(store.rejects(run).unwrap(), [reject]);
    assert_eq!(store.run(run + 1).unwrap(), None);
    assert_eq!(store.runs().unwrap(), [report]);
    store.end_run(&actor(), run, false).unwrap();
    assert_eq!(store.run(run).unwrap().unwrap().ended, None, "a run that failed did not come to its end");
    store.end_run(&actor(), run, true).unwrap();
    assert!(store.run(run).unwrap().unwrap().ended.is_some());
}

#[test]
fn the_facts_of_one_stay_were_looked_for_among_those_of_all_stays() {
    let store = Store::memory(&actor()).unwrap();
    let plan: Vec<String> = store
        .read(|c| {
            let mut statement = c.prepare(&format!("EXPLAIN QUERY PLAN {}", charts::FACTS))?;
            statement.query_map(("observation", "e1", "p1", 0, 1), |row| row.get(3))?.collect()
        })
        .unwrap();
    let searches: Vec<&String> = plan.iter().filter(|line| line.starts_with("SEARCH")).collect();
    assert!(searches.len() == 2 && searches.iter().all(|l| l.contains("encounter=?") || l.contains("patient=?")), "{plan:?}");
}

/// A page of one table is lost: which one it is, and where the newest backup lies, is said.
#[test]
fn a_damaged_store_names_the_table_and_the_newest_backup() {
    for key in [Key::None, Key::Data(DataKey::from_bytes([7; 32]))] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("s");
        let store = Store::create(&at, &key, &actor()).unwrap();
        import(&store, &batch(&"calciphylaxis ".repeat(2000)));
        let copy = folder.path().join("copy.db");
        if key != Key::None {
            // A backup takes the keys along; what stands in them is not looked at here.
            std::fs::write(at.join(crate::keys::KEY_FILE), "{}").unwrap();
        }
        store.backup(&copy, &actor()).unwrap();
        store.check().unwrap();
        let of = |sql: &str| store.lock().query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap().unsigned_abs();
        // Both SQLite and SQLCipher make pages of this size; only the one tells it as a number.
        let (page, size) = (of("SELECT rootpage FROM sqlite_schema WHERE name = 'document'"), 4096);
        drop(store);
        let mut bytes = std::fs::read(at.join(FILE)).unwrap();
        let from = ((page - 1) * size) as usize;
        bytes[from..from + size as usize].fill(0xA5);
        std::fs::write(at.join(FILE), bytes).unwrap();
        let trouble = Store::open(&at, &key).unwrap().check().unwrap_err();
        assert_eq!(trouble.exit_code(), 4);
        let named = if key == Key::None { ": document" } else { "not whole" };
        assert!(trouble.why.as_deref().unwrap().ends_with(named), "{trouble}");
        assert!(trouble.hint.as_deref().unwrap().contains(copy.to_str().unwrap()), "{trouble}");
    }
}
