//! Words of a note stay in the note: no message, no log row, no side file holds them.

use crate::support::Home;
use std::fs;
use std::path::Path;

/// Stands for everything a patient ever said.
const PLANTED: &str = "xanthoquill";

fn store() -> Home {
    let home = Home::new();
    let line = |id: &str, text: &str| serde_json::json!({ "id": id, "text": text, "patient": "p1", "encounter": "e1" }).to_string();
    let text = format!("HPI: {PLANTED} fever, sepsis, creatinine 4.1.\nPLAN: {PLANTED} continue cefepime.");
    home.write("notes.jsonl", format!("{}\n{}\n", line("n1", &text), line("n2", &text)));
    home.json(["import", home.at("notes.jsonl").to_str().unwrap()]);
    assert_eq!(home.total(PLANTED), 2, "it is there");
    home
}

#[test]
fn no_failing_command_says_a_word_of_a_note() {
    let home = store();
    let path = |name: &str| home.at(name).to_str().unwrap().to_owned();
    let planted = |text: &str| text.replace('@', PLANTED);
    for (name, text) in [
        ("cut.jsonl", r#"{"id":"c","text":"@ and then"#),
        ("types.jsonl", r#"{"id":"c","text":["@"]}"#),
        ("list.jsonl", r#"["@"]"#),
        ("keys.jsonl", r#"{"@":"@","@":1}"#),
        ("words.jsonl", "{\"id\":1}\n@ @ @\n"),
        ("cut.json", r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"@","id":"@""#),
        (
            "wrong.json",
            r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"DocumentReference","id":"d","content":[{"attachment":{"contentType":"application/pdf","data":"@"}}]}}]}"#,
        ),
        ("nul.txt", "@\0@"),
        ("map.toml", "id = \"@\"\ntext = [@"),
        ("draft.json", r#"{"title":"@","options":"@","due":"@"}"#),
        ("draft2.json", r#"{"title":"@""#),
        ("type.jsonl", r#"{"id":"c","text":"@","type":"@"}"#),
    ] {
        home.write(name, planted(text));
    }
    home.write("latin.txt", [PLANTED.as_bytes(), b"\xff\xfe\x81"].concat());
    let draft = home.json(["query", "new", "e1"])["row"]["id"].to_string();
    home.json(["query", "edit", &draft, "--body", PLANTED, "--title", PLANTED, "--question", PLANTED, "--note", PLANTED]);
    let import = |name: &str| vec!["import".to_owned(), path(name)];
    let with_map = |name: &str| vec!["import".to_owned(), path("notes.jsonl"), "--map".to_owned(), path(name)];
    let words = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    let mut commands: Vec<Vec<String>> =
        ["cut.jsonl", "types.jsonl", "list.jsonl", "keys.jsonl", "words.jsonl", "cut.json", "wrong.json", "nul.txt"].map(import).to_vec();
    commands.push(with_map("map.toml"));
    commands.push(words(&["read", "--jsonl", &path("type.jsonl")]));
    commands.push(words(&["read", "--jsonl", &path("cut.jsonl")]));
    commands.push(words(&["read", "--jsonl", &path("types.jsonl")]));
    commands.push(words(&["read", &path("nul.txt")]));
    commands.push(words(&["query", "edit", &draft, "--from", &path("draft.json")]));
    commands.push(words(&["query", "edit", &draft, "--from", &path("draft2.json")]));
    commands.push(words(&["query", "edit", &draft, "--justify", PLANTED]));
    commands.push(words(&["query", "send", &draft]));
    commands.push(words(&["query", "answer", &draft, "--text", PLANTED]));
    commands.push(words(&["query", "escalate", &draft, "--to", "the chief", "--reason", PLANTED]));
    commands.push(words(&["query", "lint", &path("latin.txt")]));
    commands.push(words(&["search", PLANTED, "--encounter", "nobody"]));
    let mut failed = 0;
    for command in commands {
        for json in [false, true] {
            let ran = home.run(json.then_some("--json".to_owned()).into_iter().chain(command.clone())).calm();
            assert!(ran.code != Some(0), "{command:?} was meant to fail");
            failed += 1;
            assert!(!ran.err.contains(PLANTED), "{command:?}: {}", ran.err);
            if command.first().is_some_and(|c| c == "import") {
                assert!(!ran.out.contains(PLANTED), "{command:?}: {}", ran.out);
            }
        }
    }
    assert!(failed > 30);
}

#[test]
fn no_log_row_and_no_file_beside_the_database_holds_a_word_of_a_note() {
    let home = store();
    home.json(["import", crate::support::fixtures("charts").to_str().unwrap()]);
    home.json(["search", PLANTED]);
    home.json(["search", PLANTED, "--encounter", "e1"]);
    home.json(["note", "n1"]);
    let gap = home.json(["chart", "88047"])["gaps"][0]["key"].as_str().unwrap().to_owned();
    home.json(["dismiss", "88047", &gap, "--reason", "other", "--words", PLANTED]);
    home.json(["dismiss", "88047", &gap, "--undo"]);
    let id = crate::query::sendable(&home, false).to_string();
    home.json(["query", "edit", &id, "--note", PLANTED]);
    home.json(["query", "send", &id]);
    home.json(["query", "escalate", &id, "--to", "physician advisor", "--reason", PLANTED]);
    home.json(["query", "answer", &id, "--text", PLANTED]);
    home.json(["query", "close", &id, "--outcome", "agreed", "--reason", &format!("{PLANTED} is dictated")]);
    for form in ["--json", "--verbose"] {
        let log = home.run([form, "audit", "show"]).ends(0).quiet().out;
        assert!(log.contains("query.send") && !log.contains(PLANTED), "{form}");
    }
    let mut all = Vec::new();
    files(&home.store(), &mut all);
    for file in all.iter().filter(|f| !f.parent().is_some_and(|p| p.starts_with(home.store().join("index")))) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(file).unwrap();
        let planted = bytes.windows(PLANTED.len()).any(|w| w == PLANTED.as_bytes());
        assert_eq!(planted, name == "lacuna.db" || name == "lacuna.db-wal" && planted, "{name}");
    }
}

fn files(folder: &Path, out: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() { files(&entry.path(), out) } else { out.push(entry.path()) }
    }
}
