//! What a number beside a name is: its unit, its size, and whether it is that measurement at all.

use super::{Page, observations};
use crate::reading::number::{self, Number};
use crate::reading::units;
use observations::Observation;

/// A value in the canonical unit of its measurement.
pub(super) struct Value {
    pub row: &'static Observation,
    pub value: f64,
    pub upper: Option<f64>,
}

/// The values that one number, or one pair of them, states, and where they end.
pub(super) type Values = (Vec<Value>, usize);

/// As conversions are rounded.
fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

fn fits(row: &Observation, value: f64) -> bool {
    row.plausible.0 <= value && value <= row.plausible.1
}

impl Page<'_> {
    /// What a number behind a name states.
    pub(super) fn values(&self, name: &str, found: &Number) -> Option<Values> {
        if name == "blood_pressure" { self.pressure(found) } else { self.one(name, found) }
    }

    /// `120/80`: two measurements; "110 systolic" is one.
    fn pressure(&self, found: &Number) -> Option<Values> {
        let plain = self.folded.text();
        let systolic = observations::find("systolic_bp")?;
        let diastolic = observations::find("diastolic_bp")?;
        let Some(low) = number::second(plain, found) else {
            let (word, end) = number::next_word(plain, found.end)?;
            let said = matches!(word.trim_end_matches('.'), "systolic" | "/palp" | "/p" | "palp") && fits(systolic, found.value);
            return said.then(|| (vec![Value { row: systolic, value: found.value, upper: found.upper }], end));
        };
        if !fits(systolic, found.value) || !fits(diastolic, low.value) || low.value > found.value {
            return None;
        }
        let value = |row, number: &Number| Value { row, value: number.value, upper: number.upper };
        Some((vec![value(systolic, found), value(diastolic, &low)], low.end))
    }

    fn one(&self, name: &str, found: &Number) -> Option<Values> {
        let plain = self.folded.text();
        let row = observations::find(name)?;
        if let Some(values) = self.compound(row, found) {
            return Some(values);
        }
        if found.upper.is_none() && number::second(plain, found).is_some() || is_number_of_something(plain, found) {
            return None; // a date, a dose ratio, a strength, a telephone: not this measurement
        }
        let (unit, end) = unit_behind(name, plain, found.end);
        let written = plain.get(found.start..found.end).unwrap_or_default();
        let whole = row.whole.as_deref().filter(|_| !written.contains('.'));
        let convert = |value: f64| match unit.or(whole) {
            Some(unit) => units::convert(value, unit, name),
            None => bare(row, value),
        };
        let sign = if row.plausible.0 < 0.0 && is_minus(plain, found) { -1.0 } else { 1.0 };
        let value = convert(found.value * sign)?;
        let upper = found.upper.and_then(convert);
        if !fits(row, value) || unit.is_none() && self.is_counted(found.end) {
            return None;
        }
        Some((vec![Value { row, value, upper }], end))
    }

    /// "5 feet 10 inches", "7 pounds 10 ounces", "63-1/4 inches", 5'6".
    fn compound(&self, row: &'static Observation, found: &Number) -> Option<Values> {
        let compound = self.how.compound(&row.name)?;
        let plain = self.folded.text();
        let in_row = |value: f64| Some(value).filter(|value| fits(row, *value));
        if let Some((part, end)) = number::part(plain, found) {
            let (unit, end) = unit_behind(&row.name, plain, end);
            let value = in_row(units::convert(found.value + part, unit?, &row.name)?)?;
            return Some((vec![Value { row, value, upper: None }], end));
        }
        if compound.marks
            && let Some((feet, inches, end)) = number::feet(self.text, self.folded.back(found.start, found.end).start)
        {
            let value = units::convert(feet, compound.larger.first()?, &row.name)? + units::convert(inches, &compound.unit, &row.name)?;
            let value = in_row(round(value))?;
            return Some((vec![Value { row, value, upper: None }], self.folded.forth(end)));
        }
        let (larger, end) = number::next_word(plain, found.end)?;
        if found.upper.is_some() || !compound.larger.iter().any(|unit| unit == larger.trim_end_matches('.')) {
            return None;
        }
        let rest = number::ahead(plain, end, 16);
        let next = rest.trim_start_matches([',', ' ']);
        let second = number::read(plain, end + rest.len() - next.strip_prefix("and ").unwrap_or(next).len())?;
        let (smaller, end) = number::next_word(plain, second.end)?;
        if !compound.smaller.iter().any(|unit| unit == smaller.trim_end_matches('.')) {
            return None;
        }
        let larger = units::convert(found.value, larger.trim_end_matches('.'), &row.name)?;
        let value = in_row(larger + units::convert(second.value, &compound.unit, &row.name)?)?;
        Some((vec![Value { row, value: round(value), upper: None }], end - usize::from(smaller.ends_with('.'))))
    }

    /// Whether the words behind a number without a unit make it a dose, a count or an ordinal.
    fn is_counted(&self, end: usize) -> bool {
        let plain = self.folded.text();
        let Some((word, after)) = number::next_word(plain, end) else { return false };
        let bare = word.trim_end_matches('.');
        let known = |words: &str| self.how.doses.contains(words) || self.how.counts.contains(words);
        let two = || number::next_word(plain, after).and_then(|(_, last)| plain.get(after - word.len()..last));
        known(word) || known(bare) || two().is_some_and(|words| self.how.counts.contains(words.trim_end_matches('.')))
    }
}

/// Where a number ends that belongs to another measurement and can stand before this one's: "on 2 liters 94".
pub(super) fn aside(page: &Page<'_>, name: &str, found: &Number) -> Option<usize> {
    let other = page.how.asides_of.as_str();
    if other.is_empty() || other == name || found.upper.is_some() {
        return None;
    }
    let (unit, end) = unit_behind(other, page.folded.text(), found.end);
    unit.map(|_| end)
}

/// "555-1234", "19-9": a hyphen and a number that end no range.
fn is_number_of_something(plain: &str, found: &Number) -> bool {
    let rest = plain.get(found.end..).unwrap_or_default();
    found.upper.is_none() && rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a minus sign stands before a number.
fn is_minus(plain: &str, found: &Number) -> bool {
    plain.get(..found.start).is_some_and(|head| head.ends_with('-') && !head.ends_with("--"))
}

/// A number without a unit: the unit is clear from its size, or it must be the canonical one.
pub(super) fn bare(row: &Observation, value: f64) -> Option<f64> {
    if matches!(row.name.as_str(), "weight" | "height" | "urine_output" | "blood_loss" | "oxygen_flow") {
        return None;
    }
    if fits(row, value) {
        return Some(value);
    }
    let mut others = row.units.keys().chain(row.shifted.keys()).filter_map(|unit| units::convert(value, unit, &row.name));
    others.find(|converted| fits(row, *converted))
}

/// The unit after a number, tried from three words down to one.
fn unit_behind<'a>(name: &str, plain: &'a str, from: usize) -> (Option<&'a str>, usize) {
    let start = plain.get(from..).map_or(from, |rest| from + rest.len() - rest.trim_start_matches([' ']).len());
    let mut ends = [0; 3];
    let (mut count, mut at) = (0, start);
    for slot in &mut ends {
        let Some((_, end)) = number::next_word(plain, at) else { break };
        (*slot, at) = (end, end);
        count += 1;
    }
    for end in ends.into_iter().take(count).rev() {
        let Some(written) = plain.get(start..end) else { continue };
        let unit = written.trim_matches([' ', ',', ';', ')', '(', ':']).trim_end_matches('.');
        if !unit.is_empty() && unit.len() < 30 && units::convert(1.0, unit, name).is_some() {
            return (Some(unit), start + written.find(unit).unwrap_or_default() + unit.len());
        }
    }
    (None, from)
}
