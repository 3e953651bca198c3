//! Notes that come without fields: pasted, named by a pattern, or with a header of their own.

use crate::support::Home;
use serde_json::json;

#[test]
fn a_paste_becomes_a_note_in_its_own_chart_and_the_same_paste_changes_nothing() {
    let home = Home::new();
    let note = "HPI: 72 yo with CHF exacerbation. Denies fever.";
    let added = home.feed(["import", "-", "--json"], note).ends(0).json();
    assert_eq!(added["documents"]["added"], 1);
    let again = home.feed(["import", "-", "--json"], note).ends(0).json();
    assert_eq!((&again["documents"]["added"], &again["documents"]["unchanged"]), (&json!(0), &json!(1)));
    assert_eq!(home.total("\"CHF exacerbation\""), 1);
    // What a person says of it is kept with it; another format is known by its content.
    let args = ["import", "-", "--json", "--set", "encounter=E7", "--set", "patient=77", "--set", "type=consultation"];
    assert_eq!(home.feed(args, "Seen for hyponatremia.").ends(0).json()["documents"]["added"], 1);
    let chart = home.json(["chart", "E7"]);
    assert_eq!(chart["documents"][0]["type"], "consultation", "{chart}");
    let hl7 = "MSH|^~\\&|A|B|C|D|20260105||ADT^A01|1|P|2.5\rPID|||9^^^HOSP^MR||DOE^JO\rPV1||I|||||||||||||||||V9\r";
    assert_eq!(home.feed(["import", "-", "--json"], hl7).ends(0).json()["encounters"], 1);
    // Alone, and something.
    assert!(home.feed(["import", "-", "other.txt"], "x").ends(2).err.contains("imported alone"));
    assert!(home.feed(["import", "-"], "").ends(2).err.contains("empty"));
    assert!(home.feed(["import", "-", "--set", "colour=red"], "x").ends(2).err.contains("known are"));
}

#[test]
fn a_dry_run_shows_what_a_name_and_the_first_lines_would_say() {
    let home = Home::new();
    home.write("in/77_E1_consultation.txt", "Seen for hyponatremia.");
    home.write("in/odd.txt", "MRN: 88\nCSN: E2\nDate of service: 11/12/2026 07:30\n\nSeen for sepsis.");
    let folder = home.at("in").display().to_string();
    let told = |extra: &[&str]| {
        let args = ["import", "--json", "--dry-run", &folder].into_iter().chain(extra.iter().copied());
        home.run(args).calm().json()["notices"].to_string()
    };
    assert!(told(&[]).contains("--header takes them"), "{}", told(&[]));
    let all = ["--names", "{patient}_{encounter}_{type}", "--header"];
    let shown = told(&all);
    for words in [
        "patient, encounter, type of the note: from its name",
        "does not fit the pattern",
        "date of the note: from its first lines",
        "cannot be read",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("88"), "no words of a note");
    let args = ["import", &folder].into_iter().chain(all).chain(["--dates", "month-first"]);
    home.run(args).ends(0);
    let chart = home.json(["chart", "E2"]);
    assert_eq!(chart["documents"][0]["time"], "2026-11-12T07:30", "{chart}");
    assert_eq!(home.json(["chart", "E1"])["documents"][0]["type"], "consultation");
    assert!(home.run(["import", "--names", "{patient", &folder]).ends(2).err.contains("no }"));
}

#[test]
fn two_patients_that_are_one_are_listed_joined_by_a_person_and_parted_again() {
    let home = Home::new();
    let admit = |authority: &str, number: &str, name: &str| {
        format!(
            "MSH|^~\\&|A|B|C|D|20260105||ADT^A01|{number}|P|2.5\rPID|||{number}^^^{authority}^MR||{name}||19500203|F\rPV1||I|||||||||||||||||V{number}^^^{authority}\r"
        )
    };
    let feed = admit("NORTH", "1", "Probe^Mia^Q") + &admit("SOUTH", "2", "PROBE^Mia") + &admit("SOUTH", "3", "Probe^Max");
    home.feed(["import", "-"], feed).ends(0);
    let found = home.json(["import", "doubles"]);
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!((&found[0]["one"]["patient"], &found[0]["other"]["patient"]), (&json!("NORTH|1"), &json!("SOUTH|2")));
    let run = home.json(["import", "merge", "SOUTH|2", "NORTH|1"])["run"].to_string();
    home.run(["import", "doubles"]).ends(1);
    assert_eq!(home.json(["chart", "SOUTH|V2"])["patient"]["identifier"], "NORTH|1");
    home.run(["import", "undo", &run]).ends(0);
    assert_eq!(home.json(["import", "doubles"]), found);
    assert!(home.run(["import", "merge", "SOUTH|9", "NORTH|1"]).ends(2).err.contains("import doubles"));
}

#[test]
fn findings_go_out_as_drafts_and_come_back_as_nothing() {
    let home = Home::with_charts();
    let encounter = home.json(["worklist"])["rows"][0]["encounter"].as_str().unwrap().to_owned();
    let out = home.run(["export", "--findings", &encounter]).ends(0).out;
    assert!(out.contains("\"Condition\"") && out.contains("unconfirmed"));
    let file = home.write("findings.json", &out);
    let fresh = Home::new();
    let report = fresh.json(["import", file.to_str().unwrap()]);
    assert_eq!((&report["other"], &report["observations"]), (&json!(0), &json!(0)));
    assert!(report["notices"].to_string().contains("a draft that a program read"), "{report}");
    let lines = home.run(["export", "--findings", "--form", "json-lines", &encounter]).ends(0).out;
    let line: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert!(line["document"].is_string() && line["mentions"].is_array());
    home.run(["export", "--form", "json-lines", &encounter]).ends(2);
}

#[test]
fn the_stores_table_of_note_types_counts_and_a_guessed_type_is_said() {
    let home = Home::new();
    let notes = home.write("notes.jsonl", "{\"id\":\"n1\",\"encounter\":\"E1\",\"type\":\"HC\",\"text\":\"Did well.\"}\n");
    let notes = notes.to_str().unwrap();
    home.json(["import", notes]);
    assert_eq!(home.json(["chart", "E1"])["documents"][0]["type_guessed"], true);
    assert!(home.run(["chart", "E1"]).ends(0).out.contains("(type guessed)"));
    std::fs::write(home.store().join("note_types.toml"), "HC = \"discharge_summary\"\n").unwrap();
    assert_eq!(home.json(["import", notes])["documents"]["new_versions"], 1, "the type is another one now");
    let chart = home.json(["chart", "E1"]);
    assert_eq!((&chart["documents"][0]["type"], &chart["documents"][0]["type_guessed"]), (&json!("discharge_summary"), &json!(false)));
    // A table that is named goes before the store's; one that cannot be read is told, and nothing is imported.
    let named = home.write("types.toml", "HC = \"consultation\"\n");
    home.json(["import", notes, "--types", named.to_str().unwrap()]);
    assert_eq!(home.json(["chart", "E1"])["documents"][0]["type"], "consultation");
    std::fs::write(home.store().join("note_types.toml"), "HC = \"letter\"\n").unwrap();
    let broken = home.run(["import", notes]).ends(2);
    assert!(broken.err.contains("note_types.toml:1") && broken.err.contains("discharge_summary"), "{}", broken.err);
}

#[test]
fn a_note_without_a_stay_says_that_its_stay_was_guessed_and_a_review_goes_out() {
    let home = Home::new();
    let stays = home.write("stays.csv", "hadm_id,subject_id,admittime,dischtime\nE1,77,2026-01-05T08:00,2026-01-09T10:00\n");
    let notes = home.write("notes.jsonl", "{\"id\":\"n1\",\"patient\":\"77\",\"date\":\"2026-01-06\",\"text\":\"Did well.\"}\n");
    home.json(["import", stays.to_str().unwrap(), notes.to_str().unwrap()]);
    let chart = home.json(["chart", "E1"]);
    assert_eq!((&chart["documents"][0]["identifier"], &chart["documents"][0]["encounter_guessed"]), (&json!("n1"), &json!(true)));
    assert!(home.run(["chart", "E1"]).ends(0).out.contains("stay guessed"));
    home.json(["review", "E1", "--next", "2"]);
    let out = home.run(["export", "--reviews", "E1"]).ends(0).json();
    assert_eq!(out["entry"][0]["resource"]["focus"]["identifier"]["value"], "E1", "{out}");
    let table = home.run(["export", "--reviews", "--all", "--form", "csv"]).ends(0).out;
    assert!(table.starts_with("encounter,person,what,at,next") && table.contains("E1,ana,look,"), "{table}");
}
