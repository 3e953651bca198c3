//! How much of a query is read.

use super::{Issue, MAX_LENGTH};

/// What is said of a query that is too long.
pub(super) fn too_long(text: &str) -> Issue {
    let kept = cut(text, MAX_LENGTH);
    let last = kept.split_whitespace().next_back().unwrap_or_default();
    let message = if kept.len() < text.len() && last.len() < 64 {
        format!("The query is longer than {MAX_LENGTH} bytes; what stands behind \"{last}\" is left out.")
    } else {
        format!("The query is longer than {MAX_LENGTH} bytes; the end is left out.")
    };
    Issue { message, span: kept.len()..text.len(), hint: None }
}

/// The longest start of `text` of at most `limit` bytes that ends where a word does, if there is a blank in it.
pub(super) fn cut(text: &str, limit: usize) -> &str {
    let start = floor(text, limit);
    let inside = |c: char| !c.is_whitespace();
    if start.len() == text.len() || !start.ends_with(inside) || !text.get(start.len()..).is_some_and(|rest| rest.starts_with(inside)) {
        return start;
    }
    let words = start.trim_end_matches(inside);
    if words.is_empty() { start } else { words }
}

/// The longest start of `text` of at most `limit` bytes that ends at a character.
fn floor(text: &str, limit: usize) -> &str {
    (0..=limit.min(text.len())).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}
