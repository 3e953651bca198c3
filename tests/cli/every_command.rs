//! The whole table of commands, each with `--json`: one value, its exit code, not a word on standard error.

use crate::support::{Home, fixtures};
use clap::CommandFactory;
use lacuna::cli::args::Cli;
use serde_json::Value;
use std::collections::BTreeSet;

/// Commands without an answer in JSON: an interface, and texts for other programs.
const TEXT: &[&str] = &["demo", "completions", "man"];

fn leaves(command: &clap::Command, above: &str, out: &mut BTreeSet<String>) {
    for sub in command.get_subcommands() {
        let name = format!("{above}{}", sub.get_name());
        leaves(sub, &format!("{name} "), out);
        // `import` does something itself, besides `import report`.
        if !sub.is_subcommand_required_set() {
            out.insert(name);
        }
    }
}

/// The commands of the program, `query new` as one.
fn commands() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    leaves(&Cli::command(), "", &mut out);
    out
}

struct Table {
    home: Home,
    seen: BTreeSet<String>,
}

impl Table {
    fn says(&mut self, code: i32, command: &str, args: &[&str]) -> Value {
        let ran = self.home.run(["--json"].into_iter().chain(command.split(' ')).chain(args.iter().copied()));
        self.seen.insert(command.to_owned());
        ran.ends(code).quiet().json()
    }

    /// A command that has nothing to say of its own beyond what it printed: the value must not be empty.
    fn does(&mut self, command: &str, args: &[&str]) -> Value {
        let value = self.says(0, command, args);
        assert!(value.as_object().map_or(0, serde_json::Map::len) + value.as_array().map_or(0, Vec::len) > 0, "{command}: {value}");
        value
    }
}

#[test]
fn every_command_gives_one_json_value_and_no_other_word() {
    let mut t = Table { home: Home::with_charts(), seen: BTreeSet::new() };
    let charts = fixtures("charts");
    let note = t.home.write("note.txt", "ASSESSMENT: Acute on chronic systolic heart failure.\n");
    let (charts, note) = (charts.to_str().unwrap(), note.to_str().unwrap());
    let copy = t.home.at("copy.db");
    let pack = fixtures("../checklists");
    let pack = std::fs::read_dir(pack).unwrap().map(|e| e.unwrap().path()).find(|p| p.extension().is_some_and(|e| e == "toml")).unwrap();

    let other = Home::empty();
    assert_eq!(other.json(["init", "--no-encryption"])["encrypted"], false);
    t.seen.insert("init".to_owned());
    t.does("import", &[charts]);
    t.does("import report", &[]);
    t.does("import report", &["1"]);
    t.does("read", &[note]);
    t.does("search", &["heart failure"]);
    let gaps = t.does("gaps", &["--all"]);
    let (encounter, item) = (gaps[0]["encounter"].as_str().unwrap(), gaps[0]["item"].as_str().unwrap());
    t.does("explain", &[encounter, item]);
    t.does("checklist list", &[]);
    t.does("checklist show", &[item]);
    t.does("checklist names", &["potassium"]);
    assert_eq!(t.says(0, "checklist check", &[pack.to_str().unwrap()]), serde_json::json!([]));
    t.does("checklist test", &[pack.to_str().unwrap()]);
    let (made, one) = (t.home.at("made.toml"), t.home.at("one.toml"));
    t.does("checklist new", &[made.to_str().unwrap()]);
    let changed = std::fs::read_to_string(&made).unwrap().replace("version = 1 ", "version = 2 ").replace("below = 130", "below = 128");
    std::fs::write(&one, changed).unwrap();
    t.does("checklist try", &[made.to_str().unwrap(), "--text", note]);
    t.does("checklist diff", &[made.to_str().unwrap(), one.to_str().unwrap()]);
    t.does("checklist approve", &[item, "--by", "the committee"]);
    t.does("checklist precision", &[]);
    t.does("worklist", &[]);
    let chart = t.does("chart", &[encounter]);
    let document = chart["documents"][0]["identifier"].as_str().unwrap();
    assert_eq!(t.does("export", &[encounter])["resourceType"], "Bundle");
    let run = t.does("import", &[note])["run"].to_string();
    assert!(t.does("import undo", &[&run])["changes"].as_u64().unwrap() > 0);
    let admit = |n: u8| {
        format!(
            "MSH|^~\\&|A|B|C|D|20260105||ADT^A01|{n}|P|2.5\rPID|||{n}^^^N{n}^MR||Probe^Mia||19500203|F\rPV1||I|||||||||||||||||V{n}^^^N{n}\r"
        )
    };
    let feed = t.home.write("two.hl7", admit(1) + &admit(2));
    t.does("import", &[feed.to_str().unwrap()]);
    assert_eq!(t.does("import doubles", &[]).as_array().map(Vec::len), Some(1));
    let run = t.does("import merge", &["N2|2", "N1|1"])["run"].to_string();
    t.does("import undo", &[&run]);
    t.does("note", &[document]);
    t.does("review", &[encounter, "--next", "2"]);
    t.does("me", &["--name", "Ana Ruiz, RN, CCDS", "--contact", "ext. 4417"]);

    let key = chart["gaps"][0]["key"].as_str().unwrap();
    assert_eq!(t.does("dismiss", &[encounter, key, "--reason", "other", "--words", "seen"])["state"], "dismissed");
    assert_eq!(t.does("dismiss", &[encounter, key, "--undo"])["state"], "open");

    t.does("query rules", &[]);
    for last in ["close", "withdraw", "escalate"] {
        let id = crate::query::sendable(&t.home, false).to_string();
        t.seen.insert("query new".to_owned());
        t.does("query edit", &[&id, "--note", "for ourselves"]);
        t.does("query lint", &[&id]);
        assert_eq!(t.does("query ready", &[&id])["row"]["state"], "ready");
        assert_eq!(t.does("query send", &[&id])["row"]["state"], "sent");
        t.does("query export", &[&id]);
        assert_eq!(t.does("query delivered", &[&id])["row"]["state"], "open");
        match last {
            "close" => {
                t.does("query answer", &[&id, "--text", "Agreed."]);
                let view = t.does("query close", &[&id, "--outcome", "agreed", "--reason", "the addendum is dictated"]);
                assert_eq!(t.does("query reopen", &[&id, "--reason", "a new value came back"])["row"]["state"], "reopened");
                let chart = t.does("chart", &[view["draft"]["encounter"].as_str().unwrap()]);
                let mut notes = chart["documents"].as_array().unwrap().iter().map(|d| d["identifier"].as_str().unwrap());
                let note = notes.find(|n| n.ends_with("-hp")).unwrap();
                assert_eq!(
                    t.does("query documented", &[&id, "--document", note, "--reason", "it was dictated before and signed today"])["row"]["state"],
                    "withdrawn"
                );
            }
            "withdraw" => drop(t.does("query withdraw", &[&id, "--reason", "sent to the wrong team"])),
            _ => {
                t.does("query escalate", &[&id, "--to", "physician advisor", "--reason", "no answer"]);
                t.does("query contact", &[&id, "--channel", "telephone", "--note", "will look"]);
                let view = t.does(
                    "query redirect",
                    &[&id, "--to", "Hospital medicine", "--reason", "off duty", "--justify", "QL004=the group covers the attending"],
                );
                assert_eq!((view["row"]["state"].as_str(), view["row"]["version"].as_u64()), (Some("redirected"), Some(2)));
                assert!(t.does("query diff", &[&id]).as_array().unwrap().iter().any(|l| l["change"] == "added"));
                t.does("query amend", &[&id, "--contact", "ext. 4418", "--reason", "another extension"]);
                let answers = t.home.write("answers.csv", format!("query,text,by\n{id},Seen and answered.,\"Chen, Wei MD\"\n"));
                let answered = t.does("query import-answers", &[answers.to_str().unwrap()]);
                assert_eq!(answered["answered"][0].to_string(), id);
            }
        }
        t.does("query show", &[&id]);
    }
    t.does("query list", &[]);
    t.does("query templates", &[]);
    let figures = t.does("report queries", &[]);
    assert_eq!(figures[0]["figures"][0]["name"], "queries");
    t.does("audit show", &[]);
    assert_eq!(t.does("audit verify", &[])["verdict"], "intact");
    assert_eq!(t.does("audit export", &[])["resourceType"], "Bundle");
    t.does("audit anchor", &[]);
    t.does("audit accept", &["--reason", "a trial"]);
    t.does("backup", &[copy.to_str().unwrap()]);
    assert_eq!(other_store(&["restore", copy.to_str().unwrap()])["audit"]["verdict"], "cannot_tell");
    t.seen.insert("restore".to_owned());
    // Those of an encrypted store have tests of their own.
    t.seen.extend(["encrypt", "passphrase", "user list", "user add", "user role", "user remove"].map(str::to_owned));
    assert_eq!(t.does("doctor", &[])["sound"], true);
    t.does("keys", &[]);
    assert_eq!(t.does("doctor", &["--rebuild-index"])["sound"], true);

    t.seen.extend(TEXT.iter().map(|s| (*s).to_owned()));
    assert_eq!(t.seen, commands(), "a command is missing here");
}

fn other_store(args: &[&str]) -> Value {
    Home::empty().json(args)
}

#[test]
fn every_command_explains_itself() {
    let home = Home::empty();
    for command in commands().iter().map(String::as_str).chain([""]) {
        let ran = home.run(command.split_whitespace().chain(["--help"])).ends(0).quiet();
        assert!(ran.out.contains("Usage: lacuna"), "{command}");
        assert!(ran.out.lines().next().is_some_and(|l| !l.is_empty() && !l.starts_with("Usage")), "{command} says nothing");
    }
    assert!(!home.store().exists(), "help makes nothing");
}

#[test]
fn completions_and_the_manual_are_whole() {
    let home = Home::empty();
    for shell in ["bash", "zsh", "fish"] {
        let ran = home.run(["completions", shell]).ends(0).quiet();
        for word in ["worklist", "checklist", "lint"] {
            assert!(ran.out.contains(word), "{word} for {shell}");
        }
    }
    let manual = home.run(["man"]).ends(0).quiet().out;
    assert!(manual.contains(".TH lacuna") && manual.contains("\\-\\-store"));
}
