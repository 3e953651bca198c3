//! Numbers that the text states for labs, vital signs and scores.

use super::folded::Folded;
use super::lexicon::{Lexicon, Owner};
use super::model::Measurement;
use super::number::{self, Number};
use super::observations;
use super::scan::Hit;
use super::units;

/// Words that can stand between a name and its number.
const FILLERS: &[&str] = &[
    "is",
    "was",
    "of",
    "at",
    "level",
    "levels",
    "approximately",
    "approx",
    "about",
    "around",
    "estimated",
    "to",
    "be",
    "today",
    "now",
    "currently",
    "up",
    "down",
    "elevated",
    "low",
    "high",
    "than",
    "count",
    "reported",
    "as",
    "noted",
    "found",
    "value",
    "has",
    "been",
    "the",
    "stable",
    "also",
    "only",
    "were",
    "are",
    "measured",
    "on",
    "admission",
    "initial",
    "initially",
    "peak",
    "peaked",
    "repeat",
    "arrival",
    "went",
    "from",
    "in",
    "range",
    "score",
    "scale",
    "a",
    "calculated",
    "total",
    "rate",
    "reading",
    "and",
    "percent",
    "baseline",
    "came",
    "back",
    "rose",
    "fell",
];

/// How many of them.
const MAX_FILLERS: usize = 5;

/// Units of doses: a number in one of them is what was given, not what was measured.
const DOSES: &[&str] = &[
    "mg", "g", "gm", "gms", "gram", "grams", "mcg", "ug", "tablet", "tablets", "tab", "tabs", "capsule", "units", "unit", "po", "p.o.",
    "iv", "daily", "bid", "b.i.d.", "tid", "drops", "puffs", "degrees",
];

const TIMES: &[&str] = &[
    "on admission",
    "at admission",
    "on arrival",
    "on presentation",
    "at presentation",
    "today",
    "yesterday",
    "this morning",
    "at discharge",
    "at baseline",
    "baseline",
    "last night",
    "on discharge",
    "initially",
    "currently",
    "at triage",
    "post transfusion",
];

/// How far behind a value its time is looked for, in bytes.
const TIME_REACH: usize = 48;

/// Every measurement, in order of start.
pub(super) fn measurements(lexicon: &Lexicon, text: &str, folded: &Folded, hits: &[Hit]) -> Vec<Measurement> {
    let mut out: Vec<Measurement> = Vec::new();
    let mut reach = 0;
    for hit in hits {
        let Owner::Measure(at) = hit.owner else { continue };
        let Some(name) = lexicon.measures.get(at) else { continue };
        if hit.start < reach {
            continue;
        }
        let found = behind(name, text, folded, hit);
        if let Some(last) = found.last() {
            reach = folded.forth(last.end);
            out.extend(found);
        }
    }
    out
}

/// The numbers behind a name.
fn behind(name: &str, text: &str, folded: &Folded, hit: &Hit) -> Vec<Measurement> {
    let plain = folded.text();
    let mut out = Vec::new();
    let Some(mut at) = number::skip_fillers(plain, hit.end, FILLERS, MAX_FILLERS) else { return out };
    let mut unit_end = at;
    while let Some(found) = number::read(plain, at) {
        let made = if name == "blood_pressure" { pressure(plain, &found) } else { one(name, plain, &found) };
        let Some((values, end)) = made else { break };
        for (name, value, upper, unit) in values {
            out.push(measurement(&name, value, upper, unit, found.comparator, text, folded, hit.start, end));
        }
        unit_end = unit_end.max(end);
        match number::arrow(plain, end) {
            Some(next) if out.len() < 12 => at = next,
            _ => break,
        }
    }
    out
}

type Values = (Vec<(String, f64, Option<f64>, &'static str)>, usize);

/// `120/80`: two measurements.
fn pressure(plain: &str, found: &Number) -> Option<Values> {
    let (low, end) = number::fraction(plain, found)?;
    let systolic = observations::find("systolic_bp")?;
    let diastolic = observations::find("diastolic_bp")?;
    let fits = |row: &observations::Observation, value: f64| row.plausible.0 <= value && value <= row.plausible.1;
    if !fits(systolic, found.value) || !fits(diastolic, low) || low > found.value {
        return None;
    }
    let values = vec![
        ("systolic_bp".to_owned(), found.value, None, systolic.unit.as_str()),
        ("diastolic_bp".to_owned(), low, None, diastolic.unit.as_str()),
    ];
    Some((values, end))
}

fn one(name: &str, plain: &str, found: &Number) -> Option<Values> {
    if number::fraction(plain, found).is_some() {
        return None; // a date, a dose ratio, a strength: not this measurement
    }
    let row = observations::find(name)?;
    let (unit, end) = unit_behind(name, plain, found.end);
    let convert = |value: f64| match unit {
        Some(unit) => units::convert(value, unit, name),
        None => bare(row, value),
    };
    let value = convert(found.value)?;
    let upper = found.upper.and_then(convert);
    if value < row.plausible.0 || value > row.plausible.1 {
        return None;
    }
    if unit.is_none() && DOSES.iter().any(|dose| number::next_word(plain, found.end).is_some_and(|(word, _)| word == *dose)) {
        return None;
    }
    Some((vec![(row.name.clone(), value, upper, row.unit.as_str())], end))
}

/// A number without a unit: the unit is clear from its size, or it must be the canonical one.
fn bare(row: &observations::Observation, value: f64) -> Option<f64> {
    if matches!(row.name.as_str(), "weight" | "height" | "urine_output" | "blood_loss" | "oxygen_flow") {
        return None;
    }
    let (low, high) = row.plausible;
    if low <= value && value <= high {
        return Some(value);
    }
    let others = row.units.keys().chain(row.shifted.keys()).filter_map(|unit| units::convert(value, unit, &row.name));
    others.into_iter().find(|converted| low <= *converted && *converted <= high)
}

/// The unit after a number, tried from three words down to one.
fn unit_behind<'a>(name: &str, plain: &'a str, from: usize) -> (Option<&'a str>, usize) {
    let start = plain.get(from..).map_or(from, |rest| from + rest.len() - rest.trim_start_matches([' ']).len());
    let mut ends = Vec::new();
    let mut at = start;
    while ends.len() < 3 {
        let Some((_, end)) = number::next_word(plain, at) else { break };
        ends.push(end);
        at = end;
    }
    for end in ends.into_iter().rev() {
        let Some(written) = plain.get(start..end) else { continue };
        let unit = written.trim_matches([' ', ',', ';', ')', '(', ':']).trim_end_matches('.');
        if !unit.is_empty() && unit.len() < 30 && units::convert(1.0, unit, name).is_some() {
            return (Some(unit), start + written.find(unit).unwrap_or_default() + unit.len());
        }
    }
    (None, from)
}

#[allow(clippy::too_many_arguments, reason = "the fields of one measurement")]
fn measurement(
    name: &str,
    value: f64,
    upper: Option<f64>,
    unit: &str,
    comparator: Option<&str>,
    text: &str,
    folded: &Folded,
    start: usize,
    end: usize,
) -> Measurement {
    let span = folded.back(start, end);
    let plain = folded.text();
    let tail = number::ahead(plain, end, TIME_REACH).split(['.', ';', ',', '\n']).next().unwrap_or_default();
    let time = TIMES.iter().filter_map(|word| tail.find(word).filter(|at| *at < 24).map(|at| (at, *word))).min();
    let inside = || plain.get(start..end).and_then(|own| TIMES.iter().find(|word| own.contains(**word)).copied());
    debug_assert!(span.end <= text.len());
    Measurement {
        name: name.to_owned(),
        value,
        upper,
        comparator: comparator.map(str::to_owned),
        unit: unit.to_owned(),
        start: span.start,
        end: span.end,
        time: time.map(|(_, word)| word).or_else(inside).map(str::to_owned),
    }
}
