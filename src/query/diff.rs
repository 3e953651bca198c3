//! What changed between two texts, line by line: the longest common subsequence of their lines.

use serde::Serialize;

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

/// Lines beyond which texts are not compared line by line: a query has some dozens.
const LONGEST: usize = 2000;

/// Compares two texts.
pub fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    if a.len() > LONGEST || b.len() > LONGEST {
        return a.iter().map(|l| DiffLine::Removed((*l).into())).chain(b.iter().map(|l| DiffLine::Added((*l).into()))).collect();
    }
    // common[i][j]: the longest common subsequence of a[i..] and b[j..].
    let mut common = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    let at = |table: &[Vec<usize>], i: usize, j: usize| table.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let best = if a.get(i) == b.get(j) { at(&common, i + 1, j + 1) + 1 } else { at(&common, i + 1, j).max(at(&common, i, j + 1)) };
            if let Some(cell) = common.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    loop {
        match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) if x == y => {
                out.push(DiffLine::Same((*x).to_owned()));
                (i, j) = (i + 1, j + 1);
            }
            (Some(x), y) if y.is_none() || at(&common, i + 1, j) >= at(&common, i, j + 1) => {
                out.push(DiffLine::Removed((*x).to_owned()));
                i += 1;
            }
            (_, Some(y)) => {
                out.push(DiffLine::Added((*y).to_owned()));
                j += 1;
            }
            (_, None) => return out,
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

    proptest! {
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
