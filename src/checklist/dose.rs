//! Doses as senders write them ("40 mg", "10 units/h"): enough to compare one with a number.

/// A unit, what it measures, and how many of the smallest of its kind it holds.
pub(super) const UNITS: [(&str, &str, f64); 9] = [
    ("mcg", "mass", 1.0),
    ("mg", "mass", 1e3),
    ("g", "mass", 1e6),
    ("units", "units", 1.0),
    ("mEq", "equivalents", 1.0),
    ("mmol", "substance", 1.0),
    ("mL", "volume", 1.0),
    ("L", "volume", 1e3),
    ("%", "percent", 1.0),
];

/// What a unit measures, and its size.
pub(super) fn scale(unit: &str) -> Option<(&'static str, f64)> {
    let plain = match unit.trim().to_lowercase().as_str() {
        "µg" | "ug" | "microgram" | "micrograms" => "mcg".to_owned(),
        "unit" | "u" | "iu" => "units".to_owned(),
        "gram" | "grams" => "g".to_owned(),
        other => other.to_owned(),
    };
    UNITS.iter().find(|(name, _, _)| name.eq_ignore_ascii_case(&plain)).map(|(_, kind, size)| (*kind, *size))
}

/// The first number of a dose with a unit that can be compared with `unit`, in that unit.
pub(super) fn amount(text: &str, unit: &str) -> Option<f64> {
    let (kind, size) = scale(unit)?;
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let tail = rest.get(at..)?;
        let end = tail.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(tail.len());
        let number: Option<f64> = tail.get(..end)?.replace(',', "").trim_end_matches('.').parse().ok();
        let after = tail.get(end..)?.trim_start();
        let word = after.get(..after.find(|c: char| !c.is_alphabetic() && c != '%').unwrap_or(after.len()))?;
        if let (Some(number), Some((its, its_size))) = (number, scale(word))
            && its == kind
        {
            return Some(number * its_size / size);
        }
        rest = tail.get(end..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn doses_are_compared_in_one_unit() {
        for (text, unit, expected) in [
            ("40 mg", "mg", Some(40.0)),
            ("0.5 g every 8 h", "mg", Some(500.0)),
            ("5,000 units SC", "units", Some(5000.0)),
            ("250 mcg", "mg", Some(0.25)),
            ("2 tablets of 20 mg", "mg", Some(20.0)),
            ("10 mL", "mg", None),
            ("one tablet", "mg", None),
        ] {
            assert_eq!(amount(text, unit), expected, "{text} / {unit}");
        }
    }
}
