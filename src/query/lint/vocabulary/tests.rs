#![allow(clippy::unwrap_used)]

use super::*;

/// A name that no vocabulary has finds nothing, and nobody notices. Every file that asks for one is read, and each asks by a name that
/// stands there; a vocabulary or label that nobody asks for is a mistake too.
#[test]
fn every_vocabulary_that_is_asked_for_is_there_and_every_one_there_is_asked_for() {
    let all = Vocabularies::parse(SHIPPED, FAMILIES).unwrap();
    let mut files = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/query")];
    let mut sources = String::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if !path.ends_with("vocabulary.rs") && !path.ends_with("vocabulary/tests.rs") {
            sources.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
    // In plain text: the name itself, or one of a list that is gone through.
    let asked = |calls: &[&str]| -> BTreeSet<String> {
        let after = calls.iter().flat_map(|call| sources.split(call).skip(1));
        after.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    };
    let quoted: BTreeSet<&str> = sources.split('"').collect();
    for (calls, known) in [
        (vec![".vocab(\"", "vocabularies().get(\"", "all.get(\""], all.by_name.keys().collect::<BTreeSet<_>>()),
        (vec![".label(\"", "has_label(\""], all.labels.keys().collect()),
    ] {
        let asked = asked(&calls);
        assert!(!asked.is_empty());
        let strangers: Vec<&String> = asked.iter().filter(|name| !known.contains(name)).collect();
        assert_eq!(strangers, Vec::<&String>::new(), "asked for, not there");
        let idle: Vec<&&String> = known.iter().filter(|name| !quoted.contains(name.as_str())).collect();
        assert_eq!(idle, Vec::<&&String>::new(), "there, never asked for");
    }
}
