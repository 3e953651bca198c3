//! From the unit an author writes to the canonical one: every conversion is a line, so two points fix it.

use super::fields::{Fields, Word};
use crate::checklist::names;

/// A conversion to the canonical unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    factor: f64,
    offset: f64,
}

impl Scale {
    /// A value.
    pub(super) fn value(self, number: f64) -> f64 {
        tidy(number * self.factor + self.offset)
    }

    /// A difference of values.
    pub(super) fn change(self, number: f64) -> f64 {
        tidy(number * self.factor)
    }
}

/// Drops the dust of binary fractions, so that 38.3 °C stays 38.3.
fn tidy(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

/// The conversion from `unit`; says so when the observation is not measured in it.
pub(super) fn scale(fields: &Fields<'_, '_, '_>, observation: &str, unit: &Word) -> Option<Scale> {
    let (zero, one) = (names::canonical(observation, 0.0, &unit.text), names::canonical(observation, 1.0, &unit.text));
    let (Some(zero), Some(one)) = (zero, one) else {
        let own = names::unit(observation).unwrap_or_default();
        let expected = format!("a unit that can be converted to {own}");
        fields.say(unit.at, format!("`{}` is no unit of {}", unit.text, observation), expected, Some(format!("did you mean `{own}`?")));
        return None;
    };
    Some(Scale { factor: one - zero, offset: zero })
}
