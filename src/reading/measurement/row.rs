//! Rows of numbers without names of their own: "AST/ALT 40/38", "BMP 138/4.1/102/24/18/1.0/110", fishbones.

use super::value::{Value, bare};
use super::{MOST_VALUES, Measurement, Page};
use crate::reading::number::{self, Number};
use memchr::memchr_iter;

/// The signs between the numbers of a row.
const SIGNS: [char; 6] = ['/', '|', '<', '>', ',', '\\'];

/// The numbers of a row that begins at a place, and where it ends.
fn numbers(plain: &str, start: usize) -> Option<(Vec<f64>, usize)> {
    let (first, mut end) = number::plain(plain, start)?;
    let mut out = vec![first];
    while out.len() < MOST_VALUES {
        let rest = number::ahead(plain, end, 16);
        let behind = rest.strip_prefix(['%', 'k']).unwrap_or(rest).trim_start_matches(' ');
        let Some(next) = behind.strip_prefix(SIGNS).or_else(|| behind.strip_prefix("and ")) else { break };
        let next = next.trim_start_matches(' ');
        // "138, 4.1, and 102"
        let next = next.strip_prefix("and ").unwrap_or(next).trim_start_matches(' ');
        let Some((value, after)) = number::plain(plain, end + rest.len() - next.len()) else { break };
        out.push(value);
        end = after;
    }
    Some((out, end))
}

impl Page<'_> {
    /// Reads numbers in the order of these names. Where they end; nothing when there are more or fewer, or one cannot be what it is called.
    pub(super) fn row(&self, names: &[&str], start: usize, from: usize, out: &mut Vec<Measurement>) -> Option<usize> {
        let begin = number::skip_fillers(self.folded.text(), from, &self.how.fillers, self.how.most_fillers)?;
        if names.iter().any(|name| self.how.is_other(name, self.folded, start)) {
            return None;
        }
        self.numbers_named(names, start, begin.at, out)
    }

    /// Whether the row of numbers behind a name begins with its largest.
    pub(super) fn falls(&self, from: usize) -> bool {
        let begin = number::skip_fillers(self.folded.text(), from, &self.how.fillers, self.how.most_fillers);
        let row = begin.and_then(|begin| numbers(self.folded.text(), begin.at));
        row.is_some_and(|(numbers, _)| numbers.windows(2).all(|pair| matches!(pair, [first, second] if first > second)))
    }

    fn numbers_named(&self, names: &[&str], start: usize, at: usize, out: &mut Vec<Measurement>) -> Option<usize> {
        let (numbers, end) = numbers(self.folded.text(), at)?;
        if numbers.len() != names.len() {
            return None;
        }
        let value = |(name, number): (&&str, &f64)| {
            let row = Self::row_of(name)?;
            Some(Value { row, value: bare(row, *number)?, upper: None })
        };
        let values: Vec<Value> = names.iter().zip(&numbers).map(value).collect::<Option<_>>()?;
        let found = Number { value: 0.0, upper: None, comparator: None, start: at, end };
        self.push(&found, &(values, end), start, start, out);
        Some(end)
    }

    /// Rows that a fishbone's own signs tell: bars between the numbers, and `<` before the last.
    pub(super) fn fishbones(&self, out: &mut Vec<Measurement>) {
        let plain = self.folded.text();
        let names: Vec<&str> = self.how.fishbone.iter().map(String::as_str).collect();
        let (mut reach, mut added) = (0, Vec::new());
        for bar in memchr_iter(b'|', plain.as_bytes()).filter(|_| !names.is_empty()) {
            let digits = plain.as_bytes().get(bar.saturating_sub(4)..bar).unwrap_or_default();
            let start = bar - digits.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            if bar < reach || start == bar || self.folded.joined(start) {
                continue;
            }
            let Some((_, end)) = numbers(plain, start).filter(|(numbers, _)| numbers.len() == names.len()) else { continue };
            let signs: Vec<u8> =
                plain.get(start..end).unwrap_or_default().bytes().filter(|byte| matches!(byte, b'|' | b'<' | b'/' | b',')).collect();
            let drawn = signs.split_last().is_some_and(|(last, rest)| *last == b'<' && rest.iter().all(|sign| *sign == b'|'));
            let span = self.folded.back(start, end);
            let before = out.partition_point(|known| known.start < span.end).checked_sub(1).and_then(|last| out.get(last));
            if drawn && before.is_none_or(|known| known.end <= span.start) {
                self.numbers_named(&names, start, start, &mut added);
                reach = end;
            }
        }
        if !added.is_empty() {
            out.append(&mut added);
            out.sort_by_key(|measurement| measurement.start);
        }
    }
}
