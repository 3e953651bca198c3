//! The bundles in `fixtures/charts` are what their sources say.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../examples/build_charts/main.rs"]
mod build_charts;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts")
}

#[test]
fn every_bundle_is_up_to_date_with_its_source() {
    for (path, text) in build_charts::build_all(&folder()).unwrap() {
        let stored = fs::read_to_string(&path).unwrap_or_default();
        assert!(stored == text, "{} is stale: cargo run --example build_charts", path.display());
    }
}

#[test]
fn no_bundle_is_without_a_source() {
    let built: BTreeSet<PathBuf> = build_charts::build_all(&folder()).unwrap().into_iter().map(|(path, _)| path).collect();
    let stored = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let stored: BTreeSet<PathBuf> = stored.filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    assert_eq!(stored, built);
}
