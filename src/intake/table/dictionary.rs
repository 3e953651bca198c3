//! What the numbers of tests stand for: MIMIC's `d_labitems`, read before the results of the same import.

use super::super::desk::Desk;
use super::super::fields::words;
use serde_json::Value;

const NUMBER: &str = "itemid";
const LABEL: &str = "label";
/// Tests that are remembered, at most: MIMIC has 1,650.
const MOST: usize = 100_000;

/// Whether a table with these columns says what tests are called, and nothing else.
pub(super) fn is_one(columns: &[&str]) -> bool {
    let has = |name: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    has(NUMBER) && has(LABEL)
}

/// Keeps the name of one test.
pub(super) fn row(desk: &mut Desk, row: &Value) {
    let at = |name: &str| words(row, &[name.to_owned()]);
    if let (Some(number), Some(label)) = (at(NUMBER), at(LABEL))
        && desk.tests.len() < MOST
    {
        desk.tests.insert(number, label);
    }
}
