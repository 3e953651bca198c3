//! The labelled queries of `fixtures/queries`, and the answers of other systems in `fixtures/queries/answers`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use lacuna::chart::Instant;
use lacuna::query::{Draft, LintSeverity, QueryOption, kind_of, lint_text, read_replies, rules};
use std::collections::{BTreeMap, BTreeSet};

/// `fixtures/queries`: for every text exactly the blocking rules of its label, and at least its other ones. A compliant text is
/// free of blocking rules and of those that want a justification.
#[test]
fn the_lint_agrees_with_the_labels_of_every_fixture() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/queries");
    let labels: BTreeMap<String, BTreeSet<String>> = toml::from_str(&std::fs::read_to_string(folder.join("labels.toml")).unwrap()).unwrap();
    let texts = std::fs::read_dir(&folder).unwrap().filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|x| x == "txt")).count();
    assert_eq!(texts, labels.len());
    assert!(texts >= 60);
    let mut wrong = Vec::new();
    for (name, expected) in &labels {
        let text = std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap();
        let report = lint_text(&text);
        let of = |severity: LintSeverity| {
            report.diagnostics.iter().filter(move |d| d.severity == severity).map(|d| d.rule.to_owned()).collect::<BTreeSet<String>>()
        };
        let (block, justify) = (of(LintSeverity::Block), of(LintSeverity::Justify));
        let severity = |id: &String| rules().iter().find(|r| r.id == *id).unwrap().severity;
        let expected_block: BTreeSet<String> = expected.iter().filter(|id| severity(id) == LintSeverity::Block).cloned().collect();
        let others_found =
            expected.iter().filter(|id| severity(id) != LintSeverity::Block).all(|id| report.diagnostics.iter().any(|d| d.rule == id));
        let quiet = !expected.is_empty() || justify.is_empty();
        if block != expected_block || !others_found || !quiet || report.can_send != expected_block.is_empty() {
            wrong.push(format!(
                "{name}: expected {expected:?}, found {:#?}",
                report.diagnostics.iter().map(|d| (d.rule, &d.field, &d.message)).collect::<Vec<_>>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the answers answer.
fn query_12() -> Draft {
    let option = |text: &str| QueryOption { text: text.into(), kind: kind_of(text), ..QueryOption::default() };
    let options = ["Acute kidney injury", "Dehydration", "Other: ____", "Unable to determine"].map(option);
    Draft { options: options.into(), ..Draft::default() }
}

#[derive(serde::Deserialize)]
struct Expected {
    taken: BTreeMap<String, (i64, String, String, String)>,
    refused: BTreeMap<String, String>,
}

#[test]
fn answers_of_other_systems_are_read_as_they_were_meant() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/queries/answers");
    let read = |name: &str| read_replies(name, &std::fs::read_to_string(folder.join(name)).unwrap());
    let expected: Expected = toml::from_str(&std::fs::read_to_string(folder.join("expected.toml")).unwrap()).unwrap();
    assert_eq!(expected.taken.len() + expected.refused.len() + 2, std::fs::read_dir(&folder).unwrap().count());
    for (name, (option, words, by, time)) in &expected.taken {
        let replies = read(name);
        let [reply] = replies.taken.as_slice() else { panic!("{name}: {:?} {:?}", replies.taken, replies.refused) };
        assert_eq!(reply.query, 12, "{name}");
        let found = reply.on(&query_12()).unwrap();
        assert_eq!((found.0.map_or(-1, |i| i as i64), &found.1, &reply.by), (*option, words, by), "{name}");
        assert_eq!(reply.at, Instant::parse(time), "{name}");
    }
    for (name, what) in &expected.refused {
        let replies = read(name);
        assert!(replies.taken.is_empty(), "{name}: {:?}", replies.taken);
        assert!(replies.refused.iter().any(|t| t.what.contains(what.as_str())), "{name}: {:?}", replies.refused);
    }
}

/// What came from another system is cut short and mixed up: it is read or refused, and nothing falls over.
#[test]
fn a_file_of_answers_that_was_cut_anywhere_is_read_or_refused() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/queries/answers");
    for file in std::fs::read_dir(&folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for (at, _) in text.char_indices() {
            let replies = read_replies("cut", &text[..at]);
            for reply in &replies.taken {
                let _read = reply.on(&query_12());
            }
            assert!(!replies.taken.is_empty() || !replies.refused.is_empty(), "{}", &text[..at]);
        }
    }
}
