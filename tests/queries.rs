//! The labelled queries of `fixtures/queries`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use lacuna::query::{LintSeverity, lint_text, rules};
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
