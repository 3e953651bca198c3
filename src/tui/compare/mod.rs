//! Two notes side by side, or two versions of one: which lines are alike, which were taken out, put in, or worded anew. Made once, off the
//! interface's thread.

mod align;
mod lay;

pub use lay::{Layout, SIGN, Shown};

use crate::query::{Step, steps};
use std::collections::HashSet;

/// From this share of common words on, a line that went and a line that came are one line worded anew.
const ALIKE: f64 = 0.4;

/// Pairs of lines that are tried for being one line worded anew; beyond, a run is long enough to be new altogether.
const MOST_PAIRS: usize = 4000;

/// One of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// The document, by identifier.
    pub document: String,
    /// Which version of it.
    pub version: u32,
    /// What it is, when it was written and by whom.
    pub label: String,
}

/// A line of one side, with the bytes that the other side does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The line.
    pub words: String,
    /// Where it begins in its note.
    pub at: usize,
    /// What differs from the other side.
    pub marks: Vec<(usize, usize)>,
}

/// A row of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// In both: as the older has it, as the newer has it. Blanks may differ.
    Same(Text, Text),
    /// Only in the older.
    Removed(Text),
    /// Only in the newer.
    Added(Text),
    /// Worded anew.
    Changed(Text, Text),
}

/// The whole comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The older one.
    pub older: Side,
    /// The newer one.
    pub newer: Side,
    /// Its rows.
    pub rows: Vec<Row>,
    /// The first row of each change.
    pub changes: Vec<usize>,
}

impl Comparison {
    /// Compares two texts.
    pub fn new((older, old): (Side, &str), (newer, new): (Side, &str)) -> Self {
        let (a, b) = (lines(old), lines(new));
        let mut rows = Vec::with_capacity(a.len().max(b.len()));
        // Paragraphs first: a line belongs to what it stands in, and is not told from a like line of another section.
        for (here, there) in align::stretches(&a, &b) {
            stretch(a.get(here).unwrap_or_default(), b.get(there).unwrap_or_default(), &mut rows);
        }
        let same = |at: usize| rows.get(at).is_none_or(|r| matches!(r, Row::Same(..)));
        let changes = (0..rows.len()).filter(|at| !same(*at) && at.checked_sub(1).is_none_or(same)).collect();
        Self { older, newer, rows, changes }
    }

    /// How many lines are only in the older, only in the newer, worded anew, alike.
    pub fn counts(&self) -> (usize, usize, usize, usize) {
        self.rows.iter().fold((0, 0, 0, 0), |(gone, come, anew, same), row| match row {
            Row::Removed(_) => (gone + 1, come, anew, same),
            Row::Added(_) => (gone, come + 1, anew, same),
            Row::Changed(..) => (gone, come, anew + 1, same),
            Row::Same(..) => (gone, come, anew, same + 1),
        })
    }
}

/// Compares the lines of two paragraphs.
fn stretch(a: &[Text], b: &[Text], rows: &mut Vec<Row>) {
    let (keys_a, keys_b): (Vec<String>, Vec<String>) = (a.iter().map(key).collect(), b.iter().map(key).collect());
    let (mut gone, mut come): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for step in steps(&keys_a, &keys_b) {
        match step {
            Step::Removed(i) => gone.push(i),
            Step::Added(j) => come.push(j),
            Step::Same(i, j) => {
                pair(a, b, &gone, &come, rows);
                gone.clear();
                come.clear();
                rows.extend(a.get(i).zip(b.get(j)).map(|(x, y)| Row::Same(x.clone(), y.clone())));
            }
        }
    }
    pair(a, b, &gone, &come, rows);
}

fn lines(text: &str) -> Vec<Text> {
    let mut at = 0;
    let line = |raw: &str| {
        let begin = at;
        at += raw.len();
        Text { words: raw.trim_end_matches(['\n', '\r']).to_owned(), at: begin, marks: Vec::new() }
    };
    text.split_inclusive('\n').map(line).collect()
}

/// What a line says, whatever its blanks: an editor that indents anew changes nothing.
fn key(line: &Text) -> String {
    line.words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Of a run of lines that went and a run that came, those that are one line worded anew stand side by side; order is kept on both sides.
fn pair(a: &[Text], b: &[Text], gone: &[usize], come: &[usize], rows: &mut Vec<Row>) {
    let old: Vec<&Text> = gone.iter().filter_map(|i| a.get(*i)).collect();
    let mut new: &[&Text] = &come.iter().filter_map(|j| b.get(*j)).collect::<Vec<_>>();
    let tried = old.len().saturating_mul(new.len()) <= MOST_PAIRS;
    for old in old {
        let found = if tried { new.iter().position(|n| alike(&old.words, &n.words)) } else { None };
        match found.and_then(|at| Some((new.split_at(at).0, new.split_at(at).1.split_first()?))) {
            Some((before, (next, rest))) => {
                rows.extend(before.iter().map(|n| Row::Added(whole(n))));
                rows.push(anew(old, next));
                new = rest;
            }
            None => rows.push(Row::Removed(whole(old))),
        }
    }
    rows.extend(new.iter().map(|n| Row::Added(whole(n))));
}

fn whole(line: &Text) -> Text {
    let marks = if line.words.trim().is_empty() { Vec::new() } else { vec![(0, line.words.len())] };
    Text { marks, ..line.clone() }
}

fn alike(old: &str, new: &str) -> bool {
    let (a, b): (HashSet<&str>, HashSet<&str>) = (old.split_whitespace().collect(), new.split_whitespace().collect());
    let most = a.len().max(b.len());
    most > 0 && a.intersection(&b).count() as f64 >= ALIKE * most as f64
}

/// The words of a line, each with where it stands.
fn words(line: &str) -> Vec<(usize, &str)> {
    let begin = |word: &str| word.as_ptr() as usize - line.as_ptr() as usize;
    line.split_whitespace().map(|word| (begin(word), word)).collect()
}

fn anew(old: &Text, new: &Text) -> Row {
    let (a, b) = (words(&old.words), words(&new.words));
    let (only_a, only_b): (Vec<&str>, Vec<&str>) = (a.iter().map(|w| w.1).collect(), b.iter().map(|w| w.1).collect());
    let (mut left, mut right) = (old.clone(), new.clone());
    for step in steps(&only_a, &only_b) {
        match step {
            Step::Removed(i) => left.marks.extend(a.get(i).map(|(at, word)| (*at, at + word.len()))),
            Step::Added(j) => right.marks.extend(b.get(j).map(|(at, word)| (*at, at + word.len()))),
            Step::Same(..) => {}
        }
    }
    for side in [&mut left, &mut right] {
        joined(&side.words, &mut side.marks);
    }
    Row::Changed(left, right)
}

/// Marks with nothing but blanks between them are one.
fn joined(line: &str, marks: &mut Vec<(usize, usize)>) {
    let mut out: Vec<(usize, usize)> = Vec::with_capacity(marks.len());
    for (start, end) in marks.drain(..) {
        match out.last_mut().filter(|last| line.get(last.1..start).is_some_and(|between| between.trim().is_empty())) {
            Some(last) => last.1 = end,
            None => out.push((start, end)),
        }
    }
    *marks = out;
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn compared(old: &str, new: &str) -> Comparison {
        Comparison::new((Side::default(), old), (Side::default(), new))
    }

    #[test]
    fn a_line_worded_anew_stands_beside_itself_with_its_new_words_marked() {
        let found = compared(
            "Vitals stable.\nCreatinine 1.5 today, hold lisinopril.\n",
            "Vitals stable.\nCreatinine 2.4 today, hold lisinopril.\n",
        );
        let [Row::Same(..), Row::Changed(old, new)] = found.rows.as_slice() else { panic!("{} rows", found.rows.len()) };
        let marked = |t: &Text| t.marks.iter().map(|(a, b)| t.words[*a..*b].to_owned()).collect::<Vec<_>>();
        assert_eq!((marked(old), marked(new)), (vec!["1.5".to_owned()], vec!["2.4".to_owned()]));
        assert_eq!((new.at, found.changes.clone()), (15, vec![1]));
    }

    #[test]
    fn a_line_with_other_blanks_is_the_same_line_and_one_about_something_else_is_not() {
        let found =
            compared("Plan:\n  rest   and fluids\nDischarge home.\n", "Plan:\nrest and fluids\nConsult to nephrology for the kidney.\n");
        assert_eq!(found.counts(), (1, 1, 0, 2));
    }

    #[test]
    fn a_plan_stood_beside_a_history_because_one_line_was_alike() {
        let old = "HISTORY:\nSeen at the bedside.\nNo fever.\n\nPLAN:\nContinue antibiotics.\nRecheck the potassium.\n";
        let new = "HISTORY:\nSlept well.\n\nEXAM:\nLungs clear.\n\nPLAN:\nSeen at the bedside.\nContinue antibiotics.\n";
        let found = compared(old, new);
        let beside = |words: &str| {
            found.rows.iter().any(|row| match row {
                Row::Same(a, b) | Row::Changed(a, b) => a.words == words && b.words == words,
                _ => false,
            })
        };
        assert!(beside("PLAN:") && beside("Continue antibiotics.") && !beside("Seen at the bedside."), "{:?}", found.rows);
    }

    #[test]
    fn both_notes_can_be_read_back_from_the_rows() {
        let (old, new) = ("a b c\nd e\nf\ng h i\n\nk\n", "a b x\nf\nn n n\ng h j\n\nz z\n");
        let found = compared(old, new);
        let side = |of: fn(&Row) -> Option<&Text>| found.rows.iter().filter_map(of).map(|t| format!("{}\n", t.words)).collect::<String>();
        let left = side(|r| match r {
            Row::Same(t, _) | Row::Removed(t) | Row::Changed(t, _) => Some(t),
            Row::Added(_) => None,
        });
        let right = side(|r| match r {
            Row::Same(_, t) | Row::Added(t) | Row::Changed(_, t) => Some(t),
            Row::Removed(_) => None,
        });
        assert_eq!((left.as_str(), right.as_str()), (old, new));
    }
}
