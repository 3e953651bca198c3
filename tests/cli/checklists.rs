//! Writing, trying, comparing and approving checklists, and the life of a gap, through the real program.

use crate::support::Home;

fn template(home: &Home) -> String {
    let path = home.at("site.toml").to_str().unwrap().to_owned();
    home.run(["checklist", "new", &path]).ends(0).quiet();
    path
}

#[test]
fn the_template_is_sound_and_never_overwrites_a_file() {
    let home = Home::empty();
    let path = template(&home);
    // It asks what a shipped item asks, which is no mistake, and is told beside.
    let checked = home.run(["--json", "checklist", "check", &path]).ends(0);
    assert!(checked.err.contains("N04-undocumented") && checked.err.lines().count() == 1, "{}", checked.err);
    assert_eq!(checked.json(), serde_json::json!([]));
    assert_eq!(home.run(["--json", "checklist", "test", &path]).ends(0).json()["failed"], 0);
    let again = home.run(["checklist", "new", &path]).ends(2);
    assert!(again.err.contains("was not written"), "{}", again.err);
}

#[test]
fn trying_an_item_on_a_note_shows_what_fires_and_why_not() {
    let home = Home::empty();
    let path = template(&home);
    let text = std::fs::read_to_string(&path).unwrap().replace("evidence_min = 2", "evidence_min = 1");
    std::fs::write(&path, text).unwrap();
    let low = home.write("low.txt", "ASSESSMENT AND PLAN:\n1. Pneumonia. Sodium 124. 2. Fluid restriction.\n");
    let shown = home.run(["checklist", "try", &path, "--text", low.to_str().unwrap()]).ends(0).quiet();
    assert!(shown.out.starts_with("SITE-1: fires"), "{}", shown.out);
    let shown = home.feed(["checklist", "try", &path], "ASSESSMENT AND PLAN:\n1. Pneumonia.\n").ends(0).quiet();
    assert!(shown.out.starts_with("SITE-1: ") && !shown.out.contains("fires\n"), "{}", shown.out);
}

#[test]
fn a_site_pack_extends_and_overrides_and_its_mistakes_are_told() {
    let home = Home::with_charts();
    let shipped = home.json(["checklist", "show", "DOC-001"]);
    let folder = home.store().join("checklists");
    std::fs::create_dir_all(&folder).unwrap();
    let own = include_str!("../../src/cli/checklist_new.toml").to_owned();
    let silenced = "\n[[item]]\nid = \"DOC-001\"\noverrides = true\nversion = 99\nkind = \"missing_document\"\nseverity = \"info\"\ntitle = \"H&P of our own\"\nwhy = \"Ours.\"\nauthority = \"house\"\ncitation = \"by-laws 4.2\"\n[item.clock]\ndocument = [\"history_and_physical\"]\nstart = \"admission\"\nlimit_hours = 12\n";
    std::fs::write(folder.join("own.toml"), own + silenced).unwrap();
    let list = home.json(["checklist", "list"]);
    let ids: Vec<&str> =
        list.as_array().unwrap().iter().flat_map(|p| p["items"].as_array().unwrap()).map(|i| i["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"SITE-1"));
    assert_eq!(ids.iter().filter(|id| **id == "DOC-001").count(), 1);
    let now = home.json(["checklist", "show", "DOC-001"]);
    assert_eq!((now["version"].as_u64(), shipped["version"].as_u64()), (Some(99), Some(1)));

    std::fs::write(folder.join("own.toml"), "[pack]\nid = 3\n").unwrap();
    let refused = home.run(["gaps", "--all"]).ends(2);
    assert!(refused.err.contains("own.toml") && refused.err.contains("checklist check"), "{}", refused.err);
}

#[test]
fn an_override_of_nothing_is_a_mistake() {
    let home = Home::empty();
    let path = template(&home);
    let text = std::fs::read_to_string(&path).unwrap().replace("id = \"SITE-1\"", "id = \"DOC-0O1\"\noverrides = true");
    std::fs::write(&path, text).unwrap();
    let found = home.run(["--json", "checklist", "check", &path]).ends(2).json();
    assert!(found.to_string().contains("nothing to override") && found.to_string().contains("DOC-001"), "{found}");
}

#[test]
fn a_difference_names_items_and_the_gaps_that_change() {
    let home = Home::with_charts();
    let one = template(&home);
    let two = home.at("two.toml").to_str().unwrap().to_owned();
    let text = std::fs::read_to_string(&one).unwrap().replace("below = 130", "below = 140").replace("evidence_min = 2", "evidence_min = 1");
    std::fs::write(&two, text).unwrap();
    let found = home.json(["checklist", "diff", &one, &two]);
    assert_eq!(found["items"][0]["item"], "SITE-1");
    assert!(!found["gaps"]["more"].as_array().unwrap().is_empty(), "{found}");
    home.run(["checklist", "diff", &one, &one]).ends(1);
}

#[test]
fn an_approved_item_is_no_draft_and_the_act_is_in_the_audit_log() {
    let home = Home::with_charts();
    let gap = home.json(["gaps", "--all"])[0].clone();
    let item = gap["item"].as_str().unwrap();
    assert!(gap["why"].as_str().unwrap().contains("Draft"));
    home.run(["checklist", "approve", item, "--by", "Medical executive committee"]).ends(0);
    let shown = home.run(["checklist", "show", item]).ends(0).out;
    assert!(shown.contains("approved by Medical executive committee on 20"), "{shown}");
    let after = home.json(["gaps", "--all", "--checklist", item]);
    assert!(!after[0]["why"].as_str().unwrap().contains("Draft"));
    assert!(home.run(["audit", "show"]).ends(0).out.contains("checklist.approve"));
    home.run(["checklist", "approve", item, "--withdraw"]).ends(0);
    assert!(home.run(["checklist", "show", item]).ends(0).out.contains("not yet approved"));
    home.run(["checklist", "approve", "NO-SUCH", "--by", "X"]).ends(2);
}

#[test]
fn a_printed_item_says_what_it_asks_in_every_form() {
    let home = Home::empty();
    for (form, begins) in [("text", "DOC-001  "), ("markdown", "## DOC-001 "), ("html", "<!doctype html>")] {
        let shown = home.run(["checklist", "show", "DOC-001", "--form", form]).ends(0).quiet().out;
        assert!(shown.starts_with(begins) && shown.contains("42 CFR 482.22"), "{shown}");
    }
    assert!(home.run(["checklist", "list", "--form", "html"]).ends(0).out.contains("<h2>DOC-001 "));
}

#[test]
fn a_gap_lives_from_open_over_resolved_to_open_again_and_is_counted() {
    let home = Home::with_charts();
    let key = "N01-undocumented|acute_kidney_injury|";
    let gaps = home.json(["gaps", "--all"]);
    let mine = |gaps: &serde_json::Value| {
        gaps.as_array()
            .unwrap()
            .iter()
            .any(|g| g["encounter"] == "88120" && g["condition"] == "acute_kidney_injury" && g["kind"] == "undocumented")
    };
    assert!(mine(&gaps));
    let note = |id: &str, text: &str| {
        serde_json::json!({ "id": id, "encounter": "enc-88120", "type": "progress_note", "date": "2026-11-19T20:00:00-05:00",
            "author": "Chen, Li MD", "text": text })
        .to_string()
    };
    let first = home.write("one.jsonl", note("late-note", "ASSESSMENT AND PLAN:\n1. Acute kidney injury, prerenal. Hold diuretic."));
    home.run(["import", first.to_str().unwrap()]).ends(0);
    assert!(!mine(&home.json(["gaps", "--all"])));
    let history = home.json(["gaps", "--history", "88120"]);
    let resolved = history.as_array().unwrap().iter().find(|m| m["gap"] == key).unwrap().clone();
    assert_eq!((resolved["state"].as_str(), resolved["reason"].as_str()), (Some("resolved"), Some("by document late-note")));
    let report = home.json(["checklist", "precision"]);
    let row = report.as_array().unwrap().iter().find(|r| r["item"] == "N01-undocumented").unwrap().clone();
    assert_eq!((row["resolved"].as_u64(), row["precision"].as_f64()), (Some(1), Some(1.0)));

    let second = home.write("two.jsonl", note("late-note", "ASSESSMENT AND PLAN:\n1. Creatinine up. Hold diuretic."));
    home.run(["import", second.to_str().unwrap()]).ends(0);
    assert!(mine(&home.json(["gaps", "--all"])));
    let history = home.json(["gaps", "--history", "88120"]);
    let last = history.as_array().unwrap().iter().rfind(|m| m["gap"] == key).unwrap().clone();
    assert_eq!((last["state"].as_str(), last["reason"].as_str()), (Some("open"), Some("found again")));
}

#[test]
fn two_versions_of_an_item_are_told_apart_in_words_and_by_their_gaps() {
    let home = Home::with_charts();
    let template = include_str!("../../src/cli/checklist_new.toml");
    let one = home.write("one.toml", template);
    let two = home.write("two.toml", template.replace("below = 130", "below = 120").replace("version = 1", "version = 2"));
    let [one, two] = [&one, &two].map(|file| file.to_str().unwrap());
    let said = home.run(["checklist", "diff", one, two]).ends(0).quiet().out;
    for line in [
        "(version 1 to 2)",
        "- looks for: low (sodium below 130 mmol/L)",
        "+ looks for: low (sodium below 120 mmol/L)",
        "0 more, 1 fewer",
        "- 88098",
    ] {
        assert!(said.contains(line), "{line}:\n{said}");
    }
    let value = home.json(["checklist", "diff", one, two]);
    assert_eq!(value["items"][0]["after"].as_array().map(Vec::len), Some(1), "{value}");
    let louder = home.write("three.toml", template.replace("severity = \"warn\"", "severity = \"high\""));
    let said = home.run(["checklist", "diff", one, louder.to_str().unwrap()]).ends(0).out;
    assert!(said.contains("+ severity: high") && said.contains("1 that read or weigh otherwise") && said.contains("count it up"), "{said}");
}

#[test]
fn the_guide_shows_what_the_program_says() {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/checklists.md")).unwrap();
    let home = Home::with_charts();
    let folder = home.store().join("checklists");
    std::fs::create_dir_all(&folder).unwrap();
    let template = include_str!("../../src/cli/checklist_new.toml");
    std::fs::write(folder.join("site.toml"), template).unwrap();
    for encounter in ["88098", "88120"] {
        let said = home.run(["explain", encounter, "SITE-1", "--as-of", "2026-11-19T08:42:00-05:00"]).ends(0).out;
        assert!(guide.contains(said.trim_end()), "docs/checklists.md does not show this any more:\n{said}");
    }
    let broken = home.write("site.toml", template.replace("\"sodium\"", "\"sodum\""));
    let said = home.run(["checklist", "check", broken.to_str().unwrap()]).ends(2).out;
    let line = said.lines().next().and_then(|line| line.split_once("site.toml")).unwrap().1;
    assert!(guide.contains(line), "docs/checklists.md does not show this any more:\n{said}");
}

#[test]
fn a_difference_of_days_or_approval_was_no_difference_and_the_gaps_went() {
    let home = Home::with_charts();
    let template = include_str!("../../src/cli/checklist_new.toml");
    let one = home.write("one.toml", template);
    let two = home.write("two.toml", template.replace("2015-10-01", "2027-10-01"));
    let [one, two] = [&one, &two].map(|file| file.to_str().unwrap());
    let said = home.run(["checklist", "diff", one, two]).ends(0).quiet().out;
    for line in ["checklist site", "- in force: from 2015-10-01", "+ in force: from 2027-10-01", "0 more, 1 fewer", "- 88098"] {
        assert!(said.contains(line), "{line}:\n{said}");
    }
    let folder = home.store().join("checklists");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(one, folder.join("site.toml")).unwrap();
    home.run(["checklist", "approve", "SITE-1", "--by", "Medical executive committee"]).ends(0);
    let said = home.run(["checklist", "diff", one, two]).ends(0).out;
    assert!(said.contains("- status: approved by Medical executive committee") && said.contains("+ status: draft"), "{said}");
    // What is in the file is no approval, and what was withdrawn is none any more.
    home.run(["checklist", "approve", "SITE-1", "--withdraw"]).ends(0);
    let named = template.replace("citation = ", "approved_by = \"MEC\"\ncitation = ");
    std::fs::write(folder.join("site.toml"), &named).unwrap();
    assert!(home.run(["checklist", "show", "SITE-1"]).ends(0).out.contains("draft: not yet approved"));
    assert!(home.run(["checklist", "approve", "SITE-1", "--withdraw"]).ends(1).out.contains("nothing to withdraw"));
}

#[test]
fn the_doctor_could_not_look_because_a_checklist_was_broken() {
    let home = Home::with_charts();
    let folder = home.store().join("checklists");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("own.toml"), "[pack]\nid = \"own\n").unwrap();
    let said = home.run(["doctor"]).ends(4).out;
    assert!(said.contains("own.toml") && said.contains("store      readable"), "{said}");
    // A name that ships with the program stops nothing.
    std::fs::remove_file(folder.join("own.toml")).unwrap();
    std::fs::write(folder.join("groups.toml"), include_str!("../../src/cli/checklist_new.toml")).unwrap();
    home.run(["doctor"]).ends(0);
    let found = home.json(["gaps", "88120"]);
    assert!(found.as_array().unwrap().iter().any(|gap| gap["item"] == "N01-undocumented"), "{found}");
}

#[test]
fn an_id_in_small_letters_led_nowhere() {
    let home = Home::with_charts();
    for args in [vec!["checklist", "show", "doc-001"], vec!["explain", "88120", "doc-001"], vec!["gaps", "--all", "--checklist", "doc-001"]]
    {
        let said = home.run(args.clone()).ends(2).err;
        assert!(said.contains("did you mean DOC-001?"), "{args:?}: {said}");
    }
}

#[test]
fn a_gap_that_was_never_set_aside_was_opened_again_and_another_reason_had_no_words() {
    let home = Home::with_charts();
    let gaps = home.json(["gaps", "88120"]);
    let item = gaps.as_array().unwrap().iter().find(|g| g["item"] == "N01-undocumented").unwrap()["item"].as_str().unwrap();
    assert!(home.run(["dismiss", "88120", item, "--undo"]).ends(1).out.contains("no dismissal to take back"));
    assert!(home.run(["dismiss", "88120", item, "--reason", "other"]).ends(2).err.contains("no words"));
    home.run(["dismiss", "88120", item, "--reason", "other", "--words", "asked by telephone"]).ends(0);
    home.run(["dismiss", "88120", item, "--undo"]).ends(0);
}

#[test]
fn an_item_named_a_query_template_that_no_query_was_written_from() {
    let home = Home::with_charts();
    let path = template(&home);
    let named = |name: &str| {
        let text =
            include_str!("../../src/cli/checklist_new.toml").replacen("\nkind = ", &format!("\nquery_template = \"{name}\"\nkind = "), 1);
        std::fs::write(&path, text).unwrap();
        home.run(["checklist", "check", &path]).ends(0).out
    };
    assert!(named("nonsense").contains("there is no query template `nonsense`"));
    let known = home.json(["query", "templates"]).as_array().unwrap()[0]["template"]["id"].as_str().unwrap().to_owned();
    assert!(!named(&known).contains("there is no query template"));
}
