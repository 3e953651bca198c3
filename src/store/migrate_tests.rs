//! Stores of every schema there was, in `fixtures/stores`: each is brought to the newest one, loses nothing, and leaves a copy behind.

use super::super::audit::AuditEntry;
use super::super::tests::{actor, draft};
use super::super::{AuditFilter, AuditVerdict, FILE, Key, Store, chain, json::json, put_backup, raw, unlock};
use super::*;
use crate::chart::{Document, Encounter, Instant, Observation, Patient};
use crate::hash::sha256;
use crate::keys::DataKey;
use crate::query::{body_hash, render_text};
use rusqlite::types::Value;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const WORD: &str = "calciphylaxis";

fn fixture(schema: usize) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/stores/schema-{schema}.db"))
}

/// Every table with its columns' names and its rows, in order.
type Contents = BTreeMap<String, (Vec<String>, Vec<Vec<Value>>)>;

fn contents(connection: &Connection, like: Option<&Contents>) -> Contents {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let names: Vec<String> =
        connection.prepare(names).unwrap().query_map([], |r| r.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap();
    let wanted = |name: &String| like.is_none_or(|like| like.contains_key(name));
    let read = |name: String| {
        let all = connection.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = match like {
            Some(like) => like[&name].0.clone(),
            None => all.column_names().map(str::to_owned).collect(),
        };
        let order: Vec<String> = (1..=columns.len()).map(|n| n.to_string()).collect();
        let sql = format!("SELECT {} FROM {name} ORDER BY {}", columns.join(", "), order.join(", "));
        let row = |r: &rusqlite::Row<'_>| (0..columns.len()).map(|i| r.get(i)).collect::<rusqlite::Result<Vec<Value>>>();
        let rows = connection.prepare(&sql).unwrap().query_map([], row).unwrap().collect::<rusqlite::Result<_>>().unwrap();
        (name, (columns, rows))
    };
    names.into_iter().filter(wanted).map(read).collect()
}

/// A folder with the store of a schema, plain or locked.
fn laid_out(schema: usize, key: &Key) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE);
    match key {
        Key::None => drop(fs::copy(fixture(schema), file).unwrap()),
        Key::Data(data) => {
            let plain = Connection::open(fixture(schema)).unwrap();
            let attach = format!("ATTACH '{}' AS locked KEY \"{}\"", file.display(), raw(data).as_str());
            plain.execute_batch(&attach).unwrap();
            plain.execute_batch(&format!("SELECT sqlcipher_export('locked'); PRAGMA locked.user_version = {schema}")).unwrap();
            fs::write(folder.path().join("keys.json"), "stands for the keys of then").unwrap();
        }
    }
    folder
}

fn read_only(file: &Path, key: &Key) -> Connection {
    let connection = Connection::open(file).unwrap();
    unlock(&connection, key).unwrap();
    connection
}

fn version(connection: &Connection) -> usize {
    connection.pragma_query_value(None, "user_version", |r| r.get::<_, i64>(0)).unwrap().try_into().unwrap()
}

fn copies(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut found: Vec<PathBuf> = all.filter(|p| p.file_name().unwrap().to_string_lossy().starts_with("before-")).collect();
    found.sort();
    found
}

#[test]
fn a_store_of_every_schema_opens_loses_nothing_and_leaves_a_copy_of_what_it_was() {
    let newest = MIGRATIONS.len();
    for key in [Key::None, Key::Data(DataKey::from_bytes([7; 32]))] {
        for schema in 1..=newest {
            let folder = laid_out(schema, &key);
            let before = contents(&read_only(&folder.path().join(FILE), &key), None);
            assert!(before["document"].1.len() == 3 && before["audit"].1.len() == 5 && before["draft"].1.len() == 1);
            let store = Store::open(folder.path(), &key).unwrap();
            let mut after = contents(&store.lock(), Some(&before));
            // Which words tell the classes of documents apart is written down at the first opening.
            let known = &before["meta"].1;
            after.get_mut("meta").unwrap().1.retain(|row| known.contains(row));
            assert_eq!(after, before, "schema {schema}");
            assert_eq!(version(&store.lock()), newest);
            // And it works: a chart, the texts, the log.
            let chart = store.chart("e1").unwrap().unwrap();
            assert!(chart.documents.len() == 2 && chart.documents.iter().any(|d| d.text.contains(WORD)) && chart.observations.len() == 1);
            assert_eq!((store.verify_texts().unwrap(), store.queries(None).unwrap().len()), ((3, vec![]), 1));
            if key == Key::None {
                assert_eq!(store.verify_audit().unwrap(), AuditVerdict::CannotTell { rows: 5 });
            }
            store.set_profile(&actor(), "Ana", "1234").unwrap();
            assert_eq!(store.audit(&AuditFilter::default()).unwrap().len(), 6);

            let Some(brought) = store.brought().cloned() else {
                assert!(schema == newest && copies(folder.path()).is_empty(), "schema {schema}");
                continue;
            };
            assert_eq!((brought.from as usize, brought.to as usize), (schema, newest));
            let backup = brought.backup.clone().unwrap();
            assert!(brought.words().contains(&backup.display().to_string()));
            drop(store);
            // The copy is the store as it was, as locked as it was, and can be put back.
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&backup).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
            let back = folder.path().join("back");
            put_backup(&backup, &back).unwrap();
            assert_eq!(back.join("keys.json").exists(), key != Key::None);
            let connection = read_only(&back.join(FILE), &key);
            assert_eq!((contents(&connection, None), version(&connection)), (before, schema));
            let readable = fs::read(&backup).unwrap().windows(WORD.len()).any(|w| w == WORD.as_bytes());
            assert_eq!(readable, key == Key::None);
            assert!(Store::open(folder.path(), &key).unwrap().brought().is_none(), "once is enough");
            assert_eq!(copies(folder.path()).len(), if key == Key::None { 1 } else { 2 });
        }
    }
}

#[test]
fn a_migration_that_fails_in_the_middle_leaves_the_store_as_it_was() {
    let mut broken = MIGRATIONS.to_vec();
    broken.push("CREATE TABLE half (a TEXT) STRICT; DELETE FROM profile; INSERT INTO nowhere VALUES (1);");
    for schema in [1, MIGRATIONS.len()] {
        let folder = laid_out(schema, &Key::None);
        let file = folder.path().join(FILE);
        let before = contents(&read_only(&file, &Key::None), None);
        let trouble = run_all(&mut read_only(&file, &Key::None), &Key::None, Some(folder.path()), &broken).unwrap_err();
        assert!(trouble.hint.unwrap().contains("as it was"));
        let connection = read_only(&file, &Key::None);
        assert_eq!((contents(&connection, None), version(&connection)), (before, schema));
        assert_eq!(copies(folder.path()), [] as [PathBuf; 0], "a copy of what did not change only stands in the way");
    }
}

#[test]
fn a_store_whose_copy_cannot_be_kept_is_not_touched() {
    let folder = laid_out(3, &Key::None);
    let file = folder.path().join(FILE);
    let before = fs::read(&file).unwrap();
    // A folder stands where the copy is written: no permission keeps root out of a file.
    fs::create_dir(folder.path().join("before-schema-3.part")).unwrap();
    let trouble = run(&mut read_only(&file, &Key::None), &Key::None, Some(folder.path())).unwrap_err();
    assert!(trouble.hint.unwrap().contains("the store is as it was"));
    assert_eq!((fs::read(&file).unwrap(), version(&read_only(&file, &Key::None))), (before, 3));
}

#[test]
fn an_earlier_copy_is_never_overwritten() {
    let folder = laid_out(2, &Key::None);
    fs::write(folder.path().join("before-schema-2.db"), "of another time").unwrap();
    drop(Store::open(folder.path(), &Key::None).unwrap());
    assert_eq!(fs::read_to_string(folder.path().join("before-schema-2.db")).unwrap(), "of another time");
    assert!(folder.path().join("before-schema-2-2.db").exists());
}

/// A released migration is never edited: a store that went through the old text would not have what the new one makes.
#[test]
fn there_is_a_store_of_every_schema_made_by_the_migrations_as_they_are() {
    for schema in 1..=MIGRATIONS.len() {
        assert!(
            fixture(schema).exists(),
            "no store of schema {schema}: add what is new in it to `rows`, then LACUNA_MAKE_STORES={schema} cargo test --lib store::migrate"
        );
        let fresh = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().take(schema).for_each(|script| fresh.execute_batch(script).unwrap());
        let tables = |c: &Connection| -> Vec<Option<String>> {
            let sql = "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name";
            c.prepare(sql).unwrap().query_map([], |r| r.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
        };
        let stored = Connection::open(fixture(schema)).unwrap();
        assert_eq!(tables(&stored), tables(&fresh), "schema {schema}: a migration was edited after it was released");
        let empty: Vec<String> =
            contents(&stored, None).into_iter().filter(|(_, (_, rows))| rows.is_empty()).map(|(name, _)| name).collect();
        // Only an encrypted store whose key was replaced has rows in the one; marks of an index that is behind are in the other.
        assert!(empty.iter().all(|name| name == "audit_epoch"), "schema {schema}: {empty:?} hold nothing that could be lost");
    }
}

#[test]
fn make() {
    let Ok(which) = std::env::var("LACUNA_MAKE_STORES") else { return };
    for schema in (1..=MIGRATIONS.len()).filter(|n| which == "all" || which == n.to_string()) {
        fs::remove_file(fixture(schema)).ok();
        let connection = Connection::open(fixture(schema)).unwrap();
        // Small pages: most tables hold a row or two.
        connection.execute_batch("PRAGMA page_size = 1024").unwrap();
        MIGRATIONS.iter().take(schema).for_each(|script| connection.execute_batch(script).unwrap());
        connection.pragma_update(None, "user_version", schema as i64).unwrap();
        rows(&connection, schema);
        connection.execute_batch("VACUUM").unwrap();
    }
}

/// What a store of a schema holds: a row of every kind.
fn rows(c: &Connection, schema: usize) {
    let now = actor().now.to_string();
    let put = |sql: &str, values: &[&dyn rusqlite::ToSql]| assert!(c.execute(sql, values).unwrap() > 0, "{sql}");
    put("INSERT INTO meta VALUES ('store_id', '00112233445566ff'), ('audit_key', ?1)", params![hex(&[9; 32])]);
    let start = Instant::parse("2026-11-17T14:05:00-05:00");
    for (n, family) in [(1, "Rivera"), (2, "Okafor")] {
        let (patient, stay) = (format!("p{n}"), format!("e{n}"));
        let body = Patient { identifier: patient.clone(), mrn: Some(format!("004{n}")), family: Some(family.into()), ..Patient::default() };
        put("INSERT INTO patient (identifier, mrn, body) VALUES (?1, ?2, ?3)", params![patient, body.mrn, json(&body)]);
        let body = Encounter { identifier: stay.clone(), patient: Some(patient.clone()), start, ..Encounter::default() };
        put(
            "INSERT INTO encounter (identifier, patient, class, started, implied, body) VALUES (?1, ?2, 'inpatient', 1795000000, 0, ?3)",
            params![stay, patient, json(&body)],
        );
    }
    put("INSERT INTO provider VALUES ('dr1', '{}')", &[]);
    for (id, version, current, text) in [
        ("d1", 1, 0, "Assessment: wounds of both legs.".to_owned()),
        ("d1", 2, 1, format!("Assessment: {WORD} of both legs.")),
        ("d2", 1, 1, "Plan: fluids.\tNa\t140".to_owned()),
    ] {
        let (encounter, patient) = (Some("e1".to_owned()), Some("p1".to_owned()));
        let document = Document { identifier: id.into(), version, encounter, patient, time: start, ..Document::default() };
        let body = json(&document);
        put(
            "INSERT INTO document (identifier, version, current, encounter, patient, written, sha256, text, body, body_sha256, run)
             VALUES (?1, ?2, ?3, 'e1', 'p1', 1795000000, ?4, ?5, ?6, ?7, 1)",
            params![id, version, current, sha256(&text), text, body, sha256(&body)],
        );
    }
    let creatinine =
        Observation { identifier: "o1".into(), encounter: Some("e1".into()), name: "Creatinine".into(), ..Observation::default() };
    put("INSERT INTO fact (kind, identifier, encounter, body) VALUES ('observation', 'o1', 'e1', ?1)", params![json(&creatinine)]);
    // What came before it is in the index that this store had.
    put("INSERT INTO outbox (sequence, document, present) VALUES (5, 3, 1)", &[]);
    put("INSERT INTO import_run (started, by_user, sources, counts) VALUES (?1, 'ana', '[\"notes\"]', '{}')", params![now]);
    put("INSERT INTO import_reject VALUES (1, 'notes.jsonl', 7, 'the line is not JSON', NULL, NULL)", &[]);
    put("INSERT INTO evaluation VALUES ('e2', 'of then', 0, 0, 0, '[]')", &[]);
    put(
        "INSERT INTO gap_mark (gap, encounter, state, reason, by_user, at) VALUES ('g', 'e1', 'dismissed', 'not relevant', 'ana', ?1)",
        params![now],
    );
    put(
        "INSERT INTO query (encounter, patient, state, version, created, created_by) VALUES ('e1', 'p1', 'sent', 1, ?1, 'ana')",
        params![now],
    );
    put("INSERT INTO draft VALUES (1, 1, ?1, 'for us', ?2)", params![json(&draft()), now]);
    // No act was sealed in the log then: the words are held against their hash.
    let (text, hash) = (render_text(&draft(), Some(1)), body_hash(&draft()));
    put("INSERT INTO query_version VALUES (1, 1, ?1, 'ana', ?2, ?3, ?4)", params![now, json(&draft()), text, hash]);
    put(
        "INSERT INTO query_step (query, at, by_user, from_state, to_state, note, body_hash) VALUES (1, ?1, 'ana', 'draft', 'sent', '', ?2)",
        params![now, hash],
    );
    put("INSERT INTO seen VALUES ('ana', 'd1', 2, ?1)", params![now]);
    put("INSERT INTO review (by_user, encounter, next) VALUES ('ana', 'e1', ?1)", params![now]);
    put("INSERT INTO profile VALUES ('ana', 'Ana Lind, RN', '5512')", &[]);
    put("INSERT INTO place VALUES ('ana', '{}')", &[]);
    if schema >= 2 {
        put(
            "INSERT INTO encounter (identifier, class, implied, body, source) VALUES ('e3', 'other', 1, ?1, 'notes.jsonl:9')",
            params![json(&Encounter { identifier: "e3".into(), ..Encounter::default() })],
        );
    }
    if schema >= 3 {
        put("INSERT INTO saved_search VALUES ('ana', 'kidneys', 'renal failure', ?1)", params![now]);
        put("INSERT INTO used_search (by_user, query) VALUES ('ana', 'sepsis')", &[]);
    }
    if schema >= 4 {
        put(
            "INSERT INTO query_contact (query, at, by_user, person, channel, note) VALUES (1, ?1, 'ana', 'Dr Chen', 'phone', '')",
            params![now],
        );
        put("INSERT INTO site_template VALUES ('own', 'h', 'body', ?1, 'ana')", params![now]);
    }
    if schema >= 5 {
        put("INSERT INTO patient_merge (from_patient, into_patient, run, at) VALUES ('p9', 'p2', 1, ?1)", params![now]);
        put("INSERT INTO import_change (run, kind, identifier, before) VALUES (1, 'document', 'd1', '1')", &[]);
    }
    if schema >= 8 {
        put("INSERT INTO look VALUES ('ana', 'e1', ?1)", params![now]);
        put("INSERT INTO self_note (by_user, encounter, at, words) VALUES ('ana', 'e1', ?1, 'ask again')", params![now]);
        put("INSERT INTO claim VALUES ('e1', 'ana', ?1)", params![now]);
    }
    if schema >= 9 {
        put(
            "INSERT INTO query_step (query, at, by_user, from_state, to_state, note, body_hash, answer, answered_by, answered_at)
             VALUES (1, ?1, 'ana', 'sent', 'answered', '', ?2, 'Agreed.', 'Dr Chen', ?1)",
            params![now, hash],
        );
        put("UPDATE query SET state = 'answered', answered_by = 'Dr Chen'", &[]);
    }
    if schema >= 15 {
        put("INSERT INTO gone VALUES ('document', 'd7', 'p1', 'd2', '{}', NULL, 1)", &[]);
        put("INSERT INTO patient_number VALUES ('0041', 'p1', '{\"name\":\"MERCY\"}')", &[]);
        put("UPDATE fact SET sent = '{\"m\":\"2026-11-18T07:15:00Z\"}'", &[]);
    }
    if schema >= 14 {
        put("INSERT INTO gap_brief VALUES ('e2', 'of then', 0, 0, 0, '{\"gaps\":[]}')", &[]);
    }
    if schema >= 12 {
        let paid = Encounter { identifier: "e4".into(), payer: Some("Northlake Health Plan".into()), ..Encounter::default() };
        put("INSERT INTO encounter (identifier, class, implied, body) VALUES ('e4', 'inpatient', 0, ?1)", params![json(&paid)]);
    }
    if schema >= 11 {
        put("INSERT INTO import_notice VALUES (1, 'notes.jsonl', 8, 'the identifier came before with another text', NULL, NULL)", &[]);
    }
    log(c, schema, &now);
}

/// A log that chains.
fn log(c: &Connection, schema: usize, now: &str) {
    use sha2::{Digest, Sha256};
    let signer = crate::keys::Signer::of_test([5; 32]);
    let mut previous = super::super::audit::GENESIS.to_owned();
    for (sequence, action, encounter) in [
        (1, "store.create", None),
        (2, "import.batch", None),
        (3, "worklist.open", None),
        (4, "chart.open", Some("e1")),
        (5, "query.send", Some("e1")),
    ] {
        // From schema 7 on, the third row showed a patient.
        let shown = (schema >= 7 && sequence == 3).then(|| {
            let mut hash = Sha256::new();
            hash.update(2_u64.to_be_bytes());
            hash.update("p1");
            hex(&hash.finalize())
        });
        let (encounter, patient) = (encounter.map(str::to_owned), encounter.map(|_| "p1".to_owned()));
        // From schema 13 on, each row is signed.
        let signed = schema >= 13;
        let mut row = AuditEntry {
            sequence,
            at: now.into(),
            user: "ana".into(),
            session: "s1".into(),
            client: "local".into(),
            program: "0.1.0".into(),
            action: action.into(),
            patient,
            encounter,
            object: None,
            object_version: None,
            outcome: "ok".into(),
            detail: if signed && sequence == 1 { super::super::key_words(&signer.verifier()) } else { String::new() },
            shown,
            previous,
            hash: String::new(),
            signature: None,
        };
        row.hash = chain::hash(&[9; 32], &row);
        row.signature = signed.then(|| hex(&signer.sign(&row.hash)));
        let values = params![row.sequence, row.at, row.action, row.patient, row.encounter, row.previous, row.hash, row.detail];
        let insert = "INSERT INTO audit (sequence, at, by_user, session, client, program, action, patient, encounter, outcome, detail, previous, hash)
             VALUES (?1, ?2, 'ana', 's1', 'local', '0.1.0', ?3, ?4, ?5, 'ok', ?8, ?6, ?7)";
        c.execute(insert, values).unwrap();
        if row.shown.is_some() || signed {
            // Written with the row in the program: the trigger that keeps rows as they are is made after them here.
            c.execute_batch("DROP TRIGGER audit_no_update").unwrap();
            c.execute("UPDATE audit SET shown = ?1 WHERE sequence = ?2", params![row.shown, sequence]).unwrap();
            if signed {
                c.execute("UPDATE audit SET signature = ?1 WHERE sequence = ?2", params![row.signature, sequence]).unwrap();
            }
            let start = MIGRATIONS[0].find("CREATE TRIGGER audit_no_update").unwrap();
            let end = start + MIGRATIONS[0][start..].find("END;").unwrap() + 4;
            c.execute_batch(&MIGRATIONS[0][start..end]).unwrap();
        }
        if row.shown.is_some() {
            c.execute("INSERT INTO audit_shown VALUES ('2026-11-19', 'ana', 'p1', ?1)", [sequence]).unwrap();
        }
        previous = row.hash;
    }
}
