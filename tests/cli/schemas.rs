//! A store of an earlier program: brought up to date, said, written down, and kept as it was.

use crate::support::{Home, fixtures};
use std::fs;

fn of_schema(schema: u32) -> Home {
    let home = Home::empty();
    fs::create_dir(home.store()).unwrap();
    fs::copy(fixtures(&format!("stores/schema-{schema}.db")), home.store().join("lacuna.db")).unwrap();
    home
}

#[test]
fn opening_an_older_store_is_said_once_written_down_and_can_be_undone() {
    let home = of_schema(1);
    let ran = home.run(["search", "calciphylaxis"]).ends(0);
    assert!(ran.err.contains("brought from schema 1 to") && ran.err.contains("before-schema-1.db"), "{}", ran.err);
    home.run(["search", "calciphylaxis"]).ends(0).quiet();
    let log = home.json(["audit", "show"]);
    assert_eq!(log.as_array().unwrap().iter().filter(|e| e["action"] == "store.migrate").count(), 1);
    assert_eq!(home.json(["doctor"])["sound"], true);
    // The program that made it could go on with the copy; so can this one, in another folder.
    let other = Home::empty();
    let copy = home.store().join("before-schema-1.db");
    assert!(other.run(["restore", copy.to_str().unwrap()]).ends(0).err.contains("brought from schema 1"));
    assert_eq!(other.total("calciphylaxis"), 1);
}

#[test]
fn with_json_the_remark_is_json_too() {
    let home = of_schema(2);
    let said: serde_json::Value = serde_json::from_str(&home.run(["--json", "worklist"]).ends(0).err).unwrap();
    assert_eq!(said["from"], 2);
}
