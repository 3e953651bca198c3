//! Keeps the house as `src/lib.rs` and `ARCHITECTURE.md` describe it: who may name which crate, what is pure, how long a file is.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// Every Rust file below `folder`, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(at: &Path, out: &mut Vec<(PathBuf, String)>) {
        let Ok(entries) = fs::read_dir(at) else { return };
        let mut entries: Vec<_> = entries.map(|e| e.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                out.push((path, text));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    walk(&root.join(folder), &mut out);
    assert!(!out.is_empty(), "no sources below {folder}");
    out
}

/// Code lines of a file: comments say freely what code may not.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(i, l)| (i + 1, l.split("//").next().unwrap_or_default())).filter(|(_, l)| !l.trim().is_empty())
}

/// Lines that name one of `words` in files for which `allowed` is false.
fn offenders(folder: &str, words: &[&str], allowed: impl Fn(&Path) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in sources(folder) {
        if allowed(&path) {
            continue;
        }
        for (line, content) in code(&text) {
            if words.iter().any(|w| content.contains(w)) {
                found.push(format!("{}:{line}: {}", path.display(), content.trim()));
            }
        }
    }
    found
}

fn inside(path: &Path, folder: &str) -> bool {
    path.starts_with(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
}

#[test]
fn only_tui_names_a_terminal_crate() {
    let words = ["ratatui", "crossterm", "signal_hook", "nucleo_matcher"];
    assert_eq!(offenders("src", &words, |p| inside(p, "src/tui")), Vec::<String>::new());
    assert_eq!(offenders("index/src", &words, |_| false), Vec::<String>::new());
}

#[test]
fn only_store_names_sqlite_and_only_index_names_tantivy() {
    assert_eq!(offenders("src", &["rusqlite"], |p| inside(p, "src/store")), Vec::<String>::new());
    assert_eq!(offenders("index/src", &["rusqlite"], |_| false), Vec::<String>::new());
    assert_eq!(offenders("src", &["tantivy"], |_| false), Vec::<String>::new());
}

#[test]
fn no_tantivy_type_leaves_the_index() {
    let mut found = Vec::new();
    for (path, text) in sources("index/src") {
        for (line, content) in code(&text) {
            let public = content.trim_start().starts_with("pub ") && !content.trim_start().starts_with("pub(");
            if public && content.contains("tantivy") {
                found.push(format!("{}:{line}", path.display()));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_core_does_no_io_and_reads_no_clock() {
    let words = [
        "std::fs",
        "std::net",
        "std::process",
        "std::env::var",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "File::open",
        "println!",
        "eprintln!",
    ];
    for folder in ["src/chart", "src/hl7", "src/reading", "src/checklist", "src/query"] {
        assert_eq!(offenders(folder, &words, |p| p.ends_with("tests.rs")), Vec::<String>::new());
    }
}

#[test]
fn the_terminal_interface_does_no_io_but_in_its_terminal_layer() {
    let words = ["std::fs", "std::net", "File::open", "SystemTime", "Timestamp::now", "println!", "eprintln!"];
    // The terminal layer is `term.rs`, with what lies below it; tests may write their golden files. The lock asks the clock on the wall too:
    // the other one stands still while the host sleeps.
    let layer = |p: &Path| p.ends_with("tui/term.rs") || p.ends_with("tui/idle.rs") || inside(p, "src/tui/term");
    let allowed = |p: &Path| layer(p) || inside(p, "src/tui/tests") || p.ends_with("testing.rs");
    assert_eq!(offenders("src/tui", &words, allowed), Vec::<String>::new());
}

#[test]
fn data_flows_one_way() {
    let rules: [(&str, &[&str]); 7] = [
        (
            "src/chart",
            &[
                "crate::reading",
                "crate::checklist",
                "crate::query",
                "crate::store",
                "crate::intake",
                "crate::work",
                "crate::cli",
                "crate::tui",
            ],
        ),
        ("src/reading", &["crate::checklist", "crate::query", "crate::store", "crate::intake", "crate::work", "crate::cli", "crate::tui"]),
        ("src/checklist", &["crate::query", "crate::store", "crate::intake", "crate::work", "crate::cli", "crate::tui"]),
        ("src/query", &["crate::store", "crate::intake", "crate::work", "crate::cli", "crate::tui"]),
        ("src/intake", &["crate::store", "crate::checklist", "crate::query", "crate::work", "crate::cli", "crate::tui"]),
        ("src/store", &["crate::intake", "crate::work", "crate::cli", "crate::tui"]),
        ("src/tui", &["crate::store", "crate::intake", "crate::cli"]),
    ];
    for (folder, forbidden) in rules {
        assert_eq!(offenders(folder, forbidden, |p| p.ends_with("tests.rs")), Vec::<String>::new(), "{folder} reaches backwards");
    }
}

/// Who pays and what a stay is worth stand on the encounter, for worklists. What a query is written, rendered and sent by never looks there.
#[test]
fn nothing_of_a_query_can_reach_the_payer_or_the_drg() {
    let money = [".payer", "payer_words", "payer_guessed", "working_drg", "gmlos"];
    assert_eq!(offenders("src/query", &money, |_| false), Vec::<String>::new());
    let with_queries = ["queries.rs", "query_exchange.rs", "query_life.rs", "query_found.rs", "query_notes.rs", "local_queries.rs"];
    let others = |p: &Path| !with_queries.iter().any(|name| p.ends_with(name));
    assert_eq!(offenders("src/work", &money, others), Vec::<String>::new());
}

#[test]
fn no_file_is_longer_than_800_lines_and_most_are_short() {
    let mut lengths = Vec::new();
    for folder in ["src", "index/src", "tests"] {
        for (path, text) in sources(folder) {
            let lines = text.lines().count();
            assert!(lines <= 800, "{} has {lines} lines: split it", path.display());
            lengths.push(lines);
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 250, "the median file has {median} lines");
}

#[test]
fn nothing_is_promised_in_place_of_being_there() {
    let words = ["todo!(", "unimplemented!(", "TODO", "FIXME", "coming soon", "not yet implemented"];
    let mut found = Vec::new();
    for folder in ["src", "index/src"] {
        for (path, text) in sources(folder) {
            for (number, line) in text.lines().enumerate() {
                if words.iter().any(|w| line.contains(w)) {
                    found.push(format!("{}:{}", path.display(), number + 1));
                }
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_dependency_says_why_it_is_here() {
    for manifest in ["Cargo.toml", "index/Cargo.toml"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest)).unwrap();
        let mut in_dependencies = false;
        for line in text.lines() {
            if line.starts_with('[') {
                in_dependencies = line.contains("dependencies]");
            } else if in_dependencies && line.contains('=') {
                assert!(line.contains(" # "), "{manifest}: no reason beside: {line}");
            }
        }
    }
}
