//! Where the rows of a comparison stand: side by side or one under the other, long stretches of like lines in one row. Only what is looked
//! at is laid out.

use super::{Comparison, Row, Text};
use crate::tui::text::wrap_text;

/// Like lines kept before and after a change.
const AROUND: usize = 2;

/// From this many columns on, the two stand side by side.
const BESIDE: u16 = 100;

/// Columns of the sign and the blank after it.
pub const SIGN: u16 = 2;

/// What one place of the list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A row, by its place in the comparison.
    Row(usize),
    /// A line that went and, beside it, one that came: they have nothing to do with each other but their place.
    Pair(usize, usize),
    /// So many like lines in one, from this row on.
    Alike(usize, usize),
}

impl Shown {
    /// The first row of the comparison that it shows.
    pub fn row(self) -> usize {
        match self {
            Self::Row(at) | Self::Alike(at, _) => at,
            Self::Pair(gone, come) => gone.min(come),
        }
    }
}

impl Comparison {
    /// What shows: everything, or the changes with a little around them. Where two columns stand `beside` each other, what went and what
    /// came at one place begin on the same row.
    pub fn shown(&self, whole: bool, beside: bool) -> Vec<Shown> {
        let all = self.stacked(whole);
        if !beside {
            return all;
        }
        let (mut out, mut gone, mut come) = (Vec::with_capacity(all.len()), Vec::new(), Vec::new());
        for shown in all {
            match (shown, self.rows.get(shown.row())) {
                (Shown::Row(at), Some(Row::Removed(_))) => gone.push(at),
                (Shown::Row(at), Some(Row::Added(_))) => come.push(at),
                _ => {
                    zip(&mut gone, &mut come, &mut out);
                    out.push(shown);
                }
            }
        }
        zip(&mut gone, &mut come, &mut out);
        out
    }

    fn stacked(&self, whole: bool) -> Vec<Shown> {
        let changed: Vec<usize> = self.rows.iter().enumerate().filter(|(_, r)| !matches!(r, Row::Same(..))).map(|(at, _)| at).collect();
        let mut out = Vec::new();
        let mut at = 0;
        while at < self.rows.len() {
            let next = changed.get(changed.partition_point(|c| *c < at)).copied().unwrap_or(usize::MAX);
            let before = changed.partition_point(|c| *c < at).checked_sub(1).and_then(|i| changed.get(i)).copied();
            let near = next.saturating_sub(at) <= AROUND || before.is_some_and(|b| at - b <= AROUND);
            if whole || near {
                out.push(Shown::Row(at));
                at += 1;
                continue;
            }
            let end = next.saturating_sub(AROUND).min(self.rows.len());
            // A single like line takes no more room than the words about it.
            out.push(if end - at > 1 { Shown::Alike(at, end - at) } else { Shown::Row(at) });
            at = end;
        }
        out
    }
}

/// Puts the lines of one place beside each other, the longer side going on alone.
fn zip(gone: &mut Vec<usize>, come: &mut Vec<usize>, out: &mut Vec<Shown>) {
    for at in 0..gone.len().max(come.len()) {
        out.extend(match (gone.get(at), come.get(at)) {
            (Some(old), Some(new)) => Some(Shown::Pair(*old, *new)),
            (Some(one), None) | (None, Some(one)) => Some(Shown::Row(*one)),
            (None, None) => None,
        });
    }
    gone.clear();
    come.clear();
}

/// Columns for the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Columns of all.
    pub width: u16,
}

impl Layout {
    /// Whether the two stand side by side.
    pub fn beside(self) -> bool {
        self.width + 2 >= BESIDE
    }

    /// Columns of the words of one side.
    pub fn column(self) -> u16 {
        let side = if self.beside() { self.width.saturating_sub(3) / 2 } else { self.width };
        side.saturating_sub(SIGN).max(1)
    }

    /// The rows of a line, as bytes.
    pub fn wrapped(self, text: &Text) -> Vec<(usize, usize)> {
        wrap_text(&text.words, usize::from(self.column()))
    }

    /// How many rows something takes.
    pub fn height(self, all: &Comparison, shown: Shown) -> usize {
        let rows = |text: &Text| self.wrapped(text).len();
        let at = match shown {
            Shown::Row(at) => at,
            Shown::Pair(gone, come) => return self.height(all, Shown::Row(gone)).max(self.height(all, Shown::Row(come))),
            Shown::Alike(..) => return 1,
        };
        match all.rows.get(at) {
            Some(Row::Same(old, new)) if self.beside() => rows(old).max(rows(new)),
            Some(Row::Changed(old, new)) if self.beside() => rows(old).max(rows(new)),
            Some(Row::Changed(old, new)) => rows(old) + rows(new),
            Some(Row::Same(_, one) | Row::Removed(one) | Row::Added(one)) => rows(one),
            None => 1,
        }
    }

    /// The place `by` rows further down, or up when negative: an entry of the list and a row of it.
    pub fn moved(self, all: &Comparison, list: &[Shown], (mut at, row): (usize, usize), by: isize) -> (usize, usize) {
        let height = |at: usize| list.get(at).map_or(1, |s| self.height(all, *s));
        at = at.min(list.len().saturating_sub(1));
        let mut tall = height(at);
        let mut row = row.min(tall - 1) as isize + by;
        while row < 0 && at > 0 {
            at -= 1;
            tall = height(at);
            row += tall as isize;
        }
        while row >= tall as isize && at + 1 < list.len() {
            row -= tall as isize;
            at += 1;
            tall = height(at);
        }
        (at, usize::try_from(row).unwrap_or(0).min(tall - 1))
    }

    /// The top that shows the last rows.
    pub fn last_top(self, all: &Comparison, list: &[Shown], height: usize) -> (usize, usize) {
        let back = isize::try_from(height.saturating_sub(1)).unwrap_or(0);
        self.moved(all, list, (list.len(), usize::MAX / 4), -back)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Side;
    use super::*;

    fn compared(old: &str, new: &str) -> Comparison {
        Comparison::new((Side::default(), old), (Side::default(), new))
    }

    #[test]
    fn like_lines_far_from_a_change_are_one_row() {
        let old: String = (0..20).map(|n| format!("line {n}\n")).collect();
        let new = old.replace("line 10\n", "something else\n");
        let all = compared(&old, &new);
        let list = all.shown(false, false);
        assert_eq!(list.first(), Some(&Shown::Alike(0, 8)));
        assert_eq!(list.last(), Some(&Shown::Alike(14, 7)), "the removed and the added line are two rows");
        assert_eq!((all.shown(true, false).len(), all.shown(true, true).len()), (21, 20));
    }

    #[test]
    fn what_went_and_what_came_in_one_place_stood_in_steps() {
        let all = compared("same\nAlpha beta.\nGamma delta.\n", "same\nOne two three.\nFour five six.\nSeven.\n");
        assert_eq!(all.shown(true, true), [Shown::Row(0), Shown::Pair(1, 3), Shown::Pair(2, 4), Shown::Row(5)]);
        assert_eq!(all.shown(true, false).len(), 6);
    }

    #[test]
    fn down_and_up_comes_back_side_by_side_and_stacked() {
        let old = "one two three four five six seven eight nine ten\n".repeat(5);
        let all = compared(&old, &format!("{old}and this at the end of all of it\n"));
        for width in [20, 60, 120] {
            let layout = Layout { width };
            let list = all.shown(true, layout.beside());
            let there = layout.moved(&all, &list, (0, 0), 7);
            assert_eq!(layout.moved(&all, &list, there, -7), (0, 0), "{width}");
        }
    }
}
