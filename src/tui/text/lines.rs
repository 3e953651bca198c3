//! Lines and rows of a long text: line starts are found once, rows are laid out only where they are looked at.

use super::Folds;
use crate::text::pieces;

/// A line longer than this is laid out in stretches, so that one endless line costs no more than a page.
const STRETCH: usize = 4096;

/// One row on the screen: a stretch of the text, as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// First byte.
    pub start: usize,
    /// One past the last byte drawn.
    pub end: usize,
    /// The number of its source line, counted from 1; `None` on a row that carries a line on.
    pub line: Option<usize>,
}

/// Where the lines of a text begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<(usize, Option<usize>)>,
    len: usize,
    numbered: usize,
}

impl LineIndex {
    /// Finds them.
    pub fn new(text: &str) -> Self {
        let mut starts = Vec::new();
        let mut begin = 0;
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1).chain(std::iter::once(text.len()));
        for (number, end) in ends.enumerate() {
            starts.push((begin, Some(number + 1)));
            let mut from = begin;
            while end - from > STRETCH {
                from = stretch_end(text, from);
                starts.push((from, None));
            }
            begin = end;
        }
        if text.ends_with('\n') && starts.len() > 1 {
            starts.pop();
        }
        let numbered = starts.iter().rev().find_map(|(_, number)| *number).unwrap_or(1);
        Self { starts, len: text.len(), numbered }
    }

    /// How many lines (long lines count once for each stretch).
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no line at all; never so, an empty text has one.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The number of the last line, counted as an editor counts them.
    pub fn last_number(&self) -> usize {
        self.numbered
    }

    /// The number of a line; a stretch has that of the line it carries on.
    pub fn number(&self, line: usize) -> usize {
        let till = self.starts.get(..=line).unwrap_or_default();
        till.iter().rev().find_map(|(_, number)| *number).unwrap_or(1)
    }

    /// The first byte of a line.
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line).map_or(self.len, |(start, _)| *start)
    }

    /// The line that a byte stands in.
    pub fn line_of(&self, byte: usize) -> usize {
        self.starts.partition_point(|(start, _)| *start <= byte).saturating_sub(1)
    }

    /// The rows of one line at a width.
    pub fn rows(&self, text: &str, line: usize, width: usize) -> Vec<Row> {
        let Some(&(start, number)) = self.starts.get(line) else { return Vec::new() };
        let end = self.starts.get(line + 1).map_or(self.len, |(next, _)| *next);
        let body = text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        wrap(body, width.max(1))
            .into_iter()
            .enumerate()
            .map(|(at, (from, to))| Row { start: start + from, end: start + to, line: number.filter(|_| at == 0) })
            .collect()
    }

    /// The rows of a line that show: of a folded heading only the first.
    fn shown(&self, text: &str, line: usize, width: usize, folds: &Folds) -> Vec<Row> {
        let mut rows = self.rows(text, line, width);
        if folds.under(line).is_some() {
            rows.truncate(1);
        }
        rows
    }

    /// `count` rows from the row that holds `top` on.
    pub fn page(&self, text: &str, top: usize, width: usize, count: usize, folds: &Folds) -> Vec<Row> {
        let first = folds.shown(self.line_of(top));
        let mut out = Vec::with_capacity(count);
        let mut line = first;
        while line < self.len() && out.len() < count {
            let rows = self.shown(text, line, width, folds);
            let skip = if line == first { row_of(&rows, top) } else { 0 };
            out.extend(rows.into_iter().skip(skip).take(count - out.len()));
            line = folds.next(line);
        }
        out
    }

    /// The first byte of the row `by` rows further down (up, when negative) from the row that holds `top`.
    pub fn moved(&self, text: &str, top: usize, width: usize, by: isize, folds: &Folds) -> usize {
        let mut line = folds.shown(self.line_of(top));
        let mut rows = self.shown(text, line, width, folds);
        let mut at = row_of(&rows, top) as isize + by;
        while let Some(before) = folds.previous(line).filter(|_| at < 0) {
            line = before;
            rows = self.shown(text, line, width, folds);
            at += rows.len() as isize;
        }
        while at >= rows.len() as isize && folds.next(line) < self.len() {
            at -= rows.len() as isize;
            line = folds.next(line);
            rows = self.shown(text, line, width, folds);
        }
        let at = usize::try_from(at).unwrap_or(0).min(rows.len().saturating_sub(1));
        rows.get(at).map_or(0, |row| row.start)
    }

    /// The top that shows the last rows of the text.
    pub fn last_top(&self, text: &str, width: usize, height: usize, folds: &Folds) -> usize {
        let back = isize::try_from(height.saturating_sub(1)).unwrap_or(0);
        self.moved(text, self.len, width, -back, folds)
    }

    /// How far down the text a byte stands, in per cent.
    pub fn percent(&self, byte: usize) -> usize {
        if byte + 2 >= self.len { 100 } else { (byte * 100) / self.len }
    }
}

fn row_of(rows: &[Row], byte: usize) -> usize {
    rows.partition_point(|row| row.start <= byte).saturating_sub(1)
}

fn stretch_end(text: &str, from: usize) -> usize {
    let mut at = from + STRETCH;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let window = at.saturating_sub(256).max(from + 1);
    let blank = text.as_bytes().get(window..at).and_then(|bytes| memchr::memrchr(b' ', bytes));
    blank.map_or(at, |blank| window + blank + 1)
}

/// Breaks a short text of several lines into rows, as bytes of the whole text.
pub fn wrap_text(text: &str, width: usize) -> Vec<(usize, usize)> {
    let mut rows = Vec::new();
    let mut begin = 0;
    for line in text.split('\n') {
        rows.extend(wrap(line, width.max(1)).into_iter().map(|(from, to)| (begin + from, begin + to)));
        begin += line.len() + 1;
    }
    rows
}

/// Breaks one line into rows of at most `width` columns, at a blank where there is one.
pub fn wrap(line: &str, width: usize) -> Vec<(usize, usize)> {
    let mut rows = Vec::new();
    let (mut start, mut column, mut blank) = (0, 0, None);
    for piece in pieces(line, false) {
        if column + piece.width > width && piece.start > start {
            if piece.blank && piece.width == 1 {
                blank = Some((piece.end, column));
                continue; // a single blank may hang over the edge: nothing is drawn there
            }
            let (cut, used) = blank.filter(|(cut, _)| *cut > start).unwrap_or((piece.start, column));
            rows.push((start, cut));
            start = cut;
            column = column.saturating_sub(used);
            blank = None;
            // What was carried over leaves a wide piece too little room.
            if column + piece.width > width && piece.start > start {
                rows.push((start, piece.start));
                (start, column) = (piece.start, 0);
            }
        }
        column += piece.width;
        if piece.blank {
            blank = Some((piece.end, column));
        }
    }
    rows.push((start, line.len()));
    rows
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        for (text, lines) in [("", 1), ("a", 1), ("a\n", 1), ("a\nb", 2), ("a\n\nb\n", 3)] {
            assert_eq!(LineIndex::new(text).len(), lines, "{text:?}");
        }
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        let text = "the patient denies fever";
        let rows: Vec<&str> = wrap(text, 12).into_iter().map(|(a, b)| &text[a..b]).collect();
        assert_eq!(rows, ["the patient ", "denies fever"]);
    }

    #[test]
    fn an_endless_line_is_cut_into_stretches() {
        let text = "word ".repeat(10_000);
        let index = LineIndex::new(&text);
        assert!(index.len() > 10);
        assert_eq!(index.page(&text, 30_000, 80, 5, &Folds::default()).len(), 5);
    }

    #[test]
    fn a_wide_character_after_carried_over_words_is_not_cut_at_the_edge() {
        let line = format!(" a{}", "\u{6f22}".repeat(60));
        for (start, end) in wrap(&line, 76) {
            assert!(pieces(&line[start..end], false).map(|p| p.width).sum::<usize>() <= 76);
        }
    }

    proptest! {
        #[test]
        fn rows_cover_every_byte_and_fit(text in "[a-z \\t\\u{6f22}\\u{e9}\\x1b\\n]{0,200}", width in 1usize..60) {
            let index = LineIndex::new(&text);
            let mut covered = 0;
            for line in 0..index.len() {
                for row in index.rows(&text, line, width) {
                    prop_assert!(row.start >= covered && row.end >= row.start);
                    prop_assert!(text[covered..row.start].chars().all(|c| c == '\n' || c == '\r'));
                    let drawn: Vec<usize> = pieces(text[row.start..row.end].trim_end(), false).map(|p| p.width).collect();
                    prop_assert!(drawn.len() <= 1 || text[row.start..row.end].contains('\t') || drawn.iter().sum::<usize>() <= width);
                    covered = row.end;
                }
            }
            prop_assert!(text[covered..].chars().all(|c| c == '\n' || c == '\r'));
        }

        #[test]
        fn down_and_up_comes_back(text in "[a-z \\n]{1,300}", width in 3usize..40, steps in 0isize..20) {
            let index = LineIndex::new(&text);
            for folds in [Folds::default(), Folds::new(vec![(1, 3), (3, 4), (6, 9)])] {
                let down = index.moved(&text, 0, width, steps, &folds);
                let rows = index.page(&text, 0, width, usize::try_from(steps).unwrap() + 1, &folds).len() as isize - 1;
                prop_assert_eq!(index.moved(&text, down, width, -rows, &folds), 0);
            }
        }
    }
}
