//! What changed between two texts, line by line: the longest common subsequence of their lines.

use serde::Serialize;
use std::collections::HashMap;
use std::hash::Hash;

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", content = "line", rename_all = "snake_case")]
pub enum DiffLine {
    /// In both.
    Same(String),
    /// Only in the older.
    Removed(String),
    /// Only in the newer.
    Added(String),
}

/// One step of a comparison of two lists, by places in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// In both: where in the older, where in the newer.
    Same(usize, usize),
    /// Only in the older.
    Removed(usize),
    /// Only in the newer.
    Added(usize),
}

/// Cells beyond which a stretch is not compared by the whole table: it is cut first at what stands once in either, a table of a longer one
/// would take the memory of a machine.
const MOST_CELLS: usize = 4_000_000;

/// Compares two texts.
pub fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let line = |all: &[&str], at: usize| all.get(at).copied().unwrap_or_default().to_owned();
    steps(&a, &b)
        .into_iter()
        .map(|step| match step {
            Step::Same(i, _) => DiffLine::Same(line(&a, i)),
            Step::Removed(i) => DiffLine::Removed(line(&a, i)),
            Step::Added(j) => DiffLine::Added(line(&b, j)),
        })
        .collect()
}

/// Compares two lists of words or lines.
pub fn steps<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<Step> {
    let mut out = Vec::with_capacity(old.len().max(new.len()));
    between(old, new, (0, 0), &mut out);
    out
}

/// What begins and what ends alike is taken off first: most of two versions is.
fn between<T: Eq + Hash>(old: &[T], new: &[T], (i, j): (usize, usize), out: &mut Vec<Step>) {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (old.get(..old.len() - tail).unwrap_or_default(), new.get(..new.len() - tail).unwrap_or_default());
    out.extend((0..head).map(|at| Step::Same(i + at, j + at)));
    let (i, j) = (i + head, j + head);
    if a.len().saturating_mul(b.len()) <= MOST_CELLS {
        table(a, b, (i, j), out);
    } else {
        anchored(a, b, (i, j), out);
    }
    out.extend((0..tail).map(|at| Step::Same(i + a.len() + at, j + b.len() + at)));
}

/// Cuts a long stretch at what stands once in both, where those keep their order, and compares what lies between.
fn anchored<T: Eq + Hash>(a: &[T], b: &[T], (i, j): (usize, usize), out: &mut Vec<Step>) {
    let mut seen: HashMap<&T, (usize, usize, usize, usize)> = HashMap::new();
    for (at, item) in a.iter().enumerate() {
        let there = seen.entry(item).or_default();
        (there.0, there.1) = (there.0 + 1, at);
    }
    for (at, item) in b.iter().enumerate() {
        if let Some(there) = seen.get_mut(item) {
            (there.2, there.3) = (there.2 + 1, at);
        }
    }
    let once = a.iter().enumerate().filter_map(|(at, item)| seen.get(item).filter(|s| s.0 == 1 && s.2 == 1).map(|s| (at, s.3)));
    let anchors = rising(&once.collect::<Vec<_>>());
    if anchors.is_empty() {
        out.extend((0..a.len()).map(|at| Step::Removed(i + at)));
        out.extend((0..b.len()).map(|at| Step::Added(j + at)));
        return;
    }
    let (mut x, mut y) = (0, 0);
    for (to_x, to_y) in anchors.into_iter().chain([(a.len(), b.len())]) {
        between(a.get(x..to_x).unwrap_or_default(), b.get(y..to_y).unwrap_or_default(), (i + x, j + y), out);
        if to_x < a.len() {
            out.push(Step::Same(i + to_x, j + to_y));
        }
        (x, y) = (to_x + 1, to_y + 1);
    }
}

/// The longest run of pairs whose second numbers rise; the first ones do already.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // ends[k]: the pair that ends the best run of k + 1 so far; before: the pair that each came after.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    let second = |at: usize| pairs.get(at).map_or(0, |p| p.1);
    for at in 0..pairs.len() {
        let place = ends.partition_point(|end| second(*end) < second(at));
        before.push(place.checked_sub(1).and_then(|p| ends.get(p).copied()));
        match ends.get_mut(place) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        run.extend(pairs.get(at));
        next = before.get(at).copied().flatten();
    }
    run.reverse();
    run
}

fn table<T: Eq>(a: &[T], b: &[T], (from_i, from_j): (usize, usize), out: &mut Vec<Step>) {
    // common[i][j]: the longest common subsequence of a[i..] and b[j..].
    let mut common = vec![vec![0_u32; b.len() + 1]; a.len() + 1];
    let at = |table: &[Vec<u32>], i: usize, j: usize| table.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let best = if a.get(i) == b.get(j) { at(&common, i + 1, j + 1) + 1 } else { at(&common, i + 1, j).max(at(&common, i, j + 1)) };
            if let Some(cell) = common.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    loop {
        match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) if x == y => {
                out.push(Step::Same(from_i + i, from_j + j));
                (i, j) = (i + 1, j + 1);
            }
            (Some(_), y) if y.is_none() || at(&common, i + 1, j) >= at(&common, i, j + 1) => {
                out.push(Step::Removed(from_i + i));
                i += 1;
            }
            (_, Some(_)) => {
                out.push(Step::Added(from_j + j));
                j += 1;
            }
            (_, None) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_changed_line_is_removed_and_added() {
        let found = diff("a\nb\nc", "a\nx\nc");
        let expected = [DiffLine::Same("a".into()), DiffLine::Removed("b".into()), DiffLine::Added("x".into()), DiffLine::Same("c".into())];
        assert_eq!(found, expected);
    }

    #[test]
    fn two_long_texts_are_compared_line_by_line_all_the_same() {
        let old: String = (0..6000).map(|n| format!("line {n} of a long note\n")).collect();
        let new = old.replace("line 17 of", "line seventeen of").replace("line 5900 of a long note\n", "");
        let changed: Vec<DiffLine> = diff(&old, &new).into_iter().filter(|l| !matches!(l, DiffLine::Same(_))).collect();
        let expected = [
            DiffLine::Removed("line 17 of a long note".into()),
            DiffLine::Added("line seventeen of a long note".into()),
            DiffLine::Removed("line 5900 of a long note".into()),
        ];
        assert_eq!(changed, expected);
    }

    proptest! {
        #[test]
        fn what_is_cut_at_lines_that_stand_once_reads_back_too(old in "[a-h]{0,14}", new in "[a-h]{0,14}") {
            let (a, b): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
            let mut found = Vec::new();
            anchored(&a, &b, (0, 0), &mut found);
            let left: String = found.iter().filter_map(|s| match s { Step::Same(i, _) | Step::Removed(i) => a.get(*i), Step::Added(_) => None }).collect();
            let right: String = found.iter().filter_map(|s| match s { Step::Same(_, j) | Step::Added(j) => b.get(*j), Step::Removed(_) => None }).collect();
            prop_assert_eq!((left, right), (old, new));
            let alike = found.iter().all(|s| !matches!(s, Step::Same(i, j) if a.get(*i) != b.get(*j)));
            prop_assert!(alike);
        }


        #[test]
        fn both_texts_can_be_read_back(old in "([ab]\n){0,12}", new in "([ab]\n){0,12}") {
            let found = diff(&old, &new);
            let side = |keep: fn(&DiffLine) -> Option<&String>| found.iter().filter_map(keep).cloned().collect::<Vec<_>>();
            let left = side(|l| match l { DiffLine::Same(t) | DiffLine::Removed(t) => Some(t), DiffLine::Added(_) => None });
            let right = side(|l| match l { DiffLine::Same(t) | DiffLine::Added(t) => Some(t), DiffLine::Removed(_) => None });
            prop_assert_eq!(left, old.lines().map(str::to_owned).collect::<Vec<_>>());
            prop_assert_eq!(right, new.lines().map(str::to_owned).collect::<Vec<_>>());
        }
    }
}
