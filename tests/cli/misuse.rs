//! What somebody tries who may come in: to be somebody else, to write where the program keeps its own, to see what is withheld, and to go on
//! after a right was taken away.

use crate::support::{Home, PASSPHRASE};
use lacuna::work::{Clock, Door, Secret};
use serde_json::{Value, json};
use std::fs;

const BEN: &str = "four words of ben";

fn with_ben(role: &str) -> Home {
    let (home, _) = Home::locked();
    home.with_secrets("ana", &[PASSPHRASE, BEN], ["user", "add", "ben", "--role", role]).ends(0);
    home
}

/// Over a forced command `lacuna --store S --as ana $SSH_ORIGINAL_COMMAND` this was ben.
#[test]
fn a_second_name_or_store_behind_the_command_was_taken() {
    let home = Home::new();
    let other = Home::new();
    let store = other.store().display().to_string();
    for words in [&["worklist", "--as", "ben"][..], &["user", "list", "--as=ben"]] {
        let ran = home.run([&["--as", "ana"], words].concat()).ends(2);
        assert!(ran.err.contains("--as is given twice"), "{}", ran.err);
    }
    let ran = home.run(["worklist", "--store", &store]).ends(2);
    assert!(ran.out.is_empty() && ran.err.contains("--store is given twice"), "{}", ran.err);
    home.run(["worklist", "--as", "ana"]).ends(0);
}

#[test]
fn a_role_that_was_taken_away_went_on_in_a_session_that_was_open() {
    let home = with_ben("specialist");
    let door = Door::of(&home.store(), Some("ben"), Clock::Host).unwrap();
    let entered = door.enter(&Secret::Passphrase(BEN)).unwrap();
    let act = || entered.store.record_act(&entered.session.actor(), "document.open", None, None, None, "");
    act().unwrap();
    home.with_secrets("ana", &[PASSPHRASE], ["user", "role", "ben", "trainer"]).ends(0);
    assert!(act().unwrap_err().to_string().contains("your role does not allow this"));
    assert!(entered.store.allow(&entered.session.actor(), "document.open").is_err());
    // More than the session began with it does not become either, before the next login.
    home.with_secrets("ana", &[PASSPHRASE], ["user", "role", "ben", "administrator"]).ends(0);
    act().unwrap();
    assert!(entered.store.allow(&entered.session.actor(), "user.list").is_err());
}

#[test]
fn a_command_wrote_into_the_stores_own_folder_and_locked_everybody_out() {
    let (home, _) = Home::locked();
    let keys = home.store().join("keys.json");
    let before = fs::read(&keys).unwrap();
    let inside = |name: &str| home.store().join(name).display().to_string();
    let roundabout = home.at("").join("store/../store/keys.json").display().to_string();
    let link = home.at("link");
    std::os::unix::fs::symlink(&keys, &link).unwrap();
    for words in [
        vec!["audit".to_owned(), "anchor".into(), inside("keys.json")],
        vec!["audit".into(), "anchor".into(), roundabout],
        vec!["audit".into(), "anchor".into(), link.display().to_string()],
        vec!["audit".into(), "anchor".into(), inside("keys.next.json")],
        vec!["backup".into(), inside("copy.db")],
    ] {
        let ran = home.with_secrets("ana", &[PASSPHRASE], &words).ends(3);
        assert!(ran.err.contains("the store's own folder"), "{words:?}: {}", ran.err);
    }
    home.run(["checklist", "new", &inside("keys.next.json")]).ends(3);
    home.run(["read", &inside("keys.json")]).ends(3);
    assert_eq!(fs::read(&keys).unwrap(), before);
    assert!(!home.store().join("keys.next.json").exists() && !home.store().join("copy.db").exists());
    // Nor does an anchor go to the end of what holds something else.
    let theirs = home.write("authorized_keys", "restrict ssh-ed25519 AAAA ana\n");
    home.with_secrets("ana", &[PASSPHRASE], ["audit", "anchor", theirs.to_str().unwrap()]).ends(3);
    let anchors = home.at("anchors").display().to_string();
    for _ in 0..2 {
        home.with_secrets("ana", &[PASSPHRASE], ["audit", "anchor", &anchors]).ends(0);
    }
    home.with_secrets("ana", &[PASSPHRASE], ["audit", "verify", "--anchor", &anchors]).ends(0);
}

/// Whoever holds the data key can change the id in the tables; what is remembered of a log went by that.
#[test]
fn the_memory_of_a_log_and_its_anchors_went_by_an_id_that_can_be_changed() {
    let (home, _) = Home::locked();
    home.with_secrets("ana", &[PASSPHRASE], ["worklist"]).calm();
    let keys: Value = serde_json::from_slice(&fs::read(home.store().join("keys.json")).unwrap()).unwrap();
    let vault = keys["vault"].as_str().unwrap();
    let seen = fs::read_to_string(home.at(".local/state/lacuna/seen")).unwrap();
    assert!(seen.starts_with(vault), "{seen}");
    let anchor = home.with_secrets("ana", &[PASSPHRASE], ["audit", "anchor"]).ends(0).out;
    assert!(anchor.starts_with(&format!("lacuna {vault} ")), "{anchor}");
}

#[test]
fn a_links_target_was_written_over_under_a_name_that_could_be_guessed() {
    let (home, _) = Home::locked();
    let precious = home.write("precious", "mine");
    for name in ["logins.json", "keys.lock"] {
        let at = home.store().join(name);
        fs::remove_file(&at).ok();
        std::os::unix::fs::symlink(&precious, &at).unwrap();
    }
    home.with_secrets("ana", &[PASSPHRASE], ["worklist"]).calm();
    home.with_secrets("ana", &[PASSPHRASE, BEN], ["user", "add", "ben", "--role", "coder"]).calm();
    assert_eq!(fs::read_to_string(&precious).unwrap(), "mine");
}

/// A note that says what it is in its type or its label alone, through each reader that has one.
#[test]
fn a_psychotherapy_note_that_its_type_or_label_named_was_in_the_search() {
    let home = Home::new();
    let line = |id: &str, kind: &str| {
        json!({"id": id, "type": kind, "text": "zqword of sepsis", "patient": "p1", "encounter": "e1"}).to_string() + "\n"
    };
    let lines =
        home.write("a.jsonl", line("j1", "Psychotherapy note") + &line("j2", "Methadone clinic note") + &line("j3", "Progress note"));
    let table = home.write(
        "b.csv",
        "id,type,text,patient,encounter\nc1,Psychotherapy note,zqword of sepsis,p1,e1\nc2,Progress note,zqword of sepsis,p1,e1\n",
    );
    let message = home.write(
        "c.hl7",
        "MSH|^~\\&|A|B|C|D|20261103081500||MDM^T02|1|P|2.5\rPID|1||p2||Test^Al\rPV1|1|I|||||||||||||||||e2\r\
         TXA|1|Psychotherapy note|TX|20261103081500||||||||h1\rOBX|1|TX|||zqword of sepsis\r",
    );
    let reference = |id: &str, more: Value| {
        let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, "zqword of sepsis");
        let mut resource = json!({"resourceType": "DocumentReference", "id": id, "status": "current", "date": "2026-11-03T08:15:00Z",
            "subject": {"reference": "Patient/p1"}, "content": [{"attachment": {"contentType": "text/plain", "data": data}}]});
        resource.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "resource": resource })
    };
    let codes = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": {"resourceType": "Patient", "id": "p1", "name": [{"family": "Test", "given": ["Al"]}]}},
        reference("d1", json!({"type": {"text": "Psychotherapy note"}})),
        reference("d2", json!({"description": "Session 4", "type": {"text": "PSYCHOTHERAPY NOTE",
            "coding": [{"system": "http://loinc.org", "code": "11506-3", "display": "Progress note"}]}})),
        reference("d3", json!({"type": {"text": "Note"}, "category": [{"coding": [{"code": "x", "display": "Psychotherapy process notes"}]}]})),
        reference("d4", json!({"type": {"text": "Note"}, "securityLabel": [{"coding": [{"system": codes, "code": "PSYTHPN"}]}]})),
        reference("d5", json!({"type": {"text": "Note"}, "meta": {"security": [{"system": codes, "code": "42CFRPart2"}]}})),
        reference("d6", json!({"type": {"text": "Note"}})),
    ]});
    let bundle = home.write("d.json", bundle.to_string());
    for file in [lines, table, message, bundle] {
        home.json(["import", file.to_str().unwrap()]);
    }
    let hits = home.json(["search", "zqword"]);
    let mut found: Vec<&str> = hits["hits"].as_array().unwrap().iter().map(|h| h["document"].as_str().unwrap()).collect();
    found.sort_unstable();
    assert_eq!(found, ["c2", "d6", "j3"]);
    home.run(["note", "d4"]).ends(3);
    home.run(["note", "h1"]).ends(3);
}
