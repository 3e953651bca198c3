//! One unit for each measurement, so that values can be compared.

use super::observations;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The unit that values of a measurement are kept in.
pub fn canonical_unit(measurement: &str) -> Option<&'static str> {
    observations::find(measurement).map(|row| row.unit.as_str())
}

/// A value in the canonical unit; `None` when the measurement or the unit is not known.
pub fn convert(value: f64, from_unit: &str, measurement: &str) -> Option<f64> {
    let known = known().get(measurement)?;
    let from = plain(from_unit);
    if from.is_empty() {
        return Some(value);
    }
    known.get(&from).map(|way| way.map_or(value, |(factor, offset)| round(value * factor + offset)))
}

/// From a unit to the canonical one: a factor and an offset, or nothing for the canonical one itself.
type Way = Option<(f64, f64)>;

/// The units of each measurement as they compare, worked out once.
fn known() -> &'static BTreeMap<&'static str, BTreeMap<String, Way>> {
    static KNOWN: OnceLock<BTreeMap<&'static str, BTreeMap<String, Way>>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let ways = |row: &observations::Observation| {
            let mut ways = BTreeMap::from([(plain(&row.unit), None)]);
            let factors = row.units.iter().map(|(unit, factor)| (unit, (*factor, 0.0)));
            for (unit, way) in factors.chain(row.shifted.iter().map(|(unit, way)| (unit, *way))) {
                ways.entry(plain(unit)).or_insert(Some(way));
            }
            ways
        };
        observations::all().iter().map(|row| (row.name.as_str(), ways(row))).collect()
    })
}

/// Whether a word is the unit of something that is measured, and hardly anything else: it has a sign of a unit in it.
pub fn is_unit(word: &str) -> bool {
    let word = plain(word);
    let signed = word.contains(['/', '%']) || word == "mmhg";
    signed
        && observations::all().iter().any(|row| {
            let all = std::iter::once(&row.unit).chain(row.units.keys()).chain(row.shifted.keys());
            all.into_iter().any(|unit| plain(unit) == word)
        })
}

/// Conversion factors have three or four digits; more in a result would be noise.
fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// Units compare without case, spaces and the several ways to write micro, a power, a degree and "per".
pub(super) fn plain(unit: &str) -> String {
    let lower = unit.trim().chars().flat_map(char::to_lowercase);
    let mut unit: String = lower
        .filter(|c| !matches!(c, '°' | ' ' | '^' | '*' | '.' | '[' | ']' | '{' | '}' | '(' | ')'))
        .map(|c| match c {
            'µ' | 'μ' => 'u',
            '×' => 'x',
            '³' => '3',
            '⁹' => '9',
            other => other,
        })
        .collect();
    for (long, short) in [("mcg", "ug"), ("x10", "10"), ("mcl", "ul"), ("degrees", ""), ("deg", "")] {
        if unit.contains(long) {
            unit = unit.replace(long, short);
        }
    }
    unit
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{canonical_unit, convert};
    use proptest::prelude::*;

    #[test]
    fn values_come_into_the_canonical_unit() {
        for (value, unit, name, want) in [
            (124.0, "µmol/L", "creatinine", 1.4027),
            (1.4, "mg/dL", "creatinine", 1.4),
            (1.4, "MG/DL", "creatinine", 1.4),
            (38.0, "°C", "temperature", 38.0),
            (102.2, "F", "temperature", 39.0),
            (86.0, "g/L", "hemoglobin", 8.6),
            (10.0, "mmol/L", "glucose", 180.1802),
            (36.04, "mg/dL", "lactate", 4.0),
            (220.0, "lb", "weight", 99.7903),
            (12.0, "10*3/uL", "wbc", 12.0),
            (12.0, "10^9/L", "wbc", 12.0),
            (12000.0, "/uL", "wbc", 12.0),
        ] {
            let got = convert(value, unit, name).unwrap();
            assert!((got - want).abs() < 0.06, "{value} {unit} of {name}: {got}, not {want}");
        }
        assert_eq!(convert(1.0, "parsec", "creatinine"), None);
        assert_eq!(canonical_unit("sodium"), Some("mmol/L"));
        assert_eq!(canonical_unit("no such thing"), None);
    }

    proptest! {
        #[test]
        fn no_unit_makes_a_panic(unit in "\\PC{0,12}", value in -1e9f64..1e9) {
            let _ = convert(value, &unit, "temperature");
        }
    }
}
