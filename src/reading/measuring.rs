//! How numbers stand beside the names of what is measured: `lexicon/measurements.toml`.

use super::folded::{Folded, fold_name};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The file, but for its names.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct File {
    most_fillers: usize,
    fillers: Vec<String>,
    doses: Vec<String>,
    counts: Vec<String>,
    times: Vec<String>,
    again: Vec<String>,
    aims_within: usize,
    aims: Vec<String>,
    orders_within: usize,
    orders: Vec<String>,
    fishbone: Vec<String>,
    asides_of: String,
    elsewhere: Vec<Elsewhere>,
    compound: Vec<Compound>,
}

/// Words before a name that make its value that of another fluid or place.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Elsewhere {
    measures: Vec<String>,
    words: Vec<String>,
    unless: Vec<String>,
    within: usize,
}

/// Two units of which the smaller stands behind the larger.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Compound {
    /// What is measured so.
    pub measure: String,
    /// The names of the larger unit.
    pub larger: Vec<String>,
    /// The names of the smaller one.
    pub smaller: Vec<String>,
    /// The smaller one as the table of units knows it.
    pub unit: String,
    /// Signs can stand for the units: 5'6".
    #[serde(default)]
    pub marks: bool,
}

/// The file, ready to be asked.
#[derive(Default)]
pub(super) struct Measuring {
    /// How many fillers can stand between a name and its number.
    pub most_fillers: usize,
    /// The fillers.
    pub fillers: BTreeSet<String>,
    /// Units of doses.
    pub doses: BTreeSet<String>,
    /// What makes a number count something.
    pub counts: BTreeSet<String>,
    /// Words of time.
    pub times: Vec<String>,
    /// What stands between two values of one name, the longest first.
    pub again: Vec<String>,
    /// The order of a fishbone's numbers.
    pub fishbone: Vec<String>,
    /// The measurement whose numbers can stand before another's.
    pub asides_of: String,
    aims: BTreeSet<String>,
    aims_within: usize,
    orders: BTreeSet<String>,
    orders_within: usize,
    elsewhere: Vec<Elsewhere>,
    compound: Vec<Compound>,
}

/// Words further back than this many bytes are not looked at.
const BACK: usize = 200;

impl Measuring {
    /// Makes a file ready.
    pub(super) fn new(file: File) -> Self {
        let mut again: Vec<String> = file.again.iter().map(|words| fold_name(words)).collect();
        again.sort_by_key(|words| (std::cmp::Reverse(words.len()), words.clone()));
        Self {
            most_fillers: file.most_fillers,
            fillers: file.fillers.into_iter().collect(),
            doses: file.doses.into_iter().collect(),
            counts: file.counts.into_iter().collect(),
            times: file.times,
            again,
            fishbone: file.fishbone,
            asides_of: file.asides_of,
            aims: file.aims.into_iter().collect(),
            aims_within: file.aims_within,
            orders: file.orders.into_iter().collect(),
            orders_within: file.orders_within,
            elsewhere: file.elsewhere,
            compound: file.compound,
        }
    }

    /// The two units that a measurement can be given in together.
    pub(super) fn compound(&self, measure: &str) -> Option<&Compound> {
        self.compound.iter().find(|compound| compound.measure == measure)
    }

    /// Whether the words before a name make a number behind a sign of comparison the condition of an order.
    pub(super) fn is_order(&self, folded: &Folded, start: usize) -> bool {
        words_back(sentence_before(folded.text(), start)).take(self.orders_within).any(|word| self.orders.contains(word))
    }

    /// Whether the words before a name make its number an aim, a limit, or the value of something else.
    pub(super) fn is_other(&self, measure: &str, folded: &Folded, start: usize) -> bool {
        let rows: Vec<&Elsewhere> = self.elsewhere.iter().filter(|row| row.measures.iter().any(|known| known == measure)).collect();
        let most = rows.iter().map(|row| row.within).max().unwrap_or_default();
        let mut open = vec![true; rows.len()];
        // An aim holds for what follows in its own part of the sentence: "target heart rate, blood pressure ..." ends it.
        let before = sentence_before(folded.text(), start);
        let part = before.rsplit(',').next().unwrap_or_default();
        if words_back(part).take(self.aims_within).any(|word| self.aims.contains(word)) {
            return true;
        }
        // "Tx to Hb 7-8", "transfuse to a Hgb of 8": what is ordered to be reached was not measured.
        let mut near = words_back(part).skip_while(|word| matches!(*word, "a" | "an" | "the"));
        if near.next() == Some("to") && near.take(2).any(|word| self.orders.contains(word)) {
            return true;
        }
        for (back, word) in words_back(before).take(most).enumerate() {
            for (row, open) in rows.iter().zip(&mut open) {
                if *open && back < row.within {
                    if row.words.iter().any(|known| known == word) {
                        return true;
                    }
                    *open = !row.unless.iter().any(|known| known == word);
                }
            }
        }
        false
    }
}

/// The sentence before a place.
fn sentence_before(text: &str, at: usize) -> &str {
    let mut from = at.saturating_sub(BACK);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let window = text.get(from..at).unwrap_or_default();
    let stop = window.as_bytes().windows(2).rposition(|pair| matches!(pair, [b'.' | b';', b' '])).map(|at| at + 2);
    let begins = stop.max(memchr::memrchr(b'\n', window.as_bytes()).map(|at| at + 1));
    window.get(begins.unwrap_or_default()..).unwrap_or_default()
}

/// Words, the last first.
fn words_back(text: &str) -> impl Iterator<Item = &str> {
    text.rsplit([' ', ',', ':', '(', ')', '=']).filter(|word| !word.is_empty())
}
