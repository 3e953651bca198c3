//! Numbers that the text states for labs, vital signs and scores.

mod row;
#[cfg(test)]
mod tests;
mod value;

use super::folded::Folded;
use super::lexicon::{Lexicon, Measure, Owner};
use super::measuring::Measuring;
use super::model::Measurement;
use super::number::{self, Number};
use super::observations;
use super::scan::Hit;
use value::{Value, Values};

/// How far behind a value its time is looked for, in bytes.
const TIME_REACH: usize = 48;

/// A word of time begins no further behind a value than this.
const TIME_BEGINS: usize = 24;

/// No more values than this belong to one name.
const MOST_VALUES: usize = 12;

/// No more names than this stand in a row ("WBC/Hgb/Hct/Plt").
const MOST_NAMES: usize = 8;

/// Everything that reading a number needs.
#[derive(Clone, Copy)]
struct Page<'a> {
    how: &'a Measuring,
    text: &'a str,
    folded: &'a Folded,
}

/// Every measurement, in order of start.
pub(super) fn measurements(lexicon: &Lexicon, text: &str, folded: &Folded, hits: &[Hit]) -> Vec<Measurement> {
    let page = Page { how: &lexicon.measuring, text, folded };
    let mut out: Vec<Measurement> = Vec::new();
    let mut reach = 0;
    for (at, hit) in hits.iter().enumerate() {
        let Some(measure) = measure(lexicon, hit).filter(|measure| hit.start >= reach && !page.is_unit(measure, hit)) else { continue };
        let rest = hits.get(at + 1..).unwrap_or_default();
        if let Some(end) = page.named_row(lexicon, hit, measure, rest, &mut out).or_else(|| page.behind(hit, measure, &mut out)) {
            reach = end;
        }
    }
    page.fishbones(&mut out);
    out
}

fn measure<'a>(lexicon: &'a Lexicon, hit: &Hit) -> Option<&'a Measure> {
    match hit.owner {
        Owner::Measure(at) => lexicon.measures.get(at),
        _ => None,
    }
}

/// The measurement that a name alone means.
fn only(measure: &Measure) -> Option<&str> {
    match measure.orders.as_slice() {
        [order] if order.len() == 1 => order.first().map(String::as_str),
        _ => None,
    }
}

impl Page<'_> {
    /// "81 mg": a name that is a unit, too, and stands behind a number.
    fn is_unit(&self, measure: &Measure, hit: &Hit) -> bool {
        let before = self.folded.text().get(..hit.start).unwrap_or_default().trim_end_matches(' ');
        measure.unit_too && before.ends_with(|c: char| c.is_ascii_digit())
    }

    /// Numbers in the order of several names, or of one that means several: "AST/ALT 40/38", "BUN and creatinine are 44 and 2.1", "H&H
    /// 8.2/24.6". Where they end.
    fn named_row(&self, lexicon: &Lexicon, hit: &Hit, first: &Measure, rest: &[Hit], out: &mut Vec<Measurement>) -> Option<usize> {
        let plain = self.folded.text();
        let Some(name) = only(first) else {
            return first.orders.iter().find_map(|order| {
                let mut names: Vec<&str> = order.iter().map(String::as_str).collect();
                if first.ascending && self.falls(hit.end) {
                    names.reverse();
                }
                self.row(&names, hit.start, hit.end, out)
            });
        };
        let (mut names, mut end) = (vec![name], hit.end);
        for next in rest.iter().filter(|next| next.start > hit.start) {
            if next.start <= end {
                continue;
            }
            let joined =
                plain.get(end..next.start).is_some_and(|between| matches!(between.trim_matches(' '), "/" | "and" | "&" | "," | ", and"));
            let Some(named) = measure(lexicon, next).filter(|_| joined && names.len() < MOST_NAMES) else { break };
            // A pair that has a row of its own ("hgb/hct") is two names here.
            if let Some(name) = only(named) {
                names.push(name);
                end = next.end;
            }
        }
        if names.len() > 1 { self.row(&names, hit.start, end, out) } else { None }
    }

    /// The numbers behind one name. Where they end.
    fn behind(&self, hit: &Hit, measure: &Measure, out: &mut Vec<Measurement>) -> Option<usize> {
        let name = only(measure)?;
        let plain = self.folded.text();
        let (mut at, mut from) = (hit.end, false);
        let (mut values, mut found) = (None, None);
        // A date or the oxygen that the patient breathes can stand before the number.
        for _ in 0..3 {
            let begin = number::skip_fillers(plain, at, &self.how.fillers, self.how.most_fillers)?;
            from |= begin.from;
            if let Some(end) = number::date(plain, begin.at) {
                at = end;
                continue;
            }
            let number = number::read(plain, begin.at)?;
            if self.is_item(begin.at, number.end) {
                return None;
            }
            values = self.values(name, &number);
            found = Some(number);
            match value::aside(self, name, &number) {
                Some(end) if values.is_none() => at = end,
                _ => break,
            }
        }
        let (mut found, mut values) = (found?, values?);
        let order = found.comparator.is_some() && self.how.is_order(self.folded, hit.start);
        if order || self.how.is_other(name, self.folded, hit.start) {
            return None;
        }
        let (mut own, mut last) = (hit.start, hit.end);
        // "From 0.9 to 1.9" is no range: it was the one and is the other.
        if let Some(value) = found.upper.filter(|_| from) {
            let (first, second) = (Number { upper: None, ..found }, Number { value, upper: None, ..found });
            self.push(&first, &self.values(name, &first)?, hit.start, own, out);
            (found, values) = (second, self.values(name, &second)?);
        }
        for _ in 0..MOST_VALUES {
            let end = values.1;
            self.push(&found, &values, hit.start, own, out);
            (own, last) = (end, end);
            let Some(next) = number::arrow(plain, end).or_else(|| self.again(end, from)) else { break };
            let Some(number) = number::read(plain, next) else { break };
            let Some(made) = self.values(name, &number) else { break };
            (found, values) = (number, made);
        }
        Some(last)
    }

    /// Whether a number is the mark of an item at the start of its line: "WBC" above "3. Anemia".
    fn is_item(&self, start: usize, end: usize) -> bool {
        let behind = self.folded.text().get(end..).unwrap_or_default();
        let marks = behind.strip_prefix(". ").or_else(|| behind.strip_prefix(") "));
        marks.is_some_and(|rest| rest.starts_with(char::is_alphabetic)) && {
            let before = self.text.get(..self.folded.back(start, end).start).unwrap_or_default();
            before.trim_end_matches([' ', '\t']).ends_with('\n')
        }
    }

    /// Where a further value of the same name begins: "2.4 (baseline 1.1)", "from 30 | to 25".
    fn again(&self, end: usize, from: bool) -> Option<usize> {
        let rest = number::ahead(self.folded.text(), end, TIME_REACH);
        let next = |rest: &str| {
            let number = rest.trim_start_matches([' ', ':', '=', '(']);
            number.starts_with(|c: char| c.is_ascii_digit()).then_some(number.len())
        };
        let to = rest.strip_prefix(" to ").filter(|_| from).and_then(|rest| next(rest.strip_prefix("about ").unwrap_or(rest)));
        let left = to.or_else(|| {
            let words = rest.trim_start_matches([' ', '(', ',', ';']);
            self.how
                .again
                .iter()
                .find_map(|again| words.strip_prefix(again.as_str()).filter(|rest| rest.starts_with([' ', ':'])).and_then(next))
        })?;
        Some(end + rest.len() - left)
    }

    fn push(&self, number: &Number, values: &Values, start: usize, own: usize, out: &mut Vec<Measurement>) {
        let (values, end) = values;
        let span = self.folded.back(start, *end);
        let time = self.time(own, *end);
        out.extend(values.iter().map(|Value { row, value, upper }| Measurement {
            name: row.name.clone(),
            value: *value,
            upper: *upper,
            comparator: number.comparator.map(str::to_owned),
            unit: row.unit.clone(),
            start: span.start,
            end: span.end,
            time: time.map(str::to_owned),
        }));
    }

    /// The word of time behind a value, or between its name and it.
    fn time(&self, own: usize, end: usize) -> Option<&str> {
        let plain = self.folded.text();
        let tail = number::ahead(plain, end, TIME_REACH).split(['.', ';', ',', '(', '\n']).next().unwrap_or_default();
        let behind = self.how.times.iter().filter_map(|word| place(tail, word).filter(|at| *at < TIME_BEGINS).map(|at| (at, word))).min();
        let inside = || plain.get(own..end).and_then(|own| self.how.times.iter().find(|word| place(own, word).is_some()));
        behind.map(|(_, word)| word).or_else(inside).map(String::as_str)
    }

    fn row_of(name: &str) -> Option<&'static observations::Observation> {
        observations::find(name)
    }
}

/// Where a word first stands in a short text: most of what is looked for is not there, and its first letter tells.
fn place(text: &str, word: &str) -> Option<usize> {
    let first = *word.as_bytes().first()?;
    memchr::memchr_iter(first, text.as_bytes()).find(|at| text.as_bytes().get(*at..).is_some_and(|rest| rest.starts_with(word.as_bytes())))
}
