//! `docs/search.md` holds the table of the language as the program has it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use lacuna_index::table;

#[test]
fn the_table_of_the_search_language_is_not_stale() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/search.md");
    let stored = std::fs::read_to_string(path).unwrap();
    let (before, rest) = stored.split_once("<!-- table -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end of table -->").unwrap();
    let now = format!("{before}<!-- table -->\n{}<!-- end of table -->{after}", table::markdown());
    if std::env::var_os("LACUNA_BLESS").is_some() {
        std::fs::write(path, &now).unwrap();
        return;
    }
    assert!(stored == now, "docs/search.md is stale: run LACUNA_BLESS=1 cargo test --test search_docs");
}
