//! Which lines of a text are folded away: whole lines under a heading whose first row stays.

/// Stretches of lines that do not show, in order, none touching another's heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds {
    /// First hidden line, one past the last; the line before the first is the heading that stands for them.
    hidden: Vec<(usize, usize)>,
}

impl Folds {
    /// None.
    pub const fn none() -> Self {
        Self { hidden: Vec::new() }
    }

    /// From headings: the line of each, and one past the last line under it. One inside another is part of it.
    pub fn new(mut heads: Vec<(usize, usize)>) -> Self {
        heads.sort_unstable();
        let mut hidden: Vec<(usize, usize)> = Vec::new();
        for (head, end) in heads {
            match hidden.last_mut() {
                Some(last) if head < last.1 => last.1 = last.1.max(end),
                _ => hidden.push((head + 1, end.max(head + 1))),
            }
        }
        Self { hidden }
    }

    /// How many lines a heading stands for; `None` when the line is no heading of a fold.
    pub fn under(&self, line: usize) -> Option<usize> {
        let at = self.hidden.binary_search_by_key(&(line + 1), |(from, _)| *from).ok()?;
        self.hidden.get(at).map(|(from, to)| to - from)
    }

    /// The line that shows in place of this one: itself, or the heading that it is folded under.
    pub fn shown(&self, line: usize) -> usize {
        let before = self.hidden.partition_point(|(from, _)| *from <= line);
        let range = before.checked_sub(1).and_then(|at| self.hidden.get(at));
        range.filter(|(_, to)| line < *to).map_or(line, |(from, _)| from - 1)
    }

    /// The next line that shows.
    pub fn next(&self, line: usize) -> usize {
        let at = self.hidden.binary_search_by_key(&(line + 1), |(from, _)| *from);
        at.ok().and_then(|at| self.hidden.get(at)).map_or(line + 1, |(_, to)| *to)
    }

    /// The line before that shows.
    pub fn previous(&self, line: usize) -> Option<usize> {
        line.checked_sub(1).map(|before| self.shown(before))
    }
}

#[cfg(test)]
mod tests {
    use super::Folds;

    #[test]
    fn lines_under_a_heading_are_stepped_over_both_ways() {
        let folds = Folds::new(vec![(6, 9), (2, 5)]);
        assert_eq!([0, 1, 2, 5, 6].map(|l| folds.next(l)), [1, 2, 5, 6, 9]);
        assert_eq!([9, 6, 5, 3].map(|l| folds.previous(l)), [Some(6), Some(5), Some(2), Some(2)]);
        assert_eq!([2, 3, 4, 5, 8].map(|l| folds.shown(l)), [2, 2, 2, 5, 6]);
        assert_eq!([2, 6, 3].map(|l| folds.under(l)), [Some(2), Some(2), None]);
    }

    #[test]
    fn a_fold_inside_another_is_part_of_it() {
        assert_eq!(Folds::new(vec![(1, 8), (3, 5), (8, 10)]), Folds::new(vec![(1, 8), (8, 10)]));
    }
}
