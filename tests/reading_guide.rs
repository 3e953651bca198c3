//! The view in `docs/reading.md` is what the program prints.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use lacuna::reading::{read, why};
use std::fs;
use std::path::Path;

/// Set it to write the view anew: `LACUNA_BLESS=1 cargo test --test reading_guide`, then look at the difference.
const BLESS: &str = "LACUNA_BLESS";

#[test]
fn the_view_in_the_guide_is_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let note = fs::read_to_string(root.join("fixtures/ten-traps.txt")).unwrap();
    let guide = fs::read_to_string(root.join("docs/reading.md")).unwrap();
    let (before, rest) = guide.split_once("```text\n").unwrap();
    let (shown, after) = rest.split_once("```").unwrap();
    let printed = why(&note, &read(&note, None));
    if std::env::var_os(BLESS).is_some() {
        fs::write(root.join("docs/reading.md"), format!("{before}```text\n{printed}```{after}")).unwrap();
        return;
    }
    assert_eq!(shown, printed, "docs/reading.md is stale: set {BLESS} and run this test, then review what changed");
}
