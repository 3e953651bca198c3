use super::super::tests::actor;
use super::super::{Actor, AuditFilter, AuditVerdict, Key, Store, chain, key_words};
use super::*;
use crate::hash::hex;
use crate::keys::{DataKey, Signer};

const AUDIT_KEY: [u8; 32] = [9; 32];

fn hand(of: &str) -> Signer {
    Signer::of_test(std::array::from_fn(|i| of.as_bytes()[i % of.len()]))
}

fn key_of(of: &str) -> String {
    key_words(&hand(of).verifier())
}

fn row(user: &str, action: &str, object: Option<&str>, detail: &str) -> AuditEntry {
    let text = |t: &str| t.to_owned();
    AuditEntry {
        sequence: 0,
        at: text("2026-11-19T08:42:00-05:00"),
        user: text(user),
        session: format!("session of {user}"),
        client: text("local"),
        program: text("0.1.0"),
        action: text(action),
        patient: None,
        encounter: None,
        object: object.map(text),
        object_version: None,
        outcome: text("ok"),
        detail: text(detail),
        shown: None,
        previous: String::new(),
        hash: String::new(),
        signature: None,
    }
}

/// Hashes a log as everybody can who holds the data key; what changed is signed by those whose hands are at hand.
fn hashed(rows: &mut [AuditEntry], hands: &[&str]) {
    let mut previous = "lacuna".to_owned();
    for (place, row) in (1..).zip(rows) {
        (row.sequence, row.previous) = (place, previous);
        let hash = chain::hash(&AUDIT_KEY, row);
        if hash != row.hash && hands.contains(&row.user.as_str()) {
            row.signature = Some(hex(&hand(&row.user).sign(&hash)));
        }
        row.hash = hash;
        previous = row.hash.clone();
    }
}

/// A store of ana's, where ben works and eve, a coder, too; the last row is ben's.
fn log() -> Vec<AuditEntry> {
    let made = format!("encryption: SQLCipher; recovery {}; {}", hand("code").verifier(), key_of("ana"));
    let mut rows = vec![row("ana", "store.create", None, &made)];
    for (who, role) in [("ben", "specialist"), ("eve", "coder")] {
        rows.push(row("ana", "user.add", Some(who), &format!("{role} list 00 {}", key_of(who))));
    }
    for (who, action) in [
        ("ben", "login"),
        ("ben", "chart.open"),
        ("eve", "login"),
        ("eve", "chart.open"),
        ("ben", "query.send"),
        ("ana", "login"),
        ("eve", "query.list"),
        ("ben", "chart.open"),
    ] {
        rows.push(row(who, action, Some("e1"), ""));
    }
    hashed(&mut rows, &["ana", "ben", "eve"]);
    rows
}

fn forged(rows: &[AuditEntry]) -> Option<i64> {
    check(rows).forged
}

/// What eve makes of it: with the data key and the file, and no hand but hers.
fn forge(change: impl FnOnce(&mut Vec<AuditEntry>)) -> Vec<AuditEntry> {
    let mut rows = log();
    change(&mut rows);
    hashed(&mut rows, &["eve"]);
    rows
}

#[test]
fn a_log_that_everybody_signed_is_as_it_should_be() {
    assert_eq!(check(&log()), Found::default());
    assert_eq!(check(&[]), Found::default());
}

#[test]
fn whoever_holds_the_data_key_can_hash_the_log_anew_and_is_found_at_the_first_row_of_somebody_else() {
    let whole = log();
    // Of each row the changes that somebody might want.
    type Change = fn(&mut AuditEntry);
    let changes: [Change; 6] = [
        |r| r.object = Some("e2".into()),
        |r| r.at = "2026-11-20T08:42:00-05:00".into(),
        |r| r.outcome = "refused".into(),
        |r| r.client = "10.0.0.7".into(),
        |r| r.user = if r.user == "ben" { "ana".into() } else { "ben".into() },
        |r| r.signature = None,
    ];
    for at in 0..whole.len() {
        // After it, the first one that is not eve's to sign.
        let next = (at..whole.len()).find(|n| whole[*n].user != "eve").map(|n| n as i64 + 1);
        for (number, change) in changes.iter().enumerate() {
            let found = forged(&forge(|rows| change(&mut rows[at])));
            // A first row without a signature is one of before: it shows in the second, which nobody vouched for.
            assert!(found.is_some_and(|row| Some(row) <= next.max(Some(2))), "row {} change {number}: {found:?}", at + 1);
        }
        if at + 1 < whole.len() {
            assert!(forged(&forge(|rows| drop(rows.remove(at)))).is_some(), "row {} taken out", at + 1);
        }
        for who in ["ben", "ana", "nobody"] {
            let found = forged(&forge(|rows| rows.insert(at, row(who, "chart.open", Some("e3"), ""))));
            // One put in before all others is one of before: the next shows it, whose hash is another now.
            assert_eq!(found, Some((at as i64 + 1).max(2)), "a row of {who} put in");
            // With eve's own signature under it.
            let mut rows = forge(|rows| rows.insert(at, row(who, "chart.open", Some("e3"), "")));
            rows[at].signature = Some(hex(&hand("eve").sign(&rows[at].hash)));
            assert_eq!(forged(&rows), Some(at as i64 + 1));
        }
    }
}

#[test]
fn her_own_rows_she_can_change_only_where_nobody_signed_after_them() {
    let mut rows = log();
    rows.truncate(10);
    rows[9].object = Some("e9".into());
    hashed(&mut rows, &["eve"]);
    assert_eq!(forged(&rows), None, "which is why heads are kept elsewhere");
    rows[6].object = Some("e9".into());
    hashed(&mut rows, &["eve"]);
    assert_eq!(forged(&rows), Some(8));
}

#[test]
fn nobody_brings_a_key_for_somebody_else() {
    let mine = key_of("eve");
    let last = log().len() as i64;
    // As ben's own program, as an act of hers, or as one that only an administrator may do.
    for (by, action, detail, found) in [
        ("ben", "key.sign", mine.clone(), None),
        ("ben", "user.passphrase", format!("list 00 {mine}"), Some(last + 1)),
        ("eve", "key.sign", mine.clone(), Some(last + 2)),
        ("eve", "user.add", format!("coder list 00 {mine}"), Some(last + 2)),
        ("eve", "user.reset", format!("list 00 {mine}"), Some(last + 2)),
        ("eve", "store.create", format!("encryption: SQLCipher; {mine}"), Some(last + 2)),
    ] {
        let mut rows = log();
        rows.push(row(by, action, Some("ben"), &detail));
        rows.push(row("ben", "query.send", Some("7"), ""));
        hashed(&mut rows, &[]);
        for row in &mut rows[last as usize..] {
            row.signature = Some(hex(&hand("eve").sign(&row.hash)));
        }
        let all = check(&rows);
        assert_eq!(all.forged, found, "{by} {action}");
        let strange: Vec<(i64, &str)> = all.strange.iter().map(|(row, user, _)| (*row, user.as_str())).collect();
        assert_eq!(strange, if found.is_none() { vec![(last + 1, "ben")] } else { vec![] }, "{by} {action}");
    }
}

#[test]
fn nobody_makes_herself_an_administrator() {
    let mut rows = log();
    rows.push(row("eve", "user.role", Some("eve"), "administrator list 00"));
    rows.push(row("eve", "store.encrypt", None, &format!("encryption: SQLCipher; {}", key_of("eve"))));
    rows.push(row("eve", "user.add", Some("ben"), &format!("coder list 00 {}", key_of("forged"))));
    rows.push(row("ben", "query.send", Some("7"), ""));
    hashed(&mut rows, &["eve"]);
    let last = rows.len() - 1;
    rows[last].signature = Some(hex(&hand("forged").sign(&rows[last].hash)));
    assert_eq!(forged(&rows), Some(last as i64 + 1));
    // Made one by ana, she can: it stands there, under her name.
    rows[11].user = "ana".into();
    hashed(&mut rows, &["ana", "eve"]);
    rows[last].signature = Some(hex(&hand("forged").sign(&rows[last].hash)));
    assert_eq!(check(&rows), Found::default());
}

/// A person changes their passphrase while another session of theirs goes on; then the recovery code makes a new one.
#[test]
fn a_slot_that_was_made_anew_signs_with_the_key_that_was_vouched_for() {
    let mut rows = log();
    rows.push(row("ben", "user.passphrase", Some("ben"), &format!("list 00 {}", key_of("second"))));
    hashed(&mut rows, &["ben"]);
    let sign = |rows: &mut Vec<AuditEntry>, new: AuditEntry, with: &str| {
        rows.push(new);
        hashed(rows, &[]);
        let last = rows.last_mut().unwrap();
        last.signature = Some(hex(&hand(with).sign(&last.hash)));
    };
    for with in ["second", "ben", "second"] {
        sign(&mut rows, row("ben", "chart.open", None, ""), with);
    }
    sign(&mut rows, row("ben", "login", None, "with the recovery code"), "code");
    sign(&mut rows, row("ben", "user.reset", Some("ben"), &format!("list 00 {}", key_of("third"))), "code");
    sign(&mut rows, row("ben", "query.send", None, ""), "third");
    assert_eq!(check(&rows), Found::default());
    // Removed and added again, ben is another: what the old keys sign is not his.
    sign(&mut rows, row("ana", "user.remove", Some("ben"), "list 00"), "ana");
    sign(&mut rows, row("ana", "user.add", Some("ben"), &format!("coder list 00 {}", key_of("fourth"))), "ana");
    sign(&mut rows, row("ben", "chart.open", None, ""), "fourth");
    assert_eq!(check(&rows), Found::default());
    for old in ["ben", "second", "third"] {
        let mut rows = rows.clone();
        sign(&mut rows, row("ben", "chart.open", None, ""), old);
        assert_eq!(forged(&rows), Some(rows.len() as i64), "{old}");
    }
}

#[test]
fn rows_from_before_keep_their_place_and_whoever_was_there_brings_their_first_key() {
    let mut rows: Vec<AuditEntry> = log().into_iter().filter(|r| r.user != "eve").collect();
    for row in &mut rows {
        row.signature = None;
        row.detail = row.detail.split(" list").next().unwrap().split(';').next().unwrap().to_owned();
    }
    hashed(&mut rows, &[]);
    assert_eq!(check(&rows), Found::default());
    let first = rows.len();
    for who in ["ben", "ana"] {
        rows.push(row(who, "key.sign", Some(who), &key_of(who)));
        rows.push(row(who, "login", None, ""));
    }
    // And the recovery code, at its first use.
    rows.push(row("ana", "key.sign", None, &key_of("code")));
    hashed(&mut rows, &["ana", "ben"]);
    let last = rows.len() - 1;
    rows[last].signature = Some(hex(&hand("code").sign(&rows[last].hash)));
    assert_eq!(check(&rows), Found::default());
    // From the first signature on, none is left out; and who was not there before brings no key.
    let mut bare = rows.clone();
    bare[first + 1].signature = None;
    assert_eq!(forged(&bare), Some(first as i64 + 2));
    rows.push(row("zoe", "key.sign", Some("zoe"), &key_of("zoe")));
    hashed(&mut rows, &["zoe"]);
    assert_eq!(check(&rows).strange, [(last as i64 + 2, "zoe".to_owned(), hand("zoe").verifier())]);
}

#[test]
fn a_key_that_nobody_vouched_for_is_taken_when_an_auditor_accepts_it_and_not_by_its_own_hand() {
    let mut rows = log();
    rows.push(row("ana", "user.add", Some("amy"), &format!("auditor list 00 {}", key_of("amy"))));
    rows.push(row("ben", "key.sign", Some("ben"), &key_of("old")));
    rows.push(row("ben", "chart.open", None, ""));
    let signed = |rows: &mut Vec<AuditEntry>| {
        hashed(rows, &["ana", "amy", "eve"]);
        for row in &mut rows[12..14] {
            row.signature = Some(hex(&hand("old").sign(&row.hash)));
        }
    };
    signed(&mut rows);
    let told = |rows: &[AuditEntry]| (forged(rows), check(rows).strange.len());
    assert_eq!(told(&rows), (None, 1));
    for (who, left) in [("eve", 1), ("amy", 0), ("ana", 0)] {
        let mut rows = rows.clone();
        rows.push(row(who, "audit.accept", None, "it was a key that nobody vouched for; an old key file"));
        signed(&mut rows);
        assert_eq!(told(&rows), (None, left), "{who}");
    }
}

#[test]
fn the_store_signs_what_is_done_and_its_log_says_so_when_another_row_is_forged_with_the_data_key() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::Data(DataKey::from_bytes([7; 32]));
    let person = |name: &str| Actor { user: name.into(), signer: Some(hand(name)), ..actor() };
    let store = Store::create_naming(folder.path(), &key, &person("ana"), Some(&hand("code").verifier())).unwrap();
    assert!(!store.introduce(&person("ana"), false).unwrap());
    for who in ["ben", "eve"] {
        store.record_act(&person("ana"), "user.add", None, None, Some(who), &format!("coder list 00 {}", key_of(who))).unwrap();
        assert!(!store.introduce(&person(who), false).unwrap());
        store.set_profile(&person(who), who, "").unwrap();
    }
    let code = Actor { signer: Some(hand("code")), ..person("ana") };
    assert!(!store.introduce(&code, true).unwrap());
    store.record_act(&code, "login", None, None, None, "with the recovery code").unwrap();
    assert_eq!(store.verify_audit().unwrap(), AuditVerdict::Intact { rows: 6 });
    assert_eq!(store.signed_rows().unwrap(), (6, Some(1)));
    // The few rows that name keys are found without reading the log.
    let plan: String = store
        .lock()
        .query_row(&format!("EXPLAIN QUERY PLAN SELECT hash FROM audit WHERE {} ORDER BY sequence", super::super::names::NAMING), [], |r| {
            r.get(3)
        })
        .unwrap();
    assert!(plan.contains("audit_names"), "{plan}");

    // Eve puts words into ben's row and hashes all rows from there on anew, the data key in her hand.
    let mut rows = store.audit(&AuditFilter::default()).unwrap();
    let at = rows.iter().position(|r| r.user == "ben").unwrap();
    rows[at].detail = "name cleared, contact set".into();
    let mut previous = rows[at].previous.clone();
    store.lock().execute_batch("DROP TRIGGER audit_no_update").unwrap();
    for row in &mut rows[at..] {
        row.previous = previous;
        row.hash = chain::hash(&store.audit_key, row);
        if row.user == "eve" {
            row.signature = Some(hex(&hand("eve").sign(&row.hash)));
        }
        let values = (&row.detail, &row.previous, &row.hash, &row.signature, row.sequence);
        store.lock().execute("UPDATE audit SET detail = ?1, previous = ?2, hash = ?3, signature = ?4 WHERE sequence = ?5", values).unwrap();
        previous = row.hash.clone();
    }
    store.put_head();
    let forged = AuditVerdict::Forged { sequence: at as i64 + 1, user: "ben".into() };
    assert_eq!(store.verify_audit().unwrap(), forged);
    assert_eq!((forged.exit_code(), forged.is_altered()), (1, true));
    assert_eq!(store.accept_audit(&person("ana"), "it will be all right").unwrap_err().exit_code(), 3);
}

#[test]
fn a_key_that_the_log_does_not_know_is_told_at_the_door_once_and_accepted_by_somebody_else_only() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::Data(DataKey::from_bytes([7; 32]));
    let person = |name: &str, with: &str| Actor { user: name.into(), signer: Some(hand(with)), ..actor() };
    let store = Store::create_naming(folder.path(), &key, &person("ana", "ana"), None).unwrap();
    store.record_act(&person("ana", "ana"), "user.add", None, None, Some("amy"), &format!("auditor list 00 {}", key_of("amy"))).unwrap();
    // As with an older key file of ana's that was put back.
    let ana = person("ana", "old");
    assert!(store.introduce(&ana, false).unwrap() && !store.introduce(&ana, false).unwrap());
    store.set_profile(&ana, "Ana", "").unwrap();
    let unknown = AuditVerdict::UnknownKey { sequence: 3, user: "ana".into() };
    assert_eq!(store.verify_audit().unwrap(), unknown);
    assert_eq!(store.accept_audit(&ana, "it is mine").unwrap_err().exit_code(), 3);
    store.accept_audit(&person("amy", "amy"), "an older key file was put back").unwrap();
    assert_eq!(store.verify_audit().unwrap().exit_code(), 0);
}

#[test]
fn a_row_of_anybody_with_the_data_key_accepted_a_log_that_was_cut() {
    for (who, signed, counts) in [("ben", true, false), ("eve", true, false), ("ana", false, false), ("ana", true, true)] {
        let mut rows = log();
        rows.push(row(who, "audit.accept", None, "it was SHORTENED; fine"));
        hashed(&mut rows, if signed { &["ana", "ben", "eve"] } else { &["ben", "eve"] });
        if !signed {
            rows.last_mut().unwrap().signature = Some(hex(&hand("eve").sign(&rows.last().unwrap().hash.clone())));
        }
        let last = rows.last().unwrap().sequence;
        assert_eq!(check(&rows).accepted, if counts { vec![last] } else { vec![] }, "{who}, signed: {signed}");
    }
}
