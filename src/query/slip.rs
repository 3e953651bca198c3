//! A slip of side: two notes name one thing on different sides. Who wrote the side that stands alone can mend the note.

use super::lint::vocabularies;
use super::lint::words::{Token, tokens};
use crate::chart::{Chart, Evidence, Provider, TextEvidence};
use crate::checklist::Gap;
use std::collections::BTreeSet;

const SIDES: [&str; 2] = ["left", "right"];
/// Words after a side among which the thing stands.
const NEAR: usize = 4;
/// Letters of a word that can name a thing.
const SAYS: usize = 3;

/// Who wrote the side that fewer documents of the stay give; nobody where they are as many, or a quotation names both sides.
pub(super) fn writer_of_slip<'c>(gap: &Gap, chart: &'c Chart) -> Option<&'c Provider> {
    let quotes: Vec<(&TextEvidence, Vec<Token>)> = gap
        .evidence
        .iter()
        .filter_map(|e| match e {
            Evidence::Text(text) => Some((text, tokens(&text.quote))),
            Evidence::Value(_) => None,
        })
        .collect();
    let things: BTreeSet<String> = quotes.iter().map(|(_, words)| named(words)).reduce(|a, b| &a & &b)?;
    let mut sided: Vec<(usize, &TextEvidence)> = Vec::new();
    for (text, words) in &quotes {
        let mut sides = SIDES.into_iter().filter(|side| gives(words, side, &things));
        let (Some(side), None) = (sides.next(), sides.next()) else { return None };
        let given = chart.documents.iter().filter(|d| gives(&tokens(&d.text), side, &things)).count();
        sided.push((given, text));
    }
    sided.sort_by_key(|(given, _)| *given);
    let [(fewest, slip), .., (most, _)] = sided.as_slice() else { return None };
    let author = chart.document(&slip.document)?.author.as_ref()?;
    (fewest < most && author.role.is_provider() && author.name.is_some()).then_some(author)
}

/// The words that can name a thing.
fn named(words: &[Token]) -> BTreeSet<String> {
    let says = |t: &&Token| {
        t.text.chars().filter(|c| c.is_alphabetic()).count() >= SAYS
            && !SIDES.contains(&t.text.as_str())
            && !vocabularies().is_filler(&t.text)
    };
    words.iter().filter(says).map(|t| t.text.clone()).collect()
}

/// Whether words name the thing on a side.
fn gives(words: &[Token], side: &str, things: &BTreeSet<String>) -> bool {
    let at = words.iter().enumerate().filter(|(_, t)| t.text == side).map(|(at, _)| at + 1);
    at.into_iter().any(|at| words.iter().skip(at).take(NEAR).take_while(|t| t.text != ".").any(|t| things.contains(&t.text)))
}
